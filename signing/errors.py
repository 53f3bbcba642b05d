"""What can go wrong with signing.

SigningError
├── CertificateUnreadable       bytes that are no X.509 certificate
├── Pkcs12Unreadable            a key file that is no PKCS#12, or asks for too much work
│   └── NoPrivateKey            certificates only
├── WrongPassphraseOrDamaged    the two cannot be told apart: the file's own check covers both
├── UnsupportedKey              Ed25519, DSA, odd curves: receivers cannot check them
├── KeyTooWeak                  RSA below 2048 bits, curves below 256
├── DigestRefused               SHA-1 and everything unknown
├── PdfUnsignable               a file that cannot take a signature
│   ├── PdfUnreadable, PdfEncrypted, PdfTooManySignatures
│   ├── FieldTaken, FieldMissing, PlaceOutsidePage
│   ├── SigningForbidden        an earlier certification allows no further signature
│   └── EarlierSignatureBroken  the step is undone, nothing is written
├── StampUnfit                  a text that fits its box in no readable size, a font without the letters
│   ├── StampTooSmall, StampLacksLetters, StampFontUnreadable
├── XmlUnsignable               DTD, no such element, twice the same id, already signed, too large
├── XmlSignatureInvalid
├── JwsInvalid
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
    """format, size, cost (an iteration count made to stall the reader)"""


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


# XML, JWS


@dataclass(eq=False)
class XmlUnsignable(SigningError):
    """This XML cannot take a signature."""

    code: ClassVar[str] = "XML_UNSIGNABLE"
    reason: str = ""
    """unreadable, dtd, size, depth, no_element, duplicate_id, no_place, signed_already"""


@dataclass(eq=False)
class XmlSignatureInvalid(SigningError):
    """The XML signature does not hold, or is not of a shape that can be relied on."""

    code: ClassVar[str] = "XML_SIGNATURE_INVALID"
    reason: str = ""
    """unreadable, dtd, size, unsigned, duplicate_id, structure, algorithm, digest, signature, certificate"""


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
