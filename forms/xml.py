"""Write a form as the receiver's XML and read it back, by the template's ordered mapping.

Hides lxml. A template's `xml.json` holds one or more electronic layouts, each for a range of reporting periods: the
electronic layout is chosen apart from the printed form. A layout is a tree of nodes in the receiver's order:

    {"element": name}                                   an empty element, kept
    {"element": name, "text": "842"}                    a constant
    {"element": name, "field": f}                       a value; missing amounts are 0
        "values": {value: text}                         … by a table; a value outside it has no place in the layout
        "derived": true                                 … written only, not read back
        "date": "dd/MM/yyyy"                            … another form of date than ISO
        "none": "0"                                     … what stands for no value
        "also": [names]                                 … other names under which other programs write it
    {"element": name, "period": "kind|number|month|first_day|last_day"}
    {"element": name, "children": [nodes], "attributes": {…}}
    {"element": name, "each": table, "children": […]}   a row each; fields are then columns
    {"element": name, "open": true}                     the empty place of the signature, as a pair of tags

Errors, all FormsError:

XmlError
├── XmlNoLayout             no electronic layout for the template or the period
├── XmlLayoutLacksField     a value that the layout has no place for
├── XmlValueMissing         a value without which the receiver refuses the file
├── XmlTooLarge, XmlForbidden, XmlUnreadable
├── XmlAmbiguous            an element stands twice where one is meant
├── XmlPeriodUnreadable     the period inside is none that we know
└── XmlUnknownForm          no template in the library reads this file
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, ClassVar

from lxml import etree

from forms.definition import check_shape
from forms.errors import BadPeriod, FormsError, PeriodKindWrong
from forms.period import Period

if TYPE_CHECKING:
    from forms.printing import EmbeddedData
    from forms.template import Library, Template

SIZE_LIMIT = 10 * 1024 * 1024
DEPTH_LIMIT = 64
ELEMENT_LIMIT = 200_000


class XmlError(FormsError):
    """Gather what can go wrong between a form and its XML."""

    code: ClassVar[str] = "XML"


@dataclass(eq=False)
class XmlNoLayout(XmlError):
    """Say that there is no electronic layout for the template in this period."""

    code: ClassVar[str] = "XML_NO_LAYOUT"
    template: str
    period: str | None


@dataclass(eq=False)
class XmlLayoutLacksField(XmlError):
    """Say that the layout has no place for these fields; `labels` are their official numbers or names."""

    code: ClassVar[str] = "XML_LAYOUT_LACKS_FIELD"
    field: str
    fields: tuple[str, ...]
    labels: str
    layout: str


@dataclass(eq=False)
class XmlValueMissing(XmlError):
    """Say that the receiver takes no file without these fields."""

    code: ClassVar[str] = "XML_VALUE_MISSING"
    fields: tuple[str, ...]
    labels: str


@dataclass(eq=False)
class XmlTooLarge(XmlError):
    """Say that a file is larger, deeper or fuller than any form; `what` is SIZE, DEPTH or ELEMENTS."""

    code: ClassVar[str] = "XML_TOO_LARGE"
    what: str
    limit: int


@dataclass(eq=False)
class XmlForbidden(XmlError):
    """Say that a file declares a document type or entities: no form does."""

    code: ClassVar[str] = "XML_FORBIDDEN"


@dataclass(eq=False)
class XmlUnreadable(XmlError):
    """Say that bytes are no well-formed XML."""

    code: ClassVar[str] = "XML_UNREADABLE"
    line: int | None


@dataclass(eq=False)
class XmlAmbiguous(XmlError):
    """Say that an element that is there once in the layout stands more than once in the file."""

    code: ClassVar[str] = "XML_AMBIGUOUS"
    element: str


@dataclass(eq=False)
class XmlPeriodUnreadable(XmlError):
    """Say that the period inside a file is neither a month nor a quarter."""

    code: ClassVar[str] = "XML_PERIOD_UNREADABLE"
    kind: str
    number: str


@dataclass(eq=False)
class XmlUnknownForm(XmlError):
    """Say that no template reads a file with this root element."""

    code: ClassVar[str] = "XML_UNKNOWN_FORM"
    root: str


@dataclass(frozen=True)
class XmlLayout:
    """Be one electronic layout: its identity, and where its signature goes."""

    id: str
    code: str
    version: str
    name: Mapping[str, str]
    confidence: str
    namespace: str
    signed_element: str | None
    """Local name of the element that is signed."""
    signed_id: str | None
    """Value of its identifying attribute, as written here; other programs write others."""
    id_attribute: str
    signature_place: str | None
    """Local name of the empty element that receives the signature."""
    data: Mapping[str, Any]


def layout_for(template: Template, period: Period | str | None) -> XmlLayout:
    """Return the electronic layout of a template for a period; raise XmlNoLayout when there is none."""
    wanted = Period.parse(period) if isinstance(period, str) else period
    for data in _layouts(template):
        span = data.get("periods") or {}
        first, last = span.get("from"), span.get("to")
        if wanted is None:
            if not first and not last:
                return _layout(data)
            continue
        start = wanted.first_day.isoformat()
        if (not first or first <= start) and (not last or start <= last):
            return _layout(data)
    raise XmlNoLayout(template.id, str(wanted) if wanted else None)


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


def file_name(template: Template, period: Period | str | None, values: Mapping[str, Any]) -> str:
    """Return the name that the receiver expects, such as 01_GTGT_TT80_2026_<mst>_01-04-2026_30-06-2026.xml."""
    wanted = Period.parse(period) if isinstance(period, str) else period
    pattern = str(layout_for(template, wanted).data.get("file_name") or "{template}.xml")
    known: dict[str, str] = {"template": template.id}
    if wanted is not None:
        known |= {
            "year": str(wanted.year),
            "first_day": f"{wanted.first_day:%d-%m-%Y}",
            "last_day": f"{wanted.last_day:%d-%m-%Y}",
        }

    def fill(match: re.Match[str]) -> str:
        found = known.get(match[1], values.get(match[1]))
        # A value goes into a file's name: only what every file system takes.
        return re.sub(r"[^0-9A-Za-z-]+", "-", clean("" if found is None else str(found)))[:80].strip("-")

    return re.sub(r"\{(\w+)\}", fill, pattern)


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
        for layout in map(_layout, _layouts(template)):
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
        if error.code == etree.ErrorTypes.ERR_RESOURCE_LIMIT:  # type: ignore[attr-defined] # missing in the stubs
            raise XmlTooLarge("DEPTH", DEPTH_LIMIT) from error
        raise XmlUnreadable(error.lineno or None) from error
    except (ValueError, LookupError) as error:
        raise XmlUnreadable(None) from error
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr] # missing in the stubs
        raise XmlForbidden
    _measure(root)
    return root


def clean(text: str, *, lines: bool = False) -> str:
    """Return text as it may stand in a form's XML: NFC, no control characters, no stray white space at the ends."""
    kept = [c if _allowed(c) or (lines and c == "\n") else " " if c in "\t\r\n" else "" for c in text]
    return unicodedata.normalize("NFC", "".join(kept)).strip()


def _allowed(char: str) -> bool:
    return unicodedata.category(char) not in ("Cc", "Cs") and ord(char) & 0xFFFE != 0xFFFE


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


def _layouts(template: Template) -> list[Mapping[str, Any]]:
    if template.xml is None:
        return []
    check_shape("xml", template.xml)
    return list(template.xml["layouts"])


def _layout(data: Mapping[str, Any]) -> XmlLayout:
    sign = data.get("sign") or {}
    return XmlLayout(
        id=str(data["id"]),
        code=str(data.get("code", "")),
        version=str(data.get("version", "")),
        name=data.get("name") or {},
        confidence=str(data.get("confidence", "")),
        namespace=str(data.get("namespace", "")),
        signed_element=sign.get("element"),
        signed_id=sign.get("id"),
        id_attribute=str(sign.get("id_attribute", "id")),
        signature_place=sign.get("place"),
        data=data,
    )


def _empty(value: Any) -> bool:
    """Say whether a value is none, "", False, 0 or a text of zero."""
    if value in (None, "", False, 0) or value == []:
        return True
    if isinstance(value, str):
        try:
            return Decimal(value) == 0
        except InvalidOperation:
            return not value.strip()
    return False


# ---------------------------------------------------------------- writing


class _Writer:
    def __init__(self, template: Template, layout: XmlLayout, period: Period | None) -> None:
        self._fields = template.definition.fields
        self._layout = layout
        self._period = period

    def refuse_what_is_lost(self, values: Mapping[str, Any]) -> None:
        """Raise when a value would be dropped, or one is missing without which the file is refused."""
        lost = [name for name in self._layout.data.get("lacks") or [] if not _empty(values.get(name))]
        for node in _nodes(self._layout.data["tree"]):
            if "values" in node and values.get(node["field"]) not in (None, "", *node["values"]):
                lost.append(node["field"])
        if lost:
            unique = tuple(dict.fromkeys(lost))
            raise XmlLayoutLacksField(unique[0], unique, self._labels(unique), self._layout.id)
        missing = tuple(name for name in self._layout.data.get("needs") or [] if not clean(str(values.get(name) or "")))
        if missing:
            raise XmlValueMissing(missing, self._labels(missing))

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


def _value_text(value: Any, kind: str, node: Mapping[str, Any]) -> str:
    if kind == "check":
        return "1" if value else "0"
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


def _nodes(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for child in node.get("children") or []:
        yield from _nodes(child)


# ---------------------------------------------------------------- reading


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
    if not any("period" in node for node in _nodes(layout.data["tree"])):
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
        return found

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
        if field is None:
            return
        text = _string(element, lines=field.kind == "multiline")
        if "values" in node:
            text = next((value for value, written in node["values"].items() if written == text), text)
        if text and text != node.get("none"):
            into[name] = _value_of(text, field.kind)


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
