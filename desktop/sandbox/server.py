"""The practice portal as a running server: embedded in a thread, or a process of its own.

It hides how the parts are wired, the socket and the start-up. Heavy libraries are imported when they are
first needed, so that it answers within two seconds.
"""

from __future__ import annotations

import json
import secrets
import socket
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop.errors import DesktopError
from desktop.sandbox.authority import Authority
from desktop.sandbox.catalogue import Catalogue
from desktop.sandbox.database import ZONE, Database, Row
from desktop.sandbox.judge import Bench
from desktop.sandbox.scenarios import Down, Play

if TYPE_CHECKING:
    import uvicorn

    from desktop.sandbox.submissions import Judge

PORTAL_ID = "thuc-hanh"
NAME = {"vi": "Cổng thực hành Hồ Sơ", "en": "Hồ Sơ practice portal"}
PATIENCE = 3.0
PAYMENT_TYPE = "hoso-payment+jws"


class Sandbox:
    """A practice portal in this process, on a thread of its own.

    `folder` keeps everything: database, files, keys, catalogue. `port` 0 takes a free one. `pace` is in
    seconds, 0 for the next status at every poll; `scenario` is one of SCENARIOS,
    None what was played last. `trust` names more PEM files of authorities whose signers
    the judge accepts; `catalogue` a folder or .tar.xz of the national portal's records. `judge` replaces
    the real one in tests.
    """

    def __init__(
        self,
        folder: Path,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        catalogue: Path | None = None,
        pace: float = 0.0,
        tls: bool = False,
        trust: Sequence[Path] = (),
        faults: bool = False,
        judge: Judge | None = None,
        patience: float = PATIENCE,
        scenario: str | None = None,
        clock: Callable[[], datetime] | None = None,
        resources: Path | None = None,
    ) -> None:
        self.folder = folder
        self.database = folder / "portal.sqlite"
        self._host, self._port, self._tls = host, port, tls
        self._source, self._pace, self._faults = catalogue, pace, faults
        self._trust, self._judge, self._patience = tuple(trust), judge, patience
        self._clock = clock or (lambda: datetime.now(ZONE))
        self._resources = resources
        self._scenario = scenario
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self._failure: BaseException | None = None
        self._ends: list[Callable[[], None]] = []
        self.url = ""
        self.clerk_url = ""
        self.fingerprint = ""
        self.authority = Authority.open(folder / "authority")
        self._bench = Bench()
        self.describe: Callable[[], dict[str, Any]] = dict
        self.play: Play

    def start(self) -> Sandbox:
        """Start to answer; return once it does. Raises OSError when the address is taken."""
        self._listen()
        self._thread = threading.Thread(target=self._serve, name="practice-portal", daemon=True)
        self._thread.start()
        assert self._server is not None
        while not self._server.started:
            if self._failure is not None:
                raise self._failure
            if not self._thread.is_alive():
                raise RuntimeError("the practice portal did not start")
            time.sleep(0.01)
        return self

    def stop(self) -> None:
        """Stop to answer and free everything; what it holds stays in its folder."""
        if self._server is not None:
            self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(15)
        for end in reversed(self._ends):
            end()
        self._ends.clear()

    def __enter__(self) -> Sandbox:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def run(self, ready: Callable[[Sandbox], None]) -> None:
        """Answer on this thread until interrupted; call `ready` once it answers."""
        self._listen()
        server = self._server
        assert server is not None

        def announce() -> None:
            while not server.started and not server.should_exit:
                time.sleep(0.01)
            if server.started:
                ready(self)

        threading.Thread(target=announce, daemon=True).start()
        try:
            server.run(sockets=[self._socket])
        except KeyboardInterrupt:
            pass
        finally:
            for end in reversed(self._ends):
                end()
            self._ends.clear()

    # --- wiring ---------------------------------------------------------------------------------------

    def _listen(self) -> None:
        import uvicorn

        self._socket = socket.create_server(
            (self._host, self._port),
            family=socket.AF_INET6 if ":" in self._host else socket.AF_INET,
            backlog=128,
        )
        # Each connection inherits it. Without, head and body of an answer go as two packets, and the second waits 40 ms
        # for the first to be acknowledged: asyncio sets it only on sockets that were made with their protocol's number.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._ends.append(self._socket.close)
        port = self._socket.getsockname()[1]
        shown = "127.0.0.1" if self._host in ("0.0.0.0", "::") else self._host
        shown = f"[{shown}]" if ":" in shown else shown
        self.url = f"{'https' if self._tls else 'http'}://{shown}:{port}"
        hosts = frozenset({"127.0.0.1", "localhost", "::1", self._host, *_own_names(self._host)})
        settings: dict[str, Any] = {}
        if self._tls:
            chain, key = self.authority.tls(tuple(sorted({"127.0.0.1", "localhost", shown.strip("[]")})))
            settings = {"ssl_certfile": str(chain), "ssl_keyfile": str(key)}
        config = uvicorn.Config(
            self._application(hosts),
            log_config=None,
            access_log=False,
            lifespan="off",
            loop="asyncio",
            http="h11",
            ws="none",
            server_header=False,
            timeout_keep_alive=15,
            timeout_graceful_shutdown=5,
            limit_concurrency=200,
            **settings,
        )
        self._server = uvicorn.Server(config)

    def _application(self, hosts: frozenset[str]) -> Any:
        from desktop.sandbox import api, models
        from desktop.sandbox.identity import Identity
        from desktop.sandbox.life import Life
        from desktop.sandbox.submissions import Submissions

        database = Database(self.database)
        self._ends += [database.close, self._bench.close]
        catalogue = Catalogue(self.folder / "catalogue", self.authority, self._clock)
        templates = self._publish(database, catalogue, hosts)
        self.fingerprint = catalogue.fingerprint
        self.play = Play(database, self._clock, self.folder)
        if self._scenario is not None:
            self.play.choose(self._scenario)
        life: Life

        def begin(dossier: Row) -> None:
            life.begin(dossier)

        submissions = Submissions(
            database,
            self.folder,
            self._judge or self._real_judge(templates),
            portal=PORTAL_ID,
            sign_receipt=self._sign_receipt,
            clock=self.play.now,
            registered=begin,
            scenario=lambda: self.play.scenario,
        )
        life = Life(
            database,
            pace=self._pace,
            clock=self.play.now,
            make_result=self._make_result,
            make_letter=self._make_letter,
            keep=submissions.keep,
            sign_payment=self._sign_payment,
        )
        submissions.start()
        self._ends.append(submissions.stop)
        application, self.describe = api.build(
            api.Desk(
                id=PORTAL_ID,
                name=models.Text(**NAME),
                database=database,
                submissions=submissions,
                life=life,
                catalogue=catalogue,
                authority=self.authority,
                clock=self._clock,
                hosts=hosts,
                patience=self._patience,
                faults=self._faults,
                clerk_key=self._clerk_key(database),
                identity=Identity(database, self.authority.folder, self._clock),
                play=self.play,
            )
        )
        return Down(application, self.play)

    def _publish(self, database: Database, catalogue: Catalogue, hosts: frozenset[str]) -> list[dict[str, Any]]:
        from desktop.sandbox.publication import publish

        return publish(
            database,
            catalogue,
            self.authority,
            portal=PORTAL_ID,
            name=NAME,
            hosts=hosts,
            trust=self._trust,
            source=self._source,
            resources=self._resources,
        )

    def _clerk_key(self, database: Database) -> str:
        key = database.fact("clerk_key")
        if key is None:
            key = secrets.token_urlsafe(16)
            database.set_fact("clerk_key", key)
        self.clerk_url = f"{self.url}/?key={key}"
        return key

    def _real_judge(self, templates: list[dict[str, Any]]) -> Judge:
        from desktop.sandbox.judge import DossierJudge

        anchors = (self.authority.root_pem, *(path.read_bytes() for path in self._trust))
        return DossierJudge(self._bench, self.authority, anchors, templates, self._clock)

    def _sign_receipt(self, payload: bytes) -> str:
        from desktop.sandbox.submissions import RECEIPT_TYPE

        return self._sign(payload, RECEIPT_TYPE)

    def _sign_payment(self, facts: dict[str, object]) -> str:
        payload = {"format": 1, "portal": PORTAL_ID, **facts}
        told = json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        return self._sign(told, PAYMENT_TYPE)

    def _sign(self, payload: bytes, kind: str) -> str:
        from joserfc import jws
        from joserfc.jwk import ECKey

        jwk = self.authority.receipt_key()
        header = {"alg": "ES256", "kid": jwk["kid"], "typ": kind}
        return jws.serialize_compact(header, payload, ECKey.import_key(jwk))

    def _make_result(self, dossier: Row) -> bytes:
        from desktop.sandbox.judge import print_result

        signer = self.authority
        if dossier["scenario"] == "bad-result":
            # An authority of the same names that nobody trusts: what a forger would make.
            signer = Authority.open(self.folder / "stranger")
        return print_result(self._bench, dossier, signer)

    def _make_letter(self, dossier: Row) -> bytes:
        from desktop.sandbox.judge import print_letter

        return print_letter(self._bench, dossier)

    def _serve(self) -> None:
        assert self._server is not None
        try:
            self._server.run(sockets=[self._socket])
        except BaseException as error:
            self._failure = error


def _own_names(host: str) -> set[str]:
    """Return this machine's names when the portal listens on all of its addresses."""
    if host not in ("0.0.0.0", "::"):
        return set()
    name = socket.gethostname()
    try:
        return {name, *socket.gethostbyname_ex(name)[2]}
    except OSError:
        return {name}


def serve(
    folder: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    catalogue: Path | None = None,
    pace: float = 10.0,
    tls: bool = False,
    as_json: bool = False,
    trust: Sequence[Path] = (),
    faults: bool = False,
    scenario: str | None = None,
    wipe: bool = False,
) -> int:
    """Run the practice portal until interrupted; print one line on stdout when it is ready.

    Returns the exit code. With `as_json` the line is {"url", "root_fingerprint", "database"}.
    """
    import sys

    def ready(portal: Sandbox) -> None:
        if wipe:
            portal.play.wipe()
        if as_json:
            facts = {
                "url": portal.url,
                "root_fingerprint": portal.fingerprint,
                "database": str(portal.database),
                "scenario": portal.play.scenario,
                "clerk": portal.clerk_url,
            }
            print(json.dumps(facts, ensure_ascii=False), flush=True)
        else:
            print(f"Cổng thực hành đang chạy tại {portal.url}", flush=True)
            print(f"Dấu vân tay của danh mục: {portal.fingerprint}", flush=True)
            print(f"Trang của cán bộ: {portal.clerk_url}", flush=True)

    try:
        portal = Sandbox(
            folder,
            host=host,
            port=port,
            catalogue=catalogue,
            pace=pace,
            tls=tls,
            trust=trust,
            faults=faults,
            scenario=scenario,
        )
        portal.run(ready)
    except (OSError, DesktopError) as error:
        code = getattr(error, "code", "SANDBOX_NOT_STARTED")
        from desktop.messages import message

        words = message(code, {"why": str(error)}, speaker="practice_portal")
        if as_json:
            facts = {"code": code, "message": words.sentence, "remedy": words.remedy}
            print(json.dumps({"error": facts}, ensure_ascii=False), flush=True)
        print(words.text, file=sys.stderr)
        return 1
    return 0
