"""Signing by hash and confirmation on the phone, and all the ways in which it does not come to a signature."""

from __future__ import annotations

import hashlib
import itertools
import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SHA256

from signing import jws
from signing.certificate import verify_value
from signing.pdf import sign_pdf
from signing.remote import Pace, Profile, RemoteSession, together
from signing.remote.errors import (
    RemoteAddressRefused,
    RemoteAnswerUnusable,
    RemoteCancelled,
    RemoteError,
    RemoteExpired,
    RemoteKeyDisabled,
    RemoteKeyMissing,
    RemoteKeyNotChosen,
    RemoteLoginRefused,
    RemoteRefused,
    RemoteRequestRefused,
    RemoteSignatureWrong,
    RemoteSigningFailed,
    RemoteUnreachable,
    RemoteUnsupported,
)
from signing.xml import sign_xml
from tests.signing.made import blank
from tests.signing.phone_stand_in import ACCOUNT, PASSWORD, USER, PhoneService
from tests.signing.remote_kit import HANG_UP, QUICK, Clock, Someone, about


@pytest.fixture(scope="module")
def company(throwaway: Any) -> Any:
    return throwaway.signer()


@pytest.fixture
def service(company: Any) -> Iterator[PhoneService]:
    with PhoneService([company]) as one:
        yield one
        assert one.faults == []


def profile(service: PhoneService, **more: Any) -> Profile:
    made = Profile(
        "Ký số từ xa", "confirm", f"{service.url}/sca/sp769", user=USER, account=ACCOUNT, secret=PASSWORD, plain=True
    )
    return replace(made, **more)


def opened(service: PhoneService, someone: Someone | None = None, pace: Pace = QUICK, **more: Any) -> RemoteSession:
    return RemoteSession(profile(service, **more), (someone or Someone()).person, pace=pace)


def test_certificate_by_user_then_hash_then_phone_then_signature(
    service: PhoneService, company: Any, tmp_path: Path
) -> None:
    someone = Someone()
    with opened(service, someone) as session:
        key = session.key()
        assert key.certificate.der == company.der
        assert [len(key.chain), key.kind] == [2, "remote"]
        signed = sign_pdf(blank(), None, key)
    assert signed.data is not None
    (tmp_path / "a.pdf").write_bytes(signed.data)
    told = subprocess.run(["pdfsig", tmp_path / "a.pdf"], capture_output=True, text=True, timeout=60).stdout
    assert "Signature is Valid" in told
    assert [path.rsplit("/", 1)[1] for path, _ in service.calls] == ["get_certificate", "sign", *["status"] * 3]
    ((shown,),) = service.phone.seen
    # The person compares: here and on the phone stands the same code, the first digits of the hash.
    assert {one.codes for one in someone.told} == {(shown,)}
    (file,) = next(iter(service.transactions.values())).files
    assert shown.replace("-", "") == file["data_to_be_signed"][:12]


def test_xml_and_json_too(service: PhoneService) -> None:
    with opened(service) as session:
        key = session.key()
        sign_xml(b'<T><H id="a">1</H><CKyDTu/></T>', key, reference_id="a")
        jws.sign(b"{}", key, typ="hoso-manifest+jws")
        sign_pdf(blank(), None, key)
    kinds = [one.files[0]["file_type"] for one in service.transactions.values()]
    assert kinds == ["xml", "json", "pdf"]


def test_a_batch_is_confirmed_once(service: PhoneService) -> None:
    someone = Someone()
    with opened(service, someone) as session:
        key = session.key()
        made = together(key, [lambda one, n=n: sign_pdf(blank(n), None, one) for n in range(1, 13)])  # type: ignore[misc]
    assert all(one.facts.certificate == key.certificate for one in made)  # type: ignore[union-attr]
    ((*codes,),) = service.phone.seen
    assert len(set(codes)) == 12
    assert someone.told[0].codes == tuple(codes)


def test_refusal_on_the_phone(service: PhoneService) -> None:
    service.phone.decision = "refuse"
    with opened(service) as session, pytest.raises(RemoteRefused) as caught:
        sign_pdf(blank(), None, session.key())
    assert (caught.value.code, caught.value.stops_batch) == ("REMOTE_REFUSED", True)
    with opened(service) as session:
        made = together(session.key(), [lambda one, n=n: sign_pdf(blank(n), None, one) for n in range(1, 5)])  # type: ignore[misc]
    assert [type(one) for one in made] == [RemoteRefused] * 4


def test_the_request_runs_out(service: PhoneService) -> None:
    service.phone.decision = "nothing"
    clock, someone = Clock(), Someone()
    with opened(service, someone, clock.pace) as session, pytest.raises(RemoteExpired) as caught:
        session.key().sign(b"x")
    assert caught.value.seconds == 300
    left = [one.seconds_left for one in someone.told]
    assert (left[0], left[-1]) == (300, 0)
    assert all(0 <= before - after <= 1 for before, after in itertools.pairwise(left))
    assert service.count("/status") <= 151
    service.phone.expires_after = 2  # the service says so before our own time is up
    with opened(service, someone, clock.pace) as session, pytest.raises(RemoteExpired):
        session.key().sign(b"x")


def test_a_confirmation_in_the_last_second_counts(service: PhoneService) -> None:
    clock = Clock()
    service.override["signatures/sign"] = lambda data: _with_expiry(service, data, 5)
    service.phone.after = 2  # asked after 2 s, 4 s, and at the end
    with opened(service, Someone(), clock.pace) as session:
        assert session.key().sign(b"x")
    assert service.count("/status") == 3


def _with_expiry(service: PhoneService, data: dict[str, Any], seconds: int) -> tuple[int, Any]:
    status, answer = service.answer("/sca/sp769/v1/signatures/sign", data, {})
    answer["data"]["expired_in"] = seconds
    return status, answer


def test_cancelled_here(service: PhoneService) -> None:
    service.phone.decision = "nothing"
    someone = Someone(patience=3)
    with opened(service, someone) as session, pytest.raises(RemoteCancelled) as caught:
        session.key().sign(b"x")
    assert caught.value.asked
    asked = service.count("/status")
    time.sleep(0.1)
    assert service.count("/status") == asked


def test_the_key_cannot_sign(service: PhoneService) -> None:
    service.phone.decision = "key_fails"
    with opened(service) as session, pytest.raises(RemoteSigningFailed) as caught:
        session.key().sign(b"x")
    assert caught.value.answer == "AUTHORIZE_KEY_FAILED"


def test_a_short_break_while_waiting_is_borne_and_a_long_one_said(service: PhoneService) -> None:
    troubles = iter([True, True, False])
    service.override["/status"] = lambda data: (200, HANG_UP) if next(troubles, False) else None
    with opened(service) as session:
        assert session.key().sign(b"x")
    service.override["/status"] = lambda data: (200, HANG_UP)
    with opened(service) as session, pytest.raises(RemoteUnreachable) as caught:
        session.key().sign(b"x")
    assert caught.value.asked
    assert caught.value.retry


def test_a_request_to_sign_is_never_sent_twice(service: PhoneService) -> None:
    service.override["signatures/sign"] = lambda data: (200, HANG_UP)
    with opened(service) as session, pytest.raises(RemoteUnreachable) as caught:
        session.key().sign(b"x")
    assert caught.value.asked
    assert service.count("signatures/sign") == 1


def test_nobody_there(service: PhoneService) -> None:
    service.close()
    with opened(service) as session, pytest.raises(RemoteUnreachable) as caught:
        session.key()
    assert (caught.value.reason, caught.value.asked) == ("no_connection", False)


def test_a_slow_service_is_left(service: PhoneService) -> None:
    service.override["get_certificate"] = lambda data: time.sleep(3)
    with opened(service, pace=replace(QUICK, request=0.3)) as session, pytest.raises(RemoteUnreachable) as caught:
        session.key()
    assert caught.value.reason in ("no_answer_in_time", "no_connection")


def test_wrong_account(service: PhoneService) -> None:
    with opened(service, secret="sai") as session, pytest.raises(RemoteLoginRefused) as caught:
        session.key()
    assert "sai" not in str(caught.value.facts)


def test_no_certificate_one_of_several_and_a_named_one(service: PhoneService, throwaway: Any) -> None:
    person = throwaway.signer("NGUYỄN THỊ BÌNH", ("CCCD:001188012345",), kind="p256")
    service.keys.append(person)
    with opened(service) as session:
        with pytest.raises(RemoteKeyNotChosen) as several:
            session.key()
        assert len(several.value.fingerprints) == 2
    with opened(service, credential=service.serial(person)) as session:
        key = session.key()
        verify_value(key.certificate.der, key.sign(b"x"), b"x", SHA256())
    service.keys.clear()
    with opened(service) as session, pytest.raises(RemoteKeyMissing):
        session.key()


def test_p384_wants_a_hash_that_these_services_do_not_take(service: PhoneService, throwaway: Any) -> None:
    service.keys[:] = [throwaway.signer(kind="p384")]
    with opened(service) as session, pytest.raises(RemoteUnsupported):
        sign_pdf(blank(), None, session.key())


def test_a_signature_over_something_else_is_not_used(service: PhoneService, throwaway: Any, company: Any) -> None:
    from cryptography.hazmat.primitives.asymmetric import rsa

    class Other:
        private = rsa.generate_private_key(65537, 2048)

    service.other_key = Other
    with opened(service) as session, pytest.raises(RemoteSignatureWrong):
        session.key().sign(b"x")
    service.other_key = None
    wrong = hashlib.sha256(b"other").hexdigest()

    def exchanged(data: dict[str, Any]) -> tuple[int, Any]:
        data["sign_files"][0]["data_to_be_signed"] = wrong
        return service.answer("/sca/sp769/v1/signatures/sign", data, {})

    service.override["signatures/sign"] = exchanged
    with opened(service) as session, pytest.raises(RemoteSignatureWrong):
        sign_pdf(blank(), None, session.key())


@pytest.mark.parametrize("change", [
    {"signatures": [{"doc_id": "khác", "signature_value": "AAAA"}]},
    {"signatures": [{"signature_value": 7}]}, {"signatures": ["x"]}, {"signatures": [{}] * 10_000},
    {"signatures": [{"doc_id": "a", "signature_value": "không phải"}]},
])  # fmt: skip
def test_answers_that_are_none(service: PhoneService, change: dict[str, Any]) -> None:
    service.override["/status"] = lambda data: (200, {"status_code": 200, "message": "SUCCESS", "data": change})
    with opened(service) as session, pytest.raises(RemoteAnswerUnusable):
        session.key().sign(b"x")


@pytest.mark.parametrize("name", ["../../admin", "..", "a/b", "", "x" * 200, "a?b", 7])
def test_a_transaction_cannot_lead_elsewhere(service: PhoneService, name: Any) -> None:
    service.override["signatures/sign"] = lambda data: (200, {"status_code": 200, "data": {"transaction_id": name}})
    with opened(service) as session, pytest.raises(RemoteAnswerUnusable):
        session.key().sign(b"x")
    assert service.count("/status") == 0


@pytest.mark.parametrize(("answer", "error"), [
    ({"status_code": 403, "message": "CREDENTIAL_STATUS_INVALID"}, RemoteKeyDisabled),
    ({"status_code": 400, "message": "BAD_REQUEST"}, RemoteRequestRefused),
    ({"status_code": 500, "message": "Lỗi <b>lạ</b>"}, RemoteRequestRefused),
])  # fmt: skip
def test_refusals_have_a_name_each(service: PhoneService, answer: Any, error: type[RemoteError]) -> None:
    service.override["signatures/sign"] = lambda data: (200, answer)
    with opened(service) as session, pytest.raises(error) as caught:
        session.key().sign(b"x")
    assert "<b>" not in str(caught.value)


def test_only_the_hash_leaves(service: PhoneService, tmp_path: Path) -> None:
    """All the bytes that were sent are accounted for: the account, ids made here, the hash, and nothing else."""
    names = [b"HOP DONG MAT", "Nguyễn Văn Bí Mật".encode(), b"0100686209"]
    document = about(b" ".join(names))
    assert names[0] in document
    with opened(service) as session:
        signed = sign_pdf(document, None, session.key(), reason="Lý do riêng", location="Nơi riêng")
    assert signed.data is not None
    sent = service.everything
    written = [json.dumps(text)[1:-1].encode() for text in ("Lý do riêng", "Nơi riêng", "Nguyễn Văn Bí Mật")]
    for text in (*names, *written, b"%PDF", b"Signature1", b"Ly do"):
        assert text not in sent
    assert set(service.calls[0][1]) == {"sp_id", "sp_password", "user_id", "serial_number", "transaction_id"}
    request = service.calls[1][1]
    (file,) = request.pop("sign_files")
    assert set(file) == {"data_to_be_signed", "doc_id", "file_type", "sign_type"}
    assert len(bytes.fromhex(file["data_to_be_signed"])) == 32
    assert set(request) == {
        "sp_id", "sp_password", "user_id", "serial_number", "transaction_id", "transaction_desc",
    }  # fmt: skip
    assert request["transaction_desc"] == "Ho So: 1"
    assert all(data == {} for path, data in service.calls if path.endswith("/status"))
    heads = b"\n".join(one.split(b"\r\n\r\n")[0].split(b"\n\n")[0] for one in service.received).lower()
    for header in (b"referer", b"cookie", b"authorization", b"x-"):
        assert header not in heads


def test_secrets_do_not_show(service: PhoneService) -> None:
    import pickle

    with opened(service) as session:
        key = session.key()
        for thing in (session.profile, session, key):
            assert PASSWORD not in repr(thing)
        with pytest.raises(TypeError):
            pickle.dumps(key)


# Where a service may be


@pytest.mark.parametrize("url", [
    "http://ky-so.example/sca", "http://10.0.0.1/x", "http://192.168.1.2:8080", "ftp://127.0.0.1/", "127.0.0.1", "",
    "https://ai:mat-khau@ky-so.example/", "http://localhost.evil.example/", "https://ky-so.example/?a=b",
    "http://127.0.0.1:99999/", "file:///etc/passwd",
])  # fmt: skip
def test_only_https_but_for_this_computer(url: str) -> None:
    with pytest.raises(RemoteAddressRefused):
        RemoteSession(Profile("a", "confirm", url, plain=True))


def test_plain_http_to_this_computer_has_to_be_allowed(service: PhoneService) -> None:
    with pytest.raises(RemoteAddressRefused) as caught:
        RemoteSession(profile(service, plain=False))
    assert caught.value.reason == "plain_http"
    assert service.received == []


def test_a_certificate_nobody_vouches_for_is_no_connection(tmp_path: Path, company: Any) -> None:
    import http.server
    import ssl
    import threading

    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    private = company.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "s.pem").write_bytes(private + company.pem)
    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "s.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        url = f"https://127.0.0.1:{server.server_address[1]}"
        with RemoteSession(Profile("a", "confirm", url), pace=QUICK) as session, pytest.raises(RemoteUnreachable):
            session.key()
    finally:
        server.shutdown()
        server.server_close()
