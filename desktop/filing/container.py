"""Sign any files together in one ASiC-E container, or add a signature to a container that is there."""

from __future__ import annotations

import mmap
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from desktop.filing.desk import Desk
from desktop.filing.documents import SignedDocument, SignRequest, check_certificate, confirm_printed

if TYPE_CHECKING:
    from signing.asice import File
    from signing.key import SigningKey
    from signing.xml import TimeStamper, XmlSignature

ENDING = ".asice"
_CONFIRM_LIMIT = 64 * 1024 * 1024


@dataclass(frozen=True)
class SignedContainer(SignedDocument):
    """A container that was signed and read again; its bytes went to where they were written."""

    files: tuple[str, ...] = ()
    added: bool = False
    """It held signatures before, and got one more."""

    def to_json(self) -> dict[str, Any]:
        """Return what the command line prints."""
        return {**super().to_json(), "files": list(self.files), "added": self.added}


def sign_container(
    desk: Desk, paths: Sequence[Path], out: IO[bytes], key: SigningKey, request: SignRequest
) -> SignedContainer:
    """Write a container of the files, by their own names, with one signature over all; a file is never held whole.

    One path alone that is itself such a container gets a further signature instead. `out` is readable and seekable,
    and not to be used where this raises: SigningRefused, UnconfirmedNotAccepted, OSError, and what `signing` raises.
    """
    from signing.asice import File, is_container

    findings = _checked(desk, key, request)
    stamp = _stamper(request)
    at = desk.now()
    with paths[0].open("rb") as stream:
        again = len(paths) == 1 and is_container(stream.read(200))
    if again:
        found = _add(paths[0], out, key, request, at, stamp)
    else:
        files = []
        for path in paths:
            if path.stat().st_size <= _CONFIRM_LIMIT:
                confirm_printed(desk, path.read_bytes(), request)
            files.append(File(unicodedata.normalize("NFC", path.name), path))
        found = _make(files, out, key, request, at, stamp)
    moment = found.signing_time or at
    return SignedContainer(b"", found.certificate, moment, "asice", False, findings, request.level, found.files, again)


def sign_files(
    desk: Desk, files: Sequence[tuple[str, bytes]], out: IO[bytes], key: SigningKey, request: SignRequest
) -> SignedContainer:
    """Write a container of files that are held already (a dossier's), with one signature over all. Raises as above."""
    from signing.asice import File

    findings = _checked(desk, key, request)
    at = desk.now()
    found = _make([File(name, data) for name, data in files], out, key, request, at, _stamper(request))
    moment = found.signing_time or at
    return SignedContainer(b"", found.certificate, moment, "asice", False, findings, request.level, found.files)


def _checked(desk: Desk, key: SigningKey, request: SignRequest) -> tuple[Any, ...]:
    code = request.client_code
    return check_certificate(
        desk,
        key,
        role=request.role,
        tax_code=code,
        personal_id=code if code is not None and len(code) == 12 else None,
        trust=request.trust,
        accept_questions=request.accept_questions,
        level=request.level,
        proofs=request.proofs,
    )


def _stamper(request: SignRequest) -> TimeStamper | None:
    from signing.errors import LevelForPdfOnly, TimeStampServerMissing
    from signing.levels import Level

    if request.level == "B-B":
        return None
    if request.level != "B-T":
        raise LevelForPdfOnly(request.level, "ASiC-E")
    if request.proofs is None or request.proofs.server is None:
        raise TimeStampServerMissing
    return request.proofs.stamper(Level.B_T)


def _make(
    files: Sequence[File],
    out: IO[bytes],
    key: SigningKey,
    request: SignRequest,
    at: datetime,
    stamp: TimeStamper | None,
) -> XmlSignature:
    from signing.asice import sign_asice

    return sign_asice(files, cast(Any, out), key, at=at, pss=request.pss, time_stamp=stamp)


def _add(
    path: Path, out: IO[bytes], key: SigningKey, request: SignRequest, at: datetime, stamp: TimeStamper | None
) -> XmlSignature:
    from signing.asice import add_signature

    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as held:
        return add_signature(held, cast(Any, out), key, at=at, pss=request.pss, time_stamp=stamp)
