"""The six-step service: filed once, settled by looking or by the user's word, followed; killed between its steps."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desktop import tracking
from desktop.errors import CannotSettle
from desktop.outbox import Drained, drain, enqueue, release, settle_by_hand
from desktop.portal.connection import Connection
from desktop.portal.errors import NotOffered
from desktop.portal.six_step import Account, SixStepConnector
from desktop.store import Workspace
from desktop.store.records import Dossier, DossierState, ItemState
from tests.desktop.six_step_portal import CLIENT, SECRET, UNIT, SixStepPortal
from tests.desktop.store_kit import Time, fresh_home, open_in, signed_dossier


@dataclass
class Scene:
    portal: SixStepPortal
    ws: Workspace
    home: Path
    recovery: str
    clock: Time
    dossier: str
    key: str
    secret: str = SECRET

    def connector(self, *, settles: bool = True) -> SixStepConnector:
        connection = Connection(self.portal.url, practice=True, clock=self.clock)
        return SixStepConnector(
            connection, Account(CLIENT, self.secret), self.ws.outbox, unit=UNIT, settles_by_code=settles
        )

    def drain(self, *, settles: bool = True) -> Drained:
        return drain(self.ws, self.connector(settles=settles), self.clock, only=self.key)

    def stands(self) -> tuple[str, str | None]:
        item = self.ws.outbox.get(self.key)
        return str(item.state), item.reason

    def state(self) -> str:
        return self.stands()[0]


def sign(ws: Workspace) -> str:
    """Make a signed dossier of two files, whose manifest says what a manifest says."""

    def manifest(made: Dossier) -> str:
        files = [
            {"name": one.name, "sha256": one.sha256, "size": one.size, "kind": one.kind}
            for one in ws.dossiers.files(made.id)
        ]
        payload = {
            "procedure": made.procedure, "case": None, "role": "self", "delivery": "online",
            "client": {"tax_code": made.client.tax_code, "personal_id": None, "name": made.client.name},
            "components": [{"component": "to_khai", "files": files}],
        }  # fmt: skip
        parts = [base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=").decode() for one in ({}, payload)]
        return ".".join([*parts, "c2ln"])

    return signed_dossier(ws, files=2, manifest=manifest).id


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    clock = Time(datetime.now(UTC))
    home, recovery = fresh_home(tmp_path)
    with SixStepPortal() as portal, open_in(home, clock) as ws:
        dossier = sign(ws)
        ws.portals.add(portal.url, name_vi="Bộ", name_en="Ministry", practice=True, fingerprint=None)
        key = enqueue(ws, dossier, portal.url).key
        yield Scene(portal, ws, home, recovery, clock, dossier, key)
        assert portal.wrong == [], "every request has the shape, the hashes and the order that the service asks for"


def test_filed_in_four_steps_and_followed_in_two(scene: Scene) -> None:
    scene.drain()
    assert scene.stands() == (ItemState.DONE, "NO_SIGNED_RECEIPT")
    (filed,) = scene.portal.dossiers
    ours = scene.ws.dossiers.get(scene.dossier)
    assert (ours.state, ours.code, ours.portal) == (DossierState.SUBMITTED, filed["MaHoSo"], scene.portal.url)
    assert filed["ChuHoSo"] == {"LoaiDoiTuong": 1, "SoDinhDanh": "0100686209", "HoTen": ours.client.name}
    sent = {hashlib.sha256(body).hexdigest() for _, _, body in scene.portal.files.values()}
    assert sent == {one.sha256 for one in scene.ws.dossiers.files(scene.dossier)}
    assert scene.portal.calls == {"token": 1, "code": 1, "file": 2, "create": 1}
    # It signs nothing, so nothing is called a receipt; what it answered is kept as it came.
    assert scene.ws.outbox.receipt_of(scene.dossier) is None
    kept = {one.kind: scene.ws.files.read(one.sha256) for one in scene.ws.evidence.list(scene.dossier)}
    assert json.loads(kept["answer"]) == {"error_code": 0, "idHoSo": 1, "MaHoSo": filed["MaHoSo"]}

    code = filed["MaHoSo"]
    assert tracking.refresh(scene.ws, scene.connector(), scene.dossier, scene.clock).what == {"status", "fee"}
    scene.portal.advance(code, 4, "Đang xử lý")
    scene.portal.advance(code, "waiting", "Chờ bổ sung giấy tờ gốc")
    tracking.refresh(scene.ws, scene.connector(), scene.dossier, scene.clock)
    now = scene.ws.dossiers.get(scene.dossier)
    assert (now.status, now.raw) == (None, "Chờ bổ sung giấy tờ gốc"), "words that only it knows are shown as they are"
    assert now.due is not None
    assert now.due.isoformat() == "2026-11-27T17:00:00+07:00"
    assert [one.status for one in scene.ws.statuses.history(scene.dossier)] == [1, 4, None]
    assert [(fee.amount, str(fee.state)) for fee in scene.ws.fees.list(scene.dossier)] == [(50_000, "due")]
    with pytest.raises(NotOffered):
        tracking.withdraw(scene.ws, scene.connector(), scene.dossier, scene.clock)
    with pytest.raises(NotOffered):
        tracking.pay(scene.ws, scene.connector(), scene.dossier, scene.clock, browse=lambda url: None)
    again = enqueue(scene.ws, scene.dossier, scene.portal.url)
    assert again.state == ItemState.DONE
    assert scene.drain().items == ()


@pytest.mark.parametrize("step", ["token", "code", "file"])
@pytest.mark.parametrize("kind", ["cut-before", "cut-after", "502", "garbage", "429"])
def test_trouble_before_the_fourth_step_is_tried_again_where_it_stood(scene: Scene, step: str, kind: str) -> None:
    scene.portal.fail(step, kind)
    drain(scene.ws, scene.connector(settles=False), scene.clock)
    assert scene.state() == ItemState.QUEUED
    assert scene.portal.dossiers == []
    scene.drain(settles=False)
    assert scene.state() == ItemState.DONE
    assert len(scene.portal.dossiers) == 1
    lost = step == "code" and kind in ("cut-after", "garbage")
    assert len(scene.portal.codes) == 1 + lost, "a code whose answer came is used again"
    assert scene.portal.calls["file"] == 2 + (step == "file"), "a file that arrived is not sent again"


@pytest.mark.parametrize("kind", ["cut-before", "cut-after", "502", "garbage"])
def test_an_unknown_outcome_is_settled_by_looking_the_code_up(scene: Scene, kind: str) -> None:
    scene.portal.fail("create", kind)
    drain(scene.ws, scene.connector(), scene.clock)
    assert scene.state() == ItemState.UNCERTAIN
    assert scene.portal.calls["create"] == 1
    before = len(scene.portal.dossiers)
    assert before == (1 if kind in ("cut-after", "garbage") else 0)
    scene.portal.fail("status", "502")
    drain(scene.ws, scene.connector(), scene.clock, only=scene.key)
    assert scene.state() == ItemState.UNCERTAIN, "no answer settles nothing"
    assert scene.portal.calls["create"] == 1
    scene.drain()
    assert scene.state() == ItemState.DONE
    assert len(scene.portal.dossiers) == len(scene.portal.codes) == 1
    assert scene.portal.calls["create"] == 2 - before, "what was found is not created again"
    assert scene.ws.dossiers.get(scene.dossier).code == scene.portal.dossiers[0]["MaHoSo"]


@pytest.mark.parametrize("arrived", [True, False])
def test_where_it_cannot_be_asked_only_the_users_word_settles(scene: Scene, arrived: bool) -> None:
    scene.portal.one_dossier_a_code = False  # it would take the same dossier twice
    scene.portal.fail("create", "cut-after" if arrived else "cut-before")
    drain(scene.ws, scene.connector(settles=False), scene.clock)
    for _ in range(3):
        scene.clock.pass_by(100_000)
        assert drain(scene.ws, scene.connector(settles=False), scene.clock).items == ()
    assert scene.state() == ItemState.UNCERTAIN
    assert scene.portal.calls["create"] == 1, "nothing is sent again by itself"
    if arrived:
        code = scene.portal.dossiers[0]["MaHoSo"]
        settle_by_hand(scene.ws, scene.key, code)
        # From here it is followed by the code that the user found.
        scene.portal.advance(code, 2, "Được tiếp nhận")
        tracking.refresh(scene.ws, scene.connector(settles=False), scene.dossier, scene.clock)
        assert scene.ws.dossiers.get(scene.dossier).status == 2
    else:
        release(scene.ws, scene.key)
        scene.drain(settles=False)
    assert scene.state() == ItemState.DONE
    assert len(scene.portal.dossiers) == 1
    with pytest.raises(CannotSettle):
        release(scene.ws, scene.key)


def test_a_doubled_create_is_found_out_by_its_code(scene: Scene) -> None:
    scene.portal.fail("create", "cut-after")
    drain(scene.ws, scene.connector(settles=False), scene.clock)
    release(scene.ws, scene.key)  # the user was wrong: it had arrived
    drain(scene.ws, scene.connector(settles=False), scene.clock, only=scene.key)
    assert scene.stands() == (ItemState.UNCERTAIN, "CODE_TAKEN")
    assert scene.ws.outbox.get(scene.key).facts["number"] == scene.portal.dossiers[0]["MaHoSo"]
    assert len(scene.portal.dossiers) == len(scene.portal.codes) == 1


def test_a_code_that_names_anothers_dossier_settles_nothing(scene: Scene) -> None:
    scene.portal.fail("create", "cut-after")
    drain(scene.ws, scene.connector(), scene.clock)
    scene.portal.dossiers[0]["ChuHoSo"]["SoDinhDanh"] = "0101243150"
    drain(scene.ws, scene.connector(), scene.clock, only=scene.key)
    assert scene.stands() == (ItemState.UNCERTAIN, "OTHER_DOSSIER_AT_CODE")
    assert scene.portal.calls["create"] == 1


def test_what_the_service_refuses_is_refused_with_its_words(scene: Scene) -> None:
    scene.portal.fail("create", "refuse")
    scene.drain()
    item = scene.ws.outbox.get(scene.key)
    assert item.state == ItemState.REFUSED
    assert [one["detail"]["vi"] for one in item.facts["reasons"]] == ["Thủ tục này chưa mở"]


def test_an_ended_token_is_exchanged_once_and_a_wrong_secret_stops(scene: Scene) -> None:
    scene.portal.fail("create", "401")
    scene.drain(settles=False)
    assert (scene.state(), scene.portal.calls["token"]) == (ItemState.DONE, 2)

    other = enqueue(scene.ws, sign(scene.ws), scene.portal.url, confirmed=True).key
    scene.secret = "sai"
    done = drain(scene.ws, scene.connector(settles=False), scene.clock)
    assert done.paused == "CREDENTIALS_REFUSED"
    assert scene.ws.outbox.get(other).state == ItemState.QUEUED
    scene.secret = SECRET
    drain(scene.ws, scene.connector(settles=False), scene.clock, only=other)
    assert scene.ws.outbox.get(other).state == ItemState.DONE
    told = json.dumps([one.facts for one in scene.ws.outbox.attempts(other)])
    assert SECRET not in told
    assert not any(token in told for token in scene.portal.tokens)


SENDER = """
import sys
from pathlib import Path
from desktop.outbox import drain
from desktop.portal.connection import Connection
from desktop.portal.six_step import Account, SixStepConnector
from desktop.store import RecoveryCode, Workspace
home, url, key, settles, client, secret, unit = sys.argv[1:]
with Workspace.open(Path(home), practice=False, unlock=RecoveryCode(sys.stdin.readline().strip())) as ws:
    connector = SixStepConnector(
        Connection(url, practice=True), Account(client, secret), ws.outbox, unit=unit, settles_by_code=settles == "1"
    )
    drain(ws, connector, only=key)
"""


@pytest.mark.skipif(os.name != "posix", reason="kill -9")
@pytest.mark.parametrize(
    ("step", "moment", "settles"),
    [("code", "after", False), ("file", "after", False), ("create", "before", True), ("create", "after", True),
     ("create", "after", False)],
)  # fmt: skip
def test_killed_between_the_steps(scene: Scene, step: str, moment: str, settles: bool) -> None:
    scene.portal.fail(step, f"hold-{moment}")
    told = [str(scene.home), scene.portal.url, scene.key, str(int(settles)), CLIENT, SECRET, UNIT]
    with subprocess.Popen([sys.executable, "-c", SENDER, *told], stdin=subprocess.PIPE, text=True) as sender:
        assert sender.stdin is not None
        sender.stdin.write(scene.recovery + "\n")
        sender.stdin.flush()
        assert scene.portal.reached.wait(120)
        os.kill(sender.pid, signal.SIGKILL)
    scene.portal.go_on.set()
    assert scene.state() == ItemState.SENDING, "nobody but the holder of the lock may judge it"
    scene.drain(settles=settles)
    if step == "create" and not settles:
        assert scene.state() == ItemState.UNCERTAIN
        settle_by_hand(scene.ws, scene.key, scene.portal.dossiers[0]["MaHoSo"])
    # Before the fourth step nothing can have been filed, so even a service that cannot be asked needs no word.
    assert scene.state() == ItemState.DONE
    assert len(scene.portal.dossiers) == 1
    assert scene.ws.dossiers.get(scene.dossier).code == scene.portal.dossiers[0]["MaHoSo"]
