"""Fixtures for every test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pki import Pki, shared

_LONG = (
    "journeys/",
    "desktop/test_fault",
    "desktop/test_outbox_kill",
    "attacks/",
    "desktop/cli/",
    "desktop/test_login",
)
"""Where the files that take a minute are: begun last, one of them would run alone while the other processor idles."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the long files first."""
    tests = Path(__file__).parent

    def rank(item: pytest.Item) -> int:
        place = item.path.relative_to(tests).as_posix()
        return next((at for at, start in enumerate(_LONG) if place.startswith(start)), len(_LONG))

    items.sort(key=rank)


@pytest.fixture(scope="session")
def pki() -> Pki:
    """Return the throw-away certificate authority of this session (tests/pki.py)."""
    return shared()
