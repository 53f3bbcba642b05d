"""Attacks on certifications: through annotations, fields, and what an author allowed to be filled."""

from __future__ import annotations

import re

from pyhanko.sign.fields import MDPPerm

from tests.attacks import pdf_raw as raw
from tests.attacks.pdf_shadow import COVER, Attack, Case, Keys, hidden_field, hooked, into, signed

CERTIFIED: dict[str, Attack] = {}


def certified(keys: Keys, data: bytes, permission: MDPPerm = MDPPerm.FILL_FORMS) -> bytes:
    """Certify as the author does."""
    return signed(keys, data, certify=permission)


def _annotated(control: bytes, entries: bytes) -> bytes:
    number = raw.next_number(control)
    page = re.sub(rb"/Annots \[", b"/Annots [ %d 0 R " % number, raw.body_of(control, 3))
    note = b"<< /Type /Annot /Rect [50 650 400 750] /F 4 /AP << /N %d 0 R >> %s >>" % (number + 1, entries)
    return raw.append(control, {3: page, number: note, number + 1: raw.form(COVER)})


def _evil_annotation(subtype: bytes, permission: MDPPerm) -> Attack:
    def attack(keys: Keys) -> Case:
        control = certified(keys, raw.file(raw.objects()), permission)
        return Case(control, _annotated(control, b"/Subtype /%s /Contents (Pay 9 000 000)" % subtype))

    return attack


for _subtype in ("FreeText", "Stamp", "Redact", "Square", "Ink"):
    for _permission in MDPPerm:
        _made = _evil_annotation(_subtype.encode(), _permission)
        CERTIFIED[f"annotate_{_subtype}_{_permission.name}"] = _made


def _field_added(
    control: bytes, *, box: bytes = b"[50 650 400 750]", more: bytes = b"", subtype: bytes = b"Widget"
) -> bytes:
    number = raw.next_number(control)
    page = re.sub(rb"/Annots \[", b"/Annots [ %d 0 R " % number, raw.body_of(control, 3))
    fields = re.sub(rb"/Fields \[", b"/Fields [ %d 0 R " % number, raw.body_of(control, 6))
    field = b"<< /Type /Annot /Subtype /%s /FT /Sig /T (Them) /F 4 /P 3 0 R /Rect %s /AP << /N %d 0 R >> %s >>" % (
        subtype,
        box,
        number + 1,
        more,
    )
    return raw.with_store(control, {3: page, 6: fields, number: field, number + 1: raw.form(COVER)})


def _sneaky(name: str, **how: bytes) -> None:
    for permission in MDPPerm:

        def attack(keys: Keys, permission: MDPPerm = permission) -> Case:
            control = certified(keys, raw.file(raw.objects()), permission)
            return Case(control, _field_added(control, **how))

        CERTIFIED[f"{name}_{permission.name}"] = attack

    def approved(keys: Keys) -> Case:
        control = signed(keys, raw.file(raw.objects()))
        return Case(control, _field_added(control, **how))

    CERTIFIED[f"{name}_approved"] = approved


_sneaky("add_a_field_that_covers")
_sneaky("add_a_field_of_five_numbers", box=b"[0 0 595 842 0]")
_sneaky("add_a_field_of_names", box=b"[/a 0 595 842]")
_sneaky("add_a_field_that_is_a_note", box=b"[0 0 0 0]", subtype=b"FreeText", more=b"/Contents (9 000 000)")
_sneaky(
    "add_a_field_that_acts",
    box=b"[0 0 0 0]",
    more=b"/AA << /PO << /S /JavaScript /JS (this.getField\\('so_tien'\\).value='9000000';) >> >>",
)


@into(CERTIFIED)
def hook_up_a_hidden_field_certified(keys: Keys) -> Case:
    """A field with a picture that lay unused in the certified bytes."""
    control = certified(keys, raw.file(raw.objects() | hidden_field()))
    return Case(control, hooked(control))


@into(CERTIFIED)
def hook_up_a_hidden_field_locked(keys: Keys) -> Case:
    """As above, where the author allowed nothing at all."""
    control = certified(keys, raw.file(raw.objects() | hidden_field()), MDPPerm.NO_CHANGES)
    return Case(control, hooked(control))


@into(CERTIFIED)
def redraw_a_button(keys: Keys) -> Case:
    """A push button over the whole page gets a picture: no filling of a form."""
    drawn = raw.objects(fields=b"9 0 R")
    drawn[3] = drawn[3].replace(b"/Annots [7 0 R]", b"/Annots [7 0 R 9 0 R]")
    drawn[9] = (
        b"<< /Type /Annot /Subtype /Widget /FT /Btn /Ff 65536 /T (nut) /F 4 /Rect [0 0 595 842] /P 3 0 R "
        b"/AP << /N 10 0 R >> >>"
    )
    drawn[10] = raw.form(b"")
    control = certified(keys, raw.file(drawn))
    number = raw.next_number(control)
    button = raw.body_of(control, 9).replace(b"10 0 R", b"%d 0 R" % number)
    return Case(control, raw.append(control, {9: button, number: raw.form(COVER)}))


@into(CERTIFIED)
def redraw_a_button_in_place(keys: Keys) -> Case:
    """As above; its picture's own object changes."""
    drawn = raw.objects(fields=b"9 0 R")
    drawn[3] = drawn[3].replace(b"/Annots [7 0 R]", b"/Annots [7 0 R 9 0 R]")
    drawn[9] = (
        b"<< /Type /Annot /Subtype /Widget /FT /Btn /Ff 65536 /T (nut) /F 4 /Rect [0 0 595 842] /P 3 0 R "
        b"/AP << /N 10 0 R >> >>"
    )
    drawn[10] = raw.form(b"")
    control = certified(keys, raw.file(drawn))
    return Case(control, raw.append(control, {10: raw.form(COVER)}))


@into(CERTIFIED)
def move_a_field(keys: Keys) -> Case:
    """A field that may be filled is moved over other text."""
    control = certified(keys, raw.file(raw.objects()))
    field = raw.body_of(control, 7).replace(b"[72 600 272 620]", b"[72 690 272 720]")
    return Case(control, raw.append(control, {7: field}))


@into(CERTIFIED)
def drop_the_certification(keys: Keys) -> Case:
    """The catalogue names no certification any more, then everything changes."""
    control = certified(keys, raw.file(raw.objects()), MDPPerm.NO_CHANGES)
    root = re.sub(rb"/Perms \d+ 0 R|/Perms\s*<<.*?>>", b"", raw.body_of(control, 1), flags=re.DOTALL)
    assert b"/Perms" not in root
    return Case(control, raw.append(control, {1: root, 4: raw.stream(raw.EVIL)}))
