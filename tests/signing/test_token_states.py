"""States of tokens and drivers that SoftHSM cannot make, by a fake driver that is loaded like any other."""

from __future__ import annotations

import gc
import os
import pickle
import time
from pathlib import Path
from typing import Any

import pytest

from signing.token import Limits, Module, Pin, Token, TokenSession
from signing.token.errors import (
    DeviceError,
    KeyNotOnToken,
    ModuleCrashed,
    ModuleHung,
    PinFinalTry,
    PinIncorrect,
    PinLength,
    PinLocked,
    PinMustChange,
    PinNeeded,
    PinNotSet,
    PinPadCancelled,
    PinUnusable,
    TokenMissing,
    TokenRemoved,
)
from tests.signing.token_kit import LABEL, PIN, FakeToken, compile_fake, fake_token

READY = 0x40D  # initialized, PIN set, log-in required
QUICK = Limits(load=20, look=20, login=20, pad=20, sign=20)


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compile_fake(tmp_path_factory.mktemp("fake"))


@pytest.fixture
def fake(driver: Path, tmp_path: Path, throwaway: Any, monkeypatch: pytest.MonkeyPatch) -> FakeToken:
    token = fake_token(driver, tmp_path, throwaway.signer())
    monkeypatch.setenv("FAKE_P11", str(token.state))
    return token


@pytest.fixture
def session(fake: FakeToken) -> Any:
    with Module(fake.module, limits=QUICK) as module:
        yield TokenSession(module, module.find("F00D1234"))


def flags(more: int) -> str:
    return f"{READY | more:x}"


def test_the_fake_signs_truly(fake: FakeToken, session: TokenSession) -> None:
    session.log_in(PIN)
    assert len(session.key.sign(b"x")) == 256  # verified by the certificate before it is given away
    assert fake.pins == ["C_Login 1 6"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("a0", PinIncorrect), ("a1", PinUnusable), ("a2", PinLength), ("a3", PinMustChange), ("a4", PinLocked),
        ("102", PinNotSet), ("30", DeviceError), ("80000001", DeviceError),
    ],
)  # fmt: skip
def test_each_answer_to_a_pin_has_its_own_error_and_the_pin_is_sent_once(
    fake: FakeToken, session: TokenSession, answer: str, error: type[Exception]
) -> None:
    fake.set(login=answer)
    with pytest.raises(error) as told:
        session.log_in(PIN)
    assert type(told.value) is error
    assert len(fake.pins) == 1
    with pytest.raises(PinNeeded):
        session.key.sign(b"x")
    assert len(fake.pins) == 1
    assert pickle.loads(pickle.dumps(told.value)).facts == told.value.facts  # type: ignore[attr-defined]


def test_a_locked_token_gets_no_pin(fake: FakeToken, session: TokenSession) -> None:
    fake.set(flags=flags(0x40000))
    assert session.look_again().warning == "PIN_LOCKED"
    with pytest.raises(PinLocked):
        session.log_in(PIN, accept_final_try=True)
    assert fake.pins == []


def test_the_last_try_is_spent_only_when_a_person_said_so(fake: FakeToken, session: TokenSession) -> None:
    fake.set(flags=flags(0x20000))
    assert session.look_again().warning == "PIN_FINAL_TRY"
    with pytest.raises(PinFinalTry):
        session.log_in(PIN)
    assert fake.pins == []
    session.log_in(PIN, accept_final_try=True)
    session.key.sign(b"x")


@pytest.mark.parametrize(("flag", "left"), [(0, ""), (0x10000, "low"), (0x20000, "final")])
def test_after_a_wrong_pin_the_flags_are_read_again(
    fake: FakeToken, session: TokenSession, flag: int, left: str
) -> None:
    fake.set(login="a0", flags=flags(flag))
    with pytest.raises(PinIncorrect) as wrong:
        session.log_in("111111", accept_final_try=True)
    assert (wrong.value.token, wrong.value.left) == (LABEL, left)


def test_the_wrong_pin_that_locks_is_told_as_locked(fake: FakeToken, session: TokenSession) -> None:
    fake.set(tries=1)
    with pytest.raises(PinLocked):
        session.log_in("111111")


def test_a_pin_that_must_be_changed_is_warned_of_and_refused_by_the_token_only(
    fake: FakeToken, session: TokenSession
) -> None:
    fake.set(flags=flags(0x80000))
    assert session.look_again().warning == "PIN_TO_BE_CHANGED"
    session.log_in(PIN)  # many tokens sign all the same
    session.key.sign(b"x")
    fake.set(login="a3")
    with pytest.raises(PinMustChange):
        session.log_in(PIN)


def test_on_a_pin_pad_no_pin_goes_down_the_pipe(fake: FakeToken, session: TokenSession) -> None:
    fake.set(flags=flags(0x100), always=1)
    assert session.look_again().pin_pad
    session.log_in(PIN)  # even one that was typed here is not sent
    session.key.sign(b"x")
    assert fake.pins == ["C_Login 1 null 0", "C_Login 2 0"]


@pytest.mark.parametrize("answer", ["50", "200"])
def test_cancelling_on_the_pin_pad_is_no_wrong_pin(fake: FakeToken, session: TokenSession, answer: str) -> None:
    fake.set(flags=flags(0x100), login=answer)
    with pytest.raises(PinPadCancelled):
        session.log_in()
    assert len(fake.pins) == 1


def test_an_always_authenticate_key_gets_the_pin_for_each_signature(fake: FakeToken, session: TokenSession) -> None:
    fake.set(always=1)
    session.log_in(PIN)
    session.key.sign(b"x")
    session.key.sign(b"y")
    assert fake.pins == ["C_Login 1 6", "C_Login 2 6", "C_Login 2 6"]
    fake.set(login="a0")  # changed elsewhere in between: one try is lost, not two
    with pytest.raises(PinIncorrect):
        session.key.sign(b"z")
    for _ in range(3):
        with pytest.raises(PinNeeded):
            session.key.sign(b"z")
    assert len(fake.pins) == 4


def test_a_driver_that_hides_that_its_key_wants_the_pin_each_time(fake: FakeToken, session: TokenSession) -> None:
    fake.set(always=1, hidden=1)
    session.log_in(PIN)
    session.key.sign(b"x")
    session.key.sign(b"y")
    assert fake.pins == ["C_Login 1 6", "C_Login 2 6", "C_Login 2 6"]


def test_of_two_sessions_on_one_driver_the_last_to_log_in_signs(fake: FakeToken, session: TokenSession) -> None:
    other = TokenSession(session.module, session._held)
    session.log_in(PIN)
    other.log_in(PIN)
    assert (session.logged_in, other.logged_in) == (False, True)
    other.key.sign(b"x")
    with pytest.raises(PinNeeded):
        session.key.sign(b"x")


def test_pulled_out_and_put_back(fake: FakeToken, session: TokenSession) -> None:
    session.log_in(PIN)
    session.key.sign(b"x")
    fake.set(present=0)
    for _ in range(2):
        with pytest.raises(TokenRemoved):
            session.key.sign(b"x")
    fake.set(present=1)
    session.key.sign(b"x")
    assert len(fake.pins) == 2


def test_put_back_at_once_so_that_only_the_log_in_is_gone(fake: FakeToken, session: TokenSession) -> None:
    session.log_in(PIN)
    fake.set(sign="101")
    with pytest.raises(TokenRemoved):
        session.key.sign(b"x")
    fake.set(sign="-")
    session.key.sign(b"x")


@pytest.mark.parametrize("flag", [0x10000, 0x20000, 0x40000])
def test_a_token_put_back_with_fewer_tries_gets_no_pin_by_itself(
    fake: FakeToken, session: TokenSession, flag: int
) -> None:
    session.log_in(PIN)
    fake.set(present=0)
    with pytest.raises(TokenRemoved):
        session.key.sign(b"x")
    fake.set(present=1, flags=flags(flag))
    for _ in range(2):
        with pytest.raises(PinNeeded):
            session.key.sign(b"x")
    assert len(fake.pins) == 1


def test_another_token_of_the_same_serial_number_gets_no_pin(
    fake: FakeToken, session: TokenSession, throwaway: Any, tmp_path: Path
) -> None:
    session.log_in(PIN)
    fake.set(present=0)
    with pytest.raises(TokenRemoved):
        session.key.sign(b"x")
    (tmp_path / "other.der").write_bytes(throwaway.signer("CÔNG TY KHÁC", kind="p256").der)
    fake.set(present=1, cert=tmp_path / "other.der")
    with pytest.raises(KeyNotOnToken):
        session.key.sign(b"x")
    assert len(fake.pins) == 1


@pytest.mark.parametrize("where", ["C_Initialize", "C_GetSlotList", "C_Login", "C_Sign"])
def test_a_driver_that_hangs_is_ended_and_the_next_question_is_answered(
    fake: FakeToken, where: str, throwaway: Any
) -> None:
    limits = Limits(load=20, look=20, login=20, pad=20, sign=20)
    with Module(fake.module, limits=limits) as module:
        session = TokenSession(module, module.find("F00D1234"))
        if where == "C_Sign":
            session.log_in(PIN)
        if where == "C_Initialize":
            module.close()
        fake.set(hang=where)
        module.limits = Limits(load=1, look=1, login=1, pad=1, sign=1)
        start = time.monotonic()
        with pytest.raises(ModuleHung) as hung:
            session.key.sign(b"x") if where == "C_Sign" else session.log_in(PIN)
        assert time.monotonic() - start < 8
        assert hung.value.module == fake.module.name
        fake.set(hang="-")
        module.limits = limits
        pins = len(fake.pins)
        with pytest.raises(PinNeeded):
            session.key.sign(b"x")
        assert len(fake.pins) == pins  # what was being sent when it hung is not sent again
        session.log_in(PIN)
        session.key.sign(b"x")


@pytest.mark.parametrize("where", ["C_Login", "C_Sign", "C_GetSlotList"])
def test_a_driver_that_crashes_takes_nothing_with_it(fake: FakeToken, session: TokenSession, where: str) -> None:
    session.log_in(PIN)
    fake.set(crash=where)
    with pytest.raises(ModuleCrashed) as crashed:
        session.key.sign(b"x") if where == "C_Sign" else session.log_in(PIN)
    assert crashed.value.status == -6
    fake.set(crash="-")
    with pytest.raises(PinNeeded):
        session.key.sign(b"x")
    session.log_in(PIN)
    session.key.sign(b"x")


def test_a_signature_by_another_key_is_never_given_away(fake: FakeToken, session: TokenSession) -> None:
    fake.set(wrongkey=1)
    session.log_in(PIN)
    with pytest.raises(KeyNotOnToken) as wrong:
        session.key.sign(b"x")
    assert wrong.value.reason == "mismatch"


def test_an_error_of_the_device_keeps_its_name(fake: FakeToken, session: TokenSession) -> None:
    session.log_in(PIN)
    fake.set(sign="30")
    with pytest.raises(DeviceError) as broken:
        session.key.sign(b"x")
    assert broken.value.reason == "DeviceError"
    fake.set(sign="-")
    session.key.sign(b"x")  # it is still logged in
    assert len(fake.pins) == 1


def test_a_missing_token_is_told_before_any_pin(fake: FakeToken, session: TokenSession) -> None:
    fake.set(present=0)
    asked = []

    def ask(token: Token) -> Pin:
        asked.append(token)
        return Pin(PIN)

    again = TokenSession(session.module, session._held, ask=ask)
    with pytest.raises(TokenMissing):
        again.key.sign(b"x")
    assert (asked, fake.pins) == ([], [])


def test_the_process_logs_out_and_ends_with_its_owner(fake: FakeToken) -> None:
    module = Module(fake.module, limits=QUICK)
    session = TokenSession(module, module.find("F00D1234"))
    session.log_in(PIN)
    assert module._process is not None
    process = module._process.process
    del session, module
    gc.collect()
    assert process.wait(5) == 0
    assert fake.calls[-1] == "C_Logout"


def test_the_pin_is_nowhere_but_in_the_pipe(fake: FakeToken, session: TokenSession) -> None:
    session.log_in(PIN)
    assert session.module._process is not None
    pid = session.module._process.process.pid
    for name in ("cmdline", "environ"):
        assert PIN.encode() not in Path(f"/proc/{pid}/{name}").read_bytes()
    assert PIN not in repr(session) + repr(session.key) + repr(vars(session)) + repr(Pin(PIN))
    assert not any(PIN in call for call in fake.calls)
    with pytest.raises(TypeError):
        pickle.dumps(session.key)


def test_the_parent_never_loads_the_driver(fake: FakeToken, session: TokenSession) -> None:
    session.log_in(PIN)
    session.key.sign(b"x")
    if os.path.exists("/proc/self/maps"):
        assert fake.module.name not in Path("/proc/self/maps").read_text()
