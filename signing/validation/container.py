"""The legal container: a ZIP of untouched signed files and a signed manifest that names each by its hash.

Every PDF and XML inside is judged like a file by itself; the manifest's signature holds them together. Read within
bounds: entries, bytes unpacked, and their ratio.
"""

from __future__ import annotations

import hashlib
import io
import json
import time
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from signing.archive import directory_size
from signing.validation.judge import Judge, undecided
from signing.validation.jws import judge_token
from signing.validation.pdf_bytes import Bytes
from signing.validation.verdict import FileVerdict, SignatureVerdict, Verdict, worst

if TYPE_CHECKING:
    from signing.validation.files import File

ENTRY_LIMIT = 2_100
UNPACKED_LIMIT = 512 * 1024 * 1024
RATIO_LIMIT = 200
MANIFEST_LIMIT = 4 * 1024 * 1024
DIRECTORY_LIMIT = 4 * 1024 * 1024
"""Bytes of the directory at the end, which readers hold in memory as objects."""
MANIFEST = "manifest.json"
SIGNED_MANIFEST = "manifest.jws"


class _Refused(Exception):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def zip_kind(data: Bytes) -> str:
    """Tell an ASiC container and our legal container from any other ZIP."""
    try:
        if directory_size(data) > DIRECTORY_LIMIT:
            raise zipfile.BadZipFile
        with zipfile.ZipFile(_Reader(data)) as archive:
            names = set(archive.namelist()[: ENTRY_LIMIT + 1])
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                with archive.open("mimetype") as stream:
                    if b"application/vnd.etsi.asic" in stream.read(200):
                        return "asice"
    except Exception:  # a broken ZIP: the container's judge says so
        return "container" if data.find(MANIFEST.encode()) >= 0 else "other"
    if any(name.casefold().startswith("meta-inf/") and "signature" in name.casefold() for name in names):
        return "asice"
    return "container" if names & {MANIFEST, SIGNED_MANIFEST} else "other"


def validate(file: File, judge: Judge, inner: Callable[[File, Judge], FileVerdict]) -> FileVerdict:
    """Judge the manifest, that it names exactly these files, and every signed file inside."""
    try:
        if directory_size(file.data) > DIRECTORY_LIMIT:
            raise _Refused("FILE_TOO_LARGE")
        with zipfile.ZipFile(_Reader(file.data)) as archive:
            entries = _entries(archive)
            return _judge(file, archive, entries, judge, inner)
    except _Refused as error:
        verdict = Verdict.UNREADABLE if error.reason == "DOCUMENT_UNREADABLE" else Verdict.INDETERMINATE
        return FileVerdict(file.name, "container", verdict, (), (error.reason,))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError):
        return FileVerdict(file.name, "container", Verdict.UNREADABLE, (), ("DOCUMENT_UNREADABLE",))


def _judge(
    file: File,
    archive: zipfile.ZipFile,
    entries: dict[str, zipfile.ZipInfo],
    judge: Judge,
    inner: Callable[[File, Judge], FileVerdict],
) -> FileVerdict:
    budget = [UNPACKED_LIMIT]
    held = SIGNED_MANIFEST if SIGNED_MANIFEST in entries else MANIFEST
    text = _read(archive, entries[held], budget, MANIFEST_LIMIT)
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
    if plain and payload is not None and _read(archive, entries[MANIFEST], budget, MANIFEST_LIMIT) != payload:
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
            raise _Refused("TIME_LIMIT")
        data = _read(archive, entries[name], budget, UNPACKED_LIMIT)
        if named is not None and name in named and hashlib.sha256(data).hexdigest() != named[name]:
            reasons.append("CONTAINER_FILE_CHANGED")
        signatures += _inside(name, data, file, judge, inner)
    verdicts = [one.verdict for one in signatures]
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


def _entries(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    listed = archive.infolist()
    if len(listed) > ENTRY_LIMIT:
        raise _Refused("FILE_TOO_LARGE")
    found: dict[str, zipfile.ZipInfo] = {}
    folded: set[str] = set()
    for one in listed:
        if one.is_dir():
            continue
        if one.flag_bits & 1:
            raise _Refused("ENCRYPTED")
        # As it stands in the file: on Windows `filename` has its backslashes turned, and the verdict would differ.
        key = unicodedata.normalize("NFC", one.orig_filename).casefold()
        if key in folded:
            # Two files of one name: which of them is read depends on the reader.
            raise _Refused("CONTAINER_AMBIGUOUS")
        folded.add(key)
        found[one.orig_filename] = one
        if one.file_size > max(one.compress_size, 1) * RATIO_LIMIT and one.file_size > 1024 * 1024:
            raise _Refused("FILE_TOO_LARGE")
    if sum(one.file_size for one in found.values()) > UNPACKED_LIMIT:
        raise _Refused("FILE_TOO_LARGE")
    if not {MANIFEST, SIGNED_MANIFEST} & set(found):
        raise _Refused("DOCUMENT_UNREADABLE")
    return found


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: list[int], limit: int) -> bytes:
    """Read one entry; the sizes in the directory are claims, what comes out is counted."""
    allowed = min(limit, budget[0])
    with archive.open(entry) as stream:
        data = stream.read(allowed + 1)
    if len(data) > allowed:
        raise _Refused("FILE_TOO_LARGE")
    budget[0] -= len(data)
    return data


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


class _Reader(io.RawIOBase):
    """A seekable view of bytes or a mapped file, without copying it."""

    def __init__(self, data: Bytes) -> None:
        super().__init__()
        self._data = data
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = max(0, offset + (0, self._at, len(self._data))[whence])
        return self._at

    def tell(self) -> int:
        return self._at

    def read(self, size: int = -1) -> bytes:
        end = len(self._data) if size is None or size < 0 else self._at + size
        found = bytes(self._data[self._at : end])
        self._at += len(found)
        return found
