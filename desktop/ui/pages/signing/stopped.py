"""What stands on the page while a batch waits for a person: whose token to plug in, and what waits for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from desktop.messages import Language, message
from desktop.ui.parts import Button, Card, Text, row_of
from desktop.ui.theme import Size

if TYPE_CHECKING:
    from desktop.filing.batch_signing import Choice, Interruption


class Stopped(Card):
    """The reason in its own words, and the choices: go on, skip this token, stop."""

    def __init__(
        self, stop: Interruption, lang: Language, settle: Callable[[Choice], None], *, several: bool, unit: str
    ) -> None:
        from desktop.filing.batch_signing import PUT_BACK

        super().__init__(tone="warning")
        told = message(stop.error, lang=lang)
        owner = stop.owner or stop.serial
        if stop.code in PUT_BACK:
            head = self.tr("Cắm token của {} (còn {} {})").format(owner, stop.left, unit)
        elif stop.code == "PIN_NEEDED":
            head = self.tr("Token của {} chưa nhận được mã PIN (còn {} {})").format(owner, stop.left, unit)
        else:
            head = self.tr("{} – token của {} (còn {} {})").format(told.heading, owner, stop.left, unit)
        self.body.addWidget(Text(head, Size.LEAD, bold=True))
        self.body.addWidget(Text(told.text))
        if stop.done:
            self.body.addWidget(Text(self.tr("Đã ký {} {}; phần đã ký được giữ lại.").format(stop.done, unit)))
        again = self.tr("&Tiếp tục") if stop.code in PUT_BACK else self.tr("&Thử lại")
        if stop.code in ("PIN_INCORRECT", "PIN_NEEDED", "PIN_LENGTH", "PIN_UNUSABLE", "PIN_FINAL_TRY"):
            again = self.tr("&Nhập mã PIN")
        self.again = Button(again, primary=True)
        self.skip = Button(self.tr("&Bỏ qua token này"))
        self.stop = Button(self.tr("&Dừng"))
        for button, choice in ((self.again, "again"), (self.skip, "skip"), (self.stop, "stop")):
            button.clicked.connect(lambda *_, chosen=choice: settle(chosen))
        places: list[QWidget] = [self.again, *([self.skip] if several else []), self.stop]
        self.body.addWidget(row_of(*places))
        self.setAccessibleName(f"{head}. {told.text}")
