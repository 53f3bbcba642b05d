"""The command line as a whole: options anywhere, exit codes, one JSON document, words in two languages."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    "words",
    [
        ["--json", "template", "list"],
        ["template", "--json", "list"],
        ["template", "list", "--json"],
        ["template", "list", "--json", "--lang", "en", "--home=/nowhere/at/all"],
    ],
)
def test_shared_options_stand_anywhere(hoso: Any, words: list[str]) -> None:
    answer = hoso(*words)
    assert answer.code == 0
    assert "thue/01-gtgt" in {row["id"] for row in answer.document["templates"]}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["template", "dance"], "dance"),
        (["template", "list", "--frob"], "--frob"),
        (["form", "check"], "thiếu"),
        (["form", "check", "a", "b", "c"], "c"),
        (["dossier", "new"], "thiếu"),
        (["template", "list", "--lang", "fr"], "--lang"),
        (["--json"], "lệnh"),
    ],
)
def test_wrong_use_speaks_vietnamese_and_json(hoso: Any, words: list[str], told: str) -> None:
    answer = hoso(*words, "--json")
    assert answer.code == 2
    assert answer.error["code"] == "WRONG_USE"
    assert told in answer.error["message"]


def test_verbs_without_client_data_make_no_workspace(hoso: Any, example: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    for words in (
        ["template", "list"],
        ["form", "check", "thue/01-gtgt", str(example), "--period", "2026-10"],
        ["catalogue", "search", "thue"],
        ["doctor"],
        ["validate", str(example)],
    ):
        hoso(*words, "--home", home, "--json")
    assert not list(home.glob("*.db")) if home.exists() else True


def test_a_bug_ends_with_70_and_no_trace(tmp_path: Path) -> None:
    script = (
        "import desktop.cli.template as t\n"
        "t.commands.registered_commands[0].callback = lambda: 1/0\n"
        "import sys; from desktop.__main__ import main; sys.exit(main(['template', 'list']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={"PATH": "", "TMPDIR": str(tmp_path)},
    )
    assert done.returncode == 70
    assert "Traceback" not in done.stderr
    assert "Nhật ký" in done.stderr
    log = next(tmp_path.glob("hoso-*.log")).read_text(encoding="utf-8")
    assert "ZeroDivisionError" in log


def test_no_command_line_loads_qt() -> None:
    script = "import forms, signing, desktop.cli.program as p, sys; p.program(); sys.exit('PySide6' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT).returncode == 0


def test_every_message_has_both_languages_and_a_sentence() -> None:
    for file in sorted((ROOT / "resources/i18n/messages").glob("*.json")):
        for code, words in json.loads(file.read_text(encoding="utf-8")).items():
            for lang in ("vi", "en"):
                assert words[lang]["heading"], (file.name, code, lang)
                assert words[lang]["sentence"], (file.name, code, lang)
                assert "remedy" in words[lang], (file.name, code, lang)
            if "sai mã pin" in json.dumps(words, ensure_ascii=False).lower():
                assert code in {"PIN_INCORRECT", "WRONG_PIN"}, code


def test_every_error_has_words() -> None:
    from desktop.messages import known

    seen = set()

    def walk(kind: type) -> None:
        children: list[Any] = kind.__subclasses__()
        for child in children:
            walk(child)
            if child.__module__.startswith("desktop.sandbox"):
                continue  # the practice portal's words are its own, as any portal's are
            if not child.__subclasses__() and child.__module__.split(".")[0] in ("forms", "signing", "desktop"):
                seen.add((child.code, child.__qualname__))

    import desktop.app
    import desktop.cli.program
    import desktop.outbox
    import desktop.portal.errors
    import desktop.tracking
    import desktop.workers

    assert desktop.app
    desktop.cli.program.program()
    from desktop.errors import DesktopError
    from forms.errors import FormsError
    from signing.errors import SigningError

    for root in (DesktopError, FormsError, SigningError):
        walk(root)
    assert len(seen) > 100
    assert [name for code, name in sorted(seen) if not known(code)] == []


def test_no_code_is_said_in_two_places() -> None:
    seen: dict[str, str] = {}
    for file in sorted((ROOT / "resources/i18n/messages").glob("*.json")):
        if file.name == "sandbox.json":
            continue  # a portal's words travel with its answers
        for code in json.loads(file.read_text(encoding="utf-8")):
            assert code not in seen, f"{code} in {seen[code]} and {file.name}"
            seen[code] = file.name
