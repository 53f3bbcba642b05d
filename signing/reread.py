"""Reading a signed PDF again: what was written, not what was meant to be written.

Trusts nothing of the writing step. The checks are done on the finished bytes: the byte range covers the whole file but
the signature's own value, the source is its untouched beginning, the digest is that of the bytes on disk, and the
signature value verifies under the chosen certificate. Own code for the cryptography, so that a fault in the library
that wrote does not excuse itself.
"""

from __future__ import annotations

import binascii
import hashlib
import io
from dataclasses import dataclass
from typing import IO, Any, BinaryIO

from asn1crypto import cms, core
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation import EmbeddedPdfSignature, SignatureCoverageLevel
from pyhanko.sign.validation.generic_cms import validate_sig_integrity

from signing.certificate import Certificate, verify_value
from signing.errors import SignatureNotReread

_CHUNK = 1024 * 1024
_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}


@dataclass(frozen=True)
class Reread:
    """What the finished file holds."""

    digest: str
    size: int


def reread(written: IO[bytes], source: BinaryIO, field: str, certificate: Certificate) -> Reread:
    """Check the newest signature of a finished file; raise SignatureNotReread at the first doubt."""
    try:
        return _reread(written, source, field, certificate)
    except SignatureNotReread:
        raise
    except OSError:
        raise
    except Exception as error:  # a file that cannot be parsed is not a signed file
        raise SignatureNotReread("missing") from error


def _reread(written: IO[bytes], source: BinaryIO, field: str, certificate: Certificate) -> Reread:
    size = written.seek(0, io.SEEK_END)
    source_size = source.seek(0, io.SEEK_END)
    signature = _signature_dictionary(written, field)
    zero, first, second, rest = (int(value) for value in signature["/ByteRange"])
    if zero != 0 or second + rest != size or not source_size <= first < second:
        raise SignatureNotReread("byte_range")
    contents = _contents(written, first, second)
    _require_prefix(written, source, source_size)
    info = cms.ContentInfo.load(contents)
    signed = info["content"]
    if info["content_type"].native != "signed_data" or len(signed["signer_infos"]) != 1:
        raise SignatureNotReread("signature")
    if any(contents[len(info.dump()) :]):
        raise SignatureNotReread("byte_range")
    signer = signed["signer_infos"][0]
    digest = str(signer["digest_algorithm"]["algorithm"].native)
    attributes = {one["type"].native: one["values"] for one in signer["signed_attrs"]}
    if bytes(attributes["message_digest"][0].native) != _digest(written, digest, first, second, size):
        raise SignatureNotReread("digest")
    ess = attributes["signing_certificate_v2"][0]["certs"][0]["cert_hash"].native
    embedded = [one.chosen.dump() for one in signed["certificates"]]
    if bytes(ess).hex() != certificate.fingerprint or certificate.der not in embedded:
        raise SignatureNotReread("certificate")
    content = signer["signed_attrs"].untag().dump()
    try:
        verify_value(certificate.der, bytes(signer["signature"].native), content, _HASHES[digest]())
    except InvalidSignature as error:
        raise SignatureNotReread("signature") from error
    return Reread(digest, size)


def _signature_dictionary(written: IO[bytes], field: str) -> Any:
    written.seek(0)
    reader = PdfFileReader(written, strict=False)
    for name, value, _ in enumerate_sig_fields(reader, filled_status=True):
        if name == field:
            return value.get_object()
    raise SignatureNotReread("missing")


def _contents(written: IO[bytes], first: int, second: int) -> bytes:
    if second - first > 1024 * 1024:
        raise SignatureNotReread("byte_range")
    written.seek(first)
    gap = written.read(second - first)
    if gap[:1] != b"<" or gap[-1:] != b">":
        raise SignatureNotReread("byte_range")
    return binascii.unhexlify(gap[1:-1])


def _require_prefix(written: IO[bytes], source: BinaryIO, size: int) -> None:
    if isinstance(written, io.BytesIO) and isinstance(source, io.BytesIO):
        with written.getbuffer() as new, source.getbuffer() as old:
            if new[:size] != old:
                raise SignatureNotReread("prefix")
        return
    written.seek(0)
    source.seek(0)
    left = size
    while left:
        chunk = source.read(min(_CHUNK, left))
        if not chunk or written.read(len(chunk)) != chunk:
            raise SignatureNotReread("prefix")
        left -= len(chunk)


def _digest(written: IO[bytes], digest: str, first: int, second: int, size: int) -> bytes:
    state = hashlib.new(digest)
    if isinstance(written, io.BytesIO):
        with written.getbuffer() as view:
            state.update(view[:first])
            state.update(view[second:size])
        return state.digest()
    for start, end in ((0, first), (second, size)):
        written.seek(start)
        left = end - start
        while left:
            chunk = written.read(min(_CHUNK, left))
            if not chunk:
                raise SignatureNotReread("digest")
            state.update(chunk)
            left -= len(chunk)
    return state.digest()


def judge_earlier(signature: EmbeddedPdfSignature) -> str | None:
    """Validate an earlier signature or time-stamp in full, trust apart; return why it does not hold, or None.

    Its digest and signature value must verify, its revision must be covered, and everything added since, our own
    step included, must be what its permissions allow.
    """
    try:
        signature.compute_integrity_info()
        summary = signature.summarise_integrity_info()
        signer = signature.signer_info
        if signature.sig_object.get("/Type") == "/DocTimeStamp":
            content = signature.signed_data["encap_content_info"]["content"]
            imprint = content.parsed["message_imprint"]["hashed_message"].native
            algorithm = signer["digest_algorithm"]["algorithm"].native
            actual = hashlib.new(algorithm, core.OctetString.load(content.dump()).native).digest()
            if imprint != signature.compute_digest():
                return "digest"
            intact, valid = validate_sig_integrity(signer, signature.signer_cert, "tst_info", actual)
        else:
            intact, valid = validate_sig_integrity(
                signer, signature.signer_cert, "data", signature.compute_digest()
            )
    except Exception:  # whatever escapes from a strange signature: it cannot be said to hold
        return "unreadable"
    if not (intact and valid):
        return "digest"
    covered = summary["coverage"] in (
        SignatureCoverageLevel.ENTIRE_REVISION,
        SignatureCoverageLevel.ENTIRE_FILE,
    )
    difference = summary["diff_result"]
    allowed = isinstance(difference, DiffResult) and difference.modification_level in (
        ModificationLevel.NONE,
        ModificationLevel.LTA_UPDATES,
        ModificationLevel.FORM_FILLING,
    )
    return None if covered and allowed and summary["docmdp_ok"] is not False else "changes"
