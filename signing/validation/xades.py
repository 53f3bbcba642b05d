"""What XAdES adds to an XML signature (ETSI EN 319 132-1): signed properties, time-stamps, validation data.

Properties are read from one place alone: the SignedProperties that is the child of the one QualifyingProperties in an
Object of this signature, and that a reference of the right type covers as it stands. A second one, or one elsewhere in
the signature, is how a signer's time or certificate is faked beside the true ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone

from cryptography import x509
from cryptography.x509 import ocsp
from lxml import etree

from signing.validation.judge import Facts, Judge
from signing.validation.markup import DIGESTS, DS, XADES, Stop, algorithm_of, canonical, decoded, only
from signing.validation.pdf import signature_stamp
from signing.validation.times import Store, below_root
from signing.validation.verdict import Level

SIGNED_PROPERTIES = "http://uri.etsi.org/01903#SignedProperties"
TIME_STAMP_LIMIT = 5
ITEM_LIMIT = 100
_TOP = ("QualifyingProperties", "SignedProperties", "UnsignedProperties", "SignedSignatureProperties")


@dataclass(frozen=True)
class Properties:
    """The properties of one signature."""

    holder: etree._Element
    """QualifyingProperties"""
    signed: etree._Element
    unsigned: etree._Element | None

    @property
    def certificate(self) -> tuple[str, bytes] | None:
        """Return (digest, value) of the certificate that is said to be the signer's; raise Stop."""
        holder = self.signed.find(f"{{{XADES}}}SignedSignatureProperties")
        if holder is None:
            return None
        found = [*holder.iter(f"{{{XADES}}}SigningCertificateV2", f"{{{XADES}}}SigningCertificate")]
        if not found:
            return None
        if len(found) > 1:
            raise Stop("SIGNATURE_MALFORMED")
        # The first is the signer's own, others may follow (EN 319 132-1, 5.2.2).
        first = found[0].find(f"{{{XADES}}}Cert")
        if first is None:
            raise Stop("SIGNATURE_MALFORMED")
        digest = only(first, "CertDigest", XADES)
        algorithm = DIGESTS.get(algorithm_of(only(digest, "DigestMethod")))
        if algorithm is None:
            raise Stop("ALGORITHM_NOT_ACCEPTED")
        return algorithm, decoded(only(digest, "DigestValue"))

    @property
    def time(self) -> datetime | None:
        """Return the claimed time of signing."""
        path = f"{{{XADES}}}SignedSignatureProperties/{{{XADES}}}SigningTime"
        found = self.signed.findall(path)
        if len(found) != 1:
            return None
        try:
            moment = datetime.fromisoformat((found[0].text or "").strip())
        except ValueError:
            return None
        # A time without a zone is read as Vietnam's, as elsewhere.
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=timezone(timedelta(hours=7)))

    def media_types(self) -> dict[str, str]:
        """Return {id of a reference: media type} as it was signed."""
        path = f"{{{XADES}}}SignedDataObjectProperties/{{{XADES}}}DataObjectFormat"
        return {
            (one.get("ObjectReference") or "").removeprefix("#"): (one.findtext(f"{{{XADES}}}MimeType") or "").strip()
            for one in self.signed.findall(path)
        }


def properties(signature: etree._Element) -> Properties | None:
    """Return the properties, None where there are none at all; raise Stop where it is unclear which are meant."""
    counted = {name: list(signature.iter(f"{{{XADES}}}{name}")) for name in _TOP}
    if not any(counted.values()):
        return None
    if any(len(found) > 1 for found in counted.values()) or not counted["QualifyingProperties"]:
        raise Stop("SIGNATURE_MALFORMED")
    (qualifying,) = counted["QualifyingProperties"]
    holder = qualifying.getparent()
    if holder is None or holder.tag != f"{{{DS}}}Object" or holder.getparent() is not signature:
        raise Stop("SIGNATURE_MALFORMED")
    identity = signature.get("Id")
    if not identity or qualifying.get("Target") != f"#{identity}":
        raise Stop("SIGNATURE_MALFORMED")
    signed = only(qualifying, "SignedProperties", XADES)
    unsigned = qualifying.find(f"{{{XADES}}}UnsignedProperties")
    return Properties(qualifying, signed, unsigned)


def stamped(facts: Facts, found: Properties, value: etree._Element, judge: Judge) -> Facts:
    """Add what the unsigned properties bring: certificates, lists and answers, and time-stamps over the value."""
    held = found.unsigned.find(f"{{{XADES}}}UnsignedSignatureProperties") if found.unsigned is not None else None
    if held is None:
        return facts
    evidence = _evidence(held)
    judge.authorities.add(evidence.certificates, evidence.crls, evidence.ocsps)
    facts = replace(facts, certificates=(*facts.certificates, *evidence.certificates))
    stamps = held.findall(f"{{{XADES}}}SignatureTimeStamp")
    if len(stamps) > TIME_STAMP_LIMIT:
        return replace(facts, reasons=(*facts.reasons, "TIME_STAMP_BROKEN"))
    best: datetime | None = None
    shown: datetime | None = None
    reasons: list[str] = []
    for one in stamps:
        time, reason, holds = _stamp(one, value, judge)
        if holds and time is not None:
            best = min(time, best) if best is not None else time
        if time is not None:
            shown = min(time, shown) if shown is not None else time
        reasons += [reason] if reason else []
    if shown is None:
        return replace(facts, reasons=(*facts.reasons, *reasons))
    level = facts.level
    if level is Level.B_B:
        chain = below_root(facts.signer, (), facts.certificates) if facts.signer is not None else ()
        level = Level.B_LT if evidence.store.complete_since(chain) is not None else Level.B_T
    return replace(
        facts,
        level=level,
        time_stamp=best or shown,
        proven=best,
        reasons=tuple(dict.fromkeys((*facts.reasons, *reasons))),
    )


def _stamp(one: etree._Element, value: etree._Element, judge: Judge) -> tuple[datetime | None, str, bool]:
    tokens = one.findall(f"{{{XADES}}}EncapsulatedTimeStamp")
    if len(tokens) != 1 or one.find(f"{{{XADES}}}Include") is not None:
        return None, "TIME_STAMP_BROKEN", False
    content = canonical(value, one.find(f"{{{DS}}}CanonicalizationMethod"))
    return signature_stamp(decoded(tokens[0]), content, judge, judge.now)


@dataclass(frozen=True)
class _Evidence:
    certificates: tuple[bytes, ...] = field(repr=False)
    crls: tuple[bytes, ...] = field(repr=False)
    ocsps: tuple[bytes, ...] = field(repr=False)

    @property
    def store(self) -> Store:
        """Return what is told about which certificate."""
        lists: list[tuple[x509.Name, int]] = []
        answers: list[tuple[int, int]] = []
        for data in self.crls:
            try:
                lists.append((x509.load_der_x509_crl(data).issuer, 0))
            except ValueError:
                continue
        for data in self.ocsps:
            try:
                answers += [(single.serial_number, 0) for single in ocsp.load_der_ocsp_response(data).responses]
            except ValueError:
                continue
        return Store(tuple(lists), tuple(answers), self.certificates)


def _evidence(held: etree._Element) -> _Evidence:
    values = f"{{{XADES}}}RevocationValues/{{{XADES}}}"
    return _Evidence(
        tuple(_read(held.findall(f"{{{XADES}}}CertificateValues/{{{XADES}}}EncapsulatedX509Certificate"))),
        tuple(_read(held.findall(f"{values}CRLValues/{{{XADES}}}EncapsulatedCRLValue"))),
        tuple(_read(held.findall(f"{values}OCSPValues/{{{XADES}}}EncapsulatedOCSPValue"))),
    )


def _read(found: list[etree._Element]) -> Iterable[bytes]:
    for one in found[:ITEM_LIMIT]:
        try:
            yield decoded(one)
        except Stop:
            continue  # unsigned: without it less is known, nothing is wrong
