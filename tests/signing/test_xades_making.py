"""XAdES signatures in XML documents, judged by xmlsec1, signxml, the schema and our own judge."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from signing import errors
from signing.levels import Level, Proofs
from signing.pkcs12 import load
from signing.trust import Trust
from signing.validation import Verdict, validate
from signing.xml import extend_xades, sign_xades, sign_xml, verify_xml
from tests.signing.authority_kit import liar

DS = "{http://www.w3.org/2000/09/xmldsig#}"
XADES = "{http://uri.etsi.org/01903/v1.3.2#}"
FORM = """<?xml version="1.0" encoding="UTF-8"?>
<toKhai xmlns="urn:vn:thu" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:khongDung="urn:x">
  <noiDung id="ND_1"><ten ghi="1 &amp; &quot;2&quot;">Ánh Dương &amp; cộng sự</ten><tien>31272863</tien></noiDung>
  <CKyDTu></CKyDTu>
</toKhai>""".encode()
METHODS = {
    "rsa": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    "pss": "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1",
    "p256": "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
    "p384": "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
}


@pytest.fixture(scope="module")
def trust(pki: Any) -> Trust:
    return Trust.of([pki.root_pem, pki.intermediate_pem], crls=[pki.crl_pem])


@pytest.fixture(scope="module")
def keys(pki: Any) -> dict[str, Any]:
    from cryptography.hazmat.primitives.asymmetric import ec

    curve = pki.issue("CÔNG TY TNHH ÁNH DƯƠNG", private_key=ec.generate_private_key(ec.SECP384R1()))
    held = {"rsa": pki.key("anh_duong"), "pss": pki.key("anh_duong"), "p256": pki.key("anh_duong_ec"), "p384": curve}
    return {kind: load(one.p12("x"), "x")[0] for kind, one in held.items()}


def xmlsec(data: bytes, root: bytes, folder: Path, references: int = 2) -> bool:
    (folder / "a.xml").write_bytes(data)
    (folder / "root.pem").write_bytes(root)
    done = subprocess.run(
        [
            *("xmlsec1", "--verify", "--trusted-pem", str(folder / "root.pem")),
            *("--id-attr:id", "noiDung", "--id-attr:Id", "SignedProperties", str(folder / "a.xml")),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    wanted = f"SignedInfo References (ok/all): {references}/{references}"
    return done.returncode == 0 and wanted in done.stdout + done.stderr


@pytest.mark.parametrize("kind", METHODS)
@pytest.mark.parametrize("whole", [False, True], ids=["element", "document"])
def test_xmlsec1_schema_and_judge_agree(
    kind: str, whole: bool, pki: Any, keys: Any, trust: Trust, tmp_path: Path
) -> None:
    import pydigidoc

    place: dict[str, Any] = {} if whole else {"reference_id": "ND_1", "place": "CKyDTu"}
    now = datetime.now(UTC)
    signed = sign_xades(FORM, keys[kind], pss=kind == "pss", at=now, **place)
    root = etree.fromstring(signed)
    (signature,) = root.iter(f"{DS}Signature")
    above = signature.getparent()
    assert above is not None
    assert etree.QName(above).localname == ("toKhai" if whole else "CKyDTu")
    assert next(signature.iter(f"{DS}SignatureMethod")).get("Algorithm") == METHODS[kind]
    assert next(signature.iter(f"{DS}Reference")).get("URI") == ("" if whole else "#ND_1")
    if kind != "pss":  # this xmlsec1 does not know RSASSA-PSS
        assert xmlsec(signed, pki.root_pem, tmp_path)
    schemas = Path(pydigidoc.__file__).parent / "schema"
    for name, tag in (
        ("xmldsig-core-schema", f"{DS}Signature"),
        ("XAdES01903v132-201601", f"{XADES}QualifyingProperties"),
    ):
        part = next(root.iter(tag))
        etree.XMLSchema(etree.parse(str(schemas / f"{name}.xsd"))).assertValid(
            etree.fromstring(etree.tostring(part, with_tail=False))
        )
    found = validate(signed, name="a.xml", trust=trust)
    (one,) = found.signatures
    assert (found.verdict, one.level, one.reasons) == (Verdict.VALID, "B-B", ())
    assert one.signing_time == now.replace(microsecond=0)
    (facts,) = verify_xml(signed).signatures
    assert facts.content("toKhai" if whole else "noiDung").count(b"31272863") == 1
    assert facts.names_certificate


def test_signxml_accepts_it(pki: Any, keys: Any, tmp_path: Path) -> None:
    from signxml.xades import XAdESVerifier

    (tmp_path / "ca.pem").write_bytes(pki.root_pem + pki.intermediate_pem)
    for kind in METHODS:
        signed = sign_xades(FORM, keys[kind], pss=kind == "pss")
        found = XAdESVerifier().verify(signed, ca_pem_file=str(tmp_path / "ca.pem"), expect_references=2)
        assert found[0].signed_xml is not None
        assert "31272863" in etree.tostring(found[0].signed_xml, encoding="unicode")


def test_several_signers_and_the_tax_signature_stand_side_by_side(keys: Any, trust: Trust) -> None:
    """By id in their own places: a later one does not disturb those before."""
    first = sign_xml(FORM, keys["rsa"], reference_id="ND_1", place="CKyDTu", at=datetime.now(UTC))
    second = sign_xades(first, keys["p256"], reference_id="ND_1", place="CKyDTu")
    third = sign_xades(second, keys["p384"], reference_id="ND_1", place="CKyDTu")
    found = validate(third, name="a", trust=trust)
    assert [(one.verdict, one.level) for one in found.signatures] == [
        (Verdict.VALID, "other"),
        (Verdict.VALID, "B-B"),
        (Verdict.VALID, "B-B"),
    ]
    identities = [one.get("Id") for one in etree.fromstring(third).iter() if one.get("Id")]
    assert len(identities) == len(set(identities))
    with pytest.raises(errors.SignatureNotReread):
        sign_xades(sign_xades(FORM, keys["rsa"]), keys["p256"])  # the first covers the whole document


def test_the_tax_signature_is_pkcs1_unless_pss_is_asked_for(keys: Any) -> None:
    for pss in (False, True):
        signed = sign_xml(FORM, keys["rsa"], reference_id="ND_1", pss=pss)
        method = next(etree.fromstring(signed).iter(f"{DS}SignatureMethod")).get("Algorithm")
        assert method == METHODS["pss" if pss else "rsa"]
        assert verify_xml(signed).signatures[0].algorithm == ("pss-sha256" if pss else "rsa-sha256")
    with pytest.raises(errors.SchemeNotOffered):
        sign_xml(FORM, keys["p256"], reference_id="ND_1", pss=True)


@pytest.mark.parametrize(
    ("data", "named", "reason"),
    [
        (b"", {}, "unreadable"),
        (b"<a", {}, "unreadable"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', {}, "dtd"),
        (b"<a/>", {"reference_id": "x"}, "no_element"),
        (b'<a><b id="x"/><c Id="x"/></a>', {"reference_id": "x"}, "duplicate_id"),
        (b"<a/>", {"place": "CKyDTu"}, "no_place"),
    ],
)
def test_what_cannot_be_signed_says_why(data: bytes, named: dict[str, str], reason: str, keys: Any) -> None:
    with pytest.raises(errors.XmlUnsignable) as caught:
        sign_xades(data, keys["rsa"], **named)  # type: ignore[arg-type]  # names of strings only
    assert caught.value.reason == reason


def test_kt_04_b_t_from_a_real_time_stamp_server(authority: Any) -> None:
    trust = Trust.of([authority.root, authority.issuing])
    proofs = Proofs(trust, tsa=authority.tsa)
    for kind in ("rsa2048", "p384"):
        signed = sign_xades(FORM, authority.key(kind), time_stamp=proofs.stamper(Level.B_T))
        (one,) = validate(signed, name="a", trust=trust).signatures
        assert (one.level, one.integrity) == ("B-T", "intact")
        assert one.time_stamp is not None
        assert abs(one.time_stamp - datetime.now(UTC)) < timedelta(minutes=5)


def test_a_signature_made_before_is_raised_to_b_t(authority: Any) -> None:
    trust = Trust.of([authority.root, authority.issuing])
    stamper = Proofs(trust, tsa=authority.tsa).stamper(Level.B_T)
    signed = sign_xades(FORM, authority.key("p256"), reference_id="ND_1", place="CKyDTu")
    extended = extend_xades(signed, stamper)
    (one,) = validate(extended, name="a", trust=trust).signatures
    assert (one.level, one.integrity) == ("B-T", "intact")
    with pytest.raises(errors.LevelReached):
        extend_xades(extended, stamper)
    with pytest.raises(errors.NothingToExtend):
        extend_xades(FORM, stamper)
    with pytest.raises(errors.NotBaseline):  # the tax XML's own form has no levels
        extend_xades(sign_xml(FORM, authority.key("p256"), reference_id="ND_1"), stamper)
    with pytest.raises(errors.XmlUnsignable):
        extend_xades(signed.replace(b"31272863", b"31272864"), stamper)


def test_a_time_stamp_server_that_is_down_or_lies_leaves_nothing(keys: Any, trust: Trust) -> None:
    with liar(lambda body: b"\x30\x03\x02\x01\x00") as server:
        proofs = Proofs(trust, tsa=server.url)
        with pytest.raises(errors.TimeStampFailed):
            sign_xades(FORM, keys["rsa"], time_stamp=proofs.stamper(Level.B_T))
    with pytest.raises(errors.TimeStampUnreachable):
        sign_xades(FORM, keys["rsa"], time_stamp=Proofs(trust, tsa="http://127.0.0.1:9/").stamper(Level.B_T))
