"""Kinds of field: what value each takes from outside, how it counts, and how people read it.

A value has three faces: what JSON holds (`int` for money, a decimal as text, ISO dates), the operand with which
expressions calculate (`Decimal`, `str`, `bool`), and the words shown to a person. `read` is the only way in: it
takes whatever JSON can hold and either returns the first two faces or refuses with a problem code.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import jsonschema_rs

from forms import enclosed, identifiers, lettering, units
from forms.errors import BadPeriod
from forms.expression import MISSING, Operand, Type, round_half_up
from forms.period import Period

if TYPE_CHECKING:
    from forms.definition import Field

Value = str | int | bool | None | list[dict[str, Any]]
"""What JSON holds for a field; None where a number was not given (money is 0 then), a list for files."""

LARGEST: Final = 10**15 - 1
"""Largest amount, in đồng, and largest number of any kind."""

COEFFICIENT: Final = 100
"""An amount of pay up to this is a coefficient, above it đồng: so the social-insurance portal tells them apart."""

TEXT_LIMIT: Final = 20_000
"""Characters beyond which a text is not even kept."""

KINDS: Final[Mapping[str, Type]] = {
    "text": "text",
    "multiline": "text",
    "name": "text",
    "money": "number",
    "integer": "number",
    "decimal": "number",
    "percent": "number",
    "date": "text",
    "month": "text",
    "quarter": "text",
    "choice": "text",
    "check": "flag",
    "province": "text",
    "ward": "text",
    "tax_code": "text",
    "personal_id": "text",
    "phone": "text",
    "email": "text",
    "bank_account": "text",
    "social_insurance": "text",
    "country": "text",
    "period": "text",
    "code": "text",
    "file": "number",
}
"""The kinds, and the type with which each counts in expressions: files by their number."""

LISTS: Final[Mapping[str, str]] = {"province": "units/provinces", "ward": "units/wards"}
"""The list of each kind that has one of its own."""

_DEFAULT_LENGTH: Final = {"multiline": 5_000, "code": 100, "phone": 40, "bank_account": 40, "country": 100}
_DECIMAL = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,6})?")
_PASSPORT = re.compile(r"[A-Z0-9]{6,15}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass
class Refused(Exception):
    """Say that a value cannot be taken: a problem code and its facts."""

    code: str
    facts: dict[str, Any] = field(default_factory=dict)


def empty(field: Field) -> tuple[Value, Operand]:
    """Return what a field holds when nothing was given."""
    match KINDS[field.kind]:
        case "number" if field.kind == "file":
            return [], MISSING
        case "number":
            return (0 if field.kind == "money" else None), MISSING
        case "flag":
            return False, False
        case _:
            return "", ""


def read(field: Field, raw: object) -> tuple[Value, Operand]:
    """Return a value from outside with its operand; raise `Refused` when the field cannot hold it."""
    if raw is None:
        return empty(field)
    match KINDS[field.kind]:
        case "flag":
            if not isinstance(raw, bool):
                raise Refused("WRONG_TYPE", {"expected": "check", "found": found_type(raw)})
            return raw, raw
        case "number" if field.kind == "file":
            return _read_files(field, raw)
        case "number":
            return _read_number(field, raw)
        case _:
            return _read_text(field, raw)


def _read_files(field: Field, raw: object) -> tuple[Value, Operand]:
    found = enclosed.read_entries(raw)
    if found is None:
        raise Refused("WRONG_TYPE", {"expected": "file", "found": found_type(raw)})
    return (found, Decimal(len(found))) if found else empty(field)


def _read_number(field: Field, raw: object) -> tuple[Value, Operand]:
    whole = field.kind in ("money", "integer")
    if isinstance(raw, str) and (field.coefficient or not whole):
        if raw == "":
            return empty(field)
        if _DECIMAL.fullmatch(raw) is None:
            code = "NUMBER_TOO_LARGE" if re.fullmatch(r"-?[0-9]{16,60}(?:\.[0-9]{1,60})?", raw) else "WRONG_TYPE"
            raise Refused(code, {"expected": field.kind, "found": "text", "limit": LARGEST})
        number = Decimal(raw)
        if field.coefficient and number <= COEFFICIENT:
            return raw, number
    elif isinstance(raw, bool) or not isinstance(raw, int | float | Decimal):
        raise Refused("WRONG_TYPE", {"expected": field.kind, "found": found_type(raw)})
    else:
        number = Decimal(repr(raw)) if isinstance(raw, float) else Decimal(raw)
    if not number.is_finite():
        raise Refused("WRONG_TYPE", {"expected": field.kind, "found": "number"})
    if abs(number) > LARGEST:
        raise Refused("NUMBER_TOO_LARGE", {"limit": LARGEST})
    if field.coefficient and 0 < number <= COEFFICIENT:
        return plain(number), number
    if whole:
        if number != number.to_integral_value():
            raise Refused("NOT_WHOLE", {"value": plain(number)})
        return int(number), number
    if number.as_tuple().exponent < -6:  # type: ignore[operator]  # finite, so the exponent is a number
        raise Refused("TOO_MANY_DIGITS", {"digits": 6})
    return plain(number), number


def _read_text(field: Field, raw: object) -> tuple[Value, Operand]:
    if not isinstance(raw, str):
        raise Refused("WRONG_TYPE", {"expected": field.kind, "found": found_type(raw)})
    if len(raw) > TEXT_LIMIT:
        raise Refused("TOO_LONG", {"limit": length_limit(field), "length": len(raw)})
    text = raw if raw.isprintable() else _clean(raw, lines=field.kind == "multiline")
    if field.capitals:
        text = text.upper()
    if not text.isascii():  # last: what is unseen kept letters and marks apart, and capitals may fall into both
        text = unicodedata.normalize("NFC", text)
    if text == "":
        return "", ""
    match field.kind:
        case "date":
            _read_date(text)
        case "month" | "quarter" | "period":
            _read_period(field.kind, text)
        case "choice" | "province" | "ward" if text not in allowed(field):
            raise Refused("NOT_AN_OPTION", {"value": text[:80]})
    return text, text


def _clean(text: str, *, lines: bool) -> str:
    """Return the text with its odd spaces made plain; refuse control characters and halves of characters."""
    if lines:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = []
    for character in text:
        category = unicodedata.category(character)
        if category == "Zs":
            kept.append(" ")
        elif lines and character in "\n\t":
            kept.append(character)
        elif category == "Cf":
            continue  # joiners, direction marks, soft hyphens: unseen on paper, so they must not be in the data
        elif category in ("Cc", "Cs", "Co", "Cn", "Zl", "Zp"):
            raise Refused("BAD_CHARACTER", {"character": f"U+{ord(character):04X}"})
        else:
            kept.append(character)
    return "".join(kept)


def _read_date(text: str) -> None:
    if _DATE.fullmatch(text) is None:
        raise Refused("BAD_DATE", {"value": text[:40]})
    try:
        year = date.fromisoformat(text).year
    except ValueError:
        raise Refused("BAD_DATE", {"value": text}) from None
    if not 1850 <= year <= 2199:
        raise Refused("BAD_DATE", {"value": text})


def _read_period(kind: str, text: str) -> None:
    found: str | None
    try:
        found = Period.parse(text).kind
    except BadPeriod:
        found = None
    if found is None or kind not in ("period", found):
        code = {"month": "BAD_MONTH", "quarter": "BAD_QUARTER", "period": "BAD_PERIOD_VALUE"}[kind]
        raise Refused(code, {"value": text[:40]})


def found_type(raw: object) -> str:
    """Return a stable word for the type of a JSON value."""
    match raw:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float() | Decimal():
            return "number"
        case str():
            return "text"
        case dict():
            return "object"
        case list():
            return "list"
        case _:
            return "other"


def from_operand(field: Field, operand: Operand) -> tuple[Value, Operand]:
    """Return the value of a calculated field: whole where the kind is whole, with its decimals where it is not."""
    if isinstance(operand, Decimal):
        if field.kind in ("money", "integer"):
            whole = round_half_up(operand)
            return int(whole), whole
        number = round_half_up(operand, 6 if field.digits is None else field.digits)
        return plain(number, keep=field.digits is not None), number
    return operand, operand


def plain(number: Decimal, *, keep: bool = False) -> str:
    """Return a decimal as plain digits, without an exponent and (unless `keep`) without trailing zeros."""
    text = f"{number:f}"
    if not keep and "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


# --- checks on a value that is there -------------------------------------------------------------------------------


def length_limit(field: Field) -> int:
    """Return how many characters a text may have."""
    return field.max_length or _DEFAULT_LENGTH.get(field.kind, 1_000)


def allowed(field: Field) -> Mapping[str, Any]:
    """Return the values that a field with a closed list takes."""
    if field.options:
        return field.option_labels
    return units.entries(field.options_from or LISTS.get(field.kind, "")) or {}


def findings(
    field: Field, value: Value, operand: Operand, siblings: Mapping[str, Operand]
) -> list[identifiers.Finding]:
    """Return what is wrong with a value that is there; `siblings` holds the fields that this one reads."""
    if isinstance(value, list):
        return _files(field, value)
    if isinstance(operand, Decimal):
        return _bounds(field, value, operand)
    if isinstance(operand, bool):
        return []
    found: list[identifiers.Finding | None] = []
    if not lettering.at_hand(operand):
        odd = lettering.unprintable(operand)
        found += [_error("NOT_PRINTABLE", character=c, codepoint=f"U+{ord(c):04X}") for c in odd[:1]]
    if len(operand) > length_limit(field):
        found.append(_error("TOO_LONG", limit=length_limit(field), length=len(operand)))
    elif field.pattern is not None and not matches(field.pattern, operand):
        found.append(_error("BAD_FORMAT"))
    match field.kind:
        case "tax_code":
            found.append(identifiers.check_tax_code(operand))
        case "personal_id" if field.passport and _PASSPORT.fullmatch(operand) and not operand.isdigit():
            pass
        case "personal_id":
            birth = str(siblings.get(field.birth, "")) if field.birth else None
            sex = str(siblings.get(field.sex, "")) if field.sex else None
            found.append(identifiers.check_personal_id(operand, birth, sex))
        case "phone":
            found.append(identifiers.check_phone(operand))
        case "email":
            found.append(identifiers.check_email(operand))
        case "social_insurance":
            found.append(identifiers.check_social_insurance(operand))
        case "bank_account" if re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z .-]{3,39}", operand) is None:
            found.append(_error("BANK_ACCOUNT_FORMAT"))
        case "ward" if field.depends_on:
            province = siblings.get(field.depends_on, "")
            if province and units.province_of(operand) != province:
                found.append(_error("WARD_NOT_IN_PROVINCE"))
    return [finding for finding in found if finding is not None]


def _files(field: Field, files: list[dict[str, Any]]) -> list[identifiers.Finding]:
    most, size = enclosed.most_files(field), enclosed.most_bytes(field)
    if len(files) > most:
        return [_error("TOO_MANY_FILES", limit=most, files=len(files))]
    large = [file["name"] for file in files if file["size"] > size]
    return (
        [_error("FILE_TOO_LARGE_FOR_FIELD", name=large[0], megabytes=plain(Decimal(size) / 2**20)[:6])] if large else []
    )


def _bounds(field: Field, value: Value, number: Decimal) -> list[identifiers.Finding]:
    if isinstance(value, str) and field.coefficient:
        return [_error("TOO_SMALL", limit="0")] if number < 0 else []
    if field.min is not None and number < field.min:
        return [_error("TOO_SMALL", limit=plain(field.min))]
    if field.max is not None and number > field.max:
        return [_error("TOO_LARGE", limit=plain(field.max))]
    if field.digits is not None and number.as_tuple().exponent < -field.digits:  # type: ignore[operator]
        return [_error("TOO_MANY_DIGITS", digits=field.digits)]
    return []


def _error(code: str, **facts: Any) -> identifiers.Finding:
    return identifiers.Finding(code, "error", facts)


@lru_cache(maxsize=2_000)
def _pattern(pattern: str) -> jsonschema_rs.Validator:
    # Rust's engine runs in time linear in the text and takes neither look-around nor back-references, so that no
    # pattern of a template can hang the program. The first call proves that the brackets of the pattern balance.
    options = jsonschema_rs.RegexOptions(size_limit=1_000_000, dfa_size_limit=2_000_000)
    jsonschema_rs.validator_for({"pattern": pattern}, pattern_options=options)
    return jsonschema_rs.validator_for({"pattern": f"^(?:{pattern})$"}, pattern_options=options)


def pattern_allowed(pattern: str) -> bool:
    """Say whether a pattern is within the subset that a template may use."""
    try:
        _pattern(pattern)
    except (ValueError, jsonschema_rs.ValidationError):
        return False
    return True


def matches(pattern: str, text: str) -> bool:
    """Say whether a pattern matches the whole of a text, in time linear in its length."""
    return _pattern(pattern).is_valid(text)


# --- words -------------------------------------------------------------------------------------------------------


def shown(field: Field, value: Value, lang: str = "vi") -> str:
    """Return a value as people read it: dots for thousands, dd/MM/yyyy, the label of an option; "" when empty."""
    if value is None or value == "":
        return ""
    if isinstance(value, list):
        return enclosed.shown(value, lang)
    if isinstance(value, bool):
        return (("Có", "Không") if lang == "vi" else ("Yes", "No"))[not value]
    if isinstance(value, int):
        return grouped(str(value), lang)
    match field.kind:
        case "decimal" | "money":
            return grouped(value, lang)
        case "percent":
            return grouped(value, lang) + "%"
        case "date":
            return f"{value[8:]}/{value[5:7]}/{value[:4]}"
        case "month":
            return f"{value[5:]}/{value[:4]}"
        case "quarter" | "period":
            return Period.parse(value).label(lang)
        case "choice" | "province" | "ward":
            label = option_label(field, value, lang)
            return label if label is not None else value
        case _:
            return value


def option_label(field: Field, value: str, lang: str = "vi") -> str | None:
    """Return the label of a listed value, or None where the list does not hold it."""
    if field.options:
        label = field.option_labels.get(value)
        return label.get(lang) if label else None
    entry = (units.entries(field.options_from or LISTS.get(field.kind, "")) or {}).get(value)
    return entry.name if entry else None


def grouped(digits: str, lang: str = "vi") -> str:
    """Return plain digits with their thousands apart, in the language's way; a minus is shown as −."""
    thousands, point = (".", ",") if lang == "vi" else (",", ".")
    whole, _, decimals = digits.removeprefix("-").partition(".")
    text = f"{int(whole):,}".replace(",", thousands)
    return f"{'−' if digits.startswith('-') else ''}{text}{point + decimals if decimals else ''}"
