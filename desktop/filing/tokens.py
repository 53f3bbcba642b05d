"""USB tokens on this computer: which there are, their keys, the use of one, and why one is not seen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from desktop.filing.desk import Desk
from forms.bundled import RESOURCES

if TYPE_CHECKING:
    from signing.certificate import Certificate
    from signing.doctor import Found, Report
    from signing.errors import SigningError
    from signing.token import AskPin, Held, TokenSession

KNOWN_MODULES = RESOURCES / "trust" / "pkcs11_modules.json"


@dataclass(frozen=True)
class TokenKeyView:
    """A certificate on a plugged-in token that can sign, read without a PIN."""

    held: Held
    module: Path

    @property
    def certificate(self) -> Certificate:
        """Return the signer's certificate."""
        return self.held.certificate

    @property
    def chain(self) -> tuple[bytes, ...]:
        """Return the certificates above it that the token holds."""
        return self.held.chain

    @property
    def kind(self) -> Literal["token"]:
        """Say where the key is."""
        return "token"

    def to_json(self) -> dict[str, Any]:
        """Return what a person or script needs to choose it; kept here, its serial number is whole."""
        token = self.held.token
        return {
            **self.held.certificate.to_json(),
            "kind": "token",
            "token": {
                "serial": token.serial,
                "label": token.label,
                "maker": token.maker,
                "model": token.model,
                "reader": token.slot,
                "pin_pad": token.pin_pad,
                "warning": token.warning,
            },
            "module": str(self.module),
        }


@dataclass(frozen=True)
class TokenKeys:
    """The keys on all tokens, and the drivers that could not be asked."""

    keys: tuple[TokenKeyView, ...]
    problems: tuple[SigningError, ...] = ()


def _modules(module: Path | None) -> list[Found]:
    from signing.doctor import Found, KnownModules, find_modules

    known = KnownModules.read(KNOWN_MODULES.read_bytes())
    if module is not None:
        return [Found(module, known.maker(module.name), "named")]
    return find_modules(known)


def token_keys(module: Path | None = None) -> TokenKeys:
    """List the certificates on plugged-in tokens, by one driver or by all that are found. Never asks a PIN.

    A driver that fails is among the problems; where it was named, its error is raised.
    """
    from signing.errors import SigningError
    from signing.token import Module

    keys: dict[tuple[str, str], TokenKeyView] = {}
    problems: list[SigningError] = []
    for found in _modules(module):
        try:
            with Module(found.path) as opened:
                for token in opened.tokens():
                    for held in opened.held(token):
                        keys.setdefault((token.serial, held.certificate.fingerprint), TokenKeyView(held, found.path))
        except SigningError as error:
            if module is not None:
                raise
            problems.append(error)
    return TokenKeys(tuple(keys.values()), tuple(problems))


def open_token(
    serial: str, *, module: Path | None = None, fingerprint: str | None = None, ask: AskPin | None = None
) -> TokenSession:
    """Find the key on the token of a serial number and prepare to sign with it; no PIN is asked before it signs.

    Close it after the batch. Raises ModuleNotFound, TokenMissing, KeyNotOnToken, KeyNotChosen; with a named driver
    also that driver's errors.
    """
    from signing.token import Module, TokenSession
    from signing.token.errors import KeyNotOnToken, ModuleError, ModuleNotFound, TokenError, TokenMissing

    missing: TokenError = TokenMissing(serial)
    candidates = _modules(module)
    if not candidates:
        raise ModuleNotFound()
    for found in candidates:
        opened = Module(found.path)
        try:
            return TokenSession(opened, opened.find(serial, fingerprint), ask=ask)
        except (ModuleError, TokenMissing, KeyNotOnToken) as error:
            opened.close()
            if module is not None:
                raise
            if isinstance(error, KeyNotOnToken):
                missing = error  # another driver may read what this one does not
        except BaseException:
            opened.close()
            raise
    raise missing


def doctor(desk: Desk, module: Path | None = None) -> Report:
    """Find out why a token is not seen. Never asks a PIN; the report is safe to show to a stranger."""
    from signing.doctor import examine

    return examine(_modules(module), at=desk.now())
