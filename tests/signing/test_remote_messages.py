"""Every way in which remote signing fails has its own words, in both languages."""

from __future__ import annotations

import inspect
import json
import re
import unicodedata
from pathlib import Path

import pytest

from desktop.messages import message
from signing.remote import errors

WORDS = json.loads((Path(__file__).parents[2] / "resources" / "i18n" / "messages" / "remote.json").read_text("utf-8"))
CLASSES = [one for _, one in inspect.getmembers(errors, inspect.isclass) if issubclass(one, errors.RemoteError)]
DESKTOP = {"REMOTE_PROFILE_UNKNOWN", "REMOTE_PROFILE_UNFIT"}


@pytest.mark.parametrize("kind", CLASSES)
def test_an_error_has_words_that_name_only_its_facts(kind: type[errors.RemoteError]) -> None:
    for lang in ("vi", "en"):
        told = WORDS[kind.code][lang]
        text = " ".join(told[part] for part in ("heading", "sentence", "remedy"))
        assert all(told.values())
        assert unicodedata.is_normalized("NFC", text)
        assert set(re.findall(r"{(\w+)}", text)) <= set(kind.__dataclass_fields__)
        says = {"vi": "báo mã pin không đúng", "en": "wrong pin"}[lang] in text.lower()
        assert says == (kind is errors.RemotePinIncorrect)


def test_codes_are_their_own_and_all_are_said() -> None:
    assert len({one.code for one in CLASSES}) == len(CLASSES)
    assert set(WORDS) == {one.code for one in CLASSES} | DESKTOP
    assert all(one.stops_batch for one in CLASSES)


def test_reasons_are_said_in_words() -> None:
    for reason in ("plain_http", "no_address", "no_such_host"):
        assert reason not in message(errors.RemoteAddressRefused("VNPT", "a", reason)).text
    for reason in ("no_connection", "no_answer_in_time", "answer_too_large", "sent_elsewhere"):
        assert reason not in message(errors.RemoteUnreachable("VNPT", "a", reason), lang="en").text


def test_refusal_expiry_cancellation_and_network_are_told_apart() -> None:
    kinds = (errors.RemoteRefused, errors.RemoteExpired, errors.RemoteCancelled, errors.RemoteUnreachable)
    assert len({message(kind("VNPT")).heading for kind in kinds}) == 4
