"""The judge: decides about a submission in a process of its own, which may be killed.

It hides that process. What a submission holds is hostile: a file that makes a library hang or crash ends the
process, and the submission is refused as unreadable; the server goes on answering. Requests and answers are
length-bounded JSON over pipes. The same process prints and signs results, so that the server never loads
the heavy libraries.
"""

from __future__ import annotations

import base64
import contextlib
import json
import logging
import os
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from desktop.sandbox.authority import Authority
from desktop.sandbox.database import ZONE
from desktop.sandbox.models import Reason
from desktop.sandbox.submissions import Judged, Verdict, refuse

FRAME_LIMIT = 64 << 20
TIME_LIMIT = 120.0
"""Seconds for one submission."""
MEMORY_LIMIT = 3 << 30


class Overrun(Exception):
    """The process was killed, or died, while it worked."""

    def __init__(self, *, killed: bool) -> None:
        self.killed = killed


class Bench:
    """The process in which hostile files are looked at; used by one thread at a time."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def call(self, task: dict[str, Any], time_limit: float = TIME_LIMIT) -> dict[str, Any]:
        """Run one task and give back its answer; raise Overrun."""
        with self._lock:
            process = self._running()
            assert process.stdin is not None
            assert process.stdout is not None
            over = threading.Timer(time_limit, process.kill)
            over.start()
            begun = time.monotonic()
            try:
                send(process.stdin, task)
                answer = receive(process.stdout)
            except (EOFError, OSError, ValueError) as error:
                process.kill()
                process.wait()
                raise Overrun(killed=time.monotonic() - begun >= time_limit) from error
            finally:
                over.cancel()
        return answer

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()
            process.wait()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.close()
        frozen = getattr(sys, "frozen", False)
        command = [sys.executable, "--practice-bench"] if frozen else [sys.executable, "-m", "desktop.sandbox.bench"]
        environment = dict(os.environ)
        if not frozen:
            root = str(Path(__file__).resolve().parent.parent.parent)
            environment["PYTHONPATH"] = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
        flags = 0
        if sys.platform == "win32":
            from desktop.job import SUSPENDED, Job

            # The job of the process before this one closes with its last reference.
            self._job = Job(MEMORY_LIMIT)
            flags = SUSPENDED | subprocess.CREATE_NO_WINDOW
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, creationflags=flags
        )
        if sys.platform == "win32":
            self._job.hold(self._process)
        return self._process


class DossierJudge:
    """Judges submissions as a real portal does; `templates` tells which editions are published."""

    def __init__(
        self,
        bench: Bench,
        authority: Authority,
        anchors: tuple[bytes, ...],
        templates: list[dict[str, Any]],
        clock: Callable[[], datetime],
    ) -> None:
        self._bench = bench
        self._authority = authority
        self._anchors = anchors
        self._templates = templates
        self._clock = clock

    def judge(self, submission: Judged) -> Verdict:
        """Give the verdict; a submission on which the bench dies twice is unreadable."""
        now = self._clock()
        task = {
            "do": "judge",
            "manifest_jws": submission.manifest_jws,
            "manifest": submission.manifest.model_dump(),
            "files": {sha256: str(path) for sha256, path in submission.files.items()},
            "procedure": submission.procedure,
            "templates": self._templates,
            "anchors": [pem.decode() for pem in self._anchors],
            "intermediates": self._authority.intermediates_pem.decode(),
            "crls": self._authority.crl_pem.decode(),
            "now": now.isoformat(),
            "today": now.astimezone(ZONE).date().isoformat(),
        }
        for last in (False, True):
            try:
                answer = self._bench.call(task)
                break
            except Overrun as over:
                if last or over.killed:
                    return refuse("FILE_UNREADABLE", facts={"file": submission.manifest.dossier})
        if "reasons" not in answer:
            # Ours or theirs, nobody can say from here; to leave it unjudged for ever would be worse.
            logging.getLogger("hoso.sandbox").error("examination failed: %s", answer.get("fault"))
            return refuse("EXAMINATION_FAILED")
        if answer["reasons"]:
            return Verdict(reasons=tuple(Reason.model_validate(entry) for entry in answer["reasons"]))
        fee = answer["fee"]
        return Verdict(
            procedure_name=answer["procedure_name"],
            level=answer["level"],
            pay_online=answer["pay_online"],
            result_online=answer["result_online"],
            fee=(fee[0], fee[1]) if fee else None,
            due=datetime.fromisoformat(answer["due"]).date() if answer["due"] else None,
        )

    def close(self) -> None:
        """Nothing to free: the bench belongs to the portal."""


def print_result(bench: Bench, dossier: dict[str, Any], authority: Authority) -> bytes:
    """Have the result of a dossier printed and signed."""
    wanted = (
        "code",
        "procedure",
        "procedure_name",
        "applicant",
        "tax_code",
        "personal_id",
        "received",
        "issued",
    )
    passphrase = "thuc-hanh"
    p12 = base64.b64encode(authority.result_p12(passphrase)).decode()
    shown = {name: dossier[name] for name in wanted}
    return _printed(bench, {"do": "result", "dossier": shown, "p12": p12, "passphrase": passphrase})


def print_letter(bench: Bench, dossier: dict[str, Any]) -> bytes:
    """Have a message to the applicant printed, unsigned; `text` is its words, `issued` its ISO time."""
    wanted = ("code", "procedure", "procedure_name", "applicant", "issued", "text")
    return _printed(bench, {"do": "letter", "dossier": {name: dossier[name] for name in wanted}})


def _printed(bench: Bench, task: dict[str, Any]) -> bytes:
    answer = bench.call(task)
    if "pdf" not in answer:
        raise RuntimeError(answer.get("fault", "the bench failed"))
    return base64.b64decode(answer["pdf"])


def send(pipe: IO[bytes], thing: dict[str, Any]) -> None:
    """Write one frame."""
    data = json.dumps(thing, ensure_ascii=False).encode()
    pipe.write(struct.pack(">I", len(data)) + data)
    pipe.flush()


def receive(pipe: IO[bytes]) -> dict[str, Any]:
    """Read one frame; raise EOFError at the end, ValueError for what is no frame."""
    head = pipe.read(4)
    if len(head) < 4:
        raise EOFError
    (size,) = struct.unpack(">I", head)
    if size > FRAME_LIMIT:
        raise ValueError("frame too large")
    data = pipe.read(size)
    if len(data) < size:
        raise EOFError
    thing = json.loads(data)
    if not isinstance(thing, dict):
        raise ValueError("not a frame")
    return thing
