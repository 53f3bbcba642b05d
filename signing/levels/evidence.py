"""Validation data for a chain: the answer or list that says of each certificate that it stands.

Hides where each piece comes from (the user's own lists, OCSP, the authority's list, in this order of cost), how long
one is kept for a batch, and that answers have signers with a status of their own.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from signing.errors import SigningError
from signing.network import Network, crl_addresses, crl_from, ocsp_addresses, ocsp_from
from signing.trust import Trust
from signing.validation.standing import Authorities
from signing.validation.verdict import Revocation

KEPT = 3600.0
"""Seconds for which an answer serves the files of a batch; then it is fetched again."""

AGAIN_AFTER_FAILURE = 30.0
"""Seconds for which an authority that gave nothing is not asked again."""


@dataclass(frozen=True)
class Evidence:
    """What a validator needs later, as DER."""

    certificates: tuple[bytes, ...] = field(default=(), repr=False)
    crls: tuple[bytes, ...] = field(default=(), repr=False)
    ocsps: tuple[bytes, ...] = field(default=(), repr=False)

    def __or__(self, other: Evidence) -> Evidence:
        """Join two without repeating anything."""
        return Evidence(
            tuple(dict.fromkeys(self.certificates + other.certificates)),
            tuple(dict.fromkeys(self.crls + other.crls)),
            tuple(dict.fromkeys(self.ocsps + other.ocsps)),
        )


@dataclass(frozen=True)
class Status:
    """How one chain stands, with the proof of it."""

    revocation: Revocation
    evidence: Evidence
    concerned: bytes | None = field(default=None, repr=False)
    """The certificate that is revoked, or of which nothing is known."""
    since: datetime | None = None


class Gatherer:
    """Finds evidence for chains that end in a trusted root, each piece once for the batch."""

    def __init__(self, trust: Trust, network: Network | None) -> None:
        self._trust = trust
        self._network = network
        self._links: dict[bytes, tuple[float, bytes, Evidence]] = {}
        self._failed: dict[bytes, float] = {}
        self.fetched = 0
        """Requests sent so far."""

    def status(self, path: Iterable[bytes], at: datetime) -> Status:
        """Judge a path (signer first, trusted root last) at a moment, and say by what."""
        ders = tuple(path)
        loaded = [x509.load_der_x509_certificate(der) for der in ders]
        found = Evidence(ders)
        for one, issuer in pairwise(loaded):
            status, part, since = self._link(one, issuer, at)
            if status is not Revocation.GOOD:
                return Status(status, found | part, one.public_bytes(Encoding.DER), since)
            found = found | part
        return Status(Revocation.GOOD, found)

    def _link(
        self, one: x509.Certificate, issuer: x509.Certificate, at: datetime
    ) -> tuple[Revocation, Evidence, datetime | None]:
        key = one.fingerprint(hashes.SHA256())
        kept = self._links.get(key)
        if kept is not None and time.monotonic() < kept[0] and kept[1] == issuer.public_bytes(Encoding.DER):
            status = self._judge(kept[2], one, issuer, at)
            if status is Revocation.GOOD:
                return status, kept[2], None
        for part in self._candidates(key, one, issuer):
            status = self._judge(part, one, issuer, at)
            if status is Revocation.REVOKED:
                return status, part, _since(part, one)
            if status is Revocation.GOOD:
                part = part | self._of_responders(part, issuer, at)
                self._links[key] = (time.monotonic() + KEPT, issuer.public_bytes(Encoding.DER), part)
                return status, part, None
        self._failed[key] = time.monotonic() + AGAIN_AFTER_FAILURE
        return Revocation.UNKNOWN, Evidence(), None

    def _candidates(self, key: bytes, one: x509.Certificate, issuer: x509.Certificate) -> Iterator[Evidence]:
        for crl in self._trust.crls:
            try:
                if x509.load_der_x509_crl(crl).issuer == issuer.subject:
                    yield Evidence(crls=(crl,))
            except ValueError:
                continue
        if self._network is None or time.monotonic() < self._failed.get(key, 0):
            return
        for url in ocsp_addresses(one):
            self.fetched += 1
            try:
                yield Evidence(ocsps=(ocsp_from(self._network, url, one, issuer, remember=False),))
            except (SigningError, ValueError):
                continue
        yield from self._lists(one)

    def _lists(self, one: x509.Certificate) -> Iterator[Evidence]:
        if self._network is None:
            return
        for url in crl_addresses(one):
            self.fetched += 1
            try:
                yield Evidence(crls=(crl_from(self._network, url, remember=False),))
            except (SigningError, ValueError):
                continue

    def _judge(self, part: Evidence, one: x509.Certificate, issuer: x509.Certificate, at: datetime) -> Revocation:
        probe = Authorities(Trust())
        probe.add(crls=part.crls, ocsps=part.ocsps)
        return probe.link(one, issuer, at)

    def _of_responders(self, part: Evidence, issuer: x509.Certificate, at: datetime) -> Evidence:
        """Add the certificates of answers' signers, and lists about those not exempt (RFC 6960, 4.2.2.2.1)."""
        found = Evidence()
        for answer in part.ocsps:
            try:
                signers = [one for one in ocsp.load_der_ocsp_response(answer).certificates if one != issuer]
            except ValueError:
                continue
            for signer in signers:
                found = found | Evidence((signer.public_bytes(Encoding.DER),))
                if _exempt(signer):
                    continue
                for more in self._lists(signer):
                    if self._judge(more, signer, issuer, at) is Revocation.GOOD:
                        found = found | more
                        break
        return found


def _exempt(signer: x509.Certificate) -> bool:
    try:
        signer.extensions.get_extension_for_class(x509.OCSPNoCheck)
        return True
    except (x509.ExtensionNotFound, ValueError):
        pass
    try:
        usage = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return True  # no responder's certificate: it came along for the chain
    return ExtendedKeyUsageOID.OCSP_SIGNING not in usage


def _since(part: Evidence, one: x509.Certificate) -> datetime | None:
    for crl in part.crls:
        entry = x509.load_der_x509_crl(crl).get_revoked_certificate_by_serial_number(one.serial_number)
        if entry is not None:
            return entry.revocation_date_utc
    for answer in part.ocsps:
        for single in ocsp.load_der_ocsp_response(answer).responses:
            if single.serial_number == one.serial_number:
                return single.revocation_time_utc
    return None
