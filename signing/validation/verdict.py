"""The verdict: plain facts per signature and per file, and the rule that turns facts into one of three words.

The rule is three-valued (Circular 15/2025/TT-BKHCN, Appendix II; ETSI EN 319 102-1): only a complete positive finding
is `valid`; a proof against is `invalid`; everything else, each doubt and each failure of ours, is `indeterminate`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from signing.certificate import Certificate


class Verdict(StrEnum):
    """One word for a signature; for a file also unsigned and unreadable."""

    VALID = "valid"
    INVALID = "invalid"
    INDETERMINATE = "indeterminate"
    UNSIGNED = "unsigned"
    UNREADABLE = "unreadable"


class Integrity(StrEnum):
    """The signed bytes against their digest and the signature value."""

    INTACT = "intact"
    BROKEN = "broken"
    UNKNOWN = "unknown"


class Changes(StrEnum):
    """What was done to the file after this signature."""

    NONE = "none"
    PERMITTED = "permitted"
    FORBIDDEN = "forbidden"
    UNKNOWN = "unknown"


class Trusted(StrEnum):
    """Whether the chain ends in a certificate that the user trusts."""

    TRUSTED = "trusted"
    UNTRUSTED = "untrusted"
    UNKNOWN = "unknown"


class Revocation(StrEnum):
    """Whether the authorities say that the chain's certificates stand."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


class Level(StrEnum):
    """The baseline level of the signature's form."""

    B_B = "B-B"
    B_T = "B-T"
    B_LT = "B-LT"
    B_LTA = "B-LTA"
    OTHER = "other"


AGAINST = frozenset(
    {
        "CERTIFICATE_FORGED",
        "CERTIFICATE_MISMATCH",
        "CERTIFICATE_OUTSIDE_DATES",
        "CERTIFICATE_REVOKED",
        "CHANGES_FORBIDDEN",
        "CONTAINER_FILE_CHANGED",
        "CONTAINER_FILE_MISSING",
        "DIGEST_MISMATCH",
        "PADDING_NOT_ZERO",
        "SIGNATURE_MALFORMED",
        "SIGNATURE_VALUE_WRONG",
        "BYTE_RANGE_WRONG",
    }
)
"""Reasons that prove a signature wrong. Every other reason leaves it undecided."""

NOTES = frozenset(
    {
        "FORM_CHANGED_AS_CERTIFIED",
    }
)
"""Reasons that only explain and take nothing away."""


@dataclass(frozen=True)
class SignatureVerdict:
    """All that is known of one signature (KT-07)."""

    name: str
    """The PDF field's name; for other kinds where the signature stands."""
    verdict: Verdict
    integrity: Integrity
    changes_after: Changes
    trust: Trusted
    revocation: Revocation
    level: Level
    signer: Certificate | None
    signing_time: datetime | None
    """As the signer claims it."""
    time_stamp: datetime | None
    """As a time-stamping authority says it; only when that token itself holds."""
    reasons: tuple[str, ...] = ()
    proven_time: datetime | None = None
    """The time for which everything was judged: that of a trusted time-stamp, else now."""
    kind: str = "signature"
    """signature, or time-stamp for a document time-stamp."""
    chain: tuple[Certificate, ...] = ()
    """From the issuer of the signer's certificate to the trusted root."""

    def to_json(self) -> dict[str, Any]:
        """Return the shape of `hoso validate --json`."""
        return {
            "name": self.name,
            "kind": self.kind,
            "verdict": self.verdict.value,
            "integrity": self.integrity.value,
            "changes_after": self.changes_after.value,
            "trust": self.trust.value,
            "revocation": self.revocation.value,
            "level": self.level.value,
            "signer": _signer(self.signer),
            "chain": [one.common_name or one.organization or one.subject for one in self.chain],
            "signing_time": _iso(self.signing_time),
            "time_stamp": _iso(self.time_stamp),
            "proven_time": _iso(self.proven_time),
            "reasons": list(self.reasons),
        }


@dataclass(frozen=True)
class FileVerdict:
    """One file with all its signatures; as good as its worst one."""

    file: str
    kind: str
    """pdf, xml, asice, jws, container, other."""
    verdict: Verdict
    signatures: tuple[SignatureVerdict, ...] = ()
    reasons: tuple[str, ...] = ()
    """About the file as a whole."""

    def to_json(self) -> dict[str, Any]:
        """Return the shape of `hoso validate --json`."""
        return {
            "file": self.file,
            "kind": self.kind,
            "verdict": self.verdict.value,
            "signatures": [one.to_json() for one in self.signatures],
            "reasons": list(self.reasons),
        }


def decide(
    *,
    integrity: Integrity,
    changes: Changes,
    changes_allowed: bool,
    trust: Trusted,
    revocation: Revocation,
    reasons: Iterable[str],
) -> Verdict:
    """Turn facts into a verdict; `changes_allowed` says that permitted changes are of the harmless kinds."""
    reasons = set(reasons)
    if integrity is Integrity.BROKEN or changes is Changes.FORBIDDEN or reasons & AGAINST:
        return Verdict.INVALID
    complete = (
        integrity is Integrity.INTACT
        and (changes is Changes.NONE or (changes is Changes.PERMITTED and changes_allowed))
        and trust is Trusted.TRUSTED
        and revocation is Revocation.GOOD
        and not (reasons - NOTES)
    )
    return Verdict.VALID if complete else Verdict.INDETERMINATE


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the worst of some verdicts; none at all is unsigned."""
    order = (Verdict.INVALID, Verdict.UNREADABLE, Verdict.INDETERMINATE, Verdict.UNSIGNED, Verdict.VALID)
    found = set(verdicts)
    return next((one for one in order if one in found), Verdict.UNSIGNED)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None


def _signer(certificate: Certificate | None) -> dict[str, Any]:
    if certificate is None:
        return dict.fromkeys(
            (
                "common_name",
                "organization",
                "tax_code",
                "personal_id",
                "issuer",
                "serial",
                "valid_from",
                "valid_to",
            )
        )
    return {
        "common_name": certificate.common_name,
        "organization": certificate.organization,
        "tax_code": certificate.tax_code,
        "personal_id": certificate.personal_id,
        "issuer": certificate.issuer,
        "serial": certificate.serial,
        "valid_from": certificate.valid_from.isoformat(),
        "valid_to": certificate.valid_to.isoformat(),
        "fingerprint": certificate.fingerprint,
    }
