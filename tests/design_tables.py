"""Write the colours of the design page from the theme: `python -m tests.design_tables`.

The page holds what the program uses and nothing typed by hand; a test compares the two.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from desktop.ui import theme

PAGE = Path(__file__).resolve().parents[1] / "docs" / "design.md"
BEGIN, END = "<!-- colours: python -m tests.design_tables -->", "<!-- end of colours -->"
TONES = ("accent", "danger", "warning", "success", "practice")
SOFT = tuple(f"{tone}_soft" for tone in TONES)
GROUNDS = ("surface", "raised", "sunken")
WHERE = {
    "text": "words", "muted": "what is less", "accent": "the next thing, links, focus", "danger": "problems, refusals",
    "warning": "warnings, uncertain", "success": "done, valid", "practice": "practice mode",
    "accent_text": "words on the primary button", "edge": "outlines of fields", "focus": "the focus ring",
}  # fmt: skip


def schemes() -> dict[str, theme.Colours]:
    """Return the colours of every look, practice mode with its own accent."""
    made = {"light": theme.LIGHT, "dark": theme.DARK, "contrast": theme.CONTRAST}
    for name, (accent, text, soft) in theme.PRACTICE_ACCENT.items():
        made[f"practice {name}"] = replace(made[name], accent=accent, accent_text=text, accent_soft=soft, focus=accent)
    return made


def grounds(ink: str) -> tuple[str, ...]:
    """Return every ground that an ink stands on: chips are tone on its soft ground, rows may be chosen."""
    if ink == "accent_text":
        return ("accent",)
    if ink in ("text", "muted", "edge", "focus"):
        return (*GROUNDS, *SOFT)
    return (*GROUNDS, "accent_soft", f"{ink}_soft")


def ratios(colours: theme.Colours, ink: str) -> dict[str, float]:
    """Return the contrast of an ink on each of its grounds."""
    return {name: theme.contrast(getattr(colours, ink), getattr(colours, name)) for name in grounds(ink)}


def table() -> str:
    """Write the table: a row for each role, its colour and its least contrast in each look."""
    every = schemes()
    lines = [
        "| Role | For | " + " | ".join(every) + " |",
        "|---|---|" + "---|" * len(every),
    ]
    for ink, where in WHERE.items():
        cells = [f"`{getattr(found, ink)}` {min(ratios(found, ink).values()):.1f}" for found in every.values()]
        lines.append(f"| {ink} | {where} | " + " | ".join(cells) + " |")
    for ground in (*GROUNDS, *SOFT, "line"):
        lines.append(f"| {ground} | ground |" if ground != "line" else "| line | hairline, carries nothing |")
        lines[-1] += "".join(f" `{getattr(found, ground)}` |" for found in every.values())
    return "\n".join(lines)


def written() -> str:
    """Return the page with the colours as they are now."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(written(), encoding="utf-8")
