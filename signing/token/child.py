"""The process that holds one PKCS#11 module: the only place where a vendor's driver is loaded and a PIN is used.

Started with `-m signing.token.child` (by a hidden verb when frozen; a script would put this folder on the path, where
the standard library's `token` must not be shadowed). One thread, one request at a time, JSON frames on the pipes. What
the driver prints goes nowhere. Two sessions in two threads crash real modules; a driver that hangs or dies takes this
process and nothing else with it.

Requests (`do`): load, tokens, certificates, login, resume, sign, several, logout. Answers: `{"ok": …}`, or
`{"error": name}` with a name of python-pkcs11's exceptions (they are the standard's), or one of ours: Missing,
NoCertificate, NoKey, NoPss, Gone, FinalTry, Locked, PinNeeded, PinPadNeeded, Load.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import sys
import threading
import time
from typing import IO, Any

import pkcs11
from pkcs11 import MGF, Attribute, Mechanism, ObjectClass, TokenFlag
from pkcs11.exceptions import PKCS11Error

from signing.token import frames

MOST_SLOTS = 64
MOST_CERTIFICATES = 64
CERTIFICATE_LIMIT = 64 * 1024

FLAGS = {
    "initialized": TokenFlag.TOKEN_INITIALIZED,
    "login_required": TokenFlag.LOGIN_REQUIRED,
    "pin_set": TokenFlag.USER_PIN_INITIALIZED,
    "pin_pad": TokenFlag.PROTECTED_AUTHENTICATION_PATH,
    "count_low": TokenFlag.USER_PIN_COUNT_LOW,
    "final_try": TokenFlag.USER_PIN_FINAL_TRY,
    "locked": TokenFlag.USER_PIN_LOCKED,
    "must_change": TokenFlag.USER_PIN_TO_BE_CHANGED,
}
PSS = {
    "pss-sha256": (Mechanism.SHA256, MGF.SHA256, 32),
    "pss-sha384": (Mechanism.SHA384, MGF.SHA384, 48),
    "pss-sha512": (Mechanism.SHA512, MGF.SHA512, 64),
}
"""Digest, mask and length of the salt, as everywhere here: all of the same digest."""
GONE = frozenset(
    {"DeviceRemoved", "TokenNotPresent", "SessionHandleInvalid", "SessionClosed", "ObjectHandleInvalid",
     "KeyHandleInvalid", "NoSuchKey", "SlotIDInvalid", "UserNotLoggedIn"}
)  # fmt: skip
"""What drivers answer when the token under an open session is not the one that was logged in to."""
DOUBTFUL = frozenset({"GeneralError", "DeviceError", "FunctionFailed", "DeviceMemory"})
"""What they also answer then, and at other times: whether the token is still there must be looked up."""


class Refusal(Exception):
    """An expected failure with a name; it goes to the parent as it is."""

    def __init__(self, name: str, detail: str = "") -> None:
        super().__init__(name)
        self.name, self.detail = name, detail


class Child:
    """One loaded module, at most one session, at most one PIN."""

    def __init__(self) -> None:
        self.library: Any = None
        self.session: Any = None
        self.key: Any = None
        self.wanted: dict[str, Any] = {}
        self.always = False
        self.pin = bytearray()
        self.pad = False

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Do one request."""
        try:
            return {"ok": getattr(self, "do_" + str(request.get("do")))(request)}
        except Refusal as refusal:
            return {"error": refusal.name, "detail": refusal.detail}
        except PKCS11Error as error:
            return {"error": type(error).__name__, "detail": str(error)[:200]}

    # --- looking -----------------------------------------------------------------------------------------------------

    def do_load(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            self.library = pkcs11.lib(str(request["path"]))
        except PKCS11Error as error:
            name = type(error).__name__
            raise Refusal("Load", name if name != "PKCS11Error" else str(error)[-300:]) from error
        return {
            "maker": self.library.manufacturer_id,
            "description": self.library.library_description,
            "version": list(self.library.library_version),
        }

    def do_tokens(self, request: dict[str, Any]) -> dict[str, Any]:
        slots = self._slots()
        return {"slots": len(slots), "tokens": [_facts(token) for token in self._tokens(slots)]}

    def do_certificates(self, request: dict[str, Any]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for token in self._tokens(self._slots()):
            if _serial(token) == request["serial"]:
                found += self._certificates(token)
        return found[:MOST_CERTIFICATES]

    def _slots(self) -> list[Any]:
        if self.library is None:
            raise Refusal("Load", "unloaded")
        if self.session is None and self.library.initialized:
            # Drivers list slots as they were when they were started; a fresh start sees what was plugged in since.
            with contextlib.suppress(PKCS11Error):
                self.library.reinitialize()
        if not self.library.initialized:
            self.library.initialize()
        return list(self.library.get_slots())[:MOST_SLOTS]

    def _tokens(self, slots: list[Any]) -> list[Any]:
        tokens = []
        for slot in slots:
            try:
                token = slot.get_token()
            except PKCS11Error:  # an empty slot, or a card of another kind: neither hides the other slots
                continue
            if token.flags & TokenFlag.TOKEN_INITIALIZED or _serial(token):
                tokens.append(token)
        return tokens

    def _certificates(self, token: Any) -> list[dict[str, Any]]:
        if not token.flags & TokenFlag.TOKEN_INITIALIZED:
            return []
        session = token.open()  # read-only, public
        try:
            found: list[dict[str, Any]] = []
            keys = _public_ids(session)
            for one in list(session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE}))[:MOST_CERTIFICATES]:
                der = _attribute(one, Attribute.VALUE)
                if not isinstance(der, bytes) or not 0 < len(der) <= CERTIFICATE_LIMIT:
                    continue
                identity = _attribute(one, Attribute.ID)
                found.append(
                    {
                        "id": identity.hex() if isinstance(identity, bytes) else "",
                        "der": base64.b64encode(_trimmed(der)).decode("ascii"),
                        "paired": (identity in keys) if keys else None,
                    }
                )
            return found
        finally:
            with contextlib.suppress(PKCS11Error):
                session.close()

    def _find(self, wanted: dict[str, Any]) -> Any:
        """Find the token that holds the wanted certificate under the wanted id; nothing else may get a PIN."""
        there = False
        try:
            tokens = self._tokens(self._slots())
        except PKCS11Error as error:
            if type(error).__name__ in DOUBTFUL:  # some drivers cannot even list when the last token is gone
                raise Refusal("Missing") from error
            raise
        for token in tokens:
            if _serial(token) != wanted["serial"]:
                continue
            there = True
            for one in self._certificates(token):
                print_ = hashlib.sha256(base64.b64decode(one["der"])).hexdigest()
                if print_ == wanted["fingerprint"] and one["id"] == wanted["id"]:
                    return token
        raise Refusal("NoCertificate" if there else "Missing")

    # --- logging in --------------------------------------------------------------------------------------------------

    def do_login(self, request: dict[str, Any]) -> dict[str, Any]:
        self.do_logout({})
        self.wanted = {name: request.get(name) for name in ("serial", "id", "fingerprint", "modulus")}
        pin = request.pop("pin", None)
        token = self._find(self.wanted)
        if token.flags & TokenFlag.USER_PIN_LOCKED:
            raise Refusal("Locked")
        if token.flags & TokenFlag.USER_PIN_FINAL_TRY and not request.get("final"):
            raise Refusal("FinalTry")
        self.pad = bool(token.flags & TokenFlag.PROTECTED_AUTHENTICATION_PATH)
        if pin is None and not self.pad:
            raise Refusal("PinNeeded")
        # A PIN that was typed here is never sent to a token that has its own keys for it.
        self._log_in(token, None if self.pad else pin)
        if pin is not None and not self.pad:
            self.pin = bytearray(pin.encode())
        return {"token": _facts(self._again(token)), "always": self.always}

    def do_resume(self, request: dict[str, Any]) -> dict[str, Any]:
        """Go on after the token was pulled out and put back, with the PIN that was right before.

        At the first sign that it may not be right any more it is forgotten and never sent.
        """
        self._drop()
        if not self.wanted:
            raise Refusal("PinNeeded")
        token = self._find(self.wanted)
        doubt = TokenFlag.USER_PIN_COUNT_LOW | TokenFlag.USER_PIN_FINAL_TRY | TokenFlag.USER_PIN_LOCKED
        if (not self.pin and not self.pad) or token.flags & doubt:
            self._wipe()
            raise Refusal("PinNeeded")
        try:
            self._log_in(token, None if self.pad else self.pin.decode())
        except (PKCS11Error, Refusal):
            self._wipe()
            raise
        return {"token": _facts(token), "always": self.always}

    def _log_in(self, token: Any, pin: str | None) -> None:
        """Open one session with one log-in and find the key in it."""
        try:
            session = token.open(user_pin=pkcs11.types.PROTECTED_AUTH if pin is None else pin)
        except pkcs11.exceptions.UserAlreadyLoggedIn:
            session = token.open()
        except PKCS11Error as error:
            # The flags may have changed by it: they are read again and told, so that the next try is an informed one.
            flags = _facts(self._again(token))["flags"]
            left = next((one for one in ("locked", "final_try", "count_low") if one in flags), "")
            raise Refusal(
                type(error).__name__, left if type(error).__name__ == "PinIncorrect" else str(error)
            ) from error
        self.session = session
        try:
            self.key = self._private_key(session)
            self.always = _attribute(self.key, Attribute.ALWAYS_AUTHENTICATE) is True
        except (PKCS11Error, Refusal):
            self._drop()
            raise

    def _private_key(self, session: Any) -> Any:
        """Choose the private key by the certificate's id and, where the token shows it, by its modulus."""
        query: dict[Any, Any] = {Attribute.CLASS: ObjectClass.PRIVATE_KEY}
        identity = bytes.fromhex(self.wanted["id"])
        if identity:
            query[Attribute.ID] = identity
        keys = list(session.get_objects(query))
        modulus = self.wanted.get("modulus")
        if modulus:
            shown = [(key, _attribute(key, Attribute.MODULUS)) for key in keys]
            same = [key for key, value in shown if isinstance(value, bytes) and value.hex().lstrip("0") == modulus]
            keys = same or [key for key, value in shown if not value]
        if not keys:
            raise Refusal("NoKey")
        if len(keys) > 1 and not identity:
            raise Refusal("SeveralKeys")
        return keys[0]

    def _again(self, token: Any) -> Any:
        try:
            return token.slot.get_token()
        except PKCS11Error:
            return token

    # --- signing -----------------------------------------------------------------------------------------------------

    def do_sign(self, request: dict[str, Any]) -> str:
        if self.session is None:
            raise Refusal("PinNeeded")
        mechanism = {"rsa": Mechanism.RSA_PKCS, "ecdsa": Mechanism.ECDSA}.get(request["mechanism"])
        parameter = None
        if mechanism is None:
            mechanism, parameter = self._pss(request["mechanism"])
        data = base64.b64decode(request["data"])
        try:
            try:
                signature = self._sign(data, mechanism, parameter)
            except pkcs11.exceptions.UserNotLoggedIn:
                # Some drivers do not say that their key wants the PIN at each signature; others forgot the log-in.
                if self.always or not self._present():
                    raise
                self.always = True
                signature = self._sign(data, mechanism, parameter)
        except AttributeError as error:  # CKA_SIGN is false: python-pkcs11 gives such a key no way to sign
            raise Refusal("NoKey") from error
        except PKCS11Error as error:
            name = type(error).__name__
            if name in ("PinIncorrect", "PinLocked", "PinExpired"):
                self._wipe()
                self._drop()
            if name in GONE or (name in DOUBTFUL and not self._present()):
                self._drop()
                raise Refusal("Gone") from error
            raise
        return base64.b64encode(signature).decode("ascii")

    def do_several(self, request: dict[str, Any]) -> dict[str, Any]:
        """Sign one after the other until one fails: what was signed before it is not lost."""
        signed: list[str] = []
        for data in request["data"]:
            answer = self.answer({"do": "sign", "mechanism": request["mechanism"], "data": data})
            if "ok" not in answer:
                return {"signed": signed, "ended": answer}
            signed.append(answer["ok"])
        return {"signed": signed}

    def _pss(self, name: str) -> tuple[Mechanism, tuple[Any, Any, int]]:
        """Return the mechanism that signs a ready hash by RSASSA-PSS, where the token says that it has it."""
        digest, mask, size = PSS[name]
        try:
            offered = Mechanism.RSA_PKCS_PSS in self.session.token.slot.get_mechanisms()
        except PKCS11Error:
            offered = False
        if not offered:
            raise Refusal("NoPss")
        return Mechanism.RSA_PKCS_PSS, (digest, mask, size)

    def _sign(self, data: bytes, mechanism: Mechanism, parameter: Any = None) -> bytes:
        """Sign, with the PIN where the key wants it each time; on a PIN pad an empty one stands for 'ask there'."""
        pin = None if not self.always else ("" if self.pad else self.pin.decode())
        return bytes(self.key.sign(data, mechanism=mechanism, mechanism_param=parameter, pin=pin))

    def _present(self) -> bool:
        """Say whether the token of the session is still plugged in; ask the driver as little as possible."""
        try:
            return bool(_serial(self.session.token.slot.get_token()) == self.wanted["serial"])
        except PKCS11Error:
            return False

    # --- ending ------------------------------------------------------------------------------------------------------

    def do_logout(self, request: dict[str, Any]) -> None:
        self._wipe()
        self._drop()
        self.wanted = {}

    def _drop(self) -> None:
        session, self.session, self.key = self.session, None, None
        if session is not None:
            with contextlib.suppress(PKCS11Error):
                session.close()

    def _wipe(self) -> None:
        """Overwrite the PIN. Copies made by the interpreter end with this process, which ends with the batch."""
        for index in range(len(self.pin)):
            self.pin[index] = 0
        self.pin = bytearray()


def _serial(token: Any) -> str:
    return str(token.serial.rstrip(b"\0 ").decode("utf-8", "replace"))


def _facts(token: Any) -> dict[str, Any]:
    flags = token.flags
    return {
        "label": token.label,
        "serial": _serial(token),
        "maker": token.manufacturer_id,
        "model": token.model.rstrip("\0"),
        "slot": token.slot.slot_description,
        "flags": [name for name, flag in FLAGS.items() if flags & flag],
    }


def _attribute(thing: Any, attribute: Attribute) -> Any:
    try:
        return thing[attribute]
    except (PKCS11Error, NotImplementedError, ValueError, IndexError):
        return None  # the driver does not show it


def _public_ids(session: Any) -> set[bytes]:
    """List the ids of the keys that a token shows before log-in: public ones mostly, private ones on some."""
    ids = set()
    for kind in (ObjectClass.PUBLIC_KEY, ObjectClass.PRIVATE_KEY):
        with contextlib.suppress(PKCS11Error):
            for key in list(session.get_objects({Attribute.CLASS: kind}))[:MOST_CERTIFICATES]:
                identity = _attribute(key, Attribute.ID)
                if isinstance(identity, bytes):
                    ids.add(identity)
    return ids


def _trimmed(der: bytes) -> bytes:
    """Cut off what some tokens pad a certificate with, by its own outer length."""
    if len(der) < 4 or der[0] != 0x30:
        return der
    if der[1] < 0x80:
        return der[: 2 + der[1]]
    count = der[1] & 0x7F
    return der[: 2 + count + int.from_bytes(der[2 : 2 + count], "big")] if 0 < count <= 3 else der


def _confine() -> None:
    """Write no core dump, which would hold the PIN, and end with the parent even while the driver hangs."""
    if sys.platform == "win32":
        return
    import resource
    import signal

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the parent's to handle
    parent = os.getppid()

    def outlived() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(0)

    threading.Thread(target=outlived, daemon=True).start()


def _own_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Keep the pipes for frames and give the driver nothing to read from or print to."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    return requests, answers


def serve() -> int:
    """Answer requests until the pipe ends, then log out."""
    _confine()
    requests, answers = _own_pipes()
    child = Child()
    while True:
        try:
            request = frames.read(requests)
        except frames.BrokenFrame:
            request = None
        if request is None:
            child.do_logout({})
            return 0
        frames.write(answers, child.answer(request))


if __name__ == "__main__":
    raise SystemExit(serve())
