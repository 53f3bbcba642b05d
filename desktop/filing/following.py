"""What comes back: statuses, fees and their payment, results."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from desktop.errors import DossierNotFound
from desktop.filing.agenda import due_of
from desktop.filing.desk import ZONE, Desk
from desktop.filing.dossiers import procedure
from desktop.filing.errors import LevelForbids, NotSubmitted
from desktop.filing.ways import Way, connector, way_to, ways

if TYPE_CHECKING:
    from desktop.store.records import Dossier, Receipt


@dataclass(frozen=True)
class StatusView:
    """A dossier as one follows it."""

    id: str | None
    code: str | None
    state: str | None
    status: int | None
    raw: str
    procedure_name: str
    applicant: str
    received: Any
    due: Any
    receipt: Mapping[str, Any] | None
    history: tuple[Mapping[str, Any], ...]
    fees: tuple[Mapping[str, Any], ...]
    results: tuple[Mapping[str, Any], ...]
    withdrawal: str | None = None
    """unknown, not_there, asked, stopped; None: nobody asked for one."""
    clocks: Mapping[str, Any] | None = None
    """`yours`: the day by which you must act; `agency`: the day by which it must; with working days left."""

    def to_json(self) -> dict[str, Any]:
        """Return what the command line prints."""
        return {
            "id": self.id,
            "code": self.code,
            "state": self.state,
            "status": self.status,
            "raw": self.raw,
            "procedure": self.procedure_name,
            "applicant": self.applicant,
            "received": self.received,
            "due": self.due,
            "receipt": self.receipt,
            "history": list(self.history),
            "fees": list(self.fees),
            "results": list(self.results),
            "withdrawal": self.withdrawal,
            "clocks": self.clocks,
        }


def status(desk: Desk, which: str | None = None, *, id_number: str | None = None) -> list[StatusView]:
    """Ask the portals how dossiers stand, keep what they say, and return it.

    `which` is our id or the portal's code; `id_number` looks a person's dossiers up at the portal.
    """
    from desktop import tracking

    ws = desk.workspace
    if id_number is not None:
        with connector(desk, _finding(desk)) as portal:
            return [foreign_view(one) for one in tracking.look_up(portal, id_number=id_number)]
    if which is not None and not _ours(desk, which):
        return _theirs(desk, which)
    wanted = [ws.dossiers.get(which)] if which is not None else ws.dossiers.list(coded=True)
    refresh(desk, wanted)
    return [status_view(desk, dossier.id) for dossier in wanted]


def _ours(desk: Desk, which: str) -> bool:
    try:
        desk.workspace.dossiers.get(which)
    except DossierNotFound:
        return False
    return True


def _theirs(desk: Desk, code: str) -> list[StatusView]:
    """Look a code up that this workspace does not know; nothing is kept. Raises DossierNotFound where none has it."""
    from desktop import tracking
    from desktop.store.ids import typed

    if "-" in code and not typed(code).startswith("HS-"):
        for found in ways(desk):
            if found.abilities.find:
                with connector(desk, found) as portal:
                    if said := tracking.look_up(portal, code=code):
                        return [foreign_view(one) for one in said]
    raise DossierNotFound(code)


def refresh(desk: Desk, wanted: list[Dossier]) -> None:
    """Fetch the present state of dossiers from their portals."""
    from desktop import tracking

    for found in ways(desk):
        mine = [one for one in wanted if one.code and one.portal == found.url]
        if not mine or not found.abilities.track:
            continue
        with connector(desk, found) as portal:
            for dossier in mine:
                tracking.refresh(desk.workspace, portal, dossier.id, desk.clock)
                if desk.workspace.fees.payments(dossier.id):
                    tracking.settle_payments(desk.workspace, portal, dossier.id)


def followed(desk: Desk, dossiers: Iterable[Dossier]) -> list[Dossier]:
    """Return those whose portal can be asked for their code, also where the code was entered by hand."""
    able = {one.url for one in ways(desk) if one.abilities.track}
    return [one for one in dossiers if one.code and one.portal in able]


def _finding(desk: Desk) -> Way:
    """Return the way to the one portal that lists a person's dossiers; a kind that cannot does not count."""
    able = [one for one in ways(desk) if one.abilities.find]
    return able[0] if len(able) == 1 else way_to(desk, None)


def withdraw(desk: Desk, dossier_id: str) -> StatusView:
    """Ask the agency to stop a dossier that was filed; the view then says how that stands.

    Raises NotSubmitted, PortalRefused where it is too late, and any other PortalError: then asking again is safe.
    """
    from desktop import tracking

    dossier, found = at_portal(desk, dossier_id)
    with connector(desk, found) as portal:
        tracking.withdraw(desk.workspace, portal, dossier.id, desk.clock)
    return status_view(desk, dossier.id)


def status_view(desk: Desk, dossier_id: str) -> StatusView:
    """Return what the workspace knows of a dossier's way."""
    from desktop import tracking

    ws = desk.workspace
    dossier = ws.dossiers.get(dossier_id)
    receipt = ws.outbox.receipt_of(dossier.id)
    return StatusView(
        dossier.id,
        dossier.code,
        str(dossier.state),
        dossier.status,
        dossier.raw or "",
        dossier.procedure_name,
        dossier.client.name,
        dossier.received,
        dossier.due,
        _told_by(receipt),
        _steps(ws.statuses.history(dossier.id)),
        tuple(
            {"id": f.fee, "title": f.title, "amount": f.amount, "state": str(f.state)} for f in ws.fees.list(dossier.id)
        ),
        tuple({"id": r.result, "name": r.name, "verdict": r.verdict} for r in ws.results.list(dossier.id)),
        tracking.withdrawal(ws, dossier.id),
        _clocks(desk, dossier),
    )


def _told_by(receipt: Receipt | None) -> dict[str, Any] | None:
    """Return what is shown of a receipt: whether it is believed, and the mandate that it names."""
    if receipt is None:
        return None
    from desktop.portal.receipt import mandate_of

    named = mandate_of(receipt.data) if receipt.trusted else None
    return {"trusted": receipt.trusted} | ({"mandate": named} if named is not None else {})


def _steps(history: Iterable[Any]) -> tuple[Mapping[str, Any], ...]:
    """Return the portal's history, each step with whether it went back; one in unknown words goes nowhere."""
    found: list[Mapping[str, Any]] = []
    furthest = 0
    for one in history:
        step = _PLACE.get(one.status or 0, 0)
        back = bool(step) and step < furthest
        found.append({"at": one.at, "status": one.status, "raw": one.raw, "note": one.note, "backward": back})
        furthest = step or furthest
    return tuple(found)


# How far each status is along the way; asking for papers or money is no step forward from processing.
_PLACE = {1: 1, 2: 2, 4: 3, 5: 3, 6: 3, 7: 3, 3: 4, 8: 4, 9: 5, 10: 6}


def _clocks(desk: Desk, dossier: Dossier) -> Mapping[str, Any]:
    """Return both clocks in Việt Nam's days: of whoever files, and of the agency once it has the dossier."""
    from desktop.filing.supplements import open_requests
    from forms.period import calendar_covers, working_days

    today = desk.today()
    yours = None
    if dossier.status == 5:
        yours = min((one.due for one in open_requests(desk, dossier.id) if one.due is not None), default=None)
    elif dossier.code is None:
        yours = due_of(dossier.period)
    ended = dossier.status in (3, 8, 9, 10)
    agency = dossier.due.astimezone(ZONE).date() if dossier.due is not None and not ended else None

    def left(day: date | None) -> dict[str, Any] | None:
        if day is None:
            return None
        return {"day": day, "working_days": working_days(today, day), "certain": calendar_covers(day)}

    return {"yours": left(yours), "agency": left(agency)}


def foreign_view(one: Any) -> StatusView:
    """Return what a portal says of a dossier that this workspace need not know."""
    return StatusView(
        None, one.code, None, one.status, one.raw, one.procedure_name, one.applicant, one.received, one.due, None,
        tuple({"at": h.at, "status": h.status, "raw": h.raw, "note": h.note} for h in one.history),
        tuple({"id": f.id, "title": f.title, "amount": f.amount, "state": f.state} for f in one.fees),
        tuple({"id": r.id, "name": r.name, "verdict": None} for r in one.results),
    )  # fmt: skip


def at_portal(desk: Desk, dossier_id: str) -> tuple[Dossier, Way]:
    """Return a dossier that was filed and the way to its portal; raise NotSubmitted."""
    dossier = desk.workspace.dossiers.get(dossier_id)
    if dossier.code is None or dossier.portal is None:
        raise NotSubmitted(dossier.id)
    return dossier, way_to(desk, dossier.portal)


@dataclass(frozen=True)
class PaymentView:
    """One fee and how its payment stands."""

    fee: str
    title: str
    amount: int
    state: str
    url: str | None


def pay(
    desk: Desk, dossier_id: str, *, browse: Callable[[str], None] | None = None, patience: float = 60.0
) -> list[PaymentView]:
    """Pay what is due on the portal's own page, in the system's browser, and wait for the portal's word.

    Raises LevelForbids where the procedure takes no online payment.
    """
    from desktop import tracking

    dossier, found = at_portal(desk, dossier_id)
    allowed = procedure(desk, dossier.procedure).allows()
    if not allowed.pay_online:
        raise LevelForbids(dossier.procedure, allowed.reasons.get("pay_online"))
    with connector(desk, found) as portal:
        tracking.refresh(desk.workspace, portal, dossier.id, desk.clock)
        paid = tracking.pay(
            desk.workspace, portal, dossier.id, desk.clock, browse=browse or open_browser, patience=patience
        )
        tracking.refresh(desk.workspace, portal, dossier.id, desk.clock)
    fees = {fee.fee: fee for fee in desk.workspace.fees.list(dossier.id)}
    return [PaymentView(one.fee, fees[one.fee].title, one.amount, str(fees[one.fee].state), one.url) for one in paid]


def open_browser(url: str) -> None:
    """Open a page of the portal in the system's browser ($BROWSER where it is set)."""
    import webbrowser

    webbrowser.open(url)


@dataclass(frozen=True)
class ResultView:
    """A result, byte for byte, with its verdict."""

    name: str
    data: bytes
    verdict: Any
    trusted: bool


def fetch_results(desk: Desk, dossier_id: str) -> list[ResultView]:
    """Fetch the results, keep them as they came, and validate their signatures against the portal's authorities."""
    from desktop import tracking
    from desktop.filing.documents import validate_data

    dossier, found = at_portal(desk, dossier_id)
    seen = []
    with connector(desk, found) as portal:
        trust = tracking.result_trust(portal)
        tracking.refresh(desk.workspace, portal, dossier.id, desk.clock)
        for result in tracking.fetch_results(desk.workspace, portal, dossier.id, desk.clock):
            data = desk.workspace.files.read(result.sha256)
            verdict = validate_data(desk, result.name, data, trust)
            if str(verdict.verdict) != "valid" and portal.learn_keys():
                # The portal changed who signs for it while this computer was away.
                trust = tracking.result_trust(portal)
                verdict = validate_data(desk, result.name, data, trust)
            desk.workspace.results.fetched(
                dossier.id, result.result, result.sha256, str(verdict.verdict), verdict.to_json()
            )
            seen.append(ResultView(result.name, data, verdict, str(verdict.verdict) == "valid"))
    return seen


def safe_name(name: str) -> str:
    """Turn a name that a portal gave into one that names a file in the chosen folder and nothing else."""
    from forms.dossier import safe_name as safe

    stem, dot, extension = name.rpartition(".")
    if not dot or not extension.isalnum() or len(extension) > 8:
        return safe(name)
    return safe(stem, extension=f".{extension}")
