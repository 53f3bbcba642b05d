"""PDF forms made by others: list their fields, fill them so that Vietnamese shows everywhere, flatten.

Plain data in and out, so that a worker process can run each function. The libraries that fill forms draw a value in the
form's own font, which has no Vietnamese letters, or leave it to the reader, which has none either; here each value gets
an appearance of its own. What a signed file allows is judged, and appended, by `signing.filling`.
"""

from __future__ import annotations

from forms.acroform.embedding import Drawing
from forms.acroform.errors import (
    FieldProblem,
    ForeignFormError,
    FormFileBroken,
    FormFileLocked,
    FormFileTooLarge,
    FormFillingRestricted,
    FormFlatteningRestricted,
    FormHasNoFields,
    FormHasXfa,
    FormHasXfaSigned,
    FormIsDynamicXfa,
    FormNotReread,
    FormPassphraseWrong,
    FormSignedNotFlattened,
    FormValuesRefused,
)
from forms.acroform.filling import FieldChange, FilledForm, Listing, fill_form, list_fields
from forms.acroform.tree import DEPTH_LIMIT, FIELDS_LIMIT, PAGES_LIMIT, SIZE_LIMIT, FormField, Place

__all__ = [
    "DEPTH_LIMIT",
    "FIELDS_LIMIT",
    "PAGES_LIMIT",
    "SIZE_LIMIT",
    "Drawing",
    "FieldChange",
    "FieldProblem",
    "FilledForm",
    "ForeignFormError",
    "FormField",
    "FormFileBroken",
    "FormFileLocked",
    "FormFileTooLarge",
    "FormFillingRestricted",
    "FormFlatteningRestricted",
    "FormHasNoFields",
    "FormHasXfa",
    "FormHasXfaSigned",
    "FormIsDynamicXfa",
    "FormNotReread",
    "FormPassphraseWrong",
    "FormSignedNotFlattened",
    "FormValuesRefused",
    "Listing",
    "Place",
    "fill_form",
    "list_fields",
]
