"""XML signatures (XMLDSig, XAdES), foremost the enveloped one of tax returns.

Written on lxml's canonicalisation beside signxml, which signs: the checker shares no code with the signer. What counts
is not only that a signature holds, but what it covers: every element of the document must lie inside what was signed,
so that a consumer who reads the document reads signed data (wrapping moves the signed part aside and shows another).
"""

from __future__ import annotations

import base64
import binascii
import copy
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from lxml import etree

from signing.validation.judge import Facts, Judge, undecided
from signing.validation.pdf import signature_stamp
from signing.validation.verdict import Changes, FileVerdict, Integrity, Level, SignatureVerdict, Verdict, worst

SIGNATURE_LIMIT = 50
REFERENCE_LIMIT = 50
DS = "http://www.w3.org/2000/09/xmldsig#"
XADES = "http://uri.etsi.org/01903/v1.3.2#"
_ENVELOPED = DS + "enveloped-signature"
_TRACES = re.compile(rb"xmldsig|SignatureValue|SignedInfo|X509Certificate|SignatureMethod")
_IDS = ("Id", "ID", "id", "{http://www.w3.org/XML/1998/namespace}id")

# (exclusive, with comments); C14N 1.1 differs from 1.0 in xml:base and xml:id of ancestors only, which are refused.
_CANONICAL = {
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315": (False, False),
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments": (False, True),
    "http://www.w3.org/2006/12/xml-c14n11": (False, False),
    "http://www.w3.org/2006/12/xml-c14n11#WithComments": (False, True),
    "http://www.w3.org/2001/10/xml-exc-c14n#": (True, False),
    "http://www.w3.org/2001/10/xml-exc-c14n#WithComments": (True, True),
}
_DIGESTS = {
    DS + "sha1": "sha1",
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
    "http://www.w3.org/2007/05/xmldsig-more#sha3-256": "sha3_256",
    "http://www.w3.org/2007/05/xmldsig-more#sha3-384": "sha3_384",
    "http://www.w3.org/2007/05/xmldsig-more#sha3-512": "sha3_512",
}
_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_METHODS: dict[str, tuple[str, type[hashes.HashAlgorithm]]] = {
    DS + "rsa-sha1": ("rsa", hashes.SHA1),
    _MORE + "rsa-sha256": ("rsa", hashes.SHA256),
    _MORE + "rsa-sha384": ("rsa", hashes.SHA384),
    _MORE + "rsa-sha512": ("rsa", hashes.SHA512),
    _MORE + "ecdsa-sha256": ("ec", hashes.SHA256),
    _MORE + "ecdsa-sha384": ("ec", hashes.SHA384),
    _MORE + "ecdsa-sha512": ("ec", hashes.SHA512),
    "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1": ("pss", hashes.SHA256),
    "http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1": ("pss", hashes.SHA384),
    "http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1": ("pss", hashes.SHA512),
}


class _Stop(Exception):
    """Ends the look at one signature with a reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class _Reference:
    target: etree._Element
    enveloped: bool
    comments: bool
    holds: bool
    weak: bool


def validate(data: bytes, name: str, judge: Judge) -> FileVerdict:
    """Judge every signature of an XML file."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return FileVerdict(name, "xml", Verdict.UNREADABLE, (), ("DOCUMENT_UNREADABLE",))
    if root.getroottree().docinfo.internalDTD is not None:
        traces = _TRACES.search(etree.tostring(root.getroottree(), encoding="utf-8"))
        verdict = Verdict.INDETERMINATE if traces else Verdict.UNSIGNED
        return FileVerdict(name, "xml", verdict, (), ("DTD_NOT_ACCEPTED",))
    signatures = list(root.iter(f"{{{DS}}}Signature"))
    if len(signatures) > SIGNATURE_LIMIT:
        return FileVerdict(name, "xml", Verdict.INDETERMINATE, (), ("TOO_MANY_SIGNATURES",))
    if not signatures:
        # As UTF-8, whatever the file's own encoding was.
        if not _TRACES.search(etree.tostring(root, encoding="utf-8")):
            return FileVerdict(name, "xml", Verdict.UNSIGNED)
        broken = any(etree.QName(one).localname == "SignatureValue" for one in root.iter(etree.Element))
        reason = "SIGNATURE_MALFORMED" if broken else "SIGNATURE_NOT_READABLE"
        verdict = Verdict.INVALID if broken else Verdict.INDETERMINATE
        return FileVerdict(name, "xml", verdict, (), (reason,))
    verdicts = tuple(_signature(root, one, number, judge) for number, one in enumerate(signatures, 1))
    return FileVerdict(name, "xml", worst(one.verdict for one in verdicts), verdicts)


def _signature(root: etree._Element, signature: etree._Element, number: int, judge: Judge) -> SignatureVerdict:
    name = signature.get("Id") or f"#{number}"
    try:
        return _judged(root, signature, name, judge)
    except _Stop as stop:
        return undecided(name, stop.reason)
    except Exception:  # lxml and hostile structures: undecided, never unseen
        return undecided(name, "CANNOT_BE_VALIDATED")


def _judged(root: etree._Element, signature: etree._Element, name: str, judge: Judge) -> SignatureVerdict:
    info = _one(signature, "SignedInfo")
    value_element = _one(signature, "SignatureValue")
    reasons: list[str] = []
    references = [_reference(root, signature, one) for one in _references(info)]
    if any(one.weak for one in references):
        reasons.append("WEAK_ALGORITHM")
    holds = all(one.holds for one in references)
    if not holds:
        reasons.append("DIGEST_MISMATCH")
    certificates = _certificates(signature)
    signer = _signer(signature, certificates)
    if signer is None:
        raise _Stop("SIGNER_CERTIFICATE_MISSING")
    method = _METHODS.get(_algorithm(_one(info, "SignatureMethod")))
    if method is None:
        raise _Stop("ALGORITHM_NOT_ACCEPTED")
    if method[1] is hashes.SHA1:
        reasons.append("WEAK_ALGORITHM")
    signed = _canonical(info, _one(info, "CanonicalizationMethod"))
    value = _decode(value_element)
    if not _value_holds(signer, method, value, signed):
        holds = False
        reasons.append("SIGNATURE_VALUE_WRONG")
    targets = [one.target for one in references]
    named = _named_certificate(signature, targets)
    if named is not None and hashlib.new(named[0], signer).digest() != named[1]:
        holds = False
        reasons.append("CERTIFICATE_MISMATCH")
    changes = Changes.NONE
    if not _covers(root, signature, targets):
        changes = Changes.UNKNOWN
        reasons.append("NOT_ALL_SIGNED")
    if any(not one.comments and any(True for _ in one.target.iter(etree.Comment)) for one in references):
        changes = Changes.UNKNOWN
        reasons.append("COMMENTS_NOT_SIGNED")
    time = _signing_time(signature, targets)
    level = Level.B_B if named is not None and time is not None else Level.OTHER
    facts = Facts(
        name=name,
        integrity=Integrity.INTACT if holds else Integrity.BROKEN,
        changes=changes,
        changes_allowed=changes is Changes.NONE,
        level=level,
        signer=signer,
        certificates=certificates,
        signing_time=time,
        reasons=tuple(dict.fromkeys(reasons)),
    )
    return judge.signature(_stamped(facts, signature, value_element, judge))


def _stamped(facts: Facts, signature: etree._Element, value: etree._Element, judge: Judge) -> Facts:
    """Add what a XAdES signature time-stamp says."""
    stamp = signature.find(f".//{{{XADES}}}SignatureTimeStamp")
    if stamp is None or facts.level is not Level.B_B:
        return facts
    token = stamp.find(f"{{{XADES}}}EncapsulatedTimeStamp")
    method = stamp.find(f"{{{DS}}}CanonicalizationMethod")
    reasons = list(facts.reasons)
    stamped, holds = None, False
    reason = "TIME_STAMP_BROKEN"
    if token is not None:
        content = _canonical(value, method)
        stamped, reason, holds = signature_stamp(_decode(token), content, judge, judge.now)
    if reason:
        reasons.append(reason)
    changed = {
        "level": Level.B_T,
        "time_stamp": stamped,
        "proven": stamped if holds else None,
        "reasons": tuple(reasons),
    }
    return Facts(**{**vars(facts), **changed})


# what was signed


def _references(info: etree._Element) -> list[etree._Element]:
    found = info.findall(f"{{{DS}}}Reference")
    if not 0 < len(found) <= REFERENCE_LIMIT:
        raise _Stop("SIGNATURE_MALFORMED")
    return found


def _reference(root: etree._Element, signature: etree._Element, element: etree._Element) -> _Reference:
    uri = element.get("URI")
    if uri is None or (uri and not uri.startswith("#")):
        raise _Stop("SIGNED_PART_OUTSIDE")
    target = root if uri == "" else _by_id(root, uri[1:])
    enveloped = False
    method: etree._Element | None = None
    for transform in element.findall(f"{{{DS}}}Transforms/{{{DS}}}Transform"):
        algorithm = _algorithm(transform)
        if algorithm == _ENVELOPED:
            enveloped = True
        elif algorithm in _CANONICAL and method is None:
            method = transform
        else:
            raise _Stop("TRANSFORM_NOT_ACCEPTED")
    algorithm = _algorithm(_one(element, "DigestMethod"))
    if algorithm not in _DIGESTS:
        raise _Stop("ALGORITHM_NOT_ACCEPTED")
    whole = uri == ""
    part = _without(target, signature) if enveloped else target
    content = _canonical(part.getroottree() if whole else part, method)
    expected = _decode(_one(element, "DigestValue"))
    comments = method is not None and _CANONICAL[_algorithm(method)][1]
    return _Reference(
        target,
        enveloped,
        comments,
        hashlib.new(_DIGESTS[algorithm], content).digest() == expected,
        _DIGESTS[algorithm] == "sha1",
    )


def _by_id(root: etree._Element, wanted: str) -> etree._Element:
    found = [one for one in root.iter(etree.Element) if any(one.get(attribute) == wanted for attribute in _IDS)]
    if len(found) != 1:
        raise _Stop("SIGNED_PART_AMBIGUOUS" if found else "SIGNED_PART_MISSING")
    return found[0]


def _without(target: etree._Element, signature: etree._Element) -> etree._Element:
    """Return a copy of the target in a copy of its document, without the signature and with the text behind it."""
    if signature is not target and target not in signature.iterancestors():
        return target
    mark = "hoso-enveloped-mark"
    signature.set(mark, "1")
    target.set(mark + "-target", "1")
    try:
        tree = copy.deepcopy(target.getroottree())
    finally:
        del signature.attrib[mark]
        del target.attrib[mark + "-target"]
    top = tree.getroot()
    copied = next(one for one in top.iter(etree.Element) if one.get(mark) is not None)
    found = next(one for one in top.iter(etree.Element) if one.get(mark + "-target") is not None)
    del found.attrib[mark + "-target"]
    parent = copied.getparent()
    if parent is None or found is copied:
        raise _Stop("SIGNED_PART_MISSING")
    if copied.tail:
        before = copied.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + copied.tail
        else:
            parent.text = (parent.text or "") + copied.tail
    parent.remove(copied)
    return found


def _canonical(part: etree._Element | etree._ElementTree, method: etree._Element | None) -> bytes:
    algorithm = _algorithm(method) if method is not None else next(iter(_CANONICAL))
    if algorithm not in _CANONICAL:
        raise _Stop("ALGORITHM_NOT_ACCEPTED")
    exclusive, comments = _CANONICAL[algorithm]
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
        raise _Stop("TRANSFORM_NOT_ACCEPTED")
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


def _covers(root: etree._Element, signature: etree._Element, targets: Iterable[etree._Element]) -> bool:
    """Tell whether everything that says something lies inside a signed part.

    Outside may stand: ancestors of signed parts and of signatures, without text and attributes of their own (but for
    the schema's place), and signatures.
    """
    inside = [one for one in targets if one is not signature and signature not in one.iterancestors()]
    if not inside:
        return False
    covered = set(inside)
    frame = {above for one in inside for above in one.iterancestors()}
    frame |= {above for one in root.iter(f"{{{DS}}}Signature") for above in one.iterancestors()}
    waiting = [root]
    while waiting:
        element = waiting.pop()
        if element in covered or element.tag == f"{{{DS}}}Signature":
            continue
        if isinstance(element, etree._Comment):
            continue
        if isinstance(element, (etree._ProcessingInstruction, etree._Entity)):
            return False
        if element not in frame:
            # An empty place for a signature says nothing.
            if len(element) or (element.text or "").strip() or element.attrib:
                return False
            continue
        if any(not str(key).startswith("{http://www.w3.org/2001/XMLSchema-instance}") for key in element.attrib):
            return False
        if (element.text or "").strip() or any((child.tail or "").strip() for child in element):
            return False
        waiting.extend(element)
    return True


# who signed


def _certificates(signature: etree._Element) -> tuple[bytes, ...]:
    found = []
    path = f"{{{DS}}}KeyInfo/{{{DS}}}X509Data/{{{DS}}}X509Certificate"
    for one in signature.findall(path)[:20]:
        found.append(_decode(one))
    return tuple(found)


def _signer(signature: etree._Element, certificates: tuple[bytes, ...]) -> bytes | None:
    """Pick the signer's certificate: the one that issued none of the others."""
    del signature
    if len(certificates) < 2:
        return certificates[0] if certificates else None
    loaded = []
    for der in certificates:
        try:
            loaded.append((der, x509.load_der_x509_certificate(der)))
        except ValueError:
            continue
    issuers = {one.issuer for _, one in loaded if one.issuer != one.subject}
    leaves = [der for der, one in loaded if one.subject not in issuers]
    return leaves[0] if leaves else certificates[0]


def _value_holds(signer: bytes, method: tuple[str, type[hashes.HashAlgorithm]], value: bytes, signed: bytes) -> bool:
    kind, algorithm = method
    try:
        public = x509.load_der_x509_certificate(signer).public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise _Stop("SIGNATURE_MALFORMED") from error
    made = algorithm()
    try:
        if isinstance(public, rsa.RSAPublicKey) and kind == "rsa":
            public.verify(value, signed, padding.PKCS1v15(), made)
        elif isinstance(public, rsa.RSAPublicKey) and kind == "pss":
            public.verify(value, signed, padding.PSS(padding.MGF1(made), made.digest_size), made)
        elif isinstance(public, ec.EllipticCurvePublicKey) and kind == "ec":
            size = (public.key_size + 7) // 8
            if len(value) != 2 * size:
                return False
            r, s = int.from_bytes(value[:size]), int.from_bytes(value[size:])
            public.verify(encode_dss_signature(r, s), signed, ec.ECDSA(made))
        else:
            return False
    except InvalidSignature:
        return False
    return True


def _named_certificate(signature: etree._Element, targets: Iterable[etree._Element]) -> tuple[str, bytes] | None:
    """Return (digest, value) of the certificate that signed XAdES properties name, if they do."""
    for one in _signed_nodes(signature, targets, f"{{{XADES}}}CertDigest"):
        algorithm = _DIGESTS.get(_algorithm(_one(one, "DigestMethod")))
        if algorithm is None:
            raise _Stop("ALGORITHM_NOT_ACCEPTED")
        return algorithm, _decode(_one(one, "DigestValue"))
    return None


def _signing_time(signature: etree._Element, targets: Iterable[etree._Element]) -> datetime | None:
    """Return the claimed time from a signed XAdES property or a signed SignatureProperty."""
    for tag in (f"{{{XADES}}}SigningTime", f"{{{DS}}}SigningTime", "{*}SigningTime"):
        for one in _signed_nodes(signature, targets, tag):
            try:
                moment = datetime.fromisoformat((one.text or "").strip())
            except ValueError:
                continue
            # Tax XML writes Vietnam's time without a zone.
            return moment if moment.tzinfo is not None else moment.replace(tzinfo=_VIETNAM)
    return None


def _signed_nodes(signature: etree._Element, targets: Iterable[etree._Element], tag: str) -> Iterable[etree._Element]:
    """Find elements inside this signature that one of its references covers."""
    signed = set(targets)
    for one in signature.iter(tag):
        above = [one, *one.iterancestors()]
        if any(element in signed for element in above[: above.index(signature)]):
            yield one


_VIETNAM = timezone(timedelta(hours=7))


# small readers


def _one(parent: etree._Element, tag: str) -> etree._Element:
    found = parent.findall(f"{{{DS}}}{tag}")
    if len(found) != 1:
        raise _Stop("SIGNATURE_MALFORMED")
    return found[0]


def _algorithm(element: etree._Element) -> str:
    return element.get("Algorithm") or ""


def _decode(element: etree._Element) -> bytes:
    if len(element):
        raise _Stop("SIGNATURE_MALFORMED")
    try:
        return base64.b64decode("".join((element.text or "").split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise _Stop("SIGNATURE_MALFORMED") from error
