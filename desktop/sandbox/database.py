"""The practice portal's records: one SQLite file in which every state is durable before it is answered.

It hides SQL. Write-ahead log with `synchronous=FULL`: a process that is killed at any moment leaves either
the whole of a transaction or nothing, and what was answered is there after a restart. One connection is
shared under one lock; transactions are short.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

ZONE = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
"""Việt Nam has kept this offset, without summer time, since 1975; no time zone data is needed."""

UNIT = "H00.99"
"""No province or ministry has this unit code: every code of this portal shows that it is practice."""

STATUS_NAMES = {
    1: "Mới đăng ký",
    2: "Được tiếp nhận",
    3: "Không được tiếp nhận",
    4: "Đang xử lý",
    5: "Yêu cầu bổ sung giấy tờ",
    6: "Yêu cầu thực hiện nghĩa vụ tài chính",
    7: "Công dân yêu cầu rút hồ sơ",
    8: "Dừng xử lý",
    9: "Đã xử lý xong",
    10: "Đã trả kết quả",
}

_VERSION = 2
_SCHEMA = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS persons (id TEXT PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sessions (
    token TEXT PRIMARY KEY,                 -- SHA-256 of the bearer token
    person TEXT NOT NULL REFERENCES persons(id),
    expires TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS submissions (
    key TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES persons(id),
    manifest TEXT NOT NULL,                 -- the compact JWS as received
    manifest_sha256 TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('receiving', 'received', 'registered', 'refused')),
    code TEXT REFERENCES dossiers(code),
    receipt TEXT,
    reasons TEXT NOT NULL DEFAULT '[]',
    at TEXT NOT NULL,
    mandate TEXT,                           -- under which the person acts for the client
    notices TEXT,                           -- how the applicant wants to hear of it: a NoticeWish, JSON
    CHECK ((state = 'registered') = (receipt IS NOT NULL AND code IS NOT NULL)),
    CHECK ((state = 'refused') = (reasons <> '[]'))
);
CREATE TABLE IF NOT EXISTS files (
    key TEXT NOT NULL REFERENCES submissions(key),
    sha256 TEXT NOT NULL,
    size INTEGER NOT NULL,
    complete INTEGER NOT NULL DEFAULT 0 CHECK (complete IN (0, 1)),
    PRIMARY KEY (key, sha256)
);
CREATE TABLE IF NOT EXISTS sequences (day TEXT PRIMARY KEY, last INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS dossiers (
    code TEXT PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,               -- exactly one dossier per idempotency key
    person TEXT NOT NULL REFERENCES persons(id),
    local_id TEXT NOT NULL,                 -- the sender's own name of the dossier
    revision INTEGER NOT NULL,
    procedure TEXT NOT NULL,
    procedure_name TEXT NOT NULL,
    applicant TEXT NOT NULL,
    tax_code TEXT,
    personal_id TEXT,
    delivery TEXT NOT NULL,
    level INTEGER,
    result_online INTEGER NOT NULL,
    pay_online INTEGER NOT NULL,
    received TEXT NOT NULL,
    due TEXT,
    status INTEGER CHECK (status BETWEEN 1 AND 10),
    raw TEXT NOT NULL,
    next_at TEXT,                           -- when life takes its next step; NULL: at the next poll, or never
    deleted INTEGER NOT NULL DEFAULT 0,
    scenario TEXT NOT NULL DEFAULT 'well',  -- what is played with it, from its registration on
    turn INTEGER NOT NULL DEFAULT 0,        -- how far that play has come
    notices TEXT                            -- how the applicant wants to hear of it: a NoticeWish, JSON
);
CREATE TABLE IF NOT EXISTS mails (          -- what a real portal would have sent; nothing ever leaves
    id INTEGER PRIMARY KEY, code TEXT NOT NULL, at TEXT NOT NULL, channel TEXT NOT NULL, receiver TEXT NOT NULL,
    subject TEXT NOT NULL, text TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS history (
    id INTEGER PRIMARY KEY, code TEXT NOT NULL REFERENCES dossiers(code),
    at TEXT NOT NULL, status INTEGER, raw TEXT NOT NULL, note TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS fees (
    id TEXT PRIMARY KEY, code TEXT NOT NULL REFERENCES dossiers(code), title TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    state TEXT NOT NULL CHECK (state IN ('due', 'pending', 'confirming', 'paid'))
);
CREATE TABLE IF NOT EXISTS payments (
    id TEXT PRIMARY KEY, fee TEXT NOT NULL UNIQUE REFERENCES fees(id),   -- a fee is paid once
    person TEXT NOT NULL, amount INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'confirming', 'paid')),
    receipt TEXT,                           -- the e-receipt, a compact JWS, once it is paid
    CHECK ((state = 'paid') = (receipt IS NOT NULL))
);
CREATE TABLE IF NOT EXISTS payment_keys (
    person TEXT NOT NULL, key TEXT NOT NULL, fee TEXT NOT NULL, PRIMARY KEY (person, key)
);
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY, code TEXT NOT NULL REFERENCES dossiers(code), at TEXT NOT NULL, text TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS attachments (
    id TEXT PRIMARY KEY, message INTEGER NOT NULL REFERENCES messages(id), name TEXT NOT NULL,
    sha256 TEXT NOT NULL, size INTEGER NOT NULL CHECK (size > 0), media_type TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS supplements (
    id INTEGER PRIMARY KEY, code TEXT NOT NULL REFERENCES dossiers(code), at TEXT NOT NULL, text TEXT NOT NULL,
    kind TEXT NOT NULL DEFAULT 'incomplete' CHECK (kind IN ('incomplete', 'incorrect', 'outdated')),
    due TEXT,                               -- the last day for answering
    components TEXT NOT NULL DEFAULT '[]',  -- JSON list of the components it is about
    state TEXT NOT NULL CHECK (state IN ('open', 'answered', 'lapsed'))
);
CREATE TABLE IF NOT EXISTS results (
    id TEXT PRIMARY KEY, code TEXT NOT NULL REFERENCES dossiers(code), name TEXT NOT NULL,
    sha256 TEXT NOT NULL, size INTEGER NOT NULL, media_type TEXT NOT NULL, issued TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS changes (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, person TEXT NOT NULL, code TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('status', 'fee', 'message', 'supplement', 'result', 'deleted')),
    at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS changes_of ON changes (person, seq);
CREATE INDEX IF NOT EXISTS dossiers_of ON dossiers (person, tax_code);
CREATE INDEX IF NOT EXISTS history_of ON history (code);
CREATE TABLE IF NOT EXISTS procedures (code TEXT PRIMARY KEY, record TEXT NOT NULL);
"""

Row = dict[str, Any]


class Database:
    """The portal's one SQLite file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._widen()
        self._connection.executescript(_SCHEMA)
        for table, column in (("submissions", "mandate"), ("submissions", "notices"), ("dossiers", "notices")):
            if column not in {row["name"] for row in self._connection.execute(f"PRAGMA table_info({table})")}:
                self._connection.execute(f"ALTER TABLE {table} ADD COLUMN {column} TEXT")
        self._connection.execute(f"PRAGMA user_version={_VERSION}")
        self._connection.execute("PRAGMA foreign_keys=ON")

    def _widen(self) -> None:
        """Rebuild the tables that a portal of an earlier version made narrower; what they hold goes over."""
        version = self._connection.execute("PRAGMA user_version").fetchone()[0]
        known = {row["name"] for row in self._connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if version >= _VERSION or "dossiers" not in known:
            return
        fresh = sqlite3.connect(":memory:")
        fresh.executescript(_SCHEMA)
        self._connection.execute("PRAGMA foreign_keys=OFF")
        self._connection.execute("BEGIN IMMEDIATE")
        for table in ("dossiers", "fees", "payments", "supplements"):
            if table not in known:
                continue
            made = fresh.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0]
            if table == "payments":
                # An earlier portal gave no e-receipt; what was paid then stays paid, with an empty one.
                old, new = (
                    "id, fee, person, amount, state, receipt",
                    ("id, fee, person, amount, state, CASE state WHEN 'paid' THEN '' END"),
                )
            else:
                old = new = ", ".join(row["name"] for row in self._connection.execute(f"PRAGMA table_info({table})"))
            self._connection.execute(made.replace(f"CREATE TABLE {table}", f"CREATE TABLE {table}_new", 1))
            self._connection.execute(f"INSERT INTO {table}_new ({old}) SELECT {new} FROM {table}")
            self._connection.execute(f"DROP TABLE {table}")
            self._connection.execute(f"ALTER TABLE {table}_new RENAME TO {table}")
        self._connection.execute("COMMIT")
        fresh.close()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make everything done inside one durable step, or nothing of it."""
        with self._lock:
            if self._connection.in_transaction:  # the caller's transaction already covers this step
                yield
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def all(self, sql: str, *values: object) -> list[Row]:
        """Return every row of a query."""
        with self._lock:
            return [dict(row) for row in self._connection.execute(sql, values)]

    def one(self, sql: str, *values: object) -> Row | None:
        """Return the first row of a query, or None."""
        rows = self.all(sql, *values)
        return rows[0] if rows else None

    def run(self, sql: str, *values: object) -> int:
        """Execute a statement; return how many rows it touched."""
        with self._lock:
            return self._connection.execute(sql, values).rowcount

    def insert(self, table: str, /, **values: object) -> None:
        """Insert one row; table and column names are our own."""
        names = ", ".join(values)
        self.run(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(values))})", *values.values())

    def fact(self, name: str) -> str | None:
        """Return a named fact of this portal."""
        row = self.one("SELECT value FROM facts WHERE name = ?", name)
        return row["value"] if row else None

    def set_fact(self, name: str, value: str) -> None:
        """Keep a named fact of this portal."""
        self.run("INSERT OR REPLACE INTO facts VALUES (?, ?)", name, value)

    # --- steps that several parts take ----------------------------------------------------------------

    def next_code(self, at: datetime) -> str:
        """Return the next dossier code of the day; call inside the transaction that uses it."""
        day = at.astimezone(ZONE).strftime("%y%m%d")
        self.run("INSERT INTO sequences VALUES (?, 1) ON CONFLICT (day) DO UPDATE SET last = last + 1", day)
        row = self.one("SELECT last FROM sequences WHERE day = ?", day)
        assert row is not None
        return f"{UNIT}-{day}-{row['last']:04d}"

    def change(self, dossier: Row, kind: str, at: str) -> None:
        """Note for the dossier's person that something of it changed."""
        self.insert("changes", person=dossier["person"], code=dossier["code"], kind=kind, at=at)

    def move(self, dossier: Row, status: int | None, at: str, *, note: str = "", raw: str | None = None) -> None:
        """Give a dossier its next status, with history and change."""
        words = raw if raw is not None else STATUS_NAMES.get(status or 0, "")
        self.run("UPDATE dossiers SET status = ?, raw = ? WHERE code = ?", status, words, dossier["code"])
        self.insert("history", code=dossier["code"], at=at, status=status, raw=words, note=note)
        self.change(dossier, "status", at)
        self.mail(dossier, at, f"Hồ sơ {dossier['code']}: {words}", note or words)

    def say(self, dossier: Row, text: str, at: str, attachments: Iterable[Row] = ()) -> None:
        """Leave a message in a dossier; each attachment has `name`, `sha256`, `size` and `media_type`."""
        self.insert("messages", code=dossier["code"], at=at, text=text)
        row = self.one("SELECT max(id) AS id FROM messages")
        assert row is not None
        for number, one in enumerate(attachments, 1):
            self.insert("attachments", id=f"{row['id']}-{number}", message=row["id"], **one)
        self.change(dossier, "message", at)
        self.mail(dossier, at, f"Thông báo về hồ sơ {dossier['code']}", text)

    def mail(self, dossier: Row, at: str, subject: str, text: str) -> None:
        """Keep what a real portal would send by e-mail and to the phone; nothing leaves this machine.

        It goes where the applicant wished to hear of it; without a wish both ways, to whatever the portal knows.
        """
        wish = json.loads(dossier["notices"]) if dossier.get("notices") else None
        known = {"code": dossier["code"], "at": at, "subject": subject}
        short = f"{subject}. {text}" if text not in subject else subject
        for name, channel, words in (("email", "email", text), ("sms", "phone", short[:160])):
            if wish is None or name in wish["channels"]:
                receiver = dossier["applicant"] if wish is None else wish["email" if name == "email" else "phone"]
                self.insert("mails", **known, receiver=receiver, channel=channel, text=words)

    def ask_for_more(
        self, dossier: Row, at: str, text: str, *, kind: str, due: str | None, components: list[str]
    ) -> None:
        """Ask the applicant for more papers: one request, until a day."""
        known = json.dumps(components, ensure_ascii=False)
        self.insert(
            "supplements", code=dossier["code"], at=at, text=text, kind=kind, due=due, components=known, state="open"
        )
        self.change(dossier, "supplement", at)
        until = f" Hạn bổ sung: {due[8:10]}/{due[5:7]}/{due[0:4]}." if due else ""
        self.mail(dossier, at, f"Yêu cầu bổ sung hồ sơ {dossier['code']}", text + until)

    def procedure(self, code: str) -> dict[str, Any] | None:
        """Return the record of a procedure as the catalogue holds it."""
        row = self.one("SELECT record FROM procedures WHERE code = ?", code)
        record: dict[str, Any] | None = json.loads(row["record"]) if row else None
        return record


def stamp(at: datetime) -> str:
    """Write a time as the contract does: ISO 8601, whole seconds, Việt Nam's offset."""
    return at.astimezone(ZONE).replace(microsecond=0).isoformat()
