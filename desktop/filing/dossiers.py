"""From a procedure to a signed dossier: new, fill, attach, pre-flight, sign, export.

A form stays editable for ever; a dossier holds printed and signed bytes that are never rendered again. Signing makes
the files of a revision and the manifest over them; nothing before that leaves the desk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from desktop.filing.desk import Desk
from desktop.filing.errors import (
    FormRejected,
    LevelForbids,
    PeriodMissing,
    UnknownCase,
    UnknownComponent,
    UnknownProcedure,
)
from desktop.filing.notices import use_remembered

if TYPE_CHECKING:
    from desktop.store.records import Client, Dossier, SavedForm
    from desktop.store.records import Component as StoredComponent
    from forms.form import Form
    from forms.procedure import Case, Component, Procedure

STRUCTURAL = frozenset(
    {"WRONG_TYPE", "UNKNOWN_FIELD", "NUMBER_TOO_LARGE", "NOT_WHOLE", "TEXT_TOO_LONG", "TOO_MANY_ROWS"}
)
"""Problems of data from outside that leave something out of the form: such data is not saved at all."""


@dataclass(frozen=True)
class ComponentView:
    """One line of a dossier's checklist."""

    id: str
    name: str
    required: bool
    originals: int
    copies: int
    template: str | None
    sign: bool
    form: str | None
    files: tuple[str, ...]
    errors: int
    warnings: int
    note: str

    @property
    def state(self) -> Literal["done", "work", "open", "not_needed"]:
        """Say how far it is: done, in work, open, or not needed."""
        if self.files and not self.form:
            return "done"
        if self.form is not None:
            return "work" if self.errors else "done"
        return "open" if self.required else "not_needed"

    def state_words(self, lang: str) -> str:
        """Say it in words."""
        vi = {"done": "xong", "work": f"còn {self.errors} lỗi", "open": "chưa làm", "not_needed": "không bắt buộc"}
        en = {"done": "done", "work": f"{self.errors} errors", "open": "open", "not_needed": "optional"}
        return (vi if lang == "vi" else en)[self.state]


@dataclass(frozen=True)
class DossierView:
    """A dossier as it is shown: the stored facts and the state of its checklist."""

    id: str
    client_code: str
    client_name: str
    procedure: str
    procedure_name: str
    case: str
    period: str | None
    delivery: str
    state: str
    revision: int
    code: str | None
    status: int | None
    raw: str | None
    components: tuple[ComponentView, ...]


# --- procedures ------------------------------------------------------------------------------------------------------


def procedure(desk: Desk, code: str) -> Procedure:
    """Return a procedure of the catalogue. Raises UnknownProcedure."""
    found = desk.catalogue.procedure(code)
    if found is None:
        raise UnknownProcedure(code)
    return found


def case_of(found: Procedure, case: str | None) -> Case:
    """Choose a case by id or name; a procedure with one case needs no choice. Raises UnknownCase."""
    if case is None and found.cases:
        return found.cases[0]
    for candidate in found.cases:
        if case in (candidate.id, candidate.name):
            return candidate
    raise UnknownCase(case or "", tuple(candidate.id for candidate in found.cases))


# --- a new dossier ---------------------------------------------------------------------------------------------------


def new_dossier(
    desk: Desk,
    code: str,
    client: str,
    *,
    case: str | None = None,
    period: str | None = None,
    delivery: str | None = None,
) -> Dossier:
    """Begin a dossier: its components from the procedure's case, its forms prefilled with what the client agreed to.

    Without `delivery` the result comes online where the level allows that, else it is collected.
    Raises UnknownProcedure, UnknownCase, PeriodMissing, BadPeriod, LevelForbids, ClientNotFound.
    """
    from forms.period import Period

    ws = desk.workspace
    owner = ws.clients.get(client)
    found = procedure(desk, code)
    chosen = case_of(found, case)
    if found.period_kinds and period is None:
        raise PeriodMissing(code)
    when = Period.parse(period) if period and found.period_kinds else None
    allowed = found.allows()
    if delivery == "online" and not allowed.result_online:
        raise LevelForbids(code, allowed.reasons.get("result_online"))
    delivery = delivery or ("online" if allowed.result_online else "in-person")
    record = ws.dossiers.create(
        owner,
        found.code,
        chosen.id,
        str(when) if when else None,
        delivery,
        _stored(chosen.components),
        procedure_name=found.name,
    )
    use_remembered(desk, record.id, owner)
    for component in chosen.components:
        if component.template is not None and component.required and not component.replaced_on(desk.today()):
            begin_form(desk, record, component.id, component.template)
    return ws.dossiers.get(record.id)


def _stored(components: Iterable[Component]) -> list[StoredComponent]:
    from desktop.store.records import Component as Stored

    return [
        Stored(
            component=part.id,
            name=part.name,
            required=part.required,
            originals=part.originals,
            copies=part.copies,
            template=part.template,
            replaced_by_data=part.replaced_by_data,
            sign=part.sign,
            form=None,
        )
        for part in components
    ]


def begin_form(desk: Desk, dossier: Dossier, component: str, template_id: str) -> SavedForm:
    """Open a form for a component, prefilled from the client's agreed facts and the last period's return."""
    from forms.form import Form
    from forms.period import Period
    from forms.prefill import prefill, roll_forward
    from forms.template import load

    ws = desk.workspace
    period = Period.parse(dossier.period) if dossier.period else None
    ref = desk.library.choose(template_id, period, desk.today())
    template = load(ref)
    client = dossier.client
    previous = previous_values(desk, client, template_id, dossier.period)
    form = Form(template, period, {}, previous=previous)
    prefill(form, *facts_of(desk, client))
    if previous is not None:
        # What the client's facts did not fill comes from the last period: [43] becomes [22], what stays is kept.
        begun = form.entered()
        form = Form(template, period, {**roll_forward(template, period, previous), **begun}, previous=previous)
    saved = ws.forms.create(client, template.id, template.version, dossier.period, form.values, form.entered())
    ws.dossiers.set_form(dossier.id, component, saved.id)
    return saved


def facts_of(desk: Desk, client: Client) -> tuple[dict[str, str], set[str]]:
    """Return what is known of a client, and which of it may be used in forms."""
    facts = {"tax_code": client.tax_code, "name": client.name}
    agreed = {"tax_code", "name"}
    for name, fact in desk.workspace.clients.facts(client).items():
        facts[name] = fact.value
        if fact.consent is not None:
            agreed.add(name)
    return facts, agreed


def previous_values(desk: Desk, client: Client, template_id: str, period: str | None) -> Mapping[str, Any] | None:
    """Return the values of the client's form of the period before this one, if the workspace has it."""
    from forms.period import Period

    if period is None:
        return None
    saved = desk.workspace.forms.last_values(client, template_id, period)
    before = str(Period.parse(period).previous())
    return saved.values if saved is not None and saved.period == before else None


def open_form(desk: Desk, form_id: str) -> Form:
    """Open a saved form with the very template version that it is pinned to."""
    from forms.form import Form
    from forms.period import Period
    from forms.template import load

    saved = desk.workspace.forms.get(form_id)
    template = load(desk.library.get(saved.template, saved.version))
    period = Period.parse(saved.period) if saved.period else None
    previous = previous_values(desk, saved.client, saved.template, saved.period)
    return Form(template, period, saved.entered, previous=previous)


def save_form(desk: Desk, form_id: str, form: Form) -> None:
    """Keep what was typed so far, with or without problems."""
    desk.workspace.forms.save(form_id, form.values, form.entered())


def set_data(
    desk: Desk, dossier_id: str, component: str, data: object, read: Callable[[str], bytes] | None = None
) -> Form:
    """Fill the form of a component from data; `read` returns the file that a field names by its path.

    Raises FormRejected where the data has the wrong shape, FieldFileUnknown, and what a file is refused with.
    """
    from desktop.filing.enclosing import digests, with_files
    from forms.form import Form
    from forms.period import Period
    from forms.template import load

    dossier = desk.workspace.dossiers.get(dossier_id)
    part = _component(desk, dossier, component)
    if part.template is None:
        raise UnknownComponent(component, _with_forms(desk, dossier))
    form_id = part.form or begin_form(desk, dossier, component, part.template).id
    saved = desk.workspace.forms.get(form_id)
    template = load(desk.library.get(saved.template, saved.version))
    period = Period.parse(saved.period) if saved.period else None
    data = with_files(desk.workers, template.definition, data, read, desk=desk, held=digests(saved.entered))
    form = Form.load(
        template,
        period,
        data,
        previous=previous_values(desk, dossier.client, saved.template, saved.period),
    )
    wrong = [problem for problem in form.check() if problem.code in STRUCTURAL]
    if wrong:
        raise FormRejected(tuple(wrong))
    save_form(desk, form_id, form)
    return form


def _component(desk: Desk, dossier: Dossier, component: str) -> StoredComponent:
    parts = desk.workspace.dossiers.components(dossier.id)
    for part in parts:
        if part.component == component:
            return part
    raise UnknownComponent(component, tuple(part.component for part in parts))


def _with_forms(desk: Desk, dossier: Dossier) -> tuple[str, ...]:
    return tuple(p.component for p in desk.workspace.dossiers.components(dossier.id) if p.template)


@dataclass(frozen=True)
class AttachedFile:
    """What an attachment became."""

    id: int
    name: str
    kind: str
    pages: int
    size: int
    notes: tuple[str, ...]
    """Codes of what the person should know."""


def attach(desk: Desk, dossier_id: str, component: str, name: str, data: bytes) -> AttachedFile:
    """Attach a paper: PDF as it is, a photo or scan as one bounded PDF. Raises what `forms.dossier` refuses it with."""
    from forms.dossier import accept_attachment

    ws = desk.workspace
    dossier = ws.dossiers.get(dossier_id)
    _component(desk, dossier, component)
    accepted = desk.workers.run(accept_attachment, name, data, timeout=60)
    shown_as = f"{Path(name).stem}.pdf"
    sha256 = ws.files.put(accepted.pdf, shown_as, "application/pdf")
    stored = ws.dossiers.attach(dossier.id, component, shown_as, sha256)
    return AttachedFile(stored.id, stored.name, accepted.kind, accepted.pages, len(accepted.pdf), accepted.notes)


# --- looking -----------------------------------------------------------------------------------------------------


def dossier_view(desk: Desk, dossier_id: str) -> DossierView:
    """Return a dossier with the state of its checklist."""
    ws = desk.workspace
    dossier = ws.dossiers.get(dossier_id)
    files: dict[str, list[str]] = {}
    for file in ws.dossiers.files(dossier.id):
        if file.kind == "attachment":
            files.setdefault(file.component, []).append(file.name)
    parts = []
    for part in ws.dossiers.components(dossier.id):
        errors = warnings = 0
        if part.form is not None:
            problems = open_form(desk, part.form).check()
            errors = sum(problem.severity == "error" for problem in problems)
            warnings = len(problems) - errors
        parts.append(
            ComponentView(
                part.component,
                part.name,
                part.required,
                part.originals,
                part.copies,
                part.template,
                part.sign,
                part.form,
                tuple(files.get(part.component, ())),
                errors,
                warnings,
                "",
            )
        )
    return DossierView(
        dossier.id, dossier.client.tax_code, dossier.client.name, dossier.procedure, dossier.procedure_name,
        dossier.case, dossier.period, dossier.delivery, str(dossier.state), dossier.revision, dossier.code,
        dossier.status, dossier.raw, tuple(parts),
    )  # fmt: skip


def dossier_views(desk: Desk, client: str | None = None) -> list[DossierView]:
    """Return the dossiers of one client, or all."""
    owner = desk.workspace.clients.get(client) if client is not None else None
    return [dossier_view(desk, dossier.id) for dossier in desk.workspace.dossiers.list(owner)]
