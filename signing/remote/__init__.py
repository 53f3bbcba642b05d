"""Keys at remote signing services: CSC 1.0.4 and 2, and services that ask for a confirmation on the phone.

>>> with RemoteSession(profile, Person(prompt=ask, waiting=count_down)) as session:   # doctest: +SKIP
...     sign_pdf(source, target, session.key())
"""

from signing.remote.batch import at_once, together
from signing.remote.person import Pace, Person, Question, Waiting
from signing.remote.service import KINDS, Kind, Profile
from signing.remote.session import RemoteKey, RemoteSession

__all__ = [
    "KINDS", "Kind", "Pace", "Person", "Profile", "Question", "RemoteKey", "RemoteSession", "Waiting", "at_once",
    "together",
]  # fmt: skip
