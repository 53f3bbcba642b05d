"""Five hundred files signed by a token in one batch, beside five hundred bare signatures of the same token.

The limit is a process that holds the same driver and calls C_Sign and nothing else: half of its signatures are made
before the batch and half behind it, so that whatever else the machine does falls on both. What is measured is the whole
batch: files read, checked, opened, signed, read again, synced to the disk and noted in the ledger. A USB token takes a
hundred times as long for a signature as SoftHSM does, so the row with the small key is the hardest there is; the last
row is one of a token as slow as the quickest of them, by the tests' own driver.
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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
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
from tests.signing.token_kit import PIN, SOFTHSM, Pair, SoftTokens, compile_fake, fake_token

COUNT, FIRST = 500, 50
SLOW, SLOW_COUNT = 100, 100
"""Milliseconds that the slow token takes for each signature, and how many files it signs."""

_BARE = """
import json, sys, time, pkcs11
from pkcs11 import Attribute, Mechanism, ObjectClass
path, serial, pin = sys.argv[1:4]
tokens = (slot.get_token() for slot in pkcs11.lib(path).get_slots())
token = next(one for one in tokens if one.serial.decode().strip() == serial)
with token.open(user_pin=pin) as session:
    key = next(iter(session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY})))
    for line in sys.stdin:
        data = [bytes([n % 256]) * 51 for n in range(int(line))]
        wall, own = time.perf_counter(), time.process_time()
        for one in data:
            key.sign(one, mechanism=Mechanism.RSA_PKCS)
        print(json.dumps([time.perf_counter() - wall, time.process_time() - own]), flush=True)
"""


@dataclass(frozen=True)
class _Plugged:
    """A token, and how many files it signs."""

    what: str
    module: Path
    serial: str
    count: int
    settings: tuple[str, str]
    """The environment variable by which the driver finds it."""


def token_batch() -> list[Row]:
    """Measure with keys of 2048 and 4096 bits, and with a slow token."""
    plugs: list[Callable[[Path], _Plugged]] = []
    if SOFTHSM is not None:
        plugs += [partial(_software, bits=2048), partial(_software, bits=4096)]
    if shutil.which("cc") or shutil.which("gcc"):
        plugs.append(_slow)
    return [_measured(plug) for plug in plugs]


def _issued(bits: int) -> Pair:
    pki = Pki()
    private = rsa.generate_private_key(65537, bits)
    return Pair(private, pki._make("CÔNG TY TNHH ÁNH DƯƠNG", private, pki.issuing, uid=("MST:0312345678",)).der)


def _software(folder: Path, bits: int) -> _Plugged:
    assert SOFTHSM is not None
    tokens = SoftTokens(folder / "hsm")
    os.environ["SOFTHSM2_CONF"] = str(tokens.config)
    serial = tokens.make(_issued(bits))
    return _Plugged(f"a token, RSA-{bits}", SOFTHSM, serial, COUNT, ("SOFTHSM2_CONF", str(tokens.config)))


def _slow(folder: Path) -> _Plugged:
    token = fake_token(compile_fake(folder), folder, _issued(2048), delay=f"{SLOW:x}")
    what = f"a token of {SLOW} ms for each"
    return _Plugged(what, token.module, token.facts["serial"], SLOW_COUNT, ("FAKE_P11", str(token.state)))


def _paper(number: int) -> bytes:
    document = pikepdf.new()
    page = document.add_blank_page(page_size=(595, 842))
    page.Contents = document.make_stream(f"BT /F1 12 Tf 72 700 Td (To khai {number}) Tj ET".encode())
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


@contextmanager
def _bare(token: _Plugged) -> Iterator[Callable[[int], tuple[float, float]]]:
    words = [sys.executable, "-c", _BARE, str(token.module), token.serial, PIN]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        told = process.stdout

        def sign(count: int) -> tuple[float, float]:
            print(count, file=process.stdin, flush=True)
            wall, own = json.loads(told.readline())
            return float(wall), float(own)

        yield sign
        process.stdin.close()


def _measured(plug: Callable[[Path], _Plugged]) -> Row:
    folder = Path(tempfile.mkdtemp(prefix="hoso-bench-"))
    before = dict(os.environ)
    try:
        token = plug(folder)
        name, value = token.settings
        os.environ[name] = value
        return _measure(folder, token)
    finally:
        for name in ("SOFTHSM2_CONF", "FAKE_P11"):
            os.environ.pop(name, None)
            if name in before:
                os.environ[name] = before[name]
        shutil.rmtree(folder, ignore_errors=True)


def _measure(folder: Path, token: _Plugged) -> Row:
    asked: list[str] = []

    def ask(wanted: Any) -> Pin:
        asked.append(wanted.serial)
        return Pin(PIN)

    (folder / "in").mkdir()
    files = [folder / "in" / f"tờ khai {number:04}.pdf" for number in range(token.count + FIRST)]
    for number, path in enumerate(files):
        path.write_bytes(_paper(number))
    app = App(home=folder / "home", practice=True)
    signer = TokenSigner("Ánh Dương", token.serial, ask, module=token.module)
    held = HeldSigner("Ánh Dương", signer.open())
    jobs = file_jobs(app.desk, [FileOrder(path, held, SignRequest(Role.SELF)) for path in files], folder / "out")
    at: list[float] = []
    spent: list[float] = []

    def told(_: object) -> None:
        at.append(time.perf_counter())
        if len(at) in (FIRST, len(files)):
            spent.append(_processor(app))

    with _bare(token) as bare:
        bare(min(FIRST, 10))
        limits = [bare(token.count // 2)]
        began = time.perf_counter()
        assert sign_batch(jobs, told=told).complete
        limits.append(bare(token.count // 2))
    signer.close()
    app.close()
    assert asked == [token.serial]
    assert len({path.read_bytes() for path in (folder / "out").glob("*.pdf")}) == len(files)
    # The first ones started the processes and logged in, which a batch does once.
    first, total = at[FIRST - 1] - began, at[-1] - at[FIRST - 1]
    limit, alone = (sum(part) / token.count * 1000 for part in zip(*limits, strict=True))
    note = f"processor: ours {(spent[1] - spent[0]) / token.count * 1000:.1f} ms beside the token's {alone:.1f} ms; "
    note += f"the first {FIRST}, with starting the processes and the log-in: {first:.1f} s; one PIN"
    return Row(
        f"{token.count} files by {token.what}, time of each", total / token.count * 1000, limit,
        "bare C_Sign of the same module", most=1.5, note=note,
    )  # fmt: skip


def _processor(app: App) -> float:
    """Return the seconds of processor time of all that works beside the token: this process and the workers."""
    spent = time.process_time()
    for worker in app.desk.workers._all:
        with open(f"/proc/{worker.process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rpartition(") ")[2].split()
        spent += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return spent
