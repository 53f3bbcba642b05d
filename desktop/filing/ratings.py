"""How filing went, in one of three levels: a person's word, kept with the dossier on this computer.

The contract with portals has no place for it, so it goes nowhere.
"""

from __future__ import annotations

from desktop.filing.desk import Desk
from desktop.filing.errors import NotSubmitted

LEVELS = {3: ("Hài lòng", "Satisfied"), 2: ("Bình thường", "So-so"), 1: ("Chưa hài lòng", "Not satisfied")}
EVENT = "rated"


def rate(desk: Desk, dossier_id: str, level: int) -> None:
    """Keep how filing a dossier went: 1 to 3; the newest word counts. Raises NotSubmitted."""
    if level not in LEVELS:
        raise ValueError(level)
    dossier = desk.workspace.dossiers.get(dossier_id)
    if dossier.code is None:
        raise NotSubmitted(dossier.id)
    desk.workspace.dossiers.note(dossier.id, EVENT, {"level": level})


def rating(desk: Desk, dossier_id: str) -> int | None:
    """Return how filing a dossier went, if that was told."""
    told = [one.facts.get("level") for one in desk.workspace.dossiers.events(dossier_id) if one.kind == EVENT]
    return told[-1] if told and told[-1] in LEVELS else None
