"""Verifying XML signatures strictly, and returning what exactly is signed.

Hides canonicalization and every way in which a reference may point to something else than what is read: DTDs, ids that
occur twice, transforms that select. This is how what was signed is read again; a verdict for people is given by
`signing.validation`, which shares no code with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from urllib.parse import unquote

from lxml import etree

from signing.certificate import Certificate
from signing.certificate import parse as certificate_of
from signing.errors import CertificateUnreadable, XmlSignatureInvalid
from signing.xml.markup import (
    DIGESTS,
    DS,
    ENVELOPED,
    MOST_SIGNATURES,
    XADES,
    canonical,
    canonical_by,
    decoded,
    index,
    inside_signature,
    only,
    parse,
    within,
    without,
)
from signing.xml.value import check_value

MOST_REFERENCES = 2_200
"""A container may hold so many files; an XML signature of one document has two or three."""

Files = Callable[[str, str], "bytes | None"]
"""(name of a file beside the signature, name of a digest) → its digest, None where there is no such file."""


@dataclass(frozen=True)
class XmlSignature:
    """One signature whose digests and value have been verified; trust is another question."""

    certificate: Certificate
    chain: tuple[bytes, ...] = field(repr=False)
    algorithm: str
    """rsa-sha256, pss-sha256, ecdsa-sha384 …"""
    references: tuple[str, ...]
    """The ids it covers, in order; '' is the whole document."""
    elements: tuple[str, ...]
    """Local names of the elements covered."""
    signed: tuple[bytes, ...] = field(repr=False)
    """What is signed, canonical, in the same order. Read data from here and from nowhere else."""
    signing_time: datetime | None
    """Only where it is itself signed."""
    files: tuple[str, ...] = ()
    """Names of files beside the signature that it covers."""
    names_certificate: bool = False
    """Signed XAdES properties name this certificate by its hash."""
    time_stamp: bytes | None = field(default=None, repr=False)
    """The token over the signature value, unjudged."""

    def content(self, element: str) -> bytes:
        """Return the signed bytes of the only covered element of this local name; raise XmlSignatureInvalid."""
        found = [data for name, data in zip(self.elements, self.signed, strict=True) if name == element]
        if len(found) != 1:
            raise XmlSignatureInvalid("structure")
        return found[0]


@dataclass(frozen=True)
class XmlFacts:
    """All signatures of a document; each of them holds."""

    signatures: tuple[XmlSignature, ...]


def verify_xml(data: bytes, *, id_attribute: str = "id", files: Files | None = None) -> XmlFacts:
    """Verify every signature of a document and return what exactly is signed.

    Strict where leniency has been an attack: no DTD, no id twice, only the enveloped-signature and canonicalization
    transforms, SHA-2 only, one certificate that verifies. `files` gives the digests of files that stand beside the
    signatures (ASiC-E). Raise XmlSignatureInvalid with its reason.
    """
    root = parse(data)
    found = [one for one in root.iter(f"{{{DS}}}Signature") if not inside_signature(one)]
    if not found:
        raise XmlSignatureInvalid("unsigned")
    if len(found) > MOST_SIGNATURES:
        raise XmlSignatureInvalid("size")
    ids = index(root, id_attribute)
    return XmlFacts(tuple(_verify(root, one, ids, files) for one in found))


def _verify(
    root: etree._Element, signature: etree._Element, ids: dict[str, list[etree._Element]], files: Files | None
) -> XmlSignature:
    info = only(signature, "SignedInfo")
    references = info.findall(f"{{{DS}}}Reference")
    if not 0 < len(references) <= MOST_REFERENCES:
        raise XmlSignatureInvalid("structure")
    certificate, chain = _certificates(signature)
    content = canonical_by(info, only(info, "CanonicalizationMethod"))
    method = only(info, "SignatureMethod").get("Algorithm", "")
    algorithm = check_value(certificate, method, decoded(only(signature, "SignatureValue")), content)
    uris: list[str] = []
    elements: list[str] = []
    signed: list[bytes] = []
    moments: list[datetime] = []
    beside: list[str] = []
    named = False
    for reference in references:
        uri = reference.get("URI", "#")
        if files is not None and uri and not uri.startswith("#"):
            beside.append(_file(reference, uri, files))
            continue
        name, element, covered = _reference(root, signature, reference, ids)
        uris.append(name)
        elements.append(etree.QName(element).localname)
        signed.append(covered)
        if within(element, signature):
            inner = parse(covered)
            moments += _signing_times(inner)
            named = named or _names(inner, certificate)
    return XmlSignature(
        certificate,
        chain,
        algorithm,
        tuple(uris),
        tuple(elements),
        tuple(signed),
        moments[0] if len(moments) == 1 else None,
        tuple(beside),
        named,
        _token(signature),
    )


def _file(reference: etree._Element, uri: str, files: Files) -> str:
    name = unquote(uri, errors="strict")
    if reference.find(f"{{{DS}}}Transforms") is not None:
        raise XmlSignatureInvalid("algorithm")
    digest = DIGESTS.get(only(reference, "DigestMethod").get("Algorithm", ""))
    if digest is None:
        raise XmlSignatureInvalid("algorithm")
    found = files(name, digest)
    if found is None:
        raise XmlSignatureInvalid("structure")
    if found != decoded(only(reference, "DigestValue")):
        raise XmlSignatureInvalid("digest")
    return name


def _reference(
    root: etree._Element,
    signature: etree._Element,
    reference: etree._Element,
    ids: dict[str, list[etree._Element]],
) -> tuple[str, etree._Element, bytes]:
    """Resolve a reference, apply its transforms, check its digest; return its id, element and canonical content."""
    uri = reference.get("URI")
    if uri is None or (uri and not uri.startswith("#")) or "(" in uri:
        raise XmlSignatureInvalid("structure")
    matches = [root] if not uri else ids.get(uri[1:], [])
    if len(matches) != 1:
        raise XmlSignatureInvalid("duplicate_id" if matches else "structure")
    element = matches[0]
    holders = reference.findall(f"{{{DS}}}Transforms/{{{DS}}}Transform")
    enveloped = bool(holders) and holders[0].get("Algorithm", "") == ENVELOPED
    rest = holders[1:] if enveloped else holders
    if len(rest) > 1:
        raise XmlSignatureInvalid("algorithm")
    subject = without(element, signature) if enveloped and within(signature, element) else element
    covered = canonical_by(subject, rest[0], above=element) if rest else canonical(subject, above=element)
    name = DIGESTS.get(only(reference, "DigestMethod").get("Algorithm", ""))
    if name is None:
        raise XmlSignatureInvalid("algorithm")
    if hashlib.new(name, covered).digest() != decoded(only(reference, "DigestValue")):
        raise XmlSignatureInvalid("digest")
    return uri[1:], element, covered


def _certificates(signature: etree._Element) -> tuple[Certificate, tuple[bytes, ...]]:
    held = signature.findall(f"{{{DS}}}KeyInfo/{{{DS}}}X509Data/{{{DS}}}X509Certificate")
    if not 0 < len(held) <= 16:
        raise XmlSignatureInvalid("certificate")
    ders = [decoded(one) for one in held]
    try:
        return _known(ders[0]), tuple(ders[1:])
    except CertificateUnreadable as error:
        raise XmlSignatureInvalid("certificate") from error


@lru_cache(maxsize=64)
def _known(der: bytes) -> Certificate:
    """Read a certificate; the same few come again in every file of a batch."""
    return certificate_of(der)


def _signing_times(covered: etree._Element) -> list[datetime]:
    """Read signing times out of signed, canonical content."""
    found = []
    for one in covered.iter("{*}SigningTime"):
        try:
            moment = datetime.fromisoformat((one.text or "").strip())
        except ValueError:
            continue
        # A time without a zone is read as Vietnam's: that is what programs here mean by it.
        found.append(moment if moment.tzinfo else moment.replace(tzinfo=timezone(timedelta(hours=7))))
    return found


def _names(properties: etree._Element, certificate: Certificate) -> bool:
    """Tell whether signed XAdES properties name the certificate; raise XmlSignatureInvalid where they name another."""
    path = f"{{{XADES}}}SignedSignatureProperties/{{{XADES}}}SigningCertificateV2/{{{XADES}}}Cert/{{{XADES}}}CertDigest"
    found = properties.find(path)
    if properties.tag != f"{{{XADES}}}SignedProperties" or found is None:
        return False
    digest = DIGESTS.get(only(found, "DigestMethod").get("Algorithm", ""))
    if digest is None:
        raise XmlSignatureInvalid("algorithm")
    if hashlib.new(digest, certificate.der).digest() != decoded(only(found, "DigestValue")):
        raise XmlSignatureInvalid("certificate")
    return True


def _token(signature: etree._Element) -> bytes | None:
    found = signature.find(f".//{{{XADES}}}SignatureTimeStamp/{{{XADES}}}EncapsulatedTimeStamp")
    return decoded(found) if found is not None else None
