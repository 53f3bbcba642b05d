"""From the first start to a receipt, with nothing but keys and what a screen reader can press; then the next month."""

from __future__ import annotations

from pathlib import Path

from tests.journeys.screen_kit import BUTTONS, FIELDS, at_screen

PASSPHRASE = "con duong xua em di"


def test_from_first_start_to_a_filed_practice_dossier(tmp_path: Path) -> None:
    """Three steps: try the practice portal, sign, file; the made-up company's key lies ready with its passphrase."""
    with at_screen(tmp_path / "screen", "first-dossier", ["--home", str(tmp_path / "hoso")]) as window:
        window.find(BUTTONS, "Tiếp tục")
        window.shot("chao")
        window.keys("alt+h")
        window.write("Mật khẩu", PASSPHRASE)
        window.write("Gõ lại", PASSPHRASE)
        window.shot("mat-khau")
        window.keys("Return")
        window.find(BUTTONS, "Ký, chưa ký, việc tiếp theo")
        assert window.see("THỰC HÀNH").role != "label"
        assert window.text("[05] Mã số thuế") == "0999999888"
        window.shot("ho-so")

        window.keys("ctrl+Return")
        window.find(FIELDS, "Mật khẩu của tệp khóa")
        window.see("Mật khẩu của khóa thực hành: thuc-hanh")
        window.type("thuc-hanh")
        window.keys("Return")
        window.see("Chứng thư phù hợp với khách hàng và tư cách ký")
        assert "sensitive" not in window.find(BUTTONS, "Ký hồ sơ", exact=True).states
        window.press("Tôi đã đọc và vẫn ký")
        window.shot("ky")
        window.press("Ký hồ sơ", exact=True)
        window.find(BUTTONS, "Xem lại và nộp", able=True)
        window.shot("da-ky")
        window.press("Xem lại và nộp")

        window.press("Tôi đã đọc và vẫn nộp")
        window.shot("xem-lai")
        window.press("Nộp hồ sơ", exact=True)
        window.see("Biên nhận: Có, chữ ký đúng")
        window.see("Diễn biến")
        window.shot("theo-doi")
        window.close()
