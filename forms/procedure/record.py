"""What is known of a procedure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from forms.definition import Text

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
    """The agency has it already: nothing to hand in, until the day named next, where there is one."""
    replaced_until: date | None = None
    """The last day on which the agency looks it up itself (Resolution 66.7/2025: 28/02/2027)."""
    sign: bool = False
    accepts: tuple[str, ...] = ()
    """Kinds of electronic document taken: scan, certified, native."""
    note: str = ""
    attachments: tuple[str, ...] = ()
    """Names of the blank forms that the portal offers for it."""

    def replaced_on(self, day: date) -> bool:
        """Say whether nothing of it has to be handed in on a day."""
        return self.replaced_by_data and (self.replaced_until is None or day <= self.replaced_until)


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
        from forms.procedure import ours  # makes procedures, so it needs this class

        return ours.read(raw)

    @classmethod
    def from_national_portal(cls, row: object, detail: object = None) -> Procedure:
        """Return the procedure of a row of the national portal's list, with its whole record where it is at hand.

        No record of that portal states a level, and only whole records say whether all is done online. Raise
        `ProcedureUnreadable` where neither has a code or a name.
        """
        from forms.procedure import national  # makes procedures, so it needs this class

        return national.read(row, detail)


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


def _component_json(component: Component) -> dict[str, Any]:
    return {
        "id": component.id,
        "name": component.name,
        "originals": component.originals,
        "copies": component.copies,
        "required": component.required,
        "template": component.template,
        "replaced_by_data": component.replaced_by_data,
        **({"replaced_until": component.replaced_until.isoformat()} if component.replaced_until else {}),
        "sign": component.sign,
        "accepts": list(component.accepts),
        "note": component.note,
        "attachments": list(component.attachments),
    }
