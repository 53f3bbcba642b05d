"""What stands between the network and the portal: hosts, origins, sizes, and faults made on purpose.

Both layers are plain ASGI, so that they see a request before anything of it is parsed. The faults cut
connections below HTTP, as a failing network does.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from desktop.sandbox.models import Fault
from desktop.sandbox.words import problem

Scope = MutableMapping[str, Any]
Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_JSON = 3 << 20
MAX_CHUNK_BODY = 8 << 20


class Gate:
    """Let in only requests for this host, from no foreign page, with a bounded body."""

    def __init__(self, app: App, hosts: frozenset[str]) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        # A page of another site can reach a loopback port under a name of its own: the name is the test.
        if _name(headers.get(b"host", "")) not in self._hosts:
            await _answer(send, 421, "HOST_NOT_ALLOWED")
            return
        origin = headers.get(b"origin")
        if origin is not None and (
            urlsplit(origin).netloc != headers[b"host"] or urlsplit(origin).scheme not in ("http", "https")
        ):
            await _answer(send, 403, "ORIGIN_NOT_ALLOWED")
            return
        limit = MAX_CHUNK_BODY if scope["method"] == "PUT" and "/files/" in scope["path"] else MAX_JSON
        declared = headers.get(b"content-length", "0")
        if not declared.isdecimal() or int(declared) > limit:
            await _answer(send, 413, "TOO_LARGE", {"limit": limit})
            return
        taken = 0

        async def bounded() -> Event:
            nonlocal taken
            event = await receive()
            taken += len(event.get("body", b""))
            if taken > limit:  # a chunked body that declared no length
                raise _TooLarge
            return event

        async def replaced(event: Event) -> None:
            # The framework turns the exception into an answer of its own: ours takes its place.
            if taken <= limit:
                await send(event)
            elif event["type"] == "http.response.start":
                await _answer(send, 413, "TOO_LARGE", {"limit": limit})

        await self._app(scope, bounded, replaced)


class _TooLarge(Exception):
    pass


class Faults:
    """Make the faults that a test has ordered, one request at a time."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._ordered: list[Fault] = []
        self._lock = threading.Lock()

    def order(self, fault: Fault) -> None:
        """Order a fault for the coming requests of one place, after `skip` of them have passed."""
        with self._lock:
            self._ordered.append(fault)

    def clear(self) -> None:
        """Forget every fault that has not happened yet."""
        with self._lock:
            self._ordered.clear()

    def _take(self, where: str) -> Fault | None:
        with self._lock:
            for index, fault in enumerate(self._ordered):
                if fault.where not in (where, "*"):
                    continue
                if fault.skip > 0:
                    self._ordered[index] = fault.model_copy(update={"skip": fault.skip - 1})
                    return None
                if fault.times > 1:
                    self._ordered[index] = fault.model_copy(update={"times": fault.times - 1})
                else:
                    del self._ordered[index]
                return fault
        return None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        place = where(scope) if scope["type"] == "http" else None
        fault = self._take(place) if place else None
        if fault is None:
            await self._app(scope, receive, send)
            return
        kind = fault.kind
        if kind == "slow":
            await asyncio.sleep(fault.seconds)
            await self._app(scope, receive, send)
        elif kind == "refuse":
            await _answer(send, 422, "PRACTICE_REFUSAL")
        elif kind in ("500", "503", "429"):
            await _answer(send, int(kind), "PRACTICE_FAULT", retry_after=kind != "500")
        elif kind == "garbage":
            await _send(send, 200, b"application/json", b'{"state": [\xff\xfe "registered", ' * 3)
        elif kind in ("cut-before-body", "kill-before"):
            _cut(send, kill=kind.startswith("kill"))
        elif kind in ("cut-in-body", "kill-in-body"):
            await receive()
            _cut(send, kill=kind.startswith("kill"))
        elif kind in ("cut-after-commit", "kill-after-commit"):

            async def swallow(event: Event) -> None:
                if event["type"] == "http.response.start":
                    _cut(send, kill=kind.startswith("kill"))

            await self._app(scope, receive, swallow)
        else:

            async def half(event: Event) -> None:
                body = event.get("body", b"")
                if event["type"] == "http.response.body" and body:
                    await send({**event, "body": body[: len(body) // 2], "more_body": True})
                    await asyncio.sleep(0.05)
                    _cut(send, kill=False)
                elif event["type"] == "http.response.start":
                    await send(event)

            await self._app(scope, receive, half)


def where(scope: Scope) -> str | None:
    """Name the place of a request, as faults name it; None for what is never made to fail."""
    steps: list[str] = scope["path"].strip("/").split("/")
    if steps[0] == "catalogue":
        return "catalogue"
    if steps[:2] == ["practice", "pay"]:
        return "pay-page"
    if steps[0] != "v1" or len(steps) < 2:
        return None
    kind = steps[1]
    if kind == "submissions":
        if len(steps) == 3:
            return "manifest" if scope["method"] == "PUT" else "submission"
        return "file" if steps[3] == "files" else "commit"
    if kind == "dossiers" and len(steps) > 3:
        kinds = {"payments": "payment", "results": "result", "messages": "attachment", "withdrawal": "withdrawal"}
        return kinds.get(steps[3])
    return {"dossiers": "dossier", "payments": "payment", "session": "session", "changes": "changes"}.get(kind, kind)


def _name(host: str) -> str:
    """Return the host without its port."""
    return urlsplit(f"//{host}").hostname or ""


def _cut(send: Send, *, kill: bool) -> None:
    """Break the connection without a word, or end this process as kill -9 does."""
    if kill:
        os.kill(os.getpid(), signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    # The outermost `send` belongs to uvicorn's request cycle, which knows its transport.
    cycle = getattr(send, "__self__", None)
    transport = getattr(cycle, "transport", None)
    if transport is not None:
        transport.abort()


async def refuse_for_now(send: Send, seconds: int) -> None:
    """Answer 503 as a portal that is down for some time."""
    body = json.dumps(problem(503, "PRACTICE_DOWN"), ensure_ascii=False).encode()
    await _send(send, 503, b"application/problem+json", body, [(b"retry-after", str(seconds).encode())])


async def _answer(
    send: Send, status: int, code: str, more: dict[str, Any] | None = None, *, retry_after: bool = False
) -> None:
    body = json.dumps(problem(status, code, more), ensure_ascii=False).encode()
    extra = [(b"retry-after", b"1")] if retry_after else []
    await _send(send, status, b"application/problem+json", body, extra)


async def _send(
    send: Send, status: int, media_type: bytes, body: bytes, extra: list[tuple[bytes, bytes]] | None = None
) -> None:
    headers = [(b"content-type", media_type), (b"content-length", str(len(body)).encode()), *(extra or [])]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
