"""What the tests of the workspace and the outbox share: a ready workspace, a clock, a signed dossier."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from desktop.store import Passphrase, RecoveryCode, Workspace
from desktop.store.records import Component, Dossier

WORDS = "con đường xưa em đi"
PART = Component("to_khai", "Tờ khai thuế GTGT", True, 1, 0, "thue/01-gtgt", False, True, None)
MANIFEST = "eyJhbGciOiJub25lIn0.e30.c2ln"


@dataclass
class Time:
    """A clock that stands until it is moved."""

    now: datetime = datetime(2026, 7, 20, 2, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(microseconds=1)
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@cache
def _made() -> tuple[Path, str]:
    home = Path(tempfile.mkdtemp(prefix="hoso-made-"))
    workspace, code = Workspace.create(home, practice=False, unlock=Passphrase(WORDS))
    workspace.lock()
    return home, code


def fresh_home(place: Path) -> tuple[Path, str]:
    """Copy a workspace made once: making one takes a second."""
    source, code = _made()
    home = place / "Hồ sơ của tôi"
    shutil.copytree(source, home)
    return home, code


def open_in(home: Path, clock: Time | None = None) -> Workspace:
    """Open a copy with the recovery code, which takes no slow function."""
    return Workspace.open(home, practice=False, unlock=RecoveryCode(_made()[1]), clock=clock or Time())


def signed_dossier(
    ws: Workspace,
    tax_code: str = "0100686209",
    period: str = "2026-06",
    files: int = 1,
    manifest: Callable[[Dossier], str] | None = None,
) -> Dossier:
    """Make a client if needed, and a signed dossier with files; `manifest` writes one that says something."""
    from desktop.errors import ClientNotFound

    try:
        client = ws.clients.get(tax_code)
    except ClientNotFound:
        client = ws.clients.add(tax_code, "CÔNG TY TNHH ÁNH DƯƠNG", {"address": "Số 12 Lê Lợi, Đà Nẵng"})
    form = ws.forms.create(client, "thue/01-gtgt", "tt80-1", period, {"ct22": 29826193})
    dossier = ws.dossiers.create(
        client, "1.007014", "", period, "online", [PART], procedure_name="Khai thuế giá trị gia tăng"
    )
    ws.dossiers.set_form(dossier.id, PART.component, form.id)
    for number in range(files):
        before = ws.files.put(f"%PDF {dossier.id} {number}".encode() * 3000, "tờ khai.pdf", "application/pdf")
        kind = "form" if number == 0 else "attachment"
        file = ws.dossiers.attach(dossier.id, PART.component, "tờ khai.pdf", before, kind=kind)
        after = ws.files.put(f"%PDF {dossier.id} {number} signed".encode() * 3000, "tờ khai.pdf", "application/pdf")
        ws.dossiers.replace_signed(dossier.id, file.id, after)
    return ws.dossiers.mark_signed(dossier.id, MANIFEST if manifest is None else manifest(dossier))
