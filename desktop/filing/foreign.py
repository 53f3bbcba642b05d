"""PDF forms made by others: what they ask for, and filling them; a signed one only as far as its signatures allow."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from desktop.filing.desk import Desk

if TYPE_CHECKING:
    from forms.acroform import FilledForm, Listing

TIME_LIMIT = 60.0
"""Seconds for one file."""


@dataclass(frozen=True)
class FilledDocument:
    """A foreign form with its fields filled and read again."""

    data: bytes = field(repr=False)
    filled: tuple[str, ...]
    pages: int
    notes: tuple[str, ...]
    """Codes of what the person should know."""
    signatures: int = 0
    """Signatures that were there before and hold."""
    doubted: tuple[str, ...] = ()
    """Of these, the ones that validation cannot call valid any more."""
    flattened: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return what the command line prints, the notes apart."""
        return {
            "filled": list(self.filled),
            "pages": self.pages,
            "flattened": self.flattened,
            "signatures": self.signatures,
            "doubted": list(self.doubted),
        }


def form_fields(desk: Desk, data: bytes, *, passphrase: str | None = None) -> Listing:
    """List the fields of a PDF form in a worker. Raises ForeignFormError and its kinds, WorkerKilled."""
    from forms.acroform import list_fields

    found: Listing = desk.workers.run(list_fields, data, named={"passphrase": passphrase}, timeout=TIME_LIMIT)
    return found


def fill_foreign(
    desk: Desk,
    data: bytes,
    values: object,
    *,
    flatten: bool = False,
    drop_xfa: bool = False,
    passphrase: str | None = None,
) -> FilledDocument:
    """Fill a PDF form from {"full field name": value}, in workers; all values or none.

    A file that is signed only grows, so that its signatures hold.
    Raises ForeignFormError and its kinds, and for signed files SigningError.
    """
    from forms.acroform import fill_form
    from signing.filling import fill_signed

    named = {"flatten": flatten, "drop_xfa": drop_xfa, "passphrase": passphrase}
    made: FilledForm = desk.workers.run(fill_form, data, values, named=named, timeout=TIME_LIMIT)
    if made.pdf is not None:
        return FilledDocument(made.pdf, made.filled, made.pages, made.notes, flattened=flatten)
    grown = desk.workers.run(fill_signed, data, _changes(made), dict(made.fonts), timeout=TIME_LIMIT)
    notes = (*made.notes, "FORM_SIGNATURE_DOUBTED") if grown.doubted else made.notes
    return FilledDocument(grown.data, made.filled, made.pages, notes, grown.earlier, grown.doubted)


def _changes(made: FilledForm) -> list[Any]:
    """Hand the changes from forms to signing, neither of which knows the other."""
    from signing.filling import Appearance, Change

    changes = []
    for one in made.changes:
        look = one.drawing
        drawn = None if look is None else Appearance(look.content, look.width, look.height, look.matrix, look.fonts)
        changes.append(Change(one.name, one.reference, one.value, one.state, drawn, one.widgets != 1))
    return changes
