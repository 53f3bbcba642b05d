"""One form for many clients: a spreadsheet is read, each row checked, and known again when the batch is run once more.

A row is one client's form. Its dossier remembers the row that it was made from, as an event with the hashes of what
the row said and of what the form then held; so a second run finds it, sees which of the two was changed since, and
does nothing twice. The sheets are written by
`desktop.filing.batch_sheets`, the batch is run by `desktop.filing.batch_run`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from desktop.filing.desk import Desk
from desktop.filing.errors import BatchNoProcedure, BatchTemplateNeeded

if TYPE_CHECKING:
    from desktop.store.records import Client, Dossier, Event, Fact, OutboxItem
    from forms.definition import Text
    from forms.form.problem import Problem
    from forms.sheet import Grid, Plan, PlanRow, RowCheck
    from forms.template import Template, TemplateRef

T = TypeVar("T")
R = TypeVar("R")

EVENT = "batch"
CHUNK = 25
"""Rows that a worker checks at a time: small enough that stopping is felt, large enough for the pipe not to be."""
RowState = Literal[
    "errors", "ready", "prepared", "printed", "signed", "queued", "done", "refused", "uncertain", "elsewhere", "failed",
    "waiting",
]  # fmt: skip
"""errors: not to be filed as it is; elsewhere: another dossier of the same client and period was filed; waiting: a
key, or the rest of the run, is missing."""
SENT = frozenset({"queued", "done", "refused", "uncertain"})


class Progress(Protocol):
    """What a long piece of work reports to."""

    def report(self, done: int, total: int) -> None:
        """Say how far it is."""

    def cancelled(self) -> bool:
        """Say whether the person asked to stop."""


class Unwatched:
    """A progress that nobody looks at."""

    def report(self, done: int, total: int) -> None:
        """Say nothing."""

    def cancelled(self) -> bool:
        """Never stop."""
        return False


@dataclass(frozen=True)
class RowProblem:
    """Say what is wrong with a row, at which path of the form and in which cell."""

    path: str
    cell: str | None
    severity: Literal["error", "warning"]
    code: str
    message: Text

    def to_json(self) -> dict[str, Any]:
        """Return what the command line prints."""
        return {
            "path": self.path, "cell": self.cell, "severity": self.severity, "code": self.code,
            "message": self.message.vi, "message_en": self.message.en,
        }  # fmt: skip


@dataclass(frozen=True)
class BatchRow:
    """One row and where it stands."""

    number: int
    client: str
    name: str
    state: RowState
    problems: tuple[RowProblem, ...] = ()
    dossier: str | None = None
    code: str | None = None
    """The portal's code of what was filed."""
    kept: bool = False
    """Whether it stood so before this run."""
    by_hand: bool = False
    """Whether its form was edited in the window since the row was taken over: what stands there counts."""
    why: BaseException | None = None
    """What stopped it."""
    check: RowCheck | None = field(default=None, repr=False)

    @property
    def errors(self) -> int:
        """Count what stands in the way."""
        return sum(problem.severity == "error" for problem in self.problems)

    def to_json(self) -> dict[str, Any]:
        """Return what the command line prints."""
        from desktop.messages import message

        told: dict[str, Any] = {}
        if self.why is not None:
            words = message(self.why, lang="vi"), message(self.why, lang="en")
            told = {"reason": words[0].code, "message": words[0].text, "message_en": words[1].text}
        return {
            "row": self.number, "client": self.client, "name": self.name, "state": self.state, "dossier": self.dossier,
            "code": self.code, "kept": self.kept, **({"by_hand": True} if self.by_hand else {}), **told,
            "problems": [problem.to_json() for problem in self.problems],
        }  # fmt: skip


@dataclass(frozen=True)
class Batch:
    """A spreadsheet, read and checked."""

    ref: TemplateRef
    title: Text
    period: str | None
    procedure: str
    case: str
    component: str
    rows: tuple[BatchRow, ...]
    stray: tuple[RowProblem, ...]
    """What is wrong with the spreadsheet beside its rows."""
    grid: Grid = field(repr=False)
    plan: Plan = field(repr=False)

    def count(self, *states: RowState) -> int:
        """Count rows in these states."""
        return sum(row.state in states for row in self.rows)

    @property
    def counts(self) -> dict[str, int]:
        """Return how many rows stand in each state."""
        found: dict[str, int] = {}
        for row in self.rows:
            found[row.state] = found.get(row.state, 0) + 1
        return found

    def to_json(self) -> dict[str, Any]:
        """Return what the command line prints."""
        return {
            "template": self.ref.id, "version": self.ref.version, "period": self.period, "procedure": self.procedure,
            "counts": self.counts, "rows": [row.to_json() for row in self.rows],
            "notes": [problem.to_json() for problem in self.stray],
        }  # fmt: skip


# --- what a row is checked with ---------------------------------------------------------------------------------------


def choose(desk: Desk, template_id: str, period: str | None) -> tuple[TemplateRef, Any]:
    """Return the version of a template for a period."""
    from forms.period import Period

    when = Period.parse(period) if period else None
    return desk.library.choose(template_id, when, desk.today()), when


def agreed_facts(client: Client, facts: Mapping[str, Fact]) -> dict[str, str]:
    """Return what is known of a client and may be used to fill forms."""
    agreed = {name: fact.value for name, fact in facts.items() if fact.consent is not None}
    return {**agreed, "tax_code": client.tax_code, "name": client.name}


def previous_of(desk: Desk, template: Template, when: Any) -> Mapping[int, Mapping[str, Any]]:
    """Return each client's values of the period before, where the template compares with them."""
    if when is None or ("previous", "") not in template.definition.readers:
        return {}
    saved = desk.workspace.forms.of_period(template.id, str(when.previous()))
    return {client: form.values for client, form in saved.items()}


# --- checking --------------------------------------------------------------------------------------------------------


def check_batch(
    desk: Desk,
    data: bytes,
    *,
    template: str | None = None,
    period: str | None = None,
    procedure: str | None = None,
    case: str | None = None,
    progress: Progress | None = None,
) -> Batch:
    """Read a spreadsheet (XLSX or CSV) and check each row through its form; nothing is kept.

    Template and period are the sheet's own where it was made by `batch_template`. What earlier runs made of a row is
    found again. Raises SheetError, BatchTemplateNeeded, BatchNoProcedure, WorkCancelled, what choosing a template
    raises.
    """
    from forms.sheet import made_for, read_plan, read_sheet
    from forms.template import load

    watched = progress or Unwatched()
    grid = desk.workers.run(read_sheet, data, timeout=60, cancelled=watched.cancelled)
    made = made_for(grid)
    wanted = template or made.template
    if wanted is None:
        raise BatchTemplateNeeded()
    ref, when = choose(desk, wanted, period or (made.period if made.template == wanted else None))
    opened = load(ref)
    plan = read_plan(grid, opened, when, desk.today())
    code, chosen, component = _component(desk, ref.id, opened.procedures, procedure, case)
    known = {client.tax_code: client for client in desk.workspace.clients.list()}
    checks = _checks(desk, ref, opened, when, plan, known, watched)
    past = _Past(desk, plan, code, chosen)
    batch = Batch(
        ref, opened.title, str(when) if when else None, code, chosen, component, (),
        tuple(RowProblem(one.path, None, one.severity, one.code, one.message) for one in plan.stray), grid, plan,
    )  # fmt: skip
    seen: dict[str, int] = {}
    rows = []
    for row, check in zip(plan.rows, checks, strict=True):
        client = known.get(row.client)
        rows.append(_row(desk, batch, opened, row, check, client, seen.get(row.client), past))
        seen.setdefault(row.client, row.number)
    return replace(batch, rows=tuple(rows))


def _component(
    desk: Desk, template: str, procedures: Sequence[str], procedure: str | None, case: str | None
) -> tuple[str, str, str]:
    """Return procedure, case and component that take a template."""
    from desktop.filing.dossiers import case_of
    from desktop.filing.dossiers import procedure as procedure_of

    for code in [procedure] if procedure else procedures:
        found = procedure_of(desk, code) if procedure else desk.catalogue.procedure(code)
        if found is None:
            continue
        cases = [case_of(found, case)] if case else found.cases
        for one in cases:
            for part in one.components:
                if part.template == template:
                    return found.code, one.id, part.id
    raise BatchNoProcedure(template)


def _checks(
    desk: Desk, ref: TemplateRef, template: Template, when: Any, plan: Plan, known: Mapping[str, Client],
    watched: Progress,
) -> list[RowCheck]:  # fmt: skip
    """Check all rows in the two workers, in their order."""
    from forms.sheet import RowInput, check_rows

    facts, before = desk.workspace.clients.all_facts(), previous_of(desk, template, when)
    inputs = []
    for row in plan.rows:
        client = known.get(row.client)
        agreed = agreed_facts(client, facts.get(client.id, {})) if client is not None else {}
        # Only what fills one of this form's fields goes over the pipe.
        agreed = {name: value for name, value in agreed.items() if name in template.prefill.values()}
        inputs.append(RowInput(row.number, row.data, agreed, before.get(client.id) if client is not None else None))
    parts = [inputs[at : at + CHUNK] for at in range(0, len(inputs), CHUNK)]
    period, today = str(when) if when else None, desk.today()

    def check(part: list[RowInput]) -> list[RowCheck]:
        return desk.workers.run(check_rows, ref, period, part, today, timeout=60, cancelled=watched.cancelled)

    done: list[RowCheck] = []
    watched.report(0, len(inputs))
    for found in both(check, parts, watched):
        done += found
        watched.report(len(done), len(inputs))
    return done


def both(work: Callable[[T], R], parts: Sequence[T], watched: Progress, lanes: int = 2) -> Iterator[R]:
    """Do parts of some work in both workers and give the results in their order. Raises WorkCancelled."""
    from desktop.workers import WorkCancelled

    with ThreadPoolExecutor(lanes, thread_name_prefix="hoso-batch") as pool:
        # Few ahead: results of a thousand prints must not pile up behind one that is slow.
        under_way = [pool.submit(work, part) for part in parts[:4]]
        try:
            for number in range(len(parts)):
                if watched.cancelled():
                    raise WorkCancelled
                found = under_way[number].result()
                if number + 4 < len(parts):
                    under_way.append(pool.submit(work, parts[number + 4]))
                yield found
        finally:
            for future in under_way:
                future.cancel()


def digest(values: object) -> str:
    """Return a hash of plain data."""
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def row_key(plan: Plan, row: PlanRow) -> str:
    """Return what names a row among all runs: template and period; where it has none, the sheet, else its contents."""
    if plan.period:
        return f"{plan.template}|{plan.period}"
    return f"{plan.template}|{plan.batch or digest(row.data)[:24]}"


@dataclass(frozen=True)
class Earlier:
    """What an earlier run made of a row."""

    dossier: Dossier
    item: OutboxItem | None
    sheet: str
    """Hash of what the row said then."""
    form: str
    """Hash of what its form then held."""


class _Past:
    """What was made before: of each row by earlier runs, and of each client by other ways."""

    def __init__(self, desk: Desk, plan: Plan, procedure: str, case: str) -> None:
        self._desk = desk
        self._plan = plan
        self._events: dict[tuple[str, str], list[Event]] = {}
        self._items = {item.dossier: item for item in desk.workspace.outbox.items()}
        mine = set()
        for event in desk.workspace.dossiers.noted(EVENT):
            self._events.setdefault((str(event.facts.get("key")), str(event.facts.get("client"))), []).append(event)
            mine.add(event.dossier)
        self._filed: dict[str, Dossier] = {}
        for name, item in self._items.items():
            if str(item.state) not in ("QUEUED", "SENDING", "UNCERTAIN", "DONE") or name in mine:
                continue
            one = desk.workspace.dossiers.get(name)
            if (one.procedure, one.case, one.period) == (procedure, case, plan.period):
                self._filed[one.client.tax_code] = one
        for one in desk.workspace.dossiers.list(coded=True):
            by_hand = one.code_entered and one.id not in mine and one.id not in self._items
            if by_hand and (one.procedure, one.case, one.period) == (procedure, case, plan.period):
                self._filed.setdefault(one.client.tax_code, one)

    def of(self, row: PlanRow) -> Earlier | None:
        """Return what an earlier run made of a row."""
        from desktop.errors import DossierNotFound

        for event in reversed(self._events.get((row_key(self._plan, row), row.client), [])):
            try:
                found = self._desk.workspace.dossiers.get(event.dossier)
            except DossierNotFound:
                continue
            item = self._items.get(found.id)
            if item is not None and item.revision != found.revision:
                item = None
            return Earlier(found, item, str(event.facts.get("sheet")), str(event.facts.get("form")))
        return None

    def elsewhere(self, client: str) -> Dossier | None:
        """Return a dossier of the same client, procedure and period that was filed otherwise."""
        return self._filed.get(client)


def _row(
    desk: Desk, batch: Batch, template: Template, row: PlanRow, check: RowCheck, client: Client | None,
    before: int | None, past: _Past,
) -> BatchRow:  # fmt: skip
    from forms.sheet.plan import note

    problems = [*row.notes, *_unlike(check.problems, row.notes)]
    if not row.client:
        problems.insert(0, note("SHEET_CLIENT_EMPTY", "#client", "error"))
    elif client is None:
        problems.insert(0, note("SHEET_CLIENT_UNKNOWN", "#client", "error", client=row.client))
    elif before is not None:
        problems.insert(0, note("SHEET_CLIENT_TWICE", "#client", "error", client=row.client, row=before))
    else:
        problems += _of_another(desk, template, client, check.values)
    told = _told(batch.plan, row, problems)
    errors = any(one.severity == "error" for one in told)
    name = client.name if client is not None else row.name
    fresh = BatchRow(row.number, row.client, name, "errors" if errors else "ready", told, check=check)
    if client is None or before is not None:
        return fresh
    earlier = past.of(row)
    if earlier is None:
        filed = past.elsewhere(row.client)
        if filed is not None:
            from desktop.filing.errors import BatchFiledElsewhere

            return replace(
                fresh, state="elsewhere", dossier=filed.id, code=filed.code, why=BatchFiledElsewhere(filed.id)
            )
        return fresh
    return _again(desk, batch, row, fresh, earlier)


def _again(desk: Desk, batch: Batch, row: PlanRow, fresh: BatchRow, earlier: Earlier) -> BatchRow:
    """Say where a row stands of which an earlier run has made a dossier."""
    from desktop.filing.dossiers import open_form
    from desktop.filing.errors import BatchBothChanged, BatchChangedAfterFiling

    dossier, item = earlier.dossier, earlier.item
    here = replace(fresh, dossier=dossier.id, code=dossier.code, kept=True)
    changed = earlier.sheet != digest(row.data)
    late = BatchChangedAfterFiling(dossier.id) if changed else None
    if str(dossier.state) == "SUBMITTED":
        return replace(here, state="done", problems=(), why=late)
    if item is not None and str(item.state) in ("QUEUED", "SENDING"):
        return replace(here, state="queued", problems=(), why=late)
    if item is not None and str(item.state) == "UNCERTAIN":
        return replace(here, state="uncertain", problems=(), why=late)
    part = next((p for p in desk.workspace.dossiers.components(dossier.id) if p.component == batch.component), None)
    saved = desk.workspace.forms.get(part.form) if part is not None and part.form is not None else None
    edited = saved is not None and digest(saved.entered) != earlier.form
    if changed and edited:
        return replace(here, state="failed", why=BatchBothChanged(dossier.id))
    if changed:
        return replace(here, kept=False)  # the row was mended: it is taken over anew
    if item is not None and str(item.state) == "REFUSED" and not edited:
        return replace(here, state="refused", why=refusal(item))
    if str(dossier.state) == "SIGNED" and not edited:
        return replace(here, state="signed", problems=())
    if not edited or saved is None:
        return here
    problems = open_form(desk, saved.id).check()
    told = _told(batch.plan, row, problems)
    state: RowState = "errors" if any(one.severity == "error" for one in told) else "ready"
    return replace(here, state=state, problems=told, by_hand=True)


def refusal(item: OutboxItem) -> BaseException:
    """Return the portal's first reason for refusing an item, as an error with words."""
    from desktop.filing.errors import BatchRefused
    from desktop.messages import message

    reasons = item.facts.get("reasons") or ()
    first = reasons[0] if reasons and isinstance(reasons[0], Mapping) else {}
    detail = first.get("detail")
    told = detail.get("vi") if isinstance(detail, Mapping) else None
    code = str(first.get("code") or item.reason or "UNKNOWN_CODE")
    return BatchRefused(item.dossier, code, str(told or message(code, first).sentence))


def _unlike(problems: Sequence[Problem], notes: Sequence[Problem]) -> list[Problem]:
    """Leave out what the form says of cells that could not be read: that they are empty is no news."""
    told = {one.path for one in notes if one.severity == "error"}
    return [problem for problem in problems if problem.path not in told]


def _of_another(desk: Desk, template: Template, client: Client, values: Mapping[str, Any]) -> list[Problem]:
    """Refuse a form that names somebody else than the client of its row."""
    from forms.sheet.plan import note

    named = template.identity
    mine = {client.tax_code}
    personal = desk.workspace.clients.facts(client).get("personal_id") if named.personal_id else None
    if personal is not None:
        mine.add(personal.value)
    for path in (named.tax_code, named.personal_id):
        code = str(values.get(path) or "") if path else ""
        if code:
            if code in mine:
                return []
            return [note("SHEET_ROW_OF_ANOTHER", path or "", "error", client=client.tax_code, form=code)]
    return []


def _told(plan: Plan, row: PlanRow, problems: Sequence[Problem]) -> tuple[RowProblem, ...]:
    told = []
    for one in problems:
        place = plan.place(row, one.path)
        told.append(RowProblem(one.path, place.name if place else None, one.severity, one.code, one.message))
    return tuple(sorted(told, key=lambda one: one.severity != "error"))
