"""One client process: it runs what `hoso dossier submit` and `hoso outbox drain` run, and tells how far it is.

    python -m tests.faults.client HOME RECOVERY_CODE DOSSIER submit|drain|settle [HOLD]

Each place that it reaches is one line on standard output; at the place HOLD it waits for a line on standard input, so
that the driver can kill it there for sure. Places are told by wrapping public functions here: the product has none.
"""

from __future__ import annotations

import functools
import os
import sys
import time
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

from desktop import filing, outbox
from desktop.app import App
from desktop.errors import DesktopError
from desktop.portal.submission import HosoConnector
from desktop.store.key import RecoveryCode
from desktop.store.records import ItemState, OutboxItem

PLACES = ("opened", "queued", "sending", "leaving", "answered", "proven", "saving", "saved")
OPEN = (ItemState.QUEUED, ItemState.SENDING, ItemState.UNCERTAIN)
FIRST_WAIT = 0.3
"""Seconds between two tries here; the product's own five would only make the proof slow."""
PATIENCE = 60.0


def be_client(words: tuple[str, ...], asked: Pipe, told: Pipe, complaint: Pipe) -> None:
    """Be the client in a forked process, whose standard streams these pipes become."""
    for number, pipe in enumerate((asked, told, complaint)):
        os.dup2(pipe.fileno(), number)
        pipe.close()
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115  # until the end
    code = main(words)
    sys.stdout.flush()
    raise SystemExit(code)


def main(words: tuple[str, ...] = ()) -> int:
    """Send or settle; the last line is the item's state."""
    home, code, dossier, mode, hold = (*(words or sys.argv[1:]), "")[:5]
    _tell_places(hold)
    outbox.FIRST_WAIT = FIRST_WAIT
    app = App(home=Path(home), practice=True)
    ws = app.unlock_workspace(RecoveryCode(code))
    _tell("opened", hold)
    if mode == "drain":  # one of two: both begin at the same word of the driver
        print("ready", flush=True)
        sys.stdin.readline()
    known = bool(ws.outbox.of_dossier(dossier))
    try:
        if mode == "submit" or (mode == "settle" and not known):
            filing.submit(app.desk, dossier, accept_unconfirmed=True)
        else:
            filing.drain(app.desk)
        end = time.monotonic() + PATIENCE
        while mode == "settle" and ws.outbox.items(OPEN) and time.monotonic() < end:
            time.sleep(0.1)
            filing.drain(app.desk)
    except DesktopError as error:
        print(f"error {error.code}", flush=True)
    _tell("saved", hold)
    for item in ws.outbox.items((ItemState.REFUSED,)):
        print("refused", item.facts, flush=True)
    print("state", *(str(item.state) for item in ws.outbox.items()), flush=True)
    app.close()
    return 0


_held: set[str] = set()


def _tell(place: str, hold: str) -> None:
    print(place, flush=True)
    if place == hold and place not in _held:  # a second try comes by again, and is not held
        _held.add(place)
        sys.stdin.readline()


def _tell_places(hold: str) -> None:
    """Say each place of a submission as it is reached."""
    enqueue, drain = outbox.enqueue, outbox.drain
    submit, conclude = HosoConnector.submit, HosoConnector.conclude

    def stage(item: OutboxItem) -> None:
        # Called inside the transaction: its COMMIT has not happened yet.
        if item.state == ItemState.SENDING:
            _tell("sending", hold)
        elif item.state == ItemState.DONE:
            _tell("saving", hold)

    @functools.wraps(enqueue)
    def enqueued(*args: Any, **named: Any) -> Any:
        item = enqueue(*args, **named)
        _tell("queued", hold)
        return item

    @functools.wraps(submit)
    def submitted(*args: Any, **named: Any) -> Any:
        _tell("leaving", hold)
        outcome = submit(*args, **named)
        if type(outcome).__name__ == "Registered":
            _tell("proven", hold)
        return outcome

    @functools.wraps(conclude)
    def concluded(self: HosoConnector, submission: Any, state: Any) -> Any:
        if state.state == "registered":
            _tell("answered", hold)
        return conclude(self, submission, state)

    @functools.wraps(drain)
    def drained(*args: Any, **named: Any) -> Any:
        return drain(*args, **{**named, "stage": stage})

    outbox.enqueue = enqueued
    outbox.drain = drained
    HosoConnector.submit = submitted  # type: ignore[method-assign]
    HosoConnector.conclude = concluded  # type: ignore[method-assign]


if __name__ == "__main__":
    raise SystemExit(main())
