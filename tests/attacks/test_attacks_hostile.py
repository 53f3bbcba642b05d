"""Files that mean harm to the reader: no crash, no answer later than 30 s, less than 1 GB of memory, nothing valid."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.attacks.pdf_hostile import HOSTILE
from tests.pki import Pki

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="measured by fork and wait4")

PATIENCE = frozenset(
    {"strings_unbalanced", "sixty_objects_many_ways", "twenty_objects_all_ways", "long_string", "long_array"}
)
"""These are given up when their time is over: `python -m tests.bench validation` waits for them."""


def measured(folder: Path, pki: Pki, files: dict[str, bytes]) -> dict[str, Any]:
    (folder / "ca.pem").write_bytes(pki.root_pem)
    (folder / "ca.crl").write_bytes(pki.crl_pem)
    paths = [folder / name for name in files]
    for path in paths:
        path.write_bytes(files[path.name])
    command = [sys.executable, "-m", "tests.attacks.measured", str(folder / "ca.pem"), str(folder / "ca.crl")]
    done = subprocess.run([*command, *map(str, paths)], capture_output=True, check=True, timeout=200)
    return {found["file"]: found for found in map(json.loads, done.stdout.splitlines())}


def held(found: dict[str, Any], name: str) -> None:
    assert found["status"] == 0, (name, found)
    assert found["verdict"] in ("invalid", "indeterminate", "unreadable"), (name, found)
    assert found["seconds"] < 30, (name, found)
    assert found["megabytes"] < 1024, (name, found)


def test_files_that_mean_harm_get_an_answer(tmp_path: Path, pki: Pki) -> None:
    files = {name: make(pki) for name, make in HOSTILE.items() if name not in PATIENCE}
    found = measured(tmp_path, pki, files)
    assert set(found) == set(files)
    for name, one in found.items():
        held(one, name)


def test_an_honest_file_is_valid_in_the_same_process(tmp_path: Path, pki: Pki) -> None:
    from tests.attacks import pdf_raw as raw
    from tests.attacks.pdf_shadow import signed

    found = measured(tmp_path, pki, {"honest.pdf": signed(pki, raw.file(raw.objects()))})["honest.pdf"]
    assert (found["verdict"], found["status"]) == ("valid", 0)
    assert found["megabytes"] < 150
