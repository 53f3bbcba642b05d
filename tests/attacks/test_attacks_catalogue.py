"""The attacks that The Update Framework was made against, by the names that its specification gives them (1.5.2).

Each is tried beside a control: the same portal without the thief, whose catalogue is taken.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tuf.api.metadata import TargetFile

from desktop.messages import message
from desktop.portal.catalogue.trusted import FRESH_FOR, TrustedCatalogue
from desktop.portal.connection import Connection, Limits
from desktop.portal.errors import (
    CatalogueExpired,
    CatalogueForged,
    CatalogueRollback,
    PortalAnsweredGarbage,
    PortalError,
    PortalFault,
    PortalSlow,
    PortalUnreachable,
)
from desktop.sandbox.authority import Authority
from desktop.sandbox.procedures import procedures_target
from tests.attacks.catalogue_portal import (
    LATER,
    POLICE,
    POLICE_CODE,
    POLICE_FORM,
    TAX,
    TAX_CODE,
    TAX_FORM,
    Portal,
    endless,
    later,
    police,
    record,
    stranger,
    tax,
    template,
)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the keys of a portal once."""
    return Authority.open(tmp_path_factory.mktemp("authority") / "a").folder


@pytest.fixture
def portal(tmp_path: Path, authority: Path) -> Iterator[Portal]:
    one = Portal(tmp_path / "portal", authority)
    yield one
    one.stop()


@pytest.fixture
def pinned(portal: Portal, tmp_path: Path) -> TrustedCatalogue:
    return portal.pin(tmp_path / "home")


def names(pinned: TrustedCatalogue) -> list[str]:
    """Return the names of the procedures, as one who drafts sees them."""
    return sorted(one["name"] for one in pinned.verified().procedures())


def taken(portal: Portal, pinned: TrustedCatalogue, *expected: str) -> None:
    """Require that the portal's catalogue is taken, and that these are its procedures."""
    portal.update(pinned)
    assert names(pinned) == sorted(expected)


BEFORE = ("Cư trú thử", "Khai thuế thử")


# --- the list of the specification -------------------------------------------------------------------------


def test_arbitrary_installation_attack(portal: Portal, pinned: TrustedCatalogue) -> None:
    """Whoever sits on the wire, and even holds the online keys, gives a template and a procedure of their own."""
    portal.publish(tax("Khai thuế mới"), police())
    taken(portal, pinned, "Cư trú thử", "Khai thuế mới")

    def slip_in(targets: Any) -> None:
        targets.targets[TAX_FORM] = TargetFile.from_data(TAX_FORM, b"a form of the thief", ["sha256"])

    version = portal.forge(TAX, slip_in, stranger())
    portal.name(**{TAX: version})
    with pytest.raises(CatalogueForged):
        portal.update(pinned)
    assert names(pinned) == ["Cư trú thử", "Khai thuế mới"]
    assert {one.path.read_bytes() for one in pinned.verified().templates()} == {b"to khai", b"ct01"}


def test_arbitrary_installation_attack_in_the_file_itself(portal: Portal, pinned: TrustedCatalogue) -> None:
    portal.publish(tax(more={"templates/thue/moi/v1.zip": template(b"a new form")}), police())
    (path,) = (portal.folder / "catalogue" / "targets" / "templates" / "thue" / "moi").iterdir()
    path.write_bytes(b"a bad form")
    with pytest.raises(CatalogueForged):
        portal.update(pinned)
    path.write_bytes(b"a new form")
    taken(portal, pinned, *BEFORE)
    assert b"a new form" in {one.path.read_bytes() for one in pinned.verified().templates()}


@pytest.mark.parametrize("part", ["2.root.json", "timestamp.json", "2.snapshot.json", f"2.{TAX}.json", "moi.v1.zip"])
def test_endless_data_attack(portal: Portal, pinned: TrustedCatalogue, part: str) -> None:
    portal.publish(tax(more={"templates/thue/x/moi.v1.zip": template(b"new")}), police())
    portal.replies.append(endless(part)(portal))
    with pytest.raises(PortalError):
        portal.update(pinned, limits=Limits(call=20, transfer=40))
    assert portal.sent < 40_000_000, "it hung up"
    assert names(pinned) == sorted(BEFORE)
    portal.replies.clear()
    assert portal.update(pinned).changed


def test_extraneous_dependencies_attack(portal: Portal, pinned: TrustedCatalogue) -> None:
    """An agency brings along what was never left to it: another's form, another's procedure, another's files."""
    theirs = {
        POLICE_FORM: template(b"a form of the tax agency"),
        "templates/cu-tru/moi/v1.zip": template(b"one more"),
        f"procedures/{POLICE}/001.jsonl.gz": procedures_target({"2.000009": record("2.000009", "Không phải của thuế")}),
        f"procedures/{TAX}/001.jsonl.gz": procedures_target(
            {POLICE_CODE: record(POLICE_CODE, "Cư trú giả"), "9.9": record("9.9", "Thêm vào")}
        ),
        "portal.json": template(b"{}"),
    }
    assert portal.publish(tax(more=theirs), police())
    taken(portal, pinned, *BEFORE)
    verified = pinned.verified()
    assert verified.description.id == "thu"
    found = verified.procedure(POLICE_CODE)
    assert found is not None
    assert found["name"] == "Cư trú thử"
    assert verified.procedure("9.9") is None
    assert {one.path.read_bytes() for one in verified.templates()} == {b"to khai", b"ct01"}
    # The control: what was left to them, they may.
    portal.publish(tax(), police("Cư trú mới", {"templates/cu-tru/moi/v1.zip": template(b"one more")}))
    taken(portal, pinned, "Cư trú mới", "Khai thuế thử")
    assert b"one more" in {one.path.read_bytes() for one in pinned.verified().templates()}


@pytest.mark.parametrize("role", ["timestamp", "snapshot"])
def test_fast_forward_attack(portal: Portal, pinned: TrustedCatalogue, role: str) -> None:
    """A thief of an online key sets its version to the skies; with a new key the portal comes back."""

    def to_the_skies(signed: Any) -> None:
        signed.version = 2_000_000_000

    version = portal.forge(role, to_the_skies)
    if role == "snapshot":
        portal.stamp(version)
    portal.update(pinned)
    for old in portal.metadata.glob("2000000001.*"):
        old.unlink()
    (portal.metadata / "timestamp.json").unlink()
    # The portal puts back what it had; the client takes it for a rollback, rightly.
    held = portal.published
    held._stamp(1)
    with pytest.raises(CatalogueRollback):
        portal.update(pinned)
    held.rotate("snapshot")
    held.rotate("timestamp")
    portal.publish(tax("Sau khi đổi khóa"), police())
    taken(portal, pinned, "Cư trú thử", "Sau khi đổi khóa")


def test_indefinite_freeze_attack(portal: Portal, pinned: TrustedCatalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody plays the same catalogue for ever: after its term one drafts with it and files nothing."""
    now = datetime.now(UTC)
    portal.publish(tax("Bản bị giấu"), police())
    frozen = portal.keep("frozen")
    later(monkeypatch)
    with Connection(portal.url, practice=True) as connection:
        portal.go_back(frozen)
        with pytest.raises(CatalogueExpired) as raised:
            pinned.fresh(connection, now + LATER)
        with pytest.raises(CatalogueExpired):
            pinned.update(connection, now + LATER)
    told = message(raised.value)
    assert "hết hạn" in told.heading
    assert "soạn" in told.remedy
    assert names(pinned) == sorted(BEFORE), "drafting goes on"
    # The control: the real portal renews in time.
    portal.published._clock = lambda: now + LATER
    portal.published.refresh()
    with Connection(portal.url, practice=True) as connection:
        fresh = pinned.fresh(connection, now + LATER)
    assert fresh.expires > now + LATER
    assert names(pinned) == ["Bản bị giấu", "Cư trú thử"]


@pytest.mark.parametrize("how", ["nothing", "500", "cut", "garbage"])
def test_malicious_mirrors_preventing_updates(portal: Portal, pinned: TrustedCatalogue, how: str) -> None:
    """A mirror that gives nothing is said to, keeps nobody from drafting, and spoils nothing for the next one."""

    def reply(handler: Any) -> bool:
        if how == "cut":
            handler.close_connection = True
            return True
        body = b"<html>wifi</html>"
        handler.send_response({"nothing": 404, "500": 500}.get(how, 200))
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
        return True

    portal.publish(tax("Khai thuế mới"), police())
    portal.replies.append(reply)
    now = datetime.now(UTC)
    errors = (PortalAnsweredGarbage, PortalFault, PortalUnreachable, CatalogueForged)
    with pytest.raises(errors):
        portal.update(pinned)
    with Connection(portal.url, practice=True) as connection, pytest.raises(errors):
        pinned.fresh(connection, now + 2 * FRESH_FOR)
    assert names(pinned) == sorted(BEFORE)
    portal.replies.clear()
    taken(portal, pinned, "Cư trú thử", "Khai thuế mới")


def test_mix_and_match_attack(portal: Portal, pinned: TrustedCatalogue) -> None:
    """Lists that were each good at some time, and never together."""
    first = portal.keep("first")
    portal.publish(tax("Khai thuế mới"), police("Cư trú mới"))
    metadata = portal.metadata
    good = (metadata / f"2.{TAX}.json").read_bytes()
    (metadata / f"2.{TAX}.json").write_bytes((first / "metadata" / f"1.{TAX}.json").read_bytes())
    with pytest.raises(CatalogueForged):
        portal.update(pinned)
    # The agency's key is in the thief's hands too: the same version with other content is another list.
    forged = portal.forge(TAX, lambda targets: targets.targets.pop(TAX_FORM), raise_version=False)
    assert forged == 1
    (metadata / f"2.{TAX}.json").write_bytes((metadata / f"1.{TAX}.json").read_bytes())
    with pytest.raises(CatalogueForged):
        portal.update(pinned)
    assert names(pinned) == sorted(BEFORE)
    (metadata / f"2.{TAX}.json").write_bytes(good)
    taken(portal, pinned, "Cư trú mới", "Khai thuế mới")


def test_rollback_attack(portal: Portal, pinned: TrustedCatalogue) -> None:
    old = portal.keep("old")
    portal.publish(tax("Khai thuế mới"), police())
    taken(portal, pinned, "Cư trú thử", "Khai thuế mới")
    new = portal.keep("new")
    portal.go_back(old)
    with pytest.raises(CatalogueRollback):
        portal.update(pinned)
    portal.go_back(new)
    taken(portal, pinned, "Cư trú thử", "Khai thuế mới")


@pytest.mark.parametrize("cache", ["kept", "lost"])
@pytest.mark.parametrize("what", [TAX, "targets"])
def test_rollback_attack_on_one_list_with_the_online_keys(
    portal: Portal, pinned: TrustedCatalogue, what: str, cache: str
) -> None:
    """The snapshot is new and names an old list; also where the library's own memory of it was lost."""
    portal.publish(tax("Khai thuế mới"), police())
    portal.published.rotate(POLICE)
    taken(portal, pinned, "Cư trú thử", "Khai thuế mới")
    portal.name(**{what: 1})
    if cache == "lost":
        for path in (pinned.folder / "metadata").glob("*.json"):
            path.unlink()
    with pytest.raises((CatalogueRollback, CatalogueForged)):
        portal.update(pinned)
    assert names(pinned) == ["Cư trú thử", "Khai thuế mới"]


def test_rollback_attack_by_leaving_a_list_out(portal: Portal, pinned: TrustedCatalogue) -> None:
    def leave_out(snapshot: Any) -> None:
        del snapshot.meta[f"{TAX}.json"]

    portal.stamp(portal.forge("snapshot", leave_out))
    with pytest.raises(CatalogueForged):
        portal.update(pinned)
    assert names(pinned) == sorted(BEFORE)


def test_slow_retrieval_attack(portal: Portal, pinned: TrustedCatalogue) -> None:
    """Bytes that drip: each comes in time, the file never does."""
    portal.publish(tax("Khai thuế mới"), police())
    portal.replies.append(endless(f"2.{TAX}.json", seconds=0.05, block=1)(portal))
    with pytest.raises(PortalSlow):
        portal.update(pinned, limits=Limits(read=10, call=0.5, transfer=60))
    portal.replies[:] = [endless("000.jsonl.gz", seconds=0.05, block=1)(portal)]
    with pytest.raises(PortalSlow):
        portal.update(pinned, limits=Limits(read=10, call=0.5, transfer=60))
    # Each file just in time, all together too late.
    portal.replies[:] = [lambda handler: _wait(0.3)]
    with pytest.raises(PortalSlow):
        portal.update(pinned, limits=Limits(read=10, call=5, transfer=0.5))
    assert names(pinned) == sorted(BEFORE)
    portal.replies.clear()
    taken(portal, pinned, "Cư trú thử", "Khai thuế mới")


def _wait(seconds: float) -> bool:
    import time

    time.sleep(seconds)
    return False


def test_vulnerability_to_key_compromises(portal: Portal, pinned: TrustedCatalogue) -> None:
    """With all keys that a portal has online, and one agency's, a thief speaks for that agency alone."""

    def change(targets: Any) -> None:
        targets.targets.clear()

    signer = portal.authority.catalogue_signer
    for role, with_key in (("targets", "timestamp"), ("targets", "snapshot"), ("targets", TAX), (POLICE, TAX)):
        kept = portal.keep(f"kept-{role}-{with_key}")
        portal.name(**{role: portal.forge(role, change, signer(with_key))})
        with pytest.raises(CatalogueForged):
            portal.update(pinned)
        portal.go_back(kept)
        for path in (pinned.folder / "metadata").glob("*.json"):
            path.unlink()
    taken(portal, pinned, *BEFORE)


@pytest.mark.parametrize("key", ["snapshot", "timestamp", "targets", TAX, "stranger"])
@pytest.mark.parametrize("role", ["root", "timestamp", "snapshot", "targets", TAX])
def test_wrong_key(portal: Portal, pinned: TrustedCatalogue, role: str, key: str) -> None:
    if key == role:
        taken(portal, pinned, *BEFORE)
        return
    signer = stranger() if key == "stranger" else portal.authority.catalogue_signer(key)
    version = portal.forge(role, lambda signed: None, signer)
    if role == "snapshot":
        portal.stamp(version)
    elif role in ("targets", TAX):
        portal.name(**{role: version})
    with pytest.raises(CatalogueForged):
        portal.update(pinned)
    assert names(pinned) == sorted(BEFORE)


def test_wrong_software_installation(portal: Portal, pinned: TrustedCatalogue) -> None:
    """A file that is well signed, under the name of another."""
    portal.publish(tax(more={"templates/thue/moi/v1.zip": template(b"form")}), police())
    targets = portal.folder / "catalogue" / "targets" / "templates"
    (wanted,) = (targets / "thue" / "moi").iterdir()
    (other,) = (targets / "cu-tru" / "ct01").iterdir()
    wanted.write_bytes(other.read_bytes())
    assert len(wanted.read_bytes()) == len(b"form")
    with pytest.raises(CatalogueForged):
        portal.update(pinned)
    wanted.write_bytes(b"form")
    assert portal.update(pinned).changed


# --- keys that change ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["root", "targets", "snapshot", "timestamp", TAX])
def test_a_key_is_rotated(portal: Portal, pinned: TrustedCatalogue, tmp_path: Path, role: str) -> None:
    """Who pinned the first root follows; what the old key signs from now on counts no more."""
    old = portal.authority.catalogue_signer(role)
    portal.published.rotate(role)
    portal.publish(tax("Sau khi đổi khóa"), police())
    taken(portal, pinned, "Cư trú thử", "Sau khi đổi khóa")
    assert names(portal.pin(tmp_path / "another home")) == names(pinned), "who comes later follows all the way too"
    version = portal.forge(role, lambda signed: None, old)
    if role == "snapshot":
        portal.stamp(version)
    elif role in ("targets", TAX):
        portal.name(**{role: version})
    with pytest.raises(CatalogueForged):
        portal.update(pinned)
    assert names(pinned) == ["Cư trú thử", "Sau khi đổi khóa"]


def test_keys_are_rotated_again_and_again(portal: Portal, pinned: TrustedCatalogue) -> None:
    for role in ("root", "root", TAX, "targets", TAX, "root", "timestamp"):
        portal.published.rotate(role)
    taken(portal, pinned, *BEFORE)
    assert pinned.verified().chain.roots == 6
    assert hashlib.sha256((pinned.folder / "root.json").read_bytes()).hexdigest() == pinned.pin.fingerprint


def test_a_lost_agency_key_is_revoked_by_the_portal(portal: Portal, pinned: TrustedCatalogue) -> None:
    """What the lost key signs, and all that it ever signed, is gone; another agency may take the procedures over."""
    lost = portal.authority.catalogue_signer(TAX)
    portal.published.revoke(TAX)
    taken(portal, pinned, "Cư trú thử")
    assert pinned.verified().procedure(TAX_CODE) is None
    assert [one.id for one in pinned.verified().templates()] == ["cu-tru/ct01"]
    portal.name(**{TAX: portal.forge(TAX, lambda targets: None, lost)})
    taken(portal, pinned, "Cư trú thử")
    portal.authority.renew_catalogue_key(TAX)
    portal.publish(tax("Với khóa mới"), police())
    taken(portal, pinned, "Cư trú thử", "Với khóa mới")


def test_a_new_root_that_the_old_one_did_not_sign(portal: Portal, pinned: TrustedCatalogue) -> None:
    key = stranger()

    def take_over(root: Any) -> None:
        for role in ("root", "targets", "snapshot", "timestamp"):
            for keyid in list(root.roles[role].keyids):
                root.revoke_key(keyid, role)
            root.add_key(key.public_key, role)

    portal.forge("root", take_over, key)
    with pytest.raises(CatalogueForged):
        portal.update(pinned)
    (portal.metadata / "2.root.json").unlink()
    taken(portal, pinned, *BEFORE)


def test_a_root_is_left_out(portal: Portal, pinned: TrustedCatalogue) -> None:
    """Roots are followed one by one: with a gap the client stays at the last one that it can reach."""
    for _ in range(2):
        portal.published.rotate("root")
    portal.publish(tax("Sau khi đổi khóa"), police())
    second = (portal.metadata / "2.root.json").read_bytes()
    (portal.metadata / "2.root.json").unlink()
    portal.update(pinned)
    assert pinned.verified().chain.roots == 1
    (portal.metadata / "2.root.json").write_bytes(second)
    taken(portal, pinned, "Cư trú thử", "Sau khi đổi khóa")
    assert pinned.verified().chain.roots == 3


# --- sizes and shapes ----------------------------------------------------------------------------------------


def test_a_record_too_deep_and_a_line_too_long(portal: Portal, pinned: TrustedCatalogue) -> None:
    deep = json.loads(record(TAX_CODE, "Sâu"))
    inner: list[Any] = []
    for _ in range(100):
        inner = [inner]
    deep["cases"] = inner
    files = {f"procedures/{TAX}/000.jsonl.gz": procedures_target({TAX_CODE: json.dumps(deep)})}
    portal.publish(tax(more=files), police())
    portal.update(pinned)
    assert pinned.verified().procedure(TAX_CODE) is None
    long = {f"procedures/{TAX}/000.jsonl.gz": procedures_target({TAX_CODE: " " * 30_000_000})}
    portal.publish(tax(more=long), police())
    with pytest.raises(CatalogueForged):
        portal.update(pinned)
    portal.publish(tax("Vừa"), police())
    taken(portal, pinned, "Cư trú thử", "Vừa")


def test_more_agencies_than_there_can_be(portal: Portal, pinned: TrustedCatalogue) -> None:
    def many(targets: Any) -> None:
        role = targets.delegations.roles[TAX]
        for number in range(600):
            copied = type(role)(f"x{number}", role.keyids, 1, True, [f"procedures/x{number}/*"])
            targets.delegations.roles[copied.name] = copied

    portal.name(targets=portal.forge("targets", many))
    with pytest.raises(CatalogueForged):
        portal.update(pinned)
    assert names(pinned) == sorted(BEFORE)


def test_an_odd_name_of_a_role_becomes_no_file(portal: Portal, pinned: TrustedCatalogue) -> None:
    def odd(targets: Any) -> None:
        role = targets.delegations.roles[TAX]
        for name in ("../../evil", "con", "A", "a" * 300, "procedures"):
            targets.delegations.roles[name] = type(role)(name, role.keyids, 1, True, ["nothing/*"])

    portal.name(targets=portal.forge("targets", odd))
    taken(portal, pinned, *BEFORE)
    assert {path.name for path in (pinned.folder / "metadata").glob("*.json")} == {
        "root.json", "timestamp.json", "snapshot.json", "targets.json", f"{TAX}.json", f"{POLICE}.json",
    }  # fmt: skip


Change = Callable[[dict[str, Any]], None]


@pytest.mark.parametrize(
    "change",
    [
        lambda state: state.update(agencies={}),
        lambda state: state["agencies"].pop(TAX),
        lambda state: state["agencies"].update({TAX: state["agencies"][POLICE]}),
        lambda state: state["agencies"].update({TAX: state["targets"]}),
        lambda state: state["agencies"].update({TAX: 5}),
        lambda state: state.update(agencies=[]),
    ],
)
def test_a_list_changed_on_this_disk(portal: Portal, pinned: TrustedCatalogue, change: Change) -> None:
    path = pinned.folder / "verified.json"
    state = json.loads(path.read_bytes())
    change(state)
    path.write_text(json.dumps(state) + " ")
    with pytest.raises(PortalError):
        pinned.verified()
    taken(portal, pinned, *BEFORE)


def test_the_clock_of_the_term(pinned: TrustedCatalogue) -> None:
    """The earliest term of all lists counts, and a timestamp's is the shortest."""
    assert timedelta(days=13) < pinned.verified().expires - datetime.now(UTC) < timedelta(days=14)
