"""What the practice portal publishes, gathered from the program's resources and from imported records."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from desktop.sandbox.authority import Authority
from desktop.sandbox.catalogue import Agency, Catalogue, Target
from desktop.sandbox.database import Database
from desktop.sandbox.procedures import (
    Share,
    agency,
    bundled_procedures,
    national_procedures,
    packed,
    shares,
    source_fingerprint,
)
from forms.bundled import RESOURCES

LAYOUT = "by agency, 1"
"""How the catalogue is divided; a change publishes it anew."""


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
    Where nothing changed and nothing expires soon, no record is read and no library of the catalogue is loaded.
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
        "urls": {"api": "/v1", "ca": "/practice/ca.pem", "crl": "/practice/ca.crl"},
        "login": {
            "issuer": "/identity",
            "client_id": "hoso-desktop",
            "scopes": ["openid", "profile", "offline_access", "filing"],
            "register": "/identity/register",
            "recover": "/identity/recover",
        },
    }
    records_state = _state(
        folder / "procedures", _code("forms.procedure"), source_fingerprint(source) if source else ""
    )
    state = _state(folder / "templates", LAYOUT, json.dumps(facts, sort_keys=True), records_state)
    known = database.fact("published")
    if known is not None and catalogue.is_fresh():
        published = json.loads(known)
        if published["state"] == state:
            return _placed(catalogue, published["templates"])
    divided = _divided(database, catalogue, folder / "procedures", source, records_state)
    facts["agencies"] = {share.role: {"vi": share.name} for share, _ in divided}
    portal_json = json.dumps(facts, ensure_ascii=False, sort_keys=True, indent=1).encode()
    forms = dict(template_targets(folder / "templates"))
    agencies, own = _with_templates(divided, forms)
    catalogue.publish({"portal.json": Target(portal_json), **own}, agencies)
    templates = [
        {**target.custom, "target": path, "sha256": hashlib.sha256(target.data).hexdigest()}
        for path, target in forms.items()
    ]
    database.set_fact("published", json.dumps({"state": state, "templates": templates}))
    return _placed(catalogue, templates)


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


def _placed(catalogue: Catalogue, templates: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**entry, "path": str(catalogue.target_path(entry["target"], entry["sha256"]))} for entry in templates]


def _state(folder: Path, *more: str) -> str:
    """Tell two states of a folder, and of what else decides the outcome, apart."""
    seal = hashlib.sha256()
    for part in more:
        seal.update(f"{len(part)} {part}".encode())
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        data = path.read_bytes()
        seal.update(f"{path.relative_to(folder).as_posix()} {len(data)} ".encode() + data)
    return seal.hexdigest()


def _code(module: str) -> str:
    """Return the source of a module without loading it, where there is one: its changes change the records."""
    found = importlib.util.find_spec(module)
    origin = Path(found.origin) if found is not None and found.origin else None
    return (
        origin.read_text(encoding="utf-8") if origin is not None and origin.suffix == ".py" and origin.exists() else ""
    )


def _with_templates(
    divided: list[tuple[Share, dict[str, Target]]], forms: dict[str, Target]
) -> tuple[list[Agency], dict[str, Target]]:
    """Give each template to the agency that may sign it; return what is left for the portal itself too."""
    left = dict(forms)
    agencies = []
    for share, targets in divided:
        mine = {
            path: left.pop(path) for path in list(left) if path.split("/", 1)[1].rpartition("/")[0] in share.templates
        }
        agencies.append(agency(share, {**targets, **mine}))
    return agencies, left


def _divided(
    database: Database, catalogue: Catalogue, bundled: Path, source: Path | None, state: str
) -> list[tuple[Share, dict[str, Target]]]:
    """Return the agencies with their packed records, converting and packing only when their source changed."""
    known = database.fact("procedures")
    if known is not None and known.startswith("{"):
        kept = json.loads(known)
        with suppress(OSError):
            if kept["state"] == state:
                return [
                    (
                        Share(one["role"], one["name"], tuple(one["codes"]), tuple(one["templates"])),
                        {
                            path: Target(catalogue.target_path(path, sha256).read_bytes(), custom)
                            for path, (sha256, custom) in one["files"].items()
                        },
                    )
                    for one in kept["shares"]
                ]
    records = bundled_procedures(bundled)
    if source is not None:
        # The program's own records win: they are newer, and state a level.
        records = {**national_procedures(source), **records}
    divided = [(share, packed(share, records)) for share in shares(records)]
    facts = [
        {
            "role": share.role,
            "name": share.name,
            "codes": share.codes,
            "templates": share.templates,
            "files": {path: (hashlib.sha256(one.data).hexdigest(), one.custom) for path, one in targets.items()},
        }
        for share, targets in divided
    ]
    with database.transaction():
        database.run("DELETE FROM procedures")
        for code, record in records.items():
            database.insert("procedures", code=code, record=record)
        database.set_fact("procedures", json.dumps({"state": state, "shares": facts}))
    return divided
