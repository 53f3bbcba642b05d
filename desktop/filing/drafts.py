"""Forms while they are drafts: to a newer version of the template and back, and to another period or client.

A form is pinned to the version it was begun with. Moving makes a second form of the newer version beside it and gives
that to the dossier; the first one stays in the workspace as it was, so that going back loses nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from desktop.filing.desk import Desk
from desktop.filing.dossiers import _component, facts_of, new_dossier, open_form, previous_values
from desktop.filing.errors import NothingToMove

if TYPE_CHECKING:
    from desktop.store.records import Dossier, SavedForm
    from forms.prefill import Carried, Policy
    from forms.template.moving import Move


@dataclass(frozen=True)
class MovedForm:
    """Tell a form that was moved to another version of its template."""

    form: str
    """The dossier's form from now on."""
    before: str
    """The form as it was: kept, and given back by `move_back`."""
    move: Move


@dataclass(frozen=True)
class ClonedForm:
    """Tell a component of a cloned dossier, and what became of each field."""

    component: str
    form: str
    template: str
    carried: Carried


def offered_move(desk: Desk, form_id: str) -> Move | None:
    """Return what moving a form to the version now in force would come to; None where it has that version."""
    from forms.errors import TemplateError
    from forms.template import load
    from forms.template.moving import move

    form = open_form(desk, form_id)
    try:
        ref = desk.library.choose(form.template.id, form.period, desk.today())
        return None if ref.version == form.template.version else move(form, load(ref))
    except TemplateError:
        return None  # nothing is in force, or it cannot be read: the form stays what it is


def move_form(desk: Desk, dossier_id: str, component: str) -> MovedForm:
    """Move the form of a component to the version now in force. Raises NothingToMove, MoveForbidden once signed."""
    ws = desk.workspace
    dossier = ws.dossiers.get(dossier_id)
    part = _component(desk, dossier, component)
    found = offered_move(desk, part.form) if part.form is not None else None
    if part.form is None or found is None:
        raise NothingToMove(component)
    old = ws.forms.get(part.form)
    with ws.transaction():
        made = ws.forms.create(
            old.client, old.template, found.after, old.period, found.form.values, found.form.entered()
        )
        ws.dossiers.set_form(dossier.id, component, made.id)
    return MovedForm(made.id, old.id, found)


def earlier_form(desk: Desk, form_id: str) -> SavedForm | None:
    """Return the form that this one was moved from: of another version, kept for going back."""
    saved = desk.workspace.forms.get(form_id)
    drafts = desk.workspace.forms.list(saved.client, template=saved.template, drafts=True)
    fitting = [
        one
        for one in drafts
        if one.period == saved.period and one.version != saved.version and one.created <= saved.created
    ]
    return fitting[0] if fitting else None


def move_back(desk: Desk, dossier_id: str, component: str) -> MovedForm | None:
    """Undo a move: the form as it was before fills the component again. Raises NothingToMove, MoveForbidden.

    The form of the newer version stays as a draft too.
    """
    ws = desk.workspace
    dossier = ws.dossiers.get(dossier_id)
    part = _component(desk, dossier, component)
    before = earlier_form(desk, part.form) if part.form is not None else None
    if part.form is None or before is None:
        raise NothingToMove(component)
    ws.dossiers.set_form(dossier.id, component, before.id)
    found = offered_move(desk, before.id)
    return MovedForm(before.id, part.form, found) if found is not None else None


def clone_dossier(
    desk: Desk,
    dossier_id: str,
    *,
    client: str | None = None,
    period: str | None = None,
    policy: Mapping[str, Policy] | None = None,
) -> tuple[Dossier, tuple[ClonedForm, ...]]:
    """Begin a dossier like this one for another period or client, each form with what its policy brings along.

    Facts of the (new) client fill what is empty then. Nothing is signed, printed or attached along.
    Raises what `new_dossier` raises.
    """
    from forms.form import Form
    from forms.period import Period
    from forms.prefill import carry, prefill
    from forms.template import load

    ws = desk.workspace
    old = ws.dossiers.get(dossier_id)
    owner = client if client is not None else (old.client.tax_code or "")
    when = period if period is not None else old.period
    made = new_dossier(desk, old.procedure, owner, case=old.case, period=when, delivery=old.delivery)
    same = made.client.id == old.client.id
    follows = same and bool(old.period and made.period and str(Period.parse(old.period).next()) == made.period)
    reporting = Period.parse(made.period) if made.period else None
    told: list[ClonedForm] = []
    for part in ws.dossiers.components(old.id):
        if part.form is None:
            continue
        source = ws.forms.get(part.form)
        template = load(desk.library.choose(source.template, reporting, desk.today()))
        values: dict[str, Any] = {**source.values, **_entered_rows(source)}
        carried = carry(template, reporting, values, follows=follows, same_client=same, policy=policy)
        previous = previous_values(desk, made.client, template.id, made.period)
        form = Form(template, reporting, carried.values, previous=previous, today=desk.today())
        prefill(form, *facts_of(desk, made.client))
        saved = ws.forms.create(made.client, template.id, template.version, made.period, form.values, form.entered())
        _give(desk, made.id, part.component, saved.id)
        told.append(ClonedForm(part.component, saved.id, template.id, carried))
    return ws.dossiers.get(made.id), tuple(told)


def _entered_rows(source: SavedForm) -> dict[str, Any]:
    """Return what was typed, also into what is hidden: it counts as nothing now, but is not lost by cloning."""
    return dict(source.entered)


def _give(desk: Desk, dossier_id: str, component: str, form_id: str) -> None:
    """Put a form in the place of the one that the new dossier began with."""
    ws = desk.workspace
    begun = next(part.form for part in ws.dossiers.components(dossier_id) if part.component == component)
    ws.dossiers.set_form(dossier_id, component, form_id)
    if begun is not None:
        ws.forms.delete(begun)
