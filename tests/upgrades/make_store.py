"""Make the test store of the newest schema: `python tests/upgrades/make_store.py`.

Done once, when a schema is released; the file is then kept for ever, because some user's workspace is like it.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

STORES = Path(__file__).with_name("stores")
PASSPHRASE = "một kho để nâng cấp"
AT = datetime(2026, 7, 20, 2, 0, tzinfo=UTC)


def make() -> Path:
    from desktop.outbox import enqueue
    from desktop.store import Passphrase, Workspace, migrate
    from desktop.store.records import Component, FeeState, ItemState

    target = STORES / f"{migrate.HEAD}.hoso"
    with tempfile.TemporaryDirectory() as place:
        ws, _ = Workspace.create(Path(place), practice=False, unlock=Passphrase(PASSPHRASE), clock=lambda: AT)
        with ws:
            client = ws.clients.add("0100686209", "CÔNG TY TNHH ÁNH DƯƠNG", {"address": "Số 12 Lê Lợi"})
            form = ws.forms.create(client, "thue/01-gtgt", "tt80-1", "2026-06", {"ct22": 29826193, "co": True})
            part = Component("to_khai", "Tờ khai", True, 1, 0, "thue/01-gtgt", False, True, None)
            dossier = ws.dossiers.create(
                client, "1.007014", "", "2026-06", "online", [part], procedure_name="Khai thuế giá trị gia tăng"
            )
            ws.dossiers.set_form(dossier.id, "to_khai", form.id)
            before = ws.files.put(b"before " * 20, "tờ khai.pdf", "application/pdf")
            file = ws.dossiers.attach(dossier.id, "to_khai", "tờ khai.pdf", before, kind="form")
            ws.dossiers.replace_signed(dossier.id, file.id, ws.files.put(b"signed", "tờ khai.pdf", "application/pdf"))
            ws.dossiers.mark_signed(dossier.id, "a.manifest.jws")
            item = enqueue(ws, dossier.id, "https://cong.example")
            with ws.transaction():
                number = ws.outbox.begin(item.key, "send")
                ws.outbox.move(item.key, ItemState.QUEUED, ItemState.SENDING)
                ws.outbox.end(item.key, number, "registered")
                ws.outbox.keep_receipt(
                    item.key, code="H38.22.34-260720-0001", data=b"a.receipt.jws", received=AT, due=None, trusted=True
                )
                ws.outbox.move(item.key, ItemState.SENDING, ItemState.DONE, code="H38.22.34-260720-0001")
                ws.dossiers.mark_submitted(
                    dossier.id, portal="https://cong.example", code="H38.22.34-260720-0001", received=AT, due=None
                )
            ws.evidence.add(dossier.id, "receipt", b"a.receipt.jws")
            ws.statuses.record(dossier.id, AT, 2, "Đã tiếp nhận")
            ws.fees.record(dossier.id, "le-phi", "Lệ phí", 100_000, FeeState.DUE)
            ws.fees.start_payment(dossier.id, "le-phi")
            ws.letters.record(dossier.id, "1", "supplement", at=AT, text="Bổ sung hóa đơn")
            ws.portals.add("https://cong.example", name_vi="Cổng", name_en="Portal", practice=False, fingerprint=None)
            ws.trust.add("aa" * 32, "anchor", "Gốc", b"der")
            ws.settings.set("lang", "vi")
            target.unlink(missing_ok=True)
            ws.backup(target)
    return target


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    print(make())
