"""A wire that spoils one chosen request of the contract in one chosen way; TLS towards the client.

It knows requests by the operations of `resources/portal/openapi.yaml`. At the place of the fault it may wait for the
driver, who kills there whom it wants.
"""

from __future__ import annotations

import contextlib
import json
import re
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import BinaryIO

import yaml

from tests.faults.relay import Relay, head_of, length_of

CONTRACT = Path(__file__).resolve().parents[2] / "resources" / "portal" / "openapi.yaml"
STATUSES = ("408", "409", "425", "429", "500", "503")
KINDS = (
    "refused", "cut before the body", "cut in the body", "cut after the body", "cut before the answer",
    "cut in the answer", *STATUSES, "garbage", "slow drip", "wrong hash", "expired token", "untrusted certificate",
)  # fmt: skip
REFUSING = 0.25
"""Seconds that nobody listens."""
_HEX = re.compile(rb'"[0-9a-f]{64}"')
_JWS = re.compile(rb'"eyJ[A-Za-z0-9_.-]{100,}"')


@dataclass(frozen=True)
class Operation:
    """One request of the contract."""

    id: str
    method: str
    path: re.Pattern[str]
    body: bool
    authorised: bool


@cache
def operations() -> tuple[Operation, ...]:
    """Read the contract's operations."""
    found = []
    for path, item in yaml.safe_load(CONTRACT.read_text("utf-8"))["paths"].items():
        shape = re.sub(r"\\{(\w+)\\}", lambda m: ".+" if m[1] == "path" else "[^/]+", re.escape(path))
        for method in ("get", "put", "post", "delete"):
            if method in item:
                one = item[method]
                found.append(
                    Operation(
                        one["operationId"],
                        method.upper(),
                        re.compile(shape + r"(\?.*)?"),
                        "requestBody" in one,
                        one.get("security", True) != [],
                    )
                )
    return tuple(found)


def operation_of(head: bytes) -> Operation | None:
    """Say which operation a request is."""
    method, path, _ = head.split(b"\r\n", 1)[0].decode("ascii").split(" ")
    return next((one for one in operations() if one.method == method and one.path.fullmatch(path)), None)


@dataclass
class Spoil:
    """What is to happen, once, to which request."""

    operation: str
    kind: str
    behind: bool = False
    """Whether the portal does the request before its answer is lost or replaced; else it never hears of it."""
    before: int = 0
    """How many requests come before it: those that cannot be told by their head count them."""
    hold: bool = False
    reached: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)
    done: bool = False

    def here(self) -> None:
        """Say that the place is reached; wait there for the driver if that was wished."""
        self.done = True
        self.reached.set()
        if self.hold:
            self.go_on.wait(30)


class Wire(Relay):
    """A relay from a port of its own to the portal's."""

    def __init__(self, target: int, good: ssl.SSLContext | None, stranger: ssl.SSLContext | None) -> None:
        super().__init__()
        self.target, self._good, self._stranger = target, good, stranger
        self._spoil: Spoil | None = None
        self._answered = 0
        self.seen: list[str] = []
        """Operations that came, in order, since the last `arm`."""
        self.body = 0
        """Bytes of files that came from the client."""
        self.expire: Callable[[], None] = lambda: None
        self.chance: Callable[[], float] = lambda: 1.0
        """Drawn for each request; below `failing` the connection is cut somewhere."""
        self.failing = 0.0
        self.cuts = 0

    def arm(self, spoil: Spoil | None) -> None:
        """Forget what was seen and wait for another request."""
        self.seen, self._answered, self._spoil = [], 0, spoil
        if spoil is not None and spoil.kind == "refused" and spoil.before == 0:
            self._refuse(spoil)

    def _refuse(self, spoil: Spoil) -> None:
        self.cut()

        def again() -> None:
            spoil.here()
            time.sleep(REFUSING)
            self.listen()

        threading.Thread(target=again, daemon=True).start()

    def _greeted(self, client: socket.socket) -> socket.socket:
        if self._good is None:
            return client
        spoil = self._spoil
        if spoil and spoil.kind == "untrusted certificate" and not spoil.done and self._answered >= spoil.before:
            assert self._stranger is not None
            spoil.here()
            return self._stranger.wrap_socket(client, server_side=True)
        return self._good.wrap_socket(client, server_side=True)

    def relay(self, raw: socket.socket) -> None:
        with contextlib.suppress(OSError, EOFError, ValueError), raw:
            raw.settimeout(30)
            client = self._greeted(raw)
            with client, socket.create_connection(("127.0.0.1", self.target), timeout=30) as portal:
                with self._lock:
                    self._open |= {client, portal}
                try:
                    asked, told = client.makefile("rb"), portal.makefile("rb")
                    while self._one(asked, told, client, portal):
                        pass
                finally:
                    with self._lock:
                        self._open -= {client, portal}

    def _one(self, asked: BinaryIO, told: BinaryIO, client: socket.socket, portal: socket.socket) -> bool:
        """Pass on one request and its answer; say whether the connection goes on."""
        head = head_of(asked)
        if not head:
            return False
        operation = operation_of(head)
        name = operation.id if operation else "?"
        self.seen.append(name)
        spoil = self._spoil
        counted = spoil is not None and spoil.kind in ("refused", "untrusted certificate")
        if spoil is None or spoil.done or counted or spoil.operation != name:
            if self.failing and self.chance() < self.failing:
                return self._fail(head, asked, portal, told, name)
            portal.sendall(head)
            self._body(asked, portal, length_of(head), files=name == "sendFile")
            answer, body = _answer(told)
            self._answered += 1
            last = counted and not (spoil and spoil.done)
            if last:
                answer = answer[:-2] + b"Connection: close\r\n\r\n"
            if spoil and spoil.kind == "refused" and not spoil.done and self._answered == spoil.before:
                spoil.done = True
                listener, self._listener = self._listener, None
                if listener is not None:
                    listener.shutdown(socket.SHUT_RDWR)
                    listener.close()
                client.sendall(answer + body)
                self._refuse(spoil)
                return False
            client.sendall(answer + body)
            return not last
        return self._spoilt(spoil, operation, head, asked, told, client, portal)

    def _fail(self, head: bytes, asked: BinaryIO, portal: socket.socket, told: BinaryIO, name: str) -> bool:
        """Cut a request at some place of its way."""
        self.cuts += 1
        size, part = length_of(head), self.chance()
        if part < 0.4:
            return False
        portal.sendall(head)
        if part < 0.7 and size:
            self._body(asked, portal, int(size * self.chance()), files=name == "sendFile")
            return False
        self._body(asked, portal, size, files=name == "sendFile")
        _answer(told)
        return False

    def _body(self, source: BinaryIO, portal: socket.socket, left: int, *, files: bool) -> None:
        while left:
            piece = source.read(min(left, 65536))
            if not piece:
                raise EOFError
            self.body += len(piece) if files else 0
            portal.sendall(piece)
            left -= len(piece)

    def _spoilt(
        self, spoil: Spoil, operation: Operation | None, head: bytes, asked: BinaryIO, told: BinaryIO,
        client: socket.socket, portal: socket.socket,
    ) -> bool:  # fmt: skip
        kind, size = spoil.kind, length_of(head)
        if kind == "cut before the body":
            spoil.here()
            return _reset(client)
        if kind == "cut in the body":
            portal.sendall(head if size else head[: len(head) // 2])
            portal.sendall(asked.read(size // 2))
            spoil.here()
            return False
        if kind == "expired token":
            self.expire()
        body = asked.read(size)
        if kind == "wrong hash" and operation is not None and operation.id == "sendFile":
            body = _flipped(body)
        answer = b""
        if kind not in STATUSES or spoil.behind:
            portal.sendall(head + body)
            if kind == "cut after the body":
                spoil.here()
                return False
            top, rest = _answer(told)
            answer = top + rest
        spoil.here()
        if kind == "cut before the answer":
            return False
        if kind == "cut in the answer":
            client.sendall(answer[: len(answer) - max(1, len(rest) // 2)] if rest else answer[: len(answer) // 2])
            return False
        if kind in STATUSES:
            client.sendall(_said(int(kind)))
        elif kind == "garbage":
            client.sendall(_GARBAGE[1 if spoil.behind else 0])
            return False
        elif kind == "slow drip":
            for place in range(len(answer)):
                client.sendall(answer[place : place + 1])
                time.sleep(0.05)
        elif kind == "wrong hash":
            client.sendall(top + (rest if operation and operation.id == "sendFile" else spoilt_hash(rest)))
        else:
            client.sendall(answer)
        return True


_GARBAGE = (
    b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 27\r\n\r\n{"state": [\xff\xfe "registered" ',
    b"\x00\x15\xff\xfe this was never HTTP \r\n\r\n" * 3,
)


def _said(status: int) -> bytes:
    """Return what a box between the two, which knows nothing of the contract, answers."""
    body = b"<html><body>Error</body></html>"
    more = b"Retry-After: 1\r\n" if status == 429 else b""
    return b"HTTP/1.1 %d Error\r\nContent-Type: text/html\r\nContent-Length: %d\r\n%s\r\n%s" % (
        status, len(body), more, body,
    )  # fmt: skip


def spoilt_hash(body: bytes) -> bytes:
    """Change one digit of the first hash, one letter of a signed text, or one byte."""
    found = _JWS.search(body) or _HEX.search(body)
    if found is None:
        return _flipped(body)
    place = found.end() - 20
    other = b"1" if body[place : place + 1] != b"1" else b"2"
    return body[:place] + other + body[place + 1 :]


def spoils_hash(body: bytes) -> bool:
    """Say whether an answer has a hash or a signature that could be wrong."""
    try:
        json.loads(body)
    except ValueError:
        return True
    return bool(_JWS.search(body) or _HEX.search(body))


def _flipped(body: bytes) -> bytes:
    place = len(body) // 2
    return body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :] if body else body


def _reset(client: socket.socket) -> bool:
    """Break a connection as a machine that crashed does."""
    with contextlib.suppress(OSError):
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


def _answer(source: BinaryIO) -> tuple[bytes, bytes]:
    head = head_of(source)
    if not head:
        raise EOFError
    if b"\r\ntransfer-encoding:" in head.lower():
        raise ValueError("chunked")
    body = source.read(length_of(head))
    return head, body
