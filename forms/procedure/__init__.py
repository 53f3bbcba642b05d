"""Administrative procedures: all that must be told about one, and what a dossier for it must contain.

A record comes from our own resources, from a portal's catalogue, or from the national portal. All three are taken as
they come: what is missing is empty, what is of a strange type is left out, every text is bounded and made NFC. Only a
record with neither code nor name is refused.
"""

from forms.procedure.record import (
    Allowed,
    Case,
    Channel,
    Component,
    Fee,
    LegalText,
    Method,
    Outcome,
    Procedure,
    Step,
)

__all__ = [
    "Allowed",
    "Case",
    "Channel",
    "Component",
    "Fee",
    "LegalText",
    "Method",
    "Outcome",
    "Procedure",
    "Step",
]
