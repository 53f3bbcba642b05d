"""The random user: chooses among what is on the screen, and looks after each round whether all is as it should be."""

from __future__ import annotations

import contextlib
import gc
import random
import sys
import threading
import time
import traceback
from collections import Counter, deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, QPointF, Qt, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QAccessible, QDesktopServices, QGuiApplication, QInputMethodEvent, QWheelEvent
from PySide6.QtPrintSupport import QPrintDialog
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QDialog,
    QFileDialog,
    QLineEdit,
    QPlainTextEdit,
    QTableView,
    QWidget,
)

from desktop.ui.frame import PAGES, Frame
from desktop.ui.pages.accounts import Accounts
from desktop.ui.shell import Page
from tests.desktop import ui_kit

ROUND = 120
"""Acts until it goes home and looks round."""
STILL = 20.0
"""Seconds after which a window that does not answer counts as standing still; the machine may be busy."""
REST = 180.0
"""Seconds after which a window that still works counts as never coming to rest."""
STRANGERS = 3
"""Widgets without a parent that may be about: a menu or tool tip that Qt keeps."""
PLATFORM = ("This plugin does not support", "propagateSizeHints")
"""What the platform without a screen says of itself."""
WORDS = (
    "1", "0", "-5", "1.234", "1,5", "−7", "12345678901234567890", "31/12/2026", "31/02/2026", "13/2026", "Q4/2026",
    "Nguyễn Thị Ánh", "ĐƯỜNG Đặng Thùy Trâm", "dang ky", "0999999888", "0100686209-001", "thuế", "<b>đậm</b>", "&Tệp",
    "%s {} {0}", "😀", "e\u0302\u0301", "\u202eabc", "a" * 300, " ", "'; DROP TABLE forms; --", "../../etc/passwd",
    ui_kit.WORDS, ui_kit.KEY_WORDS, "https://127.0.0.1:9/", "con đường",
)  # fmt: skip
PASTED = (
    "1\t2\t3\n4\t5\t6\n", "Nguyễn Văn A\t001085012345\t05/01/2026\t10.000.000\n" * 40, "một\nhai\nba", "1.234.567",
    "\t\t\n\n\t", "x" * 5000,
)  # fmt: skip
KEYS = (
    *("Tab",) * 8, *("Shift+Tab",) * 3, *("Down",) * 5, *("Up",) * 3, "Left", "Right", *("Return",) * 3,
    *("Space",) * 3,
    *("Esc",) * 2, "PgUp", "PgDown", "Home", "End", "F1", "F2", "F7", "Shift+F7", "F8", "F9", "Del", "Backspace",
    "Ctrl+A", "Ctrl+C", "Ctrl+X", "Ctrl+V", "Ctrl+Z", "Ctrl+Z", "Ctrl+Y", "Ctrl+D", "Ctrl+Return", "Ctrl+K", "Ctrl+N",
    "Ctrl+,", "Ctrl+/", "Ctrl+1", "Ctrl+2", "Ctrl+3", "Ctrl+4", "Ctrl+5", "Ctrl+6", "Ctrl+Shift+K", "Ctrl+Shift+N",
    "Ctrl+P", "Alt+Down", "Ctrl+Home", "Ctrl+End", "Shift+Down", "Ctrl++", "Ctrl+-",
)  # fmt: skip


class Monkey:
    """One run of it."""

    def __init__(self, seed: int, memory: int, place: ui_kit.Place, *, told: bool = False) -> None:
        self.dice = random.Random(seed)
        self.seed, self.memory, self.told = seed, memory, told
        self.findings: list[str] = []
        self.acts = self.rounds = 0
        self.longest = 0.0
        self.most = 0
        self.counted: Counter[str] = Counter()
        self._last: deque[str] = deque(maxlen=25)
        self._stuck = 0
        self._base: int | None = None
        self._listen()
        self._close_the_systems_dialogs()
        self.place = place
        self.frame: Any = ui_kit.window(self.place)
        self.frame.watch()
        plain = self.frame.trouble

        def trouble(error: BaseException) -> None:
            if not hasattr(error, "code"):
                self._find("a bug told in words", "".join(traceback.format_exception(error)))
            plain(error)

        self.frame.trouble = trouble

    # --- what counts as a finding ------------------------------------------------------------------------------------

    def _close_the_systems_dialogs(self) -> None:
        """Answer the dialogs that hold everything until they are answered as a person who changes their mind does."""
        names: Any = staticmethod(lambda *about, **more: ("", ""))
        QFileDialog.getOpenFileName = QFileDialog.getSaveFileName = names  # type: ignore[method-assign]
        QFileDialog.getExistingDirectory = staticmethod(lambda *about, **more: "")  # type: ignore[method-assign]
        QPrintDialog.exec = lambda dialog: 0  # type: ignore[method-assign]

    def _listen(self) -> None:
        def raised(kind: type[BaseException], error: BaseException, trace: Any) -> None:
            self._find("an exception", "".join(traceback.format_exception(kind, error, trace)))

        def said(kind: QtMsgType, context: Any, words: str) -> None:
            if kind != QtMsgType.QtDebugMsg and kind != QtMsgType.QtInfoMsg and not words.startswith(PLATFORM):
                self._find("Qt complains", words + "".join(traceback.format_stack(limit=6)))

        def in_thread(met: threading.ExceptHookArgs) -> None:
            self._find("an exception in a thread", "".join(traceback.format_exception(met.exc_value)))

        sys.excepthook = raised
        threading.excepthook = in_thread
        qInstallMessageHandler(said)
        QDesktopServices.openUrl = staticmethod(lambda url: True)  # type: ignore[method-assign]

    def _find(self, what: str, facts: str) -> None:
        acts = "\n    ".join(self._last)
        told = f"FOUND {what}, act {self.acts}, seed {self.seed}\n{facts}\n  last acts:\n    {acts}"
        if len(self.findings) < 20:
            print(told, flush=True)
        self.findings.append(what)

    # --- the run -----------------------------------------------------------------------------------------------------

    def play(self, over: Callable[[], bool]) -> None:
        """Act until the time is over; go home and look round after each round, and once more at the end."""
        self._look_round(fresh=True)
        while not over() and len(self.findings) < 20:
            for _ in range(ROUND):
                self._act()
                if over():
                    break
            self.rounds += 1
            self._look_round(fresh=over() or self.rounds % 4 == 0)

    def report(self) -> str:
        """Tell how it went."""
        what = ", ".join(f"{count} {name}" for name, count in self.counted.most_common(12))
        end = f"{len(self.findings)} findings: {Counter(self.findings)}" if self.findings else "nothing found"
        return (
            f"{self.acts} acts in {self.rounds} rounds ({what}); longest answer {self.longest * 1000:.0f} ms; "
            f"at most {self.most >> 20} MB; {end}"
        )

    def put_away(self) -> None:
        """Close the window and what is behind it."""
        qInstallMessageHandler(None)
        self.frame.jobs.close()
        with contextlib.suppress(Exception):
            self.frame.app.close()

    def _act(self) -> None:
        where = self._window()
        act, name = self.dice.choices(
            (self._press, self._key, self._type, self._scroll, self._resize, self._choose, self._rest, self._stroll),
            (30, 34, 14, 8, 1, 6, 5, 2),
        )[0], ""  # fmt: skip
        self.acts += 1
        here = self.frame.here[0] if self.frame.here else "nowhere"
        began = time.monotonic()
        try:
            name = act(where) or ""
        except RuntimeError as error:
            if "already deleted" not in str(error):
                raise
        self._last.append(f"{here}: {act.__name__[1:]} {name}")
        self.counted[act.__name__[1:]] += 1
        QCoreApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        took = time.monotonic() - began
        self.longest = max(self.longest, took)
        if took > STILL:
            self._find("the window stood still", f"{took:.1f} s at {self._last[-1]}")
        if act == self._stroll:
            self._settle()
        self._steer()

    def _window(self) -> QWidget:
        """Return what takes keys and clicks now."""
        return QApplication.activePopupWidget() or QApplication.activeModalWidget() or self.frame

    def _steer(self) -> None:
        """Lead it out of where a random user never gets out: the system's dialogs, a lock, a first start."""
        for dialog in QApplication.topLevelWidgets():
            if isinstance(dialog, QDialog) and dialog.isVisible():
                foreign = isinstance(dialog, QFileDialog) or type(dialog).__module__.startswith("PySide6")
                if foreign or self._stuck > 40:
                    dialog.reject()
                    self._stuck = 0
        self._stuck = self._stuck + 1 if self._window() is not self.frame else 0
        here = self.frame.here[0] if self.frame.here else ""
        if here == "lock" and self.dice.random() < 0.1:
            page: Any = self.frame.page("lock")
            if shiboken6.isValid(page.passphrase):  # no longer there once it asks for the recovery code
                page.passphrase.setText(ui_kit.WORDS)
                QTest.keyClick(page.passphrase, Qt.Key.Key_Return)
            else:
                page.enter()
        if here == "welcome" and self.dice.random() < 0.02:
            self._settle()
            self.frame.switch(practice=True)
            self._settle()
        if not self.frame.isVisible():
            self.frame.show()

    # --- what it does ------------------------------------------------------------------------------------------------

    def _pick(self, where: QWidget, *kinds: type[QWidget]) -> QWidget | None:
        """Choose something that can be seen and used, walking down as a screen reader does.

        Asking Qt for all that a window holds would leave a wrapper of each in this process, which then grows.
        """
        for _ in range(24):
            face: Any = QAccessible.queryAccessibleInterface(where)
            found: QObject | None = None
            for _ in range(64):
                inner = face.childCount() if face is not None and face.isValid() else 0
                if inner == 0:
                    break
                face = face.child(self.dice.randrange(inner))
                if face is None or not face.isValid():
                    break
                found = face.object() or found  # a cell is no widget; its table is
                if isinstance(found, kinds) and self.dice.random() < 0.3:
                    break
            if isinstance(found, kinds) and found.isVisible() and found.isEnabled():
                return found
        return None

    def _press(self, where: QWidget) -> str:
        one = self._pick(where, QAbstractButton if self.dice.random() < 0.6 else QWidget)
        if one is None:
            return ""
        target = one.viewport() if isinstance(one, QAbstractItemView) else one
        if target.width() < 1 or target.height() < 1:
            return ""
        at = QPoint(self.dice.randrange(target.width()), self.dice.randrange(target.height()))
        name = f"{type(one).__name__} “{(one.accessibleName() or getattr(one, 'text', str)())[:60]}”"
        self._last.append(f"about to press {name}")
        click = QTest.mouseDClick if self.dice.random() < 0.05 else QTest.mouseClick
        click(target, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
        return name

    def _focus(self, where: QWidget) -> QWidget:
        focused = QApplication.focusWidget()
        return focused if focused is not None and focused.window() is where.window() else where

    def _key(self, where: QWidget) -> str:
        from PySide6.QtGui import QKeySequence

        name = self.dice.choice(KEYS)
        if name == "Ctrl+V":
            QGuiApplication.clipboard().setText(self.dice.choice(PASTED))
        combined: Any = QKeySequence(name)[0]  # type: ignore[index]
        self._last.append(f"about to press {name}")
        QTest.keyClick(self._focus(where), combined.key(), combined.keyboardModifiers())
        return name

    def _type(self, where: QWidget) -> str:
        target = self._focus(where)
        if self.dice.random() < 0.6 and not isinstance(target, (QLineEdit, QPlainTextEdit)):
            field = self._pick(where, QLineEdit, QPlainTextEdit)
            if field is not None:
                target = field
                target.setFocus()
        words = self.dice.choice(WORDS)
        if words.isascii():
            QTest.keyClicks(target, words)
        else:
            event = QInputMethodEvent()
            event.setCommitString(words)
            QApplication.sendEvent(target, event)
        return f"“{words[:30]}” into {type(target).__name__}"

    def _scroll(self, where: QWidget) -> str:
        one = self._pick(where, QWidget)
        if one is None:
            return ""
        at = QPointF(one.width() / 2, one.height() / 2)
        down = self.dice.choice((-1200, -240, -120, 120, 240, 1200))
        keys = Qt.KeyboardModifier.ControlModifier if self.dice.random() < 0.1 else Qt.KeyboardModifier.NoModifier
        event = QWheelEvent(
            at, one.mapToGlobal(at), QPoint(0, 0), QPoint(0, down), Qt.MouseButton.NoButton, keys,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(one, event)
        return type(one).__name__

    def _choose(self, where: QWidget) -> str:
        """Choose in a list or a drop-down."""
        one = self._pick(where, QAbstractItemView, QComboBox)
        if one is None:
            return ""
        if isinstance(one, QComboBox):
            if one.count():
                one.setFocus()
                QTest.keyClick(one, self.dice.choice((Qt.Key.Key_Down, Qt.Key.Key_Up)))
        elif isinstance(one, QAbstractItemView):
            model = one.model()
            if model is not None and model.rowCount():
                wide = model.columnCount() if isinstance(one, QTableView) else 1
                row, column = self.dice.randrange(model.rowCount()), self.dice.randrange(max(wide, 1))
                one.setCurrentIndex(model.index(row, column))
                if self.dice.random() < 0.5:
                    QTest.keyClick(one, Qt.Key.Key_Return)
        return type(one).__name__

    def _resize(self, where: QWidget) -> str:
        self.frame.resize(self.dice.randrange(960, 1700), self.dice.randrange(620, 1100))
        return ""

    def _rest(self, where: QWidget) -> str:
        end = time.monotonic() + self.dice.uniform(0, 0.25)
        while time.monotonic() < end:
            QCoreApplication.processEvents()
            time.sleep(0.002)
        return ""

    def _stroll(self, where: QWidget) -> str:
        """Open a dossier in some state, which by pressing alone is seldom reached."""
        frame = self.frame
        if not isinstance(where, Frame) or "workspace" not in frame.desk.__dict__:
            return ""
        known = [one.id for one in frame.desk.workspace.dossiers.list(limit=50)]
        if not known:
            return ""
        page = self.dice.choice(("dossier", "dossier", "dossier", "sign", "review", "follow"))
        frame.go(page, dossier=self.dice.choice(known))
        return page

    # --- looking round -----------------------------------------------------------------------------------------------

    def _settle(self) -> None:
        shown = self.frame.stack.currentWidget()
        for log_in in shown.findChildren(Accounts) if type(shown).__module__.endswith(("settings", "outbox")) else ():
            log_in._stop()  # nobody is at the browser
        try:
            ui_kit.settle(self.frame, REST)
        except AssertionError:
            self._find("the window does not come to rest", f"{len(self.frame.jobs._running)} jobs")

    def _home(self) -> bool:
        for _ in range(10):
            top = self._window()
            if top is self.frame:
                break
            top.close()
            QCoreApplication.processEvents()
        if not self.frame.here or self.frame.here[0] in ("welcome", "lock") or not self.frame.app.practice:
            self._settle()
            self.frame.switch(practice=True)
            self._settle()
        # What is being sent or printed keeps its page until it is done: a person waits, too.
        self._settle()
        self.frame.client = None
        self.frame.go("home")
        self._settle()
        return bool(self.frame.here and self.frame.here[0] == "home")

    def _look_round(self, *, fresh: bool) -> None:
        """Go home; with `fresh` every page is made anew first: what then is left of the old ones has leaked."""
        if not self._home():
            self._find("it does not find home", str(self.frame.here))
            return
        if fresh:
            self.frame.restyle()
            self._settle()
        gc.collect()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()
        living: Counter[str] = Counter()
        for one in gc.get_objects():
            if isinstance(one, QObject) and shiboken6.isValid(one):
                living[type(one).__name__ if not isinstance(one, Page) else type(one).__module__] += 1
        for name, count in living.items():
            known = name in PAGES.values() or name in ("FormDocument", "FormView", "Keeper", "Finder", "Frame")
            if known and count > 1:
                self._find("an object outlives its page", f"{count} of {name}")
        left = [one for one in QApplication.topLevelWidgets() if one is not self.frame]
        if len(left) > STRANGERS + (0 if fresh else 40):
            kinds = Counter(type(one).__name__ for one in left)
            self._find("widgets without a parent", str(kinds.most_common(8)))
        if fresh:
            home: Any = self.frame.page("home")
            frame: Frame = self.frame
            count = len(frame.findChildren(QObject)) - len(home.findChildren(QObject))
            if self._base is None:
                self._base = count
            elif count > self._base + 10:
                self._find("the frame has grown", f"{count} objects, {self._base} at first")
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        self.most = max(self.most, pages * 4096)
        if self.told:
            print(f"round {self.rounds}, act {self.acts}: {pages * 4096 >> 20} MB", flush=True)
        if pages * 4096 > self.memory:
            self._find("memory", f"{pages * 4096 >> 20} MB")
