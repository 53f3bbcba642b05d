"""PAdES B-B with a key that is kept, the re-read in it; in this process, and over one and two worker processes.

The limit is what nobody could do without: one RSA-2048 signature and one SHA-256 of the file. It is taken in turns with
ours, and both by processor time, so that whatever else the machine does falls on neither. Over workers the product's
own way is measured: the document goes to a worker, which opens, writes and re-reads it; the key stays here and is
asked once. One worker and two take turns in parts of forty documents, by the clock: a second core is the point. How
much there is of it just now is told by two bare processes that only count, beside one of them: on idle cores they gain
2, of which ours must reach 1.7, and on busy ones as large a part of what is to be had.
"""

from __future__ import annotations

import hashlib
import io
import multiprocessing
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pikepdf

from desktop.filing.desk import ZONE
from desktop.filing.stamping import stamp_at
from desktop.sandbox.authority import Authority
from desktop.workers import Workers
from forms.form import Form
from forms.printing import Printed, PrintOptions, print_form
from forms.strict_json import loads
from forms.template import bundled_library, load
from signing.apart import KeyFacts, sign_pdf_apart
from signing.certificate import Role
from signing.key import SigningKey
from signing.pdf import sign_pdf
from signing.pkcs12 import load as load_p12
from signing.trust import Trust
from signing.validation import validate
from tests.bench.batch import NAME, PERIOD, TAX_CODE, returns
from tests.bench.rows import Row

TIMES = 200
MOST = 12.0
"""Times the limit, the re-read included."""
PART, ROUNDS = 40, 12
LEAST_GAIN = 1.7


def paper() -> bytes:
    """Return a document of three pages and about 100 KB, as a scanner with text recognition might have made it."""
    document = pikepdf.new()
    for _ in range(3):
        page = document.add_blank_page(page_size=(595, 842))
        page.Contents = document.make_stream(b"% " + os.urandom(16_500).hex().encode() + b"\n")
    out = io.BytesIO()
    document.save(out, compress_streams=False)
    return out.getvalue()


def signing() -> list[Row]:
    """Measure the rows."""
    folder = Path(tempfile.mkdtemp(prefix="hoso-bench-"))
    try:
        authority = Authority.open(folder / "ca")
        authority.write(folder)
        trust = Trust.load(folder / "ca.pem", crls=[folder / "ca.crl"])
        key = load_p12(authority.issue(NAME, tax_code=TAX_CODE).p12("bench"), "bench")[0]
        return [*_alone(key, trust), _apart(key, trust)]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _alone(key: SigningKey, trust: Trust) -> list[Row]:
    plain, form = paper(), _form()
    at = datetime.now(ZONE)
    stamp = stamp_at(form.signatures[-1], key.certificate, at, Role.SELF)

    def bare() -> bytes:
        return _whole(sign_pdf(plain, None, key, at=at).data)

    def stamped() -> bytes:
        return _whole(sign_pdf(form.pdf, None, key, stamp=stamp, at=at).data)

    def stock() -> bytes:
        return _whole(sign_pdf(plain, None, key, at=at, stock=True).data)

    rows = []
    for what, data, ours in (("3 pages", plain, bare), ("VAT return, stamped", form.pdf, stamped)):
        assert str(validate(ours(), name="a.pdf", trust=trust).verdict) == "valid"
        mine, least, other = _in_turns([ours, lambda data=data: key.sign(hashlib.sha256(data).digest()), stock])  # type: ignore[misc]
        note = f"pyHanko's own way {other / least:.1f} times; processor time, median of {TIMES}"
        rows.append(
            Row(
                f"B-B, {what}, {len(data) // 1000} KB, re-read", mine, least, "RSA-2048 + SHA-256", most=MOST, note=note
            )
        )
    return rows


def _whole(data: bytes | None) -> bytes:
    assert data is not None
    return data


def _form() -> Printed:
    template = load(bundled_library().choose("thue/01-gtgt", PERIOD, datetime.now(ZONE).date()))
    form = Form.load(template, PERIOD, loads(returns(1))[0])
    return print_form(template.ref, str(PERIOD), form.values, PrintOptions(timestamp=1_795_000_000))


def _in_turns(acts: list[Callable[[], object]]) -> list[float]:
    """Return the median processor time of each act in milliseconds."""
    taken: list[list[float]] = [[] for _ in acts]
    for _ in range(TIMES):
        for act, times in zip(acts, taken, strict=True):
            began = time.process_time()
            act()
            times.append((time.process_time() - began) * 1000)
    return [statistics.median(times) for times in taken]


def _apart(key: SigningKey, trust: Trust) -> Row:
    """Measure what a second worker process gains."""
    data, facts = _form().pdf, KeyFacts.of(key)
    at = datetime.now(ZONE)

    def one(workers: Workers) -> bytes:
        done = workers.run(sign_pdf_apart, data, facts, None, at, ask=lambda asked: key.sign(*asked))
        return _whole(done.data)

    took: dict[str, list[float]] = {"one": [], "two": [], "bare one": [], "bare two": []}
    spawn = multiprocessing.get_context("spawn")
    with (
        Workers(1) as single,
        Workers(2) as double,
        ThreadPoolExecutor(2) as pool,
        ProcessPoolExecutor(2, mp_context=spawn) as bare,
    ):
        acts: dict[str, Callable[[], object]] = {
            "one": lambda: [one(single) for _ in range(PART)],
            "two": lambda: list(pool.map(lambda _: one(double), range(PART))),
            "bare one": lambda: [bare.submit(_spin).result() for _ in range(2)],
            "bare two": lambda: list(bare.map(_spin_again, range(2))),
        }
        for workers in (single, double):
            assert str(validate(one(workers), name="a.pdf", trust=trust).verdict) == "valid"
        for act in acts.values():  # started and warm
            act()
        own = time.process_time()
        for _ in range(ROUNDS):
            for name, act in acts.items():
                began = time.perf_counter()
                act()
                took[name].append(time.perf_counter() - began)
        here = (time.process_time() - own) / (2 * ROUNDS * PART) * 1000
    middle = {name: statistics.median(times) for name, times in took.items()}
    note = (
        f"{PART / middle['two']:.0f} documents/s, one worker {PART / middle['one']:.0f};"
        f" this process {here:.1f} ms of processor time a document; on idle cores the bare ones gain 2"
    )
    return Row("a second worker's gain", middle["one"] / middle["two"], middle["bare one"] / middle["bare two"],
               "two bare processes", unit="times", most=2 / LEAST_GAIN, more_is_better=True, note=note)  # fmt: skip


def _spin() -> bytes:
    """Keep one processor busy for a part's time."""
    return hashlib.pbkdf2_hmac("sha256", b"a", b"b", 200_000)


def _spin_again(_: int) -> bytes:
    return _spin()
