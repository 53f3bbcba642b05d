"""Tra cứu và thư: ask a portal for a dossier's code or a person's number; what agencies wrote, over all clients."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout

from desktop import filing
from desktop.ui import words
from desktop.ui.jobs import Progress
from desktop.ui.parts import Button, PageHead, Section, Text, as_search
from desktop.ui.rows import Line, LineList, Mark
from desktop.ui.shell import Page, Shell
from desktop.ui.theme import MARGIN, ROW, STEP


class Here(Page):
    """The page."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.title = self.tr("Tra cứu và thư")
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, 0)
        column.setSpacing(3 * STEP)
        column.addWidget(PageHead(self.title))
        line = QHBoxLayout()
        line.setSpacing(2 * STEP)
        self.words = QLineEdit()
        self.words.setPlaceholderText(self.tr("Mã hồ sơ, mã số thuế hoặc số định danh"))
        self.words.setAccessibleName(self.tr("Mã hồ sơ, mã số thuế hoặc số định danh"))
        self.words.setMinimumHeight(ROW)
        self.words.setMaxLength(60)
        as_search(self.words)
        self.words.returnPressed.connect(self.ask)
        self.button = Button(self.tr("&Hỏi cổng"), "search", primary=True)
        self.button.clicked.connect(self.ask)
        line.addWidget(self.words, 1)
        line.addWidget(self.button)
        column.addLayout(line)
        self.said = Text(self.tr("Cổng trả lời về hồ sơ của tài khoản đang đăng nhập."), role="muted")
        column.addWidget(self.said)
        self.found = LineList(self.tr("Hồ sơ cổng trả lời"))
        self.found.opened.connect(self._open)
        self.found.hide()
        column.addWidget(self.found, 1)
        column.addWidget(Section(self.tr("Thư của các cơ quan")))
        self.letters = LineList(self.tr("Thư của các cơ quan"), title_lines=2)
        self.letters.opened.connect(self._open)
        column.addWidget(self.letters, 2)
        self.none = Text(self.tr("Chưa có thư nào."), role="muted")
        column.addWidget(self.none)
        column.addStretch(0)
        shell.bell.data_changed.connect(lambda what: self._read() if self.isVisible() else None)

    def enter(self, **facts: Any) -> None:
        """Show the letters anew."""
        self._read()
        self.words.setFocus()

    def _read(self) -> None:
        desk = self.shell.desk

        def read(progress: Progress) -> list[Line]:
            return [
                Line(
                    mail.dossier, mail.text.replace("\n", " ")[:300], f"{mail.client} · {mail.procedure}",
                    words.minute(mail.at), mail.code or mail.dossier, _marks(mail),
                )
                for mail in filing.inbox(desk)[:500]
            ]  # fmt: skip

        self.shell.jobs.run("work", read, done=self._show_letters, failed=self.shell.trouble, owner=self)

    def _show_letters(self, lines: list[Line]) -> None:
        self.letters.show_lines(lines)
        self.letters.setVisible(bool(lines))
        self.none.setVisible(not lines)

    def ask(self) -> None:
        """Ask the portal; nothing of what is not ours is kept."""
        desk, text = self.shell.desk, self.words.text().strip()
        if not text or not self.button.isEnabled():
            return
        self.button.setEnabled(False)
        self.said.setText(self.tr("Đang hỏi cổng…"))

        def look(progress: Progress) -> list[Line]:
            number = text.replace("-", "").isdigit()
            rows = filing.status(desk, id_number=text) if number else filing.status(desk, text)
            ours = {one.code: one.id for one in desk.workspace.dossiers.list(coded=True)}
            return [
                Line(
                    row.id or ours.get(row.code), row.procedure_name, row.applicant, words.day(row.received),
                    row.code or "",
                    (words.status_mark(row.status, row.raw),),
                )
                for row in rows
            ]  # fmt: skip

        self.shell.jobs.run("network", look, done=self._show_found, failed=self._failed, owner=self)

    def _show_found(self, lines: list[Line]) -> None:
        self.button.setEnabled(True)
        self.found.show_lines(lines)
        self.found.setVisible(bool(lines))
        self.said.setText(
            self.tr("Cổng có {} hồ sơ.").format(len(lines)) if lines else self.tr("Cổng không thấy hồ sơ nào.")
        )

    def _failed(self, error: Exception) -> None:
        self.button.setEnabled(True)
        self.said.setText("")
        self.shell.trouble(error)

    def _open(self, dossier: str | None) -> None:
        if dossier is None:
            self.said.setText(self.tr("Hồ sơ này không do máy này nộp: xem chi tiết trên trang của cổng."))
            return
        self.shell.go("follow", dossier=dossier)


def _marks(mail: filing.Mail) -> tuple[Mark, ...]:
    """Say what of a letter is to be seen at a glance: waiting for papers, or a link that leads elsewhere."""
    found = []
    if mail.open:
        found.append(Mark(words.tr("Chờ bổ sung"), "warning", "warning"))
    if mail.strangers:
        found.append(Mark(words.tr("Có đường dẫn lạ"), "danger", "error"))
    if any(file.odd for file in mail.files):
        found.append(Mark(words.tr("Tệp đáng ngờ"), "danger", "error"))
    elif mail.files:
        found.append(Mark(words.tr("Kèm {} tệp").format(len(mail.files)), "plain", "attach"))
    return tuple(found)
