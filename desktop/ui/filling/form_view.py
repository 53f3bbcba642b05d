"""A whole form: its sections with their progress, its fields and tables, in one sheet that scrolls."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from PySide6.QtCore import QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QWidget

from desktop.ui.filling.document import FormDocument
from desktop.ui.filling.row import FieldRow, Measures, Source
from desktop.ui.filling.table import TableBlock
from desktop.ui.parts import Rule
from desktop.ui.theme import STEP, Size, colour, font
from forms.definition import Field, Section
from forms.form import Progress
from forms.form.problem import Changed, Problem

SLICE = 0.09
"""Seconds of building before the window is shown; the rest of a long form follows in slices."""
BETWEEN = 2 * STEP
INSET = 5 * STEP
OUTSET = 3 * STEP


class SectionHead(QWidget):
    """The heading of a section with how far it is filled."""

    def __init__(self, section: Section, lang: str) -> None:
        super().__init__()
        self.title = QLabel(section.title.get(lang), self)
        self.title.setFont(font(Size.LEAD, bold=True))
        self.title.setWordWrap(True)
        self.title.setAccessibleName(section.title.get(lang))
        self.progress = QLabel(self)
        self.progress.setFont(font(Size.SMALL))
        self.help = None
        if section.help is not None:
            self.help = QLabel(section.help.get(lang), self)
            self.help.setFont(font(Size.SMALL))
            self.help.setWordWrap(True)
        self.rule = Rule()
        self.rule.setParent(self)

    def show_progress(self, found: Progress, *, tell: bool) -> None:
        """Say how far it is, in words; problems only once they may be told."""
        words, role = "", "muted"
        if tell and found.errors:
            words, role = self.tr("{} lỗi").format(found.errors), "danger"
        elif found.total:
            words = (
                self.tr("✓ đủ {} mục bắt buộc").format(found.total)
                if found.done == found.total
                else self.tr("{}/{} mục bắt buộc").format(found.done, found.total)
            )
            role = "success" if found.done == found.total else "muted"
        if words != self.progress.text():
            self.progress.setText(words)
            tinted = self.progress.palette()
            tinted.setColor(self.progress.foregroundRole(), colour(role))
            self.progress.setPalette(tinted)
            self.arrange(self.width())

    def arrange(self, width: int) -> int:
        """Place title, progress and hairline; return the height."""
        top = 3 * STEP
        wide = self.progress.sizeHint().width() if self.progress.text() else 0
        room = max(width - wide - 2 * STEP, 80)
        high = max(self.title.heightForWidth(room), 24)
        self.title.setGeometry(0, top, room, high)
        self.progress.setGeometry(width - wide, top, wide, high)
        bottom = top + high + STEP
        self.rule.setGeometry(0, bottom, width, 1)
        bottom += 1
        if self.help is not None:
            high = self.help.heightForWidth(width)
            self.help.setGeometry(0, bottom + STEP, width, high)
            bottom += STEP + high
        return bottom


class FormView(QScrollArea):
    """Show a form to be filled."""

    focused = Signal(str)
    """The path of the field that has the focus."""
    told = Signal()
    """The problems that may be told have changed, or were left as they are after a field was left."""
    next_asked = Signal()
    import_asked = Signal(str)
    built = Signal()
    """The last field is there."""
    """The rows of a spreadsheet are wanted in this table."""

    def __init__(
        self,
        document: FormDocument,
        *,
        today: date,
        sources: Mapping[str, Source] | None = None,
        notices: Sequence[QWidget] = (),
    ) -> None:
        super().__init__()
        self.document = document
        self._today = today
        self._sources = sources or {}
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.sheet = QWidget()
        self.sheet.setAccessibleName(document.form.template.title.get(document.lang))
        self.setWidget(self.sheet)
        self.rows: dict[str, FieldRow] = {}
        self.tables: dict[str, TableBlock] = {}
        self.heads: dict[str, SectionHead] = {}
        self._blocks: list[tuple[Section, QWidget]] = []
        self._coded: dict[str, bool] = {}
        self._here = ""
        self._notices = notices
        for notice in notices:
            notice.setParent(self.sheet)
        self._waiting = [(section, item) for section in document.form.definition.sections for item in section.items]
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._relayout)
        self._more = QTimer(self)
        self._more.setInterval(0)
        self._more.timeout.connect(lambda: self._build(SLICE / 4))
        self._build(SLICE)
        if self._waiting:
            self._more.start()
        document.changed.connect(self._changed)
        document.told_changed.connect(lambda: self._tell(adding=True))

    # --- building ----------------------------------------------------------------------------------------------------

    def _build(self, seconds: float) -> None:
        end = time.perf_counter() + seconds
        while self._waiting and time.perf_counter() < end:
            section, item = self._waiting.pop(0)
            if section.id not in self.heads:
                head = SectionHead(section, self.document.lang)
                head.setParent(self.sheet)
                self.heads[section.id] = head
                self._coded[section.id] = any(item.code for item in section.items)
                self._blocks.append((section, head))
            block: FieldRow | TableBlock
            if isinstance(item, Field):
                block = FieldRow(self.document, item, self._today, self._sources.get(item.name))
                self.rows[item.name] = block
            else:
                block = TableBlock(self.document, item, self._today)
                self.tables[item.name] = block
                block.import_asked.connect(self.import_asked)
            block.setParent(self.sheet)
            block.focused.connect(self._reached)
            block.left.connect(self._left)
            block.resized.connect(self.relayout)
            block.undo_asked.connect(self.undo)
            block.redo_asked.connect(self.redo)
            self._blocks.append((section, block))
        if not self._waiting:
            self._more.stop()
            self._progress()
            self._relayout()  # once: what is built later lies below what is seen
            self.built.emit()

    def build_all(self) -> None:
        """Build what is still missing, at once."""
        self._build(60)

    # --- layout ------------------------------------------------------------------------------------------------------

    def relayout(self) -> None:
        """Lay out again soon."""
        self._later.start(0)

    def _relayout(self) -> None:
        width = max(self.viewport().width() - INSET - OUTSET, 260)
        measures = Measures.of(QFontMetrics(font(Size.BODY)))
        y = 2 * STEP
        for notice in self._notices:
            high = notice.heightForWidth(width) if notice.hasHeightForWidth() else notice.sizeHint().height()
            notice.setGeometry(INSET, y, width, high)
            y += high + 2 * STEP
        wanted: set[QWidget] = set()
        shown: set[str] = set()
        for section, block in self._blocks:
            if isinstance(block, (FieldRow, TableBlock)) and block.wanted:
                wanted.add(block)
                shown.add(section.id)
        for section, block in self._blocks:
            if isinstance(block, SectionHead):
                visible = section.id in shown
                high = block.arrange(width) if visible else 0
            elif isinstance(block, FieldRow):
                visible = block in wanted
                high = block.arrange(width, self._coded[section.id], measures) if visible else 0
            else:
                assert isinstance(block, TableBlock)
                visible = block in wanted
                high = block.arrange(width) if visible else 0
            if visible:
                place = QRect(INSET, y, width, high)
                if block.geometry() != place:
                    block.setGeometry(place)
                    block.update()
                y += high + BETWEEN
            if block.isHidden() == visible:
                block.setVisible(visible)
        self.sheet.resize(self.viewport().width(), y + 6 * STEP)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out for the new width."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._relayout()

    def sizeHint(self) -> QSize:
        """Wish for a readable width."""
        return QSize(560, 600)

    # --- what happens ------------------------------------------------------------------------------------------------

    def _changed(self, changed: Changed) -> None:
        again = False
        for path in changed.paths:
            name = path.partition("[")[0].partition(".")[0]
            row = self.rows.get(path)
            if row is not None:
                row.refresh()
            elif name in self.tables:
                self.tables[name].refresh(path)
        for path in changed.shape:
            again = True
            name = path.partition("[")[0].partition(".")[0]
            row = self.rows.get(path)
            if row is not None:
                row.refresh_shape()
            elif name in self.tables:
                self.tables[name].refresh(path)
        depending = {row.spec.depends_on: row for row in self.rows.values() if row.spec.depends_on}
        for path in changed.paths & depending.keys():
            depending[path].refresh()
        if again:
            self.relayout()
        self._tell(adding=self.document.checked and not self._typing())

    def _typing(self) -> bool:
        row = self.rows.get(self._here)
        return row is not None and row._burst is not None

    def _reached(self, path: str) -> None:
        self._here = path
        name = path.partition("[")[0]
        row = self.rows.get(name)
        if row is not None:
            bar = self.verticalScrollBar()
            top, bottom = row.y() - 40, row.y() + row.height() + 40
            if top < bar.value():
                bar.setValue(top)
            elif bottom > bar.value() + self.viewport().height():
                bar.setValue(bottom - self.viewport().height())
        self.focused.emit(path)

    def _left(self, path: str) -> None:
        self._tell(adding=True)

    def _tell(self, *, adding: bool) -> None:
        """Show problems in their rows; while a person types they only go away, they do not come."""
        found: dict[str, list[Problem]] = {}
        for problem in self.document.told():
            found.setdefault(problem.path, []).append(problem)
        moved = False
        for path, row in self.rows.items():
            problems = tuple(found.get(path, ()))
            if not adding:
                problems = tuple(problem for problem in row._problems if problem in problems)
            moved = row.tell(problems) or moved
        for name, table in self.tables.items():
            table.tell({p: tuple(v) for p, v in found.items() if p.partition("[")[0] == name})
        if moved:
            self.relayout()
        self._progress()
        self.told.emit()

    def _progress(self) -> None:
        for name, progress in self.document.form.progress().items():
            if name in self.heads:
                self.heads[name].show_progress(progress, tell=self.document.checked)

    # --- going places ------------------------------------------------------------------------------------------------

    @property
    def here(self) -> str:
        """Return the path of the field last reached."""
        return self._here

    def go_to(self, path: str) -> bool:
        """Put the focus into the field at a path and show it; say whether there is one."""
        name = path.partition("[")[0]
        if name not in self.rows and name not in self.tables:
            self.build_all()
        self._relayout()
        row = self.rows.get(name)
        if row is not None and row.wanted:
            self.ensureWidgetVisible(row, 0, 60)
            row.editor.setFocus(Qt.FocusReason.OtherFocusReason)
            return True
        table = self.tables.get(name)
        if table is not None and table.wanted:
            self.ensureWidgetVisible(table, 0, 60)
            table.go_to(path)
            return True
        return False

    def first(self) -> None:
        """Put the focus into the first field that may be filled and is not."""
        for row in self.rows.values():
            if row.wanted and row.spec.calculated is None:
                row.editor.setFocus(Qt.FocusReason.OtherFocusReason)
                return

    def commit(self) -> None:
        """Take what is being typed, now."""
        for row in self.rows.values():
            row.commit()
        for table in self.tables.values():
            table.commit()

    def undo(self) -> None:
        """Take the last change back and show where it was."""
        self._turn(self.document.undo)

    def redo(self) -> None:
        """Do the change that was taken back again and show where it is."""
        self._turn(self.document.redo)

    def _turn(self, turn: Callable[[], str | None]) -> None:
        self.commit()
        path = turn()
        if path is not None:
            row = self.rows.get(path)
            if row is not None:
                row.refresh()
            self.go_to(path)

    def help_here(self) -> bool:
        """Open or close the help of the field with the focus (the window's F1); False where there is none."""
        row, table = self.rows.get(self._here), self.tables.get(self._here.partition("[")[0])
        if row is not None:
            row.toggle_help()
        elif table is not None:
            table.toggle_help(self._here)
        return row is not None or table is not None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Help by F1 also where no window around asks for it."""
        if event.key() != Qt.Key.Key_F1 or not self.help_here():
            super().keyPressEvent(event)
