"""Signing with USB tokens in the window: read before any PIN, asked once with its warning, pulled and put back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificate
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget

from desktop.filing import tokens as filing_tokens
from tests.desktop import ui_kit
from tests.signing.token_kit import PIN, FakeToken, Pair, compile_fake, fake_token

pytestmark = pytest.mark.filterwarnings("ignore:.*propagateSizeHints.*")
READY = 0x40D


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compile_fake(tmp_path_factory.mktemp("fake"))


@pytest.fixture
def fake(driver: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeToken:
    """Plug the shop's token in; its driver is the only one on this computer."""
    from signing.doctor import Found

    issued = ui_kit.place().portal.authority.issue(ui_kit.SHOP_NAME, tax_code=ui_kit.SHOP)
    token = fake_token(driver, tmp_path, Pair(issued.key, issued.certificate.public_bytes(Encoding.DER)))
    monkeypatch.setenv("FAKE_P11", str(token.state))
    monkeypatch.setattr(filing_tokens, "_modules", lambda module: [Found(token.module, "Thử nghiệm", "named")])
    return token


@pytest.fixture
def frame(qtbot: Any, qapp: Any) -> Iterator[Any]:
    made = ui_kit.window()
    made.activateWindow()
    yield made
    made._leave()
    ui_kit.place().desk.workspace.settings.set("sign.token", "")
    ui_kit.put_away(made)


def opened(frame: Any, qtbot: Any, period: str) -> tuple[Any, str]:
    """Open the Sign page on a new dossier of the shop and choose the token."""
    name = ui_kit.place().draft(period, ui_kit.SHOP)
    frame.go("sign", dossier=name)
    page = frame.page("sign")
    qtbot.waitUntil(lambda: page._ready is not None and page._ready.view.id == name, timeout=20000)
    page.keys.kinds["token"].click()
    qtbot.waitUntil(lambda: page._judged is not None or page.keys.look_button.isEnabled(), timeout=30000)
    return page, name


def ready(page: Any, qtbot: Any) -> None:
    """Say yes to what is to be confirmed."""
    qtbot.waitUntil(lambda: page._judged is not None, timeout=20000)
    assert not page._judged.refused
    for box in page._yes:
        box.setChecked(True)
    assert page.sign_button.isEnabled(), page.why_not.text()


def focused() -> QWidget:
    found = QApplication.focusWidget()
    assert found is not None
    return found


def dialog(qtbot: Any) -> Any:
    """Wait for the PIN's dialog."""
    qtbot.waitUntil(lambda: QApplication.activeModalWidget() is not None, timeout=20000)
    return QApplication.activeModalWidget()


def seen(widget: QWidget) -> str:
    QApplication.processEvents()  # what was laid out just now is shown at the next turn
    found = [label.text() for label in widget.findChildren(QLabel) if label.isVisible()]
    return "\n".join(found)


def until_done(page: Any, qtbot: Any) -> None:
    qtbot.waitUntil(lambda: page._job is None, timeout=90000)


def state(name: str) -> str:
    return str(ui_kit.place().desk.workspace.dossiers.get(name).state)


def test_a_dossier_is_signed_by_a_token_with_keys_alone(frame: Any, qtbot: Any, fake: FakeToken) -> None:
    page, name = opened(frame, qtbot, "2025-01")
    qtbot.waitUntil(lambda: "USB token “Token Ánh Dương”" in seen(page), timeout=20000)
    words = seen(page)
    assert fake.pins == []  # the certificate is read, nobody has logged in
    assert ui_kit.SHOP in words
    ready(page, qtbot)
    page.sign_button.setFocus()
    QTest.keyClick(page.sign_button, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    asked = dialog(qtbot)
    assert asked.warning is None
    assert ui_kit.SHOP_NAME in seen(asked)
    assert not asked.give.isEnabled()
    assert focused() is asked.pin
    assert isinstance(asked.pin, QLineEdit)
    assert asked.pin.echoMode() == QLineEdit.EchoMode.Password
    QTest.keyClicks(asked.pin, PIN)
    QTest.keyClick(asked.pin, Qt.Key.Key_Return)
    until_done(page, qtbot)
    assert state(name) == "SIGNED"
    assert fake.pins == ["C_Login 1 6"]
    assert fake.calls[-1] == "C_Logout"
    words = seen(page)
    assert "đọc lại và thấy đúng" in words
    chips = [w.accessibleName() for w in page.state.parentWidget().findChildren(QWidget) if w.accessibleName()]
    assert "HỢP LỆ" in [one.upper() for one in chips]
    kept = ui_kit.place().desk.workspace.evidence.list(name)
    assert {"certificate", "chain", "crl", "check"} <= {one.kind for one in kept}


def test_no_pin_is_asked_for_another_companys_token(frame: Any, qtbot: Any, fake: FakeToken) -> None:
    name = ui_kit.place().draft("2025-02", ui_kit.COMPANY)
    frame.go("sign", dossier=name)
    page = frame.page("sign")
    qtbot.waitUntil(lambda: page._ready is not None and page._ready.view.id == name, timeout=20000)
    page.keys.kinds["token"].click()
    qtbot.waitUntil(lambda: page._judged is not None, timeout=30000)
    assert page._judged.refused
    assert not page.sign_button.isEnabled()
    assert "mã số thuế" in seen(page).casefold()
    assert fake.pins == []


def test_esc_at_the_pin_sends_nothing_and_signs_nothing(frame: Any, qtbot: Any, fake: FakeToken) -> None:
    page, name = opened(frame, qtbot, "2025-03")
    ready(page, qtbot)
    page.sign()
    asked = dialog(qtbot)
    QTest.keyClicks(asked.pin, PIN)
    QTest.keyClick(asked, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: page.stopped_card() is not None, timeout=20000)
    page.stopped_card().stop.click()
    until_done(page, qtbot)
    assert state(name) == "PREPARED"
    assert fake.pins == []
    assert page.sign_button.isEnabled()


def test_a_wrong_pin_is_told_and_only_a_new_one_is_sent(frame: Any, qtbot: Any, fake: FakeToken) -> None:
    page, name = opened(frame, qtbot, "2025-04")
    ready(page, qtbot)
    page.sign()
    asked = dialog(qtbot)
    QTest.keyClicks(asked.pin, "000000")
    QTest.keyClick(asked.pin, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.stopped_card() is not None, timeout=20000)
    assert "Sai mã PIN" in seen(page.stopped_card())
    assert fake.pins == ["C_Login 1 6"]
    fake.set(flags=f"{READY | 0x10000:x}")
    page.stopped_card().again.click()
    asked = dialog(qtbot)
    assert asked.pin.text() == ""
    assert asked.warning is not None  # the token says that a wrong one was given
    QTest.keyClicks(asked.pin, PIN)
    QTest.keyClick(asked.pin, Qt.Key.Key_Return)
    until_done(page, qtbot)
    assert state(name) == "SIGNED"
    assert len(fake.pins) == 2


def test_the_last_try_needs_a_tick(frame: Any, qtbot: Any, fake: FakeToken) -> None:
    fake.set(flags=f"{READY | 0x20000:x}")
    page, name = opened(frame, qtbot, "2025-05")
    assert "khóa" in seen(page.keys)
    ready(page, qtbot)
    page.sign()
    asked = dialog(qtbot)
    QTest.keyClicks(asked.pin, PIN)
    assert not asked.give.isEnabled()
    QTest.keyClick(asked.pin, Qt.Key.Key_Return)
    assert fake.pins == []
    asked.consent.setChecked(True)
    asked.give.click()
    until_done(page, qtbot)
    assert state(name) == "SIGNED"


def test_a_locked_token_is_told_and_nothing_is_asked(frame: Any, qtbot: Any, fake: FakeToken) -> None:
    fake.set(flags=f"{READY | 0x40000:x}")
    page, name = opened(frame, qtbot, "2025-06")
    ready(page, qtbot)
    page.sign()
    until_done(page, qtbot)
    assert QApplication.activeModalWidget() is None
    assert state(name) == "PREPARED"
    assert fake.pins == []
    assert "khóa" in seen(frame)


def test_pulled_out_and_put_back_goes_on_without_a_second_pin(frame: Any, qtbot: Any, fake: FakeToken) -> None:
    page, name = opened(frame, qtbot, "2025-07")
    ready(page, qtbot)
    fake.set(signatures=1)
    page.sign()
    asked = dialog(qtbot)
    QTest.keyClicks(asked.pin, PIN)
    QTest.keyClick(asked.pin, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.stopped_card() is not None, timeout=30000)
    assert f"Cắm token của {ui_kit.SHOP_NAME}" in seen(page.stopped_card())
    assert state(name) == "PREPARED"
    fake.set(signatures="-")
    page.stopped_card().again.click()
    until_done(page, qtbot)
    assert state(name) == "SIGNED"
    assert set(fake.pins) == {"C_Login 1 6"}


def test_on_a_pin_pad_no_pin_is_typed_here(frame: Any, qtbot: Any, fake: FakeToken) -> None:
    fake.set(flags=f"{READY | 0x100:x}", login="50")
    page, name = opened(frame, qtbot, "2025-08")
    ready(page, qtbot)
    page.sign()
    asked = dialog(qtbot)
    assert not asked.pin.isVisible()
    asked.give.click()
    qtbot.waitUntil(lambda: page.stopped_card() is not None, timeout=20000)
    assert "sai" not in seen(page.stopped_card()).casefold()
    fake.set(login="-")
    page.stopped_card().again.click()
    dialog(qtbot).give.click()
    until_done(page, qtbot)
    assert state(name) == "SIGNED"
    assert all("null" in call for call in fake.pins)


def test_stop_while_the_pin_is_asked_ends_it(frame: Any, qtbot: Any, fake: FakeToken) -> None:
    page, name = opened(frame, qtbot, "2025-09")
    ready(page, qtbot)
    page.sign()
    asked = dialog(qtbot)
    page._stop()
    until_done(page, qtbot)
    assert state(name) == "PREPARED"
    assert fake.pins == []
    qtbot.waitUntil(lambda: QApplication.activeModalWidget() is not asked, timeout=5000)


def test_without_a_token_one_may_ask_why(frame: Any, qtbot: Any, fake: FakeToken) -> None:
    fake.set(present=0)
    page, _ = opened(frame, qtbot, "2025-10")
    qtbot.waitUntil(lambda: page.keys.look_button.isEnabled(), timeout=20000)
    assert "Chưa thấy chứng thư nào" in seen(page)
    page.keys.why()
    told = dialog_of(frame, "Doctor")
    qtbot.waitUntil(lambda: told.report is not None, timeout=30000)
    words = seen(told)
    assert "NO_TOKEN" in words
    told.copy.click()
    assert "F00D1234" not in QApplication.clipboard().text()
    told.accept()
    fake.set(present=1)
    page.keys.look_button.click()
    qtbot.waitUntil(lambda: page._judged is not None, timeout=30000)


def dialog_of(frame: Any, kind: str) -> Any:
    return next(one for one in QApplication.topLevelWidgets() if type(one).__name__ == kind and one.isVisible())


def test_everything_has_a_name_for_a_screen_reader(frame: Any, qtbot: Any, fake: FakeToken) -> None:
    fake.set(flags=f"{READY | 0x20000:x}")
    page, _ = opened(frame, qtbot, "2025-11")
    ready(page, qtbot)
    page.sign()
    asked = dialog(qtbot)
    name: Callable[[QWidget], str] = lambda one: (  # noqa: E731  # a label's buddy is its name
        one.accessibleName() or (one.text() if isinstance(one, QAbstractButton) else "")
    )
    for one in [*asked.findChildren(QAbstractButton), asked.pin]:
        if one.isVisible():
            assert name(one), one
    assert asked.warning.accessibleName()
    order = []
    asked.pin.setFocus()
    for _ in range(4):
        order.append(focused())
        QTest.keyClick(focused(), Qt.Key.Key_Tab)
    assert asked.consent in order
    assert asked.away in order
    asked.reject()
    qtbot.waitUntil(lambda: page.stopped_card() is not None, timeout=20000)
    assert page.stopped_card().accessibleName()
    page.stopped_card().stop.click()
    until_done(page, qtbot)


def test_a_dossier_is_signed_by_a_remote_service(frame: Any, qtbot: Any) -> None:
    from types import SimpleNamespace

    from desktop import filing
    from tests.signing.phone_stand_in import ACCOUNT, PASSWORD, USER, PhoneService

    there = ui_kit.place()
    issued = there.portal.authority.issue(ui_kit.SHOP_NAME, tax_code=ui_kit.SHOP)
    der = issued.certificate.public_bytes(Encoding.DER)
    chain = [load_pem_x509_certificate(pem) for pem in issued.chain_pem]
    held = SimpleNamespace(private=issued.key, certificate=issued.certificate, chain=chain, der=der)
    with PhoneService([held]) as service:
        service.phone.after = 0
        filing.add_remote(
            there.desk, "SmartCA", "confirm", f"{service.url}/sca/sp769", user=USER, account=ACCOUNT, secret=PASSWORD
        )
        name = there.draft("2025-12", ui_kit.SHOP)
        frame.go("sign", dossier=name)
        page = frame.page("sign")
        qtbot.waitUntil(lambda: page._ready is not None and page._ready.view.id == name, timeout=20000)
        assert page.keys.kinds["remote"].isVisible()
        page.keys.kinds["remote"].click()
        page.keys.remote_button.click()
        ready(page, qtbot)
        assert "dịch vụ ký số từ xa SmartCA" in seen(page)
        told: list[str] = []
        page._asker.waits.connect(told.append)
        page.sign()
        until_done(page, qtbot)
        assert state(name) == "SIGNED"
        assert any("điện thoại" in words for words in told)
        filing.remove_remote(there.desk, "SmartCA")
