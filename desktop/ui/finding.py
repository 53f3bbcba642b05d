"""Tìm mọi thứ (Ctrl+K): procedures, dossiers, clients and help in one short list under the search field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout

from desktop.ui import words
from desktop.ui.jobs import Progress
from desktop.ui.rows import Line, LineList, Mark
from desktop.ui.theme import RADIUS, colour

if TYPE_CHECKING:
    from desktop.messages import Language
    from desktop.ui.frame import Frame

EACH = 4
"""How many of each kind are shown."""
HELP = 3
"""How many places of the help are shown."""


def _helpful(text: str, lang: Language) -> list[Line]:
    """Find chapters of the guide and messages by their code; short words would find all of them."""
    from desktop import guide

    if len(text) < 3:
        return []
    found = guide.search(text, lang, limit=HELP)
    return [
        Line(("code", one.code), one.title, words.tr("Trợ giúp · mã {}").format(one.code), symbol="help")
        if one.code
        else Line(("at", one.place), one.title, words.tr("Trợ giúp · hướng dẫn"), symbol="help")
        for one in found
    ]


class Finder(QFrame):
    """The list; arrows and Enter work from the field, Esc closes."""

    def __init__(self, frame: Frame, field: QLineEdit) -> None:
        super().__init__(frame)
        self._frame, self._field = frame, field
        self._asked = 0
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        self.list = LineList(self.tr("Tìm thấy"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.opened.connect(self._open)
        column.addWidget(self.list)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(60)
        self._soon.timeout.connect(self._look)
        field.textEdited.connect(lambda text: self._soon.start())
        field.installEventFilter(self)
        frame.moved.connect(self._moved)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the sheet that floats above the page."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(colour("surface"))
        painter.setPen(QPen(colour("edge"), 1))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), RADIUS, RADIUS)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move and open from the field."""
        if watched is self._field:
            if event.type() == QEvent.Type.FocusOut:
                QTimer.singleShot(120, self._away)
            if self.isVisible() and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
                key = event.key()
                if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                    row = self.list.currentIndex().row() + (1 if key == Qt.Key.Key_Down else -1)
                    row = max(0, min(row, self.list.lines.rowCount() - 1))
                    self.list.setCurrentIndex(self.list.lines.index(row))
                    return True
                if key == Qt.Key.Key_Escape:
                    self.hide()
                    return True
                if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.list.currentIndex().isValid():
                    self._open(self.list.lines.line(self.list.currentIndex()).key)
                    return True
        return super().eventFilter(watched, event)

    def _moved(self, page: str, dossier: str) -> None:
        """Lie on no other page than the one above which it was opened."""
        self._asked += 1
        self._soon.stop()
        self.hide()

    def _away(self) -> None:
        if not self._field.hasFocus():
            self.hide()

    def _look(self) -> None:
        text = self._field.text().strip()
        if not text:
            self.hide()
            return
        if "desk" not in self._frame.app.__dict__:
            self._soon.start()  # the program has only just been started
            return
        desk = self._frame.desk
        # Procedures are public: they are found while the workspace is still being opened.
        opened = "workspace" in desk.__dict__
        self._asked += 1
        asked, lang = self._asked, self._frame.lang

        def kept(text: str) -> list[Line]:
            ws = desk.workspace
            items = {item.dossier: item for item in ws.outbox.items()}
            lines: list[Line] = []
            for client in ws.clients.list(text, EACH):
                about = words.tr("Khách hàng · MST {}").format(client.tax_code)
                lines.append(Line(("client", client.tax_code), client.name, about, symbol="clients"))
            for one in ws.dossiers.list(words=text, limit=EACH):
                title = " · ".join(part for part in (words.period(one.period, lang), one.procedure_name) if part)
                mark = words.state_mark(one, items.get(one.id))
                kind = "follow" if str(one.state) == "SUBMITTED" else "dossier"
                lines.append(Line((kind, one.id), title, one.client.name, marks=(mark,), symbol="dossier"))
            return lines

        def look(progress: Progress) -> tuple[int, list[Line]]:
            from desktop import filing

            lines = kept(text) if opened else []
            for row in filing.search(desk, text, limit=EACH).procedures:
                about = f"{row.code} · {', '.join(row.fields)}"
                marks: tuple[Mark, ...] = words.level_marks(row.level, row.full)[:1]
                lines.append(Line(("procedure", row.code), row.name, about, marks=marks, symbol="procedure"))
            return asked, lines + _helpful(text, lang)

        self._frame.jobs.run("work", look, done=self._show, failed=lambda error: self.hide(), owner=self)

    def _show(self, found: tuple[int, list[Line]]) -> None:
        asked, lines = found
        if asked != self._asked or not self._field.text().strip():
            return
        if not lines:
            about = self.tr("Thử ít từ hơn; có dấu hay không dấu đều được.")
            lines = [Line(None, self.tr("Không tìm thấy gì"), about, symbol="search")]
        self.list.show_lines(lines)
        self.list.first()
        wide = max(self._field.width(), 620)
        corner = self._field.mapTo(self._frame, QPoint(self._field.width(), self._field.height() + 4))
        room = self._frame.height() - corner.y() - 40
        high = min(room, len(lines) * self.list.row_height + 12)
        self.setGeometry(corner.x() - wide, corner.y(), wide, high)
        self.show()
        self.raise_()

    def _open(self, key: Any) -> None:
        if key is None:
            return
        self.hide()
        self._field.clear()
        kind, which = key
        if kind in ("at", "code"):
            self._frame.go("help", **{kind: which})
            return
        page, name = {"client": ("client", "tax_code"), "procedure": ("procedure", "code")}.get(kind, (kind, "dossier"))
        self._frame.go(page, **{name: which})
