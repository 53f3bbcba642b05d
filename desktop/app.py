"""The composition root: the only place where the program's objects are wired together.

The window's first picture waits for this module: what is not needed for it is imported where it is used.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop.filing.desk import Desk
    from desktop.messages import Language
    from desktop.sandbox.server import Sandbox
    from desktop.store import Workspace
    from desktop.store.key import Unlock
    from desktop.workers import Workers
    from forms.template import Library
    from signing.trust import Trust

PRACTICE_CLIENT = "0999999888"
PRACTICE_NAME = "CÔNG TY TNHH THỰC HÀNH ÁNH DƯƠNG"
PRACTICE_PERSON = "Nguyễn Thị Thực Hành"
PRACTICE_PASSPHRASE = "thuc-hanh"
"""Opens the practice key and nothing else; it is shown wherever it is asked for."""
PRACTICE_PACE = 6.0
"""Seconds between two statuses of the embedded practice portal."""


@dataclass(frozen=True)
class Practice:
    """What a practice start made ready: for whom, which dossier, which key."""

    client: str
    dossier: str
    key: Path
    passphrase: str


def default_home() -> Path:
    """Return the platform's data folder of the program."""
    from platformdirs import user_data_path

    return user_data_path("hoso", appauthor=False)


def _now() -> datetime:
    from desktop.filing.desk import ZONE

    return datetime.now(ZONE)


class App:
    """The wired program of one run. Nothing is opened before it is needed."""

    def __init__(
        self,
        *,
        home: Path | None = None,
        practice: bool = False,
        unlock: Callable[[], str | None] = lambda: None,
        lang: Language = "vi",
        say: Callable[[str], None] = lambda text: None,
        ask: Callable[[str, str], str] | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self.home = home if home is not None else default_home()
        self.practice = practice
        self.lang = lang
        self.say = say
        self._unlock = unlock
        self._ask = ask
        self._clock = clock or _now

    @cached_property
    def workers(self) -> Workers:
        """Return the two worker processes; they start when first used."""
        from desktop.workers import Workers

        return Workers()

    @cached_property
    def desk(self) -> Desk:
        """Return what the use cases work on."""
        from desktop.filing.desk import Desk
        from desktop.portal.catalogue import Catalogue

        return Desk(
            home=self.home,
            practice=self.practice,
            open_workers=lambda: self.workers,
            open_workspace=lambda: self.open_workspace(),
            open_catalogue=lambda: Catalogue(self.home, practice=self.practice),
            clock=self._clock,
        )

    @property
    def workspace(self) -> Workspace:
        """Return the open workspace, made on first use."""
        return self.desk.workspace

    @property
    def library(self) -> Library:
        """Return the templates."""
        return self.desk.library

    def now(self) -> datetime:
        """Return the time in Việt Nam."""
        return self.desk.now()

    def today(self) -> date:
        """Return the day in Việt Nam."""
        return self.desk.today()

    def timestamp(self) -> int:
        """Return the time as Unix seconds."""
        return self.desk.timestamp()

    # --- the workspace ---------------------------------------------------------------------------------------------

    def workspace_exists(self) -> bool:
        """Say whether there is a workspace here."""
        from desktop.store.workspace import exists

        return exists(self.home, self.practice)

    def open_workspace(self, unlock: Unlock | None = None) -> Workspace:
        """Open the workspace, or make it; its recovery code is then told once through `say`.

        Without a passphrase the operating system's keyring keeps the key. Raises what the store raises.
        """
        from desktop.store import Workspace
        from desktop.store.workspace import exists, opened_by

        if exists(self.home, self.practice):
            chosen = unlock or self._known_unlock(opened_by(self.home, self.practice))
            return Workspace.open(self.home, practice=self.practice, unlock=chosen, clock=self._clock)
        chosen = unlock or self._new_unlock()
        workspace, code = Workspace.create(self.home, practice=self.practice, unlock=chosen, clock=self._clock)
        self._tell_recovery(code)
        return workspace

    def _known_unlock(self, kept: str) -> Unlock:
        from desktop.errors import PassphraseNeeded
        from desktop.store.key import Keyring, Passphrase

        text = self._unlock()
        if text is not None:
            return Passphrase(text)
        if kept == "keyring":
            return Keyring()
        if self._ask is None:
            raise PassphraseNeeded(str(self.home))
        return Passphrase(self._ask("Mật khẩu kho hồ sơ", "Workspace passphrase"))

    def _new_unlock(self) -> Unlock:
        from desktop.errors import KeyringUnavailable
        from desktop.store.key import Keyring, Passphrase, probe_keyring

        text = self._unlock()
        if text is not None:
            return Passphrase(text)
        try:
            probe_keyring()
            return Keyring()
        except KeyringUnavailable:
            if self._ask is None:
                raise
        first = self._ask("Đặt mật khẩu cho kho hồ sơ mới", "Set a passphrase for the new workspace")
        again = self._ask("Gõ lại mật khẩu", "Type it again")
        if first != again:
            from desktop.filing.errors import NotTheSame

            raise NotTheSame()
        return Passphrase(first)

    def _tell_recovery(self, code: str) -> None:
        if self.lang == "vi":
            self.say(f"Mã khôi phục (chỉ hiện một lần, hãy chép ra giấy và cất riêng):\n  {code}")
        else:
            self.say(f"Recovery code (shown once; write it down and keep it apart):\n  {code}")
        if self._ask is not None:
            typed = self._ask("Gõ lại 4 ký tự cuối của mã khôi phục", "Type the last 4 characters of the code")
            if typed.strip().upper() != code[-4:]:
                self.say(f"  {code}")

    def create_workspace(self, unlock: Unlock) -> str:
        """Make the workspace, keep it open and return its recovery code, to be shown once."""
        from desktop.store import Workspace

        workspace, code = Workspace.create(self.home, practice=self.practice, unlock=unlock, clock=self._clock)
        self.desk.__dict__["workspace"] = workspace
        return code

    def unlock_workspace(self, unlock: Unlock) -> Workspace:
        """Open the workspace with what a person just gave. Raises what the store raises."""
        opened = self.open_workspace(unlock)
        self.desk.__dict__["workspace"] = opened
        return opened

    def restore_workspace(self, file: Path, code: str | None) -> None:
        """Put a backup in the place of a workspace that is not there yet."""
        from desktop.store.backup import restore
        from desktop.store.key import RecoveryCode

        unlock: Unlock = RecoveryCode(code) if code is not None else self._known_unlock("passphrase")
        restore(file, self.home, unlock)

    def recover_workspace(self, code: str, unlock: Unlock | None = None) -> None:
        """Open with the recovery code and keep the key anew."""
        from desktop.store.workspace import recover

        recover(self.home, self.practice, code, unlock or self._new_unlock())

    def lock_workspace(self) -> None:
        """Put the key away, if the workspace is open in this run."""
        if "workspace" in self.desk.__dict__:
            self.desk.workspace.lock()
            del self.desk.__dict__["workspace"]

    # --- practice --------------------------------------------------------------------------------------------------

    def twin(self, *, practice: bool) -> App:
        """Return the program on the other kind of workspace of the same home; this one must be closed by the caller."""
        return App(
            home=self.home, practice=practice, unlock=self._unlock, lang=self.lang, say=self.say, ask=self._ask,
            clock=self._clock,
        )  # fmt: skip

    @property
    def practice_key(self) -> Path:
        """Return where the practice key lies once there is one."""
        return self.home / "khoa-thuc-hanh.p12"

    def resume_practice(self) -> None:
        """Start the embedded practice portal again where a practice start has made one."""
        if self.practice and (self.home / "practice-portal" / "port").is_file():
            _ = self.practice_portal

    @cached_property
    def practice_portal(self) -> Sandbox:
        """Return the embedded practice portal, running; it keeps its address from start to start."""
        from desktop.sandbox.server import Sandbox

        folder = self.home / "practice-portal"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        remembered = folder / "port"
        try:
            port = int(remembered.read_text())
        except (OSError, ValueError):
            port = 0
        portal = Sandbox(folder, port=port, pace=PRACTICE_PACE)
        try:
            portal.start()
        except OSError:
            # Somebody else took the port meanwhile: another one, which then has to be pinned anew.
            portal = Sandbox(folder, pace=PRACTICE_PACE).start()
        remembered.write_text(portal.url.rpartition(":")[2])
        return portal

    def start_practice(self, unlock: Unlock | None = None) -> Practice:
        """Make all ready for a first try: portal, made-up company, practice key, a VAT return that is filled.

        Takes some seconds the first time; what is there already is kept. `unlock` keeps a new practice workspace.
        """
        import json

        from desktop import filing
        from desktop.errors import ClientNotFound
        from forms.period import Period
        from forms.template import load

        assert self.practice
        portal = self.practice_portal
        if "workspace" not in self.desk.__dict__:
            if self.workspace_exists():
                self.unlock_workspace(unlock) if unlock is not None else self.workspace
            else:
                self.create_workspace(unlock or self._new_unlock())
        ws = self.workspace
        if portal.url not in {known.url for known in filing.portals(self.desk)}:
            for known in filing.portals(self.desk):
                if known.fingerprint == portal.fingerprint:
                    filing.remove_portal(self.desk, known.url)
            filing.add_portal(self.desk, portal.url, portal.fingerprint)
        try:
            client = ws.clients.get(PRACTICE_CLIENT)
        except ClientNotFound:
            facts = {
                "address": "Số 12 đường Nguyễn Huệ", "phone": "0912345678", "email": "ke-toan@anhduong.example",
                "legal_representative": PRACTICE_PERSON,
            }  # fmt: skip
            client = filing.add_client(self.desk, PRACTICE_CLIENT, PRACTICE_NAME, facts)
        # What is signed here is judged here, too: the issuing authorities and their revocation lists.
        filing.trust_add(self.desk, portal.authority.intermediates_pem + portal.authority.crl_pem, source="portal")
        if not self.practice_key.is_file():
            issued = portal.authority.issue(PRACTICE_NAME, tax_code=PRACTICE_CLIENT)
            self.practice_key.write_bytes(issued.p12(PRACTICE_PASSPHRASE))
        dossiers = ws.dossiers.list(client)
        if dossiers:
            return Practice(client.tax_code, dossiers[0].id, self.practice_key, PRACTICE_PASSPHRASE)
        today = self.today()
        period = Period(today.year, month=today.month).previous()
        dossier = filing.new_dossier(self.desk, "1.007014", client.tax_code, period=str(period))
        template = load(self.library.choose("thue/01-gtgt", period, today))
        if template.example is not None:
            data = json.loads(json.dumps(template.example.data))
            data |= {template.identity.tax_code: client.tax_code, template.identity.name: client.name}
            filing.set_data(self.desk, dossier.id, "to-khai", data)
        return Practice(client.tax_code, dossier.id, self.practice_key, PRACTICE_PASSPHRASE)

    def trust_if_any(self, given: Trust) -> Trust:
        """Add what the workspace trusts, where one can be opened without asking anybody."""
        from desktop.filing.sealing import workspace_trust
        from desktop.store.workspace import exists, opened_by

        if not exists(self.home, self.practice):
            return given
        if opened_by(self.home, self.practice) == "passphrase" and self._unlock() is None:
            return given
        kept = workspace_trust(self.desk)
        return given if kept is None else given | kept

    def close(self) -> None:
        """Let go of everything."""
        if "practice_portal" in self.__dict__:
            self.practice_portal.stop()
            del self.__dict__["practice_portal"]
        if "desk" in self.__dict__:
            self.lock_workspace()
        if "workers" in self.__dict__:
            self.workers.close()
