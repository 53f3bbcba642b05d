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
        "named_by": other field                         … a code that is not in our list is found by this name
        "also": [names]                                 … other names under which other programs write it
    {"element": name, "period": "kind|number|month|first_day|last_day"}
    {"element": name, "children": [nodes], "attributes": {…}}
    {"element": name, "each": table, "children": […]}   a row each; fields are then columns
    {"element": name, "open": true}                     the empty place of the signature, as a pair of tags
"""

from __future__ import annotations

from forms.xml.comparing import check_attached
from forms.xml.errors import (
    XmlAmbiguous,
    XmlError,
    XmlForbidden,
    XmlLayoutLacksField,
    XmlNoLayout,
    XmlNotTheData,
    XmlPeriodUnreadable,
    XmlTooLarge,
    XmlUnknownForm,
    XmlUnreadable,
    XmlValueMissing,
)
from forms.xml.layout import XmlLayout, file_name, layout_for
from forms.xml.reading import DEPTH_LIMIT, ELEMENT_LIMIT, SIZE_LIMIT, parse, read
from forms.xml.writing import clean, write

__all__ = [
    "DEPTH_LIMIT",
    "ELEMENT_LIMIT",
    "SIZE_LIMIT",
    "XmlAmbiguous",
    "XmlError",
    "XmlForbidden",
    "XmlLayout",
    "XmlLayoutLacksField",
    "XmlNoLayout",
    "XmlNotTheData",
    "XmlPeriodUnreadable",
    "XmlTooLarge",
    "XmlUnknownForm",
    "XmlUnreadable",
    "XmlValueMissing",
    "check_attached",
    "clean",
    "file_name",
    "layout_for",
    "parse",
    "read",
    "write",
]
