"""The national portal's records, imported from a folder or an archive of it.

What is copied: `catalog.jsonl` (a procedure a line) and `details/<code>.json` (whole records), raw, into
`<home>/catalogue/imported/`.  They are public and signed by nobody: they inform, they open no form and
file nothing.  An archive is read as a stream of files whose names only say what they are; nothing is
ever written under a name that an archive chose.
"""

from __future__ import annotations

import hashlib
import json
import lzma
import re
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from desktop.replacing import move_over

CATALOG = "catalog.jsonl"
STATE = "imported.json"

_MOST_MEMBERS = 60_000
_LARGEST_CATALOG = 256 * 1024 * 1024
_LARGEST_DETAIL = 16 * 1024 * 1024
_LARGEST_ALL = 1024 * 1024 * 1024
_LONGEST_LINE = 4 * 1024 * 1024
_MOST_ROWS = 50_000
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,99}")


@dataclass(frozen=True)
class Imported:
    """What an import found."""

    procedures: int
    whole: int
    """Of how many the whole record is there."""
    skipped: int
    """Lines and records that could not be read, or that say they were deleted."""


@dataclass(frozen=True)
class NationalRow:
    """One line of the list."""

    code: str
    name: str
    fields: tuple[str, ...]
    agencies: tuple[str, ...]
    subjects: tuple[str, ...]
    internal: bool
    """Between agencies only."""


def import_records(source: Path, target: Path, *, say: Callable[[int], None] | None = None) -> Imported:
    """Copy the records of a folder or a .tar.xz (or other tar) into `target`, replacing it in one step.

    say: called with the number of whole records read so far.
    Raises RecordsUnreadable; `target` is then what it was.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=target.parent, prefix=".imported-"))
    try:
        (fresh / "details").mkdir()
        _copy(source, fresh, say)
        counted = _count(fresh, source)
        _swap(fresh, target)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    return counted


class NationalRecords:
    """The imported records, read when they are asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def sha256(self) -> str:
        """Return what tells this import from another; "" where nothing was imported."""
        try:
            state = json.loads((self.folder / STATE).read_bytes()[:10_000])
            return str(state["sha256"])
        except (OSError, ValueError, KeyError, TypeError):
            return ""

    def rows(self) -> Iterator[NationalRow]:
        """Yield the list; lines that cannot be read and deleted procedures are left out."""
        for line in self._lines():
            row = _row(line)
            if row is not None:
                yield row

    def raw(self, code: str) -> tuple[dict[str, Any], dict[str, Any] | None] | None:
        """Return a procedure's line and its whole record (None: not there), as they came."""
        quoted = json.dumps(code, ensure_ascii=False).encode()[1:-1]
        for line in self._lines():
            if quoted in line and (row := _row(line)) is not None and row.code == code:
                return json.loads(line), self._detail(code)
        return None

    def _lines(self) -> Iterator[bytes]:
        try:
            with (self.folder / CATALOG).open("rb") as file:
                for _ in range(_MOST_ROWS):
                    line = file.readline(_LONGEST_LINE)
                    if not line:
                        return
                    if line.strip():
                        yield line
        except FileNotFoundError:
            return

    def _detail(self, code: str) -> dict[str, Any] | None:
        if _CODE.fullmatch(code) is None:
            return None
        try:
            with (self.folder / "details" / f"{code}.json").open("rb") as file:
                record = json.loads(file.read(_LARGEST_DETAIL))
        except (OSError, ValueError, RecursionError):
            return None
        return record if isinstance(record, dict) else None


def _row(line: bytes) -> NationalRow | None:
    """Read one line; None for what is no procedure any more or never was."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(row, dict):
        return None
    code, name = row.get("code"), row.get("name")
    if not isinstance(code, str) or not isinstance(name, str) or not name.strip():
        return None
    # Real codes have stray spaces; "-Xoa" is how the portal's editors mark what they deleted.
    code = code.strip()
    if _CODE.fullmatch(code) is None or code.lower().endswith("-xoa"):
        return None
    agencies = (*_texts(row.get("departments")), *_texts(row.get("departmentPromulgate")))
    return NationalRow(
        code=code,
        name=" ".join(name.split())[:2000],
        fields=_texts(row.get("categories")),
        agencies=tuple(dict.fromkeys(agencies)),
        subjects=_texts(row.get("formalityTargetType")),
        internal=row.get("type") == "STANDARD_INTERNAL",
    )


def _texts(value: object) -> tuple[str, ...]:
    some = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    return tuple(" ".join(one.split())[:300] for one in some[:50] if isinstance(one, str) and one.strip())


# --- copying in ----------------------------------------------------------------------------------------


def _copy(source: Path, fresh: Path, say: Callable[[int], None] | None) -> None:
    import tarfile  # here and below: to search what was imported, which the window does first of all, needs neither

    from desktop.portal.errors import RecordsUnreadable

    total = details = 0
    with ExitStack() as stack:
        for name, file in _members(source, stack):
            kind = _kind(name)
            if kind is None:
                continue
            limit = _LARGEST_CATALOG if kind == CATALOG else _LARGEST_DETAIL
            try:
                size = _copy_bounded(file, fresh / kind, limit)
            except (tarfile.TarError, lzma.LZMAError, zlib.error, EOFError) as error:
                raise RecordsUnreadable(str(source), "archive") from error
            if size < 0:
                raise RecordsUnreadable(str(source), "too_large")
            total += size
            if total > _LARGEST_ALL:
                raise RecordsUnreadable(str(source), "too_large")
            if kind != CATALOG:
                details += 1
                if say is not None and details % 50 == 0:
                    say(details)


def _kind(name: str) -> str | None:
    """Return where a file of the source belongs, a name of ours; None: not wanted."""
    path = PurePosixPath(name)
    if path.name == CATALOG:
        return CATALOG
    code = path.name.removesuffix(".json")
    if path.parent.name == "details" and path.suffix == ".json" and _CODE.fullmatch(code):
        return f"details/{code}.json"
    return None


def _members(source: Path, stack: ExitStack) -> Iterator[tuple[str, IO[bytes]]]:
    """Yield name and content of each plain file, in turn; no link is followed, no device opened."""
    import tarfile

    from desktop.portal.errors import RecordsUnreadable

    if source.is_dir():
        inner = sorted(source.glob(f"*/{CATALOG}"))
        root = source if (source / CATALOG).is_file() or not inner else inner[0].parent
        paths = [root / CATALOG]
        with suppress(FileNotFoundError):
            paths += sorted(p for p in (root / "details").iterdir() if p.suffix == ".json")
        for path in paths[:_MOST_MEMBERS]:
            if path.is_file() and not path.is_symlink():
                with path.open("rb") as file:
                    yield path.relative_to(root).as_posix(), file
        return
    if not source.is_file():
        raise RecordsUnreadable(str(source), "missing")
    try:
        archive = stack.enter_context(tarfile.open(source, "r|*"))  # noqa: SIM115 (the stack closes it)
        for count, member in enumerate(archive):
            if count >= _MOST_MEMBERS:
                raise RecordsUnreadable(str(source), "too_large")
            content = archive.extractfile(member) if member.isreg() and not member.issparse() else None
            if content is not None:
                yield member.name, content
    except (tarfile.TarError, lzma.LZMAError, zlib.error, EOFError, UnicodeError) as error:
        raise RecordsUnreadable(str(source), "archive") from error


def _copy_bounded(file: IO[bytes], path: Path, limit: int) -> int:
    """Copy at most `limit` bytes; return how many, -1 where there were more."""
    done = 0
    with path.open("wb") as out:
        while block := file.read(1 << 20):
            done += len(block)
            if done > limit:
                return -1
            out.write(block)
    return done


def _count(fresh: Path, source: Path) -> Imported:
    """Count what can be read, and write down what tells this import from others."""
    from desktop.portal.errors import RecordsUnreadable

    if not (fresh / CATALOG).is_file():
        raise RecordsUnreadable(str(source), "missing")
    lines = 0
    records = NationalRecords(fresh)
    codes = set()
    digest = hashlib.sha256()
    for line in records._lines():
        lines += 1
        digest.update(line)
        row = _row(line)
        if row is not None:
            codes.add(row.code)
    if not codes:
        raise RecordsUnreadable(str(source), "shape")
    whole = {path.stem: path.stat().st_size for path in (fresh / "details").iterdir()}
    digest.update(repr(sorted(whole.items())).encode())
    counted = Imported(len(codes), len(codes & whole.keys()), lines - len(codes))
    state = {"sha256": digest.hexdigest(), "procedures": counted.procedures, "whole": counted.whole}
    (fresh / STATE).write_text(json.dumps(state), encoding="utf-8")
    return counted


def _swap(fresh: Path, target: Path) -> None:
    """Put a folder in the place of another; should it fail between, the old one comes back."""
    if not target.exists():
        move_over(fresh, target)
        return
    old = Path(tempfile.mkdtemp(dir=target.parent, prefix=".old-"))
    move_over(target, old / "imported")
    try:
        move_over(fresh, target)
    except OSError:
        move_over(old / "imported", target)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)
