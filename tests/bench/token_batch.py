"""Five hundred files signed by a token in one batch, beside five hundred bare signatures of the same token.

The limit is a process that holds the same driver and calls C_Sign and nothing else: half of its signatures are made
before the batch and half behind it, so that whatever else the machine does falls on both. What is measured is the whole
batch: files read, checked, opened, signed, read again, synced to the disk and noted in the ledger. A USB token takes a
hundred times as long for a signature as SoftHSM does, so the row with the small key is the hardest there is.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pikepdf
from cryptography.hazmat.primitives.asymmetric import rsa

from desktop.app import App
from desktop.filing.batch_files import FileOrder, file_jobs
from desktop.filing.batch_signing import HeldSigner, TokenSigner, sign_batch
from desktop.filing.documents import SignRequest
from signing.certificate import Role
from signing.token import Pin
from tests.bench.rows import Row
from tests.signing.conftest import Pki
from tests.signing.token_kit import PIN, SOFTHSM, Pair, SoftTokens

COUNT, FIRST = 500, 50

_BARE = """
import json, sys, time, pkcs11
from pkcs11 import Attribute, Mechanism, ObjectClass
path, serial, pin = sys.argv[1:4]
token = next(t for t in pkcs11.lib(path).get_tokens() if t.serial.decode() == serial)
with token.open(user_pin=pin) as session:
    key = next(iter(session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY})))
    for line in sys.stdin:
        data = [bytes([n % 256]) * 51 for n in range(int(line))]
        wall, own = time.perf_counter(), time.process_time()
        for one in data:
            key.sign(one, mechanism=Mechanism.RSA_PKCS)
        print(json.dumps([time.perf_counter() - wall, time.process_time() - own]), flush=True)
"""


def token_batch() -> list[Row]:
    """Measure with keys of 2048 and 4096 bits."""
    if SOFTHSM is None:
        return []
    return [row for bits in (2048, 4096) for row in _measured(bits)]


def _paper(number: int) -> bytes:
    document = pikepdf.new()
    page = document.add_blank_page(page_size=(595, 842))
    page.Contents = document.make_stream(f"BT /F1 12 Tf 72 700 Td (To khai {number}) Tj ET".encode())
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


@contextmanager
def _bare(serial: str) -> Iterator[Any]:
    words = [sys.executable, "-c", _BARE, str(SOFTHSM), serial, PIN]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None

        def sign(count: int) -> float:
            print(count, file=process.stdin, flush=True)
            wall, _ = json.loads(process.stdout.readline())  # type: ignore[union-attr]
            return float(wall)

        yield sign
        process.stdin.close()


def _measured(bits: int) -> list[Row]:
    folder = Path(tempfile.mkdtemp(prefix="hoso-bench-"))
    before = os.environ.get("SOFTHSM2_CONF")
    try:
        return [_measure(folder, bits)]
    finally:
        if before is None:
            os.environ.pop("SOFTHSM2_CONF", None)
        else:
            os.environ["SOFTHSM2_CONF"] = before
        shutil.rmtree(folder, ignore_errors=True)


def _measure(folder: Path, bits: int) -> Row:
    tokens = SoftTokens(folder / "hsm")
    os.environ["SOFTHSM2_CONF"] = str(tokens.config)
    pki = Pki()
    private = rsa.generate_private_key(65537, bits)
    issued = pki._make("CÔNG TY TNHH ÁNH DƯƠNG", private, pki.issuing, uid=("MST:0312345678",))
    serial = tokens.make(Pair(private, issued.der))
    asked: list[str] = []

    def ask(token: Any) -> Pin:
        asked.append(token.serial)
        return Pin(PIN)

    (folder / "in").mkdir()
    files = [folder / "in" / f"tờ khai {number:04}.pdf" for number in range(COUNT + FIRST)]
    for number, path in enumerate(files):
        path.write_bytes(_paper(number))
    app = App(home=folder / "home", practice=True)
    signer = TokenSigner("Ánh Dương", serial, ask, module=SOFTHSM)
    held = HeldSigner("Ánh Dương", signer.open())
    jobs = file_jobs(app.desk, [FileOrder(path, held, SignRequest(Role.SELF)) for path in files], folder / "out")
    at: list[float] = []
    with _bare(serial) as bare:
        bare(FIRST)
        limit = bare(COUNT // 2)
        began = time.perf_counter()
        assert sign_batch(jobs, told=lambda _: at.append(time.perf_counter())).complete
        limit += bare(COUNT // 2)
    signer.close()
    app.close()
    assert asked == [serial]
    assert len({path.read_bytes() for path in (folder / "out").glob("*.pdf")}) == COUNT + FIRST
    # The first ones started the processes and logged in, which a batch does once.
    first, total = at[FIRST - 1] - began, at[-1] - at[FIRST - 1]
    note = f"the first {FIRST}, with starting the processes and the log-in: {first:.1f} s; one PIN"
    return Row(
        f"{COUNT} files by a token, RSA-{bits}, time of each", total / COUNT * 1000, limit / COUNT * 1000,
        "bare C_Sign of the same module", most=1.5, note=note,
    )  # fmt: skip
