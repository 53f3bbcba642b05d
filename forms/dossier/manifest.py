"""The manifest: what a dossier consists of, file by file, with the hash of each, written in one way only."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from forms import strict_json
from forms.dossier.errors import ManifestBroken
from forms.errors import NotJson

MANIFEST_LIMIT = 1024 * 1024
FILES_LIMIT = 2000
FILE_KINDS = ("form", "xml", "attachment")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class ManifestFile:
    """Name one file of a dossier as it is filed."""

    name: str
    sha256: str
    size: int
    media_type: str
    kind: str
    """form, xml or attachment."""
    template: str | None = None
    version: str | None = None
    sha256_before_signing: str | None = None


@dataclass(frozen=True)
class ManifestComponent:
    """Name a component of the procedure's case with its files."""

    component: str
    files: tuple[ManifestFile, ...]


@dataclass(frozen=True)
class ManifestClient:
    """Say for whom the dossier is filed."""

    tax_code: str | None
    personal_id: str | None
    name: str | None


@dataclass(frozen=True)
class Manifest:
    """Be the list of a dossier that is signed and filed."""

    dossier: str
    revision: int
    key: str
    """The submission's idempotency key."""
    procedure: str
    case: str
    period: str | None
    client: ManifestClient
    role: str
    delivery: str
    created: str
    """ISO time with its zone."""
    components: tuple[ManifestComponent, ...]
    supplements: str | None = None
    """The portal's code of the dossier that this revision adds to; None: it begins a dossier."""

    @property
    def files(self) -> tuple[ManifestFile, ...]:
        """Return all files in their order."""
        return tuple(file for component in self.components for file in component.files)

    def to_json(self) -> bytes:
        """Write the manifest as canonical JSON: sorted keys, no blanks, NFC letters in UTF-8."""
        return canonical_json({"format": 1} | asdict(self))

    @classmethod
    def from_json(cls, data: bytes) -> Manifest:
        """Read a manifest from outside; raise ManifestBroken with the key at fault."""
        try:
            tree = strict_json.loads(data, limit=MANIFEST_LIMIT)
        except NotJson as error:
            raise ManifestBroken("") from error
        if not isinstance(tree, dict):
            raise ManifestBroken("")
        if tree.get("format") != 1:
            raise ManifestBroken("format")
        client = _get(tree, "client", dict)
        components = tuple(_component(c) for c in _get(tree, "components", list))
        manifest = cls(
            dossier=_text(tree, "dossier"),
            revision=_get(tree, "revision", int),
            key=_text(tree, "key"),
            procedure=_text(tree, "procedure"),
            case=_text(tree, "case", _any),
            period=_optional(tree, "period"),
            client=ManifestClient(*(_optional(client, k) for k in ("tax_code", "personal_id", "name"))),
            role=_text(tree, "role"),
            delivery=_text(tree, "delivery"),
            created=_text(tree, "created"),
            components=components,
            supplements=_optional(tree, "supplements"),
        )
        if len(manifest.files) > FILES_LIMIT:
            raise ManifestBroken("components")
        return manifest


def canonical_json(value: object) -> bytes:
    """Write plain data without floats in one way only, every text in NFC."""
    return json.dumps(
        _plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def _plain(value: object) -> object:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, Mapping):
        return {unicodedata.normalize("NFC", str(k)): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, float):
        raise TypeError("a float has no one way to be written")
    return value


def _get(tree: Mapping[str, Any], key: str, kind: type) -> Any:
    value = tree.get(key)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise ManifestBroken(key)
    return value


def _text(tree: Mapping[str, Any], key: str, fits: Callable[[str], object] = bool) -> str:
    value = _get(tree, key, str)
    if len(value) > 1000 or not fits(value):
        raise ManifestBroken(key)
    return str(value)


def _any(text: str) -> bool:
    return True  # a procedure with one case need not name it


def _optional(tree: Mapping[str, Any], key: str, fits: Callable[[str], object] = bool) -> str | None:
    return None if tree.get(key) is None else _text(tree, key, fits)


def _component(tree: object) -> ManifestComponent:
    if not isinstance(tree, dict):
        raise ManifestBroken("components")
    return ManifestComponent(_text(tree, "component"), tuple(_file(f) for f in _get(tree, "files", list)))


def _file(tree: object) -> ManifestFile:
    if not isinstance(tree, dict):
        raise ManifestBroken("files")
    size = _get(tree, "size", int)
    if not 0 <= size <= 2**40:
        raise ManifestBroken("size")
    return ManifestFile(
        name=_text(tree, "name"),
        sha256=_text(tree, "sha256", _SHA256.fullmatch),
        size=size,
        media_type=_text(tree, "media_type"),
        kind=_text(tree, "kind", FILE_KINDS.__contains__),
        template=_optional(tree, "template"),
        version=_optional(tree, "version"),
        sha256_before_signing=_optional(tree, "sha256_before_signing", _SHA256.fullmatch),
    )
