"""How the applicant wants to hear of a dossier, chosen where one chooses how the result comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QCheckBox, QGridLayout, QLineEdit, QWidget

from desktop.ui.parts import Text
from desktop.ui.theme import ROW, STEP, Size

if TYPE_CHECKING:
    from desktop.portal.contract import NoticeWish
    from desktop.ui.jobs import Progress
    from desktop.ui.shell import Shell


class NoticeChoice(QWidget):
    """Two ways beside the portal's own messages, each with its address; kept as soon as they are whole."""

    def __init__(self, shell: Shell, dossier: str, wish: NoticeWish, *, remembered: bool) -> None:
        super().__init__()
        self.shell, self._dossier = shell, dossier
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(3 * STEP)
        grid.setVerticalSpacing(STEP)
        grid.setColumnStretch(1, 1)
        always = Text(self.tr("Thông báo của cổng luôn hiện trong chương trình này."), Size.SMALL, role="muted")
        grid.addWidget(always, 0, 0, 1, 2)
        self.by_email = QCheckBox(self.tr("Thêm thư điện tử"))
        self.by_sms = QCheckBox(self.tr("Thêm tin nhắn điện thoại"))
        self.email = QLineEdit(wish.email or "")
        self.email.setAccessibleName(self.tr("Thư điện tử nhận thông báo"))
        self.phone = QLineEdit(wish.phone or "")
        self.phone.setAccessibleName(self.tr("Số điện thoại nhận thông báo"))
        pairs = (("email", self.by_email, self.email), ("sms", self.by_sms, self.phone))
        for row, (name, tick, field) in enumerate(pairs, start=1):
            tick.setChecked(name in wish.channels)
            tick.setMinimumHeight(ROW)
            field.setMinimumHeight(ROW)
            field.setMaxLength(254)
            field.setCursorPosition(0)  # a long address shows whose it is, not where
            field.setMaximumWidth(360)
            field.setEnabled(tick.isChecked())
            tick.toggled.connect(field.setEnabled)
            tick.toggled.connect(lambda _: self.keep())
            field.editingFinished.connect(self.keep)
            grid.addWidget(tick, row, 0)
            grid.addWidget(field, row, 1)
        self.remember = QCheckBox(self.tr("Khách hàng đồng ý: nhớ cho các hồ sơ sau"))
        self.remember.setMinimumHeight(ROW)
        self.remember.setChecked(remembered)
        self.remember.toggled.connect(lambda _: self.keep())
        grid.addWidget(self.remember, 3, 0, 1, 2)
        self._kept = self._said()

    def _said(self) -> tuple[Any, ...]:
        ways = tuple(n for n, tick in (("email", self.by_email), ("sms", self.by_sms)) if tick.isChecked())
        return ways, self.email.text().strip(), self.phone.text().strip(), self.remember.isChecked()

    def keep(self) -> None:
        """Keep what is chosen; a way without its address waits for it."""
        for tick, field in ((self.by_email, self.email), (self.by_sms, self.phone)):
            if tick.isChecked() and not field.text().strip():
                field.setFocus()
                return
        said = self._said()
        if said == self._kept:
            return
        self._kept = said
        ways, email, phone, remember = said
        desk, name = self.shell.desk, self._dossier

        def work(progress: Progress) -> Any:
            from desktop import filing

            return filing.choose_notices(
                desk, name, ("portal", *ways), email=email or None, phone=phone or None, remember=remember
            )

        self.shell.jobs.run(
            "work", work, done=lambda _: self.shell.say(self.tr("Đã lưu cách nhận thông báo.")), failed=self._failed,
            owner=self,
        )  # fmt: skip

    def _failed(self, error: Exception) -> None:
        self._kept = ()
        self.shell.trouble(error)
