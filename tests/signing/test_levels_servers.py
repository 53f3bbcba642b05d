"""Time-stamp servers that are down, slow, without end, or lie: each its own sentence, and the batch goes on."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import tsp

from desktop.messages import message
from signing import errors
from signing.levels import Level, Proofs, extend, sign
from signing.levels import timestamp as timestamps
from signing.network import Network
from signing.trust import Trust
from signing.validation import validate
from tests.signing import made
from tests.signing.authority_kit import liar, stamper

WAIT = 1.0
"""Seconds that the client waits in these tests."""


@pytest.fixture(scope="module")
def key(authority: Any) -> Any:
    return authority.key("p256")


@pytest.fixture(scope="module")
def honest(pki: Any) -> Callable[[bytes], bytes]:
    """Answer truly."""
    respond = stamper(pki)

    def answer(body: bytes) -> bytes:
        return bytes(respond(tsp.TimeStampReq.load(body)).dump())

    return answer


def _proofs(pki: Any, url: str) -> Proofs:
    network = Network(allowed=frozenset({"127.0.0.1"}), timeout=WAIT)
    return Proofs(
        Trust.of([pki.root_der, pki.intermediate_der], crls=[pki.crl_der, pki.root_crl_der]), tsa=url, network=network
    )


def _bent(pki: Any, bend: Callable[[Any], None], **more: Any) -> Callable[[bytes], bytes]:
    """Answer a request other than the one that came."""
    respond = stamper(pki, **more)

    def answer(body: bytes) -> bytes:
        request = tsp.TimeStampReq.load(body)
        bend(request)
        return bytes(respond(request).dump())

    return answer


def _other_nonce(request: Any) -> None:
    request["nonce"] = 4711


def _other_hash(request: Any) -> None:
    request["message_imprint"]["hashed_message"] = bytes(32)


def _denied(body: bytes) -> bytes:
    del body
    status = bytes(tsp.PKIStatusInfo({"status": "rejection", "fail_info": {"bad_alg"}}).dump())
    return b"\x30" + bytes([len(status)]) + status


def _forged(honest: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    def answer(body: bytes) -> bytes:
        response = tsp.TimeStampResp.load(honest(body))
        signer = response["time_stamp_token"]["content"]["signer_infos"][0]
        value = bytearray(signer["signature"].native)
        value[-1] ^= 1
        signer["signature"] = bytes(value)
        return bytes(response.dump(force=True))

    return answer


def _nobody() -> str:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{one.getsockname()[1]}/tsa"


LIES: dict[str, tuple[Callable[[Any, Any], dict[str, Any]], type[errors.TimeStampFailed]]] = {
    "error_500": (lambda pki, honest: {"answer": honest, "status": 500}, errors.TimeStampUnreachable),
    "slow": (lambda pki, honest: {"answer": honest, "wait": 30}, errors.TimeStampSlow),
    "endless": (lambda pki, honest: {"endless": True}, errors.TimeStampTooLarge),
    "too_large": (lambda pki, honest: {"answer": lambda body: bytes(2_000_000)}, errors.TimeStampTooLarge),
    "garbage": (lambda pki, honest: {"answer": lambda body: b"<html>Wi-Fi</html>"}, errors.TimeStampUnreadable),
    "empty": (lambda pki, honest: {}, errors.TimeStampUnreadable),
    "cut": (lambda pki, honest: {"answer": lambda body: honest(body)[:-200]}, errors.TimeStampUnreadable),
    "denied": (lambda pki, honest: {"answer": _denied}, errors.TimeStampDenied),
    "nonce": (lambda pki, honest: {"answer": _bent(pki, _other_nonce)}, errors.TimeStampOtherNonce),
    "hash": (lambda pki, honest: {"answer": _bent(pki, _other_hash)}, errors.TimeStampOtherHash),
    "forged": (lambda pki, honest: {"answer": _forged(honest)}, errors.TimeStampForged),
    "clock": (
        lambda pki, honest: {"answer": _bent(pki, lambda _: None, at=datetime.now(UTC) - timedelta(days=3))},
        errors.TimeStampClockOff,
    ),
    "usage": (
        lambda pki, honest: {"answer": _bent(pki, lambda _: None, name="anh_duong")},
        errors.TimeStampAuthorityUnfit,
    ),
}


def _replayed(honest: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    first: list[bytes] = []

    def answer(body: bytes) -> bytes:
        first.append(honest(body))
        return first[0]

    return answer


@pytest.mark.parametrize("lie", sorted(LIES))
def test_each_failing_server_has_its_own_sentence_and_leaves_no_file(
    pki: Any, key: Any, honest: Callable[[bytes], bytes], tmp_path: Path, lie: str
) -> None:
    make, kind = LIES[lie]
    signed = made.signed(made.blank(), pki.key("anh_duong"))
    with liar(**make(pki, honest)) as server:
        began = time.monotonic()
        for attempt in (
            lambda proofs, out: sign(made.blank(), out, key, level=Level.B_T, proofs=proofs),
            lambda proofs, out: extend(signed, out, level=Level.B_T, proofs=proofs),
        ):
            with (tmp_path / "out.pdf").open("w+b") as out, pytest.raises(errors.TimeStampFailed) as failed:
                attempt(_proofs(pki, server.url), out)
            assert type(failed.value) is kind
            assert failed.value.host == "127.0.0.1"
            assert server.asked
        assert time.monotonic() - began < 2 * (WAIT + 5)
    told = message(failed.value)
    assert told.code == kind.code
    assert "127.0.0.1" in told.sentence
    assert "hông có gì được ghi" in told.sentence


def test_sentences_differ() -> None:
    kinds = {kind for _, kind in LIES.values()}
    assert len({message(kind("x")).sentence for kind in kinds}) == len(kinds)


def test_a_server_that_is_down(pki: Any, key: Any) -> None:
    with pytest.raises(errors.TimeStampUnreachable) as failed:
        sign(made.blank(), None, key, level=Level.B_T, proofs=_proofs(pki, _nobody()))
    assert failed.value.retry
    assert not failed.value.stops_batch


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("ftp://127.0.0.1/tsa", errors.TimeStampAddressRefused),
        ("file:///etc/passwd", errors.TimeStampAddressRefused),
        ("http://name:word@127.0.0.1/tsa", errors.TimeStampAddressRefused),
        ("nothing", errors.TimeStampAddressRefused),
        ("http://khong-co.invalid/tsa", errors.TimeStampUnreachable),
    ],
)
def test_addresses_that_are_none(key: Any, url: str, kind: type[errors.TimeStampFailed]) -> None:
    with pytest.raises(kind):
        sign(made.blank(), None, key, level=Level.B_T, proofs=Proofs(Trust(), tsa=url))


def test_an_old_answer_sent_again_is_not_taken(pki: Any, key: Any, honest: Callable[[bytes], bytes]) -> None:
    with liar(_replayed(honest)) as server:
        with pytest.raises(errors.TimeStampOtherNonce):
            # The first answer is true and only tells the size; the second one comes again.
            sign(made.blank(), None, key, level=Level.B_T, proofs=_proofs(pki, server.url))
        assert server.asked == 2


def test_a_server_that_fails_between_is_told_and_the_batch_goes_on(
    pki: Any, key: Any, honest: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files one, four and six get their time-stamps; two fails for an error, three and five for a lie each."""
    calls = []

    def answer(body: bytes) -> bytes:
        calls.append(body)
        # 1: size, 2: file one, 3: file two (an error), 4: file three (another hash), 5: file four, 6: another nonce
        if len(calls) == 6:
            return _bent(pki, _other_nonce)(body)
        return _bent(pki, _other_hash)(body) if len(calls) == 4 else b"" if len(calls) == 3 else honest(body)

    with liar(answer) as server:
        proofs = _proofs(pki, server.url)
        outcomes: list[str] = []
        for _ in range(6):
            try:
                done = sign(made.blank(), None, key, level=Level.B_T, proofs=proofs)
                assert done.data is not None
                assert validate(done.data, name="a", trust=proofs.trust).signatures[0].level == "B-T"
                outcomes.append(done.facts.level)
            except errors.TimeStampFailed as error:
                outcomes.append(error.code if not error.stops_batch else "stopped")
    lies = ["TIME_STAMP_UNREADABLE", "TIME_STAMP_OTHER_HASH", "B-T", "TIME_STAMP_OTHER_NONCE"]
    assert outcomes == ["B-T", *lies, "B-T"]


def test_five_hundred_files_do_not_wait_for_a_silent_server_five_hundred_times(
    pki: Any, key: Any, honest: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After two failures in a row the answer is given at once; when the server's rest is over it is asked again."""
    with liar(honest, wait=30) as server:
        proofs = _proofs(pki, server.url)
        for _ in range(20):
            with pytest.raises(errors.TimeStampSlow):
                sign(made.blank(), None, key, level=Level.B_T, proofs=proofs)
        assert server.asked == timestamps.FAILURES_BEFORE_REST
        server.wait = 0
        monkeypatch.setattr(timestamps, "REST", 0.0)
        assert proofs.server is not None
        proofs.server._rest_until = 0.0
        assert sign(made.blank(), None, key, level=Level.B_T, proofs=proofs).facts.level == "B-T"


def test_a_time_stamping_authority_nobody_trusts(authority: Any, pki: Any, honest: Callable[[bytes], bytes]) -> None:
    """B-T can be made (the verdict will say that the time is not trusted); what needs evidence cannot."""
    with liar(honest) as server:
        proofs = Proofs(Trust.of([authority.root]), tsa=server.url, allowed=["127.0.0.1"])
        assert sign(made.blank(), None, authority.key("p256"), level=Level.B_T, proofs=proofs).facts.level == "B-T"
    with liar(honest) as server:
        proofs = Proofs(Trust.of([authority.root]), tsa=server.url, allowed=["127.0.0.1"])
        with pytest.raises(errors.TimeStampAuthorityUnknown) as failed:
            sign(made.blank(), None, authority.key("p256"), level=Level.B_LTA, proofs=proofs)
    assert "Dấu thời gian" in failed.value.common_name


def test_a_certificate_for_something_else_as_time_stamping_authority(authority: Any) -> None:
    """A real server behind a certificate without the purpose."""
    wrong = f"{authority.url}/vn/tsa/wrong"
    with pytest.raises(errors.TimeStampFailed) as failed:
        sign(
            made.blank(),
            None,
            authority.key("p256"),
            level=Level.B_T,
            proofs=Proofs(Trust.of([authority.root]), tsa=wrong),
        )
    assert failed.value.code in ("TIME_STAMP_AUTHORITY_UNFIT", "TIME_STAMP_UNREACHABLE")


def test_hostile_answers_never_escape(pki: Any, key: Any, honest: Callable[[bytes], bytes]) -> None:
    """Two hundred bent answers: each ends in one of our errors, or was not changed where it matters."""
    import random

    chance = random.Random(11)

    def answer(body: bytes) -> bytes:
        data = bytearray(honest(body))
        for _ in range(chance.randrange(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        return bytes(data[: chance.randrange(len(data))] if chance.randrange(4) == 0 else data)

    codes = set()
    with liar(answer) as server:
        network = Network(allowed=frozenset({"127.0.0.1"}))
        for _ in range(200):
            one = timestamps.TimeStampServer(server.url, network)
            try:
                token = one.stamp(bytes(32), "sha256")
                assert token.signer.extended_usages == ("time_stamping",)
            except errors.TimeStampFailed as error:
                codes.add(error.code)
    assert {"TIME_STAMP_UNREADABLE", "TIME_STAMP_FORGED"} <= codes
