"""Hộp gửi: what is sent, in its order, each with a whole sentence about where it stands."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from desktop import filing
from desktop.filing import ItemView
from desktop.ui import words
from desktop.ui.jobs import Progress
from desktop.ui.parts import Button, Card, Chip, Empty, PageHead, Scroll, Text, Toggle, empty, row_of
from desktop.ui.shell import Page, Shell
from desktop.ui.theme import STEP, Size

OPEN = ("QUEUED", "SENDING", "UNCERTAIN")


class Here(Page):
    """The page."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.title = self.tr("Hộp gửi")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.sheet = Scroll(spacing=3 * STEP)
        column.addWidget(self.sheet)
        self.head = PageHead(self.title, self.tr("Hồ sơ được gửi lần lượt, mỗi hồ sơ đúng một lần."))
        self.send = Button(self.tr("&Gửi ngay"), "send", primary=True)
        self.send.clicked.connect(self._send)
        self.head.add(self.send)
        self.sheet.column.addWidget(self.head)
        self.old = Toggle(self.tr("Cả những hồ sơ đã xong"))
        self.old.clicked.connect(lambda: self._look())
        self.sheet.column.addWidget(row_of(self.old))
        self._marked: str | None = None
        self._sending = False
        shell.bell.data_changed.connect(lambda what: self._look())

    def enter(self, **facts: Any) -> None:
        """Show the outbox; `dossier` is the one that is meant."""
        self._marked = facts.get("dossier")
        if self._marked is not None:
            self.old.setChecked(True)
        self._look()

    def _look(self) -> None:
        desk = self.shell.desk
        if "workspace" in desk.__dict__ and self.isVisible():

            def look(progress: Progress) -> list[ItemView]:
                return filing.outbox_items(desk)

            self.shell.jobs.run("work", look, done=self._show, failed=self.shell.trouble, owner=self)

    def _show(self, items: list[ItemView]) -> None:
        empty(self.sheet.column, after=2)
        waiting = [item for item in items if item.state in OPEN]
        self.send.setEnabled(bool(waiting) and not self._sending)
        shown = items if self.old.isChecked() else [item for item in items if item.state not in ("DONE", "CANCELLED")]
        for item in shown:
            self.sheet.column.addWidget(self._row(item))
        if not shown:
            self.sheet.column.addWidget(
                Empty(
                    "outbox",
                    self.tr("Hộp gửi trống"),
                    self.tr("Hồ sơ đã ký và bấm Nộp sẽ chờ ở đây khi chưa có mạng, rồi tự gửi khi kết nối lại."),
                ),
                1,
            )
        else:
            self.sheet.column.addStretch(1)

    def _row(self, item: ItemView) -> Card:
        lang = self.shell.lang
        card = Card(tone="accent" if item.dossier == self._marked else None)
        top = QHBoxLayout()
        top.setSpacing(4 * STEP)
        names = QVBoxLayout()
        names.setSpacing(STEP)
        spoken = words.period(item.period, lang)
        names.addWidget(Text(" · ".join(part for part in (spoken, item.procedure_name) if part), bold=True))
        names.addWidget(Text(item.client_name, Size.SMALL, role="muted"))
        top.addLayout(names, 1)
        mark = words.item_mark(item.state)
        top.addWidget(Chip(mark.text, mark.tone, symbol=mark.symbol), 0, Qt.AlignmentFlag.AlignTop)
        card.body.addLayout(top)
        card.body.addWidget(Text(item.sentence(lang)))
        for line in item.lines(lang):
            card.body.addWidget(Text(f"– {line}", role="danger"))
        if item.reason and not item.reasons and item.state != "DONE":
            from desktop.messages import message

            card.body.addWidget(Text(message(item.reason, item.facts, lang).text, role="muted"))
        buttons = []
        if item.state == "QUEUED":
            cancel = Button(self.tr("Rút khỏi hộp gửi"), "remove")
            cancel.clicked.connect(partial(self._cancel, item.id))
            buttons.append(cancel)
        if item.state == "UNCERTAIN":
            ask = Button(self.tr("Hỏi cổng ngay"), "refresh")
            ask.clicked.connect(self._send)
            buttons.append(ask)
        if item.state == "REFUSED":
            mend = Button(self.tr("Mở hồ sơ để sửa"), "edit")
            mend.clicked.connect(partial(self.shell.go, "dossier", dossier=item.dossier))
            buttons.append(mend)
        else:
            follow = Button(self.tr("Theo dõi") if item.state == "DONE" else self.tr("Xem hồ sơ"), "eye", flat=True)
            page = "follow" if item.state == "DONE" else "dossier"
            follow.clicked.connect(partial(self.shell.go, page, dossier=item.dossier))
            buttons.append(follow)
        for button in buttons:
            button.setAccessibleName(f"{button.text().replace('&', '')}: {item.procedure_name}, {item.client_name}")
        if item.attempts > 1:
            tries = Text(self.tr("Đã gửi {} lần").format(item.attempts), Size.SMALL, role="muted")
            card.body.addWidget(row_of(*buttons, tries))
        else:
            card.body.addWidget(row_of(*buttons))
        return card

    def _send(self) -> None:
        desk = self.shell.desk
        self._sending = True
        self.send.setEnabled(False)
        self.shell.say(self.tr("Đang gửi…"))

        def send(progress: Progress) -> list[ItemView]:
            return filing.drain(desk)

        self.shell.jobs.run("network", send, done=self._sent, failed=self._failed, owner=self)

    def _sent(self, items: list[ItemView]) -> None:
        self._sending = False
        done = sum(item.state == "DONE" for item in items)
        self.shell.say(self.tr("Đã gửi xong: {} hồ sơ có biên nhận, {} chưa.").format(done, len(items) - done))
        self.shell.bell.data_changed.emit("outbox")

    def _failed(self, error: Exception) -> None:
        self._sending = False
        self.shell.trouble(error)
        self._look()

    def _cancel(self, key: str) -> None:
        from desktop.errors import DesktopError

        try:
            filing.cancel_item(self.shell.desk, key)
        except DesktopError as error:
            self.shell.trouble(error)
        self.shell.bell.data_changed.emit("outbox")
