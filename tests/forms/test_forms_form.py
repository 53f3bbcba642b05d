"""The form: what goes in, what follows, what is told."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition
from hypothesis.stateful import rule as step

from forms.errors import DataError, FieldCalculated, FieldUnknown, RowUnknown, TableFull
from forms.form import Form
from forms.period import Period
from tests.forms.form_kit import field, rule, table, template, words

TODAY = date(2026, 11, 21)


def codes(form: Form) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for problem in form.check():
        found.setdefault(problem.path, []).append(problem.code)
    return found


RICH = template(
    [
        field(
            "loai",
            "choice",
            options=[{"value": "C", "label": words("Đầu")}, {"value": "B", "label": words("Sau")}],
            default="C",
        ),
        field("so_lan", "integer", visible='loai == "B"', required_when='loai == "B"', min=1, max=99),
        field("dau_ky", min=0),
        field("mua", min=0),
        field("ban", min=0),
        field("phat_sinh", calculated="ban - mua"),
        field("phai_nop", calculated="max(0, phat_sinh - dau_ky)"),
        field("con_lai", calculated="max(0, -(phat_sinh - dau_ky))"),
        field("he_so", "decimal", digits=2, min=0, max=10),
        field("tinh", "province"),
        field("xa", "ward", depends_on="tinh"),
        field("co_bang", "check"),
        table(
            "ld",
            [
                field("ten", "name", required=True, capitals=True, max_length=20),
                field("luong", min=0),
                field("phu_cap", visible="luong > 0"),
                field("tong_cong", calculated="luong + phu_cap + dau_ky"),
                field("ty_le", "percent", calculated="lam_tron(luong * 100 / tong(ld.luong), 2)"),
            ],
            visible="co_bang",
            min_rows=1,
            max_rows=6,
            totals=["luong", "tong_cong"],
        ),
        field("quy_luong", calculated="tong(ld.tong_cong)"),
        field("bang_chu", "text", calculated="bang_chu(quy_luong)"),
        field("ghi_chu", "multiline", required_when="quy_luong > 1000 and so_dong(ld) > 1"),
    ],
    [
        rule("a", "mua <= ban", "mua", message=words("{mua} lớn hơn {ban}")),
        rule(
            "b", "luong <= 500 or rong(he_so)", "luong", each="ld", message=words("Dòng {dong}: {luong}, hệ số {he_so}")
        ),
        rule("c", "dem(ld.luong, luong) == 1", "luong", each="ld", severity="warning"),
        rule("d", 'dau_ky == ky_truoc("con_lai")', "dau_ky", when='co(ky_truoc("con_lai"))', severity="warning"),
        rule("e", "quy_luong / so_dong(ld) < 800", "quy_luong", when="co_bang"),
    ],
)


def rich(values: dict[str, Any] | None = None, **more: Any) -> Form:
    return Form(RICH, Period.parse("2026-10"), values, today=TODAY, **more)


# --- calculation ---------------------------------------------------------------------------------------------------


def test_what_is_calculated_follows_and_only_what_depends_on_it() -> None:
    form = rich()
    changed = form.set("ban", 150)
    assert changed.paths == {"ban", "phat_sinh", "phai_nop"}
    assert changed.problems_changed is False
    changed = form.set("dau_ky", 30)
    assert changed.paths == {"dau_ky", "phai_nop"}
    assert (form.value("phat_sinh"), form.value("phai_nop"), form.value("con_lai")) == (150, 120, 0)
    assert not form.set("dau_ky", 30)


def test_values_hold_every_field() -> None:
    assert set(rich().values) == {item.name for item in RICH.definition.items}
    assert rich().values["mua"] == 0
    assert rich().values["so_lan"] is None
    assert rich().values["ld"] == []
    assert json.loads(json.dumps(rich().values)) == rich().values


def test_a_row_follows_the_form_and_the_form_its_rows() -> None:
    form = rich({"co_bang": True, "dau_ky": 1, "ld": [{"ten": "an", "luong": 30}, {"ten": "bình", "luong": 10}]})
    assert form.values["ld"][0] == {"ten": "AN", "luong": 30, "phu_cap": 0, "tong_cong": 31, "ty_le": "75"}
    assert form.value("quy_luong") == 42
    assert form.value("bang_chu") == "Bốn mươi hai đồng"
    changed = form.set("ld[1].luong", 90)
    assert {"ld[1].luong", "ld[1].tong_cong", "ld[0].ty_le", "ld[1].ty_le", "quy_luong", "ld.luong"} <= changed.paths
    assert form.value("ld[0].ty_le") == "25"
    assert form.column_total("ld", "luong") == 120
    assert form.set("dau_ky", 2).paths == {
        "dau_ky", "con_lai", "ld[0].tong_cong", "ld[1].tong_cong", "ld.tong_cong", "quy_luong", "bang_chu",
    }  # fmt: skip


def test_rows_come_go_and_move() -> None:
    form = rich({"co_bang": True})
    form.insert_row("ld", 0, {"ten": "An", "luong": 5, "la": 1})
    form.insert_row("ld", 0)
    form.insert_row("ld", 2, {"ten": "Chi", "luong": 7})
    assert [row["ten"] for row in form.value("ld")] == ["", "AN", "CHI"]
    assert form.value("quy_luong") == 12
    assert codes(form)["ld[0].ten"] == ["REQUIRED_MISSING"]
    form.move_row("ld", 0, 2)
    assert codes(form)["ld[2].ten"] == ["REQUIRED_MISSING"]
    assert [problem.message.vi[:6] for problem in form.check() if problem.path == "ld[2].ten"] == ["Dòng 3"]
    changed = form.delete_row("ld", 0)
    assert {"ld", "quy_luong", "ld.luong"} <= changed.paths
    assert form.value("quy_luong") == 7
    form.set_rows("ld", [{"ten": f"N{i}"} for i in range(6)])
    with pytest.raises(TableFull):
        form.insert_row("ld", 0)
    for call in (form.delete_row, form.insert_row):
        with pytest.raises(RowUnknown):
            call("ld", 7)


def test_money_that_is_calculated_is_whole_and_decimals_keep_their_places() -> None:
    made = template([field("a"), field("b", calculated="a / 3"), field("c", "decimal", digits=2, calculated="a / 3")])
    form = Form(made, None, {"a": 200})
    assert (form.value("b"), form.value("c")) == (67, "66.67")


def test_what_cannot_be_calculated_is_empty_and_told() -> None:
    made = template([field("a"), field("b"), field("c", calculated="a / b")], [rule("r", "a / b > 1", "a")])
    form = Form(made, None, {"a": 1})
    assert form.value("c") == 0
    assert codes(form) == {"a": ["RULE_R"], "c": ["CANNOT_CALCULATE"]}
    assert form.set("b", 2).problems_changed
    assert codes(form) == {"a": ["RULE_R"]}
    assert form.value("c") == 1  # 0.5 đồng is rounded half up
    form.set("b", 0)
    assert codes(form)["c"] == ["CANNOT_CALCULATE"]


# --- showing and hiding ----------------------------------------------------------------------------------------------


def test_what_is_hidden_counts_as_empty_but_is_kept() -> None:
    form = rich({"loai": "B", "so_lan": 2})
    changed = form.set("loai", "C")
    assert changed.shape == {"so_lan"}
    assert "so_lan" in changed.paths
    assert form.value("so_lan") is None
    assert not form.visible("so_lan")
    assert form.entered()["so_lan"] == 2
    assert codes(form)["so_lan"] == ["HIDDEN_VALUE"]
    form.set("loai", "B")
    assert form.value("so_lan") == 2
    assert form.required("so_lan")


def test_a_hidden_table_has_no_rows() -> None:
    form = rich({"co_bang": True, "ld": [{"ten": "An", "luong": 900}]})
    assert form.value("quy_luong") == 900
    changed = form.set("co_bang", False)
    assert {"ld", "quy_luong", "bang_chu"} <= changed.paths
    assert form.value("quy_luong") == 0
    assert form.values["ld"] == []
    assert codes(form) == {"ld": ["HIDDEN_VALUE"]}
    assert not form.visible("ld[0].luong")


def test_a_table_that_is_shown_needs_its_rows() -> None:
    form = rich({"co_bang": True})
    assert codes(form)["ld"] == ["TOO_FEW_ROWS"]
    form.insert_row("ld", 0, {"ten": "An"})
    assert "ld" not in codes(form)


def test_options_follow_the_province() -> None:
    form = rich({"tinh": "01", "xa": "00070"})
    assert len(form.options("tinh")) == 34
    assert len(form.options("xa")) == 126
    assert "xa" not in codes(form)
    form.set("tinh", "79")
    assert codes(form)["xa"] == ["WARD_NOT_IN_PROVINCE"]
    assert len(form.options("xa")) == 168
    assert [option.value for option in form.options("loai")] == ["C", "B"]
    assert form.options("ban") == ()


# --- problems --------------------------------------------------------------------------------------------------------


def test_problems_name_the_field_in_both_languages() -> None:
    form = rich({"mua": 1000, "ban": 5})
    (problem,) = form.check()
    assert (problem.path, problem.severity, problem.code) == ("mua", "error", "RULE_A")
    assert problem.message.vi == "1.000 lớn hơn 5"
    assert problem.message.en == "1,000 lớn hơn 5"
    form.set("ban", 7)
    assert form.errors[0].message.vi == "1.000 lớn hơn 7"
    form.set("ban", 1000)
    assert form.check() == []


def test_a_rule_of_rows_speaks_of_its_row() -> None:
    form = rich({"co_bang": True, "he_so": "1.50", "ld": [{"ten": "An", "luong": 1}, {"ten": "Bình", "luong": 501}]})
    (problem,) = form.errors
    assert problem.path == "ld[1].luong"
    assert problem.message.vi == "Dòng 2: 501, hệ số 1,5"
    form.set("ld[0].luong", 501)
    assert codes(form)["ld[0].luong"] == ["RULE_B", "RULE_C"]


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("mua", -1, "TOO_SMALL"),
        ("mua", 10**15, "NUMBER_TOO_LARGE"),
        ("mua", -(10**400), "NUMBER_TOO_LARGE"),
        ("mua", "12", "WRONG_TYPE"),
        ("mua", True, "WRONG_TYPE"),
        ("mua", [], "WRONG_TYPE"),
        ("mua", {}, "WRONG_TYPE"),
        ("mua", 1.5, "NOT_WHOLE"),
        ("mua", Decimal("1.5"), "NOT_WHOLE"),
        ("mua", float("nan"), "WRONG_TYPE"),
        ("mua", float("inf"), "WRONG_TYPE"),
        ("he_so", "11", "TOO_LARGE"),
        ("he_so", "1.234", "TOO_MANY_DIGITS"),
        ("he_so", "1.2345678", "WRONG_TYPE"),
        ("he_so", "1,5", "WRONG_TYPE"),
        ("he_so", "1e5", "WRONG_TYPE"),
        ("he_so", "9" * 20, "NUMBER_TOO_LARGE"),
        ("loai", "D", "NOT_AN_OPTION"),
        ("loai", 1, "WRONG_TYPE"),
        ("tinh", "99", "NOT_AN_OPTION"),
        ("co_bang", "có", "WRONG_TYPE"),
        ("co_bang", 1, "WRONG_TYPE"),
        ("ghi_chu", "x" * 5001, "TOO_LONG"),
        ("ghi_chu", "x" * 20001, "TOO_LONG"),
        ("ghi_chu", "a\x00b", "BAD_CHARACTER"),
        ("ghi_chu", "\ud800", "BAD_CHARACTER"),
        ("ghi_chu", 5, "WRONG_TYPE"),
    ],
)
def test_what_a_field_cannot_hold_is_told_and_left_out(path: str, value: object, code: str) -> None:
    form = rich()
    before = form.values[path]
    changed = form.set(path, value)
    assert changed.problems_changed
    assert codes(form) == {path: [code]}
    assert {"vi", "en"} == set(form.check()[0].message.to_json())
    assert "{" not in form.check()[0].message.vi + form.check()[0].message.en
    if code not in ("TOO_SMALL", "TOO_LARGE", "TOO_MANY_DIGITS", "TOO_LONG"):
        empty = None if path == "he_so" else "" if path == "loai" else before
        assert form.values[path] == empty
    form.values_text = json.dumps(form.values)  # type: ignore[attr-defined]  # whatever came, it can be written
    form.set(path, None)
    assert codes(form) == {}


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("date", "2026-02-29", "BAD_DATE"),
        ("date", "29/02/2024", "BAD_DATE"),
        ("date", "2024-02-29", None),
        ("month", "2026-13", "BAD_MONTH"),
        ("month", "2026-Q1", "BAD_MONTH"),
        ("quarter", "2026-Q1", None),
        ("quarter", "2026-01", "BAD_QUARTER"),
        ("period", "2026-01", None),
        ("period", "hôm nay", "BAD_PERIOD_VALUE"),
        ("tax_code", "0100686209", None),
        ("tax_code", "0100686208", "TAX_CODE_CHECK_DIGIT"),
        ("tax_code", "1", "TAX_CODE_FORMAT"),
        ("personal_id", "001085001234", None),
        ("personal_id", "123456789", "PERSONAL_ID_OLD"),
        ("phone", "0912 345 678", None),
        ("phone", "abc", "PHONE_FORMAT"),
        ("email", "ke-toan@vi-du.vn", None),
        ("email", "ke-toan", "EMAIL_FORMAT"),
        ("social_insurance", "012345678", "SOCIAL_INSURANCE_FORMAT"),
        ("bank_account", "00012 345", None),
        ("bank_account", "số 1", "BANK_ACCOUNT_FORMAT"),
    ],
)
def test_each_kind_checks_its_values(kind: str, value: str, expected: str | None) -> None:
    form = Form(template([field("f", kind)]), None)
    form.set("f", value)
    assert codes(form) == ({"f": [expected]} if expected else {})


def test_required_is_told_until_it_is_filled() -> None:
    made = template(
        [field("ten", "text", required=True), field("cam_ket", "check", required=True), field("tien", required=True)]
    )
    form = Form(made, None)
    assert codes(form) == {"ten": ["REQUIRED_MISSING"], "cam_ket": ["NOT_TICKED"], "tien": ["REQUIRED_MISSING"]}
    assert form.progress()["chung"].done == 0
    form.set_many({"ten": "   ", "cam_ket": True, "tien": 0})
    assert codes(form) == {"ten": ["REQUIRED_MISSING"]}
    form.set("ten", "An")
    assert form.check() == []
    assert (form.progress()["chung"].done, form.progress()["chung"].total) == (3, 3)


def test_a_pattern_must_match_the_whole_value() -> None:
    form = Form(template([field("ma", "code", pattern="[0-9]{3}|[a-z]+")]), None)
    for value, good in (("123", True), ("1234", False), ("abc", True), ("abc1", False), ("123\n", False)):
        form.set("ma", value)
        assert (codes(form) == {}) is good


def test_a_pattern_takes_linear_time() -> None:
    form = Form(template([field("ma", "text", pattern="(a+)+b", max_length=20000)]), None)
    form.set("ma", "a" * 19_999)
    assert codes(form) == {"ma": ["BAD_FORMAT"]}


def test_personal_ids_are_compared_with_their_neighbours() -> None:
    row = [
        field("sinh", "date"),
        field(
            "gioi", "choice", options=[{"value": "nam", "label": words("Nam")}, {"value": "nu", "label": words("Nữ")}]
        ),
        field("so", "personal_id", birth="sinh", sex="gioi"),
    ]
    form = Form(template([table("nguoi", row)]), None, {"nguoi": [{"so": "001085001234", "sinh": "1985-01-02"}]})
    assert codes(form) == {}
    form.set("nguoi[0].sinh", "1986-01-02")
    (problem,) = form.warnings
    assert (problem.path, problem.code) == ("nguoi[0].so", "PERSONAL_ID_BIRTH")
    assert "1985" in problem.message.vi
    assert "1986" in problem.message.vi
    form.set_many({"nguoi[0].sinh": "1985-05-05", "nguoi[0].gioi": "nu"})
    assert codes(form) == {"nguoi[0].so": ["PERSONAL_ID_SEX"]}


def test_money_may_take_a_coefficient_that_totals_leave_out() -> None:
    row = [field("luong", coefficient=True, required=True)]
    form = Form(template([table("ld", row, totals=["luong"])]), None, {"ld": [{"luong": 5_000_000}, {"luong": "2.34"}]})
    assert form.values["ld"] == [{"luong": 5_000_000}, {"luong": "2.34"}]
    assert form.column_total("ld", "luong") == 5_000_000
    assert form.shown("ld[1].luong") == "2,34"
    form.set("ld[1].luong", "2,34")
    assert codes(form) == {"ld[1].luong": ["WRONG_TYPE"]}


def test_the_last_period_is_compared_once_it_is_known() -> None:
    form = rich({"dau_ky": 5})
    assert form.check() == []
    form.previous = {"con_lai": 7, "khong_co": 1, "tinh": 5}
    assert codes(form) == {"dau_ky": ["RULE_D"]}
    form.set("dau_ky", 7)
    assert form.check() == []
    assert rich({"dau_ky": 5}, previous={"con_lai": 7}).warnings
    form.previous = None
    assert form.check() == []


def test_a_calculated_field_explains_itself() -> None:
    form = rich({"co_bang": True, "ld": [{}]})
    assert form.explain("phat_sinh") == "“Trường phat_sinh” = “Trường ban” − “Trường mua”"
    assert form.explain("ban") is None
    assert "tổng cột “Trường luong”" in str(form.explain("ld[0].ty_le"))
    assert form.explain("ld.ty_le") == form.explain("ld[0].ty_le")


def test_paths_that_lead_nowhere_are_refused() -> None:
    form = rich({"co_bang": True, "ld": [{}]})
    for path in ("", "x", "ld", "ld[0]", "ld[0].x", "x[0].ten", "ld[-1].ten", "ld[0].ten.x", "ban[0].x", "__class__"):
        with pytest.raises(FieldUnknown):
            form.set(path, 1)
    with pytest.raises(RowUnknown):
        form.set("ld[1].ten", "x")
    with pytest.raises(FieldCalculated):
        form.set("phat_sinh", 1)
    with pytest.raises(FieldCalculated):
        form.set_many({"ban": 1, "ld[0].ty_le": "5"})
    assert form.value("ban") == 0  # nothing of a refused change is done


def test_text_is_composed_and_stripped_of_what_nobody_sees() -> None:
    form = rich()
    form.set("ghi_chu", "Nguyễn\u200b Văn\u00a0A\r\ndòng hai")
    assert form.value("ghi_chu") == "Nguyễn Văn A\ndòng hai"


# --- data from outside -----------------------------------------------------------------------------------------------


def load(data: object) -> Form:
    return Form.load(RICH, Period.parse("2026-10"), data, today=TODAY)


@pytest.mark.parametrize("data", [None, [], "x", 5, True, [{}]])
def test_data_that_is_no_object_is_refused(data: object) -> None:
    with pytest.raises(DataError) as caught:
        load(data)
    assert caught.value.problems[0].code == "DATA_NOT_AN_OBJECT"


def test_calculated_values_in_the_data_must_be_right() -> None:
    data = {"ban": 10, "mua": 3, "phat_sinh": 7, "phai_nop": 8, "quy_luong": None, "bang_chu": "Không đồng"}
    form = load(data)
    assert codes(form) == {"phai_nop": ["CALCULATED_DIFFERS"]}
    assert form.value("phai_nop") == 7
    assert "8" in form.check()[0].message.vi
    assert load(form.values).check() == []
    changed = form.set("dau_ky", 1)  # once a person works on it, it is calculated like the rest
    assert changed.problems_changed
    assert form.check() == []


def test_what_the_template_does_not_know_is_told_and_left_out() -> None:
    form = load({"la": 1, "ban": 5, "co_bang": True, "ld": [{"ten": "An", "la\x00": 2}, 7], "\u202ex": 1})
    assert codes(form) == {
        "la": ["UNKNOWN_FIELD"],
        "ld[0].la\N{REPLACEMENT CHARACTER}": ["UNKNOWN_FIELD"],
        "ld[1]": ["WRONG_TYPE"],
        "\N{REPLACEMENT CHARACTER}x": ["UNKNOWN_FIELD"],
        "ld[1].ten": ["REQUIRED_MISSING"],
        "ld[0].luong": ["RULE_C"],
        "ld[1].luong": ["RULE_C"],
        "ld[0].ty_le": ["CANNOT_CALCULATE"],
        "ld[1].ty_le": ["CANNOT_CALCULATE"],
    }
    assert "la" not in form.values


def test_tables_of_the_wrong_shape_or_size() -> None:
    assert codes(load({"ld": {"ten": "An"}}))["ld"] == ["WRONG_TYPE"]
    assert codes(load({"ld": "An"}))["ld"] == ["WRONG_TYPE"]
    form = load({"co_bang": True, "ld": [{"ten": f"N{i}", "luong": i} for i in range(50_000)]})
    assert codes(form)["ld"] == ["TOO_MANY_ROWS"]
    assert len(form.value("ld")) == 6
    assert load({"ld": None}).check() == []


def test_a_flood_of_unknown_fields_is_bounded() -> None:
    form = load({f"x{i}": i for i in range(20_000)})
    assert len(form.check()) == 101
    assert form.check()[-1].code == "MORE_PROBLEMS"


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
_names = st.sampled_from([*RICH.definition.form_fields, "ld", "la"])
_cell_names = st.sampled_from([*RICH.definition.tables["ld"].column, "la"])


@settings(max_examples=50, deadline=None)
@given(
    st.dictionaries(_names, _json | st.lists(st.dictionaries(_cell_names, _json, max_size=5), max_size=8), max_size=8)
)
def test_no_data_breaks_a_form(data: dict[str, Any]) -> None:
    form = load(data)
    form.check()
    text = json.dumps(form.values, allow_nan=False)
    assert load(json.loads(text)).values == form.values


@settings(max_examples=80, deadline=None)
@given(st.dictionaries(st.sampled_from(["mua", "he_so", "loai", "co_bang", "ghi_chu", "tinh"]), _json, max_size=6))
def test_the_schema_and_the_form_agree_on_what_a_field_can_hold(data: dict[str, Any]) -> None:
    schema = jsonschema_rs.validator_for(RICH.definition.json_schema())
    refused = {"WRONG_TYPE", "NOT_WHOLE", "NUMBER_TOO_LARGE", "NOT_AN_OPTION", "TOO_SMALL", "TOO_LARGE", "TOO_LONG"}
    try:
        valid = schema.is_valid(data)
    except ValueError:
        return  # numbers that JSON has no place for
    found = {problem.code for problem in load(data).check()}
    if not valid:
        assert found
    elif not found & {"TOO_MANY_DIGITS", "BAD_CHARACTER", "RULE_A"}:
        assert not found & refused


# --- the wave against working everything out anew --------------------------------------------------------------------

_amounts = st.none() | st.integers(-5, 1_000) | st.sampled_from(["x", 10**16, 1.5])
_texts = st.sampled_from([None, "", "An", "Bình", "Chi", "\x00", "x" * 30])


class Waves(RuleBasedStateMachine):
    """Change a form at random; it must always equal a form made anew from what was entered."""

    def __init__(self) -> None:
        super().__init__()
        self.form = rich()
        self.refused = False

    def change(self, call: Any) -> None:
        before, entered, shown = self.form.values, self.form.entered(), self.problems()
        shape = self.shape()
        changed = call()
        after = self.form.values
        expected = {
            name
            for name in after
            if name != "ld" and (after[name], type(after[name])) != (before[name], type(before[name]))
        }
        told = {path for path in changed.paths if not path.startswith("ld")}
        now = self.form.entered()
        # An amount that was not given and one of 0 are both 0, but the window shows them apart.
        assert expected <= told <= expected | {name for name in before if now.get(name) != entered.get(name)}
        if len(after["ld"]) == len(before["ld"]) and "ld" not in changed.paths:
            cells = {
                f"ld[{index}].{name}"
                for index, (old, new) in enumerate(zip(before["ld"], after["ld"], strict=True))
                for name in new
                if old[name] != new[name]
            }
            if after["ld"]:
                assert cells <= {path for path in changed.paths if path.startswith("ld[")}
            shaped = self.shape()
            assert changed.shape == {path for path in shaped if shaped[path] != shape.get(path)}
        if self.problems() != shown:
            assert changed.problems_changed

    def problems(self) -> list[tuple[str, str, str]]:
        return [(p.path, p.code, p.message.vi) for p in self.form.check()]

    def shape(self) -> dict[str, tuple[bool, bool]]:
        """What a wave tells of: shown or not, required or not, of fields, rows' cells and tables."""
        top = self.form.top
        found = {n: (n in top.hidden, n in top.required) for n in (*self.form.definition.form_fields, "ld")}
        for row in self.form.rows["ld"]:
            for name in self.form.definition.tables["ld"].column:
                found[f"ld[{row.index}].{name}"] = (name in row.hidden, name in row.required)
        return found

    @step(name=st.sampled_from(["dau_ky", "mua", "ban", "he_so", "so_lan"]), value=_amounts)
    def number(self, name: str, value: object) -> None:
        self.change(lambda: self.form.set(name, value))

    @step(value=st.sampled_from(["B", "C", None, "D"]))
    def kind(self, value: object) -> None:
        self.change(lambda: self.form.set("loai", value))

    @step(value=st.booleans())
    def with_table(self, value: bool) -> None:
        self.change(lambda: self.form.set("co_bang", value))

    @step(value=_texts)
    def note(self, value: object) -> None:
        self.change(lambda: self.form.set("ghi_chu", value))

    @step(province=st.sampled_from(["01", "79", None]), ward=st.sampled_from(["00070", "26734", None]))
    def place(self, province: object, ward: object) -> None:
        self.change(lambda: self.form.set_many({"tinh": province, "xa": ward}))

    @step(index=st.integers(0, 5), ten=_texts, luong=_amounts)
    def insert(self, index: int, ten: object, luong: object) -> None:
        rows = self.form.rows["ld"]
        if len(rows) < 6:
            self.change(lambda: self.form.insert_row("ld", min(index, len(rows)), {"ten": ten, "luong": luong}))

    @precondition(lambda self: self.form.rows["ld"])
    @step(index=st.integers(0, 5))
    def delete(self, index: int) -> None:
        self.change(lambda: self.form.delete_row("ld", min(index, len(self.form.rows["ld"]) - 1)))

    @precondition(lambda self: self.form.rows["ld"])
    @step(index=st.integers(0, 5), to=st.integers(0, 5))
    def move(self, index: int, to: int) -> None:
        last = len(self.form.rows["ld"]) - 1
        self.change(lambda: self.form.move_row("ld", min(index, last), min(to, last)))

    @precondition(lambda self: self.form.rows["ld"])
    @step(index=st.integers(0, 5), name=st.sampled_from(["luong", "phu_cap"]), value=_amounts)
    def cell(self, index: int, name: str, value: object) -> None:
        last = len(self.form.rows["ld"]) - 1
        self.change(lambda: self.form.set(f"ld[{min(index, last)}].{name}", value))

    @step(value=st.none() | st.integers(0, 100))
    def last_period(self, value: int | None) -> None:
        self.form.previous = None if value is None else {"con_lai": value}

    @invariant()
    def equals_a_form_made_anew(self) -> None:
        entered = self.form.entered()
        # What a field refused is not among what was entered: give it again, as the person did.
        fresh = rich(entered, previous=self.form.previous)
        assert fresh.values == self.form.values
        refused = {"WRONG_TYPE", "NOT_WHOLE", "NUMBER_TOO_LARGE", "BAD_CHARACTER", "NOT_AN_OPTION", "REQUIRED_MISSING"}
        mine = [p for p in self.problems() if p[1] not in refused]
        anew = [(p.path, p.code, p.message.vi) for p in fresh.check() if p.code not in refused]
        assert mine == anew
        for path in RICH.definition.form_fields:
            assert fresh.visible(path) == self.form.visible(path)
            assert fresh.required(path) == self.form.required(path)


Waves.TestCase.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)
TestWaves = Waves.TestCase
