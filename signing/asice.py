"""ASiC-E containers with XAdES (ETSI EN 319 162-1): any files, signed together, in one ZIP.

The `mimetype` first and stored; the files; `META-INF/manifest.xml`, which names them with their media types; one
`META-INF/signaturesN.xml` per signature. Each signature covers every file by its digest, so files are hashed while they
are written and never held. Nothing is compressed and no clock is asked but for the time of signing: the same files, key
(RSA PKCS#1 v1.5) and time give the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from lxml import etree

from signing.archive import ENTRY_LIMIT, UNPACKED_LIMIT, Archive, Data, folded, safe
from signing.errors import (
    ContainerUnreadable,
    ContainerUnsignable,
    LevelReached,
    NothingToExtend,
    SignatureNotReread,
    XmlSignatureInvalid,
)
from signing.key import SigningKey, digest_for, require_usable
from signing.xml.markup import parse
from signing.xml.read import Files, XmlSignature, verify_xml
from signing.xml.xades import Reference, TimeStamper, append, extend_xades, reread

MEDIA_TYPE = "application/vnd.etsi.asic-e+zip"
MIMETYPE = "mimetype"
MANIFEST = "META-INF/manifest.xml"
FILE_LIMIT = ENTRY_LIMIT - 100
MOST_SIGNATURES = 16
ASIC = "http://uri.etsi.org/02918/v1.2.1#"
ODF = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"

_EPOCH = (1980, 1, 1, 0, 0, 0)
_PIECE = 1024 * 1024
_XML_LIMIT = 4 * 1024 * 1024
# Not the system's table of types: it differs from computer to computer, and these are signed.
_TYPES = {
    "asice": MEDIA_TYPE,
    "csv": "text/csv",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "gif": "image/gif",
    "heic": "image/heic",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "json": "application/json",
    "jws": "application/jose",
    "odt": "application/vnd.oasis.opendocument.text",
    "pdf": "application/pdf",
    "png": "image/png",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "txt": "text/plain",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xml": "text/xml",
    "zip": "application/zip",
}


@dataclass(frozen=True)
class File:
    """One file to be signed; from a path it is read piece by piece."""

    name: str
    content: bytes | Path

    @property
    def media_type(self) -> str:
        """Return what the signature says the file is."""
        return media_type(self.name)

    def pieces(self) -> Iterator[bytes]:
        """Read the content."""
        if isinstance(self.content, bytes):
            yield self.content
            return
        with self.content.open("rb") as stream:
            while piece := stream.read(_PIECE):
                yield piece


def media_type(name: str) -> str:
    """Return the media type by the name's ending; unknown ones are bytes."""
    return _TYPES.get(name.rpartition(".")[2].casefold(), "application/octet-stream")


def sign_asice(
    files: Sequence[File],
    out: BinaryIO,
    key: SigningKey,
    *,
    at: datetime | None = None,
    pss: bool = False,
    time_stamp: TimeStamper | None = None,
) -> XmlSignature:
    """Write a new container of the files with one signature over all of them: B-B, B-T with `time_stamp`.

    Names are relative paths, NFC, with slashes. `out` must be readable and seekable: what was written is read again
    from it. Raise ContainerUnsignable, KeyTooWeak, UnsupportedKey, SchemeNotOffered, SignatureNotReread, and what
    `time_stamp` raises; then `out` is not to be used.
    """
    digest = digest_for(key)
    require_usable(key, digest)
    _check([file.name for file in files])
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(_info(MIMETYPE), MEDIA_TYPE)
        references = []
        for file in files:
            found, size = hashlib.new(digest), 0
            with archive.open(_info(file.name), "w") as stream:
                for piece in file.pieces():
                    if (size := size + len(piece)) > UNPACKED_LIMIT:
                        raise ContainerUnsignable("size", file.name)
                    found.update(piece)
                    stream.write(piece)
            references.append(Reference(quote(file.name, safe="/"), found.digest(), file.media_type))
        archive.writestr(_info(MANIFEST), _manifest(files))
        archive.writestr(_info(_signatures(0)), _signature(key, references, 0, at, pss, time_stamp))
    return _reread(out, key, 0, time_stamp)


def add_signature(
    container: Data,
    out: BinaryIO,
    key: SigningKey,
    *,
    at: datetime | None = None,
    pss: bool = False,
    time_stamp: TimeStamper | None = None,
) -> XmlSignature:
    """Write the container again with one more signature over all its files; nothing else in it changes.

    The earlier signatures must hold. Raise ContainerUnreadable, ContainerUnsignable, SignatureNotReread, and as
    `sign_asice`.
    """
    digest = digest_for(key)
    require_usable(key, digest)
    archive = Archive(container)
    names = data_files(archive)
    number = len(_verified(archive))
    if number >= MOST_SIGNATURES or not names:
        raise ContainerUnsignable("number" if names else "empty")
    while _signatures(number) in archive.entries:
        number += 1
    types = _listed(archive)
    references = [
        Reference(quote(name, safe="/"), archive.digest(name, digest), types.get(name) or media_type(name))
        for name in names
    ]
    made = _signature(key, references, number, at, pss, time_stamp)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as again:
        for name, entry in archive.entries.items():
            with again.open(_info(name, stored=entry.stored), "w") as stream:
                for piece in archive.pieces(name):
                    stream.write(piece)
        again.writestr(_info(_signatures(number)), made)
    return _reread(out, key, number, time_stamp)


def extend_asice(container: Data, out: BinaryIO, time_stamp: TimeStamper) -> int:
    """Write the container again with a time-stamp in each signature that has none (B-T); return how many there are.

    Raise ContainerUnreadable, and as `extend_xades`.
    """
    archive = Archive(container)
    verified = _verified(archive)
    if not verified:
        raise NothingToExtend("B-T")
    files = _digests(archive)
    extended: dict[str, bytes] = {}
    for name, signatures in verified.items():
        if any(one.time_stamp is None for one in signatures):
            data = archive.read(name, _XML_LIMIT)
            extended[name] = extend_xades(data, time_stamp, id_attribute="Id", files=files)
    if not extended:
        raise LevelReached("B-T", "B-T")
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as again:
        for name, entry in archive.entries.items():
            with again.open(_info(name, stored=entry.stored), "w") as stream:
                for piece in [extended[name]] if name in extended else archive.pieces(name):
                    stream.write(piece)
    out.flush()
    try:
        found = _verified(Archive(_View(out)))
    except ContainerUnreadable as error:
        raise SignatureNotReread(error.reason) from error
    held = [one for signatures in found.values() for one in signatures]
    if found.keys() != verified.keys() or any(one.time_stamp is None for one in held):
        raise SignatureNotReread("missing")
    return len(held)


def is_container(data: Data) -> bool:
    """Tell by its first bytes whether a file says that it is an ASiC-E container."""
    head = bytes(data[: 38 + len(MEDIA_TYPE)])
    return head.startswith(b"PK\x03\x04") and head[30:] == (MIMETYPE + MEDIA_TYPE).encode()


def data_files(archive: Archive) -> list[str]:
    """Return the names of the files that signatures are about; raise ContainerUnreadable where this is no ASiC-E."""
    first = next(iter(archive.entries.values()), None)
    if first is None or first.name != MIMETYPE or first.extra or not first.stored:
        raise ContainerUnreadable("media_type")
    if archive.read(MIMETYPE, len(MEDIA_TYPE)) != MEDIA_TYPE.encode("ascii"):
        raise ContainerUnreadable("media_type")
    return [name for name in archive.entries if name != MIMETYPE and not name.startswith("META-INF/")]


def _check(names: Sequence[str]) -> None:
    if not names:
        raise ContainerUnsignable("empty")
    if len(names) > FILE_LIMIT:
        raise ContainerUnsignable("number", str(len(names)))
    seen: set[str] = set()
    folders: set[str] = set()
    for name in names:
        key = folded(name)
        reserved = key == MIMETYPE or key.partition("/")[0] == "meta-inf"
        if reserved or not safe(name) or not unicodedata.is_normalized("NFC", name):
            raise ContainerUnsignable("name", name[:200])
        if key in seen:
            raise ContainerUnsignable("duplicate", name[:200])
        seen.add(key)
        folders |= {key.rsplit("/", depth)[0] for depth in range(1, key.count("/") + 1)}
    if seen & folders:
        raise ContainerUnsignable("duplicate", min(seen & folders)[:200])


def _info(name: str, *, stored: bool = True) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    info.create_system = 3
    info.external_attr = 0o100644 << 16
    return info


def _signatures(number: int) -> str:
    return f"META-INF/signatures{number}.xml"


def _manifest(files: Sequence[File]) -> bytes:
    root = etree.Element(f"{{{ODF}}}manifest", nsmap={"manifest": ODF})
    root.set(f"{{{ODF}}}version", "1.2")
    for name, kind in (("/", MEDIA_TYPE), *((file.name, file.media_type) for file in files)):
        entry = etree.SubElement(root, f"{{{ODF}}}file-entry")
        entry.set(f"{{{ODF}}}full-path", name)
        entry.set(f"{{{ODF}}}media-type", kind)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _listed(archive: Archive) -> dict[str, str]:
    """Return {name: media type} of the manifest; what it does not say is left to the names."""
    if MANIFEST not in archive.entries:
        return {}
    try:
        root = parse(archive.read(MANIFEST, _XML_LIMIT))
    except XmlSignatureInvalid as error:
        raise ContainerUnreadable("broken", MANIFEST) from error
    entries = root.findall(f"{{{ODF}}}file-entry")
    return {one.get(f"{{{ODF}}}full-path", ""): one.get(f"{{{ODF}}}media-type", "") for one in entries}


def _signature(
    key: SigningKey,
    references: Sequence[Reference],
    number: int,
    at: datetime | None,
    pss: bool,
    time_stamp: TimeStamper | None,
) -> bytes:
    root = etree.Element(f"{{{ASIC}}}XAdESSignatures", nsmap={"asic": ASIC})
    append(root, key, references, identity=f"S{number}", at=at, pss=pss, time_stamp=time_stamp)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _verified(archive: Archive) -> dict[str, tuple[XmlSignature, ...]]:
    """Verify every signature and return them by where they stand; each must cover all files."""
    names = data_files(archive)
    held = [name for name in archive.entries if name.startswith("META-INF/") and "signatures" in name]
    digest = _digests(archive)
    found: dict[str, tuple[XmlSignature, ...]] = {}
    for name in held:
        try:
            facts = verify_xml(archive.read(name, _XML_LIMIT), id_attribute="Id", files=digest)
        except XmlSignatureInvalid as error:
            raise ContainerUnreadable("signatures", name) from error
        if any(sorted(one.files) != sorted(names) for one in facts.signatures):
            raise ContainerUnreadable("signatures", name)
        found[name] = facts.signatures
    return found


def _digests(archive: Archive) -> Files:
    """Return the digests of the files that signatures are about."""
    names = frozenset(data_files(archive))
    return lambda name, algorithm: archive.digest(name, algorithm) if name in names else None


class _View:
    """What lies in a file, read where it is asked for: a container may be larger than memory."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._size = stream.seek(0, io.SEEK_END)

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, key: slice) -> bytes:
        start, stop, _ = key.indices(self._size)
        self._stream.seek(start)
        return self._stream.read(max(0, stop - start))


def _reread(out: BinaryIO, key: SigningKey, number: int, time_stamp: TimeStamper | None) -> XmlSignature:
    out.flush()
    try:
        found = _verified(Archive(_View(out)))
    except ContainerUnreadable as error:
        raise SignatureNotReread(error.reason) from error
    mine = found.get(_signatures(number), ())
    if len(mine) != 1 or not reread(mine[0], key, time_stamp):
        raise SignatureNotReread("certificate")
    return mine[0]
