"""The command line, run in this process with its answer caught."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from desktop.cli.program import run


@dataclass(frozen=True)
class Answer:
    """What one command gave."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Return the one JSON document on standard output."""
        return json.loads(self.out)

    @property
    def error(self) -> dict[str, Any]:
        """Return the expected failure that the command told."""
        return dict(self.document["error"])


Hoso = Callable[..., Answer]


@pytest.fixture
def hoso(capfd: pytest.CaptureFixture[str]) -> Hoso:
    """Return a function that runs one command."""

    def call(*words: str | Path, options: Sequence[str] = ()) -> Answer:
        capfd.readouterr()
        code = run([str(word) for word in words])
        caught = capfd.readouterr()
        return Answer(code, caught.out, caught.err)

    return call


@pytest.fixture
def example(hoso: Hoso, tmp_path: Path) -> Path:
    """Return a file with the complete example of the VAT return now in force."""
    path = tmp_path / "vi-du.json"
    path.write_text(hoso("template", "example", "thue/01-gtgt", "--period", "2026-10").out, encoding="utf-8")
    return path
