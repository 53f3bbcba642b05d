"""The wire between client and portal, in the driver's hands: it counts, drips, and holds at a chosen place.

It speaks just enough HTTP/1.1 to know where in a submission it is. When the portal dies it refuses connections as a
dead portal's port would.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from dataclasses import dataclass, field
from typing import BinaryIO

from tests.faults.relay import Relay, head_of, length_of

PIECE = 16 * 1024


@dataclass
class Seen:
    """How far a submission has come, as the wire saw it."""

    body: int = 0
    """Bytes of manifest and files that were passed on to the portal."""
    commits: int = 0
    """Commits that were passed on whole."""
    answers: int = 0
    """Answers to a commit that were passed back whole."""


@dataclass
class Hold:
    """Where to stop and wait: after `body` bytes of manifest and files, at the connection, or behind the commit."""

    body: int | None = None
    commit: bool = False
    reached: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)

    def wait(self) -> None:
        """Say that the place is reached, and stay there until the driver says go on."""
        self.reached.set()
        self.go_on.wait(60)


class Wire(Relay):
    """A relay from a port of its own to the portal's."""

    def __init__(self, target: int) -> None:
        super().__init__()
        self._target = target
        self.seen = Seen()
        self.hold = Hold()
        self.drip = 0.0
        """Seconds between two pieces of a submission."""

    def cut(self) -> None:
        """Refuse new connections, break those that stand, and let go who waits."""
        super().cut()
        self.hold.go_on.set()

    def begin(self, hold: Hold, drip: float) -> None:
        """Forget what was seen and hold at another place."""
        self.hold.go_on.set()
        self.seen, self.hold, self.drip = Seen(), hold, drip

    def relay(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError, EOFError, ValueError), client:
            portal = socket.create_connection(("127.0.0.1", self._target), timeout=60)
            with portal:
                with self._lock:
                    self._open |= {client, portal}
                to_portal, to_client = client.makefile("rb"), portal.makefile("rb")
                while asked := self._request(to_portal, portal):
                    self._answer(to_client, client)
                    self.seen.answers += asked == "commit"

    def _request(self, source: BinaryIO, portal: socket.socket) -> str:
        """Pass one request on; return what it asked for, nothing at the end of the connection."""
        head = head_of(source)
        if not head:
            return ""
        seen, hold = self.seen, self.hold
        method, path, _ = head.split(b"\r\n", 1)[0].decode("ascii").split(" ")
        part = "/v1/submissions/" in path and method == "PUT"
        commit = path.endswith("/commit")
        if part and hold.body == 0 and not hold.reached.is_set():
            hold.wait()
        portal.sendall(head)
        left = length_of(head)
        while left:
            size = min(left, PIECE)
            end = hold.body if part and not hold.reached.is_set() else None
            if end is not None:
                size = min(size, max(1, end - seen.body))
            piece = source.read(size)
            if len(piece) < size:
                raise EOFError
            portal.sendall(piece)
            left -= size
            if part:
                seen.body += size
                if end is not None and seen.body >= end:
                    hold.wait()
                time.sleep(self.drip)
        if commit:
            seen.commits += 1
            if hold.commit and not hold.reached.is_set():
                hold.wait()
        return "commit" if commit else "other"

    def _answer(self, source: BinaryIO, client: socket.socket) -> None:
        head = head_of(source)
        if not head:
            raise EOFError
        client.sendall(head)
        left = length_of(head)
        while left:
            piece = source.read(min(left, PIECE))
            if not piece:
                raise EOFError
            client.sendall(piece)
            left -= len(piece)
