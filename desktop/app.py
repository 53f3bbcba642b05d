"""The composition root: the only place where the program's objects are wired together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.filing.desk import ZONE, Desk
from desktop.messages import Language
from desktop.workers import Workers

if TYPE_CHECKING:
    from desktop.store import Workspace
    from desktop.store.key import Unlock
    from forms.template import Library
    from signing.trust import Trust


def default_home() -> Path:
    """Return the platform's data folder of the program."""
    from platformdirs import user_data_path

    return user_data_path("hoso", appauthor=False)


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
        clock: Callable[[], datetime] = lambda: datetime.now(ZONE),
    ) -> None:
        self.home = home if home is not None else default_home()
        self.practice = practice
        self.lang = lang
        self.say = say
        self._unlock = unlock
        self._ask = ask
        self._clock = clock

    @cached_property
    def workers(self) -> Workers:
        """Return the two worker processes; they start when first used."""
        return Workers()

    @cached_property
    def desk(self) -> Desk:
        """Return what the use cases work on."""
        from desktop.portal.catalogue import Catalogue

        return Desk(
            home=self.home,
            practice=self.practice,
            workers=self.workers,
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

    def restore_workspace(self, file: Path, code: str | None) -> None:
        """Put a backup in the place of a workspace that is not there yet."""
        from desktop.store.backup import restore
        from desktop.store.key import RecoveryCode

        unlock: Unlock = RecoveryCode(code) if code is not None else self._known_unlock("passphrase")
        restore(file, self.home, unlock)

    def recover_workspace(self, code: str) -> None:
        """Open with the recovery code and keep the key anew."""
        from desktop.store.workspace import recover

        recover(self.home, self.practice, code, self._new_unlock())

    def lock_workspace(self) -> None:
        """Put the key away, if the workspace is open in this run."""
        if "workspace" in self.desk.__dict__:
            self.desk.workspace.lock()
            del self.desk.__dict__["workspace"]

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
        if "desk" in self.__dict__:
            self.lock_workspace()
        if "workers" in self.__dict__:
            self.workers.close()
