"""What the dossier's page reads before it shows anything: the dossier, its procedure, a form and where its values come
from. Runs off the window's thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from desktop.ui.filling.row import Source
from desktop.ui.translation import later

if TYPE_CHECKING:
    from desktop.filing import Desk, DossierView
    from forms.form import Form
    from forms.procedure import Procedure
    from forms.template.moving import Move


@dataclass(frozen=True)
class Loaded:
    """What the page needs to know of a dossier."""

    view: DossierView
    procedure: Procedure | None
    notes: dict[str, str]
    ready: bool
    """Whether the pre-flight finds nothing in the way."""


@dataclass(frozen=True)
class Opened:
    """A form with where its values come from."""

    form: Form
    sources: dict[str, Source]
    today: date
    move: Move | None = None
    """What moving it to a newer version of its template would come to."""
    moved: bool = False
    """Whether it was moved and can go back."""


def tr(words: str) -> str:
    """Say it in the language on the screen."""
    return QCoreApplication.translate("opening", words)


FACTS = {
    "tax_code": later("mã số thuế của khách hàng"),
    "name": later("tên khách hàng"),
    "address": later("địa chỉ của khách hàng"),
    "ward_name": later("xã, phường của khách hàng"),
    "ward_code": later("xã, phường của khách hàng"),
    "province_code": later("tỉnh, thành phố của khách hàng"),
    "province_name": later("tỉnh, thành phố của khách hàng"),
    "phone": later("điện thoại của khách hàng"),
    "email": later("thư điện tử của khách hàng"),
    "fax": later("số fax của khách hàng"),
    "personal_id": later("số định danh của khách hàng"),
    "legal_representative": later("người đại diện theo pháp luật"),
    "tax_office_code": later("cơ quan thuế của khách hàng"),
    "tax_office_name": later("cơ quan thuế của khách hàng"),
    "social_insurance_unit": later("mã đơn vị bảo hiểm xã hội"),
    "": later("thông tin khách hàng"),
}


def load_dossier(desk: Desk, name: str) -> Loaded:
    """Read a dossier with what its procedure says of its components."""
    from desktop import filing
    from desktop.errors import DesktopError
    from forms.errors import FormsError

    view = filing.dossier_view(desk, name)
    procedure, notes = None, {}
    try:
        procedure = filing.procedure(desk, view.procedure)
        notes = {part.id: part.note for part in filing.case_of(procedure, view.case).components}
    except (DesktopError, FormsError):
        pass  # a procedure that is no longer in the catalogue: its dossiers stay open all the same
    return Loaded(view, procedure, notes, filing.preflight(desk, name).ok)


def open_form(desk: Desk, form_id: str, lang: str) -> Opened:
    """Open a saved form and find out where its values come from."""
    from desktop import filing

    form = filing.open_form(desk, form_id)
    sources = sources_of(desk, form, form_id, lang)
    move = filing.offered_move(desk, form_id)
    return Opened(form, sources, desk.today(), move, filing.earlier_form(desk, form_id) is not None)


LINES = 8
"""Changes that are told one by one."""


def move_words(move: Move, lang: str) -> str:
    """Tell what another version changes, line by line, and what would not come along."""
    lines = [tr("Biểu mẫu này có phiên bản khác đang có hiệu lực ({}). Những gì thay đổi:").format(move.after)]
    told = [change for change in move.changes if change.kind != "help"]
    lines += [f"• {change.words(lang)}" for change in told[:LINES]]
    if len(told) > LINES:
        lines.append(tr("• và {} thay đổi nữa").format(len(told) - LINES))
    if move.left:
        lines.append(tr("Không chuyển sang được, cần nhập lại chỗ khác nếu còn cần:"))
        lines += [f"• {left.label.get(lang)}: {left.value}" for left in move.left[:LINES]]
    else:
        lines.append(tr("Mọi thứ đã nhập đều chuyển sang được."))
    return "\n".join(lines)


def sources_of(desk: Desk, form: Form, form_id: str, lang: str) -> dict[str, Source]:
    """Return where values come from: the client's facts, the last period's form."""
    from forms import kinds

    workspace = desk.workspace
    client = workspace.forms.get(form_id).client
    facts = {"tax_code": client.tax_code, "name": client.name}
    facts |= {name: fact.value for name, fact in workspace.clients.facts(client).items()}
    found: dict[str, Source] = {}
    for path, fact in form.template.prefill.items():
        value = form.entered_value(path) if path in form.definition.form_fields else None
        if value is None or fact not in facts:
            continue
        if value == facts[fact] or form.shown(path) == facts[fact]:
            found[path] = Source(value, tr("từ {}").format(tr(FACTS.get(fact, FACTS[""]))))
    before = form.period.previous() if form.period is not None else None
    for path, source in form.template.roll_forward.sources.items():
        last = (form.previous or {}).get(source)
        if before is None or last in (None, "") or path not in form.definition.form_fields:
            continue
        code = form.field(source).code or form.field(source).label.get(lang)
        kind = form.field(path)

        shown = kinds.shown(kind, last)
        where = tr("{} kỳ {}").format(code, before.label(lang).lower())
        found[path] = Source(last, tr("từ {}").format(where), tr("Lấy {} từ {}").format(shown, where) if last else "")
    return found
