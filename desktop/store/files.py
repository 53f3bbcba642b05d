"""Files inside the store: chunks of 1 MiB, named by the SHA-256 of the whole, read through a seekable reader."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, BinaryIO, cast

from sqlalchemy import ColumnElement, Text, delete, insert, or_, select, update
from sqlalchemy import cast as cast_to

from desktop.errors import FileDamaged, FileNotFound, FileTooLarge
from desktop.store.engine import Database
from desktop.store.schema import chunks, dossier_files, evidence, files, forms, letters, results
from desktop.store.timing import Clock

CHUNK = 1 << 20
LIMIT = 2 << 30
"""The largest file taken, in bytes."""


class Files:
    """The files of a workspace."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def put(self, source: bytes | BinaryIO, name: str, media_type: str, *, limit: int = LIMIT) -> str:
        """Keep bytes or a stream, and return the SHA-256; what is there already is not kept twice.

        A stream is read chunk by chunk; the store is locked only while a chunk is written, so a slow source does not
        stop others. It is a file only once it is whole.

        Raises:
            FileTooLarge: nothing is kept.
        """
        if isinstance(source, bytes):
            if len(source) > limit:
                raise FileTooLarge(name, limit)
            found = hashlib.sha256(source).hexdigest()
            if self.has(found):
                return found
            with self._database.write():
                return self._put(io.BytesIO(source), name, media_type, limit)
        return self._put(source, name, media_type, limit)

    def _put(self, source: BinaryIO, name: str, media_type: str, limit: int) -> str:
        digest, size, number = hashlib.sha256(), 0, 0
        with self._database.write() as connection:
            row = connection.execute(
                insert(files).values(size=0, media_type=media_type, name=name, created=self._clock())
            ).inserted_primary_key
        assert row is not None
        file = int(row[0])
        try:
            while data := _read_full(source, CHUNK):
                digest.update(data)
                size += len(data)
                if size > limit:
                    raise FileTooLarge(name, limit)
                with self._database.write() as connection:
                    connection.execute(insert(chunks).values(file=file, number=number, data=data))
                number += 1
            sha256 = digest.hexdigest()
            with self._database.write() as connection:
                if connection.execute(select(files.c.id).where(files.c.sha256 == sha256)).first():
                    connection.execute(delete(files).where(files.c.id == file))
                else:
                    connection.execute(update(files).where(files.c.id == file).values(sha256=sha256, size=size))
        except Exception:
            self._drop(file)
            raise
        return sha256

    def _drop(self, file: int) -> None:
        try:
            with self._database.write() as connection:
                connection.execute(delete(files).where(files.c.id == file))
        except Exception:
            return

    def has(self, sha256: str) -> bool:
        """Say whether a whole file of this hash is kept."""
        with self._database.read() as connection:
            return connection.execute(select(files.c.id).where(files.c.sha256 == sha256)).first() is not None

    def size(self, sha256: str) -> int:
        """Return a file's size in bytes; raise FileNotFound."""
        return self._row(sha256)[1]

    def media_type(self, sha256: str) -> str:
        """Return a file's media type; raise FileNotFound."""
        return self._row(sha256)[2]

    def _row(self, sha256: str) -> tuple[int, int, str]:
        with self._database.read() as connection:
            row = connection.execute(
                select(files.c.id, files.c.size, files.c.media_type).where(files.c.sha256 == sha256)
            ).first()
        if row is None:
            raise FileNotFound(sha256)
        return row[0], row[1], row[2]

    def open(self, sha256: str) -> BinaryIO:
        """Return a seekable reader that holds one chunk in memory; raise FileNotFound."""
        file, size, _ = self._row(sha256)
        return cast(BinaryIO, _Reader(self._database, file, size, sha256))

    def read(self, sha256: str) -> bytes:
        """Return the whole file; raise FileNotFound, or FileDamaged if it is not what its name says."""
        with self.open(sha256) as reader:
            data = reader.read()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise FileDamaged(sha256)
        return data

    def sweep(self, before: datetime | None = None) -> int:
        """Remove what nothing refers to and is older than a day (or `before`); return how many files went.

        Such files are left by a put that was cut off, or that no dossier took up.
        """
        before = before or self._clock() - timedelta(days=1)
        with self._database.write() as connection:
            gone = connection.execute(delete(files).where(files.c.created < before, ~_referred()))
            return gone.rowcount

    def remove_unreferenced(self, hashes: Iterable[str]) -> int:
        """Remove those of these files that nothing refers to any more; return how many went."""
        wanted = sorted(set(hashes))
        gone = 0
        with self._database.write() as connection:
            for start in range(0, len(wanted), 500):
                part = wanted[start : start + 500]
                gone += connection.execute(delete(files).where(files.c.sha256.in_(part), ~_referred())).rowcount
        return gone


def _referred() -> ColumnElement[bool]:
    """Match files that some row names."""
    columns = (
        dossier_files.c.sha256,
        dossier_files.c.sha256_before_signing,
        evidence.c.sha256,
        results.c.file,
    )
    named = (select(column).where(column == files.c.sha256).exists() for column in columns)
    # A file of a form's field is named in what was entered, also while no dossier holds the form.
    entered = select(forms.c.id).where(cast_to(forms.c.entered, Text).contains(files.c.sha256)).exists()
    # A file that came with a message is named in what was said of it.
    sent = select(letters.c.letter).where(cast_to(letters.c.raw, Text).contains(files.c.sha256)).exists()
    return or_(*named, entered, sent)


def _read_full(source: BinaryIO, count: int) -> bytes:
    """Read exactly `count` bytes where there are so many: a raw stream may give fewer at a time."""
    parts, left = [], count
    while left:
        data = source.read(left)
        if not data:
            break
        parts.append(data)
        left -= len(data)
    return b"".join(parts)


class _Reader(io.RawIOBase):
    """Read a kept file at any place."""

    def __init__(self, database: Database, file: int, size: int, sha256: str) -> None:
        super().__init__()
        self._database, self._file, self._size, self._sha256 = database, file, size, sha256
        self._place = 0
        self._number = -1
        self._data = b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise ValueError("before the start")
        self._place = start + offset
        return self._place

    def readinto(self, target: Any) -> int:
        view = memoryview(target).cast("B")
        if self._place >= self._size or not len(view):
            return 0
        number, start = divmod(self._place, CHUNK)
        data = self._chunk(number)[start : start + len(view)]
        if not data:
            raise FileDamaged(self._sha256)
        view[: len(data)] = data
        self._place += len(data)
        return len(data)

    def read(self, size: int | None = -1) -> bytes:
        """Read so many bytes, fewer only at the end: many libraries trust that."""
        left = max(0, self._size - self._place)
        count = left if size is None or size < 0 else min(size, left)
        parts = []
        while count:
            number, start = divmod(self._place, CHUNK)
            data = self._chunk(number)[start : start + count]
            if not data:
                raise FileDamaged(self._sha256)
            parts.append(data)
            self._place += len(data)
            count -= len(data)
        return b"".join(parts)

    def readall(self) -> bytes:
        return self.read()

    def _chunk(self, number: int) -> bytes:
        if number != self._number:
            with self._database.read() as connection:
                # Straight to the driver: a gigabyte is a thousand of these.
                row = connection.exec_driver_sql(
                    "SELECT data FROM chunks WHERE file = ? AND number = ?", (self._file, number)
                ).first()
            if row is None:
                raise FileDamaged(self._sha256)
            self._number, self._data = number, row[0]
        return self._data
