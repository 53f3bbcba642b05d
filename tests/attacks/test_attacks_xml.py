"""Attacks on signed XML: none is valid, each is answered soon, and what was signed is valid."""

from __future__ import annotations

import time

import pytest

from signing.trust import Trust
from signing.validation import Verdict, validate
from tests.attacks import xml_hostile
from tests.pki import Pki


@pytest.fixture(scope="module")
def trust(pki: Pki) -> Trust:
    return Trust.of([pki.root_pem, pki.intermediate_pem], crls=[pki.crl_pem])


@pytest.fixture(scope="module")
def control(pki: Pki) -> bytes:
    return xml_hostile.signed(pki)


def test_what_was_signed_is_valid(trust: Trust, control: bytes) -> None:
    assert validate(control, name="a.xml", trust=trust).verdict is Verdict.VALID


@pytest.mark.parametrize("name", xml_hostile.XML)
def test_an_attack_on_xml_is_never_valid(trust: Trust, control: bytes, name: str) -> None:
    data = xml_hostile.XML[name](control)
    assert data != control
    begun = time.monotonic()
    found = validate(data, name="a.xml", trust=trust)
    assert found.verdict in (Verdict.INVALID, Verdict.INDETERMINATE, Verdict.UNREADABLE), found.to_json()
    assert time.monotonic() - begun < 25
