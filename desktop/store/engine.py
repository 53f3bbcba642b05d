"""SQLCipher through SQLAlchemy Core: connections, transactions, and the vendor's errors as ours.

Hides the pragmas, their order, and how a transaction begins. A thread that is inside `write()` and calls a function
that also writes joins the same transaction, so a step of the outbox that touches four tables is one commit.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.pool import QueuePool
from sqlcipher3 import dbapi2

from desktop.errors import (
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreUnwritable,
    WorkspaceLocked,
)

BUSY_SECONDS = 30
_BUSY, _LOCKED, _READONLY, _IOERR, _CORRUPT, _FULL, _CANTOPEN, _NOTADB = 5, 6, 8, 10, 11, 13, 14, 26


def translated(problem: BaseException | None, path: Path) -> StoreError | None:
    """Name what SQLite reports by its result code; None: not the environment's fault but a bug of ours."""
    code = int(getattr(problem, "sqlite_errorcode", 0) or 0) & 0xFF
    name = str(path)
    if code == _FULL:
        return StoreFull(name)
    if code in (_BUSY, _LOCKED):
        return StoreBusy(name)
    if code in (_READONLY, _CANTOPEN):
        return StoreUnwritable(name)
    if code in (_CORRUPT, _NOTADB):
        return StoreDamaged(name)
    if code == _IOERR or (code == 0 and isinstance(problem, dbapi2.OperationalError) and _no_space(path.parent)):
        # A full disk also shows as a failed write of the WAL or of its index, and the driver's backup has no code.
        return StoreFull(name) if _no_space(path.parent) else StoreUnwritable(name)
    return None


def _no_space(folder: Path) -> bool:
    try:
        if os.name == "nt":
            import shutil

            return shutil.disk_usage(folder).free < 1 << 20
        facts = os.statvfs(folder)
        return facts.f_bavail * facts.f_frsize < 1 << 20
    except OSError:
        return False


def raw_connection(path: Path | str, key: bytes | bytearray) -> Any:
    """Open one DB-API connection with every pragma but the journal mode set; the caller closes it."""
    connection = dbapi2.connect(
        str(path), isolation_level=None, check_same_thread=False, timeout=BUSY_SECONDS, cached_statements=256
    )
    try:
        # Before the key: SQLCipher would otherwise write its own words about a wrong key to stderr.
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute(f"PRAGMA key = \"x'{bytes(key).hex()}'\"")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
    except BaseException:
        connection.close()
        raise
    return connection


def create_file(path: Path) -> None:
    """Make an empty file that only its owner may read, so that SQLite's own files beside it are private too."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


class Database:
    """One open store: short read and write transactions for any thread."""

    def __init__(self, path: Path, key: bytes) -> None:
        self.path = path
        self._key = bytearray(key)
        self._open = True
        self._local = threading.local()
        self._engine = self._make_engine()
        try:
            self._set_journal()
        except BaseException:
            self.close()
            raise

    def _make_engine(self) -> Engine:
        engine = create_engine(
            "sqlite://",
            module=dbapi2,
            creator=self._connect,
            poolclass=QueuePool,
            pool_size=4,
            max_overflow=16,
            hide_parameters=True,
        )

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            # A deferred transaction that turns into a writing one can fail at once with BUSY, and Python's own
            # BEGIN comes too late for DDL: so a writer takes the lock first, and a reader never does.
            reading = connection.get_execution_options().get("hoso_read")
            connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

        @event.listens_for(engine, "handle_error")
        def handle(context: ExceptionContext) -> None:
            ours = translated(context.original_exception, self.path)
            if ours is not None:
                raise ours

        return engine

    def _connect(self) -> Any:
        if not self._open:
            raise WorkspaceLocked
        return raw_connection(self.path, self._key)

    def _set_journal(self) -> None:
        connection = None
        try:
            connection = self._connect()
            connection.execute("PRAGMA journal_mode = WAL")
        except dbapi2.Error as problem:
            ours = translated(problem, self.path)
            if ours is None:
                raise
            raise ours from problem
        finally:
            if connection is not None:
                connection.close()

    @property
    def key(self) -> bytes:
        """Return the raw key; for wrapping it anew and for copies with the same key."""
        if not self._open:
            raise WorkspaceLocked
        return bytes(self._key)

    @property
    def locked(self) -> bool:
        """Say whether the key has been put away."""
        return not self._open

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection inside one consistent snapshot."""
        current = getattr(self._local, "connection", None)
        if current is not None:
            yield current
            return
        with self._transaction(reading=True) as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection inside one transaction that holds the write lock; commit at the outermost end."""
        current = getattr(self._local, "connection", None)
        if current is not None:
            if self._local.reading:
                raise RuntimeError("a write inside a read")
            yield current
            return
        with self._transaction(reading=False) as connection:
            yield connection

    @contextmanager
    def _transaction(self, *, reading: bool) -> Iterator[Connection]:
        if not self._open:
            raise WorkspaceLocked
        with self._engine.connect() as connection:
            connection = connection.execution_options(hoso_read=reading)
            with connection.begin():
                self._local.connection, self._local.reading = connection, reading
                try:
                    yield connection
                finally:
                    self._local.connection = None

    @contextmanager
    def outside(self) -> Iterator[Any]:
        """Give a DB-API connection in no transaction, for what SQLite forbids inside one."""
        connection = None
        try:
            connection = self._connect()
            yield connection
        except dbapi2.Error as problem:
            ours = translated(problem, self.path)
            if ours is None:
                raise
            raise ours from problem
        finally:
            if connection is not None:
                connection.close()

    def copy_to(self, target: Path) -> None:
        """Write a consistent snapshot under the same key to a new file, and see it on the disk."""
        with self.outside() as source:
            create_file(target)
            copy = None
            try:
                copy = raw_connection(target, self._key)
                source.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")
            except dbapi2.Error as problem:
                ours = translated(problem, target)
                if ours is None:
                    raise
                raise ours from problem
            finally:
                if copy is not None:
                    copy.close()
        sync(target)

    def close(self) -> None:
        """Put the key away: nothing can be read or written through this object any more."""
        self._open = False
        self._engine.dispose()
        # Python may hold other copies until they are collected; this is the one that lives as long as we do.
        for place in range(len(self._key)):
            self._key[place] = 0


def sync(path: Path) -> None:
    """Wait until a file, or the entries of a folder, are on the disk."""
    if os.name == "nt":
        if path.is_dir():
            return
        handle = os.open(path, os.O_RDWR)
    else:
        handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
