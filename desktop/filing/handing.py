"""The guided hand-over: everything ready in one folder, a sheet that leads, the portal's page; then the code.

It is the way at every portal that takes nothing from programs, and it is never a dead end.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from desktop.errors import MoveForbidden, NotSigned
from desktop.filing.desk import Desk, confirm_unconfirmed
from desktop.filing.dossiers import open_form
from desktop.filing.errors import NotSubmitted, StatusIsFollowed
from desktop.filing.exporting import ExportedFile, Receiver, export
from desktop.filing.ways import HAND_OVER, Way, way_to, ways

if TYPE_CHECKING:
    from desktop.filing.following import StatusView

BY_HAND = "bạn tự ghi"
"""Stands beside a status that no portal told."""
HANDED_OVER = "handed_over"
"""The event of a dossier whose files were made ready for a portal's page."""


@dataclass(frozen=True)
class HandedOver:
    """What lies ready, and where a person files it."""

    files: tuple[ExportedFile, ...]
    portal: str
    """The portal's name."""
    page: str
    """The page that the browser opens."""

    @property
    def sheet(self) -> str:
        """Return the name of the sheet that leads through it."""
        return next(file.name for file in self.files if file.kind == "handover")

    def packed(self) -> bytes:
        """Return all files as one ZIP archive."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in self.files:
                archive.writestr(zipfile.ZipInfo(file.name, (1980, 1, 1, 0, 0, 0)), file.data)
        return out.getvalue()


def hand_over(
    desk: Desk,
    dossier_id: str,
    *,
    portal: str | None = None,
    again: bool = False,
    accept_unconfirmed: bool = False,
) -> HandedOver:
    """Make a signed dossier ready for the page of a portal that takes nothing from programs.

    Raises NotSigned, MoveForbidden while the outbox has it, DuplicateFiling, UnconfirmedNotAccepted, NoPortal,
    LevelForbids.
    """
    from desktop.outbox import duplicate

    ws = desk.workspace
    dossier = ws.dossiers.get(dossier_id)
    way = _hand_way(desk, portal)
    if str(dossier.state) != "SIGNED":
        raise NotSigned(dossier.id, dossier.state)
    for item in ws.outbox.of_dossier(dossier.id):
        if item.revision == dossier.revision and str(item.state) in ("QUEUED", "SENDING", "UNCERTAIN", "DONE"):
            raise MoveForbidden("dossier", dossier.id, str(item.state), "HANDED_OVER")
    twice = None if again else duplicate(ws, dossier.id)
    if twice is not None:
        raise twice
    for part in ws.dossiers.components(dossier.id):
        if part.form is not None:
            confirm_unconfirmed(open_form(desk, part.form), "submit", desk.today(), accepted=accept_unconfirmed)
    page = str(way.facts.get("page") or way.url)
    files = export(desk, dossier.id, receiver=Receiver(way.name_vi, page))
    ws.dossiers.note(dossier.id, HANDED_OVER, {"portal": way.url})
    return HandedOver(tuple(files), way.name_vi, page)


def _hand_way(desk: Desk, portal: str | None) -> Way:
    """Choose the portal: the one named, or the only one that is filed at by hand."""
    if portal is None:
        by_hand = [one for one in ways(desk) if one.kind == HAND_OVER]
        return by_hand[0] if len(by_hand) == 1 else way_to(desk, None)
    return way_to(desk, portal)


def handed_to(desk: Desk, dossier_id: str) -> str | None:
    """Return the portal that a dossier was handed over to last, if it is still known."""
    told = [one.facts.get("portal") for one in desk.workspace.dossiers.events(dossier_id) if one.kind == HANDED_OVER]
    known = {one.url for one in ways(desk)}
    return told[-1] if told and told[-1] in known else None


def note_status(desk: Desk, dossier_id: str, words: str, status: int | None = None) -> StatusView:
    """Keep what the user read on the page of a portal that no program can ask: its very words, and a number 1 to 10.

    Without a number the words are understood where they are the national ones. The history says that a person noted
    it. Raises NotSubmitted without a code, StatusIsFollowed where the portal is asked instead.
    """
    from desktop import tracking
    from desktop.filing.following import followed, status_view

    ws = desk.workspace
    dossier = ws.dossiers.get(dossier_id)
    raw = " ".join(words.split())[:500]
    if dossier.code is None:
        raise NotSubmitted(dossier.id)
    if not dossier.code_entered or followed(desk, [dossier]):
        raise StatusIsFollowed(dossier.id)
    known = tracking.normalised(status, raw)
    told = raw or tracking.status_name(known, None)
    with ws.transaction():
        now = desk.clock()
        ws.statuses.record(dossier.id, now, known, told, BY_HAND)
        ws.statuses.set_current(dossier.id, known, told)
        ws.dossiers.note(dossier.id, "status_noted", {"status": known, "raw": told})
    return status_view(desk, dossier.id)


def browse(page: str) -> None:
    """Open the page of a hand-over in the system's browser."""
    from desktop.portal.session import open_in_browser

    if urlsplit(page).scheme in ("https", "http"):
        open_in_browser(page)
