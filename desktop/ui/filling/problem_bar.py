"""The bar at the foot of a form: how many errors and warnings, the one at hand, the way to the next."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from desktop.ui.parts import Button, ClickRow
from desktop.ui.theme import STEP, TARGET, Size, colour, font, grown, icon
from forms.form.problem import Problem


class ProblemBar(QWidget):
    """Tell the problems one by one; a click, F7 or Shift+F7 leads to their fields."""

    wanted = Signal(str)
    check_asked = Signal()

    def __init__(self, lang: str) -> None:
        super().__init__()
        self._lang = lang
        self._problems: Sequence[Problem] = ()
        self._at = -1
        row = QHBoxLayout(self)
        row.setContentsMargins(4 * STEP, STEP, 4 * STEP, STEP)
        row.setSpacing(2 * STEP)
        self.mark = QLabel()
        self.mark.setFixedWidth(grown(20))
        row.addWidget(self.mark)
        self.count = QLabel()
        self.count.setFont(font(Size.BODY, bold=True))
        row.addWidget(self.count)
        self.one = ClickRow("")
        self.one.row.setContentsMargins(2 * STEP, 0, 2 * STEP, 0)
        self.words = QLabel()
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        self.words.setMaximumHeight(44)
        self.one.row.addWidget(self.words, 1)
        self.one.opened.connect(self._open)
        row.addWidget(self.one, 1)
        self.before = self._tool("up", self.tr("Lỗi trước (Shift+F7)"), lambda: self.step(-1))
        self.after = self._tool("down", self.tr("Lỗi tiếp theo (F7)"), lambda: self.step(1))
        row.addWidget(self.before)
        row.addWidget(self.after)
        self.check = Button(self.tr("&Kiểm tra (F9)"), "check")
        self.check.clicked.connect(lambda: self.check_asked.emit())
        row.addWidget(self.check)
        self.setMinimumHeight(52)
        self.tell((), checked=False)

    def _tool(self, symbol: str, words: str, do: object) -> QToolButton:
        made = QToolButton()
        made.setIcon(icon(symbol))
        made.setAutoRaise(True)
        made.setMinimumSize(QSize(TARGET + 4, TARGET + 4))
        made.setToolTip(words)
        made.setAccessibleName(words)
        made.clicked.connect(do)
        return made

    def tell(self, problems: Sequence[Problem], *, checked: bool) -> None:
        """Take the problems that may be told."""
        here = self._problems[self._at] if 0 <= self._at < len(self._problems) else None
        self._problems = sorted(problems, key=lambda problem: problem.severity != "error")
        self._at = next(
            (
                number
                for number, problem in enumerate(self._problems)
                if here is not None and (problem.path, problem.code) == (here.path, here.code)
            ),
            0 if self._problems else -1,
        )
        errors = sum(problem.severity == "error" for problem in problems)
        warnings = len(problems) - errors
        if errors or warnings:
            words = [self.tr("{} lỗi").format(errors)] if errors else []
            if warnings:
                words.append(self.tr("{} cảnh báo").format(warnings))
            tone = "danger" if errors else "warning"
            self._state(" · ".join(words), tone, "error" if errors else "warning")
        elif checked:
            self._state(self.tr("Đã kiểm tra: không có lỗi"), "success", "check")
        else:
            self._state(self.tr("Chưa kiểm tra"), "muted", "info")
        self._show()

    def _state(self, words: str, role: str, symbol: str) -> None:
        self.count.setText(words)
        tinted = self.count.palette()
        tinted.setColor(self.count.foregroundRole(), colour(role))
        self.count.setPalette(tinted)
        self.mark.setPixmap(icon(symbol, role).pixmap(grown(20)))

    def _show(self) -> None:
        some = bool(self._problems)
        for part in (self.one, self.before, self.after):
            part.setVisible(some)
        # The words' place stays, so that the button does not wander.
        if some:
            text = self._problems[self._at].message.get(self._lang)
            self.words.setText(text)
            self.words.setToolTip(text)
            self.one.setAccessibleName(self.tr("{}. Bấm để đến trường này").format(text))

    def _open(self) -> None:
        if self._problems:
            self.wanted.emit(self._problems[self._at].path)

    def step(self, step: int, here: str | None = None) -> None:
        """Go to the next or the previous problem; from another field (`here`), first to the one that is told."""
        if self._problems and here not in (None, self._problems[self._at].path):
            self._open()
        elif self._problems:
            self._at = (self._at + step) % len(self._problems)
            self._show()
            self._open()

    def first(self) -> None:
        """Go to the first problem."""
        if self._problems:
            self._at = 0
            self._show()
            self._open()
