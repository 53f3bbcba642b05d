"""The declaration TK1-TS: its two parts, its nineteen items, children, and what is unsure about it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from forms.form import Form
from forms.prefill import prefill, roll_forward
from forms.template import Template, bundled_library, lint, load, run_examples

ID = "bhxh/tk1-ts"
TODAY = date(2026, 11, 21)


def template() -> Template:
    return load(bundled_library().choose(ID, None, TODAY))


def example(name: str) -> dict[str, Any]:
    return dict(next(found for found in template().examples if found.name == name).data)


def form(data: dict[str, Any]) -> Form:
    return Form.load(template(), None, data)


def codes(data: dict[str, Any]) -> list[tuple[str, str, str]]:
    return sorted((p.path, p.severity, p.code) for p in form(data).check())


def test_examples_come_out_as_they_say() -> None:
    found = template()
    assert [(r.name, r.differences) for r in run_examples(found) if not r.ok] == []
    assert found.example is not None
    assert list(lint(found.ref.path)) == []


def test_it_says_at_all_times_that_it_is_unsure() -> None:
    for day in (date(2021, 1, 1), TODAY):
        [notice] = template().unconfirmed(None, day)
        assert notice.unconfirmed == ("form",)
        assert "490/QĐ-BHXH" in notice.text.vi
        assert "490/QĐ-BHXH" in notice.text.en
    assert template().confidence == "M"


def test_all_nineteen_items_are_there_in_order() -> None:
    codes = [field.code for field in template().definition.form_fields.values() if field.code]
    items = list(dict.fromkeys(code.strip("[]").split(".")[0] for code in codes))
    assert items == [f"{n:02}" for n in range(1, 20)]
    for code in ("[09.1]", "[09.2]", "[09.3]", "[11.1]", "[11.2]", "[11.3]", "[11.4]", "[14.1]", "[14.5]"):
        assert code in codes


def test_a_new_participant_gives_part_one_and_no_number() -> None:
    made = form(example("tham-gia-moi"))
    assert made.errors == []
    for name in ("ma_so_bhxh", "dc_ho_ten", "dc_so_dinh_danh"):
        assert not made.visible(name)
    for name in ("gioi_tinh", "quoc_tich", "dan_toc", "so_dinh_danh", "dien_thoai", "khai_sinh_xa", "khai_sinh_tinh",
                 "nhan_dia_chi", "nhan_tinh", "nhan_xa"):  # fmt: skip
        missing = {k: v for k, v in example("tham-gia-moi").items() if k != name}
        assert (name, "error", "REQUIRED_MISSING") in codes(missing), name
    for name in ("khai_sinh_huyen", "nhan_huyen"):
        assert name not in example("tham-gia-moi"), "districts are gone"


def test_an_adjustment_needs_the_number_and_something_to_adjust() -> None:
    data = example("doi-noi-kham")
    assert codes(data) == []
    bare = {k: v for k, v in data.items() if k != "noi_kcb"}
    assert codes(bare) == [("noi_dung_khac", "error", "NOTHING_TO_ADJUST")]
    for change in ({"noi_dung_khac": "Cấp lại sổ"}, {"dc_so_dinh_danh": "001198888888"}, {"phuong_thuc": "12"}):
        assert [c for _, severity, c in codes(bare | change) if severity == "error"] == []


@pytest.mark.parametrize(("born", "needed"), [("2020-07-21", True), ("2020-07-20", False), ("2026-07-01", True)])
def test_under_six_a_parent_signs(born: str, needed: bool) -> None:
    data = {k: v for k, v in example("tre-em").items() if k not in ("cha_me", "so_dinh_danh")} | {"ngay_sinh": born}
    assert (("cha_me", "error", "REQUIRED_MISSING") in codes(data)) == needed


def test_a_passport_is_taken_from_a_foreigner() -> None:
    data = example("tham-gia-moi") | {"so_dinh_danh": "C1234567", "quoc_tich": "Lào", "dan_toc": "Khác"}
    assert form(data).errors == []


def test_the_appendix_opens_with_its_box() -> None:
    data = example("tham-gia-moi")
    assert form(data).visible("thanh_vien")
    assert not form(data | {"phu_luc": False}).visible("thanh_vien")
    rows = [{**data["thanh_vien"][0], "ngay_sinh": "2099-01-01", "so_dinh_danh": ""}]
    found = codes(data | {"thanh_vien": rows})
    assert ("thanh_vien[0].ngay_sinh", "error", "MEMBER_BIRTH_NOT_PAST") in found


def test_the_declaration_is_the_workers_not_the_employers() -> None:
    identity = template().identity
    assert (identity.tax_code, identity.personal_id, identity.name) == (None, None, "ho_ten")
    facts = {"name": "CÔNG TY VÍ DỤ", "legal_representative": "LÊ VĂN MẪU", "phone": "0912345678"}
    assert [one.path for one in prefill(form({}), facts, set(facts))] == ["nguoi_xac_nhan"]
    assert [(signer.mark, signer.required) for signer in template().signers] == [
        ("nguoi_ke_khai", True), ("xac_nhan_don_vi", False),
    ]  # fmt: skip


def test_nothing_of_one_person_gets_into_the_next_declaration() -> None:
    begun = roll_forward(template(), None, form(example("complete")).values)
    assert {key for key, value in begun.items() if value} <= {"noi_lap"}


def test_each_field_says_what_it_is_and_how_sure() -> None:
    for field in template().definition.fields.values():
        assert field.label.vi
        assert field.label.en
        assert len(field.help.vi) > 12, field.path
        assert len(field.help.en) > 10, field.path
        assert field.confidence in ("M", "P"), field.path
