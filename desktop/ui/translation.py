"""The window's words in English: a Qt Linguist file whose source is the Vietnamese in the code.

`python -m desktop.ui.translation` reads the code's words again (lupdate), keeps what is translated, and compiles both
files that lie in `resources/i18n/` (lrelease): `hoso_en`, ours, and `qtbase_vi`, the words of Qt's own menus and
dialogs. It prints what still lacks its English and then ends with 1.

All words stand in one context: the same Vietnamese is the same English wherever it is read. Where that cannot be, the
call says which is meant: `self.tr("Đóng", "a fee")` makes a second entry.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QTranslator

from desktop.replacing import move_over
from forms.bundled import RESOURCES

if TYPE_CHECKING:
    from pathlib import Path
    from xml.etree.ElementTree import Element

CONTEXT = "hoso"
FOLDER = RESOURCES / "i18n"


def later(text: str) -> str:
    """Mark words of a table as the window's; they are put in its language by `tr` when they are shown."""
    return text


class Translation(QTranslator):
    """Answers for every class of ours: Qt asks by the name of the class, our words stand in one context."""

    def translate(self, context: str, source: str, disambiguation: str | None = None, n: int = -1) -> str | None:
        """Return the words in English, nothing for what is not ours."""
        # An empty string would be a translation; None is none.
        return super().translate(CONTEXT, source, disambiguation, n) or None


@dataclass(frozen=True)
class Word:
    """A piece of text in the code."""

    source: str
    comment: str
    """Which meaning, where one Vietnamese has several; mostly empty."""
    places: tuple[str, ...]
    """File and line, relative to the program's root: `desktop/ui/frame.py:98`."""


def found() -> list[Word]:
    """Return the words that lupdate finds in the code of the window, in the order of files and lines."""
    import tempfile
    from pathlib import Path

    root = RESOURCES.parent
    files = sorted((root / "desktop" / "ui").rglob("*.py"))
    with tempfile.TemporaryDirectory() as scratch:
        target = Path(scratch) / "found.ts"
        _run("lupdate", "-silent", "-locations", "absolute", "-tr-function-alias", "QT_TR_NOOP+=later",
             "-source-language", "vi", "-target-language", "en", *map(str, files), "-ts", str(target))  # fmt: skip
        places: dict[tuple[str, str], list[tuple[str, int]]] = {}
        for message in _messages(target):
            key = message.findtext("source") or "", message.findtext("comment") or ""
            for at in message.iter("location"):
                file = (target.parent / (at.get("filename") or "")).resolve().relative_to(root.resolve())
                places.setdefault(key, []).append((file.as_posix(), int(at.get("line") or 0)))
    words = [
        Word(source, comment, tuple(f"{file}:{line}" for file, line in sorted(at)))
        for (source, comment), at in places.items()
    ]
    return sorted(words, key=lambda word: (word.places[0].split(":")[0], int(word.places[0].split(":")[1])))


def known(file: Path) -> dict[tuple[str, str], str]:
    """Return the finished translations of a Linguist file by source and comment."""
    if not file.is_file():
        return {}
    return {
        (message.findtext("source") or "", message.findtext("comment") or ""): message.findtext("translation") or ""
        for message in _messages(file)
        if message.find("translation[@type]") is None and message.findtext("translation")
    }


def update() -> list[Word]:
    """Write both files anew from the code and what is translated already; return the words that have no English yet."""
    file = FOLDER / "hoso_en.ts"
    done, words = known(file), found()
    _write(file, words, done)
    for name in ("hoso_en", "qtbase_vi"):
        target = FOLDER / f"{name}.qm"
        fresh = target.with_name(f".{name}.{os.getpid()}.qm")
        _run("lrelease", "-silent", str(FOLDER / f"{name}.ts"), "-qm", str(fresh))
        # A running program has the file mapped: written in place, it would die of a bus error at its next word.
        move_over(fresh, target)
    return [word for word in words if (word.source, word.comment) not in done]


def _write(file: Path, words: list[Word], done: dict[tuple[str, str], str]) -> None:
    from xml.etree.ElementTree import Element, SubElement, indent, tostring

    root = Element("TS", version="2.1", language="en", sourcelanguage="vi")
    context = SubElement(root, "context")
    SubElement(context, "name").text = CONTEXT
    for word in words:
        message = SubElement(context, "message")
        # Without lines: they would change with every edit of the code.
        for place in dict.fromkeys(place.split(":")[0] for place in word.places):
            SubElement(message, "location", filename=f"../../{place}")
        SubElement(message, "source").text = word.source
        if word.comment:
            SubElement(message, "comment").text = word.comment
        english = done.get((word.source, word.comment))
        if english:
            SubElement(message, "translation").text = english
        else:
            SubElement(message, "translation", type="unfinished")
    indent(root, " " * 4)
    head = '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n'
    file.write_text(head + tostring(root, encoding="unicode") + "\n", encoding="utf-8", newline="\n")


def _messages(file: Path) -> list[Element]:
    from xml.etree import ElementTree

    return list(ElementTree.parse(file).iter("message"))


def _run(tool: str, *args: str) -> None:
    """Run one of Qt's own tools as PySide6 brings it."""
    import subprocess
    from pathlib import Path

    import PySide6

    name = tool + (".exe" if sys.platform == "win32" else "")
    subprocess.run([Path(PySide6.__file__).parent / name, *args], check=True)


def main() -> int:
    """Update the files and say what lacks its English."""
    lacking = update()
    for word in lacking:
        print(f"{word.places[0]}: {word.source!r} has no English in {FOLDER / 'hoso_en.ts'}", file=sys.stderr)
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
