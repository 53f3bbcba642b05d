"""What is turned by a screen reader's action acts as what is clicked."""

from __future__ import annotations

from typing import Any, cast

from PySide6.QtGui import QAccessible, QAccessibleActionInterface
from PySide6.QtWidgets import QAbstractButton

from desktop.ui.filling.fields import CheckEditor
from desktop.ui.parts import Toggle


def by_screen_reader(button: QAbstractButton) -> None:
    """Turn a button by the action that AT-SPI and UI Automation call."""
    acting = QAccessible.queryAccessibleInterface(button).actionInterface()
    acting.doAction(QAccessibleActionInterface.toggleAction())


def test_a_chip_tells_whoever_turned_it_and_not_the_program(qtbot: Any) -> None:
    chip = Toggle("USB token")
    qtbot.addWidget(chip)
    told: list[bool] = []
    chip.turned.connect(told.append)
    chip.setChecked(True)
    assert told == []
    by_screen_reader(chip)
    chip.click()
    assert told == [False, True]


def test_a_box_of_a_form_is_ticked_without_a_click(qtbot: Any) -> None:
    box = CheckEditor(cast("Any", None))
    qtbot.addWidget(box)
    told: list[bool] = []
    box.typed.connect(lambda: told.append(box.isChecked()))
    box.put(True)
    assert told == []
    by_screen_reader(box)
    box.click()
    assert told == [False, True]
