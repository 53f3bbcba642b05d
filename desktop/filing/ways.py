"""Ways to portals: which are known, of which kind, and the connector that leads there.

A portal of our contract is pinned by its catalogue's root and known to this computer. One of another kind has no
signed catalogue: it is what the user entered, it lies in the workspace with what the agency gave for it, and it is
known by the address that its certificate names.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from desktop.errors import RecordNotFound
from desktop.filing.accounts import Acting, token_for
from desktop.filing.desk import Desk
from desktop.filing.errors import ConnectorUnknown, NoPortal, SeveralPortals
from desktop.filing.portal import KnownPortal, connect, learn_portal, refuse_imitation

if TYPE_CHECKING:
    from desktop.portal.catalogue.trusted import TrustedCatalogue
    from desktop.portal.connection import Connection
    from desktop.portal.contract import Abilities, Connector, PortalDescription

HOSO, SIX_STEP, HAND_OVER = "hoso/1", "six-step/1", "hand-over/1"
KINDS = {"hoso": HOSO, "six-step": SIX_STEP, "hand-over": HAND_OVER}
"""The kinds of connector, by the names under which they are added."""


@dataclass(frozen=True)
class Way:
    """A known portal and the kind of connector that leads there."""

    url: str
    kind: str
    name_vi: str
    name_en: str
    practice: bool
    trusted: TrustedCatalogue | None = field(default=None, repr=False)
    """The signed catalogue, of a portal of our contract."""
    facts: dict[str, Any] = field(default_factory=dict, repr=False)
    """What was entered for it, of any other."""

    @property
    def abilities(self) -> Abilities:
        """Return what this portal can do, without asking it."""
        from desktop.portal import handover, six_step, submission

        if self.trusted is not None:
            return submission.offered(self.trusted.verified().description)
        if self.kind == SIX_STEP:
            return six_step.offered(settles_by_code=bool(self.facts.get("settles_by_code")))
        return handover.offered(followed=bool(self.facts.get("follow")))


def ways(desk: Desk) -> list[Way]:
    """Return the ways that this kind of workspace may take: pinned portals first, then those that were entered."""
    return [_pinned(one) for one in desk.catalogue.portals() if one.pin.practice == desk.practice] + _entered(desk)


def _entered(desk: Desk) -> list[Way]:
    """Return the ways that the user entered, from the workspace; none where there is no workspace."""
    from desktop.store.workspace import exists

    if "workspace" not in desk.__dict__ and not exists(desk.home, desk.practice):
        return []
    found = []
    for one in desk.workspace.portals.list():
        kind = one.facts.get("connector", HOSO)
        if kind != HOSO and one.practice == desk.practice:
            found.append(Way(one.url, kind, one.name_vi, one.name_en, one.practice, None, dict(one.facts)))
    return found


def _pinned(trusted: TrustedCatalogue) -> Way:
    description = trusted.verified().description
    url, name = trusted.pin.url, description.name
    return Way(url, HOSO, name.get("vi", url), name.get("en", url), trusted.pin.practice, trusted)


def way_to(desk: Desk, url: str | None) -> Way:
    """Choose a way: the one named, or the only one. Raises RecordNotFound, NoPortal, SeveralPortals."""
    known = ways(desk)
    if url is not None:
        for one in known:
            if one.url == url or one.url == url.rstrip("/"):
                return one
        raise RecordNotFound("portal", url)
    if not known:
        raise NoPortal()
    if len(known) > 1:
        raise SeveralPortals(tuple(one.url for one in known))
    return known[0]


def known_way(desk: Desk, url: str | None) -> Way | None:
    """Return the way to a portal, or None where it is not known (any more)."""
    return next((one for one in ways(desk) if one.url == url), None) if url is not None else None


@contextmanager
def connector(desk: Desk, way: Way, *, filing: bool = False) -> Iterator[Connector]:
    """Open the connector of a way.

    filing: something is to be filed, so a portal of our contract must have fresh catalogue metadata first.
    """
    if way.kind == HAND_OVER:
        from desktop.portal.handover import HandOver

        followed = known_way(desk, way.facts.get("follow"))
        if followed is None or followed.kind == HAND_OVER:
            yield HandOver(way.url, str(way.facts.get("page") or way.url))
            return
        with connector(desk, followed) as follower:
            yield HandOver(way.url, str(way.facts.get("page") or way.url), follower)
        return
    with connect(desk, way.url) as connection:
        if way.kind == SIX_STEP:
            from desktop.portal.six_step import Account, SixStepConnector

            kept = desk.workspace.portals.session(way.url)
            account = Account.from_json(kept.tokens if kept is not None else {})
            yield SixStepConnector(
                connection, account, desk.workspace.outbox,
                unit=str(way.facts.get("unit", "")), settles_by_code=bool(way.facts.get("settles_by_code")),
            )  # fmt: skip
        elif way.trusted is not None:
            from desktop.portal.submission import HosoConnector

            found = way.trusted
            verified = found.fresh(connection, desk.now()) if filing else found.verified()
            made = HosoConnector(connection, verified.description, token_for(desk, found))
            made.newest = lambda: _newest(desk, found, connection)
            made.again = lambda refused: token_for(desk, found, refused=refused)
            if filing:
                made.renew = lambda: token_for(desk, found)
                made.mandate = acting = Acting(desk, found, connection)
                made.named = acting.named
                made.ready = lambda submission: found.check_agency(
                    _procedure_of(desk, submission.key), connection, desk.now()
                )
            yield made
        else:
            raise ConnectorUnknown(way.url, way.kind)


def _newest(desk: Desk, found: TrustedCatalogue, connection: Connection) -> PortalDescription:
    """Fetch a portal's newest signed catalogue and return what it says of the portal."""
    found.update(connection, desk.now())
    desk.catalogue.refresh()
    return found.verified().description


def _procedure_of(desk: Desk, key: str) -> str:
    """Return the code of the procedure that a submission is for."""
    return desk.workspace.dossiers.get(desk.workspace.outbox.get(key).dossier).procedure


def learn(desk: Desk, way: Way) -> None:
    """Let the workspace know a portal that was pinned before the workspace was made."""
    if way.trusted is not None:
        learn_portal(desk, way.trusted)


def add_way(
    desk: Desk,
    url: str,
    kind: str,
    *,
    name: str | None = None,
    account: tuple[str, str] | None = None,
    unit: str = "",
    settles_by_code: bool = False,
    follow: str | None = None,
) -> Way:
    """Add a portal that is not of our contract, as the user enters it; without any network.

    Args:
        url: the address of its service; of a hand-over the page on which a person files.
        account: what the agency gave this program to log in with; kept in the workspace only.
        unit: the code of the receiving unit.
        settles_by_code: the agency says that a code names one dossier, and that it can be looked up at once.
        follow: of a hand-over: another known portal that can be asked for its codes.

    Raises PortalAddressForbidden, PortalLooksAlike, ConnectorUnknown, RecordNotFound.
    """
    from desktop.portal.connection import base_address
    from desktop.portal.handover import page_address
    from desktop.portal.six_step import Account

    if kind not in (SIX_STEP, HAND_OVER):
        raise ConnectorUnknown(url, kind)
    facts: dict[str, Any] = {"connector": kind}
    if kind == HAND_OVER:
        address = page_address(url, practice=desk.practice)
        facts["page"] = address
        if follow is not None:
            facts["follow"] = way_to(desk, follow).url
    else:
        address = base_address(url, practice=desk.practice)
        facts |= {"unit": unit, "settles_by_code": settles_by_code}
    refuse_imitation(desk, address)
    if desk.catalogue.portal(address) is not None:
        raise ConnectorUnknown(address, kind)
    title = (name or "").strip()[:200] or address.partition("://")[2]
    with desk.workspace.transaction():
        desk.workspace.portals.add(
            address, name_vi=title, name_en=title, practice=desk.practice, fingerprint=None, facts=facts
        )
        if account is not None:
            kept = Account(*account)
            desk.workspace.portals.save_session(address, kept.to_json(), {"name": kept.client_id}, None)
    return way_to(desk, address)


def portals(desk: Desk) -> list[KnownPortal]:
    """Return the portals of this kind of workspace that are known, with what each can do."""
    return [known_portal(one) for one in ways(desk)]


def known_portal(way: Way) -> KnownPortal:
    """Return a way as it is shown."""
    fingerprint = way.trusted.pin.fingerprint if way.trusted is not None else ""
    return KnownPortal(way.url, way.name_vi, way.name_en, fingerprint, way.practice, way.kind, way.abilities)


def remove_portal(desk: Desk, url: str) -> None:
    """Forget a portal; one that was entered, with its account. Raises RecordNotFound."""
    # Without looking into any catalogue: one that is damaged must not keep its portal here.
    if desk.catalogue.remove_portal(url):
        return
    found = next((one for one in _entered(desk) if one.url == url), None)
    if found is None:
        raise RecordNotFound("portal", url)
    desk.workspace.portals.remove(found.url)
