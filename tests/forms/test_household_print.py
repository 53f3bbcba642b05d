"""The paper of the household registration form, judged from its PDF by pdftotext, pdffonts and qpdf."""

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
from tests.forms.paper_kit import LONG, flat, judge, text


def template() -> Template:
    return load(bundled_library().choose("dkkd/ho-kinh-doanh", None, date(2026, 11, 21)))


def example(name: str) -> dict[str, Any]:
    return dict(next(found for found in template().examples if found.name == name).data)


def printed(data: dict[str, Any], **options: Any) -> Printed:
    found = template()
    values = {} if options.get("blank") else Form.load(found, None, data).values
    return print_form(found.ref, None, values, PrintOptions(timestamp=1_790_000_000, **options))


@pytest.mark.parametrize("name", ["complete", "toi-thieu", "ho-gia-dinh", "khong-so-dinh-danh"])
def test_the_page_is_sound(name: str, tmp_path: Path) -> None:
    judge(printed(example(name)).pdf, tmp_path)


def test_the_paper_has_the_words_of_the_form(tmp_path: Path) -> None:
    words = flat(printed(example("complete")).pdf, tmp_path)
    for expected in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "GIẤY ĐỀ NGHỊ ĐĂNG KÝ HỘ KINH DOANH",
        "Hoàn Kiếm, ngày 20 tháng 07 năm 2026", "Kính gửi: Cơ quan đăng ký kinh doanh phường Hoàn Kiếm",
        "68/2025/TT-BTC", "Tôi là (ghi họ tên bằng chữ in hoa): NGUYỄN VĂN THỰC HÀNH (HƯ CẤU)", "Sinh ngày: 09/09/1999",
        "Số định danh cá nhân: 001099999999", "Đăng ký hộ kinh doanh do tôi là chủ hộ với các nội dung sau",
        "1. Tên hộ kinh doanh", "2. Trụ sở của hộ kinh doanh", "Xã/Phường/Đặc khu: Phường Hoàn Kiếm",
        "Tỉnh/Thành phố trực thuộc trung ương: Thành phố Hà Nội", "Không kinh doanh tại trụ sở",
        "3. Ngành, nghề kinh doanh", "4. Vốn kinh doanh", "105.000.000 đồng", "Một trăm linh năm triệu đồng",
        "5. Thông tin đăng ký thuế", "5.1. Địa chỉ nhận thông báo thuế", "5.2. Ngày bắt đầu hoạt động: 01/08/2026",
        "5.3. Tổng số lao động (dự kiến): 3", "5.4. Phương pháp tính thuế GTGT", "6. Chủ thể thành lập hộ kinh doanh",
        "7. Thông tin về các thành viên hộ gia đình", "Tôi xin cam kết", "CHỦ HỘ KINH DOANH", "(Ký và ghi họ tên)",
    ):  # fmt: skip
        assert expected in words, expected
    assert "hộ chiếu" not in words


def test_two_pages_are_enough() -> None:
    assert printed(example("complete")).pages == 2
    assert printed(example("ho-gia-dinh")).pages == 2
    assert printed({}, blank=True).pages == 2


def test_every_text_is_read_exactly(tmp_path: Path) -> None:
    data = example("complete")
    words = flat(printed(data).pdf, tmp_path)
    for field in template().definition.form_fields.values():
        if field.kind in ("text", "name", "email", "phone", "personal_id", "code") and not field.calculated:
            assert str(data.get(field.name, "")) in words, field.name


def test_every_field_has_its_place() -> None:
    found = template().definition
    complete = {mark.name for mark in printed(example("complete")).fields}
    passport = {mark.name for mark in printed(example("khong-so-dinh-danh")).fields}
    household = {mark.name for mark in printed(example("ho-gia-dinh")).fields}
    assert set(found.form_fields) - complete - passport == set()
    for table, marks in (("nganh_nghe", complete), ("thanh_vien", household)):
        assert {f"{table}[1].{column.name}" for column in found.tables[table].columns} <= marks


def test_one_marked_place_for_the_signature() -> None:
    made = printed(example("complete"))
    assert [mark.name for mark in made.signatures] == ["chu_ho_kinh_doanh"]
    mark = made.signatures[0]
    assert mark.page == made.pages
    assert mark.width > 150
    assert mark.height > 70
    assert 0 < mark.x < mark.x + mark.width < 595.3
    assert 0 < mark.y < mark.y + mark.height < 842


def test_the_chosen_boxes_are_crossed(tmp_path: Path) -> None:
    words = flat(printed(example("ho-gia-dinh")).pdf, tmp_path, "-layout")
    assert re.search(r"X Các thành viên hộ gia đình", words)
    assert re.search(r"X Phương pháp kê khai", words)
    assert not re.search(r"X Cá nhân", words)
    assert not re.search(r"X Phương pháp khoán", words)
    assert re.search(r"X Không kinh doanh tại trụ sở", words)


def test_without_a_number_passport_and_residence_are_printed(tmp_path: Path) -> None:
    words = flat(printed(example("khong-so-dinh-danh")).pdf, tmp_path)
    assert "Số hộ chiếu: C0000001" in words
    assert "Ngày cấp: 01/03/2024" in words
    assert words.count("Xã Sóc Sơn") == 2, "who lives at the permanent address has it in both places"


def test_members_table_has_ten_columns_and_runs_over_pages(tmp_path: Path) -> None:
    rows = [
        {"ho_ten": f"NGƯỜI THỨ {i:02}", "ngay_sinh": "1999-09-09", "gioi_tinh": "nam", "quoc_tich": "Việt Nam",
         "dan_toc": "Kinh", "noi_thuong_tru": "Số 1 phố Ví Dụ, tổ 3, phường Hoàn Kiếm, thành phố Hà Nội",
         "noi_o_hien_tai": "Số 9 đường Thử Nghiệm, phường Hải Châu, thành phố Đà Nẵng"}
        for i in range(1, 31)
    ]  # fmt: skip
    made = printed(example("ho-gia-dinh") | {"thanh_vien": rows})
    words = flat(made.pdf, tmp_path)
    assert made.pages > 3
    for i in range(1, 31):
        assert f"NGƯỜI THỨ {i:02}" in words
    heads = text(made.pdf, tmp_path, "-layout").count("Chữ ký")
    assert heads >= 2, "the head is repeated on each page"
    assert re.search(r"1 2 3 4 5 6 7 8 9 10\b", words)
    assert len({mark.page for mark in made.fields if mark.name.startswith("thanh_vien[")}) >= 2


def test_long_names_wrap(tmp_path: Path) -> None:
    name = LONG[:120].strip()
    assert len(name) >= 118
    data = example("ho-gia-dinh")
    rows = [dict(row) for row in data["thanh_vien"]]
    rows[1]["ho_ten"] = name
    data |= {
        "ho_ten": name, "ten_ho_kinh_doanh": "HỘ KINH DOANH " + name[:106], "ten_nuoc_ngoai": name, "thanh_vien": rows,
        "kinh_gui": "Cơ quan đăng ký kinh doanh " + name, "tru_so_dia_chi": name, "von_kinh_doanh": 999_999_999_999_999,
    }  # fmt: skip
    made = printed(data)
    words = flat(made.pdf, tmp_path)
    assert words.count("TÔN NỮ NGUYỄN PHÚC") >= 5
    assert name in words
    assert "999.999.999.999.999 đồng" in words
    path = tmp_path / "form.pdf"
    pages = subprocess.run(["pdftotext", "-bbox", path, "-"], check=True, capture_output=True, text=True).stdout
    boxes = [(float(a), float(b)) for a, b in re.findall(r'xMin="([\d.]+)".*?xMax="([\d.]+)"', pages)]
    assert min(a for a, _ in boxes) > 60
    assert max(b for _, b in boxes) < 595.3 - 45


def test_blank_form_has_lines_to_write_on(tmp_path: Path) -> None:
    made = printed({}, blank=True)
    words = text(made.pdf, tmp_path, "-layout")
    joined = re.sub(r"(?<=\.) (?=\.)", "", words)
    assert re.search(r"Số định danh cá nhân: ?\.{40,}", joined)
    assert re.search(r"HỘ KINH DOANH ?\.{8,}", joined)
    assert re.search(r"\(bằng số; VNĐ\): ?\.{40,}", joined)
    assert not re.search(r"\d đồng", words)
    assert "hộ chiếu" not in words
    assert not re.search(r"\bX (Cá nhân|Các thành viên|Phương pháp|Không kinh doanh)", words)


def test_the_draft_mark_keeps_clear_of_the_form(tmp_path: Path) -> None:
    made = printed(example("complete"), draft=True)
    assert "BẢN NHÁP" in text(made.pdf, tmp_path)
    assert made.pages == 2


@pytest.mark.parametrize("name", ["complete", "ho-gia-dinh", "khong-so-dinh-danh"])
def test_what_is_printed_is_read_back(name: str) -> None:
    back = read_back(printed(example(name)).pdf)
    assert (back.template, back.version, back.period) == ("dkkd/ho-kinh-doanh", "tt68-1", None)
    assert back.values == Form.load(template(), None, example(name)).values


def test_the_same_data_gives_the_same_bytes() -> None:
    assert printed(example("complete")).pdf == printed(example("complete")).pdf
