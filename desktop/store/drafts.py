"""Saved forms: each pinned to the template version that it was begun with."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, Select, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from desktop.errors import FormChanged, FormNotFound, MoveForbidden
from desktop.store.engine import Database
from desktop.store.ids import new_id, typed
from desktop.store.ledger import Audit
from desktop.store.records import Client, SavedForm
from desktop.store.schema import clients, components, forms
from desktop.store.timing import Clock


def _select() -> Select[Any]:
    named = [column.label(f"client_{column.name}") for column in clients.c if column.name != "folded"]
    return select(forms, *named).join(clients, clients.c.id == forms.c.client)


def joined_client(row: Row[Any]) -> Client:
    """Read the client's columns of a joined row."""
    return Client(row.client_id, row.client_tax_code, row.client_name, row.client_created, row.client_updated)


def _form_from(row: Row[Any]) -> SavedForm:
    return SavedForm(
        row.id,
        joined_client(row),
        row.template,
        row.version,
        row.period,
        row._mapping["values"],
        row.entered,
        row.edition,
        row.created,
        row.updated,
    )


class Forms:
    """The saved forms of a workspace. A form is a draft while no dossier holds it."""

    def __init__(self, database: Database, clock: Clock, audit: Audit) -> None:
        self._database = database
        self._clock = clock
        self._audit = audit

    def create(
        self,
        client: Client,
        template: str,
        version: str,
        period: str | None,
        values: Mapping[str, Any],
        entered: Mapping[str, Any] | None = None,
    ) -> SavedForm:
        """Save a new form; `values` hold the calculated ones too, `entered` only what a person typed."""
        now = self._clock()
        with self._database.write() as connection:
            for _ in range(8):
                form = new_id("TK")
                try:
                    connection.execute(
                        insert(forms).values(
                            id=form,
                            client=client.id,
                            template=template,
                            version=version,
                            period=period,
                            values=dict(values),
                            entered=dict(values if entered is None else entered),
                            edition=1,
                            created=now,
                            updated=now,
                        )
                    )
                    break
                except IntegrityError:
                    if connection.execute(select(clients.c.id).where(clients.c.id == client.id)).first() is None:
                        raise
            self._audit.write("form.create", form, template=template, version=version)
            return self.get(form)

    def get(self, form: str) -> SavedForm:
        """Return a form; raise FormNotFound."""
        with self._database.read() as connection:
            row = connection.execute(_select().where(forms.c.id == typed(form))).first()
        if row is None:
            raise FormNotFound(form)
        return _form_from(row)

    def save(
        self,
        form: str,
        values: Mapping[str, Any],
        entered: Mapping[str, Any] | None = None,
        *,
        edition: int | None = None,
    ) -> SavedForm:
        """Save what a form holds now.

        With `edition`, that of the form as it was read, a saving by another window in between is not overwritten:
        raise FormChanged.
        """
        with self._database.write() as connection:
            change = update(forms).where(forms.c.id == typed(form))
            if edition is not None:
                change = change.where(forms.c.edition == edition)
            done = connection.execute(
                change.values(
                    values=dict(values),
                    entered=dict(values if entered is None else entered),
                    edition=forms.c.edition + 1,
                    updated=self._clock(),
                )
            )
            saved = self.get(form)
            if not done.rowcount:
                raise FormChanged(saved.id)
            return saved

    def move(self, form: str, version: str, values: Mapping[str, Any]) -> SavedForm:
        """Pin a form to another version of its template, with the values that fit it."""
        with self._database.write() as connection:
            connection.execute(update(forms).where(forms.c.id == typed(form)).values(version=version))
            self._audit.write("form.move", typed(form), version=version)
            return self.save(form, values)

    def list(
        self,
        client: Client | None = None,
        *,
        template: str | None = None,
        drafts: bool = False,
        limit: int | None = None,
    ) -> builtins.list[SavedForm]:
        """Return forms, the last saved first; with `drafts`, only those that no dossier holds."""
        query = _select().order_by(forms.c.updated.desc(), forms.c.id)
        if client is not None:
            query = query.where(forms.c.client == client.id)
        if template is not None:
            query = query.where(forms.c.template == template)
        if drafts:
            query = query.where(~select(components.c.form).where(components.c.form == forms.c.id).exists())
        with self._database.read() as connection:
            return [_form_from(row) for row in connection.execute(query.limit(limit))]

    def last_values(self, client: Client, template: str, before: str) -> SavedForm | None:
        """Return the client's newest form of this template for an earlier period of the same kind.

        What was filed goes before what is a draft, of the same period the one saved last. Whether it is the period
        right before is for the caller to see from `.period`.
        """
        pattern = "____-Q_" if "Q" in before else "____-__"
        query = (
            _select()
            .where(
                forms.c.client == client.id,
                forms.c.template == template,
                forms.c.period.like(pattern),
                forms.c.period < before,
            )
            .order_by(
                forms.c.period.desc(),
                select(components.c.form).where(components.c.form == forms.c.id).exists().desc(),
                forms.c.updated.desc(),
            )
            .limit(1)
        )
        with self._database.read() as connection:
            row = connection.execute(query).first()
        return None if row is None else _form_from(row)

    def of_period(self, template: str, period: str) -> dict[int, SavedForm]:
        """Return each client's form of a template and period; one in a dossier, and the newest, goes first."""
        query = (
            _select()
            .where(forms.c.template == template, forms.c.period == period)
            .order_by(select(components.c.form).where(components.c.form == forms.c.id).exists(), forms.c.updated)
        )
        with self._database.read() as connection:
            return {row.client_id: _form_from(row) for row in connection.execute(query)}

    def delete(self, form: str) -> None:
        """Remove a draft; raise MoveForbidden where a dossier holds it."""
        found = self.get(form)
        with self._database.write() as connection:
            if connection.execute(select(components.c.form).where(components.c.form == found.id)).first():
                raise MoveForbidden("form", found.id, "HELD", "DELETED")
            connection.execute(delete(forms).where(forms.c.id == found.id))
            self._audit.write("form.delete", found.id)
