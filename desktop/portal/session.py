"""Log in to a portal.

A log-in gives a token and names a person.  The caller keeps it (the encrypted workspace); nothing here
writes it anywhere, and its text never shows in a representation or a log.  Practice portals log in a
named person; the national log-in (OIDC in the system browser) will be another class with the same face.
"""

from __future__ import annotations

from dataclasses import dataclass, field
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

    def valid(self, now: datetime) -> bool:
        """Say whether the token may still be used (a minute is left for the way)."""
        return now + timedelta(minutes=1) < self.expires

    def to_json(self) -> dict[str, Any]:
        """Return plain data for the encrypted workspace."""
        return {
            "access_token": self.access_token,
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
        )


class LogIn(Protocol):
    """A way to log in."""

    def log_in(self, connection: Connection, now: datetime) -> Login:
        """Return a new log-in; may ask the user in the system's browser and so take minutes."""

    def log_out(self, connection: Connection, login: Login) -> None:
        """Make the token worthless at the portal, where the portal can do that."""


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

    def log_out(self, connection: Connection, login: Login) -> None:
        """Do nothing: a practice token only runs out."""


def login_from(document: object, host: str, now: datetime) -> Login:
    """Parse a token answer (RFC 6749, 5.1) with its person."""
    if not isinstance(document, dict):
        raise PortalAnsweredGarbage(host, "body")
    token, kind, seconds = (document.get(k) for k in ("access_token", "token_type", "expires_in"))
    # The token goes into a header: only what RFC 6750 allows there.
    if not isinstance(token, str) or not 0 < len(token) <= 8192 or not _b64token(token):
        raise PortalAnsweredGarbage(host, "access_token")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise PortalAnsweredGarbage(host, "token_type")
    if isinstance(seconds, bool) or not isinstance(seconds, int) or seconds <= 0:
        raise PortalAnsweredGarbage(host, "expires_in")
    person = person_from(document.get("person") or {}, host)
    return Login(token, now + timedelta(seconds=min(seconds, _LONGEST)), person)


def _b64token(text: str) -> bool:
    return text.isascii() and all(c.isalnum() or c in "-._~+/=" for c in text)
