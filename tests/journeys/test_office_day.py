"""A day at an accountant's office, told at a real screen and by commands: one window, one portal, one journey each."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from PIL import Image, ImageDraw
from stdnum.vn import mst

from tests.journeys.screen_kit import BUTTONS, FIELDS, ROOT, Window, at_screen, until
from tests.journeys.stage_kit import COMPANY, COMPANY_NAME, KEY_WORDS, OTHER, OTHER_NAME, Stage, stage
from tests.signing.token_kit import PIN, SOFTHSM, Pair, SoftTokens

AGENT, AGENT_NAME = "0901000009", "CÔNG TY ĐẠI LÝ THUẾ VÍ DỤ"
PERSON, PERSON_NAME = "001099999999", "NGUYỄN VĂN THỰC HÀNH (HƯ CẤU)"
VAT_FORM = "thue/01-gtgt"
pytestmark = pytest.mark.timeout(900)  # what is waited for has limits of its own, also on a machine that is busy
LAST_MONTH = {"ct22": 60_000_000, "ct40b": 0}
"""What makes last month's return end with a credit of 22,050,000 that goes on to this month."""
MANY = 30
WORKERS = 12


@dataclass
class Office:
    """The stage with a window on it that stays open from journey to journey."""

    stage: Stage
    window: Window
    tokens: SoftTokens
    folder: Path
    dossiers: dict[str, str] = field(default_factory=dict)
    """What lies begun on the desk: household, labour, token, ask."""

    def hoso(self, *words: str | Path) -> tuple[int, Any]:
        """Run a command of the program on the same workspace; return its exit code and its document."""
        done = subprocess.run(
            [sys.executable, "-m", "desktop", *self.stage.arguments, *map(str, words), "--json"],
            cwd=ROOT, capture_output=True, text=True, timeout=240, check=False, env=self.tokens.environment,
        )  # fmt: skip
        return done.returncode, json.loads(done.stdout)

    def file_by_command(self, dossier: str, tax_code: str, *more: str) -> None:
        """Sign a dossier and send it, by commands."""
        words = self.folder / "mat-khau-khoa.txt"
        words.write_text(KEY_WORDS, encoding="utf-8")
        key = ("--p12", self.stage.key(tax_code), "--passphrase-file", words)
        code, told = self.hoso("dossier", "sign", dossier, *key, "--accept-unconfirmed")
        assert code == 0, told
        assert tax_code in (told["signer"]["tax_code"], told["signer"]["personal_id"])
        code, told = self.hoso("dossier", "submit", dossier, "--accept-unconfirmed", *more)
        assert (code, told.get("state")) == (0, "DONE"), told

    def begin(self, journey: str) -> Window:
        """Go to the first page; pictures go into the journey's own folder from now on."""
        self.window.tell_of(journey)
        self.window.keys("ctrl+1")
        self.window.find("list", "Các trang")
        return self.window


def clients() -> dict[str, str]:
    """Return valid tax codes with the names of made-up companies."""
    codes = [front + mst.calc_check_digit(front) for front in (f"09{number:07}" for number in range(101, 200))]
    return {
        code: f"CÔNG TY TNHH KHÁCH HÀNG SỐ {number}"
        for number, code in enumerate([code for code in codes if len(code) == 10][:MANY], 1)
    }


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("van-phong")
    tokens = SoftTokens(folder / "tokens")
    begun: dict[str, str] = {}

    def more(desk: Any, made: Stage) -> None:
        from desktop import filing
        from forms.period import Period
        from forms.template import load

        made.broken.add(str(filing.dossier_view(desk, made.dossier).code))
        authority = made.portal.authority
        made.key(AGENT).write_bytes(authority.issue(AGENT_NAME, tax_code=AGENT).p12(KEY_WORDS))
        made.key(PERSON).write_bytes(authority.issue(PERSON_NAME, personal_id=PERSON).p12(KEY_WORDS))
        filing.add_client(desk, OTHER, OTHER_NAME, {})
        filing.add_client(desk, PERSON, PERSON_NAME, {"personal_id": PERSON})
        for code, name in clients().items():
            filing.add_client(desk, code, name, {})

        def begin(procedure: str, client: str, name: str, template: Any, **more: Any) -> str:
            opened = filing.new_dossier(desk, procedure, client, **more)
            data = {key: value for key, value in template.example.data.items() if key not in ("tang", "giam")}
            identity = template.identity
            data |= {key: value for key, value in ((identity.tax_code, client), (identity.name, name)) if key}
            part = next(one.id for one in filing.dossier_view(desk, opened.id).components if one.template)
            filing.set_data(desk, opened.id, part, data)
            return str(opened.id)

        vat = load(desk.library.choose(VAT_FORM, Period.parse("2026-10"), desk.today()))
        household = load(desk.library.choose("dkkd/ho-kinh-doanh", None, desk.today()))
        labour = load(desk.library.choose("bhxh/d02-lt", None, desk.today()))
        begun["household"] = begin("1.001612", PERSON, PERSON_NAME, household, case="ca-nhan")
        begun["household-command"] = begin("1.001612", PERSON, PERSON_NAME, household, case="ca-nhan")
        begun["labour"] = begin("1.014160", OTHER, OTHER_NAME, labour, case="tang")
        begun["labour-command"] = begin("1.014160", OTHER, OTHER_NAME, labour, case="tang")
        begun["token"] = begin("1.007014", OTHER, OTHER_NAME, vat, period="2026-10")
        assert vat.example is not None
        data = dict(vat.example.data) | {vat.identity.tax_code: COMPANY, vat.identity.name: COMPANY_NAME}
        (folder / "to-khai.json").write_text(json.dumps(data | {"ct22": 22_050_000}), encoding="utf-8")
        sheet = filing.batch_template(desk, VAT_FORM, "2026-10", clients=list(clients()))
        (folder / "lo.xlsx").write_bytes(filled(sheet, vat))
        workers(folder / "lao-dong.xlsx", labour)
        for which in ("ho-chieu.png", "uy-quyen.jpg"):
            scan(folder / which)

    with (
        stage(folder, filed=True, period="2026-09", figures=LAST_MONTH, more=more) as desk,
        at_screen(
            folder / "screen", "van-phong", desk.arguments, environment={"SOFTHSM2_CONF": str(tokens.config)}
        ) as window,
    ):
        window.see("Kho hồ sơ đã mở.")
        yield Office(desk, window, tokens, folder, begun)
        window.close()


def workers(target: Path, template: Any) -> None:
    """Write a list of workers as a personnel office keeps it: its own order of columns, one that is no form's."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    rows = template.example.data["tang"]
    columns = [one for one in template.definition.tables["tang"].columns if one.name in rows[0]]
    page.append(["STT", *(one.label.vi for one in columns)])
    for number in range(WORKERS):
        row = dict(rows[0])
        row["ho_ten"] = f"NGUYỄN VĂN VÍ DỤ {'ABCDEFGHIJKLMNOP'[number]}"
        page.append([number + 1, *(shown(one, row[one.name]) for one in columns)])
    book.save(target)


def shown(spec: Any, value: Any) -> Any:
    """Return a value as people have it in a spreadsheet: the words of a list, days as they write them."""
    for option in spec.options:
        if option.value == value:
            return option.label.vi
    if spec.kind == "date":
        return "/".join(reversed(str(value).split("-")))
    return ("x" if value else "") if isinstance(value, bool) else value


def scan(target: Path) -> None:
    """Make a picture of a paper."""
    image = Image.new("RGB", (1240, 1754), "white")
    ImageDraw.Draw(image).rectangle((120, 160, 1120, 700), outline="black", width=6)
    image.save(target)


def filled(sheet: bytes, template: Any) -> bytes:
    """Fill the sheet of the batch in as an accountant does: the same figures in each client's row."""
    book = openpyxl.load_workbook(io.BytesIO(sheet))
    page = book.worksheets[0]
    columns = {cell.value: number for number, cell in enumerate(page[1], 1)}
    own = {template.identity.tax_code, template.identity.name}
    for number in range(3, 3 + MANY):
        for name, value in template.example.data.items():
            if name in columns and name not in own and not isinstance(value, bool | list):
                page.cell(number, columns[name], value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def take_key(window: Window, path: Path) -> None:
    """Open a key file where a page asks for one."""
    window.write("Tệp khóa", str(path), role=FIELDS)
    window.write("Mật khẩu của tệp khóa", KEY_WORDS)
    window.press("Mở khóa")


def sign_and_file(window: Window, key: Path) -> None:
    """Sign what is open and send it."""
    window.find(BUTTONS, "Ký, chưa ký, việc tiếp theo")
    window.keys("ctrl+Return")
    window.find(FIELDS, "Mật khẩu của tệp khóa")
    take_key(window, key)
    window.press("Tôi đã đọc và vẫn ký")
    window.press("Ký hồ sơ", exact=True)
    window.press("Xem lại và nộp")
    window.press("Tôi đã đọc và vẫn nộp")
    window.shot("xem-lai")
    window.press("Nộp hồ sơ", exact=True)
    window.see("Biên nhận: Có, chữ ký đúng")


def open_dossier(office: Office, words: str) -> Window:
    """Open a dossier from the list, found by words."""
    window = office.window
    window.keys("ctrl+2")
    window.write("Tìm hồ sơ", words)
    window.find("list item", "")
    until(lambda: window.look(None, "1 hồ sơ", exact=True), f"not one dossier is found by {words}")
    window.focus("list", "Hồ sơ", exact=True)
    window.keys("Home", "Return")
    return window


def test_this_month_s_return_from_last_month_s(office: Office) -> None:
    window = office.begin("next-month")
    open_dossier(office, office.stage.dossier)
    window.find(BUTTONS, "Lập tiếp…")
    window.keys("ctrl+shift+n")
    assert window.text("Kỳ mới") == "10/2026"
    window.see("Đây là kỳ ngay sau")
    window.shot("lap-tiep")
    window.focus(FIELDS, "Kỳ mới")
    window.keys("Return")
    window.see("từ [43] kỳ tháng 9 năm 2026")
    assert window.text("[22] Thuế GTGT còn được khấu trừ kỳ trước chuyển sang") == "22.050.000"
    window.write_all(
        {
            "[23] Giá trị hàng hóa, dịch vụ mua vào": "16673369",
            "[24] Thuế GTGT của hàng hóa, dịch vụ mua vào": "1446670",
            "[25] Thuế GTGT của hàng hóa, dịch vụ mua vào được khấu trừ kỳ này": "1446670",
            "Ngày ký": "20/11/2026",
            "Ngày lập tờ khai": "20/11/2026",
        }
    )
    window.shot("ky-moi")
    sign_and_file(window, office.stage.key())
    window.shot("da-nop")
    code, told = office.hoso("dossier", "clone", office.stage.dossier, "--period", "2026-10")
    assert code == 0
    assert told["forms"][0]["fields"]["ct22"] == "roll"
    assert office.hoso("dossier", "set", told["id"], "to-khai", office.folder / "to-khai.json")[0] == 0
    office.file_by_command(told["id"], COMPANY, "--again")


def _opened(window: Window, part: str) -> Callable[[], bool]:
    return lambda: any(part in node.name and "đang mở" in node.name for node in window.nodes())


def test_a_household_registers_with_scans(office: Office) -> None:
    window = office.begin("household")
    open_dossier(office, office.dossiers["household"])
    window.find(BUTTONS, "Giấy đề nghị")
    window.press("Không bắt buộc")
    for part, file in (("Bản sao giấy tờ pháp lý", "ho-chieu.png"), ("Văn bản ủy quyền", "uy-quyen.jpg")):
        window.press(part)
        until(_opened(window, part), f"the paper {part} is not open")
        window.press("Chọn tệp…")
        window.open_file(office.folder / file)
        window.find(BUTTONS, f"Bỏ {Path(file).stem}")
        window.shot(Path(file).stem)
    window.keys("F9")
    sign_and_file(window, office.stage.key(PERSON))
    window.shot("da-nop")
    code, told = office.hoso("dossier", "show", office.dossiers["household"])
    assert (code, told["state"]) == (0, "SUBMITTED")
    mine = office.dossiers["household-command"]
    code, told = office.hoso("dossier", "attach", mine, "giay-to-phap-ly", office.folder / "ho-chieu.png")
    assert code == 0, told
    office.file_by_command(mine, PERSON, "--again")


def test_a_labour_list_comes_from_a_spreadsheet(office: Office) -> None:
    window = office.begin("labour-list")
    open_dossier(office, office.dossiers["labour"])
    window.press("Nhập Tăng từ bảng tính")
    window.open_file(office.folder / "lao-dong.xlsx")
    window.see(f"Đã nhập {WORKERS} dòng từ lao-dong.xlsx")
    window.see(f"{WORKERS} dòng")
    window.shot("da-nhap")
    sign_and_file(window, office.stage.key(OTHER))
    window.shot("da-nop")
    code, told = office.hoso(
        "dossier", "rows", office.dossiers["labour-command"], "danh-sach", office.folder / "lao-dong.xlsx"
    )
    assert (code, told["rows"], told["unknown"]) == (0, WORKERS, ["STT"]), told
    office.file_by_command(office.dossiers["labour-command"], OTHER, "--again")


def test_thirty_clients_in_one_batch(office: Office) -> None:
    window = office.begin("batch")
    window.keys("ctrl+7")
    window.press("Chọn bảng tính…")
    window.open_file(office.folder / "lo.xlsx")
    window.see(f"{MANY} dòng · {MANY} còn làm tiếp")
    window.shot("da-kiem-tra")
    window.press("Tệp khóa", role="check box", exact=True)
    take_key(window, office.stage.key(AGENT))
    window.press("Dùng khóa này")
    window.see(f"{AGENT_NAME} · {AGENT}: ")
    window.choose("Với tư cách", "Đại lý thuế")
    window.press("Tôi đã đọc và vẫn ký")
    window.see(f"{AGENT}: {MANY} dòng")
    window.shot("san-sang")
    window.press("Ký và nộp")
    window.see(f"{MANY} dòng · {MANY} đã nộp", seconds=240)
    window.shot("da-nop")
    _, told = office.hoso("batch", office.folder / "lo.xlsx")
    assert {row["state"] for row in told["rows"]} <= {"done", "elsewhere"}, told


@pytest.mark.skipif(SOFTHSM is None, reason="no SoftHSM on this machine")
def test_another_company_s_token_and_a_token_that_is_pulled_out(office: Office) -> None:
    serials = {}
    for tax_code, name in ((COMPANY, "CÔNG TY KHÁC"), (OTHER, OTHER_NAME)):
        issued = office.stage.portal.authority.issue(name, tax_code=tax_code)
        pair = Pair(issued.key, issued.certificate.public_bytes(Encoding.DER))
        serials[tax_code] = office.tokens.make(pair, label=f"Token {tax_code}")
    pin = office.folder / "pin.txt"
    pin.write_text(PIN, encoding="utf-8")

    def sign_by_command(tax_code: str) -> tuple[int, Any]:
        by = ("--token", serials[tax_code], "--module", str(SOFTHSM), "--pin-file", pin, "--accept-unconfirmed")
        return office.hoso("dossier", "sign", office.dossiers["token"], *by)

    code, told = sign_by_command(COMPANY)
    assert (code, told["error"]["code"]) == (1, "SIGNING_REFUSED"), told
    window = office.begin("token")
    open_dossier(office, office.dossiers["token"])
    window.find(BUTTONS, "Ký, chưa ký")
    window.keys("ctrl+Return")
    window.press("USB token", exact=True)
    window.press("Chứng thư của CÔNG TY KHÁC", role="radio button")
    window.see("Không ký được bằng chứng thư này với tư cách này.")
    window.shot("token-cong-ty-khac")
    window.press(f"Chứng thư của {OTHER_NAME}", role="radio button")
    window.press("Tôi đã đọc và vẫn ký")
    window.find(BUTTONS, "Ký hồ sơ", exact=True, able=True)
    office.tokens.pull_out()
    window.press("Ký hồ sơ", exact=True)
    window.find(BUTTONS, "Tiếp tục", able=True)
    window.shot("token-da-rut")
    code, told = sign_by_command(OTHER)
    assert (code, told["error"]["code"]) == (1, "TOKEN_MISSING"), told
    assert office.hoso("dossier", "show", office.dossiers["token"])[1]["state"] == "PREPARED"
    office.tokens.put_back()
    window.press("Tiếp tục")
    window.find(FIELDS, "Mã PIN")
    window.type(PIN)
    window.keys("Return")
    window.find(BUTTONS, "Xem lại và nộp", able=True)
    window.shot("da-ky")
    assert office.hoso("dossier", "show", office.dossiers["token"])[1]["state"] == "SIGNED"


def test_a_result_whose_signature_is_broken_is_called_invalid(office: Office) -> None:
    window = office.begin("broken-result")
    open_dossier(office, office.stage.dossier)
    for _ in range(8):
        window.find(BUTTONS, "Hỏi cổng", able=True)
        if window.look(None, "Tải kết quả và kiểm chữ ký") is not None:
            break
        window.press("Hỏi cổng")
    window.press("Tải kết quả và kiểm chữ ký")
    window.see("KHÔNG HỢP LỆ")
    window.shot("ket-qua-hong")
    code, told = office.hoso("result", office.stage.dossier, "--out", office.folder / "ket-qua")
    assert code == 1
    assert "invalid" in json.dumps(told)
