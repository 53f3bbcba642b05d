"""Files that belong to a field of a form: a scan beside the number that it proves.

The data holds what a file is (name, size, SHA-256, media type), never its bytes: those are kept where forms are kept,
by their digest, and go into the dossier beside the form. A file has been accepted before (`forms.dossier`), so it is
a PDF by then.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from forms.definition import Field

MOST_FILES: Final = 20
"""Files of one field."""
SIZE_LIMIT: Final = 50 * 1024 * 1024
"""Bytes of one file: what a dossier takes."""
MEDIA_TYPE: Final = "application/pdf"
ACCEPTED: Final = ("pdf", "jpeg", "png", "heic")
"""What may be brought, where the definition does not say less."""

_KEYS: Final = frozenset({"name", "size", "sha256", "type"})
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NAME_BYTES: Final = 120
_UNSAFE = re.compile(r'[<>:"|?*\\/]')
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")


def entry(name: str, size: int, sha256: str) -> dict[str, Any]:
    """Return how the data names an accepted file; what a name cannot hold on every system is replaced."""
    return {"name": _safe(name), "size": size, "sha256": sha256, "type": MEDIA_TYPE}


def _safe(name: str) -> str:
    """Return a name that every system can hold and that ends in .pdf; the same again for what it returned."""
    stem = name[:-4] if name.lower().endswith(".pdf") else name
    seen = "".join(" " if unicodedata.category(c)[0] == "Z" else c for c in stem if unicodedata.category(c)[0] != "C")
    kept = _UNSAFE.sub("_", unicodedata.normalize("NFC", seen)).strip(" .")
    if _DEVICES.fullmatch(kept):
        kept = f"_{kept}"
    while len(kept.encode()) > _NAME_BYTES - len(".pdf"):
        kept = kept[:-1]
    return f"{kept.rstrip(' .') or 'tep'}.pdf"


def read_entries(raw: object) -> list[dict[str, Any]] | None:
    """Return the files that data names, each once; None where it names none as it should."""
    if not isinstance(raw, list | tuple) or len(raw) > MOST_FILES:
        return None
    found: dict[str, dict[str, Any]] = {}
    for one in raw:
        if not isinstance(one, Mapping) or set(one) != _KEYS:
            return None
        name, size, sha256 = one["name"], one["size"], one["sha256"]
        if not isinstance(name, str) or not isinstance(sha256, str) or one["type"] != MEDIA_TYPE:
            return None
        if isinstance(size, bool) or not isinstance(size, int) or not 0 < size <= 2**40:
            return None
        if _SHA256.fullmatch(sha256) is None or entry(name, size, sha256)["name"] != name:
            return None
        found.setdefault(sha256, {"name": name, "size": size, "sha256": sha256, "type": MEDIA_TYPE})
    return list(found.values())


def most_files(field: Field) -> int:
    """Return how many files a field takes."""
    return field.max_files or 1


def most_bytes(field: Field) -> int:
    """Return how large a file of a field may be."""
    return field.max_size or SIZE_LIMIT


def accepted(field: Field) -> Sequence[str]:
    """Return what kinds of files may be brought for a field: pdf, jpeg, png, heic."""
    return field.accept or ACCEPTED


def shown(value: Sequence[Mapping[str, Any]], lang: str = "vi") -> str:
    """Say how many files there are and how they are called, as it stands on paper."""
    if not value:
        return ""
    names = "; ".join(str(one.get("name", "")) for one in value)
    if lang == "vi":
        return f"Đính kèm: {len(value)} tệp ({names})"
    return f"Attached: {len(value)} {'file' if len(value) == 1 else 'files'} ({names})"


def data_schema(field: Field) -> dict[str, Any]:
    """Return the JSON Schema of what the data holds."""
    return {
        "type": ["array", "null"],
        "maxItems": most_files(field),
        "items": {
            "type": "object",
            "required": sorted(_KEYS),
            "additionalProperties": False,
            "properties": {
                "name": {"type": "string", "minLength": 1, "maxLength": _NAME_BYTES},
                "size": {"type": "integer", "minimum": 1, "maximum": most_bytes(field)},
                "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
                "type": {"const": MEDIA_TYPE},
            },
        },
    }
