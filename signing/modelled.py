"""A signature in any PDF, by pyHanko's model of the document: the way of files that are not simple (see first.py).

Earlier signatures, fields that stand there, certifications, locks and cross-reference streams are all done here. Loaded
only where a file needs it.
"""

# pyHanko declares types for its package but leaves many of its calls without them.
# mypy: disallow-untyped-calls=False

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Generator, Sequence
from datetime import datetime
from typing import IO, Any, BinaryIO

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

from signing import cms, permissions, reread, widget
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
from signing.first import Wish
from signing.key import SigningKey
from signing.pdf import MOST_SIGNATURES, VIETNAM, EmptyField, SignatureFacts, Timestamper
from signing.permissions import Certify

CHUNK = 1024 * 1024


def sign_modelled(
    stream: BinaryIO,
    output: IO[bytes],
    key: SigningKey,
    wish: Wish,
    *,
    prepare: Sequence[EmptyField] = (),
    certify: Certify | None = None,
    timestamper: Timestamper | None = None,
    stock: bool = False,
) -> SignatureFacts:
    """Sign as `signing.pdf.sign_pdf` says, and read it back; raise what it raises."""
    prepared = cms.prepare(key)
    stamp = wish.stamp
    writer = _open(stream)
    earlier = _earlier(writer)
    name, existing = _field(writer, wish.field, earlier)
    with _as_unreadable():
        rights = permissions.of(
            writer,
            name if existing else None,
            earlier,
            certify,
            prepared.digest,
            key,
            timed=timestamper is not None,
            reason=wish.reason,
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
        timestamp=wish.at,
        subfilter=SigSeedSubFilter.PADES,
        reason=wish.reason,
        location=wish.location,
        contact_info=wish.contact,
        bytes_reserved=2 * wish.reserve,
    )
    with _as_unreadable():
        steps: Generator[Any, Any, Any] = embedder.write_cms(name, writer, existing_fields_only=existing)
        reference = next(steps)
        visible = widget.finish(writer, reference, stamp, wish.title, accessible, new=not existing)
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
    return SignatureFacts(
        field=name,
        certificate=key.certificate,
        signing_time=wish.at,
        digest=found.digest,
        level="B-B" if timestamper is None else "B-T",
        size=found.size,
        visible=visible,
        earlier=len(earlier),
        accessible=accessible.outcome,
    )


class _Writer(IncrementalPdfFileWriter):
    """pyHanko's incremental writer, leaving the document's metadata alone.

    It would stamp producer and date into Info and XMP and rewrite the XMP by its own model; a PDF/A file must not lose
    an entry there, and a signature is no edit of the document.
    """

    IO_CHUNK_SIZE = CHUNK

    def _update_meta(self) -> None:
        return


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
