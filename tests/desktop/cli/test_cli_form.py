"""`hoso form`: what scripts rely on, judged by the golden vectors and by other programs."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

VECTORS: dict[str, tuple[dict[str, int], dict[str, int]]] = {
    "A": (
        {"ct22": 29826193, "ct23": 16673369, "ct24": 1446670, "ct25": 1446670, "ct26": 354650000},
        {"ct34": 354650000, "ct35": 0, "ct36": -1446670, "ct40a": 0, "ct41": 31272863, "ct43": 31272863},
    ),
    "B": (
        {"ct22": 3366060, "ct24": 5102437, "ct25": 5102437, "ct32": 391249917, "ct33": 31299994},
        {
            "ct27": 391249917, "ct34": 391249917, "ct28": 31299994, "ct35": 31299994, "ct36": 26197557,
            "ct40a": 22831497, "ct40": 22831497, "ct41": 0,
        },
    ),
    "C": (
        {
            "ct22": 0, "ct25": 0, "ct26": 10, "ct29": 20, "ct30": 100, "ct31": 5, "ct32": 1000, "ct33": 100,
            "ct32a": 30, "ct32b": 50, "ct34a": 70,
        },
        {
            "ct27": 1100, "ct28": 105, "ct34": 1180, "ct35": 105, "ct36": 105, "ct40a": 105, "ct40": 105, "ct41": 0,
            "ct43": 0,
        },
    ),
    "D": (
        {
            "ct22": 0, "ct25": 200, "ct26": 10, "ct29": 20, "ct30": 100, "ct31": 5, "ct32": 1000, "ct33": 100,
            "ct32a": 30, "ct32b": 50, "ct34a": 70, "ct37": 15, "ct38": 5, "ct39a": 25,
        },
        {"ct36": -95, "ct40a": 0, "ct41": 110, "ct43": 110},
    ),
    "E": (
        {
            "ct22": 0, "ct25": 200, "ct26": 10, "ct29": 20, "ct30": 100, "ct31": 5, "ct32": 1000, "ct33": 100,
            "ct32a": 30, "ct32b": 50, "ct34a": 70, "ct37": 5, "ct38": 15, "ct39a": 25,
        },
        {"ct41": 130, "ct43": 130},
    ),
}  # fmt: skip
"""Input and expected values: domain facts 6.2 and 11.2."""
HEAD = {
    "mst": "0100686209", "tenNNT": "CÔNG TY TNHH ÁNH DƯƠNG", "maCQTNoiNop": "10100", "tenCQTNoiNop": "Thuế cơ sở 1",
    "ngayLapTKhai": "2026-11-16", "nguoiKy": "Nguyễn Thị Ánh Tuyết", "ngayKy": "2026-11-16",
}  # fmt: skip
CASES = [("A", "2026-05"), ("A", "2026-10"), ("B", "2026-05"), ("B", "2026-10")] + [(v, "2026-10") for v in "CDE"]


def given(tmp_path: Path, name: str) -> Path:
    path = tmp_path / f"{name}.json"
    path.write_text(json.dumps({**HEAD, **VECTORS[name][0]}, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.mark.parametrize(("name", "period"), CASES)
def test_golden_vectors_come_out_exactly(hoso: Any, tmp_path: Path, name: str, period: str) -> None:
    answer = hoso("form", "check", "thue/01-gtgt", given(tmp_path, name), "--period", period, "--json")
    document = answer.document
    assert document["template"] == "thue/01-gtgt"
    assert document["version"].startswith("tt80" if period < "2026-07" else "tt89")
    expected = {**VECTORS[name][0], **VECTORS[name][1]}
    assert {key: document["values"][key] for key in expected} == expected
    assert not [problem for problem in document["problems"] if problem["severity"] == "error"]
    assert answer.code == 0


@pytest.mark.parametrize(("name", "period"), CASES)
def test_what_was_filled_is_read_back(hoso: Any, tmp_path: Path, name: str, period: str) -> None:
    data, pdf, xml = given(tmp_path, name), tmp_path / "tờ khai.pdf", tmp_path / "tờ khai.xml"
    with_xml = ["--xml", str(xml), "--accept-unconfirmed"] if name in "AB" else []
    answer = hoso("form", "fill", "thue/01-gtgt", data, "-o", pdf, "--period", period, "--json", *with_xml)
    assert answer.code == 0, answer.out
    made = [pdf, xml] if name in "AB" else [pdf]
    for file in made:
        read = hoso("form", "read", file, "--json").document
        assert (read["template"], read["period"]) == ("thue/01-gtgt", period)
        for key, value in {**HEAD, **VECTORS[name][0]}.items():
            assert read["values"][key] == value, key
    judged = subprocess.run(["qpdf", "--check", pdf], capture_output=True, text=True)
    assert judged.returncode == 0, judged.stderr
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True).stdout
    assert "CÔNG TY TNHH ÁNH DƯƠNG" in text
    assert "no " not in subprocess.run(["pdffonts", pdf], capture_output=True, text=True).stdout.split("\n")[2][60:70]


def test_a_print_whose_xml_says_something_else_is_not_read(hoso: Any, tmp_path: Path) -> None:
    import pikepdf

    pdf, changed = tmp_path / "tờ khai.pdf", tmp_path / "sửa.pdf"
    assert hoso("form", "fill", "thue/01-gtgt", given(tmp_path, "A"), "-o", pdf, "--period", "2026-10").code == 0
    with pikepdf.open(pdf) as document:
        stream = document.attachments["form-data.xml"].get_file().obj
        stream.write(stream.read_bytes().replace(b"<ct22>", b"<ct22>1"))
        document.save(changed)
    assert hoso("form", "read", pdf, "--json").code == 0
    answer = hoso("form", "read", changed, "--json")
    assert answer.code == 1
    assert (answer.error["code"], answer.error["field"]) == ("XML_NOT_THE_DATA", "ct22")
    assert "[22]" in answer.error["message"]


@pytest.mark.parametrize("name", ["C", "D", "E"])
def test_xml_without_a_place_for_a_field_is_refused(hoso: Any, tmp_path: Path, name: str) -> None:
    pdf, xml = tmp_path / "a.pdf", tmp_path / "a.xml"
    words = ["form", "fill", "thue/01-gtgt", given(tmp_path, name), "-o", pdf, "--xml", xml]
    answer = hoso(*words, "--period", "2026-10", "--json", "--accept-unconfirmed")
    assert answer.code == 1
    assert answer.error["code"] == "XML_LAYOUT_LACKS_FIELD"
    assert not pdf.exists()
    assert not xml.exists()


def test_a_yes_is_needed_for_the_unconfirmed_layout(hoso: Any, tmp_path: Path) -> None:
    pdf, xml = tmp_path / "a.pdf", tmp_path / "a.xml"
    words = ["form", "fill", "thue/01-gtgt", given(tmp_path, "A"), "-o", pdf, "--xml", xml, "--json"]
    answer = hoso(*words, "--period", "2026-10")
    assert answer.code == 1
    assert answer.error["code"] == "UNCONFIRMED_NOT_ACCEPTED"
    assert "chưa xác nhận" in answer.error["message"].lower()
    assert not pdf.exists()
    assert hoso(*words, "--period", "2026-05").code == 0, "before July 2026 the layout is confirmed"


def test_the_period_chooses_the_version_and_is_needed(hoso: Any, tmp_path: Path) -> None:
    answer = hoso("form", "check", "thue/01-gtgt", given(tmp_path, "A"), "--json")
    assert answer.code == 2
    assert answer.error["code"] == "PERIOD_NEEDED"
    assert "tt89-1" in answer.error["message"]


def test_errors_stop_the_printing_but_not_a_draft(hoso: Any, tmp_path: Path) -> None:
    data = tmp_path / "sai.json"
    data.write_text(json.dumps({**HEAD, "ct42": 5}), encoding="utf-8")
    pdf = tmp_path / "a.pdf"
    words = ["form", "fill", "thue/01-gtgt", data, "-o", pdf, "--period", "2026-10", "--json"]
    answer = hoso(*words)
    assert answer.code == 1
    assert answer.error["code"] == "FORM_ERRORS_LEFT"
    assert [problem["path"] for problem in answer.document["problems"] if problem["severity"] == "error"] == ["ct42"]
    assert not pdf.exists()
    assert hoso(*words, "--draft").code == 0
    text = subprocess.run(["pdftotext", pdf, "-"], capture_output=True, text=True, check=True).stdout
    assert "NHÁP" in text.upper()


def test_an_output_is_kept_unless_forced(hoso: Any, example: Path, tmp_path: Path) -> None:
    pdf = tmp_path / "a.pdf"
    pdf.write_bytes(b"mine")
    words = ["form", "fill", "thue/01-gtgt", example, "-o", pdf, "--period", "2026-10", "--json"]
    answer = hoso(*words)
    assert (answer.code, answer.error["code"]) == (1, "FILE_EXISTS")
    assert pdf.read_bytes() == b"mine"
    assert hoso(*words, "--force").code == 0
    assert pdf.read_bytes().startswith(b"%PDF-")


def test_a_blank_page_can_be_printed(hoso: Any, tmp_path: Path) -> None:
    pdf = tmp_path / "trống.pdf"
    assert hoso("template", "blank", "thue/01-gtgt", "--period", "2026-05", "-o", pdf, "--json").code == 0
    text = subprocess.run(["pdftotext", pdf, "-"], capture_output=True, text=True, check=True).stdout
    assert "TỜ KHAI THUẾ GIÁ TRỊ GIA TĂNG" in text
