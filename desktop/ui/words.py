"""Words that several pages share: states, levels, days, periods, money."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from PySide6.QtCore import QCoreApplication

from desktop.ui.parts import Tone
from desktop.ui.rows import Mark
from desktop.ui.translation import later
from forms.bundled import RESOURCES

if TYPE_CHECKING:
    from desktop.messages import Language
    from desktop.store.records import Dossier, OutboxItem

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def english() -> bool:
    """Say whether this build brings the window's words in English, too."""
    return (RESOURCES / "i18n" / "hoso_en.qm").is_file()


def tr(text: str) -> str:
    """Say it in the language on the screen."""
    return QCoreApplication.translate("words", text)


def day(moment: date | datetime | None) -> str:
    """Write a day as people here write it."""
    if moment is None:
        return "—"
    if isinstance(moment, datetime):
        moment = moment.astimezone(ZONE).date()
    return moment.strftime("%d/%m/%Y")


def breakable(name: str) -> str:
    """Let a file name, address or fingerprint go on in the next line at its strokes and dots, where no line breaks."""
    return re.sub(r"(?<=[_.:\-])(?=\w)|(?=@)", "\N{ZERO WIDTH SPACE}", name)


def minute(moment: datetime | None) -> str:
    """Write a moment: hour, minute, day."""
    return "—" if moment is None else moment.astimezone(ZONE).strftime("%H:%M · %d/%m/%Y")


def left(until: date | None, today: date) -> tuple[str, Tone]:
    """Say how much time is left, and how that sounds."""
    if until is None:
        return "", "muted"
    days = (until - today).days
    if days < 0:
        return tr("quá hạn {} ngày").format(-days), "danger"
    if days == 0:
        return tr("hôm nay"), "danger"
    if days == 1:
        return tr("ngày mai"), "warning"
    return tr("còn {} ngày").format(days), "warning" if days <= 5 else "plain"


def ago(then: date | None, today: date) -> str:
    """Say how long ago a day was."""
    if then is None:
        return ""
    days = (today - then).days
    if days <= 0:
        return tr("hôm nay")
    return tr("hôm qua") if days == 1 else tr("{} ngày trước").format(days)


def period(text: str | None, lang: Language = "vi") -> str:
    """Write a period for people; none is nothing."""
    if not text:
        return ""
    from forms.period import Period

    return Period.parse(text).label(lang)


def money(amount: int | None) -> str:
    """Write whole đồng with dots."""
    return "—" if amount is None else f"{amount:,}".replace(",", ".").replace("-", "−") + " đ"


def state_mark(dossier: Dossier, item: OutboxItem | None) -> Mark:
    """Say in one chip how far a dossier is, ours and the portal's side together."""
    state = str(dossier.state)
    sending = str(item.state) if item is not None and item.revision == dossier.revision else ""
    if sending in ("QUEUED", "SENDING", "UNCERTAIN", "REFUSED"):
        return item_mark(sending)
    if dossier.code is not None and state != "SUBMITTED":
        # With the agency, while its answer is being made here.
        return Mark(tr("Đang làm bản bổ sung"), "warning", "edit")
    if state == "PREPARED":
        return Mark(tr("Bản nháp"), "muted", "edit")
    if state == "SIGNED":
        return Mark(tr("Đã ký"), "accent", "signature")
    return status_mark(dossier.status, dossier.raw)


def item_mark(state: str) -> Mark:
    """Say where a submission stands."""
    return {
        "QUEUED": Mark(tr("Chờ gửi"), "plain", "clock"),
        "SENDING": Mark(tr("Đang gửi"), "accent", "send"),
        "DONE": Mark(tr("Đã nộp"), "success", "check"),
        "REFUSED": Mark(tr("Bị từ chối"), "danger", "error"),
        "UNCERTAIN": Mark(tr("Chưa rõ kết quả"), "warning", "uncertain"),
        "CANCELLED": Mark(tr("Đã rút"), "muted", "remove"),
    }.get(state, Mark(state))


_TONES: dict[int, tuple[Tone, str]] = {
    1: ("accent", "outbox"), 2: ("accent", "check"), 3: ("danger", "error"), 4: ("accent", "clock"),
    5: ("warning", "warning"), 6: ("warning", "money"), 7: ("warning", "undo"), 8: ("danger", "error"),
    9: ("success", "check"), 10: ("success", "result"),
}  # fmt: skip


_STATUSES = {
    1: later("Mới đăng ký"), 2: later("Được tiếp nhận"), 3: later("Không được tiếp nhận"), 4: later("Đang xử lý"),
    5: later("Yêu cầu bổ sung giấy tờ"), 6: later("Yêu cầu thực hiện nghĩa vụ tài chính"),
    7: later("Công dân yêu cầu rút hồ sơ"), 8: later("Dừng xử lý"), 9: later("Đã xử lý xong"),
    10: later("Đã trả kết quả"),
}  # fmt: skip


def status_words(status: int | None) -> str:
    """Return our words for one of the ten statuses; nothing for one that is not known."""
    return tr(_STATUSES[status]) if status in _STATUSES else ""


def status_mark(status: int | None, raw: str | None) -> Mark:
    """Say what the portal says, in a chip."""
    tone, symbol = _TONES.get(status or 0, ("plain", "info"))
    return Mark(status_words(status) or raw or tr("Đã nộp"), tone, symbol)


def level_marks(level: int | None, full: bool | None) -> tuple[Mark, ...]:
    """Say how much of a procedure is done online, and its level 1 to 4."""
    whole = {
        True: Mark(tr("Toàn trình"), "success", ""),
        False: Mark(tr("Một phần"), "accent", ""),
        None: Mark(tr("Chưa rõ mức trực tuyến"), "muted", ""),
    }[full]
    if level is None:
        return (whole,)
    return (whole, Mark(tr("Mức độ {}").format(level), "plain", ""))


VERDICTS: dict[str, tuple[str, Tone, str]] = {
    "valid": (later("HỢP LỆ"), "success", "check"),
    "invalid": (later("KHÔNG HỢP LỆ"), "danger", "error"),
    "indeterminate": (later("CHƯA XÁC ĐỊNH"), "warning", "uncertain"),
    "unsigned": (later("KHÔNG CÓ CHỮ KÝ"), "muted", "info"),
    "unreadable": (later("KHÔNG ĐỌC ĐƯỢC"), "danger", "error"),
}


def verdict_mark(verdict: Any) -> Mark:
    """Say a verdict in a chip."""
    text, tone, symbol = VERDICTS.get(str(verdict), (str(verdict), "plain", "info"))
    return Mark(tr(text), tone, symbol)
