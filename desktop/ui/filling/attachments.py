"""The papers of one component: a place to drop files, what is taken said beside it, each paper with its picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.ui.filling.page_view import image_of
from desktop.ui.filling.sizes import size_words
from desktop.ui.parts import Button, Card, Notice, Scroll, Text, empty
from desktop.ui.theme import RADIUS, STEP, Size, colour, grown, icon

if TYPE_CHECKING:
    from desktop.store.records import DossierFile
    from desktop.ui.jobs import Progress
    from desktop.ui.shell import Shell

READ_LIMIT = 64 << 20
"""Bytes of a dropped file that are read at most; larger ones are refused in words by what takes them."""


@dataclass(frozen=True)
class Paper:
    """One attached paper with the picture of its first page."""

    file: DossierFile
    pages: int
    image: QImage | None


class DropZone(QWidget):
    """A place to drop files on, or to choose them."""

    dropped = Signal(list)

    def __init__(self, accepted: str, limit: str, wanted: str) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        self._over = False
        column = QVBoxLayout(self)
        column.setContentsMargins(4 * STEP, 4 * STEP, 4 * STEP, 4 * STEP)
        column.setSpacing(STEP)
        picture = QLabel()
        picture.setPixmap(icon("attach", "accent").pixmap(grown(28)))
        column.addWidget(picture, 0, Qt.AlignmentFlag.AlignHCenter)
        for words, size, role in ((self.tr("Thả tệp vào đây"), Size.LEAD, "text"), (wanted, Size.BODY, "text")):
            line = Text(words, size, role=role, bold=size is Size.LEAD)
            line.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(line)
        self.choose = Button(self.tr("&Chọn tệp…"), "add", primary=True)
        column.addWidget(self.choose, 0, Qt.AlignmentFlag.AlignHCenter)
        line = Text(f"{accepted} {limit}", Size.SMALL, role="muted")
        line.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(line)
        self.choose.setAccessibleDescription(f"{wanted} {accepted} {limit}")
        self.setAccessibleName(self.tr("Nơi thả tệp"))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()
            self._over = True
            self.update()

    def dragLeaveEvent(self, event: object) -> None:
        """Look as before."""
        self._over = False
        self.update()

    def dropEvent(self, event: QDropEvent) -> None:
        """Tell which files were dropped."""
        self._over = False
        self.update()
        files = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if files:
            event.acceptProposedAction()
            self.dropped.emit(files)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the dashed frame."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(colour("accent_soft" if self._over else "raised"))
        painter.setPen(QPen(colour("accent" if self._over else "line"), 2, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5), RADIUS, RADIUS)


class PaperCard(Card):
    """One paper: its first page, name, pages, size, and the way to take it out."""

    def __init__(self, paper: Paper, lang: str, *, remove: Callable[[], None] | None, show: Callable[[], None]) -> None:
        super().__init__()
        row = QHBoxLayout()
        row.setSpacing(4 * STEP)
        picture = QLabel()
        picture.setFixedSize(QSize(72, 96))
        picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        if paper.image is not None:
            ratio = self.devicePixelRatioF()
            made = paper.image.scaled(
                QSize(round(70 * ratio), round(94 * ratio)),
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
            made.setDevicePixelRatio(ratio)
            picture.setPixmap(QPixmap.fromImage(made))
        else:
            picture.setPixmap(icon("page", "muted").pixmap(40))
        picture.setFrameShape(QLabel.Shape.StyledPanel)
        row.addWidget(picture)
        words = QVBoxLayout()
        words.setSpacing(STEP)
        words.addWidget(Text(paper.file.name, Size.BODY, bold=True))
        facts = self.tr("{} trang · {}").format(paper.pages, size_words(paper.file.size, lang))
        if paper.file.sha256_before_signing is not None:
            facts += self.tr(" · đã ký số")
        words.addWidget(Text(facts, Size.SMALL, role="muted"))
        words.addStretch(1)
        row.addLayout(words, 1)
        view = Button(self.tr("Xem"), "eye")
        view.setAccessibleName(self.tr("Xem {}").format(paper.file.name))
        view.clicked.connect(lambda: show())
        row.addWidget(view, 0, Qt.AlignmentFlag.AlignTop)
        if remove is not None:
            take = Button(self.tr("Bỏ ra"), "remove", danger=True)
            take.setAccessibleName(self.tr("Bỏ {} ra khỏi hồ sơ").format(paper.file.name))
            take.clicked.connect(lambda: remove())
            row.addWidget(take, 0, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(row)
        self.setAccessibleName(f"{paper.file.name}, {facts}")


class AttachmentPane(Scroll):
    """The papers of one component."""

    changed = Signal()
    shown = Signal(object)
    """A paper (its bytes) to be shown beside."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(spacing=3 * STEP)
        self.shell = shell
        self._dossier = self._component = ""
        self._read_only = False
        self._need = ""
        self._papers: list[Paper] = []
        self._said: list[tuple[str, str]] = []
        self._busy = 0
        self.zone: DropZone | None = None
        self._below = QVBoxLayout()
        self._below.setSpacing(3 * STEP)

    def open(self, dossier: str, component: str, *, need: str, note: str, read_only: bool) -> None:
        """Show the papers of a component; `need` says how many originals and copies are wanted."""
        self._dossier, self._component, self._read_only = dossier, component, read_only
        self._need, self._note = need, note
        self._papers, self._said = [], []
        self._begin()
        self._fill()
        self._load()

    def _load(self) -> None:
        desk, dossier, component = self.shell.desk, self._dossier, self._component

        def work(progress: Progress) -> list[Paper]:
            from desktop.errors import DesktopError
            from forms.errors import FormsError
            from forms.printing import page_images, page_sizes

            found = []
            for file in desk.workspace.dossiers.files(dossier):
                if file.component != component or file.kind != "attachment":
                    continue
                pages, image = 0, None
                try:
                    data = desk.workspace.files.read(file.sha256)
                    pages = len(desk.workers.run(page_sizes, data, timeout=20))
                    (page,) = desk.workers.run(page_images, data, named={"scale": 0.4, "pages": [1]}, timeout=20)
                    image = image_of(page)
                except (FormsError, DesktopError):
                    pass  # without a picture it still can be taken out
                found.append(Paper(file, pages, image))
            return found

        def done(papers: list[Paper]) -> None:
            if component == self._component and dossier == self._dossier:
                self._papers = papers
                self._fill()

        self.shell.jobs.run("work", work, done=done, failed=self._failed, owner=self)

    def _failed(self, error: Exception) -> None:
        self.shell.trouble(error)

    def _begin(self) -> None:
        """Put in what stays as long as the component is open: a button that goes loses the press that is under way."""
        from forms.dossier import ACCEPTED_KINDS, PAGES_LIMIT, SIZE_LIMIT

        here = self.window().focusWidget()
        inside = here is not None and self.isAncestorOf(here)
        empty(self._below)
        self.column.removeItem(self._below)
        self.clear()
        if self._note:
            self.column.addWidget(Text(self._note, role="muted"))
        kinds = ", ".join({"jpeg": "JPG"}.get(kind, kind.upper()) for kind in ACCEPTED_KINDS)
        if not self._read_only:
            zone = DropZone(
                self.tr("Nhận tệp {}.").format(kinds),
                self.tr("Mỗi tệp không quá {}, {} trang.").format(size_words(SIZE_LIMIT, self.shell.lang), PAGES_LIMIT),
                self._need,
            )
            zone.dropped.connect(self.add)
            zone.choose.clicked.connect(self._choose)
            self.zone = zone
            self.column.addWidget(zone)
        else:
            self.zone = None
        self.column.addLayout(self._below)
        self.column.addStretch(1)
        if inside and self.zone is not None:
            self.zone.choose.setFocus()  # what had the keyboard is gone: it must not wander off the page

    def _fill(self) -> None:
        here = self.window().focusWidget()
        inside = here is not None and self.isAncestorOf(here)
        kept = self.zone is not None and here is not None and self.zone.isAncestorOf(here)
        empty(self._below)
        if self._busy:
            self._below.addWidget(Text(self.tr("Đang xử lý {} tệp…").format(self._busy), role="accent"))
        for words, tone in self._said:
            self._below.addWidget(Notice(words, "danger" if tone == "danger" else "warning"))
        for paper in self._papers:
            remove = None if self._read_only else partial(self._remove, paper)
            self._below.addWidget(PaperCard(paper, self.shell.lang, remove=remove, show=partial(self._show, paper)))
        if not self._papers and self._read_only:
            self._below.addWidget(Text(self.tr("Không có giấy tờ nào."), role="muted"))
        if inside and not kept and self.zone is not None:
            self.zone.choose.setFocus()  # what had the keyboard is gone: it must not wander off the page

    def _choose(self) -> None:
        dialog = QFileDialog(self, self.tr("Chọn giấy tờ"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilters([self.tr("Giấy tờ (*.pdf *.jpg *.jpeg *.png *.heic)"), self.tr("Mọi tệp (*)")])
        dialog.filesSelected.connect(lambda names: self.add([Path(name) for name in names]))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def add(self, files: Sequence[Path]) -> None:
        """Attach files one by one; each that is refused is told with the way out."""
        desk, dossier, component, lang = self.shell.desk, self._dossier, self._component, self.shell.lang
        unreadable = self.tr("Không đọc được tệp {}. Hãy kiểm tra tệp rồi thử lại.")
        self._said = []
        self._busy = len(files)
        self._fill()

        def work(progress: Progress) -> list[tuple[str, str]]:
            from desktop import filing
            from desktop.errors import DesktopError
            from desktop.messages import message
            from forms.errors import FormsError

            said: list[tuple[str, str]] = []
            for file in files:
                try:
                    with file.open("rb") as stream:
                        data = stream.read(READ_LIMIT)
                    attached = filing.attach(desk, dossier, component, file.name, data)
                    said += [
                        (f"{attached.name}: {message(note, {'name': attached.name}, lang).text}", "warning")
                        for note in attached.notes
                    ]
                except OSError:
                    said.append((unreadable.format(file.name), "danger"))
                except (FormsError, DesktopError) as error:
                    told = message(error, lang=lang)
                    said.append((f"{file.name}: {told.text}" if file.name not in told.text else told.text, "danger"))
            return said

        def done(said: list[tuple[str, str]]) -> None:
            self._busy = 0
            self._said = said
            self._fill()
            self._load()
            self.changed.emit()

        def failed(error: Exception) -> None:
            self._busy = 0
            self._fill()
            self._failed(error)

        self.shell.jobs.run("work", work, done=done, failed=failed, owner=self)

    def _remove(self, paper: Paper) -> None:
        desk, dossier, number = self.shell.desk, self._dossier, paper.file.id

        def done(_: None) -> None:
            self._load()
            self.changed.emit()
            self.shell.say(self.tr("Đã bỏ {} ra khỏi hồ sơ.").format(paper.file.name))

        self.shell.jobs.run(
            "work",
            lambda progress: desk.workspace.dossiers.detach(dossier, number),
            done=done,
            failed=self._failed,
            owner=self,
        )

    def _show(self, paper: Paper) -> None:
        desk, sha256 = self.shell.desk, paper.file.sha256
        self.shell.jobs.run(
            "work",
            lambda progress: desk.workspace.files.read(sha256),
            done=self.shown.emit,
            failed=self._failed,
            owner=self,
        )
