"""What can go wrong with a portal.

DesktopError
└── PortalError
    ├── PortalTrouble            the portal or the way to it fails now: the outbox tries again by itself
    │   ├── PortalUnreachable
    │   ├── PortalSlow
    │   ├── PortalFault          5xx
    │   ├── PortalBusy           429, 503 with Retry-After
    │   └── PortalAnsweredGarbage
    ├── PortalNotSecure          TLS: the certificate does not prove the host
    ├── PortalAddressForbidden   plain HTTP beyond loopback, another host, not an http address
    ├── PortalLooksAlike         a name that imitates another's
    ├── PortalRefused            4xx with a problem document
    │   ├── LoginNeeded
    │   ├── KeyReused
    │   └── NotAtPortal          404
    ├── NotOffered               this kind of portal has no such thing
    ├── FiledByHand              this portal takes nothing from programs
    ├── ReceiptInvalid
    │   └── ReceiptOtherMandate  it says that somebody else's power was used to file
    ├── MessageFileNotAsAnnounced  a file of a message with another hash or size
    ├── MessageFileTooLarge
    ├── TransferCancelled
    ├── LoginTrouble
    │   ├── LoginNotOffered      the signed catalogue names no log-in
    │   ├── LoginRefused         the provider, or the person at it, said no
    │   ├── LoginUntrusted       the answer cannot be believed: state, issuer, nonce, signature
    │   ├── LoginTimedOut        nobody came back from the browser
    │   ├── CredentialsRefused   what the agency gave this program is not accepted
    │   └── LoginCancelled       silent
    └── CatalogueError
        ├── CatalogueMissing     nothing verified yet from this portal
        ├── CatalogueRollback
        ├── CatalogueExpired
        ├── AgencyExpired        one agency's part of it has run out
        ├── CatalogueForged      signatures or hashes do not fit
        ├── CatalogueTampered    what lies on this disk is not what was verified
        ├── WrongRoot            not the fingerprint that was given
        ├── RootNotAgreed        no fingerprint was given, and nobody said yes to the one that was found
        ├── FingerprintMalformed what was given is no SHA-256
        ├── ClockWrong
        └── RecordsUnreadable    imported records of the national portal
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from desktop.errors import DesktopError


@dataclass(eq=False)
class PortalError(DesktopError):
    """Stand for all that a portal can do to us."""

    code: ClassVar[str] = "PORTAL"


@dataclass(eq=False)
class PortalTrouble(PortalError):
    """The portal, or the way to it, fails at the moment."""

    host: str
    code: ClassVar[str] = "PORTAL_TROUBLE"
    retry: ClassVar[bool] = True


@dataclass(eq=False)
class PortalUnreachable(PortalTrouble):
    """No connection could be made, or it broke."""

    sent: bool = False
    """True when the request, or a part of it, may have reached the portal."""
    code: ClassVar[str] = "PORTAL_UNREACHABLE"


@dataclass(eq=False)
class PortalSlow(PortalTrouble):
    """The portal did not answer in time."""

    seconds: int
    sent: bool = True
    code: ClassVar[str] = "PORTAL_SLOW"


@dataclass(eq=False)
class PortalFault(PortalTrouble):
    """The portal answered 5xx."""

    status: int
    code: ClassVar[str] = "PORTAL_FAULT"


@dataclass(eq=False)
class PortalBusy(PortalTrouble):
    """The portal asks us to come back later."""

    retry_after: float | None
    code: ClassVar[str] = "PORTAL_BUSY"


@dataclass(eq=False)
class PortalAnsweredGarbage(PortalTrouble):
    """The answer is not what the contract says."""

    place: str
    """Where in the answer, such as `changes[3].seq`, `body`, `content-type`."""
    code: ClassVar[str] = "PORTAL_ANSWERED_GARBAGE"


@dataclass(eq=False)
class PortalNotSecure(PortalError):
    """The host could not prove who it is, or speaks only obsolete TLS."""

    host: str
    why: str
    """expired, not_yet (look at this machine's clock too), host, revoked, untrusted, protocol"""
    code: ClassVar[str] = "PORTAL_NOT_SECURE"
    stops_batch: ClassVar[bool] = True


@dataclass(eq=False)
class PortalAddressForbidden(PortalError):
    """This address may not be called: plain HTTP beyond loopback, or a host the catalogue does not name."""

    url: str
    code: ClassVar[str] = "PORTAL_ADDRESS_FORBIDDEN"
    stops_batch: ClassVar[bool] = True


@dataclass(eq=False)
class PortalLooksAlike(PortalError):
    """The address has a name that imitates another's; it is not added."""

    url: str
    like: str
    """Whose name it looks like."""
    why: str
    """letters, gov, like"""
    code: ClassVar[str] = "PORTAL_LOOKS_ALIKE"
    stops_batch: ClassVar[bool] = True


@dataclass(eq=False)
class PortalRefused(PortalError):
    """The portal understood and said no."""

    host: str
    status: int
    problem: str
    """The portal's own stable code, or ""."""
    detail: str
    """The portal's own words, bounded; shown as a quotation."""
    reasons: tuple[Any, ...] = ()
    """`contract.Reason` values."""
    code: ClassVar[str] = "PORTAL_REFUSED"


@dataclass(eq=False)
class LoginNeeded(PortalRefused):
    """No valid log-in (401), or it is not allowed to do this (403)."""

    code: ClassVar[str] = "LOGIN_NEEDED"
    stops_batch: ClassVar[bool] = True


@dataclass(eq=False)
class KeyReused(PortalRefused):
    """The key was already used for another manifest."""

    code: ClassVar[str] = "KEY_REUSED"


@dataclass(eq=False)
class NotAtPortal(PortalRefused):
    """The portal does not know what was asked for."""

    code: ClassVar[str] = "NOT_AT_PORTAL"


@dataclass(eq=False)
class NotOffered(PortalError):
    """This kind of portal has no such thing."""

    host: str
    what: str
    """track, find, changes, pay, results, withdraw, ask"""
    code: ClassVar[str] = "PORTAL_NOT_OFFERED"


@dataclass(eq=False)
class FiledByHand(PortalError):
    """This portal takes nothing from programs: a person files on its page."""

    host: str
    page: str
    code: ClassVar[str] = "FILED_BY_HAND"
    stops_batch: ClassVar[bool] = True


@dataclass(eq=False)
class ReceiptInvalid(PortalError):
    """The receipt does not prove that the portal holds what was sent."""

    why: str
    """signature, key, portal, manifest, code, client, procedure, mandate, shape"""
    code: ClassVar[str] = "RECEIPT_INVALID"


@dataclass(eq=False)
class ReceiptOtherMandate(ReceiptInvalid):
    """The portal has this very manifest, and says that it was filed under another mandate than the one we named."""

    registered: str
    """The dossier's code."""
    sent: str | None
    """The mandate that we named last; None: the person filed as themselves."""
    named: str | None
    """The mandate that the receipt names."""
    code: ClassVar[str] = "RECEIPT_OTHER_MANDATE"


@dataclass(eq=False)
class MessageFileNotAsAnnounced(PortalError):
    """What the portal gave for a file of a message is not what the message announced; nothing is kept."""

    host: str
    name: str
    code: ClassVar[str] = "MESSAGE_FILE_NOT_AS_ANNOUNCED"
    retry: ClassVar[bool] = True


@dataclass(eq=False)
class MessageFileTooLarge(PortalError):
    """A file of a message is announced larger than any that is taken."""

    name: str
    megabytes: int
    """The most that is taken."""
    code: ClassVar[str] = "MESSAGE_FILE_TOO_LARGE"


@dataclass(eq=False)
class TransferCancelled(PortalError):
    """The user stopped it; silent."""

    code: ClassVar[str] = "TRANSFER_CANCELLED"


@dataclass(eq=False)
class LoginTrouble(PortalError):
    """Stand for a log-in that did not come about."""

    code: ClassVar[str] = "LOGIN_TROUBLE"
    stops_batch: ClassVar[bool] = True


@dataclass(eq=False)
class LoginNotOffered(LoginTrouble):
    """The portal's signed catalogue names nobody who logs people in."""

    host: str
    code: ClassVar[str] = "LOGIN_NOT_OFFERED"


@dataclass(eq=False)
class CredentialsRefused(LoginTrouble):
    """The portal does not accept what its agency gave this program to log in with, or there is none."""

    host: str
    code: ClassVar[str] = "CREDENTIALS_REFUSED"


@dataclass(eq=False)
class LoginRefused(LoginTrouble):
    """The provider, or the person at its page, said no."""

    host: str
    error: str
    """The code of RFC 6749 or OpenID Connect, such as access_denied; bounded."""
    code: ClassVar[str] = "LOGIN_REFUSED"


@dataclass(eq=False)
class LoginUntrusted(LoginTrouble):
    """What came back does not prove a log-in at this portal; nothing of it was used."""

    host: str
    why: str
    """state, issuer, nonce, signature, algorithm, key, audience, expired, early, token, shape, host, pkce, repeated"""
    code: ClassVar[str] = "LOGIN_UNTRUSTED"


@dataclass(eq=False)
class LoginTimedOut(LoginTrouble):
    """Nobody came back from the browser in time."""

    host: str
    seconds: int
    code: ClassVar[str] = "LOGIN_TIMED_OUT"


@dataclass(eq=False)
class LoginCancelled(LoginTrouble):
    """The user stopped waiting; silent."""

    host: str
    code: ClassVar[str] = "LOGIN_CANCELLED"


@dataclass(eq=False)
class CatalogueError(PortalError):
    """Stand for all that can be wrong with a catalogue."""

    code: ClassVar[str] = "CATALOGUE"


@dataclass(eq=False)
class CatalogueMissing(CatalogueError):
    """Nothing has been verified from this portal yet."""

    portal: str
    code: ClassVar[str] = "CATALOGUE_MISSING"


@dataclass(eq=False)
class CatalogueRollback(CatalogueError):
    """The portal offers an older catalogue than one already verified."""

    portal: str
    code: ClassVar[str] = "CATALOGUE_ROLLBACK"
    stops_batch: ClassVar[bool] = True


@dataclass(eq=False)
class CatalogueExpired(CatalogueError):
    """The catalogue's own term is over: it is frozen, or the portal forgot to renew it."""

    portal: str
    expired: str
    """ISO time of the earliest expiry, or ""."""
    code: ClassVar[str] = "CATALOGUE_EXPIRED"
    stops_batch: ClassVar[bool] = True


@dataclass(eq=False)
class AgencyExpired(CatalogueError):
    """One agency has let its part of the catalogue run out: nothing is filed by its procedures until it renews it."""

    portal: str
    agency: str
    """Its name."""
    expired: str
    """ISO time."""
    code: ClassVar[str] = "AGENCY_EXPIRED"


@dataclass(eq=False)
class CatalogueForged(CatalogueError):
    """Signatures or hashes of what the portal sent do not fit."""

    portal: str
    what: str
    code: ClassVar[str] = "CATALOGUE_FORGED"
    stops_batch: ClassVar[bool] = True


@dataclass(eq=False)
class CatalogueTampered(CatalogueError):
    """What lies on this disk is not what was verified."""

    portal: str
    what: str
    code: ClassVar[str] = "CATALOGUE_TAMPERED"
    stops_batch: ClassVar[bool] = True


@dataclass(eq=False)
class WrongRoot(CatalogueError):
    """The portal's root is not the one whose fingerprint was given."""

    expected: str
    found: str
    code: ClassVar[str] = "WRONG_ROOT"
    stops_batch: ClassVar[bool] = True


@dataclass(eq=False)
class RootNotAgreed(CatalogueError):
    """No fingerprint was given, and nobody said yes to the one that was found."""

    found: str
    code: ClassVar[str] = "ROOT_NOT_AGREED"


@dataclass(eq=False)
class FingerprintMalformed(CatalogueError):
    """What was given as a fingerprint is not a SHA-256 in 64 hexadecimal digits."""

    given: str
    code: ClassVar[str] = "FINGERPRINT_MALFORMED"


@dataclass(eq=False)
class ClockWrong(CatalogueError):
    """This machine's clock is off by more than a day, so no date in a catalogue can be judged."""

    ours: str
    theirs: str
    code: ClassVar[str] = "CLOCK_WRONG"
    stops_batch: ClassVar[bool] = True


@dataclass(eq=False)
class RecordsUnreadable(CatalogueError):
    """The folder or archive does not hold the national portal's records, or is too large."""

    path: str
    why: str
    """missing, archive, too_large, path, shape, full"""
    code: ClassVar[str] = "RECORDS_UNREADABLE"
