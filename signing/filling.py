"""Writing field values into a signed PDF: by an increment, as far as the signatures allow, and never unseen.

The appearances are given: this module knows no layout. What a certification or a field lock forbids is refused before
anything is written; then every earlier signature is validated against the finished bytes, and each field is read again.
An approval signature does not forbid filling, but our own validation never calls it valid afterwards (a value put in
later was not what the signer saw): those are named in the result.
"""

# pyHanko declares types for its package but leaves many of its calls without them.
# mypy: disallow-untyped-calls=False

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import FieldMDPSpec, MDPPerm
from pyhanko.sign.validation import EmbeddedPdfSignature

from signing import reread, widget
from signing.errors import (
    EarlierSignatureBroken,
    PdfEncrypted,
    PdfTooManySignatures,
    PdfUnreadable,
    SigningError,
)
from signing.pdf import MOST_SIGNATURES
from signing.stamp import prepare_font

_DEEPEST = 32
_MOST_FIELDS = 20_000


@dataclass(eq=False)
class FillingForbidden(SigningError):
    """The author's certification of the document allows no field to be filled."""

    code: ClassVar[str] = "FILLING_FORBIDDEN"
    signature: str = ""


@dataclass(eq=False)
class FieldsLocked(SigningError):
    """A signer locked these fields."""

    code: ClassVar[str] = "FIELDS_LOCKED"
    signature: str = ""
    fields: tuple[str, ...] = ()


@dataclass(eq=False)
class FieldsDrawnApart(SigningError):
    """These fields are drawn in objects of their own: judges of signatures cannot tell a filling from an edit there."""

    code: ClassVar[str] = "FIELDS_DRAWN_APART"
    fields: tuple[str, ...] = ()


@dataclass(eq=False)
class FillingNotReread(SigningError):
    """What was written is not what was asked for, or would not be seen; nothing was kept."""

    code: ClassVar[str] = "FILLING_NOT_REREAD"
    field: str = ""


@dataclass(frozen=True)
class Appearance:
    """How a field looks with its new value."""

    content: bytes = field(repr=False)
    """A content stream; its fonts are named as in the `fonts` given with it."""
    width: float
    height: float
    matrix: tuple[float, float, float, float, float, float] = (1, 0, 0, 1, 0, 0)
    fonts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Change:
    """One field's new value."""

    field: str
    """Full name."""
    reference: tuple[int, int]
    """Object and generation number of the field, which is its own widget."""
    value: str | tuple[str, ...] | None = None
    """Of texts and choices; None empties the field."""
    state: str | None = None
    """Of check boxes: the name of the appearance to show, without slash."""
    appearance: Appearance | None = None
    """None for check boxes, which have theirs."""
    apart: bool = False
    """The field is drawn elsewhere, or more than once."""


@dataclass(frozen=True)
class FilledPdf:
    """A signed document with fields filled after the signatures."""

    data: bytes = field(repr=False)
    earlier: int
    """Signatures that were there before and hold."""
    doubted: tuple[str, ...]
    """Of these, the ones that validation cannot call valid any more, since they are no certification that lets forms
    be filled."""


class _Writer(IncrementalPdfFileWriter):
    """pyHanko's incremental writer, leaving Info and XMP alone: a changed date would be a change of the document."""

    def _update_meta(self) -> None:
        return


def fill_signed(source: bytes, changes: Sequence[Change], fonts: Mapping[str, bytes]) -> FilledPdf:
    """Append field values and appearances to a signed PDF; `fonts` are TrueType files by resource name.

    Raises FillingForbidden, FieldsLocked, FieldsDrawnApart, EarlierSignatureBroken, FillingNotReread, PdfEncrypted,
    PdfUnreadable.
    """
    stream = io.BytesIO(source)
    try:
        reader = PdfFileReader(stream, strict=False)
        encrypted = reader.encrypted
    except Exception as error:  # pyHanko raises bare errors of all kinds on damaged files
        raise PdfUnreadable from error
    if encrypted:
        raise PdfEncrypted
    earlier = _signatures(reader)
    _require_allowed(earlier, changes)
    try:
        writer = _Writer(stream, prev=reader)
        _write(writer, changes, fonts)
        out = io.BytesIO()
        writer.write(out)
    except SigningError:
        raise
    except Exception as error:  # as above
        raise PdfUnreadable from error
    data = out.getvalue()
    if not data.startswith(source):
        raise FillingNotReread(changes[0].field if changes else "")
    doubted = _reread(data, changes, [str(one.field_name) for one in earlier])
    return FilledPdf(data, len(earlier), doubted)


def _signatures(reader: PdfFileReader) -> list[EmbeddedPdfSignature]:
    try:
        found = list(reader.embedded_signatures)
    except Exception as error:  # a signature that cannot be read cannot be shown to hold afterwards
        raise EarlierSignatureBroken("", "unreadable") from error
    if len(found) > MOST_SIGNATURES:
        raise PdfTooManySignatures(len(found), MOST_SIGNATURES)
    return found


# ---------------------------------------------------------------- what is allowed


def _require_allowed(signatures: Iterable[EmbeddedPdfSignature], changes: Sequence[Change]) -> None:
    """Ask every signature and its field's lock (ISO 32000-1, 12.8.2.2 and 12.8.2.4)."""
    for one in signatures:
        try:
            level, locks = one.docmdp_level, _locks(one)
            locked = tuple(change.field for change in changes if any(lock.is_locked(change.field) for lock in locks))
        except Exception as error:  # permissions nobody can read permit nothing
            raise EarlierSignatureBroken(str(one.field_name), "unreadable") from error
        if level == MDPPerm.NO_CHANGES:
            raise FillingForbidden(str(one.field_name))
        if locked:
            raise FieldsLocked(str(one.field_name), locked)
    if apart := tuple(change.field for change in changes if change.apart):
        raise FieldsDrawnApart(apart)


def _locks(signature: EmbeddedPdfSignature) -> list[FieldMDPSpec]:
    """Return what the signature itself locks, and what its field says that signing locks."""
    locks = [signature.fieldmdp] if signature.fieldmdp is not None else []
    own = signature.sig_field
    lock = own["/Lock"] if "/Lock" in own else None  # noqa: SIM401  # pyHanko's get leaves references as they are
    if isinstance(lock, generic.DictionaryObject) and "/Action" in lock:
        locks.append(FieldMDPSpec.from_pdf_object(lock))
    return locks


def _certifies(signature: EmbeddedPdfSignature, reader: PdfFileReader) -> bool:
    """Tell whether this is the author's certification, and lets forms be filled."""
    try:
        named = reader.root["/Perms"].raw_get("/DocMDP").reference
        own = signature.sig_field.raw_get("/V").reference
    except (KeyError, AttributeError, TypeError):
        return False
    return bool(named == own) and signature.docmdp_level in (MDPPerm.FILL_FORMS, MDPPerm.ANNOTATE)


# ---------------------------------------------------------------- writing


def _write(writer: _Writer, changes: Sequence[Change], fonts: Mapping[str, bytes]) -> None:
    embedded: dict[str, Any] = {}
    fields = _fields(writer)
    for change in changes:
        place = fields.get(change.field)
        # Whoever drew the appearance used another library: both must mean the same object.
        if place is None or (place.idnum, place.generation) != change.reference:
            raise PdfUnreadable
        target: Any = place.get_object()
        if change.state is not None:
            state = pdf_name(f"/{change.state}")
            if change.state != "Off" and state not in target["/AP"]["/N"]:
                raise FieldsDrawnApart((change.field,))
            target[pdf_name("/V")] = target[pdf_name("/AS")] = state
        else:
            target[pdf_name("/V")] = _value(change.value)
        if change.appearance is not None:
            for name in change.appearance.fonts:
                if name not in embedded:
                    # One way of embedding a font in this package: the visible signature's.
                    embedded[name] = writer.add_object(widget._font(writer, prepare_font(fonts[name])))
            look = writer.add_object(_stream(change.appearance, embedded))
            # A new dictionary: an old one may be shared with another field.
            target[pdf_name("/AP")] = generic.DictionaryObject({pdf_name("/N"): look})
        writer.mark_update(place)
    form = writer.root["/AcroForm"]
    if changes and "/NeedAppearances" in form:
        # With it, readers would draw the fields anew, in a font without our letters.
        del form["/NeedAppearances"]
        writer.update_container(form)


def _fields(writer: _Writer) -> dict[str, generic.Reference]:
    """Return where each field without kids is, by its full name."""
    found: dict[str, generic.Reference] = {}
    waiting = [(one, "", 0) for one in writer.root["/AcroForm"]["/Fields"]]
    seen = 0
    while waiting:
        reference, above, depth = waiting.pop()
        seen += 1
        if depth > _DEEPEST or seen > _MOST_FIELDS:
            raise PdfUnreadable
        node = reference.get_object()
        if not isinstance(node, generic.DictionaryObject):
            continue
        own = str(node["/T"]) if "/T" in node else None
        name = above if own is None else f"{above}.{own}" if above else own
        if "/Kids" in node:
            waiting += [(kid, name, depth + 1) for kid in node["/Kids"]]
        elif isinstance(reference, generic.IndirectObject):
            found[name] = reference.reference
    return found


def _value(value: str | tuple[str, ...] | None) -> generic.PdfObject:
    if isinstance(value, tuple):
        return generic.ArrayObject(generic.pdf_string(part) for part in value)
    return generic.pdf_string(value or "")


def _stream(look: Appearance, fonts: Mapping[str, Any]) -> generic.StreamObject:
    used = generic.DictionaryObject({pdf_name(f"/{name}"): fonts[name] for name in look.fonts})
    return generic.StreamObject(
        {
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Form"),
            pdf_name("/BBox"): _numbers(0, 0, look.width, look.height),
            pdf_name("/Matrix"): _numbers(*look.matrix),
            pdf_name("/Resources"): generic.DictionaryObject({pdf_name("/Font"): used} if look.fonts else {}),
        },
        stream_data=look.content,
    )


def _numbers(*values: float) -> generic.ArrayObject:
    return generic.ArrayObject(generic.FloatObject(round(value, 4)) for value in values)


# ---------------------------------------------------------------- reading again


def _reread(data: bytes, changes: Sequence[Change], earlier: Sequence[str]) -> tuple[str, ...]:
    """Read the finished file: each field as asked for and drawn, each earlier signature intact; return the doubted."""
    try:
        reader = PdfFileReader(io.BytesIO(data), strict=False)
        for change in changes:
            if not _as_asked(generic.IndirectObject(*change.reference, reader).get_object(), change):
                raise FillingNotReread(change.field)
        signatures = list(reader.embedded_signatures)
    except FillingNotReread:
        raise
    except Exception as error:  # a file that cannot be parsed is not a filled file
        raise FillingNotReread(changes[0].field if changes else "") from error
    if [one.field_name for one in signatures] != list(earlier):
        raise EarlierSignatureBroken(earlier[0] if earlier else "", "unreadable")
    for one in signatures:
        reason = reread.judge_earlier(one)
        if reason is not None:
            raise EarlierSignatureBroken(str(one.field_name), reason)
    return tuple(str(one.field_name) for one in signatures if not _certifies(one, reader)) if changes else ()


def _as_asked(found: Any, change: Change) -> bool:
    value = found["/V"]
    if change.state is not None:
        return bool(value == found["/AS"] == f"/{change.state}")
    wanted = change.value or ""
    same = tuple(str(part) for part in value) == wanted if isinstance(wanted, tuple) else str(value) == wanted
    if change.appearance is None:
        return same
    look = found["/AP"]["/N"]
    return bool(same and look.data == change.appearance.content and float(look["/BBox"][2]) > 0)
