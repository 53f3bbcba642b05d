"""The checklist of a dossier: any order, each state by word, shape and colour, the next thing highlighted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from desktop.ui.parts import Button, ClickRow, Rule, Scroll
from desktop.ui.theme import RADIUS, STEP, Size, colour, font, grown

if TYPE_CHECKING:
    from desktop.filing import ComponentView, DossierView
    from desktop.ui.filling.document import FormDocument

State = Literal["done", "work", "open", "not_needed"]
CHECK, SIGN, SUBMIT = "//check", "//sign", "//submit"
"""The ids of the last three lines; no component is named so."""


@dataclass(frozen=True)
class Task:
    """One line of the checklist."""

    id: str
    name: str
    state: State
    words: str
    optional: bool = False
    step: bool = False
    """Check, sign, file: below the components."""


class TaskRow(ClickRow):
    """One line: the state's shape, the name, the state's words."""

    moved = Signal(int)

    def __init__(self, task: Task, *, following: bool, here: bool) -> None:
        super().__init__("")
        # A button keeps to the height of its hint, which knows nothing of how the name wraps in the width it is given.
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.task, self.following, self.here = task, following, here
        self.row.setContentsMargins(26 + grown(18), 2 * STEP, 2 * STEP, 2 * STEP)
        column = QVBoxLayout()
        column.setSpacing(0)
        self.name = QLabel(task.name)
        self.name.setFont(font(Size.BODY, bold=here or following))
        self.name.setWordWrap(True)
        self.name.setTextFormat(Qt.TextFormat.PlainText)
        self.words = QLabel(task.words)
        self.words.setFont(font(Size.SMALL))
        self.words.setWordWrap(True)
        tinted = self.words.palette()
        role = {"done": "success", "work": "accent", "open": "text", "not_needed": "muted"}[task.state]
        tinted.setColor(self.words.foregroundRole(), colour(role))
        self.words.setPalette(tinted)
        column.addWidget(self.name)
        column.addWidget(self.words)
        if following:
            hint = QLabel(self.tr("Việc tiếp theo · Ctrl+Enter"))
            hint.setFont(font(Size.SMALL, bold=True))
            hint.setWordWrap(True)
            tinted = hint.palette()
            tinted.setColor(hint.foregroundRole(), colour("accent"))
            hint.setPalette(tinted)
            column.addWidget(hint)
        self.row.addLayout(column, 1)
        told = [task.name, task.words]
        if following:
            told.append(self.tr("việc tiếp theo"))
        if here:
            told.append(self.tr("đang mở"))
        self.setAccessibleName(", ".join(told))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go along the list by arrows."""
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.moved.emit(1 if event.key() == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground, bar and shape."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if self.here:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour("accent_soft"))
            painter.drawRoundedRect(box, RADIUS, RADIUS)
        if self.following:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour("accent"))
            painter.drawRoundedRect(QRectF(2, 6, 4, self.height() - 12), 2, 2)
        painter.translate(18 + grown(9), 2 * STEP + self.name.fontMetrics().height() / 2 + 1)
        painter.scale(grown(100) / 100, grown(100) / 100)
        middle = QPointF()
        state = self.task.state
        if state == "done":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour("success"))
            painter.drawEllipse(middle, 9, 9)
            painter.setPen(QPen(colour("raised"), 2.2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(middle + QPointF(-4, 0), middle + QPointF(-1, 3.5))
            painter.drawLine(middle + QPointF(-1, 3.5), middle + QPointF(4.5, -3.5))
        elif state == "work":
            painter.setPen(QPen(colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(middle, 8, 8)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour("accent"))
            painter.drawEllipse(middle, 4, 4)
        elif state == "open":
            painter.setPen(QPen(colour("text"), 1.6))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(middle, 8, 8)
        else:
            painter.setPen(QPen(colour("muted"), 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(middle + QPointF(-5, 0), middle + QPointF(5, 0))
        painter.end()
        super().paintEvent(event) if self.hasFocus() else None


class Checklist(QWidget):
    """All lines; those that are not needed lie folded together."""

    opened = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.scroll_area = Scroll(margin=2 * STEP, spacing=STEP // 2)
        self.scroll_area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroll_area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column.addWidget(self.scroll_area)
        self.rows: list[TaskRow] = []
        self.fold: Button | None = None
        """What folds the lines that are not needed, where there are any."""
        self._tasks: Sequence[Task] = ()
        self._following: str | None = None
        self._here: str | None = None
        self._unfolded = False
        self.setAccessibleName(self.tr("Danh mục hồ sơ"))

    def tasks_of(self, view: DossierView, ready: bool, component: str, document: FormDocument | None) -> list[Task]:
        """Return the lines for a dossier; the component that is open is told from the form as it is being filled."""
        tasks = [self._task(part, document if part.id == component else None) for part in view.components]
        signed = view.state != "PREPARED"
        tasks.append(
            Task(
                CHECK,
                self.tr("Kiểm tra"),
                "done" if ready or signed else "open",
                self.tr("không có lỗi") if ready or signed else self.tr("còn thiếu hoặc có lỗi"),
                step=True,
            )
        )
        tasks.append(
            Task(
                SIGN,
                self.tr("Ký"),
                "done" if signed else "open",
                self.tr("đã ký") if signed else self.tr("chưa ký"),
                step=True,
            )
        )
        sent = view.state == "SUBMITTED"
        tasks.append(
            Task(
                SUBMIT,
                self.tr("Nộp hoặc In"),
                "done" if sent else "open",
                self.tr("đã nộp{}").format(f" · {view.code}" if view.code else "") if sent else self.tr("chưa nộp"),
                step=True,
            )
        )
        return tasks

    def _task(self, part: ComponentView, document: FormDocument | None) -> Task:
        state = part.state
        if document is not None and part.form is not None:
            progress = document.form.progress().values()
            done, total = sum(p.done for p in progress), sum(p.total for p in progress)
            errors = len(document.form.errors)
            state = "work" if errors else "done"
            if not errors:
                words = self.tr("xong")
            elif done < total:
                words = self.tr("đang điền, {}/{} mục bắt buộc").format(done, total)
            else:
                words = self.tr("còn {} lỗi").format(errors)
        else:
            words = {
                "done": self.tr("xong"), "work": self.tr("còn {} lỗi").format(part.errors),
                "open": self.tr("chưa làm"), "not_needed": self.tr("không bắt buộc"),
            }[state]  # fmt: skip
        if part.files:
            words = self.tr("{} giấy tờ").format(len(part.files))
        return Task(part.id, part.name, state, words, optional=not part.required)

    def show_tasks(self, tasks: Sequence[Task], following: str | None, here: str | None) -> None:
        """Show the lines as they are now."""
        if (list(tasks), following, here) == (list(self._tasks), self._following, self._here):
            return
        self._tasks, self._following, self._here = tasks, following, here
        self._fill()

    def _fill(self) -> None:
        focus = next((row.task.id for row in self.rows if row.hasFocus()), None)
        self.scroll_area.clear()
        self.rows = []
        self.fold = None
        place = self.scroll_area.column
        needed = [task for task in self._tasks if not task.step and not (task.optional and task.state == "not_needed")]
        others = [task for task in self._tasks if not task.step and task not in needed]
        for task in needed:
            self._add(task)
        if others:
            folded = not self._unfolded and self._here not in {task.id for task in others}
            words = self.tr("Không bắt buộc ({})").format(len(others))
            fold = Button(words, "next" if folded else "down", flat=True)
            fold.setFont(font(Size.SMALL))
            fold.setAccessibleDescription(self.tr("đang gập") if folded else self.tr("đang mở"))
            fold.clicked.connect(self._turn)
            place.addWidget(fold)
            self.fold = fold
            if not folded:
                for task in others:
                    self._add(task)
        place.addSpacing(STEP)
        place.addWidget(Rule())
        place.addSpacing(STEP)
        for task in self._tasks:
            if task.step:
                self._add(task)
        place.addStretch(1)
        for row in self.rows:
            if row.task.id == focus:
                row.setFocus()

    def _turn(self) -> None:
        self._unfolded = not self._unfolded
        self._fill()

    def _add(self, task: Task) -> None:
        row = TaskRow(task, following=task.id == self._following, here=task.id == self._here)
        row.opened.connect(lambda name=task.id: self.opened.emit(name))
        row.moved.connect(lambda step, row=row: self._move(row, step))
        row.setFocusPolicy(
            Qt.FocusPolicy.StrongFocus
            if task.id == (self._here or self._following) or not self.rows
            else Qt.FocusPolicy.ClickFocus
        )
        self.rows.append(row)
        self.scroll_area.column.addWidget(row)

    def _move(self, row: TaskRow, step: int) -> None:
        at = self.rows.index(row) + step
        if 0 <= at < len(self.rows):
            self.rows[at].setFocus()
            self.scroll_area.ensureWidgetVisible(self.rows[at])
