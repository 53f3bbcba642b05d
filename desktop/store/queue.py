"""The outbox's table: what is to be sent, where it stands, each try, and the receipts.

Every move is a compare-and-set in one transaction: it succeeds only from the state that it names, so two processes can
never both make it. What the moves mean is in `desktop/outbox.py`.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from desktop.errors import ItemNotFound, MoveForbidden
from desktop.store.engine import Database
from desktop.store.ledger import Audit, add_event
from desktop.store.records import ITEM_MOVES, LIVE_ITEMS, Attempt, ItemState, OutboxItem, Receipt
from desktop.store.schema import attempts, dossiers, outbox, receipts, revisions
from desktop.store.timing import Clock


def _select() -> Select[Any]:
    tries = select(func.count()).where(attempts.c.key == outbox.c.key, attempts.c.act == "send").scalar_subquery()
    return select(outbox, tries.label("tries"))


def _item_from(row: Row[Any]) -> OutboxItem:
    return OutboxItem(
        key=row.key,
        dossier=row.dossier,
        revision=row.revision,
        portal=row.portal,
        state=ItemState(row.state),
        attempts=row.tries,
        code=row.code,
        reason=row.reason,
        facts=row.facts,
        not_before=row.not_before,
        sending_since=row.sending_since,
        created=row.created,
        updated=row.updated,
    )


class Queue:
    """The outbox of a workspace, as data."""

    def __init__(self, database: Database, clock: Clock, audit: Audit) -> None:
        self._database = database
        self._clock = clock
        self._audit = audit

    def enqueue(self, dossier: str, portal: str) -> OutboxItem:
        """Queue a dossier's current revision under the revision's own key; the same revision is queued once.

        A cancelled item is queued again. Raise MoveForbidden where it is queued for another portal.
        """
        now = self._clock()
        with self._database.write() as connection:
            key, revision = connection.execute(
                select(revisions.c.key, revisions.c.number)
                .join(dossiers, dossiers.c.id == revisions.c.dossier)
                .where(dossiers.c.id == dossier, revisions.c.number == dossiers.c.revision)
            ).one()
            row = connection.execute(_select().where(outbox.c.key == key)).first()
            if row is None:
                connection.execute(
                    insert(outbox).values(
                        key=key,
                        dossier=dossier,
                        revision=revision,
                        portal=portal,
                        state=ItemState.QUEUED,
                        position=self._next_position(connection),
                        facts={},
                        created=now,
                        updated=now,
                    )
                )
            elif row.state == ItemState.CANCELLED:
                self.move(key, ItemState.CANCELLED, ItemState.QUEUED)
                connection.execute(
                    update(outbox)
                    .where(outbox.c.key == key)
                    .values(portal=portal, position=self._next_position(connection))
                )
            else:
                if row.portal != portal:
                    raise MoveForbidden("item", key, row.state, ItemState.QUEUED)
                return _item_from(row)
            add_event(connection, dossier, now, "enqueued", {"portal": portal})
            self._audit.write("outbox.enqueue", key)
            return self.get(key)

    def _next_position(self, connection: Connection) -> int:
        return int(connection.execute(select(func.coalesce(func.max(outbox.c.position), 0) + 1)).scalar_one())

    def get(self, key: str) -> OutboxItem:
        """Return one item; raise ItemNotFound."""
        with self._database.read() as connection:
            row = connection.execute(_select().where(outbox.c.key == key)).first()
        if row is None:
            raise ItemNotFound(key)
        return _item_from(row)

    def of_dossier(self, dossier: str) -> builtins.list[OutboxItem]:
        """Return the items of a dossier, by revision."""
        query = _select().where(outbox.c.dossier == dossier).order_by(outbox.c.revision)
        with self._database.read() as connection:
            return [_item_from(row) for row in connection.execute(query)]

    def items(
        self, states: Iterable[ItemState] | None = None, *, portal: str | None = None
    ) -> builtins.list[OutboxItem]:
        """Return items in the order in which they were queued."""
        query = _select().order_by(outbox.c.position)
        if states is not None:
            query = query.where(outbox.c.state.in_(list(states)))
        if portal is not None:
            query = query.where(outbox.c.portal == portal)
        with self._database.read() as connection:
            return [_item_from(row) for row in connection.execute(query)]

    def same_filing(self, dossier: str) -> OutboxItem | None:
        """Return an item of another dossier of the same client, procedure, case and period that was or may be filed."""
        this, other = dossiers.alias("this"), dossiers.alias("other")
        filed = [*LIVE_ITEMS, ItemState.DONE]
        query = (
            _select()
            .join(other, other.c.id == outbox.c.dossier)
            .join(
                this,
                (this.c.client == other.c.client)
                & (this.c.procedure == other.c.procedure)
                & (this.c.case == other.c.case)
                & this.c.period.is_not_distinct_from(other.c.period),
            )
            .where(this.c.id == dossier, other.c.id != dossier, outbox.c.state.in_(filed))
            .order_by(outbox.c.position)
        )
        with self._database.read() as connection:
            row = connection.execute(query).first()
        return None if row is None else _item_from(row)

    def same_by_hand(self, dossier: str) -> str | None:
        """Return another dossier of the same client, procedure, case and period whose code was entered by hand."""
        this, other = dossiers.alias("this"), dossiers.alias("other")
        query = (
            select(other.c.id)
            .join(
                this,
                (this.c.client == other.c.client)
                & (this.c.procedure == other.c.procedure)
                & (this.c.case == other.c.case)
                & this.c.period.is_not_distinct_from(other.c.period),
            )
            .where(this.c.id == dossier, other.c.id != dossier, other.c.code_entered)
            .order_by(other.c.updated.desc())
        )
        with self._database.read() as connection:
            found = connection.execute(query).scalar()
        return None if found is None else str(found)

    def move(
        self,
        key: str,
        state: ItemState,
        wanted: ItemState,
        *,
        reason: str | None = None,
        facts: dict[str, Any] | None = None,
        not_before: datetime | None = None,
        code: str | None = None,
    ) -> OutboxItem:
        """Move an item from one state to another; raise MoveForbidden if it is not there, or the table forbids it."""
        now = self._clock()
        if wanted != state and wanted not in ITEM_MOVES[state]:
            raise MoveForbidden("item", key, state, wanted)
        with self._database.write() as connection:
            done = connection.execute(
                update(outbox)
                .where(outbox.c.key == key, outbox.c.state == state)
                .values(
                    state=wanted,
                    reason=reason,
                    facts=facts or {},
                    not_before=not_before,
                    code=code,
                    sending_since=now if wanted == ItemState.SENDING else None,
                    updated=now,
                )
            )
            found = self.get(key)
            if not done.rowcount:
                raise MoveForbidden("item", key, found.state, wanted)
            return found

    # --- tries and receipts

    def begin(self, key: str, act: str) -> int:
        """Note that a try begins now, before its first byte; return its number."""
        with self._database.write() as connection:
            number = int(
                connection.execute(
                    select(func.coalesce(func.max(attempts.c.number), 0) + 1).where(attempts.c.key == key)
                ).scalar_one()
            )
            connection.execute(
                insert(attempts).values(key=key, number=number, act=act, started=self._clock(), facts={})
            )
            return number

    def end(self, key: str, number: int, outcome: str, reason: str | None = None, **facts: Any) -> None:
        """Note how a try ended; what was noted during it stays."""
        here = (attempts.c.key == key) & (attempts.c.number == number)
        with self._database.write() as connection:
            noted = (connection.execute(select(attempts.c.facts).where(here)).scalar() or {}).get("notes")
            connection.execute(
                update(attempts)
                .where(here)
                .values(
                    ended=self._clock(), outcome=outcome, reason=reason,
                    facts=facts if noted is None else facts | {"notes": noted},
                )
            )  # fmt: skip

    def note(self, key: str, **facts: Any) -> None:
        """Keep facts of the newest try, durably; a connector notes what it must not forget before it goes on."""
        newest = select(func.max(attempts.c.number)).where(attempts.c.key == key).scalar_subquery()
        here = (attempts.c.key == key) & (attempts.c.number == newest)
        with self._database.write() as connection:
            told = connection.execute(select(attempts.c.facts).where(here)).scalar_one()
            whole = told | {"notes": told.get("notes", {}) | facts}
            connection.execute(update(attempts).where(here).values(facts=whole))

    def notes(self, key: str) -> dict[str, Any]:
        """Return what was noted in all tries of an item, the newest of each name."""
        found: dict[str, Any] = {}
        for one in self.attempts(key):
            found |= one.facts.get("notes", {})
        return found

    def attempts(self, key: str) -> builtins.list[Attempt]:
        """Return every try of an item, oldest first."""
        query = select(attempts).where(attempts.c.key == key).order_by(attempts.c.number)
        with self._database.read() as connection:
            return [
                Attempt(row.number, row.act, row.started, row.ended, row.outcome, row.reason, row.facts)
                for row in connection.execute(query)
            ]

    def keep_receipt(
        self, key: str, *, code: str, data: bytes, received: datetime, due: datetime | None, trusted: bool
    ) -> None:
        """Keep a receipt byte for byte. One that is trusted is never replaced."""
        with self._database.write() as connection:
            old = connection.execute(select(receipts.c.trusted).where(receipts.c.key == key)).first()
            if old is not None and old.trusted:
                return
            values = {
                "code": code,
                "data": data,
                "received": received,
                "due": due,
                "trusted": trusted,
                "saved": self._clock(),
            }
            if old is None:
                connection.execute(insert(receipts).values(key=key, **values))
            else:
                connection.execute(update(receipts).where(receipts.c.key == key).values(**values))

    def receipt(self, key: str) -> Receipt | None:
        """Return the receipt of one submission, if there is one."""
        return self._receipt(receipts.c.key == key)

    def receipt_of(self, dossier: str) -> Receipt | None:
        """Return the newest receipt of a dossier."""
        return self._receipt(outbox.c.dossier == dossier)

    def _receipt(self, where: Any) -> Receipt | None:
        query = (
            select(receipts, outbox.c.dossier, outbox.c.revision, outbox.c.portal)
            .join(outbox, outbox.c.key == receipts.c.key)
            .where(where)
            .order_by(outbox.c.revision.desc())
        )
        with self._database.read() as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        return Receipt(
            row.key,
            row.dossier,
            row.revision,
            row.portal,
            row.code,
            row.data,
            row.received,
            row.due,
            bool(row.trusted),
            row.saved,
        )
