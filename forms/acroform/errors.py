"""What can go wrong with PDF forms made by others.

FormsError
└── ForeignFormError
    ├── FormFileBroken          not a PDF, or damaged beyond reading
    │   └── FormFileTooLarge    beyond the limits of size, pages, fields or depth
    ├── FormFileLocked          a password is needed
    │   └── FormPassphraseWrong
    ├── FormFillingRestricted   the owner of the file does not allow it to be filled
    │   └── FormFlatteningRestricted
    ├── FormHasNoFields         nothing to fill
    ├── FormIsDynamicXfa        a form that draws itself by a program
    ├── FormHasXfa              a second, XML copy of the form would go on telling the old data
    │   └── FormHasXfaSigned    and cannot be taken out, since the file is signed
    ├── FormSignedNotFlattened  flattening would break the signatures
    ├── FormValuesRefused       values that fields do not take; all of them at once
    └── FormNotReread           what was written is not what was asked for
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from forms.errors import FormsError


@dataclass(eq=False)
class ForeignFormError(FormsError):
    """Be the root of what PDF forms made by others raise."""

    code: ClassVar[str] = "FOREIGN_FORM"


@dataclass(eq=False)
class FormFileBroken(ForeignFormError):
    """Say that a file cannot be read as a PDF form: reason is NOT_PDF, BROKEN or CYCLE."""

    reason: str
    code: ClassVar[str] = "FORM_FILE_BROKEN"


@dataclass(eq=False)
class FormFileTooLarge(FormFileBroken):
    """Say that a file is beyond the limits: reason is TOO_LARGE, TOO_MANY_PAGES, TOO_MANY_FIELDS or TOO_DEEP."""

    code: ClassVar[str] = "FORM_FILE_TOO_LARGE"


@dataclass(eq=False)
class FormFileLocked(ForeignFormError):
    """Say that a file opens only with a password."""

    code: ClassVar[str] = "FORM_FILE_LOCKED"


@dataclass(eq=False)
class FormPassphraseWrong(FormFileLocked):
    """Say that a file does not open with the password given."""

    code: ClassVar[str] = "FORM_PASSPHRASE_WRONG"


@dataclass(eq=False)
class FormFillingRestricted(ForeignFormError):
    """Say that the file's owner does not allow its fields to be filled."""

    code: ClassVar[str] = "FORM_FILLING_RESTRICTED"


@dataclass(eq=False)
class FormFlatteningRestricted(FormFillingRestricted):
    """Say that the file's owner does not allow its pages to be changed, as flattening does."""

    code: ClassVar[str] = "FORM_FLATTENING_RESTRICTED"


@dataclass(eq=False)
class FormHasNoFields(ForeignFormError):
    """Say that a PDF has no field to fill."""

    code: ClassVar[str] = "FORM_HAS_NO_FIELDS"


@dataclass(eq=False)
class FormIsDynamicXfa(ForeignFormError):
    """Say that a PDF only carries an XFA program, which no reader but its maker's draws."""

    code: ClassVar[str] = "FORM_IS_DYNAMIC_XFA"


@dataclass(eq=False)
class FormHasXfa(ForeignFormError):
    """Say that a form is kept twice, as fields and as XFA."""

    code: ClassVar[str] = "FORM_HAS_XFA"


@dataclass(eq=False)
class FormHasXfaSigned(FormHasXfa):
    """Say that a signed form is kept twice: taking the XFA out would break the signatures."""

    code: ClassVar[str] = "FORM_HAS_XFA_SIGNED"


@dataclass(eq=False)
class FormSignedNotFlattened(ForeignFormError):
    """Say that a signed form is not flattened."""

    code: ClassVar[str] = "FORM_SIGNED_NOT_FLATTENED"


@dataclass(frozen=True)
class FieldProblem:
    """Be one reason why a field does not take a value; code has words of its own."""

    field: str
    code: str
    more: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def facts(self) -> dict[str, Any]:
        """Return the facts by name, the field's name among them."""
        return {"field": self.field, **self.more}


@dataclass(eq=False)
class FormValuesRefused(ForeignFormError):
    """Say which values are not taken, and why; nothing was written."""

    problems: tuple[FieldProblem, ...]
    code: ClassVar[str] = "FORM_VALUES_REFUSED"

    @property
    def facts(self) -> dict[str, Any]:
        """Return the problems and, for a sentence, how many and of which fields."""
        names = list(dict.fromkeys(problem.field for problem in self.problems))
        return {"problems": self.problems, "count": len(names), "fields": tuple(names[:20])}


@dataclass(eq=False)
class FormNotReread(ForeignFormError):
    """Say that a field, read again from the written file, does not hold what was asked for."""

    field: str
    code: ClassVar[str] = "FORM_NOT_REREAD"
