"""Lists of the state that fields choose from: provinces, wards and others of `resources/units/`.

Each list is a JSON file with its source and date: `{"data_date", "source", "entries": [{"code", "name", …}]}`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from forms import strict_json
from forms.bundled import RESOURCES


@dataclass(frozen=True)
class Unit:
    """Name one entry of a list; `parent` is the province's code where the entry is a ward."""

    code: str
    name: str
    parent: str | None = None


@dataclass(frozen=True)
class UnitList:
    """Hold a list with what is known of its age and origin."""

    name: str
    data_date: str
    source: str
    entries: Mapping[str, Unit]


@cache
def unit_list(name: str) -> UnitList | None:
    """Return the list of that name, such as `units/provinces`, or None where there is none."""
    if re.fullmatch(r"units/[a-z][a-z_]{0,40}", name) is None:
        return None
    path = RESOURCES / f"{name}.json"
    if not path.is_file():
        return None
    text = strict_json.loads(path.read_bytes())
    entries = {e["code"]: Unit(e["code"], e["name"], e.get("province")) for e in text.get("entries", ())}
    return UnitList(name, text["data_date"], text["source"], entries)


def entries(name: str) -> Mapping[str, Unit] | None:
    """Return the entries of a list by code, or None where there is no such list."""
    found = unit_list(name)
    return found.entries if found else None


def province_of(ward: str) -> str | None:
    """Return the code of the province that a ward lies in."""
    wards = entries("units/wards") or {}
    return wards[ward].parent if ward in wards else None


@cache
def wards_of(province: str) -> tuple[Unit, ...]:
    """Return a province's wards in the order of their names."""
    from forms.identifiers import fold

    wards = entries("units/wards") or {}
    return tuple(sorted((w for w in wards.values() if w.parent == province), key=lambda w: fold(w.name)))
