"""Key files as openssl 3, Java and NSS really write them, and files whose keys lie where few makers put them."""

from __future__ import annotations

import os
import shutil
import subprocess
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import algos, cms, core, keys
from asn1crypto import pkcs12 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from signing import errors, rc2
from signing.certificate import verify_value
from signing.key import digest_for
from signing.pdf import sign_pdf
from signing.pkcs12 import load
from tests.signing.made import blank

PASSPHRASE = "mật khẩu Ứng Dụng"
KINDS = ("RSA-2048", "RSA-3072", "RSA-4096", "P-256", "P-384")
KEYTOOL = shutil.which("keytool")
HERE = Path(__file__).with_name("key_files")


@cache
def _private(kind: str) -> Any:
    if kind.startswith("RSA-"):
        return rsa.generate_private_key(65537, int(kind[4:]))
    return ec.generate_private_key({"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1()}[kind])


@cache
def issued(kind: str, throwaway: Any) -> Any:
    return throwaway._make(f"KHÓA {kind}", _private(kind), throwaway.issuing, uid=("MST:0312345678",))


def run(*words: str | Path, **more: Any) -> bytes:
    done = subprocess.run([str(word) for word in words], check=True, capture_output=True, timeout=120, **more)
    return bytes(done.stdout)


def openssl(folder: Path, one: Any, *options: str, passphrase: str = PASSPHRASE) -> bytes:
    private = one.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    chain = b"".join(above.public_bytes(Encoding.PEM) for above in one.chain)
    (folder / "in.pem").write_bytes(private + one.pem + chain)
    run(
        "openssl", "pkcs12", "-export", "-in", folder / "in.pem", "-out", folder / "out.p12", "-name", "khoa",
        "-passout", f"pass:{passphrase}", *options,
    )  # fmt: skip
    return (folder / "out.p12").read_bytes()


def signs(key: Any) -> None:
    digest = digest_for(key)
    verify_value(
        key.certificate.der, key.sign(b"data", digest), b"data", {"sha256": SHA256, "sha384": SHA384}[digest]()
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("how", [(), ("-legacy",)], ids=["modern", "legacy"])
def test_openssl_3_modern_and_legacy(kind: str, how: tuple[str, ...], throwaway: Any, tmp_path: Path) -> None:
    one = issued(kind, throwaway)
    (key,) = load(openssl(tmp_path, one, *how), PASSPHRASE)
    assert (key.certificate.der, key.certificate.key_type, key.name) == (one.der, kind, "khoa")
    assert len(key.chain) == 2
    signs(key)


@pytest.mark.parametrize("kind", ["RSA-4096", "P-384"])
def test_such_a_key_signs_a_document(kind: str, throwaway: Any, tmp_path: Path) -> None:
    (key,) = load(openssl(tmp_path, issued(kind, throwaway)), PASSPHRASE)
    signed = sign_pdf(blank(), None, key)
    (tmp_path / "a.pdf").write_bytes(signed.data or b"")
    assert b"Signature is Valid" in run("pdfsig", tmp_path / "a.pdf")


@pytest.mark.parametrize("made", ["NFC", "NFD"])
@pytest.mark.parametrize("typed", ["NFC", "NFD"])
@pytest.mark.parametrize("how", [(), ("-legacy",)], ids=["modern", "legacy"])
def test_vietnamese_passphrases_of_openssl(
    made: Any, typed: Any, how: tuple[str, ...], throwaway: Any, tmp_path: Path
) -> None:
    data = openssl(tmp_path, issued("P-256", throwaway), *how, passphrase=unicodedata.normalize(made, PASSPHRASE))
    assert load(data, unicodedata.normalize(typed, PASSPHRASE))


def test_keys_of_java() -> None:
    """The file that was made once; see README.md beside it."""
    found = {key.name: key for key in load((HERE / "keytool-17.p12").read_bytes(), "matkhau123")}
    assert {name: key.certificate.key_type for name, key in found.items()} == {
        "cong-ty": "RSA-2048", "ke-toan": "P-256", "thu-ba": "P-384",
    }  # fmt: skip
    for key in found.values():
        signs(key)


@pytest.mark.skipif(KEYTOOL is None, reason="Java is not installed; a kept file stands for it")
@pytest.mark.parametrize("legacy", [False, True])
def test_keys_of_java_made_now(tmp_path: Path, legacy: bool) -> None:
    store = tmp_path / "k.p12"
    old = ["-J-Dkeystore.pkcs12.legacy"] if legacy else []
    for alias, kind in (("mot", ("RSA", "-keysize", "3072")), ("hai", ("EC", "-groupname", "secp256r1"))):
        run(
            str(KEYTOOL), *old, "-genkeypair", "-alias", alias, "-keyalg", *kind, "-dname", f"CN={alias}", "-validity",
            "99", "-storetype", "PKCS12", "-keystore", store, "-storepass", "matkhau123",
        )  # fmt: skip
    found = load(store.read_bytes(), "matkhau123")
    assert {(key.name, key.certificate.key_type) for key in found} == {("mot", "RSA-3072"), ("hai", "P-256")}
    for key in found:
        signs(key)


@pytest.mark.skipif(shutil.which("pk12util") is None, reason="the NSS tools are not installed")
@pytest.mark.parametrize("kind", ["RSA-2048", "P-256", "P-384"])
def test_exports_of_nss(kind: str, throwaway: Any, tmp_path: Path) -> None:
    """What Firefox and Thunderbird give away, with a Vietnamese passphrase."""
    one = issued(kind, throwaway)
    (tmp_path / "in.p12").write_bytes(openssl(tmp_path, one, passphrase="abc"))
    base = ["-d", f"sql:{tmp_path}"]
    (tmp_path / "w").write_text(PASSPHRASE, "utf-8")
    run("certutil", "-N", *base, "--empty-password")
    run("pk12util", "-i", tmp_path / "in.p12", *base, "-W", "abc", "-K", "")
    run("pk12util", "-o", tmp_path / "nss.p12", "-n", "khoa", *base, "-w", tmp_path / "w", "-K", "")
    (key,) = load((tmp_path / "nss.p12").read_bytes(), PASSPHRASE)
    assert key.certificate.der == one.der
    signs(key)


# Several keys, and where they may lie


def _bag(kind: str, value: Any) -> asn1.SafeBag:
    return asn1.SafeBag({"bag_id": kind, "bag_value": value})


def _key_bag(one: Any, passphrase: str | None = None) -> asn1.SafeBag:
    if passphrase is None:
        der = one.private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        return _bag("key_bag", keys.PrivateKeyInfo.load(der))
    how = BestAvailableEncryption(passphrase.encode())
    der = one.private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, how)
    return _bag("pkcs8_shrouded_key_bag", keys.EncryptedPrivateKeyInfo.load(der))


def _certificate_bag(one: Any) -> asn1.SafeBag:
    return _bag("cert_bag", asn1.CertBag({"cert_id": "x509", "cert_value": core.ParsableOctetString(one.der)}))


def _plain_safe(*bags: asn1.SafeBag) -> cms.ContentInfo:
    return cms.ContentInfo({"content_type": "data", "content": asn1.SafeContents(list(bags)).dump()})


def _kdf(use: int, size: int, passphrase: str, salt: bytes, count: int) -> bytes:
    """Derive by OpenSSL, not by ourselves."""
    text = (passphrase.encode("utf-16-be") + b"\0\0").hex()
    out = run(
        "openssl", "kdf", "-keylen", str(size), "-kdfopt", "digest:SHA1", "-kdfopt", f"hexpass:{text}", "-kdfopt",
        f"hexsalt:{salt.hex()}", "-kdfopt", f"iter:{count}", "-kdfopt", f"id:{use}", "PKCS12KDF",
    )  # fmt: skip
    return bytes.fromhex(out.decode().replace(":", "").strip())


def _encrypted_safe(how: str, passphrase: str, *bags: asn1.SafeBag, count: int = 2000) -> cms.ContentInfo:
    """Encrypt a whole safe, the keys in it: PBES2 by `cryptography`, the old ways by the openssl program."""
    plain = asn1.SafeContents(list(bags)).dump()
    salt, iv = os.urandom(16), os.urandom(16)
    if how == "pbes2":
        key = PBKDF2HMAC(SHA256(), 32, salt, count).derive(passphrase.encode())
        padded = plain + bytes((16 - len(plain) % 16,)) * (16 - len(plain) % 16)
        encryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
        data = encryptor.update(padded) + encryptor.finalize()
        prf = {"algorithm": "sha256", "parameters": core.Null()}
        kdf = {
            "algorithm": "pbkdf2",
            "parameters": algos.Pbkdf2Params(
                {
                    "salt": algos.Pbkdf2Salt(name="specified", value=core.OctetString(salt)),
                    "iteration_count": count,
                    "prf": prf,
                }
            ),
        }
        scheme = {"algorithm": "aes256_cbc", "parameters": core.OctetString(iv)}
        parameters: Any = algos.Pbes2Params({"key_derivation_func": kdf, "encryption_scheme": scheme})
        algorithm = {"algorithm": "pbes2", "parameters": parameters}
    else:
        name, size = {
            "pkcs12_sha1_tripledes_3key": ("des-ede3-cbc", 24),
            "pkcs12_sha1_rc2_40": ("rc2-40-cbc", 5),
            "pkcs12_sha1_rc2_128": ("rc2-cbc", 16),
        }[how]
        key, iv = _kdf(1, size, passphrase, salt, count), _kdf(2, 8, passphrase, salt, count)
        data = run(
            "openssl", "enc", f"-{name}", "-K", key.hex(), "-iv", iv.hex(), "-provider", "legacy", "-provider",
            "default", input=plain,
        )  # fmt: skip
        algorithm = {"algorithm": how, "parameters": algos.Pbes1Params({"salt": salt, "iterations": count})}
    info = {
        "content_type": "data",
        "content_encryption_algorithm": algos.EncryptionAlgorithm(algorithm),
        "encrypted_content": data,
    }
    content = {"version": "v0", "encrypted_content_info": info}
    return cms.ContentInfo({"content_type": "encrypted_data", "content": cms.EncryptedData(content)})


def _file(*safes: cms.ContentInfo) -> bytes:
    content = asn1.AuthenticatedSafe(list(safes)).dump()
    return bytes(asn1.Pfx({"version": "v3", "auth_safe": {"content_type": "data", "content": content}}).dump())


@pytest.mark.parametrize("how", [
    "pbes2", "pkcs12_sha1_tripledes_3key", "pkcs12_sha1_rc2_40", "pkcs12_sha1_rc2_128",
])  # fmt: skip
def test_several_keys_in_an_encrypted_safe_are_each_offered(how: str, throwaway: Any) -> None:
    ones = [issued(kind, throwaway) for kind in ("RSA-2048", "P-256", "P-384")]
    bags = [_key_bag(one, PASSPHRASE if number % 2 else None) for number, one in enumerate(ones)]
    data = _file(_encrypted_safe(how, PASSPHRASE, *bags, *map(_certificate_bag, ones)))
    for form in ("NFC", "NFD"):
        found = load(data, unicodedata.normalize(form, PASSPHRASE))
        assert {key.certificate.der for key in found} == {one.der for one in ones}
        for key in found:
            signs(key)


def test_keys_in_safes_of_both_kinds_and_in_nested_ones(throwaway: Any) -> None:
    first, second, third = (issued(kind, throwaway) for kind in ("RSA-2048", "P-256", "P-384"))
    nested = _bag("safe_contents", asn1.SafeContents([_key_bag(third, PASSPHRASE)]))
    data = _file(
        _plain_safe(_key_bag(first, PASSPHRASE), nested),
        _encrypted_safe("pbes2", PASSPHRASE, _key_bag(second, PASSPHRASE)),
        _plain_safe(*(_certificate_bag(one) for one in (first, second, third))),
    )
    assert {key.certificate.der for key in load(data, PASSPHRASE)} == {one.der for one in (first, second, third)}


def test_an_ed25519_key_beside_others_is_left_out_and_alone_refused(throwaway: Any) -> None:
    odd = throwaway._make("ED", ed25519.Ed25519PrivateKey.generate(), throwaway.issuing)
    good = issued("P-256", throwaway)
    data = _file(_plain_safe(_key_bag(odd, "x"), _key_bag(good, "x"), _certificate_bag(odd), _certificate_bag(good)))
    (key,) = load(data, "x")
    assert key.certificate.der == good.der
    with pytest.raises(errors.UnsupportedKey) as caught:
        load(_file(_plain_safe(_key_bag(odd, "x"), _certificate_bag(odd))), "x")
    assert caught.value.kind == "Ed25519"


# What can be told apart


def test_certificates_only(throwaway: Any) -> None:
    one = issued("P-256", throwaway)
    with pytest.raises(errors.NoPrivateKey) as caught:
        load(_file(_encrypted_safe("pbes2", "x", _certificate_bag(one))), "x")
    assert caught.value.certificates == 1


def test_a_key_without_its_certificate(throwaway: Any) -> None:
    mine, other = issued("P-256", throwaway), issued("P-384", throwaway)
    with pytest.raises(errors.NoPrivateKey):
        load(_file(_plain_safe(_key_bag(mine, "x"), _certificate_bag(other))), "x")


def _flipped(data: bytes, part: bytes) -> bytes:
    """Change one byte in the middle of a part, which must stand in the file once."""
    assert data.count(part) == 1
    at = data.index(part) + len(part) // 2
    return data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :]


@pytest.mark.parametrize("how", [(), ("-legacy",)], ids=["modern", "legacy"])
def test_damage_is_said_where_the_passphrase_opens_another_part(
    how: tuple[str, ...], throwaway: Any, tmp_path: Path
) -> None:
    data = openssl(tmp_path, issued("RSA-2048", throwaway), *how)
    infos = {info["content_type"].native: info for info in asn1.Pfx.load(data).authenticated_safe}
    (bag,) = asn1.SafeContents.load(infos["data"]["content"].native)
    key = bag["bag_value"]["encrypted_data"].native
    safe = infos["encrypted_data"]["content"]["encrypted_content_info"]["encrypted_content"].native
    mac = asn1.Pfx.load(data)["mac_data"]["mac"]["digest"].native
    for part in (key, safe, mac):
        with pytest.raises(errors.Pkcs12Unreadable) as caught:
            load(_flipped(data, part), PASSPHRASE)
        assert caught.value.reason == "damaged"
        with pytest.raises(errors.WrongPassphraseOrDamaged):
            load(_flipped(data, part), "sai")
    with pytest.raises(errors.WrongPassphraseOrDamaged):
        load(data, "sai")


def test_what_is_undamaged_and_of_no_use_is_not_called_a_wrong_passphrase(throwaway: Any) -> None:
    """A key of a kind that nobody reads, under a check that is right."""
    one = issued("P-256", throwaway)
    kind = {"algorithm": "dsa"}
    odd = {"version": 0, "private_key_algorithm": kind, "private_key": core.ParsableOctetString(b"\x02\x01\x00")}
    broken = _bag("key_bag", keys.PrivateKeyInfo(odd))
    with pytest.raises(errors.Pkcs12Unreadable) as caught:
        load(_file(_plain_safe(broken), _encrypted_safe("pbes2", PASSPHRASE, _certificate_bag(one))), PASSPHRASE)
    assert caught.value.reason in ("contents", "algorithm")


def test_half_a_letter_is_a_wrong_passphrase(throwaway: Any) -> None:
    with pytest.raises(errors.WrongPassphraseOrDamaged):
        load(issued("P-256", throwaway).p12("x"), "\ud83d")


# Files made to stall


def _scrypt(count: int) -> cms.ContentInfo:
    """A safe under scrypt that wants `count` times more work than any maker asks for."""
    one = _encrypted_safe("pbes2", "x")
    numbers = b"".join(core.Integer(number).dump() for number in (2, 1, count))
    salt = core.OctetString(b"salz").dump()
    body = salt + numbers
    kdf = core.ObjectIdentifier("1.3.6.1.4.1.11591.4.11").dump() + b"\x30" + bytes((len(body),)) + body
    scheme = one["content"]["encrypted_content_info"]["content_encryption_algorithm"]["parameters"]["encryption_scheme"]
    inner = b"\x30" + bytes((len(kdf),)) + kdf + scheme.dump()
    algorithm = core.ObjectIdentifier("1.2.840.113549.1.5.13").dump() + b"\x30" + bytes((len(inner),)) + inner
    info = core.ObjectIdentifier("1.2.840.113549.1.7.1").dump() + b"\x30" + bytes((len(algorithm),)) + algorithm
    info += b"\x80\x10" + bytes(16)
    return cms.ContentInfo(
        {"content_type": "encrypted_data", "content": cms.EncryptedData.load(_tlv(b"\x02\x01\x00" + _tlv(info)))}
    )


def _tlv(body: bytes) -> bytes:
    return b"\x30\x82" + len(body).to_bytes(2, "big") + body


def _deep(bag: asn1.SafeBag, depth: int) -> asn1.SafeBag:
    for _ in range(depth):
        bag = _bag("safe_contents", asn1.SafeContents([bag]))
    return bag


def test_files_made_to_stall_are_refused(throwaway: Any) -> None:
    small = issued("P-256", throwaway)
    shrouded = _key_bag(small, "x")
    costly = _key_bag(small, "x")
    kdf = costly["bag_value"]["encryption_algorithm"]["parameters"]["key_derivation_func"]
    kdf["parameters"]["iteration_count"] = 2**40
    heavy = keys.EncryptedPrivateKeyInfo.load(shrouded["bag_value"].untag().dump())
    heavy["encrypted_data"] = bytes(20_000)
    cases = {
        "an iteration count": _file(_plain_safe(costly)),
        "a negative one": _file(_encrypted_safe("pbes2", "x", shrouded, count=1), _plain_safe(_negative(small))),
        "the sum of many": _file(*[_encrypted_safe("pbes2", "x", shrouded, count=500_000) for _ in range(6)]),
        "scrypt": _file(_scrypt(2**40)),
        "an iteration count inside an encrypted safe": _file(_encrypted_safe("pbes2", "x", costly)),
        "a key that would take minutes to check": _file(_plain_safe(_bag("pkcs8_shrouded_key_bag", heavy))),
        "safes in safes": _file(_plain_safe(_deep(shrouded, 60))),
        "safes in an encrypted safe": _file(_encrypted_safe("pbes2", "x", _deep(shrouded, 60))),
        "thousands of bags": _file(_plain_safe(*[_certificate_bag(small)] * 1000)),
    }
    for what, data in cases.items():
        with pytest.raises(errors.Pkcs12Unreadable) as caught:
            load(data, "x")
        assert caught.value.reason in ("cost", "size", "format"), what


def _negative(one: Any) -> asn1.SafeBag:
    bag = _key_bag(one, "x")
    bag["bag_value"]["encryption_algorithm"]["parameters"]["key_derivation_func"]["parameters"]["iteration_count"] = -5
    return bag


@pytest.mark.parametrize("data", [
    b"\x30\x80" * 20_000, b"\x30\x82\xff\xff" * 1000, b"\x30\x80\x02\x01\x03\x30\x80" + b"\x24\x80" * 50_000,
    b"\x30\x84\xff\xff\xff\xff", b"\x30\x03\x02\x01\x03",
])  # fmt: skip
def test_structures_made_to_exhaust_a_reader(data: bytes) -> None:
    with pytest.raises(errors.Pkcs12Unreadable):
        load(data, "x")


def test_a_byte_changed_anywhere_ends_in_a_known_error(throwaway: Any) -> None:
    """300 files with one byte changed, seeded: each opens to the very key, or is refused by name."""
    import random

    one = issued("P-256", throwaway)
    data = _file(_plain_safe(_key_bag(one, "x"), _certificate_bag(one)), _encrypted_safe("pbes2", "x", _key_bag(one)))
    chance = random.Random(12)
    for _ in range(300):
        at = chance.randrange(len(data))
        changed = data[:at] + bytes((data[at] ^ chance.randrange(1, 256),)) + data[at + 1 :]
        try:
            found = load(changed, "x")
        except errors.SigningError:
            continue
        for key in found:
            public = x509.load_der_x509_certificate(key.certificate.der).public_key()
            assert public.public_numbers() == one.private.public_key().public_numbers()  # type: ignore[union-attr]
            signs(key)


def test_rc2_is_openssls() -> None:
    for name, size in (("rc2-40-cbc", 5), ("rc2-64-cbc", 8), ("rc2-cbc", 16)):
        key, iv, plain = os.urandom(size), os.urandom(8), os.urandom(160)
        words = ["-K", key.hex(), "-iv", iv.hex(), "-nopad", "-provider", "legacy", "-provider", "default"]
        assert rc2.decrypt(key, iv, run("openssl", "enc", f"-{name}", *words, input=plain)) == plain
    for wrong in (b"", bytes(7)):
        with pytest.raises(ValueError, match="length"):
            rc2.decrypt(b"12345", wrong, bytes(8))
