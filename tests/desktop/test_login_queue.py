"""Who files, and for whom: a log-in that ends in the middle of the queue, and acting by mandate."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from desktop import filing
from desktop.filing import sending
from desktop.filing.accounts import token_for
from desktop.filing.portal import portal_of
from tests.desktop import ui_kit
from tests.desktop.login_kit import browser_script, enter


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A practice workspace with one signed dossier, and another that waits."""
    made = ui_kit.make(tmp_path_factory.mktemp("queue"))
    yield made
    made.app.close()
    made.portal.stop()


def log_in(place: Any, person: str) -> filing.WhoIs:
    from desktop.filing.portal import connect
    from desktop.portal.session import Accounts, BrowserLogIn

    found = portal_of(place.desk, None)
    description = found.verified().description.login
    assert description is not None
    with connect(place.desk, found.pin.url) as connection:
        way = BrowserLogIn(description, open=lambda address: bool(enter(address, person)), seconds=30)
        entered = way.log_in(connection, place.desk.now())
    accounts = Accounts().with_login(entered)
    place.desk.workspace.portals.save_session(
        found.pin.url, accounts.to_json(), {"name": entered.person.name}, entered.expires
    )
    return filing.whoami(place.desk)[0]


def end_at_portal(place: Any, *, refresh_too: bool) -> None:
    """End the log-in at the portal, behind the client's back."""
    with sqlite3.connect(place.portal.database) as database:
        database.execute("DELETE FROM sessions")
        if refresh_too:
            database.execute("UPDATE grants SET ended = 1")


def state_of(place: Any, key: str) -> tuple[str, str | None]:
    return next((item.state, item.reason) for item in filing.outbox_items(place.desk) if item.id == key)


def test_the_queue_pauses_when_the_log_in_ends_and_goes_on_after_the_next(place: Any) -> None:
    who = log_in(place, "Trần Thị Kế Toán")
    assert who.logged_in
    assert ui_kit.COMPANY in who.acts_for
    dossier = place.draft("2026-06")
    place.sign(dossier)
    item = place.submit(dossier, queue_only=True)
    end_at_portal(place, refresh_too=True)
    filing.drain(place.desk)
    # The first one met it; those behind it were not even tried.
    waiting = [one for one in filing.outbox_items(place.desk) if one.state == "QUEUED"]
    assert [one.reason for one in waiting] == ["LOGIN_NEEDED", None]
    assert state_of(place, item.id) == ("QUEUED", None)
    assert not filing.whoami(place.desk)[0].logged_in
    # Nobody is asked behind the user's back: the next round stands still too.
    from desktop.portal.errors import LoginNeeded

    with pytest.raises(LoginNeeded):
        filing.drain(place.desk)
    log_in(place, "Trần Thị Kế Toán")
    filing.drain(place.desk)
    assert [state_of(place, one.id)[0] for one in waiting] == ["DONE", "DONE"]


def test_a_log_in_that_the_portal_ended_early_is_renewed_and_the_round_goes_on(place: Any) -> None:
    log_in(place, "Trần Thị Kế Toán")
    dossier = place.draft("2026-05")
    place.sign(dossier)
    item = place.submit(dossier, queue_only=True)
    before = token_for(place.desk, portal_of(place.desk, None))
    end_at_portal(place, refresh_too=False)
    filing.drain(place.desk)
    assert state_of(place, item.id)[0] == "DONE"
    assert token_for(place.desk, portal_of(place.desk, None)) != before
    # Filed for a client: the receipt names the mandate, and so does what is printed of it.
    assert filing.status_view(place.desk, dossier).receipt == {"trusted": True, "mandate": "UQ-0002"}
    printed = filing.print_evidence(place.desk, dossier)
    text = subprocess.run(["pdftotext", "-", "-"], input=printed, capture_output=True, check=True).stdout.decode()
    assert "Nộp theo ủy quyền số: UQ-0002" in " ".join(text.split())


def test_one_acts_for_a_client_by_mandate(place: Any) -> None:
    log_in(place, "Trần Thị Kế Toán")
    held = filing.mandates(place.desk)
    assert [(one.id, one.tax_code, one.role) for one in held] == [
        ("UQ-0002", ui_kit.COMPANY, "tax_agent"), ("UQ-0003", "0101243150", "tax_agent"),
    ]  # fmt: skip
    log_in(place, "Lê Văn Hết Hạn")
    assert filing.mandates(place.desk) == []


def test_the_portal_refuses_a_mandate_that_is_not_theirs(place: Any) -> None:
    dossier = place.desk.workspace.dossiers.get(place.dossiers["queued"])
    manifest = place.desk.workspace.dossiers.revision(dossier.id, dossier.revision).manifest
    item = next(one for one in filing.outbox_items(place.desk) if one.dossier == dossier.id)
    log_in(place, "Lê Văn Hết Hạn")
    bearer = {"Authorization": f"Bearer {token_for(place.desk, portal_of(place.desk, None))}"}
    for mandate in ("UQ-0002", "UQ-0004", "UQ-9999"):
        answer = requests.put(
            f"{place.portal.url}/v1/submissions/{item.id}",
            json={"manifest": manifest, "mandate": mandate}, headers=bearer, timeout=10,
        )  # fmt: skip
        assert (answer.status_code, answer.json()["code"]) == (422, "MANDATE_INVALID")


def test_a_receipt_that_names_another_mandate_does_not_count_and_is_said(
    place: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The portal registers the dossier under a power that nobody named: it is neither filed nor sent again."""
    from desktop.messages import message

    monkeypatch.setattr(sending, "PATIENCE", 1.0)
    log_in(place, "Trần Thị Kế Toán")
    dossier = place.draft("2026-04")
    place.sign(dossier)
    item = place.submit(dossier, queue_only=True)
    with sqlite3.connect(place.portal.database) as database:
        database.execute(
            "CREATE TRIGGER another AFTER UPDATE OF state ON submissions WHEN NEW.state = 'received'"
            " BEGIN UPDATE submissions SET mandate = 'UQ-0009' WHERE key = NEW.key; END"
        )
    try:
        filing.drain(place.desk)
    finally:
        with sqlite3.connect(place.portal.database) as database:
            database.execute("DROP TRIGGER another")
    (found,) = [one for one in filing.outbox_items(place.desk) if one.id == item.id]
    assert (found.state, found.reason) == ("UNCERTAIN", "RECEIPT_OTHER_MANDATE")
    assert (found.facts["sent"], found.facts["named"]) == ("UQ-0002", "UQ-0009")
    assert place.desk.workspace.dossiers.get(dossier).state == "SIGNED"
    assert place.desk.workspace.outbox.receipt(item.id) is None
    for lang in ("vi", "en"):
        words = message(found.reason, found.facts, lang).text  # type: ignore[arg-type]
        assert "UQ-0009" in words
        assert str(found.facts["registered"]) in words, "people need the code when they call the portal"
        assert "chưa nhận được trả lời" not in found.sentence("vi"), "an answer did come"
    # Asked again the portal says the same; it is not sent a second time.
    filing.drain(place.desk, only=item.id)
    acts = [one.act for one in filing.tries(place.desk, item.id)]
    assert acts.count("send") == 1
    assert "ask" in acts
    with sqlite3.connect(place.portal.database) as database:
        assert database.execute("SELECT count(*) FROM dossiers WHERE key = ?", (item.id,)).fetchone() == (1,)


def test_from_the_command_line(place: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """$BROWSER decides; the person at the page chooses; tokens are in no answer."""
    import json
    import os
    import sys

    words = tmp_path / "words.txt"
    words.write_text(ui_kit.WORDS)
    environment = {**os.environ, "BROWSER": browser_script(tmp_path, "Trần Thị Kế Toán")}

    def hoso(*arguments: str) -> Any:
        done = subprocess.run(
            [sys.executable, "-m", "desktop", *arguments, "--json", "--home", str(place.home), "--practice",
             "--unlock-file", str(words)],
            capture_output=True, text=True, timeout=120, env=environment, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout), done.stderr

    told, said = hoso("login", "--wait", "60")
    assert told["person"] == "Trần Thị Kế Toán"
    assert told["acts_for"] == [ui_kit.COMPANY, "0101243150"]
    assert f"{place.portal.url}/identity/authorize?" in said
    token = token_for(place.desk, portal_of(place.desk, None))
    people, _ = hoso("whoami", "--mandates")
    assert [one["id"] for one in people["mandates"]] == ["UQ-0002", "UQ-0003"]
    assert token not in json.dumps(people) + said
    done, _ = hoso("logout", "--all")
    assert done["logged_out"]
    assert done["revoked"]
    assert filing.whoami(place.desk) == []
