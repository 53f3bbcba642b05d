"""What every reader of a signature in XML needs: safe parsing, canonicalisation, strict small readers."""

from __future__ import annotations

import base64
import binascii

from lxml import etree

DS = "http://www.w3.org/2000/09/xmldsig#"
XADES = "http://uri.etsi.org/01903/v1.3.2#"

# (exclusive, with comments); C14N 1.1 differs from 1.0 in xml:base and xml:id of ancestors only, which are refused.
CANONICAL = {
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315": (False, False),
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments": (False, True),
    "http://www.w3.org/2006/12/xml-c14n11": (False, False),
    "http://www.w3.org/2006/12/xml-c14n11#WithComments": (False, True),
    "http://www.w3.org/2001/10/xml-exc-c14n#": (True, False),
    "http://www.w3.org/2001/10/xml-exc-c14n#WithComments": (True, True),
}
DIGESTS = {
    DS + "sha1": "sha1",
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
    "http://www.w3.org/2007/05/xmldsig-more#sha3-256": "sha3_256",
    "http://www.w3.org/2007/05/xmldsig-more#sha3-384": "sha3_384",
    "http://www.w3.org/2007/05/xmldsig-more#sha3-512": "sha3_512",
}


class Stop(Exception):
    """Ends the look at one signature with a reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def parsed(data: bytes) -> etree._Element | None:
    """Parse without network or entities; None for what is no XML. The caller looks whether there is a DTD."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def has_dtd(root: etree._Element) -> bool:
    """Tell whether the document brings a DTD: it can declare ids, defaults and entities."""
    return root.getroottree().docinfo.internalDTD is not None


def canonical(part: etree._Element | etree._ElementTree, method: etree._Element | None) -> bytes:
    """Canonicalise as a method or transform says, by Canonical XML 1.0 where there is none; raise Stop."""
    algorithm = algorithm_of(method) if method is not None else next(iter(CANONICAL))
    if algorithm not in CANONICAL:
        raise Stop("ALGORITHM_NOT_ACCEPTED")
    exclusive, comments = CANONICAL[algorithm]
    prefixes: list[str] = []
    if method is not None and exclusive:
        for one in method.iter("{http://www.w3.org/2001/10/xml-exc-c14n#}InclusiveNamespaces"):
            prefixes = one.get("PrefixList", "").split()
    element = part if isinstance(part, etree._Element) else part.getroot()
    if not exclusive and any(
        str(key).startswith("{http://www.w3.org/XML/1998/namespace}")
        for above in element.iterancestors()
        for key in above.attrib
    ):
        # Inclusive canonicalisation of a part takes these over from its ancestors, lxml does not.
        raise Stop("TRANSFORM_NOT_ACCEPTED")
    if isinstance(part, etree._Element):
        # Canonicalised in place, lxml undeclares an ancestor's default namespace on grandchildren; written and read
        # again as a document of its own, a part carries all namespaces that were in scope.
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        part = etree.fromstring(etree.tostring(part, with_tail=False), parser)
    return etree.tostring(
        part,
        method="c14n",
        exclusive=exclusive,
        with_comments=comments,
        inclusive_ns_prefixes=prefixes or None,
    )


def only(parent: etree._Element, tag: str, namespace: str = DS) -> etree._Element:
    """Return the one child of this name; raise Stop where there is none or another one."""
    found = parent.findall(f"{{{namespace}}}{tag}")
    if len(found) != 1:
        raise Stop("SIGNATURE_MALFORMED")
    return found[0]


def algorithm_of(element: etree._Element) -> str:
    """Return the Algorithm attribute."""
    return element.get("Algorithm") or ""


def decoded(element: etree._Element) -> bytes:
    """Return what an element holds in base64; raise Stop."""
    if len(element):
        raise Stop("SIGNATURE_MALFORMED")
    try:
        return base64.b64decode("".join((element.text or "").split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Stop("SIGNATURE_MALFORMED") from error
