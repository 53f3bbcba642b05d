"""Measure one keystroke in a labour list of hundreds of rows: enter a cell, then tell every problem of the form.

Run it by `python tests/bench/labour.py`. A keystroke is one `Form.set` of one cell with `Form.check()` after it, as
the window does. The limit is a time within which nobody notices a delay beside drawing the cell.
"""

from __future__ import annotations

import math
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from forms.form import Form
from forms.template import bundled_library, load

LIMIT = 10.0
"""Milliseconds that 99 of 100 keystrokes must stay within."""

_FAMILIES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ")
_MIDDLES = ("Văn", "Thị", "Thị Thanh", "Minh", "Thị Ánh", "Ngọc", "Hữu")
_NAMES = ("Dương", "Tuyết", "Hằng", "Thắng", "Hưởng", "Quỳnh", "Nghĩa", "Trường", "Khuyên", "Đức")
_JOBS = (
    "Công nhân may, Xưởng may số 3",
    "Kế toán trưởng, Phòng Tài chính - Kế toán",
    "Nhân viên kinh doanh, Chi nhánh thành phố Hồ Chí Minh",
    "Trưởng phòng",
    "Kỹ sư cơ khí, Nhà máy Bắc Ninh",
)


@dataclass(frozen=True)
class Keystrokes:
    """Hold how long keystrokes took, in milliseconds."""

    rows: int
    times: tuple[float, ...]
    """On the clock."""
    own: tuple[float, ...]
    """Of the processor, for this process alone: what stays when other programs are busy."""

    def percentile(self, percent: int, *, own: bool = False) -> float:
        """Return the time within which so many of 100 keystrokes stayed."""
        ordered = sorted(self.own if own else self.times)
        return ordered[min(len(ordered), math.ceil(len(ordered) * percent / 100)) - 1]

    @property
    def ratio(self) -> float:
        """Return the 99th percentile in parts of the limit: up to 1 is good."""
        return self.percentile(99) / LIMIT


def person(dice: random.Random, number: int) -> dict[str, Any]:
    """Return the row of a made-up person; people of different numbers share no identity."""
    male, year = dice.random() < 0.5, dice.randrange(1970, 2007)
    sex = ("nu", "nam")[male]
    row: dict[str, Any] = {
        "ho_ten": " ".join(dice.choice(part) for part in (_FAMILIES, _MIDDLES, _NAMES)),
        "ma_so_bhxh": f"01{number:08d}",
        "ngay_sinh": date(year, dice.randrange(1, 13), dice.randrange(1, 28)).isoformat(),
        "gioi_tinh": sex,
        "so_dinh_danh": f"001{(year >= 2000) * 2 + (not male)}{year % 100:02d}{number:06d}",
        "chuc_vu": dice.choice(_JOBS),
        "vi_tri": dice.choice(("quan_ly", "bac_cao", "bac_trung", "khac")),
        "luong": dice.randrange(5_000_000, 60_000_000),
        "dong_tu": "2026-11",
        "ghi_chu": f"HĐLĐ số {number}/2026",
    }
    if dice.random() < 0.5:
        row["pc_luong"] = dice.randrange(100_000, 2_000_000)
    if dice.random() < 0.3:
        row["bo_sung"] = dice.randrange(100_000, 1_000_000)
    if dice.random() < 0.5:
        row |= {"hd_thoi_han_tu": "2026-11-01", "hd_thoi_han_den": "2027-10-31"}
    else:
        row["hd_khong_thoi_han"] = "2026-11-01"
    return row


def labour_list(rows: int, seed: int = 20261121) -> dict[str, Any]:
    """Return a list of so many made-up people, four of five of them in the first group."""
    dice = random.Random(seed)
    people = [person(dice, number) for number in range(rows)]
    cut = rows - rows // 5
    return {
        "ten_don_vi": "CÔNG TY TNHH VÍ DỤ ÁNH DƯƠNG (HƯ CẤU)",
        "ma_don_vi": "TZ0000L",
        "mst": "0999999888",
        "tang": people[:cut],
        "giam": people[cut:],
    }


_ENTRIES: dict[str, Callable[[random.Random], object]] = {
    "ho_ten": lambda dice: f"Nguyễn Văn {dice.choice(_NAMES)}",
    "ma_so_bhxh": lambda dice: dice.choice((f"02{dice.randrange(10**8):08d}", "019")),
    "ngay_sinh": lambda dice: f"{dice.randrange(1970, 2007)}-05-19",
    "gioi_tinh": lambda dice: dice.choice(("nam", "nu")),
    "so_dinh_danh": lambda dice: f"001090{dice.randrange(10**6):06d}",
    "chuc_vu": lambda dice: dice.choice((*_JOBS, "")),
    "luong": lambda dice: dice.choice((dice.randrange(0, 60_000_000), "2.34", "")),
    "pc_luong": lambda dice: dice.randrange(0, 2_000_000),
    "pc_nghe": lambda dice: str(dice.randrange(0, 30)),
    "hd_thoi_han_den": lambda dice: f"{dice.randrange(2026, 2031)}-10-31",
    "dong_tu": lambda dice: dice.choice(("2026-11", "2026-12", "")),
    "dong_den": lambda dice: dice.choice(("2026-10", "2027-04", "")),
    "phuong_an": lambda dice: dice.choice(("TM", "DC")),
    "ghi_chu": lambda dice: f"Ghi chú {dice.randrange(1000)}",
}


def one_keystroke(rows: int = 500, keystrokes: int = 300, seed: int = 20261122) -> Keystrokes:
    """Measure random keystrokes in a list of so many rows."""
    template = load(bundled_library().choose("bhxh/d02-lt", None, date(2026, 11, 22)))
    form = Form.load(template, None, labour_list(rows))
    form.check()
    dice = random.Random(seed)
    names = tuple(_ENTRIES)
    times, own = [], []
    for _ in range(keystrokes):
        table = "tang" if dice.random() < 0.8 else "giam"
        name = dice.choice(names)
        path = f"{table}[{dice.randrange(len(form.rows[table]))}].{name}"
        value = _ENTRIES[name](dice)
        began, busy = time.perf_counter(), time.process_time()
        form.set(path, value)
        form.check()
        times.append((time.perf_counter() - began) * 1000)
        own.append((time.process_time() - busy) * 1000)
    return Keystrokes(rows, tuple(times), tuple(own))


def main() -> int:
    """Print the 50th and 99th percentile, and the latter in parts of the limit."""
    found = one_keystroke()
    p50, p99 = found.percentile(50), found.percentile(99)
    sys.stdout.write(f"one keystroke in {found.rows} rows: p50 {p50:.2f} ms, p99 {p99:.2f} ms ")
    sys.stdout.write(f"(processor {found.percentile(99, own=True):.2f} ms), ")
    sys.stdout.write(f"limit {LIMIT:.0f} ms, ratio {found.ratio:.2f}\n")
    return 0 if found.ratio <= 1 else 1


if __name__ == "__main__":
    sys.exit(main())
