"""What is offered once a dossier was filed: its evidence as PDF, and a word on how filing went."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from desktop.filing.ratings import rate, rating
from desktop.ui.parts import Button, Text, row_of
from desktop.ui.theme import STEP
from desktop.ui.translation import later

if TYPE_CHECKING:
    from desktop.ui.jobs import Progress
    from desktop.ui.shell import Shell

WORDS = ((3, later("Hà&i lòng")), (2, later("Bình thườn&g")), (1, later("Chư&a hài lòng")))


class Filed(QWidget):
    """Evidence and rating of one dossier."""

    def __init__(self, shell: Shell, dossier: Any) -> None:
        super().__init__()
        self.shell, self._id = shell, str(dossier.id)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * STEP)
        self.print = Button(self.tr("Chứng &cứ PDF…"), "print")
        self.print.setToolTip(self.tr("Biên nhận, thời điểm, mã băm, chữ ký và kết quả kiểm tra trong một tệp PDF"))
        self.print.clicked.connect(self._choose)
        column.addWidget(row_of(self.print))
        self.asked = Text(
            self.tr("Bạn thấy lần nộp hồ sơ này thế nào? Câu trả lời chỉ lưu trên máy này."), role="muted"
        )
        self.thanks = Text("", role="muted")
        self.levels: list[Button] = []
        for level, name in WORDS:
            button = Button(self.tr(name))
            button.clicked.connect(lambda checked=False, level=level: self.rate(level))
            self.levels.append(button)
        self._row = row_of(*self.levels)
        for part in (self.asked, self._row, self.thanks):
            column.addWidget(part)
        self._show(rating(shell.desk, self._id), may=dossier.code is not None)

    def _show(self, level: int | None, *, may: bool) -> None:
        self.asked.setVisible(may and level is None)
        self._row.setVisible(may and level is None)
        self.thanks.setVisible(level is not None)
        if level is not None:
            said = self.tr(dict(WORDS)[level]).replace("&", "")
            self.thanks.setText(self.tr("Bạn đã đánh giá lần nộp này: {}.").format(said))

    def rate(self, level: int) -> None:
        """Keep how filing went."""
        rate(self.shell.desk, self._id, level)
        self._show(level, may=True)

    def _choose(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, self.tr("Lưu chứng cứ"), f"chung-cu-{self._id}.pdf", self.tr("Tệp PDF (*.pdf)")
        )
        if name:
            self.save_evidence(Path(name))

    def save_evidence(self, target: Path) -> None:
        """Print the evidence into a file that the person chose."""
        desk, wanted, lang = self.shell.desk, self._id, self.shell.lang

        def work(progress: Progress) -> Path:
            from desktop import filing
            from desktop.filing.batch_files import write_whole

            write_whole(target, filing.print_evidence(desk, wanted, lang))
            return target

        def done(path: Path) -> None:
            self.shell.say(self.tr("Đã lưu chứng cứ vào {}").format(path))

        self.shell.say(self.tr("Đang lập chứng cứ…"), lasts=True)
        self.shell.jobs.run("work", work, done=done, failed=self.shell.trouble, owner=self)
