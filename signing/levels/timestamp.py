"""Time-stamps of a server by RFC 3161: one request, and every doubt about the answer an error of its own.

A server is named by the user, but what it sends is as hostile as anything else from outside: the answer must be to our
request (nonce), about our digest, granted, signed by the certificate it names, and that certificate made for stamping.
Whether its authority is trusted is judged elsewhere (`Proofs`).
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlsplit

from asn1crypto import cms as asn1_cms
from asn1crypto import core, tsp

from signing.certificate import Certificate, parse
from signing.errors import (
    CertificateUnreadable,
    TimeStampAddressRefused,
    TimeStampAuthorityUnfit,
    TimeStampClockOff,
    TimeStampDenied,
    TimeStampFailed,
    TimeStampForged,
    TimeStampOtherHash,
    TimeStampOtherNonce,
    TimeStampSlow,
    TimeStampTooLarge,
    TimeStampUnreachable,
    TimeStampUnreadable,
)
from signing.key import Digest
from signing.network import AddressRefused, Network, NetworkFailed
from signing.validation import cms

ANSWER_LIMIT = 256 * 1024
"""Real answers have 3 to 10 KB; some embed a long chain."""

CLOCK_LIMIT = timedelta(days=1)
"""How far the server's time and ours may lie apart (one of the two clocks is wrong beyond it)."""

FAILURES_BEFORE_REST = 2
REST = 15.0
"""Seconds for which a server that failed twice in a row is not asked again: a batch of 500 must not wait 500 times."""

_SPARE = 512
"""Bytes by which a later token may be longer than the first one."""


class _Response(core.Sequence):  # type: ignore[misc]  # the library has no types
    """RFC 3161, 2.4.2; the library's own class demands a token even of a refusal."""

    _fields: ClassVar[list[Any]] = [
        ("status", tsp.PKIStatusInfo),
        ("time_stamp_token", asn1_cms.ContentInfo, {"optional": True}),
    ]


@dataclass(frozen=True)
class Token:
    """A time-stamp token whose cryptography holds."""

    der: bytes = field(repr=False)
    time: datetime
    signer: Certificate
    certificates: tuple[bytes, ...] = field(default=(), repr=False)


class TimeStampServer:
    """One server for one batch; the size of its tokens is learned from the first."""

    def __init__(self, url: str, network: Network, *, now: Callable[[], datetime] | None = None) -> None:
        self.url = url
        self.host = _host(url)
        self._network = network
        self._now = now or (lambda: datetime.now(UTC))
        self._failed = 0
        self._rest_until = 0.0
        self._last: TimeStampFailed | None = None
        self._known: dict[bytes, Certificate] = {}
        self.size = 0
        """Bytes to keep free for a token; 0 until the first one was seen."""
        self.asked = 0
        """Requests sent so far."""

    def stamp(self, digest: bytes, algorithm: Digest) -> Token:
        """Have a digest stamped. Raises TimeStampFailed and its kinds."""
        if self._last is not None and time.monotonic() < self._rest_until:
            raise type(self._last)(**self._last.facts)
        nonce = secrets.randbits(63) | 1 << 63
        request = tsp.TimeStampReq(
            {
                "version": 1,
                "message_imprint": {"hash_algorithm": {"algorithm": algorithm}, "hashed_message": digest},
                "nonce": nonce,
                "cert_req": True,
            }
        )
        try:
            answer = self._ask(request.dump())
        except TimeStampFailed as error:
            self._failed += 1
            if self._failed >= FAILURES_BEFORE_REST:
                self._last, self._rest_until = error, time.monotonic() + REST
            raise
        self._failed, self._last = 0, None
        found = self._read(answer, digest, algorithm, nonce)
        self.size = max(self.size, len(found.der) + _SPARE)
        return found

    def _ask(self, body: bytes) -> bytes:
        self.asked += 1
        try:
            return self._network.post(
                self.url,
                body,
                content_type="application/timestamp-query",
                accept="application/timestamp-reply",
                remember=False,
                limit=ANSWER_LIMIT,
            )
        except AddressRefused as error:
            if error.reason == "name":  # no network, or no such server: another day there may be
                raise TimeStampUnreachable(self.host, "connection") from error
            raise TimeStampAddressRefused(self.host, error.reason) from error
        except NetworkFailed as error:
            if error.reason == "slow":
                raise TimeStampSlow(self.host) from error
            if error.reason == "size":
                raise TimeStampTooLarge(self.host) from error
            raise TimeStampUnreachable(self.host, error.reason) from error

    def _read(self, answer: bytes, digest: bytes, algorithm: str, nonce: int) -> Token:
        try:
            response = _Response.load(answer, strict=True)
            status = response["status"]
            granted = status["status"].native in ("granted", "granted_with_mods")
            failure = next(iter(status["fail_info"].native or ()), status["status"].native)
        except Exception as error:  # asn1crypto raises whatever a hostile structure makes it stumble on
            raise TimeStampUnreadable(self.host) from error
        if not granted:
            raise TimeStampDenied(self.host, str(failure)[:40])
        try:
            der = bytes(response["time_stamp_token"].dump())
            info = response["time_stamp_token"]["content"]["encap_content_info"]["content"].parsed
            imprint = info["message_imprint"]
            stamped = str(imprint["hash_algorithm"]["algorithm"].native), bytes(imprint["hashed_message"].native)
            answered = info["nonce"].native
            moment = info["gen_time"].native.astimezone(UTC)
        except Exception as error:  # as above
            raise TimeStampUnreadable(self.host) from error
        if answered != nonce:
            raise TimeStampOtherNonce(self.host)
        if stamped != (algorithm, digest):
            raise TimeStampOtherHash(self.host)
        try:
            read = cms.token(der, lambda name: digest if name == algorithm else hashlib.new(name).digest())
        except cms.Malformed as error:
            raise TimeStampUnreadable(self.host) from error
        except cms.NotAccepted as error:
            raise TimeStampAuthorityUnfit(self.host, "stamp_weak") from error
        if not read.intact:
            raise TimeStampForged(self.host)
        if read.signer is None:
            raise TimeStampAuthorityUnfit(self.host, "stamp_no_certificate")
        if read.reasons:
            raise TimeStampAuthorityUnfit(self.host, "stamp_weak")
        signer = self._fit(read.signer, moment)
        ours = self._now()
        if abs(moment - ours) > CLOCK_LIMIT:
            raise TimeStampClockOff(self.host, moment.isoformat(), ours.isoformat())
        return Token(der, moment, signer, read.certificates)

    def _fit(self, der: bytes, moment: datetime) -> Certificate:
        """RFC 3161, 2.3: a certificate for time-stamping and nothing else, in date at the moment it stamps."""
        if (one := self._known.get(der)) is None:
            try:
                one = self._known[der] = parse(der)
            except CertificateUnreadable as error:
                raise TimeStampAuthorityUnfit(self.host, "stamp_no_certificate") from error
        if one.extended_usages != ("time_stamping",):
            raise TimeStampAuthorityUnfit(self.host, "stamp_usage")
        if not one.valid_from <= moment <= one.valid_to:
            raise TimeStampAuthorityUnfit(self.host, "stamp_dates")
        return one


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
