"""The baseline level of a PDF signature (ETSI EN 319 142-1, 6.3), and the time-stamps a document holds.

A level is a statement about form: what is there, in which order. Whether it is any good is the verdict's business.

* B-T: a time-stamp token inside the signature, or a document time-stamp over it.
* B-LT: B-T, and the document's store of validation data holds a list or answer for every certificate below the root of
  the signer's chain, and of the chain of the signature's own time-stamp.
* B-LTA: B-LT, and a document time-stamp covers the revision that brought the last piece of it.
"""

# pyHanko declares types for its package but leaves many of its calls without them.
# mypy: disallow-untyped-calls=False

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO

from cryptography import x509
from cryptography.x509 import ocsp
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields

from signing.certificate import chain_order
from signing.validation import cms
from signing.validation.verdict import Level

ITEM_LIMIT = 500


@dataclass(frozen=True)
class Store:
    """What the document's store tells about which certificate, and since which revision."""

    lists: tuple[tuple[x509.Name, int], ...] = field(default=(), repr=False)
    """Issuer of a list, revision."""
    answers: tuple[tuple[int, int], ...] = field(default=(), repr=False)
    """Serial number that an OCSP answer is about, revision."""
    certificates: tuple[bytes, ...] = field(default=(), repr=False)

    def complete_since(self, chain: Sequence[bytes]) -> int | None:
        """Return the revision from which on each of these certificates is told of; None if one is not."""
        latest = 0
        for der in chain:
            try:
                one = x509.load_der_x509_certificate(der)
            except ValueError:
                return None
            found = [revision for issuer, revision in self.lists if issuer == one.issuer]
            found += [revision for serial, revision in self.answers if serial == one.serial_number]
            if not found:
                return None
            latest = max(latest, min(found))
        return latest


def store(reader: PdfFileReader) -> Store:
    """Read the store of the newest revision; what cannot be read is not there."""
    try:
        found = reader.root["/DSS"]
    except Exception:  # pyHanko raises bare errors of all kinds on damaged files; no store is the usual case
        return Store()
    lists: list[tuple[x509.Name, int]] = []
    answers: list[tuple[int, int]] = []
    certificates: list[bytes] = []
    for data, revision in _items(reader, found, "/CRLs"):
        try:
            lists.append((x509.load_der_x509_crl(data).issuer, revision))
        except ValueError:
            continue
    for data, revision in _items(reader, found, "/OCSPs"):
        try:
            answers += [(single.serial_number, revision) for single in ocsp.load_der_ocsp_response(data).responses]
        except ValueError:
            continue
    certificates += [data for data, _ in _items(reader, found, "/Certs")]
    return Store(tuple(lists), tuple(answers), tuple(certificates))


def _items(reader: PdfFileReader, found: Any, key: str) -> Iterable[tuple[bytes, int]]:
    try:
        entries = found[key]
        for number in range(min(len(entries), ITEM_LIMIT)):
            one = entries.raw_get(number)
            if isinstance(one, generic.IndirectObject):
                stream: Any = one.get_object()
                yield bytes(stream.data), reader.xrefs.get_introducing_revision(one.reference)
    except Exception:  # as above
        return


def level_of(
    revision: int,
    stamps: Sequence[int],
    held: Store,
    chain: Sequence[bytes],
    token_chain: Sequence[bytes] | None,
) -> Level:
    """Tell a PAdES signature's level.

    `revision` is the one it signs, `stamps` the revisions that intact document time-stamps sign, `chain` the signer's
    certificate and those above it but the root, `token_chain` the same of its own time-stamp (None: it has none).
    """
    covering = [one for one in stamps if one > revision]
    if token_chain is None and not covering:
        return Level.B_B
    since = held.complete_since(chain)
    if since is not None and token_chain is not None:
        of_token = held.complete_since(token_chain)
        since = None if of_token is None else max(since, of_token)
    if since is None:
        return Level.B_T
    return Level.B_LTA if any(one >= since for one in covering) else Level.B_LT


def below_root(der: bytes, path: Sequence[bytes], others: Iterable[bytes]) -> tuple[bytes, ...]:
    """Return a certificate and those above it but the root, which a validator has of its own.

    `path` leads from the issuer to the trusted root where it is known; else the chain is put together from those lying
    about, and one whose root is not among them ends in an authority of which the store must tell, too.
    """
    if path:
        return (der, *path[:-1])
    above = chain_order(der, others)
    return (der, *(one for one in above if not _self_issued(one)))


def _self_issued(der: bytes) -> bool:
    try:
        one = x509.load_der_x509_certificate(der)
    except ValueError:
        return False
    return one.issuer == one.subject


def certificates(stream: BinaryIO) -> list[bytes]:
    """List the certificates that a file that was judged to hold brings along."""
    reader = PdfFileReader(stream, strict=False)
    found = list(store(reader).certificates)
    for _, reference, _ in enumerate_sig_fields(reader, filled_status=True):
        contents = bytes(reference.get_object()["/Contents"])
        try:
            found += cms.verify(contents, lambda name: b"").certificates
        except (cms.Malformed, cms.NotAccepted):
            continue
    return found


def tokens(stream: BinaryIO) -> list[tuple[bytes, datetime, tuple[bytes, ...]]]:
    """List (certificate, time, certificates beside it) of every time-stamp in a file that was judged to hold."""
    reader = PdfFileReader(stream, strict=False)
    found = []
    for _, reference, _ in enumerate_sig_fields(reader, filled_status=True):
        value = reference.get_object()
        contents = bytes(value["/Contents"])
        try:
            if value.get("/Type", "/Sig") == "/DocTimeStamp":
                read = cms.token(contents, lambda name: b"")
            else:
                inner = cms.verify(contents, lambda name: b"").token
                if inner is None:
                    continue
                read = cms.token(inner, lambda name: b"")
        except (cms.Malformed, cms.NotAccepted):
            continue
        if read.signer is not None:
            found.append((read.signer, read.time, read.certificates))
    return found
