"""A crash as the person in front of it meets it: the whole report to read, to copy, to save; nothing is sent."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QMessageLogContext, QObject, Qt, QtMsgType, Signal, qInstallMessageHandler, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QFileDialog, QPlainTextEdit, QVBoxLayout, QWidget

from desktop import crashes
from desktop.ui.parts import Button, Ring, Text, row_of
from desktop.ui.theme import MARGIN, STEP, Size

if TYPE_CHECKING:
    from desktop.ui.frame import Frame


class Crashes(QObject):
    """Takes what nobody expected, from any thread, and shows it in the window's."""

    met = Signal(str)
    """A report to be shown."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        self._frame = frame
        self._qt: dict[str, int] = {}
        self.open: CrashDialog | None = None
        self.met.connect(self.show, Qt.ConnectionType.QueuedConnection)

    def listen(self) -> None:
        """Take exceptions of every thread, and count what Qt complains of."""
        sys.excepthook = self._raised
        threading.excepthook = self._raised_in_thread
        qInstallMessageHandler(self._said)

    def deaf(self) -> None:
        """Give back what was taken."""
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__
        qInstallMessageHandler(None)

    def _raised(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            os._exit(130)
        if "HOSO_TRACEBACK" in os.environ:
            sys.__excepthook__(kind, error, trace)
        self.met.emit(self.report(error, trace))

    def _raised_in_thread(self, raised: threading.ExceptHookArgs) -> None:
        if raised.exc_value is not None:
            self._raised(raised.exc_type, raised.exc_value, raised.exc_traceback)

    def _said(self, kind: QtMsgType, context: QMessageLogContext, text: str | None) -> None:
        if kind in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg):
            return
        name = crashes.qt_name(text or "")
        if name in self._qt or len(self._qt) < 50:
            self._qt[name] = self._qt.get(name, 0) + 1
        print(text, file=sys.stderr)

    def report(self, error: BaseException, trace: TracebackType | None) -> str:
        """Write the report of an exception, with what it may hold."""
        here = self._frame.here
        page = here[0] if here is not None else ""
        return crashes.report(error, trace, page=page, lang=self._frame.lang, qt=qVersion(), qt_said=self._qt)

    def show(self, report: str) -> None:
        """Show a report; while one is open, a second is put beneath it."""
        if self.open is not None:
            self.open.add(report)
            return
        self.open = CrashDialog(report, self._frame)
        self.open.finished.connect(self._closed)
        self.open.open()

    def _closed(self, _: int) -> None:
        self.open = None


class CrashDialog(QDialog):
    """The whole report, and what can be done with it."""

    again = Signal()
    """Open what was open when it happened."""

    def __init__(self, report: str, parent: QWidget, *, before: bool = False, reopen: bool = False) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.setSpacing(3 * STEP)
        heading = (
            self.tr("Lần trước chương trình dừng đột ngột") if before else self.tr("Chương trình gặp lỗi của chính nó")
        )
        self.setWindowTitle(heading)
        column.addWidget(Text(heading, Size.TITLE, bold=True))
        column.addWidget(
            Text(
                self.tr(
                    "Những gì bạn đã nhập được lưu tự động và vẫn còn trong kho. Không có gì đã được gửi đi: bản ghi "
                    "dưới đây chỉ nằm trên máy này. Nếu muốn nhờ người hỗ trợ, hãy đọc nó, rồi sao chép hoặc lưu ra "
                    "tệp và tự gửi. Bản ghi không chứa tên, mã số, nội dung hồ sơ hay mật khẩu."
                )
            )
        )
        self.text = QPlainTextEdit(report)
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(self.tr("Bản ghi lỗi"))
        self.text.setMinimumHeight(140)
        self.text.setVisible(bool(report))
        Ring(self.text)
        column.addWidget(self.text, 1)
        if not report:
            column.addWidget(Text(self.tr("Chương trình bị tắt từ bên ngoài nên không để lại bản ghi."), role="muted"))
        self.copy = Button(self.tr("&Sao chép"), "page")
        self.copy.clicked.connect(self._copy)
        self.save = Button(self.tr("&Lưu ra tệp…"), "export")
        self.save.clicked.connect(self._choose)
        for button in (self.copy, self.save):
            button.setVisible(bool(report))
        self.reopen = Button(self.tr("&Mở lại việc đang làm"), "dossier", primary=True)
        self.reopen.setVisible(reopen)
        self.reopen.clicked.connect(self._reopen)
        self.away = Button(self.tr("Đón&g"), primary=not reopen)
        self.away.clicked.connect(self.accept)
        self.told = Text("", role="muted")
        self.told.hide()
        column.addWidget(self.told)
        column.addWidget(row_of(self.reopen, self.copy, self.save, self.away))
        # Words wrap: as high as they need at this width, in every size of text.
        width = max(680, round(parent.width() * 0.72))
        self.setMinimumSize(680, 320)
        self.resize(width, column.heightForWidth(width) + 80)
        (self.reopen if reopen else self.away).setFocus()

    def add(self, report: str) -> None:
        """Put another report beneath what is shown, as long as it can be read."""
        if len(self.text.toPlainText()) < crashes.LIMIT:
            self.text.appendPlainText("\n" + report)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())
        self._tell(self.tr("Đã sao chép vào bộ nhớ tạm."))

    def _choose(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, self.tr("Lưu bản ghi lỗi"), "ho-so-loi.txt")
        if name:
            self.save_to(Path(name))

    def save_to(self, target: Path) -> None:
        """Write the report to a file that the person chose."""
        try:
            target.write_text(self.text.toPlainText(), encoding="utf-8")
        except OSError as error:
            self._tell(self.tr("Không ghi được tệp: {}. Chọn thư mục khác.").format(error.strerror or ""))
            return
        self._tell(self.tr("Đã lưu vào {}.").format(target))

    def _tell(self, text: str) -> None:
        self.told.setText(text)
        self.told.show()

    def _reopen(self) -> None:
        self.again.emit()
        self.accept()


def hooks() -> Any:
    """Return the hooks that are in force (for tests)."""
    return sys.excepthook, threading.excepthook
