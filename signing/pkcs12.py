"""Keys in PKCS#12 files (.p12, .pfx).

Hides which passphrase form the maker used, which of several keys `cryptography` leaves out, and the BER of older
programs. A key file is a software key: it is not a device in the sense of Circular 15/2025/TT-BKHCN, Appendix I.
"""

from __future__ import annotations

import unicodedata
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from asn1crypto import cms
from asn1crypto import pkcs12 as asn1
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

LIMIT = 1024 * 1024
"""Key files are a few kilobytes; larger ones are refused unread."""

ITERATIONS = 5_000_000
"""OpenSSL writes 2,048, Windows 2,000, strict makers 600,000. More than this is meant to stall the reader."""

MOST_KEYS = 32

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
    a Vietnamese passphrase made on another system may differ invisibly. Raises Pkcs12Unreadable, NoPrivateKey,
    UnsupportedKey, WrongPassphraseOrDamaged.
    """
    _inspect(data)
    opened, password = _open(data, passphrase)
    certificates = [opened.cert, *opened.additional_certs] if opened.cert else list(opened.additional_certs)
    privates: list[tuple[Any, bytes | None]] = (
        [(opened.key, opened.cert.friendly_name if opened.cert else None)] if opened.key else []
    )
    privates += [(key, None) for key in _further(data, password)]
    if not privates:
        raise NoPrivateKey(certificates=len(certificates))
    ders = [one.certificate.public_bytes(serialization.Encoding.DER) for one in certificates]
    by_public = {_public(one.certificate.public_key()): (one, der) for one, der in zip(certificates, ders, strict=True)}
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


def _inspect(data: bytes) -> None:
    """Refuse what is no PKCS#12 or would take unreasonable time, before any key derivation is run."""
    if len(data) > LIMIT:
        raise Pkcs12Unreadable("size")
    try:
        container = asn1.Pfx.load(data)
        costs = [container["mac_data"]["iterations"].native or 1] if container["mac_data"].native else []
        for info in container.authenticated_safe:
            if info["content_type"].native == "encrypted_data":
                costs.append(_cost(info["content"]["encrypted_content_info"]["content_encryption_algorithm"]))
            elif info["content_type"].native == "data":
                costs += [_cost(bag["bag_value"]["encryption_algorithm"]) for bag in _shrouded(info)]
    except SigningError:
        raise
    except Exception as error:  # asn1crypto raises whatever a hostile structure makes it stumble on
        raise Pkcs12Unreadable("format") from error
    if sum(costs) > ITERATIONS:
        raise Pkcs12Unreadable("cost")


def _cost(algorithm: object) -> int:
    try:
        return int(algorithm.kdf_iterations)  # type: ignore[attr-defined]  # asn1crypto has no types
    except ValueError:  # an algorithm without iterations
        return 1


def _shrouded(info: cms.ContentInfo) -> Iterator[asn1.SafeBag]:
    content = info["content"].native
    for number, bag in enumerate(asn1.SafeContents.load(content)):
        if number > 256:
            raise Pkcs12Unreadable("size")
        if bag["bag_id"].native == "pkcs8_shrouded_key_bag":
            yield bag


def _open(data: bytes, passphrase: str) -> tuple[pkcs12.PKCS12KeyAndCertificates, bytes | None]:
    forms: Sequence[str] = list(
        dict.fromkeys((passphrase, unicodedata.normalize("NFC", passphrase), unicodedata.normalize("NFD", passphrase)))
    )
    passwords: list[bytes | None] = [form.encode() for form in forms] if passphrase else [b"", None]
    failure: Exception | None = None
    for password in passwords:
        try:
            with warnings.catch_warnings():
                # NSS writes BER; cryptography reads it and warns that it may stop to.
                warnings.simplefilter("ignore", UserWarning)
                return pkcs12.load_pkcs12(data, password), password
        except ValueError as error:
            failure = error
        except Exception as error:  # UnsupportedAlgorithm and the like: another passphrase would not help
            raise Pkcs12Unreadable("algorithm") from error
    raise WrongPassphraseOrDamaged from failure


def _further(data: bytes, password: bytes | None) -> Iterator[object]:
    """Decrypt the keys that `cryptography` leaves out: it returns the first one only.

    Keys stand as PKCS#8 EncryptedPrivateKeyInfo in the unencrypted part of the file, where all known makers put them.
    """
    count = 0
    for info in asn1.Pfx.load(data).authenticated_safe:
        if info["content_type"].native != "data":
            continue
        for bag in _shrouded(info):
            count += 1
            if count > MOST_KEYS:
                return
            try:
                yield serialization.load_der_private_key(bag["bag_value"].untag().dump(force=True), password or b"")
            except (ValueError, TypeError, UnsupportedAlgorithm):  # the first key opened; this one is of no use
                continue


def _public(key: object) -> bytes:
    return key.public_bytes(  # type: ignore[attr-defined,no-any-return]  # every public key of the union has it
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
