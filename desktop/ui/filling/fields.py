"""The editors of single values: each reads and shows one kind, tells when it was typed in and when it was left."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import cache

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QStandardItem,
    QStandardItemModel,
    QWheelEvent,
)
from PySide6.QtWidgets import QCheckBox, QComboBox, QCompleter, QLineEdit, QMenu, QPlainTextEdit, QWidget

from desktop.ui.filling import reading
from desktop.ui.filling.file_field import FileEditor
from desktop.ui.filling.reading import LISTED, NUMBERS, Taken
from desktop.ui.theme import Size, colour, font, icon
from forms import kinds
from forms.definition import Field, Option
from forms.identifiers import fold
from forms.kinds import Value

MOST_CHOICES = 14
"""Options that a plain drop-down list shows; a longer list is filtered by typing."""
FOLDED = Qt.ItemDataRole.UserRole + 1
CODE = Qt.ItemDataRole.UserRole + 2
LEAST_HEIGHT = 32
_TYPED = re.compile(r"[−-]?[0-9.]{0,24}")


class LineEditor(QLineEdit):
    """One line: text, number, date, or an entry of a long list found by typing."""

    typed = Signal()
    left = Signal()
    reached = Signal()
    undo_asked = Signal()
    redo_asked = Signal()

    def __init__(self, field: Field, lang: str, today: date) -> None:
        super().__init__()
        self.spec, self.lang, self.today = field, lang, today
        self.options: Sequence[Option] = ()
        self.numeric = field.kind in NUMBERS
        if self.numeric:
            self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.setFont(font(Size.BODY, tabular=True))
        if field.max_length and not self.numeric and field.kind not in LISTED:
            self.setMaxLength(max(field.max_length * 2, 40))  # too long a text is told, not cut while pasting
        if field.kind == "date":
            self.setPlaceholderText("dd/MM/yyyy")
        elif field.kind == "month":
            self.setPlaceholderText("MM/yyyy")
        elif field.kind == "quarter":
            self.setPlaceholderText("Q1/yyyy")
        self._stood = ""
        """The text before the last key."""
        self._put = False
        self.textEdited.connect(self._edited)
        self.textChanged.connect(self._changed_at_all)

    def _changed_at_all(self, text: str) -> None:
        """Take a text that a screen reader or another aid puts here for typed: it presses no key."""
        if not self._put and text != self._stood:
            self.typed.emit()

    @property
    def whole(self) -> bool:
        """Say whether whole numbers are typed here; their dots come by themselves."""
        return self.spec.kind in ("money", "integer") and not self.spec.coefficient

    def _edited(self, text: str) -> None:
        """Set the dots of a whole number while it is typed; what is pasted is read as a whole when it is left."""
        if self.whole and abs(len(text) - len(self._stood)) <= 1 and _TYPED.fullmatch(text):
            behind = sum(character.isdigit() for character in text[self.cursorPosition() :])
            shown = kinds.grouped(text.replace(".", "").replace("−", "-")) if any(map(str.isdigit, text)) else text
            if shown != text:
                self.setText(shown)
                at = len(shown)
                while at > 0 and behind > 0:
                    at -= 1
                    behind -= shown[at].isdigit()
                self.setCursorPosition(at)
        self._stood = self.text()
        self.typed.emit()

    def offer(self, options: Sequence[Option], key: str) -> None:
        """Offer the entries of a list; what is typed finds them without diacritics, too."""
        self.options = options
        finder = _Finder(_list_model(key, tuple((o.value, o.label.get(self.lang)) for o in options)), self)
        finder.setCompletionRole(FOLDED)
        finder.setFilterMode(Qt.MatchFlag.MatchContains)
        finder.setMaxVisibleItems(12)
        finder.setWidget(self)
        self.setCompleter(finder)
        finder.activated.connect(lambda _: self.typed.emit())
        if not self.actions():
            drop = self.addAction(icon("down", "muted"), QLineEdit.ActionPosition.TrailingPosition)
            drop.setText(self.tr("Mở danh sách"))
            drop.setToolTip(self.tr("Mở danh sách (Alt+↓)"))
            drop.triggered.connect(self.open_list)

    def open_list(self) -> None:
        """Show the whole list."""
        found = self.completer()
        if found is not None:
            found.setCompletionPrefix("")
            found.complete()

    def read(self) -> Taken:
        """Read what stands here."""
        return reading.read_text(self.spec, self.text(), self.today, self.options, self.lang)

    def put(self, value: Value, unread: str | None = None) -> None:
        """Show a value."""
        if unread is not None:
            text = unread
        elif self.options and isinstance(value, str):
            text = next((o.label.get(self.lang) for o in self.options if o.value == value), value)
        else:
            text = reading.shown(self.spec, value, self.lang)
        if text != self.text():
            self._put = True
            self.setText(text)
            self._put = False
            if not self.numeric:
                self.setCursorPosition(0)
        self._stood = text

    def copy_plain(self) -> None:
        """Copy what is selected, a number as plain digits."""
        if self.hasSelectedText():
            text = self.selectedText()
            QGuiApplication.clipboard().setText(reading.copied(text) if self.numeric else text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Undo belongs to the form, not to this line; Enter and arrows lead on; numbers are copied plain."""
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undo_asked.emit()
        elif event.matches(QKeySequence.StandardKey.Redo) or (
            event.key() == Qt.Key.Key_Y and event.modifiers() == Qt.KeyboardModifier.ControlModifier
        ):
            self.redo_asked.emit()
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy_plain()
        elif event.matches(QKeySequence.StandardKey.Cut):
            self.copy_plain()
            if not self.isReadOnly():
                self.del_()
                self.typed.emit()
        elif event.key() == Qt.Key.Key_Down and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.open_list()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down) and not event.modifiers() & (
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        ):
            self.focusNextChild()
        elif event.key() == Qt.Key.Key_Up:
            self.focusPreviousChild()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done here; copying gives plain digits."""
        menu = QMenu(self)
        for words, do, usable in (
            (self.tr("Hoàn tác"), self.undo_asked.emit, not self.isReadOnly()),
            (self.tr("Làm lại"), self.redo_asked.emit, not self.isReadOnly()),
            (self.tr("Sao chép"), self.copy_plain, self.hasSelectedText()),
            (self.tr("Dán"), self._paste, not self.isReadOnly()),
            (self.tr("Chọn tất cả"), self.selectAll, True),
        ):
            action = menu.addAction(words)
            action.triggered.connect(lambda _=False, do=do: do())
            action.setEnabled(usable)
        menu.popup(event.globalPos())

    def _paste(self) -> None:
        self.paste()
        self.typed.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Select everything when reached by key, so that typing replaces it."""
        super().focusInEvent(event)
        if self.spec.kind in ("decimal", "percent") and not self.isReadOnly():
            # Without its dots a number can be changed in the middle and still be read in one way only.
            bare = self.text().replace(".", "")
            if "," in bare or bare.lstrip("−-").isdigit():
                self.setText(bare)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self.selectAll()
        self.reached.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell that the field was left, unless it is only for a menu or the list."""
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.MenuBarFocusReason):
            self.left.emit()


class _Finder(QCompleter):
    """Find entries by what was typed, folded."""

    def splitPath(self, path: str) -> list[str]:
        return [fold(path)]

    def pathFromIndex(self, index: QModelIndex | QPersistentModelIndex) -> str:
        return str(index.data(Qt.ItemDataRole.DisplayRole))


@cache
def _list_model(key: str, entries: tuple[tuple[str, str], ...]) -> QStandardItemModel:
    """Make the model of a list once; its items live in Qt, so that filtering thousands is quick."""
    model = QStandardItemModel()
    for value, words in entries:
        item = QStandardItem(words)
        item.setData(fold(words), FOLDED)
        item.setData(value, CODE)
        item.setEditable(False)
        model.appendRow(item)
    return model


class ChoiceEditor(QComboBox):
    """A short closed list."""

    typed = Signal()
    left = Signal()
    reached = Signal()
    undo_asked = Signal()
    redo_asked = Signal()

    def __init__(self, field: Field, lang: str) -> None:
        super().__init__()
        self.spec, self.lang = field, lang
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.activated.connect(lambda _: self.typed.emit())

    def offer(self, options: Sequence[Option], key: str) -> None:
        """Offer the options, and nothing at all where nothing is chosen yet."""
        self.clear()
        self.addItem("—", None)
        for option in options:
            self.addItem(option.label.get(self.lang), option.value)
            self.setItemData(self.count() - 1, option.label.get(self.lang), Qt.ItemDataRole.ToolTipRole)

    def read(self) -> Taken:
        """Read what is chosen."""
        return Taken(self.currentData())

    def put(self, value: Value, unread: str | None = None) -> None:
        """Show a value."""
        row = self.findData(value) if value else 0
        self.setCurrentIndex(max(row, 0))
        self.setToolTip(self.currentText() if row > 0 else "")

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll the form; a wheel never changes an answer by accident."""
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Undo belongs to the form; Enter leads on."""
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undo_asked.emit()
        elif event.matches(QKeySequence.StandardKey.Redo):
            self.redo_asked.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.focusNextChild()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Tell that it was reached."""
        super().focusInEvent(event)
        self.reached.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell that it was left."""
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.left.emit()


class CheckEditor(QCheckBox):
    """A box to tick."""

    typed = Signal()
    left = Signal()
    reached = Signal()
    undo_asked = Signal()
    redo_asked = Signal()

    def __init__(self, field: Field) -> None:
        super().__init__()
        self.spec = field
        self._putting = False
        # The action of a screen reader ticks without a click.
        self.toggled.connect(lambda _: None if self._putting else self.typed.emit())

    def sizeHint(self) -> QSize:
        """Leave room to hit."""
        return super().sizeHint().expandedTo(QSize(28, 28))

    def read(self) -> Taken:
        """Read whether it is ticked."""
        return Taken(self.isChecked())

    def put(self, value: Value, unread: str | None = None) -> None:
        """Show a value."""
        self._putting = True
        self.setChecked(value is True)
        self._putting = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Undo belongs to the form; Enter leads on."""
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undo_asked.emit()
        elif event.matches(QKeySequence.StandardKey.Redo):
            self.redo_asked.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down) and not event.modifiers():
            self.focusNextChild()
        elif event.key() == Qt.Key.Key_Up:
            self.focusPreviousChild()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Tell that it was reached."""
        super().focusInEvent(event)
        self.reached.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell that it was left."""
        super().focusOutEvent(event)
        self.left.emit()


class LinesEditor(QPlainTextEdit):
    """Several lines of text."""

    typed = Signal()
    left = Signal()
    reached = Signal()
    undo_asked = Signal()
    redo_asked = Signal()

    def __init__(self, field: Field) -> None:
        super().__init__()
        self.spec = field
        self._quiet = False
        self.setTabChangesFocus(True)
        self.setUndoRedoEnabled(False)
        self.textChanged.connect(self._changed)

    def _changed(self) -> None:
        if not self._quiet:
            self.typed.emit()

    def read(self) -> Taken:
        """Read what stands here."""
        return Taken(self.toPlainText() or None)

    def put(self, value: Value, unread: str | None = None) -> None:
        """Show a value."""
        text = str(value or "") if unread is None else unread
        if text != self.toPlainText():
            self._quiet = True
            self.setPlainText(text)
            self._quiet = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Undo belongs to the form."""
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undo_asked.emit()
        elif event.matches(QKeySequence.StandardKey.Redo):
            self.redo_asked.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Tell that it was reached."""
        super().focusInEvent(event)
        self.reached.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell that it was left."""
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.MenuBarFocusReason):
            self.left.emit()


Editor = LineEditor | ChoiceEditor | CheckEditor | LinesEditor | FileEditor


def make_editor(field: Field, lang: str, today: date) -> Editor:
    """Make the editor for a field's kind."""
    if field.kind == "check":
        return CheckEditor(field)
    if field.kind == "multiline":
        return LinesEditor(field)
    if field.kind == "file":
        return FileEditor(field, lang)
    if field.kind == "choice" and len(field.options) <= MOST_CHOICES and not field.calculated:
        return ChoiceEditor(field, lang)
    return LineEditor(field, lang, today)


def listed(field: Field) -> bool:
    """Say whether a field offers a list."""
    return bool(field.options or field.options_from or field.kind in ("province", "ward"))


def tint(widget: QWidget, *, sunken: bool) -> None:
    """Show by its ground that an editor cannot be typed in."""
    tinted = widget.palette()
    tinted.setColor(tinted.ColorRole.Base, colour("sunken" if sunken else "raised"))
    widget.setPalette(tinted)
