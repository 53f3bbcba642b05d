"""What checking a form yields, and the words for it.

The words of the problems that every form can have are data, `resources/i18n/messages/forms.json`; those of a rule
come from its template. Placeholders are filled by plain replacement: a template's text can reach nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from forms import enclosed, kinds, strict_json
from forms.bundled import RESOURCES
from forms.definition import Table, Text

Severity = Literal["error", "warning"]
_PLACE = re.compile(r"\{([a-z][A-Za-z0-9_]*)\}")


@dataclass(frozen=True)
class Problem:
    """Say what is wrong at one place of a form: `ct42`, `thanh_vien[3].ho_ten` (rows counted from 0)."""

    path: str
    severity: Severity
    code: str
    message: Text
    facts: dict[str, Any] = field(default_factory=dict)

    def to_json(self, lang: str = "vi") -> dict[str, str]:
        """Return it as the command line prints it."""
        return {
            "path": self.path,
            "severity": self.severity,
            "code": self.code,
            "message": self.message.get(lang),
        }


@dataclass(frozen=True)
class Changed:
    """Say what a change of a form changed."""

    paths: frozenset[str] = frozenset()
    """Values: `ct43`, `lao_dong[4].luong`, a total as `lao_dong.luong`, a table whose rows moved as `lao_dong`."""
    problems_changed: bool = False
    shape: frozenset[str] = frozenset()
    """Paths that are now shown or hidden, required or not, where they were not before."""

    def __bool__(self) -> bool:
        return bool(self.paths or self.shape or self.problems_changed)


@dataclass(frozen=True)
class Found:
    """Hold a problem before its place is known: rows move."""

    severity: Severity
    code: str
    message: Text
    facts: dict[str, Any] = field(default_factory=dict)

    def at(self, path: str, row: int | None = None, table: Table | None = None) -> Problem:
        """Return the problem at a place; in a row of a table, the words say which row or entry."""
        message, facts = self.message, self.facts
        if row is not None and table is not None:
            number = str(row + 1)
            facts = {**facts, "row": row + 1}
            if "{dong}" in message.vi or "{dong}" in message.en:
                message = Text(message.vi.replace("{dong}", number), message.en.replace("{dong}", number))
            else:
                entry = table.entry(row)
                message = Text(f"{entry.vi}: {message.vi}", f"{entry.en}: {message.en}")
        return Problem(path, self.severity, self.code, message, facts)


def fill(text: Text, shown: Callable[[str, str], str | None]) -> Text:
    """Return the words with each `{name}` replaced by `shown(name, lang)`; what is None stays as it stands."""

    def one(words: str, lang: str) -> str:
        def replace(match: re.Match[str]) -> str:
            value = shown(match[1], lang)
            return match[0] if value is None else value

        return _PLACE.sub(replace, words)

    return Text(one(text.vi, "vi"), one(text.en, "en"))


@cache
def _catalogue() -> Mapping[str, Text]:
    raw = strict_json.loads((RESOURCES / "i18n" / "messages" / "forms.json").read_bytes())

    def words(entry: Mapping[str, Any], lang: str) -> str:
        return " ".join(part for part in (entry[lang]["sentence"], entry[lang].get("remedy")) if part)

    return {code: Text(words(entry, "vi"), words(entry, "en")) for code, entry in raw.items()}


def sentence(code: str, label: Text, facts: Mapping[str, Any]) -> Text:
    """Return the words for a problem of our own: what is wrong with the field of that label, and what to do."""

    def shown(name: str, lang: str) -> str | None:
        if name == "label":
            return label.get(lang)
        value = facts.get(name)
        if value is None:
            return None
        if name == "expected":
            return _EXPECTED.get(str(value), _EXPECTED["text"])[lang != "vi"]
        if name == "found":
            return _FOUND.get(str(value), _FOUND["other"])[lang != "vi"]
        if isinstance(value, int) and not isinstance(value, bool) and name not in _PLAIN:
            return kinds.grouped(str(value), lang)
        return str(value)

    return fill(_catalogue()[code], shown)


_PLAIN = frozenset(("year", "given"))
_EXPECTED = {
    "money": ("số tiền nguyên đồng", "a whole amount of đồng"),
    "integer": ("số nguyên", "a whole number"),
    "decimal": ("số thập phân", "a decimal number"),
    "percent": ("tỷ lệ phần trăm", "a percentage"),
    "check": ("có hoặc không (true, false)", "yes or no (true, false)"),
    "date": ("ngày dạng NNNN-TT-NN", "a date as YYYY-MM-DD"),
    "file": (
        f"danh sách tệp (name, size, sha256, type), tối đa {enclosed.MOST_FILES} tệp",
        f"a list of files (name, size, sha256, type), at most {enclosed.MOST_FILES}",
    ),
    "table": ("danh sách các dòng", "a list of rows"),
    "row": ("một dòng gồm các trường", "a row of fields"),
    "text": ("chữ", "text"),
}
_FOUND = {
    "text": ("chữ", "text"),
    "number": ("số", "a number"),
    "boolean": ("có/không", "yes or no"),
    "object": ("một nhóm trường", "an object"),
    "list": ("một danh sách", "a list"),
    "null": ("trống", "nothing"),
    "other": ("kiểu khác", "something else"),
}
