"""What the tests of logging in share: a browser that is a script, and a provider that can be told to lie."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import re
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey

from desktop.portal.connection import Connection, Limits
from desktop.portal.contract import LoginDescription

QUICK = Limits(connect=2, read=1, call=1.5, transfer=3)
CLIENT = "hoso-desktop"
SCOPES = ("openid", "profile", "offline_access", "filing")


def follow(address: str, data: dict[str, str] | None = None) -> tuple[int, str]:
    """Do what a browser does with an address or a form: follow redirects, show what comes."""
    body = urlencode(data).encode() if data is not None else None
    headers = {"Origin": f"http://{urlsplit(address).netloc}"} if body is not None else {}
    try:
        with urllib.request.urlopen(urllib.request.Request(address, body, headers), timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def enter(address: str, person: str | None = None) -> tuple[int, str]:
    """Be the person at the practice portal's page: choose whom the page has marked, or somebody else; or leave."""
    status, page = follow(address)
    assert status == 200, page
    assert "<script" not in page
    assert 'type="password"' not in page
    found = re.search(r'name="request" value="([^"]+)"', page)
    assert found, page
    form = {"request": found[1], "person": "", "name": person or "Trần Thị Kế Toán", "enter": "1"}
    return follow(address.partition("?")[0], form)


def browser_script(folder: Path, person: str) -> str:
    """Write a browser for $BROWSER and return what to put there."""
    script = folder / "browser.py"
    root = Path(__file__).resolve().parents[2]
    script.write_text(
        f"import sys; sys.path[:0] = [{str(root)!r}, {str(root / 'tests' / 'desktop')!r}]\n"
        f"from login_kit import enter\nstatus, page = enter(sys.argv[1], {person!r})\n"
        f"open({str(folder / 'shown.html')!r}, 'w').write(page)\n"
        f"open({str(folder / 'address.txt')!r}, 'w').write(sys.argv[1])\n"
    )
    return f"{sys.executable} {script} %s"


class Rogue:
    """An OpenID provider that does as a test says: by default everything right.

    `facts` changes its discovery document, `head` and `claims` its id_tokens, `tokens` its token answer, `id_token` how
    it signs; `does` answers requests for a path instead.
    """

    def __init__(self, path: str = "/identity") -> None:
        self.key: Any = ECKey.generate_key("P-256", private=True, parameters={"kid": "k1"})
        self.facts: dict[str, Any] = {}
        self.head: dict[str, Any] = {}
        self.claims: dict[str, Any] = {}
        self.tokens: dict[str, Any] = {}
        self.id_token: Callable[[dict[str, Any], dict[str, Any]], str] = self._sign
        self.does: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {}
        self.seen: list[tuple[str, str, dict[str, list[str]]]] = []
        self.asked: dict[str, str] = {}
        self.codes: dict[str, dict[str, str]] = {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer._answer(self)

            do_POST = do_GET

            def log_message(self, format: str, *args: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

            def handle_error(self, *args: object) -> None:
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.issuer = self.url + path
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def __enter__(self) -> Rogue:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def connection(self, **more: Any) -> Connection:
        return Connection(self.url, **{"practice": True, "limits": QUICK, **more})

    def description(self, **more: Any) -> LoginDescription:
        return LoginDescription(**{"issuer": self.issuer, "client_id": CLIENT, "scopes": SCOPES, **more})

    # --- what the browser does ------------------------------------------------------------------------

    def approve(self, address: str) -> str:
        """Agree at once; return where the browser is sent."""
        one = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        self.asked = one
        code = f"code-{len(self.codes)}"
        self.codes[code] = one
        return f"{one['redirect_uri']}?{urlencode({'code': code, 'state': one['state'], 'iss': self.issuer})}"

    def browser(self, change: Callable[[str], str] = lambda back: back) -> Callable[[str], bool]:
        """Return a browser that agrees at once, and whose way back is changed by an attacker."""

        def open_(address: str) -> bool:
            follow(change(self.approve(address)))
            return True

        return open_

    # --- what the server does -------------------------------------------------------------------------

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0)).decode()
        path = urlsplit(request.path).path
        self.seen.append((request.command, request.path, parse_qs(body)))
        if path in self.does:
            self.does[path](request)
        elif path.endswith("/.well-known/openid-configuration"):
            reply(request, 200, self.metadata())
        elif path.endswith("/jwks.json"):
            reply(request, 200, {"keys": [{**self.key.as_dict(private=False), "use": "sig", "alg": "ES256"}]})
        elif path.endswith("/token"):
            self._token(request, {name: values[0] for name, values in parse_qs(body).items()})
        elif path.endswith("/revoke"):
            reply(request, 200, {})
        else:
            reply(request, 404, {})

    def metadata(self) -> dict[str, Any]:
        facts = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "revocation_endpoint": f"{self.issuer}/revoke",
            "jwks_uri": f"{self.issuer}/jwks.json",
            "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
            **self.facts,
        }
        return {name: value for name, value in facts.items() if value is not None}

    def _token(self, request: BaseHTTPRequestHandler, given: dict[str, str]) -> None:
        asked = self.codes.pop(given.get("code", ""), None)
        renewal = given.get("grant_type") == "refresh_token"
        if not renewal and (asked is None or challenge(given.get("code_verifier", "")) != asked["code_challenge"]):
            reply(request, 400, {"error": "invalid_grant"})
            return
        access = "access-token-1"
        now = int(datetime.now(UTC).timestamp())
        claims = {
            "iss": self.issuer, "sub": "P-1", "aud": CLIENT, "iat": now, "exp": now + 300, "name": "Trần Thị Kế Toán",
            "at_hash": half(access), **({"nonce": asked.get("nonce")} if asked else {}), **self.claims,
        }  # fmt: skip
        head = {"alg": "ES256", "kid": "k1", **self.head}
        answer = {
            "access_token": access, "token_type": "Bearer", "expires_in": 900, "refresh_token": "refresh-1",
            "id_token": self.id_token(
                {k: v for k, v in head.items() if v is not None}, {k: v for k, v in claims.items() if v is not None}
            ),
            **self.tokens,
        }  # fmt: skip
        reply(request, 200, {name: value for name, value in answer.items() if value is not None})

    def _sign(self, head: dict[str, Any], claims: dict[str, Any]) -> str:
        return jwt.encode(head, claims, self.key, algorithms=[head["alg"]])


def reply(request: BaseHTTPRequestHandler, status: int, document: object, **headers: str) -> None:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    request.send_response(status)
    for name, value in {"Content-Type": "application/json", "Content-Length": str(len(data)), **headers}.items():
        request.send_header(name.replace("_", "-"), value)
    request.end_headers()
    request.wfile.write(data)


def challenge(verifier: str) -> str:
    return b64(hashlib.sha256(verifier.encode()).digest())


def half(access: str) -> str:
    return b64(hashlib.sha256(access.encode()).digest()[:16])


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def raw(port: int, request: str) -> str:
    """Send bytes to a port of this machine and return the head of what comes back."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.connect()
    connection.sock.sendall(request.encode())
    found = connection.sock.recv(4096).decode("latin-1")
    connection.close()
    return found


def swap(address: str, **values: str | None) -> str:
    """Return an address with parameters of its query changed; None takes one away."""
    base, _, query = address.partition("?")
    one: dict[str, str | None] = {name: found[0] for name, found in parse_qs(query).items()}
    return f"{base}?{urlencode({k: v for k, v in {**one, **values}.items() if v is not None}, quote_via=quote)}"
