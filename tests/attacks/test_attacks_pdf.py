"""Attacks on signed PDF files: none is valid, and each file that the victim signed is."""

from __future__ import annotations

import time

import pytest

from signing.trust import Trust
from signing.validation import Verdict, validate
from tests.attacks import pdf_certified, pdf_shadow, pdf_wrapped
from tests.attacks import pdf_raw as raw
from tests.pki import Pki
from tests.signing import made

ALL = pdf_shadow.SHADOW | pdf_shadow.PREPARED | pdf_certified.CERTIFIED | pdf_wrapped.WRAPPED


@pytest.mark.parametrize("name", ALL)
def test_an_attack_is_never_valid_and_what_was_signed_is(pki: Pki, trust: Trust, name: str) -> None:
    case = ALL[name](pki)
    control = validate(case.control, name="control.pdf", trust=trust)
    assert control.verdict is Verdict.VALID, [(one.name, one.reasons) for one in control.signatures]
    assert case.attack != case.control
    begun = time.monotonic()
    found = validate(case.attack, name="attack.pdf", trust=trust)
    assert found.verdict in (Verdict.INVALID, Verdict.INDETERMINATE, Verdict.UNREADABLE), found.to_json()
    assert time.monotonic() - begun < 25


@pytest.mark.parametrize("name", pdf_shadow.SUSPECT)
def test_a_file_prepared_for_an_attack_is_in_doubt_at_once(pki: Pki, trust: Trust, name: str) -> None:
    case = pdf_shadow.SUSPECT[name](pki)
    for data in (case.control, case.attack):
        assert validate(data, name="a.pdf", trust=trust).verdict is Verdict.INDETERMINATE


def _filled(data: bytes) -> bytes:
    number = raw.next_number(data)
    field = raw.body_of(data, 7).replace(b"1000000", b"2000000").replace(b"8 0 R", b"%d 0 R" % number)
    return raw.append(data, {7: field, number: raw.form(b"/Tx BMC BT /F1 12 Tf 2 4 Td (2000000) Tj ET EMC", 200, 20)})


def test_honest_files_of_the_same_kind_stay_valid(pki: Pki, trust: Trust) -> None:
    """A store, a second signature, a stamp, a time-stamp, filling as certified: over the same raw documents."""
    keys = pki
    control = pdf_shadow.signed(keys, raw.file(raw.objects()))
    honest = {
        "store": raw.with_store(control),
        "second": pdf_shadow.countersigned(keys, control),
        "store and second": pdf_shadow.countersigned(keys, raw.with_store(control)),
        "stamp": made.signed(control, keys.key("sao_mai"), field="Other", box=(50, 50, 250, 120)),
        "filled": _filled(pdf_certified.certified(keys, raw.file(raw.objects()))),
        "unused": pdf_shadow.countersigned(keys, pdf_shadow.signed(keys, raw.file(raw.objects() | {40: b"<< >>"}))),
    }
    for name, data in honest.items():
        found = validate(data, name=name, trust=trust)
        assert found.verdict is Verdict.VALID, (name, [(one.name, one.reasons) for one in found.signatures])
