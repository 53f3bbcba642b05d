"""Signing a dossier: what, for whom, as whom, with what; then progress, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from desktop.messages import message
from desktop.ui.filling.key_chooser import KeyChooser
from desktop.ui.filling.page_view import PageView
from desktop.ui.pages.signing.asker import Asker
from desktop.ui.pages.signing.choosing import SIGNATURE, LevelChoice, StampChoice
from desktop.ui.pages.signing.ready import Judged, Made, Ready, look
from desktop.ui.parts import (
    Button,
    Card,
    Chip,
    Facts,
    Field,
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
from desktop.ui.words import verdict_mark

if TYPE_CHECKING:
    from desktop.filing import DossierView
    from desktop.ui.jobs import Lane, Progress
    from desktop.ui.pages.signing.stopped import Stopped
    from forms.printing import Printed, Sight
    from signing.key import SigningKey

T = TypeVar("T")


class Here(Page):
    """Signing a dossier."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._id = ""
        self._ready: Ready | None = None
        self._judged: Judged | None = None
        self._pages_line: tuple[Text, str] | None = None
        self._yes: list[QCheckBox] = []
        self._job: Progress | None = None
        self._asker = Asker(self, shell, self._place, unit=self.tr("hồ sơ"))
        self._asker.waits.connect(self._tell)
        self._build()
        self.keys.prompt, self.keys.waiting = self._asker.service, self._asker.waiting
        self.keys.unwanted = self._asker.gone

    # --- building ----------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        self.scroll_area = Scroll(spacing=3 * STEP)
        whole.addWidget(self.scroll_area, 3)
        self.page_view = PageView(self.shell)
        self.page_view.setMinimumWidth(300)
        self.page_view.printed.connect(self._show_pages)
        whole.addWidget(self.page_view, 2)
        self.head = PageHead(self.tr("Ký hồ sơ"))
        self.state = QVBoxLayout()
        self.what = QVBoxLayout()
        self.whom = QVBoxLayout()
        self.role = QComboBox()
        self.role.setMinimumHeight(ROW)
        for value, words in (
            ("self", self.tr("Tự nộp")),
            ("legal_representative", self.tr("Người đại diện theo pháp luật")),
            ("tax_agent", self.tr("Đại lý thuế")),
            ("on_behalf", self.tr("Nộp thay")),
        ):
            self.role.addItem(words, value)
        self.role.currentIndexChanged.connect(lambda _: self._judge())
        self.keys = KeyChooser(self.shell)
        self.keys.chosen.connect(self._judge)
        self.level = LevelChoice(self.shell)
        self.stamp = StampChoice(self.shell, self.page_view)
        self.stamp.changed.connect(self._allow)
        self.judgement = QVBoxLayout()
        self.judgement.setSpacing(2 * STEP)
        self.confirm = QVBoxLayout()
        self.confirm.setSpacing(2 * STEP)
        self.sign_button = Button(self.tr("&Ký hồ sơ"), "signature", primary=True)
        self.sign_button.clicked.connect(self.sign)
        self.why_not = Text("", Size.SMALL, role="muted")
        self.progress = QProgressBar()
        self.progress.setMinimumHeight(24)
        self.progress.setAccessibleName(self.tr("Tiến độ ký"))
        self.cancel = Button(self.tr("&Dừng"))
        self.cancel.clicked.connect(self._stop)
        self.running = QWidget()
        line = QHBoxLayout(self.running)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.progress, 1)
        line.addWidget(self.cancel)
        self.running.hide()
        self.signing = QWidget()
        work = QVBoxLayout(self.signing)
        work.setContentsMargins(0, 0, 0, 0)
        work.setSpacing(3 * STEP)
        work.addWidget(Section(self.tr("Ký cho ai")))
        work.addLayout(self.whom)
        work.addWidget(Field(self.tr("Với &tư cách"), self.role))
        work.addWidget(Section(self.tr("Bằng chứng thư nào")))
        work.addWidget(self.keys)
        work.addLayout(self.judgement)
        work.addWidget(Section(self.tr("Ký thế nào")))
        work.addWidget(self.level)
        work.addWidget(self.stamp)
        work.addLayout(self.confirm)
        work.addWidget(Rule())
        work.addWidget(row_of(self.sign_button))
        work.addWidget(self.why_not)
        work.addWidget(self.running)
        place = self.scroll_area.column
        place.addWidget(self.head)
        place.addLayout(self.state)
        place.addWidget(Section(self.tr("Ký những gì")))
        place.addLayout(self.what)
        place.addWidget(self.signing)
        place.addStretch(1)
        for sequence, do in (("Ctrl+Return", self.sign), ("F8", self._turn_page)):
            key = QShortcut(QKeySequence(sequence), self)
            key.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            key.activated.connect(do)

    def _turn_page(self) -> None:
        self.page_view.setVisible(self.page_view.isHidden())

    # --- coming and going --------------------------------------------------------------------------------------------

    def enter(self, **facts: Any) -> None:
        """Show what is to be signed."""
        self._id = str(facts["dossier"])
        self._forget()
        self._pages_line = None
        self.page_view.hide()
        self.signing.hide()
        for place in (self.state, self.what, self.whom):
            empty(place)
        self.what.addWidget(Text(self.tr("Đang xem hồ sơ…"), role="muted"))
        self.shell.jobs.run(
            "work", lambda progress: look(self.shell, self._id), done=self._show, failed=self.shell.trouble, owner=self
        )

    def _run(self, lane: Lane, work: Callable[[Progress], T], done: Callable[[T], None]) -> None:
        self.shell.jobs.run(lane, work, done=done, failed=self.shell.trouble, owner=self)

    def leave(self) -> bool:
        """Let go of the key; what is being signed is not left half done."""
        if self._job is not None:
            self.shell.say(self.tr("Đang ký: hãy chờ xong hoặc bấm Dừng."), "warning")
            return False
        self._forget()
        self.stamp.put_away()
        return True

    def _forget(self) -> None:
        self._judged = None
        self.keys.forget()
        for place in (self.judgement, self.confirm):
            empty(place)
        self._yes = []

    def _show(self, ready: Ready) -> None:
        if ready.view.id != self._id:
            return
        self._ready = ready
        view = ready.view
        facts = [view.procedure_name]
        if view.period:
            from forms.period import Period

            facts.append(Period.parse(view.period).label(self.shell.lang))
        self.head.say(self.tr("Ký hồ sơ"), " · ".join(facts))
        empty(self.what)
        first: tuple[Text, str] | None = None
        for name, how, form_id in ready.papers:
            line = QWidget()
            column = QVBoxLayout(line)
            column.setContentsMargins(0, 0, 0, STEP)
            column.setSpacing(0)
            column.addWidget(Text(name, bold=True))
            words = Text(how, Size.SMALL, role="muted")
            column.addWidget(words)
            if form_id is not None:
                show = Button(self.tr("Xem trang in"), "eye")
                show.setAccessibleName(self.tr("Xem trang in của {}").format(name))
                show.clicked.connect(partial(self._show_page, form_id, (words, how)))
                row = QHBoxLayout()
                row.addWidget(line, 1)
                row.addWidget(show, 0, Qt.AlignmentFlag.AlignTop)
                holder = QWidget()
                holder.setLayout(row)
                row.setContentsMargins(0, 0, 0, 0)
                self.what.addWidget(holder)
                if form_id == ready.first_form:
                    first = (words, how)
            else:
                self.what.addWidget(line)
        self.whom.addWidget(
            Facts([(self.tr("Khách hàng", "one"), view.client_name), (self.tr("Mã số thuế"), view.client_code)])
        )
        if view.state != "PREPARED":
            self._show_signed(view)
            return
        if not ready.report.ok:
            self.state.addWidget(
                Notice(
                    self.tr("Chưa ký được: {}").format(ready.report.summary(self.shell.lang)),
                    "danger",
                    action=self.tr("&Về hồ sơ để sửa"),
                    do=lambda: self.shell.go("dossier", dossier=self._id, component="//check"),
                )
            )
            return
        role = ready.role or ("self" if len(view.client_code) == 12 else "legal_representative")
        self.role.setCurrentIndex(max(self.role.findData(role), 0))
        self.level.begin()
        self.stamp.begin(ready.templates)
        self.signing.show()
        self._refresh()
        self.keys.begin(ready.last_key)
        if ready.first_form is not None:
            self._show_page(ready.first_form, first)

    def _show_signed(self, view: DossierView) -> None:
        sent = view.state == "SUBMITTED"
        self.state.addWidget(
            Notice(
                self.tr("Hồ sơ đã nộp.") if sent else self.tr("Hồ sơ đã ký. Bước tiếp theo: xem lại và nộp."),
                "success",
                action=self.tr("&Theo dõi") if sent else self.tr("&Xem lại và nộp"),
                do=lambda: self.shell.go("follow" if sent else "review", dossier=self._id),
            )
        )

    def _show_pages(self, pages: int) -> None:
        """Say how many pages the form has that is shown beside."""
        if self._pages_line is not None:
            line, how = self._pages_line
            line.setText(self.tr("{} trang · {}").format(pages, how))

    def _show_page(self, form_id: str, line: tuple[Text, str] | None = None) -> None:
        """Show the page as it will be signed, with the place of the signature marked."""
        self._pages_line = line
        desk, name = self.shell.desk, self._id

        def prepare() -> Callable[[Sight], Printed]:
            def work(sight: Sight) -> Printed:
                from desktop import filing
                from forms.printing import PrintOptions, print_form

                form = filing.open_form(desk, form_id)
                options = PrintOptions(timestamp=desk.timestamp(), practice=desk.practice, dossier=name)
                period = str(form.period) if form.period else None
                printed = desk.workers.run(print_form, form.template.ref, period, form.values, options, timeout=30)
                return replace(printed, fields=tuple(replace(mark, name=SIGNATURE) for mark in printed.signatures))

            return work

        self.page_view.show()
        self.stamp.follow(form_id)
        self.page_view.follow(prepare)

    # --- what stands between -----------------------------------------------------------------------------------------

    def _judge(self) -> None:
        """Compare certificate, role and client before anything is signed."""
        self._judged = None
        key, ready = self.keys.key(), self._ready
        QTimer.singleShot(0, self, self._show_signer)  # the certificate is seen first
        if key is None or ready is None:
            self._refresh()
            return
        desk, role_name = self.shell.desk, str(self.role.currentData())
        code, name = ready.view.client_code, ready.view.client_name

        def work(progress: Progress) -> Judged:
            from desktop import filing
            from desktop.filing.errors import SigningRefused

            client = desk.workspace.clients.get(code)
            known = desk.workspace.clients.facts(client).get("personal_id")
            personal = known.value if known is not None else (code if len(code) == 12 else None)
            try:
                # A token's key is checked before anyone logs in: what is shown of it is all that the check looks at.
                found = filing.check_certificate(
                    desk, cast("SigningKey", key), role=filing.role_of(role_name), tax_code=code,
                    personal_id=personal, name=name, trust=filing.workspace_trust(desk), accept_questions=True,
                )  # fmt: skip
            except SigningRefused as refused:
                return Judged(refused.findings, True)
            return Judged(found, False)

        def done(judged: Judged) -> None:
            if key is self.keys.key() and role_name == self.role.currentData():
                self._judged = judged
                self._refresh()

        self.shell.jobs.run("work", work, done=done, failed=self.shell.trouble, owner=self)
        self._refresh()

    def _show_signer(self) -> None:
        """Show in the stamp's sample who signs, and as whom."""
        key = self.keys.key()
        if key is None:
            self.stamp.sign_as(None, None)
            return
        from desktop import filing

        self.stamp.sign_as(key.certificate, filing.role_of(str(self.role.currentData())))

    def _refresh(self) -> None:
        """Show what the certificate's check found, what needs a yes, and whether one may sign."""
        empty(self.judgement)
        empty(self.confirm)
        self._yes = []
        if self._judged is not None:
            for finding in self._judged.findings:
                words = message(finding.code, finding.facts, self.shell.lang).text
                self.judgement.addWidget(Notice(words, "danger" if finding.severity == "error" else "warning"))
                if finding.severity == "question":
                    self._ask(self.tr("Tôi đã kiểm tra và vẫn ký bằng chứng thư này"))
            if not self._judged.findings:
                chip = Chip(self.tr("Chứng thư phù hợp với khách hàng và tư cách ký"), "success")
                self.judgement.addWidget(chip)
            if not self._judged.refused:
                for words in self._ready.unconfirmed if self._ready is not None else ():
                    self.confirm.addWidget(Notice(words, "warning"))
                    self._ask(self.tr("Tôi đã đọc và vẫn ký"))
        self._allow()
        if self._judged is not None:
            # What was found stands further down than where the key was asked for.
            QTimer.singleShot(0, self._show_judgement)

    def _show_judgement(self) -> None:
        below = self.sign_button if self.why_not.isHidden() else self.why_not
        self.scroll_area.ensureWidgetVisible(below, 0, 6 * STEP)

    def _ask(self, words: str) -> None:
        box = QCheckBox(words)
        box.setMinimumHeight(28)
        box.toggled.connect(lambda _: self._allow())
        self._yes.append(box)
        self.confirm.addWidget(box)

    def _allow(self) -> None:
        why = ""
        if self.keys.key() is None:
            why = self.tr("Chọn chứng thư trong tệp khóa hoặc trên USB token.")
        elif self._judged is None:
            why = self.tr("Đang kiểm tra chứng thư…")
        elif self._judged.refused:
            why = self.tr("Không ký được bằng chứng thư này với tư cách này.")
        elif self.stamp.lacking:
            why = self.stamp.lacking
        elif not all(box.isChecked() for box in self._yes):
            why = self.tr("Còn điều cần xác nhận ở trên.")
        self.why_not.setText(why)
        self.why_not.setVisible(bool(why))
        self.sign_button.setEnabled(not why and self._job is None)

    # --- signing -----------------------------------------------------------------------------------------------------

    def sign(self) -> None:
        """Sign everything; either all of it is kept or nothing."""
        key = self.keys.key()
        if key is None or not self.sign_button.isEnabled():
            return
        desk, name, role_name = self.shell.desk, self._id, str(self.role.currentData())
        assert self._ready is not None
        asker, view = self._asker, self._ready.view
        level, server, look, places = self.level.chosen, self.level.server, self.stamp.look, self.stamp.places()
        what = self.tr("Sẽ ký {} mục của hồ sơ cho {}. Tư cách: {}. Mức: {}.")
        asker.what = what.format(len(self._ready.papers), view.client_name, self.role.currentText(), level)
        asker.owner = key.certificate.common_name
        asker.progress = None
        signer = self.keys.signer(asker.pin)

        def work(progress: Progress) -> Made:
            from desktop import filing
            from desktop.filing.batch_signing import dossier_jobs, sign_batch
            from desktop.workers import WorkCancelled

            asker.progress = progress

            def report(done: int, total: int) -> None:
                if progress.cancelled():
                    raise WorkCancelled
                progress.report(done, total)

            proofs = None
            if level != "B-B":
                from signing.trust import Trust

                proofs = filing.proofs_for(desk, filing.workspace_trust(desk) or Trust(), server)
            jobs = dossier_jobs(
                desk, [(name, signer, filing.role_of(role_name))], accept_unconfirmed=True, accept_questions=True,
                progress=report, wish=filing.SealWish(level, proofs, look, places),
            )  # fmt: skip
            (result,) = sign_batch(jobs, answer=asker.choose, cancelled=progress.cancelled, ahead=1).results
            if result.error is not None:
                raise result.error
            if result.state == "waiting":
                raise WorkCancelled
            return Made(tuple(filing.verdicts_of(desk, name)), level)

        def told(done: int, total: int) -> None:
            self.progress.setMaximum(total)
            self.progress.setValue(done)
            self.progress.setFormat(self.tr("Đang ký {} / {}").format(done + 1, total))

        self.level.remember()
        self.stamp.remember()
        self.sign_button.setEnabled(False)
        self.running.show()
        self.progress.setMaximum(0)
        self.cancel.setEnabled(True)
        self.cancel.setFocus()
        self.shell.say(self.tr("Đang ký…"))
        self._job = self.shell.jobs.run(
            "device", work, done=self._signed, failed=self._failed, progress=told, owner=self
        )

    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._asker.withdraw()
            self.cancel.setEnabled(False)

    def _place(self, card: Stopped | None) -> None:
        """Show what asks how to go on, or take it away."""
        empty(self.state)
        if card is not None:
            self.state.addWidget(card)
            self.scroll_area.ensureWidgetVisible(card)

    def _tell(self, words: str) -> None:
        self.why_not.setText(words)
        self.why_not.show()

    def stopped_card(self) -> Stopped | None:
        """Return what asks how to go on, while it stands on the page."""
        from desktop.ui.pages.signing.stopped import Stopped

        item = self.state.itemAt(0)
        card = item.widget() if item is not None else None
        return card if isinstance(card, Stopped) else None

    def _signed(self, signed: Made) -> None:
        self._job = None
        self.running.hide()
        self._forget()
        self.signing.hide()
        empty(self.state)
        card = Card(tone="success")
        card.body.addWidget(
            Text(self.tr("Đã ký {} tệp, đọc lại và thấy đúng").format(len(signed.files)), Size.LEAD, bold=True)
        )
        if signed.level != "B-B":
            card.body.addWidget(Text(self.tr("Chữ ký trên PDF ở mức {}.").format(signed.level), role="muted"))
        for file, verdict in signed.files:
            line = QHBoxLayout()
            line.addWidget(Text(file), 1)
            mark = verdict_mark(verdict)
            line.addWidget(Chip(mark.text, mark.tone, symbol=mark.symbol), 0, Qt.AlignmentFlag.AlignTop)
            card.body.addLayout(line)
        follow = Button(self.tr("&Xem lại và nộp"), "send", primary=True)
        follow.clicked.connect(lambda: self.shell.go("review", dossier=self._id))
        card.body.addWidget(row_of(follow))
        self.state.addWidget(card)
        follow.setFocus()
        self.shell.say(self.tr("Đã ký hồ sơ."))
        self.shell.bell.data_changed.emit("dossier")

    def _failed(self, error: Exception) -> None:
        self._job = None
        self.running.hide()
        empty(self.state)
        self._allow()
        if getattr(error, "code", "") == "CANCELLED":
            self.shell.say(self.tr("Đã dừng; chưa có gì được ký."))
            return
        self.shell.trouble(error)
