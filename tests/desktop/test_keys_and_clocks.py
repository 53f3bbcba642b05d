"""A portal that changed its keys while this computer was away, and one whose clock is wrong by hours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tuf.api.metadata import TargetFile

from desktop import filing
from desktop.filing import sending
from desktop.portal.answers import Answer
from desktop.sandbox.authority import Authority
from desktop.sandbox.catalogue import Catalogue, Target
from desktop.sandbox.database import ZONE
from desktop.sandbox.server import Sandbox
from tests.desktop import ui_kit


class Shifted:
    """A clock that is wrong."""

    def __init__(self) -> None:
        self.by = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(ZONE) + self.by


@pytest.fixture(scope="module")
def clock() -> Shifted:
    return Shifted()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, clock: Shifted) -> Iterator[Any]:
    """A practice workspace with one client, a key, and a portal that has a clock of its own."""
    from desktop.app import App

    home = tmp_path_factory.mktemp("keys")
    portal = Sandbox(home / "sandbox", pace=0, clock=clock).start()
    app = App(home=home, practice=True, unlock=lambda: ui_kit.WORDS)
    filing.add_portal(app.desk, portal.url, portal.fingerprint)
    filing.trust_add(app.desk, portal.authority.intermediates_pem + portal.authority.crl_pem, source="portal")
    filing.add_client(app.desk, ui_kit.COMPANY, ui_kit.COMPANY_NAME, {})
    key = home / "khoa.p12"
    key.write_bytes(portal.authority.issue(ui_kit.COMPANY_NAME, tax_code=ui_kit.COMPANY).p12(ui_kit.KEY_WORDS))
    yield ui_kit.Place(home, app, portal, {ui_kit.COMPANY: key})
    app.close()
    portal.stop()


def publish(portal: Sandbox, **facts: Any) -> dict[str, Any]:
    """Let the portal's own signed part of the catalogue say other things of it; return what it said before."""
    catalogue = Catalogue(portal.folder / "catalogue", portal.authority, lambda: datetime.now(UTC))
    held = catalogue._load("targets")
    assert held is not None
    entry = held.signed.targets["portal.json"]
    place = catalogue.target_file(f"{entry.hashes['sha256']}.portal.json")
    assert place is not None
    said: dict[str, Any] = json.loads(place.read_bytes())
    data = json.dumps(said | facts).encode()
    catalogue._place({"portal.json": Target(data)})
    held.signed.targets["portal.json"] = TargetFile.from_data("portal.json", data, ["sha256"])
    catalogue._write_again("targets", held.signed)
    return said


def test_keys_that_changed_while_the_dossier_waited_are_learned_from_the_signed_catalogue(
    place: Any, tmp_path: Path
) -> None:
    desk, portal = place.desk, place.portal
    before = Authority.open(tmp_path / "before")
    old = {"receipt_keys": [before.receipt_public_key()], "result_anchors": [before.results_pem.decode()]}
    now = {name: value for name, value in publish(portal, **old).items() if name in old}
    filing.update_catalogue(desk, portal.url)
    dossier = place.draft("2026-10")
    place.sign(dossier)
    place.submit(dossier, queue_only=True)
    # Meanwhile the portal signs receipts by another key. What this computer verified last is minutes old.
    publish(portal, **now)
    (item,) = filing.drain(desk)
    assert item.state == "DONE"
    receipt = desk.workspace.outbox.receipt_of(dossier)
    # The same for who signs results.
    publish(portal, **old)
    filing.update_catalogue(desk, portal.url)
    assert filing.status_view(desk, dossier).receipt == {"trusted": True}, "what was proven once stays proven"
    for _ in range(6):
        filing.status(desk, dossier)
    (unproven,) = filing.fetch_results(desk, dossier)
    assert not unproven.trusted, "nobody that the newest catalogue names has signed it"
    publish(portal, **now)
    (proven,) = filing.fetch_results(desk, dossier)
    assert proven.trusted
    assert proven.data == unproven.data
    assert desk.workspace.outbox.receipt_of(dossier) == receipt


def test_a_key_that_no_newer_catalogue_names_proves_nothing(
    place: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "PATIENCE", 1.0)
    desk, portal = place.desk, place.portal
    stranger = Authority.open(tmp_path / "stranger")
    now = publish(portal, receipt_keys=[stranger.receipt_public_key()])["receipt_keys"]
    filing.update_catalogue(desk, portal.url)
    dossier = place.draft("2026-09")
    place.sign(dossier)
    item = place.submit(dossier)
    assert (item.state, item.reason) == ("UNCERTAIN", "RECEIPT_INVALID")
    assert item.facts["why"] == "key"
    # The portal puts its catalogue right: asked again, the same receipt proves it.
    publish(portal, receipt_keys=now)
    filing.drain(desk, only=item.id)
    assert [one.state for one in filing.outbox_items(desk) if one.id == item.id] == ["DONE"]
    assert [one.act for one in filing.tries(desk, item.id)].count("send") == 1


@pytest.mark.parametrize("hours", [9, -9])
def test_a_portal_whose_clock_is_wrong_by_hours_is_filed_with_and_followed(
    place: Any, clock: Shifted, hours: int
) -> None:
    desk = place.desk
    clock.by = timedelta(hours=hours)
    try:
        filing.update_catalogue(desk, place.portal.url)
        dossier = place.draft("2026-08" if hours > 0 else "2026-07")
        place.sign(dossier)
        item = place.submit(dossier)
        assert (item.state, item.reason) == ("DONE", None)
        seen = [filing.status(desk, dossier)[0].status or 0 for _ in range(6)]
        assert seen == sorted(seen)
        assert seen[-1] == 10
        (result,) = filing.fetch_results(desk, dossier)
        # The receipt has the portal's own time, as it was received.
        received = desk.workspace.dossiers.get(dossier).received
        assert received is not None
        assert abs(received - clock()) < timedelta(minutes=10)
        assert result.trusted
    finally:
        clock.by = timedelta(0)


@pytest.mark.parametrize("hours", [0, 9, -9])
def test_when_to_come_back_is_counted_by_the_portals_own_clock(hours: int) -> None:
    """RFC 9110, 10.2.3: a moment; 5.6.7 and 6.6.1: by the clock that the answer's Date tells."""
    ours = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
    there = ours + timedelta(hours=hours)
    form = "%a, %d %b %Y %H:%M:%S GMT"
    headers = {"date": there.strftime(form), "retry-after": (there + timedelta(seconds=90)).strftime(form)}
    assert Answer("127.0.0.1", 503, headers, b"").retry_after(ours) == 90


def test_what_goes_to_an_agency_whose_list_ran_out_waits_and_says_so_and_leaves_when_it_is_signed_anew(
    place: Any,
) -> None:
    desk, portal = place.desk, place.portal
    (known,) = desk.catalogue.portals()
    role = known.verified().owner(f"codes/{ui_kit.PROCEDURE}")
    assert role is not None, "the practice portal leaves its procedures to agencies"

    def sign(end: timedelta) -> None:
        """Let the agency sign its list for so long."""
        catalogue = Catalogue(portal.folder / "catalogue", portal.authority, lambda: datetime.now(UTC))
        held = catalogue._load(role)
        assert held is not None
        held.signed.version += 1
        held.signed.expires = (datetime.now(UTC) + end).replace(microsecond=0)
        catalogue._write(role, held.signed)
        catalogue._snapshot({role: held.signed.version})

    sign(timedelta(days=-1))
    (late,) = filing.update_catalogue(desk, portal.url).stale
    assert late.name != role, "the portal's own words name the agency"
    # Drafting, checking, signing go on; the report says what will wait.
    dossier = place.draft("2026-06")
    report = filing.preflight(desk, dossier)
    assert report.ok
    (told,) = [one for one in report.findings if one.code == "AGENCY_EXPIRED"]
    assert late.name in told.words("vi")
    place.sign(dossier)
    item = place.submit(dossier)
    assert (item.state, item.reason, item.facts["agency"]) == ("QUEUED", "AGENCY_EXPIRED", late.name)
    assert filing.tries(desk, item.id)[-1].outcome == "not yet"
    # It signs anew: nobody need do anything but let the outbox go on.
    sign(timedelta(days=30))
    desk.catalogue.refresh()
    filing.update_catalogue(desk, portal.url)
    filing.drain(desk, only=item.id)
    assert [one.state for one in filing.outbox_items(desk) if one.id == item.id] == ["DONE"]
