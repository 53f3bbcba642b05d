"""A repeated group: its entries one below the other, each under a title of its own that folds it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget

from desktop.ui.filling.document import FormDocument
from desktop.ui.filling.group import BETWEEN, INDENT, GroupHead, Placed, stack
from desktop.ui.filling.row import FieldRow, Measures
from desktop.ui.parts import Button, Said
from desktop.ui.theme import STEP, Size, font
from forms import kinds
from forms.definition import Field, Group, Node, Table
from forms.errors import FormsError
from forms.form.problem import Problem

LONGEST = 60
"""Characters of what an entry's title says of what is in it."""


class RepeatBlock(QWidget):
    """The entries of a repeated group, with the buttons that add and take away."""

    focused = Signal(str)
    left = Signal(str)
    resized = Signal()
    undo_asked = Signal()
    redo_asked = Signal()
    files_brought = Signal(str, list)
    file_shown = Signal(str)

    def __init__(self, document: FormDocument, table: Table, today: date) -> None:
        super().__init__()
        assert table.repeats is not None
        self.document, self.table, self.group, self._today = document, table, table.repeats, today
        self.rows: dict[str, FieldRow] = {}
        """The rows of fields by path, `con[0].ten`."""
        self.entries: list[GroupHead] = []
        self._heads: dict[str, GroupHead] = {}
        """The titles of groups in entries by path, `con[0].truong`."""
        self._blocks: list[list[Placed]] = []
        self._coded = any(column.code for column in table.columns)
        self.head = GroupHead.of(self, self.group, document.lang, open=True)
        self.head.folded.connect(self.resized)
        self.add_button = Button(self.tr("Thêm {}").format(table.label.get(document.lang).lower()), "add")
        self.add_button.setParent(self)
        self.add_button.clicked.connect(self.add)
        self._message = Said(self)
        self._follow()

    @property
    def wanted(self) -> bool:
        """Say whether the form shows this group now."""
        return self.document.form.visible(self.table.name)

    # --- entries -----------------------------------------------------------------------------------------------------

    def _follow(self) -> None:
        """Have as many entries as the form has rows."""
        count = len(self.document.form.rows[self.table.name])
        while len(self.entries) > count:
            self._drop()
        for row in self.rows.values():  # another row may have taken the place of this one
            row.refresh_shape()
            row.refresh()
        while len(self.entries) < count:
            self._build(len(self.entries))
        self._order()
        self._names()
        self.add_button.setEnabled(not self.document.read_only and count < self.table.max_rows)

    def _build(self, index: int) -> None:
        head = GroupHead(self, "")
        head.folded.connect(self.resized)
        if not self.document.read_only:
            away = Button(self.tr("Xóa"), "delete", flat=True)
            away.clicked.connect(lambda: self.remove(self.entries.index(head)))
            head.add_tool(away)
        self.entries.append(head)
        self._blocks.append([Placed(head), *self._grown(self.group.nodes, index, (head,))])

    def _grown(self, nodes: tuple[Node, ...], index: int, heads: tuple[GroupHead, ...]) -> Iterator[Placed]:
        for node in nodes:
            if isinstance(node, Group):
                head = GroupHead.of(self, node, self.document.lang, open=not node.folded)
                head.folded.connect(self.resized)
                self._heads[f"{self.table.name}[{index}].{node.name}"] = head
                yield Placed(head, heads)
                yield from self._grown(node.nodes, index, (*heads, head))
            else:
                assert isinstance(node, Field)
                yield Placed(self._row(node, index), heads)

    def _row(self, field: Field, index: int) -> FieldRow:
        path = f"{self.table.name}[{index}].{field.name}"
        row = FieldRow(self.document, field, self._today, None, path)
        row.setParent(self)
        row.focused.connect(self.focused)
        row.left.connect(self.left)
        row.resized.connect(self.resized)
        row.undo_asked.connect(self.undo_asked)
        row.redo_asked.connect(self.redo_asked)
        row.files_brought.connect(self.files_brought)
        row.file_shown.connect(self.file_shown)
        self.rows[path] = row
        return row

    def _drop(self) -> None:
        index = len(self.entries) - 1
        self.entries.pop()
        prefix = f"{self.table.name}[{index}]."
        for held in (self.rows, self._heads):
            for path in [path for path in held if path.startswith(prefix)]:
                del held[path]
        for block in self._blocks.pop():
            if isinstance(block.widget, GroupHead):
                block.widget.line.hide()
                block.widget.line.deleteLater()
            block.widget.hide()
            block.widget.deleteLater()

    def _order(self) -> None:
        """Let Tab go through the entries in the order in which they stand."""
        before: QWidget = self.head.button
        for block in (block for entry in self._blocks for block in entry):
            widget = block.widget
            stops: list[QWidget] = [widget.button, *widget.tools.findChildren(Button)] if isinstance(
                widget, GroupHead
            ) else [widget.editor] if isinstance(widget, FieldRow) else []  # fmt: skip
            for stop in stops:
                QWidget.setTabOrder(before, stop)
                before = stop
        QWidget.setTabOrder(before, self.add_button)

    def _names(self) -> None:
        """Number the titles, and say what is in an entry by its first text."""
        lang, form = self.document.lang, self.document.form
        for index, head in enumerate(self.entries):
            said = ""
            for column in self.table.columns:
                if column.type == "text" and not said:
                    value = form.value(f"{self.table.name}[{index}].{column.name}")
                    said = kinds.shown(column, value, lang).replace("\n", " ")[:LONGEST]
            title = self.table.entry(index).get(lang)
            title = f"{title} — {said}" if said else title
            if title != head.title.text():
                head.name(title)
                for button in head.tools.findChildren(Button):
                    button.setAccessibleName(self.tr("Xóa {}").format(title))

    # --- doing -------------------------------------------------------------------------------------------------------

    def add(self) -> None:
        """Begin a new entry and stand in its first field."""
        rows = self.document.form.entered_rows(self.table.name)
        if self._set([*rows, {}], len(rows)):
            self.go_to(f"{self.table.name}[{len(rows)}]")

    def remove(self, index: int) -> None:
        """Take an entry out; undo brings it back."""
        rows = self.document.form.entered_rows(self.table.name)
        del rows[index]
        self._set(rows, max(index - 1, 0))
        self.add_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _set(self, rows: list[dict[str, Any]], index: int) -> bool:
        self.commit()
        try:
            self.document.set_rows(self.table.name, rows, f"{self.table.name}[{index}]")
        except FormsError as error:
            from desktop.messages import message

            self._say(message(error, lang="en" if self.document.lang == "en" else "vi").text)
            return False
        return True

    def commit(self) -> None:
        """Take what is being typed, now."""
        for row in list(self.rows.values()):
            row.commit()

    # --- following the form ------------------------------------------------------------------------------------------

    def refresh(self, path: str) -> None:
        """Follow a change: in one field, or of the entries as a whole."""
        row = self.rows.get(path)
        if row is not None:
            row.refresh_shape()
            row.refresh()
            for other in self.rows.values():
                if other.spec.depends_on and other.beside(other.spec.depends_on) == path:
                    other.refresh()
            self._names()
        elif path == self.table.name:
            self._follow()
            self.resized.emit()

    def tell(self, problems: Mapping[str, tuple[Problem, ...]], *, adding: bool = True) -> None:
        """Show problems at their fields, and how many at the titles over them."""
        moved = False
        for path, row in self.rows.items():
            found = problems.get(path, ())
            if not adding:
                found = tuple(problem for problem in row._problems if problem in found)
            moved = row.tell(found) or moved
        for entry in self._blocks:
            for block in entry:
                if isinstance(block.widget, GroupHead):
                    under = [one.widget for one in entry if block.widget in one.heads]
                    tell_head(block.widget, [row for row in under if isinstance(row, FieldRow)])
        tell_head(self.head, list(self.rows.values()))
        whole = problems.get(self.table.name, ())
        self._say("\n".join(problem.message.get(self.document.lang) for problem in whole))
        if moved:
            self.resized.emit()

    def _say(self, words: str) -> None:
        if self._message.tell(words):
            self.resized.emit()

    # --- going places ------------------------------------------------------------------------------------------------

    def row_at(self, path: str) -> FieldRow | None:
        """Return the row of a field of an entry."""
        return self.rows.get(path)

    def go_to(self, path: str) -> None:
        """Stand in the field of a path, in the first one of an entry, or at the button that adds one."""
        wanted = [row for at, row in self.rows.items() if (at == path or at.startswith(f"{path}.")) and row.wanted]
        row = next((row for row in wanted if row.path == path or row.spec.calculated is None), None)
        if row is None:
            self.head.unfold()
            self.add_button.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.head.unfold()
        for entry in self._blocks:
            for block in entry:
                if block.widget is row:
                    for head in block.heads:
                        head.unfold()
        self.arrange(self.width())
        row.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def place_of(self, path: str) -> tuple[int, int] | None:
        """Return where the row of a path begins and ends, from the top of this block."""
        row = self.rows.get(path)
        if row is None:
            return None
        top = row.mapTo(self, QPoint(0, 0)).y()
        return top, top + row.height()

    def toggle_help(self, path: str) -> None:
        """Show or hide the instructions for the field one stands in."""
        row = self.rows.get(path)
        if row is not None:
            row.toggle_help()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take back and do again, add an entry."""
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undo_asked.emit()
        elif event.matches(QKeySequence.StandardKey.Redo) or (control and event.key() == Qt.Key.Key_Y):
            self.redo_asked.emit()
        elif control and event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal) and self.add_button.isEnabled():
            self.add()
        else:
            super().keyPressEvent(event)

    # --- layout ------------------------------------------------------------------------------------------------------

    def arrange(self, width: int) -> int:
        """Place the entries in a width; return the height."""
        measures = Measures.of(QFontMetrics(font(Size.BODY)))
        y = self.head.arrange(width)
        self.head.setGeometry(0, 0, width, y)
        y += BETWEEN
        inset = INDENT
        for entry in self._blocks:
            shown = [Placed(block.widget, (self.head, *block.heads)) for block in entry]
            y = stack(shown, (0, y, width), lambda _: self._coded, measures)
        for part, tall in ((self._message, 0), (self.add_button, max(self.add_button.sizeHint().height(), 32))):
            if part is self._message and not self._message.text():
                continue
            if part is self.add_button:
                part.setVisible(self.head.open)
                if not self.head.open:
                    continue
                part.setGeometry(inset, y, min(part.sizeHint().width(), width - inset), tall)
            else:
                tall = self._message.heightForWidth(width - inset)
                part.setGeometry(inset, y, width - inset, tall)
            y += tall + STEP
        return y

    def sizeHint(self) -> QSize:
        """Be laid out by the sheet."""
        return QSize(400, 120)


def tell_head(head: GroupHead, rows: list[FieldRow]) -> None:
    """Say at a title how many problems are told under it."""
    told = [problem.severity for row in rows if row.wanted for problem in row._problems]
    head.tell(told.count("error"), told.count("warning"))
