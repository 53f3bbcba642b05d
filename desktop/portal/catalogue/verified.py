"""What an update of a catalogue verified: the chain of signed metadata, and the files it names.

The chain is checked anew from the pinned root each time it is read from disk, whatever the day: expiry
forbids filing, not reading.  Each file is checked against its signed length and hash each time it is read.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from tuf.api.exceptions import LengthOrHashMismatchError, RepositoryError
from tuf.api.metadata import Metadata, Root, Snapshot, TargetFile, Targets, Timestamp

from desktop.portal.answers import description_from
from desktop.portal.contract import PortalDescription
from desktop.portal.errors import CatalogueForged, CatalogueTampered

PORTAL = "portal.json"
PROCEDURES = "procedures.jsonl.gz"
TEMPLATES = "templates/"

_ALL_TARGETS_LIMIT = 1024 * 1024 * 1024
_UNPACKED_LIMIT = 512 * 1024 * 1024


@dataclass(frozen=True)
class Pin:
    """A portal that this computer knows, by the fingerprint of its catalogue's first root."""

    url: str
    fingerprint: str
    """SHA-256 of 1.root.json, hex."""
    practice: bool
    added: datetime

    @property
    def folder(self) -> str:
        """Return the name of its folder: ours to choose, never the portal's."""
        return self.fingerprint[:32]


@dataclass(frozen=True)
class PublishedTemplate:
    """A template package in a verified catalogue, lying verified on this disk."""

    id: str
    version: str
    path: Path
    sha256: str
    effective_from: date
    effective_to: date | None


class Verified:
    """What the last update verified: signed lists, and files that are checked each time they are read."""

    def __init__(
        self,
        pin: Pin,
        folder: Path,
        version: int,
        at: datetime,
        expires: datetime,
        targets: dict[str, TargetFile],
    ) -> None:
        self.pin = pin
        self.version = version
        self.at = at
        """When the update was made: the date that is shown beside what is used offline."""
        self.expires = expires
        self._folder = folder
        self.targets = targets
        total = sum(one.length for one in targets.values())
        if total > _ALL_TARGETS_LIMIT:
            raise RepositoryError("catalogue too large")

    def read(self, name: str) -> bytes:
        """Return a file's bytes; CatalogueTampered unless they are exactly the signed ones."""
        target = self.targets.get(name)
        if target is None:
            raise CatalogueForged(self.pin.url, name[:200])
        try:
            data = place(self._folder, target)[1].read_bytes()
            target.verify_length_and_hashes(data)
        except (OSError, LengthOrHashMismatchError) as error:
            raise CatalogueTampered(self.pin.url, name[:200]) from error
        return data

    @property
    def description(self) -> PortalDescription:
        """Return what the signed catalogue says of its portal."""
        try:
            document = json.loads(self.read(PORTAL))
        except (ValueError, RecursionError) as error:
            raise CatalogueForged(self.pin.url, PORTAL) from error
        return description_from(document, self.pin.url)

    @property
    def procedures_sha256(self) -> str:
        """Return the hash of the procedures' file, or "" where the catalogue has none."""
        target = self.targets.get(PROCEDURES)
        return target.hashes.get("sha256", "") if target is not None else ""

    def procedure_lines(self) -> Iterator[bytes]:
        """Yield the JSON of each procedure; unpacked within bounds."""
        if PROCEDURES not in self.targets:
            return
        packed = self.read(PROCEDURES)
        unpacker = zlib.decompressobj(wbits=31)
        rest, total = b"", 0
        while packed and not unpacker.eof:
            try:
                block = unpacker.decompress(packed, 1 << 20)
            except zlib.error as error:
                raise CatalogueForged(self.pin.url, PROCEDURES) from error
            packed = unpacker.unconsumed_tail
            total += len(block)
            if total > _UNPACKED_LIMIT:
                raise CatalogueForged(self.pin.url, PROCEDURES)
            *lines, rest = (rest + block).split(b"\n")
            yield from (line for line in lines if line)
        if rest:
            yield rest

    def procedure_count(self) -> int:
        """Return how many procedures there are."""
        return sum(1 for _ in self.procedure_lines())

    def procedure(self, code: str) -> dict[str, Any] | None:
        """Return one procedure's whole record."""
        quoted = json.dumps(code, ensure_ascii=False).encode()
        for line in self.procedure_lines():
            # Most lines cannot hold it: parsing only those that do is ten times as fast.
            if quoted in line:
                record = _record(line)
                if record is not None and record.get("code") == code:
                    return record
        return None

    def procedures(self) -> Iterator[dict[str, Any]]:
        """Yield all procedures' records; lines that are no records are left out."""
        for line in self.procedure_lines():
            record = _record(line)
            if record is not None:
                yield record

    def templates(self) -> list[PublishedTemplate]:
        """Return the template packages; each is checked again when it is loaded."""
        found = []
        for name, target in self.targets.items():
            if not name.startswith(TEMPLATES) or not name.endswith(".zip"):
                continue
            custom = target.unrecognized_fields.get("custom")
            facts = custom if isinstance(custom, dict) else {}
            template, _, version = name[len(TEMPLATES) : -len(".zip")].rpartition("/")
            # The signed name decides; a custom entry that contradicts it is a mistake of the publisher.
            if facts.get("id", template) != template or facts.get("version", version) != version or not template:
                continue
            digest, path = place(self._folder, target)
            try:
                since = date.fromisoformat(facts["effective_from"])
                until = date.fromisoformat(facts["effective_to"]) if facts.get("effective_to") else None
            except (KeyError, TypeError, ValueError):
                # Without its days nobody can choose it.
                continue
            found.append(PublishedTemplate(template, version, path, digest, since, until))
        return found


def verify_chain(state: Mapping[str, Any], pin: Pin, folder: Path) -> Verified:
    """Check a chain of metadata from the pinned root down, whatever the day.

    Raises RepositoryError and what malformed data raises.
    """
    roots = [base64.b64decode(one, validate=True) for one in state["roots"]]
    if not roots or hashlib.sha256(roots[0]).hexdigest() != pin.fingerprint:
        raise RepositoryError("not the pinned root")
    root: Metadata[Root] = Metadata.from_bytes(roots[0])
    root.signed.verify_delegate(Root.type, root.signed_bytes, root.signatures)
    for data in roots[1:]:
        new: Metadata[Root] = Metadata.from_bytes(data)
        root.signed.verify_delegate(Root.type, new.signed_bytes, new.signatures)
        new.signed.verify_delegate(Root.type, new.signed_bytes, new.signatures)
        if new.signed.version != root.signed.version + 1:
            raise RepositoryError("a root is missing")
        root = new
    timestamp = delegated(root, Timestamp, state["timestamp"])
    snapshot_data = base64.b64decode(state["snapshot"], validate=True)
    timestamp.signed.snapshot_meta.verify_length_and_hashes(snapshot_data)
    snapshot = delegated(root, Snapshot, state["snapshot"])
    targets_data = base64.b64decode(state["targets"], validate=True)
    listed = snapshot.signed.meta["targets.json"]
    listed.verify_length_and_hashes(targets_data)
    targets = delegated(root, Targets, state["targets"])
    if snapshot.signed.version != timestamp.signed.snapshot_meta.version or targets.signed.version != listed.version:
        raise RepositoryError("versions do not fit")
    expires = min(one.signed.expires for one in (root, timestamp, snapshot, targets))
    return Verified(
        pin,
        folder / "targets",
        targets.signed.version,
        datetime.fromisoformat(state["at"]),
        expires,
        dict(targets.signed.targets),
    )


def delegated(root: Metadata[Root], kind: type[Any], text: str) -> Metadata[Any]:
    found: Metadata[Any] = Metadata.from_bytes(base64.b64decode(text, validate=True))
    if not isinstance(found.signed, kind):
        raise RepositoryError("wrong kind")
    root.signed.verify_delegate(found.signed.type, found.signed_bytes, found.signatures)
    return found


def place(folder: Path, target: TargetFile) -> tuple[str, Path]:
    """Return a file's SHA-256 and where it lies: a name that is ours, never the portal's."""
    digest = target.hashes.get("sha256", "").lower()
    if len(digest) != 64 or any(c not in "0123456789abcdef" for c in digest):
        raise RepositoryError("no SHA-256")
    suffix = ".zip" if target.path.endswith(".zip") else ""
    return digest, folder / f"{digest}{suffix}"


def _record(line: bytes) -> dict[str, Any] | None:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None
