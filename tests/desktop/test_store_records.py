"""Clients, forms, dossiers and their states, and what comes back from portals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from desktop.errors import (
    ClientExists,
    ClientInUse,
    ClientNotFound,
    DossierNotFound,
    FormChanged,
    FormNotFound,
    MoveForbidden,
    RecordNotFound,
)
from desktop.store import Workspace, schema
from desktop.store.records import (
    DOSSIER_MOVES,
    ITEM_MOVES,
    Component,
    DossierState,
    FeeState,
    ItemState,
    PaymentState,
)
from tests.desktop.store_kit import MANIFEST, PART, Time, fresh_home, open_in, signed_dossier

AT = datetime(2026, 7, 20, 9, 30, tzinfo=UTC)


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[Workspace]:
    with open_in(fresh_home(tmp_path)[0]) as workspace:
        yield workspace


def test_clients_are_found_with_and_without_diacritics(ws: Workspace) -> None:
    ws.clients.add("0100686209", "CÔNG TY TNHH ÁNH DƯƠNG")
    ws.clients.add("0101243150", "Hộ kinh doanh Đỗ Thị Kỳ")
    for words in ("anh duong", "ÁNH DƯƠNG", "duong anh", "0100686", "Dương"):
        assert [one.tax_code for one in ws.clients.list(words)] == ["0100686209"], words
    for words in ("do thi ki", "Đỗ thị kỳ", "đỗ"):
        assert [one.tax_code for one in ws.clients.list(words)] == ["0101243150"], words
    for words in ("%", "_", "'; DROP TABLE clients; --"):
        assert ws.clients.list(words) == []
    assert len(ws.clients.list()) == 2
    with pytest.raises(ClientExists):
        ws.clients.add("0100686209", "khác")
    with pytest.raises(ClientNotFound):
        ws.clients.get("9")


def test_facts_have_source_and_consent(ws: Workspace) -> None:
    client = ws.clients.add("0100686209", "ÁNH DƯƠNG", {"address": "12 Lê Lợi"}, consent=False)
    facts = ws.clients.facts(client)
    assert (facts["address"].value, facts["address"].source, facts["address"].consent) == ("12 Lê Lợi", "entered", None)
    changed = ws.clients.update_facts(client, {"address": "14 Lê Lợi", "phone": "0912"}, source="form", consent=True)
    assert changed == {"address", "phone"}
    assert ws.clients.update_facts(client, {"phone": "0912"}, source="form", consent=True) == frozenset()
    assert ws.clients.facts(client)["address"].consent is not None
    ws.clients.consent(client, ["phone"], given=False)
    assert ws.clients.facts(client)["phone"].consent is None
    ws.clients.update_facts(client, {"phone": None, "name": "ÁNH DƯƠNG MỚI"}, source="entered", consent=True)
    assert "phone" not in ws.clients.facts(client)
    assert ws.clients.list("duong moi")[0].name == "ÁNH DƯƠNG MỚI"


def test_a_renamed_client_finds_its_dossiers(ws: Workspace) -> None:
    dossier = signed_dossier(ws)
    client = ws.clients.get("0100686209")
    ws.clients.update_facts(client, {"name": "Bình Minh"}, source="entered", consent=True)
    assert [one.id for one in ws.dossiers.list(words="binh minh")] == [dossier.id]
    assert ws.dossiers.list(words="anh duong") == []


def test_form_is_not_saved_over_a_foreign_change(ws: Workspace) -> None:
    client = ws.clients.add("1", "A")
    values = {"ct22": 29826193, "thanh_vien": [{"ho_ten": "Nguyễn Văn Á"}], "he_so": "2.34", "co": True}
    form = ws.forms.create(client, "thue/01-gtgt", "tt80-1", "2026-06", values, {"ct22": 29826193})
    assert ws.forms.get(form.id.lower()).values == values
    saved = ws.forms.save(form.id, {"ct22": 1}, edition=form.edition)
    assert (saved.edition, saved.entered) == (2, {"ct22": 1})
    with pytest.raises(FormChanged):
        ws.forms.save(form.id, {"ct22": 2}, edition=form.edition)
    assert ws.forms.get(form.id).values == {"ct22": 1}
    ws.forms.delete(form.id)
    with pytest.raises(FormNotFound):
        ws.forms.get(form.id)


def test_last_values_look_back_in_the_same_kind_of_period(ws: Workspace) -> None:
    client, other = ws.clients.add("1", "A"), ws.clients.add("2", "B")
    for period, value in (("2025-12", 1), ("2026-05", 2), ("2026-07", 3), ("2026-Q1", 4)):
        ws.forms.create(client, "t", "1", period, {"v": value})
    ws.forms.create(other, "t", "1", "2026-05", {"v": 99})
    ws.forms.create(client, "anders", "1", "2026-05", {"v": 98})

    def last(before: str) -> int | None:
        form = ws.forms.last_values(client, "t", before)
        return None if form is None else form.values["v"]

    assert [last(p) for p in ("2026-06", "2026-05", "2026-01", "2025-12", "2026-Q2", "2026-Q1")] == [
        2, 1, 1, None, 4, None,
    ]  # fmt: skip


def test_dossier_from_prepared_to_signed_and_back(ws: Workspace) -> None:
    client = ws.clients.add("0100686209", "ÁNH DƯƠNG")
    dossier = ws.dossiers.create(
        client,
        "1.007014",
        "th1",
        "2026-06",
        "online",
        [PART, Component("khac", "Khác", False, 0, 1, None, False, False, None)],
    )
    assert dossier.state == DossierState.PREPARED
    assert [part.component for part in ws.dossiers.components(dossier.id)] == ["to_khai", "khac"]
    form = ws.forms.create(client, "thue/01-gtgt", "tt80-1", "2026-06", {})
    ws.dossiers.set_form(dossier.id, "to_khai", form.id)
    assert ws.forms.list(drafts=True) == []
    one = ws.files.put(b"one", "a.pdf", "application/pdf")
    first = ws.dossiers.attach(dossier.id, "to_khai", "a.pdf", one, kind="form", template="thue/01-gtgt", version="1")
    scan = ws.dossiers.attach(dossier.id, "khac", "A.PDF", one)
    assert (first.name, scan.name, scan.size) == ("a.pdf", "A (2).PDF", 3)
    signed = ws.dossiers.replace_signed(dossier.id, first.id, ws.files.put(b"one signed", "a.pdf", "application/pdf"))
    twice = ws.dossiers.replace_signed(dossier.id, first.id, ws.files.put(b"signed twice", "a.pdf", "application/pdf"))
    assert signed.sha256_before_signing == twice.sha256_before_signing == one
    key = ws.dossiers.revision(dossier.id).key
    ws.dossiers.mark_signed(dossier.id, MANIFEST)
    for change in (
        lambda: ws.dossiers.attach(dossier.id, "khac", "b.pdf", one),
        lambda: ws.dossiers.detach(dossier.id, scan.id),
        lambda: ws.dossiers.set_form(dossier.id, "to_khai", None),
        lambda: ws.dossiers.replace_signed(dossier.id, first.id, one),
        lambda: ws.dossiers.mark_signed(dossier.id, "x"),
        lambda: ws.forms.delete(form.id),
    ):
        with pytest.raises(MoveForbidden):
            change()
    assert ws.dossiers.reopen(dossier.id).state == DossierState.PREPARED
    assert [file.sha256 for file in ws.dossiers.files(dossier.id)] == [one, one]
    assert ws.dossiers.revision(dossier.id).manifest is None
    assert ws.dossiers.revision(dossier.id).key == key
    assert [event.kind for event in ws.dossiers.events(dossier.id)] == ["created", "signed", "reopened"]
    with pytest.raises(RecordNotFound):
        ws.dossiers.attach(dossier.id, "không có", "b.pdf", one)
    with pytest.raises(DossierNotFound):
        ws.dossiers.get("HS-00000000")


def test_a_form_of_another_client_never_enters_a_dossier(ws: Workspace) -> None:
    mine, theirs = ws.clients.add("1", "A"), ws.clients.add("2", "B")
    dossier = ws.dossiers.create(mine, "p", "", None, "online", [PART])
    form = ws.forms.create(theirs, "thue/01-gtgt", "1", None, {})
    with pytest.raises(RecordNotFound):
        ws.dossiers.set_form(dossier.id, "to_khai", form.id)


def test_code_entered_by_hand_and_a_supplement_revision(ws: Workspace) -> None:
    dossier = signed_dossier(ws, files=2)
    key = ws.dossiers.revision(dossier.id).key
    done = ws.dossiers.enter_code(dossier.id, " H38.22.34-260720-0001 ")
    assert (done.state, done.code, done.code_entered) == (DossierState.SUBMITTED, "H38.22.34-260720-0001", True)
    assert ws.dossiers.get("H38.22.34-260720-0001").id == dossier.id
    assert ws.dossiers.list(words="h38.22")[0].id == dossier.id
    again = ws.dossiers.new_revision(dossier.id, "supplement")
    assert (again.state, again.revision) == (DossierState.PREPARED, 2)
    assert [file.kind for file in ws.dossiers.files(dossier.id)] == ["attachment"]
    assert ws.dossiers.files(dossier.id)[0].sha256_before_signing is None
    assert len(ws.dossiers.files(dossier.id, 1)) == 2
    assert ws.dossiers.revision(dossier.id).key != key
    assert ws.dossiers.revision(dossier.id, 1).manifest == MANIFEST


def test_no_move_outside_the_table(ws: Workspace) -> None:
    """Every pair of states: the move works exactly where the table says so."""
    dossier = signed_dossier(ws)
    item = ws.outbox.enqueue(dossier.id, "p")
    for start in ItemState:
        for wanted in ItemState:
            if start == wanted:
                continue
            with ws._database.write() as connection:
                connection.execute(
                    update(schema.outbox).values(
                        state=start,
                        reason="X",
                        code="C" if start == ItemState.DONE else None,
                        sending_since=AT if start == ItemState.SENDING else None,
                    )
                )
            if wanted in ITEM_MOVES[start]:
                code = "C" if wanted == ItemState.DONE else None
                assert ws.outbox.move(item.key, start, wanted, reason="Y", code=code).state == wanted
            else:
                with pytest.raises(MoveForbidden):
                    ws.outbox.move(item.key, start, wanted, reason="Y")
    assert set(DOSSIER_MOVES) == set(DossierState)
    assert set(ITEM_MOVES) == set(ItemState)


@pytest.mark.parametrize(
    "change",
    [
        update(schema.outbox).values(state="GONE"),
        update(schema.outbox).values(state="SENDING"),
        update(schema.outbox).values(state="DONE"),
        update(schema.outbox).values(state="UNCERTAIN", reason=None),
        update(schema.dossiers).values(state="SENT"),
        update(schema.dossiers).values(delivery="by owl"),
        update(schema.dossiers).values(status=11),
        update(schema.dossiers).values(code_entered=True),
        update(schema.revisions).values(manifest=None),
        update(schema.dossier_files).values(sha256="0" * 64),
        update(schema.files).values(sha256="no hash"),
        insert(schema.chunks).values(file=1, number=9, data=b"x" * ((1 << 20) + 1)),
    ],
)
def test_the_store_itself_refuses_what_has_no_meaning(ws: Workspace, change: object) -> None:
    ws.outbox.enqueue(signed_dossier(ws).id, "p")
    with pytest.raises(IntegrityError), ws._database.write() as connection:
        connection.execute(change)  # type: ignore[call-overload]  # any statement


def test_statuses_go_backwards_and_may_be_unknown(ws: Workspace) -> None:
    dossier = signed_dossier(ws)
    assert ws.statuses.record(dossier.id, AT, 2, "Đã tiếp nhận")
    assert not ws.statuses.record(dossier.id, AT, 2, "Đã tiếp nhận")
    assert ws.statuses.record(dossier.id, AT.replace(hour=8), 77, "Trạng thái lạ")
    history = ws.statuses.history(dossier.id)
    assert [(one.status, one.raw) for one in history] == [(None, "Trạng thái lạ"), (2, "Đã tiếp nhận")]
    assert ws.statuses.set_current(dossier.id, 99, "Trạng thái lạ", due=AT)
    assert not ws.statuses.set_current(dossier.id, 99, "Trạng thái lạ", due=AT)
    found = ws.dossiers.get(dossier.id)
    assert (found.status, found.raw, found.due) == (None, "Trạng thái lạ", AT)


def test_a_fee_is_paid_once(ws: Workspace) -> None:
    dossier = signed_dossier(ws)
    ws.fees.record(dossier.id, "le-phi", "Lệ phí", 100_000, FeeState.DUE)
    first = ws.fees.start_payment(dossier.id, "le-phi")
    assert ws.fees.start_payment(dossier.id, "le-phi").id == first.id
    ws.fees.settle_payment(first.id, PaymentState.FAILED)
    second = ws.fees.start_payment(dossier.id, "le-phi")
    assert second.id != first.id
    ws.fees.settle_payment(second.id, PaymentState.PAID, portal_payment="P1", url="https://x")
    ws.fees.settle_payment(second.id, PaymentState.FAILED)
    assert ws.fees.payment(second.id).state == PaymentState.PAID
    assert ws.fees.list(dossier.id)[0].state == FeeState.PAID
    assert ws.fees.start_payment(dossier.id, "le-phi").id == second.id
    with pytest.raises(RecordNotFound):
        ws.fees.start_payment(dossier.id, "khác")


def test_letters_results_portals_trust_settings(ws: Workspace) -> None:
    dossier = signed_dossier(ws)
    assert ws.letters.record(dossier.id, "1", "supplement", at=AT, text="Bổ sung hóa đơn", due=AT)
    assert not ws.letters.record(dossier.id, "1", "supplement", at=AT, text="Bổ sung hóa đơn", due=AT)
    ws.letters.record(dossier.id, "2", "message", at=AT, text="Chào")
    assert [one.letter for one in ws.letters.list(open_only=True)] == ["1"]
    ws.letters.answered(dossier.id, "1", 2)
    assert ws.letters.list(open_only=True) == []

    data = b"%PDF result"
    sha256 = ws.files.put(data, "kq.pdf", "application/pdf")
    facts = {"name": "kq.pdf", "media_type": "application/pdf", "size": len(data), "issued": AT}
    assert ws.results.announce(dossier.id, "kq", sha256=sha256.upper(), **facts)  # type: ignore[arg-type]
    assert not ws.results.announce(dossier.id, "kq", sha256=sha256, **facts)  # type: ignore[arg-type]
    ws.results.fetched(dossier.id, "kq", sha256, "valid", {"signatures": 1})
    assert ws.results.list(dossier.id)[0].verdict == "valid"
    with pytest.raises(IntegrityError):
        ws.results.fetched(dossier.id, "kq", ws.files.put(b"else", "x", "x/y"), "valid", {})

    ws.portals.add(
        "http://127.0.0.1:1", name_vi="Cổng", name_en="Portal", practice=True, fingerprint="ab", facts={"a": 1}
    )
    ws.portals.set_cursor("http://127.0.0.1:1", "42")
    ws.portals.add("http://127.0.0.1:1", name_vi="Cổng 2", name_en="Portal", practice=True, fingerprint="ab")
    portal = ws.portals.get("http://127.0.0.1:1")
    assert (portal.name_vi, portal.cursor, portal.facts) == ("Cổng 2", "42", {"a": 1})
    ws.portals.save_session(portal.url, {"access_token": "bí mật"}, {"name": "Á"}, AT)
    session = ws.portals.session(portal.url)
    assert session is not None
    assert session.tokens == {"access_token": "bí mật"}
    assert "bí mật" not in repr(session)
    ws.portals.remove(portal.url)
    assert ws.portals.session(portal.url) is None

    ws.trust.add("aa" * 32, "anchor", "Gốc thực hành", b"der")
    ws.trust.add("aa" * 32, "anchor", "Gốc thực hành", b"der")
    assert len(ws.trust.list("anchor")) == 1
    with pytest.raises(RecordNotFound):
        ws.trust.remove("aa")
    ws.trust.remove("AA:" * 8 + "AA")
    assert ws.trust.list() == []

    ws.settings.set("lang", "en")
    ws.settings.set("window", {"width": 900})
    ws.settings.set("lang", None)
    assert ws.settings.all() == {"window": {"width": 900}}


def test_the_audit_log_holds_no_values(ws: Workspace) -> None:
    dossier = signed_dossier(ws)
    ws.clients.update_facts(ws.clients.get("0100686209"), {"phone": "0912345678"}, source="entered", consent=True)
    ws.dossiers.enter_code(dossier.id, "H38.22.34-260720-0001")
    told = "\n".join(str(entry) for entry in ws.audit.list())
    assert dossier.id in told
    for word in ("0100686209", "ÁNH DƯƠNG", "0912345678", "29826193", "H38.22", "Lê Lợi"):
        assert word not in told


def test_purge_leaves_nothing_of_a_client(ws: Workspace) -> None:
    gone, stays = signed_dossier(ws, "0100686209", files=2), signed_dossier(ws, "0101243150")
    shared = ws.files.put(b"shared by both", "chung.pdf", "application/pdf")
    ws.evidence.add(gone.id, "note", b"shared by both")
    ws.evidence.add(stays.id, "note", b"shared by both")
    ws.evidence.add(gone.id, "note", b"only of the one that goes")
    item = ws.outbox.enqueue(gone.id, "p")
    with pytest.raises(ClientInUse):
        ws.purge_client("0100686209")
    ws.outbox.move(item.key, ItemState.QUEUED, ItemState.CANCELLED)
    done = ws.purge_client("0100686209")
    assert (done.forms, done.dossiers, done.files) == (1, 1, 5)
    with pytest.raises(ClientNotFound):
        ws.clients.get("0100686209")
    assert ws.files.has(shared)
    assert len(ws.dossiers.files(stays.id)) == 1
    assert ws.check().ok
    with ws._database.outside() as raw:
        tables = [row[0] for row in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        everything = "".join(repr(raw.execute(f'SELECT * FROM "{table}"').fetchall()) for table in tables)
    for word in ("0100686209", gone.id, item.key, "only of the one that goes"):
        assert word not in everything
    assert "0101243150" in everything


def test_one_transaction_or_nothing(ws: Workspace) -> None:

    def fail_late() -> None:
        with ws.transaction():
            ws.clients.add("1", "A")
            ws.files.put(b"abc", "a", "x/y")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_late()
    assert ws.counts() == {"clients": 0, "forms": 0, "dossiers": 0, "files": 0}
    with ws._database.read(), pytest.raises(RuntimeError):
        ws.clients.add("1", "A")


def test_times_are_those_of_the_clock_and_of_vietnam(tmp_path: Path) -> None:
    with open_in(fresh_home(tmp_path)[0], Time(datetime(2026, 12, 31, 20, 0, tzinfo=UTC))) as ws:
        client = ws.clients.add("1", "A")
        assert client.created.isoformat() == "2027-01-01T03:00:00.000001+07:00"
        with pytest.raises(Exception, match="zone"):
            ws.statuses.record(signed_dossier(ws).id, datetime(2026, 1, 1), 1, "x")  # noqa: DTZ001 - a naive time is the point
