"""Tokens for tests: real ones by SoftHSM2, and a fake driver for the states that SoftHSM cannot make."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

LABEL = "Token Ánh Dương"
PIN = "246813"

SOFTHSM = next(
    (
        Path(found)
        for found in (
            "/usr/lib/softhsm/libsofthsm2.so",
            "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
            "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
            "/usr/lib64/pkcs11/libsofthsm2.so",
            "/usr/lib/pkcs11/libsofthsm2.so",
        )
        if Path(found).exists()
    ),
    None,
)

# Run in a process of its own: a driver is never loaded into the tests' own process either.
_PUT = """
import json, sys, pkcs11
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pkcs11 import Attribute, KeyType, ObjectClass
from pkcs11.util.rsa import decode_rsa_private_key
from pkcs11.util.ec import decode_ec_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

order = json.load(sys.stdin)
token = next(t for t in pkcs11.lib(order["module"]).get_tokens() if t.serial.decode() == order["serial"])
with token.open(rw=True, user_pin=order["pin"]) as session:
    for thing in order["things"]:
        identity = bytes.fromhex(thing["id"])
        if thing.get("key"):
            private = load_pem_private_key(thing["key"].encode(), None)
            der = private.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
            make = decode_rsa_private_key if hasattr(private, "private_numbers") and "n" in dir(
                private.public_key().public_numbers()) else decode_ec_private_key
            attributes = make(der)
            attributes |= {
                Attribute.TOKEN: True, Attribute.PRIVATE: True, Attribute.SENSITIVE: True, Attribute.SIGN: True,
                Attribute.ID: identity, Attribute.LABEL: "Khóa",
            }
            if thing.get("always"):
                attributes[Attribute.ALWAYS_AUTHENTICATE] = True
            session.create_object(attributes)
            if thing.get("public"):
                from pkcs11.util.rsa import decode_rsa_public_key
                shown = decode_rsa_public_key(private.public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1))
                session.create_object(shown | {
                    Attribute.TOKEN: True, Attribute.PRIVATE: False, Attribute.ID: identity, Attribute.LABEL: "Khóa",
                })
        if thing.get("certificate"):
            der = bytes.fromhex(thing["certificate"])
            subject = x509.load_der_x509_certificate(der).subject.public_bytes()
            session.create_object({
                Attribute.CLASS: ObjectClass.CERTIFICATE, Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                Attribute.TOKEN: True, Attribute.PRIVATE: False, Attribute.ID: identity, Attribute.VALUE: der,
                Attribute.SUBJECT: subject, Attribute.LABEL: "Chứng thư",
            })
"""


@dataclass
class SoftTokens:
    """A folder of SoftHSM tokens; SOFTHSM2_CONF must name `config` where a driver is started."""

    folder: Path
    config: Path = field(init=False)

    def __post_init__(self) -> None:
        self.tokens.mkdir(parents=True)
        self.config = self.folder / "softhsm2.conf"
        self.config.write_text(
            f"directories.tokendir = {self.tokens}\nobjectstore.backend = file\nlog.level = ERROR\n", "utf-8"
        )

    @property
    def tokens(self) -> Path:
        return self.folder / "tokens"

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "SOFTHSM2_CONF": str(self.config)}

    def make(self, *things: Any, label: str = LABEL, pin: str = PIN, always: bool = False, first_id: int = 1) -> str:
        """Make a token that holds keys with their certificates (`Issued`), and return its serial number."""
        before = set(self._serials())
        subprocess.run(
            ["softhsm2-util", "--init-token", "--free", "--label", label, "--pin", pin, "--so-pin", "98765432"],
            env=self.environment, check=True, capture_output=True,
        )  # fmt: skip
        serial = (set(self._serials()) - before).pop()
        self.put(
            serial,
            *(
                {**key_and_certificate(one), "id": f"{number:02x}", "always": always}
                for number, one in enumerate(things, first_id)
            ),
            pin=pin,
        )
        return serial

    def put(self, serial: str, *things: dict[str, Any], pin: str = PIN) -> None:
        """Put keys and certificates on a token."""
        order = {"module": str(SOFTHSM), "serial": serial, "pin": pin, "things": things}
        subprocess.run(
            [sys.executable, "-c", _PUT], input=json.dumps(order), text=True, env=self.environment, check=True
        )

    def _serials(self) -> list[str]:
        shown = subprocess.run(
            ["softhsm2-util", "--show-slots"], env=self.environment, check=True, capture_output=True, text=True
        ).stdout
        return [one for one in re.findall(r"Serial number:\s*(\S*)", shown) if one]

    def pull_out(self) -> None:
        """Take every token away, as one pulls a stick out."""
        self.tokens.rename(self.folder / "drawer")
        self.tokens.mkdir()

    def put_back(self) -> None:
        self.tokens.rmdir()
        (self.folder / "drawer").rename(self.tokens)


def key_and_certificate(issued: Any) -> dict[str, Any]:
    """Write what `Issued` holds as the maker of tokens reads it."""
    pem = issued.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return {"key": pem, "certificate": issued.der.hex()}


@dataclass
class FakeToken:
    """The fake driver's state file; change it by `set` while the program runs."""

    module: Path
    state: Path
    facts: dict[str, str] = field(default_factory=dict)

    def set(self, **facts: object) -> None:
        self.facts |= {name: str(value) for name, value in facts.items()}
        beside = self.state.with_suffix(".new")
        beside.write_text("".join(f"{name} {value}\n" for name, value in self.facts.items() if value != "-"), "utf-8")
        beside.replace(self.state)

    @property
    def calls(self) -> list[str]:
        """What the driver was asked for since the beginning: 'C_Login 1 6' is a user's PIN of 6 letters."""
        log = Path(f"{self.state}.log")
        return log.read_text("utf-8").splitlines() if log.exists() else []

    @property
    def pins(self) -> list[str]:
        return [call for call in self.calls if call.startswith("C_Login")]


def compile_fake(folder: Path) -> Path:
    """Build the fake driver with the system's C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    assert compiler is not None, "the tests need a C compiler (gcc)"
    target = folder / "libfake11.so"
    source = Path(__file__).parent / "fake_pkcs11" / "fake.c"
    subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", target, source], check=True)
    return target


def fake_token(module: Path, folder: Path, issued: Any, **facts: object) -> FakeToken:
    """Plug a fake token in that holds an RSA key."""
    assert isinstance(issued.private, rsa.RSAPrivateKey)
    numbers = issued.private.private_numbers()
    (folder / "cert.der").write_bytes(issued.der)
    token = FakeToken(module, folder / "fake.txt")
    token.set(
        serial="F00D1234", pin=PIN, n=f"{numbers.public_numbers.n:x}", d=f"{numbers.d:x}", cert=folder / "cert.der",
        **facts,
    )  # fmt: skip
    return token


@dataclass(frozen=True)
class Pair:
    """A private key and its certificate, from whichever throw-away authority."""

    private: Any
    der: bytes
