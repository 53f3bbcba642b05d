"""Write REPORT.md: what was proposed, how sure it is, and what to look at first. Its words are data."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from forms.bundled import RESOURCES
from forms.template.proposal.draft import Draft, ProposedField, ProposedTable


@cache
def _words() -> Any:
    return json.loads((RESOURCES / "labels" / "report.json").read_text(encoding="utf-8"))


def report_of(draft: Draft) -> str:
    """Return REPORT.md, Vietnamese first."""
    words = _words()
    fields = list(draft.fields())
    untranslated = [field.label for field in fields if field.en is None]
    untranslated += [section.title for section in draft.sections if section.en is None]
    facts = {
        "source": _cell(draft.source),
        "fields": len(fields),
        "tables": sum(isinstance(item, ProposedTable) for section in draft.sections for item in section.items),
        "signers": len(draft.signers),
        "required": sum(field.required for field in fields),
        "missing": len(untranslated),
        "first": "\n".join(_first(draft, fields)) or words["words"]["none"],
        "untranslated": "\n".join(f"  * {_cell(label)}" for label in untranslated[:100]),
        "table": "\n".join(_table(draft)),
        "places": "\n".join(
            f"* `{mark}`: {_cell(title)} ({', '.join(roles) or words['words']['others']})"
            for mark, title, roles in draft.signers
        ),
        **{level: sum(field.certainty == level for field in fields) for level in ("sure", "likely", "unsure")},
    }
    return "\n".join(line.format_map(facts) for line in words["text"]) + "\n"


def _first(draft: Draft, fields: list[ProposedField]) -> list[str]:
    """Return what to look at first: remarks, then each field that is unsure or has a doubt."""
    words, out = _words(), []
    for remark in draft.remarks:
        told = words["remarks"][remark.code]
        out.append(f"* {told['vi'].format(**remark.facts)} *{told['en'].format(**remark.facts)}*")
    for field in fields:
        if field.certainty == "unsure" or field.doubt:
            told = words["doubts"].get(field.doubt, words["doubts"]["OTHER"])
            out.append(f"* `{field.key}` ({_cell(field.label)}): {told['vi']}. *{told['en']}.* ← “{_cell(field.said)}”")
    return out


def _table(draft: Draft) -> list[str]:
    words, out = _words()["words"], []
    for section in draft.sections:
        out.append(f"| **{_cell(section.title)}** | | | | |")
        for item in section.items:
            if isinstance(item, ProposedTable):
                count = words["columns"].format(count=len(item.columns))
                out.append(f"| `{item.key}` | {words['table']} | {_cell(item.label)} | | {count} |")
                out += [_row(column, f"{item.key}.") for column in item.columns]
            else:
                out.append(_row(item))
    return out


def _row(field: ProposedField, before: str = "") -> str:
    sure = _words()["words"][field.certainty]
    return f"| `{before}{field.key}` | {field.kind} | {_cell(field.label)} | {sure} | {_cell(field.said)} |"


def _cell(text: str) -> str:
    """Return text from a stranger's file as plain words of a Markdown table."""
    clean = " ".join(text.split())[:140]
    for sign in "\\|`[]*_":
        clean = clean.replace(sign, "\\" + sign)
    return clean.replace("<", "&lt;").replace(">", "&gt;")
