"""The definition of a form: its sections, fields, tables and rules, read from `definition.json`.

Reading proves everything that can be proved before data is there: the shape (`resources/schemas/`), names, types of
expressions, patterns, lists, and that no calculated value depends on itself. What comes out is frozen and in an order
in which it can be calculated.
"""

from forms.definition.definition import Definition
from forms.definition.order import Reader, Source, Step
from forms.definition.parts import MAX_ROWS, Field, Group, Item, Node, Option, Rule, Section, Table, Text
from forms.definition.reading import MAX_DEPTH, MAX_FIELDS, check_shape, flat

__all__ = [
    "MAX_DEPTH",
    "MAX_FIELDS",
    "MAX_ROWS",
    "Definition",
    "Field",
    "Group",
    "Item",
    "Node",
    "Option",
    "Reader",
    "Rule",
    "Section",
    "Source",
    "Step",
    "Table",
    "Text",
    "check_shape",
    "flat",
]
