"""The visible signature: always whole, always Vietnamese."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from signing import errors, stamp
from signing.certificate import Role

NOW = datetime(2026, 7, 15, 9, 30, tzinfo=UTC)

FONTS = Path(__file__).parents[2] / "resources" / "fonts"
VIETNAMESE = "aăâbcdđeêghiklmnoôơpqrstuưvxyàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵfjwz"


@pytest.fixture(scope="module")
def font() -> Any:
    return stamp.prepare_font((FONTS / "NotoSans-Stamp.ttf").read_bytes())


def test_the_font_has_every_vietnamese_letter_and_is_small(font: Any) -> None:
    assert font.lacks(VIETNAMESE + VIETNAMESE.upper() + "0123456789.,:;–—“”‘’()/•₫&@") == ""
    assert len(font.program) < 20_000
    assert stamp.prepare_font((FONTS / "NotoSans-Stamp.ttf").read_bytes()) is font


@pytest.mark.parametrize("name", ["NotoSans-Stamp", "NotoSans-Bold", "LiberationSerif-Regular"])
def test_widths_are_thousandths_of_the_em_whatever_the_font_counts_in(name: str) -> None:
    """Against fontTools: 2048 units to the em (Liberation) must not print letters twice too far apart."""
    from fontTools.ttLib import TTFont

    path = FONTS / f"{name}.ttf"
    ours, theirs = stamp.prepare_font(path.read_bytes()), TTFont(path)
    names, metrics, em = theirs.getBestCmap(), theirs["hmtx"], theirs["head"].unitsPerEm
    order = theirs.getReverseGlyphMap()
    for letter in VIETNAMESE + VIETNAMESE.upper():
        glyph = names[ord(letter)]
        assert ours.glyphs[ord(letter)] == order[glyph]
        assert ours.measure(letter, 1000) == pytest.approx(metrics[glyph][0] * 1000 / em, abs=0.01)


def test_to_unicode_gives_the_letters_back(font: Any) -> None:
    import re
    import zlib

    pairs = re.findall(rb"<(\w{4})> <(\w+)>", zlib.decompress(font.to_unicode))
    back = {int(glyph, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for glyph, text in pairs}
    for letter in VIETNAMESE + VIETNAMESE.upper():
        assert back[font.glyphs[ord(letter)]] == letter


@pytest.mark.parametrize("box", [(220, 80), (120, 60), (90, 140), (400, 30)])
def test_a_name_of_120_letters_is_never_cut(box: tuple[float, float], font: Any) -> None:
    name = (
        "CÔNG TY TRÁCH NHIỆM HỮU HẠN MỘT THÀNH VIÊN THƯƠNG MẠI DỊCH VỤ XUẤT NHẬP KHẨU "
        "NGUYỄN VŨ QUỲNH HƯƠNG VÀ CÁC CỘNG SỰ MIỀN TÂY"
    )
    assert len(name) >= 120
    fitted = stamp.fit((f"Ký bởi: {name}", "MST: 0312345678"), *box, font)
    joined = " ".join(fitted.lines)
    assert joined == f"Ký bởi: {name} MST: 0312345678"
    assert all(font.measure(line, fitted.size) <= box[0] - 8 for line in fitted.lines)
    assert len(fitted.lines) * fitted.size * 1.28 <= box[1] - 8 + 0.1


def test_one_endless_word_is_broken_not_lost(font: Any) -> None:
    word = "W" * 90
    fitted = stamp.fit((word,), 100, 60, font)
    assert "".join(fitted.lines) == word


def test_too_small_a_box_and_foreign_letters_are_said(font: Any) -> None:
    with pytest.raises(errors.StampTooSmall):
        stamp.fit(("Ký bởi: CÔNG TY TNHH ÁNH DƯƠNG",), 30, 12, font)
    with pytest.raises(errors.StampLacksLetters) as caught:
        stamp.fit(("株式会社",), 200, 80, font)
    assert "株" in caught.value.letters
    with pytest.raises(errors.StampFontUnreadable):
        stamp.prepare_font(b"OTTO" + bytes(200))


def test_lines_say_who_when_and_as_whom(file_key: Any) -> None:
    lines = stamp.stamp_lines(file_key().certificate, NOW, "vi", Role.TAX_AGENT)
    assert lines == (
        "Ký bởi: CÔNG TY TNHH ÁNH DƯƠNG",
        "MST: 0312345678",
        "Tư cách: Đại lý thuế",
        "Ngày ký: 15/07/2026 16:30:00",
        "Tổ chức cấp: CA CẤP PHÁT THỬ NGHIỆM",
    )
    assert stamp.stamp_lines(file_key().certificate, NOW, "en")[0].startswith("Signed by: ")


def test_a_persons_number_is_half_covered(throwaway: Any) -> None:
    from signing.certificate import parse

    lines = stamp.stamp_lines(parse(throwaway.signer("NGUYỄN THỊ BÌNH", ("CCCD:001188012345",)).der), NOW)
    assert "Số định danh: 001188••••••" in lines


def test_text_is_composed_and_cannot_turn_round(font: Any) -> None:
    shown = stamp.Stamp((unicodedata.normalize("NFD", "Nguyễn\u202e  Văn\tỨng\x00"),), 1, (0, 0, 100, 50), font)
    assert shown.lines == ("Nguyễn Văn Ứng",)
