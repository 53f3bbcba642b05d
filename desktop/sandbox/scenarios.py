"""What a practising person may choose to meet: seven scenarios, time that can be hurried, data that can be wiped.

A dossier keeps the scenario under which it was registered; only "down" holds for the whole portal, at once. Hurrying
moves the portal's own clock and nothing else: log-ins, certificates and the catalogue stay in real time.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from desktop.sandbox.database import Database, Row, stamp
from desktop.sandbox.guard import App, Receive, Scope, Send, refuse_for_now

DOWN = "down"
DOWN_FOR = 15
"""Seconds after which a client may ask a portal that is down again."""
LONGEST_HURRY = timedelta(days=366)


@dataclass(frozen=True)
class Scenario:
    """One thing that may happen to a dossier, in words."""

    name: str
    vi: str
    en: str


SCENARIOS = {
    one.name: one
    for one in (
        Scenario("well", "Mọi việc suôn sẻ", "All well"),
        Scenario("supplement", "Cơ quan yêu cầu bổ sung giấy tờ", "More papers wanted"),
        Scenario("refused", "Không được tiếp nhận", "Refused at reception"),
        Scenario("fee", "Phải nộp phí; tiền đã trả mà cổng xác nhận chậm", "A fee, confirmed with delay"),
        Scenario("late", "Cơ quan trễ hẹn, xin lỗi và hẹn lại", "The agency is late"),
        Scenario(DOWN, "Cổng ngừng trả lời", "The portal is down"),
        Scenario("bad-result", "Kết quả ký bằng chứng thư lạ", "The result is signed by a stranger"),
    )
}


class Play:
    """The scenario that is played now, and the portal's own time."""

    def __init__(self, database: Database, clock: Callable[[], datetime], files: Path) -> None:
        self._database = database
        self._clock = clock
        self._files = files

    @property
    def scenario(self) -> str:
        """Return the name of the scenario for dossiers that come now."""
        kept = self._database.fact("scenario")
        return kept if kept in SCENARIOS else "well"

    def choose(self, name: str) -> None:
        """Play another scenario from now on; a KeyError where there is none of this name."""
        self._database.set_fact("scenario", SCENARIOS[name].name)

    @property
    def down(self) -> bool:
        """Say whether the portal plays dead."""
        return self.scenario == DOWN

    @property
    def hurried(self) -> timedelta:
        """Return how far the portal's time is ahead of the real one."""
        return timedelta(seconds=int(self._database.fact("hurried") or 0))

    def hurry(self, by: timedelta) -> None:
        """Let time pass at the portal; a year ahead at most, never backwards."""
        ahead = min(self.hurried + max(by, timedelta()), LONGEST_HURRY)
        self._database.set_fact("hurried", str(int(ahead.total_seconds())))

    def now(self) -> datetime:
        """Return what time it is at the portal."""
        return self._clock() + self.hurried

    def wipe(self) -> None:
        """Forget every dossier with its files and mails, and go back to real time.

        People, log-ins, keys and the scenario stay, and so does the count of dossier codes: none is given twice.
        Whoever follows a dossier hears that it was deleted.
        """
        at = stamp(self.now())
        with self._database.transaction():
            for row in self._database.all("SELECT * FROM dossiers WHERE NOT deleted"):
                self._database.change(row, "deleted", at)
            for table in (
                "mails", "history", "results", "attachments", "messages", "supplements", "payment_keys", "payments",
                "fees", "files", "submissions", "dossiers",
            ):  # fmt: skip
                self._database.run(f"DELETE FROM {table}")
            self._database.set_fact("hurried", "0")
        for place in (self._files / "files", self._files / "incoming"):
            for file in sorted(place.rglob("*")):
                if file.is_file():
                    # What is still being read goes with the next wiping.
                    with contextlib.suppress(OSError):
                        file.unlink()


class Down:
    """Answers 503 in the portal's place while it plays dead; the clerk's page still answers."""

    def __init__(self, app: App, play: Play) -> None:
        self._app = app
        self._play = play

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        meant = scope["type"] == "http" and scope["path"].startswith(("/v1/", "/catalogue/", "/identity/"))
        if meant and self._play.down:
            await refuse_for_now(send, DOWN_FOR)
        else:
            await self._app(scope, receive, send)


def first_fee(scenario: str, fee: tuple[str, int] | None) -> tuple[str, int] | None:
    """Return what is to be paid: the scenario of fees brings one to procedures that have none."""
    return ("Lệ phí thực hành", 50_000) if fee is None and scenario == "fee" else fee


def apology(row: Row, due: str) -> str:
    """Write the letter of a late agency."""
    day = f"{due[8:10]}/{due[5:7]}/{due[0:4]}"
    return (
        f"Phiếu xin lỗi và hẹn lại: hồ sơ {row['code']} chưa giải quyết xong đúng hẹn, mong ông/bà thông cảm. "
        f"Hẹn trả kết quả mới: {day}."
    )
