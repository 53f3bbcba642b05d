"""The loopback address at which the browser brings the answer (RFC 8252, 7.3).

A server on 127.0.0.1 and a port that the system gives, for one answer: GET, one path, the right Host, each
parameter once. Whatever else comes is turned away without ending the wait, whoever sends it and however slowly.
"""

from __future__ import annotations

import contextlib
import http.server
import secrets
import socket
import socketserver
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl

_MOST = 16
_SECONDS = 10.0
_LONGEST_QUERY = 16_384

_STYLE = "body{font:18px/1.6 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem;color:#1b1b1b}"
_HEAD = f'<!doctype html><html lang="vi"><meta charset="utf-8"><title>Hồ Sơ</title><style>{_STYLE}</style>'
_DONE = (
    "<h1>Đã trở lại chương trình Hồ Sơ</h1><p>Có thể đóng trang này. Kết quả đăng nhập hiện trong chương trình.</p>"
    '<p lang="en">You can close this page. The program shows how the log-in went.</p>'
)
_NOT_HERE = '<h1>Không có gì ở đây</h1><p lang="en">There is nothing here.</p>'


class Listener:
    """Wait for one answer at one address; `path` fixes its path, otherwise nobody can guess it."""

    def __init__(self, path: str | None = None) -> None:
        """Take a port. Raises OSError."""
        self.path = path or f"/hoso/{secrets.token_urlsafe(24)}"
        self._answer: dict[str, str] | None = None
        self._came = threading.Event()
        self._lock = threading.Lock()
        self._server = _Server(_answering(self))
        self.port = int(self._server.server_address[1])
        self.address = f"http://127.0.0.1:{self.port}{self.path}"
        """The redirect_uri."""

    @contextmanager
    def listening(self) -> Iterator[Listener]:
        """Answer on a thread of its own for as long as the block lasts; the port is free again after it."""
        thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, name="login-listener", daemon=True
        )
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()

    def wait(self, seconds: float, cancelled: Callable[[], bool]) -> dict[str, str] | None:
        """Return the answer's parameters; None when the time is over or nobody wants it any more."""
        end = time.monotonic() + seconds
        while not self._came.wait(min(0.1, max(0.0, end - time.monotonic()))):
            if cancelled() or time.monotonic() >= end:
                return None
        # The page has been written before the event; nothing more is taken.
        return self._answer

    def take(self, query: str) -> bool:
        """Take the answer, if it is one and the first."""
        try:
            pairs = parse_qsl(
                query, keep_blank_values=True, strict_parsing=True, max_num_fields=20, encoding="utf-8", errors="strict"
            )
        except ValueError:
            return False
        given = dict(pairs)
        if len(query) > _LONGEST_QUERY or len(given) != len(pairs) or ("code" in given) == ("error" in given):
            return False
        with self._lock:
            if self._answer is not None:
                return False
            self._answer = given
            return True

    def finished(self) -> None:
        """Let the waiting one go on: the browser has its page."""
        self._came.set()


class _Server(socketserver.ThreadingTCPServer):
    # No second process may take the address beside or after us.
    allow_reuse_address = False
    allow_reuse_port = False
    daemon_threads = True
    block_on_close = False
    request_queue_size = 16

    def __init__(self, handler: type[http.server.BaseHTTPRequestHandler]) -> None:
        self._open: deque[socket.socket] = deque()
        super().__init__(("127.0.0.1", 0), handler)

    def server_bind(self) -> None:
        if sys.platform == "win32":
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        super().server_bind()

    def process_request(self, request: Any, client_address: Any) -> None:
        # Those who hold connections without a word must not keep the browser out: the oldest goes.
        self._open.append(request)
        if len(self._open) > _MOST:
            with contextlib.suppress(OSError):
                self._open.popleft().shutdown(socket.SHUT_RDWR)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with contextlib.suppress(ValueError):
            self._open.remove(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        for one in list(self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        super().server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a connection that breaks is nobody's business, and its words could hold a code."""


def _answering(listener: Listener) -> type[http.server.BaseHTTPRequestHandler]:
    class Answering(http.server.BaseHTTPRequestHandler):
        timeout = _SECONDS

        def do_GET(self) -> None:
            hosts = self.headers.get_all("Host") or []
            # A page of another site may reach this port under a name of its own: the name is the test.
            if hosts != [f"127.0.0.1:{listener.port}"]:
                return self.page(421, _NOT_HERE)
            # As it was sent: the library's own `path` forgives a doubled slash.
            path, mark, query = self.requestline.split()[1].partition("?")
            if not mark or not secrets.compare_digest(path.encode(), listener.path.encode()):
                return self.page(404, _NOT_HERE)
            if not listener.take(query):
                return self.page(400, _NOT_HERE)
            try:
                return self.page(200, _DONE)
            finally:
                listener.finished()

        def page(self, status: int, body: str) -> None:
            data = f"{_HEAD}{body}</html>".encode()
            self.send_response_only(status)
            for name, value in (
                ("Content-Type", "text/html; charset=utf-8"),
                ("Content-Length", str(len(data))),
                ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
                ("Referrer-Policy", "no-referrer"),
                ("X-Content-Type-Options", "nosniff"),
                ("Cache-Control", "no-store"),
                ("Connection", "close"),
            ):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
            # For every other method and for what is no HTTP.
            self.close_connection = True
            with contextlib.suppress(OSError, ValueError):
                self.page(405 if code == 501 else int(code), _NOT_HERE)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing: the request line holds the code."""

    return Answering
