"""What asks for a person today: due, to be answered, uncertain, new results, certificates near their end.

Each entry names one client, one thing, when, and the one next step. Plain values; the window shows them, and a command
could.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from desktop.filing.desk import ZONE, Desk

if TYPE_CHECKING:
    from desktop.store.records import Client, Dossier, OutboxItem

Group = Literal["due", "answer", "uncertain", "result", "certificate"]
Step = Literal["open", "sign", "submit", "pay", "supplement", "refused", "outbox", "follow", "key"]
GROUPS: tuple[Group, ...] = ("due", "answer", "uncertain", "result", "certificate")
LOOK_BACK = timedelta(days=120)
NEAR_END = timedelta(days=60)


@dataclass(frozen=True)
class Entry:
    """One thing to do."""

    group: Group
    client: str
    what: str
    when: date | None
    step: Step
    dossier: str | None = None
    period: str | None = None
    detail: str = ""
    amount: int | None = None


@dataclass(frozen=True)
class KnownKey:
    """What is remembered of a signing key that was looked into: public facts, and where its file lies."""

    path: str
    common_name: str
    tax_code: str | None
    issuer: str
    valid_to: datetime
    fingerprint: str


def known_keys(desk: Desk) -> list[KnownKey]:
    """Return the keys that were looked into, the first to end first."""
    found = []
    for raw in desk.workspace.settings.get("keys", []):
        found.append(KnownKey(**{**raw, "valid_to": datetime.fromisoformat(raw["valid_to"])}))
    return sorted(found, key=lambda key: key.valid_to)


def remember_key(desk: Desk, path: str, certificate: Any) -> None:
    """Remember where a key's file lies and what its certificate says; nothing secret."""
    kept = [one for one in desk.workspace.settings.get("keys", []) if one["fingerprint"] != certificate.fingerprint]
    kept.append(
        {
            "path": path,
            "common_name": certificate.common_name,
            "tax_code": certificate.tax_code or certificate.personal_id,
            "issuer": certificate.issuer,
            "valid_to": certificate.valid_to.isoformat(),
            "fingerprint": certificate.fingerprint,
        }
    )
    desk.workspace.settings.set("keys", kept)


def forget_key(desk: Desk, fingerprint: str) -> None:
    """Forget a key; its file is not touched."""
    kept = [one for one in desk.workspace.settings.get("keys", []) if one["fingerprint"] != fingerprint]
    desk.workspace.settings.set("keys", kept)


def seen_results(desk: Desk, dossier: str) -> None:
    """Note that the results of a dossier were looked at: they are not new any more."""
    seen = desk.workspace.settings.get("seen_results", [])
    if dossier not in seen:
        desk.workspace.settings.set("seen_results", [*seen[-999:], dossier])


@lru_cache(maxsize=256)
def due_of(period: str | None) -> date | None:
    """Return the last day for filing what is declared for a period."""
    from forms.period import Period

    return Period.parse(period).due() if period else None


def agenda(desk: Desk, client: str | None = None) -> list[Entry]:
    """Return what asks for a person, in the order of the groups, the nearest first in each."""
    from desktop.store.records import ItemState

    ws = desk.workspace
    owner = ws.clients.get(client) if client is not None else None
    since = desk.now() - LOOK_BACK
    # What is filed and done asks for nobody, and is most of what there is: it is not read at all.
    dossiers = {one.id: one for one in ws.dossiers.asking(since, owner)}
    unsettled = [state for state in ItemState if state not in (ItemState.DONE, ItemState.CANCELLED)]
    items: dict[str, OutboxItem] = {
        item.dossier: item for item in ws.outbox.items(unsettled) if item.dossier in dossiers
    }
    found = [
        *_due(dossiers, items), *_answers(desk, dossiers, items), *_uncertain(dossiers, items),
        *_results(desk, since, owner), *_certificates(desk, owner.tax_code if owner else None),
    ]  # fmt: skip
    far = date.max
    return sorted(found, key=lambda entry: (GROUPS.index(entry.group), entry.when or far, entry.client, entry.what))


def _due(dossiers: dict[str, Dossier], items: dict[str, OutboxItem]) -> Iterator[Entry]:
    for one in dossiers.values():
        state = str(one.state)
        item = items.get(one.id)
        # What has a code is with the agency: a revision of it answers a request, whose day counts.
        if state == "SUBMITTED" or one.code is not None:
            continue
        if item is not None and str(item.state) in ("QUEUED", "SENDING", "UNCERTAIN"):
            continue
        if item is not None and str(item.state) == "REFUSED" and item.revision == one.revision:
            continue
        step: Step = "submit" if state == "SIGNED" else "open"
        yield Entry("due", one.client.name, one.procedure_name, due_of(one.period), step, one.id, one.period)


def _answers(desk: Desk, dossiers: dict[str, Dossier], items: dict[str, OutboxItem]) -> Iterator[Entry]:
    from desktop.store.records import FeeState

    ws = desk.workspace
    for letter in ws.letters.list(open_only=True):
        one = dossiers.get(letter.dossier)
        # A supplement counts while the agency waits for it.
        if one is not None and one.status == 5:
            when = letter.due.astimezone(ZONE).date() if letter.due else None
            yield Entry(
                "answer", one.client.name, one.procedure_name, when, "supplement", one.id, one.period, letter.text
            )
    for fee in ws.fees.list(state=FeeState.DUE):
        one = dossiers.get(fee.dossier)
        if one is not None and one.code and not one.code_entered:
            yield Entry(
                "answer", one.client.name, one.procedure_name, None, "pay", one.id, one.period, fee.title, fee.amount
            )
    for item in items.values():
        one = dossiers[item.dossier]
        if str(item.state) == "REFUSED" and item.revision == one.revision:
            day = item.updated.astimezone(ZONE).date()
            yield Entry("answer", one.client.name, one.procedure_name, day, "refused", one.id, one.period)


def _uncertain(dossiers: dict[str, Dossier], items: dict[str, OutboxItem]) -> Iterator[Entry]:
    for item in items.values():
        if str(item.state) == "UNCERTAIN":
            one = dossiers[item.dossier]
            day = item.updated.astimezone(ZONE).date()
            yield Entry("uncertain", one.client.name, one.procedure_name, day, "outbox", one.id, one.period)


def _results(desk: Desk, since: datetime, owner: Client | None) -> Iterator[Entry]:
    ws = desk.workspace
    seen = set(ws.settings.get("seen_results", []))
    for one in ws.results.first_of_each(since, owner):
        if one.dossier not in seen:
            day = one.issued.astimezone(ZONE).date() if one.issued else None
            yield Entry("result", one.client, one.procedure_name, day, "follow", one.dossier, one.period, one.name)


def _certificates(desk: Desk, client: str | None) -> Iterator[Entry]:
    border = desk.now() + NEAR_END
    for key in known_keys(desk):
        if key.valid_to <= border and (client is None or key.tax_code in (None, client)):
            yield Entry("certificate", key.common_name, key.issuer, key.valid_to.astimezone(ZONE).date(), "key")
