"""Pages that are no forms: each prints whole, in both languages, whatever is missing."""

from __future__ import annotations

import io
import re
import subprocess
import unicodedata
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from forms.printing import Attachment, LayoutBroken, print_page

NAME = (
    "CÔNG TY TRÁCH NHIỆM HỮU HẠN MỘT THÀNH VIÊN THƯƠNG MẠI DỊCH VỤ XUẤT NHẬP KHẨU VÀ ĐẦU TƯ PHÁT TRIỂN"
    " ÁNH DƯƠNG NGUYỄN PHƯỚC KHÁNH"
)
HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
CLIENT = {"name": NAME, "tax_code": "0100686209", "address": "Số 12, ngõ 34, đường Nguyễn Thị Minh Khai"}
PROCEDURE = {"code": "1.001612", "name": "Đăng ký thành lập hộ kinh doanh"}
FILES = [
    {"name": "tờ_khai-01-GTGT_kỳ-2026-10_CÔNG-TY-TNHH-ÁNH-DƯƠNG.xml", "size": 123456, "sha256": HASH, "where": "Nộp"},
    {"name": "giấy tờ pháp lý.pdf", "size": 3123456, "sha256": HASH, "where": "Đính kèm", "pages": 3},
]
WHOLE = {"procedure": PROCEDURE, "client": CLIENT, "code": "000.00.00.G22-261122-0001"}
PAGES: dict[str, dict[str, Any]] = {
    "cover": WHOLE | {"agency": NAME, "parts": [{"title": FILES[0]["name"], "pages": 2, "signers": [NAME]}] * 30},
    "checklist": WHOLE | {"items": [{"name": NAME, "originals": 1, "copies": 0, "state": "missing", "note": "Sao"}]},
    "handover": WHOLE | {"portal": {"name": "Thuế điện tử"}, "steps": ["Đăng nhập."], "files": FILES},
    "receipt": WHOLE | {"received": "2026-11-22T07:02:11Z", "files": FILES, "trusted": True, "fee": 100000},
    "status": WHOLE | {"state": "Đang xử lý", "raw": "x😀", "history": [{"at": "2026-11-22T07:02:11Z", "raw": "Mới"}]},
    "evidence": WHOLE | {"files": FILES, "evidence": [{"at": "2026-11-22", "kind": "Biên nhận", "name": "b.jws"}]},
    "validation": {
        "files": [
            {
                "file": "tờ khai.pdf",
                "verdict": "invalid",
                "signatures": [
                    {
                        "name": "Signature1",
                        "verdict": "invalid",
                        "integrity": "broken",
                        "changes_after": "none",
                        "signer": {"common_name": NAME, "tax_code": None},
                        "signing_time": "2026-11-22T07:02:11Z",
                        "time_stamp": None,
                        "reasons": ["DIGEST_BROKEN"],
                    }
                ],
            }
        ],
        "reason_words": {"DIGEST_BROKEN": "Nội dung đã bị sửa sau khi ký."},
    },
    "result": {"agency": "Ủy ban nhân dân phường", "title": "Quyết định", "articles": [NAME], "date": "2026-11-27"},
    "slip": {"agency": "Trung tâm hành chính công", "submitter": CLIENT, "owner": NAME, "code": "000.00.00.G22-1"},
}


def text_of(pdf: bytes, path: Path) -> str:
    path.write_bytes(pdf)
    done = subprocess.run(["pdftotext", str(path), "-"], check=True, capture_output=True, text=True, timeout=60)
    return re.sub(r"\s+", " ", done.stdout)


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("layout", PAGES)
def test_page_prints_whole(layout: str, lang: str, tmp_path: Path) -> None:
    path = tmp_path / "page.pdf"
    done = print_page(layout, PAGES[layout], timestamp=1, lang=lang)
    text = text_of(done.pdf, path)
    assert NAME in text
    assert unicodedata.is_normalized("NFC", text)
    assert subprocess.run(["qpdf", "--check", str(path)], capture_output=True, check=False).returncode == 0
    fonts = subprocess.run(["pdffonts", str(path)], capture_output=True, text=True, check=True).stdout
    assert all(line.split()[-5] == "yes" for line in fonts.splitlines()[2:])
    assert print_page(layout, PAGES[layout], timestamp=1, lang=lang) == done
    with pikepdf.open(path) as pdf:
        assert str(pdf.Root.Lang) == lang
        assert len(str(pdf.docinfo["/Title"])) > 5


@pytest.mark.parametrize("layout", PAGES)
def test_page_prints_from_nothing(layout: str) -> None:
    assert print_page(layout, {}, timestamp=1).pages == 1


def test_times_are_told_in_vietnam(tmp_path: Path) -> None:
    text = text_of(print_page("receipt", PAGES["receipt"], timestamp=1).pdf, tmp_path / "a.pdf")
    assert "14:02 ngày 22/11/2026" in text
    assert "100.000 đồng" in text


def test_words_of_a_portal_that_cannot_be_printed_do_not_stop_the_page(tmp_path: Path) -> None:
    assert "x□" in text_of(print_page("status", PAGES["status"], timestamp=1).pdf, tmp_path / "a.pdf")


def test_result_and_slip_say_where_to_sign() -> None:
    assert [m.name for m in print_page("result", PAGES["result"], timestamp=1).signatures] == ["co_quan"]
    assert [m.name for m in print_page("slip", {}, timestamp=1).signatures] == ["nguoi_nop", "nguoi_tiep_nhan"]


def test_practice_pages_say_so_on_each_page(tmp_path: Path) -> None:
    done = print_page("cover", PAGES["cover"], timestamp=1, practice=True)
    assert done.pages > 1
    text = text_of(done.pdf, tmp_path / "a.pdf")
    assert text.count("THỰC HÀNH — không có giá trị pháp lý") == done.pages


def test_files_are_attached_byte_for_byte() -> None:
    receipt = Attachment("bien-nhan.jws", b"eyJ.\x00\xff", "application/jose", "Biên nhận")
    pdf = print_page("receipt", {}, timestamp=1, attachments=[receipt]).pdf
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert document.attachments["bien-nhan.jws"].get_file().read_bytes() == receipt.data


@pytest.mark.parametrize("layout", ["nothing", "../layouts/cover", "hoso.typ", ""])
def test_unknown_layout_is_an_error(layout: str) -> None:
    with pytest.raises(LayoutBroken):
        print_page(layout, {}, timestamp=1)
