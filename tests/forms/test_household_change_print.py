"""The paper of form 2, judged from its PDF by pdftotext, pdffonts and qpdf."""

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
from tests.forms.paper_kit import LONG, flat, judge


def template() -> Template:
    return load(bundled_library().choose("dkkd/thay-doi-ho-kinh-doanh", None, date(2026, 11, 21)))


def example(name: str) -> dict[str, Any]:
    return dict(next(found for found in template().examples if found.name == name).data)


def printed(data: dict[str, Any], **options: Any) -> Printed:
    found = template()
    values = {} if options.get("blank") else Form.load(found, None, data).values
    return print_form(found.ref, None, values, PrintOptions(timestamp=1_790_000_000, **options))


HEADINGS = {
    "doi-ten": "ĐĂNG KÝ THAY ĐỔI TÊN HỘ KINH DOANH",
    "doi-tru-so": "ĐĂNG KÝ THAY ĐỔI TRỤ SỞ CỦA HỘ KINH DOANH",
    "doi-chu-ho": "ĐĂNG KÝ THAY ĐỔI CHỦ HỘ KINH DOANH",
    "doi-von": "ĐĂNG KÝ THAY ĐỔI VỐN KINH DOANH",
    "doi-nganh": "ĐĂNG KÝ THAY ĐỔI NGÀNH, NGHỀ KINH DOANH",
    "cap-nhat": "B. ĐĂNG KÝ CẬP NHẬT, BỔ SUNG, HIỆU ĐÍNH",
    "cap-doi": "C. ĐĂNG KÝ CẤP ĐỔI SANG GIẤY CHỨNG NHẬN",
}


@pytest.mark.parametrize("name", ["complete", *HEADINGS])
def test_the_page_is_sound(name: str, tmp_path: Path) -> None:
    judge(printed(example(name)).pdf, tmp_path)


@pytest.mark.parametrize("name", HEADINGS)
def test_only_the_chosen_part_is_printed(name: str, tmp_path: Path) -> None:
    words = flat(printed(example(name)).pdf, tmp_path)
    assert [one for one, heading in HEADINGS.items() if heading in words] == [name]
    assert ("A. ĐĂNG KÝ THAY ĐỔI NỘI DUNG" in words) == name.startswith("doi-")
    assert "Hộ kinh doanh cam kết về tính hợp pháp" in words


def test_the_blank_form_has_every_part(tmp_path: Path) -> None:
    made = printed({}, blank=True)
    words = flat(made.pdf, tmp_path)
    for heading in HEADINGS.values():
        assert heading in words
    for expected in (
        "Lưu ý:", "kê khai đầy đủ thông tin tại Mục C của Mẫu này", "THÀNH VIÊN HỘ GIA ĐÌNH", "NỘI DUNG ĐĂNG KÝ THUẾ",
        "Chỉ tiêu 5.1: Địa chỉ nhận thông báo thuế", "7. Thông tin về các thành viên hộ gia đình", "Điều 123",
        "uỷ quyền cho thành viên khác làm chủ hộ kinh doanh", "(Ký và ghi họ tên)", "thì ghi thêm:",
    ):  # fmt: skip
        assert expected in words, expected
    assert not re.search(r"\d đồng", words)
    assert not re.search(r"\bX (Thành viên|Cá nhân|Không kinh doanh|Chủ hộ)", words)


def test_every_text_is_read_exactly_and_has_its_place(tmp_path: Path) -> None:
    data = example("complete")
    made = printed(data)
    words = flat(made.pdf, tmp_path)
    places = {mark.name.partition("[")[0] for mark in made.fields}
    for field in template().definition.form_fields.values():
        assert field.name in places, field.name
        if field.kind in ("text", "name", "email", "phone", "personal_id", "code") and not field.calculated:
            assert str(data[field.name]) in words, field.name
    assert set(template().definition.tables) <= places
    for expected in ("250.000.000 đồng", "Hai trăm năm mươi triệu đồng", "Thời điểm thay đổi vốn: 15/07/2026"):
        assert expected in words


def test_one_marked_place_for_the_signature() -> None:
    made = printed(example("complete"))
    assert [mark.name for mark in made.signatures] == ["chu_ho_kinh_doanh"]
    assert made.signatures[0].page == made.pages
    assert made.signatures[0].width > 150


def test_tables_run_over_pages_with_repeated_heads(tmp_path: Path) -> None:
    rows = [
        {"ho_ten": f"NGƯỜI THỨ {i:02}", "ngay_sinh": "1999-09-09", "gioi_tinh": "nam", "quoc_tich": "Việt Nam",
         "dan_toc": "Kinh", "noi_thuong_tru": "Số 1 phố Ví Dụ, tổ 3, phường Hoàn Kiếm, thành phố Hà Nội",
         "noi_o_hien_tai": "Số 9 đường Thử Nghiệm, phường Hải Châu, thành phố Đà Nẵng"}
        for i in range(1, 41)
    ]  # fmt: skip
    lines = [{"ten_nganh": f"Ngành thứ {i:02} " + "chi tiết " * 12, "ma_nganh": f"{4000 + i}"} for i in range(1, 41)]
    data = {**example("doi-ten"), "doi_thanh_vien": True, "thanh_vien": rows, "doi_nganh": True, "nganh_bo_sung": lines}
    made = printed(data)
    words = flat(made.pdf, tmp_path)
    for i in range(1, 41):
        assert f"NGƯỜI THỨ {i:02}" in words
        assert f"Ngành thứ {i:02}" in words
    assert words.count("Chữ ký") >= 3
    assert words.count("được bổ sung") >= 3
    assert len({mark.page for mark in made.fields if mark.name.startswith("thanh_vien[")}) >= 3


def test_long_names_wrap(tmp_path: Path) -> None:
    name = LONG[:120].strip()
    data = example("complete")
    names = "ten_ho_kinh_doanh ten_moi cu_ho_ten moi_ho_ten c_ten nguoi_ky ts_dia_chi hinh_thuc_von"
    data |= dict.fromkeys(names.split(), name)
    data["thanh_vien"] = [dict(data["thanh_vien"][0], ho_ten=name)]
    data["thue"] = [{"chi_tieu": name, "cu": name, "moi": name + " mới"}]
    data["von_moi"] = 999_999_999_999_999
    made = printed(data)
    words = flat(made.pdf, tmp_path)
    assert words.count(name) >= 8
    assert "999.999.999.999.999 đồng" in words
    pages = subprocess.run(
        ["pdftotext", "-bbox", tmp_path / "form.pdf", "-"], check=True, capture_output=True, text=True
    ).stdout
    boxes = [(float(a), float(b)) for a, b in re.findall(r'xMin="([\d.]+)".*?xMax="([\d.]+)"', pages)]
    assert min(a for a, _ in boxes) > 75
    assert max(b for _, b in boxes) < 595.3 - 45


@pytest.mark.parametrize("name", ["complete", "doi-chu-ho", "cap-doi"])
def test_what_is_printed_is_read_back(name: str) -> None:
    made = printed(example(name))
    back = read_back(made.pdf)
    assert (back.template, back.version) == ("dkkd/thay-doi-ho-kinh-doanh", "tt68-1")
    assert back.values == Form.load(template(), None, example(name)).values
    assert printed(example(name)).pdf == made.pdf
