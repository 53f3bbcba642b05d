"""Trợ giúp (F1): the bundled guide at the chapter where one is, and each message by its code; no browser needed."""

from __future__ import annotations

import re
from typing import Any

from PySide6.QtCore import Qt, QTimer, QUrl
from PySide6.QtGui import (
    QFont,
    QImage,
    QResizeEvent,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
    QTextOption,
)
from PySide6.QtWidgets import QBoxLayout, QFrame, QLineEdit, QTextBrowser, QVBoxLayout

from desktop import guide
from desktop.ui.parts import PageHead, as_search
from desktop.ui.rows import Line, LineList
from desktop.ui.shell import Page, Shell
from desktop.ui.theme import MARGIN, ROW, STEP, Size, colour, font

CODES = "codes"
"""The place of the list of all codes."""
_SIZES = {1: Size.TITLE, 2: Size.TITLE, 3: Size.LEAD}
_GAP = 8
_INSET = 16


class Book(QTextBrowser):
    """Shows Markdown in the program's own look; pictures are the bundled ones, as wide as there is room."""

    def __init__(self) -> None:
        super().__init__()
        self.setOpenLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(self.tr("Hướng dẫn"))
        self.document().setDocumentMargin(_INSET)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Always there: one that comes and goes would change the width that pictures are made for.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self._pictures: dict[str, QImage] = {}
        self._text = ""
        self._wide = 240
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._fit)

    def show_markdown(self, text: str) -> None:
        """Show another text, from its top."""
        self._text = text
        self._show()

    def go_to(self, heading: str) -> None:
        """Bring a heading to the top."""
        block = self.document().begin()
        while block.isValid():
            if block.blockFormat().headingLevel() and block.text() == heading:
                self._reach(block)
                return
            block = block.next()

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        """Give a bundled picture, made as narrow as the page; nothing else is ever loaded."""
        asked = name.toString() if isinstance(name, QUrl) else name
        if not re.fullmatch(r"pictures/[a-z0-9-]+\.png", asked):
            return None
        if asked not in self._pictures:
            self._pictures[asked] = QImage(str(guide.FOLDER / asked))
        found = self._pictures[asked]
        room = self._wide
        if found.width() <= room:
            return found
        sharp = self.devicePixelRatioF()
        scaled = found.scaledToWidth(round(room * sharp), Qt.TransformationMode.SmoothTransformation)
        scaled.setDevicePixelRatio(sharp)
        return scaled

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit pictures to the new width once it stays."""
        super().resizeEvent(event)
        self._later.start(60)

    def _room(self) -> int:
        return max(240, min(self.viewport().width() - 2 * _INSET, 900))

    def _fit(self) -> None:
        if self._text and self._room() != self._wide:
            place = self.verticalScrollBar().value() / max(1, self.verticalScrollBar().maximum())
            self._show()
            self.verticalScrollBar().setValue(round(place * self.verticalScrollBar().maximum()))

    def _show(self) -> None:
        self._wide = self._room()
        document = self.document()
        document.clear()
        document.setDefaultFont(font(Size.BODY))
        self.setMarkdown(self._text)
        block = document.begin()
        while block.isValid():
            self._dress(block)
            block = block.next()
        self.moveCursor(QTextCursor.MoveOperation.Start)

    @staticmethod
    def _dress(block: QTextBlock) -> None:
        cursor = QTextCursor(block)
        form = QTextBlockFormat()
        level = block.blockFormat().headingLevel()
        form.setLineHeight(135, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        if block.text() == "\N{OBJECT REPLACEMENT CHARACTER}":
            form.setLineHeight(100, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        form.setBottomMargin(_GAP)
        form.setTopMargin(2 * _GAP if level else 0)
        form.setNonBreakableLines(False)
        cursor.mergeBlockFormat(form)
        cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
        if level:
            made = QTextCharFormat()
            made.setFont(font(_SIZES.get(level, Size.BODY), bold=True))
            made.setProperty(QTextFormat.Property.FontSizeAdjustment.value, 0)
            cursor.mergeCharFormat(made)
            return
        inside = block.begin()
        while not inside.atEnd():
            fragment = inside.fragment()
            kind = fragment.charFormat()
            if kind.isAnchor() or kind.fontFixedPitch():
                made = QTextCharFormat()
                if kind.isAnchor():
                    made.setForeground(colour("accent"))
                if kind.fontFixedPitch():
                    made.setFontFamilies(["DejaVu Sans Mono", "Consolas", "Noto Sans Mono", "monospace"])
                    made.setFontStyleHint(QFont.StyleHint.Monospace)
                    made.setFontPointSize(font(Size.BODY).pointSizeF() * 0.95)
                part = QTextCursor(block)
                part.setPosition(fragment.position())
                part.setPosition(fragment.position() + fragment.length(), QTextCursor.MoveMode.KeepAnchor)
                part.mergeCharFormat(made)
            inside += 1

    def _reach(self, block: QTextBlock) -> None:
        cursor = QTextCursor(block)
        self.setTextCursor(cursor)
        top = self.document().documentLayout().blockBoundingRect(block).top()
        self.verticalScrollBar().setValue(round(top) - _GAP)


class Here(Page):
    """Contents and search on the left, what is chosen on the right."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._place = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, 0)
        column.setSpacing(4 * STEP)
        column.addWidget(
            PageHead(self.tr("Trợ giúp"), self.tr("F1 ở mỗi trang mở đúng chỗ; Esc quay lại việc đang làm."))
        )
        large = font(Size.BODY).pointSizeF() > 14
        way = QBoxLayout.Direction.TopToBottom if large else QBoxLayout.Direction.LeftToRight
        row = QBoxLayout(way)
        row.setSpacing(5 * STEP)
        left = QVBoxLayout()
        left.setSpacing(2 * STEP)
        self.field = QLineEdit()
        self.field.setPlaceholderText(self.tr("Tìm trong hướng dẫn, hoặc gõ mã lỗi"))
        self.field.setAccessibleName(self.tr("Tìm trong trợ giúp"))
        self.field.setMinimumHeight(ROW)
        self.field.setMinimumWidth(self.field.fontMetrics().horizontalAdvance(self.field.placeholderText()) + 84)
        as_search(self.field)
        left.addWidget(self.field)
        self.list = LineList(self.tr("Mục lục"), below=False)
        self.list.opened.connect(self._open)
        left.addWidget(self.list, 1)
        row.addLayout(left, 1)
        self.book = Book()
        self.book.anchorClicked.connect(self._follow)
        row.addWidget(self.book, 2)
        column.addLayout(row, 1)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(80)
        self._soon.timeout.connect(self._search)
        self.field.textChanged.connect(lambda _: self._soon.start())
        self.field.returnPressed.connect(self._first)
        self._contents()

    def enter(self, **facts: Any) -> None:
        """Be opened at a place of the guide (`at`), or at a message (`code`)."""
        self._soon.stop()
        self.field.blockSignals(True)
        self.field.clear()
        self.field.blockSignals(False)
        self._contents()
        code = str(facts.get("code", ""))
        if code:
            self.show_code(code)
        else:
            self.show_place(str(facts.get("at", "")))
        self.book.setFocus()

    # --- what is shown -------------------------------------------------------------------------------

    def show_place(self, place: str) -> None:
        """Show the chapter of a place, with that part of it at the top."""
        if place == CODES:
            self._show_codes()
            return
        parts = guide.chapter(place, self.shell.lang)
        self.book.show_markdown(guide.markdown(parts))
        here = next((one for one in parts if one.place == place), parts[0])
        self._place = here.place
        self.list.choose(("chapter", here.place))
        if here is not parts[0]:
            self.book.go_to(here.title)
        self.book.setAccessibleName(self.tr("Hướng dẫn: {}").format(here.title))

    def show_code(self, code: str) -> None:
        """Show what a code means; one that is not known gives the list of all."""
        found = guide.explained(code, self.shell.lang)
        if found is None:
            self._show_codes()
            return
        self._place = code
        self.list.choose(("code", code))
        about = self.tr("Chỗ có dấu … được thay bằng sự việc cụ thể khi điều này xảy ra.")
        do, every = self.tr("Cần làm gì"), self.tr("Tất cả các mã")
        lines = [f"# {_plain(found.heading)}", _plain(found.sentence)]
        if found.remedy:
            lines.append(f"**{do}:** {_plain(found.remedy)}")
        lines.append(self.tr("Mã: {}").format(f"`{found.code}`"))
        if "…" in found.sentence + found.remedy:
            lines.append(f"*{about}*")
        lines.append(f"[{every}](#{CODES})")
        self.book.show_markdown("\n\n".join(lines))
        self.book.setAccessibleName(self.tr("Hướng dẫn: {}").format(found.heading))

    def _show_codes(self) -> None:
        self._place = CODES
        self.list.choose(("chapter", CODES))
        title = self.tr("Tra lỗi theo mã")
        lines = [f"# {title}", self.tr("Gõ mã hoặc vài chữ của thông báo vào ô tìm, hoặc chọn ở đây.")]
        for code in guide.codes():
            found = guide.explained(code, self.shell.lang)
            assert found is not None
            lines.append(f"- [{_plain(found.heading)}](#{code}) · `{code}`")
        self.book.show_markdown("\n\n".join(lines[:2]) + "\n\n" + "\n".join(lines[2:]))
        self.book.setAccessibleName(self.tr("Tra lỗi theo mã"))

    # --- contents and search -------------------------------------------------------------------------

    def _contents(self) -> None:
        lines = [
            Line(("chapter", one.place), one.title if one.level < 3 else f"\N{EM SPACE}{one.title}")
            for one in guide.chapters(self.shell.lang)
        ]
        lines.append(Line(("chapter", CODES), self.tr("Tra lỗi theo mã")))
        self.list.show_lines(lines)

    def _search(self) -> None:
        words = self.field.text().strip()
        if not words:
            self._contents()
            self.list.choose(("chapter", self._place))
            return
        found = guide.search(words, self.shell.lang)
        lines = [
            Line(
                ("code", one.code) if one.code else ("chapter", one.place),
                one.title,
                symbol="info" if one.code else "help",
            )
            for one in found
        ]
        self.list.show_lines(lines or [Line(None, self.tr("Không tìm thấy gì"), symbol="search")])
        self.list.first()

    def _first(self) -> None:
        if self._soon.isActive():
            self._soon.stop()
            self._search()
        index = self.list.currentIndex()
        if index.isValid():
            self._open(self.list.lines.line(index).key)

    def _open(self, key: Any) -> None:
        if key is None:
            return
        kind, which = key
        if kind == "code":
            self.show_code(which)
        else:
            self.show_place(which)

    def _follow(self, link: QUrl) -> None:
        """Follow a link inside the books; whatever leads elsewhere leads nowhere."""
        asked = link.toString()
        if asked.startswith("#"):
            which = asked[1:]
            if which.isupper():
                self.show_code(which)
            else:
                self.show_place(which)
            return
        place = guide.book_place(asked, self.shell.lang)
        if place is not None:
            self.show_place(place)


def _plain(text: str) -> str:
    """Keep a message's own signs from being read as Markdown."""
    return re.sub(r"([\\`*_{}\[\]<>#|~])", r"\\\1", text)
