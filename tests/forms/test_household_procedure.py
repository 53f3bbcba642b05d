"""The practice record of household registration: level 1 information whole, and a simple way for one person."""

from __future__ import annotations

import json

from forms.bundled import RESOURCES
from forms.procedure import Procedure
from forms.template import bundled_library

RECORD = json.loads((RESOURCES / "procedures" / "1.001612.json").read_bytes())
PROCEDURE = Procedure.from_json(RECORD)


def test_nothing_of_the_record_is_lost() -> None:
    again = PROCEDURE.to_json()
    assert {key: again[key] for key in RECORD if key != "cases"} == {
        key: RECORD[key] for key in RECORD if key != "cases"
    }
    for ours, read in zip(RECORD["cases"], again["cases"], strict=True):
        for component, found in zip(ours["components"], read["components"], strict=True):
            assert component.items() <= found.items()


def test_level_four_with_a_fee_to_be_asked_for() -> None:
    assert (PROCEDURE.level, PROCEDURE.full) == (4, True)
    allowed = PROCEDURE.allows()
    assert (allowed.print, allowed.submit, allowed.pay_online, allowed.result_online) == (True, True, True, True)
    for channel in PROCEDURE.channels:
        assert [fee.amount for fee in channel.fees] == [100_000]
        assert "cấp tỉnh quy định" in channel.fees[0].text
        assert (channel.time, channel.unit) == (3, "working_day")
    assert {channel.method for channel in PROCEDURE.channels} == {"online", "direct", "post"}


def test_level_one_information_is_complete() -> None:
    for part in (
        PROCEDURE.fields, PROCEDURE.agencies, PROCEDURE.subjects, PROCEDURE.steps, PROCEDURE.channels, PROCEDURE.cases,
        PROCEDURE.results, PROCEDURE.legal_basis, PROCEDURE.requirements, PROCEDURE.receiving_place, PROCEDURE.notes,
    ):  # fmt: skip
        assert part
    assert "cấp xã" in PROCEDURE.agencies[0]
    assert PROCEDURE.results[0].name == "Giấy chứng nhận đăng ký hộ kinh doanh"
    assert PROCEDURE.period_kinds == ()


def test_one_person_needs_only_the_form() -> None:
    case = PROCEDURE.case(None)
    assert case is not None
    assert case.id == "ca-nhan"
    assert [part.id for part in case.components if part.required] == ["giay-de-nghi"]
    form = case.components[0]
    assert (form.template, form.sign, form.originals, form.copies) == ("dkkd/ho-kinh-doanh", True, 1, 0)
    assert form.template in bundled_library().ids()


def test_a_household_hands_in_minutes_and_authorisation() -> None:
    case = PROCEDURE.case("ho-gia-dinh")
    assert case is not None
    assert [part.id for part in case.components if part.required] == ["giay-de-nghi", "bien-ban-hop", "uy-quyen-chu-ho"]
    assert all("scan" in part.accepts for part in case.components if part.template is None)


def test_identity_papers_are_replaced_by_data() -> None:
    for case in PROCEDURE.cases:
        paper = next(part for part in case.components if part.id == "giay-to-phap-ly")
        assert paper.replaced_by_data
        assert not paper.required
        assert "12 số" in paper.note
