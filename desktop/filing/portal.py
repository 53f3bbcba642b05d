"""Portals: pinned by their root, and their catalogue. Who is logged in there is told by `accounts.py`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.errors import RecordNotFound
from desktop.filing.desk import Desk
from desktop.filing.trust import trust_add

if TYPE_CHECKING:
    from desktop.portal.catalogue import Found, Imported
    from desktop.portal.catalogue.trusted import TrustedCatalogue, Updated
    from desktop.portal.connection import Connection
    from desktop.portal.contract import Abilities


@dataclass(frozen=True)
class KnownPortal:
    """A portal that this computer knows."""

    url: str
    name_vi: str
    name_en: str
    fingerprint: str
    """Of the catalogue's root; "" of a portal that is not of our contract."""
    practice: bool
    connector: str = "hoso/1"
    abilities: Abilities | None = None
    """What it can do."""


def connect(desk: Desk, url: str) -> Connection:
    """Prepare a connection; plain HTTP only to this machine, and only in a practice workspace."""
    from desktop.portal.connection import Connection

    return Connection(url, practice=desk.practice, clock=desk.clock)


def add_portal(
    desk: Desk, url: str, fingerprint: str | None, *, confirm: Callable[[str], bool] | None = None
) -> KnownPortal:
    """Pin a portal by its root's fingerprint and fetch its catalogue.

    Without a fingerprint the person is asked to compare it. In practice, its authorities become trusted, here only.
    """
    with connect(desk, url) as connection:
        refuse_imitation(desk, connection.url)
        updated = desk.catalogue.add_portal(connection, fingerprint=fingerprint, now=desk.now(), agree=confirm)
        address = connection.url
    desk.catalogue.refresh()
    _keep_portal(desk, address, updated)
    known = desk.catalogue.portal(address)
    assert known is not None
    return _known(known)


def refuse_imitation(desk: Desk, address: str) -> None:
    """Raise PortalLooksAlike for an address whose name imitates an official one, or one of the portals known here."""
    from urllib.parse import urlsplit

    from desktop.portal.errors import PortalLooksAlike
    from desktop.portal.names import imitates

    known = [urlsplit(one.pin.url).hostname or "" for one in desk.catalogue.portals()]
    found = imitates(urlsplit(address).hostname or "", known)
    if found is not None:
        raise PortalLooksAlike(address, found[1], found[0])


def _keep_portal(desk: Desk, url: str, updated: Updated) -> None:
    from desktop.store.workspace import exists

    portal = updated.portal
    if not desk.practice and not exists(desk.home, desk.practice):
        return  # public facts need no workspace; it learns of the portal when it is first opened
    known = desk.catalogue.portal(url)
    desk.workspace.portals.add(
        url,
        name_vi=portal.name.get("vi", url),
        name_en=portal.name.get("en", url),
        practice=portal.practice,
        fingerprint=known.pin.fingerprint if known is not None else None,
        facts={"id": portal.id},
    )
    if desk.practice and portal.practice:
        for pem in (*portal.signer_anchors, *portal.result_anchors):
            trust_add(desk, pem.encode("ascii"), source="portal")


def _known(catalogue: TrustedCatalogue) -> KnownPortal:
    description = catalogue.verified().description
    pin = catalogue.pin
    name = description.name
    return KnownPortal(pin.url, name.get("vi", pin.url), name.get("en", pin.url), pin.fingerprint, pin.practice)


def portal_of(desk: Desk, url: str | None) -> TrustedCatalogue:
    """Choose a portal: the one named, or the only one. Raises NoPortal, SeveralPortals."""
    from desktop.filing.errors import NoPortal, SeveralPortals

    if url is not None:
        found = desk.catalogue.portal(url)
        if found is None:
            raise RecordNotFound("portal", url)
        return found
    known = [one for one in desk.catalogue.portals() if one.pin.practice == desk.practice]
    if not known:
        raise NoPortal()
    if len(known) > 1:
        raise SeveralPortals(tuple(one.pin.url for one in known))
    return known[0]


def update_catalogue(desk: Desk, url: str | None) -> Updated:
    """Fetch a portal's newest signed catalogue."""
    found = portal_of(desk, url)
    with connect(desk, found.pin.url) as connection:
        return desk.catalogue.update(connection, desk.now())


def import_catalogue(desk: Desk, source: Path, *, say: Callable[[int], None] | None = None) -> Imported:
    """Import the national portal's records; `say` is told how many have been read so far."""
    return desk.catalogue.import_records(source, say=say)


def search(
    desk: Desk,
    text: str = "",
    *,
    field: str | None = None,
    agency: str | None = None,
    level: int | None = None,
    limit: int = 50,
    offset: int = 0,
) -> Found:
    """Find procedures by words, with or without diacritics, and by field, agency, level."""
    return desk.catalogue.search(text, field=field, agency=agency, level=level, limit=limit, offset=offset)


def learn_portal(desk: Desk, found: TrustedCatalogue) -> None:
    """Let the workspace know a portal that was pinned before the workspace was made."""
    try:
        desk.workspace.portals.get(found.pin.url)
    except RecordNotFound:
        known = _known(found)
        desk.workspace.portals.add(
            found.pin.url, name_vi=known.name_vi, name_en=known.name_en, practice=known.practice,
            fingerprint=known.fingerprint,
        )  # fmt: skip
