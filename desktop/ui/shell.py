"""What a page may ask of the window around it, and the page's own face."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from desktop.app import App
    from desktop.filing import Desk
    from desktop.messages import Language
    from desktop.store.records import Client
    from desktop.ui.jobs import Jobs


class Bell(QObject):
    """What pages listen to."""

    client_changed = Signal()
    """Another client is acted for."""
    data_changed = Signal(str)
    """Something was saved: client, form, dossier, outbox, status, trust, catalogue."""
    counted = Signal(int)
    """The page of today has looked: how many things there are to do."""


class Shell(Protocol):
    """The window, as a page sees it."""

    app: App
    bell: Bell
    client: Client | None

    @property
    def jobs(self) -> Jobs:
        """Return the lanes for work off the window's thread."""
        ...

    @property
    def desk(self) -> Desk:
        """Return what the use cases work on."""
        ...

    @property
    def lang(self) -> Language:
        """Return the language on the screen."""
        ...

    def go(self, page: str, **facts: Any) -> None:
        """Open a page: home, dossiers, procedures, clients, signatures, outbox, procedure, dossier, sign, review, …"""

    def back(self) -> None:
        """Go back to where one came from."""

    def choose_client(self, tax_code: str | None) -> None:
        """Act for another client."""

    def say(self, text: str, tone: str = "plain", *, lasts: bool = False) -> None:
        """Say something in the status line; it goes when another page is entered.

        With `lasts` it stays until something else is said or goes wrong: what is under way on every page.
        """

    def trouble(self, error: BaseException) -> None:
        """Show what went wrong, in words, above the page; it stays until it is put away."""


class Page(QWidget):
    """A page of the window."""

    title: str = ""

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self.shell = shell

    def enter(self, **facts: Any) -> None:
        """Be shown, with the facts that `go` was given."""

    def leave(self) -> bool:
        """Save what must be saved; False keeps the page (and the page has said why)."""
        return True
