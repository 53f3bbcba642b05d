"""Rows of a table from a spreadsheet: choose the file, read it off the window's thread, put the rows in as one step."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.ui.filling.table import TableBlock

if TYPE_CHECKING:
    from desktop.ui.filling.form_view import FormView
    from desktop.ui.jobs import Progress
    from desktop.ui.shell import Shell
    from forms.sheet import SheetRows

LIMIT = 33 << 20
"""Bytes of a spreadsheet that are read at most; the product's own limit, which is lower, is said by the refusal."""
TOLD = 6
"""Cells that are told one by one."""


def tr(words: str) -> str:
    """Say it in the language on the screen."""
    return QCoreApplication.translate("importing", words)


def choose_rows(parent: QWidget, shell: Shell, view: FormView, table: str) -> None:
    """Ask for a spreadsheet, and put its rows into a table of the form."""
    dialog = QFileDialog(parent, tr("Chọn bảng tính"))
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setNameFilters([tr("Bảng tính (*.xlsx *.csv *.txt *.tsv)"), tr("Mọi tệp (*)")])
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(lambda name: import_rows(shell, view, table, Path(name)))
    dialog.open()


def import_rows(shell: Shell, view: FormView, table: str, file: Path) -> None:
    """Read a spreadsheet and put its rows below those that are filled in; what is wrong is said under the table."""
    block = view.tables[table]
    assert isinstance(block, TableBlock)  # a repeated group does not ask for a spreadsheet
    view.commit()
    desk, template = shell.desk, view.document.form.template

    def work(progress: Progress) -> SheetRows:
        from desktop.filing.table_rows import rows_of_sheet

        with file.open("rb") as opened:
            data = opened.read(LIMIT)
        return rows_of_sheet(desk, template, table, data, progress.cancelled)

    def failed(error: Exception) -> None:
        from desktop.messages import message

        if isinstance(error, OSError):
            block.note(tr("Không đọc được tệp này. Hãy kiểm tra đường dẫn và quyền đọc rồi thử lại."))
        else:
            block.note(message(error, lang=shell.lang).text)
        shell.say(tr("Chưa nhập được bảng tính."), "danger")

    shell.say(tr("Đang đọc {}…").format(file.name))
    shell.jobs.run("work", work, done=partial(_take, shell, view, table, file.name), failed=failed, owner=view)


def _take(shell: Shell, view: FormView, table: str, name: str, found: SheetRows) -> None:
    from desktop.filing.table_rows import joined_rows

    block = view.tables[table]
    assert isinstance(block, TableBlock)  # a repeated group does not ask for a spreadsheet
    rows = joined_rows(view.document.form, table, found)
    block.take_rows(rows, len(rows) - len(found.rows))
    said = tr("Đã nhập {} dòng từ {}; hoàn tác bằng Ctrl+Z.").format(len(found.rows), name)
    shell.say(said)
    lines = [
        tr("Dòng {} của bảng tính: {}").format(found.numbers[int(note.path.partition("[")[2].partition("]")[0])], words)
        for note in found.notes[:TOLD]
        if (words := note.message.get(shell.lang))
    ]
    if len(found.notes) > TOLD:
        lines.append(tr("và {} ô nữa").format(len(found.notes) - TOLD))
    if found.unknown:
        lines.append(tr("Cột không thuộc bảng này nên không lấy: {}.").format("; ".join(found.unknown[:TOLD])))
    if lines:
        block.note("\n".join([said, *lines]))
