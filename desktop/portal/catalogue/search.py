"""Find a procedure by words, with or without diacritics, among ten thousand.

One SQLite file: for every folded word (`forms.identifiers.fold`: đ as d, y as i) the set of rows that
hold it, as bits.  A general full-text table was four times too slow for an answer at each keystroke,
because words such as "cấp" stand in half of all names and ranking then looks at every one of them.  The
file is derived: it holds nothing that is believed, only what leads to a record, and is thrown away
whenever its sources or its format change.
"""

from __future__ import annotations

import os
import re
import sqlite3
import tempfile
import threading
from bisect import bisect_right
from collections.abc import Hashable, Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from desktop.replacing import move_over
from forms.identifiers import fold

FORMAT = 2
"""Part of the file's name: a change here makes every old index unused."""

_WORD = re.compile(r"[^\W_]+")
_LONGEST_QUERY = 300
_MOST_WORDS = 16
# Words that people put round what they look for; left out only when nothing was found with them.
_FILLER = frozenset(
    "thu tuc xin lam cach ho so don giai to khai mau truc tuien online cho cua ve tai".split()  # noqa: SIM905
)


@dataclass(frozen=True)
class Entry:
    """What the index is told of one procedure."""

    code: str
    name: str
    level: int | None
    full: bool | None
    fields: tuple[str, ...]
    agencies: tuple[str, ...]
    words: str
    """Any further text to be found by: subjects, results, components."""
    source: str
    """`bundled`, `imported`, or `portal:<folder>`."""
    internal: bool = False
    """Between agencies: found, but after all others."""
    template: bool = False
    """There is a form for it here: among equals it comes first."""


@dataclass(frozen=True)
class Row:
    """One procedure found."""

    code: str
    name: str
    level: int | None
    full: bool | None
    fields: tuple[str, ...]
    agencies: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class Found:
    """The best of what was found, and how many there are."""

    procedures: tuple[Row, ...]
    total: int


class SearchIndex:
    """Answer searches over one built index.  Threads take turns.

    Rows are numbered in the order of their worth (forms here first, short names first), so that a set of
    rows is one integer with a bit each, and the best rows are its lowest bits.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        names = [row[0] for row in connection.execute("SELECT folded FROM rows ORDER BY id")]
        # All names in one text: phrases are found by one scan, in the order of worth.
        self._names = "\n" + "\n".join(names) + "\n"
        self._starts = [0]
        for name in names:
            self._starts.append(self._starts[-1] + len(name) + 1)
        self._starts.pop()
        self._all = (1 << len(names)) - 1
        (public,) = connection.execute("SELECT count(*) FROM rows WHERE internal = 0").fetchone()
        self._public = (1 << public) - 1
        self._border = self._starts[public] if public < len(names) else len(self._names)
        self._cache: dict[tuple[str, str], tuple[int, int]] = {}

    @classmethod
    def open(cls, path: Path) -> SearchIndex:
        """Open a built index; sqlite3.Error if it is damaged (build it anew)."""
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False)
        try:
            return cls(connection)
        except BaseException:
            connection.close()
            raise

    @classmethod
    def build(cls, path: Path | None, entries: Iterable[Entry]) -> SearchIndex:
        """Write an index beside its place and rename it there; None keeps it in memory."""
        if path is None:
            connection = sqlite3.connect(":memory:", check_same_thread=False)
            _fill(connection, entries)
            return cls(connection)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".index-")
        os.close(handle)
        try:
            with closing(sqlite3.connect(name)) as connection:
                # No journal: an unfinished index is thrown away whole.
                connection.execute("PRAGMA journal_mode=OFF")
                connection.execute("PRAGMA synchronous=OFF")
                _fill(connection, entries)
            move_over(name, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(name)
            raise
        return cls.open(path)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __len__(self) -> int:
        return len(self._starts)

    def search(
        self,
        text: str = "",
        *,
        field: str | None = None,
        agency: str | None = None,
        level: int | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> Found:
        """Return the procedures that hold all words of `text` (the last may be unfinished), best first.

        field and agency are compared folded and may be a part of the name; no text lists all by name.
        Order: the code itself, names that begin with the text, names that hold it, names with all the
        words, then texts with all the words; procedures with a form here first among equals.
        """
        with self._lock:
            words = _words(text)
            matched, named = self._matched(words)
            if not matched and any(w not in _FILLER for w in words):
                words = [w for w in words if w not in _FILLER]
                matched, named = self._matched(words)
            typed = text.strip()
            if not typed:
                matched = self._all
            elif typed[0] in "0123456789":
                coded = self._coded(typed)
                matched |= coded
                named |= coded
            matched &= self._filtered(field, agency, level)
            best: list[int] = []
            if matched:
                self._best(matched, named, " ".join(words), typed, offset + limit, best)
            rows = self._rows(best[offset:])
        return Found(rows, matched.bit_count())

    def place(self, code: str) -> Row | None:
        """Return where the procedure of exactly this code is."""
        with self._lock:
            found = self._connection.execute("SELECT id FROM rows WHERE code = ?", (code,)).fetchone()
            return self._rows([found[0]])[0] if found else None

    def names_of(self, what: str) -> list[tuple[str, int]]:
        """Return all `field` or `agency` names with how many procedures each has, most first."""
        with self._lock:
            found = self._connection.execute("SELECT name, bits FROM labels WHERE what = ?", (what,)).fetchall()
        counted = [(name, _bits(bits).bit_count()) for name, bits in found]
        return sorted(counted, key=lambda one: (-one[1], one[0]))

    def levels(self) -> dict[int | None, int]:
        """Return how many procedures there are of each level; None: unknown."""
        with self._lock:
            found = self._connection.execute("SELECT level, count(*) FROM rows GROUP BY level").fetchall()
        return dict(found)

    # --- inside -------------------------------------------------------------------------------------

    def _matched(self, words: list[str]) -> tuple[int, int]:
        """Return the rows that hold all words anywhere, and those that hold all in the name."""
        if not words:
            return 0, 0
        matched = named = self._all
        # The longest word is the rarest, mostly: with no row left the others need no look.
        for word in sorted(words, key=len, reverse=True):
            anywhere, in_name = self._word(word)
            matched &= anywhere
            named &= in_name
            if not matched:
                return 0, 0
        return matched, named

    def _word(self, word: str) -> tuple[int, int]:
        """Return the rows with a word that begins so."""
        found = self._cache.get(("word", word))
        if found is None:
            anywhere = named = 0
            # U+FFFF sorts after every letter and digit.
            for here, there in self._connection.execute(
                "SELECT named, rest FROM words WHERE word >= ? AND word < ?", (word, word + "\uffff")
            ):
                named |= _bits(here)
                anywhere |= _bits(there)
            found = self._keep(("word", word), (anywhere | named, named))
        return found

    def _coded(self, typed: str) -> int:
        """Return the rows whose code begins so, or holds a number of at least four digits."""
        found = self._cache.get(("code", typed))
        if found is None:
            rows = self._connection.execute(
                "SELECT id FROM rows WHERE code >= ? AND code < ?", (typed, typed + "\uffff")
            ).fetchall()
            if len(typed) >= 4 and typed.isalnum():
                rows += self._connection.execute("SELECT id FROM rows WHERE instr(code, ?) > 0", (typed,)).fetchall()
            bits = bytearray(len(self._starts) // 8 + 1)
            for (i,) in rows:
                bits[i >> 3] |= 1 << (i & 7)
            found = self._keep(("code", typed), (_bits(bits), 0))
        return found[0]

    def _filtered(self, field: str | None, agency: str | None, level: int | None) -> int:
        allowed = self._all
        for what, wanted in (("field", field), ("agency", agency)):
            if wanted:
                allowed &= self._labelled(what, fold(wanted[:_LONGEST_QUERY]))
        if level is not None:
            allowed &= self._labelled("level", str(level))
        return allowed

    def _labelled(self, what: str, wanted: str) -> int:
        found = self._cache.get((what, wanted))
        if found is None:
            same = "folded = ?" if what == "level" else "instr(folded, ?) > 0"
            bits = 0
            for (one,) in self._connection.execute(
                f"SELECT bits FROM labels WHERE what = ? AND {same}", (what, wanted)
            ):
                bits |= _bits(one)
            found = self._keep((what, wanted), (bits, 0))
        return found[0]

    def _keep(self, name: tuple[str, str], found: tuple[int, int]) -> tuple[int, int]:
        if len(self._cache) > 500:
            self._cache.clear()
        self._cache[name] = found
        return found

    def _best(self, matched: int, named: int, phrase: str, typed: str, wanted: int, best: list[int]) -> None:
        """Append the numbers of the best rows, at most `wanted`."""
        taken = 0
        code = self._connection.execute("SELECT id FROM rows WHERE code = ?", (typed,)).fetchone()
        if code is not None and matched >> code[0] & 1:
            best.append(code[0])
            taken |= 1 << code[0]
        for part in (matched & self._public, matched & ~self._public):
            if not part:
                continue
            scope = (0, self._border) if part & self._public else (self._border, len(self._names))
            for rows in (
                self._holding("\n" + phrase, part, *scope),
                self._holding(" " + phrase, part, *scope),
            ):
                for i in rows if phrase else ():
                    if len(best) >= wanted:
                        return
                    if not taken >> i & 1:
                        best.append(i)
                        taken |= 1 << i
            for left in (part & named & ~taken, part & ~named & ~taken):
                while left and len(best) < wanted:
                    lowest = left & -left
                    best.append(lowest.bit_length() - 1)
                    left ^= lowest

    def _holding(self, phrase: str, allowed: int, start: int, end: int) -> Iterator[int]:
        """Yield the allowed rows whose names hold a phrase that begins with a space or a new line."""
        at = self._names.find(phrase, start, end)
        while at >= 0:
            i = bisect_right(self._starts, at) - 1
            if allowed >> i & 1:
                yield i
            if i + 1 >= len(self._starts):
                return
            at = self._names.find(phrase, self._starts[i + 1], end)

    def _rows(self, numbers: list[int]) -> tuple[Row, ...]:
        rows: dict[int, Row] = {}
        for start in range(0, len(numbers), 500):
            some = numbers[start : start + 500]
            found = self._connection.execute(
                "SELECT id, code, name, level, full, fields, agencies, source FROM rows"
                f" WHERE id IN ({','.join('?' * len(some))})",
                some,
            )
            for i, code, name, level, full, fields, agencies, source in found:
                whole = None if full is None else bool(full)
                labels = (tuple(filter(None, fields.split("\n"))), tuple(filter(None, agencies.split("\n"))))
                rows[i] = Row(code, name, level, whole, *labels, source)
        return tuple(rows[i] for i in numbers)


def _bits(stored: bytes | bytearray) -> int:
    return int.from_bytes(stored, "little")


def _words(text: str) -> list[str]:
    """Return the folded words of a query, at most sixteen, each once."""
    return list(dict.fromkeys(_WORD.findall(fold(text[:_LONGEST_QUERY]))))[:_MOST_WORDS]


@lru_cache(maxsize=4096)
def _folded_words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(fold(text)))


def _plain(name: str) -> str:
    """Return a name as ranking sees it: folded words, without the "Thủ tục" that so many begin with."""
    return " ".join(_folded_words(name)).removeprefix("thu tuc ")


class _Sets:
    """Collect sets of rows under names, a bit for each row."""

    def __init__(self, count: int) -> None:
        self._size = (count + 7) // 8
        self._sets: dict[Hashable, bytearray] = {}

    def add(self, name: Hashable, i: int) -> None:
        one = self._sets.get(name)
        if one is None:
            one = self._sets[name] = bytearray(self._size)
        one[i >> 3] |= 1 << (i & 7)

    def get(self, name: Hashable) -> bytes:
        # Zero bytes at the end say nothing.
        return bytes(self._sets.get(name, b"")).rstrip(b"\0")

    def names(self) -> Iterable[Any]:
        return self._sets


def _fill(connection: sqlite3.Connection, entries: Iterable[Entry]) -> None:
    first: dict[str, Entry] = {}
    for entry in entries:
        first.setdefault(entry.code, entry)
    rows = [(_plain(one.name), one) for one in first.values()]
    rows.sort(key=lambda row: (row[1].internal, not row[1].template, len(row[0]), row[0], row[1].code))
    connection.executescript(
        """
        CREATE TABLE rows (
            id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, name TEXT NOT NULL, folded TEXT NOT NULL,
            level INTEGER, full INTEGER, fields TEXT NOT NULL, agencies TEXT NOT NULL,
            source TEXT NOT NULL, internal INTEGER NOT NULL
        );
        CREATE TABLE words (word TEXT PRIMARY KEY, named BLOB NOT NULL, rest BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE labels (
            what TEXT NOT NULL, name TEXT NOT NULL, folded TEXT NOT NULL, bits BLOB NOT NULL,
            PRIMARY KEY (what, name)
        ) WITHOUT ROWID;
        """
    )
    named, rest, labels = _Sets(len(rows)), _Sets(len(rows)), _Sets(len(rows))
    connection.execute("BEGIN")
    for i, (folded, one) in enumerate(rows):
        connection.execute(
            "INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                i,
                one.code,
                one.name,
                folded,
                one.level,
                one.full,
                "\n".join(one.fields),
                "\n".join(one.agencies),
                one.source,
                one.internal,
            ),
        )
        for word in set(_folded_words(one.name)):
            named.add(word, i)
        for text in (one.words, *one.fields, *one.agencies):
            for word in _folded_words(text):
                rest.add(word, i)
        for name in one.fields:
            labels.add(("field", name), i)
        for name in one.agencies:
            labels.add(("agency", name), i)
        labels.add(("level", "" if one.level is None else str(one.level)), i)
    connection.executemany(
        "INSERT INTO words VALUES (?, ?, ?)",
        ((word, named.get(word), rest.get(word)) for word in sorted({*named.names(), *rest.names()})),
    )
    connection.executemany(
        "INSERT INTO labels VALUES (?, ?, ?, ?)",
        ((what, name, fold(name), labels.get((what, name))) for what, name in labels.names()),
    )
    connection.execute("COMMIT")
