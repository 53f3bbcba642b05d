"""What is kept of a crash, so that a person can read it, and give it to whom they choose; nothing leaves by itself.

A report holds where in the program it happened and on what system, never what was worked on: no message of an
exception, no value, no name, number or place on this computer's disk. It is plain text in the reader's hands.
"""

from __future__ import annotations

import contextlib
import faulthandler
import json
import platform
import re
import sys
import traceback
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO, Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
LIMIT = 64 << 10
DEEPEST = 40
"""Frames of one trace; the innermost count."""
_OURS = ("desktop", "forms", "signing")
_CODE = re.compile(r"[A-Z][A-Z0-9_]{2,60}")
_PAGE = re.compile(r"[a-z]{1,30}")
_DOSSIER = re.compile(r"[A-Z0-9-]{4,40}")
_FATAL = re.compile(r"(Fatal Python error: [A-Za-z ]{1,60}|Windows fatal exception: [A-Za-z0-9 ]{1,60})")
_FRAME = re.compile(r'  File "([^"\n]{1,1000})", line (\d{1,7}) in (\w{1,100}|<\w{1,20}>)')
_QT = re.compile(r"(Q[A-Za-z0-9]{2,60}(?:::[A-Za-z0-9_]{2,60})?)\b")


@dataclass(frozen=True)
class Ended:
    """How the run before this one ended, where it did not end in order."""

    page: str
    dossier: str | None
    """What was open: a page's name and our id of a dossier."""
    report: str
    """Empty: it left no word; it was ended from outside, or the computer was."""


def place_of(path: str) -> str:
    """Return where in the program a file is, without where the program is."""
    parts = PurePosixPath(path.replace("\\", "/")).parts
    for at in range(len(parts) - 1, -1, -1):
        if parts[at] in _OURS and at + 1 < len(parts):
            return "/".join(parts[at:])
        if parts[at] in ("site-packages", "dist-packages"):
            return "/".join(parts[at + 1 :])
    return parts[-1] if parts else "?"


def about(page: str, lang: str, qt: str) -> list[str]:
    """Return the lines about program and system."""
    try:
        from importlib.metadata import version

        ours = version("hoso")
    except Exception:
        ours = "?"
    at = datetime.now(ZONE).strftime("%Y-%m-%d %H:%M")
    shown = page if _PAGE.fullmatch(page) else "-"
    return [
        f"Hồ Sơ {ours} · Python {platform.python_version()} · Qt {qt}",
        f"{platform.system()} {platform.release()} {platform.machine()} · {lang} · {at}",
        f"page: {shown}",
    ]


def report(
    error: BaseException, trace: TracebackType | None, *, page: str = "", lang: str = "vi", qt: str = "",
    qt_said: dict[str, int] | None = None,
) -> str:  # fmt: skip
    """Write the report of an exception that nobody expected."""
    lines = about(page, lang, qt)
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen and len(seen) < 5:
        seen.add(id(one))
        kind = type(one)
        code = getattr(one, "code", None)
        stable = f" [{code}]" if isinstance(code, str) and _CODE.fullmatch(code) else ""
        lines += ["", f"{kind.__module__}.{kind.__qualname__}{stable}"]
        frames = traceback.extract_tb(trace if one is error else one.__traceback__)
        lines += [f"  {place_of(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames[-DEEPEST:]]
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    if qt_said:
        lines += ["", *(f"Qt: {name} ×{count}" for name, count in sorted(qt_said.items()))]
    return "\n".join(lines) + "\n"


def qt_name(text: str) -> str:
    """Return the place in Qt that a message of its is from, and nothing of what it says."""
    found = _QT.match(text)
    return found[1] if found is not None else "Qt"


def fatal_report(raw: str, page: str) -> str:
    """Make a report of what the interpreter wrote while it died."""
    kinds = _FATAL.findall(raw)
    frames = [f"  {place_of(path)}:{line} {name}" for path, line, name in _FRAME.findall(raw)]
    if not kinds and not frames:
        return ""
    return "\n".join([*about(page, "", ""), "", *(kinds[:3] or ["Fatal"]), *frames[: 3 * DEEPEST]]) + "\n"


class Run:
    """One run of the window, and what it finds of the one before."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "window"
        self._log: IO[str] | None = None
        self._told: dict[str, Any] = {}

    @property
    def marker(self) -> Path:
        """Return the file that lies there while a window is open."""
        return self._folder / "running.json"

    @property
    def log(self) -> Path:
        """Return the file that the interpreter writes to while it dies."""
        return self._folder / "fatal.log"

    def begin(self) -> Ended | None:
        """Begin this run; return how the one before ended, unless in order. Call it as the only window of a home."""
        found = self._before()
        with contextlib.suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._log = self.log.open("w", encoding="utf-8")
            faulthandler.enable(self._log)
            self.note("", None)
        return found

    def _before(self) -> Ended | None:
        try:
            with self.marker.open("rb") as file:
                told = json.loads(file.read(LIMIT))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, RecursionError):
            told = None
        page, dossier = (told.get("page"), told.get("dossier")) if isinstance(told, dict) else (None, None)
        page = page if isinstance(page, str) and _PAGE.fullmatch(page) else ""
        dossier = dossier if isinstance(dossier, str) and _DOSSIER.fullmatch(dossier) else None
        raw = ""
        with contextlib.suppress(OSError), self.log.open("rb") as file:
            raw = file.read(LIMIT).decode("utf-8", "replace")
        return Ended(page, dossier, fatal_report(raw, page))

    def note(self, page: str, dossier: str | None) -> None:
        """Note what is open, for the start after a crash."""
        told = {"page": page, "dossier": dossier}
        if told == self._told and self.marker.exists():
            return
        self._told = told
        from desktop.replacing import move_over

        fresh = self.marker.with_suffix(".new")
        with contextlib.suppress(OSError):
            fresh.write_text(json.dumps(told), encoding="utf-8")
            move_over(fresh, self.marker)

    def end(self) -> None:
        """End in order."""
        if self._log is None:
            return
        faulthandler.disable()
        if sys.__stderr__ is not None:
            with contextlib.suppress(OSError, ValueError):
                faulthandler.enable()
        self._log.close()
        self._log = None
        self.marker.unlink(missing_ok=True)
        self.log.unlink(missing_ok=True)
