"""Validation: fifty signatures, a file of 200 MB, and files that mean harm."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from asn1crypto import tsp

from tests import pki
from tests.bench.rows import Row

LARGE = 200 * 1000 * 1000


def validation() -> list[Row]:
    """Measure all of it; the processor's time where the machine may be shared."""
    with tempfile.TemporaryDirectory() as folder:
        return [*_fifty(), *_large(Path(folder)), *_hostile(Path(folder))]


def _fifty() -> list[Row]:
    from signing.trust import Trust
    from signing.validation import Verdict, validate
    from tests.attacks import pdf_raw as raw
    from tests.attacks.many import fifty

    keys = pki.shared()
    trust = Trust.of([keys.root_pem], crls=[keys.crl_pem])
    steps = fifty(keys)
    attacked = raw.with_store(steps[24], {4: raw.stream(raw.EVIL)})
    attacked = fifty(keys, start=attacked, count=25)[-1]
    rows = []
    for what, data, good in (
        ("50 signatures", steps[-1], True),
        ("the same, attacked at revision 25", attacked, False),
    ):
        times, verdict = [], Verdict.UNREADABLE
        for _ in range(3):
            begun = time.process_time()
            verdict = validate(data, name="a.pdf", trust=trust).verdict
            times.append(1000 * (time.process_time() - begun))
        assert (verdict is Verdict.VALID) is good, verdict
        note = f"processor's time, median of 3; {verdict}; {len(data) // 1000} KB"
        rows.append(Row(f"{what}, every change judged", statistics.median(times), 3000, "limit", note=note))
    return rows


def _large(folder: Path) -> list[Row]:
    from tests.attacks import pdf_raw as raw
    from tests.signing.authority_kit import liar, stamper

    if sys.platform == "win32":
        return []
    objects = raw.objects()
    for number in range(20, 30):
        objects[number] = raw.stream(os.urandom(LARGE // 10), b"/Type /XObject /Subtype /Image /Width 1 /Height 1")
    source, signed = folder / "large.pdf", folder / "signed.pdf"
    source.write_bytes(raw.file(objects))
    del objects
    pki.shared().write(folder, "anh_duong")
    (folder / "pass").write_text("mật khẩu", encoding="utf-8")
    trust = ["--trust", str(folder / "ca.pem"), "--crl", str(folder / "ca.crl")]
    key = ["--p12", str(folder / "anh_duong.p12"), "--passphrase-file", str(folder / "pass")]
    rows = [
        _peak("hoso sign, 200 MB", ["sign", str(source), "-o", str(signed), *key, *trust]),
        _peak("hoso validate, 200 MB", ["validate", str(signed), "--offline", *trust]),
    ]
    signed.unlink()
    kept = ["--evidence", str(folder / "evidence")]
    rows.append(
        _peak(
            "hoso sign --out-dir --evidence, 200 MB",
            ["sign", str(source), "--out-dir", str(folder / "out"), *kept, *key, *trust],
        )
    )
    source.unlink()
    made = stamper(pki.shared(), at=datetime.now(UTC))
    with liar(lambda body: bytes(made(tsp.TimeStampReq.load(body)).dump())) as server:
        words = ["extend", str(folder / "out" / source.name), "-o", str(signed), "--level", "b-t", "--tsa", server.url]
        rows.append(_peak("hoso extend, 200 MB", [*words, *trust]))
    return rows


_CHILD = """
import resource, subprocess, sys, time
begun = time.monotonic()
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024, time.monotonic() - begun)
"""


def _peak(what: str, arguments: list[str]) -> Row:
    """Measure the largest process of a command; it is started by a fresh process, so that ours does not count."""
    command = [sys.executable, "-c", _CHILD, sys.executable, "-m", "desktop", *arguments]
    told = subprocess.run(command, capture_output=True, check=True, text=True).stdout.split()
    assert told[0] == "0", told
    return Row(what, float(told[1]), 150, "limit", unit="MB", note=f"{float(told[2]):.1f} s")


def _hostile(folder: Path) -> list[Row]:
    from tests.attacks.pdf_hostile import HOSTILE

    if sys.platform == "win32":
        return []
    keys = pki.shared()
    keys.write(folder)
    paths = []
    for name, make in HOSTILE.items():
        paths.append(folder / f"{name}.pdf")
        paths[-1].write_bytes(make(keys))
    command = [sys.executable, "-m", "tests.attacks.measured", str(folder / "ca.pem"), str(folder / "ca.crl")]
    done = subprocess.run([*command, *map(str, paths)], capture_output=True, check=True)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert all(one["status"] == 0 and one["verdict"] != "valid" for one in found), found
    slowest, largest = max(found, key=lambda one: one["seconds"]), max(found, key=lambda one: one["megabytes"])
    note = f"of {len(found)} files, none valid"
    return [
        Row("the slowest hostile file", 1000 * slowest["seconds"], 30_000, "limit", note=f"{slowest['file']}; {note}"),
        Row("the largest hostile file", largest["megabytes"], 1024, "limit", unit="MB", note=largest["file"]),
    ]
