"""Printing with the pages seen before: which printer, how many copies, which pages; or a PDF file as it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtPrintSupport import QPrinter, QPrinterInfo
from PySide6.QtWidgets import QComboBox, QDialog, QFileDialog, QHBoxLayout, QProgressBar, QSpinBox, QVBoxLayout, QWidget

from desktop.ui.filling.page_view import PageView, image_of
from desktop.ui.parts import Button, Field, Text, row_of
from desktop.ui.system.paper import PRINT_DPI, ask_printer, new_printer, put_on_paper
from desktop.ui.theme import MARGIN, STEP, Size

if TYPE_CHECKING:
    from desktop.ui.jobs import Progress
    from desktop.ui.shell import Shell

MOST_COPIES = 99


class PrintDialog(QDialog):
    """The pages as they will be on paper, and where they go."""

    done_with = Signal(int)
    """So many pages went to a printer or a file."""

    def __init__(self, shell: Shell, pdf: bytes, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.shell, self._pdf, self._name = shell, pdf, name
        self._busy: Progress | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle(self.tr("In"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, MARGIN, MARGIN)
        row.setSpacing(MARGIN)
        self.preview = PageView(shell)
        self.preview.printed.connect(self._counted)
        row.addWidget(self.preview, 1)
        row.addWidget(self._choices())
        self.resize(980, 720)
        self.preview.show_pdf(pdf)
        self._follow_printer()
        self.print.setFocus()

    def _choices(self) -> QWidget:
        side = QWidget()
        side.setFixedWidth(320)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, MARGIN, 0, 0)
        column.setSpacing(3 * STEP)
        column.addWidget(Text(self.tr("In"), Size.TITLE, bold=True))
        self.printer = QComboBox()
        self.printer.addItem(self.tr("Lưu thành tệp PDF"), "")
        for one in QPrinterInfo.availablePrinterNames():
            self.printer.addItem(one, one)
        standing = QPrinterInfo.defaultPrinterName()
        self.printer.setCurrentIndex(max(0, self.printer.findData(standing)) if standing else 0)
        self.printer.currentIndexChanged.connect(self._follow_printer)
        column.addWidget(Field(self.tr("&Máy in"), self.printer))
        self.copies, self.first, self.last = QSpinBox(), QSpinBox(), QSpinBox()
        self.copies.setRange(1, MOST_COPIES)
        self.copies_field = Field(self.tr("&Số bản"), self.copies)
        self.first_field = Field(self.tr("&Từ trang"), self.first)
        self.last_field = Field(self.tr("Đế&n trang"), self.last)
        for spin in (self.first, self.last):
            spin.setRange(1, 1)
        column.addWidget(self.copies_field)
        column.addWidget(row_of(self.first_field, self.last_field))
        self.told = Text("", role="muted")
        column.addWidget(self.told)
        self.progress = QProgressBar()
        self.progress.setAccessibleName(self.tr("Tiến độ"))
        self.progress.hide()
        column.addWidget(self.progress)
        column.addStretch(1)
        self.more = Button(self.tr("Tùy chọn của má&y in…"), "settings")
        self.more.clicked.connect(self._system_dialog)
        self.print = Button(self.tr("&In"), "print", primary=True)
        self.print.clicked.connect(self._go)
        self.away = Button(self.tr("&Bỏ"))
        self.away.clicked.connect(self.reject)
        column.addWidget(row_of(self.more))
        column.addWidget(row_of(self.print, self.away))
        return side

    def _counted(self, pages: int) -> None:
        for spin in (self.first, self.last):
            spin.setRange(1, pages)
        self.last.setValue(pages)

    def _follow_printer(self) -> None:
        """A file takes the document as it is, text and all; a printer takes copies of chosen pages."""
        real = bool(self.printer.currentData())
        for part in (self.copies_field, self.first_field, self.last_field, self.more):
            part.setVisible(real)
        self.print.setText(self.tr("&In") if real else self.tr("&Lưu…"))
        self.told.setText(
            "" if real else self.tr("Tệp PDF giữ nguyên cả tài liệu: chữ tìm và chép được, đúng như bản sẽ ký.")
        )

    def _go(self) -> None:
        if self.printer.currentData():
            made = new_printer(self._name)
            made.setPrinterName(str(self.printer.currentData()))
            made.setCopyCount(self.copies.value())
            made.setFromTo(self.first.value(), max(self.first.value(), self.last.value()))
            self.put_on(made)
            return
        name, _ = QFileDialog.getSaveFileName(
            self, self.tr("Lưu thành tệp PDF"), f"{self._name}.pdf", self.tr("Tệp PDF (*.pdf)")
        )
        if name:
            self.save_to(Path(name))

    def save_to(self, target: Path) -> None:
        """Write the document as it is."""
        from desktop.errors import DesktopError
        from desktop.filing.batch_files import write_whole

        try:
            write_whole(target, self._pdf)
        except DesktopError as error:
            from desktop.messages import message

            self.told.setText(message(error, lang=self.shell.lang).text)
            return
        self.shell.say(self.tr("Đã lưu vào {}.").format(target))
        self.done_with.emit(self.last.maximum())
        self.accept()

    def _system_dialog(self) -> None:
        made = new_printer(self._name)
        made.setPrinterName(str(self.printer.currentData()))
        ask_printer(made, self.last.maximum(), self, lambda: self.put_on(made))

    def put_on(self, printer: QPrinter) -> None:
        """Draw the chosen pages as finely as paper shows them, and give them to the printer."""
        if self._busy is not None:
            return
        desk, pdf = self.shell.desk, self._pdf
        first, last = printer.fromPage() or 1, printer.toPage() or self.last.maximum()

        def work(progress: Progress) -> list[QImage]:
            from forms.printing import page_images

            images = []
            for number in range(first, last + 1):
                progress.report(number - first + 1, last - first + 1)
                named = {"scale": PRINT_DPI / 72, "pages": [number]}
                (page,) = desk.workers.run(page_images, pdf, named=named, timeout=30)
                images.append(image_of(page))
            return images

        def done(images: list[QImage]) -> None:
            self._busy = None
            # What was drawn is what was chosen: the printer takes all of it.
            printer.setFromTo(1, len(images))
            count = put_on_paper(printer, images)
            if not count:
                self._failed_at_printer()
                return
            self.shell.say(self.tr("Đã gửi {} trang đến máy in.").format(count))
            self.done_with.emit(count)
            self.accept()

        self.progress.show()
        self.print.setEnabled(False)
        self._busy = self.shell.jobs.run(
            "work", work, done=done, failed=self._failed, progress=self._told_progress, owner=self
        )

    def _told_progress(self, count: int, total: int) -> None:
        self.progress.setMaximum(total)
        self.progress.setValue(count)

    def _failed(self, error: Exception) -> None:
        from desktop.messages import message

        self._busy = None
        self.progress.hide()
        self.print.setEnabled(True)
        self.told.setText(message(error, lang=self.shell.lang).text)

    def _failed_at_printer(self) -> None:
        self.progress.hide()
        self.print.setEnabled(True)
        self.told.setText(self.tr("Máy in không nhận bản in. Hãy kiểm tra máy in rồi thử lại."))


def print_pdf(shell: Shell, pdf: bytes, name: str, parent: QWidget) -> PrintDialog:
    """Show a document before it is printed."""
    dialog = PrintDialog(shell, pdf, name, parent)
    dialog.open()
    return dialog
