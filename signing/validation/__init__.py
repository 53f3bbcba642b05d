"""Judging signatures: one verdict of facts per signature and file, whatever the bytes hold.

`validate` never raises, never hangs and never calls a changed document valid. Only a complete positive finding is
`valid`; each failure on the way leaves `indeterminate` with a reason (their words: i18n/messages/validation.json).
"""

from __future__ import annotations

from signing.validation.files import validate
from signing.validation.verdict import (
    AGAINST,
    Changes,
    FileVerdict,
    Integrity,
    Level,
    Revocation,
    SignatureVerdict,
    Trusted,
    Verdict,
)

__all__ = [
    "AGAINST",
    "Changes",
    "FileVerdict",
    "Integrity",
    "Level",
    "Revocation",
    "SignatureVerdict",
    "Trusted",
    "Verdict",
    "validate",
]
