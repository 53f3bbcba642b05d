"""What a started window has besides its pages: one instance, what it is asked to open, news, crash reports.

Made after the first picture has been seen: nothing of it is needed before.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent

from desktop.crashes import Run
from desktop.ui.system.crash import CrashDialog, Crashes
from desktop.ui.system.instance import Instance, hand_over
from desktop.ui.system.tray import Tray

if TYPE_CHECKING:
    from desktop.crashes import Ended
    from desktop.filing.links import LinkTarget
    from desktop.ui.frame import Frame
    from desktop.ui.jobs import Progress

SIGNED = (".pdf", ".xml", ".asice", ".sce", ".zip", ".jws", ".p7m")
"""Files whose signatures are validated when they are opened."""
SHEETS = (".xlsx", ".csv")
BACKUP = ".hoso"
LONGEST_PATH = 4096


class Ties(QObject):
    """The window's ties to the system around it."""

    def __init__(self, frame: Frame, given: str = "") -> None:
        super().__init__(frame)
        self._frame = frame
        self._waiting = given
        self._following = False
        self._before: Ended | None = None
        self.run = Run(frame.app.home)
        self.crashes = Crashes(frame)
        self.tray = Tray(frame)
        self.instance = Instance(frame.app.home, self._asked, self)
        self.told: CrashDialog | None = None

    def begin(self) -> bool:
        """Become the one window of this home; False: there is one, it was told what is wanted, and this one must go."""
        frame = self._frame
        if not self.instance.listen() and hand_over(frame.app.home, self._waiting):
            frame.close()
            return False
        self.crashes.listen()
        self._before = self.run.begin()
        frame.leaving.connect(self.end)
        frame.moved.connect(self._moved)
        frame.preferred.connect(self.tray.follow_choice)
        frame.workspace_opened.connect(self._opened)
        frame.setAcceptDrops(True)
        frame.installEventFilter(self)
        return True

    def end(self) -> None:
        """Let go, in order."""
        self.run.end()
        self.instance.close()
        self.crashes.deaf()

    # --- what happens in the window -----------------------------------------------------------------------------

    def _moved(self, page: str, dossier: str) -> None:
        self.run.note(page, dossier or None)

    def _opened(self) -> None:
        """Go on where the workspace is open: what was asked for, what was open before a crash, what is new."""
        frame = self._frame
        self.tray.forget()
        frame.bell.data_changed.connect(lambda what: self.tray.look() if what == "status" else None)
        self.tray.begin()
        if self._before is not None:
            before, self._before = self._before, None
            self._tell(before)
        if self._waiting:
            wanted, self._waiting = self._waiting, ""
            QTimer.singleShot(0, self, lambda: self.open(wanted))

    def _tell(self, before: Ended) -> None:
        self.told = CrashDialog(before.report, self._frame, before=True, reopen=before.dossier is not None)
        self.told.again.connect(lambda: self._reopen(before))
        self.told.open()

    def _reopen(self, before: Ended) -> None:
        from desktop.errors import DesktopError

        try:
            self._frame.desk.workspace.dossiers.get(before.dossier or "")
        except DesktopError as error:
            self._frame.trouble(error)
            return
        page = before.page if before.page in ("dossier", "sign", "review", "follow") else "dossier"
        self._frame.go(page, dossier=before.dossier)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take a file or a link that is dropped on the window where no place of its own takes it."""
        if isinstance(event, QDropEvent) and event.type() in (QEvent.Type.DragEnter, QEvent.Type.Drop):
            wanted = dropped(event)
            if wanted:
                event.acceptProposedAction()
                if not isinstance(event, QDragEnterEvent):
                    self.open(wanted)
                return True
        return super().eventFilter(watched, event)

    # --- opening ------------------------------------------------------------------------------------------------

    def _asked(self, wanted: str, token: str) -> None:
        """Come forward for a second start, and open what it was given."""
        if token:
            os.environ["XDG_ACTIVATION_TOKEN"] = token
        self._frame.come_forward()
        os.environ.pop("XDG_ACTIVATION_TOKEN", None)
        if wanted:
            self.open(wanted)

    def open(self, wanted: str) -> None:
        """Open a link or a file; what is neither is refused in words."""
        frame = self._frame
        if "workspace" not in frame.desk.__dict__:
            # Locked, or not there yet: it waits, the newest only.
            self._waiting = wanted
            return
        if wanted[:5].lower() == "hoso:":
            self.follow(wanted)
            return
        path = Path(wanted)
        ending = path.suffix.lower()
        if len(wanted) > LONGEST_PATH or "\0" in wanted or not path.is_absolute() or not path.is_file():
            frame.notice(self.tr("Không mở được: không có tệp này, hoặc đây không phải là một tệp."), "danger")
        elif ending == BACKUP:
            frame.notice(
                self.tr(
                    "{} là bản sao lưu của một kho hồ sơ. Kho đang mở không bị thay thế; để phục hồi, hãy dùng bản "
                    "sao lưu này ở lần mở đầu tiên trên máy chưa có kho."
                ).format(path.name),
                "plain",
            )
        elif ending in SIGNED:
            frame.go("signatures", file=path)
        elif ending in SHEETS:
            frame.go("batch")
            page: Any = frame.page("batch")
            page.open_file(path)
        else:
            frame.notice(
                self.tr(
                    "Chương trình không mở loại tệp này: {}. Có thể mở: PDF, XML, ASiC-E, bảng tính theo lô, "
                    "bản sao lưu .hoso."
                ).format(path.name),
                "warning",
            )

    def follow(self, text: str) -> None:
        """Look a link up at the portal that it names, and show whose words they are."""
        frame = self._frame
        from desktop import filing
        from desktop.errors import DesktopError

        if self._following:
            return
        try:
            # What is ill-formed or unknown is refused before any lane, and before anything is asked of anybody.
            link = filing.read_link(text)
            portal = filing.portal_of_link(frame.desk, link)
        except DesktopError as error:
            frame.trouble(error)
            return
        desk = frame.desk
        name = portal.name_vi if frame.lang == "vi" else portal.name_en
        self._following = True
        frame.say(self.tr("Đang hỏi {} về {}…").format(name, link.id))

        def work(progress: Progress) -> LinkTarget:
            return filing.follow_link(desk, text)

        frame.jobs.run("network", work, done=self._followed, failed=self._not_followed, owner=self)

    def _followed(self, found: LinkTarget) -> None:
        self._following = False
        frame = self._frame
        frame.say("")
        name = found.portal.name_vi if frame.lang == "vi" else found.portal.name_en
        if found.dossier is not None:
            frame.go("follow", dossier=found.dossier)
            frame.notice(self.tr("Mở theo liên kết. Cổng trả lời: {} ({}).").format(name, found.portal.url))
            return
        frame.notice(
            self.tr("{} ({}) trả lời: hồ sơ {}, {}, tình trạng “{}”. Hồ sơ này không có trong kho đang mở.").format(
                name, found.portal.url, found.view.code, found.view.procedure_name, found.view.raw
            )
        )

    def _not_followed(self, error: Exception) -> None:
        self._following = False
        self._frame.trouble(error)


def dropped(event: QDropEvent) -> str:
    """Return the one file or link that is dropped; nothing where it is more, or something else."""
    data = event.mimeData()
    urls = data.urls() if data.hasUrls() else []
    if len(urls) != 1:
        return ""
    if urls[0].isLocalFile():
        return urls[0].toLocalFile()
    text = urls[0].toString()
    return text if text.startswith("hoso:") else ""
