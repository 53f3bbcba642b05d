"""The rules language: restricted expressions on exact decimals.

The syntax is a small part of Python's, read by Python's own parser and never run by it: the tree is checked against a
list of what is allowed, typed, and turned into closures. There are no loops, no attributes, no indexing, no calls but
those below, and every number is bounded, so that an expression of at most `LENGTH` characters ends in bounded time
and memory whatever its author meant.

Three types: a number, a text (dates are ISO texts, so that they compare as dates) and a flag. An amount that was not
given counts as 0, a text that was not given as "".

    tong(t.c)            sum of a column            dem(t.c, x)       how many rows hold x there
    so_dong(t)           rows of a table            max(a, b…), min   greatest, least
    abs(x)               absolute value             lam_tron(x[, n])  rounded half up to n places (0)
    rong(f), co(f)       not given, given           dai(text)         length
    nam(date)            year of a date (0: none)   bang_chu(x)       an amount in words
    ky_truoc("f")        value of the last period   hom_nay()         today
    ky_tu(), ky_den()    first, last day of the period
"""

from forms.expression.language import (
    CONTEXT,
    DEPTH,
    LENGTH,
    MISSING,
    UNDEFINED,
    Environment,
    Expression,
    Operand,
    Reference,
    Scope,
    Type,
    Undefined,
    compile_expression,
    round_half_up,
)

__all__ = [
    "CONTEXT",
    "DEPTH",
    "LENGTH",
    "MISSING",
    "UNDEFINED",
    "Environment",
    "Expression",
    "Operand",
    "Reference",
    "Scope",
    "Type",
    "Undefined",
    "compile_expression",
    "round_half_up",
]
