"""Broken and exchanged signature values: none is valid, none is a crash, and each is answered soon."""

from __future__ import annotations

import time

import pytest

from signing.trust import Trust
from signing.validation import Verdict, validate
from tests.attacks import cms_broken
from tests.pki import Pki


@pytest.fixture(scope="module")
def control(pki: Pki) -> bytes:
    return cms_broken.host(pki)


def test_what_was_signed_is_valid(trust: Trust, control: bytes) -> None:
    assert validate(control, name="a.pdf", trust=trust).verdict is Verdict.VALID
    again = cms_broken.put(control, cms_broken.value_of(control))
    assert validate(again, name="a.pdf", trust=trust).verdict is Verdict.VALID


@pytest.mark.parametrize("name", cms_broken.BROKEN)
def test_a_broken_value_is_never_valid(pki: Pki, trust: Trust, control: bytes, name: str) -> None:
    data = cms_broken.put(control, cms_broken.BROKEN[name](cms_broken.value_of(control), pki))
    assert data != control
    begun = time.monotonic()
    found = validate(data, name="a.pdf", trust=trust)
    assert found.verdict in (Verdict.INVALID, Verdict.INDETERMINATE), found.to_json()
    assert time.monotonic() - begun < 25


def test_unneeded_certificates_change_nothing_about_who_signed(pki: Pki, trust: Trust, control: bytes) -> None:
    data = cms_broken.put(control, cms_broken.with_many_certificates(cms_broken.value_of(control), pki))
    found = validate(data, name="a.pdf", trust=trust)
    signer = found.signatures[0].signer
    assert signer is not None
    assert signer.tax_code == "0100686209"
    assert found.signatures[0].integrity == "intact"
