"""The look holds what the design page says: contrast of every pair in use, the table itself, the scale."""

from __future__ import annotations

import re

import pytest
from PySide6.QtGui import QColor

from desktop.ui import theme
from tests import design_tables

SCHEMES = design_tables.schemes()
INKS = ("text", "muted", *design_tables.TONES, "accent_text")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_text_has_the_contrast_of_aaa(scheme: str) -> None:
    low = {
        f"{ink} on {ground}": round(ratio, 2)
        for ink in INKS
        for ground, ratio in design_tables.ratios(SCHEMES[scheme], ink).items()
        if ratio < 7
    }
    assert not low


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_edge_and_focus_ring_is_seen_on_every_ground(scheme: str) -> None:
    for ink in ("edge", "focus"):
        for ground, ratio in design_tables.ratios(SCHEMES[scheme], ink).items():
            assert ratio >= 3, (ink, ground, ratio)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_primary_button_stays_legible_under_the_pointer_and_pressed(scheme: str) -> None:
    found = SCHEMES[scheme]
    for factor, least in ((112, 7), (125, 4.5)):
        assert theme.contrast(found.accent_text, QColor(found.accent).darker(factor).name()) >= least


def test_the_page_shows_the_colours_in_use() -> None:
    text = design_tables.PAGE.read_text(encoding="utf-8")
    assert design_tables.BEGIN in text
    assert design_tables.written() == text, "run python -m tests.design_tables"
    for ratio in re.findall(r"` (\d+\.\d)", text):
        assert float(ratio) >= 3


def test_the_page_shows_the_scale_and_the_spaces_in_use() -> None:
    text = design_tables.PAGE.read_text(encoding="utf-8")
    for size in theme.Size:
        assert re.search(rf"^\| {size.name} \| {size.value:g} \|", text, re.M), size
    for name, value in (("page margin", theme.MARGIN), ("radius", theme.RADIUS)):
        assert f"| {name} | {value} |" in text
    assert f"| {theme.ROW} and more, {theme.ROW_COMPACT} in tables |" in text
    assert f"| {theme.TARGET} (24 is" in text
