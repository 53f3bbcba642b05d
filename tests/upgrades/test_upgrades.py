"""Stores of every released schema open with all that they hold; a step that fails changes nothing."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.errors import MigrationFailed
from desktop.store import Passphrase, Workspace, migrate, restore, schema
from desktop.store.records import DossierState, ItemState

STORES = Path(__file__).with_name("stores")
PASSPHRASE = Passphrase("một kho để nâng cấp")


def unpack(store: Path, home: Path) -> Path:
    """Put a kept store in place as it was, without the program's help."""
    home.mkdir()
    with zipfile.ZipFile(store) as archive:
        (home / "workspace.db").write_bytes(archive.read("store.db"))
        (home / "workspace.header.json").write_bytes(archive.read("header.json"))
    return home


def check_contents(ws: Workspace) -> None:
    assert ws.check().ok
    client = ws.clients.get("0100686209")
    assert ws.clients.facts(client)["address"].value == "Số 12 Lê Lợi"
    assert ws.forms.list(client)[0].values == {"ct22": 29826193, "co": True}
    dossier = ws.dossiers.list(words="anh duong gia tri gia tang")[0]
    assert (dossier.state, dossier.code) == (DossierState.SUBMITTED, "H38.22.34-260720-0001")
    file = ws.dossiers.files(dossier.id)[0]
    assert file.sha256_before_signing is not None
    assert ws.files.read(file.sha256) == b"signed"
    assert ws.files.read(file.sha256_before_signing) == b"before " * 20
    item = ws.outbox.items()[0]
    assert (item.state, item.code) == (ItemState.DONE, dossier.code)
    receipt = ws.outbox.receipt_of(dossier.id)
    assert receipt is not None
    assert receipt.data == b"a.receipt.jws"
    assert ws.dossiers.revision(dossier.id).manifest == "a.manifest.jws"
    assert ws.statuses.history(dossier.id)[0].raw == "Đã tiếp nhận"
    assert ws.fees.list(dossier.id)[0].amount == 100_000
    assert len(ws.fees.payments(dossier.id)) == 1
    assert ws.letters.list(open_only=True)[0].text == "Bổ sung hóa đơn"
    assert ws.portals.list()[0].url == "https://cong.example"
    assert ws.settings.get("lang") == "vi"


def test_every_step_has_a_kept_store() -> None:
    assert [store.stem for store in sorted(STORES.glob("*.hoso"))] == migrate.known_steps()
    assert migrate.known_steps()[-1] == migrate.HEAD


@pytest.mark.parametrize("store", sorted(STORES.glob("*.hoso")), ids=lambda store: store.stem)
def test_a_store_of_every_step_opens(tmp_path: Path, store: Path) -> None:
    home = unpack(store, tmp_path / "kho")
    with Workspace.open(home, practice=False, unlock=PASSPHRASE) as ws:
        check_contents(ws)
    restore(store, tmp_path / "phục hồi", PASSPHRASE)
    with Workspace.open(tmp_path / "phục hồi", practice=False, unlock=PASSPHRASE) as ws:
        check_contents(ws)


def test_the_steps_build_what_the_program_expects(tmp_path: Path) -> None:
    """The schema made by all steps and the one made from the tables at once say the same, CHECKs included."""
    from sqlalchemy import create_engine

    made = create_engine("sqlite://")
    schema.metadata.create_all(made)
    with made.connect() as connection:
        told = connection.exec_driver_sql("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()
        wanted = _shape([(kind, name, table, sql) for kind, name, table, sql in told])
    made.dispose()
    ws, _ = Workspace.create(tmp_path, practice=False, unlock=PASSPHRASE)
    with ws, ws._database.outside() as raw:
        found = _shape(raw.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall())
    assert {key: sql for key, sql in found.items() if "alembic_version" not in key} == wanted


def _shape(rows: list[tuple[str, str, str, str | None]]) -> dict[tuple[str, str, str], str]:
    shape = {}
    for kind, name, table, sql in rows:
        if sql is not None and not name.startswith("sqlite_"):
            # The order of columns and constraints means nothing.
            body = sql[sql.index("(") + 1 :].rstrip(") \n")
            parts = sorted(" ".join(line.strip().rstrip(",").split()) for line in body.splitlines())
            shape[(kind, name, table)] = "\n".join(part for part in parts if part)
    return shape


STEP = f"{int(migrate.HEAD) + 1:04d}"
"""The step that a later version would have."""
NEXT = """
from alembic import op
import sqlalchemy as sa
revision = "{revision}"
down_revision = "{before}"
def upgrade():
    with op.batch_alter_table("clients") as batch:
        batch.add_column(sa.Column("note", sa.Text))
    {more}
"""


@pytest.fixture
def with_next_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Give the program a step more, as a later version would have it."""

    def add(more: str) -> None:
        folder = tmp_path / "migrations"
        shutil.copytree(migrate.FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
        step = NEXT.format(more=more, revision=STEP, before=migrate.HEAD)
        (folder / "versions" / f"{STEP}_next.py").write_text(step)
        monkeypatch.setattr(migrate, "FOLDER", folder)
        monkeypatch.setattr(migrate, "HEAD", STEP)

    return add


def test_a_step_keeps_all_rows_and_leaves_a_copy(tmp_path: Path, with_next_step: Callable[[str], None]) -> None:
    home = unpack(STORES / "0001.hoso", tmp_path / "kho")
    with_next_step("pass")
    with Workspace.open(home, practice=False, unlock=PASSPHRASE) as ws:
        # The clients table was rebuilt, and nothing that refers to it went with it.
        check_contents(ws)
        with ws._database.outside() as raw:
            assert "note" in [row[1] for row in raw.execute("PRAGMA table_info(clients)")]
            assert raw.execute("PRAGMA foreign_keys").fetchone() == (1,)
    assert (home / f"workspace.db.before-{STEP}").exists()


@pytest.mark.parametrize(
    "more", ["raise RuntimeError('no')", "op.execute('DELETE FROM clients')", "op.execute('no such statement')"]
)
def test_a_step_that_fails_changes_nothing(
    tmp_path: Path, with_next_step: Callable[[str], None], more: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = unpack(STORES / "0001.hoso", tmp_path / "kho")
    with_next_step(more)
    with pytest.raises(MigrationFailed) as caught:
        Workspace.open(home, practice=False, unlock=PASSPHRASE)
    assert Path(caught.value.copy).exists()
    monkeypatch.undo()
    with Workspace.open(home, practice=False, unlock=PASSPHRASE) as ws:
        check_contents(ws)
        with ws._database.outside() as raw:
            assert "note" not in [row[1] for row in raw.execute("PRAGMA table_info(clients)")]
