"""Signed JSON (RFC 7515): compact, and the JSON forms of the same.

The cryptography is `signing.jws`'s; the certificate must come along in the protected header (`x5c`). A receipt signed
by a portal's bare key is judged where that key is known, not here.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from signing import jws
from signing.errors import JwsInvalid
from signing.validation.judge import Facts, Judge, undecided
from signing.validation.verdict import Changes, FileVerdict, Integrity, Level, SignatureVerdict, Verdict, worst

SIGNATURE_LIMIT = 20
_REASONS = {
    "signature": "SIGNATURE_VALUE_WRONG",
    "format": "SIGNATURE_MALFORMED",
    "algorithm": "ALGORITHM_NOT_ACCEPTED",
    "certificate": "SIGNER_CERTIFICATE_MISSING",
    "size": "FILE_TOO_LARGE",
}


def validate(data: bytes, name: str, judge: Judge) -> FileVerdict:
    """Judge a JWS file."""
    tokens = _tokens(data)
    if tokens is None:
        return FileVerdict(name, "jws", Verdict.UNREADABLE, (), ("DOCUMENT_UNREADABLE",))
    if not tokens or len(tokens) > SIGNATURE_LIMIT:
        reason = "TOO_MANY_SIGNATURES" if tokens else "SIGNATURE_NOT_READABLE"
        return FileVerdict(name, "jws", Verdict.INDETERMINATE, (), (reason,))
    signatures = tuple(judge_token(token, f"#{number}", judge)[0] for number, token in enumerate(tokens, 1))
    return FileVerdict(name, "jws", worst(one.verdict for one in signatures), signatures)


def judge_token(token: str, name: str, judge: Judge) -> tuple[SignatureVerdict, bytes | None]:
    """Judge one compact token; the payload only when its signature value holds."""
    try:
        facts = jws.verify(token)
    except JwsInvalid as error:
        return undecided(name, _REASONS.get(error.reason, "CANNOT_BE_VALIDATED")), None
    except Exception:  # the token is hostile; what stops us leaves it undecided
        return undecided(name, "CANNOT_BE_VALIDATED"), None
    verdict = judge.signature(
        Facts(
            name=name,
            integrity=Integrity.INTACT,
            changes=Changes.NONE,
            level=Level.OTHER,
            signer=facts.certificate.der,
            certificates=(facts.certificate.der, *facts.chain),
            signing_time=_claimed(jws.header_of(token)),
        )
    )
    return verdict, facts.payload


def _claimed(header: dict[str, Any]) -> datetime | None:
    """Return the signer's own time: `iat` or JAdES's `sigT`."""
    try:
        if isinstance(number := header.get("iat"), int):
            return datetime.fromtimestamp(number, UTC)
        if isinstance(text := header.get("sigT"), str):
            moment = datetime.fromisoformat(text)
            return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        pass
    return None


def _tokens(data: bytes) -> list[str] | None:
    """Return the signatures as compact tokens; None when the file is no JSON and no token."""
    try:
        text = data.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        return None
    if not text.startswith("{"):
        return [text]
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(tree, dict) or not isinstance(payload := tree.get("payload"), str):
        return []
    listed = tree.get("signatures", [tree])
    found = []
    for one in listed if isinstance(listed, list) else ():
        if not isinstance(one, dict) or "header" in one:
            return []  # an unprotected header could say anything
        protected, signature = one.get("protected"), one.get("signature")
        if not isinstance(protected, str) or not isinstance(signature, str):
            return []
        found.append(f"{protected}.{payload}.{signature}")
    return found
