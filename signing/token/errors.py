"""What can go wrong with a USB token.

TokenError
├── ModuleError                     the vendor's driver (PKCS#11 module)
│   ├── ModuleNotFound              no such file; no known driver on this computer
│   ├── ModuleWrongArchitecture     a 32-bit driver for a 64-bit program, or of another system
│   ├── ModuleUnloadable            no PKCS#11 module, or the system cannot load it
│   ├── ModuleHung                  did not answer in time; its process was ended
│   └── ModuleCrashed               its process died
├── TokenMissing                    no token of this serial number is plugged in
├── TokenRemoved                    it was there, and is not now
├── KeyNotChosen                    it holds several certificates, and none was named
├── KeyNotOnToken                   the token is there without the wanted certificate or its key
├── PinIncorrect                    the only one that says "wrong PIN"
├── PinLocked                       too many wrong PINs were given
├── PinFinalTry                     one try is left, and nobody agreed to spend it; no PIN was sent
├── PinNotSet, PinMustChange, PinLength, PinUnusable
├── PinNeeded                       not logged in, and a PIN that was given is not used twice
├── PinPadCancelled                 cancelled on the reader's own keys
└── DeviceError                     anything else the driver says, by its name in the standard

Each stops a batch: the next file would meet the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from signing.errors import SigningError


@dataclass(eq=False)
class TokenError(SigningError):
    """Something is wrong with a token or its driver."""

    code: ClassVar[str] = "TOKEN"
    stops_batch: ClassVar[bool] = True


# The driver


@dataclass(eq=False)
class ModuleError(TokenError):
    """Something is wrong with the driver."""

    code: ClassVar[str] = "MODULE"
    stops_batch: ClassVar[bool] = True
    module: str = ""
    """File name of the driver, without its folder."""


@dataclass(eq=False)
class ModuleNotFound(ModuleError):
    """There is no such file; or, without a name, no known driver on this computer."""

    code: ClassVar[str] = "MODULE_NOT_FOUND"
    stops_batch: ClassVar[bool] = True


@dataclass(eq=False)
class ModuleWrongArchitecture(ModuleError):
    """The driver was built for another kind of processor or system than this program."""

    code: ClassVar[str] = "MODULE_WRONG_ARCHITECTURE"
    stops_batch: ClassVar[bool] = True
    machine: str = ""
    """What it was built for: 'Windows x86 (32-bit)'."""
    ours: str = ""


@dataclass(eq=False)
class ModuleUnloadable(ModuleError):
    """The file is no PKCS#11 module, or the system cannot load it."""

    code: ClassVar[str] = "MODULE_UNLOADABLE"
    stops_batch: ClassVar[bool] = True
    reason: str = ""
    """format (no program library), entry (no C_GetFunctionList), load (a library it needs is missing), a CKR name"""


@dataclass(eq=False)
class ModuleHung(ModuleError):
    """The driver did not answer in time; its process was ended, nothing else was touched."""

    code: ClassVar[str] = "MODULE_HUNG"
    stops_batch: ClassVar[bool] = True
    seconds: int = 0


@dataclass(eq=False)
class ModuleCrashed(ModuleError):
    """The driver's process died, or answered with something that is no answer."""

    code: ClassVar[str] = "MODULE_CRASHED"
    stops_batch: ClassVar[bool] = True
    status: int = 0


# The token and its key


@dataclass(eq=False)
class TokenMissing(TokenError):
    """No token of this serial number is plugged in."""

    code: ClassVar[str] = "TOKEN_MISSING"
    stops_batch: ClassVar[bool] = True
    serial: str = ""


@dataclass(eq=False)
class TokenRemoved(TokenError):
    """The token was pulled out; what was signed before is kept."""

    code: ClassVar[str] = "TOKEN_REMOVED"
    stops_batch: ClassVar[bool] = True
    token: str = ""
    """Its label."""
    serial: str = ""


@dataclass(eq=False)
class KeyNotChosen(TokenError):
    """The token holds several certificates that can sign, and none was named."""

    code: ClassVar[str] = "KEY_NOT_CHOSEN"
    stops_batch: ClassVar[bool] = True
    serial: str = ""
    fingerprints: tuple[str, ...] = ()


@dataclass(eq=False)
class KeyNotOnToken(TokenError):
    """The token does not hold the wanted certificate, or not its private key; no PIN was sent for the former."""

    code: ClassVar[str] = "KEY_NOT_ON_TOKEN"
    stops_batch: ClassVar[bool] = True
    serial: str = ""
    reason: str = ""
    """certificate, key, mismatch (it signs, but not for this certificate), several (keys nobody can tell apart)"""


# PINs


@dataclass(eq=False)
class PinIncorrect(TokenError):
    """The PIN is wrong. It is not tried again."""

    code: ClassVar[str] = "PIN_INCORRECT"
    stops_batch: ClassVar[bool] = True
    token: str = ""
    left: str = ""
    """What the token says of the tries left: '', low, final, none. The standard has no number."""


@dataclass(eq=False)
class PinLocked(TokenError):
    """The token is locked after too many wrong PINs."""

    code: ClassVar[str] = "PIN_LOCKED"
    stops_batch: ClassVar[bool] = True
    token: str = ""


@dataclass(eq=False)
class PinFinalTry(TokenError):
    """One wrong PIN more locks the token, and nobody agreed to take the risk; no PIN was sent."""

    code: ClassVar[str] = "PIN_FINAL_TRY"
    stops_batch: ClassVar[bool] = True
    token: str = ""


@dataclass(eq=False)
class PinNotSet(TokenError):
    """The token has no user PIN yet."""

    code: ClassVar[str] = "PIN_NOT_SET"
    stops_batch: ClassVar[bool] = True
    token: str = ""


@dataclass(eq=False)
class PinMustChange(TokenError):
    """The token takes the PIN only after it has been changed."""

    code: ClassVar[str] = "PIN_MUST_CHANGE"
    stops_batch: ClassVar[bool] = True
    token: str = ""


@dataclass(eq=False)
class PinLength(TokenError):
    """The PIN is shorter or longer than the token's PINs can be."""

    code: ClassVar[str] = "PIN_LENGTH"
    stops_batch: ClassVar[bool] = True
    token: str = ""


@dataclass(eq=False)
class PinUnusable(TokenError):
    """The PIN holds characters that the token's PINs cannot have."""

    code: ClassVar[str] = "PIN_UNUSABLE"
    stops_batch: ClassVar[bool] = True
    token: str = ""


@dataclass(eq=False)
class PinNeeded(TokenError):
    """The token wants its PIN, and the one given before is gone or may not be used twice."""

    code: ClassVar[str] = "PIN_NEEDED"
    stops_batch: ClassVar[bool] = True
    token: str = ""


@dataclass(eq=False)
class PinPadCancelled(TokenError):
    """The person cancelled on the reader's own keys, or its own time ran out."""

    code: ClassVar[str] = "PIN_PAD_CANCELLED"
    stops_batch: ClassVar[bool] = True
    token: str = ""


@dataclass(eq=False)
class DeviceError(TokenError):
    """The driver refuses with a reason that only its maker can explain."""

    code: ClassVar[str] = "DEVICE_ERROR"
    stops_batch: ClassVar[bool] = True
    token: str = ""
    reason: str = ""
    """The driver's answer, by python-pkcs11's name of the standard's code, or its number."""
