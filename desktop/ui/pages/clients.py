"""Khách hàng: everyone one files for; found by name or tax code, added with a tax code that is checked while typed.

With `switch=True` (Ctrl+Shift+K) choosing a row changes for whom one acts and goes back to where one was.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QLineEdit, QVBoxLayout, QWidget

from desktop import filing
from desktop.ui import words
from desktop.ui.parts import Button, Card, Empty, Field, PageHead, Text, as_search, row_of
from desktop.ui.rows import Line, LineList, Mark
from desktop.ui.shell import Page, Shell
from desktop.ui.theme import MARGIN, ROW, STEP, Size

ALL = "*"


class Here(Page):
    """The page."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.title = self.tr("Khách hàng")
        self._switch = False
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, 0)
        column.setSpacing(3 * STEP)
        self.head = PageHead(self.title)
        self.add = Button(self.tr("&Thêm khách hàng"), "add", primary=True)
        self.add.clicked.connect(self._open_card)
        self.head.add(self.add)
        column.addWidget(self.head)
        self.card = AddClient(self)
        self.card.hide()
        column.addWidget(self.card)
        self.words = QLineEdit()
        self.words.setPlaceholderText(self.tr("Tên hoặc mã số thuế, không cần gõ dấu"))
        self.words.setAccessibleName(self.tr("Tìm khách hàng"))
        as_search(self.words)
        self.words.setMinimumHeight(ROW)
        self.words.textChanged.connect(lambda text: self._look())
        self.words.returnPressed.connect(self._take_first)
        column.addWidget(self.words)
        self.list = LineList(self.tr("Khách hàng"))
        self.list.opened.connect(self._open)
        column.addWidget(self.list, 1)
        self.nothing = Empty(
            "clients",
            self.tr("Chưa có khách hàng nào"),
            self.tr("Thêm công ty hoặc cá nhân mà bạn nộp hồ sơ cho; mã số thuế và tên là đủ để bắt đầu."),
            action=self.tr("Thêm khách hàng đầu tiên"),
            do=self._open_card,
        )
        self.nothing.hide()
        column.addWidget(self.nothing, 1)
        self.rest = QWidget()
        column.addWidget(self.rest, 1)
        shell.bell.data_changed.connect(lambda what: self._look() if what == "client" else None)
        shell.bell.client_changed.connect(self._look)

    def enter(self, **facts: Any) -> None:
        """Show the clients; `switch` chooses for whom to act, `add` opens the card for a new one."""
        self._switch = bool(facts.get("switch"))
        self.head.say(
            self.tr("Làm cho khách hàng nào?") if self._switch else self.title,
            self.tr("Gõ vài chữ rồi Enter; Esc để quay lại.") if self._switch else "",
        )
        self.words.clear()
        self.show_card(bool(facts.get("add")))

    def _look(self) -> None:
        if "workspace" not in self.shell.desk.__dict__ or not self.isVisible() or self.card.isVisible():
            return
        text = self.words.text()
        here = self.shell.client
        # On this thread: some hundred rows by an index, answered while one types.
        found = self.shell.desk.workspace.clients.list(text)
        lines = [
            Line(
                one.tax_code,
                one.name,
                self.tr("MST {}").format(one.tax_code),
                words.day(one.updated),
                "",
                (Mark(self.tr("Đang làm"), "accent", "check"),) if here is not None and here.id == one.id else (),
                "clients",
            )
            for one in found
        ]
        if self._switch and not text and len(found) > 1:
            lines.insert(
                0,
                Line(
                    ALL, self.tr("Tất cả khách hàng"), self.tr("Xem việc và hồ sơ của mọi người"), "", "", (), "clients"
                ),
            )
        self.list.show_lines(lines)
        self.list.setVisible(bool(lines))
        self.nothing.setVisible(not lines and not text)
        if self._switch:
            self.list.choose(here.tax_code if here is not None and not text else (lines[0].key if lines else None))

    def _take_first(self) -> None:
        index = self.list.currentIndex()
        if self._switch and index.isValid():
            self._open(self.list.lines.line(index).key)
        else:
            self.list.first()
            self.list.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move in the list from the search field."""
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up) and self.words.hasFocus():
            row = self.list.currentIndex().row() + (1 if event.key() == Qt.Key.Key_Down else -1)
            row = max(0, min(row, self.list.lines.rowCount() - 1))
            self.list.setCurrentIndex(self.list.lines.index(row))
            return
        super().keyPressEvent(event)

    def _open(self, tax_code: str) -> None:
        if self._switch:
            self.shell.choose_client(None if tax_code == ALL else tax_code)
            self.shell.back()
        else:
            self.shell.go("client", tax_code=tax_code)

    def _open_card(self) -> None:
        self.show_card(True)

    def show_card(self, adding: bool) -> None:
        """Show the card for a new client, or the list: enlarged, there is room for one of them."""
        self.card.setVisible(adding)
        self.add.setVisible(not adding)
        self.words.setVisible(not adding)
        self.rest.setVisible(adding)
        if adding:
            self.list.hide()
            self.nothing.hide()
            self.card.code.setFocus()
        else:
            self._look()
            self.words.setFocus()

    def added(self, tax_code: str) -> None:
        """Go on with a client that was just added."""
        self.show_card(False)
        self.shell.bell.data_changed.emit("client")
        self.shell.choose_client(tax_code)
        if self._switch:
            self.shell.back()
        else:
            self.shell.go("client", tax_code=tax_code)


class AddClient(Card):
    """The card in which a client is added."""

    def __init__(self, page: Here) -> None:
        super().__init__()
        self.page = page
        self.code, self.name, self.address, self.phone = (QLineEdit() for _ in range(4))
        self.code.setPlaceholderText("0100686209")
        self.code.setMaxLength(20)
        self.code_field = Field(
            page.tr("&Mã số thuế hoặc số định danh"), self.code, page.tr("10 số, 10 số-3 số cho chi nhánh, hoặc 12 số")
        )
        self.name_field = Field(page.tr("T&ên"), self.name, page.tr("Đúng như trên đăng ký kinh doanh hoặc căn cước"))
        address_field = Field(page.tr("Đị&a chỉ"), self.address, page.tr("Có thể bổ sung sau"))
        phone_field = Field(page.tr("Đ&iện thoại"), self.phone, page.tr("Có thể bổ sung sau"))
        self.body.addWidget(Text(page.tr("Khách hàng mới"), Size.LEAD, bold=True))
        grid = QGridLayout()
        grid.setHorizontalSpacing(4 * STEP)
        grid.setVerticalSpacing(3 * STEP)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 2)
        for at, field in enumerate((self.code_field, self.name_field, phone_field, address_field)):
            grid.addWidget(field, at // 2, at % 2, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(grid)
        self.keep = Button(page.tr("&Lưu khách hàng"), "check", primary=True)
        self.keep.setEnabled(False)
        self.keep.clicked.connect(self._keep)
        away = Button(page.tr("&Bỏ"))
        away.clicked.connect(lambda: page.show_card(False))
        self.body.addWidget(row_of(self.keep, away))
        self.code.textChanged.connect(self._check)
        self.name.textChanged.connect(lambda text: self._check())
        self.code.editingFinished.connect(self._judge)
        for line in (self.code, self.name, self.address, self.phone):
            line.returnPressed.connect(lambda: self._keep() if self.keep.isEnabled() else None)

    def _finding(self) -> Any:
        from forms.identifiers import check_tax_code

        return check_tax_code(self.code.text().strip())

    def _check(self) -> None:
        """Say yes as soon as the code holds; say no only when the field is left."""
        code = self.code.text().strip()
        found = self._finding() if code else None
        good = bool(code) and (found is None or found.severity != "error")
        if good or not code:
            self.code_field.trouble("")
        elif len(code) >= 10 and found is not None and found.code == "TAX_CODE_CHECK_DIGIT":
            self._judge()
        self.keep.setEnabled(good and bool(self.name.text().strip()))

    def _judge(self) -> None:
        from desktop.messages import message

        code = self.code.text().strip()
        found = self._finding() if code else None
        if found is not None:
            told = message(found.code, dict(found.facts), self.page.shell.lang)
            self.code_field.trouble(told.text)

    def _keep(self) -> None:
        from desktop.errors import DesktopError

        facts = {"address": self.address.text().strip(), "phone": self.phone.text().strip()}
        try:
            made = filing.add_client(self.page.shell.desk, self.code.text(), self.name.text().strip(), facts)
        except DesktopError as error:
            self.page.shell.trouble(error)
            return
        for field in (self.code, self.name, self.address, self.phone):
            field.clear()
        self.page.added(made.tax_code)
