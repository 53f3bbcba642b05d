"""The signature of tax and insurance XML, exactly as their receivers expect it.

One signature covers the element with a given id (by `#id`) and its own signing time, and stands in the place kept for
it (`CKyDTu`). Inclusive Canonical XML 1.0, enveloped-signature as the only transform, RSA PKCS#1 v1.5 with SHA-256 (or
ECDSA; RSASSA-PSS only where it is asked for).
"""

from __future__ import annotations

import base64
import re
import uuid
from datetime import datetime, timedelta, timezone
from functools import lru_cache

from cryptography import x509
from lxml import etree

from signing.errors import SignatureNotReread, XmlSignatureInvalid, XmlUnsignable
from signing.key import SigningKey, digest_for, require_usable
from signing.xml.markup import (
    DIGEST_URIS,
    DS,
    ENVELOPED,
    INCLUSIVE,
    PROPERTIES,
    canonical,
    default,
    hashed,
    index,
    parse,
    text,
)
from signing.xml.read import verify_xml
from signing.xml.value import method_uri, sign_value


def sign_xml(
    data: bytes,
    key: SigningKey,
    *,
    reference_id: str,
    id_attribute: str = "id",
    place: str = "CKyDTu",
    at: datetime | None = None,
    pss: bool = False,
) -> bytes:
    """Sign the element whose `id_attribute` is `reference_id` and put the signature into the element `place`.

    Earlier signatures in the document stay and must still hold. Read again before it is returned. Raise XmlUnsignable,
    KeyTooWeak, UnsupportedKey, SchemeNotOffered, SignatureNotReread.
    """
    digest = digest_for(key)
    require_usable(key, digest)
    try:
        root = parse(data)
    except XmlSignatureInvalid as error:
        raise XmlUnsignable(error.reason) from error
    target = target_of(index(root, id_attribute), reference_id, id_attribute)
    receivers = [one for one in root.iter("{*}" + place) if isinstance(one.tag, str)]
    if len(receivers) != 1:
        raise XmlUnsignable("no_place")
    receiver = receivers[0]
    moment = (at or datetime.now(timezone(timedelta(hours=7)))).astimezone(timezone(timedelta(hours=7)))
    target_digest = hashed(canonical(target), digest)
    method = method_uri(key, digest, pss=pss)
    signature, time_object = _skeleton(key, method, digest, reference_id, target_digest, moment.replace(microsecond=0))
    receiver.append(signature)
    info = signature[0]
    info[3][1].text = hashed(canonical(time_object), digest)
    signature[1].text = text(sign_value(key, canonical(info), digest, pss=pss))
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


def target_of(ids: dict[str, list[etree._Element]], reference_id: str, id_attribute: str) -> etree._Element:
    """Return the one element of this id; raise XmlUnsignable where there is none, or more than one."""
    if not re.fullmatch(r"[A-Za-z_][\w.\-]{0,127}", reference_id):
        raise XmlUnsignable("no_element")
    same = ids.get(reference_id, [])
    if len(same) > 1:
        raise XmlUnsignable("duplicate_id")
    if not same or same[0].get(id_attribute) != reference_id:
        raise XmlUnsignable("no_element")
    return same[0]


def _skeleton(
    key: SigningKey, method: str, digest: str, reference_id: str, target_digest: str, moment: datetime
) -> tuple[etree._Element, etree._Element]:
    """Build the signature with everything but the digest of its time and its value."""
    number = uuid.uuid4().hex[:16]
    signature_id, time_id = f"Signature-{number}", f"SigningTime-{number}"
    signature = etree.Element(f"{{{DS}}}Signature", nsmap=default(DS), Id=signature_id)

    def add(above: etree._Element, name: str, text: str | None = None, **attributes: str) -> etree._Element:
        one = etree.SubElement(above, f"{{{DS}}}{name}", **attributes)  # type: ignore[arg-type]  # stubs: lxml < 6
        one.text = text
        return one

    info = add(signature, "SignedInfo")
    add(info, "CanonicalizationMethod", Algorithm=INCLUSIVE)
    add(info, "SignatureMethod", Algorithm=method)
    reference = add(info, "Reference", URI=f"#{reference_id}")
    add(add(reference, "Transforms"), "Transform", Algorithm=ENVELOPED)
    add(reference, "DigestMethod", Algorithm=DIGEST_URIS[digest])
    add(reference, "DigestValue", target_digest)
    time_reference = add(info, "Reference", URI=f"#{time_id}")
    add(time_reference, "DigestMethod", Algorithm=DIGEST_URIS[digest])
    add(time_reference, "DigestValue")
    add(signature, "SignatureValue")
    x509_data = add(add(signature, "KeyInfo"), "X509Data")
    add(x509_data, "X509SubjectName", _subject(key.certificate.der))
    for der in (key.certificate.der, *key.chain):
        add(x509_data, "X509Certificate", base64.b64encode(der).decode("ascii"))
    time_object = add(signature, "Object", Id=time_id)
    properties = add(time_object, "SignatureProperties")
    signed_property = add(properties, "SignatureProperty", Target=f"#{signature_id}")
    etree.SubElement(
        signed_property, f"{{{PROPERTIES}}}SigningTime", nsmap=default(PROPERTIES)
    ).text = moment.isoformat()
    return signature, time_object


@lru_cache(maxsize=64)
def _subject(der: bytes) -> str:
    return x509.load_der_x509_certificate(der).subject.rfc4514_string()
