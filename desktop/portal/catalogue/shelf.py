"""All procedures and templates that this computer knows, from all sources, in one place.

Three sources of procedures, in the order in which they are believed: catalogues of pinned portals
(signed), what the program brings along, and imported records of the national portal (signed by nobody).
Two of templates: what the program brings along and what portals publish; of the same version the
portal's newer verified copy wins.  Searching reads only the index; a record or a template is always read
from its source and checked there.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from desktop.portal.catalogue.records import Imported, NationalRecords, import_records
from desktop.portal.catalogue.search import FORMAT, Entry, Found, SearchIndex
from forms.bundled import RESOURCES

if TYPE_CHECKING:
    from desktop.portal.catalogue.trusted import TrustedCatalogue, Updated
    from desktop.portal.catalogue.verified import Pin, PublishedTemplate, StaleAgency, Verified
    from desktop.portal.connection import Connection
    from forms.procedure import Procedure
    from forms.template import Library


@dataclass(frozen=True)
class Shown:
    """A whole procedure and whose word it is."""

    procedure: Procedure
    source: Literal["portal", "bundled", "imported"]
    portal: str | None
    """Address of the portal whose signed catalogue says so."""
    verified_at: datetime | None
    """When that catalogue was last verified against the portal."""


class Catalogue:
    """Procedures and templates of one home folder.  Opening it reads nothing; nothing here needs a workspace.

    practice: only practice portals' catalogues count, and without it only real ones': the templates of a
    practice portal must never fill a real form.
    """

    def __init__(self, home: Path, *, practice: bool = False, resources: Path = RESOURCES) -> None:
        self.home = home
        self.practice = practice
        self._resources = resources
        self._index: tuple[str, SearchIndex] | None = None
        self._portals: dict[Pin, TrustedCatalogue] = {}

    @property
    def folder(self) -> Path:
        """Return where downloaded and imported catalogues lie."""
        return self.home / "catalogue"

    # --- portals ------------------------------------------------------------------------------------

    def add_portal(
        self,
        connection: Connection,
        *,
        fingerprint: str | None,
        now: datetime,
        agree: Callable[[str], bool] | None = None,
    ) -> Updated:
        """Pin a portal by its root's fingerprint and fetch its catalogue; see `TrustedCatalogue.add`.

        A portal whose catalogue then cannot be verified is not kept.
        """
        from desktop.portal.catalogue.trusted import TrustedCatalogue
        from desktop.portal.errors import PortalAddressForbidden

        if connection.practice != self.practice:
            raise PortalAddressForbidden(connection.url)
        added = TrustedCatalogue.add(self.home, connection, fingerprint=fingerprint, now=now, agree=agree)
        try:
            return added.update(connection, now)
        except BaseException:
            # Where it was known before, what was verified then stays good.
            if not added.ever_verified:
                added.forget()
            raise
        finally:
            self.refresh()

    def portals(self) -> list[TrustedCatalogue]:
        """Return the catalogues of the portals pinned here."""
        if next(self.folder.glob("*/pin.json"), None) is None:
            # No portal is pinned: spare the start the client library.
            self._portals = {}
            return []
        from desktop.portal.catalogue.trusted import TrustedCatalogue

        known = [one for one in TrustedCatalogue.known(self.home) if one.pin.practice == self.practice]
        # Each keeps what it has verified: checking the signatures of many agencies takes a while.
        self._portals = {one.pin: self._portals.get(one.pin, one) for one in known}
        return list(self._portals.values())

    def portal(self, url_or_fingerprint: str) -> TrustedCatalogue | None:
        """Return the catalogue of one pinned portal, by its address or its fingerprint."""
        wanted = url_or_fingerprint.rstrip("/")
        for one in self.portals():
            if wanted in (one.pin.url, one.pin.fingerprint):
                return one
        return None

    def remove_portal(self, url_or_fingerprint: str) -> bool:
        """Unpin a portal; say whether it was known."""
        known = self.portal(url_or_fingerprint)
        if known is None:
            return False
        known.forget()
        self.refresh()
        return True

    def pins(self) -> list[Pin]:
        """Return the pins."""
        return [one.pin for one in self.portals()]

    def update(self, connection: Connection, now: datetime) -> Updated:
        """Update the catalogue of the portal that this connection leads to; CatalogueMissing if it is not pinned."""
        known = self.portal(connection.url)
        if known is None:
            from desktop.portal.errors import CatalogueMissing

            raise CatalogueMissing(connection.url)
        updated = known.update(connection, now)
        self.refresh()
        return updated

    # --- procedures ---------------------------------------------------------------------------------

    def import_records(self, source: Path, *, say: Callable[[int], None] | None = None) -> Imported:
        """Import the national portal's records and make them searchable."""
        counted = import_records(source, self.folder / "imported", say=say)
        self.refresh()
        _ = self.index
        return counted

    @property
    def index(self) -> SearchIndex:
        """Return the search index, built anew only when a source has changed."""
        signature = self._signature()
        if self._index is None or self._index[0] != signature:
            self._index = (signature, self._open_index(signature))
        return self._index[1]

    def refresh(self) -> None:
        """Look at the sources again at the next use."""
        self._index = None
        self.__dict__.pop("library", None)

    def search(
        self,
        text: str = "",
        *,
        field: str | None = None,
        agency: str | None = None,
        level: int | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> Found:
        """Find procedures; see `SearchIndex.search`."""
        return self.index.search(text, field=field, agency=agency, level=level, limit=limit, offset=offset)

    def show(self, code: str) -> Shown | None:
        """Return one whole procedure from its most trusted source; None: no source has it.

        A signed record is read through the signatures; CatalogueTampered where the disk lies.
        """
        from forms.procedure import Procedure

        code = code.strip()
        for portal in self.portals():
            verified = _verified(portal)
            record = verified.procedure(code) if verified is not None else None
            if verified is not None and record is not None:
                return Shown(Procedure.from_json(record), "portal", portal.pin.url, verified.at)
        for record in self._bundled():
            if record.get("code") == code:
                return Shown(Procedure.from_json(record), "bundled", None, None)
        raw = self._imported.raw(code)
        if raw is not None:
            return Shown(Procedure.from_national_portal(*raw), "imported", None, None)
        return None

    def stale(self, code: str, now: datetime) -> StaleAgency | None:
        """Return the agency of a procedure where it has let its part of a portal's catalogue run out, else None."""
        code = code.strip()
        for portal in self.portals():
            verified = _verified(portal)
            found = verified.stale(code, now) if verified is not None else None
            if found is not None:
                return found
        return None

    def procedure(self, code: str) -> Procedure | None:
        """Return one whole procedure, or None."""
        shown = self.show(code)
        return shown.procedure if shown is not None else None

    # --- templates ----------------------------------------------------------------------------------

    @cached_property
    def library(self) -> Library:
        """Return all templates: those brought along, and verified ones of the pinned portals before them."""
        from forms.template import Edition, TemplateRef, bundled_library

        bundled = bundled_library(self._resources / "templates")
        held = {(one.id, one.version, one.ref.sha256) for one in bundled.editions()}
        return bundled.with_editions(
            Edition(TemplateRef(one.id, one.version, one.path, one.sha256), one.effective_from, one.effective_to)
            for one in self.published_templates()
            if (one.id, one.version, one.sha256) not in held
        )

    def published_templates(self) -> list[PublishedTemplate]:
        """Return the template packages of all pinned portals' verified catalogues."""
        found = []
        for portal in self.portals():
            verified = _verified(portal)
            if verified is not None:
                found += verified.templates()
        return found

    # --- inside -------------------------------------------------------------------------------------

    @property
    def _imported(self) -> NationalRecords:
        return NationalRecords(self.folder / "imported")

    def _bundled(self) -> Iterator[dict[str, Any]]:
        for path in sorted((self._resources / "procedures").glob("*.json")):
            record = json.loads(path.read_bytes())
            if isinstance(record, dict):
                yield record

    def _signature(self) -> str:
        """Return what tells this set of sources from any other, cheaply: from sizes and recorded hashes.

        It only chooses an index; whoever forges it gets wrong search results, not wrong records.
        """
        digest = hashlib.sha256(f"{FORMAT}\n".encode())
        for path in sorted((self._resources / "procedures").glob("*.json")):
            facts = path.stat()
            digest.update(f"{path.name} {facts.st_size} {facts.st_mtime_ns}\n".encode())
        with suppress(OSError):
            for path in sorted(self.folder.glob("*/pin.json")):
                # An update that brought nothing new leaves it as it was, and the index with it.
                with suppress(OSError), path.with_name("contents").open("rb") as file:
                    digest.update(f"{path.parent.name} ".encode() + file.read(100) + b"\n")
        digest.update(self._imported.sha256.encode())
        return digest.hexdigest()[:24]

    def _open_index(self, signature: str) -> SearchIndex:
        kind = "practice" if self.practice else "real"
        path = self.folder / f"index-{kind}-{signature}.sqlite"
        with suppress(sqlite3.Error, OSError):
            if path.is_file():
                return SearchIndex.open(path)
        if not self.folder.is_dir():
            # Only what is brought along: a moment's work, and no folder is made for it.
            return SearchIndex.build(None, self._entries())
        try:
            built = SearchIndex.build(path, self._entries())
        except (sqlite3.Error, OSError):
            # A folder that cannot be written to, or a full disk: search must work all the same.
            return SearchIndex.build(None, self._entries())
        for old in self.folder.glob(f"index-{kind}-*.sqlite"):
            if old != path:
                with suppress(OSError):
                    old.unlink()
        return built

    def _entries(self) -> Iterator[Entry]:
        for portal in self.portals():
            verified = _verified(portal)
            if verified is not None:
                for record in verified.procedures():
                    with suppress(*_NOT_A_RECORD):
                        yield _entry(record, f"portal:{portal.pin.folder}")
        for record in self._bundled():
            with suppress(*_NOT_A_RECORD):
                yield _entry(record, "bundled")
        for row in self._imported.rows():
            yield Entry(
                code=row.code,
                name=row.name,
                level=None,
                full=None,
                fields=row.fields,
                agencies=row.agencies,
                words=" ".join(row.subjects),
                source="imported",
                internal=row.internal,
            )


_NOT_A_RECORD = (KeyError, TypeError, ValueError, AttributeError)


def _verified(portal: TrustedCatalogue) -> Verified | None:
    """Return what was verified last of a portal, None before its first update; a lying disk is told."""
    from desktop.portal.errors import CatalogueMissing

    try:
        return portal.verified()
    except CatalogueMissing:
        return None


def _entry(record: Mapping[str, Any], source: str) -> Entry:
    """Return what the index needs of one of our own records."""
    components = [one.get("name", "") for case in record.get("cases") or () for one in case.get("components") or ()]
    level = record.get("level")
    full = record.get("full")
    words = [*_names(record.get("subjects")), *_names(record.get("results")), *_names(components)]
    return Entry(
        code=str(record["code"]).strip()[:200],
        name=_name(record["name"])[:2000],
        level=level if isinstance(level, int) and 1 <= level <= 4 else None,
        full=full if isinstance(full, bool) else None,
        fields=tuple(_names(record.get("fields"))),
        agencies=tuple(_names(record.get("agencies"))),
        words=" ".join(words)[:20_000],
        source=source,
        template=any(one.get("template") for case in record.get("cases") or () for one in case["components"]),
    )


def _name(value: Any) -> str:
    """Return a name that may be plain, in two languages, or inside an object."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return _name(value.get("name") or value.get("vi") or value.get("text") or "")
    return ""


def _names(values: Any) -> list[str]:
    some = values if isinstance(values, list | tuple) else []
    return [name for name in (_name(one)[:1000] for one in some[:500]) if name]
