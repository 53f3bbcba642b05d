"""`hoso sign --level`, `hoso extend`: time-stamps and long-term signatures on the command line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from tests.signing import authority_kit, made
from tests.signing.authority_kit import PASSPHRASE, liar

Hoso = Any


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    found = authority_kit.make(tmp_path_factory.mktemp("authority"))
    yield found
    authority_kit.stop(found)


@pytest.fixture
def desk(tmp_path: Path, authority: Any) -> Path:
    """Return a folder with a document, keys, and the root that is trusted."""
    (tmp_path / "tờ khai.pdf").write_bytes(made.blank())
    (tmp_path / "words").write_text(PASSPHRASE, "utf-8")
    for name in ("p256", "revoked"):
        (tmp_path / f"{name}.p12").write_bytes(authority.p12(name))
    (tmp_path / "root.pem").write_bytes(authority.certificate("root").public_bytes(Encoding.PEM))
    return tmp_path


def _key(desk: Path, name: str = "p256") -> list[Any]:
    return ["--p12", desk / f"{name}.p12", "--passphrase-file", desk / "words"]


@pytest.mark.parametrize("level", ["b-t", "b-lt", "b-lta"])
def test_sign_at_a_level_then_validate_without_a_network(hoso: Hoso, authority: Any, desk: Path, level: str) -> None:
    out = desk / "đã ký.pdf"
    more = ["--level", level, "--tsa", authority.tsa, "--trust", desk / "root.pem"]
    done = hoso("--json", "sign", desk / "tờ khai.pdf", "-o", out, *_key(desk), *more)
    assert done.code == 0, done.out
    assert done.document["level"] == level.upper()
    assert done.document["findings"] == []
    judged = hoso("--json", "validate", out, "--trust", desk / "root.pem", "--offline")
    one = judged.document["files"][0]["signatures"][0]
    assert one["level"] == level.upper()
    assert one["time_stamp"] is not None
    assert (judged.code == 0) == (level != "b-t")


def test_extend_says_how_and_renews(hoso: Hoso, authority: Any, desk: Path) -> None:
    signed, archived, renewed = desk / "1.pdf", desk / "2.pdf", desk / "3.pdf"
    assert hoso("sign", desk / "tờ khai.pdf", "-o", signed, *_key(desk)).code == 0
    more = ["--level", "b-lta", "--tsa", authority.tsa, "--trust", desk / "root.pem"]
    done = hoso("--json", "extend", signed, "-o", archived, *more)
    assert done.code == 0, done.out
    assert (done.document["before"], done.document["level"]) == ("B-B", "B-LTA")
    assert done.document["by_document_time_stamp"] is True
    assert archived.read_bytes().startswith(signed.read_bytes())
    again = hoso("extend", archived, "-o", renewed, *more)
    assert again.code == 0
    assert "gia hạn" in again.out
    assert hoso("validate", renewed, "--trust", desk / "root.pem", "--offline").code == 0
    lower = hoso("--json", "extend", archived, "-o", desk / "4.pdf", "--level", "b-t", "--tsa", authority.tsa)
    assert (lower.code, lower.error["code"]) == (1, "LEVEL_REACHED")
    assert not (desk / "4.pdf").exists()


def test_a_failing_server_leaves_no_file_and_the_batch_goes_on(hoso: Hoso, authority: Any, desk: Path) -> None:
    out = desk / "ra.pdf"
    more = ["--level", "b-t", "--trust", desk / "root.pem"]
    with liar(lambda body: b"<html>") as server:
        done = hoso("--json", "sign", desk / "tờ khai.pdf", "-o", out, *_key(desk), *more, "--tsa", server.url)
    assert (done.code, done.error["code"]) == (1, "TIME_STAMP_UNREADABLE")
    assert "127.0.0.1" in done.error["message"]
    missing = hoso("--json", "sign", desk / "tờ khai.pdf", "-o", out, *_key(desk), *more)
    assert (missing.code, missing.error["code"]) == (1, "TIME_STAMP_SERVER_MISSING")
    assert not out.exists()
    (desk / "không phải.pdf").write_bytes(b"%PDF-1.7 nothing")
    many = hoso(
        "--json", "sign", desk / "không phải.pdf", desk / "tờ khai.pdf", "--out-dir", desk / "ra", *_key(desk), *more,
        "--tsa", authority.tsa,
    )  # fmt: skip
    assert many.code == 3
    assert [row["state"] for row in many.document["files"]] == ["failed", "signed"]
    assert many.document["files"][1]["level"] == "B-T"


def test_a_revoked_certificate_is_asked_about_and_refused(hoso: Hoso, authority: Any, desk: Path) -> None:
    done = hoso(
        "--json", "sign", desk / "tờ khai.pdf", "-o", desk / "ra.pdf", *_key(desk, "revoked"),
        "--level", "b-t", "--tsa", authority.tsa, "--trust", desk / "root.pem",
    )  # fmt: skip
    assert (done.code, done.error["code"]) == (1, "SIGNING_REFUSED")
    assert [one["code"] for one in done.error["findings"]] == ["REVOKED"]
    assert not (desk / "ra.pdf").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["sign", "a.pdf", "-o", "b.pdf", "--level", "b-x"],
        ["sign", "a.pdf", "-o", "b.pdf", "--tsa", "http://a"],
        ["extend", "a.pdf", "-o", "b.pdf", "--level", "b-b"],
    ],
)
def test_wrong_use(hoso: Hoso, words: list[str]) -> None:
    assert hoso("--json", *words).code == 2


def test_xml_takes_a_time_stamp_and_nothing_above(hoso: Hoso, authority: Any, desk: Path) -> None:
    (desk / "a.xml").write_text('<HSo><HSoKhai id="NODETOKY"><ct>1</ct></HSoKhai><CKyDTu/></HSo>', "utf-8")
    more = [*_key(desk), "--xml-id", "NODETOKY", "--tsa", authority.tsa, "--trust", desk / "root.pem"]
    done = hoso("--json", "sign", desk / "a.xml", "-o", desk / "b.xml", *more, "--level", "b-t")
    assert done.code == 0, done.out
    judged = hoso("--json", "validate", desk / "b.xml", "--trust", desk / "root.pem", "--offline")
    one = judged.document["files"][0]["signatures"][0]
    assert (one["level"], one["integrity"]) == ("B-T", "intact")
    above = hoso("--json", "sign", desk / "a.xml", "-o", desk / "c.xml", *more, "--level", "b-lt")
    assert (above.code, above.error["code"]) == (1, "LEVEL_FOR_PDF_ONLY")
