"""A stand-in for a CSC version 2 service: it checks every request against the interface's published tables.

The JSON Schemas say what the tables of clauses 11.4 to 11.15 say: names, types, what is required, and under which
condition; nothing else may be sent. What breaks them is answered with `invalid_request` and kept in `faults`.
"""

from __future__ import annotations

import base64
import itertools
from typing import Any

import jsonschema_rs
from asn1crypto import x509 as asn1

from tests.signing.remote_kit import HASHES, StandIn, sign_hash

OID = {"type": "string", "pattern": r"^[0-2](\.(0|[1-9][0-9]*))+$"}
TEXT = {"type": "string", "minLength": 1}
BASE64 = {"type": "string", "pattern": "^[A-Za-z0-9+/]+={0,2}$"}
HASH_LIST = {"type": "array", "items": BASE64, "minItems": 1}
HASH_OID = {"enum": [f"2.16.840.1.101.3.4.2.{number}" for number in (1, 2, 3)]}
CERTIFICATES = {"enum": ["none", "single", "chain"]}
PSS = "1.2.840.113549.1.1.10"
BARE = ["1.2.840.113549.1.1.1", "1.2.840.10045.2.1", PSS]


def _object(required: list[str], /, **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {**properties, "clientData": {"type": "string"}},
        "required": required,
        "additionalProperties": False,
    }


SCHEMAS: dict[str, dict[str, Any]] = {
    "credentials/list": _object(
        [],
        userID=TEXT,
        credentialInfo={"type": "boolean"},
        certificates=CERTIFICATES,
        certInfo={"type": "boolean"},
        authInfo={"type": "boolean"},
        onlyValid={"type": "boolean"},
        lang={"type": "string"},
    )
    | {
        "dependentSchemas": {
            name: {"properties": {"credentialInfo": {"const": True}}, "required": ["credentialInfo"]}
            for name in ("certificates", "certInfo", "authInfo", "onlyValid")
        }
    },
    "credentials/info": _object(
        ["credentialID"],
        credentialID=TEXT,
        certificates=CERTIFICATES,
        certInfo={"type": "boolean"},
        authInfo={"type": "boolean"},
        lang={"type": "string"},
    ),
    "credentials/authorize": _object(
        ["credentialID", "numSignatures"],
        credentialID=TEXT,
        numSignatures={"type": "integer", "minimum": 1},
        hashes=HASH_LIST,
        hashAlgorithmOID=HASH_OID,
        authData={
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "properties": {"id": TEXT, "value": {"type": "string"}},
                "required": ["id", "value"],
                "additionalProperties": False,
            },
        },
        description={"type": "string", "maxLength": 500},
    )
    | {"dependentRequired": {"hashes": ["hashAlgorithmOID"], "hashAlgorithmOID": ["hashes"]}},
    "credentials/authorizeCheck": _object(["handle"], handle=TEXT),
    "credentials/getChallenge": _object(["credentialID", "authObjectID"], credentialID=TEXT, authObjectID=TEXT),
    "signatures/signHash": _object(
        ["credentialID", "hashes", "signAlgo"],
        credentialID=TEXT,
        SAD=TEXT,
        hashes=HASH_LIST,
        hashAlgorithmOID=HASH_OID,
        signAlgo=OID,
        signAlgoParams=BASE64,
        operationMode={"enum": ["S", "A"]},
        validity_period={"type": "integer", "minimum": 1},
        response_uri={"type": "string", "format": "uri"},
    )
    | {
        "if": {"properties": {"signAlgo": {"enum": BARE}}},
        "then": {"required": ["hashAlgorithmOID"]},
        "else": {"properties": {"hashAlgorithmOID": False}},
        "dependentSchemas": {
            name: {"properties": {"operationMode": {"const": "A"}}, "required": ["operationMode"]}
            for name in ("validity_period", "response_uri")
        },
        "dependentRequired": {"signAlgoParams": ["signAlgo"]},
        "allOf": [
            {
                "if": {"properties": {"signAlgo": {"const": PSS}}},
                "then": {"required": ["signAlgoParams"]},
                "else": {"properties": {"signAlgoParams": False}},
            }
        ],
    },
    "signatures/signPolling": _object(["requestID"], requestID=TEXT, userID=TEXT),
}
CHECKS = {name: jsonschema_rs.validator_for(schema) for name, schema in SCHEMAS.items()}

PIN, OTP, TOKEN = "246810", "738496", "thẻ-truy-cập".encode().hex()
PIN_OBJECT = {"type": "Password", "id": "PIN", "format": "N", "label": "Mã PIN", "description": "Mã PIN của khóa"}
OTP_OBJECT = {"type": "Password", "id": "OTP", "format": "N", "generator": "totp", "label": "Mã OTP"}
QUESTION = {"type": "ChallengeResponse", "id": "câu hỏi", "format": "A", "label": "Câu hỏi"}


class CscV2(StandIn):
    """One account with some keys; SCAL2: an authorization holds for the hashes that it names, once."""

    def __init__(self, keys: dict[str, Any], *, multisign: int = 5) -> None:
        self.keys = keys
        """By credentialID: what has `private`, `der` and `chain` (certificates)."""
        self.multisign = multisign
        self.objects: list[dict[str, Any]] = [PIN_OBJECT, OTP_OBJECT]
        self.expression = "PIN AND OTP"
        self.right = {"PIN": PIN, "OTP": OTP, "câu hỏi": "Hà Nội"}
        self.mode = "explicit"
        self.status = "enabled"
        self.algorithms: list[str] | None = None
        self.checks_until_confirmed = -1
        """-1: authorized at once; else so many questions answered 202 before."""
        self.later = 0
        """So many questions until signatures are ready; 0: in the answer itself."""
        self.raw_ecdsa = False
        self.faults: list[str] = []
        self._numbers = itertools.count(1)
        self._granted: dict[str, tuple[str, list[str]]] = {}
        self._pending: dict[str, tuple[str, list[str], int]] = {}
        self._ready: dict[str, list[str]] = {}
        super().__init__()

    def answer(self, path: str, data: dict[str, Any], headers: dict[str, str]) -> tuple[int, Any]:
        method = path.removeprefix("/csc/v2/")
        if headers.get("Authorization") != f"Bearer {TOKEN}":
            return 401, {"error": "invalid_token"}
        if method not in CHECKS or headers.get("Content-Type") != "application/json":
            return 501, {"error": "not_implemented"}
        problems = [f"{method}: {error.message}" for error in CHECKS[method].iter_errors(data)]
        if problems:
            self.faults += problems
            return 400, {"error": "invalid_request", "error_description": problems[0]}
        status, answer = getattr(self, "_" + method.split("/")[1])(data)
        return int(status), answer

    def _refuse(self, what: str, error: str = "invalid_request") -> tuple[int, Any]:
        self.faults.append(what)
        return 400, {"error": error, "error_description": what}

    def _list(self, data: dict[str, Any]) -> tuple[int, Any]:
        return 200, {"credentialIDs": list(self.keys)}

    def _info(self, data: dict[str, Any]) -> tuple[int, Any]:
        if data["credentialID"] not in self.keys:
            return self._refuse("Invalid parameter credentialID")
        issued = self.keys[data["credentialID"]]
        public = asn1.Certificate.load(issued.der).public_key
        elliptic = public.algorithm == "ec"
        algorithms = [f"1.2.840.10045.4.3.{n}" for n in (2, 3)] if elliptic else ["1.2.840.113549.1.1.11"]
        auth = {"mode": self.mode}
        if self.mode == "explicit":
            auth |= {"expression": self.expression, "objects": self.objects}  # type: ignore[dict-item]
        chain = [issued.der, *(one.public_bytes(_der()) for one in issued.chain)]
        key: dict[str, Any] = {"status": self.status, "algo": self.algorithms or algorithms, "len": public.bit_size}
        if elliptic:
            key["curve"] = public["algorithm"]["parameters"].chosen.dotted
        return 200, {
            "key": key,
            "cert": {"status": "valid", "certificates": [base64.b64encode(one).decode() for one in chain]},
            "auth": auth,
            "SCAL": "2",
            "multisign": self.multisign,
        }

    def _authorize(self, data: dict[str, Any]) -> tuple[int, Any]:
        if data["credentialID"] not in self.keys or self.mode == "oauth2code":
            return self._refuse("credentials/authorize is not for this credential")
        if data["numSignatures"] > self.multisign:
            return self._refuse("Numbers of signatures is too high")
        if len(data.get("hashes", [])) != data["numSignatures"]:
            return self._refuse("SCAL2 wants the hashes")
        given = {one["id"]: one["value"] for one in data.get("authData", [])}
        wanted = {one["id"] for one in self.objects}
        choice = "OR" in self.expression.split()
        if (set(given) != wanted and not choice) or any(self.right[name] != value for name, value in given.items()):
            return 400, {"error": "invalid_authentication_data"}
        if self.checks_until_confirmed >= 0:
            handle = f"handle-{next(self._numbers)}"
            self._pending[handle] = (data["credentialID"], data["hashes"], self.checks_until_confirmed)
            return 202, {"handle": handle}
        return self._grant(data["credentialID"], data["hashes"])

    def _grant(self, credential: str, hashes: list[str]) -> tuple[int, Any]:
        sad = f"SAD-{next(self._numbers)}"
        self._granted[sad] = (credential, hashes)
        return 200, {"SAD": sad, "expiresIn": 300}

    def _authorizeCheck(self, data: dict[str, Any]) -> tuple[int, Any]:
        if data["handle"] not in self._pending:
            return self._refuse("Invalid parameter handle")
        credential, hashes, left = self._pending.pop(data["handle"])
        if left == 0:
            return self._grant(credential, hashes)
        handle = f"handle-{next(self._numbers)}"
        self._pending[handle] = (credential, hashes, left - 1)
        return 202, {"handle": handle}

    def _getChallenge(self, data: dict[str, Any]) -> tuple[int, Any]:
        return 200, {"challenge": "Anh chị sinh ở tỉnh nào?"}

    def _signHash(self, data: dict[str, Any]) -> tuple[int, Any]:
        credential, hashes = self._granted.pop(data.get("SAD", ""), ("", []))
        if credential != data["credentialID"]:
            return self._refuse("Invalid parameter SAD")
        if not set(data["hashes"]) <= set(hashes):
            return self._refuse("Hash is not authorized by the SAD")
        issued = self.keys[credential]
        if data["signAlgo"] not in self._info({"credentialID": credential})[1]["key"]["algo"]:
            return self._refuse("Invalid parameter signAlgo")
        signatures = []
        for one in data["hashes"]:
            value = base64.b64decode(one, validate=True)
            made = sign_hash(issued.private, value, HASHES[len(value)], data.get("signAlgoParams"))
            if self.raw_ecdsa:
                from signing.key import raw_ecdsa

                made = raw_ecdsa(made, {32: "P-256", 48: "P-384"}[len(value)])
            signatures.append(base64.b64encode(made).decode())
        if self.later:
            response = f"response-{next(self._numbers)}"
            self._ready[response] = signatures
            return 200, {"responseID": response}
        return 200, {"signatures": signatures}

    def _signPolling(self, data: dict[str, Any]) -> tuple[int, Any]:
        if data["requestID"] not in self._ready:
            return self._refuse("Invalid parameter requestID")
        self.later -= 1
        if self.later > 0:
            return 202, {"error": "accepted_request"}
        return 200, {"signatures": self._ready.pop(data["requestID"])}


def _der() -> Any:
    from cryptography.hazmat.primitives.serialization import Encoding

    return Encoding.DER
