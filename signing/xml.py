"""XML signatures (XMLDSig) as Vietnamese tax and insurance receivers take them.

One signature covers the element with a given id (by `#id`) and its own signing time, and stands in the place kept for
it (`CKyDTu`). Inclusive Canonical XML 1.0, enveloped-signature as the only transform, RSA PKCS#1 v1.5 with SHA-256 (or
ECDSA). Hides canonicalization and every way in which a reference may point to something else than what is read:
DTDs, ids that occur twice, transforms that select. Built on lxml; xmlsec1 and signxml judge it in the tests.
"""

from __future__ import annotations

import base64
import hashlib
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from lxml import etree

from signing.certificate import Certificate, parse, verify_value
from signing.errors import CertificateUnreadable, SignatureNotReread, XmlSignatureInvalid, XmlUnsignable
from signing.key import SigningKey, der_ecdsa, digest_for, raw_ecdsa, require_usable

LIMIT = 20 * 1024 * 1024
_MOST_ELEMENTS = 1_000_000
_MOST_SIGNATURES = 16
_MOST_REFERENCES = 16

DS = "http://www.w3.org/2000/09/xmldsig#"
_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_ENC = "http://www.w3.org/2001/04/xmlenc#"
_PROPERTIES = "http://example.org/#signatureProperties"
"""The namespace in which the tax authority's own tools write SigningTime; odd, and what receivers look for."""

_ENVELOPED = f"{DS}enveloped-signature"
_INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
_EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
_DIGESTS = {f"{_ENC}sha256": "sha256", f"{_MORE}sha384": "sha384", f"{_ENC}sha512": "sha512"}
_DIGEST_URIS = {name: uri for uri, name in _DIGESTS.items()}
_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
_METHODS = {f"{_MORE}{kind}-{digest}": (kind, digest) for kind in ("rsa", "ecdsa") for digest in _HASHES}
_IDS = ("Id", "ID", "id")
_XML = "{http://www.w3.org/XML/1998/namespace}"


@dataclass(frozen=True)
class XmlSignature:
    """One signature whose digests and value have been verified; trust is another question."""

    certificate: Certificate
    chain: tuple[bytes, ...] = field(repr=False)
    algorithm: str
    """rsa-sha256, ecdsa-sha384 …"""
    references: tuple[str, ...]
    """The ids it covers, in order; '' is the whole document."""
    elements: tuple[str, ...]
    """Local names of the elements covered."""
    signed: tuple[bytes, ...] = field(repr=False)
    """What is signed, canonical, in the same order. Read data from here and from nowhere else."""
    signing_time: datetime | None
    """Only where it is itself signed."""

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


def sign_xml(
    data: bytes,
    key: SigningKey,
    *,
    reference_id: str,
    id_attribute: str = "id",
    place: str = "CKyDTu",
    at: datetime | None = None,
) -> bytes:
    """Sign the element whose `id_attribute` is `reference_id` and put the signature into the element `place`.

    Earlier signatures in the document stay and must still hold. Read again before it is returned. Raise XmlUnsignable,
    KeyTooWeak, UnsupportedKey, SignatureNotReread.
    """
    digest = digest_for(key)
    require_usable(key, digest)
    try:
        root = _parse(data)
    except XmlSignatureInvalid as error:
        raise XmlUnsignable(error.reason) from error
    target = _target(root, reference_id, id_attribute)
    receivers = [one for one in root.iter("{*}" + place) if isinstance(one.tag, str)]
    if len(receivers) != 1:
        raise XmlUnsignable("no_place")
    receiver = receivers[0]
    moment = (at or datetime.now(timezone(timedelta(hours=7)))).astimezone(timezone(timedelta(hours=7)))
    target_digest = _hash(_canonical(target), digest)
    signature, time_object = _skeleton(key, digest, reference_id, target_digest, moment.replace(microsecond=0))
    receiver.append(signature)
    info = signature[0]
    info[3][1].text = _hash(_canonical(time_object), digest)
    value = key.sign(_canonical(info), digest)
    kind = key.certificate.key_type
    signature[1].text = _text(value if kind.startswith("RSA-") else raw_ecdsa(value, kind))
    signed: bytes = etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8")
    _reread(signed, key, reference_id, id_attribute)
    return signed


def _reread(signed: bytes, key: SigningKey, reference_id: str, id_attribute: str) -> None:
    try:
        facts = verify_xml(signed, id_attribute=id_attribute)
    except XmlSignatureInvalid as error:
        # Either an earlier signature covers the place, or what was written does not hold: in both cases nothing.
        raise SignatureNotReread(error.reason) from error
    mine = [one for one in facts.signatures if one.certificate.der == key.certificate.der]
    if not any(reference_id in one.references for one in mine):
        raise SignatureNotReread("certificate")


def _target(root: etree._Element, reference_id: str, id_attribute: str) -> etree._Element:
    if not re.fullmatch(r"[A-Za-z_][\w.\-]{0,127}", reference_id):
        raise XmlUnsignable("no_element")
    same = [one for one in _elements(root) if reference_id in _ids(one, id_attribute)]
    if len(same) > 1:
        raise XmlUnsignable("duplicate_id")
    if not same or same[0].get(id_attribute) != reference_id:
        raise XmlUnsignable("no_element")
    return same[0]


def _skeleton(
    key: SigningKey, digest: str, reference_id: str, target_digest: str, moment: datetime
) -> tuple[etree._Element, etree._Element]:
    """Build the signature with everything but the digest of its time and its value."""
    number = uuid.uuid4().hex[:16]
    signature_id, time_id = f"Signature-{number}", f"SigningTime-{number}"
    kind = "rsa" if key.certificate.key_type.startswith("RSA-") else "ecdsa"
    signature = etree.Element(f"{{{DS}}}Signature", nsmap=_default(DS), Id=signature_id)

    def add(above: etree._Element, name: str, text: str | None = None, **attributes: str) -> etree._Element:
        one = etree.SubElement(above, f"{{{DS}}}{name}", **attributes)  # type: ignore[arg-type]  # stubs: lxml < 6
        one.text = text
        return one

    info = add(signature, "SignedInfo")
    add(info, "CanonicalizationMethod", Algorithm=_INCLUSIVE)
    add(info, "SignatureMethod", Algorithm=f"{_MORE}{kind}-{digest}")
    reference = add(info, "Reference", URI=f"#{reference_id}")
    add(add(reference, "Transforms"), "Transform", Algorithm=_ENVELOPED)
    add(reference, "DigestMethod", Algorithm=_DIGEST_URIS[digest])
    add(reference, "DigestValue", target_digest)
    time_reference = add(info, "Reference", URI=f"#{time_id}")
    add(time_reference, "DigestMethod", Algorithm=_DIGEST_URIS[digest])
    add(time_reference, "DigestValue")
    add(signature, "SignatureValue")
    x509_data = add(add(signature, "KeyInfo"), "X509Data")
    name = x509.load_der_x509_certificate(key.certificate.der).subject.rfc4514_string()
    add(x509_data, "X509SubjectName", name)
    for der in (key.certificate.der, *key.chain):
        add(x509_data, "X509Certificate", base64.b64encode(der).decode("ascii"))
    time_object = add(signature, "Object", Id=time_id)
    properties = add(time_object, "SignatureProperties")
    signed_property = add(properties, "SignatureProperty", Target=f"#{signature_id}")
    etree.SubElement(
        signed_property, f"{{{_PROPERTIES}}}SigningTime", nsmap=_default(_PROPERTIES)
    ).text = moment.isoformat()
    return signature, time_object


def _default(namespace: str) -> Any:
    """Return a map that makes a namespace the default one; lxml's stubs know prefixes only."""
    return {None: namespace}


def verify_xml(data: bytes, *, id_attribute: str = "id") -> XmlFacts:
    """Verify every signature of a document and return what exactly is signed.

    Strict where leniency has been an attack: no DTD, no id twice, only the enveloped-signature and canonicalization
    transforms, SHA-2 only, one certificate that verifies. Raise XmlSignatureInvalid with its reason.
    """
    root = _parse(data)
    found = [one for one in root.iter(f"{{{DS}}}Signature") if not _inside_signature(one)]
    if not found:
        raise XmlSignatureInvalid("unsigned")
    if len(found) > _MOST_SIGNATURES:
        raise XmlSignatureInvalid("size")
    ids = _index(root, id_attribute)
    return XmlFacts(tuple(_verify(root, one, ids) for one in found))


def _verify(root: etree._Element, signature: etree._Element, ids: dict[str, list[etree._Element]]) -> XmlSignature:
    info = _only(signature, "SignedInfo")
    method = _METHODS.get(_only(info, "SignatureMethod").get("Algorithm", ""))
    if method is None:
        raise XmlSignatureInvalid("algorithm")
    references = info.findall(f"{{{DS}}}Reference")
    if not 0 < len(references) <= _MOST_REFERENCES:
        raise XmlSignatureInvalid("structure")
    certificate, chain = _certificates(signature)
    kind, digest = method
    value = _bytes(_only(signature, "SignatureValue"))
    if (kind == "rsa") != certificate.key_type.startswith("RSA-"):
        raise XmlSignatureInvalid("algorithm")
    if kind == "rsa" and int(certificate.key_type[4:]) < 2048:
        raise XmlSignatureInvalid("algorithm")
    content = _canonical_by(info, _only(info, "CanonicalizationMethod"))
    try:
        raw = value if kind == "rsa" else der_ecdsa(value)
        verify_value(certificate.der, raw, content, _HASHES[digest]())
    except InvalidSignature as error:
        raise XmlSignatureInvalid("signature") from error
    except (ValueError, CertificateUnreadable) as error:
        raise XmlSignatureInvalid("certificate") from error
    uris: list[str] = []
    elements: list[str] = []
    signed: list[bytes] = []
    moments: list[datetime] = []
    for reference in references:
        uri, element, covered = _reference(root, signature, reference, ids)
        uris.append(uri)
        elements.append(etree.QName(element).localname)
        signed.append(covered)
        if _within(element, signature):
            moments += _signing_times(covered)
    return XmlSignature(
        certificate,
        chain,
        f"{kind}-{digest}",
        tuple(uris),
        tuple(elements),
        tuple(signed),
        moments[0] if len(moments) == 1 else None,
    )


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
    transforms = [one.get("Algorithm", "") for one in reference.findall(f"{{{DS}}}Transforms/{{{DS}}}Transform")]
    holders = reference.findall(f"{{{DS}}}Transforms/{{{DS}}}Transform")
    enveloped = bool(transforms) and transforms[0] == _ENVELOPED
    rest = holders[1:] if enveloped else holders
    if len(rest) > 1:
        raise XmlSignatureInvalid("algorithm")
    subject = _without(element, signature) if enveloped and _within(signature, element) else element
    covered = _canonical_by(subject, rest[0], above=element) if rest else _canonical(subject, above=element)
    name = _DIGESTS.get(_only(reference, "DigestMethod").get("Algorithm", ""))
    if name is None:
        raise XmlSignatureInvalid("algorithm")
    if hashlib.new(name, covered).digest() != _bytes(_only(reference, "DigestValue")):
        raise XmlSignatureInvalid("digest")
    return uri[1:], element, covered


def _certificates(signature: etree._Element) -> tuple[Certificate, tuple[bytes, ...]]:
    held = signature.findall(f"{{{DS}}}KeyInfo/{{{DS}}}X509Data/{{{DS}}}X509Certificate")
    if not 0 < len(held) <= 16:
        raise XmlSignatureInvalid("certificate")
    ders = [_bytes(one) for one in held]
    try:
        return parse(ders[0]), tuple(ders[1:])
    except CertificateUnreadable as error:
        raise XmlSignatureInvalid("certificate") from error


def _signing_times(covered: bytes) -> list[datetime]:
    """Read signing times out of signed, canonical content."""
    found = []
    for one in _parse(covered).iter("{*}SigningTime"):
        try:
            moment = datetime.fromisoformat((one.text or "").strip())
        except ValueError:
            continue
        # A time without a zone is read as Vietnam's: that is what programs here mean by it.
        found.append(moment if moment.tzinfo else moment.replace(tzinfo=timezone(timedelta(hours=7))))
    return found


# Reading


def _parse(data: bytes) -> etree._Element:
    if len(data) > LIMIT:
        raise XmlSignatureInvalid("size")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        strip_cdata=False,
    )
    # A DTD can declare ids, defaults and entities: refused before anything expands it.
    if b"<!DOCTYPE" in data[:4096] or b"<!ENTITY" in data:
        raise XmlSignatureInvalid("dtd")
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise XmlSignatureInvalid("unreadable") from error
    document = root.getroottree().docinfo
    if document.internalDTD is not None or document.externalDTD is not None:
        raise XmlSignatureInvalid("dtd")
    return root


def _elements(root: etree._Element) -> Iterator[etree._Element]:
    for number, one in enumerate(root.iter(etree.Element)):
        if number > _MOST_ELEMENTS:
            raise XmlSignatureInvalid("size")
        yield one


def _ids(element: etree._Element, id_attribute: str) -> set[str]:
    names = {*_IDS, id_attribute, f"{_XML}id"}
    return {value for name, value in element.attrib.items() if name in names}  # type: ignore[misc]  # always text


def _index(root: etree._Element, id_attribute: str) -> dict[str, list[etree._Element]]:
    index: dict[str, list[etree._Element]] = {}
    for one in _elements(root):
        for value in _ids(one, id_attribute):
            index.setdefault(value, []).append(one)
    return index


def _only(above: etree._Element, name: str) -> etree._Element:
    found = above.findall(f"{{{DS}}}{name}")
    if len(found) != 1:
        raise XmlSignatureInvalid("structure")
    return found[0]


def _bytes(element: etree._Element) -> bytes:
    try:
        return base64.b64decode("".join((element.text or "").split()), validate=True)
    except ValueError as error:
        raise XmlSignatureInvalid("structure") from error


def _within(element: etree._Element, above: etree._Element) -> bool:
    return element is above or any(one is above for one in element.iterancestors())


def _inside_signature(signature: etree._Element) -> bool:
    return next(signature.iterancestors(f"{{{DS}}}Signature"), None) is not None


def _without(element: etree._Element, signature: etree._Element) -> etree._Element:
    """Return a copy of the element without this one signature (the enveloped-signature transform)."""
    path = []
    one = signature
    while one is not element:
        above = one.getparent()
        assert above is not None
        path.append(above.index(one))
        one = above
    copy = etree.fromstring(etree.tostring(element, with_tail=False, encoding="UTF-8"), _plain_parser())
    inner = copy
    for number in reversed(path[1:]):
        inner = inner[number]
    removed = inner[path[0]]
    if removed.tail:  # the text behind it stays
        before = removed.getprevious()
        if before is None:
            inner.text = (inner.text or "") + removed.tail
        else:
            before.tail = (before.tail or "") + removed.tail
    inner.remove(removed)
    return copy


# Canonicalization


def _plain_parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, strip_cdata=False)


def _canonical_by(element: etree._Element, method: etree._Element, *, above: etree._Element | None = None) -> bytes:
    algorithm = method.get("Algorithm", "")
    if algorithm == _EXCLUSIVE:
        listed = method.find("{*}InclusiveNamespaces")
        prefixes = (listed.get("PrefixList") or "").split() if listed is not None else None
        return bytes(
            etree.tostring(
                _alone(element, None),
                method="c14n",
                exclusive=True,
                with_comments=False,
                inclusive_ns_prefixes=prefixes,
            )
        )
    if algorithm not in (_INCLUSIVE, "http://www.w3.org/2006/12/xml-c14n11"):
        raise XmlSignatureInvalid("algorithm")
    return _canonical(element, above=above)


def _canonical(element: etree._Element, *, above: etree._Element | None = None) -> bytes:
    """Return inclusive Canonical XML 1.0 of an element in its place, without comments."""
    alone = _alone(element, element if above is None else above)
    return bytes(etree.tostring(alone, method="c14n", exclusive=False, with_comments=False))


def _alone(element: etree._Element, above: etree._Element | None) -> etree._Element:
    """Copy an element into its own document with all namespaces in scope.

    `above` is the element whose ancestors' xml: attributes count too: inclusive canonicalization takes them along.
    """
    copy = etree.fromstring(etree.tostring(element, with_tail=False, encoding="UTF-8"), _plain_parser())
    if above is not None:
        for ancestor in above.iterancestors():
            for name, value in ancestor.attrib.items():
                if str(name).startswith(_XML) and name not in copy.attrib:
                    copy.set(name, value)
    return copy


def _hash(content: bytes, digest: str) -> str:
    return _text(hashlib.new(digest, content).digest())


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
