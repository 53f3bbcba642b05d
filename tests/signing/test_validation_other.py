"""Judging XML, signed JSON and containers, and words for every reason."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import subprocess
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import pytest
from lxml import etree
from signxml import XMLSigner, methods
from signxml.xades import XAdESSigner

import signing
from signing import jws
from signing.certificate import parse
from signing.trust import Trust
from signing.validation import FileVerdict, Verdict, validate
from tests.pki import Key, Pki
from tests.signing import made

C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
DS = "http://www.w3.org/2000/09/xmldsig#"
TAX = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<HSoThueDTu xmlns="http://kekhaithue.gdt.gov.vn/TKhaiThue" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    '<HSoKhaiThue id="NODETOKY"><TTin a="1" b="2">Công ty Ánh Dương &amp; con<ct40a>100000</ct40a></TTin>'
    f'</HSoKhaiThue><CKyDTu><ds:Signature xmlns:ds="{DS}" Id="placeholder"/></CKyDTu></HSoThueDTu>'
).encode()


@pytest.fixture(scope="module")
def trust(pki: Pki) -> Trust:
    return Trust.of([pki.root_pem, pki.intermediate_pem], crls=[pki.crl_pem])


def tax_xml(
    key: Key, signer: Any = XMLSigner, algorithm: str = "rsa-sha256", document: bytes = TAX, uri: str = "#NODETOKY"
) -> bytes:
    """Sign by signxml, which the judge does not use."""
    made_by = signer(method=methods.enveloped, c14n_algorithm=C14N, signature_algorithm=algorithm)
    root = made_by.sign(
        etree.fromstring(document),
        key=key.private_key,
        cert=[key.certificate],
        reference_uri=uri,
        id_attribute="id",
    )
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def judged(data: bytes, trust: Trust) -> tuple[FileVerdict, Any]:
    """Return what was found in the file, and of its first signature (None where there is none)."""
    found = validate(data, name="a.xml", trust=trust)
    return found, found.signatures[0] if found.signatures else None


@pytest.mark.parametrize(
    ("signer", "name", "algorithm", "level"),
    [
        (XMLSigner, "anh_duong", "rsa-sha256", "other"),
        (XMLSigner, "anh_duong", "sha256-rsa-MGF1", "other"),
        (XMLSigner, "anh_duong_ec", "ecdsa-sha256", "other"),
        (XAdESSigner, "anh_duong", "rsa-sha256", "B-B"),
    ],
)
def test_kt_01_good_xml_is_valid_and_xmlsec_agrees(
    pki: Pki, trust: Trust, tmp_path: Path, signer: Any, name: str, algorithm: str, level: str
) -> None:
    data = tax_xml(pki.key(name), signer, algorithm)
    found, one = judged(data, trust)
    assert (found.kind, found.verdict, one.integrity, one.level) == ("xml", Verdict.VALID, "intact", level)
    assert one.signer.tax_code == "0100686209"
    pki.write(tmp_path)
    (tmp_path / "a.xml").write_bytes(data)
    done = subprocess.run(
        [
            *("xmlsec1", "--verify", "--trusted-pem", "ca.pem", "--untrusted-pem", "issuing.pem"),
            *("--id-attr:id", "HSoKhaiThue", "--id-attr:Id", "SignedProperties", "a.xml"),
        ],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0 or "MGF1" in algorithm, done.stderr


def test_kt_03_any_changed_byte_of_signed_xml_is_seen(pki: Pki, trust: Trust) -> None:
    """In the signed part, the signed info, the value: never valid. In the certificate: it no longer holds."""
    data = tax_xml(pki.key("anh_duong"))
    places = [
        found.span(1)
        for pattern in (
            rb"(<HSoKhaiThue.*?</HSoKhaiThue>)",
            rb"<ds:SignatureValue>(.*?)</ds:SignatureValue>",
            rb"<ds:DigestValue>(.*?)</ds:DigestValue>",
        )
        if (found := re.search(pattern, data, re.DOTALL))
    ]
    assert len(places) == 3
    for start, end in places:
        for position in range(start, end, 3):
            for mask in (0x01, 0x04):
                changed = data[:position] + bytes([data[position] ^ mask]) + data[position + 1 :]
                try:
                    same = _meaning(changed) == _meaning(data)
                except (etree.XMLSyntaxError, ValueError, AttributeError):
                    same = False
                verdict = judged(changed, trust)[0].verdict
                assert verdict in (Verdict.INVALID, Verdict.UNREADABLE, Verdict.INDETERMINATE) or same, changed[
                    position - 20 : position + 20
                ]


def _meaning(data: bytes) -> bytes:
    """Canonical content, with base64 read: its last digit may hold bits that say nothing."""
    root = etree.fromstring(data)
    for one in root.iter(f"{{{DS}}}SignatureValue", f"{{{DS}}}DigestValue"):
        one.text = base64.b64decode(one.text or "").hex()
    return etree.tostring(root, method="c14n")


def test_kt_03_wrapping_is_never_valid(pki: Pki, trust: Trust) -> None:
    """The signed part moved aside, another shown in its place."""
    root = etree.fromstring(tax_xml(pki.key("anh_duong")))
    signed = root[0]
    shown = etree.fromstring(etree.tostring(signed).replace(b"100000", b"999999"))
    for identity in ("OTHER", "NODETOKY", None):
        copy = etree.fromstring(etree.tostring(root))
        other = etree.fromstring(etree.tostring(shown))
        if identity is None:
            del other.attrib["id"]
        else:
            other.set("id", identity)
        old = copy[0]
        copy.replace(old, other)
        for holder in ("wrapper", "object"):
            attempt = etree.fromstring(etree.tostring(copy))
            if holder == "wrapper":
                place = etree.SubElement(attempt, "BoQua")
            else:
                place = etree.SubElement(next(attempt.iter(f"{{{DS}}}Signature")), f"{{{DS}}}Object")
            place.append(etree.fromstring(etree.tostring(old)))
            found, _ = judged(etree.tostring(attempt), trust)
            assert found.verdict in (Verdict.INVALID, Verdict.INDETERMINATE), (identity, holder)


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.replace(b"<CKyDTu>", b"<Them>1</Them><CKyDTu>"),
        lambda data: data.replace(b"<CKyDTu>", b'<CKyDTu loai="2">'),
        lambda data: data.replace(b"</HSoThueDTu>", b"them</HSoThueDTu>"),
        lambda data: data.replace(b">100000<", b">100<!-- -->000<"),
        lambda data: data.replace(b"?>\n", b'?>\n<!DOCTYPE a [<!ENTITY e "1">]>', 1),
        lambda data: data.replace(DS.encode(), b"http://www.w3.org/2000/09/xmldsig_"),
        lambda data: data.replace(b"Algorithm=", b"Algorithmus="),
        lambda data: re.sub(rb"<ds:KeyInfo>.*</ds:KeyInfo>", b"", data, flags=re.DOTALL),
        lambda data: data.replace(b'URI="#NODETOKY"', b'URI="#KHONGCO"'),
        lambda data: data.replace(b'URI="#NODETOKY"', b'URI="http://127.0.0.1/x"'),
        lambda data: data.replace(b"<CKyDTu>", b"<?lenh chay?><CKyDTu>"),
    ],
)
def test_kt_03_what_is_not_signed_is_never_valid(pki: Pki, trust: Trust, change: Callable[[bytes], bytes]) -> None:
    data = tax_xml(pki.key("anh_duong"))
    changed = change(data)
    assert changed != data
    assert judged(changed, trust)[0].verdict in (Verdict.INVALID, Verdict.INDETERMINATE, Verdict.UNREADABLE)


def test_xml_without_a_signature_is_unsigned_and_broken_xml_unreadable(trust: Trust) -> None:
    assert judged(b"<a/>", trust)[0].verdict is Verdict.UNSIGNED
    assert judged(b"<a>", trust)[0].verdict is Verdict.UNREADABLE
    other = '<?xml version="1.0" encoding="UTF-16"?><a><SignatureValue>x</SignatureValue></a>'.encode("utf-16")
    assert judged(other, trust)[0].verdict is Verdict.INVALID
    bomb = b'<!DOCTYPE a [<!ENTITY b "' + b"c" * 1000 + b'">]><a>' + b"&b;" * 10000 + b"</a>"
    assert judged(bomb, trust)[0].verdict in (Verdict.UNSIGNED, Verdict.UNREADABLE, Verdict.INDETERMINATE)


def test_kt_06_revocation_and_dates_count_for_xml_too(pki: Pki, trust: Trust) -> None:
    assert judged(tax_xml(pki.key("revoked"), algorithm="ecdsa-sha256"), trust)[0].verdict is Verdict.INVALID
    data = tax_xml(pki.key("anh_duong"))
    assert judged(data, Trust.of([pki.root_pem, pki.intermediate_pem]))[1].revocation == "unknown"
    assert judged(data, Trust())[1].trust == "untrusted"


# signed JSON and the container


class _Key:
    """A signing key of the shape that signing.jws asks for."""

    kind: Literal["file"] = "file"

    def __init__(self, key: Key) -> None:
        self._key = key
        self.certificate = parse(key.certificate_der)
        self.chain = key.chain_der

    def sign(self, data: bytes, digest: str = "sha256") -> bytes:
        assert digest == "sha256"
        return self._key.sign(data)


def token(pki: Pki, payload: bytes, name: str = "anh_duong") -> str:
    return jws.sign(payload, _Key(pki.key(name)), typ="hoso-manifest+jws")


def test_kt_01_signed_json_is_judged(pki: Pki, trust: Trust) -> None:
    made_token = token(pki, b'{"a":1}')
    found = validate(made_token.encode(), name="m.jws", trust=trust)
    assert (found.kind, found.verdict) == ("jws", Verdict.VALID)
    head, body, value = made_token.split(".")
    forged = base64.urlsafe_b64encode(b'{"a":2}').rstrip(b"=").decode()
    assert validate(f"{head}.{forged}.{value}".encode(), name="m", trust=trust).verdict is Verdict.INVALID
    flat = json.dumps({"payload": body, "protected": head, "signature": value}).encode()
    assert validate(flat, name="m", trust=trust).verdict is Verdict.VALID
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    assert validate(f"{none}.{body}.".encode(), name="m", trust=trust).verdict is not Verdict.VALID
    assert validate(made_token.encode(), name="m", trust=Trust()).verdict is Verdict.INDETERMINATE


def container(
    pki: Pki,
    files: Mapping[str, bytes],
    *,
    name: str = "anh_duong",
    listed: Mapping[str, bytes] | None = None,
    extra: Iterable[tuple[str, bytes]] = (),
) -> bytes:
    listed = files if listed is None else listed
    components = [
        {
            "component": "1",
            "files": [
                {"name": path, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
                for path, data in listed.items()
            ],
        }
    ]
    payload = json.dumps({"format": 1, "components": components}).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("manifest.json", payload)
        archive.writestr("manifest.jws", token(pki, payload, name))
        for path, data in [*files.items(), *extra]:
            archive.writestr(path, data)
    return out.getvalue()


@pytest.fixture(scope="module")
def files(pki: Pki) -> dict[str, bytes]:
    return {
        "tờ khai.pdf": made.signed(made.blank(), pki.key("anh_duong")),
        "tờ khai.xml": tax_xml(pki.key("anh_duong")),
        "ảnh.jpg": b"\xff\xd8\xff\xe0 no real picture",
    }


def test_a_good_container_is_valid_with_all_its_signatures(pki: Pki, trust: Trust, files: Mapping[str, bytes]) -> None:
    found = validate(container(pki, files), name="hồ sơ.zip", trust=trust)
    assert (found.kind, found.verdict) == ("container", Verdict.VALID)
    assert [one.name for one in found.signatures] == [
        "manifest.jws",
        "tờ khai.pdf: Signature1",
        f"tờ khai.xml: {found.signatures[2].name.split(': ')[1]}",
    ]


def test_containers_with_another_content_than_signed_are_invalid(
    pki: Pki, trust: Trust, files: Mapping[str, bytes]
) -> None:
    changed = {**files, "ảnh.jpg": b"another"}
    found = validate(container(pki, changed, listed=files), name="x.zip", trust=trust)
    assert (found.verdict, found.reasons) == (Verdict.INVALID, ("CONTAINER_FILE_CHANGED",))
    fewer = {path: data for path, data in files.items() if path != "ảnh.jpg"}
    found = validate(container(pki, fewer, listed=files), name="x.zip", trust=trust)
    assert (found.verdict, found.reasons) == (Verdict.INVALID, ("CONTAINER_FILE_MISSING",))
    found = validate(container(pki, files, listed=fewer), name="x.zip", trust=trust)
    assert (found.verdict, found.reasons) == (Verdict.INDETERMINATE, ("CONTAINER_FILE_ADDED",))
    found = validate(container(pki, files, name="revoked"), name="x.zip", trust=trust)
    assert found.verdict is Verdict.INVALID


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_hostile_containers_get_an_answer(pki: Pki, trust: Trust, files: Mapping[str, bytes]) -> None:
    twice = container(pki, files, extra=[("tờ khai.pdf", b"other")])
    assert validate(twice, name="x", trust=trust).reasons == ("CONTAINER_AMBIGUOUS",)
    good = container(pki, files)
    for cut in (1, 30, 500, 5000):
        assert validate(good[:-cut], name="x", trust=trust).verdict in (Verdict.UNREADABLE, Verdict.INDETERMINATE)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", b"{}")
        archive.writestr("bomb", b"\0" * 50_000_000)
    found = validate(out.getvalue(), name="x", trust=trust)
    assert (found.verdict, found.reasons) == (Verdict.INDETERMINATE, ("FILE_TOO_LARGE",))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("manifest.json", b"{}")
    assert validate(out.getvalue(), name="x", trust=trust).verdict is Verdict.UNSIGNED


def test_asice_is_recognised_and_undecided(trust: Trust) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.etsi.asic-e+zip")
        archive.writestr("META-INF/signatures0.xml", "<a/>")
    found = validate(out.getvalue(), name="a.asice", trust=trust)
    assert (found.kind, found.verdict) == ("asice", Verdict.INDETERMINATE)


# words (KS-12, KT-07: in Vietnamese)


def test_kt_07_every_reason_has_words_in_both_languages() -> None:
    root = Path(signing.__file__).parent
    words = json.loads((root.parent / "resources/i18n/messages/validation.json").read_text(encoding="utf-8"))
    sources = [*(root / "validation").glob("*.py"), root / "trust.py", root / "network.py"]
    used = {code for file in sources for code in re.findall(r'"([A-Z][A-Z0-9]*_[A-Z0-9_]+)"', file.read_text("utf-8"))}
    taken = {"CERTIFICATE_USAGE", "KEY_TOO_WEAK", "UNSUPPORTED_KEY", "SIGNATURE_SHA1"}  # signing.certificate's
    missing = used - set(words) - taken
    assert not missing
    for code, languages in words.items():
        for language in ("vi", "en"):
            assert all(languages[language][part].strip() for part in ("heading", "sentence", "remedy")), code
