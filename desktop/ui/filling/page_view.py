"""The official page beside the form: follows what is typed, marks the focused field, takes clicks.

Printing and drawing run in a worker process; the page that stands is kept until the next one is there, and only the
newest request counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QToolButton, QVBoxLayout, QWidget

from desktop.ui.parts import Ring, Rule, Text
from desktop.ui.theme import STEP, TARGET, Size, colour, font, icon

if TYPE_CHECKING:
    from desktop.ui.jobs import Progress
    from desktop.ui.shell import Shell
    from forms.printing import Mark, PageImage, Printed, Seen, Sight

    Work = Callable[[Sight], Printed | Seen]
    """Prints in a worker, in another thread; may draw the page that is looked at in the same go."""

SHARPEN = 150
"""Milliseconds after the last change of size, until the page is drawn anew."""
ZOOMS = (0.5, 0.67, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0)
POINT = 96 / 72
"""Pixels for a point at 100 %."""
A4 = (595.276, 841.89)


@dataclass(frozen=True)
class Drawn:
    """A printed document, and one of its pages as a picture."""

    pdf: bytes
    pages: int
    marks: tuple[Mark, ...]
    page: int
    image: PageImage


def image_of(page: PageImage, ratio: float = 1.0) -> QImage:
    """Turn a page's pixels into a picture of Qt's, with memory of its own."""
    made = QImage(page.rgb, page.width, page.height, page.width * 3, QImage.Format.Format_RGB888).copy()
    made.setDevicePixelRatio(ratio)
    return made


class Sheet(QWidget):
    """One page on the desk, with the mark of the focused field."""

    clicked = Signal(float, float)
    """Where, in points from the page's lower left corner."""

    def __init__(self) -> None:
        super().__init__()
        self.image: QImage | None = None
        self.mark: Mark | None = None
        self.points = A4
        self.scale = POINT
        self.stale = False
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(self.tr("Trang in"))

    def show_scale(self, scale: float) -> None:
        """Show the page at so many pixels for a point."""
        self.scale = scale
        self.setFixedSize(QSize(round(self.points[0] * scale) + 24, round(self.points[1] * scale) + 24))
        self.update()

    def paper(self) -> QRectF:
        """Return where the paper lies."""
        return QRectF(12, 10, self.points[0] * self.scale, self.points[1] * self.scale)

    def place(self, mark: Mark) -> QRectF:
        """Return where a mark of the page lies here."""
        paper = self.paper()
        top = paper.bottom() - (mark.y + mark.height) * self.scale
        return QRectF(paper.left() + mark.x * self.scale, top, mark.width * self.scale, mark.height * self.scale)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw paper, page and mark; paper is white in every look, as it is."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paper = self.paper()
        for step in (3, 2, 1):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(0, 0, 0, 14))
            painter.drawRoundedRect(paper.adjusted(-step, -step + 2, step, step + 2), 3, 3)
        painter.fillRect(paper, Qt.GlobalColor.white)
        if self.image is not None:
            painter.drawImage(paper, self.image)
        else:
            painter.setPen(QColor("#6B6B6B"))  # on white paper, in every look
            painter.setFont(font(Size.BODY))
            painter.drawText(paper, int(Qt.AlignmentFlag.AlignCenter), self.tr("Đang in trang…"))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour("line"), 1))
        painter.drawRect(paper)
        if self.mark is not None:
            box = self.place(self.mark).adjusted(-3, -2, 3, 2)
            if box.width() < 24:
                box.setWidth(24)
            ground = QColor("#0B5A5E")
            ground.setAlpha(34)
            painter.setBrush(ground)
            painter.setPen(QPen(QColor("#0B5A5E"), 2))
            painter.drawRoundedRect(box, 3, 3)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Tell where the page was clicked."""
        if event.button() == Qt.MouseButton.LeftButton:
            paper = self.paper()
            at: QPointF = event.position()
            self.clicked.emit((at.x() - paper.left()) / self.scale, (paper.bottom() - at.y()) / self.scale)


class PageView(QWidget):
    """The page with its tools: page by page, zoom; `wanted` tells which field was clicked."""

    wanted = Signal(str)
    printed = Signal(int)
    """A document stands: so many pages."""

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self.shell = shell
        self._print: Callable[[], Work] | None = None
        self._ready: bytes | None = None
        self._drawn: Drawn | None = None
        self._marks: dict[str, list[Mark]] = {}
        self._field = ""
        self._page = 1
        self._zoom: float | None = None
        self._running = False
        self._again: str | None = None
        self._generation = 0
        self._missed = False
        """Something was to be shown while it was hidden."""
        self._build()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(0)  # what one key changes comes together; it has waited for its own pause already
        self._pause.timeout.connect(lambda: self._start("print"))
        self._sharpen = QTimer(self)
        self._sharpen.setSingleShot(True)
        self._sharpen.setInterval(SHARPEN)
        self._sharpen.timeout.connect(lambda: self._start("draw"))

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.desk_area = QScrollArea()
        self.desk_area.setFrameShape(QFrame.Shape.NoFrame)
        self.desk_area.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.desk_area.setAccessibleName(self.tr("Trang in"))
        self.desk_area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        ground = self.desk_area.palette()
        ground.setColor(ground.ColorRole.Window, colour("sunken"))
        self.desk_area.setPalette(ground)
        self.sheet = Sheet()
        self.sheet.clicked.connect(self._clicked)
        self.desk_area.setWidget(self.sheet)
        Ring(self.desk_area)
        column.addWidget(self.desk_area, 1)
        self.words = Text("", Size.SMALL, role="danger")
        self.words.setContentsMargins(12, 4, 12, 4)
        self.words.hide()
        column.addWidget(self.words)
        column.addWidget(Rule())
        tools = QWidget()
        row = QHBoxLayout(tools)
        row.setContentsMargins(2 * STEP, STEP, 2 * STEP, STEP)
        row.setSpacing(STEP)
        self.before = self._tool("back", self.tr("Trang trước"), lambda: self.turn(-1))
        self.number = QLabel("1/1")
        self.number.setFont(font(Size.SMALL, tabular=True))
        self.after = self._tool("next", self.tr("Trang sau"), lambda: self.turn(1))
        self.smaller = self._tool("zoom-out", self.tr("Thu nhỏ"), lambda: self.step_zoom(-1))
        self.percent = QToolButton()
        self.percent.setAutoRaise(True)
        self.percent.setFont(font(Size.SMALL, tabular=True))
        self.percent.setMinimumSize(56, TARGET)
        self.percent.setToolTip(self.tr("Vừa bề ngang"))
        self.percent.clicked.connect(self.fit)
        self.larger = self._tool("zoom-in", self.tr("Phóng to"), lambda: self.step_zoom(1))
        for part in (self.before, self.number, self.after):
            row.addWidget(part)
        row.addStretch(1)
        for part in (self.smaller, self.percent, self.larger):
            row.addWidget(part)
        column.addWidget(tools)

    def _tool(self, symbol: str, words: str, do: Callable[[], Any]) -> QToolButton:
        made = QToolButton()
        made.setIcon(icon(symbol))
        made.setAutoRaise(True)
        made.setMinimumSize(TARGET, TARGET)
        made.setToolTip(words)
        made.setAccessibleName(words)
        made.clicked.connect(lambda: do())
        return made

    @property
    def document(self) -> bytes | None:
        """Return the document that stands, whole; None before the first does, or while it is hidden."""
        return self._drawn.pdf if self._drawn is not None and not self.isHidden() else None

    # --- what is shown -----------------------------------------------------------------------------------------------

    def follow(self, prepare: Callable[[], Work]) -> None:
        """Show what `prepare` takes now and its result prints in a worker; begin at once."""
        self._print, self._ready = prepare, None
        self._clear()
        self._start("print")

    def show_pdf(self, pdf: bytes) -> None:
        """Show a document that is there already."""
        self._print, self._ready = None, pdf
        self._clear()
        self._start("print")

    def _clear(self) -> None:
        self._generation += 1
        self._drawn, self._marks, self._page, self._field = None, {}, 1, ""
        self.sheet.image = self.sheet.mark = None
        self.words.hide()
        self._resize()

    def again(self) -> None:
        """Print anew after a pause: something has changed."""
        self._pause.start()

    def mark(self, field: str) -> None:
        """Mark a field on the page; turn to its page."""
        self._field = field
        found = self._found(field)
        if found is not None and found.page != self._page:
            self._page = found.page
            self._start("draw")
            return
        self._show_mark()

    def _found(self, field: str) -> Mark | None:
        for name in (field, field.partition("[")[0], field.rpartition(".")[2]):
            if self._marks.get(name):
                return self._marks[name][0]
        return None

    def _show_mark(self) -> None:
        found = self._found(self._field)
        self.sheet.mark = found if found is not None and found.page == self._page else None
        self.sheet.update()
        if self.sheet.mark is not None:
            middle = self.sheet.place(self.sheet.mark).center()
            self.desk_area.ensureVisible(int(middle.x()), int(middle.y()), 80, 120)

    def _clicked(self, x: float, y: float) -> None:
        best: tuple[float, str] | None = None
        for name, marks in self._marks.items():
            for mark in marks:
                if mark.page != self._page:
                    continue
                across = max(mark.x - x, x - mark.x - mark.width, 0)
                along = max(mark.y - y, y - mark.y - mark.height, 0)
                if across <= 24 and along <= 6 and (best is None or across + 3 * along < best[0]):
                    best = (across + 3 * along, name)
        if best is not None:
            self.wanted.emit(best[1])

    # --- printing and drawing ----------------------------------------------------------------------------------------

    def _start(self, what: str) -> None:
        """Begin, or remember that it is to be begun: one request at a time, the newest wins."""
        if self._running:
            # What was printed before for another document does not hold for this one.
            self._again = "print" if "print" in (what, self._again) else "draw"
            return
        drawn, workers = self._drawn, self.shell.desk.workers
        if self._print is None and self._ready is None:
            return
        if self.isHidden():
            self._missed = True
            return
        work: Work | None = None
        if what == "print" and self._print is not None:
            work = self._print()
        ready, page, field, generation = self._ready, self._page, self._field, self._generation
        ratio = self.devicePixelRatioF()
        scale = self.scale() * ratio

        def run(progress: Progress) -> Drawn:
            from forms.printing import Seen, Sight, page_images, page_sizes

            if work is not None:
                made = work(Sight(scale, page, field))
                if isinstance(made, Seen):
                    printed, image = made.printed, made.image
                    return Drawn(printed.pdf, printed.pages, printed.fields, image.page, image)
                pdf, pages, marks = made.pdf, made.pages, made.fields
            elif drawn is not None:
                pdf, pages, marks = drawn.pdf, drawn.pages, drawn.marks
            else:
                assert ready is not None
                pdf, pages, marks = ready, len(workers.run(page_sizes, ready, timeout=20)), ()
            number = next((mark.page for mark in marks if work is not None and mark.name == field), page)
            number = min(number, pages)
            (image,) = workers.run(page_images, pdf, named={"scale": scale, "pages": [number]}, timeout=20)
            return Drawn(pdf, pages, tuple(marks), number, image)

        def done(made: Drawn) -> None:
            self._running = False
            if generation == self._generation:
                self._show(made, scale)
                self.words.hide()
                if self._field != field:
                    self.mark(self._field)  # another field was reached while this page was printed
            self._go_on()

        def failed(error: Exception) -> None:
            self._running = False
            if generation == self._generation:
                from desktop.messages import message

                self.words.setText(message(error, lang=self.shell.lang).text)
                self.words.show()
            self._go_on()

        self._running = True
        self.shell.jobs.run("work", run, done=done, failed=failed, owner=self)

    def _go_on(self) -> None:
        if self._again is not None:
            what, self._again = self._again, None
            self._start(what)

    def _show(self, made: Drawn, scale: float) -> None:
        self._drawn = made
        self._page = made.page
        marks: dict[str, list[Mark]] = {}
        for mark in made.marks:
            marks.setdefault(mark.name, []).append(mark)
        self._marks = marks
        self.sheet.image = image_of(made.image)
        self.sheet.points = (made.image.width / scale, made.image.height / scale)
        self.number.setText(f"{made.page}/{made.pages}")
        self.number.setAccessibleName(self.tr("Trang {} trên {}").format(made.page, made.pages))
        self.before.setEnabled(made.page > 1)
        self.after.setEnabled(made.page < made.pages)
        ratio = self.devicePixelRatioF()
        # Drawn for a place that has meanwhile become wider or narrower: once more, for this one.
        self._resize(sharpen=abs(self.scale() * ratio / scale - 1) > 0.01)
        self._show_mark()
        self.printed.emit(made.pages)

    # --- pages and zoom ----------------------------------------------------------------------------------------------

    @property
    def page(self) -> int:
        """Return the number of the page that is shown, from 1."""
        return self._page

    def places(self, name: str) -> list[Mark]:
        """Return the marks of a name on the document that stands."""
        return list(self._marks.get(name, ()))

    def turn(self, step: int) -> None:
        """Turn the page."""
        if self._drawn is not None and 1 <= self._page + step <= self._drawn.pages:
            self._page += step
            self.desk_area.verticalScrollBar().setValue(0)
            self._start("draw")

    def scale(self) -> float:
        """Return how many pixels a point has."""
        if self._zoom is not None:
            return self._zoom * POINT
        return max((self.desk_area.viewport().width() - 26) / self.sheet.points[0], 0.3)

    def step_zoom(self, step: int) -> None:
        """Zoom in or out by a step."""
        now = self.scale() / POINT
        if step > 0:
            self._zoom = next((zoom for zoom in ZOOMS if zoom > now + 0.01), ZOOMS[-1])
        else:
            self._zoom = next((zoom for zoom in reversed(ZOOMS) if zoom < now - 0.01), ZOOMS[0])
        self._resize()

    def fit(self) -> None:
        """Let the page be as wide as the place for it."""
        self._zoom = None
        self._resize()

    def _resize(self, *, sharpen: bool = True) -> None:
        self.sheet.show_scale(self.scale())
        self.percent.setText(f"{round(self.scale() / POINT * 100)} %")
        self.percent.setAccessibleName(self.tr("Cỡ {}; bấm để vừa bề ngang").format(self.percent.text()))
        if sharpen and self._drawn is not None:
            self._sharpen.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit again."""
        super().resizeEvent(event)
        if self._zoom is None:
            self._resize()

    def showEvent(self, event: Any) -> None:
        """Catch up with what changed while it was hidden."""
        super().showEvent(event)
        if self._missed:
            self._missed = False
            self._pause.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Turn pages and zoom by key."""
        if event.key() == Qt.Key.Key_PageDown:
            self.turn(1)
        elif event.key() == Qt.Key.Key_PageUp:
            self.turn(-1)
        elif event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.step_zoom(1)
        elif event.key() == Qt.Key.Key_Minus:
            self.step_zoom(-1)
        else:
            super().keyPressEvent(event)
