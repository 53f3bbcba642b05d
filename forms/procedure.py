"""Administrative procedures: all that must be told about one, and what a dossier for it must contain.

A record comes from our own resources, from a portal's catalogue, or from the national portal. All three are taken as
they come: what is missing is empty, what is of a strange type is left out, every text is bounded and made NFC. Only a
record with neither code nor name is refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, Literal, TypeVar, cast

from forms.definition import Text
from forms.errors import ProcedureUnreadable

TEXT: Final = 20_000
"""Characters of one text."""

LIST: Final = 1_000
"""Entries of one list."""

Method = Literal["direct", "online", "post"]


@dataclass(frozen=True)
class Step:
    """Tell one step of the way through the procedure."""

    name: str
    text: str


@dataclass(frozen=True)
class Fee:
    """Name a fee; `amount` is in đồng, None where the record states none in đồng."""

    amount: int | None
    text: str = ""
    kind: Literal["fee", "charge", "price", ""] = ""
    """A fee for a service (phí), a charge of the state (lệ phí), a price."""


@dataclass(frozen=True)
class Channel:
    """Name a way to hand in a dossier, with how long it takes."""

    method: Method
    time: int | str | None
    """A whole number of units, or a fraction as text ("7.5"); None where the record states no number."""
    unit: str
    """working_day, day, hour, month; empty where there is no number."""
    text: str = ""
    fees: tuple[Fee, ...] = ()


@dataclass(frozen=True)
class Component:
    """Name one paper of a dossier."""

    id: str
    name: str
    originals: int = 0
    copies: int = 0
    required: bool = False
    template: str | None = None
    """Our template that makes it."""
    replaced_by_data: bool = False
    """The agency has it already: nothing to hand in."""
    sign: bool = False
    accepts: tuple[str, ...] = ()
    """Kinds of electronic document taken: scan, certified, native."""
    note: str = ""
    attachments: tuple[str, ...] = ()
    """Names of the blank forms that the portal offers for it."""


@dataclass(frozen=True)
class Case:
    """Name a case of the procedure, with what it asks for."""

    id: str
    name: str
    components: tuple[Component, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """Name a result of the procedure."""

    name: str
    code: str = ""


@dataclass(frozen=True)
class LegalText:
    """Name a legal text on which the procedure rests."""

    number: str
    title: str = ""


@dataclass(frozen=True)
class Allowed:
    """Say what the procedure's level allows, and why the rest is not."""

    print: bool
    submit: bool
    pay_online: bool
    result_online: bool
    reasons: Mapping[str, Text] = field(default_factory=dict)
    """For each thing that is not allowed (print, submit, pay_online, result_online): why."""


@dataclass(frozen=True)
class Procedure:
    """Hold what is known of a procedure."""

    code: str
    name: str
    level: int | None = None
    """1 to 4 (Circular 32/2017/TT-BTTTT); None where no source states it."""
    full: bool | None = None
    """Whether all of it is done online (Decree 42/2022); None where no source states it."""
    fields: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    channels: tuple[Channel, ...] = ()
    cases: tuple[Case, ...] = ()
    results: tuple[Outcome, ...] = ()
    legal_basis: tuple[LegalText, ...] = ()
    requirements: tuple[str, ...] = ()
    receiving_place: str = ""
    period_kinds: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    source: str = ""
    raw_extra: Mapping[str, Any] = field(default_factory=dict)
    """What else the source says, for those who look closer."""

    def allows(self) -> Allowed:
        """Return what the level allows; an unknown level allows printing only."""
        if self.level is None:
            reasons = dict.fromkeys(("submit", "pay_online", "result_online"), _UNKNOWN_LEVEL)
            return Allowed(True, False, False, False, reasons)
        needed = {"print": 2, "submit": 3, "pay_online": 4, "result_online": 4}
        reasons = {what: _reason(what, self.level) for what, level in needed.items() if self.level < level}
        return Allowed(self.level >= 2, self.level >= 3, self.level >= 4, self.level >= 4, reasons)

    def case(self, id: str | None) -> Case | None:
        """Return a case by its id; the first where none is named."""
        if id is None:
            return self.cases[0] if self.cases else None
        return next((case for case in self.cases if case.id == id), None)

    def to_json(self) -> dict[str, Any]:
        """Return the record as our catalogue holds it and the command line shows it."""
        return {
            "code": self.code,
            "name": self.name,
            "level": self.level,
            "full": self.full,
            "fields": list(self.fields),
            "agencies": list(self.agencies),
            "subjects": list(self.subjects),
            "steps": [{"name": step.name, "text": step.text} for step in self.steps],
            "channels": [
                {
                    "method": channel.method,
                    "time": channel.time,
                    "unit": channel.unit,
                    "text": channel.text,
                    "fees": [{"amount": fee.amount, "text": fee.text, "kind": fee.kind} for fee in channel.fees],
                }
                for channel in self.channels
            ],
            "cases": [
                {"id": case.id, "name": case.name, "components": [_component_json(c) for c in case.components]}
                for case in self.cases
            ],
            "results": [{"name": result.name, "code": result.code} for result in self.results],
            "legal_basis": [{"number": basis.number, "title": basis.title} for basis in self.legal_basis],
            "requirements": list(self.requirements),
            "receiving_place": self.receiving_place,
            "period_kinds": list(self.period_kinds),
            "notes": list(self.notes),
            "source": self.source,
            "raw_extra": dict(self.raw_extra),
        }

    @classmethod
    def from_json(cls, raw: object) -> Procedure:
        """Return the procedure of a record of ours; raise `ProcedureUnreadable` for one that cannot be recognised."""
        record = _object(raw)
        level = record.get("level")
        return _named(
            cls(
                code=_line(record.get("code")),
                name=_line(record.get("name")),
                level=level if isinstance(level, int) and not isinstance(level, bool) and 1 <= level <= 4 else None,
                full=_flag(record.get("full")),
                fields=_lines(record.get("fields")),
                agencies=_lines(record.get("agencies")),
                subjects=_lines(record.get("subjects")),
                steps=_each(record.get("steps"), lambda step: Step(_line(step.get("name")), _text(step.get("text")))),
                channels=tuple(c for c in _each(record.get("channels"), _channel) if c is not None),
                cases=_numbered(_each(record.get("cases"), _case)),
                results=_each(record.get("results"), lambda r: Outcome(_line(r.get("name")), _line(r.get("code")))),
                legal_basis=_each(
                    record.get("legal_basis"), lambda b: LegalText(_line(b.get("number")), _text(b.get("title")))
                ),
                requirements=_texts(record.get("requirements")),
                receiving_place=_text(record.get("receiving_place")),
                period_kinds=tuple(k for k in _lines(record.get("period_kinds")) if k in ("month", "quarter")),
                notes=_texts(record.get("notes")),
                source=_line(record.get("source")),
                raw_extra={
                    _line(key): _plain(value)
                    for key, value in list(_object_or_empty(record.get("raw_extra")).items())[:50]
                },
            )
        )

    @classmethod
    def from_national_portal(cls, row: object, detail: object = None) -> Procedure:
        """Return the procedure of a row of the national portal's list, with its whole record where it is at hand.

        No record of that portal states a level, and only whole records say whether all is done online. Raise
        `ProcedureUnreadable` where neither has a code or a name.
        """
        brief = _object_or_empty(row)
        whole = _object_or_empty(detail)
        whole = _object_or_empty(whole.get("data")) if "data" in whole else whole
        executing = _names(whole.get("departmentsExecuting")) + _names(whole.get("unitGroupsExecuting"))
        agencies = executing or _lines(whole.get("executingAgencies")) or _lines(brief.get("departments"))
        announced = _line(whole.get("departmentPromulgateName")) or _line(brief.get("departmentPromulgate"))
        return _named(
            cls(
                code=_line(whole.get("code")) or _line(brief.get("code")),
                name=_line(whole.get("name")) or _line(brief.get("name")),
                full=_flag(whole.get("isFullProcess")),
                fields=_names(whole.get("categoriesDetails")) or _lines(brief.get("categories")),
                agencies=_distinct(agencies) or ((announced,) if announced else ()),
                subjects=_names(whole.get("subjectTypesDetails")) or _lines(brief.get("formalityTargetType")),
                steps=_each(
                    whole.get("executionSteps"), lambda s: Step(_line(s.get("name")), _text(s.get("description")))
                ),
                channels=tuple(c for c in _each(whole.get("executionMethods"), _portal_channel) if c is not None),
                cases=_numbered(_each(whole.get("executionCases"), _portal_case)),
                results=_each(
                    whole.get("resultsDetails"), lambda r: Outcome(_line(r.get("name")), _line(r.get("code")))
                ),
                legal_basis=_each(
                    whole.get("legalBasisesDetails"), lambda b: LegalText(_line(b.get("code")), _text(b.get("name")))
                ),
                requirements=_texts(whole.get("requirementsAndConditions")),
                receiving_place=_text(whole.get("dossierReceivingAddresses")),
                notes=_texts(whole.get("note")),
                source="national-portal",
                raw_extra=_portal_extra(brief, whole, announced),
            )
        )


_UNKNOWN_LEVEL = Text(
    "Không nguồn nào cho biết mức độ của thủ tục này, nên chỉ in hồ sơ để nộp trực tiếp hoặc qua bưu chính.",
    "No source states the level of this procedure, so the dossier can only be printed, to be handed in or posted.",
)
_REASONS: Mapping[str, tuple[str, str]] = {
    "print": (
        "Thủ tục ở mức độ {level} chỉ cung cấp thông tin, chưa có biểu mẫu để điền và in.",
        "At level {level} the procedure only gives information; there is no form to fill and print.",
    ),
    "submit": (
        "Thủ tục ở mức độ {level}: điền và in hồ sơ tại nhà, rồi nộp trực tiếp hoặc qua bưu chính.",
        "At level {level} the dossier is filled and printed at home, then handed in or posted.",
    ),
    "pay_online": (
        "Thủ tục ở mức độ {level}: phí, lệ phí nộp trực tiếp hoặc qua bưu chính.",
        "At level {level} fees are paid at the office or by post.",
    ),
    "result_online": (
        "Thủ tục ở mức độ {level}: kết quả nhận trực tiếp hoặc qua bưu chính.",
        "At level {level} the result is collected at the office or comes by post.",
    ),
}


def _reason(what: str, level: int) -> Text:
    vi, en = _REASONS[what]
    return Text(vi.format(level=level), en.format(level=level))


def _named(procedure: Procedure) -> Procedure:
    if not procedure.code or not procedure.name:
        raise ProcedureUnreadable("NO_CODE" if procedure.name else "NO_NAME")
    return procedure


# --- what may come ---------------------------------------------------------------------------------------------------

_T = TypeVar("_T")


def _object(raw: object) -> Mapping[str, Any]:
    if not isinstance(raw, Mapping):
        raise ProcedureUnreadable("NOT_AN_OBJECT")
    return cast(Mapping[str, Any], raw)


def _object_or_empty(raw: object) -> Mapping[str, Any]:
    return cast(Mapping[str, Any], raw) if isinstance(raw, Mapping) else {}


def _each(raw: object, make: Callable[[Mapping[str, Any]], _T]) -> tuple[_T, ...]:
    """Return what `make` makes of each object of a list; a bare text counts as an object with that name."""
    if not isinstance(raw, list | tuple):
        return ()
    found = []
    for entry in raw[:LIST]:
        if isinstance(entry, Mapping):
            found.append(make(entry))
        elif isinstance(entry, str) and entry.strip():
            found.append(make({"name": entry, "title": entry}))
    return tuple(found)


def _text(raw: object) -> str:
    """Return a text with its lines, NFC, without what no page can show."""
    if isinstance(raw, bool) or not isinstance(raw, str | int):
        return ""
    text = unicodedata.normalize("NFC", str(raw)[:TEXT]).replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    if not text.isprintable():
        text = "".join(c for c in text if c == "\n" or unicodedata.category(c) not in _UNSEEN)
    return text.strip()


_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))


def _line(raw: object) -> str:
    return " ".join(_text(raw).split())


def _texts(raw: object) -> tuple[str, ...]:
    entries = raw if isinstance(raw, list | tuple) else [raw]
    return tuple(text for text in map(_text, entries[:LIST]) if text)


def _lines(raw: object) -> tuple[str, ...]:
    entries = raw if isinstance(raw, list | tuple) else [raw]
    return _distinct(line for line in map(_line, entries[:LIST]) if line)


def _distinct(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(lines))


def _names(raw: object) -> tuple[str, ...]:
    return _distinct(name for name in _each(raw, lambda entry: _line(entry.get("name"))) if name)


def _flag(raw: object) -> bool | None:
    return raw if isinstance(raw, bool) else None


def _count(raw: object) -> int:
    return max(0, min(raw, 1_000)) if isinstance(raw, int) and not isinstance(raw, bool) else 0


def _amount(raw: object) -> int | None:
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal):
        return None
    number = Decimal(str(raw))
    if not number.is_finite() or not 0 <= number < 10**15:
        return None
    return int(number) if number == int(number) else None


def _time(raw: object) -> int | str | None:
    if isinstance(raw, str) and re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,2})?", raw.strip()):
        raw = Decimal(raw.strip())
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal):
        return None
    number = Decimal(str(raw))
    if not number.is_finite() or not 0 < number < 10_000:
        return None
    return int(number) if number == int(number) else f"{number:f}"


def _plain(raw: object) -> Any:
    """Return small plain data: texts, numbers, flags, and lists and objects of them."""
    match raw:
        case None | bool() | int():
            return raw
        case list() | tuple():
            return [_plain(entry) for entry in raw[:50] if not isinstance(entry, list | Mapping)]
        case Mapping():
            return {_line(k): _line(v) for k, v in list(raw.items())[:50]}
        case _:
            return _text(str(raw) if isinstance(raw, float | Decimal) else raw)


# --- records of ours -------------------------------------------------------------------------------------------------

_METHODS: Mapping[str, Method] = {
    "direct": "direct",
    "online": "online",
    "post": "post",
    "postal": "post",
    "trực tiếp": "direct",
    "trực tuyến": "online",
    "nộp qua bưu chính công ích": "post",
    "dịch vụ bưu chính": "post",
}
_KINDS: Mapping[str, Literal["fee", "charge", "price"]] = {
    "fee": "fee",
    "charge": "charge",
    "service_fee": "charge",
    "price": "price",
    "price_level": "price",
}


def _channel(raw: Mapping[str, Any]) -> Channel | None:
    method = _METHODS.get(_line(raw.get("method")).lower())
    if method is None:
        return None
    fees = _each(raw.get("fees"), lambda fee: Fee(_amount(fee.get("amount")), _text(fee.get("text")), _kind(fee)))
    return Channel(method, _time(raw.get("time")), _line(raw.get("unit")).lower(), _text(raw.get("text")), fees)


def _kind(fee: Mapping[str, Any]) -> Literal["fee", "charge", "price", ""]:
    kind = _line(fee.get("kind")).lower()
    return cast(Literal["fee", "charge", "price"], kind) if kind in ("fee", "charge", "price") else ""


def _case(raw: Mapping[str, Any]) -> Case:
    return Case(
        _line(raw.get("id")), _line(raw.get("name")), _numbered_components(_each(raw.get("components"), _component))
    )


def _component(raw: Mapping[str, Any]) -> Component:
    return Component(
        id=_line(raw.get("id")),
        name=_text(raw.get("name")),
        originals=_count(raw.get("originals")),
        copies=_count(raw.get("copies")),
        required=raw.get("required") is True,
        template=_line(raw.get("template")) or None,
        replaced_by_data=raw.get("replaced_by_data") is True,
        sign=raw.get("sign") is True,
        accepts=_lines(raw.get("accepts")),
        note=_text(raw.get("note")),
        attachments=_lines(raw.get("attachments")),
    )


def _component_json(component: Component) -> dict[str, Any]:
    return {
        "id": component.id,
        "name": component.name,
        "originals": component.originals,
        "copies": component.copies,
        "required": component.required,
        "template": component.template,
        "replaced_by_data": component.replaced_by_data,
        "sign": component.sign,
        "accepts": list(component.accepts),
        "note": component.note,
        "attachments": list(component.attachments),
    }


def _numbered(cases: tuple[Case, ...]) -> tuple[Case, ...]:
    """Return the cases with an id each: their own where it is the only one of its name, else their number."""
    ids = [case.id for case in cases]
    return tuple(
        case if case.id and ids.count(case.id) == 1 else Case(str(number), case.name, case.components)
        for number, case in enumerate(cases, 1)
    )


def _numbered_components(components: tuple[Component, ...]) -> tuple[Component, ...]:
    ids = [component.id for component in components]
    found = []
    for number, component in enumerate(components, 1):
        own = component.id and ids.count(component.id) == 1
        found.append(component if own else Component(**{**component.__dict__, "id": str(number)}))
    return tuple(found)


# --- records of the national portal ----------------------------------------------------------------------------------


def _portal_channel(raw: Mapping[str, Any]) -> Channel | None:
    method = _METHODS.get(_line(raw.get("submissionMethod")).lower())
    if method is None:
        return None
    stated = raw.get("processingTime")
    time = _time(stated)
    # Where the time is told in words, the words are what counts.
    words = _text(stated) if isinstance(stated, str) and time is None else ""
    unit = _line(raw.get("processingTimeUnit")).lower()
    if unit == "other" and time is not None:
        words, time = f"Thời hạn: {time} (đơn vị khác, xem mô tả)".replace(".", ","), None
    text = "\n".join(_distinct(part for part in (words, _text(raw.get("description"))) if part))
    return Channel(method, time, unit if time is not None else "", text, _each(raw.get("fees"), _portal_fee))


def _portal_fee(raw: Mapping[str, Any]) -> Fee:
    amount, text = _amount(raw.get("value")), _text(raw.get("description"))
    currency = _line(raw.get("currencyName"))
    if amount is not None and currency and "đồng" not in currency.lower() and currency.upper() != "VND":
        text = f"{amount} {currency}" + (f". {text}" if text else "")
        amount = None
    return Fee(amount, text, _KINDS.get(_line(raw.get("type")).lower(), ""))


def _portal_case(raw: Mapping[str, Any]) -> Case:
    components = _each(raw.get("profileComponents"), _portal_component)
    return Case("", _line(raw.get("name")).strip("*-:+ "), _numbered_components(components))


def _portal_component(raw: Mapping[str, Any]) -> Component:
    return Component(
        id=_line(raw.get("code")),
        name=_text(raw.get("name")),
        originals=_count(raw.get("originalQty")),
        copies=_count(raw.get("copyQty")),
        required=raw.get("required") is True,
        attachments=_each(raw.get("attachments"), lambda a: _line(a.get("fileName"))),
    )


def _portal_extra(brief: Mapping[str, Any], whole: Mapping[str, Any], announced: str) -> dict[str, Any]:
    decision = _object_or_empty(whole.get("procedureProposal"))
    found = {
        "id": _line(whole.get("id")) or _line(brief.get("id")),
        "announced_by": announced,
        "decision": _line(decision.get("proposalNumber")),
        "decision_date": _day(decision.get("decisionDate")),
        "updated": _day(whole.get("updatedAt")),
        "state": _line(whole.get("state")) or _line(brief.get("state")),
        "type": _line(whole.get("type")) or _line(brief.get("type")),
        "keywords": _line(whole.get("keywords")),
    }
    return {name: value for name, value in found.items() if value}


def _day(raw: object) -> str:
    """Return the day of a time in milliseconds, as in Vietnam."""
    if isinstance(raw, bool) or not isinstance(raw, int) or not 0 < raw < 10**13:
        return ""
    return datetime.fromtimestamp(raw / 1000 + 7 * 3600, UTC).date().isoformat()
