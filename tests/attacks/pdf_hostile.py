"""PDF files that mean to keep a reader busy, to fill its memory, or to make it fall over."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Callable

import pikepdf

from tests.attacks import pdf_raw as raw
from tests.attacks.pdf_shadow import Keys, signed
from tests.signing import made

Hostile = Callable[[Keys], bytes]


def _signed_with(keys: Keys, more: dict[int, bytes], **named: bytes) -> bytes:
    """Sign a document with more objects, and add a store, so that revisions are compared."""
    return raw.with_store(signed(keys, raw.file(raw.objects(**named) | more)))


def _appended(keys: Keys, objects: dict[int, bytes]) -> bytes:
    """Sign a document, then append these objects."""
    return raw.append(signed(keys, raw.file(raw.objects())), objects)


def _page(keys: Keys, entry: bytes) -> dict[int, bytes]:
    return {3: raw.objects()[3].replace(b"/Type /Page ", b"/Type /Page " + entry)}


def previous_is_itself(keys: Keys) -> bytes:
    """The last table names itself as the one before it."""
    data = raw.append(signed(keys, raw.file(raw.objects())), {})
    start = re.findall(rb"startxref\n(\d+)", data)[-1]
    at = data.rindex(b"/Prev")
    return data[:at] + re.sub(rb"/Prev \d+", b"/Prev " + start, data[at:])


def previous_in_a_circle(keys: Keys) -> bytes:
    """The first table names the last as the one before it."""
    long = raw.file(raw.objects(), places={}).replace(b"/Root 1 0 R", b"/Root 1 0 R /Prev 0000000000")
    data = raw.append(signed(keys, long.replace(b"/Prev 0000000000", b"/Unused 00000000")), {})
    start = re.findall(rb"startxref\n(\d+)", data)[-1]
    return data.replace(b"/Unused 00000000", b"/Prev %08d   " % int(start))


def pages_hold_themselves(keys: Keys) -> bytes:
    """The page tree is a circle."""
    return _appended(keys, {2: b"<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 2 >>"})


def fields_hold_themselves(keys: Keys) -> bytes:
    """The tree of fields is a circle."""
    return _appended(keys, {7: b"<< /T (a) /FT /Sig /Kids [7 0 R] >>"})


def fields_ten_thousand_deep(keys: Keys) -> bytes:
    """Fields within fields."""
    chain = {100 + n: b"<< /T (a) /FT /Sig /Kids [%d 0 R] >>" % (101 + n) for n in range(10_000)}
    form = raw.objects()[6].replace(b"/Fields [", b"/Fields [100 0 R ")
    return _appended(keys, chain | {10_100: b"<< /T (b) >>", 6: form})


def arrays_ten_thousand_deep(keys: Keys) -> bytes:
    """An array within an array."""
    return _appended(keys, _page(keys, b"/Deep " + b"[" * 10_000 + b"]" * 10_000))


def arrays_a_million_deep(keys: Keys) -> bytes:
    """As above; the whole file is nothing else."""
    return b"%PDF-1.7\n" + raw.file({1: b"[" * 1_000_000}).removeprefix(b"%PDF-1.7\n") + b"/ByteRange"


def dictionaries_ten_thousand_deep(keys: Keys) -> bytes:
    """A dictionary within a dictionary."""
    return _appended(keys, _page(keys, b"/Deep " + b"<< /A " * 10_000 + b"1" + b">>" * 10_000))


def strings_unbalanced(keys: Keys) -> bytes:
    """Opened brackets without end in every object."""
    return _appended(keys, {100 + n: b"(" * 5_000 for n in range(200)})


def ten_thousand_objects_deep(keys: Keys) -> bytes:
    """Each object names the next one."""
    chain = {100 + n: b"<< /Next %d 0 R >>" % (101 + n) for n in range(10_000)}
    return _signed_with(keys, chain | {10_100: b"<< >>"}, catalogue=b"/First 100 0 R")


def sixty_objects_many_ways(keys: Keys) -> bytes:
    """Each object names the next one twice: there are 2^60 ways through them."""
    doubled = {100 + n: b"[%d 0 R %d 0 R]" % (101 + n, 101 + n) for n in range(60)}
    return _signed_with(keys, doubled | {160: b"null"}, catalogue=b"/First 100 0 R")


def twenty_objects_all_ways(keys: Keys) -> bytes:
    """Every object names every other one."""
    everything = b"[" + b" ".join(b"%d 0 R" % (100 + n) for n in range(20)) + b"]"
    return _signed_with(keys, {100 + n: everything for n in range(20)}, catalogue=b"/First 100 0 R")


def object_stream_in_itself(keys: Keys) -> bytes:
    """An object stream that is found in itself."""
    control = signed(keys, raw.packed_file({4: raw.objects()[4], 8: raw.objects()[8]}, {20: _inside()}))
    return raw.packed_append(control, {}, {}, inside={20: (20, 0), 3: (20, 2)})


def object_streams_in_each_other(keys: Keys) -> bytes:
    """Two object streams that are found in one another."""
    control = signed(keys, raw.packed_file({4: raw.objects()[4], 8: raw.objects()[8]}, {20: _inside(), 21: {}}))
    return raw.packed_append(control, {}, {}, inside={20: (21, 0), 21: (20, 0)})


def length_names_itself(keys: Keys) -> bytes:
    """The length of a stream is the stream."""
    return _appended(keys, {4: b"<< /Length 4 0 R >>\nstream\nx\nendstream"})


def _inside() -> dict[int, bytes]:
    return {number: raw.objects()[number] for number in (1, 2, 3, 5, 6, 7)}


def object_stream_bomb(keys: Keys) -> bytes:
    """An object stream of 700 KB unpacks to 700 MB."""
    body = b"1 0 << /Type /Catalog /Pages 2 0 R >> " + b" " * 1000
    packer = zlib.compressobj(9)
    packed = packer.compress(body) + b"".join(packer.compress(b" " * 1_000_000) for _ in range(700)) + packer.flush()
    objects = raw.objects()
    stream = raw.stream(packed, b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode")
    return raw.packed_append(signed(keys, raw.packed_file(objects, {})), {30: stream}, {}, inside={1: (30, 0)})


def table_of_many_objects(keys: Keys) -> bytes:
    """A table that says it has a thousand million lines."""
    data = raw.append(signed(keys, raw.file(raw.objects())), {})
    at = data.rindex(b"0 1\n0000000000")
    return data[:at] + b"0 1000000000\n0000000000" + data[at + 14 :]


def stream_table_of_many_objects(keys: Keys) -> bytes:
    """A packed table with as many entries."""
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(b"\0" * 1_000_000) for _ in range(600)) + packer.flush()
    control = signed(keys, raw.packed_file(raw.objects(), {}))
    head = b"/Type /XRef /Size 100000000 /W [1 4 1] /Filter /FlateDecode /Root 1 0 R"
    start = len(control)
    body = b"90 0 obj\n" + raw.stream(rows, head) + b"\nendobj\n"
    return control + body + b"startxref\n%d\n%%%%EOF\n" % start


def wide_table(keys: Keys) -> bytes:
    """A packed table whose columns are as wide as may be."""
    control = signed(keys, raw.packed_file(raw.objects(), {}))
    start = len(control)
    head = b"/Type /XRef /Size 100000000 /W [1 1000000000 1000000000] /Root 1 0 R"
    return control + b"90 0 obj\n" + raw.stream(b"\1" * 100, head) + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % start


def many_fields(keys: Keys) -> bytes:
    """Five thousand signature fields share one signature."""
    control = signed(keys, raw.file(raw.objects()))
    found = re.findall(rb"/V (\d+) 0 R", control)
    fields = {100 + n: b"<< /T (s%d) /FT /Sig /V %s 0 R >>" % (n, found[0]) for n in range(5_000)}
    names = b" ".join(b"%d 0 R" % number for number in fields)
    return raw.append(control, fields | {6: raw.body_of(control, 6).replace(b"/Fields [", b"/Fields [" + names + b" ")})


def many_ranges(keys: Keys) -> bytes:
    """Fifty thousand byte ranges hide a signature that the form no longer shows."""
    control = signed(keys, raw.file(raw.objects()))
    decoys = b"%" + b"/ByteRange [0 1 2 3] <" * 50_000
    return made.increment(control, made.remove_field) + decoys


def many_revisions(keys: Keys) -> bytes:
    """Two thousand revisions after the signature."""
    data = raw.with_store(signed(keys, raw.file(raw.objects())))
    start, size = int(re.findall(rb"startxref\n(\d+)", data)[-1]), raw.next_number(data)
    parts = [data]
    at = len(data)
    for _ in range(2_000):
        table = b"xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size %d /Root 1 0 R /Prev %d >>\n" % (size, start)
        table += b"startxref\n%d\n%%%%EOF\n" % at
        parts.append(table)
        start, at = at, at + len(table)
    return b"".join(parts)


def spaces(keys: Keys) -> bytes:
    """What searching for signatures must pass: names and spaces without end."""
    return b"%PDF-1.7\n" + (b"/ByteRange" + b" " * 64 + b"[" + b" " * 64 + b"0 ") * 100_000


def digits(keys: Keys) -> bytes:
    """What searching for objects must pass: digits without end, behind a signature."""
    control = signed(keys, raw.file(raw.objects()))
    return raw.with_store(control, {4: raw.stream(raw.EVIL)}, before=b"%" + b"1234567890 " * 500_000 + b"\n")


def long_value(keys: Keys) -> bytes:
    """A signature value of twenty million digits."""
    control = signed(keys, raw.file(raw.objects()))
    layout = made.Layout.of(control)
    return control[: layout.first + 1] + b"30" * 10_000_000 + control[layout.second - 1 :]


def encrypted(keys: Keys) -> bytes:
    """Signed, then encrypted with a password that nobody gave."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(signed(keys, raw.file(raw.objects())))) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="a", user="b"))
    return out.getvalue()


def encrypted_with_nothing(keys: Keys) -> bytes:
    """As above, the password is empty: every reader opens it."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(signed(keys, raw.file(raw.objects())))) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="a", user=""))
    return out.getvalue()


def encrypted_later(keys: Keys) -> bytes:
    """A later trailer says that the file is encrypted."""
    control = signed(keys, raw.file(raw.objects()))
    number = raw.next_number(control)
    rule = b"<< /Filter /Standard /V 1 /R 2 /O (%s) /U (%s) /P -1 >>" % (b"a" * 32, b"b" * 32)
    return raw.append(control, {number: rule}, trailer=b"/Encrypt %d 0 R /ID [<00> <00>]" % number)


def metadata_bomb(keys: Keys) -> bytes:
    """XMP with entities within entities."""
    entities = b"".join(b'<!ENTITY e%d "%s">' % (n + 1, b"&e%d;" % n * 10) for n in range(20))
    xmp = b'<!DOCTYPE x [<!ENTITY e0 "ha">' + entities + b']><x:xmpmeta xmlns:x="adobe:ns:meta/">&e20;</x:xmpmeta>'
    control = signed(keys, raw.file(raw.objects()))
    number = raw.next_number(control)
    root = raw.body_of(control, 1)
    root = root[: root.rindex(b">>")] + b"/Metadata %d 0 R >>" % number
    return raw.with_store(control, {1: root, number: raw.stream(xmp, b"/Type /Metadata /Subtype /XML")})


def long_string(keys: Keys) -> bytes:
    """A string of forty million letters in the page that is shown."""
    return _appended(keys, _page(keys, b"/Long (" + b"a" * 40_000_000 + b")"))


def long_array(keys: Keys) -> bytes:
    """An array of twenty million numbers."""
    return _appended(keys, _page(keys, b"/Long [" + b"0 " * 20_000_000 + b"]"))


def cut(keys: Keys) -> bytes:
    """Half of a file with two signatures."""
    data = made.signed(signed(keys, raw.file(raw.objects())), keys.key("sao_mai"), field="Other")
    return data[: len(data) - 400]


HOSTILE: dict[str, Hostile] = {
    one.__name__: one
    for one in (
        previous_is_itself, previous_in_a_circle, pages_hold_themselves,
        fields_hold_themselves, fields_ten_thousand_deep, arrays_ten_thousand_deep, arrays_a_million_deep,
        dictionaries_ten_thousand_deep, strings_unbalanced, ten_thousand_objects_deep, sixty_objects_many_ways,
        twenty_objects_all_ways, object_stream_in_itself, object_streams_in_each_other, length_names_itself,
        object_stream_bomb, table_of_many_objects, stream_table_of_many_objects, wide_table, many_fields, many_ranges,
        many_revisions, spaces, digits, long_value, encrypted, encrypted_with_nothing, encrypted_later, metadata_bomb,
        long_string, long_array, cut,
    )
}  # fmt: skip
