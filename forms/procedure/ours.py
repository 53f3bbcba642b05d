"""Records of our own: what `Procedure.to_json` writes, in `resources/procedures` and in portals' catalogues."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal, cast

from forms.errors import ProcedureUnreadable
from forms.procedure import take
from forms.procedure.record import Case, Channel, Component, Fee, LegalText, Method, Outcome, Procedure, Step

METHODS: Mapping[str, Method] = {
    "direct": "direct",
    "online": "online",
    "post": "post",
    "postal": "post",
    "trực tiếp": "direct",
    "trực tuyến": "online",
    "nộp qua bưu chính công ích": "post",
    "dịch vụ bưu chính": "post",
}
KINDS: Mapping[str, Literal["fee", "charge", "price"]] = {
    "fee": "fee",
    "charge": "charge",
    "service_fee": "charge",
    "price": "price",
    "price_level": "price",
}


def read(raw: object) -> Procedure:
    """Return the procedure of a record; raise `ProcedureUnreadable` for one that cannot be recognised."""
    record = take.mapping(raw)
    level = record.get("level")
    return named(
        Procedure(
            code=take.line(record.get("code")),
            name=take.line(record.get("name")),
            level=level if isinstance(level, int) and not isinstance(level, bool) and 1 <= level <= 4 else None,
            full=take.flag(record.get("full")),
            fields=take.lines(record.get("fields")),
            agencies=take.lines(record.get("agencies")),
            subjects=take.lines(record.get("subjects")),
            steps=take.each(
                record.get("steps"), lambda step: Step(take.line(step.get("name")), take.text(step.get("text")))
            ),
            channels=tuple(c for c in take.each(record.get("channels"), _channel) if c is not None),
            cases=numbered(take.each(record.get("cases"), _case)),
            results=take.each(
                record.get("results"), lambda r: Outcome(take.line(r.get("name")), take.line(r.get("code")))
            ),
            legal_basis=take.each(
                record.get("legal_basis"),
                lambda b: LegalText(take.line(b.get("number")), take.text(b.get("title"))),
            ),
            requirements=take.texts(record.get("requirements")),
            receiving_place=take.text(record.get("receiving_place")),
            period_kinds=tuple(k for k in take.lines(record.get("period_kinds")) if k in ("month", "quarter")),
            notes=take.texts(record.get("notes")),
            source=take.line(record.get("source")),
            raw_extra={
                take.line(key): take.plain(value)
                for key, value in list(take.mapping_or_empty(record.get("raw_extra")).items())[:50]
            },
        )
    )


def _channel(raw: Mapping[str, Any]) -> Channel | None:
    method = METHODS.get(take.line(raw.get("method")).lower())
    if method is None:
        return None
    fees = take.each(
        raw.get("fees"), lambda fee: Fee(take.amount(fee.get("amount")), take.text(fee.get("text")), _kind(fee))
    )
    return Channel(
        method,
        take.time(raw.get("time")),
        take.line(raw.get("unit")).lower(),
        take.text(raw.get("text")),
        fees,
    )


def _kind(fee: Mapping[str, Any]) -> Literal["fee", "charge", "price", ""]:
    kind = take.line(fee.get("kind")).lower()
    return cast(Literal["fee", "charge", "price"], kind) if kind in ("fee", "charge", "price") else ""


def _case(raw: Mapping[str, Any]) -> Case:
    return Case(
        take.line(raw.get("id")),
        take.line(raw.get("name")),
        numbered_components(take.each(raw.get("components"), _component)),
    )


def _component(raw: Mapping[str, Any]) -> Component:
    return Component(
        id=take.line(raw.get("id")),
        name=take.text(raw.get("name")),
        originals=take.count(raw.get("originals")),
        copies=take.count(raw.get("copies")),
        required=raw.get("required") is True,
        template=take.line(raw.get("template")) or None,
        replaced_by_data=raw.get("replaced_by_data") is True,
        replaced_until=take.day(raw.get("replaced_until")),
        sign=raw.get("sign") is True,
        accepts=take.lines(raw.get("accepts")),
        note=take.text(raw.get("note")),
        attachments=take.lines(raw.get("attachments")),
    )


def named(procedure: Procedure) -> Procedure:
    """Return the procedure; raise `ProcedureUnreadable` where it has no code or no name."""
    if not procedure.code or not procedure.name:
        raise ProcedureUnreadable("NO_CODE" if procedure.name else "NO_NAME")
    return procedure


def numbered(cases: tuple[Case, ...]) -> tuple[Case, ...]:
    """Return the cases with an id each: their own where no other has it, else a number."""
    ids = _ids([case.id for case in cases])
    return tuple(Case(id, case.name, case.components) for id, case in zip(ids, cases, strict=True))


def numbered_components(components: tuple[Component, ...]) -> tuple[Component, ...]:
    """Return the components with an id each, likewise."""
    ids = _ids([component.id for component in components])
    return tuple(replace(component, id=id) for id, component in zip(ids, components, strict=True))


def _ids(given: list[str]) -> list[str]:
    counts = Counter(given)
    found = []
    for number, id in enumerate(given, 1):
        if not id or counts[id] > 1:
            id = str(number)
            while id in counts:
                id += "."
        found.append(id)
    return found
