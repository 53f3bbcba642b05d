"""kill -9 of the sender and of the portal at random moments: one submission, its receipt held, nothing lost.

The portal is a process of its own with a database of its own, slow on purpose at every step. The seeds are printed.
"""

from __future__ import annotations

import random
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from desktop.outbox import enqueue
from desktop.store.records import DossierState, ItemState
from tests.desktop.store_kit import fresh_home, open_in, signed_dossier

ROOT = Path(__file__).resolve().parents[2]

PORTAL = """
import hashlib, http.server, json, random, sqlite3, sys, time
port, base, seed = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
chance = random.Random(seed)
db = sqlite3.connect(base, isolation_level=None, check_same_thread=False)
db.execute("PRAGMA synchronous=FULL")
db.execute("CREATE TABLE IF NOT EXISTS files (key, sha256, PRIMARY KEY (key, sha256))")
db.execute("CREATE TABLE IF NOT EXISTS registered (key PRIMARY KEY, manifest, code)")
db.execute("CREATE TABLE IF NOT EXISTS commits (key, was_registered)")
class Portal(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *_): pass
    def answer(self, value):
        data = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
    def state(self, key):
        row = db.execute("SELECT code FROM registered WHERE key = ?", (key,)).fetchone()
        if row: return {"state": "registered", "code": row[0], "receipt": "receipt." + key + "." + row[0]}
        seen = db.execute("SELECT 1 FROM files WHERE key = ?", (key,)).fetchone()
        return {"state": "receiving" if seen else "never_seen"}
    def do_GET(self):
        self.answer(self.state(self.path.strip("/")))
    def do_PUT(self):
        _, key, sha256 = self.path.split("/")
        body = b""
        for _ in range(4):
            body += self.rfile.read(int(self.headers["Content-Length"]) // 4)
            time.sleep(chance.uniform(0, 0.015))
        body += self.rfile.read(int(self.headers["Content-Length"]) - len(body))
        assert hashlib.sha256(body).hexdigest() == sha256
        db.execute("INSERT OR IGNORE INTO files VALUES (?, ?)", (key, sha256))
        self.answer({})
    def do_POST(self):
        _, key, count = self.path.split("/")
        manifest = self.rfile.read(int(self.headers["Content-Length"])).decode()
        assert db.execute("SELECT count(*) FROM files WHERE key = ?", (key,)).fetchone()[0] == int(count)
        time.sleep(chance.uniform(0, 0.05))
        db.execute("INSERT INTO commits VALUES (?, (SELECT count(*) FROM registered WHERE key = ?))", (key, key))
        code = "H38-" + str(db.execute("SELECT count(*) FROM registered").fetchone()[0])
        db.execute("INSERT OR IGNORE INTO registered VALUES (?, ?, ?)", (key, manifest, code))
        time.sleep(chance.uniform(0, 0.08))
        self.answer(self.state(key))
server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Portal)
server.daemon_threads = True
print("ready", flush=True)
server.serve_forever()
"""

SENDER = """
import http.client, json, sys
from datetime import UTC, datetime
from pathlib import Path
from desktop.outbox import drain
from desktop.portal.contract import KeyState, NotYet, Registered, Uncertain
from desktop.portal.errors import PortalUnreachable
from desktop.store import RecoveryCode, Workspace
home, port, code, key = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
class Connector:
    def settles(self, key): return True
    peer = {"host": "127.0.0.1:1"}
    def call(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request(method, path, body)
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()
    def submit(self, submission, progress=None):
        try:
            for file in submission.files:
                with file.open() as stream:
                    self.call("PUT", f"/{submission.key}/{file.sha256}", stream.read())
        except (OSError, http.client.HTTPException, ValueError):
            return NotYet(None, "PORTAL_UNREACHABLE")
        try:
            state = self.call("POST", f"/{submission.key}/{len(submission.files)}", submission.manifest_jws.encode())
        except (OSError, http.client.HTTPException, ValueError):
            return Uncertain("PORTAL_UNREACHABLE")
        return self.conclude(submission, KeyState(**state))
    def ask(self, key):
        try:
            return KeyState(**self.call("GET", f"/{key}"))
        except (OSError, http.client.HTTPException, ValueError) as problem:
            raise PortalUnreachable("127.0.0.1") from problem
    def conclude(self, submission, state):
        if state.state == "registered":
            return Registered(state.code, state.receipt, datetime.now(UTC), None)
        return None
with Workspace.open(home, practice=False, unlock=RecoveryCode(code)) as ws:
    print("sending", flush=True)
    done = drain(ws, Connector(), only=key)
    print("after", [item.state.value for item in done.items], flush=True)
"""


class Portal:
    """The portal's process; it can be killed and started again on the same database."""

    def __init__(self, folder: Path) -> None:
        self.base = folder / "portal.sqlite"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process: subprocess.Popen[str] | None = None

    def start(self, seed: int) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", PORTAL, str(self.port), str(self.base), str(seed)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def kill(self) -> None:
        if self.process is not None and self.process.stdout is not None:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
            self.process = None


def start_sender(home: Path, port: int, code: str, key: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SENDER, str(home), str(port), code, key], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


def finish(sender: subprocess.Popen[str]) -> str:
    out, _ = sender.communicate(timeout=60)
    return out


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    home, code = fresh_home(tmp_path_factory.mktemp("prepared"))
    with open_in(home) as ws:
        item = enqueue(ws, signed_dossier(ws, files=3).id, "http://127.0.0.1")
    return home, code, item.key


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20260720, 20260730))
def test_killed_at_any_moment(tmp_path: Path, prepared: tuple[Path, str, str], seed: int) -> None:
    chance = random.Random(seed)
    source, code, key = prepared
    home = tmp_path / "kho"
    shutil.copytree(source, home)
    portal = Portal(tmp_path)
    portal.start(seed)
    told = []
    try:
        for turn in range(3):
            sender = start_sender(home, portal.port, code, key)
            assert sender.stdout is not None
            assert sender.stdout.readline() == "sending\n"
            time.sleep(chance.uniform(0, 0.35))
            if chance.random() < 0.65:
                sender.kill()
                told.append("sender " + finish(sender).strip())
            else:
                portal.kill()
                told.append("portal " + finish(sender).strip())
                portal.start(seed + turn + 1)
        for _ in range(5):
            out = finish(start_sender(home, portal.port, code, key))
            if "DONE" in out or "[]" in out:
                break
    finally:
        portal.kill()
    print(f"seed {seed}: killed {told}")
    base = sqlite3.connect(portal.base)
    registered = base.execute("SELECT key, code FROM registered").fetchall()
    again = base.execute("SELECT count(*) FROM commits WHERE was_registered").fetchone()[0]
    base.close()
    with open_in(home) as ws:
        item = ws.outbox.get(key)
        assert item.state == ItemState.DONE
        assert registered == [(key, item.code)]
        # Nothing that the portal held already was sent a second time.
        assert again == 0
        receipt = ws.outbox.receipt(key)
        assert receipt is not None
        assert receipt.data == f"receipt.{key}.{item.code}".encode()
        dossier = ws.dossiers.get(item.dossier)
        assert (dossier.state, dossier.code) == (DossierState.SUBMITTED, item.code)
        assert len([one for one in ws.evidence.list(dossier.id) if one.kind == "receipt"]) == 1
        assert ws.forms.list()[0].values == {"ct22": 29826193}
        assert ws.check().ok


@pytest.mark.slow
def test_two_processes_drain_at_once(tmp_path: Path, prepared: tuple[Path, str, str]) -> None:
    source, code, key = prepared
    for turn in range(4):
        folder = tmp_path / str(turn)
        home = folder / "kho"
        shutil.copytree(source, home)
        portal = Portal(folder)
        portal.start(turn)
        try:
            senders = [start_sender(home, portal.port, code, key) for _ in range(2)]
            outs = [finish(sender) for sender in senders]
        finally:
            portal.kill()
        assert any("DONE" in out for out in outs), outs
        base = sqlite3.connect(portal.base)
        assert base.execute("SELECT count(*) FROM registered").fetchone() == (1,)
        assert base.execute("SELECT count(*) FROM commits").fetchone() == (1,)
        base.close()
