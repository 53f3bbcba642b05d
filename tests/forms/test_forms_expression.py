"""The rules language: exact, bounded, and nothing else."""

from __future__ import annotations

import pickle
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.errors import ExpressionInvalid
from forms.expression import LENGTH, MISSING, UNDEFINED, Expression, Scope, compile_expression, round_half_up
from forms.expression.language import Operand

SCOPE = Scope(
    {"a": "number", "b": "number", "ngay": "text", "loai": "text", "co_phu_luc": "flag"},
    {"ld": {"luong": "number", "ten": "text", "a": "number"}},
)


class Sight:
    """What an expression sees in these tests."""

    today, first_day, last_day = "2026-11-21", "2026-10-01", "2026-10-31"

    def __init__(self, **fields: Operand) -> None:
        self.fields: dict[str, Operand] = {
            "a": MISSING,
            "b": MISSING,
            "ngay": "",
            "loai": "",
            "co_phu_luc": False,
            **fields,
        }
        self.row: dict[str, Operand] = {"luong": Decimal(7), "ten": "An", "a": Decimal(1)}
        self.rows: list[dict[str, Any]] = [{"luong": Decimal(5), "ten": "An"}, {"luong": Decimal("2.5"), "ten": "Bình"}]
        self.last: dict[str, Operand] = {"a": Decimal(9)}

    def total(self, table: str, column: str) -> Decimal:
        return sum((row[column] for row in self.rows), Decimal(0))

    def count(self, table: str) -> Decimal:
        return Decimal(len(self.rows))

    def occurrences(self, table: str, column: str, wanted: Operand) -> int:
        return [row[column] for row in self.rows].count(wanted)

    def previous_operand(self, name: str, empty: Operand) -> Operand:
        return self.last.get(name, empty)


def compiled(source: str, row: str | None = None) -> Expression:
    return compile_expression(source, Scope(SCOPE.fields, SCOPE.tables, row))


def value(source: str, row: str | None = None, **fields: Operand) -> Operand:
    return compiled(source, row).evaluate(Sight(**fields))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("0.1 + 0.2 == 0.3", True),
        ("999999999999999 * 0.0825", Decimal("82499999999999.9175")),
        ("max(0, -(a - b))", Decimal(2)),
        ("-a", Decimal(-3)),
        ("a - b - 1", Decimal(-3)),
        ("a / 2 * 2", Decimal(3)),
        ("lam_tron(a / 2)", Decimal(2)),
        ("lam_tron(-a / 2)", Decimal(-2)),
        ("lam_tron(10 / 3, 2)", Decimal("3.33")),
        ("lam_tron(1499, -3)", Decimal(1000)),
        ("lam_tron(1500, -3)", Decimal(2000)),
        ("abs(a - b)", Decimal(2)),
        ("tong(ld.luong)", Decimal("7.5")),
        ("so_dong(ld)", Decimal(2)),
        ('dem(ld.ten, "An")', Decimal(1)),
        ('loai in ("B", "C")', True),
        ('loai not in ("B",)', True),
        ("a if a > b else b", Decimal(5)),
        ("co(a) and not rong(b)", True),
        ("co(ngay)", False),
        ("nam(hom_nay())", Decimal(2026)),
        ('cong_ngay("2026-12-25", 10)', "2027-01-04"),
        ('cong_thang("2026-11-30", 3)', "2027-02-28"),
        ('cong_thang("2028-02-29", -12)', "2027-02-28"),
        ("cong_thang(ngay, 12)", ""),
        ('cong_ngay_lam_viec("2026-11-20", 3)', "2026-11-26"),  # a weekend and the 24th between
        ('cong_ngay_lam_viec("2026-11-26", -3)', "2026-11-20"),
        ('cong_ngay_lam_viec("2026-08-21", 1)', "2026-08-22"),  # a Saturday worked in exchange
        ('ky_tu() <= "2026-10-15" and "2026-10-15" <= ky_den()', True),
        ("dai(loai)", Decimal(1)),
        ('ky_truoc("a")', Decimal(9)),
        ('co(ky_truoc("a")) and rong(ky_truoc("b"))', True),
        ("bang_chu(1021000)", "Một triệu không trăm hai mươi mốt nghìn đồng"),
        ("min(a, b, 4)", Decimal(3)),
        ("co_phu_luc == False", True),
    ],
)
def test_what_expressions_come_to(source: str, expected: object) -> None:
    found = value(source, a=Decimal(3), b=Decimal(5), loai="C")
    assert found == expected
    assert type(found) is type(expected)


def test_in_a_row_the_columns_win_over_the_form() -> None:
    assert value("a + luong", "ld", a=Decimal(100)) == 8
    assert value("a + b", "ld", a=Decimal(100), b=Decimal(1)) == 2


def test_an_amount_that_was_not_given_counts_as_0_and_is_empty() -> None:
    assert value("a + 1") == 1
    assert value("rong(a) and a == 0") is True
    assert value("rong(a)", a=Decimal(0)) is False


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("", "EMPTY"),
        ("   ", "EMPTY"),
        ("a" * (LENGTH + 1), "TOO_LONG"),
        ("-" * 60 + "a", "TOO_DEEP"),
        ("(" * 300 + "a" + ")" * 300, "SYNTAX"),
        ("a +", "SYNTAX"),
        ("a = b", "SYNTAX"),
        ("a\x00", "SYNTAX"),
        ("a < b < 3", "CHAINED"),
        ("__import__('os')", "UNKNOWN_FUNCTION"),
        ("eval('1')", "UNKNOWN_FUNCTION"),
        ("open('/etc/passwd')", "UNKNOWN_FUNCTION"),
        ("().__class__", "COLUMN_ALONE"),
        ("a.real", "COLUMN_ALONE"),
        ("loai[0]", "NOT_ALLOWED"),
        ("a ** b", "NOT_ALLOWED"),
        ("a % b", "NOT_ALLOWED"),
        ("a // b", "NOT_ALLOWED"),
        ("a << 9", "NOT_ALLOWED"),
        ("~a", "NOT_ALLOWED"),
        ("+a", "NOT_ALLOWED"),
        ("lambda: a", "NOT_ALLOWED"),
        ("[x for x in ld]", "NOT_ALLOWED"),
        ("(a := 1)", "NOT_ALLOWED"),
        ("f'{a}'", "NOT_ALLOWED"),
        ("b'x'", "NOT_ALLOWED"),
        ("...", "NOT_ALLOWED"),
        ("None", "NOT_ALLOWED"),
        ("1e9", "NOT_ALLOWED"),
        ("0x10", "NOT_ALLOWED"),
        ("1_000", "NOT_ALLOWED"),
        ("2j", "NOT_ALLOWED"),
        ("9" * 31, "NOT_ALLOWED"),
        ("u'x' == loai", "NOT_ALLOWED"),
        ("khong_co", "UNKNOWN_NAME"),
        ("ld", "UNKNOWN_NAME"),
        ("luong", "UNKNOWN_NAME"),
        ("tong(ld.khong_co)", "NOT_A_COLUMN"),
        ("tong(ld)", "NOT_A_COLUMN"),
        ("tong(ld.ten)", "TYPE"),
        ("so_dong(a)", "NOT_A_TABLE"),
        ("max(a)", "ARGUMENTS"),
        ("max(*ld)", "ARGUMENTS"),
        ("lam_tron(a, b)", "ARGUMENTS"),
        ("lam_tron(a, 99)", "ARGUMENTS"),
        ("lam_tron(a, n=1)", "NOT_ALLOWED"),
        ("rong(a + b)", "NOT_A_FIELD"),
        ("ky_truoc(loai)", "NOT_A_FIELD"),
        ('ky_truoc("khong_co")', "NOT_A_FIELD"),
        ("a + loai", "TYPE"),
        ("a == loai", "TYPE"),
        ("a if b else 1", "TYPE"),
        ("a and b", "TYPE"),
        ("not a", "TYPE"),
        ("co_phu_luc < True", "NOT_ALLOWED"),
        ("loai in loai", "NOT_A_LIST"),
        ("loai in (loai,)", "NOT_A_LIST"),
        ("loai in (1, 2)", "TYPE"),
        ("'x' * 9", "TYPE"),
        ("print", "UNKNOWN_NAME"),
    ],
)
def test_everything_else_is_refused(source: str, reason: str) -> None:
    with pytest.raises(ExpressionInvalid) as caught:
        compiled(source)
    assert caught.value.reason == reason
    assert pickle.loads(pickle.dumps(caught.value)).facts == caught.value.facts


def test_another_type_than_expected_is_refused() -> None:
    with pytest.raises(ExpressionInvalid):
        compile_expression("a + 1", SCOPE, "flag")


@pytest.mark.parametrize(
    "source",
    [
        "a / b",
        "a / 0",
        "999999999999999999999999999999 * 999999999999999999999999999999",
        'cong_thang("2026-02-30", 1)',
        'cong_thang("2026-11-20", 0.5)',
        'cong_thang("9999-11-20", 1200)',
        'cong_ngay_lam_viec("2026-11-20", 101)',
    ],
)
def test_what_has_no_value_says_so(source: str) -> None:
    with pytest.raises(UNDEFINED):
        value(source, a=Decimal(1), b=Decimal(0))


def test_numbers_stay_bounded_through_long_products() -> None:
    with pytest.raises(UNDEFINED):
        value("*".join(["999999999999999"] * 30))


def test_references_are_what_is_read() -> None:
    found = {(ref.kind, ref.name) for ref in compiled("a + luong + tong(ld.luong) + so_dong(ld)", "ld").references}
    assert found == {("cell", "a"), ("cell", "luong"), ("column", "ld.luong"), ("rows", "ld")}


@pytest.mark.parametrize(
    ("source", "vi", "en"),
    [
        ("a - b", "[a] − [b]", "[a] − [b]"),
        ("a - (b - 1)", "[a] − ([b] − 1)", "[a] − ([b] − 1)"),
        ("(a + b) * 0.05", "([a] + [b]) × 0,05", "([a] + [b]) × 0.05"),
        ("max(0, a)", "số lớn nhất trong (0; [a])", "the greatest of (0; [a])"),
        ("cong_thang(ngay, 12)", "[ngay] cộng 12 tháng", "[ngay] plus 12 months"),
        ("cong_ngay_lam_viec(ngay, 3)", "[ngay] cộng 3 ngày làm việc", "[ngay] plus 3 working days"),
        ("tong(ld.luong)", "tổng cột [ld.luong]", "the total of [ld.luong]"),
        ("a if co_phu_luc else 0", "[a] nếu [co_phu_luc], còn lại là 0", "[a] if [co_phu_luc], else 0"),
    ],
)
def test_an_expression_in_words(source: str, vi: str, en: str) -> None:
    assert compiled(source).words(lambda name: f"[{name}]", "vi") == vi
    assert compiled(source).words(lambda name: f"[{name}]", "en") == en


@given(st.text(max_size=80))
def test_any_text_is_compiled_or_refused(source: str) -> None:
    try:
        found = compiled(source)
    except ExpressionInvalid:
        return
    found.words(lambda name: name, "vi")


_number = st.integers(-(10**15), 10**15).map(Decimal) | st.decimals(-1000, 1000, places=6)


def _grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(inner, inner)
    return (
        st.builds("({0[0]} {1} {0[1]})".format, pair, st.sampled_from("+-*/"))
        | st.builds("max({0[0]}, {0[1]})".format, pair)
        | st.builds("lam_tron({}, 2)".format, inner)
        | st.builds("({0[0]} if {0[0]} <= {0[1]} else {0[1]})".format, pair)
        | st.builds("(-{})".format, inner)
    )


@settings(max_examples=200, deadline=None)
@given(st.recursive(st.sampled_from(["a", "b", "0.1", "7"]), _grow, max_leaves=12), _number, _number)
def test_evaluation_ends_in_a_bounded_number_or_in_none(source: str, a: Decimal, b: Decimal) -> None:
    try:
        found = value(source, a=a, b=b)
    except (*UNDEFINED, ExpressionInvalid):
        return
    assert isinstance(found, Decimal)
    assert abs(found) < Decimal(10) ** 31


def test_rounding_is_half_away_from_zero() -> None:
    assert [round_half_up(Decimal(text)) for text in ("0.5", "1.5", "2.5", "-0.5")] == [1, 2, 3, -1]
