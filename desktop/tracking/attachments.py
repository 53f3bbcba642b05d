"""Files that came with messages: fetched when somebody wants one, kept only as what the message announced."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator

from desktop.errors import RecordNotFound
from desktop.portal.contract import Follower, PortalAttachment, Progress
from desktop.portal.errors import MessageFileNotAsAnnounced, MessageFileTooLarge, PortalAnsweredGarbage
from desktop.store import Workspace
from desktop.store.records import Letter

ATTACHMENT_LIMIT = 50 << 20
"""Bytes of one file."""


def attachments(letter: Letter) -> tuple[PortalAttachment, ...]:
    """Return the files that a letter announces."""
    return tuple(PortalAttachment.from_json(one) for one in letter.raw.get("attachments", ()))


def fetch_attachment(
    ws: Workspace, portal: Follower, dossier: str, letter: str, attachment: str, *, progress: Progress | None = None
) -> PortalAttachment:
    """Fetch one file of a message into the workspace, piece by piece, unless it is there; return what was announced.

    Raises MessageFileTooLarge before anything is asked, MessageFileNotAsAnnounced where size or SHA-256 are otherwise,
    RecordNotFound, and any PortalError; nothing is kept then, and the next time the whole is asked for again.
    """
    ours = ws.dossiers.get(dossier)
    found = next(
        (
            one
            for said in ws.letters.list(ours.id)
            if (said.letter, said.kind) == (letter, "message")
            for one in attachments(said)
            if one.id == attachment
        ),
        None,
    )
    if found is None or ours.code is None:
        raise RecordNotFound("attachment", attachment)
    if ws.files.has(found.sha256):
        return found
    if found.size > ATTACHMENT_LIMIT:
        raise MessageFileTooLarge(found.name, ATTACHMENT_LIMIT >> 20)
    blocks = portal.attachment_blocks(ours.code, letter, attachment, limit=found.size, progress=progress)
    with contextlib.closing(blocks):
        try:
            ws.files.put(_Announced(blocks, found, portal.host), found.name, found.media_type)  # type: ignore[arg-type]
        except PortalAnsweredGarbage as garbage:
            if garbage.place == "length":
                raise MessageFileNotAsAnnounced(portal.host, found.name) from garbage
            raise
    return found


class _Announced:
    """Let the store read what comes; its end is an error where it was not what was announced."""

    def __init__(self, blocks: Iterator[bytes], announced: PortalAttachment, host: str) -> None:
        self._blocks, self._announced, self._host = blocks, announced, host
        self._digest, self._rest = hashlib.sha256(), b""

    def read(self, size: int) -> bytes:
        """Give at most so many bytes, nothing only at the end."""
        if not self._rest:
            self._rest = next(self._blocks, b"")
            self._digest.update(self._rest)
            if not self._rest and self._digest.hexdigest() != self._announced.sha256:
                raise MessageFileNotAsAnnounced(self._host, self._announced.name)
        part, self._rest = self._rest[:size], self._rest[size:]
        return part
