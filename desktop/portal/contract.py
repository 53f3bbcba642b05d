"""The portal's answers as values, and what a connector to any portal must do.

Everything a portal says is hostile until it has passed through here: types are checked, texts and
lists are bounded, unknown fields are ignored, unknown states are kept as the raw text. An answer that
does not fit raises `PortalAnsweredGarbage` with the place in the answer, never its content.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, Literal, Protocol

# --- what the outbox and a connector say to each other -------------------------------------------------


@dataclass(frozen=True)
class SubmissionFile:
    """Name one file of a submission and say how to open it anew (for a resumed upload)."""

    sha256: str
    size: int
    name: str
    open: Callable[[], BinaryIO]
    """A fresh seekable reader at position 0; the caller of `open` closes it."""


@dataclass(frozen=True)
class Submission:
    """What is filed: the idempotency key made once, the signed manifest and the files it names."""

    key: str
    manifest_jws: str
    """Compact JWS by the signer; its ASCII bytes are what the receipt covers."""
    files: tuple[SubmissionFile, ...]


@dataclass(frozen=True)
class Reason:
    """One reason why a portal refused, with the place it speaks of."""

    code: str
    component: str | None = None
    file: str | None = None
    field: str | None = None
    vi: str = ""
    en: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the shape that the portal sent."""
        return {
            "code": self.code,
            "component": self.component,
            "file": self.file,
            "field": self.field,
            "detail": {"vi": self.vi, "en": self.en},
        }


@dataclass(frozen=True)
class Registered:
    """The portal has it, and its receipt has been verified against the catalogue's keys."""

    code: str
    """The dossier code that the portal gave: an opaque text."""
    receipt: str
    """The receipt as received: a compact JWS."""
    received: datetime
    due: datetime | None


@dataclass(frozen=True)
class Refused:
    """The portal will not take this submission; sending the same bytes again changes nothing."""

    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class NotYet:
    """This call has not registered it, or the portal is still judging (STILL_JUDGED): submit again later."""

    retry_after: float | None
    """Seconds the portal asks us to wait, if it said so."""
    reason: str = ""
    """Stable code of the cause, such as PORTAL_UNREACHABLE."""


@dataclass(frozen=True)
class Uncertain:
    """It is not known whether the portal has registered it: ask for the key before any re-send."""

    reason: str
    """Stable code of the cause, such as PORTAL_SLOW or RECEIPT_INVALID."""


Outcome = Registered | Refused | NotYet | Uncertain


@dataclass(frozen=True)
class KeyState:
    """What the portal says it knows of one key."""

    state: Literal["never_seen", "receiving", "received", "registered", "refused"]
    code: str | None = None
    receipt: str | None = None
    reasons: tuple[Reason, ...] = ()


class Progress(Protocol):
    """How far a long call has come, and whether its caller still wants it."""

    def report(self, done: int, total: int) -> None:
        """Say that so many of so many bytes have left."""

    def cancelled(self) -> bool:
        """Return True once the caller no longer wants the work done."""


class Connector(Protocol):
    """The face that every kind of portal shows to the outbox."""

    @property
    def settles_by_key(self) -> bool:
        """Return whether `ask` can settle an unknown outcome."""

    def submit(self, submission: Submission, progress: Progress | None = None) -> Outcome:
        """Send what is missing, commit, and verify the receipt.

        Transport troubles become NotYet (before the commit left) or Uncertain (after); raise only what
        the caller must act on: LoginNeeded, KeyReused, TransferCancelled, PortalNotSecure, other
        refusals of the request itself, and a catalogue that is not fresh.
        """

    def ask(self, key: str) -> KeyState:
        """Ask what became of a key; raise a `PortalError` if no answer can be had."""

    def conclude(self, submission: Submission, state: KeyState) -> Outcome | None:
        """Turn what `ask` answered into an outcome, without the network; the receipt is verified here.

        None: the portal holds nothing final under this key, and sending (again) is safe.
        A receipt that does not prove the submission gives Uncertain("RECEIPT_INVALID").
        """
