"""Every page and dialog with long data in one dress, and what input methods and Vietnamese names ask of the window.

`python -m tests.looks` looks at all of it in every scale, language and scheme.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QWidget

from desktop.collation import rank
from desktop.ui.filling.document import FormDocument
from desktop.ui.filling.form_view import FormView
from desktop.ui.filling.table_view import CellEditor, RowsView
from forms.form import Form
from tests.desktop import ui_kit
from tests.forms import form_kit as kit
from tests.looks import measure, rooms

TODAY = date(2026, 11, 22)
pytestmark = pytest.mark.filterwarnings("ignore:.*propagateSizeHints.*")
CUT = {
    "batch-rows", "client-long", "review-long", "follow-fee", "follow-supplement", "again", "signatures-verdict",
    "playing", "search", "notice", "crash", "print", "pin", "remote", "lock",
}  # fmt: skip
"""What the other tests of the window do not open."""


@pytest.fixture(scope="module")
def house() -> Iterator[tuple[Any, Any]]:
    with rooms.house((960, 620)) as found:
        yield found


def test_words_fit_and_are_named_on_the_pages_and_dialogs_that_are_seldom_seen(house: tuple[Any, Any]) -> None:
    frame, place = house
    wrong = {}
    for room in rooms.ROOMS:
        if room.name not in CUT:
            continue
        with rooms.inside(room, frame, place) as window:
            found = measure.misfits(window) + measure.unnamed(window) + measure.small(window)
            found += measure.disordered(window) + measure.speaks_english(window) + measure.pale(window)
            if found:
                wrong[room.name] = found
    assert not wrong, measure.told(wrong)


def test_the_measure_sees_what_is_wrong(house: tuple[Any, Any]) -> None:
    frame, _ = house
    window = QWidget()
    window.resize(300, 200)
    box = QComboBox(window)
    box.addItem("Một câu dài hơn chỗ của nó nhiều lắm")
    box.setGeometry(5, 5, 80, 20)
    field = QLineEdit(window)
    field.setPlaceholderText("Một câu dài hơn chỗ của nó")
    field.setGeometry(5, 100, 60, 12)
    window.show()
    frame.jobs  # noqa: B018  # the application exists
    assert any("Một câu" in line for line in measure.clipped(window))
    assert any("placeholder" in line for line in measure.clipped(window))
    assert measure.unnamed(window)
    assert len(measure.small(window)) == 2
    window.deleteLater()


# --- input methods: Telex writes the letters first, then takes them back -------------------------------------------


def telex(*words: tuple[str, str]) -> None:
    """Write as ibus-unikey does, into what has the focus at each key: underlined first, then given as it shall be."""
    for before, whole in words or (("Dda", "Đặng "), ("Uo", "Ước")):
        for end in range(1, len(before) + 1):
            _compose(before[:end], "")
        _compose("", whole)


def _compose(before: str, whole: str) -> None:
    focused = QApplication.focusWidget()
    assert focused is not None
    assert focused.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled), "else no input method is asked"
    event = QInputMethodEvent(before, [])
    event.setCommitString(whole)
    QGuiApplication.sendEvent(focused, event)


ITEMS = [
    kit.field("ten", "text"), kit.field("ly_do", "multiline"), kit.field("mua"),
    kit.table(
        "nguoi",
        [
            kit.field("ho_ten", "text"),
            kit.field("luong", "money"),
            kit.field("noi", "choice", options=[{"value": v, "label": kit.words(v)} for v in ("Đà Nẵng", "Huế")]),
        ],
        max_rows=10,
    ),
]  # fmt: skip


@pytest.fixture
def view(qtbot: Any) -> FormView:
    document = FormDocument(Form(kit.template(ITEMS, []), None, {"nguoi": [{"ho_ten": "Cũ"}]}))
    made = FormView(document, today=TODAY)
    qtbot.addWidget(made)
    made.resize(640, 600)
    made.show()
    made.activateWindow()
    made.build_all()
    qtbot.waitUntil(made.isActiveWindow)
    return made


@pytest.mark.parametrize("path", ["ten", "ly_do"])
def test_an_input_method_writes_into_a_field_of_text(view: FormView, path: str) -> None:
    assert view.go_to(path)
    editor = QApplication.focusWidget()
    assert editor is not None
    telex()
    view.commit()
    assert view.document.form.value(path) == "Đặng Ước"


def test_an_input_method_writes_digits_into_a_number(view: FormView) -> None:
    assert view.go_to("mua")
    editor = QApplication.focusWidget()
    assert editor is not None
    QGuiApplication.sendEvent(editor, QInputMethodEvent("12", []))
    done = QInputMethodEvent("", [])
    done.setCommitString("1234567")
    QGuiApplication.sendEvent(editor, done)
    view.commit()
    assert view.document.form.value("mua") == 1_234_567


def _cell(view: FormView, row: int, column: int) -> RowsView:
    """Stand in a cell, as by the arrows: nothing is being edited there yet."""
    grid = view.findChild(RowsView)
    assert grid is not None
    grid.setFocus()
    grid.setCurrentIndex(grid.rows.index(row, column))
    return grid


def _enter() -> None:
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, Qt.Key.Key_Return)


def test_an_input_method_writes_over_a_cell(qtbot: Any, view: FormView) -> None:
    grid = _cell(view, 0, 0)
    telex(("Vie", "Việt "), ("Na", "Nam"))
    editor = QApplication.focusWidget()
    assert isinstance(editor, QLineEdit)
    assert editor.text() == "Việt Nam", "what stood there is replaced, as by keys"
    _enter()
    qtbot.waitUntil(lambda: view.document.form.value("nguoi[0].ho_ten") == "Việt Nam")
    assert grid.currentIndex().row() == 1, "Enter leads down"
    assert grid.hasFocus()


def test_what_is_being_composed_in_a_cell_is_seen_and_not_yet_entered(qtbot: Any, view: FormView) -> None:
    grid = _cell(view, 0, 0)
    _compose("V", "")
    (editor,) = grid.findChildren(CellEditor)
    before = editor.inputMethodQuery(Qt.InputMethodQuery.ImCursorRectangle)
    _compose("Việ", "")
    after = editor.inputMethodQuery(Qt.InputMethodQuery.ImCursorRectangle)
    assert after.left() > before.left() + 8, "it is seen where it will stand"
    assert editor.text() == ""
    assert view.document.form.value("nguoi[0].ho_ten") == "Cũ"
    _compose("", "Việt")
    QTest.keyClick(editor, Qt.Key.Key_Tab)
    qtbot.waitUntil(lambda: view.document.form.value("nguoi[0].ho_ten") == "Việt")


def test_an_input_method_begins_a_row_and_goes_on_in_an_open_cell(qtbot: Any, view: FormView) -> None:
    grid = _cell(view, 1, 0)
    telex(("Dda", "Đặng "))
    telex(("Uo", "Ước"))
    _enter()
    qtbot.waitUntil(lambda: grid.rows.rowCount() == 3)  # and there is room for the next
    assert view.document.form.value("nguoi[1].ho_ten") == "Đặng Ước"


def test_an_input_method_writes_digits_and_listed_words_into_cells(qtbot: Any, view: FormView) -> None:
    _cell(view, 0, 1)
    telex(("12", "1234567"))
    _enter()
    qtbot.waitUntil(lambda: view.document.form.value("nguoi[0].luong") == 1_234_567)
    _cell(view, 0, 2)
    telex(("DDa", "Đà "), ("Na", "Nẵng"))
    _enter()
    qtbot.waitUntil(lambda: view.document.form.value("nguoi[0].noi") == "Đà Nẵng")


def test_an_input_method_writes_into_search_and_finds(house: tuple[Any, Any]) -> None:
    frame, _ = house
    frame.activateWindow()
    ui_kit.settle(frame)
    frame.go("procedures")
    page = frame.stack.currentWidget()
    for field in (frame.search, page.words):
        field.clear()
        field.setFocus()
        telex()
        assert field.text() == "Đặng Ước"
        field.clear()


# --- names in the order of a Vietnamese dictionary ----------------------------------------------------------------


def test_names_stand_as_in_a_vietnamese_dictionary() -> None:
    wanted = [
        "An", "Anh", "Ánh", "Ăn", "Ân", "Bà", "Bả", "Bã", "Bá", "Bạ", "Dung", "Dũng", "Đan", "Em", "Ê", "Ông", "Ơn",
        "Thu", "Thư", "Uyên", "Ưng", "Xuân", "Ý",
    ]  # fmt: skip
    mixed = wanted.copy()
    random.Random(7).shuffle(mixed)
    assert sorted(mixed, key=rank) == wanted
