"""Reading a signed PDF again: what was written, not what was meant to be written.

Trusts nothing of the writing step. The checks are done on the finished bytes: the byte range covers the whole file but
the signature's own value, the source is its untouched beginning, the digest is that of the bytes on disk, and the
signature value verifies under the chosen certificate. Own code for the cryptography, so that a fault in the library
that wrote does not excuse itself.
"""

# pyHanko declares types for its package but leaves many of its calls without them.
# mypy: disallow-untyped-calls=False

from __future__ import annotations

import binascii
import hashlib
import io
import re
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, BinaryIO, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes

from signing.certificate import Certificate, verify_value
from signing.cms import tlv
from signing.errors import SignatureNotReread
from signing.plain import LARGEST, NotPlain, Plain, newest_table, reference

if TYPE_CHECKING:
    from pyhanko.sign.validation import EmbeddedPdfSignature

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
    (zero, first, second, rest), contents = _signature_object(written, source, field, size, source_size)
    if zero != 0 or second + rest != size or not source_size <= first < second:
        raise SignatureNotReread("byte_range")
    if contents != _gap(written, first, second):
        raise SignatureNotReread("byte_range")
    _require_prefix(written, source, source_size)
    made = _cms(contents)
    if made.message_digest != _digest(written, made.digest, first, second, size):
        raise SignatureNotReread("digest")
    if made.bound.hex() != certificate.fingerprint or certificate.der not in made.certificates:
        raise SignatureNotReread("certificate")
    try:
        verify_value(certificate.der, made.value, made.signed, _HASHES[made.digest]())
    except InvalidSignature as error:
        raise SignatureNotReread("signature") from error
    return Reread(made.digest, size)


@dataclass(frozen=True)
class _Cms:
    """What a finished CMS says, as far as it is checked."""

    digest: str
    certificates: list[bytes]
    signed: bytes
    """What the value is made over: the attributes under the SET OF tag, not under [0] (RFC 5652, 5.4)."""
    message_digest: bytes
    bound: bytes
    """The signer's certificate's SHA-256, of the attribute signing-certificate-v2."""
    value: bytes


_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_CONTENT_TYPE = bytes.fromhex("06092a864886f70d010903")
_MESSAGE_DIGEST = bytes.fromhex("06092a864886f70d010904")
_SIGNING_CERTIFICATE_V2 = bytes.fromhex("060b2a864886f70d010910022f")
_DATA = bytes.fromhex("06092a864886f70d010701")
_DIGESTS = {
    bytes.fromhex("0609608648016503040201"): "sha256",
    bytes.fromhex("0609608648016503040202"): "sha384",
    bytes.fromhex("0609608648016503040203"): "sha512",
}
_INTEGER, _OCTETS, _SEQUENCE, _SET, _FIRST, _SECOND = 0x02, 0x04, 0x30, 0x31, 0xA0, 0xA1
_MOST = 1000


def _cms(contents: bytes) -> _Cms:
    """Read a ContentInfo with SignedData of one signer; behind it only zeros may stand.

    Every value is taken in its place in RFC 5652, 5.1 and 5.3, and anything else there is refused: what was written is
    DER. A fiftieth of the time of a model of all of ASN.1, and the bytes are looked at as they stand in the file.
    """
    whole, end = _value(contents, 0)
    if any(contents[end:]):
        raise SignatureNotReread("byte_range")
    kind, content = _values(_of(_SEQUENCE, whole))
    (signed_data,) = _values(_of(_FIRST, content))
    _, _, _, embedded, *lists, infos = _values(_of(_SEQUENCE, signed_data))
    signers = _values(_of(_SET, infos))
    if kind.raw != _SIGNED_DATA or len(signers) != 1:
        raise SignatureNotReread("signature")
    _, _, algorithm, attributes, _, value, *unsigned = _values(_of(_SEQUENCE, signers[0]))
    if any(one.tag != _SECOND for one in (*lists, *unsigned)) or len(lists) > 1 or len(unsigned) > 1:
        raise SignatureNotReread("signature")
    raw = _of(_FIRST, attributes)
    found: dict[bytes, bytes] = {}
    for attribute in _values(raw):
        name, several = _values(_of(_SEQUENCE, attribute))
        if name.raw in found:
            raise SignatureNotReread("signature")
        found[name.raw] = _of(_SET, several)
    (said,) = _values(found[_MESSAGE_DIGEST])
    if found[_CONTENT_TYPE] != _DATA:
        raise SignatureNotReread("signature")
    return _Cms(
        digest=_DIGESTS[_values(_of(_SEQUENCE, algorithm))[0].raw],
        certificates=[one.raw for one in _values(_of(_FIRST, embedded))],
        signed=tlv(_SET, raw),
        message_digest=_of(_OCTETS, said),
        bound=_bound(found[_SIGNING_CERTIFICATE_V2]),
        value=_of(_OCTETS, value),
    )


def _bound(attribute: bytes) -> bytes:
    """Read the first certificate's hash from a signing-certificate-v2 (RFC 5035, 3); SHA-256 where none is named."""
    (value,) = _values(attribute)
    first = _values(_of(_SEQUENCE, _values(_of(_SEQUENCE, value))[0]))[0]
    parts = _values(_of(_SEQUENCE, first))
    if parts[0].tag == _SEQUENCE:
        if _DIGESTS.get(_values(parts[0].inside)[0].raw) != "sha256":
            raise SignatureNotReread("certificate")
        parts = parts[1:]
    return _of(_OCTETS, parts[0])


class _Value(NamedTuple):
    """One value of DER."""

    tag: int
    inside: bytes
    raw: bytes


def _value(data: bytes, place: int) -> tuple[_Value, int]:
    """Read the value at a place and say where it ends. Raise ValueError, IndexError for what is no DER."""
    tag, length, start = data[place], data[place + 1], place + 2
    if tag & 0x1F == 0x1F:
        raise ValueError
    if length >= 0x80:
        start += length - 0x80
        digits = data[place + 2 : start]
        length = int.from_bytes(digits, "big")
        if not 0 < len(digits) < 5 or digits[0] == 0 or length < 0x80 or (length < 0x100) != (len(digits) == 1):
            raise ValueError
    end = start + length
    if end > len(data):
        raise ValueError
    return _Value(tag, data[start:end], data[place:end]), end


def _values(data: bytes) -> list[_Value]:
    """Read all values that stand one after the other."""
    found = []
    place = 0
    while place < len(data):
        one, place = _value(data, place)
        found.append(one)
        if len(found) > _MOST:
            raise ValueError
    return found


def _of(tag: int, value: _Value) -> bytes:
    """Return what is in a value of this kind. Raise ValueError for another."""
    if value.tag != tag:
        raise ValueError
    return value.inside


_OBJECT = re.compile(rb"\A\s*\d+\s+\d+\s+obj\s*<<")
_CONTENTS = re.compile(rb"/Contents\s*<([0-9A-Fa-f]*)>")
_BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")
_LONGEST = 1024 * 1024


def _signature_object(
    written: IO[bytes], source: BinaryIO, field: str, size: int, source_size: int
) -> tuple[tuple[int, int, int, int], bytes]:
    """Follow the finished file's own cross-references to the field's signature; return its byte range and contents.

    The dictionary is read as bytes: a library that reads its hexadecimal string letter by letter takes 13 ms.
    """
    place = _place_in_plain(written, source, field, size, source_size)
    if place is None:
        place = _place(written, field)
    if place < source_size:
        raise SignatureNotReread("place")
    written.seek(place)
    text = written.read(_LONGEST)
    contents, ranges = _CONTENTS.search(text), _BYTE_RANGE.search(text)
    if _OBJECT.match(text) is None or contents is None or ranges is None:
        raise SignatureNotReread("place")
    a, b, c, d = (int(number) for number in ranges.groups())
    return (a, b, c, d), binascii.unhexlify(contents[1])


def _place_in_plain(written: IO[bytes], source: BinaryIO, field: str, size: int, source_size: int) -> int | None:
    """Find the field's signature in a simple file; None where the file is not that simple, or the field not there.

    Such a file must also be an increment behind the source's own last table, and every object that its table names
    must stand where the table says.
    """
    if size > LARGEST:
        return None
    written.seek(0)
    source.seek(max(0, source_size - 64))
    try:
        pdf = Plain(written.read())
        pdf.require_increment(source_size, newest_table(source.read()))
        for name, kind, node in pdf.fields():
            if name == field and kind == b"/Sig" and b"/V" in node:
                return pdf.place_of(reference(node[b"/V"]))
    except NotPlain:
        pass
    return None


def _place(written: IO[bytes], field: str) -> int:
    """Find the field's signature by pyHanko's reader."""
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.fields import enumerate_sig_fields

    written.seek(0)
    reader = PdfFileReader(written, strict=False)
    for name, value, _ in enumerate_sig_fields(reader, filled_status=True):
        if name == field:
            place = reader.xrefs[value.reference]
            if not isinstance(place, int):
                raise SignatureNotReread("place")
            return place
    raise SignatureNotReread("missing")


def _gap(written: IO[bytes], first: int, second: int) -> bytes:
    """Read what the byte range leaves out: exactly one hexadecimal string."""
    if second - first > _LONGEST:
        raise SignatureNotReread("byte_range")
    written.seek(first)
    gap = written.read(second - first)
    if gap[:1] != b"<" or gap[-1:] != b">":
        raise SignatureNotReread("byte_range")
    return binascii.unhexlify(gap[1:-1])


def _require_prefix(written: IO[bytes], source: BinaryIO, size: int) -> None:
    if isinstance(written, io.BytesIO) and isinstance(source, io.BytesIO):
        with written.getbuffer() as new, source.getbuffer() as old:
            # As bytes: views are compared item by item.
            for start in range(0, size, _CHUNK):
                if bytes(new[start : min(start + _CHUNK, size)]) != bytes(old[start : start + _CHUNK]):
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
    from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
    from pyhanko.sign.validation import SignatureCoverageLevel
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity

    try:
        signature.compute_integrity_info()
        summary = signature.summarise_integrity_info()
        signer = signature.signer_info
        if signature.sig_object.get("/Type") == "/DocTimeStamp":
            content = signature.signed_data["encap_content_info"]["content"]
            imprint = content.parsed["message_imprint"]["hashed_message"].native
            algorithm = signer["digest_algorithm"]["algorithm"].native
            actual = hashlib.new(algorithm, bytes(content)).digest()
            if imprint != signature.compute_digest():
                return "digest"
            intact, valid = validate_sig_integrity(signer, signature.signer_cert, "tst_info", actual)
        else:
            intact, valid = validate_sig_integrity(signer, signature.signer_cert, "data", signature.compute_digest())
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
