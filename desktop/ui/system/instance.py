"""One window for a person and a home: a second start raises the first and hands over what it was to open.

The first window listens at a place of its own; the place is named after the home, and only this person can reach it.
Who listens is decided by a lock that the operating system drops when its holder ends, however it ends, so that the
socket of a killed program is never mistaken for a living one.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    import socket as plain
    from collections.abc import Callable

    from PySide6.QtCore import QObject
    from PySide6.QtNetwork import QLocalServer, QLocalSocket

LIMIT = 8 << 10
"""Bytes of a whole request; one that is longer is dropped unread."""
CALLERS = 8
"""Callers at a time; others wait in line."""
PATIENCE = 3000
"""Milliseconds that either side waits for the other."""
ANSWER = b"hoso 1\n"
_LONGEST_BASE = 107 - len("/hoso/") - 24 - len(".lock")


def place_of(home: Path) -> Path:
    """Return where the window of a home listens: a short path in a folder that is only this person's."""
    import hashlib

    name = hashlib.sha256(os.fsencode(os.path.realpath(home))).hexdigest()[:24]
    if sys.platform == "win32":
        return Path(f"hoso-{os.environ.get('USERNAME', '')}-{name}")
    return folder_of() / name


def folder_of() -> Path:
    """Return the folder in which this person's windows listen."""
    base = os.environ.get("XDG_RUNTIME_DIR")
    # The place of a socket has at most 107 bytes; a longer one would be cut, and nobody would find it.
    if base and len(os.fsencode(base)) <= _LONGEST_BASE:
        return Path(base) / "hoso"
    return Path("/tmp") / f"hoso-{os.getuid()}"


def any_listening() -> bool:
    """Say, without reckoning any name, whether a window of this person could be listening at all."""
    try:
        return any(not name.endswith(".lock") for name in os.listdir(folder_of()))
    except OSError:
        return False


def ours_alone(folder: Path) -> bool:
    """Say whether a folder is this person's, and nobody else can look into it."""
    if sys.platform == "win32":
        return True
    try:
        seen = folder.lstat()
    except OSError:
        return False
    import stat

    return stat.S_ISDIR(seen.st_mode) and seen.st_uid == os.getuid() and not seen.st_mode & 0o077


def hand_over(home: Path, wanted: str = "") -> bool:
    """Raise the window that this home has already and give it what is wanted; False: there is none that answers.

    Asks nothing of Qt where nobody can be listening: the first picture does not wait for it.
    """
    if sys.platform != "win32" and not any_listening():
        return False
    place = place_of(home)
    if sys.platform != "win32" and not (place.exists() and ours_alone(place.parent)):
        return False
    import json

    told = {"open": wanted, "token": os.environ.get("XDG_ACTIVATION_TOKEN", "")[:200]}
    request = json.dumps(told).encode() + b"\n"
    if sys.platform == "win32":
        _let_come_forward()
        return _ask_pipe(place, request) == ANSWER
    return _ask_socket(place, request) == ANSWER


def _ask_socket(place: Path, request: bytes) -> bytes:
    import socket as plain

    answer = b""
    try:
        with plain.socket(plain.AF_UNIX) as line:
            line.settimeout(PATIENCE / 1000)
            line.connect(str(place))
            if not _run_by_us(line):
                return b""
            line.sendall(request)
            while len(answer) < len(ANSWER) and (more := line.recv(len(ANSWER))):
                answer += more
    except OSError:
        return b""
    return answer


def _ask_pipe(place: Path, request: bytes) -> bytes:
    from PySide6.QtNetwork import QLocalSocket

    line = QLocalSocket()
    line.connectToServer(str(place))
    if not line.waitForConnected(PATIENCE):
        return b""
    line.write(request)
    line.flush()
    answer = b""
    while len(answer) < len(ANSWER) and line.waitForReadyRead(PATIENCE):
        answer += line.readAll().data()
    line.abort()
    return answer


def read_request(raw: bytes) -> tuple[str, str] | None:
    """Read what a second start asks for: what to open (empty: only to come forward) and a token of the desktop's.

    None where it is not exactly such a request.
    """
    import json

    if len(raw) > LIMIT:
        return None
    try:
        told = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict) or set(told) != {"open", "token"}:
        return None
    wanted, token = told["open"], told["token"]
    if not isinstance(wanted, str) or not isinstance(token, str):
        return None
    if len(token) > 200 or not token.isascii() or not (token.isprintable() or not token):
        return None
    return wanted, token


def same_person(caller: QLocalSocket) -> bool:
    """Say whether the other end is run by this person, as the system knows it."""
    if not sys.platform.startswith("linux"):
        return True  # there, the system lets nobody else connect
    import socket as plain

    with plain.socket(fileno=os.dup(int(caller.socketDescriptor()))) as same:
        return _run_by_us(same)


def _run_by_us(line: plain.socket) -> bool:
    if not sys.platform.startswith("linux"):
        return True
    import socket as plain
    import struct

    kept = line.getsockopt(plain.SOL_SOCKET, plain.SO_PEERCRED, struct.calcsize("3i"))
    _, uid, _ = struct.unpack("3i", kept)
    return bool(uid == os.getuid())


class Instance:
    """The listening end, held by the one window."""

    def __init__(self, home: Path, asked: Callable[[str, str], None], owner: QObject) -> None:
        self._place = place_of(home)
        self._asked = asked
        self._owner = owner
        self._lock: IO[bytes] | None = None
        self._server: QLocalServer | None = None
        self._callers: set[_Caller] = set()

    def listen(self) -> bool:
        """Become the one window; False: another is it already, and is alive.

        Where the system gives no place to listen, the window works without.
        """
        from PySide6.QtNetwork import QLocalServer

        if sys.platform != "win32":
            try:
                self._place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError:
                return True
            if not ours_alone(self._place.parent):
                return True  # somebody laid it out for us: nothing is said there
            if not self._take():
                return False
            # Ours is the lock, so whatever lies there was left by one that is dead.
            QLocalServer.removeServer(str(self._place))
        server = QLocalServer(self._owner)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        server.setMaxPendingConnections(CALLERS)
        server.newConnection.connect(self._called)
        if not server.listen(str(self._place)):
            return sys.platform != "win32"
        self._server = server
        return True

    def _take(self) -> bool:
        if sys.platform == "win32":
            return True
        import fcntl

        handle = self._place.with_suffix(".lock").open("ab")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            handle.close()
            return False
        self._lock = handle
        return True

    def _called(self) -> None:
        assert self._server is not None
        while (socket := self._server.nextPendingConnection()) is not None:
            if not same_person(socket):
                socket.abort()
                socket.deleteLater()
                continue
            caller = _Caller(socket, self._asked)
            self._callers.add(caller)
            socket.destroyed.connect(lambda _=None, gone=caller: self._callers.discard(gone))

    def close(self) -> None:
        """Let another become the one window."""
        if self._server is not None:
            self._server.close()
            self._server = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None


class _Caller:
    """One second start at the line."""

    def __init__(self, socket: QLocalSocket, asked: Callable[[str, str], None]) -> None:
        from PySide6.QtCore import QTimer

        self._socket, self._asked = socket, asked
        self._heard = b""
        socket.setReadBufferSize(LIMIT + 1)
        socket.readyRead.connect(self._hear)
        socket.disconnected.connect(socket.deleteLater)
        QTimer.singleShot(PATIENCE, socket, socket.abort)
        self._hear()

    def _hear(self) -> None:
        self._heard += self._socket.read(LIMIT + 1 - len(self._heard)).data()
        line, end, _ = self._heard.partition(b"\n")
        if not end:
            if len(self._heard) > LIMIT:
                self._socket.abort()
            return
        self._socket.readyRead.disconnect(self._hear)
        request = read_request(line)
        if request is None:
            self._socket.abort()
            return
        self._socket.write(ANSWER)
        self._socket.flush()
        self._socket.disconnectFromServer()
        self._asked(*request)


def _let_come_forward() -> None:
    """Let the other window take the foreground, which Windows else keeps from it."""
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.user32.AllowSetForegroundWindow(-1)
