"""Signing with keys on real (software) tokens: found for certain, one PIN a batch, pulled out and put back."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from signing.errors import SchemeNotOffered
from signing.key import Digest, SigningKey
from signing.pdf import sign_pdf
from signing.token import Module, Pin, TokenSession
from signing.token.errors import (
    KeyNotOnToken,
    PinIncorrect,
    PinNeeded,
    TokenMissing,
    TokenRemoved,
)
from signing.xml import sign_xml, verify_xml
from tests.signing.token_kit import LABEL, PIN, SOFTHSM, SoftTokens, key_and_certificate

pytestmark = pytest.mark.skipif(SOFTHSM is None, reason="SoftHSM2 is not installed on this system")


@pytest.fixture
def tokens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SoftTokens:
    made = SoftTokens(tmp_path / "hsm")
    monkeypatch.setenv("SOFTHSM2_CONF", str(made.config))
    return made


@pytest.fixture
def module(tokens: SoftTokens) -> Any:
    assert SOFTHSM is not None
    with Module(SOFTHSM) as loaded:
        yield loaded


def pdf() -> bytes:
    document = pikepdf.new()
    document.add_blank_page(page_size=(595, 842))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def opened(module: Module, serial: str, fingerprint: str | None = None, **more: Any) -> TokenSession:
    return TokenSession(module, module.find(serial, fingerprint), **more)


def test_a_token_tells_its_name_and_certificates_before_any_log_in(
    tokens: SoftTokens, module: Module, throwaway: Any
) -> None:
    signer = throwaway.signer()
    serial = tokens.make(signer)
    tokens.put(serial, {"id": "09", "certificate": throwaway.issuing.der.hex()})
    (token,) = module.tokens()
    assert (token.label, token.serial, token.warning, token.pin_pad) == (LABEL, serial, None, False)
    (held,) = module.held(token)
    assert held.certificate.common_name == "CÔNG TY TNHH ÁNH DƯƠNG"
    assert held.certificate.tax_code == "0312345678"
    assert held.key_id == "01"
    assert held.chain == (throwaway.issuing.der,)  # the authority's certificate is no key of its own


@pytest.mark.parametrize("kind", ["rsa", "p256", "p384"])
def test_a_pdf_signed_by_a_token_is_accepted_by_pdfsig(
    tokens: SoftTokens, module: Module, throwaway: Any, tmp_path: Path, kind: str
) -> None:
    serial = tokens.make(throwaway.signer(kind=kind))
    with opened(module, serial) as session:
        session.log_in(PIN)
        assert isinstance(session.key, SigningKey)
        assert session.key.kind == "token"
        signed = sign_pdf(pdf(), None, session.key)
    assert signed.data is not None
    (tmp_path / "a.pdf").write_bytes(signed.data)
    told = subprocess.run(["pdfsig", tmp_path / "a.pdf"], capture_output=True, text=True).stdout
    assert "Signature is Valid" in told
    assert "Total document signed" in told
    assert "CÔNG TY TNHH ÁNH DƯƠNG" in told


def test_xml_and_manifests_are_signed_by_the_same_key(tokens: SoftTokens, module: Module, throwaway: Any) -> None:
    from signing import jws

    with opened(module, tokens.make(throwaway.signer())) as session:
        session.log_in(PIN)
        markup = b'<HSoThue><TTinChung id="_1"><a>1</a></TTinChung><CKyDTu/></HSoThue>'
        signed = sign_xml(markup, session.key, reference_id="_1", id_attribute="id", place="CKyDTu")
        assert verify_xml(signed).signatures[0].certificate.der == session.key.certificate.der
        token = jws.sign(b"{}", session.key, typ="hoso-manifest+jws")
    assert jws.verify(token).certificate.fingerprint == session.key.certificate.fingerprint


def test_a_token_that_can_signs_by_pss_and_openssl_agrees(
    tokens: SoftTokens, module: Module, throwaway: Any, tmp_path: Path
) -> None:
    markup = b'<HSoThue><TTinChung id="_1"><a>1</a></TTinChung><CKyDTu/></HSoThue>'
    signer = throwaway.signer()
    with opened(module, tokens.make(signer)) as session:
        session.log_in(PIN)
        signed = sign_xml(markup, session.key, reference_id="_1", id_attribute="id", place="CKyDTu", pss=True)
        assert signed.count(b"2007/05/xmldsig-more#sha256-rsa-MGF1") == 1
        assert verify_xml(signed).signatures[0].algorithm == "pss-sha256"
        digests: tuple[tuple[Digest, int], ...] = (("sha256", 32), ("sha384", 48), ("sha512", 64))
        for digest, _ in digests:
            (tmp_path / digest).write_bytes(session.key.sign_pss(b"n\xe1\xbb\x99p", digest))
        session.key.sign(b"x")  # the usual way goes on beside it
    public = x509.load_der_x509_certificate(signer.der).public_key()
    (tmp_path / "pub.pem").write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    (tmp_path / "data").write_bytes(b"n\xe1\xbb\x99p")
    for digest, salt in digests:
        told = subprocess.run(
            ["openssl", "dgst", f"-{digest}", "-verify", "pub.pem", "-sigopt", "rsa_padding_mode:pss",
             "-sigopt", f"rsa_pss_saltlen:{salt}", "-sigopt", f"rsa_mgf1_md:{digest}", "-signature", digest, "data"],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert told.stdout.strip() == "Verified OK", told.stderr


def test_a_curve_on_a_token_is_not_asked_for_pss(tokens: SoftTokens, module: Module, throwaway: Any) -> None:
    with opened(module, tokens.make(throwaway.signer(kind="p256"))) as session:
        session.log_in(PIN)
        with pytest.raises(SchemeNotOffered):
            session.key.sign_pss(b"x")


def test_of_two_tokens_with_one_label_the_right_one_gets_the_pin(
    tokens: SoftTokens, module: Module, throwaway: Any
) -> None:
    ours, theirs = throwaway.signer(), throwaway.signer("CÔNG TY CỔ PHẦN SAO MAI", ("MST:0101243150",), "p256")
    first, second = tokens.make(ours, pin="111111"), tokens.make(theirs, pin="222222")
    assert first != second
    assert [token.label for token in module.tokens()] == [LABEL, LABEL]
    with opened(module, second) as session:
        session.log_in("222222")
        assert session.key.certificate.common_name == "CÔNG TY CỔ PHẦN SAO MAI"
        session.key.sign(b"x")
    for token in module.tokens():
        assert token.warning is None  # the other token was never asked to check a PIN


def test_a_pin_is_not_sent_to_a_token_without_the_certificate(
    tokens: SoftTokens, module: Module, throwaway: Any
) -> None:
    serial = tokens.make(throwaway.signer())
    other = throwaway.signer("CÔNG TY CỔ PHẦN SAO MAI", ("MST:0101243150",), "p256")
    held = module.find(serial)
    from dataclasses import replace

    from signing.certificate import parse

    stranger = replace(held, certificate=parse(other.der))
    with pytest.raises(KeyNotOnToken) as refused:
        TokenSession(module, stranger).log_in("9999999")
    assert refused.value.reason == "certificate"
    (token,) = module.tokens()
    assert token.warning is None  # a wrong PIN would have left its mark
    with pytest.raises(KeyNotOnToken):
        module.find(serial, "00" * 32)
    with pytest.raises(TokenMissing):
        module.find("không có")


def test_a_wrong_pin_is_said_once_and_never_tried_again(tokens: SoftTokens, module: Module, throwaway: Any) -> None:
    asked = []

    def ask(token: Any) -> Pin:
        asked.append(token.warning)
        return Pin("000000")

    session = opened(module, tokens.make(throwaway.signer()), ask=ask)
    with pytest.raises(PinIncorrect) as wrong:
        session.key.sign(b"x")
    assert wrong.value.stops_batch
    assert wrong.value.left == "low"
    with pytest.raises(PinNeeded):
        session.key.sign(b"y")
    assert asked == [None]
    assert session.look_again().warning == "PIN_COUNT_LOW"
    session.log_in(PIN)
    session.key.sign(b"x")
    assert session.look_again().warning is None


def test_a_certificate_whose_key_is_elsewhere_is_told(tokens: SoftTokens, module: Module, throwaway: Any) -> None:
    serial = tokens.make(throwaway.signer())
    other = throwaway.signer("KHÔNG CÓ KHÓA", kind="p256")
    tokens.put(serial, {"id": "05", "certificate": other.der.hex()})
    fingerprint = next(one.certificate.fingerprint for one in module.held(module.tokens()[0]) if one.key_id == "05")
    with pytest.raises(KeyNotOnToken) as missing:
        opened(module, serial, fingerprint).log_in(PIN)
    assert missing.value.reason == "key"


def test_two_keys_under_one_id_are_told_apart_by_their_modulus(
    tokens: SoftTokens, module: Module, throwaway: Any
) -> None:
    from cryptography.hazmat.primitives.asymmetric import rsa

    signer = throwaway.signer()
    serial = tokens.make()
    stray = key_and_certificate(signer) | {"id": "01"}
    strange = rsa.generate_private_key(65537, 2048)
    del stray["certificate"]
    from dataclasses import replace

    tokens.put(serial, {**key_and_certificate(replace(signer, private=strange)), "certificate": "", "id": "01"})
    tokens.put(serial, {**stray}, {"id": "01", "certificate": signer.der.hex()})
    with opened(module, serial) as session:
        session.log_in(PIN)
        session.key.sign(b"x")


def test_an_always_authenticate_key_signs_a_batch_with_one_pin(
    tokens: SoftTokens, module: Module, throwaway: Any
) -> None:
    asked = []

    def ask(token: Any) -> Pin:
        asked.append(token.label)
        return Pin(PIN)

    with opened(module, tokens.make(throwaway.signer(), always=True), ask=ask) as session:
        for number in range(5):
            session.key.sign(b"%d" % number)
    assert asked == [LABEL]


def test_a_token_pulled_out_and_put_back_goes_on_without_a_second_pin(
    tokens: SoftTokens, module: Module, throwaway: Any
) -> None:
    asked = []

    def ask(token: Any) -> Pin:
        asked.append(token.serial)
        return Pin(PIN)

    serial = tokens.make(throwaway.signer())
    with opened(module, serial, ask=ask) as session:
        assert sign_pdf(pdf(), None, session.key).data
        tokens.pull_out()
        for _ in range(2):
            with pytest.raises(TokenRemoved) as removed:
                sign_pdf(pdf(), None, session.key)
            assert removed.value.stops_batch
            assert (removed.value.token, removed.value.serial) == (LABEL, serial)
        tokens.put_back()
        assert sign_pdf(pdf(), None, session.key).data
    assert asked == [serial]


def test_another_token_put_in_its_place_gets_no_pin(tokens: SoftTokens, module: Module, throwaway: Any) -> None:
    serial = tokens.make(throwaway.signer())
    with opened(module, serial) as session:
        session.log_in(PIN)
        tokens.pull_out()
        other = tokens.make(throwaway.signer("CÔNG TY CỔ PHẦN SAO MAI", ("MST:0101243150",), "p256"), pin="222222")
        for _ in range(2):
            with pytest.raises(TokenRemoved):
                session.key.sign(b"x")
        assert [(token.serial, token.warning) for token in module.tokens()] == [(other, None)]


def test_after_close_the_pin_is_gone(tokens: SoftTokens, module: Module, throwaway: Any) -> None:
    session = opened(module, tokens.make(throwaway.signer()))
    session.log_in(PIN)
    session.key.sign(b"x")
    session.close()
    with pytest.raises(PinNeeded):
        session.key.sign(b"y")


def test_a_certificate_without_its_key_is_told_before_any_log_in(
    tokens: SoftTokens, module: Module, throwaway: Any
) -> None:
    from datetime import UTC, datetime

    from signing.doctor import Found, examine

    whole = throwaway.signer()
    serial = tokens.make()
    tokens.put(serial, {**key_and_certificate(whole), "id": "01", "public": True})
    tokens.put(serial, {"id": "02", "certificate": throwaway.signer("CHỨNG THƯ NẠP NHẦM", kind="p256").der.hex()})
    (token,) = module.tokens()
    assert {one.key_id: one.paired for one in module.held(token)} == {"01": True, "02": False}
    assert SOFTHSM is not None
    report = examine([Found(SOFTHSM, None, "named")], at=datetime(2026, 7, 15, tzinfo=UTC))
    codes = [remark.code for remark in report.remarks]
    assert sorted(codes) == ["TOKEN_KEY_NOT_PAIRED", "TOKEN_READY"]
    assert report.ok


def test_where_a_token_shows_no_key_nothing_is_said_of_pairs(
    tokens: SoftTokens, module: Module, throwaway: Any
) -> None:
    tokens.make(throwaway.signer())
    (held,) = module.held(module.tokens()[0])
    assert held.paired is None
