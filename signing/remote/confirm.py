"""Hash, confirmation on the phone, asking again: the interface that most services in Việt Nam have.

Three calls, each a POST of JSON (VNPT SmartCA's public description, version 4): the certificates of a user; hashes in
hexadecimal under a transaction of ours; the state of that transaction, until the person has decided. The service wants
the account's id and password in the body. Where HTTP says 200, `status_code` in the body is what counts.
"""

from __future__ import annotations

import base64
import binascii
import re
import uuid
from collections.abc import Sequence
from typing import Any

from signing.certificate import chain_order, parse
from signing.errors import CertificateUnreadable, SchemeNotOffered
from signing.key import Digest
from signing.remote.errors import (
    RemoteAnswerUnusable,
    RemoteExpired,
    RemoteKeyDisabled,
    RemoteLoginRefused,
    RemoteRefused,
    RemoteRequestRefused,
    RemoteSigningFailed,
    RemoteUnsupported,
)
from signing.remote.person import Pace, Person, until_confirmed
from signing.remote.service import MOST_KEYS, Answer, Credential, Exchange, Hashed, Profile, code_of, text_of

_CERTIFICATES = "v1/credentials/get_certificate"
_SIGN = "v1/signatures/sign"
_AT_ONCE = 30
_SHOWN = 12
"""Digits of the hash that the phone shows as the document's code."""

_REFUSED = {4002, "SIGNER_REJECTED", "REJECTED"}
_EXPIRED = {4001, "EXPIRED"}
_FAILED = {4003, 4004, "AUTHORIZE_KEY_FAILED", "SIGN_FAILED"}


class ConfirmService:
    """One account at such a service."""

    def __init__(self, profile: Profile, person: Person, pace: Pace) -> None:
        self._profile = profile
        self._person = person
        self._exchange = Exchange(profile, pace)

    def credentials(self) -> Sequence[Credential]:
        """Ask for the certificates of the profile's user."""
        answer = self._call(
            _CERTIFICATES,
            {"serial_number": self._profile.credential, "transaction_id": str(uuid.uuid4())},
        )
        rows = _part(answer.data).get("user_certificates")
        if not isinstance(rows, list):
            raise RemoteAnswerUnusable(self._profile.name, _CERTIFICATES, "user_certificates")
        found = [self._credential(row) for row in rows[:MOST_KEYS] if isinstance(row, dict)]
        return [one for one in found if one is not None]

    def _credential(self, row: dict[str, Any]) -> Credential | None:
        der = _der(row.get("cert_data"))
        if der is None:
            return None
        try:
            certificate = parse(der)
        except CertificateUnreadable:
            return None
        above = row.get("chain_data")
        others = [one for name in ("ca_cert", "root_cert") if (one := _der(_dict(above).get(name))) is not None]
        status = text_of(row, "cert_status_code")
        return Credential(
            text_of(row, "serial_number") or certificate.serial,
            certificate,
            chain_order(certificate.der, others),
            _AT_ONCE,
            "" if status in ("", "VALID") else code_of(status, "invalid"),
        )

    def sign(
        self, credential: Credential, hashes: Sequence[Hashed], digest: Digest, *, pss: bool = False
    ) -> list[bytes]:
        """Send the hashes under one transaction and wait for the person's word on the phone."""
        name = self._profile.name
        if pss:
            raise SchemeNotOffered(credential.certificate.key_type, "remote")
        if digest != "sha256":
            raise RemoteUnsupported(name, digest)
        codes = [_code(one.value) for one in hashes]
        answer = self._call(
            _SIGN,
            {
                "transaction_id": str(uuid.uuid4()),
                "transaction_desc": f"Ho So: {len(hashes)}",
                "serial_number": credential.id,
                "sign_files": [
                    {
                        "data_to_be_signed": one.value.hex(),
                        "doc_id": code,
                        "file_type": one.kind,
                        "sign_type": "hash",
                    }
                    for one, code in zip(hashes, codes, strict=True)
                ],
            },
            asked=True,
        )
        part = _part(answer.data)
        transaction = text_of(part, "transaction_id")
        if not re.fullmatch(r"[A-Za-z0-9_.-]{1,128}", transaction) or transaction.strip(".") == "":
            raise RemoteAnswerUnusable(name, _SIGN, "transaction_id")
        seconds = part.get("expired_in")
        wait = float(seconds) if type(seconds) is int and 1 <= seconds <= 900 else self._exchange.pace.wait
        signed = until_confirmed(
            name, self._person, self._exchange.pace, wait, tuple(codes), lambda: self._state(transaction, wait)
        )
        by_code: dict[str, bytes] = {}
        for row in signed:
            value = _der(_dict(row).get("signature_value"))
            if value is not None:
                by_code[text_of(row, "doc_id")] = value
        if set(by_code) != set(codes) or len(signed) != len(codes):
            raise RemoteAnswerUnusable(name, _SIGN, "signatures")
        return [by_code[code] for code in codes]

    def forget(self) -> None:
        """Nothing is typed here."""

    def _state(self, transaction: str, seconds: float) -> list[Any] | None:
        """Return the signatures once they are there; None while the person has not decided."""
        name = self._profile.name
        method = f"{_SIGN}/{transaction}/status"
        answer = self._exchange.post(method, {})
        told = {_status(answer), text_of(answer.data, "message").strip().upper()}
        if told & _REFUSED:
            raise RemoteRefused(name)
        if told & _EXPIRED:
            raise RemoteExpired(name, int(seconds))
        if told & _FAILED:
            raise RemoteSigningFailed(name, code_of(text_of(answer.data, "message"), _status(answer)))
        if _status(answer) not in (200, 1, 4000):
            raise self._refusal(f"{_SIGN}/status", answer)
        signatures = _part(answer.data).get("signatures")
        return signatures if isinstance(signatures, list) and signatures else None

    def _call(self, method: str, body: dict[str, Any], *, asked: bool = False) -> Answer:
        known = {"sp_id": self._profile.account, "sp_password": self._profile.secret, "user_id": self._profile.user}
        answer = self._exchange.post(method, {**known, **body}, asked=asked)
        if _status(answer) != 200:
            raise self._refusal(method, answer)
        return answer

    def _refusal(self, method: str, answer: Answer) -> Exception:
        status = _status(answer)
        if status == 401:
            return RemoteLoginRefused(self._profile.name)
        if status == 403:
            return RemoteKeyDisabled(self._profile.name, code_of(answer.data.get("message"), status))
        return RemoteRequestRefused(self._profile.name, method, code_of(answer.data.get("message"), status))


def _status(answer: Answer) -> int:
    told = answer.data.get("status_code")
    return told if type(told) is int else answer.status


def _code(value: bytes) -> str:
    digits = value.hex()[:_SHOWN]
    return "-".join(digits[start : start + 4] for start in range(0, _SHOWN, 4))


def _dict(thing: Any) -> dict[str, Any]:
    return thing if isinstance(thing, dict) else {}


def _part(data: dict[str, Any]) -> dict[str, Any]:
    return _dict(data.get("data"))


def _der(text: Any) -> bytes | None:
    if not isinstance(text, str) or len(text) > 128 * 1024:
        return None
    bare = re.sub(r"-----[A-Z ]+-----|\s", "", text)
    try:
        return base64.b64decode(bare, validate=True) or None
    except (ValueError, binascii.Error):
        return None
