"""One field of a form as a row: official code, label, editor, and under it what is to be said about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from desktop.ui.filling.document import FormDocument
from desktop.ui.filling.fields import (
    LEAST_HEIGHT,
    CheckEditor,
    ChoiceEditor,
    LineEditor,
    LinesEditor,
    listed,
    make_editor,
    tint,
)
from desktop.ui.filling.file_field import FileEditor
from desktop.ui.filling.reading import NUMBERS, Taken
from desktop.ui.parts import Button
from desktop.ui.theme import RADIUS, STEP, Size, colour, font, grown, icon
from forms import kinds
from forms.definition import Field
from forms.form.problem import Problem
from forms.kinds import Value

PAUSE = 40
"""Milliseconds without a key after which what was typed counts; the page beside follows then."""
MOST_LINES = 3
"""Lines of a label beside a number; a longer one stands above it."""
PAD = 3
"""Room round a row for the ring of its focus."""
LINE_TOP = 5
"""Where the first line of a label begins, so that it stands on the line of its editor."""
GAP = 2 * STEP
HELP = 28


@dataclass(frozen=True)
class Measures:
    """How large things are in the size of text that was chosen, in pixels."""

    line: int
    height: int
    """Of an editor of one line."""
    code: int
    number: int
    date: int
    wide: int
    """From this width on the label of a text stands beside its editor, else above it."""

    @classmethod
    def of(cls, metrics: QFontMetrics) -> Measures:
        """Measure a font."""
        line = metrics.lineSpacing()
        return cls(
            line,
            max(LEAST_HEIGHT, line + 12),
            metrics.horizontalAdvance("[00a]") + 14,
            metrics.horizontalAdvance("−9.999.999.999.999") + 34,
            metrics.horizontalAdvance("00/00/0000") + 50,
            metrics.averageCharWidth() * 84,
        )


@dataclass(frozen=True)
class Source:
    """Say where the value of a field comes from, or could come from."""

    value: Value
    words: str
    offer: str = ""
    """Words of the button that takes the value over while the field is empty."""


class FieldRow(QWidget):
    """A field; lays its parts out by hand, since five hundred of them must stand within a blink."""

    focused = Signal(str)
    left = Signal(str)
    resized = Signal()
    undo_asked = Signal()
    redo_asked = Signal()
    files_brought = Signal(str, list)
    """Files are to be taken for the field of this path."""
    file_shown = Signal(str)
    """The file of this digest is to be shown beside."""

    def __init__(
        self, document: FormDocument, field: Field, today: date, source: Source | None = None, path: str = ""
    ) -> None:
        """Show a field of the form, or with `path` (`con[0].ten`) one of an entry of a repeated group."""
        super().__init__()
        self.document, self.spec, self.path = document, field, path or field.name
        self.source = source
        self._burst: object = None
        self._problems: tuple[Problem, ...] = ()
        self._extra: list[QWidget] = []
        self._note: QLabel | None = None
        self._problem: QLabel | None = None
        self._offer: Button | None = None
        self._question: QWidget | None = None
        self._help: QLabel | None = None
        self._marks: list[tuple[QRect, str, str]] = []
        self._arranged: tuple[tuple[int, bool, Measures], int] | None = None
        """How it was laid out last and how high it then was; None once something in it needs other room."""
        self.spot: tuple[int, int, int, int] | None = None
        """Where the sheet has put it: left, top, width, height. Five hundred are asked for at each change of layout."""
        lang = document.lang
        self.label = QLabel(self)
        self.label.setWordWrap(True)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.editor = make_editor(field, lang, today)
        self.editor.setParent(self)
        self.label.setBuddy(self.editor)
        self.help_button = QToolButton(self)
        self.help_button.setIcon(icon("help", "muted"))
        self.help_button.setAutoRaise(True)
        self.help_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.help_button.setToolTip(self.tr("Hướng dẫn (F1)"))
        self.help_button.setAccessibleName(self.tr("Hướng dẫn cho {}").format(field.label.get(lang)))
        self.help_button.clicked.connect(self.toggle_help)
        self._offer_list()
        self._timer: QTimer | None = None
        editor = self.editor
        editor.typed.connect(self._typed)
        editor.left.connect(self._was_left)
        editor.reached.connect(self._was_reached)
        editor.undo_asked.connect(self.undo_asked)
        editor.redo_asked.connect(self.redo_asked)
        calculated = field.calculated is not None
        if isinstance(editor, (LineEditor, LinesEditor)) and (calculated or document.read_only):
            editor.setReadOnly(True)
            tint(editor, sunken=True)
        elif isinstance(editor, FileEditor):
            editor.brought.connect(lambda files: self.files_brought.emit(self.path, files))
            editor.file_shown.connect(self.file_shown)
            editor.resized.connect(self._needs_room)
            if document.read_only:
                editor.set_read_only()
        elif document.read_only:
            editor.setEnabled(False)
        if calculated:
            self._say_note(self.tr("ƒ  {}").format(document.form.explain(self.path, lang) or ""))
        self.refresh_shape()
        self.refresh()

    # --- showing -----------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the value as it is now, unless a person is just typing it."""
        if self._burst is not None and self.editor.hasFocus() and self.spec.calculated is None:
            return
        form, path = self.document.form, self.path
        value: Value = form.value(path)
        if value == 0 and self.spec.kind == "money" and self.spec.calculated is None:
            value = form.entered_value(path)  # 0 that nobody typed is an empty place
        if self.spec.kind == "ward" or self.spec.options_from:
            self._offer_list()
        self.editor.put(value, self.document.unread.get(path))
        self._refresh_source()

    def refresh_shape(self) -> bool:
        """Show whether it is required, and whether it is there at all; say whether that changed the layout."""
        form, lang = self.document.form, self.document.lang
        required = form.required(self.path)
        words = self.spec.label.get(lang) + (self.tr(" (bắt buộc)") if required else "")
        changed = words != self.label.text()
        if changed:
            self._arranged = None
            self.label.setText(words)
            code = f"{self.spec.code} " if self.spec.code else ""
            self.editor.setAccessibleName(code + words)
            self._describe()
        return changed

    @property
    def wanted(self) -> bool:
        """Say whether the form shows this field now."""
        return self.document.form.visible(self.path)

    def tell(self, problems: tuple[Problem, ...]) -> bool:
        """Show the problems of this field; say whether that changed the layout."""
        if problems == self._problems:
            return False
        self._problems = problems
        self._arranged = None
        if problems and self._question is None:
            if self._problem is None:
                self._problem = self._made(QLabel(self), Size.SMALL)
            words = "\n".join(problem.message.get(self.document.lang) for problem in problems)
            self._problem.setText(words)
            tinted = self._problem.palette()
            tinted.setColor(self._problem.foregroundRole(), colour(self.tone))
            self._problem.setPalette(tinted)
            self._problem.show()
        elif self._problem is not None:
            self._problem.hide()
        self._describe()
        self.update()
        return True

    @property
    def tone(self) -> str:
        """Return the tone of its worst problem."""
        return "danger" if any(problem.severity == "error" for problem in self._problems) else "warning"

    def _made(self, label: QLabel, size: Size) -> QLabel:
        label.setFont(font(size))
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        return label

    def _say_note(self, words: str) -> bool:
        if self._note is None:
            if not words:
                return False
            self._note = self._made(QLabel(self), Size.SMALL)
            tinted = self._note.palette()
            tinted.setColor(self._note.foregroundRole(), colour("muted"))
            self._note.setPalette(tinted)
        if self._note.text() == words:
            return False
        self._arranged = None
        self._note.setText(words)
        self._note.setVisible(bool(words))
        self._describe()
        return True

    def _refresh_source(self) -> None:
        source = self.source
        if source is None or self.spec.calculated is not None:
            return
        typed = self.document.typed(self.path)
        changed = self._say_note(f"↺  {source.words}" if typed == source.value and typed is not None else "")
        offer = bool(source.offer) and typed is None and not self.document.read_only
        if offer and self._offer is None:
            self._offer = Button(source.offer, "refresh", flat=True)
            self._offer.setParent(self)
            self._offer.setFont(font(Size.SMALL))
            value = source.value
            self._offer.clicked.connect(lambda: self.document.enter(self.path, value))
        if self._offer is not None and self._offer.isHidden() == offer:
            self._offer.setVisible(offer)
            changed = True
        if changed:
            self._needs_room()

    def _needs_room(self) -> None:
        """Be laid out anew soon."""
        self._arranged = None
        self.resized.emit()

    def _describe(self) -> None:
        """Tell a screen reader all that stands around the editor."""
        lang = self.document.lang
        parts = [problem.message.get(lang) for problem in self._problems]
        if self._note is not None and self._note.text():
            parts.append(self._note.text())
        self.editor.setAccessibleDescription(" ".join(parts))

    def toggle_help(self) -> None:
        """Show or hide the form's own instructions for this field, under it."""
        if self._help is None:
            words = self.spec.help.get(self.document.lang)
            if self.spec.confidence in ("L", "P"):
                words += "\n" + self.tr("Chưa xác nhận với nguồn chính thức.")
            self._help = self._made(QLabel(words, self), Size.SMALL)
            self._help.setContentsMargins(8, 6, 8, 6)
            self._help.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._help.setAccessibleName(words)
            self._help.show()
        else:
            self._help.setVisible(self._help.isHidden())
        self._needs_room()

    def hide_help(self) -> bool:
        """Hide the instructions; say whether they were shown."""
        if self._help is None or self._help.isHidden():
            return False
        self._help.hide()
        self._needs_room()
        return True

    def beside(self, name: str) -> str:
        """Return the path of another field, of the same entry where it has one of that name."""
        table = self.document.form.definition.tables.get(self.spec.table or "")
        return f"{self.path.rpartition('.')[0]}.{name}" if table is not None and name in table.column else name

    def _offer_list(self) -> None:
        if not listed(self.spec) or isinstance(self.editor, (CheckEditor, LinesEditor, FileEditor)):
            return
        form = self.document.form
        options = form.options(self.path)
        key = f"{form.template.id} {form.template.version} {self.path}"
        if self.spec.depends_on:
            key += f" {form.value(self.beside(self.spec.depends_on))}"
        if getattr(self, "_offered", None) == key:
            return
        self._offered = key
        if options or isinstance(self.editor, ChoiceEditor):
            self.editor.offer(options, key)

    # --- typing ------------------------------------------------------------------------------------------------------

    def _was_reached(self) -> None:
        self.update()
        self.focused.emit(self.path)

    def _typed(self) -> None:
        if self._burst is None:
            self._burst = object()
        if isinstance(self.editor, (CheckEditor, ChoiceEditor, FileEditor)):
            self._take(final=True)
            return
        if self._timer is None:
            self._timer = QTimer(self)
            self._timer.setSingleShot(True)
            self._timer.setInterval(PAUSE)
            self._timer.timeout.connect(lambda: self._take(final=False))
        self._timer.start()

    def _was_left(self) -> None:
        self.update()
        self.commit()
        if self.spec.calculated is None:
            self.document.leave(self.path)
        self.left.emit(self.path)

    def commit(self) -> None:
        """Take what was typed, now."""
        if self._burst is not None:
            self._take(final=True)

    def _take(self, *, final: bool) -> None:
        """Enter what was typed; a text that is no value of this field only counts once the field is left."""
        if self._timer is not None:
            self._timer.stop()
        if self._burst is None or self.spec.calculated is not None:
            return
        taken = self.editor.read()
        if (taken.unread or taken.choices) and not final:
            return
        burst = self._burst
        if final:
            self._burst = None
        if taken.unread or taken.choices:
            self._ask(taken)
            self.document.enter(self.path, str(taken.value), burst=burst, unread=True)
            return
        self._ask(None)
        self.document.enter(self.path, taken.value, burst=burst)
        if final:
            self.refresh()

    def _ask(self, taken: Taken | None) -> None:
        """Ask which of two numbers was meant."""
        if self._question is not None:
            self._question.deleteLater()
            self._question.hide()
            self._question = None
            self._needs_room()
        if taken is None or not taken.choices:
            return
        asked = QWidget(self)
        row = QHBoxLayout(asked)
        row.setContentsMargins(0, 0, 0, 0)
        words = QLabel(self.tr("“{}” là số nào?").format(taken.value))
        words.setFont(font(Size.SMALL))
        row.addStretch(1)
        row.addWidget(words)
        for choice in taken.choices:
            button = Button(kinds.grouped(choice, self.document.lang))
            button.clicked.connect(lambda _=False, choice=choice: self._choose(choice))
            row.addWidget(button)
        asked.setAccessibleName(words.text())
        self._question = asked
        asked.show()
        self._needs_room()

    def _choose(self, choice: str) -> None:
        whole = self.spec.kind in ("money", "integer") and not self.spec.coefficient
        self._ask(None)
        self.document.enter(self.path, int(choice) if whole else choice)
        self.refresh()
        self.editor.setFocus()

    # --- layout ------------------------------------------------------------------------------------------------------

    def arrange(self, width: int, coded: bool, measures: Measures) -> int:
        """Place the parts in a width, unless they stand in it already; return the height that they need."""
        asked = (width, coded, measures)
        if self._arranged is None or self._arranged[0] != asked:
            self._arranged = asked, self._arrange(width, coded, measures)
            self.update()
        return self._arranged[1]

    def _arrange(self, width: int, coded: bool, measures: Measures) -> int:
        left = measures.code if coded else PAD
        ask = grown(HELP)
        room = width - left - ask - GAP
        kind = self.spec.kind
        self._marks = []
        one = measures.height
        tall = 4 * measures.line + 14 if kind == "multiline" else one
        note_left, note_wide = left, room
        if kind in NUMBERS or kind in ("date", "month", "quarter", "period", "check"):
            wide = measures.number if kind in NUMBERS else grown(28) if kind == "check" else measures.date
            wide = min(wide, room)
            label = room - wide - GAP
            high = self._height(self.label, label)
            if high > MOST_LINES * measures.line + 2 or label < 4 * measures.code:
                high = self._height(self.label, room)
                self.label.setGeometry(left, PAD, room, high)
                self.editor.setGeometry(left + room - wide, PAD + high + 5, wide, one)
                bottom = PAD + high + 5 + one
            else:
                self.label.setGeometry(left, PAD + LINE_TOP, label, high)
                self.editor.setGeometry(left + label + GAP, PAD, wide, one)
                bottom = PAD + max(high + LINE_TOP, one)
        elif width >= measures.wide:
            label = int(room * 0.42)
            tall = self.editor.height_in(room - label - GAP) if isinstance(self.editor, FileEditor) else tall
            high = self._height(self.label, label)
            self.label.setGeometry(left, PAD + LINE_TOP, label, high)
            self.editor.setGeometry(left + label + GAP, PAD, room - label - GAP, tall)
            bottom = PAD + max(high + LINE_TOP, tall)
            note_left, note_wide = left + label + GAP, room - label - GAP
        else:
            high = self._height(self.label, room)
            tall = self.editor.height_in(room) if isinstance(self.editor, FileEditor) else tall
            self.label.setGeometry(left, PAD, room, high)
            self.editor.setGeometry(left, PAD + high + 5, room, tall)
            bottom = PAD + high + 5 + tall
        y = self.editor.y()
        self.help_button.setGeometry(width - ask, y + (one - ask) // 2, ask, ask)
        right = kind in NUMBERS and self._help is None
        parts: tuple[QWidget | None, ...] = (self._problem, self._question, self._note, self._offer, self._help)
        shown = [part for part in parts if part is not None and not part.isHidden()]
        for part in shown:
            bottom += 4
            shift = 0
            if part is self._problem:
                self._marks.append((QRect(note_left, bottom + 1, grown(16), grown(16)), self.tone, self.tone))
                shift = 6 + grown(16)
            if isinstance(part, QLabel):
                tall = self._height(part, note_wide - shift)
                if part is self._note and right:
                    part.setAlignment(Qt.AlignmentFlag.AlignRight)
            else:
                tall = max(part.sizeHint().height(), 28)
            wide = note_wide - shift
            if isinstance(part, Button):
                wide = min(part.sizeHint().width(), note_wide)
                shift = note_wide - wide if right else 0
            part.setGeometry(note_left + shift, bottom, wide, tall)
            bottom += tall
        return bottom + PAD

    def _height(self, label: QLabel, width: int) -> int:
        return max(label.heightForWidth(max(width, 60)), 22)

    def sizeHint(self) -> QSize:
        """Be laid out by the sheet."""
        return QSize(300, LEAST_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the official code, the ring of an error, and the shapes of the problems."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.spec.code:
            painter.setFont(font(Size.BODY, tabular=True))
            painter.setPen(colour("muted"))
            box = QRect(0, self.label.y(), self.label.x(), self.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, self.spec.code)
        if self._help is not None and not self._help.isHidden():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour("accent_soft"))
            painter.drawRoundedRect(QRectF(self._help.geometry()), RADIUS, RADIUS)
        for box, symbol, role in self._marks:
            icon({"danger": "error", "warning": "warning"}[symbol], role).paint(painter, box)
        if isinstance(self.editor, (LineEditor, LinesEditor, ChoiceEditor, FileEditor)):
            ring = QRectF(self.editor.geometry()).adjusted(-2, -2, 2, 2)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            if self._problems and not self.editor.hasFocus():
                painter.setPen(QPen(colour(self.tone), 2))
                painter.drawRoundedRect(ring.adjusted(1, 1, -1, -1), 4, 4)
