"""Signing through CSC 1.0.4, against a server that others wrote, and the parts that this server does not have."""

from __future__ import annotations

import base64
import io
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from signing import jws
from signing.certificate import verify_value
from signing.errors import SchemeNotOffered
from signing.key import PssKey
from signing.pdf import sign_pdf
from signing.remote import Profile, RemoteKey, RemoteSession, together
from signing.remote.errors import (
    RemoteAnswerUnusable,
    RemoteCancelled,
    RemoteKeyMissing,
    RemoteKeyNotChosen,
    RemoteOtpIncorrect,
    RemotePinIncorrect,
    RemoteUnreachable,
    RemoteUnsupported,
)
from signing.xml import sign_xml, verify_xml
from tests.signing.made import blank
from tests.signing.remote_kit import QUICK, Someone, StandIn, csc_1_server, sign_hash


@pytest.fixture(scope="module", params=[1, 2], ids=["SCAL1", "SCAL2"])
def server(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with csc_1_server(tmp_path_factory.mktemp("csc"), request.param) as url:
        yield url


def profile(url: str, **more: Any) -> Profile:
    return replace(Profile("CSC thử", "csc-v1", url, plain=True, secret="token"), **more)


def key_of(session: RemoteSession, kind: str) -> RemoteKey:
    return next(key for key in session.keys if key.certificate.key_type == kind)


def test_where_the_service_says_so_rsa_signs_by_pss_too(server: str, tmp_path: Path) -> None:
    """The value is what openssl takes for RSASSA-PSS with the digest's own mask and salt."""
    markup = b'<HSoThueDTu><HSoKhaiThue id="a">1</HSoKhaiThue><CKyDTu/></HSoThueDTu>'
    with RemoteSession(profile(server), pace=QUICK) as session:
        key, curve = key_of(session, "RSA-2048"), key_of(session, "P-256")
        assert isinstance(key, PssKey)
        xml = sign_xml(markup, key, reference_id="a", pss=True)
        assert verify_xml(xml).signatures[0].algorithm == "pss-sha256"
        # Under one authorization beside a signature of the usual kind.
        made = together(key, [lambda one: sign_xml(markup, one, reference_id="a", pss=True),
                              lambda one: sign_xml(markup, one, reference_id="a")])  # fmt: skip
        assert [verify_xml(one).signatures[0].algorithm for one in made if isinstance(one, bytes)] == [
            "pss-sha256", "rsa-sha256",
        ]  # fmt: skip
        for digest in ("sha256", "sha384", "sha512"):
            (tmp_path / digest).write_bytes(key.sign_pss(b"n\xe1\xbb\x99p", digest))
        with pytest.raises(SchemeNotOffered):
            sign_xml(markup, curve, reference_id="a", pss=True)
    public = x509.load_der_x509_certificate(key.certificate.der).public_key()
    (tmp_path / "pub.pem").write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    (tmp_path / "data").write_bytes(b"n\xe1\xbb\x99p")
    for digest in ("sha256", "sha384", "sha512"):
        told = subprocess.run(
            ["openssl", "dgst", f"-{digest}", "-verify", "pub.pem", "-signature", digest, "-sigopt",
             "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest", "data"],
            cwd=tmp_path, capture_output=True, text=True,
        )  # fmt: skip
        assert "Verified OK" in told.stdout, told


def test_keys_are_listed_without_authorities(server: str) -> None:
    with RemoteSession(profile(server), pace=QUICK) as session:
        keys = session.keys
        assert {key.certificate.common_name for key in keys} == {"CÔNG TY TNHH ÁNH DƯƠNG", "NGUYỄN THỊ BÌNH"}
        assert {key.certificate.tax_code or key.certificate.personal_id for key in keys} == {
            "0100686209", "001188012345",
        }  # fmt: skip
        assert all(key.kind == "remote" and len(key.chain) == 1 and key.most == 10 for key in keys)
        with pytest.raises(RemoteKeyNotChosen) as several:
            session.key()
        assert set(several.value.fingerprints) == {key.certificate.fingerprint for key in keys}
        assert session.key(keys[0].certificate.fingerprint).certificate == keys[0].certificate
        with pytest.raises(RemoteKeyMissing):
            session.key("00" * 32)


def test_one_credential_may_be_named(server: str) -> None:
    with RemoteSession(profile(server, credential="vn/person"), pace=QUICK) as session:
        assert session.key().certificate.common_name == "NGUYỄN THỊ BÌNH"


@pytest.mark.parametrize("kind", ["RSA-2048", "P-256"])
def test_pdf_xml_and_json_are_signed_as_by_any_key(server: str, kind: str, tmp_path: Path) -> None:
    with RemoteSession(profile(server), pace=QUICK) as session:
        key = key_of(session, kind)
        signed = sign_pdf(blank(), None, key)
        assert signed.data is not None
        (tmp_path / "a.pdf").write_bytes(signed.data)
        told = subprocess.run(["pdfsig", tmp_path / "a.pdf"], capture_output=True, text=True, timeout=60).stdout
        assert "Signature is Valid" in told
        markup = b'<HSoThueDTu><HSoKhaiThue id="a">1</HSoKhaiThue><CKyDTu/></HSoThueDTu>'
        xml = sign_xml(markup, key, reference_id="a")
        (tmp_path / "a.xml").write_bytes(xml)
        (tmp_path / "ca.pem").write_bytes(_pem(key.chain[-1]))
        judged = subprocess.run(
            ["xmlsec1", "--verify", "--trusted-pem", "ca.pem", "--id-attr:id", "HSoKhaiThue", "a.xml"],
            capture_output=True, text=True, timeout=60, cwd=tmp_path,
        )  # fmt: skip
        assert judged.returncode == 0, judged.stderr
        token = jws.sign(b'{"a": 1}', key, typ="hoso-manifest+jws")
        assert token.count(".") == 2


def _pem(der: bytes) -> bytes:
    return b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(der) + b"-----END CERTIFICATE-----\n"


def test_many_documents_are_signed_ten_at_a_time(server: str) -> None:
    with RemoteSession(profile(server), pace=QUICK) as session:
        key = key_of(session, "P-256")
        documents = [blank(1 + number % 3) for number in range(12)]
        made = together(key, [lambda one, data=data: sign_pdf(data, None, one) for data in documents])  # type: ignore[misc]
        assert [type(one).__name__ for one in made] == ["SignedPdf"] * 12
        assert all(one.facts.certificate == key.certificate for one in made)  # type: ignore[union-attr]


# What that server does not have: proofs that a person types


class Typed(StandIn):
    """A CSC 1.0.4 service that wants a PIN and a code sent to the phone."""

    def __init__(self, issued: Any) -> None:
        self.issued = issued
        self.pin, self.otp = "135790", "424242"
        self.sent = 0
        self.mode: dict[str, Any] = {
            "authMode": "explicit",
            "PIN": {"presence": "true", "format": "N", "label": "Mã PIN", "description": "Mã PIN ký số"},
            "OTP": {"presence": "true", "type": "online", "format": "N", "label": "OTP"},
        }
        super().__init__()

    def answer(self, path: str, data: dict[str, Any], headers: dict[str, str]) -> tuple[int, Any]:
        method = path.removeprefix("/csc/v1/")
        if method == "credentials/list":
            page = data.get("pageToken")
            return 200, {"credentialIDs": ["một"]} if page else {"credentialIDs": [], "nextPageToken": "2"}
        if method == "credentials/info":
            certificates = [base64.b64encode(self.issued.der).decode()]
            return 200, {
                "key": {"status": "enabled", "algo": ["1.2.840.113549.1.1.1"], "len": 2048},
                "cert": {"status": "valid", "certificates": certificates},
                **self.mode,
                "SCAL": "2",
                "multisign": 3,
            }
        if method == "credentials/sendOTP":
            self.sent += 1
            return 204, b""
        if method == "credentials/authorize":
            if data.get("PIN", "") != self.pin and "PIN" in self.mode:
                return 400, {"error": "invalid_pin"}
            if data.get("OTP", "") != self.otp and "OTP" in self.mode:
                return 400, {"error": "invalid_otp"}
            return 200, {"SAD": "|".join(data["hash"])}
        assert method == "signatures/signHash"
        assert set(data["hash"]) <= set(data["SAD"].split("|"))
        assert (data["signAlgo"], data["hashAlgo"]) == ("1.2.840.113549.1.1.1", "2.16.840.1.101.3.4.2.1")
        values = [sign_hash(self.issued.private, base64.b64decode(one), SHA256()) for one in data["hash"]]
        return 200, {"signatures": [base64.b64encode(one).decode() for one in values]}


@pytest.fixture
def typed(throwaway: Any) -> Iterator[Typed]:
    with Typed(throwaway.signer()) as service:
        yield service


def test_pin_and_code_are_asked_for_and_kept_nowhere(typed: Typed) -> None:
    someone = Someone({"pin": typed.pin, "otp": typed.otp})
    with RemoteSession(profile(typed.url), someone.person, pace=QUICK) as session:
        key = session.key()
        assert someone.asked == []
        verify_value(key.certificate.der, key.sign(b"x"), b"x", SHA256())
        assert [(one.kind, one.label, one.digits) for one in someone.asked] == [
            ("pin", "Mã PIN", True), ("otp", "OTP", True),
        ]  # fmt: skip
        assert typed.sent == 1
        key.sign(b"y")
        assert [one.kind for one in someone.asked] == ["pin", "otp", "otp"]
        assert typed.pin not in repr(session.profile) + repr(key) + repr(session)
    someone.asked.clear()
    key.sign(b"z")
    assert [one.kind for one in someone.asked] == ["pin", "otp"]


def test_three_documents_under_one_authorization(typed: Typed) -> None:
    someone = Someone({"pin": typed.pin, "otp": typed.otp})
    with RemoteSession(profile(typed.url), someone.person, pace=QUICK) as session:
        key = session.key()
        made = together(key, [lambda one: sign_pdf(blank(), None, one)] * 7)
        assert len(made) == 7
        # Equal documents signed in the same second have one hash: asked for once.
        assert typed.count("credentials/authorize") == 3
        assert [one.kind for one in someone.asked].count("otp") == 3


@pytest.mark.parametrize(("wrong", "error"), [("pin", RemotePinIncorrect), ("otp", RemoteOtpIncorrect)])
def test_what_is_wrong_is_said_and_not_sent_again(typed: Typed, wrong: str, error: type[Exception]) -> None:
    someone = Someone({"pin": typed.pin, "otp": typed.otp, wrong: "000000"})
    with RemoteSession(profile(typed.url), someone.person, pace=QUICK) as session:
        key = session.key()
        made = together(key, [lambda one, n=n: sign_pdf(blank(n), None, one) for n in range(1, 8)])  # type: ignore[misc]
        assert {type(one) for one in made} == {error}
        assert len(made) == 3  # stops after the first authorization
        assert typed.count("credentials/authorize") == 1
        someone.answers |= {"pin": typed.pin, "otp": typed.otp}
        assert key.sign(b"x")
        assert [one.kind for one in someone.asked] == ["pin", "otp"] * 2


def test_no_answer_means_cancelled(typed: Typed) -> None:
    with RemoteSession(profile(typed.url), Someone().person, pace=QUICK) as session:
        key = session.key()
        with pytest.raises(RemoteCancelled) as caught:
            key.sign(b"x")
        assert caught.value.asked is False
    assert typed.count("credentials/authorize") == 0


def test_a_service_that_asks_the_person_itself_is_waited_for(typed: Typed) -> None:
    import time

    typed.mode = {"authMode": "implicit"}
    typed.override["credentials/authorize"] = lambda data: time.sleep(0.3)
    someone = Someone()
    with RemoteSession(profile(typed.url), someone.person, pace=QUICK) as session:
        assert session.key().sign(b"x")
    assert someone.told
    assert all(0 < one.seconds_left <= 30 for one in someone.told)
    someone = Someone(patience=2)
    with RemoteSession(profile(typed.url), someone.person, pace=QUICK) as session, pytest.raises(RemoteCancelled) as no:
        session.key().sign(b"x")
    assert no.value.asked


def test_oauth_pages_are_not_served(typed: Typed) -> None:
    typed.mode = {"authMode": "oauth2code"}
    with RemoteSession(profile(typed.url), pace=QUICK) as session, pytest.raises(RemoteUnsupported) as caught:
        session.key().sign(b"x")
    assert caught.value.what == "oauth2code"


@pytest.mark.parametrize("answer", [
    {"signatures": []}, {"signatures": ["AA==", "AA=="]}, {"signatures": [7]}, {"signatures": ["không phải"]}, {},
    b"[]", b"{", b"[" * 100_000, b'{"signatures": NaN}',
])  # fmt: skip
def test_answers_that_are_none(typed: Typed, answer: Any) -> None:
    typed.override["signatures/signHash"] = lambda data: (200, answer)
    someone = Someone({"pin": typed.pin, "otp": typed.otp})
    with RemoteSession(profile(typed.url), someone.person, pace=QUICK) as session:
        key = session.key()
        with pytest.raises(RemoteAnswerUnusable):
            key.sign(b"x")


def test_an_answer_without_end_is_cut(typed: Typed) -> None:
    typed.override["credentials/info"] = lambda data: (200, b" " * (2 << 20))
    with RemoteSession(profile(typed.url), pace=QUICK) as session, pytest.raises(RemoteUnreachable) as caught:
        session.key()
    assert caught.value.reason == "answer_too_large"


def test_a_document_is_read_from_and_written_to_files(typed: Typed, tmp_path: Path) -> None:
    someone = Someone({"pin": typed.pin, "otp": typed.otp})
    with RemoteSession(profile(typed.url), someone.person, pace=QUICK) as session, open(tmp_path / "o", "w+b") as out:
        facts = sign_pdf(io.BytesIO(blank()), out, session.key()).facts
    assert facts.level == "B-B"
