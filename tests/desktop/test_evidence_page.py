"""The evidence of a dossier as a PDF: complete, in Vietnamese, with the receipt and the manifest inside as they are."""

from __future__ import annotations

import hashlib
import subprocess
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop import filing
from tests.desktop import ui_kit


def text_of(pdf: Path) -> str:
    told = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True).stdout
    return " ".join(unicodedata.normalize("NFC", told).split())


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = ui_kit.place()
    out = tmp_path_factory.mktemp("evidence") / "chung-cu.pdf"
    out.write_bytes(filing.print_evidence(place.desk, place.dossiers["done"]))
    return out


def test_it_says_what_was_filed_signed_and_received(printed: Path) -> None:
    place = ui_kit.place()
    ws = place.desk.workspace
    dossier = ws.dossiers.get(place.dossiers["done"])
    said = text_of(printed)
    whole = said.replace(" ", "")
    assert dossier.code in said
    assert dossier.client.tax_code in said
    assert "Biên nhận do cổng ký đã được xác minh." in said
    assert "HỢP LỆ" in said
    assert "KHÔNG HỢP LỆ" not in said
    for word in ("Gửi đi", "Ký hồ sơ", "Biên nhận", "Đã trả kết quả", "Tệp đã nộp"):
        assert word in said
    for file in ws.dossiers.files(dossier.id):
        assert file.sha256 in whole
    manifest = ws.dossiers.revision(dossier.id).manifest
    assert hashlib.sha256(manifest.encode()).hexdigest() in whole
    assert ws.outbox.of_dossier(dossier.id)[-1].key in whole
    assert "None" not in said


def test_the_receipt_inside_is_the_portals_byte_for_byte(printed: Path, tmp_path: Path) -> None:
    place = ui_kit.place()
    subprocess.run(["pdfdetach", "-saveall", "-o", tmp_path, printed], check=True)
    receipt = place.desk.workspace.outbox.receipt_of(place.dossiers["done"])
    assert (tmp_path / "bien-nhan.jws").read_bytes() == receipt.data
    manifest = place.desk.workspace.dossiers.revision(place.dossiers["done"]).manifest
    assert (tmp_path / "ban-ke.jws").read_text() == manifest


def test_a_dossier_that_was_never_filed_has_evidence_of_its_signing_only(tmp_path: Path) -> None:
    place = ui_kit.place()
    out = tmp_path / "a.pdf"
    out.write_bytes(filing.print_evidence(place.desk, place.dossiers["signed"], "en"))
    said = text_of(out)
    assert "VALID" in said
    assert "Dossier signed" in said
    assert "receipt" not in said.lower()


@pytest.fixture
def frame(qtbot: Any, qapp: Any) -> Iterator[Any]:
    made = ui_kit.window()
    yield made
    ui_kit.put_away(made)


def test_the_window_saves_it_from_the_page_that_follows(frame: Any, tmp_path: Path) -> None:
    frame.go("follow", dossier=ui_kit.place().dossiers["done"])
    ui_kit.settle(frame)
    page = frame.page("follow")
    target = tmp_path / "chung-cu.pdf"
    page.filed.save_evidence(target)
    ui_kit.settle(frame)
    assert ui_kit.place().desk.workspace.dossiers.get(ui_kit.place().dossiers["done"]).code in text_of(target)


def test_how_filing_went_is_told_in_one_of_three_levels_and_kept(frame: Any) -> None:
    place = ui_kit.place()
    name = place.dossiers["filed"]
    frame.go("follow", dossier=name)
    ui_kit.settle(frame)
    filed = frame.page("follow").filed
    assert [button.isVisible() for button in filed.levels] == [True, True, True]
    filed.levels[0].click()
    ui_kit.settle(frame)
    assert filing.rating(place.desk, name) == 3
    frame.go("home")
    frame.go("follow", dossier=name)
    ui_kit.settle(frame)
    filed = frame.page("follow").filed
    assert not any(button.isVisible() for button in filed.levels)
    assert "Hài lòng" in filed.thanks.text()
