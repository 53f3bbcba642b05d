"""Theo dõi: the dossier's way, newest on top; the portal's own words beside ours; two clocks; fee, letters, results."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop import filing
from desktop.filing import StatusView
from desktop.ui import words
from desktop.ui.jobs import Progress
from desktop.ui.letter_files import LetterFiles
from desktop.ui.parts import (
    Button,
    Card,
    Chip,
    Field,
    Notice,
    PageHead,
    Scroll,
    Section,
    Text,
    empty,
    row_of,
)
from desktop.ui.rows import Mark
from desktop.ui.shell import Page, Shell
from desktop.ui.system.filed import Filed
from desktop.ui.theme import STEP, Size, font
from desktop.ui.timeline import Moment


@dataclass(frozen=True)
class Seen:
    """All that the page shows, read in one go off the window's thread."""

    view: StatusView
    dossier: Any
    item: Any
    letters: list[Any]
    results: list[Any]
    receipt: Any
    today: date
    now: datetime
    pay_online: bool
    asked: bool
    """Whether the portal can be asked how it stands."""
    warned: dict[str, str]
    """What to think of links in a letter and of its files, by its id; only where there is something to say."""
    mails: dict[str, filing.Mail]
    """Messages with files, by their id."""


class Here(Page):
    """The page."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.title = self.tr("Theo dõi")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.sheet = Scroll(spacing=4 * STEP)
        column.addWidget(self.sheet)
        self._id = ""
        self._asking = False
        self.files = LetterFiles(self, shell)
        key = QShortcut(QKeySequence("Ctrl+Shift+N"), self)
        key.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        key.activated.connect(lambda: shell.go("again", dossier=self._id))
        shell.bell.data_changed.connect(lambda what: self._look() if what in ("status", "outbox") else None)

    def enter(self, **facts: Any) -> None:
        """Follow a `dossier`: show what is known, then ask the portal."""
        self._id = str(facts.get("dossier", self._id))
        self._look()
        self._ask()

    # --- reading ------------------------------------------------------------------------------------

    def _look(self) -> None:
        desk, wanted = self.shell.desk, self._id
        if not wanted or "workspace" not in desk.__dict__ or not self.isVisible():
            return

        def read(progress: Progress) -> Seen:
            from desktop.errors import DesktopError

            ws = desk.workspace
            dossier = ws.dossiers.get(wanted)
            items = ws.outbox.of_dossier(dossier.id)
            mails = filing.inbox(desk, dossier=dossier.id)
            try:
                found = filing.procedure(desk, dossier.procedure)
                pay = found.allows().pay_online if found is not None else False
            except DesktopError:
                pay = False
            return Seen(
                filing.status_view(desk, dossier.id), dossier, items[-1] if items else None,
                ws.letters.list(dossier.id), ws.results.list(dossier.id), ws.outbox.receipt_of(dossier.id),
                desk.today(), desk.now(), pay, bool(filing.followed(desk, [dossier])),
                {mail.letter: said for mail in mails if (said := mail.warning(self.shell.lang))},
                {mail.letter: mail for mail in mails if mail.files},
            )  # fmt: skip

        self.shell.jobs.run("work", read, done=self._show, failed=self.shell.trouble, owner=self)

    def _ask(self) -> None:
        """Ask the portal how it stands."""
        desk, wanted = self.shell.desk, self._id
        if self._asking:
            return
        self._asking = True

        def ask(progress: Progress) -> None:
            dossier = desk.workspace.dossiers.get(wanted)
            filing.refresh(desk, [dossier])

        self.shell.jobs.run("network", ask, done=self._asked, failed=self._not_asked, owner=self)

    def _asked(self, nothing: None) -> None:
        self._asking = False
        self.shell.say(self.tr("Đã hỏi cổng lúc {}.").format(self.shell.desk.now().strftime("%H:%M")))
        self.shell.bell.data_changed.emit("status")

    def _not_asked(self, error: Exception) -> None:
        self._asking = False
        self.shell.trouble(error)

    # --- showing ------------------------------------------------------------------------------------

    def _show(self, seen: Seen) -> None:
        self._seen = seen
        here = self.sheet.inside.focusWidget()
        stood = here.text() if isinstance(here, Button) and here.hasFocus() else ""
        empty(self.sheet.column)
        self.files.begin()
        column = self.sheet.column
        dossier = seen.dossier
        spoken = words.period(dossier.period, self.shell.lang)
        about = " · ".join(part for part in (spoken, dossier.client.name) if part)
        head = PageHead(dossier.procedure_name, about)
        again = Button(self.tr("&Hỏi cổng"), "refresh")
        again.clicked.connect(self._ask)
        look = Button(self.tr("&Mở hồ sơ"), "dossier")
        look.clicked.connect(lambda: self.shell.go("dossier", dossier=dossier.id))
        more = Button(self.tr("&Lập tiếp…"), "batch")
        more.setToolTip(self.tr("Lập hồ sơ như hồ sơ này cho kỳ khác hoặc khách hàng khác (Ctrl+Shift+N)"))
        more.clicked.connect(lambda: self.shell.go("again", dossier=dossier.id))
        head.add(again, more, look)
        again.setVisible(seen.asked)
        column.addWidget(head)
        mark = words.state_mark(dossier, seen.item)
        chips: list[QWidget] = [Chip(mark.text, mark.tone, symbol=mark.symbol)]
        if dossier.raw and dossier.raw != mark.text:
            chips.append(Text(self.tr("Cổng ghi: “{}”").format(dossier.raw), role="muted"))
        column.addWidget(row_of(*chips, spacing=3 * STEP))
        column.addWidget(self._clocks(seen))
        for card in self._cards(seen):
            column.addWidget(card)
        column.addWidget(Section(self.tr("Diễn biến")))
        column.addWidget(self._timeline(seen))
        self.filed = Filed(self.shell, dossier)
        column.addWidget(self.filed)
        column.addStretch(1)
        self.sheet.setAccessibleName(
            self.tr("{}: {}. Biên nhận: {}").format(
                dossier.procedure_name, mark.text, ", ".join(part for part in self._receipt_words(seen)[:2] if part)
            )
        )
        self._stand(stood)

    def _stand(self, stood: str) -> None:
        """Put the keyboard back on the button it was on; on the page itself, which tells how it stands, for a start."""
        same = next((one for one in self.sheet.inside.findChildren(Button) if stood and one.text() == stood), None)
        holder = self.window().focusWidget()
        if same is not None and same.isEnabled():
            same.setFocus()
        elif holder is None or holder is self or not holder.isVisible() or self.isAncestorOf(holder):
            self.sheet.setFocus()

    def _clocks(self, seen: Seen) -> QWidget:
        dossier = seen.dossier
        made = Card()
        grid = QGridLayout()
        grid.setHorizontalSpacing(8 * STEP)
        grid.setVerticalSpacing(STEP)
        code = dossier.code or self.tr("chưa có")
        ended = dossier.status in (3, 8, 9, 10)
        due_said, due_tone = words.left(dossier.due.astimezone(words.ZONE).date() if dossier.due else None, seen.today)
        if ended:
            due_said, due_tone = "", "muted"
        agency = (seen.view.clocks or {}).get("agency")
        if agency is not None:
            count = agency["working_days"]
            due_said = (
                self.tr("còn {} ngày làm việc").format(count)
                if count >= 0
                else self.tr("cơ quan trễ hẹn {} ngày làm việc").format(-count)
            )
        waited = ""
        if dossier.received is not None and not ended:
            days = (seen.today - dossier.received.astimezone(words.ZONE).date()).days
            waited = self.tr("đã chờ {} ngày").format(days) if days else self.tr("mới nộp hôm nay")
        cells = (
            (self.tr("Mã hồ sơ"), code, "", "muted"),
            (self.tr("Tiếp nhận"), words.minute(dossier.received), waited, "muted"),
            (self.tr("Hẹn trả"), words.day(dossier.due), due_said, due_tone),
            (self.tr("Biên nhận"), *self._receipt_words(seen)),
        )
        for at, (name, value, below, tone) in enumerate(cells):
            label = Text(name, Size.SMALL, role="muted")
            shown = Text(value, Size.LEAD if at == 0 else Size.BODY, bold=True)
            shown.setFont(font(Size.BODY, bold=True, tabular=True))
            shown.setAccessibleName(f"{name}: {value} {below}")
            note = Text(below, Size.SMALL, role=tone if tone in ("danger", "warning", "success") else "muted")
            for row, part in enumerate((label, shown, note)):
                grid.addWidget(part, row, at, Qt.AlignmentFlag.AlignTop)
            grid.setColumnStretch(at, 1)
        made.body.addLayout(grid)
        return made

    def _receipt_words(self, seen: Seen) -> tuple[str, str, str]:
        if seen.receipt is not None:
            if seen.receipt.trusted:
                return self.tr("Có, chữ ký đúng"), self.tr("ký bởi khóa của cổng đã ghim"), "success"
            return self.tr("Có, chưa tin được"), self.tr("chữ ký không phải của khóa đã ghim"), "danger"
        if seen.dossier.code_entered:
            return self.tr("Không có"), self.tr("mã do bạn nhập tay"), "muted"
        return self.tr("Chưa có"), "", "muted"

    def _cards(self, seen: Seen) -> list[QWidget]:
        made: list[QWidget] = []
        dossier = seen.dossier
        if dossier.code is None and str(dossier.state) != "SUBMITTED":
            made.append(self._by_hand(seen))
        for letter in reversed(seen.letters):
            if letter.kind == "supplement" and letter.answered_by is None and dossier.status == 5:
                made.append(self._supplement(seen, letter))
        made += [self._fee(seen, fee) for fee in seen.view.fees if fee["state"] != "paid"]
        if seen.results:
            made.append(self._results(seen))
        leave = self._withdrawal(seen)
        return made if leave is None else [*made, leave]

    def _withdrawal(self, seen: Seen) -> Card | None:
        """Let the dossier be withdrawn while it can be, or say how asking for that stands."""
        dossier, stands = seen.dossier, seen.view.withdrawal
        if stands in ("asked", "stopped"):
            return None  # the status says it
        if dossier.code is None or dossier.code_entered or dossier.status in (3, 8, 9, 10):
            return None
        card = Card(tone="warning" if stands else None)
        told = {
            "unknown": self.tr("Đã gửi yêu cầu rút, chưa nhận được trả lời. Hãy hỏi cổng; gửi lại cũng an toàn."),
            "not_there": self.tr("Cổng chưa ghi nhận yêu cầu rút đã gửi. Nếu vẫn muốn rút, hãy gửi lại."),
        }.get(stands or "", self.tr("Rút hồ sơ: cơ quan dừng xử lý. Hồ sơ trong kho và biên nhận vẫn được giữ."))
        card.body.addWidget(Text(told, role="text" if stands else "muted"))
        ask = Button(self.tr("&Rút hồ sơ…"), "undo")
        sure = Button(self.tr("Đúng, &rút hồ sơ này"), "undo", primary=True)
        keep = Button(self.tr("&Không rút"), "")
        asked = row_of(Text(self.tr("Rút hồ sơ {}?").format(dossier.code), bold=True), sure, keep)
        asked.hide()

        def turn(*, asking: bool) -> None:
            ask.setVisible(not asking)
            asked.setVisible(asking)
            (keep if asking else ask).setFocus()

        ask.clicked.connect(lambda: turn(asking=True))
        keep.clicked.connect(lambda: turn(asking=False))
        sure.clicked.connect(self._withdraw)
        card.body.addWidget(row_of(ask))
        card.body.addWidget(asked)
        return card

    def _withdraw(self) -> None:
        sender = self.sender()
        if isinstance(sender, Button):
            sender.setEnabled(False)
        desk, wanted = self.shell.desk, self._id

        def work(progress: Progress) -> Any:
            return filing.withdraw(desk, wanted)

        def done(view: StatusView) -> None:
            self.shell.say(self.tr("Cổng ghi: “{}”").format(view.raw))
            self.shell.bell.data_changed.emit("status")

        def failed(error: Exception) -> None:
            self.shell.trouble(error)
            self._look()  # how it stands now, truly

        self.shell.jobs.run("network", work, done=done, failed=failed, owner=self)

    def _supplement(self, seen: Seen, letter: Any) -> Card:
        card = Card(tone="warning")
        line = QHBoxLayout()
        line.addWidget(Text(self.tr("Yêu cầu bổ sung"), Size.LEAD, bold=True), 1)
        if letter.due is not None:
            said, _ = words.left(letter.due.astimezone(words.ZONE).date(), seen.today)
            line.addWidget(Chip(self.tr("Hạn {} ({})").format(words.day(letter.due), said), "warning", symbol="clock"))
        card.body.addLayout(line)
        card.body.addWidget(Text(letter.text))
        if letter.letter in seen.warned:
            card.body.addWidget(Notice(seen.warned[letter.letter], "danger"))
        card.body.addWidget(Text(self.tr("Cổng gửi lúc {}").format(words.minute(letter.at)), Size.SMALL, role="muted"))
        add = Button(self.tr("&Bổ sung"), "add", primary=True)
        add.clicked.connect(self._answer)
        card.body.addWidget(row_of(add))
        return card

    def _answer(self) -> None:
        """Open the revision that answers the agency, and go there."""
        desk, wanted = self.shell.desk, self._id

        def work(progress: Progress) -> Any:
            return filing.begin_supplement(desk, wanted)

        def done(opened: Any) -> None:
            self.shell.bell.data_changed.emit("dossier")
            self.shell.go("dossier", dossier=opened.id)
            self.shell.say(self.tr("Đã mở lần nộp bổ sung; bản đã nộp và biên nhận giữ nguyên."))

        self.shell.jobs.run("work", work, done=done, failed=self.shell.trouble, owner=self)

    def _fee(self, seen: Seen, fee: Any) -> Card:
        card = Card(tone="warning" if fee["state"] == "due" else None)
        line = QHBoxLayout()
        names = QVBoxLayout()
        names.addWidget(Text(self.tr("Phí, lệ phí"), Size.SMALL, role="muted"))
        names.addWidget(Text(fee["title"], bold=True))
        line.addLayout(names, 1)
        amount = Text(words.money(fee["amount"]), Size.LEAD, bold=True)
        amount.setWordWrap(False)
        line.addWidget(amount)
        card.body.addLayout(line)
        if fee["state"] == "confirming":
            told = self.tr("Bạn đã nộp tiền; cổng chưa xác nhận. Không nộp lại: chương trình tự hỏi cổng.")
            card.body.addWidget(Text(told))
        elif seen.pay_online:
            pending = fee["state"] == "pending"
            pay = Button(self.tr("&Nộp phí trên trang của cổng"), "money", primary=True)
            pay.clicked.connect(self._pay)
            card.body.addWidget(
                Text(
                    self.tr("Cổng đang ghi nhận khoản nộp; chưa có xác nhận.")
                    if pending
                    else self.tr("Trang thanh toán mở trong trình duyệt; chương trình chờ xác nhận của cổng."),
                    role="muted",
                )
            )
            card.body.addWidget(row_of(pay))
        else:
            card.body.addWidget(Text(self.tr("Thủ tục này nộp phí tại nơi tiếp nhận."), role="muted"))
        return card

    def _results(self, seen: Seen) -> Card:
        card = Card(tone="success" if all(one.verdict == "valid" for one in seen.results) else None)
        card.body.addWidget(Text(self.tr("Kết quả"), Size.LEAD, bold=True))
        for one in seen.results:
            line = QHBoxLayout()
            line.setSpacing(3 * STEP)
            names = QVBoxLayout()
            names.setSpacing(1)
            names.addWidget(Text(one.name, bold=True))
            size = f"{max(1, round(one.size / 1024)):,} KB".replace(",", ".")
            about = " · ".join((size, self.tr("cấp {}").format(words.minute(one.issued))))
            names.addWidget(Text(about, Size.SMALL, role="muted"))
            line.addLayout(names, 1)
            mark = words.verdict_mark(one.verdict) if one.verdict else Mark(self.tr("Chưa tải"), "muted", "clock")
            line.addWidget(Chip(mark.text, mark.tone, symbol=mark.symbol))
            if one.fetched is not None:
                keep = Button(self.tr("&Lưu…"), "export")
                keep.setAccessibleName(self.tr("Lưu {}").format(one.name))
                keep.clicked.connect(lambda checked=False, one=one: self._save(one))
                line.addWidget(keep)
            card.body.addLayout(line)
        if any(one.fetched is None for one in seen.results):
            fetch = Button(self.tr("&Tải kết quả và kiểm chữ ký"), "result", primary=True)
            fetch.clicked.connect(self._fetch)
            card.body.addWidget(row_of(fetch))
        elif not all(one.verdict == "valid" for one in seen.results):
            card.body.addWidget(
                Text(
                    self.tr("Chữ ký của kết quả chưa được xác nhận là hợp lệ; hãy hỏi lại cơ quan cấp."), role="danger"
                )
            )
        return card

    def _by_hand(self, seen: Seen) -> Card:
        card = Card()
        card.body.addWidget(Text(self.tr("Đã nộp ở nơi khác?"), Size.LEAD, bold=True))
        card.body.addWidget(
            Text(
                self.tr("Nếu bạn đã nộp hồ sơ này trên trang của cổng hoặc tại Một cửa, nhập mã ghi trên biên nhận."),
                role="muted",
            )
        )
        self.code = QLineEdit()
        self.code.setMaxLength(60)
        self.code.setPlaceholderText("H15.50-261121-0007")
        self.code_field = Field(self.tr("Mã &hồ sơ"), self.code)
        self.code_field.setMaximumWidth(360)
        keep = Button(self.tr("&Lưu mã hồ sơ"), "check")
        keep.setEnabled(False)
        self.code.textChanged.connect(lambda text: keep.setEnabled(bool(text.strip())))
        keep.clicked.connect(self._enter_code)
        self.code.returnPressed.connect(lambda: self._enter_code() if keep.isEnabled() else None)
        card.body.addWidget(self.code_field)
        card.body.addWidget(row_of(keep))
        return card

    def _timeline(self, seen: Seen) -> QWidget:
        entries: list[tuple[datetime, str, str, Mark, QWidget | None]] = []
        for step in seen.view.history:
            mark = words.status_mark(step["status"], step["raw"])
            ours = words.status_words(step["status"]) or self.tr("Trạng thái chưa biết")
            raw = step["raw"]
            said = self.tr("Cổng ghi: “{}”").format(raw) if raw and raw != ours else ""
            if step.get("backward"):
                ours = self.tr("{} (quay lại bước trước)").format(ours)
            entries.append((step["at"], ours, " — ".join(part for part in (said, step["note"]) if part), mark, None))
        for letter in seen.letters:
            title = self.tr("Yêu cầu bổ sung") if letter.kind == "supplement" else self.tr("Thông báo của cơ quan")
            warned = seen.warned.get(letter.letter, "")
            mark = Mark(title, "danger", "error") if warned else Mark(title, "muted", "info")
            mail = seen.mails.get(letter.letter) if letter.kind == "message" else None
            files = self.files.rows(mail) if mail is not None else None
            entries.append((letter.at, title, "\n".join(filter(None, (letter.text, warned))), mark, files))
        if seen.receipt is not None:
            text = self.tr("Mã {}; biên nhận lưu nguyên từng byte.").format(seen.receipt.code)
            entries.append((seen.receipt.saved, self.tr("Nhận biên nhận"), text, Mark("", "success", "shield"), None))
        if not entries:
            return Text(self.tr("Chưa có diễn biến nào từ cổng."), role="muted")
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        # Of one and the same second the later status stands on top, and statuses above what was written about them.
        steps = len(seen.view.history)
        ordered = [
            entry
            for at, entry in sorted(
                enumerate(entries), key=lambda one: (one[1][0], one[0] < steps, one[0]), reverse=True
            )
        ]
        for at, (when, title, text, mark, below) in enumerate(ordered):
            last = at == len(entries) - 1
            column.addWidget(Moment(when, title, text, mark, first=at == 0, last=last, below=below))
        return made

    # --- doing --------------------------------------------------------------------------------------

    def _pay(self) -> None:
        desk, wanted = self.shell.desk, self._id
        self.shell.say(self.tr("Đã mở trang thanh toán trong trình duyệt; đang chờ cổng xác nhận…"))

        def work(progress: Progress) -> Any:
            return filing.pay(desk, wanted)

        self.shell.jobs.run("network", work, done=self._paid, failed=self.shell.trouble, owner=self)

    def _paid(self, payments: list[Any]) -> None:
        paid = bool(payments) and all(one.state == "paid" for one in payments)
        self.shell.say(
            self.tr("Cổng đã xác nhận khoản nộp; đã lưu biên lai.")
            if paid
            else self.tr("Cổng chưa xác nhận khoản nộp; sẽ hỏi lại.")
        )
        self.shell.bell.data_changed.emit("status")

    def _fetch(self) -> None:
        desk, wanted = self.shell.desk, self._id
        self.shell.say(self.tr("Đang tải kết quả và kiểm chữ ký…"))

        def work(progress: Progress) -> Any:
            return filing.fetch_results(desk, wanted)

        self.shell.jobs.run("network", work, done=self._fetched, failed=self.shell.trouble, owner=self)

    def _fetched(self, results: list[Any]) -> None:
        self.shell.say(self.tr("Đã tải {} kết quả.").format(len(results)))
        self.shell.bell.data_changed.emit("status")

    def _save(self, result: Any) -> None:
        name, _ = QFileDialog.getSaveFileName(self, self.tr("Lưu kết quả"), filing.safe_name(result.name))
        if name:
            self.save_result(result, Path(name))

    def save_result(self, result: Any, target: Path) -> None:
        """Write a result to a file, byte for byte."""
        from desktop.filing.agenda import seen_results

        desk = self.shell.desk

        def work(progress: Progress) -> Path:
            data = desk.workspace.files.read(result.sha256)
            target.write_bytes(data)
            seen_results(desk, result.dossier)
            return target

        def done(path: Path) -> None:
            self.shell.say(self.tr("Đã lưu kết quả vào {}").format(path))
            self.shell.bell.data_changed.emit("dossier")

        self.shell.jobs.run("work", work, done=done, failed=self._not_saved, owner=self)

    def _not_saved(self, error: Exception) -> None:
        if isinstance(error, OSError):
            self.sheet.column.insertWidget(
                0, Notice(self.tr("Không ghi được tệp: {}. Chọn thư mục khác.").format(error.strerror or ""), "danger")
            )
        else:
            self.shell.trouble(error)

    def _enter_code(self) -> None:
        from desktop.errors import DesktopError

        try:
            odd = filing.enter_code(self.shell.desk, self._id, self.code.text().strip())
        except DesktopError as error:
            self.shell.trouble(error)
            return
        for finding in odd:
            self.shell.say(finding.words(self.shell.lang), "warning")
        if not odd:
            self.shell.say(self.tr("Đã lưu mã hồ sơ."))
        self.shell.bell.data_changed.emit("status")

    def leave(self) -> bool:
        """Note that results which were looked at are not new any more."""
        seen = getattr(self, "_seen", None)
        if seen is not None and seen.results and "workspace" in self.shell.desk.__dict__:
            from desktop.filing.agenda import seen_results

            if all(one.fetched is not None for one in seen.results):
                seen_results(self.shell.desk, seen.dossier.id)
                self.shell.bell.data_changed.emit("dossier")
        return True
