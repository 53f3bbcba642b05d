"""What an update of a catalogue verified: the chain of signed metadata, and the files it names.

The portal's own `targets` role signs who the portal is, and leaves procedures and templates to its agencies:
a role and a key for each.  An agency counts only for what was left to it: for its files by their paths, for a
procedure by the path `codes/<code>`.  Where two could have the same, it is the first one's alone.

The chain is checked anew from the pinned root each time it is read from disk, whatever the day: expiry
forbids filing, not reading, and that of an agency's list only filing by that agency's procedures.  Each file is
checked against its signed length and hash each time it is read.
"""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from tuf.api.exceptions import LengthOrHashMismatchError, RepositoryError, UnsignedMetadataError
from tuf.api.metadata import DelegatedRole, Metadata, Root, Snapshot, TargetFile, Targets, Timestamp

from desktop.portal.answers import description_from
from desktop.portal.contract import PortalDescription
from desktop.portal.errors import CatalogueForged, CatalogueTampered

PORTAL = "portal.json"
PROCEDURES = "procedures.jsonl.gz"
TEMPLATES = "templates/"
MOST_AGENCIES = 512

_AGENCY = re.compile(r"(?!(con|prn|aux|nul|com[0-9]|lpt[0-9])$)[a-z0-9][a-z0-9-]{0,63}")
"""The client library names files so, on Windows too."""
_GLOB = re.compile(r"[*?\[]")
_DEEPEST = 32
_LONGEST_RECORD = 4 * 1024 * 1024
_MOST_PROCEDURES = 100_000
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


@dataclass(frozen=True)
class StaleAgency:
    """An agency that has let its part of a signed catalogue run out."""

    role: str
    name: str
    """As the portal's own signed description has it; else its role."""
    expired: datetime

    def to_json(self) -> dict[str, Any]:
        """Return what the command line prints."""
        return {"agency": self.name, "expired": self.expired.isoformat()}


class Claims:
    """What a portal leaves to each of its agencies, as the paths and patterns of its delegations."""

    def __init__(self, roles: Iterable[DelegatedRole]) -> None:
        self._plain: dict[str, int] = {}
        self._patterns: dict[str, list[tuple[int, DelegatedRole]]] = {}
        self._names: list[str] = []
        digest = hashlib.sha256()
        for number, role in enumerate(roles):
            self._names.append(role.name)
            for path in role.paths or ():
                digest.update(f"{role.name} {len(path)} {path}\n".encode())
                if not _GLOB.search(path):
                    # Most are no patterns, and there are thousands of them.
                    self._plain.setdefault(path, number)
                    continue
                one = DelegatedRole(role.name, role.keyids, role.threshold, True, [path])
                self._patterns.setdefault(_start(path), []).append((number, one))
        self.sha256 = digest.hexdigest()

    def owner(self, path: str) -> str | None:
        """Return the agency to which a path was left: the first that it was left to, alone."""
        found = self._plain.get(path, len(self._names))
        for start in (_start(path), path.partition("/")[0], ""):
            for number, pattern in self._patterns.get(start, ()):
                if number < found and pattern.is_delegated_path(path):
                    found = number
        return self._names[found] if found < len(self._names) else None


def _start(path: str) -> str:
    """Return the first two steps of a path or pattern, or what of them is no pattern."""
    plain: list[str] = []
    for step in path.split("/")[:2]:
        if _GLOB.search(step):
            break
        plain.append(step)
    return "/".join(plain)


class Verified:
    """What the last update verified: signed lists, and files that are checked each time they are read."""

    def __init__(self, pin: Pin, folder: Path, at: datetime, chain: Chain) -> None:
        self.pin = pin
        self.version = chain.snapshot.signed.version
        """Of the catalogue as a whole."""
        self.at = at
        """When the update was made: the date that is shown beside what is used offline."""
        self.expires = chain.expires
        """When the portal's own part runs out; the lists of its agencies run out one by one, see `stale`."""
        self.chain = chain
        self._folder = folder
        self._claims = Claims(role for role, _ in chain.agencies)
        # What the portal signs itself goes before what it leaves to others.
        self.targets: dict[str, TargetFile] = dict(chain.targets.signed.targets)
        for role, metadata in chain.agencies:
            for path, target in metadata.signed.targets.items():
                if path not in self.targets and path != PORTAL and self.owner(path) == role.name:
                    self.targets[path] = target
        if sum(one.length for one in self.targets.values()) > _ALL_TARGETS_LIMIT:
            raise RepositoryError("catalogue too large")

    def under(self, at: datetime, chain: Chain) -> Verified:
        """Return the same files under a chain that differs in its timestamp only."""
        new = copy.copy(self)
        new.at, new.chain, new.expires = at, chain, chain.expires
        return new

    def owner(self, path: str) -> str | None:
        """Return the agency to which a path was left: the first that it was left to, alone."""
        return self._claims.owner(path)

    def stale(self, code: str, now: datetime) -> StaleAgency | None:
        """Return the agency that a procedure was left to where its list has run out by now, else None."""
        owner = self.owner(f"codes/{code}")
        return next((one for one in self.stale_agencies(now) if one.role == owner), None)

    def stale_agencies(self, now: datetime) -> list[StaleAgency]:
        """Return the agencies whose lists have run out by now: what they say can be read, not filed by."""
        late = [(role.name, metadata.signed.expires) for role, metadata in self.chain.agencies]
        late = [(name, expires) for name, expires in late if expires <= now]
        names = self.description.agencies if late else {}
        return [StaleAgency(name, names.get(name, name), expires) for name, expires in late]

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
    def contents(self) -> str:
        """Return what tells these files from any others."""
        digest = hashlib.sha256()
        for path, target in sorted(self.targets.items()):
            digest.update(f"{len(path)} {path} {target.length} {sorted(target.hashes.items())}\n".encode())
        digest.update(self._claims.sha256.encode())
        return digest.hexdigest()

    def count(self, known: Mapping[str, int] | None = None) -> dict[str, int]:
        """Unpack all files of procedures within bounds; return how many each has, by its hash.

        known: what was counted before; such a file is not unpacked again.
        """
        counted: dict[str, int] = {}
        for name, _ in self._files():
            digest = place(self._folder, self.targets[name])[0]
            before = (known or {}).get(digest)
            counted[digest] = before if isinstance(before, int) else sum(1 for _ in self._lines(name))
            if sum(counted.values()) > _MOST_PROCEDURES:
                raise CatalogueForged(self.pin.url, name[:200])
        return counted

    def procedure(self, code: str) -> dict[str, Any] | None:
        """Return one procedure's whole record."""
        quoted = json.dumps(code, ensure_ascii=False).encode()
        owner = self.owner(f"codes/{code}")
        for name, agency in self._files():
            if name != PROCEDURES and agency != owner:
                continue
            for line in self._lines(name):
                # Most lines cannot hold it: parsing only those that do is ten times as fast.
                if quoted in line:
                    record = _record(line)
                    if record is not None and record.get("code") == code and not deeper(record, _DEEPEST):
                        return record
        return None

    def procedures(self) -> Iterator[dict[str, Any]]:
        """Yield all procedures' records, each from the agency that it was left to; what is no record is left out."""
        for name, agency in self._files():
            for line in self._lines(name):
                record = _record(line)
                if record is not None and (name == PROCEDURES or self.owner(f"codes/{record.get('code')}") == agency):
                    yield record

    def _files(self) -> Iterator[tuple[str, str | None]]:
        """Yield the files of procedures, each with the agency that signs it, None for the portal itself."""
        if PROCEDURES in self.targets:
            yield PROCEDURES, None
        for name in sorted(self.targets):
            if name.startswith("procedures/") and name.endswith(".jsonl.gz"):
                yield name, self.owner(name)

    def _lines(self, name: str) -> Iterator[bytes]:
        """Yield the lines of a file of procedures; unpacked within bounds."""
        packed = self.read(name)
        unpacker = zlib.decompressobj(wbits=31)
        rest, total = b"", 0
        while packed and not unpacker.eof:
            try:
                block = unpacker.decompress(packed, 1 << 20)
            except zlib.error as error:
                raise CatalogueForged(self.pin.url, name[:200]) from error
            packed = unpacker.unconsumed_tail
            total += len(block)
            if total > _UNPACKED_LIMIT or len(rest) > _LONGEST_RECORD:
                raise CatalogueForged(self.pin.url, name[:200])
            *lines, rest = (rest + block).split(b"\n")
            yield from (line for line in lines if line)
        if rest:
            yield rest

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


@dataclass(frozen=True)
class Chain:
    """Signed metadata from the pinned root down, each checked by the one above it."""

    roots: int
    root: Metadata[Root]
    timestamp: Metadata[Timestamp]
    snapshot: Metadata[Snapshot]
    targets: Metadata[Targets]
    agencies: tuple[tuple[DelegatedRole, Metadata[Targets]], ...]

    @property
    def expires(self) -> datetime:
        """Return when the first piece of the portal's own runs out; that of an agency is the agency's alone."""
        own = (self.root, self.timestamp, self.snapshot, self.targets)
        return min(one.signed.expires for one in own)

    def older_than(self, before: Chain) -> bool:
        """Say whether something in it is older than it was before.

        Where a key was rotated, what it had signed counts no more: a thief who set a version to the skies
        must not keep the portal from coming back.
        """
        if self.roots < before.roots:
            return True
        if self._still_signs(before.timestamp) and self.timestamp.signed.version < before.timestamp.signed.version:
            return True
        if not self._still_signs(before.snapshot):
            return False
        now = self.snapshot.signed.meta
        return self.snapshot.signed.version < before.snapshot.signed.version or any(
            name not in now or now[name].version < had.version for name, had in before.snapshot.signed.meta.items()
        )

    def _still_signs(self, before: Metadata[Any]) -> bool:
        try:
            self.root.signed.verify_delegate(before.signed.type, before.signed_bytes, before.signatures)
        except UnsignedMetadataError:
            return False
        return True


def agencies_of(targets: Targets) -> list[DelegatedRole]:
    """Return the roles of a portal's agencies, in the order in which they are believed.

    A role counts when its name is plain and it may have files of procedures of its own; others are none of ours.
    """
    roles = (targets.delegations.roles if targets.delegations is not None else None) or {}
    if len(roles) > MOST_AGENCIES:
        raise RepositoryError("too many agencies")
    return [
        role
        for role in roles.values()
        if _AGENCY.fullmatch(role.name) and role.paths and role.is_delegated_path(probe(role))
    ]


def probe(role: DelegatedRole) -> str:
    """Return a path that only this agency can have."""
    return f"procedures/{role.name}/-"


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
    if snapshot.signed.version != timestamp.signed.snapshot_meta.version:
        raise RepositoryError("versions do not fit")
    targets = _listed(root, snapshot, "targets", state["targets"])
    given: Mapping[str, str] = state.get("agencies") or {}
    agencies = tuple(
        (role, _listed(targets, snapshot, role.name, given[role.name])) for role in agencies_of(targets.signed)
    )
    chain = Chain(len(roots), root, timestamp, snapshot, targets, agencies)
    return Verified(pin, folder / "targets", datetime.fromisoformat(state["at"]), chain)


def renewed(before: Verified, state: Mapping[str, Any]) -> Verified:
    """Return what was verified before under a new timestamp that names the very same snapshot."""
    chain = before.chain
    timestamp = delegated(chain.root, Timestamp, state["timestamp"])
    timestamp.signed.snapshot_meta.verify_length_and_hashes(base64.b64decode(state["snapshot"], validate=True))
    if chain.snapshot.signed.version != timestamp.signed.snapshot_meta.version:
        raise RepositoryError("versions do not fit")
    return before.under(datetime.fromisoformat(state["at"]), replace(chain, timestamp=timestamp))


def _listed(above: Metadata[Any], snapshot: Metadata[Snapshot], role: str, text: str) -> Metadata[Targets]:
    """Check a list of files: signed as the one above says, and exactly the one that the snapshot names."""
    listed = snapshot.signed.meta[f"{role}.json"]
    listed.verify_length_and_hashes(base64.b64decode(text, validate=True))
    found = delegated(above, Targets, text, role)
    if found.signed.version != listed.version:
        raise RepositoryError("versions do not fit")
    return found


def delegated(above: Metadata[Any], kind: type[Any], text: str, role: str | None = None) -> Metadata[Any]:
    """Read metadata of a kind and check that the role above has it signed."""
    found: Metadata[Any] = Metadata.from_bytes(base64.b64decode(text, validate=True))
    if not isinstance(found.signed, kind):
        raise RepositoryError("wrong kind")
    above.signed.verify_delegate(role or found.signed.type, found.signed_bytes, found.signatures)
    return found


def deeper(value: Any, most: int) -> bool:
    """Say whether lists and objects lie deeper in one another than that."""
    level: list[Any] = [value]
    for _ in range(most):
        below: list[Any] = []
        for one in level:
            inside: Iterable[Any] = one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
            below += [each for each in inside if isinstance(each, dict | list)]
        if not below:
            return False
        level = below
    return True


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
