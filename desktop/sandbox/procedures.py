"""What the practice portal knows of procedures, and how it is divided among the agencies that answer for them.

An agency is whoever announced a procedure (the national portal's records say so), else the first that carries
it out.  Its records are packed in a few files, each procedure always in the same one of so many, so that a
changed record makes one small file new.
"""

from __future__ import annotations

import glob
import gzip
import hashlib
import io
import json
import re
import tarfile
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop.sandbox.authority import CATALOGUE_ROLES
from desktop.sandbox.catalogue import Agency, Target

MAX_RECORDS = 50_000
MAX_RECORD = 4 << 20
MAX_ALL_RECORDS = 512 << 20
RECORDS_A_FILE = 256


@dataclass(frozen=True)
class Share:
    """The procedures of one agency."""

    role: str
    name: str
    codes: tuple[str, ...]
    templates: tuple[str, ...]
    """Ids of the templates that its procedures ask for, where no agency before it has them."""


def shares(records: Mapping[str, str]) -> list[Share]:
    """Divide records among their agencies, always in the same way."""
    codes: dict[str, list[str]] = {}
    templates: dict[str, dict[str, None]] = {}
    taken: set[str] = set()
    for code in sorted(records):
        record = json.loads(records[code])
        named = [str((record.get("raw_extra") or {}).get("announced_by") or ""), *record.get("agencies", ())]
        name = next((one for one in named if one.strip()), "Cơ quan khác")
        codes.setdefault(name, []).append(code)
        parts = (part for case in record.get("cases", ()) for part in case.get("components", ()))
        for template in (part["template"] for part in parts if part.get("template")):
            if template not in taken:
                taken.add(template)
                templates.setdefault(name, {})[template] = None
    roles: dict[str, str] = {}
    for name in sorted(codes):
        role = _role(name)
        while role in roles or role in CATALOGUE_ROLES:
            role = f"{role[:30]}-{hashlib.sha256((role + name).encode()).hexdigest()[:8]}"
        roles[role] = name
    return [Share(role, name, tuple(codes[name]), tuple(templates.get(name, ()))) for role, name in roles.items()]


def packed(share: Share, records: Mapping[str, str]) -> dict[str, Target]:
    """Pack an agency's records: files by their paths in the catalogue."""
    bins = 1
    while bins * RECORDS_A_FILE < len(share.codes):
        bins *= 2
    parts: list[dict[str, str]] = [{} for _ in range(bins)]
    for code in share.codes:
        parts[int(hashlib.sha256(code.encode()).hexdigest()[:8], 16) % bins][code] = records[code]
    return {
        f"procedures/{share.role}/{number:03d}.jsonl.gz": procedures_target(part) for number, part in enumerate(parts)
    }


def agency(share: Share, targets: Mapping[str, Target]) -> Agency:
    """Return an agency with what it alone may sign: its files, its procedures by code, its templates."""
    paths = (
        f"procedures/{share.role}/*",
        *(f"codes/{glob.escape(code)}" for code in share.codes),
        *(f"templates/{template}/*" for template in share.templates),
    )
    return Agency(share.role, paths, targets)


def _role(name: str) -> str:
    """Return a name of a role: what is left of an agency's name in plain letters."""
    bare = unicodedata.normalize("NFD", name.casefold().replace("đ", "d")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", bare)[:40].strip("-") or "khac"


def procedures_target(records: Mapping[str, str]) -> Target:
    """Pack records, one line of JSON each in the order of their codes, always into the same bytes."""
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", compresslevel=6, mtime=0) as stream:
        for code in sorted(records):
            stream.write(records[code].encode() + b"\n")
    return Target(buffer.getvalue(), {"count": len(records)})


def bundled_procedures(folder: Path) -> dict[str, str]:
    """Read the procedures that the program brings along: canonical JSON by code."""
    records: dict[str, str] = {}
    for path in sorted(folder.glob("*.json")):
        from forms.procedure import Procedure

        procedure = Procedure.from_json(json.loads(path.read_text(encoding="utf-8")))
        records[procedure.code] = _line(procedure.to_json())
    return records


def national_procedures(source: Path) -> dict[str, str]:
    """Read the national portal's records from a folder or a .tar.xz of one: canonical JSON by code.

    Records that cannot be read are left out; sizes and counts are bounded.
    """
    from forms.errors import FormsError
    from forms.procedure import Procedure

    rows: list[dict[str, Any]] = []
    details: dict[str, dict[str, Any]] = {}
    for name, data in _members(source):
        if name.endswith("catalog.jsonl"):
            rows = [json.loads(line) for line in data.splitlines()[:MAX_RECORDS] if line.strip()]
        elif name.endswith(".json") and Path(name).parent.name == "details":
            try:
                details[Path(name).stem] = json.loads(data)
            except ValueError:
                continue
    records = {}
    for row in rows:
        code = str(row.get("code") or "")
        try:
            procedure = Procedure.from_national_portal(row, details.get(code))
        except (FormsError, KeyError, TypeError, ValueError, AttributeError):
            continue
        records[procedure.code] = _line(procedure.to_json())
    return records


def source_fingerprint(source: Path) -> str:
    """Tell two states of a source of records apart without reading it whole."""
    paths = [source] if source.is_file() else sorted(p for p in source.rglob("*.json*") if p.is_file())
    facts = [(str(p.relative_to(source.parent)), p.stat().st_size, p.stat().st_mtime_ns) for p in paths]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _members(source: Path) -> Iterator[tuple[str, bytes]]:
    total = 0
    if source.is_dir():
        for path in [*source.rglob("catalog.jsonl"), *source.rglob("details/*.json")]:
            data = path.read_bytes()
            total += len(data)
            if total > MAX_ALL_RECORDS:
                raise ValueError("records too large")
            yield path.relative_to(source).as_posix(), data
        return
    with tarfile.open(source, "r:*") as archive:
        for member in archive:
            if not member.isfile() or not member.name.endswith((".json", ".jsonl")):
                continue
            total += member.size
            if total > MAX_ALL_RECORDS or member.size > max(MAX_RECORD, MAX_ALL_RECORDS // 4):
                raise ValueError("records too large")
            stream = archive.extractfile(member)
            if stream is not None:
                yield member.name, stream.read()


def _line(record: object) -> str:
    return json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
