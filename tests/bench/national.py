"""Records of the shape of the national portal's, as many as wanted: real ones where they are at hand, else made up."""

from __future__ import annotations

import json
import os
import random
import re
import tarfile
from pathlib import Path
from typing import Any

WORDS = re.findall(
    r"\w+",
    "cấp đổi gia hạn thu hồi giấy phép chứng nhận đăng ký kinh doanh hộ đất đai thuế lao động bảo hiểm xã hội khai "
    "sinh kết hôn xây dựng môi trường y tế giáo dục giao thông công an hộ khẩu quyền sử dụng",
)
AGENCIES = tuple(f"Bộ {one}" for one in ("Tài chính", "Công an", "Tư pháp", "Y tế", "Nội vụ", "Xây dựng")) + tuple(
    f"UBND tỉnh {one}" for one in ("Lào Cai", "Sơn La", "Nghệ An", "Gia Lai", "Đồng Tháp", "An Giang", "Hà Tĩnh")
)


def fill(folder: Path, count: int, *, real: Path | None = None, whole: bool = True) -> str:
    """Write that many records into a folder; return what they are.

    whole: each made-up one has its whole record too, not the line of the list alone.
    """
    details = folder / "details"
    details.mkdir(parents=True)
    lines: list[str] = []
    if real is not None:
        with tarfile.open(real) as archive:
            for member in archive:
                file = archive.extractfile(member) if member.isfile() else None
                if file is not None and member.name.endswith("catalog.jsonl"):
                    lines = file.read().decode().splitlines()[:count]
                elif file is not None and "/details/" in member.name:
                    (details / Path(member.name).name).write_bytes(file.read())
    had = len(lines)
    dice = random.Random(20261122)
    for number in range(count - had):
        row, record = made_up(dice, number)
        lines.append(json.dumps(row, ensure_ascii=False))
        if whole:
            (details / f"{row['code']}.json").write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
    (folder / "catalog.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return f"{had} real and {count - had} made-up procedures" if had else f"{count} made-up procedures"


def real_records() -> Path | None:
    """Return the real records that HOSO_NATIONAL_RECORDS names."""
    named = os.environ.get("HOSO_NATIONAL_RECORDS")
    return Path(named) if named else None


def made_up(dice: random.Random, number: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a row of the list and its whole record, of the usual size."""

    def say(most: int, least: int = 3) -> str:
        return " ".join(dice.choice(WORDS) for _ in range(dice.randint(least, most)))

    code, name, agency = f"9.{number:06d}", f"Thủ tục {say(14, 4)}", dice.choice(AGENCIES)
    field = say(3)
    row = {
        "id": f"{number:x}", "name": name, "code": code, "codeNotation": code, "state": "ACTIVE",
        "type": "STANDARD", "categories": [field], "categoryIds": ["x"], "departments": [f"Sở {say(2, 1)}"],
        "departmentPromulgate": agency, "formalityTargetType": ["Công dân Việt Nam"],
    }  # fmt: skip
    whole = {
        "code": code,
        "name": name,
        "departmentPromulgateName": agency,
        "categoriesDetails": [{"name": field}],
        "executionSteps": [{"name": f"Bước {n}", "description": say(120, 40)} for n in range(1, 5)],
        "executionMethods": [
            {"submissionMethod": way, "processingTime": dice.randint(1, 40), "processingTimeUnit": "WORKING_DAY",
             "description": say(40),
             "fees": [{"value": dice.randint(1, 50) * 10_000, "type": "FEE", "description": say(9)}]}
            for way in ("DIRECT", "ONLINE", "POSTAL")
        ],
        "executionCases": [
            {"name": say(8), "profileComponents": [
                {"code": f"TP{case}{n}", "name": say(30), "originalQty": dice.randint(0, 2),
                 "copyQty": dice.randint(0, 3), "required": dice.random() < 0.7,
                 "attachments": [{"fileName": f"{say(3)}.docx"}]}
                for n in range(dice.randint(2, 9))
            ]}
            for case in range(dice.randint(1, 3))
        ],
        "resultsDetails": [{"name": say(9), "code": f"KQ{number}"}],
        "legalBasisesDetails": [{"code": f"{n}/2025/NĐ-CP", "name": say(30)} for n in range(dice.randint(2, 9))],
        "subjectTypesDetails": [{"name": "Công dân Việt Nam"}],
        "requirementsAndConditions": say(60),
    }  # fmt: skip
    return row, {"code": "OK", "data": whole}
