"""X.509 certificates as Vietnamese authorities issue them, and the checks before signing.

Hides the several shapes in which a tax code or personal number stands in a subject, the algorithms' names, and how a
chain to a trusted root and a given revocation list are followed. No network.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from asn1crypto import pem
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding

from signing.errors import CertificateUnreadable

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

    from signing.trust import Trust

LIMIT = 64 * 1024
"""A certificate larger than this is refused unread."""

EXPIRES_SOON = timedelta(days=30)

_CURVES = {
    "secp192r1": "P-192",
    "secp224r1": "P-224",
    "secp256r1": "P-256",
    "secp384r1": "P-384",
    "secp521r1": "P-521",
}
# Circular 15/2025/TT-BKHCN, Appendix I: SHA-2 and SHA-3 only.
_OLD_HASHES = frozenset({"md2", "md5", "sha1"})
_UID = "0.9.2342.19200300.100.1.1"
_SERIAL_NUMBER = "2.5.4.5"
_ORGANIZATION_IDENTIFIER = "2.5.4.97"

_TAX = re.compile(r"(?:MST|MSDN|MSDDN)\s*[:=\-]?\s*(\d{12}|\d{10}(?:-?\d{3})?)(?!\d)", re.IGNORECASE)
_VAT = re.compile(r"^(?:VATVN|TINVN|NTRVN)-?(\d{12}|\d{10}(?:-?\d{3})?)$", re.IGNORECASE)
_PERSON = re.compile(
    r"(?:CCCD|CMND|CMTND|CMT|CC|DDCN|SDDCN|IDCVN|PNOVN)\s*[:=\-]?\s*(\d{12}|\d{9})(?!\d)", re.IGNORECASE
)
_STATE = re.compile(r"MNS\s*[:=\-]?\s*([0-9A-Z.\-]{3,20})", re.IGNORECASE)
_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)


@dataclass(frozen=True)
class Certificate:
    """What a certificate says, as plain facts."""

    der: bytes = field(repr=False)
    common_name: str
    organization: str | None
    tax_code: str | None
    """The first tax code: 10 digits, 10-3 for a dependent unit, or the 12 digits of a person."""
    personal_id: str | None
    """The 12 digits of a person, or the 9 of an old identity card."""
    issuer: str
    """Common name of the issuing authority, else its organization."""
    serial: str
    """Lower-case hex without a prefix."""
    valid_from: datetime
    valid_to: datetime
    fingerprint: str
    """SHA-256 of the DER, lower-case hex."""
    key_type: str
    """RSA-2048, P-256, P-384, Ed25519 …"""
    usages: tuple[str, ...]
    """Key usages by their names in RFC 5280 in snake case; empty where the certificate limits nothing."""
    extended_usages: tuple[str, ...]
    hash_algorithm: str
    """By which the authority signed this certificate: sha256, sha1 …; none for Ed25519."""
    authority: bool
    """An authority's certificate; those sign certificates, not documents."""
    self_signed: bool
    tax_codes: tuple[str, ...] = ()
    """All of them: a subject may hold several UID values."""
    personal_ids: tuple[str, ...] = ()
    state_code: str | None = None
    """MNS: the code of a unit that uses the state budget."""
    title: str | None = None
    email: str | None = None
    subject: str = ""
    """All parts of the subject in the certificate's order, for the reader's eye: 'CN=…, UID=…'."""

    @property
    def hash(self) -> str:
        """Return the fingerprint under its short name."""
        return self.fingerprint

    def to_json(self) -> dict[str, Any]:
        """Return the facts that a person or script asks for."""
        return {
            "common_name": self.common_name,
            "organization": self.organization,
            "tax_code": self.tax_code,
            "personal_id": self.personal_id,
            "issuer": self.issuer,
            "serial": self.serial,
            "valid_from": self.valid_from.isoformat(),
            "valid_to": self.valid_to.isoformat(),
            "fingerprint": self.fingerprint,
            "key_type": self.key_type,
            "usages": list(self.usages),
        }


def parse(der: bytes) -> Certificate:
    """Read a certificate's facts from DER (or PEM).

    asn1crypto, because it takes what real authorities issue (odd string types, old country names) where stricter
    readers give up. Raises CertificateUnreadable.
    """
    if len(der) > LIMIT:
        raise CertificateUnreadable
    try:
        if pem.detect(der):
            _, _, der = pem.unarmor(der)
        certificate = asn1.Certificate.load(der, strict=True)
        return _facts(der, certificate)
    except CertificateUnreadable:
        raise
    except Exception as error:  # asn1crypto raises whatever a hostile structure makes it stumble on
        raise CertificateUnreadable from error


def _facts(der: bytes, certificate: asn1.Certificate) -> Certificate:
    subject = _names(certificate.subject)
    issuer = dict(reversed(_names(certificate.issuer)))
    tax_codes, personal_ids, state = _identities(subject)
    constraints = certificate.basic_constraints_value
    usage = certificate.key_usage_value
    extended = certificate.extended_key_usage_value
    first = dict(reversed(subject))
    common_name = first.get("2.5.4.3") or first.get("2.5.4.10") or ""
    return Certificate(
        der=bytes(der),
        common_name=common_name,
        organization=first.get("2.5.4.10"),
        tax_code=tax_codes[0] if tax_codes else None,
        personal_id=personal_ids[0] if personal_ids else None,
        issuer=issuer.get("2.5.4.3") or issuer.get("2.5.4.10") or "",
        serial=f"{certificate.serial_number:x}",
        valid_from=certificate.not_valid_before.astimezone(UTC),
        valid_to=certificate.not_valid_after.astimezone(UTC),
        fingerprint=hashlib.sha256(der).hexdigest(),
        key_type=_key_type(certificate.public_key),
        usages=tuple(sorted(usage.native)) if usage is not None else (),
        extended_usages=tuple(extended.native) if extended is not None else (),
        hash_algorithm=_hash_name(certificate),
        authority=bool(constraints is not None and constraints["ca"].native),
        self_signed=certificate.self_signed in ("yes", "maybe"),
        tax_codes=tax_codes,
        personal_ids=personal_ids,
        state_code=state,
        title=first.get("2.5.4.12"),
        email=first.get("1.2.840.113549.1.9.1"),
        subject=", ".join(f"{_SHORT.get(oid, oid)}={value}" for oid, value in subject),
    )


_SHORT = {
    "2.5.4.3": "CN",
    "2.5.4.5": "SERIALNUMBER",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.4.12": "T",
    "2.5.4.20": "TEL",
    "1.2.840.113549.1.9.1": "E",
    _UID: "UID",
}


def _names(name: asn1.Name) -> list[tuple[str, str]]:
    """List a name's parts as (dotted OID, NFC text), every value of multi-valued parts."""
    found = []
    for part in name.chosen:
        for pair in part:
            native = pair["value"].native
            text = native if isinstance(native, str) else str(native)
            text = "".join(c for c in unicodedata.normalize("NFC", text) if c.isprintable()).strip()
            found.append((pair["type"].dotted, text[:1000]))
            if len(found) > 64:
                return found
    return found


def _identities(
    subject: list[tuple[str, str]],
) -> tuple[tuple[str, ...], tuple[str, ...], str | None]:
    """Find tax codes, personal numbers and the state-budget code, in the order of certainty.

    Labelled values count wherever an authority put them; bare digits count only in UID, serialNumber and
    organizationIdentifier, and there by their length: 10 (check digit right) or 13 a tax code, 12 or 9 a person.
    """
    tax: dict[str, None] = {}
    person: dict[str, None] = {}
    state: str | None = None
    places = (_UID, _ORGANIZATION_IDENTIFIER, _SERIAL_NUMBER)
    for oid in (*places, None):
        for kind, text in subject:
            if (kind != oid) if oid else (kind in places):
                continue
            tax.update((_dashed(code), None) for code in _TAX.findall(text))
            person.update((number, None) for number in _PERSON.findall(text))
            if (found := _STATE.search(text)) and state is None:
                state = found[1]
            if oid and (vat := _VAT.match(text)):
                tax[_dashed(vat[1])] = None
            if oid and re.fullmatch(r"\d{10}(-?\d{3})?", text) and _checks(text[:10]):
                tax[_dashed(text)] = None
            elif oid and re.fullmatch(r"\d{12}|\d{9}", text):
                person[text] = None
    # Since 1 July 2025 the personal number is the tax code of a person and of a household.
    person.update((code, None) for code in tax if len(code) == 12)
    return tuple(tax), tuple(person), state


def _dashed(code: str) -> str:
    bare = code.replace("-", "")
    return f"{bare[:10]}-{bare[10:]}" if len(bare) == 13 else bare


def _checks(ten: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(ten, _WEIGHTS, strict=False))
    return 10 - total % 11 == int(ten[9])


def _key_type(key: asn1.PublicKeyInfo) -> str:
    if key.algorithm in ("rsa", "rsassa_pss"):
        return f"RSA-{key.bit_size}"
    if key.algorithm == "ec":
        kind, value = key.curve
        return _CURVES.get(value, f"EC-{value}") if kind == "named" else "EC-other"
    return {"ed25519": "Ed25519", "ed448": "Ed448"}.get(key.algorithm, str(key.algorithm).upper())


def _hash_name(certificate: asn1.Certificate) -> str:
    try:
        return str(certificate["signature_algorithm"].hash_algo)
    except ValueError:
        return "none"


# For whom


class Role(StrEnum):
    """As whom one signs."""

    SELF = "self"
    LEGAL_REPRESENTATIVE = "legal_representative"
    TAX_AGENT = "tax_agent"
    ON_BEHALF = "on_behalf"


@dataclass(frozen=True)
class Party:
    """For whom the signature is made."""

    tax_code: str | None = None
    personal_id: str | None = None
    name: str | None = None


@dataclass(frozen=True)
class Finding:
    """One thing to know before signing."""

    code: str
    severity: Literal["error", "question", "warning"]
    """error: not signed; question: signed after a yes; warning: shown."""
    facts: dict[str, Any] = field(default_factory=dict)


def check_before_signing(
    certificate: Certificate,
    *,
    at: datetime,
    role: Role = Role.SELF,
    party: Party | None = None,
    trust: Trust | None = None,
    chain: Iterable[bytes] = (),
) -> list[Finding]:
    """Look for every reason not to sign with this certificate at this time, for this party, in this role.

    Circular 15/2025/TT-BKHCN wants the window, the status, the chain and the scope of use checked before signing;
    where the status cannot be found out, a warning is due (Appendix II). `chain` are further certificates that came
    with the key. Works offline: revocation is judged by the lists in `trust` only.
    """
    findings = [*_window(certificate, at), *_scope(certificate), *_strength(certificate)]
    if party is not None:
        findings += _identity(certificate, role, party)
    if trust is not None:
        findings += _standing(certificate, at, trust, tuple(chain))
    order = {"error": 0, "question": 1, "warning": 2}
    return sorted(findings, key=lambda found: order[found.severity])


def _window(certificate: Certificate, at: datetime) -> list[Finding]:
    facts = {
        "valid_from": certificate.valid_from.isoformat(),
        "valid_to": certificate.valid_to.isoformat(),
        "common_name": certificate.common_name,
    }
    if at < certificate.valid_from:
        return [Finding("CERTIFICATE_NOT_YET_VALID", "error", facts)]
    if at > certificate.valid_to:
        return [Finding("CERTIFICATE_EXPIRED", "error", facts)]
    left = certificate.valid_to - at
    if left < EXPIRES_SOON:
        return [Finding("EXPIRES_SOON", "warning", {**facts, "days": left.days})]
    return []


# Extended usages that leave room for signing documents; a certificate that names only others is for something else.
_DOCUMENT_PURPOSES = frozenset(
    {
        "any_extended_key_usage",
        "client_auth",
        "email_protection",
        "microsoft_document_signing",
        "adobe_authentic_documents_trust",
        "1.3.6.1.5.5.7.3.36",
        "microsoft_smart_card_logon",
    }
)
_OTHER_PURPOSES = frozenset({"server_auth", "time_stamping", "ocsp_signing", "code_signing"})


def _scope(certificate: Certificate) -> list[Finding]:
    facts = {"usages": list(certificate.usages), "common_name": certificate.common_name}
    if certificate.authority:
        return [Finding("CERTIFICATE_USAGE", "error", {**facts, "reason": "authority"})]
    if certificate.usages and not {"digital_signature", "non_repudiation"} & set(certificate.usages):
        return [Finding("CERTIFICATE_USAGE", "error", {**facts, "reason": "key_usage"})]
    purposes = set(certificate.extended_usages)
    if purposes & _OTHER_PURPOSES and not purposes & _DOCUMENT_PURPOSES:
        return [Finding("CERTIFICATE_USAGE", "error", {**facts, "reason": "purpose"})]
    return []


def _strength(certificate: Certificate) -> list[Finding]:
    found = []
    kind = certificate.key_type
    if (kind.startswith("RSA-") and int(kind[4:]) < 2048) or kind in ("P-192", "P-224"):
        found.append(Finding("KEY_TOO_WEAK", "error", {"kind": kind}))
    elif not kind.startswith("RSA-") and kind not in ("P-256", "P-384", "P-521"):
        found.append(Finding("UNSUPPORTED_KEY", "error", {"kind": kind}))
    if certificate.hash_algorithm in _OLD_HASHES:
        found.append(Finding("SIGNATURE_SHA1", "error", {"digest": certificate.hash_algorithm}))
    return found


def _identity(certificate: Certificate, role: Role, party: Party) -> list[Finding]:
    """Compare whose certificate it is with for whom one signs; what that means depends on the role.

    * self, legal representative: the certificate must carry the party's tax code, or the party's personal number.
      Another tax code is an error. A head office's certificate for its own dependent unit (10 digits for 10-3) is a
      question: the unit is a part of the same legal person, yet has its own code, with which another certificate may
      be registered. The reverse (the unit's certificate for the head office) and one unit for another are errors: a
      unit does not bind the whole.
    * on behalf: another's certificate is a question, because a mandate is needed that nobody can check here.
    * tax agent: another's certificate is the rule (a tax agent signs with its own), and the client's own certificate
      in an agent's hands is a question.
    """
    facts = {
        "certificate": certificate.tax_code or certificate.personal_id or "",
        "client": party.tax_code or party.personal_id or "",
        "common_name": certificate.common_name,
        "name": party.name or "",
    }
    ours = {code for code in (party.tax_code, party.personal_id) if code}
    theirs = {*certificate.tax_codes, *certificate.personal_ids}
    same = bool(ours & theirs)
    if role is Role.TAX_AGENT:
        return [Finding("AGENT_WITH_CLIENT_CERTIFICATE", "question", facts)] if same else []
    if same or not ours:
        return []
    if role is Role.ON_BEHALF:
        return [Finding("OTHER_TAX_CODE" if certificate.tax_codes else "OTHER_PERSON", "question", facts)]
    if not theirs:
        return [Finding("NO_TAX_CODE", "question", facts)]
    if party.tax_code and len(party.tax_code) == 14 and party.tax_code[:10] in certificate.tax_codes:
        return [Finding("HEAD_OFFICE_FOR_UNIT", "question", facts)]
    companies = [code for code in certificate.tax_codes if len(code) != 12]
    if companies and party.tax_code:
        return [Finding("OTHER_TAX_CODE", "error", facts)]
    if party.personal_id or (party.tax_code and len(party.tax_code) == 12):
        return [Finding("OTHER_PERSON", "error", facts)]
    if role is Role.LEGAL_REPRESENTATIVE:
        # A person's certificate for a company whose representative's number is not known: nothing to compare.
        return [Finding("NO_TAX_CODE", "question", facts)]
    return [Finding("OTHER_TAX_CODE", "error", facts)]


# The chain to a trusted root, and given revocation lists


def _standing(certificate: Certificate, at: datetime, trust: Trust, chain: Sequence[bytes]) -> list[Finding]:
    facts = {"issuer": certificate.issuer, "common_name": certificate.common_name}
    path = chain_to_anchor(certificate.der, (*chain, *trust.intermediates), trust.anchors, at)
    if path is None:
        return [
            Finding("CHAIN_UNKNOWN", "warning", facts),
            Finding("REVOCATION_UNKNOWN", "warning", facts),
        ]
    status, since = revocation(path, trust.crls, at)
    if status == "revoked":
        assert since is not None
        return [Finding("REVOKED", "error", {**facts, "since": since.isoformat()})]
    return [Finding("REVOCATION_UNKNOWN", "warning", facts)] if status == "unknown" else []


def chain_to_anchor(
    der: bytes, others: Iterable[bytes], anchors: Iterable[bytes], at: datetime
) -> list[x509.Certificate] | None:
    """Find a path from a certificate to an anchor, each one signed by the next and all within their dates at `at`.

    Returns the path with the anchor last, or None. Bounded: at most 8 long and 64 candidates.
    """
    try:
        leaf = x509.load_der_x509_certificate(der)
    except ValueError:
        return None
    roots = _load_all(anchors)
    pool = [one for one in _load_all(others) if _is_authority(one)][:64]
    path = [leaf]
    if leaf in roots:
        return path
    while len(path) < 8:
        last = path[-1]
        for issuer in roots:
            if _issued(last, issuer) and _current(issuer, at):
                return [*path, issuer]
        above = next((one for one in pool if one not in path and _issued(last, one) and _current(one, at)), None)
        if above is None:
            return None
        path.append(above)
    return None


def chain_order(der: bytes, others: Iterable[bytes]) -> tuple[bytes, ...]:
    """Order the certificates above `der`, nearest first, and leave out those that are not above it."""
    try:
        last = x509.load_der_x509_certificate(der)
    except ValueError:
        return ()
    pool = [one for one in _load_all(others) if one != last]
    above: list[x509.Certificate] = []
    while len(above) < 8:
        issuer = next((one for one in pool if one not in above and _issued(last, one)), None)
        if issuer is None:
            break
        above.append(issuer)
        last = issuer
    return tuple(one.public_bytes(Encoding.DER) for one in above)


def revocation(
    path: Sequence[x509.Certificate], crls: Iterable[bytes], at: datetime
) -> tuple[Literal["good", "revoked", "unknown"], datetime | None]:
    """Judge a path by given revocation lists: revoked if any link is, good if every link below the anchor is known."""
    lists = []
    for data in crls:
        try:
            lists.append(x509.load_der_x509_crl(data))
        except ValueError:
            continue
    known = True
    for one, issuer in pairwise(path):
        judged = False
        for crl in lists:
            if crl.issuer != issuer.subject or not _crl_signed(crl, issuer):
                continue
            entry = crl.get_revoked_certificate_by_serial_number(one.serial_number)
            if entry is not None and entry.revocation_date_utc <= at:
                return "revoked", entry.revocation_date_utc
            if crl.next_update_utc is not None and crl.last_update_utc <= at <= crl.next_update_utc:
                judged = True
        known = known and judged
    return ("good" if known else "unknown"), None


def _load_all(data: Iterable[bytes]) -> list[x509.Certificate]:
    loaded = []
    for der in data:
        try:
            loaded.append(x509.load_der_x509_certificate(der))
        except ValueError:  # one unreadable certificate in a folder must not hide the others
            continue
    return loaded


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return bool(certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except (x509.ExtensionNotFound, ValueError):
        return False


@lru_cache(maxsize=256)
def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Say whether one signed the other; that never changes, so a batch asks the same two once."""
    try:
        if certificate.issuer != issuer.subject:
            return False
        certificate.verify_directly_issued_by(issuer)
    except Exception:  # InvalidSignature, TypeError and ValueError all mean: not by this one
        return False
    return True


def _current(certificate: x509.Certificate, at: datetime) -> bool:
    return certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc


def _crl_signed(crl: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    try:
        return bool(crl.is_signature_valid(issuer.public_key()))  # type: ignore[arg-type]  # wrong kinds raise
    except (TypeError, ValueError):
        return False


@lru_cache(maxsize=64)
def _public_key(der: bytes) -> CertificatePublicKeyTypes:
    return x509.load_der_x509_certificate(der).public_key()


def verify_value(der: bytes, signature: bytes, data: bytes, algorithm: HashAlgorithm) -> None:
    """Verify a signature value (RSA PKCS#1 v1.5 or ECDSA in DER) by a certificate; raise InvalidSignature if wrong."""
    key = _public_key(der)
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, data, padding.PKCS1v15(), algorithm)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, data, ec.ECDSA(algorithm))
    else:
        raise CertificateUnreadable
