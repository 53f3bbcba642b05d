"""The keys of the program, for the sheet and the settings."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QVBoxLayout,
    QWidget,
)

from desktop.ui.arranging import fit
from desktop.ui.pieces import Button, Text
from desktop.ui.theme import MARGIN, STEP, Size
from desktop.ui.translation import later

KEYS = (
    ("Ctrl+K", later("Tìm mọi thứ")),
    ("Ctrl+Shift+K", later("Đổi khách hàng")),
    ("Ctrl+N", later("Lập hồ sơ mới")),
    ("Ctrl+Shift+N", later("Lập tiếp từ hồ sơ này")),
    ("Ctrl+Enter", later("Việc tiếp theo")),
    ("F1", later("Trợ giúp tại chỗ")),
    ("F7 / Shift+F7", later("Lỗi sau, lỗi trước")),
    ("F8", later("Ẩn, hiện trang in")),
    ("F9", later("Kiểm tra")),
    ("Ctrl+P", later("In")),
    ("Ctrl+Z / Ctrl+Y", later("Hoàn tác, làm lại")),
    ("Ctrl+1 … 7", later("Các trang")),
    ("Ctrl+,", later("Cài đặt")),
    ("Ctrl+L", later("Khóa kho")),
    ("Esc", later("Quay lại")),
    ("Ctrl+/", later("Bảng phím tắt")),
    (later("Alt + chữ gạch chân"), later("Bấm nút")),
)


class KeyTable(QWidget):
    """The keys, in two columns."""

    def __init__(self) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(4 * STEP)
        grid.setVerticalSpacing(2 * STEP)
        half = (len(KEYS) + 1) // 2
        for at, (keys, what) in enumerate(KEYS):
            name = Text(QCoreApplication.translate("keys", keys), bold=True)
            name.setWordWrap(False)
            grid.addWidget(name, at % half, 2 * (at // half))
            said = Text(QCoreApplication.translate("keys", what), role="muted")
            grid.addWidget(said, at % half, 2 * (at // half) + 1)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)


class KeySheet(QDialog):
    """The keys in a sheet above the page; Esc, Enter or Ctrl+/ put it away."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Phím tắt"))
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.setSpacing(4 * STEP)
        column.addWidget(Text(self.tr("Phím tắt"), Size.TITLE, bold=True))
        column.addWidget(KeyTable())
        away = Button(self.tr("Đóng"), primary=True)
        away.clicked.connect(self.accept)
        column.addWidget(away, 0, Qt.AlignmentFlag.AlignRight)
        fit(self, max(680, 80 * self.fontMetrics().averageCharWidth()))
