"""`hoso form`: check, fill and read back one form, with no workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from desktop.cli import session as _session
from desktop.cli.session import Negative
from desktop.cli.template import Force, Period, chosen

commands = typer.Typer(no_args_is_help=True, help="Kiểm tra, điền và đọc lại một tờ khai.")


def checked(template: str, data: Path, period: str | None) -> tuple[Any, Any]:
    """Load the data of a file into a form and give back form and template reference."""
    from desktop import filing
    from forms.form import Form
    from forms.period import Period as ReportingPeriod
    from forms.template import load

    session = _session.current
    ref = chosen(template, period)
    reporting = ReportingPeriod.parse(period) if period else None
    document, opened = session.read_json(data), load(ref)
    document = filing.with_files(session.app.workers, opened.definition, document, session.beside(data))
    with session.about(data):
        form = Form.load(opened, reporting, document)
    return form, ref


def problem_lines(problems: list[Any]) -> list[str]:
    """Write problems as lines for a person."""
    session = _session.current
    names = {"error": session.words("Lỗi", "Error"), "warning": session.words("Cảnh báo", "Warning")}
    return [
        f"{names[problem.severity]} · {problem.path}: {session.words(problem.message.vi, problem.message.en)}"
        for problem in problems
    ]


def problem_document(problems: list[Any]) -> list[dict[str, Any]]:
    """Write problems in the shape of the command line's contract."""
    session = _session.current
    return [
        {
            "path": problem.path,
            "severity": problem.severity,
            "code": problem.code,
            "message": problem.message.vi if session.lang == "vi" else problem.message.en,
        }
        for problem in problems
    ]


@commands.command("check")
def check(template: str, data: Path, period: Period = None) -> None:
    """Kiểm tra dữ liệu và tính các chỉ tiêu."""
    session = _session.current
    form, _ = checked(template, data, period)
    problems = form.check()
    document = {
        "template": form.template.id,
        "version": form.template.version,
        "values": form.values,
        "problems": problem_document(problems),
    }
    session.answer(document, *problem_lines(problems), session.words("Đã kiểm tra xong.", "Checked."))
    if any(problem.severity == "error" for problem in problems):
        raise Negative


@commands.command("fill")
def fill(
    template: str,
    data: Path,
    output: Annotated[Path, typer.Option("-o", "--output", help="Tệp PDF sẽ tạo.")],
    xml: Annotated[Path | None, typer.Option("--xml", help="Tệp XML sẽ tạo.")] = None,
    period: Period = None,
    draft: Annotated[bool, typer.Option("--draft", help="In bản nháp có hình chìm, dù còn lỗi.")] = False,
    force: Force = False,
) -> None:
    """Điền tờ khai thành PDF, và XML nếu mẫu có."""
    from desktop import filing
    from forms.printing import PrintOptions, print_form
    from forms.xml import write as write_xml

    session = _session.current
    for path in filter(None, (output, xml)):
        session.check_free(path, force)
    form, ref = checked(template, data, period)
    problems = form.check()
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors and not draft:
        session.answer(
            {
                "error": {
                    "code": "FORM_ERRORS_LEFT",
                    "message": session.words(
                        f"Tờ khai còn {len(errors)} lỗi nên chưa được in.", f"The form has {len(errors)} errors."
                    ),
                    "remedy": session.words("Sửa các lỗi, hoặc thêm --draft để in nháp.", "Mend them, or add --draft."),
                },
                "problems": problem_document(problems),
            }
        )
        for line in problem_lines(errors):
            session.note(line)
        raise Negative
    markup = None
    if xml is not None:
        filing.confirm_unconfirmed(form, "xml", session.app.today(), accepted=session.accept_unconfirmed)
        markup = write_xml(form.template, form.period, form.values)
    options = PrintOptions(timestamp=session.app.timestamp(), draft=draft, practice=session.practice)
    printed = session.app.workers.run(print_form, ref, period, form.values, options)
    session.write(output, printed.pdf, force=force)
    if xml is not None and markup is not None:
        try:
            session.write(xml, markup, force=force)
        except Exception:
            output.unlink(missing_ok=True)  # both or neither
            raise
    session.answer(
        {"file": output, "xml": xml, "pages": printed.pages, "problems": problem_document(problems)},
        *problem_lines(problems),
        session.words(f"Đã tạo {output}", f"Made {output}"),
    )


@commands.command("read")
def read(file: Path) -> None:
    """Đọc lại dữ liệu từ tờ khai PDF hoặc XML."""
    import json

    from desktop.cli.session import plain
    from forms.printing import matching_text, read_checked
    from forms.xml import read as read_xml

    session = _session.current
    data = session.read(file)
    if data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        found = session.app.workers.run(read_xml, data, session.app.library, timeout=30)
    else:
        found, compared = session.app.workers.run(read_checked, data, session.app.library, timeout=30)
        if not compared:
            session.note(
                session.words(
                    "Chưa so được tệp XML đính kèm với dữ liệu: trên máy không có mẫu này.",
                    "The attached XML could not be compared with the data: this template is not here.",
                )
            )
    document = {
        "template": found.template,
        "version": found.version,
        "period": found.period,
        "values": found.values,
    }
    code = matching_text(found)
    if code is not None:
        document["paper"] = code
    session.answer(document, json.dumps(plain(document), ensure_ascii=False, indent=2))
