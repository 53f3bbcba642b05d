"""A log-in as a value, several of them at one portal, and the practice portal's log-in without a window.

Tokens never show in a representation or a log.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from desktop.portal.answers import person_from
from desktop.portal.connection import Connection
from desktop.portal.contract import Person
from desktop.portal.errors import PortalAddressForbidden, PortalAnsweredGarbage

_LONGEST = 30 * 86_400


@dataclass(frozen=True)
class Login:
    """A log-in at one portal; keep it secret, keep it only in the workspace."""

    access_token: str = field(repr=False)
    expires: datetime
    person: Person
    refresh_token: str | None = field(default=None, repr=False)
    """Used once: the next one comes with the answer."""
    issuer: str | None = None
    """Whose log-in it is; None: a practice log-in without a window."""

    def valid(self, now: datetime) -> bool:
        """Say whether the token may still be used (a minute is left for the way)."""
        return bool(self.access_token) and now + timedelta(minutes=1) < self.expires

    @property
    def account(self) -> str:
        """Return what tells this account from others at the same portal."""
        return self.person.personal_id or self.person.name

    def ended(self) -> Login:
        """Return it without its tokens: who it was is still known."""
        return replace(self, access_token="", refresh_token=None)

    def to_json(self) -> dict[str, Any]:
        """Return plain data for the encrypted workspace."""
        return {
            "access_token": self.access_token,
            "refresh_token": self.refresh_token,
            "issuer": self.issuer,
            "expires": self.expires.isoformat(),
            "person": {
                "name": self.person.name,
                "personal_id": self.person.personal_id,
                "acts_for": list(self.person.acts_for),
            },
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Login:
        """Read back what `to_json` gave."""
        person = data["person"]
        return cls(
            str(data["access_token"]),
            datetime.fromisoformat(data["expires"]),
            Person(person["name"], person["personal_id"], tuple(person["acts_for"])),
            data.get("refresh_token"),
            data.get("issuer"),
        )


@dataclass(frozen=True)
class Accounts:
    """The log-ins at one portal, and which of them is used."""

    logins: Mapping[str, Login] = field(default_factory=dict)
    chosen: str | None = None

    @property
    def current(self) -> Login | None:
        """Return the log-in that is used."""
        return self.logins.get(self.chosen) if self.chosen is not None else None

    def with_login(self, login: Login, *, choose: bool = True) -> Accounts:
        """Return them with a log-in added, or renewed."""
        chosen = login.account if choose or self.chosen is None else self.chosen
        return Accounts({**self.logins, login.account: login}, chosen)

    def without(self, account: str) -> Accounts:
        """Return them without one; another one is then used, if there is one."""
        left = {name: login for name, login in self.logins.items() if name != account}
        return Accounts(left, self.chosen if self.chosen in left else next(iter(left), None))

    def choosing(self, account: str) -> Accounts:
        """Return them with another one used; KeyError where it is not among them."""
        return Accounts(self.logins, self.logins[account].account)

    def to_json(self) -> dict[str, Any]:
        """Return plain data for the encrypted workspace."""
        return {"chosen": self.chosen, "accounts": [login.to_json() for login in self.logins.values()]}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Accounts:
        """Read back what `to_json` gave; a single log-in, as it was kept at first, too."""
        if "accounts" not in data:
            return cls().with_login(Login.from_json(data))
        logins = [Login.from_json(one) for one in data["accounts"]]
        return cls({login.account: login for login in logins}, data["chosen"])


class LogIn(Protocol):
    """A way to log in."""

    def log_in(self, connection: Connection, now: datetime) -> Login:
        """Return a new log-in; may ask the user in the system's browser and so take minutes."""

    def renew(self, connection: Connection, login: Login, now: datetime) -> Login | None:
        """Return the log-in with a new token, without asking anybody; None where somebody must log in again."""

    def log_out(self, connection: Connection, login: Login) -> None:
        """Make the tokens worthless at the portal, where the portal can do that."""


@dataclass(frozen=True)
class PracticeLogIn:
    """Log in a named practice person, without a password and without a window."""

    person: str

    def log_in(self, connection: Connection, now: datetime) -> Login:
        """Ask the practice portal; PortalAddressForbidden if the connection is not a practice one."""
        if not connection.practice:
            raise PortalAddressForbidden(connection.url)
        answer = connection.send("POST", "/v1/session/practice", {"person": self.person})
        return login_from(answer.json(), connection.host, now)

    def renew(self, connection: Connection, login: Login, now: datetime) -> Login | None:
        """Log in anew: there is nothing that could be asked for."""
        return PracticeLogIn(login.person.name).log_in(connection, now)

    def log_out(self, connection: Connection, login: Login) -> None:
        """Do nothing: a practice token only runs out."""


def login_from(document: object, host: str, now: datetime) -> Login:
    """Parse a token answer (RFC 6749, 5.1) with its person."""
    access, _, expires = tokens_from(document, host, now)
    assert isinstance(document, dict)
    return Login(access, expires, person_from(document.get("person") or {}, host))


def tokens_from(document: object, host: str, now: datetime) -> tuple[str, str | None, datetime]:
    """Parse a token answer: the access token, the refresh token if there is one, and until when the first is good."""
    if not isinstance(document, dict):
        raise PortalAnsweredGarbage(host, "body")
    access, kind, seconds = (document.get(k) for k in ("access_token", "token_type", "expires_in"))
    refresh = document.get("refresh_token")
    # The token goes into a header: only what RFC 6750 allows there.
    if not isinstance(access, str) or not 0 < len(access) <= 8192 or not _b64token(access):
        raise PortalAnsweredGarbage(host, "access_token")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise PortalAnsweredGarbage(host, "token_type")
    if isinstance(seconds, bool) or not isinstance(seconds, int) or seconds <= 0:
        raise PortalAnsweredGarbage(host, "expires_in")
    if refresh is not None and not (isinstance(refresh, str) and 0 < len(refresh) <= 8192 and _printable(refresh)):
        raise PortalAnsweredGarbage(host, "refresh_token")
    return access, refresh, now + timedelta(seconds=min(seconds, _LONGEST))


def _b64token(text: str) -> bool:
    return text.isascii() and all(c.isalnum() or c in "-._~+/=" for c in text)


def _printable(text: str) -> bool:
    return text.isascii() and text.isprintable()
