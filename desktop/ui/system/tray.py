"""News beside the clock: a dossier stands otherwise, a deadline is near. A code and a procedure, nobody's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from desktop.ui import theme, words

if TYPE_CHECKING:
    from desktop.filing.news import News, Standing
    from desktop.ui.frame import Frame
    from desktop.ui.jobs import Progress

LATER = 5000
"""Milliseconds after which is looked for news: the page of today, which shows what is due, comes first."""
MOST = 3
"""Notices at a time; what is more is counted in one."""


class Tray(QObject):
    """The icon beside the clock where the desktop has one, and the news that it tells."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        self._frame = frame
        self._before: Standing | None = None
        self._looking = False
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(LATER)
        self._later.timeout.connect(self.look)
        self._about: str | None = None
        self.icon: QSystemTrayIcon | None = None
        self.said: list[str] = []
        """What was told in this run, newest last."""

    def begin(self) -> None:
        """Show the icon if it is wanted; once the first page stands, note how things stand and tell of deadlines."""
        self.follow_choice()
        self._later.start()

    def follow_choice(self) -> None:
        """Show or hide the icon as was chosen in the settings."""
        if not self._frame.preferences.notify or not QSystemTrayIcon.isSystemTrayAvailable():
            if self.icon is not None:
                self.icon.hide()
                self.icon.deleteLater()
                self.icon = None
            return
        if self.icon is None:
            self.icon = QSystemTrayIcon(theme.icon("hoso"), self)
            self.icon.setToolTip(self.tr("Hồ Sơ"))
            menu = QMenu(self._frame)
            come = QAction(self.tr("Mở cửa sổ"), menu)
            come.triggered.connect(self._frame.come_forward)
            leave = QAction(self.tr("Thoát"), menu)
            leave.triggered.connect(self._frame.close)
            menu.addActions([come, leave])
            self.icon.setContextMenu(menu)
            self.icon.activated.connect(self._pressed)
            self.icon.messageClicked.connect(self._open)
            self.icon.show()

    def _pressed(self, why: QSystemTrayIcon.ActivationReason) -> None:
        if why == QSystemTrayIcon.ActivationReason.Trigger:
            self._frame.come_forward()

    def _open(self) -> None:
        self._frame.come_forward()
        if self._about is not None and "workspace" in self._frame.desk.__dict__:
            self._frame.go("follow", dossier=self._about)

    def look(self) -> None:
        """Find out what is new since the last look."""
        frame = self._frame
        if "workspace" not in frame.desk.__dict__ or self._looking:
            return
        self._looking = True
        desk, before = frame.desk, self._before

        def work(progress: Progress) -> tuple[list[News], Standing]:
            from desktop.filing.news import changes, reminders, standing

            found, now = changes(desk, before) if before is not None else ([], standing(desk))
            return [*found, *(reminders(desk) if frame.preferences.notify else [])], now

        frame.jobs.run("work", work, done=self._looked, failed=self._not_looked, owner=self)

    def forget(self) -> None:
        """Begin anew: another workspace is open."""
        self._before = None

    def _not_looked(self, error: Exception) -> None:
        self._looking = False  # the next look will tell; nobody waits for this one

    def _looked(self, found: tuple[list[News], Standing]) -> None:
        self._looking = False
        news, self._before = found
        if not self._frame.preferences.notify:
            return
        for one in news[:MOST]:
            self.tell(self.words_of(one), one.dossier)
        if len(news) > MOST:
            self.tell(self.tr("Và {} hồ sơ khác có tin mới.").format(len(news) - MOST), None)

    def words_of(self, one: News) -> str:
        """Say one piece of news: code and procedure, what, and nobody's name."""
        if one.kind == "deadline":
            said, _ = words.left(one.due, self._frame.desk.today())
            return self.tr("{} · {}: hạn {} ({})").format(one.code, one.procedure, words.day(one.due), said)
        # Our own words: a portal's could hold a name.
        status = words.status_words(one.status) or self.tr("tình trạng mới")
        return self.tr("{} · {}: {}").format(one.code, one.procedure, status)

    def tell(self, text: str, dossier: str | None) -> None:
        """Tell it beside the clock, or at the window's foot where there is no such place."""
        self.said.append(text)
        del self.said[:-50]
        self._about = dossier
        if self.icon is not None and QSystemTrayIcon.supportsMessages() and not self._frame.isActiveWindow():
            self.icon.showMessage(self.tr("Hồ Sơ"), text, theme.icon("hoso"), 10_000)
        else:
            self._frame.say(text)
