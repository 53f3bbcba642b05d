"""What is to be signed, what stands in the way of it, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop.ui.filling.key_chooser import last_key
from desktop.ui.shell import Shell
from desktop.ui.words import tr

if TYPE_CHECKING:
    from desktop.filing import DossierView, Preflight
    from signing.certificate import Finding


@dataclass(frozen=True)
class Ready:
    """What is to be signed, and what stands in the way."""

    view: DossierView
    report: Preflight
    papers: tuple[tuple[str, str, str | None], ...]
    """Name of each component, what of it is signed, and its form."""
    unconfirmed: tuple[str, ...]
    """What of the forms is not settled: each needs a yes."""
    first_form: str | None
    last_key: str
    role: str | None
    templates: dict[str, str]
    """The template of each form that is signed, by form."""


@dataclass(frozen=True)
class Judged:
    """What checking a certificate found."""

    findings: tuple[Finding, ...]
    refused: bool


@dataclass(frozen=True)
class Made:
    """What was signed, and how each file was judged when it was read again."""

    files: tuple[tuple[str, str], ...]
    """Name and verdict."""
    level: str


def look(shell: Shell, dossier: str) -> Ready:
    """Look at a dossier that is to be signed; called off the window's thread."""
    from desktop import filing

    desk = shell.desk
    view = filing.dossier_view(desk, dossier)
    record = desk.workspace.dossiers.get(dossier)
    papers: list[tuple[str, str, str | None]] = []
    unconfirmed: list[str] = []
    first = None
    templates: dict[str, str] = {}
    for part in view.components:
        if part.form is not None:
            form = filing.open_form(desk, part.form)
            kinds = [tr("PDF ký tại chỗ dành cho chữ ký") if part.sign else tr("PDF, không ký")]
            if form.template.xml is not None:
                kinds.append(tr("XML gửi cơ quan nhận"))
            papers.append((part.name, " · ".join(kinds), part.form))
            first = first or part.form
            if part.sign:
                templates[part.form] = form.template.id
            for notice in form.template.unconfirmed(form.period, desk.today()):
                words = notice.text.get(shell.lang)
                if words not in unconfirmed:
                    unconfirmed.append(words)
        elif part.files:
            how = tr("ký trên từng tệp") if part.sign else tr("không ký, được ghi trong bản kê đã ký")
            papers.append((part.name, f"{', '.join(part.files)} · {how}", None))
    papers.append((tr("Bản kê hồ sơ"), tr("liệt kê mọi tệp kèm mã băm; được ký sau cùng"), None))
    return Ready(
        view,
        filing.preflight(desk, dossier),
        tuple(papers),
        tuple(unconfirmed),
        first,
        last_key(shell),
        record.role,
        templates,
    )
