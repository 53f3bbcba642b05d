"""A request for more papers, answered: a new revision from the same forms and papers, for the same dossier.

The earlier revision, its signed files, its manifest and its receipt stay as they were. The new one is corrected, signed
and submitted as any other; its manifest names the code of the dossier that it adds to.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from desktop.filing.desk import ZONE, Desk
from desktop.filing.errors import NothingToSupplement, NotSubmitted
from desktop.store.records import DossierState

if TYPE_CHECKING:
    from desktop.store.records import Dossier

WANTED = 5
"""The status in which the agency waits for more papers."""


def begin_supplement(desk: Desk, dossier_id: str) -> Dossier:
    """Open the revision that answers the agency, or return the one that is open already.

    The portal's last word counts: nothing is asked here. Raises NotSubmitted, NothingToSupplement.
    """
    ws = desk.workspace
    dossier = ws.dossiers.get(dossier_id)
    if dossier.code is None:
        raise NotSubmitted(dossier.id)
    if dossier.state != DossierState.SUBMITTED:
        return dossier
    if dossier.status != WANTED or _answered(desk, dossier):
        raise NothingToSupplement(dossier.id, dossier.raw or str(dossier.status or ""))
    return ws.dossiers.new_revision(dossier.id, "supplement")


def _answered(desk: Desk, dossier: Dossier) -> bool:
    """Say whether the last request that was heard of came before the revision that was filed last."""
    if dossier.revision == 1:
        return False
    ws = desk.workspace
    heard = [step.seen for step in ws.statuses.history(dossier.id) if step.status == WANTED]
    return bool(heard) and max(heard) <= ws.dossiers.revision(dossier.id).created


KINDS = {
    "incomplete": ("thiếu giấy tờ", "papers are missing"),
    "incorrect": ("có chỗ chưa đúng", "something is not correct"),
    "outdated": ("có giấy tờ hết hiệu lực", "a paper is out of date"),
}


@dataclass(frozen=True)
class Request:
    """What the agency asks for, and until when."""

    id: str
    at: datetime
    kind: str
    """incomplete, incorrect, outdated, or a word of the portal's own; empty: it did not say."""
    text: str
    components: tuple[str, ...]
    due: date | None

    def line(self, lang: str) -> str:
        """Say it in one line."""
        vi = lang == "vi"
        why = KINDS.get(self.kind, (self.kind, self.kind))[0 if vi else 1]
        until = f"{self.due:%d/%m/%Y}" if self.due else ""
        told = f"{why}: {self.text}" if why else self.text
        return told + ((f" (hạn {until})" if vi else f" (until {until})") if until else "")

    def to_json(self) -> dict[str, Any]:
        """Return what the command line prints."""
        return {
            "id": self.id, "at": self.at, "kind": self.kind, "text": self.text, "components": list(self.components),
            "due": self.due,
        }  # fmt: skip


def open_requests(desk: Desk, dossier_id: str) -> list[Request]:
    """Return what the agency still waits for, oldest first."""
    found = []
    for one in desk.workspace.letters.list(dossier_id, open_only=True):
        if one.raw.get("state", "open") == "open":
            due = one.due.astimezone(ZONE).date() if one.due else None
            components = tuple(str(part) for part in one.raw.get("components", []))
            found.append(Request(one.letter, one.at, str(one.raw.get("kind", "")), one.text, components, due))
    return found
