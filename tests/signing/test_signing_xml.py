"""XML signatures, judged by xmlsec1; and the ways in which one may be made to cover something else."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from signing import errors
from signing.xml import DS, sign_xml, verify_xml

NOW = datetime(2026, 7, 15, 9, 30, tzinfo=UTC)

NS = "http://kekhaithue.gdt.gov.vn/TKhaiThue"
FORM = f"""<?xml version="1.0" encoding="UTF-8"?>
<HSoThueDTu xmlns="{NS}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:khong_dung="urn:x" xml:lang="vi">
  <HSoKhaiThue id="ID_1"><!-- ghi chú --><TTinChung><mst>0312345678</mst>
    <tenNNT ghi="1 &amp; &quot;2&quot;&#10;">Ánh Dương &amp; cộng sự &lt;3</tenNNT><rong></rong></TTinChung>
    <CTieuTKhaiChinh><ct43>31272863</ct43></CTieuTKhaiChinh></HSoKhaiThue>
  <CKyDTu></CKyDTu>
</HSoThueDTu>""".encode()


def _xmlsec(data: bytes, root: bytes, folder: Path) -> bool:
    (folder / "a.xml").write_bytes(data)
    (folder / "root.pem").write_bytes(root)
    done = subprocess.run(
        [
            *("xmlsec1", "--verify", "--trusted-pem", str(folder / "root.pem")),
            *("--verification-time", "2026-07-15 10:00:00"),
            *("--id-attr:id", "HSoKhaiThue", str(folder / "a.xml")),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode == 0 and "SignedInfo References (ok/all): 2/2" in done.stdout + done.stderr


@pytest.mark.parametrize("kind", ["rsa", "p256", "p384"])
def test_xmlsec1_accepts_the_signature_in_its_place(kind: str, file_key: Any, throwaway: Any, tmp_path: Path) -> None:
    key = file_key(kind)
    signed = sign_xml(FORM, key, reference_id="ID_1", at=NOW)
    assert _xmlsec(signed, throwaway.root.pem, tmp_path)
    root = etree.fromstring(signed)
    (signature,) = root.iter(f"{{{DS}}}Signature")
    assert etree.QName(signature.getparent()).localname == "CKyDTu"
    assert next(signature.iter(f"{{{DS}}}Reference")).get("URI") == "#ID_1"
    assert [one.get("Algorithm") for one in signature.iter(f"{{{DS}}}Transform")] == [f"{DS}enveloped-signature"]
    assert next(signature.iter("{*}SigningTime")).text == "2026-07-15T16:30:00+07:00"
    facts = verify_xml(signed)
    (found,) = facts.signatures
    assert found.certificate == key.certificate
    assert found.chain == key.chain
    assert found.signing_time == NOW
    assert found.elements == ("HSoKhaiThue", "Object")
    assert b"<ct43>31272863</ct43>" in found.content("HSoKhaiThue")
    assert "Ánh Dương &amp; cộng sự &lt;3".encode() in found.content("HSoKhaiThue")


def test_xmlsec1_refuses_what_we_refuse(file_key: Any, throwaway: Any, tmp_path: Path) -> None:
    signed = sign_xml(FORM, file_key(), reference_id="ID_1", at=NOW)
    for before, after in (
        (b"31272863", b"31272864"),
        (b"16:30:00", b"16:30:01"),
        (b"\xe1\xbb\x99ng s", b"\xe1\xbb\x98ng s"),
    ):
        changed = signed.replace(before, after)
        assert changed != signed
        assert not _xmlsec(changed, throwaway.root.pem, tmp_path)
        with pytest.raises(errors.XmlSignatureInvalid, match="digest"):
            verify_xml(changed)
    changed = signed.replace(b'URI="#ID_1"', b'URI="#ID_2"').replace(b'id="ID_1"', b'id="ID_2"')
    with pytest.raises(errors.XmlSignatureInvalid, match="signature"):
        verify_xml(changed)
    outside = signed.replace(b"<HSoThueDTu ", b'<HSoThueDTu them="1" ', 1)
    assert verify_xml(outside)  # what is not covered may change, and is not in the facts
    assert b"them" not in verify_xml(outside).signatures[0].content("HSoKhaiThue")


def test_xmlsec1s_own_signatures_are_read(throwaway: Any, tmp_path: Path) -> None:
    """Signed by xmlsec1, exclusive canonicalization, prefix ds, signature inside what it covers."""
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    issued = throwaway.signer()
    (tmp_path / "key.pem").write_bytes(issued.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (tmp_path / "cert.pem").write_bytes(issued.pem)
    template = f"""<a xmlns="urn:a" Id="x"> <b>Đúng</b>tail
      <ds:Signature xmlns:ds="{DS}"><ds:SignedInfo>
      <ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>
      <ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>
      <ds:Reference URI=""><ds:Transforms><ds:Transform Algorithm="{DS}enveloped-signature"/>
      <ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></ds:Transforms>
      <ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/></ds:Reference>
      </ds:SignedInfo><ds:SignatureValue/><ds:KeyInfo><ds:X509Data/></ds:KeyInfo></ds:Signature> after <c/></a>"""
    (tmp_path / "in.xml").write_text(template, "utf-8")
    keys = f"{tmp_path / 'key.pem'},{tmp_path / 'cert.pem'}"
    command = [
        "xmlsec1",
        "--sign",
        "--privkey-pem",
        keys,
        "--output",
        str(tmp_path / "out.xml"),
        str(tmp_path / "in.xml"),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    (found,) = verify_xml((tmp_path / "out.xml").read_bytes()).signatures
    assert found.references == ("",)
    assert found.certificate.der == issued.der
    assert "<b>Đúng</b>tail".encode() in found.content("a")
    with pytest.raises(errors.XmlSignatureInvalid, match="digest"):
        verify_xml((tmp_path / "out.xml").read_bytes().replace(b" after ", b" behind "))


def test_a_second_signer_leaves_the_first_whole(file_key: Any) -> None:
    first = sign_xml(FORM, file_key("rsa"), reference_id="ID_1", at=NOW)
    second = sign_xml(first, file_key("p256", "NGUYỄN VĂN BÌNH"), reference_id="ID_1", at=NOW)
    names = [one.certificate.common_name for one in verify_xml(second).signatures]
    assert names == ["CÔNG TY TNHH ÁNH DƯƠNG", "NGUYỄN VĂN BÌNH"]


def test_wrapping_and_doubled_ids_are_refused(file_key: Any) -> None:
    signed = sign_xml(FORM, file_key(), reference_id="ID_1", at=NOW)
    root = etree.fromstring(signed)
    original = root[0]
    moved = etree.fromstring(etree.tostring(root))
    genuine = moved[0]
    forged = etree.fromstring(etree.tostring(original))
    next(forged.iter("{*}ct43")).text = "1"
    # The genuine element hides elsewhere; a forged one stands where it is looked for.
    moved.replace(genuine, forged)
    hidden = etree.SubElement(moved, "{urn:x}an")
    hidden.append(genuine)
    with pytest.raises(errors.XmlSignatureInvalid, match="duplicate_id"):
        verify_xml(etree.tostring(moved))
    for other in ("Id", "ID"):
        forged.attrib.pop("id", "")
        forged.set(other, "ID_1")
        with pytest.raises(errors.XmlSignatureInvalid, match="duplicate_id"):
            verify_xml(etree.tostring(moved))
    # Without its id the forged element is simply not covered: the facts hold the genuine one.
    for name in ("Id", "ID"):
        forged.attrib.pop(name, "")
    found = verify_xml(etree.tostring(moved)).signatures[0]
    assert b"<ct43>31272863</ct43>" in found.content("HSoKhaiThue")
    with pytest.raises(errors.XmlUnsignable, match="duplicate_id"):
        sign_xml(FORM.replace(b"<rong>", b'<rong Id="ID_1">'), file_key(), reference_id="ID_1")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'<!DOCTYPE a [<!ENTITY x "y">]>' + FORM[38:], "dtd"),
        (b'<!DOCTYPE HSoThueDTu SYSTEM "http://127.0.0.1/x.dtd">' + FORM[38:], "dtd"),
        (b" " * 5000 + b"<!DOCTYPE HSoThueDTu>" + FORM[38:], "dtd"),
        (b"", "unreadable"),
        (b"<a", "unreadable"),
        (b"<a>" * 300 + b"</a>" * 300, "unreadable"),
        (b"\xff\xfe<", "unreadable"),
        (FORM.replace(b'id="ID_1"', b'id="khac"'), "no_element"),
        (FORM.replace(b"CKyDTu", b"Khac"), "no_place"),
        (FORM.replace(b"<CKyDTu></CKyDTu>", b"<CKyDTu/><CKyDTu/>"), "no_place"),
    ],
)
def test_what_cannot_be_signed_says_why(data: bytes, reason: str, file_key: Any) -> None:
    with pytest.raises(errors.XmlUnsignable) as caught:
        sign_xml(data, file_key(), reference_id="ID_1")
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"xmldsig-more#rsa-sha256", b"xmldsig-more#rsa-sha1"),
        (b"xmlenc#sha256", b"xmldsig#sha1"),
        (b"xmldsig#enveloped-signature", b"xmldsig#base64"),
        (b'URI="#ID_1"', b'URI="http://127.0.0.1/"'),
        (b'URI="#ID_1"', b"URI=\"#xpointer(id('ID_1'))\""),
        (b"REC-xml-c14n-20010315", b"REC-xml-c14n-20010315#WithComments"),
        (b"<SignatureValue>", b"<SignatureValue>AAAA"),
        (b"<X509Certificate>", b"<X509Certificate>!"),
    ],
)
def test_odd_algorithms_references_and_values_are_refused(before: bytes, after: bytes, file_key: Any) -> None:
    signed = sign_xml(FORM, file_key(), reference_id="ID_1", at=NOW)
    assert before in signed
    with pytest.raises(errors.XmlSignatureInvalid):
        verify_xml(signed.replace(before, after, 1))


def test_unsigned_is_not_signed() -> None:
    with pytest.raises(errors.XmlSignatureInvalid, match="unsigned"):
        verify_xml(FORM)
