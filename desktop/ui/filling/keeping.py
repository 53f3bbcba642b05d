"""Saving a form by itself: a moment after each change, at once when one leaves, never an older state over a newer."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.ui.filling.document import FormDocument, Snapshot

if TYPE_CHECKING:
    from desktop.ui.jobs import Progress
    from desktop.ui.shell import Shell
    from forms.form import Form

PAUSE = 700
"""Milliseconds without a change after which a form is saved."""


class Keeper(QObject):
    """Keep one form in the workspace as it is being filled."""

    saved = Signal()
    failed = Signal(object)

    def __init__(self, shell: Shell, form_id: str, document: FormDocument) -> None:
        super().__init__(document)
        self.shell, self.form_id, self.document = shell, form_id, document
        self._lock = threading.Lock()
        self._written = document.revision
        """The newest state that is in the workspace; guarded by the lock."""
        self._saving = False
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE)
        self._pause.timeout.connect(self._save)
        document.changed.connect(lambda _: self._pause.start())

    @property
    def clean(self) -> bool:
        """Say whether everything is saved."""
        return self._written >= self.document.revision

    def flush(self) -> bool:
        """Save now, and wait for the few milliseconds that it takes; say whether it is saved."""
        self._pause.stop()
        if self.clean:
            return True
        from desktop.errors import DesktopError

        try:
            self._write(self.document.revision, self.document.snapshot())
        except DesktopError as error:
            self.failed.emit(error)
            return False
        self.saved.emit()
        return True

    def _write(self, revision: int, snapshot: Snapshot) -> None:
        from desktop import filing

        with self._lock:
            if revision > self._written:
                # A snapshot has what saving reads of a form, its values and what was typed, and does not change.
                filing.save_form(self.shell.desk, self.form_id, cast("Form", snapshot))
                self._written = revision

    def _save(self) -> None:
        if self.clean:
            return
        if self._saving:
            self._pause.start()
            return
        revision, snapshot = self.document.revision, self.document.snapshot()
        self._saving = True
        self.shell.say(self.tr("Đang lưu…"))

        def work(progress: Progress) -> None:
            self._write(revision, snapshot)

        def done(_: None) -> None:
            self._saving = False
            self.saved.emit()

        def failed(error: Exception) -> None:
            self._saving = False
            self.failed.emit(error)

        self.shell.jobs.run("work", work, done=done, failed=failed, owner=self)
