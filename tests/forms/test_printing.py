"""Official pages: what stands on paper is what was entered, judged by other programs' eyes."""

from __future__ import annotations

import dataclasses
import io
import json
import os
import pickle
import re
import subprocess
import sys
import unicodedata
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forms import dossier, printing, xml
from forms.bundled import RESOURCES
from forms.errors import FormsError
from forms.form import Form
from forms.period import Period
from forms.printing import (
    GlyphMissing,
    LayoutBroken,
    LayoutRefused,
    NoFormData,
    PdfUnreadable,
    Press,
    PrintOptions,
    print_form,
    read_back,
    unprintable,
)
from forms.printing.typeface import printable
from forms.template import TemplateRef, bundled_library, load

NAME = (
    "CÔNG TY TRÁCH NHIỆM HỮU HẠN MỘT THÀNH VIÊN THƯƠNG MẠI DỊCH VỤ XUẤT NHẬP KHẨU VÀ ĐẦU TƯ PHÁT TRIỂN"
    " ÁNH DƯƠNG NGUYỄN PHƯỚC KHÁNH"
)
NOON = PrintOptions(timestamp=1_790_000_000)
VALUES = {
    "ten": NAME,
    "mst": "0100686209-123",
    "ngay": "2026-06-05",
    "dia_chi": "Số 12, ngõ 34, đường Nguyễn Thị Minh Khai, phường Sài Gòn, Thành phố Hồ Chí Minh",
    "dien_thoai": "0912345678",
    "von": -1_234_567_890,
    "nu": True,
    "loai": "B",
    "ghi_chu": "dòng một\ndòng hai",
    "thanh_vien": [{"ho_ten": f"Đặng Thị Ứng {k}", "luong": k * 1_000_000, "ty_le": "33.5"} for k in range(60)],
}


def field(name: str, kind: str, **more: object) -> dict[str, object]:
    return {"field": name, "kind": kind, "label": {"vi": name, "en": name}, "help": {"vi": "…", "en": "…"}} | more


DEFINITION = {
    "sections": [
        {
            "id": "chung",
            "title": {"vi": "Chung", "en": "General"},
            "items": [
                field("ten", "name"),
                field("mst", "tax_code"),
                field("ngay", "date"),
                field("dia_chi", "text"),
                field("dien_thoai", "phone"),
                field("von", "money"),
                field("nu", "check"),
                field(
                    "loai",
                    "choice",
                    options=[
                        {"value": "C", "label": {"vi": "Lần đầu", "en": "First"}},
                        {"value": "B", "label": {"vi": "Bổ sung", "en": "Supplement"}},
                    ],
                ),
                field("ghi_chu", "multiline"),
                {
                    "table": "thanh_vien",
                    "label": {"vi": "Thành viên", "en": "Members"},
                    "help": {"vi": "…", "en": "…"},
                    "columns": [field("ho_ten", "name"), field("luong", "money"), field("ty_le", "percent")],
                },
            ],
        }
    ],
    "rules": [],
}
LAYOUT = """
#import "/hoso.typ": *
#let d = form-data()
#show: hoso-page.with(title: d.title)
#national-header(left: issuer(above: "Ủy ban nhân dân phường", "Trung tâm phục vụ hành chính công"))
#align(right, emph(vn-date-long(d.values.ngay)))
#form-title("ĐƠN ĐỀ NGHỊ", below: [Kỳ: #if d.period != none { d.period.label }])
1. Tên người đề nghị: #fill-line("ten")

2. Mã số thuế: #place-field("mst", boxes(d.values.mst, (10, 3)))

3. Địa chỉ: #fill-line("dia_chi")

4. Điện thoại: #fill-line("dien_thoai", width: 60mm) Vốn (đồng): #fill-line("von")

5. Nữ #fill-tick("nu") Loại: #fill("loai") Ghi chú: #fill-line("ghi_chu")

#table(columns: (auto, 1fr, auto, auto),
  table.header[*STT*][*Họ tên*][*Lương*][*Tỷ lệ (%)*],
  ..for (i, r) in pad-rows(d.shown.thanh_vien, 3).enumerate() {
    let p = "thanh_vien[" + str(i) + "]."
    ([#(i + 1)], fill(p + "ho_ten"), align(right, fill(p + "luong")), align(right, fill(p + "ty_le")))
  })
#align(right, sign-place("nguoi_nop", title: [NGƯỜI ĐỀ NGHỊ], note: [(Ký, ghi rõ họ tên)], under: shown("ten")))
"""


def make_template(folder: Path, layout: str = LAYOUT, **files: str) -> TemplateRef:
    facts = {
        "format": 1,
        "id": "thu/don",
        "version": "1",
        "title": {"vi": "Đơn đề nghị thử", "en": "Test application"},
        "short": "ĐƠN",
        "procedures": ["1.001612"],
        "agency": {"vi": "Ủy ban", "en": "Committee"},
        "legal_basis": [],
        "period_kinds": ["month", "quarter"],
        "effective": {"from": "2020-01-01", "to": None},
        "notices": [],
        "signers": [
            {"mark": "nguoi_nop", "title": {"vi": "Người", "en": "Person"}, "roles": ["self"], "required": True}
        ],
        "identity": {"tax_code": "mst", "personal_id": None, "name": "ten"},
        "prefill": {},
        "roll_forward": {"default": "clear", "keep": []},
        "outputs": ["pdf"],
        "sources": "thử",
        "confidence": "H",
    }
    folder.mkdir(parents=True, exist_ok=True)
    texts = {"template.json": json.dumps(facts), "definition.json": json.dumps(DEFINITION), "layout.typ": layout}
    for name, text in (texts | files).items():
        (folder / name).write_text(text, encoding="utf-8")
    return TemplateRef("thu/don", "1", folder, None)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> TemplateRef:
    return make_template(tmp_path_factory.mktemp("don"))


@pytest.fixture(scope="module")
def printed(template: TemplateRef) -> printing.Printed:
    return print_form(template, "2026-06", VALUES, NOON)


def run(*command: object) -> str:
    return subprocess.run([str(c) for c in command], check=True, capture_output=True, text=True, timeout=60).stdout


def text_of(pdf: bytes, folder: Path, *options: object) -> str:
    path = folder / "read.pdf"
    path.write_bytes(pdf)
    return run("pdftotext", *options, path, "-")


def check_pdf(pdf: bytes, folder: Path) -> None:
    path = folder / "checked.pdf"
    path.write_bytes(pdf)
    assert "No syntax or stream encoding errors" in run("qpdf", "--check", path)
    fonts = [line.split() for line in run("pdffonts", path).splitlines()[2:]]
    assert fonts
    assert all("LiberationSerif" in font[0] and font[-5:-2] == ["yes", "yes", "yes"] for font in fonts)


def test_page_says_what_was_entered_in_exact_vietnamese(printed: printing.Printed, tmp_path: Path) -> None:
    check_pdf(printed.pdf, tmp_path)
    text = text_of(printed.pdf, tmp_path)
    assert unicodedata.is_normalized("NFC", text)
    flat = re.sub(r"\s+", " ", text)
    assert NAME in flat
    assert str(VALUES["dia_chi"]) in flat
    for words in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "ngày 05 tháng 06 năm 2026",
        "Kỳ: Tháng 6 năm 2026",
        "−1.234.567.890",
        "Bổ sung",
        "33,5",
        "Đặng Thị Ứng 59",
        "59.000.000",
        "Trang 1/",
    ):
        assert words in flat


def test_print_claims_archive_and_access_standards_and_carries_its_data(printed: printing.Printed) -> None:
    with pikepdf.open(io.BytesIO(printed.pdf)) as pdf:
        with pdf.open_metadata() as metadata:
            assert metadata["pdfaid:part"] == "3"
            assert metadata["pdfaid:conformance"] == "A"
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"] == "Đơn đề nghị thử"
        assert str(pdf.Root.Lang) == "vi"
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.attachments["form-data.json"].obj.AFRelationship) == "/Source"
    back = read_back(printed.pdf)
    assert (back.template, back.version, back.period) == ("thu/don", "1", "2026-06")
    assert back.values == VALUES
    assert back.print == {"timestamp": NOON.timestamp, "draft": False, "practice": False, "dossier": None}


def test_a_form_with_a_layout_of_the_receiver_carries_its_xml_too(tmp_path: Path) -> None:
    shipped = load(bundled_library().choose("thue/01-gtgt", Period.parse("2026-10"), date(2026, 11, 22)))
    assert shipped.example is not None
    form = Form.load(shipped, Period.parse("2026-10"), shipped.example.data)

    def attached(**more: Any) -> dict[str, bytes]:
        made = print_form(shipped.ref, "2026-10", form.values, PrintOptions(NOON.timestamp, **more))
        with pikepdf.open(io.BytesIO(made.pdf)) as pdf:
            for name, spec in pdf.attachments.items():
                assert (name == "form-data.xml") == (str(spec.obj.AFRelationship) == "/Alternative")
            return {name: spec.get_file().read_bytes() for name, spec in pdf.attachments.items()}

    both = attached()
    assert set(both) == {"form-data.json", "form-data.xml"}
    assert both["form-data.xml"] == xml.write(shipped, "2026-10", form.values)
    assert xml.read(both["form-data.xml"], bundled_library()).values["ct22"] == form.values["ct22"]
    assert set(attached(draft=True)) == {"form-data.json"}
    assert not attached(blank=True)


def test_same_input_gives_same_bytes_also_elsewhere_and_after_reading_back(
    template: TemplateRef, printed: printing.Printed, tmp_path: Path
) -> None:
    print_form(template, "2026-07", VALUES | {"von": 5}, NOON)
    assert print_form(template, "2026-06", VALUES, NOON).pdf == printed.pdf
    back = read_back(printed.pdf)
    again = PrintOptions(back.print["timestamp"], back.print["draft"], back.print["practice"])
    task = tmp_path / "task"
    task.write_bytes(pickle.dumps((template, back.period, back.values, again)))
    script = (
        "import pickle, sys, pathlib\nfrom forms.printing import print_form\n"
        "p = pathlib.Path(sys.argv[1])\np.write_bytes(pickle.dumps(print_form(*pickle.loads(p.read_bytes()))))"
    )
    subprocess.run([sys.executable, "-c", script, str(task)], check=True, timeout=60)
    assert pickle.loads(task.read_bytes()) == printed


def test_decomposed_text_is_printed_and_attached_composed(template: TemplateRef, tmp_path: Path) -> None:
    loose = unicodedata.normalize("NFD", "Nguyễn Thị Hường")
    pdf = print_form(template, None, {"ten": loose}, NOON).pdf
    assert read_back(pdf).values == {"ten": "Nguyễn Thị Hường"}
    assert "Nguyễn Thị Hường" in text_of(pdf, tmp_path)


def test_marks_stand_where_values_and_signatures_are(printed: printing.Printed, tmp_path: Path) -> None:
    places = {mark.name: mark for mark in printed.fields}
    for name, words in {
        "ten": "CÔNG TY TRÁCH NHIỆM",
        "dien_thoai": "0912345678",
        "von": "−1.234.567.890",
        "loai": "Bổ sung",
        "thanh_vien[0].ho_ten": "Đặng Thị Ứng 0",
        "thanh_vien[59].luong": "59.000.000",
    }.items():
        mark = places[name]
        box = ("-f", mark.page, "-l", mark.page, "-x", int(mark.x) - 1, "-y", int(841.89 - mark.y - mark.height) - 1)
        found = text_of(printed.pdf, tmp_path, *box, "-W", int(mark.width) + 3, "-H", int(mark.height) + 2)
        assert words in " ".join(found.split()), name
    (signature,) = printed.signatures
    assert signature.name == "nguoi_nop"
    assert signature.page == printed.pages
    assert (round(signature.width), round(signature.height)) == (198, 79)
    across = ("-f", signature.page, "-l", signature.page, "-x", int(signature.x), "-W", 198)
    down = ("-y", int(841.89 - signature.y - signature.height), "-H", 79)
    assert text_of(printed.pdf, tmp_path, *across, *down).strip() == ""


def test_table_heads_repeat_and_the_signature_block_stays_whole(printed: printing.Printed, tmp_path: Path) -> None:
    assert printed.pages >= 3
    for page in range(1, printed.pages + 1):
        text = text_of(printed.pdf, tmp_path, "-f", page, "-l", page)
        assert ("Họ tên" in text) == ("Đặng Thị Ứng" in text)
        assert ("NGƯỜI ĐỀ NGHỊ" in text) == (page == printed.pages)
        assert f"Trang {page}/{printed.pages}" in text


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (PrintOptions(1, practice=True), "THỰC HÀNH — không có giá trị pháp lý"),
        (PrintOptions(1, draft=True), "BẢN NHÁP"),
        (PrintOptions(1, practice=True, draft=True), "THỰC HÀNH — không có giá trị pháp lý"),
    ],
)
def test_every_page_of_draft_and_practice_says_so(
    template: TemplateRef, tmp_path: Path, options: PrintOptions, words: str
) -> None:
    done = print_form(template, "2026-06", VALUES, options)
    check_pdf(done.pdf, tmp_path)
    for page in range(1, done.pages + 1):
        assert words in text_of(done.pdf, tmp_path, "-f", page, "-l", page)
    # The large words are a drawing: the rest of the page still reads as the plain one does.
    plain = text_of(print_form(template, "2026-06", VALUES, PrintOptions(1)).pdf, tmp_path)
    read = re.sub(r"(THỰC HÀNH|BẢN NHÁP) — .*\n+", "", text_of(done.pdf, tmp_path))
    assert read.split() == plain.split()


def test_blank_form_holds_no_data(template: TemplateRef, tmp_path: Path) -> None:
    done = print_form(template, None, VALUES, PrintOptions(1, blank=True))
    check_pdf(done.pdf, tmp_path)
    text = text_of(done.pdf, tmp_path)
    assert "ÁNH DƯƠNG" not in text
    assert "Tên người đề nghị" in text
    with pytest.raises(NoFormData) as caught:
        read_back(done.pdf)
    assert caught.value.reason == "ABSENT"


def test_dossier_mark_stands_at_the_foot(template: TemplateRef, tmp_path: Path) -> None:
    done = print_form(template, "2026-06", VALUES, PrintOptions(1, dossier="HS-2026-0001"))
    assert text_of(done.pdf, tmp_path).count("HS-2026-0001") == done.pages


# ---------------------------------------------------------------- characters


@pytest.mark.parametrize(
    ("text", "character"),
    [
        ("Trần 😀", "😀"),
        ("中文", "中"),
        ("a\u202eb", "\u202e"),
        ("a\u200bb", "\u200b"),
        ("\ue000", "\ue000"),
        ("\x07", "\x07"),
        ("a\u034f", "\u034f"),
    ],
)
def test_unprintable_character_is_named_with_its_field(template: TemplateRef, text: str, character: str) -> None:
    assert unprintable(text)[0] == character
    with pytest.raises(GlyphMissing) as caught:
        print_form(template, None, {"thanh_vien": [{"ho_ten": "An"}, {"ho_ten": text}]}, NOON)
    assert caught.value.field == "thanh_vien[1].ho_ten"
    assert caught.value.character == character
    assert pickle.loads(pickle.dumps(caught.value)).facts == caught.value.facts


def test_every_printable_character_prints(template: TemplateRef, tmp_path: Path) -> None:
    everything = "".join(chr(c) for c in sorted(printable()) if unicodedata.is_normalized("NFC", chr(c)))
    assert unprintable(everything) == []
    done = print_form(template, None, {"dia_chi": everything, "ten": everything}, NOON)
    check_pdf(done.pdf, tmp_path)
    assert read_back(done.pdf).values["ten"] == unicodedata.normalize("NFC", everything)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=60), amount=st.integers(-(10**15) + 1, 10**15 - 1))
def test_what_the_check_lets_through_is_printed(template: TemplateRef, text: str, amount: int) -> None:
    values = {"ten": text, "ghi_chu": text, "mst": text, "ngay": text, "loai": text, "von": amount}
    if unprintable(text):
        with pytest.raises(GlyphMissing):
            print_form(template, None, values, NOON)
    else:
        assert read_back(print_form(template, None, values, NOON).pdf).values["von"] == amount


# ---------------------------------------------------------------- closed off


@pytest.mark.parametrize(
    "line",
    [
        '#import "@preview/cetz:0.3.4": *',
        '#import ("@pre" + "view/cetz:0.3.4"): *',
        '#let p = plugin("x.wasm")',
        "#let p = plugin(bytes((0, 97, 115, 109)))",
        '#eval("1 + 1")',
        '#dictionary(std).at("plu" + "gin")',
        '#include "\\u{40}preview/a:1.0.0"',
    ],
)
def test_layout_may_not_use_words_that_reach_out(tmp_path: Path, line: str) -> None:
    ref = make_template(tmp_path / "t", line + "\nx")
    with pytest.raises(LayoutRefused) as caught:
        print_form(ref, None, {}, NOON)
    assert (caught.value.file, caught.value.line) == ("layout.typ", 1)


@pytest.mark.parametrize(
    "line",
    [
        '#read("/etc/passwd")',
        '#read("../../../../etc/passwd")',
        '#read("/main.typ" + "x")',
        '#image("/etc/passwd")',
        '#import "other.typ": *',
        "#let f(x) = f(x + 1)\n#f(1)",
        "#while true { 1 }",
        "#panic()",
        "#unknown",
    ],
)
def test_layout_reads_nothing_but_its_own_files(tmp_path: Path, line: str) -> None:
    ref = make_template(tmp_path / "t", line + "\nx")
    with pytest.raises(LayoutBroken) as caught:
        print_form(ref, None, {}, NOON)
    assert "root:" not in caught.value.detail


def test_layout_reads_its_own_files(tmp_path: Path) -> None:
    ref = make_template(tmp_path / "t", '#import "part.typ": word\n#word', **{"part.typ": '#let word = "riêng"'})
    assert "riêng" in text_of(print_form(ref, None, {}, NOON).pdf, tmp_path)


def test_layout_that_never_ends_can_be_killed(tmp_path: Path) -> None:
    endless = "#let n = 0\n#for i in range(9000) { for j in range(9000) { for k in range(9000) { n += 1 } } }\n#n"
    ref = make_template(tmp_path / "t", endless)
    task = tmp_path / "task"
    task.write_bytes(pickle.dumps(ref))
    script = (
        "import pickle, sys, pathlib\nfrom forms.printing import print_form, PrintOptions\n"
        "print_form(pickle.loads(pathlib.Path(sys.argv[1]).read_bytes()), None, {}, PrintOptions(1))"
    )
    with pytest.raises(subprocess.TimeoutExpired):
        subprocess.run([sys.executable, "-c", script, str(task)], timeout=4, check=False)


def test_changed_layout_is_not_printed_by_the_old_press(tmp_path: Path) -> None:
    ref = make_template(tmp_path / "t", "một")
    assert "một" in text_of(print_form(ref, None, {}, NOON).pdf, tmp_path)
    (tmp_path / "t" / "layout.typ").write_text("hai", encoding="utf-8")
    assert "hai" in text_of(print_form(ref, None, {}, NOON).pdf, tmp_path)


# ---------------------------------------------------------------- reading back


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"hello", b"\0" * 1000])
def test_what_is_no_pdf_is_said_to_be_unreadable(data: bytes) -> None:
    with pytest.raises(PdfUnreadable):
        read_back(data)
    with pytest.raises(PdfUnreadable):
        printing.page_images(data, scale=1)


@pytest.mark.parametrize(
    "data",
    [b"{", b"[]", b'{"format":2}', b'{"format":1,"template":"a"}', b"[" * 100_000, b'{"format":1,"format":1}', b"\xff"],
)
def test_odd_attached_data_is_refused(printed: printing.Printed, data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "odd.pdf"
    with pikepdf.open(io.BytesIO(printed.pdf)) as pdf:
        spec = pikepdf.AttachedFileSpec(pdf, data, filename="form-data.json")  # type: ignore[call-arg]  # the stub forgets the defaults
        pdf.attachments["form-data.json"] = spec
        pdf.save(path)
    with pytest.raises(NoFormData) as caught:
        read_back(path.read_bytes())
    assert caught.value.reason == "MALFORMED"


def test_attached_bomb_is_refused_before_it_unfolds(printed: printing.Printed, tmp_path: Path) -> None:
    path = tmp_path / "bomb.pdf"
    with pikepdf.open(io.BytesIO(printed.pdf)) as pdf:
        spec = pikepdf.AttachedFileSpec(pdf, b" " * 40_000_000, filename="form-data.json")  # type: ignore[call-arg]  # the stub forgets the defaults
        pdf.attachments["form-data.json"] = spec
        pdf.save(path, compress_streams=True)
    assert path.stat().st_size < 1_000_000
    with pytest.raises(NoFormData) as caught:
        read_back(path.read_bytes())
    assert caught.value.reason == "TOO_LARGE"


def test_second_data_file_makes_the_print_ambiguous(printed: printing.Printed, tmp_path: Path) -> None:
    path = tmp_path / "two.pdf"
    with pikepdf.open(io.BytesIO(printed.pdf)) as pdf:
        spec = pikepdf.AttachedFileSpec(pdf, b"{}", filename="form-data.json")  # type: ignore[call-arg]  # the stub forgets the defaults
        pdf.attachments["other"] = spec
        pdf.save(path)
    with pytest.raises(NoFormData) as caught:
        read_back(path.read_bytes())
    assert caught.value.reason == "TWICE"


def test_page_images_show_stamps_and_fields(tmp_path: Path) -> None:
    path = tmp_path / "stamp.pdf"
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(200, 100))
        red = pdf.make_stream(
            b"1 0 0 rg 0 0 50 50 re f", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 50, 50]
        )
        widget = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Widget,
                FT=pikepdf.Name.Sig,
                T=pikepdf.String("s"),
                Rect=[100, 50, 150, 100],
                F=4,
                AP=pikepdf.Dictionary(N=red),
            )
        )
        pdf.pages[0].Annots = pikepdf.Array([widget])
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([widget]), SigFlags=3)
        pdf.save(path)
    (image,) = printing.page_images(path.read_bytes(), scale=2)
    assert (image.page, image.width, image.height) == (1, 400, 200)
    pixel = (25 * 400 + 250) * 3
    assert image.rgb[pixel : pixel + 3] == b"\xff\0\0"
    assert image.rgb[:3] == b"\xff\xff\xff"


def test_every_code_has_words_in_both_languages() -> None:
    words = json.loads((RESOURCES / "i18n" / "messages" / "printing.json").read_text(encoding="utf-8"))

    def leaves(kind: type[FormsError]) -> list[type[FormsError]]:
        return [kind, *(leaf for inner in kind.__subclasses__() for leaf in leaves(inner))]

    for kind in leaves(printing.PrintingError) + leaves(dossier.DossierError):
        names = {f.name for f in dataclasses.fields(kind)}
        for lang in ("vi", "en"):
            text = words[kind.code][lang]
            assert set(text) == {"heading", "sentence", "remedy"}
            assert set(re.findall(r"\{(\w+)\}", " ".join(text.values()))) <= names, kind
            assert all(unicodedata.is_normalized("NFC", part) and part for part in text.values())


@pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="only one of the two ways exists here")
def test_both_ways_of_giving_the_data_give_the_same_bytes(
    template: TemplateRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files in memory where the system has them, files handed to the compiler where it has none."""
    noted: list[Mapping[str, str]] = []
    plain = Press.print

    def noting(self: Press, inputs: Mapping[str, str], timestamp: int, *, marks: bool) -> printing.Printed:
        noted.append(inputs)
        return plain(self, inputs, timestamp, marks=marks)

    with monkeypatch.context() as other:
        other.setattr(Press, "print", noting)
        for values in (VALUES, {"ten": "Ánh // Dương /* ` $ # \n", "ghi_chu": "*/ ``` \\"}):
            print_form(template, "2026-06", values, NOON)
    files = load(template).files
    here = [Press("a", files).print(inputs, 7, marks=True) for inputs in noted]
    assert all(one.fields for one in here)
    monkeypatch.delattr(os, "memfd_create")
    assert [Press("a", files).print(inputs, 7, marks=True) for inputs in noted] == here


def test_nothing_of_the_data_stays_behind() -> None:
    """While no form is printed, what a layout would read holds nothing."""
    press = Press("a", {"layout.typ": b'#import "/hoso.typ": *\n#show: hoso-page\n= A'})
    press.print({"shown": '{"title": "Mật"}', "attached": "{}"}, 7, marks=False)
    left = [path for path in (press._room / "root").iterdir() if path.is_symlink()]
    assert all(path.read_bytes() == b"" for path in left)
    press.close()
    with pytest.raises(LayoutBroken):
        press.print({"shown": "{}"}, 7, marks=False)


@pytest.mark.parametrize("name", ["shown/a.typ", "attached/b.json", "../a.typ", "/a.typ"])
def test_a_layout_cannot_stand_where_the_data_lies(name: str) -> None:
    with pytest.raises(LayoutRefused):
        Press("a", {"layout.typ": b"", name: b""})
