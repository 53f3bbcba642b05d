"""Read a portal's answers strictly.

Everything a portal says is hostile until it has passed through here: types are checked, texts and
lists are bounded, unknown fields are ignored, unknown states are kept as the raw text. An answer that
does not fit raises `PortalAnsweredGarbage` with the place in the answer, never its content.
"""

from __future__ import annotations

import contextlib
import email.utils
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, NoReturn

from desktop.portal.contract import (
    About,
    Change,
    Changes,
    DossierAtPortal,
    HistoryEntry,
    LoginDescription,
    Mandate,
    Missing,
    Payment,
    Person,
    PortalAttachment,
    PortalDescription,
    PortalFee,
    PortalMessage,
    PortalResult,
    Reason,
    SubmissionState,
)
from desktop.portal.errors import KeyReused, LoginNeeded, NotAtPortal, PortalAnsweredGarbage, PortalRefused

VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
"""Fixed since 1975, without summer time; so no time zone data is needed (Windows has none)."""


NO_REASON = "REASON_NOT_GIVEN"
MOST_ATTACHMENTS = 20
"""Files of one message."""
_LONGEST_WAIT = 86_400.0


@dataclass(frozen=True)
class Answer:
    """A whole answer: status, headers in lower case, bytes."""

    host: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Parse the body; a body that is not JSON of bearable shape raises PortalAnsweredGarbage."""
        try:
            return json.loads(self.body, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise PortalAnsweredGarbage(self.host, "body") from error

    def retry_after(self, now: datetime | None = None) -> float | None:
        """Return the seconds that the portal asks us to wait (RFC 9110, 10.2.3), bounded to a day.

        A moment is meant by the portal's own clock, which may be hours off: it is counted from the answer's `Date`.
        """
        text = self.headers.get("retry-after", "").strip()
        if text.isascii() and text.isdigit() and len(text) < 10:
            return min(float(text), _LONGEST_WAIT)
        moment = _http_date(text)
        if moment is None:
            return None
        there = _http_date(self.headers.get("date", "")) or now or datetime.now(UTC)
        return min(max((moment - there).total_seconds(), 0.0), _LONGEST_WAIT)


def _http_date(text: str) -> datetime | None:
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def problem(answer: Answer) -> PortalRefused:
    """Return the error that a 4xx answer is; a problem document (RFC 9457) is read if there is one."""
    code, detail = "", ""
    reasons: tuple[Reason, ...] = ()
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in ("application/problem+json", "application/json"):
        with contextlib.suppress(PortalAnsweredGarbage):
            document = answer.json()
            if isinstance(document, dict):
                code = _short(document.get("code"), 64)
                detail = _short(document.get("detail"), 1000) or _short(document.get("title"), 300)
                reasons = reasons_from(document.get("reasons"), answer.host)
    facts = (answer.host, answer.status, code, detail, reasons)
    if answer.status in (401, 403):
        return LoginNeeded(*facts)
    if answer.status == 409 and code == "KEY_REUSED":
        return KeyReused(*facts)
    if answer.status in (404, 410):
        return NotAtPortal(*facts)
    return PortalRefused(*facts)


def _short(value: object, limit: int) -> str:
    if not isinstance(value, str):
        return ""
    return "".join(c if c.isprintable() else " " for c in value[:limit])


def about_from(document: object, host: str) -> About:
    """Parse GET /v1/portal."""
    at = At(document, host)
    return About(
        id=at["id"].text(100),
        name=at["name"].names(),
        practice=at["practice"].flag(False),
        time=at["time"].time(),
        contract=at["contract"].text(20),
    )


def person_from(document: object, host: str) -> Person:
    """Parse the person of a log-in; it may be a name only."""
    at = At(document, host, "person")
    if isinstance(document, str):
        return Person(at.text(300), None, ())
    acts = tuple(one.text(50) for one in at["acts_for"].items(1000) if isinstance(one.value, str))
    return Person(at["name"].text(300, ""), at["personal_id"].optional(50) or at["id"].optional(100), acts)


def submission_state_from(document: object, host: str) -> SubmissionState:
    """Parse a SubmissionState."""
    at = At(document, host)
    return SubmissionState(
        key=at["key"].text(200),
        state=at["state"].text(100),
        missing=tuple(
            Missing(one["sha256"].digest(), one["received"].count(0), one["size"].count())
            for one in at["missing"].items(10_000)
        ),
        code=at["code"].optional(200),
        receipt=at["receipt"].optional(100_000),
        reasons=reasons_from(at["reasons"].value, host),
    )


def reasons_from(value: object, host: str) -> tuple[Reason, ...]:
    """Parse reasons; a reason without a code is kept as REASON_NOT_GIVEN, for a refusal must be shown somehow."""
    found = []
    for one in At(value, host, "reasons").items(1000):
        if not isinstance(one.value, dict):
            raise PortalAnsweredGarbage(host, one.place)
        detail = one["detail"]
        said = detail.value if isinstance(detail.value, str) else None
        found.append(
            Reason(
                code=one["code"].text(100, NO_REASON),
                component=one["component"].optional(300),
                file=one["file"].optional(1000),
                field=one["field"].optional(300),
                vi=said[:2000] if said is not None else detail["vi"].text(2000, ""),
                en="" if said is not None else detail["en"].text(2000, ""),
            )
        )
    return tuple(found)


def received_from(document: object, host: str) -> int:
    """Parse the answer to an uploaded chunk: how many bytes the portal holds now."""
    return At(document, host)["received"].count()


def changes_from(document: object, host: str) -> Changes:
    """Parse GET /v1/changes."""
    at = At(document, host)
    return Changes(
        cursor=at["cursor"].text(1000),
        changes=tuple(
            Change(one["seq"].count(), one["code"].text(200), one["kind"].text(100), one["at"].time())
            for one in at["changes"].items(10_000)
        ),
        more=at["more"].flag(False),
    )


def dossier_from(document: object, host: str, place: str = "") -> DossierAtPortal:
    """Parse a Dossier."""
    at = At(document, host, place)
    return DossierAtPortal(
        code=at["code"].text(200),
        key=at["key"].optional(200),
        procedure=at["procedure"].text(200, ""),
        procedure_name=at["procedure_name"].text(2000, ""),
        applicant=at["applicant"].text(500, ""),
        received=at["received"].optional_time(),
        due=at["due"].optional_time(),
        status=at["status"].status(),
        raw=at["raw"].text(500, ""),
        history=tuple(
            HistoryEntry(one["at"].time(), one["status"].status(), one["raw"].text(500, ""), one["note"].text(4000, ""))
            for one in at["history"].items(10_000)
        ),
        delivery=at["delivery"].text(100, ""),
        fees=tuple(
            PortalFee(one["id"].ident(), one["title"].text(1000, ""), one["amount"].count(), one["state"].text(100, ""))
            for one in at["fees"].items(1000)
        ),
        supplements=tuple(_message(one) for one in at["supplements"].items(1000)),
        messages=tuple(_message(one) for one in at["messages"].items(10_000)),
        results=tuple(
            PortalResult(
                id=one["id"].ident(),
                name=one["name"].text(500, ""),
                sha256=one["sha256"].digest() if one["sha256"].value is not None else None,
                size=one["size"].count() if one["size"].value is not None else None,
                media_type=one["media_type"].text(200, "application/octet-stream"),
                issued=one["issued"].optional_time(),
            )
            for one in at["results"].items(1000)
        ),
        notices=tuple(one.text(50) for one in at["notices"].items(20)),
    )


def dossiers_from(document: object, host: str) -> tuple[DossierAtPortal, ...]:
    """Parse GET /v1/dossiers?id_number=."""
    at = At(document, host)
    return tuple(dossier_from(one.value, host, one.place) for one in at["dossiers"].items(10_000))


def payment_from(document: object, host: str) -> Payment:
    """Parse a payment."""
    at = At(document, host)
    return Payment(
        at["id"].text(200),
        at["state"].text(100),
        at["url"].text(2000, ""),
        at["amount"].money(),
        at["receipt"].optional(100_000),
    )


def description_from(document: object, host: str) -> PortalDescription:
    """Parse portal.json of a verified catalogue (verified does not mean well made)."""
    at = At(document, host, "portal.json")
    keys = []
    for one in at["receipt_keys"].items(16):
        if not isinstance(one.value, dict) or not isinstance(one.value.get("kid"), str):
            raise PortalAnsweredGarbage(host, one.place)
        keys.append({str(k): v for k, v in one.value.items() if isinstance(v, str | list)})
    urls = at["urls"].value
    return PortalDescription(
        id=at["id"].text(100),
        name=at["name"].names(),
        practice=at["practice"].flag(False),
        hosts=tuple(one.text(300) for one in at["hosts"].items(100)),
        connector=at["connector"].text(100),
        settles_by_key=at["settles_by_key"].flag(False),
        receipt_keys=tuple(keys),
        result_anchors=tuple(one.text(50_000) for one in at["result_anchors"].items(64)),
        signer_anchors=tuple(one.text(50_000) for one in at["signer_anchors"].items(64)),
        urls={str(k)[:100]: v[:2000] for k, v in urls.items() if isinstance(v, str)} if isinstance(urls, dict) else {},
        login=_login(at["login"]) if at["login"].value is not None else None,
        agencies=_agencies(at["agencies"].value),
    )


def _agencies(told: object) -> dict[str, str]:
    """Return the names of agencies by their roles; what is no name is left out."""
    if not isinstance(told, dict):
        return {}
    named = [(role, one.get("vi")) for role, one in list(told.items())[:1000] if isinstance(one, dict)]
    return {str(role)[:64]: name[:500] for role, name in named if isinstance(name, str) and name}


def _login(at: At) -> LoginDescription:
    return LoginDescription(
        issuer=at["issuer"].text(1000),
        client_id=at["client_id"].text(200),
        scopes=tuple(one.text(100) for one in at["scopes"].items(30)) or ("openid",),
        hosts=tuple(one.text(300) for one in at["hosts"].items(20)),
        redirect_path=at["redirect_path"].optional(100),
        register=at["register"].optional(1000),
        recover=at["recover"].optional(1000),
    )


def mandates_from(document: object, host: str) -> tuple[Mandate, ...]:
    """Parse GET /v1/mandates."""
    at = At(document, host)
    return tuple(
        Mandate(
            id=one["id"].ident(),
            tax_code=one["client"]["tax_code"].optional(20),
            personal_id=one["client"]["personal_id"].optional(50),
            client=one["client"]["name"].text(500, ""),
            role=one["role"].text(50),
            since=one["since"].optional_day(),
            until=one["until"].optional_day(),
        )
        for one in at["mandates"].items(10_000)
    )


def receipt_from(document: object, host: str) -> dict[str, Any]:
    """Parse the payload of a receipt whose signature has been verified."""
    at = At(document, host, "receipt")
    if at["format"].count() != 1:
        raise PortalAnsweredGarbage(host, "receipt.format")
    client = at["client"]
    return {
        "portal": at["portal"].text(100),
        "key": at["key"].text(200),
        "code": at["code"].text(200),
        "manifest_sha256": at["manifest_sha256"].digest(),
        "received": at["received"].time(),
        "due": at["due"].optional_time(),
        "client": client["name"].text(500, "") if isinstance(client.value, dict) else client.text(500, ""),
        "procedure": at["procedure"].text(200, ""),
        "mandate": at["mandate"].optional(200),
    }


def _message(at: At) -> PortalMessage:
    return PortalMessage(
        id=at["id"].ident(),
        at=at["at"].optional_time(),
        text=at["text"].text(20_000, ""),
        state=at["state"].text(100, ""),
        due=at["due"].optional_time(),
        kind=at["kind"].text(100, ""),
        components=tuple(one.text(200) for one in at["components"].items(500)),
        attachments=tuple(
            PortalAttachment(
                one["id"].ident(),
                one["name"].text(500, ""),
                one["sha256"].digest(),
                one["size"].count(),
                one["media_type"].text(200, "application/octet-stream"),
            )
            for one in at["attachments"].items(MOST_ATTACHMENTS)
        ),
    )


_REQUIRED = "\0"


class At:
    """A place in an answer: reads one value strictly, and knows the place's name for the error."""

    def __init__(self, value: object, host: str, place: str = "") -> None:
        self.value, self.host, self.place = value, host, place

    def __getitem__(self, name: str) -> At:
        if self.value is None:
            return At(None, self.host, f"{self.place}.{name}")
        if not isinstance(self.value, dict):
            raise self._garbage()
        return At(self.value.get(name), self.host, f"{self.place}.{name}" if self.place else name)

    def items(self, limit: int) -> list[At]:
        """Return the places of a list; null counts as empty."""
        if self.value is None:
            return []
        if not isinstance(self.value, list) or len(self.value) > limit:
            raise self._garbage()
        return [At(one, self.host, f"{self.place}[{i}]") for i, one in enumerate(self.value)]

    def text(self, limit: int, default: str = _REQUIRED) -> str:
        """Return a text without control characters or halves of surrogates."""
        if self.value is None and default is not _REQUIRED:
            return default
        if not isinstance(self.value, str) or len(self.value) > limit:
            raise self._garbage()
        if any((c < " " and c not in "\n\r\t") or "\ud800" <= c <= "\udfff" for c in self.value):
            raise self._garbage()
        return self.value

    def optional(self, limit: int) -> str | None:
        return None if self.value is None else self.text(limit)

    def ident(self) -> str:
        """Return an id, which may be a text or a whole number."""
        if isinstance(self.value, int) and not isinstance(self.value, bool):
            return str(self.count())
        return self.text(200, "")

    def digest(self) -> str:
        text = self.text(64).lower()
        if len(text) != 64 or any(c not in "0123456789abcdef" for c in text):
            raise self._garbage()
        return text

    def flag(self, default: bool) -> bool:
        if self.value is None:
            return default
        if not isinstance(self.value, bool):
            raise self._garbage()
        return self.value

    def count(self, default: int | None = None) -> int:
        if self.value is None and default is not None:
            return default
        if isinstance(self.value, bool) or not isinstance(self.value, int) or not 0 <= self.value < 2**53:
            raise self._garbage()
        return self.value

    def money(self) -> int:
        if isinstance(self.value, bool) or not isinstance(self.value, int) or abs(self.value) > 10**15:
            raise self._garbage()
        return self.value

    def status(self) -> int | None:
        """Return 1 to 10; any other number is a status of the future, and so None."""
        if self.value is None:
            return None
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            raise self._garbage()
        return self.value if 1 <= self.value <= 10 else None

    def time(self) -> datetime:
        """Return an aware time; one without an offset is Vietnamese."""
        try:
            moment = datetime.fromisoformat(self.text(64))
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=VIETNAM)
            # What cannot be said in UTC (years 1 and 9999 near the border) no reader can compare.
            moment.astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise self._garbage() from error
        return moment

    def optional_time(self) -> datetime | None:
        return None if self.value is None else self.time()

    def optional_day(self) -> date | None:
        if self.value is None:
            return None
        try:
            return date.fromisoformat(self.text(10))
        except ValueError as error:
            raise self._garbage() from error

    def names(self) -> Mapping[str, str]:
        """Return a text in languages; a plain text counts as Vietnamese."""
        if isinstance(self.value, str):
            return {"vi": self.text(500), "en": self.text(500)}
        vi = self["vi"].text(500)
        return {"vi": vi, "en": self["en"].text(500, vi)}

    def _garbage(self) -> PortalAnsweredGarbage:
        return PortalAnsweredGarbage(self.host, self.place or "body")


def _no_constant(text: str) -> NoReturn:
    raise ValueError(text)
