"""The PIN of a token: asked once for everything that is to be signed, with the token's own warning beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.messages import Language, message
from desktop.ui.parts import Button, Field, Notice, Text, fit
from desktop.ui.theme import MARGIN, ROW, STEP, Size

if TYPE_CHECKING:
    from signing.token import Pin, Token


class PinDialog(QDialog):
    """One question that cannot wait; Esc is no.

    The PIN leaves its field as soon as it is given away. Where one try is left it is taken only after a tick: a person
    decides to spend it, never the program.
    """

    def __init__(
        self, parent: QWidget, token: Token, owner: str, what: str, lang: Language, settle: Callable[[Pin | None], None]
    ) -> None:
        super().__init__(parent)
        self._settle: Callable[[Pin | None], None] | None = settle
        self._pad = token.pin_pad
        self._final = token.warning == "PIN_FINAL_TRY"
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self.setWindowTitle(self.tr("Mã PIN của USB token"))
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.setSpacing(3 * STEP)
        column.addWidget(Text(owner, Size.LEAD, bold=True))
        label = token.label or token.model
        column.addWidget(Text(self.tr("USB token “{}”, số sê-ri {}").format(label, token.serial), role="muted"))
        column.addWidget(Text(what))
        self.warning: Notice | None = None
        if token.warning is not None:
            words = message(token.warning, {"token": label}, lang).text
            self.warning = Notice(words, "danger" if self._final else "warning")
            column.addWidget(self.warning)
        self.pin = QLineEdit()
        self.pin.setMinimumHeight(ROW)
        self.pin.setEchoMode(QLineEdit.EchoMode.Password)
        self.pin.setInputMethodHints(
            Qt.InputMethodHint.ImhHiddenText
            | Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhNoPredictiveText
        )
        self.pin.textChanged.connect(lambda _: self._allow())
        once = self.tr("Gửi đến token này một lần cho cả loạt; không lưu, không tự thử lại.")
        self.field = Field(self.tr("Mã &PIN"), self.pin, once)
        if self._pad:
            self.field.hide()
            column.addWidget(Text(self.tr("Token này có bàn phím riêng: bấm Bắt đầu rồi nhập mã PIN trên token.")))
        column.addWidget(self.field)
        sure = self.tr("Tôi chắc mã PIN này đúng và chấp nhận: nếu sai, token sẽ bị &khóa")
        self.consent = QCheckBox(sure.replace(": ", ":\n", 1))  # a box to tick does not wrap by itself
        self.consent.setMinimumHeight(28)
        self.consent.setVisible(self._final)
        self.consent.toggled.connect(lambda _: self._allow())
        column.addWidget(self.consent)
        row = QHBoxLayout()
        row.addStretch(1)
        self.away = Button(self.tr("&Không ký"))
        self.away.clicked.connect(self.reject)
        self.give = Button(
            self.tr("&Bắt đầu") if self._pad else self.tr("Gửi mã PIN và &ký"), "signature", primary=True
        )
        self.give.setDefault(True)
        self.give.clicked.connect(self.accept)
        row.addWidget(self.away)
        row.addWidget(self.give)
        column.addLayout(row)
        self._allow()
        fit(self)
        if not self._pad:
            self.pin.setFocus()

    def _allow(self) -> None:
        self.give.setEnabled((self._pad or bool(self.pin.text())) and (not self._final or self.consent.isChecked()))

    def accept(self) -> None:
        """Give the PIN away."""
        from signing.token import Pin

        if not self.give.isEnabled():
            return
        text = "" if self._pad else self.pin.text()
        self.pin.clear()
        self._answer(Pin(text, self._final and self.consent.isChecked()))
        super().accept()

    def reject(self) -> None:
        """Say no: nothing is sent."""
        self.pin.clear()
        self._answer(None)
        super().reject()

    def _answer(self, pin: Pin | None) -> None:
        settle, self._settle = self._settle, None
        if settle is not None:
            settle(pin)
