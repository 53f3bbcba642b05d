"""One portal's signed catalogue (The Update Framework), pinned by the fingerprint of its first root.

On disk, in `<home>/catalogue/<pin's folder>/`:
    pin.json        whose catalogue this is: address, fingerprint, practice or not
    root.json       the first root, byte for byte; its SHA-256 is the fingerprint
    metadata/       the client's own cache; never read by us
    verified.json   the metadata of the last complete, verified update, replaced in one step
    contents        what tells these files from any others; it only says when to index anew
    targets/        files by their SHA-256
Nothing here is secret, and nothing is believed because it lies here: at each use the signatures are
checked from the pinned root down, and each file's length and hash against the signed ones.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tuf.api.exceptions import (
    BadVersionNumberError,
    DownloadError,
    DownloadHTTPError,
    ExpiredMetadataError,
    LengthOrHashMismatchError,
    RepositoryError,
    UnsignedMetadataError,
)
from tuf.api.metadata import Metadata, Root, Snapshot, TargetFile, Targets
from tuf.api.serialization import DeserializationError
from tuf.ngclient import FetcherInterface, Updater, UpdaterConfig

from desktop.portal.catalogue.verified import (
    Pin,
    StaleAgency,
    Verified,
    agencies_of,
    delegated,
    place,
    probe,
    renewed,
    verify_chain,
)
from desktop.portal.connection import Connection, base_address
from desktop.portal.contract import PortalDescription
from desktop.portal.errors import (
    AgencyExpired,
    CatalogueError,
    CatalogueExpired,
    CatalogueForged,
    CatalogueMissing,
    CatalogueRollback,
    CatalogueTampered,
    ClockWrong,
    FingerprintMalformed,
    PortalAddressForbidden,
    PortalAnsweredGarbage,
    PortalError,
    PortalRefused,
    PortalSlow,
    RootNotAgreed,
    WrongRoot,
)
from desktop.replacing import move_over, writing

FRESH_FOR = timedelta(hours=1)
"""What was verified no longer ago than this, and has not expired, is fresh enough to submit."""
ASKED_AGAIN = timedelta(minutes=1)
"""A list of an agency that has run out is not asked for again within this."""
MOST_SKEW = timedelta(days=1)

SLOWEST = 16 * 1024
"""Bytes a second: a file that comes more slowly is not waited for."""

_ROOT_LIMIT = 512_000
_TARGET_LIMIT = 64 * 1024 * 1024
_LIST_LIMIT = UpdaterConfig().targets_max_length
_STATE_LIMIT = 32 * 1024 * 1024


@dataclass(frozen=True)
class Updated:
    """What an update brought."""

    portal: PortalDescription
    version: int
    """Of the catalogue as a whole: it grows with each renewal."""
    at: datetime
    changed: bool
    procedures: int
    templates: int
    new_templates: tuple[tuple[str, str], ...]
    """(id, version) of those that were not there before."""
    skew: int | None
    """The portal's clock minus ours, in seconds."""
    stale: tuple[StaleAgency, ...] = ()
    """Agencies that have let their lists run out: by their procedures nothing is filed until they renew them."""


class TrustedCatalogue:
    """One pinned portal's catalogue: update it, and read what was verified."""

    def __init__(self, home: Path, pin: Pin) -> None:
        self.pin = pin
        self.folder = home / "catalogue" / pin.folder
        self._state: tuple[tuple[int, int], Verified] | None = None

    # --- knowing portals ----------------------------------------------------------------------------

    @classmethod
    def add(
        cls,
        home: Path,
        connection: Connection,
        *,
        fingerprint: str | None,
        now: datetime,
        agree: Callable[[str], bool] | None = None,
    ) -> TrustedCatalogue:
        """Fetch a portal's first root and pin it.

        fingerprint: what the portal published elsewhere; WrongRoot if it differs.  Without one, `agree`
        is shown the found one and must say yes (RootNotAgreed otherwise).
        """
        root = bytearray()
        for block in connection.blocks(f"{connection.url}/catalogue/metadata/1.root.json"):
            root += block
            if len(root) > _ROOT_LIMIT:
                raise PortalAnsweredGarbage(connection.host, "1.root.json")
        found = hashlib.sha256(root).hexdigest()
        wanted = _hex(fingerprint) if fingerprint is not None else None
        if wanted is not None and wanted != found:
            raise WrongRoot(wanted, found)
        try:
            first: Metadata[Root] = Metadata.from_bytes(bytes(root))
            if not isinstance(first.signed, Root) or first.signed.version != 1:
                raise PortalAnsweredGarbage(connection.host, "1.root.json")
            first.signed.verify_delegate(Root.type, first.signed_bytes, first.signatures)
        except DeserializationError as error:
            raise PortalAnsweredGarbage(connection.host, "1.root.json") from error
        except UnsignedMetadataError as error:
            raise CatalogueForged(connection.url, "root") from error
        if wanted is None and (agree is None or not agree(found)):
            raise RootNotAgreed(found)
        pin = Pin(connection.url, found, connection.practice, now)
        catalogue = cls(home, pin)
        catalogue.folder.mkdir(parents=True, exist_ok=True)
        _write(catalogue.folder / "root.json", bytes(root))
        facts = {
            "url": pin.url,
            "fingerprint": pin.fingerprint,
            "practice": pin.practice,
            "added": pin.added.isoformat(),
        }
        _write(catalogue.folder / "pin.json", json.dumps(facts, ensure_ascii=False, indent=1).encode())
        return catalogue

    @classmethod
    def known(cls, home: Path) -> list[TrustedCatalogue]:
        """Return the catalogues of all portals pinned here, in the order in which they were added."""
        found = []
        with suppress(OSError):
            for path in (home / "catalogue").glob("*/pin.json"):
                with suppress(OSError, ValueError, KeyError, TypeError, PortalError):
                    facts = json.loads(path.read_bytes()[:10_000])
                    practice = facts["practice"] is True
                    pin = Pin(
                        base_address(facts["url"], practice=practice),
                        _hex(facts["fingerprint"]),
                        practice,
                        datetime.fromisoformat(facts["added"]),
                    )
                    if pin.folder == path.parent.name:
                        found.append(cls(home, pin))
        return sorted(found, key=lambda one: (one.pin.added, one.pin.url))

    def forget(self) -> None:
        """Unpin the portal; its verified files stay until they are pruned, for forms pinned to them."""
        with suppress(FileNotFoundError):
            (self.folder / "pin.json").unlink()

    # --- updating -----------------------------------------------------------------------------------

    def update(self, connection: Connection, now: datetime) -> Updated:
        """Fetch and verify what is new, then make it current in one step.

        Raises a CatalogueError where the portal's metadata must not be believed, a PortalError where it
        could not be had; what was verified before stays current either way.
        """
        before = self._last()
        root = self._root()
        metadata, targets = self.folder / "metadata", self.folder / "targets"
        for folder in (metadata, targets):
            folder.mkdir(parents=True, exist_ok=True)
        base = f"{connection.url}/catalogue/"
        fetcher = _Fetcher(connection)
        try:
            updater = Updater(
                str(metadata),
                f"{base}metadata/",
                str(targets),
                f"{base}targets/",
                fetcher=fetcher,
                config=UpdaterConfig(max_root_rotations=64),
                bootstrap=root,
            )
            updater.refresh()
            state, fresh = self._chain(updater, fetcher, root, before, now)
            for target in fresh.targets.values():
                self._fetch(updater, fetcher, target)
        except (RepositoryError, DownloadError) as error:
            raise self._judged(error, connection, now) from error
        description = fresh.description
        if not _named(connection, description):
            raise PortalAddressForbidden(connection.url)
        if description.practice != self.pin.practice:
            # A practice portal must not pass for a real one, nor the other way round.
            raise CatalogueForged(self.pin.url, "practice")
        state["counts"] = counts = fresh.count(self._counts())
        _write(self.folder / "verified.json", json.dumps(state).encode())
        changed = self.contents != fresh.contents
        if changed:
            _write(self.folder / "contents", fresh.contents.encode())
        with suppress(OSError):
            self._state = (_stamp(self.folder / "verified.json"), fresh)
        had = {(t.id, t.version) for t in before.templates()} if before is not None else set()
        new = tuple((t.id, t.version) for t in fresh.templates() if (t.id, t.version) not in had)
        return Updated(
            portal=description,
            version=fresh.version,
            at=now,
            changed=changed,
            procedures=sum(counts.values()),
            templates=len(fresh.templates()),
            new_templates=new,
            skew=None if connection.skew is None else round(connection.skew.total_seconds()),
            stale=tuple(fresh.stale_agencies(now)),
        )

    def check_agency(self, code: str, connection: Connection, now: datetime) -> None:
        """Raise AgencyExpired where the agency of a procedure has let its list run out and the portal has none newer.

        The portal is asked once more for that, unless it was a moment ago.
        """
        last = self.verified()
        if last.stale(code, now) is not None and not timedelta(0) <= now - last.at <= ASKED_AGAIN:
            self.update(connection, now)
        found = self.verified().stale(code, now)
        if found is not None:
            raise AgencyExpired(self.pin.url, found.name, found.expired.isoformat())

    @property
    def contents(self) -> str:
        """Return what tells the files of the last update from any others; "" before the first."""
        with suppress(OSError, ValueError):
            return (self.folder / "contents").read_bytes()[:100].decode("ascii")
        return ""

    @property
    def ever_verified(self) -> bool:
        """Return whether an update has ever succeeded."""
        return (self.folder / "verified.json").is_file()

    def fresh(self, connection: Connection, now: datetime) -> Verified:
        """Return a catalogue fresh enough to submit by, updating it first where it is not.

        Raises CatalogueExpired where the portal has nothing newer, ClockWrong, or why none could be had.
        """
        with suppress(CatalogueError):
            last = self.verified()
            if timedelta(0) <= now - last.at <= FRESH_FOR and now < last.expires:
                return last
        self.update(connection, now)
        skew = connection.skew
        if skew is not None and abs(skew) > MOST_SKEW:
            # Nothing dated by this clock should be signed and filed.
            raise ClockWrong(now.isoformat(), (now + skew).isoformat())
        found = self.verified()
        if now >= found.expires:
            raise CatalogueExpired(self.pin.url, found.expires.isoformat())
        return found

    def verified(self) -> Verified:
        """Return what was verified last, its signatures checked anew; expired or not, see `expires`.

        Raises CatalogueMissing before the first update, CatalogueTampered where the disk lies.
        """
        path = self.folder / "verified.json"
        try:
            stamp = _stamp(path)
            if self._state is not None and self._state[0] == stamp:
                return self._state[1]
            if stamp[1] > _STATE_LIMIT:
                raise CatalogueTampered(self.pin.url, "verified.json")
            state = json.loads(path.read_bytes())
        except FileNotFoundError:
            raise CatalogueMissing(self.pin.url) from None
        except (ValueError, RecursionError) as error:
            raise CatalogueTampered(self.pin.url, "verified.json") from error
        try:
            verified = verify_chain(state, self.pin, self.folder)
        except (RepositoryError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise CatalogueTampered(self.pin.url, "verified.json") from error
        self._state = (stamp, verified)
        return verified

    # --- inside -------------------------------------------------------------------------------------

    def _chain(
        self, updater: Updater, fetcher: _Fetcher, root: bytes, before: Verified | None, now: datetime
    ) -> tuple[dict[str, Any], Verified]:
        """Have the lists of the agencies verified too; return all that was, and the chain of it.

        One that has run out is taken all the same, by the same signatures and the snapshot's hash: it makes its own
        procedures stale and nobody else's.
        """
        metadata = self.folder / "metadata"
        state = _read_cache(metadata, root, now)
        had = self._held() if before is not None else {}
        if before is not None and all(had.get(one) == state[one] for one in ("roots", "snapshot", "targets")):
            # The snapshot names every list: none of them can have changed.
            state["agencies"] = had.get("agencies", {})
            fresh = renewed(before, state)
            if now >= fresh.expires:
                raise CatalogueExpired(self.pin.url, fresh.expires.isoformat())
        else:
            top: Metadata[Targets] = Metadata.from_bytes((metadata / "targets.json").read_bytes())
            roles = agencies_of(top.signed)
            for role in roles:
                # Asking for what only this agency could have makes the library fetch and verify its list.
                with suppress(ExpiredMetadataError):
                    updater.get_targetinfo(probe(role))
            snapshot: Metadata[Snapshot] = Metadata.from_bytes((metadata / "snapshot.json").read_bytes())
            state["agencies"] = {role.name: self._list_of(role.name, snapshot.signed, fetcher) for role in roles}
            fresh = verify_chain(state, self.pin, self.folder)
        if before is not None and fresh.chain.older_than(before.chain):
            # The client library would have said so, had its own cache not been lost.
            raise CatalogueRollback(self.pin.url)
        return state, fresh

    def _list_of(self, role: str, snapshot: Snapshot, fetcher: _Fetcher) -> str:
        """Return the list of an agency that the snapshot names, whose signatures `verify_chain` then checks."""
        named = snapshot.meta.get(f"{role}.json")
        if named is None:
            raise RepositoryError("an agency without a list")
        with suppress(OSError, RepositoryError):
            data = (self.folder / "metadata" / f"{role}.json").read_bytes()
            named.verify_length_and_hashes(data)
            if Metadata.from_bytes(data).signed.version == named.version:
                return base64.b64encode(data).decode()
        # The library keeps no list that has run out.
        address = f"{self.pin.url}/catalogue/metadata/{named.version}.{role}.json"
        data = fetcher.download_bytes(address, named.length or _LIST_LIMIT)
        return base64.b64encode(data).decode()

    def _held(self) -> dict[str, Any]:
        """Return what the last update wrote, unchecked."""
        with suppress(OSError, ValueError, RecursionError):
            found = json.loads((self.folder / "verified.json").read_bytes()[:_STATE_LIMIT])
            return found if isinstance(found, dict) else {}
        return {}

    def _counts(self) -> dict[str, int]:
        """Return how many procedures the files of the last update had: told to people, believed by nobody."""
        counts = self._held().get("counts")
        return counts if isinstance(counts, dict) else {}

    def _last(self) -> Verified | None:
        try:
            return self.verified()
        except CatalogueError:
            return None

    def _root(self) -> bytes:
        try:
            root = (self.folder / "root.json").read_bytes()
        except OSError as error:
            raise CatalogueTampered(self.pin.url, "root.json") from error
        if hashlib.sha256(root).hexdigest() != self.pin.fingerprint:
            raise CatalogueTampered(self.pin.url, "root.json")
        return root

    def _fetch(self, updater: Updater, fetcher: _Fetcher, target: TargetFile) -> None:
        """Have one file on this disk, whole and right, before anything names it."""
        path = place(self.folder / "targets", target)[1]
        if target.length > _TARGET_LIMIT:
            raise CatalogueForged(self.pin.url, target.path[:200])
        try:
            with path.open("rb") as file:
                target.verify_length_and_hashes(file)
            return
        except (OSError, LengthOrHashMismatchError):
            pass
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        os.close(handle)
        try:
            fetcher.expect(target.length)
            updater.download_target(target, name)
            move_over(name, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(name)
            raise

    def _judged(self, error: Exception, connection: Connection, now: datetime) -> PortalError:
        """Say by type what an error of the client library means."""
        skew = connection.skew
        if isinstance(error, DownloadHTTPError):
            return PortalAnsweredGarbage(connection.host, f"catalogue: HTTP {error.status_code}")
        if isinstance(error, ExpiredMetadataError):
            if skew is not None and abs(skew) > MOST_SKEW:
                return ClockWrong(now.isoformat(), (now + skew).isoformat())
            last = self._last()
            return CatalogueExpired(self.pin.url, last.expires.isoformat() if last is not None else "")
        if isinstance(error, BadVersionNumberError):
            return CatalogueRollback(self.pin.url)
        if isinstance(error.__cause__, DeserializationError):
            return PortalAnsweredGarbage(connection.host, "catalogue")
        what = "signature" if isinstance(error, UnsignedMetadataError) else "content"
        return CatalogueForged(self.pin.url, what)


class _Fetcher(FetcherInterface):
    """Let the client library fetch by our connection, with its limits and its errors.

    A portal, or somebody between, that lets bytes drip is left: a file must come at SLOWEST or faster, and
    all files of an update within the time of one long transfer.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._until = time.monotonic() + connection.limits.transfer
        self._expected = 0

    def expect(self, length: int) -> None:
        """Say how long the next file is."""
        self._expected = length

    def _fetch(self, url: str) -> Iterator[bytes]:
        seconds = self._connection.limits.call + self._expected / SLOWEST
        self._expected = 0
        left = self._until - time.monotonic()
        if left <= 0:
            raise PortalSlow(self._connection.host, round(self._connection.limits.transfer))
        try:
            yield from self._connection.blocks(url, seconds=min(seconds, left))
        except PortalRefused as error:
            raise DownloadHTTPError(str(error.status), error.status) from error


def _read_cache(metadata: Path, first_root: bytes, now: datetime) -> dict[str, Any]:
    """Collect the metadata that the client library has just verified and stored."""
    roots = [first_root]
    root: Metadata[Root] = Metadata.from_bytes(first_root)
    with suppress(OSError, RepositoryError):
        while True:
            # The library overwrites a later root that it could not verify; until then it is not ours either.
            data = (metadata / "root_history" / f"{len(roots) + 1}.root.json").read_bytes()
            root = delegated(root, Root, base64.b64encode(data).decode())
            roots.append(data)
    read = {name: _text(metadata / f"{name}.json") for name in ("timestamp", "snapshot", "targets")}
    return {"at": now.isoformat(), "roots": [base64.b64encode(one).decode() for one in roots], **read}


def _text(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()


def _stamp(path: Path) -> tuple[int, int]:
    facts = path.stat()
    return facts.st_mtime_ns, facts.st_size


def _named(connection: Connection, description: PortalDescription) -> bool:
    """Say whether the signed catalogue names the host that we call, with or without its port."""
    hosts = {one.lower() for one in description.hosts}
    return bool(hosts & {connection.host.lower(), connection.hostname.lower()})


def _hex(text: str) -> str:
    """Return a fingerprint without what people put between its digits."""
    bare = "".join(c for c in text.lower() if c not in " :-\t\n").removeprefix("sha256")
    if len(bare) != 64 or any(c not in "0123456789abcdef" for c in bare):
        raise FingerprintMalformed(text[:200])
    return bare


def _write(path: Path, data: bytes) -> None:
    """Replace a file in one step."""
    with writing(path) as file:
        file.write(data)
