"""Keys on USB tokens, through their vendors' PKCS#11 modules.

Hides that each module runs in a process of its own, which may hang, crash or be of another architecture, and everything
that differs between drivers. Start with `Module(path)`; find a key by serial number and certificate fingerprint; sign
by `TokenSession(module, held).key`, which has the face of every signing key.
"""

from signing.token.module import Held, Limits, Loaded, Module, Token
from signing.token.session import AskPin, Pin, TokenKey, TokenSession

__all__ = ["AskPin", "Held", "Limits", "Loaded", "Module", "Pin", "Token", "TokenKey", "TokenSession"]
