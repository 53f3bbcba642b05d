"""The two who are killed: a portal and a client, each a process forked from one that has everything imported.

A fork takes hundredths of a second where a start takes seconds, and kill -9 is the same for both: so hundreds of kills
can be tried. The client runs what window and command line run; only the waiting times are shortened.
"""

from __future__ import annotations

import base64
import contextlib
import functools
import hashlib
import json
import multiprocessing
import os
import shutil
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

import requests

import desktop.portal.catalogue.trusted
import desktop.portal.connection
import desktop.sandbox.api
import desktop.sandbox.publication
from desktop import filing, outbox, tracking
from desktop.app import App
from desktop.errors import DesktopError
from desktop.filing.accounts import token_for
from desktop.filing.portal import connect, portal_of
from desktop.portal.submission import HosoConnector
from desktop.sandbox.server import Sandbox
from desktop.sandbox.submissions import Judged, Verdict
from desktop.store.key import Passphrase, RecoveryCode
from desktop.store.records import Component, DossierState, ItemState, OutboxItem

WORDS = "con đường xưa em đi"
PERSON = "Trần Thị Kế Toán (thực hành)"
CLIENTS = tuple(f"01{number:08d}" for number in range(60))
PART = Component("to_khai", "Tờ khai thuế GTGT", True, 1, 0, "thue/01-gtgt", False, True, None)
RESULT = b"%PDF-1.7 ket qua thuc hanh " * 2000
LETTER = b"%PDF-1.7 thu co quan " * 2000
CHUNK = 40_000
CALL, TRANSFER = 1.0, 1.5
"""Seconds; the product waits a minute for a call, and half an hour for a file."""
OPEN = (ItemState.QUEUED, ItemState.SENDING, ItemState.UNCERTAIN)

forks = multiprocessing.get_context("forkserver")
forks.set_forkserver_preload(["tests.faults.actors", "tests.faults.client"])


# --- the portal ------------------------------------------------------------------------------------------------------


class Nod:
    """A judge that takes everything; dossiers of the case "pay" owe a fee."""

    def judge(self, submission: Judged) -> Verdict:
        """Look whether the files are there, and nod."""
        assert all(path.is_file() for path in submission.files.values())
        fee = ("Lệ phí thực hành", 100_000) if submission.manifest.case == "pay" else None
        return Verdict(
            procedure_name="Khai thuế giá trị gia tăng", level=4, pay_online=True, result_online=True, fee=fee
        )

    def close(self) -> None:
        """Have nothing to free."""


def be_portal(folder: str, port: int, told: Pipe) -> None:
    """Answer on a port until killed; tell the root's fingerprint once it does."""
    os.makedirs(f"{folder}/nothing", exist_ok=True)
    portal = Sandbox(Path(folder), port=port, resources=Path(folder) / "nothing", faults=True, judge=Nod())
    portal._make_result = lambda dossier: RESULT + str(dossier["code"]).encode()  # type: ignore[method-assign]  # printing one takes seconds
    portal._make_letter = lambda dossier: LETTER + str(dossier["code"]).encode()  # type: ignore[method-assign]
    portal.run(lambda ready: told.send((ready.fingerprint, ready.url)))


# --- the client ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """Where a client lives and whom it calls."""

    home: str
    code: str
    url: str
    fingerprint: str
    authority: bytes
    portal: str
    """The portal's own address, past the wire: for its clerk and its payment page."""
    chunk: int = CHUNK
    """Bytes of a part; 0: the product's own."""
    call: float = CALL
    transfer: float = TRANSFER
    """Seconds after which a slow call, or a slow file, is given up."""


def be_client(place: Place, orders: Pipe) -> None:
    """Do what is ordered until the pipe ends: (name, arguments) gives (how it ended, value, seconds)."""
    client = Client(place)
    while True:
        try:
            name, given = orders.recv()
        except EOFError:
            return
        begun = time.monotonic()
        try:
            value, how = getattr(client, name)(*given), "ok"
        except DesktopError as error:
            value, how = error.code, "error"
        except BaseException:
            value, how = traceback.format_exc()[-3000:], "crash"
        orders.send((how, value, time.monotonic() - begun))


class Client:
    """One open workspace and what its owner does."""

    def __init__(self, place: Place) -> None:
        self.place = place
        _hasten(place)
        self.app = App(home=Path(place.home), practice=True)
        self.ws = self.app.unlock_workspace(RecoveryCode(place.code))
        self.desk = self.app.desk

    # --- preparing ---------------------------------------------------------------------------------------------

    def new(self, case: str, client: int = 0, sizes: tuple[int, ...] = (90_000, 300)) -> str:
        """Make a signed dossier and return its id."""
        code = CLIENTS[client]
        known = {one.tax_code for one in self.ws.clients.list()}
        whose = self.ws.clients.get(code) if code in known else self.ws.clients.add(code, f"CÔNG TY {code}", {})
        dossier = self.ws.dossiers.create(whose, "1.007014", case, "2026-10", "online", [PART], procedure_name="Khai")
        self._sign(dossier.id, case, sizes)
        return dossier.id

    def _sign(self, dossier: str, case: str, sizes: tuple[int, ...]) -> None:
        for number, size in enumerate(sizes):
            kept = self.ws.files.put(os.urandom(size), f"{number}.pdf", "application/pdf")
            self.ws.dossiers.attach(dossier, PART.component, f"{number}.pdf", kept, kind="attachment")
        self.ws.dossiers.mark_signed(dossier, self._manifest(dossier, case))

    def _manifest(self, dossier: str, case: str, files: list[dict[str, Any]] | None = None) -> str:
        found, revision = self.ws.dossiers.get(dossier), self.ws.dossiers.revision(dossier)
        files = files or [
            {"name": one.name, "sha256": one.sha256, "size": one.size, "media_type": "application/pdf",
             "kind": "attachment"}
            for one in self.ws.dossiers.files(dossier)
        ]  # fmt: skip
        payload = {
            "format": 1, "dossier": dossier, "revision": revision.number, "key": revision.key, "procedure": "1.007014",
            "case": case, "period": "2026-10", "role": "self", "delivery": "online",
            "client": {"tax_code": found.client.tax_code, "personal_id": None, "name": found.client.name},
            "created": "2026-11-21T10:00:00+07:00", "supplements": found.code,
            "components": [{"component": PART.component, "files": files}],
        }  # fmt: skip
        head = {"alg": "RS256", "typ": "hoso-manifest+jws"}
        parts = (base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=").decode() for one in (head, payload))
        return ".".join([*parts, "c2ln"])

    def new_many(self, dossiers: int, clients: int, size: int) -> list[str]:
        """Make and queue many dossiers, the clients in turn."""
        made = [self.new("evening", number % clients, (size,)) for number in range(dossiers)]
        for dossier in made:
            self.queue(dossier)
        return made

    def keep(self, dossier: str, path: str) -> None:
        """Put a file into a dossier that is signed without one."""
        self.ws.dossiers.reopen(dossier)
        with open(path, "rb") as source:
            kept = self.ws.files.put(source, "large.pdf", "application/pdf")
        self.ws.dossiers.attach(dossier, PART.component, "large.pdf", kept, kind="attachment")
        self.ws.dossiers.mark_signed(dossier, self._manifest(dossier, "upload"))

    def foreign(self, path: str) -> tuple[str, str, str, str]:
        """Return token, key, hash and manifest under which another program may send a file."""
        with open(path, "rb") as source:
            found = hashlib.file_digest(source, "sha256").hexdigest()
        dossier = self.new("upload", 1, ())
        files = [{"name": "x.pdf", "sha256": found, "size": os.path.getsize(path), "media_type": "application/pdf",
                  "kind": "attachment"}]  # fmt: skip
        manifest = self._manifest(dossier, "upload", files)
        token = token_for(self.desk, portal_of(self.desk, self.place.url))
        return token, self.ws.dossiers.revision(dossier).key, found, manifest

    def queue(self, dossier: str, url: str = "") -> None:
        """Queue a signed dossier."""
        outbox.enqueue(self.ws, dossier, url or self.place.url, confirmed=True)

    def pin_other(self, url: str, fingerprint: str) -> None:
        """Get to know another portal."""
        filing.add_portal(self.desk, url, fingerprint)

    def more_papers(self, dossier: str) -> None:
        """Let the agency ask for more, and sign the revision that answers."""
        self.clerk(dossier, {"status": 5, "note": "Bổ sung hợp đồng"})
        self.refresh(dossier)
        filing.begin_supplement(self.desk, dossier)
        self._sign(dossier, "supplement", (300,))
        self.queue(dossier)

    def clerk(self, dossier: str, action: dict[str, Any]) -> None:
        """Do at the portal what its clerk does."""
        code = self.ws.dossiers.get(dossier).code
        requests.post(
            f"{self.place.portal}/practice/dossiers/{code}/status", json=action, timeout=30
        ).raise_for_status()

    def finished(self, dossier: str) -> None:
        """Follow a dossier until a result is announced."""
        for _ in range(12):
            self.refresh(dossier)
            if self.ws.results.list(dossier):
                return
        raise RuntimeError("no result")

    def letter(self, dossier: str) -> None:
        """Let the agency write, with a file."""
        self.clerk(dossier, {"letter": "Thư có tệp kèm theo"})
        self.refresh(dossier)
        if not self.attached(dossier):
            raise RuntimeError("no letter with a file")

    def attached(self, dossier: str) -> list[tuple[str, str, str]]:
        """Return message, file and hash of all that came with messages."""
        return [
            (letter.letter, one.id, one.sha256)
            for letter in self.ws.letters.list(dossier)
            for one in tracking.attachments(letter)
        ]

    # --- acting ------------------------------------------------------------------------------------------------

    def drain(self) -> list[str]:
        """Go through the outbox once."""
        return [one.state for one in filing.drain(self.desk)]

    def settle(self, seconds: float = 20.0) -> None:
        """Go through the outbox until nothing is open."""
        end = time.monotonic() + seconds
        while self.ws.outbox.items(OPEN) and time.monotonic() < end:
            with contextlib.suppress(DesktopError):
                filing.drain(self.desk)
            time.sleep(0.02)

    def due(self, dossier: str) -> None:
        """Wait until the item may be worked on again."""
        at = self.ws.outbox.of_dossier(dossier)[-1].not_before
        while at is not None and self.desk.clock() < at:
            time.sleep(0.01)

    def pin(self) -> None:
        """Forget the portal and get its whole catalogue anew."""
        known = self.desk.catalogue.portal(self.place.url)
        if known is not None:
            shutil.rmtree(known.folder / "targets", ignore_errors=True)
            filing.remove_portal(self.desk, self.place.url)
        filing.add_portal(self.desk, self.place.url, self.place.fingerprint)

    def update(self) -> None:
        """Look for a newer catalogue."""
        filing.update_catalogue(self.desk, self.place.url)

    def log_in(self) -> None:
        """Log in."""
        filing.login(self.desk, self.place.url, PERSON)

    def mandates(self) -> None:
        """Ask for whom one may act."""
        self._with(lambda at: filing.mandates(self.desk, self.place.url))

    def refresh(self, dossier: str) -> None:
        """Ask how a dossier stands."""
        self._with(lambda at: tracking.refresh(self.ws, at, dossier, self.desk.clock))

    def poll(self) -> None:
        """Read what is new at the portal."""
        self._with(lambda at: tracking.poll(self.ws, at, self.place.url, self.desk.clock))

    def look_up(self, dossier: str) -> None:
        """Look a client's dossiers up at the portal; ours must be among them."""
        ours = self.ws.dossiers.get(dossier)
        found = self._with(lambda at: tracking.look_up(at, id_number=ours.client.tax_code))
        assert ours.code in [one.code for one in found]

    def pay(self, dossier: str) -> None:
        """Pay what is due; the person confirms on the portal's page."""

        def browse(url: str) -> None:
            with contextlib.suppress(requests.ConnectionError):  # the page of a portal that is down stays empty
                page = self.place.portal + "/practice/pay/" + url.rpartition("/")[2]
                requests.post(page, timeout=30).raise_for_status()

        self._with(lambda at: tracking.pay(self.ws, at, dossier, self.desk.clock, browse=browse, patience=0.0))

    def paid(self, dossier: str) -> None:
        """Pay, and follow until the portal has booked it."""
        for _ in range(6):
            self.refresh(dossier)
            self.pay(dossier)
            if all(str(one.state) == "paid" for one in self.ws.fees.list(dossier)):
                return

    def results(self, dossier: str) -> None:
        """Fetch the results."""
        self.refresh(dossier)
        self._with(lambda at: tracking.fetch_results(self.ws, at, dossier, self.desk.clock))

    def attachments(self, dossier: str) -> None:
        """Fetch what came with messages."""
        for letter, one, _ in self.attached(dossier):
            self._with(
                lambda at, letter=letter, one=one: tracking.fetch_attachment(self.ws, at, dossier, letter, one)  # type: ignore[misc]
            )

    def withdraw(self, dossier: str) -> None:
        """Ask for the withdrawal, unless the portal is known to have it."""
        if tracking.withdrawal(self.ws, dossier) not in ("asked", "stopped"):
            self._with(lambda at: tracking.withdraw(self.ws, at, dossier, self.desk.clock))

    def _with(self, do: Callable[[HosoConnector], Any]) -> Any:
        """Call with a log-in; one that the portal ended is renewed once, as the window does by logging in again."""
        from desktop.portal.errors import LoginNeeded

        found = portal_of(self.desk, self.place.url)
        with connect(self.desk, self.place.url) as connection:
            try:
                return do(HosoConnector(connection, found.verified().description, token_for(self.desk, found)))
            except LoginNeeded:
                self.log_in()
                raise

    # --- telling -----------------------------------------------------------------------------------------------

    def item(self, dossier: str) -> tuple[str, bool]:
        """Tell the state of the newest item and whether the portal is asked before it is sent."""
        item = self.ws.outbox.of_dossier(dossier)[-1]
        return str(item.state), bool(item.facts.get(outbox.ASK_FIRST))

    def told(self, dossier: str) -> dict[str, Any]:
        """Tell all that this side holds of a dossier."""
        found = self.ws.dossiers.get(dossier)
        items: list[OutboxItem] = self.ws.outbox.of_dossier(dossier)
        receipts = {one.key: self.ws.outbox.receipt(one.key) for one in items}
        kept = [one for one in self.ws.evidence.list(dossier) if one.kind == "receipt"]
        return {
            "state": str(found.state), "submitted": found.state == DossierState.SUBMITTED, "code": found.code,
            "items": [(one.key, str(one.state), one.reason) for one in items],
            "receipts": {key: (one.data, one.trusted) for key, one in receipts.items() if one is not None},
            "evidence": len(kept),
            "payments": [(one.id, one.fee, str(one.state).lower()) for one in self.ws.fees.payments(dossier)],
            "e-receipts": [bool(one.facts.get("trusted")) for one in
                           self.ws.evidence.list(dossier, tracking.PAYMENT_RECEIPT)],
            "results": [one.sha256 for one in self.ws.results.list(dossier) if self.ws.files.has(one.sha256)],
            "attachments": [one[2] for one in self.attached(dossier) if self.ws.files.has(one[2])],
            "withdrawal": tracking.withdrawal(self.ws, dossier),
            "status": found.status,
        }  # fmt: skip

    def whole(self) -> bool:
        """Tell whether the workspace is undamaged."""
        return self.ws.check().ok

    def close(self) -> None:
        """Lock the workspace."""
        self.app.close()


def _hasten(place: Place) -> None:
    """Shorten waiting times, send small parts, and trust the practice authority for TLS."""
    outbox.FIRST_WAIT, outbox.LONGEST_WAIT = 0.02, 0.5
    limits = desktop.portal.connection.Limits(connect=2.0, read=place.call, call=place.call, transfer=place.transfer)
    real = desktop.portal.connection.Connection
    desktop.portal.connection.Connection = functools.partial(real, limits=limits, authority=place.authority)  # type: ignore
    made = HosoConnector.__init__

    def init(self: HosoConnector, *args: Any, **named: Any) -> None:
        made(self, *args, **named)
        self.chunk, self.patience = place.chunk or self.chunk, 2.0

    HosoConnector.__init__ = init  # type: ignore[method-assign]


def create(home: Path) -> str:
    """Make a workspace; return its recovery code."""
    app = App(home=home, practice=True)
    code = app.create_workspace(Passphrase(WORDS))
    app.close()
    return code


def sha256(data: bytes) -> str:
    """Return the hash of bytes."""
    return hashlib.sha256(data).hexdigest()
