"""Looking dossiers up at a portal by code and by number, and the letters of all clients, in the window."""

from __future__ import annotations

from typing import Any

import pytest

from desktop import filing
from desktop.errors import DossierNotFound
from tests.desktop import ui_kit


def rows(found: Any) -> list[Any]:
    return [found.lines.line(found.lines.index(row)) for row in range(found.lines.rowCount())]


def test_a_portal_is_asked_by_number_or_code_and_the_letters_of_all_clients_stand_below() -> None:
    place = ui_kit.place()
    code = place.desk.workspace.dossiers.get(place.dossiers["done"]).code
    frame = ui_kit.window()
    try:
        frame.go("lookup")
        ui_kit.settle(frame)
        page = frame.stack.currentWidget()
        assert code in {line.right_below for line in rows(page.letters)}, "what the agency wrote of it"
        for wanted in (ui_kit.COMPANY, code):
            page.words.setText(wanted)
            page.ask()
            ui_kit.settle(frame)
            assert code in {line.right_below for line in rows(page.found)}, wanted
        page.words.setText("0311111111")
        page.ask()
        ui_kit.settle(frame)
        assert rows(page.found) == []
        assert "không thấy" in page.said.text()
        page.letters.opened.emit(place.dossiers["done"])
        ui_kit.settle(frame)
        assert frame._here[0] == "follow"
    finally:
        ui_kit.put_away(frame)


def test_a_code_that_is_not_ours_is_looked_up_and_nothing_is_kept() -> None:
    """Filed under the same account by another program: the portal knows it, this workspace does not."""
    import sqlite3

    place = ui_kit.place()
    before = len(place.desk.workspace.dossiers.list())
    ours = place.desk.workspace.dossiers.get(place.dossiers["done"]).code
    with sqlite3.connect(place.portal.database) as database:
        names = [row[1] for row in database.execute("PRAGMA table_info(dossiers)") if row[1] not in ("code", "key")]
        columns = ", ".join(names)
        database.execute(
            f"INSERT INTO dossiers (code, key, {columns}) SELECT 'H00.99-200101-0007', 'khac', {columns}"
            " FROM dossiers WHERE code = ?",
            (ours,),
        )
    (found,) = filing.status(place.desk, "H00.99-200101-0007")
    assert (found.id, found.code, found.status) == (None, "H00.99-200101-0007", 10)
    for unknown in ("H00.99-200101-0001", "HS-00000000", "abc"):
        with pytest.raises(DossierNotFound):
            filing.status(place.desk, unknown)
    assert len(place.desk.workspace.dossiers.list()) == before
