"""The paper of the household forms 3, 4 and 5, judged from its PDF by pdftotext, pdffonts and qpdf."""

from __future__ import annotations

import re
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from forms.form import Form
from forms.printing import Printed, PrintOptions, print_form, read_back
from forms.template import Template, bundled_library, load
from tests.forms.paper_kit import LONG, flat, text

PAUSE, END, COPY = "dkkd/tam-ngung-ho-kinh-doanh", "dkkd/cham-dut-ho-kinh-doanh", "dkkd/cap-lai-ho-kinh-doanh"
PAPERS = [PAUSE, END, COPY]


def template(id: str) -> Template:
    return load(bundled_library().choose(id, None, date(2026, 11, 21)))


def example(id: str, name: str = "complete") -> dict[str, Any]:
    return dict(next(found for found in template(id).examples if found.name == name).data)


def printed(id: str, data: dict[str, Any], **options: Any) -> Printed:
    found = template(id)
    values = {} if options.get("blank") else Form.load(found, None, data).values
    return print_form(found.ref, None, values, PrintOptions(timestamp=1_790_000_000, **options))


@pytest.mark.parametrize("id", PAPERS)
def test_the_page_is_sound(id: str, tmp_path: Path) -> None:
    path = tmp_path / "form.pdf"
    made = printed(id, example(id))
    path.write_bytes(made.pdf)
    assert made.pages == 1
    assert subprocess.run(["qpdf", "--check", path], capture_output=True).returncode == 0
    fonts = subprocess.run(["pdffonts", path], check=True, capture_output=True, text=True).stdout.splitlines()[2:]
    assert fonts
    for line in fonts:
        assert line.split()[-5:-2] == ["yes", "yes", "yes"], line


WORDS = {
    PAUSE: (
        "Mẫu số 3, Phụ lục II", "Đăng ký tạm ngừng kinh doanh/tiếp tục kinh doanh trước thời hạn",
        "1. Trường hợp tạm ngừng kinh doanh thì ghi", "kể từ ngày 01/08/2026 đến hết ngày 31/01/2027",
        "Lý do tạm ngừng kinh doanh: Sửa chữa địa điểm kinh doanh",
        "2. Trường hợp tiếp tục kinh doanh trước thời hạn đã đăng ký thì ghi", "CHỦ HỘ KINH DOANH",
        "Hộ kinh doanh cam kết về tính hợp pháp, chính xác, trung thực và hoàn toàn chịu trách nhiệm",
    ),
    END: (
        "Mẫu số 4, Phụ lục II", "THÔNG BÁO", "Về việc chấm dứt hoạt động hộ kinh doanh",
        "đã thanh toán đầy đủ các khoản nợ, gồm cả nợ thuế", "CHỦ HỘ KINH DOANH/NGƯỜI THỪA KẾ",
    ),
    COPY: (
        "Mẫu số 5, Phụ lục II", "GIẤY ĐỀ NGHỊ", "Cấp lại Giấy chứng nhận đăng ký hộ kinh doanh",
        "Lý do đề nghị cấp lại: Giấy chứng nhận bản giấy bị mất", "CHỦ HỘ KINH DOANH",
    ),
}  # fmt: skip


@pytest.mark.parametrize("id", PAPERS)
def test_the_words_of_the_form(id: str, tmp_path: Path) -> None:
    words = flat(printed(id, example(id)).pdf, tmp_path)
    for expected in (
        *WORDS[id], "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc",
        "Hoàn Kiếm, ngày 20 tháng 07 năm 2026", "Kính gửi: Cơ quan đăng ký kinh doanh phường Hoàn Kiếm",
        "Tên hộ kinh doanh (ghi bằng chữ in hoa): HỘ KINH DOANH ÁNH SAO VÍ DỤ (HƯ CẤU)",
        "Mã số hộ kinh doanh: 001099999999", "(Ký và ghi họ tên)",
    ):  # fmt: skip
        assert expected in words, expected


def test_a_resumption_fills_the_second_part(tmp_path: Path) -> None:
    words = flat(printed(PAUSE, example(PAUSE, "tiep-tuc")).pdf, tmp_path)
    assert "kể từ ngày 27 tháng 07 năm 2026" in words
    assert "Lý do tiếp tục kinh doanh: Đã sửa xong địa điểm kinh doanh" in words


@pytest.mark.parametrize("id", PAPERS)
def test_every_field_has_its_place(id: str) -> None:
    places = {mark.name for mark in printed(id, example(id)).fields}
    if id == PAUSE:
        places |= {mark.name for mark in printed(id, example(id, "tiep-tuc")).fields}
    assert set(template(id).definition.form_fields) - places == set()


@pytest.mark.parametrize("id", PAPERS)
def test_one_marked_place_for_the_signature(id: str) -> None:
    made = printed(id, example(id))
    assert [mark.name for mark in made.signatures] == ["chu_ho_kinh_doanh"]
    mark = made.signatures[0]
    assert mark.page == made.pages
    assert mark.width > 150
    assert mark.height > 70


@pytest.mark.parametrize("id", PAPERS)
def test_long_names_and_reasons_wrap(id: str, tmp_path: Path) -> None:
    name = LONG[:120].strip()
    data = example(id) | {"ten_ho_kinh_doanh": name, "nguoi_ky": name, "kinh_gui": "Cơ quan đăng ký " + name}
    for reason in ("ly_do", "ly_do_tam_ngung"):
        if reason in data:
            data[reason] = "Dòng thứ nhất\nDòng thứ hai " + "rất dài và còn dài nữa " * 30
    made = printed(id, data)
    words = flat(made.pdf, tmp_path)
    assert words.count("TÔN NỮ NGUYỄN PHÚC") >= 4
    assert name in words
    pages = subprocess.run(
        ["pdftotext", "-bbox", tmp_path / "form.pdf", "-"], check=True, capture_output=True, text=True
    ).stdout
    boxes = [(float(a), float(b)) for a, b in re.findall(r'xMin="([\d.]+)".*?xMax="([\d.]+)"', pages)]
    assert min(a for a, _ in boxes) > 75
    assert max(b for _, b in boxes) < 595.3 - 45


@pytest.mark.parametrize("id", PAPERS)
def test_the_blank_form_has_lines_to_write_on(id: str, tmp_path: Path) -> None:
    made = printed(id, {}, blank=True)
    joined = re.sub(r"(?<=\.) (?=\.)", "", text(made.pdf, tmp_path, "-layout"))
    assert "TÊN HỘ KINH DOANH" in joined
    assert re.search(r"Mã số hộ kinh doanh: ?\.{40,}", joined)
    assert made.pages == 1


@pytest.mark.parametrize("id", PAPERS)
def test_what_is_printed_is_read_back(id: str) -> None:
    made = printed(id, example(id))
    back = read_back(made.pdf)
    assert (back.template, back.version) == (id, "tt68-1")
    assert back.values == Form.load(template(id), None, example(id)).values
    assert printed(id, example(id)).pdf == made.pdf
