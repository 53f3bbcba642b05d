"""Throw-away keys for the tests of making signatures: a root, an issuing authority, and signers under it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, pkcs12
from cryptography.x509.oid import NameOID

NOW = datetime(2026, 7, 15, 9, 30, tzinfo=UTC)


@cache
def _rsa(bits: int, number: int = 0) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


@dataclass
class Issued:
    """A certificate with its private key."""

    private: Any
    certificate: x509.Certificate
    chain: list[x509.Certificate] = field(default_factory=list)

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    def p12(self, passphrase: str = "mật khẩu", encryption: Any = None) -> bytes:
        how = encryption or (BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption())
        return pkcs12.serialize_key_and_certificates(
            "Khóa thử".encode(), self.private, self.certificate, self.chain, how
        )


class Pki:
    """Issue certificates of any shape; real signatures, never mocked."""

    def __init__(self, number: int = 0) -> None:
        self.root = self._make("CA GỐC THỬ NGHIỆM", _rsa(2048, number + 1), None, authority=True)
        self.issuing = self._make("CA CẤP PHÁT THỬ NGHIỆM", _rsa(2048, number + 2), self.root, authority=True)

    def _make(
        self,
        name: str,
        private: Any,
        issuer: Issued | None,
        *,
        authority: bool = False,
        uid: tuple[str, ...] = (),
        organization: str | None = None,
        serial_number: str | None = None,
        valid: tuple[datetime, datetime] | None = None,
        usage: dict[str, bool] | None = None,
        purposes: list[x509.ObjectIdentifier] | None = None,
        digest: Any = None,
    ) -> Issued:
        parts = [x509.NameAttribute(NameOID.COMMON_NAME, name[:64])]
        if organization:
            parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization[:64]))
        parts += [x509.NameAttribute(NameOID.USER_ID, value) for value in uid]
        if serial_number:
            parts.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, serial_number))
        subject = x509.Name(parts)
        start, end = valid or (NOW - timedelta(days=365), NOW + timedelta(days=730))
        bits = dict.fromkeys(
            (
                "digital_signature",
                "content_commitment",
                "key_encipherment",
                "data_encipherment",
                "key_agreement",
                "key_cert_sign",
                "crl_sign",
                "encipher_only",
                "decipher_only",
            ),
            False,
        )
        if authority:
            bits |= {"key_cert_sign": True, "crl_sign": True}
        else:
            bits |= usage if usage is not None else {"digital_signature": True, "content_commitment": True}
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer.certificate.subject if issuer else subject)
            .public_key(private.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(end)
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(x509.KeyUsage(**bits), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(private.public_key()), critical=False)
        )
        if purposes:
            builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
        signer = issuer.private if issuer else private
        certificate = builder.sign(signer, digest or hashes.SHA256())
        chain = [issuer.certificate, *issuer.chain] if issuer else []
        return Issued(private, certificate, chain)

    def signer(
        self,
        name: str = "CÔNG TY TNHH ÁNH DƯƠNG",
        uid: tuple[str, ...] = ("MST:0312345678",),
        kind: str = "rsa",
        **more: Any,
    ) -> Issued:
        private: Any
        if kind == "rsa":
            private = _rsa(2048, 3)
        elif kind == "rsa1024":
            private = _rsa(1024)
        elif kind == "ed25519":
            private = ed25519.Ed25519PrivateKey.generate()
        else:
            private = ec.generate_private_key({"p256": ec.SECP256R1(), "p384": ec.SECP384R1()}[kind])
        return self._make(name, private, self.issuing, uid=uid, **more)

    def crl(self, revoked: list[Issued], issuer: Issued | None = None) -> bytes:
        by = issuer or self.issuing
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(by.certificate.subject)
            .last_update(NOW - timedelta(days=1))
            .next_update(NOW + timedelta(days=30))
        )
        for one in revoked:
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder()
                .serial_number(one.certificate.serial_number)
                .revocation_date(NOW - timedelta(days=10))
                .build()
            )
        return builder.sign(by.private, hashes.SHA256()).public_bytes(Encoding.DER)


@pytest.fixture(scope="session")
def throwaway() -> Pki:
    return Pki()


@pytest.fixture(scope="session")
def file_key(throwaway: Pki) -> Callable[..., Any]:
    """Return a function that gives a loaded FileKey of a kind: rsa, p256, p384."""
    from signing.pkcs12 import load

    @cache
    def make(kind: str = "rsa", name: str = "CÔNG TY TNHH ÁNH DƯƠNG") -> Any:
        return load(throwaway.signer(name, kind=kind).p12(), "mật khẩu")[0]

    return make


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Return an authority that answers over HTTP (authority_kit), started once."""
    from tests.signing import authority_kit

    found = authority_kit.make(tmp_path_factory.mktemp("authority"))
    yield found
    authority_kit.stop(found)


@pytest.fixture(scope="session")
def digidoc() -> Iterator[Any]:
    """Return libdigidocpp in a process of its own (tests/signing/digidoc_kit.py)."""
    from tests.signing.digidoc_kit import Digidoc

    running = Digidoc()
    yield running
    running.close()
