"""Servers for the tests of remote signing: a real CSC 1.0.4 server as a child process, and the ground for stand-ins.

Every byte that reaches a stand-in is kept, so that tests can say what has not left the computer.
"""

from __future__ import annotations

import base64
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from asn1crypto import algos
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from signing.remote import Pace, Person, Question, Waiting

QUICK = Pace(poll=0.02, wait=30.0, request=10.0, troubles=3)
"""A pace for tests: as the program's, but asking more often."""


class Clock:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.time = 1000.0

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds

    @property
    def pace(self) -> Pace:
        return Pace(now=self.now, sleep=self.sleep)


@dataclass
class Someone:
    """A person with prepared answers, who remembers what was asked and told."""

    answers: dict[str, str | None] = field(default_factory=dict)
    """By kind of question: pin, otp, answer."""
    patience: int = 10_000
    """How many countdowns are watched before cancelling."""
    asked: list[Question] = field(default_factory=list)
    told: list[Waiting] = field(default_factory=list)

    @property
    def person(self) -> Person:
        def prompt(question: Question) -> str | None:
            self.asked.append(question)
            return self.answers.get(question.kind)

        return Person(prompt, self.told.append, lambda: len(self.told) > self.patience)


def sign_hash(private: Any, value: bytes, algorithm: Any, pss: str | None = None) -> bytes:
    """Sign a hash as a service does; `pss` are RSASSA-PSS-params in base64, and what they say is done."""
    if isinstance(private, rsa.RSAPrivateKey):
        if pss is not None:
            told = algos.RSASSAPSSParams.load(base64.b64decode(pss, validate=True), strict=True)
            assert told["hash_algorithm"]["algorithm"].native == algorithm.name
            made = HASH_NAMES[told["mask_gen_algorithm"]["parameters"]["algorithm"].native]
            scheme = padding.PSS(padding.MGF1(made), told["salt_length"].native)
            return private.sign(value, scheme, Prehashed(algorithm))
        return private.sign(value, padding.PKCS1v15(), Prehashed(algorithm))
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    return private.sign(value, ec.ECDSA(Prehashed(algorithm)))


HASHES = {32: SHA256(), 48: SHA384(), 64: SHA512()}
HASH_NAMES = {one.name: one for one in HASHES.values()}


class StandIn:
    """A small HTTP server; its kinds say what they answer."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        """Every request as it came: first line, headers, body."""
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.override: dict[str, Callable[[dict[str, Any]], tuple[int, Any] | None]] = {}
        """By method: another answer than the usual one; None: the usual one after all."""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                outer.received.append(f"{self.requestline}\n{self.headers}".encode() + body)
                data = json.loads(body or b"{}")
                path = self.path
                outer.calls.append((path, data))
                with outer.lock:
                    special = next((f for name, f in outer.override.items() if path.endswith(name)), None)
                    answer = special(data) if special is not None else None
                    if answer is None:
                        answer = outer.answer(path, data, dict(self.headers))
                status, thing = answer
                if thing is HANG_UP:
                    self.close_connection = True
                    return
                out = thing if isinstance(thing, bytes) else json.dumps(thing).encode()
                self.send_response(status)
                if status in (301, 302, 307):
                    self.send_header("Location", "http://127.0.0.1:1/elsewhere")
                self.send_header("Content-Length", str(len(out)))
                self.end_headers()
                self.wfile.write(out)

            def log_message(self, *_: Any) -> None:
                return

        self.lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def answer(self, path: str, data: dict[str, Any], headers: dict[str, str]) -> tuple[int, Any]:
        raise NotImplementedError

    @property
    def everything(self) -> bytes:
        """Return all that ever arrived."""
        return b"\n".join(self.received)

    def count(self, method: str) -> int:
        """Count the calls of a method."""
        return sum(path.endswith(method) for path, _ in self.calls)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


HANG_UP = object()


CSC_CONFIG = """
external-url-prefix: http://127.0.0.1:1
keysets:
  vn:
    path-prefix: {folder}
    keys:
      root: {{path: root.pem}}
      company: {{path: company.pem}}
      person: {{path: person.pem}}
pki-architectures:
  vn:
    keyset: vn
    entity-defaults: {{country-name: VN}}
    entities:
      root: {{common-name: CA Thử Nghiệm}}
      company: {{common-name: CÔNG TY TNHH ÁNH DƯƠNG, user-id: "MST:0100686209"}}
      person: {{common-name: NGUYỄN THỊ BÌNH, user-id: "CCCD:001188012345"}}
    certs:
      root:
        subject: root
        issuer: root
        validity: {{valid-from: "2025-01-01T00:00:00+0000", valid-to: "2045-01-01T00:00:00+0000"}}
        profiles: [{{id: simple-ca, params: {{max-path-len: 1}}}}]
      company:
        subject: company
        issuer: root
        validity: {{valid-from: "2025-01-01T00:00:00+0000", valid-to: "2045-01-01T00:00:00+0000"}}
        extensions:
          - id: key_usage
            critical: true
            smart-value: {{schema: key-usage, params: [digital_signature, non_repudiation]}}
      person:
        subject: person
        issuer: root
        validity: {{valid-from: "2025-01-01T00:00:00+0000", valid-to: "2045-01-01T00:00:00+0000"}}
        extensions:
          - id: key_usage
            critical: true
            smart-value: {{schema: key-usage, params: [digital_signature, non_repudiation]}}
"""


@contextmanager
def csc_1_server(folder: Path, scal: int = 2) -> Iterator[str]:
    """Run certomancer-csc-dummy, which is a CSC 1.0.4 server of others, and yield its address."""
    keys: dict[str, Any] = {
        "root": rsa.generate_private_key(65537, 2048),
        "company": rsa.generate_private_key(65537, 2048),
        "person": ec.generate_private_key(ec.SECP256R1()),
    }
    for name, key in keys.items():
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / f"{name}.pem").write_bytes(pem)
    config = folder / "certomancer.yml"
    config.write_text(CSC_CONFIG.format(folder=folder), "utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with open(folder / "server.log", "wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "csc_dummy", str(config), str(port), str(scal)], stdout=log, stderr=log
        )
    try:
        for _ in range(300):
            try:
                socket.create_connection(("localhost", port), 0.2).close()
                break
            except OSError:
                if server.poll() is not None:
                    raise RuntimeError((folder / "server.log").read_text()) from None
                time.sleep(0.1)
        yield f"http://localhost:{port}"
    finally:
        server.terminate()
        server.wait(10)


def about(words: bytes) -> bytes:
    """Make a PDF that holds words which must not leave the computer."""
    import io

    import pikepdf

    document = pikepdf.new()
    page = document.add_blank_page(page_size=(595, 842))
    page.obj.Contents = document.make_stream(b"% " + words)
    out = io.BytesIO()
    document.save(out, compress_streams=False)
    return out.getvalue()
