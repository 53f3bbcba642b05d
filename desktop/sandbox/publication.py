"""What the practice portal publishes, gathered from the program's resources and from imported records."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from desktop.sandbox.authority import Authority
from desktop.sandbox.catalogue import (
    Catalogue,
    Target,
    bundled_procedures,
    national_procedures,
    procedures_target,
    source_fingerprint,
)
from desktop.sandbox.database import Database
from forms.bundled import RESOURCES


def publish(
    database: Database,
    catalogue: Catalogue,
    authority: Authority,
    *,
    portal: str,
    name: dict[str, str],
    hosts: frozenset[str],
    trust: Sequence[Path] = (),
    source: Path | None = None,
    resources: Path | None = None,
) -> list[dict[str, Any]]:
    """Publish the catalogue anew where a source changed; keep the procedures at hand for the judge.

    Returns the published editions of templates: id, version, path of the pack, its digest, effective days.
    """
    folder = resources or RESOURCES
    anchors = [authority.root_pem.decode(), *(path.read_text() for path in trust)]
    facts = {
        "id": portal,
        "name": name,
        "practice": True,
        "hosts": sorted(hosts),
        "connector": "hoso/1",
        "settles_by_key": True,
        "receipt_keys": [authority.receipt_public_key()],
        "result_anchors": [authority.results_pem.decode()],
        "signer_anchors": anchors,
        # Relative to the portal's own address: an embedded portal has another port each time.
        "urls": {"api": "/v1", "ca": "/practice/ca.pem", "crl": "/practice/ca.crl", "clerk": "/"},
    }
    data = json.dumps(facts, ensure_ascii=False, sort_keys=True, indent=1).encode()
    targets = {
        "portal.json": Target(data),
        "procedures.jsonl.gz": _procedures(database, catalogue.folder, folder / "procedures", source),
    }
    templates = dict(template_targets(folder / "templates"))
    catalogue.publish({**targets, **templates})
    return [
        {
            **target.custom,
            "path": str(catalogue.target_path(path, hashlib.sha256(target.data).hexdigest())),
            "sha256": hashlib.sha256(target.data).hexdigest(),
        }
        for path, target in templates.items()
    ]


def template_targets(folder: Path) -> Iterator[tuple[str, Target]]:
    """Pack every template version below a folder, with the facts by which a client chooses one."""
    for path in sorted(folder.rglob("template.json")):
        from forms.template import pack

        facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        effective = facts.get("effective") or {}
        custom = {
            "id": facts["id"],
            "version": facts["version"],
            "effective_from": effective.get("from"),
            "effective_to": effective.get("to"),
        }
        yield f"templates/{facts['id']}/{facts['version']}.zip", Target(pack(path.parent), custom)


def _procedures(database: Database, cache: Path, bundled: Path, source: Path | None) -> Target:
    """Return the packed records, converting imported ones only when their source changed."""
    records = bundled_procedures(bundled)
    state = [sorted(records.items()), source_fingerprint(source) if source else None, 1]
    fingerprint = hashlib.sha256(json.dumps(state).encode()).hexdigest()
    kept = cache / "procedures.jsonl.gz"
    if database.fact("procedures") == fingerprint and kept.exists():
        count = database.one("SELECT count(*) AS n FROM procedures")
        return Target(kept.read_bytes(), {"count": count["n"] if count else 0})
    if source is not None:
        # The program's own records win: they are newer, and state a level.
        records = {**national_procedures(source), **records}
    target = procedures_target(records)
    kept.write_bytes(target.data)
    with database.transaction():
        database.run("DELETE FROM procedures")
        for code, record in records.items():
            database.insert("procedures", code=code, record=record)
        database.set_fact("procedures", fingerprint)
    return target
