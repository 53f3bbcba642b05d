"""Forms moved to a newer version of their template and back, cloned, and begun with what the last period left."""

from __future__ import annotations

import dataclasses
import json
import shutil
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from desktop import filing
from desktop.errors import DesktopError
from desktop.filing.errors import NothingToMove
from forms.template import Edition, TemplateRef, digest
from tests.desktop import ui_kit


@pytest.fixture(scope="module")
def place() -> Any:
    """Return a practice workspace with its portal."""
    return ui_kit.place()


@pytest.fixture
def newer(place: Any, tmp_path: Path) -> Any:
    """Return a desk to whose catalogue a corrected version of the VAT return has come."""
    old = place.desk.library.get("thue/01-gtgt", "tt89-1")
    folder = tmp_path / "tt89-2"
    shutil.copytree(old.path, folder)
    facts = json.loads((folder / "template.json").read_text(encoding="utf-8")) | {"version": "tt89-2"}
    facts["prefill"] = {k: v for k, v in facts["prefill"].items() if k != "faxNNT"}
    facts["roll_forward"]["keep"].remove("faxNNT")
    (folder / "template.json").write_text(json.dumps(facts), encoding="utf-8")
    text = (folder / "definition.json").read_text(encoding="utf-8")
    definition = json.loads(text)
    for section in definition["sections"]:
        section["items"] = [item for item in section["items"] if item.get("field") != "faxNNT"]
        for item in section["items"]:
            if item.get("field") == "dthoaiNNT":
                item["label"] = {"vi": "Số điện thoại liên hệ", "en": "Contact telephone"}
    (folder / "definition.json").write_text(json.dumps(definition), encoding="utf-8")
    for example in (folder / "examples").glob("*.json"):
        example.unlink()
    edition = Edition(
        TemplateRef("thue/01-gtgt", "tt89-2", folder, digest(folder)), date(2026, 7, 1), None, ("month", "quarter")
    )
    catalogue = place.desk.catalogue
    library = place.desk.library.with_editions([edition])
    desk = dataclasses.replace(place.desk)
    desk.__dict__["workspace"] = place.desk.workspace
    desk.__dict__["catalogue"] = SimpleNamespace(library=library, procedure=catalogue.procedure)
    return desk


def form_of(desk: Any, dossier: str) -> str:
    return next(part.form for part in filing.dossier_view(desk, dossier).components if part.form)


def test_a_draft_stays_pinned_and_shows_what_a_corrected_version_changes(place: Any, newer: Any) -> None:
    made = place.draft("2026-08")
    filing.set_data(
        place.desk, made, "to-khai", ui_kit.example(place.desk, "2026-08", ui_kit.COMPANY) | {"faxNNT": "024 1"}
    )
    assert filing.open_form(newer, form_of(newer, made)).template.version == "tt89-1"
    found = filing.offered_move(newer, form_of(newer, made))
    assert found is not None
    told = {(change.path, change.kind) for change in found.changes}
    assert {("faxNNT", "removed"), ("dthoaiNNT", "renamed")} <= told
    assert [(left.path, left.value) for left in found.left] == [("faxNNT", "024 1")]
    assert filing.offered_move(place.desk, form_of(place.desk, made)) is None
    with pytest.raises(NothingToMove):
        filing.move_form(place.desk, made, "to-khai")


def test_a_move_carries_over_what_fits_and_can_be_undone(place: Any, newer: Any) -> None:
    made = place.draft("2026-08")
    data = ui_kit.example(place.desk, "2026-08", ui_kit.COMPANY) | {"faxNNT": "024 1"}
    filing.set_data(place.desk, made, "to-khai", data)
    before = filing.open_form(newer, form_of(newer, made))
    moved = filing.move_form(newer, made, "to-khai")
    now = filing.open_form(newer, form_of(newer, made))
    assert now.template.version == "tt89-2"
    assert now.values["ct43"] == before.values["ct43"]
    assert "faxNNT" not in now.values
    assert form_of(newer, made) == moved.form
    filing.move_back(newer, made, "to-khai")
    again = filing.open_form(newer, form_of(newer, made))
    assert form_of(newer, made) == moved.before
    assert (again.template.version, again.values) == ("tt89-1", before.values)


def test_what_is_signed_is_not_moved(place: Any, newer: Any) -> None:
    signed = place.dossiers["signed"]
    form = form_of(newer, signed)
    with pytest.raises(DesktopError) as refused:
        filing.move_form(newer, signed, "to-khai")
    assert refused.value.code == "MOVE_FORBIDDEN"
    assert form_of(newer, signed) == form


def test_a_form_begins_with_what_the_last_period_left(place: Any) -> None:
    first = place.draft("2027-01")
    data = ui_kit.example(place.desk, "2027-01", ui_kit.COMPANY) | {"ct22": 9_000_000_000}
    filing.set_data(place.desk, first, "to-khai", {k: v for k, v in data.items() if k != "ct42"})
    left = filing.open_form(place.desk, form_of(place.desk, first)).values["ct43"]
    assert left > 0
    second = place.draft("2027-02", fill=False)
    form = filing.open_form(place.desk, form_of(place.desk, second))
    assert form.entered_value("ct22") == left
    assert form.entered_value("ct23") is None

    from desktop.ui.filling.opening import sources_of

    source = sources_of(place.desk, form, form_of(place.desk, second), "vi")["ct22"]
    assert source.value == left
    assert "[43] kỳ" in source.words
    third = place.draft("2027-04", fill=False)  # the period between was not filed here: nothing rolls over a gap
    assert filing.open_form(place.desk, form_of(place.desk, third)).entered_value("ct22") is None


def test_a_dossier_is_cloned_to_the_next_period_by_the_policy_of_each_field(place: Any) -> None:
    old = place.draft("2027-06")
    values = filing.open_form(place.desk, form_of(place.desk, old)).values
    made, forms = filing.clone_dossier(place.desk, old, period="2027-07", policy={"ct26": "keep"})
    form = filing.open_form(place.desk, form_of(place.desk, made.id))
    assert (str(form.period), made.procedure) == ("2027-07", ui_kit.PROCEDURE)
    assert form.values["ct22"] == values["ct43"]
    assert form.values["ct26"] == values["ct26"]
    assert form.entered_value("ct23") is None
    assert forms[0].carried.policies["ct22"] == "roll"
    assert filing.open_form(place.desk, form_of(place.desk, old)).values == values


def test_a_dossier_cloned_to_another_client_takes_nothing_that_says_who_the_first_is(place: Any) -> None:
    old = place.draft("2027-08")
    values = filing.open_form(place.desk, form_of(place.desk, old)).values
    made, _ = filing.clone_dossier(place.desk, old, client=ui_kit.SHOP)
    form = filing.open_form(place.desk, form_of(place.desk, made.id))
    assert made.client.tax_code == ui_kit.SHOP
    assert (form.values["mst"], form.values["tenNNT"]) == (ui_kit.SHOP, ui_kit.SHOP_NAME)
    assert form.values["ct23"] == values["ct23"]
    assert ui_kit.FACTS["address"] not in json.dumps(form.values, ensure_ascii=False)
