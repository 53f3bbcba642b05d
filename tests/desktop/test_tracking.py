"""A dossier is followed to its result: backwards, into the unknown, past deletion; paid once; proven by signature."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from desktop import tracking
from desktop.portal.answers import Answer, description_from
from desktop.portal.connection import Connection
from desktop.portal.contract import PortalDescription, Registered
from desktop.portal.errors import NotAtPortal, PortalAddressForbidden, PortalAnsweredGarbage
from desktop.portal.session import PracticeLogIn
from desktop.portal.submission import HosoConnector
from desktop.sandbox.server import Sandbox
from desktop.sandbox.submissions import Verdict
from desktop.store import Workspace
from desktop.store.records import Dossier, FeeState, PaymentState
from signing.validation import validate
from tests.desktop.portal_kit import Nod, submission
from tests.desktop.store_kit import Time, fresh_home, open_in, signed_dossier

VERDICT = Verdict(
    procedure_name="Khai thuế giá trị gia tăng",
    level=4,
    pay_online=True,
    result_online=True,
    fee=("Lệ phí thực hành", 100_000),
)


@dataclass
class Scene:
    ws: Workspace
    connection: Connection
    token: str
    portal: PortalDescription
    dossier: Dossier
    clock: Time

    @property
    def code(self) -> str:
        assert self.dossier.code is not None
        return self.dossier.code

    @property
    def now(self) -> Dossier:
        return self.ws.dossiers.get(self.dossier.id)

    def at(self, token: str | None = None) -> HosoConnector:
        return HosoConnector(self.connection, self.portal, token or self.token)

    def refresh(self) -> frozenset[str]:
        return tracking.refresh(self.ws, self.at(), self.dossier.id, self.clock).what

    def poll(self) -> tracking.Polled:
        return tracking.poll(self.ws, self.at(), self.connection.url, self.clock)

    def act(self, **action: Any) -> None:
        self.connection.send("POST", f"/practice/dossiers/{self.code}/status", action)

    def pay(self, browse: Callable[[str], None], **more: Any) -> list[Any]:
        return tracking.pay(self.ws, self.at(), self.dossier.id, self.clock, browse=browse, **more)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    folder = tmp_path_factory.mktemp("portal")
    (folder / "nothing").mkdir()
    with Sandbox(folder / "data", resources=folder / "nothing", faults=True, judge=Nod(VERDICT)) as running:
        yield running


@pytest.fixture
def scene(sandbox: Sandbox, tmp_path: Path) -> Iterator[Scene]:
    clock = Time(datetime.now(UTC))
    home, _ = fresh_home(tmp_path)
    facts = {
        "id": "thuc-hanh",
        "name": {"vi": "Cổng thực hành", "en": "Practice"},
        "practice": True,
        "hosts": ["127.0.0.1"],
        "connector": "hoso/1",
        "settles_by_key": True,
        "receipt_keys": [sandbox.authority.receipt_public_key()],
        "result_anchors": [sandbox.authority.results_pem.decode()],
        "signer_anchors": [],
        "urls": {"crl": "/practice/ca.crl"},
    }
    portal = description_from(facts, "portal.json")
    with open_in(home, clock) as ws, Connection(sandbox.url, practice=True) as connection:
        token = PracticeLogIn(f"Người {tmp_path.name}").log_in(connection, clock()).access_token
        one = submission(f"%PDF-1.7 {tmp_path.name}".encode())
        filed = HosoConnector(connection, portal, token).submit(one)
        assert isinstance(filed, Registered)
        dossier = signed_dossier(ws)
        ws.portals.add(sandbox.url, name_vi="Cổng", name_en="Portal", practice=True, fingerprint=None)
        dossier = ws.dossiers.mark_submitted(
            dossier.id, portal=sandbox.url, code=filed.code, received=filed.received, due=filed.due
        )
        yield Scene(ws, connection, token, portal, dossier, clock)


# --- following ---------------------------------------------------------------------------------------------


def test_followed_to_a_paid_and_proven_result(scene: Scene) -> None:
    seen: set[str] = set()
    for _ in range(10):
        for one in scene.poll().changed:
            assert one.dossier == scene.dossier.id
            seen |= one.what
        if scene.now.status == 6:
            break
    assert scene.now.status == 6
    assert scene.now.raw == tracking.STATUSES[6]
    (fee,) = scene.ws.fees.list(scene.dossier.id)
    assert (fee.amount, fee.state) == (100_000, FeeState.DUE)

    def browser(url: str) -> None:
        assert url.startswith(scene.connection.url + "/practice/pay/")
        scene.connection.get(url.removeprefix(scene.connection.url) + "?confirm=1")

    (payment,) = scene.pay(browser)
    assert payment.state == PaymentState.PAID
    assert scene.ws.fees.list(scene.dossier.id)[0].state == FeeState.PAID
    assert scene.pay(browser) == [], "what is paid is not paid again"

    for _ in range(10):
        for one in scene.poll().changed:
            seen |= one.what
        if scene.now.status == 10:
            break
    assert scene.now.status == 10
    assert {"status", "fee", "message", "result"} <= seen
    raws = [step.raw for step in scene.ws.statuses.history(scene.dossier.id)]
    assert raws == [tracking.STATUSES[n] for n in (1, 2, 6, 4, 9, 10)]
    assert scene.poll().changed == (), "nothing new, nothing told"

    (result,) = tracking.fetch_results(scene.ws, scene.at(), scene.dossier.id, scene.clock)
    data = scene.ws.files.read(result.sha256)
    assert hashlib.sha256(data).hexdigest() == result.sha256
    assert data.startswith(b"%PDF")
    trust = tracking.result_trust(scene.at())
    assert validate(data, name=result.name, trust=trust).verdict == "valid"
    nobody = tracking.result_trust(replace(scene.at(), portal=replace(scene.portal, result_anchors=())))
    assert validate(data, name=result.name, trust=nobody).verdict == "indeterminate"
    again = tracking.fetch_results(scene.ws, scene.at("no token needed"), scene.dossier.id, scene.clock)
    assert again == [result], "what is here is not fetched twice"


def test_backwards_and_into_the_unknown(scene: Scene) -> None:
    scene.act(status=10, note="Xong")
    scene.refresh()
    assert scene.now.status == 10
    scene.act(status=5, note="Xem xét lại")
    scene.refresh()
    assert scene.now.status == 5
    scene.act(raw="Chờ liên thông cơ quan thuế")
    assert "status" in scene.refresh()
    now = scene.now
    assert (now.status, now.raw) == (None, "Chờ liên thông cơ quan thuế")
    raws = [(step.status, step.raw) for step in scene.ws.statuses.history(scene.dossier.id)]
    assert raws[-1] == (None, "Chờ liên thông cơ quan thuế")
    assert raws.index((10, tracking.STATUSES[10])) < raws.index((5, tracking.STATUSES[5]))


def test_a_deleted_dossier_keeps_all_that_was_kept(scene: Scene) -> None:
    scene.poll()
    before = len(scene.ws.statuses.history(scene.dossier.id))
    scene.act(delete=True)
    (one,) = scene.poll().changed
    assert one.what == {"deleted"}
    assert (scene.now.status, scene.now.raw) == (None, tracking.GONE)
    assert len(scene.ws.statuses.history(scene.dossier.id)) == before + 1
    assert scene.poll().changed == ()
    with pytest.raises(NotAtPortal):
        scene.refresh()


def test_looking_up_keeps_nothing(scene: Scene) -> None:
    (one,) = tracking.look_up(scene.at(), code=scene.code)
    assert one.code == scene.code
    found = tracking.look_up(scene.at(), id_number="0101243150")
    assert [each.code for each in found] == [scene.code]
    assert tracking.look_up(scene.at(), code="H00.99-261122-9999") == []
    assert tracking.look_up(scene.at(), id_number="x&cursor=1") == []
    assert scene.ws.statuses.history(scene.dossier.id) == []


def test_dossiers_of_others_are_named_and_left_alone(scene: Scene, sandbox: Sandbox) -> None:
    other = HosoConnector(scene.connection, scene.portal, scene.token).submit(submission(b"%PDF-1.7 elsewhere"))
    assert isinstance(other, Registered)
    polled = scene.poll()
    assert other.code in polled.foreign
    assert scene.code not in polled.foreign


# --- a portal that lies --------------------------------------------------------------------------------------


class Told(Connection):
    """A connection whose answers the test wrote."""

    def __init__(self, answers: dict[str, Any]) -> None:
        super().__init__("http://127.0.0.1:9", practice=True)
        self.answers = answers
        self.asked: list[str] = []

    def get(self, path: str, **more: Any) -> Answer:
        self.asked.append(path)
        return Answer(self.host, 200, {}, json.dumps(self.answers[path]).encode())

    def send(self, method: str, path: str, document: Any = None, **more: Any) -> Answer:
        self.asked.append(more["headers"]["Idempotency-Key"])
        return self.get(path)


AT = "2026-11-22T08:00:00+07:00"


def said(scene: Scene, **more: Any) -> dict[str, Any]:
    return {"code": scene.code, "status": 4, "raw": "Đang xử lý", "received": AT, **more}


def test_a_portal_cannot_speak_of_another_portals_dossier_or_of_our_ids(scene: Scene) -> None:
    changes = [
        {"seq": n, "code": code, "kind": "status", "at": AT} for n, code in enumerate((scene.code, scene.dossier.id))
    ]
    liar = Told({"/v1/changes": {"cursor": "2", "changes": changes, "more": False}})
    scene.ws.portals.add(liar.url, name_vi="Khác", name_en="Other", practice=True, fingerprint=None)
    polled = tracking.poll(scene.ws, HosoConnector(liar, scene.portal, "t"), liar.url, scene.clock)
    assert polled.changed == ()
    assert set(polled.foreign) == {scene.code, scene.dossier.id}
    assert liar.asked == ["/v1/changes"]


def test_an_answer_about_another_dossier_is_garbage(scene: Scene) -> None:
    liar = Told({f"/v1/dossiers/{scene.code}": said(scene) | {"code": "H00.99-1"}})
    with pytest.raises(PortalAnsweredGarbage):
        tracking.refresh(scene.ws, HosoConnector(liar, scene.portal, "t"), scene.dossier.id, scene.clock)


def test_a_list_without_end_is_not_read_for_ever(scene: Scene) -> None:
    liar = Told({"/v1/changes": {"cursor": "", "changes": [], "more": True}})
    scene.ws.portals.add(liar.url, name_vi="Khác", name_en="Other", practice=True, fingerprint=None)
    with pytest.raises(PortalAnsweredGarbage):
        tracking.poll(scene.ws, HosoConnector(liar, scene.portal, "t"), liar.url, scene.clock)


def test_half_an_answer_keeps_nothing(scene: Scene) -> None:
    answer = said(scene, history=[{"at": AT, "status": 4, "raw": "a", "note": ""}], fees=[{"id": "f", "amount": -5}])
    with pytest.raises(PortalAnsweredGarbage):
        tracking.refresh(
            scene.ws,
            HosoConnector(Told({f"/v1/dossiers/{scene.code}": answer}), scene.portal, "t"),
            scene.dossier.id,
            scene.clock,
        )
    assert scene.ws.statuses.history(scene.dossier.id) == []


def test_letters_and_words_of_the_future(scene: Scene) -> None:
    answer = said(
        scene,
        status=77,
        raw="Chờ quét mã",
        fees=[{"id": "f", "title": "Phí", "amount": 5, "state": "being_refunded"}],
        supplements=[{"id": 1, "at": AT, "text": "Bổ sung hóa đơn", "state": "open", "due": "2026-12-01"}],
        messages=[{"at": AT, "text": "Không có mã"}, {"at": AT, "text": "Không có mã"}],
    )
    liar = Told({f"/v1/dossiers/{scene.code}": answer})
    changed = tracking.refresh(scene.ws, HosoConnector(liar, scene.portal, "t"), scene.dossier.id, scene.clock)
    assert changed.what == {"status", "fee", "supplement", "message"}
    assert scene.now.status is None
    assert scene.ws.fees.list(scene.dossier.id)[0].state == FeeState.PENDING
    letters = scene.ws.letters.list(scene.dossier.id)
    assert sorted(one.kind for one in letters) == ["message", "supplement"]
    (supplement,) = scene.ws.letters.list(scene.dossier.id, open_only=True)
    assert supplement.due is not None
    assert (
        tracking.refresh(scene.ws, HosoConnector(liar, scene.portal, "t"), scene.dossier.id, scene.clock).what
        == frozenset()
    )


def with_a_fee(scene: Scene) -> None:
    scene.ws.fees.record(scene.dossier.id, "f", "Lệ phí", 50_000, FeeState.DUE)


@pytest.mark.parametrize(
    "url",
    [
        "http://evil.example.vn/pay",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://user@bank.example.vn/",
        "//evil.example.vn/pay",
        "",
    ],
)
def test_a_page_that_may_not_be_shown(scene: Scene, url: str) -> None:
    with_a_fee(scene)
    place = f"/v1/dossiers/{scene.code}/payments"
    liar = Told({place: {"id": "p", "state": "pending", "url": url, "amount": 50_000}})
    shown: list[str] = []
    with pytest.raises(PortalAddressForbidden):
        tracking.pay(
            scene.ws, HosoConnector(liar, scene.portal, "t"), scene.dossier.id, scene.clock, browse=shown.append
        )
    assert shown == []


def test_another_amount_is_never_paid(scene: Scene) -> None:
    with_a_fee(scene)
    place = f"/v1/dossiers/{scene.code}/payments"
    liar = Told({place: {"id": "p", "state": "pending", "url": "https://bank.example.vn/p", "amount": 5_000_000}})
    shown: list[str] = []
    with pytest.raises(PortalAnsweredGarbage):
        tracking.pay(
            scene.ws, HosoConnector(liar, scene.portal, "t"), scene.dossier.id, scene.clock, browse=shown.append
        )
    assert shown == []


def test_a_payment_goes_on_under_its_first_key(scene: Scene) -> None:
    with_a_fee(scene)
    place = f"/v1/dossiers/{scene.code}/payments"
    pending = {"id": "p", "state": "pending", "url": "https://bank.example.vn/p?x=1", "amount": 50_000}
    slow = Told({place: pending, "/v1/payments/p": pending})
    shown: list[str] = []
    for _ in range(2):
        (payment,) = tracking.pay(
            scene.ws,
            HosoConnector(slow, scene.portal, "t"),
            scene.dossier.id,
            scene.clock,
            browse=shown.append,
            patience=3.0,
            sleep=lambda s: None,
        )
        assert payment.state == PaymentState.PENDING
    keys = [one for one in slow.asked if not one.startswith("/")]
    assert keys == [payment.id] * 2
    assert shown == ["https://bank.example.vn/p?x=1"] * 2
    slow.answers["/v1/payments/p"] = pending | {"state": "paid"}
    (settled,) = tracking.settle_payments(scene.ws, HosoConnector(slow, scene.portal, "t"), scene.dossier.id)
    assert settled.state == PaymentState.PAID


def test_an_e_receipt_that_proves_nothing_is_fetched_again(scene: Scene) -> None:
    with_a_fee(scene)
    paid = {"id": "p", "state": "paid", "url": "https://bank.example.vn/p?x=1", "amount": 50_000, "receipt": "a.b.c"}
    told = Told({f"/v1/dossiers/{scene.code}/payments": paid, "/v1/payments/p": paid})

    class Believing(HosoConnector):
        def check_payment(self, receipt: str, **facts: Any) -> None:
            if receipt != "d.e.f":
                super().check_payment(receipt, **facts)

    portal = Believing(told, scene.portal, "t")
    tracking.pay(scene.ws, portal, scene.dossier.id, scene.clock, browse=lambda _: None)
    for _ in range(2):  # what proves nothing is kept once, however often it comes
        tracking.settle_payments(scene.ws, portal, scene.dossier.id)
        (spoilt,) = scene.ws.evidence.list(scene.dossier.id, tracking.PAYMENT_RECEIPT)
        assert spoilt.facts["trusted"] is False
    told.answers["/v1/payments/p"] = paid | {"receipt": "d.e.f"}
    tracking.settle_payments(scene.ws, portal, scene.dossier.id)
    kept = scene.ws.evidence.list(scene.dossier.id, tracking.PAYMENT_RECEIPT)
    assert sorted(one.facts["trusted"] for one in kept) == [False, True]
    asked = len(told.asked)
    tracking.settle_payments(scene.ws, portal, scene.dossier.id)
    assert len(told.asked) == asked


def test_a_result_that_is_not_what_was_announced(scene: Scene) -> None:
    class Other(Told):
        def download(self, path: str, target: Any, **more: Any) -> int:
            return int(target.write(b"%PDF other"))

    liar = Other({})
    right = hashlib.sha256(b"%PDF right").hexdigest()
    facts: dict[str, Any] = {"name": "r.pdf", "media_type": "application/pdf", "issued": None}
    scene.ws.results.announce(scene.dossier.id, "r", size=10, sha256=right, **facts)
    with pytest.raises(PortalAnsweredGarbage):
        tracking.fetch_results(scene.ws, HosoConnector(liar, scene.portal, "t"), scene.dossier.id, scene.clock)
    assert scene.ws.results.list(scene.dossier.id)[0].fetched is None
    scene.ws.results.announce(scene.dossier.id, "r", size=0, sha256="", **facts)
    (result,) = tracking.fetch_results(scene.ws, HosoConnector(liar, scene.portal, "t"), scene.dossier.id, scene.clock)
    assert result.sha256 == hashlib.sha256(b"%PDF other").hexdigest(), "not announced: kept under its own hash"
    scene.ws.results.fetched(scene.dossier.id, "r", result.sha256, "indeterminate", {})


# --- words and waits ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "raw", "expected"),
    [
        (4, "gì đó", 4),
        (None, "Đang xử lý", 4),
        (None, "DANG XU LI", 4),
        (None, "releasing", 9),
        (None, "Chờ liên thông", None),
        (42, "Đang xử lý", None),
        (None, "", None),
    ],
)
def test_statuses_are_understood_or_left_in_their_own_words(status: int | None, raw: str, expected: int | None) -> None:
    assert tracking.normalised(status, raw) == expected
    assert tracking.status_name(expected, raw) == (raw or "")


def test_looks_are_near_after_a_change_and_rare_later() -> None:
    def wait(since: timedelta | None, **more: Any) -> timedelta:
        return tracking.next_look(open_dossiers=1, since_change=since, **more)

    ages = [timedelta(minutes=1), timedelta(hours=1), timedelta(days=1), timedelta(days=30)]
    waits = [wait(age) for age in ages]
    assert waits == sorted(waits)
    assert waits[0] <= timedelta(minutes=1)
    assert waits[-1] >= timedelta(hours=1)
    assert wait(None) == waits[0]
    assert tracking.next_look(open_dossiers=0, since_change=None) > waits[-1]
    failing = [wait(ages[0], failures=n) for n in range(1, 30)]
    assert failing == sorted(failing)
    assert failing[-1] == timedelta(hours=1)
    assert wait(ages[0], retry_after=900) == timedelta(minutes=15)
    assert wait(ages[0], retry_after=1e12) == timedelta(days=1)
    assert wait(ages[0], practice=True) <= timedelta(seconds=5)
