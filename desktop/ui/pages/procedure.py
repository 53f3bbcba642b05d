"""One procedure: what it asks for, what it costs and gives, and the button that begins a dossier for it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QBoxLayout,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop import filing
from desktop.messages import message
from desktop.ui import words
from desktop.ui.jobs import Progress
from desktop.ui.parts import Button, Card, Chip, Facts, Field, Notice, Rule, Scroll, Section, Text, empty, row_of
from desktop.ui.shell import Page, Shell
from desktop.ui.theme import STEP, Size, font, grown, icon
from desktop.ui.translation import later

if TYPE_CHECKING:
    from forms.procedure import Allowed, Case, Channel, Procedure

METHODS = {"direct": later("Trực tiếp"), "online": later("Trực tuyến"), "post": later("Bưu chính công ích")}
UNITS = {
    "working_day": later("ngày làm việc"),
    "day": later("ngày"),
    "hour": later("giờ"),
    "working_hour": later("giờ làm việc"),
    "month": later("tháng"),
}
SHOWN_PERIODS = 18


class Here(Page):
    """The page."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.title = self.tr("Thủ tục")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.sheet = Scroll(spacing=4 * STEP)
        column.addWidget(self.sheet)
        self._code = ""
        self._found: Procedure | None = None
        self._working = False
        shell.bell.client_changed.connect(self._show_client)

    def enter(self, **facts: Any) -> None:
        """Show the procedure of a `code`."""
        self._code = str(facts.get("code", self._code))
        desk, code = self.shell.desk, self._code

        def read(progress: Progress) -> tuple[Any, date, Any]:
            return desk.catalogue.show(code), desk.today(), desk.catalogue.stale(code, desk.now())

        self.shell.jobs.run("work", read, done=self._show, failed=self.shell.trouble, owner=self)

    def _show(self, found: tuple[Any, date, Any]) -> None:
        shown, self._today, stale = found
        empty(self.sheet.column)
        if shown is None:
            self.sheet.column.addWidget(Text(self.tr("Danh mục không còn thủ tục {}.").format(self._code)))
            return
        procedure: Procedure = shown.procedure
        self._found = procedure
        allowed = procedure.allows()
        column = self.sheet.column
        chips = [Text(procedure.code, role="muted")]
        marks = [
            Chip(m.text, m.tone, symbol=m.symbol or "info") for m in words.level_marks(procedure.level, procedure.full)
        ]
        column.addWidget(row_of(*chips, *marks))
        column.addWidget(Text(procedure.name, Size.TITLE, bold=True))
        if stale is not None:
            told = message("AGENCY_EXPIRED", stale.to_json(), self.shell.lang)
            column.addWidget(Notice(f"{told.sentence} {told.remedy}", "warning"))
        top = QBoxLayout(
            QBoxLayout.Direction.TopToBottom if font(Size.BODY).pointSizeF() > 15 else QBoxLayout.Direction.LeftToRight
        )
        top.setSpacing(4 * STEP)
        top.addWidget(self._summary(procedure), 1)
        top.addWidget(self._begin_card(procedure, allowed), 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(top)
        column.addWidget(Section(self.tr("Thành phần hồ sơ")))
        self.parts = QVBoxLayout()
        self.parts.setSpacing(0)
        column.addLayout(self.parts)
        self._show_case()
        for title, lines in (
            (self.tr("Trình tự thực hiện"), [(step.name, step.text) for step in procedure.steps]),
            (self.tr("Yêu cầu, điều kiện"), [("", text) for text in procedure.requirements]),
            (self.tr("Cách thực hiện"), [_way(channel) for channel in procedure.channels]),
            (self.tr("Căn cứ pháp lý"), [(basis.number, basis.title) for basis in procedure.legal_basis]),
            (self.tr("Ghi chú"), [("", text) for text in procedure.notes]),
        ):
            if lines:
                column.addWidget(Section(title))
                column.addWidget(_lines(lines, numbered=title == self.tr("Trình tự thực hiện")))
        column.addWidget(Section(self.tr("Mức độ cho phép những gì")))
        column.addWidget(self._allowed(allowed))
        source = {
            "portal": self.tr("Nguồn: danh mục có chữ ký của cổng {}, kiểm lần cuối {}.").format(
                shown.portal, words.minute(shown.verified_at)
            ),
            "bundled": self.tr("Nguồn: bản ghi đi kèm chương trình."),
            "imported": self.tr("Nguồn: bản ghi nhập từ Cổng dịch vụ công quốc gia; chưa được ai ký."),
        }[shown.source]
        column.addWidget(Text(source, Size.SMALL, role="muted"))
        column.addStretch(1)
        self.sheet.verticalScrollBar().setValue(0)

    # --- the summary --------------------------------------------------------------------------------

    def _summary(self, procedure: Procedure) -> Card:
        card = Card()
        unknown = self.tr("chưa rõ")
        made = [p.name for case in procedure.cases[:1] for p in case.components if p.template]
        facts = Facts(width=130)
        facts.add(self.tr("Ai nộp"), ", ".join(procedure.subjects) or unknown)
        facts.add(self.tr("Cơ quan"), ", ".join(procedure.agencies) or unknown)
        facts.add(self.tr("Lĩnh vực"), ", ".join(procedure.fields) or unknown)
        facts.add(self.tr("Thời hạn giải quyết"), _times(procedure.channels) or unknown)
        facts.add(self.tr("Phí, lệ phí"), _fees(procedure.channels) or unknown)
        facts.add(self.tr("Kết quả"), ", ".join(one.name for one in procedure.results) or unknown)
        facts.add(
            self.tr("Biểu mẫu"),
            self.tr("Điền và in ngay tại đây: {}").format("; ".join(made))
            if made
            else self.tr("Chương trình chưa lập được biểu mẫu nào của thủ tục này."),
        )
        if procedure.receiving_place:
            facts.add(self.tr("Nơi tiếp nhận"), procedure.receiving_place)
        card.body.addWidget(facts)
        card.body.addStretch(1)
        return card

    # --- beginning a dossier ------------------------------------------------------------------------

    def _begin_card(self, procedure: Procedure, allowed: Allowed) -> Card:
        card = Card()
        card.setFixedWidth(max(340, QLabel().fontMetrics().averageCharWidth() * 44))
        body = card.body
        body.setSpacing(3 * STEP)
        body.addWidget(Text(self.tr("Lập hồ sơ"), Size.LEAD, bold=True))
        who = QHBoxLayout()
        self.client = Text("")
        who.addWidget(self.client, 1)
        change = Button(self.tr("Đổi"), flat=True)
        change.setAccessibleName(self.tr("Đổi khách hàng"))
        change.clicked.connect(lambda: self.shell.go("clients", switch=True))
        who.addWidget(change, 0, Qt.AlignmentFlag.AlignTop)
        body.addLayout(who)
        self.case = QComboBox()
        for case in procedure.cases:
            self.case.addItem(case.name or self.tr("Trường hợp chung"), case.id)
        self.case.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.case.currentIndexChanged.connect(lambda at: self._show_case())
        self.case_field = Field(self.tr("&Trường hợp"), self.case)
        self.case_field.setVisible(len(procedure.cases) > 1)
        body.addWidget(self.case_field)
        self.period = QComboBox()
        self.period.setMaxVisibleItems(14)
        self.period_field = Field(self.tr("&Kỳ"), self.period)
        self._fill_periods(procedure.period_kinds)
        self.period.currentIndexChanged.connect(lambda at: self._show_due())
        self.period_field.setVisible(bool(procedure.period_kinds))
        body.addWidget(self.period_field)
        self.delivery = QComboBox()
        if allowed.result_online:
            self.delivery.addItem(self.tr("Trực tuyến (bản điện tử)"), "online")
        self.delivery.addItem(self.tr("Nhận trực tiếp tại Một cửa"), "in-person")
        self.delivery.addItem(self.tr("Qua bưu chính công ích"), "post")
        reason = allowed.reasons.get("result_online")
        said = (reason.vi if self.shell.lang == "vi" else reason.en) if reason is not None else ""
        body.addWidget(Field(self.tr("Cách &nhận kết quả"), self.delivery, said))
        self.begin = Button(self.tr("&Lập hồ sơ"), "add", primary=True)
        self.begin.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.begin.clicked.connect(self._begin)
        body.addWidget(self.begin)
        if not allowed.submit:
            why = allowed.reasons.get("submit")
            if why is not None:
                body.addWidget(Text(why.vi if self.shell.lang == "vi" else why.en, Size.SMALL, role="muted"))
        if not procedure.cases:
            self.begin.setEnabled(False)
            body.addWidget(
                Text(
                    self.tr("Bản ghi này chưa có thành phần hồ sơ, nên chưa lập được hồ sơ."),
                    Size.SMALL,
                    role="warning",
                )
            )
        self._show_client()
        self._show_due()
        return card

    def _fill_periods(self, kinds: Iterable[str]) -> None:
        from forms.period import Period

        today = self._today
        wanted = []
        if "month" in kinds:
            period = Period(today.year, month=today.month)
            for _ in range(SHOWN_PERIODS):
                wanted.append(period)
                period = period.previous()
        if "quarter" in kinds:
            period = Period(today.year, quarter=(today.month + 2) // 3)
            for _ in range(8):
                wanted.append(period)
                period = period.previous()
        for one in wanted:
            self.period.addItem(one.label(self.shell.lang), str(one))
        # What one files now is nearly always the month that has just ended.
        self.period.setCurrentIndex(1 if len(wanted) > 1 else 0)

    def _show_due(self) -> None:
        from forms.period import Period

        text = self.period.currentData()
        if not text:
            return
        due = Period.parse(text).due()
        said, tone = words.left(due, self._today)
        self.period_field.note.setText(self.tr("Hạn nộp {} ({})").format(words.day(due), said))
        self.period_field.note.set_role(tone if tone in ("danger", "warning") else "muted")
        self.period_field.note.show()

    def _show_client(self) -> None:
        if self._found is None or not hasattr(self, "client"):
            return
        client = self.shell.client
        self.client.setText(
            self.tr("Cho {} (MST {})").format(client.name, client.tax_code)
            if client is not None
            else self.tr("Chưa chọn khách hàng.")
        )
        self.begin.setText(self.tr("&Lập hồ sơ") if client is not None else self.tr("&Chọn khách hàng"))

    def _begin(self) -> None:
        client = self.shell.client
        if client is None:
            self.shell.go("clients", switch=True)
            return
        if self._working or self._found is None:
            return
        self._working = True
        self.begin.setEnabled(False)
        desk, code, owner = self.shell.desk, self._found.code, client.tax_code
        case = self.case.currentData()
        period = self.period.currentData() if self._found.period_kinds else None
        delivery = self.delivery.currentData()

        def work(progress: Progress) -> str:
            return str(filing.new_dossier(desk, code, owner, case=case, period=period, delivery=delivery).id)

        self.shell.jobs.run("work", work, done=self._begun, failed=self._failed, owner=self)

    def _begun(self, dossier: str) -> None:
        self._working = False
        self.shell.bell.data_changed.emit("dossier")
        self.shell.go("dossier", dossier=dossier)

    def _failed(self, error: Exception) -> None:
        self._working = False
        self.begin.setEnabled(True)
        self.shell.trouble(error)

    # --- the rest -----------------------------------------------------------------------------------

    def _show_case(self) -> None:
        if self._found is None or not hasattr(self, "parts"):
            return
        empty(self.parts)
        wanted = self.case.currentData()
        cases = [case for case in self._found.cases if case.id == wanted] or list(self._found.cases[:1])
        if cases:
            self.parts.addWidget(self._components(cases[0]))
        else:
            self.parts.addWidget(Text(self.tr("Bản ghi không nêu thành phần hồ sơ."), role="muted"))

    def _components(self, case: Case) -> QWidget:
        made = QWidget()
        grid = QGridLayout(made)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(6 * STEP)
        grid.setVerticalSpacing(2 * STEP)
        grid.setColumnStretch(0, 1)
        heads = (self.tr("Giấy tờ"), self.tr("Bản chính"), self.tr("Bản sao"), self.tr("Chuẩn bị thế nào"))
        for at, head in enumerate(heads):
            label = Text(head, Size.SMALL, role="muted")
            label.setWordWrap(False)
            right = Qt.AlignmentFlag.AlignRight if at in (1, 2) else Qt.AlignmentFlag.AlignLeft
            grid.addWidget(label, 0, at, right)
        row = 1
        for part in case.components:
            name = QVBoxLayout()
            name.setSpacing(1)
            name.addWidget(Text(part.name, bold=part.required))
            if part.note:
                name.addWidget(Text(part.note, Size.SMALL, role="muted"))
            if part.attachments:
                name.addWidget(
                    Text(
                        self.tr("Mẫu trống trên cổng: {}").format(", ".join(part.attachments)), Size.SMALL, role="muted"
                    )
                )
            grid.addLayout(name, row, 0)
            for at, count in ((1, part.originals), (2, part.copies)):
                number = Text(str(count) if count else "–")
                number.setFont(font(Size.BODY, tabular=True))
                number.setAccessibleName(f"{heads[at]}: {count}")
                grid.addWidget(number, row, at, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
            if part.replaced_on(self._today):
                chip = Chip(self.tr("Cơ quan đã có"), "muted", symbol="shield")
                if until := part.replaced_until:
                    name.addWidget(
                        Text(
                            self.tr("Không phải nộp đến hết ngày {}, trừ khi cơ quan không tra được.").format(
                                f"{until:%d/%m/%Y}"
                            ),
                            Size.SMALL, role="muted",
                        )
                    )  # fmt: skip
            elif part.template:
                chip = Chip(self.tr("Lập tại đây"), "success", symbol="edit")
            elif part.required:
                chip = Chip(self.tr("Đính kèm"), "plain", symbol="attach")
            else:
                chip = Chip(self.tr("Khi có"), "muted", symbol="attach")
            grid.addWidget(chip, row, 3, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(Rule(), row + 1, 0, 1, 4)
            row += 2
        return made

    def _allowed(self, allowed: Allowed) -> QWidget:
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * STEP)
        for name, can, words_of in (
            ("print", allowed.print, self.tr("Điền và in hồ sơ")),
            ("submit", allowed.submit, self.tr("Nộp trực tuyến")),
            ("pay_online", allowed.pay_online, self.tr("Nộp phí, lệ phí trực tuyến")),
            ("result_online", allowed.result_online, self.tr("Nhận kết quả trực tuyến")),
        ):
            reason = allowed.reasons.get(name)
            why = (reason.vi if self.shell.lang == "vi" else reason.en) if reason is not None else ""
            line = QHBoxLayout()
            line.setSpacing(2 * STEP)
            picture = QLabel()
            picture.setPixmap(icon("check" if can else "remove", "success" if can else "muted").pixmap(grown(20)))
            line.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
            said = self.tr("{}: được").format(words_of) if can else self.tr("{}: không. {}").format(words_of, why)
            line.addWidget(Text(said, role="text" if can else "muted"), 1)
            column.addLayout(line)
        return made


def _lines(lines: list[tuple[str, str]], *, numbered: bool = False) -> QWidget:
    made = QWidget()
    grid = QGridLayout(made)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(3 * STEP)
    grid.setVerticalSpacing(2 * STEP)
    grid.setColumnStretch(1, 1)
    for number, (name, text) in enumerate(lines):
        mark = Text(f"{number + 1}." if numbered else "–", role="muted")
        mark.setWordWrap(False)
        grid.addWidget(mark, number, 0, Qt.AlignmentFlag.AlignTop)
        words_of = QVBoxLayout()
        words_of.setSpacing(1)
        if name:
            words_of.addWidget(Text(name, bold=bool(text)))
        if text:
            words_of.addWidget(Text(text))
        grid.addLayout(words_of, number, 1)
    return made


def _way(channel: Channel) -> tuple[str, str]:
    time = _time(channel)
    head = words.tr(METHODS.get(channel.method, channel.method)) + (f": {time}" if time else "")
    fee_word = words.tr("Phí")
    fees = " ".join(
        f"{fee_word}: {words.money(fee.amount) if fee.amount is not None else ''} {fee.text}".strip()
        for fee in channel.fees
        if fee.amount or fee.text
    )
    return head, "\n".join(part for part in (channel.text, fees) if part)


def _time(channel: Channel) -> str:
    if channel.time is None:
        return ""
    return f"{channel.time} {words.tr(UNITS.get(channel.unit, channel.unit))}".replace(".", ",")


def _times(channels: Iterable[Channel]) -> str:
    found = dict.fromkeys(
        f"{time} ({words.tr(METHODS.get(one.method, one.method)).lower()})" for one in channels if (time := _time(one))
    )
    return "; ".join(found)


def _fees(channels: Iterable[Channel]) -> str:
    found: dict[str, None] = {}
    for channel in channels:
        for fee in channel.fees:
            if fee.amount:
                found[f"{words.money(fee.amount)}" + (f" ({fee.text})" if fee.text and len(fee.text) < 60 else "")] = (
                    None
                )
            elif fee.text:
                found[fee.text.rstrip(".")] = None
            elif fee.amount == 0:
                found[words.tr("không thu")] = None
    return "; ".join(list(found)[:3])
