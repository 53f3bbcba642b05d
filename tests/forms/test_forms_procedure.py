"""Procedures: our own records, and those of the national portal as they really are."""

from __future__ import annotations

import json
import os
import tarfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.bundled import RESOURCES
from forms.errors import ProcedureUnreadable
from forms.procedure import Component, Procedure

ROW = {
    "id": "019f", "name": "Đăng ký thường trú", "code": " 1.014325", "categories": ["Cư trú"],
    "departments": ["", "Công an cấp xã"], "departmentPromulgate": "Bộ Công an", "formalityTargetType": ["Công dân"],
    "state": "ACTIVE", "type": "STANDARD",
}  # fmt: skip
DETAIL: dict[str, Any] = {
    "code": "OK",
    "data": {
        "code": "1.014325",
        "name": "Đăng ký thường trú",
        "isFullProcess": False,
        "executionSteps": [{"name": "Bước 1", "description": "Nộp\r\n\thồ sơ\u200b."}],
        "executionMethods": [
            {
                "submissionMethod": "ONLINE",
                "processingTime": 7,
                "processingTimeUnit": "WORKING_DAY",
                "description": "Nộp trên cổng",
                "fees": [{"type": "SERVICE_FEE", "value": 10000, "currencyName": "Việt Nam Đồng"}],
            },
            {
                "submissionMethod": "DIRECT",
                "processingTime": 12.5,
                "processingTimeUnit": "DAY",
                "fees": [{"type": "FEE", "value": 5, "currencyName": "USD", "description": "bản sao"}],
            },
            {
                "submissionMethod": "POSTAL",
                "processingTime": "Không quá 15 ngày",
                "processingTimeUnit": "WORKING_DAY",
                "fees": [{"type": "FEE", "value": None, "description": "Hội đồng nhân dân quy định"}],
            },
            {"submissionMethod": "BY_PIGEON"},
        ],
        "executionCases": [
            {
                "name": "* Giấy tờ phải nộp:",
                "profileComponents": [
                    {
                        "code": "G01-KQ1", "name": "Tờ khai", "originalQty": 1, "copyQty": 0, "required": False,
                        "attachments": [{"fileName": "Mẫu CT01.docx"}],
                    },
                    {"code": "G01-KQ1", "name": "Giấy tờ khác", "originalQty": 0, "copyQty": 2},
                ],
            },
            {"name": "", "profileComponents": []},
        ],
        "categoriesDetails": [{"name": "Cư trú"}],
        "departmentsExecuting": [{"name": "Công an cấp xã"}, {"name": "Công an cấp xã"}],
        "resultsDetails": [{"name": "Thông báo", "code": "KQ1"}],
        "legalBasisesDetails": [{"code": "31/2024/QH15 ", "name": "Luật"}],
        "requirementsAndConditions": "Không",
        "procedureProposal": {"proposalNumber": "163/QĐ", "decisionDate": 1768496400000},
    },
}  # fmt: skip


def test_a_whole_record_is_read_whole() -> None:
    found = Procedure.from_national_portal(ROW, DETAIL)
    assert (found.code, found.name, found.level, found.full) == ("1.014325", "Đăng ký thường trú", None, False)
    assert found.agencies == ("Công an cấp xã",)
    assert found.steps[0].text == "Nộp\n hồ sơ."
    online, direct, post = found.channels
    assert (online.method, online.time, online.unit) == ("online", 7, "working_day")
    assert (online.fees[0].amount, online.fees[0].kind) == (10_000, "charge")
    assert (direct.time, direct.unit) == ("12.5", "day")
    assert (direct.fees[0].amount, direct.fees[0].text) == (None, "5 USD. bản sao")
    assert (post.time, post.unit, post.text) == (None, "", "Không quá 15 ngày")
    assert post.fees[0].amount is None
    assert [case.id for case in found.cases] == ["1", "2"]
    assert found.cases[0].name == "Giấy tờ phải nộp"
    assert [part.id for part in found.cases[0].components] == ["1", "2"]
    assert found.cases[0].components[0].attachments == ("Mẫu CT01.docx",)
    assert found.cases[0].components[1].copies == 2
    assert found.legal_basis[0].number == "31/2024/QH15"
    assert found.raw_extra["decision_date"] == "2026-01-16"
    assert Procedure.from_json(json.loads(json.dumps(found.to_json()))) == found


def test_a_row_alone_is_enough() -> None:
    found = Procedure.from_national_portal(ROW)
    assert (found.code, found.full, found.level) == ("1.014325", None, None)
    assert found.agencies == ("Công an cấp xã",)
    assert found.fields == ("Cư trú",)


def test_a_record_without_code_or_name_is_refused() -> None:
    for row, detail in (({}, None), (None, None), ([], {}), ({"code": "1"}, None), ({"name": "x"}, {"data": []})):
        with pytest.raises(ProcedureUnreadable):
            Procedure.from_national_portal(row, detail)
    others: tuple[Any, ...] = (None, [], "x", {}, {"code": "1", "name": " \u200b"})
    for raw in others:
        with pytest.raises(ProcedureUnreadable):
            Procedure.from_json(raw)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10) | st.sampled_from(["ONLINE", "1.5"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_steps = st.lists(
    st.dictionaries(
        st.sampled_from(
            ["name", "description", "submissionMethod", "processingTime", "processingTimeUnit", "fees", "value", "code",
             "profileComponents", "attachments", "originalQty", "method", "time", "amount", "components", "id", "title"]
        ),
        _json, max_size=6,
    ),
    max_size=4,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from([*DETAIL["data"], *Procedure("1", "x").to_json()]), _json | _steps, max_size=8))
def test_any_record_is_read_or_refused(raw: dict[str, Any]) -> None:
    for make in (Procedure.from_json, lambda record: Procedure.from_national_portal(ROW, record)):
        try:
            found = make({"name": "x", "code": "1", **raw})
        except ProcedureUnreadable:
            continue
        text = json.dumps(found.to_json(), allow_nan=False)
        text.encode("utf-8")
        assert Procedure.from_json(json.loads(text)) == found


@pytest.mark.parametrize(
    ("level", "allowed"),
    [
        (None, (True, False, False, False)),
        (1, (False, False, False, False)),
        (2, (True, False, False, False)),
        (3, (True, True, False, False)),
        (4, (True, True, True, True)),
    ],
)
def test_the_level_says_what_is_allowed_and_why_the_rest_is_not(level: int | None, allowed: tuple[bool, ...]) -> None:
    found = Procedure("1.000001", "x", level=level).allows()
    assert (found.print, found.submit, found.pay_online, found.result_online) == allowed
    refused = {
        name for name, yes in zip(("print", "submit", "pay_online", "result_online"), allowed, strict=True) if not yes
    }
    assert set(found.reasons) == refused
    assert all(reason.vi and reason.en and "{" not in reason.vi for reason in found.reasons.values())


def test_every_component_has_an_id_of_its_own() -> None:
    parts = [{"name": "a", "id": "2"}, {"name": "b"}, {"name": "c", "id": "x"}, {"name": "d", "id": "x"}]
    found = Procedure.from_json({"code": "1", "name": "x", "cases": [{"components": parts}, {"id": "1"}, {}]})
    assert [part.id for part in found.cases[0].components] == ["2", "2.", "3", "4"]
    assert [case.id for case in found.cases] == ["1.", "1", "3"]


@pytest.mark.parametrize("level", [0, 5, True, "4", 2.0])
def test_an_odd_level_is_an_unknown_one(level: object) -> None:
    assert Procedure.from_json({"code": "1", "name": "x", "level": level}).level is None


def test_our_own_records_are_read_whole() -> None:
    paths = sorted((RESOURCES / "procedures").glob("*.json"))
    assert paths
    for path in paths:
        raw = json.loads(path.read_text(encoding="utf-8"))
        found = Procedure.from_json(raw)
        shown = found.to_json()
        assert found.code == path.stem
        for name in ("name", "level", "full", "fields", "agencies", "subjects", "receiving_place", "period_kinds"):
            assert shown[name] == raw[name]
        for name in ("steps", "channels", "cases", "results", "legal_basis"):
            assert len(shown[name]) == len(raw[name]) > 0
        for case, told in zip(raw["cases"], shown["cases"], strict=True):
            for part, part_told in zip(case["components"], told["components"], strict=True):
                assert part_told == {"attachments": [], **part}


def test_a_paper_is_replaced_by_data_until_the_day_that_the_law_names() -> None:
    def paper(**more: object) -> Component:
        raw = {"code": "1", "name": "x", "cases": [{"name": "a", "components": [{"name": "giấy", **more}]}]}
        found = Procedure.from_json(raw)
        assert Procedure.from_json(found.to_json()) == found
        return found.cases[0].components[0]

    last, after = date(2027, 2, 28), date(2027, 3, 1)
    until = paper(replaced_by_data=True, replaced_until="2027-02-28")
    assert until.replaced_on(last)
    assert not until.replaced_on(after)
    assert paper(replaced_by_data=True).replaced_on(after)
    assert not paper(replaced_until="2027-02-28").replaced_on(last)
    for odd in ("mai", "2027-02-30", 5, None, "2027-02-28T00:00:00"):
        assert paper(replaced_by_data=True, replaced_until=odd).replaced_on(after)


# --- the real records, where they are at hand ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Unpack the national portal's records from $HOSO_NATIONAL_RECORDS (a .tar.xz, or a folder of them unpacked)."""
    place = Path(os.environ.get("HOSO_NATIONAL_RECORDS", ""))
    if not place.name or not place.exists():
        pytest.skip("the national portal's records are not at hand ($HOSO_NATIONAL_RECORDS)")
    if place.is_file():
        target = tmp_path_factory.mktemp("records")
        with tarfile.open(place) as archive:
            archive.extractall(target, filter="data")
        place = target
    return next(place.rglob("catalog.jsonl")).parent


def test_all_real_records_load_whole(records: Path) -> None:
    rows = [json.loads(line) for line in (records / "catalog.jsonl").read_text(encoding="utf-8").splitlines()]
    details = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (records / "details").glob("*.json")}
    assert (len(rows), len(details)) == (5_670, 376)
    for row in rows:
        detail = details.pop(row["code"], None)
        found = Procedure.from_national_portal(row, detail)
        assert found.code == row["code"].strip()
        assert found.level is None
        if detail is None:
            assert found.full is None
            continue
        data = detail["data"]
        assert found.full == data["isFullProcess"]
        assert len(found.steps) == len(data["executionSteps"])
        assert len(found.channels) == len(data["executionMethods"])
        for channel, raw in zip(found.channels, data["executionMethods"], strict=True):
            assert len(channel.fees) == len(raw["fees"])
            assert channel.time is not None or channel.text or not raw["processingTime"]
        assert [len(case.components) for case in found.cases] == [
            len(case["profileComponents"]) for case in data["executionCases"]
        ]
        assert len(found.results) == len(data["resultsDetails"])
        assert len(found.legal_basis) == len(data["legalBasisesDetails"])
        assert Procedure.from_json(json.loads(json.dumps(found.to_json()))) == found
    assert not details
