"""How values stand on paper: dots for thousands, dates the Vietnamese way, labels of options.

The layout gets strings; what is signed and attached stays plain data.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from forms import enclosed, units
from forms.definition import flat
from forms.period import Period

_ISO_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_NUMBERS = frozenset({"money", "integer", "decimal", "percent"})
_PERIODS = frozenset({"month", "quarter", "period"})


def nfc(value: Any) -> Any:
    """Return a copy of plain data with every string in Unicode normal form C."""
    if isinstance(value, str):
        return value if value.isascii() else unicodedata.normalize("NFC", value)
    if value is None or isinstance(value, int):  # most of a form; asked before what takes longer to ask
        return value
    if isinstance(value, Mapping):
        return {
            key if isinstance(key, str) and key.isascii() else nfc(str(key)): nfc(inner) for key, inner in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [nfc(inner) for inner in value]
    return value


def money(amount: int) -> str:
    """Write whole đồng: 1.234.567, with a true minus."""
    return f"{amount:,}".replace(",", ".").replace("-", "−")


def _number(value: object, kind: str) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return ""
    if isinstance(value, int):
        # A year or a small count reads best as it is; grouping starts where it helps.
        return money(value) if kind == "money" or abs(value) > 9999 else str(value).replace("-", "−")
    whole, point, fraction = value.strip().partition(".")
    if not re.fullmatch(r"-?\d{1,60}", whole) or (point and not re.fullmatch(r"\d{1,60}", fraction)):
        return value
    sign = "−" if whole.startswith("-") else ""
    digits = whole.lstrip("-")
    grouped = f"{int(digits):,}".replace(",", ".") if len(digits) > 4 or kind == "money" else digits
    return sign + grouped + ("," + fraction if fraction else "")


def date(iso: str) -> str:
    """Write an ISO date or the date of an ISO time as dd/MM/yyyy; other text as it is."""
    found = _ISO_DATE.match(iso)
    return f"{found[3]}/{found[2]}/{found[1]}" if found else iso


_ISO_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)")
_VIETNAM = datetime.timezone(datetime.timedelta(hours=7))  # no summer time since 1975


def local_time(text: str) -> str:
    """Return an ISO time that names its zone in Vietnam's time; any other text as it is."""
    if len(text) > 40 or not _ISO_TIME.fullmatch(text):
        return text
    try:
        return datetime.datetime.fromisoformat(text).astimezone(_VIETNAM).isoformat()
    except (ValueError, OverflowError):
        return text


def _period(text: str) -> str:
    month = re.fullmatch(r"(\d{4})-(\d\d)", text)
    quarter = re.fullmatch(r"(\d{4})-Q([1-4])", text)
    if month:
        return f"{month[2]}/{month[1]}"
    return f"{quarter[2]}/{quarter[1]}" if quarter else text


def _label(field: Mapping[str, Any], value: str) -> str:
    for option in field.get("options") or ():
        if option.get("value") == value:
            label = option.get("label")
            return str(label.get("vi", value) if isinstance(label, dict) else label or value)
    source = field.get("options_from") or {"province": "units/provinces", "ward": "units/wards"}.get(
        field.get("kind", "")
    )
    unit = (units.entries(source) or {}).get(value) if isinstance(source, str) else None
    return unit.name if unit else value


def shown(field: Mapping[str, Any], value: object) -> str:
    """Return the string that stands on paper for a value of a field."""
    kind = field.get("kind", "text")
    if value is None or value == "":
        return ""
    if kind == "file":
        return enclosed.shown(value) if isinstance(value, list) else ""
    if kind == "check":
        return "X" if value is True else ""
    if kind in _NUMBERS:
        return _number(value, kind)
    if not isinstance(value, str):
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""
    if kind == "date":
        return date(value)
    if kind in _PERIODS:
        return _period(value)
    if kind == "multiline":
        return value.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    if field.get("options") or field.get("options_from") or kind in {"province", "ward"}:
        return _label(field, value)
    return " ".join(value.split("\n")).replace("\r", "").replace("\t", " ")


def _items(definition: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [item for section in definition.get("sections", ()) for item in flat(section.get("items", ()))]


def _groups(items: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return which fields and tables stand in each group that is no repeated one, by its name."""
    found: dict[str, list[str]] = {}
    for item in items:
        if "group" in item and "repeat" not in item:
            found[item["group"]] = [inner.get("table") or inner["field"] for inner in flat(item["items"])]
            found |= _groups(item["items"])
    return found


def sheet(definition: Mapping[str, Any], values: Mapping[str, Any], *, blank: bool) -> dict[str, Any]:
    """Return what a layout needs: raw and shown values with a place for every defined field, and option labels."""
    raw: dict[str, Any] = {}
    strings: dict[str, Any] = {}
    labels: dict[str, dict[str, str]] = {}

    def one(field: Mapping[str, Any], value: object) -> tuple[Any, str]:
        if blank:
            value = None
        if field.get("kind") == "check":
            value = value is True
        if field.get("kind") == "file" and value is None:
            value = []
        return value, shown(field, value)

    for item in _items(definition):
        if table := item.get("table"):
            rows = values.get(table)
            rows = [] if blank or not isinstance(rows, list) else [row for row in rows if isinstance(row, dict)]
            columns = item.get("columns", ())
            raw[table], strings[table] = [], []
            for row in rows:
                cells = {column["field"]: one(column, row.get(column["field"])) for column in columns}
                raw[table].append({name: cell[0] for name, cell in cells.items()})
                strings[table].append({name: cell[1] for name, cell in cells.items()})
            fields = columns
        else:
            name = item["field"]
            raw[name], strings[name] = one(item, values.get(name))
            fields = (item,)
        for field in fields:
            if options := field.get("options"):
                labels[field["field"]] = {str(o["value"]): _label(field, o["value"]) for o in options}
    groups = {k: v for section in definition.get("sections", ()) for k, v in _groups(section.get("items", ())).items()}
    return {"raw": raw, "shown": strings, "labels": labels} | ({"groups": groups} if groups else {})


def period_facts(text: str | None) -> dict[str, Any] | None:
    """Return the parts of a reporting period for a layout, or nothing for a form without one."""
    if text is None:
        return None
    period = Period.parse(text)
    return {
        "text": str(period),
        "label": period.label("vi"),
        "kind": "quarter" if period.quarter else "month",
        "year": period.year,
        "month": period.month,
        "quarter": period.quarter,
        "first": period.first_day.isoformat(),
        "last": period.last_day.isoformat(),
    }
