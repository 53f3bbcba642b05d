"""The home page over 10,000 dossiers: from the window's first picture until a person can press what is due.

Made in the store directly: what filing leaves behind, in the shares of a busy office.
"""

from __future__ import annotations

import random
import shutil
import statistics
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from desktop.app import App
from desktop.store.key import Passphrase
from tests.bench.rows import Row
from tests.bench.window import WATCHED, start

DOSSIERS, CLIENTS = 10_000, 120
TURNS = 3
USABLE = 1000.0
"""Milliseconds beyond the first picture."""


def fill(app: App, count: int = DOSSIERS) -> None:
    """Put dossiers of two years into an open workspace: 97 of 100 filed, with codes, fees, requests and results."""
    from sqlalchemy import insert

    from desktop.store import schema as table

    ws = app.workspace
    dice = random.Random(20261122)
    clients = [ws.clients.add(_tax_code(n), f"CÔNG TY TNHH THƯƠNG MẠI SỐ {n}", {}) for n in range(CLIENTS)]
    now = app.now()
    rows: dict[Any, list[dict[str, Any]]] = {
        found: [] for found in (table.dossiers, table.revisions, table.outbox, table.fees, table.letters, table.results)
    }
    for n in range(count):
        client = dice.choice(clients)
        filed = n % 100 >= 3
        day = now - timedelta(days=dice.uniform(0, 730) if filed else dice.uniform(0, 20))
        name = f"HS-{n:08}"
        code = f"000.00.15.G12-261122-{n:06}" if filed else None
        rows[table.dossiers].append({
            "id": name, "client": client.id, "procedure": "1.007014", "case": "thang", "period": "2026-10",
            "procedure_name": "Khai thuế giá trị gia tăng đối với hoạt động sản xuất kinh doanh", "delivery": "online",
            "state": "SUBMITTED" if filed else "PREPARED", "revision": 1, "code": code, "code_entered": False,
            "portal": "https://127.0.0.1:9" if filed else None, "folded": f"{name.lower()} {client.name.lower()}",
            "status": 5 if filed and n % 500 == 7 else 9 if filed else None, "raw": "Đã trả kết quả" if filed else None,
            "created": day, "updated": day,
        })  # fmt: skip
        rows[table.revisions].append({"dossier": name, "number": 1, "key": f"K{n}", "why": "first", "created": day})
        if not filed:
            continue
        rows[table.outbox].append({
            "key": f"K{n}", "dossier": name, "revision": 1, "portal": "https://127.0.0.1:9", "state": "DONE",
            "position": n + 1, "code": code, "facts": {}, "created": day, "updated": day,
        })  # fmt: skip
        state = "due" if n % 400 == 9 else "paid"
        rows[table.fees].append(
            {"dossier": name, "fee": "f1", "title": "Lệ phí", "amount": 100_000, "state": state, "updated": day}
        )
        if n % 500 == 7:
            rows[table.letters].append({
                "dossier": name, "letter": "t1", "kind": "supplement", "at": day, "due": now + timedelta(days=3),
                "text": "Bổ sung bảng kê", "raw": {},
            })  # fmt: skip
        rows[table.results].append({
            "dossier": name, "result": "r1", "name": "Thông báo chấp nhận.pdf", "media_type": "application/pdf",
            "size": 1000, "sha256": "0" * 64, "issued": day,
        })  # fmt: skip
    with ws._database.write() as connection:
        for found, lines in rows.items():
            connection.execute(insert(found), lines)


LOOK = (
    """
def step(wired, frame, told, began):
    import json, os, time
    if frame.here is None or frame.here[0] != "home":
        return
    page = frame.page("home")
    from desktop.ui.pages.home import AgendaRow
    rows = [row for row in page.findChildren(AgendaRow) if row.isVisible()]
    if rows:
        page.grab()
        told.update(usable=time.monotonic() - began, spent=time.process_time(), rows=len(rows))
        print(json.dumps(told), flush=True)
        os._exit(0)
"""
    + WATCHED
)


def _tax_code(number: int) -> str:
    """Return a tax code with a right check digit."""
    weights = (31, 29, 23, 19, 17, 13, 7, 5, 3)
    while True:
        first = f"01{number:07}"
        check = 10 - sum(int(digit) * weight for digit, weight in zip(first, weights, strict=True)) % 11
        if check < 10:
            return f"{first}{check}"
        number += 100_000


def home() -> list[Row]:
    """Start the window on 10,000 dossiers; the median counts."""
    data = Path(tempfile.mkdtemp(prefix="hoso-bench-"))
    try:
        app = App(home=data / "hoso")
        code = app.create_workspace(Passphrase("con đường xưa em đi"))
        fill(app)
        app.close()
        start(LOOK, data, code)  # byte code
        found = [start(LOOK, data, code) for _ in range(TURNS)]
    finally:
        shutil.rmtree(data, ignore_errors=True)
    after = statistics.median(one["usable"] - one["painted"] for one in found) * 1000
    busy = statistics.median(one["spent"] - one["busy"] for one in found) * 1000
    note = f"{found[0]['rows']:.0f} rows; {busy:.0f} ms of the processor"
    return [Row(f"a usable home page over {DOSSIERS} dossiers, after the first picture", after, USABLE, "limit",
                note=note)]  # fmt: skip
