"""After a hand-over: where the files lie, and the field for the code that the portal gives."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QLineEdit

from desktop.ui.parts import Button, Card, Field, Text, row_of
from desktop.ui.theme import Size

if TYPE_CHECKING:
    from desktop.filing import ExportedFile, HandedOver
    from desktop.ui.jobs import Progress
    from desktop.ui.shell import Shell


def written(folder: Path, name: str, files: Sequence[ExportedFile]) -> Path:
    """Write files into a new folder inside one that was chosen; nothing that is there is overwritten."""
    target = folder / f"ho-so-{name}"
    number = 2
    while target.exists():
        target = folder / f"ho-so-{name}-{number}"
        number += 1
    target.mkdir()
    for file in files:
        (target / file.name).write_bytes(file.data)
    return target


class CodeCard(Card):
    """Say what lies where, and take the code."""

    def __init__(self, shell: Shell, dossier: str, made: HandedOver, target: Path) -> None:
        super().__init__()
        self.shell, self._dossier = shell, dossier
        self.body.addWidget(Text(self.tr("Nộp trên trang của cổng, rồi nhập mã hồ sơ"), Size.LEAD, bold=True))
        told = self.tr("Các tệp nằm trong {}. Làm theo phiếu {}; trang {} đã mở trong trình duyệt.")
        self.body.addWidget(Text(told.format(target, made.sheet, made.page)))
        self.code = QLineEdit()
        self.code.setMaxLength(60)
        field = Field(self.tr("&Mã hồ sơ cổng cấp"), self.code)
        field.setMaximumWidth(400)
        self.body.addWidget(field)
        self.keep = Button(self.tr("&Lưu mã hồ sơ"), "check", primary=True)
        self.keep.setEnabled(False)
        self.code.textChanged.connect(lambda text: self.keep.setEnabled(bool(text.strip())))
        self.keep.clicked.connect(self.enter)
        self.code.returnPressed.connect(self.enter)
        self.body.addWidget(row_of(self.keep))

    def enter(self) -> None:
        """Keep the code that the portal gave, and go on to following it."""
        desk, name, code = self.shell.desk, self._dossier, self.code.text().strip()
        if not code:
            return

        def work(progress: Progress) -> Any:
            from desktop import filing

            return filing.enter_code(desk, name, code)

        def done(findings: Sequence[Any]) -> None:
            self.shell.bell.data_changed.emit("status")
            self.shell.go("follow", dossier=name)
            if findings:
                self.shell.say(findings[0].words(self.shell.lang), "warning")

        self.shell.jobs.run("work", work, done=done, failed=self.shell.trouble, owner=self)
