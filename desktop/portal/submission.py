"""File a submission with a portal that speaks our contract, "hoso/1"."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from desktop.portal.answers import NO_REASON, received_from, submission_state_from
from desktop.portal.connection import segment
from desktop.portal.contract import (
    Abilities,
    KeyState,
    Missing,
    NotYet,
    Outcome,
    PortalDescription,
    Progress,
    Reason,
    Refused,
    Registered,
    Submission,
    SubmissionFile,
    SubmissionState,
    Uncertain,
)
from desktop.portal.errors import (
    AgencyExpired,
    KeyReused,
    LoginNeeded,
    NotAtPortal,
    PortalAnsweredGarbage,
    PortalBusy,
    PortalRefused,
    PortalTrouble,
    PortalUnreachable,
    ReceiptInvalid,
    TransferCancelled,
)
from desktop.portal.following import HosoFollower
from desktop.portal.receipt import Receipt, verify_receipt
from desktop.portal.transport import AHEAD, ReadAhead, Source

CHUNK = 8 * 1024 * 1024
"""The largest part of a file in one request."""

STILL_JUDGED = "STILL_JUDGED"
CONTRACT = Abilities(
    submit=True, settles_by_key=True, chunks=True, receipts=True, track=True, changes=True, find=True, pay=True,
    results=True, withdraw=True, log_in="browser",
)  # fmt: skip
"""What a portal of our contract can do."""


def offered(portal: PortalDescription) -> Abilities:
    """Return what a portal can do, as its verified catalogue says."""
    return replace(CONTRACT, settles_by_key=portal.settles_by_key, log_in="browser" if portal.login else "none")


@dataclass
class HosoConnector(HosoFollower):
    """Connector to one portal under one log-in; its description comes from a fresh catalogue."""

    renew: Callable[[], str] | None = None
    """Gives the token before each item: a queue takes longer than a token lasts."""
    again: Callable[[str], str] | None = None
    """Gives another token than the one that the portal refused, without asking anybody; raises LoginNeeded."""
    mandate: Callable[[Submission], str | None] | None = None
    """Says under which mandate a submission is made, if under one."""
    named: Callable[[Submission], Sequence[str | None]] | None = None
    """Says which mandates were named for it so far, None for none, the newest last; nothing where that is unknown."""
    ready: Callable[[Submission], None] | None = None
    """Raises AgencyExpired where the agency that it goes to has let its part of the catalogue run out."""
    patience: float = 10.0
    """How many seconds `submit` waits for the judgement of what has arrived."""
    chunk: int = CHUNK
    sleep: Callable[[float], None] = time.sleep

    @property
    def abilities(self) -> Abilities:
        """Return what the contract offers, and whether this portal's catalogue says that it can be asked for a key."""
        return offered(self.portal)

    def settles(self, key: str) -> bool:
        """Return whether the portal can say what became of a key."""
        return self.portal.settles_by_key

    @property
    def peer(self) -> Mapping[str, str]:
        """Return who answered last."""
        return self.connection.peer

    def submit(self, submission: Submission, progress: Progress | None = None) -> Outcome:
        """Send what is missing, commit, verify the receipt; see `contract.Connector`."""
        told = _Whole(submission, progress)
        try:
            self._log_in()
            if self.ready is not None:
                self.ready(submission)
            state = self._announce(submission)
            outcome = self.conclude(submission, state.as_key_state())
            if outcome is not None and not _judging(outcome):
                return outcome
            if outcome is None:
                self._upload(submission, state, told)
        except AgencyExpired as late:
            return NotYet(None, late.code, late.facts)
        except PortalTrouble as trouble:
            return NotYet(_wait(trouble), trouble.code, trouble.facts)
        except PortalRefused as refusal:
            return _refused(refusal)
        try:
            if outcome is None:
                state = self._commit(submission, told)
            return self._await(submission, state, told)
        except PortalUnreachable as trouble:
            facts = trouble.facts
            return Uncertain(trouble.code, facts) if trouble.sent else NotYet(None, trouble.code, facts)
        except PortalBusy as trouble:
            # 429 and 503 with Retry-After may come from in front of the portal or from behind it.
            return Uncertain(trouble.code, trouble.facts)
        except PortalTrouble as trouble:
            return Uncertain(trouble.code, trouble.facts)
        except PortalRefused as refusal:
            return _refused(refusal)

    def ask(self, key: str) -> KeyState:
        """Ask what the portal knows of a key."""
        self._log_in()
        return self._ask(key).as_key_state()

    def conclude(self, submission: Submission, state: KeyState) -> Outcome | None:
        """Turn what the portal knows of the key into an outcome; see `contract.Connector`."""
        if state.state == "registered":
            if state.code is None or state.receipt is None:
                return Uncertain("RECEIPT_MISSING")
            try:
                receipt = self._proven(submission, state.code, state.receipt)
            except ReceiptInvalid as invalid:
                return Uncertain(invalid.code, invalid.facts)
            return Registered(state.code, state.receipt, receipt.received, receipt.due)
        if state.state == "refused":
            return Refused(state.reasons or (Reason(NO_REASON),))
        if state.state == "received":
            return NotYet(None, STILL_JUDGED)
        return None

    def log_in_again(self) -> bool:
        """Renew a log-in that the portal ended before its time."""
        if self.again is None:
            return False
        with contextlib.suppress(LoginNeeded):
            self.token = self.again(self.token)
            return True
        return False

    def _proven(self, submission: Submission, code: str, receipt: str) -> Receipt:
        """Verify a receipt, if need be by the keys of a newer catalogue."""
        facts: dict[str, Any] = {
            "manifest_jws": submission.manifest_jws, "key": submission.key, "code": code,
            "mandates": self.named(submission) if self.named is not None else (),
        }  # fmt: skip
        try:
            return verify_receipt(receipt, self.portal, **facts)
        except ReceiptInvalid as invalid:
            if invalid.why != "key" or not self.learn_keys():
                raise
            return verify_receipt(receipt, self.portal, **facts)

    # --- the steps ----------------------------------------------------------------------------------

    def _log_in(self) -> None:
        if self.renew is not None:
            self.token = self.renew()

    def _place(self, key: str, *more: str) -> str:
        return "/".join(("/v1/submissions", segment(key), *more))

    def _ask(self, key: str) -> SubmissionState:
        try:
            answer = self.connection.get(self._place(key), token=self.token)
        except NotAtPortal:
            return SubmissionState(key, "never_seen", (), None, None, ())
        return self._state(answer.json(), key)

    def _state(self, document: object, key: str) -> SubmissionState:
        state = submission_state_from(document, self.connection.host)
        if state.key != key:
            raise PortalAnsweredGarbage(self.connection.host, "key")
        return state

    def _announce(self, submission: Submission) -> SubmissionState:
        body: dict[str, Any] = {"manifest": submission.manifest_jws}
        if submission.notices is not None:
            body["notices"] = submission.notices.to_json()
        named = self.mandate(submission) if self.mandate is not None else None
        if named is not None:
            body["mandate"] = named
        answer = self.connection.send("PUT", self._place(submission.key), body, token=self.token)
        return self._state(answer.json(), submission.key)

    def _upload(self, submission: Submission, state: SubmissionState, told: _Whole) -> None:
        """Send every missing part; what the portal says it holds decides where each file goes on."""
        ours = {one.sha256: one for one in submission.files}
        missing = {one.sha256: one for one in state.missing}
        if not missing.keys() <= ours.keys():
            raise PortalAnsweredGarbage(self.connection.host, "missing")
        for sha256, one in ours.items():
            if sha256 in missing:
                self._upload_file(submission.key, one, missing[sha256], told)
            told.file_done(one)

    def _upload_file(self, key: str, file: SubmissionFile, missing: Missing, told: _Whole) -> None:
        if missing.received > file.size:
            raise PortalAnsweredGarbage(self.connection.host, "missing")
        place = self._place(key, "files", file.sha256)
        position, standing = missing.received, 0
        with contextlib.closing(_opened(file)) as source:
            while True:
                told.check()
                try:
                    reached = self._put(place, source, position, file, told)
                except PortalRefused as refusal:
                    # A part was lost (409), or damaged on its way (422, the hash of the whole): the portal
                    # says where to go on.  What is refused again was damaged before it left.
                    damaged = refusal.status == 422 and refusal.problem == "HASH_MISMATCH"
                    if isinstance(refusal, KeyReused) or not (damaged or refusal.status == 409) or standing:
                        raise
                    reached = self._held(key, file)
                    if reached == position and not damaged:
                        raise
                if reached > file.size:
                    raise PortalAnsweredGarbage(self.connection.host, "received")
                if reached == file.size:
                    return
                # The portal may hold less than we thought, but it may not go backwards for ever.
                standing = 0 if reached > position else standing + 1
                if standing > 2:
                    raise PortalAnsweredGarbage(self.connection.host, "received")
                position = reached

    def _held(self, key: str, file: SubmissionFile) -> int:
        """Ask how much of a file the portal holds."""
        held = {one.sha256: one.received for one in self._ask(key).missing}
        return held.get(file.sha256, file.size)

    def _put(self, place: str, source: Source, first: int, file: SubmissionFile, told: _Whole) -> int:
        answer = self.connection.put_chunk(
            place,
            source,
            first=first,
            size=min(self.chunk, file.size - first),
            total=file.size,
            token=self.token,
            progress=told,
        )
        return received_from(answer.json(), self.connection.host)

    def _commit(self, submission: Submission, told: _Whole) -> SubmissionState:
        told.check()
        place = self._place(submission.key, "commit")
        try:
            answer = self.connection.send("POST", place, token=self.token)
        except PortalRefused as refusal:
            # It has lost a part since it said that all was there.
            if refusal.status != 409 or isinstance(refusal, KeyReused):
                raise
            self._upload(submission, self._ask(submission.key), told)
            answer = self.connection.send("POST", place, token=self.token)
        return self._state(answer.json(), submission.key)

    def _await(self, submission: Submission, state: SubmissionState, told: _Whole) -> Outcome:
        """Ask again for a while, where the portal judges after it has received."""
        waited, pause = 0.0, 0.2
        while True:
            outcome = self.conclude(submission, state.as_key_state())
            if outcome is None:
                # Committed and yet not received: an answer that contradicts itself.
                return Uncertain(PortalAnsweredGarbage.code, {"host": self.connection.host, "place": "state"})
            if not _judging(outcome) or waited >= self.patience:
                return outcome
            # From here on stopping loses nothing: the portal has it, the outbox will ask.
            if told.cancelled():
                return outcome
            self.sleep(pause)
            waited += pause
            pause = min(pause * 2, 2.0)
            try:
                state = self._ask(submission.key)
            except PortalTrouble as trouble:
                return NotYet(_wait(trouble), STILL_JUDGED)


def _opened(file: SubmissionFile) -> Any:
    source = file.open()
    return ReadAhead(source, file.size) if file.size > 4 * AHEAD else source


def _judging(outcome: Outcome) -> bool:
    return isinstance(outcome, NotYet) and outcome.reason == STILL_JUDGED


def _wait(trouble: PortalTrouble) -> float | None:
    return trouble.retry_after if isinstance(trouble, PortalBusy) else None


def _refused(refusal: PortalRefused) -> Refused:
    """Turn a judgement of the content (422) into a refused submission; any other refusal goes on up."""
    if refusal.status != 422:
        raise refusal
    if refusal.reasons:
        return Refused(refusal.reasons)
    return Refused((Reason(refusal.problem or refusal.code, vi=refusal.detail, en=refusal.detail),))


class _Whole:
    """Tell the progress of one file as progress of the whole submission."""

    def __init__(self, submission: Submission, progress: Progress | None) -> None:
        self._progress = progress
        self._total = sum({one.sha256: one.size for one in submission.files}.values())
        self._before = 0
        self._done: set[str] = set()

    def file_done(self, file: SubmissionFile) -> None:
        """Count one file as sent (now, or in an earlier attempt)."""
        if file.sha256 in self._done:
            return
        self._done.add(file.sha256)
        self._before += file.size
        if self._progress is not None:
            self._progress.report(self._before, self._total)

    def report(self, done: int, total: int) -> None:
        """Say how much of the present file has left."""
        if self._progress is not None:
            self._progress.report(min(self._before + done, self._total), self._total)

    def cancelled(self) -> bool:
        """Return whether the caller still wants it."""
        return self._progress is not None and self._progress.cancelled()

    def check(self) -> None:
        """Stop between two requests."""
        if self.cancelled():
            raise TransferCancelled
