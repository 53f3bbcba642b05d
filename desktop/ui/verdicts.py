"""How a verdict on signatures is shown: the word, the shape, the facts, and where a file is dropped."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QLabel, QVBoxLayout

from desktop.messages import message
from desktop.ui import words
from desktop.ui.parts import (
    Card,
    Chip,
    Facts,
    Text,
)
from desktop.ui.theme import RADIUS, STEP, Size, colour, font, grown, icon

if TYPE_CHECKING:
    from signing.validation import FileVerdict


class SignatureCard(Card):
    """What is known of one signature, by the facts that the circular names (KT-07)."""

    def __init__(self, one: Any, lang: Any) -> None:
        super().__init__()
        top = QHBoxLayout()
        signer = one.signer
        who = signer.common_name if signer is not None else self.tr("Không rõ người ký")
        top.addWidget(Text(who, Size.LEAD, bold=True), 1)
        mark = words.verdict_mark(one.verdict)
        top.addWidget(Chip(mark.text, mark.tone, symbol=mark.symbol), 0, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(top)
        unknown = self.tr("chưa rõ")
        facts = Facts(width=210)
        if signer is not None:
            number = signer.tax_code or signer.personal_id
            facts.add(self.tr("Người ký"), f"{signer.common_name}" + (f" · {number}" if number else ""))
            facts.add(self.tr("Đơn vị quản lý chứng thư"), signer.organization or unknown)
            facts.add(self.tr("Tổ chức cấp chứng thư"), signer.issuer)
        when = words.minute(one.signing_time) if one.signing_time else unknown
        facts.add(
            self.tr("Thời điểm ký"),
            self.tr("{} (dấu thời gian đã kiểm)").format(words.minute(one.time_stamp))
            if one.time_stamp
            else self.tr("{} (theo lời khai của người ký)").format(when),
        )
        changes = {
            "none": self.tr("không có thay đổi nào sau khi ký"),
            "permitted": self.tr("sau khi ký chỉ có bổ sung được phép"),
            "forbidden": self.tr("bị sửa sau khi ký"),
            "unknown": self.tr("chưa rõ có bị sửa sau khi ký không"),
        }[str(one.changes_after)]
        whole = {
            "intact": self.tr("Nguyên vẹn"), "broken": self.tr("Không còn nguyên vẹn"), "unknown": self.tr("Chưa rõ"),
        }[str(one.integrity)]  # fmt: skip
        facts.add(self.tr("Tính toàn vẹn"), f"{whole}; {changes}")
        revoked = {
            "good": self.tr("chưa bị thu hồi"), "revoked": self.tr("đã bị thu hồi"),
            "unknown": self.tr("chưa rõ có bị thu hồi không"),
        }[str(one.revocation)]  # fmt: skip
        trusted = {
            "trusted": self.tr("dẫn tới gốc tin cậy"), "untrusted": self.tr("không dẫn tới gốc tin cậy nào"),
            "unknown": self.tr("chưa rõ có đáng tin không"),
        }[str(one.trust)]  # fmt: skip
        facts.add(self.tr("Hiệu lực lúc ký"), self._standing(one, f"{trusted}, {revoked}"))
        if signer is not None:
            facts.add(
                self.tr("Hạn của chứng thư"),
                self.tr("từ {} đến {}").format(words.day(signer.valid_from), words.day(signer.valid_to)),
            )
        if one.chain:
            facts.add(
                self.tr("Đường dẫn tin cậy"),
                " ← ".join(c.common_name or c.organization or "" for c in reversed(one.chain)),
            )
        reasons = [message(code, {}, lang) for code in one.reasons]
        if reasons:
            facts.add(self.tr("Vì sao"), "\n".join(f"– {told.sentence}" for told in reasons))
        self.body.addWidget(facts)

    def _standing(self, one: Any, more: str) -> str:
        signer = one.signer
        at = one.proven_time or one.signing_time
        if signer is None or at is None:
            return more
        within = signer.valid_from <= (one.signing_time or at) <= signer.valid_to
        said = self.tr("Chứng thư còn hạn") if within else self.tr("Chứng thư ngoài hạn")
        return f"{said}, {more}"


class Drop(QAbstractButton):
    """Where a file is dropped, or chosen by a press."""

    chosen = Signal(Path)

    def __init__(self, text: str, below: str) -> None:
        super().__init__()
        self._text, self._below = text, below
        self._over = False
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"{text}. {below}")
        lines = QFontMetrics(font(Size.BODY, bold=True)).height() + QFontMetrics(font(Size.SMALL)).height()
        self.setMinimumHeight(lines + 48 + grown(28))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files."""
        if event.mimeData().hasUrls():
            self._over = True
            self.update()
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Cool down."""
        self._over = False
        self.update()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take the first file."""
        self._over = False
        self.update()
        for url in event.mimeData().urls():
            if url.isLocalFile():
                self.chosen.emit(Path(url.toLocalFile()))
                return

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ask for a file by Enter as by Space."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the zone."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(colour("focus" if self.hasFocus() or self._over else "edge"), 2 if self.hasFocus() else 1.5)
        pen.setStyle(Qt.PenStyle.SolidLine if self.hasFocus() else Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(colour("accent_soft" if self._over or self.underMouse() else "raised"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS, RADIUS)
        side = grown(28)
        icon("shield", "accent").paint(painter, (self.width() - side) // 2, 14, side, side)
        y = 22 + side
        for text, used, role in (
            (self._text, font(Size.BODY, bold=True), "text"),
            (self._below, font(Size.SMALL), "muted"),
        ):
            painter.setFont(used)
            painter.setPen(colour(role))
            high = painter.fontMetrics().height()
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, self.width() - 16)
            painter.drawText(QRectF(0, y, self.width(), high), int(Qt.AlignmentFlag.AlignCenter), shown)
            y += high + 4

    def sizeHint(self) -> QSize:
        """Take the width."""
        return QSize(400, self.minimumHeight())


class Verdict(Card):
    """The verdict of a file: word, shape and colour, large, with its meaning."""

    def __init__(self, verdict: FileVerdict, lang: Any) -> None:
        mark = words.verdict_mark(verdict.verdict)
        super().__init__(tone=mark.tone)
        row = QHBoxLayout()
        row.setSpacing(4 * STEP)
        picture = QLabel()
        role = "muted" if mark.tone == "muted" else mark.tone
        picture.setPixmap(icon(mark.symbol or "info", role).pixmap(grown(44)))
        row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(STEP)
        word = Text(mark.text, Size.DISPLAY, bold=True, role=role)
        column.addWidget(word)
        told = message(f"VERDICT_{str(verdict.verdict).upper()}", {}, lang)
        column.addWidget(Text(f"{Path(verdict.file).name}: {told.sentence}"))
        for code in verdict.reasons:
            column.addWidget(Text(f"– {message(code, {}, lang).sentence}"))
        row.addLayout(column, 1)
        self.body.addLayout(row)
        self.setAccessibleName(f"{mark.text}. {told.sentence}")
