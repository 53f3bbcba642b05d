"""Two warm, killable processes that do the work on outside files under limits of time and memory.

Whatever runs native code over bytes from outside (Typst, pdfium, qpdf, lxml, Pillow) runs here: a crash, a hang or a
memory peak takes a worker with it and nothing else. The functions are plain, module-level functions of `forms` and
`signing`; the window and the command line call them alike.

Frames on the pipes are length-bounded. Results are unpickled by a reader that builds nothing but our own dataclasses
and plain values: a worker that has been taken over by a hostile file must not be able to run code in its parent.
"""

from __future__ import annotations

import builtins
import contextlib
import dataclasses
import enum
import importlib
import io
import os
import pickle
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import LifoQueue
from typing import IO, Any, ClassVar, ParamSpec, TypeVar

from desktop.errors import DesktopError

P = ParamSpec("P")
R = TypeVar("R")

MEMORY_LIMIT = 3 << 30
"""Address space of one worker, in bytes; fonts and caches are mapped, so it is far above what is resident. On Windows
it bounds what the worker commits."""
FRAME_LIMIT = 512 << 20
"""The largest request or answer, in bytes."""
PIPE = 1 << 20
"""Bytes that lie ready between a worker and us, as far as the system lets them."""
STRANGERS_LIMIT = 416 << 20
"""Resident bytes of a worker with a stranger's template in it: looked at fifty times a second, so that it stays below
512 MiB also while it grows."""
ALLOWED = ("forms.", "signing.")
PLAIN = {
    "builtins": {"set", "frozenset", "complex", "bytearray", "slice", "range"},
    "datetime": {"datetime", "date", "time", "timedelta", "timezone"},
    "decimal": {"Decimal"},
    "pathlib": {"Path", "PosixPath", "WindowsPath", "PurePosixPath", "PureWindowsPath"},
    "zoneinfo": {"ZoneInfo"},
    "collections": {"OrderedDict"},
}


@dataclass(eq=False)
class WorkerKilled(DesktopError):
    """The work was stopped because it took longer than it may."""

    code: ClassVar[str] = "WORKER_KILLED"
    seconds: float


@dataclass(eq=False)
class WorkerCrashed(DesktopError):
    """The worker died while it worked: native code crashed, or memory ran out."""

    code: ClassVar[str] = "WORKER_CRASHED"
    status: int


@dataclass(eq=False)
class WorkerOverfull(DesktopError):
    """The work was stopped because it took more memory than it may."""

    code: ClassVar[str] = "WORKER_OVERFULL"
    megabytes: int


@dataclass(eq=False)
class WorkCancelled(DesktopError):
    """The person asked to stop."""

    code: ClassVar[str] = "CANCELLED"


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if name in PLAIN.get(module, ()):
            return getattr(importlib.import_module(module), name)
        if module == "builtins":
            found = getattr(builtins, name, None)
            if isinstance(found, type) and issubclass(found, Exception):
                return found
        if module.startswith(ALLOWED) or module == "desktop.workers":
            found = getattr(importlib.import_module(module), name, None)
            if isinstance(found, type) and (dataclasses.is_dataclass(found) or issubclass(found, enum.Enum)):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} may not cross the pipe")


class _Writer(pickle.Pickler):
    def reducer_override(self, thing: object) -> Any:
        """Write a member of an enumeration by its value: some Pythons write it through `getattr`."""
        if isinstance(thing, enum.Enum):
            return type(thing), (thing.value,)
        return NotImplemented


def _send(pipe: IO[bytes], thing: object) -> None:
    frame = io.BytesIO()
    _Writer(frame, protocol=5).dump(thing)
    data = frame.getbuffer()
    pipe.write(struct.pack(">Q", len(data)))
    pipe.write(data)
    pipe.flush()


def _receive(pipe: IO[bytes], reader: type[pickle.Unpickler]) -> Any:
    """Read one frame. A worker believes its parent; the parent reads answers with the reader that builds no code."""
    head = pipe.read(8)
    if len(head) < 8:
        raise EOFError
    (size,) = struct.unpack(">Q", head)
    if size > FRAME_LIMIT:
        raise EOFError
    data = pipe.read(size)
    if len(data) < size:
        raise EOFError
    return reader(io.BytesIO(data)).load()


class _Worker:
    """One child process; used by one thread at a time."""

    def __init__(self) -> None:
        frozen = getattr(sys, "frozen", False)
        command = [sys.executable, "--worker"] if frozen else [sys.executable, "-m", "desktop.workers"]
        environment = dict(os.environ)
        if not frozen:
            root = str(Path(__file__).resolve().parent.parent)
            environment["PYTHONPATH"] = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
        flags = 0
        if sys.platform == "win32":
            from desktop.job import SUSPENDED, Job

            self._job = Job(MEMORY_LIMIT)
            flags = SUSPENDED | subprocess.CREATE_NO_WINDOW
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, bufsize=-1, creationflags=flags
        )
        if sys.platform == "win32":
            self._job.hold(self.process)
        elif sys.platform == "linux":
            import fcntl

            # A page's picture passes in two goes instead of forty, each of which waits for its turn on a busy machine.
            assert self.process.stdout is not None
            with contextlib.suppress(OSError):
                fcntl.fcntl(self.process.stdout, fcntl.F_SETPIPE_SZ, PIPE)

    def call(
        self,
        function: str,
        args: tuple[Any, ...],
        named: dict[str, Any],
        timeout: float,
        cancelled: Callable[[], bool] | None,
        ask: Callable[[Any], Any] | None = None,
        memory: int | None = None,
    ) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        stopped: list[DesktopError] = []
        done, asked = threading.Event(), threading.Event()
        refused: list[Exception] = []

        def watch() -> None:
            end = time.monotonic() + timeout
            while not done.wait(0.05 if memory is None else 0.02):
                if asked.is_set():
                    end += (
                        0.05 if memory is None else 0.02
                    )  # the worker waits for an answer of ours, which may be a person's
                if cancelled is not None and cancelled():
                    stopped.append(WorkCancelled())
                elif memory is not None and _resident(self.process.pid) > memory:
                    stopped.append(WorkerOverfull(megabytes=memory >> 20))
                elif time.monotonic() > end:
                    stopped.append(WorkerKilled(seconds=timeout))
                else:
                    continue
                self.process.kill()
                return

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            _send(self.process.stdin, (function, args, named, ask is not None))
            ok, result = _receive(self.process.stdout, _Reader)
            while ok is None and ask is not None:
                asked.set()
                try:
                    answer = True, ask(result)
                except Exception as error:
                    refused.append(error)
                    answer = False, None
                asked.clear()
                _send(self.process.stdin, answer)
                ok, result = _receive(self.process.stdout, _Reader)
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            self.process.kill()
            status = self.process.wait()
            done.set()
            watcher.join()
            if stopped:
                raise stopped[0] from error
            raise WorkerCrashed(status=status) from error
        finally:
            done.set()
            watcher.join()
        if stopped:
            # Stopped just as its answer came: the answer counts, and the worker is gone before anybody is given it.
            self.process.wait()
        if refused:
            raise refused[0]
        if not ok:
            raise result
        return result

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def close(self) -> None:
        self.process.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        self.process.wait()
        if sys.platform == "win32":
            self._job.close()


def _resident(process: int) -> int:
    """Return how many bytes of a process are in memory; 0 where the system does not say."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError, AttributeError):
        return 0


class Workers:
    """Two worker processes, started when first needed and kept warm; safe to call from several threads."""

    def __init__(self, count: int = 2) -> None:
        self._idle: LifoQueue[_Worker | None] = LifoQueue()
        for _ in range(count):
            self._idle.put(None)
        self._all: list[_Worker] = []
        self._lock = threading.Lock()
        self._closed = False

    def run(
        self,
        function: Callable[P, R],
        /,
        *args: Any,
        named: Mapping[str, Any] | None = None,
        timeout: float = 60.0,
        cancelled: Callable[[], bool] | None = None,
        ask: Callable[[Any], Any] | None = None,
        memory: int | None = None,
    ) -> R:
        """Run a module-level function of `forms` or `signing` in a worker and give back its result.

        `named` are its keyword arguments, `timeout` is in seconds. Where `ask` is given, the function gets a keyword
        argument of that name: calling it there calls `ask` here, in this thread, outside of the time that is counted;
        what `ask` raises ends the work and is raised. With `memory`, in resident bytes, the work is done in a process
        of its own, which ends where it takes more (on Windows only the limit of every worker holds).
        Raises what the function raises, WorkerKilled, WorkerOverfull, WorkerCrashed, WorkCancelled.
        """
        name = f"{function.__module__}:{function.__qualname__}"
        worker = self._idle.get()
        try:
            if worker is not None and memory is not None:
                worker.close()  # what it holds from earlier work must not count
            if worker is None or not worker.alive:
                worker = self._start()
            result: R = worker.call(name, args, dict(named or {}), timeout, cancelled, ask, memory)
            return result
        finally:
            self._idle.put(worker if worker is not None and worker.alive and not self._closed else None)

    def _start(self) -> _Worker:
        with self._lock:
            if self._closed:
                raise WorkCancelled
            worker = _Worker()
            self._all.append(worker)
            return worker

    def close(self) -> None:
        """End both processes at once; none is started any more."""
        with self._lock:
            self._closed = True
            for worker in self._all:
                worker.close()
            self._all.clear()

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _limit() -> None:
    """Bound this process's memory and let it die with its parent; on Windows the job that holds it does both."""
    with contextlib.suppress(ImportError, ValueError):
        import signal

        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the parent's to handle
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        parent = os.getppid()

        def outlived() -> None:
            # Not PR_SET_PDEATHSIG: that fires when the *thread* that started us ends, which is a pool's to do.
            while os.getppid() == parent:
                time.sleep(1)
            os._exit(0)

        threading.Thread(target=outlived, daemon=True).start()


class Refused(Exception):
    """Stand, in a worker, for what the parent's answer raised there."""


def _ask(requests: IO[bytes], answers: IO[bytes], question: object) -> Any:
    """Put a question to the parent and wait for its answer."""
    _send(answers, (None, question))
    ok, answer = _receive(requests, pickle.Unpickler)
    if not ok:
        raise Refused
    return answer


def serve() -> int:
    """Be a worker: read requests from standard input until it ends, answer on standard output."""
    _limit()
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # native libraries that print must not spoil the answers
    while True:
        try:
            function, args, named, asks = _receive(requests, pickle.Unpickler)
        except EOFError:
            return 0
        module, _, path = function.partition(":")
        answer: tuple[bool, object]
        try:
            if not module.startswith(ALLOWED):
                raise PermissionError(module)
            target: Any = importlib.import_module(module)
            for part in path.split("."):
                target = getattr(target, part)
            if asks:
                named["ask"] = partial(_ask, requests, answers)
            answer = True, target(*args, **named)
        except MemoryError:
            os._exit(77)
        except Exception as error:
            answer = False, error
        try:
            _send(answers, answer)
        except (pickle.PicklingError, TypeError, AttributeError):
            _send(
                answers,
                (False, RuntimeError(f"{function}: {type(answer[1]).__name__} cannot cross the pipe")),
            )


if __name__ == "__main__":
    raise SystemExit(serve())
