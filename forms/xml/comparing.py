"""XML beside data: whether what is attached to a print says what the data beside it says.

The attached XML is compared with the one that the data gives today, element by element: how it is indented, and
comments in it, say nothing; everything else does, an element too many as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lxml import etree

from forms.errors import FormsError
from forms.xml.errors import XmlError, XmlNotTheData
from forms.xml.layout import layout_for
from forms.xml.reading import parse
from forms.xml.writing import clean, write

if TYPE_CHECKING:
    from forms.printing import EmbeddedData
    from forms.template import Template

_ODD = (FormsError, KeyError, TypeError, ValueError, AttributeError, ArithmeticError)
"""What data from outside, which nothing has checked yet, makes of the writer."""


def check_attached(template: Template, found: EmbeddedData) -> None:
    """Raise XmlNotTheData where an XML that is attached to a print says something else than the data beside it.

    Nothing is raised where none is attached: the form may have been printed without.
    """
    if not found.xml:
        return
    try:
        tree = layout_for(template, found.period).data["tree"]
        written = write(template, found.period, found.values)
    except _ODD as error:
        raise XmlNotTheData("", "form-data.xml") from error  # these data give no XML at all
    for data in found.xml:
        if data == written:
            continue
        try:
            other = parse(data)
        except XmlError as error:
            raise XmlNotTheData("", "form-data.xml") from error
        place = _difference(tree, etree.fromstring(written), other, "")
        if place is not None:
            raise XmlNotTheData(place, _label(template, place))


def _label(template: Template, place: str) -> str:
    """Return how people name a place: a field by its number or words, an element by its name."""
    table, _, column = place.partition("].")
    field = template.definition.fields.get(f"{table.partition('[')[0]}.{column}" if column else place)
    return (field.code or f"“{field.label.vi}”") if field else place.rpartition("/")[2]


def _difference(node: Mapping[str, Any], ours: etree._Element, theirs: etree._Element, row: str) -> str | None:
    """Return the first place where two elements differ: a field's path, `ct22` or `bang[1].so`, or an element."""
    if ours.tag != theirs.tag:
        return _name(theirs)
    if ours.attrib != theirs.attrib or _text(ours) != _text(theirs):
        return f"{row}{node['field']}" if "field" in node else _name(theirs)
    nodes = {child["element"]: child for child in node.get("children") or []}
    seen: dict[str, int] = {}
    for one, other in zip(ours, theirs, strict=False):
        child = nodes.get(_name(one), {})
        index = seen[_name(one)] = seen.get(_name(one), -1) + 1
        place = _difference(child, one, other, f"{child['each']}[{index}]." if "each" in child else row)
        if place is not None:
            return place
    if len(ours) != len(theirs):
        longer, most = (ours, len(theirs)) if len(ours) > len(theirs) else (theirs, len(ours))
        return _name(longer[most])
    return None


def _text(element: etree._Element) -> list[str]:
    """Return the text of an element and any that stands between those below it; blanks at the ends say nothing."""
    found = [(text or "").strip() for text in (element.text, *(child.tail for child in element))]
    return [text for text in found if text]


def _name(element: etree._Element) -> str:
    return clean(etree.QName(element).localname)[:80]
