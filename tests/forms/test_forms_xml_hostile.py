"""Hostile XML: bombs, wrappers, other encodings; each refused in bounded time with its own code."""

from __future__ import annotations

import json
import pickle
import time

import pytest

from forms import xml
from forms.bundled import RESOURCES
from forms.template import bundled_library

BILLION = """<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">{}]><HSoThueDTu>&z;</HSoThueDTu>""".format(
    "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(25))
)
OUTSIDE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><HSoThueDTu>&x;</HSoThueDTu>'
ROOT = '<HSoThueDTu xmlns="http://kekhaithue.gdt.gov.vn/TKhaiThue">{}</HSoThueDTu>'
HEAD = (
    "<HSoKhaiThue><TTinChung><TTinTKhaiThue><TKhaiThue><maTKhai>842</maTKhai><KyKKhaiThue>"
    "<kieuKy>{}</kieuKy><kyKKhai>{}</kyKKhai></KyKKhaiThue></TKhaiThue></TTinTKhaiThue></TTinChung>{}</HSoKhaiThue>"
)


def refused(data: bytes) -> xml.XmlError:
    began = time.monotonic()
    with pytest.raises(xml.XmlError) as caught:
        xml.read(data, bundled_library())
    assert time.monotonic() - began < 10
    assert pickle.loads(pickle.dumps(caught.value)).facts == caught.value.facts
    return caught.value


@pytest.mark.parametrize("text", [BILLION, OUTSIDE, '<!DOCTYPE a SYSTEM "http://127.0.0.1:1/x.dtd"><a/>'])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_document_types_are_refused(text: str, encoding: str) -> None:
    data = text.replace('<?xml version="1.0"?>', "").encode(encoding)
    assert refused(data).code in ("XML_FORBIDDEN", "XML_TOO_LARGE")


def test_sizes_are_bounded() -> None:
    assert refused(b"<a>" + b" " * xml.SIZE_LIMIT + b"</a>").code == "XML_TOO_LARGE"
    assert refused(b"<a>" * 100 + b"</a>" * 100).code == "XML_TOO_LARGE"
    assert refused(b"<a>" * 100_000).code == "XML_TOO_LARGE"
    assert refused(b"<r>" + b"<a/>" * (xml.ELEMENT_LIMIT + 1) + b"</r>").code == "XML_TOO_LARGE"


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\x00" * 50, b"{}", b"%PDF-1.7", b"<a", b"<a>&undefined;</a>", b"\xff\xfe<\x00",
        b'<?xml version="1.0" encoding="no-such"?><a/>', b"<a>\x01</a>",
    ],
)  # fmt: skip
def test_what_is_no_xml_is_unreadable(data: bytes) -> None:
    assert refused(data).code == "XML_UNREADABLE"


def test_other_forms_are_unknown() -> None:
    assert refused(b"<HSoThueDTu/>").code == "XML_UNKNOWN_FORM"
    assert refused(ROOT.format("").encode()).code == "XML_UNKNOWN_FORM"
    other = HEAD.replace("842", "999").format("Q", "2/2026", "")
    assert refused(ROOT.format(other).encode()).code == "XML_UNKNOWN_FORM"


def test_a_second_return_beside_the_signed_one_is_refused() -> None:
    one = HEAD.format("Q", "2/2026", "")
    assert refused(ROOT.format(one + one).encode()).code == "XML_AMBIGUOUS"
    twice = HEAD.format("Q", "2/2026", "<CTieuTKhaiChinh><ct22>1</ct22><ct22>2</ct22></CTieuTKhaiChinh>")
    assert refused(ROOT.format(twice).encode()).code == "XML_AMBIGUOUS"


@pytest.mark.parametrize(
    ("kind", "number"), [("M", "13/2026"), ("Q", "5/2026"), ("D", "1/2026"), ("", ""), ("M", "٣/2026")]
)
def test_odd_periods_are_named(kind: str, number: str) -> None:
    assert refused(ROOT.format(HEAD.format(kind, number, "")).encode()).code == "XML_PERIOD_UNREADABLE"


def test_comments_do_not_hide_a_value() -> None:
    data = HEAD.format("Q", "2/2026", "<CTieuTKhaiChinh><ct22>1<!-- x -->23</ct22></CTieuTKhaiChinh>")
    assert xml.read(ROOT.format(data).encode(), bundled_library()).values["ct22"] == 123


def test_every_code_has_words_in_both_languages() -> None:
    words = json.loads((RESOURCES / "i18n" / "messages" / "xml.json").read_bytes())
    classes: list[type[xml.XmlError]] = [xml.XmlError, *xml.XmlError.__subclasses__()]
    codes = {c.code for c in classes}
    assert set(words) == codes
    for entry in words.values():
        assert set(entry) == {"vi", "en"}
        assert all(set(entry[lang]) == {"heading", "sentence", "remedy"} for lang in entry)
