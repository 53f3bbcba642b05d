"""Fees: their payments begun once, settled by asking, their e-receipts kept."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from desktop.portal.contract import Follower, Progress
from desktop.portal.contract import Payment as PortalPayment
from desktop.portal.errors import NotOffered, PortalAnsweredGarbage, ReceiptInvalid
from desktop.store import Workspace
from desktop.store.records import Evidence, FeeState, Payment, PaymentState
from desktop.store.timing import Clock

PAYMENT_RECEIPT = "payment_receipt"
"""The kind of evidence that an e-receipt is kept as."""


def pay(
    ws: Workspace,
    portal: Follower,
    dossier: str,
    clock: Clock,
    *,
    browse: Callable[[str], None],
    patience: float = 60.0,
    sleep: Callable[[float], None] = time.sleep,
    progress: Progress | None = None,
) -> list[Payment]:
    """Pay each unpaid fee of a dossier: begin (or take up) its payment, show its page, wait for the portal's word.

    The key of a payment is on disk before the portal hears of it, and the same is used until the portal
    says that it failed: nothing is paid twice by ourselves.  A payment that is still pending after
    `patience` seconds is returned as such; one that is paid and not yet confirmed is returned at once,
    and its page is never shown again.  E-receipts are verified and kept as evidence.
    Raises PortalAnsweredGarbage where the portal asks for another amount than the fee's,
    PortalAddressForbidden for a page that may not be shown.
    """
    ours = ws.dossiers.get(dossier)
    if ours.code is None:
        return []
    if not portal.abilities.pay:
        raise NotOffered(portal.host, "pay")
    # What an earlier run began and could not see to its end comes first: the portal may have been paid since.
    settle_payments(ws, portal, ours.id)
    done = []
    for fee in ws.fees.list(ours.id):
        if fee.state == FeeState.PAID:
            continue
        payment = ws.fees.start_payment(ours.id, fee.fee)
        said = _begin(portal, ours.code, payment)
        payment = _settle(ws, payment, said, ours.code, portal)
        if payment.state == PaymentState.PENDING:
            browse(portal.payment_page(said.url))
            ask = partial(_ask_payment, ws, portal, payment, said.id, ours.code or "")
            payment = _await(ask, patience, sleep, progress)
        done.append(payment)
    return done


def settle_payments(ws: Workspace, portal: Follower, dossier: str) -> list[Payment]:
    """Ask how the payments of a dossier stand that are not known to be at their end, without beginning any.

    One that was cut off before its answer is asked for under its own key where the portal says that the fee is
    being paid or is paid: the portal then gives the payment that it has.  An e-receipt that is missing, or that
    proves nothing as it came, is fetched again.
    """
    ours = ws.dossiers.get(dossier)
    fees = {fee.fee: fee.state for fee in ws.fees.list(ours.id)}
    receipts = {one.facts.get("payment") for one in ws.evidence.list(ours.id, PAYMENT_RECEIPT) if _proves(one)}
    found = []
    for payment in ws.fees.payments(ours.id):
        proven = payment.id in receipts
        ended = payment.state == PaymentState.FAILED or (payment.state == PaymentState.PAID and proven)
        code = ours.code or ""
        if not ended and payment.portal_payment:
            payment = _ask_payment(ws, portal, payment, payment.portal_payment, code)
        elif not ended and code and fees.get(payment.fee) != FeeState.DUE:
            payment = _settle(ws, payment, _begin(portal, code, payment), code, portal)
        found.append(payment)
    return found


def _begin(portal: Follower, code: str, payment: Payment) -> PortalPayment:
    """Tell the portal of a payment under its key, or hear of the one that it has."""
    said = portal.begin_payment(code, payment.fee, payment.id)
    if said.amount != payment.amount:
        raise PortalAnsweredGarbage(portal.host, "amount")
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


def _ask_payment(ws: Workspace, portal: Follower, payment: Payment, at_portal: str, code: str) -> Payment:
    return _settle(ws, payment, portal.payment(at_portal), code, portal)


def _settle(ws: Workspace, payment: Payment, said: PortalPayment, code: str, portal: Follower) -> Payment:
    known = {"paid": PaymentState.PAID, "failed": PaymentState.FAILED, "confirming": PaymentState.CONFIRMING}
    state = known.get(said.state, PaymentState.PENDING)
    with ws.transaction():
        settled = ws.fees.settle_payment(payment.id, state, portal_payment=said.id, url=said.url or None)
        if settled.state == PaymentState.PAID and said.receipt:
            _keep_payment_receipt(ws, settled, said, code, portal)
    return settled


def _keep_payment_receipt(ws: Workspace, payment: Payment, said: PortalPayment, code: str, portal: Follower) -> None:
    """Keep an e-receipt as it came, and whether it proves the payment: one that does, and the first that did not."""
    assert said.receipt is not None
    kept = [one for one in ws.evidence.list(payment.dossier, PAYMENT_RECEIPT) if one.facts.get("payment") == payment.id]
    if any(_proves(one) for one in kept):
        return
    facts: dict[str, Any] = {"payment": payment.id, "fee": payment.fee, "amount": payment.amount, "trusted": True}
    try:
        portal.check_payment(said.receipt, payment=said.id, code=code, fee=payment.fee, amount=payment.amount)
    except ReceiptInvalid as invalid:
        if kept:
            return
        facts |= {"trusted": False, "why": invalid.code}
    ws.evidence.add(
        payment.dossier, PAYMENT_RECEIPT, said.receipt.encode("utf-8", "replace"),
        name="bien-lai-dien-tu.jws", media_type="application/jose", facts=facts,
    )  # fmt: skip


def _proves(receipt: Evidence) -> bool:
    """Say whether an e-receipt that is kept proves its payment."""
    return bool(receipt.facts.get("trusted"))
