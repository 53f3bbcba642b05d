"""Signatures in PDF files (PAdES, and the older adbe.pkcs7.detached).

pyHanko reads the file and compares its revisions; the cryptography is checked twice, by pyHanko and by `cms`; and our
own rules stand above both (`pdf_changes`, `pdf_bytes`). Any exception leaves the signature undecided, never unseen: a
damaged file is still searched for signatures as plain bytes.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, BinaryIO

from asn1crypto import x509 as asn1
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from signing.validation import cms, pdf_changes, times
from signing.validation.judge import Facts, Judge, undecided
from signing.validation.pdf_bytes import Bytes, Gap, closed, endless_string, gaps, traces
from signing.validation.verdict import (
    Changes,
    FileVerdict,
    Integrity,
    Level,
    SignatureVerdict,
    Verdict,
    worst,
)

SIGNATURE_LIMIT = 50

_KINDS = frozenset({"/adbe.pkcs7.detached", "/ETSI.CAdES.detached"})
# pyHanko logs each hostile detail it meets, with traceback; the verdict says what is worth knowing.
for _name in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)


@dataclass
class _Found:
    """One signature on its way."""

    name: str
    kind: str
    facts: Facts | None = None
    signed: cms.Signed | None = None
    token: cms.Token | None = None
    gap: Gap | None = None
    revision: int = 0
    undecided: SignatureVerdict | None = None


def validate(data: Bytes, stream: BinaryIO, name: str, judge: Judge) -> FileVerdict:
    """Validate every signature of a PDF."""
    try:
        if not closed(data) or endless_string(data):
            return _damaged(data, name, judge)
        reader = PdfFileReader(stream, strict=True)
        encrypted = reader.encrypted
        fields = _fields(reader)
    except Exception:  # pyHanko raises bare errors of all kinds on damaged files
        return _damaged(data, name, judge)
    if encrypted:
        reason = "ENCRYPTED"
        verdict = Verdict.INDETERMINATE if fields or traces(data) else Verdict.UNREADABLE
        return FileVerdict(name, "pdf", verdict, (), (reason,))
    if len(fields) > SIGNATURE_LIMIT:
        return FileVerdict(name, "pdf", Verdict.INDETERMINATE, (), ("TOO_MANY_SIGNATURES",))
    comparison = pdf_changes.Comparison(data, reader)
    found = [_look(data, comparison, judge, *field) for field in fields]
    hidden = _hidden(data, found)
    if not found and not hidden:
        if traces(data):
            return FileVerdict(name, "pdf", Verdict.INDETERMINATE, (), ("SIGNATURE_NOT_READABLE",))
        return FileVerdict(name, "pdf", Verdict.UNSIGNED)
    _evidence(reader, judge)
    signatures = _judged(data, reader, found, judge)
    signatures += [_raw(data, gap, f"#{number}", judge, "SIGNATURE_HIDDEN") for number, gap in hidden]
    return FileVerdict(name, "pdf", worst(one.verdict for one in signatures), tuple(signatures))


def _fields(reader: PdfFileReader) -> list[tuple[str, Any]]:
    found = []
    for name, _, reference in enumerate_sig_fields(reader, filled_status=True):
        found.append((str(name), reference))
        if len(found) > SIGNATURE_LIMIT:
            break
    return found


def _look(data: Bytes, comparison: pdf_changes.Comparison, judge: Judge, name: str, field: Any) -> _Found:
    """Read one signature; whatever fails leaves a verdict instead of facts."""
    reader = comparison.reader
    found = _Found(name, "signature")
    try:
        value = field.get_object()["/V"]
        byte_range = value["/ByteRange"]
        gap = Gap.of(byte_range)
        if value.get("/Type", "/Sig") == "/DocTimeStamp":
            found.kind = "time-stamp"
        form = str(value.get("/SubFilter", ""))
    except Exception:  # as above
        found.undecided = undecided(name, "SIGNATURE_MALFORMED")
        return found
    found.gap = gap
    contents = gap.contents(data) if gap is not None else None
    if found.kind == "signature" and form not in _KINDS:
        # Not a kind that we judge; that its bytes are broken can often be seen all the same.
        reason = "SIGNATURE_KIND_NOT_ACCEPTED"
        found.undecided = _raw(data, gap, name, judge, reason) if gap and contents else undecided(name, reason)
        return found
    if gap is None or contents is None:
        found.undecided = undecided(name, "BYTE_RANGE_WRONG", kind=found.kind)
        return found
    try:
        signature = EmbeddedPdfSignature(reader, field, name)
    except Exception:  # as above; the plain bytes may still tell whether it is broken
        found.undecided = undecided(name, "SIGNATURE_MALFORMED", kind=found.kind)
        return found
    found.revision = signature.signed_revision
    if bytes(signature.pkcs7_content) != contents:
        found.undecided = undecided(name, "BYTE_RANGE_WRONG", kind=found.kind)
        return found
    try:
        if found.kind == "signature":
            _signature(comparison, signature, found, contents, form)
        else:
            _time_stamp(comparison, signature, found, contents)
    except cms.Malformed:
        found.undecided = undecided(name, "SIGNATURE_MALFORMED", kind=found.kind)
    except cms.NotAccepted as error:
        found.undecided = undecided(name, error.reason, kind=found.kind)
    except Exception:  # as above
        if found.kind == "signature":
            found.undecided = _raw(data, gap, name, judge, "CANNOT_BE_VALIDATED")
        else:
            found.undecided = undecided(name, "CANNOT_BE_VALIDATED", kind=found.kind)
    return found


def _signature(
    comparison: pdf_changes.Comparison,
    signature: EmbeddedPdfSignature,
    found: _Found,
    contents: bytes,
    form: str,
) -> None:
    gap = found.gap
    assert gap is not None
    signed = cms.verify(contents, lambda algorithm: comparison.digests.of(gap, algorithm))
    signature.external_digests[signature.md_algorithm] = comparison.digests.of(gap, signature.md_algorithm)
    reasons = list(signed.reasons)
    integrity = Integrity.INTACT if signed.intact else Integrity.BROKEN
    if any(contents[signed.length :]):
        reasons.append("PADDING_NOT_ZERO")
    if form == "/ETSI.CAdES.detached" and contents[1] == 0x80:
        reasons.append("SIGNATURE_NOT_DER")
    if signed.intact and signed.signer is not None and not _pyhanko_agrees(signature, signed.signer):
        integrity = Integrity.UNKNOWN
        reasons.append("CANNOT_BE_VALIDATED")
    later = _later(comparison, signature, gap)
    found.signed = signed
    found.facts = Facts(
        name=found.name,
        integrity=integrity,
        changes=later.changes,
        changes_allowed=later.allowed,
        level=Level.B_B if form == "/ETSI.CAdES.detached" and signed.named else Level.OTHER,
        signer=signed.signer,
        certificates=signed.certificates,
        signing_time=signed.signing_time or _claimed(signature),
        reasons=(*reasons, *later.reasons),
    )


def _time_stamp(
    comparison: pdf_changes.Comparison,
    signature: EmbeddedPdfSignature,
    found: _Found,
    contents: bytes,
) -> None:
    gap = found.gap
    assert gap is not None
    token = cms.token(contents, lambda algorithm: comparison.digests.of(gap, algorithm))
    later = _later(comparison, signature, gap)
    found.token = token
    found.facts = Facts(
        name=found.name,
        integrity=Integrity.INTACT if token.intact else Integrity.BROKEN,
        changes=later.changes,
        changes_allowed=later.allowed,
        level=Level.OTHER,
        signer=token.signer,
        certificates=token.certificates,
        time_stamp=token.time if token.intact else None,
        reasons=(*token.reasons, *later.reasons),
        kind="time-stamp",
    )


def _pyhanko_agrees(signature: EmbeddedPdfSignature, signer: bytes) -> bool:
    certificate = asn1.Certificate.load(signer)
    intact, valid = validate_sig_integrity(signature.signer_info, certificate, "data", signature.compute_digest())
    return bool(intact and valid)


def _later(comparison: pdf_changes.Comparison, signature: EmbeddedPdfSignature, gap: Gap) -> pdf_changes.Later:
    try:
        return pdf_changes.after(comparison, signature, gap, _certifies(signature, comparison.reader))
    except Exception:  # as above
        return pdf_changes.Later(Changes.UNKNOWN, False, ("CANNOT_BE_VALIDATED",))


def _certifies(signature: EmbeddedPdfSignature, reader: PdfFileReader) -> bool:
    """Tell whether this is the author's certification, which says what may change.

    The signature itself must say so, and the signer must have put it into the catalogue: whoever prepared the document
    can have named there an object that was to become somebody's approval.
    """
    try:
        if not any(one.get_object()["/TransformMethod"] == "/DocMDP" for one in signature.sig_object["/Reference"]):
            return False
        revision = signature.signed_revision
        if revision and "/DocMDP" in reader.get_historical_resolver(revision - 1).root.get("/Perms", ()):
            return False
        named = reader.root["/Perms"].raw_get("/DocMDP").reference
        return bool(named == signature.sig_field.raw_get("/V").reference)
    except (KeyError, AttributeError, TypeError):
        return False


def _claimed(signature: EmbeddedPdfSignature) -> datetime | None:
    try:
        claimed = signature.self_reported_timestamp
    except Exception:  # a date nobody can read is no claim
        return None
    return claimed if claimed is None or claimed.tzinfo is not None else claimed.astimezone()


def _evidence(reader: PdfFileReader, judge: Judge) -> None:
    """Take the document's own store of certificates, lists and answers (PAdES level LT)."""
    try:
        store = DocumentSecurityStore.read_dss(reader)
        judge.authorities.add(
            certificates=[one.dump() for one in store.load_certs()],
            crls=[bytes(one.get_object().data) for one in store.crls],
            ocsps=[bytes(one.get_object().data) for one in store.ocsps],
        )
    except Exception:  # no store, or none that can be read: then it does not help
        return


def _judged(data: Bytes, reader: PdfFileReader, found: list[_Found], judge: Judge) -> list[SignatureVerdict]:
    """Judge document time-stamps first, the newest before the older ones that it protects, then signatures."""
    stamps: list[tuple[int, datetime]] = []
    verdicts: dict[str, SignatureVerdict] = {}
    at = judge.now
    documents = [one for one in found if one.kind == "time-stamp" and one.facts is not None]
    # An authority's certificate that one signature brings along helps with the path of another's time-stamp.
    for one in found:
        if one.facts is not None:
            judge.authorities.add(one.facts.certificates)
    for one in sorted(documents, key=lambda one: one.revision, reverse=True):
        assert one.facts is not None
        verdict = verdicts[one.name] = judge.stamp(one.facts, at=at)
        if verdict.verdict is Verdict.VALID and verdict.time_stamp is not None:
            at = verdict.time_stamp
            stamps.append((one.revision, at))
    held = times.store(reader)
    archived = [one.revision for one in documents if one.facts is not None and one.facts.integrity is Integrity.INTACT]
    for one in found:
        if one.undecided is not None:
            verdicts[one.name] = one.undecided
        elif one.kind == "signature" and one.facts is not None and one.signed is not None:
            covering = [time for revision, time in stamps if revision > one.revision]
            verdicts[one.name] = _with_times(one, judge, covering, held, archived)
    return [verdicts[one.name] for one in found if one.name in verdicts]


def _with_times(
    one: _Found, judge: Judge, covering: list[datetime], held: times.Store, archived: list[int]
) -> SignatureVerdict:
    """Judge a signature by the earliest time that a trusted time-stamp proves, and tell its level."""
    assert one.facts is not None
    assert one.signed is not None
    facts, signed = one.facts, one.signed
    changed: dict[str, Any] = {}
    reasons = list(facts.reasons)
    proven = min(covering) if covering else None
    token_chain: tuple[bytes, ...] | None = None
    if signed.token is not None:
        stamped, reason, holds, token_chain = _signature_stamp(
            signed.token, signed.signature, judge, proven or judge.now, held.certificates
        )
        changed["time_stamp"] = stamped
        if holds:
            proven = stamped
        elif reason:
            reasons.append(reason)
    changed["proven"] = proven
    changed["reasons"] = tuple(reasons)
    verdict = judge.signature(Facts(**{**vars(facts), **changed}))
    if facts.level is not Level.B_B or facts.signer is None:
        return verdict
    path = [each.der for each in verdict.chain]
    chain = times.below_root(facts.signer, path, (*facts.certificates, *held.certificates))
    return replace(verdict, level=times.level_of(one.revision, archived, held, chain, token_chain))


def signature_stamp(token: bytes, signature: bytes, judge: Judge, at: datetime) -> tuple[datetime | None, str, bool]:
    """Judge a signature time-stamp: (its time if its own cryptography holds, reason against it, trusted)."""
    time, reason, holds, _ = _signature_stamp(token, signature, judge, at, ())
    return time, reason, holds


def _signature_stamp(
    token: bytes, signature: bytes, judge: Judge, at: datetime, others: Iterable[bytes]
) -> tuple[datetime | None, str, bool, tuple[bytes, ...] | None]:
    """Judge as above, and return also its certificate's chain below the root (None: there is no such time-stamp)."""
    try:
        read = cms.token(token, lambda algorithm: hashlib.new(algorithm, signature).digest())
    except (cms.Malformed, cms.NotAccepted):
        return None, "TIME_STAMP_BROKEN", False, None
    if not read.intact:
        return None, "TIME_STAMP_BROKEN", False, None
    verdict = judge.stamp(
        Facts(
            name="",
            integrity=Integrity.INTACT,
            changes=Changes.NONE,
            level=Level.OTHER,
            signer=read.signer,
            certificates=read.certificates,
            time_stamp=read.time,
            reasons=read.reasons,
        ),
        at=at,
    )
    holds = verdict.verdict is Verdict.VALID
    chain: tuple[bytes, ...] = ()
    if read.signer is not None:
        chain = times.below_root(read.signer, [one.der for one in verdict.chain], (*read.certificates, *others))
    return read.time, "" if holds else "TIME_STAMP_NOT_TRUSTED", holds, chain


# Files and signatures that can only be read as bytes


def _hidden(data: Bytes, found: list[_Found]) -> list[tuple[int, Gap]]:
    """Find signatures in the bytes that the newest revision no longer shows."""
    known = {one.gap for one in found}
    unseen: Iterator[Gap] = (gap for gap in dict.fromkeys(gaps(data)) if gap not in known)
    return list(enumerate(unseen, 1))[:SIGNATURE_LIMIT]


def _damaged(data: Bytes, name: str, judge: Judge) -> FileVerdict:
    """Judge a file whose structure cannot be followed by its bytes alone; nothing here can become valid."""
    signatures = [
        _raw(data, gap, f"#{number}", judge, "DOCUMENT_UNREADABLE")
        for number, gap in enumerate(list(dict.fromkeys(gaps(data)))[:SIGNATURE_LIMIT], 1)
    ]
    if not signatures:
        return FileVerdict(name, "pdf", Verdict.UNREADABLE, (), ("DOCUMENT_UNREADABLE",))
    verdict = worst(one.verdict for one in signatures)
    return FileVerdict(name, "pdf", verdict, tuple(signatures), ("DOCUMENT_UNREADABLE",))


def _raw(data: Bytes, gap: Gap, name: str, judge: Judge, reason: str) -> SignatureVerdict:
    contents = gap.contents(data)
    if contents is None:
        return undecided(name, "BYTE_RANGE_WRONG")
    try:
        signed = cms.verify(contents, lambda algorithm: gap.digest(data, algorithm))
    except cms.Malformed:
        return undecided(name, "SIGNATURE_MALFORMED")
    except cms.NotAccepted as error:
        return undecided(name, error.reason)
    reasons = [*signed.reasons, *(["PADDING_NOT_ZERO"] if any(contents[signed.length :]) else [])]
    return judge.signature(
        Facts(
            name=name,
            integrity=Integrity.INTACT if signed.intact else Integrity.BROKEN,
            changes=Changes.UNKNOWN,
            changes_allowed=False,
            level=Level.OTHER,
            signer=signed.signer,
            certificates=signed.certificates,
            signing_time=signed.signing_time,
            reasons=(*reasons, reason),
        )
    )
