"""`python -m desktop.sandbox`: the practice portal as a process of its own."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from desktop.sandbox.scenarios import SCENARIOS


def main(argv: list[str] | None = None) -> int:
    """Read the options and serve until interrupted."""
    parser = argparse.ArgumentParser(prog="desktop.sandbox", description="Cổng thực hành Hồ Sơ")
    parser.add_argument("--data", type=Path, help="thư mục dữ liệu của cổng")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--catalogue", type=Path, help="bản ghi thủ tục của cổng quốc gia")
    parser.add_argument("--pace", type=float, default=10.0, help="số giây giữa hai trạng thái; 0: mỗi lần hỏi")
    parser.add_argument("--trust", type=Path, action="append", default=[], help="PEM của tổ chức chứng thực khác")
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--practice-faults", action="store_true", help="cho phép đặt lỗi để thử")
    parser.add_argument("--scenario", choices=sorted(SCENARIOS), help="tình huống muốn tập")
    parser.add_argument("--wipe", action="store_true", help="xóa mọi hồ sơ đã tập")
    given = parser.parse_args(argv)
    from desktop.sandbox.server import serve

    folder = given.data or Path(tempfile.mkdtemp(prefix="hoso-sandbox-"))
    return serve(
        folder,
        host=given.host,
        port=given.port,
        catalogue=given.catalogue,
        pace=given.pace,
        tls=given.tls,
        as_json=given.json,
        trust=given.trust,
        faults=given.practice_faults,
        scenario=given.scenario,
        wipe=given.wipe,
    )


if __name__ == "__main__":
    raise SystemExit(main())
