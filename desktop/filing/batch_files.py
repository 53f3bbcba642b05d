"""A batch of files and the folder that it is signed into: what is there already, and the ledger of what was done.

The ledger lies beside the signed files, one line for each: it says from which bytes a file was made. A signed file
appears under its name only when it is whole, and before its line is written; a crash between the two is seen by looking
at the file. So whatever ended a batch, the next run of it goes on where it stopped, and signs nothing twice.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import threading
import unicodedata
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, partial
from io import BufferedRandom, BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop.errors import DesktopError, FileTooLarge
from desktop.filing.batch_signing import Job, Signer
from desktop.filing.desk import Desk
from desktop.filing.documents import SignedDocument, SignRequest, sign_document, sign_documents
from desktop.filing.errors import OutputIsSource, OutputNameTwice, OutputNotWritten, OutputTaken, SourceNotRead
from desktop.replacing import move_over

if TYPE_CHECKING:
    from signing.key import SigningKey

LEDGER = ".hoso-ky-loat.jsonl"
LEDGER_LIMIT = 64 << 20
FILE_LIMIT = 1 << 30
"""The largest file that is signed, in bytes."""
APART_FROM = 20
"""Files from which on it pays to start the worker processes."""
TOGETHER_LIMIT = 512 << 10
"""The largest file that is signed in one step with others, in bytes: a step holds all of its files at once."""
_PART = ".hoso-part-"
_CHUNK = 1 << 20

_SYNCING = ThreadPoolExecutor(16, thread_name_prefix="hoso-sync")
"""Waits for the disk, and does nothing else."""

SignFile = Callable[[Desk, str, bytes, "SigningKey", SignRequest], SignedDocument]


@dataclass(frozen=True)
class FileOrder:
    """A file to be signed, by whose key, and how."""

    source: Path
    signer: Signer
    request: SignRequest


class Ledger:
    """What a folder says of the batch that was signed into it; safe to write from several threads."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / LEDGER
        self._lock = threading.Lock()
        self._known: dict[str, dict[str, Any]] = {}
        self._torn = False
        try:
            with open(self.path, "rb") as file:
                text = file.read(LEDGER_LIMIT)
        except OSError:
            return
        self._torn = bool(text) and not text.endswith(b"\n")
        for line in text.splitlines():
            # The last line may be torn by a crash, any line by a hand: it is as if it were not there.
            with contextlib.suppress(ValueError, RecursionError):
                entry = json.loads(line)
                if isinstance(entry, dict) and isinstance(entry.get("file"), str):
                    self._known[entry["file"]] = entry

    def source_of(self, name: str) -> str | None:
        """Return the SHA-256 of what a signed file was made from."""
        found = self._known.get(name, {}).get("source_sha256")
        return found if isinstance(found, str) else None

    def add(self, *entries: dict[str, Any]) -> None:
        """Write lines; that they are lost by a power cut does no harm."""
        lines = b"".join(json.dumps(one, ensure_ascii=False, sort_keys=True).encode() + b"\n" for one in entries)
        with self._lock:
            self._known.update((one["file"], one) for one in entries)
            with open(self.path, "ab") as file:
                file.write(b"\n" + lines if self._torn else lines)
            self._torn = False


def file_jobs(
    desk: Desk,
    orders: Sequence[FileOrder],
    out_dir: Path,
    *,
    force: bool = False,
    evidence: Path | None = None,
    sign: SignFile = sign_document,
) -> list[Job]:
    """Make a job of each file, signed under its own name in `out_dir`.

    Files that are there already are kept where they come from the same source; else the job says OutputTaken. With
    `force` they are signed anew. With `evidence` each one's evidence is written into that folder. Leftovers of a killed
    run are removed. Raises OutputNotWritten where the folder cannot be made.
    """
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputNotWritten(str(out_dir), _reason(error)) from error
    _sweep(out_dir)
    if len(orders) >= APART_FROM:
        orders = [replace(order, request=replace(order.request, apart=True)) for order in orders]
    ledger = Ledger(out_dir)
    taken: dict[str, int] = {}
    plain = len(orders) < APART_FROM or sign is not sign_document
    warm = None if plain else cache(partial(_warm, desk))
    jobs = [
        _job(desk, order, out_dir / order.source.name, ledger, taken, force, sign, evidence, warm) for order in orders
    ]
    if plain:
        return jobs
    chosen = {job.facts["source"]: order.request for job, order in zip(jobs, orders, strict=True)}

    def several(key: SigningKey, group: Sequence[Job]) -> list[dict[str, Any] | Exception]:
        return _several(desk, key, [(one, chosen[one.facts["source"]]) for one in group], ledger, evidence)

    return [replace(job, several=several) for job in jobs]


def _several(
    desk: Desk, key: SigningKey, group: Sequence[tuple[Job, SignRequest]], ledger: Ledger, evidence: Path | None
) -> list[dict[str, Any] | Exception]:
    """Sign files in one step: one question to the key and one way to a worker for all that can be taken together."""
    outcomes: dict[int, dict[str, Any] | Exception] = {}
    held: dict[int, bytes] = {}
    for number, (job, request) in enumerate(group):
        try:
            source: Path = job.facts["source"]
            if request == group[0][1] and os.path.getsize(source) <= TOGETHER_LIMIT:
                held[number] = _read(source)
        except OSError as error:
            outcomes[number] = SourceNotRead(str(source), _reason(error))
        except (SourceNotRead, FileTooLarge) as error:
            outcomes[number] = error
    documents = [(group[number][0].name, data) for number, data in held.items()]
    lines: list[dict[str, Any]] = []
    whole: dict[int, SignedDocument] = {}
    signed = sign_documents(desk, documents, key, group[0][1]) if documents else []
    for number, one in zip(held, signed, strict=True):
        if isinstance(one, Exception):
            outcomes[number] = one
            continue
        try:
            if evidence is not None:
                keep_loose(evidence, key, one, group[number][1], group[number][0].facts["file"].name)
            whole[number] = one
        except Exception as error:
            if not hasattr(error, "code"):
                raise
            outcomes[number] = error
    written = write_together([(group[number][0].facts["file"], one.data) for number, one in whole.items()])
    for (number, one), failed in zip(whole.items(), written, strict=True):
        if failed is None:
            lines.append(_line(group[number][0].facts["file"], held[number], one))
        outcomes[number] = failed or one.to_json()
    if lines:
        ledger.add(*lines)
    stop = next((one for one in outcomes.values() if getattr(one, "stops_batch", False)), None)
    for number, (job, _) in enumerate(group):
        if number not in outcomes:
            try:
                outcomes[number] = stop if isinstance(stop, Exception) else job.sign(key)
            except Exception as error:
                if not hasattr(error, "code"):
                    raise
                outcomes[number] = error
                stop = error if getattr(error, "stops_batch", False) else None
    return [outcomes[number] for number in range(len(group))]


def _keep(
    target: Path, data: bytes, signed: SignedDocument, key: SigningKey, request: SignRequest, evidence: Path | None
) -> dict[str, Any]:
    """Write a signed file and its evidence; return its line of the ledger. Raises OutputNotWritten."""
    if evidence is not None:
        keep_loose(evidence, key, signed, request, target.name)
    write_whole(target, signed.data)
    return _line(target, data, signed)


def _line(target: Path, data: bytes, signed: SignedDocument) -> dict[str, Any]:
    """Write a signed file's line of the ledger."""
    digests = hashlib.sha256(data).hexdigest(), hashlib.sha256(signed.data).hexdigest()
    return _line_of(target, *digests, signed)


def _line_of(target: Path, source: str, made: str, signed: SignedDocument) -> dict[str, Any]:
    return {
        "file": target.name,
        "source_sha256": source,
        "signed_sha256": made,
        "by": signed.signer.fingerprint,
        "at": signed.signing_time.isoformat(),
    }


def _large(
    desk: Desk, order: FileOrder, target: Path, key: SigningKey, ledger: Ledger, evidence: Path | None
) -> SignedDocument | None:
    """Sign a PDF that is too large to be held, from file to file; None for any other."""
    from desktop.filing.large import is_large_pdf, sign_large

    with _opened(order.source) as source:
        if not is_large_pdf(source):
            return None
        if os.fstat(source.fileno()).st_size > FILE_LIMIT:
            raise FileTooLarge(str(order.source), FILE_LIMIT)
        beside = _Beside(target, b"")
        try:
            with beside.opened() as written:
                signed = sign_large(desk, source, written, key, order.request)
                written.seek(0)
                made = hashlib.file_digest(written, "sha256").hexdigest()
            if evidence is not None:
                keep_loose(evidence, key, signed, order.request, target.name, made)
            beside.sync()
            beside.put()
            if beside.failed is not None:
                raise beside.failed
        except OSError as error:
            raise OutputNotWritten(str(target), _reason(error)) from error
        finally:
            beside.leave()
        source.seek(0)
        ledger.add(_line_of(target, hashlib.file_digest(source, "sha256").hexdigest(), made, signed))
        return signed


def _warm(desk: Desk) -> None:
    """Start the worker that the first file leaves idle: it is ready by the time that the PIN is typed."""
    from signing.apart import get_ready

    def start() -> None:
        with contextlib.suppress(DesktopError):  # whatever keeps it from starting is told where it is needed
            desk.workers.run(get_ready)

    threading.Thread(target=start, name="hoso-warm", daemon=True).start()


def _job(
    desk: Desk, order: FileOrder, target: Path, ledger: Ledger, taken: dict[str, int], force: bool, sign: SignFile,
    evidence: Path | None, warm: Callable[[], None] | None,
) -> Job:  # fmt: skip
    # On some systems two names that look alike are one file, whatever their case and form.
    place = unicodedata.normalize("NFC", target.name).casefold()
    taken[place] = taken.get(place, 0) + 1
    twice = taken[place] > 1

    def kept() -> bool:
        if twice:
            raise OutputNameTwice(str(order.source), target.name)
        if target.exists() and order.source.exists() and os.path.samefile(target, order.source):
            raise OutputIsSource(str(order.source))
        if force or not target.exists():
            return False
        return _made_from(order.source, target, ledger)

    def work(key: SigningKey) -> dict[str, Any]:
        if sign is sign_document and (signed := _large(desk, order, target, key, ledger, evidence)) is not None:
            return signed.to_json()
        data = _read(order.source)
        if warm is not None and key.kind != "remote":
            warm()
        signed = sign(desk, order.source.name, data, key, order.request)
        ledger.add(_keep(target, data, signed, key, order.request, evidence))
        return signed.to_json()

    return Job(order.source.name, order.signer, work, kept, {"source": order.source, "file": target})


def keep_loose(
    folder: Path, key: SigningKey, signed: SignedDocument, request: SignRequest, name: str, sha256: str | None = None
) -> None:
    """Write the evidence of a file that is kept outside of a workspace; with its SHA-256 where it is not held."""
    from desktop.filing.evidence import write_evidence

    sha256 = sha256 or hashlib.sha256(signed.data).hexdigest()
    write_evidence(folder, key, signed.findings, request.trust, signed.signing_time, str(request.role), name, sha256)


def _made_from(source: Path, target: Path, ledger: Ledger) -> bool:
    """Say that a signed file was made from its source as it is now; raise OutputTaken otherwise.

    A file of an earlier program or of a run that was killed has no line: a PDF is known by its beginning, which is the
    source; of others nothing better is known than that they are there, and what is there is kept.
    """
    known = ledger.source_of(target.name)
    try:
        if known is not None:
            if _sha256(source) == known:
                return True
            raise OutputTaken(str(target), "changed")
        with open(source, "rb") as before, open(target, "rb") as after:
            head = before.read(_CHUNK)
            if b"%PDF-" not in head[:1024]:
                return True
            while head:
                if after.read(len(head)) != head:
                    raise OutputTaken(str(target), "other")
                head = before.read(_CHUNK)
            if not after.read(1):
                raise OutputTaken(str(target), "other")  # a copy of the source, not signed
            return True
    except OSError as error:
        raise SourceNotRead(str(source), _reason(error)) from error


def _opened(path: Path) -> BufferedReader:
    try:
        return open(path, "rb")
    except OSError as error:
        raise SourceNotRead(str(path), _reason(error)) from error


def _read(path: Path) -> bytes:
    try:
        with _opened(path) as file:
            data = file.read(FILE_LIMIT + 1)
    except OSError as error:
        raise SourceNotRead(str(path), _reason(error)) from error
    if len(data) > FILE_LIMIT:
        raise FileTooLarge(str(path), FILE_LIMIT)
    return data


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_whole(target: Path, data: bytes) -> None:
    """Write a file whole or not at all: beside it, synced, then renamed over it. Raises OutputNotWritten."""
    failed = write_together([(target, data)])[0]
    if failed is not None:
        raise failed


def write_together(files: Sequence[tuple[Path, bytes]]) -> list[OutputNotWritten | None]:
    """Write each file as `write_whole` does and say in its place what failed; one wait for the disk covers them all.

    All are written beside their targets, then synced at the same time, and only what is synced gets its name. A disk
    that is asked to sync sixteen files one after the other does its slowest work sixteen times.
    """
    written: list[_Beside] = []
    try:
        written += (_Beside(*one) for one in files)
        if len(written) == 1:
            written[0].sync()
        else:
            list(_SYNCING.map(_Beside.sync, written))
        for one in written:
            one.put()
        return [one.failed for one in written]
    finally:
        for one in written:
            one.leave()


class _Beside:
    """A file that is being written beside its target; what fails is kept."""

    def __init__(self, target: Path, data: bytes) -> None:
        self.failed: OutputNotWritten | None = None
        self._target = target
        self._name: str | None = None
        self._descriptor: int | None = None
        try:
            name = str(target.parent / f"{_PART}{os.getpid()}-{secrets.token_hex(8)}")
            self._descriptor = os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
            self._name = name
            left = memoryview(data)
            while left:
                left = left[os.write(self._descriptor, left) :]
        except OSError as error:
            self._fail(error)

    def opened(self) -> BufferedRandom:
        """Open it to be written further, before it is synced. Raises OutputNotWritten."""
        if self._descriptor is None:
            assert self.failed is not None
            raise self.failed
        return os.fdopen(self._descriptor, "r+b", closefd=False)

    def sync(self) -> None:
        """Have the disk take it."""
        if self._descriptor is None:
            return
        try:
            os.fsync(self._descriptor)
            self._close()
        except OSError as error:
            self._fail(error)

    def put(self) -> None:
        """Give it its name."""
        if self._name is None or self.failed is not None:
            return
        try:
            move_over(self._name, self._target)
            self._name = None
        except OSError as error:
            self._fail(error)

    def leave(self) -> None:
        """Remove what did not get its name."""
        with contextlib.suppress(OSError):
            self._close()
        if self._name is not None:
            with contextlib.suppress(OSError):
                os.unlink(self._name)

    def _close(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def _fail(self, error: OSError) -> None:
        self.failed = OutputNotWritten(str(self._target), _reason(error))
        self.failed.__cause__ = error


def _sweep(folder: Path) -> None:
    """Remove half files of runs that were killed, not of one that runs."""
    for one in folder.glob(f"{_PART}*"):
        owner = one.name.removeprefix(_PART).partition("-")[0]
        # On Windows a file in use cannot be removed, and asking whether a process lives would end it.
        if os.name != "nt" and owner.isdigit() and int(owner) > 0:
            try:
                os.kill(int(owner), 0)
                continue
            except PermissionError:
                continue
            except (OSError, OverflowError):
                pass
        with contextlib.suppress(OSError):
            one.unlink()


def _reason(error: OSError) -> str:
    import errno

    return errno.errorcode.get(error.errno or 0, "EIO")
