"""XML signatures: the one of Vietnamese tax and insurance receivers, and XAdES (ETSI EN 319 132-1).

Built on lxml; xmlsec1, signxml and libdigidocpp judge it in the tests.
"""

from __future__ import annotations

from signing.xml.enveloped import sign_xml
from signing.xml.markup import DS, LIMIT
from signing.xml.read import XmlFacts, XmlSignature, verify_xml
from signing.xml.xades import TimeStamper, extend_xades, sign_xades

__all__ = [
    "DS",
    "LIMIT",
    "TimeStamper",
    "XmlFacts",
    "XmlSignature",
    "extend_xades",
    "sign_xades",
    "sign_xml",
    "verify_xml",
]
