"""The guide and the page on dangers hold to the letter: words of the window, commands, pictures, places, tests."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

from desktop import guide
from desktop.messages import Language, catalogue

ROOT = Path(__file__).resolve().parents[1]
LANGUAGES: tuple[Language, ...] = ("vi", "en")
GUIDES = {"vi": "huong-dan.md", "en": "guide.md"}
TWINS = tuple(zip(guide.BOOKS["vi"], guide.BOOKS["en"], strict=True))
OF_THE_GUIDE = {"vi": {"đậm", "F1"}, "en": {"bold", "F1"}}
"""What is in bold where the guide explains that."""


def text(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def bare(words: str) -> str:
    """Return words of the window as they are read: no letter for Alt, no dots at the end."""
    return words.replace("&", "").rstrip("…").strip()


@cache
def window(lang: Language) -> frozenset[str]:
    """Return every word of the window in a language."""
    from desktop.ui import translation

    known = translation.known(translation.FOLDER / "hoso_en.ts")
    return frozenset(bare(source if lang == "vi" else said) for (source, _), said in known.items())


def prose(name: str) -> str:
    """Return a book without what is typed."""
    return re.sub(r"```.*?```|`[^`]*`", "", text(name), flags=re.S)


# --- words of the window ------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_name_in_the_guide_is_one_of_the_window(lang: Language) -> None:
    names = set(re.findall(r"\*\*([^*]+)\*\*", prose(GUIDES[lang]))) - OF_THE_GUIDE[lang]
    assert len(names) > 120
    assert not sorted(name for name in names if bare(name) not in window(lang))


def test_both_guides_name_the_same_things_in_the_same_order() -> None:
    from desktop.ui import translation

    known = translation.known(translation.FOLDER / "hoso_en.ts")
    english: dict[str, set[str]] = {}
    for (source, _), said in known.items():
        english.setdefault(bare(source), set()).add(bare(said))
    for place in {one.place for one in guide.chapters("vi")}:
        vi, en = (
            re.findall(r"\*\*([^*]+)\*\*", re.sub(r"`[^`]*`", "", one.text))
            for lang in LANGUAGES
            for one in guide.chapters(lang)
            if one.place == place
        )
        assert set(map(bare, en)) - OF_THE_GUIDE["en"] <= set().union(
            *(english.get(bare(name), set()) for name in vi)
        ), place


# --- commands -----------------------------------------------------------------------------------------


def commands(name: str) -> list[list[str]]:
    """Return every command of the program in a book, each split into its words."""
    whole = text(name)
    lines = [line for block in re.findall(r"```\n(.*?)```", whole, re.S) for line in block.splitlines()]
    lines += re.findall(r"`(hoso [^`]+)`", re.sub(r"```.*?```", "", whole, flags=re.S).replace("\n", " "))
    return [shlex.split(line)[1:] for line in lines if line.startswith("hoso ")]


@cache
def program() -> Any:
    from desktop.cli.program import program as made

    return typer.main.get_command(made())


def verb(words: list[str]) -> tuple[Any, list[str]]:
    """Find what a command line calls, and what it gives to it."""
    at, rest = program(), list(words)
    while hasattr(at, "commands"):
        assert set(rest[:1] or [""]) <= set(at.commands), words
        at = at.commands[rest.pop(0)]
    return at, rest


@pytest.mark.parametrize("name", [name for names in guide.BOOKS.values() for name in names])
def test_every_command_in_the_books_is_one_of_the_program(name: str) -> None:
    found = commands(name)
    assert len(found) > 40 or name not in GUIDES.values()
    for words in found:
        called, rest = verb(words)
        options = {option: one for one in called.params for option in one.opts}
        places = [one for one in called.params if one.param_type_name == "argument"]
        given, skip = 0, False
        for word in rest:
            if skip:
                skip = False
            elif word.startswith("-") and len(word) > 1:
                assert word in options, (words, word)
                skip = not options[word].is_flag
            else:
                given += 1
        assert not skip, words
        least = sum(1 for one in places if one.required)
        most = 99 if any(one.nargs == -1 for one in places) else len(places)
        assert least <= given <= most, words


@pytest.mark.parametrize("name", GUIDES.values())
def test_every_option_that_the_guide_explains_exists(name: str) -> None:
    every = {option for command in _all(program()) for one in command.params for option in one.opts}
    prose_only = re.sub(r"```.*?```|`hoso [^`]*`", "", text(name), flags=re.S)
    for option in re.findall(r"`(--[a-z-]+)", prose_only):
        assert option in every, option


def _all(command: Any) -> list[Any]:
    if hasattr(command, "commands"):
        return [found for inner in command.commands.values() for found in _all(inner)]
    return [command]


def test_each_verb_of_the_guide_helps(capsys: pytest.CaptureFixture[str]) -> None:
    from desktop.cli.program import run

    verbs = set()
    for words in commands("huong-dan.md"):
        at = program()
        taken: list[str] = []
        while hasattr(at, "commands"):
            taken.append(words[len(taken)])
            at = at.commands[taken[-1]]
        verbs.add(tuple(taken))
    for verb in sorted(verbs):
        assert run([*verb, "--help"]) == 0, verb
    assert "Usage" in capsys.readouterr().out


# --- places, pictures, links --------------------------------------------------------------------------


def test_every_heading_has_a_place_and_both_languages_have_the_same() -> None:
    for pair in TWINS:
        first, second = (re.findall(r'^<a id="([a-z-]+)"></a>\n(#+) ', text(name), re.M) for name in pair)
        assert first == second
        for name in pair:
            assert len(re.findall(r"^#{1,3} ", re.sub(r"```.*?```", "", text(name), flags=re.S), re.M)) == len(first)
    for lang in LANGUAGES:
        places = [one.place for one in guide.chapters(lang)]
        assert len(places) == len(set(places))


def test_every_page_of_the_window_has_its_chapter() -> None:
    from desktop.ui.frame import PAGES

    assert set(guide.PLACES) >= set(PAGES)
    for lang in LANGUAGES:
        assert set(guide.PLACES.values()) <= {one.place for one in guide.chapters(lang)}


@pytest.mark.parametrize("name", [name for names in guide.BOOKS.values() for name in names])
def test_links_lead_somewhere(name: str) -> None:
    lang: Language = "vi" if name in guide.BOOKS["vi"] else "en"
    places = {one.place for one in guide.chapters(lang)}
    for link in re.findall(r"(?<!!)\[[^\]]+\]\(([^)]+)\)", text(name)):
        assert link[1:] in places if link.startswith("#") else guide.book_place(link, lang), link
    for picture in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", text(name)):
        assert re.fullmatch(r"pictures/[a-z0-9-]+\.png", picture)


def test_every_picture_of_the_guide_is_made_by_the_script() -> None:
    made = set(re.findall(r'"([a-z0-9-]+)(?:\.png)?"', (ROOT / "tests/pictures.py").read_text(encoding="utf-8")))
    for lang in LANGUAGES:
        for picture in guide.pictures(lang):
            name = Path(picture).stem
            assert name in made or re.sub(r"\d$", "", name) == "welcome-", name


def test_a_packaged_program_finds_its_help(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "resources/i18n", tmp_path / "resources/i18n")
    for file in guide.bundled():
        if (ROOT / file).is_file():
            (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / file, tmp_path / file)
    code = (
        "import sys; sys._MEIPASS = sys.argv[1]\n"
        "from desktop import guide\n"
        "print(guide.FOLDER, len(guide.chapters('vi')), len(guide.chapters('en')), guide.explained('BUG', 'vi'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{tmp_path / 'docs'} {len(guide.chapters('vi'))} ")


# --- codes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_code_is_explained_and_found_by_its_name(lang: Language) -> None:
    assert set(guide.codes()) == set(catalogue())
    for code in guide.codes():
        said = guide.explained(code, lang)
        assert said is not None
        assert len(said.heading) > 3
        assert said.sentence
        assert "{" not in re.sub(r"\{\"[^}]*\}|\{\}", "", said.heading), said
    for code in guide.codes()[::25]:
        first = guide.search(code.lower().replace("_", " "), lang, limit=8)
        assert code in [one.code for one in first]
    assert guide.explained("NO_SUCH_CODE_AT_ALL", lang) is None


def test_search_finds_with_and_without_diacritics() -> None:
    assert guide.search("dấu chữ ký", "vi")[0].place == "stamp"
    assert guide.search("dau chu ky", "vi")[0].place == "stamp"
    assert guide.search("hand-over", "en")[0].place == "hand-over"
    assert [one.code for one in guide.search("TOKEN_REMOVED", "vi", limit=1)] == ["TOKEN_REMOVED"]
    assert guide.search("   ", "vi") == []
    assert guide.search("xyzzy không có gì", "vi") == []


def test_an_unknown_place_gives_the_beginning() -> None:
    assert guide.chapter("no-such-place", "vi")[0].place == guide.chapters("vi")[0].place


# --- dangers ------------------------------------------------------------------------------------------


@cache
def there_are() -> frozenset[str]:
    found: set[str] = set()
    for file in (ROOT / "tests").rglob("test_*.py"):
        found |= set(re.findall(r"^ *(?:async )?def (test_\w+)", file.read_text(encoding="utf-8"), re.M))
    return frozenset(found)


def test_every_test_that_is_named_exists() -> None:
    for name in ("dangers.md", "nam-dieu-dang-lo.md", "security.md", "design.md"):
        named = set(re.findall(r"`(test_\w+)`", text(name)))
        named = {one for one in named if not (ROOT / "tests/desktop" / f"{one}.py").is_file()}
        assert not sorted(named - there_are()), name


def test_both_pages_on_dangers_name_the_same_tests_and_five_dangers() -> None:
    vi, en = (re.findall(r"`(test_\w+)`", text(name)) for name in ("nam-dieu-dang-lo.md", "dangers.md"))
    assert vi == en
    assert len(set(vi)) > 30
    for name in ("nam-dieu-dang-lo.md", "dangers.md"):
        assert len(re.findall(r"^## ", text(name), re.M)) == 5
