"""Nothing of the window moves by itself, whatever the system asks for: no animation runs, and what is drawn stays."""

from __future__ import annotations

import ast
import os
import time
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QProgressBar, QStyle

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).resolve().parents[2]


def test_a_bar_whose_end_is_not_known_stands_still_and_can_be_told(qtbot: Any, qapp: Any) -> None:
    from desktop.ui.program import application

    application()
    bar, full, nothing = QProgressBar(), QProgressBar(), QProgressBar()
    for one in (bar, full, nothing):
        one.setTextVisible(False)
        one.resize(300, 24)
        qtbot.addWidget(one)
        one.show()
    bar.setRange(0, 0)
    full.setValue(100)
    QApplication.processEvents()
    first = bar.grab().toImage()
    turns, end = 0, time.monotonic() + 0.4
    while turns < 20 or time.monotonic() < end:
        QApplication.processEvents()
        turns += 1
    assert bar.grab().toImage() == first
    assert first != full.grab().toImage()
    assert first != nothing.grab().toImage()


def test_no_style_and_no_effect_moves_anything(qapp: Any) -> None:
    from desktop.ui.program import application

    app = application()
    assert app.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) == 0
    for effect in (
        Qt.UIEffect.UI_AnimateMenu, Qt.UIEffect.UI_FadeMenu, Qt.UIEffect.UI_AnimateCombo,
        Qt.UIEffect.UI_AnimateTooltip, Qt.UIEffect.UI_FadeTooltip, Qt.UIEffect.UI_AnimateToolBox,
    ):  # fmt: skip
        assert not QApplication.isEffectEnabled(effect)


def test_the_windows_code_makes_no_animation() -> None:
    moving = {"QPropertyAnimation", "QVariantAnimation", "QTimeLine", "QMovie", "QScroller"}
    for file in (ROOT / "desktop" / "ui").rglob("*.py"):
        names = {node.id for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.Name)}
        assert not names & moving, file
