"""Key files as programs in the field write them."""

from __future__ import annotations

import subprocess
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import pkcs12 as asn1
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12

from signing import errors
from signing.pkcs12 import FileKey, load

PASSPHRASE = "mật khẩu Ứng"


def _openssl(folder: Path, issued: Any, *options: str, passphrase: str = PASSPHRASE) -> bytes:
    private = issued.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(private + issued.pem)
    out = folder / "out.p12"
    command = ["openssl", "pkcs12", "-export", "-in", str(folder / "key.pem"), "-out", str(out)]
    subprocess.run([*command, "-passout", f"pass:{passphrase}", *options], check=True, capture_output=True, timeout=60)
    return out.read_bytes()


@pytest.mark.parametrize(
    "options", [(), ("-legacy",), ("-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES"), ("-nomac",)]
)
def test_openssls_files_open(options: tuple[str, ...], throwaway: Any, tmp_path: Path) -> None:
    issued = throwaway.signer()
    (key,) = load(_openssl(tmp_path, issued, *options), PASSPHRASE)
    assert key.certificate.der == issued.der
    assert key.kind == "file"
    issued.certificate.public_key()
    assert len(key.sign(b"x")) == 256


@pytest.mark.parametrize("made", ["NFC", "NFD"])
@pytest.mark.parametrize("typed", ["NFC", "NFD"])
def test_vietnamese_passphrase_opens_in_either_form(made: Any, typed: Any, throwaway: Any) -> None:
    data = throwaway.signer(kind="p256").p12(unicodedata.normalize(made, PASSPHRASE))
    assert load(data, unicodedata.normalize(typed, PASSPHRASE))


def test_no_passphrase(throwaway: Any, tmp_path: Path) -> None:
    assert load(throwaway.signer(kind="p256").p12(""), "")
    assert load(_openssl(tmp_path, throwaway.signer(kind="p256"), passphrase=""), "")


def test_wrong_passphrase_and_damage_cannot_be_told_apart(throwaway: Any) -> None:
    data = bytearray(throwaway.signer(kind="p256").p12(PASSPHRASE))
    with pytest.raises(errors.WrongPassphraseOrDamaged) as wrong:
        load(bytes(data), "sai")
    data[len(data) // 2] ^= 1
    with pytest.raises(errors.SigningError) as damaged:
        load(bytes(data), PASSPHRASE)
    assert damaged.value.code in (wrong.value.code, "PKCS12_UNREADABLE")


@pytest.mark.parametrize("data", [b"", b"\0" * 64, b"%PDF-1.7", b"\x30\x82\xff\xff" + b"a" * 100])
def test_what_is_no_pkcs12_is_said_so(data: bytes) -> None:
    with pytest.raises(errors.Pkcs12Unreadable):
        load(data, "x")


def test_truncated_files_are_unreadable(throwaway: Any) -> None:
    data = throwaway.signer(kind="p256").p12(PASSPHRASE)
    for cut in (1, 50, len(data) // 2, len(data) - 1):
        with pytest.raises(errors.Pkcs12Unreadable):
            load(data[:cut], PASSPHRASE)


def test_certificates_only(throwaway: Any, tmp_path: Path) -> None:
    (tmp_path / "c.pem").write_bytes(throwaway.signer().pem)
    subprocess.run(
        [
            "openssl",
            "pkcs12",
            "-export",
            "-nokeys",
            "-in",
            str(tmp_path / "c.pem"),
            "-out",
            str(tmp_path / "c.p12"),
            "-passout",
            "pass:x",
        ],
        check=True,
        capture_output=True,
        timeout=60,
    )
    with pytest.raises(errors.NoPrivateKey) as caught:
        load((tmp_path / "c.p12").read_bytes(), "x")
    assert caught.value.certificates == 1


def test_ed25519_is_refused_with_its_kind(throwaway: Any) -> None:
    with pytest.raises(errors.UnsupportedKey) as caught:
        load(throwaway.signer(kind="ed25519").p12(), "mật khẩu")
    assert caught.value.kind == "Ed25519"


def _join(first: bytes, second: bytes) -> bytes:
    """Put two unauthenticated key files into one, as key stores with several keys are built."""
    a, b = (asn1.Pfx.load(one) for one in (first, second))
    merged = asn1.AuthenticatedSafe(list(a.authenticated_safe) + list(b.authenticated_safe))
    return bytes(asn1.Pfx({"version": "v3", "auth_safe": {"content_type": "data", "content": merged.dump()}}).dump())


def test_every_key_of_a_file_with_several_is_offered(throwaway: Any, tmp_path: Path) -> None:
    company = throwaway.signer("CÔNG TY TNHH ÁNH DƯƠNG", kind="rsa")
    person = throwaway.signer("NGUYỄN THỊ BÌNH", ("CCCD:001188012345",), kind="p256")
    files = [_openssl(tmp_path, one, "-nomac") for one in (company, person)]
    joined = _join(*files)
    keys = load(joined, PASSPHRASE)
    assert {key.certificate.common_name for key in keys} == {"CÔNG TY TNHH ÁNH DƯƠNG", "NGUYỄN THỊ BÌNH"}
    for key in keys:
        from cryptography.hazmat.primitives.hashes import SHA256

        from signing.certificate import verify_value

        verify_value(key.certificate.der, key.sign(b"data"), b"data", SHA256())


def test_an_iteration_count_made_to_stall_is_refused(throwaway: Any) -> None:
    from cryptography.hazmat.primitives.hashes import SHA256

    issued = throwaway.signer(kind="p256")
    how = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(2048).hmac_hash(SHA256()).build(b"x")
    data = pkcs12.serialize_key_and_certificates(b"n", issued.private, issued.certificate, None, how)
    container = asn1.Pfx.load(data)
    container["mac_data"]["iterations"] = 2**31 - 1
    with pytest.raises(errors.Pkcs12Unreadable) as caught:
        load(container.dump(force=True), "x")
    assert caught.value.reason == "cost"


def test_chain_is_ordered_and_secrets_do_not_show(throwaway: Any) -> None:
    issued = throwaway.signer(kind="p256")
    issued.chain.reverse()
    (key,) = load(issued.p12(), "mật khẩu")
    assert key.chain == (
        throwaway.issuing.der,
        throwaway.root.der,
    )
    assert isinstance(key, FileKey)
    assert "PrivateKey" not in repr(key)
    import pickle

    with pytest.raises(TypeError):
        pickle.dumps(key)


def test_nss_files_in_ber_open(throwaway: Any, tmp_path: Path) -> None:
    """pk12util (Firefox) writes BER with indefinite lengths."""
    (tmp_path / "in.p12").write_bytes(_openssl(tmp_path, throwaway.signer(), "-name", "khoa", passphrase="abc"))
    base = ["-d", f"sql:{tmp_path}"]
    for command in (
        ["certutil", "-N", *base, "--empty-password"],
        ["pk12util", "-i", str(tmp_path / "in.p12"), *base, "-W", "abc", "-K", ""],
        ["pk12util", "-o", str(tmp_path / "nss.p12"), "-n", "khoa", *base, "-W", "abc", "-K", ""],
    ):
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=60)
        except FileNotFoundError:
            pytest.skip("the NSS tools are not installed")
    assert load((tmp_path / "nss.p12").read_bytes(), "abc")[0].certificate.common_name == "CÔNG TY TNHH ÁNH DƯƠNG"


def _as_ber(data: bytes) -> bytes:
    """Write a DER key file as NSS does: indefinite lengths, the inner content in pieces."""

    def tlv(tag: int, body: bytes) -> bytes:
        size = len(body)
        return bytes((tag, 0x82)) + size.to_bytes(2, "big") + body

    container = asn1.Pfx.load(data)
    inner = container["auth_safe"]["content"].native
    pieces = b"".join(tlv(0x04, inner[start : start + 1000]) for start in range(0, len(inner), 1000))
    content = b"\xa0\x80" + b"\x24\x80" + pieces + b"\0\0" + b"\0\0"
    safe = b"\x30\x80" + container["auth_safe"]["content_type"].dump() + content + b"\0\0"
    return bytes(b"\x30\x80" + container["version"].dump() + safe + container["mac_data"].dump() + b"\0\0")


def test_indefinite_lengths_open(throwaway: Any, tmp_path: Path) -> None:
    issued = throwaway.signer()
    (key,) = load(_as_ber(_openssl(tmp_path, issued)), PASSPHRASE)
    assert key.certificate.der == issued.der
