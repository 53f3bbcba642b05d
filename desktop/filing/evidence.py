"""Evidence of each signature: certificate, chain, revocation lists, what its check said and when (KS-10, KT-06).

Kept with the dossier when it is signed; shown, written out as files that any program reads, and deleted on a person's
word. Deleting evidence leaves the signed files as they are, and is itself noted.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop.filing.desk import Desk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop.store.records import Evidence
    from signing.certificate import Finding
    from signing.key import SigningKey
    from signing.trust import Trust

KINDS = ("certificate", "chain", "crl", "check")
_TYPES = {
    "certificate": ("chung-thu.cer", "application/pkix-cert"),
    "chain": ("duong-dan-tin-cay.pem", "application/x-pem-file"),
    "crl": ("danh-sach-thu-hoi.crl", "application/pkix-crl"),
    "check": ("ket-qua-kiem-tra.json", "application/json"),
}


@dataclass(frozen=True)
class KeptPart:
    """One file of the evidence."""

    id: int
    kind: str
    name: str
    sha256: str
    size: int


@dataclass(frozen=True)
class SignatureEvidence:
    """What is kept of one act of signing."""

    id: str
    dossier: str
    dossier_name: str
    client: str
    at: datetime
    signer: str
    fingerprint: str
    key: str
    """file, token or remote"""
    role: str
    revocation: str
    """good, unknown: what was known when it was signed"""
    findings: tuple[dict[str, Any], ...]
    files: tuple[dict[str, str], ...]
    """Signed files by name and SHA-256."""
    parts: tuple[KeptPart, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """Return what the command line prints."""
        return {
            "id": self.id, "dossier": self.dossier, "name": self.dossier_name, "client": self.client, "at": self.at,
            "signer": self.signer, "fingerprint": self.fingerprint, "key": self.key, "role": self.role,
            "revocation": self.revocation, "findings": list(self.findings), "files": list(self.files),
            "parts": [{"kind": one.kind, "name": one.name, "sha256": one.sha256, "size": one.size}
                      for one in self.parts],
        }  # fmt: skip


def evidence_files(
    key: SigningKey,
    findings: Sequence[Finding],
    trust: Trust | None,
    at: datetime,
    role: str,
    files: Sequence[dict[str, str]],
) -> list[tuple[str, str, str, bytes]]:
    """Make the evidence of one act of signing: kind, name, media type and bytes of each file."""
    from desktop.filing.documents import findings_of
    from signing.evidence import collect

    material = collect(key.certificate, key.chain, trust)
    codes = {finding.code for finding in findings}
    unknown = "REVOCATION_UNKNOWN" in codes or trust is None
    check = {
        "at": at.isoformat(),
        "signer": key.certificate.to_json(),
        "key": key.kind,
        "role": role,
        "chain": {"complete": material.anchored, "certificates": len(material.chain)},
        "revocation": {"status": "unknown" if unknown else "good", "lists": material.crl_facts},
        "findings": findings_of(findings),
        "files": list(files),
    }
    text = json.dumps(check, ensure_ascii=False, indent=1, default=_plain).encode() + b"\n"
    made = [("certificate", material.certificate), ("check", text)]
    if material.chain:
        made.insert(1, ("chain", material.chain_pem))
    made += [("crl", der) for der in material.crls]
    return [(kind, *_TYPES[kind], data) for kind, data in made]


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def keep_evidence(
    desk: Desk, dossier: str, key: SigningKey, findings: Sequence[Finding], trust: Trust | None, role: str
) -> None:
    """Keep the evidence of a dossier that was just signed, in the transaction of its signing."""
    ws = desk.workspace
    signed = [
        {"name": file.name, "sha256": file.sha256}
        for file in ws.dossiers.files(dossier)
        if file.sha256_before_signing is not None
    ]
    at = desk.now()
    made = evidence_files(key, findings, trust, at, role, signed)
    check = json.loads(next(data for kind, _, _, data in made if kind == "check"))
    facts = {
        "signing": uuid.uuid4().hex,
        "at": at.isoformat(),
        "signer": key.certificate.common_name,
        "fingerprint": key.certificate.fingerprint,
        "key": key.kind,
        "role": role,
        "revocation": check["revocation"]["status"],
        "findings": check["findings"],
        "files": signed,
    }
    for kind, name, media_type, data in made:
        own = facts if kind in ("certificate", "check") else {"signing": facts["signing"]}
        ws.evidence.add(dossier, kind, data, at, name=name, media_type=media_type, facts=own)


def write_evidence(
    folder: Path, key: SigningKey, findings: Sequence[Finding], trust: Trust | None, at: datetime, role: str,
    name: str, sha256: str,
) -> Path:  # fmt: skip
    """Write the evidence of a file that was signed outside of a workspace into a folder of its own.

    The signed file is known by its SHA-256. Raises OutputNotWritten.
    """
    from desktop.filing.batch_files import write_together
    from desktop.filing.errors import OutputNotWritten

    target = folder / f"{name}.chung-cu"
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputNotWritten(str(target), "EACCES") from error
    signed = [{"name": name, "sha256": sha256}]
    files = []
    for number, (_, own, _, part) in enumerate(evidence_files(key, findings, trust, at, role, signed)):
        path = target / own
        files.append((path if not number or own != "danh-sach-thu-hoi.crl" else target / f"{number}-{own}", part))
    failed = next((one for one in write_together(files) if one is not None), None)
    if failed is not None:
        raise failed
    return target


def signature_evidence(desk: Desk, dossier: str | None = None) -> list[SignatureEvidence]:
    """List what is kept, newest first; of one dossier or of all."""
    ws = desk.workspace
    groups: dict[tuple[str, str], list[Evidence]] = {}
    for one in ws.evidence.list(dossier):
        if one.kind in KINDS:
            groups.setdefault((one.dossier, str(one.facts.get("signing") or f"#{one.id}")), []).append(one)
    found = []
    for (dossier_id, name), parts in groups.items():
        facts = next((one.facts for one in parts if one.kind in ("certificate", "check") and one.facts), {})
        record = ws.dossiers.get(dossier_id)
        found.append(
            SignatureEvidence(
                id=name,
                dossier=dossier_id,
                dossier_name=record.procedure_name,
                client=record.client.name,
                at=max(one.at for one in parts),
                signer=str(facts.get("signer") or ""),
                fingerprint=str(facts.get("fingerprint") or ""),
                key=str(facts.get("key") or ""),
                role=str(facts.get("role") or ""),
                revocation=str(facts.get("revocation") or "unknown"),
                findings=tuple(facts.get("findings") or ()),
                files=tuple(facts.get("files") or ()),
                parts=tuple(KeptPart(one.id, one.kind, one.name, one.sha256, one.size) for one in parts),
            )
        )
    return sorted(found, key=lambda one: one.at, reverse=True)


def export_evidence(desk: Desk, kept: SignatureEvidence, folder: Path) -> list[Path]:
    """Write the evidence of one signature into a folder of its own; return what was written.

    Raises OutputNotWritten.
    """
    from desktop.filing.batch_files import write_whole
    from desktop.filing.errors import OutputNotWritten

    target = folder / f"chung-cu-{kept.dossier}-{kept.id[:8].lstrip('#')}"
    number = 1
    while target.exists():
        number += 1
        target = target.with_name(f"chung-cu-{kept.dossier}-{kept.id[:8].lstrip('#')}-{number}")
    try:
        target.mkdir(parents=True)
    except OSError as error:
        raise OutputNotWritten(str(target), "EACCES") from error
    written: list[Path] = []
    for part in kept.parts:
        name = Path(part.name)
        path = target / name
        count = 1
        while path.exists():
            count += 1
            path = target / f"{name.stem}-{count}{name.suffix}"
        write_whole(path, desk.workspace.files.read(part.sha256))
        written.append(path)
    return written


def delete_evidence(desk: Desk, kept: SignatureEvidence) -> int:
    """Delete the evidence of one signature, not the signature; the deletion is noted. Returns how many files went."""
    ws = desk.workspace
    with ws.transaction():
        count = ws.evidence.remove([part.id for part in kept.parts])
        ws.audit.write("evidence-deleted", kept.dossier, count=count)
    ws.files.remove_unreferenced([part.sha256 for part in kept.parts])
    return count
