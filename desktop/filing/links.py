"""Links of our own, `hoso:PORTAL/KIND/ID`: they name a portal that is known here, and something to be looked up there.

A link is written by anybody: it brings no address, no file and no option. The program asks that portal itself, by the
address that was pinned, and never sends, signs or pays anything on a link's word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from desktop.errors import DossierNotFound, ItemNotFound
from desktop.filing.desk import Desk
from desktop.filing.errors import LinkNothingThere, LinkPortalUnknown, LinkRefused
from desktop.filing.following import StatusView, foreign_view, refresh, status_view
from desktop.filing.portal import KnownPortal
from desktop.filing.ways import connector, portals, way_to

if TYPE_CHECKING:
    from desktop.portal.catalogue.trusted import TrustedCatalogue
    from desktop.store.records import Dossier

SCHEME = "hoso:"
LONGEST = 240
"""Characters of a whole link."""
Kind = Literal["dossier", "supplement", "submission"]
KINDS: tuple[Kind, ...] = ("dossier", "supplement", "submission")
MOST_ASKED = 50
"""Dossiers that are asked about, at most, to find which one a request is for."""
_PORTAL = re.compile(r"[a-z0-9](?:[a-z0-9-]|\.(?!\.)){0,62}")
_ID = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!\.)){0,98}")


@dataclass(frozen=True)
class Link:
    """What a well-formed link names; whether any of it exists is another question."""

    portal: str
    """The id in the portal's own signed description."""
    kind: Kind
    id: str

    def __str__(self) -> str:
        return f"{SCHEME}{self.portal}/{self.kind}/{self.id}"


@dataclass(frozen=True)
class LinkTarget:
    """What the portal answered, and where it is shown."""

    link: Link
    portal: KnownPortal
    dossier: str | None
    """Our id of the dossier; None: the portal knows it, this workspace does not."""
    view: StatusView

    def to_json(self) -> dict[str, Any]:
        """Return what the command line prints."""
        portal = {"url": self.portal.url, "name_vi": self.portal.name_vi, "name_en": self.portal.name_en}
        return {"link": str(self.link), "portal": portal, "dossier": self.dossier, "status": self.view.to_json()}


def read_link(text: str) -> Link:
    """Read a link, or raise LinkRefused with why: long, characters, address, parameters, shape, portal, kind, id.

    Nothing is decoded, folded or repaired: what is not exactly of the form is refused.
    """
    if len(text) > LONGEST:
        raise LinkRefused("LINK_LONG")
    if not text.startswith(SCHEME):
        raise LinkRefused("LINK_SHAPE")
    if not text.isascii() or not text.isprintable() or " " in text:
        raise LinkRefused("LINK_CHARACTERS")
    rest = text[len(SCHEME) :]
    if ":" in rest or "//" in rest or "\\" in rest or "@" in rest:
        raise LinkRefused("LINK_ADDRESS")
    if any(mark in rest for mark in "?#&=;"):
        raise LinkRefused("LINK_PARAMETERS")
    if "%" in rest:
        raise LinkRefused("LINK_CHARACTERS")
    parts = rest.split("/")
    if len(parts) != 3:
        raise LinkRefused("LINK_SHAPE")
    portal, kind, wanted = parts
    if _PORTAL.fullmatch(portal) is None:
        raise LinkRefused("LINK_SHAPE")
    found = next((one for one in KINDS if one == kind), None)
    if found is None:
        raise LinkRefused("LINK_KIND")
    if _ID.fullmatch(wanted) is None:
        raise LinkRefused("LINK_SHAPE")
    return Link(portal, found, wanted)


def portal_of_link(desk: Desk, link: Link) -> KnownPortal:
    """Return the one known portal of this kind of workspace that a link names. Raises LinkPortalUnknown."""
    url = _catalogue_of(desk, link).pin.url
    return next(one for one in portals(desk) if one.url == url)


def _catalogue_of(desk: Desk, link: Link) -> TrustedCatalogue:
    named = [
        one for one in desk.catalogue.portals()
        if one.pin.practice == desk.practice and one.verified().description.id == link.portal
    ]  # fmt: skip
    if len(named) != 1:
        # Two that give themselves the same id: the link does not say which, and guessing would be a trap.
        raise LinkPortalUnknown(link.portal)
    return named[0]


def follow_link(desk: Desk, text: str) -> LinkTarget:
    """Ask the portal that a link names for what it names; what it says of our own dossier is kept.

    Raises LinkRefused, LinkPortalUnknown, LinkNothingThere, and what a portal or a log-in there raises.
    """
    link = read_link(text)
    found = _catalogue_of(desk, link)
    portal = portal_of_link(desk, link)
    ours = _ours(desk, link, found.pin.url)
    if ours is not None:
        refresh(desk, [ours])
        return LinkTarget(link, portal, ours.id, status_view(desk, ours.id))
    if link.kind == "dossier":
        from desktop import tracking

        with connector(desk, way_to(desk, found.pin.url)) as at:
            for one in tracking.look_up(at, code=link.id):
                return LinkTarget(link, portal, None, foreign_view(one))
    raise LinkNothingThere(link.id, portal.name_vi)


def _ours(desk: Desk, link: Link, url: str) -> Dossier | None:
    """Return the dossier of this workspace, at that portal, that a link is about."""
    ws = desk.workspace
    try:
        if link.kind == "submission":
            item = ws.outbox.get(link.id)
            return ws.dossiers.get(item.dossier) if item.portal == url else None
        if link.kind == "supplement":
            return _asked_for_more(desk, link, url)
        known = ws.dossiers.get(link.id)
    except (DossierNotFound, ItemNotFound):
        return None
    # Codes of another portal, codes that a person typed, and our own ids do not count.
    return known if known.code == link.id and known.portal == url and not known.code_entered else None


def _asked_for_more(desk: Desk, link: Link, url: str) -> Dossier | None:
    """Return the dossier that a request for more papers is about, where need be after asking the portal."""
    from desktop.tracking import FINAL

    ws = desk.workspace

    def look() -> Dossier | None:
        for letter in ws.letters.list():
            if letter.letter == link.id and letter.kind == "supplement":
                about = ws.dossiers.get(letter.dossier)
                if about.portal == url and about.code and not about.code_entered:
                    return about
        return None

    found = look()
    if found is not None:
        return found
    open_ones = [one for one in ws.dossiers.list(coded=True) if one.portal == url and one.status not in FINAL]
    refresh(desk, open_ones[:MOST_ASKED])
    return look()
