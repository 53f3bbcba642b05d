"""What the system is told of our files and links: one word after --open, and nothing that could become an option."""

from __future__ import annotations

import configparser
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from defusedxml.ElementTree import parse

ROOT = Path(__file__).resolve().parents[2]
LINUX, WINDOWS = ROOT / "packaging" / "linux", ROOT / "packaging" / "windows"
MIME = "{http://www.freedesktop.org/standards/shared-mime-info}"


@pytest.fixture
def entry() -> configparser.SectionProxy:
    read = configparser.ConfigParser(interpolation=None, delimiters=("=",), strict=True)
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read_string((LINUX / "hoso.desktop").read_text(encoding="utf-8"))
    return read["Desktop Entry"]


def test_the_desktop_entry_takes_one_word_of_what_is_opened(entry: configparser.SectionProxy) -> None:
    assert entry["Type"] == "Application"
    assert entry["Exec"] == "hoso --open %u"
    assert (ROOT / "resources" / "icons" / f"{entry['Icon']}.svg").is_file()
    assert entry["Name"] == "Hồ Sơ"
    assert entry["Terminal"] == "false"
    kinds = entry["MimeType"].rstrip(";").split(";")
    assert "x-scheme-handler/hoso" in kinds
    declared = [one.get("type") for one in parse(LINUX / "hoso-mime.xml").iter(f"{MIME}mime-type")]
    assert declared
    assert set(declared) <= set(kinds)


def test_each_kind_that_the_system_knows_is_one_that_the_window_opens() -> None:
    from desktop.ui.system.ties import BACKUP, SIGNED

    globs = [str(one.get("pattern")) for one in parse(LINUX / "hoso-mime.xml").iter(f"{MIME}glob")]
    assert {glob[1:] for glob in globs} <= {BACKUP, *SIGNED}
    told = (WINDOWS / "file-types.nsh").read_text(encoding="utf-8")
    endings = set(re.findall(r"Classes\\(\.\w+)", told))
    assert endings <= {BACKUP, *SIGNED}
    assert BACKUP in endings


def test_windows_quotes_the_one_word_and_takes_everything_back() -> None:
    told = (WINDOWS / "file-types.nsh").read_text(encoding="utf-8")
    commands = re.findall(r'open\\command" "" (.*)', told)
    assert commands == ['\'"$INSTDIR\\hoso.exe" --open "%1"\''] * 3
    assert "HKLM" not in told
    written = set(re.findall(r'WriteRegStr HKCU "(Software\\Classes\\[^"\\]+)', told))
    removed = set(re.findall(r'DeleteReg\w+ (?:/ifempty )?HKCU "(Software\\Classes\\[^"\\]+)', told))
    assert written <= removed


@pytest.mark.parametrize(
    "words",
    [
        ["hoso:thuc-hanh/dossier/A1", "--home", "/tmp/evil"],
        ["--home", "/tmp/evil"],
        ["a.pdf", "b.pdf"],
        ["hoso:a/dossier/b", "--unlock-file", "/etc/passwd"],
    ],
)
def test_more_words_than_one_are_refused(words: list[str], capsys: Any) -> None:
    from desktop.__main__ import main

    assert main(["--open", *words]) == 2
    told = capsys.readouterr()
    assert "Không mở" in told.err
    assert told.out == ""
    assert not Path("/tmp/evil").exists()


def test_a_link_on_the_command_line_is_refused_in_words_and_makes_no_workspace(tmp_path: Path) -> None:
    home = tmp_path / "home"
    command = [sys.executable, "-m", "desktop", "link", "hoso:x/dossier/https://evil.example", "--json"]
    ended = subprocess.run([*command, "--home", str(home)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert '"LINK_REFUSED"' in ended.stdout
    assert "evil" not in ended.stderr
    assert not home.exists()
