"""What must hold on Windows: a person's way through the command line, judged from here, then `inside.py`."""

from __future__ import annotations

import json
import shutil
import subprocess
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from desktop.sandbox.authority import Authority
from tests.windows.machine import ROOT, Done, Machine

CODE, NAME = "0999999888", "CÔNG TY TNHH VÍ DỤ ÁNH DƯƠNG (HƯ CẤU)"
WORDS = "con đường xưa em đi"
PERIOD = ("--period", "2026-10")
GIVEN = {"ct22": 29826193, "ct23": 16673369, "ct24": 1446670, "ct25": 1446670, "ct26": 354650000}
CALCULATED = {"ct34": 354650000, "ct35": 0, "ct36": -1446670, "ct40a": 0, "ct41": 31272863, "ct43": 31272863}
"""A known return: what is entered, and what must come out."""

Check = tuple[str, bool, str]


class Person:
    """One person's files, and the commands that they type."""

    def __init__(self, machine: Machine, folder: Path) -> None:
        self.machine = machine
        self.folder = folder
        self.authority = Authority.open(folder / "thẩm quyền")
        self.home = folder / "Kho hồ sơ"
        self.data = folder / "dữ liệu tờ khai.json"
        self.pdf = folder / "Tờ khai thuế tháng 10.pdf"
        self.xml = self.pdf.with_suffix(".xml")
        self.signed = folder / "Tờ khai (đã ký).pdf"
        self.words = folder / "mật khẩu.txt"
        self.p12 = folder / "khóa của Ánh Dương.p12"

    def hoso(self, *words: str | Path, code: int = 0) -> Done:
        """Run one command; it must end with this code."""
        done = self.machine.run("-m", "desktop", *words, cwd=self.machine.program)
        assert done.code == code, f"exit {done.code}\n{done.out[-1500:]}\n{done.err[-3000:]}"
        return done

    def document(self, *words: str | Path, code: int = 0) -> Any:
        """Run one command and return its JSON."""
        return json.loads(self.hoso(*words, "--json", code=code).out)

    def kept(self, *words: str | Path, code: int = 0) -> Any:
        """Run one command on the workspace."""
        return self.document("--practice", "--home", self.home, "--unlock-file", self.words, *words, code=code)

    # --- checks ----------------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Make key, certificates and data on this side."""
        self.p12.write_bytes(self.authority.issue(NAME, tax_code=CODE).p12(WORDS))
        self.authority.write(self.folder)
        self.words.write_bytes(f"{WORDS}\r\n".encode())  # as Notepad saves it

    def says_words(self) -> None:
        """Sentences come out as UTF-8 whatever the code page, through a pipe."""
        done = self.hoso("template", "list")
        assert "�" not in done.out
        assert "thue/01-gtgt" in done.out
        assert "giá trị gia tăng" in done.out
        refused = self.hoso("không-có", code=2)
        assert "không có lệnh không-có" in refused.err

    def checks_the_return(self) -> None:
        """The known return comes out exactly, from a file with a path full of diacritics."""
        example = self.document("template", "example", "thue/01-gtgt", *PERIOD)
        kept = {key: value for key, value in example.items() if not key.startswith("ct")}
        self.data.write_text(json.dumps({**kept, **GIVEN}, ensure_ascii=False), encoding="utf-8-sig")
        document = self.document("form", "check", "thue/01-gtgt", self.data, *PERIOD)
        found = {key: document["values"][key] for key in {**GIVEN, **CALCULATED}}
        assert found == {**GIVEN, **CALCULATED}, found
        assert not [problem for problem in document["problems"] if problem["severity"] == "error"]

    def fills_the_return(self) -> None:
        """Paper and XML are made and read back; pdftotext reads the paper."""
        fill = ("form", "fill", "thue/01-gtgt", self.data, *PERIOD, "-o", self.pdf)
        self.hoso(*fill, "--xml", self.xml, "--accept-unconfirmed")
        for path in (self.pdf, self.xml):
            values = self.document("form", "read", path)["values"]
            assert values["ct43"] == CALCULATED["ct43"]
            assert values["tenNNT"] == NAME
        if shutil.which("pdftotext"):
            text = subprocess.run(["pdftotext", self.pdf, "-"], capture_output=True, check=True).stdout.decode()
            assert NAME in " ".join(text.split())
            assert "31.272.863" in text
        self.hoso(*fill, code=1)  # what is there is kept

    def signs(self) -> None:
        """A key file signs paper and XML."""
        key = ("--p12", self.p12, "--passphrase-file", self.words, "--accept-unconfirmed")
        self.hoso("sign", self.pdf, "-o", self.signed, *key, "--client", CODE)
        self.hoso("sign", self.xml, "-o", self.xml.with_name("đã ký.xml"), *key, "--client", CODE)
        refused = self.document("sign", self.pdf, "-o", self.folder / "x.pdf", *key, "--client", "0100109106", code=1)
        assert refused["error"]["code"]
        assert not (self.folder / "x.pdf").exists()
        if shutil.which("pdfsig"):
            told = subprocess.run(["pdfsig", "-nocert", self.signed], capture_output=True, check=False).stdout.decode()
            assert "Signature is Valid" in told, told

    def validates(self) -> None:
        """What was signed is valid with its authority, and not any more after one changed byte."""
        trust = ("--trust", self.folder / "ca.pem", "--crl", self.folder / "ca.crl", "--offline")
        for path in (self.signed, self.xml.with_name("đã ký.xml")):
            told = self.document("validate", path, *trust)["files"][0]
            assert told["verdict"] == "valid", told
            assert told["signatures"][0]["signer"]["tax_code"] == CODE
        changed = self.folder / "bị sửa.pdf"
        data = bytearray(self.signed.read_bytes())
        data[len(self.pdf.read_bytes()) // 2] ^= 1
        changed.write_bytes(data)
        told = self.document("validate", changed, *trust, code=1)["files"][0]
        assert told["verdict"] != "valid", told
        stranger = self.document("validate", self.signed, "--offline", code=1)["files"][0]
        assert stranger["verdict"] == "indeterminate", stranger

    def signs_with_a_token(self) -> None:
        """A driver in a DLL is loaded by its own process, and its token signs; a wrong PIN is told."""
        # The fake driver reads its state by the code page: a folder of plain letters.
        place = self.machine.cache / "token"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        driver = self.folder / "Trình điều khiển.dll"
        compiler = [
            "x86_64-w64-mingw32-gcc",
            "-shared",
            "-O2",
            "-s",
            "-fpack-struct=1",
        ]  # PKCS #11 on Windows is packed
        subprocess.run([*compiler, "-o", driver, ROOT / "tests/signing/fake_pkcs11/fake.c"], check=True)
        issued = self.authority.issue(NAME, tax_code=CODE)
        (place / "cert.der").write_bytes(issued.certificate.public_bytes(Encoding.DER))
        numbers = issued.key.private_numbers()
        facts = {
            "serial": "F00D1234", "pin": "123456", "n": f"{numbers.public_numbers.n:x}", "d": f"{numbers.d:x}",
            "cert": self.machine.path(place / "cert.der"),
        }  # fmt: skip
        state = place / "fake.txt"
        state.write_text("".join(f"{name} {value}\n" for name, value in facts.items()), encoding="ascii")
        self.machine.variables["FAKE_P11"] = self.machine.path(state)
        keys = self.document("key", "list", "--module", driver)["keys"]
        assert [(key["tax_code"], key["token"]["label"]) for key in keys] == [(CODE, "Token Ánh Dương")], keys
        pin, wrong, out = place / "pin.txt", place / "wrong.txt", self.folder / "ký bằng token.pdf"
        pin.write_bytes(b"123456\r\n")
        wrong.write_bytes(b"654321\r\n")
        key = ("--token", "F00D1234", "--module", driver, "--accept-unconfirmed")
        refused = self.document("sign", self.pdf, "-o", out, *key, "--pin-file", wrong, code=1)
        assert "PIN" in refused["error"]["message"], refused
        assert not out.exists()
        self.hoso("sign", self.pdf, "-o", out, *key, "--pin-file", pin)
        trust = ("--trust", self.folder / "ca.pem", "--crl", self.folder / "ca.crl", "--offline")
        above = ("--trust", self.folder / "intermediates.pem")  # this token holds its own certificate alone
        assert self.document("validate", out, *trust, *above)["files"][0]["verdict"] == "valid"

    def keeps_a_workspace(self) -> None:
        """A workspace by passphrase: a client goes in, comes out, and the store is whole and encrypted."""
        self.kept("client", "add", "--tax-code", CODE, "--name", NAME)
        assert NAME in json.dumps(self.kept("client", "list"), ensure_ascii=False)
        assert self.kept("workspace", "check")["findings"] == []
        assert b"SQLite format" not in (self.home / "practice.db").read_bytes()[:32]
        wrong = self.folder / "sai.txt"
        wrong.write_text("con đường khác", encoding="utf-8")
        words = ("--practice", "--home", self.home, "--unlock-file", wrong, "client", "list")
        assert self.document(*words, code=1)["error"]["code"] == "WRONG_PASSPHRASE"

    def backs_up(self) -> None:
        """A backup is made, and opens as a workspace elsewhere."""
        backup = self.folder / "Bản sao lưu.hoso"
        self.kept("workspace", "backup", backup)
        elsewhere = self.folder / "máy mới"
        options = ("--practice", "--home", elsewhere, "--unlock-file", self.words)
        self.document(*options, "workspace", "restore", backup)
        assert NAME in json.dumps(self.document(*options, "client", "list"), ensure_ascii=False)

    def makes_a_dossier(self) -> None:
        """A dossier is begun, filled, signed and exported."""
        dossier = self.kept("dossier", "new", "1.007014", "--client", CODE, *PERIOD)
        component = next(part["component"] for part in dossier["components"] if part["form"] == "thue/01-gtgt")
        self.kept("dossier", "set", dossier["id"], component, self.data)
        key = ("--p12", self.p12, "--passphrase-file", self.words, "--accept-unconfirmed")
        self.kept("dossier", "sign", dossier["id"], *key)
        out = self.folder / "nộp tại cổng"
        self.kept("dossier", "export", dossier["id"], "--out", out)
        made = [path for path in out.rglob("*") if path.is_file()]
        assert any(path.suffix == ".pdf" for path in made), made

    def does_the_main_job(self) -> None:
        """The demo: a practice portal on this machine, three forms filled, signed, filed and followed."""
        report = self.document("demo", "--out", self.folder / "Trình diễn")
        assert all(step["ok"] for step in report["steps"]), [step for step in report["steps"] if not step["ok"]]

    def all(self) -> Iterator[tuple[str, Callable[[], None]]]:
        """Name the checks in their order."""
        for check in (
            self.says_words, self.checks_the_return, self.fills_the_return, self.signs, self.validates,
            self.signs_with_a_token, self.keeps_a_workspace, self.backs_up, self.makes_a_dossier,
            self.does_the_main_job,
        ):  # fmt: skip
            yield (check.__doc__ or "").strip().splitlines()[0], check


def checks(machine: Machine, folder: Path) -> Iterator[Check]:
    """Run all; give each one's title, whether it held, and a note."""
    person = Person(machine, folder)
    person.prepare()
    for title, check in person.all():
        try:
            check()
        except Exception:
            yield title, False, traceback.format_exc()[-4000:]
        else:
            yield title, True, ""
    place = folder / "bên trong"
    place.mkdir()
    done = machine.run("inside.py", "all", place, cwd=machine.program)
    for line in done.out.splitlines():
        told = json.loads(line)
        yield told["title"], told["ok"], told["note"] or ""
    if done.code != 0:
        yield "the tries inside", False, f"exit {done.code}\n{done.err[-2000:]}"
