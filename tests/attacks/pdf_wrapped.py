"""Signature wrapping, universal forgery, exclusion: the signature's own dictionary says something else."""

from __future__ import annotations

import re

from tests.attacks import pdf_raw as raw
from tests.attacks.pdf_shadow import Attack, Case, Keys, countersigned, into, signed
from tests.signing import made

WRAPPED: dict[str, Attack] = {}


def _wrapped(keys: Keys, *, padding: bytes, own: bool) -> Case:
    """Move the second signed part to the end; between the parts stand new objects and a new signature dictionary."""
    control = signed(keys, raw.file(raw.objects()))
    layout = made.Layout.of(control)
    first, contents, second = control[: layout.first], control[layout.first : layout.second], control[layout.second :]
    number = int(re.findall(rb"/V (\d+) 0 R", control)[0])
    evil = b"4 0 obj\n" + raw.stream(raw.EVIL) + b"\nendobj\n"
    if own:
        evil += b"%d 0 obj\n<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached " % number
        evil += b"/ByteRange [0 %010d %010d %010d] /Contents %s >>\nendobj\n" % (len(first), 0, len(second), contents)
    middle = contents + padding + evil
    places = {4: len(first) + middle.index(b"4 0 obj")}
    if own:
        places[number] = len(first) + middle.index(b"%d 0 obj" % number)
    start = len(first) + len(middle)
    prev = re.findall(rb"startxref\n(\d+)", control)[-1]
    table = b"xref\n" + b"".join(b"%d 1\n%010d 00000 n \n" % one for one in sorted(places.items()))
    table += b"trailer\n<< /Size 60 /Root 1 0 R /Prev %s >>\nstartxref\n%d\n%%%%EOF\n" % (prev, start)
    at = len(first) + len(middle) + len(table)
    middle = middle.replace(
        b"%010d %010d %010d" % (len(first), 0, len(second)), b"%010d %010d %010d" % (len(first), at, len(second))
    )
    return Case(control, first + middle + table + second)


@into(WRAPPED)
def wrap_with_a_new_dictionary(keys: Keys) -> Case:
    """Own dictionary, own byte range, the victim's value."""
    return _wrapped(keys, padding=b"\n", own=True)


@into(WRAPPED)
def wrap_with_the_old_dictionary(keys: Keys) -> Case:
    """The victim's dictionary, its second part moved."""
    return _wrapped(keys, padding=b"\n", own=False)


@into(WRAPPED)
def wrap_within_the_string(keys: Keys) -> Case:
    """New objects within the room that is kept for the value."""
    control = signed(keys, raw.file(raw.objects()), padding=30_000)
    layout = made.Layout.of(control)
    evil = b">\n4 0 obj\n" + raw.stream(raw.EVIL) + b"\nendobj\n"
    at = layout.first + 1 + 2 * layout.length + 100
    return Case(control, control[:at] + evil + control[at + len(evil) :])


def _forged(name: str, pattern: bytes, new: bytes, *, count: int = 1) -> None:
    def attack(keys: Keys) -> Case:
        control = signed(keys, raw.file(raw.objects()))
        found = re.search(pattern, control, re.DOTALL)
        assert found is not None
        text = new.ljust(len(found[0])) if len(new) <= len(found[0]) else new
        evil = raw.EVIL if count else raw.HONEST
        return Case(control, control.replace(found[0], text, 1).replace(raw.HONEST, evil))

    WRAPPED[name] = attack


_RANGE = rb"/ByteRange\s*\[[^\]]*\]"
_VALUE = rb"/Contents\s*<[0-9a-fA-F]{100,}>"
for _what, _pattern in (("range", _RANGE), ("value", _VALUE)):
    _key = b"/ByteRange " if _what == "range" else b"/Contents "
    for _word, _new in {
        "gone": b"",
        "null": _key + b"null",
        "zero": _key + (b"[0 0 0 0]" if _what == "range" else b"<00>"),
        "empty": _key + (b"[]" if _what == "range" else b"<>"),
        "negative": _key + (b"[0 -1 -1 -1]" if _what == "range" else b"(x)"),
        "huge": _key + (b"[0 9999999999 9999999999 9999999999]" if _what == "range" else b"<" + b"30" * 40 + b">"),
        "two_parts": _key + (b"[0 100 200]" if _what == "range" else b"[<00>]"),
    }.items():
        _forged(f"forge_{_what}_{_word}", _pattern, _new)


@into(WRAPPED)
def exclude_the_signature(keys: Keys) -> Case:
    """The newest form has no signature any more."""
    control = signed(keys, raw.file(raw.objects()))
    return Case(control, made.increment(control, made.remove_field))


@into(WRAPPED)
def exclude_the_form(keys: Keys) -> Case:
    """The newest catalogue has no form at all."""
    control = signed(keys, raw.file(raw.objects()))
    root = re.sub(rb"/AcroForm 6 0 R", b"", raw.body_of(control, 1))
    return Case(control, raw.append(control, {1: root, 4: raw.stream(raw.EVIL)}))


@into(WRAPPED)
def exclude_the_value(keys: Keys) -> Case:
    """The signature field is empty again."""
    control = signed(keys, raw.file(raw.objects()))
    number = int(re.findall(rb"(\d+) 0 obj\s*<<(?:(?!endobj).)*?/FT /Sig", control, re.DOTALL)[-1])
    field = re.sub(rb"/V \d+ 0 R", b"", raw.body_of(control, number))
    return Case(control, raw.append(control, {number: field, 4: raw.stream(raw.EVIL)}))


@into(WRAPPED)
def exclude_and_sign_anew(keys: Keys) -> Case:
    """The victim's signature is taken out, the attacker signs: what stays is never the victim's."""
    control = signed(keys, raw.file(raw.objects()))
    return Case(control, countersigned(keys, made.increment(control, made.remove_field)))
