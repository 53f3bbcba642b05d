"""Log in to a portal, stay logged in, and log out.

`Login` is one account's log-in and `Accounts` all of them at one portal: the caller keeps them in the encrypted
workspace and nowhere else. `BrowserLogIn` asks the portal's OpenID provider in the system's browser; `PracticeLogIn`
asks a practice portal for a named person, without a window.
"""

from desktop.portal.session.browser import BrowserLogIn, open_in_browser
from desktop.portal.session.login import Accounts, LogIn, Login, PracticeLogIn, login_from
from desktop.portal.session.provider import Provider, page_of

__all__ = [
    "Accounts", "BrowserLogIn", "LogIn", "Login", "PracticeLogIn", "Provider", "login_from", "open_in_browser",
    "page_of",
]  # fmt: skip
