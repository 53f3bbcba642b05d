"""Signing above B-B: which level, whose time, and what a batch shares for it; raising signed PDFs to a level."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any, BinaryIO, cast

from desktop.filing.desk import Desk

if TYPE_CHECKING:
    from signing.key import Digest
    from signing.levels import Extended, Level, Proofs
    from signing.trust import Trust

LEVELS = ("b-b", "b-t", "b-lt", "b-lta")
PRACTICE_HOSTS = ("127.0.0.1", "localhost", "::1")
"""What a practice workspace may ask although it is this machine: its own portal's authority."""


def level_of(text: str) -> Level:
    """Read one of LEVELS; anything else is a ValueError."""
    from signing.validation.verdict import Level

    if text.lower() not in LEVELS:
        raise ValueError(text)
    return Level(text.upper())


def proofs_for(desk: Desk, trust: Trust, tsa: str | None) -> Proofs:
    """Make what all files of a batch share: one time-stamp server, each authority asked once.

    Private addresses are asked only where the person named them (the server's own) or in a practice workspace.
    """
    from signing.levels import Proofs

    return Proofs(trust, tsa=tsa, allowed=PRACTICE_HOSTS if desk.practice else (), now=desk.now)


@dataclass(frozen=True)
class ExtendedDocument:
    """A PDF whose signatures were raised to a level, judged again."""

    data: bytes = field(repr=False)
    before: str
    level: str
    signatures: int
    by_document_time_stamp: bool
    """A signature had no time-stamp of its own; the one over the whole document proves its time."""
    renewed: bool
    time_stamp: datetime | None

    def to_json(self) -> dict[str, Any]:
        """Return what the command line prints."""
        return {
            "before": self.before,
            "level": self.level,
            "signatures": self.signatures,
            "by_document_time_stamp": self.by_document_time_stamp,
            "renewed": self.renewed,
            "time_stamp": self.time_stamp,
        }


def extend_document(data: bytes, level: Level, proofs: Proofs) -> ExtendedDocument:
    """Raise every signature of a PDF to a level, or renew the archive of one that is B-LTA; of XML and ASiC-E to B-T.

    Raises as signing.
    """
    from signing.asice import is_container
    from signing.errors import LevelForPdfOnly
    from signing.levels import extend

    xml = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
    if is_container(data) or xml:
        return _extend_xades(data, level, proofs, "XML" if xml else "ASiC-E")
    if b"%PDF-" not in data[:1024]:
        raise LevelForPdfOnly(level.value, "")
    return _extended(extend(data, None, level=level, proofs=proofs))


def extend_large(source: IO[bytes], target: IO[bytes], level: Level, proofs: Proofs) -> ExtendedDocument:
    """Raise the signatures of an open PDF into an open new file (w+b), in constant memory; the result holds no data.

    Raises as signing. The caller gives the file its name when this returns.
    """
    from signing.levels import extend

    return _extended(extend(cast(BinaryIO, source), cast(BinaryIO, target), level=level, proofs=proofs))


def _extended(done: Extended) -> ExtendedDocument:
    return ExtendedDocument(
        done.data or b"",
        done.before.value,
        done.level.value,
        done.signatures,
        done.by_document_time_stamp,
        done.renewed,
        done.time_stamp,
    )


def _extend_xades(data: bytes, level: Level, proofs: Proofs, kind: str) -> ExtendedDocument:
    """Give each XAdES signature that has none a time-stamp."""
    from signing.asice import extend_asice
    from signing.errors import LevelForPdfOnly, TimeStampServerMissing
    from signing.levels import Level as Levels
    from signing.xml import extend_xades, verify_xml

    if level is not Levels.B_T:
        raise LevelForPdfOnly(level.value, kind)
    if proofs.server is None:
        raise TimeStampServerMissing
    times: list[datetime] = []

    def stamp(digest: bytes, algorithm: Digest) -> bytes:
        token = proofs.stamp(digest, algorithm, Levels.B_T)
        times.append(token.time)
        return token.der

    if kind == "XML":
        done = extend_xades(data, stamp)
        number = len(verify_xml(done).signatures)
    else:
        out = io.BytesIO()
        number = extend_asice(data, out, stamp)
        done = out.getvalue()
    return ExtendedDocument(done, "B-B", "B-T", number, False, False, max(times))
