"""Reading XML that is to be signed or was signed: bounded, without DTDs, and canonical."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from lxml import etree

from signing.errors import XmlSignatureInvalid

LIMIT = 20 * 1024 * 1024
_MOST_ELEMENTS = 1_000_000
MOST_SIGNATURES = 16

DS = "http://www.w3.org/2000/09/xmldsig#"
_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_ENC = "http://www.w3.org/2001/04/xmlenc#"
XADES = "http://uri.etsi.org/01903/v1.3.2#"
PROPERTIES = "http://example.org/#signatureProperties"
"""The namespace in which the tax authority's own tools write SigningTime; odd, and what receivers look for."""

ENVELOPED = f"{DS}enveloped-signature"
INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
DIGESTS = {f"{_ENC}sha256": "sha256", f"{_MORE}sha384": "sha384", f"{_ENC}sha512": "sha512"}
DIGEST_URIS = {name: uri for uri, name in DIGESTS.items()}
_IDS = ("Id", "ID", "id")
_NAME = re.compile(r"[A-Za-z_][\w.\-]{0,127}")
_COUNT: Any = etree.XPath("count(//*)")
_XML = "{http://www.w3.org/XML/1998/namespace}"


def default(namespace: str) -> Any:
    """Return a map that makes a namespace the default one; lxml's stubs know prefixes only."""
    return {None: namespace}


def parse(data: bytes) -> etree._Element:
    """Parse without DTD, network or entities; raise XmlSignatureInvalid (size, dtd, unreadable)."""
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


def index(root: etree._Element, id_attribute: str) -> dict[str, list[etree._Element]]:
    """Return the elements by everything that a reader may take for an id; one id may have several.

    Raise XmlSignatureInvalid (size) for a document of too many elements.
    """
    if _COUNT(root) > _MOST_ELEMENTS:
        raise XmlSignatureInvalid("size")
    found: dict[str, list[etree._Element]] = {}
    for value in _ids(id_attribute)(root):
        element = value.getparent()
        same = found.setdefault(str(value), [])
        # Two attributes of one element may say the same.
        if not any(one is element for one in same):
            same.append(element)
    return found


@lru_cache(maxsize=16)
def _ids(id_attribute: str) -> Callable[[etree._Element], list[Any]]:
    """Return a search for ids; walking over the elements in Python takes longer than signing them."""
    if not _NAME.fullmatch(id_attribute):
        raise XmlSignatureInvalid("structure")
    names = sorted({*_IDS, id_attribute})
    search: Any = etree.XPath("|".join(f"//@{name}" for name in (*names, "xml:id")), smart_strings=True)
    return search  # type: ignore[no-any-return]  # stubs: lxml < 6


def only(above: etree._Element, name: str) -> etree._Element:
    """Return the one child of this XMLDSig name; raise XmlSignatureInvalid."""
    found = above.findall(f"{{{DS}}}{name}")
    if len(found) != 1:
        raise XmlSignatureInvalid("structure")
    return found[0]


def decoded(element: etree._Element) -> bytes:
    """Return the bytes that an element holds in base64; raise XmlSignatureInvalid."""
    try:
        return base64.b64decode("".join((element.text or "").split()), validate=True)
    except ValueError as error:
        raise XmlSignatureInvalid("structure") from error


def within(element: etree._Element, above: etree._Element) -> bool:
    """Tell whether an element is another one or lies in it."""
    return element is above or any(one is above for one in element.iterancestors())


def inside_signature(signature: etree._Element) -> bool:
    """Tell whether a signature stands inside another one."""
    return next(signature.iterancestors(f"{{{DS}}}Signature"), None) is not None


def without(element: etree._Element, signature: etree._Element) -> etree._Element:
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


def exclusive(element: etree._Element) -> bytes:
    """Return Exclusive Canonical XML 1.0 of an element, without comments."""
    return bytes(etree.tostring(_alone(element, None), method="c14n", exclusive=True, with_comments=False))


def _plain_parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, strip_cdata=False)


def canonical_by(element: etree._Element, method: etree._Element, *, above: etree._Element | None = None) -> bytes:
    """Canonicalize as a CanonicalizationMethod or Transform says; raise XmlSignatureInvalid for other algorithms.

    `above` is given where the element is a copy by itself: the element in whose place it counts.
    """
    algorithm = method.get("Algorithm", "")
    if algorithm == EXCLUSIVE:
        listed = method.find("{*}InclusiveNamespaces")
        prefixes = (listed.get("PrefixList") or "").split() if listed is not None else None
        return bytes(
            etree.tostring(
                element if above is not None and element is not above else _alone(element, None),
                method="c14n",
                exclusive=True,
                with_comments=False,
                inclusive_ns_prefixes=prefixes,
            )
        )
    if algorithm not in (INCLUSIVE, "http://www.w3.org/2006/12/xml-c14n11"):
        raise XmlSignatureInvalid("algorithm")
    return canonical(element, above=above)


def canonical(element: etree._Element, *, above: etree._Element | None = None) -> bytes:
    """Return inclusive Canonical XML 1.0 of an element in its place, without comments."""
    if above is None or above is element:
        alone = _alone(element, element)
    else:
        alone = _inherit(element, above)  # a copy already
    return bytes(etree.tostring(alone, method="c14n", exclusive=False, with_comments=False))


def _alone(element: etree._Element, above: etree._Element | None) -> etree._Element:
    """Copy an element into its own document with all namespaces in scope.

    `above` is the element whose ancestors' xml: attributes count too: inclusive canonicalization takes them along.
    """
    copy = etree.fromstring(etree.tostring(element, with_tail=False, encoding="UTF-8"), _plain_parser())
    return copy if above is None else _inherit(copy, above)


def _inherit(copy: etree._Element, above: etree._Element) -> etree._Element:
    for ancestor in above.iterancestors():
        for name, value in ancestor.attrib.items():
            if str(name).startswith(_XML) and name not in copy.attrib:
                copy.set(name, value)
    return copy


def hashed(content: bytes, digest: str) -> str:
    """Return the digest as base64."""
    return text(hashlib.new(digest, content).digest())


def text(data: bytes) -> str:
    """Return base64."""
    return base64.b64encode(data).decode("ascii")
