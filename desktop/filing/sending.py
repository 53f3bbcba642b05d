"""The outbox: a signed dossier is queued, sent once, settled; or its code is entered after filing by hand."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from desktop.errors import DesktopError
from desktop.filing.agenda import due_of
from desktop.filing.desk import Desk, confirm_unconfirmed
from desktop.filing.dossiers import open_form, procedure
from desktop.filing.errors import LevelForbids, PortalCanBeAsked
from desktop.filing.handing import handed_to
from desktop.filing.ways import Way, connector, known_way, learn, way_to, ways
from desktop.messages import Language, message, shown

if TYPE_CHECKING:
    from desktop.outbox import Stage
    from desktop.portal.contract import Connector, Progress
    from desktop.store.records import OutboxItem


@dataclass(frozen=True)
class ItemView:
    """An item of the outbox as it is shown."""

    id: str
    dossier: str
    client_name: str
    procedure_name: str
    period: str | None
    state: str
    attempts: int
    reason: str | None
    facts: Mapping[str, Any]
    code: str | None
    updated: Any
    due: date | None
    """The last day for filing it, where the form has a period."""
    send_at: datetime | None
    """The time that the user gave it."""
    portal_can_be_asked: bool
    """Whether the portal can say what became of it; if not, only the user's word settles an unknown outcome."""
    receipt: bool = True
    """Whether a filed one is proven by a receipt of the portal."""

    @property
    def reasons(self) -> list[Any]:
        """Return why the portal refused it."""
        return list(self.facts.get("reasons", []))

    def lines(self, lang: str) -> list[str]:
        """Say each of the portal's reasons in words."""
        told: Language = "vi" if lang == "vi" else "en"
        return [
            (reason.get("detail") or {}).get(told) or message(str(reason.get("code")), reason, told).sentence
            for reason in self.reasons
        ]

    def sentence(self, lang: str) -> str:
        """Say in a whole sentence where it stands."""
        when = shown(self.updated, "vi" if lang == "vi" else "en")
        vi = {
            "QUEUED": "Đang chờ gửi.",
            "SENDING": f"Đang gửi, bắt đầu lúc {when}.",
            "DONE": f"Đã nộp, có biên nhận của cổng; mã hồ sơ {self.code}."
            if self.receipt
            else f"Đã nộp, mã hồ sơ {self.code}; không có biên nhận ký số của cổng.",
            "REFUSED": f"Cổng không nhận lúc {when}.",
            "UNCERTAIN": f"Đã gửi lúc {when}, chưa nhận được trả lời. "
            + (
                "Đang hỏi cổng; không gửi lại."
                if self.portal_can_be_asked
                else "Cổng này không trả lời được câu hỏi đó: hãy tìm hồ sơ trên trang của cổng rồi cho biết kết quả."
            ),
            "CANCELLED": "Đã rút khỏi hộp gửi.",
        }
        en = {
            "QUEUED": "Waiting to be sent.",
            "SENDING": f"Being sent since {when}.",
            "DONE": f"Filed, with the portal's receipt; dossier code {self.code}."
            if self.receipt
            else f"Filed, dossier code {self.code}; without a signed receipt of the portal.",
            "REFUSED": f"Refused by the portal at {when}.",
            "UNCERTAIN": f"Sent at {when}; no answer came. "
            + (
                "The portal is being asked; it is not sent again."
                if self.portal_can_be_asked
                else "This portal cannot be asked: look for the dossier on its page, then say what you found."
            ),
            "CANCELLED": "Taken out of the outbox.",
        }
        if self.state == "UNCERTAIN" and self.reason == "STILL_JUDGED" and self.portal_can_be_asked:
            vi["UNCERTAIN"] = "Cổng đã nhận đủ hồ sơ và đang kiểm tra, chưa cấp biên nhận. Sẽ hỏi lại; không gửi lại."
            en["UNCERTAIN"] = (
                "The portal has all of it and is still checking it; no receipt yet. It will be asked again, not sent."
            )
        if self.state == "UNCERTAIN" and (self.reason or "").startswith("RECEIPT_"):
            vi["UNCERTAIN"] = (
                "Cổng đã trả lời, nhưng biên nhận chưa chứng minh được hồ sơ này. Sẽ hỏi lại; không gửi lại."
            )
            en["UNCERTAIN"] = (
                "The portal answered, but its receipt does not prove this filing. It will be asked again, not sent."
            )
        if self.state == "QUEUED" and self.send_at is not None:
            told = shown(self.send_at, "vi" if lang == "vi" else "en")
            vi["QUEUED"] = f"Hẹn gửi lúc {told}; khi đó máy phải đang bật, chương trình đang mở và có mạng."
            en["QUEUED"] = f"To be sent at {told}; the computer must then be on, the program open, and online."
        return (vi if lang == "vi" else en).get(self.state, self.state)

    def to_json(self) -> dict[str, Any]:
        """Return what the command line prints."""
        return {
            "item": self.id,
            "dossier": self.dossier,
            "state": self.state,
            "attempts": self.attempts,
            "reason": self.reason,
            "reasons": self.reasons,
            "code": self.code,
            "due": self.due.isoformat() if self.due else None,
            "send_at": self.send_at.isoformat() if self.send_at else None,
            "portal_can_be_asked": self.portal_can_be_asked,
        }


def _item(desk: Desk, item: OutboxItem) -> ItemView:
    from desktop import outbox

    dossier = desk.workspace.dossiers.get(item.dossier)
    told = item.facts.get("send_at")
    return ItemView(
        item.key,
        item.dossier,
        dossier.client.name,
        dossier.procedure_name,
        dossier.period,
        str(item.state),
        item.attempts,
        item.reason,
        {"host": urlsplit(item.portal).netloc, **item.facts},
        dossier.code,
        item.updated,
        due_of(dossier.period),
        datetime.fromisoformat(told) if isinstance(told, str) else None,
        _can_be_asked(desk, item.portal),
        item.reason not in (outbox.UNSIGNED, outbox.SETTLED_BY_HAND),
    )


def _can_be_asked(desk: Desk, portal: str) -> bool:
    """Say whether a portal can settle by key; one that is not known any more can't be asked either."""
    found = known_way(desk, portal)
    return found is not None and found.abilities.settles_by_key


def submit(
    desk: Desk,
    dossier_id: str,
    *,
    portal: str | None = None,
    queue_only: bool = False,
    again: bool = False,
    at: datetime | None = None,
    accept_unconfirmed: bool = False,
    progress: Progress | None = None,
) -> ItemView:
    """Queue a signed dossier, then send what is queued of it unless only queueing was asked for, or a later time.

    Raises LevelForbids, UnconfirmedNotAccepted, NotSigned, DuplicateFiling, OutboxBusy, NoPortal; FiledByHand at a
    portal that takes nothing from programs (`hand_over` leads there).
    """
    from desktop import outbox
    from desktop.portal.errors import FiledByHand

    ws = desk.workspace
    dossier = ws.dossiers.get(dossier_id)
    allowed = procedure(desk, dossier.procedure).allows()
    if not allowed.submit:
        raise LevelForbids(dossier.procedure, allowed.reasons.get("submit"))
    for part in ws.dossiers.components(dossier.id):
        if part.form is not None:
            confirm_unconfirmed(open_form(desk, part.form), "submit", desk.today(), accepted=accept_unconfirmed)
    # What answers a request for more papers goes to the portal that has the dossier, and to no other.
    same = dossier.portal if dossier.code is not None and not dossier.code_entered else None
    found = sending_way(desk, same or portal)
    if not found.abilities.submit:
        raise FiledByHand(urlsplit(found.url).netloc, found.url)
    learn(desk, found)
    item = outbox.enqueue(ws, dossier.id, found.url, confirmed=again, at=at)
    if not queue_only and at is None:
        try:
            drain(desk, portal=found.url, only=item.key, progress=progress)
        except DesktopError as trouble:
            held = ws.outbox.get(item.key)
            if not trouble.retry or str(held.state) != "QUEUED":
                raise
            # No network before the first byte left: it waits in the outbox, and says why.
            outbox.wait_for(ws, item.key, trouble)
    return _item(desk, ws.outbox.get(item.key))


def sending_way(desk: Desk, portal: str | None) -> Way:
    """Choose the portal: the one named, or the only one that takes dossiers from a program."""
    taking = [one for one in ways(desk) if one.abilities.submit] if portal is None else []
    return taking[0] if len(taking) == 1 else way_to(desk, portal)


def drain(
    desk: Desk,
    *,
    portal: str | None = None,
    only: str | Collection[str] | None = None,
    progress: Progress | None = None,
    stage: Stage | None = None,
    judging: float = 0.0,
) -> list[ItemView]:
    """Send what is queued and settle what is uncertain, at every known portal or at one.

    A paused outbox sends nothing but what is named. `only` names items by key; `stage` hears of each change of an
    item's state. `judging`: seconds to go on asking about what a portal has and still judges.
    """
    from desktop import outbox
    from desktop.portal.errors import PortalError
    from desktop.store.records import ItemState

    ws = desk.workspace
    if only is None and paused(desk):
        return []
    wanted = [way_to(desk, portal)] if portal else ways(desk)
    named = None if only is None else frozenset((only,) if isinstance(only, str) else only)
    done: list[ItemView] = []
    troubles: list[PortalError] = []
    for found in wanted:
        if not [item for item in ws.outbox.items(portal=found.url) if item.state in _OPEN]:
            continue
        try:
            done += _drain_at(desk, found, only, progress, stage, judging)
        except PortalError as trouble:
            # Somebody must log in there, or it does not answer: what waits for other portals need not wait for that.
            if portal is not None:
                raise
            troubles.append(trouble)
            for item in ws.outbox.items((ItemState.QUEUED,), portal=found.url):
                if item.reason != trouble.code and (named is None or item.key in named):
                    outbox.wait_for(ws, item.key, trouble)
    if troubles and not done:
        raise troubles[0]
    return done


def _drain_at(
    desk: Desk,
    found: Way,
    only: str | Collection[str] | None,
    progress: Progress | None,
    stage: Stage | None,
    judging: float,
) -> list[ItemView]:
    """Send and settle what is meant for one portal."""
    from desktop import outbox

    with connector(desk, found, filing=True) as made:
        touched: dict[str, OutboxItem] = {}
        for again in (True, False):
            drained = outbox.drain(
                desk.workspace, made, desk.clock, progress, only=only, portal=found.url,
                patience=PATIENCE if only else 0.0, judging=max(judging, JUDGING if only else 0.0), stage=stage,
            )  # fmt: skip
            touched |= {item.key: item for item in drained.items}
            # The portal may end a log-in before its time: one renewal, without asking anybody, and on.
            if not again or not _renewed(made, drained.problem):
                break
    if drained.problem is not None and not touched:
        raise drained.problem
    return [_item(desk, item) for item in touched.values()]


def _renewed(made: Connector, problem: DesktopError | None) -> bool:
    from desktop.portal.errors import LoginNeeded

    return isinstance(problem, LoginNeeded) and problem.status == 401 and made.log_in_again()


PATIENCE = 30.0
"""Seconds for which somebody who waits for one dossier also waits for its next tries."""
JUDGING = 120.0
"""Seconds for which somebody who waits for the answer also waits for a portal's judgement."""
_OPEN = frozenset({"QUEUED", "UNCERTAIN", "SENDING"})


def outbox_items(desk: Desk) -> list[ItemView]:
    """Return the whole outbox."""
    return [_item(desk, item) for item in desk.workspace.outbox.items()]


def cancel_item(desk: Desk, key: str) -> None:
    """Take an item out before it is sent."""
    from desktop import outbox

    outbox.cancel(desk.workspace, key)


def schedule_item(desk: Desk, key: str, at: datetime | None) -> ItemView:
    """Give a waiting item the time from which it may leave, or none."""
    from desktop import outbox

    return _item(desk, outbox.schedule(desk.workspace, key, at))


def release_item(desk: Desk, key: str) -> ItemView:
    """Let an item be sent again on the user's word that the portal does not have it.

    Raises PortalCanBeAsked where asking gives a fact instead of a word; CannotSettle unless it is uncertain.
    """
    from desktop import outbox

    _needs_word(desk, key)
    return _item(desk, outbox.release(desk.workspace, key))


def settle_item(desk: Desk, key: str, code: str) -> ItemView:
    """Note the code under which the user found an uncertain item at the portal: it is filed, without a receipt.

    Raises PortalCanBeAsked where asking gives a fact instead of a word; CannotSettle unless it is uncertain.
    """
    from desktop import outbox

    _needs_word(desk, key)
    return _item(desk, outbox.settle_by_hand(desk.workspace, key, code))


def _needs_word(desk: Desk, key: str) -> None:
    item = desk.workspace.outbox.get(key)
    if str(item.state) == "UNCERTAIN" and _can_be_asked(desk, item.portal):
        raise PortalCanBeAsked(key)


def pause(desk: Desk, on: bool) -> None:
    """Hold the whole outbox, or let it go on."""
    desk.workspace.settings.set("outbox_paused", on)


def paused(desk: Desk) -> bool:
    """Say whether the user holds the outbox."""
    return bool(desk.workspace.settings.get("outbox_paused", False))


@dataclass(frozen=True)
class Try:
    """One try at sending or asking, as evidence of it: when, what, with whom, how it ended."""

    number: int
    act: str
    started: datetime
    ended: datetime | None
    outcome: str | None
    reason: str | None
    facts: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return what the command line prints."""
        return {
            "number": self.number, "act": self.act, "started": self.started.isoformat(),
            "ended": self.ended.isoformat() if self.ended else None,
            "outcome": self.outcome, "reason": self.reason, **self.facts,
        }  # fmt: skip


def tries(desk: Desk, key: str) -> list[Try]:
    """Return every try of an item, also those that failed."""
    return [
        Try(one.number, one.act, one.started, one.ended, one.outcome, one.reason, one.facts)
        for one in desk.workspace.outbox.attempts(key)
    ]


def enter_code(desk: Desk, dossier_id: str, code: str, *, portal: str | None = None) -> list[Any]:
    """Keep the code that a portal gave when the dossier was filed by hand; an odd shape is a warning at most.

    portal: where it was given; none: where the dossier was handed over last. Where that portal can be asked for its
    codes, tracking by this code begins.
    """
    from desktop.filing.readiness import PreflightFinding
    from forms.identifiers import check_dossier_code

    dossier = desk.workspace.dossiers.get(dossier_id)
    if portal is not None:
        where: str | None = way_to(desk, portal).url
    else:
        where = handed_to(desk, dossier.id)
    desk.workspace.dossiers.enter_code(dossier.id, code, portal=where)
    odd = check_dossier_code(code)
    return [PreflightFinding("warning", odd.code, facts={"code": code, "text": code})] if odd is not None else []
