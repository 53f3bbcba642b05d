"""Run a batch: make each row's dossier, print, sign with each client's own key, queue and send; a result for each row.

Every step is looked up before it is done, so that a run that was cut off goes on where it stopped, and nothing is
signed or filed twice: a dossier knows its row, the workspace what is signed, the outbox what was queued.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from desktop.filing.batch import EVENT, Batch, BatchRow, Progress, Unwatched, both, digest, refusal, row_key
from desktop.filing.desk import Desk
from desktop.filing.errors import BatchBothChanged, BatchNoKey, BatchStopped

if TYPE_CHECKING:
    from desktop.filing.batch import RowState
    from desktop.filing.batch_signing import Answer, Result, Signer
    from desktop.store.records import OutboxItem
    from forms.printing import Printed
    from signing.certificate import Certificate, Role

Goal = Literal["check", "prepare", "sign", "queue", "submit"]
REACHED: Mapping[Goal, frozenset[str]] = {
    "check": frozenset({"ready", "prepared", "printed", "signed", "queued", "done", "uncertain", "elsewhere"}),
    "prepare": frozenset({"prepared", "printed", "signed", "queued", "done", "uncertain"}),
    "sign": frozenset({"signed", "queued", "done", "uncertain"}),
    "queue": frozenset({"queued", "done", "uncertain"}),
    "submit": frozenset({"done"}),
}
"""The states in which a row has reached a goal."""
Told = Callable[[BatchRow], None]
TOGETHER = 8
"""Forms that a worker prints at a time: a template's files are compared with their digest once for all of them."""


@dataclass(frozen=True)
class KeyRing:
    """The keys at hand, each with its certificate, and which of them is a client's."""

    held: tuple[tuple[Certificate, Signer], ...]
    role: Role

    def of(self, tax_code: str, personal_id: str | None = None) -> Signer | None:
        """Return the key that signs for a client in this role, or None.

        For oneself, only the key whose certificate carries the client's own code; a head office's for its dependent
        unit comes last, and is then asked about. A tax agent, or who files on behalf, signs all with one key. The
        certificate is checked again before it signs.
        """
        if str(self.role) in ("tax_agent", "on_behalf"):
            return self.held[0][1] if self.held else None
        codes = {tax_code, personal_id or tax_code}
        for certificate, signer in self.held:
            if codes & {certificate.tax_code, certificate.personal_id}:
                return signer
        for certificate, signer in self.held:
            if len(tax_code) == 14 and certificate.tax_code == tax_code[:10]:
                return signer
        return None


class _Run:
    """One run: the rows as they stand, and who hears of their changes."""

    def __init__(self, desk: Desk, batch: Batch, told: Told | None, progress: Progress, phases: int) -> None:
        self.desk = desk
        self.batch = batch
        self.rows = {row.number: row for row in batch.rows}
        self.plan = {row.number: row for row in batch.plan.rows}
        self._told = told
        self._progress = progress
        self._done, self._total = 0, phases * len(batch.rows)

    def change(self, number: int, **facts: Any) -> BatchRow:
        """Note what became of a row."""
        made = self.rows[number] = replace(self.rows[number], **facts)
        if self._told is not None:
            self._told(made)
        return made

    def step(self, count: int = 1) -> None:
        """Count a row that is through a phase."""
        self._done = min(self._done + count, self._total)
        self._progress.report(self._done, self._total)

    def stopped(self) -> bool:
        """Say whether the person asked to stop."""
        return self._progress.cancelled()

    def those(self, *states: RowState) -> list[BatchRow]:
        """Return the rows in some states, in their order."""
        return [row for row in self.rows.values() if row.state in states]

    def result(self) -> Batch:
        """Return the batch as it stands now."""
        return replace(self.batch, rows=tuple(self.rows.values()))


def run_batch(
    desk: Desk,
    batch: Batch,
    *,
    goal: Goal,
    keys: KeyRing | None = None,
    portal: str | None = None,
    again: bool = False,
    accept_unconfirmed: bool = False,
    accept_questions: bool = False,
    answer: Answer | None = None,
    told: Told | None = None,
    progress: Progress | None = None,
) -> Batch:
    """Bring every row without errors to the goal, as far as it goes; return the rows as they stand then.

    `told` hears of each row that changes, `answer` is asked when a token must be plugged in; both in this thread.
    `again` files even where a dossier of the same client and period was filed otherwise. What befalls a row is noted at
    the row. Raises only what stops everything before it began: UnconfirmedNotAccepted, LevelForbids, NoPortal,
    SeveralPortals, FiledByHand.
    """
    run = _Run(desk, batch, told, progress or Unwatched(), {"check": 0, "prepare": 1, "sign": 2}.get(goal, 3))
    if goal == "check":
        return batch
    if goal in ("queue", "submit"):
        portal = _destination(desk, batch, portal)
    if goal != "prepare":
        _confirm(desk, batch, goal, accepted=accept_unconfirmed)
    if again:
        for row in run.those("elsewhere"):
            run.change(row.number, state="errors" if row.errors else "ready", dossier=None, code=None, why=None)
    _take_up(run)
    _prepare_all(run)
    if goal == "prepare":
        return run.result()
    if keys is not None:
        _sign_all(run, keys, accept_unconfirmed, accept_questions, answer)
    if goal in ("queue", "submit") and portal is not None:
        _queue_all(run, portal, again)
        if goal == "submit":
            _send_all(run, portal)
    return run.result()


def draft_of(desk: Desk, batch: Batch, number: int) -> tuple[Batch, str]:
    """Make the dossier of a row, errors and all, so that a person can mend its form in the window; return its id."""
    run = _Run(desk, batch, None, Unwatched(), 0)
    row = run.rows[number]
    if row.dossier is None:
        dossier = _prepare(run, row)
        run.change(number, dossier=dossier)
        return run.result(), dossier
    return batch, row.dossier


def _take_up(run: _Run) -> None:
    """Try again what an earlier run of the same batch left: a key may be there now."""
    for row in run.those("waiting", "failed"):
        if row.errors or isinstance(row.why, BatchBothChanged):
            continue
        if row.dossier is None:
            run.change(row.number, state="ready", why=None)
            continue
        state = str(run.desk.workspace.dossiers.get(row.dossier).state)
        if state in ("PREPARED", "SIGNED"):
            run.change(row.number, state="prepared" if state == "PREPARED" else "signed", why=None)


# --- making dossiers -------------------------------------------------------------------------------------------------


def _prepare_all(run: _Run) -> None:
    for row in list(run.rows.values()):
        if run.stopped():
            break
        run.step()
        if row.state != "ready":
            continue
        try:
            run.change(row.number, state="prepared", dossier=_prepare(run, row), why=None)
        except Exception as error:
            _failed(run, row, error)


def _failed(run: _Run, row: BatchRow, error: Exception) -> None:
    """Note what befell a row; a fault of the program, and what would befall every row, is raised."""
    from desktop.errors import StoreError

    if not hasattr(error, "code") or (isinstance(error, StoreError) and error.stops_batch):
        raise error
    run.change(row.number, state="failed", why=error)


def _prepare(run: _Run, row: BatchRow) -> str:
    """Make, or fill anew, the dossier of a row: all of it or nothing."""
    from desktop.errors import MoveForbidden
    from desktop.filing.dossiers import begin_form, new_dossier

    desk, batch, ws = run.desk, run.batch, run.desk.workspace
    assert row.check is not None
    with ws.transaction():
        if row.dossier is None:
            record = new_dossier(desk, batch.procedure, row.client, case=batch.case, period=batch.period)
        else:
            record = ws.dossiers.get(row.dossier)
            if str(record.state) == "SIGNED":
                record = ws.dossiers.reopen(record.id)
            if str(record.state) != "PREPARED":
                raise MoveForbidden("dossier", record.id, record.state, "CHANGED")
        if row.by_hand:
            return record.id
        part = next(one for one in ws.dossiers.components(record.id) if one.component == batch.component)
        form = ws.forms.get(part.form) if part.form is not None else None
        if form is None or (form.template, form.version) != (batch.ref.id, batch.ref.version):
            form = begin_form(desk, record, batch.component, batch.ref.id)
        saved = ws.forms.save(form.id, row.check.values, row.check.entered)
        planned = run.plan[row.number]
        facts = {
            "key": row_key(batch.plan, planned),
            "client": row.client,
            "row": row.number,
            "sheet": digest(planned.data),
            "form": digest(saved.entered),
        }
        ws.dossiers.note(record.id, EVENT, facts)
        return record.id


# --- printing --------------------------------------------------------------------------------------------------------


def print_batch(
    desk: Desk, batch: Batch, *, progress: Progress | None = None, lanes: int = 2
) -> Iterator[tuple[BatchRow, Printed | Exception]]:
    """Print the form of every row that has no errors, in both workers, and give each as it is ready, in their order.

    What a row's printing raises is given in the place of its print. Raises WorkCancelled.
    """
    from forms.printing import PrintOptions, print_forms

    watched = progress or Unwatched()
    rows = [row for row in batch.rows if row.check is not None and not row.errors and row.state != "errors"]
    # Of few forms each worker gets two parts, so that neither has half of them left when the other is done.
    together = max(1, min(TOGETHER, -(-len(rows) // (2 * lanes))))
    parts = [rows[at : at + together] for at in range(0, len(rows), together)]
    timestamp = desk.timestamp()

    def some(part: Sequence[BatchRow]) -> Sequence[Printed | Exception]:
        # Nobody signs here: the places of fields and signatures are not asked for.
        given = [
            (
                row.check.values,
                PrintOptions(timestamp=timestamp, practice=desk.practice, dossier=row.dossier, marks=False),
            )
            for row in part
            if row.check is not None
        ]
        try:
            return desk.workers.run(
                print_forms, batch.ref, batch.period, given, timeout=120, cancelled=watched.cancelled
            )
        except Exception as error:
            if not hasattr(error, "code") or error.code == "CANCELLED":
                raise
            return [error] * len(part)

    done = 0
    watched.report(0, len(rows))
    for part, made in zip(parts, both(some, parts, watched, lanes), strict=True):
        for row, printed in zip(part, made, strict=True):
            done += 1
            yield row, printed
            watched.report(done, len(rows))


# --- signing ---------------------------------------------------------------------------------------------------------


def _confirm(desk: Desk, batch: Batch, goal: Goal, *, accepted: bool) -> None:
    """Ask once for all rows what signing, or filing, each of them would ask."""
    from desktop.filing.desk import confirm_unconfirmed
    from forms.form import Form
    from forms.period import Period
    from forms.template import load

    form = Form(load(batch.ref), Period.parse(batch.period) if batch.period else None, {})
    confirm_unconfirmed(form, "sign", desk.today(), accepted=accepted)
    if goal in ("queue", "submit"):
        confirm_unconfirmed(form, "submit", desk.today(), accepted=accepted)


def _sign_all(
    run: _Run, keys: KeyRing, accept_unconfirmed: bool, accept_questions: bool, answer: Answer | None
) -> None:
    """Sign what is prepared, one key after the other, so that each token is plugged in once."""
    from desktop.filing.batch_signing import dossier_jobs, sign_batch

    ws = run.desk.workspace
    rows = run.those("prepared")
    run.step(len(run.rows) - len(rows))
    wanted: list[tuple[str, Signer, Role]] = []
    mine: dict[str, int] = {}
    known = ws.clients.all_facts() if rows else {}
    clients = {client.tax_code: client for client in ws.clients.list()} if rows else {}
    for row in rows:
        facts = known.get(clients[row.client].id, {})
        signer = keys.of(row.client, facts["personal_id"].value if "personal_id" in facts else None)
        assert row.dossier is not None
        if signer is None:
            run.change(row.number, state="waiting", why=BatchNoKey(row.client, row.name))
            run.step()
            continue
        mine[row.dossier] = row.number
        wanted.append((row.dossier, signer, keys.role))

    def told(result: Result) -> None:
        number = mine[str(result.job.facts["dossier"])]
        if result.state in ("signed", "kept"):
            run.change(number, state="signed", why=None)
        elif result.state == "failed":
            waits = bool(getattr(result.error, "stops_batch", False))
            run.change(number, state="waiting" if waits else "failed", why=result.error)
        run.step()

    jobs = dossier_jobs(
        run.desk, wanted, accept_unconfirmed=accept_unconfirmed, accept_questions=accept_questions
    )  # fmt: skip
    report = sign_batch(jobs, answer=answer, told=told, cancelled=run.stopped)
    for result in report.results:
        if result.state == "waiting":
            run.change(mine[str(result.job.facts["dossier"])], state="waiting", why=BatchStopped())


# --- sending ---------------------------------------------------------------------------------------------------------


def _destination(desk: Desk, batch: Batch, url: str | None) -> str:
    """Return the address of the portal that takes the batch; raise what stands against sending any of it."""
    from desktop.filing.dossiers import procedure
    from desktop.filing.errors import LevelForbids
    from desktop.filing.sending import sending_way
    from desktop.filing.ways import learn
    from desktop.portal.errors import FiledByHand

    allowed = procedure(desk, batch.procedure).allows()
    if not allowed.submit:
        raise LevelForbids(batch.procedure, allowed.reasons.get("submit"))
    found = sending_way(desk, url)
    if not found.abilities.submit:
        raise FiledByHand(urlsplit(found.url).netloc, found.url)
    learn(desk, found)
    return found.url


def _queue_all(run: _Run, portal: str, again: bool) -> None:
    from desktop import outbox

    rows = run.those("signed")
    run.step(len(run.rows) - len(rows))
    for row in rows:
        if run.stopped():
            break
        assert row.dossier is not None
        try:
            outbox.enqueue(run.desk.workspace, row.dossier, portal, confirmed=again)
            run.change(row.number, state="queued", why=None)
        except Exception as error:
            _failed(run, row, error)


class _Cancelled:
    """Hand on only whether to stop: bytes sent are no rows."""

    def __init__(self, run: _Run) -> None:
        self._run = run

    def report(self, done: int, total: int) -> None:
        """Say nothing."""

    def cancelled(self) -> bool:
        """Say whether the person asked to stop."""
        return self._run.stopped()


def _send_all(run: _Run, portal: str) -> None:
    """Send what is queued of this batch, and settle what is uncertain; each item exactly once."""
    from desktop.filing.sending import drain

    ws = run.desk.workspace
    waiting = {row.dossier: row.number for row in run.those("queued", "uncertain") if row.dossier is not None}
    keys = {item.key: item.dossier for item in ws.outbox.items() if item.dossier in waiting}
    if not keys or run.stopped():
        return

    def stage(item: OutboxItem) -> None:
        if item.dossier in waiting and str(item.state) in ("DONE", "REFUSED"):
            _take(run, waiting[item.dossier], item)
            run.step()

    try:
        drain(run.desk, portal=portal, only=list(keys), progress=_Cancelled(run), stage=stage)
    except Exception as error:
        if not hasattr(error, "code"):
            raise
        trouble: Exception | None = error
    else:
        trouble = None
    for item in ws.outbox.items():
        if item.key in keys:
            row = _take(run, waiting[item.dossier], item)
            if row.state in ("queued", "uncertain") and row.why is None:
                run.change(row.number, why=trouble)


def _take(run: _Run, number: int, item: OutboxItem) -> BatchRow:
    """Note at a row what the outbox says of it."""
    states: dict[str, RowState] = {"DONE": "done", "REFUSED": "refused", "UNCERTAIN": "uncertain"}
    state = states.get(str(item.state), "queued")
    why = refusal(item) if state == "refused" else None
    code = run.desk.workspace.dossiers.get(item.dossier).code if state == "done" else None
    return run.change(number, state=state, code=code or item.code, why=why)
