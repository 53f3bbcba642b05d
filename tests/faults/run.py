"""Kill -9 the client or the portal at chosen and at random moments of a real submission, then see what is left.

A workspace with a signed VAT dossier for each case is made once; each case works on its own copy of it and on the one
portal, both as processes of their own, with a wire between them that the driver holds. After the kill everything is
started again and drained until it is settled; then there must be exactly one dossier more at the portal, its receipt
here, and nothing lost.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import random
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from desktop import filing
from desktop.app import App
from desktop.store.key import Passphrase, RecoveryCode
from desktop.store.records import DossierState, ItemState
from forms.period import Period
from tests.faults.client import be_client
from tests.faults.wire import Hold, Wire

ROOT = Path(__file__).resolve().parents[2]
CLIENT = ("0999999888", "CÔNG TY TNHH VÍ DỤ ÁNH DƯƠNG (HƯ CẤU)")
WORDS = "con đường xưa em đi"
PERIOD = Period(2026, month=10)
WINDOWS = ("before sending", "in the body", "after the commit", "before the receipt is saved")
PLACES = {
    "before sending": ("opened", "queued", "sending", "leaving", "connected"),
    "before the receipt is saved": ("answered", "proven", "saving"),
}
VICTIMS = ("client", "portal", "both")


@dataclass(frozen=True)
class Prepared:
    """A workspace with signed VAT dossiers that the portal has not seen."""

    home: Path
    code: str
    """The workspace's recovery code: it opens without the slow function."""
    dossiers: tuple[str, ...]
    """One for each case."""
    sizes: dict[str, int]
    """Bytes of manifest and files that the submission of a dossier sends at least."""
    values: dict[str, Any]
    """The form's values, to be found again."""


@dataclass
class Case:
    """One kill and what came of it."""

    number: int
    seed: int
    window: str
    """Where the kill was meant; empty: at any time."""
    victim: str
    dossier: str = ""
    place: str = ""
    observed: str = ""
    second: str = ""
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)

    @property
    def line(self) -> str:
        """Tell the case in one line."""
        end = "ok" if not self.faults else "FAILED: " + "; ".join(self.faults)
        again = f", {self.second}" if self.second else ""
        return (
            f"{self.number:3} seed {self.seed}: {self.victim} killed {self.observed} ({self.place}){again}"
            f": {end} ({self.seconds:.1f} s)"
        )


# --- the two processes -----------------------------------------------------------------------------------------------


class PortalProcess:
    """`hoso sandbox` as a process, always on the same port."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, _free_port()
        self.fingerprint = ""
        self._process: subprocess.Popen[str] | None = None

    def launch(self) -> None:
        """Start it without waiting."""
        words = ["sandbox", "--data", str(self.folder), "--port", str(self.port), "--pace", "0", "--json"]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "desktop", *words], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True, env=_environment(),
        )  # fmt: skip

    def wait(self) -> None:
        """Wait until it answers."""
        assert self._process is not None
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        self.fingerprint = str(json.loads(line)["root_fingerprint"])

    def kill(self) -> None:
        """End it as kill -9 does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None


class ClientProcess:
    """`tests.faults.client` as a process, whose places are heard."""

    def __init__(self, code: str, dossier: str, home: Path, mode: str, hold: str = "") -> None:
        # Forked from a process that has everything imported: a start of its own would take most of the time.
        from tests.faults.actors import forks

        asked, stdin = forks.Pipe(duplex=False)
        stdout, told = forks.Pipe(duplex=False)
        stderr, complaint = forks.Pipe(duplex=False)
        words = (str(home), code, dossier, mode, hold)
        self._process = forks.Process(target=be_client, args=(words, asked, told, complaint), daemon=True)
        self._process.start()
        for theirs in (asked, told, complaint):
            theirs.close()
        self._stdin, self._stdout, self._stderr = (
            os.fdopen(os.dup(ours.fileno()), how, encoding="utf-8")
            for ours, how in ((stdin, "w"), (stdout, "r"), (stderr, "r"))
        )
        for ours in (stdin, stdout, stderr):
            ours.close()
        self.lines: list[str] = []
        self._heard: queue.Queue[str | None] = queue.Queue()
        self._hearing = threading.Thread(target=self._hear, daemon=True)
        self._hearing.start()

    def _hear(self) -> None:
        for line in self._stdout:
            self.lines.append(line.strip())
            self._heard.put(line.strip())
        self._heard.put(None)

    def until(self, place: str, seconds: float = 60.0) -> bool:
        """Wait for a place; say whether it came before the process ended."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            with contextlib.suppress(queue.Empty):
                line = self._heard.get(timeout=left)
                if line == place or line is None:
                    return line == place
        return False

    def go_on(self) -> None:
        """Let it leave the place where it waits."""
        with contextlib.suppress(OSError, ValueError):
            self._stdin.write("\n")
            self._stdin.flush()

    def kill(self) -> None:
        """End it as kill -9 does."""
        self._process.kill()
        self._close()

    def finish(self, seconds: float = 120.0) -> tuple[int, str]:
        """Wait for its end; return its exit code and what it complained of."""
        self._process.join(seconds)
        code = self._process.exitcode
        if code is None:
            self._process.kill()
        complaint = self._close()
        return -9 if code is None else code, complaint

    def _close(self) -> str:
        self._process.join()
        self._hearing.join(10)
        complaint = ""
        for pipe in (self._stdin, self._stdout, self._stderr):
            with contextlib.suppress(OSError, ValueError):
                if pipe is self._stderr:
                    complaint = pipe.read()
                pipe.close()
        return complaint


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# --- preparing -------------------------------------------------------------------------------------------------------


class Bench:
    """What all cases share: the wire, the portal's port, one prepared pair of folders to copy."""

    def __init__(self, folder: Path, cases: int) -> None:
        self.folder = folder
        self.portal = PortalProcess(folder / "portal")
        self.wire = Wire(self.portal.port)
        self.wire.listen()
        self.portal.launch()
        self.portal.wait()
        self.done = 0
        try:
            self.prepared = self._prepare(folder / "prepared", cases)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End the portal and let go of the wire."""
        self.portal.kill()
        self.wire.cut()

    def _prepare(self, home: Path, cases: int) -> Prepared:
        from desktop.sandbox.authority import Authority
        from forms.template import load
        from signing.pkcs12 import load as load_p12

        app = App(home=home, practice=True)
        try:
            code = app.create_workspace(Passphrase(WORDS))
            desk = app.desk
            filing.add_portal(desk, f"http://127.0.0.1:{self.wire.port}", self.portal.fingerprint)
            tax_code, name = CLIENT
            filing.add_client(desk, tax_code, name, {})
            filing.login(desk, None, "Trần Thị Kế Toán (thực hành)")
            issued = Authority.open(self.portal.folder / "authority").issue(name, tax_code=tax_code)
            key = load_p12(issued.p12(WORDS), WORDS)[0]
            template = load(desk.library.choose("thue/01-gtgt", PERIOD, desk.today()))
            assert template.example is not None
            data = {**template.example.data, template.identity.tax_code: tax_code, template.identity.name: name}
            ws, sizes = desk.workspace, {}
            for _ in range(cases):
                dossier = filing.new_dossier(desk, "1.007014", tax_code, period=str(PERIOD)).id
                part = next(one for one in filing.dossier_view(desk, dossier).components if one.template)
                filing.set_data(desk, dossier, part.id, data)
                filing.sign_dossier(desk, dossier, key, role=filing.role_of("self"), accept_unconfirmed=True)
                manifest = ws.dossiers.revision(dossier).manifest
                assert manifest is not None
                files = {file.sha256: file.size for file in ws.dossiers.files(dossier)}
                sizes[dossier] = len(manifest) + sum(files.values())
            values = {form.id: form.values for form in ws.forms.list()}
            return Prepared(home, code, tuple(sizes), sizes, values)
        finally:
            app.close()

    @contextlib.contextmanager
    def place(self, name: str) -> Iterator[Path]:
        """Give a case its own copy of the workspace, and a portal and a wire that are well."""
        home = self.folder / name
        shutil.copytree(self.prepared.home, home)
        try:
            yield home
        finally:
            self.wire.cut()
            self.wire.begin(Hold(), 0.0)
            self.wire.listen()
            self.done += 1
            shutil.rmtree(home, ignore_errors=True)

    def client(self, case: Case, home: Path, mode: str, hold: str = "") -> ClientProcess:
        """Start a client on a copy."""
        return ClientProcess(self.prepared.code, case.dossier, home, mode, hold)

    # --- one case ------------------------------------------------------------------------------------------------

    def kill_once(self, case: Case) -> Case:
        """Run one case; its faults are noted in it."""
        begun = time.monotonic()
        chance = random.Random(case.seed)
        with self.place(f"case-{case.number}") as home:
            try:
                self._kill(case, chance, home)
                self._settle(case, chance, home)
                case.faults += self.judge(case, home)
            except Exception as error:
                case.faults.append(f"{type(error).__name__}: {error}")
        case.seconds = time.monotonic() - begun
        return case

    def _kill(self, case: Case, chance: random.Random, home: Path) -> None:
        hold, place = Hold(), ""
        wait: Callable[[], bool]
        delay = 0.0
        if case.window in PLACES:
            place = chance.choice(PLACES[case.window])
            case.place = f"at “{place}”"
        if place == "connected":
            hold.body, place = 0, ""
        elif case.window == "in the body":
            hold.body = chance.randrange(1, self.prepared.sizes[case.dossier])
            case.place = f"after {hold.body} of {self.prepared.sizes[case.dossier]} bytes"
        elif case.window == "after the commit":
            hold.commit = True
            delay = chance.uniform(0, 1.5) if chance.random() < 0.8 else 3.2
            case.place = f"{delay:.2f} s after the commit left"
        elif not case.window:
            delay = chance.uniform(0.2, 3.5)
            case.place = f"{delay:.2f} s after its start"
        self.wire.begin(hold, chance.uniform(0, 0.01))
        client = self.client(case, home, "submit", place)
        if place:
            wait = lambda: client.until(place)  # noqa: E731
        elif case.window:
            wait = lambda: hold.reached.wait(60)  # noqa: E731
        else:
            wait = lambda: True  # noqa: E731
        if not wait():
            client.kill()
            raise RuntimeError(f"the place was never reached: {client.lines}")
        time.sleep(delay)
        if case.victim in ("client", "both"):
            client.kill()
        case.observed = self._observe(client)
        if case.victim in ("portal", "both"):
            self.portal.kill()
            self.wire.cut()
            # Where the client lives, it goes on against a port that nobody listens at, for a while.
            client.go_on()
            time.sleep(chance.uniform(0, 0.8) if case.victim == "portal" else 0.0)
            self.portal.launch()
            self.portal.wait()
        self.wire.cut()
        self.wire.begin(Hold(), 0.0)
        self.wire.listen()
        if case.victim == "portal":
            code, complaint = client.finish()
            if code != 0:
                case.faults.append(f"the client ended with {code}: {complaint[-500:]}")
        if case.window and case.observed != case.window:
            case.faults.append(f"meant “{case.window}”, hit “{case.observed}”")

    def _observe(self, client: ClientProcess) -> str:
        """Say in which window the kill fell, by what passed and what the client said."""
        seen = self.wire.seen
        if "saved" in client.lines:
            return "after the end"
        if "answered" in client.lines:
            return WINDOWS[3]
        if seen.commits:
            return WINDOWS[3] if seen.answers else WINDOWS[2]
        return WINDOWS[1] if seen.body else WINDOWS[0]

    def _settle(self, case: Case, chance: random.Random, home: Path) -> None:
        """Start again, sometimes be killed again, and drain until it is settled."""
        if chance.random() < 0.25:
            after = chance.uniform(0.5, 3.0)
            case.second = f"the next client killed after {after:.2f} s"
            client = self.client(case, home, "settle")
            time.sleep(after)
            client.kill()
        client = self.client(case, home, "settle")
        code, complaint = client.finish()
        if code != 0 or client.lines[-1:] != ["state DONE"]:
            case.faults.append(f"not settled: {code} {client.lines[-3:]} {complaint[-500:]}")

    # --- two at once ---------------------------------------------------------------------------------------------

    def drain_twice(self, case: Case) -> Case:
        """Let two processes drain the same workspace at once; the word to begin is given to both together."""
        begun = time.monotonic()
        chance = random.Random(case.seed)
        with self.place(f"double-{case.number}") as home:
            try:
                app = App(home=home, practice=True)
                app.unlock_workspace(RecoveryCode(self.prepared.code))
                filing.submit(app.desk, case.dossier, queue_only=True, accept_unconfirmed=True)
                app.close()
                self.wire.begin(Hold(), chance.uniform(0, 0.01))
                two = [self.client(case, home, "drain") for _ in range(2)]
                ready = [one.until("ready") for one in two]
                first, second = chance.sample(two, 2)
                first.go_on()
                gap = chance.choice((0.0, 0.0, chance.uniform(0, 0.3)))
                time.sleep(gap)
                second.go_on()
                ended = [one.finish() for one in two]
                case.place = f"{gap * 1000:.0f} ms apart"
                told = ["sent" if "saved" in one.lines and "leaving" in one.lines else "stood back" for one in two]
                case.observed = " and ".join(told)
                if not all(ready) or any(code for code, _ in ended):
                    case.faults.append(f"ended with {ended}")
                if sum("leaving" in one.lines for one in two) != 1:
                    case.faults.append(f"sent by {sum('leaving' in one.lines for one in two)}")
                if self.wire.seen.commits != 1:
                    case.faults.append(f"{self.wire.seen.commits} commits left")
                case.faults += self.judge(case, home)
            except Exception as error:
                case.faults.append(f"{type(error).__name__}: {error}")
        case.seconds = time.monotonic() - begun
        return case

    # --- judging -------------------------------------------------------------------------------------------------

    def judge(self, case: Case, home: Path) -> list[str]:
        """Look at the portal's database and into the workspace; return what is wrong."""
        faults = []

        def must(holds: object, told: str) -> None:
            if not holds:
                faults.append(told)

        with contextlib.closing(sqlite3.connect(self.portal.folder / "portal.sqlite", timeout=30)) as base:
            query = "SELECT code, key, local_id FROM dossiers WHERE local_id = ?"
            dossiers = base.execute(query, (case.dossier,)).fetchall()
            query = "SELECT key, state, code, receipt FROM submissions WHERE key = ?"
            submissions = base.execute(query, (dossiers[0][1] if dossiers else "",)).fetchall()
            total = base.execute("SELECT count(*), count(DISTINCT key) FROM dossiers").fetchone()
            must(total == (self.done + 1,) * 2, f"{total} dossiers and keys at the portal in all")
            must(base.execute("SELECT count(*) FROM submissions").fetchone() == total[:1], "submissions left over")
            must(base.execute("PRAGMA integrity_check").fetchone() == ("ok",), "the portal's database is damaged")
        must(len(dossiers) == 1, f"{len(dossiers)} dossiers at the portal")
        must(len(submissions) == 1, f"{len(submissions)} submissions at the portal")
        app = App(home=home, practice=True)
        try:
            ws = app.unlock_workspace(RecoveryCode(self.prepared.code))
            dossier = ws.dossiers.get(case.dossier)
            items = ws.outbox.items()
            receipt = ws.outbox.receipt_of(dossier.id)
            must([item.state for item in items] == [ItemState.DONE], f"items {[str(item.state) for item in items]}")
            must(dossier.state == DossierState.SUBMITTED, f"the dossier is {dossier.state}")
            must(receipt is not None and receipt.trusted, "no trusted receipt is held")
            if dossiers and submissions and items and receipt is not None:
                code, key, local = dossiers[0]
                must((key, local) == (items[0].key, dossier.id), "the portal's dossier is another one")
                must(code == dossier.code == items[0].code == receipt.code, "the codes differ")
                must(submissions[0] == (key, "registered", code, receipt.data.decode()), "the receipts differ")
                must(
                    filing.status_view(app.desk, dossier.id).receipt == {"trusted": True}, "the receipt is not trusted"
                )
            kept = [one for one in ws.evidence.list(dossier.id) if one.kind == "receipt"]
            must(len(kept) == 1, f"{len(kept)} receipts as evidence")
            must({form.id: form.values for form in ws.forms.list()} == self.prepared.values, "a form was lost")
            must(ws.check().ok, "the workspace is damaged")
        finally:
            app.close()
        return faults


# --- the whole -------------------------------------------------------------------------------------------------------


def plan(seed: int, cases: int, *, free: bool) -> list[Case]:
    """Choose windows in turn, victims so that each window has both, and some cases at any moment at all."""
    chance = random.Random(seed)
    chosen: list[Case] = []
    for number in range(1, cases + 1):
        if free and number % 5 == 0:
            window, turn = "", number // 5
        else:
            index = len([case for case in chosen if case.window])
            window, turn = WINDOWS[index % 4], index // 4
        victim = VICTIMS[turn % 2] if turn < 2 else chance.choice(VICTIMS)
        chosen.append(Case(number, chance.randrange(1 << 32), window, victim))
    return chosen


def run(
    folder: Path, seed: int, cases: int, doubles: int, *, free: bool, say: Callable[[str], None]
) -> tuple[list[Case], list[Case]]:
    """Run kills and double drains; each is told as a line."""
    bench = Bench(folder, cases + doubles)
    left = iter(bench.prepared.dossiers)
    killed, twice = [], []
    try:
        for case in plan(seed, cases, free=free):
            case.dossier = next(left)
            killed.append(bench.kill_once(case))
            say(case.line)
        chance = random.Random(f"{seed} twice")
        for number in range(1, doubles + 1):
            case = Case(number, chance.randrange(1 << 32), "", "two drains", next(left))
            twice.append(bench.drain_twice(case))
            say(case.line.replace(" killed ", ": ", 1))
    finally:
        bench.close()
    return killed, twice
