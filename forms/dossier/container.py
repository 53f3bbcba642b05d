"""The legal container: a ZIP of the untouched signed files and the manifest, readable without us in twenty years."""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from forms.dossier.errors import ContainerRefused
from forms.dossier.manifest import Manifest

MANIFEST_NAME = "manifest.json"
"""What was signed, as plain JSON."""
SIGNED_MANIFEST_NAME = "manifest.jws"
"""The same, signed (RFC 7515, compact)."""
CONTAINER_LIMIT = 512 * 1024 * 1024
"""Bytes of all files unpacked."""
ENTRIES_LIMIT = 2100

_EPOCH = (1980, 1, 1, 0, 0, 0)
# What Windows forbids in names, control characters, and letters that are not seen or turn the reading order.
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]')
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")


@dataclass(frozen=True)
class Container:
    """Be what a legal container holds."""

    manifest: Manifest
    manifest_jws: str
    files: tuple[tuple[str, bytes], ...]
    """Path and bytes, without the manifest."""

    def differences(self) -> tuple[str, ...]:
        """List names that the manifest and the files do not agree on (missing, added, other bytes)."""
        held = {path: (hashlib.sha256(data).hexdigest(), len(data)) for path, data in self.files}
        named = {file.name: (file.sha256, file.size) for file in self.manifest.files}
        return tuple(sorted(name for name in held.keys() | named.keys() if held.get(name) != named.get(name)))


def safe_name(text: str, *, extension: str = "") -> str:
    """Return a file name that every system can hold, Vietnamese letters kept, at most 120 bytes in UTF-8."""
    name = _UNSAFE.sub("_", unicodedata.normalize("NFC", text).replace("/", "_")).strip(" .") or "tep"
    if _DEVICES.fullmatch(name):
        name = f"_{name}"
    while len((name + extension).encode()) > 120:
        name = name[:-1]
    return name.rstrip(" .") + extension


def _check_path(path: str) -> str:
    parts = path.split("/")
    if (
        not path
        or len(path.encode("utf-8", "replace")) > 400
        or unicodedata.normalize("NFC", path) != path
        or _UNSAFE.search(path)
        or any(part in ("", ".", "..") or part != part.strip(" ") or part.endswith(".") for part in parts)
        or any(_DEVICES.fullmatch(part) for part in parts)
    ):
        raise ContainerRefused("UNSAFE_PATH", path[:200])
    return path


def container_layout(files: Sequence[tuple[str, bytes]], manifest_jws: str) -> list[tuple[str, bytes]]:
    """Return what a container holds, path and bytes: the manifest, the same signed, and the files.

    As a plain ZIP this is the legal container; where the whole is to be signed, it becomes the content of an ASiC-E.
    Paths are relative, NFC, with slashes. Raise ContainerRefused.
    """
    payload = _payload(manifest_jws)
    Manifest.from_json(payload)
    entries = [(MANIFEST_NAME, payload), (SIGNED_MANIFEST_NAME, manifest_jws.encode("ascii")), *files]
    seen: set[str] = set()
    for path, _ in entries:
        if _check_path(path).casefold() in seen:
            raise ContainerRefused("DUPLICATE", path)
        seen.add(path.casefold())
    return entries


def legal_container(files: Sequence[tuple[str, bytes]], manifest_jws: str) -> bytes:
    """Write the container; the same files and manifest give the same bytes. Raise ContainerRefused."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for path, data in container_layout(files, manifest_jws):
            entry = zipfile.ZipInfo(path, _EPOCH)
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            entry.flag_bits |= 0x800
            archive.writestr(entry, data)
    return out.getvalue()


def read_container(data: bytes) -> Container:
    """Read a container from outside, in memory and bounded; nothing is written to a disk.

    Signed as a whole (ASiC-E) or not: the marks and signatures of such a one are passed over. The signature of the
    manifest is not judged here. Raise ContainerRefused for what is no such container, or not safe.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = _entries(archive)
            files = _read(archive, entries)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        raise ContainerRefused("BROKEN") from error
    if MANIFEST_NAME not in files or SIGNED_MANIFEST_NAME not in files:
        raise ContainerRefused("NO_MANIFEST")
    try:
        jws = files.pop(SIGNED_MANIFEST_NAME).decode("ascii").strip()
    except UnicodeDecodeError as error:
        raise ContainerRefused("NO_MANIFEST", SIGNED_MANIFEST_NAME) from error
    payload = files.pop(MANIFEST_NAME)
    for name in [name for name in files if name == "mimetype" or name.startswith("META-INF/")]:
        del files[name]
    if _payload(jws) != payload:
        # What is read must be what was signed.
        raise ContainerRefused("NO_MANIFEST", MANIFEST_NAME)
    return Container(Manifest.from_json(payload), jws, tuple(files.items()))


def _entries(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    entries = archive.infolist()
    if len(entries) > ENTRIES_LIMIT:
        raise ContainerRefused("TOO_MANY_FILES")
    seen: set[str] = set()
    for entry in entries:
        _check_path(entry.orig_filename)  # as it stands: on Windows `filename` has its backslashes turned
        file_type = (entry.external_attr >> 16) & 0o170000
        if file_type not in (0, 0o100000):
            raise ContainerRefused("UNSAFE_PATH", entry.filename)
        if entry.flag_bits & 0x1:
            raise ContainerRefused("ENCRYPTED", entry.filename)
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ContainerRefused("METHOD", entry.filename)
        if entry.filename.casefold() in seen:
            raise ContainerRefused("DUPLICATE", entry.filename)
        seen.add(entry.filename.casefold())
    if sum(entry.file_size for entry in entries) > CONTAINER_LIMIT:
        raise ContainerRefused("TOO_LARGE")
    return entries


def _read(archive: zipfile.ZipFile, entries: Sequence[zipfile.ZipInfo]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    left = CONTAINER_LIMIT
    for entry in entries:
        # Sizes in the directory are claims: what comes out is counted too.
        with archive.open(entry) as stream:
            content = stream.read(left + 1)
        left -= len(content)
        if left < 0 or len(content) != entry.file_size:
            raise ContainerRefused("TOO_LARGE" if left < 0 else "BROKEN", entry.filename)
        files[entry.filename] = content
    return files


def _payload(jws: str) -> bytes:
    parts = jws.split(".")
    if len(parts) != 3:
        raise ContainerRefused("NO_MANIFEST", SIGNED_MANIFEST_NAME)
    try:
        return base64.b64decode(parts[1] + "=" * (-len(parts[1]) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise ContainerRefused("NO_MANIFEST", SIGNED_MANIFEST_NAME) from error
