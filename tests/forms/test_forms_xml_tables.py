"""The XML engine on another form: rows of a table, other dates, no namespace, several layouts."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from forms import xml
from forms.errors import DefinitionInvalid
from forms.period import Period
from forms.template import Edition, Library, Template, TemplateRef, load


def text(words: str) -> dict[str, str]:
    return {"vi": words, "en": words}


def field(name: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"field": name, "kind": kind, "label": text(name), "help": text(f"Trường {name}."), **more}


GENDER = {"nam": "1", "nu": "2"}
TREE = {
    "element": "BaoCao",
    "attributes": {"Id": "data"},
    "children": [
        {"element": "Ma", "text": "D1"},
        {"element": "Ky", "children": [{"element": "K", "period": "kind"}, {"element": "So", "period": "number"}]},
        {"element": "NgayLap", "field": "ngay", "date": "dd/MM/yyyy"},
        {
            "element": "DanhSach",
            "children": [
                {
                    "element": "Nguoi",
                    "each": "nguoi",
                    "children": [
                        {"element": "HoTen", "field": "ho_ten"},
                        {"element": "GioiTinh", "field": "gioi_tinh", "values": GENDER},
                        {"element": "HeSo", "field": "he_so"},
                        {"element": "Moi", "field": "moi"},
                    ],
                }
            ],
        },
        {"element": "GhiChu", "field": "ghi_chu"},
        {"element": "ChuKy", "open": True},
    ],
}


def layout(**more: Any) -> dict[str, Any]:
    return {"id": "d1", "recognise": [{"path": "Ma", "value": "D1"}], "tree": TREE, **more}


def library(folder: Path, *layouts: dict[str, Any]) -> tuple[Library, Template]:
    options = [{"value": value, "label": text(value)} for value in ("nam", "nu", "khac")]
    columns = [
        field("ho_ten", "text"),
        field("gioi_tinh", "choice", options=options),
        field("he_so", "decimal"),
        field("moi", "check"),
    ]
    items = [
        field("ngay", "date"),
        field("ghi_chu", "multiline"),
        {"table": "nguoi", "label": text("Người"), "help": text("Danh sách người."), "columns": columns},
    ]
    files = {
        "definition.json": {"sections": [{"id": "a", "title": text("A"), "items": items}]},
        "template.json": {
            "format": 1, "id": "thu/d1", "version": "1", "title": text("D1"), "period_kinds": ["month"],
            "effective": {"from": "2026-01-01", "to": None}, "outputs": ["pdf", "xml"],
        },
        "xml.json": {"format": 1, "layouts": list(layouts) or [layout()]},
    }  # fmt: skip
    for name, data in files.items():
        (folder / name).write_text(json.dumps(data))
    (folder / "layout.typ").write_text("#[]")
    ref = TemplateRef("thu/d1", "1", folder, None)
    return Library([Edition(ref, date(2026, 1, 1))]), load(ref)


VALUES = {
    "ngay": "2026-03-05",
    "ghi_chu": "dòng một\ndòng hai",
    "nguoi": [
        {"ho_ten": "Nguyễn Thị Ánh", "gioi_tinh": "nu", "he_so": "2.34", "moi": True},
        {"ho_ten": "Trần <Văn> & Sơn", "gioi_tinh": "nam", "he_so": "0", "moi": False},
    ],
}


def test_rows_go_out_and_come_back(tmp_path: Path) -> None:
    found, template = library(tmp_path)
    out = xml.write(template, "2026-02", VALUES)
    root = etree.fromstring(out)
    assert root.get("Id") == "data"
    assert root.findtext("NgayLap") == "05/03/2026"
    assert [[cell.text for cell in row] for row in root.iterfind("DanhSach/Nguoi")] == [
        ["Nguyễn Thị Ánh", "2", "2.34", "1"],
        ["Trần <Văn> & Sơn", "1", "0", "0"],
    ]
    assert b"<ChuKy></ChuKy>" in out
    back = xml.read(out, found)
    assert back.values == VALUES
    assert (back.template, back.version, back.period) == ("thu/d1", "1", "2026-02")


def test_no_rows_leave_the_table_empty(tmp_path: Path) -> None:
    found, template = library(tmp_path)
    out = xml.write(template, "2026-02", {"nguoi": []})
    assert b"<DanhSach/>" in out
    assert xml.read(out, found).values == {"nguoi": []}


def test_a_value_in_a_row_without_a_place_is_refused(tmp_path: Path) -> None:
    _, template = library(tmp_path)
    with pytest.raises(xml.XmlLayoutLacksField) as caught:
        xml.write(template, "2026-02", {"nguoi": [{"gioi_tinh": "khac"}]})
    assert caught.value.fields == ("nguoi.gioi_tinh",)
    assert "gioi_tinh" in caught.value.labels


def test_layouts_are_chosen_by_the_period(tmp_path: Path) -> None:
    early = layout(periods={"from": None, "to": "2026-06-30"})
    late = layout(id="d2", periods={"from": "2026-07-01", "to": None})
    _, template = library(tmp_path, early, late)
    assert xml.layout_for(template, "2026-06").id == "d1"
    assert xml.layout_for(template, Period.parse("2026-07")).id == "d2"
    with pytest.raises(xml.XmlNoLayout):
        xml.layout_for(template, None)


@pytest.mark.parametrize("broken", [{"tree": 1}, {"id": "x"}, {"id": "x", "tree": {"element": "a b"}}])
def test_a_broken_mapping_is_said_to_be_one(tmp_path: Path, broken: dict[str, Any]) -> None:
    _, template = library(tmp_path, broken)
    with pytest.raises(DefinitionInvalid):
        xml.layout_for(template, "2026-02")
