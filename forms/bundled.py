"""Where the data lies that the program brings along."""

from __future__ import annotations

import sys
from pathlib import Path

RESOURCES: Path = Path(getattr(sys, "_MEIPASS", Path(__file__).resolve().parent.parent)) / "resources"
