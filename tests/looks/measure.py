"""Measure what a window shows: words that do not fit, words on one another, names, targets, order, contrast, focus.

Every function takes a window and returns sentences, one for each thing that is wrong; none is right.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from typing import cast

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QAccessible, QColor, QFontMetrics, QImage, QTextDocumentFragment
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QScrollArea,
    QStyle,
    QStyleOptionComboBox,
    QTableView,
    QWidget,
)

from desktop.ui import theme
from desktop.ui.finding import Finder
from desktop.ui.parts import Chip, Scroll
from desktop.ui.rows import Line, LineDelegate, LineList

LEAST = 24
"""The least side of what is pressed, in pixels (WCAG 2.2, 2.5.8)."""
FOREIGN = re.compile(
    r"\b(the|of|and|is|are|for|with|not|yet|save|open|close|cancel|delete|undo|redo|copy|paste|select|search|find|"
    r"settings?|show|hide|print|pages?|files?|sign(ed)?|submit(ted)?|clients?|dossiers?|outbox|receipts?|fees?|errors?|"
    r"problems?|rows?|tables?|today|choose|back|next|previous|name|role|password|passphrase|yes|no)\b",
    re.IGNORECASE,
)


def short(text: str) -> str:
    """Return the beginning of what something says."""
    return text.replace("\n", " ")[:60]


def words_of(widget: QWidget) -> str:
    """Return what a widget says to the eye."""
    if isinstance(widget, QComboBox):
        return widget.currentText()
    if isinstance(widget, Chip):
        return widget.accessibleName()
    return str(widget.text()) if isinstance(widget, QLabel | QAbstractButton | QLineEdit) else ""


def speaking(window: QWidget) -> list[QWidget]:
    """Return what shows words now: labels, chips, buttons, fields."""
    kinds = (QLabel, QAbstractButton, QComboBox, QLineEdit, Chip)
    return [
        widget
        for widget in window.findChildren(QWidget)
        if isinstance(widget, kinds) and widget.window() is window
        and widget.isVisible() and not widget.visibleRegion().isEmpty()
        and not isinstance(widget.parent(), QLineEdit | QComboBox | QAbstractSpinBox)
    ]  # fmt: skip


def plain(text: str) -> str:
    """Return the words of a text that may be marked up."""
    return QTextDocumentFragment.fromHtml(text).toPlainText() if "</" in text else text


def said(window: QWidget) -> Iterator[str]:
    """Give everything that the window says: to the eye, in tips, to a screen reader."""
    for widget in [window, *window.findChildren(QWidget)]:
        if not widget.isVisible():
            continue
        yield from (widget.accessibleName(), widget.accessibleDescription(), widget.toolTip())
        if isinstance(widget, QLabel):
            yield plain(widget.text())
        elif isinstance(widget, QAbstractButton):
            yield widget.text().replace("&", "")
        elif isinstance(widget, QLineEdit):
            yield widget.placeholderText()
        elif isinstance(widget, QComboBox):
            yield from (widget.itemText(row) for row in range(widget.count()))
        elif isinstance(widget, LineList):
            for row in range(min(widget.lines.rowCount(), 50)):
                line = widget.lines.line(widget.lines.index(row))
                yield from (line.title, line.below, *(mark.text for mark in line.marks))
        elif isinstance(widget, QHeaderView) and widget.model() is not None:
            yield from (str(widget.model().headerData(at, widget.orientation()) or "") for at in range(widget.count()))


# --- does it fit -------------------------------------------------------------------------------------------------


def clipped(window: QWidget) -> list[str]:
    """Return the words that are larger than their place."""
    found = []
    for widget in speaking(window):
        text = words_of(widget)
        kind = type(widget).__name__
        if isinstance(widget, QLineEdit):
            found += _placeholder(widget)
        if not text or kind == "OneLine":
            continue  # cut with an ellipsis by intent, the whole of it in the tip
        if isinstance(widget, QLabel) and widget.wordWrap():
            # A long word cannot be broken: it must fit as well.
            needed, has = widget.heightForWidth(widget.width()), widget.height()
            if has + 1 < needed:
                found.append(f"{kind} {short(text)}: {has} high < {needed}")
            metrics = widget.fontMetrics()
            widest = max((metrics.horizontalAdvance(word) for word in re.split(r"[\s\u200b]+", plain(text))), default=0)
            margins = widget.contentsMargins()
            if widget.width() - margins.left() - margins.right() + 1 < widest and "/" not in text:
                found.append(f"{kind} {short(text)}: {widget.width()} wide < its longest word {widest}")
        elif isinstance(widget, QComboBox):
            found += _closed_list(widget)
        elif not isinstance(widget, QLineEdit):
            needed_size, has_size = widget.sizeHint(), widget.size()
            if has_size.width() + 1 < needed_size.width():
                found.append(f"{kind} {short(text)}: {has_size.width()} wide < {needed_size.width()}")
            if has_size.height() + 1 < widget.fontMetrics().height():
                found.append(f"{kind} {short(text)}: {has_size.height()} high < its letters")
        seen = widget.visibleRegion().boundingRect()
        if seen.width() + 2 < widget.width() and not _scrolls_aside(widget) and not _beneath(widget, window):
            found.append(f"{kind} {short(text)}: only {seen.width()} of {widget.width()} is seen")
    return found


def _placeholder(field: QLineEdit) -> list[str]:
    text = field.placeholderText()
    if not text or field.text() or field.toolTip() == text:
        return []  # cut with an ellipsis by intent, the whole of it in the tip
    margins = field.textMargins()
    room = field.width() - 12 - margins.left() - margins.right()
    needed = field.fontMetrics().horizontalAdvance(text)
    return [f"placeholder {short(text)}: {room} < {needed}"] if room + 1 < needed else []


def room_in(box: QComboBox) -> QRect:
    """Return where a closed list writes its words: never under its arrow."""
    option = QStyleOptionComboBox()
    box.initStyleOption(option)
    return box.style().subControlRect(
        QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, box
    )


def _closed_list(box: QComboBox) -> list[str]:
    room = room_in(box)
    found = []
    if not box.isEditable() and room.right() > box.width() - 27:
        found.append(f"list {short(box.currentText())}: its words run under its arrow")
    needed = box.fontMetrics().horizontalAdvance(box.currentText())
    parent = box.parentWidget()
    # Cut with an ellipsis only where there is nothing left to take.
    if needed > room.width() + 1 and parent is not None and box.width() < parent.contentsRect().width() * 0.8:
        found.append(f"list {short(box.currentText())}: {room.width()} < {needed}")
    if box.height() < box.fontMetrics().height() + 4:
        found.append(f"list {short(box.currentText())}: {box.height()} high")
    return found


def _beneath(widget: QWidget, window: QWidget) -> bool:
    """Say whether what has been found lies above a widget, by intent."""
    return any(
        one.isVisible() and one is not widget and not one.isAncestorOf(widget)
        and one.geometry().intersects(QRect(widget.mapTo(window, QPoint(0, 0)), widget.size()))
        for one in window.findChildren(Finder)
    )  # fmt: skip


def _scrolls_aside(widget: QWidget) -> bool:
    above = widget.parentWidget()
    while above is not None:
        if isinstance(above, QAbstractScrollArea) and above.horizontalScrollBar().maximum() > 0:
            return above.horizontalScrollBarPolicy() != Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        above = above.parentWidget()
    return False


def too_wide(window: QWidget) -> list[str]:
    """Return the sheets that are wider than the place through which they are seen, and cannot be moved there."""
    found = []
    for area in window.findChildren(QScrollArea):
        inside = area.widget()
        if not area.isVisible() or inside is None:
            continue
        sideways = area.horizontalScrollBar().isVisible() and isinstance(area, Scroll)
        if sideways:
            found.append(f"the page must be scrolled sideways: {inside.width()} > {area.viewport().width()}")
        elif inside.width() > area.viewport().width() + 1 and not area.horizontalScrollBar().isVisible():
            found.append(f"{type(area).__name__}: {inside.width()} wide in {area.viewport().width()}")
    return found


def heads(window: QWidget) -> list[str]:
    """Return the heads of columns that are cut."""
    found = []
    for table in window.findChildren(QTableView):
        head = table.horizontalHeader()
        if not table.isVisible() or head.isHidden() or head.model() is None:
            continue
        for at in range(head.count()):
            if head.isSectionHidden(at):
                continue
            needed = head.sectionSizeFromContents(at)
            text = str(head.model().headerData(at, Qt.Orientation.Horizontal) or "")
            if head.defaultAlignment() & Qt.AlignmentFlag(int(Qt.TextFlag.TextWordWrap)):
                room = QRect(0, 0, head.sectionSize(at) - 8, 1000)
                needed = head.fontMetrics().boundingRect(room, int(Qt.TextFlag.TextWordWrap), text).size()
            if head.sectionSize(at) + 1 < needed.width() or head.height() + 1 < needed.height():
                found.append(f"column {short(text)}: {head.sectionSize(at)}×{head.height()} < {_by(needed)}")
    return found


def _by(size: QSize) -> str:
    return f"{size.width()}×{size.height()}"


def rows(window: QWidget) -> list[str]:
    """Return the painted rows whose states or words on the right do not fit."""
    found = []
    for view in window.findChildren(LineList):
        if not view.isVisible():
            continue
        delegate = view.itemDelegate()
        assert isinstance(delegate, LineDelegate)
        for at in range(min(view.lines.rowCount(), 30)):
            line = view.lines.line(view.lines.index(at))
            over = _beyond(delegate, line, view.viewport().width())
            if over > 0:
                found.append(f"row {short(line.title)}: {over} too wide")
    return found


def _beyond(delegate: LineDelegate, line: Line, width: int) -> int:
    """Return how far the states of a row, and its words on the right, reach beyond it."""
    title, text = QFontMetrics(theme.font(theme.Size.BODY, bold=True)), QFontMetrics(theme.font(theme.Size.SMALL))
    box = width - 8 * theme.STEP - (32 if line.symbol else 0)
    right = max((title.horizontalAdvance(line.right), text.horizontalAdvance(line.right_below)))
    states = sum(text.horizontalAdvance(mark.text) + 36 + 2 * theme.STEP for mark in line.marks)
    # At least some letters of the title must be left beside what stands on the right.
    return max(states, 12 * title.averageCharWidth()) + right + (6 * theme.STEP if right else 0) - box


def overlapping(window: QWidget) -> list[str]:
    """Return pairs of words that stand on one another."""
    there: list[tuple[QWidget, QRect]] = []
    found = []
    for widget in speaking(window):
        if not words_of(widget):
            continue
        seen = widget.visibleRegion().boundingRect()
        place = seen.translated(widget.mapTo(window, QPoint(0, 0)))
        for other, its in there:
            meet = place.intersected(its)
            if other.isAncestorOf(widget) or widget.isAncestorOf(other) or meet.width() < 3 or meet.height() < 3:
                continue
            found.append(f"{words_of(other)[:40]} / {words_of(widget)[:40]}: {meet.width()} × {meet.height()}")
        there.append((widget, place))
    return found


def misfits(window: QWidget) -> list[str]:
    """Return all that does not fit."""
    return clipped(window) + overlapping(window) + too_wide(window) + heads(window) + rows(window)


# --- can it be used without eyes, without a mouse ------------------------------------------------------------------


def reached(window: QWidget) -> list[QWidget]:
    """Return what Tab reaches, in its order."""
    found = []
    first = window
    now = first.nextInFocusChain()
    while now is not None and now is not first:
        if (
            now.focusPolicy() & Qt.FocusPolicy.TabFocus and now.isVisible() and now.isEnabled()
            and now.window() is window and now.focusProxy() is None
        ):  # fmt: skip
            found.append(now)
        now = now.nextInFocusChain()
    return found


def unnamed(window: QWidget) -> list[str]:
    """Return what Tab reaches and a screen reader cannot name, or does not know what it is."""
    found = []
    vague = (QAccessible.Role.NoRole, QAccessible.Role.Client, QAccessible.Role.Pane, QAccessible.Role.LayeredPane)
    for widget in reached(window):
        if isinstance(widget.parent(), QComboBox | QAbstractSpinBox):
            continue  # the part of a whole that has the name
        told = QAccessible.queryAccessibleInterface(widget)
        name = told.text(QAccessible.Text.Name).strip() if told is not None else ""
        kind = f"{type(widget).__name__} {short(words_of(widget))}"
        if not name:
            found.append(f"{kind}: no name")
        if told is None or (told.role() in vague and not isinstance(widget, QScrollArea)):
            found.append(f"{kind}: no role")
    return found


def small(window: QWidget) -> list[str]:
    """Return what is pressed and too small to hit."""
    found = []
    for widget in window.findChildren(QWidget):
        if not isinstance(widget, QAbstractButton | QComboBox | QLineEdit) or not widget.isVisible():
            continue
        if widget.objectName().startswith("qt_") or isinstance(
            widget.parent(), QLineEdit | QComboBox | QAbstractSpinBox
        ):
            continue
        if widget.window() is window and (widget.width() < LEAST or widget.height() < LEAST):
            found.append(f"{type(widget).__name__} {short(widget.accessibleName())}: {_by(widget.size())}")
    return found


def disordered(window: QWidget) -> list[str]:
    """Return where Tab goes against the order of reading: up, or to the left on the same line."""
    found = []
    order = [one for one in reached(window) if not one.visibleRegion().isEmpty()]
    for one, other in itertools.pairwise(order):
        if one.isAncestorOf(other) or other.isAncestorOf(one):
            continue
        first, second = _side_by_side(one, other)
        a = QRect(first.mapTo(window, QPoint(0, 0)), first.size())
        b = QRect(second.mapTo(window, QPoint(0, 0)), second.size())
        beside = min(a.bottom(), b.bottom()) - max(a.top(), b.top()) > min(a.height(), b.height()) // 2
        if (beside and b.right() <= a.left()) or (not beside and b.bottom() <= a.top()):
            found.append(f"{_called(one)} → {_called(other)}")
    return found


def _called(widget: QWidget) -> str:
    return f"{type(widget).__name__} {short(widget.accessibleName() or words_of(widget))}"


def _side_by_side(one: QWidget, other: QWidget) -> tuple[QWidget, QWidget]:
    """Return the largest wholes that hold the one but not the other."""

    def up(widget: QWidget, away: QWidget) -> QWidget:
        while True:
            above = widget.parentWidget()
            if above is None or above.isWindow() or above.isAncestorOf(away) or above is away:
                return widget
            widget = above

    return up(one, other), up(other, one)


# --- can it be seen ---------------------------------------------------------------------------------------------


def _ratio(one: int, other: int) -> float:
    return theme.contrast(QColor(one).name(), QColor(other).name())


def pale(window: QWidget, least: float = 4.5) -> list[str]:
    """Return the words whose ink is too near to their ground, both as they are on the picture."""
    picture = window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    ratio = picture.devicePixelRatio()
    found = []
    for widget in speaking(window):
        if not words_of(widget).strip() or not widget.isEnabled() or type(widget).__name__ == "Sheet":
            continue
        if isinstance(widget, QLabel) and widget.pixmap() and not widget.pixmap().isNull():
            continue
        seen = widget.visibleRegion().boundingRect().translated(widget.mapTo(window, QPoint(0, 0)))
        if seen.height() < widget.fontMetrics().height() or seen.width() < 20:
            continue  # scrolled half away
        box = QRect(seen.topLeft() * ratio, seen.size() * ratio).adjusted(3, 3, -3, -3)
        cut = picture.copy(box)
        counts = Counter(memoryview(_bytes(cut)).cast("I"))
        if len(counts) < 2:
            continue
        ground = counts.most_common(1)[0][0]
        best = max(_ratio(value, ground) for value in counts)
        # Thin strokes never reach their full ink: a twentieth is the edge of a letter.
        if best < least * 0.95:
            found.append(f"{type(widget).__name__} {short(words_of(widget))}: {best:.1f} : 1")
    return found


def unringed(window: QWidget) -> list[str]:
    """Return what has the focus without showing it: less than a stroke along one side changes by 3 : 1 or more."""
    found = []
    QApplication.setActiveWindow(window)
    for widget in reached(window):
        if widget.visibleRegion().isEmpty() or isinstance(widget.parent(), QComboBox | QAbstractSpinBox):
            continue
        window.setFocus()
        before = _near(widget)
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        if not widget.hasFocus():
            continue
        after = _near(widget)
        changed = _changed(before, after)
        if changed < min(widget.width(), widget.height(), 40):
            found.append(f"{_called(widget)}: {changed} dots change")
    return found


def _near(widget: QWidget) -> QImage:
    """Return the picture of a widget and what stands just around it."""
    parent = widget.parentWidget() or widget
    place = QRect(widget.mapTo(parent, QPoint(0, 0)), widget.size()).adjusted(-4, -4, 4, 4)
    return parent.grab(place).toImage().convertToFormat(QImage.Format.Format_RGB32)


def _bytes(image: QImage) -> bytes:
    """Return the dots of a picture of 32 bits, line after line without gaps."""
    lines = (cast("memoryview", image.constScanLine(y)) for y in range(image.height()))
    return b"".join(bytes(line)[: 4 * image.width()] for line in lines)


def _changed(before: QImage, after: QImage) -> int:
    if before.size() != after.size():
        return 10_000
    one, other = (memoryview(_bytes(image)).cast("I") for image in (before, after))
    pairs = Counter(pair for pair in zip(one, other, strict=True) if pair[0] != pair[1])
    return sum(count for pair, count in pairs.items() if _ratio(*pair) >= 3)


def speaks_english(window: QWidget) -> list[str]:
    """Return what a Vietnamese window says in English."""
    return sorted({short(text) for text in said(window) if FOREIGN.search(text)})


def told(found: dict[str, list[str]]) -> str:
    """Write findings for reading."""
    return "\n".join(f"{where}\n    " + "\n    ".join(lines) for where, lines in found.items())
