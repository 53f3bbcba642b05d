"""The household registration form: who must fill what, every rule, the wards, prefill, and its dated notice."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from forms.form import Form
from forms.prefill import prefill, roll_forward
from forms.template import Template, bundled_library, lint, load, run_examples
from forms.units import wards_of

ID = "dkkd/ho-kinh-doanh"
TODAY = date(2026, 11, 21)


def template() -> Template:
    return load(bundled_library().choose(ID, None, TODAY))


def example(name: str) -> dict[str, Any]:
    return dict(next(found for found in template().examples if found.name == name).data)


def form(data: dict[str, Any]) -> Form:
    return Form.load(template(), None, data, today=TODAY)


def codes(data: dict[str, Any]) -> list[tuple[str, str, str]]:
    return sorted((p.path, p.severity, p.code) for p in form(data).check())


VALID = example("toi-thieu")
HOUSEHOLD = example("ho-gia-dinh")
NO_ID = example("khong-so-dinh-danh")


def without(data: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name not in names}


def test_examples_come_out_as_they_say() -> None:
    found = template()
    assert [(r.name, r.differences) for r in run_examples(found) if not r.ok] == []
    assert found.example is not None
    assert codes(dict(found.example.data)) == []
    assert lint(found.ref.path) == []


def test_each_rule_has_an_example_that_breaks_it() -> None:
    found = template()
    broken = {code for one in found.examples for code in one.problems or ()}
    assert {rule.code for rule in found.definition.rules} - broken == set()


def test_each_field_says_what_it_is_in_both_languages() -> None:
    found = template().definition
    for field in found.fields.values():
        assert field.label.vi, field.path
        assert field.label.en, field.path
        assert len(field.help.vi) > 15, field.path
        assert len(field.help.en) > 10, field.path
        assert field.confidence is not None, field.path
    for rule in found.rules:
        assert rule.message.vi != rule.message.en
    for table in found.tables.values():
        assert table.help.vi
        assert table.help.en


def test_identity_and_signer() -> None:
    found = template()
    assert (found.identity.personal_id, found.identity.name, found.identity.tax_code) == (
        "so_dinh_danh", "ho_ten", None,
    )  # fmt: skip
    assert [(one.mark, one.roles, one.required) for one in found.signers] == [("chu_ho_kinh_doanh", ("self",), True)]
    assert found.example is not None
    assert found.example.data["so_dinh_danh"] == "001099999999"
    assert found.example.data["ho_ten"] == "NGUYỄN VĂN THỰC HÀNH (HƯ CẤU)"


@pytest.mark.parametrize(
    "name",
    [
        "noi_lap", "ngay_lap", "kinh_gui", "ho_ten", "ngay_sinh", "gioi_tinh", "ten_ho_kinh_doanh", "tru_so_dia_chi",
        "tru_so_tinh", "tru_so_xa", "tru_so_dien_thoai", "von_kinh_doanh", "so_lao_dong", "phuong_phap_thue", "chu_the",
    ],
)  # fmt: skip
def test_required(name: str) -> None:
    assert (name, "error", "REQUIRED_MISSING") in codes(without(VALID, name))
    assert codes(VALID) == []


IN_PLACE_OF_THE_NUMBER = [
    "dan_toc", "quoc_tich", "so_ho_chieu", "ngay_cap_ho_chieu", "noi_cap_ho_chieu", "thuong_tru_dia_chi",
    "thuong_tru_tinh", "thuong_tru_xa",
]  # fmt: skip


@pytest.mark.parametrize("name", IN_PLACE_OF_THE_NUMBER)
def test_asked_for_only_without_a_personal_number(name: str) -> None:
    assert (name, "error", "REQUIRED_MISSING") in codes(without(NO_ID, name))
    assert codes(VALID) == []
    assert not form(VALID).visible(name)
    assert not form(VALID).required(name)


def test_with_the_number_the_rest_may_still_be_declared() -> None:
    made = form(VALID | {"khai_them": True})
    assert made.visible("dan_toc")
    assert not made.required("dan_toc")
    assert not made.visible("so_ho_chieu")
    assert made.check() == []


def test_present_residence_is_asked_for_only_where_it_is_another() -> None:
    assert codes(NO_ID) == [("so_dinh_danh", "warning", "NO_PERSONAL_ID")]
    missing = [path for path, _, code in codes(NO_ID | {"noi_o_nhu_thuong_tru": False}) if code == "REQUIRED_MISSING"]
    assert missing == ["noi_o_dia_chi", "noi_o_tinh", "noi_o_xa"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"ngay_sinh": "1998-09-09"}, "PERSONAL_ID_BIRTH"),
        ({"gioi_tinh": "nu"}, "PERSONAL_ID_SEX"),
        ({"so_dinh_danh": "003099999999"}, "PERSONAL_ID_PROVINCE"),
    ],
)
def test_the_number_is_compared_with_the_person(data: dict[str, Any], code: str) -> None:
    assert codes(VALID | data) == [("so_dinh_danh", "warning", code)]


def test_members_are_compared_with_their_own_numbers() -> None:
    rows = [dict(row) for row in HOUSEHOLD["thanh_vien"]]
    rows[1]["ngay_sinh"] = "2002-02-03"
    assert codes(HOUSEHOLD | {"thanh_vien": rows}) == [("thanh_vien[1].so_dinh_danh", "warning", "PERSONAL_ID_BIRTH")]


def test_members_table_has_the_columns_of_the_form() -> None:
    table = template().definition.tables["thanh_vien"]
    # The number of the row and the signature are printed; nothing is typed there.
    assert [column.name for column in table.columns] == [
        "ho_ten", "ngay_sinh", "so_dinh_danh", "gioi_tinh", "quoc_tich", "dan_toc", "noi_thuong_tru", "noi_o_hien_tai",
    ]  # fmt: skip


def test_members_are_asked_for_only_of_a_household() -> None:
    assert codes(HOUSEHOLD) == []
    assert codes(HOUSEHOLD | {"thanh_vien": []}) == [("thanh_vien", "error", "TOO_FEW_ROWS")]
    made = form(HOUSEHOLD | {"chu_the": "ca_nhan"})
    assert not made.visible("thanh_vien")
    assert made.values["thanh_vien"] == []
    assert made.errors == []


@pytest.mark.parametrize("name", ["quoc_tich", "dan_toc", "noi_thuong_tru", "noi_o_hien_tai"])
def test_member_without_a_number_says_more(name: str) -> None:
    rows = [dict(row) for row in HOUSEHOLD["thanh_vien"]]
    del rows[2][name]
    assert codes(HOUSEHOLD | {"thanh_vien": rows}) == [(f"thanh_vien[2].{name}", "error", "REQUIRED_MISSING")]


@pytest.mark.parametrize("prefix", ["tru_so", "thue", "noi_o", "thuong_tru"])
def test_wards_follow_their_province(prefix: str) -> None:
    made = form(example("complete"))
    made.set(f"{prefix}_tinh", "48")
    offered = {option.value for option in made.options(f"{prefix}_xa")}
    assert offered == {unit.code for unit in wards_of("48")}
    assert len(offered) == 94
    assert [p.code for p in made.problems_at(f"{prefix}_xa")] == ["WARD_NOT_IN_PROVINCE"]
    made.set(f"{prefix}_xa", "20242")
    assert made.check() == []


def test_capital_in_words_follows_the_figure() -> None:
    made = form(VALID)
    assert made.values["von_bang_chu"] == "Một trăm linh năm triệu đồng"
    assert made.explain("von_bang_chu", "vi")
    made.set("von_kinh_doanh", 1_004_021_015)
    assert made.values["von_bang_chu"] == (
        "Một tỷ không trăm linh bốn triệu không trăm hai mươi mốt nghìn không trăm mười lăm đồng"
    )
    assert [(p.path, p.code) for p in form(VALID | {"von_bang_chu": "Hai đồng"}).errors] == [
        ("von_bang_chu", "CALCULATED_DIFFERS")
    ]


@pytest.mark.parametrize(
    ("capital", "found"),
    [(0, ["CAPITAL_NOT_POSITIVE"]), (1, ["CAPITAL_UNUSUALLY_SMALL"]), (999_999, ["CAPITAL_UNUSUALLY_SMALL"])],
)
def test_capital(capital: int, found: list[str]) -> None:
    assert [code for _, _, code in codes(VALID | {"von_kinh_doanh": capital})] == found
    assert codes(VALID | {"von_kinh_doanh": 1_000_000}) == []


def test_exactly_one_main_trade() -> None:
    row = {"ten_nganh": "Ngành", "ma_nganh": "5610"}
    for marked, expected in ([], ["NO_MAIN_TRADE"]), ([1], []), ([0, 2], ["MORE_THAN_ONE_MAIN_TRADE"]):
        rows = [row | {"ma_nganh": f"561{i}", "nganh_chinh": i in marked} for i in range(3)]
        assert [code for _, _, code in codes(VALID | {"nganh_nghe": rows})] == expected


@pytest.mark.parametrize("code", ["561", "56101", "56A0", "٥٦١٠"])
def test_trade_code_is_four_digits(code: str) -> None:
    rows = [{"ten_nganh": "Ngành", "ma_nganh": code, "nganh_chinh": True}]
    assert "error" in {severity for _, severity, _ in codes(VALID | {"nganh_nghe": rows})}


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("HỘ KINH DOANH ÁNH SAO", []),
        ("Hộ kinh doanh Ánh Sao", []),
        ("HO\u0323\u0302 KINH DOANH A\u0301NH SAO", []),
        ("HỘ KINH DOANHÁNH SAO", ["NAME_PREFIX"]),
        ("ÁNH SAO", ["NAME_PREFIX"]),
        ("ZƯ HỘ KINH DOANH", ["NAME_PREFIX"]),
        ("HỘ KINH DOANH", ["NAME_NOT_PROPER"]),
        ("HỘ KINH DOANH ", ["NAME_NOT_PROPER"]),
    ],
)
def test_name_begins_with_its_kind(name: str, found: list[str]) -> None:
    assert [code for _, _, code in codes(VALID | {"ten_ho_kinh_doanh": name})] == found


def test_names_are_kept_in_capitals() -> None:
    made = form(VALID | {"ho_ten": "nguyễn văn thực hành", "ten_ho_kinh_doanh": "hộ kinh doanh ánh sao"})
    assert made.values["ho_ten"] == "NGUYỄN VĂN THỰC HÀNH"
    assert made.values["ten_ho_kinh_doanh"] == "HỘ KINH DOANH ÁNH SAO"


def test_dates() -> None:
    assert [c for *_, c in codes(VALID | {"ngay_lap": "2026-11-22"})] == ["DATE_IN_FUTURE"]
    assert codes(VALID | {"ngay_lap": "2026-11-21"}) == []
    assert [c for *_, c in codes(VALID | {"ngay_lap": "2025-06-30"})] == ["DATE_BEFORE_FORM"]
    assert [c for *_, c in codes(VALID | {"ngay_bat_dau": "2026-07-19"})] == ["START_BEFORE_REQUEST"]
    assert codes(VALID | {"ngay_bat_dau": "2026-07-20"}) == []


def test_lump_sum_ended_with_2025() -> None:
    assert [c for *_, c in codes(VALID | {"phuong_phap_thue": "khoan"})] == ["LUMP_SUM_ENDED"]
    assert codes(VALID | {"phuong_phap_thue": "khoan", "ngay_lap": "2025-12-31"}) == []


def test_the_form_may_have_changed_on_21_august_2026() -> None:
    found = template()
    assert found.period_kinds == ()
    assert (found.effective_from, found.effective_to) == (date(2025, 7, 1), None)
    assert found.unconfirmed(None, date(2026, 8, 20)) == []
    notices = found.unconfirmed(None, date(2026, 8, 21))
    assert [(one.code, one.unconfirmed) for one in notices] == [("HOUSEHOLD_FORM_TT121", ("form",))]
    assert "121/2026/TT-BTC" in notices[0].text.vi
    assert "121/2026/TT-BTC" in notices[0].text.en


def test_what_the_client_agreed_to_is_filled_in() -> None:
    facts = {
        "name": "Nguyễn Văn Thực Hành", "personal_id": "001099999999", "phone": "0912345678", "address": "Số 1",
        "province_code": "Hà Nội", "ward_code": "00070", "email": "a@vi-du.example", "tax_code": "001099999999",
    }  # fmt: skip
    made = Form(template(), None)
    filled = {one.path for one in prefill(made, facts, set(facts) - {"email"})}
    assert filled == {
        "ho_ten", "so_dinh_danh", "dien_thoai", "tru_so_dia_chi", "tru_so_tinh", "tru_so_xa", "tru_so_dien_thoai",
    }  # fmt: skip
    assert made.value("ho_ten") == "NGUYỄN VĂN THỰC HÀNH"
    assert made.value("tru_so_tinh") == "01"
    assert made.problems_at("tru_so_xa") == []


def test_a_new_request_does_not_repeat_dates_and_the_oath() -> None:
    again = roll_forward(template(), None, example("complete"))
    assert again["ho_ten"] == "NGUYỄN VĂN THỰC HÀNH (HƯ CẤU)"
    assert not {"ngay_lap", "ngay_bat_dau", "cam_ket"} & set(again)


def test_the_oath_is_made_by_the_person() -> None:
    assert codes(without(VALID, "cam_ket")) == [("cam_ket", "error", "NOT_TICKED")]


def test_ethnic_groups_are_suggestions() -> None:
    made = form(NO_ID)
    assert len(made.options("dan_toc")) == 54
    made.set("dan_toc", "Nguồn")
    assert made.errors == []
