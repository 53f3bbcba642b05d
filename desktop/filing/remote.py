"""Remote signing services: the accounts that this workspace has, and the use of their keys.

For the window: `open_remote` in a lane, with functions that ask and count down; its `keys` for the list to choose from,
its `key(fingerprint)` for `sign_document`, `sign_dossier` and batches; `close` afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from desktop.filing.desk import Desk
from desktop.filing.errors import RemoteProfileUnfit, RemoteProfileUnknown

if TYPE_CHECKING:
    from desktop.store.remotes import RemoteAccount
    from signing.key import SigningKey
    from signing.remote import Pace, Profile, Question, RemoteSession, Waiting

NAME_LENGTH = 60


@dataclass(frozen=True)
class RemoteProfile:
    """An account at a remote signing service, without its secret."""

    name: str
    kind: str
    """csc-v1, csc-v2: the Cloud Signature Consortium's interface; confirm: hash and confirmation on the phone."""
    url: str
    user: str
    account: str
    credential: str

    def to_json(self) -> dict[str, Any]:
        """Return what may be shown."""
        return {
            "name": self.name,
            "kind": self.kind,
            "url": self.url,
            "user": self.user or None,
            "account": self.account or None,
            "credential": self.credential or None,
        }


def add_remote(
    desk: Desk,
    name: str,
    kind: str,
    url: str,
    *,
    user: str = "",
    account: str = "",
    credential: str = "",
    secret: str = "",
) -> RemoteProfile:
    """Keep an account at a service; one of the same name is replaced. The service is not asked yet.

    `user` is by which the service knows the signer (personal number or tax code), `account` and `secret` what it gave
    for the connection (sp_id and sp_password; for CSC the secret is the access token). Raises RemoteProfileUnfit,
    RemoteAddressRefused, RemoteLoginRefused (what cannot be an access token).
    """
    from desktop.store.remotes import RemoteAccount
    from signing.remote import KINDS, RemoteSession

    name, url = name.strip(), url.strip()
    if not name or len(name) > NAME_LENGTH or not name.isprintable():
        raise RemoteProfileUnfit(name[:NAME_LENGTH], "name")
    if kind not in KINDS:
        raise RemoteProfileUnfit(name, "kind")
    needed = {"user": user, "account": account, "secret": secret} if kind == "confirm" else {}
    for what, given in needed.items():
        if not given.strip():
            raise RemoteProfileUnfit(name, what)
    kept = RemoteAccount(name, kind, url, user.strip(), account.strip(), credential.strip(), secret)
    RemoteSession(_profile(desk, kept)).close()  # looks at the address; sends nothing
    desk.workspace.remotes.set(kept)
    return _view(kept)


def remotes(desk: Desk) -> tuple[RemoteProfile, ...]:
    """List the accounts of this workspace."""
    return tuple(_view(one) for one in desk.workspace.remotes.list())


def remove_remote(desk: Desk, name: str) -> None:
    """Forget an account and its secret. Raises RemoteProfileUnknown."""
    _kept(desk, name)
    desk.workspace.remotes.remove(name)


def open_remote(
    desk: Desk,
    name: str,
    *,
    prompt: Callable[[Question], str | None] | None = None,
    waiting: Callable[[Waiting], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    pace: Pace | None = None,
) -> RemoteSession:
    """Open an account for signing; nothing is sent before its keys are asked for.

    `prompt` gets a PIN, a one-time code or an answer from the person, None cancels; `waiting` hears about once a second
    how long the phone may still confirm, and the codes that it shows; `cancelled` is asked as often. All three are
    called in the thread that signs (for batches: that called `together`). Close the session after the last signature.
    Raises RemoteProfileUnknown, RemoteAddressRefused, RemoteLoginRefused.
    """
    from signing.remote import Person, RemoteSession

    given = {"prompt": prompt, "waiting": waiting, "cancelled": cancelled}
    person = Person(**{part: one for part, one in given.items() if one is not None})  # type: ignore[arg-type]
    return RemoteSession(_profile(desk, _kept(desk, name)), person, pace=pace)


def signs_together(key: SigningKey) -> int:
    """Return how many documents are worth signing at once with a key: 1, but for a remote one."""
    if key.kind != "remote":
        return 1
    from signing.remote import at_once

    return at_once(key)


def _kept(desk: Desk, name: str) -> RemoteAccount:
    from desktop.errors import RecordNotFound

    try:
        return desk.workspace.remotes.get(name)
    except RecordNotFound:
        known = tuple(one.name for one in desk.workspace.remotes.list())
        raise RemoteProfileUnknown(name, known) from None


def _profile(desk: Desk, kept: RemoteAccount) -> Profile:
    from signing.remote import Profile

    # Plain HTTP only to this computer, and only in practice, as with portals.
    return Profile(
        kept.name, kept.kind, kept.url, kept.user, kept.account, kept.secret, kept.credential,  # type: ignore[arg-type]
        plain=desk.practice,
    )  # fmt: skip


def _view(kept: RemoteAccount) -> RemoteProfile:
    return RemoteProfile(kept.name, kept.kind, kept.url, kept.user, kept.account, kept.credential)
