"""What the files of one batch share: whom the user trusts, the time-stamp server, and the status of certificates.

One object for a whole batch: the server's first token tells how much room tokens need and whether its authority is
known, and each authority's list or answer is fetched once. Several threads may share it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from urllib.parse import urlsplit

from signing.certificate import Finding, check_before_signing
from signing.errors import (
    CertificateRefused,
    TimeStampAuthorityUnfit,
    TimeStampAuthorityUnknown,
    TimeStampServerMissing,
    ValidationDataMissing,
)
from signing.key import Digest, SigningKey
from signing.levels.evidence import Evidence, Gatherer, Status
from signing.levels.timestamp import TimeStampServer, Token
from signing.network import Network
from signing.trust import Trust
from signing.validation.standing import Authorities, Standing, known
from signing.validation.verdict import Level, Revocation, Trusted

ORDER = {Level.OTHER: 0, Level.B_B: 1, Level.B_T: 2, Level.B_LT: 3, Level.B_LTA: 4}
PATHS_KEPT = 300


class Proofs:
    """Proofs of time and of status, fetched once for many files."""

    def __init__(
        self,
        trust: Trust,
        *,
        tsa: str | None = None,
        network: Network | None = None,
        allowed: Iterable[str] = (),
        offline: bool = False,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        """Name whom to trust and the time-stamp server.

        The server was named by the user, so its host may be a private one; `allowed` are further private hosts
        (host or host:port) that may be asked for lists and answers, in a practice workspace for instance. `offline`
        asks nobody for those: then only the lists in `trust` count.
        """
        self.trust = trust
        self.now = now or (lambda: datetime.now(UTC))
        self.network = network or Network(allowed=frozenset(allowed) | _named(tsa))
        self.server = TimeStampServer(tsa, self.network, now=self.now) if tsa else None
        self._gatherer = Gatherer(trust, None if offline else self.network)
        self._authorities = Authorities(trust)
        self._paths: dict[bytes, tuple[datetime, Standing]] = {}
        self._lock = threading.RLock()

    @property
    def fetched(self) -> int:
        """Return how many lists and answers were asked for so far."""
        return self._gatherer.fetched

    # time

    def stamp(self, digest: bytes, algorithm: Digest, level: Level) -> Token:
        """Have a digest stamped by an authority that is good enough for the level.

        Raises TimeStampFailed and its kinds.
        """
        if self.server is None:
            raise TimeStampServerMissing
        token = self.server.stamp(digest, algorithm)
        if ORDER[level] > ORDER[Level.B_T]:
            standing = self.standing(token.signer.der, token.time, token.certificates)
            if standing.trust is not Trusted.TRUSTED:
                raise TimeStampAuthorityUnknown(self.server.host, token.signer.common_name)
            if not standing.dates:
                raise TimeStampAuthorityUnfit(self.server.host, "stamp_dates")
        return token

    def stamper(self, level: Level) -> Callable[[bytes, Digest], bytes]:
        """Return what gives the token of a digest, for signatures of other forms (XAdES)."""
        return lambda digest, algorithm: self.stamp(digest, algorithm, level).der

    def learn(self, level: Level, digest: Digest) -> int:
        """Make sure before anything is signed that time-stamps are to be had; return the room that a token needs.

        The server is asked once per batch, for the digest of nothing. Raises TimeStampFailed and its kinds, and
        ValidationDataMissing where the level embeds the authority's status and nobody tells it.
        """
        if self.server is None:
            raise TimeStampServerMissing
        if not self.server.size:
            size = {"sha256": 32, "sha384": 48, "sha512": 64}[digest]
            token = self.stamp(bytes(size), digest, level)
            if ORDER[level] > ORDER[Level.B_T]:
                self.of_stamp(token.signer.der, token.time, token.certificates, level)
        return self.server.size

    # status

    def standing(self, der: bytes, at: datetime, others: Iterable[bytes] = ()) -> Standing:
        """Find a certificate's path to a trusted root (revocation apart); the same path serves for a batch."""
        with self._lock:
            kept = self._paths.get(der)
            if kept is not None and abs((at - kept[0]).total_seconds()) < PATHS_KEPT:
                return kept[1]
            self._authorities.add(others)
            found = self._authorities.standing(der, at)
            if found.trust is Trusted.TRUSTED:
                self._paths[der] = at, found
            return found

    def know(self, certificates: Iterable[bytes]) -> None:
        """Take certificates that help to find paths; they give no trust."""
        with self._lock:
            self._authorities.add(certificates)

    def status(self, standing: Standing, at: datetime) -> Status:
        """Judge a trusted path's certificates by lists and answers, fetched where that is needed."""
        with self._lock:
            return self._gatherer.status(standing.path, at)

    def evidence(self, der: bytes, at: datetime, others: Iterable[bytes], level: Level) -> Evidence:
        """Return what a validator needs for this certificate at this moment. Raises ValidationDataMissing."""
        standing = self.standing(der, at, others)
        if standing.trust is not Trusted.TRUSTED:
            raise ValidationDataMissing(level.value, _name(der), "no_chain")
        status = self.status(standing, at)
        if status.revocation is not Revocation.GOOD:
            concerned = _name(status.concerned or der)
            reason = "signer_revoked" if status.revocation is Revocation.REVOKED else "no_status"
            raise ValidationDataMissing(level.value, concerned, reason)
        return status.evidence

    def of_stamp(self, der: bytes, at: datetime, others: Iterable[bytes], level: Level) -> Evidence:
        """Return what a validator needs for a time-stamp's certificate; its faults are the server's."""
        host = self.server.host if self.server is not None else ""
        try:
            return self.evidence(der, at, others, level)
        except ValidationDataMissing as error:
            if error.reason == "no_chain":
                raise TimeStampAuthorityUnknown(host, error.common_name) from error
            if error.reason == "signer_revoked":
                raise TimeStampAuthorityUnfit(host, "stamp_revoked") from error
            raise

    # before signing

    def findings(self, key: SigningKey, level: Level, at: datetime) -> list[Finding]:
        """Look at chain and revocation of the signer's certificate for a level, asking the authorities.

        Circular 15/2025/TT-BKHCN, Appendix II: newest list or online answer; where the status cannot be found out, a
        warning. Above B-T the status goes into the file, so that there it is an error.
        """
        certificate = key.certificate
        facts = {"issuer": certificate.issuer, "common_name": certificate.common_name, "level": level.value}
        embeds = ORDER[level] > ORDER[Level.B_T]
        standing = self.standing(certificate.der, at, key.chain)
        if standing.trust is not Trusted.TRUSTED:
            if embeds:
                return [Finding("CHAIN_UNKNOWN_FOR_LEVEL", "error", facts)]
            return [Finding("CHAIN_UNKNOWN", "warning", facts), Finding("REVOCATION_UNKNOWN", "warning", facts)]
        status = self.status(standing, at)
        if status.revocation is Revocation.REVOKED:
            since = status.since.isoformat() if status.since is not None else ""
            return [Finding("REVOKED", "error", {**facts, "since": since})]
        if status.revocation is not Revocation.GOOD:
            if embeds:
                return [Finding("REVOCATION_UNKNOWN_FOR_LEVEL", "error", facts)]
            return [Finding("REVOCATION_UNKNOWN", "warning", facts)]
        return []

    def require(self, key: SigningKey, level: Level, at: datetime) -> list[Finding]:
        """Refuse a certificate that may not sign at this level; return what is worth knowing.

        Whose certificate it is (the party and the role) is checked by the caller. Raises CertificateRefused.
        """
        found = check_before_signing(key.certificate, at=at)
        if not any(one.severity == "error" for one in found):
            found += self.findings(key, level, at)
        errors = tuple(one.code for one in found if one.severity == "error")
        if errors:
            raise CertificateRefused(level.value, errors)
        return found


def _named(tsa: str | None) -> frozenset[str]:
    if tsa is None:
        return frozenset()
    try:
        parts = urlsplit(tsa)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        return frozenset({f"{parts.hostname}:{port}"}) if parts.hostname else frozenset()
    except ValueError:
        return frozenset()


def _name(der: bytes) -> str:
    certificate = known(der)
    return certificate.common_name if certificate is not None else ""
