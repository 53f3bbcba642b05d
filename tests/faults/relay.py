"""A relay between client and portal, as far as every wire is alike: taking connections, cutting them, reading heads."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from abc import ABC, abstractmethod
from typing import BinaryIO

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Relay(ABC):
    """Take connections on a port of its own, each in a thread."""

    def __init__(self) -> None:
        self.port = 0
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._listener: socket.socket | None = None

    @abstractmethod
    def relay(self, client: socket.socket) -> None:
        """Serve one connection to its end."""

    def listen(self) -> None:
        """Take connections, on the same port each time."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def cut(self) -> None:
        """Refuse new connections and break those that stand."""
        listener, self._listener = self._listener, None
        if listener is not None:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        with self._lock:
            standing, self._open = self._open, set()
        for one in standing:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(one, socket.SHUT_RDWR)  # of TLS no farewell: the line is cut

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self.relay, args=(client,), daemon=True).start()


def head_of(source: BinaryIO) -> bytes:
    """Read the head of a request or an answer; nothing at the end of the connection."""
    lines = []
    while line := source.readline(65536):
        lines.append(line)
        if line == b"\r\n":
            return b"".join(lines)
    return b""


def length_of(head: bytes) -> int:
    """Return how many bytes follow a head."""
    found = _LENGTH.search(head)
    return int(found[1]) if found else 0
