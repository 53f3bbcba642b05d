"""A certificate authority that answers: OCSP, revocation lists and time-stamps over HTTP, by certomancer.

It runs as a process of its own, once per test session on a free port, so that its work does not count as ours. Beside
it, `Liar`: time-stamp servers that are down, slow, without end, or lie.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

KINDS = ("rsa2048", "rsa3072", "rsa4096", "p256", "p384")
FAULTY = ("expired", "not_yet", "revoked", "wrong_usage")
PASSPHRASE = "mật khẩu"
_START = datetime(2020, 1, 1, tzinfo=UTC)
_END = datetime(2050, 1, 1, tzinfo=UTC)


def _new(kind: str) -> Any:
    if kind.startswith("rsa"):
        return rsa.generate_private_key(65537, int(kind[3:]))
    return ec.generate_private_key(ec.SECP384R1() if kind == "p384" else ec.SECP256R1())


@dataclass
class Authority:
    """A root, an issuing authority, signers, a responder and a time-stamping authority; and the server's process."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    _keys: dict[str, Any] = field(default_factory=dict)
    _loaded: dict[str, Any] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def tsa(self) -> str:
        return f"{self.url}/vn/tsa/tsa"

    @cached_property
    def _arch(self) -> Any:
        from certomancer.registry import ArchLabel, CertomancerConfig

        return CertomancerConfig.from_file(str(self.folder / "vn.yml")).get_pki_arch(ArchLabel("vn"))

    def certificate(self, name: str) -> x509.Certificate:
        from certomancer.registry import CertLabel

        return x509.load_der_x509_certificate(self._arch.get_cert(CertLabel(name)).dump())

    @property
    def root(self) -> bytes:
        return self.certificate("root").public_bytes(Encoding.DER)

    @property
    def issuing(self) -> bytes:
        return self.certificate("issuing").public_bytes(Encoding.DER)

    def p12(self, name: str, passphrase: str = PASSPHRASE) -> bytes:
        return pkcs12.serialize_key_and_certificates(
            name.encode(),
            self._keys[name],
            self.certificate(name),
            [self.certificate("issuing"), self.certificate("root")],
            BestAvailableEncryption(passphrase.encode()),
        )

    def key(self, name: str) -> Any:
        """Return a loaded FileKey; writing and reading its file takes a third of a second, and is done once."""
        from signing.pkcs12 import load

        if name not in self._loaded:
            self._loaded[name] = load(self.p12(name), PASSPHRASE)[0]
        return self._loaded[name]

    def write(self, name: str, private: Any) -> None:
        self._keys[name] = private
        data = private.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        (self.folder / f"{name}.pem").write_bytes(data)


def _cert(
    subject: str,
    issuer: str,
    *,
    valid: tuple[datetime, datetime] = (_START, _END),
    extensions: str = "",
    profiles: str = "",
    revoked: datetime | None = None,
) -> str:
    found = f"""      {subject}:
        subject: {subject}
        subject-key: {subject}
        issuer: {issuer}
        validity:
          valid-from: "{valid[0]:%Y-%m-%dT%H:%M:%S+0000}"
          valid-to: "{valid[1]:%Y-%m-%dT%H:%M:%S+0000}"
"""
    if revoked is not None:
        found += f"""        revocation:
          revoked-since: "{revoked:%Y-%m-%dT%H:%M:%S+0000}"
          reason: key_compromise
"""
    if profiles:
        found += f"        profiles:\n{profiles}"
    if extensions:
        found += f"        extensions:\n{extensions}"
    return found


_CRL = """          - id: crl_distribution_points
            smart-value:
              schema: crl-dist-url
              params: {{crl-repo-names: [{repo}]}}
"""
_OCSP = """          - id: authority_information_access
            smart-value:
              schema: aia-urls
              params: {ocsp-responder-names: [issuing]}
"""
_USAGE = """          - id: key_usage
            critical: true
            smart-value:
              schema: key-usage
              params: [{usages}]
"""
_STAMPING = """          - id: extended_key_usage
            critical: true
            value: [time_stamping]
"""


def _configuration(port: int, names: dict[str, str]) -> str:
    now = datetime.now(UTC)
    day = timedelta(days=1)
    keys = "".join(f"      {name}: {{path: {name}.pem}}\n" for name in names)
    entities = ""
    for name, person in names.items():
        code = "0101243150" if name == "other" else "0100686209"
        uid = "" if name in ("root", "issuing", "ocsp", "tsa", "tsa_no") else f', user-id: "MST:{code}"'
        entities += f'      {name}: {{common-name: "{person}"{uid}}}\n'
    usual = _USAGE.format(usages="digital_signature, non_repudiation") + _CRL.format(repo="issuing") + _OCSP
    certs = _cert("root", "root", profiles="          - id: simple-ca\n            params: {crl-repo: root}\n")
    certs += _cert(
        "issuing",
        "root",
        profiles="          - id: simple-ca\n            params: {crl-repo: root, max-path-len: 0}\n",
    )
    certs += _cert("ocsp", "issuing", profiles="          - ocsp-responder\n")
    usage = _USAGE.format(usages="digital_signature")
    certs += _cert("tsa", "issuing", extensions=usage + _STAMPING + _CRL.format(repo="issuing") + _OCSP)
    certs += _cert("tsa_no", "issuing", extensions=usage + _CRL.format(repo="issuing"))
    for name in (*KINDS, "other"):
        certs += _cert(name, "issuing", extensions=usual)
    certs += _cert("expired", "issuing", valid=(now - 400 * day, now - 30 * day), extensions=usual)
    certs += _cert("not_yet", "issuing", valid=(now + 30 * day, now + 400 * day), extensions=usual)
    certs += _cert("revoked", "issuing", extensions=usual, revoked=now - 30 * day)
    certs += _cert(
        "wrong_usage",
        "issuing",
        extensions=_USAGE.format(usages="key_encipherment") + _CRL.format(repo="issuing") + _OCSP,
    )
    # Says nothing about where its status is to be had.
    certs += _cert("silent", "issuing", extensions=_USAGE.format(usages="digital_signature, non_repudiation"))
    return f"""external-url-prefix: http://127.0.0.1:{port}
keysets:
  vn:
    keys:
{keys}
pki-architectures:
  vn:
    keyset: vn
    entity-defaults: {{country-name: VN, locality-name: Hà Nội}}
    entities:
{entities}
    certs:
{certs}
    services:
      ocsp:
        issuing: {{for-issuer: issuing, responder-cert: ocsp, signing-key: ocsp}}
      crl-repo:
        root: {{for-issuer: root, signing-key: root, simulated-update-schedule: P30D}}
        issuing: {{for-issuer: issuing, signing-key: issuing, simulated-update-schedule: P30D}}
      time-stamping:
        tsa: {{signing-key: tsa, signing-cert: tsa}}
        wrong: {{signing-key: tsa_no, signing-cert: tsa_no}}
"""


def make(folder: Path) -> Authority:
    """Make keys and configuration, start the server, and wait until it answers."""
    folder.mkdir(parents=True, exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    found = Authority(folder, port)
    company = "CÔNG TY TNHH ÁNH DƯƠNG"
    names = {
        "root": "Gốc có trả lời",
        "issuing": "CA có trả lời",
        "ocsp": "Máy trả lời OCSP",
        "tsa": "Máy chủ dấu thời gian",
        "tsa_no": "Không phải máy chủ dấu thời gian",
        "other": "CÔNG TY CỔ PHẦN SAO MAI",
        **dict.fromkeys((*KINDS, *FAULTY, "silent"), company),
    }
    for name in names:
        # Authorities sign with RSA, so that this process and the server's make the same certificates.
        found.write(name, _new("rsa2048" if name in ("root", "issuing") else name if name in KINDS else "p256"))
    (folder / "vn.yml").write_text(_configuration(port, names), encoding="utf-8")
    found.process = subprocess.Popen(
        [sys.executable, "-m", "certomancer", "--config", "vn.yml", "animate", "--port", str(port), "--no-web-ui"],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=(folder / "log").open("wb"),
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )
    until = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(f"{found.url}/vn/crls/root/latest.crl", timeout=5).read()
            return found
        except OSError:
            if time.monotonic() > until or found.process.poll() is not None:
                raise RuntimeError((folder / "log").read_text(errors="replace")[-2000:]) from None
            time.sleep(0.2)


def stop(authority: Authority) -> None:
    if authority.process is not None:
        authority.process.terminate()
        authority.process.wait(10)


# time-stamp servers that do not do their work

Answer = Callable[[bytes], bytes]


@dataclass
class Liar:
    """A server whose answer, pace and status the test chooses."""

    port: int
    asked: int = 0
    answer: Answer = lambda body: b""
    status: int = 200
    wait: float = 0
    endless: bool = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/tsa"


@contextmanager
def liar(answer: Answer = lambda body: b"", **more: Any) -> Iterator[Liar]:
    """Run a server until the test is done with it."""
    told = Liar(0, answer=answer, **more)
    done = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.asked += 1
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            done.wait(told.wait)
            self.send_response(told.status)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            try:
                while told.endless and not done.is_set():
                    self.wfile.write(bytes(64 * 1024))
                self.wfile.write(told.answer(body) if not done.is_set() else b"")
            except OSError:
                return

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    told.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        done.set()
        server.shutdown()
        server.server_close()


def stamper(pki: Any, name: str = "tsa", at: datetime | None = None) -> Callable[[Any], Any]:
    """Return a maker of true time-stamp answers (pyHanko's), for a request that a test may have bent."""
    from asn1crypto import keys
    from asn1crypto import x509 as asn1
    from pyhanko.sign import timestamps
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    authority = pki.key(name)
    private = authority.private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    store = SimpleCertificateStore.from_certs(asn1.Certificate.load(one) for one in authority.chain_der)
    dummy = timestamps.DummyTimeStamper(
        tsa_cert=asn1.Certificate.load(authority.certificate_der),
        tsa_key=keys.PrivateKeyInfo.load(private),
        certs_to_embed=store,
        fixed_dt=at,
    )
    return dummy.request_tsa_response
