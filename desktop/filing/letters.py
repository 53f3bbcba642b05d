"""What agencies wrote: every message and request of every dossier, over all clients, the newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import urlsplit

from desktop.filing.desk import ZONE, Desk
from desktop.messages import Language, message

if TYPE_CHECKING:
    from pathlib import Path

    from desktop.portal.contract import PortalAttachment, Progress


@dataclass(frozen=True)
class MailFile:
    """A file that came with a message."""

    id: str
    name: str
    """Cleaned: it names a file in the folder that one chooses, and nothing else."""
    size: int
    sha256: str
    media_type: str
    here: bool
    """Whether it has been fetched."""
    odd: bool
    """Whether its name is a program's, or written to be taken for another kind of file."""


@dataclass(frozen=True)
class Mail:
    """One thing that an agency wrote about a dossier."""

    letter: str
    """The portal's id of it."""
    dossier: str
    code: str | None
    client: str
    procedure: str
    at: datetime
    kind: str
    """message, supplement"""
    text: str
    due: date | None
    open: bool
    """Whether it is a request that nobody has answered."""
    strangers: tuple[str, ...]
    """Hosts to which links in it, or in names of its files, lead that are not the portal's."""
    files: tuple[MailFile, ...] = ()

    def warning(self, lang: Language) -> str:
        """Say what to think of links in it and of names of its files; "" where there is nothing to say."""
        told = []
        if self.strangers:
            told.append(message("MESSAGE_LEADS_AWAY", {"hosts": ", ".join(self.strangers)}, lang))
        if odd := [one.name for one in self.files if one.odd]:
            told.append(message("MESSAGE_FILE_ODD", {"names": ", ".join(odd)}, lang))
        return " ".join(f"{one.sentence} {one.remedy}" for one in told)

    def to_json(self) -> dict[str, Any]:
        """Return what the command line prints."""
        return {
            "id": self.letter, "dossier": self.dossier, "code": self.code, "client": self.client,
            "procedure": self.procedure, "at": self.at, "kind": self.kind, "text": self.text, "due": self.due,
            "open": self.open,
            "stranger_links": list(self.strangers), "files": list(self.files),
        }  # fmt: skip


def inbox(desk: Desk, client: str | None = None, *, dossier: str | None = None) -> list[Mail]:
    """Return what agencies wrote, of all clients or of one, of one dossier or of all; no network is asked."""
    from desktop.portal.names import stranger_links
    from desktop.tracking import attachments

    ws = desk.workspace
    hosts = portal_hosts(desk)
    known: dict[str, Any] = {}
    found = []
    for letter in ws.letters.list(ws.dossiers.get(dossier).id if dossier is not None else None):
        one = known.get(letter.dossier) or known.setdefault(letter.dossier, ws.dossiers.get(letter.dossier))
        if client is not None and one.client.tax_code != client:
            continue
        due = letter.due.astimezone(ZONE).date() if letter.due else None
        waiting = letter.kind == "supplement" and letter.answered_by is None and one.status == 5
        files = tuple(_file(desk, file) for file in attachments(letter))
        words = "\n".join([letter.text, *(file.name for file in files)])
        links = stranger_links(words, hosts.get(one.portal or "", ()))
        found.append(
            Mail(
                letter.letter, one.id, one.code, one.client.name, one.procedure_name, letter.at, letter.kind,
                letter.text, due, waiting, links, files,
            )
        )  # fmt: skip
    return sorted(found, key=lambda mail: mail.at, reverse=True)


def _file(desk: Desk, one: PortalAttachment) -> MailFile:
    from desktop.filing.following import safe_name
    from desktop.portal.names import odd_file_name

    return MailFile(
        one.id, safe_name(one.name), one.size, one.sha256, one.media_type, desk.workspace.files.has(one.sha256),
        odd_file_name(one.name, one.media_type),
    )  # fmt: skip


def fetch_mail_file(
    desk: Desk, dossier_id: str, letter: str, file: str, *, progress: Progress | None = None
) -> MailFile:
    """Fetch a file that came with a message, and keep it in the workspace; what is there is not asked for again.

    Raises MessageFileNotAsAnnounced, MessageFileTooLarge, NotSubmitted, and any PortalError: then asking again is safe.
    """
    from desktop import tracking
    from desktop.filing.following import at_portal
    from desktop.filing.ways import connector

    dossier, way = at_portal(desk, dossier_id)
    for mail in inbox(desk, dossier=dossier.id):
        for one in mail.files:
            if (mail.letter, mail.kind, one.id) == (letter, "message", file) and one.here:
                return one  # without a log-in
    with connector(desk, way) as portal:
        fetched = tracking.fetch_attachment(desk.workspace, portal, dossier.id, letter, file, progress=progress)
    return _file(desk, fetched)


def write_mail_file(desk: Desk, file: MailFile, target: IO[bytes]) -> None:
    """Write a file that has been fetched, byte for byte and piece by piece; raise FileDamaged where it is not whole."""
    import hashlib

    from desktop.errors import FileDamaged

    digest = hashlib.sha256()
    with desk.workspace.files.open(file.sha256) as source:
        while block := source.read(1 << 20):
            digest.update(block)
            target.write(block)
    if digest.hexdigest() != file.sha256:
        raise FileDamaged(file.sha256)


def save_mail_file(desk: Desk, file: MailFile, target: Path) -> None:
    """Write a file that has been fetched to where a person chose, whole or not at all; raise OSError, FileDamaged."""
    from desktop.replacing import writing

    with writing(target) as stream:
        write_mail_file(desk, file, stream)


def portal_hosts(desk: Desk) -> dict[str, tuple[str, ...]]:
    """Return the hosts of each known portal, by its address: those that its signed catalogue names, and its own."""
    from desktop.filing.ways import ways

    found = {}
    for way in ways(desk):
        signed = way.trusted.verified().description.hosts if way.trusted is not None else ()
        found[way.url] = (urlsplit(way.url).hostname or "", *signed)
    return found
