"""The legal container is read in one way only: what two programs could read as two things is never valid."""

from __future__ import annotations

from typing import Any

import pytest

from signing.trust import Trust
from signing.validation import Verdict, validate
from tests.signing import made
from tests.signing.test_validation_other import container


@pytest.fixture(scope="module")
def files(pki: Any) -> dict[str, bytes]:
    return {"tờ khai.pdf": made.signed(made.blank(), pki.key("anh_duong")), "ảnh.jpg": b"\xff\xd8\xff\xe0 no picture"}


@pytest.fixture(scope="module")
def trust(pki: Any) -> Trust:
    return Trust.of([pki.root_pem, pki.intermediate_pem], crls=[pki.crl_pem])


@pytest.fixture(scope="module")
def good(pki: Any, trust: Trust, files: dict[str, bytes]) -> bytes:
    data: bytes = container(pki, files)
    assert validate(data, name="x.zip", trust=trust).verdict is Verdict.VALID  # the control
    return data


def test_a_changed_file_is_said_to_be_changed(trust: Trust, good: bytes) -> None:
    """Also where its checksum was left as it was."""
    at = good.index(b"no picture")
    found = validate(good[:at] + b"N" + good[at + 1 :], name="x.zip", trust=trust)
    assert (found.kind, found.verdict, found.reasons) == ("container", Verdict.INVALID, ("CONTAINER_FILE_CHANGED",))


@pytest.mark.parametrize("how", ["another name before the file", "bytes before", "bytes behind", "two ends"])
def test_two_ways_of_reading_are_none(trust: Trust, good: bytes, how: str) -> None:
    name = good.index("tờ khai.pdf".encode())
    data = {
        "another name before the file": good[:name] + b"T" + good[name + 1 :],
        "bytes before": b"PK\x03\x04" + good,
        "bytes behind": good + b"\0",
        "two ends": good + good[good.rindex(b"PK\x05\x06") :],
    }[how]
    found = validate(data, name="x.zip", trust=trust)
    assert (found.kind, found.verdict) == ("container", Verdict.INDETERMINATE)
    assert found.reasons == ("CONTAINER_AMBIGUOUS",)


def test_a_name_that_leads_out_is_refused(pki: Any, trust: Trust, files: dict[str, bytes]) -> None:
    unsafe = container(pki, files, extra=[("../ra ngoài.txt", b"1")])
    found = validate(unsafe, name="x", trust=trust)
    assert (found.verdict, found.reasons) == (Verdict.INDETERMINATE, ("CONTAINER_NAME_UNSAFE",))
