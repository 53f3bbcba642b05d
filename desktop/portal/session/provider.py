"""A portal's OpenID provider, held to what the signed catalogue says of it.

The catalogue names the issuer; its discovery document must name itself so, and its endpoints must lie at the issuer's
host or at one that the catalogue names beside it. Every call is bounded in time and size, and none is redirected to
another host. RFC 8414, OpenID Connect Discovery 1.0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from desktop.portal.answers import Answer
from desktop.portal.connection import Connection, base_address
from desktop.portal.contract import LoginDescription
from desktop.portal.errors import (
    ClockWrong,
    LoginRefused,
    LoginUntrusted,
    PortalAddressForbidden,
    PortalAnsweredGarbage,
    PortalTrouble,
)
from desktop.portal.session.id_token import ALGORITHMS, LEEWAY, Identified, check_id_token
from desktop.portal.session.login import tokens_from

LIMIT = 256 * 1024
"""The longest answer that a provider has any reason to give."""


@dataclass(frozen=True)
class Tokens:
    """What the token endpoint gave, checked."""

    access_token: str
    refresh_token: str | None
    expires: datetime
    identified: Identified | None
    """Of the id_token; None where a renewal came without one."""


def issuer_of(connection: Connection, login: LoginDescription) -> str:
    """Return the issuer's whole address. Raises PortalAddressForbidden."""
    address = connection.url + login.issuer if login.issuer.startswith("/") else login.issuer
    if base_address(address, practice=connection.practice) != address:
        raise PortalAddressForbidden(address[:200])
    return address


def page_of(connection: Connection, login: LoginDescription, page: str) -> str:
    """Return the address of a page of the provider that is opened in the browser: registration, recovery."""
    address = connection.url + page if page.startswith("/") else page
    host = urlsplit(address)
    if not _at_home(address, issuer_of(connection, login), login, connection.practice):
        raise PortalAddressForbidden(address[:200])
    return host.geturl()


class Provider:
    """The provider of one portal, for one act of logging in, renewing or logging out."""

    def __init__(self, connection: Connection, login: LoginDescription) -> None:
        """Fetch what the provider says of itself and hold it to the catalogue. Raises LoginUntrusted, PortalError."""
        self._login, self._portal = login, connection
        self.issuer = issuer_of(connection, login)
        self.host = urlsplit(self.issuer).netloc
        self._connections: dict[str, Connection] = {}
        facts = self._document(f"{self.issuer}/.well-known/openid-configuration")
        if facts.get("issuer") != self.issuer:
            raise self._untrusted("issuer")
        self.authorization_endpoint = self._endpoint(facts, "authorization_endpoint")
        self.token_endpoint = self._endpoint(facts, "token_endpoint")
        self.jwks_uri = self._endpoint(facts, "jwks_uri")
        self.revocation_endpoint = self._endpoint(facts, "revocation_endpoint", optional=True)
        self.end_session_endpoint = self._endpoint(facts, "end_session_endpoint", optional=True)
        offered = facts.get("id_token_signing_alg_values_supported")
        self.algorithms = tuple(one for one in ALGORITHMS if isinstance(offered, list) and one in offered)
        if not self.algorithms:
            raise self._untrusted("algorithm")
        # A provider that does not promise S256 may ignore the challenge, and then a stolen code is enough.
        methods = facts.get("code_challenge_methods_supported")
        if not isinstance(methods, list) or "S256" not in methods:
            raise self._untrusted("pkce")
        if facts.get("authorization_response_iss_parameter_supported") is not True:
            raise self._untrusted("issuer")

    def close(self) -> None:
        """Let go of the sockets."""
        for one in self._connections.values():
            one.close()

    def __enter__(self) -> Provider:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    # --- what it is asked -----------------------------------------------------------------------------

    def by_code(self, code: str, *, verifier: str, redirect: str, nonce: str) -> Tokens:
        """Turn a code into tokens. Raises LoginRefused, LoginUntrusted, PortalError."""
        fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect, "code_verifier": verifier}
        return self._tokens(fields, nonce=nonce)

    def by_refresh(self, refresh_token: str) -> Tokens:
        """Turn a refresh token into new tokens; each is used once. Raises LoginRefused, LoginUntrusted, PortalError."""
        return self._tokens({"grant_type": "refresh_token", "refresh_token": refresh_token}, nonce=None)

    def revoke(self, token: str, kind: str) -> bool:
        """Make a token worthless (RFC 7009); say whether the provider can do that."""
        if self.revocation_endpoint is None:
            return False
        answer = self._post(self.revocation_endpoint, {"token": token, "token_type_hint": kind})
        if answer.status >= 300:
            raise LoginRefused(self.host, _error(answer))
        return True

    def _tokens(self, fields: Mapping[str, str], *, nonce: str | None) -> Tokens:
        answer = self._post(self.token_endpoint, fields)
        if answer.status >= 300:
            raise LoginRefused(self.host, _error(answer))
        document = answer.json()
        now = self._portal.now()
        access, refresh, expires = tokens_from(document, self.host, now)
        id_token = document.get("id_token")
        if id_token is None and nonce is None:
            return Tokens(access, refresh, expires, None)
        if not isinstance(id_token, str):
            raise self._untrusted("shape")
        keys = self._document(self.jwks_uri)
        try:
            identified = check_id_token(
                id_token, keys, host=self.host, issuer=self.issuer, client_id=self._login.client_id,
                algorithms=self.algorithms, nonce=nonce, access_token=access, now=now,
            )  # fmt: skip
        except LoginUntrusted as error:
            if error.why in ("expired", "early") and abs(self._skew()) > timedelta(seconds=LEEWAY):
                # By the provider's own clock it may be in order: it is ours that must be put right first.
                raise ClockWrong(now.isoformat(), (now + self._skew()).isoformat()) from error
            raise
        return Tokens(access, refresh, expires, identified)

    # --- inside -----------------------------------------------------------------------------------------

    def _skew(self) -> timedelta:
        """Return how far the provider's clock is ahead of ours."""
        told = [one.skew for one in self._connections.values() if one.skew is not None]
        return max(told, key=abs, default=timedelta(0))

    def _untrusted(self, why: str) -> LoginUntrusted:
        return LoginUntrusted(self.host, why)

    def _endpoint(self, facts: Mapping[str, Any], name: str, *, optional: bool = False) -> Any:
        address = facts.get(name)
        if address is None and optional:
            return None
        if not isinstance(address, str) or len(address) > 1000:
            raise self._untrusted("shape")
        if not _at_home(address, self.issuer, self._login, self._portal.practice):
            raise self._untrusted("host")
        return address

    def _document(self, address: str) -> dict[str, Any]:
        document = self._call(address, lambda at, path: at.get(path, limit=LIMIT)).json()
        if not isinstance(document, dict):
            raise PortalAnsweredGarbage(self.host, "body")
        return document

    def _post(self, address: str, fields: Mapping[str, str]) -> Answer:
        whole = {**fields, "client_id": self._login.client_id}
        return self._call(address, lambda at, path: at.send_form(path, whole, limit=LIMIT))

    def _call(self, address: str, act: Callable[[Connection, str], Answer]) -> Answer:
        parts = urlsplit(address)
        origin = f"{parts.scheme}://{parts.netloc}"
        at = self._connections.get(origin)
        if at is None:
            at = self._connections[origin] = self._portal.beside(origin)
        return act(at, address[len(origin) :] or "/")


def _at_home(address: str, issuer: str, login: LoginDescription, practice: bool) -> bool:
    """Say whether an address lies at the issuer's host, or at one that the signed catalogue names beside it."""
    parts = urlsplit(address)
    try:
        base_address(f"{parts.scheme}://{parts.netloc}{parts.path}", practice=practice)
    except PortalAddressForbidden:
        return False
    home = urlsplit(issuer)
    named = {one.lower() for one in login.hosts} | {home.netloc.lower()}
    fits = parts.scheme == home.scheme and parts.netloc.lower() in named
    return fits and not parts.fragment and "\\" not in address and address.isascii() and address.isprintable()


def _error(answer: Answer) -> str:
    """Return the provider's error code (RFC 6749, 5.2), bounded; never its words."""
    try:
        document = answer.json()
    except PortalTrouble:
        return ""
    code = document.get("error") if isinstance(document, dict) else None
    return code if isinstance(code, str) and code.isascii() and code.isprintable() and len(code) < 65 else ""
