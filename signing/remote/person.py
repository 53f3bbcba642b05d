"""What is asked of a person and told to them while a remote service signs, and how long that may take."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from signing.remote.errors import RemoteBusy, RemoteCancelled, RemoteExpired, RemoteUnreachable

T = TypeVar("T")


@dataclass(frozen=True)
class Question:
    """Something that only the person knows; the answer goes to the service and is kept nowhere else."""

    service: str
    kind: Literal["pin", "otp", "answer"]
    label: str
    """The service's own word for it; '' where it has none."""
    text: str
    """The service's explanation, or the challenge to be answered."""
    digits: bool
    """Only digits can be right."""


@dataclass(frozen=True)
class Waiting:
    """The service waits for a confirmation elsewhere, mostly on the person's phone."""

    service: str
    seconds_left: int
    codes: tuple[str, ...]
    """What the phone shows for each document, so that the person can compare; empty where the service shows nothing."""


def _nobody(question: Question) -> str | None:
    return None


def _silently(waiting: Waiting) -> None:
    return None


def _never() -> bool:
    return False


@dataclass(frozen=True)
class Person:
    """How the person is asked and told: a dialog in the window, a terminal, a list of answers in tests."""

    prompt: Callable[[Question], str | None] = _nobody
    """Return what was typed; None cancels."""
    waiting: Callable[[Waiting], None] = _silently
    """Called about once a second."""
    cancelled: Callable[[], bool] = _never
    """Whether the person no longer wants it; asked as often."""


@dataclass(frozen=True)
class Pace:
    """How long and how often, in seconds; tests bring a clock of their own."""

    poll: float = 2.0
    wait: float = 300.0
    """For a confirmation, where the service does not say. Services in Việt Nam give five minutes."""
    request: float = 20.0
    troubles: int = 5
    """So many questions in a row may go unanswered while waiting; asking for a state has no effect of its own."""
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


def until_confirmed(
    service: str, person: Person, pace: Pace, seconds: float, codes: tuple[str, ...], ask: Callable[[], T | None]
) -> T:
    """Ask for the state again and again until it is decided, counting down before the person's eyes.

    `ask` returns None as long as nothing is decided. One last question is asked when the time is up: a confirmation in
    the last second counts. Raises RemoteExpired, RemoteCancelled, RemoteUnreachable, RemoteBusy, and what `ask` raises.
    """
    end = pace.now() + seconds
    due = pace.now() + min(pace.poll, seconds)
    troubles = 0
    while True:
        left = end - pace.now()
        person.waiting(Waiting(service, max(0, math.ceil(left)), codes))
        if person.cancelled():
            raise RemoteCancelled(service, asked=True)
        if pace.now() >= due or left <= 0:
            try:
                found = ask()
                troubles = 0
            except (RemoteUnreachable, RemoteBusy) as error:
                found = None
                troubles += 1
                if troubles >= pace.troubles or left <= 0:
                    raise (replace(error, asked=True) if isinstance(error, RemoteUnreachable) else error) from error
            if found is not None:
                return found
            due = pace.now() + pace.poll
        if left <= 0:
            raise RemoteExpired(service, int(seconds))
        pace.sleep(max(0.001, min(1.0, pace.poll, end - pace.now())))


def while_it_takes(service: str, person: Person, pace: Pace, call: Callable[[], T]) -> T:
    """Run one long request, which the service answers only after the confirmation, and count down meanwhile."""
    box: list[T | BaseException] = []
    done = threading.Event()

    def run() -> None:
        try:
            box.append(call())
        except BaseException as error:  # handed over to the caller below
            box.append(error)
        finally:
            done.set()

    end = time.monotonic() + pace.wait
    # A thread that is left behind after a cancellation ends with its request's own time limit.
    threading.Thread(target=run, name="remote", daemon=True).start()
    while not done.wait(min(1.0, pace.poll)):
        person.waiting(Waiting(service, max(0, math.ceil(end - time.monotonic())), ()))
        if person.cancelled():
            raise RemoteCancelled(service, asked=True)
    if isinstance(box[0], BaseException):
        raise box[0]
    return box[0]
