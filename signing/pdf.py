"""PAdES: signing a PDF by an incremental update, and reading the result again at once.

Hides which way a file is written, the CMS and the structure tree. What is written is never called signed before it has
been read back: byte range, earlier revision, digest, signature value and certificate (see reread.py).
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import IO, TYPE_CHECKING, BinaryIO, Protocol

from signing import cms, first, plain, reread
from signing.certificate import Certificate
from signing.errors import SigningError
from signing.key import Certified, Digest, SigningKey
from signing.stamp import Stamp

if TYPE_CHECKING:
    from signing.permissions import Certify

VIETNAM = timezone(timedelta(hours=7))

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
    reserve = prepared.size + (timestamper.size if timestamper is not None else 0)
    wish = first.Wish(field, stamp, _title(stamp, key), moment, reason, location, contact, reserve)
    draft = None if stock or prepare or certify else _draft(source, wish)
    if draft is not None:
        stamping = timestamper.stamping(prepared.digest) if timestamper is not None else None
        content = prepared.sign(key, draft.digest(prepared.digest), stamping)
        level = "B-B" if timestamper is None else "B-T"
        facts = _finished(draft, content, output, stream, key.certificate, moment, level)
    else:
        from signing.modelled import sign_modelled  # pyHanko takes half a second of processor time to load

        facts = sign_modelled(
            stream, output, key, wish, prepare=prepare, certify=certify, timestamper=timestamper, stock=stock
        )
    return SignedPdf(output.getvalue() if isinstance(output, io.BytesIO) and target is None else None, facts)


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


def _title(stamp: Stamp | None, key: Certified) -> str:
    return stamp.title if stamp is not None else key.certificate.common_name
