"""Thủ tục: one search field that answers while one types, three filters, thousands of rows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QLineEdit, QMenu, QProgressBar, QVBoxLayout

from desktop import filing
from desktop.messages import message
from desktop.ui import words
from desktop.ui.jobs import Progress
from desktop.ui.parts import Button, Card, Empty, PageHead, Text, as_search
from desktop.ui.rows import PAGE, Line, LineList
from desktop.ui.shell import Page, Shell
from desktop.ui.theme import MARGIN, ROW, STEP, icon

if TYPE_CHECKING:
    from desktop.portal.catalogue.search import Row


class Here(Page):
    """The page."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.title = self.tr("Thủ tục", "many")
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, 0)
        column.setSpacing(3 * STEP)
        self.head = PageHead(self.title, self.tr("Chọn thủ tục để xem hướng dẫn và lập hồ sơ."))
        more = Button(self.tr("&Danh mục"), "down")
        more.setToolTip(self.tr("Cập nhật hoặc nhập danh mục thủ tục"))
        menu = QMenu(more)
        menu.addAction(icon("refresh"), self.tr("Cập nhật danh mục từ các cổng"), self._update)
        menu.addAction(icon("import"), self.tr("Nhập tệp danh mục của Cổng quốc gia…"), self._import_file)
        menu.addAction(icon("dossier"), self.tr("Nhập thư mục danh mục…"), self._import_folder)
        more.setMenu(menu)
        self.head.add(more)
        column.addWidget(self.head)
        self.words = QLineEdit()
        self.words.setPlaceholderText(self.tr("Gõ tên hoặc mã thủ tục, có dấu hoặc không dấu"))
        self.words.setAccessibleName(self.tr("Tìm thủ tục"))
        as_search(self.words)
        self.words.setMinimumHeight(ROW + 4)
        self.words.textChanged.connect(lambda text: self._look())
        self.words.returnPressed.connect(self._to_list)
        column.addWidget(self.words)
        self.field, self.agency, self.level = QComboBox(), QComboBox(), QComboBox()
        line = QHBoxLayout()
        line.setSpacing(2 * STEP)
        for box, name in (
            (self.field, self.tr("Lĩnh vực")),
            (self.agency, self.tr("Cơ quan")),
            (self.level, self.tr("Mức độ")),
        ):
            box.setAccessibleName(name)
            box.setMaxVisibleItems(18)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(18)
            box.currentIndexChanged.connect(lambda at: self._look())
            line.addWidget(box, 1)
        self.count = Text("", role="muted")
        self.count.setWordWrap(False)
        line.addWidget(self.count, 1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        column.addLayout(line)
        self.work = Card()
        self.work_words = Text("")
        self.work_bar = QProgressBar()
        self.work_bar.setRange(0, 0)
        self.work_bar.setTextVisible(False)
        self.work_bar.setFixedHeight(6)
        self.work.body.addWidget(self.work_words)
        self.work.body.addWidget(self.work_bar)
        self.work.hide()
        column.addWidget(self.work)
        self.list = LineList(self.tr("Thủ tục", "many"), title_lines=2)
        self.list.opened.connect(lambda code: shell.go("procedure", code=code))
        column.addWidget(self.list, 1)
        self.nothing = Empty(
            "search",
            self.tr("Không tìm thấy thủ tục nào"),
            self.tr("Thử ít từ hơn, hoặc nhập danh mục của Cổng dịch vụ công quốc gia."),
        )
        self.nothing.hide()
        column.addWidget(self.nothing, 1)
        self._ready = False
        shell.bell.data_changed.connect(lambda what: self._reopen() if what in ("catalogue", "portal") else None)

    def enter(self, **facts: Any) -> None:
        """Show the catalogue; `text` is looked for."""
        if "text" in facts:
            self.words.setText(str(facts["text"]))
        if not self._ready:
            self._reopen()
        self.words.setFocus()
        self.words.selectAll()

    def _reopen(self) -> None:
        """Open the index off this thread: it may have to be built."""
        desk = self.shell.desk

        def open_index(
            progress: Progress,
        ) -> tuple[list[tuple[str, int]], list[tuple[str, int]], dict[int | None, int]]:
            index = desk.catalogue.index
            return index.names_of("field"), index.names_of("agency"), index.levels()

        self.shell.jobs.run("work", open_index, done=self._opened, failed=self.shell.trouble, owner=self)

    def _opened(self, found: tuple[list[tuple[str, int]], list[tuple[str, int]], dict[int | None, int]]) -> None:
        fields, agencies, levels = found
        self._ready = False
        for box, whole, names in (
            (self.field, self.tr("Mọi lĩnh vực"), fields),
            (self.agency, self.tr("Mọi cơ quan"), agencies),
        ):
            kept = box.currentData()
            box.clear()
            box.addItem(whole, None)
            for name, count in names:
                box.addItem(f"{name} ({count})", name)
            box.setCurrentIndex(max(0, box.findData(kept)) if kept else 0)
        kept = self.level.currentData()
        self.level.clear()
        self.level.addItem(self.tr("Mọi mức độ"), None)
        for level in (4, 3, 2, 1):
            self.level.addItem(self.tr("Mức độ {} ({})").format(level, levels.get(level, 0)), level)
        self.level.setCurrentIndex(max(0, self.level.findData(kept)) if kept else 0)
        self._ready = True
        self._look()

    def _to_list(self) -> None:
        self.list.first()
        self.list.setFocus()

    def _find(self, offset: int, count: int) -> tuple[list[Line], int]:
        found = filing.search(
            self.shell.desk,
            self.words.text(),
            field=self.field.currentData(),
            agency=self.agency.currentData(),
            level=self.level.currentData(),
            limit=count,
            offset=offset,
        )
        return [_line(row) for row in found.procedures], found.total

    def _look(self) -> None:
        if not self._ready:
            return
        # On this thread: an answer takes a few milliseconds, a queue behind a printing job would take longer.
        lines, total = self._find(0, PAGE)
        self.list.show_lines(lines, total, lambda offset, count: self._find(offset, count)[0])
        shown = f"{total:,}".replace(",", ".")
        self.count.setText(self.tr("{} thủ tục").format(shown))
        self.list.setVisible(bool(lines))
        self.nothing.setVisible(not lines)

    # --- the catalogue ------------------------------------------------------------------------------

    def _import_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, self.tr("Chọn tệp danh mục"), "", self.tr("Danh mục (*.tar.xz *.tar.gz *.tar);;Mọi tệp (*)")
        )
        if name:
            self.import_from(Path(name))

    def _import_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, self.tr("Chọn thư mục danh mục"))
        if name:
            self.import_from(Path(name))

    def import_from(self, source: Path) -> None:
        """Import the national portal's records from a file or folder."""
        desk = self.shell.desk

        def work(progress: Progress) -> Any:
            return filing.import_catalogue(desk, source, say=lambda count: progress.report(count, 0))

        self._busy(self.tr("Đang nhập danh mục…"))
        self.shell.jobs.run("work", work, done=self._imported, failed=self._failed, progress=self._progress, owner=self)

    def _progress(self, count: int, total: int) -> None:
        self.work_words.setText(
            self.tr("Đang nhập danh mục: đã đọc {} thủ tục…").format(f"{count:,}".replace(",", "."))
        )

    def _imported(self, found: Any) -> None:
        self._done(
            self.tr("Đã nhập {} thủ tục, {} bản ghi đầy đủ; bỏ qua {}.").format(
                *(f"{count:,}".replace(",", ".") for count in (found.procedures, found.whole, found.skipped))
            )
        )

    def _update(self) -> None:
        desk = self.shell.desk

        def work(progress: Progress) -> tuple[int, list[Any]]:
            known = filing.portals(desk)
            return len(known), [one for at in known for one in filing.update_catalogue(desk, at.url).stale]

        self._busy(self.tr("Đang cập nhật danh mục từ các cổng…"))
        self.shell.jobs.run("network", work, done=self._updated, failed=self._failed, owner=self)

    def _updated(self, found: tuple[int, list[Any]]) -> None:
        count, stale = found
        late = [message("AGENCY_EXPIRED", one.to_json(), self.shell.lang).sentence for one in stale[:3]]
        told = self.tr("Danh mục của {} cổng đã được cập nhật và kiểm chữ ký.").format(count)
        self._done(
            " ".join([told, *late])
            if count
            else self.tr("Chưa có cổng nào. Thêm cổng trong Cài đặt, hoặc nhập tệp danh mục.")
        )

    def _busy(self, text: str) -> None:
        self.work_words.setText(text)
        self.work_bar.show()
        self.work.show()

    def _done(self, text: str) -> None:
        self.work_words.setText(text)
        self.work_bar.hide()
        self.shell.say(text)
        self.shell.bell.data_changed.emit("catalogue")

    def _failed(self, error: Exception) -> None:
        self.work.hide()
        self.shell.trouble(error)


def _line(row: Row) -> Line:
    field, agency = ", ".join(row.fields), ", ".join(row.agencies[:2])
    if len(row.agencies) > 2:
        agency += "…"
    return Line(
        row.code,
        row.name,
        " · ".join(part for part in (field, agency) if part),
        row.code,
        "",
        words.level_marks(row.level, row.full),
    )
