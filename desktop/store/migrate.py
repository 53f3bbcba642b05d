"""Brings a store to the newest schema: a copy first, then all or nothing.

The steps are Alembic's, in `migrations/versions`. Alembic is loaded only when there is something to do.
"""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event
from sqlalchemy.pool import StaticPool
from sqlcipher3 import dbapi2

from desktop.errors import DesktopError, MigrationFailed, StoreDamaged, StoreTooNew
from desktop.replacing import move_over
from desktop.store.engine import Database, translated

HEAD = "0003"
"""The newest step; a test compares it with the folder."""
FOLDER = Path(__file__).resolve().parent / "migrations"
COPIES_KEPT = 2


def version(database: Database) -> str | None:
    """Return the step that the store is at; None: it has no table yet."""
    with database.outside() as connection:
        named = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
        if named is None:
            empty = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
            if empty:
                return None
            raise StoreDamaged(str(database.path))
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        if row is None:
            raise StoreDamaged(str(database.path))
        return str(row[0])


def known_steps() -> list[str]:
    """Return the steps that this program has, oldest first, by their files' names."""
    names = (re.match(r"(\d{4})_", file.name) for file in (FOLDER / "versions").glob("*.py*"))
    return sorted({match[1] for match in names if match})


def bring_up(database: Database, *, copy: bool = True) -> Path | None:
    """Run the steps that a store lacks; return the copy made before.

    Raises:
        StoreTooNew: the store is at a step that this program does not have.
        MigrationFailed: a step failed; the store is as it was, and the copy is kept too.
    """
    target = HEAD
    found = version(database)
    if found == target:
        return None
    if found is not None and found not in known_steps():
        raise StoreTooNew(str(database.path), found, HEAD)
    kept: Path | None = None
    if copy and found is not None:
        kept = database.path.with_name(f"{database.path.name}.before-{target}")
        fresh = kept.with_name(kept.name + ".new")
        fresh.unlink(missing_ok=True)
        database.copy_to(fresh)
        move_over(fresh, kept)
    try:
        _run(database, target)
    except DesktopError:
        raise
    except Exception as problem:
        if kept is None:
            raise
        raise MigrationFailed(str(database.path), str(kept)) from problem
    for old in copies(database.path)[:-COPIES_KEPT]:
        with contextlib.suppress(OSError):
            old.unlink()
    return kept


def copies(path: Path) -> list[Path]:
    """Return the copies made before migrations, oldest first."""
    return sorted(path.parent.glob(f"{path.name}.before-[0-9][0-9][0-9][0-9]"))


def _run(database: Database, target: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    with database.outside() as raw:
        # Outside the transaction, where it counts: rebuilding a table would otherwise cascade into its children.
        raw.execute("PRAGMA foreign_keys = OFF")
        engine = create_engine("sqlite://", module=dbapi2, creator=lambda: raw, poolclass=StaticPool)

        @event.listens_for(engine, "begin")
        def begin(connection: Any) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

        @event.listens_for(engine, "handle_error")
        def handle(context: Any) -> None:
            ours = translated(context.original_exception, database.path)
            if ours is not None:
                raise ours

        with engine.connect() as connection, connection.begin():
            config.attributes["connection"] = connection
            command.upgrade(config, target)
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise RuntimeError(f"a migration broke {len(broken)} references")
