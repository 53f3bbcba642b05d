"""Log in at the practice portal in a browser: the whole way, renewals, several accounts, log-out, the queue."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from desktop import filing
from desktop.app import App
from desktop.filing.accounts import token_for
from desktop.filing.portal import portal_of
from desktop.portal.errors import LoginCancelled, LoginNeeded, LoginRefused, LoginTimedOut
from desktop.portal.session import Accounts, BrowserLogIn, Login
from desktop.sandbox.server import Sandbox
from tests.desktop.login_kit import browser_script, follow
from tests.desktop.portal_kit import Nod

WORDS = "con đường xưa em đi"


class Clock:
    """A clock that both sides look at and a test turns."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def portal(tmp_path: Path, clock: Clock) -> Iterator[Sandbox]:
    (tmp_path / "nothing").mkdir()
    with Sandbox(tmp_path / "portal", resources=tmp_path / "nothing", judge=Nod(), clock=clock) as box:
        yield box


@pytest.fixture
def desk(tmp_path: Path, portal: Sandbox, clock: Clock) -> Iterator[Any]:
    app = App(home=tmp_path / "home", practice=True, unlock=lambda: WORDS, clock=clock)
    filing.add_portal(app.desk, portal.url, portal.fingerprint)
    yield app.desk
    app.close()


@pytest.fixture
def browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    use(monkeypatch, browser_script(tmp_path, "Trần Thị Kế Toán"))
    return tmp_path


def use(monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    """Make it the system's browser; the standard library reads the environment once in a process."""
    monkeypatch.setenv("BROWSER", command)
    monkeypatch.setattr("webbrowser._tryorder", None)


def called(portal: Sandbox, token: str) -> int:
    answer = requests.get(f"{portal.url}/v1/changes", headers={"Authorization": f"Bearer {token}"}, timeout=10)
    return answer.status_code


def test_one_logs_in_in_the_system_browser(desk: Any, portal: Sandbox, browser: Path) -> None:
    told: list[str] = []
    who = filing.login(desk, None, None, show=told.append, seconds=60)
    assert who.person == "Trần Thị Kế Toán"
    assert [one.person for one in filing.whoami(desk)] == ["Trần Thị Kế Toán"]
    assert called(portal, token_for(desk, portal_of(desk, None))) == 200
    page = (browser / "shown.html").read_text()
    assert "Có thể đóng trang này" in page
    assert "You can close this page" in page
    assert "<script" not in page
    # What went to the browser, and so to a command line that others may read, holds no token and no verifier.
    kept = Accounts.from_json(desk.workspace.portals.session(portal.url).tokens).current
    assert kept is not None
    for secret in (kept.access_token, kept.refresh_token, "code_verifier"):
        assert secret
        assert secret not in told[0]
        assert secret not in repr(kept)


def test_tokens_lie_in_the_encrypted_workspace_only(desk: Any, portal: Sandbox, browser: Path) -> None:
    filing.login(desk, None, None, seconds=60)
    kept = Accounts.from_json(desk.workspace.portals.session(portal.url).tokens).current
    assert kept is not None
    assert kept.refresh_token
    desk.workspace.settings.set("checked", True)
    for file in desk.home.rglob("*"):
        if file.is_file():
            data = file.read_bytes()
            assert kept.access_token.encode() not in data, file
            assert kept.refresh_token.encode() not in data, file


def test_a_person_may_say_no(desk: Any, portal: Sandbox) -> None:
    description = portal_of(desk, None).verified().description.login
    assert description is not None

    def leave(address: str) -> bool:
        status, page = follow(address)
        assert status == 200
        request = page.partition('name="request" value="')[2].partition('"')[0]
        follow(address.partition("?")[0], {"request": request, "leave": "1"})
        return True

    from desktop.filing.portal import connect

    with connect(desk, portal.url) as connection, pytest.raises(LoginRefused) as refused:
        BrowserLogIn(description, open=leave).log_in(connection, desk.now())
    assert refused.value.error == "access_denied"


def test_nobody_comes_back(desk: Any, portal: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, "true %s")
    with pytest.raises(LoginTimedOut):
        filing.login(desk, None, None, seconds=0.3)
    with pytest.raises(LoginCancelled):
        filing.login(desk, None, None, cancelled=lambda: True)
    assert filing.whoami(desk) == []


def test_a_token_that_ran_out_is_renewed_without_asking(
    desk: Any, portal: Sandbox, browser: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    filing.login(desk, None, None, seconds=60)
    use(monkeypatch, "false %s")
    found = portal_of(desk, None)
    first = token_for(desk, found)
    assert token_for(desk, found) == first
    clock.ahead += timedelta(minutes=20)
    second = token_for(desk, found)
    assert second != first
    assert called(portal, second) == 200
    clock.ahead += timedelta(minutes=20)
    assert token_for(desk, found) not in (first, second)


def test_a_refresh_token_that_was_used_twice_ends_the_log_in(
    desk: Any, portal: Sandbox, browser: Path, clock: Clock
) -> None:
    """Somebody copied the workspace: whoever comes second is found out, and both have to log in again."""
    filing.login(desk, None, None, seconds=60)
    found = portal_of(desk, None)
    stolen = Accounts.from_json(desk.workspace.portals.session(portal.url).tokens)
    clock.ahead += timedelta(minutes=20)
    fresh = token_for(desk, found)
    thief = requests.post(
        f"{portal.url}/identity/token",
        data={
            "grant_type": "refresh_token", "client_id": "hoso-desktop",
            "refresh_token": stolen.current.refresh_token if stolen.current else "",
        },
        timeout=10,
    )  # fmt: skip
    assert (thief.status_code, thief.json()["error"]) == (400, "invalid_grant")
    assert called(portal, fresh) == 401
    clock.ahead += timedelta(minutes=20)
    with pytest.raises(LoginNeeded):
        token_for(desk, found)
    # Who it was is still known, and that a log-in is needed is said.
    assert [(one.person, one.logged_in) for one in filing.whoami(desk)] == [("Trần Thị Kế Toán", False)]


def test_many_at_once_renew_once(desk: Any, portal: Sandbox, browser: Path, clock: Clock) -> None:
    """Two processes that used the same refresh token would look like a theft."""
    from concurrent.futures import ThreadPoolExecutor

    filing.login(desk, None, None, seconds=60)
    found = portal_of(desk, None)
    clock.ahead += timedelta(minutes=20)
    with ThreadPoolExecutor(4) as pool:
        given = list(pool.map(lambda _: token_for(desk, found), range(4)))
    assert len(set(given)) == 1
    assert called(portal, given[0]) == 200


def test_logging_out_makes_the_tokens_worthless_at_the_portal(desk: Any, portal: Sandbox, browser: Path) -> None:
    filing.login(desk, None, None, seconds=60)
    kept = Accounts.from_json(desk.workspace.portals.session(portal.url).tokens).current
    assert kept is not None
    done = filing.logout(desk, None)
    assert done.revoked
    assert filing.whoami(desk) == []
    assert called(portal, kept.access_token) == 401
    # The browser has a session of its own there; its page is opened, with no token in the address.
    opened: list[str] = []

    def remember(address: str) -> bool:
        opened.append(address)
        return False

    page = filing.end_session(desk, None, open_page=remember)
    assert opened == [page] == [f"{portal.url}/identity/logout?client_id=hoso-desktop"]
    assert requests.get(opened[0], timeout=10).status_code == 200
    answer = requests.post(
        f"{portal.url}/identity/token",
        data={"grant_type": "refresh_token", "client_id": "hoso-desktop", "refresh_token": kept.refresh_token},
        timeout=10,
    )
    assert answer.status_code == 400


def test_logging_out_without_a_network_forgets_and_says_so(desk: Any, portal: Sandbox, browser: Path) -> None:
    filing.login(desk, None, None, seconds=60)
    portal.stop()
    done = filing.logout(desk, None)
    assert not done.revoked
    assert filing.whoami(desk) == []


def test_several_accounts_at_one_portal(
    desk: Any, portal: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, browser_script(tmp_path, "Trần Thị Kế Toán"))
    filing.login(desk, None, None, seconds=60)
    use(monkeypatch, browser_script(tmp_path, "Phạm Thị Cá Nhân"))
    filing.login(desk, None, None, seconds=60)
    assert [(one.person, one.chosen) for one in filing.whoami(desk)] == [
        ("Phạm Thị Cá Nhân", True), ("Trần Thị Kế Toán", False),
    ]  # fmt: skip
    second = token_for(desk, portal_of(desk, None))
    filing.choose_account(desk, None, "trần thị kế toán")
    first = token_for(desk, portal_of(desk, None))
    assert first != second
    assert called(portal, first) == called(portal, second) == 200
    filing.logout(desk, None)
    assert [(one.person, one.chosen) for one in filing.whoami(desk)] == [("Phạm Thị Cá Nhân", True)]
    assert (called(portal, first), called(portal, second)) == (401, 200)
    assert filing.logout(desk, None, every=True).revoked
    assert called(portal, second) == 401


def test_a_log_in_that_was_kept_as_one_is_still_read() -> None:
    old = {
        "access_token": "abc",
        "expires": "2026-11-21T10:00:00+07:00",
        "person": {"name": "Nguyễn Thị Ánh", "personal_id": None, "acts_for": []},
    }
    accounts = Accounts.from_json(json.loads(json.dumps(old)))
    assert accounts.current is not None
    assert accounts.current.person.name == "Nguyễn Thị Ánh"
    assert isinstance(accounts.current, Login)
    assert Accounts.from_json(accounts.to_json()) == accounts


def test_the_pages_for_new_and_lost_accounts_are_the_portal_s_own(desk: Any, portal: Sandbox) -> None:
    opened: list[str] = []

    def remember(address: str) -> bool:
        opened.append(address)
        return True

    for page in ("register", "recover"):
        filing.account_page(desk, None, page, open_page=remember)
    assert opened == [f"{portal.url}/identity/register", f"{portal.url}/identity/recover"]
    for address in opened:
        status, text = follow(address)
        assert status == 200
        assert "<form" not in text


def test_the_page_may_be_answered_once(desk: Any, portal: Sandbox) -> None:
    seen: list[int] = []

    def twice(address: str) -> bool:
        _, page = follow(address)
        request = page.partition('name="request" value="')[2].partition('"')[0]
        form = {"request": request, "person": "Trần Thị Kế Toán", "enter": "1"}
        seen.extend(follow(address.partition("?")[0], form)[0] for _ in range(2))
        return True

    description = portal_of(desk, None).verified().description.login
    assert description is not None
    from desktop.filing.portal import connect

    with connect(desk, portal.url) as connection:
        BrowserLogIn(description, open=twice).log_in(connection, desk.now())
    for _ in range(200):
        if len(seen) == 2:
            break
        time.sleep(0.05)
    assert seen == [200, 400]
