"""Several documents under one authorization, without those who make documents knowing of it.

Each piece of work runs in a thread of its own and signs as it always does; where it asks the key, it waits. When all
that still run are waiting, their hashes go to the service together. The service is talked to, and the person asked, in
the caller's thread.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from signing.certificate import Certificate
from signing.errors import SigningError
from signing.key import Digest, SigningKey
from signing.remote.errors import RemoteError
from signing.remote.service import Hashed
from signing.remote.session import RemoteKey, hashed

T = TypeVar("T")


def at_once(key: SigningKey) -> int:
    """Return how many documents are worth signing together with a key: one, but for remote keys."""
    return key.most if isinstance(key, RemoteKey) else 1


def together(key: SigningKey, works: Sequence[Callable[[SigningKey], T]]) -> list[T | Exception]:
    """Run works that sign, and return what each gave, or the exception that ended it, in their order.

    With a remote key as many run at a time as one authorization covers; with another, one after the other in the
    caller's thread. A work that fails does not hold up the others, but after an error that stops a batch
    (`stops_batch`) no further one is begun, and the list is shorter.
    """
    size = at_once(key)
    outcomes: list[T | Exception] = []
    for start in range(0, len(works), size):
        group = works[start : start + size]
        if isinstance(key, RemoteKey) and len(group) > 1:
            outcomes += _Round(key, len(group)).run(group)
        else:
            outcomes += [_outcome(work, key) for work in group]
        if any(isinstance(one, Exception) and getattr(one, "stops_batch", False) for one in outcomes):
            break
    return outcomes


def _outcome(work: Callable[[SigningKey], T], key: SigningKey) -> T | Exception:
    try:
        return work(key)
    except Exception as error:  # an outcome of its own: the caller tells the expected ones from bugs
        return error


@dataclass
class _Wish:
    hash: Hashed
    digest: Digest
    pss: bool = False
    value: bytes | SigningError | None = None


@dataclass(frozen=True)
class _WaitingKey:
    """The key as one of the works sees it."""

    certificate: Certificate
    chain: tuple[bytes, ...] = field(repr=False)
    round: _Round = field(repr=False, compare=False)
    kind: Literal["remote"] = "remote"

    def sign(self, data: bytes, digest: Digest = "sha256") -> bytes:
        return self.round.wish(_Wish(hashed(data, digest), digest))

    def sign_pss(self, data: bytes, digest: Digest = "sha256") -> bytes:
        return self.round.wish(_Wish(hashed(data, digest), digest, pss=True))


class _Round:
    def __init__(self, key: RemoteKey, count: int) -> None:
        self._key = key
        self._changed = threading.Condition()
        self._running = count
        self._wishes: list[_Wish] = []
        self._ended: BaseException | None = None

    def run(self, works: Sequence[Callable[[SigningKey], T]]) -> list[T | Exception]:
        outcomes: dict[int, T | Exception] = {}
        face = _WaitingKey(self._key.certificate, self._key.chain, self)

        def one(number: int) -> None:
            try:
                outcomes[number] = _outcome(works[number], face)
            finally:
                with self._changed:
                    self._running -= 1
                    self._changed.notify_all()

        threads = [
            threading.Thread(target=one, args=(number,), name="remote-batch", daemon=True)
            for number in range(len(works))
        ]
        for thread in threads:
            thread.start()
        try:
            while True:
                with self._changed:
                    self._changed.wait_for(lambda: len(self._wishes) >= self._running)
                    if not self._running:
                        break
                    wishes, self._wishes = self._wishes, []
                    # Those are no longer waiting for others, but for their value: they run again once they have it.
                self._grant(wishes)
        except BaseException as error:
            with self._changed:
                self._ended = error
                self._changed.notify_all()
            raise
        for thread in threads:
            thread.join()
        return [outcomes[number] for number in range(len(works))]

    def wish(self, wish: _Wish) -> bytes:
        with self._changed:
            self._wishes.append(wish)
            self._changed.notify_all()
            self._changed.wait_for(lambda: wish.value is not None or self._ended is not None)
            if wish.value is None:
                raise RemoteError(self._key.session.profile.name)
        if isinstance(wish.value, SigningError):
            # Each thread raises an error of its own: a traceback belongs to one.
            raise copy.copy(wish.value) from wish.value
        return wish.value

    def _grant(self, wishes: Sequence[_Wish]) -> None:
        for digest, pss in dict.fromkeys((one.digest, one.pss) for one in wishes):
            same = [one for one in wishes if (one.digest, one.pss) == (digest, pss)]
            values = self._key.session.sign_hashes(self._key, [one.hash for one in same], digest, pss=pss)
            with self._changed:
                for wish, value in zip(same, values, strict=True):
                    wish.value = value
                self._changed.notify_all()
