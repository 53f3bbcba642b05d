"""Signing with the key of one token: one PIN for a whole batch, and never the same PIN twice."""

from __future__ import annotations

import base64
import binascii
import hashlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from signing.certificate import Certificate, verify_value
from signing.errors import CertificateUnreadable, DigestRefused, SchemeNotOffered, UnsupportedKey
from signing.key import CURVE_BYTES, Digest, der_ecdsa
from signing.token.errors import (
    DeviceError,
    KeyNotOnToken,
    PinLength,
    PinLocked,
    PinNeeded,
    TokenError,
    TokenMissing,
    TokenRemoved,
)
from signing.token.module import Held, Module, Token, refusal_of, token_of

AskPin = Callable[[Token], "Pin | None"]
"""Asks a person for the PIN of a token, saying its warning; None when they would rather not. Where the PIN is typed on
the reader it tells them so, and what it returns stands for their consent."""

_HASHES: dict[str, type[hashes.SHA256] | type[hashes.SHA384] | type[hashes.SHA512]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
_EACH = 2.0
"""Seconds more for each further signature at one question."""
# DER of SEQUENCE { SEQUENCE { OID, NULL }, OCTET STRING } up to the value (RFC 8017, 9.2 note 1).
_DIGEST_INFO = {
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "sha384": bytes.fromhex("3041300d060960864801650304020205000430"),
    "sha512": bytes.fromhex("3051300d060960864801650304020305000440"),
}


@dataclass(frozen=True)
class Pin:
    """A PIN as it was typed, and whether the person took the risk of the last try."""

    text: str = field(repr=False)
    final_try: bool = False


class TokenSession:
    """The use of one key on one token, from the first signature of a batch to the last.

    Log in explicitly by `log_in`, or give `ask`: it is called once, at the first signature, so that no PIN is spent on
    what is refused before. After the token was pulled out and put back, signing goes on with the PIN that the token's
    own process holds until `close`; where it holds none any more, PinNeeded is raised and `log_in` begins anew.
    """

    def __init__(self, module: Module, held: Held, *, ask: AskPin | None = None) -> None:
        self.module = module
        self.token = held.token
        self.key = TokenKey(held.certificate, held.chain, self)
        self._held = held
        self._ask = ask
        self._asked = False
        self._lost = False
        self._turn = threading.RLock()

    @property
    def logged_in(self) -> bool:
        """Whether the next signature needs no PIN of a person, as far as can be known without trying."""
        return self.module.used_by is self

    def log_in(self, pin: str | None = None, *, accept_final_try: bool = False) -> None:
        """Send the PIN once; None where it is typed on the reader's own keys.

        The token is looked at again just before: it must hold the wanted certificate and not be locked, and where one
        try is left `accept_final_try` must say that a person knows. Raises TokenError; after any failure the PIN is
        forgotten and not sent again.
        """
        self.module.used_by, self._lost = None, False
        if pin == "" and not self.token.pin_pad:
            raise PinLength(self.token.label)  # never right, and some tokens would count it
        request = {
            "do": "login",
            "serial": self.token.serial,
            "id": self._held.key_id,
            "fingerprint": self._held.certificate.fingerprint,
            "modulus": _modulus(self._held.certificate.der),
            "pin": pin,
            "final": accept_final_try,
        }
        limits = self.module.limits
        try:
            answer = self.module.request(request, limits.pad if self.token.pin_pad else limits.login, self.token)
        finally:
            request["pin"] = None
        self.token = token_of(answer.get("token") if isinstance(answer, dict) else None)
        self.module.used_by = self

    def look_again(self) -> Token:
        """Read the token's flags again, as after a wrong PIN. Raises TokenMissing."""
        for token in self.module.tokens():
            if token.serial == self.token.serial:
                self.token = token
                return token
        raise TokenMissing(self.token.serial)

    def close(self) -> None:
        """Log out and end the token's process: with it the PIN is gone."""
        self.module.close()

    def __enter__(self) -> TokenSession:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def raw(self, mechanism: str, data: bytes) -> bytes:
        """Sign with the token's own mechanism; from several threads, one after the other. Raises TokenError."""
        return self._value(
            self._question({"do": "sign", "mechanism": mechanism, "data": _written(data)}, self.module.limits.sign)
        )

    def raws(self, mechanism: str, data: Sequence[bytes]) -> tuple[list[bytes], TokenError | None]:
        """Sign one after the other at one question; return the values and, where one failed, why it did.

        What follows a failure is not tried. Raises TokenError where the first could not even be asked for.
        """
        answer = self._question(
            {"do": "several", "mechanism": mechanism, "data": [_written(one) for one in data]},
            self.module.limits.sign + _EACH * len(data),
        )
        signed, ended = (answer.get("signed"), answer.get("ended")) if isinstance(answer, dict) else (None, None)
        if not isinstance(signed, list) or len(signed) > len(data) or (len(signed) < len(data)) == (ended is None):
            raise DeviceError(self.token.label, "answer")
        values = [self._value(one) for one in signed]
        if not isinstance(ended, dict):
            return values, None
        error = refusal_of(ended, self.token, self.module.name)
        self._note(error)
        return values, error

    def _question(self, request: dict[str, Any], seconds: float) -> Any:
        """Ask the module in turn. Raises TokenError."""
        # Who waits for a turn must see that the token was pulled out in the turn before: its own question would be
        # answered by "no log-in", which means another thing.
        with self._turn:
            self._make_ready()
            try:
                return self.module.request(request, seconds, self.token)
            except TokenError as error:
                self._note(error)
                raise

    def _note(self, error: TokenError) -> None:
        """Remember what an error says of the log-in."""
        if isinstance(error, TokenRemoved):
            self._lost = True
        elif isinstance(error, PinNeeded):
            self.module.used_by = None

    def _value(self, answer: Any) -> bytes:
        try:
            return base64.b64decode(answer, validate=True)
        except (TypeError, ValueError, binascii.Error) as error:
            raise DeviceError(self.token.label, "answer") from error

    def _make_ready(self) -> None:
        if self.logged_in and not self._lost:
            return
        if self.logged_in:  # pulled out: put back by now?
            try:
                self.module.request(
                    {"do": "resume"},
                    self.module.limits.pad if self.token.pin_pad else self.module.limits.login,
                    self.token,
                )
            except (TokenMissing, TokenRemoved) as error:
                raise TokenRemoved(self.token.label, self.token.serial) from error
            except TokenError:
                self.module.used_by = None
                raise
            self._lost = False
            return
        if self._ask is None or self._asked:
            raise PinNeeded(self.token.label)
        if "locked" in self.look_again().flags:
            raise PinLocked(self.token.label)
        self._asked = True
        pin = self._ask(self.token)
        if pin is None:
            raise PinNeeded(self.token.label)
        self.log_in(None if self.token.pin_pad else pin.text, accept_final_try=pin.final_try)


@dataclass(frozen=True)
class TokenKey:
    """A private key on a token; it has the face of every signing key."""

    certificate: Certificate
    chain: tuple[bytes, ...] = field(repr=False)
    session: TokenSession = field(repr=False, compare=False)
    kind: Literal["token"] = "token"

    def sign(self, data: bytes, digest: Digest = "sha256") -> bytes:
        """Sign by PKCS#1 v1.5 or ECDSA; only the hash leaves for the token.

        The value is verified by the certificate before it is given away: a token may hold two keys under one id.
        Raises DigestRefused, UnsupportedKey, TokenError.
        """
        return self._verified(self.session.raw(*self._input(data, digest)), data, digest)

    def sign_several(self, data: Sequence[bytes], digest: Digest = "sha256") -> tuple[list[bytes], TokenError | None]:
        """Sign one after the other as `sign` does, at one question; return the values, and why it ended before."""
        inputs = [self._input(one, digest) for one in data]
        values, error = self.session.raws(inputs[0][0], [hashed for _, hashed in inputs])
        return [self._verified(value, one, digest) for value, one in zip(values, data, strict=False)], error

    def sign_pss(self, data: bytes, digest: Digest = "sha256") -> bytes:
        """Sign by RSASSA-PSS, where the token has it; see PssKey.

        The value is verified like any other. Raises SchemeNotOffered, DigestRefused, TokenError.
        """
        if not self.certificate.key_type.startswith("RSA-"):
            raise SchemeNotOffered(self.certificate.key_type, self.kind)
        if digest not in _HASHES:
            raise DigestRefused(digest)
        made = _HASHES[digest]()
        try:
            value = self.session.raw(f"pss-{digest}", hashlib.new(digest, data).digest())
        except DeviceError as error:
            if error.reason in ("NoPss", "MechanismInvalid", "MechanismParamInvalid"):
                raise SchemeNotOffered(self.certificate.key_type, self.kind) from error
            raise
        public = x509.load_der_x509_certificate(self.certificate.der).public_key()
        try:
            assert isinstance(public, rsa.RSAPublicKey)
            public.verify(value, data, padding.PSS(padding.MGF1(made), made.digest_size), made)
        except InvalidSignature as error:
            raise KeyNotOnToken(self.session.token.serial, "mismatch") from error
        return value

    def _input(self, data: bytes, digest: Digest) -> tuple[str, bytes]:
        """Return the mechanism and what it signs."""
        if digest not in _HASHES:
            raise DigestRefused(digest)
        hashed = hashlib.new(digest, data).digest()
        kind = self.certificate.key_type
        if kind.startswith("RSA-"):
            return "rsa", _DIGEST_INFO[digest] + hashed
        if kind in CURVE_BYTES:
            return "ecdsa", hashed[: CURVE_BYTES[kind]]
        raise UnsupportedKey(kind)

    def _verified(self, value: bytes, data: bytes, digest: Digest) -> bytes:
        """Return a value in the form that signatures have, verified by the certificate."""
        kind = self.certificate.key_type
        if kind in CURVE_BYTES:
            if len(value) != 2 * CURVE_BYTES[kind]:
                raise DeviceError(self.session.token.label, "answer")
            value = der_ecdsa(value)
        try:
            verify_value(self.certificate.der, value, data, _HASHES[digest]())
        except (InvalidSignature, CertificateUnreadable, ValueError) as error:
            raise KeyNotOnToken(self.session.token.serial, "mismatch") from error
        return value

    def __reduce__(self) -> str:
        raise TypeError("a key on a token never leaves its process")


def _written(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _modulus(der: bytes) -> str | None:
    public = x509.load_der_x509_certificate(der).public_key()
    return f"{public.public_numbers().n:x}" if isinstance(public, rsa.RSAPublicKey) else None
