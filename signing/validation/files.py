"""One file, whatever it is, to one verdict, within bounds of size and time."""

from __future__ import annotations

import ctypes
import io
import mmap
import re
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from signing.trust import Trust
from signing.validation.judge import Judge
from signing.validation.pdf_bytes import Bytes, FileBytes, gaps
from signing.validation.standing import Authorities
from signing.validation.verdict import FileVerdict, Verdict

if TYPE_CHECKING:
    from signing.network import Network

SIZE_LIMIT = 1024**3
"""Bytes of a PDF or container; a file given by path is read as far as it is needed."""
MEMORY_LIMIT = 700 * 1024**2
"""Bytes by which a judgment may grow this process."""
XML_LIMIT = 64 * 1024**2
JWS_LIMIT = 16 * 1024**2

_ASIC = re.compile(rb"PK\x03\x04.{26}mimetypeapplication/vnd\.etsi\.asic-[es]\+zipPK", re.DOTALL)
_COMPACT = re.compile(rb"\s*[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\s*\Z")


@dataclass(frozen=True)
class File:
    """A file that is being judged."""

    name: str
    data: Bytes
    stream: BinaryIO
    deadline: float
    """By time.monotonic."""


def validate(
    data: bytes | Path,
    *,
    trust: Trust,
    name: str | None = None,
    at: datetime | None = None,
    offline: bool = True,
    network: Network | None = None,
    time_limit: float = 25,
) -> FileVerdict:
    """Judge every signature in a file; never raises for what the file holds.

    `at` sets now (aware). Unless `offline`, revocation is asked for over `network` (made when not given), and only for
    chains that end in a trusted root. After `time_limit` seconds the file is undecided.
    """
    name = name if name is not None else data.name if isinstance(data, Path) else ""
    now = (at or datetime.now(UTC)).astimezone(UTC)
    deadline = time.monotonic() + time_limit
    fetch = None
    if not offline:
        from signing.network import Network, revocation_evidence

        # Half of the time at most goes to addresses that the file's maker chose.
        fetch = revocation_evidence(network or Network(), until=time.monotonic() + time_limit / 2)
    judge = Judge(Authorities(trust, fetch=fetch), now)
    answer = _within(time_limit, lambda: _open_and_judge(data, name, judge, deadline))
    return (
        answer if isinstance(answer, FileVerdict) else FileVerdict(name, "other", Verdict.INDETERMINATE, (), (answer,))
    )


def _open_and_judge(data: bytes | Path, name: str, judge: Judge, deadline: float) -> FileVerdict:
    try:
        if isinstance(data, bytes):
            return _judge(File(name, data, io.BytesIO(data), deadline), judge)
        with data.open("rb") as stream:
            size = stream.seek(0, io.SEEK_END)
            if size == 0:
                return FileVerdict(name, "other", Verdict.UNREADABLE, (), ("KIND_UNKNOWN",))
            with data.open("rb") as beside:
                return _judge(File(name, FileBytes(beside), stream, deadline), judge)
    except OSError:
        return FileVerdict(name, "other", Verdict.UNREADABLE, (), ("FILE_NOT_OPENED",))
    except Exception:  # the last net: a failure of ours is a doubt about the file, never a crash
        return FileVerdict(name, "other", Verdict.INDETERMINATE, (), ("CANNOT_BE_VALIDATED",))


def kind_of(data: Bytes) -> str:
    """Tell what kind of file this is, by its bytes alone."""
    start = bytes(data[:1024])
    if _ASIC.match(start):
        return "asice"  # a PDF may be stored right behind the mark
    if b"%PDF-" in start:
        return "pdf"
    if start[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        from signing.validation.container import zip_kind

        return zip_kind(data)
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"<") or start[:4] in (b"\xff\xfe<\x00", b"\xfe\xff\x00<"):
        return "xml"
    if len(data) <= JWS_LIMIT:
        if _COMPACT.match(data[:]):
            return "jws"
        if text.startswith(b"{") and b'"signature' in data[:] and b'"payload"' in data[:]:
            return "jws"
    # A PDF whose first bytes are damaged is still one that was signed.
    return "pdf" if next(gaps(data), None) is not None else "other"


def _judge(file: File, judge: Judge) -> FileVerdict:
    if len(file.data) > SIZE_LIMIT:
        return FileVerdict(file.name, "other", Verdict.INDETERMINATE, (), ("FILE_TOO_LARGE",))
    kind = kind_of(file.data)
    limit = {"xml": XML_LIMIT, "jws": JWS_LIMIT}.get(kind, SIZE_LIMIT)
    if len(file.data) > limit:
        return FileVerdict(file.name, kind, Verdict.INDETERMINATE, (), ("FILE_TOO_LARGE",))
    try:
        return _KINDS[kind](file, judge)
    except Exception:  # as above; the kind at least is known
        return FileVerdict(file.name, kind, Verdict.INDETERMINATE, (), ("CANNOT_BE_VALIDATED",))


def _pdf(file: File, judge: Judge) -> FileVerdict:
    from signing.validation import pdf

    return pdf.validate(file.data, file.stream, file.name, judge)


def _xml(file: File, judge: Judge) -> FileVerdict:
    from signing.validation import xml

    return xml.validate(bytes(file.data), file.name, judge)


def _jws(file: File, judge: Judge) -> FileVerdict:
    from signing.validation import jws

    return jws.validate(bytes(file.data), file.name, judge)


def _container(file: File, judge: Judge) -> FileVerdict:
    from signing.validation import container

    return container.validate(file, judge, inner=_judge)


def _asice(file: File, judge: Judge) -> FileVerdict:
    from signing.validation import asice

    return asice.validate(file, judge, inner=_judge)


def _other(file: File, judge: Judge) -> FileVerdict:
    del judge
    return FileVerdict(file.name, "other", Verdict.UNREADABLE, (), ("KIND_UNKNOWN",))


_KINDS: dict[str, Callable[[File, Judge], FileVerdict]] = {
    "pdf": _pdf,
    "xml": _xml,
    "jws": _jws,
    "container": _container,
    "asice": _asice,
    "other": _other,
}


class _Stopped(BaseException):
    """Raised inside a judgment that takes too much; no `except Exception` on the way holds it up."""


def _within(seconds: float, work: Callable[[], FileVerdict]) -> FileVerdict | str:
    """Run work in a thread of its own within limits of time and memory; a reason when it went over them.

    The readers are pure Python, so an exception raised into their thread ends them. A thread that even then goes on
    (in one long native call) is left behind and cannot hold up the answer.
    """
    box: list[FileVerdict] = []

    def run() -> None:
        try:
            box.append(work())
        except _Stopped:
            return

    thread = threading.Thread(target=run, name="validation", daemon=True)
    before, end, reason = resident(), time.monotonic() + seconds, "TIME_LIMIT"
    thread.start()
    while thread.is_alive() and (left := end - time.monotonic()) > 0:
        thread.join(min(left, 0.05))
        if thread.is_alive() and resident() > before + MEMORY_LIMIT:
            reason = "FILE_TOO_LARGE"
            break
    if thread.is_alive() and thread.ident is not None:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(_Stopped))
        thread.join(2)
    return box[0] if box else reason


def resident() -> int:
    """Return the bytes of memory that this process holds for itself; 0 where the system does not tell."""
    if sys.platform == "win32":
        counters = _Counters()
        counters.size = ctypes.sizeof(counters)
        kernel = ctypes.WinDLL("kernel32")
        kernel.GetCurrentProcess.restype = ctypes.c_void_p
        ask = kernel.K32GetProcessMemoryInfo
        ask.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_ulong)
        if ask(kernel.GetCurrentProcess(), ctypes.byref(counters), counters.size):
            return int(counters.pagefile)
        return 0
    try:
        with open("/proc/self/statm", "rb") as stream:
            _, held, shared, *_ = map(int, stream.read().split())
        return (held - shared) * mmap.PAGESIZE
    except (OSError, ValueError):
        return 0


class _Counters(ctypes.Structure):
    """PROCESS_MEMORY_COUNTERS of the Windows API."""

    _fields_ = [
        ("size", ctypes.c_ulong),
        ("faults", ctypes.c_ulong),
        ("peak", ctypes.c_size_t),
        ("working_set", ctypes.c_size_t),
        ("peak_paged", ctypes.c_size_t),
        ("paged", ctypes.c_size_t),
        ("peak_nonpaged", ctypes.c_size_t),
        ("nonpaged", ctypes.c_size_t),
        ("pagefile", ctypes.c_size_t),
        ("peak_pagefile", ctypes.c_size_t),
    ]
