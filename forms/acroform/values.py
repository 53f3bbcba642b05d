"""Checking what someone wants to fill in against what the fields take, all problems at once."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forms.acroform.errors import FieldProblem
from forms.acroform.tree import COMBO, EDIT, FILE_SELECT, MULTI_SELECT, MULTILINE, PASSWORD, READ_ONLY, Node

TEXT_LIMIT = 20_000
"""Longest text of one field, in characters."""
_SUGGESTED = 20
"""Unknown names for which a near one is looked for."""


@dataclass(frozen=True)
class Wanted:
    """Be a value that its field takes."""

    node: Node
    text: str | None = None
    """Of texts and choices that take any text: NFC; None empties the field."""
    chosen: tuple[int, ...] = ()
    """Of choices: the options' numbers, rising."""
    state: str | None = None
    """Of buttons: the appearance's name; None turns it off."""


class _Refused(Exception):
    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.more = more


def check_values(nodes: Mapping[str, Node], values: Mapping[str, object]) -> tuple[list[Wanted], list[FieldProblem]]:
    """Return the values that are taken, and why others are not."""
    wanted, problems, strangers = [], [], 0
    for name, value in values.items():
        node = nodes.get(name) or nodes.get(unicodedata.normalize("NFC", name))
        if node is None:
            strangers += 1
            near = difflib.get_close_matches(name[:200], list(nodes), 1, 0.75) if strangers <= _SUGGESTED else []
            code = "FIELD_NOT_IN_FORM_NEAR" if near else "FIELD_NOT_IN_FORM"
            problems.append(FieldProblem(name[:200], code, {"near": near[0]} if near else {}))
            continue
        try:
            wanted.append(_check(node, value))
        except _Refused as refused:
            problems.append(FieldProblem(name, refused.code, refused.more))
    return wanted, problems


def _check(node: Node, value: object) -> Wanted:
    if node.kind == "signature":
        raise _Refused("FIELD_IS_FOR_SIGNING")
    if (
        node.kind == "button"
        or (node.kind == "text" and node.flags & FILE_SELECT)
        or node.inherited("/PMD") is not None
    ):
        raise _Refused("FIELD_NOT_FILLABLE")
    if node.flags & READ_ONLY:
        raise _Refused("FIELD_READ_ONLY")
    if node.kind == "text":
        return _text(node, value)
    if node.kind == "choice":
        return _choice(node, value)
    return _button(node, value)


def _text(node: Node, value: object) -> Wanted:
    if value is None:
        return Wanted(node)
    if not isinstance(value, str):
        raise _Refused("FIELD_TAKES_TEXT")
    text = tidy(value)
    if "\n" in text and not (node.flags & MULTILINE and not node.flags & PASSWORD):
        raise _Refused("FIELD_TAKES_ONE_LINE")
    limit = node.max_length
    if limit is not None and len(text) > limit:
        raise _Refused("FIELD_TOO_LONG", length=len(text), limit=limit)
    if len(text) > TEXT_LIMIT:
        raise _Refused("FIELD_TOO_LONG", length=len(text), limit=TEXT_LIMIT)
    return Wanted(node, text)


def tidy(text: str) -> str:
    """Compose to NFC and end lines in one way."""
    return unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")


def _choice(node: Node, value: object) -> Wanted:
    options = node.options()
    many = bool(node.flags & MULTI_SELECT)
    if value is None or value == []:
        return Wanted(node)
    if isinstance(value, str):
        given: list[object] = [value]
    elif isinstance(value, (list, tuple)):
        if not many:
            raise _Refused("FIELD_TAKES_ONE_OPTION")
        given = list(value)
    else:
        raise _Refused("FIELD_TAKES_OPTION", options=_told(options))
    if not all(isinstance(one, str) for one in given):
        raise _Refused("FIELD_TAKES_OPTION", options=_told(options))
    chosen = []
    for one in given:
        text = tidy(str(one))
        number = _option(options, text)
        if number is not None:
            chosen.append(number)
        elif node.flags & COMBO and node.flags & EDIT and "\n" not in text and len(text) <= TEXT_LIMIT:
            return Wanted(node, text)
        elif node.flags & COMBO and not text:
            return Wanted(node)
        else:
            raise _Refused("FIELD_LACKS_OPTION", value=text[:100], options=_told(options))
    return Wanted(node, chosen=tuple(sorted(set(chosen))))


def _option(options: list[tuple[str, str]], text: str) -> int | None:
    """Find an option by its export value, else by what is shown."""
    for place in (0, 1):
        for number, option in enumerate(options):
            if tidy(option[place]) == text:
                return number
    return None


def _told(options: list[tuple[str, str]]) -> tuple[str, ...]:
    """Name some options, for a sentence."""
    told = tuple(value[:60] for value, _ in options[:12])
    return (*told, "…") if len(options) > len(told) else told


def _button(node: Node, value: object) -> Wanted:
    states = node.states()
    if value is None or value is False:
        return Wanted(node)
    if value is True:
        if node.kind == "checkbox" and len({option for option, _ in states}) == 1:
            return Wanted(node, state=states[0][1])
        raise _Refused("FIELD_TAKES_OPTION", options=_told(states))
    if not isinstance(value, str):
        raise _Refused("FIELD_TAKES_TICK" if node.kind == "checkbox" else "FIELD_TAKES_OPTION", options=_told(states))
    text = tidy(value)
    for option, state in states:
        if text in (tidy(option), state, f"/{state}"):
            return Wanted(node, state=state)
    if text in ("Off", "/Off"):
        return Wanted(node)
    raise _Refused("FIELD_LACKS_OPTION", value=text[:100], options=_told(states))
