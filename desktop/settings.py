"""What a person chose about the look of the program: plain JSON in the home, no client's data in it.

It is read before the first picture, so nothing heavy is imported here, and whatever is wrong with the file only means
that nothing was chosen.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from desktop.replacing import move_over

Scheme = Literal["system", "light", "dark", "contrast"]
SCHEMES: tuple[Scheme, ...] = ("system", "light", "dark", "contrast")
ZOOMS = (0.9, 1.0, 1.15, 1.3, 1.5, 2.0)
"""What texts may be enlarged by."""
LIMIT = 16 << 10
LONGEST_ADDRESS = 300


@dataclass(frozen=True)
class Preferences:
    """The choices, each with its default."""

    lang: Literal["vi", "en"] = "vi"
    zoom: float = 1.0
    scheme: Scheme = "system"
    practice: bool = False
    """The practice workspace was the last one worked in."""
    notify: bool = True
    """Tell beside the clock when a dossier stands otherwise or a deadline is near."""
    tsa: str = ""
    """The time-stamp server that is asked where none is named; empty: none."""

    def but(self, **changed: Any) -> Preferences:
        """Return the choices with some changed."""
        return replace(self, **changed)


def path(home: Path) -> Path:
    """Return where the choices lie."""
    return home / "preferences.json"


def load(home: Path) -> Preferences:
    """Read the choices; what is missing or odd keeps its default."""
    try:
        with path(home).open("rb") as file:
            raw = json.loads(file.read(LIMIT))
    except (OSError, ValueError, RecursionError):
        return Preferences()
    if not isinstance(raw, dict):
        return Preferences()
    chosen = Preferences()
    if raw.get("lang") in ("vi", "en"):
        chosen = chosen.but(lang=raw["lang"])
    if raw.get("zoom") in ZOOMS:
        chosen = chosen.but(zoom=float(raw["zoom"]))
    if raw.get("scheme") in SCHEMES:
        chosen = chosen.but(scheme=raw["scheme"])
    for name in ("practice", "notify"):
        if isinstance(raw.get(name), bool):
            chosen = chosen.but(**{name: raw[name]})
    if isinstance(raw.get("tsa"), str) and raw["tsa"] and is_server(raw["tsa"]):
        chosen = chosen.but(tsa=raw["tsa"])
    return chosen


def is_server(address: str) -> bool:
    """Tell whether this can be a time-stamp server's address: http or https, a host, no credentials."""
    from urllib.parse import urlsplit  # the first picture does not wait for it

    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    plain = address.isascii() and address.isprintable() and " " not in address and len(address) <= LONGEST_ADDRESS
    return (
        plain and parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc and port != 0
    )


def save(home: Path, chosen: Preferences) -> None:
    """Write the choices whole or not at all; a disk that refuses them costs nothing but the choice."""
    import secrets  # the first picture does not wait for what only saving needs

    fresh = path(home).with_name(f".preferences.{secrets.token_hex(4)}")
    with contextlib.suppress(OSError):
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            fresh.write_text(json.dumps(asdict(chosen), indent=1) + "\n", encoding="utf-8")
            move_over(fresh, path(home))
        finally:
            fresh.unlink(missing_ok=True)
