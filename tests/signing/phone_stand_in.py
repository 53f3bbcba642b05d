"""A stand-in for a service of the shape that people in Việt Nam have: hash, phone, asking again.

It holds requests to the names, types and lengths of the public description, and to nothing more; what breaks that is
kept in `faults`. What the person does on the phone is set by the test.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any, Literal

import jsonschema_rs

from tests.signing.remote_kit import StandIn, sign_hash

ACCOUNT, PASSWORD, USER = "4184-hoso.apps.example", "bí mật của đơn vị", "001188012345"

TEXT = {"type": "string", "minLength": 1}
KNOWN = {"sp_id": TEXT, "sp_password": TEXT, "user_id": TEXT, "transaction_id": TEXT}
SCHEMAS: dict[str, dict[str, Any]] = {
    "v1/credentials/get_certificate": {
        "type": "object",
        "properties": {**KNOWN, "serial_number": {"type": "string"}},
        "required": list(KNOWN),
        "additionalProperties": False,
    },
    "v1/signatures/sign": {
        "type": "object",
        "properties": {
            **KNOWN,
            "serial_number": {"type": "string"},
            "transaction_desc": {"type": "string"},
            "time_stamp": {"type": "string", "pattern": "^[0-9]{14}Z?$"},
            "sign_files": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "properties": {
                        "data_to_be_signed": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
                        "doc_id": TEXT,
                        "file_type": {"enum": ["pdf", "xml", "json", "word"]},
                        "sign_type": {"const": "hash"},
                    },
                    "required": ["data_to_be_signed", "doc_id", "file_type", "sign_type"],
                    "additionalProperties": False,
                },
            },
        },
        "required": [*KNOWN, "sign_files"],
        "additionalProperties": False,
    },
    "status": {"type": "object", "additionalProperties": False},
}
CHECKS = {name: jsonschema_rs.validator_for(schema) for name, schema in SCHEMAS.items()}


@dataclass
class Transaction:
    files: list[dict[str, str]]
    serial: str
    asked: int = 0


@dataclass
class Phone:
    """What the person does when the phone asks."""

    decision: Literal["confirm", "refuse", "nothing", "key_fails"] = "confirm"
    after: int = 2
    """How often the state was asked for before the person decides."""
    expires_after: int = 10_000
    seen: list[list[str]] = field(default_factory=list)
    """The codes that the phone showed."""


class PhoneService(StandIn):
    """One account, one user, some certificates."""

    def __init__(self, keys: list[Any]) -> None:
        self.keys = keys
        self.phone = Phone()
        self.faults: list[str] = []
        self.transactions: dict[str, Transaction] = {}
        self.other_key: Any = None
        """Signs with this one instead: a service that is broken, or lies."""
        super().__init__()

    @staticmethod
    def serial(issued: Any) -> str:
        return f"{issued.certificate.serial_number:x}"

    def answer(self, path: str, data: dict[str, Any], headers: dict[str, str]) -> tuple[int, Any]:
        method = path.removeprefix("/sca/sp769/")
        last = method.rsplit("/", 1)[1]
        schema = "status" if last == "status" else method
        if schema not in CHECKS:
            return 404, b"<html>not here</html>"
        problems = [f"{schema}: {error.message}" for error in CHECKS[schema].iter_errors(data)]
        self.faults += problems
        if problems:
            return 400, {"status_code": 400, "message": "BAD_REQUEST"}
        if last == "status":
            return self._status(method.split("/")[-2])
        if (data["sp_id"], data["sp_password"], data["user_id"]) != (ACCOUNT, PASSWORD, USER):
            return 200, {"status_code": 401, "message": "SP_CREDENTIAL_INVALID"}
        return self._certificates(data) if last == "get_certificate" else self._sign(data)

    def _certificates(self, data: dict[str, Any]) -> tuple[int, Any]:
        rows = []
        for issued in self.keys:
            serial = self.serial(issued)
            if data.get("serial_number") in ("", None, serial):
                der = [issued.der, *(one.public_bytes(_der()) for one in issued.chain)]
                issuer, root = (base64.b64encode(one).decode() for one in der[1:3])
                rows.append(
                    {
                        "service_type": "SMARTCA",
                        "cert_status": "Đang hoạt động",
                        "serial_number": serial,
                        "cert_data": base64.b64encode(der[0]).decode(),
                        "chain_data": {"ca_cert": issuer, "root_cert": root},
                    }
                )
        return 200, {"status_code": 200, "message": "Success", "data": {"user_certificates": rows}}

    def _sign(self, data: dict[str, Any]) -> tuple[int, Any]:
        name = data["transaction_id"]
        if name in self.transactions:
            self.faults.append("a transaction is used twice")
            return 200, {"status_code": 400, "message": "BAD_REQUEST"}
        self.transactions[name] = Transaction(data["sign_files"], data.get("serial_number", ""))
        self.phone.seen.append([one["doc_id"] for one in data["sign_files"]])
        told = {"transaction_id": name, "tran_code": "acd9be84-60e7-4645"}
        return 200, {"status_code": 200, "message": "sig_wait_for_user_confirm", "data": told}

    def _status(self, name: str) -> tuple[int, Any]:
        transaction, phone = self.transactions[name], self.phone
        transaction.asked += 1
        if transaction.asked > phone.expires_after:
            return 200, {"status_code": 4001, "message": "EXPIRED", "data": None}
        if phone.decision == "nothing" or transaction.asked <= phone.after:
            told = {"transaction_id": name, "signatures": None}
            return 200, {"status_code": 200, "message": "sig_wait_for_user_confirm", "data": told}
        if phone.decision == "refuse":
            return 200, {"status_code": 4002, "message": "SIGNER_REJECTED", "data": None}
        if phone.decision == "key_fails":
            return 200, {"status_code": 4003, "message": "AUTHORIZE_KEY_FAILED", "data": None}
        issued = next(one for one in self.keys if self.serial(one) == transaction.serial)
        private = (self.other_key or issued).private
        rows = [
            {
                "doc_id": one["doc_id"],
                "signature_value": base64.b64encode(_signed(private, one)).decode(),
                "timestamp_signature": None,
            }
            for one in reversed(transaction.files)
        ]
        return 200, {"status_code": 200, "message": "SUCCESS", "data": {"transaction_id": name, "signatures": rows}}


def _signed(private: Any, file: dict[str, str]) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256

    return sign_hash(private, bytes.fromhex(file["data_to_be_signed"]), SHA256())


def _der() -> Any:
    from cryptography.hazmat.primitives.serialization import Encoding

    return Encoding.DER
