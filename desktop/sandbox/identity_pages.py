"""The practice portal's log-in on HTTP: what the browser sees, and the token endpoint.

No page has a script or a place for a password; none may be framed, kept or sent on as a referrer.
"""

# No postponed annotations here: FastAPI reads them.
from collections.abc import Callable, Mapping
from html import escape
from typing import Any
from urllib.parse import parse_qs, urlsplit

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool

from desktop.sandbox import pages
from desktop.sandbox.identity import PERSONS, Asked, Identity, SentBack, TokenRefused, WrongRequest

PATH = "/identity"
_FIELDS = 20
_LONGEST = 16_384


def install(app: FastAPI, identity: Identity, base: Callable[[Request], str]) -> None:
    """Put the provider under `/identity` of the portal; its issuer is the address by which it was called."""

    def issuer(request: Request) -> str:
        return base(request) + PATH

    def fields(text: bytes | str) -> dict[str, list[str]]:
        if len(text) > _LONGEST:
            raise ValueError("too long")
        decoded = text.decode("utf-8") if isinstance(text, bytes) else text
        return parse_qs(decoded, keep_blank_values=True, max_num_fields=_FIELDS, errors="strict")

    @app.get(f"{PATH}/.well-known/openid-configuration", include_in_schema=False)
    def discovery(request: Request) -> Response:
        return JSONResponse(identity.metadata(issuer(request)))

    @app.get(f"{PATH}/jwks.json", include_in_schema=False)
    def keys() -> Response:
        return JSONResponse(identity.jwks())

    @app.get(f"{PATH}/authorize", include_in_schema=False)
    def authorize(request: Request) -> Response:
        try:
            asked = identity.ask(fields(request.url.query), issuer(request))
        except (ValueError, WrongRequest) as error:
            return _page(_wrong(str(getattr(error, "why", "yêu cầu không đọc được"))), status=400)
        except SentBack as error:
            return _go(error.address)
        # A browser holds the redirect that follows the form to this rule too: the client's own address is named.
        return _page(_choice(asked), sends_to=_origin(asked.redirect))

    @app.post(f"{PATH}/authorize", include_in_schema=False)
    async def choose(request: Request) -> Response:
        try:
            given = fields(await request.body())
            request_id = given.get("request", [""])[0]
            name = (given.get("name", [""])[0].strip() or given.get("person", [""])[0]) if "enter" in given else None
            address = await run_in_threadpool(identity.choose, request_id, name, issuer(request))
        except (ValueError, WrongRequest) as error:
            return _page(_wrong(str(getattr(error, "why", "yêu cầu không đọc được"))), status=400)
        return _go(address)

    @app.post(f"{PATH}/token", include_in_schema=False)
    async def token(request: Request) -> Response:
        return await _told(request, identity.token)

    @app.post(f"{PATH}/revoke", include_in_schema=False)
    async def revoke(request: Request) -> Response:
        return await _told(request, identity.revoke)

    async def _told(request: Request, act: Callable[[Mapping[str, list[str]]], dict[str, Any]]) -> Response:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        try:
            if kind != "application/x-www-form-urlencoded":
                raise TokenRefused("invalid_request", "content-type")
            try:
                given = fields(await request.body())
            except ValueError:
                raise TokenRefused("invalid_request", "body") from None
            return _secret(await run_in_threadpool(act, given), 200)
        except TokenRefused as error:
            status = 401 if error.error == "invalid_client" else 400
            return _secret({"error": error.error, "error_description": error.why}, status)

    @app.get(f"{PATH}/logout", include_in_schema=False)
    def logout() -> Response:
        return _page(pages.frame("Đã đăng xuất", "<p>Phiên ở cổng thực hành đã kết thúc. Có thể đóng trang này.</p>"))

    @app.get(f"{PATH}/register", include_in_schema=False)
    def register() -> Response:
        return _page(
            pages.frame(
                "Đăng ký tài khoản",
                "<p>Ở cổng thực hành không cần đăng ký: tên nào cũng dùng được. Trên cổng thật, tài khoản định danh "
                "điện tử được đăng ký và kích hoạt tại đây; chương trình Hồ Sơ không bao giờ hỏi mật khẩu.</p>",
            )
        )

    @app.get(f"{PATH}/recover", include_in_schema=False)
    def recover() -> Response:
        return _page(
            pages.frame(
                "Lấy lại tài khoản",
                "<p>Ở cổng thực hành không có mật khẩu để quên. Trên cổng thật, trang này giúp lấy lại tài khoản.</p>",
            )
        )


def _choice(asked: Asked) -> str:
    hint = asked.hint.casefold()
    known = [one.name.casefold() for one in PERSONS]
    chosen = known.index(hint) if hint in known else 0
    rows = "".join(
        f'<p><label><input type="radio" name="person" value="{escape(one.name)}"{" checked" if at == chosen else ""}> '
        f"<strong>{escape(one.name)}</strong>: {escape(one.about)}</label></p>"
        for at, one in enumerate(PERSONS)
    )
    typed = escape(asked.hint) if asked.hint and hint not in known else ""
    return pages.frame(
        "Đăng nhập cổng thực hành",
        "<p>Chương trình <strong>Hồ Sơ</strong> trên máy này xin đăng nhập. Chọn người mà bạn muốn đóng vai; "
        "không ai hỏi mật khẩu.</p>"
        f'<form method="post" action="{PATH}/authorize"><input type="hidden" name="request" value="{escape(asked.id)}">'
        f"<fieldset><legend>Người thực hành</legend>{rows}"
        f'<p><label>Tên khác: <input name="name" maxlength="200" autocomplete="off" value="{typed}"></label></p>'
        '</fieldset><p><button type="submit" name="enter" value="1">Đăng nhập</button> '
        '<button type="submit" name="leave" value="1">Không đăng nhập</button></p></form>'
        f'<p><a href="{PATH}/register">Đăng ký tài khoản</a> · <a href="{PATH}/recover">Lấy lại tài khoản</a></p>',
    )


def _wrong(why: str) -> str:
    return pages.frame(
        "Không đăng nhập được",
        f"<p>Yêu cầu đăng nhập này không đúng: {escape(why)}. Cổng không chuyển bạn đi đâu cả; hãy đóng trang này "
        "và đăng nhập lại từ chương trình Hồ Sơ.</p>",
    )


def _origin(address: str) -> str:
    return f"http://{urlsplit(address).netloc}"


def _page(html: str, *, status: int = 200, sends_to: str = "") -> Response:
    policy = (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; "
        f"form-action 'self' {sends_to}".strip()
    )
    # Not "no-referrer": a browser then calls the origin of a form "null", and the gate turns it away.
    headers = {"Content-Security-Policy": policy, "Referrer-Policy": "same-origin", "Cache-Control": "no-store"}
    return HTMLResponse(html, status, headers)


def _go(address: str) -> Response:
    # 303, never 307: that would send the form on to the client's address (RFC 9700, 4.12).
    return RedirectResponse(address, 303, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})


def _secret(document: dict[str, Any], status: int) -> Response:
    return JSONResponse(document, status, {"Cache-Control": "no-store", "Pragma": "no-cache"})
