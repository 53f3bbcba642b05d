"""From the text of an expression to closures that evaluate it."""

from __future__ import annotations

import ast
import decimal
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal, Protocol

from forms.errors import ExpressionInvalid
from forms.expression.dates import days_later, months_later, working_days_later
from forms.expression.words import Words
from forms.identifiers import amount_in_words

LENGTH = 2_000
"""Characters of one expression."""

DEPTH = 32
"""Levels of its tree."""

BOUND = Decimal(10) ** 30
"""No number may reach this."""

CONTEXT = decimal.Context(
    prec=34,
    rounding=decimal.ROUND_HALF_UP,
    Emin=-60,
    Emax=29,
    traps=[decimal.DivisionByZero, decimal.InvalidOperation, decimal.Overflow],
)
"""Where every expression is calculated; a result of 10^30 or more is an `Overflow`."""

Type = Literal["number", "text", "flag"]
Operand = Decimal | str | bool

MISSING = Decimal(0)
"""The very object that stands for a number which was not given: it counts as 0, and `rong` knows it by identity."""


class Undefined(Exception):
    """Say that an expression has no value, as after a division by zero."""


UNDEFINED = (Undefined, decimal.DivisionByZero, decimal.InvalidOperation, decimal.Overflow)
"""What `Expression.evaluate` may raise."""


class Environment(Protocol):
    """What an expression sees while it is evaluated."""

    fields: dict[str, Operand]
    row: dict[str, Operand]
    today: str
    first_day: str
    last_day: str

    def total(self, table: str, column: str) -> Decimal:
        """Return the sum of a column."""

    def count(self, table: str) -> Decimal:
        """Return how many rows a table has."""

    def occurrences(self, table: str, column: str, wanted: Operand) -> int:
        """Return how many cells of a column hold a value."""

    def previous_operand(self, name: str, empty: Operand) -> Operand:
        """Return a field's value in the last period, or `empty`."""


@dataclass(frozen=True)
class Reference:
    """Name something that an expression reads.

    `field` f; `cell` c (of the row at hand); `column` t.c (of all rows); `twins` t.c (of those rows that hold the
    same there as the row at hand); `rows` t; `previous` f; `today`.
    """

    kind: Literal["field", "cell", "column", "twins", "rows", "previous", "today"]
    name: str


@dataclass(frozen=True)
class Scope:
    """What names an expression may use, with their types; `row` is the table whose columns it sees by bare name."""

    fields: Mapping[str, Type]
    tables: Mapping[str, Mapping[str, Type]]
    row: str | None = None


@dataclass(frozen=True)
class Expression:
    """Hold a checked expression, ready to be evaluated."""

    source: str
    type: Type
    references: frozenset[Reference]
    evaluate: Callable[[Environment], Operand] = field(compare=False, repr=False)
    """Return its value inside `CONTEXT`; raise one of `UNDEFINED` where it has none."""
    tree: ast.expr = field(compare=False, repr=False)

    def words(self, name: Callable[[str], str], lang: str) -> str:
        """Return the expression as a reader sees it: `name` gives a field's (or `t.c` column's) name."""
        return Words(name, lang).say(self.tree, 0)


def compile_expression(source: str, scope: Scope, expected: Type | None = None) -> Expression:
    """Check an expression and make it ready; raise `ExpressionInvalid` when it is not allowed or of another type."""
    if not isinstance(source, str) or not source.strip():
        raise ExpressionInvalid("EMPTY", str(source)[:80])
    if len(source) > LENGTH:
        raise ExpressionInvalid("TOO_LONG", source[:80], str(len(source)))
    try:
        tree = ast.parse(source.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ExpressionInvalid("SYNTAX", source) from None
    reader = _Reader(source.strip(), scope)
    evaluate, found = reader.read(tree, 1)
    if expected is not None and found != expected:
        raise ExpressionInvalid("TYPE", source, f"{expected} expected, {found} found")
    return Expression(source, found, frozenset(reader.references), evaluate, tree)


def round_half_up(value: Decimal, places: int = 0) -> Decimal:
    """Round half away from zero to so many decimal places."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=decimal.ROUND_HALF_UP, context=CONTEXT)


# --- from tree to closures ---------------------------------------------------------------------------------------

_Closure = Callable[[Environment], Operand]

_ARITHMETIC: dict[type[ast.operator], Callable[..., Operand]] = {
    ast.Add: CONTEXT.add,
    ast.Sub: CONTEXT.subtract,
    ast.Mult: CONTEXT.multiply,
    ast.Div: CONTEXT.divide,
}
_ORDER: dict[type[ast.cmpop], Callable[[Operand, Operand], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_EQUALITY: dict[type[ast.cmpop], Callable[[Operand, Operand], bool]] = {ast.Eq: operator.eq, ast.NotEq: operator.ne}
_NUMBER = re.compile(r"[0-9]{1,30}(?:\.[0-9]{1,30})?")
_EMPTY: dict[Type, Operand] = {"number": MISSING, "text": "", "flag": False}
_TEXT_LENGTH = 500
"""Characters of a text constant."""


class _Reader:
    """Turn one tree into closures, noting what it reads."""

    def __init__(self, source: str, scope: Scope) -> None:
        self.source = source
        self.scope = scope
        self.references: set[Reference] = set()

    def refused(self, reason: str, detail: str = "") -> ExpressionInvalid:
        return ExpressionInvalid(reason, self.source, detail)

    def read(self, node: ast.expr, depth: int) -> tuple[_Closure, Type]:
        if depth > DEPTH:
            raise self.refused("TOO_DEEP")
        match node:
            case ast.Constant():
                return self.constant(node)
            case ast.Name(id=name):
                return self.name(name)
            case ast.BinOp():
                return self.arithmetic(node, depth)
            case ast.UnaryOp():
                return self.unary(node, depth)
            case ast.Compare():
                return self.comparison(node, depth)
            case ast.BoolOp():
                return self.logic(node, depth)
            case ast.IfExp():
                return self.choice(node, depth)
            case ast.Call():
                return self.call(node, depth)
            case ast.Attribute():
                raise self.refused("COLUMN_ALONE", ast.unparse(node)[:80])
            case _:
                raise self.refused("NOT_ALLOWED", type(node).__name__)

    def typed(self, node: ast.expr, expected: Type, depth: int) -> _Closure:
        closure, found = self.read(node, depth + 1)
        if found != expected:
            raise self.refused("TYPE", f"{expected} expected, {found} found: {ast.unparse(node)[:80]}")
        return closure

    def constant(self, node: ast.Constant) -> tuple[_Closure, Type]:
        value = node.value
        if isinstance(value, bool):
            return (lambda e: value), "flag"
        if isinstance(value, str):
            if node.kind is not None or len(value) > _TEXT_LENGTH:
                raise self.refused("NOT_ALLOWED", "text constant")
            return (lambda e: value), "text"
        # The number is read from its source text: the parser's own value is a binary fraction.
        text = ast.get_source_segment(self.source, node) or ""
        if _NUMBER.fullmatch(text) is None:
            raise self.refused("NOT_ALLOWED", text[:40])
        number = Decimal(text)
        return (lambda e: number), "number"

    def name(self, name: str) -> tuple[_Closure, Type]:
        row = self.scope.row
        if row is not None and name in self.scope.tables[row]:
            self.references.add(Reference("cell", name))
            return (lambda e: e.row[name]), self.scope.tables[row][name]
        if name in self.scope.fields:
            self.references.add(Reference("field", name))
            return (lambda e: e.fields[name]), self.scope.fields[name]
        raise self.refused("UNKNOWN_NAME", name)

    def arithmetic(self, node: ast.BinOp, depth: int) -> tuple[_Closure, Type]:
        act = _ARITHMETIC.get(type(node.op))
        if act is None:
            raise self.refused("NOT_ALLOWED", type(node.op).__name__)
        left, right = self.typed(node.left, "number", depth), self.typed(node.right, "number", depth)
        return (lambda e: act(left(e), right(e))), "number"

    def unary(self, node: ast.UnaryOp, depth: int) -> tuple[_Closure, Type]:
        if isinstance(node.op, ast.Not):
            flag = self.typed(node.operand, "flag", depth)
            return (lambda e: not flag(e)), "flag"
        if isinstance(node.op, ast.USub):
            number = self.typed(node.operand, "number", depth)
            return (lambda e: CONTEXT.minus(number(e))), "number"  # type: ignore[arg-type]  # typed above
        raise self.refused("NOT_ALLOWED", type(node.op).__name__)

    def comparison(self, node: ast.Compare, depth: int) -> tuple[_Closure, Type]:
        if len(node.ops) != 1:
            raise self.refused("CHAINED")
        kind, right_node = type(node.ops[0]), node.comparators[0]
        left, found = self.read(node.left, depth + 1)
        if kind in (ast.In, ast.NotIn):
            allowed = self.constants(right_node, found)
            if kind is ast.In:
                return (lambda e: left(e) in allowed), "flag"
            return (lambda e: left(e) not in allowed), "flag"
        act = _EQUALITY.get(kind) or (_ORDER.get(kind) if found != "flag" else None)
        if act is None:
            raise self.refused("NOT_ALLOWED", kind.__name__)
        right = self.typed(right_node, found, depth)
        return (lambda e: act(left(e), right(e))), "flag"

    def constants(self, node: ast.expr, expected: Type) -> frozenset[Operand]:
        if not isinstance(node, ast.Tuple | ast.List | ast.Set) or len(node.elts) > 500:
            raise self.refused("NOT_A_LIST")
        values: set[Operand] = set()
        for element in node.elts:
            if not isinstance(element, ast.Constant):
                raise self.refused("NOT_A_LIST")
            closure, found = self.constant(element)
            if found != expected:
                raise self.refused("TYPE", f"{expected} expected, {found} found")
            values.add(closure(None))  # type: ignore[arg-type]  # a constant looks at no environment
        return frozenset(values)

    def logic(self, node: ast.BoolOp, depth: int) -> tuple[_Closure, Type]:
        parts = tuple(self.typed(value, "flag", depth) for value in node.values)
        if len(parts) == 2:  # the usual case, and twice as fast as a loop
            one, two = parts
            if isinstance(node.op, ast.And):
                return (lambda e: one(e) and two(e)), "flag"
            return (lambda e: one(e) or two(e)), "flag"
        if isinstance(node.op, ast.And):
            return (lambda e: all(part(e) for part in parts)), "flag"
        return (lambda e: any(part(e) for part in parts)), "flag"

    def choice(self, node: ast.IfExp, depth: int) -> tuple[_Closure, Type]:
        test = self.typed(node.test, "flag", depth)
        yes, found = self.read(node.body, depth + 1)
        no = self.typed(node.orelse, found, depth)
        return (lambda e: yes(e) if test(e) else no(e)), found

    def call(self, node: ast.Call, depth: int) -> tuple[_Closure, Type]:
        if not isinstance(node.func, ast.Name) or node.keywords:
            raise self.refused("NOT_ALLOWED", "call")
        name, args = node.func.id, node.args
        low, high = _ARGUMENTS.get(name, (-1, -1))
        if low < 0:
            raise self.refused("UNKNOWN_FUNCTION", name)
        if not low <= len(args) <= high or any(isinstance(arg, ast.Starred) for arg in args):
            raise self.refused("ARGUMENTS", name)
        method: Callable[[list[ast.expr], int], tuple[_Closure, Type]] = getattr(self, f"call_{name}")
        return method(args, depth)

    def column(self, node: ast.expr, kind: Literal["column", "twins"] = "column") -> tuple[str, str, Type]:
        match node:
            case ast.Attribute(value=ast.Name(id=table), attr=column) if column in self.scope.tables.get(table, {}):
                self.references.add(Reference(kind, f"{table}.{column}"))
                return table, column, self.scope.tables[table][column]
            case _:
                raise self.refused("NOT_A_COLUMN", ast.unparse(node)[:80])

    def call_tong(self, args: list[ast.expr], depth: int) -> tuple[_Closure, Type]:
        table, column, found = self.column(args[0])
        if found != "number":
            raise self.refused("TYPE", f"{table}.{column}")
        return (lambda e: e.total(table, column)), "number"

    def call_so_dong(self, args: list[ast.expr], depth: int) -> tuple[_Closure, Type]:
        if not isinstance(args[0], ast.Name) or args[0].id not in self.scope.tables:
            raise self.refused("NOT_A_TABLE", ast.unparse(args[0])[:80])
        table = args[0].id
        self.references.add(Reference("rows", table))
        return (lambda e: e.count(table)), "number"

    def call_dem(self, args: list[ast.expr], depth: int) -> tuple[_Closure, Type]:
        match args:
            # dem(t.c, c) in a row of t: when one cell changes, only the rows with its old or new value count anew.
            case [ast.Attribute(value=ast.Name(id=table), attr=own), ast.Name(id=name)] if own == name:
                twins = table == self.scope.row
            case _:
                twins = False
        table, column, found = self.column(args[0], "twins" if twins else "column")
        wanted = self.typed(args[1], found, depth)
        return (lambda e: Decimal(e.occurrences(table, column, wanted(e)))), "number"

    def extreme(self, args: list[ast.expr], depth: int, act: Callable[..., Operand]) -> tuple[_Closure, Type]:
        first, found = self.read(args[0], depth + 1)
        if found == "flag":
            raise self.refused("TYPE", "flag")
        rest = tuple(self.typed(arg, found, depth) for arg in args[1:])
        return (lambda e: act((first(e), *(part(e) for part in rest)))), found

    def call_max(self, args: list[ast.expr], depth: int) -> tuple[_Closure, Type]:
        return self.extreme(args, depth, max)

    def call_min(self, args: list[ast.expr], depth: int) -> tuple[_Closure, Type]:
        return self.extreme(args, depth, min)

    def call_abs(self, args: list[ast.expr], depth: int) -> tuple[_Closure, Type]:
        number = self.typed(args[0], "number", depth)
        return (lambda e: CONTEXT.abs(number(e))), "number"  # type: ignore[arg-type]  # typed above

    def call_lam_tron(self, args: list[ast.expr], depth: int) -> tuple[_Closure, Type]:
        number = self.typed(args[0], "number", depth)
        places = 0
        if len(args) == 2:
            match args[1]:
                case ast.Constant(value=int(places)) if not isinstance(args[1].value, bool) and places <= 12:
                    pass
                case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(thousands))) if thousands <= 12:
                    places = -thousands
                case _:
                    raise self.refused("ARGUMENTS", "lam_tron")

        def rounded(e: Environment) -> Operand:
            value = number(e)
            assert isinstance(value, Decimal)
            return round_half_up(value, places) if places >= 0 else _rounded_up_to(value, -places)

        return rounded, "number"

    def given(self, node: ast.expr, depth: int) -> Callable[[Environment], bool]:
        match node:
            case ast.Name() | ast.Call(func=ast.Name(id="ky_truoc")):
                value, _ = self.read(node, depth + 1)
            case _:
                raise self.refused("NOT_A_FIELD", ast.unparse(node)[:80])

        def found(e: Environment) -> bool:
            operand = value(e)
            return operand is not MISSING and operand != "" and operand is not False

        return found

    def call_rong(self, args: list[ast.expr], depth: int) -> tuple[_Closure, Type]:
        given = self.given(args[0], depth)
        return (lambda e: not given(e)), "flag"

    def call_co(self, args: list[ast.expr], depth: int) -> tuple[_Closure, Type]:
        return self.given(args[0], depth), "flag"

    def call_dai(self, args: list[ast.expr], depth: int) -> tuple[_Closure, Type]:
        text = self.typed(args[0], "text", depth)
        return (lambda e: Decimal(len(text(e)))), "number"  # type: ignore[arg-type]  # typed above

    def call_nam(self, args: list[ast.expr], depth: int) -> tuple[_Closure, Type]:
        text = self.typed(args[0], "text", depth)

        def year(e: Environment) -> Operand:
            digits = str(text(e))[:4]
            return Decimal(digits) if len(digits) == 4 and digits.isascii() and digits.isdigit() else MISSING

        return year, "number"

    def moved(self, args: list[ast.expr], depth: int, step: Callable[[date, int], date], most: int) -> _Closure:
        text, number = self.typed(args[0], "text", depth), self.typed(args[1], "number", depth)

        def day(e: Environment) -> Operand:
            start, count = text(e), number(e)
            assert isinstance(start, str)
            assert isinstance(count, Decimal)
            if not start:
                return ""
            try:
                if count != count.to_integral_value() or abs(count) > most:
                    raise Undefined
                return step(date.fromisoformat(start), int(count)).isoformat()
            except (ValueError, OverflowError):
                raise Undefined from None

        return day

    def call_cong_ngay(self, args: list[ast.expr], depth: int) -> tuple[_Closure, Type]:
        return self.moved(args, depth, days_later, 40_000), "text"

    def call_cong_thang(self, args: list[ast.expr], depth: int) -> tuple[_Closure, Type]:
        return self.moved(args, depth, months_later, 1_200), "text"

    def call_cong_ngay_lam_viec(self, args: list[ast.expr], depth: int) -> tuple[_Closure, Type]:
        return self.moved(args, depth, working_days_later, 100), "text"

    def call_bang_chu(self, args: list[ast.expr], depth: int) -> tuple[_Closure, Type]:
        number = self.typed(args[0], "number", depth)

        def words(e: Environment) -> Operand:
            value = number(e)
            assert isinstance(value, Decimal)
            if value is MISSING:
                return ""
            if abs(value) >= 10**18:
                raise Undefined
            return amount_in_words(int(round_half_up(value)))

        return words, "text"

    def call_ky_truoc(self, args: list[ast.expr], depth: int) -> tuple[_Closure, Type]:
        match args[0]:
            case ast.Constant(value=str(name)) if name in self.scope.fields:
                found = self.scope.fields[name]
            case _:
                raise self.refused("NOT_A_FIELD", ast.unparse(args[0])[:80])
        self.references.add(Reference("previous", name))
        empty = _EMPTY[found]
        return (lambda e: e.previous_operand(name, empty)), found

    def call_hom_nay(self, args: list[ast.expr], depth: int) -> tuple[_Closure, Type]:
        self.references.add(Reference("today", ""))
        return (lambda e: e.today), "text"

    def call_ky_tu(self, args: list[ast.expr], depth: int) -> tuple[_Closure, Type]:
        return (lambda e: e.first_day), "text"

    def call_ky_den(self, args: list[ast.expr], depth: int) -> tuple[_Closure, Type]:
        return (lambda e: e.last_day), "text"


_ARGUMENTS: dict[str, tuple[int, int]] = {
    "tong": (1, 1),
    "so_dong": (1, 1),
    "dem": (2, 2),
    "max": (2, 20),
    "min": (2, 20),
    "abs": (1, 1),
    "lam_tron": (1, 2),
    "rong": (1, 1),
    "co": (1, 1),
    "dai": (1, 1),
    "nam": (1, 1),
    "cong_ngay": (2, 2),
    "cong_thang": (2, 2),
    "cong_ngay_lam_viec": (2, 2),
    "bang_chu": (1, 1),
    "ky_truoc": (1, 1),
    "hom_nay": (0, 0),
    "ky_tu": (0, 0),
    "ky_den": (0, 0),
}


def _rounded_up_to(value: Decimal, zeros: int) -> Decimal:
    unit = Decimal(10) ** zeros
    return CONTEXT.multiply(round_half_up(CONTEXT.divide(value, unit)), unit)
