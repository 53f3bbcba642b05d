"""Look at every page and dialog in every dress: `python -m tests.looks [FOLDER]`.

One process for each scale of the screen (100 and 200 %), and in it every page in Vietnamese and English, light, dark
and high contrast, and with the text doubled. Prints what does not fit, cannot be read, named, reached or hit, and ends
with 1 if anything was found; a folder is given the pictures.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

SIZES = {1: (1320, 860), 2: (960, 620)}
"""The window at each scale: a screen of 200 % has half as many places for the same dots."""


def look(scale: int, folder: Path | None) -> int:
    """Look at everything at one scale; return how much is wrong."""
    from tests.looks import measure, rooms

    wrong = count = 0
    dresses = [(lang, scheme, 1.0) for scheme in ("light", "dark", "contrast") for lang in ("vi", "en")]
    if scale == 1:
        dresses += [(lang, "light", 2.0) for lang in ("vi", "en")]
    only = os.environ.get("LOOKS_ONLY", "").split()
    with rooms.house(SIZES[scale]) as (frame, place):
        for lang, scheme, zoom in dresses:
            if only and f"{lang}-{scheme}-{zoom:.0f}" not in only:
                continue
            rooms.wear(frame, lang=lang, scheme=scheme, zoom=zoom)
            found: dict[str, list[str]] = {}
            for room in rooms.ROOMS:
                with rooms.inside(room, frame, place) as window:
                    count += 1
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
                        wrong += len(lines)
                    if folder is not None:
                        window.grab().save(str(folder / f"{room.name}-{scale}00-{zoom:.0f}-{lang}-{scheme}.png"))
            print(f"== {scale}00 %, {lang}, {scheme}, text ×{zoom:g}: {sum(map(len, found.values()))} wrong")
            print(measure.told(found), flush=True)
    print(f"{scale}00 %: {count} windows looked at, {wrong} wrong", flush=True)
    return wrong


def main(arguments: list[str]) -> int:
    """Look at one scale in this process, or at each in one of its own."""
    if arguments[:1] == ["--scale"]:
        folder = Path(arguments[2]) if len(arguments) > 2 else None
        return 1 if look(int(arguments[1]), folder) else 0
    if arguments:
        Path(arguments[0]).mkdir(parents=True, exist_ok=True)
    ended = 0
    for scale in SIZES:
        with tempfile.TemporaryDirectory(prefix="hoso-looks-") as home:
            environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": str(scale), "HOME": home}
            command = [sys.executable, "-m", "tests.looks", "--scale", str(scale), *arguments[:1]]
            ended |= subprocess.run(command, env=environment, check=False).returncode
    return ended


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
