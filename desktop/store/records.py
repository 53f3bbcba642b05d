"""What the workspace gives back: plain values, and the tables of allowed moves between states.

All times are aware. Ids of forms and dossiers are short texts made at random; the id of an outbox item is its
idempotency key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class DossierState(StrEnum):
    """How far the current revision of a dossier has come on our side."""

    PREPARED = "PREPARED"
    SIGNED = "SIGNED"
    SUBMITTED = "SUBMITTED"


DOSSIER_MOVES: Mapping[DossierState, frozenset[DossierState]] = {
    # Printed, signed by hand and handed in: the code is entered without a digital signature.
    DossierState.PREPARED: frozenset({DossierState.SIGNED, DossierState.SUBMITTED}),
    DossierState.SIGNED: frozenset({DossierState.PREPARED, DossierState.SUBMITTED}),
    # Only by opening a new revision.
    DossierState.SUBMITTED: frozenset({DossierState.PREPARED}),
}


class ItemState(StrEnum):
    """Where a submission stands."""

    QUEUED = "QUEUED"
    SENDING = "SENDING"
    DONE = "DONE"
    REFUSED = "REFUSED"
    UNCERTAIN = "UNCERTAIN"
    CANCELLED = "CANCELLED"


ITEM_MOVES: Mapping[ItemState, frozenset[ItemState]] = {
    ItemState.QUEUED: frozenset({ItemState.SENDING, ItemState.CANCELLED, ItemState.UNCERTAIN}),
    ItemState.SENDING: frozenset({ItemState.DONE, ItemState.REFUSED, ItemState.QUEUED, ItemState.UNCERTAIN}),
    ItemState.UNCERTAIN: frozenset({ItemState.DONE, ItemState.REFUSED, ItemState.QUEUED}),
    ItemState.CANCELLED: frozenset({ItemState.QUEUED}),
    ItemState.DONE: frozenset(),
    ItemState.REFUSED: frozenset(),
}
"""QUEUED → UNCERTAIN only when a backup is restored: what it calls queued may have been sent since."""

LIVE_ITEMS = frozenset({ItemState.QUEUED, ItemState.SENDING, ItemState.UNCERTAIN})


class FeeState(StrEnum):
    """Whether a fee is paid, as the portal says."""

    DUE = "due"
    PENDING = "pending"
    CONFIRMING = "confirming"
    """The money was given; the portal has not booked it yet. Nothing may be paid now."""
    PAID = "paid"


class PaymentState(StrEnum):
    """How far one payment has come: STARTED is written before the portal is told."""

    STARTED = "started"
    PENDING = "pending"
    CONFIRMING = "confirming"
    PAID = "paid"
    FAILED = "failed"


@dataclass(frozen=True)
class Client:
    """A person or company filed for."""

    id: int
    tax_code: str
    name: str
    created: datetime
    updated: datetime


@dataclass(frozen=True)
class Fact:
    """One thing known of a client, where it came from, and whether its use was agreed to."""

    name: str
    value: str
    source: str
    """entered, import, certificate, form, portal"""
    consent: datetime | None
    """When its use for prefilling was agreed to; None: not."""
    updated: datetime


@dataclass(frozen=True)
class SavedForm:
    """One filled template: pinned to the version that it was begun with."""

    id: str
    client: Client
    template: str
    version: str
    period: str | None
    values: dict[str, Any]
    entered: dict[str, Any]
    """Only what a person typed."""
    edition: int
    """Counts the savings; give it back when saving and a foreign change in between is not overwritten."""
    created: datetime
    updated: datetime


@dataclass(frozen=True)
class Component:
    """One thing that a dossier must or may contain."""

    component: str
    name: str
    required: bool
    originals: int
    copies: int
    template: str | None
    replaced_by_data: bool
    sign: bool
    form: str | None
    """The id of the saved form that fills it."""


@dataclass(frozen=True)
class DossierFile:
    """One file of one revision of a dossier."""

    id: int
    revision: int
    component: str
    name: str
    kind: str
    """form, xml, attachment"""
    media_type: str
    sha256: str
    size: int
    sha256_before_signing: str | None
    """None: not signed."""
    template: str | None
    version: str | None


@dataclass(frozen=True)
class Revision:
    """One filing of a dossier: the first, or the answer to a supplement request or a refusal."""

    number: int
    key: str
    """The idempotency key, made once with the revision: the signed manifest names it."""
    why: str
    """first, supplement, refused, changed"""
    manifest: str | None
    """Compact JWS over the signed files."""
    created: datetime
    signed: datetime | None


@dataclass(frozen=True)
class Dossier:
    """The fixed set that is signed and filed."""

    id: str
    client: Client
    procedure: str
    procedure_name: str
    case: str
    period: str | None
    delivery: str
    """online, post, in-person"""
    role: str | None
    state: DossierState
    revision: int
    portal: str | None
    code: str | None
    code_entered: bool
    """True: a person typed the code; False: a receipt named it."""
    status: int | None
    """1..10 as the portal's status was understood; None: none yet, or one that is not known."""
    raw: str | None
    """The portal's own words for it."""
    received: datetime | None
    due: datetime | None
    created: datetime
    updated: datetime


@dataclass(frozen=True)
class OutboxItem:
    """One submission of one revision of a dossier to one portal."""

    key: str
    dossier: str
    revision: int
    portal: str
    state: ItemState
    attempts: int
    """How often it was sent."""
    code: str | None
    """The portal's code, once DONE."""
    reason: str | None
    """Stable code of why it stands where it stands."""
    facts: dict[str, Any]
    not_before: datetime | None
    sending_since: datetime | None
    created: datetime
    updated: datetime


@dataclass(frozen=True)
class Attempt:
    """One try at sending or asking, kept as evidence."""

    number: int
    act: str
    """send, ask"""
    started: datetime
    ended: datetime | None
    """None: it was cut off."""
    outcome: str | None
    reason: str | None
    facts: dict[str, Any]


@dataclass(frozen=True)
class Receipt:
    """The portal's receipt, byte for byte."""

    key: str
    dossier: str
    revision: int
    portal: str
    code: str
    data: bytes
    received: datetime
    due: datetime | None
    trusted: bool
    saved: datetime


@dataclass(frozen=True)
class Evidence:
    """Something kept to prove what happened."""

    id: int
    dossier: str
    revision: int
    kind: str
    name: str
    media_type: str
    sha256: str
    size: int
    at: datetime
    facts: dict[str, Any]


@dataclass(frozen=True)
class Event:
    """Something that was done with a dossier: made, signed, exported, queued, sent."""

    id: int
    dossier: str
    revision: int
    at: datetime
    kind: str
    facts: dict[str, Any]


@dataclass(frozen=True)
class Status:
    """One status that the portal gave, in its order of arrival."""

    id: int
    dossier: str
    at: datetime
    status: int | None
    raw: str
    note: str
    seen: datetime


@dataclass(frozen=True)
class Fee:
    """A fee that the portal asks for; amount in whole đồng."""

    dossier: str
    fee: str
    title: str
    amount: int
    state: FeeState
    updated: datetime


@dataclass(frozen=True)
class Payment:
    """One payment of one fee; its id is the idempotency key."""

    id: str
    dossier: str
    fee: str
    amount: int
    state: PaymentState
    portal_payment: str | None
    url: str | None
    created: datetime
    updated: datetime


@dataclass(frozen=True)
class Letter:
    """A supplement request or a message from the agency."""

    dossier: str
    letter: str
    """The portal's id of it."""
    kind: str
    """supplement, message"""
    at: datetime
    due: datetime | None
    text: str
    raw: dict[str, Any]
    answered_by: int | None
    """The revision that answered it."""


@dataclass(frozen=True)
class FirstResult:
    """What is told of a dossier that has a result: whose it is, of what, and the first result's name and time."""

    dossier: str
    client: str
    procedure_name: str
    period: str | None
    name: str
    issued: datetime | None


@dataclass(frozen=True)
class Result:
    """A result that the agency issued."""

    dossier: str
    result: str
    """The portal's id of it."""
    name: str
    media_type: str
    size: int
    sha256: str
    """As the portal announced it."""
    issued: datetime | None
    fetched: datetime | None
    """None: announced and not yet here. Fetched: `ws.files.open(sha256)` has it."""
    verdict: str | None
    verdict_facts: dict[str, Any] | None


@dataclass(frozen=True)
class Portal:
    """A portal that this workspace knows."""

    url: str
    name_vi: str
    name_en: str
    practice: bool
    fingerprint: str | None
    """SHA-256 of the catalogue's root that was agreed to."""
    facts: dict[str, Any]
    """`portal.json` of its verified catalogue."""
    cursor: str | None
    """How far its changes were read."""
    added: datetime


@dataclass(frozen=True)
class Session:
    """A log-in at a portal. Its tokens never leave the workspace."""

    portal: str
    tokens: dict[str, Any]
    person: dict[str, Any]
    expires: datetime | None
    updated: datetime

    def __repr__(self) -> str:
        return f"Session(portal={self.portal!r}, expires={self.expires!r})"


@dataclass(frozen=True)
class Anchor:
    """A certificate that the user trusts, or one that helps to build chains."""

    fingerprint: str
    """SHA-256 of its DER, in hex."""
    kind: str
    """anchor, intermediate, crl"""
    name: str
    der: bytes
    source: str
    """user, portal, bundled"""
    added: datetime


@dataclass(frozen=True)
class AuditEntry:
    """One thing that was done in the workspace, without any value of a field."""

    id: int
    at: datetime
    action: str
    subject: str
    facts: dict[str, Any]


@dataclass(frozen=True)
class CheckFinding:
    """One thing that is wrong with the store."""

    code: str
    """CIPHER, INTEGRITY, FOREIGN_KEY, FILE_HASH, FILE_CHUNKS"""
    facts: dict[str, Any]


@dataclass(frozen=True)
class CheckReport:
    """What a check of the whole store found."""

    findings: tuple[CheckFinding, ...]
    files: int
    bytes: int

    @property
    def ok(self) -> bool:
        """Say whether nothing was found."""
        return not self.findings


@dataclass(frozen=True)
class Purged:
    """How much of a client was removed."""

    forms: int
    dossiers: int
    files: int
