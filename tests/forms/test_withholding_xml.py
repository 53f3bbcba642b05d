"""The tax XML of the return 05/KK-TNCN, code 864: order, schema, round trip, other programs' files."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from forms import xml
from forms.bundled import RESOURCES
from forms.form import Form
from forms.period import Period
from forms.template import Template, bundled_library, load

NS = "http://kekhaithue.gdt.gov.vn/TKhaiThue"
SCHEMA = etree.XMLSchema(etree.parse(str(RESOURCES / "schemas" / "thue-864-2.9.3.xsd")))
TAGS = ["mst_cu", *(f"ct{n}" for n in range(15, 26)), "ct25_1", *(f"ct{n}" for n in range(26, 33))]


def template(period: str = "2026-05") -> Template:
    parsed = Period.parse(period)
    return load(bundled_library().choose("thue/05-kk-tncn", parsed, parsed.last_day))


def complete() -> dict[str, Any]:
    found = template().example
    assert found is not None
    return dict(found.data)


def form(data: dict[str, Any], period: str = "2026-05") -> Form:
    return Form.load(template(period), Period.parse(period), data)


def written(data: dict[str, Any], period: str = "2026-05") -> bytes:
    made = form(data, period)
    assert [p.code for p in made.errors] == []
    return xml.write(template(period), period, made.values)


def text(root: etree._Element, name: str) -> str:
    found = root.findall(f".//{{{NS}}}{name}")
    assert len(found) == 1, name
    return found[0].text or ""


@pytest.mark.parametrize("period", ["2026-05", "2026-Q2", "2025-11"])
def test_elements_stand_in_order_and_none_is_dropped(period: str) -> None:
    root = etree.fromstring(written(complete(), period))
    main = root.find(f".//{{{NS}}}CTieuTKhaiChinh")
    assert main is not None
    assert [etree.QName(e).localname for e in main] == TAGS
    assert SCHEMA.validate(root), SCHEMA.error_log
    assert (text(root, "maTKhai"), text(root, "pbanTKhaiXML")) == ("864", "2.9.3")
    assert text(root, "kieuKy") == ("Q" if "Q" in period else "M")


def test_an_empty_return_writes_noughts() -> None:
    head = {k: v for k, v in complete().items() if not k.startswith("ct")}
    root = etree.fromstring(written(head))
    assert SCHEMA.validate(root), SCHEMA.error_log
    for name in TAGS[1:]:
        assert text(root, name) == "0", name


@pytest.mark.parametrize("period", ["2026-05", "2026-Q2"])
def test_what_went_in_comes_back(period: str) -> None:
    read = xml.read(written(complete(), period), bundled_library())
    assert (read.template, read.version, read.period) == ("thue/05-kk-tncn", "tt80-1", period)
    again = form(read.values, period)
    ours = form(complete(), period)
    left_out = {"tenDLy", "mstDLy", "soHDDLy", "ngayHDDLy", "tenNVienDLy", "cchiHNghe"}
    assert {k: v for k, v in again.values.items() if k not in left_out} == {
        k: v for k, v in ours.values.items() if k not in left_out
    }
    assert again.errors == []
    assert read.print["xml"]["unread"] == []


def test_another_makers_file_is_read() -> None:
    ours = written(complete()).decode()
    theirs = (
        ours.replace("<phuongXa>Phường Hoàn Kiếm</phuongXa>", "<tenXaNNT>Phường Hoàn Kiếm</tenXaNNT><maXaNNT/>")
        .replace("<ct22>2250000000</ct22>", "<ct22>2250000000.00</ct22>")
        .replace('id="ID_1"', 'id="_NODE_TO_SIGN"')
        .replace("  <CKyDTu></CKyDTu>\n", "")
    )
    assert theirs.count("tenXaNNT") == 2
    read = xml.read(theirs.encode(), bundled_library())
    assert form(read.values).values == form(complete()).values


def test_a_given_sum_that_differs_is_named() -> None:
    data = written(complete()).replace(b"<ct29>132500000</ct29>", b"<ct29>132500001</ct29>")
    read = xml.read(data, bundled_library())
    assert [(p.path, p.code) for p in form(read.values).errors] == [("ct29", "CALCULATED_DIFFERS")]


@pytest.mark.parametrize("missing", ["maCQTNoiNop", "ngayLapTKhai", "nguoiKy", "ngayKy"])
def test_what_the_receiver_needs_is_asked_for(missing: str) -> None:
    made = form({k: v for k, v in complete().items() if k != missing})
    with pytest.raises(xml.XmlValueMissing) as caught:
        xml.write(template(), "2026-05", made.values)
    assert missing in caught.value.fields


def test_the_files_name() -> None:
    values = form(complete()).values
    assert xml.file_name(template(), "2026-05", values) == "0999999888-05_KK_TNCN_TT80-M052026-L00.xml"
    assert xml.file_name(template("2026-Q2"), "2026-Q2", values | {"soLan": 2}).endswith("-Q22026-L02.xml")


def test_the_schema_refuses_another_order_and_other_values() -> None:
    good = written(complete())
    for wrong in (
        good.replace(b"<ct25_1>0</ct25_1>", b""),
        good.replace(b"<ct16>128</ct16>", b"<ct16>-1</ct16>"),
        good.replace(b"<ct30>96500000</ct30>", b"<ct30>9.5</ct30>"),
        good.replace(b">864<", b">842<"),
    ):
        assert wrong != good
        assert not SCHEMA.validate(etree.fromstring(wrong))


def test_the_new_form_has_no_electronic_layout() -> None:
    found = template("2026-Q3").example
    assert found is not None
    with pytest.raises(xml.XmlNoLayout):
        xml.write(template("2026-Q3"), "2026-Q3", form(dict(found.data), "2026-Q3").values)
