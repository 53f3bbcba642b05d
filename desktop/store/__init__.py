"""The encrypted workspace: clients, facts, drafts, dossiers, files and evidence.

The public names are loaded when first used, because SQLAlchemy takes longer to import than a window to paint.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from desktop.store.backup import restore as restore
    from desktop.store.key import Keyring as Keyring
    from desktop.store.key import Passphrase as Passphrase
    from desktop.store.key import RecoveryCode as RecoveryCode
    from desktop.store.key import Unlock as Unlock
    from desktop.store.workspace import Workspace as Workspace
    from desktop.store.workspace import exists as exists
    from desktop.store.workspace import opened_by as opened_by
    from desktop.store.workspace import recover as recover

_HOMES = {
    "Workspace": "workspace",
    "exists": "workspace",
    "opened_by": "workspace",
    "recover": "workspace",
    "restore": "backup",
    "Keyring": "key",
    "Passphrase": "key",
    "RecoveryCode": "key",
    "Unlock": "key",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{home}"), name)
