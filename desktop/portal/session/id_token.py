"""Check an id_token (OpenID Connect Core 1.0, 3.1.3.7 and 12.2).

Only asymmetric algorithms, only keys of the provider's own key set, whatever the token's head says; then issuer,
audience, times, nonce, and that the access token beside it is the one it was made with.
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from desktop.portal.errors import LoginUntrusted

ALGORITHMS = ("ES256", "RS256", "PS256", "ES384", "RS384", "PS384", "ES512", "RS512", "PS512")
LEEWAY = 300
"""Seconds that a clock may be wrong."""
_LONGEST = 32_768
_KINDS = {"E": "EC", "R": "RSA", "P": "RSA"}


@dataclass(frozen=True)
class Identified:
    """Who the provider says it is."""

    subject: str
    name: str


def check_id_token(
    token: str,
    jwks: Mapping[str, Any],
    *,
    host: str,
    issuer: str,
    client_id: str,
    algorithms: Sequence[str],
    nonce: str | None,
    access_token: str,
    now: datetime,
) -> Identified:
    """Return whom a token names; raise LoginUntrusted. Without a `nonce` it is one that came with a renewal."""
    from joserfc import jwt
    from joserfc.errors import JoseError

    def untrusted(why: str) -> LoginUntrusted:
        return LoginUntrusted(host, why)

    head = _head(token)
    if head is None:
        raise untrusted("shape")
    algorithm = head.get("alg")
    # The provider's own list decides, never the token: no "none", and no HMAC by a key that everybody knows.
    if not isinstance(algorithm, str) or algorithm not in algorithms:
        raise untrusted("algorithm")
    # A key that comes with the token, or that the token says where to fetch, proves nothing.
    if any(name in head for name in ("jku", "jwk", "x5u", "crit", "b64")):
        raise untrusted("key")
    key = _key(jwks, head.get("kid"), algorithm)
    if key is None:
        raise untrusted("key")
    try:
        claims = jwt.decode(token, key, algorithms=[algorithm]).claims
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise untrusted("signature") from error
    if claims.get("iss") != issuer:
        raise untrusted("issuer")
    # One audience and it is us: a token that was also made for others could be replayed by them.
    if claims.get("aud") not in (client_id, [client_id]) or claims.get("azp", client_id) != client_id:
        raise untrusted("audience")
    seconds = now.timestamp()
    until, since = _moment(claims, "exp"), _moment(claims, "iat")
    begins = _moment(claims, "nbf") if "nbf" in claims else since
    if until is None or since is None or begins is None:
        raise untrusted("shape")
    if seconds >= until + LEEWAY:
        raise untrusted("expired")
    if max(since, begins) > seconds + LEEWAY:
        raise untrusted("early")
    told = claims.get("nonce")
    if nonce is not None and not (isinstance(told, str) and secrets.compare_digest(told.encode(), nonce.encode())):
        raise untrusted("nonce")
    if "at_hash" in claims and claims["at_hash"] != _half_hash(access_token, algorithm):
        raise untrusted("token")
    subject, name = claims.get("sub"), claims.get("name")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255 or not subject.isprintable():
        raise untrusted("shape")
    if not isinstance(name, str) or not name.isprintable() or len(name) > 300:
        name = subject
    return Identified(subject, name)


def _head(token: str) -> dict[str, Any] | None:
    """Return the head of a compact JWS of bearable size."""
    if len(token) > _LONGEST or not token.isascii() or token.count(".") != 2:
        return None
    part = token.partition(".")[0]
    try:
        head = json.loads(base64.b64decode(part + "=" * (-len(part) % 4), b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        return None
    return head if isinstance(head, dict) else None


def _key(jwks: Mapping[str, Any], kid: object, algorithm: str) -> Any:
    """Return the one key of the provider's set that the token can have been signed with, or None."""
    from joserfc.errors import JoseError
    from joserfc.jwk import ECKey, RSAKey

    listed = jwks.get("keys")
    kind = _KINDS[algorithm[0]]
    fitting = [
        one
        for one in (listed[:50] if isinstance(listed, list) else [])
        if isinstance(one, dict)
        and one.get("kty") == kind
        and one.get("use", "sig") == "sig"
        and one.get("alg", algorithm) == algorithm
        and (kid is None or one.get("kid") == kid)
    ]
    if len(fitting) != 1:
        return None
    # The public numbers alone: a set that publishes a private key is a mistake that must not help anybody.
    public = {name: fitting[0][name] for name in ("kty", "crv", "x", "y", "n", "e") if name in fitting[0]}
    try:
        found = (ECKey if kind == "EC" else RSAKey).import_key(public)
        if kind == "RSA" and found.raw_value.key_size < 2048:
            return None
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return found


def _half_hash(access_token: str, algorithm: str) -> str:
    from authlib.oidc.core.util import create_half_hash

    made: bytes | None = create_half_hash(access_token, algorithm)
    return made.decode("ascii") if made else ""


def _moment(claims: Mapping[str, Any], name: str) -> float | None:
    value = claims.get(name)
    fits = isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < 2**40
    return float(value) if fits and value is not None else None
