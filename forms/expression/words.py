"""From a checked expression to words for a reader."""

from __future__ import annotations

import ast
from collections.abc import Callable

_SIGNS: dict[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "−",
    ast.Mult: "×",
    ast.Div: "÷",
    ast.Eq: "=",
    ast.NotEq: "≠",
    ast.Lt: "<",
    ast.LtE: "≤",
    ast.Gt: ">",
    ast.GtE: "≥",
}
_RANK: dict[type[ast.AST], int] = {ast.Add: 5, ast.Sub: 5, ast.Mult: 6, ast.Div: 6, ast.And: 2, ast.Or: 1}
_FUNCTIONS = {
    "vi": {
        "tong": "tổng cột {0}",
        "so_dong": "số dòng của {0}",
        "dem": "số dòng có {0} là {1}",
        "max": "số lớn nhất trong ({all})",
        "min": "số nhỏ nhất trong ({all})",
        "abs": "giá trị tuyệt đối của {0}",
        "lam_tron": "làm tròn ({0})",
        "rong": "{0} để trống",
        "co": "{0} có giá trị",
        "dai": "độ dài của {0}",
        "nam": "năm của {0}",
        "cong_ngay": "{0} cộng {1} ngày",
        "cong_thang": "{0} cộng {1} tháng",
        "cong_ngay_lam_viec": "{0} cộng {1} ngày làm việc",
        "bang_chu": "{0} viết bằng chữ",
        "ky_truoc": "{0} của kỳ trước",
        "hom_nay": "ngày hôm nay",
        "ky_tu": "ngày đầu kỳ",
        "ky_den": "ngày cuối kỳ",
        "and": "và",
        "or": "hoặc",
        "not": "không phải ({0})",
        "if": "{1} nếu {0}, còn lại là {2}",
        "in": "{0} thuộc ({1})",
        "not in": "{0} không thuộc ({1})",
        "yes": "có",
        "no": "không",
    },
    "en": {
        "tong": "the total of {0}",
        "so_dong": "the rows of {0}",
        "dem": "the rows where {0} is {1}",
        "max": "the greatest of ({all})",
        "min": "the least of ({all})",
        "abs": "the absolute value of {0}",
        "lam_tron": "{0}, rounded",
        "rong": "{0} is empty",
        "co": "{0} is given",
        "dai": "the length of {0}",
        "nam": "the year of {0}",
        "cong_ngay": "{0} plus {1} days",
        "cong_thang": "{0} plus {1} months",
        "cong_ngay_lam_viec": "{0} plus {1} working days",
        "bang_chu": "{0} in words",
        "ky_truoc": "{0} of the last period",
        "hom_nay": "today",
        "ky_tu": "the period's first day",
        "ky_den": "the period's last day",
        "and": "and",
        "or": "or",
        "not": "not ({0})",
        "if": "{1} if {0}, else {2}",
        "in": "{0} is one of ({1})",
        "not in": "{0} is none of ({1})",
        "yes": "yes",
        "no": "no",
    },
}


class Words:
    """Say a checked tree in a reader's language."""

    def __init__(self, name: Callable[[str], str], lang: str) -> None:
        self.name = name
        self.lang = lang
        self.phrases = _FUNCTIONS["en" if lang == "en" else "vi"]

    def say(self, node: ast.expr, rank: int) -> str:
        match node:
            case ast.Constant(value=bool(value)):
                return self.phrases["yes" if value else "no"]
            case ast.Constant(value=str(value)):
                return f"“{value}”"
            case ast.Constant(value=value):
                return _number_in_words(str(value), self.lang)
            case ast.Name(id=name):
                return self.name(name)
            case ast.Attribute(value=ast.Name(id=table), attr=column):
                return self.name(f"{table}.{column}")
            case ast.BinOp(left=left, op=op, right=right):
                mine = _RANK[type(op)]
                text = f"{self.say(left, mine)} {_SIGNS[type(op)]} {self.say(right, mine + 1)}"
                return f"({text})" if mine < rank else text
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return f"−{self.say(operand, 7)}"
            case ast.UnaryOp(operand=operand):
                return self.phrases["not"].format(self.say(operand, 0))
            case ast.BoolOp(op=op, values=values):
                mine = _RANK[type(op)]
                word = self.phrases["and" if isinstance(op, ast.And) else "or"]
                text = f" {word} ".join(self.say(value, mine + 1) for value in values)
                return f"({text})" if mine < rank else text
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                if isinstance(op, ast.In | ast.NotIn):
                    assert isinstance(right, ast.Tuple | ast.List | ast.Set)
                    listed = "; ".join(self.say(element, 0) for element in right.elts)
                    text = self.phrases["in" if isinstance(op, ast.In) else "not in"].format(self.say(left, 4), listed)
                else:
                    text = f"{self.say(left, 4)} {_SIGNS[type(op)]} {self.say(right, 4)}"
                return f"({text})" if rank > 3 else text
            case ast.IfExp(test=test, body=body, orelse=other):
                text = self.phrases["if"].format(self.say(test, 0), self.say(body, 1), self.say(other, 0))
                return f"({text})" if rank else text
            case ast.Call(func=ast.Name(id="ky_truoc"), args=[ast.Constant(value=str(name))]):
                return self.phrases["ky_truoc"].format(self.name(name))
            case ast.Call(func=ast.Name(id=function), args=args):
                said = [self.say(arg, 0) for arg in args]
                return self.phrases[function].format(*said, all="; ".join(said))
        raise AssertionError(ast.dump(node))


def _number_in_words(text: str, lang: str) -> str:
    return text if lang == "en" else text.replace(".", ",")
