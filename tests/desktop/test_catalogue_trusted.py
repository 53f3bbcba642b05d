"""A portal's signed catalogue: pinned, verified, refused when old, forged, expired or changed on the disk."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from desktop.portal.catalogue import Catalogue
from desktop.portal.catalogue.trusted import TrustedCatalogue
from desktop.portal.connection import Connection
from desktop.portal.errors import (
    AgencyExpired,
    CatalogueExpired,
    CatalogueForged,
    CatalogueMissing,
    CatalogueRollback,
    CatalogueTampered,
    ClockWrong,
    FingerprintMalformed,
    PortalAddressForbidden,
    PortalAnsweredGarbage,
    PortalUnreachable,
    RootNotAgreed,
    WrongRoot,
)
from desktop.sandbox.authority import Authority
from desktop.sandbox.catalogue import Agency, Target
from desktop.sandbox.catalogue import Catalogue as Published
from desktop.sandbox.procedures import procedures_target
from desktop.sandbox.server import Sandbox

NOW = datetime.now(UTC)
FACTS: dict[str, Any] = {
    "id": "thu",
    "name": {"vi": "Cổng thử", "en": "Trial portal"},
    "practice": True,
    "hosts": ["127.0.0.1"],
    "connector": "hoso/1",
    "settles_by_key": True,
    "receipt_keys": [],
    "result_anchors": [],
    "signer_anchors": [],
    "urls": {},
}


def record(code: str, name: str) -> str:
    return json.dumps({"code": code, "name": name, "level": 4, "fields": ["Thuế"], "agencies": ["Cục Thuế"]})


def template(data: bytes, version: str = "v1") -> tuple[str, Target]:
    custom = {"id": "thue/thu", "version": version, "effective_from": "2026-01-01", "effective_to": None}
    return f"templates/thue/thu/{version}.zip", Target(data, custom)


class Portal:
    """A web server over a folder that a real publisher writes, so that a test can do anything to it."""

    def __init__(self, folder: Path, authority: Authority) -> None:
        self.folder = folder
        self.authority = authority
        self.days = timedelta(0)
        self.facts = dict(FACTS)
        self.date: str | None = None
        self.published = Published(folder / "catalogue", authority, lambda: datetime.now(UTC) + self.days)
        self.publish()
        outer = self

        class Handler(SimpleHTTPRequestHandler):
            def date_time_string(self, timestamp: float | None = None) -> str:
                return outer.date or super().date_time_string(timestamp)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def publish(self, *more: tuple[str, Target], **names: str) -> None:
        records = {"1.000001": record("1.000001", "Khai thuế thử"), **{c: record(c, n) for c, n in names.items()}}
        targets = {
            "portal.json": Target(json.dumps(self.facts).encode()),
            "procedures.jsonl.gz": procedures_target(records),
        }
        self.published.publish(targets | dict(more))

    def connect(self, **more: Any) -> Connection:
        return Connection(self.url, practice=True, **more)

    def stop(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.open(tmp_path_factory.mktemp("authority") / "a")


@pytest.fixture
def portal(tmp_path: Path, authority: Authority) -> Iterator[Portal]:
    one = Portal(tmp_path / "portal", authority)
    yield one
    one.stop()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def pinned(portal: Portal, home: Path) -> TrustedCatalogue:
    with portal.connect() as connection:
        one = TrustedCatalogue.add(home, connection, fingerprint=portal.published.fingerprint, now=NOW)
        one.update(connection, NOW)
    return one


def update(portal: Portal, pinned: TrustedCatalogue) -> Any:
    with portal.connect() as connection:
        return pinned.update(connection, datetime.now(UTC))


# --- the good way ---------------------------------------------------------------------------------------


def test_pinned_updated_and_used_offline(portal: Portal, pinned: TrustedCatalogue, home: Path) -> None:
    portal.publish(template(b"one"), **{"1.000002": "Đăng ký thử"})
    updated = update(portal, pinned)
    assert updated.changed
    assert (updated.procedures, updated.templates) == (2, 1)
    assert updated.new_templates == (("thue/thu", "v1"),)
    last = update(portal, pinned)
    assert not last.changed
    portal.stop()
    (again,) = TrustedCatalogue.known(home)
    assert again.pin == pinned.pin
    offline = again.verified()
    assert offline.at == last.at
    assert offline.expires > NOW + timedelta(days=10)
    assert offline.description.name["vi"] == "Cổng thử"
    found = offline.procedure("1.000002")
    assert found is not None
    assert found["name"] == "Đăng ký thử"
    assert offline.procedure("9.999999") is None
    (one,) = offline.templates()
    assert one.path.read_bytes() == b"one"
    assert one.sha256 == hashlib.sha256(b"one").hexdigest()


def test_the_real_practice_portal(tmp_path: Path, home: Path) -> None:
    with Sandbox(tmp_path / "sandbox") as running, Connection(running.url, practice=True) as connection:
        shelf = Catalogue(home, practice=True)
        updated = shelf.add_portal(connection, fingerprint=running.fingerprint, now=NOW)
        assert updated.procedures >= 1
        assert updated.portal.practice
        assert updated.portal.settles_by_key
        assert shelf.update(connection, NOW).new_templates == ()
        (known,) = shelf.portals()
        assert known.fresh(connection, datetime.now(UTC)).description == updated.portal
        shown = shelf.show("1.007014")
        assert shown is not None
        assert (shown.source, shown.portal) == ("portal", running.url)
        assert shown.verified_at == NOW
        assert shelf.search("khai thue gtgt").total + shelf.search("gia tri gia tang").total >= 1
        assert shelf.search("gia tri gia tang").procedures[0].source.startswith("portal:")
        from forms.template import load

        editions = [one for one in shelf.library.editions() if one.id == "thue/01-gtgt"]
        assert len(editions) >= 2
        for one in shelf.published_templates():
            assert load(shelf.library.get(one.id, one.version)).id == one.id
    assert Catalogue(home, practice=False).portals() == [], "a practice portal must not reach real work"
    assert Catalogue(home, practice=False).show("1.007014") is not None


def test_the_same_portal_at_another_address(portal: Portal, pinned: TrustedCatalogue, home: Path) -> None:
    """An embedded practice portal has another port each time: the fingerprint says that it is the same."""
    portal.stop()
    other = Portal(portal.folder, portal.authority)
    try:
        with other.connect() as connection:
            again = TrustedCatalogue.add(home, connection, fingerprint=pinned.pin.fingerprint, now=NOW)
            again.update(connection, NOW)
        assert [one.pin.url for one in TrustedCatalogue.known(home)] == [other.url]
    finally:
        other.stop()


# --- whose it is ----------------------------------------------------------------------------------------


def test_a_wrong_fingerprint_is_refused(portal: Portal, home: Path) -> None:
    with portal.connect() as connection:
        with pytest.raises(WrongRoot) as raised:
            TrustedCatalogue.add(home, connection, fingerprint="0" * 64, now=NOW)
        assert raised.value.found == portal.published.fingerprint
        for nonsense in ("", "abc", "z" * 64):
            with pytest.raises(FingerprintMalformed):
                TrustedCatalogue.add(home, connection, fingerprint=nonsense, now=NOW)
        with pytest.raises(RootNotAgreed):
            TrustedCatalogue.add(home, connection, fingerprint=None, now=NOW)
        with pytest.raises(RootNotAgreed):
            TrustedCatalogue.add(home, connection, fingerprint=None, now=NOW, agree=lambda shown: False)
        assert TrustedCatalogue.known(home) == []
        asked: list[str] = []

        def agree(fingerprint: str) -> bool:
            asked.append(fingerprint)
            return True

        TrustedCatalogue.add(home, connection, fingerprint=None, now=NOW, agree=agree)
        assert asked == [portal.published.fingerprint]
        spelled = ":".join(asked[0][i : i + 2] for i in range(0, 64, 2)).upper()
        TrustedCatalogue.add(home, connection, fingerprint=spelled, now=NOW)


def test_a_portal_that_took_the_place_of_another(portal: Portal, pinned: TrustedCatalogue, tmp_path: Path) -> None:
    stranger = Portal(tmp_path / "stranger", Authority.open(tmp_path / "other-authority"))
    try:
        shutil.rmtree(portal.folder / "catalogue")
        shutil.copytree(stranger.folder / "catalogue", portal.folder / "catalogue")
        with pytest.raises((CatalogueForged, CatalogueRollback)):
            update(portal, pinned)
        assert pinned.verified().description.id == "thu"
    finally:
        stranger.stop()


@pytest.mark.parametrize("facts", [{"practice": False}, {"hosts": ["portal.example.vn"]}])
def test_a_catalogue_of_another_kind_or_host(portal: Portal, home: Path, facts: dict[str, Any]) -> None:
    portal.facts |= facts
    portal.publish()
    shelf = Catalogue(home, practice=True)
    with portal.connect() as connection, pytest.raises((CatalogueForged, PortalAddressForbidden)):
        shelf.add_portal(connection, fingerprint=portal.published.fingerprint, now=NOW)
    assert shelf.portals() == [], "a portal whose catalogue failed is not kept"


def test_a_practice_portal_is_not_added_to_real_work(portal: Portal, home: Path) -> None:
    with portal.connect() as connection, pytest.raises(PortalAddressForbidden):
        Catalogue(home).add_portal(connection, fingerprint=portal.published.fingerprint, now=NOW)


# --- attacks ---------------------------------------------------------------------------------------------


def test_rollback(portal: Portal, pinned: TrustedCatalogue, tmp_path: Path) -> None:
    old = tmp_path / "old"
    shutil.copytree(portal.folder / "catalogue", old)
    portal.publish(**{"1.000002": "Mới"})
    update(portal, pinned)
    shutil.rmtree(portal.folder / "catalogue")
    shutil.copytree(old, portal.folder / "catalogue")
    with pytest.raises(CatalogueRollback):
        update(portal, pinned)
    # Even where the client library's cache was lost.
    shutil.rmtree(pinned.folder / "metadata")
    with pytest.raises(CatalogueRollback):
        update(portal, pinned)
    assert pinned.verified().procedure("1.000002") is not None


def test_frozen(portal: Portal, pinned: TrustedCatalogue, home: Path, tmp_path: Path) -> None:
    """A portal that never renews: drafting goes on, submitting does not."""
    stale = Portal(tmp_path / "stale", portal.authority)
    stale.stop()
    shutil.rmtree(portal.folder / "catalogue")
    published = Published(portal.folder / "catalogue", portal.authority, lambda: NOW - timedelta(days=20))
    targets = {"portal.json": Target(json.dumps(FACTS).encode())}
    published.publish(targets)
    with portal.connect() as connection:
        one = TrustedCatalogue.add(home, connection, fingerprint=published.fingerprint, now=NOW)
        with pytest.raises(CatalogueExpired):
            one.update(connection, NOW)
        with pytest.raises(CatalogueMissing):
            one.verified()


def test_what_was_verified_serves_offline_after_its_term_but_files_nothing(
    portal: Portal, pinned: TrustedCatalogue
) -> None:
    late = pinned.verified().expires + timedelta(days=1)
    assert pinned.verified().procedure("1.000001") is not None
    portal.stop()
    with portal.connect() as connection, pytest.raises(PortalUnreachable):
        pinned.fresh(connection, late)


def test_fresh_enough_needs_no_network(portal: Portal, pinned: TrustedCatalogue) -> None:
    portal.stop()
    with portal.connect() as connection:
        assert pinned.fresh(connection, NOW + timedelta(minutes=30)).version == 1
        with pytest.raises(PortalUnreachable):
            pinned.fresh(connection, NOW + timedelta(hours=2))
        with pytest.raises(PortalUnreachable):
            pinned.fresh(connection, NOW - timedelta(hours=2))


def test_a_wrong_clock_is_said(portal: Portal, pinned: TrustedCatalogue) -> None:
    portal.date = "Sun, 22 Nov 2020 00:00:00 GMT"
    with portal.connect() as connection:
        assert pinned.update(connection, NOW).skew is not None
        with pytest.raises(ClockWrong):
            pinned.fresh(connection, NOW + timedelta(hours=2))


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


@pytest.mark.parametrize("name", ["timestamp.json", "2.snapshot.json", "2.targets.json"])
def test_changed_metadata(portal: Portal, pinned: TrustedCatalogue, name: str) -> None:
    portal.publish(**{"1.000002": "Mới"})
    path = portal.folder / "catalogue" / "metadata" / name
    document = json.loads(path.read_bytes())
    document["signed"]["expires"] = "2099-01-01T00:00:00Z"
    path.write_text(json.dumps(document))
    with pytest.raises(CatalogueForged):
        update(portal, pinned)
    assert pinned.verified().version == 1


def test_changed_file(portal: Portal, pinned: TrustedCatalogue) -> None:
    portal.publish(template(b"a template"))
    (path,) = (portal.folder / "catalogue" / "targets").rglob("*.v1.zip")
    flip(path)
    with pytest.raises(CatalogueForged):
        update(portal, pinned)
    path.write_bytes(b"x" * 5_000_000)
    with pytest.raises(CatalogueForged):
        update(portal, pinned)
    path.unlink()
    with pytest.raises(PortalAnsweredGarbage):
        update(portal, pinned)
    assert pinned.verified().version == 1


@pytest.mark.parametrize("body", [b"<html>Wi-Fi</html>", b"", b"[" * 20_000, b"{}", b'{"signed": 1}'])
def test_garbage_in_the_place_of_metadata(portal: Portal, pinned: TrustedCatalogue, body: bytes) -> None:
    (portal.folder / "catalogue" / "metadata" / "timestamp.json").write_bytes(body)
    with pytest.raises((PortalAnsweredGarbage, CatalogueForged)):
        update(portal, pinned)


def test_no_name_of_the_portal_becomes_a_name_on_this_disk(portal: Portal, pinned: TrustedCatalogue) -> None:
    custom = {"effective_from": "2026-01-01", "effective_to": None}
    names = ["templates/..evil/v1.zip", "templates/CON/nul.zip", "templates/a\\b/v1.zip", "evil.exe"]
    portal.publish(*((name, Target(name.encode(), custom)) for name in names))
    update(portal, pinned)
    held = {path.name for path in (pinned.folder / "targets").iterdir()}
    assert all(re.fullmatch(r"[0-9a-f]{64}(\.zip)?", name) for name in held), held
    assert len(held) == len(names) + 2


# --- agencies ---------------------------------------------------------------------------------------------


TAX, LABOUR = "cuc-thue", "so-noi-vu"


def agency(role: str, code: str, name: str) -> Agency:
    paths = (f"procedures/{role}/*", f"codes/{code}")
    return Agency(role, paths, {f"procedures/{role}/1.jsonl.gz": procedures_target({code: record(code, name)})})


def test_an_agency_that_lets_its_list_run_out_makes_its_own_procedures_stale_and_nobody_elses(
    portal: Portal, home: Path
) -> None:
    names = {TAX: {"vi": "Cục Thuế"}, LABOUR: {"vi": "Sở Nội vụ"}}
    top = {"portal.json": Target(json.dumps(FACTS | {"agencies": names}).encode())}
    tax, labour = agency(TAX, "1.000009", "Khai thuế"), agency(LABOUR, "2.000009", "Báo cáo lao động")
    portal.published.publish(top, [tax, labour])

    def sign(role: str, end: timedelta) -> None:
        """Let one agency sign its list for so long, and the portal name it."""
        held = portal.published._load(role)
        assert held is not None
        held.signed.version += 1
        held.signed.expires = (NOW + end).replace(microsecond=0)
        portal.published._write(role, held.signed)
        portal.published._snapshot({role: held.signed.version})

    sign(TAX, timedelta(days=5))
    shelf = Catalogue(home, practice=True)
    with portal.connect() as connection:
        assert shelf.add_portal(connection, fingerprint=portal.published.fingerprint, now=NOW).stale == ()
        (one,) = shelf.portals()
        for code in ("1.000009", "2.000009"):
            one.check_agency(code, connection, NOW)
            assert shelf.stale(code, NOW) is None
        later = NOW + timedelta(days=6)
        # Six days on: the tax office's list has run out, the portal's own part has not.
        assert one.verified().expires > later
        late = shelf.stale("1.000009", later)
        assert late is not None
        assert (late.role, late.name) == (TAX, "Cục Thuế")
        assert shelf.stale("2.000009", later) is None
        assert shelf.procedure("1.000009") is not None, "drafting goes on"
        assert shelf.procedure("2.000009") is not None
        one.check_agency("2.000009", connection, later)
        with pytest.raises(AgencyExpired) as raised:
            one.check_agency("1.000009", connection, later)
        assert raised.value.agency == "Cục Thuế"
        # A list that has run out is no way in for another: it counts by its signature and the snapshot's hash only.
        sign(TAX, timedelta(days=-1))
        updated = one.update(connection, NOW)
        assert [found.name for found in updated.stale] == ["Cục Thuế"]
        assert shelf.procedure("1.000009") is not None
        assert one.fresh(connection, NOW).stale("2.000009", NOW) is None
        (path,) = (portal.folder / "catalogue" / "metadata").glob(f"3.{TAX}.json")
        whole = path.read_bytes()
        shutil.rmtree(one.folder / "metadata")
        (one.folder / "verified.json").unlink()
        document = json.loads(whole)
        document["signed"]["targets"] = {}
        path.write_text(json.dumps(document))
        with pytest.raises(CatalogueForged):
            one.update(connection, NOW)
        path.write_bytes(whole + b" " * 6_000_000)
        with pytest.raises((CatalogueForged, PortalAnsweredGarbage)):
            one.update(connection, NOW)
        path.write_bytes(whole)
        # A computer that comes to know the portal only now takes it as it is.
        assert [found.name for found in one.update(connection, NOW).stale] == ["Cục Thuế"]
        assert one.verified().procedure("1.000009") is not None
        # The agency signs anew: the next try finds it by itself.
        sign(TAX, timedelta(days=30))
        one.check_agency("1.000009", connection, NOW + timedelta(minutes=2))
        assert one.verified().stale_agencies(NOW) == []


# --- this disk --------------------------------------------------------------------------------------------


def spoil(change: Callable[[dict[str, Any]], None]) -> Callable[[TrustedCatalogue], None]:
    def spoiled(one: TrustedCatalogue) -> None:
        path = one.folder / "verified.json"
        state = json.loads(path.read_bytes())
        change(state)
        path.write_text(json.dumps(state) + " ")

    return spoiled


@pytest.mark.parametrize(
    "change",
    [
        lambda state: state.update(roots=[]),
        lambda state: state.update(roots=state["roots"] * 2),
        lambda state: state.update(targets=state["snapshot"]),
        lambda state: state.update(snapshot=state["targets"]),
        lambda state: state.update(timestamp="!!!"),
        lambda state: state.update(targets=state["targets"][:-40]),
        lambda state: state.update(at=5),
        lambda state: state.pop("at"),
        lambda state: state.clear(),
    ],
)
def test_metadata_changed_on_this_disk(pinned: TrustedCatalogue, change: Callable[[dict[str, Any]], None]) -> None:
    spoil(change)(pinned)
    with pytest.raises(CatalogueTampered):
        pinned.verified()


def test_files_changed_on_this_disk(portal: Portal, pinned: TrustedCatalogue, home: Path) -> None:
    for path in (pinned.folder / "targets").iterdir():
        flip(path)
    verified = pinned.verified()
    with pytest.raises(CatalogueTampered):
        _ = verified.description
    with pytest.raises(CatalogueTampered):
        verified.procedure("1.000001")
    with pytest.raises(CatalogueTampered):
        Catalogue(home, practice=True).show("1.000001")
    update(portal, pinned)
    assert pinned.verified().procedure("1.000001") is not None, "an update brings the right bytes back"
    (pinned.folder / "root.json").write_bytes(b"{}")
    with pytest.raises(CatalogueTampered):
        update(portal, pinned)


def test_a_pin_that_names_another_folder_is_none(pinned: TrustedCatalogue, home: Path) -> None:
    path = pinned.folder / "pin.json"
    facts = json.loads(path.read_bytes())
    for change in ({"fingerprint": "1" * 64}, {"url": "http://portal.example.vn"}, {"added": "x"}):
        path.write_text(json.dumps(facts | change))
        assert TrustedCatalogue.known(home) == []
    path.write_bytes(b"\xff")
    assert TrustedCatalogue.known(home) == []


def test_a_failed_update_leaves_what_was(
    portal: Portal, pinned: TrustedCatalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal.publish(template(b"t" * 1000), **{"1.000002": "Mới"})

    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match="No space"):
        update(portal, pinned)
    monkeypatch.undo()
    assert pinned.verified().version == 1
    assert not list(pinned.folder.rglob(".new-*"))
    assert update(portal, pinned).version == 2
