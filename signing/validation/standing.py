"""How a certificate stood at a moment: its path to a trusted root, and whether the authorities had revoked it.

The path is built and checked by pyhanko-certvalidator (RFC 5280 in full). Revocation is judged here, because the rules
about which list speaks for which moment decide the verdict: a list counts when the issuer itself signed it and it was
in date at the moment, or was issued later (then it names the date of each revocation). Suspended means revoked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import (
    DisallowedAlgorithmError,
    ExpiredError,
    NotYetValidError,
    PathBuildingError,
    PathValidationError,
)
from pyhanko_certvalidator.policy_decl import DisallowWeakAlgorithmsPolicy
from pyhanko_certvalidator.sig_validate import DefaultSignatureValidator

from signing.certificate import Certificate, parse
from signing.errors import CertificateUnreadable
from signing.trust import Trust
from signing.validation.verdict import Revocation, Trusted

Fetch = Callable[[x509.Certificate, x509.Certificate], tuple[list[bytes], list[bytes]]]
"""(certificate, issuer) → (lists, OCSP answers) from the addresses that the certificate names."""


class _Validator(DefaultSignatureValidator):
    """Take a key of another kind than the signature's for a wrong signature.

    The library asserts there, and one namesake of a root with another kind of key would end the search for a path.
    """

    def validate_signature(self, *args: Any, **named: Any) -> None:
        try:
            super().validate_signature(*args, **named)
        except (AssertionError, TypeError, ValueError) as error:
            raise InvalidSignature from error


CERTIFICATE_LIMIT = 200
EVIDENCE_LIMIT = 500
CLOCK_TOLERANCE = timedelta(minutes=5)
_OLD_HASHES = frozenset({"md2", "md5", "sha1"})
_POLICY = DisallowWeakAlgorithmsPolicy(weak_hash_algos=_OLD_HASHES, rsa_key_size_threshold=2048)


@dataclass(frozen=True)
class Standing:
    """What is known of a certificate at one moment."""

    trust: Trusted
    revocation: Revocation
    path: tuple[bytes, ...] = field(default=(), repr=False)
    """From the certificate itself to the trusted root, DER."""
    reasons: tuple[str, ...] = ()
    dates: bool = True
    """Every certificate of the path is inside its dates at the moment."""

    @property
    def stands(self) -> bool:
        """Everything is known and good."""
        good = self.trust is Trusted.TRUSTED and self.revocation is Revocation.GOOD
        return good and self.dates and not self.reasons


class Authorities:
    """What the user trusts, together with what a file brings along as evidence.

    Certificates, lists and OCSP answers from a file are hostile until something trusted has signed them; they can be
    added without harm.
    """

    def __init__(self, trust: Trust, *, fetch: Fetch | None = None) -> None:
        self._anchors = tuple(_asn1(trust.anchors))
        self._intermediates = list(_asn1(trust.intermediates))
        self._loaded: dict[bytes, x509.Certificate | None] = {}
        self._crls = _lists(trust.crls)
        self._ocsps: list[ocsp.OCSPResponse] = []
        self._fetch = fetch
        self._fetched: set[bytes] = set()
        self._signed: dict[tuple[int, bytes], bool] = {}
        self._standings: dict[tuple[bytes, datetime], Standing] = {}
        """Answers already given on the same evidence: a file of fifty signatures has few signers."""

    def add(self, certificates: Iterable[bytes] = (), crls: Iterable[bytes] = (), ocsps: Iterable[bytes] = ()) -> None:
        """Add evidence that a file brings along; what cannot be read is passed over."""
        before = (len(self._intermediates), len(self._crls), len(self._ocsps))
        known = {one.dump() for one in self._intermediates}
        for one in _asn1(certificates):
            if len(self._intermediates) < CERTIFICATE_LIMIT and one.dump() not in known:
                self._intermediates.append(one)
                known.add(one.dump())
        if len(self._crls) < EVIDENCE_LIMIT:
            self._crls += _lists(crls)
        for data in ocsps:
            if len(self._ocsps) < EVIDENCE_LIMIT and (answer := _ocsp(data)) is not None:
                self._ocsps.append(answer)
        if before != (len(self._intermediates), len(self._crls), len(self._ocsps)):
            self._standings.clear()

    def standing(self, der: bytes, at: datetime) -> Standing:
        """Judge a certificate at a moment."""
        if (der, at) not in self._standings:
            self._standings[der, at] = self._standing(der, at)
        return self._standings[der, at]

    def _standing(self, der: bytes, at: datetime) -> Standing:
        path, reason, dates = self._path(der, at)
        if path is None:
            trust = Trusted.UNKNOWN if reason == "CHAIN_NOT_CHECKED" else Trusted.UNTRUSTED
            return Standing(trust, Revocation.UNKNOWN, (), (reason,), dates)
        revocation, reasons = self.revocation(path, at)
        return Standing(Trusted.TRUSTED, revocation, path, reasons, dates)

    def forged(self, der: bytes, at: datetime) -> bool:
        """Tell whether the certificate names by its key a trusted issuer, and that one did not sign it."""
        one = self._load(der)
        if one is None:
            return False
        try:
            named = one.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
        except (x509.ExtensionNotFound, ValueError):
            return False
        if named is None:
            return False
        disowned = False
        for candidate in (*self._anchors, *self._intermediates):
            if candidate.key_identifier != named or (issuer := self._load(candidate.dump())) is None:
                continue
            if not _disowned(one, issuer):
                return False
            # Only a trusted issuer's word counts: the file may bring a damaged or invented one along.
            disowned = disowned or candidate in self._anchors or self._path(candidate.dump(), at)[0] is not None
        return disowned

    # the path

    def _path(self, der: bytes, at: datetime) -> tuple[tuple[bytes, ...] | None, str, bool]:
        """Return (path or None, reason, everything inside its dates)."""
        try:
            leaf = asn1.Certificate.load(der, strict=True)
        except Exception:  # asn1crypto raises whatever a hostile structure makes it stumble on
            return None, "SIGNER_CERTIFICATE_UNREADABLE", True
        dates = True
        # Out of date is a fact of its own: the path is then looked at while the certificate was in date, so that
        # "expired" is not reported as "not trusted".
        moments = [at]
        start, end = leaf.not_valid_before, leaf.not_valid_after
        if not start <= at <= end:
            moments = [max(start, min(end, at))]
            dates = False
        while True:
            context = ValidationContext(
                trust_roots=list(self._anchors),
                other_certs=self._intermediates,
                moment=moments[-1],
                allow_fetching=False,
                revocation_mode="soft-fail",
                algorithm_usage_policy=_POLICY,
                signature_validator=_Validator(),
            )
            try:
                found = asyncio.run(CertificateValidator(leaf, [], context).async_validate_path())
            except PathBuildingError:
                return None, "SIGNER_NOT_TRUSTED", dates
            except (ExpiredError, NotYetValidError):
                # An authority's own certificate is out of date: look once at the leaf's beginning.
                if len(moments) == 1:
                    moments.append(start)
                    dates = False
                    continue
                return None, "CHAIN_OUTSIDE_DATES", dates
            except DisallowedAlgorithmError:
                return None, "WEAK_ALGORITHM", dates
            except PathValidationError:
                unknown = leaf.critical_extensions - _UNDERSTOOD
                return None, "EXTENSION_NOT_UNDERSTOOD" if unknown else "SIGNER_NOT_TRUSTED", dates
            except Exception:  # a hostile certificate may stop the check anywhere
                return None, "CHAIN_NOT_CHECKED", dates
            break
        path = tuple(one.dump() for one in found.iter_certs(include_root=True))
        return tuple(reversed(path)), "", dates

    # revocation

    def revocation(self, path: Sequence[bytes], at: datetime) -> tuple[Revocation, tuple[str, ...]]:
        """Judge each link below the anchor; all must be known to be good."""
        loaded = [self._load(der) for der in path]
        if len(loaded) < 2 or any(one is None for one in loaded):
            return Revocation.UNKNOWN, ("SIGNER_REVOCATION_UNKNOWN",)
        result, reasons = Revocation.GOOD, []
        certificates = [one for one in loaded if one is not None]
        for depth, (one, issuer) in enumerate(pairwise(certificates)):
            status = self._status(one, issuer, at)
            if status is Revocation.UNKNOWN and self._fetch is not None:
                self._get(one, issuer)
                status = self._status(one, issuer, at)
            if status is Revocation.REVOKED:
                return status, ("CERTIFICATE_REVOKED",) if depth == 0 else ("ISSUER_REVOKED", "CERTIFICATE_REVOKED")
            if status is Revocation.UNKNOWN:
                result = status
                reasons.append("SIGNER_REVOCATION_UNKNOWN" if depth == 0 else "ISSUER_REVOCATION_UNKNOWN")
        return result, tuple(dict.fromkeys(reasons))

    def link(self, one: x509.Certificate, issuer: x509.Certificate, at: datetime) -> Revocation:
        """Judge one certificate by what was added alone, with nothing fetched."""
        return self._status(one, issuer, at)

    def _get(self, one: x509.Certificate, issuer: x509.Certificate) -> None:
        key = one.fingerprint(hashes.SHA256())
        if key in self._fetched or self._fetch is None:
            return
        self._fetched.add(key)
        crls, answers = self._fetch(one, issuer)
        self.add(crls=crls, ocsps=answers)

    def _status(self, one: x509.Certificate, issuer: x509.Certificate, at: datetime) -> Revocation:
        good = False
        for crl in self._crls:
            if crl.issuer != issuer.subject or not self._crl_counts(crl, one, issuer):
                continue
            entry = crl.get_revoked_certificate_by_serial_number(one.serial_number)
            if entry is not None and _reason(entry) != x509.ReasonFlags.remove_from_crl:
                if entry.revocation_date_utc <= at:
                    return Revocation.REVOKED
                good = True  # revoked later: it stood at the moment
                continue
            if _complete(crl) and _speaks_for(crl.last_update_utc, crl.next_update_utc, at, one):
                good = True
        for answer in self._ocsps:
            status = self._answered(answer, one, issuer, at)
            if status is Revocation.REVOKED:
                return status
            good = good or status is Revocation.GOOD
        return Revocation.GOOD if good else Revocation.UNKNOWN

    def _crl_counts(self, crl: x509.CertificateRevocationList, one: x509.Certificate, issuer: x509.Certificate) -> bool:
        """Tell whether this list is signed by the issuer and is about such certificates."""
        key = (id(crl), issuer.signature)
        if key not in self._signed:
            self._signed[key] = _crl_signed(crl, issuer)
        return self._signed[key] and _in_scope(crl, one)

    def _answered(
        self, answer: ocsp.OCSPResponse, one: x509.Certificate, issuer: x509.Certificate, at: datetime
    ) -> Revocation:
        try:
            for single in answer.responses:
                if single.serial_number != one.serial_number or not _about(single, one, issuer):
                    continue
                if not self._responder_stands(answer, issuer):
                    return Revocation.UNKNOWN
                if single.certificate_status is ocsp.OCSPCertStatus.REVOKED:
                    since = single.revocation_time_utc
                    return Revocation.REVOKED if since is None or since <= at else Revocation.GOOD
                good = single.certificate_status is ocsp.OCSPCertStatus.GOOD
                end = single.next_update_utc or single.this_update_utc + timedelta(days=1)
                if good and _speaks_for(single.this_update_utc, end, at, one):
                    return Revocation.GOOD
        except (ValueError, TypeError, UnsupportedAlgorithm):
            pass
        return Revocation.UNKNOWN

    def _responder_stands(self, answer: ocsp.OCSPResponse, issuer: x509.Certificate) -> bool:
        """RFC 6960, 4.2.2.2: the issuer itself, or one to whom it gave OCSP signing."""
        for responder in (issuer, *answer.certificates):
            if not _ocsp_signed(answer, responder):
                continue
            if responder == issuer:
                return True
            try:
                usage = responder.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
            except (x509.ExtensionNotFound, ValueError):
                return False
            inside = responder.not_valid_before_utc <= answer.produced_at_utc <= responder.not_valid_after_utc
            return inside and ExtendedKeyUsageOID.OCSP_SIGNING in usage and _issued(responder, issuer)
        return False

    def _load(self, der: bytes) -> x509.Certificate | None:
        if der not in self._loaded:
            try:
                self._loaded[der] = x509.load_der_x509_certificate(der)
            except ValueError:
                self._loaded[der] = None
        return self._loaded[der]


def facts(path: Iterable[bytes]) -> tuple[Certificate, ...]:
    """Return what the certificates say; unreadable ones are left out."""
    return tuple(one for der in path if (one := known(der)) is not None)


@lru_cache(256)
def known(der: bytes) -> Certificate | None:
    """Return what a certificate says; the same few come again in every file of a batch."""
    try:
        return parse(der)
    except CertificateUnreadable:
        return None


_UNDERSTOOD = frozenset(
    {
        "authority_key_identifier",
        "key_identifier",
        "key_usage",
        "private_key_usage_period",
        "extended_key_usage",
        "basic_constraints",
        "name_constraints",
        "certificate_policies",
        "policy_mappings",
        "policy_constraints",
        "inhibit_any_policy",
        "subject_alt_name",
        "crl_distribution_points",
        "freshest_crl",
        "ocsp_no_check",
    }
)


def _asn1(ders: Iterable[bytes]) -> Iterable[asn1.Certificate]:
    for der in ders:
        one = _parsed(der)
        if one is not None:
            yield one


@lru_cache(512)
def _parsed(der: bytes) -> asn1.Certificate | None:
    """Parse a certificate once: its names' comparable forms cost milliseconds, and a batch has the same few."""
    try:
        one = asn1.Certificate.load(der, strict=True)
        # Reading is lazy: touch what is looked at later, so that a hostile one fails here.
        _ = (one.subject.hashable, one.issuer.hashable, one.key_identifier, one.not_valid_after, one.public_key)
    except Exception:  # asn1crypto raises whatever a hostile structure makes it stumble on
        return None
    return one


def _lists(data: Iterable[bytes]) -> list[x509.CertificateRevocationList]:
    found = []
    for der in data:
        try:
            found.append(x509.load_der_x509_crl(der))
        except ValueError:
            continue
    return found


def _ocsp(data: bytes) -> ocsp.OCSPResponse | None:
    try:
        answer = ocsp.load_der_ocsp_response(data)
    except ValueError:
        return None
    return answer if answer.response_status is ocsp.OCSPResponseStatus.SUCCESSFUL else None


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, TypeError, ValueError, UnsupportedAlgorithm):
        return False
    return True


def _disowned(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Tell whether the signature on a certificate is proven not to be this issuer's."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except InvalidSignature:
        return True
    except (TypeError, ValueError, UnsupportedAlgorithm):
        return False
    return False


def _crl_signed(crl: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    try:
        algorithm = crl.signature_hash_algorithm
        if algorithm is None or algorithm.name in _OLD_HASHES:
            return False
        usage = issuer.extensions.get_extension_for_class(x509.KeyUsage).value
        if not usage.crl_sign:
            return False
    except x509.ExtensionNotFound:
        pass
    except (ValueError, UnsupportedAlgorithm):
        return False
    try:
        return bool(crl.is_signature_valid(issuer.public_key()))  # type: ignore[arg-type]  # wrong kinds raise
    except (TypeError, ValueError, UnsupportedAlgorithm):
        return False


def _ocsp_signed(answer: ocsp.OCSPResponse, responder: x509.Certificate) -> bool:
    key = responder.public_key()
    algorithm = answer.signature_hash_algorithm
    if algorithm is None or algorithm.name in _OLD_HASHES:
        return False
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(answer.signature, answer.tbs_response_bytes, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(answer.signature, answer.tbs_response_bytes, ec.ECDSA(algorithm))
        else:
            return False
    except InvalidSignature:
        return False
    return True


def _about(single: ocsp.OCSPSingleResponse, one: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Tell whether an answer is about this certificate of this issuer (name and key hashed, and the number)."""
    request = ocsp.OCSPRequestBuilder().add_certificate(one, issuer, single.hash_algorithm).build()
    asked = (request.issuer_name_hash, request.issuer_key_hash, request.serial_number)
    return asked == (single.issuer_name_hash, single.issuer_key_hash, single.serial_number)


def _reason(entry: x509.RevokedCertificate) -> x509.ReasonFlags | None:
    try:
        return entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
    except (x509.ExtensionNotFound, ValueError):
        return None


def _speaks_for(start: datetime, end: datetime | None, at: datetime, one: x509.Certificate) -> bool:
    """Tell whether a list or answer of these dates can call the certificate good at the moment.

    In date at the moment; or issued after it, when an earlier revocation would still be listed: authorities may drop a
    certificate from their lists once it has expired. Nothing from the future counts.
    """
    if start > datetime.now(UTC) + CLOCK_TOLERANCE and start > at:
        return False
    if start <= at:
        return end is not None and at <= end
    return start <= one.not_valid_after_utc


def _complete(crl: x509.CertificateRevocationList) -> bool:
    """Tell whether silence in this list means good: not a delta, not about some reasons only."""
    for extension in crl.extensions:
        value = extension.value
        if isinstance(value, x509.DeltaCRLIndicator):
            return False
        if isinstance(value, x509.IssuingDistributionPoint) and value.only_some_reasons:
            return False
    return True


def _in_scope(crl: x509.CertificateRevocationList, one: x509.Certificate) -> bool:
    """RFC 5280, 6.3.3 (b): the list is about this kind of certificate, and about its part if it is divided."""
    try:
        extensions = list(crl.extensions)
    except ValueError:
        return False
    for extension in extensions:
        value = extension.value
        if isinstance(value, x509.IssuingDistributionPoint):
            if value.indirect_crl or value.only_contains_attribute_certs:
                return False
            authority = _is_authority(one)
            if (value.only_contains_user_certs and authority) or (value.only_contains_ca_certs and not authority):
                return False
            if value.full_name is not None and not set(value.full_name) & _points(one):
                return False
        elif extension.critical and not isinstance(value, x509.DeltaCRLIndicator):
            return False
    return True


def _points(one: x509.Certificate) -> set[x509.GeneralName]:
    try:
        points = one.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except (x509.ExtensionNotFound, ValueError):
        return set()
    return {name for point in points for name in point.full_name or ()}


def _is_authority(one: x509.Certificate) -> bool:
    try:
        return bool(one.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except (x509.ExtensionNotFound, ValueError):
        return False
