"""What can go wrong with forms.

FormsError
├── NotJson                 the bytes are no JSON text that we accept
├── BadPeriod               a text that is no reporting period
├── DataError               data that is not an object of fields
├── FieldUnknown            a path that the template has no field for
├── FieldCalculated         an attempt to type into a calculated field
├── TableFull, RowUnknown   a row more than the table may have; a row that is not there
├── TemplateError
│   ├── TemplateUnreadable  no template package, or one that breaks the format's limits
│   ├── DefinitionInvalid   a definition that contradicts the format or itself
│   ├── ExpressionInvalid   an expression outside the rules language
│   ├── TemplateTampered    the files are not those that were published
│   ├── UnknownTemplate     no template, or no version, of that name
│   ├── PeriodNeeded        the version depends on the reporting period, and none was given
│   ├── PeriodKindWrong     a month where the form is filed by the quarter, or the reverse
│   └── NoVersionForPeriod  no version was in force then
└── ProcedureUnreadable     a procedure record with nothing to recognise it by
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from forms.form import Problem


@dataclass(eq=False)
class FormsError(Exception):
    """Carry a stable code and typed facts, never words for a reader."""

    code: ClassVar[str] = "FORMS"
    retry: ClassVar[bool] = False
    stops_batch: ClassVar[bool] = False

    @property
    def facts(self) -> dict[str, Any]:
        """Return the facts by name."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), tuple(getattr(self, f.name) for f in fields(self))

    def __str__(self) -> str:
        return f"{self.code} {self.facts}"


@dataclass(eq=False)
class NotJson(FormsError):
    """Say that bytes are no JSON text: `reason` is one of SIZE, ENCODING, SYNTAX, DEPTH, NUMBER, DUPLICATE."""

    code: ClassVar[str] = "NOT_JSON"
    reason: str
    line: int | None = None
    column: int | None = None

    @property
    def facts(self) -> dict[str, Any]:
        """Return the facts, with `place`: line and column where they are known, else the reason."""
        place = self.reason if self.line is None else f"{self.line}:{self.column}"
        return {**super().facts, "place": place}


@dataclass(eq=False)
class BadPeriod(FormsError):
    """Say that a text is neither a month (`2026-06`) nor a quarter (`2026-Q2`)."""

    code: ClassVar[str] = "BAD_PERIOD"
    text: str


@dataclass(eq=False)
class DataError(FormsError):
    """Say that the data is not an object of fields; `problems` says what is wrong."""

    code: ClassVar[str] = "DATA_NOT_AN_OBJECT"
    problems: tuple[Problem, ...] = ()


@dataclass(eq=False)
class FieldUnknown(FormsError):
    """Say that the template has no such field, table or column."""

    code: ClassVar[str] = "FIELD_UNKNOWN"
    path: str


@dataclass(eq=False)
class FieldCalculated(FormsError):
    """Say that a calculated field takes no typed value."""

    code: ClassVar[str] = "FIELD_CALCULATED"
    path: str


@dataclass(eq=False)
class TableFull(FormsError):
    """Say that a table has as many rows as it may have."""

    code: ClassVar[str] = "TABLE_FULL"
    table: str
    max_rows: int


@dataclass(eq=False)
class RowUnknown(FormsError):
    """Say that a table has no row at this index (counted from 0)."""

    code: ClassVar[str] = "ROW_UNKNOWN"
    table: str
    index: int


class TemplateError(FormsError):
    """Gather what can be wrong with a template or with choosing one."""

    code: ClassVar[str] = "TEMPLATE"


@dataclass(eq=False)
class TemplateUnreadable(TemplateError):
    """Say that a template package cannot be read; `reason` is a short stable word, `detail` names the file."""

    code: ClassVar[str] = "TEMPLATE_UNREADABLE"
    reason: str
    detail: str = ""


@dataclass(eq=False)
class DefinitionInvalid(TemplateError):
    """Say that a definition breaks the format; `reason` is a short stable word, `where` the place in it."""

    code: ClassVar[str] = "DEFINITION_INVALID"
    reason: str
    where: str
    detail: str = ""


@dataclass(eq=False)
class ExpressionInvalid(TemplateError):
    """Say that an expression is outside the rules language; `reason` is a short stable word."""

    code: ClassVar[str] = "EXPRESSION_INVALID"
    reason: str
    source: str
    detail: str = ""


@dataclass(eq=False)
class TemplateTampered(TemplateError):
    """Say that the files of a template are not those that were published."""

    code: ClassVar[str] = "TEMPLATE_TAMPERED"
    stops_batch: ClassVar[bool] = True
    id: str
    version: str


@dataclass(eq=False)
class UnknownTemplate(TemplateError):
    """Say that the library has no such template (or no such version of it)."""

    code: ClassVar[str] = "UNKNOWN_TEMPLATE"
    id: str
    version: str | None = None


@dataclass(eq=False)
class PeriodNeeded(TemplateError):
    """Say that the version depends on the reporting period; `versions` are those that exist."""

    code: ClassVar[str] = "PERIOD_NEEDED"
    id: str
    versions: tuple[str, ...] = ()


@dataclass(eq=False)
class PeriodKindWrong(TemplateError):
    """Say that the form is filed for other kinds of period; `kinds` are month, quarter."""

    code: ClassVar[str] = "PERIOD_KIND_WRONG"
    id: str
    period: str
    kinds: tuple[str, ...] = ()


@dataclass(eq=False)
class NoVersionForPeriod(TemplateError):
    """Say that no version of the template was in force in the period (or today, where there is none)."""

    code: ClassVar[str] = "NO_VERSION_FOR_PERIOD"
    id: str
    period: str | None
    versions: tuple[str, ...] = ()


@dataclass(eq=False)
class ProcedureUnreadable(FormsError):
    """Say that a procedure record is no object or has neither code nor name."""

    code: ClassVar[str] = "PROCEDURE_UNREADABLE"
    reason: str
