"""Hôm nay: what asks for a person, in five groups; a row is one client, one thing, when, and one button."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.filing.agenda import GROUPS, Entry, Step, agenda
from desktop.ui import words
from desktop.ui.jobs import Progress
from desktop.ui.parts import Button, Empty, OneLine, PageHead, Rule, Scroll, Text, empty
from desktop.ui.shell import Page, Shell
from desktop.ui.theme import STEP, Size, font, grown, icon
from desktop.ui.translation import later

MOST = 8
"""Rows of one group before the rest is folded away."""


class Here(Page):
    """The page."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.title = self.tr("Hôm nay")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.sheet = Scroll(spacing=5 * STEP)
        column.addWidget(self.sheet)
        self._open_groups: set[str] = set()
        shell.bell.data_changed.connect(lambda what: self._again())
        shell.bell.client_changed.connect(self._again)

    def enter(self, **facts: Any) -> None:
        """Look what there is to do."""
        self._again()

    def _again(self) -> None:
        if "workspace" not in self.shell.desk.__dict__ or self._behind():
            return
        desk, client = self.shell.desk, self.shell.client
        code = client.tax_code if client is not None else None

        def look(progress: Progress) -> tuple[list[Entry], date, bool]:
            return agenda(desk, code), desk.today(), bool(desk.workspace.clients.list(limit=1))

        self.shell.jobs.run("work", look, done=self._show, failed=self.shell.trouble, owner=self)

    def _behind(self) -> bool:
        """Say whether another page is open: this one looks again when it is entered."""
        stack = self.parentWidget()
        return isinstance(stack, QStackedWidget) and stack.currentWidget() is not self

    def _show(self, found: tuple[list[Entry], date, bool]) -> None:
        entries, today, any_client = found
        self.shell.bell.counted.emit(len(entries))
        empty(self.sheet.column)
        head = PageHead(self.tr("Hôm nay"), _long_day(today))
        begin = Button(self.tr("&Lập hồ sơ"), "add", primary=bool(entries) or any_client)
        begin.setToolTip(self.tr("Lập hồ sơ mới (Ctrl+N)"))
        begin.clicked.connect(lambda: self.shell.go("procedures"))
        if any(entry.when is not None for entry in entries):
            days = Button(self.tr("&Xuất lịch…"), "calendar")
            days.setToolTip(self.tr("Ghi các hạn ra tệp lịch (.ics) để mở trong lịch của máy hoặc điện thoại"))
            days.clicked.connect(partial(self._choose_calendar, entries))
            head.add(days)
        head.add(begin)
        self.sheet.column.addWidget(head)
        if not any_client:
            self.sheet.column.addWidget(
                Empty(
                    "clients",
                    self.tr("Chưa có khách hàng nào"),
                    self.tr("Thêm công ty hoặc cá nhân mà bạn nộp hồ sơ cho; mã số thuế là đủ để bắt đầu."),
                    action=self.tr("&Thêm khách hàng"),
                    do=lambda: self.shell.go("clients", add=True),
                ),
                1,
            )
            return
        if not entries:
            self.sheet.column.addWidget(
                Empty(
                    "check",
                    self.tr("Hôm nay không còn việc gì"),
                    self.tr("Hồ sơ đến hạn, yêu cầu bổ sung, phí phải nộp và kết quả mới sẽ hiện ở đây."),
                ),
                1,
            )
            return
        for group in GROUPS:
            mine = [entry for entry in entries if entry.group == group]
            if mine:
                self.sheet.column.addWidget(self._group(group, mine, today))
        self.sheet.column.addStretch(1)

    def _group(self, group: str, entries: list[Entry], today: date) -> QWidget:
        title, symbol, role = {
            "due": (self.tr("Đến hạn"), "calendar", "text"),
            "answer": (self.tr("Cần trả lời"), "warning", "warning"),
            "uncertain": (self.tr("Chưa rõ kết quả"), "uncertain", "warning"),
            "result": (self.tr("Kết quả mới"), "result", "success"),
            "certificate": (self.tr("Chứng thư sắp hết hạn"), "key", "warning"),
        }[group]
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        top = QHBoxLayout()
        top.setSpacing(2 * STEP)
        heading = Text(f"{title}", Size.LEAD, bold=True)
        count = Text(str(len(entries)), Size.LEAD, role="muted")
        picture = Text()
        picture.setPixmap(icon(symbol, role).pixmap(grown(20)))
        for label in (heading, count):
            label.setWordWrap(False)
        top.addWidget(picture)
        top.addWidget(heading)
        top.addWidget(count)
        top.addStretch(1)
        column.addLayout(top)
        column.addSpacing(2 * STEP)
        column.addWidget(Rule())
        shown = entries if group in self._open_groups else entries[:MOST]
        for entry in shown:
            column.addWidget(AgendaRow(self, entry, today))
            column.addWidget(Rule())
        if len(shown) < len(entries):
            more = Button(self.tr("Xem thêm {} việc").format(len(entries) - len(shown)), "down", flat=True)
            more.clicked.connect(partial(self._unfold, group))
            column.addWidget(more)
        made.setAccessibleName(self.tr("{}: {} việc").format(title, len(entries)))
        return made

    def _unfold(self, group: str) -> None:
        self._open_groups.add(group)
        self._again()

    def _choose_calendar(self, entries: list[Entry]) -> None:
        dialog = QFileDialog(self, self.tr("Xuất các hạn ra tệp lịch"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(self.tr("Tệp lịch (*.ics)"))
        dialog.setDefaultSuffix("ics")
        dialog.selectFile("ho-so.ics")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.save_calendar(Path(name), entries))
        dialog.open()

    def save_calendar(self, target: Path, entries: list[Entry]) -> None:
        """Write the deadlines to a calendar file."""
        desk, lang = self.shell.desk, self.shell.lang

        def work(progress: Progress) -> None:
            from desktop.filing.calendar import save_calendar

            save_calendar(desk, target, entries, lang)

        def done(nothing: None) -> None:
            self.shell.say(self.tr("Đã ghi các hạn vào {}; mở tệp này bằng chương trình lịch.").format(target))

        self.shell.jobs.run("work", work, done=done, failed=self.shell.trouble, owner=self)

    def do(self, entry: Entry) -> None:
        """Do the next thing of a row."""
        step: Step = entry.step
        if step == "key":
            self.shell.go("signatures")
        elif step == "outbox":
            self.shell.go("outbox", dossier=entry.dossier)
        elif step == "open" or step == "supplement":
            self.shell.go("dossier", dossier=entry.dossier)
        elif step in ("submit", "sign"):
            self.shell.go("review", dossier=entry.dossier)
        elif step == "refused":
            self.shell.go("outbox", dossier=entry.dossier)
        else:
            self.shell.go("follow", dossier=entry.dossier)


class AgendaRow(QWidget):
    """One thing to do."""

    def __init__(self, page: Here, entry: Entry, today: date) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(7 * STEP, 2 * STEP, 0, 2 * STEP)
        row.setSpacing(6 * STEP)
        lang = page.shell.lang
        spoken_period = words.period(entry.period, lang)
        what = " · ".join(part for part in (spoken_period, entry.what) if part)
        names = QVBoxLayout()
        names.setSpacing(1)
        large = font(Size.BODY).pointSizeF() > 14
        names.addWidget(Text(what, bold=True) if large else OneLine(bold=True, text=what))
        below = entry.client if not entry.detail else f"{entry.client} — {entry.detail}"
        if entry.amount is not None:
            below += f" · {words.money(entry.amount)}"
        names.addWidget(
            Text(below, Size.SMALL, role="muted") if large else OneLine(Size.SMALL, role="muted", text=below)
        )
        row.addLayout(names, 1)
        when = QVBoxLayout()
        when.setSpacing(1)
        future = entry.group in ("due", "certificate") or entry.step == "supplement"
        said, tone = words.left(entry.when, today) if future else (words.ago(entry.when, today), "plain")
        first = Text(
            said or "—", bold=tone in ("danger", "warning"), role=tone if tone in ("danger", "warning") else "text"
        )
        first.setWordWrap(False)
        second = Text(words.day(entry.when) if entry.when else page.tr("không có hạn"), Size.SMALL, role="muted")
        second.setWordWrap(False)
        when.addStretch(1)
        for part in (first, second):
            part.setFixedWidth(first.fontMetrics().horizontalAdvance(words.tr("quá hạn {} ngày").format("0000")) + 8)
            when.addWidget(part)
        when.addStretch(1)
        row.addLayout(when)
        steps = {
            "open": (page.tr("Làm tiếp"), "edit"),
            "sign": (page.tr("Ký"), "signature"),
            "submit": (page.tr("Xem và nộp"), "send"),
            "pay": (page.tr("Nộp phí"), "money"),
            "supplement": (page.tr("Bổ sung"), "add"),
            "refused": (page.tr("Xem lý do"), "error"),
            "outbox": (page.tr("Xem hộp gửi"), "outbox"),
            "follow": (page.tr("Xem kết quả"), "result"),
            "key": (page.tr("Xem chứng thư"), "key"),
        }
        text, symbol = steps[entry.step]
        button = Button(text, symbol)
        button.setAccessibleName(f"{text}: {what}, {entry.client}, {said}")
        button.clicked.connect(lambda: page.do(entry))
        button.setMinimumWidth(max(button.fontMetrics().horizontalAdvance(each) for each, _ in steps.values()) + 60)
        row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)


def _long_day(today: date) -> str:
    names = (
        later("Thứ hai"),
        later("Thứ ba"),
        later("Thứ tư"),
        later("Thứ năm"),
        later("Thứ sáu"),
        later("Thứ bảy"),
        later("Chủ nhật"),
    )
    return f"{words.tr(names[today.weekday()])}, {words.day(today)}"
