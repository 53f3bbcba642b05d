"""The templates at hand, and which version a reporting period asks for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from forms import strict_json
from forms.bundled import RESOURCES
from forms.errors import NoVersionForPeriod, PeriodKindWrong, PeriodNeeded, UnknownTemplate
from forms.period import Period
from forms.template.package import TemplateRef, digest, load, open_folder


@dataclass(frozen=True)
class Edition:
    """Name a version of a template with the days on which it is in force."""

    ref: TemplateRef
    effective_from: date
    effective_to: date | None = None
    kinds: tuple[str, ...] | None = None
    """The kinds of period it is filed for; None where only the template itself says so."""

    @property
    def id(self) -> str:
        """Return the template's name."""
        return self.ref.id

    @property
    def version(self) -> str:
        """Return the version's name."""
        return self.ref.version

    @property
    def period_kinds(self) -> tuple[str, ...]:
        """Return the kinds of period it is filed for, from the template where the index does not say."""
        return load(self.ref).period_kinds if self.kinds is None else self.kinds

    def in_force(self, day: date) -> bool:
        """Say whether the version is in force on a day."""
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)


class Library:
    """Hold editions of templates; of two with the same name and version, the later in the list counts."""

    def __init__(self, editions: Iterable[Edition]) -> None:
        self._editions: dict[str, dict[str, Edition]] = {}
        for edition in editions:
            self._editions.setdefault(edition.id, {})[edition.version] = edition

    def ids(self) -> list[str]:
        """Return the names of the templates."""
        return sorted(self._editions)

    def versions(self, id: str) -> list[Edition]:
        """Return the editions of a template, oldest first; raise `UnknownTemplate`."""
        if id not in self._editions:
            raise UnknownTemplate(id)
        return sorted(self._editions[id].values(), key=lambda edition: (edition.effective_from, edition.version))

    def editions(self) -> list[Edition]:
        """Return all editions."""
        return [edition for id in self.ids() for edition in self.versions(id)]

    def with_editions(self, editions: Iterable[Edition]) -> Library:
        """Return a library that holds these editions too; they count before those of the same version here."""
        return Library([*self.editions(), *editions])

    def get(self, id: str, version: str) -> TemplateRef:
        """Return one version; raise `UnknownTemplate`."""
        edition = self._editions.get(id, {}).get(version)
        if edition is None:
            raise UnknownTemplate(id, version)
        return edition.ref

    def choose(self, id: str, period: Period | None, today: date) -> TemplateRef:
        """Return the version for a reporting period, or (where the form has none) the one in force today.

        Raise `UnknownTemplate`, `PeriodNeeded` (the versions depend on the period and none was given),
        `PeriodKindWrong` or `NoVersionForPeriod`.
        """
        versions = self.versions(id)
        names = tuple(edition.version for edition in versions)
        kinds = tuple(dict.fromkeys(kind for edition in versions for kind in edition.period_kinds))
        if period is None and kinds and len(versions) > 1:
            raise PeriodNeeded(id, names)
        if period is not None and kinds and period.kind not in kinds:
            raise PeriodKindWrong(id, str(period), kinds)
        day = period.first_day if period else today
        fitting = [edition for edition in versions if edition.in_force(day)]
        if not fitting:
            raise NoVersionForPeriod(id, str(period) if period else None, names)
        chosen = fitting[-1]
        if period is not None and chosen.period_kinds and period.kind not in chosen.period_kinds:
            raise PeriodKindWrong(id, str(period), chosen.period_kinds)
        return chosen.ref


def bundled_library(folder: Path | None = None) -> Library:
    """Return the templates that the program brings along, with the digests of their index."""
    folder = folder or RESOURCES / "templates"
    path = folder / "index.json"
    index = strict_json.loads(path.read_bytes()) if path.is_file() else {}
    return Library(
        Edition(
            TemplateRef(id, entry["version"], folder / id / entry["version"], entry["sha256"]),
            date.fromisoformat(entry["effective_from"]),
            date.fromisoformat(entry["effective_to"]) if entry.get("effective_to") else None,
            tuple(entry["period_kinds"]) if "period_kinds" in entry else None,
        )
        for id, entries in index.items()
        for entry in entries
    )


def index_of(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Return the index of a folder of templates (`<id>/<version>/`), with the digest of each as it is now."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path in sorted(folder.rglob("template.json")):
        template = open_folder(path.parent)
        if path.parent != folder / template.id / template.version:
            raise UnknownTemplate(template.id, template.version)
        found.setdefault(template.id, []).append(
            {
                "version": template.version,
                "sha256": digest(path.parent),
                "effective_from": template.effective_from.isoformat(),
                "effective_to": template.effective_to.isoformat() if template.effective_to else None,
                "period_kinds": list(template.period_kinds),
            }
        )
    return found
