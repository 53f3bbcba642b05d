"""Signed JSON (RFC 7515, compact): manifests signed by a certificate's key, receipts by a portal's key.

Hides joserfc and the forms of ECDSA signatures. Only RS256/384/512 and ES256/384/512 exist here: `none` and shared
secrets do not, whatever a token's header says; headers that ask for behaviour (`crit`, `jku`, `x5u`, `jwk`, `b64`)
are refused.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from signing.certificate import Certificate, chain_to_anchor, parse
from signing.errors import CertificateUnreadable, JwsInvalid, SignatureNotReread
from signing.key import SigningKey, digest_for, raw_ecdsa, require_usable

if TYPE_CHECKING:
    from signing.trust import Trust

LIMIT = 4 * 1024 * 1024
"""Largest payload and token in bytes; a manifest of 1,000 files is 300 KB."""

_HEADER_LIMIT = 64 * 1024
_CHAIN_LIMIT = 8
ALGORITHMS = ("RS256", "RS384", "RS512", "ES256", "ES384", "ES512")
_CURVE_ALGORITHMS = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}
_HEADERS = frozenset({"alg", "typ", "cty", "kid", "x5c", "x5t#S256", "iat", "sigT"})


@dataclass(frozen=True)
class JwsFacts:
    """What a token says and who signed it; the signature value has been verified."""

    payload: bytes = field(repr=False)
    certificate: Certificate
    chain: tuple[bytes, ...] = field(repr=False)
    algorithm: str
    typ: str
    trusted: bool | None
    """Whether the certificate leads to a trusted root now; None where no trust was given."""


def sign(payload: bytes, key: SigningKey, *, typ: str) -> str:
    """Sign a payload and return the compact form, with the certificate and its chain in `x5c`.

    Raise JwsInvalid('size') beyond LIMIT, KeyTooWeak, UnsupportedKey.
    """
    if len(payload) > LIMIT:
        raise JwsInvalid("size")
    digest = digest_for(key)
    require_usable(key, digest)
    kind = key.certificate.key_type
    algorithm = _CURVE_ALGORITHMS.get(kind, "RS256")
    header = {
        "alg": algorithm,
        "typ": typ,
        "x5c": [base64.b64encode(der).decode("ascii") for der in (key.certificate.der, *key.chain)][:_CHAIN_LIMIT],
    }
    head = _encode(json.dumps(header, separators=(",", ":"), ensure_ascii=True).encode("ascii"))
    text = f"{head}.{_encode(payload)}"
    signature = key.sign(text.encode("ascii"), digest)
    if kind in _CURVE_ALGORITHMS:
        signature = raw_ecdsa(signature, kind)
    token = f"{text}.{_encode(signature)}"
    try:
        verify(token, typ=typ)  # nothing is called signed that was not read again
    except JwsInvalid as error:
        raise SignatureNotReread("signature") from error
    return token


def verify(token: str, *, typ: str | Sequence[str] | None = None) -> JwsFacts:
    """Verify a token by the certificate in its own `x5c`; says nothing of trust.

    Raise JwsInvalid with the reason size, format, type, algorithm, certificate or signature.
    """
    header = _header(token, typ)
    chain = _certificates(header)
    try:
        certificate = parse(chain[0])
        public = x509.load_der_x509_certificate(chain[0]).public_key()
    except (CertificateUnreadable, ValueError) as error:
        raise JwsInvalid("certificate") from error
    key: RSAKey | ECKey
    if isinstance(public, rsa.RSAPublicKey):
        if public.key_size < 2048:
            raise JwsInvalid("certificate")
        key = RSAKey.import_key(public)
    elif isinstance(public, ec.EllipticCurvePublicKey):
        key = ECKey.import_key(public)
    else:
        raise JwsInvalid("certificate")
    payload = _verified(token, key, header["alg"])
    return JwsFacts(payload, certificate, chain[1:], header["alg"], str(header.get("typ", "")), None)


def verify_with_certificate(
    token: str, trust: Trust, *, typ: str | Sequence[str] | None = None, at: datetime | None = None
) -> JwsFacts:
    """Verify a token and follow its certificate to a trusted root at a time (default now).

    An untrusted signer is a fact (`trusted` False), not an error; the caller decides. Raise JwsInvalid.
    """
    facts = verify(token, typ=typ)
    moment = at or datetime.now().astimezone()
    path = chain_to_anchor(facts.certificate.der, (*facts.chain, *trust.intermediates), trust.anchors, moment)
    within = facts.certificate.valid_from <= moment <= facts.certificate.valid_to
    return JwsFacts(
        facts.payload, facts.certificate, facts.chain, facts.algorithm, facts.typ, path is not None and within
    )


def verify_with_jwk(token: str, jwk: Mapping[str, Any], typ: str | Sequence[str]) -> bytes:
    """Verify a token by a known public key and return its payload.

    The key decides which algorithms may be used, never the token. Raise JwsInvalid.
    """
    header = _header(token, typ)
    kind = jwk.get("kty")
    if any(name in jwk for name in ("d", "k", "p", "q")):
        raise JwsInvalid("key")  # a secret has no place in a published list of keys
    if "kid" in jwk and "kid" in header and header["kid"] != jwk["kid"]:
        raise JwsInvalid("key")
    if "alg" in jwk and jwk["alg"] != header["alg"]:
        raise JwsInvalid("algorithm")
    try:
        key: RSAKey | ECKey
        if kind == "RSA":
            key = RSAKey.import_key(dict(jwk))
        elif kind == "EC":
            key = ECKey.import_key(dict(jwk))
        else:
            raise JwsInvalid("key")
        public = key.public_key
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise JwsInvalid("key") from error
    if isinstance(public, rsa.RSAPublicKey) and public.key_size < 2048:
        raise JwsInvalid("key")
    return _verified(token, key, header["alg"])


def header_of(token: str) -> dict[str, Any]:
    """Read a token's header without believing it: to choose the key by `kid`."""
    return _header(token, None)


def _header(token: str, typ: str | Sequence[str] | None) -> dict[str, Any]:
    if not isinstance(token, str) or len(token) > LIMIT * 4 // 3 + 2 * _HEADER_LIMIT:
        raise JwsInvalid("size")
    parts = token.split(".")
    if len(parts) != 3 or not token.isascii() or not all(parts):
        raise JwsInvalid("format")
    if len(parts[0]) > _HEADER_LIMIT:
        raise JwsInvalid("size")
    try:
        header = json.loads(_decode(parts[0]), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise JwsInvalid("format") from error
    if not isinstance(header, dict) or set(header) - _HEADERS:
        raise JwsInvalid("format")
    if header.get("alg") not in ALGORITHMS:
        raise JwsInvalid("algorithm")
    wanted = (typ,) if isinstance(typ, str) else typ
    if wanted is not None and header.get("typ") not in wanted:
        raise JwsInvalid("type")
    return header


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name twice in one object")
    return found


def _certificates(header: Mapping[str, Any]) -> tuple[bytes, ...]:
    listed = header.get("x5c")
    if not isinstance(listed, list) or not 0 < len(listed) <= _CHAIN_LIMIT:
        raise JwsInvalid("certificate")
    try:
        return tuple(base64.b64decode(one, validate=True) for one in listed)
    except (TypeError, ValueError) as error:
        raise JwsInvalid("certificate") from error


def _verified(token: str, key: RSAKey | ECKey, algorithm: str) -> bytes:
    expected = _CURVE_ALGORITHMS.get(str(key.curve_name)) if isinstance(key, ECKey) else None
    if (expected is None) != algorithm.startswith("RS") or (expected not in (None, algorithm)):
        raise JwsInvalid("algorithm")
    registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    registry.max_header_length = _HEADER_LIMIT
    registry.max_payload_length = LIMIT * 4 // 3 + 4
    try:
        found = jws.deserialize_compact(token, key, algorithms=[algorithm], registry=registry)
    except (JoseError, ValueError, TypeError) as error:
        raise JwsInvalid("signature") from error
    return bytes(found.payload)


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError from error
