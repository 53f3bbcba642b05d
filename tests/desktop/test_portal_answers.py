"""Answers of any shape become a value or PortalAnsweredGarbage, never another error; errors have words."""

from __future__ import annotations

import contextlib
import json
import pickle
import string
from dataclasses import fields
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.portal import answers, errors
from desktop.portal.answers import changes_from, dossier_from, dossiers_from, reasons_from, submission_state_from
from desktop.portal.errors import PortalAnsweredGarbage, PortalError
from forms.bundled import RESOURCES

STATE = {"key": "k", "state": "registered", "missing": [], "code": "H00.99-261122-0001", "receipt": "a.b.c"}
DOSSIER = {
    "code": "H00.99-261122-0001",
    "key": "k",
    "procedure": "1.007014",
    "procedure_name": "Khai thuế giá trị gia tăng",
    "applicant": "Công ty TNHH Ánh Dương",
    "received": "2026-11-22T08:00:00+07:00",
    "due": "2026-11-25",
    "status": 4,
    "raw": "Đang xử lý",
    "history": [{"at": "2026-11-22T08:00:00+07:00", "status": 1, "raw": "Mới đăng ký", "note": ""}],
    "delivery": "online",
    "fees": [{"id": "f1", "title": "Lệ phí", "amount": 100_000, "state": "due"}],
    "supplements": [{"id": 7, "at": "2026-11-22T08:00:00Z", "text": "Bổ sung", "state": "open"}],
    "messages": [],
    "results": [{"id": "r", "name": "a.pdf", "sha256": "AB" * 32, "size": 3, "media_type": "x", "issued": None}],
}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


def test_a_dossier_is_read_whole() -> None:
    found = dossier_from(DOSSIER | {"unknown": {"of": "the future"}}, "h")
    assert found.status == 4
    assert found.fees[0].amount == 100_000
    assert found.supplements[0].id == "7"
    assert found.results[0].sha256 == "ab" * 32
    assert found.due is not None
    assert found.due.utcoffset() == timedelta(hours=7), "a date without an offset is Vietnamese"


@pytest.mark.parametrize("status", [0, 11, 999, -1, None])
def test_a_status_of_the_future_is_none_beside_its_words(status: int | None) -> None:
    found = dossier_from(DOSSIER | {"status": status, "raw": "Chờ liên thông"}, "h")
    assert (found.status, found.raw) == (None, "Chờ liên thông")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status", "4"),
        ("status", True),
        ("status", 4.0),
        ("code", None),
        ("code", 5),
        ("code", "a" * 201),
        ("raw", "a\x00b"),
        ("raw", "\ud800"),
        ("received", "yesterday"),
        ("received", 1700000000),
        ("received", "0001-01-01T00:00:00+14:00"),
        ("fees", {"id": "f"}),
        ("fees", [{"id": "f", "amount": 1.5}]),
        ("fees", [{"id": "f", "amount": -1}]),
        ("fees", [{"id": "f", "amount": True}]),
        ("fees", [None] * 1001),
        ("history", [{"at": None}]),
        ("results", [{"id": "r", "sha256": "zz"}]),
    ],
)
def test_a_wrong_type_is_garbage_and_names_its_place(name: str, value: object) -> None:
    with pytest.raises(PortalAnsweredGarbage) as raised:
        dossier_from(DOSSIER | {name: value}, "h")
    assert raised.value.place.startswith(name)


@given(json_values)
def test_any_value_is_read_or_refused(value: object) -> None:
    for read in (
        answers.about_from,
        answers.person_from,
        answers.submission_state_from,
        answers.reasons_from,
        answers.received_from,
        answers.changes_from,
        answers.dossier_from,
        answers.dossiers_from,
        answers.payment_from,
        answers.description_from,
        answers.receipt_from,
    ):
        with contextlib.suppress(PortalAnsweredGarbage):
            read(value, "h")


@given(st.sampled_from(sorted(DOSSIER)), json_values)
def test_any_value_in_a_field_is_read_or_refused(name: str, value: object) -> None:
    with contextlib.suppress(PortalAnsweredGarbage):
        dossier_from(DOSSIER | {name: value}, "h")


def test_an_unknown_submission_state_is_not_final() -> None:
    state = submission_state_from(STATE | {"state": "being_weighed"}, "h")
    assert state.state == "being_weighed"
    assert state.as_key_state().state == "received"


def test_a_reason_is_kept_even_where_it_says_little() -> None:
    assert reasons_from([{}], "h")[0].code == "REASON_NOT_GIVEN"
    assert reasons_from([{"code": "X", "detail": "chỉ một câu"}], "h")[0].vi == "chỉ một câu"
    assert reasons_from(None, "h") == ()


def test_lists_are_bounded() -> None:
    change = {"seq": 1, "code": "c", "kind": "status", "at": "2026-11-22T08:00:00Z"}
    assert len(changes_from({"cursor": "1", "changes": [change] * 10_000, "more": True}, "h").changes) == 10_000
    with pytest.raises(PortalAnsweredGarbage):
        changes_from({"cursor": "1", "changes": [change] * 10_001, "more": True}, "h")
    with pytest.raises(PortalAnsweredGarbage):
        dossiers_from({"dossiers": "many"}, "h")


def leaves(kind: type[PortalError]) -> list[type[PortalError]]:
    return [kind, *(one for below in kind.__subclasses__() for one in leaves(below))]


@pytest.mark.parametrize("kind", leaves(PortalError))
def test_each_error_has_its_code_and_words_and_can_be_pickled(kind: type[PortalError]) -> None:
    words = json.loads((RESOURCES / "i18n" / "messages" / "portal.json").read_text(encoding="utf-8"))
    assert "code" in vars(kind), "a class without a code of its own"
    names = {one.name for one in fields(kind)}
    for language in ("vi", "en"):
        message = words[kind.code][language]
        used = {name for text in message.values() for _, name, _, _ in string.Formatter().parse(text) if name}
        assert used <= names
        assert message["heading"]
        assert message["sentence"]
    made = kind(*("x" for _ in names))
    again = pickle.loads(pickle.dumps(made))
    assert again.facts == made.facts


def test_no_two_errors_share_a_code() -> None:
    codes = [kind.code for kind in leaves(PortalError)]
    assert len(codes) == len(set(codes))
    assert errors.__doc__ is not None
    for kind in leaves(PortalError):
        assert kind.__name__ in errors.__doc__
