"""A PKCS#11 module as the program sees it: questions with a time limit to a process that can be killed.

The module is never loaded here. A process that hangs is ended and a new one is started for the next question; what was
logged in is then logged out. Answers are as untrusted as a file from outside.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import os
import queue
import subprocess
import sys
import threading
import weakref
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from signing.certificate import Certificate, chain_order, parse
from signing.errors import CertificateUnreadable
from signing.token import frames, header
from signing.token.errors import (
    DeviceError,
    KeyNotChosen,
    KeyNotOnToken,
    ModuleCrashed,
    ModuleHung,
    ModuleUnloadable,
    PinFinalTry,
    PinIncorrect,
    PinLength,
    PinLocked,
    PinMustChange,
    PinNeeded,
    PinNotSet,
    PinPadCancelled,
    PinUnusable,
    TokenError,
    TokenMissing,
    TokenRemoved,
)

Warned = Literal["PIN_LOCKED", "PIN_FINAL_TRY", "PIN_COUNT_LOW", "PIN_TO_BE_CHANGED"]
FLAGS = frozenset(
    {"initialized", "login_required", "pin_set", "pin_pad", "count_low", "final_try", "locked", "must_change"}
)
_TEXT = 256


@dataclass(frozen=True)
class Limits:
    """How long each kind of question may take, in seconds; a driver that needs longer is taken to hang."""

    load: float = 20.0
    look: float = 30.0
    login: float = 40.0
    pad: float = 180.0
    """A log-in on a PIN pad waits for a person."""
    sign: float = 60.0
    """A signature on a token takes up to two seconds; some readers wait for a button."""


@dataclass(frozen=True)
class Token:
    """A token that is plugged in, by what it says of itself before any log-in."""

    label: str
    serial: str
    maker: str
    model: str
    slot: str
    """The reader's name."""
    flags: frozenset[str] = frozenset()

    @property
    def pin_pad(self) -> bool:
        """Whether the PIN is typed on the reader and never here."""
        return "pin_pad" in self.flags

    @property
    def warning(self) -> Warned | None:
        """Return what must be said beside the PIN field, worst first; its words are messages of that code."""
        for flag, code in _WARNINGS:
            if flag in self.flags:
                return code
        return None


_WARNINGS: tuple[tuple[str, Warned], ...] = (
    ("locked", "PIN_LOCKED"),
    ("final_try", "PIN_FINAL_TRY"),
    ("count_low", "PIN_COUNT_LOW"),
    ("must_change", "PIN_TO_BE_CHANGED"),
)


@dataclass(frozen=True)
class Held:
    """A certificate on a token that can sign there, with how to name its key for certain."""

    token: Token
    certificate: Certificate
    key_id: str
    """CKA_ID in hex; with the serial number and the fingerprint it names the key. Labels and positions never do."""
    chain: tuple[bytes, ...] = field(default=(), repr=False)
    """Certificates above it that the token holds, nearest first."""
    paired: bool | None = None
    """Whether the token shows a key under the same id before any log-in; None where it shows no key at all."""


@dataclass(frozen=True)
class Loaded:
    """What a module says of itself."""

    maker: str
    description: str
    version: str


class _Process:
    """One running child and the thread that reads its answers."""

    def __init__(self, command: Sequence[str]) -> None:
        environment = dict(os.environ)
        if not getattr(sys, "frozen", False):
            root = str(Path(__file__).resolve().parents[2])
            environment["PYTHONPATH"] = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self.answers: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        while True:
            try:
                answer = frames.read(self.process.stdout)
            except (frames.BrokenFrame, OSError, ValueError):
                answer = None
            self.answers.put(answer)
            if answer is None:
                return

    def ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any] | None:
        """Return the answer; None when the child is gone. Raises queue.Empty when it is late."""
        assert self.process.stdin is not None
        try:
            frames.write(self.process.stdin, request)
        except OSError:
            return None
        return self.answers.get(timeout=seconds)

    def end(self, *, kindly: bool) -> int:
        """End the child, kindly by letting it log out first, and return its status."""
        with contextlib.suppress(OSError):
            if self.process.stdin is not None:
                self.process.stdin.close()
        if kindly:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(2)
        with contextlib.suppress(OSError):
            self.process.kill()
        status = self.process.wait()
        if self.process.stdout is not None:
            with contextlib.suppress(OSError):
                self.process.stdout.close()
        return status


def child_command() -> list[str]:
    """Return how the child is started: by -m, or by the frozen program's hidden verb."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "--token-module"]
    return [sys.executable, "-P", "-m", "signing.token.child"]


class Module:
    """One vendor's driver in its own process, started when first asked; one question at a time, from any thread."""

    def __init__(self, path: Path, *, limits: Limits | None = None, command: Sequence[str] | None = None) -> None:
        self.path = path.absolute()
        self.limits = limits or Limits()
        self._command = list(command or child_command())
        self._lock = threading.RLock()
        self._process: _Process | None = None
        self._end: weakref.finalize[..., Any] | None = None
        self.starts = 0
        """How often a process was started."""
        self.used_by: object = None
        """Which session is logged in: one at a time, and none after the process ended."""

    @property
    def name(self) -> str:
        """Return the file's name: all that messages and reports say of its place."""
        return self.path.name

    def load(self) -> Loaded:
        """Make sure that the driver runs, and say what it is.

        Raises ModuleNotFound, ModuleWrongArchitecture, ModuleUnloadable, ModuleHung, ModuleCrashed.
        """
        with self._lock:
            self._stop()
            return self._start()

    def tokens(self) -> list[Token]:
        """List the tokens that are plugged in now, in all slots."""
        return self.slots()[1]

    def slots(self) -> tuple[int, list[Token]]:
        """Return the number of slots (readers, also empty ones) and the tokens in them."""
        answer = self._ask({"do": "tokens"}, self.limits.look)
        if not isinstance(answer, dict) or not isinstance(answer.get("tokens"), list):
            raise self._nonsense()
        count = answer.get("slots")
        return (count if isinstance(count, int) else 0), [token_of(facts) for facts in answer["tokens"]]

    def held(self, token: Token) -> list[Held]:
        """Read the certificates on a token that can sign there, without log-in.

        Authorities' certificates only make up the chains. Unreadable ones are left out.
        """
        answer = self._ask({"do": "certificates", "serial": token.serial}, self.limits.look)
        if not isinstance(answer, list):
            raise self._nonsense()
        found: dict[tuple[str, str], Held] = {}
        ders: list[bytes] = []
        for one in answer:
            try:
                ders.append(base64.b64decode(one["der"], validate=True))
                certificate = parse(ders[-1])
                key_id = bytes.fromhex(one["id"]).hex()
            except (CertificateUnreadable, KeyError, TypeError, ValueError, binascii.Error):
                continue
            if not certificate.authority:
                paired = one.get("paired")
                found[certificate.fingerprint, key_id] = Held(
                    token, certificate, key_id, paired=paired if isinstance(paired, bool) else None
                )
        return [replace(one, chain=chain_order(one.certificate.der, ders)) for one in found.values()]

    def find(self, serial: str, fingerprint: str | None = None) -> Held:
        """Find the one key of a token by its serial number and its certificate's fingerprint.

        Without a fingerprint the token must hold one certificate only. Raises TokenMissing, KeyNotOnToken,
        KeyNotChosen.
        """
        tokens = [token for token in self.tokens() if token.serial == serial]
        if not tokens:
            raise TokenMissing(serial)
        # Two tokens of one serial number are told apart by what they hold; the answer already covers both.
        held = self.held(tokens[0])
        if fingerprint is not None:
            held = [one for one in held if one.certificate.fingerprint == fingerprint]
        if not held:
            raise KeyNotOnToken(serial, "certificate")
        fingerprints = tuple(dict.fromkeys(one.certificate.fingerprint for one in held))
        if len(fingerprints) > 1:
            raise KeyNotChosen(serial, fingerprints)
        return held[0]

    def request(self, request: dict[str, Any], seconds: float, token: Token) -> Any:
        """Ask for something on a token; sessions use it. Raises TokenError by the driver's answer."""
        return self._ask(request, seconds, token)

    def close(self) -> None:
        """Log out and end the process; the next question starts a new one."""
        with self._lock:
            self._stop()

    def __enter__(self) -> Module:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- the process -------------------------------------------------------------------------------------------------

    def _start(self) -> Loaded:
        header.inspect(self.path)
        process = _Process(self._command)
        self._process, self.starts = process, self.starts + 1
        self._end = weakref.finalize(self, process.end, kindly=True)
        answer = self._exchange(process, {"do": "load", "path": str(self.path)}, self.limits.load)
        if "ok" not in answer:
            detail = _text(answer.get("detail"))
            self._stop()
            # The loader's own sentence is in the system's language and names folders: it is told by kind only.
            raise ModuleUnloadable(self.name, detail if detail.isidentifier() else "load")
        facts = answer["ok"] if isinstance(answer["ok"], dict) else {}
        version = facts.get("version")
        numbers = [str(one) for one in version if isinstance(one, int)] if isinstance(version, list) else []
        return Loaded(_text(facts.get("maker")), _text(facts.get("description")), ".".join(numbers[:2]))

    def _stop(self) -> None:
        if self._end is not None:
            self._end()
        self._process = self._end = self.used_by = None

    def _exchange(self, process: _Process, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        try:
            answer = process.ask(request, seconds)
        except queue.Empty as error:
            process.end(kindly=False)
            self._stop()
            raise ModuleHung(self.name, round(seconds)) from error
        if answer is None:
            status = process.end(kindly=False)
            self._stop()
            raise ModuleCrashed(self.name, status)
        return answer

    def _ask(self, request: dict[str, Any], seconds: float, token: Token | None = None) -> Any:
        with self._lock:
            if self._process is None:
                self._start()
            assert self._process is not None
            answer = self._exchange(self._process, request, seconds)
        if "ok" in answer:
            return answer["ok"]
        raise refusal_of(answer, token, self.name)

    def _nonsense(self) -> ModuleCrashed:
        self.close()
        return ModuleCrashed(self.name, 0)


def token_of(facts: object) -> Token:
    """Read a token's facts from an answer; what is missing or odd becomes empty."""
    known = facts if isinstance(facts, dict) else {}
    flags = known.get("flags")
    return Token(
        label=_text(known.get("label")),
        serial=_text(known.get("serial")),
        maker=_text(known.get("maker")),
        model=_text(known.get("model")),
        slot=_text(known.get("slot")),
        flags=frozenset(one for one in flags if isinstance(one, str) and one in FLAGS)
        if isinstance(flags, list)
        else frozenset(),
    )


def _text(value: object) -> str:
    """Take a driver's text as harmless: short, printable."""
    return "".join(c for c in value[:_TEXT] if c.isprintable()) if isinstance(value, str) else ""


_LEFT = {"count_low": "low", "final_try": "final", "locked": "none"}


def refusal_of(answer: dict[str, Any], token: Token | None, module: str) -> TokenError:
    """Read an error from an answer."""
    return _refusal(_text(answer.get("error")), _text(answer.get("detail")), token, module)


def _refusal(name: str, detail: str, token: Token | None, module: str) -> TokenError:
    """Choose the error of ours for a driver's answer. Only CKR_PIN_INCORRECT says that a PIN was wrong."""
    label, serial = (token.label, token.serial) if token is not None else ("", "")
    if name == "PinIncorrect":
        return PinLocked(label) if detail == "locked" else PinIncorrect(label, _LEFT.get(detail, ""))
    by_label: dict[str, type[TokenError]] = {
        "PinLocked": PinLocked,
        "Locked": PinLocked,
        "FinalTry": PinFinalTry,
        "PinExpired": PinMustChange,
        "PinLenRange": PinLength,
        "PinInvalid": PinUnusable,
        "UserPinNotInitialized": PinNotSet,
        "PinNeeded": PinNeeded,
        "FunctionCancelled": PinPadCancelled,
        "FunctionRejected": PinPadCancelled,
    }
    if name in by_label:
        return by_label[name](label)
    if name in ("Gone", "DeviceRemoved", "TokenNotPresent"):
        return TokenRemoved(label, serial)
    if name == "Missing":
        return TokenMissing(serial)
    reasons = {"NoCertificate": "certificate", "NoKey": "key", "SeveralKeys": "several"}
    if name in reasons:
        return KeyNotOnToken(serial, reasons[name])
    if name == "Load":
        return ModuleUnloadable(module, "load")
    return DeviceError(label, name if name != "PKCS11Error" else detail)
