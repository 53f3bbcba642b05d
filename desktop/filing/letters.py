"""What agencies wrote: every message and request of every dossier, over all clients, the newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from desktop.filing.desk import ZONE, Desk
from desktop.messages import Language, message


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
    """Hosts to which links in it lead that are not the portal's."""

    def warning(self, lang: Language) -> str:
        """Say what to think of links in it; "" where there are none."""
        if not self.strangers:
            return ""
        told = message("MESSAGE_LEADS_AWAY", {"hosts": ", ".join(self.strangers)}, lang)
        return f"{told.sentence} {told.remedy}"

    def to_json(self) -> dict[str, Any]:
        """Return what the command line prints."""
        return {
            "id": self.letter, "dossier": self.dossier, "code": self.code, "client": self.client,
            "procedure": self.procedure, "at": self.at, "kind": self.kind, "text": self.text, "due": self.due,
            "open": self.open,
            "stranger_links": list(self.strangers),
        }  # fmt: skip


def inbox(desk: Desk, client: str | None = None, *, dossier: str | None = None) -> list[Mail]:
    """Return what agencies wrote, of all clients or of one, of one dossier or of all; no network is asked."""
    from desktop.portal.names import stranger_links

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
        links = stranger_links(letter.text, hosts.get(one.portal or "", ()))
        found.append(
            Mail(
                letter.letter, one.id, one.code, one.client.name, one.procedure_name, letter.at, letter.kind,
                letter.text, due, waiting, links,
            )
        )  # fmt: skip
    return sorted(found, key=lambda mail: mail.at, reverse=True)


def portal_hosts(desk: Desk) -> dict[str, tuple[str, ...]]:
    """Return the hosts of each known portal, by its address: those that its signed catalogue names, and its own."""
    from desktop.filing.ways import ways

    found = {}
    for way in ways(desk):
        signed = way.trusted.verified().description.hosts if way.trusted is not None else ()
        found[way.url] = (urlsplit(way.url).hostname or "", *signed)
    return found
