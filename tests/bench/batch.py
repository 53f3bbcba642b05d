"""A hundred VAT returns from a list: filled, checked, printed, stamped, signed and read again, in this one process.

The limit is what nobody could do without: the same compiler object with new data each time, the same standards and
attachment, one SHA-256 of the output and one RSA signature with a key that is kept. Each document of ours is followed
by one of the limit, so that whatever else the machine does falls on both.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from desktop.filing.desk import ZONE
from desktop.filing.stamping import stamp_at
from desktop.sandbox.authority import Authority
from forms.form import Form
from forms.period import Period
from forms.printing import Press, Printed, PrintOptions, print_form
from forms.strict_json import loads
from forms.template import bundled_library, load
from signing.certificate import Party, Role, check_before_signing
from signing.pdf import sign_pdf
from signing.pkcs12 import load as load_p12
from signing.trust import Trust
from signing.validation import validate
from tests.bench.rows import Row, percentile

COUNT = 100
PERIOD = Period(2026, month=10)
TAX_CODE, NAME = "0999999888", "CÔNG TY TNHH VÍ DỤ ÁNH DƯƠNG (HƯ CẤU)"
SLOWEST_BATCH = 12.0
"""Documents a second that must be reached."""


def returns(count: int) -> bytes:
    """Return a JSON list of made-up VAT returns, no two alike in their amounts."""
    template = load(bundled_library().choose("thue/01-gtgt", PERIOD, datetime.now(ZONE).date()))
    assert template.example is not None
    base = {**template.example.data, template.identity.tax_code: TAX_CODE, template.identity.name: NAME}
    made = [{**base, "ct22": 1_000_000 + 7_919 * n, "ct23": 900_000_000 + 104_729 * n} for n in range(count)]
    return json.dumps(made, ensure_ascii=False).encode()


def _inputs(template: Any, documents: list[Any]) -> list[tuple[Press, Mapping[str, str]]]:
    """Return what the compiler is given for documents, without compiling any."""
    noted: list[tuple[Press, Mapping[str, str]]] = []
    plain = Press.print

    def noting(self: Press, inputs: Mapping[str, str], timestamp: int, *, marks: bool) -> Printed:
        noted.append((self, inputs))
        return Printed(b"", 0, (), ())

    Press.print = noting  # type: ignore[method-assign]
    try:
        for number, values in enumerate(documents):
            form = Form.load(template, PERIOD, values)
            print_form(template.ref, str(PERIOD), form.values, PrintOptions(timestamp=number))
    finally:
        Press.print = plain  # type: ignore[method-assign]
    return noted


def batch(count: int = COUNT) -> list[Row]:
    """Measure the batch, and the validation of one of its files."""
    folder = Path(tempfile.mkdtemp(prefix="hoso-bench-"))
    try:
        return _batch(folder, count)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _batch(folder: Path, count: int) -> list[Row]:
    authority = Authority.open(folder / "ca")
    authority.write(folder)
    trust = Trust.load(folder / "ca.pem", crls=[folder / "ca.crl"])
    key = load_p12(authority.issue(NAME, tax_code=TAX_CODE).p12("bench"), "bench")[0]
    party = Party(TAX_CODE, None, NAME)
    text = returns(count)
    others = loads(returns(2 * count + 1))[count:]

    def ours(template: Any, values: dict[str, Any], number: int) -> bytes:
        form = Form.load(template, PERIOD, values)
        assert not form.errors, form.errors
        options = PrintOptions(timestamp=1_795_000_000 + number)
        printed = print_form(template.ref, str(PERIOD), form.values, options)
        at = datetime.now(ZONE)
        found = check_before_signing(key.certificate, at=at, role=Role.SELF, party=party, trust=trust, chain=key.chain)
        assert not [one for one in found if one.severity == "error"]
        stamp = stamp_at(printed.signatures[-1], key.certificate, at, Role.SELF)
        signed = sign_pdf(printed.pdf, None, key, stamp=stamp, at=at)
        assert signed.data is not None
        return signed.data

    def limit(press: Press, inputs: Mapping[str, str], timestamp: int) -> None:
        pdf = press.compile(inputs, timestamp)
        key.sign(hashlib.sha256(pdf).digest())

    wall: list[tuple[float, float]] = []
    cpu: list[tuple[float, float]] = []
    signed: list[bytes] = []
    began, busy = time.perf_counter(), time.process_time()
    documents = loads(text)
    template = load(bundled_library().choose("thue/01-gtgt", PERIOD, datetime.now(ZONE).date()))
    opening = time.perf_counter() - began, time.process_time() - busy
    *needed, _ = _inputs(template, others)  # the limit has data of its own, or the compiler would remember ours
    ours(template, others[-1], 0)  # warm, as a worker is
    for number in range(count):
        a, b = time.perf_counter(), time.process_time()
        signed.append(ours(template, documents[number], number))
        c, d = time.perf_counter(), time.process_time()
        limit(*needed[number], 1_795_000_000 + count + number)
        wall.append((c - a, time.perf_counter() - c))
        cpu.append((d - b, time.process_time() - d))
    total = sum(one for one, _ in wall) + opening[0]
    least = sum(one for _, one in wall)
    processor = sum(one for one, _ in cpu) + opening[1]
    ratio = processor / sum(one for _, one in cpu)
    assert len({hashlib.sha256(data).hexdigest() for data in signed}) == count
    last = folder / "last.pdf"
    last.write_bytes(signed[-1])
    assert str(validate(last, name="last.pdf", trust=trust).verdict) == "valid"
    quick = 1 / statistics.median(one for one, _ in wall)
    note = f"processor time: {processor / count * 1000:.1f} ms a document, ratio {ratio:.2f}"
    return [
        Row(f"{count} VAT returns, time of each", total / count * 1000, least / count * 1000,
            "compile + SHA-256 + RSA", most=1.5, note=note),
        Row(f"{count} VAT returns", count / total, SLOWEST_BATCH, "needed", unit="documents/s", more_is_better=True,
            note=f"median {quick:.1f}/s; by processor time {count / processor:.1f}/s"),
        _validation(signed[-1], trust, last),
    ]  # fmt: skip


def _validation(data: bytes, trust: Trust, file: Path) -> Row:
    """Measure the validation of one signed file, beside Poppler's pdfsig as a process of its own."""
    times, peer = [], []
    for _ in range(20):
        began = time.perf_counter()
        validate(data, name="tờ khai.pdf", trust=trust)
        times.append((time.perf_counter() - began) * 1000)
    for _ in range(5):
        began = time.perf_counter()
        subprocess.run(["pdfsig", "-nocert", str(file)], capture_output=True, check=False)
        peer.append((time.perf_counter() - began) * 1000)
    note = f"p99 {percentile(times, 99):.0f} ms; trust, revocation and changes judged; the peer judges the value only"
    return Row("validation of one signed file", statistics.median(times), statistics.median(peer), "pdfsig -nocert",
               most=5.0, note=note)  # fmt: skip
