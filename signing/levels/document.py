"""Writing the levels into a PDF: validation data (DSS) and document time-stamps, each an increment behind what stands.

What was signed is never touched: every step only appends. The finished file is judged again from its own bytes, without
a network; where an earlier signature no longer holds, or the level is not the one asked for, nothing is returned and
the caller throws the file away.

ETSI EN 319 142-1, 6.3. A signature's own time-stamp attribute stands inside the signature and can only be made while
signing; a signature of level B-B is therefore raised by a document time-stamp over the whole file, which the standard
allows as the proof of time of level B-T.
"""

# pyHanko declares types for its package but leaves many of its calls without them.
# mypy: disallow-untyped-calls=False

from __future__ import annotations

import contextlib
import hashlib
import io
import mmap
import os
import sys
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any, BinaryIO

from asn1crypto import crl as asn1_crl
from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import x509 as asn1
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import DocumentTimestamp
from pyhanko.sign.validation.dss import DocumentSecurityStore

from signing import widget
from signing.errors import (
    EarlierSignatureBroken,
    LevelNotReached,
    LevelReached,
    NotBaseline,
    NothingToExtend,
    PdfUnreadable,
    SigningError,
    TimeStampServerMissing,
)
from signing.key import Digest, SigningKey, digest_for
from signing.levels.evidence import Evidence
from signing.levels.proofs import ORDER, Proofs
from signing.levels.timestamp import Token
from signing.pdf import VIETNAM, SignatureFacts, SignedPdf, sign_pdf
from signing.validation import pdf as judging
from signing.validation import times
from signing.validation.judge import Judge
from signing.validation.pdf_bytes import FileBytes
from signing.validation.standing import Authorities
from signing.validation.verdict import (
    Changes,
    FileVerdict,
    Integrity,
    Level,
    SignatureVerdict,
    Verdict,
)

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

CHUNK = 1024 * 1024
STAMP_DIGEST: Digest = "sha256"
"""For document time-stamps; as good as the digests inside."""


@dataclass(frozen=True)
class Extended:
    """A document raised to a level, judged again."""

    data: bytes | None = field(repr=False)
    """The file, where no target was given."""
    before: Level
    """The lowest level among its signatures."""
    level: Level
    signatures: int
    by_document_time_stamp: bool
    """The time of at least one signature is proven by a document time-stamp, because it had none of its own."""
    renewed: bool
    """It was of level B-LTA before: the archive time-stamp was renewed."""
    time_stamp: datetime | None
    """Of the document time-stamp made last, where one was made."""
    size: int


def sign(
    source: bytes | BinaryIO,
    target: BinaryIO | None,
    key: SigningKey,
    *,
    level: Level,
    proofs: Proofs | None = None,
    at: datetime | None = None,
    **more: Any,
) -> SignedPdf:
    """Sign a PDF at a level; `more` are the arguments of `signing.pdf.sign_pdf`.

    Before anything is signed, the certificate's chain and status are checked as the level needs it, and the time-stamp
    server must have answered once. Raises what sign_pdf raises, TimeStampFailed and LevelFailed with their kinds.
    """
    moment = (at or datetime.now(VIETNAM)).astimezone(VIETNAM)
    if level is Level.B_B:
        return sign_pdf(source, target, key, at=moment, **more)
    if proofs is None or proofs.server is None:
        raise TimeStampServerMissing
    proofs.require(key, level, moment)
    digest = digest_for(key)
    proofs.learn(level, digest)
    timestamper = _Timestamper(proofs, level)
    output: IO[bytes] = io.BytesIO() if target is None else target
    made = sign_pdf(source, output, key, at=moment, timestamper=timestamper, **more)  # type: ignore[arg-type]  # both seek
    token = timestamper.token
    assert token is not None
    if level is not Level.B_T:
        evidence = proofs.evidence(key.certificate.der, token.time, key.chain, level) | proofs.of_stamp(
            token.signer.der, token.time, token.certificates, level
        )
        _append(output, proofs, level, evidence, archive=level is Level.B_LTA)
    verdict = _judged(output, proofs)
    _require_all_hold(verdict, level, made.facts.field)
    _require_level(verdict, level, [made.facts.field])
    size = output.seek(0, io.SEEK_END)
    facts = SignatureFacts(**{**vars(made.facts), "level": level.value, "size": size})
    return SignedPdf(_value(output, target), facts)


def extend(source: bytes | BinaryIO, target: BinaryIO | None, *, level: Level, proofs: Proofs) -> Extended:
    """Raise every signature of a PDF to a level, or renew the archive of one that is B-LTA already.

    Raises NothingToExtend, NotBaseline, LevelReached, EarlierSignatureBroken, TimeStampFailed and LevelFailed with
    their kinds, PdfUnsignable.
    """
    output: IO[bytes] = io.BytesIO() if target is None else target
    length = _copy(source, output)
    before = _judged(output, proofs)
    signatures = [one for one in before.signatures if one.kind == "signature"]
    if before.verdict is Verdict.UNREADABLE or (before.reasons and not before.signatures):
        raise PdfUnreadable
    if not signatures:
        raise NothingToExtend(level.value)
    _require_all_hold(before, level, "")
    present = min((one.level for one in signatures), key=lambda one: ORDER[one])
    if present is Level.OTHER:
        raise NotBaseline(level.value, next(one.name for one in signatures if one.level is Level.OTHER))
    renewed = present is Level.B_LTA and level is Level.B_LTA
    if ORDER[present] >= ORDER[level] and not renewed:
        raise LevelReached(level.value, present.value)
    if ORDER[level] < ORDER[Level.B_T]:
        raise LevelReached(level.value, present.value)
    proofs.know(times.certificates(output))  # type: ignore[arg-type]  # it seeks and reads
    timed_by_document = any(one.level is Level.B_B for one in signatures)
    stamp: Token | None = None
    if timed_by_document:
        proofs.learn(level, STAMP_DIGEST)
        stamp = _append(output, proofs, level, None, archive=True)
    if level is not Level.B_T:
        archive = level is Level.B_LTA
        if archive:
            proofs.learn(level, STAMP_DIGEST)
        evidence = Evidence() if renewed else _evidence_for(before, proofs, level, stamp)
        evidence = evidence | _evidence_for_stamps(output, proofs, level)
        stamp = _append(output, proofs, level, evidence, archive=archive) or stamp
    verdict = _judged(output, proofs)
    _require_all_hold(verdict, level, "")
    _require_level(verdict, level, [one.name for one in signatures])
    if _digest(output, length) != _digest_of(source, length):
        raise EarlierSignatureBroken(signatures[0].name, "changes")
    return Extended(
        data=_value(output, target),
        before=present,
        level=level,
        signatures=len(signatures),
        by_document_time_stamp=timed_by_document,
        renewed=renewed,
        time_stamp=stamp.time if stamp is not None else None,
        size=output.seek(0, io.SEEK_END),
    )


class _Timestamper:
    """Stamps signature values while a PDF is being signed."""

    def __init__(self, proofs: Proofs, level: Level) -> None:
        self._proofs = proofs
        self._level = level
        self.token: Token | None = None

    @property
    def size(self) -> int:
        server = self._proofs.server
        return server.size if server is not None else 0

    def stamping(self, digest: Digest) -> Callable[[bytes], bytes]:
        def stamp(value: bytes) -> bytes:
            self.token = self._proofs.stamp(hashlib.new(digest, value).digest(), digest, self._level)
            return self.token.der

        return stamp


# what a validator will need


def _evidence_for(before: FileVerdict, proofs: Proofs, level: Level, stamp: Token | None) -> Evidence:
    """Gather for every signer, at the time that is proven for the signature (else that of the stamp just made)."""
    found = Evidence()
    for one in before.signatures:
        if one.kind != "signature" or one.signer is None or ORDER[one.level] >= ORDER[level]:
            continue
        moment = one.time_stamp or (stamp.time if stamp is not None else proofs.now())
        found = found | proofs.evidence(one.signer.der, moment, [each.der for each in one.chain], level)
    return found


def _evidence_for_stamps(output: IO[bytes], proofs: Proofs, level: Level) -> Evidence:
    """Gather for the authority of every time-stamp in the file, as it stands now: a later stamp will vouch for that."""
    found = Evidence()
    for signer, _, others in times.tokens(output):  # type: ignore[arg-type]  # it seeks and reads
        found = found | proofs.of_stamp(signer, proofs.now(), others, level)
    return found


# writing


class _Writer(IncrementalPdfFileWriter):
    """pyHanko's writer, leaving producer, dates and XMP of the document alone: this is no edit."""

    IO_CHUNK_SIZE = CHUNK

    def _update_meta(self) -> None:
        return


def _append(
    output: IO[bytes], proofs: Proofs, level: Level, evidence: Evidence | None, *, archive: bool
) -> Token | None:
    """Append one increment: validation data, a document time-stamp, or both (then the stamp covers the data)."""
    output.seek(0)
    with _as_unreadable():
        writer = _Writer(output, prev=PdfFileReader(output, strict=False))
        if evidence is not None:
            DocumentSecurityStore.supply_dss_in_writer(
                writer,
                None,
                certs=[asn1.Certificate.load(der) for der in evidence.certificates],
                ocsps=[asn1_ocsp.OCSPResponse.load(der) for der in evidence.ocsps],
                crls=[asn1_crl.CertificateList.load(der) for der in evidence.crls],
            )
        if not archive:
            writer.write_in_place()
            return None
    return _time_stamp(writer, output, proofs, level)


def _time_stamp(writer: _Writer, output: IO[bytes], proofs: Proofs, level: Level) -> Token:
    size = proofs.learn(level, STAMP_DIGEST)
    with _as_unreadable():
        taken = widget.field_names(writer)
        number = 1
        while f"DocTimeStamp{number}" in taken:
            number += 1
        name = f"DocTimeStamp{number}"
        embedder = PdfCMSEmbedder(new_field_spec=SigFieldSpec(name))
        steps: Generator[Any, Any, Any] = embedder.write_cms(name, writer)
        reference = next(steps)
        one = reference.get_object()
        one[pdf_name("/TU")] = generic.TextStringObject("Dấu thời gian của tài liệu")
        # Beside the page: PDF/UA asks for a place in the structure only of what lies on it, and the tree is signed.
        one[pdf_name("/Rect")] = generic.ArrayObject(generic.NumberObject(-1) for _ in range(4))
        steps.send(SigObjSetup(sig_placeholder=DocumentTimestamp(bytes_reserved=2 * size)))
        hashed, _ = steps.send(SigIOSetup(md_algorithm=STAMP_DIGEST, in_place=True, chunk_size=CHUNK))
    token = proofs.stamp(hashed.document_digest, STAMP_DIGEST, level)
    with _as_unreadable():
        steps.send(token.der)
    return token


@contextlib.contextmanager
def _as_unreadable() -> Iterator[None]:
    """Turn whatever pyHanko raises on a strange file into PdfUnreadable; our own errors pass."""
    try:
        yield
    except (SigningError, OSError):
        raise
    except Exception as error:
        raise PdfUnreadable from error


# judging what was made


def _judged(output: IO[bytes], proofs: Proofs) -> FileVerdict:
    """Judge the file by its own bytes and the user's trust, asking nobody."""
    judge = Judge(Authorities(proofs.trust), proofs.now())
    if isinstance(output, io.BytesIO):
        return judging.validate(output.getvalue(), output, "", judge)
    output.flush()
    if not output.seek(0, io.SEEK_END):
        raise PdfUnreadable
    if sys.platform == "win32":
        with mmap.mmap(output.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            return judging.validate(mapped, output, "", judge)  # type: ignore[arg-type]  # it seeks and reads
    with io.BufferedReader(_Beside(output.fileno())) as beside:
        return judging.validate(FileBytes(beside), output, "", judge)  # type: ignore[arg-type]  # as above


class _Beside(io.RawIOBase):
    """An open file read at a place of its own: what is mapped would count as resident memory."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        begin = {io.SEEK_SET: 0, io.SEEK_CUR: self._place}.get(whence)
        self._place = offset + (os.fstat(self._descriptor).st_size if begin is None else begin)
        return self._place

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer)
        read = os.pread(self._descriptor, len(view), self._place)
        view[: len(read)] = read
        self._place += len(read)
        return len(read)


def _require_all_hold(verdict: FileVerdict, level: Level, ours: str) -> None:
    """Every signature's bytes and value hold, and what came after it is of the harmless kinds."""
    for one in verdict.signatures:
        if one.integrity is not Integrity.INTACT:
            why = "digest" if one.integrity is Integrity.BROKEN else "unreadable"
        elif one.changes_after not in (Changes.NONE, Changes.PERMITTED) or "FORM_CHANGED_AFTER" in one.reasons:
            why = "changes"
        else:
            continue
        if one.name == ours:
            raise LevelNotReached(level.value, one.reasons)
        raise EarlierSignatureBroken(one.name, why)


def _require_level(verdict: FileVerdict, level: Level, names: list[str]) -> None:
    """The named signatures are of the level; above B-T they are also valid by what the file itself holds."""
    found = {one.name: one for one in verdict.signatures}
    for name in names:
        one = found.get(name)
        if one is None or ORDER[one.level] < ORDER[level]:
            raise LevelNotReached(level.value, one.reasons if one is not None else ())
        if ORDER[level] > ORDER[Level.B_T] and not _stands(one):
            raise LevelNotReached(level.value, one.reasons)


def _stands(one: SignatureVerdict) -> bool:
    return one.verdict is Verdict.VALID


# bytes


def _copy(source: bytes | BinaryIO, output: IO[bytes]) -> int:
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    stream.seek(0)
    length = 0
    while chunk := stream.read(CHUNK):
        output.write(chunk)
        length += len(chunk)
    return length


def _digest_of(source: bytes | BinaryIO, length: int) -> bytes:
    return _digest(io.BytesIO(source) if isinstance(source, bytes) else source, length)


def _digest(stream: IO[bytes], length: int) -> bytes:
    state = hashlib.sha256()
    stream.seek(0)
    while length > 0 and (chunk := stream.read(min(CHUNK, length))):
        state.update(chunk)
        length -= len(chunk)
    return state.digest()


def _value(output: IO[bytes], target: BinaryIO | None) -> bytes | None:
    return output.getvalue() if isinstance(output, io.BytesIO) and target is None else None
