"""The authorities that a workspace trusts: shown, added, removed (KS-06, KS-11)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from desktop.filing.desk import Desk

if TYPE_CHECKING:
    pass


@dataclass(frozen=True)
class AnchorView:
    """A certificate that this workspace trusts."""

    fingerprint: str
    common_name: str
    issuer: str
    valid_from: Any
    valid_to: Any
    source: str


def trust_add(desk: Desk, data: bytes, *, source: str = "user") -> list[AnchorView]:
    """Trust the certificates of a file; revocation lists in it are kept, too."""
    from signing.certificate import parse
    from signing.trust import read

    added = []
    for der, kind in read(data):
        if kind == "crl":
            import hashlib

            desk.workspace.trust.add(hashlib.sha256(der).hexdigest(), "crl", "CRL", der, source=source)
            continue
        certificate = parse(der)
        kind = "anchor" if certificate.self_signed else "intermediate"
        desk.workspace.trust.add(certificate.fingerprint, kind, certificate.common_name, der, source=source)
        added.append(_anchor(certificate, source))
    return added


def trust_list(desk: Desk) -> list[AnchorView]:
    """Return what this workspace trusts (KS-11)."""
    from signing.certificate import parse

    return [_anchor(parse(one.der), one.source) for one in desk.workspace.trust.list() if one.kind != "crl"]


def trust_remove(desk: Desk, fingerprint: str) -> None:
    """Trust a certificate no longer."""
    desk.workspace.trust.remove(fingerprint.replace(":", "").lower())


def _anchor(certificate: Any, source: str) -> AnchorView:
    return AnchorView(
        certificate.fingerprint,
        certificate.common_name,
        certificate.issuer,
        certificate.valid_from,
        certificate.valid_to,
        source,
    )
