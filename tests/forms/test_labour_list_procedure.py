"""The practice record of the labour list's procedure: level 3, all that level 1 asks for, ways out for the rest."""

from __future__ import annotations

import json

from forms.bundled import RESOURCES
from forms.procedure import Procedure
from forms.template import bundled_library

RECORD = json.loads((RESOURCES / "procedures" / "1.014160.json").read_bytes())
PROCEDURE = Procedure.from_json(RECORD)


def test_nothing_of_the_record_is_lost() -> None:
    again = PROCEDURE.to_json()
    simple = [key for key in RECORD if key not in ("cases", "channels")]
    assert {key: again[key] for key in simple} == {key: RECORD[key] for key in simple}
    for ours, read in zip(RECORD["cases"], again["cases"], strict=True):
        for component, found in zip(ours["components"], read["components"], strict=True):
            assert component.items() <= found.items()


def test_level_three_takes_the_dossier_but_gives_the_result_by_hand_or_post() -> None:
    assert (PROCEDURE.level, PROCEDURE.full) == (3, False)
    allowed = PROCEDURE.allows()
    assert (allowed.print, allowed.submit, allowed.pay_online, allowed.result_online) == (True, True, False, False)
    assert set(allowed.reasons) == {"pay_online", "result_online"}
    assert {fee.amount for channel in PROCEDURE.channels for fee in channel.fees} == {0}


def test_level_one_information_is_complete() -> None:
    for part in (
        PROCEDURE.fields, PROCEDURE.agencies, PROCEDURE.subjects, PROCEDURE.steps, PROCEDURE.channels, PROCEDURE.cases,
        PROCEDURE.results, PROCEDURE.legal_basis, PROCEDURE.requirements, PROCEDURE.receiving_place, PROCEDURE.notes,
    ):  # fmt: skip
        assert part
    assert {channel.method for channel in PROCEDURE.channels} == {"online", "direct", "post"}
    assert any("01 bộ" in line for line in PROCEDURE.requirements)
    assert PROCEDURE.period_kinds == ()


def test_the_time_limit_is_marked_as_unconfirmed() -> None:
    for channel in PROCEDURE.channels:
        assert (channel.time, channel.unit) == (5, "working_day")
        assert "chưa xác nhận" in channel.text


def test_the_list_is_made_and_signed_in_both_cases() -> None:
    assert [case.id for case in PROCEDURE.cases] == ["tang", "giam"]
    for case in PROCEDURE.cases:
        first = case.components[0]
        assert (first.template, first.required, first.sign, first.originals, first.copies) == (
            "bhxh/d02-lt", True, True, 1, 0,
        )  # fmt: skip
        assert first.template in bundled_library().ids()


def test_tk1_is_made_for_one_and_attached_for_the_others() -> None:
    for case in PROCEDURE.cases:
        tk1, others, papers = case.components[1:]
        assert (tk1.id, tk1.required, tk1.template) == ("tk1-ts", False, "bhxh/tk1-ts")
        assert tk1.template in bundled_library().ids()
        assert "chưa xác nhận" in tk1.note
        assert (others.id, others.required, others.template) == ("tk1-ts-khac", False, None)
        assert "I-VAN" in others.note
        assert "scan" in others.accepts
        assert not papers.required
