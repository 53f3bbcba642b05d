"""Numbers by which people, companies and dossiers are known, and the Vietnamese text around them.

Each `check_…` returns None or one `Finding`: an error where the number cannot be right, a warning where it is only
unusual (lists of prefixes and provinces grow). Dossier and procedure codes are opaque strings: never an error.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal


@dataclass(frozen=True)
class Finding:
    """Say what is wrong with a number: a stable code, how bad it is, and the facts for the sentence."""

    code: str
    severity: Literal["error", "warning"]
    facts: dict[str, Any] = field(default_factory=dict)


# Province parts of personal numbers, as before the mergers of 2025: nobody was renumbered.
_PROVINCE_PARTS = (
    "001 002 004 006 008 010 011 012 014 015 017 019 020 022 024 025 026 027 030 031 033 034 035 036 037 038 040 042 "
    "044 045 046 048 049 051 052 054 056 058 060 062 064 066 067 068 070 072 074 075 077 079 080 082 083 084 086 087 "
    "089 091 092 093 094 095 096"
)
# Published mobile prefixes, with 055 and 087 of the virtual operators.
_MOBILE_PREFIXES = (
    "032 033 034 035 036 037 038 039 086 096 097 098 081 082 083 084 085 088 091 094 070 076 077 078 079 089 090 093 "
    "052 056 058 092 059 099 055 087"
)
_PERSONAL_PROVINCES = frozenset(_PROVINCE_PARTS.split())
_MOBILE = frozenset(_MOBILE_PREFIXES.split())
_DIGITS = re.compile(r"[0-9]+")
_TAX_CODE = re.compile(r"[0-9]{10}(?:-[0-9]{3})?|[0-9]{12}")
_DOSSIER_CODE = re.compile(
    r"(?:[0-9]{3}(?:\.[0-9]{2}){2}\.)?[GHK][0-9]{2}(?:\.[0-9]{1,3})*-(?P<day>[0-9]{6}(?:[0-9]{2})?)-[0-9]{4,7}"
)
_PROCEDURE_CODE = re.compile(r"[0-9]\.[0-9]{6}(?:\.[0-9]{3}(?:\.[0-9]{2}){2}\.[GH][0-9]{2}(?:\.[0-9]{1,3})*)?")
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"\\]{1,64}@[^\s@<>()\[\],;:\"\\.]+(?:\.[^\s@<>()\[\],;:\"\\.]+)+")


def check_tax_code(text: str) -> Finding | None:
    """Check a tax code: 10 digits with a check digit, with `-NNN` for a dependent unit, or a 12-digit personal ID."""
    if len(text) > 20 or _TAX_CODE.fullmatch(text) is None:
        return Finding("TAX_CODE_FORMAT", "error", {"value": text[:40]})
    if len(text) == 12:
        return check_personal_id(text)
    from stdnum.vn import mst  # slow to import, and search needs only `fold` of this module

    if text.endswith("-000") or not mst.is_valid(text):
        return Finding("TAX_CODE_CHECK_DIGIT", "error", {"value": text})
    return None


def check_personal_id(text: str, birth: str | None = None, sex: str | None = None) -> Finding | None:
    """Check a 12-digit personal ID, against an ISO birth date (or a year) and a sex where they are known.

    The number has no check digit: province, century with sex, and year of birth are all that can be compared, and a
    difference is a warning, for registers hold mistakes.
    """
    if len(text) > 20 or _DIGITS.fullmatch(text) is None or len(text) != 12:
        old = len(text) == 9 and _DIGITS.fullmatch(text) is not None
        return Finding("PERSONAL_ID_OLD" if old else "PERSONAL_ID_FORMAT", "error", {"value": text[:40]})
    if text[:3] not in _PERSONAL_PROVINCES:
        return Finding("PERSONAL_ID_PROVINCE", "warning", {"value": text, "province": text[:3]})
    century = int(text[3])
    year = 1900 + century // 2 * 100 + int(text[4:6])
    if birth and _DIGITS.fullmatch(birth[:4]) and len(birth) >= 4 and int(birth[:4]) != year:
        return Finding("PERSONAL_ID_BIRTH", "warning", {"value": text, "year": year, "given": int(birth[:4])})
    male = _is_male(sex)
    if male is not None and male != (century % 2 == 0):
        return Finding("PERSONAL_ID_SEX", "warning", {"value": text})
    return None


def _is_male(sex: str | None) -> bool | None:
    folded = fold(sex or "")
    if folded in ("nam", "male", "m"):
        return True
    if folded in ("nu", "female", "f"):
        return False
    return None


def check_phone(text: str) -> Finding | None:
    """Check a telephone number: an error when it is none, a warning when its prefix is not a known one."""
    digits = re.sub(r"[\s.()\-]", "", text) if len(text) <= 40 else ""
    if digits.startswith("+84"):
        digits = "0" + digits[3:]
    if re.fullmatch(r"\+?[0-9]{7,15}", digits) is None:
        return Finding("PHONE_FORMAT", "error", {"value": text[:40]})
    mobile = len(digits) == 10 and digits[:3] in _MOBILE
    landline = len(digits) in (10, 11) and digits.startswith("02")
    if not mobile and not landline:
        return Finding("PHONE_UNUSUAL", "warning", {"value": text})
    return None


def check_email(text: str) -> Finding | None:
    """Check the shape of an e-mail address."""
    if len(text) > 254 or _EMAIL.fullmatch(text) is None:
        return Finding("EMAIL_FORMAT", "error", {"value": text[:80]})
    return None


def check_social_insurance(text: str) -> Finding | None:
    """Check a social-insurance number: 10 digits."""
    if _DIGITS.fullmatch(text[:20]) is None or len(text) != 10:
        return Finding("SOCIAL_INSURANCE_FORMAT", "error", {"value": text[:40]})
    return None


def check_dossier_code(text: str) -> Finding | None:
    """Check the usual shape of a dossier code, such as `H15.50-260618-0007`, and the date in it; warn at most."""
    match = _DOSSIER_CODE.fullmatch(text) if len(text) <= 60 else None
    if match is None:
        return Finding("DOSSIER_CODE_UNUSUAL", "warning", {"value": text[:60]})
    day = match["day"] if len(match["day"]) == 8 else "20" + match["day"]
    try:
        date(int(day[:4]), int(day[4:6]), int(day[6:]))
    except ValueError:
        return Finding("DOSSIER_CODE_UNUSUAL", "warning", {"value": text})
    return None


def check_procedure_code(text: str) -> Finding | None:
    """Check the usual shape of a procedure code, such as `1.004222`; warn at most."""
    if len(text) > 60 or _PROCEDURE_CODE.fullmatch(text) is None:
        return Finding("PROCEDURE_CODE_UNUSUAL", "warning", {"value": text[:60]})
    return None


# --- text --------------------------------------------------------------------------------------------------------


def nfc(text: str) -> str:
    """Return the text with its letters composed (Unicode NFC, TCVN 6909:2001)."""
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """Return the text as search sees it: lower case, no marks, đ as d, y as i, single spaces."""
    decomposed = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    bare = "".join(c for c in decomposed if not unicodedata.combining(c)).replace("y", "i")
    return " ".join(bare.split())


_ONES = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_GROUPS = ("", " nghìn", " triệu")


def amount_in_words(amount: int) -> str:
    """Return an amount of đồng in Vietnamese words, such as "Một trăm linh năm triệu đồng"."""
    words = _whole_in_words(abs(amount))
    sentence = f"{'âm ' if amount < 0 else ''}{words} đồng"
    return sentence[0].upper() + sentence[1:]


def _whole_in_words(number: int) -> str:
    if number == 0:
        return _ONES[0]
    billions, rest = divmod(number, 10**9)
    parts = [f"{_whole_in_words(billions)} tỷ"] if billions else []
    for power in (2, 1, 0):
        group = rest // 1000**power % 1000
        if group:
            parts.append(_group_in_words(group, leading=not parts) + _GROUPS[power])
    return " ".join(parts)


def _group_in_words(group: int, *, leading: bool) -> str:
    hundreds, tens, ones = group // 100, group // 10 % 10, group % 10
    words = [] if leading and not hundreds else [_ONES[hundreds], "trăm"]
    if tens == 1:
        words.append("mười")
    elif tens:
        words += [_ONES[tens], "mươi"]
    elif ones and words:
        words.append("linh")
    if ones == 1 and tens > 1:
        words.append("mốt")
    elif ones == 4 and tens > 1:
        words.append("tư")
    elif ones == 5 and tens:
        words.append("lăm")
    elif ones:
        words.append(_ONES[ones])
    return " ".join(words)
