"""What lies below a portal's connection: TLS, watched sockets, parts of files as request bodies.

A watcher thread ends calls that take too long as a whole (a server that sends one byte every ten
seconds passes every socket time-out) and calls that nobody wants any more.
"""

from __future__ import annotations

import contextlib
import hashlib
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, BinaryIO, Protocol, cast

import requests.adapters
import truststore
import urllib3
import urllib3.connection

from desktop.portal.contract import Progress
from desktop.portal.errors import PortalSlow, TransferCancelled

BLOCK = 128 * 1024
AHEAD = 1 << 20
"""Bytes that are read ahead of what is sent: the store's own piece."""


def tls_context(authority: bytes | None) -> ssl.SSLContext:
    """Return a context on the operating system's trust store, TLS 1.2 or newer."""
    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if authority is not None:
        context.load_verify_locations(cadata=authority.decode("ascii"))
    return context


class LocalTrouble(Exception):
    """Carry an OSError of our own disk past the layers that would take it for the network's."""


@contextmanager
def own_disk() -> Iterator[None]:
    """Let an error of our own disk out as what it is."""
    try:
        yield
    except LocalTrouble as trouble:
        raise cast(OSError, trouble.__cause__) from None


class Source(Protocol):
    """What a part of a file is read from."""

    def seek(self, place: int, /) -> object:
        """Go on from a place."""

    def read(self, size: int, /) -> bytes | memoryview:
        """Give at most so many bytes, nothing only at the end."""


class Chunk:
    """Let requests read one part of a file, counting, and stopping when nobody wants it any more."""

    def __init__(self, source: Source, first: int, size: int, total: int, progress: Progress | None) -> None:
        self._source, self._left, self._size = source, size, size
        self._first, self._total, self._progress = first, total, progress
        self._told = 0

    def __len__(self) -> int:
        # requests takes this for the Content-Length, once, before it reads.
        return self._size

    def __iter__(self) -> Iterator[bytes | memoryview]:
        # Its presence makes requests stream the body instead of encoding it as a form.
        while block := self.read(BLOCK):
            yield block

    def read(self, size: int = -1) -> bytes | memoryview:
        if self._progress is not None and self._progress.cancelled():
            raise TransferCancelled
        wanted = self._left if size is None or size < 0 else min(size, self._left)
        try:
            block = self._source.read(wanted)
        except OSError as error:
            raise LocalTrouble from error
        if wanted and not block:
            # The file is shorter than it was: never fill up, never send less than announced.
            raise LocalTrouble from OSError("file became shorter while it was sent")
        self._left -= len(block)
        done = self._size - self._left
        if self._progress is not None and (done - self._told >= 4 * BLOCK or not self._left) and block:
            self._told = done
            self._progress.report(self._first + done, self._total)
        return block


class ReadAhead:
    """Read the next block of a large file in a thread while the last one is being sent.

    The sealed store must decrypt what it gives; neither that nor sending holds the interpreter. Not for two threads.
    """

    def __init__(self, source: BinaryIO, size: int) -> None:
        self._source, self._size = source, size
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="read-ahead")
        self._place = self._start = 0
        self._block = memoryview(b"")
        self._ahead: tuple[int, Future[bytes]] | None = None

    def seek(self, place: int) -> None:
        """Go on from a place."""
        self._place = place

    def read(self, size: int) -> memoryview:
        """Give at most so many bytes, nothing only at the end; raise what reading the file raises."""
        if not self._start <= self._place < self._start + len(self._block):
            self._turn()
        first = self._place - self._start
        part = self._block[first : first + size]
        self._place += len(part)
        return part

    def close(self) -> None:
        """Let the thread end, then close the file."""
        self._reader.shutdown(cancel_futures=True)
        self._source.close()

    def _turn(self) -> None:
        ahead, self._ahead = self._ahead, None
        if ahead is None or ahead[0] != self._place:
            ahead = (self._place, self._reader.submit(self._load, self._place))
        self._block, self._start = memoryview(ahead[1].result()), self._place
        following = self._start + len(self._block)
        if len(self._block) and following < self._size:
            self._ahead = (following, self._reader.submit(self._load, following))

    def _load(self, place: int) -> bytes:
        self._source.seek(place)
        return self._source.read(AHEAD - place % AHEAD)


# --- the watcher ---------------------------------------------------------------------------------------

_current: ContextVar[Watch | None] = ContextVar("portal_call", default=None)


class Watch:
    """End a call from outside by shutting its socket: after its time, or when it was cancelled."""

    def __init__(self, seconds: float, cancelled: Callable[[], bool] | None) -> None:
        self._seconds, self._cancelled = seconds, cancelled
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._why: PortalSlow | TransferCancelled | None = None
        self._cut: str | None = None
        self.certificate: dict[str, str] = {}
        """What the server's certificate was, where there was one."""

    def __enter__(self) -> Watch:
        self._reset = _current.set(self)
        self._thread = threading.Thread(target=self._wait, name="portal-watch", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._over.set()
        _current.reset(self._reset)
        self._thread.join()
        self._sockets.clear()

    def opened(self, sock: socket.socket | None) -> None:
        """Note the socket that the call uses now."""
        if sock is None:
            return
        with self._lock:
            self._sockets.append(sock)
            cut = self._cut is not None
        if isinstance(sock, ssl.SSLSocket):
            self.certificate = _certificate(sock)
        if cut:
            _shut(sock)

    def explain(self, host: str, error: BaseException | None = None) -> None:
        """Raise the true cause if the watcher cut the call."""
        if self._cut == "time":
            raise PortalSlow(host, round(self._seconds)) from error
        if self._cut == "cancelled":
            raise TransferCancelled from error

    def _wait(self) -> None:
        left = self._seconds
        while True:
            step = left if self._cancelled is None else min(0.1, left)
            if self._over.wait(step):
                return None
            left -= step
            if self._cancelled is not None and self._cancelled():
                return self._end("cancelled")
            if left <= 0:
                return self._end("time")

    def _end(self, why: str) -> None:
        with self._lock:
            self._cut = why
            sockets = list(self._sockets)
        for sock in sockets:
            _shut(sock)


def _certificate(sock: ssl.SSLSocket) -> dict[str, str]:
    """Note which certificate a server showed; a renewed one is no alarm, only a fact."""
    try:
        der, facts = sock.getpeercert(binary_form=True), sock.getpeercert() or {}
    except (OSError, ValueError):
        return {}
    issuer = ", ".join(str(value) for part in facts.get("issuer", ()) for _, value in cast(Any, part))
    return {
        "sha256": hashlib.sha256(der or b"").hexdigest(),
        "issuer": issuer[:300],
        "until": str(facts.get("notAfter", "")),
    }


def _shut(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        # The plain method: an SSL socket's own drops its state under the hands of the reading thread.
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
    if sys.platform == "win32":
        # There a thread that waits for an answer sleeps on after a shutdown; it wakes when the handle is closed. Not
        # `socket.close`, which puts that off while a file made of the socket is open.
        with contextlib.suppress(OSError):
            socket.SocketType.close(sock)


class _Plain(urllib3.connection.HTTPConnection):
    """Tell the watcher which socket a call uses."""

    def request(self, *args: Any, **named: Any) -> None:
        _note(self)
        super().request(*args, **named)

    def connect(self) -> None:
        super().connect()
        _note(self)


class _Secure(urllib3.connection.HTTPSConnection):
    """Tell the watcher which socket a call uses."""

    def request(self, *args: Any, **named: Any) -> None:
        _note(self)
        super().request(*args, **named)

    def connect(self) -> None:
        super().connect()
        _note(self)


def _note(connection: urllib3.connection.HTTPConnection) -> None:
    watch = _current.get()
    if watch is not None:
        watch.opened(connection.sock)


class _PlainPool(urllib3.HTTPConnectionPool):
    ConnectionCls = cast(Any, _Plain)


class _SecurePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = cast(Any, _Secure)


class Adapter(requests.adapters.HTTPAdapter):
    """Use our own TLS context and watched connections; never retry behind our back."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self._context = context
        super().__init__(pool_connections=2, pool_maxsize=2, max_retries=0)

    def init_poolmanager(self, *args: Any, **named: Any) -> None:
        named["blocksize"] = BLOCK  # what is read and sent at a time; 16 KiB cost as many calls again
        if self._context is not None:
            named["ssl_context"] = self._context
        super().init_poolmanager(*args, **named)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}

    def proxy_manager_for(self, *args: Any, **named: Any) -> Any:
        if self._context is not None:
            named["ssl_context"] = self._context
        manager = super().proxy_manager_for(*args, **named)
        manager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}
        return manager

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Leave the certificate's check to our context: requests would put its own bundle beside it."""
        conn.cert_reqs = "CERT_REQUIRED"
