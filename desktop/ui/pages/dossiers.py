"""Hồ sơ: every dossier of one client or of all, found by words with or without diacritics."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QLineEdit, QVBoxLayout

from desktop.ui import words
from desktop.ui.jobs import Progress
from desktop.ui.parts import Button, Empty, PageHead, Text, Toggle, as_search, row_of
from desktop.ui.rows import Line, LineList
from desktop.ui.shell import Page, Shell
from desktop.ui.theme import MARGIN, ROW, STEP

FILTERS = ("all", "open", "sent", "ended")


class Here(Page):
    """The page."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.title = self.tr("Hồ sơ", "many")
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, 0)
        column.setSpacing(3 * STEP)
        self.head = PageHead(self.title)
        begin = Button(self.tr("&Lập hồ sơ"), "add", primary=True)
        begin.setToolTip(self.tr("Lập hồ sơ mới (Ctrl+N)"))
        begin.clicked.connect(lambda: shell.go("procedures"))
        self.head.add(begin)
        ask = Button(self.tr("&Tra cứu và thư"), "search")
        ask.setToolTip(self.tr("Hỏi cổng theo mã hồ sơ hay số định danh; đọc thư của các cơ quan"))
        ask.clicked.connect(lambda: shell.go("lookup"))
        self.head.add(ask)
        column.addWidget(self.head)
        self.words = QLineEdit()
        self.words.setPlaceholderText(self.tr("Tìm theo thủ tục, kỳ, mã hồ sơ, tên hoặc mã số thuế; không cần gõ dấu"))
        self.words.setAccessibleName(self.tr("Tìm hồ sơ"))
        as_search(self.words)
        self.words.setMinimumHeight(ROW)
        self.words.textChanged.connect(lambda text: self._look())
        self.words.returnPressed.connect(self._to_list)
        column.addWidget(self.words)
        self.filters = {
            "all": Toggle(self.tr("Tất cả"), checked=True),
            "open": Toggle(self.tr("Đang làm")),
            "sent": Toggle(self.tr("Đã nộp, đang xử lý")),
            "ended": Toggle(self.tr("Đã xong")),
        }
        for name, toggle in self.filters.items():
            toggle.turned.connect(lambda checked=False, name=name: self._choose(name))
        self.count = Text("", role="muted")
        column.addWidget(row_of(*self.filters.values(), self.count))
        self.list = LineList(self.tr("Hồ sơ", "many"))
        self.list.opened.connect(self._open)
        column.addWidget(self.list, 1)
        self.nothing = Empty("dossier", self.tr("Chưa có hồ sơ nào"), "")
        self.nothing.hide()
        column.addWidget(self.nothing, 1)
        self._wanted = "all"
        self._asked = 0
        shell.bell.data_changed.connect(lambda what: self._look())
        shell.bell.client_changed.connect(self._look)

    def enter(self, **facts: Any) -> None:
        """Show the list anew; `text` is looked for."""
        if "text" in facts:
            self.words.setText(str(facts["text"]))
        self._look()
        self.words.setFocus()

    def _choose(self, name: str) -> None:
        self._wanted = name
        for other, toggle in self.filters.items():
            toggle.setChecked(other == name)
        self._look()

    def _to_list(self) -> None:
        self.list.first()
        self.list.setFocus()

    def _look(self) -> None:
        if "workspace" not in self.shell.desk.__dict__ or not self.isVisible():
            return
        desk, client, text, lang = self.shell.desk, self.shell.client, self.words.text(), self.shell.lang
        self._asked += 1
        asked, wanted = self._asked, self._wanted

        def look(progress: Progress) -> tuple[int, list[Line]]:
            ws = desk.workspace
            items = {item.dossier: item for item in ws.outbox.items()}
            lines = []
            for one in ws.dossiers.list(client, words=text):
                ended = one.status in (3, 8, 9, 10)
                kind = "open" if str(one.state) != "SUBMITTED" else "ended" if ended else "sent"
                if wanted not in ("all", kind):
                    continue
                spoken = words.period(one.period, lang)
                right, below = words.day(one.updated), one.code or one.id
                lines.append(
                    Line(
                        (one.id, str(one.state)),
                        " · ".join(part for part in (spoken, one.procedure_name) if part),
                        one.client.name,
                        right,
                        below,
                        (words.state_mark(one, items.get(one.id)),),
                    )
                )
            return asked, lines

        self.shell.jobs.run("work", look, done=self._show, failed=self.shell.trouble, owner=self)

    def _show(self, found: tuple[int, list[Line]]) -> None:
        asked, lines = found
        if asked != self._asked:
            return
        client = self.shell.client
        self.head.say(self.title, client.name if client is not None else self.tr("Của tất cả khách hàng"))
        self.list.show_lines(lines)
        self.count.setText(self.tr("{} hồ sơ").format(len(lines)))
        self.list.setVisible(bool(lines))
        self.nothing.setVisible(not lines)

    def _open(self, key: tuple[str, str]) -> None:
        dossier, state = key
        self.shell.go("follow" if state == "SUBMITTED" else "dossier", dossier=dossier)
