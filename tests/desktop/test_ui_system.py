"""The window among other programs: one instance, what it is asked to open, news, crash reports."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket as plain
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QObject, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit

from desktop import crashes
from desktop.ui.system import instance
from desktop.ui.system.ties import Ties
from desktop.ui.watching import Watch
from tests.desktop import ui_kit

ROOT = Path(__file__).resolve().parents[2]
SECRETS = ("Nguyễn Thị Thực Hành", "Nguyen Van An", "0100686209", "079200001234", "482913", "con đường xưa em đi")


def until(done: Callable[[], Any], seconds: float = 60.0) -> None:
    """Let the window work until something is so."""
    end = time.monotonic() + seconds
    while not done():
        QApplication.processEvents()
        assert time.monotonic() < end, "it does not come to be"
        time.sleep(0.005)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    made = tmp_path / "Hồ sơ của tôi"
    made.mkdir()
    with tempfile.TemporaryDirectory(prefix="hoso-") as runtime:  # short, as the system's own is
        monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
        yield made


def test_where_the_system_names_too_long_a_place_a_short_one_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", f"/run/{'a' * 100}")
    assert len(os.fsencode(instance.place_of(tmp_path))) < 100


@pytest.fixture
def line(home: Path, qapp: Any) -> Iterator[Any]:
    """The listening end, with what it was asked."""
    owner = QObject()
    asked: list[tuple[str, str]] = []
    made = instance.Instance(home, lambda wanted, token: asked.append((wanted, token)), owner)
    assert made.listen()
    yield home, asked, made
    made.close()
    owner.deleteLater()


def call(home: Path, wanted: str) -> bool:
    """Start a second time, from another thread, while this one listens."""
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(instance.hand_over, home, wanted)
        until(answer.done)
        return answer.result()


# --- one instance ------------------------------------------------------------------------------------


def test_a_second_start_hands_over_what_it_was_given(line: Any) -> None:
    home, asked, _ = line
    assert call(home, "/home/nguoi/Tờ khai.pdf")
    assert call(home, "")
    assert [wanted for wanted, _ in asked] == ["/home/nguoi/Tờ khai.pdf", ""]


def test_another_home_has_a_window_of_its_own(line: Any, tmp_path: Path) -> None:
    assert not call(tmp_path / "other", "x")
    assert instance.place_of(tmp_path / "other") != instance.place_of(line[0])


def test_only_this_person_can_reach_the_window(line: Any) -> None:
    place = instance.place_of(line[0])
    assert stat.S_IMODE(place.lstat().st_mode) & 0o077 == 0
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
    place.parent.chmod(0o777)
    assert not call(line[0], "x"), "a folder that others can write is not trusted"


def test_the_lock_tells_who_is_alive(line: Any, qapp: Any) -> None:
    home, asked, _ = line
    other = instance.Instance(home, lambda *_: None, QObject())
    assert not other.listen()
    assert call(home, "still the first"), "the second try did not take the first one's place"
    assert len(asked) == 1


@pytest.mark.parametrize(
    "raw",
    [
        b"\n", b"{}\n", b"[]\n", b"null\n", b'{"open": 1, "token": ""}\n', b'{"open": "x"}\n',
        b'{"open": "x", "token": "", "home": "/tmp"}\n', b'{"open": "x", "token": "a\\nb"}\n', b"\xff\xfe\n",
        b'{"open": "' + b"a" * 9000 + b'", "token": ""}\n', b"[" * 8000 + b"\n", b"a" * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_request_is_dropped_without_an_answer(line: Any, raw: bytes) -> None:
    home, asked, _ = line

    def speak() -> bytes:
        with plain.socket(plain.AF_UNIX) as raw_socket:
            raw_socket.settimeout(30)
            raw_socket.connect(str(instance.place_of(home)))
            with contextlib.suppress(OSError):
                raw_socket.sendall(raw)
            with contextlib.suppress(OSError):
                return raw_socket.recv(100)
            return b""

    with ThreadPoolExecutor(1) as pool:
        heard = pool.submit(speak)
        until(heard.done)
        assert heard.result() == b""
    assert asked == []
    assert call(home, "after it"), "the line still works"


WINDOW = """
import sys
from pathlib import Path
from desktop.ui.program import open_window
sys.exit(open_window(home=Path(sys.argv[1]), practice=False, unlock=lambda: None, lang="vi", given=sys.argv[2]))
"""


def start(home: Path, given: str = "") -> subprocess.Popen[bytes]:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, "-c", WINDOW, str(home), given], env=environment, cwd=ROOT)


def test_a_killed_window_is_overcome_and_its_crash_told(home: Path, qapp: Any) -> None:
    first = start(home)
    marker = home / "window" / "running.json"
    try:
        until(marker.exists)
        second = start(home)
        assert second.wait(60) == 0, "the second start hands over and ends"
        assert first.poll() is None
    finally:
        first.kill()
        first.wait()
    assert instance.place_of(home).exists(), "the dead one's socket lies there still"
    assert not instance.hand_over(home, "x")
    after = instance.Instance(home, lambda *_: None, QObject())
    assert after.listen()
    run = crashes.Run(home)
    ended = run.begin()
    assert ended is not None
    run.end()
    assert crashes.Run(home).begin() is None, "one that ended in order leaves nothing"
    after.close()


# --- crashes -----------------------------------------------------------------------------------------


def fail(name: str, code: str) -> None:
    pin = "482913"
    try:
        raise KeyError(f"{name} {pin}")
    except KeyError as error:
        raise ValueError(f"/home/an/{name}/{code}: {pin}") from error


def test_a_report_tells_where_and_nothing_of_what() -> None:
    try:
        fail(SECRETS[0], SECRETS[2])
    except ValueError as error:
        text = crashes.report(error, error.__traceback__, page="dossier", qt="6", qt_said={"QPainter::begin": 2})
    assert "builtins.ValueError" in text
    assert "builtins.KeyError" in text
    assert "test_ui_system.py" in text
    assert " fail" in text
    assert "page: dossier" in text
    assert "QPainter::begin ×2" in text
    for secret in (*SECRETS, str(Path.home()), str(ROOT), "/home/", "/tmp"):
        assert secret not in text
    assert len(text) < crashes.LIMIT


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("QPainter::begin: Paint device for Nguyễn Văn An 0100686209", "QPainter::begin"),
        ("Could not open /home/an/079200001234.pdf", "Qt"),
        ("QFont: no font 482913", "QFont"),
    ],
)
def test_of_what_qt_says_only_its_place_is_kept(said: str, kept: str) -> None:
    assert crashes.qt_name(said) == kept


DIES = """
import os, sys
from pathlib import Path
from desktop.crashes import Run
run = Run(Path(sys.argv[1]))
run.begin()
run.note("dossier", "HS-2K3CZ7SA")
def inside(name):
    os.abort()
inside("Nguyễn Thị Thực Hành")
"""


def test_a_hard_crash_is_told_at_the_next_start(home: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    died = subprocess.run([sys.executable, "-c", DIES, str(home)], env=environment, cwd=ROOT, check=False)
    assert died.returncode == -signal.SIGABRT
    run = crashes.Run(home)
    ended = run.begin()
    run.end()
    assert ended is not None
    assert (ended.page, ended.dossier) == ("dossier", "HS-2K3CZ7SA")
    assert "Fatal Python error: Aborted" in ended.report
    assert " inside" in ended.report
    for secret in (*SECRETS, str(home), str(ROOT)):
        assert secret not in ended.report


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'{"page": "../x", "dossier": "a b"}', b"\xff" * 100, b"[" * 70000])
def test_a_marker_that_is_odd_is_still_a_crash(home: Path, raw: bytes) -> None:
    run = crashes.Run(home)
    run.marker.parent.mkdir()
    run.marker.write_bytes(raw)
    assert run.begin() == crashes.Ended("", None, "")
    run.end()


# --- the window --------------------------------------------------------------------------------------


@pytest.fixture
def frame(qtbot: Any, qapp: Any) -> Iterator[Any]:
    made = ui_kit.window()
    yield made
    ui_kit.put_away(made)


@pytest.fixture
def ties(frame: Any, home: Path) -> Iterator[Ties]:
    made = Ties(frame)
    made.run = crashes.Run(home)
    assert made.begin()
    frame.workspace_opened.emit()
    ui_kit.settle(frame)
    yield made
    made.end()


def shown(frame: Any) -> str:
    """Return what stands above the page."""
    item = frame._notice.itemAt(0)
    return "" if item is None else str(item.widget().accessibleName() or item.widget().text())


def test_a_link_opens_the_dossier_and_names_the_portal(frame: Any, ties: Ties) -> None:
    ours = ui_kit.place().desk.workspace.dossiers.get(ui_kit.place().dossiers["filed"])
    ties.open(f"hoso:thuc-hanh/dossier/{ours.code}")
    ui_kit.settle(frame)
    assert frame.here == ("follow", {"dossier": ours.id})
    assert ui_kit.place().portal.url in shown(frame)


@pytest.mark.parametrize(
    "wanted",
    [
        "hoso:cong-la/dossier/A1", "hoso:thuc-hanh/dossier/https://evil.example", "HOSO://thuc-hanh/dossier/A1",
        "/khong/co/tep.pdf", "tep.pdf", "--home", "\0", "/etc", "/etc/hostname", "https://evil.example/a.pdf",
    ],
)  # fmt: skip
def test_anything_else_is_refused_in_words_and_the_page_stays(frame: Any, ties: Ties, wanted: str) -> None:
    before = frame.here
    ties.open(wanted)
    ui_kit.settle(frame)
    assert frame.here == before
    assert shown(frame)


def test_a_file_dropped_on_the_window_is_opened(frame: Any, ties: Ties, tmp_path: Path) -> None:
    file = tmp_path / "Giấy chứng nhận.pdf"
    file.write_bytes(b"%PDF-1.7\n")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file))])
    held = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    enter = QDragEnterEvent(QPoint(5, 5), *held)
    QApplication.sendEvent(frame, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(frame, QDropEvent(QPoint(5, 5), *held))
    ui_kit.settle(frame)
    assert frame.here == ("signatures", {"file": file})


def test_an_exception_in_the_window_is_shown_before_anything_else(frame: Any, ties: Ties, tmp_path: Path) -> None:
    try:
        fail(SECRETS[0], SECRETS[2])
    except ValueError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    until(lambda: ties.crashes.open)
    dialog: Any = ties.crashes.open
    text = dialog.text.toPlainText()
    assert "builtins.ValueError" in text
    assert not any(secret in text for secret in SECRETS)
    dialog.copy.click()
    assert QApplication.clipboard().text() == text
    dialog.save_to(tmp_path / "loi.txt")
    assert (tmp_path / "loi.txt").read_text(encoding="utf-8") == text
    assert str(tmp_path) in dialog.told.text()
    thread = threading.Thread(target=fail, args=(SECRETS[1], SECRETS[3]))
    thread.start()
    thread.join()
    until(lambda: dialog.text.toPlainText().count("builtins.ValueError") == 2)
    dialog.accept()
    until(lambda: ties.crashes.open is None)


def test_after_a_crash_the_work_can_be_opened_again(frame: Any, home: Path) -> None:
    name = ui_kit.place().dossiers["ready"]
    ties = Ties(frame)
    ties.run = crashes.Run(home)
    ties.run.marker.parent.mkdir()
    ties.run.marker.write_text(json.dumps({"page": "dossier", "dossier": name}))
    assert ties.begin()
    frame.workspace_opened.emit()
    ui_kit.settle(frame)
    assert ties.told is not None
    assert ties.told.reopen.isVisible()
    ties.told.reopen.click()
    ui_kit.settle(frame)
    assert frame.here == ("dossier", {"dossier": name})
    ties.end()


# --- news --------------------------------------------------------------------------------------------


def test_news_tell_a_code_and_a_procedure_and_nobodys_name(frame: Any, ties: Ties) -> None:
    place = ui_kit.place()
    name = place.draft("2022-05")
    place.sign(name)
    place.submit(name)
    ties.tray.look()
    ui_kit.settle(frame)
    ties.tray.said.clear()
    from desktop import filing

    filing.status(place.desk, name)
    frame.bell.data_changed.emit("status")
    ui_kit.settle(frame)
    code = place.desk.workspace.dossiers.get(name).code
    (told,) = [text for text in ties.tray.said if code in text]
    assert "giá trị gia tăng" in told.lower() or "gtgt" in told.lower()
    for hidden in (ui_kit.COMPANY, ui_kit.COMPANY_NAME, ui_kit.SHOP_NAME, "Nguyễn"):
        assert hidden not in told
    frame.prefer(notify=False)
    ties.tray.said.clear()
    filing.status(place.desk, name)
    frame.bell.data_changed.emit("status")
    ui_kit.settle(frame)
    assert ties.tray.said == []
    frame.prefer(notify=True)


def test_a_near_deadline_is_told_once_a_day(frame: Any, ties: Ties) -> None:
    from desktop.filing.news import reminders

    desk = ui_kit.place().desk
    desk.workspace.settings.set("reminded", {})
    first = reminders(desk)
    assert reminders(desk) == []
    for one in first:
        assert one.due is not None
        assert ui_kit.COMPANY_NAME not in ties.tray.words_of(one)


# --- whether somebody is there --------------------------------------------------------------------------


def test_a_key_or_a_click_in_the_window_or_in_a_dialog_tells_that_somebody_is_there(frame: Any) -> None:
    frame.show()
    watch = Watch(frame)
    dialog = QDialog(frame)
    QLineEdit(dialog)

    def noticed(act: Callable[[], None]) -> bool:
        watch._idle.stop()
        act()
        QApplication.processEvents()
        return watch._idle.isActive()

    assert noticed(lambda: QTest.keyClick(frame.windowHandle(), Qt.Key.Key_Shift))
    assert noticed(lambda: QTest.mouseClick(frame.windowHandle(), Qt.MouseButton.LeftButton))
    assert not noticed(frame.update)
    dialog.open()
    QApplication.processEvents()
    assert noticed(lambda: QTest.keyClick(dialog.windowHandle(), Qt.Key.Key_A))
    dialog.close()
    watch._round.stop()
    watch._idle.stop()
