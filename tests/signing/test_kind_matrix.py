"""The whole matrix: where the key lies × its kind × container × level, each cell judged by a program of others.

Read as a table: `CELLS` are the files that are made, `NOT_MADE` those that do not exist, each with the reason that the
program gives. pdfsig judges PDF, xmlsec1 XML, libdigidocpp ASiC-E, openssl the values and the time-stamps.
"""

from __future__ import annotations

import base64
import io
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pikepdf
import pytest
from asn1crypto import cms as asn1_cms
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree
from pyhanko.pdf_utils.reader import PdfFileReader

from desktop.filing.documents import SignRequest, sign_document
from signing.asice import File, sign_asice
from signing.certificate import Role
from signing.errors import LevelForPdfOnly, SchemeNotOffered
from signing.levels import Level, Proofs, sign
from signing.network import Network
from signing.remote import Profile, RemoteSession
from signing.token import Module, TokenSession
from signing.trust import Trust
from signing.xml import sign_xml
from signing.xml.xades import sign_xades
from tests.signing import made
from tests.signing.authority_kit import KINDS
from tests.signing.csc_v2_stand_in import OTP, PIN, PSS, TOKEN, CscV2
from tests.signing.remote_kit import QUICK, Someone
from tests.signing.token_kit import PIN as TOKEN_PIN
from tests.signing.token_kit import SOFTHSM, Pair, SoftTokens

PLACES = ("file", "token", "remote")
PDF = ("B-B", "B-T", "B-LT", "B-LTA")
CELLS = (
    *(("pdf", level) for level in PDF),
    ("tax xml", "B-B"), ("xades", "B-B"), ("xades", "B-T"), ("asice", "B-B"), ("asice", "B-T"),
    ("tax xml, pss", "B-B"), ("xades, pss", "B-B"), ("asice, pss", "B-B"),
)  # fmt: skip
NOT_MADE = {
    ("xades", "B-LT"): LevelForPdfOnly,
    ("xades", "B-LTA"): LevelForPdfOnly,
}
"""XML is made up to B-T: evidence and archive time-stamps in XML are asked for by no receiver. ASiC-E has the same
levels as the XAdES inside. PDF is not signed by RSASSA-PSS: pdfsig, mutool and readers in use do not all know it. What
a curve cannot do, RSASSA-PSS, is SCHEME_NOT_OFFERED wherever the key lies."""
FORM = '<?xml version="1.0" encoding="UTF-8"?><toKhai><noiDung id="ND_1">Đúng</noiDung><CKyDTu/></toKhai>'.encode()
FILES = (File("tờ khai.xml", b"<a>1</a>"), File("phụ lục/bảng kê.txt", "Đủ".encode()))
DS = "{http://www.w3.org/2000/09/xmldsig#}"
XADES = "{http://uri.etsi.org/01903/v1.3.2#}"


@dataclass
class Keys:
    """One set of keys and certificates, kept at three places."""

    authority: Any
    session: Any
    remote: Any
    files: Any

    def of(self, place: str, kind: str) -> Any:
        if place == "file":
            return self.files(kind)
        return (self.session if place == "token" else self.remote)(kind)


@pytest.fixture(scope="module")
def proofs(authority: Any) -> Proofs:
    asked = Network(allowed=frozenset({f"127.0.0.1:{authority.port}"}), timeout=60)
    return Proofs(Trust.of([authority.root, authority.issuing]), tsa=authority.tsa, network=asked)


@pytest.fixture(scope="module")
def keys(authority: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keys]:
    issued = {
        kind: SimpleNamespace(
            private=authority._keys[kind], der=authority.certificate(kind).public_bytes(Encoding.DER),
            chain=[authority.certificate("issuing")],
        )
        for kind in KINDS
    }  # fmt: skip
    with pytest.MonkeyPatch.context() as patch, CscV2(issued) as service:
        service.algorithms = ["1.2.840.113549.1.1.11", PSS, "1.2.840.10045.4.3.2", "1.2.840.10045.4.3.3"]
        person = Someone({"pin": PIN, "otp": OTP}).person
        profile = Profile("CSC 2", "csc-v2", service.url, plain=True, secret=TOKEN)
        held = RemoteSession(profile, person, pace=QUICK)
        by_print = {key.certificate.der: key for key in held.keys}
        module: Module | None = None
        if SOFTHSM is not None:
            tokens = SoftTokens(tmp_path_factory.mktemp("hsm") / "hsm")
            patch.setenv("SOFTHSM2_CONF", str(tokens.config))
            serial = tokens.make(*(Pair(one.private, one.der) for one in issued.values()))
            module = Module(SOFTHSM)

        @cache
        def session(kind: str) -> TokenSession:
            assert module is not None
            return TokenSession(module, module.find(serial, authority.key(kind).certificate.fingerprint))

        def on_token(kind: str) -> Any:
            if module is None:
                pytest.skip("SoftHSM2 is not installed on this system")
            if not session(kind).logged_in:
                session(kind).log_in(TOKEN_PIN)
            return session(kind).key

        yield Keys(authority, on_token, lambda kind: by_print[issued[kind].der], cache(authority.key))
        held.close()
        if module is not None:
            module.close()
        assert service.faults == []


def _made(key: Any, container: str, level: str, proofs: Proofs) -> bytes:
    kind, _, scheme = container.partition(", ")
    pss = bool(scheme)
    stamp = proofs.stamper(Level.B_T) if level == "B-T" else None
    if kind == "pdf":
        done = sign(made.blank(), None, key, level=Level(level), proofs=proofs)
        assert done.data is not None
        return done.data
    if kind == "tax xml":
        return sign_xml(FORM, key, reference_id="ND_1", place="CKyDTu", pss=pss)
    if kind == "xades":
        return sign_xades(FORM, key, reference_id="ND_1", place="CKyDTu", pss=pss, time_stamp=stamp)
    out = io.BytesIO()
    sign_asice(FILES, out, key, pss=pss, time_stamp=stamp)
    return out.getvalue()


class Judge:
    """The programs of others."""

    def __init__(self, authority: Any, digidoc: Any, folder: Path) -> None:
        self.folder, self._digidoc = folder, digidoc
        held = [authority.certificate(name).public_bytes(Encoding.PEM) for name in ("root", "issuing")]
        # A token may hold nothing but the signer's own certificate: the one above it is the verifier's to have.
        for name, data in (("root", held[0]), ("issuing", held[1]), ("chain", held[0] + held[1])):
            (folder / f"{name}.pem").write_bytes(data)

    def run(self, *words: str) -> str:
        done = subprocess.run(words, cwd=self.folder, capture_output=True, text=True, timeout=60, check=False)
        return done.stdout + done.stderr + f"\nstatus {done.returncode}"

    def judge(self, data: bytes, kind: str, level: str, certificate: bytes, *, pss: bool) -> None:
        path = self.folder / f"a.{ {'pdf': 'pdf', 'asice': 'asice'}.get(kind, 'xml') }"
        path.write_bytes(data)
        if kind == "pdf":
            self._pdf(data, level)
        elif kind == "asice":
            self._asice(path, level, pss)
        else:
            self._xml(data, level, certificate, pss)

    def _pdf(self, data: bytes, level: str) -> None:
        told = self.run("pdfsig", "a.pdf")
        assert told.count("Signature is Valid") == 1, told
        # pdfsig names a document's time-stamp without judging it: openssl does, below.
        assert told.count("Signature #") == (2 if level == "B-LTA" else 1), told
        reader = PdfFileReader(io.BytesIO(data))
        first = reader.embedded_regular_signatures[0]
        for one in reader.embedded_timestamp_signatures:
            self._stamp(asn1_cms.ContentInfo.load(one.pkcs7_content).dump(), _covered(data, one))
        (self.folder / "signed").write_bytes(_covered(data, first))
        (self.folder / "cms").write_bytes(first.pkcs7_content)
        told = self.run(
            "openssl", "cms", "-verify", "-binary", "-cades", "-inform", "DER", "-in", "cms", "-content", "signed",
            "-CAfile", "chain.pem", "-purpose", "any", "-out", os.devnull,
        )  # fmt: skip
        assert "status 0" in told, told
        signer = asn1_cms.ContentInfo.load(first.pkcs7_content)["content"]["signer_infos"][0]
        stamps = [one["values"][0] for one in signer["unsigned_attrs"] or () if "time_stamp" in one["type"].native]
        assert len(stamps) == (0 if level == "B-B" else 1)
        for one in stamps:
            self._stamp(one.dump(), signer["signature"].native)
        with pikepdf.open(io.BytesIO(data)) as document:
            assert ("/DSS" in document.Root) == (level in ("B-LT", "B-LTA"))

    def _stamp(self, token: bytes, content: bytes) -> None:
        (self.folder / "token").write_bytes(token)
        (self.folder / "stamped").write_bytes(content)
        told = self.run(
            "openssl", "ts", "-verify", "-in", "token", "-token_in", "-data", "stamped", "-CAfile", "root.pem",
            "-untrusted", "issuing.pem",
        )  # fmt: skip
        assert "Verification: OK" in told, told

    def _asice(self, path: Path, level: str, pss: bool) -> None:
        opened = self._digidoc.open(path)
        assert (opened.error, len(opened.files)) == ("", len(FILES))
        (one,) = opened.signatures
        assert one.faults == ()
        assert bool(one.time_stamp) == (level == "B-T"), one
        assert one.method.endswith("-rsa-MGF1") == pss

    def _xml(self, data: bytes, level: str, certificate: bytes, pss: bool) -> None:
        root = etree.fromstring(data)
        value = next(root.iter(f"{DS}SignatureValue"))
        stamps = list(root.iter(f"{XADES}EncapsulatedTimeStamp"))
        assert len(stamps) == (1 if level == "B-T" else 0)
        for one in stamps:
            # Exclusive canonicalization, as the time-stamp's own method says, of the signature value's element.
            self._stamp(base64.b64decode(one.text or ""), _canonical(value, exclusive=True))
        if not pss or _xmlsec_knows_pss():
            told = self.run(
                "xmlsec1", "--verify", "--trusted-pem", "root.pem", "--untrusted-pem", "issuing.pem",
                "--id-attr:id", "noiDung", "--id-attr:Id", "SignedProperties", "--id-attr:Id", "Object", "a.xml",
            )  # fmt: skip
            assert "status 0" in told, told
            assert re.search(r"SignedInfo References \(ok/all\): ([1-9])/\1", told), told
            return
        info = next(root.iter(f"{DS}SignedInfo"))
        way = next(info.iter(f"{DS}CanonicalizationMethod")).get("Algorithm", "")
        canonical = _canonical(info, exclusive="exc-c14n" in way)
        public = x509.load_der_x509_certificate(certificate).public_key()
        (self.folder / "pub.pem").write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        (self.folder / "info").write_bytes(canonical)
        (self.folder / "value").write_bytes(base64.b64decode(value.text or ""))
        told = self.run(
            "openssl", "dgst", "-sha256", "-verify", "pub.pem", "-signature", "value", "-sigopt",
            "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest", "-sigopt", "rsa_mgf1_md:sha256", "info",
        )  # fmt: skip
        assert "Verified OK" in told, told


def _canonical(element: etree._Element, *, exclusive: bool) -> bytes:
    alone = etree.fromstring(etree.tostring(element, with_tail=False))  # with the namespaces that are in scope
    return bytes(etree.tostring(alone, method="c14n", exclusive=exclusive))


def _covered(data: bytes, signature: Any) -> bytes:
    a, b, c, d = (int(number) for number in signature.byte_range)
    return data[a : a + b] + data[c : c + d]


@cache
def _xmlsec_knows_pss() -> bool:
    """Ask xmlsec1: releases before 1.3 have no RSASSA-PSS, and answer every such signature with 'failed'."""
    told = subprocess.run(["xmlsec1", "--list-transforms"], capture_output=True, text=True, check=False)
    return "pss" in (told.stdout + told.stderr).casefold()


@pytest.fixture(scope="module")
def judge(authority: Any, digidoc: Any, tmp_path_factory: pytest.TempPathFactory) -> Judge:
    return Judge(authority, digidoc, tmp_path_factory.mktemp("ma trận"))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("place", PLACES)
def test_every_cell_is_taken_by_another_program(
    keys: Keys, proofs: Proofs, judge: Judge, place: str, kind: str
) -> None:
    key = keys.of(place, kind)
    assert key.kind == place
    for container, level in CELLS:
        base, _, scheme = container.partition(", ")
        if scheme and not kind.startswith("rsa"):
            with pytest.raises(SchemeNotOffered):
                _made(key, container, level, proofs)
            continue
        data = _made(key, container, level, proofs)
        judge.judge(data, base, level, key.certificate.der, pss=bool(scheme))


@pytest.mark.parametrize("level", ["B-LT", "B-LTA"])
def test_cells_that_do_not_exist_are_refused_before_anything_is_signed(
    keys: Keys, proofs: Proofs, tmp_path: Path, level: str
) -> None:
    from desktop.app import App

    app = App(home=tmp_path / "nhà", practice=True)
    key = keys.of("file", "p256")
    request = SignRequest(Role.SELF, level=level, proofs=proofs, xml_id="ND_1", trust=proofs.trust)
    with pytest.raises(NOT_MADE["xades", level]):
        sign_document(app.desk, "a.xml", FORM, key, request)
    app.close()
