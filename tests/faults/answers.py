"""The client against a portal that answers at random: by the contract, beside it, and like nothing at all.

Whatever comes, every failure must be one of the program's own, and the client may hold nothing for true that was not
proven: the server here has no key, so nothing is ever filed, no receipt trusted, no result kept that is another one.
"""

from __future__ import annotations

import contextlib
import http.server
import json
import random
import string
import threading
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from joserfc.jwk import ECKey

from desktop import outbox, tracking
from desktop.errors import DesktopError
from desktop.portal.answers import description_from
from desktop.portal.connection import Connection, Limits
from desktop.portal.submission import HosoConnector
from desktop.store import Workspace
from desktop.store.records import DossierState, ItemState
from tests.desktop.store_kit import fresh_home, open_in, signed_dossier
from tests.faults.spoiler import CONTRACT, operations

CODE = "H38.99-261122-0001"
TIMES = ("2026-11-21T10:00:00+07:00", "2026-11-21T10:00:00Z", "1970-01-01", "9999-12-31T23:59:59-23:59", "hôm qua", "")
STATES = ("never_seen", "receiving", "received", "registered", "refused", "đang xem", "due", "pending", "paid")
TIMED = {"at", "received", "due", "time", "issued", "since", "until"}
ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1.5,
    1e308,
    2**63,
    "",
    "\x00",
    "\ud800",
    "x" * 5000,
    [],
    {},
    [[]],
    {"vi": 1},
    "../..",
    [None],
)


class Answers:
    """Makes answers out of the contract's own schemas."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self._contract = yaml.safe_load(CONTRACT.read_text("utf-8"))

    def of(self, operation: str, key: str) -> tuple[int, str, bytes]:
        """Return status, media type and body for a request."""
        chance = self.chance
        if chance.random() < 0.08:
            return (
                chance.choice((200, 200, 201, 204, 206, 299, 304, 400, 418, 451, 500, 502, 503, 599)),
                chance.choice(("application/json", "text/html", "application/problem+json", "")),
                chance.randbytes(chance.choice((0, 1, 40, 3000))),
            )
        said = self._responses(operation)
        weights = [6 if status.startswith("2") else 1 for status in said]
        status = chance.choices(list(said), weights)[0]
        content: dict[str, Any] = said[status].get("content", {})
        media = next(iter(content), "application/json")
        shape: dict[str, Any] = content.get(media, {})
        if media == "application/octet-stream":
            return int(status), media, chance.randbytes(chance.choice((0, 10, 2000)))
        value = self._value(shape.get("schema", {}), 0)
        if isinstance(value, dict):
            # Mostly about what was asked, so that it is read further.
            for name, right in (("key", key), ("code", CODE)):
                if name in value and value[name] is not None and chance.random() < 0.9:
                    value[name] = right
            if status.startswith("4") and "code" in value:
                value["code"] = chance.choice(("KEY_REUSED", "HASH_MISMATCH", "RANGE_GAP", "WITHDRAWAL_TOO_LATE", "?"))
        if chance.random() < 0.3:
            value = self._spoilt(value)
        return int(status), media, json.dumps(value, allow_nan=True).encode("utf-8", "surrogatepass")

    def _responses(self, operation: str) -> dict[str, Any]:
        for item in self._contract["paths"].values():
            for one in item.values():
                if isinstance(one, dict) and one.get("operationId") == operation:
                    return {str(status): self._at(said) for status, said in one["responses"].items()}
        raise KeyError(operation)

    def _at(self, place: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in place:
            found: Any = self._contract
            for step in str(place["$ref"]).removeprefix("#/").split("/"):
                found = found[step]
            place = found
        return place

    def _value(self, schema: dict[str, Any], depth: int, called: str = "") -> Any:
        """Make a value that fits a schema, as far as this program's reader would notice."""
        chance, schema = self.chance, self._at(schema)
        for word in ("anyOf", "oneOf"):
            if word in schema:
                return self._value(chance.choice(schema[word]), depth, called)
        if "allOf" in schema:
            return self._value(schema["allOf"][0], depth, called)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return chance.choice(schema["enum"])
        kind = schema.get("type", "object" if "properties" in schema else "string")
        if isinstance(kind, list):
            kind = chance.choice(kind)
        if kind == "object":
            wanted = schema.get("properties", {})
            needed = schema.get("required", [])
            return {
                name: self._value(one, depth + 1, name)
                for name, one in wanted.items()
                if name in needed or chance.random() < 0.7
            }
        if kind == "array":
            if depth > 6:
                return []
            return [self._value(schema.get("items", {}), depth + 1) for _ in range(chance.choice((0, 1, 1, 3)))]
        if kind == "integer":
            return chance.choice((0, 1, 5, 9, 100_000, schema.get("minimum", 0), schema.get("maximum", 10**6)))
        if kind == "number":
            return chance.random()
        if kind == "boolean":
            return chance.random() < 0.3
        if kind == "null":
            return None
        return self._text(schema, called)

    def _text(self, schema: dict[str, Any], called: str) -> str:
        chance = self.chance
        if called in TIMED and chance.random() < 0.97:
            return chance.choice(TIMES[:3])
        if called == "sha256" or "0-9a-f]{64}" in schema.get("pattern", ""):
            return "".join(chance.choices("0123456789abcdef", k=64))
        drawn = chance.random()
        if drawn < 0.3:
            return chance.choice(STATES)
        if drawn < 0.45:
            return chance.choice(TIMES)
        letters = string.ascii_letters + "ăâđêôơư ễậỹ.-/" + string.digits
        return "".join(chance.choices(letters, k=chance.choice((1, 8, 30, 60))))

    def _spoilt(self, value: Any) -> Any:
        """Change one thing somewhere: another kind, gone, doubled, beyond all bounds."""
        chance = self.chance
        if isinstance(value, dict) and value and chance.random() < 0.9:
            name = chance.choice(list(value))
            if chance.random() < 0.2:
                return {key: one for key, one in value.items() if key != name}
            return {**value, name: self._spoilt(value[name])}
        if isinstance(value, list) and value and chance.random() < 0.8:
            place = chance.randrange(len(value))
            return [*value[:place], self._spoilt(value[place]), *value[place:]]
        return chance.choice(ODD)


@dataclass
class Told:
    """What came of it."""

    asked: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    @property
    def line(self) -> str:
        """Tell it in one line."""
        return f"answers: {self.asked.total()} random answers, {len(self.ended)} ways to end, {len(self.faults)} failed"


@contextlib.contextmanager
def portal(answers: Answers, told: Told) -> Iterator[int]:
    """Answer on a port of this machine, at random."""

    class Portal(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def _any(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            path = self.path.partition("?")[0]
            one = next((o for o in operations() if o.method == self.command and o.path.fullmatch(path)), None)
            name = one.id if one else "getPortal"
            told.asked[name] += 1
            steps = path.split("/")
            status, media, body = answers.of(name, steps[3] if len(steps) > 3 else "")
            if b"refused" in body or status == 422:
                told.asked["refusals"] += 1
            with contextlib.suppress(OSError):
                self.send_response(status)
                if media:
                    self.send_header("Content-Type", media)
                if answers.chance.random() < 0.1:
                    self.send_header("Retry-After", answers.chance.choice(("0", "-5", "9" * 30, "mai", "1e9")))
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        do_GET = do_PUT = do_POST = _any

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Portal)
    server.daemon_threads = True
    server.handle_error = lambda request, address: None  # type: ignore[method-assign,assignment]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


def run(folder: Path, seed: int, rounds: int) -> Told:
    """Do `rounds` things at random; a line of `faults` for each that went wrong."""
    chance, told = random.Random(seed), Told()
    nobodys = ECKey.generate_key("P-256", {"kid": "1"})
    described = description_from(
        {
            "id": "thuc-hanh", "name": "Cổng", "practice": True, "hosts": ["127.0.0.1"], "connector": "hoso/1",
            "settles_by_key": True, "receipt_keys": [nobodys.as_dict(private=False)], "result_anchors": [],
            "signer_anchors": [], "urls": {},
        },
        "portal.json",
    )  # fmt: skip
    home, _ = fresh_home(folder)
    with portal(Answers(chance), told) as port, open_in(home) as ws:
        url = f"http://127.0.0.1:{port}"
        ws.portals.add(url, name_vi="Cổng", name_en="Portal", practice=True, fingerprint=None)
        filed = signed_dossier(ws, period="2026-05").id
        ws.dossiers.mark_submitted(filed, portal=url, code=CODE, received=ws.clock(), due=None)
        waiting = ""
        limits = Limits(connect=5.0, read=5.0, call=5.0, transfer=5.0)
        for number in range(rounds):
            with Connection(url, practice=True, limits=limits) as connection:
                at = HosoConnector(connection, described, "t", patience=0.5, sleep=lambda _: None)
                if not waiting or ws.outbox.of_dossier(waiting)[-1].state == ItemState.REFUSED:
                    waiting = signed_dossier(ws, period=f"{2027 + number}-01").id
                    outbox.enqueue(ws, waiting, url, confirmed=True)
                name, before = chance.choice(ACTS), told.asked["refusals"]
                try:
                    _act(name, ws, at, filed, waiting)
                    told.ended[f"{name}: ok"] += 1
                except DesktopError as error:
                    told.ended[f"{name}: {error.code}"] += 1
                except Exception:
                    told.faults.append(f"round {number}, {name}: {traceback.format_exc()[-1500:]}")
                told.faults += _false(ws, filed, waiting, refused=told.asked["refusals"] > before)
        if not ws.check().ok:
            told.faults.append("the workspace is damaged")
    return told


ACTS = (
    "drain", "drain", "drain", "ask", "refresh", "poll", "look up", "find", "pay", "results", "attachments", "withdraw",
)  # fmt: skip


def _act(name: str, ws: Workspace, at: HosoConnector, filed: str, waiting: str) -> None:
    match name:
        case "drain":
            outbox.drain(ws, at, only=ws.outbox.of_dossier(waiting)[-1].key, sleep=lambda _: None)
        case "ask":
            at.ask(ws.outbox.of_dossier(waiting)[-1].key)
        case "refresh":
            tracking.refresh(ws, at, filed, ws.clock)
        case "poll":
            tracking.poll(ws, at, at.connection.url, ws.clock)
        case "look up":
            tracking.look_up(at, code=CODE)
        case "find":
            tracking.look_up(at, id_number="0101243150")
        case "pay":
            tracking.pay(ws, at, filed, ws.clock, browse=lambda url: None, patience=0.0)
        case "results":
            tracking.fetch_results(ws, at, filed, ws.clock)
        case "attachments":
            for letter in ws.letters.list(filed):
                for one in tracking.attachments(letter):
                    tracking.fetch_attachment(ws, at, filed, letter.letter, one.id)
        case "withdraw":
            tracking.withdraw(ws, at, filed, ws.clock)


def _false(ws: Workspace, filed: str, waiting: str, *, refused: bool) -> list[str]:
    """Say what is held for true that nobody has proven."""
    faults = []
    for dossier, state in ((filed, DossierState.SUBMITTED), (waiting, DossierState.SIGNED)):
        found = ws.dossiers.get(dossier)
        if found.state != state:
            faults.append(f"a dossier is {found.state}")
    item = ws.outbox.of_dossier(waiting)[-1]
    if item.state in (ItemState.DONE, ItemState.SENDING) or (item.state == ItemState.REFUSED and not refused):
        faults.append(f"an item is {item.state} ({item.reason})")
    if ws.dossiers.get(filed).code != CODE:
        faults.append("a code was changed")
    for one in (*ws.evidence.list(filed), *ws.evidence.list(waiting)):
        if one.kind == "receipt" or one.facts.get("trusted"):
            faults.append(f"evidence of a portal without keys: {one.kind}")
    if ws.forms.list()[0].values != {"ct22": 29826193}:
        faults.append("a form was changed")
    return faults
