"""The window's frame: practice band, client line, places on the left, a page in the middle, the truth at the foot."""

from __future__ import annotations

from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from desktop.settings import load, save
from desktop.ui.shell import Bell
from desktop.ui.theme import MARGIN, filled
from desktop.ui.watching import Watch

# The first picture is the bare ground: what stands on it is imported once that is seen. Each of Qt's classes costs a
# little when it is first named, too.
if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QCloseEvent, QPaintEvent

    from desktop.app import App
    from desktop.filing import Desk
    from desktop.messages import Language
    from desktop.store.records import Client
    from desktop.ui.edges import Foot, Header, Side
    from desktop.ui.finding import Finder
    from desktop.ui.jobs import Jobs, Progress
    from desktop.ui.parts import Tone
    from desktop.ui.shell import Page

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
    "batch": "desktop.ui.pages.batch",
    "dossier": "desktop.ui.pages.dossier",
    "again": "desktop.ui.pages.again",
    "sign": "desktop.ui.pages.sign",
    "review": "desktop.ui.pages.review",
    "follow": "desktop.ui.pages.follow",
    "lookup": "desktop.ui.pages.lookup",
    "settings": "desktop.ui.pages.settings",
    "lock": "desktop.ui.pages.lock",
    "help": "desktop.ui.pages.help",
}
"""Each module has a class `Here(Page)`; it is imported when it is first opened."""

SIDE_WIDTH = 200
BAND_HEIGHT = 31
"""Where side and practice band will stand on the bare ground, in pixels."""
FAR = 16_000


class Frame(QMainWindow):
    """The window. Paints its ground first; then it stands, and `begin` opens the workspace."""

    side: Side
    header: Header
    foot: Foot
    workspace_opened = Signal()
    """A workspace is open, and its first page is shown."""
    moved = Signal(str, str)
    """Another page is open: its name, and the dossier it is about or nothing."""
    preferred = Signal()
    """A choice was made that the window's ties follow."""
    leaving = Signal()
    """The window closes, and everything is saved."""

    def __init__(self, app: App, *, bare: bool = False) -> None:
        super().__init__()
        self.app = app
        self.bell = Bell()
        self.client: Client | None = None
        self._trail: list[tuple[str, dict[str, Any]]] = []
        self._pages: dict[str, Page] = {}
        self._here: tuple[str, dict[str, Any]] | None = None
        self._begin_on_paint = False
        self._first: Callable[[], bool] | None = None
        self._finder: Finder | None = None
        self._then: tuple[str, dict[str, Any]] | None = None
        self._trouble_code = ""
        self._said = ""
        """For how long the status line holds: just now, here (on the page that is open), for good; or nothing."""
        self.preferences = load(app.home)
        self._listen()
        self.setWindowTitle(self.tr("Hồ Sơ"))
        self.setMinimumSize(960, 620)
        self.resize(1320, 860)
        self._stands = False
        self._ground: list[QWidget] = []
        if bare:
            self._lay_ground()
        else:
            self.stand()

    # --- what pages ask ------------------------------------------------------------------------------

    @cached_property
    def jobs(self) -> Jobs:
        """Return the lanes, made when first asked for."""
        from desktop.ui.jobs import Jobs

        return Jobs()

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

    def help(self) -> None:
        """Open the help where one is: at the field with the focus, at the trouble that is shown, or at this page."""
        from desktop.guide import PLACES

        focused: QWidget | None = self.focusWidget()
        while focused is not None:
            ask = getattr(focused, "help_here", None)
            if ask is not None and ask():
                return
            focused = focused.parentWidget()
        name, facts = self._here if self._here is not None else ("home", {})
        if self._notice.count() and self._trouble_code:
            self.go("help", code=self._trouble_code)
        elif name != "help":
            part = {"signatures": facts.get("part")}.get(name) or name
            self.go("help", at=PLACES.get(str(part), PLACES.get(name, name)))

    @property
    def here(self) -> tuple[str, dict[str, Any]] | None:
        """Return the page that is open, with what it was given."""
        return self._here

    def come_forward(self) -> None:
        """Stand in front of the other programs' windows, as far as the desktop lets a window do that."""
        from PySide6.QtCore import Qt  # a quarter of an empty window's start: not before the first picture

        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()
        QApplication.alert(self)

    def choose_client(self, tax_code: str | None) -> None:
        """Act for another client; None for all."""
        self.client = self.desk.workspace.clients.get(tax_code) if tax_code else None
        self.show_client()
        self.desk.workspace.settings.set("client", tax_code)
        self.bell.client_changed.emit()
        if self._here is not None and self._here[0] in ("dossier", "again", "sign", "review", "follow", "client"):
            self.go("home")

    def show_client(self, of: Client | None = None) -> None:
        """Show for whom one acts, large, at the top; on a page about one client, that one whoever is chosen."""
        client = of or self.client
        if client is None:
            self.client_name.setText(self.tr("Tất cả khách hàng"))
            self.client_code.setText("")
            self.client_code.hide()
        else:
            self.client_name.setText(client.name)
            self.client_code.setText(self.tr("MST {}").format(client.tax_code))
            self.client_code.show()
        self.client_button.setAccessibleName(
            self.tr("Khách hàng: {} {}").format(self.client_name.text(), self.client_code.text())
        )

    def say(self, text: str, tone: str = "plain", *, lasts: bool = False) -> None:
        """Say something in the status line, for the page that is open or is opened in the same breath."""
        self.status.setText(text)
        self.status.setAccessibleName(text)
        self._said = "for good" if lasts else "just now"
        if not lasts:
            QTimer.singleShot(0, self, self._was_said)

    def _was_said(self) -> None:
        if self._said == "just now":
            self._said = "here"

    def trouble(self, error: BaseException) -> None:
        """Show what went wrong above the page."""
        from desktop.messages import message

        if self._said != "just now":
            self.say("")  # what was under way no longer is
        facts = None
        if not hasattr(error, "code"):
            # A bug of ours: what it tells a person to send must be there.
            from desktop.errors import write_log

            facts = {"log": write_log(type(error), error.__traceback__)}
        said = message(error, facts, self.lang)
        self.notice(said.text, "danger")
        self._trouble_code = said.code

    def notice(self, text: str, tone: Tone = "plain") -> None:
        """Show a sentence above the page until it is put away."""
        self.clear_notice()
        self._trouble_code = ""
        from desktop.ui.parts import Notice

        made = Notice(text, tone, action=self.tr("Đóng"), do=self.clear_notice)
        self._notice.addWidget(made)
        from PySide6.QtWidgets import QPushButton

        for button in made.findChildren(QPushButton):
            QWidget.setTabOrder(self.header.settings, button)  # it stands above the page: not after it
        made.setFocus()

    def clear_notice(self) -> None:
        """Put the sentence above the page away."""
        while self._notice.count():
            item = self._notice.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.setParent(None)
                widget.deleteLater()

    def page(self, name: str) -> Page:
        """Return a page, made when first asked for."""
        if name not in self._pages:
            module = import_module(PAGES[name])
            made = cast("Page", module.Here(self))
            self._pages[name] = made
            self.stack.addWidget(made)
        return self._pages[name]

    # --- inside --------------------------------------------------------------------------------------

    def _leave(self) -> bool:
        return self._here is None or self._pages[self._here[0]].leave()

    def _open(self, page: str, facts: dict[str, Any]) -> None:
        from desktop.ui.edges import PLACES

        self.clear_notice()
        shown = self.page(page)
        if self._said == "here" and self._here != (page, facts):
            self.say("")  # it was said of another page
        self._here = (page, facts)
        self.stack.setCurrentWidget(shown)
        for row, (name, _, _) in enumerate(PLACES):
            if name == page:
                self.places.blockSignals(True)
                self.places.setCurrentRow(row)
                self.places.item(row).setSelected(True)
                self.places.blockSignals(False)
        self.back_button.setEnabled(bool(self._trail))
        # A page that is not itself a place lights none up; arrow keys then begin where one came from.
        if page not in {name for name, _, _ in PLACES}:
            self.places.clearSelection()
        # Help is there before a workspace is open, too; nothing around it would lead anywhere then.
        whole = page in ("welcome", "lock") or (page == "help" and "workspace" not in self.desk.__dict__)
        for part in (self.side, self.header, self.foot):
            part.setVisible(not whole)
        if not whole:
            self.show_client(self._client_of(facts))
        shown.enter(**facts)
        self.moved.emit(page, str(facts.get("dossier", "")))

    def _client_of(self, facts: dict[str, Any]) -> Client | None:
        """Return whose page it is: a dossier is never shown under another client's name."""
        from desktop.errors import DesktopError

        if "workspace" not in self.desk.__dict__:
            return None
        try:
            if "dossier" in facts:
                return self.desk.workspace.dossiers.get(str(facts["dossier"])).client
            if "tax_code" in facts:
                return self.desk.workspace.clients.get(str(facts["tax_code"]))
        except DesktopError:
            pass  # the page itself says that it is gone
        return None

    def _lay_ground(self) -> None:
        """Show where side and band will stand; higher and wider than any screen, so that they need no layout.

        Not with a painter: to paint one rectangle, all of Qt's enumerations are loaded.
        """
        self._ground.append(filled(self, "sunken"))
        self._ground[-1].setGeometry(0, 0, SIDE_WIDTH, FAR)
        if self.app.practice:
            self._ground.append(filled(self, "practice"))
            self._ground[-1].setGeometry(0, 0, FAR, BAND_HEIGHT)

    def stand(self) -> None:
        """Put on the ground what a bare window still lacks."""
        if not self._stands:
            self._stands = True
            self._build()
            self._keys()
            while self._ground:
                piece = self._ground.pop()
                piece.hide()  # at once: it goes only when the window has nothing else to do
                piece.deleteLater()

    def _build(self) -> None:
        from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout

        from desktop.ui.edges import Foot, PracticeBand
        from desktop.ui.finding import Finder

        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        if self.app.practice:
            column.addWidget(PracticeBand())
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self._make_side())
        middle = QVBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self._make_header())
        self._notice = QVBoxLayout()
        self._notice.setContentsMargins(MARGIN, 0, MARGIN, 0)
        middle.addLayout(self._notice)
        self.stack = QStackedWidget()
        middle.addWidget(self.stack, 1)
        row.addLayout(middle, 1)
        column.addLayout(row, 1)
        self.foot = Foot()
        self.status, self.connection, self.queue = self.foot.status, self.foot.connection, self.foot.queue
        column.addWidget(self.foot)
        whole.setAccessibleName(self.tr("Hồ Sơ"))
        self.setCentralWidget(whole)
        if self._finder is not None:
            self._finder.deleteLater()
        self._finder = Finder(self, self.search)

    def _make_side(self) -> QWidget:
        from desktop.ui.edges import Side

        self.side = Side()
        self.places, self.count = self.side.places, self.side.count
        self.side.chosen.connect(self._go_place)
        return self.side

    def _go_place(self, name: str) -> None:
        # By keys a place is opened as it is reached; by a click also when one is on a page below it. Before the first
        # picture the list only takes the focus: opening a page then would make the picture wait for the workspace.
        if self._here is not None and self._here[0] != name:
            self.go(name)

    def _make_header(self) -> QWidget:
        from desktop.ui.edges import Header

        header = self.header = Header()
        self.back_button, self.search = header.back, header.search
        self.client_name, self.client_code, self.client_button = header.client_name, header.client_code, header.switch
        header.back.clicked.connect(self.back)
        header.switch.clicked.connect(self._switch_client)
        header.search.returnPressed.connect(self._search)
        header.help.clicked.connect(self.help)
        header.settings.clicked.connect(lambda: self.go("settings"))
        return header

    def _keys(self) -> None:
        from PySide6.QtGui import QAction, QKeySequence, QShortcut

        from desktop.ui.edges import PLACES

        def key(sequence: str, do: Any) -> None:
            shortcut = QShortcut(QKeySequence(sequence), self)
            shortcut.activated.connect(do)

        key("Ctrl+K", self._to_search)
        key("Ctrl+Shift+K", self._switch_client)
        key("Ctrl+N", lambda: self.go("procedures"))
        key("Ctrl+,", lambda: self.go("settings"))
        key("Ctrl+L", self.lock)
        key("Ctrl+/", self._show_keys)
        key("F1", self.help)
        key("Esc", self.back)
        for number, (name, _, _) in enumerate(PLACES, 1):
            key(f"Ctrl+{number}", lambda name=name: self.go(name))
        leave = QAction(self)
        leave.setShortcut(QKeySequence("Ctrl+Q"))
        leave.triggered.connect(self.close)
        self.addAction(leave)

    def _show_keys(self) -> None:
        """Show the keys in a sheet that any key puts away."""
        from desktop.ui.keys import KeySheet

        KeySheet(self).open()

    def _to_search(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    def _search(self) -> None:
        self.go("procedures", text=self.search.text().strip())

    def _switch_client(self) -> None:
        self.go("clients", switch=True)

    # --- begin and end -------------------------------------------------------------------------------

    def begin(self) -> None:
        """Open the workspace once the window stands."""
        self.say(self.tr("Đang mở kho hồ sơ…"))
        self.jobs.run("work", self._find_workspace, done=self._opened, failed=self._locked, owner=self)

    def begin_when_painted(self, first: Callable[[], bool] | None = None) -> None:
        """Begin after the first picture: what is heavy is imported only then; `first` may say that it shall not."""
        self._begin_on_paint = True
        self._first = first

    def paintEvent(self, event: QPaintEvent) -> None:
        """Notice the first picture."""
        super().paintEvent(event)
        if self._begin_on_paint:
            self._begin_on_paint = False
            QTimer.singleShot(0, self._begin_standing)

    def _begin_standing(self) -> None:
        if not self._stands:
            from desktop.ui.program import dress

            dress(self.app, self.preferences)
            self.stand()
        if self._first is None or self._first():
            self.begin()

    def _find_workspace(self, progress: Progress) -> Any:
        from desktop import filing

        app = self.app
        # First: procedures are public, and are found while the store, which takes longer, is still being imported.
        filing.search(app.desk, limit=1)
        return app.workspace if app.workspace_exists() else None

    def _opened(self, workspace: Any) -> None:
        if workspace is None:
            self.go("welcome")
            return
        known = workspace.settings.get("client")
        self.client = None
        if known:
            from desktop.errors import DesktopError

            try:
                self.client = workspace.clients.get(known)
            except DesktopError:
                self.client = None
        self.show_client()
        self.say(self.tr("Kho hồ sơ đã mở."))
        if self.preferences.practice != self.app.practice:
            self.prefer(practice=self.app.practice)
        app = self.app
        if app.practice:
            self.jobs.run("network", lambda progress: app.resume_practice(), done=self._resumed, owner=self)
        self._trail.clear()
        self._here = None
        self.go("home")
        if self._then is not None:
            page, facts = self._then
            self._then = None
            self.go(page, **facts)
        QTimer.singleShot(0, self.refresh_foot)
        self.workspace_opened.emit()

    def _resumed(self, nothing: object) -> None:
        self.bell.data_changed.emit("portal")

    def opened(self) -> None:
        """Go on once a page (first start, lock) has opened the workspace."""
        self._opened(self.app.workspace)

    def _locked(self, error: Exception) -> None:
        self._here = None
        self.go("lock", error=error)

    def lock(self) -> None:
        """Put the key away and every page with what it shows."""
        if not self._leave():
            return
        self.app.lock_workspace()
        self._rebuild()
        self.client = None
        self.show_client()
        self.setWindowTitle(self.tr("Hồ Sơ — đã khóa"))
        self.go("lock", locked=True)

    def switch(self, *, practice: bool, app: App | None = None, then: tuple[str, dict[str, Any]] | None = None) -> None:
        """Work in the other kind of workspace of this home, practice or real; `then` opens a page there."""
        if not self._leave():
            return
        old, self.app = self.app, app or self.app.twin(practice=practice)
        if old is not self.app:
            old.close()
        self.prefer(practice=practice)
        self.client = None
        self._then = then
        self._rebuild()
        self.begin()

    def prefer(self, **changed: Any) -> None:
        """Keep a choice of language, size or scheme."""
        self.preferences = self.preferences.but(**changed)
        save(self.app.home, self.preferences)

    def restyle(self) -> None:
        """Put the chosen look on: every page is made anew, the one that is open is opened again."""
        here = self._here
        if here is not None and not self._leave():
            return
        self._rebuild()
        self.show_client()
        if here is not None:
            self.go(here[0], **here[1])
        if here is None or here[0] not in ("welcome", "lock"):
            self.refresh_foot()

    def _rebuild(self) -> None:
        from desktop.ui.program import application

        chosen = self.preferences
        self.app.lang = chosen.lang
        application(scheme=chosen.scheme, zoom=chosen.zoom, practice=self.app.practice, lang=chosen.lang)
        self._here = None
        self._trail.clear()
        self._pages.clear()
        # The old pages are still listening to the old bell; nobody rings it any more.
        self.bell = Bell()
        self._listen()
        self.setWindowTitle(self.tr("Hồ Sơ"))
        self._build()

    def _listen(self) -> None:
        self.bell.data_changed.connect(lambda what: self.refresh_foot())
        self.bell.client_changed.connect(self.refresh_foot)
        self.bell.counted.connect(lambda today: self.count("home", today))

    # --- the truth at the foot, and the counts --------------------------------------------------------

    def refresh_foot(self) -> None:
        """Tell the truth about the queue, and count what waits."""
        if "workspace" not in self.desk.__dict__:
            return
        self.jobs.run("work", self._look, done=self._looked, owner=self)

    def _look(self, progress: Progress) -> tuple[int | None, int]:
        from desktop.filing.agenda import agenda
        from desktop.store.records import LIVE_ITEMS

        desk = self.desk
        client = self.client.tax_code if self.client is not None else None
        live = desk.workspace.outbox.items(LIVE_ITEMS)
        # The page of today looks for itself, and tells what it has counted.
        told = self._here is not None and self._here[0] == "home"
        return None if told else len(agenda(desk, client)), len(live)

    def _looked(self, found: tuple[int | None, int]) -> None:
        today, waiting = found
        if today is not None:
            self.count("home", today)
        self.count("outbox", waiting)
        self.queue.setText(self.tr("{} hồ sơ chờ gửi").format(waiting) if waiting else self.tr("Hộp gửi trống"))

    def watch(self) -> None:
        """Send what waits, ask how things stand, and lock when nobody is there, for as long as the window is open."""
        self._watch = Watch(self)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Save what is open, then let go."""
        if not self._leave():
            event.ignore()
            return
        self.leaving.emit()
        self.jobs.close()
        self.app.close()
        event.accept()
        QApplication.quit()
