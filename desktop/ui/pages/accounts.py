"""Who is logged in at a portal: log in in the browser, change accounts, log out, whom one may act for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop import filing
from desktop.ui.jobs import Progress
from desktop.ui.parts import Button, Chip, Text, empty, row_of
from desktop.ui.shell import Shell
from desktop.ui.theme import STEP, Size


class Accounts(QWidget):
    """The accounts at one portal."""

    _address = Signal(str)

    def __init__(self, shell: Shell, url: str, *, done: Callable[[], None] | None = None) -> None:
        super().__init__()
        self._shell, self._url, self._done = shell, url, done
        self._waiting: Progress | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * STEP)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(2 * STEP)
        column.addLayout(self._rows)
        self._below = QVBoxLayout()
        self._below.setSpacing(2 * STEP)
        column.addLayout(self._below)
        self._address.connect(self._opened)
        self.look()

    def look(self) -> None:
        """Show who is known here."""
        empty(self._rows)
        here = [one for one in filing.whoami(self._shell.desk) if one.portal == self._url]
        for one in here:
            self._rows.addWidget(self._row(one))
        if not here:
            self._rows.addWidget(Text(self.tr("Chưa ai đăng nhập ở cổng này."), role="muted"))
        self.enter = Button(self.tr("Đăng nhập bằng tài khoản khác") if here else self.tr("Đăng nhập"), "key")
        self.enter.clicked.connect(self.log_in)
        buttons = [self.enter]
        for page, words in (("register", self.tr("Đăng ký tài khoản")), ("recover", self.tr("Lấy lại tài khoản"))):
            button = Button(words, flat=True)
            button.clicked.connect(partial(self._open, page))
            buttons.append(button)
        self._rows.addWidget(row_of(*buttons))

    def _row(self, one: filing.WhoIs) -> QWidget:
        box = QWidget()
        row = QHBoxLayout(box)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(3 * STEP)
        names = QVBoxLayout()
        names.setSpacing(STEP)
        names.addWidget(Text(one.person, bold=one.chosen))
        if one.acts_for:
            told = self.tr("Được ủy quyền nộp cho: {}").format(", ".join(one.acts_for))
            names.addWidget(Text(told, Size.SMALL, role="muted"))
        row.addLayout(names, 1)
        if not one.logged_in:
            row.addWidget(Chip(self.tr("Cần đăng nhập lại"), "warning"))
            again = Button(self.tr("Đăng nhập lại"), "key", primary=True)
            again.setAccessibleName(self.tr("Đăng nhập lại: {}").format(one.person))
            again.clicked.connect(self.log_in)
            row.addWidget(again)
        elif one.chosen:
            row.addWidget(Chip(self.tr("Đang dùng"), "success"))
        else:
            use = Button(self.tr("Dùng tài khoản này"))
            use.setAccessibleName(self.tr("Dùng tài khoản {}").format(one.person))
            use.clicked.connect(partial(self._use, one.account))
            row.addWidget(use)
        leave = Button(self.tr("Đăng xuất"), flat=True)
        leave.setAccessibleName(self.tr("Đăng xuất {}").format(one.person))
        leave.clicked.connect(partial(self._leave, one.account))
        row.addWidget(leave)
        return box

    # --- logging in -----------------------------------------------------------------------------------

    def log_in(self) -> None:
        """Open the portal's log-in in the browser and wait for it; the window stays usable."""
        if self._waiting is not None:
            return
        desk = self._shell.desk
        told: Callable[[str], None] = self._address.emit

        def work(progress: Progress) -> filing.WhoIs:
            return filing.login(desk, self._url, None, show=told, cancelled=progress.cancelled)

        self.enter.setEnabled(False)
        waiting = self._shell.jobs.run("work", work, done=self._entered, failed=self._not_entered, owner=self)
        # It waits for minutes: once nobody can see or stop that any more, it must not keep others from the lane.
        self.destroyed.connect(lambda *_: waiting.cancel())
        self._waiting = waiting
        self._opened("")

    def _opened(self, address: str) -> None:
        """Say that the browser is waited for; the address can be opened by hand."""
        if self._waiting is None:
            return
        empty(self._below)
        self._below.addWidget(
            Text(
                self.tr("Đang chờ trang đăng nhập trong trình duyệt. Chương trình không bao giờ hỏi mật khẩu của cổng.")
            )
        )
        stop = Button(self.tr("Thôi chờ"))
        stop.clicked.connect(self._stop)
        buttons = [stop]
        if address:
            copy = Button(self.tr("Trình duyệt không mở? Chép địa chỉ"), flat=True)
            copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(address))
            buttons.append(copy)
        self._below.addWidget(row_of(*buttons))

    def _stop(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()

    def _entered(self, who: filing.WhoIs) -> None:
        self._over()
        self._shell.say(self.tr("Đã đăng nhập: {}").format(who.person))
        self._shell.bell.data_changed.emit("login")
        if self._done is not None:
            self._done()

    def _not_entered(self, error: Exception) -> None:
        self._over()
        if getattr(error, "code", "") != "LOGIN_CANCELLED":
            self._shell.trouble(error)

    def _over(self) -> None:
        self._waiting = None
        empty(self._below)
        self.look()

    # --- the other buttons ----------------------------------------------------------------------------

    def _use(self, account: str) -> None:
        self._do(lambda: filing.choose_account(self._shell.desk, self._url, account))

    def _leave(self, account: str) -> None:
        desk = self._shell.desk

        def work(progress: Progress) -> filing.LoggedOut:
            return filing.logout(desk, self._url, account=account)

        def done(found: filing.LoggedOut) -> None:
            self._shell.say(
                self.tr("Đã đăng xuất.")
                if found.revoked
                else self.tr("Đã đăng xuất ở máy này; chưa báo được cho cổng, phiên ở đó sẽ tự hết hạn.")
            )
            self._shell.bell.data_changed.emit("login")
            self.look()

        self._shell.jobs.run("network", work, done=done, failed=self._shell.trouble, owner=self)

    def _open(self, page: Any) -> None:
        self._do(lambda: filing.account_page(self._shell.desk, self._url, page))

    def _do(self, act: Callable[[], object]) -> None:
        from desktop.errors import DesktopError

        try:
            act()
        except DesktopError as error:
            self._shell.trouble(error)
        self.look()
