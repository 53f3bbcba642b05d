"""Search at each keystroke over the whole catalogue: that which HOSO_NATIONAL_RECORDS names, else a made-up one."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import tempfile
import time
from pathlib import Path

from desktop.portal.catalogue import Catalogue
from tests.bench.rows import Row, percentile

COUNT = 5670
LIMIT = 10.0
"""Milliseconds within which an answer at a keystroke is not noticed."""
TYPED = (
    "đăng ký hộ kinh doanh", "cap giay chung nhan quyen su dung dat", "thuế giá trị gia tăng", "khai sinh", "1.001612",
)  # fmt: skip
_WORDS = re.findall(
    r"\w+",
    "cấp đổi gia hạn thu hồi giấy phép chứng nhận đăng ký kinh doanh hộ đất đai thuế lao động bảo hiểm xã hội khai "
    "sinh kết hôn xây dựng môi trường y tế giáo dục giao thông công an hộ khẩu quyền sử dụng",
)


def fill(home: Path) -> str:
    """Give a home the whole catalogue; return what it is."""
    named = os.environ.get("HOSO_NATIONAL_RECORDS")
    if named:
        imported = Catalogue(home).import_records(Path(named))
        return f"{imported.procedures} real procedures"
    dice = random.Random(20261122)
    source = Path(tempfile.mkdtemp(prefix="hoso-records-"))
    rows = []
    for number in range(COUNT):
        name = "Thủ tục " + " ".join(dice.choice(_WORDS) for _ in range(dice.randint(4, 14)))
        code = f"{number % 4}.{number:06d}"
        rows.append({
            "id": f"{number:x}", "name": name, "code": code, "codeNotation": code, "state": "ACTIVE",
            "type": "STANDARD", "categories": [" ".join(dice.choice(_WORDS) for _ in range(3))], "categoryIds": ["x"],
            "departments": [f"Sở {dice.choice(_WORDS)}"], "departmentPromulgate": "UBND Thành phố Huế",
            "formalityTargetType": ["Công dân Việt Nam"],
        })  # fmt: skip
    text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    try:
        (source / "catalog.jsonl").write_text(text, encoding="utf-8")
        return f"{Catalogue(home).import_records(source).procedures} made-up procedures"
    finally:
        shutil.rmtree(source, ignore_errors=True)


def search() -> list[Row]:
    """Measure each keystroke of some searches."""
    home = Path(tempfile.mkdtemp(prefix="hoso-bench-"))
    try:
        what = fill(home)
        Catalogue(home).search("x")  # builds the index, as the import in the window does
        shelf = Catalogue(home)
        began = time.perf_counter()
        shelf.search("đăng ký")
        first = (time.perf_counter() - began) * 1000
        times, own = [], []
        for text in TYPED * 3:
            for end in range(1, len(text) + 1):
                began, busy = time.perf_counter(), time.process_time()
                shelf.search(text[:end])
                times.append((time.perf_counter() - began) * 1000)
                own.append((time.process_time() - busy) * 1000)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    note = f"processor {percentile(own, 99):.1f} ms; p50 {percentile(times, 50):.2f} ms"
    note += f"; the first answer of a run {first:.0f} ms"
    return [Row(f"search over {what}, p99 of a keystroke", percentile(times, 99), LIMIT, "limit", note=note)]
