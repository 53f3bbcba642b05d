"""PAdES: signing a PDF by an incremental update, and reading the result again at once.

Hides pyHanko's writer, the CMS and the structure tree. What is written is never called signed before it has been read
back: byte range, earlier revision, digest, signature value and certificate (see reread.py).
"""

# pyHanko declares types for its package but leaves many of its calls without them.
# mypy: disallow-untyped-calls=False

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import IO, Any, BinaryIO, Protocol

from asn1crypto import cms as asn1_cms
from asn1crypto import x509 as asn1
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields as pyhanko_fields
from pyhanko.sign import signers
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import SignatureObject
from pyhanko_certvalidator.registry import SimpleCertificateStore

from signing import cms, first, permissions, plain, reread, widget
from signing.certificate import Certificate
from signing.errors import (
    EarlierSignatureBroken,
    FieldMissing,
    FieldTaken,
    PdfEncrypted,
    PdfTooManySignatures,
    PdfUnreadable,
    SigningError,
    SigningForbidden,
)
from signing.key import Certified, Digest, SigningKey
from signing.permissions import Certify
from signing.stamp import Stamp

VIETNAM = timezone(timedelta(hours=7))
CHUNK = 1024 * 1024

MOST_SIGNATURES = 50
"""Every earlier signature is checked again; pyHanko takes 5 s for 50, and the time grows with the square."""


@dataclass(frozen=True)
class EmptyField:
    """A signature field made now for someone who signs later."""

    name: str
    page: int
    box: tuple[float, float, float, float]
    """x, y, width, height in points from the page's lower left corner"""
    title: str
    """What a screen reader says: 'Chữ ký của giám đốc'."""


class Timestamper(Protocol):
    """What gives signatures their time (signing.levels)."""

    @property
    def size(self) -> int:
        """Return how many bytes to keep free for a token."""

    def stamping(self, digest: Digest) -> Callable[[bytes], bytes]:
        """Return what makes a token of a signature value."""


@dataclass(frozen=True)
class SignatureFacts:
    """What was made, as read back from the finished file."""

    field: str
    certificate: Certificate
    signing_time: datetime
    """Claimed by the signer's clock, in Vietnam's time."""
    digest: str
    """sha256, sha384 or sha512"""
    level: str
    size: int
    """Bytes of the signed file."""
    visible: bool
    earlier: int
    """Signatures that were there before and still hold."""
    accessible: bool | None
    """The field stands in the structure tree (True), or the PDF/UA claim had to be dropped (False); None where the
    file makes no such claim and has no structure."""


@dataclass(frozen=True)
class SignedPdf:
    """A signed document that has been read again."""

    data: bytes | None = field(repr=False)
    """The file, where no target was given."""
    facts: SignatureFacts


@dataclass(frozen=True)
class Begun:
    """A signature that wants only its value; the document is kept apart from it."""

    draft: first.Draft = field(repr=False)
    attributes: bytes = field(repr=False)
    """The signed attributes: the value is made over `cms.to_be_signed` of them."""
    at: datetime


class _Writer(IncrementalPdfFileWriter):
    """pyHanko's incremental writer, leaving the document's metadata alone.

    It would stamp producer and date into Info and XMP and rewrite the XMP by its own model; a PDF/A file must not lose
    an entry there, and a signature is no edit of the document.
    """

    IO_CHUNK_SIZE = CHUNK

    def _update_meta(self) -> None:
        return


def sign_pdf(
    source: bytes | BinaryIO,
    target: BinaryIO | None,
    key: SigningKey,
    *,
    field: str | None = None,
    stamp: Stamp | None = None,
    at: datetime | None = None,
    reason: str | None = None,
    location: str | None = None,
    contact: str | None = None,
    prepare: Sequence[EmptyField] = (),
    certify: Certify | None = None,
    timestamper: Timestamper | None = None,
    stock: bool = False,
) -> SignedPdf:
    """Sign a PDF at PAdES level B-B, or B-T with a `timestamper`, and read it back.

    `field` names an empty signature field to fill or a new one to make; None takes the next free 'Signature1'. `stamp`
    says where it is seen; without one a new field is invisible. `prepare` makes empty fields for those who sign
    later: only the first signer may touch the structure tree. `certify` makes it the author's certification, which says
    what may be changed later; a lock that stands in the field is carried out. `target` must be a new seekable file
    opened for reading and writing ('w+b'), and memory stays constant for files; the caller renames it only when this
    returns. `stock` takes pyHanko's ordinary signer instead of the prepared CMS; both outputs parse alike.

    Raise PdfUnsignable and its kinds, StampUnfit, KeyTooWeak, UnsupportedKey, SignatureNotReread; what the key itself
    raises (a token's errors) passes through.
    """
    prepared = cms.prepare(key)
    moment = (at or datetime.now(VIETNAM)).astimezone(VIETNAM).replace(microsecond=0)
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    output: IO[bytes] = io.BytesIO() if target is None else target
    if not (stock or prepare or certify):
        reserve = prepared.size + (timestamper.size if timestamper is not None else 0)
        wish = first.Wish(field, stamp, _title(stamp, key), moment, reason, location, contact, reserve)
        draft = _draft(source, wish)
        if draft is not None:
            stamping = timestamper.stamping(prepared.digest) if timestamper is not None else None
            content = prepared.sign(key, draft.digest(prepared.digest), stamping)
            level = "B-B" if timestamper is None else "B-T"
            facts = _finished(draft, content, output, stream, key.certificate, moment, level)
            return SignedPdf(output.getvalue() if isinstance(output, io.BytesIO) and target is None else None, facts)
    writer = _open(stream)
    earlier = _earlier(writer)
    name, existing = _field(writer, field, earlier)
    with _as_unreadable():
        rights = permissions.of(
            writer,
            name if existing else None,
            earlier,
            certify,
            prepared.digest,
            key,
            timed=timestamper is not None,
            reason=reason,
        )
    with _as_unreadable():
        accessible = widget.Accessibility(writer, may_edit=not earlier)
        for empty in prepare:
            widget.add_empty(writer, empty.name, empty.page, empty.box, empty.title, accessible)
        page, box = (stamp.page, stamp.box) if stamp is not None else (1, None)
        if not existing:
            widget.require_place(writer, page, box)
    rectangle = None if box is None else (box[0], box[1], box[0] + box[2], box[1] + box[3])
    spec = None if existing else SigFieldSpec(name, on_page=page - 1, box=rectangle)  # type: ignore[arg-type]  # it rounds floats itself
    embedder = PdfCMSEmbedder(new_field_spec=spec)
    placeholder = SignatureObject(
        timestamp=moment,
        subfilter=SigSeedSubFilter.PADES,
        reason=reason,
        location=location,
        contact_info=contact,
        bytes_reserved=2 * (prepared.size + (timestamper.size if timestamper is not None else 0)),
    )
    with _as_unreadable():
        steps: Generator[Any, Any, Any] = embedder.write_cms(name, writer, existing_fields_only=existing)
        reference = next(steps)
        visible = widget.finish(writer, reference, stamp, _title(stamp, key), accessible, new=not existing)
        steps.send(SigObjSetup(sig_placeholder=placeholder, mdp_setup=rights))
        hashed, written = steps.send(SigIOSetup(md_algorithm=prepared.digest, output=output, chunk_size=CHUNK))
    stamping = timestamper.stamping(prepared.digest) if timestamper is not None else None
    if stock:
        content = _stock_cms(key, prepared.digest, hashed.document_digest, stamping)
    else:
        content = prepared.sign(key, hashed.document_digest, stamping)
    steps.send(content)
    found = reread.reread(written, stream, name, key.certificate)
    if earlier:
        _revalidate(written, name, earlier)
    facts = SignatureFacts(
        field=name,
        certificate=key.certificate,
        signing_time=moment,
        digest=found.digest,
        level="B-B" if timestamper is None else "B-T",
        size=found.size,
        visible=visible,
        earlier=len(earlier),
        accessible=accessible.outcome,
    )
    return SignedPdf(written.getvalue() if isinstance(written, io.BytesIO) and target is None else None, facts)


def begin_pdfs(
    sources: Sequence[bytes], key: Certified, *, field: str | None = None, at: datetime | None = None
) -> list[Begun | SigningError | None]:
    """Draft the invisible signatures of level B-B that `sign_pdf` makes, all but their values.

    What is wrong with a document stands in its place, and None for one that is not simple: `sign_pdf` signs it. Raise
    KeyTooWeak, UnsupportedKey.
    """
    prepared = cms.prepare(key)
    moment = (at or datetime.now(VIETNAM)).astimezone(VIETNAM).replace(microsecond=0)
    wish = first.Wish(field, None, _title(None, key), moment, None, None, None, prepared.size)
    outcomes: list[Begun | SigningError | None] = []
    for source in sources:
        try:
            draft = _draft(source, wish)
        except SigningError as error:
            outcomes.append(error)
            continue
        if draft is None:
            outcomes.append(None)
        else:
            outcomes.append(Begun(draft.of(b""), prepared.attributes(draft.digest(prepared.digest)), moment))
    return outcomes


def finish_pdfs(
    sources: Sequence[bytes], begun: Sequence[Begun], values: Sequence[bytes], key: Certified
) -> list[SignedPdf | SigningError]:
    """Put the values into the documents that `begin_pdfs` drafted, and read each again as `sign_pdf` does."""
    prepared = cms.prepare(key)
    outcomes: list[SignedPdf | SigningError] = []
    for source, one, value in zip(sources, begun, values, strict=True):
        output = io.BytesIO()
        try:
            content = prepared.assemble(one.attributes, value)
            facts = _finished(
                one.draft.of(source), content, output, io.BytesIO(source), key.certificate, one.at, "B-B"
            )  # fmt: skip
            outcomes.append(SignedPdf(output.getvalue(), facts))
        except SigningError as error:
            outcomes.append(error)
    return outcomes


def _finished(
    draft: first.Draft,
    content: bytes,
    output: IO[bytes],
    source: BinaryIO,
    certificate: Certificate,
    moment: datetime,
    level: str,
) -> SignatureFacts:
    """Write a draft with its CMS and read it again. Raise SignatureNotReread."""
    draft.write(output, content)
    found = reread.reread(output, source, draft.name, certificate)
    return SignatureFacts(
        field=draft.name,
        certificate=certificate,
        signing_time=moment,
        digest=found.digest,
        level=level,
        size=found.size,
        visible=draft.visible,
        earlier=0,
        accessible=draft.accessible,
    )


def _draft(source: bytes | BinaryIO, wish: first.Wish) -> first.Draft | None:
    """Put the first signature's increment together the quick way, or return None: the file needs pyHanko."""
    if isinstance(source, bytes):
        data = source
    else:
        if source.seek(0, io.SEEK_END) > plain.LARGEST:
            return None
        source.seek(0)
        data = source.read()
    try:
        return first.draft(data, wish)
    except (plain.NotPlain, UnicodeError):
        return None


class _as_unreadable:
    """Turn whatever pyHanko raises on a strange file into PdfUnreadable; our own errors pass.

    Besides its own PdfReadError it lets ValueError, KeyError, TypeError, AssertionError and others escape.
    """

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if isinstance(error, Exception) and not isinstance(error, SigningError | OSError):
            raise PdfUnreadable from error


def _open(stream: BinaryIO) -> _Writer:
    stream.seek(0)
    with _as_unreadable():
        # Not strict: scanners and old programs write slightly wrong cross-references that every reader accepts.
        reader = PdfFileReader(stream, strict=False)
        if reader.encrypted:
            raise PdfEncrypted
        writer = _Writer(stream, prev=reader)
        if not isinstance(writer.root, generic.DictionaryObject):
            raise PdfUnreadable
        return writer


def _earlier(writer: _Writer) -> list[str]:
    """List the signed fields; raise where they forbid or cannot bear one more."""
    if "/AcroForm" not in writer.root:
        return []
    with _as_unreadable():
        signed = [str(name) for name, value, _ in pyhanko_fields.enumerate_sig_fields(writer.prev, filled_status=True)]
    if not signed:
        return []
    if len(signed) >= MOST_SIGNATURES:
        raise PdfTooManySignatures(len(signed), MOST_SIGNATURES)
    try:
        embedded = writer.prev.embedded_signatures
        levels = [(one.field_name, one.docmdp_level) for one in embedded]
    except Exception as error:
        raise EarlierSignatureBroken(signed[0], "unreadable") from error
    for name, level in levels:
        if level is not None and level == pyhanko_fields.MDPPerm.NO_CHANGES:
            raise SigningForbidden(name)
    return signed


def _field(writer: _Writer, wanted: str | None, earlier: Sequence[str]) -> tuple[str, bool]:
    """Choose the field's name and say whether it exists (empty, for signatures)."""
    with _as_unreadable():
        names = widget.field_names(writer)
    if wanted is None:
        number = 1
        while f"Signature{number}" in names:
            number += 1
        return f"Signature{number}", False
    if not wanted.strip() or len(wanted) > 120:
        raise FieldMissing(wanted[:120])
    if wanted not in names:
        return wanted, False
    if names[wanted] != "/Sig" or wanted in earlier:
        raise FieldTaken(wanted)
    return wanted, True


def _title(stamp: Stamp | None, key: Certified) -> str:
    return stamp.title if stamp is not None else key.certificate.common_name


def _revalidate(written: IO[bytes], name: str, earlier: Sequence[str]) -> None:
    """Validate every earlier signature in full against the finished file; raise EarlierSignatureBroken."""
    written.seek(0)
    try:
        embedded = [one for one in PdfFileReader(written, strict=False).embedded_signatures if one.field_name != name]
    except Exception as error:
        raise EarlierSignatureBroken(earlier[0], "unreadable") from error
    if len(embedded) != len(earlier):
        raise EarlierSignatureBroken(earlier[0], "unreadable")
    for one in embedded:
        reason = reread.judge_earlier(one)
        if reason == "changes" and one.field_name in _unharmed(written):
            continue
        if reason is not None:
            raise EarlierSignatureBroken(one.field_name, reason)


def _unharmed(written: IO[bytes]) -> set[str]:
    """Name the signatures that our own, stricter comparison of revisions finds unharmed.

    pyHanko takes a page's list of annotations for a part of every field on it: with one field locked by an earlier
    signature, a new field beside it would be an edit of the locked one.
    """
    from signing.trust import Trust
    from signing.validation import Changes, Integrity
    from signing.validation.judge import Judge
    from signing.validation.pdf import validate
    from signing.validation.standing import Authorities

    written.seek(0)
    data = written.read()
    verdict = validate(data, io.BytesIO(data), "", Judge(Authorities(Trust()), datetime.now(VIETNAM)))
    return {
        one.name
        for one in verdict.signatures
        if one.integrity is Integrity.INTACT
        and one.changes_after in (Changes.NONE, Changes.PERMITTED)
        and not {"FORM_CHANGED_AFTER", "FORM_CHANGED_AS_CERTIFIED", "UNSIGNED_FIELD_DRAWN"} & set(one.reasons)
    }


class _StockSigner(signers.Signer):
    """pyHanko's own way of building the CMS, with the raw signature from our key."""

    def __init__(self, key: SigningKey) -> None:
        self._key = key
        store = SimpleCertificateStore()
        store.register_multiple(asn1.Certificate.load(der) for der in key.chain)
        super().__init__(
            signing_cert=asn1.Certificate.load(key.certificate.der), cert_registry=store, embed_roots=False
        )

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if dry_run:
            return bytes(512)
        return self._key.sign(data, digest_algorithm)  # type: ignore[arg-type]  # one of ours, from cms.prepare


def _stock_cms(
    key: SigningKey, digest: str, document_digest: bytes, stamp: Callable[[bytes], bytes] | None = None
) -> bytes:
    signer = _StockSigner(key)
    built = asyncio.run(signer.async_sign(document_digest, digest_algorithm=digest, use_pades=True))
    if stamp is not None:
        one = built["content"]["signer_infos"][0]
        token = asn1_cms.ContentInfo.load(stamp(bytes(one["signature"].native)))
        attribute = asn1_cms.CMSAttribute({"type": "signature_time_stamp_token", "values": [token]})
        one["unsigned_attrs"] = asn1_cms.CMSAttributes([attribute])
    return bytes(built.dump())
