"""What goes on by itself while the window is open: sending, asking, and locking when nobody is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer
from PySide6.QtGui import QGuiApplication

if TYPE_CHECKING:
    from PySide6.QtGui import QWindow

    from desktop.ui.frame import Frame
    from desktop.ui.jobs import Progress

IDLE_MINUTES = 20
"""A workspace with a passphrase locks itself after so long without a key or a click."""
PRACTICE_SECONDS, SECONDS = 12, 120
"""Between two rounds: a practice portal moves while one looks on, a real one in days."""


class Watch(QObject):
    """The rounds of one window."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        self._frame = frame
        self._looking = False
        self._round = QTimer(self)
        self._round.setInterval(1000 * (PRACTICE_SECONDS if frame.app.practice else SECONDS))
        self._round.timeout.connect(self.look_round)
        self._round.start()
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(IDLE_MINUTES * 60_000)
        self._idle.timeout.connect(self._lock)
        self._idle.start()
        program = QCoreApplication.instance()
        if isinstance(program, QGuiApplication):
            program.focusWindowChanged.connect(self._look_at)
            self._look_at(frame.windowHandle())

    def _look_at(self, window: QWindow | None) -> None:
        """Look at what comes to a window from outside; what its hundreds of parts are told passes unseen."""
        if window is not None:
            window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice that somebody is there."""
        if event.type() in (QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.Wheel):
            self._idle.start()
        return False

    def _lock(self) -> None:
        desk = self._frame.desk
        # A keyring opens for whoever sits there: locking would only be in the way.
        if "workspace" in desk.__dict__ and desk.workspace.kept_by == "passphrase":
            self._frame.lock()

    def look_round(self) -> None:
        """Send what waits and ask the portals once."""
        if "workspace" not in self._frame.desk.__dict__ or self._looking:
            return
        self._looking = True
        self._frame.jobs.run("network", self._ask, done=self._asked, failed=self._not_asked, owner=self)

    def _ask(self, progress: Progress) -> tuple[bool | None, bool]:
        """Say whether a portal answered (None: there was nothing to ask), and whether anything changed."""
        from desktop import filing
        from desktop.outbox import CONNECTION
        from desktop.tracking import FINAL

        desk = self._frame.desk
        if not filing.portals(desk):
            return None, False
        worked = filing.drain(desk)
        ws = desk.workspace
        following = [one for one in filing.followed(desk, ws.dossiers.list(coded=True)) if one.status not in FINAL]
        filing.refresh(desk, following)
        changed = any(ws.dossiers.get(one.id).updated != one.updated for one in following)
        answered = bool(following) or any(item.reason not in CONNECTION for item in worked)
        return answered if following or worked else None, bool(worked) or changed

    def _asked(self, found: tuple[bool | None, bool]) -> None:
        self._looking = False
        answered, changed = found
        frame = self._frame
        when = frame.desk.now().strftime("%H:%M")
        name = self.tr("Cổng thực hành") if frame.app.practice else self.tr("Cổng")
        if answered is not None:
            told = self.tr("{}: đã kết nối lúc {}") if answered else self.tr("{}: không kết nối được lúc {}")
            frame.connection.setText(told.format(name, when))
            frame.connection.setToolTip("")
        if changed:
            frame.bell.data_changed.emit("status")

    def _not_asked(self, error: Exception) -> None:
        self._looking = False
        from desktop.messages import message

        frame = self._frame
        when = frame.desk.now().strftime("%H:%M")
        wanted = self.tr("Cần đăng nhập cổng: xem Hộp gửi")
        if getattr(error, "code", "") != "LOGIN_NEEDED":
            frame.connection.setText(self.tr("Không kết nối được lúc {}").format(when))
        elif frame.connection.text() != wanted:
            frame.connection.setText(wanted)
            frame.bell.data_changed.emit("login")
        frame.connection.setToolTip(message(error, lang=frame.lang).text)
