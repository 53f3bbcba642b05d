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
from typing import Any, ClassVar, TypeVar
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
T = TypeVar("T")


@dataclass(frozen=True)
class Reply:
    """What a service answered, whatever its status."""

    status: int
    body: bytes = field(repr=False)


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

    def get(self, url: str, *, accept: str = "*/*", remember: bool = True) -> bytes:
        """Fetch a body; not kept where `remember` is false. Raises AddressRefused, NetworkFailed."""
        return self._ask("GET", url, b"", {"Accept": accept}, remember=remember)

    def post(
        self,
        url: str,
        body: bytes,
        *,
        content_type: str,
        accept: str = "*/*",
        remember: bool = True,
        limit: int | None = None,
    ) -> bytes:
        """Send a body and return the answer's, at most `limit` bytes. Raises AddressRefused, NetworkFailed."""
        return self._ask(
            "POST", url, body, {"Content-Type": content_type, "Accept": accept}, remember=remember, limit=limit
        )

    def exchange(self, url: str, body: bytes, headers: dict[str, str], *, timeout: float | None = None) -> Reply:
        """Send one request to a service that the user configured, and return its answer whatever its status.

        Nothing is remembered, sent twice or redirected: the request may hold a credential and may have an effect.
        Raises AddressRefused, NetworkFailed.
        """
        limit = self.timeout if timeout is None else timeout
        return self._bounded(url, limit, lambda deadline: self._send(url, body, headers, deadline))

    def _ask(
        self,
        method: str,
        url: str,
        body: bytes,
        headers: dict[str, str],
        *,
        remember: bool = True,
        limit: int | None = None,
    ) -> bytes:
        if remember and (known := self._answers.get((url, body))) is not None:
            return known
        most = self.size_limit if limit is None else limit
        answer = self._bounded(
            url, self.timeout, lambda deadline: self._follow(method, url, body, headers, deadline, most)
        )
        if remember:
            self._answers[(url, body)] = answer
        return answer

    def _bounded(self, url: str, timeout: float, ask: Callable[[float], T]) -> T:
        box: list[T | Exception] = []

        def run() -> None:
            try:
                box.append(ask(time.monotonic() + timeout))
            except Exception as error:  # handed over to the caller below
                box.append(error)

        # Time-outs of sockets begin anew with every byte, in name look-ups there are none: a server (or name server)
        # that drips is left behind with its thread, which ends at the latest when the other side does.
        thread = threading.Thread(target=run, name="network", daemon=True)
        thread.start()
        thread.join(timeout + 0.5)
        if not box:
            raise NetworkFailed(urlsplit(url).hostname or "", "slow")
        if isinstance(box[0], Exception):
            raise box[0]
        return box[0]

    def _send(self, url: str, body: bytes, headers: dict[str, str], deadline: float) -> Reply:
        answer = self._once("POST", url, body, headers, deadline, self.size_limit, any_status=True)
        if isinstance(answer, _Redirect):
            raise NetworkFailed(urlsplit(url).hostname or "", "redirects")
        return answer

    def _follow(
        self, method: str, url: str, body: bytes, headers: dict[str, str], deadline: float, limit: int
    ) -> bytes:
        where = url
        for _ in range(REDIRECT_LIMIT + 1):
            answer = self._once(method, where, body, headers, deadline, limit)
            if isinstance(answer, Reply):
                return answer.body
            where = urljoin(where, answer.location)
        raise NetworkFailed(urlsplit(url).hostname or "", "redirects")

    def _once(
        self,
        method: str,
        url: str,
        body: bytes,
        headers: dict[str, str],
        deadline: float,
        limit: int,
        *,
        any_status: bool = False,
    ) -> Reply | _Redirect:
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
                    if response.status_code != 200 and not any_status:
                        raise NetworkFailed(host, "status")
                    return Reply(response.status_code, self._body(response, host, deadline, limit))
            except (requests.Timeout, urllib3.exceptions.TimeoutError) as error:
                raise NetworkFailed(host, "slow") from error
            except (requests.RequestException, urllib3.exceptions.HTTPError, ValueError, OSError) as error:
                raise NetworkFailed(host, "connection") from error

    def _body(self, response: requests.Response, host: str, deadline: float, limit: int) -> bytes:
        """Read piece by piece: a time-out per piece would let a slow server hold us for ever."""
        pieces, size = [], 0
        while piece := response.raw.read1(64 * 1024, decode_content=False):
            size += len(piece)
            if size > limit:
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
        for url in ocsp_addresses(one):
            if time.monotonic() > until:
                return [], answers
            try:
                answers.append(ocsp_from(network, url, one, issuer))
                break
            except (SigningError, ValueError):
                continue
        lists: list[bytes] = []
        for url in crl_addresses(one):
            if time.monotonic() > until:
                break
            try:
                lists.append(crl_from(network, url))
                break
            except (SigningError, ValueError):
                continue
        return lists, answers

    return fetch


def ocsp_from(
    network: Network, url: str, one: x509.Certificate, issuer: x509.Certificate, *, remember: bool = True
) -> bytes:
    """Ask one responder about a certificate; its answer is not judged here. Raises SigningError, ValueError."""
    # SHA-1 only names the issuer here (RFC 6960, 4.1.1); answers to other hashes are rare.
    request = ocsp.OCSPRequestBuilder().add_certificate(one, issuer, hashes.SHA1()).build()
    return network.post(
        url,
        request.public_bytes(Encoding.DER),
        content_type="application/ocsp-request",
        accept="application/ocsp-response",
        remember=remember,
    )


def crl_from(network: Network, url: str, *, remember: bool = True) -> bytes:
    """Fetch one list as DER; it is not judged here. Raises SigningError, ValueError."""
    data = network.get(url, accept="application/pkix-crl", remember=remember)
    if data.lstrip().startswith(b"-----BEGIN"):
        return x509.load_pem_x509_crl(data).public_bytes(Encoding.DER)
    return data


def crl_addresses(one: x509.Certificate) -> list[str]:
    """List where a certificate says its list is to be had."""
    return _list_addresses(one)[:ADDRESSES_PER_CERTIFICATE]


def ocsp_addresses(one: x509.Certificate) -> list[str]:
    """List where a certificate says that its status can be asked for."""
    return _ocsp_addresses(one)[:ADDRESSES_PER_CERTIFICATE]


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
