"""Remote signing services that the user has an account at; their secrets lie in the encrypted store and nowhere else.

A profile is a row of the settings, under a name of its own: there are a handful, each read and written as a whole.
"""

from __future__ import annotations

import builtins
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, insert, select

from desktop.errors import RecordNotFound
from desktop.store.engine import Database
from desktop.store.ledger import Audit
from desktop.store.schema import settings

PREFIX = "remote/"


@dataclass(frozen=True)
class RemoteAccount:
    """One account at one remote signing service."""

    name: str
    """Chosen by the user."""
    kind: str
    url: str
    user: str
    account: str
    credential: str
    secret: str = field(repr=False)


class RemoteAccounts:
    """The remote signing services of this workspace, by name."""

    def __init__(self, database: Database, audit: Audit) -> None:
        self._database = database
        self._audit = audit

    def set(self, account: RemoteAccount) -> None:
        """Keep an account; one of the same name is replaced."""
        value = {
            "kind": account.kind,
            "url": account.url,
            "user": account.user,
            "account": account.account,
            "credential": account.credential,
            "secret": account.secret,
        }
        with self._database.write() as connection:
            connection.execute(delete(settings).where(settings.c.name == PREFIX + account.name))
            connection.execute(insert(settings).values(name=PREFIX + account.name, value=value))
            self._audit.write("remote.set", account.name, kind=account.kind)

    def get(self, name: str) -> RemoteAccount:
        """Return an account; raise RecordNotFound."""
        with self._database.read() as connection:
            row = connection.execute(select(settings.c.value).where(settings.c.name == PREFIX + name)).first()
        if row is None:
            raise RecordNotFound("remote", name)
        return _account(name, row.value)

    def list(self) -> builtins.list[RemoteAccount]:
        """Return all accounts by name."""
        query = select(settings).where(settings.c.name.startswith(PREFIX)).order_by(settings.c.name)
        with self._database.read() as connection:
            return [_account(row.name.removeprefix(PREFIX), row.value) for row in connection.execute(query)]

    def remove(self, name: str) -> None:
        """Forget an account and its secret; raise RecordNotFound."""
        with self._database.write() as connection:
            if not connection.execute(delete(settings).where(settings.c.name == PREFIX + name)).rowcount:
                raise RecordNotFound("remote", name)
            self._audit.write("remote.remove", name)


def _account(name: str, value: dict[str, Any]) -> RemoteAccount:
    return RemoteAccount(
        name, *(str(value.get(part, "")) for part in ("kind", "url", "user", "account", "credential", "secret"))
    )
