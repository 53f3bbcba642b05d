"""Fixtures for every test."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


def _load(name: str) -> ModuleType:
    """Make ``tests/NAME.py`` importable as NAME: with importlib import mode no folder of tests is on the path."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


_load("pki")

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
def pki():  # type: ignore[no-untyped-def]  # its class lives in a module loaded above
    """Return the throw-away certificate authority of this session (tests/pki.py)."""
    return _load("pki").shared()
