"""Files of an agency's messages in the window: fetched on demand, told how far, stopped, saved, then opened."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QProgressBar, QVBoxLayout, QWidget

from desktop import filing
from desktop.ui import words
from desktop.ui.filling.sizes import size_words
from desktop.ui.jobs import Progress
from desktop.ui.parts import Button, Chip, Text, row_of
from desktop.ui.shell import Page, Shell
from desktop.ui.theme import STEP, Size

Key = tuple[str, str, str]
"""Dossier, message, file."""


@dataclass
class _Running:
    """A file that is on its way; it outlives the row that shows it."""

    progress: Progress
    share: int = 0
    bar: QProgressBar | None = None


@dataclass
class LetterFiles:
    """What a page shows of the files of messages, and what it does with them."""

    page: Page
    shell: Shell
    _running: dict[Key, _Running] = field(default_factory=dict)
    _saved: dict[Key, Path] = field(default_factory=dict)

    def begin(self) -> None:
        """Forget the rows: the page is about to show others."""
        for one in self._running.values():
            one.bar = None

    def rows(self, mail: filing.Mail) -> QWidget | None:
        """Return what stands under a letter; None where it has no files."""
        if not mail.files:
            return None
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(0, STEP, 0, 0)
        column.setSpacing(STEP)
        for file in mail.files:
            column.addWidget(self._row(mail, file))
        return made

    def _row(self, mail: filing.Mail, file: filing.MailFile) -> QWidget:
        key = (mail.dossier, mail.letter, file.id)
        name = Text(file.name, bold=True)
        size = Text(size_words(file.size, self.shell.lang), Size.SMALL, role="muted")
        size.setWordWrap(False)
        parts: list[QWidget] = [name, size]
        if file.odd:
            parts.append(Chip(words.tr("Tên đáng ngờ"), "danger", symbol="error"))
        running = self._running.get(key)
        if running is not None:
            bar = QProgressBar()
            bar.setRange(0, 100)
            bar.setTextVisible(False)
            bar.setValue(running.share)
            bar.setMaximumWidth(160)
            bar.setAccessibleName(words.tr("Đang tải {}").format(file.name))
            running.bar = bar
            stop = Button(words.tr("Dừng tải"), "remove")
            stop.clicked.connect(running.progress.cancel)
            parts += [bar, self._named(stop, file)]
        elif not file.here:
            fetch = Button(words.tr("Tải về"), "import")
            fetch.clicked.connect(lambda: self.fetch(mail, file))
            parts.append(self._named(fetch, file))
        else:
            save = Button(words.tr("Lưu tệp…"), "export")
            save.clicked.connect(lambda: self._choose(mail, file))
            parts.append(self._named(save, file))
            place = self._saved.get(key)
            if place is not None and not file.odd:
                look = Button(words.tr("Mở tệp đã lưu"), "eye")
                look.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(place))))
                parts.append(self._named(look, file))
        return row_of(*parts, spacing=3 * STEP)

    def _named(self, button: Button, file: filing.MailFile) -> Button:
        button.setAccessibleName(f"{button.text()} {file.name}")
        return button

    # --- doing --------------------------------------------------------------------------------------

    def fetch(self, mail: filing.Mail, file: filing.MailFile) -> None:
        """Fetch a file; what comes of it is shown wherever the page then is."""
        key = (mail.dossier, mail.letter, file.id)
        desk = self.shell.desk

        def work(progress: Progress) -> Any:
            return filing.fetch_mail_file(desk, *key, progress=progress)

        def told(done: int, total: int) -> None:
            running = self._running.get(key)
            if running is not None:
                running.share = min(100, done * 100 // max(total, 1))
                if running.bar is not None:
                    running.bar.setValue(running.share)

        def end(said: str) -> None:
            self._running.pop(key, None)
            self.shell.say(said)
            self.shell.bell.data_changed.emit("status")

        def failed(error: Exception) -> None:
            if getattr(error, "code", "") == "TRANSFER_CANCELLED":
                end(words.tr("Đã dừng tải; không giữ lại phần nào."))
                return
            end("")
            self.shell.trouble(error)

        if key in self._running:
            return
        self._running[key] = _Running(
            self.shell.jobs.run(
                "network", work, progress=told, failed=failed, owner=self.page,
                done=lambda fetched: end(words.tr("Đã tải {}; tệp đúng như cơ quan đã báo.").format(file.name)),
            )
        )  # fmt: skip
        self.shell.bell.data_changed.emit("status")

    def _choose(self, mail: filing.Mail, file: filing.MailFile) -> None:
        name, _ = QFileDialog.getSaveFileName(self.page, words.tr("Lưu tệp kèm thư"), file.name)
        if name:
            self.save(mail, file, Path(name))

    def save(self, mail: filing.Mail, file: filing.MailFile, target: Path) -> None:
        """Write a file that has been fetched, byte for byte."""
        desk = self.shell.desk

        def work(progress: Progress) -> None:
            filing.save_mail_file(desk, file, target)

        def done(nothing: None) -> None:
            self._saved[(mail.dossier, mail.letter, file.id)] = target
            self.shell.say(words.tr("Đã lưu tệp vào {}").format(target))
            self.shell.bell.data_changed.emit("status")

        self.shell.jobs.run("work", work, done=done, failed=self._not_saved, owner=self.page)

    def _not_saved(self, error: Exception) -> None:
        if isinstance(error, OSError):
            said = words.tr("Không ghi được tệp: {}. Chọn thư mục khác.").format(error.strerror or "")
            self.shell.say(said, "danger")
        else:
            self.shell.trouble(error)
