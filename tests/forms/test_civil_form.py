"""The civil-status declarations: birth, marriage and copies of extracts, with their checks and procedures."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from forms.bundled import RESOURCES
from forms.errors import FormsError
from forms.form import Form
from forms.prefill import prefill, roll_forward
from forms.procedure import Procedure
from forms.template import Template, bundled_library, lint, load, run_examples

BIRTH, MARRIAGE, EXTRACT = "ho-tich/khai-sinh", "ho-tich/ket-hon", "ho-tich/trich-luc"
PAPERS = {BIRTH: "1.001193", MARRIAGE: "1.000894", EXTRACT: "2.000635"}
TODAY = date(2026, 11, 22)


def template(id: str) -> Template:
    return load(bundled_library().choose(id, None, TODAY))


def example(id: str, name: str = "complete") -> dict[str, Any]:
    return dict(next(found for found in template(id).examples if found.name == name).data)


def form(id: str, data: dict[str, Any]) -> Form:
    return Form.load(template(id), None, data, today=TODAY)


def codes(id: str, data: dict[str, Any]) -> list[tuple[str, str, str]]:
    return sorted((p.path, p.severity, p.code) for p in form(id, data).check())


def without(data: dict[str, Any], *begins: str) -> dict[str, Any]:
    return {key: value for key, value in data.items() if not key.startswith(begins)}


@pytest.mark.parametrize("id", PAPERS)
def test_examples_come_out_as_they_say(id: str) -> None:
    found = template(id)
    assert [(r.name, r.differences) for r in run_examples(found) if not r.ok] == []
    assert found.example is not None
    assert list(lint(found.ref.path)) == []


@pytest.mark.parametrize("id", PAPERS)
def test_it_lasts_until_the_new_law_and_is_unsure_of_its_wording(id: str) -> None:
    found = template(id)
    assert (found.effective_from, found.effective_to) == (date(2025, 7, 1), date(2027, 2, 28))
    with pytest.raises(FormsError):
        bundled_library().choose(id, None, date(2027, 3, 1))
    [notice] = found.unconfirmed(None, TODAY)
    assert notice.unconfirmed == ("print",)
    assert "04/2024/TT-BTP" in notice.text.vi
    assert "CIVIL_STATUS_LAW_2027" not in [n.code for n in found.notices(None, TODAY)]
    assert "CIVIL_STATUS_LAW_2027" in [n.code for n in found.notices(None, date(2026, 12, 1))]


@pytest.mark.parametrize("id", PAPERS)
def test_who_is_signed_in_need_not_sign(id: str) -> None:
    assert not any(signer.required for signer in template(id).signers)
    assert "CIVIL_STATUS_SIGNING" in [n.code for n in template(id).notices(None, TODAY)]


# --- birth ---


@pytest.mark.parametrize(
    ("kind", "mother", "father"),
    [("du_cha_me", True, True), ("khong_cha", True, False), ("khong_me", False, True), ("bo_roi", False, False)],
)
def test_the_parts_of_the_parents_open_as_they_are_known(kind: str, mother: bool, father: bool) -> None:
    data = without(example(BIRTH), "me_", "cha_") | {"loai_khai_sinh": kind, "quan_he": "khac", "quan_he_khac": "Bà"}
    made = form(BIRTH, data)
    assert (made.visible("me_ho_ten"), made.visible("cha_ho_ten")) == (mother, father)
    missing = {path for path, _, code in codes(BIRTH, data) if code == "REQUIRED_MISSING"}
    assert ("me_ho_ten" in missing, "cha_ho_ten" in missing) == (mother, father)


@pytest.mark.parametrize(
    ("made_on", "kind", "code"),
    [("2026-10-30", "dung_han", None), ("2026-10-31", "dung_han", "REGISTRATION_IS_LATE"),
     ("2026-10-31", "qua_han", None), ("2026-10-30", "qua_han", "REGISTRATION_IS_ON_TIME"),
     ("2026-10-31", "co_giay_to", None)],
)  # fmt: skip
def test_sixty_days_are_on_time(made_on: str, kind: str, code: str | None) -> None:
    data = example(BIRTH) | {"ngay_sinh": "2026-08-31", "ngay_lap": made_on, "loai_dang_ky": kind}
    assert [c for _, _, c in codes(BIRTH, data)] == ([code] if code else [])


def test_a_residence_is_asked_for_only_without_a_number() -> None:
    data = without(example(BIRTH), "me_cu_tru")
    assert codes(BIRTH, data) == []
    found = codes(BIRTH, without(data, "me_so", "me_giay"))
    assert ("me_cu_tru_tinh", "error", "REQUIRED_MISSING") in found
    dead = without(data, "me_so", "me_giay") | {"me_cu_tru_o": "da_chet"}
    assert codes(BIRTH, dead) == []
    assert not form(BIRTH, example(BIRTH)).visible("nyc_cu_tru_tinh")
    assert form(BIRTH, example(BIRTH, "qua-han")).visible("nyc_cu_tru_tinh")


def test_viet_nam_is_no_ethnic_group() -> None:
    for name in ("dan_toc", "me_dan_toc", "cha_dan_toc"):
        found = codes(BIRTH, example(BIRTH) | {name: "Việt Nam"})
        assert found == [(name, "error", "ETHNIC_GROUP_IS_NATIONALITY")]
        assert codes(BIRTH, example(BIRTH) | {name: "Mông (Hmông)"}) == []


def test_who_asks_as_mother_is_the_mother() -> None:
    [problem] = form(BIRTH, example(BIRTH, "fail-khong-phai-me")).errors
    assert problem.path == "quan_he"
    assert "TRẦN THỊ VÍ DỤ" in problem.message.vi
    assert "PHẠM THỊ KHÁC" in problem.message.vi


# --- marriage ---


@pytest.mark.parametrize(
    ("change", "code"),
    [({"nu_ngay_sinh": "2008-10-30"}, None), ({"nu_ngay_sinh": "2008-10-31"}, "BRIDE_UNDER_18"),
     ({"nam_ngay_sinh": "2006-10-30"}, None), ({"nam_ngay_sinh": "2006-10-31"}, "GROOM_UNDER_20")],
)  # fmt: skip
def test_she_is_18_and_he_is_20_in_full_years(change: dict[str, Any], code: str | None) -> None:
    found = form(MARRIAGE, example(MARRIAGE) | change).errors
    assert [p.code for p in found] == ([code] if code else [])


@pytest.mark.parametrize(("count", "status", "ok"), [
    (1, "chua", True), (2, "chua", False), (1, "ly_hon", False), (2, "ly_hon", True), (3, "vo_chong_chet", True),
    (1, "vo_chong_chet", False),
])  # fmt: skip
def test_the_first_marriage_is_of_who_was_never_married(count: int, status: str, ok: bool) -> None:
    data = without(example(MARRIAGE), "nu_ban_an") | {"nu_lan": count, "nu_tinh_trang": status}
    data |= {"nu_ban_an": "số 1"} if status == "ly_hon" else {}
    assert (("nu_lan", "error", "MARRIAGE_COUNT_UNLIKE_STATUS") in codes(MARRIAGE, data)) != ok


def test_each_column_is_held_against_the_sex_in_the_number() -> None:
    found = codes(MARRIAGE, example(MARRIAGE) | {"nam_so_dinh_danh": "001196777777"})
    assert found == [("nam_so_dinh_danh", "warning", "PERSONAL_ID_SEX")]


def test_the_dossier_is_of_the_party_that_makes_it() -> None:
    for party, number in (("nu", "001198888888"), ("nam", "001096777777")):
        assert form(MARRIAGE, example(MARRIAGE) | {"nguoi_nop": party}).values["nguoi_nop_so"] == number
    assert template(MARRIAGE).identity.personal_id == "nguoi_nop_so"
    assert {tuple(signer.roles) for signer in template(MARRIAGE).signers} == {("self",)}


# --- extracts ---


def test_each_copy_costs_8000() -> None:
    for count in (1, 2, 10):
        assert form(EXTRACT, example(EXTRACT) | {"so_luong": count}).values["le_phi"] == 8_000 * count
    assert codes(EXTRACT, example(EXTRACT) | {"so_luong": 0}) == [("so_luong", "error", "TOO_SMALL")]


def test_for_oneself_name_and_number_are_the_same() -> None:
    assert codes(EXTRACT, example(EXTRACT, "ban-than")) == []
    found = codes(EXTRACT, example(EXTRACT, "ban-than") | {"ho_ten": "PHẠM THỊ KHÁC"})
    assert found == [("ho_ten", "error", "REQUESTER_IS_NOT_PERSON")]


# --- all ---


def test_who_asks_is_filled_in_with_consent() -> None:
    facts = {"name": "Trần Thị Ví Dụ", "personal_id": "001198888888", "birth_date": "1998-08-08"}
    for id, expected in ((BIRTH, {"nyc_ho_ten", "nyc_ngay_sinh", "nyc_so_dinh_danh"}),
                         (EXTRACT, {"nyc_ho_ten", "nyc_so_dinh_danh"})):  # fmt: skip
        made = form(id, {"nyc_giay_to": "can_cuoc"})
        assert {one.path for one in prefill(made, facts, set(facts))} == expected
        assert template(id).identity.personal_id == "nyc_so_dinh_danh"


@pytest.mark.parametrize("id", PAPERS)
def test_another_declaration_begins_with_who_asks_alone(id: str) -> None:
    begun = roll_forward(template(id), None, form(id, example(id)).values)
    for name in begun:
        assert name in ("kinh_gui", "noi_lap") or name.startswith("nyc_"), name
    assert begun["noi_lap"] == "Hà Nội"


@pytest.mark.parametrize("id", PAPERS)
def test_each_field_says_what_it_is_and_how_sure(id: str) -> None:
    for field in template(id).definition.fields.values():
        assert field.label.vi
        assert field.label.en
        assert len(field.help.vi) > 12, field.path
        assert len(field.help.en) > 10, field.path
        assert field.confidence in ("H", "M", "L", "P"), field.path
        assert field.source, field.path


@pytest.mark.parametrize(("id", "code"), PAPERS.items())
def test_its_procedure_offers_it(id: str, code: str) -> None:
    record = Procedure.from_json(json.loads((RESOURCES / "procedures" / f"{code}.json").read_bytes()))
    assert code in template(id).procedures
    for case in record.cases:
        assert (case.components[0].template, case.components[0].required, case.components[0].sign) == (id, True, False)
        for component in case.components[1:]:
            assert component.note
        assert any(component.replaced_by_data for component in case.components)
    assert "cấp xã" in record.agencies[0]
    assert any("chưa xác nhận" in note.lower() for note in record.notes)
    assert {channel.time for channel in record.channels} == {1}
