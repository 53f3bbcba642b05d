"""A portal that is down, slow, talks nonsense or fails: a Vietnamese sentence, and the dossier is filed once later."""

from __future__ import annotations

import contextlib
import http.server
import json
import socket
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from desktop import filing, outbox
from desktop.app import App
from desktop.cli.program import run as hoso_run
from desktop.portal.connection import Connection, Limits
from desktop.sandbox.server import Sandbox
from desktop.store.key import Passphrase
from forms.period import Period
from forms.template import load
from signing.pkcs12 import load as load_p12
from tests.desktop.cli.test_cli_bad_input import in_words, listing, told
from tests.desktop.portal_kit import Nod
from tests.faults.wire import Wire

WORDS = "con đường xưa em đi"
TAX_CODE, NAME = "0999999888", "CÔNG TY TNHH VÍ DỤ ÁNH DƯƠNG (HƯ CẤU)"
FAULTS = [
    ("manifest", "cut-before-body"), ("manifest", "garbage"),
    ("file", "500"), ("file", "cut-in-body"), ("commit", "500"), ("commit", "503"), ("commit", "garbage"),
    ("commit", "slow"), ("commit", "cut-after-commit"), ("commit", "cut-in-answer"),
]  # fmt: skip


@dataclass
class Desk:
    """A workspace with signed dossiers, and the way to its portal."""

    home: Path
    unlock: Path
    portal: Sandbox
    wire: Wire
    dossiers: list[str]

    @property
    def options(self) -> list[str]:
        """Return what names the workspace on the command line."""
        return ["--home", str(self.home), "--practice", "--unlock-file", str(self.unlock), "--json"]

    def order(self, where: str, kind: str) -> None:
        """Let the portal fail from now on."""
        fault = {"where": where, "kind": kind, "times": 100, "seconds": 3.0}
        assert requests.post(f"{self.portal.url}/practice/faults", json=fault, timeout=10).status_code == 204

    def well_again(self) -> None:
        """Let the portal fail no more."""
        requests.delete(f"{self.portal.url}/practice/faults", timeout=10)

    def at_portal(self, dossier: str) -> int:
        """Count the dossiers at the portal that came from one of ours."""
        with contextlib.closing(sqlite3.connect(self.portal.database, timeout=10)) as base:
            query = "SELECT count(*) FROM dossiers WHERE local_id = ?"
            return int(base.execute(query, (dossier,)).fetchone()[0])


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("cổng hỏng")
    (folder / "nothing").mkdir()
    unlock = folder / "mo"
    unlock.write_text(WORDS, encoding="utf-8")
    with Sandbox(folder / "portal", judge=Nod(), resources=folder / "nothing", faults=True) as portal:
        wire = Wire(int(portal.url.rpartition(":")[2]))
        wire.listen()
        app = App(home=folder / "kho", practice=True)
        try:
            app.create_workspace(Passphrase(WORDS))
            filing.add_portal(app.desk, f"http://127.0.0.1:{wire.port}", portal.fingerprint)
            filing.add_client(app.desk, TAX_CODE, NAME, {})
            filing.login(app.desk, None, "Trần Thị Kế Toán (thực hành)")
            key = load_p12(portal.authority.issue(NAME, tax_code=TAX_CODE).p12(WORDS), WORDS)[0]
            period = Period(2026, month=10)
            template = load(app.library.choose("thue/01-gtgt", period, app.today()))
            assert template.example is not None
            data = {**template.example.data, template.identity.tax_code: TAX_CODE, template.identity.name: NAME}
            dossiers = []
            for _ in range(len(FAULTS) + 1):
                dossier = filing.new_dossier(app.desk, "1.007014", TAX_CODE, period=str(period)).id
                part = next(one for one in filing.dossier_view(app.desk, dossier).components if one.template)
                filing.set_data(app.desk, dossier, part.id, data)
                filing.sign_dossier(
                    app.desk, dossier, key, role=filing.role_of("self"), accept_unconfirmed=True
                )  # fmt: skip
                dossiers.append(dossier)
        finally:
            app.close()
        yield Desk(folder / "kho", unlock, portal, wire, dossiers)
        wire.cut()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for seconds where the program waits for minutes; give up at once where it tries again after five seconds."""
    limits = Limits(connect=1, read=1, call=1.5, transfer=5)
    monkeypatch.setattr(outbox, "FIRST_WAIT", 200.0)
    for name in ("portal", "ways"):
        monkeypatch.setattr(
            sys.modules[f"desktop.filing.{name}"],  # the package has functions of these names, too
            "connect",
            lambda desk, url: Connection(url, practice=True, clock=desk.clock, limits=limits),
        )


def _filed_later(hoso: Any, desk: Desk, dossier: str) -> None:
    """Require that the same command files it once, when the portal is well again."""
    for _ in range(2):
        answer = hoso("dossier", "submit", dossier, "--again", "--accept-unconfirmed", *desk.options)
        assert answer.code == 0, (answer.out, answer.err)
        assert answer.document["state"] == "DONE"
    assert desk.at_portal(dossier) == 1
    view = hoso("status", dossier, *desk.options).document["dossiers"][0]
    assert view["receipt"] == {"trusted": True}


def _waiting(desk: Desk, answer: Any) -> None:
    """Require the words of an item that was not filed: which portal, why, what now."""
    in_words(answer.document["message"])
    assert f"127.0.0.1:{desk.wire.port}" in answer.document["message"]
    assert "thử lại" in answer.document["message"]


@pytest.mark.parametrize("kind", ["500", "503", "garbage", "slow", "cut-in-answer"])
def test_a_catalogue_that_cannot_be_had(hoso: Any, desk: Desk, kind: str) -> None:
    before = listing(desk.home / "catalogue")
    desk.order("catalogue", kind)
    try:
        told(hoso("catalogue", "update", *desk.options), f"127.0.0.1:{desk.wire.port}")
    finally:
        desk.well_again()
    assert listing(desk.home / "catalogue") == before
    assert hoso("catalogue", "update", *desk.options).code == 0


@pytest.mark.parametrize("number", range(len(FAULTS)), ids=[f"{where}-{kind}" for where, kind in FAULTS])
def test_a_portal_that_fails(hoso: Any, desk: Desk, number: int) -> None:
    (where, kind), dossier = FAULTS[number], desk.dossiers[number]
    desk.order(where, kind)
    try:
        answer = hoso("dossier", "submit", dossier, "--again", "--accept-unconfirmed", *desk.options)
    finally:
        desk.well_again()
    assert answer.code == 1, (answer.out, answer.err)
    _waiting(desk, answer)
    items = hoso("outbox", "list", *desk.options).document["items"]
    state = next(item["state"] for item in items if item["dossier"] == dossier)
    # What may have been taken is uncertain; what cannot have been is waiting.
    assert state in (("UNCERTAIN",) if where == "commit" else ("QUEUED", "UNCERTAIN")), items
    _filed_later(hoso, desk, dossier)


def test_a_portal_that_is_down(hoso: Any, desk: Desk) -> None:
    dossier = desk.dossiers[-1]
    desk.wire.cut()
    try:
        answer = hoso("dossier", "submit", dossier, "--again", "--accept-unconfirmed", *desk.options)
        assert answer.code == 1
        _waiting(desk, answer)
        told(hoso("catalogue", "update", *desk.options), f"127.0.0.1:{desk.wire.port}")
        items = hoso("outbox", "list", *desk.options).document["items"]
        assert [item["state"] for item in items if item["dossier"] == dossier] == ["QUEUED"]
    finally:
        desk.wire.listen()
    _filed_later(hoso, desk, dossier)


# --- addresses where no portal is ------------------------------------------------------------------------------------


class _Web(http.server.BaseHTTPRequestHandler):
    status, body = 200, b"<html><body>It works!</body></html>"

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: Any) -> None:
        pass


class _Broken(_Web):
    status, body = 500, b"Internal Server Error"


@contextlib.contextmanager
def _standing(kind: str) -> Iterator[int]:
    """Stand in for a portal: a web site, one that fails, noise, silence, one byte a while, nobody."""
    if kind in ("web", "fails"):
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Web if kind == "web" else _Broken) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield server.server_port
            server.shutdown()
        return
    over = threading.Event()

    def talk(listener: socket.socket) -> None:
        while not over.is_set():
            with contextlib.suppress(OSError):
                caller, _ = listener.accept()
                if kind == "noise":
                    caller.recv(4096)
                    caller.sendall(b"\x00\xff\x16\x03 not at all HTTP\r\n\r\n")
                    caller.close()
                elif kind == "drip":
                    for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b" " * 5000:
                        if over.is_set():
                            break
                        caller.sendall(bytes([byte]))
                        time.sleep(0.1)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = int(listener.getsockname()[1])
        if kind == "nobody":
            listener.close()
        else:
            threading.Thread(target=talk, args=(listener,), daemon=True).start()
        yield port
        over.set()


@pytest.mark.parametrize("kind", ["web", "fails", "noise", "silence", "drip", "nobody"])
def test_an_address_where_no_portal_is(hoso: Any, tmp_path: Path, kind: str) -> None:
    home = tmp_path / "kho"
    home.mkdir()
    (tmp_path / "mo").write_text(WORDS, encoding="utf-8")
    options = ["--home", home, "--practice", "--unlock-file", tmp_path / "mo", "--json"]
    before = listing(home)
    with _standing(kind) as port:
        begun = time.monotonic()
        answer = hoso("portal", "add", f"http://127.0.0.1:{port}", "--fingerprint", "0" * 64, *options)
        assert time.monotonic() - begun < 20
    # A web site answers: what it gave as root of a catalogue is not the one that was named.
    told(answer, "0" * 64 if kind == "web" else f"127.0.0.1:{port}")
    assert listing(home) == before
    assert hoso("portal", "list", *options).document == {"portals": []}


def test_the_words_come_in_english_too(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    words = ["portal", "add", "http://127.0.0.1:9", "--fingerprint", "0" * 64, "--home", str(tmp_path), "--practice"]
    assert hoso_run([*words, "--lang", "en", "--json"]) == 1
    error = json.loads(capfd.readouterr().out)["error"]
    assert error["message"].isascii()
    assert error["remedy"].isascii()
