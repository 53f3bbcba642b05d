"""Filling at the screen: a key in a form of 500 fields, and the official page beside what is typed.

Offscreen, with real windows and worker processes. Keys come on a plan of their own, as from fingers: what the program
still does when a key is due counts.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from datetime import date
from typing import Any

from tests.bench.rows import Row, percentile

KEYS, CHANGES = 300, 60
KEY, FOLLOW = 16.0, 200.0
"""Milliseconds until a key is on the screen, and until the page beside shows what it changed."""
TICKS = os.sysconf("SC_CLK_TCK")


def _until(reached: Callable[[], bool], seconds: float = 30.0) -> None:
    from PySide6.QtCore import QCoreApplication

    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end, "not within its time"
        QCoreApplication.processEvents()
        time.sleep(0.0005)


class _Painted:
    """When a widget was painted last, in seconds of `time.perf_counter`."""

    def __init__(self, widget: Any) -> None:
        from PySide6.QtCore import QEvent, QObject

        painted = self
        self.at = 0.0

        class Watch(QObject):
            def eventFilter(self, watched: QObject, event: QEvent) -> bool:
                if event.type() == QEvent.Type.Paint:
                    painted.at = time.perf_counter()
                return False

        self._watch = Watch(widget)
        widget.installEventFilter(self._watch)


def keystroke() -> Row:
    """Type into number and text fields of a form of 500 fields, with all that follows from each."""
    from PySide6.QtCore import QCoreApplication, Qt
    from PySide6.QtTest import QTest

    from desktop.ui.filling.document import FormDocument
    from desktop.ui.filling.form_view import FormView
    from desktop.ui.program import application
    from forms.form import Form
    from tests.bench.engine import FIELDS, data, made

    application(scheme="light")
    document = FormDocument(Form(made(), None, data() | {"ld": []}))
    view = FormView(document, today=date(2026, 11, 22))
    view.resize(640, 820)
    view.show()
    view.build_all()
    assert len(view.rows) >= FIELDS
    fields = [name for n in range(0, 240, 8) for name in (f"a{n}", f"a{n + 1}")]
    dice = random.Random(20261122)
    waited: list[float] = []
    busy: list[float] = []
    name, watch = "", None
    due = time.perf_counter()
    for number in range(KEYS):
        if number % 10 == 0:
            name = fields[(number // 10) % len(fields)]
            view.go_to(name)
            watch = _Painted(view.rows[name].editor)
            QCoreApplication.processEvents()
            due = time.perf_counter() + 0.3
        own = time.process_time()
        while time.perf_counter() < due:
            own = time.process_time()
            QCoreApplication.processEvents()
            time.sleep(0.0005)
        assert watch is not None
        watch.at = 0.0
        # A number has twelve digits at most; nine keys of ten make it longer, the last one takes one away.
        key = Qt.Key.Key_Backspace if number % 10 == 9 else Qt.Key.Key_1
        QTest.keyClick(view.rows[name].editor, key)
        while not watch.at:
            QCoreApplication.processEvents()
        busy.append(1000 * (time.process_time() - own))
        waited.append(1000 * (watch.at - due))
        due += dice.uniform(0.03, 0.12)
    view.close()
    note = (
        f"p50 {percentile(waited, 50):.1f} ms; of the processor, with what was under way when the key came: "
        f"p50 {percentile(busy, 50):.1f} ms, p99 {percentile(busy, 99):.1f} ms"
    )
    return Row(f"a key in a form of {FIELDS} fields is on the screen, p99", percentile(waited, 99), KEY, "limit",
               note=note)  # fmt: skip


def _spent(process: int) -> float:
    """Return the processor seconds of a process so far."""
    with open(f"/proc/{process}/stat", encoding="ascii") as file:
        parts = file.read().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / TICKS


def follow() -> list[Row]:
    """Change a value of a VAT return and wait until the page beside it shows the page with it."""
    from PySide6.QtTest import QTest

    from forms.printing import read_back
    from tests.desktop import ui_kit

    frame = ui_kit.window()
    frame.go("dossier", dossier=ui_kit.place().dossiers["ready"], component="to-khai")
    ui_kit.settle(frame)
    page: Any = frame.page("dossier")
    row: Any = page.form_view.rows["ct23"]
    page.form_view.go_to("ct23")
    ui_kit.settle(frame)
    sheet = page.page_view.sheet
    painted = _Painted(sheet)
    workers = [worker.process.pid for worker in frame.app.workers._all]
    shown: list[int] = []
    page.page_view.printed.connect(shown.append)
    dice = random.Random(20261122)
    waited, after = [], []
    busy = time.process_time() + sum(map(_spent, workers))
    for _ in range(CHANGES):
        row.editor.selectAll()
        QTest.keyClicks(row.editor, str(dice.randrange(10**3, 10**8)))
        last = time.perf_counter()
        wanted = page.document.revision + 1
        _until(lambda wanted=wanted: page.document.revision >= wanted)  # type: ignore[misc]
        taken = time.perf_counter()
        shown.clear()
        _until(lambda: bool(shown))
        standing = time.perf_counter()
        _until(lambda standing=standing: painted.at >= standing or not sheet.isVisible())  # type: ignore[misc]
        waited.append(1000 * (painted.at - last))
        after.append(1000 * (painted.at - taken))
        ui_kit.settle(frame)
        printed = read_back(page.page_view.document).values
        assert printed["ct23"] == page.document.form.values["ct23"], "the page shows another value"
    busy = (time.process_time() + sum(map(_spent, workers)) - busy) / CHANGES * 1000
    ui_kit.put_away(frame)
    note = f"p50 {percentile(waited, 50):.0f} ms; processor {busy:.0f} ms each, with saving and settling"
    return [
        Row("the page beside shows what was typed, after the last key, p50", percentile(waited, 50), FOLLOW, "limit",
            note=f"p99 {percentile(waited, 99):.0f} ms; {note}"),
        Row("the page beside shows what was typed, after it counts, p99", percentile(after, 99), FOLLOW, "limit",
            note=f"p50 {percentile(after, 50):.0f} ms"),
    ]  # fmt: skip


def filling() -> list[Row]:
    """Measure both."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    return [keystroke(), *follow()]
