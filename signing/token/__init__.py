"""Keys on USB tokens, through their vendors' PKCS#11 modules.

Hides that each module runs in a process of its own, which may hang, crash or be of another architecture, and everything
that differs between drivers. Start with `Module(path)`; find a key by serial number and certificate fingerprint; sign
by `TokenSession(module, held).key`, which has the face of every signing key.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from signing.token.module import Held, Limits, Loaded, Module, Token
    from signing.token.session import AskPin, Pin, TokenKey, TokenSession

__all__ = ["AskPin", "Held", "Limits", "Loaded", "Module", "Pin", "Token", "TokenKey", "TokenSession"]

_SESSION = frozenset({"AskPin", "Pin", "TokenKey", "TokenSession"})


def __getattr__(name: str) -> Any:
    # On demand, because the driver's own process starts here too and needs none of this, nor half a second for it.
    if name not in __all__:
        raise AttributeError(name)
    return getattr(import_module("signing.token.session" if name in _SESSION else "signing.token.module"), name)
