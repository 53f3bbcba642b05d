"""Papers as ministries make them in Word: what a person would name is named so, and the proposal prints at once."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from forms.form import Form
from forms.printing import PrintOptions, print_form
from forms.template import lint
from forms.template.beginning import propose_from
from forms.template.package import open_folder
from forms.template.proposal import Proposal, write
from forms.template.proposal.paper import Words, paragraphs
from forms.template.word import read_word
from tests.forms import word_offices

SHAPES = ("permit", "licence", "safety")


@pytest.fixture(scope="module")
def proposals() -> dict[str, Proposal]:
    made = {shape: getattr(word_offices, shape)() for shape in SHAPES}
    return {shape: propose_from(data, f"{shape}.docx", "mau", "2026-11-22") for shape, data in made.items()}


def fields(proposal: Proposal) -> dict[str, Any]:
    """Return fields, tables and columns by label, as a person compares them with the paper."""
    out: dict[str, Any] = {}
    for section in json.loads(proposal.files["definition.json"])["sections"]:
        for item in section["items"]:
            out[item.get("label", item.get("title"))["vi"]] = item
    return out


@pytest.mark.parametrize("shape", SHAPES)
def test_a_proposal_lints_and_prints_every_word_of_the_paper(
    shape: str, proposals: dict[str, Proposal], tmp_path: Path
) -> None:
    write(proposals[shape].files, tmp_path / "mau")
    assert {finding.code for finding in lint(tmp_path / "mau")} <= {"LINT_NO_LEGAL_BASIS", "LINT_DRAFT"}
    template = open_folder(tmp_path / "mau")
    assert template.example is not None
    values = Form.load(template, None, template.example.data).values
    assert print_form(template.ref, None, values, PrintOptions(timestamp=0)).pages
    blank = print_form(template.ref, None, {}, PrintOptions(timestamp=0, blank=True))
    path = tmp_path / "a.pdf"
    path.write_bytes(blank.pdf)
    text = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, check=True, text=True).stdout
    printed = re.sub(r"[\W_]+", "", text).lower()
    for paragraph in paragraphs(read_word(getattr(word_offices, shape)()).blocks):
        for piece in paragraph.pieces:
            words = re.sub(r"[\W_]+", "", piece.text).lower() if isinstance(piece, Words) else ""
            assert len(words) < 6 or words in printed, piece


def test_headings_that_end_in_a_colon_are_no_fields_and_units_no_labels(proposals: dict[str, Proposal]) -> None:
    found = fields(proposals["permit"])
    assert not {"Thông tin công trình", "Địa điểm xây dựng", "Gửi kèm theo Đơn này các tài liệu:"} & set(found)
    assert (found["Diện tích"]["kind"], found["Chiều cao công trình"]["kind"]) == ("decimal", "decimal")
    assert found["Số tầng"]["kind"] == "integer"
    assert found["Chủ trì thiết kế: Chứng chỉ hành nghề – Ngày cấp"]["kind"] == "date"
    assert found["Cấp công trình"]["kind"] == "text"
    assert [found[name]["kind"] for name in ("Công trình theo tuyến", "Nhà ở riêng lẻ")] == ["check", "check"]
    assert {"Nội dung", "Nơi lập", "Ngày lập"} & set(found) == {"Nơi lập", "Ngày lập"}


def test_raised_marks_lead_to_notes_and_raised_digits_are_exponents(proposals: dict[str, Proposal]) -> None:
    assert "m²" in proposals["permit"].files["layout.typ"].decode()
    title = json.loads(proposals["licence"].files["template.json"])["title"]["vi"]
    assert title == "Đơn đề nghị đổi, cấp lại giấy phép lái xe"
    assert "Kính gửi" in fields(proposals["licence"])


def test_gaps_on_one_line_are_told_apart(proposals: dict[str, Proposal]) -> None:
    found = fields(proposals["licence"])
    kinds = {label: item["kind"] for label, item in found.items()}
    assert kinds["Ngày cấp"] == "date"
    assert kinds["Hộ chiếu số"] == "code"
    assert kinds["Đã học lái xe tại"] == "text"
    assert kinds["Năm"] == "integer"
    assert kinds["Đề nghị đổi, cấp lại giấy phép lái xe hạng"] == "text"
    assert kinds["Số Căn cước công dân hoặc số định danh cá nhân"] == "personal_id"
    assert "Tháng, năm" not in found
    assert "Nội dung" not in found, "a line drawn above notes is no place to write on"


def test_groups_of_rows_are_lists_of_their_own_and_lone_boxes_have_the_words_beside_them(
    proposals: dict[str, Proposal],
) -> None:
    found = fields(proposals["safety"])
    for group in ("Trang thiết bị hiện có", "Trang thiết bị bổ sung"):
        assert [column["kind"] for column in found[group]["columns"]] == ["text", "integer", "text", "integer", "text"]
    assert [found[label]["kind"] for label in ("Cơ sở sản xuất", "Cơ sở kinh doanh")] == ["check", "check"]
    assert [option["label"]["vi"] for option in found["Đánh giá"]["options"]] == ["Đạt", "Không đạt"]
    assert [found[label]["kind"] for label in ("Số công nhân viên", "Lao động trực tiếp", "Gián tiếp")] == [
        "integer", "integer", "integer",
    ]  # fmt: skip
