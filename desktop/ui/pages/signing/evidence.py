"""Chứng cứ của chữ ký: what is kept of each signature; looked at, written out, deleted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.messages import message
from desktop.ui import words
from desktop.ui.parts import Button, Card, Chip, Empty, Facts, Notice, Text, empty, row_of
from desktop.ui.theme import STEP, Size

if TYPE_CHECKING:
    from desktop.filing import SignatureEvidence
    from desktop.ui.jobs import Progress
    from desktop.ui.shell import Shell

MOST = 100
"""Cards on the page; older ones are found in their dossier and by `hoso evidence`."""


class EvidenceList(QWidget):
    """All that is kept, newest first."""

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self.shell = shell
        self.rows = QVBoxLayout(self)
        self.rows.setContentsMargins(0, 0, 0, 0)
        self.rows.setSpacing(3 * STEP)
        self.look()

    def look(self) -> None:
        """Read it anew."""
        desk = self.shell.desk

        def work(progress: Progress) -> list[SignatureEvidence]:
            from desktop import filing

            return filing.signature_evidence(desk)

        self.shell.jobs.run("work", work, done=self._show, failed=self.shell.trouble, owner=self)

    def _show(self, kept: list[SignatureEvidence]) -> None:
        empty(self.rows)
        if not kept:
            self.rows.addWidget(
                Empty(
                    "shield",
                    self.tr("Chưa có chứng cứ nào"),
                    self.tr("Mỗi lần ký hồ sơ, chứng thư và kết quả kiểm tra lúc ký được lưu lại ở đây."),
                )
            )
        for one in kept[:MOST]:
            self.rows.addWidget(EvidenceCard(self.shell, one, self.look))
        if len(kept) > MOST:
            self.rows.addWidget(Text(self.tr("Chỉ hiện {} lần ký gần nhất.").format(MOST), Size.SMALL, role="muted"))


class EvidenceCard(Card):
    """The evidence of one signature."""

    def __init__(self, shell: Shell, kept: SignatureEvidence, changed: Callable[[], None]) -> None:
        super().__init__()
        self.shell, self.kept, self._changed = shell, kept, changed
        top = QHBoxLayout()
        top.addWidget(Text(kept.signer, bold=True), 1)
        good = kept.revocation == "good"
        state = self.tr("Chưa bị thu hồi lúc ký") if good else self.tr("Chưa rõ thu hồi lúc ký")
        top.addWidget(Chip(state, "success" if good else "warning"), 0, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(top)
        held = {"file": self.tr("khóa phần mềm (tệp)"), "token": "USB token", "remote": self.tr("ký số từ xa")}
        roles = {
            "self": self.tr("Tự nộp"), "legal_representative": self.tr("Người đại diện theo pháp luật"),
            "tax_agent": self.tr("Đại lý thuế"), "on_behalf": self.tr("Nộp thay"),
        }  # fmt: skip
        facts = Facts(
            [
                (self.tr("Hồ sơ"), f"{kept.client} · {kept.dossier_name}"),
                (self.tr("Thời điểm ký"), words.minute(kept.at)),
                (self.tr("Tư cách, nơi giữ khóa"), f"{roles.get(kept.role, '—')} · {held.get(kept.key, '—')}"),
                (self.tr("Tệp đã ký"), "\n".join(words.breakable(file["name"]) for file in kept.files) or "—"),
                (self.tr("Chứng cứ đã lưu"), ", ".join(words.breakable(part.name) for part in kept.parts)),
            ],
            width=168,
        )
        told = [message(str(one.get("code")), one, shell.lang).sentence for one in kept.findings]
        if told:
            facts.add(self.tr("Kết quả kiểm tra"), "\n".join(f"– {one}" for one in told))
        else:
            facts.add(self.tr("Kết quả kiểm tra"), self.tr("chứng thư dùng được, không có cảnh báo"))
        self.body.addWidget(facts)
        self.out = Button(self.tr("&Xuất…"), "export")
        self.out.setAccessibleName(self.tr("Xuất chứng cứ chữ ký của {}").format(kept.signer))
        self.out.clicked.connect(self._choose_folder)
        self.away = Button(self.tr("Xó&a…"), "delete", danger=True)
        self.away.setAccessibleName(self.tr("Xóa chứng cứ chữ ký của {}").format(kept.signer))
        self.away.clicked.connect(self._ask)
        self.body.addWidget(row_of(self.out, self.away))
        self.question = QVBoxLayout()
        self.body.addLayout(self.question)

    def _choose_folder(self) -> None:
        dialog = QFileDialog(self, self.tr("Xuất chứng cứ vào thư mục"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.export_to(Path(name)))
        dialog.open()

    def export_to(self, folder: Path) -> None:
        """Write it out."""
        desk, kept = self.shell.desk, self.kept

        def work(progress: Progress) -> list[Path]:
            from desktop import filing

            return filing.export_evidence(desk, kept, folder)

        def done(written: list[Path]) -> None:
            self.shell.say(self.tr("Đã xuất {} tệp vào {}").format(len(written), written[0].parent))

        self.shell.jobs.run("work", work, done=done, failed=self.shell.trouble, owner=self)

    def _ask(self) -> None:
        empty(self.question)
        self.question.addWidget(
            Notice(
                self.tr(
                    "Xóa chứng cứ của lần ký này? Tệp đã ký vẫn còn, nhưng sẽ không còn bản lưu cho thấy chứng thư "
                    "đã được kiểm tra lúc ký. Không lấy lại được."
                ),
                "danger",
            )
        )
        self.sure = Button(self.tr("Xóa &hẳn"), "delete", danger=True)
        self.sure.clicked.connect(self.delete)
        keep = Button(self.tr("&Giữ lại"))
        keep.clicked.connect(lambda: empty(self.question))
        self.question.addWidget(row_of(keep, self.sure))
        keep.setFocus()

    def delete(self) -> None:
        """Delete it; the deletion is noted."""
        desk, kept = self.shell.desk, self.kept

        def work(progress: Progress) -> int:
            from desktop import filing

            return filing.delete_evidence(desk, kept)

        def done(count: int) -> None:
            self.shell.say(self.tr("Đã xóa {} tệp chứng cứ.").format(count))
            self._changed()

        self.shell.jobs.run("work", work, done=done, failed=self.shell.trouble, owner=self)
