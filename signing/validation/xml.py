"""XML signatures (XMLDSig, XAdES), foremost the enveloped one of tax returns.

Written on lxml's canonicalisation beside signxml, which signs: the checker shares no code with the signer. What counts
is not only that a signature holds, but what it covers: every element of the document must lie inside what was signed,
so that a consumer who reads the document reads signed data (wrapping moves the signed part aside and shows another).
"""

from __future__ import annotations

import copy
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from urllib.parse import unquote, urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from lxml import etree

from signing.validation.judge import Facts, Judge, undecided
from signing.validation.markup import (
    CANONICAL,
    DIGESTS,
    DS,
    Stop,
    algorithm_of,
    canonical,
    decoded,
    has_dtd,
    only,
    parsed,
)
from signing.validation.verdict import Changes, FileVerdict, Integrity, Level, SignatureVerdict, Verdict, worst
from signing.validation.xades import SIGNED_PROPERTIES, Properties, properties, stamped

SIGNATURE_LIMIT = 50
ATTRIBUTE_LIMIT = 2_000
"""Of one element: canonicalisation sorts them one by one."""
REFERENCE_LIMIT = 50
FILES_LIMIT = 2_200
"""References of a signature over the files of a container."""
_PLACES = frozenset({"CKyDTu", "CKySo", "ChuKy", "ChuKySo", "DSCKS", "Signatures"})
"""Elements that Vietnamese forms keep empty until somebody signs there."""
_ENVELOPED = DS + "enveloped-signature"
_TRACES = re.compile(rb"xmldsig|SignatureValue|SignedInfo|X509Certificate|SignatureMethod")
_IDS = ("Id", "ID", "id", "{http://www.w3.org/XML/1998/namespace}id")

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


@dataclass(frozen=True)
class Beside:
    """The files that stand beside a signature in a container."""

    digest: Callable[[str, str], bytes]
    """(name, digest) → digest of that file"""
    names: frozenset[str]
    """Every file that a signature has to cover."""
    media_types: Mapping[str, str]
    """As the container's manifest says."""


@dataclass(frozen=True)
class _Reference:
    identity: str
    target: etree._Element | None
    file: str | None
    """A file beside the signature."""
    properties: bool
    """Says of itself that it is about the signed properties."""
    comments: bool
    holds: bool
    old: bool
    whole: bool = False
    """The document itself, with what stands beside its root."""


def validate(data: bytes, name: str, judge: Judge) -> FileVerdict:
    """Judge every signature of an XML file."""
    root = parsed(data)
    if root is None:
        return FileVerdict(name, "xml", Verdict.UNREADABLE, (), ("DOCUMENT_UNREADABLE",))
    if has_dtd(root):
        traces = _TRACES.search(etree.tostring(root.getroottree(), encoding="utf-8"))
        verdict = Verdict.INDETERMINATE if traces else Verdict.UNSIGNED
        return FileVerdict(name, "xml", verdict, (), ("DTD_NOT_ACCEPTED",))
    if root.xpath(f"boolean(//*[count(@*) > {ATTRIBUTE_LIMIT}])"):
        return FileVerdict(name, "xml", Verdict.INDETERMINATE, (), ("FILE_TOO_LARGE",))
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
    verdicts = tuple(judged(root, one, one.get("Id") or f"#{at}", judge) for at, one in enumerate(signatures, 1))
    return FileVerdict(name, "xml", worst(one.verdict for one in verdicts), verdicts)


def judged(
    root: etree._Element, signature: etree._Element, name: str, judge: Judge, beside: Beside | None = None
) -> SignatureVerdict:
    """Judge one signature; with `beside` it has to be XAdES, and to cover every file there."""
    try:
        return _judged(root, signature, name, judge, beside)
    except Stop as stop:
        return undecided(name, stop.reason)
    except Exception:  # lxml and hostile structures: undecided, never unseen
        return undecided(name, "CANNOT_BE_VALIDATED")


def _judged(
    root: etree._Element, signature: etree._Element, name: str, judge: Judge, beside: Beside | None
) -> SignatureVerdict:
    info = only(signature, "SignedInfo")
    value_element = only(signature, "SignatureValue")
    qualified = properties(signature)
    references = [_reference(root, signature, one, beside) for one in _references(info, beside)]
    certificates = _certificates(signature)
    named = qualified.certificate if qualified is not None else None
    signer = _signer(certificates, named)
    if signer is None:
        raise Stop("SIGNER_CERTIFICATE_MISSING")
    method = _METHODS.get(algorithm_of(only(info, "SignatureMethod")))
    if method is None:
        raise Stop("ALGORITHM_NOT_ACCEPTED")
    reasons: list[str] = []
    if method[1] is hashes.SHA1 or any(one.old for one in references) or (named is not None and named[0] == "sha1"):
        reasons.append("SHA1_USED")
    holds = all(one.holds for one in references)
    if not holds:
        reasons.append("DIGEST_MISMATCH")
    signed = canonical(info, only(info, "CanonicalizationMethod"))
    if not _value_holds(signer, method, decoded(value_element), signed):
        holds = False
        reasons.append("SIGNATURE_VALUE_WRONG")
    if named is not None and hashlib.new(named[0], signer).digest() != named[1]:
        holds = False
        reasons.append("CERTIFICATE_MISMATCH")
    targets = [one.target for one in references if one.target is not None]
    bound = _bound(qualified, references, beside)
    reasons += bound
    gaps = (
        _beside_gaps(signature, references, qualified, beside)
        if beside is not None
        else _gaps(root, signature, references)
    )
    reasons += gaps
    time = _signing_time(signature, targets) if qualified is None else qualified.time if not bound else None
    level = Level.B_B if qualified is not None and named is not None and time is not None else Level.OTHER
    facts = Facts(
        name=name,
        integrity=Integrity.INTACT if holds else Integrity.BROKEN,
        changes=Changes.UNKNOWN if gaps else Changes.NONE,
        changes_allowed=not gaps,
        level=level,
        signer=signer,
        certificates=certificates,
        signing_time=time,
        reasons=tuple(dict.fromkeys(reasons)),
    )
    if qualified is not None:
        facts = stamped(facts, qualified, value_element, judge)
    return judge.signature(facts)


def _bound(qualified: Properties | None, references: list[_Reference], beside: Beside | None) -> list[str]:
    """Say whether certificate and time are signed, where the signature is of a kind that has to sign them."""
    if qualified is None:
        return [] if beside is None else ["PROPERTIES_NOT_SIGNED"]
    covering = [one for one in references if one.target is qualified.signed]
    if len(covering) != 1 or not covering[0].properties:
        return ["PROPERTIES_NOT_SIGNED"]
    return ["PROPERTIES_NOT_SIGNED"] if qualified.certificate is None or qualified.time is None else []


# what was signed


def _references(info: etree._Element, beside: Beside | None) -> list[etree._Element]:
    found = info.findall(f"{{{DS}}}Reference")
    if not 0 < len(found) <= (REFERENCE_LIMIT if beside is None else FILES_LIMIT):
        raise Stop("SIGNATURE_MALFORMED")
    return found


def _reference(
    root: etree._Element, signature: etree._Element, element: etree._Element, beside: Beside | None
) -> _Reference:
    uri = element.get("URI")
    identity = element.get("Id") or ""
    algorithm = algorithm_of(only(element, "DigestMethod"))
    if algorithm not in DIGESTS:
        raise Stop("ALGORITHM_NOT_ACCEPTED")
    digest = DIGESTS[algorithm]
    expected = decoded(only(element, "DigestValue"))
    is_properties = element.get("Type") == SIGNED_PROPERTIES
    if beside is not None and uri and not uri.startswith("#"):
        file = _file(uri, element, beside)
        holds = beside.digest(file, digest) == expected
        return _Reference(identity, None, file, is_properties, True, holds, digest == "sha1")
    if uri is None or (uri and not uri.startswith("#")) or (beside is not None and not uri):
        raise Stop("SIGNED_PART_OUTSIDE")
    target = root if uri == "" else _by_id(root, uri[1:])
    if beside is not None and (target is signature or signature not in target.iterancestors()):
        raise Stop("SIGNED_PART_OUTSIDE")
    enveloped = False
    method: etree._Element | None = None
    for transform in element.findall(f"{{{DS}}}Transforms/{{{DS}}}Transform"):
        named = algorithm_of(transform)
        if named == _ENVELOPED and beside is None:
            enveloped = True
        elif named in CANONICAL and method is None:
            method = transform
        else:
            raise Stop("TRANSFORM_NOT_ACCEPTED")
    part = _without(target, signature) if enveloped else target
    content = canonical(part.getroottree() if uri == "" else part, method)
    comments = method is not None and CANONICAL[algorithm_of(method)][1]
    holds = hashlib.new(digest, content).digest() == expected
    return _Reference(identity, target, None, is_properties, comments, holds, digest == "sha1", uri == "")


def _file(uri: str, element: etree._Element, beside: Beside) -> str:
    """Return the name of the file that a reference is about; raise Stop."""
    if element.find(f"{{{DS}}}Transforms") is not None:
        # The bytes themselves are signed; any transform could leave out what is read.
        raise Stop("TRANSFORM_NOT_ACCEPTED")
    try:
        parts = urlsplit(uri)
        name = unquote(uri, errors="strict")
    except ValueError as error:
        raise Stop("SIGNED_PART_OUTSIDE") from error
    if parts.scheme or parts.netloc or parts.query or parts.fragment or "?" in uri or "#" in uri:
        raise Stop("SIGNED_PART_OUTSIDE")
    if name not in beside.names:
        raise Stop("CONTAINER_FILE_MISSING")
    return name


def _beside_gaps(
    signature: etree._Element, references: list[_Reference], qualified: Properties | None, beside: Beside
) -> list[str]:
    """Say what this signature leaves open: files not covered, other types than signed, objects that are nobody's."""
    files = [one.file for one in references if one.file is not None]
    gaps = []
    if beside.names - set(files):
        gaps.append("CONTAINER_FILE_ADDED")
    if len(files) != len(set(files)):
        gaps.append("SIGNED_PART_AMBIGUOUS")
    types = qualified.media_types() if qualified is not None else {}
    for one in references:
        signed_as = types.get(one.identity) if one.file is not None and one.identity else None
        if signed_as and beside.media_types.get(one.file or "") not in (None, signed_as):
            gaps.append("CONTAINER_MANIFEST_DIFFERS")
    signed = {one.target for one in references if one.target is not None}
    for held in signature.iterfind(f"{{{DS}}}Object"):
        own = [one for one in held if qualified is not None and one is qualified.holder]
        if held not in signed and (len(own) != 1 or len(held) != 1 or (held.text or "").strip()):
            gaps.append("NOT_ALL_SIGNED")
    return list(dict.fromkeys(gaps))


def _gaps(root: etree._Element, signature: etree._Element, references: list[_Reference]) -> list[str]:
    """Say what of the document this signature leaves open."""
    targets = [one.target for one in references if one.target is not None]
    gaps = [] if _covers(root, signature, targets, any(one.whole for one in references)) else ["NOT_ALL_SIGNED"]
    for one in references:
        if not one.comments and one.target is not None and any(True for _ in one.target.iter(etree.Comment)):
            return [*gaps, "COMMENTS_NOT_SIGNED"]
    return gaps


def _by_id(root: etree._Element, wanted: str) -> etree._Element:
    found = [one for one in root.iter(etree.Element) if any(one.get(attribute) == wanted for attribute in _IDS)]
    if len(found) != 1:
        raise Stop("SIGNED_PART_AMBIGUOUS" if found else "SIGNED_PART_MISSING")
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
        raise Stop("SIGNED_PART_MISSING")
    if copied.tail:
        before = copied.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + copied.tail
        else:
            parent.text = (parent.text or "") + copied.tail
    parent.remove(copied)
    return found


def _covers(root: etree._Element, signature: etree._Element, targets: Iterable[etree._Element], whole: bool) -> bool:
    """Tell whether everything that says something lies inside a signed part.

    Outside may stand: ancestors of signed parts and of signatures, without text and attributes of their own (but for
    the schema's place), and signatures.
    """
    inside = [one for one in targets if one is not signature and signature not in one.iterancestors()]
    if not inside:
        return False
    if not whole and any(
        isinstance(one, etree._ProcessingInstruction)
        for one in (*root.itersiblings(), *root.itersiblings(preceding=True))
    ):
        return False  # a style sheet beside the root shows whatever it likes
    covered = set(inside)
    holders = {above for one in root.iter(f"{{{DS}}}Signature") for above in one.iterancestors()}
    frame = {above for one in inside for above in one.iterancestors()}
    frame |= holders
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
            # An empty place for a signature says nothing; another empty element may be a cross in a box.
            if len(element) or (element.text or "").strip() or element.attrib or not _place(root, element, holders):
                return False
            continue
        if any(not str(key).startswith("{http://www.w3.org/2001/XMLSchema-instance}") for key in element.attrib):
            return False
        if (element.text or "").strip() or any((child.tail or "").strip() for child in element):
            return False
        waiting.extend(element)
    return True


def _place(root: etree._Element, element: etree._Element, holders: set[etree._Element]) -> bool:
    """Tell whether an empty element is kept for a signature: by its name, or beside one in a list of signatures."""
    parent = element.getparent()
    beside = parent is not None and parent is not root and parent in holders
    return beside or etree.QName(element).localname in _PLACES or any(element.tag == one.tag for one in holders)


# who signed


def _certificates(signature: etree._Element) -> tuple[bytes, ...]:
    found = []
    path = f"{{{DS}}}KeyInfo/{{{DS}}}X509Data/{{{DS}}}X509Certificate"
    for one in signature.findall(path)[:20]:
        found.append(decoded(one))
    return tuple(found)


def _signer(certificates: tuple[bytes, ...], named: tuple[str, bytes] | None) -> bytes | None:
    """Pick the signer's certificate: the one that is named, else the one that issued none of the others."""
    if named is not None:
        for der in certificates:
            if hashlib.new(named[0], der).digest() == named[1]:
                return der
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
        raise Stop("SIGNATURE_MALFORMED") from error
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


def _signing_time(signature: etree._Element, targets: Iterable[etree._Element]) -> datetime | None:
    """Return the claimed time from a signed SignatureProperty, as tax XML has it."""
    for tag in (f"{{{DS}}}SigningTime", "{*}SigningTime"):
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
