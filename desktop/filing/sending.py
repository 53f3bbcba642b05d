"""Portals, log-in, submission, tracking, payment and results: the way between the desk and a portal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from desktop.errors import RecordNotFound
from desktop.filing.desk import Desk, confirm_unconfirmed
from desktop.filing.dossiers import open_form, procedure
from desktop.filing.errors import LevelForbids, NoPortal, NotSubmitted, SeveralPortals
from desktop.messages import Language, message, shown

if TYPE_CHECKING:
    from desktop.portal.catalogue import Found, Imported
    from desktop.portal.catalogue.trusted import TrustedCatalogue, Updated
    from desktop.portal.connection import Connection
    from desktop.portal.contract import Progress
    from desktop.portal.session import Login
    from desktop.portal.submission import HosoConnector
    from desktop.store.records import Dossier, OutboxItem

# --- portals ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class KnownPortal:
    """A portal that this computer knows."""

    url: str
    name_vi: str
    name_en: str
    fingerprint: str
    practice: bool


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
        updated = desk.catalogue.add_portal(connection, fingerprint=fingerprint, now=desk.now(), agree=confirm)
        address = connection.url
    desk.catalogue.refresh()
    _keep_portal(desk, address, updated)
    known = desk.catalogue.portal(address)
    assert known is not None
    return _known(known)


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


def portals(desk: Desk) -> list[KnownPortal]:
    """Return the portals that this computer knows, those of this kind of workspace."""
    return [_known(one) for one in desk.catalogue.portals() if one.pin.practice == desk.practice]


def remove_portal(desk: Desk, url: str) -> None:
    """Forget a portal."""
    if not desk.catalogue.remove_portal(url):
        raise RecordNotFound("portal", url)


def portal_of(desk: Desk, url: str | None) -> TrustedCatalogue:
    """Choose a portal: the one named, or the only one. Raises NoPortal, SeveralPortals."""
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


def import_catalogue(desk: Desk, source: Path, *, say: Callable[[str], None] | None = None) -> Imported:
    """Import the national portal's records."""
    return desk.catalogue.import_records(source)


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


# --- trust -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AnchorView:
    """A certificate that this workspace trusts."""

    fingerprint: str
    common_name: str
    issuer: str
    valid_from: Any
    valid_to: Any
    source: str


def trust_add(desk: Desk, data: bytes, *, source: str = "user") -> list[AnchorView]:
    """Trust the certificates of a file; revocation lists in it are kept, too."""
    from signing.certificate import parse
    from signing.trust import read

    added = []
    for der, kind in read(data):
        if kind == "crl":
            import hashlib

            desk.workspace.trust.add(hashlib.sha256(der).hexdigest(), "crl", "CRL", der, source=source)
            continue
        certificate = parse(der)
        kind = "anchor" if certificate.self_signed else "intermediate"
        desk.workspace.trust.add(certificate.fingerprint, kind, certificate.common_name, der, source=source)
        added.append(_anchor(certificate, source))
    return added


def trust_list(desk: Desk) -> list[AnchorView]:
    """Return what this workspace trusts (KS-11)."""
    from signing.certificate import parse

    return [_anchor(parse(one.der), one.source) for one in desk.workspace.trust.list() if one.kind != "crl"]


def trust_remove(desk: Desk, fingerprint: str) -> None:
    """Trust a certificate no longer."""
    desk.workspace.trust.remove(fingerprint.replace(":", "").lower())


def _anchor(certificate: Any, source: str) -> AnchorView:
    return AnchorView(
        certificate.fingerprint,
        certificate.common_name,
        certificate.issuer,
        certificate.valid_from,
        certificate.valid_to,
        source,
    )


# --- log-in ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class WhoIs:
    """Who is logged in where."""

    portal: str
    person: str


def login(desk: Desk, url: str | None, person: str | None) -> WhoIs:
    """Log in at a portal; at a practice portal as a named practice person."""
    from desktop.portal.session import PracticeLogIn

    found = portal_of(desk, url)
    with connect(desk, found.pin.url) as connection:
        entered = PracticeLogIn(person or "Nguyễn Thị Thực Hành").log_in(connection, desk.now())
    _learn_portal(desk, found)
    desk.workspace.portals.save_session(
        found.pin.url, entered.to_json(), {"name": entered.person.name}, entered.expires
    )
    return WhoIs(found.pin.url, entered.person.name)


def _learn_portal(desk: Desk, found: TrustedCatalogue) -> None:
    """Let the workspace know a portal that was pinned before the workspace was made."""
    try:
        desk.workspace.portals.get(found.pin.url)
    except RecordNotFound:
        known = _known(found)
        desk.workspace.portals.add(
            found.pin.url, name_vi=known.name_vi, name_en=known.name_en, practice=known.practice,
            fingerprint=known.fingerprint,
        )  # fmt: skip


def logout(desk: Desk, url: str | None) -> None:
    """Forget the log-in."""
    desk.workspace.portals.drop_session(portal_of(desk, url).pin.url)


def whoami(desk: Desk) -> list[WhoIs]:
    """Return who is logged in where."""
    found = []
    for one in desk.catalogue.portals():
        kept = desk.workspace.portals.session(one.pin.url)
        if kept is not None:
            found.append(WhoIs(one.pin.url, str(kept.person.get("name", ""))))
    return found


def _token(desk: Desk, found: TrustedCatalogue) -> str:
    """Return a token that may still be used. Raises LoginNeeded."""
    from desktop.portal.errors import LoginNeeded
    from desktop.portal.session import Login

    kept = desk.workspace.portals.session(found.pin.url)
    entered: Login | None = Login.from_json(kept.tokens) if kept is not None else None
    if entered is None or not entered.valid(desk.now()):
        if desk.practice:
            name = str(kept.person.get("name")) if kept is not None else None
            login(desk, found.pin.url, name)  # a practice log-in has no password that could be asked for
            return _token(desk, found)
        raise LoginNeeded(found.pin.url, 401, "", "")
    return entered.access_token


# --- sending ---------------------------------------------------------------------------------------------------------


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
            "DONE": f"Đã nộp, có biên nhận của cổng; mã hồ sơ {self.code}.",
            "REFUSED": f"Cổng không nhận lúc {when}.",
            "UNCERTAIN": f"Đã gửi lúc {when}, chưa nhận được trả lời. Đang hỏi cổng; không gửi lại.",
            "CANCELLED": "Đã rút khỏi hộp gửi.",
        }
        en = {
            "QUEUED": "Waiting to be sent.",
            "SENDING": f"Being sent since {when}.",
            "DONE": f"Filed, with the portal's receipt; dossier code {self.code}.",
            "REFUSED": f"Refused by the portal at {when}.",
            "UNCERTAIN": f"Sent at {when}; no answer came. The portal is being asked; it is not sent again.",
            "CANCELLED": "Taken out of the outbox.",
        }
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
        }


def _item(desk: Desk, item: OutboxItem) -> ItemView:
    dossier = desk.workspace.dossiers.get(item.dossier)
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
    )


def connector(desk: Desk, found: TrustedCatalogue, connection: Connection) -> HosoConnector:
    """Return the connector of a portal, with fresh catalogue metadata and a usable log-in."""
    from desktop.portal.submission import HosoConnector

    verified = found.fresh(connection, desk.now())
    return HosoConnector(connection, verified.description, _token(desk, found))


def submit(
    desk: Desk,
    dossier_id: str,
    *,
    portal: str | None = None,
    queue_only: bool = False,
    again: bool = False,
    accept_unconfirmed: bool = False,
    progress: Progress | None = None,
) -> ItemView:
    """Queue a signed dossier, then send what is queued of it unless only queueing was asked for.

    Raises LevelForbids, UnconfirmedNotAccepted, NotSigned, DuplicateFiling, OutboxBusy, NoPortal.
    """
    from desktop import outbox

    ws = desk.workspace
    dossier = ws.dossiers.get(dossier_id)
    allowed = procedure(desk, dossier.procedure).allows()
    if not allowed.submit:
        raise LevelForbids(dossier.procedure, allowed.reasons.get("submit"))
    for part in ws.dossiers.components(dossier.id):
        if part.form is not None:
            confirm_unconfirmed(open_form(desk, part.form), "submit", desk.today(), accepted=accept_unconfirmed)
    found = portal_of(desk, portal)
    _learn_portal(desk, found)
    item = outbox.enqueue(ws, dossier.id, found.pin.url, confirmed=again)
    if not queue_only:
        drain(desk, portal=found.pin.url, only=item.key, progress=progress)
    return _item(desk, ws.outbox.get(item.key))


def drain(
    desk: Desk, *, portal: str | None = None, only: str | None = None, progress: Progress | None = None
) -> list[ItemView]:
    """Send what is queued and settle what is uncertain, at every known portal or at one."""
    from desktop import outbox

    ws = desk.workspace
    wanted = [portal_of(desk, portal)] if portal else desk.catalogue.portals()
    done = []
    for found in wanted:
        if found.pin.practice != desk.practice:
            continue
        if not [item for item in ws.outbox.items(portal=found.pin.url) if item.state in _OPEN]:
            continue
        with connect(desk, found.pin.url) as connection:
            made = connector(desk, found, connection)
            drained = outbox.drain(
                ws, made, desk.clock, progress, only=only, portal=found.pin.url, patience=30.0 if only else 0.0
            )
        done += [_item(desk, item) for item in drained.items]
        if drained.problem is not None and not drained.items:
            raise drained.problem
    return done


_OPEN = frozenset({"QUEUED", "UNCERTAIN", "SENDING"})


def outbox_items(desk: Desk) -> list[ItemView]:
    """Return the whole outbox."""
    return [_item(desk, item) for item in desk.workspace.outbox.items()]


def cancel_item(desk: Desk, key: str) -> None:
    """Take an item out before it is sent."""
    from desktop import outbox

    outbox.cancel(desk.workspace, key)


# --- by hand ---------------------------------------------------------------------------------------------------------


def enter_code(desk: Desk, dossier_id: str, code: str) -> list[Any]:
    """Keep the code that a portal gave when the dossier was filed by hand; an odd shape is a warning at most."""
    from desktop.filing.preflight import PreflightFinding
    from forms.identifiers import check_dossier_code

    dossier = desk.workspace.dossiers.get(dossier_id)
    desk.workspace.dossiers.enter_code(dossier.id, code)
    odd = check_dossier_code(code)
    return [PreflightFinding("warning", odd.code, facts={"code": code, "text": code})] if odd is not None else []


# --- following -------------------------------------------------------------------------------------------------------


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
        }


def status(desk: Desk, which: str | None = None, *, id_number: str | None = None) -> list[StatusView]:
    """Ask the portals how dossiers stand, keep what they say, and return it.

    `which` is our id or the portal's code; `id_number` looks a person's dossiers up at the portal.
    """
    from desktop import tracking

    ws = desk.workspace
    if id_number is not None:
        rows = []
        found = portal_of(desk, None)
        with connect(desk, found.pin.url) as connection:
            for one in tracking.look_up(connection, _token(desk, found), id_number=id_number):
                rows.append(_foreign(one))
        return rows
    wanted = [ws.dossiers.get(which)] if which is not None else ws.dossiers.list(coded=True)
    refresh(desk, wanted)
    return [status_view(desk, dossier.id) for dossier in wanted]


def refresh(desk: Desk, wanted: list[Dossier]) -> None:
    """Fetch the present state of dossiers from their portals."""
    from desktop import tracking

    for found in desk.catalogue.portals():
        mine = [one for one in wanted if one.code and not one.code_entered and one.portal == found.pin.url]
        if not mine or found.pin.practice != desk.practice:
            continue
        with connect(desk, found.pin.url) as connection:
            token = _token(desk, found)
            for dossier in mine:
                tracking.refresh(desk.workspace, connection, token, dossier.id, desk.clock)


def status_view(desk: Desk, dossier_id: str) -> StatusView:
    """Return what the workspace knows of a dossier's way."""
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
        {"trusted": receipt.trusted} if receipt is not None else None,
        tuple({"at": s.at, "status": s.status, "raw": s.raw, "note": s.note} for s in ws.statuses.history(dossier.id)),
        tuple(
            {"id": f.fee, "title": f.title, "amount": f.amount, "state": str(f.state)} for f in ws.fees.list(dossier.id)
        ),
        tuple({"id": r.result, "name": r.name, "verdict": r.verdict} for r in ws.results.list(dossier.id)),
    )


def _foreign(one: Any) -> StatusView:
    return StatusView(
        None, one.code, None, one.status, one.raw, one.procedure_name, one.applicant, one.received, one.due, None,
        tuple({"at": h.at, "status": h.status, "raw": h.raw, "note": h.note} for h in one.history),
        tuple({"id": f.id, "title": f.title, "amount": f.amount, "state": f.state} for f in one.fees),
        tuple({"id": r.id, "name": r.name, "verdict": None} for r in one.results),
    )  # fmt: skip


def _at_portal(desk: Desk, dossier_id: str) -> tuple[Dossier, TrustedCatalogue]:
    dossier = desk.workspace.dossiers.get(dossier_id)
    if dossier.code is None or dossier.portal is None or dossier.code_entered:
        raise NotSubmitted(dossier.id)
    return dossier, portal_of(desk, dossier.portal)


# --- paying ----------------------------------------------------------------------------------------------------------


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

    dossier, found = _at_portal(desk, dossier_id)
    allowed = procedure(desk, dossier.procedure).allows()
    if not allowed.pay_online:
        raise LevelForbids(dossier.procedure, allowed.reasons.get("pay_online"))
    with connect(desk, found.pin.url) as connection:
        token = _token(desk, found)
        tracking.refresh(desk.workspace, connection, token, dossier.id, desk.clock)
        paid = tracking.pay(
            desk.workspace, connection, token, dossier.id, desk.clock, browse=browse or open_browser, patience=patience
        )
        tracking.refresh(desk.workspace, connection, token, dossier.id, desk.clock)
    fees = {fee.fee: fee for fee in desk.workspace.fees.list(dossier.id)}
    return [PaymentView(one.fee, fees[one.fee].title, one.amount, str(fees[one.fee].state), one.url) for one in paid]


def open_browser(url: str) -> None:
    """Open a page of the portal in the system's browser ($BROWSER where it is set)."""
    import webbrowser

    webbrowser.open(url)


# --- results ---------------------------------------------------------------------------------------------------------


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

    dossier, found = _at_portal(desk, dossier_id)
    seen = []
    with connect(desk, found.pin.url) as connection:
        trust = tracking.result_trust(connection, found.verified().description)
        token = _token(desk, found)
        tracking.refresh(desk.workspace, connection, token, dossier.id, desk.clock)
        for result in tracking.fetch_results(desk.workspace, connection, token, dossier.id, desk.clock):
            data = desk.workspace.files.read(result.sha256)
            verdict = validate_data(desk, result.name, data, trust)
            desk.workspace.results.fetched(
                dossier.id, result.result, result.sha256, str(verdict.verdict), verdict.to_json()
            )
            seen.append(ResultView(result.name, data, verdict, str(verdict.verdict) == "valid"))
    return seen


def safe_name(name: str) -> str:
    """Turn a name that a portal gave into one that names a file in the chosen folder and nothing else."""
    kept = "".join(c if c.isalnum() or c in " .-_()" else "_" for c in name).strip(" .")
    return (kept or "ket-qua")[:120]


# --- clients ---------------------------------------------------------------------------------------------------------


def add_client(desk: Desk, tax_code: str, name: str, facts: Mapping[str, Any]) -> Any:
    """Add a client. Raises ClientExists, BadIdentifier for a tax code that cannot be one."""
    from desktop.filing.errors import BadTaxCode
    from forms.identifiers import check_tax_code, nfc

    code = tax_code.strip()
    found = check_tax_code(code)
    if found is not None and found.severity == "error":
        raise BadTaxCode(code)
    known = {str(key): nfc(str(value)) for key, value in facts.items() if value not in (None, "")}
    return desk.workspace.clients.add(code, nfc(name), known)
