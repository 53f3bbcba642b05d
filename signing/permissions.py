"""What may be changed after a signature, and what a form's author demands of one.

Certification and its permissions (DocMDP), locks that stand in a field (SigFieldLock, carried out as FieldMDP), and the
demands of a field's seed values: ISO 32000-2, 12.7.5.5 and 12.8.2. A demand that cannot be met is an error before
anything is signed; one that is only a wish is passed over.
"""

# pyHanko declares types for its package but leaves many of its calls without them.
# mypy: disallow-untyped-calls=False

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from asn1crypto import x509 as asn1
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.fields import (
    FieldMDPSpec,
    MDPPerm,
    SigSeedSubFilter,
    SigSeedValFlags,
    SigSeedValueSpec,
    enumerate_sig_fields,
)
from pyhanko.sign.general import UnacceptableSignerError
from pyhanko.sign.signers.cms_embedder import SigMDPSetup

from signing.errors import CertifyNotFirst, FieldDemands, PdfUnreadable
from signing.key import SigningKey


class Certify(StrEnum):
    """What the author's certification allows later."""

    NO_CHANGES = "no_changes"
    FILL_FORMS = "fill_forms"
    """Filling fields and signing."""
    ANNOTATE = "annotate"
    """As before, and notes."""


_LEVELS = {
    Certify.NO_CHANGES: MDPPerm.NO_CHANGES,
    Certify.FILL_FORMS: MDPPerm.FILL_FORMS,
    Certify.ANNOTATE: MDPPerm.ANNOTATE,
}


def of(
    writer: IncrementalPdfFileWriter,
    field: str | None,
    earlier: Sequence[str],
    certify: Certify | None,
    digest: str,
    key: SigningKey,
    *,
    timed: bool = False,
    reason: str | None = None,
) -> SigMDPSetup | None:
    """Return what to write about permissions into the signature of an existing field (or of a new one: None).

    Raises CertifyNotFirst, FieldDemands, PdfUnreadable.
    """
    if certify is not None and earlier:
        raise CertifyNotFirst(earlier[0])
    wanted = _LEVELS[certify] if certify is not None else None
    lock = None
    if field is not None:
        found = _dictionary(writer, field)
        _require(found, field, certify, digest, key, timed=timed, reason=reason)
        try:
            # Not `get`, which gives an indirect object as it stands.
            lock_dictionary = found["/Lock"] if "/Lock" in found else None  # noqa: SIM401
            if lock_dictionary is not None:
                lock = FieldMDPSpec.from_pdf_object(lock_dictionary)
                if "/P" in lock_dictionary:
                    own = MDPPerm(int(lock_dictionary["/P"]))
                    wanted = own if wanted is None else min(wanted, own, key=lambda one: one.value)
        except (PdfError, ValueError, TypeError, AttributeError) as error:
            raise PdfUnreadable from error
    if certify is None and lock is None:
        return None
    return SigMDPSetup(digest, certify=certify is not None, field_lock=lock, docmdp_perms=wanted)


def _dictionary(writer: IncrementalPdfFileWriter, field: str) -> generic.DictionaryObject:
    for name, _, reference in enumerate_sig_fields(writer):
        if name == field:
            found: generic.DictionaryObject = reference.get_object()
            return found
    raise PdfUnreadable


def _require(
    found: generic.DictionaryObject,
    field: str,
    certify: Certify | None,
    digest: str,
    key: SigningKey,
    *,
    timed: bool,
    reason: str | None,
) -> None:
    """Compare the author's demands (seed values marked as binding) with what will be made."""
    if "/SV" not in found:
        return
    try:
        demands: Any = SigSeedValueSpec.from_pdf_object(found["/SV"])
    except Exception as error:  # the library raises whatever a strange dictionary makes it stumble on
        raise FieldDemands(field, "demand_unreadable") from error
    flags = demands.flags
    if demands.cert is not None:
        try:
            demands.cert.satisfied_by(asn1.Certificate.load(key.certificate.der), None)
        except UnacceptableSignerError as error:
            raise FieldDemands(field, "demand_certificate") from error
        except Exception as error:  # as above: issuers are compared along a path that is not known here
            raise FieldDemands(field, "demand_certificate") from error
    if demands.seed_signature_type is not None:
        kind = demands.seed_signature_type
        if bool(kind.certification_signature()) != (certify is not None):
            raise FieldDemands(field, "demand_certification")
        if certify is not None and kind.mdp_perm != _LEVELS[certify]:
            raise FieldDemands(field, "demand_certification")
    if flags & SigSeedValFlags.SUBFILTER and SigSeedSubFilter.PADES not in (demands.subfilters or ()):
        raise FieldDemands(field, "demand_format")
    methods = [str(one).lower().replace("-", "") for one in demands.digest_methods or ()]
    if flags & SigSeedValFlags.DIGEST_METHOD and methods and digest not in methods:
        raise FieldDemands(field, "demand_digest")
    if demands.timestamp_required and not timed:
        raise FieldDemands(field, "demand_time_stamp")
    if flags & SigSeedValFlags.REASONS:
        # A single full stop means: no reason at all (ISO 32000-2, table 238).
        allowed = [None] if demands.reasons in (None, [], ["."]) else demands.reasons
        if reason not in allowed:
            raise FieldDemands(field, "demand_reason")
    if flags & (SigSeedValFlags.APPEARANCE_FILTER | SigSeedValFlags.LEGAL_ATTESTATION | SigSeedValFlags.ADD_REV_INFO):
        raise FieldDemands(field, "demand_other")
