"""The legal container: a ZIP of untouched signed files and a signed manifest that names each by its hash.

Every PDF and XML inside is judged like a file by itself; the manifest's signature holds them together. It is read as
strictly as signed containers are (`signing.archive`), and within bounds.
"""

from __future__ import annotations

import hashlib
import io
import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from signing.archive import Archive
from signing.errors import ContainerUnreadable
from signing.validation.asice import REASONS
from signing.validation.judge import Judge, undecided
from signing.validation.jws import judge_token
from signing.validation.pdf_bytes import Bytes
from signing.validation.verdict import FileVerdict, SignatureVerdict, Verdict, worst

if TYPE_CHECKING:
    from signing.validation.files import File

UNPACKED_LIMIT = 512 * 1024 * 1024
MANIFEST_LIMIT = 4 * 1024 * 1024
MANIFEST = "manifest.json"
SIGNED_MANIFEST = "manifest.jws"


class _TimeUp(Exception):
    """Ends the look at a container whose files take too long."""


def zip_kind(data: Bytes) -> str:
    """Tell an ASiC container and our legal container from any other ZIP."""
    try:
        archive = Archive(data)
        names = set(archive.entries)
        mark = archive.read("mimetype", 200) if "mimetype" in names and archive.entries["mimetype"].size < 200 else b""
        if b"application/vnd.etsi.asic" in mark:
            return "asice"
    except ContainerUnreadable:  # the judge of its kind says what is wrong with it
        if data.find(b"META-INF/") >= 0 and data.find(b"signature") >= 0:
            return "asice"
        return "container" if data.find(b"manifest.j") >= 0 else "other"
    if any(name.casefold().startswith("meta-inf/") and "signature" in name.casefold() for name in names):
        return "asice"
    return "container" if names & {MANIFEST, SIGNED_MANIFEST} else "other"


def validate(file: File, judge: Judge, inner: Callable[[File, Judge], FileVerdict]) -> FileVerdict:
    """Judge the manifest, that it names exactly these files, and every signed file inside."""
    try:
        archive = Archive(file.data, unpacked=UNPACKED_LIMIT, judging=True)
        if not {MANIFEST, SIGNED_MANIFEST} & set(archive.entries):
            raise ContainerUnreadable("broken")
        return _judge(file, archive, judge, inner)
    except ContainerUnreadable as error:
        verdict = Verdict.UNREADABLE if error.reason == "broken" else Verdict.INDETERMINATE
        return FileVerdict(file.name, "container", verdict, (), (REASONS[error.reason],))
    except _TimeUp:
        return FileVerdict(file.name, "container", Verdict.INDETERMINATE, (), ("TIME_LIMIT",))


def _judge(
    file: File,
    archive: Archive,
    judge: Judge,
    inner: Callable[[File, Judge], FileVerdict],
) -> FileVerdict:
    entries = archive.entries
    held = SIGNED_MANIFEST if SIGNED_MANIFEST in entries else MANIFEST
    text = archive.read(held, MANIFEST_LIMIT)
    try:
        token = text.decode("ascii").strip()
    except UnicodeDecodeError:
        token = ""
    if token.count(".") != 2 or token.startswith("{"):
        return FileVerdict(file.name, "container", Verdict.UNSIGNED, (), ("MANIFEST_NOT_SIGNED",))
    manifest, payload = judge_token(token, held, judge)
    reasons: list[str] = []
    signatures: list[SignatureVerdict] = [manifest]
    plain = held == SIGNED_MANIFEST and MANIFEST in entries
    if plain and payload is not None and archive.read(MANIFEST, MANIFEST_LIMIT) != payload:
        reasons.append("CONTAINER_FILE_CHANGED")
    named = _named(payload) if payload is not None else None
    if payload is not None and named is None:
        reasons.append("MANIFEST_UNREADABLE")
    present = [name for name in entries if name not in (MANIFEST, SIGNED_MANIFEST)]
    if named is not None:
        if set(named) - set(present):
            reasons.append("CONTAINER_FILE_MISSING")
        if set(present) - set(named):
            reasons.append("CONTAINER_FILE_ADDED")
    for name in present:
        if time.monotonic() > file.deadline - 1:
            raise _TimeUp
        data = archive.read(name, UNPACKED_LIMIT)
        if named is not None and name in named and hashlib.sha256(data).hexdigest() != named[name]:
            reasons.append("CONTAINER_FILE_CHANGED")
        signatures += _inside(name, data, file, judge, inner)
    verdicts = [one.verdict for one in signatures]
    if archive.damaged and "CONTAINER_FILE_CHANGED" not in reasons:
        # A wrong checksum over the right bytes: some programs read the file, others refuse it.
        reasons.append("CONTAINER_AMBIGUOUS")
    if {"CONTAINER_FILE_CHANGED", "CONTAINER_FILE_MISSING"} & set(reasons):
        verdicts.append(Verdict.INVALID)
    elif reasons:
        verdicts.append(Verdict.INDETERMINATE)
    return FileVerdict(file.name, "container", worst(verdicts), tuple(signatures), tuple(dict.fromkeys(reasons)))


def _inside(
    name: str, data: bytes, file: File, judge: Judge, inner: Callable[[File, Judge], FileVerdict]
) -> list[SignatureVerdict]:
    """Judge one file inside; unsigned ones are held by the manifest alone, other containers only by their hash."""
    from signing.validation.files import File, kind_of

    if kind_of(data) not in ("pdf", "xml"):
        return []
    verdict = inner(File(name, data, io.BytesIO(data), file.deadline), judge)
    signatures = [replace(one, name=f"{name}: {one.name}") for one in verdict.signatures]
    if verdict.verdict is Verdict.INDETERMINATE and not signatures:
        reason = verdict.reasons[0] if verdict.reasons else "CANNOT_BE_VALIDATED"
        signatures = [undecided(name, reason)]
    return signatures


def _named(payload: bytes) -> dict[str, str] | None:
    """Return {name: SHA-256} of the manifest; None when it is not of our shape."""
    try:
        tree: Any = json.loads(payload)
        found: dict[str, str] = {}
        for component in tree["components"]:
            for one in component["files"]:
                if not isinstance(one["name"], str) or not isinstance(one["sha256"], str):
                    return None
                if found.setdefault(one["name"], one["sha256"].lower()) != one["sha256"].lower():
                    return None
        return found
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
