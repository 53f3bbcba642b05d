"""The key: passphrase, keyring, recovery code, and a header that is damaged or gone."""

from __future__ import annotations

import json
import os
import random
import shutil
import stat
import subprocess
import sys
import textwrap
import unicodedata
from pathlib import Path

import pytest

from desktop.errors import (
    HeaderDamaged,
    PassphraseNeeded,
    PassphraseTooShort,
    RecoveryCodeMistyped,
    StoreDamaged,
    WorkspaceExists,
    WorkspaceLocked,
    WorkspaceMissing,
    WrongPassphrase,
    WrongRecoveryCode,
)
from desktop.store import Keyring, Passphrase, RecoveryCode, Workspace, exists, opened_by, recover
from desktop.store.key import LETTERS, new_recovery_code, read_recovery_code
from tests.desktop.store_kit import WORDS, fresh_home, signed_dossier

ROOT = Path(__file__).resolve().parents[2]


def open_in(home: Path) -> Workspace:
    return Workspace.open(home, practice=False, unlock=Passphrase(WORDS))


def test_create_then_open_again(tmp_path: Path) -> None:
    home = tmp_path / "kho"
    assert not exists(home, False)
    with pytest.raises(WorkspaceMissing):
        Workspace.open(home, practice=False, unlock=Passphrase(WORDS))
    workspace, code = Workspace.create(home, practice=False, unlock=Passphrase(WORDS))
    with workspace:
        workspace.clients.add("0100686209", "CÔNG TY TNHH ÁNH DƯƠNG")
    assert exists(home, False)
    assert not exists(home, True)
    assert opened_by(home, False) == "passphrase"
    assert len(code.replace("-", "")) == 32
    with Workspace.open(home, practice=False, unlock=Passphrase(WORDS)) as again:
        assert again.clients.get("0100686209").name == "CÔNG TY TNHH ÁNH DƯƠNG"
    with pytest.raises(WorkspaceExists):
        Workspace.create(home, practice=False, unlock=Passphrase(WORDS))


def test_practice_is_another_store(tmp_path: Path) -> None:
    home, _ = fresh_home(tmp_path)
    practice, _ = Workspace.create(home, practice=True, unlock=Passphrase(WORDS))
    with practice, open_in(home) as real:
        practice.clients.add("0100686209", "THỰC HÀNH")
        assert real.clients.list() == []
    # The one must not be opened as the other, whatever their names.
    for name in ("db", "header.json", "header.json.copy"):
        shutil.copy(home / f"practice.{name}", home / f"workspace.{name}")
    with pytest.raises(HeaderDamaged):
        open_in(home)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes; the user's profile folder is private")
def test_only_the_owner_can_read(tmp_path: Path) -> None:
    home = tmp_path / "sâu" / "kho"
    workspace, _ = Workspace.create(home, practice=False, unlock=Passphrase(WORDS))
    with workspace:
        signed_dossier(workspace)
        workspace.backup(home / "lưu.hoso")
        for file in home.iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
        assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_nothing_readable_on_the_disk(tmp_path: Path) -> None:
    home, code = fresh_home(tmp_path)
    with open_in(home) as workspace:
        signed_dossier(workspace)
        workspace.portals.add("https://example.vn", name_vi="Cổng", name_en="Portal", practice=False, fingerprint=None)
        workspace.portals.save_session("https://example.vn", {"access_token": "bimatlam123"}, {}, None)
        workspace.backup(home / "lưu.hoso")
        raw = b"".join(file.read_bytes() for file in home.iterdir())
    assert len(raw) > 300_000
    words = ("ÁNH DƯƠNG", "anh duong", "0100686209", "29826193", "Lê Lợi", "%PDF", "bimatlam123", "CREATE TABLE",
             "clients", "SQLite format", "sha256_before", WORDS, code, code.replace("-", ""))  # fmt: skip
    for word in words:
        for form in ("NFC", "NFD"):
            for encoding in ("utf-8", "utf-16-le"):
                assert unicodedata.normalize(form, word).encode(encoding) not in raw, word


def test_wrong_passphrase_is_not_a_damaged_header(tmp_path: Path) -> None:
    home, _ = fresh_home(tmp_path)
    for wrong in ("con đường xưa em", WORDS.upper(), WORDS + " "):
        with pytest.raises(WrongPassphrase):
            Workspace.open(home, practice=False, unlock=Passphrase(wrong))
    # The same letters typed by another keyboard are the same passphrase.
    Workspace.open(home, practice=False, unlock=Passphrase(unicodedata.normalize("NFD", WORDS))).lock()
    with pytest.raises(PassphraseNeeded):
        Workspace.open(home, practice=False, unlock=Keyring())
    assert WORDS not in repr(Passphrase(WORDS))


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda data: data.replace(b'"sealed": "', b'"sealed": "A', 1), "digest"),
        (lambda data: data[: len(data) // 2], "shape"),
        (lambda data: b"\x00" * len(data), "shape"),
        (lambda data: b"[" * 60_000, "shape"),
        (lambda data: data.replace(b'"format": 1', b'"format": 2'), "version"),
    ],
)
def test_damaged_header_says_so(tmp_path: Path, damage: object, why: str) -> None:
    home, _ = fresh_home(tmp_path)
    header = home / "workspace.header.json"
    data = header.read_bytes()
    header.write_bytes(damage(data))  # type: ignore[operator]  # a plain function
    # The spare copy saves it, and mends it.
    open_in(home).lock()
    assert header.read_bytes() == data
    for file in (header, home / "workspace.header.json.copy"):
        file.write_bytes(damage(data))  # type: ignore[operator]  # a plain function
    with pytest.raises(HeaderDamaged) as caught:
        open_in(home)
    assert caught.value.why == why
    assert exists(home, False)
    with pytest.raises(WorkspaceExists):
        Workspace.create(home, practice=False, unlock=Passphrase(WORDS))


def test_hostile_parameters_are_refused(tmp_path: Path) -> None:
    from desktop.store.key import _digest

    home, _ = fresh_home(tmp_path)
    body = json.loads((home / "workspace.header.json").read_text())
    body["passphrase"]["kdf"]["memory"] = 1 << 40
    body.pop("digest")
    body["digest"] = _digest(body)
    for name in ("workspace.header.json", "workspace.header.json.copy"):
        (home / name).write_text(json.dumps(body))
    with pytest.raises(HeaderDamaged) as caught:
        open_in(home)
    assert caught.value.why == "parameters"


def test_missing_header_never_means_a_new_store(tmp_path: Path) -> None:
    home, _ = fresh_home(tmp_path)
    (home / "workspace.header.json").unlink()
    open_in(home).lock()
    (home / "workspace.header.json").unlink()
    (home / "workspace.header.json.copy").unlink()
    with pytest.raises(HeaderDamaged) as caught:
        open_in(home)
    assert caught.value.why == "missing"
    with pytest.raises(WorkspaceExists):
        Workspace.create(home, practice=False, unlock=Passphrase(WORDS))


def test_header_without_store_is_kept_aside(tmp_path: Path) -> None:
    home, _ = fresh_home(tmp_path)
    old = (home / "workspace.header.json").read_bytes()
    (home / "workspace.db").unlink()
    with pytest.raises(WorkspaceMissing):
        open_in(home)
    workspace, _ = Workspace.create(home, practice=False, unlock=Passphrase("một cụm khác hẳn"))
    workspace.lock()
    assert old in [file.read_bytes() for file in home.glob("*.orphan-*")]


def test_header_of_another_store_gives_a_damaged_store(tmp_path: Path) -> None:
    home, _ = fresh_home(tmp_path)
    other, _ = Workspace.create(tmp_path / "khác", practice=False, unlock=Passphrase("một cụm khác hẳn"))
    other.lock()
    shutil.copy(tmp_path / "khác" / "workspace.db", home / "workspace.db")
    with pytest.raises(StoreDamaged):
        open_in(home)


def test_short_passphrase_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(PassphraseTooShort):
        Workspace.create(tmp_path / "kho", practice=False, unlock=Passphrase("ngắn"))
    assert list((tmp_path / "kho").iterdir()) == []


def test_change_passphrase(tmp_path: Path) -> None:
    home, code = fresh_home(tmp_path)
    with open_in(home) as workspace:
        workspace.change_unlock(Passphrase("cụm mật khẩu mới"))
    with pytest.raises(WrongPassphrase):
        open_in(home)
    Workspace.open(home, practice=False, unlock=Passphrase("cụm mật khẩu mới")).lock()
    Workspace.open(home, practice=False, unlock=RecoveryCode(code)).lock()


def test_old_passphrase_does_not_live_on_in_the_spare_copy(tmp_path: Path) -> None:
    home, _ = fresh_home(tmp_path)
    old = (home / "workspace.header.json").read_bytes()
    with open_in(home) as workspace:
        workspace.change_unlock(Passphrase("cụm mật khẩu mới"))
    # As if the machine had stopped between the two writes.
    (home / "workspace.header.json.copy").write_bytes(old)
    Workspace.open(home, practice=False, unlock=Passphrase("cụm mật khẩu mới")).lock()
    assert (home / "workspace.header.json.copy").read_bytes() == (home / "workspace.header.json").read_bytes()


def test_recover_with_a_code_typed_by_a_person(tmp_path: Path) -> None:
    home, code = fresh_home(tmp_path)
    typed = "  " + code.lower().replace("-", " ").replace("0", "o").replace("1", "l") + "\n"
    recover(home, False, typed, Passphrase("cụm mật khẩu mới"))
    Workspace.open(home, practice=False, unlock=Passphrase("cụm mật khẩu mới")).lock()
    with pytest.raises(WrongPassphrase):
        open_in(home)
    with pytest.raises(WrongRecoveryCode):
        recover(home, False, new_recovery_code(), Passphrase("cụm mật khẩu mới"))
    with pytest.raises(RecoveryCodeMistyped):
        recover(home, False, "ABCD", Passphrase("cụm mật khẩu mới"))


def test_new_recovery_code_ends_the_old_one(tmp_path: Path) -> None:
    home, code = fresh_home(tmp_path)
    with open_in(home) as workspace:
        fresh = workspace.new_recovery_code()
    with pytest.raises(WrongRecoveryCode):
        Workspace.open(home, practice=False, unlock=RecoveryCode(code))
    Workspace.open(home, practice=False, unlock=RecoveryCode(fresh)).lock()


def test_every_single_slip_in_a_recovery_code_is_seen() -> None:
    chance = random.Random(20260720)
    for _ in range(20):
        code = new_recovery_code()
        number = read_recovery_code(code)
        assert number.bit_length() <= 150
        plain = code.replace("-", "")
        for place in range(32):
            other = chance.choice([letter for letter in LETTERS if letter != plain[place]])
            with pytest.raises(RecoveryCodeMistyped):
                read_recovery_code(plain[:place] + other + plain[place + 1 :])
        for place in range(31):
            swapped = plain[:place] + plain[place + 1] + plain[place] + plain[place + 2 :]
            if swapped != plain:
                with pytest.raises(RecoveryCodeMistyped):
                    read_recovery_code(swapped)
        with pytest.raises(RecoveryCodeMistyped):
            read_recovery_code("U" + plain[1:])


def test_lock_puts_the_key_away(tmp_path: Path) -> None:
    home, _ = fresh_home(tmp_path)
    workspace = open_in(home)
    digest = workspace.files.put(b"x" * 3_000_000, "a.bin", "application/octet-stream")
    reader = workspace.files.open(digest)
    reader.read(10)
    workspace.lock()
    assert workspace.locked
    for use in (
        workspace.clients.list,
        lambda: workspace.files.read(digest),
        workspace.check,
        workspace.new_recovery_code,
        lambda: reader.seek(2_500_000) and reader.read(1),
    ):
        with pytest.raises(WorkspaceLocked):
            use()


# --- the keyring, a real one


def _in_session(script: str, home: Path, *, unlock: bool) -> subprocess.CompletedProcess[str]:
    if shutil.which("dbus-run-session") is None or shutil.which("gnome-keyring-daemon") is None:
        pytest.skip("no dbus-run-session or gnome-keyring on this machine")
    start = (
        'printf "%s" "test-pass" | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1;'
        if unlock
        else ""
    )
    runtime = home / "run"
    runtime.mkdir(mode=0o700, parents=True, exist_ok=True)
    environment = {
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(runtime),
        "XDG_DATA_HOME": str(home / "data"),
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(ROOT),
    }
    program = f"{start} exec {sys.executable} -c '{textwrap.dedent(script)}' {home}"
    return subprocess.run(
        ["dbus-run-session", "--", "bash", "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_a_real_keyring_keeps_the_key(tmp_path: Path) -> None:
    done = _in_session(
        """
        import sys, pathlib
        from desktop.store import Workspace, Keyring, Passphrase, RecoveryCode, recover, opened_by
        from desktop.store import key
        from desktop.errors import KeyMissing, PassphraseNotUsed
        home = pathlib.Path(sys.argv[1]) / "kho"
        ws, code = Workspace.create(home, practice=False, unlock=Keyring())
        ws.clients.add("0100686209", "ÁNH DƯƠNG"); name = ws._header.workspace; ws.lock()
        assert opened_by(home, False) == "keyring"
        with Workspace.open(home, practice=False, unlock=Keyring()) as ws:
            assert ws.clients.list()[0].name == "ÁNH DƯƠNG"
        try: Workspace.open(home, practice=False, unlock=Passphrase("x" * 10))
        except PassphraseNotUsed: print("no passphrase")
        key.keyring_forget(name)
        before = (home / "workspace.db").read_bytes()
        try: Workspace.open(home, practice=False, unlock=Keyring())
        except KeyMissing: print("missing")
        assert (home / "workspace.db").read_bytes() == before
        recover(home, False, code, Keyring())
        Workspace.open(home, practice=False, unlock=Keyring()).lock()
        with Workspace.open(home, practice=False, unlock=RecoveryCode(code)) as ws:
            ws.change_unlock(Passphrase("một cụm dài"))
        assert key.keyring_get(name) is None
        Workspace.open(home, practice=False, unlock=Passphrase("một cụm dài")).lock()
        print("done")
        """,
        tmp_path,
        unlock=True,
    )
    assert done.stdout.split("\n")[:3] == ["no passphrase", "missing", "done"], done.stderr


@pytest.mark.parametrize("session", [True, False])
def test_a_keyring_that_does_not_work_is_said(tmp_path: Path, session: bool) -> None:
    script = """
    import sys, pathlib
    from desktop.store import Workspace, Keyring
    from desktop.errors import KeyringUnavailable
    home = pathlib.Path(sys.argv[1]) / "kho"
    try: Workspace.create(home, practice=False, unlock=Keyring())
    except KeyringUnavailable as problem: print(problem.why, list(home.iterdir()))
    """
    if session:
        # A backend is there, but it is locked and nobody answers its question.
        done = _in_session(script, tmp_path, unlock=False)
    else:
        environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(script), str(tmp_path)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
    why, _, left = done.stdout.strip().partition(" ")
    assert why in {"NoKeyringError", "InitError", "KeyringLocked"}, done.stdout + done.stderr
    assert left == "[]"


def test_two_passphrases_may_be_tried_at_once() -> None:
    """Of the cryptography library alone, two at once fail or never end: so in a process that can be ended."""
    both = """
        from concurrent.futures import ThreadPoolExecutor
        from desktop.store.key import ARGON2, _stretch
        facts = {**ARGON2, "salt": "c2FsdHNhbHRzYWx0c2FsdA=="}
        with ThreadPoolExecutor(4) as threads:
            print(len(set(threads.map(lambda n: _stretch(f"con đường xưa {n}", facts), range(4)))))
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(both)], capture_output=True, text=True, timeout=120)
    assert done.stdout == "4\n", done.stderr
