"""Dossiers: their components, files, revisions and states."""

from __future__ import annotations

import builtins
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from desktop.errors import DossierNotFound, MoveForbidden, RecordNotFound
from desktop.store.drafts import joined_client
from desktop.store.engine import Database
from desktop.store.files import Files
from desktop.store.ids import new_id, typed
from desktop.store.ledger import Audit, add_event, events_of, events_of_kind
from desktop.store.records import (
    DOSSIER_MOVES,
    LIVE_ITEMS,
    Client,
    Component,
    Dossier,
    DossierFile,
    DossierState,
    Event,
    FeeState,
    ItemState,
    Revision,
)
from desktop.store.schema import (
    attempts,
    clients,
    components,
    dossier_files,
    dossiers,
    fees,
    files,
    forms,
    letters,
    notices,
    outbox,
    revisions,
)
from desktop.store.search import folded, holds_all
from desktop.store.timing import Clock


def _select() -> Select[Any]:
    named = [column.label(f"client_{column.name}") for column in clients.c if column.name != "folded"]
    return select(dossiers, *named).join(clients, clients.c.id == dossiers.c.client)


def _dossier_from(row: Row[Any]) -> Dossier:
    return Dossier(
        id=row.id,
        client=joined_client(row),
        procedure=row.procedure,
        procedure_name=row.procedure_name,
        case=row.case,
        period=row.period,
        delivery=row.delivery,
        role=row.role,
        state=DossierState(row.state),
        revision=row.revision,
        portal=row.portal,
        code=row.code,
        code_entered=bool(row.code_entered),
        status=row.status,
        raw=row.raw,
        received=row.received,
        due=row.due,
        created=row.created,
        updated=row.updated,
    )


class Dossiers:
    """The dossiers of a workspace."""

    def __init__(self, database: Database, clock: Clock, audit: Audit, kept: Files) -> None:
        self._database = database
        self._clock = clock
        self._audit = audit
        self._files = kept

    # --- making and finding

    def create(
        self,
        client: Client,
        procedure: str,
        case: str,
        period: str | None,
        delivery: str,
        parts: Iterable[Component],
        *,
        procedure_name: str = "",
        role: str | None = None,
    ) -> Dossier:
        """Make a dossier with what it must contain, its first revision and that revision's idempotency key."""
        now = self._clock()
        with self._database.write() as connection:
            for _ in range(8):
                dossier = new_id("HS")
                try:
                    connection.execute(
                        insert(dossiers).values(
                            id=dossier,
                            client=client.id,
                            procedure=procedure,
                            procedure_name=procedure_name,
                            case=case,
                            period=period,
                            delivery=delivery,
                            role=role,
                            state=DossierState.PREPARED,
                            revision=1,
                            code_entered=False,
                            folded=folded(dossier, client.tax_code, client.name, procedure, procedure_name, period),
                            created=now,
                            updated=now,
                        )
                    )
                    break
                except IntegrityError:
                    if connection.execute(select(dossiers.c.id).where(dossiers.c.id == dossier)).first() is None:
                        raise
            for position, part in enumerate(parts):
                connection.execute(
                    insert(components).values(
                        dossier=dossier,
                        component=part.component,
                        position=position,
                        name=part.name,
                        required=part.required,
                        originals=part.originals,
                        copies=part.copies,
                        template=part.template,
                        replaced_by_data=part.replaced_by_data,
                        sign=part.sign,
                        form=part.form,
                    )
                )
            self._new_revision(connection, dossier, 1, "first", now)
            add_event(connection, dossier, now, "created", {})
            self._audit.write("dossier.create", dossier, procedure=procedure)
            return self.get(dossier)

    def get(self, dossier: str) -> Dossier:
        """Return a dossier by our id or by the portal's code; raise DossierNotFound."""
        with self._database.read() as connection:
            row = connection.execute(_select().where(dossiers.c.id == typed(dossier))).first()
            if row is None:
                row = connection.execute(
                    _select().where(dossiers.c.code == dossier.strip()).order_by(dossiers.c.created.desc())
                ).first()
        if row is None:
            raise DossierNotFound(dossier)
        return _dossier_from(row)

    def list(
        self,
        client: Client | None = None,
        *,
        state: DossierState | None = None,
        words: str = "",
        coded: bool = False,
        limit: int | None = None,
        offset: int = 0,
    ) -> builtins.list[Dossier]:
        """Return dossiers, the last changed first; `words` are looked for with or without diacritics.

        `coded`: only those that have a portal's code, which are the ones to follow.
        """
        query = _select().where(holds_all(dossiers.c.folded, words)).order_by(dossiers.c.updated.desc(), dossiers.c.id)
        if client is not None:
            query = query.where(dossiers.c.client == client.id)
        if state is not None:
            query = query.where(dossiers.c.state == state)
        if coded:
            query = query.where(dossiers.c.code.is_not(None))
        with self._database.read() as connection:
            rows = connection.execute(query.limit(-1 if limit is None else limit).offset(offset))
            return [_dossier_from(row) for row in rows]

    def asking(self, since: datetime, client: Client | None = None) -> builtins.list[Dossier]:
        """Return the dossiers that may ask something of a person, the last changed first.

        They are not filed yet, or have an open request, a fee that is due, or a sending that was refused or is
        uncertain; they have changed since a time, or are still in preparation. Those of which there is only a result,
        most of all, are told by `Results.first_of_each`.
        """
        here = dossiers.c.id
        asked = or_(
            dossiers.c.state != DossierState.SUBMITTED,
            here.in_(select(letters.c.dossier).where(letters.c.kind == "supplement", letters.c.answered_by.is_(None))),
            here.in_(select(fees.c.dossier).where(fees.c.state == FeeState.DUE)),
            here.in_(select(outbox.c.dossier).where(outbox.c.state.in_([ItemState.REFUSED, ItemState.UNCERTAIN]))),
        )
        recent = or_(dossiers.c.updated >= since, dossiers.c.state == DossierState.PREPARED)
        query = _select().where(recent, asked).order_by(dossiers.c.updated.desc(), here)
        if client is not None:
            query = query.where(dossiers.c.client == client.id)
        with self._database.read() as connection:
            return [_dossier_from(row) for row in connection.execute(query)]

    def standing(self) -> dict[str, tuple[int | None, str | None]]:
        """Return status and the portal's own words for it of each dossier with a code, the last changed first."""
        query = (
            select(dossiers.c.id, dossiers.c.status, dossiers.c.raw)
            .where(dossiers.c.code.is_not(None))
            .order_by(dossiers.c.updated.desc(), dossiers.c.id)
        )
        with self._database.read() as connection:
            return {dossier: (status, raw) for dossier, status, raw in connection.execute(query)}

    def components(self, dossier: str) -> builtins.list[Component]:
        """Return what a dossier must contain, in the procedure's order."""
        query = select(components).where(components.c.dossier == dossier).order_by(components.c.position)
        with self._database.read() as connection:
            return [
                Component(
                    row.component,
                    row.name,
                    bool(row.required),
                    row.originals,
                    row.copies,
                    row.template,
                    bool(row.replaced_by_data),
                    bool(row.sign),
                    row.form,
                )
                for row in connection.execute(query)
            ]

    def files(self, dossier: str, revision: int | None = None) -> builtins.list[DossierFile]:
        """Return the files of a revision (the current one), in the order of the components."""
        number = revision if revision is not None else self.get(dossier).revision
        query = (
            select(dossier_files, files.c.size)
            .join(files, files.c.sha256 == dossier_files.c.sha256)
            .join(
                components,
                (components.c.dossier == dossier_files.c.dossier)
                & (components.c.component == dossier_files.c.component),
            )
            .where(dossier_files.c.dossier == dossier, dossier_files.c.revision == number)
            .order_by(components.c.position, dossier_files.c.position, dossier_files.c.id)
        )
        with self._database.read() as connection:
            return [
                DossierFile(
                    id=row.id,
                    revision=row.revision,
                    component=row.component,
                    name=row.name,
                    kind=row.kind,
                    media_type=row.media_type,
                    sha256=row.sha256,
                    size=row.size,
                    sha256_before_signing=row.sha256_before_signing,
                    template=row.template,
                    version=row.version,
                )
                for row in connection.execute(query)
            ]

    def revisions(self, dossier: str) -> builtins.list[Revision]:
        """Return every filing of a dossier, oldest first."""
        query = select(revisions).where(revisions.c.dossier == dossier).order_by(revisions.c.number)
        with self._database.read() as connection:
            return [
                Revision(row.number, row.key, row.why, row.manifest, row.created, row.signed)
                for row in connection.execute(query)
            ]

    def revision(self, dossier: str, number: int | None = None) -> Revision:
        """Return one filing of a dossier, the current one if not told; raise RecordNotFound."""
        wanted = number if number is not None else self.get(dossier).revision
        for one in self.revisions(dossier):
            if one.number == wanted:
                return one
        raise RecordNotFound("revision", str(wanted))

    # --- filling

    def set_form(self, dossier: str, component: str, form: str | None) -> None:
        """Say which saved form fills a component; what was printed of the old one goes."""
        with self._changing(dossier, component) as (connection, found):
            if form is not None:
                owner = connection.execute(select(forms.c.client).where(forms.c.id == form)).scalar()
                if owner != found.client.id:
                    raise RecordNotFound("form", form)
            connection.execute(
                update(components)
                .where(components.c.dossier == found.id, components.c.component == component)
                .values(form=form)
            )
            self._drop_files(connection, found, component, ("form", "xml"))

    def set_notices(self, dossier: str, wish: Mapping[str, Any] | None) -> None:
        """Choose how the applicant wants to hear of it, as the portal's contract writes that; None: no wish."""
        with self._database.write() as connection:
            found = self.get(dossier)
            connection.execute(delete(notices).where(notices.c.dossier == found.id))
            if wish is not None:
                connection.execute(insert(notices).values(dossier=found.id, wish=dict(wish)))

    def notices(self, dossier: str) -> dict[str, Any] | None:
        """Return how the applicant wants to hear of it; None: nothing was chosen."""
        with self._database.read() as connection:
            wish: dict[str, Any] | None = connection.execute(
                select(notices.c.wish).where(notices.c.dossier == dossier)
            ).scalar()
            return wish

    def set_delivery(self, dossier: str, delivery: str, role: str | None = None) -> Dossier:
        """Choose how the result comes, and as whom the signer signs."""
        with self._changing(dossier) as (connection, found):
            connection.execute(
                update(dossiers).where(dossiers.c.id == found.id).values(delivery=delivery, role=role or found.role)
            )
            return self.get(found.id)

    def attach(
        self,
        dossier: str,
        component: str,
        name: str,
        sha256: str,
        *,
        kind: str = "attachment",
        template: str | None = None,
        version: str | None = None,
    ) -> DossierFile:
        """Put a kept file into a component; a name that is taken gets a number. Raise FileNotFound, RecordNotFound.

        A printed form (`kind` form or xml) replaces the one printed before.
        """
        media_type = self._files.media_type(sha256)
        with self._changing(dossier, component) as (connection, found):
            if kind != "attachment":
                self._drop_files(connection, found, component, (kind,))
            taken = {file.name.casefold() for file in self.files(found.id)}
            position = connection.execute(
                select(func.coalesce(func.max(dossier_files.c.position), 0) + 1).where(
                    dossier_files.c.dossier == found.id
                )
            ).scalar_one()
            row = connection.execute(
                insert(dossier_files).values(
                    dossier=found.id,
                    revision=found.revision,
                    component=component,
                    position=position,
                    name=_free_name(name, taken),
                    kind=kind,
                    media_type=media_type,
                    sha256=sha256,
                    template=template,
                    version=version,
                )
            ).inserted_primary_key
            assert row is not None
            return next(file for file in self.files(found.id) if file.id == row[0])

    def detach(self, dossier: str, file: int) -> None:
        """Take a file out of the current revision."""
        with self._changing(dossier) as (connection, found):
            gone = connection.execute(
                delete(dossier_files).where(
                    dossier_files.c.id == file,
                    dossier_files.c.dossier == found.id,
                    dossier_files.c.revision == found.revision,
                )
            )
            if not gone.rowcount:
                raise RecordNotFound("file", str(file))

    # --- signing and after

    def replace_signed(self, dossier: str, file: int, sha256: str) -> DossierFile:
        """Put the signed bytes in the place of a file; the hash of what was there before the first signature stays."""
        self._files.size(sha256)
        with self._changing(dossier) as (connection, found):
            old = next((one for one in self.files(found.id) if one.id == file), None)
            if old is None:
                raise RecordNotFound("file", str(file))
            connection.execute(
                update(dossier_files)
                .where(dossier_files.c.id == file)
                .values(sha256=sha256, sha256_before_signing=old.sha256_before_signing or old.sha256)
            )
            return next(one for one in self.files(found.id) if one.id == file)

    def mark_signed(self, dossier: str, manifest: str) -> Dossier:
        """Keep the signed manifest of the current revision: PREPARED → SIGNED. Nothing in it changes any more."""
        now = self._clock()
        with self._database.write() as connection:
            found = self.get(dossier)
            self._move(connection, found, DossierState.SIGNED, now)
            connection.execute(
                update(revisions)
                .where(revisions.c.dossier == found.id, revisions.c.number == found.revision)
                .values(manifest=manifest, signed=now)
            )
            add_event(connection, found.id, now, "signed", {})
            self._audit.write("dossier.sign", found.id)
            return self.get(found.id)

    def reopen(self, dossier: str) -> Dossier:
        """Go back from SIGNED to PREPARED: the signatures are dropped, the unsigned files are there again.

        Once anything was sent under this revision's key, even if nothing came of it, a new revision is opened instead:
        a portal takes only one manifest under one key. Raise MoveForbidden while a filing is under way.
        """
        now = self._clock()
        with self._database.write() as connection:
            found = self.get(dossier)
            item = connection.execute(
                select(outbox.c.key, outbox.c.state).where(
                    outbox.c.dossier == found.id, outbox.c.revision == found.revision
                )
            ).first()
            if item is not None and item.state in LIVE_ITEMS:
                raise MoveForbidden("dossier", found.id, item.state, DossierState.PREPARED)
            if (
                item is not None
                and connection.execute(select(attempts.c.key).where(attempts.c.key == item.key)).first()
            ):
                if found.state != DossierState.SIGNED:
                    raise MoveForbidden("dossier", found.id, found.state, DossierState.PREPARED)
                return self.new_revision(found.id, "refused" if item.state == ItemState.REFUSED else "changed")
            self._move(connection, found, DossierState.PREPARED, now, only=DossierState.SIGNED)
            here = (dossier_files.c.dossier == found.id) & (dossier_files.c.revision == found.revision)
            connection.execute(
                update(dossier_files)
                .where(here, dossier_files.c.sha256_before_signing.is_not(None))
                .values(sha256=dossier_files.c.sha256_before_signing, sha256_before_signing=None)
            )
            connection.execute(
                update(revisions)
                .where(revisions.c.dossier == found.id, revisions.c.number == found.revision)
                .values(manifest=None, signed=None)
            )
            add_event(connection, found.id, now, "reopened", {})
            self._audit.write("dossier.reopen", found.id)
            return self.get(found.id)

    def new_revision(self, dossier: str, why: str) -> Dossier:
        """Open the next filing from the same forms and attachments, unsigned, with a new key.

        For a supplement request (from SUBMITTED), or after a refusal (from SIGNED with a refused item). The earlier
        revision stays as it was filed.
        """
        now = self._clock()
        with self._database.write() as connection:
            found = self.get(dossier)
            item = connection.execute(
                select(outbox.c.state).where(outbox.c.dossier == found.id, outbox.c.revision == found.revision)
            ).scalar()
            if item in LIVE_ITEMS:
                raise MoveForbidden("dossier", found.id, str(item), DossierState.PREPARED)
            self._move(connection, found, DossierState.PREPARED, now)
            number = found.revision + 1
            self._new_revision(connection, found.id, number, why, now)
            connection.execute(update(dossiers).where(dossiers.c.id == found.id).values(revision=number))
            # Only attachments go over: forms are printed anew, so that what changed since is in them.
            for position, file in enumerate(self.files(found.id, found.revision)):
                if file.kind == "attachment":
                    connection.execute(
                        insert(dossier_files).values(
                            dossier=found.id,
                            revision=number,
                            component=file.component,
                            position=position,
                            name=file.name,
                            kind=file.kind,
                            media_type=file.media_type,
                            sha256=file.sha256_before_signing or file.sha256,
                        )
                    )
            add_event(connection, found.id, now, "revision", {"why": why})
            self._audit.write("dossier.revision", found.id, why=why)
            return self.get(found.id)

    def mark_submitted(
        self, dossier: str, *, portal: str, code: str, received: datetime, due: datetime | None
    ) -> Dossier:
        """Note what a verified receipt says: SIGNED → SUBMITTED. Called by the outbox, in its transaction."""
        now = self._clock()
        with self._database.write() as connection:
            found = self.get(dossier)
            self._move(connection, found, DossierState.SUBMITTED, now, only=DossierState.SIGNED)
            self._set_code(connection, found, code, entered=False, portal=portal, received=received, due=due)
            add_event(connection, found.id, now, "submitted", {"portal": portal, "code": code})
            self._audit.write("dossier.submit", found.id)
            return self.get(found.id)

    def enter_code(
        self, dossier: str, code: str, received: datetime | None = None, *, portal: str | None = None
    ) -> Dossier:
        """Note the code that a portal gave when the dossier was handed in by hand; it is then SUBMITTED.

        portal: where it gave it, if that is known: its codes may be followed there.

        Raise MoveForbidden while the outbox is about to send it, or may have sent it.
        """
        now = self._clock()
        with self._database.write() as connection:
            found = self.get(dossier)
            item = connection.execute(
                select(outbox.c.state).where(outbox.c.dossier == found.id, outbox.c.revision == found.revision)
            ).scalar()
            if item in LIVE_ITEMS:
                raise MoveForbidden("dossier", found.id, str(item), DossierState.SUBMITTED)
            if found.state != DossierState.SUBMITTED:
                self._move(connection, found, DossierState.SUBMITTED, now)
            elif not found.code_entered:
                raise MoveForbidden("dossier", found.id, found.state, "CODE_ENTERED")
            self._set_code(
                connection, found, code.strip(), entered=True, portal=portal, received=received or now, due=found.due
            )
            add_event(connection, found.id, now, "code_entered", {"code": code.strip(), "portal": portal})
            self._audit.write("dossier.code", found.id)
            return self.get(found.id)

    def note(self, dossier: str, kind: str, facts: Mapping[str, Any] | None = None) -> None:
        """Write an event, such as `exported`."""
        with self._database.write() as connection:
            add_event(connection, dossier, self._clock(), kind, dict(facts or {}))
            self._audit.write(f"dossier.{kind}", dossier)

    def events(self, dossier: str) -> builtins.list[Event]:
        """Return what was done with a dossier, oldest first."""
        with self._database.read() as connection:
            return events_of(connection, dossier)

    def noted(self, kind: str) -> builtins.list[Event]:
        """Return the events of one kind of all dossiers, oldest first."""
        with self._database.read() as connection:
            return events_of_kind(connection, kind)

    # --- inside

    @contextmanager
    def _changing(self, dossier: str, component: str | None = None) -> Iterator[tuple[Connection, Dossier]]:
        """Write to the current revision; refused unless it is still PREPARED and has the component."""
        with self._database.write() as connection:
            found = self.get(dossier)
            if found.state != DossierState.PREPARED:
                raise MoveForbidden("dossier", found.id, found.state, "CHANGED")
            here = (components.c.dossier == found.id) & (components.c.component == component)
            if component is not None and connection.execute(select(components.c.component).where(here)).first() is None:
                raise RecordNotFound("component", component)
            connection.execute(update(dossiers).where(dossiers.c.id == found.id).values(updated=self._clock()))
            yield connection, found

    def _new_revision(self, connection: Connection, dossier: str, number: int, why: str, now: datetime) -> None:
        connection.execute(
            insert(revisions).values(dossier=dossier, number=number, key=str(uuid.uuid4()), why=why, created=now)
        )

    def _drop_files(self, connection: Connection, found: Dossier, component: str, kinds: tuple[str, ...]) -> None:
        connection.execute(
            delete(dossier_files).where(
                dossier_files.c.dossier == found.id,
                dossier_files.c.revision == found.revision,
                dossier_files.c.component == component,
                dossier_files.c.kind.in_(kinds),
            )
        )

    def _move(
        self,
        connection: Connection,
        found: Dossier,
        wanted: DossierState,
        now: datetime,
        only: DossierState | None = None,
    ) -> None:
        if wanted not in DOSSIER_MOVES[found.state] or (only is not None and found.state != only):
            raise MoveForbidden("dossier", found.id, found.state, wanted)
        connection.execute(update(dossiers).where(dossiers.c.id == found.id).values(state=wanted, updated=now))

    def _set_code(
        self,
        connection: Connection,
        found: Dossier,
        code: str,
        *,
        entered: bool,
        portal: str | None,
        received: datetime,
        due: datetime | None,
    ) -> None:
        client = found.client
        text = folded(found.id, client.tax_code, client.name, found.procedure, found.procedure_name, found.period, code)
        connection.execute(
            update(dossiers)
            .where(dossiers.c.id == found.id)
            .values(
                code=code,
                code_entered=entered,
                portal=portal,
                received=received,
                due=due,
                folded=text,
                updated=self._clock(),
            )
        )


def _free_name(name: str, taken: set[str]) -> str:
    if name.casefold() not in taken:
        return name
    stem, dot, end = name.rpartition(".")
    for number in range(2, 10_000):
        free = f"{stem} ({number}){dot}{end}" if dot else f"{name} ({number})"
        if free.casefold() not in taken:
            return free
    raise RuntimeError("ten thousand files of one name")
