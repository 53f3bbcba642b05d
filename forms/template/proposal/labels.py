"""Words around gaps: dates in three gaps, numbers of items, labels, and what a heading looks like."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from forms.template.proposal.paper import Box, Gap, Paragraph, Piece, Words


@dataclass(frozen=True)
class Day(Gap):
    """Be the gaps of one date: ngày … tháng … năm …, … / … / …, tháng … năm …, quý … năm …."""

    spoken: bool = True
    unit: str = "date"
    """Or month, quarter."""
    capital: bool = False
    """Its first word, which goes with it, begins with a capital."""


_DAY: Final = re.compile(r"(?:\b|^)ngày\s*:?\s*$", re.IGNORECASE)
_DAY_OF: Final = re.compile(r"\bngày\s+(?:\w+\s+)?(?:cấp|sinh|ký|lập|hết hạn|vào làm)\s*:?\s*$", re.IGNORECASE)
"""Of a date whose first gap comes behind more words; these stay."""
_UNITS: Final = re.compile(
    r"^\s*(?:đồng|vnđ|m[23²³]?|ha|kg|tấn|km|người|bản|tờ|trang|tháng|năm|%)\s*[;,](?:\s*trong đó\s*:)?\s*(?=\S)",
    re.IGNORECASE,
)
"""The unit of the gap before, which ends there."""
_MONTH: Final = re.compile(r"^\s*,?\s*(?:tháng|/|-)\s*$", re.IGNORECASE)
_YEAR: Final = re.compile(r"^\s*,?\s*(?:năm|/|-)\s*(?:20|19)?\s*$", re.IGNORECASE)
_WHOLE_YEAR: Final = re.compile(r"^\s*,?\s*năm\s*(?:20\d\d)", re.IGNORECASE)
_UNIT: Final = re.compile(r"(?:\b|^)(tháng|quý)\s*:?\s*$", re.IGNORECASE)
_STROKE: Final = re.compile(r"^\s*[/-]\s*$")
_ITEM: Final = re.compile(
    r"^\s*(?P<code>\[\d{1,3}[a-zđ]?\]|\d{1,2}(?:\.\d{1,2}){0,3}(?=[.):\s])|[a-zđ](?=\)|\.\s)|[A-H](?=\.\s)|[IVX]{1,5}(?=[.\s)]))[.):]?\s*",
)
_HEADING: Final = re.compile(
    r"^\s*(?:phần|mục|chương)\s+(?:[IVX]+|\d+|[A-ZĐ]|thứ \w+)\b|^\s*[IVX]{1,5}[.)]\s|^\s*[A-H]\.\s", re.IGNORECASE
)
_LEAD: Final = " \t,;.:-–—+•*/&"
INTRODUCES: Final = re.compile(
    r"như sau|sau đây|dưới đây|bao gồm|gồm có|gồm\s*:|kèm theo\s*:|cụ thể\s*:|xin cam|"
    r"thuộc (một trong )?các trường hợp",
    re.IGNORECASE,
)


def with_days(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Return pieces with the three gaps of each date as one `Day`."""
    out: list[Piece] = []
    at = 0
    while at < len(pieces):
        found = _day_at(pieces, at) or _unit_at(pieces, at)
        if found is None:
            piece = pieces[at]
            stroke = out[-1] if out else None
            before = out[-2] if len(out) > 1 else None
            if (
                isinstance(piece, Gap) and piece.hint is None
                and isinstance(stroke, Words) and _STROKE.match(stroke.text)
                and isinstance(before, Gap) and not isinstance(before, Day) and before.hint is None
            ):  # fmt: skip
                del out[-2:]
                out.append(Gap(before.size + piece.size + 3))  # a number such as … / …
            else:
                out.append(piece)
            at += 1
            continue
        day, used, rest = found
        if day.spoken and out and isinstance(out[-1], Words):
            before_ = out[-1]
            kept = (_DAY if day.unit == "date" else _UNIT).sub("", before_.text)
            out[-1] = Words(kept, before_.bold, before_.italic)
            if not kept:
                out.pop()
        out.append(day)
        if rest is not None and rest.text:
            out.append(rest)
        at += used
    return tuple(out)


def _unit_at(pieces: Sequence[Piece], at: int) -> tuple[Day, int, Words | None] | None:
    """Find a month or quarter with its year whose first gap is at `at`."""
    if at == 0 or not isinstance(pieces[at], Gap) or len(pieces) < at + 3:
        return None
    before, between, year = pieces[at - 1], pieces[at + 1], pieces[at + 2]
    if not (isinstance(before, Words) and isinstance(between, Words) and isinstance(year, Gap)):
        return None
    if any(isinstance(gap, Gap) and gap.hint is not None for gap in (pieces[at], year)):
        return None
    unit = _UNIT.search(before.text)
    if unit is None or not re.match(r"^\s*,?\s*(?:năm)\s*(?:20)?\s*$", between.text, re.IGNORECASE):
        return None
    return Day(20, unit="month" if unit[1].lower() == "tháng" else "quarter", capital=unit[1][0].isupper()), 3, None


def _day_at(pieces: Sequence[Piece], at: int) -> tuple[Day, int, Words | None] | None:
    """Find a date whose first gap is at `at`: the date, how many pieces it takes, and words left over."""
    if not isinstance(pieces[at], Gap) or pieces[at].hint is not None:  # type: ignore[union-attr]  # a gap by then
        return None
    tail = pieces[at : at + 5]
    if (
        len(tail) < 4
        or not isinstance(tail[1], Words)
        or not isinstance(tail[2], Gap)
        or not isinstance(tail[3], Words)
    ):
        return None
    if not _MONTH.match(tail[1].text):
        return None
    before = pieces[at - 1] if at else None
    capital = isinstance(before, Words) and before.text.strip() == "Ngày"
    spoken = "/" not in tail[1].text and "-" not in tail[1].text
    if spoken and not (isinstance(before, Words) and (_DAY.search(before.text) or _DAY_OF.search(before.text))):
        return None
    if whole := _WHOLE_YEAR.match(tail[3].text):
        rest = Words(tail[3].text[whole.end() :], tail[3].bold, tail[3].italic)
        return Day(30, spoken=spoken, capital=capital), 4, rest
    if len(tail) == 5 and _YEAR.match(tail[3].text) and isinstance(tail[4], Gap):
        return Day(30, spoken=spoken, capital=capital), 5, None
    year = re.match(r"^\s*,?\s*(?:năm|/|-)\s*$", tail[3].text, re.IGNORECASE)
    return (Day(30, spoken=spoken, capital=capital), 4, None) if year else None


def item_of(text: str) -> tuple[str, str]:
    """Return the number of an item (`1`, `2.1`, `[04]`, `a`) and the rest of its text."""
    found = _ITEM.match(text)
    if found is None or (found["code"].isdigit() and len(found["code"]) > 2):
        return "", text
    return found["code"], text[found.end() :]


def level_of(code: str) -> int:
    """Return how deep an item's number is: 1, 1.1, 1.1.1; a) is below numbers."""
    if not code:
        return 0
    if re.fullmatch(r"[IVX]+|[A-H]", code):
        return 1
    if code[0].isdigit():
        return 2 + code.count(".")
    return 8


def label_of(text: str) -> str:
    """Return the words of a label before a gap: the last clause, without its number, marks and colon."""
    text = _UNITS.sub("", " ".join(text.split())).strip(_LEAD + "(")
    text = re.sub(r"^hoặc\s+", "", text)
    if len(text) > 70:
        clauses = re.split(r"(?<=[^\d.])[.;:]\s+|,\s+", text)
        tail = clauses[-1]
        while len(clauses) > 1 and len(tail) < 15 and len(tail) + len(clauses[-2]) < 70:
            clauses.pop()
            tail = f"{clauses[-1]}, {tail}"
        text = tail
    text = text.strip(_LEAD + "(")
    _, colon, tail = text.rpartition(": ")
    if colon and len(tail.strip(_LEAD)) >= 3 and not text.lower().startswith("kính gửi"):
        text = tail.strip(_LEAD)
    if len(text) > 120:
        text = " ".join(text[-120:].split(" ")[1:])
    if text.isupper() and len(text) > 6:
        text = text.lower()
    return text[:1].upper() + text[1:]


def noted(text: str) -> tuple[str, str]:
    """Return a label without its notes in brackets, and the longest of these: the paper's own help."""
    notes = [note.strip() for note in re.findall(r"\(([^()]{3,300})\)", text)]
    notes = [note for note in notes if not note.isdigit() and note not in ("nếu có", "nếu biết", "chữ in hoa")]
    kept = re.sub(r"\s*\((?:\d{1,2}|\*+)\)", "", text)
    long = max(notes, key=len, default="")
    if len(long) > 25:
        kept = " ".join(kept.replace(f"({long})", " ").split())
    else:
        long = ""
    return kept.strip(_LEAD) or text.strip(_LEAD), long


def is_heading(paragraph: Paragraph) -> bool:
    """Say whether a paragraph is the heading of a part: no place to fill, and numbered, bold or in capitals."""
    text = paragraph.text
    if not text or len(text) > 160 or paragraph.has(Gap, Box):
        return False
    if text.endswith(".") and len(text) > 60:
        return False
    return bool(_HEADING.match(text)) or paragraph.bold or (paragraph.capitals and len(text) < 120)


def only_gaps(paragraph: Paragraph) -> bool:
    """Say whether a paragraph is nothing but lines to write on."""
    words = re.sub(r"[\s.,;:()\-]", "", paragraph.words)
    return paragraph.has(Gap) and not words and not any(isinstance(p, Gap) and p.hint for p in paragraph.pieces)


def day_of(text: str) -> bool:
    """Say whether these words name the date that follows: ngày cấp, ngày sinh."""
    return bool(_DAY_OF.search(text))


def rule(paragraph: Paragraph) -> bool:
    """Say whether a paragraph is but a line drawn across, as above notes that are typed."""
    return only_gaps(paragraph) and sum(isinstance(piece, Gap) for piece in paragraph.pieces) == 1


def ornament(paragraph: Paragraph) -> bool:
    """Say whether a paragraph is only a rule: ---, ***, o0o."""
    return bool(re.fullmatch(r"[\s\-–—_*=.…~]*(?:[o0O]{3})?[\s\-–—_*=.…~]*", paragraph.text.replace("□", "x")))
