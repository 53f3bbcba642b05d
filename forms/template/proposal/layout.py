"""Write the proposed layout in Typst: the paper's words in order, each field in its place, for a person to finish."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from forms.printing import unprintable
from forms.template.proposal.draft import (
    Dots,
    Draft,
    Element,
    Line,
    National,
    Part,
    ProposedField,
    ProposedTable,
    Rows,
    Ruled,
    Side,
    Signatures,
    Signing,
    Slot,
    Tick,
    Title,
)
from forms.template.proposal.paper import Break, NoteMark, Space, Words

_SPECIAL: Final = re.compile(r"[\\#$*_`<>@\[\]~\"']")
_REFUSED: Final = re.compile(r"(?<![\w-])([peis])(?=(?:lugin|val|mport|nclude|td)(?![\w-]))")
"""First letters of words that no layout may hold, even as text."""


def markup(text: str, begins: bool = True) -> str:
    """Return text as Typst markup that prints just it; `begins`: it may stand at the beginning of a line."""
    text = "".join("" if c in missing else c for c in text) if (missing := unprintable(text)) else text
    text = " ".join(text.replace("\n", " ").split(" "))
    text = _SPECIAL.sub(lambda found: "\\" + found[0], text)
    text = re.sub(r"-(?=[-?])", r"\\-", text)
    text = re.sub(r"/(?=[/*])", r"\\/", text)
    text = re.sub(r"\.\.(?=\.)", r"\\.\\.", text)
    # What would begin a list, a heading or a term stands for itself.
    if begins:
        text = re.sub(r"^(\s*)([-+=/])", r"\1\\\2", text)
        text = re.sub(r"^(\s*\d+)\.", r"\1\\.", text)
    return _REFUSED.sub(lambda found: f"\\u{{{ord(found[1]):x}}}", text)


def layout_of(draft: Draft, plain: bool = False) -> str:
    """Return layout.typ; `plain`: nothing but the title, one line for each field, the signatures."""
    return _Layout(draft).plain() if plain else _Layout(draft).whole()


class _Layout:
    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.fields = {
            item.key: item for section in draft.sections for item in section.items if isinstance(item, ProposedField)
        }
        self.tables = {
            item.key: item for section in draft.sections for item in section.items if isinstance(item, ProposedTable)
        }
        self.choices: set[str] = set()

    def whole(self) -> str:
        body = "\n".join(filter(None, (self.element(element) for element in self.draft.elements)))
        if self.draft.notes:
            notes = "\n".join(f"  par[{self.parts(note.parts)}]" for note in self.draft.notes)
            rule = "  set text(size: 9.5pt)\n  line(length: 40mm, stroke: 0.4pt)"
            body += f"\n\n#block(above: 1.2em, {{\n{rule}\n{notes}\n}})"
        return self._head() + body + "\n"

    def plain(self) -> str:
        out = ["#national-header()", f"#form-title[{markup(self.draft.title or 'Biểu mẫu')}]"]
        for section in self.draft.sections:
            out.append(f"#par(strong[{markup(section.title)}])")
            for item in section.items:
                if isinstance(item, ProposedTable):
                    shares = (1,) * len(item.columns)
                    heads = (tuple((column.label, 1, 1) for column in item.columns),)
                    out.append(self.rows(Rows(item.key, heads, tuple(c.key for c in item.columns), shares, 3)))
                else:
                    out.append(f"#par[{markup(item.label)}: {self.slot(Slot(item.key))}]")
        for mark, title, _ in self.draft.signers:
            out.append(f'#align(right, sign-place("{mark}", title: [{markup(title)}]))')
        return self._head() + "\n".join(out) + "\n"

    def _head(self) -> str:
        flipped = "flipped: true, " if self.draft.landscape else ""
        return (
            "// Bố cục do chương trình đề xuất từ bản in: xem REPORT.md, rồi sửa. Cách viết: docs/template-format.md\n"
            '#import "/hoso.typ": *\n'
            "#let d = form-data()\n"
            f"#show: hoso-page.with({flipped}size: 13pt)\n\n"
            "// Ô vuông của một lựa chọn; dòng chấm để viết tay, chỉ có trên bản trống.\n"
            '#let chosen(path, value) = place-field(path, tick(d.values.at(path, default: "") == value))\n'
            "#let dots(n) = if d.blank { for _ in range(n) { par(leader[]) } }\n"
            + self._units()
            + "// Chỗ điền hẹp giữa dòng: rộng ra theo chữ.\n"
            '#let gap(path, width) = place-field(path, if shown(path) == "" { '
            "box(width: width, repeat(gap: 0.06em)[.]) } "
            "else { shown(path) })\n\n"
        )

    def _units(self) -> str:
        out = (
            "#let date-words(path, capital: false) = { if capital { [Ngày ] } else { [ngày ] }; let v = shown(path); "
            'if v == "" […… tháng …… năm ………] else [#v.slice(0, 2) tháng #v.slice(3, 5) năm #v.slice(6)] }\n'
            '#let strokes(path) = place-field(path, if shown(path) == "" [……/……/………] else { shown(path) })\n'
        )
        for kind, word, cut in (("month", "tháng", "slice(5, 7)"), ("quarter", "quý", "slice(6)")):
            if any(field.kind == kind for field in self.fields.values()):
                out += (
                    f"#let {kind}-words(path, capital: false) = {{ if capital {{ [{word.capitalize()} ] }} "
                    f"else {{ [{word} ] }}; "
                    f'let v = d.values.at(path, default: ""); '
                    f'if v in (none, "") […… năm ………] else [#v.{cut} năm #v.slice(0, 4)] }}\n'
                )
        return out

    # --- elements ----------------------------------------------------------------------------------------------------

    def element(self, element: Element, inner: bool = False) -> str:
        match element:
            case Line():
                return self.line(element)
            case Dots():
                return f"#dots({element.count})"
            case National():
                if not element.left:
                    return "#national-header()"
                left = "\n".join(f"  par[{self.parts(e.parts)}]" for e in element.left if isinstance(e, Line))
                return f"#national-header(left: {{\n{left}\n}})"
            case Title():
                lines = " \\ ".join(markup(line) for line in element.lines)
                below = "\n".join(self.element(e, inner=True) for e in element.below)
                return f"#form-title[{lines}]" + (f"\n{below}" if below else "")
            case Side():
                cells = ",\n".join(f"  [{self.content(cell)}]" for cell in element.cells)
                shares = ", ".join(f"{share}fr" for share in element.shares)
                return f"#grid(columns: ({shares},), column-gutter: 4mm,\n{cells})"
            case Ruled():
                return self.ruled(element)
            case Rows():
                return self.rows(element)
            case Signatures():
                return self.signatures(element)

    def content(self, elements: Sequence[Element]) -> str:
        return "\n".join(self.element(element, inner=True) for element in elements)

    def line(self, line: Line) -> str:
        body = f"#par[{self.parts(line.parts)}]"
        if line.small:
            body = f"#text(size: 0.85em)[{body}]"
        if line.align != "left":
            body = f"#align({line.align})[{body}]"
        if line.sticky:
            body = f"#block(sticky: true, width: 100%)[{body}]"
        return body

    def parts(self, parts: Sequence[Part]) -> str:
        text = ""
        for at, part in enumerate(parts):
            written = self.part(part, first=at == 0)
            # A bracket, a full stop or a semicolon right behind code would be taken as a part of it.
            closes = text.endswith((")", "]")) and "#" in text and written[:1] in ("(", ".", ";", "[")
            text += ";" + written if closes else written
        return text if text.strip() else "#h(0pt)"

    def part(self, part: Part, first: bool) -> str:
        match part:
            case Words():
                text = markup(part.text, begins=first)
                if not text.strip():
                    return " " if text else ""
                inner = text.strip()
                if part.bold:
                    inner = f"#strong[{inner}]"
                if part.italic:
                    inner = f"#emph[{inner}]"
                return self._blank(part.text, 0) + inner + self._blank(part.text, -1)
            case Slot():
                return self.slot(part)
            case Tick():
                return f'#fill-tick("{part.key}")' if part.value is None else f'#chosen("{part.key}", "{part.value}")'
            case Space():
                return " #h(2em, weak: true) "
            case Break():
                return " #linebreak() "
            case NoteMark():
                return f"#super(typographic: false, size: 0.62em)[({part.text})]"

    def _blank(self, text: str, end: int) -> str:
        """Return the blanks at one end of a text; several are a wider one, as between two boxes to tick."""
        wide = text[:3] if end == 0 else text[-3:]
        return " #h(1.2em) " if wide == "   " else " " if text[end] == " " else ""

    def slot(self, slot: Slot) -> str:
        field = self.fields.get(slot.key)
        name = f'"{slot.key}"'
        if field is not None and slot.shape == "boxes" and field.boxes:
            size = 5.4 if field.boxes <= 24 else 3.8
            return f"#place-field({name}, boxes(shown({name}), {field.boxes}, size: {size}mm))"
        if field is not None and field.kind == "check":
            return f"#fill-tick({name})"
        if slot.shape in ("long", "Long"):
            word = "" if slot.shape == "long" else ", capital: true"
            kind = field.kind if field is not None and field.kind in ("month", "quarter") else "date"
            return f"#place-field({name}, {kind}-words({name}{word}))"
        if slot.shape == "strokes":
            return f"#strokes({name})"
        if slot.shape == "inline":
            return f"#fill({name})"
        if slot.room:
            return f"#gap({name}, {max(4, min(12, round(slot.room * 0.32)))}em)"
        return f"#fill-line({name})"

    # --- tables ------------------------------------------------------------------------------------------------------

    def ruled(self, table: Ruled) -> str:
        out: list[str] = []
        heads: list[str] = []
        for number, row in enumerate(table.rows):
            cells: list[str] = []
            width = 0
            for content, across in row:
                across = min(across, table.columns - width)
                if across <= 0:
                    break
                width += across
                body = f"[{self.content(content)}]"
                cells.append(f"table.cell(colspan: {across}){body}" if across > 1 else body)
            cells += ["[]"] * (table.columns - width)
            (heads if number < table.heads else out).append("  " + ", ".join(cells))
        head = ["  table.header(\n" + ",\n".join(heads) + ")"] if heads else []
        shares = ", ".join(f"{share}fr" for share in table.shares)
        return f"#table(columns: ({shares},),\n" + ",\n".join([*head, *out]) + ")"

    def rows(self, table: Rows) -> str:
        shares = ", ".join(f"{share}fr" for share in table.shares)
        heads = []
        for row in table.heads:
            for words, across, down in row:
                spans = [f"colspan: {across}"] * (across > 1) + [f"rowspan: {down}"] * (down > 1)
                heads.append(
                    f"    table.cell({', '.join([*spans, 'align: center + horizon'])}, strong[{markup(words)}])"
                )
        kinds = {column.key: column.kind for column in self.tables[table.key].columns}
        cells = []
        for key in table.columns:
            if key is None:
                cells.append("align(center)[#if row.len() > 0 [#(i + 1)] else [#hide[0]]]")
            elif kinds[key] == "check":
                cells.append(
                    f'place-field("{table.key}[" + str(i) + "].{key}", tick(row.at("{key}", default: "") == "X"))'
                )
            elif kinds[key] in ("money", "integer", "decimal", "percent"):
                cells.append(f'align(right, at("{key}"))')
            else:
                cells.append(f'at("{key}")')
        foot = self._foot(table)
        size = "11pt" if len(table.columns) <= 6 else "10pt" if len(table.columns) <= 9 else "8.5pt"
        return (
            "#{\n"
            f'  let rows = pad-rows(d.shown.at("{table.key}", default: ()), '
            f"if d.blank {{ {table.blank} }} else {{ 1 }})\n"
            f"  set text(size: {size})\n"
            f"  table(columns: ({shares},),\n"
            "    table.header(\n" + ",\n".join(heads) + "),\n"
            "    ..rows.enumerate().map(((i, row)) => {\n"
            f'      let at(name) = fill("{table.key}[" + str(i) + "]." + name)\n'
            f"      ({', '.join(cells)},)\n"
            f"    }}).flatten(){foot})\n"
            "}"
        )

    def _foot(self, table: Rows) -> str:
        if not table.foot:
            return ""
        cells = []
        for words, across in table.foot:
            span = f"colspan: {across}, " if across > 1 else ""
            if words is None:
                cells.append(f"table.cell({span})[]" if span else "[]")
            elif words.startswith("="):
                # Coefficients and empty cells count for nothing, as in the program's own totals.
                total = (
                    f'd.values.at("{table.key}", default: ()).map(r => r.at("{words[1:]}", default: 0))'
                    ".filter(x => type(x) == int).sum(default: 0)"
                )
                cells.append(f"table.cell({span}align: right, strong(if d.blank [] else [#money({total})]))")
            else:
                cells.append(f"table.cell({span}strong[{markup(words)}])")
        return ",\n    " + ", ".join(cells)

    # --- signatures --------------------------------------------------------------------------------------------------

    def signatures(self, row: Signatures) -> str:
        cells = [self.signing(cell, alone=len(row.cells) == 1) for cell in row.cells]
        if len(cells) == 1:
            return f"#align(right, block(width: 95mm, breakable: false, above: 1em, {cells[0]}))"
        return (
            "#block(breakable: false, width: 100%, above: 1em, "
            f"grid(columns: (1fr,) * {len(cells)}, column-gutter: 4mm,\n"
            + ",\n".join(f"  {cell}" for cell in cells)
            + "))"
        )

    def signing(self, cell: Signing, alone: bool) -> str:
        above = "".join(f"\n    #{self._above(e)}" for e in cell.above if isinstance(e, Line))
        if cell.mark is None:
            return f"[{above}\n  ]" if above else "[]"
        title = " \\ ".join(markup(line) for line in cell.title)
        note = " \\ ".join(markup(line) for line in cell.note)
        facts = ", ".join(
            [
                *([f"title: [{title}]"] if title else []),
                *([f"note: [{note}]"] if note else []),
                "width: 100%, height: 22mm",
            ]
        )
        return f'align(center)[{above}\n    #sign-place("{cell.mark}", {facts})\n  ]'

    def _above(self, line: Line) -> str:
        return (
            f"par[{self.parts(line.parts)}]" if not line.small else f"text(size: 0.85em, par[{self.parts(line.parts)}])"
        )
