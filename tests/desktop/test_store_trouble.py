"""A full disk, a folder that cannot be written, a damaged or newer store, and backups."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.errors import (
    BackupDamaged,
    StoreBusy,
    StoreDamaged,
    StoreFull,
    StoreTooNew,
    StoreUnwritable,
    TargetExists,
    WorkspaceExists,
    WrongPassphrase,
)
from desktop.store import Passphrase, RecoveryCode, Workspace, engine, restore
from desktop.store.migrate import HEAD
from desktop.store.records import ItemState
from tests.desktop.store_kit import WORDS, fresh_home, open_in, signed_dossier


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "nhỏ"
    place.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(place)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"no small disk can be mounted here: {done.stderr.strip()}")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk_loses_nothing(small_disk: Path) -> None:
    home, _ = fresh_home(small_disk)
    saved: list[str] = []
    with open_in(home) as ws:
        client = ws.clients.add("0100686209", "ÁNH DƯƠNG")
        form = ws.forms.create(client, "t", "1", "2026-06", {"v": "đã lưu"})

        def fill_with_files() -> None:
            for number in range(100):
                saved.append(ws.files.put(random.Random(number).randbytes(200_000), "a", "x/y"))

        def fill_with_forms() -> None:
            for _ in range(10_000):
                ws.forms.create(client, "t", "1", "2026-06", {"v": "x" * 3000})

        for fill in (fill_with_files, fill_with_forms):
            with pytest.raises(StoreFull):
                fill()
        assert saved
        # What was saved before can still be read, from this process and from a new one.
        assert ws.forms.get(form.id).values == {"v": "đã lưu"}
        assert ws.clients.facts(client)["name"].value == "ÁNH DƯƠNG"
        with pytest.raises(StoreFull):
            ws.backup(home / "lưu.hoso")
        assert not list(home.glob("*lưu*"))
    with open_in(home) as ws:
        assert all(ws.files.read(sha256) for sha256 in saved)
        assert ws.check().ok
    assert all(file.name.startswith("workspace.") for file in home.iterdir())


def test_a_full_disk_stops_creation_cleanly(small_disk: Path) -> None:
    (small_disk / "ballast").write_bytes(bytes(5_700_000))
    with pytest.raises(StoreFull):
        Workspace.create(small_disk / "kho", practice=False, unlock=Passphrase(WORDS))
    assert list((small_disk / "kho").iterdir()) == []
    (small_disk / "ballast").unlink()
    Workspace.create(small_disk / "kho", practice=False, unlock=Passphrase(WORDS))[0].lock()


def test_a_full_disk_while_the_passphrase_changes(small_disk: Path) -> None:
    home, _ = fresh_home(small_disk)
    with open_in(home) as ws:
        room = os.statvfs(small_disk)
        (small_disk / "ballast").write_bytes(bytes(room.f_bavail * room.f_frsize))
        with pytest.raises(StoreFull):
            ws.change_unlock(Passphrase("cụm mật khẩu mới"))
    (small_disk / "ballast").unlink()
    open_in(home).lock()


def test_an_unwritable_place_is_said(tmp_path: Path) -> None:
    (tmp_path / "tệp").write_text("không phải thư mục")
    with pytest.raises(StoreUnwritable):
        Workspace.create(tmp_path / "tệp" / "kho", practice=False, unlock=Passphrase(WORDS))


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere, Windows has other rights")
def test_a_read_only_folder_is_said(tmp_path: Path) -> None:
    home = tmp_path / "kho"
    home.mkdir(mode=0o500)
    with pytest.raises(StoreUnwritable):
        Workspace.create(home, practice=False, unlock=Passphrase(WORDS))


@pytest.mark.parametrize("place", [0, 50, 5000, 40_000])
def test_a_damaged_store_is_not_a_wrong_passphrase(tmp_path: Path, place: int) -> None:
    home, _ = fresh_home(tmp_path)
    data = bytearray((home / "workspace.db").read_bytes())
    data[place] ^= 1
    (home / "workspace.db").write_bytes(data)
    try:
        with open_in(home) as ws:
            assert not ws.check().ok
    except StoreDamaged:
        pass


def test_a_plain_or_empty_file_is_no_store(tmp_path: Path) -> None:
    home, _ = fresh_home(tmp_path)
    store = home / "workspace.db"
    store.unlink()
    connection = sqlite3.connect(store)
    connection.execute("CREATE TABLE x (y)")
    connection.close()
    with pytest.raises(StoreDamaged):
        open_in(home)
    store.write_bytes(b"")
    with pytest.raises(StoreDamaged):
        open_in(home)
    assert store.read_bytes() == b""


def test_a_newer_store_is_refused_and_untouched(tmp_path: Path) -> None:
    home, _ = fresh_home(tmp_path)
    with open_in(home) as ws, ws._database.outside() as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    before = (home / "workspace.db").read_bytes()
    with pytest.raises(StoreTooNew) as caught:
        open_in(home)
    assert (caught.value.found, caught.value.known) == ("9999", HEAD)
    assert (home / "workspace.db").read_bytes() == before


def test_a_writer_that_takes_too_long_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.2)
    home, _ = fresh_home(tmp_path)
    with open_in(home) as one, open_in(home) as two:
        release = threading.Event()
        holding = threading.Event()

        def hold() -> None:
            with one.transaction():
                holding.set()
                release.wait(20)

        thread = threading.Thread(target=hold)
        thread.start()
        holding.wait(20)
        # Reading goes on beside a writer.
        assert two.clients.list() == []
        with pytest.raises(StoreBusy) as caught:
            two.clients.add("1", "A")
        release.set()
        thread.join()
        assert caught.value.retry
        two.clients.add("1", "A")
        assert one.clients.get("1").name == "A"


# --- backup


def test_backup_and_restore(tmp_path: Path) -> None:
    home, code = fresh_home(tmp_path)
    backup = tmp_path / "sao lưu.hoso"
    with open_in(home) as ws:
        dossiers = [signed_dossier(ws, period=f"2026-0{month}") for month in (4, 5, 6)]
        items = [ws.outbox.enqueue(dossier.id, "p") for dossier in dossiers]
        ws.outbox.move(items[0].key, ItemState.QUEUED, ItemState.SENDING)
        ws.outbox.move(items[1].key, ItemState.QUEUED, ItemState.CANCELLED)
        ws.backup(backup)
        with pytest.raises(TargetExists):
            ws.backup(backup)
        counts = ws.counts()
    with pytest.raises(WorkspaceExists):
        restore(backup, home, Passphrase(WORDS))
    with pytest.raises(WrongPassphrase):
        restore(backup, tmp_path / "nơi khác", Passphrase("không phải cụm này"))
    assert not (tmp_path / "nơi khác").exists()
    for unlock in (Passphrase(WORDS), RecoveryCode(code)):
        place = tmp_path / type(unlock).__name__
        assert restore(backup, place, unlock) is False
        with open_in(place) as ws:
            assert ws.counts() == counts
            assert ws.check().ok
            # What it calls queued may have been sent since: it must be asked for before it is sent.
            assert [item.state for item in ws.outbox.items()] == [
                ItemState.UNCERTAIN, ItemState.CANCELLED, ItemState.UNCERTAIN,
            ]  # fmt: skip
    restore(backup, tmp_path / "mới", RecoveryCode(code), new_unlock=Passphrase("cụm mật khẩu mới"))
    Workspace.open(tmp_path / "mới", practice=False, unlock=Passphrase("cụm mật khẩu mới")).lock()


def test_a_backup_is_of_one_moment(tmp_path: Path) -> None:
    """Two tables are always written together; a backup made meanwhile never holds one without the other."""
    home, _ = fresh_home(tmp_path)
    program = f"""
import sys
sys.path.insert(0, {str(Path(__file__).resolve().parents[2])!r})
from pathlib import Path
from desktop.store import Workspace, Passphrase
with Workspace.open(Path({str(home)!r}), practice=False, unlock=Passphrase({WORDS!r})) as ws:
    print("ready", flush=True)
    for number in range(100_000):
        with ws.transaction():
            ws.clients.add(str(number), "A" * 500)
            ws.settings.set("count", number + 1)
"""
    writer = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    try:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
        with open_in(home) as ws:
            for number in range(4):
                ws.backup(tmp_path / f"{number}.hoso")
    finally:
        writer.kill()
        writer.wait()
        if writer.stdout is not None:
            writer.stdout.close()
    for number in range(4):
        place = tmp_path / f"nơi {number}"
        restore(tmp_path / f"{number}.hoso", place, Passphrase(WORDS))
        with open_in(place) as ws:
            assert len(ws.clients.list()) == ws.settings.get("count", 0)


def test_damaged_backups_are_refused_and_leave_nothing(tmp_path: Path) -> None:
    home, _ = fresh_home(tmp_path)
    backup = tmp_path / "b.hoso"
    with open_in(home) as ws:
        signed_dossier(ws)
        ws.backup(backup)
    data = backup.read_bytes()
    chance = random.Random(20260720)
    place = tmp_path / "nơi khác"
    damaged = [data[: len(data) // 2], b"", b"PK\x05\x06" + bytes(18), b"x" * 1000]
    for _ in range(25):
        at = chance.randrange(len(data))
        damaged.append(data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :])
    for number, bad in enumerate(damaged):
        backup.write_bytes(bad)
        try:
            restore(backup, place, Passphrase(WORDS))
        except BackupDamaged:
            assert not place.exists() or list(place.iterdir()) == [], number
        else:
            # A flipped bit in what ZIP does not use (a date, an attribute): what was restored is whole.
            with open_in(place) as ws:
                assert ws.check().ok
                assert ws.counts()["dossiers"] == 1
            for file in place.iterdir():
                file.unlink()


def test_a_backup_with_other_members_is_refused(tmp_path: Path) -> None:
    bad = tmp_path / "b.hoso"
    with zipfile.ZipFile(bad, "w") as archive:
        archive.writestr("../workspace.db", b"x")
    with pytest.raises(BackupDamaged):
        restore(bad, tmp_path / "x", Passphrase(WORDS))
