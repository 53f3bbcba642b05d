"""Filling a form: what is typed is read as people write it, told when the field is left, and can be taken back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtTest import QTest

from desktop.ui.filling import reading
from desktop.ui.filling.document import FormDocument
from desktop.ui.filling.form_view import FormView
from desktop.ui.filling.row import Source
from desktop.ui.filling.table import TableBlock
from forms.form import Form
from tests.forms import form_kit as kit

pytestmark = pytest.mark.filterwarnings("ignore:.*propagateSizeHints.*")
TODAY = date(2026, 11, 22)


COLUMNS = [
    kit.field("ten", "text", required=True),
    kit.field("luong"),
    kit.field("thue", calculated="lam_tron(luong * 0.1)"),
]
ITEMS = [
    kit.field("ten", "text", required=True),
    kit.field("mua", code="[22]"),
    kit.field("ban"),
    kit.field("con", calculated="ban - mua"),
    kit.field("heso", "decimal"),
    kit.field("ngay", "date"),
    kit.field("giam", "check"),
    kit.field("ly_do", "multiline", visible="giam", required_when="giam"),
    kit.field("tinh", "province"),
    kit.field("xa", "ward", depends_on="tinh"),
    kit.table("nguoi", COLUMNS, totals=["luong"], max_rows=1000),
]
RULES = [kit.rule("qua", "mua <= ban or ban == 0", "mua", message={"vi": "Mua hơn bán", "en": "More bought"})]


@pytest.fixture
def app(qapp: Any) -> Any:
    return qapp


def opened(qtbot: Any, values: dict[str, Any] | None = None, **more: Any) -> tuple[FormView, FormDocument]:
    document = FormDocument(Form(kit.template(ITEMS, RULES), None, values or {}))
    view = FormView(document, today=TODAY, **more)
    qtbot.addWidget(view)
    view.resize(640, 800)
    view.show()
    view.activateWindow()
    view.build_all()
    qtbot.waitUntil(view.isActiveWindow)
    return view, document


def type_into(view: FormView, path: str, text: str) -> None:
    assert view.go_to(path)
    editor = view.rows[path].editor
    editor.selectAll()  # type: ignore[union-attr]
    for letter in text:  # QTest.keyClicks knows ASCII only
        event = QKeyEvent(QEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier, letter)
        QGuiApplication.sendEvent(editor, event)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1234567", 1234567), ("1.234.567", 1234567), ("1,234,567", 1234567), ("1 234 567 đ", 1234567),
        ("−1.234", -1234), ("-1234", -1234), ("(1.234)", -1234), ("1,234.00", 1234), ("1.234,00", 1234),
        ("5.000", 5000), ("0", 0), ("", None),
    ],
)  # fmt: skip
def test_amounts_are_read_in_both_ways(text: str, value: int | None) -> None:
    assert reading.read_number(text, whole=True) == reading.Taken(value)


@pytest.mark.parametrize("text", ["abc", "1.5", "1,23", "12.34.567", "1-2", "1.234.56", "--1"])
def test_what_is_no_amount_is_not_read(text: str) -> None:
    assert reading.read_number(text, whole=True).unread


def test_what_can_be_read_in_two_ways_is_asked() -> None:
    assert reading.read_number("1.234", whole=False).choices == ("1234", "1.234")
    assert reading.read_number("1,5", whole=False).value == "1.5"
    assert reading.read_number("0.125", whole=False).value == "0.125"
    assert reading.read_number("1.234,5", whole=False).value == "1234.5"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5/7/2026", "2026-07-05"), ("05-07-26", "2026-07-05"), ("05072026", "2026-07-05"), ("5.7.1999", "1999-07-05"),
        ("5/7", "2026-07-05"), ("2026-07-05", "2026-07-05"), ("1/1/85", "1985-01-01"),
    ],
)  # fmt: skip
def test_days_are_typed_plainly(text: str, value: str) -> None:
    assert reading.read_date(text, TODAY) == reading.Taken(value)
    assert reading.read_date("31/2/2026", TODAY).unread


def test_periods_are_typed_plainly() -> None:
    assert reading.read_period("tháng 7/2026", "month", TODAY).value == "2026-07"
    assert reading.read_period("quý 3 2026", "quarter", TODAY).value == "2026-Q3"
    assert reading.read_period("13/2026", "month", TODAY).unread


def test_dots_come_while_one_types_and_the_sum_follows(qtbot: Any) -> None:
    view, document = opened(qtbot)
    type_into(view, "ban", "1500000")
    assert view.rows["ban"].editor.text() == "1.500.000"  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: document.form.value("ban") == 1500000)
    assert view.rows["con"].editor.text() == "1.500.000"  # type: ignore[union-attr]
    type_into(view, "mua", "2000000")
    QTest.keyClick(view.rows["mua"].editor, Qt.Key.Key_Return)
    assert view.rows["con"].editor.text() == "−500.000"  # type: ignore[union-attr]


def test_a_number_is_copied_as_plain_digits(qtbot: Any) -> None:
    view, _ = opened(qtbot, {"mua": 29826193, "ban": 1})
    editor = view.rows["con"].editor
    editor.setFocus()
    editor.selectAll()  # type: ignore[union-attr]
    QTest.keyClick(editor, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "-29826192"


def test_errors_come_when_a_field_is_left_and_warnings_on_checking(qtbot: Any) -> None:
    view, document = opened(qtbot, {"ban": 10})
    type_into(view, "mua", "20")
    qtbot.waitUntil(lambda: document.form.value("mua") == 20)
    assert document.told() == []
    assert view.rows["mua"]._problem is None
    QTest.keyClick(view.rows["mua"].editor, Qt.Key.Key_Tab)
    assert [problem.message.vi for problem in document.told()] == ["Mua hơn bán"]
    row = view.rows["mua"]
    problem = row._problem
    assert problem is not None
    assert problem.isVisible()
    assert "Mua hơn bán" in view.rows["mua"].editor.accessibleDescription()
    assert len(document.check()) > 1  # the empty name, which nobody has touched yet


def test_a_text_that_is_no_number_stays_and_is_told(qtbot: Any) -> None:
    view, document = opened(qtbot)
    type_into(view, "mua", "mười")
    QTest.keyClick(view.rows["mua"].editor, Qt.Key.Key_Tab)
    assert view.rows["mua"].editor.text() == "mười"  # type: ignore[union-attr]
    assert [problem.path for problem in document.told()] == ["mua"]
    view.undo()
    assert view.rows["mua"].editor.text() == ""  # type: ignore[union-attr]


def test_an_ambiguous_number_is_asked_and_the_answer_taken(qtbot: Any) -> None:
    view, document = opened(qtbot)
    type_into(view, "heso", "1.234")
    QTest.keyClick(view.rows["heso"].editor, Qt.Key.Key_Tab)
    question = view.rows["heso"]._question
    assert question is not None
    view.rows["heso"]._choose("1.234")
    assert document.form.value("heso") == "1.234"
    assert view.rows["heso"]._question is None


def test_undo_takes_back_over_the_whole_form(qtbot: Any) -> None:
    view, document = opened(qtbot)
    type_into(view, "ten", "Nguyễn Văn A")
    type_into(view, "ngay", "5/7/2026")
    type_into(view, "ban", "7000")
    view.commit()
    QTest.keyClick(view.rows["ban"].editor, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert document.form.value("ban") == 0
    view.undo()
    view.undo()
    assert document.form.entered() == {}
    assert not document.can_undo
    for _ in range(3):
        view.redo()
    assert document.form.entered() == {"ten": "Nguyễn Văn A", "ngay": "2026-07-05", "ban": 7000}
    assert view.rows["ngay"].editor.text() == "05/07/2026"  # type: ignore[union-attr]


def test_what_a_rule_shows_comes_and_goes(qtbot: Any) -> None:
    view, document = opened(qtbot)
    assert view.rows["ly_do"].isHidden()
    view.go_to("giam")
    QTest.keyClick(view.rows["giam"].editor, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not view.rows["ly_do"].isHidden())
    assert "(bắt buộc)" in view.rows["ly_do"].label.text()
    view.undo()
    qtbot.waitUntil(lambda: view.rows["ly_do"].isHidden())
    assert document.form.value("giam") is False


def test_wards_follow_the_province_and_are_found_without_diacritics(qtbot: Any) -> None:
    view, document = opened(qtbot)
    type_into(view, "tinh", "ha noi")
    view.commit()
    assert document.form.value("tinh") == "01"
    type_into(view, "xa", "hoan kiem")
    editor: Any = view.rows["xa"].editor
    finder = editor.completer()
    finder.setCompletionPrefix("hoan kiem")
    found = [finder.completionModel().index(n, 0).data() for n in range(finder.completionCount())]
    assert found
    assert all("Hoàn Kiếm" in name for name in found)


def test_the_source_of_a_value_is_told_and_what_could_be_taken_offered(qtbot: Any) -> None:
    sources = {
        "ten": Source("AN", "từ tên khách hàng"),
        "mua": Source(12, "từ [43] kỳ trước", "Lấy 12 từ [43] kỳ trước"),
    }
    view, document = opened(qtbot, {"ten": "AN"}, sources=sources)
    note = view.rows["ten"]._note
    assert note is not None
    assert "từ tên khách hàng" in note.text()
    offer = view.rows["mua"]._offer
    assert offer is not None
    offer.click()
    assert document.form.value("mua") == 12
    type_into(view, "ten", "BÌNH")
    view.commit()
    assert note.isHidden()


def test_help_is_one_key_away(qtbot: Any) -> None:
    view, _ = opened(qtbot)
    view.go_to("mua")
    QTest.keyClick(view.rows["mua"].editor, Qt.Key.Key_F1)
    shown = view.rows["mua"]._help
    assert shown is not None
    assert shown.isVisible()
    assert shown.text() == "Điền mua"


# --- tables ----------------------------------------------------------------------------------------------------------


def test_cells_are_pasted_as_a_spreadsheet_gives_them(qtbot: Any) -> None:
    view, document = opened(qtbot)
    grid = view.tables["nguoi"]
    assert isinstance(grid, TableBlock)
    view.go_to("nguoi[0].ten")
    QGuiApplication.clipboard().setText("An\t1.000.000\r\nBình\t(2,000)\r\nChi\tnăm\r\n")
    QTest.keyClick(grid.view, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    rows = document.form.values["nguoi"]
    assert [(row["ten"], row["luong"], row["thue"]) for row in rows] == [
        ("An", 1000000, 100000), ("Bình", -2000, -200), ("Chi", 0, 0),
    ]  # fmt: skip
    assert [problem.path for problem in document.told()] == ["nguoi[2].luong"]
    assert grid.model.index(2, 1).data() == "năm"
    assert grid.totals is not None
    qtbot.waitUntil(lambda: "998.000" in grid.totals.accessibleName())
    grid.view.selectAll()
    QTest.keyClick(grid.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text().splitlines()[0] == "An\t1000000\t100000"
    view.undo()
    view.undo()
    assert document.form.values["nguoi"] == []


def test_typing_in_the_empty_row_makes_a_row_and_rows_go_and_come_back(qtbot: Any) -> None:
    view, document = opened(qtbot)
    grid = view.tables["nguoi"]
    assert isinstance(grid, TableBlock)
    view.go_to("nguoi[0].ten")
    QTest.keyClicks(grid.view, "D")
    editor = grid.view.focusWidget()
    QTest.keyClicks(grid.view.viewport().focusWidget() or editor, "ung")
    QTest.keyClick(grid.view.viewport().focusWidget() or editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: [row["ten"] for row in document.form.values["nguoi"]] == ["Dung"])
    grid.insert_row()
    assert [row["ten"] for row in document.form.values["nguoi"]] in (["", "Dung"], ["Dung", ""])
    view.undo()
    grid.view.setCurrentIndex(grid.model.index(0, 0))
    grid.delete_rows()
    assert document.form.values["nguoi"] == []
    view.undo()
    assert [row["ten"] for row in document.form.values["nguoi"]] == ["Dung"]


def test_ctrl_d_fills_down(qtbot: Any) -> None:
    view, document = opened(qtbot, {"nguoi": [{"ten": "A", "luong": 5}, {"ten": "B"}, {"ten": "C"}]})
    grid = view.tables["nguoi"]
    assert isinstance(grid, TableBlock)
    view.go_to("nguoi[0].luong")
    from PySide6.QtCore import QItemSelection, QItemSelectionModel

    model = grid.model
    grid.view.selectionModel().select(
        QItemSelection(model.index(0, 1), model.index(2, 1)), QItemSelectionModel.SelectionFlag.ClearAndSelect
    )
    QTest.keyClick(grid.view, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert [row["luong"] for row in document.form.values["nguoi"]] == [5, 5, 5]
    assert not model.editable(0, 2)


def test_a_thousand_rows_are_pasted_and_walked(qtbot: Any) -> None:
    view, document = opened(qtbot)
    grid = view.tables["nguoi"]
    assert isinstance(grid, TableBlock)
    view.go_to("nguoi[0].ten")
    QGuiApplication.clipboard().setText("\n".join(f"Người {n}\t{n}000" for n in range(1000)))
    grid.view.paste()
    assert len(document.form.values["nguoi"]) == 1000
    qtbot.waitUntil(lambda: grid.model.rowCount() == 1000)
    for row in range(0, 1000, 25):
        grid.view.setCurrentIndex(grid.model.index(row, 0))
        grid.view.grab()
        assert not grid.view.visualRect(grid.model.index(row, 0)).isEmpty()


def test_five_hundred_fields_stand_at_once(qtbot: Any) -> None:
    items = [kit.field(f"f{n}", ("money", "text", "date")[n % 3], code=f"[{n}]") for n in range(500)]
    form = Form(kit.template(items), None, {})
    QGuiApplication.processEvents()
    view = FormView(FormDocument(form), today=TODAY)
    qtbot.addWidget(view)
    view.resize(640, 800)
    view.show()
    view.grab()
    qtbot.waitUntil(lambda: len(view.rows) == 500, timeout=5000)
    assert view.go_to("f499")


def test_every_editor_has_a_name_and_room_to_hit(qtbot: Any) -> None:
    view, _ = opened(qtbot, {"giam": True})
    for row in view.rows.values():
        assert row.editor.accessibleName(), row.path
        assert row.label.buddy() is row.editor
        if row.isVisible():
            assert row.editor.height() >= 24
            assert row.help_button.height() >= 24
            assert row.help_button.accessibleName()


def test_long_labels_are_not_cut(qtbot: Any) -> None:
    long = "Thuế giá trị gia tăng mua vào của dự án đầu tư được bù trừ với thuế còn phải nộp cùng kỳ tính thuế này " * 2
    items = [kit.field("a", "money", code="[40b]"), kit.field("b", "text")]
    for item in items:
        item["label"] = kit.words(long)
    view = FormView(FormDocument(Form(kit.template(items), None, {})), today=TODAY)
    qtbot.addWidget(view)
    view.resize(380, 600)
    view.show()
    for row in view.rows.values():
        assert row.label.height() >= row.label.heightForWidth(row.label.width())
        assert row.height() >= row.label.geometry().bottom()
        assert row.editor.geometry().right() <= row.width()
