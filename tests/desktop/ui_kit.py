"""What the tests of the window share: a practice workspace with an embedded practice portal, and a window on it.

The place is made once for a run (three seconds) and shared: a test that changes dossiers makes its own with `draft`.
"""

from __future__ import annotations

import atexit
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

WORDS = "con đường xưa em đi"
COMPANY = "0999999888"
COMPANY_NAME = "CÔNG TY TNHH THỰC HÀNH ÁNH DƯƠNG"
SHOP = "0100686209"
SHOP_NAME = "CÔNG TY CỔ PHẦN SẢN XUẤT, THƯƠNG MẠI VÀ DỊCH VỤ XUẤT NHẬP KHẨU NÔNG SẢN ĐỒNG BẰNG SÔNG CỬU LONG"
PROCEDURE = "1.007014"
KEY_WORDS = "thuc-hanh"
FACTS = {
    "address": "Số 12 đường Nguyễn Huệ",
    "phone": "0912345678",
    "email": "ke-toan@anhduong.example",
    "legal_representative": "Nguyễn Thị Thực Hành",
}


@dataclass
class Place:
    """A practice workspace, its portal and its keys."""

    home: Path
    app: Any
    portal: Any
    keys: dict[str, Path]
    dossiers: dict[str, str] = field(default_factory=dict)
    """Our id of a dossier in each state: empty, broken, ready, signed, queued, filed, done."""

    @property
    def desk(self) -> Any:
        """Return what the use cases work on."""
        return self.app.desk

    def key(self, tax_code: str = COMPANY) -> Any:
        """Return the signing key of a client."""
        from signing.pkcs12 import load

        return load(self.keys[tax_code].read_bytes(), KEY_WORDS)[0]

    def draft(self, period: str = "2026-10", client: str = COMPANY, *, fill: bool = True) -> str:
        """Begin a VAT dossier, filled with the template's complete example if wanted; return its id."""
        from desktop import filing

        made = filing.new_dossier(self.desk, PROCEDURE, client, period=period)
        if fill:
            filing.set_data(self.desk, made.id, "to-khai", example(self.desk, period, client))
        return str(made.id)

    def sign(self, dossier: str, client: str = COMPANY) -> None:
        """Sign a dossier as the legal representative."""
        from desktop import filing
        from signing.certificate import Role

        filing.sign_dossier(
            self.desk, dossier, self.key(client), role=Role.LEGAL_REPRESENTATIVE, accept_unconfirmed=True
        )

    def submit(self, dossier: str, *, queue_only: bool = False) -> Any:
        """File a dossier at the practice portal."""
        from desktop import filing

        return filing.submit(self.desk, dossier, queue_only=queue_only, again=True, accept_unconfirmed=True)


def example(desk: Any, period: str, client: str) -> dict[str, Any]:
    """Return the template's complete example, made out for a client."""
    from forms.period import Period
    from forms.template import load

    template = load(desk.library.choose("thue/01-gtgt", Period.parse(period), date(2026, 11, 21)))
    assert template.example is not None
    data: dict[str, Any] = json.loads(json.dumps(template.example.data))
    known = desk.workspace.clients.get(client)
    assert template.identity.tax_code is not None
    assert template.identity.name is not None
    data[template.identity.tax_code] = known.tax_code
    data[template.identity.name] = known.name
    return data


@cache
def place() -> Place:
    """Make the place of this run."""
    home = Path(tempfile.mkdtemp(prefix="hoso-ui-"))
    made = make(home)

    def leave() -> None:
        made.app.close()
        made.portal.stop()
        shutil.rmtree(home, ignore_errors=True)

    atexit.register(leave)
    return made


def make(home: Path, *, clock: Callable[[], Any] | None = None) -> Place:
    """Fill a home with a practice workspace: two clients, dossiers in different states, keys, a running portal."""
    from desktop import filing
    from desktop.app import App
    from desktop.sandbox.server import Sandbox

    by: dict[str, Any] = {"clock": clock} if clock else {}
    portal = Sandbox(home / "sandbox", pace=0, **by).start()
    app = App(home=home, practice=True, unlock=lambda: WORDS, **by)
    desk = app.desk
    filing.add_portal(desk, portal.url, portal.fingerprint)
    filing.trust_add(desk, portal.authority.intermediates_pem + portal.authority.crl_pem, source="portal")
    filing.add_client(desk, COMPANY, COMPANY_NAME, FACTS)
    filing.add_client(desk, SHOP, SHOP_NAME, {"address": "Ấp Bình Hòa, xã Vĩnh Thạnh Trung"})
    keys = {}
    for tax_code, name in ((COMPANY, COMPANY_NAME), (SHOP, SHOP_NAME)):
        keys[tax_code] = home / f"khoa-{tax_code}.p12"
        keys[tax_code].write_bytes(portal.authority.issue(name, tax_code=tax_code).p12(KEY_WORDS))
    made = Place(home, app, portal, keys)
    found = made.dossiers
    found["empty"] = made.draft("2026-10", SHOP, fill=False)
    found["broken"] = made.draft("2026-09", SHOP)
    broken = example(desk, "2026-09", SHOP) | {"ct42": 9_999_999_999}
    filing.set_data(desk, found["broken"], "to-khai", broken)
    found["done"] = made.draft("2026-07")
    found["filed"] = made.draft("2026-08")
    found["queued"] = made.draft("2026-09")
    found["ready"] = made.draft("2026-10")
    found["signed"] = made.draft("2026-Q3", SHOP)
    for which in ("done", "filed", "queued"):
        made.sign(found[which])
    made.sign(found["signed"], SHOP)
    for which in ("done", "filed"):
        made.submit(found[which])
    made.submit(found["queued"], queue_only=True)
    for _ in range(6):
        filing.status(desk, found["done"])
    filing.fetch_results(desk, found["done"])
    filing.status(desk, found["filed"])
    return made


def window(of: Place | None = None) -> Any:
    """Open a window on the place and wait until it stands; the caller puts it away with `put_away`."""
    from desktop.ui.frame import Frame
    from desktop.ui.program import application

    there = of or place()
    application(practice=True, scheme="light")
    frame = Frame(there.app)
    frame.resize(1320, 860)
    frame.show()
    frame.begin()
    settle(frame)
    return frame


def settle(frame: Any, seconds: float = 20.0) -> None:
    """Wait until no work is under way and everything that came back has been dealt with."""
    from PySide6.QtCore import QCoreApplication, QEvent
    from PySide6.QtWidgets import QApplication

    app = QApplication.instance()
    assert app is not None
    end = time.monotonic() + seconds
    calm = 0
    while calm < 10:
        app.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        calm = calm + 1 if not frame.jobs._running else 0
        assert time.monotonic() < end, "the window does not come to rest"
        time.sleep(0.003)


def put_away(frame: Any) -> None:
    """Close a window but leave the place's workspace open for the next test."""
    frame.jobs.close()
    frame.hide()
    frame.deleteLater()


def picture(widget: Any, target: Path) -> Path:
    """Save what a widget looks like."""
    target.parent.mkdir(parents=True, exist_ok=True)
    assert widget.grab().save(str(target), "PNG")
    return target
