"""What a connector to any portal must do, and the portal's answers as values.

`desktop.portal.answers` makes the values from what a portal sent; `desktop.outbox` and
`desktop.tracking` read them.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, BinaryIO, Literal, Protocol, cast

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
class NoticeWish:
    """How an applicant wants to hear of a dossier: on the portal, and by e-mail or to the phone beside that."""

    channels: tuple[str, ...]
    """Of `NOTICE_CHANNELS`, at least one."""
    email: str | None = None
    phone: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the shape of the contract; an address is named only where it is used."""
        return {
            "channels": list(self.channels),
            "email": self.email if "email" in self.channels else None,
            "phone": self.phone if "sms" in self.channels else None,
        }

    @classmethod
    def from_json(cls, tree: Mapping[str, Any]) -> NoticeWish:
        """Read what `to_json` wrote."""
        return cls(tuple(tree["channels"]), tree.get("email"), tree.get("phone"))


NOTICE_CHANNELS = ("portal", "email", "sms")


@dataclass(frozen=True)
class Submission:
    """What is filed: the idempotency key made once, the signed manifest and the files it names."""

    key: str
    manifest_jws: str
    """Compact JWS by the signer; its ASCII bytes are what the receipt covers."""
    files: tuple[SubmissionFile, ...]
    notices: NoticeWish | None = None
    """None: nothing was chosen, and the portal does as it does for everybody."""


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
    """The portal has it; a receipt, where its kind gives any, was verified against the catalogue's keys."""

    code: str
    """The dossier code that the portal gave: an opaque text."""
    receipt: str | None
    """The receipt as received: a compact JWS; None from a portal whose kind signs none."""
    received: datetime
    due: datetime | None
    answer: bytes = b""
    """Where there is no receipt: the answer as received; it is kept, and proves nothing."""


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
    facts: Mapping[str, Any] = field(default_factory=dict, compare=False)
    """What the cause's words name, such as the host."""


@dataclass(frozen=True)
class Uncertain:
    """It is not known whether the portal has registered it: ask for the key before any re-send."""

    reason: str
    """Stable code of the cause, such as PORTAL_SLOW or RECEIPT_INVALID."""
    facts: Mapping[str, Any] = field(default_factory=dict, compare=False)
    """What the cause's words name, such as the host."""


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


@dataclass(frozen=True)
class Abilities:
    """What a kind of portal can do for its client; what it cannot, the program says or leads through by hand."""

    submit: bool = False
    """Takes dossiers from a program; False: a person hands them over on its page."""
    settles_by_key: bool = False
    """Can always say what became of a submission; False: only the user's word releases a re-send."""
    chunks: bool = False
    """Takes files in parts, and goes on where it was cut off."""
    receipts: bool = False
    """Signs receipts that prove what it took."""
    track: bool = False
    """Tells how a dossier stands, asked by its code."""
    changes: bool = False
    """Lists what is new, from a place in its list on."""
    find: bool = False
    """Lists the dossiers of a tax code or personal number."""
    pay: bool = False
    results: bool = False
    withdraw: bool = False
    log_in: Literal["browser", "credentials", "none"] = "none"
    """Who logs in: a person in the browser, this program by what the agency gave it, nobody."""


class Sender(Protocol):
    """The face that every kind of portal shows to the outbox."""

    @property
    def abilities(self) -> Abilities:
        """Return what this portal can do."""

    @property
    def peer(self) -> Mapping[str, str]:
        """Return who answered last: `host` and, over TLS, its certificate's `sha256`, `issuer` and `until`."""

    def settles(self, key: str) -> bool:
        """Return whether `ask` can settle an unknown outcome of this key.

        True wherever the portal settles by key; elsewhere for a key of which what files never left this machine.
        """

    def submit(self, submission: Submission, progress: Progress | None = None) -> Outcome:
        """Send what is missing, commit, and verify the receipt.

        Transport troubles become NotYet (before the commit left) or Uncertain (after); raise only what
        the caller must act on: LoginNeeded, KeyReused, TransferCancelled, PortalNotSecure, other
        refusals of the request itself, and a catalogue that is not fresh.
        """

    def ask(self, key: str) -> KeyState:
        """Ask what became of a key; raise a `PortalError` if no answer can be had."""

    def conclude(self, submission: Submission, state: KeyState) -> Outcome | None:
        """Turn what `ask` answered into an outcome; the receipt is verified here.

        Without the network, but for the newest catalogue where the receipt's key is not known.

        None: the portal holds nothing final under this key, and sending (again) is safe.
        A receipt that does not prove the submission gives Uncertain("RECEIPT_INVALID").
        """

    def log_in_again(self) -> bool:
        """Renew a log-in that the portal has ended, without asking anybody; return whether that went."""


class Follower(Protocol):
    """The face that every kind of portal shows to tracking; what it cannot do raises NotOffered."""

    @property
    def abilities(self) -> Abilities:
        """Return what this portal can do."""

    @property
    def host(self) -> str:
        """Return the name and port by which errors name the portal."""

    def look(self, code: str) -> DossierAtPortal:
        """Return how the dossier of this code stands; raise NotAtPortal where there is none."""

    def find(self, id_number: str) -> tuple[DossierAtPortal, ...]:
        """Return the dossiers of a tax code or personal number."""

    def changes(self, cursor: str | None) -> Changes:
        """Return one page of what is new since a place in the portal's list; None: from its beginning."""

    def begin_payment(self, code: str, fee: str, key: str) -> Payment:
        """Begin to pay a fee under an idempotency key, or return the payment that has this key."""

    def payment(self, payment: str) -> Payment:
        """Return how a payment stands."""

    def payment_page(self, url: str) -> str:
        """Return the address that a browser may be sent to; raise PortalAddressForbidden."""

    def check_payment(self, receipt: str, *, payment: str, code: str, fee: str, amount: int) -> None:
        """Raise ReceiptInvalid unless an e-receipt proves this very payment."""

    def withdraw(self, code: str) -> DossierAtPortal:
        """Ask that a dossier be stopped, and return how it stands; asking again comes to the same."""

    def fetch_result(
        self, code: str, result: str, target: BinaryIO, *, limit: int, progress: Progress | None = None
    ) -> None:
        """Write the bytes of a result, at most `limit`, as the portal gives them."""

    def attachment_blocks(
        self, code: str, message: str, attachment: str, *, limit: int, progress: Progress | None = None
    ) -> Generator[bytes, None, None]:
        """Give the bytes of a file that came with a message, at most `limit`, piece by piece; to be closed."""

    def learn_keys(self) -> bool:
        """Have the portal's newest signed catalogue, at most once for a connector.

        Return whether it names other keys of receipts or authorities of results than were known: a portal may have
        changed them while this computer was away.
        """

    def result_authorities(self) -> tuple[list[bytes], list[bytes]]:
        """Return who is trusted to sign results: certificates (PEM) and revocation lists, nobody else's."""


class Connector(Sender, Follower, Protocol):
    """A way to one portal: ours, another protocol's, or a person's hands."""


# --- the answers ---------------------------------------------------------------------------------------

SUBMISSION_STATES = ("never_seen", "receiving", "received", "registered", "refused")


@dataclass(frozen=True)
class About:
    """What a portal says of itself before any log-in; proves nothing, the catalogue does."""

    id: str
    name: Mapping[str, str]
    practice: bool
    time: datetime
    contract: str


@dataclass(frozen=True)
class Person:
    """Who is logged in, as the portal names them."""

    name: str
    personal_id: str | None
    acts_for: tuple[str, ...]
    """Tax codes of those the person may file for, if the portal says so."""


@dataclass(frozen=True)
class Missing:
    """A file of which the portal has `received` of `size` bytes."""

    sha256: str
    received: int
    size: int


@dataclass(frozen=True)
class SubmissionState:
    """What the portal knows of one key; `state` may be a word of the future."""

    key: str
    state: str
    missing: tuple[Missing, ...]
    code: str | None
    receipt: str | None
    reasons: tuple[Reason, ...]

    def as_key_state(self) -> KeyState:
        """Return it for the outbox; an unknown state counts as received: not final, not to be sent anew."""
        state = self.state if self.state in SUBMISSION_STATES else "received"
        return KeyState(
            cast(Literal["never_seen", "receiving", "received", "registered", "refused"], state),
            self.code,
            self.receipt,
            self.reasons,
        )


@dataclass(frozen=True)
class Change:
    """One event of the portal's list; `kind` may be a word of the future."""

    seq: int
    code: str
    kind: str
    at: datetime


@dataclass(frozen=True)
class Changes:
    """One page of events, in the portal's stable order, and where to go on."""

    cursor: str
    changes: tuple[Change, ...]
    more: bool


@dataclass(frozen=True)
class HistoryEntry:
    """One step in a dossier's life at the portal."""

    at: datetime
    status: int | None
    raw: str
    note: str


@dataclass(frozen=True)
class PortalFee:
    """A fee in whole dong; `state` is due, pending, paid or a word of the future."""

    id: str
    title: str
    amount: int
    state: str


@dataclass(frozen=True)
class PortalAttachment:
    """A file that came with a message and can be fetched."""

    id: str
    name: str
    sha256: str
    size: int
    media_type: str

    def to_json(self) -> dict[str, Any]:
        """Return what is kept of it with the message."""
        return {
            "id": self.id, "name": self.name, "sha256": self.sha256, "size": self.size, "media_type": self.media_type,
        }  # fmt: skip

    @classmethod
    def from_json(cls, tree: Mapping[str, Any]) -> PortalAttachment:
        """Read what `to_json` wrote."""
        return cls(tree["id"], tree["name"], tree["sha256"], tree["size"], tree["media_type"])


@dataclass(frozen=True)
class PortalMessage:
    """A message, or a request for supplements (`due` then says until when)."""

    id: str
    at: datetime | None
    text: str
    state: str
    due: datetime | None
    kind: str = ""
    """incomplete, incorrect, outdated, or a word of the future."""
    components: tuple[str, ...] = ()
    attachments: tuple[PortalAttachment, ...] = ()


@dataclass(frozen=True)
class PortalResult:
    """A result file that can be fetched."""

    id: str
    name: str
    sha256: str | None
    size: int | None
    media_type: str
    issued: datetime | None


@dataclass(frozen=True)
class DossierAtPortal:
    """All that the portal tells of one dossier."""

    code: str
    key: str | None
    procedure: str
    procedure_name: str
    applicant: str
    received: datetime | None
    due: datetime | None
    status: int | None
    """1 to 10 as the national portal numbers them; None: see `raw`."""
    raw: str
    """The portal's own words for the state."""
    history: tuple[HistoryEntry, ...]
    delivery: str
    fees: tuple[PortalFee, ...]
    supplements: tuple[PortalMessage, ...]
    messages: tuple[PortalMessage, ...]
    results: tuple[PortalResult, ...]
    notices: tuple[str, ...] = ()
    """By which ways the portal tells of it, where that was wished for."""


@dataclass(frozen=True)
class Payment:
    """A payment begun under an idempotency key; `state` is pending, confirming, paid or a word of the future."""

    id: str
    state: str
    url: str
    amount: int
    receipt: str | None = None
    """The e-receipt as it came, a compact JWS, once the portal has booked it."""


@dataclass(frozen=True)
class LoginDescription:
    """What the signed catalogue says of who logs people in (OpenID Connect)."""

    issuer: str
    """An address, or a path of the portal itself, such as /identity."""
    client_id: str
    scopes: tuple[str, ...]
    hosts: tuple[str, ...] = ()
    """Hosts beside the issuer's own that its endpoints may lie at."""
    redirect_path: str | None = None
    """The path of our loopback address, where the provider insists on one; else a new unguessable one each time."""
    register: str | None = None
    """The page on which people get an account, opened in the browser."""
    recover: str | None = None
    """The page on which people get a lost account back, opened in the browser."""


@dataclass(frozen=True)
class Mandate:
    """A power of attorney by which the person who is logged in acts for somebody else."""

    id: str
    tax_code: str | None
    personal_id: str | None
    client: str
    role: str
    since: date | None
    until: date | None

    def covers(self, tax_code: str, day: date) -> bool:
        """Say whether it lets one act for this client on this day."""
        begun = self.since is None or self.since <= day
        return self.tax_code == tax_code and begun and (self.until is None or day <= self.until)


@dataclass(frozen=True)
class PortalDescription:
    """What the signed catalogue says of its portal: whom to call and whose keys to believe."""

    id: str
    name: Mapping[str, str]
    practice: bool
    hosts: tuple[str, ...]
    connector: str
    settles_by_key: bool
    receipt_keys: tuple[Mapping[str, Any], ...]
    """Public JWKs, each with its kid."""
    result_anchors: tuple[str, ...]
    """PEM of the authorities that certify who signs results."""
    signer_anchors: tuple[str, ...]
    """PEM of the authorities whose certificates the portal accepts from applicants."""
    urls: Mapping[str, str]
    login: LoginDescription | None = None
    agencies: Mapping[str, str] = field(default_factory=dict)
    """Names of the agencies that sign parts of the catalogue, by role."""
