"""Hộp gửi: what is sent, in its order, each with a whole sentence about where it stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from PySide6.QtCore import QDateTime, Qt
from PySide6.QtWidgets import QDateTimeEdit, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop import filing
from desktop.filing import ItemView
from desktop.ui import words
from desktop.ui.jobs import Progress
from desktop.ui.pages.accounts import Accounts
from desktop.ui.parts import Button, Card, Chip, Empty, Notice, PageHead, Scroll, Text, Toggle, empty, row_of
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
        self.hold = Button(self.tr("Tạm &dừng"), "clock")
        self.hold.clicked.connect(self._hold)
        self.head.add(self.hold)
        self.head.add(self.send)
        self.sheet.column.addWidget(self.head)
        self.old = Toggle(self.tr("Cả những hồ sơ đã xong"))
        self.old.turned.connect(lambda: self._look())
        self.sheet.column.addWidget(row_of(self.old))
        self.held = Notice(
            self.tr("Hộp gửi đang tạm dừng: chưa có hồ sơ nào được gửi cho tới khi bạn bấm “Gửi tiếp”."), "warning"
        )
        self.held.hide()
        self.sheet.column.addWidget(self.held)
        self.who = QVBoxLayout()
        self.who.setSpacing(3 * STEP)
        self.sheet.column.addLayout(self.who)
        self._asked_for: list[str] = []
        self._marked: str | None = None
        self._sending = False
        self._paused = False
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

            def look(progress: Progress) -> tuple[list[ItemView], bool, list[str]]:
                return filing.outbox_items(desk), filing.paused(desk), filing.login_needed(desk)

            self.shell.jobs.run("work", look, done=self._show, failed=self.shell.trouble, owner=self)

    def _show(self, found: tuple[list[ItemView], bool, list[str]]) -> None:
        items, self._paused, nobody = found
        empty(self.sheet.column, after=4)
        self._ask_who(nobody)
        waiting = [item for item in items if item.state in OPEN]
        self.held.setVisible(self._paused)
        self.hold.setText(self.tr("Gửi &tiếp") if self._paused else self.tr("Tạm &dừng"))
        self.send.setEnabled(bool(waiting) and not self._sending and not self._paused)
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

    def _ask_who(self, portals: list[str]) -> None:
        """Offer the log-in that the queue waits for; what waits goes out as soon as somebody is logged in."""
        if portals == self._asked_for:
            return  # a log-in that is being waited for must not be put away by the next look
        self._asked_for = portals
        empty(self.who)
        for url in portals:
            card = Card(tone="warning")
            card.body.addWidget(Text(self.tr("Hồ sơ đang chờ bạn đăng nhập cổng"), bold=True))
            card.body.addWidget(Text(url, Size.SMALL, role="muted"))
            card.body.addWidget(Accounts(self.shell, url, done=self._send))
            self.who.addWidget(card)

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
        if item.due is not None and item.state in OPEN:
            told, tone = words.left(item.due, self.shell.desk.today())
            last = self.tr("Hạn {}: {}").format(words.day(item.due), told)
            top.addWidget(Chip(last, tone, symbol="clock"), 0, Qt.AlignmentFlag.AlignTop)
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
            buttons.append(self._clock(item, card))
        if item.state == "UNCERTAIN" and not item.portal_can_be_asked:
            card.body.addWidget(self._word(item))
        elif item.state == "UNCERTAIN":
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

    def _clock(self, item: ItemView, card: Card) -> Button:
        """Offer a time for sending: pressing the button shows the place for it."""
        button = Button(self.tr("Hẹn giờ gửi"), "clock")
        box = QWidget()
        row = QHBoxLayout(box)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * STEP)
        when = QDateTimeEdit()
        when.setDisplayFormat("HH:mm dd/MM/yyyy")
        when.setCalendarPopup(True)
        when.setAccessibleName(self.tr("Giờ gửi: {}").format(item.procedure_name))
        first = item.send_at or self.shell.desk.now() + timedelta(hours=1)
        when.setDateTime(QDateTime(first.year, first.month, first.day, first.hour, first.minute, 0))
        keep = Button(self.tr("Hẹn giờ này"), "check", primary=True)
        now = Button(self.tr("Bỏ hẹn, gửi ngay"), "send")
        keep.clicked.connect(lambda: self._schedule(item.id, when.dateTime().toPython()))
        now.clicked.connect(lambda: self._schedule(item.id, None))
        now.setVisible(item.send_at is not None)
        for widget in (when, keep, now):
            row.addWidget(widget)
        row.addStretch(1)
        note = Text(self.tr("Đến giờ đó máy phải đang bật, chương trình đang mở và có mạng."), Size.SMALL, role="muted")
        row.insertWidget(3, note)
        box.hide()

        def unfold() -> None:
            box.setVisible(not box.isVisible())
            when.setFocus()

        button.clicked.connect(unfold)
        card.body.addWidget(box)
        return button

    def _schedule(self, key: str, at: object) -> None:
        desk = self.shell.desk
        moment = at.replace(tzinfo=words.ZONE) if isinstance(at, datetime) else None
        self._do(lambda: filing.schedule_item(desk, key, moment), self.tr("Đã ghi giờ gửi."))

    def _word(self, item: ItemView) -> QWidget:
        """Ask what the user found at a portal that cannot be asked by the program."""
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * STEP)
        code = QLineEdit()
        code.setPlaceholderText(self.tr("Mã hồ sơ mà cổng cấp"))
        code.setAccessibleName(self.tr("Mã hồ sơ tìm thấy ở cổng: {}").format(item.procedure_name))
        code.setMaxLength(60)
        there = Button(self.tr("Đã thấy ở cổng: ghi mã này"), "check", primary=True)
        there.setEnabled(False)
        code.textChanged.connect(lambda text: there.setEnabled(bool(text.strip())))
        desk = self.shell.desk
        there.clicked.connect(
            lambda: self._do(lambda: filing.settle_item(desk, item.id, code.text()), self.tr("Đã ghi mã hồ sơ."))
        )
        sure = Toggle(self.tr("Tôi đã tìm ở trang của cổng và chắc chắn chưa có hồ sơ này"))
        again = Button(self.tr("Gửi lại"), "send")
        again.setEnabled(False)
        sure.toggled.connect(again.setEnabled)
        again.clicked.connect(
            lambda: self._do(lambda: filing.release_item(desk, item.id), self.tr("Hồ sơ sẽ được gửi lại."))
        )
        column.addWidget(row_of(code, there))
        column.addWidget(row_of(sure, again))
        return box

    def _do(self, act: Callable[[], object], told: str) -> None:
        from desktop.errors import DesktopError

        try:
            act()
            self.shell.say(told)
        except DesktopError as error:
            self.shell.trouble(error)
        self.shell.bell.data_changed.emit("outbox")

    def _hold(self) -> None:
        wanted = not self._paused
        told = self.tr("Đã tạm dừng hộp gửi.") if wanted else self.tr("Hộp gửi chạy tiếp.")
        self._do(lambda: filing.pause(self.shell.desk, wanted), told)

    def _send(self) -> None:
        desk = self.shell.desk
        self._sending = True
        self.send.setEnabled(False)
        self.shell.say(self.tr("Đang gửi…"), lasts=True)

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
        self._do(lambda: filing.cancel_item(self.shell.desk, key), self.tr("Đã rút khỏi hộp gửi."))
