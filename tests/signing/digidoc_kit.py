"""libdigidocpp (the library of DigiDoc) as a judge of ASiC-E, in one process of its own without a network.

Run as a program it reads paths, one a line, and answers each with a line of JSON. Starting takes it ten seconds, in
which it looks for the European list of trusted lists; so one process serves a session of tests. Without that list no
root is known to it: what it says about trust and about missing evidence is left out of `faults`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_EXPECTED = (
    "Signature validation",
    "Unable to verify signing certificate",
    "unable to get local issuer certificate",
    "QualifyingProperties block 'UnsignedProperties' is missing.",
    "Missing UnsignedProperties",
    "RevocationValues object is missing",
    "Unable to verify TS certificate",
    "Certificate status: unknown",
    "error:17800064:time stamp routines::certificate verify error",
    "unable to verify the first certificate",
    "self-signed certificate in certificate chain",
)


@dataclass(frozen=True)
class Judged:
    """What it says of one signature."""

    profile: str
    signed_by: str
    method: str
    time: str
    time_stamp: str
    faults: tuple[str, ...]


@dataclass(frozen=True)
class Opened:
    """What it says of one container."""

    error: str
    files: tuple[tuple[str, str], ...]
    signatures: tuple[Judged, ...]


class Digidoc:
    """The running process."""

    def __init__(self) -> None:
        self._home = tempfile.mkdtemp(prefix="digidoc-")
        command = [sys.executable, __file__]
        apart = ["unshare", "-rn"]
        if (
            shutil.which("unshare")
            and subprocess.run([*apart, "true"], check=False, capture_output=True).returncode == 0
        ):
            command = [*apart, *command]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": self._home},
            text=True,
            encoding="utf-8",
        )

    def open(self, path: Path) -> Opened:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{path}\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        signatures = tuple(Judged(**{**one, "faults": tuple(one["faults"])}) for one in answer["signatures"])
        return Opened(answer["error"], tuple((name, kind) for name, kind in answer["files"]), signatures)

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)
        shutil.rmtree(self._home, ignore_errors=True)


def _judge(path: str) -> dict[str, Any]:
    import pydigidoc

    try:
        held = pydigidoc.Container.open(path)
    except RuntimeError as error:
        return {"error": str(error), "files": [], "signatures": []}
    signatures = []
    for one in held.signatures():
        faults: list[str] = []
        try:
            one.validate()
        except RuntimeError as error:
            faults = [line for line in str(error).splitlines() if line.strip() and not line.startswith(_EXPECTED)]
        signatures.append(
            {
                "profile": one.profile(),
                "signed_by": one.signed_by(),
                "method": one.signature_method(),
                "time": one.claimed_signing_time(),
                "time_stamp": one.time_stamp_time(),
                "faults": faults,
            }
        )
    return {
        "error": "",
        "files": [(one.file_name(), one.media_type()) for one in held.data_files()],
        "signatures": signatures,
    }


def _main() -> None:
    import pydigidoc

    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # the library writes to standard output what it cannot load
    pydigidoc.initialize("tests")
    for line in sys.stdin:
        answers.write(json.dumps(_judge(line.rstrip("\n"))) + "\n")
        answers.flush()


if __name__ == "__main__":
    _main()
