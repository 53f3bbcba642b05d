"""The practice portal over real HTTP: submissions, receipts, what becomes of them, and kill -9."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from joserfc import jws
from joserfc.jwk import ECKey

from desktop.sandbox.database import Row
from desktop.sandbox.server import Sandbox
from desktop.sandbox.submissions import Judged, Verdict, refuse

ROOT = Path(__file__).resolve().parent.parent.parent
CODE = re.compile(r"^(?:\d{3}(?:\.\d{2}){2}\.)?[GHK]\d{2}(?:\.\d{1,3})*-\d{6}(?:\d{2})?-\d{4,7}$")


class Nod:
    """A judge that takes everything, or gives the verdict it was told to."""

    def __init__(self, verdict: Verdict | None = None, seconds: float = 0.0) -> None:
        self.verdict = verdict or Verdict(
            procedure_name="Khai thuế giá trị gia tăng", level=4, pay_online=True, result_online=True
        )
        self.seconds = seconds

    def judge(self, submission: Judged) -> Verdict:
        assert all(path.is_file() for path in submission.files.values())
        time.sleep(self.seconds)
        return self.verdict

    def close(self) -> None:
        pass


class Busy(Nod):
    """A judge that nods when it is told that it is done."""

    def __init__(self) -> None:
        super().__init__()
        self.done = threading.Event()

    def judge(self, submission: Judged) -> Verdict:
        assert self.done.wait(60)
        return super().judge(submission)


class Applicant:
    """A client of the contract, written anew for the tests."""

    def __init__(self, url: str, person: str = "Nguyễn Thị Ánh") -> None:
        self.url = url
        self.http = requests.Session()
        answer = self.http.post(f"{url}/v1/session/practice", json={"person": person}, timeout=10)
        assert answer.status_code == 200
        self.http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def call(self, method: str, path: str, **more: Any) -> requests.Response:
        return self.http.request(method, self.url + path, timeout=20, **more)

    def file(self, data: bytes = b"%PDF-1.7 practice", *, key: str | None = None, **more: Any) -> Any:
        key = key or uuid.uuid4().hex
        self.call("PUT", f"/v1/submissions/{key}", json={"manifest": manifest(key, [data], **more)})
        self.put(key, data)
        return self.call("POST", f"/v1/submissions/{key}/commit").json()

    def put(self, key: str, data: bytes, span: tuple[int, int, int] | None = None, sha: str = "") -> Any:
        headers = {"Content-Range": f"bytes {span[0]}-{span[1]}/{span[2]}"} if span else {}
        part = data[span[0] : span[1] + 1] if span else data
        path = f"/v1/submissions/{key}/files/{sha or hashlib.sha256(data).hexdigest()}"
        return self.call("PUT", path, data=part, headers=headers)


def manifest(key: str, files: list[bytes], **more: Any) -> str:
    payload = {
        "format": 1,
        "dossier": "D1",
        "revision": 1,
        "key": key,
        "procedure": "1.007014",
        "case": None,
        "period": "2026-10",
        "client": {"tax_code": "0101243150", "personal_id": None, "name": "Công ty Ánh Dương"},
        "role": "self",
        "delivery": "online",
        "created": "2026-11-21T10:00:00+07:00",
        "components": [
            {
                "component": "to-khai",
                "files": [
                    {
                        "name": f"tệp {n}.pdf",
                        "sha256": hashlib.sha256(data).hexdigest(),
                        "size": len(data),
                        "media_type": "application/pdf",
                        "kind": "attachment",
                    }
                    for n, data in enumerate(files)
                ],
            }
        ],
        **more,
    }
    parts = [{"alg": "RS256", "typ": "hoso-manifest+jws"}, payload]
    encoded = [base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode() for p in parts]
    return ".".join([*encoded, "c2ln"])


def portal(folder: Path, **more: Any) -> Sandbox:
    (folder / "nothing").mkdir(exist_ok=True)
    more.setdefault("judge", Nod())
    made = Sandbox(folder / "data", resources=folder / "nothing", faults=True, **more)

    def result(dossier: Row) -> bytes:
        return b"%PDF-1.7 result of " + str(dossier["code"]).encode()

    made._make_result = result  # type: ignore[method-assign]  # printing has its own test
    return made


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with portal(tmp_path) as running:
        yield running


def test_a_dossier_is_registered_once_with_a_receipt_that_proves_it(sandbox: Sandbox) -> None:
    applicant = Applicant(sandbox.url)
    key = uuid.uuid4().hex
    assert applicant.call("GET", f"/v1/submissions/{key}").json()["state"] == "never_seen"
    data = os.urandom(100_000)
    token = manifest(key, [data])
    opened = applicant.call("PUT", f"/v1/submissions/{key}", json={"manifest": token})
    assert (opened.status_code, opened.json()["state"]) == (201, "receiving")
    assert opened.json()["missing"] == [{"sha256": hashlib.sha256(data).hexdigest(), "received": 0, "size": 100_000}]
    early = applicant.call("POST", f"/v1/submissions/{key}/commit")
    assert (early.status_code, early.json()["code"]) == (409, "FILES_MISSING")
    assert early.headers["content-type"] == "application/problem+json"
    assert applicant.put(key, data).json() == {"received": 100_000}
    state = applicant.call("POST", f"/v1/submissions/{key}/commit").json()
    assert state["state"] == "registered"
    assert CODE.match(state["code"])
    assert state["code"].startswith("H00.99-")

    again = applicant.call("PUT", f"/v1/submissions/{key}", json={"manifest": token})
    assert again.status_code == 200
    assert again.json() == state
    assert applicant.call("POST", f"/v1/submissions/{key}/commit").json() == state
    assert applicant.call("GET", f"/v1/submissions/{key}").json() == state

    receipt = jws.deserialize_compact(state["receipt"], ECKey.import_key(sandbox.authority.receipt_public_key()))
    assert receipt.headers()["alg"] == "ES256"
    assert receipt.headers()["typ"] == "hoso-receipt+jws"
    said = json.loads(receipt.payload)
    assert said["manifest_sha256"] == hashlib.sha256(token.encode()).hexdigest()
    assert (said["key"], said["code"], said["portal"]) == (key, state["code"], "thuc-hanh")
    listed = applicant.call("GET", "/v1/dossiers", params={"id_number": "0101243150"}).json()["dossiers"]
    assert [one["code"] for one in listed] == [state["code"]]


def test_codes_of_a_day_are_never_used_twice(sandbox: Sandbox) -> None:
    applicant = Applicant(sandbox.url)
    codes = [applicant.file()["code"] for _ in range(4)]
    assert [int(code[-4:]) for code in codes] == [1, 2, 3, 4]


def test_an_upload_is_resumed_where_it_stopped(sandbox: Sandbox) -> None:
    applicant = Applicant(sandbox.url)
    key, data = uuid.uuid4().hex, os.urandom(3_000_001)
    size = len(data)
    applicant.call("PUT", f"/v1/submissions/{key}", json={"manifest": manifest(key, [data])})
    assert applicant.put(key, data, (0, 999_999, size)).json() == {"received": 1_000_000}
    gap = applicant.put(key, data, (2_000_000, 2_999_999, size))
    assert (gap.status_code, gap.json()["code"], gap.json()["received"]) == (409, "RANGE_GAP", 1_000_000)
    state = applicant.call("GET", f"/v1/submissions/{key}").json()
    assert state["missing"][0]["received"] == 1_000_000
    # The same part again, as after an answer that was lost.
    assert applicant.put(key, data, (0, 999_999, size)).json() == {"received": 1_000_000}
    assert applicant.put(key, data, (1_000_000, 3_000_000, size)).json() == {"received": size}
    assert applicant.put(key, data, (1_000_000, 3_000_000, size)).json() == {"received": size}
    assert applicant.call("POST", f"/v1/submissions/{key}/commit").json()["state"] == "registered"


def test_bytes_with_another_hash_are_thrown_away(sandbox: Sandbox) -> None:
    applicant = Applicant(sandbox.url)
    key, data = uuid.uuid4().hex, b"A" * 5000
    sha = hashlib.sha256(data).hexdigest()
    applicant.call("PUT", f"/v1/submissions/{key}", json={"manifest": manifest(key, [data])})
    wrong = applicant.put(key, b"B" * 5000, sha=sha)
    assert (wrong.status_code, wrong.json()["code"], wrong.json()["received"]) == (422, "HASH_MISMATCH", 0)
    assert applicant.call("GET", f"/v1/submissions/{key}").json()["missing"][0]["received"] == 0
    assert applicant.put(key, data).json() == {"received": 5000}


def test_a_key_belongs_to_one_manifest_and_one_person(sandbox: Sandbox) -> None:
    applicant, other = Applicant(sandbox.url), Applicant(sandbox.url, "Trần Văn Bình")
    key = uuid.uuid4().hex
    applicant.file(key=key)
    reused = applicant.call("PUT", f"/v1/submissions/{key}", json={"manifest": manifest(key, [b"other"])})
    assert (reused.status_code, reused.json()["code"]) == (409, "KEY_REUSED")
    asked = other.call("GET", f"/v1/submissions/{key}")
    assert (asked.status_code, asked.json()["code"]) == (403, "OTHER_PERSON")
    code = applicant.call("GET", f"/v1/submissions/{key}").json()["code"]
    assert other.call("GET", f"/v1/dossiers/{code}").status_code == 404
    assert other.call("GET", "/v1/changes").json()["changes"] == []


def test_a_refusal_says_its_reasons_in_both_languages(tmp_path: Path) -> None:
    verdict = refuse("COMPONENT_MISSING", component="to-khai", facts={"name": "Tờ khai"})
    with portal(tmp_path, judge=Nod(verdict)) as running:
        state = Applicant(running.url).file()
    assert (state["state"], state["code"], state["receipt"]) == ("refused", None, None)
    reason = state["reasons"][0]
    assert (reason["code"], reason["component"]) == ("COMPONENT_MISSING", "to-khai")
    assert "“Tờ khai”" in reason["detail"]["vi"]
    assert "“Tờ khai”" in reason["detail"]["en"]


def test_a_slow_verdict_is_answered_202_and_found_later(tmp_path: Path) -> None:
    busy = Busy()
    with portal(tmp_path, judge=busy, patience=0.1) as running:
        applicant = Applicant(running.url)
        key = uuid.uuid4().hex
        applicant.call("PUT", f"/v1/submissions/{key}", json={"manifest": manifest(key, [b"x"])})
        applicant.put(key, b"x")
        answer = applicant.call("POST", f"/v1/submissions/{key}/commit")
        assert (answer.status_code, answer.json()["state"]) == (202, "received")
        assert applicant.call("GET", "/v1/changes").status_code == 200  # the server answers while the judge works
        assert applicant.call("GET", f"/v1/submissions/{key}").json()["state"] == "received"
        busy.done.set()
        deadline = time.monotonic() + 10
        while applicant.call("GET", f"/v1/submissions/{key}").json()["state"] != "registered":
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_every_poll_takes_the_next_status_up_to_the_result(sandbox: Sandbox) -> None:
    applicant = Applicant(sandbox.url)
    code = applicant.file()["code"]
    seen = [applicant.call("GET", f"/v1/dossiers/{code}").json()["status"] for _ in range(5)]
    assert seen == [2, 4, 9, 10, 10]
    dossier = applicant.call("GET", f"/v1/dossiers/{code}").json()
    assert [entry["status"] for entry in dossier["history"]] == [1, 2, 4, 9, 10]
    assert dossier["raw"] == "Đã trả kết quả"
    assert dossier["messages"]
    [result] = dossier["results"]
    answer = applicant.call("GET", f"/v1/dossiers/{code}/results/{result['id']}")
    assert hashlib.sha256(answer.content).hexdigest() == result["sha256"]
    assert (len(answer.content), answer.headers["content-type"]) == (result["size"], "application/pdf")


def test_a_fee_is_paid_once_and_holds_the_dossier_until_then(tmp_path: Path) -> None:
    verdict = Verdict(level=4, pay_online=True, result_online=True, fee=("Lệ phí", 100_000))
    with portal(tmp_path, judge=Nod(verdict)) as running:
        applicant = Applicant(running.url)
        code = applicant.file()["code"]
        for _ in range(4):
            dossier = applicant.call("GET", f"/v1/dossiers/{code}").json()
        assert dossier["status"] == 6
        [fee] = dossier["fees"]
        assert (fee["amount"], fee["state"]) == (100_000, "due")
        path = f"/v1/dossiers/{code}/payments"
        assert applicant.call("POST", path, json={"fee": fee["id"]}).status_code == 422
        first, second, third = (
            applicant.call("POST", path, json={"fee": fee["id"]}, headers={"Idempotency-Key": key}).json()
            for key in ("payment-1", "payment-1", "payment-2")
        )
        assert first == second == third
        assert (first["state"], first["amount"]) == ("pending", 100_000)
        page = requests.get(first["url"], timeout=10)
        assert "100.000 đồng" in page.text
        assert "Xác nhận thanh toán" in page.text
        assert requests.post(first["url"], timeout=10).status_code == 200
        assert applicant.call("GET", f"/v1/payments/{first['id']}").json()["state"] == "paid"
        requests.get(first["url"] + "?confirm=1", timeout=10)
        seen = [applicant.call("GET", f"/v1/dossiers/{code}").json() for _ in range(3)]
        assert [one["status"] for one in seen] == [4, 9, 10]
        assert seen[-1]["fees"][0]["state"] == "paid"


def test_where_the_level_has_no_online_payment_the_reception_takes_the_fee(tmp_path: Path) -> None:
    verdict = Verdict(level=3, fee=("Lệ phí", 50_000))
    with portal(tmp_path, judge=Nod(verdict)) as running:
        applicant = Applicant(running.url)
        code = applicant.file(delivery="post")["code"]
        seen = [applicant.call("GET", f"/v1/dossiers/{code}").json() for _ in range(5)]
        assert [one["status"] for one in seen] == [2, 6, 4, 9, 10]
        assert seen[-1]["fees"][0]["state"] == "paid"
        assert seen[-1]["results"] == []
        assert "bưu chính" in seen[-1]["messages"][-1]["text"]
        path = f"/v1/dossiers/{code}/payments"
        answer = applicant.call("POST", path, json={"fee": f"{code}-F1"}, headers={"Idempotency-Key": "payment-1"})
        assert (answer.status_code, answer.json()["code"]) == (409, "PAID_AT_RECEPTION")


def test_the_pace_is_kept_by_the_clock(tmp_path: Path) -> None:
    now = [datetime(2026, 11, 21, 9, 0, tzinfo=UTC)]
    with portal(tmp_path, pace=60, clock=lambda: now[0]) as running:
        applicant = Applicant(running.url)
        code = applicant.file()["code"]
        assert applicant.call("GET", f"/v1/dossiers/{code}").json()["status"] == 1
        now[0] += timedelta(seconds=125)
        dossier = applicant.call("GET", f"/v1/dossiers/{code}").json()
        assert dossier["status"] == 4
        assert [e["at"][11:19] for e in dossier["history"]] == ["16:00:00", "16:01:00", "16:02:00"]
        now[0] += timedelta(hours=1)
        assert applicant.call("GET", f"/v1/dossiers/{code}").json()["status"] == 10


def test_changes_come_once_each_in_order(sandbox: Sandbox) -> None:
    applicant = Applicant(sandbox.url)
    code = applicant.file()["code"]
    cursor, seen = "", []
    for _ in range(12):
        page = applicant.call("GET", "/v1/changes", params={"cursor": cursor}).json()
        seen += page["changes"]
        cursor = page["cursor"]
        assert page["more"] is False
    assert [one["seq"] for one in seen] == sorted({one["seq"] for one in seen})
    assert {one["code"] for one in seen} == {code}
    assert [one["kind"] for one in seen].count("status") == 5
    assert {"message", "result"} <= {one["kind"] for one in seen}
    assert applicant.call("GET", "/v1/changes", params={"cursor": cursor}).json()["changes"] == []
    everything = applicant.call("GET", "/v1/changes").json()["changes"]
    assert everything == seen


def test_withdrawal_stops_a_dossier_until_it_is_processed(sandbox: Sandbox) -> None:
    applicant = Applicant(sandbox.url)
    code = applicant.file()["code"]
    assert applicant.call("POST", f"/v1/dossiers/{code}/withdrawal").json()["status"] == 7
    assert applicant.call("POST", f"/v1/dossiers/{code}/withdrawal").json()["status"] == 7
    assert applicant.call("GET", f"/v1/dossiers/{code}").json()["status"] == 8
    other = applicant.file()["code"]
    for _ in range(3):
        applicant.call("GET", f"/v1/dossiers/{other}")
    late = applicant.call("POST", f"/v1/dossiers/{other}/withdrawal")
    assert (late.status_code, late.json()["code"]) == (409, "WITHDRAWAL_TOO_LATE")


def test_a_clerk_may_move_a_dossier_anywhere(sandbox: Sandbox) -> None:
    applicant = Applicant(sandbox.url)
    code = applicant.file(dossier="D7")["code"]
    act = f"/practice/dossiers/{code}/status"
    applicant.call("POST", act, json={"status": 5, "note": "Bổ sung hợp đồng thuê nhà"})
    dossier = applicant.call("GET", f"/v1/dossiers/{code}").json()
    assert dossier["status"] == 5
    assert dossier["supplements"][0]["text"] == "Bổ sung hợp đồng thuê nhà"
    answered = applicant.file(dossier="D7", revision=2)
    assert answered["code"] == code
    dossier = applicant.call("GET", f"/v1/dossiers/{code}").json()
    assert dossier["supplements"][0]["state"] == "answered"
    applicant.call("POST", act, json={"raw": "Chờ ý kiến liên ngành"})
    dossier = applicant.call("GET", f"/v1/dossiers/{code}").json()
    assert (dossier["status"], dossier["raw"]) == (None, "Chờ ý kiến liên ngành")
    applicant.call("POST", act, json={"delete": True})
    assert applicant.call("GET", f"/v1/dossiers/{code}").status_code == 404
    assert applicant.call("GET", "/v1/changes").json()["changes"][-1]["kind"] == "deleted"


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Host": "portal.example"}, 421, "HOST_NOT_ALLOWED"),
        ({"Origin": "http://evil.example"}, 403, "ORIGIN_NOT_ALLOWED"),
        ({"Origin": "null"}, 403, "ORIGIN_NOT_ALLOWED"),
        ({"Authorization": "Bearer guessed"}, 401, "LOGIN_NEEDED"),
        ({"Authorization": ""}, 401, "LOGIN_NEEDED"),
    ],
)
def test_strangers_are_kept_out(sandbox: Sandbox, headers: dict[str, str], status: int, code: str) -> None:
    applicant = Applicant(sandbox.url)
    answer = applicant.call("GET", "/v1/changes", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert "access-control-allow-origin" not in answer.headers


def test_bodies_are_bounded(sandbox: Sandbox) -> None:
    applicant = Applicant(sandbox.url)
    key = uuid.uuid4().hex
    declared = applicant.call("PUT", f"/v1/submissions/{key}", data=b"x" * (4 << 20))
    assert (declared.status_code, declared.json()["code"]) == (413, "TOO_LARGE")
    endless = applicant.call("PUT", f"/v1/submissions/{key}", data=(b"x" * (1 << 20) for _ in range(5)))
    assert endless.status_code == 413


def test_the_clerk_s_page_is_read_by_who_holds_its_address(sandbox: Sandbox) -> None:
    code = Applicant(sandbox.url).file()["code"]
    assert code in requests.get(sandbox.clerk_url, timeout=10).text
    assert code not in requests.get(sandbox.url, timeout=10).text


def test_a_log_in_ends(tmp_path: Path) -> None:
    now = [datetime(2026, 11, 21, 9, 0, tzinfo=UTC)]
    with portal(tmp_path, clock=lambda: now[0]) as running:
        applicant = Applicant(running.url)
        assert applicant.call("GET", "/v1/changes").status_code == 200
        now[0] += timedelta(hours=9)
        assert applicant.call("GET", "/v1/changes").status_code == 401


def test_faults_happen_where_they_are_ordered(sandbox: Sandbox) -> None:
    applicant = Applicant(sandbox.url)

    def order(where: str, kind: str, **more: Any) -> None:
        body = {"where": where, "kind": kind, **more}
        assert applicant.call("POST", "/practice/faults", json=body).status_code == 204

    order("changes", "500")
    assert applicant.call("GET", "/v1/changes").status_code == 500
    assert applicant.call("GET", "/v1/changes").status_code == 200
    order("changes", "garbage")
    with pytest.raises(requests.JSONDecodeError):
        applicant.call("GET", "/v1/changes").json()
    order("changes", "503", skip=1)
    assert applicant.call("GET", "/v1/changes").status_code == 200
    assert applicant.call("GET", "/v1/changes").headers["retry-after"] == "1"
    for kind in ("cut-before-body", "cut-in-body", "cut-after-commit", "cut-in-answer"):
        order("changes", kind)
        with pytest.raises(requests.RequestException):
            applicant.call("GET", "/v1/changes").json()
    key = uuid.uuid4().hex
    applicant.call("PUT", f"/v1/submissions/{key}", json={"manifest": manifest(key, [b"x"])})
    applicant.put(key, b"x")
    order("commit", "cut-after-commit")
    with pytest.raises(requests.RequestException):
        applicant.call("POST", f"/v1/submissions/{key}/commit")
    assert applicant.call("GET", f"/v1/submissions/{key}").json()["state"] == "registered"


SERVE = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from desktop.sandbox.server import Sandbox
from desktop.sandbox.submissions import Verdict

class Nod:
    def judge(self, submission):
        if (folder / "slow").exists():
            time.sleep(60)
        return Verdict(procedure_name="Thủ tục", level=4, pay_online=True, result_online=True)
    def close(self):
        pass

folder = Path(sys.argv[1])
box = Sandbox(folder / "data", port=int(sys.argv[2]), judge=Nod(), resources=folder / "nothing", faults=True)
box.run(lambda portal: print(portal.url, flush=True))
"""


def serve(folder: Path, port: int = 0) -> tuple[subprocess.Popen[str], str]:
    (folder / "nothing").mkdir(exist_ok=True)
    script = folder / "serve.py"
    script.write_text(textwrap.dedent(SERVE))
    process = subprocess.Popen(
        [sys.executable, str(script), str(folder), str(port), str(ROOT)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


@pytest.mark.parametrize(
    ("where", "kind"),
    [
        ("manifest", "kill-after-commit"),
        ("file", "kill-in-body"),
        ("file", "kill-after-commit"),
        ("commit", "kill-before"),
        ("commit", "kill-after-commit"),
    ],
)
def test_kill_9_leaves_one_dossier_and_the_same_receipt(tmp_path: Path, where: str, kind: str) -> None:
    process, url = serve(tmp_path)
    try:
        applicant = Applicant(url)
        key, data = uuid.uuid4().hex, os.urandom(200_000)
        token = manifest(key, [data])
        steps: list[Callable[[], requests.Response]] = [
            lambda: applicant.call("PUT", f"/v1/submissions/{key}", json={"manifest": token}),
            lambda: applicant.put(key, data),
            lambda: applicant.call("POST", f"/v1/submissions/{key}/commit"),
        ]
        applicant.call("POST", "/practice/faults", json={"where": where, "kind": kind})
        with pytest.raises(requests.ConnectionError):  # noqa: PT012 (which step is cut off is the point)
            for step in steps:
                step()
        assert process.wait(10) == -signal.SIGKILL
        process, url = serve(tmp_path, int(url.rpartition(":")[2]))
        # The log-in survives too; what was answered before the kill is known.
        state = applicant.call("GET", f"/v1/submissions/{key}").json()
        for step in steps:
            if state["state"] == "registered":
                break
            answer = step()
            assert answer.status_code in (200, 201, 202), answer.text
            state = applicant.call("GET", f"/v1/submissions/{key}").json()
        receipt = state["receipt"]
        assert applicant.call("POST", f"/v1/submissions/{key}/commit").json()["receipt"] == receipt
        listed = applicant.call("GET", "/v1/dossiers", params={"id_number": "0101243150"}).json()
        assert [one["code"] for one in listed["dossiers"]] == [state["code"]]
    finally:
        process.kill()
        process.wait()


def test_a_portal_killed_while_it_judged_judges_again(tmp_path: Path) -> None:
    (tmp_path / "slow").touch()
    process, url = serve(tmp_path)
    try:
        applicant = Applicant(url)
        key = uuid.uuid4().hex
        applicant.call("PUT", f"/v1/submissions/{key}", json={"manifest": manifest(key, [b"x"])})
        applicant.put(key, b"x")
        assert applicant.call("POST", f"/v1/submissions/{key}/commit").status_code == 202
        process.kill()
        process.wait()
        (tmp_path / "slow").unlink()
        process, url = serve(tmp_path, int(url.rpartition(":")[2]))
        deadline = time.monotonic() + 20
        while applicant.call("GET", f"/v1/submissions/{key}").json()["state"] != "registered":
            assert time.monotonic() < deadline
            time.sleep(0.1)
    finally:
        process.kill()
        process.wait()
