"""Filing with the practice portal over real HTTP: once, resumed, cut, refused; only a proving receipt counts."""

from __future__ import annotations

import base64
import io
import json
import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey

from desktop.portal.answers import description_from
from desktop.portal.connection import Connection, Limits
from desktop.portal.contract import (
    KeyState,
    NotYet,
    Outcome,
    PortalDescription,
    Refused,
    Registered,
    Uncertain,
)
from desktop.portal.errors import (
    KeyReused,
    LoginNeeded,
    PortalAddressForbidden,
    ReceiptInvalid,
    ReceiptOtherMandate,
    TransferCancelled,
)
from desktop.portal.receipt import verify_receipt
from desktop.portal.session import Login, PracticeLogIn
from desktop.portal.submission import HosoConnector
from desktop.sandbox.server import Sandbox
from desktop.sandbox.submissions import refuse
from tests.desktop.portal_kit import Nod, submission

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def judge() -> Nod:
    return Nod()


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory, judge: Nod) -> Iterator[Sandbox]:
    folder = tmp_path_factory.mktemp("portal")
    (folder / "nothing").mkdir()
    with Sandbox(folder / "data", resources=folder / "nothing", faults=True, judge=judge, patience=0.3) as running:
        yield running


@pytest.fixture
def connection(portal: Sandbox) -> Iterator[Connection]:
    limits = Limits(connect=2, read=2, call=4, transfer=20)
    with Connection(portal.url, practice=True, limits=limits) as one:
        yield one


@pytest.fixture
def described(portal: Sandbox) -> PortalDescription:
    facts = {
        "id": "thuc-hanh",
        "name": {"vi": "Cổng thực hành", "en": "Practice"},
        "practice": True,
        "hosts": ["127.0.0.1"],
        "connector": "hoso/1",
        "settles_by_key": True,
        "receipt_keys": [portal.authority.receipt_public_key()],
        "result_anchors": [],
        "signer_anchors": [],
        "urls": {},
    }
    return description_from(facts, "portal.json")


@pytest.fixture
def connector(connection: Connection, described: PortalDescription) -> HosoConnector:
    login = PracticeLogIn("Nguyễn Thị Ánh").log_in(connection, NOW)
    return HosoConnector(connection, described, login.access_token, patience=5.0)


def order(connection: Connection, where: str, kind: str, **more: Any) -> None:
    connection.send("POST", "/practice/faults", {"where": where, "kind": kind, **more})


class Wish:
    def __init__(self) -> None:
        self.told: list[tuple[int, int]] = []
        self.stop_at: int | None = None

    def report(self, done: int, total: int) -> None:
        self.told.append((done, total))

    def cancelled(self) -> bool:
        return self.stop_at is not None and bool(self.told) and self.told[-1][0] >= self.stop_at


def registered(outcome: Outcome | None) -> Registered:
    assert isinstance(outcome, Registered), outcome
    return outcome


# --- the good way ---------------------------------------------------------------------------------------


def test_filed_with_a_verified_receipt(connector: HosoConnector) -> None:
    one = submission(os.urandom(3_000_000), b"%PDF-1.7 nho")
    assert connector.ask(one.key).state == "never_seen"
    assert connector.conclude(one, connector.ask(one.key)) is None
    progress = Wish()
    connector.chunk = 1_000_000
    outcome = registered(connector.submit(one, progress))
    assert outcome.code.startswith("H00.99-")
    assert outcome.received.tzinfo is not None
    total = sum(file.size for file in one.files)
    assert progress.told[-1] == (total, total)
    assert [done for done, _ in progress.told] == sorted(done for done, _ in progress.told)
    # The same submission again: no second dossier, the same receipt, byte for byte.
    assert connector.submit(one) == outcome
    assert connector.conclude(one, connector.ask(one.key)) == outcome


def test_a_resumed_upload_sends_only_what_is_missing(connector: HosoConnector) -> None:
    data = os.urandom(3_000_000)
    one = submission(data)
    connector.chunk = 1_000_000
    stopping = Wish()
    stopping.stop_at = 1_000_000
    with pytest.raises(TransferCancelled):
        connector.submit(one, stopping)
    state = connector.ask(one.key)
    assert state.state == "receiving"
    assert connector.conclude(one, state) is None
    going_on = Wish()
    registered(connector.submit(one, going_on))
    assert going_on.told[0][0] >= 1_000_000, "bytes that the portal holds were sent again"


def test_a_large_file_is_read_ahead_and_arrives_as_it_is(connector: HosoConnector) -> None:
    data = os.urandom(6_000_000)
    one = submission(data)
    connector.chunk = 1_700_000
    stopping = Wish()
    stopping.stop_at = 2_000_000
    with pytest.raises(TransferCancelled):
        connector.submit(one, stopping)
    # The portal names the place at which it goes on: not one at which a block of ours begins.
    connector.chunk = 2_100_000
    registered(connector.submit(one))


def test_a_large_file_that_can_no_longer_be_read_is_our_own_trouble(connector: HosoConnector) -> None:
    class Failing(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 3_000_000:
                raise OSError("gone")
            return super().read(size)

    one = submission(os.urandom(6_000_000))
    broken = replace(one, files=(replace(one.files[0], open=lambda: Failing(bytes(6_000_000))),))
    connector.chunk = 2_000_000
    with pytest.raises(OSError, match="gone"):
        connector.submit(broken)
    assert connector.ask(one.key).state == "receiving"


def test_two_files_with_the_same_bytes(connector: HosoConnector) -> None:
    twin = b"%PDF-1.7 hai ban giong nhau"
    progress = Wish()
    registered(connector.submit(submission(twin, twin), progress))
    assert progress.told[-1] == (len(twin), len(twin))


# --- what goes wrong ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["500", "503", "429", "garbage", "cut-before-body", "cut-in-body", "cut-in-answer"])
def test_trouble_before_the_commit_is_not_yet(connector: HosoConnector, connection: Connection, kind: str) -> None:
    one = submission(b"%PDF-1.7 " + kind.encode())
    order(connection, "manifest", kind)
    outcome = connector.submit(one)
    assert isinstance(outcome, NotYet), outcome
    assert outcome.reason.startswith("PORTAL_")
    registered(connector.submit(one))


@pytest.mark.parametrize("kind", ["500", "garbage", "cut-before-body", "cut-after-commit", "cut-in-answer"])
def test_trouble_after_the_commit_left_is_uncertain_and_asking_settles_it(
    connector: HosoConnector, connection: Connection, kind: str
) -> None:
    one = submission(b"%PDF-1.7 commit " + kind.encode())
    order(connection, "commit", kind)
    outcome = connector.submit(one)
    assert isinstance(outcome, Uncertain), outcome
    state = connector.ask(one.key)
    settled = connector.conclude(one, state)
    if settled is None:
        assert state.state == "receiving"
        settled = connector.submit(one)
    registered(settled)


def test_a_slow_commit_is_uncertain(connector: HosoConnector, connection: Connection) -> None:
    one = submission(b"%PDF-1.7 slow")
    order(connection, "commit", "slow", seconds=4.0)
    assert connector.submit(one) == Uncertain("PORTAL_SLOW")


def test_the_portal_is_down(described: PortalDescription) -> None:
    with Connection("http://127.0.0.1:9", practice=True) as nowhere:
        outcome = HosoConnector(nowhere, described, "t").submit(submission(b"x"))
    assert outcome == NotYet(None, "PORTAL_UNREACHABLE")


def test_a_long_judgement_is_waited_for(connector: HosoConnector, judge: Nod) -> None:
    judge.seconds = 1.0
    try:
        registered(connector.submit(submission(b"%PDF-1.7 long")))
        connector.patience = 0.0
        judge.seconds = 1.5
        one = submission(b"%PDF-1.7 longer")
        assert connector.submit(one) == NotYet(None, "STILL_JUDGED")
        assert connector.conclude(one, connector.ask(one.key)) == NotYet(None, "STILL_JUDGED")
        connector.patience = 10.0
        registered(connector.submit(one))
    finally:
        judge.seconds = 0.0


def test_refused_with_reasons(connector: HosoConnector, judge: Nod) -> None:
    before = judge.verdict
    judge.verdict = refuse("COMPONENT_MISSING", component="bang-ke")
    try:
        one = submission(b"%PDF-1.7 refused")
        outcome = connector.submit(one)
        assert isinstance(outcome, Refused)
        assert outcome.reasons[0].code == "COMPONENT_MISSING"
        assert outcome.reasons[0].component == "bang-ke"
        assert outcome.reasons[0].vi
        assert connector.conclude(one, connector.ask(one.key)) == outcome
        assert connector.submit(one) == outcome
    finally:
        judge.verdict = before


def test_a_manifest_that_the_portal_cannot_read_is_refused(connector: HosoConnector) -> None:
    one = submission(b"x")
    outcome = connector.submit(replace(one, manifest_jws="e30.e30.e30"))
    assert isinstance(outcome, Refused)
    assert outcome.reasons[0].code == "MANIFEST_INVALID"


def test_bytes_that_are_not_what_the_manifest_says_are_refused_and_not_sent_for_ever(connector: HosoConnector) -> None:
    one = submission(b"%PDF-1.7 right")
    wrong = replace(one.files[0], open=lambda: io.BytesIO(b"%PDF-1.7 wrong"))
    outcome = connector.submit(replace(one, files=(wrong,)))
    assert isinstance(outcome, Refused)
    assert outcome.reasons[0].code == "HASH_MISMATCH"
    assert connector.ask(one.key).state == "receiving"


def test_the_same_key_for_something_else(connector: HosoConnector) -> None:
    one = submission(b"one")
    registered(connector.submit(one))
    with pytest.raises(KeyReused):
        connector.submit(submission(b"two", key=one.key))


def test_without_a_log_in(connection: Connection, described: PortalDescription) -> None:
    one = HosoConnector(connection, described, "nonsense")
    with pytest.raises(LoginNeeded):
        one.submit(submission(b"x"))
    with pytest.raises(LoginNeeded):
        one.ask("k")


def test_cancelled_before_anything_left(connector: HosoConnector) -> None:
    progress = Wish()
    progress.told.append((0, 0))
    progress.stop_at = 0
    one = submission(b"x")
    with pytest.raises(TransferCancelled):
        connector.submit(one, progress)
    assert connector.ask(one.key).state in ("never_seen", "receiving")


def test_a_key_cannot_climb_out_of_its_place(connector: HosoConnector) -> None:
    assert connector.ask("../portal?x=").state == "never_seen"


# --- receipts -------------------------------------------------------------------------------------------


def test_only_a_receipt_that_proves_this_submission_counts(connector: HosoConnector, portal: Sandbox) -> None:
    one, other = submission(b"%PDF-1.7 a"), submission(b"%PDF-1.7 b")
    first, second = registered(connector.submit(one)), registered(connector.submit(other))
    described = connector.portal

    def why(receipt: str, **changed: Any) -> str:
        facts: dict[str, Any] = {"manifest_jws": one.manifest_jws, "key": one.key, "code": first.code, **changed}
        with pytest.raises(ReceiptInvalid) as raised:
            verify_receipt(receipt, described, **facts)
        return raised.value.why

    assert first.receipt is not None
    assert second.receipt is not None
    said = verify_receipt(first.receipt, described, manifest_jws=one.manifest_jws, key=one.key, code=first.code)
    assert said.received == first.received
    assert why(second.receipt) == "key"
    assert why(first.receipt, manifest_jws=other.manifest_jws) == "manifest"
    assert why(first.receipt, code="H00.99-1") == "code"
    head, body, signature = first.receipt.split(".")
    flipped = "A" if signature[5] != "A" else "B"
    assert why(f"{head}.{body}.{signature[:5]}{flipped}{signature[6:]}") == "signature"
    assert why("garbage") == "shape"
    assert why("x" * 200_000) == "shape"

    own = ECKey.generate_key("P-256", {"kid": "own"})
    known = described.receipt_keys[0]["kid"]
    payload = base64.urlsafe_b64decode(body + "==")
    typ = "hoso-receipt+jws"
    assert why(jws.serialize_compact({"alg": "ES256", "kid": "own", "typ": typ}, payload, own)) == "key"
    assert why(jws.serialize_compact({"alg": "ES256", "kid": known, "typ": typ}, payload, own)) == "signature"
    real = ECKey.import_key(portal.authority.receipt_key())
    wrong_type = jws.serialize_compact({"alg": "ES256", "kid": known, "typ": "JWT"}, payload, real)
    assert why(wrong_type) == "signature"
    elsewhere = json.dumps(json.loads(payload) | {"portal": "khac"}).encode()
    assert why(jws.serialize_compact({"alg": "ES256", "kid": known, "typ": typ}, elsewhere, real)) == "portal"

    def said_otherwise(**other: Any) -> str:
        header = {"alg": "ES256", "kid": known, "typ": typ}
        return jws.serialize_compact(header, json.dumps(json.loads(payload) | other).encode(), real)

    assert why(said_otherwise(procedure="9.999999")) == "procedure"
    # For whom it was filed: the mandate that was named, a try after the other, or none at all.
    facts: dict[str, Any] = {"manifest_jws": one.manifest_jws, "key": one.key, "code": first.code}
    told = said_otherwise(mandate="UQ-0002")
    assert verify_receipt(told, described, **facts, mandates=["UQ-0002"]).mandate == "UQ-0002"
    assert verify_receipt(told, described, **facts, mandates=["UQ-0002", "UQ-0003"]).mandate == "UQ-0002"
    assert verify_receipt(first.receipt, described, **facts, mandates=[None]).mandate is None
    for receipt, mandates in ((told, ["UQ-0003"]), (told, [None]), (first.receipt, ["UQ-0002"])):
        with pytest.raises(ReceiptOtherMandate):
            verify_receipt(receipt, described, **facts, mandates=mandates)
    connector.named = lambda submission: ["UQ-0003"]
    outcome = connector.conclude(one, KeyState("registered", first.code, told, ()))
    assert isinstance(outcome, Uncertain)
    assert outcome.reason == "RECEIPT_OTHER_MANDATE"
    assert outcome.facts == {"why": "mandate", "registered": first.code, "sent": "UQ-0003", "named": "UQ-0002"}

    forged = KeyState("registered", first.code, second.receipt, ())
    assert connector.conclude(one, forged) == Uncertain("RECEIPT_INVALID")
    assert connector.conclude(one, KeyState("registered", first.code, None, ())) == Uncertain("RECEIPT_MISSING")


# --- log-in ---------------------------------------------------------------------------------------------


def test_a_practice_log_in_is_for_practice_and_keeps_its_secret(connection: Connection) -> None:
    login = PracticeLogIn("Nguyễn Thị Ánh").log_in(connection, NOW)
    assert login.person.name == "Nguyễn Thị Ánh"
    assert login.valid(NOW)
    assert not login.valid(login.expires)
    assert login.access_token not in repr(login)
    assert Login.from_json(json.loads(json.dumps(login.to_json()))) == login
    with Connection("https://portal.example.vn", practice=False) as real, pytest.raises(PortalAddressForbidden):
        PracticeLogIn("x").log_in(real, NOW)


def test_nothing_secret_is_logged(connector: HosoConnector, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    one = submission(b"%PDF-1.7 logged?")
    registered(connector.submit(one))
    assert connector.token not in caplog.text
    assert one.manifest_jws not in caplog.text
    assert threading.active_count() < 50
