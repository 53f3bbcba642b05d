"""`hoso template`: the electronic forms on hand, and the work of those who make them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from desktop.cli import session as _session
from desktop.cli.session import Negative, WrongUse
from desktop.workers import STRANGERS_LIMIT

commands = typer.Typer(no_args_is_help=True, help="Biểu mẫu điện tử: danh sách, lược đồ, ví dụ, bản trống; soạn mẫu.")

Period = Annotated[str | None, typer.Option("--period", help="Kỳ, ví dụ 2026-10 hoặc 2026-Q4.")]
Force = Annotated[bool, typer.Option("--force", help="Ghi đè tệp đã có.")]


def chosen(template: str, period: str | None) -> Any:
    """Choose the version of a template for a period.

    Raises PeriodNeeded (wrong use), UnknownTemplate, NoVersionForPeriod, BadPeriod.
    """
    from forms.period import Period as ReportingPeriod

    app = _session.current.app
    return app.library.choose(template, ReportingPeriod.parse(period) if period else None, app.today())


@commands.command("list")
def list_templates() -> None:
    """Liệt kê các biểu mẫu và phiên bản."""
    session = _session.current
    rows, lines = [], []
    from forms.template import load

    for template_id in session.app.library.ids():
        for edition in session.app.library.versions(template_id):
            template = load(edition.ref)
            row = {
                "id": template.id,
                "version": template.version,
                "title": template.title,
                "effective_from": template.effective_from,
                "effective_to": template.effective_to,
                "procedures": list(template.procedures),
            }
            rows.append(row)
            title = session.words(template.title.vi, template.title.en)
            until = template.effective_to or session.words("nay", "now")
            lines.append(f"{template.id}  {template.version}  {template.effective_from} → {until}  {title}")
    session.answer({"templates": rows}, *lines)


@commands.command("show")
def show(template: str, period: Period = None) -> None:
    """Xem một biểu mẫu: căn cứ pháp lý, hiệu lực, các trường."""
    from forms.period import Period as ReportingPeriod
    from forms.template import load

    session = _session.current
    loaded = load(chosen(template, period))
    when = ReportingPeriod.parse(period) if period else None
    notices = loaded.notices(when, session.app.today())
    fields = [
        {"path": path, "code": item.code, "kind": item.kind, "label": item.label, "help": item.help}
        for path, item in loaded.definition.fields.items()
    ]
    document = {
        "id": loaded.id, "version": loaded.version, "title": loaded.title,
        "legal_basis": loaded.legal_basis, "effective_from": loaded.effective_from,
        "effective_to": loaded.effective_to, "procedures": list(loaded.procedures),
        "notices": notices, "fields": fields,
    }  # fmt: skip
    vi = session.lang == "vi"
    lines = [f"{loaded.title.vi if vi else loaded.title.en} ({loaded.id}, {loaded.version})"]
    lines += [f"  ! {notice.text.vi if vi else notice.text.en}" for notice in notices]
    for path, item in loaded.definition.fields.items():
        label = item.label.vi if vi else item.label.en
        lines.append(f"  {path}  {item.code or ''} {label}")
    session.answer(document, *lines)


@commands.command("schema")
def schema(template: str, period: Period = None) -> None:
    """In lược đồ JSON Schema của dữ liệu."""
    import json

    from forms.template import load

    session = _session.current
    document = load(chosen(template, period)).definition.json_schema()
    session.answer(document, json.dumps(document, ensure_ascii=False, indent=2))


@commands.command("example")
def example(template: str, period: Period = None) -> None:
    """In một tệp dữ liệu ví dụ đầy đủ và hợp lệ."""
    import json

    from desktop.cli.session import plain
    from forms.template import load

    session = _session.current
    sample = load(chosen(template, period)).example
    if sample is None:
        raise WrongUse(session.words("mẫu chưa có ví dụ đầy đủ", "the template has no complete example"))
    data = plain(sample.data)
    session.answer(data, json.dumps(data, ensure_ascii=False, indent=2))


@commands.command("blank")
def blank(
    template: str,
    output: Annotated[Path, typer.Option("-o", "--output", help="Tệp PDF sẽ tạo.")],
    period: Period = None,
    force: Force = False,
) -> None:
    """Tạo bản trống để in và điền tay."""
    from forms.printing import PrintOptions, print_form

    session = _session.current
    session.check_free(output, force)
    ref = chosen(template, period)
    options = PrintOptions(timestamp=session.app.timestamp(), blank=True)
    printed = session.app.workers.run(print_form, ref, period, {}, options)
    session.write(output, printed.pdf, force=force)
    session.answer({"file": output, "pages": printed.pages}, session.words(f"Đã tạo {output}", f"Made {output}"))


@commands.command("lint")
def lint_folder(folder: Path) -> None:
    """Soát một thư mục mẫu."""
    from desktop.messages import message
    from forms.template import lint

    session = _session.current
    # A stranger's folder: it is read, calculated and compiled where it can be killed.
    findings = session.app.workers.run(lint, folder, timeout=9, memory=STRANGERS_LIMIT)
    marks = {"error": session.words("Lỗi", "Error"), "warning": session.words("Cảnh báo", "Warning")}
    session.answer(
        {"findings": findings},
        *(f"{marks[one.severity]} · {message(one.code, one.facts, session.lang).sentence}" for one in findings),
        session.words(f"{len(findings)} điều cần xem.", f"{len(findings)} findings."),
    )
    if any(getattr(finding, "severity", "error") == "error" for finding in findings):
        raise Negative


@commands.command("test")
def test_folder(folder: Path) -> None:
    """Chạy các ví dụ của một thư mục mẫu."""
    from forms.template.review import examples_of

    session = _session.current
    results = session.app.workers.run(examples_of, folder, timeout=9, memory=STRANGERS_LIMIT)
    failed = [result for result in results if not result.ok]
    session.answer(
        {"examples": results, "failed": len(failed)},
        *(f"{'✓' if result.ok else '✗'} {result.name}" for result in results),
    )
    if failed or not results:
        raise Negative


@commands.command("preview")
def preview(
    folder: Path,
    output: Annotated[Path, typer.Option("-o", "--output")],
    period: Period = None,
    force: Force = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Theo dõi thư mục, in lại mỗi khi có tệp được lưu; dừng bằng Ctrl+C.")
    ] = False,
    blank: Annotated[bool, typer.Option("--blank", help="In bản trống thay cho dữ liệu ví dụ.")] = False,
) -> None:
    """In thử mẫu trong một thư mục với dữ liệu ví dụ."""
    session = _session.current
    session.check_free(output, force)
    if folder.is_dir() and output.resolve().is_relative_to(folder.resolve()):
        raise WrongUse(
            session.words("tệp PDF phải nằm ngoài thư mục mẫu", "the PDF must lie outside the template's folder")
        )
    if watch:
        _watch(folder, output, period, force, blank)
        return
    pages = _preview(folder, output, period, force, blank)
    session.answer({"file": output, "pages": pages}, session.words(f"Đã tạo {output}", f"Made {output}"))


def _preview(folder: Path, output: Path, period: str | None, force: bool, blank: bool) -> int:
    """Print a folder's template once and return the number of pages."""
    from forms.printing import PrintOptions, print_form
    from forms.template.package import open_folder

    session = _session.current
    template = open_folder(folder)
    sample = template.example
    if sample is None:
        raise WrongUse(session.words("mẫu chưa có ví dụ đầy đủ", "the template has no complete example"))
    period = period or sample.period
    options = PrintOptions(timestamp=session.app.timestamp(), draft=True, blank=blank)
    printed = session.app.workers.run(print_form, template.ref, period, _values(template, period), options, timeout=10)
    session.write(output, printed.pdf, force=force)
    return printed.pages


def _values(template: Any, period: str | None) -> dict[str, Any]:
    """Return the complete example's values, calculated ones included."""
    from forms.errors import FormsError
    from forms.form import Form
    from forms.period import Period as ReportingPeriod

    try:
        return dict(
            Form.load(template, ReportingPeriod.parse(period) if period else None, template.example.data).values
        )
    except FormsError:
        return dict(template.example.data)  # still worth a look; lint and test say what is wrong


_WATCH_SECONDS = 0.4
"""Between two looks at the folder: asking a hundred files for their times costs nothing, and works on any disk."""


def _watch(folder: Path, output: Path, period: str | None, force: bool, blank: bool) -> None:
    """Print again whenever a file changes, until interrupted; what does not print is said, and the last PDF stays."""
    import signal
    import threading

    session = _session.current
    seen: object = None
    printed = 0
    pages = 0
    # A flag, not KeyboardInterrupt: raised while a library calls back into Python, the exception is lost, and the loop
    # would go on.  A second Ctrl+C ends at once.
    asked_to_stop = threading.Event()

    def stop(number: int, frame: object) -> None:
        asked_to_stop.set()
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, stop)
    try:
        while not asked_to_stop.is_set():
            now = _state(folder)
            if now != seen:
                seen = now
                try:
                    pages = _preview(folder, output, period, force or printed > 0, blank)
                except Exception as error:
                    if not hasattr(error, "code"):
                        raise
                    _tell(error)
                else:
                    printed += 1
                    session.note(
                        session.words(
                            f"Đã in lại {output} ({pages} trang).", f"Printed {output} again ({pages} pages)."
                        )
                    )
            asked_to_stop.wait(_WATCH_SECONDS)
    finally:
        signal.signal(signal.SIGINT, before)
    session.answer({"file": output, "pages": pages, "printed": printed})


def _tell(error: Exception) -> None:
    from desktop.messages import message

    session = _session.current
    session.note(message(error, lang=session.lang).text)


def _state(folder: Path) -> object:
    """Return what changes when a file of a folder does: names, times, sizes; editors that rename are seen too."""
    found = []
    for path in sorted(folder.rglob("*")):
        try:
            facts = path.stat()
        except OSError:
            continue  # saved by renaming, this very moment
        found.append((str(path), facts.st_mtime_ns, facts.st_size))
        if len(found) > 2_000:
            break
    return found


@commands.command("pack")
def pack_folder(folder: Path, output: Annotated[Path, typer.Option("-o", "--output")], force: Force = False) -> None:
    """Đóng gói một thư mục mẫu thành một tệp."""
    import hashlib

    from forms.template import pack

    session = _session.current
    session.check_free(output, force)
    data = pack(folder)
    session.write(output, data, force=force)
    digest = hashlib.sha256(data).hexdigest()
    session.answer({"file": output, "sha256": digest}, f"{output}  {digest}")


@commands.command("new")
def new(
    folder: Path,
    source: Annotated[
        Path | None, typer.Option("--from", help="Mẫu chính thức bằng Word (.docx) hoặc PDF có ô điền.")
    ] = None,
) -> None:
    """Bắt đầu một thư mục mẫu mới, từ khung có sẵn hoặc từ mẫu bằng Word, PDF."""
    from forms.template.beginning import check_new, propose_from, skeleton

    session = _session.current
    if source is None:
        skeleton(folder)
        session.answer({"folder": folder}, session.words(f"Đã tạo khung mẫu trong {folder}", f"Begun in {folder}"))
        return
    from forms.template.proposal import write

    check_new(folder)
    data = session.read(source, 50 << 20)
    with session.about(source):
        found = session.app.workers.run(
            propose_from, data, source.name, folder.resolve().name, session.app.today().isoformat(), timeout=60
        )
    try:
        write(found.files, folder)
    except OSError as error:
        raise _session.FileUnwritable(str(folder), _session.os_reason(error, session.lang)) from error
    document = {
        "folder": folder, "report": folder / "REPORT.md", "fields": found.fields, "sure": found.sure,
        "unsure": found.unsure, "tables": found.tables, "signers": found.signers, "remarks": list(found.remarks),
        "files": sorted(found.files),
    }  # fmt: skip
    session.answer(
        document,
        session.words(
            f"Đã đề xuất mẫu trong {folder}: {found.fields} trường ({found.sure} chắc, {found.unsure} chưa chắc), "
            f"{found.tables} bảng, {found.signers} chỗ ký.",
            f"Proposed in {folder}: {found.fields} fields ({found.sure} sure, {found.unsure} unsure), "
            f"{found.tables} tables, {found.signers} places to sign.",
        ),
        session.words(
            f"Tất cả là đoán: hãy đọc {folder / 'REPORT.md'} rồi sửa, chạy lint, test, preview.",
            f"All of it is guessed: read {folder / 'REPORT.md'}, correct it, run lint, test, preview.",
        ),
    )
