"""A template package: a folder, or a ZIP of one, read whole into memory within limits.

Nothing of a package is ever written to disk or run, and nothing is followed out of it: no links, no paths but plain
ones, no kinds of file but those that a template needs. Its digest is the SHA-256 of its canonical pack (stored,
sorted, fixed dates), so that a folder and any ZIP of the same files have the same one.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import stat
import struct
import zipfile
import zlib
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal

from forms import strict_json
from forms.definition import Definition, Text, check_shape
from forms.errors import DefinitionInvalid, NotJson, TemplateTampered, TemplateUnreadable
from forms.period import Period

MAX_FILES: Final = 300
MAX_FILE: Final = 4 * 1024 * 1024
MAX_TOTAL: Final = 16 * 1024 * 1024
"""Bytes of one file, and of a package."""

_NAME = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9._-]{0,79}/){0,3}[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_KINDS = frozenset((".json", ".typ", ".svg", ".png", ".jpg", ".md", ".txt"))
_CACHED: Final = 64
_DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, LookupError, RuntimeError, ValueError, OverflowError)
"""What the standard reader raises for damaged archives: it indexes into empty names, among other things."""


@dataclass(frozen=True)
class TemplateRef:
    """Name one version of a template and where it lies; the digest proves that it is the published one."""

    id: str
    version: str
    path: Path
    """A folder, or a ZIP file."""
    sha256: str | None
    """Digest of the canonical pack; None for an author's own folder, which nobody has published."""


@dataclass(frozen=True)
class LegalBasis:
    """Name a legal text that a form rests on."""

    number: str
    title: Text
    date: date | None = None
    url: str | None = None


@dataclass(frozen=True)
class Notice:
    """Say something that a person must know before using the form; `unconfirmed` names what is not settled."""

    code: str
    text: Text
    unconfirmed: tuple[Literal["xml", "print", "form"], ...] = ()
    from_day: date | None = None
    to_day: date | None = None
    from_period: date | None = None
    to_period: date | None = None

    def holds(self, period: Period | None, today: date) -> bool:
        """Say whether the notice is for this period and day."""
        if (self.from_day and today < self.from_day) or (self.to_day and today > self.to_day):
            return False
        if self.from_period is None and self.to_period is None:
            return True
        if period is None:
            return False
        after = self.from_period is None or period.first_day >= self.from_period
        before = self.to_period is None or period.first_day <= self.to_period
        return after and before


@dataclass(frozen=True)
class Signer:
    """Name a place for a signature, and as whom one may sign there."""

    mark: str
    title: Text
    roles: tuple[str, ...] = ("self",)
    required: bool = True


@dataclass(frozen=True)
class Identity:
    """Name the fields that say for whom the form is."""

    tax_code: str | None = None
    personal_id: str | None = None
    name: str | None = None


@dataclass(frozen=True)
class RollForward:
    """Say what of the last period's values the next period begins with."""

    default: Literal["keep", "clear"] = "clear"
    keep: frozenset[str] = frozenset()
    clear: frozenset[str] = frozenset()
    sources: Mapping[str, str] = dataclass_field(default_factory=dict)
    """Field → the field of the last period that it begins with."""


@dataclass(frozen=True)
class Example:
    """Hold data with what it must come to."""

    name: str
    title: Text
    period: str | None
    data: Any
    complete: bool = False
    """Valid and with every field that people fill: given out as an example."""
    values: Mapping[str, Any] = dataclass_field(default_factory=dict)
    problems: tuple[str, ...] | None = None
    xml: bool | None = None


@dataclass(frozen=True)
class Template:
    """Hold one version of a template, whole and in memory."""

    ref: TemplateRef
    id: str
    version: str
    title: Text
    subtitle: Text | None
    short: str
    procedures: tuple[str, ...]
    agency: Text | None
    legal_basis: tuple[LegalBasis, ...]
    period_kinds: tuple[Literal["month", "quarter"], ...]
    effective_from: date
    effective_to: date | None
    all_notices: tuple[Notice, ...]
    signers: tuple[Signer, ...]
    identity: Identity
    prefill: Mapping[str, str]
    """Field → the fact of the client that it is filled from."""
    roll_forward: RollForward
    outputs: tuple[str, ...]
    sources: str
    confidence: str | None
    definition: Definition
    files: Mapping[str, bytes]
    xml: dict[str, Any] | None
    examples: tuple[Example, ...]

    def notices(self, period: Period | None, today: date) -> list[Notice]:
        """Return the notices for a period and a day."""
        return [notice for notice in self.all_notices if notice.holds(period, today)]

    def unconfirmed(self, period: Period | None, today: date) -> list[Notice]:
        """Return those of the notices that say what is not settled: signing and submitting ask once more."""
        return [notice for notice in self.notices(period, today) if notice.unconfirmed]

    @property
    def example(self) -> Example | None:
        """Return the complete valid example."""
        return next((example for example in self.examples if example.complete), None)


_cache: OrderedDict[tuple[str, str | None], Template] = OrderedDict()


def load(ref: TemplateRef) -> Template:
    """Return a template; its files are read and compared with its digest at each use.

    Raise `TemplateTampered` when they are not the published ones, `TemplateUnreadable` or `DefinitionInvalid` when
    they are no template.
    """
    key = (str(ref.path), ref.sha256)
    files = read_files(ref.path)
    known = _cache.get(key)
    if known is not None and known.files == files and known.ref == ref:
        return known
    if ref.sha256 is not None and hashlib.sha256(pack_files(files)).hexdigest() != ref.sha256:
        raise TemplateTampered(ref.id, ref.version)
    template = parse(ref, files)
    if (template.id, template.version) != (ref.id, ref.version):
        raise TemplateTampered(ref.id, ref.version)
    _cache[key] = template
    while len(_cache) > _CACHED:
        _cache.popitem(last=False)
    return template


def open_folder(folder: Path) -> Template:
    """Return the template in an author's folder (or ZIP), unverified, under the name that it gives itself."""
    files = read_files(folder)
    facts = _facts(files)
    return parse(TemplateRef(facts["id"], facts["version"], folder, None), files)


# --- files ---------------------------------------------------------------------------------------------------------


def read_files(path: Path) -> Mapping[str, bytes]:
    """Return the files of a folder or ZIP by name; raise `TemplateUnreadable` for anything beyond the limits."""
    try:
        found = dict(_from_folder(path) if path.is_dir() else _from_zip(path))
    except OSError as error:
        raise TemplateUnreadable("FILES", error.strerror or type(error).__name__) from error
    if not found:
        raise TemplateUnreadable("EMPTY")
    return MappingProxyType(found)


class _Allowance:
    """Count what has been taken from a package, and refuse what is too much or of a strange name."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.left = MAX_TOTAL

    def name(self, name: str) -> str:
        if _NAME.fullmatch(name) is None or ".." in name or os.path.splitext(name)[1] not in _KINDS:
            raise TemplateUnreadable("NAME", name[:120])
        if name.casefold() in self.names:
            raise TemplateUnreadable("DUPLICATE", name)
        self.names.add(name.casefold())
        if len(self.names) > MAX_FILES:
            raise TemplateUnreadable("TOO_MANY_FILES")
        return name

    def data(self, name: str, data: bytes) -> bytes:
        self.left -= len(data)
        if len(data) > MAX_FILE or self.left < 0:
            raise TemplateUnreadable("TOO_LARGE", name)
        return data


def _from_folder(folder: Path) -> Iterator[tuple[str, bytes]]:
    allowance = _Allowance()
    for name, path in _walk(str(folder), "", 4):
        allowance.name(name)
        with open(path, "rb") as file:
            # Opened without following a link that was put there since the walk: the kind is asked of what is open.
            facts = os.fstat(file.fileno())
            if not stat.S_ISREG(facts.st_mode):
                raise TemplateUnreadable("NAME", name)
            yield name, allowance.data(name, file.read(min(facts.st_size, MAX_FILE) + 1))


def _walk(folder: str, above: str, depth: int) -> Iterator[tuple[str, str]]:
    """Walk a folder's files in order: the name within the package, and the path."""
    if depth == 0:
        raise TemplateUnreadable("TOO_DEEP", os.path.basename(folder))
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_symlink():
            raise TemplateUnreadable("LINK", entry.name)
        if entry.is_dir():
            yield from _walk(entry.path, f"{above}{entry.name}/", depth - 1)
        else:
            yield above + entry.name, entry.path


def _from_zip(path: Path) -> Iterator[tuple[str, bytes]]:
    with path.open("rb") as file:
        data = file.read(MAX_TOTAL + 1)
    yield from unzip(data)


def unzip(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a ZIP in memory; raise `TemplateUnreadable` for bombs, odd names and damage."""
    if len(data) > MAX_TOTAL:
        raise TemplateUnreadable("TOO_LARGE")
    allowance = _Allowance()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_FILES * 2:
                raise TemplateUnreadable("TOO_MANY_FILES")
            for entry in entries:
                if entry.is_dir():
                    continue
                name = allowance.name(entry.orig_filename)
                if stat.S_ISLNK(entry.external_attr >> 16):
                    raise TemplateUnreadable("LINK", name)
                if entry.flag_bits & 0x1 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise TemplateUnreadable("COMPRESSION", name)
                with archive.open(entry) as file:
                    yield name, allowance.data(name, file.read(MAX_FILE + 1))
    except _DAMAGE as error:
        raise TemplateUnreadable("ZIP") from error


def pack(folder: Path) -> bytes:
    """Return the canonical pack of a folder (or of a ZIP): the same files always give the same bytes."""
    return pack_files(read_files(folder))


def pack_files(files: Mapping[str, bytes]) -> bytes:
    """Return the canonical pack of files."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, files[name])
    return target.getvalue()


def digest(path: Path) -> str:
    """Return the digest of a folder or ZIP: the SHA-256 of its canonical pack, in hexadecimal."""
    return hashlib.sha256(pack(path)).hexdigest()


# --- what the files say ----------------------------------------------------------------------------------------------


def _json(files: Mapping[str, bytes], name: str) -> Any:
    if name not in files:
        raise TemplateUnreadable("MISSING", name)
    try:
        return strict_json.loads(files[name])
    except NotJson as error:
        raise TemplateUnreadable("JSON", f"{name}: {error.reason} {error.line or ''}".strip()) from error


def _facts(files: Mapping[str, bytes]) -> dict[str, Any]:
    facts = _json(files, "template.json")
    check_shape("template", facts)
    assert isinstance(facts, dict)
    return facts


def parse(ref: TemplateRef, files: Mapping[str, bytes]) -> Template:
    """Return the template that files hold; raise `TemplateUnreadable` or `DefinitionInvalid` when they hold none."""
    facts = _facts(files)
    if "layout.typ" not in files:
        raise TemplateUnreadable("MISSING", "layout.typ")
    definition = Definition.from_json(_json(files, "definition.json"))
    roll = facts.get("roll_forward", {})
    xml = _json(files, "xml.json") if "xml.json" in files else None
    if xml is not None and not isinstance(xml, dict):
        raise TemplateUnreadable("JSON", "xml.json")
    template = Template(
        ref=ref,
        id=facts["id"],
        version=facts["version"],
        title=Text.from_json(facts["title"]),
        subtitle=_text(facts.get("subtitle")),
        short=facts.get("short", facts["title"]["vi"][:60]),
        procedures=tuple(facts.get("procedures", ())),
        agency=_text(facts.get("agency")),
        legal_basis=tuple(
            LegalBasis(entry["number"], Text.from_json(entry["title"]), _day(entry.get("date")), entry.get("url"))
            for entry in facts.get("legal_basis", ())
        ),
        period_kinds=tuple(facts.get("period_kinds", ())),
        effective_from=_day(facts["effective"]["from"]) or date.min,
        effective_to=_day(facts["effective"].get("to")),
        all_notices=tuple(_notice(raw) for raw in facts.get("notices", ())),
        signers=tuple(
            Signer(
                raw["mark"], Text.from_json(raw["title"]), tuple(raw.get("roles", ("self",))), raw.get("required", True)
            )
            for raw in facts.get("signers", ())
        ),
        identity=Identity(**facts.get("identity", {})),
        prefill=MappingProxyType(facts.get("prefill", {})),
        roll_forward=RollForward(
            roll.get("default", "clear"),
            frozenset(roll.get("keep", ())),
            frozenset(roll.get("clear", ())),
            MappingProxyType({name: raw["from"] for name, raw in roll.items() if isinstance(raw, dict)}),
        ),
        outputs=tuple(facts.get("outputs", ("pdf",))),
        sources=facts.get("sources", ""),
        confidence=facts.get("confidence"),
        definition=definition,
        files=files,
        xml=xml,
        examples=tuple(_examples(files)),
    )
    _check_names(template)
    return template


def _check_names(template: Template) -> None:
    """Refuse metadata that names fields which the definition does not have."""
    fields = template.definition.form_fields
    known = {*fields, *template.definition.tables}
    texts = {name for name, field in fields.items() if field.kind != "file"}
    identity = template.identity
    for where, names in (
        ("identity", [name for name in (identity.tax_code, identity.personal_id, identity.name) if name]),
        ("prefill", list(template.prefill)),
        ("roll_forward", [*template.roll_forward.keep, *template.roll_forward.clear]),
        ("roll_forward", [*template.roll_forward.sources, *template.roll_forward.sources.values()]),
    ):
        for name in names:
            if name not in (texts if where in ("identity", "prefill") else known):
                raise DefinitionInvalid("UNKNOWN_NAME", f"template.json: {where}", name)


def _text(raw: dict[str, str] | None) -> Text | None:
    return Text.from_json(raw) if raw else None


def _day(raw: str | None) -> date | None:
    if raw is None:
        return None
    try:
        return date.fromisoformat(raw)
    except ValueError:
        raise DefinitionInvalid("DATE", "template.json", raw) from None


def _notice(raw: dict[str, Any]) -> Notice:
    return Notice(
        raw["code"],
        Text(raw["vi"], raw["en"]),
        tuple(raw.get("unconfirmed", ())),
        _day(raw.get("from")),
        _day(raw.get("to")),
        _day(raw.get("from_period")),
        _day(raw.get("to_period")),
    )


def _examples(files: Mapping[str, bytes]) -> Iterator[Example]:
    for name in sorted(files):
        if not name.startswith("examples/") or not name.endswith(".json"):
            continue
        raw = _json(files, name)
        try:
            check_shape("example", raw)
        except DefinitionInvalid as error:
            raise TemplateUnreadable(
                "EXAMPLE", f"{name}: {error.where.rpartition(': ')[2]}: {error.detail}"[:300]
            ) from error
        expect = raw.get("expect", {})
        title = raw.get("title", name)
        problems = expect.get("problems")
        yield Example(
            name=name.removeprefix("examples/").removesuffix(".json"),
            title=Text(title, title) if isinstance(title, str) else Text(title.get("vi", name), title.get("en", name)),
            period=raw.get("period"),
            data=raw["data"],
            complete=raw.get("complete") is True,
            values=expect.get("values") or {},
            problems=None if problems is None else tuple(map(str, problems)),
            xml=expect.get("xml"),
        )
