"""A batch as a use case: cut off and gone on with, changed on either side, refused, stopped; nothing is filed twice."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from desktop import filing
from desktop.app import App
from desktop.filing.batch_signing import HeldSigner
from desktop.sandbox.server import Sandbox
from desktop.workers import WorkCancelled
from forms.period import Period
from forms.template import load
from signing.certificate import Role
from signing.pkcs12 import load as load_p12

CLIENTS = {"0999999888": "CÔNG TY ÁNH DƯƠNG (HƯ CẤU)", "0100686209": "CÔNG TY SAO MAI (HƯ CẤU)"}
A, B = CLIENTS
WORDS = "con đường xưa em đi"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[App, filing.KeyRing]]:
    """Return a practice workspace with a portal, two clients and their keys; each test takes a period of its own."""
    folder = tmp_path_factory.mktemp("lô")
    with Sandbox(folder / "cổng", pace=0.0) as portal:
        app = App(home=folder / "nhà", practice=True, unlock=lambda: WORDS)
        filing.add_portal(app.desk, portal.url, portal.fingerprint)
        held = []
        for code, name in CLIENTS.items():
            filing.add_client(app.desk, code, name, {"phone": "0912345678"})
            key = load_p12(portal.authority.issue(name, tax_code=code).p12("khóa"), "khóa")[0]
            held.append((key.certificate, HeldSigner(name, key)))
        yield app, filing.KeyRing(tuple(held), Role.SELF)
        app.close()


def sheet(app: App, period: str, **cells: object) -> bytes:
    """Return the sheet of the period, filled in; `cells` go into the first client's row."""
    data = filing.batch_template(app.desk, "thue/01-gtgt", period, clients=[A, B])
    template = load(app.library.choose("thue/01-gtgt", Period.parse(period), app.today()))
    assert template.example is not None
    book = openpyxl.load_workbook(io.BytesIO(data))
    page = book.worksheets[0]
    columns: dict[Any, Any] = {cell.value: cell.column for cell in page[1]}
    for number, client in ((3, A), (4, B)):
        own = {"mst": client, "tenNNT": CLIENTS[client]}
        for name, value in {**template.example.data, **own, **(cells if client == A else {})}.items():
            if name in columns and not isinstance(value, bool):
                page.cell(number, columns[name], value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def states(batch: filing.Batch) -> list[str]:
    return [row.state for row in batch.rows]


def go(app: App, batch: filing.Batch, keys: filing.KeyRing, **more: Any) -> filing.Batch:
    more.setdefault("goal", "submit")
    return filing.run_batch(app.desk, batch, keys=keys, accept_unconfirmed=True, **more)


def filed(app: App, period: str) -> list[str]:
    return [item.state for item in filing.outbox_items(app.desk) if item.period == period]


class Stop:
    """A person who presses Stop after so many reports."""

    def __init__(self, after: int) -> None:
        self.after = after
        self.reports: list[tuple[int, int]] = []

    def report(self, done: int, total: int) -> None:
        self.reports.append((done, total))

    def cancelled(self) -> bool:
        return len(self.reports) >= self.after


def test_cut_off_at_any_change_of_a_row_it_goes_on_and_files_once(place: Any) -> None:
    app, keys = place
    data = sheet(app, "2026-01")
    for crash in range(1, 8):
        told = 0

        def tell(row: filing.BatchRow, crash: int = crash) -> None:
            nonlocal told
            told += 1
            if told == crash:
                raise KeyboardInterrupt  # as if the process had ended here

        try:
            go(app, filing.check_batch(app.desk, data), keys, told=tell)
        except KeyboardInterrupt:
            continue
        break
    done = go(app, filing.check_batch(app.desk, data), keys)
    assert states(done) == ["done", "done"]
    assert filed(app, "2026-01") == ["DONE", "DONE"]
    mine = [one for one in app.workspace.dossiers.list() if one.period == "2026-01"]
    assert len(mine) == 2


def test_stop_is_kept_and_the_rest_is_done_later(place: Any) -> None:
    app, keys = place
    data = sheet(app, "2026-02")
    with pytest.raises(WorkCancelled):
        filing.check_batch(app.desk, data, progress=Stop(0))
    stop = Stop(1)
    half = go(app, filing.check_batch(app.desk, data), keys, progress=stop)
    assert "done" not in states(half)
    watched = Stop(1_000)
    assert states(go(app, filing.check_batch(app.desk, data), keys, progress=watched)) == ["done", "done"]
    counts = [done for done, _ in watched.reports]
    assert counts == sorted(counts)
    assert watched.reports[-1][0] <= watched.reports[-1][1]


def test_a_mended_row_is_taken_over_and_an_edited_form_is_left_alone(place: Any) -> None:
    app, keys = place
    first = go(app, filing.check_batch(app.desk, sheet(app, "2026-03", ct22=1_000)), keys, goal="prepare")
    assert states(first) == ["prepared", "prepared"]
    form = next(
        part.form for part in filing.dossier_view(app.desk, first.rows[0].dossier or "").components if part.form
    )

    def value() -> Any:
        return app.workspace.forms.get(form).values["ct22"]

    again = go(app, filing.check_batch(app.desk, sheet(app, "2026-03", ct22=2_000)), keys, goal="prepare")
    assert (again.rows[0].dossier, value()) == (first.rows[0].dossier, 2_000)
    opened = filing.open_form(app.desk, form)
    opened.set("ct22", 3_000)
    filing.save_form(app.desk, form, opened)
    same = filing.check_batch(app.desk, sheet(app, "2026-03", ct22=2_000))
    assert same.rows[0].by_hand
    go(app, same, keys, goal="prepare")
    assert value() == 3_000, "what was typed in the window counts"
    both = filing.check_batch(app.desk, sheet(app, "2026-03", ct22=4_000))
    assert (both.rows[0].state, getattr(both.rows[0].why, "code", "")) == ("failed", "BATCH_BOTH_CHANGED")
    assert states(go(app, both, keys)) == ["failed", "done"]
    assert value() == 3_000


def test_a_row_changed_after_signing_is_signed_anew_and_after_filing_not_filed_again(place: Any) -> None:
    app, keys = place
    signed = go(app, filing.check_batch(app.desk, sheet(app, "2026-04", ct22=1_000)), keys, goal="sign")
    assert states(signed) == ["signed", "signed"]
    done = go(app, filing.check_batch(app.desk, sheet(app, "2026-04", ct22=2_000)), keys)
    assert states(done) == ["done", "done"]
    [pdf] = [
        app.workspace.files.read(file.sha256)
        for file in app.workspace.dossiers.files(done.rows[0].dossier)
        if file.kind == "form"
    ]
    from forms.printing import read_back

    assert read_back(pdf).values["ct22"] == 2_000
    late = go(app, filing.check_batch(app.desk, sheet(app, "2026-04", ct22=3_000)), keys)
    assert states(late) == ["done", "done"]
    assert getattr(late.rows[0].why, "code", "") == "BATCH_CHANGED_AFTER_FILING"
    assert late.rows[1].why is None
    assert filed(app, "2026-04") == ["DONE", "DONE"]


def test_a_form_of_somebody_else_and_a_client_in_two_rows_are_errors(place: Any) -> None:
    app, _ = place
    found = filing.check_batch(app.desk, sheet(app, "2026-05", mst=B))
    assert found.rows[0].state == "errors"
    assert "SHEET_ROW_OF_ANOTHER" in {problem.code for problem in found.rows[0].problems}
    text = f"Mã số thuế khách hàng;[22]\n{A};1\n{A};2\n0101243150;3\n;4\n".encode()
    rows = filing.check_batch(app.desk, text, template="thue/01-gtgt", period="2026-05").rows
    codes = [{problem.code for problem in row.problems} for row in rows]
    assert "SHEET_CLIENT_TWICE" in codes[1]
    assert "SHEET_CLIENT_UNKNOWN" in codes[2]
    assert "SHEET_CLIENT_EMPTY" in codes[3]
    assert next(problem.cell for problem in rows[2].problems if problem.code == "SHEET_CLIENT_UNKNOWN") == "A4"


def test_a_key_that_the_ring_gives_is_checked_once_more(place: Any) -> None:
    app, keys = place
    wrong = filing.KeyRing(
        tuple(reversed([(keys.held[0][0], keys.held[1][1]), (keys.held[1][0], keys.held[0][1])])), Role.SELF
    )
    done = go(app, filing.check_batch(app.desk, sheet(app, "2026-06")), wrong)
    assert states(done) == ["failed", "failed"]
    assert {getattr(row.why, "code", "") for row in done.rows} == {"SIGNING_REFUSED"}
    assert filed(app, "2026-06") == []


def test_the_copy_of_another_maker_s_list(place: Any, tmp_path: Path) -> None:
    app, _ = place
    text = f"Danh sách tháng 5;;\nMST;[22];Ghi chú\n{A};abc;=HYPERLINK(1)\n".encode("utf-16")
    batch = filing.check_batch(app.desk, text, template="thue/01-gtgt", period="2026-05")
    page = openpyxl.load_workbook(io.BytesIO(filing.error_sheet(app.desk, batch))).worksheets[0]
    assert page["B3"].comment is not None
    assert "[22]" in page["B3"].comment.text
    assert (page["C3"].value, page["C3"].data_type, page["C3"].quotePrefix) == ("=HYPERLINK(1)", "s", True)
    assert page["D2"].value == "Lỗi"
    assert "Lỗi B3" in page["D3"].value
