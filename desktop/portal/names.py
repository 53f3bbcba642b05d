"""Names that only look like a portal's: hosts that imitate a known one, and links in what others wrote.

Public services of Việt Nam lie under `gov.vn`, which is given to public bodies only. A name elsewhere that reads like
one of them, or like a portal that is known here, is what a forger takes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

OFFICIAL = (
    "dichvucong.gov.vn", "thuedientu.gdt.gov.vn", "etax.gdt.gov.vn", "hoadondientu.gdt.gov.vn",
    "dangkykinhdoanh.gov.vn", "dichvucong.bocongan.gov.vn", "dichvucong.baohiemxahoi.gov.vn", "vneid.gov.vn",
)  # fmt: skip
_LIKE = str.maketrans({"0": "o", "1": "l", "i": "l", "3": "e", "5": "s", "-": "", ".": "", "_": ""})
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"))
_SHORTEST = 8
"""Shorter names are too like each other to say anything."""
_WORD = re.compile(r"[^\s<>\"'()\[\],;]+")
_SCHEME = re.compile(r"https?://", re.IGNORECASE)
_HOST = re.compile(
    r"(?:[a-z0-9-]+\.)+(?:vn|com|net|org|info|biz|xyz|top|site|online|shop|link|click|icu|live|app|io|me|cc|ly|gl)"
)
_LONGEST = 253
"""Characters of a host's name (RFC 1035, 2.3.4); longer words are no names of hosts."""
_PROGRAMS = frozenset({
    "apk", "app", "appimage", "bat", "chm", "cmd", "com", "cpl", "deb", "desktop", "dll", "dmg", "docm", "exe", "hta",
    "htm", "html", "img", "iso", "jar", "js", "jse", "lnk", "mht", "msc", "msi", "msix", "pif", "pptm", "ps1", "py",
    "reg", "rpm", "run", "scf", "scr", "sct", "sh", "svg", "url", "vb", "vbe", "vbs", "vhd", "wsf", "wsh", "xhtml",
    "xlam", "xll", "xlsm",
})  # fmt: skip
"""Endings of what runs, or holds what runs, when it is opened."""
_TURNING = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
"""Signs that are not seen, and those that turn the order of what is read."""
Why = Literal["letters", "gov", "like"]


def imitates(host: str, known: Iterable[str]) -> tuple[Why, str] | None:
    """Say whether a host's name imitates another: why, and whose name it looks like; None where it does not.

    letters: it is written with letters outside the Latin alphabet; gov: it reads as if it lay under gov.vn; like: it
    is nearly a name of `known` (hosts, with or without a port) or of the official ones.
    """
    name = _bare(host)
    if not name.isascii() or any(label.startswith("xn--") for label in name.split(".")):
        return "letters", name
    if _public(name):
        return None
    for one in (*map(_bare, known), *OFFICIAL):
        if one == name or name.endswith(f".{one}") or len(one) < _SHORTEST or _is_address(one):
            continue
        if _distance(_skeleton(name), _skeleton(one)) <= 1:
            return "like", one
        if _public(one) and _skeleton(one) in _skeleton(name):
            return "gov", one
    if "gov" in re.split(r"[.-]", name) and "vn" in re.split(r"[.-]", name):
        return "gov", "gov.vn"
    return None


def stranger_links(text: str, hosts: Iterable[str]) -> tuple[str, ...]:
    """Return the hosts to which links in a text lead, but for these hosts, at most ten, as they are written."""
    own = {_bare(one) for one in hosts}
    found: dict[str, None] = {}
    # Word by word: an expression that looks for names from every letter on takes minutes for a text made for it.
    for word in _WORD.findall(text[:20_000]):
        for host in _hosts(word):
            if host not in own:
                found[host[:200]] = None
    return tuple(found)[:10]


def _hosts(word: str) -> list[str]:
    """Return the hosts to which a word leads: by a scheme, by www., or by an ending that people know."""
    scheme = _SCHEME.search(word)
    if scheme is not None:
        host = _bare(re.split(r"[/?#\\]", word[scheme.end() :], maxsplit=1)[0].rpartition("@")[2])
        return [host] if host else []
    place = re.split(r"[/?#\\]", word, maxsplit=1)[0]
    if "@" in place:
        return []  # an e-mail address leads nowhere by itself
    parts = [part.lower().strip(".") for part in place.split(":") if len(part) <= _LONGEST]
    return [part for part in parts if _HOST.fullmatch(part) or (part.startswith("www.") and part != "www.")]


def odd_file_name(name: str, media_type: str) -> bool:
    """Say whether a file's name is a program's, or is written to be taken for another kind of file.

    A PDF under another ending counts; so do signs that are not seen, and a wide gap before the ending.
    """
    ending = name.rpartition(".")[2].strip().lower() if "." in name else ""
    kind = media_type.partition(";")[0].strip().lower()
    return (
        ending in _PROGRAMS
        or bool(_TURNING.search(name))
        or "   " in name
        or (kind == "application/pdf" and ending != "pdf" and 1 < len(ending) < 6 and ending.isalpha())
    )


def _bare(host: str) -> str:
    return host.strip().lower().partition(":")[0].rstrip(".,;")


def _public(name: str) -> bool:
    return name == "gov.vn" or name.endswith(".gov.vn")


def _is_address(name: str) -> bool:
    return name.replace(".", "").isdigit() or name == "localhost"


def _skeleton(name: str) -> str:
    """Write a name as an eye that does not look closely reads it."""
    for pair, one in _PAIRS:
        name = name.replace(pair, one)
    return name.translate(_LIKE)


def _distance(one: str, other: str) -> int:
    """Return 0 where both are the same, 1 where one letter was put in, left out, changed or two swapped, else 2."""
    if one == other:
        return 0
    if abs(len(one) - len(other)) > 1:
        return 2
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    a, b = one[start:], other[start:]
    swapped = len(a) > 1 and len(b) > 1 and a[0] == b[1] and a[1] == b[0] and a[2:] == b[2:]
    return 1 if a[1:] == b[1:] or a[1:] == b or a == b[1:] or swapped else 2
