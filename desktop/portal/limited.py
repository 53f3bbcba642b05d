"""What a portal cannot do, said in one way by every connector that cannot."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator
from typing import BinaryIO, NoReturn

from desktop.portal.contract import Changes, DossierAtPortal, Payment, Progress
from desktop.portal.errors import NotOffered


class Limited(ABC):
    """Refuse each thing that tracking may ask for; a connector overrides what its portal can do."""

    @property
    @abstractmethod
    def host(self) -> str:
        """Return the portal's name and port."""

    def _not_offered(self, what: str) -> NoReturn:
        raise NotOffered(self.host, what)

    def look(self, code: str) -> DossierAtPortal:
        """Refuse: nobody can be asked for a code."""
        self._not_offered("track")

    def find(self, id_number: str) -> tuple[DossierAtPortal, ...]:
        """Refuse: there are no lists of a person's dossiers."""
        self._not_offered("find")

    def changes(self, cursor: str | None) -> Changes:
        """Refuse: there is no list of what is new."""
        self._not_offered("changes")

    def begin_payment(self, code: str, fee: str, key: str) -> Payment:
        """Refuse: money is paid on the agency's page."""
        self._not_offered("pay")

    def payment(self, payment: str) -> Payment:
        """Refuse: money is paid on the agency's page."""
        self._not_offered("pay")

    def payment_page(self, url: str) -> str:
        """Refuse: money is paid on the agency's page."""
        self._not_offered("pay")

    def check_payment(self, receipt: str, *, payment: str, code: str, fee: str, amount: int) -> None:
        """Refuse: money is paid on the agency's page."""
        self._not_offered("pay")

    def withdraw(self, code: str) -> DossierAtPortal:
        """Refuse: one asks the agency."""
        self._not_offered("withdraw")

    def fetch_result(
        self, code: str, result: str, target: BinaryIO, *, limit: int, progress: Progress | None = None
    ) -> None:
        """Refuse: results come another way."""
        self._not_offered("results")

    def attachment_blocks(
        self, code: str, message: str, attachment: str, *, limit: int, progress: Progress | None = None
    ) -> Generator[bytes, None, None]:
        """Refuse: messages come without files."""
        self._not_offered("messages")

    def learn_keys(self) -> bool:
        """Return False: there is no signed catalogue that names any."""
        return False

    def result_authorities(self) -> tuple[list[bytes], list[bytes]]:
        """Trust nobody: there is no signed catalogue that names anybody."""
        return [], []
