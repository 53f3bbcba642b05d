"""Keys in PKCS#12 files (.p12, .pfx).

Hides which passphrase form the maker used, which of several keys `cryptography` leaves out (see safes.py), and the BER
of older programs. A key file is a software key, no device in the sense of Circular 15/2025/TT-BKHCN, Appendix I.
"""

from __future__ import annotations

import unicodedata
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from signing.certificate import Certificate, chain_order, parse
from signing.errors import (
    CertificateUnreadable,
    DigestRefused,
    NoPrivateKey,
    Pkcs12Unreadable,
    SchemeNotOffered,
    SigningError,
    UnsupportedKey,
    WrongPassphraseOrDamaged,
)
from signing.key import Digest
from signing.safes import Safes

_HASHES: dict[str, type[hashes.SHA256] | type[hashes.SHA384] | type[hashes.SHA512]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}


@dataclass(frozen=True)
class FileKey:
    """A private key from a file, held in memory for as long as this object lives."""

    certificate: Certificate
    chain: tuple[bytes, ...] = field(repr=False)
    name: str | None
    """The friendly name given by the file's maker."""
    _private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = field(repr=False)
    kind: Literal["file"] = "file"

    def sign(self, data: bytes, digest: Digest = "sha256") -> bytes:
        """Sign by PKCS#1 v1.5 or ECDSA; see SigningKey."""
        algorithm = _HASHES.get(digest)
        if algorithm is None:
            raise DigestRefused(digest)
        if isinstance(self._private, rsa.RSAPrivateKey):
            return self._private.sign(data, padding.PKCS1v15(), algorithm())
        return self._private.sign(data, ec.ECDSA(algorithm()))

    def sign_pss(self, data: bytes, digest: Digest = "sha256") -> bytes:
        """Sign by RSASSA-PSS; see PssKey. Raise SchemeNotOffered for a curve."""
        if not isinstance(self._private, rsa.RSAPrivateKey):
            raise SchemeNotOffered(self.certificate.key_type, self.kind)
        algorithm = _HASHES.get(digest)
        if algorithm is None:
            raise DigestRefused(digest)
        made = algorithm()
        return self._private.sign(data, padding.PSS(padding.MGF1(made), made.digest_size), made)

    def __reduce__(self) -> str:
        raise TypeError("a private key never leaves its process")


def load(data: bytes, passphrase: str) -> list[FileKey]:
    """Open a key file and return every key in it that can sign, each with its certificate.

    The passphrase is tried as typed, composed (NFC) and decomposed (NFD): PKCS#12 fixes the bytes, not the letters, so
    a Vietnamese passphrase made on another system may differ invisibly. Keys that no receiver could check (Ed25519) or
    that have no certificate are left out; where none remains, the reason is raised.
    Raises Pkcs12Unreadable, NoPrivateKey, UnsupportedKey, WrongPassphraseOrDamaged.
    """
    safes = Safes.read(data)
    opened, password, boxes = _open(safes, data, passphrase)
    certificates = [opened.cert, *opened.additional_certs] if opened.cert else list(opened.additional_certs)
    privates: list[tuple[Any, bytes | None]] = (
        [(opened.key, opened.cert.friendly_name if opened.cert else None)] if opened.key else []
    )
    privates += [(key, None) for key in _further(boxes, password)]
    if not privates:
        raise NoPrivateKey(certificates=len(certificates))
    ders = [one.certificate.public_bytes(serialization.Encoding.DER) for one in certificates]
    by_public: dict[bytes, tuple[pkcs12.PKCS12Certificate, bytes]] = {}
    for one, der in zip(certificates, ders, strict=True):
        try:
            by_public.setdefault(_public(one.certificate.public_key()), (one, der))
        except (ValueError, UnsupportedAlgorithm):  # another's key of an odd kind, above ours or beside it
            continue
    keys: dict[bytes, FileKey] = {}
    refused: SigningError = NoPrivateKey(certificates=len(certificates))
    for private, name in privates:
        public = _public(private.public_key())
        if public in keys:
            continue
        if not isinstance(private, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            refused = UnsupportedKey(type(private).__name__.lstrip("_").removesuffix("PrivateKey"))
            continue
        if public not in by_public:
            continue
        one, der = by_public[public]
        try:
            certificate = parse(der)
        except CertificateUnreadable as error:
            raise Pkcs12Unreadable("certificate") from error
        label = name or one.friendly_name
        keys[public] = FileKey(
            certificate,
            chain_order(der, ders),
            label.decode("utf-8", "replace") if label else None,
            private,
        )
    if not keys:
        raise refused
    return list(keys.values())


def _open(
    safes: Safes, data: bytes, passphrase: str
) -> tuple[pkcs12.PKCS12KeyAndCertificates, bytes | None, list[bytes]]:
    """Find the form of the passphrase that opens the file; return it with all keys' boxes."""
    forms: Sequence[str] = list(
        dict.fromkeys((passphrase, unicodedata.normalize("NFC", passphrase), unicodedata.normalize("NFD", passphrase)))
    )
    try:
        passwords: list[bytes | None] = [form.encode() for form in forms] if passphrase else [b"", None]
    except UnicodeEncodeError:  # half of a surrogate pair: no file was made with that
        raise WrongPassphraseOrDamaged from None
    failure: Exception | None = None
    for password in passwords:
        # What lies in encrypted safes may ask for too much as well: it is looked at before OpenSSL works on it.
        boxes = safes.keys(password or b"")
        try:
            with warnings.catch_warnings():
                # NSS writes BER; cryptography reads it and warns that it may stop to.
                warnings.simplefilter("ignore", UserWarning)
                return pkcs12.load_pkcs12(data, password), password, boxes
        except ValueError as error:
            failure = error
        except Exception as error:  # UnsupportedAlgorithm and the like: another passphrase would not help
            raise Pkcs12Unreadable("algorithm") from error
    for password in passwords:
        vouched = safes.vouched_for(password or b"")
        if vouched:
            raise Pkcs12Unreadable("contents") from failure  # the passphrase is right, the bytes are the maker's
        if safes.opened_by(password or b""):
            raise Pkcs12Unreadable("damaged" if vouched is False else "contents") from failure
    raise WrongPassphraseOrDamaged from failure


def _further(boxes: Sequence[bytes], password: bytes | None) -> Iterator[object]:
    """Decrypt the keys that `cryptography` leaves out: it returns the first one only."""
    for box in boxes:
        for given in (password or b"", None):  # a key may lie there without encryption of its own
            try:
                yield serialization.load_der_private_key(box, given)
                break
            except (ValueError, TypeError, UnsupportedAlgorithm):  # the first key opened; this one is of no use
                continue


def _public(key: object) -> bytes:
    return key.public_bytes(  # type: ignore[attr-defined,no-any-return]  # every public key of the union has it
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
