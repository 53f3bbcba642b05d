"""Spreadsheets as data: headings, encodings, the ways people write numbers and days, tables on a second sheet."""

from __future__ import annotations

import io
import unicodedata
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from forms.period import Period
from forms.sheet import Content, Line, RowInput, as_cell, check_rows, make_sheet, read_plan, read_rows, read_sheet
from forms.sheet.errors import SheetError
from forms.template import bundled_library, load

TODAY = date(2026, 11, 22)
OCTOBER = Period.parse("2026-10")
VAT = load(bundled_library().choose("thue/01-gtgt", OCTOBER, TODAY))


def plan_of(data: bytes, template: Any = VAT, period: Period | None = OCTOBER) -> Any:
    return read_plan(read_sheet(data), template, period, TODAY)


def csv(*rows: str, encoding: str = "utf-8") -> bytes:
    return ("\r\n".join(rows) + "\r\n").encode(encoding)


def _for_1258(letter: str) -> str:
    parts = unicodedata.normalize("NFD", letter)
    tones = "".join(part for part in parts if part in "\u0300\u0301\u0303\u0309\u0323")
    return unicodedata.normalize("NFC", "".join(part for part in parts if part not in tones)) + tones


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1258"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_encodings_and_separators(encoding: str, separator: str) -> None:
    name = "CÔNG TY TNHH ĐẠI PHƯỚC, QUẬN BỐN"
    # Windows-1258 writes the tone mark as a letter of its own, behind the vowel.
    written = "".join(map(_for_1258, name)) if encoding == "cp1258" else name
    rows = [separator.join(["mst", "tenNNT", "ct22"]), separator.join(["0999999888", f'"{written}"', '"1.234.567"'])]
    row = plan_of(csv(*rows, encoding=encoding)).rows[0]
    assert (row.client, row.data) == ("0999999888", {"mst": "0999999888", "tenNNT": name, "ct22": 1_234_567})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.234.567", 1_234_567), ("1 234 567", 1_234_567),
        ("1\u00a0234\u00a0567", 1_234_567), ("1,234,567", 1_234_567),
        ("1234567", 1_234_567), ("-5.000", -5_000), ("−5.000", -5_000), ("(5.000)", -5_000), ("5.000 đ", 5_000),
        ("5.000 VND", 5_000), ("0", 0), ("'-5.000", -5_000), ("1.234.567,00", 1_234_567),
    ],
)  # fmt: skip
def test_money_as_people_write_it(text: str, value: int) -> None:
    assert plan_of(csv("mst;ct22", f"0999999888;{text}")).rows[0].data["ct22"] == value


def test_what_is_no_amount_is_told_by_the_form() -> None:
    for text in ("nhiều", "1.23.4", "1,5", "12abc"):
        row = plan_of(csv("mst;ct22", f"0999999888;{text}")).rows[0]
        check = check_rows(VAT.ref, "2026-10", [RowInput(1, row.data)], TODAY)[0]
        told = [problem for problem in check.problems if problem.path == "ct22"]
        assert told, text
        assert told[0].severity == "error"


@pytest.mark.parametrize(
    ("text", "value"),
    [("05/07/2026", "2026-07-05"), ("5/7/2026", "2026-07-05"), ("2026-07-05", "2026-07-05"), ("5-7-26", "2026-07-05")],
)
def test_days(text: str, value: str) -> None:
    assert plan_of(csv("mst;ngayKy", f"0999999888;{text}")).rows[0].data["ngayKy"] == value


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (["06/05/2026", "06/15/2026"], True),
        (["6-5-26", "", "12.31.2026"], True),
        (["06/05/2026", "15/06/2026"], False),
        (["05/05/2026", "06/15/2026"], False),  # nothing of this column could be read both ways
        (["2026-05-06", "06/15/2026"], False),
        (["06/05/2026", "13/13/2026"], False),
    ],
)
def test_a_column_with_a_day_that_only_reads_month_first_is_warned_of(days: list[str], told: bool) -> None:
    found = plan_of(csv("mst;ngayKy", *(f"0999999888;{day}" for day in days)))
    assert [problem.code for problem in found.stray] == (["SHEET_DATES_SWAPPED"] if told else [])
    if told:
        assert found.stray[0].severity == "warning"
        assert "Cột B" in found.stray[0].message.vi
        assert days[0] in found.stray[0].message.en
        assert days[-1] in found.stray[0].message.en
    if days[0] == "06/05/2026":
        assert found.rows[0].data["ngayKy"] == "2026-05-06", "read as people here write it, whatever is warned of"


def test_headings_by_indicator_label_or_name_without_diacritics() -> None:
    label = VAT.definition.form_fields["ct23"].label.vi
    head = f'[22];"{label.upper()}";Ma so thue;Ghi chú của tôi'
    found = plan_of(csv("BẢNG KÊ THÁNG 10;;;", head, "100;200;0999999888;xem lại"))
    assert (found.rows[0].client, found.rows[0].data) == ("0999999888", {"ct22": 100, "ct23": 200})
    assert found.rows[0].number == 3
    assert [problem.code for problem in found.stray] == ["SHEET_COLUMN_UNKNOWN"]
    assert "Ghi chú của tôi" in found.stray[0].message.vi


@pytest.mark.parametrize("head", ["ten;tuoi", "ct22;ct23"])
def test_a_sheet_that_is_not_the_form_s(head: str) -> None:
    with pytest.raises(SheetError) as caught:
        plan_of(csv(head, "1;2"))
    assert caught.value.code in ("SHEET_NO_FIELDS", "SHEET_NO_CLIENTS")


def book(rows: list[list[Any]]) -> bytes:
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)  # type: ignore[union-attr]
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def test_cells_of_a_workbook_with_their_types() -> None:
    data = book(
        [
            ["mst", "ct22", "ct23", "ngayKy", "ct21", "dthoaiNNT"],
            [999999888, 1.5e9, 12400000, date(2026, 11, 16), True, 912345678],
        ]
    )
    row = plan_of(data).rows[0]
    assert row.client == "0999999888", "the zero that a cell of numbers drops"
    assert row.data == {
        "mst": "0999999888", "ct22": 1_500_000_000, "ct23": 12_400_000, "ngayKy": "2026-11-16", "ct21": True,
        "dthoaiNNT": "0912345678",
    }  # fmt: skip
    assert {(note.path, note.code, note.severity) for note in row.notes} == {
        ("mst", "SHEET_ZERO_RESTORED", "warning"), ("dthoaiNNT", "SHEET_ZERO_RESTORED", "warning"),
    }  # fmt: skip


def test_a_formula_that_nobody_has_worked_out_is_no_zero() -> None:
    row = plan_of(book([["mst", "ct22"], ["0999999888", "=1+1"]])).rows[0]
    assert "ct22" not in row.data
    assert [(note.path, note.code) for note in row.notes] == [("ct22", "SHEET_FORMULA_EMPTY")]


@pytest.mark.parametrize("id", ["thue/01-gtgt", "dkkd/ho-kinh-doanh", "bhxh/d02-lt"])
def test_a_form_goes_into_its_sheet_and_comes_back(id: str) -> None:
    period = OCTOBER if id == "thue/01-gtgt" else None
    template = load(bundled_library().choose(id, period, TODAY))
    example = template.example
    assert example is not None
    data = example.data
    fields = template.definition.form_fields
    cells = {name: as_cell(fields[name], value) for name, value in data.items() if name in fields}
    tables = {
        name: tuple(
            Line(3 + at, {"#row": "k-1"} | {f"{name}.{key}": as_cell(table.column[key], row[key]) for key in row})
            for at, row in enumerate(data.get(name, ()))
        )
        for name, table in template.definition.tables.items()
    }  # fmt: skip
    content = Content(
        template.ref,
        str(period) if period else None,
        "lo-1",
        (Line(3, {"#client": "0999999888", "#row": "k-1", **cells}),),
        tables,
    )
    plan = plan_of(make_sheet(content), template, period)
    assert (plan.own, plan.batch, plan.stray) == (True, "lo-1", ())
    assert plan.rows[0].notes == ()
    assert plan.rows[0].data == data


def test_rows_of_a_table_belong_to_their_client() -> None:
    template = load(bundled_library().choose("bhxh/d02-lt", None, TODAY))
    names = [f"NGƯỜI THỨ {at}" for at in range(4)]
    main = (
        Line(3, {"#client": "0999999888", "#row": "1", "ten_don_vi": "A"}),
        Line(4, {"#client": "0100686209", "#row": "2", "ten_don_vi": "B"}),
    )
    keys = ["1", "0100686209", "1", "lạc"]
    tables = {
        "tang": tuple(
            Line(3 + at, {"#row": keys[at], "tang.ho_ten": name, "tang.luong": Decimal(5_000_000)})
            for at, name in enumerate(names)
        )
    }
    plan = plan_of(make_sheet(Content(template.ref, None, "lo-1", main, tables)), template, None)
    assert [[one["ho_ten"] for one in row.data["tang"]] for row in plan.rows] == [[names[0], names[2]], [names[1]]]
    place = plan.place(plan.rows[0], "tang[1].luong")
    assert place is not None
    assert place.name.endswith("5")
    assert place.name.startswith(plan.headings.tables["tang"].sheet)
    assert [(one.code, one.severity) for one in plan.stray] == [("SHEET_ROW_LOST", "error")]


def test_a_sheet_of_another_period_is_refused() -> None:
    data = make_sheet(Content(VAT.ref, "2026-10", "lo-1", (Line(3, {"#client": "0999999888", "ct22": Decimal(1)}),)))
    with pytest.raises(SheetError) as caught:
        plan_of(data, VAT, Period.parse("2026-11"))
    assert caught.value.code == "SHEET_OF_ANOTHER_FORM"


@pytest.mark.parametrize("text", ["=1+1", "+84912345678", "-nghỉ", "@SUM(A1)", '=HYPERLINK("http://x","y")'])
def test_no_text_becomes_a_formula(text: str) -> None:
    data = make_sheet(
        Content(VAT.ref, "2026-10", "lo-1", (Line(3, {"#client": "0999999888", "nguoiKy": text, "ct22": Decimal(1)}),))
    )
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    found = next(cell for row in sheet.iter_rows(min_row=3) for cell in row if cell.value == text)
    assert (found.data_type, found.quotePrefix) == ("s", True)
    assert plan_of(data).rows[0].data["nguoiKy"] == text


def test_a_list_of_one_table_is_read_by_its_own_headings() -> None:
    template = load(bundled_library().choose("bhxh/d02-lt", None, TODAY))
    data = csv(
        "DANH SÁCH LAO ĐỘNG THÁNG 11",
        "STT;Họ và tên;Ngày tháng năm sinh;Giới tính;Hệ số/Mức lương;Số nhà",
        "1;Nguyễn Văn Ví Dụ;05/03/1990;Nam;7.500.000;12",
        ";;;;;",
        "2;Trần Thị Ví Dụ;1992-12-31;Nữ;1,234;14",
    )
    found = read_rows(read_sheet(data), template, "tang", TODAY)
    assert [row["ho_ten"] for row in found.rows] == ["Nguyễn Văn Ví Dụ", "Trần Thị Ví Dụ"]
    assert [row["ngay_sinh"] for row in found.rows] == ["1990-03-05", "1992-12-31"]
    assert found.rows[0]["luong"] == 7_500_000
    assert (found.numbers, found.unknown) == ((3, 5), ("STT", "Số nhà"))
    with pytest.raises(SheetError) as caught:
        read_rows(read_sheet(csv("Hàng hóa;Đơn giá", "Gạo;xấu")), template, "tang", TODAY)
    assert caught.value.code == "SHEET_NO_FIELDS"
