"""The last evening before a deadline: many dossiers, queued without a network, sent over a link that keeps failing.

All must arrive, each once, in the order of its client; what a cut left at the portal is not sent again.
"""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from tests.faults.matrix import Stage

FAILING = 0.3
"""Of all requests, so many are cut: before the portal hears them, in their body, or before their answer."""
MOST = 1.1
"""Bytes of files that may be sent, in parts of those that there are."""


@dataclass(frozen=True)
class Evening:
    """What came of it."""

    dossiers: int
    clients: int
    cuts: int
    sent: int
    payload: int
    seconds: float
    faults: tuple[str, ...]

    @property
    def line(self) -> str:
        """Tell it in one line."""
        return (
            f"evening: {self.dossiers} dossiers of {self.clients} clients, {self.cuts} requests cut,"
            f" {self.sent / max(1, self.payload):.3f} times the {self.payload} bytes sent, {self.seconds:.0f} s:"
            f" {'ok' if not self.faults else 'FAILED'}"
        )


def run(
    folder: Path, seed: int, *, dossiers: int, clients: int, size: int, chunk: int = 0, seconds: float = 3000.0
) -> Evening:
    """Queue all while nobody listens, then let the outbox send them."""
    stage = Stage(folder, tls=False, chunk=chunk, call=20.0, transfer=120.0)
    chance, lock = random.Random(seed), threading.Lock()

    def draw() -> float:
        with lock:
            return chance.random()

    try:
        stage.wire.cut()
        stage.client.begin("new_many", dossiers, clients, size)
        how, made = stage.client.end(seconds)
        assert how == "ok", made
        stage.wire.chance, stage.wire.failing = draw, FAILING
        stage.wire.arm(None)
        stage.wire.body = 0
        stage.wire.listen()
        begun = time.monotonic()
        stage.client.begin("settle", seconds)
        how, value = stage.client.end(seconds + 60)
        took = time.monotonic() - begun
        faults = [] if how == "ok" else [f"{how}: {value}"]
        stage.wire.failing = 0.0
        stage.dossiers = dossiers
        faults += stage.judge_all()
        for dossier in made:
            faults += [f"{dossier}: {told}" for told in stage.judge("evening", dossier)]
        with stage.base() as base:
            rows = base.execute("SELECT local_id, tax_code FROM dossiers ORDER BY rowid").fetchall()
        arrived: dict[str, list[str]] = {}
        for name, client in rows:
            arrived.setdefault(client, []).append(name)
        wanted = [made[number::clients] for number in range(clients)]
        if sorted(arrived.values()) != sorted(wanted):
            faults.append("a client's dossiers arrived in another order")
        payload, sent = dossiers * size, stage.wire.body
        if sent > MOST * payload:
            faults.append(f"{sent} bytes sent for {payload}")
        return Evening(dossiers, clients, stage.wire.cuts, sent, payload, took, tuple(faults))
    finally:
        stage.close()
