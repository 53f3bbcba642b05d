"""A paper that the agency looks up itself has to be handed in once the law's term for that is over."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from desktop import filing
from desktop.app import App
from desktop.filing.desk import ZONE

LAST = datetime(2027, 2, 28, 23, 0, tzinfo=ZONE)


class Clock:
    """A clock that is set."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def test_a_dossier_of_before_is_asked_for_the_paper_afterwards(tmp_path: Path) -> None:
    clock = Clock(LAST)
    app = App(home=tmp_path, practice=True, unlock=lambda: "một mật khẩu dài", clock=clock)
    try:
        desk = app.desk
        filing.add_client(desk, "001198888888", "TRẦN THỊ VÍ DỤ", {"personal_id": "001198888888"})
        dossier = filing.new_dossier(desk, "1.004222", "001198888888")

        def missing() -> set[str | None]:
            return {
                found.component
                for found in filing.preflight(desk, dossier.id).findings
                if found.code == "COMPONENT_EMPTY"
            }

        assert "cho-o" not in missing()
        clock.now = LAST + timedelta(hours=1)
        assert "cho-o" in missing()
    finally:
        app.close()
