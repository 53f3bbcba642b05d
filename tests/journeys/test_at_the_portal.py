"""What goes another way than one hoped: a wrong key, no network, more papers wanted, a result nobody can vouch for."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.journeys.screen_kit import BUTTONS, FIELDS, ROOT, Window, at_screen
from tests.journeys.stage_kit import COMPANY_NAME, KEY_WORDS, OTHER, OTHER_NAME, Stage, stage


def hoso(on: Stage, *words: str | Path) -> tuple[int, Any]:
    """Run a command of the program on the stage."""
    done = subprocess.run(
        [sys.executable, "-m", "desktop", *on.arguments, *map(str, words), "--json"],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return done.returncode, json.loads(done.stdout)


def passphrase_file(on: Stage) -> Path:
    path = on.home / "mat-khau-khoa.txt"
    path.write_text(KEY_WORDS, encoding="utf-8")
    return path


def open_dossier(window: Window) -> None:
    """Open the only dossier from the list of dossiers, by keys."""
    window.find("list", "Các trang")
    window.see("Kho hồ sơ đã mở.")
    window.keys("ctrl+2")
    window.find("list item", "Khai thuế giá trị gia tăng")
    window.focus("list", "Hồ sơ")
    window.keys("Home", "Return")


def take_key(window: Window, path: Path) -> None:
    """Open a key file on the page for signing."""
    window.write("Tệp khóa", str(path), role=FIELDS)
    window.focus(FIELDS, "Mật khẩu của tệp khóa")
    window.type(KEY_WORDS)
    window.keys("Return")


def sign(window: Window, path: Path) -> None:
    """Sign the open dossier with a key file."""
    window.find(BUTTONS, "Ký, chưa ký")
    window.keys("ctrl+Return")
    window.find(FIELDS, "Mật khẩu của tệp khóa")
    take_key(window, path)
    window.press("Tôi đã đọc và vẫn ký")
    window.press("Ký hồ sơ", exact=True)
    window.press("Xem lại và nộp")


def test_the_key_of_another_company_is_refused_before_anything_is_signed(tmp_path: Path) -> None:
    with stage(tmp_path) as desk:
        with at_screen(tmp_path / "screen", "wrong-key", desk.arguments) as window:
            open_dossier(window)
            window.find(BUTTONS, "Ký, chưa ký, việc tiếp theo")
            window.keys("ctrl+Return")
            window.find(FIELDS, "Mật khẩu của tệp khóa")
            take_key(window, desk.key(OTHER))
            window.find("radio button", f"Chứng thư của {OTHER_NAME}")
            window.see("Không ký được bằng chứng thư này với tư cách này.")
            told = window.tell()
            assert OTHER in told
            assert COMPANY_NAME in told
            assert "sensitive" not in window.find(BUTTONS, "Ký hồ sơ", exact=True).states
            window.shot("tu-choi")
            window.close()
        code, told = hoso(
            desk, "dossier", "sign", desk.dossier, "--p12", desk.key(OTHER),
            "--passphrase-file", passphrase_file(desk), "--role", "legal_representative", "--accept-unconfirmed",
        )  # fmt: skip
        assert code == 1
        assert told["error"]["code"]
        assert hoso(desk, "dossier", "show", desk.dossier)[1]["state"] == "PREPARED"


def test_a_day_without_network_and_the_sending_in_the_evening(tmp_path: Path) -> None:
    with stage(tmp_path) as desk:
        desk.offline()
        with at_screen(tmp_path / "screen", "offline-day", desk.arguments) as window:
            open_dossier(window)
            sign(window, desk.key())
            window.press("Tôi đã đọc và vẫn nộp")
            window.press("Nộp hồ sơ", exact=True)
            window.see("1 hồ sơ chờ gửi")
            window.shot("cho-gui")
            code, told = hoso(desk, "outbox", "list")
            assert (code, [item["state"] for item in told["items"]]) == (0, ["QUEUED"])
            desk.online()
            window.keys("ctrl+6")
            window.press("Gửi ngay")
            window.see("Hộp gửi trống")
            window.shot("da-gui")
            window.close()
        code, told = hoso(desk, "status", desk.dossier)
        assert code == 0
        assert told["dossiers"][0]["receipt"] == {"trusted": True}


def follow(window: Window, words: str) -> None:
    """Open the filed dossier and ask the portal until these words stand there."""
    open_dossier(window)
    window.find(BUTTONS, "Hỏi cổng")
    for _ in range(8):
        if window.look(None, words) is not None:
            return
        window.press("Hỏi cổng")
        window.find(BUTTONS, "Hỏi cổng", able=True)
    window.see(words, seconds=10)


def test_more_papers_are_wanted_and_sent(tmp_path: Path) -> None:
    with (
        stage(tmp_path, filed=True, scenario="supplement") as desk,
        at_screen(tmp_path / "screen", "supplement", desk.arguments) as window,
    ):
        follow(window, "Yêu cầu bổ sung")
        window.shot("yeu-cau")
        window.press("Bổ sung", exact=True)
        sign(window, desk.key())
        window.shot("da-ky-lai")
        window.press("Tôi đã đọc và vẫn nộp")
        window.press("Nộp hồ sơ", exact=True)
        window.see("Biên nhận: Có, chữ ký đúng")
        window.shot("da-bo-sung")
        window.close()


def test_more_papers_are_wanted_and_sent_by_commands(tmp_path: Path) -> None:
    with stage(tmp_path, filed=True, scenario="supplement") as desk:
        for _ in range(8):
            code, told = hoso(desk, "status", desk.dossier)
            if told["dossiers"][0]["status"] == 5:
                break
        assert told["dossiers"][0]["raw"] == "Yêu cầu bổ sung giấy tờ"
        code, told = hoso(desk, "dossier", "supplement", desk.dossier)
        assert (code, told["revision"], len(told["requests"])) == (0, 2, 1)
        key = ("--p12", desk.key(), "--passphrase-file", passphrase_file(desk))
        assert hoso(desk, "dossier", "sign", desk.dossier, *key, "--accept-unconfirmed")[0] == 0
        code, told = hoso(desk, "dossier", "submit", desk.dossier, "--accept-unconfirmed")
        assert (code, told["state"]) == (0, "DONE")


def test_a_result_signed_by_a_stranger_is_not_called_valid(tmp_path: Path) -> None:
    with stage(tmp_path, filed=True, scenario="bad-result") as desk:
        with at_screen(tmp_path / "screen", "bad-result", desk.arguments) as window:
            follow(window, "Tải kết quả và kiểm chữ ký")
            window.press("Tải kết quả và kiểm chữ ký")
            window.see("Chữ ký của kết quả chưa được xác nhận là hợp lệ; hãy hỏi lại cơ quan cấp.")
            assert window.look(None, "HỢP LỆ", exact=True) is None
            window.shot("ket-qua")
            window.close()
        code, told = hoso(desk, "result", desk.dossier, "--out", tmp_path / "ket-qua")
        assert code == 1, told
