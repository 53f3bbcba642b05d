"""What can go wrong with signing.

SigningError
├── CertificateUnreadable       bytes that are no X.509 certificate
├── Pkcs12Unreadable            a key file that is no PKCS#12, or asks for too much work
│   └── NoPrivateKey            certificates only
├── WrongPassphraseOrDamaged    the two cannot be told apart: the file's own check covers both
├── UnsupportedKey              Ed25519, DSA, odd curves: receivers cannot check them
├── KeyTooWeak                  RSA below 2048 bits, curves below 256
├── DigestRefused               SHA-1 and everything unknown
├── SchemeNotOffered            RSASSA-PSS with a key that cannot do it
├── PdfUnsignable               a file that cannot take a signature
│   ├── PdfUnreadable, PdfEncrypted, PdfTooManySignatures
│   ├── FieldTaken, FieldMissing, PlaceOutsidePage
│   ├── SigningForbidden        an earlier certification allows no further signature
│   ├── CertifyNotFirst, FieldDemands
│   └── EarlierSignatureBroken  the step is undone, nothing is written
├── StampUnfit                  a text that fits its box in no readable size, a font without the letters
│   ├── StampTooSmall, StampLacksLetters, StampFontUnreadable, StampPictureUnusable
├── XmlUnsignable               DTD, no such element, twice the same id, already signed, too large
├── XmlSignatureInvalid
├── ContainerUnreadable         a ZIP that is damaged, or in which two readers may see two things
├── ContainerUnsignable         no such container can be made: names, number of files
├── JwsInvalid
├── TimeStampFailed             no time-stamp that may be used; each way of failing is a kind of its own
│   ├── TimeStampServerMissing, TimeStampAddressRefused
│   ├── TimeStampUnreachable, TimeStampSlow, TimeStampTooLarge, TimeStampUnreadable, TimeStampDenied
│   ├── TimeStampOtherNonce, TimeStampOtherHash, TimeStampForged, TimeStampClockOff
│   └── TimeStampAuthorityUnfit, TimeStampAuthorityUnknown
├── LevelFailed                 the level asked for cannot be made for this file
│   ├── CertificateRefused, ValidationDataMissing, LevelNotReached
│   └── LevelReached, NothingToExtend, NotBaseline, LevelForPdfOnly
└── SignatureNotReread          what was written does not verify; it must not be called signed
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar


@dataclass(eq=False)
class SigningError(Exception):
    """Carry a stable code and typed facts, never words for a reader."""

    code: ClassVar[str] = "SIGNING"
    retry: ClassVar[bool] = False
    stops_batch: ClassVar[bool] = False

    @property
    def facts(self) -> dict[str, Any]:
        """Return the facts by name."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), tuple(getattr(self, f.name) for f in fields(self))

    def __str__(self) -> str:
        return f"{self.code} {self.facts}"


# Certificates and keys


@dataclass(eq=False)
class CertificateUnreadable(SigningError):
    """These bytes are no X.509 certificate."""

    code: ClassVar[str] = "CERTIFICATE_UNREADABLE"


@dataclass(eq=False)
class Pkcs12Unreadable(SigningError):
    """This is no PKCS#12 file, is cut off, or asks for unreasonable work."""

    code: ClassVar[str] = "PKCS12_UNREADABLE"
    stops_batch: ClassVar[bool] = True
    reason: str = "format"
    """format, size, cost (an iteration count made to stall the reader, a key of unreasonable size), algorithm,
    damaged (the passphrase opens a part, the rest was changed), contents (undamaged, and nothing that can be used)"""


@dataclass(eq=False)
class NoPrivateKey(Pkcs12Unreadable):
    """The file opens and holds certificates, but no private key."""

    code: ClassVar[str] = "NO_PRIVATE_KEY"
    stops_batch: ClassVar[bool] = True
    reason: str = "no_key"
    certificates: int = 0


@dataclass(eq=False)
class WrongPassphraseOrDamaged(SigningError):
    """The passphrase is wrong or the file is damaged; its integrity check covers both at once."""

    code: ClassVar[str] = "WRONG_PASSPHRASE_OR_DAMAGED"
    stops_batch: ClassVar[bool] = True


@dataclass(eq=False)
class UnsupportedKey(SigningError):
    """A kind of key whose signatures the receivers' software cannot check."""

    code: ClassVar[str] = "UNSUPPORTED_KEY"
    stops_batch: ClassVar[bool] = True
    kind: str = ""


@dataclass(eq=False)
class KeyTooWeak(SigningError):
    """Shorter than Circular 15/2025/TT-BKHCN, Appendix I allows (RSA 2048, EC 256)."""

    code: ClassVar[str] = "KEY_TOO_WEAK"
    stops_batch: ClassVar[bool] = True
    kind: str = ""


@dataclass(eq=False)
class DigestRefused(SigningError):
    """SHA-1, MD5 or unknown: never produced."""

    code: ClassVar[str] = "DIGEST_REFUSED"
    stops_batch: ClassVar[bool] = True
    digest: str = ""


@dataclass(eq=False)
class SchemeNotOffered(SigningError):
    """RSASSA-PSS was asked for, and this key does not sign by it (a curve, most tokens, most remote services)."""

    code: ClassVar[str] = "SCHEME_NOT_OFFERED"
    stops_batch: ClassVar[bool] = True
    key_type: str = ""
    kind: str = ""
    """file, token, remote"""


# PDF


@dataclass(eq=False)
class PdfUnsignable(SigningError):
    """This PDF cannot take a signature."""

    code: ClassVar[str] = "PDF_UNSIGNABLE"


@dataclass(eq=False)
class PdfUnreadable(PdfUnsignable):
    """The file is no PDF, or its structure cannot be followed."""

    code: ClassVar[str] = "PDF_UNREADABLE"


@dataclass(eq=False)
class PdfEncrypted(PdfUnsignable):
    """The PDF is locked by a password."""

    code: ClassVar[str] = "PDF_ENCRYPTED"


@dataclass(eq=False)
class PdfTooManySignatures(PdfUnsignable):
    """More signatures than could be checked again in reasonable time."""

    code: ClassVar[str] = "PDF_TOO_MANY_SIGNATURES"
    count: int = 0
    limit: int = 0


@dataclass(eq=False)
class FieldTaken(PdfUnsignable):
    """The named field is signed already, or is not for signatures."""

    code: ClassVar[str] = "FIELD_TAKEN"
    field: str = ""


@dataclass(eq=False)
class FieldMissing(PdfUnsignable):
    """A place for an unnamed page or an existing field was asked for, and there is none."""

    code: ClassVar[str] = "FIELD_MISSING"
    field: str = ""


@dataclass(eq=False)
class PlaceOutsidePage(PdfUnsignable):
    """The page does not exist, or the box lies outside it."""

    code: ClassVar[str] = "PLACE_OUTSIDE_PAGE"
    page: int = 0
    pages: int = 0


@dataclass(eq=False)
class SigningForbidden(PdfUnsignable):
    """The author's certification of the document allows no further signature."""

    code: ClassVar[str] = "SIGNING_FORBIDDEN"
    field: str = ""


@dataclass(eq=False)
class CertifyNotFirst(PdfUnsignable):
    """A certification must be the first signature; this file has one already."""

    code: ClassVar[str] = "CERTIFY_NOT_FIRST"
    field: str = ""


@dataclass(eq=False)
class FieldDemands(PdfUnsignable):
    """The form's author demands of this field what this signature would not fulfil."""

    code: ClassVar[str] = "FIELD_DEMANDS"
    field: str = ""
    reason: str = ""
    """demand_certificate, demand_certification, demand_format, demand_digest, demand_time_stamp, demand_reason,
    demand_other, demand_unreadable"""


@dataclass(eq=False)
class EarlierSignatureBroken(PdfUnsignable):
    """With this step an earlier signature does not hold (or never did); nothing was written."""

    code: ClassVar[str] = "EARLIER_SIGNATURE_BROKEN"
    field: str = ""
    reason: str = ""
    """digest, changes, unreadable"""


@dataclass(eq=False)
class StampUnfit(SigningError):
    """The visible signature cannot be drawn."""

    code: ClassVar[str] = "STAMP_UNFIT"


@dataclass(eq=False)
class StampTooSmall(StampUnfit):
    """The box is too small for the text in the smallest readable size; text is never cut."""

    code: ClassVar[str] = "STAMP_TOO_SMALL"
    width: int = 0
    height: int = 0


@dataclass(eq=False)
class StampLacksLetters(StampUnfit):
    """The stamp's font has no shape for these letters; they are never left out or boxed."""

    code: ClassVar[str] = "STAMP_LACKS_LETTERS"
    letters: str = ""


@dataclass(eq=False)
class StampFontUnreadable(StampUnfit):
    """The bytes are no TrueType font with a Unicode map."""

    code: ClassVar[str] = "STAMP_FONT_UNREADABLE"


@dataclass(eq=False)
class StampPictureUnusable(StampUnfit):
    """The pixels given for the stamp do not make a picture, or too large a one."""

    code: ClassVar[str] = "STAMP_PICTURE_UNUSABLE"


# XML, JWS


@dataclass(eq=False)
class XmlUnsignable(SigningError):
    """This XML cannot take a signature."""

    code: ClassVar[str] = "XML_UNSIGNABLE"
    reason: str = ""
    """unreadable, dtd, size, depth, no_element, duplicate_id, no_place, signed_already, beside_root"""


@dataclass(eq=False)
class XmlSignatureInvalid(SigningError):
    """The XML signature does not hold, or is not of a shape that can be relied on."""

    code: ClassVar[str] = "XML_SIGNATURE_INVALID"
    reason: str = ""
    """unreadable, dtd, size, unsigned, duplicate_id, structure, algorithm, digest, signature, certificate"""


@dataclass(eq=False)
class ContainerUnreadable(SigningError):
    """This ZIP is damaged, or different programs may read different things in it."""

    code: ClassVar[str] = "CONTAINER_UNREADABLE"
    reason: str = ""
    """broken, ambiguous, name, encrypted, size, media_type, signatures"""
    name: str = ""


@dataclass(eq=False)
class ContainerUnsignable(SigningError):
    """These files cannot be put into one container."""

    code: ClassVar[str] = "CONTAINER_UNSIGNABLE"
    reason: str = ""
    """empty, name, duplicate, number, size"""
    name: str = ""


@dataclass(eq=False)
class JwsInvalid(SigningError):
    """The signed JSON does not hold, or is not of the shape asked for."""

    code: ClassVar[str] = "JWS_INVALID"
    reason: str = ""
    """size, format, algorithm, type, certificate, key, signature"""


@dataclass(eq=False)
class SignatureNotReread(SigningError):
    """What was written does not verify when read again: it must not be called signed."""

    code: ClassVar[str] = "SIGNATURE_NOT_REREAD"
    reason: str = ""
    """byte_range, prefix, digest, signature, certificate, missing, place"""


# Time-stamps and levels


@dataclass(eq=False)
class TimeStampFailed(SigningError):
    """There is no time-stamp for this file; nothing was written. The next file may get one."""

    code: ClassVar[str] = "TIME_STAMP_FAILED"
    host: str = ""


@dataclass(eq=False)
class TimeStampServerMissing(TimeStampFailed):
    """The level asked for needs a time-stamp, and no server is named."""

    code: ClassVar[str] = "TIME_STAMP_SERVER_MISSING"
    stops_batch: ClassVar[bool] = True


@dataclass(eq=False)
class TimeStampAddressRefused(TimeStampFailed):
    """The address named for time-stamps is not one that may be asked."""

    code: ClassVar[str] = "TIME_STAMP_ADDRESS_REFUSED"
    stops_batch: ClassVar[bool] = True
    reason: str = ""
    """scheme, port, private, name"""


@dataclass(eq=False)
class TimeStampUnreachable(TimeStampFailed):
    """No connection to the server, or an error instead of an answer."""

    code: ClassVar[str] = "TIME_STAMP_UNREACHABLE"
    retry: ClassVar[bool] = True
    reason: str = ""
    """connection, status, redirects"""


@dataclass(eq=False)
class TimeStampSlow(TimeStampFailed):
    """The server did not finish its answer in time."""

    code: ClassVar[str] = "TIME_STAMP_SLOW"
    retry: ClassVar[bool] = True


@dataclass(eq=False)
class TimeStampTooLarge(TimeStampFailed):
    """The server's answer has no end, or is larger than any time-stamp."""

    code: ClassVar[str] = "TIME_STAMP_TOO_LARGE"


@dataclass(eq=False)
class TimeStampUnreadable(TimeStampFailed):
    """What the server sent is no answer of RFC 3161."""

    code: ClassVar[str] = "TIME_STAMP_UNREADABLE"


@dataclass(eq=False)
class TimeStampDenied(TimeStampFailed):
    """The server answered that it gives no time-stamp."""

    code: ClassVar[str] = "TIME_STAMP_DENIED"
    retry: ClassVar[bool] = True
    reason: str = ""
    """The name of the failure in RFC 3161, 2.4.2: bad_alg, system_failure …"""


@dataclass(eq=False)
class TimeStampOtherNonce(TimeStampFailed):
    """The answer is to another request: its nonce is not ours."""

    code: ClassVar[str] = "TIME_STAMP_OTHER_NONCE"


@dataclass(eq=False)
class TimeStampOtherHash(TimeStampFailed):
    """The answer stamps another content than ours."""

    code: ClassVar[str] = "TIME_STAMP_OTHER_HASH"


@dataclass(eq=False)
class TimeStampForged(TimeStampFailed):
    """The time-stamp's own signature does not hold."""

    code: ClassVar[str] = "TIME_STAMP_FORGED"


@dataclass(eq=False)
class TimeStampClockOff(TimeStampFailed):
    """The server's time and this computer's differ by more than a day; one of the two is wrong."""

    code: ClassVar[str] = "TIME_STAMP_CLOCK_OFF"
    stamped: str = ""
    ours: str = ""


@dataclass(eq=False)
class TimeStampAuthorityUnfit(TimeStampFailed):
    """The certificate behind the time-stamp may not stamp times, is out of date, or is revoked."""

    code: ClassVar[str] = "TIME_STAMP_AUTHORITY_UNFIT"
    reason: str = ""
    """stamp_usage, stamp_dates, stamp_revoked, stamp_no_certificate, stamp_weak"""


@dataclass(eq=False)
class TimeStampAuthorityUnknown(TimeStampFailed):
    """The time-stamping authority does not end in a trusted root, so the levels above B-T cannot be made."""

    code: ClassVar[str] = "TIME_STAMP_AUTHORITY_UNKNOWN"
    stops_batch: ClassVar[bool] = True
    common_name: str = ""


@dataclass(eq=False)
class LevelFailed(SigningError):
    """The level asked for cannot be made; nothing was written."""

    code: ClassVar[str] = "LEVEL_FAILED"
    level: str = ""


@dataclass(eq=False)
class CertificateRefused(LevelFailed):
    """The certificate's check before signing found a reason not to sign."""

    code: ClassVar[str] = "CERTIFICATE_REFUSED"
    stops_batch: ClassVar[bool] = True
    findings: tuple[str, ...] = ()
    """Codes of certificate.Finding and Proofs.findings, the gravest first."""


@dataclass(eq=False)
class ValidationDataMissing(LevelFailed):
    """What must be embedded for this level could not be had for one certificate of the chain."""

    code: ClassVar[str] = "VALIDATION_DATA_MISSING"
    retry: ClassVar[bool] = True
    common_name: str = ""
    reason: str = ""
    """no_chain: no path to a trusted root; no_status: neither list nor answer; signer_revoked"""


@dataclass(eq=False)
class LevelNotReached(LevelFailed):
    """Judged again, the finished file is not of this level."""

    code: ClassVar[str] = "LEVEL_NOT_REACHED"
    reasons: tuple[str, ...] = ()
    """Codes of validation."""


@dataclass(eq=False)
class LevelReached(LevelFailed):
    """The file is of this level or a higher one already."""

    code: ClassVar[str] = "LEVEL_REACHED"
    present: str = ""


@dataclass(eq=False)
class NothingToExtend(LevelFailed):
    """The file holds no signature."""

    code: ClassVar[str] = "NOTHING_TO_EXTEND"


@dataclass(eq=False)
class NotBaseline(LevelFailed):
    """A signature of an older form, for which the baseline levels do not exist."""

    code: ClassVar[str] = "NOT_BASELINE"
    field: str = ""


@dataclass(eq=False)
class LevelForPdfOnly(LevelFailed):
    """This kind of file is not signed at this level here."""

    code: ClassVar[str] = "LEVEL_FOR_PDF_ONLY"
    kind: str = ""
