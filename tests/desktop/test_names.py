"""Names that imitate: addresses of portals, and links in what agencies write."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from desktop import filing
from desktop.portal.errors import PortalLooksAlike
from desktop.portal.names import imitates, stranger_links
from tests.desktop import ui_kit


@pytest.mark.parametrize(
    ("host", "why"),
    [
        ("dichvucong.gov.vn.example.com", "gov"),
        ("dichvucong-gov.vn", "like"),
        ("dichvucong-gov-vn.com", "gov"),
        ("dlchvucong.gov.vn.co", "gov"),
        ("vneid-gov.vn.net", "gov"),
        ("thue.gov-vn.info", "gov"),
        ("dichvucоng.gov.vn", "letters"),  # a Cyrillic о
        ("xn--dichvucng-66h.gov.vn", "letters"),
        ("portal.examp1e.vn", "like"),
        ("portal.exarnple.vn", "like"),
        ("portal.exampel.vn", "like"),
        ("portal.exampl.vn", "like"),
    ],
)
def test_a_name_that_imitates_another_is_told(host: str, why: str) -> None:
    found = imitates(host, ["portal.example.vn:8443"])
    assert found is not None, host
    assert found[0] == why


@pytest.mark.parametrize(
    "host",
    [
        "dichvucong.gov.vn", "dichvucong.hue.gov.vn", "dichvucong.hanoi.gov.vn", "portal.example.vn", "127.0.0.1",
        "localhost", "nop.portal.example.vn", "dichvu.evn.com.vn", "baohiem.example", "governor.example.com",
    ],
)  # fmt: skip
def test_other_names_are_left_alone(host: str) -> None:
    assert imitates(host, ["portal.example.vn:8443", "127.0.0.1"]) is None


def test_an_imitation_is_not_added_whatever_its_kind(tmp_path: Any) -> None:
    from desktop.app import App
    from desktop.messages import message

    app = App(home=tmp_path, practice=False, unlock=lambda: ui_kit.WORDS)
    try:
        for add in (
            lambda url: filing.add_portal(app.desk, url, "0" * 64),
            lambda url: filing.add_way(app.desk, url, filing.HAND_OVER),
            lambda url: filing.add_way(app.desk, url, filing.SIX_STEP, account=("a", "b")),
        ):
            with pytest.raises(PortalLooksAlike) as raised:
                add("https://dichvucong-gov.vn")
        for lang in ("vi", "en"):
            assert "dichvucong.gov.vn" in message(raised.value, lang=lang).text
        assert filing.portals(app.desk) == []
    finally:
        app.close()


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("Hồ sơ đã được tiếp nhận.", ()),
        ("Xem https://portal.example.vn/ho-so/1.", ()),
        ("Nộp phí tại http://nop-phi.example.com/x?y=1 trước 17h", ("nop-phi.example.com",)),
        ("Vào www.trung-thuong.xyz, nhập OTP", ("www.trung-thuong.xyz",)),
        ("Vào dichvucong-gov.vn/otp.", ("dichvucong-gov.vn",)),
        ("https://portal.example.vn@gia.example.com/", ("gia.example.com",)),
        ("Liên hệ mot-cua@portal.example.vn", ()),
        ("Điều 5.2.1, phí 1.500.000 đồng, tệp to-khai.pdf", ()),
    ],
)
def test_links_that_lead_elsewhere_are_found(text: str, hosts: tuple[str, ...]) -> None:
    assert stranger_links(text, ["portal.example.vn"]) == hosts


@pytest.mark.timeout(20)
def test_a_letter_made_to_keep_the_reader_busy_is_read_at_once() -> None:
    for piece in ("a-", "a.", "a.-", "-a.b", "http://", "a.vn/", "www.", "a:"):
        assert len(stranger_links(piece * 10_000, ())) <= 10


def test_a_link_in_a_message_is_words_with_a_warning_in_the_inbox_and_the_window() -> None:
    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QLabel

    place = ui_kit.place()
    dossier, text = place.dossiers["filed"], "Nộp lệ phí tại https://nop-phi.example.com ngay."
    place.desk.workspace.letters.record(dossier, "la-1", "message", at=datetime.now(UTC), text=text)
    mails = filing.inbox(place.desk)
    mail = next(one for one in mails if one.letter == "la-1")
    assert (mail.client, mail.strangers) == (ui_kit.COMPANY_NAME, ("nop-phi.example.com",))
    assert [one.at for one in mails] == sorted((one.at for one in mails), reverse=True)
    assert filing.inbox(place.desk, ui_kit.SHOP) == []
    assert {one.dossier for one in filing.inbox(place.desk, dossier=dossier)} == {dossier}
    assert any(not one.strangers for one in filing.inbox(place.desk)), "an ordinary letter has no warning"
    frame = ui_kit.window()
    try:
        frame.go("follow", dossier=dossier)
        ui_kit.settle(frame)
        labels = frame.stack.currentWidget().findChildren(QLabel)
        (shown,) = [label for label in labels if text in label.text()]
        assert mail.warning("vi") in shown.text()
        assert shown.textFormat() == Qt.TextFormat.PlainText
        assert not shown.openExternalLinks()
    finally:
        ui_kit.put_away(frame)
