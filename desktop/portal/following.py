"""Follow a dossier at a portal that speaks our contract, "hoso/1": the wire behind `desktop.tracking`."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import quote, urlsplit

from desktop.portal.answers import changes_from, dossier_from, dossiers_from, payment_from
from desktop.portal.connection import Connection, loopback, segment
from desktop.portal.contract import Changes, DossierAtPortal, Payment, PortalDescription, Progress
from desktop.portal.errors import PortalAddressForbidden, PortalAnsweredGarbage, PortalError, ReceiptInvalid
from desktop.portal.receipt import verify_payment

LIST_LIMIT = 128 * 1024 * 1024
"""Bytes of a revocation list."""


@dataclass
class HosoFollower:
    """What tracking asks of one portal under one log-in; see `contract.Follower`."""

    connection: Connection
    portal: PortalDescription
    """From a verified catalogue: its keys and authorities decide what a receipt or a result proves."""
    token: str
    newest: Callable[[], PortalDescription] | None = None
    """Fetches the newest signed catalogue, for a key or an authority that the one at hand does not name."""

    def learn_keys(self) -> bool:
        """Have the newest signed catalogue, once; see `contract.Follower`."""
        fetch, self.newest = self.newest, None
        if fetch is None:
            return False
        before = (self.portal.receipt_keys, self.portal.result_anchors)
        with suppress(PortalError):
            self.portal = fetch()
        return (self.portal.receipt_keys, self.portal.result_anchors) != before

    @property
    def host(self) -> str:
        """Return the portal's name and port."""
        return self.connection.host

    def look(self, code: str) -> DossierAtPortal:
        """Return how the dossier of this code stands."""
        answer = self.connection.get(f"/v1/dossiers/{segment(code)}", token=self.token)
        return self._of(dossier_from(answer.json(), self.host), code)

    def find(self, id_number: str) -> tuple[DossierAtPortal, ...]:
        """Return the dossiers of a tax code or personal number."""
        answer = self.connection.get(f"/v1/dossiers?id_number={quote(id_number, safe='')}", token=self.token)
        return dossiers_from(answer.json(), self.host)

    def changes(self, cursor: str | None) -> Changes:
        """Return one page of what is new."""
        place = f"?cursor={quote(cursor, safe='')}" if cursor else ""
        return changes_from(self.connection.get(f"/v1/changes{place}", token=self.token).json(), self.host)

    def begin_payment(self, code: str, fee: str, key: str) -> Payment:
        """Begin to pay a fee, or return the payment that has this key."""
        answer = self.connection.send(
            "POST", f"/v1/dossiers/{segment(code)}/payments", {"fee": fee}, token=self.token,
            headers={"Idempotency-Key": key},
        )  # fmt: skip
        return payment_from(answer.json(), self.host)

    def payment(self, payment: str) -> Payment:
        """Return how a payment stands."""
        return payment_from(self.connection.get(f"/v1/payments/{segment(payment)}", token=self.token).json(), self.host)

    def payment_page(self, url: str) -> str:
        """Return the address of a payment page if a browser may be sent there."""
        if url.startswith("/") and not url.startswith("//"):
            return self.connection.url + url
        try:
            parts = urlsplit(url)
            here = parts.scheme == "http" and self.connection.practice and loopback(parts.hostname)
        except ValueError as error:
            raise PortalAddressForbidden(url[:200]) from error
        if not parts.hostname or parts.username or (parts.scheme != "https" and not here):
            raise PortalAddressForbidden(url[:200])
        return url

    def check_payment(self, receipt: str, *, payment: str, code: str, fee: str, amount: int) -> None:
        """Raise ReceiptInvalid unless an e-receipt proves this very payment, by a key that the catalogue names."""
        try:
            verify_payment(receipt, self.portal, payment=payment, code=code, fee=fee, amount=amount)
        except ReceiptInvalid as invalid:
            if invalid.why != "key" or not self.learn_keys():
                raise
            verify_payment(receipt, self.portal, payment=payment, code=code, fee=fee, amount=amount)

    def withdraw(self, code: str) -> DossierAtPortal:
        """Ask that a dossier be stopped, and return how it stands."""
        answer = self.connection.send("POST", f"/v1/dossiers/{segment(code)}/withdrawal", token=self.token)
        return self._of(dossier_from(answer.json(), self.host), code)

    def fetch_result(
        self, code: str, result: str, target: BinaryIO, *, limit: int, progress: Progress | None = None
    ) -> None:
        """Write the bytes of a result, at most `limit`."""
        path = f"/v1/dossiers/{segment(code)}/results/{segment(result)}"
        self.connection.download(path, target, limit=limit, token=self.token, progress=progress)

    def attachment_blocks(
        self, code: str, message: str, attachment: str, *, limit: int, progress: Progress | None = None
    ) -> Generator[bytes, None, None]:
        """Give the bytes of a file that came with a message, at most `limit`, piece by piece."""
        path = f"/v1/dossiers/{segment(code)}/messages/{segment(message)}/attachments/{segment(attachment)}"
        return self.connection.stream(path, limit=limit, token=self.token, progress=progress)

    def result_authorities(self) -> tuple[list[bytes], list[bytes]]:
        """Return the authorities that the verified catalogue names, and their revocation list where it is offered.

        The list is signed by those authorities, so its way here proves nothing and needs to prove nothing. Without
        it a result stays indeterminate.
        """
        lists = []
        place = self.portal.urls.get("crl", "")
        if place.startswith("/") and not place.startswith("//"):
            try:
                lists.append(self.connection.get(place, limit=LIST_LIMIT).body)
            except PortalError:
                lists = []
        return [pem.encode("ascii", "replace") for pem in self.portal.result_anchors], lists

    def _of(self, said: DossierAtPortal, code: str) -> DossierAtPortal:
        """Let an answer speak only of the dossier that was asked for."""
        if said.code != code:
            raise PortalAnsweredGarbage(self.host, "code")
        return said
