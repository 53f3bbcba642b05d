"""Length-bounded JSON frames on the pipes between this program and the process that holds a PKCS#11 module.

Never pickle: a driver that has been taken over must not be able to run code in its parent, and the parent's answer to
anything but a small, well-formed JSON object is to end the process.
"""

from __future__ import annotations

import json
import struct
from typing import IO, Any

LIMIT = 1 << 20
"""Largest frame in bytes. A token of 32 certificates of 8 KB fits twice."""

_HEAD = struct.Struct(">I")


class BrokenFrame(Exception):
    """The pipe holds something else than a frame of ours, or ended within one."""


def write(pipe: IO[bytes], message: dict[str, Any]) -> None:
    """Write one frame and flush it. Raises BrokenFrame beyond LIMIT, OSError when nobody reads."""
    data = json.dumps(message, separators=(",", ":")).encode("ascii")
    if len(data) > LIMIT:
        raise BrokenFrame
    pipe.write(_HEAD.pack(len(data)) + data)
    pipe.flush()


def read(pipe: IO[bytes]) -> dict[str, Any] | None:
    """Read one frame; None at a clean end. Raises BrokenFrame."""
    head = pipe.read(_HEAD.size)
    if not head:
        return None
    if len(head) < _HEAD.size:
        raise BrokenFrame
    (size,) = _HEAD.unpack(head)
    if size > LIMIT:
        raise BrokenFrame
    data = pipe.read(size)
    if len(data) < size:
        raise BrokenFrame
    try:
        message = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BrokenFrame from error
    if not isinstance(message, dict):
        raise BrokenFrame
    return message
