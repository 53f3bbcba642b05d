"""XML → values: hostile bytes parsed within limits, and read by the layout that recognises them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lxml import etree

from forms import kinds, units
from forms.errors import BadPeriod, PeriodKindWrong
from forms.identifiers import fold
from forms.period import Period
from forms.xml.errors import (
    XmlAmbiguous,
    XmlForbidden,
    XmlPeriodUnreadable,
    XmlTooLarge,
    XmlUnknownForm,
    XmlUnreadable,
)
from forms.xml.layout import XmlLayout, as_layout, layout_for, layouts, nodes
from forms.xml.writing import clean

if TYPE_CHECKING:
    from forms.printing import EmbeddedData
    from forms.template import Library, Template

SIZE_LIMIT = 10 * 1024 * 1024
DEPTH_LIMIT = 64
ELEMENT_LIMIT = 200_000
_RESOURCE_LIMIT = etree.ErrorTypes.ERR_RESOURCE_LIMIT
_ENTITY_LOOP = etree.ErrorTypes.ERR_ENTITY_LOOP


def read(data: bytes, library: Library) -> EmbeddedData:
    """Read a form's values out of its XML, ours or another program's; nothing in it has been checked yet.

    The template's version is the one for the period inside the file. Values have the types of the template's fields;
    a text that is none is kept as it stands, so that checking the form names it. What the file holds beyond the
    layout (an appendix) is not read: `print["xml"]["unread"]` lists it, with the layout beside it.
    """
    # The type lives where prints are read; those libraries are loaded only when a file is read.
    from forms.printing import EmbeddedData

    root = parse(data)
    for template in _templates(library):
        for layout in map(as_layout, layouts(template)):
            if not _recognises(layout, root):
                continue
            period = _period_in(layout, root)
            chosen = _version_for(library, template, period)
            layout = layout_for(chosen, period)
            if not _recognises(layout, root):
                continue
            reader = _Reader(chosen, layout)
            values = reader.values(root)
            about = {"xml": {"layout": layout.id, "unread": reader.unread}}
            return EmbeddedData(chosen.id, chosen.version, str(period) if period else None, values, about)
    raise XmlUnknownForm(clean(_local(root))[:80])


def parse(data: bytes) -> etree._Element:
    """Return the root of hostile XML: no document type, no entities, no network, bounded size, depth and count."""
    if len(data) > SIZE_LIMIT:
        raise XmlTooLarge("SIZE", SIZE_LIMIT)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    # Seen before parsing too, in every encoding that holds ASCII, so that no entity is ever expanded.
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise XmlForbidden
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        # libxml2 2.11, which the Windows wheels bring, knows excess by its words alone, and entities that explode.
        code: int = error.code  # type: ignore[attr-defined] # missing in the stubs
        if code in (_RESOURCE_LIMIT, _ENTITY_LOOP) or "XML_PARSE_HUGE" in str(error):
            raise XmlTooLarge("PARSER", DEPTH_LIMIT) from error
        raise XmlUnreadable(error.lineno or None) from error
    except (ValueError, LookupError) as error:
        raise XmlUnreadable(None) from error
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr] # missing in the stubs
        raise XmlForbidden
    _measure(root)
    return root


def _measure(root: etree._Element) -> None:
    count, stack = 0, [(root, 1)]
    while stack:
        element, depth = stack.pop()
        count += 1
        if depth > DEPTH_LIMIT:
            raise XmlTooLarge("DEPTH", DEPTH_LIMIT)
        if count > ELEMENT_LIMIT:
            raise XmlTooLarge("ELEMENTS", ELEMENT_LIMIT)
        stack.extend((child, depth + 1) for child in element)


def _templates(library: Library) -> Iterator[Template]:
    from forms.template import load

    for edition in library.editions():
        template = load(edition.ref)
        if template.xml:
            yield template


def _version_for(library: Library, template: Template, period: Period | None) -> Template:
    from forms.template import load

    if period is None:
        return template
    try:
        return load(library.choose(template.id, period, period.last_day))
    except PeriodKindWrong:  # checking the form says so
        return template


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname


def _child(element: etree._Element, namespace: str, names: Sequence[str]) -> etree._Element | None:
    """Return the only child of one of these names; raise XmlAmbiguous for two."""
    wanted = {f"{{{namespace}}}{name}" if namespace else name for name in names}
    found = [child for child in element if child.tag in wanted]
    if len(found) > 1:
        raise XmlAmbiguous(names[0])
    return found[0] if found else None


def _string(element: etree._Element, *, lines: bool = False) -> str:
    return clean(element.text or "", lines=lines)


def _recognises(layout: XmlLayout, root: etree._Element) -> bool:
    tree = layout.data["tree"]
    if root.tag != (f"{{{layout.namespace}}}{tree['element']}" if layout.namespace else tree["element"]):
        return False
    for mark in layout.data.get("recognise") or []:
        element: etree._Element | None = root
        for name in str(mark["path"]).split("/"):
            element = _child(element, layout.namespace, [name]) if element is not None else None
        if element is None or _string(element) != mark["value"]:
            return False
    return True


def _period_in(layout: XmlLayout, root: etree._Element) -> Period | None:
    """Return the period that the file says; None for layouts without one."""
    found: dict[str, str] = {}

    def walk(node: Mapping[str, Any], element: etree._Element) -> None:
        if "period" in node:
            found.setdefault(node["period"], _string(element))
        for child in node.get("children") or []:
            if "each" not in child:
                below = _child(element, layout.namespace, [child["element"]])
                if below is not None:
                    walk(child, below)

    walk(layout.data["tree"], root)
    if not any("period" in node for node in nodes(layout.data["tree"])):
        return None
    kind, number = found.get("kind", ""), found.get("number", "")
    match = re.fullmatch(r"[QqTt]?\s*0?([0-9]{1,2})\s*/\s*([0-9]{4})", number)
    if match is None or kind not in ("M", "Q"):
        raise XmlPeriodUnreadable(kind[:20], number[:40])
    try:
        count, year = int(match[1]), int(match[2])
        return Period(year, month=count) if kind == "M" else Period(year, quarter=count)
    except BadPeriod as error:
        raise XmlPeriodUnreadable(kind, number[:40]) from error


class _Reader:
    def __init__(self, template: Template, layout: XmlLayout) -> None:
        self._fields = template.definition.fields
        self._layout = layout
        self.unread: list[str] = []
        """Paths of elements with content that the layout does not map, at most a hundred."""

    def values(self, root: etree._Element) -> dict[str, Any]:
        """Return the values by field."""
        found: dict[str, Any] = {}
        self._read(self._layout.data["tree"], root, found, "", _local(root))
        for node in nodes(self._layout.data["tree"]):
            if "named_by" in node and node["field"] in found:
                self._name(node["field"], found, str(found.get(node["named_by"], "")))
        return found

    def _name(self, name: str, found: dict[str, Any], words: str) -> None:
        """Replace a code of another list (the tax system's own provinces) by ours, or leave it out and say so."""
        field = self._fields[name]
        entries = units.entries(field.options_from or kinds.LISTS.get(field.kind, "")) or {}
        if not entries or found[name] in entries:
            return
        same = [unit.code for unit in entries.values() if _bare(unit.name) == _bare(words)]
        if len(same) == 1:
            found[name] = same[0]
        else:
            self.unread.append(f"{name}={found.pop(name)}"[:80])

    def _read(
        self, node: Mapping[str, Any], element: etree._Element, into: dict[str, Any], row: str, path: str
    ) -> None:
        self._value(node, element, into, row)
        if "children" not in node:
            return
        known: set[str] = set()
        for child in node["children"]:
            names = [child["element"], *child.get("also", [])]
            known.update(names)
            if "each" in child:
                tag = f"{{{self._layout.namespace}}}{child['element']}" if self._layout.namespace else child["element"]
                rows = into.setdefault(child["each"], [])
                for line in element.iterchildren(tag):
                    entry: dict[str, Any] = {}
                    self._read(child, line, entry, child["each"], f"{path}/{child['element']}")
                    rows.append(entry)
            elif (below := _child(element, self._layout.namespace, names)) is not None:
                self._read(child, below, into, row, f"{path}/{child['element']}")
        for other in element:
            name = _local(other)
            if name not in known and len(self.unread) < 100 and _has_content(other):
                self.unread.append(f"{path}/{clean(name)[:80]}")

    def _value(self, node: Mapping[str, Any], element: etree._Element, into: dict[str, Any], row: str) -> None:
        if "field" not in node or node.get("derived"):
            return
        name = node["field"]
        field = self._fields.get(f"{row}.{name}" if row else name)
        if field is None or field.kind == "file":
            return
        text = _string(element, lines=field.kind == "multiline")
        if "values" in node:
            text = next((value for value, written in node["values"].items() if written == text), text)
        if text and text != node.get("none"):
            into[name] = _value_of(text, field.kind)


def _bare(name: str) -> str:
    """Return a place's name as search sees it, without what kind of place it is."""
    return re.sub(r"^(thanh pho|tp\.?|tinh) ", "", fold(name))


def _has_content(element: etree._Element) -> bool:
    return any((part.text or "").strip() for part in element.iter())


def _value_of(text: str, kind: str) -> Any:
    """Return a text as the field's type where it is one; else the text itself, for the check to name."""
    if kind == "check":
        lowered = text.lower()
        return True if lowered in ("1", "true", "x") else False if lowered in ("0", "false") else text
    if kind in ("money", "integer"):
        # Some programs write 1446670.0 or 1446670.00; no others are guessed at.
        match = re.fullmatch(r"([+-]?[0-9]{1,30})(?:\.0{1,6})?", text)
        return int(match[1]) if match else text
    if kind == "date":
        match = re.fullmatch(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})", text)
        if match:
            return f"{match[3]}-{int(match[2]):02}-{int(match[1]):02}"
        return text[:10] if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T.*", text) else text
    return text
