"""Propose a template from a form on paper: what its fields are, how it is printed, and what its maker must look at."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from forms.template.proposal.draft import Draft, Remark
from forms.template.proposal.naming import TooManyFields
from forms.template.proposal.paper import Paper
from forms.template.proposal.structure import draft_of

_UNPRINTED: Final = frozenset(("LAYOUT_BROKEN", "LAYOUT_REFUSED", "GLYPH_MISSING", "PRINTING"))


@dataclass(frozen=True)
class Proposal:
    """Be the files of a proposed template, and what is to be said of it at once."""

    files: dict[str, bytes]
    fields: int
    sure: int
    unsure: int
    tables: int
    signers: int
    remarks: tuple[str, ...]
    """Codes of the report's remarks."""


def propose(paper: Paper, source: str, slug: str, today: str, remarks: tuple[Remark, ...] = ()) -> Proposal | None:
    """Return the template that a form comes to, printed once with its example; None where there is nothing to fill in.

    `source` is the name of the file, `today` the ISO date from which it holds. Raises TooManyFields.
    """
    draft = draft_of(paper, source)
    for remark in remarks:
        draft.remarks.append(remark)
    if not any(True for _ in draft.fields()):
        return None
    files = _files(draft, slug, today, plain=False)
    if not _prints(files):
        draft.remarks.insert(0, Remark("LAYOUT_PLAIN"))
        files = _files(draft, slug, today, plain=True)
    fields = list(draft.fields())
    return Proposal(
        files=files,
        fields=len(fields),
        sure=sum(field.certainty == "sure" for field in fields),
        unsure=sum(field.certainty == "unsure" for field in fields),
        tables=sum("columns" in vars(item) for section in draft.sections for item in section.items),
        signers=len(draft.signers),
        remarks=tuple(remark.code for remark in draft.remarks),
    )


def _files(draft: Draft, slug: str, today: str, *, plain: bool) -> dict[str, bytes]:
    from forms.template.proposal import layout, report, writing

    return {
        "template.json": writing.as_json(writing.facts_of(draft, slug, today)),
        "definition.json": writing.as_json(writing.definition_of(draft)),
        "layout.typ": layout.layout_of(draft, plain).encode(),
        "examples/day-du.json": writing.as_json(writing.example_of(draft)),
        "REPORT.md": report.report_of(draft).encode(),
    }


def _prints(files: dict[str, bytes]) -> bool:
    """Say whether the template is one and prints: what was proposed must work before anybody has touched it."""
    from forms.template.review import lint

    with tempfile.TemporaryDirectory(prefix="hoso-proposal-") as room:
        write(files, Path(room))
        return not any(finding.code in _UNPRINTED for finding in lint(Path(room)))


def write(files: dict[str, bytes], folder: Path) -> None:
    """Write a proposal's files into a folder."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


__all__ = ["Paper", "Proposal", "Remark", "TooManyFields", "propose", "write"]
