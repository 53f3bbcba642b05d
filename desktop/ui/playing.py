"""The embedded practice portal's controls: the scenario, time that passes, the clerk's page, a clean table."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from desktop.ui.parts import Button, Field, Text, row_of
from desktop.ui.shell import Shell
from desktop.ui.theme import STEP

if TYPE_CHECKING:
    from desktop.sandbox.server import Sandbox


class Playing(QWidget):
    """What a practising person may do to the portal that runs inside this program."""

    def __init__(self, shell: Shell, portal: Sandbox) -> None:
        super().__init__()
        from desktop.sandbox.scenarios import SCENARIOS

        self.shell, self.portal = shell, portal
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * STEP)
        self.scenario = QComboBox()
        for one in SCENARIOS.values():
            self.scenario.addItem(self.tr(one.vi), one.name)
        self.scenario.setCurrentIndex(self.scenario.findData(portal.play.scenario))
        self.scenario.activated.connect(lambda at: self.choose(self.scenario.itemData(at)))
        column.addWidget(Field(self.tr("Tình &huống của cổng thực hành"), self.scenario))
        column.addWidget(Text(self.tr("Áp dụng cho hồ sơ nộp từ bây giờ."), role="muted"))
        hurry = Button(self.tr("Cho trôi một &ngày"), "clock")
        hurry.clicked.connect(lambda: self.hurry(timedelta(days=1)))
        clerk = Button(self.tr("&Bàn của cán bộ…"), "open")
        clerk.clicked.connect(lambda: QDesktopServices.openUrl(QUrl(portal.clerk_url)))
        self.wiping = Button(self.tr("&Xóa hồ sơ ở cổng…"), "remove")
        self.sure = Button(self.tr("Đúng, &xóa"), "remove", primary=True)
        self.sure.hide()
        self.wiping.clicked.connect(lambda: self._ask(asking=True))
        self.sure.clicked.connect(self.wipe)
        column.addWidget(row_of(hurry, clerk, self.wiping, self.sure))

    def _ask(self, *, asking: bool) -> None:
        self.wiping.setVisible(not asking)
        self.sure.setVisible(asking)

    def choose(self, name: str) -> None:
        """Play another scenario."""
        self.portal.play.choose(name)
        self.shell.say(self.tr("Đã chọn tình huống: {}.").format(self.scenario.currentText()))

    def hurry(self, by: timedelta) -> None:
        """Let time pass at the portal."""
        self.portal.play.hurry(by)
        self.shell.say(self.tr("Ở cổng thực hành bây giờ là {}.").format(f"{self.portal.play.now():%d/%m/%Y %H:%M}"))

    def wipe(self) -> None:
        """Forget every dossier at the portal; what the workspace keeps stays."""
        self.portal.play.wipe()
        self._ask(asking=False)
        self.shell.say(self.tr("Cổng thực hành đã quên mọi hồ sơ; kho của bạn vẫn giữ nguyên."))
