"""The edges of the window: practice band, header, places on the left, foot."""

from __future__ import annotations

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QFontMetrics,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from desktop.ui.parts import Button, OneLine, Rule, Text, as_search
from desktop.ui.theme import RADIUS, ROW, STEP, Size, colour, font, grown, icon
from desktop.ui.translation import later


class PracticeBand(QWidget):
    """The thick striped band of practice mode, with its words."""

    def __init__(self) -> None:
        super().__init__()
        self.words = self.tr("THỰC HÀNH — không có giá trị pháp lý")
        self.setAccessibleName(self.words)
        self.setFont(font(Size.BODY, bold=True))
        self.setFixedHeight(max(30, self.fontMetrics().height() + 12))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the stripes and, on a calm ground, the words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), colour("practice_soft"))
        painter.setBrush(colour("practice"))
        painter.setPen(Qt.PenStyle.NoPen)
        high = self.height()
        for x in range(-high, self.width() + high, 28):
            points = [(x, high), (x + 12, high), (x + 12 + high, 0), (x + high, 0)]
            painter.drawPolygon(QPolygonF([QPointF(a, b) for a, b in points]))
        wide = self.fontMetrics().horizontalAdvance(self.words) + 48
        middle = QRectF((self.width() - wide) / 2, 0, wide, high)
        painter.setBrush(colour("practice_soft"))
        painter.drawRect(middle)
        painter.setPen(colour("practice"))
        painter.drawText(middle, Qt.AlignmentFlag.AlignCenter, self.words)


PLACES = (
    ("home", later("Hôm nay"), "home"),
    ("dossiers", "Hồ sơ", "dossier"),
    ("procedures", "Thủ tục", "procedure"),
    ("clients", later("Khách hàng"), "clients"),
    ("signatures", later("Chữ ký"), "signature"),
    ("outbox", later("Hộp gửi"), "outbox"),
    ("batch", later("Theo lô"), "batch"),
)
"""Name, words and icon of the places on the left, in the order of Ctrl+1 … Ctrl+7."""

COUNT = Qt.ItemDataRole.UserRole + 1


class PlaceDelegate(QStyledItemDelegate):
    """Paints a place on the left: icon, word, count; the one that is open has a soft ground and a bar."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Give each place the same height."""
        return QSize(160, max(40, QFontMetrics(font(Size.BODY)).height() + 18))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint one place."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole: QRect = option.rect
        here = bool(option.state & QStyle.StateFlag.State_Selected)
        box = QRectF(whole).adjusted(8, 1, -8, -1)
        if here or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour("accent_soft" if here else "raised"))
            painter.drawRoundedRect(box, RADIUS, RADIUS)
        if here:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour("accent"))
            painter.drawRoundedRect(QRectF(box.left(), box.top() + 8, 3, box.height() - 16), 1.5, 1.5)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(colour("focus"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), RADIUS, RADIUS)
        role = "accent" if here else "text"
        name = index.data(Qt.ItemDataRole.UserRole)
        middle, side = whole.center().y(), grown(20)
        icon(str(name), role).paint(painter, whole.left() + 22, middle - side // 2, side, side)
        painter.setFont(font(Size.BODY, bold=here))
        painter.setPen(colour(role))
        painter.drawText(whole.adjusted(34 + side, 0, -8, 0), int(Qt.AlignmentFlag.AlignVCenter), str(index.data()))
        count = index.data(COUNT)
        if count:
            painter.setFont(font(Size.SMALL, bold=True, tabular=True))
            metrics = painter.fontMetrics()
            high = grown(21)
            wide = max(metrics.horizontalAdvance(str(count)) + 14, high + 3)
            pill = QRectF(whole.right() - 20 - wide, middle - high // 2, wide, high)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour("accent"))
            painter.drawRoundedRect(pill, high / 2, high / 2)
            painter.setPen(colour("accent_text"))
            painter.drawText(pill, int(Qt.AlignmentFlag.AlignCenter), str(count))
        painter.restore()


class Side(QWidget):
    """The left column: the name, the places with their counts, a hairline on its right."""

    chosen = Signal(str)
    """The name of a place that was chosen."""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4 * STEP, 1, 3 * STEP)
        column.setSpacing(3 * STEP)
        brand = QHBoxLayout()
        brand.setContentsMargins(5 * STEP, 0, 0, 0)
        brand.setSpacing(2 * STEP)
        mark = QLabel()
        mark.setPixmap(icon("hoso").pixmap(grown(28)))
        name = Text(self.tr("Hồ Sơ"), Size.LEAD, bold=True)
        brand.addWidget(mark)
        brand.addWidget(name, 1)
        column.addLayout(brand)
        column.addWidget(self._make_places(), 1)
        measure = QFontMetrics(font(Size.BODY, bold=True))
        longest = max(measure.horizontalAdvance(self.places.item(row).text()) for row in range(self.places.count()))
        self.setFixedWidth(max(200, longest + 96 + grown(20)))

    def _make_places(self) -> QWidget:
        self.places = QListWidget()
        self.places.setAccessibleName(self.tr("Các trang"))
        self.places.setFrameShape(QListWidget.Shape.NoFrame)
        self.places.setItemDelegate(PlaceDelegate(self.places))
        self.places.setSpacing(0)
        self.places.setMouseTracking(True)
        self.places.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        ground = self.places.palette()
        ground.setColor(ground.ColorRole.Base, colour("sunken"))
        self.places.setPalette(ground)
        words = {
            "home": self.tr("Hôm nay"), "dossiers": self.tr("Hồ sơ", "many"), "procedures": self.tr("Thủ tục", "many"),
            "clients": self.tr("Khách hàng"), "signatures": self.tr("Chữ ký"), "outbox": self.tr("Hộp gửi"),
            "batch": self.tr("Theo lô"),
        }  # fmt: skip
        for number, (name, _, symbol) in enumerate(PLACES, 1):
            item = QListWidgetItem(words[name])
            item.setData(Qt.ItemDataRole.UserRole, symbol)
            item.setToolTip(f"{words[name]} (Ctrl+{number})")
            self.places.addItem(item)
        self.places.currentRowChanged.connect(lambda row: self.chosen.emit(PLACES[row][0]) if row >= 0 else None)
        self.places.itemClicked.connect(lambda item: self.chosen.emit(PLACES[self.places.row(item)][0]))
        return self.places

    def count(self, place: str, count: int) -> None:
        """Show how many things wait at a place; 0 shows none."""
        for row, (name, _, _) in enumerate(PLACES):
            if name == place:
                item = self.places.item(row)
                item.setData(COUNT, count or None)
                spoken = self.tr("{}, {} việc").format(item.text(), count) if count else item.text()
                item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour("sunken"))
        painter.fillRect(QRect(self.width() - 1, 0, 1, self.height()), colour("line"))


class Header(QWidget):
    """The line at the top: back, for whom one acts, search, settings."""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        row = QHBoxLayout()
        row.setContentsMargins(3 * STEP, 2 * STEP, 4 * STEP, 2 * STEP)
        row.setSpacing(2 * STEP)
        self.back = Button("", "back", flat=True)
        self.back.setAccessibleName(self.tr("Quay lại"))
        self.back.setToolTip(self.tr("Quay lại (Esc)"))
        self.back.setFixedWidth(22 + grown(18))
        row.addWidget(self.back)
        names = QVBoxLayout()
        names.setSpacing(0)
        self.client_name = OneLine(Size.LEAD, bold=True)
        self.client_code = QLabel()
        self.client_code.setFont(font(Size.BODY, tabular=True))
        names.addWidget(self.client_name)
        names.addWidget(self.client_code)
        row.addLayout(names, 3)
        self.switch = Button(self.tr("Đổ&i khách hàng"), "clients", flat=True)
        self.switch.setToolTip(self.tr("Đổi khách hàng (Ctrl+Shift+K)"))
        row.addWidget(self.switch)
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Tìm mọi thứ (Ctrl+K)"))
        self.search.setAccessibleName(self.tr("Tìm mọi thứ"))
        as_search(self.search)
        self.search.setMinimumWidth(200)  # beside it stand the client and four buttons, also at 960 pixels
        self.search.setMaximumWidth(400)
        self.search.setMinimumHeight(ROW)
        row.addWidget(self.search, 2)
        self.help = Button("", "help", flat=True)
        self.help.setAccessibleName(self.tr("Trợ giúp"))
        self.help.setToolTip(self.tr("Trợ giúp tại chỗ (F1)"))
        self.help.setFixedWidth(22 + grown(18))
        row.addWidget(self.help)
        self.settings = Button("", "settings", flat=True)
        self.settings.setAccessibleName(self.tr("Cài đặt"))
        self.settings.setToolTip(self.tr("Cài đặt (Ctrl+,)"))
        self.settings.setFixedWidth(22 + grown(18))
        row.addWidget(self.settings)
        column.addLayout(row)
        column.addWidget(Rule())
        self.setMinimumHeight(60)


class Foot(QWidget):
    """The line at the foot: what was saved, whether a portal answers, what waits."""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(Rule())
        row = QHBoxLayout()
        row.setContentsMargins(5 * STEP, STEP, 4 * STEP, STEP + 1)
        row.setSpacing(6 * STEP)
        self.status = Text("", Size.SMALL, role="muted")
        self.connection = Text("", Size.SMALL, role="muted")
        self.queue = Text("", Size.SMALL, role="muted")
        for part in (self.status, self.connection, self.queue):
            part.setWordWrap(False)
        row.addWidget(self.status, 1)
        row.addWidget(self.connection)
        row.addWidget(self.queue)
        column.addLayout(row)
