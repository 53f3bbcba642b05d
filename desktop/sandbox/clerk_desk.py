"""What the buttons of the clerk's page do: another scenario, time that passes, a decision, a clean table."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

from pydantic import ValidationError

from desktop.sandbox.errors import PortalSaysNo
from desktop.sandbox.life import Life
from desktop.sandbox.models import ClerkAction
from desktop.sandbox.scenarios import SCENARIOS, Play

_LIMIT = 64_000
HOURS = {"1": "1 giờ", "24": "1 ngày", "168": "1 tuần"}
"""How far time may be moved on with one press."""


def obey(body: bytes, key: str, life: Life, play: Play) -> bool:
    """Do what a form of the clerk's page asks for; False where the form does not hold the page's key.

    What no button of the page sends changes nothing.
    """
    try:
        given = parse_qs(body[:_LIMIT].decode(), max_num_fields=20, errors="strict")
    except ValueError:
        return False
    said = {name: values[0] for name, values in given.items()}
    if not secrets.compare_digest(said.get("key", "").encode(), key.encode()):
        return False
    code = said.get("code", "")
    match said.get("do"):
        case "scenario" if said.get("scenario") in SCENARIOS:
            play.choose(said["scenario"])
        case "hurry" if said.get("hours") in HOURS:
            play.hurry(timedelta(hours=int(said["hours"])))
        case "wipe" if said.get("sure") == "yes":
            play.wipe()
        case "step":
            _try(lambda: life.step(code))
        case "more":
            _try(lambda: life.act(code, ClerkAction(status=5, note=said.get("text", "")[:2000], **_kind(said))))
        case "letter" if said.get("text", "").strip():
            _try(lambda: life.act(code, ClerkAction(letter=said["text"][:2000])))
        case "status":
            _try(lambda: life.act(code, ClerkAction(status=int(said.get("status", "")), note=said.get("text", ""))))
    return True


def _kind(said: dict[str, str]) -> dict[str, Any]:
    return {"kind": said["kind"]} if "kind" in said else {}


def _try(act: Callable[[], object]) -> None:
    """Do it unless the dossier is gone meanwhile, or the form was made by hand."""
    try:
        act()
    except (PortalSaysNo, ValidationError, ValueError):
        return
