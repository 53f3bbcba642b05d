"""What must be kept of a signature to show later that it was checked (Circular 15/2025, KS-10 and KT-06).

The signer's certificate, the certificates above it up to a trusted one, and the revocation lists by which they were
judged: the bytes themselves, as they were at that time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from signing.certificate import Certificate
from signing.trust import Trust, _issued, _load

DEEPEST = 8


@dataclass(frozen=True)
class Material:
    """The bytes to keep, each as DER."""

    certificate: bytes = field(repr=False)
    chain: tuple[bytes, ...] = field(default=(), repr=False)
    """Nearest first; ends at a trusted certificate where `anchored`."""
    crls: tuple[bytes, ...] = field(default=(), repr=False)
    anchored: bool = False

    @property
    def chain_pem(self) -> bytes:
        """Return the chain as one PEM file, as other programs read it."""
        return b"".join(one.public_bytes(Encoding.PEM) for one in (_load(der) for der in self.chain) if one is not None)

    @property
    def crl_facts(self) -> list[dict[str, str | None]]:
        """Tell of each list who issued it, since when and until when it holds, and its fingerprint."""
        told: list[dict[str, str | None]] = []
        for der in self.crls:
            one = x509.load_der_x509_crl(der)
            until = one.next_update_utc
            told.append(
                {
                    "issuer": one.issuer.rfc4514_string(),
                    "this_update": one.last_update_utc.isoformat(),
                    "next_update": until.isoformat() if until else None,
                    "sha256": hashlib.sha256(der).hexdigest(),
                }
            )
        return told


def collect(certificate: Certificate, chain: Iterable[bytes], trust: Trust | None) -> Material:
    """Gather what a certificate was judged by: its path as far as it is known, and the lists of those who issued it.

    Never raises for what cannot be read: it is left out.
    """
    leaf = _load(certificate.der)
    known = [*chain, *((*trust.intermediates, *trust.anchors) if trust else ())]
    anchors = set(trust.anchors) if trust else set()
    loaded = [(der, one) for der, one in ((der, _load(der)) for der in dict.fromkeys(known)) if one is not None]
    path: list[bytes] = []
    names = {leaf.issuer.public_bytes()} if leaf is not None else set()
    below = leaf
    while below is not None and below.issuer != below.subject and len(path) < DEEPEST:
        above = next(((der, one) for der, one in loaded if der not in path and _issued(below, one)), None)
        if above is None:
            break
        path.append(above[0])
        below = above[1]
        names.add(below.issuer.public_bytes())
        if above[0] in anchors:
            break
    lists = []
    for der in trust.crls if trust else ():
        try:
            if x509.load_der_x509_crl(der).issuer.public_bytes() in names:
                lists.append(der)
        except ValueError:
            continue
    return Material(certificate.der, tuple(path), tuple(lists), bool(path) and path[-1] in anchors)
