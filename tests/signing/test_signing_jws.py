"""Signed JSON: manifests and receipts."""

from __future__ import annotations

import base64
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jws as joserfc_jws
from joserfc.jwk import ECKey, RSAKey

from signing import errors, jws

NOW = datetime(2026, 7, 15, 9, 30, tzinfo=UTC)

TYP = "hoso-manifest+jws"


def _part(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _unpart(text: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(text + "=="))


@pytest.mark.parametrize(("kind", "algorithm"), [("rsa", "RS256"), ("p256", "ES256"), ("p384", "ES384")])
def test_what_is_signed_verifies_and_says_who(kind: str, algorithm: str, file_key: Any) -> None:
    key = file_key(kind)
    payload = '{"hồ_sơ":"Ánh Dương"}'.encode() * 5000
    token = jws.sign(payload, key, typ=TYP)
    facts = jws.verify(token, typ=TYP)
    assert (facts.payload, facts.algorithm, facts.typ) == (payload, algorithm, TYP)
    assert facts.certificate == key.certificate
    assert facts.chain == key.chain
    header = _unpart(token.split(".")[0])
    assert header["x5c"][0] == base64.b64encode(key.certificate.der).decode()


@pytest.mark.parametrize("kind", ["rsa", "p256"])
def test_flipped_bits_and_other_types_are_refused(kind: str, file_key: Any) -> None:
    token = jws.sign(b'{"a": 1}', file_key(kind), typ=TYP)
    head, body, signature = token.split(".")
    swapped = ("A" if body[5] != "A" else "B").join((body[:5], body[6:]))
    with pytest.raises(errors.JwsInvalid, match="signature"):
        jws.verify(f"{head}.{swapped}.{signature}")
    with pytest.raises(errors.JwsInvalid, match="type"):
        jws.verify(token, typ="hoso-receipt+jws")
    for bad in ("", "a.b", f"{token}.x", f"{head}..{signature}", f"{head}.{body}.", "é.a.b", f" {token}"):
        with pytest.raises(errors.JwsInvalid):
            jws.verify(bad)


@pytest.mark.parametrize(
    "change",
    [
        {"alg": "none"},
        {"alg": "HS256"},
        {"alg": "PS256"},
        {"crit": ["b64"], "b64": False},
        {"jku": "https://example.org/"},
        {"jwk": {}},
        {"x5c": []},
        {"x5c": ["AAAA"]},
        {"x5c": "AAAA"},
        {"alg": "RS256"},
    ],
)
def test_headers_that_ask_for_something_are_refused(change: dict[str, Any], file_key: Any) -> None:
    head, body, signature = jws.sign(b"{}", file_key("p256"), typ=TYP).split(".")
    with pytest.raises(errors.JwsInvalid):
        jws.verify(f"{_part({**_unpart(head), **change})}.{body}.{signature}")
    doubled = base64.urlsafe_b64decode(head + "==")[:-1] + b',"alg":"ES256"}'
    with pytest.raises(errors.JwsInvalid, match="format"):
        jws.verify(f"{_part(doubled)}.{body}.{signature}")


def test_sizes_are_bounded(file_key: Any) -> None:
    with pytest.raises(errors.JwsInvalid, match="size"):
        jws.sign(bytes(jws.LIMIT + 1), file_key("p256"), typ=TYP)
    with pytest.raises(errors.JwsInvalid, match="size"):
        jws.verify("a" * (jws.LIMIT * 2) + ".b.c")


def _receipt(key: ECKey, header: dict[str, Any] | None = None) -> str:
    head = {"alg": "ES256", "typ": "hoso-receipt+jws", **(header or {})}
    return joserfc_jws.serialize_compact(head, b'{"code": "1"}', key, algorithms=["ES256"])


def test_receipts_verify_by_the_published_key_only() -> None:
    key = ECKey.import_key(ec.generate_private_key(ec.SECP256R1()))
    published = {**key.as_dict(private=False), "kid": "k1"}
    token = _receipt(key, {"kid": "k1"})
    assert jws.verify_with_jwk(token, published, "hoso-receipt+jws") == b'{"code": "1"}'
    other = ECKey.import_key(ec.generate_private_key(ec.SECP256R1())).as_dict(private=False)
    cases: list[tuple[dict[str, Any], str]] = [
        (other, "signature"),
        ({**published, "kid": "k2"}, "key"),
        ({**published, "d": "AAAA"}, "key"),
        ({"kty": "oct", "k": "AAAA"}, "key"),
        ({"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}, "key"),
        ({"kty": "EC"}, "key"),
        ({}, "key"),
        ({**published, "alg": "ES384"}, "algorithm"),
    ]
    for jwk, reason in cases:
        with pytest.raises(errors.JwsInvalid, match=reason):
            jws.verify_with_jwk(token, jwk, "hoso-receipt+jws")
    with pytest.raises(errors.JwsInvalid, match="type"):
        jws.verify_with_jwk(token, published, TYP)


def test_the_public_key_is_no_shared_secret() -> None:
    """Algorithm confusion: a token signed by HMAC with the bytes of the public key."""
    key = RSAKey.generate_key(2048)
    text = f"{_part({'alg': 'HS256', 'typ': TYP})}.{_part(b'{}')}"
    mac = hmac.new(key.as_pem(private=False), text.encode(), "sha256").digest()
    token = f"{text}.{_part(mac)}"
    with pytest.raises(errors.JwsInvalid, match="algorithm"):
        jws.verify_with_jwk(token, key.as_dict(private=False), TYP)


def test_trust_is_a_fact(file_key: Any, throwaway: Any) -> None:
    from dataclasses import dataclass

    @dataclass
    class Trusting:
        anchors: tuple[bytes, ...]
        intermediates: tuple[bytes, ...] = ()

    token = jws.sign(b"{}", file_key("p256"), typ=TYP)
    assert jws.verify_with_certificate(token, Trusting((throwaway.root.der,)), at=NOW).trusted is True  # type: ignore[arg-type]
    assert jws.verify_with_certificate(token, Trusting(()), at=NOW).trusted is False  # type: ignore[arg-type]
    later = NOW.replace(year=2036)
    assert jws.verify_with_certificate(token, Trusting((throwaway.root.der,)), at=later).trusted is False  # type: ignore[arg-type]
