"""Every page and dialog of the window, each with the longest data that it may meet, and how one gets there."""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import requests
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from tests.desktop import ui_kit

LONG_OWNER = (
    "LIÊN HIỆP HỢP TÁC XÃ NÔNG NGHIỆP CÔNG NGHỆ CAO VÀ DỊCH VỤ THƯƠNG MẠI TỔNG HỢP NGHĨA HƯNG – HẢI HẬU – GIAO THỦY"
)
LONG_CODE = "0600123451"


@dataclass(frozen=True)
class Room:
    """A page or a dialog."""

    name: str
    enter: Callable[[Any, ui_kit.Place], QWidget | None]
    """Go there; what is returned stands above the window and is put away afterwards."""


def page(name: str, page: str, **facts: Any) -> Room:
    """Return a page that only has to be opened; dossiers are named by their state."""

    def enter(frame: Any, place: ui_kit.Place) -> None:
        frame.go(page, **{key: place.dossiers.get(value, value) for key, value in facts.items()})
        ui_kit.settle(frame)

    return Room(name, enter)


def _enrich(place: ui_kit.Place) -> None:
    """Give the place what only some people ever see: a fee, a supplement, an answer that did not come, long names."""
    from desktop import filing
    from tests import pictures

    pictures.enrich(place)
    place.dossiers["fee"], place.dossiers["supplement"] = place.fee, place.supplement  # type: ignore[attr-defined]
    filing.add_client(
        place.desk,
        LONG_CODE,
        LONG_OWNER,
        {
            "address": "Tổ dân phố số 4 Đường Nguyễn Thị Minh Khai kéo dài, phường Nghĩa Hưng Đông, tỉnh Ninh Bình",
            "legal_representative": "Công Tằng Tôn Nữ Thị Nguyễn Hoàng Phương Khánh",
            "email": "phong-ke-toan-tai-chinh-tong-hop@lien-hiep-hop-tac-xa-nghia-hung.example",
        },
    )
    place.dossiers["long"] = place.draft("2026-10", LONG_CODE)
    place.dossiers["household"] = filing.new_dossier(place.desk, "1.004222", ui_kit.COMPANY).id
    _write_a_letter(place)


def _write_a_letter(place: ui_kit.Place) -> None:
    """Have the agency write about a dossier, with a file and a link that leads elsewhere."""
    from desktop import filing

    filed = place.desk.workspace.dossiers.get(place.dossiers["filed"])
    said = {
        "key": place.portal.clerk_url.rpartition("=")[2], "do": "letter", "code": filed.code or "",
        "text": "Đề nghị kiểm tra lại phụ lục giảm thuế giá trị gia tăng; xem hướng dẫn tại http://huong-dan.example/giam",
    }  # fmt: skip
    requests.post(f"{place.portal.url}/clerk", data=said, timeout=60).raise_for_status()
    filing.refresh(place.desk, [filed])


def _groups(frame: Any, place: ui_kit.Place) -> QWidget:
    """Show a form of groups, repeated entries and fields for files, with what is wrong told."""
    from desktop.ui.filling.document import FormDocument
    from desktop.ui.filling.form_view import FormView
    from forms import enclosed
    from forms.form import Form
    from tests.forms import form_kit as kit

    as_it_stands = kit.words("Ghi đúng như trên giấy tờ.", "As they stand.")
    scan = enclosed.entry("giấy khai sinh của Công Tằng Tôn Nữ Thị Hoàng Phương Khánh bản sao.pdf", 734_003, "ab" * 32)
    identity = kit.group(
        "giay_to",
        [
            kit.field("so", "text", required=True, label=kit.words("Số giấy tờ", "Number"), help=as_it_stands),
            kit.field("anh", "file", max_files=3, label=kit.words("Bản chụp giấy tờ", "Copies"), help=as_it_stands),
        ],
        label=kit.words("Giấy tờ tùy thân", "Papers"), help=as_it_stands,
    )  # fmt: skip
    child = kit.group(
        "con",
        [
            kit.field("ten", "name", required=True, label=kit.words("Tên con", "Child"), help=as_it_stands),
            kit.field("ks", "file", label=kit.words("Giấy khai sinh", "Birth certificate"), help=as_it_stands),
            kit.group("truong", [kit.field("lop", "text", label=kit.words("Lớp", "Class"), help=as_it_stands)],
                      label=kit.words("Trường học", "School")),
        ],
        label=kit.words("Người con", "Child"), repeat={"max": 3},
    )  # fmt: skip
    values = {"con": [{"ten": "NGUYỄN THỊ ÁNH", "ks": [scan]}, {}]}
    form = Form(kit.template([identity, child]), None, values)
    view = FormView(FormDocument(form, lang=frame.lang), today=date(2026, 11, 22))
    view.build_all()
    view.document.check()
    dialog = QDialog(frame)
    dialog.setWindowTitle("Biểu mẫu" if frame.lang == "vi" else "Form")
    column = QVBoxLayout(dialog)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(view)
    dialog.resize(560, 820)
    return _standing(frame, dialog)


def sheet(place: ui_kit.Place, period: str = "2026-02") -> bytes:
    """Return a spreadsheet of two clients, one of them with errors."""
    import openpyxl

    from desktop import filing

    desk = place.desk
    data = filing.batch_template(desk, "thue/01-gtgt", period, clients=[ui_kit.COMPANY, ui_kit.SHOP])
    book = openpyxl.load_workbook(io.BytesIO(data))
    first = book.worksheets[0]
    columns = {cell.value: cell.column or 0 for cell in first[1]}
    for number, client in ((3, ui_kit.COMPANY), (4, ui_kit.SHOP)):
        for name, value in ui_kit.example(desk, period, client).items():
            if name in columns and not isinstance(value, bool):
                first.cell(number, columns[name], value)
    first.cell(4, columns["ct42"], 9_999_999_999)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _batch(frame: Any, place: ui_kit.Place) -> None:
    file = place.home / "bảng kê của tất cả khách hàng quý IV năm 2026 – bản đã sửa lần thứ ba.xlsx"
    if not file.exists():
        file.write_bytes(sheet(place))
    frame.go("batch")
    ui_kit.settle(frame)
    frame.stack.currentWidget().open_file(file)
    ui_kit.settle(frame)


def signed_pdf(place: ui_kit.Place) -> bytes:
    """Return a signed return."""
    files = place.desk.workspace.dossiers.files(place.dossiers["done"])
    found = next(file for file in files if file.media_type == "application/pdf")
    return bytes(place.desk.workspace.files.read(found.sha256))


def _validate(frame: Any, place: ui_kit.Place) -> None:
    file = place.home / "tờ khai thuế giá trị gia tăng kỳ 07-2026 của công ty đã ký.pdf"
    file.write_bytes(signed_pdf(place))
    frame.go("signatures", file=str(file))
    ui_kit.settle(frame)


def _sign_with_key(frame: Any, place: ui_kit.Place) -> None:
    frame.go("sign", dossier=place.dossiers["ready"])
    ui_kit.settle(frame)
    chooser = frame.stack.currentWidget().keys
    chooser.path.setText(str(place.keys[ui_kit.SHOP]))
    chooser.passphrase.setText(ui_kit.KEY_WORDS)
    chooser.open_key()
    ui_kit.settle(frame)


def _search(frame: Any, place: ui_kit.Place) -> None:
    frame.go("home")
    ui_kit.settle(frame)
    frame.search.setFocus()
    QTest.keyClicks(frame.search, "cong ty")
    QTest.qWait(120)
    ui_kit.settle(frame)


def _notice(frame: Any, place: ui_kit.Place) -> None:
    from desktop.errors import ClientExists

    frame.go("home")
    ui_kit.settle(frame)
    frame.trouble(ClientExists(LONG_CODE))
    ui_kit.settle(frame)


def _standing(frame: Any, dialog: QDialog) -> QWidget:
    dialog.open()
    ui_kit.settle(frame)
    return dialog


def _crash(frame: Any, place: ui_kit.Place) -> QWidget:
    from desktop.ui.system.crash import CrashDialog

    report = "\n".join(f"desktop/ui/pages/review.py:{line} in _show_everything_again" for line in range(30))
    return _standing(frame, CrashDialog(report, frame, before=True, reopen=True))


def _print(frame: Any, place: ui_kit.Place) -> QWidget:
    from desktop.ui.system.printing import print_pdf

    dialog = print_pdf(frame, signed_pdf(place), "Tờ khai thuế giá trị gia tăng (mẫu 01/GTGT)", frame)
    ui_kit.settle(frame)
    return dialog


def _pin(frame: Any, place: ui_kit.Place) -> QWidget:
    from desktop.ui.pages.signing.pin import PinDialog
    from signing.token.module import Token

    token = Token(
        "Chữ ký số của liên hiệp", "5401A2B3C4D5E6F7", "Viettel-CA", "PKI v6", "00 00", frozenset({"final_try"})
    )
    words = "12 tệp của 4 hồ sơ khai thuế giá trị gia tăng kỳ tháng 10 năm 2026"
    return _standing(frame, PinDialog(frame, token, LONG_OWNER, words, frame.lang, lambda pin: None))


def _remote(frame: Any, place: ui_kit.Place) -> QWidget:
    from desktop.ui.pages.signing.remote import QuestionDialog
    from signing.remote.person import Question

    text = "Mã OTP đã được gửi tới số điện thoại 09*****678 mà bạn đã đăng ký với nhà cung cấp dịch vụ chứng thực."
    asked = Question("Dịch vụ ký số từ xa thực hành", "otp", "", text, digits=True)
    return _standing(frame, QuestionDialog(frame, asked, lambda answer: None))


def _doctor(frame: Any, place: ui_kit.Place) -> QWidget:
    from desktop.ui.pages.signing.doctor import Doctor

    return _standing(frame, Doctor(frame, frame))


def _keys(frame: Any, place: ui_kit.Place) -> QWidget:
    from desktop.ui.keys import KeySheet

    return _standing(frame, KeySheet(frame))


def _playing(frame: Any, place: ui_kit.Place) -> QWidget:
    from desktop.ui.arranging import Scroll
    from desktop.ui.playing import Playing

    dialog = QDialog(frame)
    dialog.setWindowTitle("Cổng thực hành" if frame.lang == "vi" else "Practice portal")
    column = QVBoxLayout(dialog)
    sheet = Scroll()
    sheet.column.addWidget(Playing(frame, place.portal))
    column.addWidget(sheet)
    dialog.resize(820, 420)
    return _standing(frame, dialog)


def _place_stamp(frame: Any, place: ui_kit.Place) -> None:
    frame.go("sign", dossier=place.dossiers["ready"])
    ui_kit.settle(frame)
    box = frame.stack.currentWidget().stamp
    found = [
        one for one in box.findChildren(QWidget) if one.isVisible() and one.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]
    assert found
    found[0].setFocus()
    ui_kit.settle(frame)


def _unfold(frame: Any, place: ui_kit.Place) -> None:
    """Show the papers that a dossier may do without: their names are the longest of all."""
    frame.go("dossier", dossier=place.dossiers["ready"])
    ui_kit.settle(frame)
    checklist = frame.stack.currentWidget().checklist
    assert checklist.fold is not None
    if all(row.task.state != "not_needed" for row in checklist.rows):
        checklist.fold.click()
    ui_kit.settle(frame)


ROOMS: tuple[Room, ...] = (
    page("home", "home"),
    page("dossiers", "dossiers"),
    page("dossiers-none", "dossiers", text="không có hồ sơ nào tên như thế này"),
    page("procedures", "procedures", text=""),
    page("procedures-none", "procedures", text="zzzzqqq"),
    page("procedure", "procedure", code=ui_kit.PROCEDURE),
    page("clients", "clients"),
    page("clients-add", "clients", add=True),
    page("clients-switch", "clients", switch=True),
    page("client", "client", tax_code=ui_kit.SHOP),
    page("client-long", "client", tax_code=LONG_CODE),
    page("signatures-keys", "signatures", part="keys"),
    page("signatures-validate", "signatures", part="validate"),
    Room("signatures-verdict", _validate),
    page("signatures-trust", "signatures", part="trust"),
    page("signatures-evidence", "signatures", part="evidence"),
    page("outbox", "outbox"),
    page("batch", "batch"),
    Room("batch-rows", _batch),
    page("dossier", "dossier", dossier="ready"),
    page("dossier-empty", "dossier", dossier="empty"),
    page("dossier-errors", "dossier", dossier="broken"),
    page("dossier-signed", "dossier", dossier="signed"),
    page("again", "again", dossier="done"),
    page("sign", "sign", dossier="ready"),
    Room("sign-wrong-key", _sign_with_key),
    Room("sign-stamp", _place_stamp),
    page("dossier-long", "dossier", dossier="long"),
    page("dossier-household", "dossier", dossier="household"),
    Room("dossier-optional", _unfold),
    page("review", "review", dossier="signed"),
    page("review-long", "review", dossier="long"),
    page("review-errors", "review", dossier="broken"),
    page("follow-done", "follow", dossier="done"),
    page("follow-filed", "follow", dossier="filed"),
    page("follow-fee", "follow", dossier="fee"),
    page("follow-supplement", "follow", dossier="supplement"),
    page("settings", "settings"),
    page("settings-signing", "settings", part="signing"),
    page("lookup", "lookup"),
    Room("form-groups", _groups),
    Room("playing", _playing),
    Room("search", _search),
    Room("notice", _notice),
    Room("keys", _keys),
    Room("crash", _crash),
    Room("print", _print),
    Room("pin", _pin),
    Room("remote", _remote),
    Room("doctor", _doctor),
    page("welcome-1", "welcome", step=1),
    page("welcome-2", "welcome", step=2),
    page("welcome-3", "welcome", step=3),
    page("lock", "lock", locked=True),
)


@contextmanager
def inside(room: Room, frame: Any, place: ui_kit.Place) -> Iterator[QWidget]:
    """Be in a room: give what is measured, and leave it as it was found."""
    above = room.enter(frame, place)
    try:
        yield above if above is not None else frame
    finally:
        if above is not None:
            above.close()
        frame.clear_notice()
        frame.search.clear()
        ui_kit.settle(frame)


@contextmanager
def house(size: tuple[int, int]) -> Iterator[tuple[Any, ui_kit.Place]]:
    """Open a window of a size on a place of its own, with everything in it."""
    home = Path(tempfile.mkdtemp(prefix="hoso-looks-"))
    place = ui_kit.make(home)
    try:
        _enrich(place)
        frame = ui_kit.window(place)
        frame.choose_client(None)
        frame.resize(*size)
        ui_kit.settle(frame)
        yield frame, place
        ui_kit.put_away(frame)
    finally:
        place.app.close()
        place.portal.stop()
        shutil.rmtree(home, ignore_errors=True)


def wear(frame: Any, *, lang: str = "vi", scheme: str = "light", zoom: float = 1.0) -> None:
    """Put another language, scheme or size of text on."""
    frame.prefer(lang=lang, scheme=scheme, zoom=zoom)
    frame.restyle()
    ui_kit.settle(frame)
