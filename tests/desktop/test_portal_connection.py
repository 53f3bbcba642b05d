"""A portal that is down, slow, cut off, redirects, or answers garbage is told apart, and nothing leaks."""

from __future__ import annotations

import io
import ipaddress
import json
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from desktop.portal.answers import Answer
from desktop.portal.connection import Connection, Limits, base_address, segment
from desktop.portal.errors import (
    KeyReused,
    LoginNeeded,
    NotAtPortal,
    PortalAddressForbidden,
    PortalAnsweredGarbage,
    PortalBusy,
    PortalError,
    PortalFault,
    PortalNotSecure,
    PortalRefused,
    PortalSlow,
    PortalUnreachable,
    TransferCancelled,
)

QUICK = Limits(connect=2, read=1, call=1.5, transfer=3)


class StandIn:
    """A small server that does with each request what the test says."""

    def __init__(self) -> None:
        self.does: Callable[[BaseHTTPRequestHandler], None] = lambda request: reply(request, 200, b"{}")
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one_request(self) -> None:
                try:
                    super().handle_one_request()
                except (ConnectionError, ValueError):
                    self.close_connection = True

            def do_GET(self) -> None:
                outer.requests.append((self.command, self.path, dict(self.headers)))
                outer.does(self)

            do_PUT = do_POST = do_GET

            def log_message(self, format: str, *args: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

            def handle_error(self, *args: object) -> None:
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def reply(
    request: BaseHTTPRequestHandler, status: int, body: bytes, kind: str = "application/json", **headers: str
) -> None:
    length = int(request.headers.get("Content-Length") or 0)
    request.rfile.read(length)
    request.send_response(status)
    request.send_header("Content-Type", kind)
    request.send_header("Content-Length", str(len(body)))
    for name, value in headers.items():
        request.send_header(name.replace("_", "-"), value)
    request.end_headers()
    request.wfile.write(body)


@pytest.fixture
def portal() -> Iterator[StandIn]:
    server = StandIn()
    yield server
    server.stop()


@pytest.fixture
def connection(portal: StandIn) -> Iterator[Connection]:
    """Return a connection whose limits a busy machine does not reach by itself."""
    with Connection(portal.url, practice=True, limits=Limits(connect=10, read=10, call=20, transfer=30)) as one:
        yield one


@pytest.fixture
def hasty(portal: StandIn) -> Iterator[Connection]:
    """Return a connection whose limits are soon reached, for tests of the limits."""
    with Connection(portal.url, practice=True, limits=QUICK) as one:
        yield one


# --- addresses -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "http://portal.example.vn",
        "http://10.0.0.1:8000",
        "http://127.0.0.1.example.vn",
        "ftp://127.0.0.1",
        "file:///etc/passwd",
        "https://user:secret@portal.example.vn",
        "https://portal.example.vn/?a=1",
        "https://portal.example.vn/a b",
        "https://",
        "portal.example.vn",
        "https://portal.example.vn:99999",
    ],
)
def test_forbidden_addresses(url: str) -> None:
    with pytest.raises(PortalAddressForbidden):
        base_address(url, practice=True)


def test_plain_http_is_for_practice_on_this_machine_only() -> None:
    assert base_address("http://127.0.0.1:8080/", practice=True) == "http://127.0.0.1:8080"
    assert base_address("http://[::1]:8080", practice=True) == "http://[::1]:8080"
    with pytest.raises(PortalAddressForbidden):
        base_address("http://127.0.0.1:8080", practice=False)
    assert base_address("https://portal.example.vn/dvc/", practice=False) == "https://portal.example.vn/dvc"


@pytest.mark.parametrize("text", ["..", ".", "a/b", "a?b", "a#b", "a%2f", "H00.99-1"])
def test_a_segment_stays_one_segment(text: str) -> None:
    assert not set("/?#") & set(segment(text))
    assert segment(text) not in (".", "..")


# --- what goes wrong ------------------------------------------------------------------------------------


def test_down() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    one = Connection(f"http://127.0.0.1:{port}", practice=True, limits=QUICK)
    with one, pytest.raises(PortalUnreachable) as raised:
        one.get("/v1/portal")
    assert not raised.value.sent
    assert raised.value.retry


def test_never_answers(portal: StandIn, hasty: Connection) -> None:
    portal.does = lambda request: time.sleep(5)
    began = time.monotonic()
    with pytest.raises(PortalSlow) as raised:
        hasty.get("/v1/portal")
    assert time.monotonic() - began < 4
    assert raised.value.retry
    assert raised.value.sent


@pytest.mark.parametrize("part", ["head", "body"])
def test_slow_drip_ends_at_the_limit_of_the_whole_call(portal: StandIn, hasty: Connection, part: str) -> None:
    def drip(request: BaseHTTPRequestHandler) -> None:
        if part == "body":
            request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        else:
            request.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        for _ in range(100):
            request.wfile.write(b" ")
            time.sleep(0.2)

    portal.does = drip
    began = time.monotonic()
    with pytest.raises(PortalSlow):
        hasty.get("/v1/portal")
    assert time.monotonic() - began < 4


@pytest.mark.parametrize("status", [500, 502, 503, 504, 599])
def test_faults_are_retried_later(portal: StandIn, connection: Connection, status: int) -> None:
    portal.does = lambda request: reply(request, status, b"<html>oops", "text/html")
    with pytest.raises(PortalFault) as raised:
        connection.get("/v1/portal")
    assert raised.value.status == status
    assert raised.value.retry


def test_busy_says_how_long(portal: StandIn, connection: Connection) -> None:
    portal.does = lambda request: reply(request, 429, b"", Retry_After="17")
    with pytest.raises(PortalBusy) as raised:
        connection.get("/v1/portal")
    assert raised.value.retry_after == 17


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120.0),
        ("999999999", 86_400.0),
        ("Sun, 22 Nov 2026 00:01:00 GMT", 60.0),
        ("Sun, 22 Nov 2020 00:01:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
def test_retry_after(text: str, seconds: float | None) -> None:
    answer = Answer("h", 503, {"retry-after": text}, b"")
    assert answer.retry_after(datetime(2026, 11, 22, tzinfo=UTC)) == seconds


@pytest.mark.parametrize(
    "body",
    [b"<html>Bao tri</html>", b"", b'{"a": NaN}', b"[" * 100_000, b'{"a": ' + b"9" * 10_000 + b"}", b"\xff\xfe"],
)
def test_not_json(portal: StandIn, connection: Connection, body: bytes) -> None:
    portal.does = lambda request: reply(request, 200, body)
    with pytest.raises(PortalAnsweredGarbage) as raised:
        connection.get("/v1/portal").json()
    assert raised.value.retry


@pytest.mark.parametrize(
    "raw",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5000000000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
    ],
)
def test_not_http(portal: StandIn, connection: Connection, raw: bytes) -> None:
    def speak(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(raw)
        request.close_connection = True

    portal.does = speak
    with pytest.raises(PortalAnsweredGarbage):
        connection.get("/v1/portal")


@pytest.mark.parametrize(
    "raw", [b"", b"HTTP/1.1 200 OK\r\nContent-Le", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"]
)
def test_cut_off(portal: StandIn, connection: Connection, raw: bytes) -> None:
    def cut(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(raw)
        request.close_connection = True

    portal.does = cut
    with pytest.raises((PortalUnreachable, PortalAnsweredGarbage)) as raised:
        connection.send("POST", "/v1/submissions/k/commit").json()
    assert raised.value.retry
    assert getattr(raised.value, "sent", True), "what was cut off may have arrived"
    assert len(portal.requests) == 1, "a POST must never be repeated behind the caller's back"


def test_an_endless_body_stops_at_the_limit(portal: StandIn, connection: Connection) -> None:
    def pour(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        request.close_connection = True
        while True:
            request.wfile.write(b" " * 65536)

    portal.does = pour
    with pytest.raises(PortalAnsweredGarbage):
        connection.get("/v1/portal", limit=1_000_000)


# --- refusals -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "problem", "kind"),
    [
        (401, "", LoginNeeded),
        (403, "", LoginNeeded),
        (404, "", NotAtPortal),
        (409, "KEY_REUSED", KeyReused),
        (409, "FILES_MISSING", PortalRefused),
        (422, "HASH_MISMATCH", PortalRefused),
        (418, "", PortalRefused),
    ],
)
def test_problem_documents(
    portal: StandIn, connection: Connection, status: int, problem: str, kind: type[PortalError]
) -> None:
    reason = {"code": "HASH_MISMATCH", "component": "c", "file": "tờ khai.pdf", "field": None}
    document = {"type": "about:blank", "title": "T", "status": status, "code": problem, "detail": "Bởi vì"}
    document["reasons"] = [reason | {"detail": {"vi": "sai", "en": "no"}}]
    body = json.dumps(document).encode()
    portal.does = lambda request: reply(request, status, body, "application/problem+json")
    with pytest.raises(PortalRefused) as raised:
        connection.get("/v1/x")
    assert type(raised.value) is kind
    assert not raised.value.retry
    assert raised.value.problem == problem
    assert raised.value.detail == "Bởi vì"
    assert raised.value.reasons[0].file == "tờ khai.pdf"


def test_a_refusal_that_is_no_problem_document(portal: StandIn, connection: Connection) -> None:
    portal.does = lambda request: reply(request, 400, b"<html>", "text/html")
    with pytest.raises(PortalRefused) as raised:
        connection.get("/v1/x")
    assert (raised.value.problem, raised.value.detail) == ("", "")


# --- redirects, secrets ---------------------------------------------------------------------------------


def test_the_token_never_goes_to_another_host(portal: StandIn, connection: Connection) -> None:
    other = StandIn()
    try:
        portal.does = lambda request: reply(request, 302, b"", Location=f"{other.url}/v1/portal")
        with pytest.raises(PortalAddressForbidden):
            connection.get("/v1/portal", token="secret")
        assert other.requests == []
    finally:
        other.stop()


def test_redirects_on_the_same_host_are_followed_for_a_while(portal: StandIn, connection: Connection) -> None:
    def once(request: BaseHTTPRequestHandler) -> None:
        if request.path == "/v1/old":
            reply(request, 308, b"", Location="/v1/new")
        else:
            reply(request, 200, b"[1]")

    portal.does = once
    assert connection.get("/v1/old").json() == [1]
    portal.does = lambda request: reply(request, 302, b"", Location="/v1/round")
    with pytest.raises(PortalAnsweredGarbage):
        connection.get("/v1/old")


def test_a_redirected_post_is_not_sent_again(portal: StandIn, connection: Connection) -> None:
    portal.does = lambda request: reply(request, 307, b"", Location="/v1/else")
    with pytest.raises(PortalAnsweredGarbage):
        connection.send("POST", "/v1/submissions/k/commit")
    assert len(portal.requests) == 1


def test_no_cookies_and_no_environment(
    portal: StandIn, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    portal.does = lambda request: reply(request, 200, b"{}", Set_Cookie="a=b; Path=/")
    with Connection(portal.url, practice=True, limits=QUICK) as one:
        one.get("/v1/a")
        one.get("/v1/b")
    assert all("Cookie" not in headers for _, _, headers in portal.requests)
    assert portal.requests[0][2]["User-Agent"].startswith("hoso/")


def test_the_clock_of_the_portal_is_noted(portal: StandIn) -> None:
    there = datetime.now(UTC) + timedelta(days=3)
    with Connection(portal.url, practice=True, clock=lambda: there) as one:
        one.get("/v1/portal")
        assert one.skew is not None
        assert timedelta(days=2, hours=23) < -one.skew < timedelta(days=3, hours=1)


# --- transfers ------------------------------------------------------------------------------------------


class Wish:
    """Progress that is told, and may want no more."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.told: list[tuple[int, int]] = []
        self.stop_after = stop_after
        self.stopped = False

    def report(self, done: int, total: int) -> None:
        self.told.append((done, total))

    def cancelled(self) -> bool:
        return self.stopped or (self.stop_after is not None and len(self.told) >= self.stop_after)


def test_a_chunk_says_its_place(portal: StandIn, connection: Connection) -> None:
    got: list[bytes] = []

    def take(request: BaseHTTPRequestHandler) -> None:
        got.append(request.rfile.read(int(request.headers["Content-Length"])))
        request.headers.replace_header("Content-Length", "0")
        reply(request, 200, b'{"received": 900000}')

    portal.does = take
    data = bytes(range(256)) * 4000
    progress = Wish()
    connection.put_chunk(
        "/v1/f", io.BytesIO(data), first=100_000, size=800_000, total=len(data), token="t", progress=progress
    )
    assert got == [data[100_000:900_000]]
    assert portal.requests[0][2]["Content-Range"] == f"bytes 100000-899999/{len(data)}"
    assert portal.requests[0][2]["Authorization"] == "Bearer t"
    assert progress.told[-1] == (900_000, len(data))
    assert progress.told == sorted(progress.told)


def test_cancelled_while_sending(portal: StandIn, connection: Connection) -> None:
    progress = Wish(stop_after=1)
    with pytest.raises(TransferCancelled):
        connection.put_chunk(
            "/v1/f",
            io.BytesIO(bytes(8_000_000)),
            first=0,
            size=8_000_000,
            total=8_000_000,
            token=None,
            progress=progress,
        )


def test_cancelled_while_waiting(portal: StandIn) -> None:
    portal.does = lambda request: time.sleep(3)
    progress = Wish()
    with Connection(portal.url, practice=True) as one:
        timer = threading.Timer(0.3, lambda: setattr(progress, "stopped", True))
        timer.start()
        began = time.monotonic()
        with pytest.raises(TransferCancelled):
            one.send("POST", "/v1/submissions/k/commit", progress=progress)
        assert time.monotonic() - began < 2
        timer.join()


def test_a_file_that_became_shorter_is_our_own_error(portal: StandIn, connection: Connection) -> None:
    with pytest.raises(OSError, match="shorter"):
        connection.put_chunk("/v1/f", io.BytesIO(b"abc"), first=0, size=10, total=10, token=None)


def test_a_full_disk_is_not_the_portals_fault(portal: StandIn, connection: Connection) -> None:
    class Full(io.BytesIO):
        def write(self, data: object) -> int:
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space") as raised:
        connection.download("/v1/r", Full(), limit=1000)
    assert raised.value.errno == 28


def test_a_download_is_bounded(portal: StandIn, connection: Connection) -> None:
    portal.does = lambda request: reply(request, 200, b"x" * 5000, "application/pdf")
    target = io.BytesIO()
    assert connection.download("/v1/r", target, limit=5000) == 5000
    assert target.getvalue() == b"x" * 5000
    with pytest.raises(PortalAnsweredGarbage):
        connection.download("/v1/r", io.BytesIO(), limit=4999)


def test_large_files_take_no_memory(portal: StandIn) -> None:
    """64 MB up and down in a process of its own, whose peak grows by less than 16 MB."""

    def both(request: BaseHTTPRequestHandler) -> None:
        if request.command == "GET":
            request.send_response(200)
            request.send_header("Content-Length", str(64 << 20))
            request.end_headers()
            for _ in range(64):
                request.wfile.write(bytes(1 << 20))
            return
        left = int(request.headers["Content-Length"])
        while left:
            left -= len(request.rfile.read(min(left, 1 << 20)))
        request.headers.replace_header("Content-Length", "0")
        reply(request, 200, b'{"received": 0}')

    portal.does = both
    script = (
        "import tempfile, sys\n"
        "from desktop.portal.connection import Connection\n"
        # Of this program alone: what getrusage tells survives an exec, and would hide any growth.
        "peak = lambda: int(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])\n"
        "one = Connection(sys.argv[1], practice=True)\n"
        "f = tempfile.TemporaryFile(); f.truncate(64 << 20); before = peak()\n"
        "one.put_chunk('/f', f, first=0, size=64 << 20, total=64 << 20, token=None)\n"
        "one.download('/f', tempfile.TemporaryFile(), limit=64 << 20)\n"
        "print(peak() - before)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, portal.url], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 16 * 1024


# --- TLS ------------------------------------------------------------------------------------------------


def certificate(days_left: int) -> tuple[bytes, bytes]:
    """Make a self-signed certificate for 127.0.0.1; return it and its key as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    until = datetime.now(UTC) + timedelta(days=days_left)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(until - timedelta(days=30))
        .not_valid_after(until)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return made.public_bytes(pem), secret


@contextmanager
def serving(own: tuple[bytes, bytes], folder: Path, newest: ssl.TLSVersion | None = None) -> Iterator[str]:
    server = StandIn()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if newest is not None:
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = newest
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
    (folder / "own.pem").write_bytes(own[0] + own[1])
    context.load_cert_chain(folder / "own.pem")
    server.server.socket = context.wrap_socket(server.server.socket, server_side=True)
    try:
        yield server.url.replace("http:", "https:")
    finally:
        server.stop()


def not_secure(url: str, *, practice: bool = True, authority: bytes | None = None) -> str:
    one = Connection(url, practice=practice, limits=QUICK, authority=authority)
    with one, pytest.raises(PortalNotSecure) as raised:
        one.get("/v1/portal", token="secret")
    return raised.value.why


def test_a_portal_must_prove_its_name(tmp_path: Path) -> None:
    own = certificate(10)
    with serving(own, tmp_path) as url:
        assert not_secure(url) == "untrusted"
        assert not_secure(url, practice=False, authority=own[0]) == "untrusted", "only practice brings authorities"
        assert not_secure(url.replace("127.0.0.1", "localhost"), authority=own[0]) == "host"
        with Connection(url, practice=True, limits=QUICK, authority=own[0]) as one:
            assert one.get("/v1/portal").json() == {}
    expired = certificate(-10)
    with serving(expired, tmp_path) as url:
        assert not_secure(url, authority=expired[0]) == "expired"
    with serving(own, tmp_path, ssl.TLSVersion.TLSv1_1) as url:
        assert not_secure(url, authority=own[0]) == "protocol"
