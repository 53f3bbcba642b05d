"""Filling a PDF form: values and appearances written together, or handed over for a signed file.

An unsigned file is written anew. One that is signed must only grow: then the changes are returned as plain data, with
their appearances ready, and `signing.filling` appends them.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pikepdf
import pypdf
from pypdf.errors import PyPdfError

from forms.acroform import drawing, objects, tree
from forms.acroform.drawing import Drawn, NotDrawn
from forms.acroform.embedding import Drawing, Fonts
from forms.acroform.errors import (
    FieldProblem,
    FormFileBroken,
    FormFillingRestricted,
    FormFlatteningRestricted,
    FormHasNoFields,
    FormHasXfa,
    FormHasXfaSigned,
    FormNotReread,
    FormSignedNotFlattened,
    FormValuesRefused,
)
from forms.acroform.look import Look
from forms.acroform.tree import BROKEN, FormField, Node, OpenForm
from forms.acroform.values import Wanted, check_values
from forms.errors import DataError


@dataclass(frozen=True)
class Listing:
    """Be what a PDF form asks for."""

    fields: tuple[FormField, ...]
    pages: int
    signed: bool
    notes: tuple[str, ...]
    """Codes of what the person should know: FORM_IS_RESTRICTED, FORM_HAS_XFA_TOO, FORM_IS_SIGNED, FORM_CALCULATES,
    FORM_REPAIRED."""


@dataclass(frozen=True)
class FieldChange:
    """Be one field's new value in a signed file; the field is its own only widget."""

    name: str
    reference: tuple[int, int]
    """Object and generation number."""
    value: str | tuple[str, ...] | None
    state: str | None
    """Of buttons: the appearance's name, which is the value too."""
    drawing: Drawing | None
    widgets: int
    """In how many places it is drawn."""


@dataclass(frozen=True)
class FilledForm:
    """Be a filled form, or what is to be appended to a signed one."""

    pdf: bytes | None = field(repr=False)
    """None where the file is signed."""
    changes: tuple[FieldChange, ...] = ()
    fonts: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """TrueType files by resource name, for a signed file."""
    filled: tuple[str, ...] = ()
    pages: int = 0
    notes: tuple[str, ...] = ()
    """Codes of what the person should know: as of a Listing, and FORM_XFA_DROPPED, FORM_RIGHTS_DROPPED,
    FORM_PASSWORD_READABLE, FORM_FIELD_HIDDEN, FORM_FIELD_NOT_DRAWN."""


def list_fields(data: bytes, *, passphrase: str | None = None) -> Listing:
    """List the fields of a PDF form; a PDF without fields gives none.

    Raises FormFileBroken, FormFileLocked, FormIsDynamicXfa.
    """
    form = tree.open_form(data, passphrase)
    try:
        return Listing(tuple(tree.fields_of(form)), len(form.pdf.pages), form.signed, tuple(_notes(form)))
    except BROKEN as error:
        raise FormFileBroken("BROKEN") from error
    finally:
        form.pdf.close()


def _may(form: OpenForm, act: str) -> bool:
    """Say whether the file's owner allows an act: FILL or FLATTEN."""
    pdf = form.pdf
    if not pdf.is_encrypted or pdf.owner_password_matched:
        return True
    return pdf.allow.modify_form if act == "FILL" else pdf.allow.modify_other


def _notes(form: OpenForm) -> list[str]:
    notes = []
    if not _may(form, "FILL"):
        notes.append("FORM_IS_RESTRICTED")
    if form.xfa:
        notes.append("FORM_HAS_XFA_TOO")
    if form.signed:
        notes.append("FORM_IS_SIGNED")
    if form.calculated:
        notes.append("FORM_CALCULATES")
    if form.pdf.get_warnings():
        notes.append("FORM_REPAIRED")
    return notes


def fill_form(
    data: bytes,
    values: object,
    *,
    flatten: bool = False,
    drop_xfa: bool = False,
    passphrase: str | None = None,
) -> FilledForm:
    """Fill a PDF form from {"full field name": value}: all values or none.

    A text takes a string, a check box true or false, a radio group or a choice one of its options (a list of them where
    several may be chosen), and null empties each. `flatten` makes the fields part of the page. A second copy of the
    form as XFA is taken out only with `drop_xfa`. An encrypted file stays encrypted with the same passwords.

    Raises DataError for values that are no object, FormValuesRefused, and the other kinds of ForeignFormError.
    """
    if not isinstance(values, Mapping):
        raise DataError()
    form = tree.open_form(data, passphrase)
    try:
        return _fill(form, values, flatten=flatten, drop_xfa=drop_xfa, passphrase=passphrase)
    except BROKEN as error:
        raise FormFileBroken("BROKEN") from error
    finally:
        form.pdf.close()


def _fill(
    form: OpenForm, values: Mapping[str, object], *, flatten: bool, drop_xfa: bool, passphrase: str | None
) -> FilledForm:
    if not form.nodes or form.form is None:
        raise FormHasNoFields()
    if form.signed and flatten:
        raise FormSignedNotFlattened()
    if not _may(form, "FILL"):
        raise FormFillingRestricted()
    if flatten and not _may(form, "FLATTEN"):
        raise FormFlatteningRestricted()
    if form.xfa and form.signed:
        raise FormHasXfaSigned()
    if form.xfa and not drop_xfa:
        raise FormHasXfa()
    wanted, problems = check_values(form.nodes, values)
    drawn: list[tuple[Wanted, list[Drawn]]] = []
    for one in wanted:
        try:
            drawn.append((one, list(drawing.draw(form.form, one))))
        except NotDrawn as failed:
            problems.append(failed.problem)
    if form.signed:
        problems += [FieldProblem(one.node.name, "FIELD_HIDDEN") for one in wanted if _unseen(one.node)]
    if problems:
        raise FormValuesRefused(tuple(problems))
    notes = [note for note in _notes(form) if note != "FORM_HAS_XFA_TOO"]
    if any(one.node.kind == "text" and one.node.flags & tree.PASSWORD and one.text for one in wanted):
        notes.append("FORM_PASSWORD_READABLE")
    if not form.signed and any(_unseen(one.node) for one in wanted):
        notes.append("FORM_FIELD_HIDDEN")
    names = tuple(one.node.name for one in wanted)
    if form.signed:
        fonts = Fonts(look for _, many in drawn for look in _looks(many))
        changes = tuple(_change(one, many, fonts) for one, many in drawn)
        programs = {name: part.program for name, part in fonts.subsets.items()}
        return FilledForm(None, changes, programs, names, len(form.pdf.pages), tuple(notes))
    notes += _write(form, drawn)
    if flatten:
        _flatten(form)
    pdf = _save(form)
    if not flatten:
        reread(pdf, wanted, passphrase)
    return FilledForm(pdf, filled=names, pages=len(form.pdf.pages), notes=tuple(dict.fromkeys(notes)))


def _unseen(node: Node) -> bool:
    """Say whether what is filled in may stay unseen: no place on a page, flags, or a layer that can be turned off."""
    return node.hidden or any("/OC" in widget.obj for widget in node.widgets)


def _looks(drawn: Iterable[Drawn]) -> Iterable[Look]:
    for one in drawn:
        if one.look is not None:
            yield one.look
        yield from (made for _, made in one.states)


# ---------------------------------------------------------------- an unsigned file


def _write(form: OpenForm, drawn: list[tuple[Wanted, list[Drawn]]]) -> list[str]:
    """Write values and appearances; return notes."""
    notes = []
    assert form.form is not None
    others, skipped = _others(form, {one.node.name for one, _ in drawn})
    if skipped:
        notes.append("FORM_FIELD_NOT_DRAWN")
    fonts = Fonts(look for _, many in [*drawn, *others] for look in _looks(many))
    for one, many in drawn:
        _set_value(one, many)
    for _, many in [*drawn, *others]:
        for place in many:
            _set_look(form.pdf, place, fonts)
    # With it, readers would draw the fields anew, in a font without our letters.
    if "/NeedAppearances" in form.form:
        del form.form["/NeedAppearances"]
    if form.xfa:
        del form.form["/XFA"]
        if "/NeedsRendering" in form.pdf.Root:
            del form.pdf.Root["/NeedsRendering"]
        notes.append("FORM_XFA_DROPPED")
    if form.usage_rights:
        del form.pdf.Root.Perms["/UR3"]
        notes.append("FORM_RIGHTS_DROPPED")
    return notes


def _others(form: OpenForm, filled: set[str]) -> tuple[list[tuple[Wanted, list[Drawn]]], bool]:
    """Draw the fields that keep their value, where the form left that to the reader; say whether one resisted."""
    assert form.form is not None
    stale = objects.is_true(form.form.get("/NeedAppearances"))
    found, skipped = [], False
    for node in form.nodes.values():
        if node.name in filled or node.kind in ("signature", "button"):
            continue
        if not stale and all("/AP" in widget.obj for widget in node.widgets):
            continue
        wanted = _as_it_is(node)
        try:
            many = list(drawing.draw(form.form, wanted))
        except NotDrawn:
            skipped = True
            continue
        found.append((wanted, [one for one in many if stale or "/AP" not in one.widget.obj]))
    return found, skipped


def _as_it_is(node: Node) -> Wanted:
    """Return the value that a field has, as if it were wanted."""
    value = tree.value_of(node)
    if node.kind == "text":
        # A password is not listed, but drawn: as dots.
        text = objects.text_of(node.inherited("/V")) or ""
        return Wanted(node, text.replace("\r\n", "\n").replace("\r", "\n"))
    if node.kind == "choice":
        options = node.options()
        given = value if isinstance(value, tuple) else (value,)
        chosen = tuple(number for number, option in enumerate(options) if option[0] in given)
        return Wanted(node, text=None if chosen or not isinstance(value, str) else value, chosen=chosen)
    state = objects.name_of(node.inherited("/V"))
    return Wanted(node, state=None if state in (None, "Off") else state)


def _set_value(wanted: Wanted, drawn: list[Drawn]) -> None:
    node = wanted.node
    for obj in node.objects:
        for stale in ("/RV", "/I", "/TI"):
            if stale in obj:
                del obj[stale]
        value = _value(wanted)
        if value is None:
            obj["/V"] = pikepdf.String("")
        elif isinstance(value, tuple):
            obj["/V"] = pikepdf.Array([pikepdf.String(part) for part in value])
        elif node.kind in ("checkbox", "radio"):
            obj["/V"] = objects.make_name(value)
        else:
            obj["/V"] = pikepdf.String(value)
        if node.kind == "choice" and wanted.chosen and not node.flags & tree.COMBO:
            obj["/I"] = pikepdf.Array(list(wanted.chosen))
        if (top := next((one.top for one in drawn if one.top), None)) is not None:
            obj["/TI"] = top
    for widget in node.widgets:
        if "/V" in widget.obj and all(widget.obj.objgen != obj.objgen for obj in node.objects):
            del widget.obj["/V"]


def _value(wanted: Wanted) -> str | tuple[str, ...] | None:
    """Return what the field's /V is to hold; None empties it."""
    node = wanted.node
    if node.kind in ("checkbox", "radio"):
        return wanted.state or "Off"
    if node.kind == "choice" and wanted.chosen:
        values = tuple(node.options()[number][0] for number in wanted.chosen)
        return values if len(values) > 1 else values[0]
    return wanted.text


def _set_look(pdf: pikepdf.Pdf, place: Drawn, fonts: Fonts) -> None:
    obj = place.widget.obj
    if place.look is not None:
        obj["/AP"] = pikepdf.Dictionary(N=fonts.stream(pdf, place.look))
        if "/AS" in obj:
            del obj["/AS"]
    if place.states:
        normal = pikepdf.Dictionary()
        for state, one in place.states:
            normal[f"/{state}"] = fonts.stream(pdf, one)
        obj["/AP"] = pikepdf.Dictionary(N=normal)
    if place.state is not None:
        obj["/AS"] = objects.make_name(place.state)


def _flatten(form: OpenForm) -> None:
    """Make every field part of its page, and leave no form."""
    pdf = form.pdf
    pdf.flatten_annotations("all")
    for page in pdf.pages:
        annotations = page.obj.get("/Annots")
        if not isinstance(annotations, pikepdf.Array):
            continue
        kept = [one for one in annotations if not (objects.is_dictionary(one) and one.get("/Subtype") == "/Widget")]
        if len(kept) != len(annotations):
            page.obj["/Annots"] = pikepdf.Array(kept)
    if "/AcroForm" in pdf.Root:
        del pdf.Root["/AcroForm"]


def _save(form: OpenForm) -> bytes:
    out = io.BytesIO()
    if form.pdf.is_encrypted:
        form.pdf.save(out, encryption=True)
    else:
        form.pdf.save(out, deterministic_id=True)
    return out.getvalue()


def reread(pdf: bytes, wanted: Iterable[Wanted], passphrase: str | None) -> None:
    """Read the written file by another library and compare each value; raises FormNotReread."""
    expected = {one.node.name: _value(one) for one in wanted}
    if not expected:
        return
    name = next(iter(expected))
    try:
        reader = pypdf.PdfReader(io.BytesIO(pdf), password=passphrase or "" if b"/Encrypt" in pdf else None)
        found = _values(reader)
    except (PyPdfError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise FormNotReread(name) from error
    for name, value in expected.items():
        if isinstance(value, str) and not value.isprintable() and any("\udc80" <= c <= "\udcff" for c in value):
            continue  # a state's name that is no UTF-8: each library guesses its letters in its own way
        if (found.get(name) or "") != (value or ""):
            raise FormNotReread(name)


def _values(reader: pypdf.PdfReader) -> dict[str, str | tuple[str, ...]]:
    """Return each field's value as pypdf reads it, by full name."""
    form: Any = reader.root_object["/AcroForm"]
    found: dict[str, str | tuple[str, ...]] = {}
    waiting = [(one.get_object(), "", 0) for one in form["/Fields"].get_object()]
    while waiting:
        obj, prefix, depth = waiting.pop()
        if depth > tree.DEPTH_LIMIT or not isinstance(obj, pypdf.generic.DictionaryObject):
            continue
        own = obj.get("/T")
        name = prefix if own is None else f"{prefix}.{own}" if prefix else str(own)
        value: Any = obj.get("/V")
        value = value.get_object() if value is not None else None
        if isinstance(value, pypdf.generic.ArrayObject):
            found[name] = tuple(str(part) for part in value)
        elif isinstance(value, pypdf.generic.NameObject):
            found[name] = str(value)[1:]
        elif value is not None:
            found[name] = str(value)
        kids: Any = obj.get("/Kids")
        waiting += [(kid.get_object(), name, depth + 1) for kid in (kids.get_object() if kids is not None else ())]
    return found


# ---------------------------------------------------------------- a signed file


def _change(wanted: Wanted, drawn: list[Drawn], fonts: Fonts) -> FieldChange:
    node = wanted.node
    button = node.kind in ("checkbox", "radio")
    apart = node.widgets and node.widgets[0].obj.objgen != node.objects[0].objgen
    # Rich text beside a value would have to go, which is more than a filling.
    more = any(one.states for one in drawn) or "/RV" in node.objects[0]
    first = drawn[0] if drawn else None
    return FieldChange(
        name=node.name,
        reference=node.objects[0].objgen,
        value=None if button else _value(wanted),
        state=(wanted.state or "Off") if button else None,
        drawing=fonts.drawing(first.look) if first is not None and first.look is not None else None,
        # A box without appearances would need several new ones; it is as little told apart as one drawn twice.
        widgets=2 if apart or more else len(node.widgets) * len(node.objects),
    )
