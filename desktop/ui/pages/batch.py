"""Theo lô: one form for many clients. Choose a template and a spreadsheet, see every row, mend, sign, file, go on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from desktop import filing
from desktop.filing import Batch, BatchRow
from desktop.messages import message
from desktop.ui.filling.key_chooser import LAST_KEY
from desktop.ui.pages.batch_keys import BatchKeys
from desktop.ui.pages.batch_rows import RowList
from desktop.ui.pages.signing.asker import Asker
from desktop.ui.parts import Button, Field, Notice, PageHead, Scroll, Section, Text, empty, row_of
from desktop.ui.shell import Page, Shell
from desktop.ui.theme import ROW, STEP, Size

if TYPE_CHECKING:
    from desktop.filing.batch_run import Goal
    from desktop.ui.jobs import Lane, Progress
    from desktop.ui.pages.signing.stopped import Stopped

LIMIT = 33 << 20
LEFT = ("ready", "prepared", "signed", "queued", "uncertain", "waiting")
"""States of rows with which a run still has something to do."""


@dataclass(frozen=True)
class Offered:
    """What can be chosen from."""

    templates: tuple[tuple[str, str, tuple[str, ...]], ...]
    """Name, words and kinds of period of each template that a procedure takes."""
    period: str
    last_key: str


class Here(Page):
    """The page."""

    changed = Signal(object)
    """A row has changed while the batch runs; sent from the thread that runs it."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.title = self.tr("Theo lô")
        self._batch: Batch | None = None
        self._file: Path | None = None
        self._data = b""
        self._job: Progress | None = None
        self._yes: list[QCheckBox] = []
        self._rows: dict[int, BatchRow] = {}
        self._asker = Asker(self, shell, self._place, unit=self.tr("tờ khai"), several=True)
        self._asker.what = self.tr("Sẽ ký các tờ khai của khách hàng này trong lô; mã PIN chỉ hỏi một lần.")
        self._asker.waits.connect(lambda words: shell.say(words))
        self.setAcceptDrops(True)
        self.changed.connect(self._row_changed, Qt.ConnectionType.QueuedConnection)
        self._build()

    # --- building ----------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.sheet = Scroll(spacing=3 * STEP)
        column.addWidget(self.sheet)
        place = self.sheet.column
        about = self.tr("Một biểu mẫu cho nhiều khách hàng, mỗi khách hàng một dòng của bảng tính.")
        self.head = PageHead(self.title, about)
        place.addWidget(self.head)
        place.addWidget(self._choices())
        self.state = QVBoxLayout()
        self.state.setSpacing(2 * STEP)
        place.addLayout(self.state)
        place.addWidget(self._running())
        self.found = QWidget()
        self.found.hide()
        inside = QVBoxLayout(self.found)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(3 * STEP)
        self.count = Text("", Size.LEAD, bold=True)
        self.mend = Button(self.tr("Ghi &lỗi ra bảng tính…"), "export")
        self.mend.clicked.connect(self._choose_copy)
        self.look_again = Button(self.tr("Kiểm t&ra lại"), "refresh")
        self.look_again.clicked.connect(self.check)
        inside.addWidget(self.count)
        inside.addWidget(row_of(self.mend, self.look_again))
        self.list = RowList(self.shell.lang)
        self.list.opened.connect(self._open)
        inside.addWidget(self.list)
        self.notes = QVBoxLayout()
        inside.addLayout(self.notes)
        inside.addWidget(self._signing())
        place.addWidget(self.found)
        place.addStretch(1)

    def _choices(self) -> QWidget:
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3 * STEP)
        self.template = QComboBox()
        self.template.setMinimumHeight(ROW)
        self.template.currentIndexChanged.connect(lambda _: self._kinds())
        self.period = QLineEdit()
        self.period.setMinimumHeight(ROW)
        self.period.setPlaceholderText(self.tr("10/2026 hoặc Q4/2026"))
        line = QHBoxLayout()
        line.setSpacing(4 * STEP)
        line.addWidget(Field(self.tr("&Biểu mẫu"), self.template), 3)
        self.period_field = Field(self.tr("Kỳ"), self.period)
        line.addWidget(self.period_field, 1)
        column.addLayout(line)
        self.make = Button(self.tr("Tạo bảng để đ&iền…"), "page")
        self.make.clicked.connect(self._choose_new)
        self.choose = Button(self.tr("Chọn bản&g tính…"), "import", primary=True)
        self.choose.clicked.connect(self._choose_file)
        self.file = Text(self.tr("XLSX hoặc CSV; cũng có thể kéo thả tệp vào đây."), Size.SMALL, role="muted")
        column.addWidget(row_of(self.make, self.choose))
        column.addWidget(self.file)
        return whole

    def _running(self) -> QWidget:
        self.progress = QProgressBar()
        self.progress.setMinimumHeight(24)
        self.progress.setAccessibleName(self.tr("Tiến độ"))
        self.stop = Button(self.tr("&Dừng"))
        self.stop.clicked.connect(self._stop)
        self.running = QWidget()
        line = QHBoxLayout(self.running)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.progress, 1)
        line.addWidget(self.stop)
        self.running.hide()
        return self.running

    def _signing(self) -> QWidget:
        self.signing = QWidget()
        column = QVBoxLayout(self.signing)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3 * STEP)
        column.addWidget(Section(self.tr("Ký bằng khóa của từng khách hàng")))
        self.keys = BatchKeys(self.shell, self._asker)
        self.keys.changed.connect(self._allow)
        column.addWidget(self.keys)
        self.confirm = QVBoxLayout()
        self.confirm.setSpacing(2 * STEP)
        column.addLayout(self.confirm)
        self.file_all = Button(self.tr("Ký và &nộp"), "send", primary=True)
        self.file_all.clicked.connect(partial(self.run, "submit"))
        self.sign_all = Button(self.tr("Chỉ ký, chưa nộ&p"), "signature")
        self.sign_all.clicked.connect(partial(self.run, "sign"))
        column.addWidget(row_of(self.file_all, self.sign_all))
        self.why_not = Text("", Size.SMALL, role="muted")
        column.addWidget(self.why_not)
        return self.signing

    # --- coming and going --------------------------------------------------------------------------------------------

    def enter(self, **facts: Any) -> None:
        """Show the page; a batch that was open is checked anew, for its forms may have been mended meanwhile."""
        if self._job is not None:
            return
        desk, lang = self.shell.desk, self.shell.lang

        def look(progress: Progress) -> Offered:
            from forms.period import Period
            from forms.template import load

            day = desk.today()
            found = []
            for name in desk.library.ids():
                opened = load(desk.library.versions(name)[-1].ref)
                if opened.procedures:
                    words = f"{opened.short} · {opened.title.get(lang)}" if opened.short else opened.title.get(lang)
                    found.append((name, words, opened.period_kinds))
            last = Period(day.year, month=day.month).previous()
            return Offered(
                tuple(found), f"{last.month:02}/{last.year}", str(desk.workspace.settings.get(LAST_KEY) or "")
            )

        self.shell.jobs.run("work", look, done=self._offer, failed=self.shell.trouble, owner=self)

    def leave(self) -> bool:
        """Let go of the keys; stay while a batch runs: what is being signed is not left half done."""
        if self._job is not None:
            self.shell.say(self.tr("Lô đang chạy: hãy chờ xong hoặc bấm Dừng."), "warning")
            return False
        self.keys.forget()
        return True

    def _offer(self, offered: Offered) -> None:
        chosen = self.template.currentData()
        self.template.blockSignals(True)
        self.template.clear()
        for name, words, kinds in offered.templates:
            self.template.addItem(words, (name, kinds))
        self.template.blockSignals(False)
        if chosen is not None:
            self._show_template(chosen[0])
        if not self.period.text():
            self.period.setText(offered.period)
        self._kinds()
        if self._data:
            self.check()
        else:
            self.keys.chooser.begin(offered.last_key)
            self.template.setFocus()

    def _show_template(self, name: str) -> None:
        for at in range(self.template.count()):
            if self.template.itemData(at)[0] == name:
                self.template.setCurrentIndex(at)

    def _kinds(self) -> None:
        data = self.template.currentData()
        self.period_field.setVisible(bool(data and data[1]))

    def _wanted(self) -> tuple[str, str | None] | None:
        """Return template and period, None where the period cannot be read."""
        from forms import written

        data = self.template.currentData()
        if data is None:
            return None
        self.period_field.trouble("")
        if not data[1]:
            return data[0], None
        taken = written.read_period(self.period.text(), "period", self.shell.desk.today())
        if taken.unread or not taken.value:
            self.period_field.trouble(self.tr("Hãy ghi kỳ dạng 10/2026 hoặc Q4/2026."))
            self.period.setFocus()
            return None
        return data[0], str(taken.value)

    # --- files -------------------------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take one file."""
        if self._job is None and len(event.mimeData().urls()) == 1 and event.mimeData().urls()[0].isLocalFile():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Check the file that was dropped."""
        self.open_file(Path(event.mimeData().urls()[0].toLocalFile()))

    def _choose_file(self) -> None:
        dialog = QFileDialog(self, self.tr("Chọn bảng tính"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([self.tr("Bảng tính (*.xlsx *.csv *.txt *.tsv)"), self.tr("Mọi tệp (*)")])
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.open_file(Path(name)))
        dialog.open()

    def open_file(self, file: Path) -> None:
        """Read a spreadsheet and check it."""
        if self._job is not None:
            return
        try:
            with file.open("rb") as opened:
                data = opened.read(LIMIT)
        except OSError:
            self._say(self.tr("Không đọc được tệp này. Hãy kiểm tra đường dẫn và quyền đọc rồi thử lại."), "danger")
            return
        self._file, self._data = file, data
        self.file.setText(str(file))
        self.check()

    def _choose_new(self) -> None:
        wanted = self._wanted()
        if wanted is None:
            return
        name = "-".join(filter(None, ("lo", wanted[0].replace("/", "-"), wanted[1]))) + ".xlsx"
        self._save_as(name, partial(self._make, wanted))

    def _make(self, wanted: tuple[str, str | None], file: Path) -> None:
        desk = self.shell.desk
        self._write(file, lambda progress: filing.batch_template(desk, *wanted), self.tr("Đã tạo {}.").format(file))

    def _choose_copy(self) -> None:
        if self._batch is not None and self._file is not None:
            self._save_as(f"{self._file.stem}-loi.xlsx", self._copy)

    def _copy(self, file: Path) -> None:
        desk, batch, lang = self.shell.desk, self._standing(), self.shell.lang
        told = self.tr("Lỗi đã được ghi cạnh từng ô trong {}. Sửa ở đó rồi chọn tệp ấy.").format(file)
        self._write(file, lambda progress: filing.error_sheet(desk, batch, lang), told)

    def _save_as(self, name: str, do: Callable[[Path], None]) -> None:
        dialog = QFileDialog(self, self.tr("Lưu bảng tính"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([self.tr("Bảng tính (*.xlsx)")])
        dialog.setDefaultSuffix("xlsx")
        dialog.selectFile(name)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda chosen: do(Path(chosen)))
        dialog.open()

    def _write(self, file: Path, make: Callable[[Progress], bytes], told: str) -> None:
        from desktop.replacing import move_over

        def work(progress: Progress) -> None:
            fresh = file.with_name(f".{file.name}.moi")
            try:
                fresh.write_bytes(make(progress))
                move_over(fresh, file)
            finally:
                fresh.unlink(missing_ok=True)

        def failed(error: Exception) -> None:
            if isinstance(error, OSError):
                self._say(self.tr("Không ghi được {}. Hãy đóng tệp nếu đang mở, rồi thử lại.").format(file), "danger")
            else:
                self._trouble(error)

        self._go("work", work, lambda _: self._say(told, "success"), failed)

    # --- checking ----------------------------------------------------------------------------------------------------

    def check(self) -> None:
        """Check every row; nothing is kept."""
        desk, data = self.shell.desk, self._data
        wanted = self._wanted()
        data_now = self.template.currentData()
        if not data or data_now is None or (wanted is None and data_now[1]):
            return
        template, period = wanted or (data_now[0], None)

        def work(progress: Progress) -> Batch:
            from forms.sheet import made_for, read_sheet

            # A sheet of ours says what it was made for; the choice above is for the others.
            made = made_for(desk.workers.run(read_sheet, data, timeout=60, cancelled=progress.cancelled))
            if made.template is not None:
                return filing.check_batch(desk, data, progress=progress)
            return filing.check_batch(desk, data, template=template, period=period, progress=progress)

        self._say(self.tr("Đang kiểm tra…"), "plain")
        self._go("work", work, self._checked, self._refused)

    def _refused(self, error: Exception) -> None:
        self._batch = None
        self.found.hide()
        self._trouble(error)

    def _checked(self, batch: Batch) -> None:
        empty(self.state)
        self._batch = batch
        self._rows = {row.number: row for row in batch.rows}
        self._show_template(batch.ref.id)
        if batch.period:
            year, _, part = batch.period.partition("-")
            self.period.setText(f"{part}/{year}")
        self.found.show()
        empty(self.notes)
        for one in batch.stray:
            tone: Any = "danger" if one.severity == "error" else "warning"
            self.notes.addWidget(Notice(one.message.get(self.shell.lang), tone))
        self._ask_unconfirmed(batch)
        self._show_rows()
        self.keys.show_rows(self._to_sign())
        self.shell.say(self.count.text())
        self.list.first()
        self.list.setFocus()

    def _ask_unconfirmed(self, batch: Batch) -> None:
        from forms.period import Period
        from forms.template import load

        empty(self.confirm)
        self._yes = []
        when = Period.parse(batch.period) if batch.period else None
        for notice in load(batch.ref).unconfirmed(when, self.shell.desk.today()):
            self.confirm.addWidget(Notice(notice.text.get(self.shell.lang), "warning"))
            box = QCheckBox(self.tr("Tôi đã đọc và vẫn ký"))
            box.setMinimumHeight(28)
            box.toggled.connect(lambda _: self._allow())
            self._yes.append(box)
            self.confirm.addWidget(box)

    def _standing(self) -> Batch:
        """Return the batch with its rows as they stand."""
        from dataclasses import replace

        assert self._batch is not None
        return replace(self._batch, rows=tuple(self._rows.values()))

    def _show_rows(self) -> None:
        rows = list(self._rows.values())
        self.list.show_rows(rows)
        states = {row.state for row in rows}
        done = sum(row.state == "done" for row in rows)
        wrong = sum(row.state in ("errors", "failed", "refused") for row in rows)
        parts = [self.tr("{} dòng").format(len(rows))]
        if done:
            parts.append(self.tr("{} đã nộp").format(done))
        good = sum(row.state in LEFT for row in rows)
        if good:
            parts.append(self.tr("{} còn làm tiếp").format(good))
        if wrong:
            parts.append(self.tr("{} cần sửa").format(wrong))
        self.count.setText(" · ".join(parts))
        self.mend.setEnabled(bool(states & {"errors", "failed", "refused"}) or any(row.problems for row in rows))
        self.signing.setVisible(good > 0)
        self._allow()

    def _row_changed(self, row: BatchRow) -> None:
        self._rows[row.number] = row
        self.list.change_row(row)

    def _open(self, number: int) -> None:
        """Open a row's dossier: where the row has errors it is made first, so that its form can be mended here."""
        row, batch, desk = self._rows[number], self._batch, self.shell.desk
        if self._job is not None or batch is None:
            return
        if row.dossier is not None:
            self.shell.go("follow" if row.state == "done" else "dossier", dossier=row.dossier)
            return
        if row.check is None or any(one.path == "#client" for one in row.problems):
            self._say(row.problems[0].message.get(self.shell.lang), "danger")
            return

        def work(progress: Progress) -> str:
            return filing.draft_of(desk, batch, number)[1]

        self._go("work", work, lambda dossier: self.shell.go("dossier", dossier=dossier), self._trouble)

    # --- keys --------------------------------------------------------------------------------------------------------

    def _to_sign(self) -> list[BatchRow]:
        return [row for row in self._rows.values() if row.state in ("ready", "prepared", "waiting")]

    def _allow(self) -> None:
        why = ""
        signed = any(row.state in ("signed", "queued", "uncertain") for row in self._rows.values())
        ring = self.keys.ring
        if ring is None and not signed:
            why = self.tr("Mở khóa của ít nhất một khách hàng rồi bấm Dùng khóa này.")
        elif not all(box.isChecked() for box in self._yes):
            why = self.tr("Còn điều cần xác nhận ở trên.")
        self.why_not.setText(why)
        self.why_not.setVisible(bool(why))
        self.file_all.setEnabled(not why and self._job is None)
        self.sign_all.setEnabled(ring is not None and not why and self._job is None)

    def _place(self, card: Stopped | None) -> None:
        """Show what asks how to go on with a token, or take it away."""
        empty(self.state)
        if card is not None:
            self.state.addWidget(card)
            self.sheet.ensureWidgetVisible(card)

    # --- running -----------------------------------------------------------------------------------------------------

    def run(self, goal: Goal, *_: object) -> None:
        """Make, sign and (where asked for) file what has no errors; what is done already is passed over."""
        if self._batch is None or self._job is not None:
            return
        desk, batch, ring = self.shell.desk, self._standing(), self.keys.ring

        def work(progress: Progress) -> Batch:
            self._asker.progress = progress
            return filing.run_batch(
                desk, batch, goal=goal, keys=ring, accept_unconfirmed=True, accept_questions=False,
                answer=self._asker.choose, told=self.changed.emit, progress=progress,
            )  # fmt: skip

        self.shell.say(self.tr("Lô đang chạy…"))
        self._go("device", work, self._ran, self._trouble)

    def _ran(self, batch: Batch) -> None:
        self._batch = batch
        self._rows = {row.number: row for row in batch.rows}
        self._show_rows()
        self.keys.show_rows(self._to_sign())
        done, waiting = batch.count("done"), batch.count("waiting", "ready", "prepared")
        self._say(self.count.text(), "success" if done == len(batch.rows) else "warning" if waiting else "plain")
        self.shell.bell.data_changed.emit("dossier")
        self.shell.bell.data_changed.emit("outbox")

    def _go(
        self,
        lane: Lane,
        work: Callable[[Progress], Any],
        done: Callable[[Any], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """Run one piece of work with its progress shown; only one at a time."""

        def ended(then: Callable[[Any], None], result: Any) -> None:
            self._job = None
            self.running.hide()
            self._enable(True)
            then(result)

        def told(count: int, total: int) -> None:
            self.progress.setMaximum(max(total, 1))
            self.progress.setValue(count)
            self.progress.setFormat(f"{100 * count // max(total, 1)} %")

        self._enable(False)
        self.progress.setMaximum(0)
        self.running.show()
        self.stop.setEnabled(True)
        self._job = self.shell.jobs.run(
            lane, work, done=partial(ended, done), failed=partial(ended, failed), progress=told, owner=self
        )

    def _enable(self, on: bool) -> None:
        for part in (self.make, self.choose, self.template, self.period, self.look_again, self.mend, self.keys):
            part.setEnabled(on)
        self._allow()

    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._asker.withdraw()
            self.stop.setEnabled(False)

    def _say(self, text: str, tone: Any) -> None:
        empty(self.state)
        self.state.addWidget(Notice(text, tone))
        self.shell.say(text)

    def _trouble(self, error: Exception) -> None:
        empty(self.state)
        if getattr(error, "code", "") == "CANCELLED":
            self._say(self.tr("Đã dừng."), "plain")
            return
        self._say(message(error, lang=self.shell.lang).text, "danger")
