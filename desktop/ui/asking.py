"""Questions that work off the window's thread puts to a person, each with its own answer to wait for.

The asking thread waits; the window never does. A question that nobody will answer any more (the page is left, the
program ends) is answered with None, so that nothing waits for ever.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

T = TypeVar("T")
Show = Callable[[Callable[[T], None]], None]


class Questions(QObject):
    """The questions of one page."""

    withdrawn = Signal()
    """What was asked is not wanted any more: put it away."""
    _asked = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._open: set[Future[object]] = set()
        self._asked.connect(self._show, Qt.ConnectionType.QueuedConnection)

    def put(self, show: Show[T], gone: Callable[[], bool]) -> T | None:
        """Have `show` called in the window's thread with what takes the answer, and wait for it.

        Call it from a thread of work. None when the question was withdrawn, or `gone` says that the work is not wanted.
        """
        waiting: Future[object] = Future()
        self._open.add(waiting)
        self._asked.emit((show, waiting))
        try:
            while True:
                try:
                    return waiting.result(0.1)  # type: ignore[return-value]  # what `show` gives to `settle` below
                except NotYet:
                    if gone():
                        return None
        finally:
            self._open.discard(waiting)

    @Slot(object)
    def _show(self, question: tuple[Show[object], Future[object]]) -> None:
        show, waiting = question
        if waiting.done():
            return

        def settle(answer: object) -> None:
            if not waiting.done():
                waiting.set_result(answer)

        show(settle)

    def withdraw(self) -> None:
        """Answer whatever is open with None."""
        for waiting in list(self._open):
            if not waiting.done():
                waiting.set_result(None)
        self.withdrawn.emit()
