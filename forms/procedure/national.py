"""Records of the national portal, as its list and its whole records hold them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from forms.procedure import take
from forms.procedure.ours import KINDS, METHODS, named, numbered, numbered_components
from forms.procedure.record import Case, Channel, Component, Fee, LegalText, Outcome, Procedure, Step


def read(row: object, detail: object) -> Procedure:
    """Return the procedure of a row of the list, with its whole record where it is at hand."""
    brief = take.mapping_or_empty(row)
    whole = take.mapping_or_empty(detail)
    whole = take.mapping_or_empty(whole.get("data")) if "data" in whole else whole
    executing = take.names(whole.get("departmentsExecuting")) + take.names(whole.get("unitGroupsExecuting"))
    agencies = executing or take.lines(whole.get("executingAgencies")) or take.lines(brief.get("departments"))
    announced = take.line(whole.get("departmentPromulgateName")) or take.line(brief.get("departmentPromulgate"))
    return named(
        Procedure(
            code=take.line(whole.get("code")) or take.line(brief.get("code")),
            name=take.line(whole.get("name")) or take.line(brief.get("name")),
            full=take.flag(whole.get("isFullProcess")),
            fields=take.names(whole.get("categoriesDetails")) or take.lines(brief.get("categories")),
            agencies=take.distinct(agencies) or ((announced,) if announced else ()),
            subjects=take.names(whole.get("subjectTypesDetails")) or take.lines(brief.get("formalityTargetType")),
            steps=take.each(
                whole.get("executionSteps"),
                lambda s: Step(take.line(s.get("name")), take.text(s.get("description"))),
            ),
            channels=tuple(c for c in take.each(whole.get("executionMethods"), _portal_channel) if c is not None),
            cases=numbered(take.each(whole.get("executionCases"), _portal_case)),
            results=take.each(
                whole.get("resultsDetails"),
                lambda r: Outcome(take.line(r.get("name")), take.line(r.get("code"))),
            ),
            legal_basis=take.each(
                whole.get("legalBasisesDetails"),
                lambda b: LegalText(take.line(b.get("code")), take.text(b.get("name"))),
            ),
            requirements=take.texts(whole.get("requirementsAndConditions")),
            receiving_place=take.text(whole.get("dossierReceivingAddresses")),
            notes=take.texts(whole.get("note")),
            source="national-portal",
            raw_extra=_portal_extra(brief, whole, announced),
        )
    )


def _portal_channel(raw: Mapping[str, Any]) -> Channel | None:
    method = METHODS.get(take.line(raw.get("submissionMethod")).lower())
    if method is None:
        return None
    stated = raw.get("processingTime")
    time = take.time(stated)
    # Where the time is told in words, the words are what counts.
    words = take.text(stated) if isinstance(stated, str) and time is None else ""
    unit = take.line(raw.get("processingTimeUnit")).lower()
    if unit == "other" and time is not None:
        words, time = f"Thời hạn: {time} (đơn vị khác, xem mô tả)".replace(".", ","), None
    text = "\n".join(take.distinct(part for part in (words, take.text(raw.get("description"))) if part))
    return Channel(method, time, unit if time is not None else "", text, take.each(raw.get("fees"), _portal_fee))


def _portal_fee(raw: Mapping[str, Any]) -> Fee:
    amount, text = take.amount(raw.get("value")), take.text(raw.get("description"))
    currency = take.line(raw.get("currencyName"))
    if amount is not None and currency and "đồng" not in currency.lower() and currency.upper() != "VND":
        text = f"{amount} {currency}" + (f". {text}" if text else "")
        amount = None
    return Fee(amount, text, KINDS.get(take.line(raw.get("type")).lower(), ""))


def _portal_case(raw: Mapping[str, Any]) -> Case:
    components = take.each(raw.get("profileComponents"), _portal_component)
    return Case("", take.line(raw.get("name")).strip("*-:+ "), numbered_components(components))


def _portal_component(raw: Mapping[str, Any]) -> Component:
    return Component(
        id=take.line(raw.get("code")),
        name=take.text(raw.get("name")),
        originals=take.count(raw.get("originalQty")),
        copies=take.count(raw.get("copyQty")),
        required=raw.get("required") is True,
        attachments=take.each(raw.get("attachments"), lambda a: take.line(a.get("fileName"))),
    )


def _portal_extra(brief: Mapping[str, Any], whole: Mapping[str, Any], announced: str) -> dict[str, Any]:
    decision = take.mapping_or_empty(whole.get("procedureProposal"))
    found = {
        "id": take.line(whole.get("id")) or take.line(brief.get("id")),
        "announced_by": announced,
        "decision": take.line(decision.get("proposalNumber")),
        "decision_date": _day(decision.get("decisionDate")),
        "updated": _day(whole.get("updatedAt")),
        "state": take.line(whole.get("state")) or take.line(brief.get("state")),
        "type": take.line(whole.get("type")) or take.line(brief.get("type")),
        "keywords": take.line(whole.get("keywords")),
    }
    return {name: value for name, value in found.items() if value}


def _day(raw: object) -> str:
    """Return the day of a time in milliseconds, as in Vietnam."""
    if isinstance(raw, bool) or not isinstance(raw, int) or not 0 < raw < 10**13:
        return ""
    return datetime.fromtimestamp(raw / 1000 + 7 * 3600, UTC).date().isoformat()
