"""Review: everything that will be sent on one page, and the three ways out: file, print, export."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from desktop.messages import message
from desktop.ui.filling.hand_over import CodeCard, written
from desktop.ui.filling.notices import NoticeChoice
from desktop.ui.filling.sizes import size_words
from desktop.ui.parts import (
    Button,
    Card,
    Chip,
    Facts,
    Notice,
    PageHead,
    Rule,
    Scroll,
    Section,
    Text,
    empty,
    row_of,
)
from desktop.ui.shell import Page, Shell
from desktop.ui.theme import ROW, STEP, Size

if TYPE_CHECKING:
    from desktop.filing import DossierView, Filer, HandedOver, ItemView, KnownPortal, Preflight
    from desktop.portal.contract import NoticeWish
    from desktop.store.records import DossierFile
    from desktop.ui.jobs import Progress
    from desktop.ui.system.printing import PrintDialog
    from forms.procedure import Allowed

WIDTH = 920
DELIVERIES = ("online", "post", "in-person")


@dataclass(frozen=True)
class Review:
    """All that the page shows."""

    view: DossierView
    report: Preflight
    files: tuple[DossierFile, ...]
    allowed: Allowed
    agency: str
    fees: tuple[str, ...]
    portal: KnownPortal | None
    """Where it would be filed."""
    portals: tuple[KnownPortal, ...]
    role: str | None
    unconfirmed: tuple[str, ...]
    filer: Filer | None
    """In whose name it would be filed."""
    wish: NoticeWish
    """How the applicant hears of it: chosen, or offered."""
    remembered: bool
    """Whether that is remembered for the client."""

    @property
    def by_hand(self) -> bool:
        """Say whether a person files on the portal's page."""
        return self.portal is not None and self.portal.abilities is not None and not self.portal.abilities.submit


class Here(Page):
    """The last look before a dossier leaves."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._id = ""
        self._review: Review | None = None
        self._yes: list[QCheckBox] = []
        self._busy: Progress | None = None
        self.printing: PrintDialog | None = None
        self._again = False
        self._portal: str | None = None
        self._build()

    def _build(self) -> None:
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        self.scroll_area = Scroll(spacing=3 * STEP)
        whole.addWidget(self.scroll_area)
        self.scroll_area.inside.setMaximumWidth(WIDTH)
        place = self.scroll_area.column
        self.head = PageHead(self.tr("Xem lại và nộp"))
        self.outcome = QVBoxLayout()
        self.findings = QVBoxLayout()
        self.findings.setSpacing(2 * STEP)
        self.facts = QVBoxLayout()
        self.files = QVBoxLayout()
        self.files.setSpacing(STEP)
        self.ways = QVBoxLayout()
        self.ways.setSpacing(2 * STEP)
        self.delivery = QComboBox()
        self.delivery.setMinimumHeight(ROW)
        self.delivery.setAccessibleName(self.tr("Cách nhận kết quả"))
        for value, words in (
            ("online", self.tr("Nhận kết quả điện tử")),
            ("post", self.tr("Nhận qua bưu chính công ích")),
            ("in-person", self.tr("Đến nhận trực tiếp")),
        ):
            self.delivery.addItem(words, value)
        self.delivery.activated.connect(lambda _: self._set_delivery())
        self.portal = QComboBox()
        self.portal.setMinimumHeight(ROW)
        self.portal.setAccessibleName(self.tr("Nộp tại cổng"))
        self.portal.activated.connect(lambda at: self._choose_portal(self.portal.itemData(at)))
        self.sentence = Text("")
        self.submit_button = Button(self.tr("&Nộp hồ sơ"), "send", primary=True)
        self.submit_button.clicked.connect(self.submit)
        self.print_button = Button(self.tr("&In hồ sơ"), "print")
        self.print_button.clicked.connect(self.print_copy)
        self.export_button = Button(self.tr("&Xuất thư mục…"), "export")
        self.export_button.clicked.connect(self.export)
        self.progress = QProgressBar()
        self.progress.setMinimumHeight(24)
        self.progress.setAccessibleName(self.tr("Tiến độ"))
        self.progress.hide()
        place.addWidget(self.head)
        place.addLayout(self.outcome)
        place.addLayout(self.findings)
        place.addWidget(Section(self.tr("Hồ sơ")))
        place.addLayout(self.facts)
        place.addWidget(Section(self.tr("Những gì sẽ được gửi")))
        place.addLayout(self.files)
        place.addWidget(Rule())
        place.addLayout(self.ways)
        place.addWidget(self.sentence)
        place.addWidget(row_of(self.submit_button, self.print_button, self.export_button))
        place.addWidget(self.progress)
        place.addStretch(1)
        for sequence, do in (("Ctrl+P", self.print_copy),):
            key = QShortcut(QKeySequence(sequence), self)
            key.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            key.activated.connect(do)

    # --- coming ------------------------------------------------------------------------------------------------------

    def enter(self, **facts: Any) -> None:
        """Show a dossier as it stands."""
        self._id = str(facts["dossier"])
        self._again = False
        self._review = None
        for place in (self.outcome, self.findings, self.facts, self.files, self.ways):
            empty(place)
        self._yes = []
        self._put_aside()
        for button in (self.submit_button, self.print_button, self.export_button):
            button.setEnabled(False)
        self.sentence.setText(self.tr("Đang xem hồ sơ…"))
        self._run(lambda progress: self._look(), self._show)

    def leave(self) -> bool:
        """Stay while a dossier is being sent: what comes of it is to be seen."""
        if self._busy is not None:
            self.shell.say(self.tr("Đang làm dở: hãy chờ xong."), "warning")
            return False
        return True

    def _run(self, work: Callable[[Progress], Any], done: Callable[[Any], None]) -> None:
        self.shell.jobs.run("work", work, done=done, failed=self.shell.trouble, owner=self)

    def _look(self) -> Review:
        from desktop import filing
        from desktop.errors import DesktopError
        from forms.errors import FormsError
        from forms.procedure import Allowed

        desk, lang = self.shell.desk, self.shell.lang
        view = filing.dossier_view(desk, self._id)
        record = desk.workspace.dossiers.get(self._id)
        allowed, agency, fees = Allowed(True, False, False, False), "", []
        try:
            procedure = filing.procedure(desk, view.procedure)
            allowed, agency = procedure.allows(), ", ".join(procedure.agencies)
            for channel in procedure.channels:
                if channel.method == "online":
                    for fee in channel.fees:
                        amount = f"{fee.amount:,} đ".replace(",", ".") if fee.amount else ""
                        fees.append(" ".join(part for part in (amount, fee.text) if part))
        except (DesktopError, FormsError):
            pass  # no longer in the catalogue: it can still be printed
        unconfirmed: list[str] = []
        for part in view.components:
            if part.form is not None:
                form = filing.open_form(desk, part.form)
                for notice in form.template.unconfirmed(form.period, desk.today()):
                    words = notice.text.get(lang)
                    if words not in unconfirmed:
                        unconfirmed.append(words)
        known = filing.portals(desk)
        portal = next((one for one in known if one.url == self._portal), None)
        if portal is None:
            able = [one for one in known if one.abilities is not None and one.abilities.submit]
            portal = next(iter(able or known), None)
        filer = None
        if portal is not None and portal.connector == filing.HOSO:
            filer = filing.filer_for(desk, view.client_code, portal.url)
        return Review(
            view, filing.preflight(desk, self._id), tuple(desk.workspace.dossiers.files(self._id)), allowed, agency,
            tuple(dict.fromkeys(fees)), portal, tuple(known), record.role, tuple(unconfirmed), filer,
            filing.offered_notices(desk, self._id), filing.remembers_notices(desk, self._id),
        )  # fmt: skip

    # --- showing -----------------------------------------------------------------------------------------------------

    def _show(self, review: Review) -> None:
        if review.view.id != self._id:
            return
        self._review = review
        view, lang = review.view, self.shell.lang
        empty(self.findings)
        for finding in review.report.findings:
            tone = "danger" if finding.severity == "error" else "warning"
            # What is not settled is asked for below, where one says yes to it; it need not be said twice.
            if finding.words(lang) in review.unconfirmed and view.state == "SIGNED" and review.allowed.submit:
                continue
            self.findings.addWidget(
                Notice(
                    finding.words(lang),
                    "danger" if tone == "danger" else "warning",
                    action=self.tr("Sửa") if finding.path else None,
                    do=partial(self._open, finding.component, finding.path) if finding.path else None,
                )
            )
        if review.report.ok:
            self.findings.addWidget(Chip(self.tr("Kiểm tra: không có lỗi"), "success"))
        self._show_facts(review)
        self._show_files(review)
        self._show_ways(review)
        buttons = (*self._yes, self.submit_button, *self.findChildren(Button))
        first = next((button for button in buttons if button.isEnabled() and button.isVisible()), None)
        if first is not None:
            first.setFocus()

    def _put_aside(self) -> None:
        """Keep the two choices from being thrown away with the rows that they stand in."""
        for choice in (self.delivery, self.portal):
            choice.setParent(self)
            choice.hide()

    def _show_facts(self, review: Review) -> None:
        view = review.view
        self._put_aside()
        empty(self.facts)
        rows: list[tuple[str, str | QWidget]] = [
            (self.tr("Thủ tục"), view.procedure_name),
            (self.tr("Khách hàng", "one"), f"{view.client_name} · {view.client_code}"),
        ]
        if view.period:
            from forms.period import Period

            rows.append((self.tr("Kỳ"), Period.parse(view.period).label(self.shell.lang)))
        if review.agency:
            rows.append((self.tr("Cơ quan"), review.agency))
        self.delivery.setCurrentIndex(max(self.delivery.findData(view.delivery), 0))
        prepared = view.state == "PREPARED"
        if prepared:
            self.delivery.show()
            rows.append((self.tr("Cách nhận kết quả"), self.delivery))
        else:
            rows.append((self.tr("Cách nhận kết quả"), self.delivery.currentText()))
        if review.portal is not None and review.portal.connector == "hoso/1":
            rows.append((self.tr("Cách nhận thông báo"), self._notices(review)))
        if len(review.portals) > 1 and review.portal is not None and view.state != "SUBMITTED":
            self.portal.clear()
            for one in review.portals:
                self.portal.addItem(one.name_vi if self.shell.lang == "vi" else one.name_en, one.url)
            self.portal.setCurrentIndex(self.portal.findData(review.portal.url))
            self.portal.show()
            rows.append((self.tr("Nộp tại cổng"), self.portal))
        if review.filer is not None:
            how = (
                self.tr("{}, theo ủy quyền của khách hàng này")
                if review.filer.by_mandate
                else self.tr("{}; cổng chưa cho biết ủy quyền nào của khách hàng này")
            )
            rows.append((self.tr("Nộp bằng tài khoản"), how.format(review.filer.person)))
        rows.append((self.tr("Phí, lệ phí"), "; ".join(review.fees) or self.tr("chưa rõ; cổng báo sau khi nhận hồ sơ")))
        self.facts.addWidget(Facts(rows))

    def _notices(self, review: Review) -> str | QWidget:
        """Let one choose how to hear of it until it leaves; then say what was chosen."""
        if review.view.state in ("PREPARED", "SIGNED"):
            return NoticeChoice(self.shell, review.view.id, review.wish, remembered=review.remembered)
        ways = {
            "portal": self.tr("trong chương trình này"),
            "email": self.tr("thư điện tử {}").format(review.wish.email or ""),
            "sms": self.tr("tin nhắn đến {}").format(review.wish.phone or ""),
        }
        return "; ".join(ways[one] for one in review.wish.channels)

    def _choose_portal(self, url: str) -> None:
        self._portal = url
        self._run(lambda progress: self._look(), self._show)

    def _show_files(self, review: Review) -> None:
        empty(self.files)
        lang = self.shell.lang
        signed = review.view.state != "PREPARED"
        for part in review.view.components:
            mine = [file for file in review.files if file.component == part.id]
            if not mine and part.form is None:
                continue
            self.files.addWidget(Text(part.name, bold=True))
            if part.form is not None and not any(file.kind == "form" for file in mine):
                self.files.addWidget(Text(self.tr("Biểu mẫu, được in và ký ở bước Ký"), role="muted"))
            for file in mine:
                kind = {
                    "form": self.tr("bản in PDF"), "xml": self.tr("dữ liệu XML"),
                    "attachment": self.tr("giấy tờ đính kèm"),
                }.get(file.kind, file.kind)  # fmt: skip
                line = QWidget()
                row = QHBoxLayout(line)
                row.setContentsMargins(0, 0, 0, 0)
                row.setSpacing(2 * STEP)
                row.addWidget(Text(f"{file.name} · {kind} · {size_words(file.size, lang)}"), 1)
                if file.sha256_before_signing is not None:
                    row.addWidget(Chip(self.tr("Đã ký"), "success"), 0, Qt.AlignmentFlag.AlignTop)
                elif signed:
                    row.addWidget(Chip(self.tr("Trong bản kê đã ký"), "plain"), 0, Qt.AlignmentFlag.AlignTop)
                self.files.addWidget(line)

    def _show_ways(self, review: Review) -> None:
        empty(self.ways)
        self._yes = []
        view, allowed = review.view, review.allowed
        state = view.state
        may_print = allowed.print and (review.report.ok or state != "PREPARED")
        self.print_button.setEnabled(may_print)
        self.export_button.setEnabled(may_print)
        for button in (self.print_button, self.export_button):
            button.setToolTip("" if may_print else self.tr("Còn lỗi phải sửa trước khi in."))
        self.submit_button.setVisible((allowed.submit or review.by_hand) and state != "SUBMITTED")
        self.submit_button.setText(self.tr("Xuất bộ hồ sơ để &nộp…") if review.by_hand else self.tr("&Nộp hồ sơ"))
        if not allowed.submit and not review.by_hand:
            reason = allowed.reasons.get("submit")
            self.sentence.setText(
                (reason.get(self.shell.lang) if reason is not None else self.tr("Thủ tục này không nộp qua mạng được."))
                + " "
                + self.tr("Hãy in hồ sơ, ký và nộp tại nơi tiếp nhận.")
            )
        elif state == "SUBMITTED":
            self.sentence.setText(self.tr("Hồ sơ đã nộp. Mã hồ sơ: {}.").format(view.code or "—"))
            go = Button(self.tr("&Theo dõi"), "next", primary=True)
            go.clicked.connect(lambda: self.shell.go("follow", dossier=self._id))
            self.ways.addWidget(row_of(go))
        elif state == "PREPARED":
            self.sentence.setText(self.tr("Hồ sơ chưa ký nên chưa nộp được. In và xuất thì được."))
            go = Button(self.tr("&Ký hồ sơ"), "signature", primary=True)
            go.setEnabled(review.report.ok)
            go.clicked.connect(lambda: self.shell.go("sign", dossier=self._id))
            self.ways.addWidget(row_of(go))
            self.submit_button.hide()
        elif review.portal is None:
            self.sentence.setText(self.tr("Máy này chưa biết cổng nào để nộp. Thêm cổng ở phần Cài đặt."))
        else:
            for words in review.unconfirmed:
                self.ways.addWidget(Notice(words, "warning"))
                box = QCheckBox(self.tr("Tôi đã đọc và vẫn nộp"))
                box.setMinimumHeight(28)
                box.toggled.connect(lambda _: self._allow())
                self._yes.append(box)
                self.ways.addWidget(box)
            name = review.portal.name_vi if self.shell.lang == "vi" else review.portal.name_en
            by_hand = self.tr(
                "{} chỉ nhận hồ sơ trên trang của cổng. Chương trình xuất các tệp đã ký và phiếu hướng dẫn vào một "
                "thư mục, rồi mở trang đó; nộp xong, nhập mã hồ sơ mà cổng cấp."
            ).format(name)
            self.sentence.setText(
                by_hand
                if review.by_hand
                else self.tr(
                    "Bấm Nộp hồ sơ thì các tệp trên được gửi đến {}. "
                    "Mỗi hồ sơ chỉ được gửi một lần: bấm hai lần, mất mạng hay tắt máy giữa chừng cũng không nộp trùng."
                ).format(name)
            )
        self._allow()

    def _allow(self) -> None:
        review = self._review
        self.submit_button.setEnabled(
            review is not None
            and review.view.state == "SIGNED"
            and (review.allowed.submit or review.by_hand)
            and review.portal is not None
            and self._busy is None
            and all(box.isChecked() for box in self._yes)
        )

    def _open(self, component: str | None, path: str | None) -> None:
        self.shell.go("dossier", dossier=self._id, component=component, path=path)

    def _set_delivery(self) -> None:
        desk, name, value = self.shell.desk, self._id, str(self.delivery.currentData())
        self._run(
            lambda progress: desk.workspace.dossiers.set_delivery(name, value),
            lambda _: self.shell.say(self.tr("Đã lưu cách nhận kết quả.")),
        )

    # --- filing ------------------------------------------------------------------------------------------------------

    def submit(self) -> None:
        """Send the dossier; what came of it is said in a whole sentence."""
        if not self.submit_button.isEnabled() or self._review is None or self._review.portal is None:
            return
        if self._review.by_hand:
            self._choose_folder(self.tr("Xuất bộ hồ sơ để nộp vào thư mục"), self.hand_over_to)
            return
        desk, name, again, portal = self.shell.desk, self._id, self._again, self._review.portal.url

        def work(progress: Progress) -> ItemView:
            from desktop import filing

            return filing.submit(desk, name, portal=portal, again=again, accept_unconfirmed=True, progress=progress)

        def told(done: int, total: int) -> None:
            self.progress.setMaximum(max(total, 1))
            self.progress.setValue(done)
            self.progress.setFormat(
                self.tr("Đã gửi {} trên {}").format(
                    size_words(done, self.shell.lang), size_words(total, self.shell.lang)
                )
            )

        empty(self.outcome)
        self._begin(self.tr("Đang nộp hồ sơ…"))
        self._busy = self.shell.jobs.run(
            "network", work, done=self._sent, failed=self._not_sent, progress=told, owner=self
        )
        self._allow()

    def _begin(self, words: str) -> None:
        self.progress.setMaximum(0)
        self.progress.setFormat(words)
        self.progress.show()
        self.shell.say(words)

    def _end(self) -> None:
        self._busy = None
        self.progress.hide()
        self._allow()

    def _sent(self, item: ItemView) -> None:
        self._end()
        words = item.sentence(self.shell.lang)
        self.shell.say(words)
        self.shell.bell.data_changed.emit("outbox")
        if item.state == "DONE":
            self.shell.go("follow", dossier=self._id)
            return
        card = Card(tone="danger" if item.state == "REFUSED" else "warning")
        card.body.addWidget(Text(words, Size.LEAD, bold=True))
        for line in item.lines(self.shell.lang):
            card.body.addWidget(Text(f"–  {line}"))
        if item.reason:
            card.body.addWidget(Text(message(item.reason, item.facts, self.shell.lang).text))
        refused = item.state == "REFUSED"
        follow = Button(self.tr("&Về hồ sơ để sửa") if refused else self.tr("Xem &Hộp gửi"), "next")
        follow.clicked.connect(
            lambda: self.shell.go("dossier", dossier=self._id) if refused else self.shell.go("outbox")
        )
        card.body.addWidget(row_of(follow))
        self.outcome.addWidget(card)
        self.scroll_area.verticalScrollBar().setValue(0)
        follow.setFocus()

    def _not_sent(self, error: Exception) -> None:
        self._end()
        self.shell.bell.data_changed.emit("outbox")
        if getattr(error, "code", "") == "DUPLICATE_FILING":
            told = message(error, lang=self.shell.lang)
            self.outcome.addWidget(Notice(told.text, "danger", action=self.tr("&Vẫn nộp"), do=self._submit_again))
            self.scroll_area.verticalScrollBar().setValue(0)
            return
        self.shell.say(self.tr("Chưa nộp được hồ sơ."), "danger")
        self.shell.trouble(error)

    def _submit_again(self) -> None:
        self._again = True
        self.submit()

    # --- printing and exporting --------------------------------------------------------------------------------------

    def export(self) -> None:
        """Write what leaves for paper or another portal into a folder of its own."""
        self._choose_folder(self.tr("Xuất vào thư mục"), self.export_to)

    def _choose_folder(self, title: str, do: Callable[[Path], None]) -> None:
        dialog = QFileDialog(self, title)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda folder: do(Path(folder)))
        dialog.open()

    def export_to(self, folder: Path) -> None:
        """Export into a new folder inside one that was chosen; nothing that is there is overwritten."""
        desk, name = self.shell.desk, self._id

        def work(progress: Progress) -> Path:
            from desktop import filing

            return written(folder, name, filing.export(desk, name))

        def done(target: Path) -> None:
            self._end()
            empty(self.outcome)
            self.outcome.addWidget(Notice(self.tr("Đã xuất vào {}.").format(target), "success"))
            self.shell.say(self.tr("Đã xuất hồ sơ."))

        self._begin(self.tr("Đang xuất hồ sơ…"))
        self._busy = self.shell.jobs.run("work", work, done=done, failed=self._stopped, owner=self)
        self._allow()

    def hand_over_to(self, folder: Path) -> None:
        """Make everything ready for the portal's page in a new folder, open that page, and ask for the code."""
        assert self._review is not None
        assert self._review.portal is not None
        desk, name, portal, again = self.shell.desk, self._id, self._review.portal.url, self._again

        def work(progress: Progress) -> tuple[HandedOver, Path]:
            from desktop import filing

            made = filing.hand_over(desk, name, portal=portal, again=again, accept_unconfirmed=True)
            target = written(folder, name, made.files)
            filing.browse(made.page)
            return made, target

        def done(told: tuple[HandedOver, Path]) -> None:
            self._end()
            self._ask_code(*told)

        def failed(error: Exception) -> None:
            if isinstance(error, OSError):
                self._stopped(error)
            else:
                self._not_sent(error)

        empty(self.outcome)
        self._begin(self.tr("Đang xuất bộ hồ sơ để nộp…"))
        self._busy = self.shell.jobs.run("work", work, done=done, failed=failed, owner=self)
        self._allow()

    def _ask_code(self, made: HandedOver, target: Path) -> None:
        empty(self.outcome)
        self.code_card = CodeCard(self.shell, self._id, made, target)
        self.outcome.addWidget(self.code_card)
        self.shell.say(self.tr("Đã xuất bộ hồ sơ để nộp."))
        self.scroll_area.verticalScrollBar().setValue(0)
        self.code_card.code.setFocus()

    def _stopped(self, error: Exception) -> None:
        self._end()
        if isinstance(error, OSError):
            words = self.tr("Không ghi được vào thư mục này. Hãy chọn thư mục khác hoặc xem còn chỗ trống không.")
            self.outcome.addWidget(Notice(words, "danger"))
            return
        self.shell.trouble(error)

    def print_copy(self) -> None:
        """Show the print copy's pages, and print them from there."""
        if not self.print_button.isEnabled() or self._busy is not None:
            return
        desk, name = self.shell.desk, self._id

        def work(progress: Progress) -> bytes:
            from desktop import filing

            return next(file.data for file in filing.export(desk, name) if file.kind == "print_copy")

        def done(pdf: bytes) -> None:
            from desktop.ui.system.printing import print_pdf

            self._end()
            self.shell.say("")
            self.printing = print_pdf(self.shell, pdf, f"ho-so-{name}", self)

        self._begin(self.tr("Đang chuẩn bị bản in…"))
        self._busy = self.shell.jobs.run("work", work, done=done, failed=self._stopped, owner=self)
        self._allow()
