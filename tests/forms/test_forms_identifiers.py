"""Numbers by which people, companies and dossiers are known; amounts in words; search folding."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.identifiers import (
    amount_in_words,
    check_dossier_code,
    check_email,
    check_personal_id,
    check_phone,
    check_procedure_code,
    check_social_insurance,
    check_tax_code,
    fold,
    nfc,
)


@pytest.mark.parametrize(
    "text", ["0100047516", "0106861880", "0101243150", "0319303270", "0100686209", "0100686209-199", "001085001234"]
)
def test_real_tax_codes_are_right(text: str) -> None:
    assert check_tax_code(text) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0100047517", "TAX_CODE_CHECK_DIGIT"),
        ("0100686209-000", "TAX_CODE_CHECK_DIGIT"),
        ("0100686208-001", "TAX_CODE_CHECK_DIGIT"),
        ("0100686209199", "TAX_CODE_FORMAT"),
        ("100686209", "TAX_CODE_FORMAT"),
        ("０100686209", "TAX_CODE_FORMAT"),
        ("0100686209 ", "TAX_CODE_FORMAT"),
        ("", "TAX_CODE_FORMAT"),
        ("9" * 1000, "TAX_CODE_FORMAT"),
        ("999085001234", "PERSONAL_ID_PROVINCE"),
    ],
)
def test_wrong_tax_codes(text: str, code: str) -> None:
    found = check_tax_code(text)
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize("digit", range(10))
def test_one_mistyped_digit_of_a_tax_code_is_found(digit: int) -> None:
    good = "0100686209"
    for place in range(10):
        typed = good[:place] + str(digit) + good[place + 1 :]
        assert (check_tax_code(typed) is None) is (typed == good)


@pytest.mark.parametrize(
    ("text", "birth", "sex", "code"),
    [
        ("001085001234", None, None, None),
        ("001085001234", "1985-03-01", "Nam", None),
        ("001085001234", "1985", "nam", None),
        ("001185001234", "1985-03-01", "Nữ", None),
        ("024204000001", "2004-01-01", "nam", None),
        ("024304000001", "2004-01-01", "nu", None),
        ("001085001234", "1984-03-01", None, "PERSONAL_ID_BIRTH"),
        ("024204000001", "1904-01-01", None, "PERSONAL_ID_BIRTH"),
        ("001085001234", None, "nữ", "PERSONAL_ID_SEX"),
        ("005085001234", None, None, "PERSONAL_ID_PROVINCE"),
        ("00108500123", None, None, "PERSONAL_ID_FORMAT"),
        ("00108500123x", None, None, "PERSONAL_ID_FORMAT"),
        ("012345678", None, None, "PERSONAL_ID_OLD"),
    ],
)
def test_personal_numbers(text: str, birth: str | None, sex: str | None, code: str | None) -> None:
    found = check_personal_id(text, birth, sex)
    assert (found.code if found else None) == code
    if found and code not in ("PERSONAL_ID_FORMAT", "PERSONAL_ID_OLD"):
        assert found.severity == "warning"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0912345678", None),
        ("+84 912 345 678", None),
        ("0912.345.678", None),
        ("(024) 3825-0000", None),
        ("02438250000", None),
        ("0112345678", "PHONE_UNUSUAL"),
        ("+1 212 555 0100", "PHONE_UNUSUAL"),
        ("không có", "PHONE_FORMAT"),
        ("12", "PHONE_FORMAT"),
        ("", "PHONE_FORMAT"),
    ],
)
def test_telephone_numbers(text: str, code: str | None) -> None:
    found = check_phone(text)
    assert (found.code if found else None) == code
    assert found is None or found.severity == ("warning" if code == "PHONE_UNUSUAL" else "error")


def test_other_numbers() -> None:
    assert check_social_insurance("0123456789") is None
    assert check_social_insurance("012345678") is not None
    assert check_email("ke.toan+thue@cong-ty.vn") is None
    for text in ("a@b", "a b@c.vn", "@c.vn", "a@c..vn", "a@@c.vn", ""):
        assert check_email(text) is not None


@pytest.mark.parametrize(
    ("text", "usual"),
    [
        ("H15.50.05.13-260618-0007", True),
        ("000.00.00.H29-260618-0007", True),
        ("G09.20-20260609-0092637", True),
        ("G18-260101-000001", True),
        ("H15.50-261318-0007", False),
        ("03706/2026/07906", False),
        ("", False),
        ("H" * 500, False),
    ],
)
def test_dossier_codes_are_at_most_warned_about(text: str, usual: bool) -> None:
    found = check_dossier_code(text)
    assert (found is None) is usual
    assert found is None or found.severity == "warning"


def test_procedure_codes_are_at_most_warned_about() -> None:
    for text in ("1.004222", "1.001612.000.00.00.H38"):
        assert check_procedure_code(text) is None
    for text in (" 1.014325", "1.0133611", "1.014955-Xoa", "2.009182739"):
        found = check_procedure_code(text)
        assert found is not None
        assert found.severity == "warning"


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "Không đồng"),
        (4, "Bốn đồng"),
        (5, "Năm đồng"),
        (10, "Mười đồng"),
        (15, "Mười lăm đồng"),
        (21, "Hai mươi mốt đồng"),
        (24, "Hai mươi tư đồng"),
        (25, "Hai mươi lăm đồng"),
        (101, "Một trăm linh một đồng"),
        (111, "Một trăm mười một đồng"),
        (1_000, "Một nghìn đồng"),
        (1_005, "Một nghìn không trăm linh năm đồng"),
        (1_050_000, "Một triệu không trăm năm mươi nghìn đồng"),
        (29_826_193, "Hai mươi chín triệu tám trăm hai mươi sáu nghìn một trăm chín mươi ba đồng"),
        (2_000_000_000, "Hai tỷ đồng"),
        (1_500_000_000_000, "Một nghìn năm trăm tỷ đồng"),
        (-1_446_670, "Âm một triệu bốn trăm bốn mươi sáu nghìn sáu trăm bảy mươi đồng"),
    ],
)
def test_amounts_in_words(amount: int, words: str) -> None:
    assert amount_in_words(amount) == words


_DIGITS = {
    "không": 0, "một": 1, "mốt": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "lăm": 5, "sáu": 6, "bảy": 7,
    "tám": 8, "chín": 9,
}  # fmt: skip


def _read(words: str) -> int:
    """Read Vietnamese number words back, by the units that each stands before."""
    total = group = pending = 0
    for word in words.split():
        if word in _DIGITS:
            pending = _DIGITS[word]
        elif word == "mười":
            group, pending = group + 10, 0
        elif word == "mươi":
            group, pending = group + pending * 10, 0
        elif word == "trăm":
            group, pending = group + pending * 100, 0
        elif word in ("nghìn", "triệu"):
            total, group, pending = total + (group + pending) * {"nghìn": 10**3, "triệu": 10**6}[word], 0, 0
        elif word == "tỷ":
            total, group, pending = (total + group + pending) * 10**9, 0, 0
    return total + group + pending


@given(st.integers(0, 10**15 - 1))
def test_words_say_the_amount_again(amount: int) -> None:
    text = amount_in_words(amount)
    assert _read(text.lower().removesuffix(" đồng")) == amount
    assert text == nfc(text)


def test_search_folding() -> None:
    assert fold("Đăng Ký  Hộ Kinh Doanh") == "dang ki ho kinh doanh"
    assert fold("THUẾ GTGT") == fold("thue gtgt")
    assert fold("Lý Thường Kiệt") == fold("li thuong kiet")


@given(st.text(max_size=60))
def test_folding_is_stable(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold(nfc(text)) == fold(text)
