"""The safes of a PKCS#12 file (RFC 7292): what `cryptography` does not give of them.

It opens a file and returns the first key. Here are the others, wherever the maker put them (encrypted safes, nested
ones), a bound on the work that a file may ask for, and what a failed opening says: whether the passphrase was right.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from asn1crypto import algos, cms, core
from asn1crypto import pkcs12 as asn1
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from signing import rc2
from signing.errors import Pkcs12Unreadable

LIMIT = 1024 * 1024
"""Key files are a few kilobytes; larger ones are refused unread."""

ITERATIONS = 2_500_000
"""OpenSSL writes 2,048, Java 10,000, strict makers 600,000 three times. More is meant to stall the reader."""

KEY_LIMIT = 4096
"""Bytes of one encrypted key. RSA 4096 takes 2,400; checking RSA 8192 takes 5 s, RSA 16384 a minute."""

_OLD = 5
"""One round of the old derivation costs as many of the new one: it is done here, and twice."""

MOST_KEYS = 16
MOST_BAGS = 256
DEPTH = 4

_PBMAC1, _SCRYPT = "1.2.840.113549.1.5.14", "1.3.6.1.4.1.11591.4.11"
_PBE = {
    "pkcs12_sha1_tripledes_3key": ("3des", 24),
    "pkcs12_sha1_tripledes_2key": ("3des", 16),
    "pkcs12_sha1_rc2_128": ("rc2", 16),
    "pkcs12_sha1_rc2_40": ("rc2", 5),
}
_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "sha1": hashes.SHA1,
    "sha224": hashes.SHA224,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}


class _ScryptParams(core.Sequence):  # type: ignore[misc]  # asn1crypto has no types
    _fields = [  # noqa: RUF012
        ("salt", core.OctetString),
        ("cost", core.Integer),
        ("block", core.Integer),
        ("parallel", core.Integer),
        ("length", core.Integer, {"optional": True}),
    ]


class _Pbmac1Params(core.Sequence):  # type: ignore[misc]
    _fields = [("kdf", algos.KdfAlgorithm), ("mac", core.Any)]  # noqa: RUF012


@dataclass
class Safes:
    """One key file, its structure read and its cost bounded; nothing is decrypted yet."""

    _container: asn1.Pfx = field(repr=False)
    _infos: list[cms.ContentInfo] = field(repr=False)
    _cost: int = 0
    _known: dict[tuple[int, bytes], bytes | None] = field(default_factory=dict, repr=False)
    """What the encrypted safes opened to, by their number and the password."""

    @classmethod
    def read(cls, data: bytes) -> Safes:
        """Refuse what is no PKCS#12 or would take unreasonable time, before any key derivation is run."""
        if len(data) > LIMIT:
            raise Pkcs12Unreadable("size")
        try:
            container = asn1.Pfx.load(data)
            safes = cls(container, list(container.authenticated_safe)[:MOST_BAGS])
            safes._charge(_mac_cost(container))
            for info in safes._infos:
                kind = info["content_type"].native
                if kind == "encrypted_data":
                    safes._charge(_cost(info["content"]["encrypted_content_info"]["content_encryption_algorithm"]))
                elif kind == "data":
                    for _ in safes._bags(asn1.SafeContents.load(info["content"].native), 0):
                        pass
        except Pkcs12Unreadable:
            raise
        except Exception as error:  # asn1crypto raises whatever a hostile structure makes it stumble on
            raise Pkcs12Unreadable("format") from error
        return safes

    def _charge(self, cost: int) -> None:
        self._cost += cost
        if cost < 0 or self._cost > ITERATIONS:
            raise Pkcs12Unreadable("cost")

    def _bags(self, contents: asn1.SafeContents, depth: int) -> Iterator[asn1.SafeBag]:
        """Yield the bags that hold keys, nested ones too, and charge what decrypting them costs."""
        for number, bag in enumerate(contents):
            if number >= MOST_BAGS or depth >= DEPTH:
                raise Pkcs12Unreadable("size")
            kind = bag["bag_id"].native
            if kind == "safe_contents":
                yield from self._bags(bag["bag_value"], depth + 1)
            elif kind in ("pkcs8_shrouded_key_bag", "key_bag"):
                if len(bag["bag_value"].dump()) > KEY_LIMIT:
                    raise Pkcs12Unreadable("cost")
                if kind == "pkcs8_shrouded_key_bag":
                    self._charge(_cost(bag["bag_value"]["encryption_algorithm"]))
                yield bag

    def keys(self, password: bytes) -> list[bytes]:
        """Return every private key as PKCS#8, encrypted or not, in the order of the file.

        `password` opens the encrypted safes; one that it does not open, or whose cipher nobody uses, is passed over.
        Raises Pkcs12Unreadable where what was encrypted asks for too much.
        """
        found: list[bytes] = []
        for number, info in enumerate(self._infos):
            kind = info["content_type"].native
            contents = info["content"].native if kind == "data" else None
            if kind == "encrypted_data":
                contents = self._opened(number, password)
            if contents is None:
                continue
            paid = self._cost
            try:
                for bag in self._bags(asn1.SafeContents.load(contents, strict=True), 0):
                    found.append(bag["bag_value"].untag().dump(force=True))
                    if len(found) >= MOST_KEYS:
                        return found
            except Pkcs12Unreadable:
                raise
            except Exception:  # a safe that opens to something else holds no key for us
                continue
            finally:
                if kind == "data":
                    self._cost = paid  # it was charged when it was read
        return found

    def opened_by(self, password: bytes) -> bool:
        """Say whether any part is opened by this password: then it is right, and the rest is damaged.

        What a wrong password makes of a part is no ASN.1 of its whole length, but for one in millions.
        """
        for number, info in enumerate(self._infos):
            if info["content_type"].native == "encrypted_data" and self._opened(number, password) is not None:
                return True
        for info in self._infos:
            if info["content_type"].native != "data":
                continue
            for bag in asn1.SafeContents.load(info["content"].native):
                if bag["bag_id"].native == "pkcs8_shrouded_key_bag":
                    box = bag["bag_value"]
                    if _plain(box["encryption_algorithm"], box["encrypted_data"].native, password) is not None:
                        return True
        return False

    def _opened(self, number: int, password: bytes) -> bytes | None:
        if (number, password) not in self._known:
            part = self._infos[number]["content"]["encrypted_content_info"]
            found = _plain(part["content_encryption_algorithm"], part["encrypted_content"].native, password)
            self._known[number, password] = found
        return self._known[number, password]

    def vouched_for(self, password: bytes) -> bool | None:
        """Say whether the file's own check is right under this password; None where it has none that we can make."""
        mac = self._container["mac_data"]
        if mac.native is None:
            return None
        name = mac["mac"]["digest_algorithm"]["algorithm"].native
        if name not in _HASHES:
            return None
        content = self._container["auth_safe"]["content"].native
        for form in _forms(password):
            key = _derive(
                name, 3, form, mac["mac_salt"].native, mac["iterations"].native, hashlib.new(name).digest_size
            )
            if hmac.compare_digest(hmac.digest(key, content, name), mac["mac"]["digest"].native):
                return True
        return False


def _mac_cost(container: asn1.Pfx) -> int:
    mac = container["mac_data"]
    if mac.native is None:
        return 0
    algorithm = mac["mac"]["digest_algorithm"]
    cost = int(mac["iterations"].native)
    if algorithm["algorithm"].native == _PBMAC1:
        cost += _kdf_cost(_Pbmac1Params.load(algorithm["parameters"].dump())["kdf"])
    return cost


def _cost(algorithm: algos.EncryptionAlgorithm) -> int:
    name = algorithm["algorithm"].native
    if name == "pbes2":
        return _kdf_cost(algorithm["parameters"]["key_derivation_func"])
    try:
        return _OLD * int(algorithm.kdf_iterations)
    except ValueError:  # an algorithm without iterations
        return 1


def _kdf_cost(kdf: algos.KdfAlgorithm) -> int:
    if kdf["algorithm"].native == _SCRYPT:
        scrypt = _ScryptParams.load(kdf["parameters"].dump())
        return int(scrypt["cost"].native) * int(scrypt["block"].native) * int(scrypt["parallel"].native)
    return int(kdf["parameters"]["iteration_count"].native)


def _plain(algorithm: algos.EncryptionAlgorithm, data: bytes | None, password: bytes) -> bytes | None:
    """Decrypt one part; None where the password does not open it, or the cipher is none that makers use."""
    try:
        name = algorithm["algorithm"].native
        if name == "pbes2":
            return _unpadded(_pbes2(algorithm["parameters"], data or b"", password))
        if name in _PBE:
            for form in _forms(password):
                found = _unpadded(_pbe(name, algorithm["parameters"], data or b"", form))
                if found is not None:
                    return found
    except Exception:  # lengths, parameters and whatever else a hostile structure holds
        return None
    return None


def _unpadded(data: bytes) -> bytes | None:
    """Take the padding off; None where it is none, or what is left is no SEQUENCE of its whole length."""
    count = data[-1] if data else 0
    if not 1 <= count <= 16 or data[-count:] != bytes((count,)) * count:
        return None
    plain = data[:-count]
    try:
        core.Sequence.load(plain, strict=True)
    except ValueError:
        return None
    return plain


def _pbes2(parameters: Any, data: bytes, password: bytes) -> bytes:
    kdf, scheme = parameters["key_derivation_func"], parameters["encryption_scheme"]
    size = int(scheme.key_length)
    if kdf["algorithm"].native == _SCRYPT:
        scrypt = _ScryptParams.load(kdf["parameters"].dump())
        cost, block, parallel = (int(scrypt[name].native) for name in ("cost", "block", "parallel"))
        key = Scrypt(scrypt["salt"].native, size, cost, block, parallel).derive(password)
    else:
        pbkdf2 = kdf["parameters"]
        digest = _HASHES[pbkdf2["prf"]["algorithm"].native]()
        salt, count = pbkdf2["salt"].native, int(pbkdf2["iteration_count"].native)
        key = PBKDF2HMAC(digest, size, salt, count).derive(password)
    cipher = algorithms.AES(key) if scheme.encryption_cipher == "aes" else TripleDES(key)
    opened = Cipher(cipher, modes.CBC(scheme.encryption_iv)).decryptor()
    return opened.update(data) + opened.finalize()


def _pbe(name: str, parameters: Any, data: bytes, password: bytes) -> bytes:
    cipher, size = _PBE[name]
    salt, count = parameters["salt"].native, int(parameters["iterations"].native)
    key = _derive("sha1", 1, password, salt, count, size)
    iv = _derive("sha1", 2, password, salt, count, 8)
    if cipher == "rc2":
        return rc2.decrypt(key, iv, data)
    opened = Cipher(TripleDES(key + key[:8] if size == 16 else key), modes.CBC(iv)).decryptor()
    return opened.update(data) + opened.finalize()


def _forms(password: bytes) -> list[bytes]:
    """Write a password as the old derivation wants it: UTF-16, big end first, ended by zero; none at all is nothing."""
    text = password.decode("utf-8").encode("utf-16-be") + b"\0\0"
    return [text] if password else [text, b""]


def _derive(name: str, use: int, password: bytes, salt: bytes, count: int, size: int) -> bytes:
    """Derive bytes by RFC 7292, Appendix B; `use` is 1 for a key, 2 for an initial value, 3 for a MAC's key."""
    block = hashlib.new(name).block_size

    def filled(text: bytes) -> bytes:
        length = -(-len(text) // block) * block
        return (text * (length // len(text) + 1))[:length] if text else b""

    mixed, out = bytearray(filled(salt) + filled(password)), b""
    while len(out) < size:
        part = hashlib.new(name, bytes((use,)) * block + mixed).digest()
        for _ in range(count - 1):
            part = hashlib.new(name, part).digest()
        out += part
        add = int.from_bytes((part * (block // len(part) + 1))[:block], "big") + 1
        for start in range(0, len(mixed), block):
            value = int.from_bytes(mixed[start : start + block], "big") + add
            mixed[start : start + block] = (value % (1 << 8 * block)).to_bytes(block, "big")
    return out[:size]
