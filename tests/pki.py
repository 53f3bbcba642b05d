"""A throw-away certificate authority for all tests.

A national-looking root, an issuing authority under it, certificates with Vietnamese subjects (the tax code in UID, as
licensed authorities write it), and revocation lists. Made once per test session with ``cryptography`` only, so that
what the product reads has not been written by the product. Nothing here is fixed in time: dates stand around now.

    pki.root_pem, pki.intermediate_pem, pki.crl_pem (both lists), pki.key("anh_duong").p12("mật khẩu")
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

COMPANY = "CÔNG TY TNHH ÁNH DƯƠNG"
COMPANY_TAX_CODE = "0100686209"
OTHER_COMPANY = "CÔNG TY CỔ PHẦN SAO MAI"
OTHER_TAX_CODE = "0101243150"
PERSON = "NGUYỄN THỊ BÌNH"
PERSON_ID = "001188012345"

DAY = timedelta(days=1)
NAMES = (
    "anh_duong",
    "anh_duong_ec",
    "sao_mai",
    "person",
    "expired",
    "not_yet",
    "revoked",
    "wrong_usage",
    "weak",
    "sha1",
    "stranger",
)
"""Every certificate that :meth:`Pki.key` knows; all but ``anh_duong``, ``weak`` and ``sha1`` have P-256 keys.

``anh_duong`` RSA-2048 and ``anh_duong_ec`` (same company); ``sao_mai`` another company; ``person`` with CCCD in UID;
``expired`` (ended a month ago), ``not_yet`` (starts in a month), ``revoked`` (30 days ago), ``wrong_usage`` (key
encipherment only): all of the first company; ``weak`` RSA-1024; ``sha1`` its certificate signed with SHA-1;
``stranger`` issued by an authority nobody trusts, which copies the names of ours.
"""


@functools.cache
def _rsa(size: int, use: str) -> rsa.RSAPrivateKey:
    """Make one RSA key per use and process: they are the slow part."""
    return rsa.generate_private_key(65537, size)


def _moment(value: datetime) -> datetime:
    return value.astimezone(UTC).replace(microsecond=0)


def subject(
    name: str,
    *,
    tax_code: str | None = None,
    personal_id: str | None = None,
    organization: str | None = None,
    uid: Iterable[str] = (),
) -> x509.Name:
    """Build a subject as Vietnamese authorities do: UID=MST:…/CCCD:…, CN, O, L, C."""
    uids = [*([f"MST:{tax_code}"] if tax_code else []), *([f"CCCD:{personal_id}"] if personal_id else []), *uid]
    parts = [x509.NameAttribute(NameOID.USER_ID, value) for value in uids]
    parts.append(x509.NameAttribute(NameOID.COMMON_NAME, name))
    if organization:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization))
    parts.append(x509.NameAttribute(NameOID.LOCALITY_NAME, "Hà Nội"))
    parts.append(x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"))
    return x509.Name(parts)


@dataclass(frozen=True)
class Key:
    """A private key with its certificate and the chain above it (issuing authority, root)."""

    name: str
    private_key: PrivateKey
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]

    @property
    def certificate_der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def certificate_pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def chain_der(self) -> tuple[bytes, ...]:
        return tuple(c.public_bytes(serialization.Encoding.DER) for c in self.chain)

    @property
    def key_pem(self) -> bytes:
        return self.private_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    @property
    def fingerprint(self) -> str:
        return self.certificate.fingerprint(hashes.SHA256()).hex()

    def p12(self, passphrase: str = "mật khẩu", *, with_chain: bool = True) -> bytes:
        """Return a PKCS#12 file with the key, its certificate, and the issuing authority's and root's certificates."""
        return pkcs12.serialize_key_and_certificates(
            self.name.encode(),
            self.private_key,
            self.certificate,
            self.chain if with_chain else None,
            serialization.BestAvailableEncryption(passphrase.encode()) if passphrase else serialization.NoEncryption(),
        )

    def sign(self, data: bytes) -> bytes:
        """Sign with PKCS#1 v1.5 or ECDSA, and SHA-256."""
        if isinstance(self.private_key, rsa.RSAPrivateKey):
            return self.private_key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return self.private_key.sign(data, ec.ECDSA(hashes.SHA256()))


@dataclass
class Authority:
    """One certificate authority; ``revoked`` maps serial numbers to the moment of revocation."""

    key: PrivateKey
    certificate: x509.Certificate
    parents: tuple[x509.Certificate, ...] = ()
    revoked: dict[int, datetime] = field(default_factory=dict)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    def crl(
        self,
        *,
        this_update: datetime | None = None,
        next_update: datetime | None = None,
        revoked: Mapping[int, datetime] | None = None,
        key: PrivateKey | None = None,
        number: int = 1,
    ) -> x509.CertificateRevocationList:
        """Sign a revocation list, by default one in date and with all that is revoked."""
        now = datetime.now(UTC)
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(_moment(this_update or now - DAY))
            .next_update(_moment(next_update or now + 30 * DAY))
            .add_extension(x509.CRLNumber(number), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.certificate.public_key()),  # type: ignore[arg-type]  # its own keys are RSA or EC
                critical=False,
            )
        )
        for serial, at in (self.revoked if revoked is None else revoked).items():
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder()
                .serial_number(serial)
                .revocation_date(_moment(at))
                .add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), critical=False)
                .build()
            )
        return builder.sign(key or self.key, hashes.SHA256())

    def issue(
        self,
        subject: x509.Name,
        public_key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey,
        *,
        valid_from: datetime | None = None,
        valid_to: datetime | None = None,
        usages: Iterable[str] = ("digital_signature", "content_commitment"),
        extended: Iterable[x509.ObjectIdentifier] = (),
        extended_critical: bool = False,
        authority: bool = False,
        crl_url: str | None = None,
        ocsp_url: str | None = None,
        serial: int | None = None,
    ) -> x509.Certificate:
        """Issue a certificate; ``usages`` are the names of X.509 key usages as in ``cryptography``."""
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.certificate.subject)
            .public_key(public_key)
            .serial_number(serial or x509.random_serial_number())
            .not_valid_before(_moment(valid_from or now - 365 * DAY))
            .not_valid_after(_moment(valid_to or now + 730 * DAY))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(_usage(usages), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.certificate.public_key()),  # type: ignore[arg-type]  # as above
                critical=False,
            )
        )
        if extended := tuple(extended):
            builder = builder.add_extension(x509.ExtendedKeyUsage(extended), critical=extended_critical)
        if crl_url:
            point = x509.DistributionPoint([x509.UniformResourceIdentifier(crl_url)], None, None, None)
            builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
        if ocsp_url:
            access = x509.AccessDescription(
                AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(ocsp_url)
            )
            builder = builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
        return builder.sign(self.key, hashes.SHA256())


def _usage(names: Iterable[str]) -> x509.KeyUsage:
    every = [
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    ]
    wanted = set(names)
    return x509.KeyUsage(**{name: name in wanted for name in every})


def _root(key: PrivateKey, name: x509.Name) -> Authority:
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_moment(now - 3650 * DAY))
        .not_valid_after(_moment(now + 3650 * DAY))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(_usage(("key_cert_sign", "crl_sign")), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return Authority(key, certificate)


def _authority_name(name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, name),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Cơ quan thử nghiệm"),
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
        ]
    )


class Pki:
    """The whole authority. Keys are made on first use and then kept; ``crl_url`` goes into every certificate."""

    def __init__(self, *, crl_url: str | None = None, ocsp_url: str | None = None) -> None:
        self.crl_url = crl_url
        self.ocsp_url = ocsp_url
        self.root = _root(_rsa(2048, "root"), _authority_name("Gốc thử nghiệm"))
        key = _rsa(2048, "issuing")
        now = datetime.now(UTC)
        certificate = self.root.issue(
            _authority_name("CA thử nghiệm"),
            key.public_key(),
            valid_from=now - 3000 * DAY,
            valid_to=now + 3000 * DAY,
            usages=("key_cert_sign", "crl_sign"),
            authority=True,
            crl_url=f"{crl_url}/root.crl" if crl_url else None,
        )
        self.issuing = Authority(key, certificate, (self.root.certificate,))
        self._keys: dict[str, Key] = {}
        self._lock = threading.RLock()
        self.key("revoked")

    # what tests hand to the product

    @property
    def root_pem(self) -> bytes:
        return self.root.pem

    @property
    def root_der(self) -> bytes:
        return self.root.der

    @property
    def intermediate_pem(self) -> bytes:
        return self.issuing.pem

    @property
    def intermediate_der(self) -> bytes:
        return self.issuing.der

    @functools.cached_property
    def crl_der(self) -> bytes:
        """The issuing authority's list."""
        return self.issuing.crl().public_bytes(serialization.Encoding.DER)

    @functools.cached_property
    def root_crl_der(self) -> bytes:
        """The root's list (of authorities; empty)."""
        return self.root.crl().public_bytes(serialization.Encoding.DER)

    @functools.cached_property
    def crl_pem(self) -> bytes:
        """Both lists in one PEM file: what a chain of two needs."""
        return pem_crl(self.crl_der) + pem_crl(self.root_crl_der)

    def write(self, folder: Path, *names: str, passphrase: str = "mật khẩu") -> Path:
        """Write ca.pem (root), issuing.pem, ca.crl (both lists, PEM), and NAME.p12 for each name given."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "ca.pem").write_bytes(self.root_pem)
        (folder / "issuing.pem").write_bytes(self.intermediate_pem)
        (folder / "ca.crl").write_bytes(self.crl_pem)
        for name in names:
            (folder / f"{name}.p12").write_bytes(self.key(name).p12(passphrase))
        return folder

    def key(self, name: str) -> Key:
        """Return the key of that name (see ``NAMES``), made on first use."""
        with self._lock:
            if name not in self._keys:
                self._keys[name] = self._make(name)
            return self._keys[name]

    def issue(
        self,
        name: str,
        *,
        tax_code: str | None = None,
        personal_id: str | None = None,
        private_key: PrivateKey | None = None,
        valid_from: datetime | None = None,
        valid_to: datetime | None = None,
        usages: Iterable[str] = ("digital_signature", "content_commitment"),
        extended: Iterable[x509.ObjectIdentifier] = (),
        extended_critical: bool = False,
        uid: Iterable[str] = (),
    ) -> Key:
        """Issue a certificate of any other shape; P-256 unless a key is given."""
        private_key = private_key or ec.generate_private_key(ec.SECP256R1())
        certificate = self.issuing.issue(
            subject(name, tax_code=tax_code, personal_id=personal_id, uid=uid),
            private_key.public_key(),
            valid_from=valid_from,
            valid_to=valid_to,
            usages=usages,
            extended=extended,
            extended_critical=extended_critical,
            crl_url=f"{self.crl_url}/issuing.crl" if self.crl_url else None,
            ocsp_url=self.ocsp_url,
        )
        return Key(name, private_key, certificate, (self.issuing.certificate, self.root.certificate))

    def _make(self, name: str) -> Key:
        now = datetime.now(UTC)
        issue = functools.partial(self.issue, COMPANY, tax_code=COMPANY_TAX_CODE)
        match name:
            case "anh_duong":
                return issue(private_key=_rsa(2048, name))
            case "anh_duong_ec":
                return issue()
            case "sao_mai":
                return self.issue(OTHER_COMPANY, tax_code=OTHER_TAX_CODE)
            case "person":
                return self.issue(PERSON, personal_id=PERSON_ID)
            case "expired":
                return issue(valid_from=now - 400 * DAY, valid_to=now - 30 * DAY)
            case "not_yet":
                return issue(valid_from=now + 30 * DAY, valid_to=now + 400 * DAY)
            case "revoked":
                key = issue()
                self.issuing.revoked[key.certificate.serial_number] = now - 30 * DAY
                return key
            case "wrong_usage":
                return issue(usages=("key_encipherment",))
            case "weak":
                return issue(private_key=_rsa(1024, name))
            case "sha1":
                return self._sha1()
            case "stranger":
                return self._stranger()
            case "tsa":
                return self.issue(
                    "Dấu thời gian thử nghiệm",
                    extended=[ExtendedKeyUsageOID.TIME_STAMPING],
                    extended_critical=True,
                    private_key=_rsa(2048, name),
                )
            case _:
                raise KeyError(name)

    def _sha1(self) -> Key:
        """Sign a certificate with SHA-1 by hand: no library offers it any more."""
        good = self.issue(COMPANY, tax_code=COMPANY_TAX_CODE, private_key=_rsa(2048, "sha1"))
        parsed = asn1_x509.Certificate.load(good.certificate_der)
        body = parsed["tbs_certificate"]
        body["signature"] = {"algorithm": "sha1_rsa", "parameters": None}
        parsed["signature_algorithm"] = {"algorithm": "sha1_rsa", "parameters": None}
        parsed["tbs_certificate"] = body
        assert isinstance(self.issuing.key, rsa.RSAPrivateKey)
        parsed["signature_value"] = self.issuing.key.sign(
            body.dump(force=True),
            padding.PKCS1v15(),
            hashes.SHA1(),  # the weakness is the point
        )
        certificate = x509.load_der_x509_certificate(parsed.dump(force=True))
        return Key(COMPANY, good.private_key, certificate, good.chain)

    def _stranger(self) -> Key:
        """Issue from an authority with our names and other keys: trust is by certificate, never by name."""
        root = _root(ec.generate_private_key(ec.SECP256R1()), self.root.certificate.subject)
        key = ec.generate_private_key(ec.SECP256R1())
        middle = root.issue(
            self.issuing.certificate.subject,
            key.public_key(),
            usages=("key_cert_sign", "crl_sign"),
            authority=True,
        )
        own = ec.generate_private_key(ec.SECP256R1())
        issuing = Authority(key, middle, (root.certificate,))
        certificate = issuing.issue(subject(COMPANY, tax_code=COMPANY_TAX_CODE), own.public_key())
        return Key(COMPANY, own, certificate, (middle, root.certificate))


def pem_crl(der: bytes) -> bytes:
    """Return a revocation list as PEM."""
    return x509.load_der_x509_crl(der).public_bytes(serialization.Encoding.PEM)


@contextmanager
def serve(pages: Mapping[str, bytes]) -> Iterator[str]:
    """Serve fixed answers on a free loopback port; the mapping is read at each request, so a test may change it."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = pages.get(self.path)
            self.send_response(200 if body is not None else 404)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, format: str, *args: object) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@functools.cache
def shared() -> Pki:
    """Return the one authority of this test session."""
    return Pki()
