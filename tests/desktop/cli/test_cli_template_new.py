"""`hoso template new --from`: from a Word or PDF form to a packed template, and the preview that follows its files."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.forms import word_kit
from tests.forms.acroform_kit import COMB, REQUIRED, Maker

Hoso = Callable[..., Any]
TEXTS = {
    "letter": ("kinh_gui", "so_dinh_danh", "noi_dung_de_nghi", "giay_to_kem_theo"),
    "authorisation": ("ho_va_ten", "ben_duoc_uy_quyen_ho_va_ten", "nop_ho_so", "co_thu_lao"),
}


@pytest.mark.parametrize("form", sorted(TEXTS))
def test_a_word_form_goes_all_the_way_to_a_package(hoso: Hoso, tmp_path: Path, form: str) -> None:
    source, folder = tmp_path / "Mẫu đơn.docx", tmp_path / "mau-moi"
    source.write_bytes(getattr(word_kit, form)())
    made = hoso("template", "new", folder, "--from", source, "--json")
    assert made.code == 0, made.err
    assert made.document["unsure"] == 0
    assert Path(made.document["report"]).is_file()
    fields = json.dumps(json.loads((folder / "definition.json").read_text(encoding="utf-8")))
    for key in TEXTS[form]:
        assert f'"{key}"' in fields
    linted = hoso("template", "lint", folder, "--json")
    assert linted.code == 0
    assert all(finding["severity"] == "warning" for finding in linted.document["findings"])
    assert hoso("template", "test", folder).code == 0
    pdf = tmp_path / "xem.pdf"
    assert hoso("template", "preview", folder, "-o", pdf).code == 0
    text = subprocess.run(["pdftotext", pdf, "-"], capture_output=True, check=True, text=True).stdout
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text
    assert "Nguyễn Thị Ví Dụ" in text
    package = tmp_path / "mau.zip"
    assert hoso("template", "pack", folder, "-o", package).code == 0
    again = hoso("template", "lint", package, "--json")
    assert again.code == 0


def test_a_pdf_with_fields_gives_their_kinds_lengths_and_labels(hoso: Hoso, tmp_path: Path) -> None:
    maker = Maker()
    maker.text("ten", (100, 700, 400, 716), TU="Họ và tên")
    maker.text("mst", (100, 670, 400, 686), TU="Mã số thuế", MaxLen=13, flags=COMB | REQUIRED)
    maker.check("dong_y", (100, 640, 112, 652), TU="Đồng ý nhận thông báo")
    maker.radio("gioi", [(100, 610, 112, 622), (160, 610, 172, 622)], ["Nam", "Nu"], TU="Giới tính")
    maker.choice("loai", (100, 580, 300, 596), [("a", "Cá nhân"), ("b", "Tổ chức")], TU="Loại người nộp")
    source, folder = tmp_path / "form.pdf", tmp_path / "tu-pdf"
    source.write_bytes(maker.data())
    made = hoso("template", "new", folder, "--from", source, "--json")
    assert made.code == 0, made.out
    found = {
        item["label"]["vi"]: item
        for section in json.loads((folder / "definition.json").read_text(encoding="utf-8"))["sections"]
        for item in section["items"]
    }
    assert found["Họ và tên"]["kind"] == "name"
    assert found["Mã số thuế"]["kind"] == "tax_code"
    assert found["Mã số thuế"]["required"] is True
    assert found["Đồng ý nhận thông báo"]["kind"] == "check"
    assert len(found["Giới tính"]["options"]) == 2
    assert [option["label"]["vi"] for option in found["Loại người nộp"]["options"]] == ["Cá nhân", "Tổ chức"]
    assert hoso("template", "lint", folder).code == 0
    assert hoso("template", "test", folder).code == 0


def test_a_flat_pdf_is_read_by_its_dots(hoso: Hoso, tmp_path: Path) -> None:
    word, pdf = tmp_path / "don.docx", tmp_path / "don.pdf"
    word.write_bytes(word_kit.letter())
    assert hoso("template", "new", tmp_path / "a", "--from", word).code == 0
    assert hoso("template", "preview", tmp_path / "a", "-o", pdf, "--blank").code == 0
    made = hoso("template", "new", tmp_path / "b", "--from", pdf, "--json")
    assert made.code == 0
    assert "LOOKS_LOST" in made.document["remarks"]
    text = (tmp_path / "b" / "definition.json").read_text(encoding="utf-8")
    for key in ("so_dinh_danh", "dien_thoai", "email", "ma_so_thue"):
        assert f'"{key}"' in text
    assert hoso("template", "lint", tmp_path / "b").code == 0


def test_an_old_word_file_is_answered_with_the_way_out(hoso: Hoso, tmp_path: Path) -> None:
    source, folder = tmp_path / "cu.doc", tmp_path / "mau"
    source.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    refused = hoso("template", "new", folder, "--from", source, "--json")
    assert refused.code == 1
    assert refused.error["code"] == "WORD_OLD"
    assert ".docx" in refused.error["remedy"]
    assert not folder.exists(), "a refusal leaves nothing behind"


def test_what_is_there_is_never_written_over(hoso: Hoso, tmp_path: Path) -> None:
    source, folder = tmp_path / "don.docx", tmp_path / "mau"
    source.write_bytes(word_kit.letter())
    folder.mkdir()
    (folder / "ghi-chu.txt").write_text("của tôi", encoding="utf-8")
    refused = hoso("template", "new", folder, "--from", source, "--json")
    assert refused.error["code"] == "TEMPLATE_UNREADABLE"
    assert [path.name for path in folder.iterdir()] == ["ghi-chu.txt"]


def test_a_preview_does_not_spoil_the_folder(hoso: Hoso, tmp_path: Path) -> None:
    folder = tmp_path / "mau"
    assert hoso("template", "new", folder).code == 0
    assert hoso("template", "preview", folder, "-o", folder / "xem.pdf").code == 2


@pytest.mark.skipif(sys.platform == "win32", reason="sends the interrupt of a terminal")
def test_the_preview_follows_the_files(hoso: Hoso, tmp_path: Path) -> None:
    folder, pdf = tmp_path / "mau", tmp_path / "xem.pdf"
    assert hoso("template", "new", folder).code == 0
    layout = folder / "layout.typ"
    whole = layout.read_text(encoding="utf-8")
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "desktop",
        "template",
        "preview",
        folder,
        "-o",
        pdf,
        "--watch",
        "--json",
    ]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, cwd=tmp_path
    ) as process:
        try:
            _until(pdf.is_file)
            first = pdf.read_bytes()
            layout.write_text(whole + "\n#par[\n", encoding="utf-8")  # saved in the middle of a thought
            time.sleep(1)
            assert process.poll() is None
            assert pdf.read_bytes() == first, "the last page that printed stays"
            layout.write_text(whole.replace("ĐƠN ĐỀ NGHỊ", "ĐƠN XIN VIỆC"), encoding="utf-8")
            _until(lambda: "ĐƠN XIN VIỆC" in _text(pdf))
        finally:
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=30)
    assert process.returncode == 0
    assert json.loads(out)["printed"] == 2
    assert "Traceback" not in err


def _text(pdf: Path) -> str:
    return subprocess.run(["pdftotext", pdf, "-"], capture_output=True, check=False, text=True).stdout


def _until(holds: Callable[[], bool]) -> None:
    for _ in range(1200):
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError("it did not come to that")
