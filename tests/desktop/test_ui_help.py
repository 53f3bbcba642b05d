"""Help where one is: F1 on each page, at a field, at a trouble; by code and by Ctrl+K; without leaving the window."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from desktop import guide
from desktop.errors import FileTooLarge
from tests.desktop import ui_kit


@pytest.fixture
def frame() -> Any:
    made = ui_kit.window()
    yield made
    ui_kit.put_away(made)


def heading_at_top(book: Any) -> str:
    """Return the heading that the text cursor stands in."""
    return str(book.textCursor().block().text())


PAGES: tuple[tuple[str, dict[str, str], str], ...] = (
    ("home", {}, "2. Hôm nay"),
    ("procedures", {}, "4. Thủ tục"),
    ("clients", {}, "3. Khách hàng"),
    ("signatures", {"part": "validate"}, "11. Chữ ký"),
    ("outbox", {}, "9. Hộp gửi"),
    ("batch", {}, "8. Theo lô"),
    ("settings", {}, "12. Cài đặt"),
    ("sign", {"dossier": "ready"}, "6. Ký số"),
    ("review", {"dossier": "signed"}, "7. Xem lại và nộp"),
    ("follow", {"dossier": "done"}, "10. Theo dõi"),
    ("again", {"dossier": "done"}, "Kỳ sau, hoặc khách hàng khác"),
)


def test_f1_on_each_page_opens_its_own_part_of_the_guide(frame: Any) -> None:
    for page, facts, title in PAGES:
        known = ui_kit.place().dossiers
        frame.go(page, **{name: known.get(value, value) for name, value in facts.items()})
        ui_kit.settle(frame)
        QTest.keyClick(frame, Qt.Key.Key_F1)
        ui_kit.settle(frame)
        assert frame.here[0] == "help", page
        assert heading_at_top(frame.page("help").book) == title
        QTest.keyClick(frame, Qt.Key.Key_Escape)
        ui_kit.settle(frame)
        assert frame.here[0] == page


def test_f1_at_a_field_opens_the_field_s_own_help_and_the_button_the_guide(frame: Any) -> None:
    frame.go("dossier", dossier=ui_kit.place().dossiers["ready"])
    ui_kit.settle(frame)
    page = frame.page("dossier")
    view = page.findChild(_form_view())
    assert view.go_to("ct22")
    QTest.keyClick(view.rows["ct22"].editor, Qt.Key.Key_F1)
    ui_kit.settle(frame)
    assert frame.here[0] == "dossier"
    assert view.rows["ct22"]._help is not None
    assert view.rows["ct22"]._help.isVisible()
    QTest.mouseClick(frame.header.help, Qt.MouseButton.LeftButton)
    ui_kit.settle(frame)
    assert frame.here == ("help", {"at": "dossier"})


def _form_view() -> Any:
    from desktop.ui.filling.form_view import FormView

    return FormView


def test_f1_at_a_trouble_opens_its_own_page(frame: Any) -> None:
    frame.go("home")
    frame.trouble(FileTooLarge("lon.pdf", 50_000_000))
    QTest.keyClick(frame, Qt.Key.Key_F1)
    ui_kit.settle(frame)
    assert frame.here == ("help", {"code": FileTooLarge.code})
    shown = frame.page("help").book.toPlainText()
    said = guide.explained(FileTooLarge.code, "vi")
    assert said is not None
    assert said.heading in shown
    assert FileTooLarge.code in shown
    frame.go("home")
    frame.notice("Một câu không có mã.")
    QTest.keyClick(frame, Qt.Key.Key_F1)
    assert frame.here == ("help", {"at": "home"})


def waited(finder: Any, kind: str, qtbot: Any) -> list[Any]:
    """Return the lines of a kind that are found, once there are some."""
    mine: list[Any] = []

    def look() -> bool:
        lines = [finder.list.lines.line(finder.list.lines.index(row)) for row in range(finder.list.lines.rowCount())]
        mine[:] = [line for line in lines if isinstance(line.key, tuple) and line.key[0] == kind]
        return finder.isVisible() and bool(mine)

    qtbot.waitUntil(look, timeout=60_000)
    return mine


def test_one_field_finds_a_chapter_and_a_code(frame: Any, qtbot: Any) -> None:
    finder = frame._finder
    for words, kind, title in (("nop tren trang web", "at", None), ("token_removed", "code", "USB token đã bị rút ra")):
        frame.search.setFocus()
        frame.search.clear()
        QTest.keyClicks(frame.search, words)
        mine = waited(finder, kind, qtbot)
        assert title is None or mine[0].title == title
        finder._open(mine[0].key)
        ui_kit.settle(frame)
        assert frame.here[0] == "help"


def test_search_and_contents_lead_to_what_they_name(frame: Any) -> None:
    frame.go("help", at="start")
    page = frame.page("help")
    assert page.list.lines.rowCount() == len(guide.chapters("vi")) + 1
    QTest.keyClicks(page.field, "khay bao tin")
    QTest.keyClick(page.field, Qt.Key.Key_Return)
    assert heading_at_top(page.book) == "Biểu tượng ở khay và báo tin"
    page.field.setText("xyzzy")
    QTest.keyClick(page.field, Qt.Key.Key_Return)
    assert page.list.lines.line(page.list.lines.index(0)).key is None
    page._open(("chapter", "codes"))
    assert "TOKEN_REMOVED" in page.book.toPlainText()
    page._follow(QUrl("#TOKEN_REMOVED"))
    assert "USB token đã bị rút ra" in page.book.toPlainText()
    page._follow(QUrl("#sign"))
    assert heading_at_top(page.book) == "6. Ký số"
    page._follow(QUrl("nam-dieu-dang-lo.md"))
    assert "Năm điều đáng lo" in page.book.toPlainText()
    before = page.book.toPlainText()
    page._follow(QUrl("https://example.com/"))
    assert page.book.toPlainText() == before


def test_every_code_has_a_page_and_no_sign_of_markdown_is_lost(frame: Any) -> None:
    frame.go("help")
    page = frame.page("help")
    for at, code in enumerate(guide.codes()):
        said = guide.explained(code, "vi")
        assert said is not None
        if at % 40 and not set(said.heading + said.sentence + said.remedy) & set("`*_{}[]<>#|~\\"):
            continue  # nothing in it could be taken for Markdown
        page.show_code(code)
        shown = " ".join(page.book.toPlainText().split())
        for part in (said.heading, said.sentence, said.remedy):
            assert " ".join(part.split()) in shown, code


def test_the_book_loads_bundled_pictures_and_nothing_else(frame: Any) -> None:
    frame.go("help")
    book = frame.page("help").book
    for asked in ("https://example.com/a.png", "file:///etc/passwd", "pictures/../design.md", "/etc/hosts"):
        assert book.loadResource(2, QUrl(asked)) is None
    found = book.loadResource(2, QUrl("pictures/home.png"))
    assert isinstance(found, QImage)
    assert 0 < found.width() / found.devicePixelRatio() <= book.viewport().width()


@pytest.mark.parametrize("zoom", [1.0, 2.0])
def test_no_words_of_the_help_are_cut_off(frame: Any, qtbot: Any, zoom: float) -> None:
    was = frame.preferences.zoom
    frame.prefer(zoom=zoom)
    frame.restyle()
    try:
        frame.go("help", at="sign")
        ui_kit.settle(frame)
        page = frame.page("help")
        book = page.book
        for label in page.findChildren(QLabel):
            if label.isVisible():
                need = label.heightForWidth(label.width()) if label.wordWrap() else label.sizeHint().height()
                assert label.height() >= need - 1, label.text()
        qtbot.waitUntil(lambda: book.document().idealWidth() <= book.viewport().width() + 1, timeout=60_000)
        assert book.height() > 200
        assert page.list.height() > 60
    finally:
        frame.prefer(zoom=was)
        frame.restyle()


def test_the_command_line_explains_too(capsys: pytest.CaptureFixture[str]) -> None:
    from desktop.cli.program import run

    assert run(["help", "token_removed"]) == 0
    assert "USB token đã bị rút ra (TOKEN_REMOVED)" in capsys.readouterr().out
    assert run(["help", "TOKEN_REMOVED", "--json", "--lang", "en"]) == 0
    assert '"code": "TOKEN_REMOVED"' in capsys.readouterr().out
    assert run(["help", "dau", "chu", "ky"]) == 0
    assert "stamp: Dấu chữ ký trên trang" in capsys.readouterr().out
    assert run(["help", "stamp"]) == 0
    assert "Nghị định" in capsys.readouterr().out
    assert run(["help"]) == 0
    assert "outbox: 9. Hộp gửi" in capsys.readouterr().out
    assert run(["help", "xyzzy"]) == 1
    assert "xyzzy" in capsys.readouterr().err
