"""The way that is always open: a person files on the portal's page, led by us, and enters the code that it gave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from desktop.portal.connection import loopback
from desktop.portal.contract import (
    Abilities,
    DossierAtPortal,
    Follower,
    KeyState,
    Outcome,
    Progress,
    Submission,
)
from desktop.portal.errors import FiledByHand, PortalAddressForbidden
from desktop.portal.limited import Limited


def offered(*, followed: bool) -> Abilities:
    """Return what a hand-over can do: nothing but, where another portal can be asked for its codes, tracking."""
    return Abilities(track=followed)


def page_address(url: str, *, practice: bool) -> str:
    """Return the address of a page that a browser may be sent to; raise PortalAddressForbidden.

    https only; plain http only to loopback and only in practice. No user; nothing that a shell or a browser could take
    for something else than an address.
    """
    text = url.strip()
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise PortalAddressForbidden(url[:200]) from error
    allowed = parts.scheme == "https" or (parts.scheme == "http" and practice and loopback(parts.hostname))
    odd = parts.username or parts.password or port == 0 or len(text) > 1000
    if not allowed or not parts.hostname or odd or any(c <= " " or c in "\\\"'<>`" for c in text):
        raise PortalAddressForbidden(url[:200])
    return text


@dataclass
class HandOver(Limited):
    """A portal without any interface for programs."""

    url: str
    page: str
    """Where a person files."""
    follower: Follower | None = None
    """Another portal that knows the codes of this one."""

    @property
    def abilities(self) -> Abilities:
        """Return what can be done here without a person."""
        return offered(followed=self.follower is not None)

    @property
    def host(self) -> str:
        """Return the name of the page's host."""
        return urlsplit(self.url).netloc

    @property
    def peer(self) -> Mapping[str, str]:
        """Return whom the person is sent to; nobody was called."""
        return {"host": self.host}

    def settles(self, key: str) -> bool:
        """Return False: only the person knows what became of it."""
        return False

    def submit(self, submission: Submission, progress: Progress | None = None) -> Outcome:
        """Refuse: nothing leaves by itself."""
        raise FiledByHand(self.host, self.page)

    def ask(self, key: str) -> KeyState:
        """Refuse: only the person knows."""
        raise FiledByHand(self.host, self.page)

    def conclude(self, submission: Submission, state: KeyState) -> Outcome | None:
        """Refuse: only the person knows."""
        raise FiledByHand(self.host, self.page)

    def log_in_again(self) -> bool:
        """Return False: the person logs in on the page."""
        return False

    def look(self, code: str) -> DossierAtPortal:
        """Ask the portal that knows the codes of this one."""
        return self.follower.look(code) if self.follower is not None else super().look(code)
