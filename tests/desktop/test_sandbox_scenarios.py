"""The scenarios of the practice portal, each as an applicant meets it; time that is hurried; data that is wiped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests

from desktop.sandbox.server import Sandbox
from tests.desktop.portal_kit import Nod, submission


class Applicant:
    """Speaks plain HTTP: no code of the client's is between the test and the portal."""

    def __init__(self, url: str) -> None:
        self.url = url
        token = requests.post(f"{url}/v1/session/practice", json={"person": "Người tập"}, timeout=30).json()
        self.headers = {"Authorization": f"Bearer {token['access_token']}"}

    def call(self, method: str, path: str, **more: Any) -> requests.Response:
        return requests.request(method, self.url + path, headers=self.headers, timeout=30, **more)

    def file(self, content: bytes) -> str:
        one = submission(content)
        place = f"/v1/submissions/{one.key}"
        self.call("PUT", place, json={"manifest": one.manifest_jws})
        self.call("PUT", f"{place}/files/{one.files[0].sha256}", data=content)
        return str(self.call("POST", f"{place}/commit").json()["code"])

    def walk(self, code: str, looks: int = 8) -> dict[str, Any]:
        seen: dict[str, Any] = {}
        for _ in range(looks):
            seen = self.call("GET", f"/v1/dossiers/{code}").json()
        return seen


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    folder = tmp_path_factory.mktemp("portal")
    (folder / "nothing").mkdir()
    with Sandbox(folder / "data", resources=folder / "nothing", judge=Nod()) as running:
        yield running


@pytest.mark.parametrize(
    ("scenario", "statuses"),
    [("well", [1, 2, 4, 9, 10]), ("supplement", [1, 2, 4, 5]), ("refused", [1, 3]), ("late", [1, 2, 4, 9, 10])],
)
def test_each_scenario_goes_its_own_way(box: Sandbox, scenario: str, statuses: list[int]) -> None:
    applicant = Applicant(box.url)
    box.play.choose(scenario)
    code = applicant.file(scenario.encode())
    box.play.choose("well")
    seen = applicant.walk(code)
    assert [step["status"] for step in seen["history"]] == statuses
    letters = [one["text"] for one in seen["messages"] if "xin lỗi" in one["text"]]
    assert len(letters) == (2 if scenario == "late" else 0)
    assert len(seen["supplements"]) == (1 if scenario == "supplement" else 0)


def test_a_portal_that_is_down_says_when_to_ask_again_and_its_clerk_can_end_that(box: Sandbox) -> None:
    applicant = Applicant(box.url)
    box.play.choose("down")
    answer = applicant.call("GET", "/v1/changes")
    assert (answer.status_code, answer.json()["code"]) == (503, "PRACTICE_DOWN")
    assert int(answer.headers["Retry-After"]) > 0
    key = re.search(r"key=(.+)", box.clerk_url)
    assert key is not None
    told = {"key": key[1], "do": "scenario", "scenario": "well"}
    assert requests.post(f"{box.url}/clerk", data=told | {"key": "đoán"}, timeout=30).ok
    assert box.play.down, "who does not hold the page's key changes nothing"
    assert "Bàn của cán bộ" in requests.post(f"{box.url}/clerk", data=told, timeout=30).text
    assert applicant.call("GET", "/v1/changes").status_code == 200


def test_the_mails_are_shown_and_wiping_leaves_tombstones(box: Sandbox) -> None:
    applicant = Applicant(box.url)
    code = applicant.file(b"xoa")
    page = requests.get(box.clerk_url, timeout=30).text
    assert code in page
    assert "Thư điện tử" in page
    box.play.hurry(timedelta(days=3))
    assert box.play.hurried == timedelta(days=3)
    box.play.wipe()
    assert box.play.hurried == timedelta(0)
    assert applicant.call("GET", f"/v1/dossiers/{code}").status_code == 404
    assert applicant.call("GET", "/v1/changes").json()["changes"][-1]["kind"] == "deleted"
    assert code not in requests.get(box.clerk_url, timeout=30).text
    assert not [file for file in (box.folder / "files").rglob("*") if file.is_file()]
    assert applicant.file(b"moi") != code, "no code is given twice"
