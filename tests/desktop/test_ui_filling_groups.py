"""Groups in the window: a title folds what stands in it, entries come and go, and what is wrong is still found."""

from __future__ import annotations

import os
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.ui.filling.document import FormDocument
from desktop.ui.filling.form_view import FormView
from desktop.ui.filling.repeat import RepeatBlock
from forms.form import Form
from tests.forms import form_kit as kit

pytestmark = pytest.mark.filterwarnings("ignore:.*propagateSizeHints.*")
TODAY = date(2026, 11, 22)

WIFE = kit.group(
    "vo_chong",
    [
        kit.field("vc_ten", "name", required=True, label=kit.words("Họ và tên")),
        kit.group(
            "giay_to",
            [kit.field("vc_so", "text", required=True, label=kit.words("Số giấy tờ")), kit.field("vc_noi", "text")],
            label=kit.words("Giấy tờ tùy thân"),
            help=kit.words("Ghi đúng như trên giấy tờ."),
        ),
    ],
    label=kit.words("Vợ hoặc chồng"),
    visible="ket_hon",
)
CHILD = kit.group(
    "con",
    [
        kit.field("ten", "name", required=True, label=kit.words("Họ và tên con")),
        kit.field("hoc", "check", label=kit.words("Đang đi học")),
        kit.group("truong", [kit.field("lop", "text")], visible="hoc", label=kit.words("Trường học")),
        kit.field("tinh", "province"),
        kit.field("xa", "ward", depends_on="tinh"),
    ],
    label=kit.words("Người con"),
    repeat={"max": 3},
)
EXTRA = kit.group("them", [kit.field("ghi_chu", "text")], folded=True, label=kit.words("Thông tin thêm"))
ITEMS = [kit.field("ket_hon", "check"), WIFE, CHILD, EXTRA, kit.field("cuoi", "text")]


@pytest.fixture
def app(qapp: Any) -> Any:
    return qapp


def opened(qtbot: Any, values: dict[str, Any] | None = None) -> tuple[FormView, FormDocument]:
    document = FormDocument(Form(kit.template(ITEMS), None, values or {}))
    view = FormView(document, today=TODAY)
    qtbot.addWidget(view)
    view.resize(640, 900)
    view.show()
    view.activateWindow()
    view.build_all()
    qtbot.waitUntil(view.isActiveWindow)
    return view, document


def type_here(text: str) -> None:
    for letter in text:
        event = QKeyEvent(QEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier, letter)
        focus = QApplication.focusWidget()
        assert focus is not None
        QGuiApplication.sendEvent(focus, event)


def children(view: FormView) -> RepeatBlock:
    found = view.tables["con"]
    assert isinstance(found, RepeatBlock)
    return found


def test_a_group_comes_and_goes_with_its_title(qtbot: Any) -> None:
    view, document = opened(qtbot)
    assert view.groups["vo_chong"].isHidden()
    assert view.rows["vc_so"].isHidden()
    document.enter("ket_hon", True)
    qtbot.waitUntil(view.rows["vc_so"].isVisible)
    assert view.groups["giay_to"].isVisible()
    assert view.rows["vc_ten"].x() > view.rows["ket_hon"].x()
    assert view.rows["vc_so"].x() > view.rows["vc_ten"].x()
    assert view.rows["cuoi"].x() == view.rows["ket_hon"].x()
    document.undo()
    qtbot.waitUntil(view.groups["vo_chong"].isHidden)


def test_a_title_folds_by_key_and_says_what_is_wrong_inside(qtbot: Any) -> None:
    view, document = opened(qtbot, {"ket_hon": True})
    head = view.groups["vo_chong"]
    head.button.setFocus()
    QTest.keyClick(head.button, Qt.Key.Key_Space)
    qtbot.waitUntil(view.rows["vc_ten"].isHidden)
    assert view.groups["giay_to"].isHidden()
    assert head.isVisible()
    assert "đã thu gọn" in head.button.accessibleName()
    document.check()
    assert head.state.text() == "2 lỗi"
    assert view.go_to("vc_so")
    assert view.rows["vc_so"].isVisible()
    assert view.rows["vc_so"].editor.hasFocus()


def test_a_group_that_begins_folded_is_open_where_something_is_in_it(qtbot: Any) -> None:
    view, _ = opened(qtbot)
    assert view.rows["ghi_chu"].isHidden()
    view, _ = opened(qtbot, {"ghi_chu": "x"})
    assert view.rows["ghi_chu"].isVisible()


def test_entries_are_added_named_removed_and_brought_back(qtbot: Any) -> None:
    view, document = opened(qtbot)
    block = children(view)
    QTest.mouseClick(block.add_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "con[0].ten" in block.rows and block.rows["con[0].ten"].editor.hasFocus())
    type_here("AN")
    QTest.keyClick(block.rows["con[0].ten"].editor, Qt.Key.Key_Tab)
    assert document.form.value("con[0].ten") == "AN"
    assert block.entries[0].title.text() == "Người con 1 — AN"
    block.add()
    block.add()
    assert not block.add_button.isEnabled()
    document.enter("con[1].ten", "BÌNH")
    block.remove(0)
    assert [row.get("ten") for row in document.form.entered_rows("con")] == ["BÌNH", None]
    assert block.rows["con[0].ten"].editor.text() == "BÌNH"  # type: ignore[union-attr]
    assert "con[2].ten" not in block.rows
    view.undo()
    assert [row.get("ten") for row in document.form.entered_rows("con")] == ["AN", "BÌNH", None]
    assert block.entries[0].title.text() == "Người con 1 — AN"


def test_problems_stand_at_the_fields_of_an_entry_and_the_way_leads_there(qtbot: Any) -> None:
    view, document = opened(qtbot, {"con": [{"ten": "A"}, {}]})
    block = children(view)
    document.check()
    assert block.entries[1].state.text() == "1 lỗi"
    assert block.rows["con[1].ten"]._problems
    block.entries[1].unfold(False)
    block.head.unfold(False)
    assert view.go_to("con[1].ten")
    assert block.rows["con[1].ten"].editor.hasFocus()
    assert block.rows["con[1].ten"].isVisible()
    type_here("B")
    view.commit()
    qtbot.waitUntil(lambda: not block.rows["con[1].ten"]._problems)
    assert block.entries[1].state.text() == ""


def test_a_group_in_an_entry_and_a_list_follow_their_own_entry(qtbot: Any) -> None:
    view, document = opened(qtbot, {"con": [{"ten": "A", "tinh": "01"}, {"ten": "B", "tinh": "79"}]})
    block = children(view)
    document.enter("con[1].hoc", True)
    qtbot.waitUntil(block.rows["con[1].lop"].isVisible)
    assert block.rows["con[0].lop"].isHidden()
    first, second = (document.form.options(f"con[{row}].xa") for row in (0, 1))
    assert first != second
    editor: Any = block.rows["con[1].xa"].editor
    assert editor.options == second
    document.enter("con[1].tinh", "01")
    assert editor.options == first


def test_tab_goes_through_groups_and_entries_as_they_stand(qtbot: Any) -> None:
    view, document = opened(qtbot, {"ket_hon": True, "con": [{"ten": "A"}]})
    children(view).add()
    view.rows["ket_hon"].editor.setFocus()
    names = []
    for _ in range(40):
        focus = QApplication.focusWidget()
        assert focus is not None
        names.append(focus.accessibleName() or focus.property("text"))
        if focus is view.rows["cuoi"].editor:
            break
        QTest.keyClick(focus, Qt.Key.Key_Tab)
    else:
        raise AssertionError(names)
    order = [name for name in names if name]
    at = [
        next(index for index, name in enumerate(order) if words in name)
        for words in ("Vợ hoặc chồng", "Giấy tờ tùy thân", "Số giấy tờ", "Người con,", "Người con 1", "Người con 2")
    ]
    assert at == sorted(at), order
    assert order.index("Thêm người con") > at[-1]
    assert len(document.form.rows["con"]) == 2


def test_a_read_only_form_offers_no_change(qtbot: Any) -> None:
    document = FormDocument(Form(kit.template(ITEMS), None, {"con": [{"ten": "A"}]}), read_only=True)
    view = FormView(document, today=TODAY)
    qtbot.addWidget(view)
    view.show()
    view.build_all()
    assert not children(view).add_button.isEnabled()
    assert children(view).rows["con[0].ten"].editor.isReadOnly()  # type: ignore[union-attr]


@pytest.mark.parametrize("width", [340, 640, 1000])
def test_nothing_in_groups_is_cut_or_laid_over_another(qtbot: Any, width: int) -> None:
    view, document = opened(
        qtbot, {"ket_hon": True, "ghi_chu": "x", "con": [{"ten": "NGUYỄN THỊ MINH KHAI", "hoc": True}, {}]}
    )
    document.check()
    view.resize(width, 1400)
    view._relayout()
    block = children(view)
    for rows, heads in ((view.rows, view.groups.values()), (block.rows, [block.head, *block.entries])):
        shown = [*(row for row in rows.values() if row.isVisible()), *heads]
        spots = sorted((one.y(), one.y() + one.height()) for one in shown)
        assert all(above[1] <= below[0] for above, below in pairwise(spots))
        for head in heads:
            assert head.title.height() >= head.title.heightForWidth(head.title.width())
        for row in rows.values():
            assert not row.isVisible() or row.geometry().right() <= width
    folder = os.environ.get("PICTURES")
    if folder:
        view.grab().save(str(Path(folder) / f"groups-{width}.png"))
