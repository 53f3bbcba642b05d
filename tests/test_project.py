"""What holds for the project as a whole."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name.decode() for name in listed.split(b"\0") if name]


def test_no_file_names_a_registry() -> None:
    hosts = ("py" + "pi.org", "files.python" + "hosted", "registry.npm" + "js", "deb.debi" + "an.org")
    for path in tracked():
        if path.is_file() and path.suffix not in (".png", ".ttf", ".hoso"):
            text = path.read_text(encoding="utf-8", errors="replace")
            for host in hosts:
                assert host not in text, path


def test_no_file_names_the_place_where_it_was_written() -> None:
    # Absolute folders of one machine: what they name is not there on another.
    strange = re.compile(r"(?<![\w./])/(?:wo" + r"rk|ro" + r"ot)/(?!\.cache)")
    for path in tracked():
        if path.is_file() and path.suffix in (".py", ".md", ".toml", ".sh", ".json", ".typ", ".yaml", ".txt", ""):
            found = strange.search(path.read_text(encoding="utf-8", errors="replace"))
            assert found is None, (path, found)


def test_packaging_shadows_no_library() -> None:
    assert not (ROOT / "packaging/__init__.py").exists()


def test_each_package_is_named() -> None:
    named = set(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"])
    found = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for top in ("desktop", "forms", "signing")
        for path in (ROOT / top).rglob("__init__.py")
    }
    assert named == found


def test_every_requirement_is_pinned_with_a_hash() -> None:
    for lock in (ROOT / "packaging").glob("requirements*.txt"):
        text = re.sub(r"\\\n", " ", lock.read_text(encoding="utf-8"))
        for line in text.splitlines():
            if line and not line.startswith(("#", " ")):
                assert "==" in line, line
                assert "--hash=sha256:" in line, line


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal from Python 3.12 on")
def test_the_window_s_library_gives_back_no_reference_that_it_does_not_own() -> None:
    script = (
        "import sys\nfrom PySide6.QtWidgets import QApplication, QWidget\n"
        "app = QApplication([])\nwidget = QWidget()\nbefore = sys.getrefcount(None)\n"
        "for _ in range(1000): widget.setToolTip('x')\nsys.exit(sys.getrefcount(None) - before < -500)\n"
    )
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    assert subprocess.run([sys.executable, "-c", script], env=environment).returncode == 0
