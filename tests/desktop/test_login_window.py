"""Logging in from the window: settings, the outbox that waits for it, and in whose name a dossier goes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop import filing
from tests.desktop import ui_kit
from tests.desktop.login_kit import browser_script


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    made = ui_kit.make(tmp_path_factory.mktemp("window"))
    yield made
    made.app.close()
    made.portal.stop()


@pytest.fixture
def frame(place: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("BROWSER", browser_script(tmp_path, "Trần Thị Kế Toán"))
    monkeypatch.setattr("webbrowser._tryorder", None)
    for one in filing.portals(place.desk):
        filing.logout(place.desk, one.url, every=True)
    made = ui_kit.window(place)
    yield made
    ui_kit.put_away(made)


def texts(widget: Any) -> str:
    from PySide6.QtWidgets import QLabel

    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def press(widget: Any, words: str) -> None:
    from PySide6.QtWidgets import QApplication

    from desktop.ui.parts import Button

    found = [one for one in widget.findChildren(Button) if one.isVisible() and one.text().replace("&", "") == words]
    assert found, [one.text() for one in widget.findChildren(Button) if one.isVisible()]
    found[0].click()
    QApplication.processEvents()


def test_one_logs_in_and_out_on_the_settings_page(place: Any, frame: Any, tmp_path: Path) -> None:
    frame.go("settings")
    ui_kit.settle(frame)
    assert "Chưa ai đăng nhập ở cổng này." in texts(frame)
    press(frame, "Đăng nhập")
    assert "Đang chờ trang đăng nhập trong trình duyệt" in texts(frame)
    ui_kit.settle(frame)
    said = texts(frame)
    assert "Trần Thị Kế Toán" in said
    assert f"Được ủy quyền nộp cho: {ui_kit.COMPANY}, 0101243150" in said
    assert [one.person for one in filing.whoami(place.desk)] == ["Trần Thị Kế Toán"]
    ui_kit.picture(frame, tmp_path / "settings.png")
    press(frame, "Đăng xuất")
    ui_kit.settle(frame)
    assert filing.whoami(place.desk) == []


def test_waiting_for_the_browser_can_be_stopped(place: Any, frame: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROWSER", "true %s")
    monkeypatch.setattr("webbrowser._tryorder", None)
    frame.go("settings")
    ui_kit.settle(frame)
    press(frame, "Đăng nhập")
    press(frame, "Thôi chờ")
    ui_kit.settle(frame)
    # Stopping is no failure: nothing is said of it.
    assert "Đã thôi" not in texts(frame)
    assert "Đang chờ trang đăng nhập" not in texts(frame)
    assert filing.whoami(place.desk) == []


def test_the_outbox_asks_for_the_log_in_it_waits_for_and_goes_on_after_it(
    place: Any, frame: Any, tmp_path: Path
) -> None:
    filing.login(place.desk, None, None, seconds=60)
    dossier = place.draft("2026-06")
    place.sign(dossier)
    item = place.submit(dossier, queue_only=True)
    with sqlite3.connect(place.portal.database) as database:
        database.execute("DELETE FROM sessions")
        database.execute("UPDATE grants SET ended = 1")
    filing.drain(place.desk)
    frame.go("outbox")
    ui_kit.settle(frame)
    assert "Hồ sơ đang chờ bạn đăng nhập cổng" in texts(frame)
    ui_kit.picture(frame, tmp_path / "outbox.png")
    press(frame, "Đăng nhập lại")
    ui_kit.settle(frame)
    assert "Hồ sơ đang chờ bạn đăng nhập cổng" not in texts(frame)
    assert next(one.state for one in filing.outbox_items(place.desk) if one.id == item.id) == "DONE"


def test_in_whose_name_a_dossier_would_be_filed_is_shown_before(place: Any, frame: Any) -> None:
    filing.login(place.desk, None, None, seconds=60)
    frame.go("review", dossier=place.dossiers["signed"])
    ui_kit.settle(frame)
    assert "Trần Thị Kế Toán; cổng chưa cho biết ủy quyền nào của khách hàng này" in texts(frame)
    made = place.draft("2026-04")
    place.sign(made)
    frame.go("review", dossier=made)
    ui_kit.settle(frame)
    assert "Trần Thị Kế Toán, theo ủy quyền của khách hàng này" in texts(frame)
