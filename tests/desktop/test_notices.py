"""How the applicant wants to hear of a dossier: chosen, sent with it, obeyed by the portal, remembered with consent."""

from __future__ import annotations

import base64
import sqlite3
from typing import Any

import pytest
import requests

from desktop import filing
from desktop.filing.errors import NoticeAddressMissing, NoticeChannelUnknown, NoticesSent
from tests.desktop import ui_kit

MAIL, PHONE = "giam-doc@anhduong.example", "0987654321"


@pytest.fixture(scope="module")
def place() -> Any:
    return ui_kit.place()


def mails(place: Any, code: str) -> set[tuple[str, str]]:
    """Return by which way and to whom the practice portal would have written about a dossier."""
    with sqlite3.connect(place.portal.database) as database:
        return set(database.execute("SELECT channel, receiver FROM mails WHERE code = ?", (code,)))


def test_what_was_chosen_goes_with_the_dossier_and_the_portal_keeps_to_it(place: Any) -> None:
    desk = place.desk
    dossier = place.draft("2026-03")
    # What the client agreed to is offered, and nothing is chosen until somebody does.
    assert filing.notices_of(desk, dossier) is None
    offered = filing.offered_notices(desk, dossier)
    assert (offered.channels, offered.email, offered.phone) == (
        ("portal",), ui_kit.FACTS["email"], ui_kit.FACTS["phone"],
    )  # fmt: skip
    filing.choose_notices(desk, dossier, ["sms", "email"], email=f" {MAIL} ", phone="0987 654 321")
    place.sign(dossier)
    # Also after it was signed: an address is no part of what is signed.
    chosen = filing.choose_notices(desk, dossier, ["email"], email=MAIL)
    assert chosen.to_json() == {"channels": ["portal", "email"], "email": MAIL, "phone": None}
    item = place.submit(dossier)
    assert item.state == "DONE"
    revision = desk.workspace.dossiers.revision(dossier)
    body = revision.manifest.split(".")[1]
    assert MAIL.encode() not in base64.urlsafe_b64decode(body + "=="), "addresses are not in what is handed on"
    assert mails(place, item.code) == {("email", MAIL)}
    page = requests.get(place.portal.clerk_url, timeout=30).text
    assert MAIL in page
    with pytest.raises(NoticesSent):
        filing.choose_notices(desk, dossier, ["portal"])
    # The portal tells by which ways, and no address.
    shown = filing.status_view(desk, dossier).to_json()
    assert filing.notices_of(desk, dossier) == chosen
    assert MAIL not in str(shown)


def test_on_the_portal_alone_means_no_mail_and_no_wish_means_as_the_portal_does(place: Any) -> None:
    quiet, usual = place.draft("2026-02"), place.draft("2026-01")
    filing.choose_notices(place.desk, quiet, ["portal"])
    codes = []
    for dossier in (quiet, usual):
        place.sign(dossier)
        codes.append(place.submit(dossier).code)
    assert mails(place, codes[0]) == set()
    assert {channel for channel, _ in mails(place, codes[1])} == {"email", "phone"}


def test_it_is_remembered_only_where_the_client_agrees_and_forgotten_with_the_consent(place: Any) -> None:
    desk = place.desk
    client = desk.workspace.clients.get(ui_kit.SHOP)
    first = place.draft("2026-03", ui_kit.SHOP, fill=False)
    filing.choose_notices(desk, first, ["email"], email=MAIL)
    assert filing.notices_of(desk, place.draft("2026-02", ui_kit.SHOP, fill=False)) is None
    filing.choose_notices(desk, first, ["sms"], phone=PHONE, remember=True)
    assert filing.remembers_notices(desk, first)
    wish = filing.notices_of(desk, place.draft("2026-01", ui_kit.SHOP, fill=False))
    assert wish is not None
    assert (wish.channels, wish.email, wish.phone) == (("portal", "sms"), None, PHONE)
    # Another client has nothing of it.
    assert filing.notices_of(desk, place.draft("2025-12", fill=False)) is None
    desk.workspace.clients.consent(client, ["notice_channels", "notice_email", "notice_phone"], given=False)
    assert filing.notices_of(desk, place.draft("2025-12", ui_kit.SHOP, fill=False)) is None
    assert filing.offered_notices(desk, place.draft("2025-11", ui_kit.SHOP, fill=False)).phone is None


def test_a_way_needs_its_address(place: Any) -> None:
    desk, dossier = place.desk, place.draft("2025-10", ui_kit.SHOP, fill=False)
    for channels, more in ((["email"], {}), (["email"], {"email": "không phải thư"}), (["sms"], {"phone": "12"})):
        with pytest.raises(NoticeAddressMissing):
            filing.choose_notices(desk, dossier, channels, **more)  # type: ignore[arg-type]  # only texts are given
    with pytest.raises(NoticeChannelUnknown):
        filing.choose_notices(desk, dossier, ["fax"])
    assert filing.notices_of(desk, dossier) is None


@pytest.mark.parametrize(
    "wish",
    [
        {"channels": []}, {"channels": ["fax"]}, {"channels": ["email"]}, {"channels": ["sms"], "email": MAIL},
        {"channels": ["portal"], "more": 1}, {"channels": ["email"], "email": "x" * 300},
    ],
)  # fmt: skip
def test_the_portal_refuses_a_wish_that_cannot_be_met(place: Any, wish: dict[str, Any]) -> None:
    told = requests.post(f"{place.portal.url}/v1/session/practice", json={"person": "Thử"}, timeout=10).json()
    answer = requests.put(
        f"{place.portal.url}/v1/submissions/{'k' * 20}", json={"manifest": "a.b.c", "notices": wish}, timeout=10,
        headers={"Authorization": f"Bearer {told['access_token']}"},
    )  # fmt: skip
    assert answer.status_code == 422
    assert answer.json()["code"] in ("NOTICES_INVALID", "REQUEST_INVALID"), answer.text


def test_the_window_takes_it_where_one_chooses_how_the_result_comes(place: Any) -> None:
    from PySide6.QtWidgets import QLabel

    from desktop.ui.filling.notices import NoticeChoice

    dossier = place.draft("2025-09")
    place.sign(dossier)
    frame = ui_kit.window()
    try:
        frame.go("review", dossier=dossier)
        ui_kit.settle(frame)
        page = frame.stack.currentWidget()
        choice = page.findChild(NoticeChoice)
        assert choice is not None
        assert choice.email.text() == ui_kit.FACTS["email"]
        choice.phone.setText("")
        choice.by_sms.setChecked(True)
        ui_kit.settle(frame)
        assert filing.notices_of(place.desk, dossier) is None, "a way waits for its address"
        choice.phone.setText(PHONE)
        choice.phone.editingFinished.emit()
        ui_kit.settle(frame)
        wish = filing.notices_of(place.desk, dossier)
        assert wish is not None
        assert (wish.channels, wish.phone) == (("portal", "sms"), PHONE)
        assert place.submit(dossier).state == "DONE"
        frame.go("home")
        frame.go("review", dossier=dossier)
        ui_kit.settle(frame)
        page = frame.stack.currentWidget()
        assert page.findChild(NoticeChoice) is None
        assert any(f"tin nhắn đến {PHONE}" in label.text() for label in page.findChildren(QLabel))
    finally:
        ui_kit.put_away(frame)
