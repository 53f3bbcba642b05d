"""What every use case needs: the workspace, the catalogue, the workers, the clock.

Parts are made when they are first asked for, so that a command that needs no client data opens no workspace.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from desktop.portal.catalogue import Catalogue
    from desktop.store import Workspace
    from desktop.workers import Workers
    from forms.form import Form
    from forms.template import Library
    from signing.certificate import Role

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
Act = Literal["print", "sign", "xml", "submit"]


@dataclass
class Desk:
    """The wired parts of the program, as the use cases see them."""

    home: Path
    practice: bool
    open_workers: Callable[[], Workers]
    open_workspace: Callable[[], Workspace]
    open_catalogue: Callable[[], Catalogue]
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(ZONE))

    @cached_property
    def workers(self) -> Workers:
        """Return the worker processes; they start when first used."""
        return self.open_workers()

    @cached_property
    def workspace(self) -> Workspace:
        """Return the open workspace, made on first use."""
        return self.open_workspace()

    @cached_property
    def catalogue(self) -> Catalogue:
        """Return procedures and templates, verified again."""
        return self.open_catalogue()

    @property
    def library(self) -> Library:
        """Return the templates: those brought along, and newer verified ones."""
        return self.catalogue.library

    def now(self) -> datetime:
        """Return the time in Việt Nam, to the second."""
        return self.clock().astimezone(ZONE).replace(microsecond=0)

    def today(self) -> date:
        """Return the day in Việt Nam."""
        return self.now().date()

    def timestamp(self) -> int:
        """Return the time as Unix seconds, as a printed document is dated."""
        return int(self.now().timestamp())


def confirm_unconfirmed(form: Form, act: Act, today: date, *, accepted: bool) -> Sequence[Any]:
    """Return the notices that a person must have said yes to before this act.

    "Unconfirmed" means that a source of the form is not sure: it may be filled and printed, but its signing, its
    electronic layout and its submission need a yes. Raises UnconfirmedNotAccepted without one.
    """
    concerned = {"print": set(), "sign": {"form", "print"}, "xml": {"xml"}, "submit": {"form", "print", "xml"}}[act]
    notices = [
        notice for notice in form.template.unconfirmed(form.period, today) if concerned & set(notice.unconfirmed)
    ]
    if notices and not accepted:
        from desktop.filing.errors import UnconfirmedNotAccepted

        raise UnconfirmedNotAccepted(tuple(notice.text for notice in notices))
    return notices


def role_of(text: str | None) -> Role:
    """Read a role; none means that one signs for oneself."""
    from desktop.filing.errors import UnknownRole
    from signing.certificate import Role

    try:
        return Role(text) if text is not None else Role.SELF
    except ValueError:
        raise UnknownRole(text or "", tuple(str(role) for role in Role)) from None
