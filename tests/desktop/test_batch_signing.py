"""Batches: one PIN a token, a result for each file, and after whatever went wrong the rest is signed, nothing twice."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from desktop.filing import SignRequest
from desktop.filing.batch_files import LEDGER, FileOrder, file_jobs
from desktop.filing.batch_signing import BatchReport, Choice, HeldSigner, Interruption, Result, TokenSigner, sign_batch
from desktop.messages import message
from signing.certificate import Role
from signing.token import Pin
from tests.signing.token_kit import PIN, SOFTHSM, FakeToken, Pair, SoftTokens, compile_fake, fake_token

soft = pytest.mark.skipif(SOFTHSM is None, reason="SoftHSM2 is not installed on this system")
READY = 0x40D


def paper(words: str) -> bytes:
    document = pikepdf.new()
    page = document.add_blank_page(page_size=(595, 842))
    page.Contents = document.make_stream(f"% {words}".encode())
    out = io.BytesIO()
    document.save(out, deterministic_id=True)
    return out.getvalue()


def papers(folder: Path, count: int, stem: str = "tờ khai") -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    made = [folder / f"{stem} {number:03}.pdf" for number in range(count)]
    for path in made:
        path.write_bytes(paper(path.name))
    return made


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from desktop.app import App

    app = App(home=tmp_path_factory.mktemp("nhà"), practice=True)
    yield app.desk
    app.close()


@pytest.fixture(scope="module")
def company(pki: Any) -> Pair:
    key = pki.key("anh_duong")
    return Pair(key.private_key, key.certificate_der)


@pytest.fixture(scope="module")
def other(pki: Any) -> Pair:
    key = pki.key("sao_mai")
    return Pair(key.private_key, key.certificate_der)


@pytest.fixture
def tokens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SoftTokens:
    made = SoftTokens(tmp_path / "hsm")
    monkeypatch.setenv("SOFTHSM2_CONF", str(made.config))
    return made


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compile_fake(tmp_path_factory.mktemp("fake"))


@pytest.fixture
def fake(driver: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, company: Pair) -> FakeToken:
    token = fake_token(driver, tmp_path, company)
    monkeypatch.setenv("FAKE_P11", str(token.state))
    return token


class Asked:
    """Type PINs from a list; note what was asked, and with which warning."""

    def __init__(self, *pins: str | None, final: bool = False) -> None:
        self.pins = list(pins)
        self.final = final
        self.seen: list[str | None] = []

    def __call__(self, token: Any) -> Pin | None:
        self.seen.append(token.warning)
        pin = self.pins.pop(0)
        return None if pin is None else Pin(pin, self.final)


def request() -> SignRequest:
    return SignRequest(Role.SELF)


def run(desk: Any, out: Path, signed_by: list[tuple[Path, Any]], **more: Any) -> BatchReport:
    jobs = file_jobs(desk, [FileOrder(path, signer, request()) for path, signer in signed_by], out)
    return sign_batch(jobs, **more)


def valid(path: Path) -> bool:
    told = subprocess.run(["pdfsig", path], capture_output=True, text=True).stdout
    return "Signature is Valid" in told and "Total document signed" in told and told.count("Signature #") == 1


def states(report: BatchReport) -> list[str]:
    return [one.code or one.state for one in report.results]


def logins(fake: FakeToken) -> int:
    return len(fake.pins)


@soft
def test_files_of_two_companies_take_one_pin_for_each_token_and_go_in_groups(
    desk: Any, tokens: SoftTokens, company: Pair, other: Pair, tmp_path: Path
) -> None:
    first, second = tokens.make(company, pin="111111"), tokens.make(other, pin="222222")
    ask_first, ask_second = Asked("111111"), Asked("222222")
    ours = TokenSigner("Ánh Dương", first, ask_first, module=SOFTHSM)
    theirs = TokenSigner("Sao Mai", second, ask_second, module=SOFTHSM)
    made = papers(tmp_path / "vào", 8)
    seen: list[str] = []
    report = run(
        desk, tmp_path / "ra", [(path, (ours, theirs)[number % 2]) for number, path in enumerate(made)],
        told=lambda result: seen.append(result.job.signer.owner),
    )  # fmt: skip
    assert report.complete
    assert seen == ["Ánh Dương"] * 4 + ["Sao Mai"] * 4
    assert (ask_first.seen, ask_second.seen) == ([None], [None])
    names = ["CÔNG TY CỔ PHẦN SAO MAI" if number % 2 else "ÁNH DƯƠNG" for number in range(8)]
    for path, name in zip(made, names, strict=True):
        told = subprocess.run(["pdfsig", tmp_path / "ra" / path.name], capture_output=True, text=True).stdout
        assert "Signature is Valid" in told
        assert name in told


@soft
def test_the_token_that_is_missing_is_told_by_name_and_the_others_go_on(
    desk: Any, tokens: SoftTokens, company: Pair, other: Pair, tmp_path: Path
) -> None:
    serial = tokens.make(company)
    away = TokenSigner("CÔNG TY CỔ PHẦN SAO MAI", "F0F0F0F0", Asked(), module=SOFTHSM)
    here = TokenSigner("Ánh Dương", serial, Asked(PIN), module=SOFTHSM)
    made = papers(tmp_path / "vào", 5)
    report = run(desk, tmp_path / "ra", [(path, away if number < 3 else here) for number, path in enumerate(made)])
    assert states(report) == ["TOKEN_MISSING", "waiting", "waiting", "signed", "signed"]
    assert report.next is not None
    assert (report.next.owner, report.next.serial, report.next.left) == ("CÔNG TY CỔ PHẦN SAO MAI", "F0F0F0F0", 3)


@soft
def test_a_pulled_token_is_put_back_and_the_batch_goes_on_without_a_second_pin(
    desk: Any, tokens: SoftTokens, company: Pair, tmp_path: Path
) -> None:
    ask = Asked(PIN)
    signer = TokenSigner("Ánh Dương", tokens.make(company), ask, module=SOFTHSM)
    made = papers(tmp_path / "vào", 12)
    told: list[Interruption] = []

    def pull(result: Result) -> None:
        if result.job.name == made[4].name:
            tokens.pull_out()

    def answer(stop: Interruption) -> Choice:
        told.append(stop)
        if len(told) == 2:  # at the first question it is still out
            tokens.put_back()
        return "again"

    report = run(desk, tmp_path / "ra", [(path, signer) for path in made], told=pull, answer=answer)
    assert report.complete
    assert ask.seen == [None]
    assert {stop.code for stop in told} == {"TOKEN_REMOVED"}
    assert told[0].done + told[0].left == 12
    assert "rút ra" in message(told[0].error).sentence
    assert all(valid(tmp_path / "ra" / path.name) for path in made)


@soft
def test_a_pulled_token_that_nobody_puts_back_leaves_whole_files_only(
    desk: Any, tokens: SoftTokens, company: Pair, tmp_path: Path
) -> None:
    serial = tokens.make(company)
    made = papers(tmp_path / "vào", 9)

    def pull(result: Result) -> None:
        if result.job.name == made[3].name:
            tokens.pull_out()

    first = run(desk, tmp_path / "ra", [(p, TokenSigner("A", serial, Asked(PIN), module=SOFTHSM)) for p in made[:1]])
    assert first.complete
    one = TokenSigner("Ánh Dương", serial, Asked(PIN), module=SOFTHSM)
    report = run(desk, tmp_path / "ra", [(path, one) for path in made], told=pull)
    assert report.results[0].state == "kept"
    assert "TOKEN_REMOVED" in states(report)
    there = [path for path in made if (tmp_path / "ra" / path.name).exists()]
    assert 4 <= len(there) < 9
    assert all(valid(tmp_path / "ra" / path.name) for path in there)
    assert [p.name for p in (tmp_path / "ra").iterdir() if p.name.startswith(".hoso-part-")] == []
    tokens.put_back()
    again = run(
        desk, tmp_path / "ra", [(p, s) for s in [TokenSigner("A", serial, Asked(PIN), module=SOFTHSM)] for p in made]
    )
    assert again.complete
    assert again.count("kept") == len(there)
    assert all(valid(tmp_path / "ra" / path.name) for path in made)


@soft
def test_a_killed_program_leaves_no_damaged_file_and_the_next_run_goes_on(
    desk: Any, tokens: SoftTokens, company: Pair, tmp_path: Path
) -> None:
    serial = tokens.make(company)
    made = papers(tmp_path / "vào", 60)
    (tmp_path / "pin").write_text(PIN)
    out = tmp_path / "ra"
    words = [
        sys.executable, "-m", "desktop", "sign", *made, "--out-dir", out, "--token", serial, "--module", SOFTHSM,
        "--pin-file", tmp_path / "pin", "--home", tmp_path / "h", "--json",
    ]  # fmt: skip
    root = Path(__file__).parents[2]
    killed = subprocess.Popen(
        [str(word) for word in words], cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    assert killed.stderr is not None
    for line in killed.stderr:  # told as they are done; killed in the middle of the next one
        if made[7].name in line.decode():
            break
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    killed.stderr.close()
    there = [path for path in made if (out / path.name).exists()]
    assert 5 <= len(there) < 60
    assert all(valid(out / path.name) for path in there)
    (out / ".hoso-part-999999999-rest").write_bytes(b"%PDF-half")
    before = {path: (out / path.name).stat().st_mtime_ns for path in there}
    again = subprocess.run([str(word) for word in words], cwd=root, capture_output=True, text=True)
    assert again.returncode == 0, again.stderr
    rows = json.loads(again.stdout)["files"]
    assert [row["state"] for row in rows].count("kept") == len(there)
    assert {path: (out / path.name).stat().st_mtime_ns for path in there} == before
    assert all(valid(out / path.name) for path in made)
    assert sorted(one.name for one in out.iterdir()) == sorted([LEDGER, *(path.name for path in made)])


def test_a_locked_token_gets_no_pin_and_its_files_wait(desk: Any, fake: FakeToken, tmp_path: Path) -> None:
    fake.set(flags=f"{READY | 0x40000:x}")
    asked: list[Interruption] = []

    def answer(stop: Interruption) -> Choice:
        asked.append(stop)
        return "again"  # in vain

    signer = TokenSigner("Ánh Dương", "F00D1234", Asked(PIN), module=fake.module)
    report = run(desk, tmp_path / "ra", [(p, signer) for p in papers(tmp_path / "vào", 3)], answer=answer)
    assert states(report) == ["PIN_LOCKED", "waiting", "waiting"]
    assert logins(fake) == 0
    assert asked[0].hopeless
    assert "bị khóa" in message(report.results[0].error or "").sentence


def test_a_token_that_locks_in_the_batch_ends_its_group_and_no_other(
    desk: Any, fake: FakeToken, file_signer: HeldSigner, tmp_path: Path
) -> None:
    fake.set(tries=1)
    signer = TokenSigner("Ánh Dương", "F00D1234", Asked("000000", PIN), module=fake.module)
    made = papers(tmp_path / "vào", 4)
    report = run(
        desk, tmp_path / "ra", [(p, file_signer if n == 3 else signer) for n, p in enumerate(made)],
        answer=lambda stop: "again",
    )  # fmt: skip
    assert states(report) == ["PIN_LOCKED", "waiting", "waiting", "signed"]
    assert logins(fake) == 1


@pytest.fixture
def file_signer(company: Pair, pki: Any) -> HeldSigner:
    from signing.pkcs12 import load

    key = pki.key("anh_duong")
    return HeldSigner("Ánh Dương", load(key.p12("x"), "x")[0])


def test_a_wrong_pin_is_asked_anew_with_its_warning_and_never_sent_again(
    desk: Any, fake: FakeToken, tmp_path: Path
) -> None:
    ask = Asked("000000", PIN)
    signer = TokenSigner("Ánh Dương", "F00D1234", ask, module=fake.module)
    told: list[str] = []

    def answer(stop: Interruption) -> Choice:
        told.append(stop.code)
        fake.set(flags=f"{READY | 0x10000:x}")  # the fake forgets with its process; a token does not
        return "again"

    report = run(desk, tmp_path / "ra", [(p, signer) for p in papers(tmp_path / "vào", 4)], answer=answer)
    assert report.complete
    assert told == ["PIN_INCORRECT"]
    assert ask.seen == [None, "PIN_COUNT_LOW"]
    assert logins(fake) == 2


def test_without_anyone_to_ask_a_wrong_pin_is_sent_once(desk: Any, fake: FakeToken, tmp_path: Path) -> None:
    signer = TokenSigner("Ánh Dương", "F00D1234", Asked("000000"), module=fake.module)
    report = run(desk, tmp_path / "ra", [(p, signer) for p in papers(tmp_path / "vào", 4)])
    assert states(report) == ["PIN_INCORRECT", "waiting", "waiting", "waiting"]
    assert logins(fake) == 1


@pytest.mark.parametrize("answer", ["50", "200"])
def test_cancelling_on_the_pin_pad_has_its_own_sentence_and_can_be_tried_again(
    desk: Any, fake: FakeToken, tmp_path: Path, answer: str
) -> None:
    fake.set(flags=f"{READY | 0x100:x}", login=answer)
    told: list[str] = []

    def decide(stop: Interruption) -> Choice:
        told.append(stop.code)
        assert "PIN" not in message(stop.error).heading or "sai" not in message(stop.error).text.casefold()
        fake.set(login="-")
        return "again"

    signer = TokenSigner("Ánh Dương", "F00D1234", Asked("", ""), module=fake.module)
    report = run(desk, tmp_path / "ra", [(p, signer) for p in papers(tmp_path / "vào", 3)], answer=decide)
    assert report.complete
    assert told == ["PIN_PAD_CANCELLED"]
    assert all("null" in call for call in fake.pins)  # nothing that was typed here went down to it


@pytest.mark.parametrize("choice", ["skip", "stop"])
def test_skip_leaves_one_group_and_stop_leaves_all(
    desk: Any, fake: FakeToken, file_signer: HeldSigner, tmp_path: Path, choice: Choice
) -> None:
    fake.set(signatures=1)
    signer = TokenSigner("Ánh Dương", "F00D1234", Asked(PIN), module=fake.module)
    made = papers(tmp_path / "vào", 4)
    report = run(
        desk, tmp_path / "ra", [(p, file_signer if n == 3 else signer) for n, p in enumerate(made)],
        answer=lambda stop: choice,
    )  # fmt: skip
    assert states(report) == ["signed", "TOKEN_REMOVED", "waiting", "signed" if choice == "skip" else "waiting"]
    assert report.cancelled is (choice == "stop")
    assert (report.next and report.next.owner) == "Ánh Dương"


def test_a_driver_that_dies_in_the_batch_wants_the_pin_anew(desk: Any, fake: FakeToken, tmp_path: Path) -> None:
    ask = Asked(PIN, PIN)
    signer = TokenSigner("Ánh Dương", "F00D1234", ask, module=fake.module)

    def crash(result: Result) -> None:
        fake.set(crash="C_Sign")

    def answer(stop: Interruption) -> Choice:
        assert stop.code == "MODULE_CRASHED"
        fake.set(crash="-")
        return "again"

    made = papers(tmp_path / "vào", 2)
    report = run(desk, tmp_path / "ra", [(p, signer) for p in made], told=crash, answer=answer, ahead=1)
    assert report.complete
    assert ask.seen == [None, None]
    assert all(valid(tmp_path / "ra" / path.name) for path in made)


def test_a_file_that_cannot_be_signed_stops_nothing(desk: Any, file_signer: HeldSigner, tmp_path: Path) -> None:
    made = papers(tmp_path / "vào", 4)
    made[1].write_bytes(b"not a document")
    made[2].unlink()
    report = run(desk, tmp_path / "ra", [(path, file_signer) for path in made])
    assert states(report) == ["signed", "FILE_NOT_SIGNABLE", "FILE_NOT_READ", "signed"]
    for one in report.results[1:3]:
        assert one.error is not None
        assert "{" not in message(one.error).text


def test_cancel_ends_after_the_file_in_work_and_the_rest_waits(
    desk: Any, file_signer: HeldSigner, tmp_path: Path
) -> None:
    made = papers(tmp_path / "vào", 20)
    done: list[str] = []
    counted: list[tuple[int, int]] = []
    report = run(
        desk, tmp_path / "ra", [(path, file_signer) for path in made], told=lambda one: done.append(one.job.name),
        cancelled=lambda: len(done) >= 3, progress=lambda at, total: counted.append((at, total)),
    )  # fmt: skip
    assert report.cancelled
    assert 3 <= report.count("signed") <= 6
    assert report.count("signed") + report.count("waiting") == 20
    assert counted[0] == (1, 20)
    assert run(desk, tmp_path / "ra", [(path, file_signer) for path in made]).complete


def test_nothing_is_signed_over_what_is_not_its_own(desk: Any, file_signer: HeldSigner, tmp_path: Path) -> None:
    made = papers(tmp_path / "vào", 4)
    out = tmp_path / "ra"
    assert run(desk, out, [(path, file_signer) for path in made[:2]]).complete
    signed = (out / made[0].name).read_bytes()
    made[0].write_bytes(paper("sửa lại sau khi ký"))
    (out / made[2].name).write_bytes(b"%PDF-1.7 something else")
    elsewhere = papers(tmp_path / "khác", 4)[3]
    report = run(desk, out, [(path, file_signer) for path in [*made, elsewhere]])
    assert states(report) == ["OUTPUT_TAKEN", "kept", "OUTPUT_TAKEN", "signed", "OUTPUT_NAME_TWICE"]
    assert (out / made[0].name).read_bytes() == signed
    reasons = [one.error.reason for one in report.results if one.code == "OUTPUT_TAKEN"]  # type: ignore[union-attr]
    assert reasons == ["changed", "other"]
    jobs = file_jobs(desk, [FileOrder(made[0], file_signer, request())], out, force=True)
    assert sign_batch(jobs).complete
    assert (out / made[0].name).read_bytes().startswith(made[0].read_bytes())
    itself = run(desk, made[0].parent, [(path, file_signer) for path in made])
    assert set(states(itself)) == {"OUTPUT_IS_SOURCE"}


@pytest.mark.parametrize("harm", ["torn", "lost", "nonsense", "hostile"])
def test_a_harmed_ledger_costs_no_file_and_signs_none_twice(
    desk: Any, file_signer: HeldSigner, tmp_path: Path, harm: str
) -> None:
    made, out = papers(tmp_path / "vào", 3), tmp_path / "ra"
    assert run(desk, out, [(path, file_signer) for path in made]).complete
    ledger = out / LEDGER
    lines = ledger.read_bytes()
    deep = b"[" * 100_000 + b"]" * 100_000 + b"\n"
    ledger.write_bytes(
        {"torn": lines[:-30], "lost": b"", "nonsense": b"\0\xff\n[]\n{}\n", "hostile": deep + b'{"file": 7}\n'}[harm]
    )
    report = run(desk, out, [(path, file_signer) for path in made])
    assert report.count("kept") == 3
    more = papers(tmp_path / "vào", 5)
    assert run(desk, out, [(path, file_signer) for path in more]).complete
    assert run(desk, out, [(path, file_signer) for path in more]).count("kept") == 5


def test_a_folder_that_goes_away_stops_the_batch_and_the_rest_is_signed_later(
    desk: Any, file_signer: HeldSigner, tmp_path: Path
) -> None:
    made, out = papers(tmp_path / "vào", 6), tmp_path / "ổ cắm ngoài"
    aside = tmp_path / "rút ra"

    def unplug(result: Result) -> None:
        if result.state == "signed":
            out.rename(aside)

    report = run(desk, out, [(path, file_signer) for path in made], told=unplug, ahead=1)
    assert states(report) == ["signed", "FILE_UNWRITABLE", *["waiting"] * 4]
    assert "không có tệp hoặc thư mục này" in message(report.results[1].error or "").text
    aside.rename(out)
    again = run(desk, out, [(path, file_signer) for path in made])
    assert [one.state for one in again.results] == ["kept", *["signed"] * 5]


def test_a_list_names_the_token_of_each_file(
    fake: FakeToken, company: Pair, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    from desktop.cli.program import run as hoso

    made = papers(tmp_path / "vào", 3)
    (tmp_path / "pin").write_text(PIN)
    (tmp_path / "danh sách.csv").write_text(
        "Tệp;Token;MST;Tên;Tep_PIN\n"
        f"vào/{made[0].name};F00D1234;0100686209;Ánh Dương;pin\n"
        f"vào/{made[1].name};99999999;0101243150;CÔNG TY CỔ PHẦN SAO MAI;pin\n"
        f"vào/{made[2].name};F00D1234;0101243150;Ánh Dương;pin\n",
        "utf-8-sig",
    )
    words = ["sign", "--list", str(tmp_path / "danh sách.csv"), "--out-dir", str(tmp_path / "ra"), "--json"]
    code = hoso([*words, "--module", str(fake.module), "--home", str(tmp_path / "h")])
    told = capfd.readouterr()
    document = json.loads(told.out)
    assert code == 3
    assert [row.get("code", row["state"]) for row in document["files"]] == [
        "signed", "TOKEN_MISSING", "SIGNING_REFUSED",
    ]  # fmt: skip  # the last is signed for another company than the certificate's
    assert document["next"] == {
        "owner": "CÔNG TY CỔ PHẦN SAO MAI", "token": "99999999", "code": "TOKEN_MISSING", "files": 1,
    }  # fmt: skip
    assert PIN not in told.out + told.err
    assert logins(fake) == 1


@pytest.mark.parametrize(
    "text", ["", "tệp;mst\na;b\n", "tệp,token\n,\n", 'tệp,token\n"a', "tệp,token\na.pdf,\n", "\0\0,,\n"]
)
def test_a_list_that_cannot_be_used_is_said(tmp_path: Path, capfd: pytest.CaptureFixture[str], text: str) -> None:
    from desktop.cli.program import run as hoso

    (tmp_path / "l.csv").write_text(text, "utf-8")
    code = hoso(["sign", "--list", str(tmp_path / "l.csv"), "--out-dir", str(tmp_path / "ra"), "--json"])
    assert code == 1
    assert json.loads(capfd.readouterr().out)["error"]["code"] == "LIST_UNUSABLE"


@soft
def test_files_under_way_at_once_are_each_told_once_and_in_their_order(
    desk: Any, tokens: SoftTokens, company: Pair, tmp_path: Path
) -> None:
    signer = TokenSigner("Ánh Dương", tokens.make(company), Asked(PIN), module=SOFTHSM)
    made = papers(tmp_path / "vào", 40)
    seen: list[str] = []
    report = run(desk, tmp_path / "ra", [(p, signer) for p in made], told=lambda one: seen.append(one.job.name))
    assert report.complete
    assert sorted(seen) == [path.name for path in made]
    assert [one.job.name for one in report.results] == [path.name for path in made]
