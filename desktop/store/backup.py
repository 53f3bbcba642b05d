"""A backup: one file that holds a consistent copy of the store and its header, and nothing readable.

The file is a ZIP (stored) of `backup.json`, `header.json` and `store.db`; the store in it is encrypted under its own
key, the header wraps that key behind the passphrase and the recovery code.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import zipfile
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import update

from desktop.errors import (
    BackupDamaged,
    HeaderDamaged,
    StoreDamaged,
    TargetExists,
    WorkspaceExists,
)
from desktop.replacing import move_over
from desktop.store import migrate
from desktop.store.engine import Database, create_file, sync
from desktop.store.key import HEADER_LIMIT, Header, Unlock, disk_trouble, kept_by, unwrap
from desktop.store.records import ItemState
from desktop.store.schema import outbox
from desktop.store.workspace import (
    discard,
    open_database,
    put_in_place,
    settle_into_one_file,
    store_path,
)

FORMAT = 1
STORE_LIMIT = 1 << 40
RESTORED = "RESTORED_FROM_BACKUP"


def write_backup(database: Database, header: Header, target: Path, at: datetime) -> None:
    """Write a backup beside its place and rename it there; an existing file is kept and TargetExists raised."""
    if target.exists():
        raise TargetExists(str(target))
    mark = secrets.token_hex(4)
    snapshot, fresh = (target.with_name(f".{target.name}.{mark}{end}") for end in (".store", ".new"))
    try:
        database.copy_to(snapshot)
        facts = {
            "format": FORMAT,
            "program": "hoso",
            "practice": header.practice,
            "created": at.isoformat(timespec="seconds"),
            "step": migrate.version(database),
            "size": snapshot.stat().st_size,
            "sha256": _hash_file(snapshot),
        }
        create_file(fresh)
        with zipfile.ZipFile(fresh, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
            archive.writestr("backup.json", json.dumps(facts, indent=1))
            archive.writestr("header.json", header.to_bytes())
            archive.write(snapshot, "store.db")
        sync(fresh)
        # A hard link refuses an existing name, a rename would replace it; where links are unknown, look once more.
        try:
            os.link(fresh, target)
        except FileExistsError as problem:
            raise TargetExists(str(target)) from problem
        except OSError:
            if target.exists():
                raise TargetExists(str(target)) from None
            move_over(fresh, target)
        sync(target.parent)
    except OSError as problem:
        raise disk_trouble(problem, target) from problem
    finally:
        for path in (snapshot, fresh, *(snapshot.with_name(snapshot.name + end) for end in ("-journal", "-wal"))):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)


def restore(
    source: Path,
    home: Path,
    unlock: Unlock,
    *,
    new_unlock: Unlock | None = None,
) -> bool:
    """Put a backup in place as this home's workspace; return whether it is a practice one.

    `unlock` is the passphrase or the recovery code; with `new_unlock` the key is kept by that from now on. What the
    backup calls queued or sending may have been sent since: it becomes uncertain, and is settled by asking.

    Raises:
        WorkspaceExists: there is a store here already; it is never replaced.
        BackupDamaged: the file is not a whole backup. WrongPassphrase, RecoveryCodeMistyped, WrongRecoveryCode.
        StoreTooNew: made by a newer version of the program.
    """
    changed: Header | None = None
    fresh: Path | None = None
    try:
        with _open_backup(source) as archive:
            facts = _read_json(archive, source)
            header = _read_header(archive, source)
            practice = header.practice
            store = store_path(home, practice)
            if store.exists():
                raise WorkspaceExists(str(store))
            key = unwrap(header, unlock, source)
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
            fresh = store.with_name(f".{store.name}.{secrets.token_hex(4)}")
            _extract(archive, facts, fresh, source)
        _make_safe(fresh, key, source)
        changed = kept_by(header, key, new_unlock) if new_unlock is not None else header
        put_in_place(fresh, store, changed)
    except OSError as problem:
        raise disk_trouble(problem, home) from problem
    finally:
        if fresh is not None:
            discard(fresh, None)
    return practice


def _open_backup(source: Path) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(source)
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as problem:
        raise BackupDamaged(str(source), "shape") from problem
    names = [entry.filename for entry in archive.infolist()]
    if sorted(names) != ["backup.json", "header.json", "store.db"]:
        archive.close()
        raise BackupDamaged(str(source), "shape")
    return archive


def _member(archive: zipfile.ZipFile, name: str, source: Path) -> IO[bytes]:
    entry = archive.getinfo(name)
    if entry.compress_type != zipfile.ZIP_STORED or entry.file_size > STORE_LIMIT:
        raise BackupDamaged(str(source), "shape")
    try:
        return archive.open(entry)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as problem:
        raise BackupDamaged(str(source), "shape") from problem


def _small(archive: zipfile.ZipFile, name: str, source: Path) -> bytes:
    try:
        with _member(archive, name, source) as file:
            return file.read(HEADER_LIMIT)
    except (zipfile.BadZipFile, EOFError) as problem:
        raise BackupDamaged(str(source), "digest") from problem


def _read_json(archive: zipfile.ZipFile, source: Path) -> dict[str, Any]:
    try:
        facts = json.loads(_small(archive, "backup.json", source))
        if facts["format"] != FORMAT:
            raise BackupDamaged(str(source), "version")
        return {"size": int(facts["size"]), "sha256": str(facts["sha256"])}
    except (ValueError, KeyError, TypeError, RecursionError) as problem:
        raise BackupDamaged(str(source), "shape") from problem


def _read_header(archive: zipfile.ZipFile, source: Path) -> Header:
    try:
        return Header.from_bytes(_small(archive, "header.json", source), source)
    except HeaderDamaged as problem:
        raise BackupDamaged(str(source), problem.why) from problem


def _extract(archive: zipfile.ZipFile, facts: dict[str, Any], fresh: Path, source: Path) -> None:
    create_file(fresh)
    digest = hashlib.sha256()
    try:
        with _member(archive, "store.db", source) as packed, fresh.open("wb") as file:
            while data := packed.read(1 << 20):
                digest.update(data)
                file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except (zipfile.BadZipFile, EOFError) as problem:
        raise BackupDamaged(str(source), "digest") from problem
    if fresh.stat().st_size != facts["size"]:
        raise BackupDamaged(str(source), "size")
    if digest.hexdigest() != facts["sha256"]:
        raise BackupDamaged(str(source), "digest")


def _make_safe(fresh: Path, key: bytes, source: Path) -> None:
    try:
        database = open_database(fresh, key, copy=False)
    except StoreDamaged as problem:
        raise BackupDamaged(str(source), "store") from problem
    try:
        with database.outside() as raw:
            broken = raw.execute("PRAGMA cipher_integrity_check").fetchall()
            broken += [row for row in raw.execute("PRAGMA quick_check").fetchall() if row[0] != "ok"]
        if broken:
            raise BackupDamaged(str(source), "store")
        with database.write() as connection:
            connection.execute(
                update(outbox)
                .where(outbox.c.state.in_([ItemState.QUEUED, ItemState.SENDING]))
                .values(state=ItemState.UNCERTAIN, reason=RESTORED, sending_since=None, not_before=None)
            )
    finally:
        database.close()
    settle_into_one_file(fresh, key)


def _hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
