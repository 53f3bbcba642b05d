"""`hoso batch` and `hoso client import` against a running practice portal, their outputs opened again."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from desktop.sandbox.server import Sandbox

CLIENTS = {
    "0999999888": "CÔNG TY TNHH VÍ DỤ ÁNH DƯƠNG (HƯ CẤU)",
    "0100686209": "CÔNG TY CỔ PHẦN SAO MAI (HƯ CẤU)",
    "0100109106": "CÔNG TY TNHH HỒNG HÀ (HƯ CẤU)",
}
A, B, C = CLIENTS
WORDS = "con đường xưa em đi"


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(tmp_path_factory.mktemp("cổng"), pace=0.0) as running:
        yield running


@pytest.fixture(scope="module")
def issued(portal: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a key file of each client."""
    keys = tmp_path_factory.mktemp("khóa")
    for code, name in CLIENTS.items():
        (keys / f"{code}.p12").write_bytes(portal.authority.issue(name, tax_code=code).p12("mật khẩu"))
    return keys


@pytest.fixture
def desk(hoso: Any, portal: Sandbox, issued: Path, tmp_path: Path) -> Callable[..., Any]:
    """Return `hoso` on a practice workspace with three clients, each with a key file in one folder."""
    (tmp_path / "mở kho").write_text(WORDS + "\n", encoding="utf-8")
    (tmp_path / "pw").write_text("mật khẩu", encoding="utf-8")
    shutil.copytree(issued, tmp_path / "khóa")

    def call(*words: str | Path) -> Any:
        options = ["--home", tmp_path / "nhà", "--practice", "--unlock-file", tmp_path / "mở kho", "--json"]
        return hoso(*options, *words)

    assert call("portal", "add", portal.url, "--fingerprint", portal.fingerprint).code == 0
    listed = tmp_path / "khách.csv"
    rows = [f'{code};"{name}";0912345678;ke-toan@vi-du.example' for code, name in CLIENTS.items()]
    listed.write_text("\ufeffMã số thuế;Tên khách hàng;Điện thoại;Email\n" + "\n".join(rows), encoding="utf-8")
    assert call("client", "import", listed).document["added"] == list(CLIENTS)
    assert call("login", "--person", "Trần Thị Kế Toán").code == 0
    return call


@pytest.fixture
def plan(desk: Any, example: Path, tmp_path: Path) -> Path:
    """Return the sheet of the VAT return, filled in for all three clients."""
    path = tmp_path / "tờ khai.xlsx"
    assert desk("batch", "template", "thue/01-gtgt", "--period", "2026-10", "-o", path).code == 0
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    data = json.loads(example.read_text(encoding="utf-8"))
    columns: dict[Any, Any] = {cell.value: cell.column for cell in sheet[1]}
    for row in range(3, 6):
        for name, value in data.items():
            if name in columns and name not in ("mst", "tenNNT"):
                given: Any = {"loaiTKhai": "Lần đầu", "maTinhNNT": "Thành phố Hà Nội"}.get(name, value)
                sheet.cell(row, columns[name], given if not isinstance(given, bool) else "Có")
    book.save(path)
    return path


def cell(path: Path, row: int, name: str, value: Any) -> None:
    """Write one cell of the plan, by the path in its hidden row."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    column = next(c.column for c in sheet[1] if c.value == name)
    sheet.cell(row, column, value)
    book.save(path)


def keys(tmp_path: Path) -> list[str | Path]:
    return ["--keys", tmp_path / "khóa", "--passphrase-file", tmp_path / "pw", "--accept-unconfirmed"]


def states(answer: Any) -> dict[str, str]:
    return {row["client"]: row["state"] for row in answer.document["rows"]}


def test_the_sheet_is_made_for_people_and_programs(desk: Any, tmp_path: Path) -> None:
    path = tmp_path / "mẫu.xlsx"
    desk("batch", "template", "thue/01-gtgt", "--period", "2026-10", "-o", path)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    assert sheet.row_dimensions[1].hidden
    assert sheet["A1"].value == "#client"
    heads = {cell.value: cell for cell in sheet[2]}
    assert any(str(head).startswith("[22]") for head in heads)
    assert all(cell.comment and len(cell.comment.text) > 10 for cell in sheet[2])
    assert sheet.protection.sheet
    assert sheet["A2"].protection.locked
    assert not sheet["A3"].protection.locked
    rows = [[sheet.cell(row, column).value for column in (1, 2)] for row in (3, 4, 5)]
    assert sorted(map(tuple, rows)) == sorted(CLIENTS.items())
    columns: dict[Any, str] = {cell.value: get_column_letter(number) for number, cell in enumerate(sheet[1], 1)}
    assert sheet["A3"].number_format == sheet[f"{columns['mst']}3"].number_format == "@", "leading zeros stay"
    assert sheet[f"{columns['dthoaiNNT']}3"].value == "0912345678", "agreed facts are filled in"
    assert sheet.column_dimensions[columns["ct22"]].number_format == "#,##0"
    lists = {str(rule.sqref).partition(":")[0]: rule for rule in sheet.data_validations.dataValidation}
    assert lists[f"{columns['loaiTKhai']}3"].type == "list"
    assert "_danh_muc" in lists[f"{columns['maTinhNNT']}3"].formula1
    assert not any(name.startswith("ct4") and name == "ct43" for name in columns), "calculated fields are not typed"


def test_a_batch_is_checked_signed_filed_and_never_filed_twice(desk: Any, plan: Path, tmp_path: Path) -> None:
    checked = desk("batch", plan)
    assert (checked.code, set(states(checked).values())) == (0, {"ready"})
    asked = desk("batch", plan, "--keys", tmp_path / "khóa", "--passphrase-file", tmp_path / "pw")
    assert (asked.code, asked.error["code"]) == (1, "UNCONFIRMED_NOT_ACCEPTED")
    done = desk("batch", plan, *keys(tmp_path))
    assert (done.code, states(done)) == (0, dict.fromkeys(CLIENTS, "done"))
    assert len({row["code"] for row in done.document["rows"]}) == 3
    assert "100 %" in done.err
    for row in done.document["rows"]:
        shown = desk("dossier", "show", row["dossier"]).document
        assert (shown["client_code"], shown["state"]) == (row["client"], "SUBMITTED")
    items = desk("outbox", "list").document["items"]
    assert [item["state"] for item in items] == ["DONE"] * 3
    again = desk("batch", plan, *keys(tmp_path))
    assert again.code == 0
    assert all(row["kept"] and row["state"] == "done" for row in again.document["rows"])
    assert len(desk("outbox", "list").document["items"]) == 3
    assert len(desk("dossier", "list").document["dossiers"]) == 3


def test_each_client_s_own_key_signs(desk: Any, plan: Path, tmp_path: Path) -> None:
    done = desk("batch", plan, "--to", "sign", *keys(tmp_path))
    assert done.code == 0
    for row in done.document["rows"]:
        out = tmp_path / row["client"]
        desk("dossier", "export", row["dossier"], "--out", out)
        container = next(path for path in out.iterdir() if path.suffix == ".zip")
        with ZipFile(container) as packed:
            packed.extractall(out)
        pdf = next(path for path in out.rglob("*.pdf") if "01_GTGT" in path.name)
        told = subprocess.run(["pdfsig", pdf], capture_output=True, text=True).stdout
        assert CLIENTS[row["client"]] in told, told
        assert "Signature is Valid" in told


def test_a_missing_key_waits_and_the_next_run_goes_on(desk: Any, plan: Path, tmp_path: Path) -> None:
    one = ["--p12", tmp_path / "khóa" / f"{A}.p12", "--passphrase-file", tmp_path / "pw", "--accept-unconfirmed"]
    first = desk("batch", plan, *one)
    assert first.code == 3
    assert states(first) == {A: "done", B: "waiting", C: "waiting"}
    waiting = [row for row in first.document["rows"] if row["state"] == "waiting"]
    assert {row["reason"] for row in waiting} == {"BATCH_NO_KEY"}
    assert all(row["name"] in row["message"] for row in waiting)
    second = desk("batch", plan, *keys(tmp_path))
    assert (second.code, states(second)) == (0, dict.fromkeys(CLIENTS, "done"))
    assert {row["client"]: row["kept"] for row in second.document["rows"]}[A]
    assert len(desk("dossier", "list").document["dossiers"]) == 3, "what waited is gone on with, not made anew"


def test_the_key_of_another_company_signs_nothing(desk: Any, plan: Path, tmp_path: Path) -> None:
    cell(plan, 3, "#client", None)
    cell(plan, 4, "#client", None)
    for row in (3, 4):
        book = openpyxl.load_workbook(plan)
        for one in book.worksheets[0][row]:
            one.value = None
        book.save(plan)
    left = openpyxl.load_workbook(plan).worksheets[0]["A5"].value
    other = next(code for code in CLIENTS if code != left)
    wrong = ["--p12", tmp_path / "khóa" / f"{other}.p12", "--passphrase-file", tmp_path / "pw", "--accept-unconfirmed"]
    answer = desk("batch", plan, *wrong)
    assert (answer.code, states(answer)) == (1, {left: "waiting"})
    assert desk("outbox", "list").document["items"] == []


def test_errors_stand_beside_their_cells_and_the_rest_is_filed(desk: Any, plan: Path, tmp_path: Path) -> None:
    clients = [openpyxl.load_workbook(plan).worksheets[0].cell(row, 1).value for row in (3, 4, 5)]
    cell(plan, 4, "ct42", 9_999_999_999)
    cell(plan, 4, "nguoiKy", '=HYPERLINK("http://x")')
    book = openpyxl.load_workbook(plan)
    sheet = book.worksheets[0]
    column = next(c.column for c in sheet[1] if c.value == "nguoiKy")
    sheet.cell(4, column).value = "=1+1 Nguyễn"
    sheet.cell(4, column).data_type = "s"
    book.save(plan)
    done = desk("batch", plan, *keys(tmp_path))
    assert done.code == 3
    assert states(done) == {clients[0]: "done", clients[1]: "errors", clients[2]: "done"}
    bad = done.document["rows"][1]
    assert any(problem["path"] == "ct42" and problem["severity"] == "error" for problem in bad["problems"])
    copy = Path(done.document["errors_file"])
    assert copy.parent == plan.parent
    marked = openpyxl.load_workbook(copy).worksheets[0]
    columns: dict[Any, Any] = {c.value: c.column for c in marked[1]}
    wrong = marked.cell(4, columns["ct42"])
    assert wrong.comment is not None
    assert "[42]" in wrong.comment.text
    assert wrong.fill.fgColor.rgb != marked.cell(3, columns["ct42"]).fill.fgColor.rgb
    told = marked.cell(4, columns["#problems"]).value
    assert isinstance(told, str)
    assert told.startswith(f"Lỗi {wrong.coordinate}:")
    assert marked.cell(3, columns["#problems"]).value is None
    formula = marked.cell(4, columns["nguoiKy"])
    assert (formula.value, formula.data_type, formula.quotePrefix) == ("=1+1 Nguyễn", "s", True)
    cell(copy, 4, "ct42", 0)
    mended = desk("batch", copy, *keys(tmp_path))
    assert (mended.code, states(mended)) == (0, dict.fromkeys(clients, "done"))
    assert len(desk("dossier", "list").document["dossiers"]) == 3


def test_what_was_filed_otherwise_is_not_filed_again(desk: Any, plan: Path, example: Path, tmp_path: Path) -> None:
    made = desk("dossier", "new", "1.007014", "--client", A, "--period", "2026-10").document["id"]
    data = json.loads(example.read_text(encoding="utf-8")) | {"mst": A, "tenNNT": CLIENTS[A]}
    example.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    desk("dossier", "set", made, "to-khai", example)
    key = ["--p12", tmp_path / "khóa" / f"{A}.p12", "--passphrase-file", tmp_path / "pw"]
    desk("dossier", "sign", made, *key, "--accept-unconfirmed")
    assert desk("dossier", "submit", made, "--accept-unconfirmed").code == 0
    done = desk("batch", plan, *keys(tmp_path))
    assert done.code == 3
    assert states(done) == {A: "elsewhere", B: "done", C: "done"}
    assert len(desk("outbox", "list").document["items"]) == 3


def test_printing_to_a_folder(desk: Any, plan: Path, tmp_path: Path) -> None:
    done = desk("batch", plan, "--out", tmp_path / "in")
    assert done.code == 0
    assert len(done.document["files"]) == 3
    for file in done.document["files"]:
        text = subprocess.run(["pdftotext", file["file"], "-"], capture_output=True, text=True, check=True).stdout
        row = next(row for row in done.document["rows"] if row["row"] == file["row"])
        assert CLIENTS[row["client"]].split("(")[0].strip() in " ".join(text.split())
        subprocess.run(["qpdf", "--check", file["file"]], check=True, capture_output=True)


def test_results_are_told_even_where_the_copy_cannot_be_written(desk: Any, plan: Path, tmp_path: Path) -> None:
    cell(plan, 4, "ct42", 9_999_999_999)
    nowhere = tmp_path / "không có" / "lỗi.xlsx"
    done = desk("batch", plan, "--errors", nowhere)
    assert (done.code, sorted(states(done).values()), done.document["errors_file"]) == (
        3,
        ["errors", "ready", "ready"],
        None,
    )
    assert "lỗi.xlsx" in done.err
    blocked = tmp_path / "tệp"
    blocked.write_text("x", encoding="utf-8")
    assert desk("batch", plan, "--out", blocked).error["code"] == "FILE_UNWRITABLE"


def test_a_hostile_spreadsheet_is_answered_in_a_sentence(desk: Any, tmp_path: Path) -> None:
    path = tmp_path / "cũ.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2_000))
    answer = desk("batch", path, "--template", "thue/01-gtgt", "--period", "2026-10")
    assert (answer.code, answer.error["code"]) == (1, "SHEET_OLD_OR_LOCKED")
    assert "mật khẩu" in answer.error["message"]
    unknown = tmp_path / "a.csv"
    unknown.write_text("mst;ct22\n0999999888;1\n", encoding="utf-8")
    assert desk("batch", unknown).error["code"] == "BATCH_TEMPLATE_NEEDED"


def test_wrong_use(desk: Any, plan: Path, tmp_path: Path) -> None:
    assert desk("batch", plan, "--to", "sign").code == 2
    assert desk("batch", plan, "--to", "xong").code == 2
    assert desk("batch", "template", "thue/01-gtgt", "-o", tmp_path / "x.xlsx").code == 2, "the period is needed"
    assert desk("batch", tmp_path / "không có.xlsx").error["code"] == "FILE_NOT_READ"


# --- clients ---------------------------------------------------------------------------------------------------------


def test_clients_are_imported_whole_or_not_at_all(desk: Any, tmp_path: Path) -> None:
    listed = tmp_path / "thêm.csv"
    listed.write_text("Mã số thuế,Tên\n0101243150,CÔNG TY MỚI\n123,CÔNG TY SAI\n", encoding="utf-8")
    answer = desk("client", "import", listed)
    assert answer.code == 1
    assert [(one["row"], one["cell"], one["severity"]) for one in answer.document["findings"]] == [(3, "A3", "error")]
    assert len(desk("client", "list").document["clients"]) == 3


def test_conflicts_are_shown_and_decided(desk: Any, tmp_path: Path) -> None:
    listed = tmp_path / "sửa.csv"
    listed.write_text(f"MST;Tên;Điện thoại;Địa chỉ\n{A};{CLIENTS[A]};0987654321;Số 1\n", encoding="utf-8")
    refused = desk("client", "import", listed)
    assert (refused.code, refused.document["imported"]) == (1, False)
    one = refused.document["findings"][0]
    assert (one["code"], one["kept"], one["given"]) == ("CLIENT_FACT_CONFLICT", "0912345678", "0987654321")
    assert "address" not in desk("client", "show", A).document["facts"], "nothing is half imported"
    kept = desk("client", "import", listed, "--keep")
    assert kept.code == 0
    facts = desk("client", "show", A).document["facts"]
    assert (facts["phone"]["value"], facts["address"]["value"]) == ("0912345678", "Số 1")
    assert desk("client", "import", listed, "--replace").code == 0
    assert desk("client", "show", A).document["facts"]["phone"]["value"] == "0987654321"
    assert desk("client", "import", listed, "--keep", "--replace").code == 2
