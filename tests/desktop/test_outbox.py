"""The outbox: what each answer of a portal does to an item, and that nothing is sent twice by ourselves."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desktop.errors import CannotSettle, DuplicateFiling, MoveForbidden, NotSigned, OutboxBusy, StoreFull
from desktop.outbox import cancel, drain, enqueue, release, schedule, settle_by_hand
from desktop.portal.contract import (
    Abilities,
    KeyState,
    NotYet,
    Outcome,
    Progress,
    Reason,
    Refused,
    Registered,
    Submission,
    Uncertain,
)
from desktop.portal.errors import LoginNeeded, PortalUnreachable, TransferCancelled
from desktop.store import Workspace
from desktop.store.locks import drain_lock
from desktop.store.records import DossierState, ItemState
from tests.desktop.store_kit import MANIFEST, Time, fresh_home, open_in, signed_dossier

PORTAL = "http://127.0.0.1:1"
AT = datetime(2026, 7, 20, 3, 0, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]


def registered(submission: Submission) -> Registered:
    return Registered(f"H38-{submission.key[:8]}", f"a.{submission.key}.c", AT, AT + timedelta(days=3))


@dataclass
class Told:
    """A connector whose answers are told beforehand; it remembers what it was asked."""

    answers: list[Outcome | Exception | Callable[[Submission], Outcome]] = field(default_factory=list)
    states: list[KeyState | Exception] = field(default_factory=list)
    settles_by_key: bool = True
    peer: dict[str, str] = field(default_factory=lambda: {"host": "127.0.0.1:1"})
    sent: list[Submission] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    @property
    def abilities(self) -> Abilities:
        return Abilities(submit=True, settles_by_key=self.settles_by_key)

    def settles(self, key: str) -> bool:
        return self.settles_by_key

    def log_in_again(self) -> bool:
        return False

    def submit(self, submission: Submission, progress: Progress | None = None) -> Outcome:
        self.sent.append(submission)
        answer = self.answers.pop(0) if self.answers else registered
        if isinstance(answer, BaseException):
            raise answer
        return answer(submission) if callable(answer) else answer

    def ask(self, key: str) -> KeyState:
        self.asked.append(key)
        state = self.states.pop(0) if self.states else KeyState("never_seen")
        if isinstance(state, Exception):
            raise state
        return state

    def conclude(self, submission: Submission, state: KeyState) -> Outcome | None:
        if state.state == "registered":
            return registered(submission) if state.receipt == "good" else Uncertain("RECEIPT_INVALID")
        if state.state == "refused":
            return Refused(state.reasons)
        return NotYet(None, "STILL_JUDGED") if state.state == "received" else None


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
def ws(tmp_path: Path, clock: Time) -> Iterator[Workspace]:
    with open_in(fresh_home(tmp_path)[0], clock) as workspace:
        yield workspace


def queued(ws: Workspace, **facts: str) -> str:
    return enqueue(ws, signed_dossier(ws, **facts).id, PORTAL).key  # type: ignore[arg-type]  # only texts are given


def test_a_registered_submission_is_done_with_all_that_proves_it(ws: Workspace) -> None:
    dossier = signed_dossier(ws, files=2)
    item = enqueue(ws, dossier.id, PORTAL)
    assert item.key == ws.dossiers.revision(dossier.id).key
    connector = Told()
    done = drain(ws, connector)
    assert [one.state for one in done.items] == [ItemState.DONE]
    assert done.paused is None
    sent = connector.sent[0]
    assert (sent.key, sent.manifest_jws) == (item.key, MANIFEST)
    for told, kept in zip(sent.files, ws.dossiers.files(dossier.id), strict=True):
        assert (told.sha256, told.size) == (kept.sha256, kept.size)
        with told.open() as first, told.open() as second:
            assert first.read() == second.read() == ws.files.read(kept.sha256)
    found = ws.dossiers.get(dossier.id)
    assert (found.state, found.code, found.received, found.portal) == (
        DossierState.SUBMITTED, f"H38-{item.key[:8]}", AT, PORTAL,
    )  # fmt: skip
    receipt = ws.outbox.receipt_of(dossier.id)
    assert receipt is not None
    assert receipt.data == f"a.{item.key}.c".encode()
    assert [one.kind for one in ws.evidence.list(dossier.id)] == ["manifest", "receipt"]
    assert [one.outcome for one in ws.outbox.attempts(item.key)] == ["registered"]
    # Once more changes nothing.
    assert enqueue(ws, dossier.id, PORTAL).state == ItemState.DONE
    assert drain(ws, connector).items == ()
    assert len(connector.sent) == 1


def test_only_a_signed_dossier_is_queued(ws: Workspace) -> None:
    dossier = signed_dossier(ws)
    ws.dossiers.reopen(dossier.id)
    with pytest.raises(NotSigned):
        enqueue(ws, dossier.id, PORTAL)


def test_what_waits_for_its_agency_holds_back_no_other_dossier_of_the_client(ws: Workspace) -> None:
    """Its agency must sign its part of the catalogue anew first; the deadline of the next does not wait for that."""
    first, second = queued(ws, period="2026-06"), queued(ws, period="2026-07")
    assert ws.dossiers.get(ws.outbox.get(first).dossier).client == ws.dossiers.get(ws.outbox.get(second).dossier).client
    connector = Told(answers=[NotYet(None, "AGENCY_EXPIRED", {"agency": "Cục Thuế"})])
    drain(ws, connector)
    held, gone = ws.outbox.get(first), ws.outbox.get(second)
    assert (held.state, held.reason, held.facts["agency"]) == (ItemState.QUEUED, "AGENCY_EXPIRED", "Cục Thuế")
    assert gone.state == ItemState.DONE
    # The next round comes before its time is up: still nobody waits for it.
    third = queued(ws, period="2026-08")
    drain(ws, connector)
    assert ws.outbox.get(third).state == ItemState.DONE
    assert ws.outbox.get(first).state == ItemState.QUEUED


def test_the_same_filing_twice_asks_first(ws: Workspace) -> None:
    first, second, other = signed_dossier(ws), signed_dossier(ws), signed_dossier(ws, period="2026-07")
    key = enqueue(ws, first.id, PORTAL).key
    assert enqueue(ws, first.id, PORTAL).key == key
    with pytest.raises(MoveForbidden):
        enqueue(ws, first.id, "http://127.0.0.1:2")
    with pytest.raises(DuplicateFiling) as caught:
        enqueue(ws, second.id, PORTAL)
    assert caught.value.other == first.id
    enqueue(ws, other.id, PORTAL)
    drain(ws, Told())
    with pytest.raises(DuplicateFiling) as caught:
        enqueue(ws, second.id, PORTAL)
    assert caught.value.portal_code == f"H38-{key[:8]}"
    assert enqueue(ws, second.id, PORTAL, confirmed=True).state == ItemState.QUEUED


def test_state_is_on_the_disk_before_the_first_byte(ws: Workspace) -> None:
    key = queued(ws)
    seen: list[tuple[ItemState, int]] = []

    def look(submission: Submission) -> Outcome:
        with open_in(ws.home) as other:
            seen.append((other.outbox.get(key).state, len(other.outbox.attempts(key))))
        return registered(submission)

    drain(ws, Told([look]))
    assert seen == [(ItemState.SENDING, 1)]


def test_refused_with_reasons_then_a_new_revision_with_a_new_key(ws: Workspace) -> None:
    dossier = signed_dossier(ws)
    key = enqueue(ws, dossier.id, PORTAL).key
    drain(ws, Told([Refused((Reason("HASH_MISMATCH", component="to_khai", vi="Sai"),))]))
    item = ws.outbox.get(key)
    assert (item.state, item.reason) == (ItemState.REFUSED, "REFUSED_BY_PORTAL")
    assert item.facts["reasons"][0]["code"] == "HASH_MISMATCH"
    assert ws.dossiers.get(dossier.id).state == DossierState.SIGNED
    again = ws.dossiers.reopen(dossier.id)
    assert (again.revision, again.state) == (2, DossierState.PREPARED)
    ws.dossiers.mark_signed(dossier.id, MANIFEST)
    fresh = enqueue(ws, dossier.id, PORTAL)
    assert fresh.key != key
    assert drain(ws, Told()).items[0].state == ItemState.DONE


def test_not_yet_waits_longer_each_time_and_not_for_ever(ws: Workspace, clock: Time) -> None:
    key = queued(ws)
    waits = []
    for _ in range(14):
        connector = Told([NotYet(None, "PORTAL_FAULT")])
        drain(ws, connector, chance=random.Random(1))
        assert len(connector.sent) == 1
        item = ws.outbox.get(key)
        assert (item.state, item.reason) == (ItemState.QUEUED, "PORTAL_FAULT")
        assert item.not_before is not None
        assert drain(ws, Told()).items == ()
        wait = (item.not_before - clock.now).total_seconds()
        waits.append(wait)
        clock.pass_by(wait + 1)
    assert waits[0] <= 5
    assert waits == sorted(waits)
    assert 1800 <= waits[-1] <= 3600
    assert ws.outbox.get(key).attempts == 14
    assert drain(ws, Told([NotYet(77.0, "PORTAL_BUSY")])).paused == "PORTAL_BUSY"
    later = ws.outbox.get(key).not_before
    assert later is not None
    assert 77 <= (later - clock.now).total_seconds() <= 78.1
    # The one that the user asks for now does not wait.
    assert drain(ws, Told(), only=key).items[0].state == ItemState.DONE


def test_patience_waits_and_tries_again(ws: Workspace, clock: Time) -> None:
    key = queued(ws)
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock.pass_by(seconds)

    connector = Told([NotYet(None, "PORTAL_UNREACHABLE"), NotYet(2.0, "PORTAL_BUSY")])
    done = drain(ws, connector, only=key, patience=60, sleep=sleep)
    assert done.items[0].state == ItemState.DONE
    assert done.paused is None
    assert len(slept) == 2


def test_uncertain_is_asked_for_before_anything_is_sent_again(ws: Workspace, clock: Time) -> None:
    key = queued(ws)
    drain(ws, Told([Uncertain("PORTAL_SLOW")]))
    item = ws.outbox.get(key)
    assert (item.state, item.reason) == (ItemState.UNCERTAIN, "PORTAL_SLOW")
    with pytest.raises(MoveForbidden):
        cancel(ws, key)
    clock.pass_by(60)
    # It was registered: nothing is sent, the receipt is kept.
    connector = Told(states=[KeyState("registered", "H38-1", "good")])
    assert drain(ws, connector).items[0].state == ItemState.DONE
    assert (connector.asked, connector.sent) == ([key], [])


@pytest.mark.parametrize("state", ["never_seen", "receiving"])
def test_what_the_portal_does_not_hold_is_sent_again(ws: Workspace, clock: Time, state: str) -> None:
    key = queued(ws)
    drain(ws, Told([Uncertain("PORTAL_SLOW")]))
    clock.pass_by(60)
    connector = Told(states=[KeyState(state)])  # type: ignore[arg-type]  # one of the states
    assert drain(ws, connector).items[0].state == ItemState.DONE
    assert len(connector.sent) == 1
    assert [(one.act, one.outcome) for one in ws.outbox.attempts(key)] == [
        ("send", "uncertain"), ("ask", state), ("send", "registered"),
    ]  # fmt: skip


def test_a_receipt_that_proves_nothing_leaves_it_uncertain(ws: Workspace, clock: Time) -> None:
    key = queued(ws)
    drain(ws, Told([Uncertain("RECEIPT_INVALID")]))
    for _ in range(3):
        clock.pass_by(4000)
        connector = Told(states=[KeyState("registered", "H38-1", "forged")])
        drain(ws, connector)
        assert connector.sent == []
    item = ws.outbox.get(key)
    assert (item.state, item.reason, item.code) == (ItemState.UNCERTAIN, "RECEIPT_INVALID", None)
    assert ws.outbox.receipt(key) is None
    assert ws.dossiers.get(item.dossier).state == DossierState.SIGNED


def test_what_is_still_judged_is_neither_sent_again_nor_taken_back(ws: Workspace, clock: Time) -> None:
    key = queued(ws)
    drain(ws, Told([NotYet(None, "STILL_JUDGED")]))
    with pytest.raises(MoveForbidden):
        cancel(ws, key)
    clock.pass_by(60)
    connector = Told(states=[KeyState("received")])
    drain(ws, connector)
    assert (ws.outbox.get(key).state, connector.sent) == (ItemState.UNCERTAIN, [])
    clock.pass_by(600)
    drain(ws, Told(states=[KeyState("refused", reasons=(Reason("COMPONENT_MISSING"),))]))
    assert ws.outbox.get(key).state == ItemState.REFUSED


def test_a_judgement_is_waited_for_and_nothing_else_is(ws: Workspace, clock: Time) -> None:
    judged, failed = queued(ws), queued(ws, period="2026-07", tax_code="0101243150")
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock.pass_by(seconds)

    states: list[KeyState | Exception] = [
        KeyState("received"),
        KeyState("received"),
        KeyState("refused", reasons=(Reason("COMPONENT_MISSING"),)),
    ]
    connector = Told([NotYet(None, "STILL_JUDGED"), NotYet(300.0, "NOT_YET")], states=states)
    done = drain(ws, connector, judging=120, sleep=sleep)
    assert {item.key: item.state for item in done.items} == {judged: ItemState.REFUSED, failed: ItemState.QUEUED}
    assert len(connector.sent) == 2
    assert len(slept) == 3
    assert sum(slept) < 120


def test_a_lost_log_in_pauses_the_queue_and_asks_first(ws: Workspace) -> None:
    first, second = queued(ws), queued(ws, period="2026-07")
    connector = Told([LoginNeeded("localhost", 401, "UNAUTHORISED", "")])
    done = drain(ws, connector)
    assert done.paused == "LOGIN_NEEDED"
    assert isinstance(done.problem, LoginNeeded)
    assert len(connector.sent) == 1
    assert [ws.outbox.get(key).state for key in (first, second)] == [ItemState.QUEUED, ItemState.QUEUED]
    # It may have ended after the commit: so it is asked for, and cannot be taken back unasked.
    with pytest.raises(MoveForbidden):
        cancel(ws, first)
    connector = Told(states=[KeyState("registered", "H38-1", "good")])
    drain(ws, connector)
    assert connector.asked == [first]
    assert [one.key for one in connector.sent] == [second]
    assert {ws.outbox.get(key).state for key in (first, second)} == {ItemState.DONE}


@pytest.mark.parametrize("answer", [NotYet(None, "PORTAL_UNREACHABLE"), Uncertain("PORTAL_SLOW")])
def test_a_lost_connection_pauses_the_queue(ws: Workspace, answer: Outcome) -> None:
    queued(ws)
    queued(ws, period="2026-07")
    connector = Told([answer])
    assert drain(ws, connector).paused in {"PORTAL_UNREACHABLE", "PORTAL_SLOW"}
    assert len(connector.sent) == 1


def test_asking_in_vain_waits_and_sends_nothing(ws: Workspace, clock: Time) -> None:
    key = queued(ws)
    drain(ws, Told([Uncertain("PORTAL_SLOW")]))
    clock.pass_by(60)
    connector = Told(states=[PortalUnreachable("localhost")])
    assert drain(ws, connector).paused == "PORTAL_UNREACHABLE"
    assert connector.sent == []
    assert ws.outbox.get(key).state == ItemState.UNCERTAIN
    assert drain(ws, Told()).items == ()


def test_stopped_by_the_user_stays_queued_and_can_be_taken_back(ws: Workspace) -> None:
    key = queued(ws)
    assert drain(ws, Told([TransferCancelled()])).paused == "TRANSFER_CANCELLED"
    assert cancel(ws, key).state == ItemState.CANCELLED
    assert drain(ws, Told()).items == ()
    # The key was seen by the portal: what is signed anew gets another one.
    dossier = ws.outbox.get(key).dossier
    assert ws.dossiers.reopen(dossier).revision == 2


def test_taken_back_before_sending_and_queued_again(ws: Workspace) -> None:
    dossier = signed_dossier(ws)
    key = enqueue(ws, dossier.id, PORTAL).key
    with pytest.raises(MoveForbidden):
        ws.dossiers.reopen(dossier.id)
    cancel(ws, key)
    assert ws.dossiers.reopen(dossier.id).revision == 1
    ws.dossiers.mark_signed(dossier.id, MANIFEST)
    assert enqueue(ws, dossier.id, "http://127.0.0.1:2").key == key
    assert drain(ws, Told(), portal=PORTAL).items == ()
    assert drain(ws, Told(), portal="http://127.0.0.1:2").items[0].state == ItemState.DONE


def test_a_portal_that_cannot_be_asked_waits_for_the_users_word(ws: Workspace, clock: Time) -> None:
    first, second = queued(ws), queued(ws, period="2026-07")
    with pytest.raises(CannotSettle):
        release(ws, first)
    connector = Told([Uncertain("X"), Uncertain("X")], settles_by_key=False)
    drain(ws, connector)
    clock.pass_by(90_000)
    drain(ws, connector)
    assert (len(connector.sent), connector.asked) == (2, [])
    release(ws, first)
    settled = settle_by_hand(ws, second, " H38-tay ")
    assert (settled.state, settled.code) == (ItemState.DONE, "H38-tay")
    dossier = ws.dossiers.get(settled.dossier)
    assert (dossier.state, dossier.code, dossier.code_entered) == (DossierState.SUBMITTED, "H38-tay", True)
    drain(ws, connector)
    assert ws.outbox.get(first).state == ItemState.DONE
    assert len(connector.sent) == 3


@pytest.mark.parametrize("bug", [ZeroDivisionError, KeyboardInterrupt])
def test_a_bug_while_sending_leaves_it_uncertain(ws: Workspace, bug: type[BaseException]) -> None:
    key = queued(ws)

    def fail(submission: Submission) -> Outcome:
        raise bug

    with pytest.raises(bug):
        drain(ws, Told([fail]))
    assert (ws.outbox.get(key).state, ws.outbox.get(key).reason) == (ItemState.UNCERTAIN, "INTERRUPTED")
    connector = Told(states=[KeyState("registered", "H38-1", "good")])
    assert drain(ws, connector).items[0].state == ItemState.DONE


def test_a_disk_that_fills_up_after_registration_loses_nothing(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    key = queued(ws)

    def full(*_: object, **__: object) -> None:
        raise StoreFull("workspace.db")

    with monkeypatch.context() as patch:
        patch.setattr(ws.outbox, "keep_receipt", full)
        with pytest.raises(StoreFull):
            drain(ws, Told())
    assert ws.outbox.get(key).state == ItemState.SENDING
    connector = Told(states=[KeyState("registered", "H38-1", "good")])
    assert drain(ws, connector).items[0].state == ItemState.DONE
    assert connector.sent == []
    assert [one.outcome for one in ws.outbox.attempts(key)] == ["cut off", "registered"]


def test_a_second_drain_is_told_who_has_it(ws: Workspace, clock: Time) -> None:
    key = queued(ws)

    def another(submission: Submission) -> Outcome:
        with pytest.raises(OutboxBusy) as caught:
            drain(ws, Told())
        assert caught.value.pid == str(os.getpid())
        assert caught.value.since is not None
        assert abs(caught.value.since - clock.now) < timedelta(seconds=5)
        # It did not touch what is being sent.
        assert ws.outbox.get(key).state == ItemState.SENDING
        return registered(submission)

    assert drain(ws, Told([another])).items[0].state == ItemState.DONE


def test_the_lock_ends_with_its_process(tmp_path: Path) -> None:
    home, _ = fresh_home(tmp_path)
    program = (
        "import sys, time; from pathlib import Path; from desktop.store.locks import drain_lock\n"
        f"with drain_lock(Path({str(home)!r}), False): print('held', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(OutboxBusy) as caught, drain_lock(home, False):
            pass
        assert caught.value.pid == str(holder.pid)
        with drain_lock(home, True):
            pass
    finally:
        holder.kill()
        holder.wait()
        if holder.stdout is not None:
            holder.stdout.close()
    with drain_lock(home, False):
        pass


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows does not fork")
def test_a_forked_child_does_not_keep_the_lock(tmp_path: Path) -> None:
    home, _ = fresh_home(tmp_path)
    program = f"""
import os, sys, time
from pathlib import Path
from desktop.store.locks import drain_lock
with drain_lock(Path({str(home)!r}), False):
    if os.fork() == 0:
        print("child", os.getpid(), flush=True)
        time.sleep(60)
        os._exit(0)
    time.sleep(60)
"""
    holder = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    child = int(holder.stdout.readline().split()[1])
    holder.kill()
    holder.wait()
    try:
        with drain_lock(home, False):
            pass
    finally:
        os.kill(child, 9)
        holder.stdout.close()


def test_restored_items_are_asked_for_first(ws: Workspace, tmp_path: Path) -> None:
    from desktop.store import Passphrase, restore
    from tests.desktop.store_kit import WORDS

    key = queued(ws)
    ws.backup(tmp_path / "b.hoso")
    drain(ws, Told())
    restore(tmp_path / "b.hoso", tmp_path / "mới", Passphrase(WORDS))
    with open_in(tmp_path / "mới") as again:
        connector = Told(states=[KeyState("registered", "H38-1", "good")])
        assert drain(again, connector).items[0].state == ItemState.DONE
        assert (connector.asked, connector.sent) == ([key], [])


def test_one_clients_dossiers_leave_in_their_order_and_hold_nobody_else(ws: Workspace, clock: Time) -> None:
    first, second = queued(ws), queued(ws, period="2026-07")
    stranger = queued(ws, tax_code="0100109106")
    connector = Told([NotYet(600.0, "PORTAL_SAYS_LATER")])
    drain(ws, connector)
    assert [one.key for one in connector.sent] == [first, stranger]
    assert ws.outbox.get(second).state == ItemState.QUEUED
    drain(ws, connector)
    assert ws.outbox.get(second).attempts == 0, "the one before it still waits"
    clock.pass_by(700)
    drain(ws, connector)
    assert [one.key for one in connector.sent] == [first, stranger, first, second]


def test_an_item_leaves_at_the_time_that_it_was_given_and_holds_nobody(ws: Workspace, clock: Time) -> None:
    dossier = signed_dossier(ws)
    later = enqueue(ws, dossier.id, PORTAL, at=clock.now + timedelta(hours=3))
    other = queued(ws, period="2026-07")
    connector = Told()
    assert [one.key for one in drain(ws, connector).items] == [other]
    schedule(ws, later.key, clock.now + timedelta(hours=1))
    clock.pass_by(3500)
    assert drain(ws, connector).items == ()
    clock.pass_by(101)
    assert [one.key for one in drain(ws, connector).items] == [later.key]
    with pytest.raises(MoveForbidden):
        schedule(ws, later.key, None)


def test_every_try_is_kept_with_what_was_sent_and_to_whom(ws: Workspace, clock: Time) -> None:
    dossier = signed_dossier(ws, files=2)
    key = enqueue(ws, dossier.id, PORTAL).key
    server = {"host": "cong.example", "sha256": "ab" * 32, "issuer": "CA", "until": "Jan  1 00:00:00 2027 GMT"}
    drain(ws, Told([PortalUnreachable("cong.example", sent=False)], peer=server))
    kept = ws.outbox.attempts(key)[0]
    assert (kept.outcome, kept.reason) == ("failed", "PORTAL_UNREACHABLE")
    assert kept.facts["server"] == server
    assert kept.facts["manifest_sha256"] == hashlib.sha256(MANIFEST.encode()).hexdigest()
    assert kept.facts["files"] == 2
    assert kept.facts["bytes"] == sum(file.size for file in ws.dossiers.files(dossier.id))
