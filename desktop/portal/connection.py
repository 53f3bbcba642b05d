"""One bounded way to a portal: TLS, time limits, sizes, addresses, errors, transfers in constant memory.

The module hides requests and urllib3.  Every failure leaves as one of the classes in
`desktop.portal.errors`, told apart by type and return code.
"""

from __future__ import annotations

import contextlib
import email.utils
import http.client
import http.cookiejar
import ipaddress
import json
import socket
import ssl
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO, NoReturn
from urllib.parse import SplitResult, quote, urlencode, urljoin, urlsplit

import requests
import requests.adapters
import urllib3
import urllib3.connection
import urllib3.exceptions

from desktop.portal.answers import Answer, problem
from desktop.portal.contract import Progress
from desktop.portal.errors import (
    PortalAddressForbidden,
    PortalAnsweredGarbage,
    PortalBusy,
    PortalError,
    PortalFault,
    PortalNotSecure,
    PortalSlow,
    PortalUnreachable,
)
from desktop.portal.transport import BLOCK, Adapter, Chunk, Source, Watch, own_disk, tls_context

USER_AGENT = "hoso/0.1 (+desktop)"
JSON_LIMIT = 8 * 1024 * 1024
_REDIRECTS = 3


@dataclass(frozen=True)
class Limits:
    """How long a call may take, in seconds."""

    connect: float = 10.0
    """Until the connection stands."""
    read: float = 30.0
    """Between two bytes of the answer."""
    call: float = 60.0
    """A whole call whose answer is a document."""
    transfer: float = 1800.0
    """A whole call that carries a file, either way."""


def loopback(host: str | None) -> bool:
    """Say whether a host name is this machine by its very form, without asking any resolver."""
    if host is None:
        return False
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def base_address(url: str, *, practice: bool) -> str:
    """Return the portal's base URL without a trailing slash; raise PortalAddressForbidden.

    https only; plain http only to loopback and only for a practice portal.  No user, query or fragment.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise PortalAddressForbidden(url[:200]) from error
    allowed = parts.scheme == "https" or (parts.scheme == "http" and practice and loopback(parts.hostname))
    odd = parts.username or parts.password or parts.query or parts.fragment or port == 0 or len(url) > 1000
    if not allowed or not parts.hostname or odd or any(c <= " " or c == "\\" for c in url.strip()):
        raise PortalAddressForbidden(url[:200])
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def segment(text: str) -> str:
    """Quote one path segment, so that no key or code can climb out of its place."""
    quoted = quote(text, safe="")
    return quoted.replace(".", "%2E") if quoted in (".", "..") else quoted


class Connection:
    """Call one portal; its host is the only one that is ever called.  Not for two threads at once."""

    def __init__(
        self,
        url: str,
        *,
        practice: bool = False,
        limits: Limits | None = None,
        authority: bytes | None = None,
        user_agent: str = USER_AGENT,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Prepare, without any network.

        authority: PEM of one more TLS authority, for a practice portal only (`hoso sandbox --tls`).
        clock: this machine's time, compared with the portal's.
        """
        self._clock, self._authority, self._agent = clock, authority, user_agent
        self.url = base_address(url, practice=practice)
        self.practice = practice
        self.host = urlsplit(self.url).netloc
        """Name and port, as errors name it."""
        self.hostname = urlsplit(self.url).hostname or ""
        self.limits = limits or Limits()
        self.skew: timedelta | None = None
        """The portal's clock minus ours, from the last answer's Date; None before the first."""
        self.peer: dict[str, str] = {"host": self.host}
        """Who answered last; over TLS with the certificate's sha256, issuer and end, for the evidence."""
        self._origin = urlsplit(self.url)
        self._session = requests.Session()
        # No .netrc passwords, no cookies, no certificate bundle named by the environment.
        self._session.trust_env = False
        self._session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
        self._session.headers.clear()
        self._session.headers.update({"User-Agent": user_agent, "Accept-Encoding": "identity"})
        if not loopback(self._origin.hostname):
            self._session.proxies = requests.utils.get_environ_proxies(self.url)
        self._session.mount("http://", Adapter())
        self._session.mount("https://", Adapter(tls_context(authority if practice else None)))

    def close(self) -> None:
        """Let go of the sockets."""
        self._session.close()

    def now(self) -> datetime:
        """Return this machine's time."""
        return self._clock()

    def beside(self, url: str) -> Connection:
        """Prepare a connection to another host, which the signed catalogue must have named to the caller."""
        return Connection(
            url, practice=self.practice, limits=self.limits, authority=self._authority, user_agent=self._agent,
            clock=self._clock,
        )  # fmt: skip

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    # --- calls --------------------------------------------------------------------------------------

    def get(self, path: str, *, token: str | None = None, limit: int = JSON_LIMIT) -> Answer:
        """GET a bounded document; only 2xx returns."""
        return self._checked(self._call("GET", path, token=token, limit=limit, again=True))

    def send(
        self,
        method: str,
        path: str,
        document: Any = None,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
        progress: Progress | None = None,
    ) -> Answer:
        """Send a JSON document (or nothing) and return the 2xx answer."""
        body: bytes | None = None
        sent = dict(headers or {})
        if document is not None:
            body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
            sent["Content-Type"] = "application/json"
        return self._checked(self._call(method, path, token=token, headers=sent, body=body, progress=progress))

    def send_form(self, path: str, fields: Mapping[str, str], *, limit: int = JSON_LIMIT) -> Answer:
        """POST fields as a form (RFC 6749, appendix B); 400 and 401 return too, their document says what is wrong."""
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        answer = self._call("POST", path, headers=headers, body=urlencode(fields).encode("ascii"), limit=limit)
        return answer if answer.status in (400, 401) else self._checked(answer)

    def put_chunk(
        self,
        path: str,
        source: Source,
        *,
        first: int,
        size: int,
        total: int,
        token: str | None,
        progress: Progress | None = None,
    ) -> Answer:
        """PUT `size` bytes of `source` from offset `first` with their Content-Range, in constant memory."""
        source.seek(first)
        body = Chunk(source, first, size, total, progress)
        headers = {"Content-Type": "application/octet-stream"}
        if total:
            # An empty file has no range that could be named (RFC 9110, 14.4).
            headers["Content-Range"] = f"bytes {first}-{first + size - 1}/{total}"
        with own_disk():
            answer = self._call(
                "PUT",
                path,
                token=token,
                headers=headers,
                body=body if size else b"",
                progress=progress,
                limit_time=self.limits.transfer,
            )
        return self._checked(answer)

    def download(
        self,
        path: str,
        target: BinaryIO,
        *,
        limit: int,
        token: str | None = None,
        progress: Progress | None = None,
    ) -> int:
        """GET bytes into `target`, at most `limit`; return how many."""
        done = 0
        # An error of our own disk is raised out here, where nobody takes it for the network's.
        with contextlib.closing(self.stream(path, limit=limit, token=token, progress=progress)) as blocks:
            for block in blocks:
                done += target.write(block)
        return done

    def stream(
        self, path: str, *, limit: int, token: str | None = None, progress: Progress | None = None
    ) -> Generator[bytes, None, None]:
        """GET bytes piece by piece, at most `limit`; whoever does not read to the end closes it."""
        done = 0
        limit_time = self.limits.transfer
        with self._open("GET", path, token=token, progress=progress, limit_time=limit_time) as response:
            if response.status_code >= 300:
                self._checked(self._whole(response, JSON_LIMIT))
            total = _length(response) or 0
            if total > limit:
                raise PortalAnsweredGarbage(self.host, "length")
            for block in self._blocks(response):
                done += len(block)
                if done > limit:
                    raise PortalAnsweredGarbage(self.host, "length")
                yield block
                if progress is not None:
                    progress.report(done, max(total, done))

    def blocks(self, url: str, *, seconds: float | None = None) -> Iterator[bytes]:
        """Yield the bytes of an address of this portal; for the catalogue's client, which bounds them.

        seconds: how long it may take in all. Raises PortalRefused and its kind for 4xx.
        """
        path = self._path_of(url)
        with self._open("GET", path, limit_time=seconds or self.limits.transfer) as response:
            if response.status_code >= 300:
                self._checked(self._whole(response, JSON_LIMIT))
            yield from self._blocks(response)

    # --- inside -------------------------------------------------------------------------------------

    def _path_of(self, url: str) -> str:
        if not url.startswith(self.url + "/"):
            raise PortalAddressForbidden(url[:200])
        return url[len(self.url) :]

    def _call(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
        progress: Progress | None = None,
        limit: int = JSON_LIMIT,
        limit_time: float | None = None,
        again: bool = False,
    ) -> Answer:
        """Make one call and read its answer whole; `again` repeats a broken GET once (a stale socket)."""
        try:
            with self._open(
                method,
                path,
                token=token,
                headers=headers,
                body=body,
                progress=progress,
                limit_time=limit_time,
            ) as response:
                return self._whole(response, limit)
        except PortalUnreachable as error:
            if not (again and error.sent):
                raise
        return self._call(method, path, token=token, headers=headers, limit=limit, limit_time=limit_time)

    @contextmanager
    def _open(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
        progress: Progress | None = None,
        limit_time: float | None = None,
    ) -> Iterator[requests.Response]:
        if not path.startswith("/"):
            raise PortalAddressForbidden(path[:200])
        url = self.url + path
        sent = dict(headers or {})
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        seconds = limit_time or self.limits.call
        watch = Watch(seconds, progress.cancelled if progress is not None else None)
        response: requests.Response | None = None
        with watch:
            try:
                for _ in range(_REDIRECTS + 1):
                    response = self._session.request(
                        method,
                        url,
                        data=body,
                        headers=sent,
                        timeout=(self.limits.connect, min(self.limits.read, seconds)),
                        allow_redirects=False,
                        stream=True,
                    )
                    self._note_date(response)
                    self.peer = {"host": self.host, **watch.certificate}
                    if response.status_code not in (301, 302, 303, 307, 308) or method != "GET":
                        break
                    url = self._redirected(url, response)
                else:
                    raise PortalAnsweredGarbage(self.host, "redirect")
                # A socket cut by the watcher can look like an answer that simply ended.
                watch.explain(self.host)
                yield response
                watch.explain(self.host)
            except PortalError:
                # Ours already (garbage, a cancelled body); but a cut by the watcher has its own cause.
                watch.explain(self.host)
                raise
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
                watch.explain(self.host, error)
                self._raise(error, seconds)
            except (http.client.HTTPException, ValueError) as error:
                # A status line or header that http.client or requests cannot bear.
                watch.explain(self.host, error)
                raise PortalAnsweredGarbage(self.host, "head") from error
            finally:
                if response is not None:
                    response.close()

    def _redirected(self, url: str, response: requests.Response) -> str:
        """Return where a redirect leads, if that is this very portal."""
        target = urljoin(url, response.headers.get("Location", "")[:2000])
        response.close()
        parts = urlsplit(target)
        if _origin(parts) != _origin(self._origin):
            raise PortalAddressForbidden(target[:200])
        return target

    def _note_date(self, response: requests.Response) -> None:
        with contextlib.suppress(ValueError, TypeError):
            moment = email.utils.parsedate_to_datetime(response.headers.get("Date", ""))
            if moment.tzinfo is not None:
                self.skew = moment - self._clock()

    def _blocks(self, response: requests.Response) -> Iterator[bytes]:
        if response.headers.get("Content-Encoding", "identity").lower() not in ("identity", ""):
            # We asked for none: a few kilobytes could unfold to gigabytes.
            raise PortalAnsweredGarbage(self.host, "content-encoding")
        yield from response.raw.stream(BLOCK, decode_content=False)

    def _whole(self, response: requests.Response, limit: int) -> Answer:
        if (_length(response) or 0) > limit:
            raise PortalAnsweredGarbage(self.host, "length")
        body = bytearray()
        for block in self._blocks(response):
            body += block
            if len(body) > limit:
                raise PortalAnsweredGarbage(self.host, "length")
        headers = {name.lower(): value[:2000] for name, value in list(response.headers.items())[:100]}
        return Answer(self.host, response.status_code, headers, bytes(body))

    def _checked(self, answer: Answer) -> Answer:
        """Return a 2xx answer; raise the error that any other one is."""
        if 200 <= answer.status < 300:
            return answer
        retry_after = answer.retry_after(self._clock())
        if answer.status in (425, 429) or (answer.status == 503 and retry_after is not None):
            raise PortalBusy(self.host, retry_after)
        if answer.status == 408:
            raise PortalSlow(self.host, round(self.limits.call))
        if answer.status >= 500:
            raise PortalFault(self.host, answer.status)
        if answer.status < 400:
            raise PortalAnsweredGarbage(self.host, "status")
        raise problem(answer)

    def _raise(self, error: BaseException, seconds: float) -> NoReturn:
        """Turn a failure below into ours, by the types in its chain."""
        chain = list(_chain(error))
        for one in chain:
            if isinstance(one, ssl.SSLCertVerificationError):
                raise PortalNotSecure(self.host, _WHY_TLS.get(one.verify_code, "untrusted")) from error
        for one in chain:
            if isinstance(one, ssl.SSLError) and not isinstance(one, ssl.SSLEOFError | TimeoutError):
                raise PortalNotSecure(self.host, "protocol") from error
        for one in chain:
            if isinstance(one, requests.ConnectTimeout | urllib3.exceptions.ConnectTimeoutError):
                raise PortalUnreachable(self.host, sent=False) from error
            if isinstance(one, urllib3.exceptions.NewConnectionError | socket.gaierror | ConnectionRefusedError):
                raise PortalUnreachable(self.host, sent=False) from error
            if isinstance(one, requests.exceptions.ProxyError | urllib3.exceptions.ProxyError):
                raise PortalUnreachable(self.host, sent=False) from error
        for one in chain:
            if isinstance(one, requests.ReadTimeout | urllib3.exceptions.ReadTimeoutError | TimeoutError):
                raise PortalSlow(self.host, round(seconds)) from error
        for one in chain:
            if isinstance(one, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema):
                raise PortalAddressForbidden(self.url) from error
            if isinstance(one, http.client.BadStatusLine) and not isinstance(one, http.client.RemoteDisconnected):
                raise PortalAnsweredGarbage(self.host, "head") from error
            if isinstance(one, http.client.LineTooLong | urllib3.exceptions.InvalidChunkLength):
                raise PortalAnsweredGarbage(self.host, "head") from error
            if isinstance(one, http.client.HTTPException) and not isinstance(
                one, http.client.RemoteDisconnected | http.client.IncompleteRead
            ):
                raise PortalAnsweredGarbage(self.host, "head") from error
        raise PortalUnreachable(self.host, sent=True) from error


_WHY_TLS = {
    # OpenSSL's X509_V_ERR codes: not yet valid, expired, revoked, host name, address.
    9: "not_yet",
    10: "expired",
    23: "revoked",
    62: "host",
    64: "host",
    # Windows judges by itself and answers in codes of its own: CERT_E_EXPIRED (not yet valid too), CERT_E_REVOKED,
    # CRYPT_E_REVOKED, CERT_E_CN_NO_MATCH.
    0x800B0101: "expired",
    0x800B010C: "revoked",
    0x80092010: "revoked",
    0x800B010F: "host",
}


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname, port


def _length(response: requests.Response) -> int | None:
    text = response.headers.get("Content-Length", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and all that it wraps: causes, contexts, urllib3's `reason` and plain arguments."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting and len(seen) < 50:
        one = waiting.pop(0)
        if not isinstance(one, BaseException) or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
