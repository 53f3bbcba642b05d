"""The editor of a field that holds files: dropped, pasted or chosen here, named in lines, looked at, taken out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QBuffer, QCoreApplication, QEvent, QIODevice, QMimeData, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QImageWriter,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QApplication, QFileDialog, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from desktop.ui.filling.reading import Taken
from desktop.ui.filling.sizes import size_words
from desktop.ui.parts import Button, OneLine, Said, Text, empty
from desktop.ui.theme import RADIUS, STEP, TARGET, Size, colour, icon
from forms import enclosed
from forms.definition import Field
from forms.errors import FormsError
from forms.kinds import Value

if TYPE_CHECKING:
    from desktop.ui.filling.form_view import FormView
    from desktop.ui.jobs import Progress
    from desktop.ui.shell import Shell

READ_LIMIT = 64 << 20
"""Bytes of a file that are read at most; larger ones are refused in words by what takes them."""
Brought = tuple[str, Path | bytes]
"""A file as it came: its name, and where it lies or (pasted) its bytes."""


class FileEditor(QWidget):
    """The files of a field, and the ways to bring more."""

    typed = Signal()
    left = Signal()
    reached = Signal()
    undo_asked = Signal()
    redo_asked = Signal()
    brought = Signal(list)
    """Files to be taken for this field, each a `Brought`."""
    file_shown = Signal(str)
    """The digest of a file to be shown beside."""
    resized = Signal()

    def __init__(self, field: Field, lang: str) -> None:
        super().__init__()
        self.spec, self.lang = field, lang
        self._value: list[dict[str, Any]] = []
        self._read_only = False
        self._over = False
        self.setAcceptDrops(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * STEP, 2 * STEP, 2 * STEP, 2 * STEP)
        column.setSpacing(STEP)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(STEP)
        column.addLayout(self._lines)
        self._said = Said()
        column.addWidget(self._said)
        row = QHBoxLayout()
        row.setSpacing(2 * STEP)
        self.choose = Button(self.tr("Chọn tệp…"), "attach")
        self.choose.clicked.connect(self._choose)
        self.choose.installEventFilter(self)
        row.addWidget(self.choose)
        kinds = ", ".join({"jpeg": "JPG"}.get(kind, kind.upper()) for kind in enclosed.accepted(field))
        most, size = enclosed.most_files(field), size_words(enclosed.most_bytes(field), lang)
        hint = self.tr("hoặc thả, dán vào đây. {}; nhiều nhất {} tệp, mỗi tệp {}.").format(kinds, most, size)
        self._hint = Text(hint, Size.SMALL, role="muted")
        row.addWidget(self._hint, 1)
        column.addLayout(row)
        self.choose.setAccessibleDescription(hint)
        self.setFocusProxy(self.choose)

    # --- what every editor does --------------------------------------------------------------------------------------

    def setAccessibleName(self, name: str) -> None:
        """Name the button, too: it is what has the focus."""
        super().setAccessibleName(name)
        self.choose.setAccessibleName(self.tr("{}: chọn tệp").format(name))

    def setAccessibleDescription(self, words: str) -> None:
        """Describe the button by what is told of the field, and what it takes."""
        super().setAccessibleDescription(words)
        self.choose.setAccessibleDescription(f"{words} {self._hint.text()}".strip())

    def set_read_only(self) -> None:
        """Only show what is there."""
        self._read_only = True
        self.setAcceptDrops(False)
        self.choose.hide()
        self._hint.hide()
        self._fill()

    def read(self) -> Taken:
        """Return the files that stand here."""
        return Taken([dict(one) for one in self._value] or None)

    def put(self, value: Value, unread: str | None = None) -> None:
        """Show files."""
        found = [dict(one) for one in value] if isinstance(value, list) else []
        if found != self._value:
            self._value = found
            self._fill()

    def _fill(self) -> None:
        inside = self.isAncestorOf(QApplication.focusWidget() or self) and QApplication.focusWidget() is not self
        empty(self._lines)
        before: QWidget | None = None
        for number, file in enumerate(self._value):
            line = QWidget()
            row = QHBoxLayout(line)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(STEP)
            name = str(file["name"])
            said = OneLine(text=f"{name} · {size_words(int(file['size']), self.lang)}")
            said.setMinimumWidth(40)
            row.addWidget(said, 1)
            look = self._tool("eye", self.tr("Xem {}").format(name))
            look.clicked.connect(lambda _=False, digest=str(file["sha256"]): self.file_shown.emit(digest))
            buttons = [look]
            if not self._read_only:
                away = self._tool("delete", self.tr("Bỏ {}").format(name))
                away.clicked.connect(lambda _=False, number=number: self._remove(number))
                buttons.append(away)
            for button in buttons:
                button.installEventFilter(self)
                row.addWidget(button)
                if before is not None:
                    QWidget.setTabOrder(before, button)
                before = button
            self._lines.addWidget(line)
        if before is not None:
            QWidget.setTabOrder(before, self.choose)
        if inside and not self._read_only:
            self.choose.setFocus()  # what had the keyboard is gone: it must not wander off the field
        self.resized.emit()

    def _tool(self, symbol: str, words: str) -> QToolButton:
        made = QToolButton()
        made.setIcon(icon(symbol))
        made.setAutoRaise(True)
        made.setMinimumSize(QSize(TARGET, TARGET))
        made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        made.setToolTip(words)
        made.setAccessibleName(words)
        return made

    def _remove(self, number: int) -> None:
        del self._value[number]
        self._fill()
        self.typed.emit()

    def say(self, words: str, *, role: str = "danger") -> None:
        """Say under the files what became of those that were brought; nothing where there is nothing to say."""
        if self._said.tell(words, role=role):
            self.resized.emit()

    # --- ways to bring files -----------------------------------------------------------------------------------------

    def bring(self, files: Sequence[Brought]) -> None:
        """Ask for files to be taken."""
        if files and not self._read_only:
            self.say(self.tr("Đang nhận {} tệp…").format(len(files)), role="muted")
            self.brought.emit(list(files))

    def _choose(self) -> None:
        dialog = QFileDialog(self, self.tr("Chọn tệp cho “{}”").format(self.spec.label.get(self.lang)))
        many = enclosed.most_files(self.spec) > 1
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles if many else QFileDialog.FileMode.ExistingFile)
        endings = {"jpeg": "*.jpg *.jpeg"}
        kinds = " ".join(endings.get(kind, f"*.{kind}") for kind in enclosed.accepted(self.spec))
        dialog.setNameFilters([self.tr("Giấy tờ ({})").format(kinds), self.tr("Mọi tệp (*)")])
        dialog.filesSelected.connect(lambda names: self.bring([(Path(name).name, Path(name)) for name in names]))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def paste(self) -> bool:
        """Take the files, or the picture, on the clipboard; say whether there were any."""
        files = self._files_in(QGuiApplication.clipboard().mimeData())
        self.bring(files)
        return bool(files)

    def _files_in(self, held: QMimeData) -> list[Brought]:
        paths = [Path(url.toLocalFile()) for url in held.urls() if url.isLocalFile()]
        if paths:
            return [(path.name, path) for path in paths]
        if held.hasImage():
            image = QImage(held.imageData())
            kind = "PNG" if "png" in enclosed.accepted(self.spec) else "JPEG"
            out = QBuffer()
            out.open(QIODevice.OpenModeFlag.WriteOnly)
            if QImageWriter(out, kind.encode()).write(image):
                return [(self.tr("ảnh dán") + f".{kind.lower()}", bytes(out.data().data()))]
        return []

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files and pictures."""
        if event.mimeData().hasUrls() or event.mimeData().hasImage():
            event.acceptProposedAction()
            self._over = True
            self.update()

    def dragLeaveEvent(self, event: object) -> None:
        """Look as before."""
        self._over = False
        self.update()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take what was dropped."""
        self._over = False
        self.update()
        files = self._files_in(event.mimeData())
        if files:
            event.acceptProposedAction()
            self.bring(files)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the buttons speak for the field: reached, left, and its keys."""
        if event.type() == QEvent.Type.FocusIn:
            self.reached.emit()
        elif event.type() == QEvent.Type.FocusOut:
            now = QApplication.focusWidget()
            if now is None or not self.isAncestorOf(now):
                self.left.emit()
        elif event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.matches(QKeySequence.StandardKey.Paste):
                return self.paste()
            if event.matches(QKeySequence.StandardKey.Undo):
                self.undo_asked.emit()
                return True
            if event.matches(QKeySequence.StandardKey.Redo):
                self.redo_asked.emit()
                return True
        return super().eventFilter(watched, event)

    def height_in(self, width: int) -> int:
        """Return how much room is needed in a width."""
        layout = self.layout()
        assert layout is not None
        layout.invalidate()
        return layout.heightForWidth(width) if layout.hasHeightForWidth() else layout.sizeHint().height()

    def sizeHint(self) -> QSize:
        """Be laid out by the row."""
        return QSize(300, self.height_in(300))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the frame, dashed: a place to drop files on."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(colour("accent_soft" if self._over else "sunken" if self._read_only else "raised"))
        style = Qt.PenStyle.SolidLine if self._read_only else Qt.PenStyle.DashLine
        painter.setPen(QPen(colour("accent" if self._over else "line"), 1, style))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)


def tr(words: str) -> str:
    """Say it in the language on the screen."""
    return QCoreApplication.translate("file_field", words)


def bring(shell: Shell, view: FormView, form_id: str, path: str, files: Sequence[Brought]) -> None:
    """Take files for a field off the window's thread; each that is refused is told under it, with the way out."""
    desk, lang = shell.desk, shell.lang
    unreadable = tr("Không đọc được tệp {}. Hãy kiểm tra tệp rồi thử lại.")

    def work(progress: Progress) -> tuple[list[dict[str, Any]], list[str]]:
        from desktop import filing
        from desktop.errors import DesktopError
        from desktop.messages import message

        taken: list[dict[str, Any]] = []
        said: list[str] = []
        for name, source in files:
            try:
                data = source if isinstance(source, bytes) else _bytes_of(source)
                found = filing.enclose(desk, form_id, path, name, data)
                taken.append(dict(found.entry))
                said += [f"{name}: {message(note, {'name': name}, lang).text}" for note in found.notes]
            except OSError:
                said.append(unreadable.format(name))
            except (FormsError, DesktopError) as error:
                told = message(error, lang=lang).text
                said.append(told if name in told else f"{name}: {told}")
        return taken, said

    def done(found: tuple[list[dict[str, Any]], list[str]]) -> None:
        taken, said = found
        row = view.row_at(path)
        if row is None or not isinstance(row.editor, FileEditor):
            return  # its entry was taken away meanwhile
        if taken:
            document = view.document
            single = enclosed.most_files(row.spec) == 1
            held = [] if single else list(document.form.value(path))
            new = [one for one in taken if one["sha256"] not in {other["sha256"] for other in held}]
            document.enter(path, [*held, *new])
            document.leave(path)
        row.editor.say("\n".join(said))

    def failed(error: Exception) -> None:
        row = view.row_at(path)
        if row is not None and isinstance(row.editor, FileEditor):
            row.editor.say("")
        shell.trouble(error)

    shell.jobs.run("work", work, done=done, failed=failed, owner=view)


def _bytes_of(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(READ_LIMIT)
