"""Who is logged in where: log in, stay logged in, log out, several accounts at a portal, acting by mandate.

Tokens lie in the workspace only. What is used once (a refresh token) is used under a lock of the workspace, and its
successor is kept before anything else is done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from desktop.errors import RecordNotFound
from desktop.filing.desk import Desk
from desktop.filing.portal import connect, learn_portal, portal_of

if TYPE_CHECKING:
    from desktop.portal.catalogue.trusted import TrustedCatalogue
    from desktop.portal.connection import Connection
    from desktop.portal.contract import LoginDescription, Mandate, Submission
    from desktop.portal.session import Accounts, LogIn, Login

PRACTICE_PERSON = "Nguyễn Thị Thực Hành"
AccountPage = Literal["register", "recover"]


@dataclass(frozen=True)
class WhoIs:
    """An account that is known at a portal."""

    portal: str
    person: str
    account: str = ""
    """What tells it from others at the same portal."""
    chosen: bool = True
    """Whether this is the one that is used."""
    logged_in: bool = True
    """Whether it can act without anybody logging in again."""
    acts_for: tuple[str, ...] = ()
    """Tax codes of those it holds a mandate for, as the portal said at the log-in."""


@dataclass(frozen=True)
class LoggedOut:
    """What became of a log-out."""

    accounts: tuple[str, ...]
    revoked: bool
    """Whether the portal has made every token worthless; if not, they run out by themselves."""


def login(
    desk: Desk,
    url: str | None,
    person: str | None,
    *,
    show: Callable[[str], None] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    seconds: float | None = None,
) -> WhoIs:
    """Log in at a portal in the system's browser; at a practice portal a named person needs none.

    `show` is told the address, for whoever must open it by hand. The account is added to those known there and used
    from now on. Raises LoginNotOffered, LoginRefused, LoginUntrusted, LoginTimedOut, LoginCancelled, PortalError.
    """
    found = portal_of(desk, url)
    with connect(desk, found.pin.url) as connection:
        way = _way(desk, found, connection, person, show=show, cancelled=cancelled, seconds=seconds)
        entered = way.log_in(connection, desk.now())
    learn_portal(desk, found)
    with desk.workspace.transaction():
        _keep(desk, found.pin.url, _accounts(desk, found.pin.url).with_login(entered))
    return _who(desk, found.pin.url, entered, chosen=True)


def _way(
    desk: Desk,
    found: TrustedCatalogue,
    connection: Connection,
    person: str | None,
    *,
    show: Callable[[str], None] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    seconds: float | None = None,
) -> LogIn:
    from desktop.portal.errors import LoginNotOffered
    from desktop.portal.session import BrowserLogIn, PracticeLogIn

    if desk.practice and person is not None:
        return PracticeLogIn(person)
    description = _description(desk, found, connection)
    if description is not None:
        more: dict[str, Any] = {} if seconds is None else {"seconds": seconds}
        return BrowserLogIn(description, show=show, cancelled=cancelled, hint=person, **more)
    if desk.practice:
        return PracticeLogIn(PRACTICE_PERSON)
    raise LoginNotOffered(connection.host)


def _description(desk: Desk, found: TrustedCatalogue, connection: Connection) -> LoginDescription | None:
    """Return who logs people in, by a fresh catalogue: a provider that was replaced must not be asked any more."""
    return found.fresh(connection, desk.now()).description.login


def _accounts(desk: Desk, url: str) -> Accounts:
    from desktop.portal.session import Accounts

    kept = desk.workspace.portals.session(url)
    return Accounts.from_json(kept.tokens) if kept is not None else Accounts()


def _keep(desk: Desk, url: str, accounts: Accounts) -> None:
    chosen = accounts.current
    if chosen is None:
        desk.workspace.portals.drop_session(url)
    else:
        desk.workspace.portals.save_session(url, accounts.to_json(), {"name": chosen.person.name}, chosen.expires)


def _who(desk: Desk, url: str, entered: Login, *, chosen: bool) -> WhoIs:
    able = entered.valid(desk.now()) or entered.refresh_token is not None
    return WhoIs(url, entered.person.name, entered.account, chosen, able, entered.person.acts_for)


def whoami(desk: Desk) -> list[WhoIs]:
    """Return who is known where; the account that is used comes first at each portal."""
    found = []
    for one in desk.catalogue.portals():
        accounts = _accounts(desk, one.pin.url)
        rows = [
            _who(desk, one.pin.url, login, chosen=name == accounts.chosen) for name, login in accounts.logins.items()
        ]
        found += sorted(rows, key=lambda row: not row.chosen)
    return found


def login_needed(desk: Desk) -> list[str]:
    """Return the portals for which something waits in the outbox while nobody is logged in who could send it."""
    able = {one.portal for one in whoami(desk) if one.chosen and one.logged_in}
    ended = {one.portal for one in whoami(desk) if one.chosen and not one.logged_in}
    pinned = {one.pin.url for one in desk.catalogue.portals()}  # at others nobody logs in by the browser
    waiting = {item.portal for item in desk.workspace.outbox.items() if str(item.state) in ("QUEUED", "UNCERTAIN")}
    waiting &= pinned
    # A practice portal lets a person in without a window, unless one has logged in there as somebody before.
    return sorted(url for url in waiting - able if url in ended or not desk.practice)


def choose_account(desk: Desk, url: str | None, account: str) -> WhoIs:
    """Use another account from now on, named by its id or its person. Raises RecordNotFound."""
    found = portal_of(desk, url)
    with desk.workspace.transaction():
        accounts = _accounts(desk, found.pin.url)
        name = _named(accounts, account)
        _keep(desk, found.pin.url, accounts.choosing(name))
    return _who(desk, found.pin.url, accounts.logins[name], chosen=True)


def _named(accounts: Accounts, wanted: str) -> str:
    fitting = [
        name
        for name, login in accounts.logins.items()
        if wanted == name or wanted.casefold() == login.person.name.casefold()
    ]
    if len(fitting) != 1:
        raise RecordNotFound("account", wanted)
    return fitting[0]


def logout(desk: Desk, url: str | None, *, account: str | None = None, every: bool = False) -> LoggedOut:
    """Revoke a log-in at the portal and forget it: the one that is used, one that is named, or all of them.

    It is forgotten here even where the portal cannot be reached.
    """
    from desktop.portal.errors import PortalError

    found = portal_of(desk, url)
    accounts = _accounts(desk, found.pin.url)
    if every:
        leaving = list(accounts.logins)
    elif account is not None:
        leaving = [_named(accounts, account)]
    else:
        leaving = [accounts.chosen] if accounts.chosen is not None else []
    with desk.workspace.transaction():
        left = _accounts(desk, found.pin.url)
        for name in leaving:
            left = left.without(name)
        _keep(desk, found.pin.url, left)
    revoked = True
    for name in leaving:
        entered = accounts.logins[name]
        try:
            with connect(desk, found.pin.url) as connection:
                _way_of(desk, found, connection, entered).log_out(connection, entered)
        except PortalError:
            revoked = False
    return LoggedOut(tuple(leaving), revoked)


def end_session(desk: Desk, url: str | None, *, open_page: Callable[[str], bool] | None = None) -> str | None:
    """Open the portal's page that ends the browser's own session, so that the next person must log in anew.

    Returns its address; None where the portal has no such page. Raises LoginNotOffered, PortalError.
    """
    from desktop.portal.errors import LoginNotOffered
    from desktop.portal.session import BrowserLogIn, open_in_browser

    found = portal_of(desk, url)
    with connect(desk, found.pin.url) as connection:
        description = found.verified().description.login
        if description is None:
            raise LoginNotOffered(connection.host)
        page = BrowserLogIn(description).end_page(connection)
    if page is not None:
        (open_page or open_in_browser)(page)
    return page


def _way_of(desk: Desk, found: TrustedCatalogue, connection: Connection, entered: Login) -> LogIn:
    """Return the way by which an account was logged in."""
    from desktop.portal.errors import LoginNotOffered
    from desktop.portal.session import BrowserLogIn, PracticeLogIn

    if entered.issuer is None:
        return PracticeLogIn(entered.person.name)
    description = _description(desk, found, connection)
    if description is None:
        raise LoginNotOffered(connection.host)
    return BrowserLogIn(description)


def token_for(desk: Desk, found: TrustedCatalogue, *, refused: str | None = None) -> str:
    """Return a token that may still be used, renewed without asking anybody where it has run out.

    refused: a token that the portal would not take although it looks good; it is not given again. Raises LoginNeeded
    where somebody must log in, PortalError where the portal cannot be asked now.
    """
    from desktop.portal.errors import LoginNeeded
    from desktop.store.locks import login_lock

    url = found.pin.url
    kept = _accounts(desk, url).current
    if kept is None and desk.practice:
        login(desk, url, PRACTICE_PERSON)  # a practice log-in has no password that could be asked for
        return token_for(desk, found)
    if kept is not None and kept.valid(desk.now()) and kept.access_token != refused:
        return kept.access_token
    if kept is not None:
        with login_lock(desk.home, desk.practice):
            # Whoever had the lock before us may have done it already.
            kept = _accounts(desk, url).logins.get(kept.account)
            if kept is not None and kept.valid(desk.now()) and kept.access_token != refused:
                return kept.access_token
            renewed = _renewed(desk, found, kept) if kept is not None else None
            if renewed is not None:
                return renewed.access_token
    raise LoginNeeded(url, 401, "", "")


def _renewed(desk: Desk, found: TrustedCatalogue, kept: Login) -> Login | None:
    with connect(desk, found.pin.url) as connection:
        renewed = _way_of(desk, found, connection, kept).renew(connection, kept, desk.now())
    with desk.workspace.transaction():
        now = _accounts(desk, found.pin.url)
        if kept.account in now.logins:  # logged out meanwhile: nothing comes back
            _keep(desk, found.pin.url, now.with_login(renewed or kept.ended(), choose=False))
    return renewed


def mandates(desk: Desk, url: str | None = None) -> list[Mandate]:
    """Return the mandates of the account that is used, as the portal has them now."""
    from desktop.portal.session.browser import mandates as ask

    found = portal_of(desk, url)
    with connect(desk, found.pin.url) as connection:
        return list(ask(connection, token_for(desk, found)))


@dataclass(frozen=True)
class Filer:
    """In whose name a client's dossier would be filed."""

    person: str
    by_mandate: bool
    """Whether the portal said, at the log-in, that this person holds the client's mandate."""


def filer_for(desk: Desk, tax_code: str, url: str | None = None) -> Filer | None:
    """Return who would file for a client, to be shown before it is done; None while nobody is logged in there.

    Asks no network: the portal's word of the last log-in. What counts is its answer when the dossier is filed.
    """
    portal = portal_of(desk, url).pin.url
    kept = _accounts(desk, portal).current
    return None if kept is None else Filer(kept.person.name, tax_code in kept.person.acts_for)


@dataclass
class Acting:
    """Under which mandate each dossier is filed; the portal is asked once for a round of the outbox."""

    desk: Desk
    found: TrustedCatalogue
    connection: Connection
    _held: tuple[Mandate, ...] | None = None

    def __call__(self, submission: Submission) -> str | None:
        """Return the mandate that covers a submission's client today; None where there is none, or none is needed.

        It is kept with the try before anything leaves: the receipt must name it.
        """
        mandate = self._choose(submission)
        self.desk.workspace.outbox.note(submission.key, mandate=mandate)
        return mandate

    def named(self, submission: Submission) -> list[str | None]:
        """Return the mandates under which a submission was sent so far, a try after the other."""
        noted = [one.facts.get("notes", {}) for one in self.desk.workspace.outbox.attempts(submission.key)]
        return [one["mandate"] for one in noted if "mandate" in one]

    def _choose(self, submission: Submission) -> str | None:
        from desktop.portal.session.browser import mandates as ask

        kept = _accounts(self.desk, self.found.pin.url).current
        if kept is None or kept.issuer is None:
            return None  # a practice person without a log-in in the browser acts for whomever it likes
        if self._held is None:
            self._held = ask(self.connection, token_for(self.desk, self.found))
        tax_code = self.desk.workspace.dossiers.get(
            self.desk.workspace.outbox.get(submission.key).dossier
        ).client.tax_code
        day = self.desk.today()
        return next((one.id for one in self._held if one.covers(tax_code, day)), None)


def account_page(
    desk: Desk, url: str | None, page: AccountPage, *, open_page: Callable[[str], bool] | None = None
) -> str:
    """Open the portal's own page for a new or a lost account in the browser; return its address.

    Raises LoginNotOffered where the signed catalogue names none.
    """
    from desktop.portal.errors import LoginNotOffered
    from desktop.portal.session import open_in_browser, page_of

    found = portal_of(desk, url)
    with connect(desk, found.pin.url) as connection:
        description = found.verified().description.login
        address = getattr(description, page) if description is not None else None
        if description is None or address is None:
            raise LoginNotOffered(connection.host)
        whole = page_of(connection, description, address)
    (open_page or open_in_browser)(whole)
    return whole
