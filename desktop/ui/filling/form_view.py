"""A whole form: its sections with their progress, its fields and tables, in one sheet that scrolls."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QWidget

from desktop.ui.filling.document import FormDocument
from desktop.ui.filling.group import GroupHead, Placed, stack, wanted_of
from desktop.ui.filling.repeat import RepeatBlock, tell_head
from desktop.ui.filling.row import FieldRow, Measures, Source
from desktop.ui.filling.table import TableBlock
from desktop.ui.parts import Rule
from desktop.ui.theme import STEP, Size, colour, font
from forms.definition import Field, Group, Item, Node, Section
from forms.form import Progress
from forms.form.problem import Changed, Problem

SLICE = 0.09
"""Seconds of building before the window is shown; the rest of a long form follows in slices."""
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
    files_brought = Signal(str, list)
    """Files are to be taken for the field of this path."""
    file_shown = Signal(str)
    """The file of this digest is to be shown beside."""
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
        self.tables: dict[str, TableBlock | RepeatBlock] = {}
        self.heads: dict[str, SectionHead] = {}
        self.groups: dict[str, GroupHead] = {}
        self._blocks: list[Placed] = []
        self._section: dict[QWidget, Section] = {}
        self._coded: dict[str, bool] = {}
        self._measures: Measures | None = None
        self._depending: dict[str, list[FieldRow]] = {}
        """Fields whose offers follow from another, by that other's name."""
        self._here = ""
        self._notices = notices
        for notice in notices:
            notice.setParent(self.sheet)
        self._waiting = [
            (section, node) for section in document.form.definition.sections for node in _in_order(section.nodes)
        ]
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
            section, node = self._waiting.pop(0)
            if section.id not in self.heads:
                head = SectionHead(section, self.document.lang)
                head.setParent(self.sheet)
                self.heads[section.id] = head
                self._coded[section.id] = any(item.code for item in section.items)
                self._add(section, head)
            if isinstance(node, Group):
                title = GroupHead.of(self.sheet, node, self.document.lang, open=self._opened(node))
                title.folded.connect(self.relayout)
                self.groups[node.name] = title
                self._add(section, title, node.within)
                continue
            block = self._block(node)
            block.setParent(self.sheet)
            block.focused.connect(self._reached)
            block.left.connect(self._left)
            block.resized.connect(self.relayout)
            block.undo_asked.connect(self.undo)
            block.redo_asked.connect(self.redo)
            if not isinstance(block, TableBlock):
                block.files_brought.connect(self.files_brought)
                block.file_shown.connect(self.file_shown)
            self._add(section, block, node.within)
        if not self._waiting:
            self._more.stop()
            self._progress()
            self._relayout()  # once: what is built later lies below what is seen
            self.built.emit()

    def _add(self, section: Section, widget: QWidget, within: tuple[str, ...] = ()) -> None:
        self._blocks.append(Placed(widget, tuple(self.groups[name] for name in within)))
        self._section[widget] = section

    def _block(self, item: Item) -> FieldRow | TableBlock | RepeatBlock:
        if isinstance(item, Field):
            row = self.rows[item.name] = FieldRow(self.document, item, self._today, self._sources.get(item.name))
            if item.depends_on:
                self._depending.setdefault(item.depends_on, []).append(row)
            return row
        if item.repeats is not None:
            entries = self.tables[item.name] = RepeatBlock(self.document, item, self._today)
            return entries
        table = self.tables[item.name] = TableBlock(self.document, item, self._today)
        table.import_asked.connect(self.import_asked)
        return table

    def _opened(self, group: Group) -> bool:
        """Say whether a group is unfolded at first: one that begins folded is where something in it was entered."""
        form = self.document.form
        return not group.folded or any(
            item.name in form.top.given if isinstance(item, Field) else bool(form.rows[item.name])
            for item in group.items
        )

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
        if measures == self._measures:
            measures = self._measures  # the same object: each row compares it with what it was arranged by
        self._measures = measures
        y = 2 * STEP
        for notice in self._notices:
            high = notice.heightForWidth(width) if notice.hasHeightForWidth() else notice.sizeHint().height()
            notice.setGeometry(INSET, y, width, high)
            y += high + 2 * STEP
        section = self._section
        wanted = wanted_of(self._blocks)
        shown = {section[widget].id for widget in wanted}

        def heading(head: QWidget, room: int) -> int | None:
            assert isinstance(head, SectionHead)
            return head.arrange(room) if section[head].id in shown else None

        coded = self._coded
        y = stack(self._blocks, (INSET, y, width), lambda row: coded[section[row].id], measures, heading, wanted)
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
        for path in changed.paths & self._depending.keys():
            for row in self._depending[path]:
                row.refresh()
        if again:
            self.relayout()
        self._tell(adding=self.document.checked and not self._typing())

    def _typing(self) -> bool:
        row = self.row_at(self._here)
        return row is not None and row._burst is not None

    def row_at(self, path: str) -> FieldRow | None:
        """Return the row of a field of the form, or of an entry of a repeated group."""
        table = self.tables.get(path.partition("[")[0])
        return table.row_at(path) if isinstance(table, RepeatBlock) else self.rows.get(path)

    def _reached(self, path: str) -> None:
        self._here = path
        name = path.partition("[")[0]
        row, table = self.rows.get(name), self.tables.get(name)
        spot = (0, row.height()) if row is not None else None
        if isinstance(table, RepeatBlock):
            spot = table.place_of(path)
        block = row or table
        if spot is not None and block is not None:
            bar = self.verticalScrollBar()
            top, bottom = block.y() + spot[0] - 40, block.y() + spot[1] + 40
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
            inside = {p: tuple(v) for p, v in found.items() if p.partition("[")[0] == name}
            if isinstance(table, RepeatBlock):
                table.tell(inside, adding=adding)
            else:
                table.tell(inside)
        if self.groups:
            self._tell_groups()
        if moved:
            self.relayout()
        self._progress()
        self.told.emit()

    def _tell_groups(self) -> None:
        for head in self.groups.values():
            under = [block.widget for block in self._blocks if head in block.heads]
            rows = [row for row in under if isinstance(row, FieldRow)]
            tell_head(head, rows + [row for one in under if isinstance(one, RepeatBlock) for row in one.rows.values()])

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
        for item_name in self._around(name):
            self.groups[item_name].unfold()
        if self._later.isActive():
            self._later.stop()
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

    def _around(self, name: str) -> tuple[str, ...]:
        """Return the groups that a field or table stands in."""
        definition = self.document.form.definition
        item = definition.form_fields.get(name) or definition.tables.get(name)
        return item.within if item is not None else ()

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
            row = self.row_at(path)
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


def _in_order(nodes: Iterable[Node]) -> Iterator[Node]:
    """Yield what stands on a sheet, each group before what is in it."""
    for node in nodes:
        yield node
        if isinstance(node, Group):
            yield from _in_order(node.nodes)
