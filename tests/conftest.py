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


@pytest.fixture(scope="session")
def pki():  # type: ignore[no-untyped-def]  # its class lives in a module loaded above
    """Return the throw-away certificate authority of this session (tests/pki.py)."""
    return _load("pki").shared()
