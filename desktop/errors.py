"""What can go wrong in the program.

DesktopError
├── StoreError                   the encrypted workspace
│   ├── WorkspaceExists          one is never made over another
│   ├── WorkspaceMissing
│   ├── WorkspaceLocked          used after its key was put away
│   ├── KeyTrouble
│   │   ├── KeyringUnavailable   no keyring here that really keeps a secret
│   │   ├── KeyMissing           the keyring no longer holds this workspace's key: ask for the recovery code
│   │   ├── PassphraseNeeded     this workspace is opened with a passphrase
│   │   ├── PassphraseNotUsed    this workspace's key lies in the keyring, a passphrase cannot open it
│   │   ├── PassphraseTooShort
│   │   ├── WrongPassphrase
│   │   ├── RecoveryCodeMistyped the check letters do not fit: a letter is wrong, missing or swapped
│   │   └── WrongRecoveryCode    well written, but of another workspace
│   ├── HeaderDamaged            the file that says how the key is kept
│   ├── StoreDamaged
│   ├── StoreTooNew              made by a newer version of the program
│   ├── MigrationFailed
│   ├── StoreFull, StoreUnwritable, StoreBusy
│   ├── BackupDamaged
│   ├── TargetExists
│   ├── NotFound
│   │   ├── ClientNotFound, FormNotFound, DossierNotFound, FileNotFound, ItemNotFound, RecordNotFound
│   ├── ClientExists
│   ├── ClientInUse              a filing of this client is under way
│   ├── FormChanged              another window or command has saved this form meanwhile
│   ├── MoveForbidden            the state machine has no such move
│   └── FileTooLarge, FileDamaged
└── OutboxError
    ├── OutboxBusy               another process drains this workspace
    ├── NotSigned                only a signed dossier can be sent
    ├── DuplicateFiling          the same thing was filed, or is being filed, already
    └── CannotSettle             this portal cannot be asked; only the user's word helps

Those of the portal are drawn in `desktop/portal/errors.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from types import TracebackType
from typing import Any, ClassVar


@dataclass(eq=False)
class DesktopError(Exception):
    """Carry a stable code and typed facts, never words for a reader."""

    code: ClassVar[str] = "DESKTOP"
    retry: ClassVar[bool] = False
    stops_batch: ClassVar[bool] = False

    @property
    def facts(self) -> dict[str, Any]:
        """Return the facts by name."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), tuple(getattr(self, f.name) for f in fields(self))

    def __str__(self) -> str:
        return f"{self.code} {self.facts}"


@dataclass(eq=False)
class StoreError(DesktopError):
    """Stand for all that can be wrong with the workspace."""

    code: ClassVar[str] = "STORE"


@dataclass(eq=False)
class WorkspaceExists(StoreError):
    """There is a workspace here already, and it is never replaced."""

    path: str
    code: ClassVar[str] = "WORKSPACE_EXISTS"


@dataclass(eq=False)
class WorkspaceMissing(StoreError):
    """There is no workspace here."""

    path: str
    code: ClassVar[str] = "WORKSPACE_MISSING"


@dataclass(eq=False)
class WorkspaceLocked(StoreError):
    """The workspace was locked: its key is no longer in memory."""

    code: ClassVar[str] = "WORKSPACE_LOCKED"
    stops_batch: ClassVar[bool] = True


@dataclass(eq=False)
class KeyTrouble(StoreError):
    """Stand for all that keeps the key from us."""

    code: ClassVar[str] = "KEY_TROUBLE"


@dataclass(eq=False)
class KeyringUnavailable(KeyTrouble):
    """A real set, get and delete in the system's keyring did not work."""

    why: str
    """The name of the keyring's own error class, or NotKept."""
    code: ClassVar[str] = "KEYRING_UNAVAILABLE"


@dataclass(eq=False)
class KeyMissing(KeyTrouble):
    """The keyring works but does not hold this workspace's key."""

    path: str
    code: ClassVar[str] = "KEY_MISSING"


@dataclass(eq=False)
class PassphraseNeeded(KeyTrouble):
    """This workspace is opened with a passphrase, not by the keyring."""

    path: str
    code: ClassVar[str] = "PASSPHRASE_NEEDED"


@dataclass(eq=False)
class PassphraseNotUsed(KeyTrouble):
    """This workspace's key lies in the keyring; it has no passphrase."""

    path: str
    code: ClassVar[str] = "PASSPHRASE_NOT_USED"


@dataclass(eq=False)
class PassphraseTooShort(KeyTrouble):
    """The new passphrase has too few letters."""

    least: int
    code: ClassVar[str] = "PASSPHRASE_TOO_SHORT"


@dataclass(eq=False)
class WrongPassphrase(KeyTrouble):
    """The header is whole, and this passphrase does not open it."""

    path: str
    code: ClassVar[str] = "WRONG_PASSPHRASE"


@dataclass(eq=False)
class RecoveryCodeMistyped(KeyTrouble):
    """The recovery code cannot be right as it was typed."""

    why: str
    """letters (one that no code has), length, check"""
    code: ClassVar[str] = "RECOVERY_CODE_MISTYPED"


@dataclass(eq=False)
class WrongRecoveryCode(KeyTrouble):
    """The recovery code is well written, and not this workspace's."""

    path: str
    code: ClassVar[str] = "WRONG_RECOVERY_CODE"


@dataclass(eq=False)
class HeaderDamaged(StoreError):
    """The header beside the store is missing, unreadable or changed, and so is its spare copy."""

    path: str
    why: str
    """missing, shape, digest, version, parameters, key (it opens, and gives a key that is not the store's)"""
    code: ClassVar[str] = "HEADER_DAMAGED"


@dataclass(eq=False)
class StoreDamaged(StoreError):
    """The key is right and the store still cannot be read."""

    path: str
    code: ClassVar[str] = "STORE_DAMAGED"
    stops_batch: ClassVar[bool] = True


@dataclass(eq=False)
class StoreTooNew(StoreError):
    """The store was written by a newer version of the program."""

    path: str
    found: str
    known: str
    code: ClassVar[str] = "STORE_TOO_NEW"


@dataclass(eq=False)
class MigrationFailed(StoreError):
    """The store could not be brought to this version; it is as it was."""

    path: str
    copy: str
    code: ClassVar[str] = "MIGRATION_FAILED"


@dataclass(eq=False)
class StoreFull(StoreError):
    """The disk is full; what was saved before is safe."""

    path: str
    code: ClassVar[str] = "STORE_FULL"
    stops_batch: ClassVar[bool] = True


@dataclass(eq=False)
class StoreUnwritable(StoreError):
    """The folder or the file cannot be written."""

    path: str
    code: ClassVar[str] = "STORE_UNWRITABLE"
    stops_batch: ClassVar[bool] = True


@dataclass(eq=False)
class StoreBusy(StoreError):
    """Another process holds the store longer than we may wait."""

    path: str
    code: ClassVar[str] = "STORE_BUSY"
    retry: ClassVar[bool] = True


@dataclass(eq=False)
class BackupDamaged(StoreError):
    """The file is not a backup of a workspace, or not whole."""

    path: str
    why: str
    """shape, digest, version, size, store"""
    code: ClassVar[str] = "BACKUP_DAMAGED"


@dataclass(eq=False)
class TargetExists(StoreError):
    """There is a file already where one was to be made."""

    path: str
    code: ClassVar[str] = "TARGET_EXISTS"


@dataclass(eq=False)
class NotFound(StoreError):
    """Stand for all that was asked for and is not in the workspace."""

    code: ClassVar[str] = "NOT_FOUND"


@dataclass(eq=False)
class ClientNotFound(NotFound):
    """No client has this tax code."""

    tax_code: str
    code: ClassVar[str] = "CLIENT_NOT_FOUND"


@dataclass(eq=False)
class FormNotFound(NotFound):
    """No form has this id."""

    form: str
    code: ClassVar[str] = "FORM_NOT_FOUND"


@dataclass(eq=False)
class DossierNotFound(NotFound):
    """No dossier has this id or code."""

    dossier: str
    code: ClassVar[str] = "DOSSIER_NOT_FOUND"


@dataclass(eq=False)
class FileNotFound(NotFound):
    """The workspace holds no file of this hash."""

    sha256: str
    code: ClassVar[str] = "FILE_NOT_FOUND"


@dataclass(eq=False)
class ItemNotFound(NotFound):
    """The outbox holds no item of this key."""

    item: str
    code: ClassVar[str] = "ITEM_NOT_FOUND"


@dataclass(eq=False)
class RecordNotFound(NotFound):
    """Something smaller is not there: a component, a file of a dossier, a fee, a portal, an anchor."""

    kind: str
    name: str
    code: ClassVar[str] = "RECORD_NOT_FOUND"


@dataclass(eq=False)
class ClientExists(StoreError):
    """A client of this tax code is there already."""

    tax_code: str
    code: ClassVar[str] = "CLIENT_EXISTS"


@dataclass(eq=False)
class ClientInUse(StoreError):
    """A filing of this client is queued, being sent or uncertain; it must be settled or cancelled first."""

    tax_code: str
    dossiers: tuple[str, ...]
    code: ClassVar[str] = "CLIENT_IN_USE"


@dataclass(eq=False)
class FormChanged(StoreError):
    """The form was saved by another window or command since it was read."""

    form: str
    code: ClassVar[str] = "FORM_CHANGED"


@dataclass(eq=False)
class MoveForbidden(StoreError):
    """This state does not lead to that one."""

    what: str
    """dossier, item"""
    name: str
    state: str
    wanted: str
    code: ClassVar[str] = "MOVE_FORBIDDEN"


@dataclass(eq=False)
class FileTooLarge(StoreError):
    """A file is larger than the workspace takes; limit in bytes."""

    name: str
    limit: int
    code: ClassVar[str] = "FILE_OVER_LIMIT"


@dataclass(eq=False)
class FileDamaged(StoreError):
    """A kept file no longer has the hash that it is named by."""

    sha256: str
    code: ClassVar[str] = "FILE_DAMAGED"


@dataclass(eq=False)
class OutboxError(DesktopError):
    """Stand for all that can be wrong with the outbox itself."""

    code: ClassVar[str] = "OUTBOX"


@dataclass(eq=False)
class OutboxBusy(OutboxError):
    """Another process is sending from this workspace."""

    pid: str
    """Its process number; text, since it is a name and not an amount."""
    since: datetime | None
    code: ClassVar[str] = "OUTBOX_BUSY"
    retry: ClassVar[bool] = True


@dataclass(eq=False)
class NotSigned(OutboxError):
    """The dossier is not signed, so there is nothing that may be sent."""

    dossier: str
    state: str
    code: ClassVar[str] = "NOT_SIGNED"


@dataclass(eq=False)
class DuplicateFiling(OutboxError):
    """The same procedure was filed, or is being filed, for the same client and period."""

    dossier: str
    other: str
    """The id of the dossier that was first."""
    state: str
    at: datetime
    portal_code: str | None
    code: ClassVar[str] = "DUPLICATE_FILING"


@dataclass(eq=False)
class CannotSettle(OutboxError):
    """Only an item whose outcome is not known can be settled by the user's word."""

    item: str
    state: str
    code: ClassVar[str] = "CANNOT_SETTLE"


def write_log(kind: type[BaseException], trace: TracebackType | None) -> str:
    """Write the trace of a bug to a log of its own and return where it lies."""
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile("w", prefix="hoso-", suffix=".log", delete=False, encoding="utf-8") as log:
        # Frames and the kind of error only: messages and values may hold what a client confided to us.
        log.write(f"{kind.__module__}.{kind.__qualname__}\n")
        log.writelines(traceback.format_tb(trace))
    return log.name
