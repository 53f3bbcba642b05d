"""What was done to a PDF after a signature.

Each revision is compared once with the one before it, and what happened after a signature is the sum of the steps since
(comparing every revision with every later one takes 5 s for 50 signatures). pyHanko's difference analysis judges a step
twice: first with rules that know nothing but later signatures, time-stamps and validation data, then, only if those do
not explain everything, with its usual rules, which also let form fields be filled. What only the second explains is a
changed form. In pyHanko's own judgment an approval signature permits that; in ours it never leaves the signature valid
(published shadow attacks overwrite values this way). What its rules do not look at is looked at in `pdf_history`.
"""

# pyHanko declares types for its package but leaves many of its calls without them.
# mypy: disallow-untyped-calls=False

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.sign.diff_analysis import (
    DEFAULT_DIFF_POLICY,
    CatalogModificationRule,
    DocInfoRule,
    DSSCompareRule,
    FormUpdate,
    FormUpdatingRule,
    MetadataUpdateRule,
    ModificationLevel,
    ObjectStreamRule,
    SigFieldCreationRule,
    SigFieldModificationRule,
    StandardDiffPolicy,
    SuspiciousModification,
    XrefStreamRule,
)
from pyhanko.sign.fields import FieldMDPSpec, MDPPerm, enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from signing.validation.pdf_bytes import Bytes, Digests, Gap
from signing.validation.pdf_history import History, button_redrawn, unlike_a_signature
from signing.validation.verdict import Changes

COMPARED_LIMIT = 320 * 1024 * 1024
"""Bytes of a file whose revisions are compared; its streams are held in memory for that."""
OBJECTS_FOLLOWED = 2_000
"""Up to so many objects, those of a file that a signature covers whole are looked at one by one."""
REVISIONS_LIMIT = 400
"""Revisions after a signature: fifty more signatures with their evidence, and as much again."""
STEPS_LIMIT = 200_000
"""References followed to find everything that a revision shows; a file of 60 objects can have 2^30 ways through it."""
KEPT = 64 << 10
"""Bytes of a stream from which on it is read anew when it is looked at again."""


@dataclass(frozen=True)
class Later:
    """What happened after a signature."""

    changes: Changes
    allowed: bool
    """The changes are of the kinds that leave a signature valid."""
    reasons: tuple[str, ...] = ()


class _OnlySignatures(FormUpdatingRule):
    """Let nothing about the form as a whole change: no shared fonts and resources, no default appearance."""

    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Iterable[tuple[ModificationLevel, FormUpdate]]:
        for level, update in super().apply(old, new):
            if level == ModificationLevel.FORM_FILLING and update.field_name is None:
                continue
            yield level, update


_catalogue: Any = CatalogModificationRule
_metadata: Any = MetadataUpdateRule
_creation: Any = SigFieldCreationRule  # three constructors without types

STRICT = StandardDiffPolicy(
    global_rules=[
        _catalogue(ignored_keys=frozenset({"/AcroForm", "/DSS", "/Extensions", "/Metadata", "/Version"})),
        DocInfoRule().as_qualified(ModificationLevel.LTA_UPDATES),
        XrefStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
        ObjectStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
        DSSCompareRule().as_qualified(ModificationLevel.LTA_UPDATES),
        _metadata().as_qualified(ModificationLevel.LTA_UPDATES),
    ],
    form_rule=_OnlySignatures(
        field_rules=[_creation(), SigFieldModificationRule()],
        ignored_acroform_keys=frozenset({"/Fields"}),
    ),
)


class _Read:
    """Objects as they were in each revision, read once; pyHanko's reader keeps only the newest."""

    def __init__(self, reader: PdfFileReader) -> None:
        self._reader = reader
        self._named: dict[int, list[int]] = {}
        for revision in range(reader.xrefs.total_revisions):
            for number in {one.idnum for one in reader.xrefs.explicit_refs_in_revision(revision)}:
                self._named.setdefault(number, []).append(revision)
        self._objects: dict[tuple[generic.Reference, int], Any] = {}

    def object(self, reference: generic.Reference, revision: int) -> Any:
        """Return what a reference meant in a revision."""
        named = self._named.get(reference.idnum, [])
        index = bisect_right(named, revision)
        if (reference, index) not in self._objects:
            self._objects[reference, index] = self._reader.get_object(
                reference, None if index == len(named) else revision
            )
        return self._objects[reference, index]

    def in_passing(self, reference: generic.Reference, revision: int) -> Any:
        """Return the same for one look at it; a large stream that was not read before is not kept.

        The reader does not keep it either: looking at every object of a file must not hold the whole file.
        """
        index = bisect_right(self._named.get(reference.idnum, []), revision)
        held = (reference, index) in self._objects
        met = self.object(reference, revision)
        if not held and isinstance(met, generic.StreamObject) and len(met._encoded_data or b"") > KEPT:
            del self._objects[reference, index]
            self._reader.resolved_objects.pop((reference.generation, reference.idnum), None)
        return met


class _Bounded(HistoricalResolver):
    """One revision of a file, as pyHanko sees it, with a limit on how many ways through it are followed."""

    def __init__(self, read: _Read, reader: PdfFileReader, revision: int) -> None:
        super().__init__(reader, revision)
        self._left = STEPS_LIMIT
        self._read = read

    def get_object(self, ref: generic.Reference, as_metadata_stream: bool = False) -> Any:
        if ref not in self.cache and not as_metadata_stream:
            self.cache[ref] = self._subsume_object(self._read.object(ref, self.revision))
        return super().get_object(ref, as_metadata_stream)

    def __call__(self, reference: generic.Reference) -> Any:
        self._left -= 1
        if self._left < 0:
            raise OverflowError("too many ways through the document")
        return super().__call__(reference)


@dataclass(frozen=True)
class _Rules:
    """What a signature lets change after it."""

    permission: MDPPerm | None
    locked: FieldMDPSpec | None = field(compare=False)
    lock: tuple[str, ...]
    """The lock again, as something that can be compared."""


@dataclass(frozen=True)
class _Step:
    """One revision against the one before it."""

    strict: ModificationLevel | None
    """None: the rules that know nothing but signatures do not explain it."""
    usual: ModificationLevel | None
    fields: frozenset[str] = frozenset()
    """Form fields that it changes."""


class Comparison:
    """The revisions of one file, each compared once with the one before it for each set of rules."""

    def __init__(self, data: Bytes, reader: PdfFileReader) -> None:
        self.reader = reader
        self.digests = Digests(data)
        self._data = data
        self._read = _Read(reader)
        self._steps: dict[tuple[_Rules, int], _Step] = {}
        self._odd: dict[int, bool] = {}
        self._made: list[int] = []
        self._known_objects: set[tuple[int, int]] = set()
        self._named: set[tuple[int, int]] = set()
        self._loose: set[int] = set()
        self._history: History | None = None
        self._secured: dict[int, bool] = {}
        self._fields: list[tuple[Any, Any]] | None = None

    def after(self, signature: EmbeddedPdfSignature, gap: Gap, certification: bool) -> Later:
        """Classify everything added after this signature; `certification` tells the author's from an approval."""
        reader = self.reader
        coverage = signature.evaluate_signature_coverage()
        signature.coverage = coverage  # type: ignore[assignment]  # where the library's own caller puts it
        if coverage == SignatureCoverageLevel.ENTIRE_FILE:
            if self._few_objects() and self._overlapped(signature, gap):
                return Later(Changes.UNKNOWN, False, ("REVISION_NOT_COVERED",))
            return Later(Changes.NONE, True)
        if coverage != SignatureCoverageLevel.ENTIRE_REVISION:
            return Later(Changes.UNKNOWN, False, ("REVISION_NOT_COVERED",))
        first, last = signature.signed_revision, reader.xrefs.total_revisions - 1
        if first >= last:
            # Bytes stand behind the signed revision that are no revision: a comment, garbage, a second file.
            return Later(Changes.UNKNOWN, False, ("UNSIGNED_BYTES_AFTER",))
        if len(self._data) > COMPARED_LIMIT or last - first > REVISIONS_LIMIT:
            return Later(Changes.UNKNOWN, False, ("FILE_TOO_LARGE",))
        if doubt := self._known().doubt(first, gap.end):
            return Later(Changes.UNKNOWN, False, (doubt,))
        if self._overlapped(signature, gap):
            return Later(Changes.UNKNOWN, False, ("REVISION_NOT_COVERED",))
        lock = signature.fieldmdp
        permission = signature.docmdp_level
        rules = _Rules(permission, lock, (str(lock.action), *(lock.fields or ())) if lock is not None else ())
        steps = self._compared(rules, first, last)
        if any(self._unlike_a_signature(one) or self._fills_loose_ends(one) for one in range(first + 1, last + 1)):
            return Later(Changes.FORBIDDEN, False, ("CHANGES_FORBIDDEN",))
        if all(_permitted(step.strict, permission) for step in steps):
            reasons = self._unexplained(first, last)
            return Later(Changes.PERMITTED, not reasons, tuple(reasons))
        if not all(_permitted(step.usual, permission) for step in steps):
            return Later(Changes.FORBIDDEN, False, ("CHANGES_FORBIDDEN",))
        allowed = certification and permission in (MDPPerm.FILL_FORMS, MDPPerm.ANNOTATE)
        if allowed:
            changed = frozenset[str]().union(*(step.fields for step in steps))
            if button_redrawn(reader, first, changed):
                return Later(Changes.FORBIDDEN, False, ("CHANGES_FORBIDDEN",))
        return Later(Changes.PERMITTED, allowed, ("FORM_CHANGED_AS_CERTIFIED" if allowed else "FORM_CHANGED_AFTER",))

    def _known(self) -> History:
        if self._history is None:
            self._history = History(self._data, self.reader)
        return self._history

    def _few_objects(self) -> bool:
        xrefs = self.reader.xrefs
        revisions = range(xrefs.total_revisions)
        return sum(len(xrefs.get_xref_data(one).standard_xrefs) for one in revisions) <= OBJECTS_FOLLOWED

    def _overlapped(self, signature: EmbeddedPdfSignature, gap: Gap) -> bool:
        """Tell whether something else is read from the bytes that the signature leaves out for itself."""
        number = signature.sig_field.raw_get("/V").reference.idnum
        return self._known().overlaps((gap.first, gap.second), number)

    def _compared(self, rules: _Rules, first: int, last: int) -> list[_Step]:
        """Return the steps from one revision to another, making those that are not known yet."""
        old: _Bounded | None = None
        for revision in range(first + 1, last + 1):
            if (rules, revision) in self._steps:
                old = None
                continue
            old = old or _Bounded(self._read, self.reader, revision - 1)
            new = _Bounded(self._read, self.reader, revision)
            self._steps[rules, revision] = self._step(rules, old, new)
            old = new
        return [self._steps[rules, revision] for revision in range(first + 1, last + 1)]

    def _step(self, rules: _Rules, old: _Bounded, new: _Bounded) -> _Step:
        try:
            strict = STRICT.apply(old, new, rules.locked, rules.permission).modification_level
        except SuspiciousModification:
            strict = None
        if strict is not None and _permitted(strict, rules.permission):
            return _Step(strict, strict)
        try:
            usual = DEFAULT_DIFF_POLICY.apply(old, new, rules.locked, rules.permission)
        except SuspiciousModification:
            return _Step(None, None)
        return _Step(None, usual.modification_level, frozenset(usual.changed_form_fields))

    def _fills_loose_ends(self, revision: int) -> bool:
        """Tell whether a revision makes an object that an earlier one named before it existed.

        pyHanko takes such an object for a new one that nothing uses. Whoever prepared the document knew better.
        """
        xrefs = self.reader.xrefs
        for made in range(len(self._made), revision + 1):
            for reference in xrefs.explicit_refs_in_revision(made):
                if (reference.idnum, reference.generation) not in self._known_objects:
                    if (reference.idnum, reference.generation) in self._named:
                        self._loose.add(made)
                    self._known_objects.add((reference.idnum, reference.generation))
            for reference in xrefs.explicit_refs_in_revision(made):
                try:
                    self._named.update(_references(self._read.in_passing(reference, made)))
                except Exception:  # free, or dead, or damaged: it names nothing
                    continue
            self._made.append(made)
        return revision in self._loose

    def _unlike_a_signature(self, revision: int) -> bool:
        if revision not in self._odd:
            self._odd[revision] = unlike_a_signature(self.reader, revision)
        return self._odd[revision]

    def _unexplained(self, first: int, last: int) -> list[str]:
        """Find later revisions without a signature, time-stamp or validation data of their own.

        Rules of difference let metadata change and orphans appear at any time; here they may only come along. And a
        field that was added or drawn without being signed is a picture over a signed page.
        """
        reader = self.reader
        if self._fields is None:
            self._fields = list(_fields(reader))
        signed_in = set()
        reasons = []
        for value, one in self._fields:
            if value is None:
                if _drawn(one) and reader.xrefs.get_last_change(one.container_ref) > first:
                    reasons.append("UNSIGNED_FIELD_DRAWN")
                continue
            signed_in.add(reader.xrefs.get_introducing_revision(value))
        for revision in range(first + 1, last + 1):
            if revision not in signed_in and not self._secures(revision):
                reasons.append("CHANGED_WITHOUT_SIGNATURE")
        return list(dict.fromkeys(reasons))

    def _secures(self, revision: int) -> bool:
        """Tell whether a revision wrote to the document's store of validation data."""
        if revision not in self._secured:
            self._secured[revision] = _secures(self.reader, revision)
        return self._secured[revision]


def _references(value: Any) -> Iterable[tuple[int, int]]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, generic.IndirectObject):
            yield one.idnum, one.generation
        elif isinstance(one, generic.DictionaryObject):
            waiting += dict.values(one)
        elif isinstance(one, generic.ArrayObject):
            waiting += list.__iter__(one)


def _permitted(level: ModificationLevel | None, permission: MDPPerm | None) -> bool:
    if level is None or level in (ModificationLevel.OTHER, ModificationLevel.ANNOTATIONS):
        return False
    return permission is None or level.value <= permission.value


def _secures(reader: PdfFileReader, revision: int) -> bool:
    resolver: Any = reader.get_historical_resolver(revision)
    try:
        store = resolver.root.raw_get("/DSS")
    except KeyError:
        return False
    if isinstance(store, generic.IndirectObject):
        return store.reference in resolver.explicit_refs_in_revision()
    earlier = reader.get_historical_resolver(revision - 1).root.get("/DSS", None)
    return bool(earlier != store)


def _drawn(field: Any) -> bool:
    kids = [one.get_object() for one in field.get("/Kids", ())]
    return any("/AP" in one for one in (field, *kids))


def _fields(reader: PdfFileReader) -> Iterable[tuple[Any, Any]]:
    """Yield (reference of the signature or None, field) for every signature field of the newest revision."""
    for _, value, reference in enumerate_sig_fields(reader):
        field = reference.get_object()
        yield (field.get_value_as_reference("/V", optional=True) if value is not None else None), field


def after(comparison: Comparison, signature: EmbeddedPdfSignature, gap: Gap, certification: bool) -> Later:
    """Classify everything that was added after a signature (see `Comparison.after`)."""
    return comparison.after(signature, gap, certification)
