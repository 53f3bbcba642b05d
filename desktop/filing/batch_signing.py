"""Sign hundreds of files or dossiers: one PIN a token, a result for each, and going on where it stopped.

The work is told as jobs, each with the signer whose key it needs. Jobs of one signer are done together, so that a token
is plugged in once and its PIN asked once. What cannot go on is told to a person by name ("plug in the token of …"), who
says again, skip or stop; a PIN is never sent a second time by ourselves.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from desktop.filing.desk import Desk
from desktop.filing.remote import signs_together

if TYPE_CHECKING:
    from desktop.filing.sealing import SealWish
    from signing.certificate import Role
    from signing.key import SigningKey
    from signing.token import AskPin, TokenSession

Choice = Literal["again", "skip", "stop"]
State = Literal["signed", "kept", "failed", "waiting"]
AHEAD = 4
"""Jobs under way at once: while the token signs one, the next is being prepared and the last is being read again."""
STEP = 16
"""Jobs that a quick key signs at one question, at most. Sixteen take half the processor time of one by one: a question
wakes four processes, and what it costs is the waking, not the work."""
STEP_SECONDS = 1.0
"""How long one step may take. Steps begin with one job and grow with what is done: a person who cancels, or pulls a
token out, is not kept waiting, and a token that takes a second for each signature is asked for each."""
TOGETHER = 20
"""Jobs under one confirmation at a remote service, at most: all of their documents are held meanwhile."""
PUT_BACK = frozenset({"TOKEN_REMOVED", "TOKEN_MISSING"})
"""The session goes on with the same key once the token is there again."""
NO_MORE = frozenset({"PIN_LOCKED", "PIN_MUST_CHANGE", "PIN_NOT_SET"})
"""No second try can help here: nobody is asked whether to try again."""


class Signer(Protocol):
    """Whose key signs a group of jobs, and how to get at it."""

    @property
    def owner(self) -> str:
        """Whose key it is, as a person calls them: what is said when its token is to be plugged in."""

    @property
    def serial(self) -> str:
        """The token's serial number; empty for other keys."""

    def open(self) -> SigningKey:
        """Find the key; no PIN is spent before it signs."""

    def close(self) -> None:
        """Let go of it, its PIN and its process."""


@dataclass(eq=False)
class TokenSigner:
    """A key on a token, found by serial number and fingerprint when its turn has come."""

    owner: str
    serial: str
    ask: AskPin
    fingerprint: str | None = None
    module: Path | None = None
    _session: TokenSession | None = field(default=None, repr=False)

    def open(self) -> SigningKey:
        """Look for the token; raises TokenMissing, KeyNotOnToken, KeyNotChosen, ModuleError."""
        from desktop.filing.tokens import open_token

        self._session = open_token(self.serial, module=self.module, fingerprint=self.fingerprint, ask=self.ask)
        certificate = self._session.key.certificate
        self.owner = self.owner or certificate.organization or certificate.common_name
        return self._session.key

    def close(self) -> None:
        """Log out; the PIN is gone with the driver's process."""
        session, self._session = self._session, None
        if session is not None:
            session.close()


@dataclass(eq=False)
class HeldSigner:
    """A key that is open already: of a file, or of a remote service that asks for itself."""

    owner: str
    key: SigningKey
    serial: str = ""

    def open(self) -> SigningKey:
        """Return it."""
        return self.key

    def close(self) -> None:
        """Leave it to who opened it."""


@dataclass(frozen=True)
class Job:
    """One thing to sign, and to keep whole or not at all."""

    name: str
    signer: Signer
    sign: Callable[[SigningKey], dict[str, Any]]
    """Signs and keeps it; returns facts for the result. Nothing is kept of it when it raises."""
    kept: Callable[[], bool] = lambda: False
    """Says whether it was signed before, by an earlier run of the same batch; raises what stands against it."""
    facts: dict[str, Any] = field(default_factory=dict)
    several: Several | None = None
    """Signs and keeps this one and others of the same `several` in one step; says what became of each."""


Several = Callable[["SigningKey", Sequence[Job]], "list[dict[str, Any] | Exception]"]


@dataclass(frozen=True)
class Result:
    """What became of one job."""

    job: Job
    state: State
    facts: dict[str, Any] = field(default_factory=dict)
    error: Exception | None = None

    @property
    def code(self) -> str:
        """Return the code of what went wrong."""
        return str(getattr(self.error, "code", ""))


@dataclass(frozen=True)
class Interruption:
    """Why a group cannot go on, and what waits for it."""

    owner: str
    serial: str
    error: Exception
    done: int
    """Jobs of this group that are signed."""
    left: int
    """Jobs of this group that wait."""

    @property
    def code(self) -> str:
        """Return the error's code."""
        return str(getattr(self.error, "code", ""))

    @property
    def hopeless(self) -> bool:
        """Whether trying again cannot help as long as the token is as it is."""
        return self.code in NO_MORE


Answer = Callable[[Interruption], Choice]


@dataclass(frozen=True)
class BatchReport:
    """What became of the whole batch, in the order in which it was given."""

    results: tuple[Result, ...]
    cancelled: bool = False

    def count(self, *states: State) -> int:
        """Count results in these states."""
        return sum(result.state in states for result in self.results)

    @property
    def complete(self) -> bool:
        """Whether everything is signed."""
        return self.count("signed", "kept") == len(self.results)

    @property
    def next(self) -> Interruption | None:
        """Return whose token to plug in next, with what waits for it; None when nothing waits."""
        first = next((one for one in self.results if one.state == "waiting" or _stopping(one.error)), None)
        if first is None:
            return None
        signer = first.job.signer
        mine = [one for one in self.results if one.job.signer is signer]
        open_ones = [one for one in mine if one.state == "waiting" or _stopping(one.error)]
        cause = next((one.error for one in open_ones if one.error is not None), None)
        done = sum(one.state in ("signed", "kept") for one in mine)
        return Interruption(signer.owner, signer.serial, cause or BatchStopped(), done, len(open_ones))


class BatchStopped(Exception):
    """Stand for 'the person stopped before it' where no error is at fault."""

    code = "CANCELLED"


def _stopping(error: Exception | None) -> bool:
    return bool(getattr(error, "stops_batch", False))


def sign_batch(
    jobs: Iterable[Job],
    *,
    answer: Answer | None = None,
    told: Callable[[Result], None] | None = None,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    ahead: int = AHEAD,
) -> BatchReport:
    """Do all jobs, grouped by signer in the order in which signers first appear.

    What was kept before is passed over, and a signer with nothing left to do is never opened: no PIN is spent on it. An
    error that stops a batch stops its signer's group only; `answer` is asked what to do, from the calling thread, and
    without it the rest of the group waits. `told` hears each result as it comes, from the calling thread. Never raises
    for what befalls a job; an error without a code is a fault of the program and is raised once what is under way has
    ended.
    """
    order = list(jobs)
    run = _Run(order, answer, told, progress, cancelled or (lambda: False), ahead)
    groups: dict[int, list[int]] = {}
    for number, job in enumerate(order):
        groups.setdefault(id(job.signer), []).append(number)
    for number, job in enumerate(order):
        run.look(number, job)
    for numbers in groups.values():
        run.group([number for number in numbers if number not in run.results])
    for number, job in enumerate(order):
        run.results.setdefault(number, Result(job, "waiting"))
    return BatchReport(tuple(run.results[number] for number in range(len(order))), run.stopped)


class _Run:
    """One run over the jobs; all results are set in the calling thread."""

    def __init__(
        self,
        jobs: Sequence[Job],
        answer: Answer | None,
        told: Callable[[Result], None] | None,
        progress: Callable[[int, int], None] | None,
        cancelled: Callable[[], bool],
        ahead: int,
    ) -> None:
        self.jobs = jobs
        self.results: dict[int, Result] = {}
        self.stopped = False
        self._answer, self._told, self._progress = answer, told, progress
        self._cancelled, self._ahead = cancelled, ahead

    def look(self, number: int, job: Job) -> None:
        """Pass over what an earlier run has signed, and what cannot be signed at all."""
        try:
            if job.kept():
                self._settle(number, Result(job, "kept"))
        except Exception as error:
            if not hasattr(error, "code"):
                raise
            self._settle(number, Result(job, "failed", error=error))

    def group(self, numbers: list[int]) -> None:
        """Do the jobs of one signer, as far as they can be done."""
        if not numbers or self.stopped:
            return
        signer = self.jobs[numbers[0]].signer
        left = deque(numbers)
        key: SigningKey | None = None
        try:
            with ThreadPoolExecutor(self._ahead, thread_name_prefix="hoso-sign") as pool:
                while left and not self._stop_wanted():
                    try:
                        key = key or signer.open()
                        most = min(signs_together(key), TOGETHER)
                        if most > 1:
                            self._together(key, left, most)
                        else:
                            self._go(key, left, pool)
                        continue
                    except _Interrupted as stop:
                        error = stop.error
                    except Exception as failure:
                        if not hasattr(failure, "code"):
                            raise
                        error = failure
                    if not self._again(signer, error, numbers, left):
                        return
                    if getattr(error, "code", "") not in PUT_BACK:
                        signer.close()  # a new log-in, with a PIN that a person types anew
                        key = None
        finally:
            signer.close()

    def _again(self, signer: Signer, error: Exception, numbers: list[int], left: deque[int]) -> bool:
        """Ask what to do; where the answer is no, the first that waits carries the reason and the others wait."""
        waiting = Interruption(
            signer.owner, signer.serial, error,
            sum(self.results[one].state == "signed" for one in numbers if one in self.results), len(left),
        )  # fmt: skip
        choice = self._answer(waiting) if self._answer is not None and not self.stopped else "skip"
        if choice == "again" and not waiting.hopeless:
            return True
        self.stopped = self.stopped or choice == "stop"
        self._settle(left[0], Result(self.jobs[left.popleft()], "failed", error=error))
        return False

    def _go(self, key: SigningKey, left: deque[int], pool: ThreadPoolExecutor) -> None:
        """Work on jobs until none is left, or something stops the group; then nothing is under way any more.

        The first goes alone: it is the one for which a PIN is asked, and nothing may ask beside it.
        """
        if key.kind == "remote":
            self._go_together(key, left)
            return
        under_way: dict[Future[tuple[list[dict[str, Any] | Exception], float]], list[int]] = {}
        room, step, done, fault, back = 1, 1, 0, None, []  # type: int, int, int, Exception | None, list[int]
        while under_way or (left and fault is None and not self._stop_wanted()):
            while left and fault is None and len(under_way) < room and not self._stop_wanted():
                numbers = self._next_step(left, step)
                under_way[pool.submit(_step, key, [self.jobs[number] for number in numbers])] = numbers
            finished, _ = wait(under_way, timeout=None, return_when=FIRST_COMPLETED)
            for future in sorted(finished, key=under_way.__getitem__):
                numbers = under_way.pop(future)
                error = future.exception()
                outcomes, seconds = ([error], 0.0) if error is not None else future.result()
                outcomes = outcomes * len(numbers) if error is not None else outcomes
                if any(isinstance(one, dict) for one in outcomes):
                    room = self._ahead
                    fitting = int(STEP_SECONDS * len(numbers) / max(seconds, 1e-6))
                    done += len(numbers)
                    step = max(1, min(done // 4, STEP, fitting))
                for number, outcome in zip(numbers, outcomes, strict=True):
                    stop = self._judge(number, outcome)
                    if stop is not None:
                        fault = fault or stop
                        back.append(number)
        self._give_back(left, back, fault)

    def _next_step(self, left: deque[int], most: int) -> list[int]:
        """Take the next job, and those behind it that can be signed in one step with it."""
        numbers = [left.popleft()]
        several = self.jobs[numbers[0]].several
        while several is not None and left and len(numbers) < most and self.jobs[left[0]].several is several:
            numbers.append(left.popleft())
        return numbers

    def _together(self, key: SigningKey, left: deque[int], most: int) -> None:
        """Work on as many jobs at a time as one authorization covers: a remote service asks the person once for all."""
        from signing.remote import together

        while left and not self._stop_wanted():
            numbers = [left.popleft() for _ in range(min(most, len(left)))]
            outcomes = together(key, [self.jobs[number].sign for number in numbers])
            stops = {number: self._judge(number, one) for number, one in zip(numbers, outcomes, strict=True)}
            back = [number for number, stop in stops.items() if stop is not None]
            self._give_back(left, back, stops[back[0]] if back else None)

    def _judge(self, number: int, outcome: dict[str, Any] | BaseException) -> Exception | None:
        """Settle a job by what became of it, or return what stops the group; then the job is as it was before."""
        if not isinstance(outcome, BaseException):
            self._settle(number, Result(self.jobs[number], "signed", outcome))
            return None
        if not isinstance(outcome, Exception):
            return RuntimeError(repr(outcome))
        if not hasattr(outcome, "code") or _stopping(outcome):
            return outcome
        self._settle(number, Result(self.jobs[number], "failed", error=outcome))
        return None

    @staticmethod
    def _give_back(left: deque[int], back: list[int], fault: Exception | None) -> None:
        left.extendleft(sorted(back, reverse=True))
        if fault is not None:
            if not hasattr(fault, "code"):
                raise fault
            raise _Interrupted(fault)

    def _go_together(self, key: SigningKey, left: deque[int]) -> None:
        """Sign by a remote service, as many at once as one confirmation of the person covers."""
        from signing.remote import at_once, together

        while left and not self._stop_wanted():
            part = [left[at] for at in range(min(at_once(key), len(left)))]
            outcomes = together(key, [self.jobs[number].sign for number in part])
            fault: Exception | None = None
            back = part[len(outcomes) :]
            for number, outcome in zip(part, outcomes, strict=False):
                if not isinstance(outcome, Exception):
                    self._settle(number, Result(self.jobs[number], "signed", outcome))
                elif not hasattr(outcome, "code") or _stopping(outcome):
                    fault = fault or outcome
                    back.append(number)
                else:
                    self._settle(number, Result(self.jobs[number], "failed", error=outcome))
            for _ in part:
                left.popleft()
            left.extendleft(sorted(back, reverse=True))
            if fault is not None:
                if not hasattr(fault, "code"):
                    raise fault
                raise _Interrupted(fault)

    def _stop_wanted(self) -> bool:
        self.stopped = self.stopped or self._cancelled()
        return self.stopped

    def _settle(self, number: int, result: Result) -> None:
        self.results[number] = result
        if self._told is not None:
            self._told(result)
        if self._progress is not None:
            self._progress(len(self.results), len(self.jobs))


def _step(key: SigningKey, jobs: Sequence[Job]) -> tuple[list[dict[str, Any] | Exception], float]:
    """Do one step; return what became of each job, and how many seconds it took."""
    began = time.monotonic()
    if len(jobs) == 1 or jobs[0].several is None:
        try:
            return [jobs[0].sign(key)], time.monotonic() - began
        except Exception as error:  # an outcome of its own: told apart from bugs where it is settled
            return [error], time.monotonic() - began
    return jobs[0].several(key, jobs), time.monotonic() - began


class _Interrupted(Exception):
    """Carry what stopped a group out of it, apart from what an opening key raises."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


def dossier_jobs(
    desk: Desk,
    dossiers: Iterable[tuple[str, Signer, Role]],
    *,
    accept_unconfirmed: bool = False,
    accept_questions: bool = False,
    progress: Callable[[int, int], None] | None = None,
    wish: SealWish | None = None,
) -> list[Job]:
    """Make a job of each dossier; the workspace itself knows which were signed before a crash.

    `progress` hears of the components within a dossier, from the thread that signs it, and may raise to stop.
    """

    def job(dossier_id: str, signer: Signer, role: Role) -> Job:
        from desktop.filing.sealing import sign_dossier

        def sign(key: SigningKey) -> dict[str, Any]:
            signed = sign_dossier(
                desk, dossier_id, key, role=role, accept_unconfirmed=accept_unconfirmed,
                accept_questions=accept_questions, progress=progress, wish=wish,
            )  # fmt: skip
            return {"files": list(signed.files), "manifest_sha256": signed.manifest_sha256}

        def kept() -> bool:
            return str(desk.workspace.dossiers.get(dossier_id).state) != "PREPARED"

        one = desk.workspace.dossiers.get(dossier_id)
        return Job(f"{one.client.name} · {one.procedure_name}", signer, sign, kept, {"dossier": dossier_id})

    return [job(*one) for one in dossiers]
