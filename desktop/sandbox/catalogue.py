"""The portal's signed catalogue: procedures, templates and what a client must trust, as a TUF repository.

It hides The Update Framework: one `targets` role, consistent snapshots, versions that only grow. What is
published is compared with what the sources say now; only a difference, or an expiry that comes near, makes
a new version. Files are written before the timestamp that names them, so a kill leaves the old catalogue.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import tarfile
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop.replacing import move_over
from desktop.sandbox.authority import CATALOGUE_ROLES, Authority

if TYPE_CHECKING:
    from tuf.api.metadata import Metadata, Signed

ROOT_LIFE = timedelta(days=3650)
LIVES = {
    "targets": timedelta(days=365),
    "snapshot": timedelta(days=90),
    "timestamp": timedelta(days=14),
}
MAX_RECORDS = 50_000
MAX_RECORD = 4 << 20
MAX_ALL_RECORDS = 512 << 20


@dataclass(frozen=True)
class Target:
    """One file of the catalogue and what its metadata says of it."""

    data: bytes
    custom: dict[str, Any] = field(default_factory=dict)


class Catalogue:
    """The published catalogue in one folder; safe to read while it is published again."""

    def __init__(self, folder: Path, authority: Authority, clock: Callable[[], datetime]) -> None:
        self.folder = folder
        self._authority = authority
        self._clock = clock
        self._lock = threading.Lock()
        self._metadata = folder / "metadata"
        self._targets = folder / "targets"
        self._timestamp_ends: datetime | None = None
        for place in (self._metadata, self._targets):
            place.mkdir(parents=True, exist_ok=True)

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 of the first root, which people compare."""
        return hashlib.sha256((self._metadata / "1.root.json").read_bytes()).hexdigest()

    def publish(self, targets: Mapping[str, Target]) -> bool:
        """Publish these files if they differ from what is published; say whether they did."""
        from tuf.api.metadata import TargetFile, Targets

        with self._lock:
            self._root()
            held = self._load("targets")
            version = held.signed.version if held else 0
            fresh = Targets(version=version + 1, expires=self._end("targets"))
            for path, target in sorted(targets.items()):
                entry = TargetFile.from_data(path, target.data, ["sha256"])
                if target.custom:
                    entry.unrecognized_fields["custom"] = target.custom
                fresh.targets[path] = entry
            if held is not None:
                before: Any = held.signed
                same = {p: t.to_dict() for p, t in before.targets.items()} == {
                    p: t.to_dict() for p, t in fresh.targets.items()
                }
                if same and not self._near(held.signed):
                    self._refresh()
                    return False
            for path, target in targets.items():
                place = self.target_path(path, hashlib.sha256(target.data).hexdigest())
                if not place.exists():
                    place.parent.mkdir(parents=True, exist_ok=True)
                    _write(place, target.data)
            self._write("targets", fresh)
            self._snapshot(fresh.version)
            return True

    def is_fresh(self) -> bool:
        """Say whether everything published still has half of its term before it; loads nothing heavy."""
        try:
            version = 0
            for role in ("timestamp", "snapshot", "targets"):
                name = f"{version}.{role}.json" if version else f"{role}.json"
                signed = json.loads((self._metadata / name).read_bytes())["signed"]
                ends = datetime.fromisoformat(signed["expires"])
                if ends - self._now() < LIVES[role] / 2:
                    return False
                if role == "timestamp":
                    self._timestamp_ends = ends
                meta = signed.get("meta") or {}
                version = next((entry["version"] for entry in meta.values()), 0)
        except (OSError, ValueError, KeyError):
            return False
        return True

    def refresh(self) -> None:
        """Renew the timestamp, and the snapshot, when less than half of its term is left."""
        ends = self._timestamp_ends
        if ends is None or ends - self._now() < LIVES["timestamp"] / 2:
            with self._lock:
                self._refresh()

    def metadata_file(self, name: str) -> Path | None:
        """Return the path of a metadata file, or None when there is none of that name."""
        place = self._metadata / name
        return place if place.parent == self._metadata and place.is_file() else None

    def target_file(self, path: str) -> Path | None:
        """Return the path of a published target by its hashed name, or None."""
        place = (self._targets / path).resolve()
        return place if place.is_relative_to(self._targets.resolve()) and place.is_file() else None

    def target_path(self, path: str, sha256: str) -> Path:
        """Return where a target of this hash lies."""
        place = self._targets / path
        return place.with_name(f"{sha256}.{place.name}")

    # --- roles ----------------------------------------------------------------------------------------

    def _now(self) -> datetime:
        return self._clock().astimezone(UTC).replace(microsecond=0)

    def _end(self, role: str) -> datetime:
        return self._now() + LIVES[role]

    def _near(self, signed: Signed) -> bool:
        return bool(signed.expires - self._now() < LIVES[signed.type] / 2)

    def _root(self) -> None:
        if (self._metadata / "1.root.json").exists():
            return
        from tuf.api.metadata import Root

        root = Root(version=1, expires=self._now() + ROOT_LIFE, consistent_snapshot=True)
        for role in CATALOGUE_ROLES:
            root.add_key(self._authority.catalogue_signer(role).public_key, role)
        self._write("root", root)

    def _load(self, role: str) -> Metadata[Any] | None:
        """Load the current metadata of a role, following the versions down from the timestamp."""
        from tuf.api.metadata import Metadata

        path = self._metadata / "timestamp.json"
        if not path.exists():
            return None
        found: Metadata[Any] = Metadata.from_bytes(path.read_bytes())
        for below in ("snapshot", "targets"):
            if role == found.signed.type:
                break
            meta = found.signed.snapshot_meta if below == "snapshot" else found.signed.meta["targets.json"]
            found = Metadata.from_bytes((self._metadata / f"{meta.version}.{below}.json").read_bytes())
        return found

    def _snapshot(self, targets_version: int) -> None:
        from tuf.api.metadata import MetaFile, Snapshot

        held = self._load("snapshot")
        snapshot = Snapshot(
            version=held.signed.version + 1 if held else 1,
            expires=self._end("snapshot"),
            meta={"targets.json": MetaFile(targets_version)},
        )
        self._write("snapshot", snapshot)
        self._stamp(snapshot.version)

    def _stamp(self, snapshot_version: int) -> None:
        from tuf.api.metadata import MetaFile, Timestamp

        held = self._load("timestamp")
        stamp = Timestamp(
            version=held.signed.version + 1 if held else 1,
            expires=self._end("timestamp"),
            snapshot_meta=MetaFile(snapshot_version),
        )
        self._write("timestamp", stamp)
        self._timestamp_ends = stamp.expires

    def _refresh(self) -> None:
        snapshot, stamp, targets = (self._load(role) for role in ("snapshot", "timestamp", "targets"))
        if snapshot is None or stamp is None or targets is None:
            return
        if self._near(targets.signed):
            targets.signed.version += 1
            targets.signed.expires = self._end("targets")
            self._write("targets", targets.signed)
            self._snapshot(targets.signed.version)
        elif self._near(snapshot.signed):
            self._snapshot(targets.signed.version)
        elif self._near(stamp.signed):
            self._stamp(snapshot.signed.version)
        else:
            self._timestamp_ends = stamp.signed.expires

    def _write(self, role: str, signed: Any) -> None:
        from tuf.api.metadata import Metadata
        from tuf.api.serialization.json import JSONSerializer

        metadata = Metadata(signed)
        metadata.sign(self._authority.catalogue_signer(role))
        name = "timestamp.json" if role == "timestamp" else f"{signed.version}.{role}.json"
        _write(self._metadata / name, metadata.to_bytes(JSONSerializer(compact=True)))


# --- what goes into it ----------------------------------------------------------------------------------


def procedures_target(records: Mapping[str, str]) -> Target:
    """Pack records, one line of JSON each in the order of their codes, always into the same bytes."""
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", compresslevel=6, mtime=0) as stream:
        for code in sorted(records):
            stream.write(records[code].encode() + b"\n")
    return Target(buffer.getvalue(), {"count": len(records)})


def bundled_procedures(folder: Path) -> dict[str, str]:
    """Read the procedures that the program brings along: canonical JSON by code."""
    records: dict[str, str] = {}
    for path in sorted(folder.glob("*.json")):
        from forms.procedure import Procedure

        procedure = Procedure.from_json(json.loads(path.read_text(encoding="utf-8")))
        records[procedure.code] = _line(procedure.to_json())
    return records


def national_procedures(source: Path) -> dict[str, str]:
    """Read the national portal's records from a folder or a .tar.xz of one: canonical JSON by code.

    Records that cannot be read are left out; sizes and counts are bounded.
    """
    from forms.errors import FormsError
    from forms.procedure import Procedure

    rows: list[dict[str, Any]] = []
    details: dict[str, dict[str, Any]] = {}
    for name, data in _members(source):
        if name.endswith("catalog.jsonl"):
            rows = [json.loads(line) for line in data.splitlines()[:MAX_RECORDS] if line.strip()]
        elif name.endswith(".json") and Path(name).parent.name == "details":
            try:
                details[Path(name).stem] = json.loads(data)
            except ValueError:
                continue
    records = {}
    for row in rows:
        code = str(row.get("code") or "")
        try:
            procedure = Procedure.from_national_portal(row, details.get(code))
        except (FormsError, KeyError, TypeError, ValueError, AttributeError):
            continue
        records[procedure.code] = _line(procedure.to_json())
    return records


def source_fingerprint(source: Path) -> str:
    """Tell two states of a source of records apart without reading it whole."""
    paths = [source] if source.is_file() else sorted(p for p in source.rglob("*.json*") if p.is_file())
    facts = [(str(p.relative_to(source.parent)), p.stat().st_size, p.stat().st_mtime_ns) for p in paths]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _members(source: Path) -> Iterator[tuple[str, bytes]]:
    total = 0
    if source.is_dir():
        for path in [*source.rglob("catalog.jsonl"), *source.rglob("details/*.json")]:
            data = path.read_bytes()
            total += len(data)
            if total > MAX_ALL_RECORDS:
                raise ValueError("records too large")
            yield path.relative_to(source).as_posix(), data
        return
    with tarfile.open(source, "r:*") as archive:
        for member in archive:
            if not member.isfile() or not member.name.endswith((".json", ".jsonl")):
                continue
            total += member.size
            if total > MAX_ALL_RECORDS or member.size > max(MAX_RECORD, MAX_ALL_RECORDS // 4):
                raise ValueError("records too large")
            stream = archive.extractfile(member)
            if stream is not None:
                yield member.name, stream.read()


def _line(record: object) -> str:
    return json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _write(path: Path, data: bytes) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with beside.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    move_over(beside, path)
