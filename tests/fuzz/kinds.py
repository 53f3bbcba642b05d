"""What is fuzzed: an honestly signed file of each kind, ways to spoil it, and what it must still say if it is valid.

The corpus is made, not kept: the signed file itself and what the attackers of `tests/attacks` make of it.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pikepdf
from hypothesis import strategies as st
from lxml import etree

from tests import pki
from tests.attacks import pdf_certified, pdf_shadow, pdf_wrapped, xml_hostile
from tests.attacks import pdf_raw as raw
from tests.signing import made

Draw = Any


@dataclass(frozen=True)
class Kind:
    """One kind of file."""

    name: str
    seeds: tuple[bytes, ...]
    """The first is what was signed."""
    words: tuple[bytes, ...]
    """What such files are made of."""
    same: Callable[[bytes, bytes], bool]
    """(signed, spoilt) → whoever reads the second reads the first."""
    spoil: Callable[[Kind, Draw, bytes], bytes] | None = None
    """A change that knows the kind's structure."""


def strategy(kind: Kind) -> st.SearchStrategy[bytes]:
    """Draw a spoilt file."""

    @st.composite
    def spoilt(draw: Draw) -> bytes:
        data = draw(st.sampled_from(kind.seeds)) if draw(st.integers(0, 3)) == 0 else kind.seeds[0]
        for _ in range(draw(st.integers(1, 4))):
            if kind.spoil is not None and draw(st.booleans()):
                data = kind.spoil(kind, draw, data)
            else:
                data = _bytes(kind, draw, data)
        return data

    return spoilt()


def _bytes(kind: Kind, draw: Draw, data: bytes) -> bytes:
    """Change bytes without knowing what they are."""
    place = draw(st.integers(0, max(len(data) - 1, 0)))
    length = draw(st.sampled_from((1, 1, 1, 2, 4, 16, 100, 1_000)))
    way = draw(st.sampled_from(("flip", "write", "word", "insert", "cut", "copy", "number", "end")))
    if way == "flip":
        return (
            data[:place]
            + bytes(one ^ (1 << draw(st.integers(0, 7))) for one in data[place : place + 1])
            + data[place + 1 :]
        )
    if way == "write":
        return data[:place] + bytes(draw(st.binary(min_size=1, max_size=8))) + data[place + length :]
    if way in ("word", "insert"):
        word: bytes = draw(st.sampled_from(kind.words))
        return data[:place] + word + data[place + (len(word) if way == "word" else 0) :]
    if way == "cut":
        return data[:place] + data[place + length :]
    if way == "copy":
        to = draw(st.integers(0, len(data)))
        return data[:to] + data[place : place + length] + data[to:]
    if way == "number":
        found = list(re.finditer(rb"\d{1,10}", data[place : place + 2_000]))
        if not found:
            return data
        one = draw(st.sampled_from(found))
        value: bytes = draw(st.sampled_from((b"0", b"1", b"-1", b"99999999", b"4294967296", b"007")))
        return data[: place + one.start()] + value.rjust(one.end() - one.start(), b"0") + data[place + one.end() :]
    return data + bytes(draw(st.sampled_from(kind.words))) * int(draw(st.integers(1, 3)))


# PDF


def pdf() -> Kind:
    """A document of one page with a form."""
    keys = pki.shared()
    control = pdf_shadow.signed(keys, raw.file(raw.objects()))
    families = pdf_shadow.SHADOW | pdf_shadow.PREPARED | pdf_certified.CERTIFIED | pdf_wrapped.WRAPPED
    chosen = [families[name] for name in sorted(families)][::4]
    words = (
        b"/ByteRange", b"/Contents", b"/V 10 0 R", b"/Type /Sig", b"/FT /Sig", b"endobj", b"4 0 obj", b"stream",
        b"<<", b">>", b"/Prev 0", b"/Kids [3 0 R]", b"startxref\n0\n%%EOF\n", b"xref\n0 1\n", b"trailer",
        b"/Root 1 0 R", b"/Encrypt 4 0 R", b"/XRefStm 10", b"/Perms <<>>", b"/DocMDP", b"(", b"[" * 100, b"%",
        b"R", b"null", b"/AcroForm 6 0 R", b"/DSS 1 0 R",
    )  # fmt: skip
    return Kind("pdf", (control, *(one(keys).attack for one in chosen)), words, _same_pdf, _spoil_pdf)


def _spoil_pdf(kind: Kind, draw: Draw, data: bytes) -> bytes:
    """Append a revision that overwrites an object with another one's body, or a spoilt one."""
    try:
        number = draw(st.sampled_from((1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 60)))
        if draw(st.booleans()):
            body = raw.body_of(data, draw(st.integers(1, 11)))
        else:
            body = _bytes(kind, draw, raw.body_of(data, min(number, 8)))
        return raw.with_store(data, {number: body}) if draw(st.booleans()) else raw.append(data, {number: body})
    except Exception:  # a file that is already spoilt beyond that
        return data


def _same_pdf(control: bytes, data: bytes) -> bool:
    """The signed bytes are untouched, and every object of the document says the same as before."""
    layout = made.Layout.of(control)
    if data[: layout.first] != control[: layout.first]:
        return False
    if data[layout.second : layout.end] != control[layout.second : layout.end]:
        return False
    return _objects(data) == _objects(control)


def _objects(data: bytes) -> list[tuple[bytes, bytes]]:
    """What the page and the form are made of, as qpdf reads it."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        every = [pdf.get_object(number, 0) for number in (2, 3, 4, 5, 7, 8)]
        return [(one.unparse(), one.read_raw_bytes() if isinstance(one, pikepdf.Stream) else b"") for one in every]


# XML


def xml() -> Kind:
    """A tax return of one number."""
    control = xml_hostile.signed(pki.shared())
    quick = [name for name in xml_hostile.XML if "thousand" not in name and "million" not in name]
    words = (
        b"<ct40a>", b"</ct40a>", b"<!-- -->", b"<?x y?>", b"&amp;", b"&#0;", b"<!DOCTYPE a>", b"<![CDATA[1]]>",
        b'id="NODETOKY"', b'Id="NODETOKY"', b'URI=""', b'URI="#NODETOKY"', b"<ds:Object>", b"</ds:Object>",
        b"<ds:Signature>", b"</ds:Signature>", b'xmlns=""', b'xmlns:ds="x"', b"xml:id='NODETOKY'", b"<a>",
        b"</a>", b"900000", b"=", b"AAAA",
    )  # fmt: skip
    return Kind(
        "xml", (control, *(xml_hostile.XML[name](control) for name in quick[::3])), words, _same_xml, _spoil_xml
    )


def _spoil_xml(kind: Kind, draw: Draw, data: bytes) -> bytes:
    """Move, copy, drop or change an element."""
    try:
        root = etree.fromstring(data)
        every = list(root.iter(etree.Element))
        one, other = draw(st.sampled_from(every)), draw(st.sampled_from(every))
        way = draw(st.sampled_from(("move", "copy", "drop", "text", "attribute", "name")))
        if way in ("move", "copy"):
            other.append(etree.fromstring(etree.tostring(one, with_tail=False)) if way == "copy" else one)
        elif way == "drop" and one.getparent() is not None:
            one.getparent().remove(one)
        elif way == "text":
            one.text = draw(st.sampled_from(("900000", "", " ", "AAAA")))
        elif way == "attribute":
            name = draw(st.sampled_from(("id", "Id", "ID", "URI", "Algorithm", "khac")))
            one.set(name, draw(st.sampled_from(("NODETOKY", "", "#NODETOKY", "x"))))
        else:
            one.tag = other.tag
        return bytes(etree.tostring(root))
    except Exception:  # no XML any more
        return data


def _same_xml(control: bytes, data: bytes) -> bool:
    return _meaning(control) == _meaning(data)


def _meaning(data: bytes) -> bytes:
    """What the document says outside its signatures, without comments and without space between elements."""
    root = etree.fromstring(data)
    held = {above for one in root.iter(f"{{{xml_hostile.DS}}}Signature") for above in one.iterancestors()}
    for one in list(root.iter(f"{{{xml_hostile.DS}}}Signature")):
        parent = one.getparent()
        if parent is not None:
            parent.remove(one)
    for one in [*root.iter("{*}CKyDTu"), *reversed([each for each in root.iter() if each in held])]:
        parent = one.getparent()
        if parent is not None and not len(one) and not one.attrib and not (one.text or "").strip():
            parent.remove(one)  # a place for a signature and nothing else
    part = next((one for one in root.iter("{*}HSoKhaiThue") if one.get("id") == "NODETOKY"), None)
    assert part is not None
    # The frame round a part that is signed by its id is not signed in this format: its names say nothing.
    outside = [one for one in root.iter(etree.Element) if part not in (one, *one.iterancestors())]
    rest: list[str | None] = [one.tag for one in outside if one not in set(part.iterancestors())]
    rest += [one.text for one in outside if (one.text or "").strip()]
    return bytes(etree.tostring(part, method="c14n", with_tail=False)) + repr(rest).encode()


# ASiC-E


def asice() -> Kind:
    """A container of two files."""
    from signing.asice import File, sign_asice
    from signing.pkcs12 import load

    key = load(pki.shared().key("anh_duong_ec").p12("x"), "x")[0]
    out = io.BytesIO()
    files = [File("tờ khai.xml", b"<a>100000</a>"), File("phụ lục/bảng kê.txt", b"100000")]
    sign_asice(files, out, key)
    words = (
        b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"mimetype", b"META-INF/signatures0.xml",
        b"META-INF/signatures1.xml", b"../", b"\\", b"<ds:Reference", b"URI=\"a\"", b"900000",
        b"\xff\xff\xff\xff", b"\x00\x00",
    )  # fmt: skip
    return Kind("asice", (out.getvalue(),), words, _same_asice, _spoil_asice)


def _spoil_asice(kind: Kind, draw: Draw, data: bytes) -> bytes:
    """Write the container anew with an entry renamed, doubled, dropped, added or spoilt."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [(one.orig_filename, archive.read(one)) for one in archive.infolist()]
        at = draw(st.integers(0, len(entries) - 1))
        name, content = entries[at]
        way = draw(st.sampled_from(("rename", "double", "drop", "add", "spoil", "swap")))
        if way == "rename":
            entries[at] = (draw(st.sampled_from(("a", "../a", "META-INF/a.xml", name.upper(), "/" + name))), content)
        elif way == "double":
            entries.append((name, _bytes(kind, draw, content)))
        elif way == "drop":
            del entries[at]
        elif way == "add":
            entries.append((draw(st.sampled_from(("b.txt", "META-INF/b", "META-INF/manifest.xml"))), content))
        elif way == "spoil":
            entries[at] = (name, _bytes(kind, draw, content))
        else:
            entries[at], entries[-1] = entries[-1], entries[at]
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", draw(st.sampled_from((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)))) as archive:
            for name, content in entries:
                archive.writestr(zipfile.ZipInfo(name), content)
        return out.getvalue()
    except Exception:  # no ZIP any more
        return data


def _same_asice(control: bytes, data: bytes) -> bool:
    def files(container: bytes) -> dict[str, bytes]:
        with zipfile.ZipFile(io.BytesIO(container)) as archive:
            return {
                name: archive.read(name)
                for name in archive.namelist()
                if not name.startswith(("META-INF/", "mimetype"))
            }

    return files(control) == files(data)


KINDS: dict[str, Callable[[], Kind]] = {"pdf": pdf, "xml": xml, "asice": asice}
