"""The electronic layouts of a template, and which one a period takes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from forms.definition import check_shape
from forms.period import Period
from forms.xml.errors import XmlNoLayout

if TYPE_CHECKING:
    from forms.template import Template


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
    for data in layouts(template):
        span = data.get("periods") or {}
        first, last = span.get("from"), span.get("to")
        if wanted is None:
            if not first and not last:
                return as_layout(data)
            continue
        start = wanted.first_day.isoformat()
        if (not first or first <= start) and (not last or start <= last):
            return as_layout(data)
    raise XmlNoLayout(template.id, str(wanted) if wanted else None)


def file_name(template: Template, period: Period | str | None, values: Mapping[str, Any]) -> str:
    """Return the name that the receiver expects, such as 01_GTGT_TT80_2026_<mst>_01-04-2026_30-06-2026.xml."""
    wanted = Period.parse(period) if isinstance(period, str) else period
    pattern = str(layout_for(template, wanted).data.get("file_name") or "{template}.xml")
    known: dict[str, str] = {"template": template.id}
    if wanted is not None:
        known |= {
            "year": str(wanted.year),
            "period": f"M{wanted.month:02}{wanted.year}" if wanted.month else f"Q{wanted.quarter}{wanted.year}",
            "first_day": f"{wanted.first_day:%d-%m-%Y}",
            "last_day": f"{wanted.last_day:%d-%m-%Y}",
        }

    def fill(match: re.Match[str]) -> str:
        found = known.get(match[1], values.get(match[1]))
        # A value goes into a file's name: only what every file system takes.
        text = re.sub(r"[^0-9A-Za-z-]+", "-", "" if found is None else str(found))[:80].strip("-")
        return text.zfill(int(match[2] or 0))

    return re.sub(r"\{(\w+)(?::([1-9]))?\}", fill, pattern)


def layouts(template: Template) -> list[Mapping[str, Any]]:
    if template.xml is None:
        return []
    check_shape("xml", template.xml)
    return list(template.xml["layouts"])


def as_layout(data: Mapping[str, Any]) -> XmlLayout:
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


def nodes(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield a node and all below it, but for rows of tables: their fields are columns."""
    yield node
    for child in node.get("children") or []:
        if "each" not in child:
            yield from nodes(child)
