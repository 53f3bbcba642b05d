"""What is known of a remote signing service, and the one way of talking to it: bounded JSON over HTTPS.

Only hashes leave: no function here takes a document or its name.
"""

from __future__ import annotations

import ipaddress
import json
import re
import socket
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

from signing.certificate import Certificate
from signing.key import Digest
from signing.network import AddressRefused, Network, NetworkFailed
from signing.remote.errors import (
    RemoteAddressRefused,
    RemoteAnswerUnusable,
    RemoteBusy,
    RemoteLoginRefused,
    RemoteUnreachable,
    RemoteUnsupported,
)
from signing.remote.person import Pace

Kind = Literal["csc-v1", "csc-v2", "confirm"]
KINDS: tuple[Kind, ...] = ("csc-v1", "csc-v2", "confirm")
"""The Cloud Signature Consortium's interface, versions 1.0.4 and 2; hash, confirmation on the phone, asking again."""

ANSWER_LIMIT = 1024 * 1024
MOST_KEYS = 20
MOST_AT_ONCE = 50
"""Signatures under one authorization, however many the service offers: so many documents are held at a time."""

_REASONS = {"slow": "no_answer_in_time", "size": "answer_too_large", "redirects": "sent_elsewhere"}


@dataclass(frozen=True)
class Profile:
    """What the user has from a service: where it is, and the account there."""

    name: str
    """Chosen by the user; stands in messages."""
    kind: Kind
    url: str
    """https://…; with http only where `plain` allows it."""
    user: str = ""
    """By which the service knows the signer: personal number, tax code; '' where the account says it."""
    account: str = ""
    """The id that the service gave to this program's user (sp_id); CSC has none."""
    secret: str = field(default="", repr=False)
    """The account's password, or CSC's access token."""
    credential: str = ""
    """The wanted key: CSC's credentialID, or the certificate's serial number; '' for all."""
    plain: bool = False
    """Plain HTTP to this computer itself is allowed: tests and practice."""


@dataclass(frozen=True)
class Credential:
    """One key that a service keeps, and what its interface needs to use it."""

    id: str
    certificate: Certificate
    chain: tuple[bytes, ...]
    most: int
    """How many hashes one authorization covers."""
    status: str
    """'' where it can be used, else what the service says of it."""
    facts: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class Hashed:
    """A hash to be signed, and the kind of document for the phone's list."""

    value: bytes
    kind: Literal["pdf", "xml", "json"]


class Service(Protocol):
    """What each interface can do."""

    def credentials(self) -> Sequence[Credential]:
        """List the account's keys. Raises RemoteError."""

    def sign(
        self, credential: Credential, hashes: Sequence[Hashed], digest: Digest, *, pss: bool = False
    ) -> list[bytes]:
        """Have different hashes signed under one authorization; values in the order of the hashes.

        RSASSA-PKCS1-v1_5, RSASSA-PSS where asked for, or ECDSA either as DER or as r and s. Raises RemoteError, and
        SchemeNotOffered where the service does not say that this key signs by PSS.
        """

    def forget(self) -> None:
        """Forget what the person typed."""


@dataclass(frozen=True)
class Answer:
    """An answer that is JSON, or empty."""

    status: int
    data: dict[str, Any]


class Exchange:
    """Send JSON to one service and read its JSON."""

    def __init__(self, profile: Profile, pace: Pace) -> None:
        self.name = profile.name
        self.pace = pace
        self._base = profile.url.rstrip("/")
        try:
            parts = urlsplit(self._base)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            raise RemoteAddressRefused(self.name, "", "no_address") from None
        if parts.scheme not in ("http", "https") or not host or parts.username is not None or parts.query:
            raise RemoteAddressRefused(self.name, host, "no_address")
        plain = parts.scheme == "http"
        if plain and not (profile.plain and _names_this_computer(host)):
            raise RemoteAddressRefused(self.name, host, "plain_http")
        port = port or (80 if plain else 443)
        self._host = host
        self._network = Network(allowed=frozenset({f"{host}:{port}"}), timeout=pace.request, size_limit=ANSWER_LIMIT)
        if plain:
            self._network.resolve = _only_this_computer

    def under(self, folder: str) -> None:
        """Put a folder behind the address, unless the user has written it there."""
        if f"/{folder.split('/')[0]}/" not in f"{urlsplit(self._base).path}/":
            self._base += f"/{folder}"

    def post(
        self,
        method: str,
        body: dict[str, Any],
        *,
        bearer: str = "",
        timeout: float | None = None,
        asked: bool = False,
    ) -> Answer:
        """Call a method by its path; answers below 500 other than 401 and 429 come back, for the caller to judge.

        `asked` says whether the phone may ask for a signature if this fails.
        Raises RemoteUnreachable, RemoteAddressRefused, RemoteBusy, RemoteLoginRefused, RemoteUnsupported,
        RemoteAnswerUnusable.
        """
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if bearer:
            headers["Authorization"] = f"Bearer {bearer}"
        sent = json.dumps(body, ensure_ascii=True).encode("ascii")
        try:
            reply = self._network.exchange(f"{self._base}/{method}", sent, headers, timeout=timeout)
        except NetworkFailed as error:
            reason = _REASONS.get(error.reason, "no_connection")
            raise RemoteUnreachable(self.name, self._host, reason, asked) from error
        except AddressRefused as error:
            reason = "no_such_host" if error.reason == "name" else "plain_http"
            raise RemoteAddressRefused(self.name, self._host, reason) from error
        if reply.status == 401:
            raise RemoteLoginRefused(self.name)
        if reply.status == 501:
            raise RemoteUnsupported(self.name, method)
        if reply.status == 429 or reply.status >= 500:
            raise RemoteBusy(self.name, reply.status)
        try:
            data = json.loads(reply.body.decode("utf-8"), parse_constant=_no_number) if reply.body.strip() else {}
            if not isinstance(data, dict):
                raise ValueError
        except (ValueError, RecursionError) as error:
            if reply.status >= 400:
                return Answer(reply.status, {})
            raise RemoteAnswerUnusable(self.name, method, "json") from error
        return Answer(reply.status, data)


def text_of(data: dict[str, Any], name: str) -> str:
    """Return a text of an answer, bounded; '' where it is missing or something else."""
    found = data.get(name)
    return found[:4096] if isinstance(found, str) else ""


def code_of(text: object, otherwise: object) -> str:
    """Return a service's own code where it looks like one; free text of a stranger is not shown."""
    return text if isinstance(text, str) and re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", text) else str(otherwise)


def _no_number(name: str) -> Any:
    raise ValueError(name)


def _names_this_computer(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _only_this_computer(host: str, port: int) -> Iterable[str]:
    resolve: Callable[..., Any] = socket.getaddrinfo
    try:
        found = [str(one[4][0]) for one in resolve(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        return []
    return sorted((one for one in found if ipaddress.ip_address(one).is_loopback), key=lambda one: ":" in one)
