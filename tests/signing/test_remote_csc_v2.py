"""Signing through CSC version 2: every request is held against the published tables by the stand-in."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SHA256, SHA384

from signing.certificate import verify_value
from signing.errors import SchemeNotOffered
from signing.key import digest_for
from signing.pdf import sign_pdf
from signing.remote import Profile, RemoteSession, together
from signing.remote.errors import (
    RemoteBusy,
    RemoteCancelled,
    RemoteError,
    RemoteExpired,
    RemoteKeyDisabled,
    RemoteLoginRefused,
    RemoteProofRefused,
    RemoteRefused,
    RemoteRequestRefused,
    RemoteSignatureWrong,
    RemoteUnreachable,
    RemoteUnsupported,
)
from signing.xml import sign_xml, verify_xml
from tests.signing.csc_v2_stand_in import OTP, PIN, PSS, QUESTION, TOKEN, CscV2
from tests.signing.made import blank
from tests.signing.remote_kit import HANG_UP, QUICK, Clock, Someone, about

KINDS = {"rsa": "RSA-2048", "p256": "P-256", "p384": "P-384"}


@pytest.fixture(scope="module")
def keys(throwaway: Any) -> dict[str, Any]:
    return {kind: throwaway.signer(kind=kind) for kind in KINDS}


@pytest.fixture
def service(keys: dict[str, Any]) -> Iterator[CscV2]:
    with CscV2(keys) as one:
        yield one
        assert one.faults == []


@pytest.fixture
def typist() -> Someone:
    return Someone({"pin": PIN, "otp": OTP, "answer": "Hà Nội"})


def opened(service: CscV2, someone: Someone, credential: str = "rsa", pace: Any = QUICK, **more: Any) -> RemoteSession:
    profile = Profile("CSC 2", "csc-v2", service.url, plain=True, secret=TOKEN, credential=credential)
    return RemoteSession(replace(profile, **more), someone.person, pace=pace)


def test_pss_is_asked_for_with_its_parameters_and_only_where_it_is_offered(service: CscV2, typist: Someone) -> None:
    markup = b'<HSoThueDTu><HSoKhaiThue id="a">1</HSoKhaiThue><CKyDTu/></HSoThueDTu>'
    with opened(service, typist) as session, pytest.raises(SchemeNotOffered):
        sign_xml(markup, session.key(), reference_id="a", pss=True)
    assert service.count("authorize") == 0  # nobody is asked for a PIN in vain
    service.algorithms = ["1.2.840.113549.1.1.11", PSS]
    with opened(service, typist) as session:
        signed = sign_xml(markup, session.key(), reference_id="a", pss=True)
    assert verify_xml(signed).signatures[0].algorithm == "pss-sha256"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bare", [False, True], ids=["hash named by the algorithm", "hash named beside it"])
def test_every_kind_of_key_signs(service: CscV2, typist: Someone, kind: str, bare: bool, tmp_path: Path) -> None:
    if bare:
        service.algorithms = ["1.2.840.113549.1.1.1"] if kind == "rsa" else ["1.2.840.10045.2.1"]
    with opened(service, typist, kind) as session:
        key = session.key()
        assert (key.certificate.key_type, key.kind) == (KINDS[kind], "remote")
        signed = sign_pdf(blank(), None, key)
        assert signed.data is not None
        digest = digest_for(key)
        verify_value(key.certificate.der, key.sign(b"x", digest), b"x", {"sha256": SHA256, "sha384": SHA384}[digest]())
    (tmp_path / "a.pdf").write_bytes(signed.data)
    told = subprocess.run(["pdfsig", tmp_path / "a.pdf"], capture_output=True, text=True, timeout=60).stdout
    assert "Signature is Valid" in told


def test_all_keys_of_the_account(service: CscV2, typist: Someone) -> None:
    with opened(service, typist, "") as session:
        assert {key.certificate.key_type for key in session.keys} == set(KINDS.values())
    with opened(service, typist, "", user="001188012345") as session:
        assert len(session.keys) == 3
    assert service.calls[-4] == ("/csc/v2/credentials/list", {"userID": "001188012345"})


def test_r_and_s_are_taken_as_well(service: CscV2, typist: Someone) -> None:
    service.raw_ecdsa = True
    with opened(service, typist, "p256") as session:
        key = session.key()
        verify_value(key.certificate.der, key.sign(b"x"), b"x", SHA256())


def test_a_batch_is_authorized_five_at_a_time(service: CscV2, typist: Someone) -> None:
    with opened(service, typist) as session:
        key = session.key()
        made = together(key, [lambda one, n=n: sign_pdf(blank(n), None, one) for n in range(1, 13)])  # type: ignore[misc]
        assert all(one.facts.certificate == key.certificate for one in made)  # type: ignore[union-attr]
    sizes = [data["numSignatures"] for path, data in service.calls if path.endswith("authorize")]
    assert sizes == [5, 5, 2]
    assert service.count("signHash") == 3
    assert [one.kind for one in typist.asked] == ["pin", "otp", "otp", "otp"]


def test_one_document_that_fails_does_not_hold_up_the_others(service: CscV2, typist: Someone) -> None:
    with opened(service, typist) as session:
        files = [blank(1), b"no pdf", blank(2)]
        made = together(session.key(), [lambda one, data=data: sign_pdf(data, None, one) for data in files])  # type: ignore[misc]
    assert [type(one).__name__ for one in made] == ["SignedPdf", "PdfUnreadable", "SignedPdf"]
    assert service.count("authorize") == 1


def test_wrong_proofs_are_not_sent_again(service: CscV2, typist: Someone) -> None:
    typist.answers["otp"] = "000000"
    with opened(service, typist) as session:
        with pytest.raises(RemoteProofRefused) as caught:
            session.key().sign(b"x")
        assert caught.value.asked == ("PIN", "OTP")
        assert service.count("authorize") == 1
        typist.answers["otp"] = OTP
        assert session.key().sign(b"x")
    assert [one.kind for one in typist.asked] == ["pin", "otp"] * 2


def test_either_or(service: CscV2, typist: Someone) -> None:
    service.expression = "PIN OR OTP"
    typist.answers["otp"] = ""
    with opened(service, typist) as session:
        assert session.key().sign(b"x")
    sent = next(data for path, data in service.calls if path.endswith("authorize"))
    assert sent["authData"] == [{"id": "PIN", "value": PIN}]


def test_a_question_is_fetched_and_shown(service: CscV2, typist: Someone) -> None:
    service.objects, service.expression = [QUESTION], ""
    with opened(service, typist) as session:
        assert session.key().sign(b"x")
    assert [(one.kind, one.text) for one in typist.asked] == [("answer", "Anh chị sinh ở tỉnh nào?")]


def test_confirmation_elsewhere_is_waited_for(service: CscV2, typist: Someone) -> None:
    service.objects, service.checks_until_confirmed = [], 3
    clock = Clock()
    with opened(service, typist, pace=clock.pace) as session:
        assert session.key().sign(b"x")
    assert service.count("authorizeCheck") == 4
    assert typist.asked == []
    left = [one.seconds_left for one in typist.told]
    assert left[0] == 300
    assert left == sorted(left, reverse=True)


def test_nobody_confirms(service: CscV2, typist: Someone) -> None:
    service.objects, service.checks_until_confirmed = [], 1_000_000
    clock = Clock()
    with opened(service, typist, pace=clock.pace) as session, pytest.raises(RemoteExpired) as caught:
        session.key().sign(b"x")
    assert caught.value.seconds == 300
    assert typist.told[-1].seconds_left == 0
    assert service.count("signHash") == 0


def test_refused_elsewhere(service: CscV2, typist: Someone) -> None:
    service.objects, service.checks_until_confirmed = [], 5
    service.override["authorizeCheck"] = lambda data: (400, {"error": "access_denied"})
    with opened(service, typist) as session, pytest.raises(RemoteRefused):
        session.key().sign(b"x")


def test_cancelled_while_waiting(service: CscV2) -> None:
    service.objects, service.checks_until_confirmed = [], 1_000_000
    someone = Someone(patience=3)
    with opened(service, someone) as session, pytest.raises(RemoteCancelled) as caught:
        session.key().sign(b"x")
    assert caught.value.asked
    assert service.count("signHash") == 0


def test_signatures_made_later_are_fetched(service: CscV2, typist: Someone) -> None:
    service.later = 3
    with opened(service, typist) as session:
        assert session.key().sign(b"x")
    assert service.count("signPolling") == 3


def test_a_locked_key_and_oauth_pages(service: CscV2, typist: Someone) -> None:
    service.status = "disabled"
    with opened(service, typist) as session, pytest.raises(RemoteKeyDisabled) as caught:
        session.key()
    assert caught.value.status == "disabled"
    service.status, service.mode = "enabled", "oauth2code"
    with opened(service, typist) as session, pytest.raises(RemoteUnsupported):
        session.key().sign(b"x")
    service.mode, service.algorithms = "explicit", ["1.2.840.113549.1.1.10"]
    with opened(service, typist) as session, pytest.raises(RemoteUnsupported):
        session.key().sign(b"x")
    assert typist.asked == []


def test_a_token_that_has_run_out(service: CscV2, typist: Someone) -> None:
    with opened(service, typist, secret="het-han") as session, pytest.raises(RemoteLoginRefused) as caught:
        session.key()
    assert "het-han" not in str(caught.value) + repr(session.profile)


@pytest.mark.parametrize("token", ["hết hạn", "a b", "a\r\nX-Header: b", "=a"])
def test_what_cannot_be_a_token_is_not_sent(service: CscV2, typist: Someone, token: str) -> None:
    with pytest.raises(RemoteLoginRefused):
        opened(service, typist, secret=token)
    assert service.received == []


@pytest.mark.parametrize(("answer", "error"), [
    ((503, b"<html>"), RemoteBusy), ((429, {}), RemoteBusy), ((302, b""), RemoteUnreachable),
    ((200, HANG_UP), RemoteUnreachable), ((501, {}), RemoteUnsupported),
    ((400, {"error": "invalid_request"}), RemoteRequestRefused), ((400, b"\xff"), RemoteRequestRefused),
    ((404, {"error": "<script>alert(1)</script>"}), RemoteRequestRefused),
])  # fmt: skip
def test_trouble_has_a_name_each(service: CscV2, typist: Someone, answer: Any, error: type[RemoteError]) -> None:
    service.override["signHash"] = lambda data: answer
    with opened(service, typist) as session, pytest.raises(error) as caught:
        session.key().sign(b"x")
    assert "script" not in str(caught.value)
    assert service.count("signHash") == 1


def test_what_another_key_signed_is_not_used(service: CscV2, typist: Someone, keys: dict[str, Any]) -> None:
    with opened(service, typist, "p256") as session:
        key = session.key()
        session._listed()
        service.keys = {**keys, "p256": keys["p384"]}
        service.algorithms = ["1.2.840.10045.4.3.2"]
        with pytest.raises(RemoteSignatureWrong):
            key.sign(b"x")
        made = together(key, [lambda one: sign_pdf(blank(), None, one), lambda one: sign_pdf(blank(2), None, one)])
        assert [type(one) for one in made] == [RemoteSignatureWrong] * 2


def test_only_hashes_leave(service: CscV2, typist: Someone) -> None:
    secret = b"NGUYEN VAN BI MAT 0100686209"
    document = about(secret)
    assert secret in document
    with opened(service, typist) as session:
        assert sign_pdf(document, None, session.key()).data
    sent = service.everything
    for text in (secret, b"%PDF", b"Signature1", b"BI MAT", b"ByteRange"):
        assert text not in sent
    allowed = {
        "credentialID", "certificates", "certInfo", "authInfo", "numSignatures", "hashes", "hashAlgorithmOID",
        "authData", "SAD", "signAlgo", "operationMode",
    }  # fmt: skip
    assert {name for _, data in service.calls for name in data} <= allowed
    assert len(sent) < 4000
