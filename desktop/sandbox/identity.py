"""Who files, at the practice portal: an OpenID provider of its own.

Authorization code with PKCE (S256, always), for one public client on a loopback address; id_tokens by ES256; refresh
tokens that are used once each; revocation (RFC 7009); the issuer's name in every answer (RFC 9207). There are no
passwords: whoever sits at the browser chooses a practice person. Every token is kept as its SHA-256 only.

It hides what a code or a token is bound to. What it refuses is told as RFC 6749 tells it; before the client and its
address are known to be right nothing is ever redirected, only shown.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey

from desktop.sandbox.database import ZONE, Database, Row
from desktop.sandbox.errors import PortalSaysNo

CLIENT = "hoso-desktop"
SCOPES = ("openid", "profile", "offline_access", "filing")
CODE_LIFE = 60
ACCESS_LIFE = 15 * 60
REFRESH_LIFE = 30 * 86_400
ID_LIFE = 5 * 60
REQUEST_LIFE = 10 * 60
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_PRINTABLE = re.compile(r"[\x20-\x7e]{1,512}")
_SCHEMA = """
CREATE TABLE IF NOT EXISTS grants (
    id TEXT PRIMARY KEY, person TEXT NOT NULL REFERENCES persons(id), scope TEXT NOT NULL,
    since TEXT NOT NULL, ended INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS grant_codes (
    code TEXT PRIMARY KEY, grant_id TEXT NOT NULL REFERENCES grants(id), redirect TEXT NOT NULL,
    challenge TEXT NOT NULL, nonce TEXT, issuer TEXT NOT NULL, expires TEXT NOT NULL, used INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS grant_tokens (
    token TEXT PRIMARY KEY, grant_id TEXT NOT NULL REFERENCES grants(id),
    kind TEXT NOT NULL CHECK (kind IN ('access', 'refresh')), expires TEXT NOT NULL, used INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS grant_tokens_of ON grant_tokens (grant_id)
"""


@dataclass(frozen=True)
class Mandate:
    """A power of attorney that a practice person holds."""

    id: str
    tax_code: str
    client: str
    role: str
    """As whom one then signs: legal_representative, tax_agent, on_behalf."""
    since: str
    until: str | None


@dataclass(frozen=True)
class Practised:
    """Somebody whom one can be here."""

    name: str
    about: str
    mandates: tuple[Mandate, ...] = ()


_COMPANY = ("0999999888", "CÔNG TY TNHH THỰC HÀNH ÁNH DƯƠNG")
PERSONS = (
    Practised(
        "Nguyễn Thị Thực Hành",
        "người đại diện theo pháp luật của Công ty TNHH Thực hành Ánh Dương",
        (Mandate("UQ-0001", *_COMPANY, "legal_representative", "2024-01-02", None),),
    ),
    Practised(
        "Trần Thị Kế Toán",
        "kế toán dịch vụ, được hai khách hàng ủy quyền",
        (
            Mandate("UQ-0002", *_COMPANY, "tax_agent", "2026-01-01", None),
            Mandate("UQ-0003", "0101243150", "CÔNG TY CỔ PHẦN ÁNH DƯƠNG", "tax_agent", "2026-01-01", None),
        ),
    ),
    Practised(
        "Lê Văn Hết Hạn",
        "từng được ủy quyền; giấy ủy quyền đã hết hạn",
        (Mandate("UQ-0004", *_COMPANY, "on_behalf", "2024-01-01", "2024-12-31"),),
    ),
    Practised("Phạm Thị Cá Nhân", "cá nhân tự nộp hồ sơ của mình"),
)
"""The practice persons that the page offers; any other name may be typed."""


@dataclass(frozen=True)
class Asked:
    """A request for a log-in that is in order and waits for somebody's choice."""

    id: str
    redirect: str
    state: str
    challenge: str
    nonce: str | None
    scope: str
    hint: str
    until: datetime


@dataclass
class WrongRequest(Exception):
    """The request is shown to be wrong and leads nowhere: its client or its address cannot be believed."""

    why: str


@dataclass
class SentBack(Exception):
    """The request is answered with an error at the client's own address."""

    address: str


@dataclass
class TokenRefused(Exception):
    """The token endpoint says no (RFC 6749, 5.2)."""

    error: str
    why: str


def person_id(database: Database, name: str) -> str:
    """Return the id of a practice person, who is known from now on: the same name is the same person."""
    who = "P-" + hashlib.sha256(name.casefold().encode()).hexdigest()[:16]
    database.run("INSERT OR IGNORE INTO persons VALUES (?, ?)", who, name)
    return who


def held_by(name: str, day: str) -> list[Mandate]:
    """Return the mandates that a person holds on a day."""
    held = next((one.mandates for one in PERSONS if one.name.casefold() == name.casefold()), ())
    return [one for one in held if one.since <= day and (one.until is None or day <= one.until)]


class Identity:
    """The provider's decisions; `desktop.sandbox.identity_pages` puts them on HTTP."""

    def __init__(self, database: Database, folder: Path, clock: Callable[[], datetime]) -> None:
        """Open it; `folder` keeps its key."""
        self._database, self._clock = database, clock
        for statement in _SCHEMA.split(";"):
            database.run(statement)
        self._key = _key(folder / "identity.key")
        self._asked: dict[str, Asked] = {}

    # --- what it says of itself -----------------------------------------------------------------------

    def metadata(self, issuer: str) -> dict[str, Any]:
        """Return the discovery document (OpenID Connect Discovery 1.0, RFC 8414)."""
        return {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "revocation_endpoint": f"{issuer}/revoke",
            "end_session_endpoint": f"{issuer}/logout",
            "jwks_uri": f"{issuer}/jwks.json",
            "scopes_supported": list(SCOPES),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "token_endpoint_auth_methods_supported": ["none"],
            "revocation_endpoint_auth_methods_supported": ["none"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
            "claims_supported": ["sub", "name", "auth_time"],
            "ui_locales_supported": ["vi"],
        }

    def jwks(self) -> dict[str, Any]:
        """Return the public keys."""
        return {"keys": [{**self._key.as_dict(private=False), "use": "sig", "alg": "ES256"}]}

    # --- acting for others ----------------------------------------------------------------------------

    def mandates(self, person: str) -> list[Mandate]:
        """Return the mandates that are valid today, of whoever is logged in."""
        row = self._database.one("SELECT name FROM persons WHERE id = ?", person)
        return held_by(row["name"] if row else "", self._clock().astimezone(ZONE).date().isoformat())

    def check_mandate(self, person: str, mandate: str, tax_code: str | None) -> None:
        """Raise PortalSaysNo unless the person may act for this client by this mandate today."""
        if not any(one.id == mandate and one.tax_code == tax_code for one in self.mandates(person)):
            raise PortalSaysNo(422, "MANDATE_INVALID", {"mandate": mandate, "tax_code": tax_code or "—"})

    # --- the browser's part ---------------------------------------------------------------------------

    def ask(self, given: Mapping[str, list[str]], issuer: str) -> Asked:
        """Take a request for a log-in. Raises WrongRequest, SentBack."""
        if any(len(values) != 1 for values in given.values()):
            raise WrongRequest("một tham số được ghi hai lần")
        one = {name: values[0] for name, values in given.items()}
        if one.get("client_id") != CLIENT:
            raise WrongRequest("không có chương trình nào tên như vậy (client_id)")
        redirect = one.get("redirect_uri", "")
        if not is_loopback_redirect(redirect):
            raise WrongRequest("địa chỉ trả lời không phải là chương trình trên máy này (redirect_uri)")
        state = one.get("state", "")
        known = state if _PRINTABLE.fullmatch(state) else ""

        def back(error: str, why: str) -> SentBack:
            return SentBack(self._answer(redirect, issuer, error=error, error_description=why, state=known))

        if not known:
            raise back("invalid_request", "state")
        if one.get("response_type") != "code":
            raise back("unsupported_response_type", "response_type")
        if one.get("response_mode", "query") != "query":
            raise back("invalid_request", "response_mode")
        # A request without PKCE, or with the weak method, is where a downgrade begins (RFC 9700, 2.1.1).
        if one.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(one.get("code_challenge", "")):
            raise back("invalid_request", "code_challenge")
        wanted = one.get("scope", "").split()
        if "openid" not in wanted or not set(wanted) <= set(SCOPES):
            raise back("invalid_scope", "scope")
        nonce = one.get("nonce")
        if nonce is not None and not _PRINTABLE.fullmatch(nonce):
            raise back("invalid_request", "nonce")
        if one.get("prompt") == "none":
            raise back("login_required", "prompt")
        now = self._clock()
        asked = Asked(
            secrets.token_urlsafe(24), redirect, state, one["code_challenge"], nonce, " ".join(wanted),
            one.get("login_hint", "")[:200], now + timedelta(seconds=REQUEST_LIFE),
        )  # fmt: skip
        for old in [key for key, it in self._asked.items() if it.until <= now] or list(self._asked)[:-1000]:
            self._asked.pop(old, None)
        self._asked[asked.id] = asked
        return asked

    def choose(self, request: str, name: str | None, issuer: str) -> str:
        """Return where the browser goes: back to the client, with a code for this person, or with access_denied.

        Raises WrongRequest where the page was answered before, or too long ago.
        """
        asked = self._asked.pop(request, None)
        now = self._clock()
        if asked is None or asked.until <= now:
            raise WrongRequest("trang này đã dùng rồi hoặc để quá lâu; hãy đăng nhập lại từ chương trình")
        if name is None:
            return self._answer(asked.redirect, issuer, error="access_denied", state=asked.state)
        name = " ".join(name.split())
        if not name or len(name) > 200 or not name.isprintable():
            raise WrongRequest("chưa chọn người nào")
        code, grant = secrets.token_urlsafe(32), secrets.token_urlsafe(16)
        with self._database.transaction():
            who = person_id(self._database, name)
            self._database.insert("grants", id=grant, person=who, scope=asked.scope, since=now.isoformat())
            self._database.insert(
                "grant_codes", code=_digest(code), grant_id=grant, redirect=asked.redirect, challenge=asked.challenge,
                nonce=asked.nonce, issuer=issuer, expires=(now + timedelta(seconds=CODE_LIFE)).isoformat(),
            )  # fmt: skip
        return self._answer(asked.redirect, issuer, code=code, state=asked.state)

    def _answer(self, redirect: str, issuer: str, **values: str) -> str:
        given = {name: value for name, value in values.items() if value}
        return f"{redirect}?{urlencode({**given, 'iss': issuer}, quote_via=quote)}"

    # --- the client's part ----------------------------------------------------------------------------

    def token(self, given: Mapping[str, list[str]]) -> dict[str, Any]:
        """Answer a token request. Raises TokenRefused."""
        one = self._fields(given)
        kind = one.get("grant_type")
        if kind == "authorization_code":
            return self._by_code(one)
        if kind == "refresh_token":
            return self._by_refresh(one)
        raise TokenRefused("unsupported_grant_type", "grant_type")

    def revoke(self, given: Mapping[str, list[str]]) -> dict[str, Any]:
        """End the log-in that a token belongs to; one that is not known is as good as ended (RFC 7009, 2.2)."""
        one = self._fields(given)
        with self._database.transaction():
            row = self._database.one("SELECT grant_id FROM grant_tokens WHERE token = ?", _digest(one.get("token", "")))
            if row is not None:
                self._end(row["grant_id"])
        return {}

    def _fields(self, given: Mapping[str, list[str]]) -> dict[str, str]:
        if any(len(values) != 1 for values in given.values()):
            raise TokenRefused("invalid_request", "a parameter stands twice")
        one = {name: values[0] for name, values in given.items()}
        if one.get("client_id") != CLIENT:
            raise TokenRefused("invalid_client", "client_id")
        return one

    def _by_code(self, one: dict[str, str]) -> dict[str, Any]:
        wrong: str | None = None
        with self._database.transaction():
            row = self._database.one("SELECT * FROM grant_codes WHERE code = ?", _digest(one.get("code", "")))
            verifier = one.get("code_verifier", "")
            if row is None:
                wrong = "code"
            elif row["used"]:
                # Somebody has the code who should not: nobody keeps what came of it (RFC 6749, 4.1.2).
                self._end(row["grant_id"])
                wrong = "code used before"
            else:
                self._database.run("UPDATE grant_codes SET used = 1 WHERE code = ?", row["code"])
                if datetime.fromisoformat(row["expires"]) <= self._clock():
                    wrong = "code expired"
                elif one.get("redirect_uri") != row["redirect"]:
                    wrong = "redirect_uri"
                elif not _VERIFIER.fullmatch(verifier) or not secrets.compare_digest(
                    _half(hashlib.sha256(verifier.encode()).digest()), row["challenge"]
                ):
                    wrong = "code_verifier"
            if wrong is None:
                assert row is not None
                return self._tokens(row["grant_id"], row["issuer"], row["nonce"])
        raise TokenRefused("invalid_grant", wrong)

    def _by_refresh(self, one: dict[str, str]) -> dict[str, Any]:
        wrong = "refresh_token"
        with self._database.transaction():
            row = self._database.one(
                "SELECT t.*, g.ended, c.issuer FROM grant_tokens t JOIN grants g ON g.id = t.grant_id "
                "JOIN grant_codes c ON c.grant_id = g.id WHERE t.token = ? AND t.kind = 'refresh'",
                _digest(one.get("refresh_token", "")),
            )
            if row is not None and row["used"]:
                # Used twice: by the client and by a thief, and nobody knows who came first (RFC 9700, 4.14.2).
                self._end(row["grant_id"])
                wrong = "refresh_token used before"
            elif row is not None and not row["ended"] and datetime.fromisoformat(row["expires"]) > self._clock():
                self._database.run("UPDATE grant_tokens SET used = 1 WHERE token = ?", row["token"])
                return self._tokens(row["grant_id"], row["issuer"], None)
        raise TokenRefused("invalid_grant", wrong)

    def _tokens(self, grant: str, issuer: str, nonce: str | None) -> dict[str, Any]:
        """Make new tokens of a log-in; call inside a transaction."""
        row = self._database.one(
            "SELECT g.*, p.name FROM grants g JOIN persons p ON p.id = g.person WHERE g.id = ?", grant
        )
        assert row is not None
        now = self._clock()
        access, expires = secrets.token_urlsafe(32), (now + timedelta(seconds=ACCESS_LIFE)).isoformat()
        self._database.run("DELETE FROM sessions WHERE expires < ?", now.isoformat())
        self._database.insert("sessions", token=_digest(access), person=row["person"], expires=expires)
        self._keep(access, grant, "access", expires)
        answer: dict[str, Any] = {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": ACCESS_LIFE,
            "scope": row["scope"],
            "id_token": self._id_token(row, issuer, nonce, access, now),
        }
        if "offline_access" in row["scope"].split():
            answer["refresh_token"] = secrets.token_urlsafe(32)
            until = datetime.fromisoformat(row["since"]) + timedelta(seconds=REFRESH_LIFE)
            self._keep(answer["refresh_token"], grant, "refresh", until.isoformat())
        return answer

    def _id_token(self, row: Row, issuer: str, nonce: str | None, access: str, now: datetime) -> str:
        claims = {
            "iss": issuer,
            "sub": row["person"],
            "aud": CLIENT,
            "azp": CLIENT,
            "iat": int(now.timestamp()),
            "exp": int(now.timestamp()) + ID_LIFE,
            "auth_time": int(datetime.fromisoformat(row["since"]).timestamp()),
            "at_hash": _half(hashlib.sha256(access.encode()).digest()[:16]),
            "name": row["name"],
            **({"nonce": nonce} if nonce is not None else {}),
        }
        return jwt.encode({"alg": "ES256", "kid": self._key.kid, "typ": "JWT"}, claims, self._key)

    def _keep(self, token: str, grant: str, kind: str, expires: str) -> None:
        self._database.insert("grant_tokens", token=_digest(token), grant_id=grant, kind=kind, expires=expires)

    def _end(self, grant: str) -> None:
        self._database.run("UPDATE grants SET ended = 1 WHERE id = ?", grant)
        self._database.run(
            "DELETE FROM sessions WHERE token IN (SELECT token FROM grant_tokens WHERE grant_id = ?)", grant
        )


def is_loopback_redirect(address: str) -> bool:
    """Say whether an address is a program on this machine: literal loopback, any port, below /hoso/ (RFC 8252, 7.3)."""
    if not _PRINTABLE.fullmatch(address) or "\\" in address:
        return False
    with contextlib.suppress(ValueError):
        parts = urlsplit(address)
        return (
            parts.scheme == "http"
            and parts.netloc in (f"127.0.0.1:{parts.port}", f"[::1]:{parts.port}")
            and parts.port not in (None, 0)
            and re.fullmatch(r"/hoso/[A-Za-z0-9_-]{1,100}", parts.path) is not None
            and "?" not in address
            and "#" not in address
        )
    return False


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _half(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _key(path: Path) -> ECKey:
    """Return the key that signs id_tokens, made on first use."""
    if not path.is_file():
        made: ECKey = ECKey.generate_key("P-256", private=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(made.as_pem(private=True))
    bare = ECKey.import_key(path.read_bytes())
    return ECKey.import_key({**bare.as_dict(private=True), "kid": bare.thumbprint()})
