"""The steps from the cryptography of one signature to its verdict, the same for every kind of file.

Which moment counts is decided here (command line contract): the proven time is that of a trusted time-stamp, else now.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from signing.certificate import Certificate, check_before_signing
from signing.validation.standing import Authorities, facts, known
from signing.validation.verdict import (
    AGAINST,
    Changes,
    Integrity,
    Level,
    Revocation,
    SignatureVerdict,
    Trusted,
    Verdict,
    decide,
)

CLOCK_TOLERANCE = timedelta(hours=24)
"""How far a signer's clock may be ahead of ours before it is said."""

_USES = {
    "CERTIFICATE_USAGE": "WRONG_USAGE",
    "KEY_TOO_WEAK": "WEAK_KEY",
    "UNSUPPORTED_KEY": "ALGORITHM_NOT_ACCEPTED",
    "SIGNATURE_SHA1": "WEAK_ALGORITHM",
}


@dataclass(frozen=True)
class Facts:
    """What was found about one signature before anybody is trusted."""

    name: str
    integrity: Integrity
    changes: Changes
    level: Level
    signer: bytes | None = field(default=None, repr=False)
    certificates: tuple[bytes, ...] = field(default=(), repr=False)
    signing_time: datetime | None = None
    reasons: tuple[str, ...] = ()
    changes_allowed: bool = True
    """Permitted changes are only later signatures, time-stamps, validation data, or what a certification allows."""
    time_stamp: datetime | None = None
    proven: datetime | None = None
    """The time of a time-stamp that is itself trusted."""
    kind: str = "signature"


@dataclass(frozen=True)
class Judge:
    """Gives verdicts against what the user trusts, at one moment."""

    authorities: Authorities
    now: datetime

    def signature(self, found: Facts) -> SignatureVerdict:
        """Judge one signature."""
        reasons = list(found.reasons)
        signer = known(found.signer) if found.signer is not None else None
        trust, revocation = Trusted.UNKNOWN, Revocation.UNKNOWN
        chain: tuple[Certificate, ...] = ()
        integrity = found.integrity
        proven = found.proven or self.now
        if found.signer is not None and signer is not None:
            self.authorities.add(found.certificates)
            reasons += _unfit(signer)
            standing = self.authorities.standing(found.signer, proven)
            trust, revocation = standing.trust, standing.revocation
            reasons += standing.reasons
            chain = facts(standing.path[1:])
            if self.authorities.forged(found.signer, proven):
                reasons.append("CERTIFICATE_FORGED")
                integrity = Integrity.BROKEN
            reasons += self._dates(signer, found, standing.dates)
            if {"WRONG_USAGE"} & set(reasons) and trust is Trusted.TRUSTED:
                trust = Trusted.UNTRUSTED
        elif found.signer is not None:
            reasons.append("SIGNER_CERTIFICATE_UNREADABLE")
        reasons = list(dict.fromkeys(reasons))
        if integrity is Integrity.INTACT and set(reasons) & _BREAKING:
            integrity = Integrity.BROKEN
        return SignatureVerdict(
            name=found.name,
            verdict=decide(
                integrity=integrity,
                changes=found.changes,
                changes_allowed=found.changes_allowed,
                trust=trust,
                revocation=revocation,
                reasons=reasons,
            ),
            integrity=integrity,
            changes_after=found.changes,
            trust=trust,
            revocation=revocation,
            level=found.level,
            signer=signer,
            signing_time=found.signing_time,
            time_stamp=found.time_stamp,
            reasons=tuple(reasons),
            proven_time=proven,
            kind=found.kind,
            chain=chain,
        )

    def _dates(self, signer: Certificate, found: Facts, inside: bool) -> list[str]:
        """Say how the dates of the certificate stand to the claimed, the stamped and the present time."""
        claimed = found.signing_time
        latest = max(self.now, datetime.now(UTC)) + CLOCK_TOLERANCE
        reasons = []
        if (claimed is not None and not _inside(signer, claimed)) or (
            found.proven is not None and not _inside(signer, found.proven)
        ):
            reasons.append("CERTIFICATE_OUTSIDE_DATES")
        elif found.proven is None and self.now < signer.valid_from:
            # Signed at the latest now, before the certificate began, whatever the signer claims.
            reasons.append("CERTIFICATE_OUTSIDE_DATES")
        elif not inside:
            reasons.append("NO_PROOF_OF_TIME" if found.proven is None else "CHAIN_OUTSIDE_DATES")
        if claimed is not None and claimed > latest:
            reasons.append("SIGNING_TIME_IN_FUTURE")
        return reasons

    def stamp(self, found: Facts, *, at: datetime) -> SignatureVerdict:
        """Judge a time-stamp: its authority at the moment `at` (now, or that of a later trusted time-stamp)."""
        reasons = list(found.reasons)
        signer = known(found.signer) if found.signer is not None else None
        trust, revocation = Trusted.UNKNOWN, Revocation.UNKNOWN
        chain: tuple[Certificate, ...] = ()
        if found.signer is not None and signer is not None:
            self.authorities.add(found.certificates)
            standing = self.authorities.standing(found.signer, at)
            trust, revocation = standing.trust, standing.revocation
            reasons += standing.reasons
            chain = facts(standing.path[1:])
            if "time_stamping" not in signer.extended_usages:
                reasons.append("WRONG_USAGE")
                trust = Trusted.UNTRUSTED
            if not standing.dates:
                reasons.append("NO_PROOF_OF_TIME")
            if found.time_stamp is not None and not _inside(signer, found.time_stamp):
                reasons.append("CERTIFICATE_OUTSIDE_DATES")
        reasons = list(dict.fromkeys(reasons))
        return SignatureVerdict(
            name=found.name,
            verdict=decide(
                integrity=found.integrity,
                changes=found.changes,
                changes_allowed=found.changes_allowed,
                trust=trust,
                revocation=revocation,
                reasons=reasons,
            ),
            integrity=found.integrity,
            changes_after=found.changes,
            trust=trust,
            revocation=revocation,
            level=found.level,
            signer=signer,
            signing_time=None,
            time_stamp=found.time_stamp,
            reasons=tuple(reasons),
            proven_time=at,
            kind="time-stamp",
            chain=chain,
        )


_BREAKING = frozenset({"DIGEST_MISMATCH", "SIGNATURE_VALUE_WRONG", "CERTIFICATE_MISMATCH", "BYTE_RANGE_WRONG"})


def undecided(name: str, reason: str, *, level: Level = Level.OTHER, kind: str = "signature") -> SignatureVerdict:
    """Return the verdict for a signature that could not be looked at."""
    against = reason in AGAINST
    return SignatureVerdict(
        name=name,
        verdict=Verdict.INVALID if against else Verdict.INDETERMINATE,
        integrity=Integrity.BROKEN if against else Integrity.UNKNOWN,
        changes_after=Changes.UNKNOWN,
        trust=Trusted.UNKNOWN,
        revocation=Revocation.UNKNOWN,
        level=level,
        signer=None,
        signing_time=None,
        time_stamp=None,
        reasons=(reason,),
        kind=kind,
    )


def _inside(certificate: Certificate, moment: datetime) -> bool:
    return certificate.valid_from <= moment <= certificate.valid_to


def _unfit(certificate: Certificate) -> list[str]:
    """Return why this certificate's kind or key may not sign documents (scope, strength)."""
    found = check_before_signing(certificate, at=certificate.valid_from)
    return [_USES[one.code] for one in found if one.code in _USES]
