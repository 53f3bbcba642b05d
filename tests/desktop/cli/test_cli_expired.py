"""A catalogue past its term: one goes on drafting and signing, files nothing, and is told why in words."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from desktop.portal.catalogue import trusted
from desktop.sandbox.server import Sandbox
from tests.attacks.catalogue_portal import later
from tests.desktop.portal_kit import Nod

CODE, NAME = "0999999888", "CÔNG TY TNHH VÍ DỤ ÁNH DƯƠNG (HƯ CẤU)"


def test_drafting_goes_on_and_filing_waits(
    hoso: Any, example: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlock = tmp_path / "mở kho"
    unlock.write_text("con đường xưa em đi\n", encoding="utf-8")
    options = ["--home", tmp_path / "nhà", "--practice", "--unlock-file", unlock, "--json"]
    with Sandbox(tmp_path / "cổng", judge=Nod()) as portal:
        (tmp_path / "khóa.p12").write_bytes(portal.authority.issue(NAME, tax_code=CODE).p12("mật khẩu"))
        (tmp_path / "pw").write_text("mật khẩu", encoding="utf-8")
        assert hoso(*options, "portal", "add", portal.url, "--fingerprint", portal.fingerprint).code == 0
        assert hoso(*options, "client", "add", "--tax-code", CODE, "--name", NAME).code == 0
        assert hoso(*options, "login", "--person", "Trần Thị Kế Toán").code == 0

        with monkeypatch.context() as patch:
            later(patch)
            patch.setattr(trusted, "FRESH_FOR", timedelta(seconds=-1))
            made = hoso(*options, "dossier", "new", "1.007014", "--client", CODE, "--period", "2026-10").document
            data = json.loads(example.read_text(encoding="utf-8")) | {"mst": CODE, "tenNNT": NAME}
            example.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
            assert hoso(*options, "dossier", "set", made["id"], "to-khai", example).code == 0
            key = ["--p12", tmp_path / "khóa.p12", "--passphrase-file", tmp_path / "pw", "--accept-unconfirmed"]
            assert hoso(*options, "dossier", "sign", made["id"], *key).code == 0

            refused = hoso(*options, "dossier", "submit", made["id"], "--accept-unconfirmed")
            assert refused.code == 1
            assert "hết hạn" in refused.out + refused.err
            (item,) = hoso(*options, "outbox", "list").document["items"]
            assert item["state"] == "QUEUED"
            stale = hoso(*options, "catalogue", "update")
            assert (stale.code, stale.error["code"]) == (1, "CATALOGUE_EXPIRED")
        filed = hoso(*options, "dossier", "submit", made["id"], "--accept-unconfirmed")
        assert (filed.code, filed.document["state"]) == (0, "DONE")
