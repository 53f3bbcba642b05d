"""The paper of CT01, both versions, judged from its PDF by pdftotext, pdffonts and qpdf."""

from __future__ import annotations

import re
import subprocess
import unicodedata
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from forms.form import Form
from forms.printing import Printed, PrintOptions, print_form, read_back
from forms.template import Template, bundled_library, load
from tests.forms.paper_kit import LONG, judge

VERSIONS = {"tt53-1": date(2026, 6, 30), "tt116-1": date(2026, 7, 1)}


def template(version: str = "tt116-1") -> Template:
    return load(bundled_library().choose("cu-tru/ct01", None, VERSIONS[version]))


def example(name: str, version: str = "tt116-1") -> dict[str, Any]:
    return dict(next(found for found in template(version).examples if found.name == name).data)


def printed(data: dict[str, Any], version: str = "tt116-1", **options: Any) -> Printed:
    found = template(version)
    values = {} if options.get("blank") else Form.load(found, None, data).values
    return print_form(found.ref, None, values, PrintOptions(timestamp=1_790_000_000, **options))


def pages(pdf: bytes, folder: Path, *options: str) -> list[str]:
    path = folder / "form.pdf"
    path.write_bytes(pdf)
    out = subprocess.run(["pdftotext", *options, path, "-"], check=True, capture_output=True).stdout.decode()
    assert unicodedata.is_normalized("NFC", out)
    return [re.sub(r"\s+", " ", page) for page in out.split("\f")[:-1]]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_page_is_sound(version: str, tmp_path: Path) -> None:
    judge(printed(example("complete", version), version).pdf, tmp_path)


@pytest.mark.parametrize(
    ("version", "words"),
    [
        ("tt53-1", ("Thông tư số 53/2025/TT-BCA", "Ý KIẾN CỦA CHA, MẸ HOẶC NGƯỜI GIÁM HỘ(5)", "NGƯỜI KÊ KHAI(6)",
                    "(7) Chỉ kê khai")),
        ("tt116-1", ("Thông tư số 116/2026/TT-BCA", "Ý KIẾN CỦA CHA HOẶC MẸ HOẶC NGƯỜI GIÁM HỘ(6)", "NGƯỜI KÊ KHAI(7)",
                     "(8) Chỉ kê khai", "trừ trường hợp người dưới 6 tuổi")),
    ],
)  # fmt: skip
def test_each_version_has_its_own_words(version: str, words: tuple[str, ...], tmp_path: Path) -> None:
    whole = " ".join(pages(printed(example("complete", version), version).pdf, tmp_path, "-raw"))
    whole = re.sub(r" \((\d)\)", r"(\1)", whole)
    for expected in (
        *words, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "TỜ KHAI THAY ĐỔI THÔNG TIN CƯ TRÚ", "Kính gửi(1)",
        "1. Họ, chữ đệm và tên khai sinh: TRẦN THỊ VÍ DỤ (HƯ CẤU)", "3. Giới tính: Nữ",
        "8. Mối quan hệ với chủ hộ: Người",
        "Đăng ký tạm trú tại: Số 1 phố Ví Dụ, tổ 3, Phường Hoàn Kiếm, Thành phố Hà Nội (theo giấy tờ: phường Tràng",
        "11. Những thành viên trong hộ gia đình cùng thay đổi:", "001096777777", "(Đồng ý qua VNeID)", "Chú thích:",
    ):  # fmt: skip
        assert expected in whole, expected
    digits = whole.replace(" ", "")
    assert "001198888888" in digits
    assert "001070999999" in digits


def test_notes_of_2025_are_one_lower(tmp_path: Path) -> None:
    whole = " ".join(pages(printed(example("complete", "tt53-1"), "tt53-1").pdf, tmp_path, "-raw"))
    assert "ghi thông tin chủ hộ gia đình mới" not in whole
    assert "(8)" not in whole


def test_the_head_stands_again_in_7_and_9(tmp_path: Path) -> None:
    (first, *_) = pages(printed(example("chu-ho")).pdf, tmp_path, "-raw")
    assert first.count("TRẦN THỊ VÍ DỤ (HƯ CẤU)") == 2  # filed online: no name under the signature
    assert first.replace(" ", "").count("001198888888") == 2
    assert "8. Mối quan hệ với chủ hộ: Chủ hộ" in first


@pytest.mark.parametrize("version", VERSIONS)
def test_every_field_has_its_place(version: str) -> None:
    places = {mark.name.partition("[")[0] for mark in printed(example("complete", version), version).fields}
    for name in (*template(version).definition.form_fields, "thanh_vien"):
        assert name in places, name


@pytest.mark.parametrize("rows", [0, 1, 2, 9, 15, 17, 18, 19, 20, 21, 22, 24, 45])
def test_four_places_for_signatures_stand_together_with_a_row(rows: int, tmp_path: Path) -> None:
    people = [
        {"ho_ten": f"NGƯỜI THỨ {n:02}", "ngay_sinh": "1999-09-09", "gioi_tinh": "nam", "quan_he": "Con",
         "so_dinh_danh": f"0010990000{n:02}"}
        for n in range(1, rows + 1)
    ]  # fmt: skip
    made = printed(example("complete") | {"thanh_vien": people})
    assert [mark.name for mark in made.signatures] == ["chu_ho", "chu_so_huu", "cha_me", "nguoi_ke_khai"]
    [page] = {mark.page for mark in made.signatures}
    xs = [mark.x for mark in made.signatures]
    assert xs == sorted(xs)
    assert all(mark.width > 80 and mark.height > 55 and mark.y > 20 for mark in made.signatures)
    text = pages(made.pdf, tmp_path)[page - 1]
    assert "Mối quan hệ" in text
    if rows:
        assert f"NGƯỜI THỨ {rows:02}" in text


def test_long_names_wrap(tmp_path: Path) -> None:
    name = LONG[:120].strip()
    fields = "kinh_gui ho_ten ten_chu_ho noi_o_dia_chi dia_gioi_cu noi_dung chu_so_huu_ten cha_me_ten"
    data = example("complete") | dict.fromkeys(fields.split(), name)
    data["thanh_vien"] = [dict(data["thanh_vien"][0], ho_ten=name)]
    made = printed(data)
    whole = " ".join(pages(made.pdf, tmp_path, "-raw"))
    assert whole.count("KHÁNH VY") >= 10
    assert whole.count(name) >= 8
    found = subprocess.run(
        ["pdftotext", "-bbox", tmp_path / "form.pdf", "-"], check=True, capture_output=True, text=True
    )
    boxes = [(float(a), float(b)) for a, b in re.findall(r'xMin="([\d.]+)".*?xMax="([\d.]+)"', found.stdout)]
    assert min(a for a, _ in boxes) > 65
    assert max(b for _, b in boxes) < 595.3 - 40


def test_blank_form_has_nine_rows_and_boxes(tmp_path: Path) -> None:
    made = printed({}, blank=True)
    (first, _) = pages(made.pdf, tmp_path)
    assert re.search(r"1\. Họ, chữ đệm và tên khai sinh: \.{30,}", first)
    assert "(8) Số định danh cá nhân" in first
    assert made.pages == 2


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_printed_is_read_back(version: str) -> None:
    made = printed(example("complete", version), version)
    back = read_back(made.pdf)
    assert (back.template, back.version) == ("cu-tru/ct01", version)
    assert back.values == Form.load(template(version), None, example("complete", version)).values
    assert printed(example("complete", version), version).pdf == made.pdf
