"""How an applicant wants to hear of a dossier: chosen with it, sent with it, remembered for the client who agreed."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING

from desktop.filing.desk import Desk
from desktop.filing.errors import NoticeAddressMissing, NoticeChannelUnknown, NoticesSent

if TYPE_CHECKING:
    from desktop.portal.contract import NoticeWish
    from desktop.store.records import Client

CHANNELS, EMAIL, PHONE = "notice_channels", "notice_email", "notice_phone"
"""Facts of a client under which a choice is remembered; the client page shows them and takes consent back."""
_LEFT = frozenset({"SENDING", "UNCERTAIN", "DONE", "REFUSED"})


def notices_of(desk: Desk, dossier_id: str) -> NoticeWish | None:
    """Return how the applicant wants to hear of a dossier; None where nothing was chosen."""
    from desktop.portal.contract import NoticeWish

    wish = desk.workspace.dossiers.notices(desk.workspace.dossiers.get(dossier_id).id)
    return NoticeWish.from_json(wish) if wish is not None else None


def offered_notices(desk: Desk, dossier_id: str) -> NoticeWish:
    """Return what to offer: what was chosen, else what is remembered; addresses are those that the client agreed to."""
    from desktop.portal.contract import NoticeWish

    chosen = notices_of(desk, dossier_id)
    client = desk.workspace.dossiers.get(dossier_id).client
    agreed = _agreed(desk, client)
    email, phone = agreed.get(EMAIL) or agreed.get("email"), agreed.get(PHONE) or agreed.get("phone")
    if chosen is not None:
        return NoticeWish(chosen.channels, chosen.email or email, chosen.phone or phone)
    left = str(desk.workspace.dossiers.get(dossier_id).state) == "SUBMITTED"
    found = remembered(desk, client) if not left else None
    return NoticeWish(found.channels if found is not None else ("portal",), email, phone)


def remembered(desk: Desk, client: Client) -> NoticeWish | None:
    """Return the choice that is remembered for a client, None where there is none or consent was taken back."""
    from desktop.portal.contract import NOTICE_CHANNELS, NoticeWish

    agreed = _agreed(desk, client)
    channels = tuple(one for one in NOTICE_CHANNELS if one in agreed.get(CHANNELS, "").split(","))
    wish = NoticeWish(channels, agreed.get(EMAIL), agreed.get(PHONE))
    return wish if channels and _lacking(wish) is None else None


def remembers_notices(desk: Desk, dossier_id: str) -> bool:
    """Say whether a choice is remembered for the client of a dossier."""
    return remembered(desk, desk.workspace.dossiers.get(dossier_id).client) is not None


def _agreed(desk: Desk, client: Client) -> dict[str, str]:
    return {name: fact.value for name, fact in desk.workspace.clients.facts(client).items() if fact.consent is not None}


def choose_notices(
    desk: Desk,
    dossier_id: str,
    channels: Collection[str],
    *,
    email: str | None = None,
    phone: str | None = None,
    remember: bool = False,
) -> NoticeWish:
    """Choose how the applicant hears of a dossier, before it leaves; the portal's own messages always come.

    An address that is not given is the one that the client agreed to. remember: the client agrees that the choice is
    kept for the next dossiers; the earlier one of this client is replaced.
    Raises NoticeChannelUnknown, NoticeAddressMissing, NoticesSent.
    """
    from desktop.portal.contract import NOTICE_CHANNELS, NoticeWish

    ws = desk.workspace
    dossier = ws.dossiers.get(dossier_id)
    unknown = sorted(set(channels) - set(NOTICE_CHANNELS))
    if unknown:
        raise NoticeChannelUnknown(unknown[0], NOTICE_CHANNELS)
    for item in ws.outbox.of_dossier(dossier.id):
        if item.revision == dossier.revision and str(item.state) in _LEFT:
            raise NoticesSent(dossier.id)
    known = offered_notices(desk, dossier.id)
    wanted = tuple(one for one in NOTICE_CHANNELS if one in {"portal", *channels})
    digits = re.sub(r"[\s.()\-]", "", phone or "")[:40]
    wish = NoticeWish(wanted, (email or "").strip() or known.email, digits or known.phone)
    lacking = _lacking(wish)
    if lacking is not None:
        raise NoticeAddressMissing(*lacking)
    with ws.transaction():
        ws.dossiers.set_notices(dossier.id, wish.to_json())
        if remember:
            kept = wish.to_json()
            facts = {CHANNELS: ",".join(wanted), EMAIL: kept["email"], PHONE: kept["phone"]}
            ws.clients.update_facts(dossier.client, facts, source="entered", consent=True)
    return NoticeWish.from_json(wish.to_json())


def use_remembered(desk: Desk, dossier_id: str, client: Client) -> None:
    """Give a new dossier the choice that is remembered for its client, where there is one."""
    found = remembered(desk, client)
    if found is not None:
        desk.workspace.dossiers.set_notices(dossier_id, found.to_json())


def _lacking(wish: NoticeWish) -> tuple[str, str] | None:
    """Return the chosen way whose address is missing or is none, with what was given."""
    from forms.identifiers import check_email, check_phone

    for channel, given, check in (("email", wish.email, check_email), ("sms", wish.phone, check_phone)):
        if channel in wish.channels:
            odd = check(given) if given else None
            if not given or (odd is not None and odd.severity == "error"):
                return channel, given or ""
    return None
