"""The one face of every signing key: file, token or remote service.

What signs documents knows no passphrase, PIN or device: it has a certificate, the certificates above it, and `sign`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol, get_args, runtime_checkable

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from signing.certificate import Certificate
from signing.errors import DigestRefused, KeyTooWeak, SigningError, UnsupportedKey

Digest = Literal["sha256", "sha384", "sha512"]

CURVE_BYTES = {"P-256": 32, "P-384": 48, "P-521": 66}


class Certified(Protocol):
    """All that a document needs of a key but its signature."""

    @property
    def certificate(self) -> Certificate:
        """The signer's certificate."""

    @property
    def chain(self) -> Sequence[bytes]:
        """Certificates above it as DER, nearest first, without a promise that it is complete."""


@runtime_checkable
class SigningKey(Certified, Protocol):
    """A private key that signs, wherever it is kept."""

    @property
    def kind(self) -> Literal["file", "token", "remote"]:
        """Where the key is kept; only `token` and `remote` are devices in the sense of Circular 15/2025."""

    def sign(self, data: bytes, digest: Digest = "sha256") -> bytes:
        """Hash `data` and sign it.

        RSA gives an RSASSA-PKCS1-v1_5 signature, a curve gives a DER SEQUENCE of r and s.
        """


@runtime_checkable
class SeveralKey(SigningKey, Protocol):
    """A key that is asked for several signatures at once, where each question costs something."""

    def sign_several(self, data: Sequence[bytes], digest: Digest = "sha256") -> tuple[list[bytes], SigningError | None]:
        """Sign one after the other; return the values, and what ended it where there are fewer than asked for."""


def sign_several(key: SigningKey, data: Sequence[bytes], digest: Digest) -> tuple[list[bytes], SigningError | None]:
    """Sign several with any key; return the values, and what ended it where there are fewer than asked for."""
    try:
        if isinstance(key, SeveralKey):
            return key.sign_several(data, digest)
        values: list[bytes] = []
        for one in data:
            try:
                values.append(key.sign(one, digest))
            except SigningError as error:
                return values, error
        return values, None
    except SigningError as error:
        return [], error


@runtime_checkable
class PssKey(SigningKey, Protocol):
    """A key that can sign by RSASSA-PSS too; most tokens in the field cannot."""

    def sign_pss(self, data: bytes, digest: Digest = "sha256") -> bytes:
        """Hash `data` and sign it by RSASSA-PSS: MGF1 with the same digest, the salt as long as the digest."""


def digest_for(key: Certified) -> Digest:
    """Return the digest that goes with the key: SHA-384 for P-384, SHA-512 for P-521, else SHA-256."""
    kind = key.certificate.key_type
    if kind == "P-384":
        return "sha384"
    return "sha512" if kind == "P-521" else "sha256"


def require_usable(key: Certified, digest: str) -> None:
    """Refuse keys and digests whose signatures no receiver should accept.

    Raise KeyTooWeak below RSA 2048 / EC 256, UnsupportedKey for Ed25519 and the like (pdfsig, mutool and openssl's
    CMS cannot check it, so an agency could not either), DigestRefused for SHA-1.
    """
    kind = key.certificate.key_type
    if kind.startswith("RSA-"):
        if int(kind[4:]) < 2048:
            raise KeyTooWeak(kind)
    elif kind in ("P-192", "P-224"):
        raise KeyTooWeak(kind)
    elif kind not in CURVE_BYTES:
        raise UnsupportedKey(kind)
    if digest not in get_args(Digest):
        raise DigestRefused(digest)


def raw_ecdsa(signature: bytes, key_type: str) -> bytes:
    """Turn a DER ECDSA signature into r‖s of fixed length, as XMLDSig and JWS want it."""
    r, s = decode_dss_signature(signature)
    size = CURVE_BYTES[key_type]
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def der_ecdsa(raw: bytes) -> bytes:
    """Turn r‖s into a DER ECDSA signature."""
    half = len(raw) // 2
    return encode_dss_signature(int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big"))
