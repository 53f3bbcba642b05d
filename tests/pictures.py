"""Make the pictures of the documentation from a real practice workspace: `python -m tests.pictures [FOLDER]`.

Every page is the program's own, on data that the practice portal has judged; nothing is drawn by hand.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QT_SCALE_FACTOR"] = "1"

from tests.desktop import ui_kit

TARGET = Path(__file__).resolve().parent.parent / "docs" / "pictures"
LIMIT = 200_000
PEOPLE = (
    ("0300588569", "CÔNG TY CỔ PHẦN SỮA ĐỒNG XANH"),
    ("0301340497", "CÔNG TY TNHH MỘT THÀNH VIÊN CƠ KHÍ CHÍNH XÁC HÒA BÌNH"),
    ("0102182292", "HỢP TÁC XÃ NÔNG NGHIỆP SẠCH BA VÌ"),
)


def enrich(place: ui_kit.Place) -> None:
    """Add what an accountant's morning holds: more clients, a fee, a supplement, an answer that did not come."""
    from desktop import filing
    from desktop.filing.agenda import remember_key
    from desktop.store.records import FeeState, ItemState

    desk, ws = place.desk, place.desk.workspace
    for tax_code, name in PEOPLE:
        filing.add_client(desk, tax_code, name, {"address": "Số 5 đường Lê Lợi"})
    now = desk.now()
    fee, supplement = place.draft("2026-Q2"), place.draft("2026-06")
    for number, dossier in enumerate((fee, supplement), 7):
        ws.dossiers.enter_code(dossier, f"H15.50-261118-000{number}")
    ws.fees.record(fee, "F1", "Lệ phí cấp giấy chứng nhận đăng ký", 100_000, FeeState.DUE)
    ws.statuses.record(fee, now - timedelta(days=3), 1, "Mới đăng ký")
    ws.statuses.record(fee, now - timedelta(days=2), 6, "Chờ người nộp thanh toán phí, lệ phí")
    ws.statuses.set_current(fee, 6, "Chờ người nộp thanh toán phí, lệ phí")
    ws.statuses.record(supplement, now - timedelta(days=1), 5, "Yêu cầu bổ sung giấy tờ")
    ws.statuses.set_current(supplement, 5, "Yêu cầu bổ sung giấy tờ", received=now - timedelta(days=3))
    ws.letters.record(
        supplement, "L1", "supplement", at=now - timedelta(days=1), due=now + timedelta(days=4),
        text="Đề nghị bổ sung bản điện tử của văn bản ủy quyền kê khai thuế, có chữ ký số của người đại diện.",
    )  # fmt: skip
    lost = place.draft("2026-Q1")
    place.sign(lost)
    item = place.submit(lost, queue_only=True)
    ws.outbox.move(item.id, ItemState.QUEUED, ItemState.SENDING)
    ws.outbox.move(item.id, ItemState.SENDING, ItemState.UNCERTAIN, reason="PORTAL_UNREACHABLE")
    place.fee, place.supplement = fee, supplement  # type: ignore[attr-defined]
    for tax_code in place.keys:
        remember_key(desk, str(place.keys[tax_code]), place.key(tax_code).certificate)
    soon = place.portal.authority.issue(PEOPLE[0][1], tax_code=PEOPLE[0][0], valid_to=now + timedelta(days=18))
    from signing.certificate import parse

    remember_key(desk, str(place.home / "khoa-dong-xanh.p12"), parse(soon.certificate_pem))


def save(widget: Any, target: Path) -> None:
    """Save a picture, with 256 colours of its own where it would be too large."""
    from PIL import Image

    widget.grab().toImage().save(str(target), "PNG", 0)
    if target.stat().st_size > LIMIT:
        with Image.open(target) as found:
            fewer = found.convert("RGB").quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        fewer.save(target, optimize=True)
    print(f"{target.name}: {target.stat().st_size // 1024} KB", flush=True)


def pages(place: ui_kit.Place, folder: Path) -> None:
    """Take a picture of every page."""
    frame = ui_kit.window(place)
    frame.choose_client(None)
    known = place.dossiers

    def take(name: str, page: str, **facts: Any) -> Any:
        frame.go(page, **facts)
        ui_kit.settle(frame, 60)
        ui_kit.settle(frame, 60)
        save(frame, folder / f"{name}.png")
        return frame.stack.currentWidget()

    signed = next(f for f in place.desk.workspace.dossiers.files(known["done"]) if f.media_type == "application/pdf")
    file = place.home / "to-khai-da-ky.pdf"
    file.write_bytes(place.desk.workspace.files.read(signed.sha256))
    take("home", "home")
    take("dossiers", "dossiers")
    take("procedures", "procedures")
    take("clients", "clients")
    take("client", "client", tax_code=ui_kit.COMPANY)
    take("client-add", "clients", add=True)
    take("client-switch", "clients", switch=True)
    take("signatures", "signatures", part="keys")
    take("signatures-validate", "signatures", file=str(file))
    take("signatures-trust", "signatures", part="trust")
    take("outbox", "outbox")
    take("settings", "settings")
    take("batch", "batch")
    take("help", "help", at="outbox")
    frame.choose_client(ui_kit.COMPANY)
    take("procedure", "procedure", code=ui_kit.PROCEDURE)
    take("dossier", "dossier", dossier=known["ready"])
    take("dossier-errors", "dossier", dossier=known["broken"])
    take("sign", "sign", dossier=known["ready"])
    take("review", "review", dossier=known["signed"])
    take("follow", "follow", dossier=known["done"])
    take("follow-fee", "follow", dossier=place.fee)  # type: ignore[attr-defined]
    take("follow-supplement", "follow", dossier=place.supplement)  # type: ignore[attr-defined]
    frame.choose_client(None)
    for scheme in ("dark", "contrast"):
        frame.prefer(scheme=scheme)
        frame.restyle()
        ui_kit.settle(frame)
        take(f"home-{scheme}", "home")
        take(f"dossier-{scheme}", "dossier", dossier=known["ready"])
    frame.prefer(scheme="light", zoom=1.5)
    frame.restyle()
    ui_kit.settle(frame)
    take("home-large", "home")
    frame.prefer(zoom=1.0)
    frame.restyle()
    ui_kit.settle(frame)
    frame.lock()
    ui_kit.settle(frame)
    save(frame, folder / "lock.png")
    ui_kit.put_away(frame)


def first_start(folder: Path) -> None:
    """Take pictures of the first start."""
    from desktop.app import App
    from desktop.ui.frame import Frame
    from desktop.ui.program import application

    home = Path(tempfile.mkdtemp(prefix="hoso-first-"))
    app = App(home=home)
    application(practice=False, scheme="light")
    frame = Frame(app)
    frame.prefer(scheme="light")
    frame.resize(1320, 860)
    frame.show()
    frame.begin()
    ui_kit.settle(frame)
    save(frame, folder / "welcome-1.png")
    page = frame.page("welcome")
    for step in (2, 3):
        frame.go("welcome", step=step)
        ui_kit.settle(frame)
        save(frame, folder / f"welcome-{step}.png")
    assert page is frame.page("welcome")
    ui_kit.put_away(frame)
    app.close()
    shutil.rmtree(home, ignore_errors=True)


def main(folder: Path) -> None:
    """Make all pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    first_start(folder)
    home = Path(tempfile.mkdtemp(prefix="hoso-pictures-"))
    place = ui_kit.make(home)
    enrich(place)
    try:
        pages(place, folder)
    finally:
        place.app.close()
        place.portal.stop()
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET)
