"""The window in English: every word of the code has its English, and it fits where it stands, in both languages."""

from __future__ import annotations

import ast
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QPoint, QRect, QTranslator
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit, QWidget

from desktop import filing
from desktop.ui import translation
from forms.bundled import RESOURCES
from tests.desktop import ui_kit
from tests.looks.measure import said

ENGLISH = translation.FOLDER / "hoso_en.ts"
VIETNAMESE = re.compile(
    "[àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ]", re.IGNORECASE
)  # fmt: skip
PAGES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("home", {}), ("dossiers", {}), ("procedures", {}), ("procedure", {"code": ui_kit.PROCEDURE}),
    ("clients", {"add": True}), ("client", {"tax_code": ui_kit.SHOP}), ("signatures", {"part": "keys"}),
    ("signatures", {"part": "validate"}), ("signatures", {"part": "trust"}), ("signatures", {"part": "evidence"}),
    ("outbox", {}), ("batch", {}), ("follow", {"dossier": "done"}), ("dossier", {"dossier": "broken"}),
    ("dossier", {"dossier": "signed"}), ("sign", {"dossier": "ready"}), ("review", {"dossier": "signed"}),
    ("settings", {}),
)  # fmt: skip


@cache
def words() -> list[translation.Word]:
    """Return what lupdate finds in the code as it is now."""
    return translation.found()


@cache
def english() -> dict[tuple[str, str], str]:
    return translation.known(ENGLISH)


# --- the files ----------------------------------------------------------------------------------------


def test_every_word_of_the_window_has_its_english() -> None:
    lacking = [f"{word.places[0]}: {word.source}" for word in words() if (word.source, word.comment) not in english()]
    assert not lacking, "run python -m desktop.ui.translation and translate:\n" + "\n".join(lacking)
    assert len(words()) > 900


def test_no_english_is_left_of_words_that_are_gone() -> None:
    assert set(english()) == {(word.source, word.comment) for word in words()}


@pytest.mark.parametrize("name", ["hoso_en", "qtbase_vi"])
def test_the_compiled_file_says_what_the_translated_one_says(name: str) -> None:
    from xml.etree import ElementTree

    compiled = QTranslator()
    assert compiled.load(name, str(translation.FOLDER))
    count = 0
    for context in ElementTree.parse(translation.FOLDER / f"{name}.ts").iter("context"):
        for message in context.iter("message"):
            source, comment = message.findtext("source") or "", message.findtext("comment") or ""
            said = compiled.translate(context.findtext("name") or "", source, comment or None)
            assert said == message.findtext("translation"), source
            count += 1
    assert count > 200


def test_what_is_put_into_a_sentence_is_the_same_in_both() -> None:
    for (source, _), text in english().items():
        assert re.findall(r"\{[^}]*\}|%\d|%n", source) == re.findall(r"\{[^}]*\}|%\d|%n", text), source
        assert (source[:1] == " ") == (text[:1] == " "), source
        assert (source[-1] in ":…") == (text[-1] in ":…"), source


def test_english_is_english() -> None:
    for (source, _), text in english().items():
        assert not VIETNAMESE.search(text.replace("Hồ Sơ", "")), f"{source}: {text}"


def letter(text: str) -> str:
    found = re.search(r"&([^&\s])", text)
    return found[1].lower() if found else ""


def test_letters_for_alt_are_in_both_and_do_not_clash_on_a_page_where_they_did_not() -> None:
    by_file: dict[str, list[translation.Word]] = defaultdict(list)
    for word in words():
        text = english()[word.source, word.comment]
        assert bool(letter(word.source)) == bool(letter(text)), f"{word.places[0]}: {word.source}: {text}"
        for file in {place.split(":")[0] for place in word.places if letter(word.source)}:
            by_file[file].append(word)
    clashes = []
    for file, there in by_file.items():
        for number, one in enumerate(there):
            for other in there[:number]:
                first, second = english()[one.source, one.comment], english()[other.source, other.comment]
                if letter(first) == letter(second) and letter(one.source) != letter(other.source):
                    clashes.append(f"{file}: {first} / {second}")
    assert not clashes


def test_the_english_is_found_whatever_class_asks(tmp_path: Path) -> None:
    from desktop.ui.program import application

    application(lang="en")
    try:
        assert QCoreApplication.translate("Anything", "Hộp gửi") == "Outbox"
        assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Cancel"
    finally:
        application(lang="vi")
    assert QCoreApplication.translate("Anything", "Hộp gửi") == "Hộp gửi"
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Bỏ"
    assert QCoreApplication.translate("QLineEdit", "Select All") == "Chọn tất cả"


# --- the window ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def frame() -> Iterator[Any]:
    made = ui_kit.window()
    yield made
    made.prefer(lang="vi", zoom=1.0)
    made.restyle()
    ui_kit.settle(made)
    ui_kit.put_away(made)


def opened(frame: Any, page: str, facts: dict[str, Any]) -> None:
    known = ui_kit.place().dossiers
    frame.go(page, **{name: known.get(value, value) for name, value in facts.items()})
    ui_kit.settle(frame)


def speak(frame: Any, lang: str, zoom: float = 1.0) -> None:
    frame.prefer(lang=lang, zoom=zoom)
    frame.restyle()
    ui_kit.settle(frame)


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from strings(part)


@cache
def data() -> frozenset[str]:
    """Return what stays Vietnamese in English: names, addresses, and what procedures and templates say.

    A clause of such a text counts by itself: the window shows some of them in parts.
    """
    desk = ui_kit.place().desk
    found = {"Hồ Sơ", "Tiếng Việt", "Tiếng &Việt", "THỰC HÀNH"}
    for folder in ("procedures", "templates", "units"):
        for file in (RESOURCES / folder).rglob("*.json"):
            found.update(strings(json.loads(file.read_text(encoding="utf-8"))))
    for client in desk.workspace.clients.list():
        cut = client.name.split()  # certificates hold only the first 64 bytes of a name
        found.update(" ".join(cut[:end]) for end in range(1, len(cut) + 1))
        found.update(str(fact.value) for fact in desk.workspace.clients.facts(client).values())
    for kept in filing.signature_evidence(desk):
        found.update(file["name"] for file in kept.files)
    for file in (RESOURCES.parent / "desktop" / "sandbox").glob("*.py"):  # what the practice portal answers
        tree = ast.parse(file.read_text(encoding="utf-8"))
        found.update(
            part.value for part in ast.walk(tree) if isinstance(part, ast.Constant) and type(part.value) is str
        )
    for text in tuple(found):
        found.update(re.split(r"\n+|(?<=[.;:,]) |\t", text))
    found.update([text.rstrip(".") for text in found])
    return frozenset(text for text in found if VIETNAMESE.search(text))


@cache
def long_data() -> tuple[str, ...]:
    return tuple(sorted((text for text in data() if len(text) >= 12), key=len, reverse=True))


def foreign(text: str) -> bool:
    """Say whether something of a text is Vietnamese that no name, procedure or template says."""
    text = text.replace("\N{ZERO WIDTH SPACE}", "")  # where a long name may go on in the next line
    # Money, and what the portal itself says.
    text = re.sub(r"The portal says: “[^”]*”|Hồ sơ H\d[\d.-]+|\d đ\b", "", text)
    for known in long_data():
        if not VIETNAMESE.search(text):
            return False
        text = text.replace(known, "")
    parts = re.split(r" · | — | - |[:,;] |[“”()\n]", text)
    short = sorted((one for one in data() if len(one) < 12), key=len, reverse=True)
    return any(VIETNAMESE.search(part) and part.strip(" .…") not in short and not _named(part) for part in parts)


def _named(part: str) -> bool:
    return not VIETNAMESE.search(re.sub("Hồ Sơ|THỰC HÀNH", "", part))


NAMES = [f"{page}-{'-'.join(map(str, facts.values()))}" for page, facts in PAGES]


@pytest.mark.parametrize(("page", "facts"), PAGES, ids=NAMES)
def test_the_english_window_says_nothing_in_vietnamese_but_data(frame: Any, page: str, facts: dict[str, Any]) -> None:
    if frame.lang != "en":
        speak(frame, "en")
    opened(frame, page, facts)
    assert {text for text in said(frame) if VIETNAMESE.search(text) and foreign(text)} == set()


FOREIGN = re.compile(
    r"\b(the|of|and|is|are|for|with|not|yet|save|open|close|cancel|delete|undo|redo|copy|paste|select|search|find|"
    r"settings?|show|hide|print|pages?|files?|sign(ed)?|submit(ted)?|clients?|dossiers?|outbox|receipts?|fees?|errors?|"
    r"problems?|rows?|tables?|today|choose|back|next|previous|name|role|password|passphrase|yes|no)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize(("page", "facts"), PAGES, ids=NAMES)
def test_the_vietnamese_window_says_nothing_in_english(frame: Any, page: str, facts: dict[str, Any]) -> None:
    if frame.lang != "vi":
        speak(frame, "vi")
    opened(frame, page, facts)
    assert {text for text in said(frame) if FOREIGN.search(text)} == set()


# --- does it fit --------------------------------------------------------------------------------------


def speaking(frame: QWidget) -> list[QWidget]:
    """Return what shows words now: labels, buttons, fields."""
    kinds = (QLabel, QAbstractButton, QComboBox, QLineEdit)
    return [
        widget
        for widget in frame.findChildren(QWidget)
        if isinstance(widget, kinds) and widget.isVisible() and not widget.visibleRegion().isEmpty()
        and not isinstance(widget.parent(), QLineEdit | QComboBox)
    ]  # fmt: skip


def words_of(widget: QWidget) -> str:
    if isinstance(widget, QComboBox):
        return widget.currentText()
    return str(widget.text()) if isinstance(widget, QLabel | QAbstractButton | QLineEdit) else ""


def clipped(frame: QWidget) -> list[str]:
    """Return the words that are larger than their place."""
    found = []
    for widget in speaking(frame):
        text = words_of(widget)
        if not text or type(widget).__name__ == "OneLine":
            continue  # cut with an ellipsis by intent, the whole of it in the tip
        if isinstance(widget, QLabel) and widget.wordWrap():
            needed, has = widget.heightForWidth(widget.width()), widget.height()
        elif isinstance(widget, QLabel | QAbstractButton):
            needed, has = widget.sizeHint().width(), widget.width()
        else:
            continue  # fields scroll
        if has + 1 < needed:
            found.append(f"{text[:60]}: {has} < {needed}")
    return found


def overlapping(frame: QWidget) -> list[str]:
    """Return pairs of words that stand on one another."""
    there: list[tuple[QWidget, QRect]] = []
    found = []
    for widget in speaking(frame):
        if not words_of(widget):
            continue
        seen = widget.visibleRegion().boundingRect()
        place = seen.translated(widget.mapTo(frame, QPoint(0, 0)))
        for other, its in there:
            meet = place.intersected(its)
            if other.isAncestorOf(widget) or widget.isAncestorOf(other) or meet.width() < 3 or meet.height() < 3:
                continue
            found.append(f"{words_of(other)[:40]} / {words_of(widget)[:40]}: {meet.width()} × {meet.height()}")
        there.append((widget, place))
    return found


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("zoom", [1.0, 2.0])
def test_words_fit_in_both_languages(frame: Any, lang: str, zoom: float) -> None:
    speak(frame, lang, zoom)
    wrong = {}
    for page, facts in PAGES:
        opened(frame, page, facts)
        if found := clipped(frame) + overlapping(frame):
            wrong[f"{page} {facts}"] = found
    assert wrong == {}


def test_the_measure_sees_what_does_not_fit(frame: Any) -> None:
    speak(frame, "vi")
    opened(frame, "home", {})
    places = [QRect(8, 90, 40, 10), QRect(20, 92, 40, 10)]
    made = [QLabel("Một câu dài hơn chỗ của nó nhiều", frame.stack) for _ in places]
    for label, place in zip(made, places, strict=True):
        label.setGeometry(place)
        label.show()
    assert sum("Một câu" in line for line in clipped(frame)) == 2
    assert any("Một câu" in line and line.count("Một câu") == 2 for line in overlapping(frame))
    for label in made:
        label.deleteLater()
