"""The practice record of the VAT procedure: all that level 1 asks for, each component made here or with a way out."""

from __future__ import annotations

import json

from forms.bundled import RESOURCES
from forms.procedure import Procedure
from forms.template import bundled_library

RECORD = json.loads((RESOURCES / "procedures" / "1.007014.json").read_bytes())
PROCEDURE = Procedure.from_json(RECORD)


def test_nothing_of_the_record_is_lost() -> None:
    again = PROCEDURE.to_json()
    assert {key: again[key] for key in RECORD if key not in ("cases", "channels")} == {
        key: RECORD[key] for key in RECORD if key not in ("cases", "channels")
    }
    for ours, read in zip(RECORD["cases"], again["cases"], strict=True):
        for component, found in zip(ours["components"], read["components"], strict=True):
            assert component.items() <= found.items()


def test_level_four_without_a_fee_allows_everything() -> None:
    assert (PROCEDURE.level, PROCEDURE.full) == (4, True)
    allowed = PROCEDURE.allows()
    assert (allowed.print, allowed.submit, allowed.pay_online, allowed.result_online) == (True, True, True, True)
    assert {fee.amount for channel in PROCEDURE.channels for fee in channel.fees} == {0}


def test_level_one_information_is_complete() -> None:
    for part in (
        PROCEDURE.fields, PROCEDURE.agencies, PROCEDURE.subjects, PROCEDURE.steps, PROCEDURE.channels, PROCEDURE.cases,
        PROCEDURE.results, PROCEDURE.legal_basis, PROCEDURE.requirements, PROCEDURE.receiving_place,
    ):  # fmt: skip
        assert part
    online = next(channel for channel in PROCEDURE.channels if channel.method == "online")
    assert (online.time, online.unit) == (1, "working_day")
    assert PROCEDURE.period_kinds == ("month", "quarter")


def test_the_return_is_made_and_signed_in_both_cases() -> None:
    assert [case.id for case in PROCEDURE.cases] == ["lan-dau", "bo-sung"]
    for case in PROCEDURE.cases:
        first = case.components[0]
        assert (first.template, first.required, first.sign, first.originals, first.copies) == (
            "thue/01-gtgt", True, True, 1, 0,
        )  # fmt: skip
        assert first.template in bundled_library().ids()


def test_what_is_not_made_yet_says_the_way_out() -> None:
    for case in PROCEDURE.cases:
        for component in case.components[1:]:
            assert component.template is None
            assert "HTKK" in component.note or "eTax" in component.note, component.id
            assert "scan" in component.accepts
    reduction = next(c for c in PROCEDURE.cases[0].components if c.id == "phu-luc-giam-thue")
    assert not reduction.required
    assert "8%" in reduction.name
