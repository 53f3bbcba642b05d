"""Signature values as XMLDSig writes them: PKCS#1 v1.5 by default, RSASSA-PSS where asked for, ECDSA as r‖s."""

from __future__ import annotations

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from signing.certificate import Certificate, verify_value
from signing.errors import CertificateUnreadable, SchemeNotOffered, XmlSignatureInvalid
from signing.key import Digest, PssKey, SigningKey, der_ecdsa, raw_ecdsa

_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_MORE_2007 = "http://www.w3.org/2007/05/xmldsig-more#"
_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
_METHODS = {
    **{f"{_MORE}{kind}-{digest}": (kind, digest) for kind in ("rsa", "ecdsa") for digest in _HASHES},
    # RFC 9231, 2.3.10: MGF1 with the same digest, the salt as long as the digest.
    **{f"{_MORE_2007}{digest}-rsa-MGF1": ("pss", digest) for digest in _HASHES},
}
_URIS = {method: uri for uri, method in _METHODS.items()}


def method_uri(key: SigningKey, digest: Digest, *, pss: bool = False) -> str:
    """Return the SignatureMethod for a key. Raise SchemeNotOffered where the key cannot sign by PSS."""
    kind = "rsa" if key.certificate.key_type.startswith("RSA-") else "ecdsa"
    if pss and (kind != "rsa" or not isinstance(key, PssKey)):
        raise SchemeNotOffered(key.certificate.key_type, key.kind)
    return _URIS["pss" if pss else kind, digest]


def sign_value(key: SigningKey, content: bytes, digest: Digest, *, pss: bool = False) -> bytes:
    """Sign canonical content and return the value as it stands in SignatureValue."""
    if pss:
        if not isinstance(key, PssKey):
            raise SchemeNotOffered(key.certificate.key_type, key.kind)
        return key.sign_pss(content, digest)
    value = key.sign(content, digest)
    kind = key.certificate.key_type
    return value if kind.startswith("RSA-") else raw_ecdsa(value, kind)


def check_value(certificate: Certificate, uri: str, value: bytes, content: bytes) -> str:
    """Check a value and return the algorithm's short name (rsa-sha256); raise XmlSignatureInvalid."""
    method = _METHODS.get(uri)
    if method is None:
        raise XmlSignatureInvalid("algorithm")
    kind, digest = method
    strong = certificate.key_type.startswith("RSA-")
    if (kind != "ecdsa") != strong or (strong and int(certificate.key_type[4:]) < 2048):
        raise XmlSignatureInvalid("algorithm")
    try:
        made = _HASHES[digest]()
        if kind == "pss":
            public = x509.load_der_x509_certificate(certificate.der).public_key()
            if not isinstance(public, rsa.RSAPublicKey):
                raise XmlSignatureInvalid("algorithm")
            public.verify(value, content, padding.PSS(padding.MGF1(made), made.digest_size), made)
        else:
            verify_value(certificate.der, value if kind == "rsa" else der_ecdsa(value), content, made)
    except InvalidSignature as error:
        raise XmlSignatureInvalid("signature") from error
    except (ValueError, CertificateUnreadable) as error:
        raise XmlSignatureInvalid("certificate") from error
    return f"{kind}-{digest}"
