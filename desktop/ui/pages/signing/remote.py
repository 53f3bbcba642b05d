"""What a remote signing service asks of the person: a PIN, a one-time code, or an answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.ui.parts import Button, Field, Text, fit
from desktop.ui.theme import MARGIN, ROW, STEP, Size

if TYPE_CHECKING:
    from signing.remote import Question


class QuestionDialog(QDialog):
    """One question of the service; Esc is no, and nothing is signed."""

    def __init__(self, parent: QWidget, question: Question, settle: Callable[[str | None], None]) -> None:
        super().__init__(parent)
        self._settle: Callable[[str | None], None] | None = settle
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self.setWindowTitle(self.tr("Ký số từ xa"))
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.setSpacing(3 * STEP)
        column.addWidget(Text(self.tr("Dịch vụ {} cần bạn xác nhận").format(question.service), Size.LEAD, bold=True))
        if question.text:
            column.addWidget(Text(question.text))
        names = {"pin": self.tr("&Mã PIN ký số"), "otp": self.tr("&Mã OTP"), "answer": self.tr("&Trả lời")}
        self.field = QLineEdit()
        self.field.setMinimumHeight(ROW)
        if question.kind == "pin":
            self.field.setEchoMode(QLineEdit.EchoMode.Password)
        hints = Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText
        self.field.setInputMethodHints(hints | Qt.InputMethodHint.ImhPreferNumbers if question.digits else hints)
        once = self.tr("Chỉ gửi đến dịch vụ này, không lưu lại.")
        column.addWidget(Field(names[question.kind], self.field, question.label or once))
        row = QHBoxLayout()
        row.addStretch(1)
        self.away = Button(self.tr("&Không ký"))
        self.away.clicked.connect(self.reject)
        self.give = Button(self.tr("Gửi và &ký"), "signature", primary=True)
        self.give.setDefault(True)
        self.field.textChanged.connect(lambda text: self.give.setEnabled(bool(text)))
        self.give.setEnabled(False)
        self.give.clicked.connect(self.accept)
        row.addWidget(self.away)
        row.addWidget(self.give)
        column.addLayout(row)
        fit(self, 480)
        self.field.setFocus()

    def accept(self) -> None:
        """Give the answer away."""
        if not self.give.isEnabled():
            return
        text = self.field.text()
        self.field.clear()
        self._answer(text)
        super().accept()

    def reject(self) -> None:
        """Say no."""
        self.field.clear()
        self._answer(None)
        super().reject()

    def _answer(self, text: str | None) -> None:
        settle, self._settle = self._settle, None
        if settle is not None:
            settle(text)
