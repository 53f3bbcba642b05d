"""XAdES signatures, baseline levels B-B and B-T (ETSI EN 319 132-1).

Signed with the content: the time, the hash of the signer's certificate (SigningCertificateV2) and the media type of
each signed object. Exclusive canonicalization, so that a signature may be moved into another frame without breaking.
`sign_xades` puts one into a document that it signs; `append` builds one anywhere, over any references (ASiC-E).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache

from lxml import etree

from signing.certificate import parse as certificate_of
from signing.errors import (
    LevelReached,
    NotBaseline,
    NothingToExtend,
    SignatureNotReread,
    XmlSignatureInvalid,
    XmlUnsignable,
)
from signing.key import Digest, SigningKey, digest_for, require_usable
from signing.xml.enveloped import target_of
from signing.xml.markup import (
    DIGEST_URIS,
    DS,
    ENVELOPED,
    EXCLUSIVE,
    XADES,
    exclusive,
    hashed,
    index,
    inside_signature,
    parse,
    text,
)
from signing.xml.read import Files, XmlSignature, verify_xml
from signing.xml.value import method_uri, sign_value

TimeStamper = Callable[[bytes, Digest], bytes]
"""(digest, its name) → time-stamp token (RFC 3161, DER), already checked against what was asked for."""

XML = "text/xml"
_SIGNED_PROPERTIES = "http://uri.etsi.org/01903#SignedProperties"


@dataclass(frozen=True)
class Reference:
    """One signed object: where it is, its digest by the signature's digest algorithm, and what it is."""

    uri: str
    digest: bytes = field(repr=False)
    media_type: str
    transforms: tuple[str, ...] = ()


def sign_xades(
    data: bytes,
    key: SigningKey,
    *,
    reference_id: str | None = None,
    id_attribute: str = "id",
    place: str | None = None,
    at: datetime | None = None,
    pss: bool = False,
    time_stamp: TimeStamper | None = None,
) -> bytes:
    """Sign a document, or its element whose `id_attribute` is `reference_id`, by XAdES B-B; B-T with `time_stamp`.

    The signature stands in the only element called `place`, else as the last child of the signed element. Earlier
    signatures in the document must still hold. Read again before it is returned. Raise XmlUnsignable, KeyTooWeak,
    UnsupportedKey, SchemeNotOffered, SignatureNotReread, and what `time_stamp` raises.
    """
    digest = digest_for(key)
    require_usable(key, digest)
    try:
        root = parse(data)
    except XmlSignatureInvalid as error:
        raise XmlUnsignable(error.reason) from error
    taken = index(root, id_attribute)
    target = root if reference_id is None else target_of(taken, reference_id, id_attribute)
    if target is root and (root.getprevious() is not None or root.getnext() is not None) and reference_id is None:
        # Processing instructions beside the root are part of the whole document, comments are not: neither is to stay
        # open to doubt.
        raise XmlUnsignable("beside_root")
    receiver = target if place is None else _place(root, place)
    identity = next(name for number in range(len(taken) + 1) if not _begins(taken, name := f"S{number}"))
    covered = exclusive(target)
    reference = Reference(
        "" if reference_id is None else f"#{reference_id}",
        hashlib.new(digest, covered).digest(),
        XML,
        (ENVELOPED, EXCLUSIVE),
    )
    append(receiver, key, [reference], identity=identity, at=at, pss=pss, time_stamp=time_stamp)
    signed: bytes = etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8")
    try:
        facts = verify_xml(signed, id_attribute=id_attribute)
    except XmlSignatureInvalid as error:
        # Either an earlier signature covers the place, or what was written does not hold: in both cases nothing.
        raise SignatureNotReread(error.reason) from error
    if not any((reference_id or "") in one.references and reread(one, key, time_stamp) for one in facts.signatures):
        raise SignatureNotReread("certificate")
    return signed


def reread(found: XmlSignature, key: SigningKey, time_stamp: TimeStamper | None) -> bool:
    """Tell whether a signature read again is one of this key, names its certificate, and is of the level asked for."""
    mine = found.certificate.der == key.certificate.der and found.names_certificate and found.signing_time is not None
    return mine and (time_stamp is None or found.time_stamp is not None)


def append(
    above: etree._Element,
    key: SigningKey,
    references: Sequence[Reference],
    *,
    identity: str,
    at: datetime | None = None,
    pss: bool = False,
    time_stamp: TimeStamper | None = None,
) -> etree._Element:
    """Add a signature over the references as the last child of an element; `identity` begins all its ids."""
    digest = digest_for(key)
    moment = (at or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)
    method = method_uri(key, digest, pss=pss)
    signature = etree.SubElement(above, f"{{{DS}}}Signature", nsmap={"ds": DS}, Id=identity)
    info = _add(signature, DS, "SignedInfo")
    _add(info, DS, "CanonicalizationMethod", Algorithm=EXCLUSIVE)
    _add(info, DS, "SignatureMethod", Algorithm=method)
    for number, one in enumerate(references):
        _reference(info, one, digest, Id=f"{identity}-R{number}")
    properties = Reference(f"#{identity}-P", b"", "", (EXCLUSIVE,))
    last = _reference(info, properties, digest, Type=_SIGNED_PROPERTIES)
    value = _add(signature, DS, "SignatureValue", Id=f"{identity}-V")
    x509_data = _add(_add(signature, DS, "KeyInfo"), DS, "X509Data")
    for encoded in _embedded(key.certificate.der, tuple(key.chain)):
        _add(x509_data, DS, "X509Certificate", encoded)
    qualifying = etree.SubElement(
        _add(signature, DS, "Object"),
        f"{{{XADES}}}QualifyingProperties",
        nsmap={"xades": XADES},
        Target=f"#{identity}",
    )
    signed = _signed_properties(qualifying, key, digest, references, identity, moment)
    last[-1].text = hashed(exclusive(signed), digest)
    value.text = text(sign_value(key, exclusive(info), digest, pss=pss))
    if time_stamp is not None:
        stamp(signature, digest, time_stamp)
    return signature


def stamp(signature: etree._Element, digest: Digest, time_stamp: TimeStamper) -> None:
    """Raise a B-B signature to B-T: a time-stamp over its canonical SignatureValue (EN 319 132-1, 5.3)."""
    value = signature.find(f"{{{DS}}}SignatureValue")
    qualifying = signature.find(f"{{{DS}}}Object/{{{XADES}}}QualifyingProperties")
    if value is None or qualifying is None:
        raise XmlUnsignable("structure")
    token = time_stamp(hashlib.new(digest, exclusive(value)).digest(), digest)
    unsigned = qualifying.find(f"{{{XADES}}}UnsignedProperties")
    if unsigned is None:
        unsigned = _add(qualifying, XADES, "UnsignedProperties")
    held = unsigned.find(f"{{{XADES}}}UnsignedSignatureProperties")
    if held is None:
        held = _add(unsigned, XADES, "UnsignedSignatureProperties")
    one = _add(held, XADES, "SignatureTimeStamp", Id=f"{signature.get('Id', 'S')}-T{len(held)}")
    _add(one, DS, "CanonicalizationMethod", Algorithm=EXCLUSIVE)
    _add(one, XADES, "EncapsulatedTimeStamp", base64.b64encode(token).decode("ascii"))


@lru_cache(maxsize=64)
def _embedded(der: bytes, chain: tuple[bytes, ...]) -> tuple[str, ...]:
    """Return the certificates to embed: self-signed roots are left out, a verifier must have its own."""
    held = (der, *(one for one in chain if not certificate_of(one).self_signed))
    return tuple(base64.b64encode(one).decode("ascii") for one in held)


def extend_xades(
    data: bytes, time_stamp: TimeStamper, *, id_attribute: str = "id", files: Files | None = None
) -> bytes:
    """Raise every XAdES B-B signature of a document to B-T; those with a time-stamp stay as they are.

    All signatures must hold, before and after. Raise NothingToExtend, NotBaseline (a signature without signed
    properties has no levels), LevelReached, XmlUnsignable, SignatureNotReread, and what `time_stamp` raises.
    """
    try:
        before = verify_xml(data, id_attribute=id_attribute, files=files)
        root = parse(data)
    except XmlSignatureInvalid as error:
        if error.reason == "unsigned":
            raise NothingToExtend("B-T") from error
        raise XmlUnsignable(error.reason) from error
    signatures = [one for one in root.iter(f"{{{DS}}}Signature") if not inside_signature(one)]
    for one, facts in zip(signatures, before.signatures, strict=True):
        if not facts.names_certificate:
            raise NotBaseline("B-T", one.get("Id") or "")
    plain = [one for one, facts in zip(signatures, before.signatures, strict=True) if facts.time_stamp is None]
    if not plain:
        raise LevelReached("B-T", "B-T")
    for one in plain:
        stamp(one, "sha256", time_stamp)
    extended: bytes = etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8")
    try:
        after = verify_xml(extended, id_attribute=id_attribute, files=files)
    except XmlSignatureInvalid as error:  # a later signature covers an earlier one: it cannot be added to any more
        raise SignatureNotReread(error.reason) from error
    if len(after.signatures) != len(signatures) or any(one.time_stamp is None for one in after.signatures):
        raise SignatureNotReread("missing")
    return extended


def _signed_properties(
    qualifying: etree._Element,
    key: SigningKey,
    digest: Digest,
    references: Sequence[Reference],
    identity: str,
    moment: datetime,
) -> etree._Element:
    signed = _add(qualifying, XADES, "SignedProperties", Id=f"{identity}-P")
    of_signature = _add(signed, XADES, "SignedSignatureProperties")
    _add(of_signature, XADES, "SigningTime", moment.strftime("%Y-%m-%dT%H:%M:%SZ"))
    certificate = _add(_add(of_signature, XADES, "SigningCertificateV2"), XADES, "Cert")
    named = _add(certificate, XADES, "CertDigest")
    _add(named, DS, "DigestMethod", Algorithm=DIGEST_URIS[digest])
    _add(named, DS, "DigestValue", hashed(key.certificate.der, digest))
    of_objects = _add(signed, XADES, "SignedDataObjectProperties")
    for number, one in enumerate(references):
        formed = _add(of_objects, XADES, "DataObjectFormat", ObjectReference=f"#{identity}-R{number}")
        _add(formed, XADES, "MimeType", one.media_type)
    return signed


def _reference(info: etree._Element, one: Reference, digest: str, **attributes: str) -> etree._Element:
    reference = _add(info, DS, "Reference", URI=one.uri, **attributes)
    if one.transforms:
        transforms = _add(reference, DS, "Transforms")
        for algorithm in one.transforms:
            _add(transforms, DS, "Transform", Algorithm=algorithm)
    _add(reference, DS, "DigestMethod", Algorithm=DIGEST_URIS[digest])
    _add(reference, DS, "DigestValue", text(one.digest))
    return reference


def _place(root: etree._Element, place: str) -> etree._Element:
    found = [one for one in root.iter("{*}" + place) if isinstance(one.tag, str)]
    if len(found) != 1:
        raise XmlUnsignable("no_place")
    return found[0]


def _begins(taken: Iterable[str], identity: str) -> bool:
    return any(one == identity or one.startswith(f"{identity}-") for one in taken)


def _add(
    above: etree._Element, namespace: str, name: str, content: str | None = None, **attributes: str
) -> etree._Element:
    one = etree.SubElement(above, f"{{{namespace}}}{name}", **attributes)  # type: ignore[arg-type]  # stubs: lxml < 6
    one.text = content
    return one
