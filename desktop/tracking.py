"""What comes back from portals: statuses, fees and payments, letters, results.

Every function takes the workspace, a connection, a token and the clock, and does one thing.  The portal
is asked outside of any transaction; what it said is then kept whole or not at all.  Statuses may go
backwards and may be words that nobody knows yet: the raw text always stands beside the number.  Two clocks
are kept apart: the portal's (`at`, `received`, `due`) and ours (when it was seen here).
"""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from desktop.errors import DossierNotFound
from desktop.portal.answers import changes_from, dossier_from, dossiers_from, payment_from
from desktop.portal.connection import Connection, loopback, segment
from desktop.portal.contract import DossierAtPortal, PortalMessage, Progress
from desktop.portal.contract import Payment as PortalPayment
from desktop.portal.errors import (
    NotAtPortal,
    PortalAddressForbidden,
    PortalAnsweredGarbage,
    PortalError,
    PortalRefused,
    PortalUnreachable,
    ReceiptInvalid,
)
from desktop.portal.receipt import verify_payment
from desktop.store import Workspace
from desktop.store.records import Dossier, FeeState, Payment, PaymentState, Result
from desktop.store.timing import Clock
from forms.identifiers import fold

if TYPE_CHECKING:
    from desktop.portal.contract import PortalDescription
    from signing.trust import Trust

STATUSES = {
    1: "Mới đăng ký",
    2: "Được tiếp nhận",
    3: "Không được tiếp nhận",
    4: "Đang xử lý",
    5: "Yêu cầu bổ sung giấy tờ",
    6: "Yêu cầu thực hiện nghĩa vụ tài chính",
    7: "Công dân yêu cầu rút hồ sơ",
    8: "Dừng xử lý",
    9: "Đã xử lý xong",
    10: "Đã trả kết quả",
}
"""The ten statuses in which local portals report to the national one."""

FINAL = frozenset({3, 8, 10})
"""Nothing more is expected after these, though it may come."""

GONE = "Cổng không còn lưu hồ sơ này"
"""Our own words where the portal has none left to give."""

PAYMENT_RECEIPT = "payment_receipt"
"""The kind of evidence that an e-receipt is kept as."""

_WITHDRAWN = {7: "asked", 8: "stopped"}

RESULT_LIMIT = 128 * 1024 * 1024
"""Bytes of one result."""

_PAGES = 100
# Words of systems that send no number (DichVuCong's own, and others' of the same family).
_WORDS = {
    "receiving": 1,
    "new": 2,
    "denied": 3,
    "processing": 4,
    "waiting": 5,
    "paying": 6,
    "cancelled": 7,
    "unresolved": 8,
    "releasing": 9,
    "done": 10,
} | {fold(name): number for number, name in STATUSES.items()}


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


def normalised(status: int | None, raw: str) -> int | None:
    """Return 1 to 10 as the national portal numbers statuses; None: unknown, show the raw text."""
    if status is not None:
        return status if 1 <= status <= 10 else None
    return _WORDS.get(fold(raw))


def status_name(status: int | None, raw: str | None) -> str:
    """Return the words for a status: the portal's own where it gave any."""
    return raw or (STATUSES.get(status, "") if status is not None else "")


# --- looking --------------------------------------------------------------------------------------------


def look_up(
    connection: Connection, token: str, *, code: str | None = None, id_number: str | None = None
) -> list[DossierAtPortal]:
    """Return what the portal tells of a dossier, or of all of a tax code or personal number; nothing is kept.

    An unknown code gives an empty list.
    """
    if code is not None:
        try:
            return [_fetch(connection, token, code)]
        except NotAtPortal:
            return []
    answer = connection.get(f"/v1/dossiers?id_number={quote(id_number or '', safe='')}", token=token)
    return list(dossiers_from(answer.json(), connection.host))


def refresh(ws: Workspace, connection: Connection, token: str, dossier: str, clock: Clock) -> Changed:
    """Fetch the present state of one of our dossiers and keep it.

    Raises NotAtPortal where the portal does not (or no longer) know it, or any other PortalError.
    """
    ours = ws.dossiers.get(dossier)
    if ours.code is None:
        return Changed(ours.id, "", frozenset())
    return _heard(ws, keep(ws, ours, _fetch(connection, token, ours.code), clock))


def _heard(ws: Workspace, changed: Changed) -> Changed:
    """Note where the portal, asked after a withdrawal whose answer was cut off, has none."""
    if withdrawal(ws, changed.dossier) == "unknown":
        ws.dossiers.note(changed.dossier, "withdrawal_not_there")
    return changed


def poll(ws: Workspace, connection: Connection, token: str, portal: str, clock: Clock) -> Polled:
    """Read a portal's changes from where the last look ended, and keep what concerns our dossiers.

    The place is noted only after everything before it is kept: a cut loses nothing and doubles nothing.
    A dossier that the portal deleted gets a note and its own words; what is kept of it stays.
    """
    changed: dict[str, Changed] = {}
    foreign: dict[str, None] = {}
    cursor = ws.portals.get(portal).cursor
    for _ in range(_PAGES):
        place = f"?cursor={quote(cursor, safe='')}" if cursor else ""
        page = changes_from(connection.get(f"/v1/changes{place}", token=token).json(), connection.host)
        deleted = {one.code: one for one in page.changes if one.kind == "deleted"}
        for code in dict.fromkeys(one.code for one in page.changes):
            ours = _ours(ws, code, portal)
            if ours is None:
                foreign[code] = None
                continue
            try:
                new = _heard(ws, keep(ws, ours, _fetch(connection, token, code), clock))
            except NotAtPortal:
                if code not in deleted:
                    raise
                new = _bury(ws, ours, deleted[code].at)
            before = changed.get(code)
            changed[code] = new if before is None else Changed(new.dossier, code, new.what | before.what)
        if page.more and page.cursor == (cursor or ""):
            # It promises more but does not move on: asking again would never end.
            raise PortalAnsweredGarbage(connection.host, "cursor")
        ws.portals.set_cursor(portal, page.cursor)
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
                told = {"state": letter.state, "kind": letter.kind, "components": list(letter.components)}
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


def _fetch(connection: Connection, token: str, code: str) -> DossierAtPortal:
    answer = connection.get(f"/v1/dossiers/{segment(code)}", token=token)
    said = dossier_from(answer.json(), connection.host)
    if said.code != code:
        raise PortalAnsweredGarbage(connection.host, "code")
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


# --- paying ---------------------------------------------------------------------------------------------


def pay(
    ws: Workspace,
    connection: Connection,
    token: str,
    dossier: str,
    clock: Clock,
    *,
    browse: Callable[[str], None],
    patience: float = 60.0,
    sleep: Callable[[float], None] = time.sleep,
    progress: Progress | None = None,
    portal: PortalDescription | None = None,
) -> list[Payment]:
    """Pay each unpaid fee of a dossier: begin (or take up) its payment, show its page, wait for the portal's word.

    The key of a payment is on disk before the portal hears of it, and the same is used until the portal
    says that it failed: nothing is paid twice by ourselves.  A payment that is still pending after
    `patience` seconds is returned as such; one that is paid and not yet confirmed is returned at once,
    and its page is never shown again.  With `portal` e-receipts are verified and kept as evidence.
    Raises PortalAnsweredGarbage where the portal asks for another amount than the fee's,
    PortalAddressForbidden for a page that may not be shown.
    """
    ours = ws.dossiers.get(dossier)
    if ours.code is None:
        return []
    # What an earlier run began and could not see to its end comes first: the portal may have been paid since.
    settle_payments(ws, connection, token, ours.id, portal)
    done = []
    for fee in ws.fees.list(ours.id):
        if fee.state == FeeState.PAID:
            continue
        payment = ws.fees.start_payment(ours.id, fee.fee)
        said = _begin(connection, token, ours.code, payment)
        payment = _settle(ws, payment, said, ours.code, portal)
        if payment.state == PaymentState.PENDING:
            browse(_page(connection, said.url))
            ask = partial(_ask_payment, ws, connection, token, payment, said.id, ours.code or "", portal)
            payment = _await(ask, patience, sleep, progress)
        done.append(payment)
    return done


def settle_payments(
    ws: Workspace, connection: Connection, token: str, dossier: str, portal: PortalDescription | None = None
) -> list[Payment]:
    """Ask how the payments of a dossier stand that are not known to be at their end, without beginning any.

    One that was cut off before its answer is asked for under its own key where the portal says that the fee is
    being paid or is paid: the portal then gives the payment that it has.  A missing e-receipt is fetched.
    """
    ours = ws.dossiers.get(dossier)
    fees = {fee.fee: fee.state for fee in ws.fees.list(ours.id)}
    receipts = {one.facts.get("payment") for one in ws.evidence.list(ours.id, PAYMENT_RECEIPT)}
    found = []
    for payment in ws.fees.payments(ours.id):
        proven = portal is None or payment.id in receipts
        ended = payment.state == PaymentState.FAILED or (payment.state == PaymentState.PAID and proven)
        code = ours.code or ""
        if not ended and payment.portal_payment:
            payment = _ask_payment(ws, connection, token, payment, payment.portal_payment, code, portal)
        elif not ended and code and fees.get(payment.fee) != FeeState.DUE:
            payment = _settle(ws, payment, _begin(connection, token, code, payment), code, portal)
        found.append(payment)
    return found


def _begin(connection: Connection, token: str, code: str, payment: Payment) -> PortalPayment:
    """Tell the portal of a payment under its key, or hear of the one that it has."""
    answer = connection.send(
        "POST",
        f"/v1/dossiers/{segment(code)}/payments",
        {"fee": payment.fee},
        token=token,
        headers={"Idempotency-Key": payment.id},
    )
    said = payment_from(answer.json(), connection.host)
    if said.amount != payment.amount:
        raise PortalAnsweredGarbage(connection.host, "amount")
    return said


def _await(
    ask: Callable[[], Payment],
    patience: float,
    sleep: Callable[[float], None],
    progress: Progress | None,
) -> Payment:
    waited, pause = 0.0, 0.5
    while True:
        payment = ask()
        if payment.state != PaymentState.PENDING or waited >= patience:
            return payment
        if progress is not None and progress.cancelled():
            return payment
        sleep(pause)
        waited += pause
        pause = min(pause * 1.5, 5.0)


def _ask_payment(
    ws: Workspace,
    connection: Connection,
    token: str,
    payment: Payment,
    at_portal: str,
    code: str,
    portal: PortalDescription | None,
) -> Payment:
    answer = connection.get(f"/v1/payments/{segment(at_portal)}", token=token)
    return _settle(ws, payment, payment_from(answer.json(), connection.host), code, portal)


def _settle(
    ws: Workspace, payment: Payment, said: PortalPayment, code: str, portal: PortalDescription | None
) -> Payment:
    known = {"paid": PaymentState.PAID, "failed": PaymentState.FAILED, "confirming": PaymentState.CONFIRMING}
    state = known.get(said.state, PaymentState.PENDING)
    with ws.transaction():
        settled = ws.fees.settle_payment(payment.id, state, portal_payment=said.id, url=said.url or None)
        if settled.state == PaymentState.PAID and said.receipt and portal is not None:
            _keep_payment_receipt(ws, settled, said, code, portal)
    return settled


def _keep_payment_receipt(
    ws: Workspace, payment: Payment, said: PortalPayment, code: str, portal: PortalDescription
) -> None:
    """Keep an e-receipt as it came, once, and whether it proves the payment."""
    assert said.receipt is not None
    if any(one.facts.get("payment") == payment.id for one in ws.evidence.list(payment.dossier, PAYMENT_RECEIPT)):
        return
    facts: dict[str, Any] = {"payment": payment.id, "fee": payment.fee, "amount": payment.amount, "trusted": True}
    try:
        verify_payment(said.receipt, portal, payment=said.id, code=code, fee=payment.fee, amount=payment.amount)
    except ReceiptInvalid as invalid:
        facts |= {"trusted": False, "why": invalid.code}
    ws.evidence.add(
        payment.dossier, PAYMENT_RECEIPT, said.receipt.encode("utf-8", "replace"),
        name="bien-lai-dien-tu.jws", media_type="application/jose", facts=facts,
    )  # fmt: skip


# --- withdrawing ----------------------------------------------------------------------------------------


def withdraw(ws: Workspace, connection: Connection, token: str, dossier: str, clock: Clock) -> Changed:
    """Ask the portal to stop a dossier; it may be asked again at any time and comes to the same.

    That it was asked is on disk before the first byte leaves: when the answer is cut off, `withdrawal` says
    "unknown" until the portal has been heard.  Raises PortalRefused (WITHDRAWAL_TOO_LATE) and any PortalError.
    """
    ours = ws.dossiers.get(dossier)
    assert ours.code is not None
    ws.dossiers.note(ours.id, "withdrawal_sent")
    try:
        answer = connection.send("POST", f"/v1/dossiers/{segment(ours.code)}/withdrawal", token=token)
    except PortalRefused as refusal:
        ws.dossiers.note(ours.id, "withdrawal_refused", {"problem": refusal.problem})
        raise
    except PortalUnreachable as trouble:
        if not trouble.sent:
            ws.dossiers.note(ours.id, "withdrawal_not_there")
        raise
    said = dossier_from(answer.json(), connection.host)
    if said.code != ours.code:
        raise PortalAnsweredGarbage(connection.host, "code")
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


def _page(connection: Connection, url: str) -> str:
    """Return the address of a payment page if a browser may be sent there."""
    if url.startswith("/") and not url.startswith("//"):
        return connection.url + url
    try:
        parts = urlsplit(url)
        here = parts.scheme == "http" and connection.practice and loopback(parts.hostname)
    except ValueError as error:
        raise PortalAddressForbidden(url[:200]) from error
    if not parts.hostname or parts.username or (parts.scheme != "https" and not here):
        raise PortalAddressForbidden(url[:200])
    return url


# --- results --------------------------------------------------------------------------------------------


def fetch_results(
    ws: Workspace, connection: Connection, token: str, dossier: str, clock: Clock, *, progress: Progress | None = None
) -> list[Result]:
    """Fetch the results that are announced, and keep each byte for byte under its hash.

    Returns all results whose bytes are here; the caller validates them (`result_trust`) and notes the
    verdict with `ws.results.fetched`.  Bytes that are not those announced raise PortalAnsweredGarbage.
    """
    ours = ws.dossiers.get(dossier)
    if ours.code is None:
        return []
    here = []
    for result in ws.results.list(ours.id):
        if not (result.sha256 and ws.files.has(result.sha256)):
            result = _fetch_result(ws, connection, token, ours, result, progress)
        here.append(result)
    return here


def _fetch_result(
    ws: Workspace, connection: Connection, token: str, ours: Dossier, result: Result, progress: Progress | None
) -> Result:
    # In memory, not in a file: what a result says must not lie on the disk in the clear.
    target = io.BytesIO()
    limit = min(result.size, RESULT_LIMIT) if result.sha256 else RESULT_LIMIT
    path = f"/v1/dossiers/{segment(ours.code or '')}/results/{segment(result.result)}"
    connection.download(path, target, limit=limit, token=token, progress=progress)
    data = target.getvalue()
    sha256 = hashlib.sha256(data).hexdigest()
    if result.sha256 and sha256 != result.sha256:
        raise PortalAnsweredGarbage(connection.host, f"results[{result.result}].sha256")
    with ws.transaction():
        ws.files.put(data, result.name, result.media_type)
        if not result.sha256:
            ws.results.announce(
                ours.id,
                result.result,
                name=result.name,
                media_type=result.media_type,
                size=len(data),
                sha256=sha256,
                issued=result.issued,
            )
    return next(one for one in ws.results.list(ours.id) if one.result == result.result)


def result_trust(connection: Connection, portal: PortalDescription) -> Trust:
    """Return whom to trust for results: the authorities that the verified catalogue names, and nobody else.

    The revocation list comes from the portal too, where it offers one; it is signed by those authorities,
    so its way here proves nothing and needs to prove nothing.  Without it a result stays indeterminate.
    """
    from signing.errors import SigningError
    from signing.trust import Trust

    lists = []
    place = portal.urls.get("crl", "")
    if place.startswith("/") and not place.startswith("//"):
        try:
            lists.append(connection.get(place, limit=RESULT_LIMIT).body)
        except PortalError:
            lists = []
    anchors = [pem.encode("ascii", "replace") for pem in portal.result_anchors]
    try:
        return Trust.of(anchors, crls=lists)
    except SigningError:
        return Trust.of(anchors)


# --- when to look again ---------------------------------------------------------------------------------


def next_look(
    *,
    open_dossiers: int,
    since_change: timedelta | None,
    failures: int = 0,
    retry_after: float | None = None,
    practice: bool = False,
) -> timedelta:
    """Return how long to wait before the next look at a portal.

    since_change: since the last thing that happened (ours or theirs), None: nothing yet.  Soon after a
    change the next one is near; later looks are rare, so that a thousand clients do not burden a portal
    for dossiers that take weeks.  Failures double the wait up to an hour; what the portal asks for counts.
    """
    if failures:
        wait = timedelta(seconds=min(30 * 2 ** min(failures - 1, 10), 3600))
    elif practice:
        wait = timedelta(seconds=2) if open_dossiers else timedelta(minutes=1)
    elif not open_dossiers:
        wait = timedelta(hours=12)
    elif since_change is None or since_change < timedelta(minutes=10):
        wait = timedelta(seconds=30)
    elif since_change < timedelta(hours=8):
        wait = timedelta(minutes=5)
    elif since_change < timedelta(days=7):
        wait = timedelta(minutes=30)
    else:
        wait = timedelta(hours=3)
    asked = timedelta(seconds=min(max(retry_after or 0.0, 0.0), 86_400.0))
    return max(wait, asked)
