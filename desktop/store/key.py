"""How the key of a store is kept: in the keyring or behind a passphrase, and always behind a recovery code too.

The store's key is 32 random bytes and never changes. What changes is what wraps it. The header beside the store says
how; it holds no secret, is written whole or not at all, and has a spare copy, because without it neither passphrase
nor recovery code is worth anything.

A header carries a plain SHA-256 of itself, so that "the passphrase is wrong" and "the header is damaged" are told
apart: the wrapping is authenticated (AES-GCM, with the header's own facts as associated data), so a header whose digest
fits and whose wrapping does not open was given the wrong passphrase, and nothing else.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import os
import secrets
import threading
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from desktop.errors import (
    HeaderDamaged,
    KeyMissing,
    KeyringUnavailable,
    PassphraseNeeded,
    PassphraseNotUsed,
    PassphraseTooShort,
    RecoveryCodeMistyped,
    StoreFull,
    StoreUnwritable,
    WorkspaceMissing,
    WrongPassphrase,
    WrongRecoveryCode,
)
from desktop.replacing import move_over
from desktop.store.engine import sync

FORMAT = 1
KEY_BYTES = 32
LEAST_PASSPHRASE = 8
HEADER_LIMIT = 64 << 10
SERVICE = "hoso"
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's 32: no I, L, O, U."""
_DATA_LETTERS, _CHECK_LETTERS = 30, 2
_PRIME = 1021
"""The largest prime below 32²: the remainder catches each single wrong letter and each swap of neighbours."""
ARGON2 = {"iterations": 3, "lanes": 4, "memory": 64 << 10}
"""The second recommended choice of RFC 9106, section 4; memory in KiB."""
_ARGON2_BOUNDS = {"iterations": (1, 16), "lanes": (1, 16), "memory": (8 << 10, 1 << 20)}


@dataclass(frozen=True)
class Keyring:
    """Keep the key in the operating system's keyring."""


@dataclass(frozen=True)
class Passphrase:
    """Keep the key behind a passphrase."""

    text: str

    def __repr__(self) -> str:
        return "Passphrase(…)"


@dataclass(frozen=True)
class RecoveryCode:
    """Open with the recovery code; it opens a store of either kind and is never the only way in."""

    text: str

    def __repr__(self) -> str:
        return "RecoveryCode(…)"


Unlock = Keyring | Passphrase | RecoveryCode


# --- recovery code -------------------------------------------------------------------------------------


def new_recovery_code() -> str:
    """Make a code of 150 random bits and 2 check letters: 8 groups of 4."""
    number = secrets.randbits(5 * _DATA_LETTERS)
    letters = _letters(number, _DATA_LETTERS) + _letters(number % _PRIME, _CHECK_LETTERS)
    return "-".join(letters[i : i + 4] for i in range(0, len(letters), 4))


def _letters(number: int, count: int) -> str:
    return "".join(LETTERS[(number >> (5 * place)) & 31] for place in reversed(range(count)))


def read_recovery_code(text: str) -> int:
    """Read a code as people type it: any case, spaces and dashes anywhere, O for 0, I and L for 1.

    Raises:
        RecoveryCodeMistyped: before anything is tried with it.
    """
    folded = unicodedata.normalize("NFKC", text[:400]).upper().translate(str.maketrans("OIL", "011"))
    letters = [letter for letter in folded if letter.isalnum()]
    if any(letter not in LETTERS for letter in letters):
        raise RecoveryCodeMistyped("letters")
    if len(letters) != _DATA_LETTERS + _CHECK_LETTERS:
        raise RecoveryCodeMistyped("length")
    number = 0
    for letter in letters[:_DATA_LETTERS]:
        number = number << 5 | LETTERS.index(letter)
    check = LETTERS.index(letters[-2]) << 5 | LETTERS.index(letters[-1])
    if number % _PRIME != check:
        raise RecoveryCodeMistyped("check")
    return number


# --- wrapping ------------------------------------------------------------------------------------------


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


_ONE_AT_A_TIME = threading.Lock()
"""OpenSSL shares its threads in a process: two derivations at once fail for want of them, or wait for each other."""


def _stretch(passphrase: str, facts: Mapping[str, Any]) -> bytes:
    text = unicodedata.normalize("NFC", passphrase).encode("utf-8")
    slow = Argon2id(
        salt=base64.b64decode(facts["salt"]),
        length=KEY_BYTES,
        iterations=facts["iterations"],
        lanes=facts["lanes"],
        memory_cost=facts["memory"],
    )
    with _ONE_AT_A_TIME:
        return slow.derive(text)


def _expand(code: str, salt: bytes) -> bytes:
    # 150 random bits need no slow function.
    secret = read_recovery_code(code).to_bytes(19, "big")
    return HKDF(hashes.SHA256(), KEY_BYTES, salt, b"hoso recovery code 1").derive(secret)


def key_check(key: bytes) -> str:
    """Return what the header remembers of the key: enough to know it again, nothing to find it by."""
    return HKDF(hashes.SHA256(), 16, None, b"hoso key check 1").derive(key).hex()


@dataclass(frozen=True)
class Header:
    """What lies beside a store."""

    workspace: str
    """A random name: the keyring's account, and part of what each wrapping is bound to."""
    practice: bool
    created: str
    check: str
    kind: str
    """keyring, passphrase"""
    passphrase: dict[str, Any] | None
    recovery: dict[str, Any]

    def _bound(self, part: str) -> bytes:
        facts = [FORMAT, self.workspace, self.practice, part]
        return json.dumps(facts).encode("utf-8")

    def with_passphrase(self, key: bytes, text: str) -> Header:
        """Return the header with the key wrapped behind a passphrase."""
        if len(unicodedata.normalize("NFC", text)) < LEAST_PASSPHRASE:
            raise PassphraseTooShort(LEAST_PASSPHRASE)
        facts: dict[str, Any] = {"name": "argon2id", "salt": _b64(os.urandom(16)), **ARGON2}
        nonce = os.urandom(12)
        sealed = AESGCM(_stretch(text, facts)).encrypt(nonce, key, self._bound("passphrase"))
        return replace(self, kind="passphrase", passphrase={"kdf": facts, "nonce": _b64(nonce), "sealed": _b64(sealed)})

    def with_recovery(self, key: bytes, code: str) -> Header:
        """Return the header with the key wrapped behind a recovery code."""
        salt, nonce = os.urandom(16), os.urandom(12)
        sealed = AESGCM(_expand(code, salt)).encrypt(nonce, key, self._bound("recovery"))
        return replace(self, recovery={"salt": _b64(salt), "nonce": _b64(nonce), "sealed": _b64(sealed)})

    def open_with_passphrase(self, text: str, path: Path) -> bytes:
        """Unwrap the key; raise WrongPassphrase if this is not the passphrase."""
        if self.passphrase is None:
            raise PassphraseNotUsed(str(path))
        try:
            key = AESGCM(_stretch(text, self.passphrase["kdf"])).decrypt(
                base64.b64decode(self.passphrase["nonce"]),
                base64.b64decode(self.passphrase["sealed"]),
                self._bound("passphrase"),
            )
        except InvalidTag as problem:
            raise WrongPassphrase(str(path)) from problem
        return self._known(key, path)

    def open_with_recovery(self, code: str, path: Path) -> bytes:
        """Unwrap the key; raise RecoveryCodeMistyped or WrongRecoveryCode."""
        wrapping = _expand(code, base64.b64decode(self.recovery["salt"]))
        try:
            key = AESGCM(wrapping).decrypt(
                base64.b64decode(self.recovery["nonce"]),
                base64.b64decode(self.recovery["sealed"]),
                self._bound("recovery"),
            )
        except InvalidTag as problem:
            raise WrongRecoveryCode(str(path)) from problem
        return self._known(key, path)

    def _known(self, key: bytes, path: Path) -> bytes:
        if not hmac.compare_digest(key_check(key), self.check):
            raise HeaderDamaged(str(path), "key")
        return key

    def to_bytes(self) -> bytes:
        """Write the header as JSON with the digest of all the rest."""
        body: dict[str, Any] = {
            "format": FORMAT,
            "workspace": self.workspace,
            "practice": self.practice,
            "created": self.created,
            "check": self.check,
            "kind": self.kind,
            "passphrase": self.passphrase,
            "recovery": self.recovery,
        }
        body["digest"] = _digest(body)
        return (json.dumps(body, ensure_ascii=False, indent=1) + "\n").encode("utf-8")

    @classmethod
    def from_bytes(cls, data: bytes, path: Path) -> Header:
        """Read a header and bound what it asks of us; raise HeaderDamaged with the reason."""
        try:
            body = json.loads(data.decode("utf-8"))
            if not isinstance(body, dict) or not isinstance(body.get("format"), int):
                raise HeaderDamaged(str(path), "shape")
            if body["format"] != FORMAT:
                raise HeaderDamaged(str(path), "version")
            if body.pop("digest", None) != _digest(body):
                raise HeaderDamaged(str(path), "digest")
            header = cls(
                **{name: body[name] for name in ("workspace", "practice", "created", "check", "kind", "passphrase")},
                recovery=body["recovery"],
            )
            for sealed in (header.recovery, header.passphrase):
                if sealed is not None:
                    base64.b64decode(sealed["nonce"], validate=True)
                    base64.b64decode(sealed["sealed"], validate=True)
            base64.b64decode(header.recovery["salt"], validate=True)
            if header.kind not in ("keyring", "passphrase") or (header.kind == "passphrase") != bool(header.passphrase):
                raise HeaderDamaged(str(path), "shape")
            if header.passphrase is not None:
                facts = header.passphrase["kdf"]
                base64.b64decode(facts["salt"], validate=True)
                for name, (least, most) in _ARGON2_BOUNDS.items():
                    if facts["name"] != "argon2id" or not least <= facts[name] <= most:
                        raise HeaderDamaged(str(path), "parameters")
        except (ValueError, KeyError, TypeError, RecursionError) as problem:
            raise HeaderDamaged(str(path), "shape") from problem
        return header


def _digest(body: Mapping[str, Any]) -> str:
    canonical = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()


# --- the file ------------------------------------------------------------------------------------------


def write_beside(path: Path, data: bytes) -> None:
    """Replace a small private file whole or not at all, and wait until it is on the disk."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        handle = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        move_over(fresh, path)
        sync(path.parent)
    except OSError as problem:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise disk_trouble(problem, path) from problem


def disk_trouble(problem: OSError, path: Path) -> StoreFull | StoreUnwritable:
    """Name what the operating system reports."""
    import errno

    if problem.errno in (errno.ENOSPC, errno.EDQUOT):
        return StoreFull(str(path))
    return StoreUnwritable(str(path))


def spare(path: Path) -> Path:
    """Return where the header's spare copy lies."""
    return path.with_name(path.name + ".copy")


def write_header(path: Path, header: Header) -> None:
    """Write the header, then its spare copy."""
    data = header.to_bytes()
    write_beside(path, data)
    write_beside(spare(path), data)


def read_header(path: Path) -> Header:
    """Read the header; where it is damaged or gone, use its spare copy and mend it.

    Raises:
        WorkspaceMissing: neither is there.
        HeaderDamaged: neither is whole; the reason is that of the header proper.
    """
    first: HeaderDamaged | None = None
    for place in (path, spare(path)):
        try:
            with place.open("rb") as file:
                data = file.read(HEADER_LIMIT + 1)
        except FileNotFoundError:
            continue
        except OSError as problem:
            raise StoreUnwritable(str(place)) from problem
        try:
            header = Header.from_bytes(data[:HEADER_LIMIT], path)
        except HeaderDamaged as problem:
            first = first or problem
            continue
        if place != path or not _same(spare(path), data):
            # Also after a passphrase was changed and the machine stopped before the copy was written: an old
            # passphrase must not go on opening the store.
            with contextlib.suppress(StoreFull, StoreUnwritable):
                write_header(path, header)
        return header
    if first is not None:
        raise first
    raise WorkspaceMissing(str(path))


def _same(path: Path, data: bytes) -> bool:
    try:
        return path.read_bytes() == data
    except OSError:
        return False


# --- the keyring ---------------------------------------------------------------------------------------


def probe_keyring() -> None:
    """Keep, read and forget a secret in the system's keyring: a backend that exists may still not work.

    Raises:
        KeyringUnavailable: with the name of the keyring's own error class.
    """
    account, secret = f"probe-{secrets.token_hex(6)}", "thử-" + secrets.token_hex(16)
    _keyring("set_password", account, secret)
    try:
        if _keyring("get_password", account) != secret:
            raise KeyringUnavailable("NotKept")
    finally:
        _keyring("delete_password", account)


def _keyring(act: str, account: str, *rest: str) -> Any:
    # Loaded here: it takes 100 ms and most commands on a passphrase workspace never need it.
    import keyring
    from keyring.errors import KeyringError

    backend = keyring.get_keyring()
    if "plaintext" in type(backend).__name__.lower():
        raise KeyringUnavailable(type(backend).__name__)
    try:
        return getattr(backend, act)(SERVICE, account, *rest)
    except KeyringError as problem:
        raise KeyringUnavailable(type(problem).__name__) from problem
    except Exception as problem:
        # Backends also let their transport's errors through (D-Bus, COM): whichever it is, it keeps no secret.
        raise KeyringUnavailable(type(problem).__name__) from problem


def keyring_keep(account: str, key: bytes) -> None:
    """Keep the key and read it back."""
    _keyring("set_password", account, _b64(key))
    if keyring_get(account) != key:
        raise KeyringUnavailable("NotKept")


def keyring_get(account: str) -> bytes | None:
    """Return the key, or None where the keyring works and does not hold it."""
    found = _keyring("get_password", account)
    if found is None:
        return None
    try:
        return base64.b64decode(found, validate=True)
    except ValueError:
        return None


def keyring_forget(account: str) -> None:
    """Remove the key, if it is there."""
    with contextlib.suppress(KeyringUnavailable):
        _keyring("delete_password", account)


# --- together ------------------------------------------------------------------------------------------


def new_header(key: bytes, unlock: Unlock, *, practice: bool, at: datetime) -> tuple[Header, str]:
    """Make the header of a new store and the recovery code that it also opens with.

    With a keyring, the key is kept there now. Raises KeyringUnavailable or PassphraseTooShort.
    """
    code = new_recovery_code()
    header = Header(
        workspace=secrets.token_hex(16),
        practice=practice,
        created=at.isoformat(timespec="seconds"),
        check=key_check(key),
        kind="keyring",
        passphrase=None,
        recovery={},
    ).with_recovery(key, code)
    return kept_by(header, key, unlock), code


def kept_by(header: Header, key: bytes, unlock: Unlock) -> Header:
    """Return the header changed so that `unlock` opens the store from now on."""
    match unlock:
        case Passphrase(text):
            return header.with_passphrase(key, text)
        case Keyring():
            probe_keyring()
            keyring_keep(header.workspace, key)
            return replace(header, kind="keyring", passphrase=None)
        case RecoveryCode():
            raise ValueError("a recovery code is never the only way in")


def unwrap(header: Header, unlock: Unlock, path: Path) -> bytes:
    """Return the store's key, or raise what keeps it from us."""
    match unlock:
        case Passphrase(text):
            return header.open_with_passphrase(text, path)
        case RecoveryCode(text):
            return header.open_with_recovery(text, path)
        case Keyring():
            if header.kind != "keyring":
                raise PassphraseNeeded(str(path))
            key = keyring_get(header.workspace)
            if key is None:
                # A keyring that answers "nothing" may be a backend that keeps nothing at all.
                probe_keyring()
                raise KeyMissing(str(path))
            if not hmac.compare_digest(key_check(key), header.check):
                raise KeyMissing(str(path))
            return key
