"""ASiC-E containers that the product makes, judged by libdigidocpp, xmlsec1, the schemas and our own judge."""

from __future__ import annotations

import base64
import hashlib
import io
import subprocess
import sys
import unicodedata
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from lxml import etree

from signing import errors
from signing.asice import File, add_signature, extend_asice, sign_asice
from signing.levels import Level, Proofs
from signing.pkcs12 import load
from signing.trust import Trust
from signing.validation import Verdict, validate
from tests.signing.authority_kit import liar

FILES = [
    File("tờ khai/Ảnh thẻ của bà Nguyễn Thị Bình & con, 100% (bản #1).pdf", b"%PDF-1.7\n" + bytes(range(256)) * 40),
    File("bảng kê.xml", "<a>Đúng</a>".encode()),
    File("a+b~c;d=e,f'g!.txt", b"x"),
    File("rỗng.bin", b""),
]
XADES = "{http://uri.etsi.org/01903/v1.3.2#}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
NOW = datetime(2026, 7, 15, 9, 30, 12, 345678, tzinfo=UTC)


@pytest.fixture(scope="module")
def trust(pki: Any) -> Trust:
    return Trust.of([pki.root_pem, pki.intermediate_pem], crls=[pki.crl_pem])


@pytest.fixture(scope="module")
def key(pki: Any) -> Any:
    return load(pki.key("anh_duong").p12("x"), "x")[0]


@pytest.fixture(scope="module")
def curve(pki: Any) -> Any:
    return load(pki.key("anh_duong_ec").p12("x"), "x")[0]


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    import pydigidoc

    return etree.XMLSchema(etree.parse(str(Path(pydigidoc.__file__).parent / "schema" / "en_31916201v010101.xsd")))


def made(key: Any, files: Any = FILES, **more: Any) -> bytes:
    out = io.BytesIO()
    sign_asice(files, out, key, **more)
    return out.getvalue()


def xmlsec(data: bytes, folder: Path, root: bytes, *more: str) -> bool:
    """Verify the first signature by xmlsec1 over the unpacked files."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(folder / "x")
    (folder / "ca.pem").write_bytes(root)
    done = subprocess.run(
        [
            *(
                "xmlsec1",
                "--verify",
                "--trusted-pem",
                str(folder / "ca.pem"),
                "--id-attr:Id",
                "SignedProperties",
                *more,
            ),
            "META-INF/signatures0.xml",
        ],
        cwd=folder / "x",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    wanted = f"SignedInfo References (ok/all): {len(FILES) + 1}/{len(FILES) + 1}"
    return done.returncode == 0 and wanted in done.stdout + done.stderr


KINDS = {
    "rsa": ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", False),
    "pss": ("http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1", True),
    "p256": ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", False),
    "p384": ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384", False),
}


@pytest.mark.parametrize("kind", KINDS)
def test_libdigidocpp_xmlsec1_schema_and_judge_agree(
    kind: str, pki: Any, trust: Trust, schema: Any, digidoc: Any, tmp_path: Path
) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec

    method, pss = KINDS[kind]
    curves = {"p256": ec.SECP256R1(), "p384": ec.SECP384R1()}
    if kind in curves:
        held = pki.issue("CÔNG TY TNHH ÁNH DƯƠNG", private_key=ec.generate_private_key(curves[kind]))
    else:
        held = pki.key("anh_duong")
    data = made(load(held.p12("x"), "x")[0], pss=pss)
    path = tmp_path / "hồ sơ.asice"
    path.write_bytes(data)
    opened = digidoc.open(path)
    assert opened.error == ""
    assert opened.files == tuple((file.name, file.media_type) for file in FILES)
    (one,) = opened.signatures
    assert (one.faults, one.method, one.signed_by) == ((), method, "CÔNG TY TNHH ÁNH DƯƠNG")
    if not pss:  # this xmlsec1 does not know RSASSA-PSS
        assert xmlsec(data, tmp_path, pki.root_pem)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        schema.assertValid(etree.fromstring(archive.read("META-INF/signatures0.xml")))
    found = validate(data, name="a", trust=trust)
    assert (found.kind, found.verdict, found.signatures[0].level) == ("asice", Verdict.VALID, "B-B")


def test_libdigidocpp_and_xmlsec1_refuse_what_we_refuse(
    pki: Any, key: Any, trust: Trust, digidoc: Any, tmp_path: Path
) -> None:
    data = made(key)
    changed = data.replace("<a>Đúng</a>".encode(), "<a>Đủng</a>".encode())
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(tmp_path / "x.asice", "w") as again:
        for entry in archive.infolist():
            content = archive.read(entry)
            again.writestr(entry.filename, content.replace("<a>Đúng".encode(), "<a>Đủng".encode()))
    assert changed != data
    (one,) = digidoc.open(tmp_path / "x.asice").signatures
    assert any("bảng kê.xml" in unquote(fault) for fault in one.faults), one.faults
    assert not xmlsec((tmp_path / "x.asice").read_bytes(), tmp_path, pki.root_pem)
    found = validate(tmp_path / "x.asice", trust=trust)
    assert (found.verdict, found.signatures[0].reasons) == (Verdict.INVALID, ("DIGEST_MISMATCH",))


def test_the_container_is_laid_out_as_the_standard_says(key: Any) -> None:
    data = made(key, at=NOW)
    # EN 319 162-1, A.1: readable without any ZIP reader.
    assert data[:4] == b"PK\x03\x04"
    assert data[30:69] == b"mimetypeapplication/vnd.etsi.asic-e+zip"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        names = [one.filename for one in entries]
        assert names == [
            "mimetype",
            *(file.name for file in FILES),
            "META-INF/manifest.xml",
            "META-INF/signatures0.xml",
        ]
        assert all(one.compress_type == zipfile.ZIP_STORED and not one.extra for one in entries)
        assert all(bool(one.flag_bits & 0x800) is not one.filename.isascii() for one in entries)
        manifest = etree.fromstring(archive.read("META-INF/manifest.xml"))
        root = etree.fromstring(archive.read("META-INF/signatures0.xml"))
    namespace = "{urn:oasis:names:tc:opendocument:xmlns:manifest:1.0}"
    listed = [(one.get(f"{namespace}full-path"), one.get(f"{namespace}media-type")) for one in manifest]
    assert listed == [("/", "application/vnd.etsi.asic-e+zip"), *((file.name, file.media_type) for file in FILES)]
    assert root.tag == "{http://uri.etsi.org/02918/v1.2.1#}XAdESSignatures"
    uris = [str(one.get("URI")) for one in root.iter(f"{DS}Reference")]
    assert uris[1] == "b%E1%BA%A3ng%20k%C3%AA.xml"
    assert all(uri.isascii() and " " not in uri for uri in uris)
    assert next(root.iter(f"{XADES}SigningTime")).text == "2026-07-15T09:30:12Z"
    digest = next(root.iter(f"{XADES}CertDigest")).findtext(f"{DS}DigestValue")
    assert base64.b64decode(digest or "") == hashlib.sha256(key.certificate.der).digest()
    held = [base64.b64decode(one.text or "") for one in root.iter(f"{DS}X509Certificate")]
    assert held == [key.certificate.der, key.chain[0]], "a verifier has roots of its own"


def test_the_same_files_key_and_time_give_the_same_bytes(key: Any) -> None:
    assert made(key, at=NOW) == made(key, at=NOW)
    assert made(key, at=NOW) != made(key, at=NOW + timedelta(seconds=1))


def test_a_second_and_a_third_signature_leave_the_first_whole(
    key: Any, curve: Any, trust: Trust, digidoc: Any, tmp_path: Path
) -> None:
    data = made(key, at=datetime.now(UTC))
    for number, one in enumerate((curve, key), 1):
        out = io.BytesIO()
        add_signature(data, out, one)
        before, data = data, out.getvalue()
        with zipfile.ZipFile(io.BytesIO(before)) as old, zipfile.ZipFile(io.BytesIO(data)) as new:
            assert new.namelist() == [*old.namelist(), f"META-INF/signatures{number}.xml"]
            assert all(new.read(name) == old.read(name) for name in old.namelist())
    found = validate(data, name="a", trust=trust)
    assert [one.verdict for one in found.signatures] == [Verdict.VALID] * 3
    path = tmp_path / "a.asice"
    path.write_bytes(data)
    assert [one.faults for one in digidoc.open(path).signatures] == [()] * 3


def test_nothing_is_added_to_a_container_that_does_not_hold(key: Any) -> None:
    data = made(key)
    for bad in (
        data.replace(b"%PDF-1.7", b"%PDF-1.6"),
        data.replace(b"<ds:SignatureValue", b"<ds:SignatureWert").replace(
            b"</ds:SignatureValue", b"</ds:SignatureWert"
        ),
        data.replace(b"asic-e+zip", b"asic-s+zip"),
        data[:-5],
        b"PK\x03\x04",
        b"",
        data + b"x",
    ):
        with pytest.raises(errors.ContainerUnreadable):
            add_signature(bad, io.BytesIO(), key)


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        ([], "empty"),
        (["a", "a"], "duplicate"),
        (["Ảnh.pdf", "ảnh.PDF"], "duplicate"),
        (["a", "a/b"], "duplicate"),
        (["mimetype"], "name"),
        (["Mimetype"], "name"),
        (["META-INF/x"], "name"),
        (["meta-inf/x"], "name"),
        (["../a"], "name"),
        (["/a"], "name"),
        (["a\\b"], "name"),
        (["a\nb"], "name"),
        (["a\u202eb"], "name"),
        ([unicodedata.normalize("NFD", "Ảnh.pdf")], "name"),
        ([""], "name"),
        ([f"{number}" for number in range(2500)], "number"),
    ],
)
def test_files_that_cannot_be_together_are_refused_before_anything_is_signed(
    names: list[str], reason: str, key: Any
) -> None:
    with pytest.raises(errors.ContainerUnsignable) as caught:
        made(key, [File(name, b"") for name in names])
    assert caught.value.reason == reason


def test_keys_that_no_receiver_should_accept_are_refused(pki: Any, curve: Any) -> None:
    weak = load(pki.key("weak").p12("x"), "x")[0]
    with pytest.raises(errors.KeyTooWeak):
        made(weak)
    with pytest.raises(errors.SchemeNotOffered):
        made(curve, pss=True)


def test_files_from_disk_are_never_held_whole(key: Any, trust: Trust, tmp_path: Path) -> None:
    """300 MB are signed and judged in a process of its own in less than 150 MB."""

    with open(tmp_path / "lớn.bin", "wb") as stream:
        stream.truncate(300 * 1024 * 1024)
    (tmp_path / "root.pem").write_bytes(_pem(trust.anchors[0]))
    program = """
import sys
from pathlib import Path
from signing.asice import File, sign_asice
from signing.pkcs12 import load
from signing.trust import Trust
from signing.validation import validate
folder = Path(sys.argv[1])
key = load((folder / "k.p12").read_bytes(), "x")[0]
with open(folder / "a.asice", "w+b") as out:
    sign_asice([File("lớn.bin", folder / "lớn.bin")], out, key)
found = validate(folder / "a.asice", trust=Trust.load(folder / "root.pem"))
told = Path("/proc/self/status").read_text()
print(found.signatures[0].integrity, int(told.split("VmHWM:")[1].split()[0]) // 1024)
"""
    (tmp_path / "k.p12").write_bytes(_p12(key))
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    integrity, peak = done.stdout.split()
    assert integrity == "intact"
    # The container is mapped: its pages count as long as the system keeps them, what is held does not grow.
    assert int(peak) < 300 + 150


def _pem(der: bytes) -> bytes:
    return b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(der) + b"-----END CERTIFICATE-----\n"


def _p12(key: Any) -> bytes:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

    certificate = x509.load_der_x509_certificate(key.certificate.der)
    return pkcs12.serialize_key_and_certificates(b"k", key._private, certificate, None, BestAvailableEncryption(b"x"))


# B-T


def test_b_t_from_a_real_time_stamp_server(authority: Any, schema: Any, digidoc: Any, tmp_path: Path) -> None:
    trust = Trust.of([authority.root, authority.issuing])
    proofs = Proofs(trust, tsa=authority.tsa)
    data = made(authority.key("rsa2048"), time_stamp=proofs.stamper(Level.B_T))
    (one,) = validate(data, name="a", trust=trust).signatures
    assert (one.level, one.integrity, one.trust) == ("B-T", "intact", "trusted")
    assert one.time_stamp is not None
    assert abs(one.time_stamp - datetime.now(UTC)) < timedelta(minutes=5)
    path = tmp_path / "a.asice"
    path.write_bytes(data)
    (theirs,) = digidoc.open(path).signatures
    assert datetime.fromisoformat(theirs.time_stamp) == one.time_stamp.replace(microsecond=0)
    assert theirs.faults == ()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        root = etree.fromstring(archive.read("META-INF/signatures0.xml"))
    schema.assertValid(root)
    token = tmp_path / "token"
    token.write_bytes(base64.b64decode(next(root.iter(f"{XADES}EncapsulatedTimeStamp")).text or ""))
    value = etree.fromstring(etree.tostring(next(root.iter(f"{DS}SignatureValue")), with_tail=False))
    (tmp_path / "value").write_bytes(etree.tostring(value, method="c14n", exclusive=True))
    done = subprocess.run(
        [
            *("openssl", "ts", "-verify", "-token_in", "-in", "token", "-data", "value"),
            *("-CAfile", "root.pem", "-untrusted", "issuing.pem"),
        ],
        cwd=_written(authority, tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Verification: OK" in done.stdout + done.stderr


def _written(authority: Any, folder: Path) -> Path:
    (folder / "root.pem").write_bytes(_pem(authority.root))
    (folder / "issuing.pem").write_bytes(_pem(authority.issuing))
    return folder


def test_signatures_made_before_are_raised_to_b_t(authority: Any, digidoc: Any, tmp_path: Path) -> None:
    trust = Trust.of([authority.root, authority.issuing])
    stamper = Proofs(trust, tsa=authority.tsa).stamper(Level.B_T)
    first = io.BytesIO()
    add_signature(made(authority.key("rsa2048")), first, authority.key("p384"))
    out = io.BytesIO()
    assert extend_asice(first.getvalue(), out, stamper) == 2
    found = validate(out.getvalue(), name="a", trust=trust)
    assert [(one.level, one.integrity, one.trust) for one in found.signatures] == [("B-T", "intact", "trusted")] * 2
    path = tmp_path / "a.asice"
    path.write_bytes(out.getvalue())
    assert [(one.profile, one.faults) for one in digidoc.open(path).signatures] == [("BES/time-stamp", ())] * 2
    with pytest.raises(errors.LevelReached):
        extend_asice(out.getvalue(), io.BytesIO(), stamper)
    broken = first.getvalue().replace("<a>Đúng".encode(), "<a>Đủng".encode())
    with pytest.raises(errors.ContainerUnreadable):
        extend_asice(broken, io.BytesIO(), stamper)


def test_a_time_stamp_server_that_lies_leaves_no_signature(authority: Any) -> None:
    trust = Trust.of([authority.root])
    with liar(lambda body: b"\x30\x00") as server:
        proofs = Proofs(trust, tsa=server.url)
        with pytest.raises(errors.TimeStampFailed):
            made(authority.key("p256"), time_stamp=proofs.stamper(Level.B_T))


# what others make


def test_what_libdigidocpp_makes_is_read(pki: Any, trust: Trust, tmp_path: Path) -> None:
    """A container of another maker: its own layout, its own canonicalization."""

    program = """
import sys, pydigidoc
pydigidoc.initialize("tests")
folder = sys.argv[1]
held = pydigidoc.Container.create(folder + "/a.asice")
held.add_data_file(folder + "/tờ khai.txt", "text/plain")
signer = pydigidoc.PKCS12Signer(folder + "/k.p12", "x")
signer.set_profile("BES")
held.sign(signer)
held.save()
"""
    (tmp_path / "tờ khai.txt").write_text("Đúng", "utf-8")
    (tmp_path / "k.p12").write_bytes(pki.key("anh_duong_ec").p12("x", with_chain=False))
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = validate(tmp_path / "a.asice", trust=trust)
    assert (found.kind, found.verdict, found.signatures[0].level) == ("asice", Verdict.VALID, "B-B")
