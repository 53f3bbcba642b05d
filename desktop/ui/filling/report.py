"""What the pre-flight found in a dossier, each finding a way to its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.ui.parts import Button, Chip, ClickRow, Scroll, Text
from desktop.ui.theme import STEP, Size

if TYPE_CHECKING:
    from desktop.filing import DossierView, Preflight
    from desktop.ui.jobs import Progress
    from desktop.ui.shell import Shell


class ReportPane(Scroll):
    """The findings, errors first."""

    opened = Signal(str, str)
    """A component, and a path in its form (or nothing)."""
    sign_asked = Signal()

    def __init__(self, shell: Shell) -> None:
        super().__init__(margin=5 * STEP, spacing=2 * STEP)
        self.shell = shell
        self._view: DossierView | None = None

    def look(self, view: DossierView) -> None:
        """Look over a dossier and show what was found."""
        desk = self.shell.desk
        self._view = view
        self.clear()
        self.column.addWidget(Text(self.tr("Đang kiểm tra…"), role="muted"))

        def work(progress: Progress) -> Preflight:
            from desktop import filing

            return filing.preflight(desk, view.id)

        def done(found: Preflight) -> None:
            if self._view is view:
                self._fill(view, found)

        self.shell.jobs.run("work", work, done=done, failed=self.shell.trouble, owner=self)

    def _fill(self, view: DossierView, found: Preflight) -> None:
        self.clear()
        ready, not_ready = self.tr("Sẵn sàng để ký"), self.tr("Chưa sẵn sàng")
        self.column.addWidget(Chip(ready, "success") if found.ok else Chip(not_ready, "danger"))
        self.column.addWidget(Text(found.summary(self.shell.lang), Size.LEAD))
        names = {part.id: part.name for part in view.components}
        first: QWidget | None = None
        for finding in found.findings:
            words = finding.words(self.shell.lang)
            error = finding.severity == "error"
            severity = self.tr("Lỗi") if error else self.tr("Cảnh báo")
            row = ClickRow(f"{severity}: {words}")
            row.row.addWidget(Chip(severity, "danger" if error else "warning"), 0, Qt.AlignmentFlag.AlignTop)
            column = QVBoxLayout()
            column.setSpacing(0)
            column.addWidget(Text(words))
            component, path = finding.component or "", finding.path or ""
            if component:
                column.addWidget(Text(names.get(component, component), Size.SMALL, role="muted"))
                row.opened.connect(lambda component=component, path=path: self.opened.emit(component, path))
            row.row.addLayout(column, 1)
            self.column.addWidget(row)
            first = first or row
        if found.ok and view.state == "PREPARED":
            button = Button(self.tr("&Ký hồ sơ"), "signature", primary=True)
            button.clicked.connect(lambda: self.sign_asked.emit())
            self.column.addWidget(button)
            first = button
        self.column.addStretch(1)
        if first is not None and self.isVisible():
            first.setFocus()
