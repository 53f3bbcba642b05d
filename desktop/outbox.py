"""Sends what was queued, once: enqueue, drain, settle.

A submission's id is its idempotency key, made once with the dossier's revision and named in the signed manifest. Before
each step its state is on the disk: SENDING before the first byte leaves. Whatever cuts the process off, the next drain
finds SENDING, calls it UNCERTAIN, and asks the portal for the key before anything is sent again. Only the holder of the
operating system's lock does that.

```
QUEUED ──send──> SENDING ──> DONE                a verified receipt is kept, the dossier is SUBMITTED
   │ ^              ├──────> REFUSED             with the portal's reasons
   │ └──later───────┤
   │                └──────> UNCERTAIN ──ask──> DONE | REFUSED | QUEUED (never seen) | UNCERTAIN (later)
   └──cancel──> CANCELLED
```
A submission that its portal cannot be asked for (`Sender.settles` is false) leaves UNCERTAIN to the user's word:
`release` or `settle_by_hand`.

Each client's dossiers leave in the order in which they were queued: one that must be tried again holds back those of
the same client behind it, and nobody else's. Three things don't hold: one that was given a later time, one that only
the user's word can settle, and one whose agency must first renew its part of the catalogue (the deadline of the next
does not wait for them).
"""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from desktop.errors import CannotSettle, DesktopError, DuplicateFiling, MoveForbidden, NotSigned
from desktop.portal.contract import (
    NoticeWish,
    NotYet,
    Outcome,
    Progress,
    Refused,
    Registered,
    Sender,
    Submission,
    SubmissionFile,
    Uncertain,
)
from desktop.portal.errors import TransferCancelled
from desktop.store.locks import drain_lock
from desktop.store.records import DossierState, ItemState, OutboxItem
from desktop.store.timing import Clock

if TYPE_CHECKING:
    from desktop.store import Workspace

FIRST_WAIT = 5.0
LONGEST_WAIT = 3600.0
LONGEST_ASKED_WAIT = 86_400.0
"""Seconds; a portal may ask for longer than we would wait by ourselves, but not for ever."""
ASK_FIRST = "ask_first"
"""A fact of a queued item: the portal is asked for the key before it is sent."""
SEND_AT = "send_at"
"""A fact of a queued item: the time that the user gave it."""
INTERRUPTED = "INTERRUPTED"
RELEASED = "RELEASED_BY_USER"
SETTLED_BY_HAND = "SETTLED_BY_HAND"
CANNOT_ASK = "PORTAL_CANNOT_BE_ASKED"
REFUSED = "REFUSED_BY_PORTAL"
STILL_JUDGED = "STILL_JUDGED"
AGENCY_EXPIRED = "AGENCY_EXPIRED"
UNSIGNED = "NO_SIGNED_RECEIPT"
"""Reason of a filed item whose portal signs no receipts."""
CONNECTION = frozenset({"PORTAL_UNREACHABLE", "PORTAL_SLOW", "PORTAL_BUSY"})
"""Reasons that the next item would meet as well."""

Stage = Callable[[OutboxItem], None]
"""Called with the item after each change of its state."""


@dataclass(frozen=True)
class Drained:
    """What one drain did."""

    items: tuple[OutboxItem, ...]
    """Those that were worked on, as they stand now."""
    paused: str | None
    """Stable code of why the drain stopped before its end (log-in, connection, the user); None: it did not."""
    problem: DesktopError | None
    """The error behind it, where there was one."""


def enqueue(
    ws: Workspace, dossier: str, portal: str, *, confirmed: bool = False, at: datetime | None = None
) -> OutboxItem:
    """Queue a signed dossier for a portal, to leave from `at` on; the same revision is only ever queued once.

    Raises:
        NotSigned: there is no signed manifest of the current revision.
        DuplicateFiling: another dossier of the same client, procedure, case and period was filed, by hand too, or is
            under way; `confirmed` says that the user knows.
        MoveForbidden: this revision is queued for another portal.
    """
    with ws.transaction():
        found = ws.dossiers.get(dossier)
        items = {item.revision: item for item in ws.outbox.of_dossier(found.id)}
        known = items.get(found.revision)
        if known is None or known.state == ItemState.CANCELLED:
            if found.state != DossierState.SIGNED or ws.dossiers.revision(found.id).manifest is None:
                raise NotSigned(found.id, found.state)
            twice = None if confirmed else duplicate(ws, found.id)
            if twice is not None:
                raise twice
        item = ws.outbox.enqueue(found.id, portal)
        return item if at is None or item.attempts else schedule(ws, item.key, at)


def duplicate(ws: Workspace, dossier: str) -> DuplicateFiling | None:
    """Name the other dossier of the same client, procedure, case and period: sent, being sent, or filed by hand."""
    other = ws.outbox.same_filing(dossier)
    if other is not None:
        return DuplicateFiling(dossier, other.dossier, other.state, other.updated, ws.dossiers.get(other.dossier).code)
    by_hand = ws.outbox.same_by_hand(dossier)
    if by_hand is None:
        return None
    first = ws.dossiers.get(by_hand)
    return DuplicateFiling(dossier, first.id, first.state, first.received or first.updated, first.code)


def schedule(ws: Workspace, key: str, at: datetime | None) -> OutboxItem:
    """Let a queued item leave from a time on, or (None) with the next drain; raise MoveForbidden once it left."""
    with ws.transaction():
        item = ws.outbox.get(key)
        facts = {name: value for name, value in item.facts.items() if name != SEND_AT}
        if at is not None:
            facts[SEND_AT] = at.isoformat()
        return ws.outbox.move(key, ItemState.QUEUED, ItemState.QUEUED, reason=item.reason, facts=facts, not_before=at)


def wait_for(ws: Workspace, key: str, trouble: DesktopError) -> OutboxItem:
    """Note on a queued item why it could not be begun."""
    with ws.transaction():
        item = ws.outbox.get(key)
        return ws.outbox.move(
            key, ItemState.QUEUED, ItemState.QUEUED, reason=trouble.code,
            facts=item.facts | _plain(trouble.facts), not_before=item.not_before,
        )  # fmt: skip


def cancel(ws: Workspace, key: str) -> OutboxItem:
    """Take an item back before it is sent; raise MoveForbidden once that is not certain any more."""
    with ws.transaction():
        if ws.outbox.get(key).facts.get(ASK_FIRST):
            raise MoveForbidden("item", key, ItemState.QUEUED, ItemState.CANCELLED)
        item = ws.outbox.move(key, ItemState.QUEUED, ItemState.CANCELLED)
        ws.dossiers.note(item.dossier, "cancelled")
        return item


def release(ws: Workspace, key: str) -> OutboxItem:
    """Let an uncertain item be sent again, on the user's word; the word is kept as evidence."""
    with ws.transaction():
        item = _uncertain(ws, key)
        number = ws.outbox.begin(key, "ask")
        ws.outbox.end(key, number, "released", RELEASED)
        ws.dossiers.note(item.dossier, "released")
        return ws.outbox.move(key, ItemState.UNCERTAIN, ItemState.QUEUED, reason=RELEASED)


def settle_by_hand(ws: Workspace, key: str, code: str, received: datetime | None = None) -> OutboxItem:
    """Note the code that the user found at the portal for an uncertain item: it is DONE, without a receipt."""
    with ws.transaction():
        item = _uncertain(ws, key)
        number = ws.outbox.begin(key, "ask")
        ws.outbox.end(key, number, "settled", SETTLED_BY_HAND)
        done = ws.outbox.move(key, ItemState.UNCERTAIN, ItemState.DONE, reason=SETTLED_BY_HAND, code=code.strip())
        ws.dossiers.enter_code(item.dossier, code, received, portal=item.portal)
        return done


def _uncertain(ws: Workspace, key: str) -> OutboxItem:
    item = ws.outbox.get(key)
    if item.state != ItemState.UNCERTAIN:
        raise CannotSettle(key, item.state)
    return item


def drain(
    ws: Workspace,
    connector: Sender,
    clock: Clock | None = None,
    progress: Progress | None = None,
    only: str | Collection[str] | None = None,
    *,
    portal: str | None = None,
    patience: float = 0.0,
    judging: float = 0.0,
    stage: Stage | None = None,
    chance: random.Random | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Drained:
    """Settle what is uncertain and send what is queued, in order, one item at a time.

    Args:
        only: the key of the one item to work on, now, whatever its waiting time; or the keys of several.
        portal: only items for this portal; the connector is that portal's.
        patience: seconds to go on waiting for items that must be tried again later.
        judging: seconds to go on asking about items that arrived whole and are still being judged.

    Raises:
        OutboxBusy: another process drains this workspace.
        StoreError: the workspace cannot be written. What was on its way is then settled by the next drain.
    """
    now = clock or ws.clock
    wanted = None if only is None else frozenset((only,) if isinstance(only, str) else only)
    work = _Drain(ws, connector, now, progress, stage, chance or random.Random())
    with drain_lock(ws.home, ws.practice, now):
        _mark_interrupted(ws)
        touched: dict[str, None] = {}
        deadline, judged_by = now() + timedelta(seconds=patience), now() + timedelta(seconds=judging)
        first = True
        while True:
            pause: _Pause | None = None
            held: set[str] = set()
            for item in ws.outbox.items((ItemState.QUEUED, ItemState.UNCERTAIN), portal=portal):
                if wanted is not None and item.key not in wanted:
                    continue
                if item.state == ItemState.UNCERTAIN and not connector.settles(item.key):
                    continue
                client = ws.dossiers.get(item.dossier).client.tax_code
                early = item.not_before is not None and item.not_before > now()
                if early and not (wanted is not None and first):
                    if SEND_AT not in item.facts and item.reason != AGENCY_EXPIRED:
                        held.add(client)
                    continue
                if client in held:
                    continue
                touched[item.key] = None
                pause = work.one(item)
                if pause is not None:
                    break
                now_at = ws.outbox.get(item.key)
                left = now_at.state in (ItemState.QUEUED, ItemState.UNCERTAIN) and now_at.reason != AGENCY_EXPIRED
                if left and connector.settles(item.key):
                    held.add(client)
            first = False
            later = _next_time(ws, touched, connector, deadline, judged_by)
            if later is None or (pause is not None and pause.final):
                break
            stopped = progress is not None and progress.cancelled()
            while not stopped and (wait := (later - now()).total_seconds()) > 0:
                sleep(wait if progress is None else min(wait, 0.5))
                stopped = progress is not None and progress.cancelled()
            if stopped:
                break
        items = tuple(ws.outbox.get(key) for key in touched)
        return Drained(items, pause.code if pause else None, pause.problem if pause else None)


@dataclass(frozen=True)
class _Pause:
    """Why the items behind this one are not tried now."""

    code: str
    problem: DesktopError | None
    final: bool
    """True: waiting does not help, the user must do something."""


def _mark_interrupted(ws: Workspace) -> None:
    """Call UNCERTAIN what a process was sending when it ended; only the holder of the lock may."""
    for item in ws.outbox.items((ItemState.SENDING,)):
        with ws.transaction():
            for attempt in ws.outbox.attempts(item.key):
                if attempt.ended is None:
                    ws.outbox.end(item.key, attempt.number, "cut off", INTERRUPTED)
            ws.outbox.move(item.key, ItemState.SENDING, ItemState.UNCERTAIN, reason=INTERRUPTED)


def _next_time(
    ws: Workspace, keys: dict[str, None], connector: Sender, deadline: datetime, judged_by: datetime
) -> datetime | None:
    """Return when the next item is due for which this drain still waits."""
    times = []
    for key in keys:
        item = ws.outbox.get(key)
        open_one = item.state == ItemState.QUEUED or (item.state == ItemState.UNCERTAIN and connector.settles(key))
        until = max(deadline, judged_by) if item.reason == STILL_JUDGED else deadline
        if open_one and item.not_before is not None and item.not_before <= until:
            times.append(item.not_before)
    return min(times, default=None)


class _Drain:
    """One pass through the queue with one connector."""

    def __init__(
        self,
        ws: Workspace,
        connector: Sender,
        clock: Clock,
        progress: Progress | None,
        stage: Stage | None,
        chance: random.Random,
    ) -> None:
        self._ws = ws
        self._connector = connector
        self._clock = clock
        self._progress = progress
        self._stage = stage
        self._chance = chance

    def one(self, item: OutboxItem) -> _Pause | None:
        """Bring one item as far as it goes now; return why the drain must pause, or None."""
        submission = self._submission(item)
        if item.state == ItemState.QUEUED and item.facts.get(ASK_FIRST) and self._connector.settles(item.key):
            item = self._ws.outbox.move(
                item.key, ItemState.QUEUED, ItemState.UNCERTAIN, reason=item.reason or ASK_FIRST
            )
        if item.state == ItemState.UNCERTAIN:
            pause = self._ask(item, submission)
            item = self._ws.outbox.get(item.key)
            if pause is not None or item.state != ItemState.QUEUED:
                return pause
        return self._send(item, submission)

    def _submission(self, item: OutboxItem) -> Submission:
        revision = self._ws.dossiers.revision(item.dossier, item.revision)
        assert revision.manifest is not None
        kept = self._ws.files

        def opener(sha256: str) -> Callable[[], Any]:
            return lambda: kept.open(sha256)

        named: dict[str, SubmissionFile] = {}
        for file in self._ws.dossiers.files(item.dossier, item.revision):
            named.setdefault(file.sha256, SubmissionFile(file.sha256, file.size, file.name, opener(file.sha256)))
        wish = self._ws.dossiers.notices(item.dossier)
        return Submission(
            item.key, revision.manifest, tuple(named.values()), NoticeWish.from_json(wish) if wish else None
        )

    # --- asking

    def _ask(self, item: OutboxItem, submission: Submission) -> _Pause | None:
        number = self._ws.outbox.begin(item.key, "ask")
        try:
            state = self._connector.ask(item.key)
            outcome = self._connector.conclude(submission, state)
        except DesktopError as problem:
            wait = self._wait_after(item, getattr(problem, "retry_after", None))
            with self._ws.transaction():
                self._ws.outbox.end(
                    item.key, number, "no answer", problem.code, **_plain(problem.facts), **self._proof()
                )
                facts = _plain(problem.facts)
                self._later(item, ItemState.UNCERTAIN, ItemState.UNCERTAIN, problem.code, wait, facts)
            return _pause_for(problem)
        except BaseException as problem:
            self._ws.outbox.end(item.key, number, "cut off", INTERRUPTED, kind=type(problem).__name__, **self._proof())
            raise
        with self._ws.transaction():
            if outcome is None:
                # Never seen, or parts of it only: nothing is registered under this key, so sending is safe.
                self._ws.outbox.end(item.key, number, state.state, **self._proof())
                self._moved(self._ws.outbox.move(item.key, ItemState.UNCERTAIN, ItemState.QUEUED, reason=item.reason))
                return None
            return self._settle(item, ItemState.UNCERTAIN, number, submission, outcome)

    # --- sending

    def _send(self, item: OutboxItem, submission: Submission) -> _Pause | None:
        with self._ws.transaction():
            number = self._ws.outbox.begin(item.key, "send")
            self._moved(self._ws.outbox.move(item.key, ItemState.QUEUED, ItemState.SENDING))
        try:
            outcome = self._connector.submit(submission, self._progress)
        except DesktopError as problem:
            self._failed(item, number, problem, submission)
            return _pause_for(problem)
        except BaseException as problem:
            # A bug, or Ctrl+C: what left is not known. The next drain asks.
            with self._ws.transaction():
                proof = self._proof(submission)
                self._ws.outbox.end(item.key, number, "cut off", INTERRUPTED, kind=type(problem).__name__, **proof)
                self._moved(self._ws.outbox.move(item.key, ItemState.SENDING, ItemState.UNCERTAIN, reason=INTERRUPTED))
            raise
        with self._ws.transaction():
            return self._settle(item, ItemState.SENDING, number, submission, outcome)

    def _failed(self, item: OutboxItem, number: int, problem: DesktopError, submission: Submission) -> None:
        """Note an error that the connector raised, which the user must act on."""
        facts = _plain(problem.facts)
        wait = self._wait_after(item, getattr(problem, "retry_after", None))
        with self._ws.transaction():
            self._ws.outbox.end(item.key, number, "failed", problem.code, **facts, **self._proof(submission))
            if isinstance(problem, TransferCancelled):
                # The connector stops only before the commit.
                self._moved(self._ws.outbox.move(item.key, ItemState.SENDING, ItemState.QUEUED, reason=problem.code))
            elif problem.stops_batch and self._connector.settles(item.key):
                # Such as a log-in that ended, perhaps after the commit: it waits in the queue, asking costs one
                # request and makes "perhaps" a fact.
                self._moved(
                    self._ws.outbox.move(
                        item.key,
                        ItemState.SENDING,
                        ItemState.QUEUED,
                        reason=problem.code,
                        facts=facts | {ASK_FIRST: True},
                    )
                )
            else:
                self._later(item, ItemState.SENDING, ItemState.UNCERTAIN, problem.code, wait, facts)

    # --- what came of it, in the caller's transaction

    def _settle(
        self, item: OutboxItem, state: ItemState, number: int, submission: Submission, outcome: Outcome
    ) -> _Pause | None:
        outbox = self._ws.outbox
        proof = self._proof(submission)
        match outcome:
            case Registered(code, receipt, received, due, answer):
                outbox.end(item.key, number, "registered", **proof)
                self._ws.evidence.add(
                    item.dossier, "manifest", submission.manifest_jws.encode("ascii"),
                    name="manifest.jws", media_type="application/jose",
                )  # fmt: skip
                if receipt is not None:
                    data = receipt.encode("ascii")
                    outbox.keep_receipt(item.key, code=code, data=data, received=received, due=due, trusted=True)
                    self._ws.evidence.add(
                        item.dossier, "receipt", data, name="receipt.jws", media_type="application/jose"
                    )
                else:
                    # Its kind signs none: what it answered is kept as it came, and never called a receipt.
                    self._ws.evidence.add(
                        item.dossier, "answer", answer, name="tra-loi-cua-cong.json", media_type="application/json"
                    )
                reason = UNSIGNED if receipt is None else None
                done = outbox.move(item.key, state, ItemState.DONE, reason=reason, code=code)
                self._ws.dossiers.mark_submitted(
                    item.dossier, portal=item.portal, code=code, received=received, due=due
                )
                if item.revision > 1:
                    # What was asked for before this revision was begun is answered by it; what came since is not.
                    begun = self._ws.dossiers.revision(item.dossier, item.revision).created
                    for letter in self._ws.letters.list(item.dossier, open_only=True):
                        if letter.at <= begun:
                            self._ws.letters.answered(item.dossier, letter.letter, item.revision)
                self._moved(done)
            case Refused(reasons):
                told = {"reasons": [reason.to_json() for reason in reasons]}
                outbox.end(item.key, number, "refused", REFUSED, **told, **proof)
                self._ws.dossiers.note(item.dossier, "refused")
                self._moved(outbox.move(item.key, state, ItemState.REFUSED, reason=REFUSED, facts=told))
            case NotYet(retry_after, reason, facts):
                wait = self._wait_after(item, retry_after)
                outbox.end(item.key, number, "not yet", reason or None, **proof)
                # What the portal has and still judges is asked for again, and neither sent again nor taken back.
                known = state == ItemState.SENDING and reason != STILL_JUDGED
                to = ItemState.QUEUED if known else ItemState.UNCERTAIN
                self._later(item, state, to, reason or "NOT_YET", wait, _plain(facts))
                return _Pause(reason, None, final=False) if reason in CONNECTION else None
            case Uncertain(reason, facts):
                outbox.end(item.key, number, "uncertain", reason, **proof)
                self._later(item, state, ItemState.UNCERTAIN, reason, self._wait_after(item, None), _plain(facts))
                return _Pause(reason, None, final=False) if reason in CONNECTION else None
        return None

    def _later(
        self,
        item: OutboxItem,
        state: ItemState,
        wanted: ItemState,
        reason: str,
        wait: float,
        facts: dict[str, Any] | None = None,
    ) -> None:
        until = self._clock() + timedelta(seconds=wait)
        self._moved(self._ws.outbox.move(item.key, state, wanted, reason=reason, facts=facts, not_before=until))

    def _wait_after(self, item: OutboxItem, asked: float | None) -> float:
        """Return the seconds to wait: doubled with each try, scattered so that many clients do not come together."""
        tries = len(self._ws.outbox.attempts(item.key))
        own = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(tries - 1, 20))
        scattered = own * self._chance.uniform(0.5, 1.0)
        if asked is not None and asked >= 0:
            return min(LONGEST_ASKED_WAIT, asked + self._chance.uniform(0.0, min(1.0, FIRST_WAIT)))
        return scattered

    def _proof(self, submission: Submission | None = None) -> dict[str, Any]:
        """Return what shows later what was tried, with whom: hashes and the server's certificate (never the files)."""
        proof: dict[str, Any] = {"server": dict(self._connector.peer)}
        if submission is not None:
            proof["manifest_sha256"] = hashlib.sha256(submission.manifest_jws.encode("ascii")).hexdigest()
            proof["files"] = len(submission.files)
            proof["bytes"] = sum(file.size for file in submission.files)
        return proof

    def _moved(self, item: OutboxItem) -> None:
        if self._stage is not None:
            self._stage(item)


def _pause_for(problem: DesktopError) -> _Pause | None:
    """Pause where the next item would meet the same trouble: log-in, connection, a portal that is not secure."""
    if problem.stops_batch or isinstance(problem, TransferCancelled):
        return _Pause(problem.code, problem, final=True)
    if problem.retry:
        return _Pause(problem.code, problem, final=False)
    return None


def _plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts that JSON can hold, bounded."""
    kept: dict[str, Any] = {}
    for name, value in facts.items():
        if value is None or isinstance(value, (bool, int)):
            kept[name] = value
        elif isinstance(value, (str, float)):
            kept[name] = str(value)[:500]
        elif isinstance(value, tuple) and all(hasattr(one, "to_json") for one in value):
            kept[name] = [one.to_json() for one in value[:50]]
    return kept
