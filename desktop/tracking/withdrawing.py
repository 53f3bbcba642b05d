"""Withdrawing: asked as often as one likes, and always known whether the portal has heard it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.portal.contract import Follower
from desktop.portal.errors import NotOffered, PortalAnsweredGarbage, PortalNotSecure, PortalRefused, PortalUnreachable
from desktop.store import Workspace
from desktop.store.timing import Clock
from desktop.tracking.statuses import FINAL

if TYPE_CHECKING:
    from desktop.tracking.looking import Changed

_WITHDRAWN = {7: "asked", 8: "stopped"}


def withdraw(ws: Workspace, portal: Follower, dossier: str, clock: Clock) -> Changed:
    """Ask the portal to stop a dossier; it may be asked again at any time and comes to the same.

    That it was asked is on disk before the first byte leaves: when the answer is cut off, `withdrawal` says
    "unknown" until the portal has been heard.  Raises PortalRefused (WITHDRAWAL_TOO_LATE) and any PortalError.
    """
    from desktop.tracking.looking import keep

    ours = ws.dossiers.get(dossier)
    assert ours.code is not None
    if not portal.abilities.withdraw:
        raise NotOffered(portal.host, "withdraw")
    ws.dossiers.note(ours.id, "withdrawal_sent")
    try:
        said = portal.withdraw(ours.code)
    except PortalRefused as refusal:
        # A refusal without the portal's own code may come from a box between: whether it arrived is then not known.
        if refusal.problem:
            ws.dossiers.note(ours.id, "withdrawal_refused", {"problem": refusal.problem})
        raise
    except PortalUnreachable as trouble:
        if not trouble.sent:
            ws.dossiers.note(ours.id, "withdrawal_not_there")
        raise
    except PortalNotSecure:
        # Nothing leaves before the host has proven who it is.
        ws.dossiers.note(ours.id, "withdrawal_not_there")
        raise
    if said.code != ours.code:
        raise PortalAnsweredGarbage(portal.host, "code")
    changed = keep(ws, ours, said, clock)
    with ws.transaction():
        ws.dossiers.note(ours.id, "withdrawal_taken")
    return changed


def withdrawal(ws: Workspace, dossier: str) -> str | None:
    """Say how asking for a withdrawal stands; None: nobody asked, or it was refused, or the agency went on.

    unknown: asked, no answer came.  not_there: the portal has not got it, as it said since.  asked: the agency
    has it.  stopped: the dossier was stopped after it.
    """
    asked = [one.kind for one in ws.dossiers.events(dossier) if one.kind.startswith("withdrawal_")]
    if not asked or asked[-1] == "withdrawal_refused":
        return None
    status = ws.dossiers.get(dossier).status
    if status in _WITHDRAWN:
        return _WITHDRAWN[status]
    if status in FINAL or status == 9 or asked[-1] == "withdrawal_taken":
        return None
    return "not_there" if asked[-1] == "withdrawal_not_there" else "unknown"
