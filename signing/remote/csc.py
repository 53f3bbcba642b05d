"""The Cloud Signature Consortium's interface: version 1.0.4, and version 2.

Both know credentials/list, credentials/info, credentials/authorize and signatures/signHash; the names of the parts and
the way in which a person's proofs are described differ. The hashes are always named when authorizing, so that the
authorization is good for them and for nothing else (SCAL2), even where the service does not ask for it.
Access is by a bearer token that the user has from the service. OAuth's own pages for single signatures
(mode `oauth2code`) are not served.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from asn1crypto import algos

from signing.certificate import chain_order, parse
from signing.errors import CertificateUnreadable, SchemeNotOffered
from signing.key import Digest
from signing.remote.errors import (
    RemoteAnswerUnusable,
    RemoteCancelled,
    RemoteError,
    RemoteLoginRefused,
    RemoteOtpIncorrect,
    RemotePinIncorrect,
    RemoteProofRefused,
    RemoteRefused,
    RemoteRequestRefused,
    RemoteUnsupported,
)
from signing.remote.person import Pace, Person, Question, until_confirmed, while_it_takes
from signing.remote.service import (
    MOST_AT_ONCE,
    MOST_KEYS,
    Answer,
    Credential,
    Exchange,
    Hashed,
    Profile,
    code_of,
    text_of,
)

_LIST, _INFO, _AUTHORIZE = "credentials/list", "credentials/info", "credentials/authorize"
_SIGN, _CHECK, _POLL = "signatures/signHash", "credentials/authorizeCheck", "signatures/signPolling"
_PAGES = 5

_HASH_OIDS = {
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
}
_RSA, _EC = "1.2.840.113549.1.1.1", "1.2.840.10045.2.1"
_PSS = "1.2.840.113549.1.1.10"
_COMBINED = {
    ("rsa", "sha256"): "1.2.840.113549.1.1.11",
    ("rsa", "sha384"): "1.2.840.113549.1.1.12",
    ("rsa", "sha512"): "1.2.840.113549.1.1.13",
    ("ec", "sha256"): "1.2.840.10045.4.3.2",
    ("ec", "sha384"): "1.2.840.10045.4.3.3",
    ("ec", "sha512"): "1.2.840.10045.4.3.4",
}


@dataclass(frozen=True)
class _Proof:
    """One thing that the person must give to authorize."""

    id: str
    kind: Literal["pin", "otp", "answer"]
    label: str
    text: str
    digits: bool
    required: bool
    fetch: Literal["", "otp", "challenge"]
    """What must be set going before the person can answer: a code sent to the phone, a challenge."""


@dataclass(frozen=True)
class _Facts:
    algorithms: frozenset[str]
    mode: str
    proofs: tuple[_Proof, ...]


class CscService:
    """One account at a CSC service."""

    def __init__(self, profile: Profile, person: Person, pace: Pace) -> None:
        self._profile = profile
        self._person = person
        self._second = profile.kind == "csc-v2"
        self._exchange = Exchange(profile, pace)
        self._exchange.under("csc/v2" if self._second else "csc/v1")
        if profile.secret and not re.fullmatch(r"[A-Za-z0-9._~+/-]+=*", profile.secret):
            raise RemoteLoginRefused(profile.name)  # RFC 6750, 2.1: no access token looks like this
        self._pins: dict[tuple[str, str], str] = {}
        """A PIN is typed once for all documents of one use; it lies here, in memory, until `forget`."""

    # Keys

    def credentials(self) -> Sequence[Credential]:
        """List the account's keys with their certificates; authorities' and unreadable ones are left out."""
        names = [self._profile.credential] if self._profile.credential else self._names()
        found = [self._credential(name) for name in names[:MOST_KEYS]]
        return [one for one in found if one is not None]

    def _names(self) -> list[str]:
        body: dict[str, Any] = {"userID": self._profile.user} if self._profile.user else {}
        names: list[str] = []
        for _ in range(_PAGES):
            answer = self._call(_LIST, body)
            found = answer.data.get("credentialIDs")
            if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
                raise RemoteAnswerUnusable(self._profile.name, _LIST, "credentialIDs")
            names += [one for one in found if 0 < len(one) <= 256]
            page = text_of(answer.data, "nextPageToken")
            if self._second or not page or len(names) >= MOST_KEYS:
                break
            body = {**body, "pageToken": page}
        return list(dict.fromkeys(names))

    def _credential(self, name: str) -> Credential | None:
        body: dict[str, Any] = {"credentialID": name, "certificates": "chain", "certInfo": False, "authInfo": True}
        data = self._call(_INFO, body).data
        key, cert = _dict(data.get("key")), _dict(data.get("cert"))
        ders = [_bytes(one) for one in _list(cert.get("certificates"))[:10]]
        if not ders or ders[0] is None:
            raise RemoteAnswerUnusable(self._profile.name, _INFO, "certificates")
        try:
            certificate = parse(ders[0])
        except CertificateUnreadable as error:
            raise RemoteAnswerUnusable(self._profile.name, _INFO, "certificates") from error
        if certificate.authority:
            return None
        most = data.get("multisign")
        status = text_of(key, "status")
        state = text_of(cert, "status")
        return Credential(
            name,
            certificate,
            chain_order(certificate.der, [one for one in ders[1:] if one is not None]),
            min(most, MOST_AT_ONCE) if type(most) is int and most >= 1 else 1,
            status if status != "enabled" else (state if state not in ("", "valid") else ""),
            _Facts(
                frozenset(one for one in _list(key.get("algo")) if isinstance(one, str)),
                text_of(_dict(data.get("auth")), "mode") if self._second else text_of(data, "authMode"),
                self._proofs_2(_dict(data.get("auth"))) if self._second else self._proofs_1(data),
            ),
        )

    @staticmethod
    def _proofs_1(data: dict[str, Any]) -> tuple[_Proof, ...]:
        proofs = []
        for name, kind in (("PIN", "pin"), ("OTP", "otp")):
            part = _dict(data.get(name))
            # The interface writes these truths as texts; some services send true.
            presence = str(part.get("presence", "false")).lower()
            if presence in ("true", "optional"):
                online = kind == "otp" and text_of(part, "type") == "online"
                proofs.append(
                    _Proof(
                        name,
                        "pin" if kind == "pin" else "otp",
                        text_of(part, "label")[:255],
                        text_of(part, "description")[:255],
                        text_of(part, "format") == "N",
                        presence == "true",
                        "otp" if online else "",
                    )
                )
        return tuple(proofs)

    @staticmethod
    def _proofs_2(auth: dict[str, Any]) -> tuple[_Proof, ...]:
        # "PIN AND OTP": all; "PIN OR OTP": what the person has, so that nothing is a must.
        words = text_of(auth, "expression").replace("(", " ").replace(")", " ").split()
        choice = "OR" in words or "XOR" in words
        proofs = []
        for one in _list(auth.get("objects"))[:8]:
            part = _dict(one)
            name = text_of(part, "id")[:255]
            if not name:
                continue
            kind: Literal["pin", "otp", "answer"] = "answer"
            if "generator" in part or name.upper().endswith("OTP"):
                kind = "otp"
            elif name.upper() == "PIN":
                kind = "pin"
            proofs.append(
                _Proof(
                    name,
                    kind,
                    text_of(part, "label")[:255],
                    text_of(part, "description")[:255],
                    text_of(part, "format") == "N",
                    not choice,
                    "challenge" if text_of(part, "type") == "ChallengeResponse" else "",
                )
            )
        return tuple(proofs)

    # Signing

    def sign(
        self, credential: Credential, hashes: Sequence[Hashed], digest: Digest, *, pss: bool = False
    ) -> list[bytes]:
        """Authorize the hashes together and have them signed by one call."""
        facts: _Facts = credential.facts
        if facts.mode == "oauth2code":
            raise RemoteUnsupported(self._profile.name, facts.mode)
        algorithm, implied = (_PSS, False) if pss else self._algorithm(credential, digest)
        if pss and _PSS not in facts.algorithms:
            raise SchemeNotOffered(credential.certificate.key_type, "remote")
        encoded = [base64.b64encode(one.value).decode("ascii") for one in hashes]
        activation = self._authorize(credential, encoded, digest)
        body: dict[str, Any] = {"credentialID": credential.id, "SAD": activation, "signAlgo": algorithm}
        body["hashes" if self._second else "hash"] = encoded
        if pss:
            body["signAlgoParams"] = base64.b64encode(_pss_parameters(digest)).decode("ascii")
        if not implied:
            body["hashAlgorithmOID" if self._second else "hashAlgo"] = _HASH_OIDS[digest]
        if self._second:
            body["operationMode"] = "S"
        answer = self._call(_SIGN, body)
        values = answer.data.get("signatures")
        if self._second and values is None and text_of(answer.data, "responseID"):
            values = self._later(text_of(answer.data, "responseID"))
        signatures = [_bytes(one) for one in _list(values)]
        if len(signatures) != len(hashes) or any(one is None for one in signatures):
            raise RemoteAnswerUnusable(self._profile.name, _SIGN, "signatures")
        return [one for one in signatures if one is not None]

    def forget(self) -> None:
        """Forget the PINs."""
        self._pins.clear()

    def _algorithm(self, credential: Credential, digest: Digest) -> tuple[str, bool]:
        """Return the algorithm's OID, and whether it names the hash as well."""
        family, bare = ("rsa", _RSA) if credential.certificate.key_type.startswith("RSA-") else ("ec", _EC)
        combined = _COMBINED[family, digest]
        offered = credential.facts.algorithms
        if combined in offered:
            return combined, True
        if bare in offered:
            return bare, False
        raise RemoteUnsupported(self._profile.name, combined)

    def _authorize(self, credential: Credential, encoded: list[str], digest: Digest) -> str:
        """Return the signature activation data for these hashes."""
        facts: _Facts = credential.facts
        given = self._ask(credential)
        body: dict[str, Any] = {"credentialID": credential.id, "numSignatures": len(encoded)}
        if self._second:
            body |= {"hashes": encoded, "hashAlgorithmOID": _HASH_OIDS[digest]}
            if given:
                body["authData"] = [{"id": name, "value": value} for name, value in given.items()]
        else:
            body |= {"hash": encoded, **given}
        name, pace = self._profile.name, self._exchange.pace
        try:
            if facts.proofs or self._second:
                answer = self._call(_AUTHORIZE, body, given=tuple(given))
            else:
                # Nothing is typed: the service asks the person itself, and answers when it has their word.
                answer = while_it_takes(
                    name, self._person, pace, lambda: self._call(_AUTHORIZE, body, timeout=pace.wait)
                )
            if answer.status == 202 and self._second:
                answer = self._checked(answer, tuple(given))
        except RemoteError:
            self.forget()  # whatever was wrong, no PIN is sent a second time without a person
            raise
        activation = text_of(answer.data, "SAD")
        if not activation:
            raise RemoteAnswerUnusable(name, _AUTHORIZE, "SAD")
        return activation

    def _checked(self, answer: Answer, given: tuple[str, ...]) -> Answer:
        """Wait for a confirmation elsewhere (version 2: HTTP 202 and a handle)."""
        handle = text_of(answer.data, "handle")

        def check() -> Answer | None:
            nonlocal handle
            if not handle:
                raise RemoteAnswerUnusable(self._profile.name, _AUTHORIZE, "handle")
            found = self._call(_CHECK, {"handle": handle}, given=given)
            if found.status != 202:
                return found
            handle = text_of(found.data, "handle") or handle
            return None

        pace = self._exchange.pace
        return until_confirmed(self._profile.name, self._person, pace, pace.wait, (), check)

    def _later(self, response: str) -> Any:
        """Fetch signatures that the service makes in its own time (version 2)."""

        def poll() -> Any:
            found = self._call(_POLL, {"requestID": response})
            return found.data.get("signatures", []) if found.status != 202 else None

        pace = self._exchange.pace
        return until_confirmed(self._profile.name, self._person, pace, pace.wait, (), poll)

    def _ask(self, credential: Credential) -> dict[str, str]:
        """Ask the person for what the service wants; PINs that were given in this use are not asked for again."""
        given: dict[str, str] = {}
        for proof in credential.facts.proofs:
            place = (credential.id, proof.id)
            if proof.kind == "pin" and place in self._pins:
                given[proof.id] = self._pins[place]
                continue
            text = proof.text
            if proof.fetch == "otp":
                self._call("credentials/sendOTP", {"credentialID": credential.id})
            elif proof.fetch == "challenge":
                asked = self._call(
                    "credentials/getChallenge", {"credentialID": credential.id, "authObjectID": proof.id}
                )
                text = text_of(asked.data, "challenge")[:1000] or text
            typed = self._person.prompt(Question(self._profile.name, proof.kind, proof.label, text, proof.digits))
            if typed is None or (typed == "" and proof.required):
                raise RemoteCancelled(self._profile.name)
            if typed == "":
                continue
            given[proof.id] = typed
            if proof.kind == "pin":
                self._pins[place] = typed
        return given

    def _call(
        self, method: str, body: dict[str, Any], *, timeout: float | None = None, given: tuple[str, ...] = ()
    ) -> Answer:
        asked = method in (_SIGN, _AUTHORIZE, _CHECK)
        answer = self._exchange.post(method, body, bearer=self._profile.secret, timeout=timeout, asked=asked)
        if answer.status < 300:
            return answer
        name, told = self._profile.name, code_of(answer.data.get("error"), answer.status)
        if told == "invalid_pin":
            raise RemotePinIncorrect(name)
        if told == "invalid_otp":
            raise RemoteOtpIncorrect(name)
        if told == "invalid_authentication_data":
            raise RemoteProofRefused(name, given)
        if told == "access_denied" and asked:
            raise RemoteRefused(name)
        if told in ("invalid_token", "expired_token", "access_denied", "unauthorized_client") or answer.status == 403:
            raise RemoteLoginRefused(name)
        raise RemoteRequestRefused(name, method, told)


def _pss_parameters(digest: Digest) -> bytes:
    """Return RSASSA-PSS-params (RFC 8017, A.2.3) as DER: one digest for hash and mask, the salt as long as it."""
    hashing = {"algorithm": digest}
    size = hashlib.new(digest).digest_size
    mask = {"algorithm": "mgf1", "parameters": hashing}
    return bytes(
        algos.RSASSAPSSParams({"hash_algorithm": hashing, "mask_gen_algorithm": mask, "salt_length": size}).dump()
    )


def _dict(thing: Any) -> dict[str, Any]:
    return thing if isinstance(thing, dict) else {}


def _list(thing: Any) -> list[Any]:
    return thing if isinstance(thing, list) else []


def _bytes(text: Any) -> bytes | None:
    if not isinstance(text, str) or len(text) > 128 * 1024:
        return None
    try:
        return base64.b64decode("".join(text.split()), validate=True) or None
    except (ValueError, binascii.Error):
        return None
