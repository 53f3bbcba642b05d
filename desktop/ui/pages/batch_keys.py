"""The keys of a batch: each client's own, opened one after the other, and how many rows each will sign."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from desktop.filing import BatchRow, KeyRing, role_of
from desktop.ui.filling.key_chooser import KeyChooser
from desktop.ui.pages.signing.asker import Asker
from desktop.ui.parts import Button, Field, Text, empty, row_of
from desktop.ui.shell import Shell
from desktop.ui.theme import ROW, STEP

if TYPE_CHECKING:
    from desktop.filing.batch_signing import Signer
    from signing.certificate import Certificate


class BatchKeys(QWidget):
    """Opens keys and keeps them until the page is left."""

    changed = Signal()
    """Another key is here, or another role is chosen."""

    def __init__(self, shell: Shell, asker: Asker) -> None:
        super().__init__()
        self._asker = asker
        self._held: list[tuple[Certificate, Signer]] = []
        self._rows: list[BatchRow] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3 * STEP)
        self._shown = QVBoxLayout()
        self._shown.setSpacing(STEP)
        column.addLayout(self._shown)
        self.chooser = KeyChooser(shell)
        self.chooser.prompt, self.chooser.waiting = asker.service, asker.waiting
        self.chooser.unwanted = asker.gone
        self.chooser.chosen.connect(self._allow)
        column.addWidget(self.chooser)
        self.add = Button(self.tr("Dùng khóa nà&y"), "add")
        self.add.clicked.connect(self._add)
        column.addWidget(row_of(self.add))
        self.role = QComboBox()
        self.role.setMinimumHeight(ROW)
        for value, words in (
            ("self", self.tr("Tự nộp")),
            ("legal_representative", self.tr("Người đại diện theo pháp luật")),
            ("tax_agent", self.tr("Đại lý thuế")),
            ("on_behalf", self.tr("Nộp thay")),
        ):
            self.role.addItem(words, value)
        self.role.currentIndexChanged.connect(lambda _: self._show())
        column.addWidget(Field(self.tr("Với tư các&h"), self.role))
        self._allow()

    @property
    def ring(self) -> KeyRing | None:
        """Return the keys with the role in which they sign; None while there is none."""
        return KeyRing(tuple(self._held), role_of(str(self.role.currentData()))) if self._held else None

    def show_rows(self, rows: Iterable[BatchRow]) -> None:
        """Say for these rows, which are still to be signed, whose keys are here and whose are not."""
        self._rows = list(rows)
        self._show()

    def forget(self) -> None:
        """Let go of all keys."""
        self._held = []
        self.chooser.forget()
        self._show()

    def _add(self) -> None:
        key = self.chooser.key()
        if key is None:
            return
        certificate, signer = key.certificate, self.chooser.signer(self._asker.pin)
        self._held = [one for one in self._held if one[0].fingerprint != certificate.fingerprint]
        self._held.append((certificate, signer))
        self.chooser.forget()
        self._show()
        # The button that was pressed is of no use now: the keyboard must not wander off to the list of pages.
        self.role.setFocus()

    def _show(self) -> None:
        empty(self._shown)
        ring = self.ring
        if ring is not None:
            for certificate, signer in self._held:
                count = sum(ring.of(row.client) is signer for row in self._rows)
                owner = certificate.organization or certificate.common_name
                code = certificate.tax_code or certificate.personal_id or "—"
                self._shown.addWidget(Text(self.tr("{} · {}: {} dòng").format(owner, code, count), bold=True))
            missing = sorted({row.name for row in self._rows if ring.of(row.client) is None})
            if missing:
                told = self.tr("Chưa có khóa của {} khách hàng: {}. Các dòng ấy sẽ chờ, có thể làm tiếp sau.")
                names = ", ".join(missing[:5]) + (" …" if len(missing) > 5 else "")
                self._shown.addWidget(Text(told.format(len(missing), names), role="muted"))
        self._allow()
        self.changed.emit()

    def _allow(self) -> None:
        self.add.setEnabled(self.chooser.key() is not None)
