"""Make `form_kit` importable: with importlib import mode no folder of tests is on the path."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

if "form_kit" not in sys.modules:
    _spec = importlib.util.spec_from_file_location("form_kit", Path(__file__).with_name("form_kit.py"))
    assert _spec is not None
    assert _spec.loader is not None
    _module = importlib.util.module_from_spec(_spec)
    sys.modules["form_kit"] = _module
    _spec.loader.exec_module(_module)
