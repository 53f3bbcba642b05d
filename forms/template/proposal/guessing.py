"""Guess what a place on a paper form is for from the words beside it: kind, key, help, and the words in English.

A guess is a proposal that its maker corrects, so each says how far it can be relied on.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Literal

from forms.bundled import RESOURCES

Certainty = Literal["sure", "likely", "unsure"]


@dataclass(frozen=True)
class Guess:
    """Say what a field probably is."""

    kind: str
    key: str
    """"" to make one from the label."""
    en: str
    """"" to translate the label, or leave it."""
    help_vi: str
    help_en: str
    certainty: Certainty
    facts: Mapping[str, Any] = field(default_factory=dict)
    """More keys of the definition."""
    doubt: str = ""
    """What to look at, as a code of the report."""
    fact: str = ""
    """The fact of the client that it can be filled from."""


def bare(text: str) -> str:
    """Return text in small ASCII letters, marks off, đ as d."""
    decomposed = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def key_of(text: str, longest: int = 40) -> str:
    """Return a key made of the words of a label, cut between words; "" where it has no letters."""
    parts = re.sub(r"[^a-z0-9]+", " ", bare(re.sub(r"\([^()]{0,200}\)", " ", text))).split()
    while parts and not parts[0][0].isalpha():
        parts.pop(0)
    key = ""
    for part in parts:
        if len(key) + len(part) + 1 > longest:
            break
        key = f"{key}_{part}" if key else part
    return key or (parts[0][:longest] if parts else "")


def _plain(label: str) -> str:
    """Return a label in small letters, spelt in one way."""
    text = " ".join(unicodedata.normalize("NFC", label).lower().split())
    for old, new in (("uỷ", "ủy"), ("hoà", "hòa"), ("thoả", "thỏa"), ("kí ", "ký "), ("huỷ", "hủy"), ("toà", "tòa")):
        text = text.replace(old, new)
    return text


_TEXT = ("Ghi đúng như trên giấy tờ; xem hướng dẫn trên mẫu.", "As on the papers; see the notes on the form.")
_MONEY = ("Số tiền bằng đồng, không có phần lẻ.", "Whole đồng.")
_DATE = ("Ngày, tháng, năm; ví dụ 05/06/2026.", "Day, month, year; for instance 05/06/2026.")
_COUNT = ("Số nguyên, không âm.", "A whole number, not negative.")
_ADDRESS = (
    "Số nhà, đường (thôn, tổ dân phố), xã (phường, đặc khu), tỉnh (thành phố).",
    "House and street or hamlet, commune, province.",
)
_CODE = ("Ghi đúng số, ký hiệu như trên giấy tờ.", "Number and letters exactly as on the paper.")
_LONG = ("Viết đủ ý, rõ ràng; được xuống dòng.", "In full and clearly; several lines are fine.")


@cache
def _rules() -> tuple[tuple[re.Pattern[str], Guess], ...]:
    """Return what labels are known, first the ones that go before others; words on a form in Vietnamese are data."""
    raw = json.loads((RESOURCES / "labels" / "guesses.json").read_text(encoding="utf-8"))
    return tuple(
        (
            re.compile(rule["pattern"]),
            Guess(
                rule["kind"], rule.get("key", ""), rule.get("en", ""), rule["help"]["vi"], rule["help"]["en"],
                rule["certainty"], rule.get("facts", {}), rule.get("doubt", ""), rule.get("fact", ""),
            ),
        )
        for rule in raw
    )  # fmt: skip


def guess(label: str, after: str = "", room: int = 30, lines: int = 1) -> Guess:
    """Guess what a gap is for from its label, the words behind it, its room in letters, and its lines."""
    text = _plain(label)[-200:]
    capitals = {"capitals": True} if "in hoa" in text else {}
    text = re.sub(r"\([^()]{0,200}\)", " ", text).strip(" .:;,-") or text
    text = " ".join(text.split())
    behind = _plain(after)[:20].lstrip(" (")
    for pattern, known in _rules():
        if pattern.search(text):
            shared = lines == 1 and any(c.isalpha() for c in after)
            return _fitted(
                replace(known, doubt="") if shared and known.doubt == "LONG" else known, capitals, room, lines
            )
    if behind.startswith(("đồng", "vnđ", "vnd", "đ)")):
        return Guess("money", "", "", *_MONEY, "likely")
    if behind.startswith(("m2", "m²", "ha", "kg", "tấn", "mét", "km")):
        return Guess(
            "decimal", "", "", "Chỉ ghi số; đơn vị đã in trên mẫu.", "The number alone.", "likely", {"min": 0}, "UNIT"
        )
    labelled = re.match(r"[^;,.)]*:", behind) is not None  # "Số đăng ký: … Ngày cấp: …": a label, no unit of days
    if not labelled and behind.startswith(("người", "bản", "trang", "tờ", "ngày", "tháng", "năm", "lần", "thành viên")):
        return Guess("integer", "", "", *_COUNT, "likely", {"min": 0})
    if behind.startswith("%"):
        return Guess("percent", "", "", "Tỷ lệ phần trăm, ví dụ 8,25.", "Per cent, for instance 8.25.", "likely")
    if lines > 1:
        return Guess("multiline", "", "", *_LONG, "likely", {"max_length": 2000})
    return Guess("text", "", "", *_TEXT, "unsure", capitals, "KIND")


def _fitted(known: Guess, capitals: Mapping[str, Any], room: int, lines: int) -> Guess:
    """Return a known guess as the room on the paper has it: several lines for what is long."""
    found = known
    if known.kind in ("text", "name") and (lines > 1 or known.doubt == "LONG"):
        found = replace(known, kind="multiline", facts={"max_length": 2000})
    if found.doubt == "LONG":
        found = replace(found, doubt="")
    return replace(found, facts={**found.facts, **(capitals if found.kind in ("name", "text") else {})})
