"""The words for where a dossier stands: the ten statuses of the national portal, and those of others' systems."""

from __future__ import annotations

from forms.identifiers import fold

STATUSES = {
    1: "Mới đăng ký",
    2: "Được tiếp nhận",
    3: "Không được tiếp nhận",
    4: "Đang xử lý",
    5: "Yêu cầu bổ sung giấy tờ",
    6: "Yêu cầu thực hiện nghĩa vụ tài chính",
    7: "Công dân yêu cầu rút hồ sơ",
    8: "Dừng xử lý",
    9: "Đã xử lý xong",
    10: "Đã trả kết quả",
}
"""The ten statuses in which local portals report to the national one."""

FINAL = frozenset({3, 8, 10})
"""Nothing more is expected after these, though it may come."""

# Words of systems that send no number (DichVuCong's own, and others' of the same family).
_WORDS = {
    "receiving": 1,
    "new": 2,
    "denied": 3,
    "processing": 4,
    "waiting": 5,
    "paying": 6,
    "cancelled": 7,
    "unresolved": 8,
    "releasing": 9,
    "done": 10,
} | {fold(name): number for number, name in STATUSES.items()}


def normalised(status: int | None, raw: str) -> int | None:
    """Return 1 to 10 as the national portal numbers statuses; None: unknown, show the raw text."""
    if status is not None:
        return status if 1 <= status <= 10 else None
    return _WORDS.get(fold(raw))


def status_name(status: int | None, raw: str | None) -> str:
    """Return the words for a status: the portal's own where it gave any."""
    return raw or (STATUSES.get(status, "") if status is not None else "")
