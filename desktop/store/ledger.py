"""What is written down and never changed: events of a dossier, evidence, and the audit log."""

from __future__ import annotations

import builtins
from collections.abc import Iterable
from datetime import datetime
from typing import Any, BinaryIO

from sqlalchemy import Connection, delete, insert, select

from desktop.store.engine import Database
from desktop.store.files import Files
from desktop.store.records import AuditEntry, Event, Evidence
from desktop.store.schema import audit, dossiers, events, evidence, files
from desktop.store.timing import Clock


class Audit:
    """Who did what when, without any value of a field, name or tax code: ids and counts only."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def write(self, action: str, subject: str = "", **facts: Any) -> None:
        """Note one act, in the transaction of the act itself."""
        with self._database.write() as connection:
            connection.execute(insert(audit).values(at=self._clock(), action=action, subject=subject, facts=facts))

    def list(self, limit: int = 500, before: int | None = None) -> builtins.list[AuditEntry]:
        """Return entries, newest first."""
        query = select(audit).order_by(audit.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(audit.c.id < before)
        with self._database.read() as connection:
            return [AuditEntry(row.id, row.at, row.action, row.subject, row.facts) for row in connection.execute(query)]


def add_event(connection: Connection, dossier: str, at: datetime, kind: str, facts: dict[str, Any]) -> None:
    """Write an event of a dossier's current revision."""
    revision = select(dossiers.c.revision).where(dossiers.c.id == dossier).scalar_subquery()
    connection.execute(insert(events).values(dossier=dossier, revision=revision, at=at, kind=kind, facts=facts))


def events_of(connection: Connection, dossier: str) -> builtins.list[Event]:
    """Return the events of a dossier, oldest first."""
    rows = connection.execute(select(events).where(events.c.dossier == dossier).order_by(events.c.id))
    return [Event(row.id, row.dossier, row.revision, row.at, row.kind, row.facts) for row in rows]


def events_of_kind(connection: Connection, kind: str) -> builtins.list[Event]:
    """Return the events of one kind, oldest first."""
    rows = connection.execute(select(events).where(events.c.kind == kind).order_by(events.c.id))
    return [Event(row.id, row.dossier, row.revision, row.at, row.kind, row.facts) for row in rows]


class EvidenceKeeper:
    """Things kept to prove what happened, byte for byte."""

    def __init__(self, database: Database, clock: Clock, kept: Files) -> None:
        self._database = database
        self._clock = clock
        self._files = kept

    def add(
        self,
        dossier: str,
        kind: str,
        data: bytes | BinaryIO,
        at: datetime | None = None,
        *,
        name: str = "",
        media_type: str = "application/octet-stream",
        facts: dict[str, Any] | None = None,
    ) -> Evidence:
        """Keep a file as evidence of the dossier's current revision."""
        name = name or kind
        at = at or self._clock()
        sha256 = self._files.put(data, name, media_type)
        with self._database.write() as connection:
            revision = connection.execute(select(dossiers.c.revision).where(dossiers.c.id == dossier)).scalar_one()
            row = connection.execute(
                insert(evidence).values(
                    dossier=dossier, revision=revision, kind=kind, name=name, sha256=sha256, at=at, facts=facts or {}
                )
            ).inserted_primary_key
        assert row is not None
        size = self._files.size(sha256)
        return Evidence(int(row[0]), dossier, revision, kind, name, media_type, sha256, size, at, facts or {})

    def remove(self, ids: Iterable[int]) -> int:
        """Forget some of it, on a person's word; the bytes go when nothing else refers to them."""
        with self._database.write() as connection:
            return connection.execute(delete(evidence).where(evidence.c.id.in_(builtins.list(ids)))).rowcount

    def list(self, dossier: str | None = None, kind: str | None = None) -> builtins.list[Evidence]:
        """Return what is kept of a dossier, or of all, oldest first."""
        query = (
            select(evidence, files.c.media_type, files.c.size)
            .join(files, files.c.sha256 == evidence.c.sha256)
            .order_by(evidence.c.id)
        )
        if dossier is not None:
            query = query.where(evidence.c.dossier == dossier)
        if kind is not None:
            query = query.where(evidence.c.kind == kind)
        with self._database.read() as connection:
            return [
                Evidence(
                    row.id, row.dossier, row.revision, row.kind, row.name, row.media_type, row.sha256, row.size,
                    row.at, row.facts,
                )
                for row in connection.execute(query)
            ]  # fmt: skip
