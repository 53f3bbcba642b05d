"""XAdES and SHA-1 in XML documents, made by hand and made wrong; the good one beside each is valid (KT-01, KT-03)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from signing.trust import Trust
from signing.validation import FileVerdict, Verdict, validate
from tests.pki import Key, Pki
from tests.signing.asice_kit import (
    DS,
    EXCLUSIVE,
    RSA_SHA1,
    SHA1,
    XADES,
    Ref,
    Xades,
    canonical,
    signature_markup,
    stamper,
)

Judge = Callable[[bytes], FileVerdict]

BODY = '<noiDung id="ND_1"><ten>Ánh Dương</ten><tien>31272863</tien></noiDung>'
FORM = f"<toKhai>{BODY}<CKyDTu>%s</CKyDTu></toKhai>"
TRANSFORM = f'<ds:Transforms><ds:Transform Algorithm="{EXCLUSIVE}"/></ds:Transforms>'
MADE = Xades(
    (Ref("#ND_1", canonical(etree.fromstring(BODY)), "r0", transforms=TRANSFORM, media_type="text/xml"),),
    c14n=EXCLUSIVE,
)


@pytest.fixture(scope="module")
def trust(pki: Pki) -> Trust:
    return Trust.of([pki.root_pem, pki.intermediate_pem], crls=[pki.crl_pem])


@pytest.fixture(scope="module")
def key(pki: Pki) -> Key:
    return pki.key("anh_duong")


@pytest.fixture(scope="module")
def markup(key: Key) -> str:
    return signature_markup(MADE, key)


def document(signature: str) -> bytes:
    return (FORM % signature).encode()


@pytest.fixture
def judge(trust: Trust, markup: str) -> Judge:
    """Return the judge, after the control has come out valid."""

    def judged(data: bytes) -> FileVerdict:
        honest = validate(document(markup), name="tốt.xml", trust=trust)
        assert (honest.kind, honest.verdict, honest.signatures[0].level) == ("xml", Verdict.VALID, "B-B")
        found = validate(data, name="xấu.xml", trust=trust)
        assert found.verdict not in (Verdict.VALID, Verdict.UNSIGNED)
        return found

    return judged


def reasons(found: FileVerdict) -> set[str]:
    return {*found.reasons, *(reason for one in found.signatures for reason in one.reasons)}


@pytest.mark.parametrize(
    "old",
    [{"digest": SHA1}, {"method": RSA_SHA1}, {"digest": SHA1, "method": RSA_SHA1}],
    ids=["digests", "value", "both"],
)
def test_an_intact_sha1_signature_is_read_with_a_reason_of_its_own(key: Key, judge: Judge, old: dict[str, Any]) -> None:
    (one,) = judge(document(signature_markup(replace(MADE, **old), key))).signatures
    assert (one.verdict, one.integrity, one.reasons) == (Verdict.INDETERMINATE, "intact", ("SHA1_USED",))
    assert one.signer is not None
    assert one.signer.tax_code == "0100686209"


def test_an_old_tax_xml_of_2019_is_read_with_a_reason_of_its_own(key: Key, judge: Judge) -> None:
    """Plain XMLDSig by SHA-1 over an id, as tax software wrote it then: intact, undecided; changed: invalid."""
    from base64 import b64encode
    from hashlib import sha1

    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    c14n = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
    digest = b64encode(sha1(canonical(etree.fromstring(BODY))).digest()).decode()
    info = (
        f'<SignedInfo xmlns="{DS}"><CanonicalizationMethod Algorithm="{c14n}"></CanonicalizationMethod>'
        f'<SignatureMethod Algorithm="{RSA_SHA1}"></SignatureMethod><Reference URI="#ND_1"><Transforms>'
        f'<Transform Algorithm="{DS}enveloped-signature"></Transform></Transforms><DigestMethod Algorithm="{SHA1}">'
        f"</DigestMethod><DigestValue>{digest}</DigestValue></Reference></SignedInfo>"
    )
    assert isinstance(key.private_key, rsa.RSAPrivateKey)
    value = b64encode(key.private_key.sign(info.encode(), padding.PKCS1v15(), hashes.SHA1())).decode()
    certificate = b64encode(key.certificate_der).decode()
    text = (
        f'<Signature xmlns="{DS}">{info}<SignatureValue>{value}</SignatureValue><KeyInfo><X509Data><X509Certificate>'
        f"{certificate}</X509Certificate></X509Data></KeyInfo></Signature>"
    )
    (one,) = judge(document(text)).signatures
    assert (one.verdict, one.integrity, one.reasons) == (Verdict.INDETERMINATE, "intact", ("SHA1_USED",))
    (one,) = judge(document(text).replace(b"31272863", b"31272864")).signatures
    assert (one.verdict, one.integrity) == (Verdict.INVALID, "broken")


def test_kt_03_properties_that_are_not_signed_are_never_valid(key: Key, judge: Judge) -> None:
    for change in ({"properties_reference": False}, {"properties_type": ""}, {"properties_type": "urn:x"}):
        found = judge(document(signature_markup(replace(MADE, **change), key)))
        assert "PROPERTIES_NOT_SIGNED" in reasons(found)
        assert found.signatures[0].signing_time is None


def test_kt_01_another_certificate_than_named_is_never_valid(pki: Pki, key: Key, judge: Judge) -> None:
    other = pki.issue("KẺ KHÁC", private_key=key.private_key)
    for change in (
        {"certificate_digest": bytes(32)},
        {"certificates": (other.certificate_der,)},
        {"certificates": (other.certificate_der, pki.key("sao_mai").certificate_der)},
    ):
        assert "CERTIFICATE_MISMATCH" in reasons(judge(document(signature_markup(replace(MADE, **change), key))))


def test_kt_03_wrapped_properties_and_content_are_never_valid(key: Key, markup: str, judge: Judge) -> None:
    fake = (
        f'<xades:QualifyingProperties xmlns:xades="{XADES}" Target="#S1"><xades:SignedProperties Id="%s">'
        "<xades:SignedSignatureProperties><xades:SigningTime>2020-01-01T00:00:00Z</xades:SigningTime>"
        "</xades:SignedSignatureProperties></xades:SignedProperties></xades:QualifyingProperties>"
    )
    changes: tuple[dict[str, Any], ...] = (
        {"before": fake % "X"},
        {"before": fake % "S1-SP"},
        {"objects": f"<ds:Object>{fake % 'X'}</ds:Object>"},
        {"objects": '<ds:Object Id="ND_1"/>'},
        {"objects": '<ds:Object Id="S1-SP"/>'},
        {"target": "#S2"},
    )
    for change in changes:
        judge(document(signature_markup(replace(MADE, **change), key)))
    forged = BODY.replace("31272863", "1")
    text = document(markup).decode()
    for shown in (
        forged,
        forged.replace('id="ND_1"', ""),
        forged.replace('id="ND_1"', 'Id="ND_1"'),
        forged.replace('id="ND_1"', 'xml:id="ND_1"'),
        forged.replace("ND_1", "ND_2"),
    ):
        judge(text.replace(BODY, shown).encode())
        judge(text.replace(BODY, shown + BODY).encode())
        judge(text.replace(BODY, f"{shown}<an>{BODY}</an>").encode())
        judge(
            text.replace(BODY, shown)
            .replace("</ds:Signature>", f"<ds:Object>{BODY}</ds:Object></ds:Signature>")
            .encode()
        )
    found = re.search(r"<xades:SignedProperties.*?</xades:SignedProperties>", markup, re.DOTALL)
    assert found is not None
    properties = found[0]
    false = re.sub(r"(SigningTime>)[^<]*", r"\g<1>2020-01-01T00:00:00Z", properties)
    for identity in ("S1-SP", "X"):
        shown = markup.replace(properties, false.replace('Id="S1-SP"', f'Id="{identity}"'))
        aside = f'<ds:Object xmlns:xades="{XADES}">{properties}</ds:Object></ds:Signature>'
        judge(document(shown.replace("</ds:Signature>", aside)))


@pytest.mark.parametrize(
    "algorithm",
    [
        "http://www.w3.org/TR/1999/REC-xslt-19991116",
        "http://www.w3.org/TR/1999/REC-xpath-19991116",
        "http://www.w3.org/2002/06/xmldsig-filter2",
        DS + "base64",
    ],
)
def test_kt_03_foreign_transforms_are_never_valid(key: Key, judge: Judge, algorithm: str) -> None:
    (one,) = MADE.refs
    transforms = f'<ds:Transforms><ds:Transform Algorithm="{algorithm}"/></ds:Transforms>'
    foreign = replace(MADE, refs=(replace(one, transforms=transforms),))
    assert "TRANSFORM_NOT_ACCEPTED" in reasons(judge(document(signature_markup(foreign, key))))


def test_kt_03_references_outside_are_never_valid(key: Key, judge: Judge, tmp_path: Path) -> None:
    (one,) = MADE.refs
    (tmp_path / "x").write_bytes(one.data)
    for uri in ("http://127.0.0.1/x", f"file://{tmp_path}/x", "x", "", "#", "#KHAC", "#xpointer(id('ND_1'))"):
        moved = replace(MADE, refs=(replace(one, uri=uri),))
        judge(document(signature_markup(moved, key)))


def test_kt_04_a_time_stamp_proves_the_time_and_a_false_one_nothing(
    pki: Pki, trust: Trust, key: Key, judge: Judge
) -> None:
    (one,) = validate(
        document(signature_markup(replace(MADE, stamp=stamper(pki)), key)), name="a", trust=trust
    ).signatures
    assert (one.verdict, one.level) == (Verdict.VALID, "B-T")
    right = stamper(pki)
    for lie in (lambda content: right(content + b" "), lambda content: b"0\x00", stamper(pki, tsa="anh_duong")):
        found = judge(document(signature_markup(replace(MADE, stamp=lie), key)))
        assert found.verdict is Verdict.INDETERMINATE
        assert {"TIME_STAMP_BROKEN", "TIME_STAMP_NOT_TRUSTED"} & reasons(found)


def test_a_document_of_many_references_and_depth_is_answered(key: Key, markup: str, judge: Judge) -> None:
    import time

    start = time.monotonic()
    deep = "<a>" * 200 + "</a>" * 200
    judge(document(markup).replace(b"<tien>", b"<tien>" + deep.encode()))
    (one,) = MADE.refs
    many = replace(MADE, refs=tuple(replace(one, identity=f"r{number}") for number in range(500)))
    judge(document(signature_markup(many, key)))
    judge(document(markup * 60))
    assert time.monotonic() - start < 30
