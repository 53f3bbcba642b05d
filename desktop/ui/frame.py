"""The window's frame: practice band, client line, places on the left, a page in the middle, the truth at the foot."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QAction, QCloseEvent, QKeySequence, QPainter, QPaintEvent, QPolygonF, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMainWindow,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop.ui.jobs import Jobs
from desktop.ui.parts import Button, Notice, Rule, Text, Tone
from desktop.ui.shell import Bell, Page
from desktop.ui.theme import MARGIN, ROW, STEP, Size, colour, font, icon

if TYPE_CHECKING:
    from desktop.app import App
    from desktop.filing import Desk
    from desktop.messages import Language
    from desktop.store.records import Client

PLACES = (
    ("home", "Hôm nay", "home"),
    ("dossiers", "Hồ sơ", "dossier"),
    ("procedures", "Thủ tục", "procedure"),
    ("clients", "Khách hàng", "clients"),
    ("signatures", "Chữ ký", "signature"),
    ("outbox", "Hộp gửi", "outbox"),
)
"""Name, words and icon of the places on the left, in the order of Ctrl+1 … Ctrl+6."""

PAGES = {
    "welcome": "desktop.ui.pages.welcome",
    "home": "desktop.ui.pages.home",
    "dossiers": "desktop.ui.pages.dossiers",
    "procedures": "desktop.ui.pages.procedures",
    "procedure": "desktop.ui.pages.procedure",
    "clients": "desktop.ui.pages.clients",
    "client": "desktop.ui.pages.client",
    "signatures": "desktop.ui.pages.signatures",
    "outbox": "desktop.ui.pages.outbox",
    "dossier": "desktop.ui.pages.dossier",
    "sign": "desktop.ui.pages.sign",
    "review": "desktop.ui.pages.review",
    "follow": "desktop.ui.pages.follow",
    "settings": "desktop.ui.pages.settings",
    "lock": "desktop.ui.pages.lock",
}
"""Each module has a class `Here(Page)`; it is imported when it is first opened."""


class PracticeBand(QWidget):
    """The thick striped band of practice mode, with its words."""

    def __init__(self) -> None:
        super().__init__()
        self.words = self.tr("THỰC HÀNH — không có giá trị pháp lý")
        self.setAccessibleName(self.words)
        self.setFont(font(Size.BODY, bold=True))
        self.setFixedHeight(max(30, self.fontMetrics().height() + 12))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the stripes and, on a calm ground, the words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), colour("practice_soft"))
        painter.setBrush(colour("practice"))
        painter.setPen(Qt.PenStyle.NoPen)
        high = self.height()
        for x in range(-high, self.width() + high, 28):
            points = [(x, high), (x + 12, high), (x + 12 + high, 0), (x + high, 0)]
            from PySide6.QtCore import QPointF

            painter.drawPolygon(QPolygonF([QPointF(a, b) for a, b in points]))
        wide = self.fontMetrics().horizontalAdvance(self.words) + 48
        middle = QRectF((self.width() - wide) / 2, 0, wide, high)
        painter.setBrush(colour("practice_soft"))
        painter.drawRect(middle)
        painter.setPen(colour("practice"))
        painter.drawText(middle, Qt.AlignmentFlag.AlignCenter, self.words)


class Frame(QMainWindow):
    """The window. Paints before anything heavy is imported; then `begin` opens the workspace."""

    def __init__(self, app: App) -> None:
        super().__init__()
        self.app = app
        self.jobs = Jobs()
        self.bell = Bell()
        self.client: Client | None = None
        self._trail: list[tuple[str, dict[str, Any]]] = []
        self._pages: dict[str, Page] = {}
        self._here: tuple[str, dict[str, Any]] | None = None
        self.setWindowTitle(self.tr("Hồ Sơ"))
        self.setMinimumSize(960, 620)
        self.resize(1320, 860)
        self._build()
        self._keys()

    # --- what pages ask ------------------------------------------------------------------------------

    @property
    def desk(self) -> Desk:
        """Return what the use cases work on."""
        return self.app.desk

    @property
    def lang(self) -> Language:
        """Return the language on the screen."""
        return self.app.lang

    def go(self, page: str, **facts: Any) -> None:
        """Open a page and remember where one came from."""
        if not self._leave():
            return
        if self._here is not None and self._here[0] != page:
            self._trail.append(self._here)
            del self._trail[:-50]
        self._open(page, facts)

    def back(self) -> None:
        """Go back to the page before."""
        if self._trail and self._leave():
            page, facts = self._trail.pop()
            self._open(page, facts)

    def choose_client(self, tax_code: str | None) -> None:
        """Act for another client; None for all."""
        self.client = self.desk.workspace.clients.get(tax_code) if tax_code else None
        self.show_client()
        if tax_code:
            self.desk.workspace.settings.set("client", tax_code)
        self.bell.client_changed.emit()
        if self._here is not None and self._here[0] in ("dossier", "sign", "review", "follow", "client"):
            self.go("home")

    def show_client(self) -> None:
        """Show for whom one acts, large, at the top."""
        if self.client is None:
            self.client_name.setText(self.tr("Tất cả khách hàng"))
            self.client_code.setText("")
        else:
            self.client_name.setText(self.client.name)
            self.client_code.setText(self.tr("MST {}").format(self.client.tax_code))
        self.client_button.setAccessibleName(
            self.tr("Khách hàng: {} {}").format(self.client_name.text(), self.client_code.text())
        )

    def say(self, text: str, tone: str = "plain") -> None:
        """Say something in the status line."""
        self.status.setText(text)
        self.status.setAccessibleName(text)

    def trouble(self, error: BaseException) -> None:
        """Show what went wrong above the page."""
        from desktop.messages import message

        told = message(error, lang=self.lang)
        self.notice(told.text, "danger")

    def notice(self, text: str, tone: Tone = "plain") -> None:
        """Show a sentence above the page until it is put away."""
        self.clear_notice()
        made = Notice(text, tone, action=self.tr("Đóng"), do=self.clear_notice)
        self._notice.addWidget(made)
        made.setFocus()

    def clear_notice(self) -> None:
        """Put the sentence above the page away."""
        while self._notice.count():
            item = self._notice.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.setParent(None)
                widget.deleteLater()

    def page(self, name: str) -> Page:
        """Return a page, made when first asked for."""
        if name not in self._pages:
            module = import_module(PAGES[name])
            made = cast(Page, module.Here(self))
            self._pages[name] = made
            self.stack.addWidget(made)
        return self._pages[name]

    # --- inside --------------------------------------------------------------------------------------

    def _leave(self) -> bool:
        return self._here is None or self._pages[self._here[0]].leave()

    def _open(self, page: str, facts: dict[str, Any]) -> None:
        self.clear_notice()
        shown = self.page(page)
        self._here = (page, facts)
        self.stack.setCurrentWidget(shown)
        for row, (name, _, _) in enumerate(PLACES):
            if name == page:
                self.places.blockSignals(True)
                self.places.setCurrentRow(row)
                self.places.blockSignals(False)
        self.back_button.setEnabled(bool(self._trail))
        whole = page in ("welcome", "lock")
        for part in (self.places, self.header, self.foot):
            part.setVisible(not whole)
        shown.enter(**facts)

    def _build(self) -> None:
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        if self.app.practice:
            column.addWidget(PracticeBand())
        column.addWidget(self._build_header())
        column.addWidget(Rule())
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self._build_places())
        middle = QVBoxLayout()
        middle.setSpacing(0)
        self._notice = QVBoxLayout()
        self._notice.setContentsMargins(MARGIN, 0, MARGIN, 0)
        middle.addLayout(self._notice)
        self.stack = QStackedWidget()
        middle.addWidget(self.stack, 1)
        row.addLayout(middle, 1)
        column.addLayout(row, 1)
        column.addWidget(Rule())
        column.addWidget(self._build_foot())
        whole.setAccessibleName(self.tr("Hồ Sơ"))
        self.setCentralWidget(whole)

    def _build_header(self) -> QWidget:
        self.header = QWidget()
        row = QHBoxLayout(self.header)
        row.setContentsMargins(4 * STEP, 2 * STEP, 4 * STEP, 2 * STEP)
        row.setSpacing(3 * STEP)
        self.back_button = QToolButton()
        self.back_button.setIcon(icon("back"))
        self.back_button.setAccessibleName(self.tr("Quay lại"))
        self.back_button.setToolTip(self.tr("Quay lại (Esc)"))
        self.back_button.setAutoRaise(True)
        self.back_button.setMinimumSize(QSize(36, 36))
        self.back_button.clicked.connect(self.back)
        row.addWidget(self.back_button)
        names = QVBoxLayout()
        names.setSpacing(0)
        self.client_name = QLabel()
        self.client_name.setFont(font(Size.LEAD, bold=True))
        self.client_code = QLabel()
        self.client_code.setFont(font(Size.BODY, tabular=True))
        names.addWidget(self.client_name)
        names.addWidget(self.client_code)
        row.addLayout(names)
        self.client_button = Button(self.tr("Đổi khách hàng"), "clients", flat=True)
        self.client_button.setToolTip(self.tr("Đổi khách hàng (Ctrl+Shift+K)"))
        self.client_button.clicked.connect(self._switch_client)
        row.addWidget(self.client_button)
        row.addStretch(1)
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Tìm thủ tục, hồ sơ, khách hàng (Ctrl+K)"))
        self.search.setAccessibleName(self.tr("Tìm mọi thứ"))
        self.search.setClearButtonEnabled(True)
        self.search.addAction(icon("search", "muted"), QLineEdit.ActionPosition.LeadingPosition)
        self.search.setMinimumWidth(340)
        self.search.setMinimumHeight(ROW)
        self.search.returnPressed.connect(self._search)
        row.addWidget(self.search)
        settings = QToolButton()
        settings.setIcon(icon("settings"))
        settings.setAccessibleName(self.tr("Cài đặt"))
        settings.setToolTip(self.tr("Cài đặt"))
        settings.setAutoRaise(True)
        settings.setMinimumSize(QSize(36, 36))
        settings.clicked.connect(lambda: self.go("settings"))
        row.addWidget(settings)
        return self.header

    def _build_places(self) -> QWidget:
        self.places = QListWidget()
        self.places.setAccessibleName(self.tr("Các trang"))
        self.places.setFrameShape(QListWidget.Shape.NoFrame)
        self.places.setIconSize(QSize(20, 20))
        self.places.setSpacing(2)
        self.places.setFixedWidth(196)
        self.places.setFont(font(Size.BODY))
        words = {
            "home": self.tr("Hôm nay"), "dossiers": self.tr("Hồ sơ"), "procedures": self.tr("Thủ tục"),
            "clients": self.tr("Khách hàng"), "signatures": self.tr("Chữ ký"), "outbox": self.tr("Hộp gửi"),
        }  # fmt: skip
        for number, (name, _, symbol) in enumerate(PLACES, 1):
            item = QListWidgetItem(icon(symbol), words[name])
            item.setSizeHint(QSize(180, 40))
            item.setToolTip(f"{words[name]} (Ctrl+{number})")
            self.places.addItem(item)
        self.places.currentRowChanged.connect(lambda row: self.go(PLACES[row][0]) if row >= 0 else None)
        self.places.itemClicked.connect(lambda item: self._again(self.places.row(item)))
        return self.places

    def _again(self, row: int) -> None:
        """Open a place anew by a click when one is on a page below it."""
        if self._here is not None and self._here[0] != PLACES[row][0]:
            self.go(PLACES[row][0])

    def _build_foot(self) -> QWidget:
        self.foot = QWidget()
        row = QHBoxLayout(self.foot)
        row.setContentsMargins(4 * STEP, STEP, 4 * STEP, STEP)
        row.setSpacing(6 * STEP)
        self.status = Text("", Size.SMALL, role="muted")
        self.status.setWordWrap(False)
        self.connection = Text("", Size.SMALL, role="muted")
        self.connection.setWordWrap(False)
        self.queue = Text("", Size.SMALL, role="muted")
        self.queue.setWordWrap(False)
        row.addWidget(self.status, 1)
        row.addWidget(self.connection)
        row.addWidget(self.queue)
        return self.foot

    def _keys(self) -> None:
        def key(sequence: str, do: Any) -> None:
            shortcut = QShortcut(QKeySequence(sequence), self)
            shortcut.activated.connect(do)

        key("Ctrl+K", self._to_search)
        key("Ctrl+Shift+K", self._switch_client)
        key("Ctrl+N", lambda: self.go("procedures"))
        key("Esc", self.back)
        for number, (name, _, _) in enumerate(PLACES, 1):
            key(f"Ctrl+{number}", lambda name=name: self.go(name))
        leave = QAction(self)
        leave.setShortcut(QKeySequence("Ctrl+Q"))
        leave.triggered.connect(self.close)
        self.addAction(leave)

    def _to_search(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    def _search(self) -> None:
        self.go("procedures", text=self.search.text().strip())

    def _switch_client(self) -> None:
        self.go("clients", switch=True)

    # --- begin and end -------------------------------------------------------------------------------

    def begin(self) -> None:
        """Open the workspace once the first picture stands."""
        if not self.app.workspace_exists():
            self.go("welcome")
            return
        self.say(self.tr("Đang mở kho hồ sơ…"))
        self.jobs.run("work", lambda progress: self.app.workspace, done=self._opened, failed=self._locked, owner=self)

    def _opened(self, workspace: Any) -> None:
        known = workspace.settings.get("client")
        if known:
            from desktop.errors import DesktopError

            try:
                self.client = workspace.clients.get(known)
            except DesktopError:
                self.client = None
        self.show_client()
        self.say(self.tr("Kho hồ sơ đã mở."))
        self.go("home")
        QTimer.singleShot(0, self.refresh_foot)
        self.bell.data_changed.connect(lambda what: self.refresh_foot())

    def opened(self) -> None:
        """Go on once a page (first start, lock) has opened the workspace."""
        self._trail.clear()
        self._opened(self.app.workspace)

    def _locked(self, error: Exception) -> None:
        self.go("lock", error=error)

    def refresh_foot(self) -> None:
        """Tell the truth about queue and connection."""
        waiting = [item for item in self.desk.workspace.outbox.items() if item.state in ("QUEUED", "UNCERTAIN")]
        self.queue.setText(self.tr("{} hồ sơ chờ gửi").format(len(waiting)) if waiting else self.tr("Hộp gửi trống"))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Save what is open, then let go."""
        if not self._leave():
            event.ignore()
            return
        self.jobs.close()
        self.app.close()
        event.accept()
        QApplication.quit()
