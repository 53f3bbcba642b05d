"""Khóa: open the workspace by passphrase, by keyring again, or by the recovery code; trouble is told in words."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from desktop.messages import message
from desktop.ui.frame import Frame
from desktop.ui.jobs import Progress
from desktop.ui.parts import Button, Card, Field, Text, empty, row_of
from desktop.ui.shell import Page, Shell
from desktop.ui.theme import STEP, Size, grown, icon

KEYRING_TROUBLE = frozenset({"KEYRING_UNAVAILABLE", "KEY_MISSING"})


class Here(Page):
    """The page."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.title = self.tr("Mở kho hồ sơ")
        column = QVBoxLayout(self)
        column.addStretch(1)
        middle = QWidget()
        middle.setMaximumWidth(560)
        middle.setMinimumWidth(460)
        self.body = QVBoxLayout(middle)
        self.body.setSpacing(4 * STEP)
        # Not by an alignment: what is aligned is not given the height that its wrapped words need.
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(middle, 100)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(2)
        self._busy = False
        self._shown = 0
        """How often the way in was drawn anew."""
        self._recovering = False

    @property
    def frame(self) -> Frame:
        """Return the window."""
        window = self.shell
        assert isinstance(window, Frame)
        return window

    def enter(self, **facts: Any) -> None:
        """Say why the workspace is closed (`error`) and ask for what opens it."""
        error = facts.get("error")
        self._recovering = False
        self._show(error)

    def _show(self, error: BaseException | None = None) -> None:
        from desktop.errors import DesktopError

        self._shown += 1
        empty(self.body)
        picture = QLabel()
        picture.setPixmap(icon("hoso").pixmap(grown(56)))
        self.body.addWidget(picture, 0, Qt.AlignmentFlag.AlignHCenter)
        title = Text(self.tr("Kho hồ sơ đang khóa"), Size.TITLE, bold=True)
        title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.body.addWidget(title)
        code = str(getattr(error, "code", ""))
        if error is not None and code not in ("PASSPHRASE_NEEDED", ""):
            told = message(error, lang=self.shell.lang)
            card = Card(tone="danger")
            card.body.addWidget(Text(told.heading, bold=True))
            card.body.addWidget(Text(told.text))
            self.body.addWidget(card)
        elif error is not None and not isinstance(error, DesktopError):
            self.body.addWidget(Text(message(error, lang=self.shell.lang).text, role="danger"))
        kept = "passphrase"
        try:
            from desktop.store.workspace import opened_by

            kept = opened_by(self.shell.app.home, self.shell.app.practice)
        except DesktopError:
            pass
        if self._recovering:
            self._show_recovery()
        elif kept == "keyring":
            self._show_keyring()
        else:
            self._show_passphrase()

    # --- three ways in ------------------------------------------------------------------------------

    def _show_passphrase(self) -> None:
        self.passphrase = QLineEdit()
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self.field = Field(self.tr("&Mật khẩu của kho"), self.passphrase)
        self.body.addWidget(self.field)
        self.open = Button(self.tr("M&ở kho"), "lock", primary=True)
        self.open.clicked.connect(self._open)
        self.passphrase.returnPressed.connect(self._open)
        forgot = Button(self.tr("&Quên mật khẩu?"), flat=True)
        forgot.clicked.connect(self._recover_instead)
        self.body.addWidget(row_of(self.open, forgot))
        QTimer.singleShot(0, self.passphrase, self.passphrase.setFocus)

    def _show_keyring(self) -> None:
        text = Text(
            self.tr("Khóa của kho nằm trong kho khóa của hệ điều hành. Đăng nhập hoặc mở kho khóa đó rồi thử lại."),
            role="muted",
        )
        text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.body.addWidget(text)
        again = Button(self.tr("&Mở kho"), "lock", primary=True)
        again.clicked.connect(self._open_by_keyring)
        code = Button(self.tr("Dùng mã &khôi phục"), flat=True)
        code.clicked.connect(self._recover_instead)
        line = QHBoxLayout()
        line.addStretch(1)
        line.addWidget(again)
        line.addWidget(code)
        line.addStretch(1)
        self.body.addLayout(line)
        again.setFocus()

    def _recover_instead(self) -> None:
        self._recovering = True
        self._show()

    def _show_recovery(self) -> None:
        self.body.addWidget(
            Text(
                self.tr("Gõ mã khôi phục đã chép ra giấy và đặt mật khẩu mới cho kho. Dữ liệu còn nguyên."),
                role="muted",
            )
        )
        self.code, self.first, self.second = QLineEdit(), QLineEdit(), QLineEdit()
        self.code.setPlaceholderText("XXXX-XXXX-XXXX-XXXX-XXXX-XXXX-XXXX-XXXX")
        for line in (self.first, self.second):
            line.setEchoMode(QLineEdit.EchoMode.Password)
        hint = self.tr("Hoa hay thường, có gạch hay không đều được")
        self.code_field = Field(self.tr("Mã &khôi phục"), self.code, hint)
        self.first_field = Field(self.tr("&Mật khẩu mới"), self.first, self.tr("Ít nhất 8 ký tự"))
        self.second_field = Field(self.tr("&Gõ lại mật khẩu mới"), self.second)
        for field in (self.code_field, self.first_field, self.second_field):
            self.body.addWidget(field)
        self.open = Button(self.tr("Khôi &phục và mở kho"), "refresh", primary=True)
        self.open.clicked.connect(self._recover)
        self.second.returnPressed.connect(self._recover)
        back = Button(self.tr("&Quay lại"), flat=True)
        back.clicked.connect(lambda: self.enter())
        self.body.addWidget(row_of(self.open, back))
        self.code.setFocus()

    # --- opening ------------------------------------------------------------------------------------

    def _run(self, work: Any, failed: Any) -> None:
        if self._busy:
            return
        self._busy = True
        asked_from = self._shown

        def done(nothing: object) -> None:
            self._busy = False
            self.frame.opened()

        def trouble(error: Exception) -> None:
            self._busy = False
            if asked_from == self._shown:  # else one has turned to another way in, and its fields are gone
                failed(error)

        self.shell.jobs.run("work", work, done=done, failed=trouble, owner=self)

    def _open(self) -> None:
        from desktop.store.key import Passphrase

        app, text = self.shell.app, self.passphrase.text()

        def work(progress: Progress) -> None:
            app.unlock_workspace(Passphrase(text))

        def failed(error: Exception) -> None:
            if getattr(error, "code", "") in ("WRONG_PASSPHRASE", "PASSPHRASE_TOO_SHORT"):
                self.field.trouble(message(error, lang=self.shell.lang).text)
                self.passphrase.setFocus()
                self.passphrase.selectAll()
            else:
                self._show(error)

        self._run(work, failed)

    def _open_by_keyring(self) -> None:
        from desktop.store.key import Keyring

        app = self.shell.app

        def work(progress: Progress) -> None:
            app.unlock_workspace(Keyring())

        self._run(work, self._show)

    def _recover(self) -> None:
        from desktop.store.key import LEAST_PASSPHRASE, Passphrase

        app, code, text = self.shell.app, self.code.text(), self.first.text()
        self.first_field.trouble("")
        self.second_field.trouble("")
        self.code_field.trouble("")
        if len(text) < LEAST_PASSPHRASE:
            self.first_field.trouble(self.tr("Mật khẩu cần ít nhất {} ký tự.").format(LEAST_PASSPHRASE))
            return
        if text != self.second.text():
            self.second_field.trouble(self.tr("Hai lần gõ không giống nhau."))
            return

        def work(progress: Progress) -> None:
            app.recover_workspace(code, Passphrase(text))
            app.unlock_workspace(Passphrase(text))

        def failed(error: Exception) -> None:
            self.code_field.trouble(message(error, lang=self.shell.lang).text)
            self.code.setFocus()

        self._run(work, failed)
