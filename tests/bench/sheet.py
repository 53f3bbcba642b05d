"""A thousand rows of a spreadsheet checked, and forms of them printed by one and by two workers.

The limit of printing is the compiler itself with the same inputs, fonts, standards and attachment, in a process of its
own: what a worker adds is the engine's values, the pipe, marks and page sizes. One worker, two workers and the bare
compiler take turns, a slice of documents each, so that whatever else the machine does falls on all three.

Two workers are compared with one in processor time, since a machine that does other work says nothing by the clock:
with two processors to themselves they take the longer of half of all processor time and what one process takes alone.
Two things could make that untrue, and are told beside it: what this process does for each document, and how long a
worker had nothing to do, because the next forms were not given to it yet. One print is not one processor's: the
compiler spreads about a quarter of it over threads, so that by the clock two workers cannot be twice as quick as one.
On Linux that groups processes by session (`sched_autogroup_enabled`), a busy machine gives one worker as much as two.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from desktop import filing
from desktop.app import App
from desktop.filing.batch import Batch, choose
from forms.period import Period
from forms.sheet import Content, Line, as_cell, make_sheet
from forms.template import load
from tests.bench.batch import _inputs
from tests.bench.rows import Row

ROWS, PRINTED, SLICE = 1_000, 500, 100
PERIOD = "2026-10"
MOST_SECONDS = 5.0
BARE = """
import json, sys, time
from tests.bench.sheet import press_of
press = press_of(sys.argv[1])
for line in sys.stdin:
    given = json.loads(line)
    began = time.perf_counter(), time.process_time()
    for one, stamp in given:
        press.compile(one, stamp)
    print(json.dumps([time.perf_counter() - began[0], time.process_time() - began[1]]), flush=True)
"""


def press_of(id: str) -> Any:
    """Return a press of the template as the workers have it."""
    from forms.printing.press import Press
    from forms.template import bundled_library

    ref = bundled_library().choose(id, Period.parse(PERIOD), Period.parse(PERIOD).last_day)
    return Press(id, load(ref).files)


def codes(count: int) -> list[str]:
    """Return made-up tax codes with right check digits."""
    found: list[str] = []
    number = 10_000_000
    while len(found) < count:
        number += 1
        digits = f"{number * 10 % 1_000_000_000:09}"
        rest = 10 - sum(int(d) * w for d, w in zip(digits, (31, 29, 23, 19, 17, 13, 7, 5, 3), strict=True)) % 11
        if rest != 10:
            found.append(f"{digits}{rest}")
    return list(dict.fromkeys(found))


def sheet(printed: int = PRINTED) -> list[Row]:
    """Measure both, the printing with so many forms."""
    folder = Path(tempfile.mkdtemp(prefix="hoso-bench-"))
    app = App(home=folder, practice=True, unlock=lambda: "một mật khẩu dài")
    try:
        return _sheet(app, min(printed, ROWS))
    finally:
        app.close()
        shutil.rmtree(folder, ignore_errors=True)


def _sheet(app: App, printed: int) -> list[Row]:
    desk = app.desk
    ref, _ = choose(desk, "thue/01-gtgt", PERIOD)
    template = load(ref)
    assert template.example is not None
    clients = codes(ROWS)
    with desk.workspace.transaction():
        for at, code in enumerate(clients):
            desk.workspace.clients.add(code, f"CÔNG TY TNHH SỐ {at}", {"phone": "0912345678"})
    fields = template.definition.form_fields
    base = {name: as_cell(fields[name], value) for name, value in template.example.data.items() if name in fields}
    lines = []
    for at, code in enumerate(clients):
        mine = {"#client": code, "mst": code, "ct22": as_cell(fields["ct22"], 1_000_000 + 7_919 * at)}
        lines.append(Line(3 + at, {**base, **mine}))
    warm = make_sheet(Content(ref, PERIOD, "lo-bench", tuple(lines[:40])))
    filing.check_batch(desk, warm)  # as in the second sheet of a morning
    data = make_sheet(Content(ref, PERIOD, "lo-bench", tuple(lines)))
    processes = [worker.process.pid for worker in desk.workers._all]
    busy = sum(map(_processor, processes)) + time.process_time()
    began = time.perf_counter()
    batch = filing.check_batch(desk, data)
    seconds = time.perf_counter() - began
    busy = sum(map(_processor, processes)) + time.process_time() - busy
    assert batch.counts == {"ready": ROWS}, batch.counts
    cells = len(base) * ROWS
    rows = [
        Row(f"{ROWS} rows of a spreadsheet ({cells} cells, {len(data) >> 10} KiB) checked, all processors' time",
            busy * 1000, MOST_SECONDS * 1000, "limit", note=f"by the clock {seconds * 1000:.0f} ms"),
    ]  # fmt: skip
    return rows + _printing(app, replace(batch, rows=batch.rows[:printed]))


@dataclass
class Spent:
    """Seconds that printing took: by the clock, and of processor in this process and in each worker."""

    clock: float = 0.0
    here: float = 0.0
    workers: dict[int, float] = field(default_factory=dict)
    given: float = 0.0
    """Seconds in which a worker had something to do, of all workers together."""

    @property
    def busy(self) -> float:
        """Return all processor time."""
        return self.here + sum(self.workers.values())

    @property
    def shortest(self) -> float:
        """Return what it would take on two processors that do nothing else."""
        return max(self.busy / 2, self.here, *self.workers.values())


def _processor(pid: int) -> float:
    """Return the processor seconds of a process."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        parts = file.read().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def _printing(app: App, batch: Batch) -> list[Row]:
    desk, template = app.desk, load(batch.ref)
    entered = [row.check.entered for row in batch.rows if row.check is not None]
    inputs = [(inputs, 1_795_000_000 + at) for at, (_, inputs) in enumerate(_inputs(template, entered))]
    root = str(Path(__file__).resolve().parents[2])
    bare = subprocess.Popen(
        [sys.executable, "-c", BARE, batch.ref.id], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root,
        env={**os.environ, "PYTHONPATH": root},
    )  # fmt: skip
    assert bare.stdin is not None
    assert bare.stdout is not None

    def by_workers(rows: Any, lanes: int, spent: Spent) -> None:
        processes = [worker.process.pid for worker in desk.workers._all]
        before = {pid: _processor(pid) for pid in processes}
        plain, run = desk.workers, desk.workers.run

        def timed(*args: Any, **named: Any) -> Any:
            began = time.perf_counter()
            try:
                return run(*args, **named)
            finally:
                intervals.append(time.perf_counter() - began)

        intervals: list[float] = []
        plain.run = timed  # type: ignore[method-assign]
        clock, here = time.perf_counter(), time.process_time()
        made = list(filing.print_batch(desk, replace(batch, rows=rows), lanes=lanes))
        spent.clock += time.perf_counter() - clock
        spent.here += time.process_time() - here
        plain.run = run  # type: ignore[method-assign]
        spent.given += sum(intervals)
        for pid in processes:
            spent.workers[pid] = spent.workers.get(pid, 0.0) + _processor(pid) - before[pid]
        assert all(not isinstance(printed, Exception) for _, printed in made)

    def by_compiler(part: Any) -> tuple[float, float]:
        print(json.dumps(part), file=bare.stdin, flush=True)
        assert bare.stdout is not None
        clock, busy = json.loads(bare.stdout.readline())
        return float(clock), float(busy)

    one, two, clock, least = Spent(), Spent(), 0.0, 0.0
    try:
        by_workers(batch.rows[:8], 2, Spent())  # both warm
        by_compiler(inputs[:4])
        for at in range(0, len(inputs), SLICE):
            by_workers(batch.rows[at : at + SLICE], 2, two)
            seconds, busy = by_compiler(inputs[at : at + SLICE])
            clock, least = clock + seconds, least + busy
            # Other values than the two have just printed: a compiler that remembers a page prints it faster.
            by_workers(_shifted(batch.rows[at : at + SLICE]), 1, one)
    finally:
        bare.stdin.close()
        bare.wait()
    count = len(inputs)
    return [
        Row(f"{count} forms printed through a worker, processor time of each", one.busy / count * 1000,
            least / count * 1000, "bare Typst", most=1.3,
            note=f"by the clock {one.clock / count * 1000:.1f} against {clock / count * 1000:.1f} ms; of it "
            f"{one.here / count * 1000:.2f} ms in this process"),
        Row(f"{count} forms, two workers", count / two.shortest, 1.6 * count / one.busy, "1.6 × one worker",
            unit="documents/s of idle processors", more_is_better=True,
            note=f"{one.busy / two.shortest:.2f} × one; by the clock here {one.clock / two.clock:.2f} ×, each worker "
            f"with work at hand {two.given / two.clock / 2:.0%} of it; {two.here / count * 1000:.2f} ms of each here"),
    ]  # fmt: skip


def _shifted(rows: Any) -> Any:
    """Return the rows with another amount in each."""
    changed = []
    for row in rows:
        values = {**row.check.values, "ct22": row.check.values["ct22"] + 13}
        changed.append(replace(row, check=replace(row.check, values=values)))
    return tuple(changed)
