"""The rows of a batch as a list: whose each is, where it stands, and the first thing that is wrong, with its cell."""

from __future__ import annotations

from collections.abc import Iterable

from desktop.filing import BatchRow
from desktop.messages import Language, message
from desktop.ui.rows import Line, LineList, Mark


class RowList(LineList):
    """The rows; a row is opened by click, Enter or Space."""

    def __init__(self, lang: Language) -> None:
        super().__init__("")
        self._lang = lang
        self.setAccessibleName(self.tr("Các dòng"))

    def show_rows(self, rows: Iterable[BatchRow]) -> None:
        """Show these rows."""
        lines = [self._line(row) for row in rows]
        self.show_lines(lines)
        self.setFixedHeight(self.row_height * min(max(len(lines), 1), 9) + 8)

    def change_row(self, row: BatchRow) -> None:
        """Show one row anew."""
        self.change_line(self._line(row))

    def _line(self, row: BatchRow) -> Line:
        lang = self._lang
        marks = [self._mark(row)]
        if row.by_hand:
            marks.append(Mark(self.tr("Đã sửa trong chương trình"), "muted", "edit"))
        warnings = len(row.problems) - row.errors
        if warnings and row.state != "errors":
            marks.append(Mark(self.tr("{} cảnh báo").format(warnings), "warning"))
        below = ""
        if row.why is not None:
            below = message(row.why, lang=lang).text
        elif row.problems:
            first = row.problems[0]
            below = f"{first.cell}: {first.message.get(lang)}" if first.cell else first.message.get(lang)
        return Line(
            row.number, row.name or row.client or self.tr("(chưa ghi khách hàng)"), below,
            self.tr("Dòng {}").format(row.number), row.code or row.client, tuple(marks),
        )  # fmt: skip

    def _mark(self, row: BatchRow) -> Mark:
        match row.state:
            case "errors":
                return Mark(self.tr("{} lỗi").format(row.errors), "danger", "error")
            case "ready":
                return Mark(self.tr("Kiểm tra đạt"), "success", "check")
            case "prepared" | "printed":
                return Mark(self.tr("Đã lập hồ sơ"), "accent", "dossier")
            case "signed":
                return Mark(self.tr("Đã ký"), "accent", "signature")
            case "queued":
                return Mark(self.tr("Chờ gửi"), "plain", "clock")
            case "done":
                return Mark(self.tr("Đã nộp"), "success", "check")
            case "refused":
                return Mark(self.tr("Bị từ chối"), "danger", "error")
            case "uncertain":
                return Mark(self.tr("Chưa rõ kết quả"), "warning", "uncertain")
            case "elsewhere":
                return Mark(self.tr("Đã có hồ sơ cùng kỳ"), "muted", "dossier")
            case "waiting":
                return Mark(self.tr("Còn chờ"), "warning", "clock")
            case _:
                return Mark(self.tr("Không làm được"), "danger", "error")
