"""What the workspace knows of the world around: portals and log-ins, trusted certificates, settings."""

from __future__ import annotations

import builtins
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from desktop.errors import RecordNotFound
from desktop.store.engine import Database
from desktop.store.ledger import Audit
from desktop.store.records import Anchor, Portal, Session
from desktop.store.schema import anchors, portals, sessions, settings
from desktop.store.timing import Clock


class Portals:
    """The portals that this workspace may file at."""

    def __init__(self, database: Database, clock: Clock, audit: Audit) -> None:
        self._database = database
        self._clock = clock
        self._audit = audit

    def add(
        self,
        url: str,
        *,
        name_vi: str,
        name_en: str,
        practice: bool,
        fingerprint: str | None,
        facts: dict[str, Any] | None = None,
    ) -> Portal:
        """Add a portal, or note anew what is known of it; where its changes were read to stays."""
        values = {"name_vi": name_vi, "name_en": name_en, "practice": practice, "fingerprint": fingerprint}
        with self._database.write() as connection:
            if connection.execute(select(portals.c.url).where(portals.c.url == url)).first() is None:
                connection.execute(insert(portals).values(url=url, facts=facts or {}, added=self._clock(), **values))
                self._audit.write("portal.add", url)
            else:
                if facts is not None:
                    connection.execute(update(portals).where(portals.c.url == url).values(facts=facts))
                connection.execute(update(portals).where(portals.c.url == url).values(**values))
            return self.get(url)

    def get(self, url: str) -> Portal:
        """Return a portal; raise RecordNotFound."""
        with self._database.read() as connection:
            row = connection.execute(select(portals).where(portals.c.url == url)).first()
        if row is None:
            raise RecordNotFound("portal", url)
        return _portal_from(row)

    def list(self) -> builtins.list[Portal]:
        """Return the portals in the order in which they were added."""
        with self._database.read() as connection:
            return [_portal_from(row) for row in connection.execute(select(portals).order_by(portals.c.added))]

    def remove(self, url: str) -> None:
        """Forget a portal and the log-in there; what was filed stays."""
        with self._database.write() as connection:
            if not connection.execute(delete(portals).where(portals.c.url == url)).rowcount:
                raise RecordNotFound("portal", url)
            self._audit.write("portal.remove", url)

    def set_cursor(self, url: str, cursor: str | None) -> None:
        """Note how far the portal's changes were read, in the transaction that keeps them."""
        with self._database.write() as connection:
            connection.execute(update(portals).where(portals.c.url == url).values(cursor=cursor))

    def save_session(
        self, url: str, tokens: dict[str, Any], person: dict[str, Any], expires: datetime | None
    ) -> Session:
        """Keep a log-in."""
        with self._database.write() as connection:
            connection.execute(delete(sessions).where(sessions.c.portal == url))
            connection.execute(
                insert(sessions).values(
                    portal=url, tokens=tokens, person=person, expires=expires, updated=self._clock()
                )
            )
            self._audit.write("session.save", url)
        return Session(url, tokens, person, expires, self._clock())

    def session(self, url: str) -> Session | None:
        """Return the log-in at a portal, if there is one; it may have expired."""
        with self._database.read() as connection:
            row = connection.execute(select(sessions).where(sessions.c.portal == url)).first()
        return None if row is None else Session(row.portal, row.tokens, row.person, row.expires, row.updated)

    def drop_session(self, url: str) -> None:
        """Forget a log-in."""
        with self._database.write() as connection:
            connection.execute(delete(sessions).where(sessions.c.portal == url))
            self._audit.write("session.drop", url)


def _portal_from(row: Row[Any]) -> Portal:
    return Portal(
        row.url, row.name_vi, row.name_en, bool(row.practice), row.fingerprint, row.facts, row.cursor, row.added
    )


class TrustStore:
    """Certificates that the user trusts, and those that help to build chains; named by the SHA-256 of their DER."""

    def __init__(self, database: Database, clock: Clock, audit: Audit) -> None:
        self._database = database
        self._clock = clock
        self._audit = audit

    def add(self, fingerprint: str, kind: str, name: str, der: bytes, *, source: str = "user") -> Anchor:
        """Keep a certificate or a revocation list; the same one is kept once."""
        with self._database.write() as connection:
            connection.execute(delete(anchors).where(anchors.c.fingerprint == fingerprint))
            connection.execute(
                insert(anchors).values(
                    fingerprint=fingerprint, kind=kind, name=name, der=der, source=source, added=self._clock()
                )
            )
            self._audit.write("trust.add", fingerprint, kind=kind)
        return next(one for one in self.list() if one.fingerprint == fingerprint)

    def remove(self, fingerprint: str) -> None:
        """Take the trust away; the whole fingerprint, or its beginning where that names one alone."""
        wanted = fingerprint.lower().replace(":", "").replace(" ", "")
        with self._database.write() as connection:
            found = [one.fingerprint for one in self.list() if one.fingerprint.lower().startswith(wanted)]
            if len(found) != 1 or len(wanted) < 8:
                raise RecordNotFound("anchor", fingerprint)
            connection.execute(delete(anchors).where(anchors.c.fingerprint == found[0]))
            self._audit.write("trust.remove", found[0])

    def list(self, kind: str | None = None) -> builtins.list[Anchor]:
        """Return what is kept, in the order in which it was added."""
        query = select(anchors).order_by(anchors.c.added, anchors.c.fingerprint)
        if kind is not None:
            query = query.where(anchors.c.kind == kind)
        with self._database.read() as connection:
            return [
                Anchor(row.fingerprint, row.kind, row.name, row.der, row.source, row.added)
                for row in connection.execute(query)
            ]


class Settings:
    """Choices that belong to the workspace; plain JSON values."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, name: str, default: Any = None) -> Any:
        """Return a choice, or the default."""
        with self._database.read() as connection:
            row = connection.execute(select(settings.c.value).where(settings.c.name == name)).first()
        return default if row is None else row.value

    def set(self, name: str, value: Any) -> None:
        """Keep a choice; None forgets it."""
        with self._database.write() as connection:
            connection.execute(delete(settings).where(settings.c.name == name))
            if value is not None:
                connection.execute(insert(settings).values(name=name, value=value))

    def all(self) -> dict[str, Any]:
        """Return every choice made; accounts at services (`remotes.py`) are none."""
        query = select(settings).where(~settings.c.name.startswith("remote/")).order_by(settings.c.name)
        with self._database.read() as connection:
            return {row.name: row.value for row in connection.execute(query)}
