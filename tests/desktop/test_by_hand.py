"""What was filed by hand: it counts as filed, and where it stands is noted in the portal's own words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from desktop import filing, outbox
from desktop.app import App
from desktop.errors import DuplicateFiling
from desktop.filing.batch_run import _destination
from desktop.filing.errors import NotSubmitted, StatusIsFollowed
from desktop.filing.handing import BY_HAND
from desktop.portal.errors import FiledByHand
from desktop.store.key import Passphrase
from tests.desktop.store_kit import signed_dossier

PAGE = "https://thue.example/nop"
SERVICE = "https://bo.example/dich-vu"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    app = App(home=tmp_path_factory.mktemp("hand") / "home", practice=False)
    app.create_workspace(Passphrase("con đường xưa em đi"))
    filing.add_way(app.desk, PAGE, filing.HAND_OVER, name="Thuế điện tử")
    filing.add_way(app.desk, SERVICE, filing.SIX_STEP, name="Bộ", account=("hs", "bí mật"), unit="G18")
    yield app.desk
    app.close()


def test_a_dossier_filed_by_hand_counts_as_filed(desk: Any) -> None:
    ws = desk.workspace
    first, second = signed_dossier(ws), signed_dossier(ws)
    other = signed_dossier(ws, period="2026-07")
    ws.dossiers.enter_code(first.id, "11020260000123456", portal=PAGE)
    with pytest.raises(DuplicateFiling) as told:
        outbox.enqueue(ws, second.id, SERVICE)
    assert (told.value.other, told.value.portal_code) == (first.id, "11020260000123456")
    with pytest.raises(DuplicateFiling):
        filing.hand_over(desk, second.id, portal=PAGE)
    assert outbox.enqueue(ws, second.id, SERVICE, confirmed=True).state == "QUEUED"
    assert outbox.duplicate(ws, other.id) is None


def test_where_it_stands_is_noted_in_the_very_words_and_may_go_back(desk: Any) -> None:
    ws = desk.workspace
    dossier = signed_dossier(ws, "0101243150")
    with pytest.raises(NotSubmitted):
        filing.note_status(desk, dossier.id, "Đang xử lý")
    ws.dossiers.enter_code(dossier.id, "11020260000123457", portal=PAGE)
    seen = [
        filing.note_status(desk, dossier.id, "  Đang xử lý "),
        filing.note_status(desk, dossier.id, "Chờ lãnh đạo phòng ký nháy"),
        filing.note_status(desk, dossier.id, "Cơ quan thuế trả lại", 2),
    ]
    assert [(one.status, one.raw) for one in seen] == [
        (4, "Đang xử lý"), (None, "Chờ lãnh đạo phòng ký nháy"), (2, "Cơ quan thuế trả lại"),
    ]  # fmt: skip
    history = filing.status_view(desk, dossier.id).history
    assert [step["backward"] for step in history] == [False, False, True]
    assert {step["note"] for step in history} == {BY_HAND}
    assert seen[-1].receipt is None


def test_what_a_portal_tells_is_not_noted_by_hand(desk: Any) -> None:
    ws = desk.workspace
    dossier = signed_dossier(ws, "0100109106")
    ws.dossiers.enter_code(dossier.id, "G18-261122-0001", portal=SERVICE)
    with pytest.raises(StatusIsFollowed):
        filing.note_status(desk, dossier.id, "Đã trả kết quả", 10)


def test_a_batch_goes_to_any_portal_that_takes_dossiers_from_programs(desk: Any, monkeypatch: Any) -> None:
    from types import SimpleNamespace

    allowed = SimpleNamespace(allows=lambda: SimpleNamespace(submit=True, reasons={}))
    monkeypatch.setattr("desktop.filing.dossiers.procedure", lambda desk, code: allowed)
    batch: Any = SimpleNamespace(procedure="1.007014")
    assert _destination(desk, batch, None) == SERVICE
    with pytest.raises(FiledByHand):
        _destination(desk, batch, PAGE)
