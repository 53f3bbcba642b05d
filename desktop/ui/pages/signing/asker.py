"""What signing asks on its way, put from the thread that signs to the page, and answered there by a person."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.messages import message
from desktop.ui.asking import Questions
from desktop.ui.shell import Shell

if TYPE_CHECKING:
    from desktop.filing.batch_signing import Choice, Interruption
    from desktop.ui.jobs import Progress
    from desktop.ui.pages.signing.stopped import Stopped
    from signing.remote import Question, Waiting
    from signing.token import Pin, Token


class Asker(Questions):
    """The questions of a page that signs; `place` shows a card on it, or takes it away.

    Its methods are called from the thread that signs, and answer there.
    """

    waits = Signal(str)
    """A word about what is waited for: a PIN on the token's own keys, a confirmation on the phone."""

    def __init__(
        self, page: QWidget, shell: Shell, place: Callable[[Stopped | None], None], *, unit: str, several: bool = False
    ) -> None:
        super().__init__(page)
        self._page, self._shell, self._place = page, shell, place
        self._unit, self._several = unit, several
        self.owner = ""
        self.what = ""
        """Whose key is used, and for what: said beside the PIN; set before the work begins."""
        self.progress: Progress | None = None

    def gone(self) -> bool:
        """Say whether the work is not wanted any more."""
        return self.progress is not None and self.progress.cancelled()

    def pin(self, token: Token) -> Pin | None:
        """Ask for the PIN of a token."""

        def show(settle: Callable[[Pin | None], None]) -> None:
            from desktop.ui.pages.signing.pin import PinDialog

            def answered(pin: Pin | None) -> None:
                if pin is not None and token.pin_pad:
                    self.waits.emit(self.tr("Nhập mã PIN trên bàn phím của token; muốn thôi thì bấm hủy trên token."))
                settle(pin)

            dialog = PinDialog(self._page, token, self.owner or token.label, self.what, self._shell.lang, answered)
            self.withdrawn.connect(dialog.reject)
            dialog.open()

        return self.put(show, self.gone)

    def service(self, question: Question) -> str | None:
        """Ask what a remote service wants to know."""

        def show(settle: Callable[[str | None], None]) -> None:
            from desktop.ui.pages.signing.remote import QuestionDialog

            dialog = QuestionDialog(self._page, question, settle)
            self.withdrawn.connect(dialog.reject)
            dialog.open()

        return self.put(show, self.gone)

    def waiting(self, waiting: Waiting) -> None:
        """Say how long the phone may still confirm."""
        minutes, seconds = divmod(waiting.seconds_left, 60)
        words = self.tr("Xác nhận trên điện thoại ({}): còn {}").format(waiting.service, f"{minutes}:{seconds:02}")
        if waiting.codes:
            words += self.tr(" · mã đối chiếu {}").format(", ".join(waiting.codes))
        self.waits.emit(words)

    def choose(self, stop: Interruption) -> Choice:
        """Ask what to do about a token that cannot go on."""
        if stop.hopeless or self.gone():
            return "skip"

        def show(settle: Callable[[Choice], None]) -> None:
            from desktop.ui.pages.signing.stopped import Stopped

            def decided(choice: Choice) -> None:
                self._place(None)
                settle(choice)

            card = Stopped(stop, self._shell.lang, decided, several=self._several, unit=self._unit)
            self._place(card)
            card.again.setFocus()
            self._shell.say(message(stop.error, lang=self._shell.lang).sentence, "warning")

        return self.put(show, self.gone) or "stop"
