"""Pages on paper: the system's print dialog, and each page as large as the sheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QMarginsF, QRectF, Qt
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter

PRINT_DPI = 300


def new_printer(name: str) -> QPrinter:
    """Return a printer for whole A4 sheets; `name` is what the job is called."""
    from PySide6.QtPrintSupport import QPrinter

    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    printer.setPageMargins(QMarginsF(0, 0, 0, 0), QPageLayout.Unit.Millimeter)
    printer.setFullPage(True)
    printer.setDocName(name)
    return printer


def ask_printer(printer: QPrinter, pages: int, parent: QWidget, accepted: Callable[[], None]) -> None:
    """Ask which printer, which pages, how many copies."""
    from PySide6.QtPrintSupport import QPrintDialog

    dialog = QPrintDialog(printer, parent)
    dialog.setMinMax(1, max(pages, 1))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowModality(Qt.WindowModality.WindowModal)
    dialog.accepted.connect(accepted)
    dialog.show()


def put_on_paper(printer: QPrinter, images: Sequence[QImage]) -> int:
    """Print the chosen pages; return how many, 0 where the printer takes nothing."""
    first = printer.fromPage() or 1
    last = printer.toPage() or len(images)
    painter = QPainter()
    if not painter.begin(printer):
        return 0
    sheet = QRectF(printer.pageLayout().fullRectPixels(printer.resolution()))
    chosen = images[first - 1 : last]
    for number, image in enumerate(chosen):
        if number:
            printer.newPage()
        painter.drawImage(sheet, image)
    painter.end()
    return len(chosen)
