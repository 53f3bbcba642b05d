"""Look at every page and dialog in every dress: `python -m tests.looks [FOLDER]`.

One process for each dress: 100 and 200 %, Vietnamese and English, light, dark and high contrast, and the text doubled.
What asks Qt for all that a window holds keeps wrappers of what is gone; a process of its own does not meet them.
Prints what does not fit, cannot be read, named, reached or hit, and ends with 1 if anything was found; a folder is
given the pictures.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

SIZES = {1: (1320, 860), 2: (960, 620)}
"""The window at each scale: a screen of 200 % has half as many places for the same dots."""


def dresses(scale: int) -> list[tuple[str, str, float]]:
    """Return the languages, schemes and sizes of text that are looked at on a screen."""
    found = [(lang, scheme, 1.0) for scheme in ("light", "dark", "contrast") for lang in ("vi", "en")]
    return found + ([(lang, "light", 2.0) for lang in ("vi", "en")] if scale == 1 else [])


def look(scale: int, lang: str, scheme: str, zoom: float, folder: Path | None) -> int:
    """Look at everything in one dress; return how much is wrong."""
    from tests.looks import measure, rooms

    found: dict[str, list[str]] = {}
    with rooms.house(SIZES[scale]) as (frame, place):
        rooms.wear(frame, lang=lang, scheme=scheme, zoom=zoom)
        for room in rooms.ROOMS:
            with rooms.inside(room, frame, place) as window:
                lines = measure.misfits(window)
                if scheme == "light":
                    lines += measure.unnamed(window) + measure.small(window) + measure.disordered(window)
                if lang == "vi":
                    lines += measure.speaks_english(window)
                if zoom == 1.0 and lang == "vi":
                    lines += measure.pale(window, 7.0 if scheme == "contrast" else 4.5)
                    lines += measure.unringed(window) if scale == 1 else []
                if lines:
                    found[room.name] = lines
                if folder is not None:
                    window.grab().save(str(folder / f"{room.name}-{scale}00-{zoom:.0f}-{lang}-{scheme}.png"))
    wrong = sum(map(len, found.values()))
    print(f"== {scale}00 %, {lang}, {scheme}, text ×{zoom:g}: {len(rooms.ROOMS)} windows looked at, {wrong} wrong")
    print(measure.told(found), flush=True)
    return wrong


def main(arguments: list[str]) -> int:
    """Look at one dress in this process, or at each in one of its own."""
    if arguments[:1] == ["--dress"]:
        at, lang, scheme, text, *rest = arguments[1:]
        return 1 if look(int(at), lang, scheme, float(text), Path(rest[0]) if rest else None) else 0
    if arguments:
        Path(arguments[0]).mkdir(parents=True, exist_ok=True)
    ended = []
    for scale in SIZES:
        for lang, scheme, zoom in dresses(scale):
            with tempfile.TemporaryDirectory(prefix="hoso-looks-") as home:
                environment = {
                    **os.environ,
                    "QT_QPA_PLATFORM": "offscreen",
                    "QT_SCALE_FACTOR": str(scale),
                    "HOME": home,
                }
                dress = ["--dress", str(scale), lang, scheme, str(zoom), *arguments[:1]]
                command = [sys.executable, "-m", "tests.looks", *dress]
                ended.append(subprocess.run(command, env=environment, check=False).returncode)
    return 1 if any(ended) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
