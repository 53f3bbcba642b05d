"""The dossier's pages: filled, checked, signed and filed in the window, by key alone; the page beside follows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QMainWindow,
    QMenu,
    QWidget,
)

from tests.desktop import ui_kit

pytestmark = pytest.mark.filterwarnings("ignore:.*propagateSizeHints.*")


class Stray(QObject):
    """Note every part that flashes up as a window of its own before it has a place."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        shown = event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow()
        if shown and not isinstance(watched, QMainWindow | QDialog | QMenu | QAbstractItemView):
            words = watched.text() if isinstance(watched, QAbstractButton | QLabel) else ""
            self.seen.append(f"{type(watched).__name__} {words}")
        return False


@pytest.fixture
def frame(qtbot: Any, qapp: Any) -> Iterator[Any]:
    made = ui_kit.window()
    made.activateWindow()
    stray = Stray()
    qapp.installEventFilter(stray)
    yield made
    qapp.removeEventFilter(stray)
    assert stray.seen == []
    made._leave()
    ui_kit.put_away(made)


def dossier(frame: Any, qtbot: Any, name: str, **facts: Any) -> Any:
    frame.go("dossier", dossier=name, **facts)
    page = frame.page("dossier")
    qtbot.waitUntil(lambda: page.form_view is not None and page._id == name, timeout=20000)
    page.form_view.build_all()
    return page


def task(page: Any, name: str) -> Any:
    return next(row.task for row in page.checklist.rows if row.task.id == name)


def test_the_next_thing_leads_the_checklist(frame: Any, qtbot: Any) -> None:
    page = dossier(frame, qtbot, ui_kit.place().draft("2026-08", ui_kit.SHOP))
    assert task(page, "to-khai").state == "done"
    assert next(row.task.id for row in page.checklist.rows if row.following) == "//sign"
    page.form_view.go_to("ct42")
    QTest.keyClicks(page.form_view.rows["ct42"].editor, "9000000000")
    QTest.keyClick(page.form_view.rows["ct42"].editor, Qt.Key.Key_Tab)
    qtbot.waitUntil(lambda: task(page, "to-khai").state == "work")
    assert next(row.task.id for row in page.checklist.rows if row.following) == "to-khai"
    assert "đề nghị hoàn" in page.bar.words.text()
    for row in page.checklist.rows:
        assert row.task.words in row.accessibleName()


def test_what_is_typed_is_saved_by_itself(frame: Any, qtbot: Any) -> None:
    there = ui_kit.place()
    name = there.draft("2026-05", ui_kit.SHOP)
    page = dossier(frame, qtbot, name)
    page.form_view.go_to("ct22")
    editor = page.form_view.rows["ct22"].editor
    editor.selectAll()
    QTest.keyClicks(editor, "12345678")
    qtbot.waitUntil(lambda: "Đã lưu" in frame.status.text(), timeout=10000)
    form = there.desk.workspace.dossiers.components(name)[0].form
    assert there.desk.workspace.forms.get(form).values["ct22"] == 12345678
    editor.selectAll()
    QTest.keyClicks(editor, "77")
    frame.go("dossiers")  # leaving saves at once
    assert there.desk.workspace.forms.get(form).values["ct22"] == 77


def test_the_official_page_follows_and_leads_back(frame: Any, qtbot: Any) -> None:
    page = dossier(frame, qtbot, ui_kit.place().draft("2026-06", ui_kit.SHOP))
    pages = page.page_view
    qtbot.waitUntil(lambda: pages._drawn is not None, timeout=30000)
    page.form_view.go_to("ct23")
    qtbot.waitUntil(lambda: pages.sheet.mark is not None and pages.sheet.mark.name == "ct23", timeout=10000)
    before = pages._drawn
    editor = page.form_view.rows["ct23"].editor
    editor.selectAll()
    QTest.keyClicks(editor, "424242")
    from forms.printing import read_back

    qtbot.waitUntil(lambda: read_back(pages._drawn.pdf).values["ct23"] == 424242, timeout=10000)
    assert pages._drawn is not before
    mark = pages._marks["ct24"][0]
    middle: QPointF = pages.sheet.place(mark).center()
    QTest.mouseClick(pages.sheet, Qt.MouseButton.LeftButton, pos=middle.toPoint())
    assert page.form_view.here == "ct24"
    assert page.form_view.rows["ct24"].editor.hasFocus()
    QTest.keyClick(page, Qt.Key.Key_F8)
    assert pages.isHidden()
    page.page_button.toggle()  # as a screen reader's action does, without a click
    assert pages.isVisible()
    page.page_button.click()
    assert pages.isHidden()


def test_f9_checks_and_f7_leads_to_the_problem(frame: Any, qtbot: Any) -> None:
    page = dossier(frame, qtbot, ui_kit.place().dossiers["broken"])
    assert "Chưa kiểm tra" in page.bar.count.text()
    QTest.keyClick(page.form_view, Qt.Key.Key_F9)
    assert "1 lỗi" in page.bar.count.text()
    assert page.form_view.here == "ct42"
    page.form_view.go_to("ct22")
    QTest.keyClick(page.form_view.rows["ct22"].editor, Qt.Key.Key_F7)
    assert page.form_view.here == "ct42"


def test_papers_are_taken_in_and_refused_in_words(frame: Any, qtbot: Any, tmp_path: Path) -> None:
    from PIL import Image

    there = ui_kit.place()
    name = there.draft("2026-04", ui_kit.SHOP)
    page = dossier(frame, qtbot, name)
    page.open_task("phu-luc-01-2")
    assert page.work.currentWidget() is page.attachments
    assert "50 MB" in page.attachments.zone.choose.accessibleDescription()
    zone = page.attachments.zone
    picture, office = tmp_path / "phụ lục.png", tmp_path / "bảng kê.docx"
    Image.new("RGB", (800, 1100), "white").save(picture)
    office.write_bytes(b"PK\x03\x04 word/document.xml")
    page.attachments.add([picture, office])
    qtbot.waitUntil(lambda: len(page.attachments._papers) == 1 and page.attachments._busy == 0, timeout=20000)
    assert page.attachments._papers[0].image is not None
    assert page.attachments.zone is zone, "a press under way is lost with its button"
    refused = [words for words, tone in page.attachments._said if tone == "danger"]
    assert len(refused) == 1
    assert "bảng kê.docx" in refused[0]
    page.attachments._remove(page.attachments._papers[0])
    qtbot.waitUntil(lambda: not page.attachments._papers, timeout=10000)
    assert [f for f in there.desk.workspace.dossiers.files(name) if f.kind == "attachment"] == []


def test_a_dossier_is_signed_and_filed(frame: Any, qtbot: Any) -> None:
    there = ui_kit.place()
    name = there.draft("2026-Q2", ui_kit.SHOP)
    frame.go("sign", dossier=name)
    page = frame.page("sign")
    qtbot.waitUntil(lambda: page._ready is not None and page._ready.view.id == name, timeout=20000)
    assert not page.sign_button.isEnabled()
    page.keys.path.setText(str(there.keys[ui_kit.COMPANY]))  # another client's key
    page.keys.passphrase.setText("sai mật khẩu")
    QTest.keyClick(page.keys.passphrase, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.keys.open_button.isEnabled(), timeout=20000)
    assert page.keys.passphrase_field.note.text()
    assert page.keys.passphrase.text() == ""
    page.keys.passphrase.setText(ui_kit.KEY_WORDS)
    QTest.keyClick(page.keys.passphrase, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page._judged is not None, timeout=20000)
    assert page._judged.refused
    assert not page.sign_button.isEnabled()
    page.keys.path.setText(str(there.keys[ui_kit.SHOP]))
    page.keys.passphrase.setText(ui_kit.KEY_WORDS)
    page.keys.open_key()
    qtbot.waitUntil(lambda: page._judged is not None and not page._judged.refused, timeout=20000)
    for box in page._yes:
        assert not page.sign_button.isEnabled()
        box.setChecked(True)
    assert page.sign_button.isEnabled()
    page.sign()
    qtbot.waitUntil(lambda: page._job is None, timeout=60000)
    assert there.desk.workspace.dossiers.get(name).state == "SIGNED"
    assert page.keys.found == ()

    page = dossier(frame, qtbot, name)
    assert page.document.read_only  # what is signed is not changed

    frame.go("review", dossier=name)
    page = frame.page("review")
    qtbot.waitUntil(lambda: page._review is not None and page._review.view.id == name, timeout=20000)
    for box in page._yes:
        box.setChecked(True)
    assert page.submit_button.isEnabled()
    page.submit()
    qtbot.waitUntil(lambda: page._busy is None, timeout=60000)
    assert there.desk.workspace.dossiers.get(name).state == "SUBMITTED"
    assert frame._here == ("follow", {"dossier": name})


def test_a_portal_that_is_filed_at_by_hand_is_no_dead_end(
    frame: Any, qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from desktop import filing

    opened: list[str] = []
    monkeypatch.setattr(filing, "browse", opened.append)
    there = ui_kit.place()
    page_address = "http://127.0.0.1:9/nop-to-khai?mau=01"
    filing.add_way(there.desk, page_address, filing.HAND_OVER, name="Thuế điện tử")
    try:
        name = there.draft("2025-Q3", ui_kit.SHOP)
        there.sign(name, ui_kit.SHOP)
        frame.go("review", dossier=name)
        page = frame.page("review")
        qtbot.waitUntil(lambda: page._review is not None and page._review.view.id == name, timeout=20000)
        assert "&Nộp hồ sơ" in page.submit_button.text(), "the portal that takes it from a program comes first"
        page._choose_portal(page_address)
        qtbot.waitUntil(lambda: page._review.by_hand, timeout=20000)
        assert "Xuất bộ hồ sơ" in page.submit_button.text()
        assert "Thuế điện tử" in page.sentence.text()
        for box in page._yes:
            box.setChecked(True)
        assert page.submit_button.isEnabled()
        page.hand_over_to(tmp_path)
        qtbot.waitUntil(lambda: page._busy is None, timeout=60000)
        assert opened == [page_address]
        (folder,) = tmp_path.iterdir()
        kinds = sorted(file.suffix for file in folder.iterdir())
        assert kinds == [".pdf", ".pdf", ".pdf", ".xml", ".zip"]
        assert not page.code_card.keep.isEnabled()
        QTest.keyClicks(page.code_card.code, "11020260000123")
        QTest.keyClick(page.code_card.code, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: frame._here == ("follow", {"dossier": name}), timeout=20000)
        kept = there.desk.workspace.dossiers.get(name)
        assert (kept.state, kept.code, kept.code_entered, kept.portal) == (
            "SUBMITTED", "11020260000123", True, page_address,
        )  # fmt: skip
        ui_kit.settle(frame)
    finally:
        filing.remove_portal(there.desk, page_address)


def test_a_dossier_is_exported_and_its_print_copy_seen_before_it_is_printed(
    frame: Any, qtbot: Any, tmp_path: Path
) -> None:
    name = ui_kit.place().dossiers["signed"]
    frame.go("review", dossier=name)
    page = frame.page("review")
    qtbot.waitUntil(lambda: page._review is not None and page._review.view.id == name, timeout=20000)
    for _ in range(2):
        page.export_to(tmp_path)
        qtbot.waitUntil(lambda: page._busy is None, timeout=60000)
    assert sorted(folder.name for folder in tmp_path.iterdir()) == [f"ho-so-{name}", f"ho-so-{name}-2"]
    copy = (tmp_path / f"ho-so-{name}" / f"ho-so-{name}-ban-in.pdf").read_bytes()
    assert copy.startswith(b"%PDF")
    page.print_copy()
    qtbot.waitUntil(lambda: page.printing is not None, timeout=60000)
    assert page.printing.isVisible()
    page.printing.save_to(tmp_path / "giay.pdf")
    assert (tmp_path / "giay.pdf").read_bytes() == copy
    ui_kit.settle(frame)


@pytest.mark.parametrize("name", ["dossier", "sign", "review"])
def test_everything_that_is_worked_has_a_name_and_room(frame: Any, qtbot: Any, name: str) -> None:
    which = ui_kit.place().dossiers["ready"]
    frame.go(name, dossier=which)
    page = frame.page(name)
    ui_kit.settle(frame)
    for kind in (QAbstractButton, QLineEdit, QComboBox):
        found: list[QWidget] = page.findChildren(kind)
        for widget in found:
            if not widget.isVisible() or isinstance(widget.parent(), QLineEdit):
                continue
            words = widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")
            assert words, (name, widget)
            assert min(widget.height(), widget.width()) >= 24, (name, words, widget.size())
