"""Why a token is not seen: found drivers, their architecture, readers, tokens, certificates; and the words for it."""

from __future__ import annotations

import ast
import inspect as inspecting
import json
import re
import struct
import unicodedata
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from signing import doctor
from signing.doctor import Found, KnownModules, Report, examine, find_modules
from signing.errors import SigningError
from signing.token import Limits, Module, errors, header
from signing.token.errors import ModuleNotFound, ModuleUnloadable, ModuleWrongArchitecture
from tests.signing.token_kit import FakeToken, compile_fake, fake_token

RESOURCES = Path(__file__).parents[2] / "resources"
KNOWN = (RESOURCES / "trust" / "pkcs11_modules.json").read_bytes()
NOW = datetime(2026, 7, 15, 9, 30, tzinfo=UTC)
QUICK = Limits(load=2, look=2)


def elf(machine: int, *, entry: bool = True, wide: bool = True) -> bytes:
    head = b"\x7fELF" + bytes([2 if wide else 1, 1, 1]) + bytes(9) + struct.pack("<HH", 3, machine) + bytes(44)
    return head + (b"\0C_GetFunctionList\0" if entry else b"\0main\0")


def pe(machine: int) -> bytes:
    return b"MZ" + bytes(58) + struct.pack("<I", 0x80) + bytes(64) + b"PE\0\0" + struct.pack("<H", machine) + bytes(20)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (elf(3, wide=False), "Linux x86 (32-bit)"),
        (elf(62), "Linux x86-64 (64-bit)"),
        (elf(183), "Linux arm64 (64-bit)"),
        (pe(0x14C), "Windows x86 (32-bit)"),
        (pe(0x8664), "Windows x86-64 (64-bit)"),
        (b"\xcf\xfa\xed\xfe" + struct.pack("<I", 0x0100000C) + bytes(24), "macOS arm64 (64-bit)"),
        (
            b"\xca\xfe\xba\xbe" + struct.pack(">I", 2) + struct.pack(">5I", 0x01000007, 0, 0, 0, 0)
            + struct.pack(">5I", 0x0100000C, 0, 0, 0, 0),
            "macOS x86-64 (64-bit), arm64 (64-bit)",
        ),
    ],
)  # fmt: skip
def test_the_architecture_is_read_from_the_header(data: bytes, told: str) -> None:
    assert str(header.machine_of(data)) == told


@pytest.mark.parametrize(
    "data", [b"", b"MZ", b"\x7fELF", b"%PDF-1.7", b"\xca\xfe\xba\xbe\x00\x00\x00\x41", b"MZ" + b"\xff" * 80]
)
def test_what_is_no_library_is_no_library(data: bytes) -> None:
    assert header.machine_of(data) is None


@pytest.mark.skipif(header.ours() != header.Machine("Linux", ("x86-64",)), reason="compares with 64-bit Linux on x86")
def test_a_driver_of_another_kind_is_refused_before_it_is_loaded(tmp_path: Path) -> None:
    def refused(data: bytes) -> Any:
        path = tmp_path / "fptca_v4.so"
        path.write_bytes(data)
        with Module(path) as module, pytest.raises(SigningError) as error:
            module.load()
        assert module.starts == 0  # no process was started for it
        return error.value

    wrong = refused(elf(3, wide=False))
    assert type(wrong) is ModuleWrongArchitecture
    assert (wrong.module, wrong.machine, wrong.ours) == (
        "fptca_v4.so", "Linux x86 (32-bit)", "Linux x86-64 (64-bit)",
    )  # fmt: skip
    assert type(refused(pe(0x8664))) is ModuleWrongArchitecture
    assert refused(elf(62, entry=False)).reason == "entry"
    assert refused(b"#!/bin/sh\n").reason == "format"
    assert type(refused(b"")) is ModuleUnloadable
    with pytest.raises(ModuleNotFound):
        Module(tmp_path / "không có.so").load()
    with pytest.raises(ModuleUnloadable):
        Module(tmp_path).load()


def test_a_library_that_the_system_cannot_load_is_told_by_kind(tmp_path: Path) -> None:
    path = tmp_path / "hỏng.so"
    path.write_bytes(elf(62))  # a header and nothing behind it
    if header.ours() != header.machine_of(elf(62)):
        pytest.skip("made for 64-bit Linux on x86")
    with Module(path) as module, pytest.raises(ModuleUnloadable) as error:
        module.load()
    assert error.value.reason == "load"
    assert str(tmp_path) not in str(error.value)


@pytest.mark.parametrize("system", ["windows", "linux", "macos"])
def test_known_modules_are_data_of_every_system(system: str) -> None:
    known = KnownModules.read(KNOWN, system)
    assert known.patterns
    assert known.places
    document = json.loads(KNOWN)
    assert document["sources"]
    assert all(one["confidence"] in "HM" for one in document["modules"])
    if system == "windows":
        for name, maker in (
            ("VNPTCA_P11_V8.DLL", "VNPT-CA"), ("viettel-ca_v6.dll", "Viettel-CA"), ("fptca_v3.dll", "FPT-CA"),
            ("BkavCA.dll", "BkavCA"), ("misaca_csp11_v2.dll", "MISA-CA"), ("nca_v6.dll", "NewCA"),
        ):  # fmt: skip
            assert known.maker(name) == maker
        assert known.refused("viettel-ca_v6_s.dll")
        assert known.maker("kernel32.dll") is None


def test_drivers_are_found_by_name_and_once(tmp_path: Path) -> None:
    known = KnownModules.read(KNOWN, "linux")
    (tmp_path / "a").mkdir()
    for name in ("libcastle.so.1.0.0", "libeToken.so", "libc.so.6", "p11-kit-trust.so"):
        (tmp_path / "a" / name).write_bytes(b"x")
    (tmp_path / "a" / "libcastle.so").symlink_to("libcastle.so.1.0.0")
    found = find_modules(known, places=[str(tmp_path / "*")])
    assert sorted((one.path.name, one.maker) for one in found) == [
        ("libcastle.so", "Feitian ePass"), ("libeToken.so", "SafeNet eToken, IDPrime"),
    ]  # fmt: skip


# What it concludes


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compile_fake(tmp_path_factory.mktemp("fake"))


@pytest.fixture
def fake(driver: Path, tmp_path: Path, throwaway: Any, monkeypatch: pytest.MonkeyPatch) -> FakeToken:
    token = fake_token(driver, tmp_path, throwaway.signer())
    monkeypatch.setenv("FAKE_P11", str(token.state))
    return token


def look(fake: FakeToken, at: datetime = NOW, limits: Limits = QUICK) -> Report:
    return examine([Found(fake.module, None, "named")], at=at, limits=limits)


def codes(report: Report) -> list[str]:
    return [one.code for one in report.remarks]


def test_a_good_token_is_ready_and_was_asked_for_no_pin(fake: FakeToken) -> None:
    report = look(fake)
    assert report.ok
    assert codes(report) == ["TOKEN_READY"]
    assert report.modules[0].tokens[0].serial == "…1234"
    assert not fake.pins


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ({"present": 0}, ["NO_TOKEN"]),
        ({"flags": f"{0x40D | 0x40000:x}"}, ["NO_KEY_READY", "PIN_LOCKED"]),
        ({"flags": f"{0x40D | 0x20000:x}"}, ["PIN_FINAL_TRY", "TOKEN_READY"]),
        ({"flags": f"{0x40D | 0x10000:x}"}, ["PIN_COUNT_LOW", "TOKEN_READY"]),
        ({"flags": f"{0x40D | 0x80000:x}"}, ["PIN_TO_BE_CHANGED", "TOKEN_READY"]),
        ({"flags": "5"}, ["NO_KEY_READY", "TOKEN_EMPTY"]),
        ({"cert": "/dev/null"}, ["NO_KEY_READY", "NO_CERTIFICATE_ON_TOKEN"]),
        ({"hang": "C_Initialize"}, ["NO_MODULE_WORKS", "MODULE_HUNG"]),
        ({"crash": "C_GetSlotList"}, ["NO_MODULE_WORKS", "MODULE_CRASHED"]),
    ],
)
def test_each_state_has_its_own_remark(fake: FakeToken, state: dict[str, Any], told: list[str]) -> None:
    fake.set(**state)
    report = look(fake)
    assert codes(report) == told
    json.dumps(report.to_json())


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (-800, ["NO_KEY_READY", "TOKEN_CERTIFICATE_NOT_YET"]),
        (720, ["TOKEN_CERTIFICATE_EXPIRES_SOON", "TOKEN_READY"]),
        (900, ["NO_KEY_READY", "TOKEN_CERTIFICATE_EXPIRED"]),
    ],
)
def test_dates_are_told(fake: FakeToken, days: int, told: list[str]) -> None:
    assert codes(look(fake, NOW + timedelta(days=days))) == told


def test_no_driver_at_all() -> None:
    assert codes(examine([], at=NOW)) == ["NO_MODULE_FOUND"]


# Words

WORDS = json.loads((RESOURCES / "i18n" / "messages" / "token.json").read_text("utf-8"))
CLASSES: list[type[errors.TokenError]] = [
    one for _, one in inspecting.getmembers(errors, inspecting.isclass) if issubclass(one, errors.TokenError)
]
REMARKS = {
    node.args[0].value
    for node in ast.walk(ast.parse(inspecting.getsource(doctor)))
    if isinstance(node, ast.Call)
    and getattr(node.func, "id", "") == "Remark"
    and isinstance(node.args[0], ast.Constant)
} | {"NO_TOKEN", "NO_READER", "PIN_LOCKED", "PIN_FINAL_TRY", "PIN_COUNT_LOW", "PIN_TO_BE_CHANGED"}


@pytest.mark.parametrize("code", sorted({one.code for one in CLASSES} | set(map(str, REMARKS))))
def test_a_code_has_words_in_both_languages(code: str) -> None:
    for lang in ("vi", "en"):
        for part in ("heading", "sentence", "remedy"):
            text = WORDS[code][lang][part]
            assert text
            assert unicodedata.is_normalized("NFC", text)
    if code != "PIN_INCORRECT":
        assert "sai mã pin" not in str(WORDS[code]).lower()
        assert "wrong pin" not in str(WORDS[code]).lower()


@pytest.mark.parametrize("kind", CLASSES)
def test_words_name_only_facts_that_exist(kind: type[errors.TokenError]) -> None:
    facts = set(kind.__dataclass_fields__)
    assert set(re.findall(r"{(\w+)}", str(WORDS[kind.code]))) <= facts
    assert kind.stops_batch
    assert len({one.code for one in CLASSES}) == len(CLASSES)
    assert set(WORDS) == {one.code for one in CLASSES} | REMARKS
