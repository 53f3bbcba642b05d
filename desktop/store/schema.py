"""The tables, as the newest migration leaves them.

A test compares them with what the migrations build. CHECK constraints repeat the state machines of `records.py`, so
that no program, ours or another, can write a state that has no meaning.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

from desktop.store.records import DossierState, FeeState, ItemState, PaymentState

VIETNAM = timezone(timedelta(hours=7))
"""Asia/Ho_Chi_Minh has had no other offset since 1975; a fixed one needs no time-zone data on Windows."""


def told(value: str | None) -> datetime | None:
    """Read a time as it is kept, and give it as it is told in Vietnam."""
    return None if value is None else datetime.fromisoformat(value).astimezone(VIETNAM)


class Moment(TypeDecorator[datetime]):
    """Keep an aware time as UTC text of fixed width, so that texts sort as times do."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Refuse a naive time: it would be read back as another one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """Give the time as it is told in Vietnam."""
        return told(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], datetime | None]:
        """Read texts without the detours of a type that wraps another: a long list has thousands of times."""
        return told


class Json(TypeDecorator[Any]):
    """Keep plain data as compact JSON text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Refuse floats that JSON does not have."""
        if value is None:
            return None
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Read it back."""
        return None if value is None else json.loads(value)


def _one_of(column: str, values: Iterable[str], name: str) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=name)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

about = Table(
    "about",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

clients = Table(
    "clients",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("tax_code", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("folded", Text, nullable=False),
    Column("created", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
    sqlite_autoincrement=True,
)

facts = Table(
    "facts",
    metadata,
    Column("client", ForeignKey("clients.id", ondelete="CASCADE"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("consent", Moment),
    Column("updated", Moment, nullable=False),
)

files = Table(
    "files",
    metadata,
    Column("id", Integer, primary_key=True),
    # NULL while its chunks are still arriving; a file is there only once it has its hash.
    Column("sha256", Text, unique=True),
    Column("size", Integer, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("created", Moment, nullable=False),
    CheckConstraint("sha256 IS NULL OR (length(sha256) = 64 AND sha256 NOT GLOB '*[^0-9a-f]*')", name="sha256"),
    CheckConstraint("size >= 0", name="size"),
)

chunks = Table(
    "chunks",
    metadata,
    Column("file", ForeignKey("files.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("data", LargeBinary, nullable=False),
    CheckConstraint("length(data) BETWEEN 1 AND 1048576", name="size"),
)

forms = Table(
    "forms",
    metadata,
    Column("id", Text, primary_key=True),
    Column("client", ForeignKey("clients.id"), nullable=False, index=True),
    Column("template", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("period", Text),
    Column("values", Json, nullable=False),
    Column("entered", Json, nullable=False),
    Column("edition", Integer, nullable=False),
    Column("created", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
)

dossiers = Table(
    "dossiers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("client", ForeignKey("clients.id"), nullable=False, index=True),
    Column("procedure", Text, nullable=False),
    Column("procedure_name", Text, nullable=False),
    Column("case", Text, nullable=False),
    Column("period", Text),
    Column("delivery", Text, nullable=False),
    Column("role", Text),
    Column("state", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("portal", Text),
    Column("code", Text, index=True),
    Column("code_entered", Boolean, nullable=False),
    Column("status", Integer),
    Column("raw", Text),
    Column("received", Moment),
    Column("due", Moment),
    Column("folded", Text, nullable=False),
    Column("created", Moment, nullable=False),
    Column("updated", Moment, nullable=False, index=True),
    _one_of("state", DossierState, "state"),
    _one_of("delivery", ("online", "post", "in-person"), "delivery"),
    CheckConstraint("status IS NULL OR status BETWEEN 1 AND 10", name="status"),
    CheckConstraint("revision >= 1", name="revision"),
    CheckConstraint("code_entered IN (0, 1)", name="code_entered"),
    CheckConstraint("NOT (code_entered = 1 AND code IS NULL)", name="entered_code"),
)

notices = Table(
    "notices",
    metadata,
    Column("dossier", ForeignKey("dossiers.id", ondelete="CASCADE"), primary_key=True),
    Column("wish", Json, nullable=False),
)

components = Table(
    "components",
    metadata,
    Column("dossier", ForeignKey("dossiers.id", ondelete="CASCADE"), primary_key=True),
    Column("component", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("required", Boolean, nullable=False),
    Column("originals", Integer, nullable=False),
    Column("copies", Integer, nullable=False),
    Column("template", Text),
    Column("replaced_by_data", Boolean, nullable=False),
    Column("sign", Boolean, nullable=False),
    Column("form", ForeignKey("forms.id"), index=True),
)

revisions = Table(
    "revisions",
    metadata,
    Column("dossier", ForeignKey("dossiers.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("why", Text, nullable=False),
    Column("manifest", Text),
    Column("created", Moment, nullable=False),
    Column("signed", Moment),
    _one_of("why", ("first", "supplement", "refused", "changed"), "why"),
    CheckConstraint("(manifest IS NULL) = (signed IS NULL)", name="signed"),
)

dossier_files = Table(
    "dossier_files",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("dossier", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("component", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("sha256", ForeignKey("files.sha256"), nullable=False, index=True),
    Column("sha256_before_signing", ForeignKey("files.sha256"), index=True),
    Column("template", Text),
    Column("version", Text),
    _one_of("kind", ("form", "xml", "attachment"), "kind"),
    ForeignKeyConstraint(["dossier", "revision"], ["revisions.dossier", "revisions.number"], ondelete="CASCADE"),
    ForeignKeyConstraint(["dossier", "component"], ["components.dossier", "components.component"]),
    UniqueConstraint("dossier", "revision", "name"),
    Index("ix_dossier_files_component", "dossier", "component"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("key", Text, primary_key=True),
    Column("dossier", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("portal", Text, nullable=False),
    Column("state", Text, nullable=False, index=True),
    Column("position", Integer, nullable=False, unique=True),
    Column("code", Text),
    Column("reason", Text),
    Column("facts", Json, nullable=False),
    Column("not_before", Moment),
    Column("sending_since", Moment),
    Column("created", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
    _one_of("state", ItemState, "state"),
    CheckConstraint("(state = 'SENDING') = (sending_since IS NOT NULL)", name="sending"),
    CheckConstraint("state NOT IN ('REFUSED', 'UNCERTAIN') OR reason IS NOT NULL", name="reason"),
    CheckConstraint("(state = 'DONE') = (code IS NOT NULL)", name="done"),
    ForeignKeyConstraint(["dossier", "revision"], ["revisions.dossier", "revisions.number"], ondelete="CASCADE"),
    UniqueConstraint("dossier", "revision"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("key", ForeignKey("outbox.key", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("act", Text, nullable=False),
    Column("started", Moment, nullable=False),
    Column("ended", Moment),
    Column("outcome", Text),
    Column("reason", Text),
    Column("facts", Json, nullable=False),
    _one_of("act", ("send", "ask"), "act"),
    CheckConstraint("(ended IS NULL) = (outcome IS NULL)", name="ended"),
)

receipts = Table(
    "receipts",
    metadata,
    Column("key", ForeignKey("outbox.key", ondelete="CASCADE"), primary_key=True),
    Column("code", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("received", Moment, nullable=False),
    Column("due", Moment),
    Column("trusted", Boolean, nullable=False),
    Column("saved", Moment, nullable=False),
)

evidence = Table(
    "evidence",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("dossier", ForeignKey("dossiers.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("sha256", ForeignKey("files.sha256"), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("facts", Json, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("dossier", ForeignKey("dossiers.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("kind", Text, nullable=False),
    Column("facts", Json, nullable=False),
)

statuses = Table(
    "statuses",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("dossier", ForeignKey("dossiers.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("status", Integer),
    Column("raw", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("seen", Moment, nullable=False),
    CheckConstraint("status IS NULL OR status BETWEEN 1 AND 10", name="status"),
    UniqueConstraint("dossier", "at", "raw", "note"),
)

fees = Table(
    "fees",
    metadata,
    Column("dossier", ForeignKey("dossiers.id", ondelete="CASCADE"), primary_key=True),
    Column("fee", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("amount", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("updated", Moment, nullable=False),
    _one_of("state", FeeState, "state"),
    CheckConstraint("amount >= 0", name="amount"),
)

payments = Table(
    "payments",
    metadata,
    Column("id", Text, primary_key=True),
    Column("dossier", Text, nullable=False),
    Column("fee", Text, nullable=False),
    Column("amount", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("portal_payment", Text),
    Column("url", Text),
    Column("created", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
    _one_of("state", PaymentState, "state"),
    ForeignKeyConstraint(["dossier", "fee"], ["fees.dossier", "fees.fee"], ondelete="CASCADE"),
    # Nothing is paid twice by ourselves: one payment of a fee that has not failed.
    Index("uq_payments_open", "dossier", "fee", unique=True, sqlite_where=text("state <> 'failed'")),
)

letters = Table(
    "letters",
    metadata,
    Column("dossier", ForeignKey("dossiers.id", ondelete="CASCADE"), primary_key=True),
    Column("letter", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("due", Moment),
    Column("text", Text, nullable=False),
    Column("raw", Json, nullable=False),
    Column("answered_by", Integer),
    _one_of("kind", ("supplement", "message"), "kind"),
)

results = Table(
    "results",
    metadata,
    Column("dossier", ForeignKey("dossiers.id", ondelete="CASCADE"), primary_key=True),
    Column("result", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("sha256", Text, nullable=False),
    # The same hash again, once the bytes are here.
    Column("file", ForeignKey("files.sha256"), index=True),
    Column("issued", Moment),
    Column("fetched", Moment),
    Column("verdict", Text),
    Column("verdict_facts", Json),
    CheckConstraint("(fetched IS NULL) = (file IS NULL)", name="fetched"),
    CheckConstraint("file IS NULL OR file = sha256", name="file"),
)

portals = Table(
    "portals",
    metadata,
    Column("url", Text, primary_key=True),
    Column("name_vi", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("practice", Boolean, nullable=False),
    Column("fingerprint", Text),
    Column("facts", Json, nullable=False),
    Column("cursor", Text),
    Column("added", Moment, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("portal", ForeignKey("portals.url", ondelete="CASCADE"), primary_key=True),
    Column("tokens", Json, nullable=False),
    Column("person", Json, nullable=False),
    Column("expires", Moment),
    Column("updated", Moment, nullable=False),
)

anchors = Table(
    "anchors",
    metadata,
    Column("fingerprint", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("der", LargeBinary, nullable=False),
    Column("source", Text, nullable=False),
    Column("added", Moment, nullable=False),
    _one_of("kind", ("anchor", "intermediate", "crl"), "kind"),
)

settings = Table(
    "settings",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Json, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("facts", Json, nullable=False),
    sqlite_autoincrement=True,
)
