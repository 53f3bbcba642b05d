"""Settings: add a portal that is not pinned by a catalogue: one that is filed at by hand, or a six-step service."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit

from desktop import filing
from desktop.ui.parts import Button, Card, Field, Text, row_of
from desktop.ui.theme import ROW

if TYPE_CHECKING:
    from desktop.ui.jobs import Progress
    from desktop.ui.shell import Shell


class OtherPortal(Card):
    """The fields for such a portal; those that its kind does not need are not shown."""

    def __init__(self, shell: Shell, added: Callable[[], None]) -> None:
        super().__init__()
        self.shell, self._added = shell, added
        self.body.addWidget(Text(self.tr("Thêm cổng kết nối theo cách khác"), bold=True))
        self.kind = QComboBox()
        self.kind.setMinimumHeight(ROW)
        self.kind.addItem(self.tr("Chỉ nhận trên trang web: nộp bằng tay"), filing.HAND_OVER)
        self.kind.addItem(self.tr("Dịch vụ sáu bước của cơ quan"), filing.SIX_STEP)
        self.kind.setAccessibleName(self.tr("Cách kết nối"))
        self.name, self.url, self.unit = QLineEdit(), QLineEdit(), QLineEdit()
        self.client_id, self.secret = QLineEdit(), QLineEdit()
        self.url.setPlaceholderText("https://")
        self.secret.setEchoMode(QLineEdit.EchoMode.Password)
        self.settles = QCheckBox(self.tr("Cơ quan bảo đảm mỗi mã chỉ có một hồ sơ và tra được ngay"))
        self.body.addWidget(Field(self.tr("&Cách kết nối"), self.kind))
        self.body.addWidget(Field(self.tr("Tê&n cổng"), self.name))
        self.body.addWidget(Field(self.tr("Địa chỉ t&rang nộp hoặc dịch vụ"), self.url))
        self.only: list[Any] = [
            Field(self.tr("Mã đơn vị tiếp nhận"), self.unit),
            Field(self.tr("Mã kết nối do cơ quan cấp"), self.client_id),
            Field(self.tr("Khóa kết nối"), self.secret),
            self.settles,
        ]
        for one in self.only:
            self.body.addWidget(one)
        add = Button(self.tr("Thê&m cổng này"), "add")
        add.clicked.connect(self.add)
        self.body.addWidget(row_of(add))
        self.kind.currentIndexChanged.connect(lambda _: self._turn())
        self._turn()

    def _turn(self) -> None:
        for one in self.only:
            one.setVisible(self.kind.currentData() == filing.SIX_STEP)

    def add(self) -> None:
        """Keep the portal that was typed; nobody is called."""
        desk, kind, url, name = self.shell.desk, self.kind.currentData(), self.url.text(), self.name.text()
        six = kind == filing.SIX_STEP
        account = (self.client_id.text().strip(), self.secret.text()) if six else None
        unit, settles = (self.unit.text().strip(), self.settles.isChecked()) if six else ("", False)

        def work(progress: Progress) -> Any:
            return filing.add_way(desk, url, kind, name=name, account=account, unit=unit, settles_by_code=settles)

        def done(way: Any) -> None:
            self.shell.say(self.tr("Đã thêm {}.").format(way.name_vi))
            self.shell.bell.data_changed.emit("portal")
            self._added()

        self.shell.jobs.run("work", work, done=done, failed=self.shell.trouble, owner=self)
