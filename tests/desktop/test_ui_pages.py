"""The pages, each as a person uses it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QLabel, QLineEdit, QWidget

from desktop import filing
from desktop.ui import words
from desktop.ui.rows import Line, LineList
from tests.desktop import ui_kit

CATALOGUE = Path(os.environ.get("HOSO_NATIONAL_RECORDS", "/nowhere"))


@pytest.fixture
def frame() -> Any:
    made = ui_kit.window()
    yield made
    ui_kit.put_away(made)


def go(frame: Any, page: str, **facts: Any) -> Any:
    known = ui_kit.place().dossiers
    frame.go(page, **{name: known.get(value, value) for name, value in facts.items()})
    ui_kit.settle(frame)
    return frame.stack.currentWidget()


def texts(widget: QWidget) -> str:
    """Return all words that are seen."""
    found = [label.text() for label in widget.findChildren(QLabel) if label.isVisible()]
    found += [b.text().replace("&", "") for b in widget.findChildren(QAbstractButton) if b.isVisible()]
    found += [w.accessibleName() for w in widget.findChildren(QWidget) if w.isVisible()]
    return "\n".join(found)


def press(frame: Any, widget: QWidget, text: str) -> None:
    """Press the one visible button with these words."""
    found = [
        button
        for button in widget.findChildren(QAbstractButton)
        if button.isVisible() and button.text().replace("&", "") == text
    ]
    assert found, f"no button {text!r} in:\n{texts(widget)}"
    QTest.mouseClick(found[0], Qt.MouseButton.LeftButton)
    ui_kit.settle(frame)


def lines(found: LineList) -> list[Line]:
    return [found.lines.line(found.lines.index(row)) for row in range(found.lines.rowCount())]


# --- home ---------------------------------------------------------------------------------------------


def test_home_shows_only_groups_that_have_something(frame: Any) -> None:
    page = go(frame, "home")
    seen = texts(page)
    assert "Đến hạn" in seen
    assert "Chứng thư sắp hết hạn" not in seen
    rows = [w for w in page.findChildren(QWidget) if type(w).__name__ == "AgendaRow"]
    assert rows
    for row in rows:
        buttons = row.findChildren(QAbstractButton)
        assert len(buttons) == 1
        assert buttons[0].accessibleName().count(":") >= 1


def test_home_says_how_late_a_return_is(frame: Any) -> None:
    page = go(frame, "home")
    assert "quá hạn" in texts(page) or "còn" in texts(page)
    press(frame, page, "Xem và nộp")
    assert frame._here[0] == "review" or frame._here[0] == "home"


# --- dossiers -----------------------------------------------------------------------------------------


def test_dossiers_are_found_without_diacritics(frame: Any) -> None:
    page = go(frame, "dossiers")
    everything = len(lines(page.list))
    assert everything >= 7
    page.words.setText("dong bang song cuu long")
    ui_kit.settle(frame)
    assert {line.below for line in lines(page.list)} == {ui_kit.SHOP_NAME}
    page.words.setText("Đồng Bằng Sông Cửu Long")
    ui_kit.settle(frame)
    assert {line.below for line in lines(page.list)} == {ui_kit.SHOP_NAME}
    page.words.clear()
    ui_kit.settle(frame)
    press(frame, page, "Đã xong")
    ended = [line.marks[0].text for line in lines(page.list)]
    assert "Đã trả kết quả" in ended
    assert set(ended) <= {"Đã trả kết quả", "Đã xử lý xong"}
    press(frame, page, "Tất cả")


def test_a_filed_dossier_opens_where_it_is_followed(frame: Any) -> None:
    page = go(frame, "dossiers")
    page.list.choose((ui_kit.place().dossiers["done"], "SUBMITTED"))
    QTest.keyClick(page.list, Qt.Key.Key_Return)
    ui_kit.settle(frame)
    assert frame._here[0] == "follow"


# --- procedures ---------------------------------------------------------------------------------------


def test_procedures_answer_while_one_types_among_thousands(frame: Any, tmp_path: Path) -> None:
    page = go(frame, "procedures")
    source = tmp_path / "records"
    source.mkdir()
    with (source / "catalog.jsonl").open("w", encoding="utf-8") as file:
        for number in range(6000):
            row = {
                "id": f"id-{number}", "code": f"9.{number:06}", "state": "ACTIVE", "type": "TTHC",
                "name": f"Thủ tục cấp giấy phép số {number} đối với cơ sở sản xuất kinh doanh",
                "categories": [f"Lĩnh vực {number % 40}"], "departments": [f"Sở {number % 25}"],
                "formalityTargetType": ["Doanh nghiệp"],
            }  # fmt: skip
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    page.import_from(source)
    ui_kit.settle(frame, 60)
    assert "Đã nhập 6.000 thủ tục" in texts(page)
    assert page.field.count() > 40
    widgets = len(page.findChildren(QWidget))
    for end in range(1, len("giay phep so 4242") + 1):
        page.words.setText("giay phep so 4242"[:end])
    assert lines(page.list)[0].key == "9.004242"
    assert len(page.findChildren(QWidget)) <= widgets + 4
    page.words.setText("giay phep")
    for _ in range(3):
        page.list.scrollToBottom()
        ui_kit.settle(frame)
    assert page.list.lines.rowCount() > 100
    page.words.setText("")
    page.level.setCurrentIndex(page.level.findData(4))
    assert all("Mức độ 4" in [mark.text for mark in line.marks] for line in lines(page.list))
    page.level.setCurrentIndex(0)


@pytest.mark.skipif(not CATALOGUE.exists(), reason="the national records are not at hand")
def test_the_real_catalogue_is_searched(frame: Any) -> None:
    page = go(frame, "procedures")
    page.import_from(CATALOGUE)
    ui_kit.settle(frame, 120)
    page.words.setText("dang ky khai sinh")
    assert "khai sinh" in lines(page.list)[0].title.lower()
    ours = go(frame, "procedure", code=lines(page.list)[0].key)
    assert "Thành phần hồ sơ" in texts(ours)
    page.words.setText("thoi viec")
    imported = [go(frame, "procedure", code=line.key) for line in lines(page.list)[:5]]
    assert all("chưa được ai ký" in texts(one) for one in imported)
    assert any("chưa rõ" in texts(one).lower() for one in imported), "what a record does not tell is said to be unknown"


def test_a_procedure_tells_what_it_asks_for_and_begins_a_dossier(frame: Any) -> None:
    frame.choose_client(ui_kit.COMPANY)
    page = go(frame, "procedure", code=ui_kit.PROCEDURE)
    seen = texts(page)
    for wanted in ("Ai nộp", "Cơ quan", "Thời hạn giải quyết", "Phí, lệ phí", "Kết quả", "Biểu mẫu", "Bản chính",
                   "Trình tự thực hiện", "Căn cứ pháp lý", "Nộp trực tuyến: được", "Lập tại đây"):  # fmt: skip
        assert wanted in seen, wanted
    page.period.setCurrentIndex(page.period.findData("2026-Q1"))
    assert "04/05/2026" in page.period_field.note.text()
    before = {one.id for one in ui_kit.place().desk.workspace.dossiers.list()}
    press(frame, page, "Lập hồ sơ")
    made = [one for one in ui_kit.place().desk.workspace.dossiers.list() if one.id not in before]
    assert [(one.period, one.client.tax_code) for one in made] == [("2026-Q1", ui_kit.COMPANY)]
    assert frame._here == ("dossier", {"dossier": made[0].id})
    frame.choose_client(None)


# --- clients ------------------------------------------------------------------------------------------


def test_a_wrong_tax_code_is_told_and_a_right_one_is_taken(frame: Any) -> None:
    page = go(frame, "clients", add=True)
    card = page.card
    card.name.setText("CÔNG TY TNHH MỘT THÀNH VIÊN AN PHÚ")
    card.code.setText("0100686208")
    assert not card.keep.isEnabled()
    assert "0100686208" in card.code_field.note.text() or "số" in card.code_field.note.text()
    assert card.code_field.note.text() != card.code_field._help
    card.code.setText("0300588569")
    assert card.keep.isEnabled()
    assert card.code_field.note.text() == card.code_field._help
    press(frame, page, "Lưu khách hàng")
    assert frame.client.tax_code == "0300588569"
    shown = frame.stack.currentWidget()
    assert "AN PHÚ" in texts(shown)
    press(frame, shown, "Xóa khách hàng…")
    typed = next(one for one in shown.findChildren(QLineEdit) if one.accessibleName() == "Gõ lại mã số thuế")
    sure = next(b for b in shown.findChildren(QAbstractButton) if b.text() == "Xóa vĩnh viễn")
    assert not sure.isEnabled()
    typed.setText("0300588560")
    assert not sure.isEnabled()
    typed.setText("0300588569")
    assert sure.isEnabled()
    press(frame, shown, "Xóa vĩnh viễn")
    assert "0300588569" not in {one.tax_code for one in ui_kit.place().desk.workspace.clients.list()}
    assert frame.client is None


def test_switching_client_takes_a_few_keys_and_goes_back(frame: Any) -> None:
    go(frame, "procedures")
    page = go(frame, "clients", switch=True)
    QTest.keyClicks(page.words, "anh duong")
    QTest.keyClick(page.words, Qt.Key.Key_Return)
    ui_kit.settle(frame)
    assert frame.client.tax_code == ui_kit.COMPANY
    assert frame.client_name.text() == ui_kit.COMPANY_NAME
    assert frame._here[0] == "procedures"
    frame.choose_client(None)


def test_consent_is_given_and_taken_back_per_fact(frame: Any) -> None:
    page = go(frame, "client", tax_code=ui_kit.COMPANY)
    ws = ui_kit.place().desk.workspace
    client = ws.clients.get(ui_kit.COMPANY)
    tick = next(one for one in page.findChildren(QCheckBox) if "Điện thoại" in one.accessibleName())
    assert tick.isChecked()
    tick.setChecked(False)
    assert ws.clients.facts(client)["phone"].consent is None
    tick.setChecked(True)
    assert ws.clients.facts(client)["phone"].consent is not None
    assert not next(one for one in page.findChildren(QCheckBox) if "Mã số thuế" in one.accessibleName()).isEnabled()


def test_a_fact_is_changed_with_its_source(frame: Any) -> None:
    page = go(frame, "client", tax_code=ui_kit.COMPANY)
    press(frame, page, "Sửa")
    page._fields["email"].setText("không phải thư")
    press(frame, page, "Lưu")
    assert page._edit
    page._fields["email"].setText("moi@anhduong.example")
    press(frame, page, "Lưu")
    ws = ui_kit.place().desk.workspace
    fact = ws.clients.facts(ws.clients.get(ui_kit.COMPANY))["email"]
    assert (fact.value, fact.source) == ("moi@anhduong.example", "entered")
    assert "moi@anhduong.example" in texts(page)


# --- signatures ---------------------------------------------------------------------------------------


def test_a_key_file_is_looked_into_and_a_wrong_passphrase_told(frame: Any) -> None:
    place = ui_kit.place()
    page = go(frame, "signatures", part="keys")
    page._ask_passphrase(place.keys[ui_kit.COMPANY])
    page.passphrase.setText("sai rồi")
    page.look_into(place.keys[ui_kit.COMPANY])
    ui_kit.settle(frame)
    assert "mật khẩu" in page.passphrase_field.note.text().lower()
    page.passphrase.setText(ui_kit.KEY_WORDS)
    page.look_into(place.keys[ui_kit.COMPANY])
    ui_kit.settle(frame)
    assert ui_kit.COMPANY_NAME in texts(page)
    kept = json.dumps(place.desk.workspace.settings.all(), default=str)
    assert ui_kit.KEY_WORDS not in kept.replace(str(place.keys[ui_kit.COMPANY]), "")
    known = filing.workspace_trust(place.desk)
    assert known is not None


def signed_pdf() -> bytes:
    place = ui_kit.place()
    files = place.desk.workspace.dossiers.files(place.dossiers["done"])
    return bytes(
        place.desk.workspace.files.read(next(one for one in files if one.media_type == "application/pdf").sha256)
    )


def test_a_signed_file_is_judged_in_words_with_the_facts_of_the_circular(frame: Any, tmp_path: Path) -> None:
    good, bad, plain = tmp_path / "tờ khai.pdf", tmp_path / "bị sửa.pdf", tmp_path / "thường.txt"
    data = signed_pdf()
    good.write_bytes(data)
    changed = bytearray(data)
    changed[len(data) // 3] ^= 1
    bad.write_bytes(bytes(changed))
    plain.write_text("không có gì")
    page = go(frame, "signatures", file=str(good))
    seen = texts(page)
    for wanted in ("HỢP LỆ", "Người ký", "Đơn vị quản lý chứng thư", "Tổ chức cấp chứng thư", "Thời điểm ký",
                   "Tính toàn vẹn", "Hiệu lực lúc ký", "Hạn của chứng thư", ui_kit.COMPANY_NAME):  # fmt: skip
        assert wanted in seen, wanted
    page = go(frame, "signatures", file=str(bad))
    assert "KHÔNG HỢP LỆ" in texts(page)
    assert "Vì sao" in texts(page)
    page = go(frame, "signatures", file=str(plain))
    assert "\nHỢP LỆ" not in texts(page)


def test_without_the_authority_nothing_is_valid(frame: Any, tmp_path: Path) -> None:
    place = ui_kit.place()
    file = tmp_path / "tờ khai.pdf"
    file.write_bytes(signed_pdf())
    page = go(frame, "signatures", part="trust")
    before = filing.trust_list(place.desk)
    kept = [(one.kind, one.name, one.der, one.source, one.fingerprint) for one in place.desk.workspace.trust.list()]
    try:
        for _ in before:
            press(frame, page, "Bỏ tin cậy")
        assert filing.trust_list(place.desk) == []
        page = go(frame, "signatures", file=str(file))
        assert "CHƯA XÁC ĐỊNH" in texts(page)
    finally:
        for kind, name, der, source, fingerprint in kept:
            place.desk.workspace.trust.add(fingerprint, kind, name, der, source=source)


# --- outbox and follow --------------------------------------------------------------------------------


def test_the_outbox_says_in_sentences_where_each_stands_and_lets_go(frame: Any) -> None:
    place = ui_kit.place()
    page = go(frame, "outbox")
    assert "Đang chờ gửi." in texts(page)
    assert "Đã nộp, có biên nhận" not in texts(page)
    press(frame, page, "Cả những hồ sơ đã xong")
    assert "Đã nộp, có biên nhận của cổng; mã hồ sơ" in texts(page)
    press(frame, page, "Rút khỏi hộp gửi")
    assert "Đã rút khỏi hộp gửi." in texts(page)
    press(frame, page, "Cả những hồ sơ đã xong")
    assert "Hộp gửi trống" in texts(page)
    place.submit(place.dossiers["queued"], queue_only=True)
    page = go(frame, "outbox")
    assert "Đang chờ gửi." in texts(page)


def test_following_shows_the_way_newest_on_top_with_the_portals_words(frame: Any) -> None:
    page = go(frame, "follow", dossier="done")
    seen = texts(page)
    assert "Có, chữ ký đúng" in seen
    assert "HỢP LỆ" in seen
    moments = [w for w in page.findChildren(QWidget) if type(w).__name__ == "Moment"]
    said = [one.accessibleName() for one in sorted(moments, key=lambda one: one.y())]
    at = {status: next(i for i, text in enumerate(said) if status in text) for status in
          ("Mới đăng ký", "Được tiếp nhận", "Đang xử lý", "Đã xử lý xong", "Đã trả kết quả")}  # fmt: skip
    assert at["Đã trả kết quả"] < at["Đã xử lý xong"] < at["Đang xử lý"] < at["Được tiếp nhận"] < at["Mới đăng ký"]


def test_a_result_is_saved_byte_for_byte(frame: Any, tmp_path: Path) -> None:
    place = ui_kit.place()
    page = go(frame, "follow", dossier="done")
    result = page._seen.results[0]
    page.save_result(result, tmp_path / "kq.pdf")
    ui_kit.settle(frame)
    assert (tmp_path / "kq.pdf").read_bytes() == place.desk.workspace.files.read(result.sha256)


def test_an_unknown_status_shows_the_portals_own_words(frame: Any) -> None:
    place = ui_kit.place()
    ws = place.desk.workspace
    dossier = place.draft("2026-05")
    ws.dossiers.enter_code(dossier, "H15.50-260618-0007")
    ws.statuses.record(dossier, place.desk.now(), None, "Chờ hội đồng thẩm định họp", "")
    ws.statuses.set_current(dossier, None, "Chờ hội đồng thẩm định họp")
    page = go(frame, "follow", dossier=dossier)
    assert "Chờ hội đồng thẩm định họp" in texts(page)
    assert "mã do bạn nhập tay" in texts(page)


def test_a_code_is_entered_by_hand(frame: Any) -> None:
    place = ui_kit.place()
    dossier = place.draft("2026-04")
    page = go(frame, "follow", dossier=dossier)
    page.code.setText("H15.50-260618-0008")
    press(frame, page, "Lưu mã hồ sơ")
    assert place.desk.workspace.dossiers.get(dossier).code == "H15.50-260618-0008"
    assert "H15.50-260618-0008" in texts(page)


def test_a_fee_is_paid_and_a_supplement_answered_from_their_cards(frame: Any) -> None:
    from desktop.store.records import FeeState

    place = ui_kit.place()
    ws = place.desk.workspace
    dossier = place.draft("2026-03")
    ws.dossiers.enter_code(dossier, "H15.50-260618-0009")
    ws.fees.record(dossier, "F1", "Lệ phí đăng ký", 1_250_000, FeeState.DUE)
    ws.letters.record(dossier, "L1", "supplement", at=place.desk.now(), text="Bổ sung bản chính giấy ủy quyền.")
    ws.statuses.set_current(dossier, 5, "Yêu cầu bổ sung giấy tờ")
    page = go(frame, "follow", dossier=dossier)
    assert "1.250.000 đ" in texts(page)
    assert "Nộp phí trên trang của cổng" in texts(page)
    assert "Bổ sung bản chính giấy ủy quyền." in texts(page)
    press(frame, page, "Bổ sung")
    assert frame._here[0] == "dossier"


# --- settings and lock --------------------------------------------------------------------------------


def test_settings_back_up_and_check_the_workspace(frame: Any, tmp_path: Path) -> None:
    page = go(frame, "settings")
    page.backup(tmp_path / "kho.hoso")
    ui_kit.settle(frame)
    assert (tmp_path / "kho.hoso").stat().st_size > 10_000
    assert "Đã sao lưu" in frame.status.text()
    press(frame, page, "Kiểm tra kho")
    assert "Kho nguyên vẹn" in texts(page)


def test_a_portal_needs_a_whole_fingerprint(frame: Any) -> None:
    page = go(frame, "settings")
    page.url.setText(ui_kit.place().portal.url)
    page.print.setText("abc")
    page.add_portal()
    assert "64" in page.print_field.note.text()
    page.print.setText("0" * 64)
    page.add_portal()
    ui_kit.settle(frame)
    told = [label.text() for label in frame.findChildren(QLabel) if label.isVisible() and "vân tay" in label.text()]
    assert told
    frame.clear_notice()


def test_a_locked_workspace_hides_everything_and_opens_by_passphrase(tmp_path: Path) -> None:
    from desktop.app import App
    from desktop.store.key import Passphrase
    from desktop.ui.frame import Frame
    from desktop.ui.program import application

    app = App(home=tmp_path, practice=True)
    code = app.create_workspace(Passphrase(ui_kit.WORDS))
    filing.add_client(app.desk, ui_kit.COMPANY, ui_kit.COMPANY_NAME, {})
    application(practice=True, scheme="light")
    frame = Frame(app)
    frame.show()
    frame.begin()
    ui_kit.settle(frame)
    frame.choose_client(ui_kit.COMPANY)
    go(frame, "client", tax_code=ui_kit.COMPANY)
    frame.lock()
    ui_kit.settle(frame)
    page: Any = frame.stack.currentWidget()
    assert ui_kit.COMPANY_NAME not in texts(frame)
    assert ui_kit.COMPANY_NAME not in frame.windowTitle()
    page.passphrase.setText("không phải câu này")
    press(frame, page, "Mở kho")
    assert "mật khẩu" in page.field.note.text().lower()
    page.passphrase.setText(ui_kit.WORDS)
    press(frame, page, "Mở kho")
    assert frame._here is not None
    assert frame._here[0] == "home"
    frame.lock()
    ui_kit.settle(frame)
    page = frame.stack.currentWidget()
    press(frame, page, "Quên mật khẩu?")
    page.code.setText(code.lower().replace("-", " "))
    page.first.setText("một mật khẩu khác hẳn")
    page.second.setText("một mật khẩu khác hẳn")
    press(frame, page, "Khôi phục và mở kho")
    assert frame._here is not None
    assert frame._here[0] == "home"
    assert ui_kit.COMPANY_NAME in texts(frame)
    ui_kit.put_away(frame)
    app.close()


def test_the_first_start_shows_the_recovery_code_once_and_asks_it_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from desktop.app import App
    from desktop.ui.frame import Frame
    from desktop.ui.pages import welcome
    from desktop.ui.program import application

    monkeypatch.setattr(welcome, "_keyring_works", lambda progress: False)
    app = App(home=tmp_path)
    application(practice=False, scheme="light")
    frame = Frame(app)
    frame.show()
    frame.begin()
    ui_kit.settle(frame)
    page: Any = frame.stack.currentWidget()
    assert "cỡ chữ" in texts(page)
    press(frame, page, "130 %")
    page = frame.stack.currentWidget()
    assert frame.preferences.zoom == 1.3
    press(frame, page, "Tiếp tục")
    page = frame.stack.currentWidget()
    assert not page.by_keyring.isEnabled()
    page.first.setText("ngắn")
    press(frame, page, "Tạo kho hồ sơ")
    assert "8 ký tự" in page.first_field.note.text()
    page.first.setText(ui_kit.WORDS)
    page.second.setText(ui_kit.WORDS)
    press(frame, page, "Tạo kho hồ sơ")
    code = page._code
    assert code in texts(page)
    page.end.setText("0000" if code[-4:] != "0000" else "1111")
    press(frame, page, "Tiếp tục")
    assert "Chưa đúng" in page.end_field.note.text()
    page.end.setText(code[-4:])
    press(frame, page, "Tiếp tục")
    assert "Thử ngay với Cổng thực hành" in texts(page)
    assert code not in texts(page)
    press(frame, page, "Thêm khách hàng")
    assert frame._here is not None
    assert frame._here[0] == "clients"
    ui_kit.put_away(frame)
    app.close()


def test_a_practice_start_stands_ready_to_be_signed(tmp_path: Path) -> None:
    from desktop.app import App
    from desktop.store.key import Passphrase
    from signing.pkcs12 import load

    app = App(home=tmp_path, practice=True, unlock=lambda: ui_kit.WORDS)
    made = app.start_practice(Passphrase(ui_kit.WORDS))
    assert filing.preflight(app.desk, made.dossier).ok
    key = load(made.key.read_bytes(), made.passphrase)[0]
    assert key.certificate.tax_code == made.client
    address = app.practice_portal.url
    app.close()
    again = App(home=tmp_path, practice=True, unlock=lambda: ui_kit.WORDS)
    assert again.start_practice().dossier == made.dossier
    assert again.practice_portal.url == address
    assert [one.url for one in filing.portals(again.desk)] == [address]
    again.close()


# --- words --------------------------------------------------------------------------------------------


def test_days_left_are_said_in_words() -> None:
    from datetime import date

    today = date(2026, 11, 21)
    assert words.left(date(2026, 11, 24), today) == ("còn 3 ngày", "warning")
    assert words.left(date(2026, 11, 21), today)[0] == "hôm nay"
    assert words.left(date(2026, 11, 20), today) == ("quá hạn 1 ngày", "danger")
    assert words.left(None, today)[0] == ""


def test_an_unknown_level_is_said_to_be_unknown() -> None:
    assert [mark.text for mark in words.level_marks(None, None)] == ["Chưa rõ mức trực tuyến"]
    assert [mark.text for mark in words.level_marks(4, True)] == ["Toàn trình", "Mức độ 4"]
    assert [mark.text for mark in words.level_marks(3, False)] == ["Một phần", "Mức độ 3"]
