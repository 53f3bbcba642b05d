"""CMS SignedData for PAdES B-B, put together from DER prepared once per key.

Between two documents only the digest and the signature value change. Certificates, the ESS signing-certificate-v2
attribute, the signer's identifier and the algorithms are encoded once; that turns 20 ms of ASN.1 per document into half
a millisecond. The content follows ETSI EN 319 142-1, clause 6.3 (level B-B) and RFC 5652:

* signed attributes: content-type, message-digest, signing-certificate-v2. No signing-time attribute: PAdES puts the
  claimed time into the signature dictionary's /M and forbids the attribute (EN 319 142-1, table 1).
* certificates: the signer's and those above it, self-signed roots left out (a verifier must have its own).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1

from signing.key import Certified, Digest, SigningKey, digest_for, require_usable

_RESERVE = 256
"""Spare bytes behind the CMS; zero when unused."""

_SIGNED_DATA = core.ObjectIdentifier("1.2.840.113549.1.7.2").dump()
_SIGNATURE_TIME_STAMP = bytes(core.ObjectIdentifier("1.2.840.113549.1.9.16.2.14").dump())


def tlv(tag: int, *parts: bytes) -> bytes:
    """Encode one DER value: tag, length, and the parts one after the other."""
    body = b"".join(parts)
    size = len(body)
    if size < 0x80:
        return bytes((tag, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + body


@dataclass(frozen=True)
class PreparedCms:
    """Everything of a SignedData that is the same for every document signed with one key."""

    digest: Digest
    size: int
    """Upper bound of the finished CMS in bytes."""
    _attributes: tuple[bytes, bytes]
    """content-type, signing-certificate-v2"""
    _message_digest: bytes
    """OID of the message-digest attribute"""
    _head: bytes
    _signer_head: bytes
    _signature_algorithm: bytes

    def attributes(self, document_digest: bytes) -> bytes:
        """Encode the signed attributes' content, ordered as DER wants a SET OF."""
        digest = tlv(0x30, self._message_digest, tlv(0x31, tlv(0x04, document_digest)))
        return b"".join(sorted((*self._attributes, digest)))

    def sign(self, key: SigningKey, document_digest: bytes, stamp: Callable[[bytes], bytes] | None = None) -> bytes:
        """Sign a document's digest and return the whole ContentInfo as DER.

        `stamp` makes a time-stamp token of the signature value (level B-T).
        """
        attributes = self.attributes(document_digest)
        signature = key.sign(to_be_signed(attributes), self.digest)
        return self.assemble(attributes, signature, stamp(signature) if stamp is not None else b"")

    def assemble(self, attributes: bytes, signature: bytes, token: bytes = b"") -> bytes:
        """Put signed attributes and a signature value together, and a time-stamp token where there is one."""
        unsigned = tlv(0xA1, tlv(0x30, _SIGNATURE_TIME_STAMP, tlv(0x31, token))) if token else b""
        signer = tlv(
            0x30,
            self._signer_head,
            tlv(0xA0, attributes),
            self._signature_algorithm,
            tlv(0x04, signature),
            unsigned,
        )
        signed = tlv(0x30, self._head, tlv(0x31, signer))
        return tlv(0x30, _SIGNED_DATA, tlv(0xA0, signed))


def to_be_signed(attributes: bytes) -> bytes:
    """Return what the signature value is made over: the signed attributes as a SET OF (RFC 5652, 5.4)."""
    return tlv(0x31, attributes)


def prepare(key: Certified) -> PreparedCms:
    """Encode what does not change; cached per certificate, chain and digest.

    Raise KeyTooWeak, UnsupportedKey.
    """
    digest = digest_for(key)
    require_usable(key, digest)
    return _prepare(key.certificate.der, tuple(key.chain), key.certificate.key_type, digest)


@lru_cache(maxsize=64)
def _prepare(der: bytes, chain: tuple[bytes, ...], key_type: str, digest: Digest) -> PreparedCms:
    certificate = asn1.Certificate.load(der)
    digest_algorithm = _digest_algorithm(digest)
    content_type = cms.CMSAttribute({"type": "content_type", "values": ["data"]}).dump()
    ess = cms.CMSAttribute({"type": "signing_certificate_v2", "values": [_ess(certificate, der)]}).dump()
    certificates = b"".join(sorted({der, *(one for one in chain if not _self_signed(one))}))
    identifier = cms.IssuerAndSerialNumber(
        {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
    ).dump()
    head = b"".join(
        (
            core.Integer(1).dump(),
            tlv(0x31, digest_algorithm),
            tlv(0x30, core.ObjectIdentifier("1.2.840.113549.1.7.1").dump()),
            tlv(0xA0, certificates),
        )
    )
    if key_type.startswith("RSA-"):
        algorithm = algos.SignedDigestAlgorithm({"algorithm": f"{digest}_rsa", "parameters": core.Null()})
        signature_size = (int(key_type[4:]) + 7) // 8
    else:
        algorithm = algos.SignedDigestAlgorithm({"algorithm": f"{digest}_ecdsa"})
        signature_size = {"P-256": 72, "P-384": 104, "P-521": 139}[key_type]
    prepared = PreparedCms(
        digest,
        0,
        (content_type, ess),
        core.ObjectIdentifier("1.2.840.113549.1.9.4").dump(),
        head,
        core.Integer(1).dump() + identifier + digest_algorithm,
        algorithm.dump(),
    )
    trial = prepared.assemble(prepared.attributes(bytes(hashlib.new(digest).digest_size)), bytes(signature_size))
    return PreparedCms(
        digest,
        len(trial) + _RESERVE,
        prepared._attributes,
        prepared._message_digest,
        head,
        prepared._signer_head,
        prepared._signature_algorithm,
    )


def _digest_algorithm(digest: str) -> bytes:
    # RFC 5754: SHA-2 without parameters is what generators should write.
    return bytes(algos.DigestAlgorithm({"algorithm": digest}).dump())


def _ess(certificate: asn1.Certificate, der: bytes) -> tsp.SigningCertificateV2:
    """Bind the signature to the certificate by its SHA-256 (RFC 5035), with issuer and serial number."""
    return tsp.SigningCertificateV2(
        {
            "certs": [
                {
                    "hash_algorithm": {"algorithm": "sha256"},
                    "cert_hash": hashlib.sha256(der).digest(),
                    "issuer_serial": {
                        "issuer": [asn1.GeneralName("directory_name", certificate.issuer)],
                        "serial_number": certificate.serial_number,
                    },
                }
            ]
        }
    )


def _self_signed(der: bytes) -> bool:
    certificate = asn1.Certificate.load(der)
    return bool(certificate.subject == certificate.issuer)
