"""Clients and what is known of them, each fact with its source and consent."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from desktop.collation import rank
from desktop.errors import ClientExists, ClientNotFound
from desktop.store.engine import Database
from desktop.store.ledger import Audit
from desktop.store.records import Client, Fact
from desktop.store.schema import clients, dossiers, facts
from desktop.store.search import folded, holds_all
from desktop.store.timing import Clock


def client_from(row: Row[Any]) -> Client:
    """Read a row of the clients table."""
    return Client(row.id, row.tax_code, row.name, row.created, row.updated)


def client_by_id(connection: Connection, number: int) -> Client:
    """Return a client that some row refers to."""
    return client_from(connection.execute(select(clients).where(clients.c.id == number)).one())


class Clients:
    """The clients of a workspace, named by their tax codes."""

    def __init__(self, database: Database, clock: Clock, audit: Audit) -> None:
        self._database = database
        self._clock = clock
        self._audit = audit

    def add(
        self,
        tax_code: str,
        name: str,
        known: Mapping[str, str] | None = None,
        *,
        source: str = "entered",
        consent: bool = True,
    ) -> Client:
        """Add a client with what is known of it; raise ClientExists."""
        now = self._clock()
        with self._database.write() as connection:
            try:
                connection.execute(
                    insert(clients).values(
                        tax_code=tax_code, name=name, folded=folded(tax_code, name), created=now, updated=now
                    )
                )
            except IntegrityError as problem:
                raise ClientExists(tax_code) from problem
            client = self.get(tax_code)
            self._write_facts(
                connection, client, {"tax_code": tax_code, "name": name, **(known or {})}, source, consent
            )
            self._audit.write("client.add", str(client.id), facts=len(known or {}))
        return client

    def get(self, tax_code: str) -> Client:
        """Return the client of a tax code; raise ClientNotFound."""
        with self._database.read() as connection:
            row = connection.execute(select(clients).where(clients.c.tax_code == tax_code.strip())).first()
        if row is None:
            raise ClientNotFound(tax_code)
        return client_from(row)

    def list(self, words: str = "", limit: int | None = None) -> builtins.list[Client]:
        """Return clients that hold every word of name or tax code, with or without diacritics.

        All of them stand in the order of a Vietnamese dictionary; the first few of a `limit` are found without it.
        """
        query = select(clients).where(holds_all(clients.c.folded, words)).order_by(clients.c.folded, clients.c.id)
        with self._database.read() as connection:
            found = [client_from(row) for row in connection.execute(query.limit(limit))]
        return found if limit is not None else sorted(found, key=lambda one: rank(one.name))

    def facts(self, client: Client) -> dict[str, Fact]:
        """Return all that is known of a client, by fact name."""
        query = select(facts).where(facts.c.client == client.id).order_by(facts.c.name)
        with self._database.read() as connection:
            return {
                row.name: Fact(row.name, row.value, row.source, row.consent, row.updated)
                for row in connection.execute(query)
            }

    def all_facts(self) -> dict[int, dict[str, Fact]]:
        """Return all that is known of all clients, by client and fact name."""
        found: dict[int, dict[str, Fact]] = {}
        with self._database.read() as connection:
            for row in connection.execute(select(facts).order_by(facts.c.name)):
                fact = Fact(row.name, row.value, row.source, row.consent, row.updated)
                found.setdefault(row.client, {})[row.name] = fact
        return found

    def update_facts(
        self, client: Client, known: Mapping[str, str | None], *, source: str, consent: bool
    ) -> frozenset[str]:
        """Write facts with their source and whether their use for prefilling was agreed to; return those that changed.

        None removes a fact. A fact `name` also renames the client.
        """
        with self._database.write() as connection:
            changed = self._write_facts(connection, client, known, source, consent)
            if changed:
                self._audit.write("client.facts", str(client.id), facts=len(changed))
        return changed

    def consent(self, client: Client, names: Iterable[str], *, given: bool) -> None:
        """Give or take back the consent to the use of facts."""
        with self._database.write() as connection:
            connection.execute(
                update(facts)
                .where(facts.c.client == client.id, facts.c.name.in_(list(names)))
                .values(consent=self._clock() if given else None)
            )
            self._audit.write("client.consent", str(client.id), given=given)

    def _write_facts(
        self, connection: Connection, client: Client, known: Mapping[str, str | None], source: str, consent: bool
    ) -> frozenset[str]:
        before, now = self.facts(client), self._clock()
        changed = set()
        for name, value in known.items():
            old = before.get(name)
            if old is not None and (old.value, old.source, old.consent is not None) == (value, source, consent):
                continue
            if old is None and value is None:
                continue
            changed.add(name)
            connection.execute(delete(facts).where(facts.c.client == client.id, facts.c.name == name))
            if value is not None:
                connection.execute(
                    insert(facts).values(
                        client=client.id,
                        name=name,
                        value=value,
                        source=source,
                        consent=now if consent else None,
                        updated=now,
                    )
                )
        name = known.get("name") or client.name
        if changed:
            connection.execute(
                update(clients)
                .where(clients.c.id == client.id)
                .values(name=name, folded=folded(client.tax_code, name), updated=now)
            )
        if name != client.name:
            # Dossiers are found by their client's name too.
            for row in connection.execute(select(dossiers).where(dossiers.c.client == client.id)).all():
                text = folded(row.id, client.tax_code, name, row.procedure, row.procedure_name, row.period, row.code)
                connection.execute(update(dossiers).where(dossiers.c.id == row.id).values(folded=text))
        return frozenset(changed)
