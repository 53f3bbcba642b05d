"""The one way from here to the network: bounded, and only to addresses that are fit to be asked.

Addresses of lists and answers stand in certificates, so whoever made a file chose them. Each request: http or https
only; the name is resolved here, every address it has must be public, and the connection goes to the address that was
checked (a second answer of the name server is never asked for); redirects are followed by hand and checked again; time
and size are limited while reading. Nothing from the environment (proxies, .netrc) is used for such addresses.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import urljoin, urlsplit

import requests
import truststore
import urllib3
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID
from requests.adapters import HTTPAdapter

from signing.errors import SigningError

SIZE_LIMIT = 10 * 1024 * 1024
TIMEOUT = 5.0
REDIRECT_LIMIT = 3
ADDRESSES_PER_CERTIFICATE = 3
PORTS = frozenset({80, 443, 8080, 8443})
"""Authorities in the field use these; others look like an inner service."""

Resolve = Callable[[str, int], Iterable[str]]


@dataclass(eq=False)
class AddressRefused(SigningError):
    """An address that is not asked: another scheme or port, or an inner network."""

    code: ClassVar[str] = "ADDRESS_REFUSED"
    host: str = ""
    reason: str = ""
    """scheme, port, private, name"""


@dataclass(eq=False)
class NetworkFailed(SigningError):
    """No usable answer: no connection, an error, too slow, too large."""

    code: ClassVar[str] = "NETWORK_FAILED"
    retry: ClassVar[bool] = True
    host: str = ""
    reason: str = ""
    """connection, status, slow, size, redirects"""


def _resolve(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise AddressRefused(host, "name") from error
    return list(dict.fromkeys(str(one[4][0]) for one in found))


@dataclass
class Network:
    """Ask public addresses, with a small memory of answers for one run."""

    allowed: frozenset[str] = frozenset()
    """host or host:port that may be asked although private: configured by the user, never by a file."""
    timeout: float = TIMEOUT
    size_limit: int = SIZE_LIMIT
    resolve: Resolve = _resolve
    _answers: dict[tuple[str, bytes], bytes] = field(default_factory=dict, repr=False)

    def get(self, url: str, *, accept: str = "*/*") -> bytes:
        """Fetch a body. Raises AddressRefused, NetworkFailed."""
        return self._ask("GET", url, b"", {"Accept": accept})

    def post(self, url: str, body: bytes, *, content_type: str, accept: str = "*/*") -> bytes:
        """Send a body and return the answer's. Raises AddressRefused, NetworkFailed."""
        return self._ask("POST", url, body, {"Content-Type": content_type, "Accept": accept})

    def _ask(self, method: str, url: str, body: bytes, headers: dict[str, str]) -> bytes:
        if (known := self._answers.get((url, body))) is not None:
            return known
        box: list[bytes | Exception] = []

        def run() -> None:
            try:
                box.append(self._follow(method, url, body, headers, time.monotonic() + self.timeout))
            except Exception as error:  # handed over to the caller below
                box.append(error)

        # Time-outs of sockets begin anew with every byte, in name look-ups there are none: a server (or name server)
        # that drips is left behind with its thread, which ends at the latest when the other side does.
        thread = threading.Thread(target=run, name="network", daemon=True)
        thread.start()
        thread.join(self.timeout + 0.5)
        if not box:
            raise NetworkFailed(urlsplit(url).hostname or "", "slow")
        if isinstance(box[0], Exception):
            raise box[0]
        self._answers[(url, body)] = box[0]
        return box[0]

    def _follow(self, method: str, url: str, body: bytes, headers: dict[str, str], deadline: float) -> bytes:
        where = url
        for _ in range(REDIRECT_LIMIT + 1):
            answer = self._once(method, where, body, headers, deadline)
            if isinstance(answer, bytes):
                return answer
            where = urljoin(where, answer.location)
        raise NetworkFailed(urlsplit(url).hostname or "", "redirects")

    def _once(self, method: str, url: str, body: bytes, headers: dict[str, str], deadline: float) -> bytes | _Redirect:
        host, port, secure, address = self._checked(url)
        left = deadline - time.monotonic()
        if left <= 0:
            raise NetworkFailed(host, "slow")
        with requests.Session() as session:
            session.trust_env = False
            adapter = _Pinned(host, address)
            session.mount("https://" if secure else "http://", adapter)
            try:
                with session.request(
                    method,
                    _with_address(url, address),
                    data=body or None,
                    headers={**headers, "Host": _host_header(host, port, secure), "Accept-Encoding": "identity"},
                    timeout=(left, left),
                    allow_redirects=False,
                    stream=True,
                ) as response:
                    if response.is_redirect:
                        return _Redirect(str(response.headers.get("Location", "")))
                    if response.status_code != 200:
                        raise NetworkFailed(host, "status")
                    return self._body(response, host, deadline)
            except (requests.RequestException, urllib3.exceptions.HTTPError, ValueError, OSError) as error:
                raise NetworkFailed(host, "connection") from error

    def _body(self, response: requests.Response, host: str, deadline: float) -> bytes:
        """Read piece by piece: a time-out per piece would let a slow server hold us for ever."""
        pieces, size = [], 0
        while piece := response.raw.read1(64 * 1024, decode_content=False):
            size += len(piece)
            if size > self.size_limit:
                raise NetworkFailed(host, "size")
            if time.monotonic() > deadline:
                raise NetworkFailed(host, "slow")
            pieces.append(piece)
        return b"".join(pieces)

    def _checked(self, url: str) -> tuple[str, int, bool, str]:
        """Return (host, port, https?, address) of an address that may be asked."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError as error:
            raise AddressRefused("", "name") from error
        if parts.scheme not in ("http", "https") or parts.username is not None or not host:
            raise AddressRefused(host, "scheme")
        secure = parts.scheme == "https"
        port = port or (443 if secure else 80)
        configured = bool({host, f"{host}:{port}"} & self.allowed)
        if port not in PORTS and not configured:
            raise AddressRefused(host, "port")
        addresses = list(self.resolve(host, port))
        if not addresses:
            raise AddressRefused(host, "name")
        if not configured and not all(_public(one) for one in addresses):
            raise AddressRefused(host, "private")
        return host, port, secure, addresses[0]


@dataclass(frozen=True)
class _Redirect:
    location: str


class _Pinned(HTTPAdapter):
    """Connect to the address that was checked, with the name for TLS."""

    def __init__(self, host: str, address: str) -> None:
        self._host = host
        self._address = address
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **named: Any) -> None:
        context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        super().init_poolmanager(
            *args, **named, ssl_context=context, server_hostname=self._host, assert_hostname=self._host
        )

    def build_connection_pool_key_attributes(self, *args: Any, **named: Any) -> Any:
        found: Any = super().build_connection_pool_key_attributes(*args, **named)
        host, pool = found
        # The context is ours (the system's trust store); requests would add certifi's bundle to it.
        for name in ("ca_certs", "ca_cert_dir", "cert_reqs"):
            pool.pop(name, None)
        return host, pool


def _with_address(url: str, address: str) -> str:
    parts = urlsplit(url)
    literal = f"[{address}]" if ":" in address else address
    port = f":{parts.port}" if parts.port else ""
    return parts._replace(netloc=literal + port, fragment="").geturl()


def _host_header(host: str, port: int, secure: bool) -> str:
    literal = f"[{host}]" if ":" in host else host
    return literal if port == (443 if secure else 80) else f"{literal}:{port}"


def _public(address: str) -> bool:
    try:
        one = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    if isinstance(one, ipaddress.IPv6Address):
        inner = one.ipv4_mapped or one.sixtofour or (one.teredo or (None, None))[1]
        if inner is not None:
            return inner.is_global and not inner.is_multicast
        if one in ipaddress.ip_network("64:ff9b::/96"):
            return _public(str(ipaddress.IPv4Address(int(one) & 0xFFFFFFFF)))
    return one.is_global and not one.is_multicast


# What validation asks


def revocation_evidence(
    network: Network, *, until: float
) -> Callable[[x509.Certificate, x509.Certificate], tuple[list[bytes], list[bytes]]]:
    """Return a function that gets lists and OCSP answers for a certificate from the addresses it names.

    It is to be called for chains that end in a trusted root only. Failures are silent: then the status stays unknown.
    `until` (time.monotonic) ends all asking.
    """

    def fetch(one: x509.Certificate, issuer: x509.Certificate) -> tuple[list[bytes], list[bytes]]:
        answers: list[bytes] = []
        for url in _ocsp_addresses(one)[:ADDRESSES_PER_CERTIFICATE]:
            if time.monotonic() > until:
                return [], answers
            try:
                # SHA-1 only names the issuer here (RFC 6960, 4.1.1); answers to other hashes are rare.
                request = ocsp.OCSPRequestBuilder().add_certificate(one, issuer, hashes.SHA1()).build()
                body = request.public_bytes(Encoding.DER)
                answers.append(
                    network.post(
                        url,
                        body,
                        content_type="application/ocsp-request",
                        accept="application/ocsp-response",
                    )
                )
                break
            except (SigningError, ValueError):
                continue
        lists: list[bytes] = []
        for url in _list_addresses(one)[:ADDRESSES_PER_CERTIFICATE]:
            if time.monotonic() > until:
                break
            try:
                data = network.get(url, accept="application/pkix-crl")
                lists.append(_der(data))
                break
            except (SigningError, ValueError):
                continue
        return lists, answers

    return fetch


def _der(data: bytes) -> bytes:
    if data.lstrip().startswith(b"-----BEGIN"):
        return x509.load_pem_x509_crl(data).public_bytes(Encoding.DER)
    return data


def _list_addresses(one: x509.Certificate) -> list[str]:
    try:
        points = one.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except (x509.ExtensionNotFound, ValueError):
        return []
    return [
        name.value
        for point in points
        for name in point.full_name or ()
        if isinstance(name, x509.UniformResourceIdentifier)
    ]


def _ocsp_addresses(one: x509.Certificate) -> list[str]:
    try:
        access = one.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except (x509.ExtensionNotFound, ValueError):
        return []
    return [
        entry.access_location.value
        for entry in access
        if entry.access_method == AuthorityInformationAccessOID.OCSP
        and isinstance(entry.access_location, x509.UniformResourceIdentifier)
    ]
