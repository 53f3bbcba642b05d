"""More papers: the answer is a new revision of the same dossier; what was filed before is not touched."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from desktop.portal.answers import description_from
from desktop.portal.connection import Connection
from desktop.portal.contract import Refused, Registered
from desktop.portal.receipt import verify_receipt
from desktop.portal.session import PracticeLogIn
from desktop.portal.submission import HosoConnector
from desktop.sandbox.database import ZONE
from desktop.sandbox.server import Sandbox
from tests.desktop.portal_kit import Nod, submission

KIND = {"kind": "outdated", "days": 3, "components": ["to-khai"]}


class Portal:
    """A practice portal, and one applicant with a connector."""

    def __init__(self, folder: Path) -> None:
        (folder / "nothing").mkdir()
        self.box = Sandbox(
            folder / "data", resources=folder / "nothing", faults=True, judge=Nod()
        ).start()  # fmt: skip
        self.connection = Connection(self.box.url, practice=True)
        self.token = PracticeLogIn("Người nộp").log_in(self.connection, datetime.now(ZONE)).access_token
        facts = {
            "id": "thuc-hanh", "name": {"vi": "Cổng", "en": "Portal"}, "practice": True, "hosts": ["127.0.0.1"],
            "connector": "hoso/1", "settles_by_key": True, "result_anchors": [], "signer_anchors": [], "urls": {},
            "receipt_keys": [self.box.authority.receipt_public_key()],
        }  # fmt: skip
        self.description = description_from(facts, "portal.json")
        self.connector = HosoConnector(self.connection, self.description, self.token)

    def act(self, code: str, **action: Any) -> None:
        self.connection.send("POST", f"/practice/dossiers/{code}/status", action)

    def dossier(self, code: str) -> dict[str, Any]:
        shown: dict[str, Any] = self.connection.get(f"/v1/dossiers/{code}", token=self.token).json()
        return shown


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    made = Portal(tmp_path)
    yield made
    made.connection.close()
    made.box.stop()


def test_a_submission_that_names_the_dossier_answers_the_request(portal: Portal) -> None:
    first = submission(b"%PDF-1.7 lan dau")
    filed = portal.connector.submit(first)
    assert isinstance(filed, Registered)
    portal.act(filed.code, status=5, note="Giấy ủy quyền đã hết hạn", **KIND)
    (request,) = portal.dossier(filed.code)["supplements"]
    assert (request["kind"], request["components"], request["state"]) == ("outdated", ["to-khai"], "open")
    second = submission(b"%PDF-1.7 lan hai", revision=2, supplements=filed.code, dossier="ten-khac")
    answered = portal.connector.submit(second)
    assert isinstance(answered, Registered)
    assert answered.code == filed.code
    shown = portal.dossier(filed.code)
    assert [one["state"] for one in shown["supplements"]] == ["answered"]
    assert [step["status"] for step in shown["history"]][:3] == [1, 5, 4]
    # Both receipts prove their own submission, and neither the other's.
    for one, outcome in ((first, filed), (second, answered)):
        assert outcome.receipt is not None
        said = verify_receipt(outcome.receipt, portal.description, manifest_jws=one.manifest_jws, key=one.key)
        assert said.code == filed.code
    assert portal.connector.submit(first) == filed, "the earlier receipt is the same, byte for byte"


def test_what_no_request_is_open_for_is_refused_with_the_reason(portal: Portal) -> None:
    filed = portal.connector.submit(submission(b"%PDF-1.7 a"))
    assert isinstance(filed, Registered)
    for named in (filed.code, "H00.99-261122-9999"):
        outcome = portal.connector.submit(submission(b"%PDF-1.7 b", revision=2, supplements=named))
        assert isinstance(outcome, Refused)
        (reason,) = outcome.reasons
        assert reason.code == "NOT_WAITED_FOR"
        assert named in reason.vi
    portal.act(filed.code, status=5, note="Bổ sung", **KIND)
    other = submission(b"%PDF-1.7 c", revision=2, supplements=filed.code, client="0100686209")
    assert isinstance(portal.connector.submit(other), Refused), "another client's papers answer nothing"


def test_a_request_that_nobody_answers_in_time_lapses(portal: Portal) -> None:
    filed = portal.connector.submit(submission(b"%PDF-1.7 cham"))
    assert isinstance(filed, Registered)
    portal.act(filed.code, status=5, note="Bổ sung", **KIND)
    assert portal.dossier(filed.code)["status"] == 5
    portal.box.play.hurry(timedelta(days=14))
    shown = portal.dossier(filed.code)
    assert (shown["status"], shown["supplements"][0]["state"]) == (8, "lapsed")
    late = submission(b"%PDF-1.7 tre", revision=2, supplements=filed.code)
    assert isinstance(portal.connector.submit(late), Refused)
