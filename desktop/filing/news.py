"""What is new about dossiers since one last looked, told without anybody's name: code, procedure, status, day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from desktop.filing.agenda import agenda
from desktop.filing.desk import Desk

if TYPE_CHECKING:
    from collections.abc import Mapping

NEAR = 3
"""Days before a deadline from which one is reminded, once a day."""
TOLD = "reminded"
KEPT = 300
"""Reminders that are remembered."""
Standing = dict[str, tuple[int | None, str | None]]
"""How each dossier that was filed stands: its status, and the portal's own words for it."""


@dataclass(frozen=True)
class News:
    """One thing that is new of one dossier."""

    kind: Literal["status", "deadline"]
    dossier: str
    code: str
    """The portal's code, or our id while there is none."""
    procedure: str
    status: int | None = None
    due: date | None = None


def standing(desk: Desk) -> Standing:
    """Return how all dossiers that are with an agency stand now."""
    return desk.workspace.dossiers.standing()


def changes(desk: Desk, before: Mapping[str, tuple[int | None, str | None]]) -> tuple[list[News], Standing]:
    """Return which dossiers stand otherwise than before, and how all stand now; one that was just filed is no news."""
    now = standing(desk)
    found = []
    for name, stands in now.items():
        if name in before and before[name] != stands:
            one = desk.workspace.dossiers.get(name)
            found.append(News("status", one.id, one.code or one.id, one.procedure_name, status=one.status))
    return found, now


def reminders(desk: Desk) -> list[News]:
    """Return the deadlines that are near and were not told today; they count as told."""
    today = desk.today()
    ws = desk.workspace
    told = {name: day for name, day in ws.settings.get(TOLD, {}).items() if isinstance(day, str)}
    found = []
    for entry in agenda(desk):
        if entry.dossier is None or entry.when is None or entry.group not in ("due", "answer"):
            continue
        if 0 <= (entry.when - today).days <= NEAR and told.get(entry.dossier) != today.isoformat():
            one = ws.dossiers.get(entry.dossier)
            told[one.id] = today.isoformat()
            found.append(News("deadline", one.id, one.code or one.id, one.procedure_name, due=entry.when))
    if found:
        latest = sorted(told.items(), key=lambda pair: pair[1])[-KEPT:]
        ws.settings.set(TOLD, dict(latest))
    return found
