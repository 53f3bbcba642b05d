"""Attached data that is not what the page says.

Such a file is signed by who files it, so its signature is valid: it is the receiver's examination that prints the
attached data again and compares the pages (`desktop.sandbox.examination`), and the XML beside the data with the data.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pikepdf
import pytest

from desktop.sandbox.examination import is_what_is_printed
from forms.errors import FormsError
from forms.form import Form
from forms.period import Period
from forms.printing import NoFormData, Printed, PrintOptions, print_form, read_back, read_checked
from forms.template import Library, bundled_library, load
from forms.xml import XmlNotTheData
from signing import pkcs12
from signing.pdf import sign_pdf
from signing.validation import Verdict, validate

WHEN = int(datetime(2026, 11, 21, tzinfo=UTC).timestamp())


@pytest.fixture(scope="module")
def printed() -> Printed:
    template = load(bundled_library().get("thue/01-gtgt", "tt89-1"))
    data = json.loads(template.files["examples/complete.json"])["data"]
    form = Form.load(template, Period.parse("2026-10"), data)
    return print_form(template.ref, "2026-10", form.values, PrintOptions(WHEN, practice=True))


def _changed(pdf: bytes, change: Callable[[pikepdf.Pdf], None]) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        change(document)
        document.save(out)
    return out.getvalue()


def _data(document: pikepdf.Pdf) -> tuple[str, Any]:
    [name] = [name for name in document.attachments if name.endswith(".json")]
    return name, document.attachments[name].get_file().obj


def another_amount(document: pikepdf.Pdf) -> None:
    """The data holds another amount than the page."""
    _, stream = _data(document)
    tree = json.loads(stream.read_bytes())
    tree["values"]["ct22"] = 1 + int(tree["values"]["ct22"])
    stream.write(json.dumps(tree, ensure_ascii=False).encode())


def another_time(document: pikepdf.Pdf) -> None:
    """The data says that it was printed at another time."""
    _, stream = _data(document)
    tree = json.loads(stream.read_bytes())
    tree["print"]["timestamp"] = WHEN + 86_400
    tree["print"]["practice"] = False
    stream.write(json.dumps(tree, ensure_ascii=False).encode())


def another_period(document: pikepdf.Pdf) -> None:
    """The data is of another month."""
    _, stream = _data(document)
    stream.write(stream.read_bytes().replace(b"2026-10", b"2026-09"))


def painted_over(document: pikepdf.Pdf) -> None:
    """The page shows another amount, the data stays."""
    page = document.pages[0]
    page.contents_add(document.make_stream(b"q 1 g 300 400 200 40 re f Q"), prepend=False)


def annotated(document: pikepdf.Pdf) -> None:
    """A note covers the amount."""
    page = document.pages[0]
    look = document.make_stream(b"1 g 0 0 200 40 re f")
    look.Type, look.Subtype, look.BBox = pikepdf.Name.XObject, pikepdf.Name.Form, [0, 0, 200, 40]
    note = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Stamp, Rect=[300, 400, 500, 440], F=4,
        AP=pikepdf.Dictionary(N=look),
    )  # fmt: skip
    page.Annots = pikepdf.Array([*page.get("/Annots", []), document.make_indirect(note)])


def one_more_page(document: pikepdf.Pdf) -> None:
    """A page more than the data has."""
    document.add_blank_page()


def a_page_twice(document: pikepdf.Pdf) -> None:
    """The first page comes again in the place of the last."""
    document.pages[-1] = document.pages[0]
    document.add_blank_page()


def two_of_the_name(document: pikepdf.Pdf) -> None:
    """Two attachments of one name: programs differ about which is read."""
    name, stream = _data(document)
    spec = pikepdf.AttachedFileSpec(document, stream.read_bytes(), filename=name)  # type: ignore[call-arg]  # the stub forgets the defaults
    document.attachments["other"] = spec


def no_data(document: pikepdf.Pdf) -> None:
    """No data at all."""
    name, _ = _data(document)
    del document.attachments[name]


ATTACHED = (
    another_amount, another_time, another_period, painted_over, annotated, one_more_page, a_page_twice, two_of_the_name,
    no_data,
)  # fmt: skip


XML = "form-data.xml"


def _more(document: pikepdf.Pdf, content: bytes, name: str = XML) -> pikepdf.Object:
    spec = pikepdf.AttachedFileSpec(document, content, filename=name)  # type: ignore[call-arg]  # the stub forgets the defaults
    return spec.obj


def _other_xml(document: pikepdf.Pdf) -> bytes:
    written = document.attachments[XML].get_file().read_bytes()
    changed = written.replace(b"<ct22>", b"<ct22>1")
    assert changed != written
    return bytes(changed)


def xml_another_amount(document: pikepdf.Pdf) -> None:
    """The XML holds another amount."""
    document.attachments[XML].get_file().obj.write(_other_xml(document))


def xml_one_more(document: pikepdf.Pdf) -> None:
    """The XML holds an element more."""
    stream = document.attachments[XML].get_file().obj
    stream.write(stream.read_bytes().replace(b"</ct22>", b"</ct22><ct22b>5</ct22b>"))


def xml_of_another_form(document: pikepdf.Pdf) -> None:
    """The XML is of something else."""
    document.attachments[XML].get_file().obj.write(b"<HSoThueDTu/>")


def xml_no_xml(document: pikepdf.Pdf) -> None:
    """The XML cannot be read, or not safely."""
    entity = b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"
    document.attachments[XML].get_file().obj.write(entity)


def xml_beside(document: pikepdf.Pdf) -> None:
    """There is another XML, under another name and with the type of none."""
    document.attachments["tờ khai.XML"] = pikepdf.AttachedFileSpec(document, _other_xml(document), filename="a.XML")  # type: ignore[call-arg]  # as above


def xml_two_contents(document: pikepdf.Pdf) -> None:
    """One file has two contents, by its plain and its Unicode name: programs differ about which they read."""
    document.attachments[XML].obj.EF.F = document.make_stream(_other_xml(document))


def xml_at_the_document(document: pikepdf.Pdf) -> None:
    """Another XML hangs at the document, where PDF/A-3 has associated files, and not in the list of attachments."""
    document.Root.AF.append(_more(document, _other_xml(document)))


def xml_at_a_page(document: pikepdf.Pdf) -> None:
    """Another XML hangs at a page."""
    document.pages[0].obj.AF = pikepdf.Array([_more(document, _other_xml(document))])


def xml_at_a_note(document: pikepdf.Pdf) -> None:
    """Another XML hangs at a hidden note of a page."""
    note = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.FileAttachment, Rect=[0, 0, 0, 0], F=2,
        FS=_more(document, _other_xml(document), "ghi chú.txt"),
    )  # fmt: skip
    note.FS.EF.F.Subtype = pikepdf.Name("/text/xml")
    document.pages[0].obj.Annots = pikepdf.Array([document.make_indirect(note)])


ANOTHER_XML = {
    xml_another_amount: "ct22", xml_one_more: "ct22b", xml_of_another_form: "HSoThueDTu", xml_no_xml: "",
    xml_beside: "ct22", xml_two_contents: "ct22", xml_at_the_document: "ct22", xml_at_a_page: "ct22",
    xml_at_a_note: "ct22",
}  # fmt: skip


def examined(pdf: bytes) -> bool:
    try:
        data = read_back(pdf)
        return is_what_is_printed(pdf, bundled_library().get("thue/01-gtgt", data.version), data)
    except FormsError:
        return False


def test_what_was_printed_is_what_the_page_says(printed: Printed, pki: Any, trust: Any) -> None:
    key = pkcs12.load(pki.key("anh_duong_ec").p12("x"), "x")[0]
    signed = sign_pdf(printed.pdf, None, key).data
    assert signed is not None
    assert validate(signed, name="a.pdf", trust=trust).verdict is Verdict.VALID
    assert examined(signed)


@pytest.mark.parametrize("change", ATTACHED, ids=lambda one: one.__name__)
def test_data_that_is_not_what_the_page_says_is_seen(printed: Printed, pki: Any, change: Any) -> None:
    key = pkcs12.load(pki.key("anh_duong_ec").p12("x"), "x")[0]
    signed = sign_pdf(_changed(printed.pdf, change), None, key).data
    assert signed is not None
    assert not examined(signed)


@pytest.mark.parametrize("change", ATTACHED, ids=lambda one: one.__name__)
def test_data_or_page_exchanged_after_signing_breaks_the_signature(
    printed: Printed, pki: Any, trust: Any, change: Any
) -> None:
    key = pkcs12.load(pki.key("anh_duong_ec").p12("x"), "x")[0]
    signed = sign_pdf(printed.pdf, None, key).data
    assert signed is not None
    found = validate(_changed(signed, change), name="a.pdf", trust=trust)
    assert found.verdict in (Verdict.INVALID, Verdict.INDETERMINATE, Verdict.UNREADABLE)


def test_the_xml_of_a_print_is_that_of_its_data(printed: Printed) -> None:
    found, compared = read_checked(printed.pdf, bundled_library())
    assert compared
    assert len(found.xml) == 1
    # Indentation and comments say nothing.
    plain = _changed(printed.pdf, lambda document: _blanks(document.attachments[XML].get_file().obj))
    assert read_checked(plain, bundled_library())[1]
    assert not read_checked(printed.pdf, Library([]))[1]


def _blanks(stream: Any) -> None:
    stream.write(stream.read_bytes().replace(b"\n", b"").replace(b"<ct22>", b"<!-- 5 -->\n<ct22>"))


@pytest.mark.parametrize(("change", "field"), ANOTHER_XML.items(), ids=lambda one: getattr(one, "__name__", ""))
def test_xml_that_says_other_than_the_data_is_named(printed: Printed, change: Any, field: str) -> None:
    with pytest.raises(XmlNotTheData) as caught:
        read_checked(_changed(printed.pdf, change), bundled_library())
    assert caught.value.field == field
    if field == "ct22":
        assert caught.value.label == "[22]"


def test_two_contents_of_the_data_itself_are_refused(printed: Printed) -> None:
    def twice(document: pikepdf.Pdf) -> None:
        name, stream = _data(document)
        document.attachments[name].obj.EF.UF = document.make_stream(stream.read_bytes().replace(b"2026-10", b"2026-09"))

    with pytest.raises(NoFormData):
        read_back(_changed(printed.pdf, twice))
