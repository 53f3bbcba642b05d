"""A file of 1 GB on its way to the practice portal: memory, speed beside curl's to the same portal, and our own work.

The client is a process of its own: its workspace is opened, the file lies sealed in it, and it is sent in the parts of
the product. curl sends the same bytes to the same portal in the same parts.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

from tests.bench.rows import Row

SIZE = 1_000_000_000
MEMORY = 120.0
"""MB of the client, at its largest."""
OWN = 100.0
"""MB that our own work must manage in a second of the processor."""


def upload(size: int = SIZE) -> list[Row]:
    """Measure; three rows."""
    from tests.faults.matrix import Stage

    with tempfile.TemporaryDirectory(prefix="hoso-upload-") as folder:
        stage = Stage(Path(folder), tls=False, chunk=0, call=60.0, transfer=600.0)
        try:
            dossier = stage.client.do("new", "upload", 0, ())
            large = Path(folder) / "large"
            with large.open("wb") as file:
                block = secrets.token_bytes(1 << 20)
                for number in range(size >> 20):
                    file.write(number.to_bytes(8, "big") + block[8:])
                file.write(block[: size % (1 << 20)])
            stage.client.begin("keep", dossier, str(large))
            how, value = stage.client.end(900)
            assert how == "ok", value
            # Straight to the portal: the wire would be what is measured.
            place = json.dumps(
                [stage.place.home, stage.place.code, f"http://127.0.0.1:{stage.port}", stage.fingerprint]
            )
            asked = [sys.executable, "-m", "tests.bench.upload", place, dossier]
            done = subprocess.run(asked, capture_output=True, text=True, timeout=900, check=True)
            ours = json.loads(done.stdout.splitlines()[-1])
            curl = _curl(stage, large, size)
        finally:
            stage.close()
    mega = size / 1e6
    return [
        Row(f"largest memory while {mega:.0f} MB are sent", ours["memory"], MEMORY, "limit", "MB",
            note=f"{ours['before']:.0f} MB before"),
        Row(f"{mega:.0f} MB to the portal", mega / ours["seconds"], mega / curl, "curl", "MB/s", most=2.0,
            more_is_better=True),
        Row("our own work on them", mega / ours["processor"], OWN, "limit", "MB/s", more_is_better=True,
            note="by processor time: the sealed store and the socket"),
    ]  # fmt: skip


def _curl(stage: Any, large: Path, size: int) -> float:
    """Send the same bytes with curl, in the same parts, under a key of its own; return the seconds."""
    from desktop.portal.submission import CHUNK

    token, key, sha256, manifest = stage.client.do("foreign", str(large))
    url = f"http://127.0.0.1:{stage.port}/v1/submissions/{key}"
    bearer = f"Authorization: Bearer {token}"
    opened = ["curl", "-sf", "-X", "PUT", "-H", bearer, "-H", "Content-Type: application/json", "-d", "@-", url]
    subprocess.run(opened, input=json.dumps({"manifest": manifest}).encode(), check=True, capture_output=True)
    lines: list[str] = []
    for number, first in enumerate(range(0, size, CHUNK)):
        count = min(CHUNK, size - first)
        part = large.with_name(f"part-{number:04d}")
        with large.open("rb") as source, part.open("wb") as target:
            source.seek(first)
            target.write(source.read(count))
        lines += ["next"] if lines else []
        lines += [
            "silent", "fail", f'upload-file = "{part}"', f'header = "{bearer}"', 'header = "Expect:"',
            f'header = "Content-Range: bytes {first}-{first + count - 1}/{size}"', f'url = "{url}/files/{sha256}"',
            f'output = "{os.devnull}"',
        ]  # fmt: skip
    orders = large.with_name("curl.conf")
    orders.write_text("\n".join(lines), "utf-8")
    begun = time.perf_counter()
    subprocess.run(["curl", "--config", str(orders)], check=True)
    return time.perf_counter() - begun


def _memory() -> float:
    """Return the most that this process ever held, in MB; what it was forked from does not count."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1000


def send(place: list[str], dossier: str) -> dict[str, float]:
    """Send a dossier's files as the product does; return what it took."""
    from desktop.app import App
    from desktop.filing.accounts import token_for
    from desktop.portal.connection import Connection
    from desktop.portal.contract import Submission, SubmissionFile
    from desktop.portal.submission import HosoConnector
    from desktop.store.key import RecoveryCode

    home, code, url, _ = place
    app = App(home=Path(home), practice=True)
    ws = app.unlock_workspace(RecoveryCode(code))
    (found,) = app.desk.catalogue.portals()
    revision = ws.dossiers.revision(dossier)
    assert revision.manifest is not None
    files = tuple(
        SubmissionFile(one.sha256, one.size, one.name, partial(ws.files.open, one.sha256))
        for one in ws.dossiers.files(dossier)
    )
    with Connection(url, practice=True) as connection:
        at = HosoConnector(connection, found.verified().description, token_for(app.desk, found))
        before, begun, processor = _memory(), time.perf_counter(), time.process_time()
        outcome = at.submit(Submission(revision.key, revision.manifest, files))
        assert type(outcome).__name__ == "Registered", outcome
        told = {
            "seconds": time.perf_counter() - begun, "processor": time.process_time() - processor,
            "before": before, "memory": _memory(),
        }  # fmt: skip
    app.close()
    return told


if __name__ == "__main__":
    print(json.dumps(send(json.loads(sys.argv[1]), sys.argv[2])))
