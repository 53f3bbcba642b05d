"""What is new of our dossiers: asked one by one or read from the portal's list, kept whole or not at all."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from desktop.errors import DossierNotFound
from desktop.portal.contract import DossierAtPortal, Follower, PortalMessage
from desktop.portal.errors import NotAtPortal, PortalAnsweredGarbage
from desktop.store import Workspace
from desktop.store.records import Dossier, FeeState
from desktop.store.timing import Clock
from desktop.tracking.statuses import normalised
from desktop.tracking.withdrawing import withdrawal

GONE = "Cổng không còn lưu hồ sơ này"
"""Our own words where the portal has none left to give."""

_PAGES = 100


@dataclass(frozen=True)
class Changed:
    """What is new of one dossier: any of status, fee, message, supplement, result, deleted."""

    dossier: str
    code: str
    what: frozenset[str]


@dataclass(frozen=True)
class Polled:
    """What one look at a portal's changes brought."""

    changed: tuple[Changed, ...]
    foreign: tuple[str, ...]
    """Codes that this workspace does not know: filed elsewhere, or not yet settled here."""
    more: bool
    """The portal has more than one look takes."""


def look_up(portal: Follower, *, code: str | None = None, id_number: str | None = None) -> list[DossierAtPortal]:
    """Return what the portal tells of a dossier, or of all of a tax code or personal number; nothing is kept.

    An unknown code gives an empty list.
    """
    if code is not None:
        try:
            return [portal.look(code)]
        except NotAtPortal:
            return []
    return list(portal.find(id_number or ""))


def refresh(ws: Workspace, portal: Follower, dossier: str, clock: Clock) -> Changed:
    """Fetch the present state of one of our dossiers and keep it.

    Raises NotAtPortal where the portal does not (or no longer) know it, or any other PortalError.
    """
    ours = ws.dossiers.get(dossier)
    if ours.code is None:
        return Changed(ours.id, "", frozenset())
    return _heard(ws, keep(ws, ours, _look(portal, ours.code), clock))


def _heard(ws: Workspace, changed: Changed) -> Changed:
    """Note where the portal, asked after a withdrawal whose answer was cut off, has none."""
    if withdrawal(ws, changed.dossier) == "unknown":
        ws.dossiers.note(changed.dossier, "withdrawal_not_there")
    return changed


def poll(ws: Workspace, portal: Follower, address: str, clock: Clock) -> Polled:
    """Read the changes of the portal at `address` from where the last look ended, and keep what concerns our dossiers.

    The place is noted only after everything before it is kept: a cut loses nothing and doubles nothing.
    A dossier that the portal deleted gets a note and its own words; what is kept of it stays.
    """
    changed: dict[str, Changed] = {}
    foreign: dict[str, None] = {}
    cursor = ws.portals.get(address).cursor
    for _ in range(_PAGES):
        page = portal.changes(cursor)
        deleted = {one.code: one for one in page.changes if one.kind == "deleted"}
        for code in dict.fromkeys(one.code for one in page.changes):
            ours = _ours(ws, code, address)
            if ours is None:
                foreign[code] = None
                continue
            try:
                new = _heard(ws, keep(ws, ours, _look(portal, code), clock))
            except NotAtPortal:
                if code not in deleted:
                    raise
                new = _bury(ws, ours, deleted[code].at)
            before = changed.get(code)
            changed[code] = new if before is None else Changed(new.dossier, code, new.what | before.what)
        if page.more and page.cursor == (cursor or ""):
            # It promises more but does not move on: asking again would never end.
            raise PortalAnsweredGarbage(portal.host, "cursor")
        ws.portals.set_cursor(address, page.cursor)
        cursor = page.cursor
        if not page.more:
            break
    worth = tuple(one for one in changed.values() if one.what)
    return Polled(worth, tuple(foreign), page.more)


def keep(ws: Workspace, ours: Dossier, said: DossierAtPortal, clock: Clock) -> Changed:
    """Keep all that a portal said of a dossier, in one step; return what of it is new."""
    what: set[str] = set()
    now = clock()
    with ws.transaction():
        for step in said.history:
            if ws.statuses.record(ours.id, step.at, normalised(step.status, step.raw), step.raw, step.note):
                what.add("status")
        status = normalised(said.status, said.raw)
        if ws.statuses.set_current(ours.id, status, said.raw, received=said.received, due=said.due):
            what.add("status")
        for fee in said.fees:
            if ws.fees.record(ours.id, fee.id, fee.title, fee.amount, _fee_state(fee.state)):
                what.add("fee")
        for kind, letters in (("supplement", said.supplements), ("message", said.messages)):
            for letter in letters:
                told = {
                    "state": letter.state, "kind": letter.kind, "components": list(letter.components),
                    "attachments": [one.to_json() for one in letter.attachments if kind == "message"],
                }  # fmt: skip
                raw = {name: value for name, value in told.items() if value}
                at = letter.at or now
                if ws.letters.record(
                    ours.id, _letter_id(letter), kind, at=at, text=letter.text, due=letter.due, raw=raw
                ):
                    what.add(kind)
        held = {one.result: one for one in ws.results.list(ours.id)}
        for result in said.results:
            if result.sha256 is None and result.id in held:
                continue
            if ws.results.announce(
                ours.id,
                result.id,
                name=result.name or result.id,
                media_type=result.media_type,
                size=result.size or 0,
                sha256=result.sha256 or "",
                issued=result.issued,
            ):
                what.add("result")
    return Changed(ours.id, said.code, frozenset(what))


def _look(portal: Follower, code: str) -> DossierAtPortal:
    """Ask how a dossier stands; an answer about another one is none."""
    said = portal.look(code)
    if said.code != code:
        raise PortalAnsweredGarbage(portal.host, "code")
    return said


def _ours(ws: Workspace, code: str, portal: str) -> Dossier | None:
    """Return our dossier of this code at this portal: codes of another portal, and our own ids, do not count."""
    try:
        found = ws.dossiers.get(code)
    except DossierNotFound:
        return None
    return found if found.code == code and found.portal == portal else None


def _bury(ws: Workspace, ours: Dossier, at: Any) -> Changed:
    with ws.transaction():
        new = ws.statuses.record(ours.id, at, None, GONE)
        if new:
            ws.statuses.set_current(ours.id, None, GONE)
            ws.dossiers.note(ours.id, "deleted_at_portal")
    return Changed(ours.id, ours.code or "", frozenset({"deleted"} if new else ()))


def _fee_state(word: str) -> FeeState:
    """Read a fee's state; a word of the future means that something is under way, so nothing is urged."""
    return FeeState(word) if word in {str(one) for one in FeeState} else FeeState.PENDING


def _letter_id(letter: PortalMessage) -> str:
    """Return the portal's id of a letter, or one made from what it says."""
    if letter.id:
        return letter.id
    return hashlib.sha256(f"{letter.at}\n{letter.text}".encode()).hexdigest()[:32]
