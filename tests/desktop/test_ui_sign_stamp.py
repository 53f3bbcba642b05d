"""The Sign page's level and stamp: offered with the reason, dragged and moved by keys within the page, remembered."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest

from tests.desktop import ui_kit

MM = 25.4 / 72


@pytest.fixture(scope="module")
def dossier() -> str:
    return ui_kit.place().draft("2025-02")


@pytest.fixture
def frame(qapp: Any) -> Iterator[Any]:
    made = ui_kit.window()
    made.activateWindow()
    yield made
    made._leave()
    made.prefer(tsa="")
    kept = ui_kit.place().desk.workspace.settings
    for name in ("sign.level", "sign.stamp.kind", "sign.stamp.places"):
        kept.set(name, None)
    ui_kit.put_away(made)


def opened(frame: Any, qtbot: Any, dossier: str) -> Any:
    frame.go("sign", dossier=dossier)
    page = frame.page("sign")
    qtbot.waitUntil(lambda: page._ready is not None and page._ready.view.id == dossier, timeout=20000)
    qtbot.waitUntil(page.stamp.box.isVisible, timeout=30000)
    return page


def with_key(page: Any, qtbot: Any) -> None:
    page.keys.path.setText(str(ui_kit.place().keys[ui_kit.COMPANY]))
    page.keys.passphrase.setText(ui_kit.KEY_WORDS)
    page.keys.open_button.click()
    qtbot.waitUntil(lambda: page._judged is not None, timeout=20000)
    for box in page._yes:
        box.setChecked(True)


def within(page: Any) -> bool:
    mark, (width, height) = page.stamp.box.mark, page.page_view.sheet.points
    return bool(
        mark.x >= 0 and mark.y >= 0 and mark.x + mark.width <= width + 0.01 and mark.y + mark.height <= height + 0.01
    )


def test_levels_are_offered_as_far_as_a_server_is_set(frame: Any, qtbot: Any, dossier: str) -> None:
    page = opened(frame, qtbot, dossier)
    level = page.level
    assert [level.level.itemData(row) for row in range(level.level.count())] == ["B-B"]
    assert "cần một máy chủ dấu thời gian" in level.note.text()
    assert level.level.accessibleDescription() == level.note.text()
    assert level.settings.isVisible()
    level.settings.click()
    settings = frame.stack.currentWidget()
    settings.signing.server.setText("tsa.example.vn")
    settings.signing.keep()
    assert "http://" in settings.signing.field.note.text()
    assert frame.preferences.tsa == ""
    settings.signing.server.setText("https://tsa.example.vn/tsr")
    QTest.keyClick(settings.signing.server, Qt.Key.Key_Return)
    page = opened(frame, qtbot, dossier)
    assert [level.level.itemData(row) for row in range(level.level.count())] == ["B-B", "B-T", "B-LT", "B-LTA"]
    level.level.setCurrentIndex(1)
    assert "https://tsa.example.vn/tsr" in level.note.text()
    assert not level.settings.isVisible()


def test_keys_move_and_resize_the_stamp_within_the_page_and_it_is_remembered(
    frame: Any, qtbot: Any, dossier: str
) -> None:
    page = opened(frame, qtbot, dossier)
    box = page.stamp.box
    start = box.mark
    assert box.accessibleName() == "Dấu chữ ký trên trang"
    box.setFocus()
    told: list[Any] = []
    box._announce = told.append
    QTest.keyClick(box, Qt.Key.Key_Right)
    QTest.keyClick(box, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    assert (box.mark.x, box.mark.y) == pytest.approx((start.x + 4, start.y + 1))
    assert told[-1] == box.place_words()
    assert f"cách mép trái {round(box.mark.x * MM)} mm" in told[-1]
    top = box.mark.y + box.mark.height
    QTest.keyClick(box, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(box, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert (box.mark.width, box.mark.height) == pytest.approx((start.width + 4, start.height + 4))
    assert box.mark.y + box.mark.height == pytest.approx(top)  # the upper left corner stays
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down):
        for _ in range(220):
            QTest.keyClick(box, key)
        assert within(page)
    assert told[-1] == "Đã sát mép trang."
    assert QAccessible.queryAccessibleInterface(box).text(QAccessible.Text.Description) == box.words()
    kept = box.mark
    assert page.leave()
    page = opened(frame, qtbot, ui_kit.place().dossiers["ready"])  # another dossier of the same template
    assert page.stamp.box.mark.x == pytest.approx(kept.x)
    assert page.stamp.box.mark.y == pytest.approx(kept.y)
    page.stamp.box.setFocus()
    QTest.keyClick(page.stamp.box, Qt.Key.Key_Home)
    assert page.stamp.box.mark.x == pytest.approx(start.x)
    assert not page.stamp.return_button.isEnabled()
    page.stamp.keep()
    assert ui_kit.place().desk.workspace.settings.get("sign.stamp.places") is None


def test_the_mouse_drags_it_and_its_corner(frame: Any, qtbot: Any, dossier: str) -> None:
    page = opened(frame, qtbot, dossier)
    box, sheet = page.stamp.box, page.page_view.sheet
    start, scale = box.mark, sheet.scale

    def drag(grab: QPoint, by: QPoint) -> None:
        QTest.mousePress(box, Qt.MouseButton.LeftButton, pos=grab)
        goal = box.mapToGlobal(grab) + by
        from PySide6.QtCore import QEvent
        from PySide6.QtGui import QMouseEvent
        from PySide6.QtWidgets import QApplication

        event = QMouseEvent(
            QEvent.Type.MouseMove, QPointF(box.mapFromGlobal(goal)), QPointF(goal),
            Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        QApplication.sendEvent(box, event)
        QTest.mouseRelease(box, Qt.MouseButton.LeftButton, pos=box.mapFromGlobal(goal))

    drag(QPoint(20, 12), QPoint(-30, 40))
    assert box.mark.x == pytest.approx(start.x - 30 / scale, abs=0.1)
    assert box.mark.y == pytest.approx(start.y - 40 / scale, abs=0.1)
    before = box.mark
    drag(QPoint(box.width() - 5, box.height() - 5), QPoint(-20, 10))
    assert box.mark.width == pytest.approx(before.width - 20 / scale, abs=0.1)
    assert box.mark.height == pytest.approx(before.height + 10 / scale, abs=0.1)
    drag(QPoint(20, 12), QPoint(5000, -5000))
    assert within(page)
    page.stamp.back()


def test_too_small_a_box_and_a_missing_picture_stand_before_signing(
    frame: Any, qtbot: Any, dossier: str, tmp_path: Path
) -> None:
    page = opened(frame, qtbot, dossier)
    with_key(page, qtbot)
    assert page.sign_button.isEnabled()
    box, stamp = page.stamp.box, page.stamp
    box.setFocus()
    for _ in range(40):
        QTest.keyClick(box, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
        QTest.keyClick(box, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert not box.fits
    assert not page.sign_button.isEnabled()
    assert "quá nhỏ" in page.why_not.text()
    stamp.back()
    assert page.sign_button.isEnabled()
    stamp.kind.setCurrentIndex(stamp.kind.findData("image"))
    assert not page.sign_button.isEnabled()
    assert "Chọn hình chữ ký" in page.why_not.text()
    stamp.take_picture("hỏng.png", b"\x89PNG\r\n\x1a\n" + bytes(50))
    qtbot.waitUntil(lambda: "hỏng.png" in stamp.picture_name.text(), timeout=20000)
    assert not page.sign_button.isEnabled()


def test_a_dossier_is_signed_with_the_picture_where_it_was_put(
    frame: Any, qtbot: Any, dossier: str, tmp_path: Path
) -> None:
    page = opened(frame, qtbot, dossier)
    with_key(page, qtbot)
    stamp, box = page.stamp, page.stamp.box
    made, out = Image.new("RGB", (300, 120), "white"), io.BytesIO()
    ImageDraw.Draw(made).rectangle((40, 40, 260, 80), fill=(200, 16, 30))
    made.save(out, "PNG")
    (tmp_path / "dấu.png").write_bytes(out.getvalue())
    stamp.kind.setCurrentIndex(stamp.kind.findData("image"))
    stamp.open_picture(tmp_path / "dấu.png")
    qtbot.waitUntil(lambda: stamp.look is not None and stamp.look.picture is not None, timeout=20000)
    assert stamp.picture_name.text() == "dấu.png"
    box.setFocus()
    for _ in range(10):
        QTest.keyClick(box, Qt.Key.Key_Down)
    placed = box.mark
    assert page.sign_button.isEnabled(), page.why_not.text()
    page.sign()
    qtbot.waitUntil(lambda: page._job is None, timeout=90000)
    ws = ui_kit.place().desk.workspace
    assert str(ws.dossiers.get(dossier).state) == "SIGNED"
    (pdf,) = [file for file in ws.dossiers.files(dossier) if file.media_type == "application/pdf"]
    signed = tmp_path / "signed.pdf"
    signed.write_bytes(ws.files.read(pdf.sha256))
    told = subprocess.run(["pdfsig", "-nocert", signed], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid" in told
    import pikepdf

    with pikepdf.open(signed) as document:
        field = document.Root.AcroForm.Fields[0]
        assert [float(side) for side in field.Rect] == pytest.approx(
            [placed.x, placed.y, placed.x + placed.width, placed.y + placed.height], abs=0.01
        )
        image = field.AP.N.Resources.XObject.Im1
        assert image.read_bytes()[:3] == bytes((200, 16, 30))  # the white paper around it is gone
    subprocess.run(["pdftotext", "-raw", signed, tmp_path / "words"], check=True)
    assert f"Ký bởi: {ui_kit.COMPANY_NAME}" in " ".join((tmp_path / "words").read_text("utf-8").split())
