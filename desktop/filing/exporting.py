"""What leaves for paper or for another portal: print copy, legal container, signed tax XML with its hand-over sheet."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from desktop.errors import NotSigned
from desktop.filing.container import ENDING, sign_files
from desktop.filing.desk import Desk
from desktop.filing.dossiers import case_of, open_form, procedure
from desktop.filing.enclosing import files_of
from desktop.filing.errors import LevelForbids, PreflightFailed
from desktop.filing.readiness import preflight

if TYPE_CHECKING:
    from desktop.filing.documents import SignRequest
    from desktop.store.records import Dossier
    from forms.procedure import Procedure
    from signing.key import SigningKey


@dataclass(frozen=True)
class ExportedFile:
    """A file for the outside world."""

    name: str
    kind: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Receiver:
    """The portal on whose page a person files."""

    name: str
    page: str


def export(
    desk: Desk,
    dossier_id: str,
    seal: tuple[SigningKey, SignRequest] | None = None,
    *,
    receiver: Receiver | None = None,
) -> list[ExportedFile]:
    """Make what leaves for paper or for another portal.

    The print copy (one flattened PDF with bookmarks, marked as a copy), and for a signed dossier the legal container
    of the untouched signed files; for a form with tax XML the signed XML and a hand-over sheet.
    For a `receiver` also each signed file by itself, and the sheet names the receiver's page.
    With `seal` the legal container is an ASiC-E signed as a whole.
    Raises PreflightFailed, LevelForbids; with `seal` NotSigned, and as `sign_files`.
    """
    from forms.dossier import legal_container, print_copy
    from forms.printing import PrintOptions, print_form, print_page

    ws = desk.workspace
    dossier = ws.dossiers.get(dossier_id)
    found = procedure(desk, dossier.procedure)
    allowed = found.allows()
    if not allowed.print:
        raise LevelForbids(dossier.procedure, allowed.reasons.get("print"))
    report = preflight(desk, dossier_id)
    signed = dossier.state != "PREPARED"
    if seal is not None and not signed:
        raise NotSigned(dossier.id, dossier.state)
    if not report.ok and not signed:
        raise PreflightFailed(tuple(f for f in report.findings if f.severity == "error"))
    files = ws.dossiers.files(dossier.id)
    parts: list[tuple[str, bytes]] = []
    contents = []
    for part in ws.dossiers.components(dossier.id):
        mine = [file for file in files if file.component == part.component and file.media_type == "application/pdf"]
        if part.form is None or any(file.kind == "form" for file in mine):
            mine.sort(key=lambda file: file.kind != "form")  # the papers of its fields come after the form
            parts += [(part.name, ws.files.read(file.sha256)) for file in mine]
        else:
            form = open_form(desk, part.form)
            options = PrintOptions(timestamp=desk.timestamp(), practice=desk.practice, dossier=dossier.id)
            period = str(form.period) if form.period else None
            parts.append((part.name, desk.workers.run(print_form, form.template.ref, period, form.values, options).pdf))
            papers = {file.sha256: None for file in mine if file.template is None}
            papers |= {str(entry["sha256"]): None for _, entry in files_of(form)}
            parts += [(part.name, ws.files.read(sha256)) for sha256 in papers]
        contents.append(
            {
                "name": part.name,
                "required": part.required,
                "originals": part.originals,
                "copies": part.copies,
                "files": [file.name for file in files if file.component == part.component],
                "present": bool(mine) or part.form is not None,
            }
        )
    cover = desk.workers.run(
        print_page,
        "cover",
        {
            "dossier": dossier.id,
            "code": dossier.code,
            "procedure": {"code": found.code, "name": found.name},
            "case": case_of(found, dossier.case).name,
            "client": {"name": dossier.client.name, "tax_code": dossier.client.tax_code},
            "period": dossier.period,
            "delivery": dossier.delivery,
            "agency": ", ".join(found.agencies),
            "receiving_place": found.receiving_place,
            "created": desk.now().isoformat(),
            "components": contents,
        },
        named={"timestamp": desk.timestamp(), "practice": desk.practice},
    ).pdf
    stem = f"ho-so-{dossier.id}"
    exported = [ExportedFile(f"{stem}-ban-in.pdf", "print_copy", desk.workers.run(print_copy, parts, cover))]
    manifest = ws.dossiers.revision(dossier.id).manifest
    if signed and manifest is not None:
        inside = [(f"{file.component}/{file.name}", ws.files.read(file.sha256)) for file in files]
        if seal is None:
            exported.append(ExportedFile(f"{stem}-goc.zip", "legal_container", legal_container(inside, manifest)))
        else:
            exported.append(ExportedFile(f"{stem}-goc{ENDING}", "asice", _sealed(desk, inside, manifest, *seal)))
        sheets = [file for file in files if file.kind == "xml"]
        for file in sheets:
            exported.append(ExportedFile(file.name, "signed_xml", ws.files.read(file.sha256)))
        others = [file for file in files if file.kind != "xml"] if receiver is not None else []
        taken = {item.name.casefold() for item in exported}
        singles: list[tuple[str, Any]] = [(file.name, file) for file in sheets]
        for file in others:
            name, number = file.name, 2
            while name.casefold() in taken:
                before, dot, end = file.name.rpartition(".")
                name, number = f"{before or end} ({number}){dot}{end if before else ''}", number + 1
            taken.add(name.casefold())
            exported.append(ExportedFile(name, "signed_file", ws.files.read(file.sha256)))
            singles.append((name, file))
        if sheets or receiver is not None:
            sheet = _handover(desk, dossier, found, singles, receiver)
            exported.append(ExportedFile(f"{stem}-ban-giao.pdf", "handover", sheet))
    ws.dossiers.note(dossier.id, "exported", {"files": [item.name for item in exported]})
    return exported


def _sealed(desk: Desk, inside: list[tuple[str, bytes]], manifest: str, key: SigningKey, request: SignRequest) -> bytes:
    """Sign the content of the legal container as a whole."""
    from forms.dossier import container_layout

    out = io.BytesIO()
    sign_files(desk, container_layout(inside, manifest), out, key, request)
    return out.getvalue()


def _handover(
    desk: Desk, dossier: Dossier, found: Procedure, files: list[tuple[str, Any]], receiver: Receiver | None
) -> bytes:
    """Print the sheet that leads through filing by hand: which page, which file, then the code to enter here."""
    from forms.printing import print_page

    parts = {part.component: part.name for part in desk.workspace.dossiers.components(dossier.id)}
    place = receiver.name if receiver is not None else found.receiving_place
    named = f"Mở {place}" if place else "Mở trang của cổng"
    printed = desk.workers.run(
        print_page,
        "handover",
        {
            "dossier": dossier.id,
            "procedure": {"code": found.code, "name": found.name},
            "client": {"name": dossier.client.name, "tax_code": dossier.client.tax_code},
            "period": dossier.period,
            "portal": {"name": place, "address": receiver.page if receiver is not None else None},
            "steps": [
                f"{named}, tự đăng nhập. Chương trình không bao giờ hỏi mật khẩu của cổng.",
                f"Tìm thủ tục {found.code}: {found.name}.",
                "Tải lên lần lượt từng tệp trong bảng dưới đây. Không sửa, không in rồi quét lại: chữ ký số sẽ mất.",
                "Xem lại thông tin người nộp và kỳ kê khai trên trang, rồi bấm nộp một lần.",
                "Chép mã hồ sơ mà cổng cấp vào khung cuối phiếu, rồi nhập vào chương trình để bắt đầu theo dõi.",
            ],
            "files": [
                {
                    "where": parts.get(file.component, file.component),
                    "name": name,
                    "size": file.size,
                    "sha256": file.sha256,
                    "note": {"xml": "dữ liệu XML", "form": "bản đã ký", "attachment": "giấy tờ đính kèm"}.get(
                        file.kind
                    ),
                }
                for name, file in files
            ],
            "made": desk.now().isoformat(),
        },
        named={"timestamp": desk.timestamp(), "practice": desk.practice},
    )
    return printed.pdf
