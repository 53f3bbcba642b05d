"""The bundled help: the user's guide and the page on dangers by chapters, and what every code of a message means.

Both lie in `docs/` as plain Markdown, one book in each language; a chapter's place (`<a id="sign"></a>` on the line
before its heading) is the same in all languages and, where there is one, the name of the window's page it is about.
A code's words are those of `desktop.messages`. Nothing here needs a workspace, a network or a window.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from desktop.messages import Language, Message, catalogue, message
from forms.bundled import RESOURCES
from forms.identifiers import fold

FOLDER = RESOURCES.parent / "docs"
"""Where the books and their pictures lie; a packaged program brings what `bundled` lists at the same place."""
BOOKS: dict[Language, tuple[str, ...]] = {
    "vi": ("huong-dan.md", "nam-dieu-dang-lo.md"),
    "en": ("guide.md", "dangers.md"),
}
PLACES: dict[str, str] = {
    "welcome": "welcome", "home": "home", "dossiers": "dossier", "procedures": "procedures",
    "procedure": "procedures", "clients": "clients", "client": "clients", "signatures": "signatures",
    "outbox": "outbox", "batch": "batch", "dossier": "dossier", "again": "again", "sign": "sign",
    "review": "review", "follow": "follow", "lookup": "follow", "settings": "settings", "lock": "lock", "help": "help",
}  # fmt: skip
"""The chapter that is about a page of the window."""
_HEADING = re.compile(r'^(?:<a id="(?P<place>[a-z-]+)"></a>\n)?(?P<level>#{1,3}) (?P<title>.+)$', re.M)
_PICTURE = re.compile(r"!\[(?P<words>[^\]]*)\]\((?P<file>pictures/[a-z0-9-]+\.png)\)")
_CODE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")


@dataclass(frozen=True)
class Chapter:
    """A part of the guide with a heading and a place of its own; `text` ends where the next heading begins."""

    place: str
    title: str
    level: int
    """1 for a book's own title, 2 for a chapter, 3 for a part of one."""
    text: str
    """Markdown without the heading."""


@dataclass(frozen=True)
class Found:
    """A place in the help that answers a search: a chapter by its place or a message by its code."""

    place: str
    """Empty for a code."""
    code: str
    """Empty for a chapter."""
    title: str
    about: str


@cache
def chapters(lang: Language) -> tuple[Chapter, ...]:
    """Read the books of a language, parts in their order; a heading without a place belongs to the part before it."""
    made: list[Chapter] = []
    for name in BOOKS[lang]:
        text = (FOLDER / name).read_text(encoding="utf-8")
        heads = [match for match in _HEADING.finditer(text) if match["place"]]
        for at, head in enumerate(heads):
            end = heads[at + 1].start() if at + 1 < len(heads) else len(text)
            made.append(Chapter(head["place"], head["title"], len(head["level"]), text[head.end() : end].strip()))
    return tuple(made)


def chapter(place: str, lang: Language) -> tuple[Chapter, ...]:
    """Return the whole chapter that a place stands in, its own part and all that stand beside it under one heading.

    An unknown place gives the first chapter: help never fails.
    """
    every = chapters(lang)
    here = next((at for at, one in enumerate(every) if one.place == place), 0)
    first = here
    while first and every[first].level == 3:
        first -= 1
    last = first + 1
    while last < len(every) and every[last].level == 3:
        last += 1
    return every[first:last]


def markdown(parts: tuple[Chapter, ...]) -> str:
    """Write parts as one text for the screen: pictures that are not here left out, the others named below."""

    def named(match: re.Match[str]) -> str:
        if not (FOLDER / match["file"]).is_file():
            return ""
        return f"![{match['words']}]({match['file']})\n\n*{match['words']}*"

    return "\n\n".join(f"{'#' * one.level} {one.title}\n\n{_PICTURE.sub(named, one.text)}" for one in parts)


def pictures(lang: Language) -> Iterator[str]:
    """Name the pictures that a language's books show, relative to their folder."""
    for one in chapters(lang):
        for match in _PICTURE.finditer(one.text):
            yield match["file"]


def bundled() -> tuple[Path, ...]:
    """List the files, relative to the program's root, that a packaged program brings for its help."""
    found = {Path("docs") / name for names in BOOKS.values() for name in names}
    for lang in BOOKS:
        found |= {Path("docs") / name for name in pictures(lang)}
    return tuple(sorted(found))


def book_place(name: str, lang: Language) -> str | None:
    """Return the place at which another book of this language begins, for a link from one to the other."""
    for known in BOOKS.values():
        if name in known:
            text = (FOLDER / BOOKS[lang][known.index(name)]).read_text(encoding="utf-8")
            first = _HEADING.search(text)
            return first["place"] if first else None
    return None


@cache
def codes() -> tuple[str, ...]:
    """Return every code that the program has words for, by alphabet."""
    return tuple(sorted(catalogue()))


def explained(code: str, lang: Language) -> Message | None:
    """Say what a code means and what to do, in general: what differs from time to time is a "…"; None if unknown."""
    known = code.strip().upper()
    return message(known, {}, lang) if known in catalogue() else None


def search(words: str, lang: Language, *, limit: int = 20) -> list[Found]:
    """Find chapters and codes for words, with or without diacritics; what is named so comes before what mentions it."""
    asked = fold(words).split()
    if not asked:
        return []
    ranked: list[tuple[int, int, Found]] = []

    def rank(title: str, text: str) -> int | None:
        if all(word in title for word in asked):
            return 1
        return 3 if all(word in title or word in text for word in asked) else None

    for at, one in enumerate(chapters(lang)):
        found = rank(fold(one.title), fold(one.text))
        if found is not None:
            ranked.append((found, at, Found(one.place, "", one.title, _first_words(one.text))))
    whole = "_".join(words.upper().split())
    for at, code in enumerate(codes()):
        said = message(code, {}, lang)
        found = rank(fold(said.heading), fold(f"{code} {code.replace('_', ' ')} {said.sentence} {said.remedy}"))
        if _CODE.fullmatch(whole) and code.startswith(whole):
            found = 0
        if found is not None:
            ranked.append((found + (1 if found else 0), at, Found("", code, said.heading, said.sentence)))
    ranked.sort(key=lambda entry: entry[:2])
    return [found for _, _, found in ranked[:limit]]


def _first_words(text: str) -> str:
    for line in text.splitlines():
        if line and line[0] not in "!|`<#-*>":
            return re.sub(r"[*`]|\]\([^)]*\)|\[", "", line)
    return ""
