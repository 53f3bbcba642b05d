"""First start: how it looks, how the workspace is kept, and then a first try or a first client."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QBoxLayout,
    QButtonGroup,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from desktop.settings import ZOOMS
from desktop.ui.frame import Frame
from desktop.ui.jobs import Progress
from desktop.ui.parts import Button, Card, Facts, Field, Scroll, Text, Toggle, empty, row_of
from desktop.ui.shell import Page, Shell
from desktop.ui.theme import STEP, Size, font, grown, icon
from desktop.ui.translation import later
from desktop.ui.words import english

STEPS = (later("Hiển thị"), later("Kho hồ sơ"), later("Bắt đầu"))


class Here(Page):
    """The page, in three steps."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.title = self.tr("Bắt đầu")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        sheet = Scroll(margin=0)
        outer.addWidget(sheet)
        line = QHBoxLayout()
        line.setContentsMargins(6 * STEP, 12 * STEP, 6 * STEP, 12 * STEP)
        middle = QWidget()
        middle.setMaximumWidth(760 if shell_zoom(shell) < 1.4 else 1100)
        self.body = QVBoxLayout(middle)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(4 * STEP)
        line.addStretch(1)
        line.addWidget(middle, 20)
        line.addStretch(1)
        sheet.column.addLayout(line)
        sheet.column.addStretch(1)
        self._unlock: Any = None
        self._code = ""
        self._keyring: bool | None = None
        self._practice_only = False

    @property
    def frame(self) -> Frame:
        """Return the window."""
        window = self.shell
        assert isinstance(window, Frame)
        return window

    def enter(self, **facts: Any) -> None:
        """Show a `step`: 1 look, 2 workspace, 3 begin."""
        step = int(facts.get("step", 1))
        empty(self.body)
        self._head(step)
        {1: self._look, 2: self._store, 3: self._begin}[step]()

    def _head(self, step: int) -> None:
        top = QHBoxLayout()
        top.setSpacing(3 * STEP)
        picture = QLabel()
        picture.setPixmap(icon("hoso").pixmap(grown(44)))
        top.addWidget(picture)
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(Text(self.tr("Hồ Sơ"), Size.TITLE, bold=True))
        names.addWidget(Text(self.tr("Lập, ký và nộp hồ sơ dịch vụ công, kể cả khi không có mạng."), role="muted"))
        top.addLayout(names, 1)
        self.body.addLayout(top)
        words = " → ".join(f"{at}. {self.tr(name)}" for at, name in enumerate(STEPS, 1))
        place = Text(self.tr("Bước {} trong 3: {}").format(step, self.tr(STEPS[step - 1])), Size.SMALL, role="muted")
        place.setToolTip(words)
        self.body.addWidget(place)

    # --- 1 ------------------------------------------------------------------------------------------

    def _look(self) -> None:
        chosen = self.frame.preferences
        title = self.tr("Chọn ngôn ngữ và cỡ chữ") if english() else self.tr("Chọn cỡ chữ")
        self.body.addWidget(Text(title, Size.DISPLAY, bold=True))
        grid = QGridLayout()
        grid.setHorizontalSpacing(6 * STEP)
        grid.setVerticalSpacing(3 * STEP)
        grid.setColumnStretch(1, 1)
        self.langs = {"vi": Toggle("Tiếng &Việt"), "en": Toggle("&English")}
        for name, toggle in self.langs.items():
            toggle.setVisible(name == "vi" or english())
            toggle.setChecked(name == chosen.lang)
            toggle.turned.connect(partial(self._prefer, "lang", name))
        self.sizes = {zoom: Toggle(f"{round(zoom * 100)} %") for zoom in ZOOMS}
        for zoom, toggle in self.sizes.items():
            toggle.setChecked(zoom == chosen.zoom)
            toggle.turned.connect(partial(self._prefer, "zoom", zoom))
        for at, (name, toggles) in enumerate(
            ((self.tr("Ngôn ngữ"), list(self.langs.values())), (self.tr("Cỡ chữ"), list(self.sizes.values())))
        ):
            label = Text(name, role="muted")
            label.setWordWrap(False)
            grid.addWidget(label, at, 0)
            grid.addWidget(row_of(*toggles), at, 1)
        self.body.addLayout(grid)
        sample = Card()
        sample.body.addWidget(Text(self.tr("Trông như thế này"), Size.SMALL, role="muted"))
        sample.body.addWidget(Text(self.tr("Tờ khai thuế giá trị gia tăng 01/GTGT"), Size.LEAD, bold=True))
        sample.body.addWidget(
            Facts(
                (
                    (self.tr("Người nộp thuế"), "CÔNG TY TNHH ÁNH DƯƠNG"),
                    (self.tr("[22] Thuế kỳ trước chuyển sang"), "29.826.193"),
                    (self.tr("Hạn nộp"), "21/12/2026"),
                ),
                width=220,
            )
        )
        self.body.addWidget(sample)
        on = Button(self.tr("&Tiếp tục"), "next", primary=True)
        on.clicked.connect(lambda: self._to_store(practice=self.shell.app.practice))
        places: list[QWidget] = [on]
        if not self.shell.app.practice:
            trying = Button(self.tr("T&hử trước với Cổng thực hành"), "practice", flat=True)
            trying.clicked.connect(lambda: self._to_store(practice=True))
            places.append(trying)
        self.body.addWidget(row_of(*places))
        on.setFocus()

    def _prefer(self, name: str, value: Any, *_: object) -> None:
        self.frame.prefer(**{name: value})
        QTimer.singleShot(0, self.frame.restyle)

    def _to_store(self, *, practice: bool) -> None:
        self._practice_only = practice
        self.shell.jobs.run("device", _keyring_works, done=self._probed, failed=self.shell.trouble, owner=self)

    def _probed(self, works: bool) -> None:
        self._keyring = works
        if self._practice_only and works:
            from desktop.store.key import Keyring

            self._unlock = Keyring()
            self._start_practice()
        elif self._practice_only and self.shell.app.twin(practice=True).workspace_exists():
            self.frame.switch(practice=True)
        else:
            self.shell.go("welcome", step=2)

    # --- 2 ------------------------------------------------------------------------------------------

    def _store(self) -> None:
        practice = self._practice_only
        title = self.tr("Mật khẩu của kho thực hành") if practice else self.tr("Kho hồ sơ của bạn")
        self.body.addWidget(Text(title, Size.DISPLAY, bold=True))
        self.body.addWidget(
            Text(
                self.tr(
                    "Mọi thứ bạn nhập được mã hóa ngay trên máy này và chỉ rời máy khi bạn bấm Nộp hoặc Xuất. "
                    "Chọn cách giữ chìa khóa của kho:"
                )
            )
        )
        self.by_keyring = QRadioButton(self.tr("Kho khóa của &hệ điều hành"))
        self.by_passphrase = QRadioButton(self.tr("&Mật khẩu của riêng kho này"))
        group = QButtonGroup(self)
        card = Card()
        for radio, about in (
            (
                self.by_keyring,
                self.tr("Kho tự mở khi bạn đăng nhập máy. Ai dùng được tài khoản của bạn trên máy này thì mở được kho.")
                if self._keyring
                else self.tr("Máy này không có kho khóa dùng được, nên hãy đặt mật khẩu."),
            ),
            (
                self.by_passphrase,
                self.tr("Gõ mật khẩu mỗi lần mở. Hợp với máy dùng chung; quên mật khẩu thì cần mã khôi phục."),
            ),
        ):
            radio.setFont(font(Size.BODY, bold=True))
            radio.setAccessibleDescription(about)
            group.addButton(radio)
            card.body.addWidget(radio)
            note = Text(about, role="muted")
            note.setContentsMargins(26, 0, 0, 0)
            card.body.addWidget(note)
        self.by_keyring.setEnabled(bool(self._keyring))
        (self.by_keyring if self._keyring else self.by_passphrase).setChecked(True)
        self.first, self.second = QLineEdit(), QLineEdit()
        for line in (self.first, self.second):
            line.setEchoMode(QLineEdit.EchoMode.Password)
        hint = self.tr("Ít nhất 8 ký tự; một câu dài dễ nhớ tốt hơn một từ khó.")
        self.first_field = Field(self.tr("Mật &khẩu"), self.first, hint)
        self.second_field = Field(self.tr("&Gõ lại"), self.second)
        self.typed = QWidget()
        inside = QHBoxLayout(self.typed)
        inside.setContentsMargins(26, 0, 0, 0)
        inside.setSpacing(4 * STEP)
        inside.addWidget(self.first_field, 1, Qt.AlignmentFlag.AlignTop)
        inside.addWidget(self.second_field, 1, Qt.AlignmentFlag.AlignTop)
        card.body.addWidget(self.typed)
        self.by_passphrase.toggled.connect(self.typed.setVisible)
        self.typed.setVisible(self.by_passphrase.isChecked())
        self.body.addWidget(card)
        self.make = Button(
            self.tr("&Tạo kho và bắt đầu") if practice else self.tr("&Tạo kho hồ sơ"), "next", primary=True
        )
        self.make.clicked.connect(self._make)
        self.second.returnPressed.connect(self._make)
        back = Button(self.tr("&Quay lại"), flat=True)
        back.clicked.connect(lambda: self.shell.go("welcome", step=1))
        self.body.addWidget(row_of(self.make, back))
        if self.by_passphrase.isChecked():
            QTimer.singleShot(0, self.first, self.first.setFocus)  # not where a new look has replaced it

    def _make(self) -> None:
        from desktop.store.key import LEAST_PASSPHRASE, Keyring, Passphrase

        if self.by_keyring.isChecked():
            self._unlock = Keyring()
        else:
            text = self.first.text()
            self.first_field.trouble("")
            self.second_field.trouble("")
            if len(text) < LEAST_PASSPHRASE:
                self.first_field.trouble(self.tr("Mật khẩu cần ít nhất {} ký tự.").format(LEAST_PASSPHRASE))
                self.first.setFocus()
                return
            if text != self.second.text():
                self.second_field.trouble(self.tr("Hai lần gõ không giống nhau."))
                self.second.setFocus()
                return
            self._unlock = Passphrase(text)
        self.make.setEnabled(False)
        if self._practice_only:
            self._start_practice()
            return
        app, unlock = self.shell.app, self._unlock

        def work(progress: Progress) -> str:
            return app.create_workspace(unlock)

        def failed(error: Exception) -> None:
            self.make.setEnabled(True)
            self.shell.trouble(error)

        self.shell.jobs.run("work", work, done=self._show_code, failed=failed, owner=self)

    def _show_code(self, code: str) -> None:
        """Show the recovery code once and ask its end back."""
        self._code = code
        empty(self.body)
        self._head(2)
        self.body.addWidget(Text(self.tr("Chép lại mã khôi phục"), Size.DISPLAY, bold=True))
        self.body.addWidget(
            Text(
                self.tr(
                    "Quên mật khẩu hoặc cài lại máy thì chỉ mã này mở được kho. Mã chỉ hiện một lần: "
                    "chép ra giấy hoặc in, rồi cất xa máy tính."
                )
            )
        )
        card = Card(tone="accent")
        shown = Text(code, Size.LEAD, bold=True)
        shown.setFont(font(Size.LEAD, bold=True, tabular=True))
        shown.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        shown.setAccessibleName(self.tr("Mã khôi phục {}").format(" ".join(code)))
        card.body.addWidget(shown)
        self.body.addWidget(card)
        printing = Button(self.tr("&In mã…"), "print")
        printing.clicked.connect(self._print_code)
        self.body.addWidget(row_of(printing))
        self.end = QLineEdit()
        self.end.setMaxLength(8)
        self.end_field = Field(self.tr("&Gõ lại 4 ký tự cuối của mã vừa chép"), self.end)
        self.end_field.setMaximumWidth(360)
        self.body.addWidget(self.end_field)
        on = Button(self.tr("&Tiếp tục"), "next", primary=True)
        on.clicked.connect(self._code_back)
        self.end.returnPressed.connect(self._code_back)
        self.body.addWidget(row_of(on))
        self.end.setFocus()

    def _print_code(self) -> None:
        from PySide6.QtGui import QTextDocument
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter

        printer = QPrinter()
        if QPrintDialog(printer, self).exec():
            page = QTextDocument()
            page.setPlainText(
                self.tr("Mã khôi phục kho hồ sơ (Hồ Sơ)\n\n{}\n\nKho: {}\nCất tờ giấy này xa máy tính.").format(
                    self._code, self.shell.app.home
                )
            )
            page.print_(printer)

    def _code_back(self) -> None:
        typed = self.end.text().strip().upper().replace("O", "0").replace("I", "1").replace("L", "1")
        if typed != self._code[-4:]:
            self.end_field.trouble(self.tr("Chưa đúng. Xem lại nhóm 4 ký tự cuối cùng của mã ở trên."))
            self.end.setFocus()
            self.end.selectAll()
            return
        self._code = ""
        self.shell.go("welcome", step=3)

    # --- 3 ------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        self.body.addWidget(Text(self.tr("Bắt đầu thế nào?"), Size.DISPLAY, bold=True))
        zoomed = shell_zoom(self.shell) >= 1.4
        line = QBoxLayout(QBoxLayout.Direction.TopToBottom if zoomed else QBoxLayout.Direction.LeftToRight)
        line.setSpacing(4 * STEP)
        for symbol, title, about, action, primary, do in (
            (
                "practice",
                self.tr("Thử ngay với Cổng thực hành"),
                self.tr(
                    "Một công ty không có thật, một khóa ký thực hành và một tờ khai thuế đã điền: "
                    "ký, nộp và nhận kết quả trong vài phút. Không gì có giá trị pháp lý."
                ),
                self.tr("&Thử ngay"),
                True,
                self._start_practice,
            ),
            (
                "clients",
                self.tr("Thêm khách hàng đầu tiên"),
                self.tr("Công ty hoặc cá nhân mà bạn nộp hồ sơ cho. Mã số thuế và tên là đủ để bắt đầu."),
                self.tr("Thêm &khách hàng"),
                False,
                self._first_client,
            ),
        ):
            card = Card()
            card.body.setSpacing(3 * STEP)
            picture = QLabel()
            picture.setPixmap(icon(symbol, "accent").pixmap(grown(32)))
            card.body.addWidget(picture)
            card.body.addWidget(Text(title, Size.LEAD, bold=True))
            card.body.addWidget(Text(about))
            card.body.addStretch(1)
            button = Button(action, "next", primary=primary)
            button.clicked.connect(do)
            card.body.addWidget(row_of(button))
            line.addWidget(card, 1)
        self.body.addLayout(line)

    def _first_client(self) -> None:
        self.frame.opened()
        self.shell.go("clients", add=True)

    def _start_practice(self) -> None:
        """Make the practice portal and all that belongs to it, then go there."""
        empty(self.body)
        self._head(3)
        self.body.addWidget(Text(self.tr("Đang dựng cổng thực hành…"), Size.DISPLAY, bold=True))
        self.body.addWidget(
            Text(
                self.tr("Tạo cơ quan chứng thực thực hành, khóa ký, công ty và tờ khai. Lần đầu mất khoảng mười giây.")
            )
        )
        bar = QProgressBar()
        bar.setRange(0, 0)
        bar.setTextVisible(False)
        bar.setFixedHeight(6)
        self.body.addWidget(bar)
        here = self.shell.app
        twin = here if here.practice else here.twin(practice=True)
        unlock = self._unlock

        def work(progress: Progress) -> Any:
            if not twin.workspace_exists() and unlock is None:
                from desktop.store.key import Keyring

                return twin.start_practice(Keyring())
            return twin.start_practice(unlock)

        def done(practice: Any) -> None:
            twin.workspace.settings.set("client", practice.client)
            then = ("dossier", {"dossier": practice.dossier})
            QTimer.singleShot(0, lambda: self.frame.switch(practice=True, app=twin, then=then))

        def failed(error: Exception) -> None:
            if twin is not here:
                twin.close()
            self._practice_only = True
            self.shell.go("welcome", step=2 if self._unlock is None else 1)
            self.shell.trouble(error)

        self.shell.jobs.run("network", work, done=done, failed=failed, owner=self)


def _keyring_works(progress: Progress) -> bool:
    from desktop.errors import KeyringUnavailable
    from desktop.store.key import probe_keyring

    try:
        probe_keyring()
    except KeyringUnavailable:
        return False
    return True


def shell_zoom(shell: Shell) -> float:
    """Return how much texts are enlarged."""
    return shell.preferences.zoom if isinstance(shell, Frame) else 1.0
