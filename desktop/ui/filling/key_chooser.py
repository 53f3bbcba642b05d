"""Choosing a key file: where it lies, its passphrase (never kept), and which of its certificates signs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFileDialog, QHBoxLayout, QLineEdit, QRadioButton, QVBoxLayout, QWidget

from desktop.messages import message
from desktop.ui.parts import Button, Card, Facts, Field, empty
from desktop.ui.theme import ROW, STEP

if TYPE_CHECKING:
    from desktop.ui.jobs import Progress
    from desktop.ui.shell import Shell
    from signing.certificate import Certificate
    from signing.pkcs12 import FileKey

KEY_LIMIT = 1 << 20
LAST_KEY = "sign.p12"
"""The setting that remembers where the key file lies; what is in it, and its passphrase, are never kept."""


class KeyChooser(QWidget):
    """A key file with its certificates."""

    chosen = Signal()
    """Another certificate is chosen, or none any more."""

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self.shell = shell
        self.found: Sequence[FileKey] = ()
        self.passphrase = QLineEdit()
        self.path = QLineEdit()
        self.path.setMinimumHeight(ROW)
        self.path.setPlaceholderText(self.tr("Tệp .p12 hoặc .pfx"))
        self.path.returnPressed.connect(lambda: self.passphrase.setFocus())
        choose = Button(self.tr("&Chọn tệp…"), "key")
        choose.setAccessibleName(self.tr("Chọn tệp khóa"))
        choose.clicked.connect(self._choose)
        self.passphrase.setMinimumHeight(ROW)
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self.passphrase.returnPressed.connect(self.open_key)
        self.open_button = Button(self.tr("&Mở khóa"), "lock")
        self.open_button.clicked.connect(self.open_key)
        self.certificates = QVBoxLayout()
        self.certificates.setSpacing(2 * STEP)
        self.choices = QButtonGroup(self)
        self.choices.idToggled.connect(lambda _, on: self.chosen.emit() if on else None)
        remembered = self.tr("Khóa phần mềm (tệp). Chương trình chỉ nhớ tệp nằm ở đâu.")
        self.path_field = Field(self.tr("Tệp &khóa"), self.path, remembered)
        once = self.tr("Dùng một lần để mở khóa, không bao giờ được lưu.")
        self.passphrase_field = Field(self.tr("Mật kh&ẩu của tệp khóa"), self.passphrase, once)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(3 * STEP)
        for field, button in ((self.path_field, choose), (self.passphrase_field, self.open_button)):
            line = QHBoxLayout()
            line.addWidget(field, 1)
            column = QVBoxLayout()
            column.addSpacing(field.label.sizeHint().height() + STEP)
            column.addWidget(button)
            column.addStretch(1)
            line.addLayout(column)
            whole.addLayout(line)
        whole.addLayout(self.certificates)

    def begin(self, path: str) -> None:
        """Begin with the file that was used last, or with none."""
        self.path.setText(path)
        (self.passphrase if path else self.path).setFocus()

    def forget(self) -> None:
        """Let go of keys and passphrase."""
        self.found = ()
        self.passphrase.clear()
        for button in self.choices.buttons():
            self.choices.removeButton(button)
        empty(self.certificates)

    def _choose(self) -> None:
        dialog = QFileDialog(self, self.tr("Chọn tệp khóa"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([self.tr("Tệp khóa PKCS#12 (*.p12 *.pfx)"), self.tr("Mọi tệp (*)")])
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._picked)
        dialog.open()

    def _picked(self, name: str) -> None:
        self.path.setText(name)
        self.passphrase.setFocus()

    def open_key(self) -> None:
        """Open the key file with the passphrase, which leaves its field at once."""
        path, secret = Path(self.path.text().strip()), self.passphrase.text()
        self.path_field.trouble("")
        self.passphrase_field.trouble("")
        if not self.path.text().strip():
            self.path_field.trouble(self.tr("Hãy chọn tệp khóa trước."))
            self.path.setFocus()
            return
        self.passphrase.clear()
        self.open_button.setEnabled(False)
        workspace = self.shell.desk.workspace

        def work(progress: Progress) -> list[FileKey]:
            from signing.pkcs12 import load

            with path.open("rb") as file:
                keys = list(load(file.read(KEY_LIMIT), secret))
            workspace.settings.set(LAST_KEY, str(path))
            return keys

        def done(keys: list[FileKey]) -> None:
            self.open_button.setEnabled(True)
            self.found = keys
            self._show_keys()

        def failed(error: Exception) -> None:
            self.open_button.setEnabled(True)
            self.found = ()
            self._show_keys()
            if isinstance(error, OSError):
                self.path_field.trouble(self.tr("Không đọc được tệp này. Hãy kiểm tra đường dẫn rồi thử lại."))
                self.path.setFocus()
                return
            told = message(error, lang=self.shell.lang).text
            wrong = getattr(error, "code", "") == "WRONG_PASSPHRASE_OR_DAMAGED"
            (self.passphrase_field if wrong else self.path_field).trouble(told)
            (self.passphrase if wrong else self.path).setFocus()

        self.shell.jobs.run("device", work, done=done, failed=failed, owner=self)

    def _show_keys(self) -> None:
        for button in self.choices.buttons():
            self.choices.removeButton(button)
        empty(self.certificates)
        for number, key in enumerate(self.found):
            self.certificates.addWidget(self._card(number, key.certificate))
        first = self.choices.button(0)
        if first is not None:
            first.setChecked(True)
            first.setFocus()
        self.chosen.emit()

    def _card(self, number: int, certificate: Certificate) -> Card:
        card = Card()
        owner = certificate.organization or certificate.common_name
        choice = QRadioButton(certificate.common_name)
        choice.setMinimumHeight(28)
        choice.setAccessibleName(self.tr("Chứng thư của {}").format(owner))
        self.choices.addButton(choice, number)
        card.body.addWidget(choice)
        code = certificate.tax_code or certificate.personal_id or "—"
        until = certificate.valid_to.astimezone(self.shell.desk.now().tzinfo).strftime("%d/%m/%Y")
        label = self.tr("Mã số thuế") if certificate.tax_code else self.tr("Số định danh")
        card.body.addWidget(
            Facts(
                [
                    (label, code),
                    (self.tr("Do ai cấp"), certificate.issuer),
                    (self.tr("Có giá trị đến"), until),
                    (self.tr("Nơi giữ khóa"), self.tr("khóa phần mềm (tệp)")),
                ],
                width=132,
            )
        )
        return card

    def key(self) -> FileKey | None:
        """Return the key that is chosen."""
        number = self.choices.checkedId()
        return self.found[number] if 0 <= number < len(self.found) else None
