"""The batch page, as an accountant uses it: a sheet of clients, errors mended in the form, keys, filing, results."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QLabel, QWidget

from desktop import filing
from desktop.ui.rows import Line
from tests.desktop import ui_kit

PERIOD = "2026-02"
"""Of its own: the place of these tests is shared with others."""


@pytest.fixture
def frame() -> Iterator[Any]:
    made = ui_kit.window()
    yield made
    ui_kit.put_away(made)


def sheet(period: str, **cells: Any) -> bytes:
    """Return the sheet of the VAT return for both clients, filled; `cells` of the second row by path."""
    desk = ui_kit.place().desk
    data = filing.batch_template(desk, "thue/01-gtgt", period, clients=[ui_kit.COMPANY, ui_kit.SHOP])
    book = openpyxl.load_workbook(io.BytesIO(data))
    page = book.worksheets[0]
    columns: dict[Any, Any] = {cell.value: cell.column for cell in page[1]}
    for number, client in ((3, ui_kit.COMPANY), (4, ui_kit.SHOP)):
        for name, value in ui_kit.example(desk, period, client).items():
            if name in columns and not isinstance(value, bool):
                page.cell(number, columns[name], value)
    for name, value in cells.items():
        page.cell(4, columns[name], value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def opened(frame: Any, data: bytes, name: str = "lô.xlsx") -> Any:
    file = Path(tempfile.mkdtemp(prefix="hoso-ui-")) / name
    file.write_bytes(data)
    frame.go("batch")
    ui_kit.settle(frame)
    page = frame.stack.currentWidget()
    page.open_file(file)
    ui_kit.settle(frame)
    return page


def lines(page: Any) -> list[Line]:
    model = page.list.lines
    return [model.line(model.index(row)) for row in range(model.rowCount())]


def texts(widget: QWidget) -> str:
    found = [label.text() for label in widget.findChildren(QLabel) if label.isVisible()]
    found += [b.text().replace("&", "") for b in widget.findChildren(QAbstractButton) if b.isVisible()]
    return "\n".join(found)


def give_key(frame: Any, page: Any, client: str) -> None:
    page.keys.chooser.path.setText(str(ui_kit.place().keys[client]))
    page.keys.chooser.passphrase.setText(ui_kit.KEY_WORDS)
    page.keys.chooser.open_key()
    ui_kit.settle(frame)
    QTest.mouseClick(page.keys.add, Qt.MouseButton.LeftButton)
    assert frame.focusWidget() is page.keys.role, "the keyboard stays on the page"
    ui_kit.settle(frame)


def test_it_is_a_place_of_the_window_with_its_key(frame: Any) -> None:
    frame.go("home")
    ui_kit.settle(frame)
    names = [frame.places.item(row).text() for row in range(frame.places.count())]
    assert names[-1] == "Theo lô"
    QTest.keyClick(frame, Qt.Key.Key_7, Qt.KeyboardModifier.ControlModifier)
    ui_kit.settle(frame)
    page = frame.stack.currentWidget()
    assert page.title == "Theo lô"
    assert [page.template.itemData(at)[0] for at in range(page.template.count())].count("thue/01-gtgt") == 1
    assert not page.found.isVisible()


def test_rows_show_their_state_and_what_is_wrong_where(frame: Any) -> None:
    page = opened(frame, sheet(PERIOD, ct42=9_999_999_999))
    good, bad = lines(page)
    assert (good.title, good.marks[0].text) == (ui_kit.COMPANY_NAME, "Kiểm tra đạt")
    assert bad.title == ui_kit.SHOP_NAME
    assert bad.marks[0].text.endswith("lỗi")
    assert "[42]" in bad.below
    assert bad.below.partition(":")[0].endswith("4"), "the cell is named"
    assert "2 dòng" in page.count.text()
    assert "1 cần sửa" in page.count.text()
    assert not page.file_all.isEnabled(), "no key yet"
    assert page.period.text() == "02/2026", "the sheet says for which period it is"


def test_the_copy_with_errors_is_written(frame: Any, tmp_path: Path) -> None:
    page = opened(frame, sheet(PERIOD, ct42=9_999_999_999))
    page._copy(tmp_path / "lỗi.xlsx")
    ui_kit.settle(frame)
    marked = openpyxl.load_workbook(tmp_path / "lỗi.xlsx").worksheets[0]
    assert any("[42]" in (cell.comment.text if cell.comment else "") for cell in marked[4])
    assert "lỗi.xlsx" in texts(page)


def test_a_row_with_errors_is_mended_in_its_form(frame: Any) -> None:
    page = opened(frame, sheet("2026-03", ct42=9_999_999_999))
    page.list.opened.emit(4)
    ui_kit.settle(frame)
    dossier = frame.stack.currentWidget()
    assert type(dossier).__module__ == "desktop.ui.pages.dossier"
    view = filing.dossier_view(ui_kit.place().desk, dossier._id)
    assert (view.client_code, view.period) == (ui_kit.SHOP, "2026-03")
    form = next(part.form for part in view.components if part.form)
    mended = filing.open_form(ui_kit.place().desk, form)
    mended.set("ct42", 0)
    filing.save_form(ui_kit.place().desk, form, mended)
    frame.back()
    ui_kit.settle(frame)
    row = lines(page)[1]
    assert row.marks[0].text == "Kiểm tra đạt"
    assert "Đã sửa trong chương trình" in [mark.text for mark in row.marks]


def test_signing_and_filing_with_each_client_s_own_key_goes_on_later(frame: Any) -> None:
    page = opened(frame, sheet("2026-04"))
    give_key(frame, page, ui_kit.COMPANY)
    assert f"{ui_kit.COMPANY}: 1 dòng" in texts(page)
    assert "Chưa có khóa của 1 khách hàng" in texts(page)
    for box in page.signing.findChildren(QCheckBox):
        box.setChecked(True)
    assert page.file_all.isEnabled()
    QTest.mouseClick(page.file_all, Qt.MouseButton.LeftButton)
    ui_kit.settle(frame, 60)
    first, second = lines(page)
    assert first.marks[0].text == "Đã nộp"
    assert first.right_below.startswith("H") or first.right_below != ui_kit.COMPANY
    assert second.marks[0].text == "Còn chờ"
    assert ui_kit.SHOP_NAME in second.below
    give_key(frame, page, ui_kit.SHOP)
    QTest.mouseClick(page.file_all, Qt.MouseButton.LeftButton)
    ui_kit.settle(frame, 60)
    assert [line.marks[0].text for line in lines(page)] == ["Đã nộp", "Đã nộp"]
    items = [item for item in filing.outbox_items(ui_kit.place().desk) if item.period == "2026-04"]
    assert [item.state for item in items] == ["DONE", "DONE"]
    assert not page.signing.isVisible(), "nothing is left to do"


def test_a_hostile_file_is_said_in_a_sentence(frame: Any) -> None:
    page = opened(frame, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(999), "cũ.xls")
    assert "mật khẩu" in texts(page)
    assert not page.found.isVisible()


def test_another_maker_s_list_takes_template_and_period_from_the_page(frame: Any) -> None:
    frame.go("batch")
    ui_kit.settle(frame)
    page = frame.stack.currentWidget()
    page._show_template("thue/01-gtgt")
    page.period.setText("quý 9")
    page.open_file(_csv())
    ui_kit.settle(frame)
    assert "10/2026" in texts(page)
    page.period.setText("5/2026")
    page.check()
    ui_kit.settle(frame)
    assert [line.right_below for line in lines(page)] == [ui_kit.COMPANY]


def _csv() -> Path:
    file = Path(tempfile.mkdtemp(prefix="hoso-ui-")) / "ds.csv"
    file.write_text(f"MST khách hàng;[22]\n{ui_kit.COMPANY};1.000\n", encoding="utf-8")
    return file
