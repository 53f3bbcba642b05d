"""What comes back from a portal: statuses, fees and payments, letters, results."""

from __future__ import annotations

import builtins
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, or_, select, update

from desktop.errors import MoveForbidden, RecordNotFound
from desktop.store.engine import Database
from desktop.store.ledger import Audit, add_event
from desktop.store.records import (
    Client,
    DossierState,
    Fee,
    FeeState,
    FirstResult,
    Letter,
    Payment,
    PaymentState,
    Result,
    Status,
)
from desktop.store.schema import clients, dossiers, fees, letters, payments, results, statuses
from desktop.store.timing import Clock


class Statuses:
    """The statuses of dossiers. They may go backwards and may be unknown: the raw text is always kept."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def record(self, dossier: str, at: datetime, status: int | None, raw: str, note: str = "") -> bool:
        """Keep one status of the portal's history; return whether it is new; a known one is not kept twice."""
        known = status if status is not None and 1 <= status <= 10 else None
        with self._database.write() as connection:
            same = (statuses.c.dossier == dossier) & (statuses.c.at == at) & (statuses.c.raw == raw)
            if connection.execute(select(statuses.c.id).where(same, statuses.c.note == note)).first() is not None:
                return False
            connection.execute(
                insert(statuses).values(dossier=dossier, at=at, status=known, raw=raw, note=note, seen=self._clock())
            )
            return True

    def set_current(
        self,
        dossier: str,
        status: int | None,
        raw: str | None,
        *,
        received: datetime | None = None,
        due: datetime | None = None,
    ) -> bool:
        """Note where the portal says that a dossier stands now; return whether that changed."""
        known = status if status is not None and 1 <= status <= 10 else None
        with self._database.write() as connection:
            row = connection.execute(select(dossiers).where(dossiers.c.id == dossier)).one()
            values: dict[str, Any] = {"status": known, "raw": raw}
            if received is not None:
                values["received"] = received
            if due is not None:
                values["due"] = due
            if all(row._mapping[name] == value for name, value in values.items()):
                return False
            connection.execute(update(dossiers).where(dossiers.c.id == dossier).values(**values, updated=self._clock()))
            return True

    def history(self, dossier: str) -> builtins.list[Status]:
        """Return the statuses of a dossier, oldest first by the portal's own times."""
        query = select(statuses).where(statuses.c.dossier == dossier).order_by(statuses.c.at, statuses.c.id)
        with self._database.read() as connection:
            return [
                Status(row.id, row.dossier, row.at, row.status, row.raw, row.note, row.seen)
                for row in connection.execute(query)
            ]


class Fees:
    """Fees and their payments. Nothing is paid twice by ourselves."""

    def __init__(self, database: Database, clock: Clock, audit: Audit) -> None:
        self._database = database
        self._clock = clock
        self._audit = audit

    def record(self, dossier: str, fee: str, title: str, amount: int, state: FeeState) -> bool:
        """Keep what the portal says of a fee, in whole đồng; return whether anything changed."""
        with self._database.write() as connection:
            here = (fees.c.dossier == dossier) & (fees.c.fee == fee)
            row = connection.execute(select(fees).where(here)).first()
            values = {"title": title, "amount": amount, "state": FeeState(state), "updated": self._clock()}
            if row is None:
                connection.execute(insert(fees).values(dossier=dossier, fee=fee, **values))
                return True
            if (row.title, row.amount, row.state) == (title, amount, state):
                return False
            connection.execute(update(fees).where(here).values(**values))
            return True

    def list(self, dossier: str | None = None, *, state: FeeState | None = None) -> builtins.list[Fee]:
        """Return the fees of a dossier, or of all; `state`: only those that stand so."""
        query = select(fees).order_by(fees.c.dossier, fees.c.fee)
        if dossier is not None:
            query = query.where(fees.c.dossier == dossier)
        if state is not None:
            query = query.where(fees.c.state == state)
        with self._database.read() as connection:
            return [
                Fee(row.dossier, row.fee, row.title, row.amount, FeeState(row.state), row.updated)
                for row in connection.execute(query)
            ]

    def start_payment(self, dossier: str, fee: str) -> Payment:
        """Return the open payment of a fee, or begin one with a new idempotency key, before the portal is told.

        Raise RecordNotFound, or MoveForbidden where the fee is paid.
        """
        now = self._clock()
        with self._database.write() as connection:
            known = {one.fee: one for one in self.list(dossier)}.get(fee)
            if known is None:
                raise RecordNotFound("fee", fee)
            open_one = connection.execute(
                select(payments).where(
                    payments.c.dossier == dossier, payments.c.fee == fee, payments.c.state != PaymentState.FAILED
                )
            ).first()
            if open_one is not None:
                return _payment_from(open_one)
            if known.state == FeeState.PAID:
                raise MoveForbidden("fee", fee, known.state, PaymentState.STARTED)
            key = str(uuid.uuid4())
            connection.execute(
                insert(payments).values(
                    id=key,
                    dossier=dossier,
                    fee=fee,
                    amount=known.amount,
                    state=PaymentState.STARTED,
                    created=now,
                    updated=now,
                )
            )
            add_event(connection, dossier, now, "payment_started", {"fee": fee, "amount": known.amount})
            self._audit.write("payment.start", key)
            return self.payment(key)

    def payment(self, key: str) -> Payment:
        """Return one payment; raise RecordNotFound."""
        with self._database.read() as connection:
            row = connection.execute(select(payments).where(payments.c.id == key)).first()
        if row is None:
            raise RecordNotFound("payment", key)
        return _payment_from(row)

    def payments(self, dossier: str) -> builtins.list[Payment]:
        """Return the payments of a dossier, oldest first."""
        query = select(payments).where(payments.c.dossier == dossier).order_by(payments.c.created)
        with self._database.read() as connection:
            return [_payment_from(row) for row in connection.execute(query)]

    def settle_payment(
        self, key: str, state: PaymentState, *, portal_payment: str | None = None, url: str | None = None
    ) -> Payment:
        """Note what the portal says of a payment; a paid one stays paid, and its fee with it."""
        now = self._clock()
        with self._database.write() as connection:
            old = self.payment(key)
            if old.state == PaymentState.PAID and state != PaymentState.PAID:
                return old
            connection.execute(
                update(payments)
                .where(payments.c.id == key)
                .values(
                    state=PaymentState(state),
                    portal_payment=portal_payment or old.portal_payment,
                    url=url or old.url,
                    updated=now,
                )
            )
            fee = {
                PaymentState.PAID: FeeState.PAID,
                PaymentState.CONFIRMING: FeeState.CONFIRMING,
                PaymentState.PENDING: FeeState.PENDING,
            }.get(PaymentState(state))
            if fee is not None:
                connection.execute(
                    update(fees)
                    .where(fees.c.dossier == old.dossier, fees.c.fee == old.fee)
                    .values(state=fee, updated=now)
                )
            if old.state != state:
                add_event(connection, old.dossier, now, f"payment_{state}", {"fee": old.fee, "amount": old.amount})
                self._audit.write(f"payment.{state}", key)
            return self.payment(key)


def _payment_from(row: Row[Any]) -> Payment:
    return Payment(
        row.id,
        row.dossier,
        row.fee,
        row.amount,
        PaymentState(row.state),
        row.portal_payment,
        row.url,
        row.created,
        row.updated,
    )


class Letters:
    """Supplement requests and messages from the agency."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def record(
        self,
        dossier: str,
        letter: str,
        kind: str,
        *,
        at: datetime,
        text: str,
        due: datetime | None = None,
        raw: dict[str, Any] | None = None,
    ) -> bool:
        """Keep a letter; return whether it is new or says something else than before."""
        with self._database.write() as connection:
            here = (letters.c.dossier == dossier) & (letters.c.letter == letter) & (letters.c.kind == kind)
            row = connection.execute(select(letters).where(here)).first()
            values = {"at": at, "due": due, "text": text, "raw": raw or {}}
            if row is None:
                connection.execute(insert(letters).values(dossier=dossier, letter=letter, kind=kind, **values))
                return True
            if (row.text, row.due, row.raw) == (text, due, raw or {}):
                return False
            connection.execute(update(letters).where(here).values(**values))
            return True

    def answered(self, dossier: str, letter: str, revision: int) -> None:
        """Note which revision answers a supplement request."""
        with self._database.write() as connection:
            connection.execute(
                update(letters)
                .where(letters.c.dossier == dossier, letters.c.letter == letter, letters.c.kind == "supplement")
                .values(answered_by=revision)
            )

    def list(self, dossier: str | None = None, *, open_only: bool = False) -> builtins.list[Letter]:
        """Return letters, oldest first; `open_only`: supplement requests without an answer."""
        query = select(letters).order_by(letters.c.at, letters.c.letter)
        if dossier is not None:
            query = query.where(letters.c.dossier == dossier)
        if open_only:
            query = query.where(letters.c.kind == "supplement", letters.c.answered_by.is_(None))
        with self._database.read() as connection:
            return [
                Letter(row.dossier, row.letter, row.kind, row.at, row.due, row.text, row.raw, row.answered_by)
                for row in connection.execute(query)
            ]


class Results:
    """Results that agencies issued."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def announce(
        self,
        dossier: str,
        result: str,
        *,
        name: str,
        media_type: str,
        size: int,
        sha256: str,
        issued: datetime | None,
    ) -> bool:
        """Note a result that the portal offers; return whether it is new. Another hash makes it one to fetch again."""
        with self._database.write() as connection:
            here = (results.c.dossier == dossier) & (results.c.result == result)
            row = connection.execute(select(results).where(here)).first()
            values: dict[str, Any] = {
                "name": name,
                "media_type": media_type,
                "size": size,
                "sha256": sha256.lower(),
                "issued": issued,
            }
            if row is None:
                connection.execute(insert(results).values(dossier=dossier, result=result, **values))
                return True
            if row.sha256 == sha256.lower():
                return False
            # What was fetched before stays as evidence; this is another document under the same name.
            values |= {"file": None, "fetched": None, "verdict": None, "verdict_facts": None}
            connection.execute(update(results).where(here).values(**values))
            return True

    def fetched(self, dossier: str, result: str, sha256: str, verdict: str, facts: dict[str, Any]) -> None:
        """Note that a result is here, byte for byte, and what validating it found.

        The bytes must be kept already (`ws.files.put`) and have the announced hash.
        """
        now = self._clock()
        with self._database.write() as connection:
            done = connection.execute(
                update(results)
                .where(results.c.dossier == dossier, results.c.result == result)
                .values(file=sha256, fetched=now, verdict=verdict, verdict_facts=facts)
            )
            if not done.rowcount:
                raise RecordNotFound("result", result)
            add_event(connection, dossier, now, "result", {"result": result, "verdict": verdict})

    def first_of_each(self, since: datetime, client: Client | None = None) -> builtins.list[FirstResult]:
        """Return the first result of each dossier with a code that has changed since a time, the last changed first.

        There are many, so only the columns that are told are read.
        """
        query = (
            select(
                results.c.dossier, clients.c.name.label("client"), dossiers.c.procedure_name, dossiers.c.period,
                results.c.name, results.c.issued,
            )
            .join(dossiers, dossiers.c.id == results.c.dossier)
            .join(clients, clients.c.id == dossiers.c.client)
            .where(or_(dossiers.c.updated >= since, dossiers.c.state == DossierState.PREPARED))
            .where(dossiers.c.code.is_not(None))
            .order_by(dossiers.c.updated.desc(), dossiers.c.id, results.c.result)
        )  # fmt: skip
        if client is not None:
            query = query.where(dossiers.c.client == client.id)
        found: dict[str, FirstResult] = {}
        with self._database.read() as connection:
            for row in connection.execute(query):
                if row[0] not in found:
                    found[row[0]] = FirstResult(*row)
        return builtins.list(found.values())

    def list(self, dossier: str) -> builtins.list[Result]:
        """Return the results of a dossier."""
        query = select(results).where(results.c.dossier == dossier).order_by(results.c.result)
        with self._database.read() as connection:
            return [
                Result(
                    row.dossier,
                    row.result,
                    row.name,
                    row.media_type,
                    row.size,
                    row.sha256,
                    row.issued,
                    row.fetched,
                    row.verdict,
                    row.verdict_facts,
                )
                for row in connection.execute(query)
            ]
