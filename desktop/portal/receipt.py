"""Verify a portal's receipt: a signed statement that it holds exactly the manifest that was sent."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from desktop.portal.answers import receipt_from
from desktop.portal.contract import PortalDescription
from desktop.portal.errors import PortalAnsweredGarbage, ReceiptInvalid, ReceiptOtherMandate
from signing.errors import SigningError
from signing.jws import header_of, verify_with_jwk

RECEIPT_TYPE = "hoso-receipt+jws"
PAYMENT_TYPE = "hoso-payment+jws"
_LIMIT = 100_000


@dataclass(frozen=True)
class Receipt:
    """What a verified receipt says."""

    portal: str
    key: str
    code: str
    manifest_sha256: str
    received: datetime
    due: datetime | None
    client: str
    procedure: str
    mandate: str | None = None
    """Under which mandate it was filed, by the portal's own name of it; None: the person filed as themselves."""


def verify_receipt(
    receipt: str,
    portal: PortalDescription,
    *,
    manifest_jws: str,
    key: str,
    code: str | None = None,
    mandates: Sequence[str | None] = (),
) -> Receipt:
    """Return what the receipt says; raise ReceiptInvalid unless it proves this very submission.

    It must be signed by a key that the portal's verified catalogue names, and name this portal, this
    key, this manifest (SHA-256 of its compact form) and, if given, this dossier code; the procedure, too, must be
    the manifest's.  mandates: under which it was sent, a try after the other (None: the person files as themselves);
    ReceiptOtherMandate where the receipt names none of them.  Without any nothing is known of that, and asked.
    """
    payload = _signed(receipt, portal, RECEIPT_TYPE)
    try:
        said = receipt_from(json.loads(payload), portal.id)
    except (ValueError, RecursionError, PortalAnsweredGarbage) as error:
        raise ReceiptInvalid("shape") from error
    if said["portal"] != portal.id:
        raise ReceiptInvalid("portal")
    if said["key"] != key:
        raise ReceiptInvalid("key")
    if said["manifest_sha256"] != hashlib.sha256(manifest_jws.encode("ascii")).hexdigest():
        raise ReceiptInvalid("manifest")
    if code is not None and said["code"] != code:
        raise ReceiptInvalid("code")
    procedure = _filed(manifest_jws).get("procedure")
    if said["procedure"] and isinstance(procedure, str) and said["procedure"] != procedure:
        raise ReceiptInvalid("procedure")
    if mandates and said["mandate"] not in mandates:
        raise ReceiptOtherMandate("mandate", said["code"], mandates[-1], said["mandate"])
    return Receipt(**said)


def _filed(manifest_jws: str) -> Mapping[str, Any]:
    """Return what our own manifest says; it is ours, so its signature is not asked for."""
    try:
        part = manifest_jws.split(".")[1]
        said = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, IndexError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def mandate_of(receipt: bytes) -> str | None:
    """Return which mandate a receipt names that was verified when it was kept."""
    try:
        part = receipt.split(b".")[1]
        said = receipt_from(json.loads(base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))), "")
        return Receipt(**said).mandate
    except (ValueError, IndexError, RecursionError, PortalAnsweredGarbage):
        return None


def verify_payment(receipt: str, portal: PortalDescription, *, payment: str, code: str, fee: str, amount: int) -> None:
    """Raise ReceiptInvalid unless an e-receipt proves this very payment, by a key that the catalogue names."""
    try:
        said = json.loads(_signed(receipt, portal, PAYMENT_TYPE))
    except (ValueError, RecursionError) as error:
        raise ReceiptInvalid("shape") from error
    wanted = {"portal": portal.id, "payment": payment, "code": code, "fee": fee, "amount": amount}
    for name, value in wanted.items():
        if not isinstance(said, dict) or said.get(name) != value or isinstance(said.get(name), bool):
            raise ReceiptInvalid(name)


def _signed(receipt: str, portal: PortalDescription, kind: str) -> bytes:
    """Return the payload of a compact JWS of this type that one of the portal's known keys signed."""
    if len(receipt) > _LIMIT or not receipt.isascii():
        raise ReceiptInvalid("shape")
    keys = _keys(receipt, portal.receipt_keys)
    for jwk in keys:
        try:
            return verify_with_jwk(receipt, dict(jwk), kind)
        except SigningError:
            continue
    raise ReceiptInvalid("signature" if keys else "key")


def _keys(receipt: str, known: tuple[Mapping[str, Any], ...]) -> list[Mapping[str, Any]]:
    """Return the known keys that the receipt's header names; only ES256 public keys count."""
    try:
        header = header_of(receipt)
    except SigningError as error:
        raise ReceiptInvalid("shape") from error
    if header.get("alg") != "ES256":
        raise ReceiptInvalid("signature")
    usable = [k for k in known if k.get("kty") == "EC" and k.get("crv") == "P-256" and "d" not in k]
    return [k for k in usable if k.get("kid") == header.get("kid")]
