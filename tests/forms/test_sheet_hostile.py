"""Spreadsheets made to hang, to reach out or to run something: each refused by its own sentence, in bounded time."""

from __future__ import annotations

import io
import json
import pickle
import time
import zipfile
from collections.abc import Iterable

import pytest

from desktop.messages import message
from desktop.workers import Workers
from forms.bundled import RESOURCES
from forms.sheet import read_sheet
from forms.sheet.errors import SheetError
from forms.sheet.grid import MAX_COLUMNS, MAX_FILE

CONTENT = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def relations(*rows: tuple[str, str, str]) -> str:
    listed = "".join(f'<Relationship Id="{i}" Type="{RELATIONS}/{kind}" Target="{to}"/>' for i, kind, to in rows)
    return f'<Relationships xmlns="{PACKAGE}">{listed}</Relationships>'


def sheet(rows: str, before: str = "") -> str:
    return f'<worksheet xmlns="{CONTENT}">{before}<sheetData>{rows}</sheetData></worksheet>'


def workbook(rows: str = "", *, texts: str = "", extra: dict[str, bytes] | None = None, before: str = "") -> bytes:
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": relations(("r1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{CONTENT}" xmlns:r="{RELATIONS}"><sheets>'
        '<sheet name="A" sheetId="1" r:id="s1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations(
            ("s1", "worksheet", "worksheets/sheet1.xml"), ("t1", "sharedStrings", "sharedStrings.xml")
        ),
        "xl/sharedStrings.xml": texts or f'<sst xmlns="{CONTENT}"><si><t>mst</t></si></sst>',
        "xl/worksheets/sheet1.xml": sheet(rows, before),
        **(extra or {}),
    }
    return packed(parts.items())


def packed(parts: Iterable[tuple[str, str | bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in parts:
            archive.writestr(name, data)
    return out.getvalue()


def refused(data: bytes, seconds: float = 20) -> SheetError:
    """Read in a worker, as the program does; return the refusal, which must be whole in both languages."""
    began = time.monotonic()
    with Workers(1) as workers, pytest.raises(SheetError) as caught:
        workers.run(read_sheet, data, timeout=seconds)
    assert time.monotonic() - began < seconds
    error = caught.value
    assert pickle.loads(pickle.dumps(error)).facts == error.facts
    for lang in ("vi", "en"):
        told = message(error, lang=lang)
        assert "…" not in told.text
        assert told.sentence
        assert told.remedy
    return error


CELL = '<c r="A1" t="s"><v>0</v></c>'
LAUGHS = "<!DOCTYPE sst [<!ENTITY a 'ha'>{}]>".format(
    "".join(f"<!ENTITY {chr(98 + i)} '{f'&{chr(97 + i)};' * 10}'>" for i in range(20))
)


def test_an_honest_workbook_is_read() -> None:
    grid = read_sheet(workbook(f'<row r="1">{CELL}<c r="C1"><v>5</v></c></row>'))
    assert grid.sheets[0].rows[0].cells == ("mst", None, 5)


def test_a_bomb_of_zeros() -> None:
    data = workbook(f'<row r="1">{CELL}</row>', extra={"xl/sharedStrings.xml": b" " * (1 << 20) * 300})
    assert len(data) < 2 << 20
    assert refused(data).code == "SHEET_BOMB"


def test_a_bomb_of_elements() -> None:
    rows = '<row r="1">' + "<c/>" * 4_000_000 + "</row>"
    assert refused(workbook(rows), 60).code in ("SHEET_BOMB", "SHEET_TOO_FULL")


def test_a_million_columns() -> None:
    rows = '<row r="1">' + "<c><v>1</v></c>" * 1_000_000 + "</row>"
    error = refused(workbook(rows))
    assert (error.code, error.facts["limit"]) == ("SHEET_TOO_WIDE", MAX_COLUMNS)
    assert refused(workbook('<row r="1"><c r="BDWGN1"><v>1</v></c></row>')).code == "SHEET_TOO_WIDE"


def test_a_column_without_end() -> None:
    rows = "".join(f'<row r="{n}"><c><v>1</v></c></row>' for n in range(1, 100_010))
    assert refused(workbook(rows)).code == "SHEET_TOO_LONG"


def test_a_huge_claim_of_size_costs_nothing() -> None:
    data = workbook(
        f'<row r="1048576">{CELL}</row>', before='<dimension ref="A1:XFD1048576"/><cols><col max="16384"/></cols>'
    )
    began = time.monotonic()
    grid = read_sheet(data)
    assert time.monotonic() - began < 1
    assert [(row.number, row.cells) for row in grid.sheets[0].rows] == [(1_048_576, ("mst",))]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "text",
    [
        LAUGHS + "<sst><si><t>&t;</t></si></sst>",
        '<!DOCTYPE sst [<!ENTITY x SYSTEM "file:///etc/passwd">]><sst><si><t>&x;</t></si></sst>',
        '<!DOCTYPE sst SYSTEM "http://127.0.0.1:1/x.dtd"><sst/>',
        '<!DOCTYPE sst [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]><sst/>',
    ],
)
def test_entities(text: str, encoding: str) -> None:
    data = workbook(f'<row r="1">{CELL}</row>', extra={"xl/sharedStrings.xml": text.encode(encoding)})
    assert refused(data).code == "SHEET_ENTITIES"


def test_macros() -> None:
    assert refused(workbook(extra={"xl/vbaProject.bin": b"x"})).code == "SHEET_MACROS"
    assert refused(workbook(extra={"xl/macrosheets/sheet1.xml": b"<a/>"})).code == "SHEET_MACROS"


def test_links_to_other_files() -> None:
    assert refused(workbook(extra={"xl/externalLinks/externalLink1.xml": b"<a/>"})).code == "SHEET_EXTERNAL_LINKS"
    moved = relations(("s1", "worksheet", "worksheets/sheet1.xml"), ("x", "externalLink", "anders/1.xml"))
    data = workbook(extra={"xl/_rels/workbook.xml.rels": moved.encode()})
    assert refused(data).code == "SHEET_EXTERNAL_LINKS"


def test_relations_that_lead_in_a_circle_or_out() -> None:
    circle = relations(("s1", "worksheet", "workbook.xml"), ("t1", "sharedStrings", "_rels/workbook.xml.rels"))
    assert refused(workbook(extra={"xl/_rels/workbook.xml.rels": circle.encode()})).code in (
        "SHEET_EMPTY",
        "SHEET_UNREADABLE",
    )
    out = relations(("s1", "worksheet", "../../../../etc/passwd"))
    assert refused(workbook(extra={"xl/_rels/workbook.xml.rels": out.encode()})).code == "SHEET_UNREADABLE"


def test_formulas_that_depend_on_themselves_are_only_values() -> None:
    cells = '<c r="A1"><f>B1</f><v>1</v></c><c r="B1"><f>A1</f></c><c r="C1" t="e"><f>1/0</f><v>#DIV/0!</v></c>'
    rows = f'<row r="1">{cells}</row>'
    one, two, three = read_sheet(workbook(rows)).sheets[0].rows[0].cells
    assert one == 1
    assert (two.kind, three.kind, three.text) == ("formula", "error", "#DIV/0!")  # type: ignore[union-attr]


def test_one_text_named_by_a_million_cells() -> None:
    texts = f'<sst xmlns="{CONTENT}"><si><t>{"a" * 32_000}</t></si></sst>'
    rows = "".join(f'<row r="{n}">' + '<c t="s"><v>0</v></c>' * 100 + "</row>" for n in range(1, 2_000))
    assert refused(workbook(rows, texts=texts)).code == "SHEET_TOO_FULL"


def test_deep_nesting() -> None:
    assert refused(workbook("<a>" * 100_000)).code in ("SHEET_BOMB", "SHEET_UNREADABLE")


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04" + bytes(200),
        b"",
        b"%PDF-1.7" + bytes(200),
        bytes(range(256)) * 40,
        packed([("a.txt", "x")]),
        workbook()[:-30],
        workbook('<row r="1"><c r="A1" t="s"><v>7</v></c></row>'),
        b"\xff\xfe" + b"a\x00;\x00b",
        b'mst;ct22\n"' + b"a" * 200_000,
        b";" * 3_000_000,
        b"a\n" * 3_000_000,
        b"mst\n" + b"x" * 60_000,
    ],
)
def test_what_is_no_spreadsheet(data: bytes) -> None:
    code = refused(data).code if data != b"\xff\xfe" + b"a\x00;\x00b" else "SHEET_EMPTY"
    assert code.startswith("SHEET_")


def test_too_large_a_file_is_not_even_opened() -> None:
    assert refused(b"a;b\n" * (MAX_FILE // 4 + 1)).code == "SHEET_TOO_LARGE"


def test_strange_archives() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("xl/workbook.xml", "<a/>")
    assert refused(out.getvalue()).code == "SHEET_UNREADABLE"
    twice = packed([("xl/workbook.xml", "<a/>"), ("XL/workbook.xml", "<b/>")])
    assert refused(twice).code == "SHEET_UNREADABLE"


def test_every_code_has_words_in_both_languages() -> None:
    words = json.loads((RESOURCES / "i18n" / "messages" / "sheet.json").read_text(encoding="utf-8"))
    codes = {kind.code for kind in SheetError.__subclasses__()} | {SheetError.code}
    assert codes <= set(words)
    for entry in words.values():
        assert set(entry) == {"vi", "en"}
        for lang in entry.values():
            assert set(lang) == {"heading", "sentence", "remedy"}
            assert all(lang.values())
