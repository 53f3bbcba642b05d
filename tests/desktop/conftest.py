"""Fixtures for every test of the program itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest


@pytest.fixture(scope="session", autouse=True)
def _a_passphrase_is_stretched_once() -> Iterator[None]:
    """Keep what the slow function made of each passphrase and salt: a test opens the same workspace twenty times.

    The function, its costs and its results are those of the program; only the second time is free.
    """
    from desktop.store import key

    made: dict[tuple[str, str], bytes] = {}
    slow = key._stretch

    def stretch(passphrase: str, facts: Mapping[str, Any]) -> bytes:
        asked = passphrase, repr(sorted(facts.items()))
        if asked not in made:
            made[asked] = slow(passphrase, facts)
        return made[asked]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(key, "_stretch", stretch)
        yield


@pytest.fixture
def qtbot(qapp: Any, request: pytest.FixtureRequest) -> Any:
    """Return pytest-qt's robot, which after each wait also shows what was laid out just now, as a person would see."""
    from pytestqt.qtbot import QtBot

    class Seeing(QtBot):
        def waitUntil(self, callback: Any, *, timeout: int = 5000) -> None:
            super().waitUntil(callback, timeout=timeout)
            qapp.processEvents()

    return Seeing(request)
