"""The window's start: its first picture beside that of an empty Qt window, and when its search field answers.

Each start is a process of its own, offscreen, on a workspace with the whole catalogue. Times are counted from the
moment the process was asked for. The workspace opens without the slow function that a passphrase takes, as one whose
key lies in the system's keyring does.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from desktop.app import App
from desktop.store.key import Passphrase
from tests.bench.catalogue import fill
from tests.bench.rows import Row

ROOT = Path(__file__).resolve().parents[2]
TURNS = 5
SEARCH_LATER = 600.0
"""Milliseconds after the first picture."""

EMPTY = """
import json, os, sys, time
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
class Window(QMainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        QTimer.singleShot(0, done)
def done():
    print(json.dumps({"painted": time.monotonic() - float(sys.argv[1]), "busy": time.process_time()}), flush=True)
    os._exit(0)
app = QApplication([])
window = Window()
window.resize(1320, 860)
window.show()
app.exec()
"""

WATCHED = """
import json, os, sys, time
began, code = float(sys.argv[1]), sys.argv[2]
told = {}
import desktop.__main__ as entry
import desktop.app
import desktop.ui.program as program
def recover(self, kept):
    from desktop.store.key import RecoveryCode
    return RecoveryCode(code)
desktop.app.App._known_unlock = recover
make_frame = program.make_frame
def watched_frame(wired):
    from PySide6.QtCore import QTimer
    frame = make_frame(wired)
    kind = type(frame)
    plain = kind.paintEvent
    def painted(self, event):
        if "painted" not in told:
            # When this paint is over, and before what the window begins then.
            told["painted"] = 0.0
            QTimer.singleShot(0, lambda: told.update(painted=time.monotonic() - began, busy=time.process_time()))
        plain(self, event)
    kind.paintEvent = painted
    timer = QTimer(frame)
    def look():
        if time.monotonic() - began > 90:
            print(json.dumps(told | {"failed": "nothing came"}), flush=True)
            os._exit(1)
        step(wired, frame, told, began)
    timer.timeout.connect(look)
    timer.start(5)
    return frame
program.make_frame = watched_frame
entry.main([])
"""
"""The program as it starts, asked every five milliseconds how far it is: by `step`, written before it."""

OURS = (
    """
def step(wired, frame, told, began):
    import json, os, sys, time
    typed, finder = sys.argv[3], frame._finder
    if not told.get("painted") or finder is None:
        return  # nothing is asked of the program before, or it would import for that first
    if "opened" not in told and "desk" in wired.__dict__ and "workspace" in wired.desk.__dict__:
        told["opened"] = time.monotonic() - began
    field = frame.search
    if not field.text():
        field.setText(typed)
        field.textEdited.emit(typed)
    elif finder is not None and finder.isVisible():
        keys = [finder.list.lines.line(finder.list.lines.index(n)).key for n in range(finder.list.lines.rowCount())]
        if any(key and key[0] == "procedure" for key in keys):
            told.setdefault("answered", time.monotonic() - began)
    if "answered" in told and "opened" in told:
        print(json.dumps(told), flush=True)
        os._exit(0)
"""
    + WATCHED
)


def start(script: str, data: Path, *words: str) -> dict[str, float]:
    """Start a window with a platform's data folder of its own; return what it told, in seconds."""
    for ended_early in (data / "hoso").glob("window/running.json"):
        ended_early.unlink()  # each start is ended when it has told, and the next one would report a crash
    # Byte code is kept, as where the program is installed; the first start of each writes it.
    places = {"XDG_DATA_HOME": str(data), "PYTHONPYCACHEPREFIX": str(data / "code"), "PYTHONPATH": str(ROOT)}
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", **places}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-c", script, str(time.monotonic()), *words]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)
    if ended.returncode:
        raise RuntimeError(f"{ended.stdout} {ended.stderr[-2000:]}")
    found: dict[str, float] = json.loads(ended.stdout)
    return found


def window() -> list[Row]:
    """Measure both windows in turn; the medians count."""
    data = Path(tempfile.mkdtemp(prefix="hoso-bench-"))
    home = data / "hoso"
    try:
        what = fill(home)
        app = App(home=home)
        code = app.create_workspace(Passphrase("con đường xưa em đi"))
        app.workspace.clients.add("0999999888", "CÔNG TY TNHH VÍ DỤ", {})
        app.close()
        start(OURS, data, code, "đăng ký")  # byte code, and the index of the catalogue
        start(EMPTY, data)
        ours, empty = [], []
        for _ in range(TURNS):
            ours.append(start(OURS, data, code, "đăng ký"))
            empty.append(start(EMPTY, data))
    finally:
        shutil.rmtree(data, ignore_errors=True)

    def median(times: list[dict[str, float]], name: str) -> float:
        return statistics.median(one[name] for one in times) * 1000

    later = statistics.median(one["answered"] - one["painted"] for one in ours) * 1000
    opened = statistics.median(one["opened"] - one["painted"] for one in ours) * 1000
    return [
        Row("first picture of the window", median(ours, "painted"), median(empty, "painted"), "empty PySide6 window",
            most=1.3, note=f"processor {median(ours, 'busy'):.0f} ms beside {median(empty, 'busy'):.0f} ms"),
        Row(f"search field answers over {what}, after the first picture", later, SEARCH_LATER, "limit",
            note=f"the workspace is open {opened:.0f} ms after it"),
    ]  # fmt: skip
