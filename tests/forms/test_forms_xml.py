"""The tax XML of the VAT return: exact order, round trip, other programs' files, what it refuses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from lxml import etree

from forms import xml
from forms.bundled import RESOURCES
from forms.form import Form
from forms.period import Period
from forms.template import Template, bundled_library, load

NS = "http://kekhaithue.gdt.gov.vn/TKhaiThue"
SCHEMA = etree.XMLSchema(etree.parse(str(RESOURCES / "schemas" / "thue-842-2.8.3.xsd")))

# The order that the tax system demands, element by element, parents before their children.
ORDER = re.findall(
    r"\S+",
    """
HSoThueDTu
HSoKhaiThue
TTinChung
TTinDVu maDVu tenDVu pbanDVu ttinNhaCCapDVu
TTinTKhaiThue
TKhaiThue maTKhai tenTKhai moTaBMau pbanTKhaiXML loaiTKhai soLan
KyKKhaiThue kieuKy kyKKhai kyKKhaiTuNgay kyKKhaiDenNgay kyKKhaiTuThang kyKKhaiDenThang
maCQTNoiNop tenCQTNoiNop ngayLapTKhai
GiaHan maLyDoGiaHan lyDoGiaHan
nguoiKy ngayKy nganhNgheKD
NNT mst tenNNT dchiNNT phuongXa maHuyenNNT tenHuyenNNT maTinhNNT tenTinhNNT dthoaiNNT faxNNT emailNNT
CTieuTKhaiChinh
ma_NganhNghe ten_NganhNghe tieuMucHachToan
Header ct09 ct10 DiaChiHDSXKDKhacTinhNDTSC ct11a ct11b ct11c
ct21 ct22 GiaTriVaThueGTGTHHDVMuaVao ct23 ct24 HangHoaDichVuNhapKhau ct23a ct24a ct25 ct26
HHDVBRaChiuThueGTGT ct27 ct28 ct29 HHDVBRaChiuTSuat5 ct30 ct31 HHDVBRaChiuTSuat10 ct32 ct33 ct32a
TongDThuVaThueGTGTHHDVBRa ct34 ct35 ct36 ct37 ct38 ct39a ct40a ct40b ct40 ct41 ct42 ct43
CKyDTu
""",
)

CHILDREN = {
    "HSoThueDTu": "HSoKhaiThue CKyDTu",
    "HSoKhaiThue": "TTinChung CTieuTKhaiChinh",
    "TTinChung": "TTinDVu TTinTKhaiThue",
    "TTinTKhaiThue": "TKhaiThue NNT",
    "GiaTriVaThueGTGTHHDVMuaVao": "ct23 ct24",
    "HangHoaDichVuNhapKhau": "ct23a ct24a",
    "HHDVBRaChiuThueGTGT": "ct27 ct28",
    "HHDVBRaChiuTSuat5": "ct30 ct31",
    "HHDVBRaChiuTSuat10": "ct32 ct33",
    "TongDThuVaThueGTGTHHDVBRa": "ct34 ct35",
}


def template(period: str) -> Template:
    library = bundled_library()
    parsed = Period.parse(period)
    return load(library.choose("thue/01-gtgt", parsed, parsed.last_day))


def head(period: str) -> dict[str, Any]:
    """Return the fields of a complete return that are no amounts."""
    return {k: v for k, v in complete(period).items() if not k.startswith("ct")}


def complete(period: str) -> dict[str, Any]:
    found = template(period).example
    assert found is not None
    return dict(found.data)


def form(period: str, data: Mapping[str, Any]) -> Form:
    return Form.load(template(period), Period.parse(period), dict(data))


def written(period: str, data: Mapping[str, Any]) -> bytes:
    made = form(period, data)
    assert [p.code for p in made.errors] == []
    return xml.write(template(period), period, made.values)


A = {"ct22": 29826193, "ct23": 16673369, "ct24": 1446670, "ct25": 1446670, "ct26": 354650000}
B = {"ct22": 3366060, "ct24": 5102437, "ct25": 5102437, "ct32": 391249917, "ct33": 31299994}


@pytest.mark.parametrize("period", ["2026-05", "2026-Q2", "2026-10", "2026-Q3"])
def test_elements_stand_in_the_tax_systems_order_and_none_is_dropped(period: str) -> None:
    root = etree.fromstring(written(period, head(period) | A))
    assert root.nsmap == {None: NS}
    assert [etree.QName(e).localname for e in root.iter()] == ORDER
    for parent, children in CHILDREN.items():
        found = root if parent == "HSoThueDTu" else root.find(f".//{{{NS}}}{parent}")
        assert found is not None
        assert [etree.QName(e).localname for e in found] == children.split()
    assert SCHEMA.validate(root), SCHEMA.error_log


@pytest.mark.parametrize("period", ["2026-05", "2026-10"])
@pytest.mark.parametrize("vector", [A, B], ids=["A", "B"])
def test_what_went_in_comes_back(period: str, vector: dict[str, int]) -> None:
    made = form(period, head(period) | vector)
    read = xml.read(written(period, head(period) | vector), bundled_library())
    assert (read.template, read.version, read.period) == ("thue/01-gtgt", template(period).version, period)
    again = form(period, read.values)
    assert again.values == made.values
    assert [p.code for p in again.errors] == []
    assert read.print["xml"]["unread"] == []


@pytest.mark.parametrize("period", ["2026-05", "2026-10", "2026-Q2", "2026-Q4"])
def test_the_complete_example_comes_back(period: str) -> None:
    data = complete(period)
    assert form(period, xml.read(written(period, data), bundled_library()).values).values == form(period, data).values


def test_the_period_is_written_as_month_or_quarter() -> None:
    def said(period: str) -> list[str | None]:
        root = etree.fromstring(written(period, head(period) | A))
        return [e.text for e in root.iterfind(f".//{{{NS}}}KyKKhaiThue/*")]

    assert said("2026-06") == ["M", "06/2026", "01/06/2026", "30/06/2026", "06/2026", "06/2026"]
    assert said("2026-Q2") == ["Q", "2/2026", "01/04/2026", "30/06/2026", None, None]


def test_constants_and_flags() -> None:
    root = etree.fromstring(written("2026-05", head("2026-05") | {"ct21": True}))
    said = {etree.QName(e).localname: e.text for e in root.iter() if len(e) == 0}
    assert said["maTKhai"] == "842"
    assert said["pbanTKhaiXML"] == "2.8.3"
    assert (said["loaiTKhai"], said["soLan"]) == ("C", "0")
    assert said["ct21"] == "1"
    assert said["ct22"] == "0"
    assert said["ma_NganhNghe"] == "00"
    assert said["tieuMucHachToan"] == "1701"
    assert said["maHuyenNNT"] is None
    khai = root.find(f"{{{NS}}}HSoKhaiThue")
    assert khai is not None
    assert khai.get("id") == "ID_1"


def test_the_place_of_the_signature_is_a_pair_of_tags() -> None:
    text = written("2026-05", head("2026-05") | A).decode()
    assert "<CKyDTu></CKyDTu>" in text
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>')
    layout = xml.layout_for(template("2026-05"), "2026-05")
    assert (layout.signed_element, layout.id_attribute, layout.signed_id) == ("HSoKhaiThue", "id", "ID_1")
    assert layout.signature_place == "CKyDTu"


@pytest.mark.parametrize("field", ["ct32b", "ct34a"])
@pytest.mark.parametrize("period", ["2026-07", "2026-Q3", "2026-10"])
def test_new_indicators_have_no_place_in_the_layout(field: str, period: str) -> None:
    made = form(period, head(period) | {"ct32": 100, "ct33": 10, field: 1})
    with pytest.raises(xml.XmlLayoutLacksField) as caught:
        xml.write(template(period), period, made.values)
    assert caught.value.code == "XML_LAYOUT_LACKS_FIELD"
    assert caught.value.field == field
    assert caught.value.labels == f"[{field[2:]}]"


def test_another_activity_has_no_place_in_the_layout() -> None:
    made = form("2026-05", head("2026-05") | {"ma_NganhNghe": "xo-so"})
    with pytest.raises(xml.XmlLayoutLacksField, match="ma_NganhNghe"):
        xml.write(template("2026-05"), "2026-05", made.values)


@pytest.mark.parametrize("field", ["maCQTNoiNop", "ngayLapTKhai", "nguoiKy", "ngayKy"])
def test_what_the_receiver_demands_is_named(field: str) -> None:
    made = form("2026-05", head("2026-05") | A | {field: ""})
    with pytest.raises(xml.XmlValueMissing) as caught:
        xml.write(template("2026-05"), "2026-05", made.values)
    assert caught.value.fields == (field,)


@pytest.mark.parametrize("period", ["2026-05", "2026-10"])
def test_every_field_has_a_place_or_is_known_to_have_none(period: str) -> None:
    found = template(period)
    layout = xml.layout_for(found, period).data

    def mapped(node: Mapping[str, Any]) -> set[str]:
        own = {node["field"]} if "field" in node else set()
        return own.union(*(mapped(child) for child in node.get("children", [])))

    assert mapped(layout["tree"]) | set(layout["lacks"]) | set(layout["left_out"]) == set(found.definition.fields)
    assert mapped(layout["tree"]).isdisjoint(layout["lacks"])


def test_text_is_nfc_without_control_characters() -> None:
    data = head("2026-05") | A
    values = form("2026-05", data).values | {
        "tenNNT": unicodedata.normalize("NFD", "Công ty Ánh Dương & Con <trai>") + "\x00\x07\x1b\ufffe",
        "dchiNNT": "Số 1\r\nđường\tVí Dụ",
    }
    out = xml.write(template("2026-05"), "2026-05", values)
    assert unicodedata.is_normalized("NFC", out.decode())
    root = etree.fromstring(out)
    assert root.findtext(f".//{{{NS}}}tenNNT") == "Công ty Ánh Dương & Con <trai>"
    assert re.search(r"[\x00-\x08\x0b-\x1f]", out.decode()) is None
    assert root.findtext(f".//{{{NS}}}dchiNNT") == "Số 1  đường Ví Dụ"


def test_the_file_is_named_as_the_tax_system_names_it() -> None:
    name = xml.file_name(template("2026-Q2"), "2026-Q2", {"mst": "0106861880"})
    assert name == "01_GTGT_TT80_2026_0106861880_01-04-2026_30-06-2026.xml"
    assert "/" not in xml.file_name(template("2026-Q2"), "2026-Q2", {"mst": "../../etc/passwd"})


def test_the_same_form_gives_the_same_bytes() -> None:
    data = head("2026-05") | A
    assert written("2026-05", data) == written("2026-05", data)


def test_layout_is_chosen_apart_from_the_printed_form() -> None:
    assert template("2026-06").version == "tt80-1"
    assert template("2026-07").version == "tt89-1"
    for period in ("2026-06", "2026-07", "2026-Q3", "2026-12"):
        assert xml.layout_for(template(period), period).id == "842-2.8.3"
    with pytest.raises(xml.XmlNoLayout):
        xml.layout_for(template("2026-07"), "2026-06")


# A return as another program writes it: other id, no optional elements, an appendix, odd spaces, the address by its
# longer names, amounts with a decimal point, a signature with a name inside it.
FOREIGN = """<?xml version="1.0" encoding="utf-8" standalone="no"?>
<!-- made elsewhere -->
<HSoThueDTu xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns="http://kekhaithue.gdt.gov.vn/TKhaiThue"><HSoKhaiThue
 id="_NODE_TO_SIGN"><TTinChung><TTinDVu><maDVu>HTKK</maDVu></TTinDVu><TTinTKhaiThue><TKhaiThue><maTKhai>
 842 </maTKhai><pbanTKhaiXML>2.8.3</pbanTKhaiXML><loaiTKhai>C</loaiTKhai><soLan>0</soLan><KyKKhaiThue><kieuKy>Q</kieuKy>
<kyKKhai>2/2026</kyKKhai></KyKKhaiThue><ngayLapTKhai>2026-07-20</ngayLapTKhai><nguoiKy>  Người Ký Thử
</nguoiKy></TKhaiThue><NNT><mst>0999999888</mst><tenNNT>CÔNG TY THỬ</tenNNT><maHuyenNNT>10101</maHuyenNNT><dthoaiNNT>
</dthoaiNNT></NNT></TTinTKhaiThue></TTinChung><CTieuTKhaiChinh><ma_NganhNghe>00</ma_NganhNghe><Header><ct09/>
<DiaChiHDSXKDKhacTinhNDTSC><ct11a_phuongXa_ma/><ct11a_phuongXa_ten>Phường Thử</ct11a_phuongXa_ten><ct11b_quanHuyen_ma
 xsi:nil="true"/></DiaChiHDSXKDKhacTinhNDTSC></Header><ct21>false</ct21><ct22>29826193.00</ct22>
<GiaTriVaThueGTGTHHDVMuaVao><ct23>16673369</ct23><ct24>1446670</ct24></GiaTriVaThueGTGTHHDVMuaVao><ct25>1446670</ct25>
<ct26>354650000</ct26><ct36>-1446670</ct36><ct43>31272863</ct43></CTieuTKhaiChinh><PLuc><PL_NQ142_GTGT><ct9>5</ct9>
</PL_NQ142_GTGT></PLuc></HSoKhaiThue><CKyDTu><Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><Object><tenNNT
 xmlns="http://kekhaithue.gdt.gov.vn/TKhaiThue">KẺ MẠO DANH</tenNNT></Object></Signature></CKyDTu></HSoThueDTu>"""


def test_a_return_of_another_program_is_read() -> None:
    read = xml.read(FOREIGN.encode(), bundled_library())
    assert (read.template, read.version, read.period) == ("thue/01-gtgt", "tt80-1", "2026-Q2")
    assert read.values["tenNNT"] == "CÔNG TY THỬ"
    assert read.values["nguoiKy"] == "Người Ký Thử"
    assert read.values["ct11a"] == "Phường Thử"
    assert read.values["ct21"] is False
    assert read.values["ct22"] == 29826193
    assert "dthoaiNNT" not in read.values
    assert read.print["xml"]["unread"] == ["HSoThueDTu/HSoKhaiThue/PLuc"]
    made = form("2026-Q2", read.values)
    assert made.errors == []
    assert made.values["ct41"] == 31272863


def _prefixed(data: bytes) -> bytes:
    """Write each name with a prefix, as programs do whose namespace is not the default one."""
    swapped = re.sub(r"<(/?)(?=[A-Za-z])", r"<\1hs:", data.decode()).replace(f'xmlns="{NS}"', f'xmlns:hs="{NS}"')
    assert "<hs:ct22>" in swapped
    return swapped.encode()


def _without_signature(root: etree._Element) -> None:
    for place in root.iter(f"{{{NS}}}CKyDTu"):
        place.clear()


def _reversed(root: etree._Element) -> None:
    """Turn the order round of what stands within each group."""
    for group in root.iter(f"{{{NS}}}CTieuTKhaiChinh", f"{{{NS}}}NNT", f"{{{NS}}}TKhaiThue", f"{{{NS}}}KyKKhaiThue"):
        group[:] = list(reversed(group))


def _extra(root: etree._Element) -> None:
    """Add elements that no layout of ours knows, with values like those it does know."""
    for name in ("CTieuTKhaiChinh", "NNT", "TKhaiThue"):
        for group in root.iter(f"{{{NS}}}{name}"):
            etree.SubElement(group, f"{{{NS}}}truongRieng").text = "29826194"
            etree.SubElement(etree.SubElement(group, f"{{{NS}}}NhomRieng"), f"{{{NS}}}ct22").text = "1"


def _bare(root: etree._Element) -> None:
    """Leave out what may be left out: empty elements, the maker, the address's parts, the appendix."""
    for element in list(root.iter()):
        name = etree.QName(element).localname if isinstance(element.tag, str) else ""
        parent = element.getparent()
        if parent is not None and name in ("TTinDVu", "PLuc", "Header", "maHuyenNNT", "dthoaiNNT", "ma_NganhNghe"):
            parent.remove(element)


@pytest.mark.parametrize("change", [None, _reversed, _extra, _bare])
def test_however_another_program_writes_it_the_same_amounts_are_read(change: Any) -> None:
    wanted = dict(xml.read(FOREIGN.encode(), bundled_library()).values)
    tree = etree.ElementTree(etree.fromstring(FOREIGN.encode()))
    _without_signature(tree.getroot())
    if change is not None:
        change(tree.getroot())
    data = etree.tostring(tree, xml_declaration=True, encoding="utf-8")
    if change is None:
        data = _prefixed(data)
    read = xml.read(data, bundled_library())
    assert (read.template, read.version, read.period) == ("thue/01-gtgt", "tt80-1", "2026-Q2")
    lost = {name for name in wanted if name not in read.values}
    assert lost <= ({"ct11a", "ma_NganhNghe", "nganhNghe"} if change is _bare else set()), lost
    assert {name: value for name, value in read.values.items() if wanted.get(name) != value} == {}
    unread = read.print["xml"]["unread"]
    if change is _extra:
        assert [name for name in unread if "Rieng" in name], "what was not taken is told"
    made = form("2026-Q2", read.values)
    assert made.errors == []
    assert made.values["ct41"] == 31272863


def test_a_calculated_value_that_differs_is_told() -> None:
    changed = FOREIGN.replace("<ct43>31272863", "<ct43>31272864")
    made = form("2026-Q2", xml.read(changed.encode(), bundled_library()).values)
    assert [(p.path, p.code) for p in made.errors] == [("ct43", "CALCULATED_DIFFERS")]


def test_words_where_an_amount_should_be_are_named_by_the_check() -> None:
    changed = FOREIGN.replace("<ct26>354650000", "<ct26>ba trăm")
    made = form("2026-Q2", xml.read(changed.encode(), bundled_library()).values)
    assert "ct26" in {p.path for p in made.errors}


def test_amounts_are_never_floats() -> None:
    values = xml.read(FOREIGN.encode(), bundled_library()).values
    assert not [v for v in values.values() if isinstance(v, float | Decimal)]


def test_a_province_of_the_tax_systems_own_list_is_found_by_its_name() -> None:
    def province(code: str, name: str) -> tuple[object, list[str]]:
        place = f"<maTinhNNT>{code}</maTinhNNT><tenTinhNNT>{name}</tenTinhNNT><dthoaiNNT>"
        read = xml.read(FOREIGN.replace("<dthoaiNNT>", place, 1).encode(), bundled_library())
        return read.values.get("maTinhNNT"), read.print["xml"]["unread"]

    assert province("701", "Thành phố Hồ Chí Minh")[0] == "79"
    assert province("101", "Hà Nội")[0] == "01"
    assert province("79", "Thành phố Hồ Chí Minh")[0] == "79"
    assert province("107", "Tỉnh không còn") == (None, ["HSoThueDTu/HSoKhaiThue/PLuc", "maTinhNNT=107"])
