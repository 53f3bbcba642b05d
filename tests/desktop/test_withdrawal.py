"""Withdrawing and paying, cut off anywhere: the state shown is true, and nothing is asked or paid twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from desktop import tracking
from desktop.portal.answers import description_from
from desktop.portal.connection import Connection
from desktop.portal.contract import Registered
from desktop.portal.errors import PortalRefused, PortalUnreachable
from desktop.portal.session import PracticeLogIn
from desktop.portal.submission import HosoConnector
from desktop.sandbox.server import Sandbox
from desktop.sandbox.submissions import Verdict
from desktop.store.records import FeeState, PaymentState
from tests.desktop.portal_kit import Nod, submission
from tests.desktop.store_kit import Time, fresh_home, open_in, signed_dossier

VERDICT = Verdict(procedure_name="Khai thuế", level=4, pay_online=True, result_online=True, fee=("Lệ phí", 100_000))


class Scene:
    """A dossier that is filed at a running portal, and the workspace that follows it."""

    def __init__(self, box: Sandbox, place: Path, scenario: str) -> None:
        self.box, self.clock = box, Time(datetime.now(UTC))
        self.home, self.recovery = fresh_home(place)
        self.connection = Connection(box.url, practice=True)
        self.token = PracticeLogIn(f"Người {place.name}").log_in(self.connection, self.clock()).access_token
        facts = {
            "id": "thuc-hanh", "name": {"vi": "Cổng", "en": "Portal"}, "practice": True, "hosts": ["127.0.0.1"],
            "connector": "hoso/1", "settles_by_key": True, "result_anchors": [], "signer_anchors": [], "urls": {},
            "receipt_keys": [box.authority.receipt_public_key()],
        }  # fmt: skip
        self.portal = description_from(facts, "portal.json")
        box.play.choose(scenario)
        filed = HosoConnector(self.connection, self.portal, self.token).submit(submission(place.name.encode()))
        assert isinstance(filed, Registered)
        self.code = filed.code
        with open_in(self.home, self.clock) as ws:
            self.id = signed_dossier(ws).id
            ws.portals.add(box.url, name_vi="Cổng", name_en="Portal", practice=True, fingerprint=None)
            ws.dossiers.mark_submitted(self.id, portal=box.url, code=filed.code, received=filed.received, due=filed.due)

    def fault(self, where: str, kind: str) -> None:
        self.connection.send("POST", "/practice/faults", {"where": where, "kind": kind})

    def at(self) -> HosoConnector:
        return HosoConnector(self.connection, self.portal, self.token)

    def refresh(self, ws: Any, status: int | None = None) -> None:
        for _ in range(8):
            tracking.refresh(ws, self.at(), self.id, self.clock)
            if status is None or ws.dossiers.get(self.id).status == status:
                return
        raise AssertionError(ws.dossiers.get(self.id).status)

    def withdraw(self, ws: Any) -> None:
        tracking.withdraw(ws, self.at(), self.id, self.clock)

    def pay(self, ws: Any, browse: Any) -> Any:
        return tracking.pay(ws, self.at(), self.id, self.clock, browse=browse, patience=0)

    def rows(self, sql: str) -> list[Any]:
        import sqlite3

        with sqlite3.connect(self.box.database) as connection:
            return connection.execute(sql, (self.code,)).fetchall()


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    folder = tmp_path_factory.mktemp("portal")
    (folder / "nothing").mkdir()
    with Sandbox(folder / "data", resources=folder / "nothing", faults=True, judge=Nod(VERDICT)) as running:
        yield running


@pytest.fixture
def scene(box: Sandbox, tmp_path: Path) -> Iterator[Scene]:
    made = Scene(box, tmp_path, "fee")
    yield made
    made.connection.close()


# --- withdrawing


def test_a_withdrawal_is_taken_once_and_told_as_it_stands(scene: Scene) -> None:
    with open_in(scene.home, scene.clock) as ws:
        assert tracking.withdrawal(ws, scene.id) is None
        scene.withdraw(ws)
        scene.withdraw(ws)
        assert tracking.withdrawal(ws, scene.id) == "asked"
        assert [step.status for step in ws.statuses.history(scene.id)].count(7) == 1
        scene.refresh(ws, 8)
        assert tracking.withdrawal(ws, scene.id) == "stopped"


@pytest.mark.parametrize(("kind", "arrived"), [("cut-before-body", False), ("cut-after-commit", True)])
def test_a_withdrawal_that_is_cut_off_is_unknown_until_the_portal_was_heard(
    scene: Scene, kind: str, arrived: bool
) -> None:
    with open_in(scene.home, scene.clock) as ws:
        scene.fault("withdrawal", kind)
        with pytest.raises(PortalUnreachable):
            scene.withdraw(ws)
        assert tracking.withdrawal(ws, scene.id) == "unknown"
    with open_in(scene.home, scene.clock) as ws:
        assert tracking.withdrawal(ws, scene.id) == "unknown", "also after a restart"
        scene.refresh(ws)
        assert tracking.withdrawal(ws, scene.id) == ("stopped" if arrived else "not_there")
        if not arrived:
            scene.withdraw(ws)
            assert tracking.withdrawal(ws, scene.id) == "asked"


def test_too_late_is_said_and_leaves_the_dossier_as_it_is(box: Sandbox, tmp_path: Path) -> None:
    scene = Scene(box, tmp_path, "refused")
    with open_in(scene.home, scene.clock) as ws:
        scene.refresh(ws, 3)
        with pytest.raises(PortalRefused) as refused:
            scene.withdraw(ws)
        assert refused.value.problem == "WITHDRAWAL_TOO_LATE"
        assert tracking.withdrawal(ws, scene.id) is None
        assert ws.dossiers.get(scene.id).status == 3


# --- paying


def test_paid_and_not_confirmed_is_a_state_of_its_own(scene: Scene) -> None:
    shown: list[str] = []

    def browse(url: str) -> None:
        shown.append(url)
        scene.connection.get(url.removeprefix(scene.box.url) + "?confirm=1")

    with open_in(scene.home, scene.clock) as ws:
        scene.refresh(ws, 6)
        (payment,) = scene.pay(ws, browse)
        assert payment.state == PaymentState.CONFIRMING
        assert ws.fees.list(scene.id)[0].state == FeeState.CONFIRMING
        (again,) = scene.pay(ws, browse)
        assert (again.id, again.state, len(shown)) == (payment.id, PaymentState.CONFIRMING, 1)
        assert not ws.evidence.list(scene.id, tracking.PAYMENT_RECEIPT)
        scene.refresh(ws, 4)
        assert scene.pay(ws, browse) == []
        assert ws.fees.payment(payment.id).state == PaymentState.PAID
        (kept,) = ws.evidence.list(scene.id, tracking.PAYMENT_RECEIPT)
        assert kept.facts == {"payment": payment.id, "fee": payment.fee, "amount": 100_000, "trusted": True}
        told = scene.rows("SELECT receipt FROM payments JOIN fees ON fees.id = payments.fee WHERE fees.code = ?")
        assert [ws.files.read(kept.sha256).decode()] == [row[0] for row in told]


KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from desktop import tracking
from desktop.portal.connection import Connection
from desktop.portal.contract import PortalDescription
from desktop.portal.submission import HosoConnector
from desktop.store import RecoveryCode, Workspace
from tests.desktop.store_kit import Time

home, url, token, dossier, moment = sys.argv[1:]
connection = Connection(url, practice=True)
portal = PortalDescription("thuc-hanh", {}, True, (), "hoso/1", True, (), (), (), {})

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def browse(page):
    connection.get(page.removeprefix(url) + "?confirm=1")
    die()

code = RecoveryCode(sys.stdin.read())
with Workspace.open(Path(home), practice=False, unlock=code, clock=Time(datetime.now(UTC))) as ws:
    if moment == "answer":
        tracking.paying._settle = die   # the portal has begun the payment; nothing of its answer is saved
    tracking.pay(ws, HosoConnector(connection, portal, token), dossier, ws.clock, browse=browse, patience=0)
"""


@pytest.mark.skipif(os.name != "posix", reason="kill -9")
@pytest.mark.parametrize("moment", ["answer", "page"])
def test_a_client_killed_while_paying_never_pays_twice(scene: Scene, moment: str) -> None:
    with open_in(scene.home, scene.clock) as ws:
        scene.refresh(ws, 6)
    told = [sys.executable, "-c", KILLED, str(scene.home), scene.box.url, scene.token, scene.id, moment]
    for _ in range(2 if moment == "answer" else 1):
        assert subprocess.run(told, input=scene.recovery, text=True, timeout=120).returncode == -signal.SIGKILL
    shown: list[str] = []

    def browse(url: str) -> None:
        shown.append(url)
        scene.connection.get(url.removeprefix(scene.box.url) + "?confirm=1")

    with open_in(scene.home, scene.clock) as ws:
        (kept,) = ws.fees.payments(scene.id)
        assert kept.state == (PaymentState.STARTED if moment == "answer" else PaymentState.PENDING)
        (payment,) = scene.pay(ws, browse)
        assert (payment.id, payment.state) == (kept.id, PaymentState.CONFIRMING)
        assert len(shown) == (1 if moment == "answer" else 0), "what was paid before the kill is not shown again"
        scene.refresh(ws, 4)
        tracking.settle_payments(ws, scene.at(), scene.id)
        assert [one.state for one in ws.fees.payments(scene.id)] == [PaymentState.PAID]
        assert len(ws.evidence.list(scene.id, tracking.PAYMENT_RECEIPT)) == 1
    assert scene.rows(
        "SELECT count(*), count(DISTINCT payment_keys.key) FROM payments JOIN fees ON fees.id = payments.fee"
        " JOIN payment_keys ON payment_keys.fee = fees.id WHERE fees.code = ?"
    ) == [(1, 1)]
