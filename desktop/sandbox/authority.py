"""The practice certificate authority, and every key that the practice portal holds.

It hides how certificates, revocation lists and keys are made and where they lie. A folder holds one
authority; it appears whole or not at all. Nothing here is worth protecting: every name says THỰC HÀNH,
and only a practice workspace trusts it. Private keys lie unencrypted, readable by their owner alone.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from desktop.replacing import move_over

CATALOGUE_ROLES = ("root", "targets", "snapshot", "timestamp")
CRL_LIFE = timedelta(days=60)
_CAS = {
    "root": "THỰC HÀNH - Hồ Sơ Practice Root CA",
    "issuing": "THỰC HÀNH - Hồ Sơ Practice CA",
    "results": "THỰC HÀNH - Hồ Sơ Practice Results CA",
}
_MARK = "THỰC HÀNH, KHÔNG CÓ GIÁ TRỊ PHÁP LÝ"
RESULT_SIGNER = "CỔNG THỰC HÀNH HỒ SƠ"

Usage = Literal["sign", "encrypt", "authenticate"]


@dataclass(frozen=True)
class IssuedKey:
    """A certificate of the practice authority with its private key and chain."""

    certificate_pem: bytes
    key: rsa.RSAPrivateKey
    chain_pem: tuple[bytes, ...]
    """The certificates above it, the issuing one first; the root is last."""

    @property
    def certificate(self) -> x509.Certificate:
        """Return the certificate itself."""
        return x509.load_pem_x509_certificate(self.certificate_pem)

    @property
    def serial(self) -> int:
        """Return its serial number."""
        return self.certificate.serial_number

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 of its DER in hex."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()

    def p12(self, passphrase: str) -> bytes:
        """Wrap key, certificate and chain in a PKCS#12 file (AES-256, PBKDF2)."""
        certificate = self.certificate
        name = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
        chain = [x509.load_pem_x509_certificate(pem) for pem in self.chain_pem[:-1]]
        return pkcs12.serialize_key_and_certificates(
            str(name).encode(),
            self.key,
            certificate,
            chain,
            serialization.BestAvailableEncryption(passphrase.encode()),
        )


class Authority:
    """One practice authority in one folder; safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._certificates = {
            name: x509.load_pem_x509_certificate((folder / f"{name}.pem").read_bytes()) for name in _CAS
        }
        if self._crls_are_old():
            with self._lock:
                self._write_crls()

    @classmethod
    def open(cls, folder: Path) -> Authority:
        """Load the authority of a folder, making it first if there is none.

        Two processes may do this at once: one of them makes it, both load the same.
        """
        if not folder.is_dir():
            folder.parent.mkdir(parents=True, exist_ok=True)
            fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
            try:
                _create(fresh)
                os.rename(fresh, folder)
            except OSError:
                if not folder.is_dir():
                    raise
            finally:
                shutil.rmtree(fresh, ignore_errors=True)
        return cls(folder)

    # --- certificates ------------------------------------------------------------------------------------

    @property
    def root_pem(self) -> bytes:
        """Return the root certificate, which practice workspaces trust for signers."""
        return (self.folder / "root.pem").read_bytes()

    @property
    def results_pem(self) -> bytes:
        """Return the certificate of the CA under which only the portal's own results are signed."""
        return (self.folder / "results.pem").read_bytes()

    @property
    def intermediates_pem(self) -> bytes:
        """Return the certificates between the root and the signers."""
        return (self.folder / "issuing.pem").read_bytes() + self.results_pem

    @property
    def crl_pem(self) -> bytes:
        """Return the revocation lists of all three CAs, one after the other."""
        return (self.folder / "ca.crl").read_bytes()

    def issue(
        self,
        name: str,
        *,
        tax_code: str | None = None,
        personal_id: str | None = None,
        valid_from: datetime | None = None,
        valid_to: datetime | None = None,
        usage: Usage = "sign",
    ) -> IssuedKey:
        """Make a key and a certificate for a person or a company, with the subject that public CAs write.

        `tax_code` and `personal_id` become UID values `MST:…` and `CCCD:…`; with a tax code the name is also
        the organisation's. Times are aware; by default from a month ago for two years.
        """
        return self._issue("issuing", name, tax_code, personal_id, valid_from, valid_to, usage)

    def revoke(self, serial: int) -> None:
        """Put a certificate on the revocation list, now."""
        with self._lock:
            path = self.folder / "revoked.json"
            revoked = json.loads(path.read_text())
            revoked.setdefault(f"{serial:x}", datetime.now(UTC).isoformat())
            _replace(path, json.dumps(revoked).encode())
            self._write_crls()

    def write(self, folder: Path) -> None:
        """Write what a person needs to judge practice signatures: ca.pem, intermediates.pem, ca.crl."""
        folder.mkdir(parents=True, exist_ok=True)
        _replace(folder / "ca.pem", self.root_pem)
        _replace(folder / "intermediates.pem", self.intermediates_pem)
        _replace(folder / "ca.crl", self.crl_pem)

    # --- the portal's own keys ---------------------------------------------------------------------------

    def result_p12(self, passphrase: str) -> bytes:
        """Return the key with which the portal signs results, as PKCS#12."""
        return IssuedKey(
            (self.folder / "result.pem").read_bytes(),
            _rsa(self.folder / "result.key"),
            (self.results_pem, self.root_pem),
        ).p12(passphrase)

    def receipt_key(self) -> dict[str, Any]:
        """Return the private key (P-256) that signs receipts, as a JWK with its `kid`."""
        from joserfc.jwk import ECKey

        pem = (self.folder / "receipt.key").read_bytes()
        key = ECKey.import_key(pem)
        return {**key.as_dict(private=True), "kid": key.thumbprint(), "use": "sig", "alg": "ES256"}

    def receipt_public_key(self) -> dict[str, Any]:
        """Return the public half of the receipt key as a JWK."""
        return {name: value for name, value in self.receipt_key().items() if name != "d"}

    def catalogue_signer(self, role: str) -> Any:
        """Return the securesystemslib signer of a role of the catalogue."""
        from securesystemslib.signer import CryptoSigner  # type: ignore[attr-defined]  # it lists no __all__

        path = self._catalogue_key(role)
        if role not in CATALOGUE_ROLES and not path.exists():
            # An agency's key is made when the agency first publishes.
            _replace(path, _private(ed25519.Ed25519PrivateKey.generate()), private=True)
        key = serialization.load_pem_private_key(path.read_bytes(), None)
        assert isinstance(key, ed25519.Ed25519PrivateKey)
        return CryptoSigner(key)

    def renew_catalogue_key(self, role: str) -> tuple[Any, Any]:
        """Give a role of the catalogue a new key; return the signers of the old one and of the new."""
        old = self.catalogue_signer(role)
        _replace(self._catalogue_key(role), _private(ed25519.Ed25519PrivateKey.generate()), private=True)
        return old, self.catalogue_signer(role)

    def _catalogue_key(self, role: str) -> Path:
        return self.folder / f"tuf-{role}.key"

    def tls(self, hosts: tuple[str, ...]) -> tuple[Path, Path]:
        """Make a TLS certificate for these hosts; return the paths of chain and key."""
        wanted = hashlib.sha256(",".join(hosts).encode()).hexdigest()[:16]
        chain, key_path = self.folder / f"tls-{wanted}.pem", self.folder / f"tls-{wanted}.key"
        if not (chain.exists() and key_path.exists()):
            names: list[x509.GeneralName] = []
            for host in hosts:
                try:
                    names.append(x509.IPAddress(ip_address(host)))
                except ValueError:
                    names.append(x509.DNSName(host))
            key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            now = datetime.now(UTC)
            certificate = self._sign(
                "issuing",
                _name("Cổng thực hành Hồ Sơ (TLS)"),
                key.public_key(),
                now - timedelta(days=1),
                now + timedelta(days=365),
                [
                    (x509.SubjectAlternativeName(names), False),
                    (x509.ExtendedKeyUsage([x509.ObjectIdentifier("1.3.6.1.5.5.7.3.1")]), False),
                    (_key_usage(digital_signature=True, key_encipherment=True), True),
                ],
            )
            _replace(key_path, _private(key), private=True)
            _replace(chain, _pem(certificate) + (self.folder / "issuing.pem").read_bytes())
        return chain, key_path

    # --- inside -------------------------------------------------------------------------------------------

    def _issue(
        self,
        by: str,
        name: str,
        tax_code: str | None,
        personal_id: str | None,
        valid_from: datetime | None,
        valid_to: datetime | None,
        usage: Usage,
    ) -> IssuedKey:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        since = valid_from or datetime.now(UTC) - timedelta(days=30)
        until = valid_to or since + timedelta(days=730)
        usages = {
            "sign": _key_usage(digital_signature=True, content_commitment=True),
            "encrypt": _key_usage(key_encipherment=True, data_encipherment=True),
            "authenticate": _key_usage(digital_signature=True),
        }[usage]
        uids = [f"MST:{tax_code}"] if tax_code else []
        if personal_id:
            uids.append(f"CCCD:{personal_id}")
        certificate = self._sign(
            by,
            _name(name, organization=name if tax_code else None, uids=uids),
            key.public_key(),
            since,
            until,
            [(usages, True)],
        )
        above = (self.folder / f"{by}.pem").read_bytes()
        return IssuedKey(_pem(certificate), key, (above, self.root_pem))

    def _sign(
        self,
        by: str,
        subject: x509.Name,
        public_key: Any,
        since: datetime,
        until: datetime,
        extensions: list[tuple[x509.ExtensionType, bool]],
    ) -> x509.Certificate:
        issuer = self._certificates[by]
        return _certificate(
            subject, public_key, issuer.subject, _rsa(self.folder / f"{by}.key"), since, until, extensions
        )

    def _crls_are_old(self) -> bool:
        try:
            lists = x509.load_pem_x509_crl((self.folder / "ca.crl").read_bytes())
        except (OSError, ValueError):
            return True
        return lists.next_update_utc is None or lists.next_update_utc < datetime.now(UTC) + CRL_LIFE / 2

    def _write_crls(self) -> None:
        revoked = json.loads((self.folder / "revoked.json").read_text())
        now = datetime.now(UTC)
        lists = b""
        for name in _CAS:
            builder = (
                x509.CertificateRevocationListBuilder()
                .issuer_name(self._certificates[name].subject)
                .last_update(now - timedelta(minutes=5))
                .next_update(now + CRL_LIFE)
                .add_extension(
                    x509.AuthorityKeyIdentifier.from_issuer_public_key(
                        self._certificates[name].public_key()  # type: ignore[arg-type]  # always RSA here
                    ),
                    critical=False,
                )
                .add_extension(x509.CRLNumber(int(now.timestamp() * 1000)), critical=False)
            )
            if name == "issuing":
                for serial, at in sorted(revoked.items()):
                    builder = builder.add_revoked_certificate(
                        x509.RevokedCertificateBuilder()
                        .serial_number(int(serial, 16))
                        .revocation_date(datetime.fromisoformat(at))
                        .build()
                    )
            crl = builder.sign(_rsa(self.folder / f"{name}.key"), hashes.SHA256())
            lists += crl.public_bytes(serialization.Encoding.PEM)
        _replace(self.folder / "ca.crl", lists)


def _create(folder: Path) -> None:
    """Fill an empty folder with a whole authority."""
    os.chmod(folder, 0o700)
    since = datetime(2026, 1, 1, tzinfo=UTC)
    until = datetime(2046, 1, 1, tzinfo=UTC)
    root = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    root_name = _name(_CAS["root"])
    ca_usage = (_key_usage(key_cert_sign=True, crl_sign=True), True)
    certificate = _certificate(
        root_name,
        root.public_key(),
        root_name,
        root,
        since,
        until,
        [(x509.BasicConstraints(ca=True, path_length=1), True), ca_usage],
    )
    _replace(folder / "root.key", _private(root), private=True)
    _replace(folder / "root.pem", _pem(certificate))
    for name in ("issuing", "results"):
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        below = _certificate(
            _name(_CAS[name]),
            key.public_key(),
            root_name,
            root,
            since,
            until,
            [(x509.BasicConstraints(ca=True, path_length=0), True), ca_usage],
        )
        _replace(folder / f"{name}.key", _private(key), private=True)
        _replace(folder / f"{name}.pem", _pem(below))
    _replace(folder / "revoked.json", b"{}")
    authority = Authority(folder)
    result = authority._issue("results", RESULT_SIGNER, None, None, since, until, "sign")
    _replace(folder / "result.key", _private(result.key), private=True)
    _replace(folder / "result.pem", result.certificate_pem)
    _replace(folder / "receipt.key", _private(ec.generate_private_key(ec.SECP256R1())), private=True)
    for role in CATALOGUE_ROLES:
        _replace(folder / f"tuf-{role}.key", _private(ed25519.Ed25519PrivateKey.generate()), private=True)


def _certificate(
    subject: x509.Name,
    public_key: Any,
    issuer: x509.Name,
    issuer_key: rsa.RSAPrivateKey,
    since: datetime,
    until: datetime,
    extensions: list[tuple[x509.ExtensionType, bool]],
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if not any(isinstance(extension, x509.BasicConstraints) for extension, _ in extensions):
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(issuer_key, hashes.SHA256())


def _name(common: str, *, organization: str | None = None, uids: list[str] | None = None) -> x509.Name:
    parts = [x509.NameAttribute(NameOID.USER_ID, uid) for uid in uids or []]
    # 64 octets is what cryptography lets through for a common name; the organisation keeps the whole name.
    shown = common
    while len(shown.encode()) > 64:
        shown = shown.rpartition(" ")[0] or shown[:20]
    parts.append(x509.NameAttribute(NameOID.COMMON_NAME, shown))
    if organization:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization))
    # The unit says to every reader of the certificate that it is not a real one.
    parts.append(x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, _MARK))
    parts.append(x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"))
    return x509.Name(parts)


def _key_usage(**given: bool) -> x509.KeyUsage:
    names = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{name: given.get(name, False) for name in names})


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _private(key: Any) -> bytes:
    data: bytes = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return data


def _rsa(path: Path) -> rsa.RSAPrivateKey:
    # Our own key from our own folder: the validity check costs 70 ms each time and proves nothing here.
    key = serialization.load_pem_private_key(path.read_bytes(), None, unsafe_skip_rsa_key_validation=True)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def _replace(path: Path, data: bytes, *, private: bool = False) -> None:
    """Write a file whole or not at all."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600 if private else 0o644)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        move_over(beside, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(beside)
