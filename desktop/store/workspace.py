"""The encrypted workspace as one object, and how it is made, opened, recovered, checked and locked.

`<home>/workspace.db` (or `practice.db`) is a SQLCipher store; `….header.json` beside it says how its key is kept. A
store is made together with its key and never again: where the key is missing, the store stays and the recovery code
is asked for.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Literal

from sqlalchemy import delete, func, insert, select
from sqlcipher3 import dbapi2

from desktop.errors import (
    ClientInUse,
    HeaderDamaged,
    StoreDamaged,
    WorkspaceExists,
    WorkspaceMissing,
)
from desktop.replacing import move_over
from desktop.store import migrate
from desktop.store.clients import Clients
from desktop.store.dossiers import Dossiers
from desktop.store.drafts import Forms
from desktop.store.engine import Database, create_file, raw_connection, sync, translated
from desktop.store.files import Files
from desktop.store.following import Fees, Letters, Results, Statuses
from desktop.store.key import (
    KEY_BYTES,
    Header,
    RecoveryCode,
    Unlock,
    disk_trouble,
    kept_by,
    keyring_forget,
    new_header,
    new_recovery_code,
    read_header,
    spare,
    unwrap,
    write_header,
)
from desktop.store.ledger import Audit, EvidenceKeeper
from desktop.store.places import Portals, Settings, TrustStore
from desktop.store.queue import Queue
from desktop.store.records import LIVE_ITEMS, CheckFinding, CheckReport, Purged
from desktop.store.remotes import RemoteAccounts
from desktop.store.schema import (
    about,
    audit,
    chunks,
    clients,
    dossier_files,
    dossiers,
    evidence,
    facts,
    files,
    forms,
    outbox,
    results,
)
from desktop.store.timing import Clock, system_clock


def store_path(home: Path, practice: bool) -> Path:
    """Return where the store of this kind lies."""
    return home / ("practice.db" if practice else "workspace.db")


def header_path(store: Path) -> Path:
    """Return where the header of a store lies."""
    return store.with_name(store.stem + ".header.json")


def exists(home: Path, practice: bool) -> bool:
    """Say whether there is a store here, be it without its key or damaged."""
    return store_path(home, practice).exists()


def opened_by(home: Path, practice: bool) -> Literal["keyring", "passphrase"]:
    """Return what opens the store here; raise WorkspaceMissing or HeaderDamaged."""
    return "passphrase" if _header(store_path(home, practice)).kind == "passphrase" else "keyring"


def recover(home: Path, practice: bool, code: str, new_unlock: Unlock) -> None:
    """Open with the recovery code and keep the key by `new_unlock` from now on; the code stays valid.

    Raises:
        RecoveryCodeMistyped, WrongRecoveryCode: nothing is changed.
    """
    store = store_path(home, practice)
    header = _header(store)
    key = unwrap(header, RecoveryCode(code), store)
    _keep_by(store, header, key, new_unlock)


def _header(store: Path) -> Header:
    try:
        header = read_header(header_path(store))
    except WorkspaceMissing:
        if store.exists():
            raise HeaderDamaged(str(header_path(store)), "missing") from None
        raise WorkspaceMissing(str(store)) from None
    if not store.exists():
        raise WorkspaceMissing(str(store))
    return header


def _keep_by(store: Path, header: Header, key: bytes, unlock: Unlock) -> Header:
    changed = kept_by(header, key, unlock)
    write_header(header_path(store), changed)
    if changed.kind == "passphrase" and header.kind == "keyring":
        keyring_forget(header.workspace)
    return changed


class Workspace:
    """An open workspace. Its parts: clients, forms, dossiers, files, outbox, and what comes back."""

    def __init__(self, home: Path, practice: bool, database: Database, header: Header, clock: Clock) -> None:
        self.home = home
        self.practice = practice
        self.clock = clock
        self._database = database
        self._header = header
        self.audit = Audit(database, clock)
        self.files = Files(database, clock)
        self.clients = Clients(database, clock, self.audit)
        self.forms = Forms(database, clock, self.audit)
        self.dossiers = Dossiers(database, clock, self.audit, self.files)
        self.outbox = Queue(database, clock, self.audit)
        self.evidence = EvidenceKeeper(database, clock, self.files)
        self.statuses = Statuses(database, clock)
        self.fees = Fees(database, clock, self.audit)
        self.letters = Letters(database, clock)
        self.results = Results(database, clock)
        self.portals = Portals(database, clock, self.audit)
        self.trust = TrustStore(database, clock, self.audit)
        self.settings = Settings(database)
        self.remotes = RemoteAccounts(database, self.audit)

    # --- making, opening, closing

    @classmethod
    def create(
        cls, home: Path, *, practice: bool, unlock: Unlock, clock: Clock = system_clock
    ) -> tuple[Workspace, str]:
        """Make a new workspace with a new random key; return it with its recovery code, to be shown once.

        Raises:
            WorkspaceExists: there is a store here; it is never replaced, whatever its state.
            KeyringUnavailable, PassphraseTooShort, StoreFull, StoreUnwritable: nothing is left behind.
        """
        store = store_path(home, practice)
        if store.exists():
            raise WorkspaceExists(str(store))
        fresh = store.with_name(f".{store.name}.{secrets.token_hex(4)}")
        header: Header | None = None
        try:
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
            key = os.urandom(KEY_BYTES)
            create_file(fresh)
            _build(fresh, key, practice)
            header, code = new_header(key, unlock, practice=practice, at=clock())
            put_in_place(fresh, store, header)
        except OSError as problem:
            discard(fresh, header)
            raise disk_trouble(problem, store) from problem
        except BaseException:
            discard(fresh, header)
            raise
        workspace = cls(home, practice, Database(store, key), header, clock)
        workspace.audit.write("workspace.create", header.workspace, kept=header.kind)
        return workspace, code

    @classmethod
    def open(cls, home: Path, *, practice: bool, unlock: Unlock, clock: Clock = system_clock) -> Workspace:
        """Open the workspace and bring it to this version, after a copy.

        Raises:
            WorkspaceMissing; HeaderDamaged; WrongPassphrase, KeyMissing, KeyringUnavailable, PassphraseNeeded,
            PassphraseNotUsed, RecoveryCodeMistyped, WrongRecoveryCode; StoreTooNew, MigrationFailed, StoreDamaged.
        """
        store = store_path(home, practice)
        header = _header(store)
        if header.practice != practice:
            raise HeaderDamaged(str(header_path(store)), "practice")
        key = unwrap(header, unlock, store)
        database = open_database(store, key)
        return cls(home, practice, database, header, clock)

    def lock(self) -> None:
        """Put the key away; every use from now on raises WorkspaceLocked."""
        self._database.close()

    close = lock

    @property
    def locked(self) -> bool:
        """Say whether the key has been put away."""
        return self._database.locked

    def __enter__(self) -> Workspace:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.lock()

    @property
    def path(self) -> Path:
        """Return where the store lies."""
        return self._database.path

    @property
    def kept_by(self) -> str:
        """Return what keeps the key: keyring or passphrase."""
        return self._header.kind

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make everything inside one commit, or nothing of it."""
        with self._database.write():
            yield

    # --- the key

    def change_unlock(self, unlock: Unlock) -> None:
        """Keep the key by another passphrase, or by the keyring; the recovery code stays valid."""
        self._header = _keep_by(self.path, read_header(header_path(self.path)), self._database.key, unlock)
        self.audit.write("workspace.unlock", self._header.workspace, kept=self._header.kind)

    def new_recovery_code(self) -> str:
        """Make a new recovery code; the old one opens nothing from now on, but for backups made before."""
        code = new_recovery_code()
        header = read_header(header_path(self.path)).with_recovery(self._database.key, code)
        write_header(header_path(self.path), header)
        self._header = header
        self.audit.write("workspace.recovery_code", header.workspace)
        return code

    # --- care

    def backup(self, target: Path) -> None:
        """Write the whole workspace, as it is at one moment, to one encrypted file.

        It opens with the passphrase or the recovery code. Raises TargetExists, StoreFull, StoreUnwritable.
        """
        from desktop.store.backup import write_backup

        write_backup(self._database, read_header(header_path(self.path)), target, self.clock())
        self.audit.write("workspace.backup", self._header.workspace)

    def check(self, progress: Callable[[int, int], None] | None = None) -> CheckReport:
        """Check every page, every reference and every file's hash; change nothing."""
        found: list[CheckFinding] = []
        with self._database.outside() as connection:
            for text, *_ in _rows(connection, "PRAGMA cipher_integrity_check"):
                found.append(CheckFinding("CIPHER", {"text": str(text)}))
            for text, *_ in _rows(connection, "PRAGMA integrity_check"):
                if text != "ok":
                    found.append(CheckFinding("INTEGRITY", {"text": str(text)}))
            for table, row, *_ in _rows(connection, "PRAGMA foreign_key_check"):
                found.append(CheckFinding("FOREIGN_KEY", {"table": str(table), "row": row}))
        try:
            count, size = self._check_files(found, progress)
        except StoreDamaged:
            found.append(CheckFinding("INTEGRITY", {"text": "unreadable"}))
            count = size = 0
        return CheckReport(tuple(found), count, size)

    def _check_files(self, found: list[CheckFinding], progress: Callable[[int, int], None] | None) -> tuple[int, int]:
        with self._database.read() as reading:
            kept = select(files.c.id, files.c.sha256, files.c.size).where(files.c.sha256.is_not(None))
            listed = reading.execute(kept).all()
        total = sum(row.size for row in listed)
        done = 0
        for row in listed:
            digest, size, place = hashlib.sha256(), 0, 0
            pieces = select(chunks.c.number, chunks.c.data).where(chunks.c.file == row.id).order_by(chunks.c.number)
            with self._database.read() as reading:
                for piece in reading.execute(pieces.execution_options(yield_per=1)):
                    if piece.number != place:
                        found.append(CheckFinding("FILE_CHUNKS", {"sha256": row.sha256}))
                        break
                    digest.update(piece.data)
                    size, place = size + len(piece.data), place + 1
            if digest.hexdigest() != row.sha256 or size != row.size:
                found.append(CheckFinding("FILE_HASH", {"sha256": row.sha256}))
            done += row.size
            if progress is not None:
                progress(done, total)
        return len(listed), total

    def purge_client(self, tax_code: str) -> Purged:
        """Remove everything of a client, files that no other client's dossier names too; nothing brings it back.

        Freed pages are overwritten and the store is rewritten without them; copies made before migrations go too.
        Backups that lie elsewhere are the user's. The audit log keeps that a purge was, by number only.

        Raises:
            ClientInUse: something of it is queued, being sent or uncertain.
        """
        with self._database.write() as connection:
            client = self.clients.get(tax_code)
            own = select(dossiers.c.id).where(dossiers.c.client == client.id)
            busy = connection.execute(
                select(outbox.c.dossier).where(outbox.c.dossier.in_(own), outbox.c.state.in_(LIVE_ITEMS))
            ).scalars()
            if held := tuple(sorted(set(busy))):
                raise ClientInUse(tax_code, held)
            hashes: set[str] = set()
            for column, of in (
                (dossier_files.c.sha256, dossier_files.c.dossier),
                (dossier_files.c.sha256_before_signing, dossier_files.c.dossier),
                (evidence.c.sha256, evidence.c.dossier),
                (results.c.file, results.c.dossier),
            ):
                hashes.update(
                    value for value in connection.execute(select(column).where(of.in_(own))).scalars() if value
                )
            names = connection.execute(select(dossiers.c.id).where(dossiers.c.client == client.id)).scalars().all()
            form_ids = connection.execute(select(forms.c.id).where(forms.c.client == client.id)).scalars().all()
            keys = connection.execute(select(outbox.c.key).where(outbox.c.dossier.in_(own))).scalars().all()
            connection.execute(delete(dossier_files).where(dossier_files.c.dossier.in_(own)))
            connection.execute(delete(dossiers).where(dossiers.c.client == client.id))
            connection.execute(delete(forms).where(forms.c.client == client.id))
            connection.execute(delete(facts).where(facts.c.client == client.id))
            connection.execute(delete(clients).where(clients.c.id == client.id))
            subjects = [str(client.id), *names, *form_ids, *keys]
            for start in range(0, len(subjects), 500):
                part = subjects[start : start + 500]
                connection.execute(delete(audit).where(audit.c.subject.in_(part)))
            gone = self.files.remove_unreferenced(hashes)
            self.audit.write("client.purge", str(client.id), forms=len(form_ids), dossiers=len(names), files=gone)
        self._rewrite()
        for copy in migrate.copies(self.path):
            copy.unlink(missing_ok=True)
        return Purged(len(form_ids), len(names), gone)

    def _rewrite(self) -> None:
        with self._database.outside() as connection:
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def counts(self) -> dict[str, int]:
        """Return how many clients, forms, dossiers and files there are."""
        with self._database.read() as connection:
            return {
                table.name: int(connection.execute(select(func.count()).select_from(table)).scalar_one())
                for table in (clients, forms, dossiers, files)
            }


def open_database(store: Path, key: bytes, *, copy: bool = True) -> Database:
    """Open a store with a key that is known to be its own, and bring it to this version."""
    if store.stat().st_size == 0:
        # SQLite takes an empty file for a new store: a store that was cut to nothing must not open as an empty one.
        raise StoreDamaged(str(store))
    try:
        database = Database(store, key)
    except dbapi2.Error as problem:
        ours = translated(problem, store)
        if ours is None:
            raise
        raise ours from problem
    try:
        if migrate.version(database) is None:
            raise StoreDamaged(str(store))
        migrate.bring_up(database, copy=copy)
    except BaseException:
        database.close()
        raise
    return database


def _rows(connection: object, statement: str) -> list[tuple[object, ...]]:
    try:
        return list(connection.execute(statement).fetchall())  # type: ignore[attr-defined]  # the driver has no types
    except dbapi2.DatabaseError as problem:
        if translated(problem, Path()) is None:
            raise
        return [(str(problem), None)]


def _build(path: Path, key: bytes, practice: bool) -> None:
    database = Database(path, key)
    try:
        migrate.bring_up(database, copy=False)
        with database.write() as connection:
            connection.execute(insert(about).values(name="practice", value="yes" if practice else "no"))
    finally:
        database.close()
    # One file and not three, so that it can be put in its place by one rename.
    settle_into_one_file(path, key)


def settle_into_one_file(path: Path, key: bytes) -> None:
    """Leave the write-ahead log of a store that nothing else uses, and see the file on the disk."""
    connection = raw_connection(path, key)
    try:
        connection.execute("PRAGMA journal_mode = DELETE").fetchall()
    finally:
        connection.close()
    sync(path)


def put_in_place(fresh: Path, store: Path, header: Header) -> None:
    """Write the header, then rename the store: a header alone holds nothing, a store alone could not be opened."""
    place = header_path(store)
    for orphan in (place, spare(place)):
        if orphan.exists() and not store.exists():
            # Of a making that was cut off, or of a store that was moved away: kept, in case it is found again.
            orphan.replace(orphan.with_name(f"{orphan.name}.orphan-{secrets.token_hex(3)}"))
    write_header(place, header)
    if store.exists():
        raise WorkspaceExists(str(store))
    move_over(fresh, store)
    sync(store.parent)


def discard(fresh: Path, header: Header | None) -> None:
    for path in (fresh, *(fresh.with_name(fresh.name + end) for end in ("-wal", "-shm", "-journal"))):
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
    if header is not None and header.kind == "keyring":
        keyring_forget(header.workspace)
