"""A portal's catalogue of 10,000 procedures, and search at each keystroke, over real records or made-up ones.

HOSO_NATIONAL_RECORDS names the real ones; the others are made up.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from desktop.portal.catalogue import Catalogue
from desktop.portal.connection import Connection
from tests.bench.national import fill as records
from tests.bench.national import real_records
from tests.bench.rows import Row, percentile

PUBLISHED = 10_000
COUNT = 5670
LIMIT = 10.0
"""Milliseconds within which an answer at a keystroke is not noticed."""
TYPED = (
    "đăng ký hộ kinh doanh", "cap giay chung nhan quyen su dung dat", "thuế giá trị gia tăng", "khai sinh", "1.001612",
)  # fmt: skip


def fill(home: Path) -> str:
    """Give a home the whole catalogue; return what it is."""
    named = real_records()
    if named is not None:
        imported = Catalogue(home).import_records(named)
        return f"{imported.procedures} real procedures"
    source = Path(tempfile.mkdtemp(prefix="hoso-records-"))
    try:
        what = records(source / "all", COUNT, whole=False)
        Catalogue(home).import_records(source / "all")
        return what
    finally:
        shutil.rmtree(source, ignore_errors=True)


def search() -> list[Row]:
    """Measure each keystroke of some searches."""
    home = Path(tempfile.mkdtemp(prefix="hoso-bench-"))
    try:
        what = fill(home)
        Catalogue(home).search("x")  # builds the index, as the import in the window does
        shelf = Catalogue(home)
        began = time.perf_counter()
        shelf.search("đăng ký")
        first = (time.perf_counter() - began) * 1000
        times, note = typed(shelf)
        note += f"; the first answer of a run {first:.0f} ms"
    finally:
        shutil.rmtree(home, ignore_errors=True)
    return [Row(f"search over {what}, p99 of a keystroke", percentile(times, 99), LIMIT, "limit", note=note)]


def typed(shelf: Catalogue) -> tuple[list[float], str]:
    """Search at each keystroke; return the times in milliseconds, and what else is worth telling."""
    times, own = [], []
    for text in TYPED * 3:
        for end in range(1, len(text) + 1):
            began, busy = time.perf_counter(), time.process_time()
            shelf.search(text[:end])
            times.append((time.perf_counter() - began) * 1000)
            own.append((time.process_time() - busy) * 1000)
    return times, f"processor {percentile(own, 99):.1f} ms; p50 {percentile(times, 50):.2f} ms"


def download() -> list[Row]:
    """Measure a portal's signed catalogue of 10,000 whole records: pinned and fetched, refreshed, searched.

    The portal is a process of its own, on loopback; limits are of the wall, the processor's time is ours alone.
    """
    home = Path(tempfile.mkdtemp(prefix="hoso-bench-"))
    what = records(home / "source", PUBLISHED, real=real_records())
    command = [sys.executable, "-m", "desktop.sandbox", "--data", str(home / "portal"), "--json"]
    portal = subprocess.Popen([*command, "--catalogue", str(home / "source")], stdout=subprocess.PIPE, text=True)
    try:
        assert portal.stdout is not None
        said = json.loads(portal.stdout.readline())
        shelf = Catalogue(home / "home", practice=True)
        with Connection(said["url"], practice=True) as connection:
            began, busy = time.perf_counter(), time.process_time()
            first = shelf.add_portal(connection, fingerprint=said["root_fingerprint"], now=datetime.now(UTC))
            seconds, own = time.perf_counter() - began, time.process_time() - busy
            assert first.procedures >= PUBLISHED
            began, busy = time.perf_counter(), time.process_time()
            shelf.search("x")
            index = f"index {time.perf_counter() - began:.1f} s, processor {time.process_time() - busy:.1f} s"
            waits, busys = [], []
            for _ in range(9):
                began, busy = time.perf_counter(), time.process_time()
                assert not shelf.update(connection, datetime.now(UTC)).changed
                waits.append(time.perf_counter() - began)
                busys.append(time.process_time() - busy)
            times, note = typed(shelf)
    finally:
        portal.terminate()
        portal.wait(30)
        shutil.rmtree(home, ignore_errors=True)
    refresh = statistics.median(waits)
    return [
        Row(f"first download of {what}", seconds, 10.0, "limit", "s", note=f"processor {own:.1f} s; {index}"),
        Row(
            "refresh without change, median of 9", refresh, 0.5, "limit", "s",
            note=f"processor {statistics.median(busys):.2f} s; slowest {max(waits):.2f} s",
        ),
        Row("search in the downloaded catalogue, p99 of a keystroke", percentile(times, 99), LIMIT, "limit", note=note),
    ]  # fmt: skip
