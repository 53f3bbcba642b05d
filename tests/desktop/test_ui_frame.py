"""The window's frame: what it imports before its first picture, how it looks, what it tells a screen reader."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit, QWidget

from desktop.settings import Preferences, load, save
from desktop.ui import theme
from tests.desktop import ui_kit

PAGES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("home", {}),
    ("dossiers", {}),
    ("procedures", {}),
    ("procedure", {"code": ui_kit.PROCEDURE}),
    ("clients", {"add": True}),
    ("client", {"tax_code": ui_kit.SHOP}),
    ("signatures", {"part": "keys"}),
    ("signatures", {"part": "validate"}),
    ("signatures", {"part": "trust"}),
    ("outbox", {}),
    ("follow", {"dossier": "done"}),
    ("settings", {}),
)


def run_python(code: str, tmp_path: Path) -> str:
    """Run a program of its own and return what it prints."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def frame() -> Any:
    made = ui_kit.window()
    yield made
    ui_kit.put_away(made)


def opened(frame: Any, page: str, facts: dict[str, Any]) -> QWidget:
    known = ui_kit.place().dossiers
    frame.go(page, **{name: known.get(value, value) for name, value in facts.items()})
    ui_kit.settle(frame)
    found: QWidget = frame.stack.currentWidget()
    return found


def test_neither_the_first_picture_nor_the_frame_needs_any_of_the_heavy_libraries(tmp_path: Path) -> None:
    code = """
import sys
from pathlib import Path
from desktop.app import App
from desktop.ui.program import dress, make_frame
frame = make_frame(App(home=Path(sys.argv[1]) if len(sys.argv) > 1 else Path.home() / "x"))
frame.show()
import PySide6.QtCore, PySide6.QtGui, PySide6.QtWidgets
PySide6.QtWidgets.QApplication.processEvents()
# Qt's classes are made when they are first named. A painter, and the enumerations that it brings, cost a third of the
# time in which an empty window appears.
early = {"QPainter", "Qt"} & {*vars(PySide6.QtCore), *vars(PySide6.QtGui), *vars(PySide6.QtWidgets)}
assert not early, early
frame.grab()
dress(frame.app, frame.preferences)
frame.stand()
frame.grab()
print(sorted({name.split(".")[0] for name in sys.modules}
    & {"pyhanko", "sqlalchemy", "sqlcipher3", "typst", "requests", "cryptography", "lxml", "pypdfium2", "tuf"}))
"""
    assert run_python(code, tmp_path).strip() == "[]"


def test_forms_signing_and_the_command_line_load_no_qt(tmp_path: Path) -> None:
    code = """
import sys, pkgutil, importlib
import forms, signing, desktop.cli, desktop.filing
for package in (forms, signing, desktop.cli, desktop.filing):
    for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        importlib.import_module(found.name)
print([name for name in sys.modules if name.startswith(("PySide6", "desktop.ui"))])
"""
    assert run_python(code, tmp_path).strip() == "[]"


@pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK, theme.CONTRAST], ids=["light", "dark", "contrast"])
def test_colours_keep_their_contrast(colours: theme.Colours) -> None:
    grounds = (colours.surface, colours.raised)
    for ground in grounds:
        assert theme.contrast(colours.text, ground) >= 7
        for ink in (colours.muted, colours.accent, colours.danger, colours.warning, colours.success):
            assert theme.contrast(ink, ground) >= 4.5
        for edge in (colours.edge, colours.focus):
            assert theme.contrast(edge, ground) >= 3
    for tone in ("accent", "danger", "warning", "success", "practice"):
        assert theme.contrast(getattr(colours, tone), getattr(colours, f"{tone}_soft")) >= 4.5
    assert theme.contrast(colours.accent_text, colours.accent) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_practice_has_another_accent_that_is_as_legible(scheme: str) -> None:
    accent, text, soft = theme.PRACTICE_ACCENT[scheme]
    assert accent != {"light": theme.LIGHT, "dark": theme.DARK}[scheme].accent
    assert theme.contrast(accent, text) >= 4.5
    assert theme.contrast(accent, soft) >= 4.5


def test_practice_mode_says_so_on_every_page(frame: Any) -> None:
    bands = [
        widget for widget in frame.findChildren(QWidget) if widget.accessibleName().startswith("THỰC HÀNH — không có")
    ]
    assert len(bands) == 1
    assert bands[0].isVisible()
    assert bands[0].height() >= 24


@pytest.mark.parametrize(("page", "facts"), PAGES, ids=[f"{p}-{'-'.join(map(str, f.values()))}" for p, f in PAGES])
def test_every_page_names_and_sizes_what_is_pressed(frame: Any, page: str, facts: dict[str, Any]) -> None:
    shown = opened(frame, page, facts)
    for widget in shown.findChildren(QAbstractButton) + shown.findChildren(QComboBox) + shown.findChildren(QLineEdit):
        # Parts of Qt's own composite widgets are named by the whole.
        if not widget.isVisible() or widget.objectName().startswith("qt_") or isinstance(widget.parent(), QLineEdit):
            continue
        name = widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")
        assert name.strip(), f"{type(widget).__name__} has no name"
        assert widget.height() >= 24, f"{name} is {widget.height()} high"
        assert widget.width() >= 24, f"{name} is {widget.width()} wide"


def clipped(shown: QWidget) -> list[str]:
    """Return the words of labels and buttons that do not fit into their place."""
    found = []
    for label in shown.findChildren(QLabel):
        if not label.isVisible() or not label.text() or (label.pixmap() and not label.pixmap().isNull()):
            continue
        if type(label).__name__ == "OneLine":
            continue  # cut with an ellipsis by intent, the whole of it in the tip
        if label.wordWrap():
            if label.height() + 1 < label.heightForWidth(label.width()):
                found.append(f"{label.text()[:60]}: {label.height()} < {label.heightForWidth(label.width())}")
        elif label.width() + 1 < label.sizeHint().width():
            found.append(f"{label.text()[:60]}: {label.width()} wide < {label.sizeHint().width()}")
    for button in shown.findChildren(QAbstractButton):
        if button.isVisible() and button.text() and button.width() + 1 < button.sizeHint().width():
            found.append(f"{button.text()}: {button.width()} < {button.sizeHint().width()}")
    return found


@pytest.mark.parametrize("zoom", [1.0, 2.0])
def test_no_words_are_cut_off(frame: Any, zoom: float) -> None:
    frame.prefer(zoom=zoom)
    try:
        frame.restyle()
        ui_kit.settle(frame)
        for page, facts in PAGES:
            assert clipped(opened(frame, page, facts)) == [], (page, facts)
    finally:
        frame.prefer(zoom=1.0)
        frame.restyle()
        ui_kit.settle(frame)


@pytest.mark.parametrize("scheme", ["dark", "contrast", "light"])
def test_a_scheme_repaints_every_page(frame: Any, scheme: str) -> None:
    frame.prefer(scheme=scheme)
    frame.restyle()
    ui_kit.settle(frame)
    wanted = {"dark": theme.DARK, "contrast": theme.CONTRAST, "light": theme.LIGHT}[scheme].surface
    image = frame.grab().toImage()
    # Of the page, right of the list of places: what most of it is painted with, whatever stands on it.
    across, down = range(image.width() // 3, image.width() - 4, 9), range(image.height() // 4, image.height() - 60, 7)
    seen = Counter(image.pixelColor(x, y).name().upper() for x in across for y in down)
    assert seen.most_common(1)[0][0] == wanted
    assert load(frame.app.home).scheme == scheme
    if scheme == "light":
        frame.prefer(scheme="system")


def test_keys_lead_to_the_places(frame: Any) -> None:
    keys = [shortcut.key().toString() for shortcut in frame.findChildren(QShortcut)]
    for wanted in ("Ctrl+K", "Ctrl+Shift+K", "Ctrl+N", "Ctrl+L", *(f"Ctrl+{n}" for n in range(1, 7))):
        assert QKeySequence(wanted).toString() in keys
    assert all(len(list(group)) == 1 for _, group in itertools.groupby(sorted(keys)))


def test_the_left_list_counts_what_waits(frame: Any) -> None:
    home, outbox = frame.places.item(0), frame.places.item(5)
    assert "việc" in str(home.data(Qt.ItemDataRole.AccessibleTextRole))
    assert str(outbox.data(Qt.ItemDataRole.AccessibleTextRole)).startswith("Hộp gửi, 1")


def test_back_goes_where_one_came_from(frame: Any) -> None:
    opened(frame, "procedures", {})
    opened(frame, "procedure", {"code": ui_kit.PROCEDURE})
    frame.back()
    assert frame.stack.currentWidget() is frame.page("procedures")


def test_one_field_finds_clients_dossiers_and_procedures(frame: Any) -> None:
    opened(frame, "home", {})
    frame.search.setFocus()
    QTest.keyClicks(frame.search, "anh duong")
    QTest.qWait(120)
    ui_kit.settle(frame)
    lines = frame._finder.list.lines
    kinds = [lines.line(lines.index(row)).key[0] for row in range(lines.rowCount())]
    assert kinds[0] == "client"
    assert "follow" in kinds or "dossier" in kinds
    QTest.keyClick(frame.search, Qt.Key.Key_Return)
    ui_kit.settle(frame)
    assert frame.stack.currentWidget() is frame.page("client")


def test_trouble_is_told_in_words_and_stays(frame: Any) -> None:
    from desktop.errors import ClientExists

    opened(frame, "home", {})
    frame.trouble(ClientExists("0100686209"))
    ui_kit.settle(frame)
    told = [label.text() for label in frame.findChildren(QLabel) if "0100686209" in label.text() and label.isVisible()]
    assert told
    assert "ClientExists" not in told[0]
    frame.clear_notice()


def test_what_was_said_of_one_page_is_gone_on_the_next(frame: Any) -> None:
    frame.say("Đã đổi mật khẩu.")
    ui_kit.settle(frame)
    assert frame.status.text(), "it is there to be read on its own page"
    opened(frame, "clients", {})
    assert frame.status.text() == ""
    frame.say("Đã xóa khách hàng.")
    opened(frame, "home", {})
    assert frame.status.text() == "Đã xóa khách hàng.", "said of what the next page is opened for"
    opened(frame, "clients", {})
    assert frame.status.text() == ""
    frame.say("Đang gửi…", lasts=True)
    ui_kit.settle(frame)
    opened(frame, "home", {})
    assert frame.status.text() == "Đang gửi…", "still under way on every page"
    frame.trouble(NotADirectoryError("/x"))
    assert frame.status.text() == "", "no longer"
    frame.clear_notice()


def test_icons_grow_with_the_text(frame: Any) -> None:
    def sides() -> set[int]:
        page = opened(frame, "dossier", {"dossier": "done"})
        found = [one for one in frame.findChildren(QAbstractButton) if one.isVisible() and not one.icon().isNull()]
        assert page is not None
        assert len(found) > 8
        return {one.iconSize().height() for one in found}

    plain = sides()
    frame.prefer(zoom=2.0)
    frame.restyle()
    try:
        assert sides() == {2 * side for side in plain}
        drawn = theme.icon("home").pixmap(40).toImage()
        assert drawn.width() == 40 * drawn.devicePixelRatio()
    finally:
        frame.prefer(zoom=1.0)
        frame.restyle()


def test_preferences_survive_and_bad_ones_are_nothing(tmp_path: Path) -> None:
    save(tmp_path, Preferences(lang="en", zoom=1.3, scheme="dark", practice=True))
    assert load(tmp_path) == Preferences("en", 1.3, "dark", True)
    for bad in ("", "[]", '{"zoom": 99, "lang": "xx", "scheme": 4, "practice": "yes"}', "{" * 5000):
        (tmp_path / "preferences.json").write_text(bad)
        assert load(tmp_path) == Preferences()


def test_qt_keeps_its_references() -> None:
    """One release of the binding dropped references to None on this Python and then ended the program."""
    ui_kit.window  # noqa: B018  # the application exists by now
    from desktop.ui.program import application

    application()
    widget = QWidget()
    before = sys.getrefcount(None)
    for _ in range(1000):
        widget.setToolTip("x")
    assert sys.getrefcount(None) - before > -500


def test_a_dossier_is_never_shown_under_another_clients_name(frame: Any) -> None:
    frame.choose_client(ui_kit.COMPANY)
    opened(frame, "follow", {"dossier": "signed"})
    assert frame.client_name.text() == ui_kit.SHOP_NAME
    assert ui_kit.SHOP in frame.client_code.text()
    opened(frame, "home", {})
    assert frame.client_name.text() == ui_kit.COMPANY_NAME
    frame.choose_client(None)
