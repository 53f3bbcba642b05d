"""Bad input through the command line: a clear Vietnamese sentence, exit 1, and nothing half-written."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import unicodedata
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from forms.bundled import RESOURCES

ROOT = Path(__file__).resolve().parents[3]
PASSPHRASE = "mật khẩu khóa"
TAX_CODE = "0999999888"


def listing(folder: Path) -> dict[str, int]:
    """Return every file below a folder with its size."""
    return {str(path.relative_to(folder)): path.stat().st_size for path in folder.rglob("*") if path.is_file()}


def in_words(text: str) -> None:
    """Require a sentence that a person in Việt Nam can read."""
    assert unicodedata.is_normalized("NFC", text)
    assert re.search("[ăâđêôơưàáảãạèéẻẽẹìíỉĩịòóỏõọùúủũụỳýỷỹỵấầẩẫậếềểễệốồổỗộớờởỡợứừửữự]", text), text
    assert "Traceback" not in text
    assert "…" not in text  # a fact that is missing
    assert not re.search(r"\b[A-Z]+_[A-Z_]+\b", text), text  # a code is no word
    assert not re.search(r"\d{4}-\d\d-\d\dT", text), text


def told(answer: Any, *needles: str) -> dict[str, Any]:
    """Require an expected failure whose sentence names these and whose remedy is there; return the error."""
    assert answer.code == 1, (answer.out, answer.err)
    error: dict[str, Any] = answer.error
    in_words(error["message"])
    in_words(error["remedy"])
    for needle in needles:
        assert needle in error["message"], error
    return error


# --- data ------------------------------------------------------------------------------------------------------------

NOT_DATA = {
    "cut": (b'{"ct22": ', "dòng 1, cột 10"),
    "words": ("xin chào".encode(), "dòng 1"),
    "empty": (b"", "dòng 1"),
    "twice": (b'{"ct22": 1, "ct22": 2}', "hai lần"),
    "latin": (b'{"tenNNT": "C\xd4NG TY"}', "UTF-8"),
    "nan": (b'{"ct22": NaN}', "số"),
    "endless": (b'{"ct22": 1e999999999}', "số"),
    "digits": (b'{"ct22": ' + b"9" * 100_000 + b"}", "số"),
    "deep": (b"[" * 100_000, "tầng"),
    "list": (b"[1, 2]", "nhóm trường"),
    "text": (b'"ct22"', "nhóm trường"),
    "null": (b"null", "nhóm trường"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3", "UTF-8"),
}


@pytest.mark.parametrize("name", NOT_DATA)
@pytest.mark.parametrize("verb", ["check", "fill"])
def test_what_is_no_data(hoso: Any, tmp_path: Path, name: str, verb: str) -> None:
    data = tmp_path / "dữ liệu.json"
    data.write_bytes(NOT_DATA[name][0])
    out = ["-o", tmp_path / "ra.pdf", "--xml", tmp_path / "ra.xml"] if verb == "fill" else []
    answer = hoso("form", verb, "thue/01-gtgt", data, "--period", "2026-05", *out, "--json", "--accept-unconfirmed")
    told(answer, "dữ liệu.json", NOT_DATA[name][1])
    assert os.listdir(tmp_path) == ["dữ liệu.json"]


WRONG = {
    "words for money": ({"ct22": "một triệu"}, "ct22", "số tiền"),
    "a list for money": ({"ct22": [1]}, "ct22", "một danh sách"),
    "truth for money": ({"ct22": True}, "ct22", "số tiền"),
    "a fraction of a đồng": ({"ct22": 0.5}, "ct22", "số nguyên"),
    "a number for text": ({"mst": 5}, "mst", "phải là chữ"),
    "an object for text": ({"tenNNT": {"a": 1}}, "tenNNT", "phải là chữ"),
    "no day": ({"ngayKy": "2026-02-30"}, "ngayKy", "ngày"),
    "no choice": ({"loaiTKhai": "ZZ"}, "loaiTKhai", ""),
    "an unknown field": ({"khong_co": 1}, "khong_co", "khong_co"),
    "too much": ({"ct22": 10**16}, "ct22", "999.999.999.999.999"),
    "far too much": ({"ct22": 10**40}, "ct22", "999.999.999.999.999"),
    "far too little": ({"ct37": -(10**40)}, "ct37", ""),
    "too long": ({"tenNNT": "Ư" * 100_000}, "tenNNT", ""),
}


@pytest.mark.parametrize("name", WRONG)
def test_data_that_does_not_fit(hoso: Any, example: Path, tmp_path: Path, name: str) -> None:
    change, path, words = WRONG[name]
    data = json.loads(example.read_text(encoding="utf-8")) | change
    example.write_text(json.dumps(data), encoding="utf-8")
    before = listing(tmp_path)
    out = tmp_path / "ra.pdf"
    for verb in (["check"], ["fill", "-o", out]):
        answer = hoso("form", verb[0], "thue/01-gtgt", example, *verb[1:], "--period", "2026-10", "--json")
        assert answer.code == 1
        found = [one for one in answer.document["problems"] if one["severity"] == "error" and one["path"] == path]
        assert found, answer.document["problems"]
        in_words(found[0]["message"])
        assert words in found[0]["message"]
    in_words(answer.error["message"])
    assert listing(tmp_path) == before


# --- keys ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with key files of one company, good and bad, and a printed form."""
    from desktop.sandbox.authority import Authority

    folder = tmp_path_factory.mktemp("keys")
    authority = Authority.open(folder / "ca")
    now = datetime.now(UTC)
    spans: dict[str, dict[str, Any]] = {
        "good": {},
        "expired": {"valid_from": now - timedelta(days=800), "valid_to": now - timedelta(days=30)},
        "early": {"valid_from": now + timedelta(days=3)},
    }
    for name, span in spans.items():
        issued = authority.issue("CÔNG TY TNHH VÍ DỤ", tax_code=TAX_CODE, **span)
        (folder / f"{name}.p12").write_bytes(issued.p12(PASSPHRASE))
    good = (folder / "good.p12").read_bytes()
    (folder / "cut.p12").write_bytes(good[: len(good) // 2])
    (folder / "flipped.p12").write_bytes(good[:900] + bytes([good[900] ^ 1]) + good[901:])
    (folder / "other.p12").write_bytes(b"no key at all " * 50)
    (folder / "empty.p12").write_bytes(b"")
    (folder / "right").write_text(PASSPHRASE + "\n", encoding="utf-8")
    (folder / "wrong").write_text("mật khẩu khác\n", encoding="utf-8")
    return folder


@pytest.fixture
def printed(hoso: Any, example: Path, tmp_path: Path) -> Path:
    """Return a printed VAT return."""
    path = tmp_path / "tờ khai.pdf"
    assert hoso("form", "fill", "thue/01-gtgt", example, "-o", path, "--period", "2026-10").code == 0
    return path


@pytest.mark.parametrize(
    ("key", "passphrase", "needles"),
    [
        ("good", "wrong", ("good.p12", "mật khẩu")),
        ("cut", "right", ("cut.p12", "cắt cụt")),
        ("flipped", "right", ("flipped.p12", "hỏng")),
        ("other", "right", ("other.p12", "PKCS#12")),
        ("empty", "right", ("empty.p12", "PKCS#12")),
        ("missing", "right", ("missing.p12", "không có tệp")),
        ("expired", "right", ("CÔNG TY TNHH VÍ DỤ", "hết hạn")),
        ("early", "right", ("CÔNG TY TNHH VÍ DỤ", "hiệu lực")),
        ("good", "missing", ("missing", "không có tệp")),
    ],
)
def test_keys_that_do_not_sign(
    hoso: Any, keys: Path, printed: Path, tmp_path: Path, key: str, passphrase: str, needles: tuple[str, ...]
) -> None:
    before = listing(tmp_path)
    signed, named = tmp_path / "đã ký.pdf", ["--p12", keys / f"{key}.p12", "--passphrase-file", keys / passphrase]
    error = told(hoso("sign", printed, "-o", signed, *named, "--json"), *needles)
    if key == "flipped":
        # The format cannot tell the two apart, and we do not pretend that it can.
        assert "PKCS#12" in error["message"]
    assert listing(tmp_path) == before


def test_a_certificate_of_another_company(hoso: Any, keys: Path, printed: Path, tmp_path: Path) -> None:
    before = listing(tmp_path)
    named = ["--p12", keys / "good.p12", "--passphrase-file", keys / "right", "--client", "0100686209"]
    answer = hoso("sign", printed, "-o", tmp_path / "đã ký.pdf", *named, "--json")
    error = told(answer, TAX_CODE, "0100686209", "CÔNG TY TNHH VÍ DỤ")
    assert "đại lý thuế" in error["remedy"]
    assert listing(tmp_path) == before


def test_the_right_key_still_signs(hoso: Any, keys: Path, printed: Path, tmp_path: Path) -> None:
    named = ["--p12", keys / "good.p12", "--passphrase-file", keys / "right", "--client", TAX_CODE]
    assert hoso("sign", printed, "-o", tmp_path / "đã ký.pdf", *named, "--json").code == 0


# --- a template that was tampered with -------------------------------------------------------------------------------

WITH_RESOURCES = """
import sys
from pathlib import Path
import forms.bundled
forms.bundled.RESOURCES = Path(sys.argv.pop(1))
from desktop.__main__ import main
sys.exit(main())
"""


@pytest.mark.parametrize("name", ["definition.json", "layout.typ", "template.json"])
def test_a_template_with_one_byte_changed(example: Path, tmp_path: Path, name: str) -> None:
    resources = tmp_path / "resources"
    shutil.copytree(RESOURCES, resources)
    versions = [path for path in (resources / "templates" / "thue" / "01-gtgt").iterdir() if path.is_dir()]
    out = tmp_path / "ra.pdf"
    words = ["form", "fill", "thue/01-gtgt", str(example), "-o", str(out), "--period", "2026-10", "--json"]
    command = [sys.executable, "-c", WITH_RESOURCES, str(resources), *words]

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    assert run().returncode == 0  # the copy itself is good
    out.unlink()
    for version in versions:
        file = version / name
        data = bytearray(file.read_bytes())
        place = data.rindex(b" ")
        data[place : place + 1] = b"\t"  # it still parses, and means the same
        file.write_bytes(data)
    before = listing(tmp_path)
    ended = run()
    assert ended.returncode == 1, ended.stderr
    error = json.loads(ended.stdout)["error"]
    in_words(error["message"])
    in_words(error["remedy"])
    assert error["code"] == "TEMPLATE_TAMPERED"
    assert "thue/01-gtgt" in error["message"]
    assert listing(tmp_path) == before


# --- disks -----------------------------------------------------------------------------------------------------------

CAN_MOUNT = (
    shutil.which("unshare") is not None
    and subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False).returncode == 0
)
mounting = pytest.mark.skipif(not CAN_MOUNT, reason="this system lets nobody mount a small disk")


def mounted(
    folder: Path, options: str, script: str, tmp_path: Path
) -> tuple[int, dict[str, Any], list[str], list[str]]:
    """Run a shell script with a small disk at a folder, which it sees as $D and hoso as $H; the mount ends with it.

    Return the exit code, the error that it printed, and the files on the disk before and after its last command.
    """
    folder.mkdir(exist_ok=True)
    before, after = tmp_path / ".before", tmp_path / ".after"
    whole = f"""
        mount -t tmpfs -o {options} tmpfs "$D" || exit 99
        exit_with() {{ return $1; }}
        look() {{ (cd "$D" && find . -type f -exec sha256sum {{}} + | sort); }}
        {script}
        code=$?
        look > {after!s}
        exit $code
    """.replace("LOOK", f"look > {before!s}")
    environment = {**os.environ, "D": str(folder), "H": f"{sys.executable} -m desktop", "T": str(tmp_path)}
    ended = subprocess.run(
        ["unshare", "-rm", "sh", "-c", whole], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert ended.returncode != 99, ended.stderr
    try:
        error = json.loads(ended.stdout)["error"]
    except ValueError:
        pytest.fail(f"{ended.returncode}: {ended.stdout} {ended.stderr}")
    in_words(error["message"])
    in_words(error["remedy"])
    return ended.returncode, error, before.read_text().splitlines(), after.read_text().splitlines()


FILL = '$H form fill thue/01-gtgt "$T/vi-du.json" --period 2026-10 --json'


@mounting
def test_an_output_on_a_full_disk(example: Path, tmp_path: Path) -> None:
    code, error, before, after = mounted(tmp_path / "đĩa", "size=16k", f'LOOK; {FILL} -o "$D/ra.pdf"', tmp_path)
    assert code == 1
    assert "ra.pdf" in error["message"]
    assert "đầy" in error["message"]
    assert before == after == []


@mounting
def test_two_outputs_of_which_the_second_does_not_fit(example: Path, tmp_path: Path) -> None:
    # The PDF has room elsewhere; its XML has none: neither is left.
    full = 'dd if=/dev/zero of="$D/đầy" bs=1k > /dev/null 2>&1; LOOK'
    script = f'{full}; {FILL} -o "$T/ra.pdf" --xml "$D/ra.xml" --accept-unconfirmed'
    code, error, before, after = mounted(tmp_path / "đĩa", "size=16k", script, tmp_path)
    assert code == 1
    assert "ra.xml" in error["message"]
    assert before == after
    assert not (tmp_path / "ra.pdf").exists()


@mounting
def test_a_read_only_folder(example: Path, tmp_path: Path) -> None:
    script = f'LOOK; mount -o remount,ro "$D"; {FILL} -o "$D/ra.pdf"'
    code, error, before, after = mounted(tmp_path / "đĩa", "size=4m", script, tmp_path)
    assert code == 1
    assert "ra.pdf" in error["message"]
    assert "chỉ cho đọc" in error["message"]
    assert before == after == []


@mounting
@pytest.mark.parametrize("options", ["size=16k", "size=200k", "size=4m,ro"])
def test_a_workspace_that_cannot_be_made(tmp_path: Path, options: str) -> None:
    (tmp_path / "mo").write_text("con đường xưa em đi\n", encoding="utf-8")
    add = '$H client add --tax-code 0999999888 --name "VÍ DỤ" --home "$D/kho" --unlock-file "$T/mo" --json'
    code, error, before, after = mounted(tmp_path / "đĩa", options, f"LOOK; {add}", tmp_path)
    assert code == 1
    assert "kho" in error["message"]
    assert before == after == []


@mounting
def test_a_workspace_whose_disk_is_full(tmp_path: Path) -> None:
    # What was there stays, and with room again the same command does its work: nothing was half-written.
    (tmp_path / "mo").write_text("con đường xưa em đi\n", encoding="utf-8")
    options = '--home "$D/kho" --unlock-file "$T/mo" --json'
    add = f"$H client add {options} --tax-code"
    script = f"""
        {add} 0999999888 --name "VÍ DỤ" > /dev/null 2>&1 || exit 98
        dd if=/dev/zero of="$D/đầy" bs=4k > /dev/null 2>&1
        LOOK
        {add} 0100686209 --name "VÍ DỤ HAI" > "$T/answer"
        code=$?
        rm "$D/đầy"
        {add} 0100686209 --name "VÍ DỤ HAI" > /dev/null 2>&1 || exit 97
        dd if=/dev/zero of="$D/đầy" bs=4k > /dev/null 2>&1
        cat "$T/answer"
        exit_with $code
    """
    code, error, _, _ = mounted(tmp_path / "đĩa", "size=2m", script, tmp_path)
    assert code == 1, error
    assert "workspace.db" in error["message"]
    assert "Không còn chỗ" in error["message"]


@pytest.mark.parametrize("kind", ["a file", "nowhere"])
def test_a_folder_that_is_none(hoso: Any, keys: Path, printed: Path, tmp_path: Path, kind: str) -> None:
    (tmp_path / "tệp").write_text("x")
    folder = tmp_path / ("tệp" if kind == "a file" else "không có")
    before = listing(tmp_path)
    data = tmp_path / "vi-du.json"
    fill = hoso("form", "fill", "thue/01-gtgt", data, "--period", "2026-10", "-o", folder / "ra.pdf", "--json")
    told(fill, "ra.pdf")
    named = ["--p12", keys / "good.p12", "--passphrase-file", keys / "right"]
    told(hoso("sign", printed, "-o", folder / "ra.pdf", *named, "--json"), "ra.pdf")
    if kind == "a file":
        (tmp_path / "mo").write_text("con đường xưa em đi\n", encoding="utf-8")
        before = listing(tmp_path)
        words = ["client", "add", "--tax-code", TAX_CODE, "--name", "VÍ DỤ"]
        told(hoso(*words, "--home", folder / "kho", "--unlock-file", tmp_path / "mo", "--json"), "kho")
    assert listing(tmp_path) == before


# --- workspaces ------------------------------------------------------------------------------------------------------


def test_a_wrong_workspace_passphrase(hoso: Any, tmp_path: Path) -> None:
    (tmp_path / "mo").write_text("con đường xưa em đi\n", encoding="utf-8")
    (tmp_path / "sai").write_text("con đường khác\n", encoding="utf-8")
    home = tmp_path / "kho"
    add = ["client", "add", "--tax-code", TAX_CODE, "--name", "VÍ DỤ", "--home", home, "--json"]
    assert hoso(*add, "--unlock-file", tmp_path / "mo").code == 0
    before = listing(tmp_path)
    told(hoso("client", "list", "--home", home, "--json", "--unlock-file", tmp_path / "sai"), "ật khẩu")
    assert listing(tmp_path) == before
