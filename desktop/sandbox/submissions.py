"""How a submission comes in: manifest, files in resumable chunks, commit, verdict, receipt.

It hides where the bytes lie and how a kill at any moment leaves exactly one dossier for each key. Files are
written and synchronised before their row says so; the verdict, the dossier's code and the signed receipt
become visible in one transaction.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

from pydantic import ValidationError

from desktop.replacing import move_over
from desktop.sandbox.database import Database, Row, stamp
from desktop.sandbox.errors import PortalSaysNo
from desktop.sandbox.models import MAX_SUBMISSION_SIZE, Manifest, MissingFile, Reason, SubmissionState
from desktop.sandbox.scenarios import first_fee
from desktop.sandbox.words import reason

MANIFEST_TYPE = "hoso-manifest+jws"
RECEIPT_TYPE = "hoso-receipt+jws"
MAX_CHUNK = 8 << 20


@dataclass(frozen=True)
class Verdict:
    """What the judge says of a submission; the rest matters only when there are no reasons."""

    reasons: tuple[Reason, ...] = ()
    procedure_name: str = ""
    level: int | None = None
    pay_online: bool = False
    result_online: bool = False
    fee: tuple[str, int] | None = None
    """Title and amount in đồng."""
    due: date | None = None


@dataclass(frozen=True)
class Judged:
    """What the judge is given: the manifest and where its files lie."""

    manifest_jws: str
    manifest: Manifest
    files: dict[str, Path] = field(default_factory=dict)
    """Path by SHA-256; the hash has been checked."""
    procedure: dict[str, Any] | None = None
    """The procedure's record in the catalogue, or None."""


class Judge(Protocol):
    """Decides whether a submission is registered."""

    def judge(self, submission: Judged) -> Verdict:
        """Give the verdict; never raise for what a submission contains."""

    def close(self) -> None:
        """Free what the judge holds."""


class Submissions:
    """The reception desk of the portal."""

    def __init__(
        self,
        database: Database,
        folder: Path,
        judge: Judge,
        *,
        portal: str,
        sign_receipt: Callable[[bytes], str],
        clock: Callable[[], datetime],
        registered: Callable[[Row], None],
        scenario: Callable[[], str] = lambda: "well",
    ) -> None:
        self._database = database
        self._files = folder / "files"
        self._incoming = folder / "incoming"
        for place in (self._files, self._incoming):
            place.mkdir(parents=True, exist_ok=True)
        self._judge = judge
        self._portal = portal
        self._sign_receipt = sign_receipt
        self._clock = clock
        self._registered = registered
        self._scenario = scenario
        self._locks = [threading.Lock() for _ in range(64)]
        self._queue: queue.Queue[str | None] = queue.Queue()
        self._concluded = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="judge", daemon=True)

    def start(self) -> None:
        """Begin to judge, first what a killed portal left unjudged."""
        for row in self._database.all("SELECT key FROM submissions WHERE state = 'received' ORDER BY at"):
            self._queue.put(row["key"])
        self._thread.start()

    def stop(self) -> None:
        """Let the judge finish what it is at, and end."""
        self._queue.put(None)
        if self._thread.is_alive():
            self._thread.join(30)
        self._judge.close()

    # --- the four calls -------------------------------------------------------------------------------

    def open(
        self, key: str, manifest_jws: str, person: str, mandate: str | None = None, notices: str | None = None
    ) -> tuple[SubmissionState, bool]:
        """Open a submission, or find the one this key already opened; say whether it is new.

        mandate: under which the person acts, already judged. notices: a `NoticeWish`, as JSON. What was named last
        before the judgement counts.
        """
        known = self._mine(key, person, other="KEY_REUSED", status=409)
        if known is not None:
            if known["manifest"] != manifest_jws:
                raise PortalSaysNo(409, "KEY_REUSED")
            self._database.run(
                "UPDATE submissions SET mandate = ?, notices = ? WHERE key = ? AND state IN ('receiving', 'received')",
                mandate,
                notices,
                key,
            )
            return self._state(known), False
        manifest = read_manifest(manifest_jws)
        if manifest.key != key:
            raise PortalSaysNo(422, "MANIFEST_INVALID", {"place": "key"})
        sizes: dict[str, int] = {}
        for _, file in manifest.files:
            if sizes.setdefault(file.sha256, file.size) != file.size:
                raise PortalSaysNo(422, "MANIFEST_INVALID", {"place": "components.files.size"})
        if not sizes or sum(sizes.values()) > MAX_SUBMISSION_SIZE:
            raise PortalSaysNo(422, "MANIFEST_INVALID", {"place": "components"})
        with self._database.transaction():
            if self._database.one("SELECT key FROM submissions WHERE key = ?", key) is None:
                self._database.insert(
                    "submissions",
                    key=key,
                    person=person,
                    manifest=manifest_jws,
                    manifest_sha256=hashlib.sha256(manifest_jws.encode()).hexdigest(),
                    state="receiving",
                    at=stamp(self._clock()),
                    mandate=mandate,
                    notices=notices,
                )
                for sha256, size in sizes.items():
                    self._database.insert("files", key=key, sha256=sha256, size=size)
                return self._state(self._row(key)), True
        return self.open(key, manifest_jws, person, mandate, notices)  # another request with this key came first

    def receive(
        self, key: str, sha256: str, person: str, data: bytes, span: tuple[int, int] | None, *, cut: bool = False
    ) -> int:
        """Take one chunk; return how many bytes of the file are safely held.

        `span` is (first byte, whole size), None for a whole file in one request. A file whose hash is wrong
        at its end is thrown away: 422 HASH_MISMATCH with `received` 0.  `cut`: the connection broke, and `data`
        is only what came of the chunk.
        """
        row = self._mine(key, person)
        if row is None:
            raise PortalSaysNo(404, "NO_SUCH_SUBMISSION")
        file = self._database.one("SELECT * FROM files WHERE key = ? AND sha256 = ?", key, sha256)
        if file is None:
            raise PortalSaysNo(404, "FILE_NOT_IN_MANIFEST")
        size = int(file["size"])
        start, total = span if span is not None else (0, len(data))
        if total != size or start + len(data) > size or not data:
            raise PortalSaysNo(422, "RANGE_WRONG", {"size": size, "received": self._received(key, sha256)})
        with self._locks[hash((key, sha256)) % len(self._locks)]:
            if self._complete(key, sha256):
                return size
            held = self._received(key, sha256)
            if start > held:
                raise PortalSaysNo(409, "RANGE_GAP", {"received": held})
            if cut and start + len(data) <= held:
                return held  # the next try was quicker, and brought more
            part = self._part(key, sha256)
            descriptor = os.open(part, os.O_RDWR | os.O_CREAT, 0o600)
            with os.fdopen(descriptor, "r+b") as stream:
                stream.seek(start)
                stream.write(data)
                stream.truncate()
                stream.flush()
                os.fsync(stream.fileno())
            if start + len(data) == size:
                with part.open("rb") as stream:
                    right = hashlib.file_digest(stream, "sha256").hexdigest() == sha256
                if not right:
                    part.unlink()
                    raise PortalSaysNo(422, "HASH_MISMATCH", {"received": 0})
                place = self.path(sha256)
                place.parent.mkdir(exist_ok=True)
                move_over(part, place)
                _sync(place.parent)
                self._database.run("UPDATE files SET complete = 1 WHERE key = ? AND sha256 = ?", key, sha256)
        return start + len(data)

    def commit(self, key: str, person: str, patience: float) -> SubmissionState:
        """Close a submission and have it judged; wait for the verdict up to `patience` seconds."""
        with self._database.transaction():
            row = self._mine(key, person)
            if row is None:
                raise PortalSaysNo(404, "NO_SUCH_SUBMISSION")
            if row["state"] == "receiving":
                missing = self._missing(key)
                if missing:
                    raise PortalSaysNo(409, "FILES_MISSING", {"missing": [file.model_dump() for file in missing]})
                self._database.run("UPDATE submissions SET state = 'received' WHERE key = ?", key)
                self._queue.put(key)
        with self._concluded:
            self._concluded.wait_for(lambda: not self._waits(key), patience)
        return self.state(key, person)

    def state(self, key: str, person: str) -> SubmissionState:
        """Say what became of a key."""
        row = self._mine(key, person)
        if row is None:
            return SubmissionState(key=key, state="never_seen", missing=[], code=None, receipt=None, reasons=[])
        return self._state(row)

    # --- files ----------------------------------------------------------------------------------------

    def path(self, sha256: str) -> Path:
        """Return where a file of this hash lies."""
        return self._files / sha256[:2] / sha256

    def keep(self, data: bytes) -> str:
        """Keep the portal's own bytes, durably; return their SHA-256."""
        sha256 = hashlib.sha256(data).hexdigest()
        place = self.path(sha256)
        if not place.exists():
            place.parent.mkdir(exist_ok=True)
            beside = self._incoming / f"own-{sha256}"
            with beside.open("wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            move_over(beside, place)
            _sync(place.parent)
        return sha256

    def _part(self, key: str, sha256: str) -> Path:
        return self._incoming / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}-{sha256}"

    def _received(self, key: str, sha256: str) -> int:
        if self._complete(key, sha256):
            row = self._database.one("SELECT size FROM files WHERE key = ? AND sha256 = ?", key, sha256)
            return int(row["size"]) if row else 0
        try:
            return self._part(key, sha256).stat().st_size
        except FileNotFoundError:
            return 0

    def _complete(self, key: str, sha256: str) -> bool:
        row = self._database.one("SELECT complete FROM files WHERE key = ? AND sha256 = ?", key, sha256)
        return bool(row and row["complete"])

    def _missing(self, key: str) -> list[MissingFile]:
        rows = self._database.all("SELECT sha256, size FROM files WHERE key = ? AND NOT complete ORDER BY rowid", key)
        return [
            MissingFile(sha256=row["sha256"], received=self._received(key, row["sha256"]), size=row["size"])
            for row in rows
        ]

    # --- rows -----------------------------------------------------------------------------------------

    def _row(self, key: str) -> Row:
        row = self._database.one("SELECT * FROM submissions WHERE key = ?", key)
        assert row is not None
        return row

    def _waits(self, key: str) -> bool:
        row = self._database.one("SELECT state FROM submissions WHERE key = ?", key)
        return row is not None and row["state"] == "received"

    def _mine(self, key: str, person: str, *, other: str = "OTHER_PERSON", status: int = 403) -> Row | None:
        row = self._database.one("SELECT * FROM submissions WHERE key = ?", key)
        if row is not None and row["person"] != person:
            # Not "never seen": that would tell a client that sending again is safe.
            raise PortalSaysNo(status, other)
        return row

    def _state(self, row: Row) -> SubmissionState:
        return SubmissionState(
            key=row["key"],
            state=row["state"],
            missing=self._missing(row["key"]) if row["state"] == "receiving" else [],
            code=row["code"],
            receipt=row["receipt"],
            reasons=[Reason.model_validate(entry) for entry in json.loads(row["reasons"])],
        )

    # --- judging --------------------------------------------------------------------------------------

    def _work(self) -> None:
        while (key := self._queue.get()) is not None:
            row = self._database.one("SELECT * FROM submissions WHERE key = ?", key)
            if row is None or row["state"] != "received":  # wiped meanwhile, or judged already
                continue
            manifest = read_manifest(row["manifest"])
            judged = Judged(
                manifest_jws=row["manifest"],
                manifest=manifest,
                files={file.sha256: self.path(file.sha256) for _, file in manifest.files},
                procedure=self._database.procedure(manifest.procedure),
            )
            try:
                verdict = self._judge.judge(judged)
            except Exception:
                # A fault of the judge is not a fault of the applicant: it stays received, and is judged
                # again after the next start.
                _complain()
                continue
            self._conclude(row, manifest, verdict)
            with self._concluded:
                self._concluded.notify_all()

    def _conclude(self, row: Row, manifest: Manifest, verdict: Verdict) -> None:
        if verdict.reasons:
            reasons = json.dumps([entry.model_dump() for entry in verdict.reasons], ensure_ascii=False)
            self._database.run(
                "UPDATE submissions SET state = 'refused', reasons = ? WHERE key = ? AND state = 'received'",
                reasons,
                row["key"],
            )
            return
        if manifest.supplements is not None and self._supplemented(row, manifest) is None:
            told = [reason("NOT_WAITED_FOR", facts={"dossier": manifest.supplements}).model_dump()]
            self._database.run(
                "UPDATE submissions SET state = 'refused', reasons = ? WHERE key = ? AND state = 'received'",
                json.dumps(told, ensure_ascii=False),
                row["key"],
            )
            return
        now = self._clock()
        at = stamp(now)
        due = verdict.due.isoformat() if verdict.due else None
        with self._database.transaction():
            if not self._waits(row["key"]):
                return
            earlier = self._supplemented(row, manifest)
            code = earlier["code"] if earlier else self._database.next_code(now)
            receipt = {
                "format": 1,
                "portal": self._portal,
                "key": row["key"],
                "code": code,
                "manifest_sha256": row["manifest_sha256"],
                "received": at,
                "due": due,
                "client": manifest.client.model_dump(),
                "procedure": manifest.procedure,
                "mandate": self._row(row["key"])["mandate"],
            }
            signed = self._sign_receipt(
                json.dumps(receipt, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
            )
            if earlier:
                wish = self._row(row["key"])["notices"]
                self._database.run(
                    "UPDATE dossiers SET revision = ?, due = coalesce(?, due), notices = coalesce(?, notices)"
                    " WHERE code = ?",
                    manifest.revision,
                    due,
                    wish,
                    code,
                )
                self._database.run("UPDATE supplements SET state = 'answered' WHERE code = ? AND state = 'open'", code)
                dossier = {**earlier, "revision": manifest.revision, "notices": wish or earlier["notices"]}
                self._database.change(dossier, "supplement", at)
                self._database.move(dossier, 4, at, note="Đã nhận hồ sơ bổ sung")
                self._registered(dossier)
            else:
                self._register(row, manifest, verdict, code, at, due)
            self._database.run(
                "UPDATE submissions SET state = 'registered', code = ?, receipt = ? WHERE key = ?",
                code,
                signed,
                row["key"],
            )

    def _supplemented(self, row: Row, manifest: Manifest) -> Row | None:
        """Return the dossier that waits for more papers and that this submission revises."""
        return self._database.one(
            "SELECT * FROM dossiers WHERE person = ? AND coalesce(code = ?, local_id = ?) AND procedure = ?"
            " AND status = 5 AND revision < ? AND tax_code IS ? AND personal_id IS ? AND NOT deleted",
            row["person"],
            manifest.supplements,
            manifest.dossier,
            manifest.procedure,
            manifest.revision,
            manifest.client.tax_code,
            manifest.client.personal_id,
        )

    def _register(self, row: Row, manifest: Manifest, verdict: Verdict, code: str, at: str, due: str | None) -> None:
        scenario = self._scenario()
        fee = first_fee(scenario, verdict.fee)
        self._database.insert(
            "dossiers",
            code=code,
            key=row["key"],
            person=row["person"],
            local_id=manifest.dossier,
            revision=manifest.revision,
            procedure=manifest.procedure,
            procedure_name=verdict.procedure_name or manifest.procedure,
            applicant=manifest.client.name or manifest.client.tax_code or manifest.client.personal_id or "—",
            tax_code=manifest.client.tax_code,
            personal_id=manifest.client.personal_id,
            delivery=manifest.delivery,
            notices=self._row(row["key"])["notices"],
            level=verdict.level,
            result_online=verdict.result_online,
            pay_online=verdict.pay_online,
            received=at,
            due=due,
            status=None,
            raw="",
            scenario=scenario,
        )
        dossier = self._database.one("SELECT * FROM dossiers WHERE code = ?", code)
        assert dossier is not None
        self._database.move(dossier, 1, at)
        if fee is not None:
            title, amount = fee
            self._database.insert("fees", id=f"{code}-F1", code=code, title=title, amount=amount, state="due")
            self._database.change(dossier, "fee", at)
        self._registered(dossier)


def read_manifest(token: str) -> Manifest:
    """Read a manifest's payload out of its compact JWS, without judging its signature.

    Raises PortalSaysNo 422 MANIFEST_INVALID with the place.
    """
    parts = token.split(".")
    if len(parts) != 3 or not token.isascii():
        raise PortalSaysNo(422, "MANIFEST_INVALID", {"place": "manifest"})
    try:
        header = json.loads(_decode(parts[0]))
        payload = _decode(parts[1])
    except (ValueError, RecursionError) as error:
        raise PortalSaysNo(422, "MANIFEST_INVALID", {"place": "header"}) from error
    if not isinstance(header, dict) or header.get("typ") != MANIFEST_TYPE:
        raise PortalSaysNo(422, "MANIFEST_INVALID", {"place": "header.typ"})
    try:
        return Manifest.model_validate_json(payload, strict=True)
    except ValidationError as error:
        place = ".".join(str(step) for step in error.errors(include_input=False)[0]["loc"]) or "payload"
        raise PortalSaysNo(422, "MANIFEST_INVALID", {"place": place}) from error


def _decode(part: str) -> bytes:
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError(part[:20]) from error


def _sync(folder: Path) -> None:
    """Make a rename inside a folder durable; Windows has no such call and needs none."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _complain() -> None:
    import logging

    logging.getLogger("hoso.sandbox").exception("the judge failed")


def refuse(code: str, **place: Any) -> Verdict:
    """Build a verdict with one reason."""
    return Verdict(reasons=(reason(code, **place),))
