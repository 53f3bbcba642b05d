"""Files at a field in the window: brought in every way, named, told when refused, taken out and brought back."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication

from desktop.ui.filling.document import FormDocument
from desktop.ui.filling.file_field import FileEditor
from desktop.ui.filling.form_view import FormView
from desktop.ui.filling.repeat import RepeatBlock
from desktop.ui.parts import OneLine
from forms import enclosed
from forms.form import Form
from tests.forms import form_kit as kit

pytestmark = pytest.mark.filterwarnings("ignore:.*propagateSizeHints.*")
TODAY = date(2026, 11, 22)
SCAN = enclosed.entry("căn cước mặt trước.pdf", 345_678, "ab" * 32)
OTHER = enclosed.entry("căn cước mặt sau.pdf", 1_345_678, "cd" * 32)
ITEMS = [
    kit.field("so", "text"),
    kit.field("giay", "file", max_files=2, accept=["pdf", "jpeg"], required=True, label=kit.words("Bản chụp giấy tờ")),
    kit.group("con", [kit.field("ten", "name"), kit.field("ks", "file")], repeat={"max": 3}),
    kit.field("cuoi", "text"),
]


@pytest.fixture
def app(qapp: Any) -> Any:
    return qapp


def opened(qtbot: Any, values: dict[str, Any] | None = None, **more: Any) -> tuple[FormView, FormDocument]:
    document = FormDocument(Form(kit.template(ITEMS), None, values or {}), **more)
    view = FormView(document, today=TODAY)
    qtbot.addWidget(view)
    view.resize(640, 900)
    view.show()
    view.activateWindow()
    view.build_all()
    qtbot.waitUntil(view.isActiveWindow)
    return view, document


def editor(view: FormView, path: str = "giay") -> FileEditor:
    row = view.row_at(path)
    assert row is not None
    assert isinstance(row.editor, FileEditor)
    return row.editor


def brought(view: FormView) -> list[tuple[str, list[Any]]]:
    found: list[tuple[str, list[Any]]] = []
    view.files_brought.connect(lambda path, files: found.append((path, files)))
    return found


def test_files_are_dropped_and_pasted_where_they_belong(qtbot: Any, tmp_path: Path) -> None:
    view, _ = opened(qtbot, {"con": [{"ten": "A"}]})
    found = brought(view)
    place = editor(view)
    held = QMimeData()
    held.setUrls([QUrl.fromLocalFile(str(tmp_path / "một.jpg")), QUrl("https://vidu.example/a.pdf")])
    drop = QDropEvent(
        QPointF(5, 5), Qt.DropAction.CopyAction, held, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    place.dropEvent(drop)
    assert found == [("giay", [("một.jpg", tmp_path / "một.jpg")])]
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(QColor("green"))
    QGuiApplication.clipboard().setImage(image)
    inside = editor(view, "con[0].ks")
    inside.setFocus()
    QTest.keyClick(inside.choose, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    path, ((name, data),) = found[1]
    assert (path, name) == ("con[0].ks", "ảnh dán.png")
    assert QImage.fromData(data).size() == image.size()
    QGuiApplication.clipboard().setText("chữ")
    QTest.keyClick(inside.choose, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert len(found) == 2


def test_files_are_named_taken_out_and_brought_back(qtbot: Any) -> None:
    view, document = opened(qtbot)
    document.enter("giay", [SCAN, OTHER])
    place = editor(view)
    names = [button.accessibleName() for button in place.findChildren(QAbstractButton)]
    assert "Bỏ căn cước mặt trước.pdf" in names
    assert place.height() >= place.height_in(place.width())
    away = next(button for button in place.findChildren(QAbstractButton) if button.accessibleName().startswith("Bỏ"))
    away.setFocus()
    QTest.keyClick(away, Qt.Key.Key_Space)
    assert document.form.value("giay") == [OTHER]
    focus = QApplication.focusWidget()
    assert focus is not None
    assert place.isAncestorOf(focus)
    view.undo()
    assert document.form.value("giay") == [SCAN, OTHER]
    assert "Bỏ căn cước mặt trước.pdf" in [button.accessibleName() for button in place.findChildren(QAbstractButton)]
    shown: list[str] = []
    view.file_shown.connect(shown.append)
    look = next(
        button for button in place.findChildren(QAbstractButton) if button.accessibleName().endswith("mặt sau.pdf")
    )
    QTest.mouseClick(look, Qt.MouseButton.LeftButton)
    assert shown == [OTHER["sha256"]]


def test_a_missing_file_is_told_when_the_field_was_left_and_the_way_leads_to_its_button(qtbot: Any) -> None:
    view, document = opened(qtbot)
    document.check()
    row = view.rows["giay"]
    assert row._problems
    assert "bắt buộc" in editor(view).choose.accessibleName()
    assert "Chưa điền" in editor(view).choose.accessibleDescription()
    assert view.go_to("giay")
    assert editor(view).choose.hasFocus()
    document.enter("giay", [SCAN, OTHER, enclosed.entry("c.pdf", 3, "ef" * 32)])
    document.check()
    assert "nhiều nhất 2 tệp" in document.told_at("giay")[0].message.vi


def test_a_read_only_form_shows_its_files_and_takes_none(qtbot: Any) -> None:
    view, _ = opened(qtbot, {"giay": [SCAN]}, read_only=True)
    place = editor(view)
    shown = [button.accessibleName() for button in place.findChildren(QAbstractButton) if button.isVisible()]
    assert shown == ["Xem căn cước mặt trước.pdf"]
    found = brought(view)
    place.bring([("a.pdf", b"x")])
    assert found == []


@pytest.mark.parametrize("width", [360, 640, 1000])
def test_nothing_at_a_field_of_files_is_cut(qtbot: Any, width: int) -> None:
    view, document = opened(qtbot, {"giay": [SCAN, OTHER], "con": [{"ten": "A", "ks": [SCAN]}]})
    view.resize(width, 900)
    view._relayout()
    editor(view).say(
        "Tệp “a.exe” là một chương trình nên không được nhận. Hãy quét giấy tờ thành PDF rồi thêm lại. " * 2
    )
    view._relayout()
    document.check()
    QApplication.processEvents()
    for path in ("giay", "con[0].ks"):
        place, row = editor(view, path), view.row_at(path)
        assert row is not None
        assert place.geometry().right() <= row.width()
        assert place.geometry().bottom() <= row.height()
        for part in place.findChildren(QAbstractButton):
            assert part.geometry().right() <= place.width() + 1, (path, part.text())
            assert part.height() >= 24
        for line in place.findChildren(OneLine):
            holder = line.parentWidget()
            assert holder is not None
            beside = list(holder.findChildren(QAbstractButton))
            assert all(line.geometry().right() < part.x() for part in beside)
    folder = os.environ.get("PICTURES")
    if folder:
        view.grab().save(str(Path(folder) / f"files-{width}.png"))
    assert isinstance(view.tables["con"], RepeatBlock)
