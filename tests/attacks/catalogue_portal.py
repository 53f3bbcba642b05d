"""A portal whose catalogue is left to two agencies, and a thief who holds some of its keys and its wire.

The portal is published by the practice portal's own publisher and served by a plain web server.  The thief
signs with the library of The Update Framework, never with ours.
"""

from __future__ import annotations

import datetime as clock
import json
import shutil
import threading
import time
import types
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import tuf.ngclient._internal.trusted_metadata_set as of_the_library
from cryptography.hazmat.primitives.asymmetric import ed25519
from securesystemslib.signer import CryptoSigner  # type: ignore[attr-defined]  # it lists no __all__
from tuf.api.metadata import Metadata, MetaFile

from desktop.portal.catalogue.trusted import TrustedCatalogue, Updated
from desktop.portal.connection import Connection
from desktop.sandbox.authority import Authority
from desktop.sandbox.catalogue import Agency, Catalogue, Target
from desktop.sandbox.procedures import procedures_target

TAX, POLICE = "thue", "cong-an"
TAX_CODE, POLICE_CODE = "1.000001", "2.000001"
TAX_FORM, POLICE_FORM = "templates/thue/to-khai/v1.zip", "templates/cu-tru/ct01/v1.zip"

Reply = Callable[[BaseHTTPRequestHandler], bool]
"""Answers a request itself and says so, or leaves it to the portal."""


def record(code: str, name: str) -> str:
    """Write a procedure's record."""
    return json.dumps({"code": code, "name": name, "level": 4, "fields": ["Thử"], "agencies": ["Cơ quan thử"]})


def template(data: bytes) -> Target:
    """Return a template's file as a portal publishes it."""
    return Target(data, {"effective_from": "2026-01-01", "effective_to": None})


def tax(name: str = "Khai thuế thử", more: Mapping[str, Target] | None = None) -> Agency:
    """Return the tax agency with its one procedure."""
    files = {f"procedures/{TAX}/000.jsonl.gz": procedures_target({TAX_CODE: record(TAX_CODE, name)})}
    return Agency(
        TAX,
        (f"procedures/{TAX}/*", f"codes/{TAX_CODE}", "templates/thue/*/*"),
        {**files, TAX_FORM: template(b"to khai"), **(more or {})},
    )


def police(name: str = "Cư trú thử", more: Mapping[str, Target] | None = None) -> Agency:
    """Return the police with their one procedure."""
    files = {f"procedures/{POLICE}/000.jsonl.gz": procedures_target({POLICE_CODE: record(POLICE_CODE, name)})}
    return Agency(
        POLICE,
        (f"procedures/{POLICE}/*", f"codes/{POLICE_CODE}", "templates/cu-tru/*/*"),
        {**files, POLICE_FORM: template(b"ct01"), **(more or {})},
    )


class Portal:
    """The portal, and the wire to it, which the thief may sit on."""

    def __init__(self, folder: Path, authority: Path) -> None:
        self.folder = folder
        # Keys are rotated: each portal has its own copy.
        self.authority = Authority.open(Path(shutil.copytree(authority, folder / "authority")))
        self.published = Catalogue(folder / "catalogue", self.authority, lambda: datetime.now(UTC))
        self.metadata = folder / "catalogue" / "metadata"
        self.replies: list[Reply] = []
        self.sent = 0
        self.publish()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if any(reply(self) for reply in outer.replies):
                    return
                path = outer.folder / self.path.lstrip("/")
                data = path.read_bytes() if path.is_file() else b""
                self.send_response(200 if path.is_file() else 404)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                with suppress(OSError):  # a client that has heard enough
                    self.wfile.write(data)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def publish(self, *agencies: Agency) -> bool:
        """Publish what the portal signs itself, and these agencies (the two, if none is given)."""
        facts: dict[str, Any] = {
            "id": "thu", "name": {"vi": "Cổng thử", "en": "Trial portal"}, "practice": True, "hosts": ["127.0.0.1"],
            "connector": "hoso/1", "settles_by_key": True, "receipt_keys": [], "result_anchors": [],
            "signer_anchors": [], "urls": {},
        }  # fmt: skip
        return self.published.publish(
            {"portal.json": Target(json.dumps(facts).encode())}, agencies or (tax(), police())
        )

    def pin(self, home: Path) -> TrustedCatalogue:
        """Let a client pin it, by the fingerprint that was published elsewhere, and update."""
        with Connection(self.url, practice=True) as connection:
            one = TrustedCatalogue.add(
                home, connection, fingerprint=self.published.fingerprint, now=datetime.now(UTC)
            )  # fmt: skip
            one.update(connection, datetime.now(UTC))
        return one

    def update(self, pinned: TrustedCatalogue, **more: Any) -> Updated:
        """Let the client update."""
        with Connection(self.url, practice=True, **more) as connection:
            return pinned.update(connection, datetime.now(UTC))

    def keep(self, name: str) -> Path:
        """Copy the catalogue as it is now."""
        return Path(shutil.copytree(self.folder / "catalogue", self.folder / name))

    def go_back(self, kept: Path) -> None:
        """Serve a copy."""
        shutil.rmtree(self.folder / "catalogue")
        shutil.copytree(kept, self.folder / "catalogue")

    def stop(self) -> None:
        """End the server."""
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    # --- the thief ------------------------------------------------------------------------------------------

    def now(self, role: str) -> Metadata[Any]:
        """Read the newest metadata of a role."""
        names = [
            path
            for path in self.metadata.glob(f"*{role}.json")
            if path.name.partition(".")[2] in ("json", f"{role}.json")
        ]
        newest = max(names, key=lambda path: int(path.name.partition(".")[0]) if path.name[0].isdigit() else 0)
        return Metadata.from_bytes(newest.read_bytes())

    def forge(self, role: str, change: Callable[[Any], None], *signers: Any, raise_version: bool = True) -> int:
        """Write metadata of a role, changed and signed by the thief; return its version."""
        held = self.now(role)
        change(held.signed)
        held.signed.version += raise_version
        held.signatures.clear()
        for signer in signers or (self.authority.catalogue_signer(role),):
            held.sign(signer, append=True)
        name = "timestamp.json" if role == "timestamp" else f"{held.signed.version}.{role}.json"
        (self.metadata / name).write_bytes(held.to_bytes())
        return int(held.signed.version)

    def name(self, **versions: int) -> None:
        """Name versions of roles in a new snapshot and timestamp: the thief holds both online keys."""

        def named(snapshot: Any) -> None:
            for role, version in versions.items():
                snapshot.meta[f"{role.replace('_', '-')}.json"] = MetaFile(version)

        self.stamp(self.forge("snapshot", named))

    def stamp(self, snapshot: int) -> None:
        """Name a snapshot in a new timestamp."""

        def named(stamp: Any) -> None:
            stamp.snapshot_meta = MetaFile(snapshot)

        self.forge("timestamp", named)


def stranger() -> Any:
    """Return the signer of a key that nobody named."""
    return CryptoSigner(ed25519.Ed25519PrivateKey.generate())


def endless(part: str, *, seconds: float = 0.0, block: int = 65536, most: int = 1 << 30) -> Callable[[Portal], Reply]:
    """Answer requests for a part of the catalogue without end; with seconds, one block in each such time."""

    def made(portal: Portal) -> Reply:
        def reply(handler: BaseHTTPRequestHandler) -> bool:
            if part not in handler.path:
                return False
            handler.send_response(200)
            handler.end_headers()
            while portal.sent < most:
                try:
                    handler.wfile.write(b" " * block)
                    handler.wfile.flush()
                except OSError:
                    break
                portal.sent += block
                time.sleep(seconds)
            handler.close_connection = True
            return True

        return reply

    return made


LATER = timedelta(days=15)
"""Longer than a timestamp lives."""


def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the library's clock forward: it has no other way to be told the time."""

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Later:
            moment = datetime.now(tz) + LATER
            return cls.fromtimestamp(moment.timestamp(), tz)

    monkeypatch.setattr(of_the_library, "datetime", types.SimpleNamespace(datetime=Later, timezone=clock.timezone))
