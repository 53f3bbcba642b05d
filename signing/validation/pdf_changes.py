"""What was done to a PDF after a signature.

pyHanko's difference analysis runs twice, first with rules that know nothing but later signatures, time-stamps and
validation data, then, only if those do not explain everything, with its usual rules, which also let form fields be
filled. What only the second explains is a changed form. In pyHanko's own judgment an approval signature permits that;
in ours it never leaves the signature valid (published shadow attacks overwrite values this way).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.sign.diff_analysis import (
    DEFAULT_DIFF_POLICY,
    CatalogModificationRule,
    DiffResult,
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
    XrefStreamRule,
)
from pyhanko.sign.fields import MDPPerm, enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from signing.validation.verdict import Changes


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


def after(signature: EmbeddedPdfSignature, reader: PdfFileReader, certification: bool) -> Later:
    """Classify everything that was added after this signature; `certification` tells the author's from an approval."""
    coverage = signature.evaluate_signature_coverage()
    signature.coverage = coverage  # type: ignore[assignment]  # where the library's own caller puts it
    if coverage == SignatureCoverageLevel.ENTIRE_FILE:
        return Later(Changes.NONE, True)
    if coverage != SignatureCoverageLevel.ENTIRE_REVISION:
        return Later(Changes.UNKNOWN, False, ("REVISION_NOT_COVERED",))
    last = reader.xrefs.total_revisions - 1
    if signature.signed_revision >= last:
        # Bytes stand behind the signed revision that are no revision: a comment, garbage, a second file.
        return Later(Changes.UNKNOWN, False, ("UNSIGNED_BYTES_AFTER",))
    permission = signature.docmdp_level
    strict = signature.evaluate_modifications(STRICT)
    if isinstance(strict, DiffResult) and _permitted(strict, permission):
        reasons = _unexplained(signature, reader)
        return Later(Changes.PERMITTED, not reasons, tuple(reasons))
    usual = signature.evaluate_modifications(DEFAULT_DIFF_POLICY)
    if not isinstance(usual, DiffResult) or not _permitted(usual, permission):
        return Later(Changes.FORBIDDEN, False, ("CHANGES_FORBIDDEN",))
    allowed = certification and permission in (MDPPerm.FILL_FORMS, MDPPerm.ANNOTATE)
    return Later(Changes.PERMITTED, allowed, ("FORM_CHANGED_AS_CERTIFIED" if allowed else "FORM_CHANGED_AFTER",))


def _permitted(result: DiffResult, permission: MDPPerm | None) -> bool:
    level = result.modification_level
    if level in (ModificationLevel.OTHER, ModificationLevel.ANNOTATIONS):
        return False
    return permission is None or level.value <= permission.value


def _unexplained(signature: EmbeddedPdfSignature, reader: PdfFileReader) -> list[str]:
    """Find later revisions without a signature, time-stamp or validation data of their own.

    Rules of difference let metadata change and orphans appear at any time; here they may only come along. And a field
    that was added or drawn without being signed is a picture over a signed page.
    """
    signed_in = set()
    reasons = []
    for value, field in _fields(reader):
        if value is None:
            if _drawn(field) and reader.xrefs.get_last_change(field.container_ref) > signature.signed_revision:
                reasons.append("UNSIGNED_FIELD_DRAWN")
            continue
        signed_in.add(reader.xrefs.get_introducing_revision(value))
    for revision in range(signature.signed_revision + 1, reader.xrefs.total_revisions):
        if revision not in signed_in and not _secures(reader, revision):
            reasons.append("CHANGED_WITHOUT_SIGNATURE")
    return list(dict.fromkeys(reasons))


def _secures(reader: PdfFileReader, revision: int) -> bool:
    """Tell whether a revision wrote to the document's store of validation data."""
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
