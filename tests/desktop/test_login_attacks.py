"""The published attacks on log-ins of native programs, each by its name.

RFC 8252 (OAuth 2.0 for Native Apps), RFC 9700 (Best Current Practice for OAuth 2.0 Security), RFC 9207 (issuer in the
answer), RFC 8725 (JSON Web Token Best Current Practices), OpenID Connect Core 1.0. `docs/security.md` lists them.
Most are made by a provider that lies (`login_kit.Rogue`), some on the practice portal's own provider.
"""

from __future__ import annotations

import hmac
import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from desktop.portal.errors import (
    ClockWrong,
    LoginRefused,
    LoginUntrusted,
    PortalAddressForbidden,
    PortalAnsweredGarbage,
    PortalError,
    PortalSlow,
)
from desktop.portal.session import BrowserLogIn, Login
from desktop.portal.session.listener import Listener
from desktop.sandbox.server import Sandbox
from tests.desktop.login_kit import CLIENT, Rogue, b64, challenge, raw, reply, swap
from tests.desktop.portal_kit import Nod

NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture
def rogue() -> Iterator[Rogue]:
    with Rogue() as provider:
        yield provider


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    folder = tmp_path_factory.mktemp("portal")
    (folder / "nothing").mkdir()
    with Sandbox(folder / "data", resources=folder / "nothing", judge=Nod()) as box:
        yield box


def log_in(rogue: Rogue, change: Callable[[str], str] = lambda back: back, **more: Any) -> Login:
    browser = rogue.browser(change)
    with rogue.connection() as connection:
        return BrowserLogIn(rogue.description(**more), open=browser, seconds=10).log_in(connection, NOW)


def untrusted(rogue: Rogue, why: str, change: Callable[[str], str] = lambda back: back, **more: Any) -> None:
    with pytest.raises(LoginUntrusted) as refused:
        log_in(rogue, change, **more)
    assert refused.value.why == why


def redeemed(rogue: Rogue) -> bool:
    return any(path.endswith("/token") for _, path, _ in rogue.seen)


def test_a_provider_that_does_all_right_is_taken(rogue: Rogue) -> None:
    """The control: what the attacks below change is what makes the difference."""
    login = log_in(rogue)
    assert login.person.name == "Trần Thị Kế Toán"
    assert rogue.asked["code_challenge_method"] == "S256"
    assert len(rogue.asked["state"]) >= 43
    assert len(rogue.asked["nonce"]) >= 43
    assert rogue.asked["redirect_uri"].startswith("http://127.0.0.1:")


# --- the way back ----------------------------------------------------------------------------------------------


def test_mix_up_with_another_providers_issuer(rogue: Rogue) -> None:
    """RFC 9207; RFC 9700, 4.4: the code is not sent to this provider's token endpoint."""
    untrusted(rogue, "issuer", lambda back: swap(back, iss="https://attacker.example"))
    assert not redeemed(rogue)


def test_mix_up_with_no_issuer_at_all(rogue: Rogue) -> None:
    """RFC 9207, 2.4: the parameter that was promised is missing."""
    untrusted(rogue, "issuer", lambda back: swap(back, iss=None))
    assert not redeemed(rogue)


def test_mix_up_of_an_error_answer(rogue: Rogue) -> None:
    """RFC 9207, 2.1: an error without the issuer's name could be anybody's."""
    untrusted(rogue, "issuer", lambda back: swap(back, code=None, error="access_denied", iss=None))


def test_mix_up_announced_by_a_provider_that_names_no_issuer_in_answers(rogue: Rogue) -> None:
    """A provider that does not promise the parameter is not asked."""
    rogue.facts["authorization_response_iss_parameter_supported"] = False
    untrusted(rogue, "issuer")
    assert not rogue.asked


def test_state_csrf(rogue: Rogue) -> None:
    """RFC 9700, 4.7: an answer to another log-in, or to none."""
    for state in ("another", "", None):
        untrusted(rogue, "state", partial(swap, state=state))
    assert not redeemed(rogue)


def test_code_injection(rogue: Rogue) -> None:
    """RFC 9700, 4.5: a code of another log-in, put into our answer, has another challenge behind it."""
    with pytest.raises(LoginRefused) as refused:
        log_in(rogue, lambda back: swap(back, code=_stolen_code(rogue)))
    assert refused.value.error == "invalid_grant"


def _stolen_code(rogue: Rogue) -> str:
    rogue.codes["stolen"] = {"code_challenge": challenge("x" * 43)}
    return "stolen"


def test_code_injection_that_the_provider_does_not_notice(rogue: Rogue) -> None:
    """OpenID Connect Core, 3.1.3.7: then the nonce still is another log-in's."""
    rogue.claims["nonce"] = "of another log-in"
    untrusted(rogue, "nonce")


def test_an_answer_is_taken_once(rogue: Rogue) -> None:
    """RFC 8252, 8.10; a second answer, and any parameter that stands twice, is turned away."""
    listener = Listener()
    with listener.listening():
        for query in ("code=a&code=b&state=s&iss=i", "state=s&iss=i", "code=a&error=b&state=s", "", "code=%ff&state=s"):
            assert raw(listener.port, _get(listener, query)).split()[1] == "400"
        assert raw(listener.port, _get(listener, "code=a&state=s&iss=i")).split()[1] == "200"
        assert raw(listener.port, _get(listener, "code=b&state=s&iss=i")).split()[1] == "400"
        assert listener.wait(1, lambda: False) == {"code": "a", "state": "s", "iss": "i"}


def _get(listener: Listener, query: str, *, host: str = "", path: str = "", method: str = "GET") -> str:
    host = host or f"127.0.0.1:{listener.port}"
    return f"{method} {path or listener.path}?{query} HTTP/1.1\r\nHost: {host}\r\n\r\n"


def test_dns_rebinding_wrong_host(rogue: Rogue) -> None:
    """A page of another site reaches our port under its own name: the Host gives it away, and the wait goes on."""
    listener = Listener()
    with listener.listening():
        good = "code=a&state=s&iss=i"
        for host in ("attacker.example", f"attacker.example:{listener.port}", "localhost", "127.0.0.1", "[::1]"):
            assert raw(listener.port, _get(listener, good, host=host)).split()[1] == "421", host
        twice = (
            f"GET {listener.path}?{good} HTTP/1.1\r\nHost: 127.0.0.1:{listener.port}\r\nHost: attacker.example\r\n\r\n"
        )
        assert raw(listener.port, twice).split()[1] == "421"
        assert listener.wait(0.1, lambda: False) is None
        assert raw(listener.port, _get(listener, good)).split()[1] == "200"


def test_other_paths_and_methods_are_turned_away() -> None:
    """RFC 8252, 8.3: one path that nobody can guess, GET only; nothing is said of what would be right."""
    listener = Listener()
    with listener.listening():
        assert len(listener.path) > 32
        assert Listener().path != listener.path
        good = "code=a&state=s&iss=i"
        for path in ("/", "/hoso/", listener.path + "/", listener.path[:-1], "/" + listener.path):
            assert raw(listener.port, _get(listener, good, path=path)).split()[1] == "404", path
        for method in ("POST", "HEAD", "OPTIONS", "PUT", "FOO"):
            assert raw(listener.port, _get(listener, good, method=method)).split()[1] == "405", method
        for request in ("garbage\r\n\r\n", "GET " + "/" * 70_000 + " HTTP/1.1\r\n\r\n", "\x16\x03\x01\x00\xa5\r\n\r\n"):
            assert "200" not in raw(listener.port, request)[:20]
        assert listener.wait(0.1, lambda: False) is None


def test_the_page_that_ends_the_way_has_no_script_and_goes_nowhere() -> None:
    listener = Listener()
    with listener.listening():
        answer = requests.get(f"{listener.address}?code=a&state=s&iss=i", timeout=5)
    assert "Có thể đóng trang này" in answer.text
    assert "You can close this page" in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "<script" not in answer.text
    assert "href" not in answer.text


def test_listener_hijack_by_another_local_process() -> None:
    """RFC 8252, 8.3 and 8.7: nobody can take the port beside us, and it is on loopback only."""
    listener = Listener()
    with listener.listening():
        for host in ("127.0.0.1", "0.0.0.0"):
            with closing(socket.socket()) as other:
                other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if hasattr(socket, "SO_REUSEPORT"):
                    other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                with pytest.raises(OSError):  # noqa: PT011 - the number differs by system
                    other.bind((host, listener.port))
        assert listener.address.startswith("http://127.0.0.1:")
    with closing(socket.socket()) as other, pytest.raises(ConnectionRefusedError):
        other.connect(("127.0.0.1", listener.port))


def test_a_code_caught_by_another_local_process_is_worthless(portal: Sandbox) -> None:
    """RFC 8252, 8.1; RFC 7636, 1: without the verifier, which never left the program, no token."""
    code, redirect = _code(portal, "v" * 43)
    for verifier in (None, "w" * 43, challenge("v" * 43)):
        answer = _redeem(portal, code, redirect, verifier)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_connections_that_say_nothing_do_not_keep_the_browser_out() -> None:
    """A local process holds forty connections open and drips: the browser is served all the same."""
    listener = Listener()
    with listener.listening():
        held = [socket.create_connection(("127.0.0.1", listener.port), timeout=5) for _ in range(40)]
        for one in held:
            one.settimeout(5)
        assert raw(listener.port, _get(listener, "code=a&state=s&iss=i")).split()[1] == "200"
        assert listener.wait(1, lambda: False) is not None
        for one in held:
            one.close()


# --- the provider's own rules, on the practice portal -----------------------------------------------------------


def _ask(portal: Sandbox, verifier: str, **more: str | None) -> requests.Response:
    given: dict[str, str | None] = {
        "client_id": CLIENT, "redirect_uri": "http://127.0.0.1:49152/hoso/abc", "response_type": "code",
        "scope": "openid offline_access", "state": "s", "nonce": "n", "code_challenge": challenge(verifier),
        "code_challenge_method": "S256", **more,
    }  # fmt: skip
    params = {name: value for name, value in given.items() if value is not None}
    return requests.get(f"{portal.url}/identity/authorize", params=params, timeout=10, allow_redirects=False)


def _code(portal: Sandbox, verifier: str) -> tuple[str, str]:
    page = _ask(portal, verifier).text
    request = page.partition('name="request" value="')[2].partition('"')[0]
    form = {"request": request, "person": "Trần Thị Kế Toán", "enter": "1"}
    sent = requests.post(f"{portal.url}/identity/authorize", data=form, timeout=10, allow_redirects=False)
    # Never 307: that would repeat the form at the client's address.
    assert sent.status_code == 303
    back = parse_qs(urlsplit(sent.headers["Location"]).query)
    assert back["iss"] == [f"{portal.url}/identity"]
    assert back["state"] == ["s"]
    return back["code"][0], "http://127.0.0.1:49152/hoso/abc"


def _redeem(portal: Sandbox, code: str, redirect: str, verifier: str | None, **more: str) -> requests.Response:
    given = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": redirect, "client_id": CLIENT,
        **({"code_verifier": verifier} if verifier is not None else {}), **more,
    }  # fmt: skip
    return requests.post(f"{portal.url}/identity/token", data=given, timeout=10)


def test_pkce_downgrade(portal: Sandbox) -> None:
    """RFC 9700, 2.1.1 and 4.8.2: a request without a challenge, or with the plain method, gets no code."""
    for change in (
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": None},
        {"code_challenge": "short"},
    ):
        answer = _ask(portal, "v" * 43, **change)
        assert answer.status_code == 303
        assert parse_qs(urlsplit(answer.headers["Location"]).query)["error"] == ["invalid_request"]


def test_pkce_downgrade_announced_by_the_provider(rogue: Rogue) -> None:
    """RFC 9700, 2.1.1: a provider that does not promise S256 might ignore the challenge; it is not asked."""
    for methods in (["plain"], [], None, "S256"):
        rogue.facts["code_challenge_methods_supported"] = methods
        untrusted(rogue, "pkce")
    assert not rogue.asked


def test_code_replay(portal: Sandbox) -> None:
    """RFC 6749, 4.1.2; RFC 9700, 4.5.3: the second use is refused and ends what came of the first."""
    code, redirect = _code(portal, "v" * 43)
    first = _redeem(portal, code, redirect, "v" * 43)
    assert first.status_code == 200
    assert first.headers["Cache-Control"] == "no-store"
    bearer = {"Authorization": f"Bearer {first.json()['access_token']}"}
    assert requests.get(f"{portal.url}/v1/changes", headers=bearer, timeout=10).status_code == 200
    second = _redeem(portal, code, redirect, "v" * 43)
    assert (second.status_code, second.json()["error"]) == (400, "invalid_grant")
    assert requests.get(f"{portal.url}/v1/changes", headers=bearer, timeout=10).status_code == 401


def test_code_for_another_redirect_address(portal: Sandbox) -> None:
    """RFC 6749, 4.1.3: the address must be the one that the code went to."""
    code, _ = _code(portal, "v" * 43)
    answer = _redeem(portal, code, "http://127.0.0.1:49152/hoso/other", "v" * 43)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_open_redirector(portal: Sandbox) -> None:
    """RFC 9700, 4.11: an address that is no program on this machine is shown to be wrong and never followed."""
    for address in (
        "https://attacker.example/", "http://attacker.example:80/hoso/abc", "http://127.0.0.1/hoso/abc",
        "http://127.0.0.1:80@attacker.example/hoso/abc", "http://127.0.0.1:49152/hoso/abc#x", "javascript:alert(1)",
        "http://127.0.0.1:49152/hoso/abc?next=//attacker.example", "http://localhost:49152/hoso/abc",
        "http://127.0.0.1:49152/other", "http://127.0.0.1:49152\\@attacker.example/hoso/abc", "//attacker.example", "",
        "http://127.0.0.1.attacker.example:49152/hoso/abc", "http://2130706433:49152/hoso/abc",
    ):  # fmt: skip
        answer = _ask(portal, "v" * 43, redirect_uri=address)
        assert answer.status_code == 400, address
        assert "Location" not in answer.headers
        assert address not in answer.text or not address
    assert _ask(portal, "v" * 43, client_id="another").status_code == 400


def test_clickjacking_and_leaks_of_the_log_in_page(portal: Sandbox) -> None:
    """RFC 9700, 4.2 and 4.16: the page cannot be framed, kept, scripted, or sent on as a referrer."""
    answer = _ask(portal, "v" * 43)
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "default-src 'none'" in policy
    # A browser holds the redirect after the form to this list as well.
    assert "form-action 'self' http://127.0.0.1:49152" in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    foreign = {"Origin": "https://attacker.example"}
    for path in ("authorize", "token", "revoke"):
        sent = requests.post(f"{portal.url}/identity/{path}", data={"enter": "1"}, headers=foreign, timeout=10)
        assert sent.status_code == 403, path


def test_refresh_token_replay(portal: Sandbox) -> None:
    """RFC 9700, 4.14.2: the second use of a refresh token ends the whole log-in."""
    code, redirect = _code(portal, "v" * 43)
    first = _redeem(portal, code, redirect, "v" * 43).json()

    def renew(token: str) -> requests.Response:
        given = {"grant_type": "refresh_token", "refresh_token": token, "client_id": CLIENT}
        return requests.post(f"{portal.url}/identity/token", data=given, timeout=10)

    second = renew(first["refresh_token"])
    assert second.status_code == 200
    assert renew(first["refresh_token"]).json()["error"] == "invalid_grant"
    assert renew(second.json()["refresh_token"]).json()["error"] == "invalid_grant"


# --- tokens that lie --------------------------------------------------------------------------------------------


def test_token_substitution(rogue: Rogue) -> None:
    """OpenID Connect Core, 3.1.3.8: an access token that is not the one the id_token was made with."""
    rogue.tokens["access_token"] = "of-somebody-else"
    untrusted(rogue, "token")


def test_nonce_replay(rogue: Rogue) -> None:
    """OpenID Connect Core, 15.5.2: an id_token of an earlier log-in, or one without a nonce."""
    for nonce in ("of yesterday", "", 7, None):
        rogue.claims["nonce"] = nonce
        untrusted(rogue, "nonce")


def test_alg_none(rogue: Rogue) -> None:
    """RFC 8725, 2.1, although the provider announces it."""
    for alg in ("none", "None", "NONE", "", None, 7):
        rogue.head["alg"] = alg
        rogue.id_token = lambda head, claims: f"{b64(_json(head))}.{b64(_json(claims))}."
        untrusted(rogue, "algorithm")


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


def test_hs256_key_confusion(rogue: Rogue) -> None:
    """RFC 8725, 2.1: a signature by HMAC with the public key, which everybody knows, as its secret."""
    secret = rogue.key.as_pem(private=False)

    def forge(head: dict[str, Any], claims: dict[str, Any]) -> str:
        signed = f"{b64(_json({**head, 'alg': 'HS256'}))}.{b64(_json(claims))}"
        return f"{signed}.{b64(hmac.digest(secret, signed.encode(), 'sha256'))}"

    rogue.id_token = forge
    untrusted(rogue, "algorithm")


def test_key_confusion_by_jku_x5u_and_jwk(rogue: Rogue) -> None:
    """RFC 8725, 3.10: a key that the token brings along or says where to fetch; nobody goes there."""
    own = ECKey.generate_key("P-256", private=True)
    for more in (
        {"jku": f"{rogue.url}/attacker.json"}, {"x5u": f"{rogue.url}/attacker.pem"},
        {"jwk": own.as_dict(private=False)}, {"crit": ["exp"], "exp": 1},
    ):  # fmt: skip
        rogue.id_token = partial(_sign, own, more=more)
        untrusted(rogue, "key")
    assert not [path for _, path, _ in rogue.seen if "attacker" in path]


def _sign(
    key: ECKey, head: dict[str, Any], claims: dict[str, Any], more: Mapping[str, Any] = MappingProxyType({})
) -> str:
    """Sign whatever a library would refuse to, with more in its head."""
    assert key.private_key is not None
    signed = f"{b64(_json({**head, **more}))}.{b64(_json(claims))}"
    r, s = decode_dss_signature(key.private_key.sign(signed.encode(), ECDSA(SHA256())))
    return f"{signed}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def test_signature_by_another_key_under_the_same_name(rogue: Rogue) -> None:
    own = ECKey.generate_key("P-256", private=True)
    rogue.id_token = lambda head, claims: jwt.encode(head, claims, own)
    untrusted(rogue, "signature")


def test_key_sets_that_do_not_name_one_key(rogue: Rogue) -> None:
    """Two keys of one name, a key for encryption, a symmetric one, another key's name."""
    good = {**rogue.key.as_dict(private=False), "use": "sig"}
    for keys in (
        [good, good], [{**good, "use": "enc"}], [{**good, "kid": "k2"}], [], [7], "no list",
        [{**good, "alg": "RS256"}], [{"kty": "oct", "k": "AAAA", "kid": "k1"}], [{"kty": "EC", "kid": "k1"}],
    ):  # fmt: skip
        rogue.does["/identity/jwks.json"] = partial(reply, status=200, document={"keys": keys})
        untrusted(rogue, "key")


def test_an_algorithm_of_another_kind_of_key(rogue: Rogue) -> None:
    """RFC 8725, 3.1: the algorithm and the key must belong together."""
    rogue.facts["id_token_signing_alg_values_supported"] = ["RS256"]
    untrusted(rogue, "algorithm")
    rogue.facts["id_token_signing_alg_values_supported"] = ["ES256", "RS256"]
    rsa = RSAKey.generate_key(2048, private=True)
    rogue.id_token = lambda head, claims: jwt.encode({**head, "alg": "RS256"}, claims, rsa)
    untrusted(rogue, "key")


def test_expired_id_token(rogue: Rogue) -> None:
    now = int(datetime.now(UTC).timestamp())
    rogue.claims["exp"] = now - 301
    untrusted(rogue, "expired")
    rogue.claims["exp"] = now - 200  # a clock may be a little wrong
    assert log_in(rogue).person.name


def test_id_token_of_the_future(rogue: Rogue) -> None:
    now = int(datetime.now(UTC).timestamp())
    for claim in ("iat", "nbf"):
        rogue.claims = {claim: now + 400, "exp": now + 900}
        untrusted(rogue, "early")
    for exp in (None, "soon", True, float("1e300")):
        rogue.claims = {"exp": exp}
        untrusted(rogue, "shape")


def test_a_wrong_clock_is_said_and_not_called_an_attack(rogue: Rogue) -> None:
    with (
        rogue.connection(clock=lambda: datetime.now(UTC) + timedelta(hours=3)) as connection,
        pytest.raises(ClockWrong),
    ):
        BrowserLogIn(rogue.description(), open=rogue.browser(), seconds=10).log_in(connection, NOW)


def test_wrong_aud(rogue: Rogue) -> None:
    """OpenID Connect Core, 3.1.3.7 (3 to 5): made for another program, or for others beside us."""
    for audience in ("another", ["another"], [CLIENT, "another"], [], None, "", {CLIENT: 1}):
        rogue.claims["aud"] = audience
        untrusted(rogue, "audience")
    rogue.claims = {"azp": "another"}
    untrusted(rogue, "audience")
    rogue.claims = {"aud": [CLIENT], "azp": CLIENT}
    assert log_in(rogue).person.name


def test_wrong_iss_of_the_id_token(rogue: Rogue) -> None:
    for issuer in ("https://attacker.example", rogue.issuer + "/", None):
        rogue.claims["iss"] = issuer
        untrusted(rogue, "issuer")


def test_a_renewal_that_names_somebody_else(rogue: Rogue) -> None:
    """OpenID Connect Core, 12.2: the subject must stay the same."""
    login = log_in(rogue)
    way = BrowserLogIn(rogue.description())
    with rogue.connection() as connection:
        renewed = way.renew(connection, login, NOW)
        assert renewed is not None
        rogue.claims["sub"] = "P-2"
        with pytest.raises(LoginUntrusted):
            way.renew(connection, login, NOW)


# --- the provider's addresses -----------------------------------------------------------------------------------


def test_redirect_of_the_token_endpoint_to_another_host(rogue: Rogue) -> None:
    """RFC 9700, 4.12: the code and the verifier are not carried anywhere else."""
    with Rogue() as other:
        for status in (302, 303, 307, 308):
            rogue.does["/identity/token"] = partial(reply, status=status, document={}, Location=f"{other.issuer}/token")
            with pytest.raises(PortalAnsweredGarbage):
                log_in(rogue)
        assert other.seen == []


def test_redirect_of_the_discovery_document_to_another_host(rogue: Rogue) -> None:
    with Rogue() as other:
        place = "/identity/.well-known/openid-configuration"
        rogue.does[place] = lambda request: reply(request, 302, {}, Location=f"{other.url}{place}")
        with pytest.raises(PortalAddressForbidden):
            log_in(rogue)
        assert other.seen == []


def test_endpoints_at_hosts_that_the_signed_catalogue_does_not_name(rogue: Rogue) -> None:
    """RFC 9700, 4.4: a discovery document cannot lead us, or the browser, away from the portal."""
    with Rogue() as other:
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri", "revocation_endpoint"):
            for address in (
                f"{other.issuer}/x", "https://attacker.example/x", "file:///etc/passwd", "javascript:alert(1)",
                rogue.issuer.replace("//", "//attacker.example@") + "/x", f"{rogue.issuer}\\x", f"{rogue.issuer}/x#y",
            ):  # fmt: skip
                rogue.facts = {name: address}
                untrusted(rogue, "host")
        assert other.seen == []
        assert not rogue.asked
        # The catalogue may name it.
        rogue.facts = {"jwks_uri": f"{other.issuer}/jwks.json"}
        other.key = rogue.key
        assert log_in(rogue, hosts=(urlsplit(other.url).netloc,)).person.name


def test_a_discovery_document_of_another_issuer(rogue: Rogue) -> None:
    """RFC 8414, 3.3 and 6.2: impersonation by metadata."""
    for issuer in ("https://attacker.example", rogue.issuer + "/", None, 7):
        rogue.facts["issuer"] = issuer
        untrusted(rogue, "issuer")


def test_plain_http_issuer_other_than_loopback_practice(rogue: Rogue) -> None:
    """RFC 9700, 2.6; RFC 8252, 8.3: no plain http to anywhere, but to this machine in practice."""
    for issuer in (
        "http://dangnhap.example",
        "http://10.0.0.1/identity",
        "ftp://127.0.0.1/identity",
        "file:///identity",
    ):
        with rogue.connection() as connection, pytest.raises(PortalAddressForbidden):
            BrowserLogIn(rogue.description(issuer=issuer)).log_in(connection, NOW)
    from desktop.portal.connection import Connection

    with Connection("https://portal.example") as real, pytest.raises(PortalAddressForbidden):
        BrowserLogIn(rogue.description()).log_in(real, NOW)
    assert rogue.seen == []


@pytest.mark.parametrize("place", [".well-known/openid-configuration", "token", "jwks.json"])
def test_oversized_answers(rogue: Rogue, place: str) -> None:
    """Endless data from any of the provider's addresses."""

    def flood(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        try:
            for _ in range(10_000):
                request.wfile.write(b'{"a": "' + b"x" * 65_536)
        except OSError:
            pass

    rogue.does[f"/identity/{place}"] = flood
    with pytest.raises(PortalAnsweredGarbage):
        log_in(rogue)


@pytest.mark.parametrize("place", [".well-known/openid-configuration", "token", "jwks.json"])
def test_slow_drip(rogue: Rogue, place: str) -> None:
    """A byte now and then passes each single time-out: the whole call has one too."""
    over = threading.Event()

    def drip(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        try:
            while not over.wait(0.2):
                request.wfile.write(b" ")
                request.wfile.flush()
        except OSError:
            pass

    rogue.does[f"/identity/{place}"] = drip
    try:
        with pytest.raises(PortalSlow):
            log_in(rogue)
    finally:
        over.set()


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b"\xff", b"[" * 100_000, b'{"access_token": 7}', b'{"access_token":"a\\r\\nX: y"}']
)
def test_garbage_from_the_token_endpoint(rogue: Rogue, body: bytes) -> None:
    rogue.does["/identity/token"] = lambda request: reply(request, 200, body)
    with pytest.raises(PortalError):
        log_in(rogue)


def test_secrets_stay_out_of_what_is_shown(rogue: Rogue, caplog: pytest.LogCaptureFixture, capfd: Any) -> None:
    """No log, representation or error holds a code, a verifier or a token."""
    with caplog.at_level(0):
        login = log_in(rogue)
        rogue.claims["nonce"] = "x"
        with pytest.raises(LoginUntrusted) as refused:
            log_in(rogue)
    verifiers = [form["code_verifier"][0] for _, _, form in rogue.seen if "code_verifier" in form]
    assert len(verifiers) == 2
    # urllib3 names addresses in its own debug lines: none of ours holds a secret.
    said = caplog.text + "".join(capfd.readouterr()) + repr(login) + str(refused.value) + repr(refused.value)
    for secret in ("access-token-1", "refresh-1", "code-0", *verifiers):
        assert secret not in said


def test_browser_opens_nothing_but_web_addresses(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from desktop.portal.session import open_in_browser

    monkeypatch.setenv("BROWSER", f"touch {tmp_path / 'opened'} %s")
    monkeypatch.setattr("webbrowser._tryorder", None)
    for address in ("file:///etc/passwd", "javascript:alert(1)", "--help", "vnc:x", ""):
        assert not open_in_browser(address)
    assert not (tmp_path / "opened").exists()
