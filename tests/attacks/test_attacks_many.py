"""Fifty signatures, and a change hidden among them."""

from __future__ import annotations

import pytest

from signing.trust import Trust
from signing.validation import Verdict, validate
from tests.attacks import pdf_raw as raw
from tests.attacks.many import fifty
from tests.pki import Pki


@pytest.fixture(scope="module")
def steps(pki: Pki) -> list[bytes]:
    return fifty(pki)


def test_fifty_signatures_are_valid(trust: Trust, steps: list[bytes]) -> None:
    found = validate(steps[-1], name="a.pdf", trust=trust)
    assert (found.verdict, len(found.signatures)) == (Verdict.VALID, 50)
    assert [one.changes_after for one in found.signatures] == ["permitted"] * 49 + ["none"]


@pytest.mark.parametrize("kind", ["contents", "value"])
def test_a_shadow_attack_at_revision_25_is_found_among_them(
    pki: Pki, trust: Trust, steps: list[bytes], kind: str
) -> None:
    """Somebody changes the file after the 25th signature, and 25 more are put upon it."""
    data = steps[24]
    field = raw.body_of(data, 7)
    changes = {
        "contents": {4: raw.stream(raw.EVIL)},
        "value": {7: field.replace(b"1000000", b"9000000")},
    }
    changed = raw.with_store(data, changes[kind])
    later = fifty(pki, start=changed, count=25)[-1]
    found = validate(later, name="a.pdf", trust=trust)
    assert found.verdict in (Verdict.INVALID, Verdict.INDETERMINATE)
    verdicts = [one.verdict for one in found.signatures]
    assert len(verdicts) == 50
    assert all(one is not Verdict.VALID for one in verdicts[:25])
    assert all(one is Verdict.VALID for one in verdicts[25:])
