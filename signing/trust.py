"""Whom the user trusts: root certificates, certificates that help to build chains, and revocation lists.

Trust is by certificate, never by name. Reading hides the forms in which authorities hand these out: PEM (several in one
file), DER, PKCS#7 bundles (.p7b), folders of them. Nothing is fetched and nothing is stored here.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from asn1crypto import cms
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding

from signing.certificate import Certificate, parse
from signing.errors import CertificateUnreadable, SigningError

FILE_LIMIT = 64 * 1024 * 1024
"""Bytes of one file: revocation lists of public authorities reach tens of megabytes."""

COUNT_LIMIT = 5_000
SUFFIXES = frozenset({".pem", ".crt", ".cer", ".der", ".p7b", ".p7c", ".p7", ".crl"})
"""What a folder is searched for; a file named by itself may be called anything."""

_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,40})-----\s(.*?)-----END \1-----", re.DOTALL)


@dataclass(eq=False)
class TrustUnreadable(SigningError):
    """A file given as trusted certificate or revocation list holds neither."""

    code: ClassVar[str] = "TRUST_UNREADABLE"
    name: str = ""
    reason: str = "format"
    """format, size, count, missing"""


@dataclass(frozen=True)
class Trust:
    """Certificates and lists as DER. An empty one is allowed: then nobody is trusted."""

    anchors: tuple[bytes, ...] = field(default=(), repr=False)
    intermediates: tuple[bytes, ...] = field(default=(), repr=False)
    """Help to build a chain; they give no trust by themselves."""
    crls: tuple[bytes, ...] = field(default=(), repr=False)

    @classmethod
    def load(cls, *paths: Path | str, crls: Iterable[Path | str] = ()) -> Trust:
        """Read files and folders; what each certificate is for is found by looking at it (`of`).

        Raises TrustUnreadable for a file that holds no certificate and no list. In a folder, files of other kinds are
        passed over.
        """
        certificates: list[bytes] = []
        lists: list[bytes] = []
        for path in paths:
            for found, kind in _read_all(Path(path)):
                (certificates if kind == "certificate" else lists).append(found)
        for path in crls:
            for found, kind in _read_all(Path(path)):
                if kind == "crl":
                    lists.append(found)
        if len(certificates) + len(lists) > COUNT_LIMIT:
            raise TrustUnreadable(reason="count")
        return cls.of(certificates, crls=lists)

    @classmethod
    def of(cls, certificates: Iterable[bytes], *, crls: Iterable[bytes] = ()) -> Trust:
        """Sort certificates (DER or PEM) into anchors and intermediates.

        A self-signed one is an anchor. An authority's certificate whose issuer is not among those given is an anchor
        too: who hands over just that one means it. All others only help to build chains.
        """
        ders: list[bytes] = []
        for data in certificates:
            ders += [found for found, kind in read(data) if kind == "certificate"]
        ders = list(dict.fromkeys(ders))
        loaded = [(der, _load(der)) for der in ders]
        anchors, intermediates = [], []
        for der, one in loaded:
            issuers = [other for _, other in loaded if other is not None and _issued(one, other)]
            if one is None:
                continue
            if one in issuers or (not issuers and _is_authority(one)):
                anchors.append(der)
            else:
                intermediates.append(der)
        lists = [found for data in crls for found, kind in read(data) if kind == "crl"]
        return cls(tuple(anchors), tuple(intermediates), tuple(dict.fromkeys(lists)))

    def __or__(self, other: Trust) -> Trust:
        """Join two: what either trusts is trusted."""
        anchors = tuple(dict.fromkeys(self.anchors + other.anchors))
        rest = dict.fromkeys(self.intermediates + other.intermediates)
        return Trust(
            anchors,
            tuple(der for der in rest if der not in anchors),
            tuple(dict.fromkeys(self.crls + other.crls)),
        )

    def anchor_facts(self) -> list[Certificate]:
        """Return what each trusted root says, for lists that people read (KS-11)."""
        return list(_parsed(self.anchors))

    def intermediate_facts(self) -> list[Certificate]:
        """Return what each helping certificate says."""
        return list(_parsed(self.intermediates))


def _parsed(ders: Iterable[bytes]) -> Iterator[Certificate]:
    for der in ders:
        try:
            yield parse(der)
        except CertificateUnreadable:
            continue


def read(data: bytes) -> list[tuple[bytes, str]]:
    """Find certificates and revocation lists in one file's bytes: [(DER, "certificate" | "crl")].

    Takes PEM blocks among other text, DER, PKCS#7 in either form, and base64 without the dashes. Raises
    TrustUnreadable when there is none.
    """
    if len(data) > FILE_LIMIT:
        raise TrustUnreadable(reason="size")
    blocks = _BLOCK.findall(data)
    found: list[tuple[bytes, str]] = []
    for _, body in blocks:
        try:
            found += _der(base64.b64decode(body, validate=False))
        except (binascii.Error, ValueError):
            continue
    if not blocks:
        found = _der(data)
        if not found and len(data) < 1024 * 1024:
            try:
                found = _der(base64.b64decode(b"".join(data.split()), validate=True))
            except (binascii.Error, ValueError):
                found = []
    if not found:
        raise TrustUnreadable
    return found


def _der(data: bytes) -> list[tuple[bytes, str]]:
    if not data.startswith(b"\x30"):
        return []
    try:
        x509.load_der_x509_certificate(data)
        return [(data, "certificate")]
    except ValueError:
        pass
    try:
        x509.load_der_x509_crl(data)
        return [(data, "crl")]
    except ValueError:
        pass
    try:
        content = cms.ContentInfo.load(data, strict=True)
        if content["content_type"].native != "signed_data":
            raise ValueError
        signed = content["content"]
        pairs = [
            *((one, "certificate") for one in signed["certificates"] or () if one.name == "certificate"),
            *((one, "crl") for one in signed["crls"] or () if one.name == "certificate_list"),
        ]
        return [(one.chosen.dump(), kind) for one, kind in pairs[:COUNT_LIMIT]]
    except Exception:  # asn1crypto raises whatever a hostile structure makes it stumble on
        pass
    try:  # national roots exist whose extensions only a lenient reader takes
        return [(parse(data).der, "certificate")]
    except CertificateUnreadable:
        return []


def _read_all(path: Path) -> Iterator[tuple[bytes, str]]:
    if path.is_dir():
        files = sorted(one for one in path.iterdir() if one.suffix.lower() in SUFFIXES and one.is_file())
        if len(files) > COUNT_LIMIT:
            raise TrustUnreadable(path.name, "count")
        for one in files:
            try:
                yield from read(_bytes(one))
            except TrustUnreadable:
                continue
        return
    try:
        yield from read(_bytes(path))
    except TrustUnreadable as error:
        raise TrustUnreadable(path.name, error.reason) from error


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > FILE_LIMIT:
            raise TrustUnreadable(path.name, "size")
        return path.read_bytes()
    except OSError as error:
        raise TrustUnreadable(path.name, "missing") from error


def _load(der: bytes) -> x509.Certificate | None:
    try:
        return x509.load_der_x509_certificate(der)
    except ValueError:
        return None


def _issued(certificate: x509.Certificate | None, issuer: x509.Certificate) -> bool:
    if certificate is None or certificate.issuer != issuer.subject:
        return False
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, TypeError, ValueError):
        return False
    return True


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return bool(certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except (x509.ExtensionNotFound, ValueError):
        return False


def pem(der: bytes) -> bytes:
    """Return a certificate as PEM, for writing out what is trusted."""
    return x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)
