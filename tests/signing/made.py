"""Signed files for the tests of judging: made by pyHanko and by hand, never by the product."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pikepdf
from asn1crypto import cms
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers


def blank(pages: int = 1) -> bytes:
    """Make a PDF with a line of text on each page and two text fields with appearances."""
    pdf = pikepdf.new()
    font = pdf.make_indirect(
        pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    )
    widgets = []
    for number in range(pages):
        page = pdf.add_blank_page(page_size=(595, 842))
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        page.Contents = pdf.make_stream(b"BT /F1 12 Tf 72 700 Td (Pay 1 000 000) Tj ET")
        if number == 0:
            for name, value, y in (("so_tien", "1000000", 600), ("ghi_chu", "khong", 560)):
                look = pdf.make_stream(b"/Tx BMC BT /F1 12 Tf 2 4 Td (%s) Tj ET EMC" % value.encode())
                look.Type, look.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
                look.BBox = [0, 0, 200, 20]
                look.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
                widget = pikepdf.Dictionary(
                    Type=pikepdf.Name.Annot,
                    Subtype=pikepdf.Name.Widget,
                    FT=pikepdf.Name.Tx,
                    T=name,
                    V=value,
                    DA=b"/F1 12 Tf 0 g",
                    Rect=[72, y, 272, y + 20],
                    F=4,
                    P=page.obj,
                    AP=pikepdf.Dictionary(N=look),
                )
                widgets.append(pdf.make_indirect(widget))
            page.Annots = pdf.make_indirect(pikepdf.Array(widgets))
    pdf.Root.AcroForm = pdf.make_indirect(
        pikepdf.Dictionary(
            Fields=pikepdf.Array(widgets),
            SigFlags=3,
            DR=pdf.make_indirect(pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))),
            DA=b"/F1 12 Tf 0 g",
        )
    )
    pdf.docinfo["/Title"] = "To khai"
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def signed(
    data: bytes,
    key: Any,
    *,
    field: str = "Signature1",
    pades: bool = True,
    certify: fields.MDPPerm | None = None,
    box: tuple[int, int, int, int] | None = None,
    padding: int | None = None,
) -> bytes:
    """Sign with pyHanko's own signer."""
    signer = signers.SimpleSigner.load_pkcs12_data(key.p12("x"), other_certs=[], passphrase=b"x")
    form = fields.SigSeedSubFilter.PADES if pades else fields.SigSeedSubFilter.ADOBE_PKCS7_DETACHED
    named: dict[str, Any] = {"certify": True, "docmdp_permissions": certify} if certify is not None else {}
    meta = signers.PdfSignatureMetadata(field_name=field, subfilter=form, md_algorithm="sha256", **named)
    spec = fields.SigFieldSpec(field, box=box) if box else None
    out = io.BytesIO()
    signers.PdfSigner(meta, signer, new_field_spec=spec).sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(data)), output=out, bytes_reserved=padding
    )
    return out.getvalue()


def increment(data: bytes, change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    """Append a revision that holds what `change` does."""
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


# changes after signing


def field_named(writer: IncrementalPdfFileWriter, name: str) -> Any:
    for one in writer.root["/AcroForm"]["/Fields"]:
        if one.get_object()["/T"] == name:
            return one.get_object()
    raise KeyError(name)


def replace_page(writer: IncrementalPdfFileWriter) -> None:
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    stream = generic.StreamObject(stream_data=b"BT /F1 12 Tf 72 700 Td (Pay 9 000 000) Tj ET")
    page["/Contents"] = writer.add_object(stream)
    writer.update_container(page)


def overwrite_content(writer: IncrementalPdfFileWriter) -> None:
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    contents = page["/Contents"]
    contents._data = b"BT /F1 12 Tf 72 700 Td (Pay 9 000 000) Tj ET"
    contents._encoded_data = None
    contents.pop("/Filter", None)
    writer.mark_update(page.raw_get("/Contents"))


def add_annotation(writer: IncrementalPdfFileWriter) -> None:
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    note = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/FreeText"),
            pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (72, 690, 300, 720))),
            pdf_name("/Contents"): generic.pdf_string("9 000 000"),
            pdf_name("/DA"): generic.pdf_string("/Helv 12 Tf 0 g"),
        }
    )
    page["/Annots"].append(writer.add_object(note))
    writer.update_container(page["/Annots"])


def add_page(writer: IncrementalPdfFileWriter) -> None:
    page = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Page"),
            pdf_name("/MediaBox"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 595, 842))),
            pdf_name("/Resources"): generic.DictionaryObject(),
            pdf_name("/Parent"): writer.root.raw_get("/Pages"),
        }
    )
    pages = writer.root["/Pages"]
    pages["/Kids"].append(writer.add_object(page))
    pages["/Count"] = generic.NumberObject(len(pages["/Kids"]))
    writer.update_container(pages)


def change_value(writer: IncrementalPdfFileWriter) -> None:
    """Fill a field as a viewer does: new value, new appearance."""
    field = field_named(writer, "so_tien")
    field["/V"] = generic.pdf_string("9000000")
    old = field["/AP"]["/N"]
    look = generic.StreamObject(
        {key: old.raw_get(key) for key in ("/Type", "/Subtype", "/BBox", "/Resources")},
        stream_data=b"/Tx BMC BT /F1 12 Tf 2 4 Td (9000000) Tj ET EMC",
    )
    field["/AP"] = generic.DictionaryObject({pdf_name("/N"): writer.add_object(look)})
    writer.update_container(field)


def overwrite_value(writer: IncrementalPdfFileWriter) -> None:
    """Overwrite the value alone: the published replace-via-overwrite attack."""
    field = field_named(writer, "so_tien")
    field["/V"] = generic.pdf_string("9000000")
    writer.update_container(field)


def overwrite_look(writer: IncrementalPdfFileWriter) -> None:
    """Overwrite the appearance stream in place; the value stays."""
    field = field_named(writer, "so_tien")
    stream = field["/AP"]["/N"]
    stream._data = b"/Tx BMC BT /F1 12 Tf 2 4 Td (9000000) Tj ET EMC"
    stream._encoded_data = None
    stream.pop("/Filter", None)
    writer.mark_update(field["/AP"].raw_get("/N"))


def hide_field(writer: IncrementalPdfFileWriter) -> None:
    field = field_named(writer, "so_tien")
    field["/F"] = generic.NumberObject(2)
    writer.update_container(field)


def change_resources(writer: IncrementalPdfFileWriter) -> None:
    """Replace the form's shared fonts."""
    form = writer.root["/AcroForm"]
    fonts = form["/DR"]
    fonts["/Font"]["/F1"] = writer.add_object(
        generic.DictionaryObject(
            {
                pdf_name("/Type"): pdf_name("/Font"),
                pdf_name("/Subtype"): pdf_name("/Type1"),
                pdf_name("/BaseFont"): pdf_name("/Symbol"),
            }
        )
    )
    writer.mark_update(form.raw_get("/DR"))


def need_appearances(writer: IncrementalPdfFileWriter) -> None:
    form = writer.root["/AcroForm"]
    form["/NeedAppearances"] = generic.BooleanObject(True)
    writer.update_container(form)


def change_title(writer: IncrementalPdfFileWriter) -> None:
    info = writer.trailer["/Info"]
    info["/Title"] = generic.pdf_string("To khai khac")
    writer.mark_update(writer.trailer.raw_get("/Info"))


def run_script(writer: IncrementalPdfFileWriter) -> None:
    writer.root["/OpenAction"] = generic.DictionaryObject(
        {pdf_name("/S"): pdf_name("/JavaScript"), pdf_name("/JS"): generic.pdf_string("app.alert(1)")}
    )
    writer.update_root()


def drawn_field(writer: IncrementalPdfFileWriter) -> None:
    """Add an unsigned signature field whose picture covers the page."""
    page_reference = writer.root["/Pages"]["/Kids"].raw_get(0)
    look = generic.StreamObject(
        {
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Form"),
            pdf_name("/BBox"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 300, 100))),
        },
        stream_data=b"1 g 0 0 300 100 re f",
    )
    field = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/Widget"),
            pdf_name("/FT"): pdf_name("/Sig"),
            pdf_name("/T"): generic.pdf_string("Che"),
            pdf_name("/F"): generic.NumberObject(4),
            pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (50, 650, 350, 750))),
            pdf_name("/P"): page_reference,
            pdf_name("/AP"): generic.DictionaryObject({pdf_name("/N"): writer.add_object(look)}),
        }
    )
    reference = writer.add_object(field)
    form = writer.root["/AcroForm"]
    form["/Fields"].append(reference)
    writer.update_container(form["/Fields"])
    page = page_reference.get_object()
    page["/Annots"].append(reference)
    writer.update_container(page["/Annots"])


def remove_field(writer: IncrementalPdfFileWriter) -> None:
    """Take the signature out of the form, so that the newest revision shows none."""
    form = writer.root["/AcroForm"]
    form["/Fields"] = generic.ArrayObject([one for one in form["/Fields"] if one.get_object()["/T"] != "Signature1"])
    writer.update_container(form)


FORM_CHANGES = (change_value, overwrite_value, overwrite_look, hide_field, change_resources, need_appearances)
FORBIDDEN = (replace_page, overwrite_content, add_annotation, add_page, run_script)


# where a byte lies


@dataclass(frozen=True)
class Layout:
    """The parts of a file with one signature."""

    first: int
    second: int
    end: int
    contents: bytes
    attributes: range
    value: range
    certificate: range
    length: int

    @classmethod
    def of(cls, data: bytes) -> Layout:
        reader = PdfFileReader(io.BytesIO(data))
        _, first, second, length = map(int, reader.embedded_signatures[0].byte_range)
        contents = bytes.fromhex(data[first + 1 : second - 1].decode())
        content = cms.ContentInfo.load(contents)["content"]
        one = content["signer_infos"][0]
        serial = one["sid"].chosen["serial_number"].native
        der = next(c.chosen.dump() for c in content["certificates"] if c.chosen.serial_number == serial)

        def place(part: bytes) -> range:
            assert contents.count(part) == 1
            at = contents.index(part)
            return range(at, at + len(part))

        total = len(cms.ContentInfo.load(contents).dump())
        return cls(
            first,
            second,
            second + length,
            contents,
            place(one["signed_attrs"].dump()),
            place(one["signature"].dump()),
            place(der),
            total,
        )

    def region(self, position: int, changed: bytes) -> str:
        """Name the part of the file that a changed byte lies in."""
        if position < self.first or self.second <= position < self.end:
            return "signed"
        if position in (self.first, self.second - 1):
            return "delimiter"
        digits = changed[self.first + 1 : self.second - 1]
        try:
            new = bytes.fromhex(digits.decode())
        except ValueError:
            new = b""
        if new == self.contents:
            return "same"
        at = (position - self.first - 1) // 2
        for name in ("attributes", "value", "certificate"):
            if at in getattr(self, name):
                return name
        return "padding" if at >= self.length else "helper"


PROTECTED = frozenset({"signed", "attributes", "value", "certificate"})


def flips(data: bytes, count: int, seed: int) -> Iterator[tuple[int, int, bytes, str]]:
    """Yield (position, new byte, file, region) for seeded changes of one byte, every region having its share."""
    chance = random.Random(seed)
    layout = Layout.of(data)
    hexes = layout.first + 1
    shares: list[Callable[[], int]] = [
        lambda: chance.randrange(len(data)),
        lambda: chance.randrange(layout.first),
        lambda: chance.randrange(layout.second, layout.end),
        lambda: hexes + 2 * chance.choice(layout.attributes) + chance.randrange(2),
        lambda: hexes + 2 * chance.choice(layout.value) + chance.randrange(2),
        lambda: hexes + 2 * chance.choice(layout.certificate) + chance.randrange(2),
        lambda: hexes + chance.randrange(2 * layout.length),
        lambda: hexes + chance.randrange(2 * len(layout.contents)),
        lambda: chance.choice((layout.first, layout.second - 1)),
    ]
    for number in range(count):
        position = shares[number % len(shares)]()
        old = data[position]
        way = chance.randrange(4)
        if way == 0:
            new = old ^ (1 << chance.randrange(8))
        elif way == 1 and layout.first < position < layout.second - 1:
            new = chance.choice(b"0123456789abcdefABCDEF")
        elif way == 2 and layout.first < position < layout.second - 1:
            new = old ^ 0x20
        else:
            new = chance.randrange(256)
        if new == old:
            new = old ^ 1
        changed = data[:position] + bytes([new]) + data[position + 1 :]
        yield position, new, changed, layout.region(position, changed)


def stamped(
    pki: Any,
    name: str = "anh_duong",
    *,
    at: Any = None,
    tsa: str = "tsa",
    evidence: bool = False,
    archive: bool = False,
) -> bytes:
    """Sign with a time-stamp of a given moment, and with validation data (LT) and a document time-stamp (LTA)."""
    from asn1crypto import keys, x509
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from pyhanko.sign import timestamps
    from pyhanko_certvalidator import ValidationContext
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    authority = pki.key(tsa)
    private = authority.private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    stamper = timestamps.DummyTimeStamper(
        tsa_cert=x509.Certificate.load(authority.certificate_der),
        tsa_key=keys.PrivateKeyInfo.load(private),
        certs_to_embed=SimpleCertificateStore.from_certs([x509.Certificate.load(one) for one in authority.chain_der]),
        fixed_dt=at,
    )
    named: dict[str, Any] = {}
    if evidence:
        context = ValidationContext(
            trust_roots=[x509.Certificate.load(pki.root_der)],
            other_certs=[x509.Certificate.load(pki.intermediate_der)],
            crls=[pki.crl_der, pki.root_crl_der],
            revocation_mode="hard-fail",
        )
        named = {"embed_validation_info": True, "use_pades_lta": archive, "validation_context": context}
    signer = signers.SimpleSigner.load_pkcs12_data(pki.key(name).p12("x"), other_certs=[], passphrase=b"x")
    meta = signers.PdfSignatureMetadata(
        field_name="Signature1", subfilter=fields.SigSeedSubFilter.PADES, md_algorithm="sha256", **named
    )
    out = io.BytesIO()
    signers.PdfSigner(meta, signer, timestamper=stamper).sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(blank())), output=out
    )
    return out.getvalue()
