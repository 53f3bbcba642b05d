"""The portal's HTTP interface: routes of `resources/portal/openapi.yaml`, no decisions of its own."""

# No postponed annotations here: FastAPI reads them, and some name values that exist only inside `build`.
import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path as FilePath
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from desktop.sandbox import clerk_desk, identity_pages, models, pages
from desktop.sandbox.authority import Authority
from desktop.sandbox.catalogue import Catalogue
from desktop.sandbox.database import Database, stamp
from desktop.sandbox.errors import PortalSaysNo
from desktop.sandbox.guard import Faults, Gate
from desktop.sandbox.identity import Identity, person_id
from desktop.sandbox.life import Life
from desktop.sandbox.scenarios import Play
from desktop.sandbox.submissions import Submissions, read_manifest
from desktop.sandbox.words import problem

CONTRACT = "1.0"
TOKEN_LIFE = 8 * 3600
"""Seconds that a practice log-in lasts."""
_RANGE = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15})")
_JSON = "application/problem+json"
_CODES = {401: "LOGIN_NEEDED", 404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED"}


@dataclass(frozen=True)
class Desk:
    """All that the routes speak to."""

    id: str
    name: models.Text
    database: Database
    submissions: Submissions
    life: Life
    catalogue: Catalogue
    authority: Authority
    clock: Callable[[], datetime]
    hosts: frozenset[str]
    patience: float
    """Seconds that a commit waits for the verdict before it answers 202."""
    faults: bool
    clerk_key: str
    """Opens the clerk's page."""
    identity: Identity
    play: Play


def _problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Document the problem answers of a route."""
    shape = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {status: {"description": "Problem", "content": {_JSON: shape}} for status in statuses}


def build(desk: Desk) -> tuple[Gate | Faults, Callable[[], dict[str, Any]]]:
    """Build the ASGI application of a portal, and what describes it as OpenAPI."""
    app = FastAPI(
        title="Hồ Sơ portal contract",
        version=CONTRACT,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    faults = Faults(Gate(app, desk.hosts)) if desk.faults else None
    bearer = HTTPBearer(auto_error=False, description="Token of /v1/session/…")

    def person(given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> str:
        digest = hashlib.sha256(given.credentials.encode()).hexdigest() if given else ""
        row = desk.database.one("SELECT person, expires FROM sessions WHERE token = ?", digest)
        if row is None or datetime.fromisoformat(row["expires"]) <= desk.clock():
            raise PortalSaysNo(401, "LOGIN_NEEDED")
        return str(row["person"])

    Who = Annotated[str, Depends(person)]
    Key = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{16,64}$")]
    Sha = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
    Code = Annotated[str, Path(min_length=1, max_length=60)]

    def base(request: Request) -> str:
        return str(request.base_url).rstrip("/")

    # --- errors -------------------------------------------------------------------------------------------

    @app.exception_handler(PortalSaysNo)
    async def says_no(request: Request, error: PortalSaysNo) -> Response:
        headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else None
        body = problem(error.status, error.problem, error.more)
        return JSONResponse(body, error.status, headers, media_type=_JSON)

    @app.exception_handler(RequestValidationError)
    async def not_the_contract(request: Request, error: RequestValidationError) -> Response:
        place = ".".join(str(step) for step in error.errors()[0]["loc"])
        return JSONResponse(problem(422, "REQUEST_INVALID", {"place": place}), 422, media_type=_JSON)

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> Response:
        # A body that is not even JSON comes as 400; the contract knows one status for all malformed requests.
        status = 422 if error.status_code == 400 else error.status_code
        body = problem(status, _CODES.get(status, "REQUEST_INVALID"), {"place": request.url.path[:200]})
        return JSONResponse(body, status, error.headers, media_type=_JSON)

    # --- catalogue ----------------------------------------------------------------------------------------

    @app.get("/catalogue/metadata/{name}", responses=_problems(404), response_class=FileResponse)
    def metadata(name: Annotated[str, Path(pattern=r"^([0-9]{1,9}\.)?[a-z0-9-]{1,64}\.json$")]) -> Response:
        if name == "timestamp.json":
            desk.catalogue.refresh()
        return _file(desk.catalogue.metadata_file(name), "application/json")

    @app.get("/catalogue/targets/{path:path}", responses=_problems(404), response_class=FileResponse)
    def target(path: str) -> Response:
        return _file(desk.catalogue.target_file(path), "application/octet-stream")

    @app.get("/v1/portal")
    def portal() -> models.Portal:
        now = stamp(desk.clock())
        return models.Portal(id=desk.id, name=desk.name, practice=True, time=now, contract=CONTRACT)

    # --- session ------------------------------------------------------------------------------------------

    @app.post("/v1/session/practice", responses=_problems(422))
    def log_in(body: models.PracticeLogin) -> models.Session:
        name = " ".join(body.person.split())
        if not name or not name.isprintable():
            raise PortalSaysNo(422, "REQUEST_INVALID", {"place": "body.person"})
        token = secrets.token_urlsafe(32)
        now = desk.clock()
        with desk.database.transaction():
            who = person_id(desk.database, name)
            desk.database.run("DELETE FROM sessions WHERE expires < ?", now.isoformat())
            desk.database.insert(
                "sessions",
                token=hashlib.sha256(token.encode()).hexdigest(),
                person=who,
                expires=(now + timedelta(seconds=TOKEN_LIFE)).isoformat(),
            )
        return models.Session(
            access_token=token,
            token_type="Bearer",
            expires_in=TOKEN_LIFE,
            person=models.Person(id=who, name=name),
        )

    @app.get("/v1/mandates", responses=_problems(401))
    def mandates(who: Who) -> models.Mandates:
        return models.Mandates(
            mandates=[
                models.Mandate(
                    id=one.id,
                    client=models.Mandator(tax_code=one.tax_code, personal_id=None, name=one.client),
                    role=one.role,
                    since=one.since,
                    until=one.until,
                )
                for one in desk.identity.mandates(who)
            ]
        )

    # --- submissions --------------------------------------------------------------------------------------

    @app.put("/v1/submissions/{key}", responses={201: {"model": models.SubmissionState}, **_problems(401, 409, 422)})
    def open_submission(key: Key, body: models.ManifestUpload, who: Who, response: Response) -> models.SubmissionState:
        if body.mandate is not None:
            desk.identity.check_mandate(who, body.mandate, read_manifest(body.manifest).client.tax_code)
        if body.notices is not None and (lacking := body.notices.lacks()) is not None:
            raise PortalSaysNo(422, "NOTICES_INVALID", {"place": f"notices.{lacking}"})
        wish = body.notices.model_dump_json() if body.notices is not None else None
        state, fresh = desk.submissions.open(key, body.manifest, who, body.mandate, wish)
        response.status_code = 201 if fresh else 200
        return state

    @app.put(
        "/v1/submissions/{key}/files/{sha256}",
        responses=_problems(401, 403, 404, 409, 413, 422),
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
            }
        },
    )
    async def upload(
        key: Key,
        sha256: Sha,
        who: Who,
        request: Request,
        content_range: Annotated[str | None, Header(max_length=100)] = None,
    ) -> models.Received:
        parts: list[bytes] = []
        try:
            async for part in request.stream():
                parts.append(part)
        except ClientDisconnect:
            # The connection was cut in the body: what came of it is kept, so that it need not be sent again.
            declared = request.headers.get("content-length", "")
            if parts and declared.isdecimal():
                span = _span(content_range, int(declared))
                await run_in_threadpool(desk.submissions.receive, key, sha256, who, b"".join(parts), span, cut=True)
            raise PortalSaysNo(422, "RANGE_WRONG") from None
        data = b"".join(parts)
        parts.clear()
        span = _span(content_range, len(data))
        held = await run_in_threadpool(desk.submissions.receive, key, sha256, who, data, span)
        return models.Received(received=held)

    @app.post(
        "/v1/submissions/{key}/commit",
        responses={202: {"model": models.SubmissionState}, **_problems(401, 403, 404, 409)},
    )
    def commit(key: Key, who: Who, response: Response) -> models.SubmissionState:
        state = desk.submissions.commit(key, who, desk.patience)
        if state.state == "received":
            response.status_code = 202
            response.headers["Retry-After"] = "1"
        return state

    @app.get("/v1/submissions/{key}", responses=_problems(401, 403))
    def submission(key: Key, who: Who) -> models.SubmissionState:
        return desk.submissions.state(key, who)

    # --- what becomes of them -----------------------------------------------------------------------------

    @app.get("/v1/changes", responses=_problems(401, 422))
    def changes(
        who: Who, cursor: Annotated[str, Query(pattern=r"^[0-9]{0,18}$", description="Where to go on")] = ""
    ) -> models.Changes:
        rows, more = desk.life.changes(who, int(cursor or 0))
        last = str(rows[-1]["seq"]) if rows else cursor or "0"
        return models.Changes(cursor=last, changes=[models.Change.model_validate(row) for row in rows], more=more)

    @app.get("/v1/dossiers", responses=_problems(401, 422))
    def dossiers(who: Who, id_number: Annotated[str, Query(min_length=1, max_length=20)]) -> models.Dossiers:
        return models.Dossiers(dossiers=desk.life.search(id_number, who))

    @app.get("/v1/dossiers/{code}", responses=_problems(401, 404))
    def dossier(code: Code, who: Who) -> models.Dossier:
        return desk.life.dossier(code, who)

    @app.post("/v1/dossiers/{code}/payments", responses=_problems(401, 404, 409, 422))
    def pay(
        code: Code,
        body: models.PaymentRequest,
        who: Who,
        request: Request,
        idempotency_key: Annotated[str, Header(min_length=8, max_length=100)],
    ) -> models.Payment:
        return desk.life.pay(code, body.fee, who, idempotency_key, base(request))

    @app.get("/v1/payments/{payment}", responses=_problems(401, 404))
    def payment(payment: Annotated[str, Path(max_length=64)], who: Who, request: Request) -> models.Payment:
        return desk.life.payment(payment, who, base(request))

    @app.get(
        "/v1/dossiers/{code}/results/{result}",
        response_class=Response,
        responses={
            200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}},
            **_problems(401, 404),
        },
    )
    def result(code: Code, result: Annotated[str, Path(max_length=64)], who: Who) -> Response:
        row = desk.life.result(code, result, who)
        return _file(desk.submissions.path(row["sha256"]), row["media_type"])

    @app.get(
        "/v1/dossiers/{code}/messages/{message}/attachments/{attachment}",
        response_class=Response,
        responses={
            200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}},
            **_problems(401, 404),
        },
    )
    def attachment(
        code: Code,
        message: Annotated[str, Path(max_length=64)],
        attachment: Annotated[str, Path(max_length=64)],
        who: Who,
    ) -> Response:
        row = desk.life.attachment(code, message, attachment, who)
        return _file(desk.submissions.path(row["sha256"]), row["media_type"])

    @app.post("/v1/dossiers/{code}/withdrawal", responses=_problems(401, 404, 409))
    def withdraw(code: Code, who: Who) -> models.Dossier:
        return desk.life.withdraw(code, who)

    identity_pages.install(app, desk.identity, base)

    # --- only a practice portal has these -----------------------------------------------------------------

    @app.get("/", include_in_schema=False)
    def clerk(key: str = "") -> HTMLResponse:
        # Others on this machine reach the port too: who was not given the address sees no names.
        if not secrets.compare_digest(key.encode(), desk.clerk_key.encode()):
            return _page(pages.front())
        rows = desk.database.all("SELECT * FROM dossiers WHERE NOT deleted ORDER BY rowid DESC LIMIT 200")
        mails = desk.database.all("SELECT * FROM mails ORDER BY id DESC LIMIT 100")
        return _page(pages.clerk(rows, mails, desk.play, desk.clerk_key))

    @app.post("/clerk", include_in_schema=False)
    async def decide(request: Request) -> Response:
        told = await run_in_threadpool(clerk_desk.obey, await request.body(), desk.clerk_key, desk.life, desk.play)
        return RedirectResponse(f"/?key={desk.clerk_key}", status_code=303) if told else _page(pages.front())

    @app.get("/practice/pay/{payment}", include_in_schema=False)
    def pay_page(payment: str, request: Request, confirm: bool = False) -> Response:
        if confirm:
            desk.life.confirm(payment)
        return _page(pages.payment(desk.life.payment(payment, None, base(request))))

    @app.post("/practice/pay/{payment}", include_in_schema=False)
    def paid(payment: str) -> Response:
        desk.life.confirm(payment)
        return RedirectResponse(f"/practice/pay/{payment}", status_code=303)

    @app.get("/practice/ca.pem", include_in_schema=False)
    def ca() -> Response:
        return PlainTextResponse(desk.authority.root_pem, media_type="application/x-pem-file")

    @app.get("/practice/ca.crl", include_in_schema=False)
    def crl() -> Response:
        return PlainTextResponse(desk.authority.crl_pem, media_type="application/x-pem-file")

    if faults is not None:

        @app.post("/practice/faults", include_in_schema=False, status_code=204)
        def order(fault: models.Fault) -> Response:
            faults.order(fault)
            return Response(status_code=204)

        @app.delete("/practice/faults", include_in_schema=False, status_code=204)
        def clear() -> Response:
            faults.clear()
            return Response(status_code=204)

        @app.post("/practice/dossiers/{code}/status", include_in_schema=False)
        def act(code: str, action: models.ClerkAction) -> models.Dossier | None:
            return desk.life.act(code, action)

    # Reached by reference only: FastAPI lists the schemas that routes name, and Problem is named by hand.
    def openapi() -> dict[str, Any]:
        document = app.openapi()
        schemas = document["components"]["schemas"]
        shape = models.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(shape.pop("$defs"))
        schemas["Problem"] = shape
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        for item in document["paths"].values():
            for operation in item.values():
                if "422" in operation["responses"]:
                    operation["responses"]["422"] = _problems(422)[422]
        return document

    return faults or Gate(app, desk.hosts), openapi


def _span(content_range: str | None, length: int) -> tuple[int, int] | None:
    """Read a Content-Range; raise PortalSaysNo when it does not fit the body."""
    if content_range is None:
        return None
    match = _RANGE.fullmatch(content_range.strip())
    if match is None:
        raise PortalSaysNo(422, "RANGE_WRONG")
    first, last, total = (int(part) for part in match.groups())
    if last - first + 1 != length or last >= total:
        raise PortalSaysNo(422, "RANGE_WRONG")
    return first, total


def _file(path: FilePath | None, media_type: str) -> Response:
    if path is None or not path.is_file():
        raise PortalSaysNo(404, "NOT_FOUND")
    return FileResponse(path, media_type=media_type)


def _page(html: str) -> HTMLResponse:
    policy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
    # Not "no-referrer": a browser then calls the origin of a form "null", and the gate turns it away.
    return HTMLResponse(html, headers={"Content-Security-Policy": policy, "Referrer-Policy": "same-origin"})
