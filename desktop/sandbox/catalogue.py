"""The portal's signed catalogue: procedures, templates and what a client must trust, as a TUF repository.

It hides The Update Framework: a `targets` role that signs the portal's own files and delegates the rest to
its agencies, each with a key of its own; consistent snapshots, versions that only grow.  What is published
is compared with what the sources say now; only a difference, or an expiry that comes near, makes a new
version.  Files are written before the timestamp that names them, so a kill leaves the old catalogue.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop.replacing import move_over
from desktop.sandbox.authority import CATALOGUE_ROLES, Authority

if TYPE_CHECKING:
    from tuf.api.metadata import Metadata, Root, Signed, Targets

ROOT_LIFE = timedelta(days=3650)
LIVES = {
    "targets": timedelta(days=365),
    "snapshot": timedelta(days=90),
    "timestamp": timedelta(days=14),
}


@dataclass(frozen=True)
class Target:
    """One file of the catalogue and what its metadata says of it."""

    data: bytes
    custom: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Agency:
    """An agency to which the portal leaves a part of its catalogue."""

    role: str
    """Name of its role: lower case letters, digits and hyphens."""
    paths: tuple[str, ...]
    """What it alone may sign: its files, its templates, its procedures as `codes/<code>`."""
    targets: Mapping[str, Target]


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

    def publish(self, targets: Mapping[str, Target], agencies: Iterable[Agency] = ()) -> bool:
        """Publish these files if they differ from what is published; say whether they did.

        targets: what the portal signs itself. agencies: in the order in which they are believed.
        """
        with self._lock:
            self._root()
            parts = list(agencies)
            changed = {}
            for part in parts:
                self._place(part.targets)
                fresh = self._fresh(part.role, part.targets)
                if fresh is not None:
                    changed[part.role] = fresh
            self._place(targets)
            top = self._fresh("targets", targets, parts)
            if top is not None:
                changed["targets"] = top
            if not changed:
                self._refresh()
                return False
            for role, signed in changed.items():
                self._write(role, signed)
            self._snapshot({role: signed.version for role, signed in changed.items()})
            return True

    def rotate(self, role: str) -> None:
        """Give a role a new key: one of the root's own by a new root, an agency's by new targets.

        A new root is signed by the old root key too, so that who trusts that one can follow.
        """
        with self._lock:
            if role not in CATALOGUE_ROLES:
                self._rotate_agency(role)
                return
            old, new = self._authority.renew_catalogue_key(role)
            root = self._newest_root()
            root.revoke_key(old.public_key.keyid, role)
            root.add_key(new.public_key, role)
            root.version += 1
            root.expires = self._now() + ROOT_LIFE
            self._write("root", root, *([old] if role == "root" else []))
            if role == "targets":
                self._write_again("targets")
            elif role == "snapshot":
                self._snapshot({})
            elif role == "timestamp":
                snapshot = self._load("snapshot")
                assert snapshot is not None
                self._stamp(snapshot.signed.version)

    def revoke(self, agency: str) -> None:
        """Take its part of the catalogue from an agency whose key was lost; what it signed counts no more."""
        with self._lock:
            targets = self._top()
            assert targets.delegations is not None
            assert targets.delegations.roles is not None
            role = targets.delegations.roles.pop(agency)
            for keyid in role.keyids:
                targets.delegations.keys.pop(keyid, None)
            # The snapshot goes on naming its last file: a client takes a name that vanishes for an attack.
            self._write_again("targets", targets)

    def is_fresh(self) -> bool:
        """Say whether everything published still has half of its term before it; loads nothing heavy."""
        try:
            stamp = self._signed("timestamp.json")
            snapshot = self._signed(f"{stamp['meta']['snapshot.json']['version']}.snapshot.json")
            listed = {name.removesuffix(".json"): entry["version"] for name, entry in snapshot["meta"].items()}
            targets = self._signed(f"{listed['targets']}.targets.json")
            roles = [role["name"] for role in (targets.get("delegations") or {}).get("roles", ())]
            documents = [stamp, snapshot, targets, *(self._signed(f"{listed[role]}.{role}.json") for role in roles)]
            for signed in documents:
                if datetime.fromisoformat(signed["expires"]) - self._now() < LIVES[signed["_type"]] / 2:
                    return False
            self._timestamp_ends = datetime.fromisoformat(stamp["expires"])
        except (OSError, ValueError, KeyError, TypeError):
            return False
        return True

    def refresh(self) -> None:
        """Renew the timestamp, and what stands below it, when less than half of its term is left."""
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

    def _signed(self, name: str) -> dict[str, Any]:
        signed: dict[str, Any] = json.loads((self._metadata / name).read_bytes())["signed"]
        return signed

    def _root(self) -> None:
        if (self._metadata / "1.root.json").exists():
            return
        from tuf.api.metadata import Root

        root = Root(version=1, expires=self._now() + ROOT_LIFE, consistent_snapshot=True)
        for role in CATALOGUE_ROLES:
            root.add_key(self._authority.catalogue_signer(role).public_key, role)
        self._write("root", root)

    def _newest_root(self) -> Root:
        from tuf.api.metadata import Metadata

        newest = max(int(path.name.partition(".")[0]) for path in self._metadata.glob("*.root.json"))
        found: Metadata[Root] = Metadata.from_bytes((self._metadata / f"{newest}.root.json").read_bytes())
        return found.signed

    def _load(self, role: str) -> Metadata[Any] | None:
        """Load the current metadata of a role, following the versions down from the timestamp."""
        from tuf.api.metadata import Metadata

        path = self._metadata / "timestamp.json"
        if not path.exists():
            return None
        found: Metadata[Any] = Metadata.from_bytes(path.read_bytes())
        if role == "timestamp":
            return found
        version = found.signed.snapshot_meta.version
        found = Metadata.from_bytes((self._metadata / f"{version}.snapshot.json").read_bytes())
        if role == "snapshot":
            return found
        meta = found.signed.meta.get(f"{role}.json")
        if meta is None:
            return None
        return Metadata.from_bytes((self._metadata / f"{meta.version}.{role}.json").read_bytes())

    def _top(self) -> Targets:
        held = self._load("targets")
        assert held is not None, "nothing was published yet"
        targets: Targets = held.signed
        return targets

    def _agencies(self, targets: Targets) -> list[str]:
        return list((targets.delegations.roles or {}) if targets.delegations is not None else {})

    def _place(self, targets: Mapping[str, Target]) -> None:
        for path, target in targets.items():
            place = self.target_path(path, hashlib.sha256(target.data).hexdigest())
            if not place.exists():
                place.parent.mkdir(parents=True, exist_ok=True)
                _write(place, target.data)

    def _fresh(self, role: str, targets: Mapping[str, Target], agencies: Iterable[Agency] = ()) -> Targets | None:
        """Return the list of files that must be signed anew, or None where what is published says the same."""
        from tuf.api.metadata import TargetFile, Targets

        held = self._load(role)
        version = held.signed.version if held is not None else 0
        fresh = Targets(version=version + 1, expires=self._end("targets"))
        for path, target in sorted(targets.items()):
            entry = TargetFile.from_data(path, target.data, ["sha256"])
            if target.custom:
                entry.unrecognized_fields["custom"] = target.custom
            fresh.targets[path] = entry
        self._delegate(fresh, agencies)
        if held is None or self._near(held.signed):
            return fresh
        before, after = held.signed.to_dict(), fresh.to_dict()
        same = all(before.get(member) == after.get(member) for member in ("targets", "delegations"))
        return None if same else fresh

    def _delegate(self, targets: Targets, agencies: Iterable[Agency]) -> None:
        from tuf.api.metadata import DelegatedRole, Delegations

        keys, roles = {}, {}
        for agency in agencies:
            key = self._authority.catalogue_signer(agency.role).public_key
            keys[key.keyid] = key
            roles[agency.role] = DelegatedRole(agency.role, [key.keyid], 1, True, list(agency.paths))
        if roles:
            targets.delegations = Delegations(keys, roles)

    def _rotate_agency(self, agency: str) -> None:
        old, new = self._authority.renew_catalogue_key(agency)
        targets = self._top()
        targets.revoke_key(old.public_key.keyid, agency)
        targets.add_key(new.public_key, agency)
        self._write_again("targets", targets, and_also=agency)

    def _write_again(self, role: str, signed: Targets | None = None, *, and_also: str | None = None) -> None:
        """Sign a list of files anew under its next version, and whatever names it."""
        versions = {}
        for name, given in ((role, signed), (and_also, None)):
            if name is None:
                continue
            held = self._load(name)
            one = given or (held.signed if held is not None else None)
            assert one is not None
            one.version += 1
            one.expires = self._end("targets")
            self._write(name, one)
            versions[name] = one.version
        self._snapshot(versions)

    def _snapshot(self, versions: Mapping[str, int]) -> None:
        """Name these new versions, and those of before where there is no new one."""
        from tuf.api.metadata import Snapshot

        held = self._load("snapshot")
        named = {f"{role}.json": self._meta(f"{version}.{role}.json", version) for role, version in versions.items()}
        snapshot = Snapshot(
            version=held.signed.version + 1 if held else 1,
            expires=self._end("snapshot"),
            meta={**(held.signed.meta if held else {}), **named},
        )
        self._write("snapshot", snapshot)
        self._stamp(snapshot.version)

    def _stamp(self, snapshot_version: int) -> None:
        from tuf.api.metadata import Timestamp

        held = self._load("timestamp")
        stamp = Timestamp(
            version=held.signed.version + 1 if held else 1,
            expires=self._end("timestamp"),
            snapshot_meta=self._meta(f"{snapshot_version}.snapshot.json", snapshot_version),
        )
        self._write("timestamp", stamp)
        self._timestamp_ends = stamp.expires

    def _meta(self, name: str, version: int) -> Any:
        from tuf.api.metadata import MetaFile

        return MetaFile.from_data(version, (self._metadata / name).read_bytes(), ["sha256"])

    def _refresh(self) -> None:
        snapshot, stamp, targets = (self._load(role) for role in ("snapshot", "timestamp", "targets"))
        if snapshot is None or stamp is None or targets is None:
            return
        versions = {}
        for role in ("targets", *self._agencies(targets.signed)):
            held = self._load(role)
            if held is not None and self._near(held.signed):
                held.signed.version += 1
                held.signed.expires = self._end("targets")
                self._write(role, held.signed)
                versions[role] = held.signed.version
        if versions or self._near(snapshot.signed):
            self._snapshot(versions)
        elif self._near(stamp.signed):
            self._stamp(snapshot.signed.version)
        else:
            self._timestamp_ends = stamp.signed.expires

    def _write(self, role: str, signed: Any, *also: Any) -> None:
        """Sign with the role's key, and with those of other signers, and write."""
        from tuf.api.metadata import Metadata
        from tuf.api.serialization.json import JSONSerializer

        metadata = Metadata(signed)
        for signer in (self._authority.catalogue_signer(role), *also):
            metadata.sign(signer, append=True)
        name = "timestamp.json" if role == "timestamp" else f"{signed.version}.{role}.json"
        _write(self._metadata / name, metadata.to_bytes(JSONSerializer(compact=True)))


def _write(path: Path, data: bytes) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with beside.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    move_over(beside, path)
