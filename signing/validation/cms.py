"""The cryptography of one CMS signature (RFC 5652) and of a time-stamp token (RFC 3161), and no trust.

Written on asn1crypto and cryptography, beside pyHanko's own check of the same bytes: for PDF both must agree, and this
one still works where a damaged file can no longer be read as a PDF. Nothing here raises for hostile input but
`Malformed`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from asn1crypto import cms, tsp, x509
from asn1crypto import parser as der_parser
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import load_der_public_key

DIGESTS = frozenset({"sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512"})
OLD_DIGESTS = frozenset({"sha1", "md5", "sha224"})
CERTIFICATE_LIMIT = 50
_VERSIONS = ("v1", "v3", "v4", "v5")
"""RFC 5652, 5.1 and 5.3."""

Digest = Callable[[str], bytes]
"""Name of a digest as hashlib spells it → digest of the signed content."""


class Malformed(Exception):
    """These bytes are not a CMS signature that can be processed: FORMAT_FAILURE of EN 319 102-1, a failed signature."""


class NotAccepted(Exception):
    """A signature of a kind or algorithm that we do not judge."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Signed:
    """What the cryptography says about one signature."""

    intact: bool
    """Digest and signature value hold."""
    reasons: tuple[str, ...]
    signer: bytes | None = field(repr=False)
    """The signer's certificate, DER; None when it is not among those embedded."""
    certificates: tuple[bytes, ...] = field(default=(), repr=False)
    """All embedded certificates."""
    crls: tuple[bytes, ...] = field(default=(), repr=False)
    ocsps: tuple[bytes, ...] = field(default=(), repr=False)
    signing_time: datetime | None = None
    named: bool = False
    """The signed attributes name the certificate by its hash (ESS signing-certificate), as CAdES asks."""
    attributes: bool = True
    """There are signed attributes."""
    token: bytes | None = field(default=None, repr=False)
    """A signature time-stamp token among the unsigned attributes."""
    signature: bytes = field(default=b"", repr=False)
    length: int = 0
    """Bytes that the structure takes; what follows is padding."""


@dataclass(frozen=True)
class Token:
    """A time-stamp token whose own cryptography has been looked at."""

    intact: bool
    time: datetime
    signer: bytes | None = field(repr=False)
    certificates: tuple[bytes, ...] = field(default=(), repr=False)
    reasons: tuple[str, ...] = ()


def verify(data: bytes, digest: Digest) -> Signed:
    """Verify a detached CMS signature; `data` may be padded behind. Raises Malformed, NotAccepted."""
    content, length = _open(data)
    if content["encap_content_info"]["content_type"].native != "data":
        raise NotAccepted("SIGNATURE_KIND_NOT_ACCEPTED")
    if content["encap_content_info"]["content"].native is not None:
        raise NotAccepted("SIGNATURE_KIND_NOT_ACCEPTED")
    return _verify(content, digest, "data", length)


def token(data: bytes, digest: Digest) -> Token:
    """Verify a time-stamp token against the digest of what it stamps. Raises Malformed, NotAccepted."""
    content, _ = _open(data)
    if content["encap_content_info"]["content_type"].native != "tst_info":
        raise NotAccepted("SIGNATURE_KIND_NOT_ACCEPTED")
    try:
        raw = bytes(content["encap_content_info"]["content"])
        info = tsp.TSTInfo.load(raw, strict=True)
        imprint = info["message_imprint"]
        algorithm = str(imprint["hash_algorithm"]["algorithm"].native)
        stamped = bytes(imprint["hashed_message"].native)
        time = info["gen_time"].native
    except Exception as error:  # asn1crypto raises whatever a hostile structure makes it stumble on
        raise Malformed from error
    signed = _verify(content, lambda name: hashlib.new(name, raw).digest(), "tst_info", 0)
    reasons = list(signed.reasons)
    intact = signed.intact
    if algorithm not in DIGESTS:
        reasons.append("WEAK_ALGORITHM")
    if algorithm not in DIGESTS | OLD_DIGESTS or digest(algorithm) != stamped:
        intact = False
        reasons.append("TIME_STAMP_OTHER_CONTENT")
    return Token(intact, _aware(time), signed.signer, signed.certificates, tuple(reasons))


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _open(data: bytes) -> tuple[cms.SignedData, int]:
    try:
        length = der_parser.peek(data)
        info = cms.ContentInfo.load(data[:length], strict=True)
        if info["content_type"].native != "signed_data":
            raise ValueError
        content = info["content"]
        if len(content["signer_infos"]) != 1:
            raise NotAccepted("SEVERAL_SIGNERS")
        if content["version"].native not in _VERSIONS or content["signer_infos"][0]["version"].native not in _VERSIONS:
            raise ValueError
        return content, length
    except NotAccepted:
        raise
    except Exception as error:  # asn1crypto raises whatever a hostile structure makes it stumble on
        raise Malformed from error


def _verify(content: cms.SignedData, digest: Digest, content_type: str, length: int) -> Signed:
    try:
        return _judge(content, digest, content_type, length)
    except (NotAccepted, Malformed):
        raise
    except Exception as error:  # as above; reading is lazy, so any field may raise late
        raise Malformed from error


def _judge(content: cms.SignedData, digest: Digest, content_type: str, length: int) -> Signed:
    one = content["signer_infos"][0]
    certificates, crls, ocsps = _embedded(content)
    attributes = one["signed_attrs"]
    untagged = _untagged(attributes)
    present = attributes.native is not None
    named = _attribute(attributes, ("signing_certificate_v2", "signing_certificate")) if present else None
    signer = _signer(one["sid"], certificates)
    algorithm = one["signature_algorithm"]
    name = str(one["digest_algorithm"]["algorithm"].native)
    reasons: list[str] = []
    if name in OLD_DIGESTS:
        reasons.append("WEAK_ALGORITHM")
    elif name not in DIGESTS:
        raise NotAccepted("ALGORITHM_NOT_ACCEPTED")
    computed = digest(name)
    intact = True
    time = None
    if present:
        if _attribute(attributes, ("content_type",)).native != content_type:
            raise Malformed
        if bytes(_attribute(attributes, ("message_digest",)).native) != computed:
            intact = False
            reasons.append("DIGEST_MISMATCH")
        claimed = _attribute(attributes, ("signing_time",), required=False)
        time = _aware(claimed.native) if claimed is not None else None
        protection = _attribute(attributes, ("cms_algorithm_protection",), required=False)
        if protection is not None and (
            protection["digest_algorithm"].native != one["digest_algorithm"].native
            or protection["signature_algorithm"].native != algorithm.native
        ):
            intact = False
            reasons.append("SIGNATURE_VALUE_WRONG")
        # RFC 5652, 5.4: what is signed is the attributes under the universal SET OF tag, byte for byte otherwise.
        signed_bytes: bytes | None = untagged
    else:
        signed_bytes = None
    if signer is None:
        reasons.append("SIGNER_CERTIFICATE_MISSING" if not certificates else "CERTIFICATE_MISMATCH")
        broken = not intact or bool(certificates)
        return Signed(not broken, tuple(reasons), None, certificates, signing_time=time, length=length)
    if named is not None and not _names(named, signer):
        intact = False
        reasons.append("CERTIFICATE_MISMATCH")
    value = bytes(one["signature"].native)
    if not _value_holds(signer, value, algorithm, name, signed_bytes, computed):
        intact = False
        reasons.append("SIGNATURE_VALUE_WRONG")
    return Signed(
        intact,
        tuple(dict.fromkeys(reasons)),
        signer,
        certificates,
        crls,
        ocsps,
        time,
        named is not None,
        present,
        _stamp(one["unsigned_attrs"]),
        value,
        length,
    )


def _untagged(attributes: Any) -> bytes:
    """Put the universal tag in front of the attributes' own bytes, before their parts are read.

    After that the library would encode all of them anew.
    """
    raw = bytes(attributes.dump())
    if not raw:
        return b""
    if raw[:1] != b"\xa0" or raw[1:2] == b"\x80":
        return bytes(attributes.untag().dump())
    return b"\x31" + raw[1:]


def _embedded(content: cms.SignedData) -> tuple[tuple[bytes, ...], tuple[bytes, ...], tuple[bytes, ...]]:
    certificates: list[bytes] = []
    crls: list[bytes] = []
    ocsps: list[bytes] = []
    for one in content["certificates"] or ():
        if one.name == "certificate" and len(certificates) < CERTIFICATE_LIMIT:
            certificates.append(one.chosen.dump())
    try:
        for one in content["crls"] or ():
            if one.name == "certificate_list":
                crls.append(one.chosen.dump())
            elif one.name == "other" and one.chosen["other_rev_info_format"].native == "ocsp_response":
                ocsps.append(one.chosen["other_rev_info"].dump())
    except (ValueError, TypeError, KeyError):
        pass  # unsigned helpers: without them less is known, nothing is wrong
    return tuple(certificates), tuple(crls), tuple(ocsps)


def _attribute(attributes: Any, names: tuple[str, ...], *, required: bool | None = None) -> Any:
    """Return the one value of an attribute; twice the same attribute, or two values, is malformed (RFC 5652, 11)."""
    found = [one for one in attributes if one["type"].native in names]
    if len({one["type"].native for one in found}) != len(found):
        raise Malformed
    if not found:
        if required or names in (("content_type",), ("message_digest",)):
            raise Malformed
        return None
    found.sort(key=lambda one: names.index(one["type"].native))
    values = found[0]["values"]
    if len(values) != 1:
        raise Malformed
    return values[0]


def _signer(sid: cms.SignerIdentifier, certificates: tuple[bytes, ...]) -> bytes | None:
    for der in certificates:
        try:
            one = x509.Certificate.load(der, strict=True)
            if sid.name == "issuer_and_serial_number":
                wanted = sid.chosen
                if one.serial_number != wanted["serial_number"].native:
                    continue
                # The same bytes nearly always; else the same name by RFC 5280's slow comparison.
                if one.issuer.dump() == wanted["issuer"].dump() or one.issuer == wanted["issuer"]:
                    return der
            elif one.key_identifier == sid.chosen.native:
                return der
        except Exception:  # an unreadable helper among the certificates must not hide the signer's
            continue
    return None


def _names(attribute: Any, signer: bytes) -> bool:
    """Tell whether the ESS attribute's first entry names this certificate (RFC 5035)."""
    first = attribute["certs"][0]
    old = isinstance(attribute, tsp.SigningCertificate)
    name = "sha1" if old else str(first["hash_algorithm"]["algorithm"].native)
    if name not in DIGESTS | OLD_DIGESTS:
        return False
    return bool(hashlib.new(name, signer).digest() == first["cert_hash"].native)


_HASHES: dict[str, Callable[[], hashes.HashAlgorithm]] = {
    "sha1": hashes.SHA1,
    "md5": hashes.MD5,
    "sha224": hashes.SHA224,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
    "sha3_256": hashes.SHA3_256,
    "sha3_384": hashes.SHA3_384,
    "sha3_512": hashes.SHA3_512,
}


def _value_holds(
    signer: bytes,
    value: bytes,
    algorithm: Any,
    digest_name: str,
    signed_bytes: bytes | None,
    computed: bytes,
) -> bool:
    public = load_der_public_key(x509.Certificate.load(signer).public_key.dump())
    kind = str(algorithm.signature_algo)
    name = digest_name
    if kind != "rsassa_pss":
        try:
            name = str(algorithm.hash_algo)
        except ValueError:
            name = digest_name
    if name not in _HASHES:
        raise NotAccepted("ALGORITHM_NOT_ACCEPTED")
    made = _HASHES[name]()
    content = signed_bytes if signed_bytes is not None else computed
    used: Any = made if signed_bytes is not None else Prehashed(made)
    try:
        if kind == "rsassa_pkcs1v15" and isinstance(public, rsa.RSAPublicKey):
            public.verify(value, content, padding.PKCS1v15(), used)
        elif kind == "rsassa_pss" and isinstance(public, rsa.RSAPublicKey):
            parameters = algorithm["parameters"]
            name = str(parameters["hash_algorithm"]["algorithm"].native)
            mask = str(parameters["mask_gen_algorithm"]["parameters"]["algorithm"].native)
            if name != digest_name or mask not in _HASHES:
                raise NotAccepted("ALGORITHM_NOT_ACCEPTED")
            salt = int(parameters["salt_length"].native)
            public.verify(value, content, padding.PSS(padding.MGF1(_HASHES[mask]()), salt), used)
        elif kind == "ecdsa" and isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(value, content, ec.ECDSA(used))
        elif kind in ("rsassa_pkcs1v15", "rsassa_pss", "ecdsa"):
            return False  # the certificate's key is of another kind than the signature says
        else:
            raise NotAccepted("ALGORITHM_NOT_ACCEPTED")
    except InvalidSignature:
        return False
    except UnsupportedAlgorithm as error:
        raise NotAccepted("ALGORITHM_NOT_ACCEPTED") from error
    return True


def _stamp(attributes: Any) -> bytes | None:
    try:
        for one in attributes or ():
            if one["type"].native == "signature_time_stamp_token":
                found = one["values"][0].dump()
                return bytes(found)
    except Exception:  # unsigned: a broken one counts as none
        return None
    return None
