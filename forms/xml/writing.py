"""Form → XML, in the receiver's order."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from lxml import etree

from forms.period import Period
from forms.xml.errors import XmlLayoutLacksField, XmlValueMissing
from forms.xml.layout import XmlLayout, layout_for

if TYPE_CHECKING:
    from forms.template import Template


def write(template: Template, period: Period | str | None, values: Mapping[str, Any]) -> bytes:
    """Return the form as XML in the layout of the period: UTF-8, NFC, elements in the receiver's order, none dropped.

    values are a form's, calculated ones included. Raise XmlNoLayout, XmlLayoutLacksField, XmlValueMissing.
    """
    wanted = Period.parse(period) if isinstance(period, str) else period
    layout = layout_for(template, wanted)
    writer = _Writer(template, layout, wanted)
    writer.refuse_what_is_lost(values)
    root = writer.element(layout.data["tree"], values)
    etree.indent(root, space="  ")
    text = etree.tostring(root, encoding="UTF-8", xml_declaration=False)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + text + b"\n"


def clean(text: str, *, lines: bool = False) -> str:
    """Return text as it may stand in a form's XML: NFC, no control characters, no stray white space at the ends."""
    if text.isprintable():  # nearly all: nothing of it is left out
        return (text if text.isascii() else unicodedata.normalize("NFC", text)).strip()
    kept = [c if _allowed(c) or (lines and c == "\n") else " " if c in "\t\r\n" else "" for c in text]
    return unicodedata.normalize("NFC", "".join(kept)).strip()


def _allowed(char: str) -> bool:
    return unicodedata.category(char) not in ("Cc", "Cs") and ord(char) & 0xFFFE != 0xFFFE


class _Writer:
    def __init__(self, template: Template, layout: XmlLayout, period: Period | None) -> None:
        self._fields = template.definition.fields
        self._layout = layout
        self._period = period

    def refuse_what_is_lost(self, values: Mapping[str, Any]) -> None:
        """Raise when a value would be dropped, or one is missing without which the file is refused."""
        lost = [name for name in self._layout.data.get("lacks") or [] if not self._empty(name, values.get(name))]
        lost += _without_place(self._layout.data["tree"], values)
        if lost:
            unique = tuple(dict.fromkeys(lost))
            raise XmlLayoutLacksField(unique[0], unique, self._labels(unique), self._layout.id)
        missing = tuple(name for name in self._layout.data.get("needs") or [] if not clean(str(values.get(name) or "")))
        if missing:
            raise XmlValueMissing(missing, self._labels(missing))

    def _empty(self, name: str, value: Any) -> bool:
        """Say whether a value is none, "", False, no rows, or a number that is 0; the text "0" is one."""
        if value in (None, "", False, 0) or value == []:
            return True
        field = self._fields.get(name)
        if not isinstance(value, str) or field is None or field.type != "number":
            return isinstance(value, str) and not value.strip()
        try:
            return Decimal(value) == 0
        except InvalidOperation:
            return False

    def _labels(self, names: Sequence[str]) -> str:
        found = [self._fields.get(name) for name in names]
        return ", ".join(
            (field.code or f"“{field.label.vi}”") if field else name for name, field in zip(names, found, strict=True)
        )

    def element(self, node: Mapping[str, Any], values: Mapping[str, Any], row: str = "") -> etree._Element:
        """Return one element with what is below it; row is the table in whose row it stands."""
        namespace = self._layout.namespace
        tag = f"{{{namespace}}}{node['element']}" if namespace else node["element"]
        element = etree.Element(tag, nsmap={None: namespace} if namespace else None)  # type: ignore[dict-item] # lxml's default namespace has no prefix
        for name, value in (node.get("attributes") or {}).items():
            element.set(name, str(value))
        for child in node.get("children") or []:
            if "each" in child:
                for entry in values.get(child["each"]) or []:
                    element.append(self.element(child, entry, child["each"]))
            else:
                element.append(self.element(child, values, row))
        text = self._text(node, values, row)
        if text or node.get("open"):
            element.text = text  # an empty text makes a pair of tags
        return element

    def _text(self, node: Mapping[str, Any], values: Mapping[str, Any], row: str) -> str:
        if "text" in node:
            return clean(str(node["text"]))
        if "period" in node:
            return _period_text(self._period, node["period"])
        if "field" not in node:
            return ""
        name = node["field"]
        value = values.get(name)
        if "none" in node and value in (None, ""):
            return str(node["none"])
        if "values" in node:
            return clean(str(node["values"].get(value, "")))
        field = self._fields.get(f"{row}.{name}" if row else name)
        return _value_text(value, field.kind if field else "text", node)


def _without_place(node: Mapping[str, Any], values: Mapping[str, Any]) -> list[str]:
    """Return the fields whose value is not in the node's table of values; columns as table.column."""
    lost = []
    if "values" in node and values.get(node["field"]) not in (None, "", *node["values"]):
        lost.append(str(node["field"]))
    if "none" in node and isinstance(value := values.get(node["field"]), str) and value.strip() == node["none"] != "":
        lost.append(str(node["field"]))  # a text that would be read as "there is none"
    for child in node.get("children") or []:
        if "each" in child:
            for row in values.get(child["each"]) or []:
                lost += [f"{child['each']}.{name}" for name in _without_place(child, row)]
        else:
            lost += _without_place(child, values)
    return lost


def _value_text(value: Any, kind: str, node: Mapping[str, Any]) -> str:
    if kind == "check":
        return "1" if value else "0"
    if kind == "file":
        return clean("; ".join(str(one["name"]) for one in value or ()))
    if kind in ("money", "integer", "decimal", "percent"):
        return "0" if value in (None, "") else str(value)
    text = clean("" if value is None else str(value), lines=kind == "multiline")
    if kind == "date" and text and node.get("date") == "dd/MM/yyyy":
        return f"{date.fromisoformat(text):%d/%m/%Y}"
    return text


def _period_text(period: Period | None, part: str) -> str:
    if period is None:
        return ""
    if part == "kind":
        return "M" if period.month else "Q"
    if part == "number":
        return f"{period.month:02}/{period.year}" if period.month else f"{period.quarter}/{period.year}"
    if part == "month":  # only months say which; a quarter leaves it empty
        return f"{period.month:02}/{period.year}" if period.month else ""
    return f"{getattr(period, part):%d/%m/%Y}"
