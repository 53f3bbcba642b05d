"""Every request of the contract, every fault, each with nobody, the client or the portal killed in the midst of it.

One workspace, one portal and one wire are shared by all cases; each case has a dossier of its own. After the fault all
is settled as the product settles it, and then there must be exactly one dossier, one payment, one receipt, the same on
both sides.
"""

from __future__ import annotations

import contextlib
import random
import sqlite3
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from desktop.sandbox.authority import Authority
from tests.faults import actors
from tests.faults.actors import Place, forks
from tests.faults.run import _free_port as free_port
from tests.faults.spoiler import KINDS, Spoil, Wire, operations

VICTIMS = ("nobody", "client", "portal")
NOT_CALLED = {"getPortal"}
"""What the contract has for others: the client believes the signed catalogue instead."""
HASHED = {
    "getMetadata", "getTarget", "openSubmission", "sendFile", "commitSubmission", "getSubmission", "getDossier",
    "getPayment", "getResult", "getAttachment",
}  # fmt: skip
"""Requests in which, or in whose answers, a hash or a signature can be wrong."""


@dataclass(frozen=True)
class Scene:
    """One thing that a client does, and the requests that it is there for."""

    act: str
    operations: tuple[str, ...]
    prepare: tuple[str, ...] = ()
    dossier: bool = True
    """Whether the act is told the dossier."""
    settle: str = ""
    """What brings it to its end; the act itself where nothing is named."""


FILED = ("queue", "!drain")
SCENES = {
    "catalogue": Scene("pin", ("getMetadata", "getTarget"), dossier=False),
    "refresh": Scene("update", ("getMetadata",), dossier=False),
    "log-in": Scene("log_in", ("logInToPractise",), dossier=False),
    "mandates": Scene("mandates", ("getMandates",), dossier=False),
    "submit": Scene("drain", ("openSubmission", "sendFile", "commitSubmission"), ("queue",), settle="settle"),
    "ask": Scene("drain", ("getSubmission",), ("queue", "?"), settle="settle"),
    "supplement": Scene(
        "drain", ("openSubmission", "sendFile", "commitSubmission"), (*FILED, "more_papers"), settle="settle"
    ),
    "changes": Scene("poll", ("listChanges", "getDossier"), ("!poll", *FILED)),
    "look-up": Scene("look_up", ("findDossiers",), FILED),
    "pay": Scene("pay", ("payFee", "getPayment"), (*FILED, "refresh"), settle="paid"),
    "result": Scene("results", ("getDossier", "getResult"), (*FILED, "finished")),
    "attachment": Scene("attachments", ("getAttachment",), (*FILED, "letter")),
    "withdraw": Scene("withdraw", ("withdrawDossier",), FILED),
}
TELLS_NO_DOSSIER = {"drain", "settle", "poll", "pin", "update", "log_in", "mandates"}


@dataclass
class Cell:
    """One case and what came of it."""

    scene: str
    operation: str
    kind: str
    victim: str
    seed: int
    behind: bool = False
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)

    @property
    def line(self) -> str:
        """Tell the case in one line."""
        end = "ok" if not self.faults else "FAILED: " + "; ".join(self.faults)
        side = "behind" if self.behind else "before"
        return (
            f"{self.scene}: {self.operation}, {self.kind} ({side} the portal), {self.victim} killed: {end}"
            f" (seed {self.seed}, {self.seconds:.2f} s)"
        )


def cells(seed: int) -> list[Cell]:
    """Return the whole matrix; the seed chooses on which side of the portal each fault lies."""
    chance = random.Random(seed)
    authorised = {one.id for one in operations() if one.authorised}
    found = []
    for name, scene in SCENES.items():
        for operation in scene.operations:
            for kind in KINDS:
                if kind == "wrong hash" and operation not in HASHED:
                    continue
                if kind == "expired token" and operation not in authorised:
                    continue
                for victim in VICTIMS:
                    one = Cell(name, operation, kind, victim, chance.randrange(1 << 32))
                    one.behind = random.Random(one.seed).random() < 0.5
                    found.append(one)
    return found


def tenth(seed: int, share: int = 10) -> list[Cell]:
    """Choose a tenth of the matrix, or another share of it, with each operation and each kind at least once."""
    whole = cells(seed)
    random.Random(f"{seed} tenth").shuffle(whole)
    chosen: list[Cell] = []
    left = {cell.operation for cell in whole} | {cell.kind for cell in whole}
    # First what brings both an operation and a kind, then what brings one of them, then anything.
    for wanted in (2, 1):
        for cell in whole:
            if len({cell.operation, cell.kind} & left) >= wanted:
                chosen.append(cell)
                left -= {cell.operation, cell.kind}
    picked = {id(cell) for cell in chosen}
    more = [cell for cell in whole if id(cell) not in picked]
    return chosen + more[: max(0, round(len(whole) / share) - len(chosen))]


class Client:
    """The client's process, which is started anew after it was killed."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._start()

    def _start(self) -> None:
        self._orders, theirs = forks.Pipe()
        self._process = forks.Process(target=actors.be_client, args=(self._place, theirs), daemon=True)
        self._process.start()
        theirs.close()

    def begin(self, name: str, *given: Any) -> None:
        """Order something without waiting."""
        self._orders.send((name, given))

    def end(self, seconds: float = 300.0) -> tuple[str, Any]:
        """Wait for what was begun; return how it ended, and its value."""
        if not self._orders.poll(seconds):
            raise RuntimeError("the client does not come to an end")
        how, value, _ = self._orders.recv()
        return how, value

    def ended(self) -> bool:
        """Say whether what was begun has ended."""
        return self._orders.poll()

    def do(self, name: str, *given: Any) -> Any:
        """Do something that must go well."""
        self.begin(name, *given)
        how, value = self.end()
        if how != "ok":
            raise RuntimeError(f"{name}: {how} {value}")
        return value

    def kill(self) -> None:
        """End it as kill -9 does, and start another."""
        self.stop()
        self._start()

    def stop(self) -> None:
        """End it as kill -9 does."""
        self._process.kill()
        self._process.join()
        self._orders.close()


class Stage:
    """Portal, wire and workspace, shared by all cases."""

    def __init__(self, folder: Path, *, tls: bool = True, **limits: Any) -> None:
        self.folder, self.port = folder, free_port()
        self.dossiers = 0
        self._launch()
        authority = Authority.open(folder / "portal" / "authority")
        stranger = Authority.open(folder / "stranger")
        self.wire = Wire(self.port, _context(authority) if tls else None, _context(stranger) if tls else None)
        self.wire.expire = self._expire
        self.wire.listen()
        home = folder / "home"
        self.place = Place(
            str(home), actors.create(home), f"{'https' if tls else 'http'}://127.0.0.1:{self.wire.port}",
            self.fingerprint, authority.root_pem, f"http://127.0.0.1:{self.port}", **limits,
        )  # fmt: skip
        self.client = Client(self.place)
        self.client.do("pin")
        self.client.do("log_in")
        self._sequences: dict[str, list[str]] = {}

    def close(self) -> None:
        """End everything."""
        self.client.stop()
        self.wire.cut()
        self._portal.kill()
        self._portal.join()

    def _launch(self) -> None:
        told, theirs = forks.Pipe(duplex=False)
        self._portal = forks.Process(
            target=actors.be_portal, args=(str(self.folder / "portal"), self.port, theirs), daemon=True
        )
        self._portal.start()
        theirs.close()
        with told:
            if not told.poll(60):
                raise RuntimeError("the portal did not start")
            self.fingerprint, _ = told.recv()

    def kill_portal(self) -> None:
        """End it as kill -9 does."""
        self._portal.kill()
        self._portal.join()

    def base(self) -> contextlib.closing[sqlite3.Connection]:
        """Open the portal's database."""
        return contextlib.closing(sqlite3.connect(self.folder / "portal" / "portal.sqlite", timeout=30))

    def _expire(self) -> None:
        with self.base() as base, base:
            base.execute("UPDATE sessions SET expires = '2020-01-01T00:00:00+07:00'")

    # --- one case ------------------------------------------------------------------------------------------------

    def prepare(self, name: str) -> str:
        """Bring a new dossier to where a scene begins."""
        scene = SCENES[name]
        self._quiet()
        if not scene.prepare:
            return ""
        self.dossiers += 1
        dossier = str(self.client.do("new", name))
        for step in scene.prepare:
            if step == "?":  # the answer to the commit is lost
                self.wire.arm(Spoil("commitSubmission", "cut before the answer"))
                self.client.do("drain")
                self._quiet()
                self.client.do("due", dossier)
            elif step.startswith("!"):
                self.client.do(step[1:])
            else:
                self.client.do(step, dossier)
        return dossier

    def _quiet(self) -> None:
        self.wire.arm(None)
        end = time.monotonic() + 30
        while self.wire._listener is None and time.monotonic() < end:
            time.sleep(0.005)

    def _given(self, name: str, dossier: str) -> tuple[str, ...]:
        return () if name in TELLS_NO_DOSSIER else (dossier,)

    def sequence(self, name: str) -> list[str]:
        """Return which requests an act makes when all is well."""
        if name not in self._sequences:
            dossier = self.prepare(name)
            act = SCENES[name].act
            self._quiet()
            self.client.do(act, *self._given(act, dossier))
            self._sequences[name] = list(self.wire.seen)
            self._settle(name, dossier)
            told = self.judge(name, dossier)
            if told:
                raise RuntimeError(f"{name} without a fault: {told}")
        return self._sequences[name]

    def run(self, cell: Cell) -> Cell:
        """Run one case; what is wrong is noted in it."""
        begun = time.monotonic()
        try:
            before = self.sequence(cell.scene).index(cell.operation)
            begun = time.monotonic()
            dossier = self.prepare(cell.scene)
            self._spoil(cell, dossier, before)
            cell.faults += self._settle(cell.scene, dossier)
            cell.faults += self.judge(cell.scene, dossier)
        except Exception as error:
            cell.faults.append(f"{type(error).__name__}: {error}")
            with contextlib.suppress(Exception):
                self.client.kill()
        cell.seconds = time.monotonic() - begun
        return cell

    def _spoil(self, cell: Cell, dossier: str, before: int) -> None:
        chance = random.Random(cell.seed + 1)
        spoil = Spoil(cell.operation, cell.kind, cell.behind, before, hold=cell.victim != "nobody")
        act = SCENES[cell.scene].act
        self.wire.arm(spoil)
        if not self._reach(spoil, act, dossier):
            cell.faults.append(f"never came to {cell.operation}: {self.wire.seen}")
        if cell.victim == "client":
            self.client.kill()
            spoil.go_on.set()
        elif cell.victim == "portal":
            self.kill_portal()
            spoil.go_on.set()
            time.sleep(chance.uniform(0, 0.05))
            self._launch()
        if cell.victim != "client":
            how, value = self.client.end()
            if how == "crash":
                cell.faults.append(f"crashed: {value}")
            self._quiet()
            cell.faults += self._true(cell.scene, dossier)

    def _reach(self, spoil: Spoil, act: str, dossier: str) -> bool:
        """Begin an act and wait until it meets the fault; one that a busy machine ended before is begun again."""
        self.client.begin(act, *self._given(act, dossier))
        end, again = time.monotonic() + 30, 3
        while not spoil.reached.wait(0.02) and time.monotonic() < end:
            if again and self.client.ended() and not spoil.reached.is_set():
                again -= 1
                self.client.end()
                time.sleep(0.4)  # until it is due again
                self.client.begin(act, *self._given(act, dossier))
        return spoil.reached.is_set()

    def _settle(self, name: str, dossier: str) -> list[str]:
        """Go on as the product does, until it is at its end."""
        self._quiet()
        settle = SCENES[name].settle or SCENES[name].act
        how, value = "", None
        for _ in range(12):
            self.client.begin(settle, *self._given(settle, dossier))
            how, value = self.client.end()
            if how == "crash":
                return [f"crashed: {value}"]
            if how == "ok":
                break
            time.sleep(0.05)
        if name == "withdraw":
            self.client.do("refresh", dossier)
        return [] if how == "ok" else [f"not settled: {value}"]

    # --- judging -------------------------------------------------------------------------------------------------

    def _true(self, name: str, dossier: str) -> list[str]:
        """Say what the client holds for true that is not, before anything is settled."""
        if not dossier:
            return []
        told = self.client.do("told", dossier)
        faults = []
        key, state, reason = told["items"][-1]
        _, asked_first = self.client.do("item", dossier)
        with self.base() as base:
            row = base.execute("SELECT state, code FROM submissions WHERE key = ?", (key,)).fetchone()
            at_portal = row[0] if row else "never_seen"
            status = base.execute("SELECT status FROM dossiers WHERE code = ?", (told["code"],)).fetchone()
            payments = _payments(base, told["code"])
        if at_portal == "registered" and state == "QUEUED" and not asked_first:
            faults.append(f"said to be waiting ({reason}), and registered")
        if state == "DONE" and at_portal != "registered":
            faults.append(f"said to be filed, and {at_portal}")
        if state in ("REFUSED", "CANCELLED", "SENDING"):
            faults.append(f"said to be {state} ({reason}), and {at_portal}")
        asked = told["withdrawal"] in ("asked", "stopped")
        denied = told["withdrawal"] in (None, "not_there")
        if name == "withdraw" and status and (denied if status[0] in (7, 8) else asked):
            faults.append(f"withdrawal said to be {told['withdrawal']}, and the status is {status[0]}")
        if "paid" in [one[2] for one in told["payments"]] and payments != ["paid"]:
            faults.append(f"said to be paid, and {payments}")
        return faults

    def judge(self, name: str, dossier: str) -> list[str]:
        """Look at both sides; return what is wrong."""
        if not dossier:
            return []
        faults: list[str] = []

        def must(holds: object, told: str) -> None:
            if not holds:
                faults.append(told)

        told = self.client.do("told", dossier)
        wanted = 2 if name == "supplement" else 1
        with self.base() as base:
            rows = base.execute("SELECT code, status FROM dossiers WHERE local_id = ?", (dossier,)).fetchall()
            marks = ",".join("?" * len(told["items"]))
            filed = base.execute(
                f"SELECT key, state, code, receipt FROM submissions WHERE key IN ({marks})",
                [one[0] for one in told["items"]],
            ).fetchall()
            payments = _payments(base, told["code"])
        must(len(rows) == 1, f"{len(rows)} dossiers at the portal")
        must(len(told["items"]) == wanted == len(filed), f"{len(filed)} submissions for {told['items']}")
        must(all(one[1] == "DONE" for one in told["items"]), f"items {told['items']}")
        must(told["submitted"], f"the dossier is {told['state']}")
        must(rows and rows[0][0] == told["code"], "the codes differ")
        must(told["evidence"] == wanted == len(told["receipts"]), f"{told['evidence']} receipts as evidence")
        for key, state, _, receipt in filed:
            held = told["receipts"].get(key)
            must(state == "registered", f"the portal says {state}")
            must(held is not None and held == ((receipt or "").encode(), True), "the receipts differ")
        if name == "pay":
            must(payments == ["paid"], f"payments at the portal: {payments}")
            must([one[2] for one in told["payments"]] == ["paid"], f"payments here: {told['payments']}")
            must(told["e-receipts"].count(True) == 1, f"e-receipts {told['e-receipts']}")
        else:
            must(not payments, f"payments at the portal: {payments}")
        if name == "result":
            must(
                told["results"] == [actors.sha256(actors.RESULT + told["code"].encode())], f"results {told['results']}"
            )
        if name == "attachment":
            must(
                told["attachments"] == [actors.sha256(actors.LETTER + told["code"].encode())],
                f"attachments {told['attachments']}",
            )
        if name == "withdraw":
            must(rows and rows[0][1] in (7, 8), f"not withdrawn: {rows}")
            must(told["withdrawal"] in ("asked", "stopped"), f"withdrawal said to be {told['withdrawal']}")
        return faults

    def judge_all(self) -> list[str]:
        """Look at the whole of both sides once all cases are done."""
        faults = []
        with self.base() as base:
            total = base.execute(
                "SELECT count(*), count(DISTINCT key), count(DISTINCT local_id) FROM dossiers"
            ).fetchone()
            if total != (self.dossiers,) * 3:
                faults.append(f"{total} dossiers, keys and names at the portal for {self.dossiers}")
            if base.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                faults.append("the portal's database is damaged")
        # Each byte of it is read and hashed: with gigabytes in it that takes its time.
        self.client.begin("whole")
        if self.client.end(1800.0) != ("ok", True):
            faults.append("the workspace is damaged")
        return faults


def _payments(base: sqlite3.Connection, code: str | None) -> list[str]:
    query = "SELECT payments.state FROM payments JOIN fees ON fees.id = payments.fee WHERE fees.code = ?"
    return [row[0] for row in base.execute(query, (code,))]


def _context(authority: Authority) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.tls(("127.0.0.1", "localhost")))
    return context


def uncovered() -> set[str]:
    """Return the contract's operations that no scene is for."""
    return {one.id for one in operations()} - NOT_CALLED - {name for one in SCENES.values() for name in one.operations}


def run(folder: Path, chosen: Sequence[Cell], say: Callable[[str], None]) -> list[str]:
    """Run cases; each is told as a line. Return what is wrong with the whole."""
    stage = Stage(folder)
    try:
        for cell in chosen:
            say(stage.run(cell).line)
        return stage.judge_all()
    finally:
        stage.close()
