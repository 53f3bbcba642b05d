"""Log in in the system's browser: authorization code with PKCE (RFC 6749, 7636, 8252, 9207, 9700; OpenID Connect).

No page is shown by this program and no secret is asked for. What is bound to what: the answer to our address (a port
and path of this log-in alone), our `state` and the issuer's name; the code to our `code_verifier`; the id_token to our
`nonce`; the access token to the id_token.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode, urlsplit

from desktop.portal.answers import mandates_from
from desktop.portal.connection import Connection
from desktop.portal.contract import LoginDescription, Mandate, Person
from desktop.portal.errors import (
    LoginCancelled,
    LoginRefused,
    LoginTimedOut,
    LoginUntrusted,
    NotAtPortal,
)
from desktop.portal.session.listener import Listener
from desktop.portal.session.login import Login
from desktop.portal.session.provider import Provider, Tokens, issuer_of

SECONDS = 300.0
"""How long the browser may take."""


def open_in_browser(address: str) -> bool:
    """Open an http(s) address in the system's browser ($BROWSER first); say whether one could be started."""
    import webbrowser

    if urlsplit(address).scheme not in ("http", "https"):
        return False
    try:
        return webbrowser.open(address)
    except (webbrowser.Error, OSError):
        return False


@dataclass(frozen=True)
class BrowserLogIn:
    """Log in at a portal's provider in the system's browser."""

    description: LoginDescription
    open: Callable[[str], bool] = open_in_browser
    show: Callable[[str], None] | None = None
    """Told the address, for whoever must open it by hand."""
    cancelled: Callable[[], bool] = lambda: False
    seconds: float = SECONDS
    hint: str | None = None
    """Which account is meant, if one is; the person chooses all the same."""

    def log_in(self, connection: Connection, now: datetime) -> Login:
        """Ask in the browser and wait. Raises a LoginTrouble, or what the portal's answers raise."""
        from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
        from authlib.oauth2.rfc7636 import create_s256_code_challenge

        with Provider(connection, self.description) as provider:
            listener = Listener(self.description.redirect_path)
            state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
            more = {"login_hint": self.hint} if self.hint else {}
            address: str = prepare_grant_uri(
                provider.authorization_endpoint, self.description.client_id, "code", listener.address,
                list(self.description.scopes), state, nonce=nonce, ui_locales="vi en",
                code_challenge=create_s256_code_challenge(verifier), code_challenge_method="S256", **more,
            )  # fmt: skip
            with listener.listening():
                answer = self._ask(listener, address)
            if answer is None:
                if self.cancelled():
                    raise LoginCancelled(provider.host)
                raise LoginTimedOut(provider.host, round(self.seconds))
            code = _code(answer, state=state, issuer=provider.issuer, host=provider.host)
            tokens = provider.by_code(code, verifier=verifier, redirect=listener.address, nonce=nonce)
        return self._login(connection, provider.issuer, tokens)

    def _ask(self, listener: Listener, address: str) -> dict[str, str] | None:
        if self.show is not None:
            self.show(address)
        # Some browsers return only when they are closed: the wait must not wait for that.
        threading.Thread(target=self.open, args=(address,), name="login-browser", daemon=True).start()
        return listener.wait(self.seconds, self.cancelled)

    def _login(self, connection: Connection, issuer: str, tokens: Tokens) -> Login:
        assert tokens.identified is not None
        known = Person(tokens.identified.name, tokens.identified.subject, ())
        held = mandates(connection, tokens.access_token)
        acts_for = tuple(dict.fromkeys(one.tax_code for one in held if one.tax_code))
        person = Person(known.name, known.personal_id, acts_for)
        return Login(tokens.access_token, tokens.expires, person, tokens.refresh_token, issuer)

    def renew(self, connection: Connection, login: Login, now: datetime) -> Login | None:
        """Renew by the refresh token; None where the provider says that the log-in is over.

        The answer's refresh token replaces the old one and must be kept before anything else is done: a provider that
        sees one twice ends the log-in, for it cannot know who of the two is the thief.
        """
        if login.refresh_token is None or login.issuer != issuer_of(connection, self.description):
            return None
        with Provider(connection, self.description) as provider:
            try:
                tokens = provider.by_refresh(login.refresh_token)
            except LoginRefused as refusal:
                if refusal.error in ("invalid_grant", "invalid_token", "unauthorized_client", "access_denied"):
                    return None
                raise
        if tokens.identified is not None and tokens.identified.subject != login.person.personal_id:
            raise LoginUntrusted(provider.host, "token")
        refresh = tokens.refresh_token or login.refresh_token
        return Login(tokens.access_token, tokens.expires, login.person, refresh, login.issuer)

    def log_out(self, connection: Connection, login: Login) -> None:
        """Revoke the tokens at the provider. Raises PortalError where that could not be done."""
        if login.issuer != issuer_of(connection, self.description):
            return
        with Provider(connection, self.description) as provider:
            if login.refresh_token is not None:
                provider.revoke(login.refresh_token, "refresh_token")
            if login.access_token:
                provider.revoke(login.access_token, "access_token")

    def end_page(self, connection: Connection) -> str | None:
        """Return the provider's page that ends the browser's own session there, if it has one.

        OpenID Connect RP-Initiated Logout 1.0: by `client_id`, without a token in the address. Raises PortalError.
        """
        with Provider(connection, self.description) as provider:
            page = provider.end_session_endpoint
        if page is None:
            return None
        return f"{page}{'&' if urlsplit(page).query else '?'}{urlencode({'client_id': self.description.client_id})}"


def mandates(connection: Connection, token: str) -> tuple[Mandate, ...]:
    """Return the mandates that the person holds at this portal; none where the portal knows of no such thing."""
    try:
        return mandates_from(connection.get("/v1/mandates", token=token).json(), connection.host)
    except NotAtPortal:
        return ()


def _code(answer: dict[str, str], *, state: str, issuer: str, host: str) -> str:
    """Return the code of an answer that is ours (RFC 6749, 10.12; RFC 9207)."""
    if not secrets.compare_digest(answer.get("state", "").encode(), state.encode()):
        raise LoginUntrusted(host, "state")
    # Errors too: another provider must not be able to speak in this one's name.
    if answer.get("iss") != issuer:
        raise LoginUntrusted(host, "issuer")
    if "error" in answer:
        error = answer["error"]
        raise LoginRefused(host, error if error.isascii() and error.isprintable() and len(error) < 65 else "")
    code = answer["code"]
    if not 0 < len(code) <= 4096 or not code.isascii() or not code.isprintable():
        raise LoginUntrusted(host, "shape")
    return code
