"""`hoso pdf`: PDF forms made by others."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from desktop.cli import session as _session
from desktop.cli.session import Negative, plain
from desktop.cli.template import Force
from desktop.messages import message

commands = typer.Typer(no_args_is_help=True, help="Biểu mẫu PDF của nơi khác: xem trường, điền.")

FILE_LIMIT = 50 << 20
"""Bytes; what `forms.acroform` reads."""
Passphrase = Annotated[
    str | None, typer.Option("--passphrase-file", help="Tệp giữ mật khẩu mở PDF (- là đầu vào chuẩn).")
]


def _secret(file: str | None) -> str | None:
    if file is None:
        return None
    return _session.current.secret(file, option="--passphrase-file", prompt_vi="", prompt_en="")


def _note_rows(notes: Iterable[str]) -> list[dict[str, str]]:
    lang = _session.current.lang
    return [{"code": code, "message": message(code, lang=lang).text} for code in notes]


def _tell(notes: list[dict[str, str]]) -> None:
    session = _session.current
    if not session.json:
        for note in notes:
            session.note(note["message"])


@commands.command("fields")
def fields(file: Path, passphrase_file: Passphrase = None) -> None:
    """Liệt kê các trường: tên, loại, lựa chọn, vị trí."""
    from desktop import filing

    session = _session.current
    found = filing.form_fields(session.app.desk, session.read(file, FILE_LIMIT), passphrase=_secret(passphrase_file))
    notes = _note_rows(found.notes)
    document = {
        "fields": [one.to_json() for one in found.fields],
        "pages": found.pages,
        "signed": found.signed,
        "notes": notes,
    }
    lines = [_line(one) for one in found.fields]
    session.answer(document, *(lines or [session.words("Tệp này không có trường nào để điền.", "No field to fill.")]))
    _tell(notes)


def _line(one: Any) -> str:
    session = _session.current
    kinds = {
        "text": ("chữ", "text"),
        "checkbox": ("ô đánh dấu", "check box"),
        "radio": ("chọn một", "radio"),
        "choice": ("danh sách", "choice"),
        "signature": ("chữ ký", "signature"),
        "button": ("nút", "button"),
    }
    parts = [session.words(*kinds[one.kind])]
    if one.places and one.places[0].page is not None:
        parts.append(session.words(f"trang {one.places[0].page}", f"page {one.places[0].page}"))
    if one.required:
        parts.append(session.words("bắt buộc", "required"))
    if one.read_only:
        parts.append(session.words("chỉ đọc", "read only"))
    if one.max_length is not None:
        parts.append(session.words(f"tối đa {one.max_length} ký tự", f"at most {one.max_length} characters"))
    if one.options:
        shown = [v if v == label else f"{v} ({label})" for v, label in zip(one.options, one.option_labels, strict=True)]
        parts.append(" | ".join(shown[:12]) + (" | …" if len(shown) > 12 else ""))
    if one.value not in (None, "", ()):
        value = ", ".join(one.value) if isinstance(one.value, tuple) else one.value
        on = session.words("có", "yes") if value else session.words("không", "no")
        parts.append("= " + (on if isinstance(value, bool) else str(value).replace("\n", " ⏎ ")))
    text = f"{one.name}: " + " · ".join(parts)
    # A file from outside must not steer the terminal.
    return "".join(c if c.isprintable() else "?" for c in text)


@commands.command("fill")
def fill(
    file: Path,
    data: Path,
    output: Annotated[Path, typer.Option("-o", "--output", help="Tệp PDF sẽ tạo.")],
    flatten: Annotated[bool, typer.Option("--flatten", help="Biến các trường thành nội dung trang.")] = False,
    drop_xfa: Annotated[bool, typer.Option("--drop-xfa", help="Bỏ bản XFA đi kèm trong tệp.")] = False,
    passphrase_file: Passphrase = None,
    force: Force = False,
) -> None:
    """Điền các trường từ DATA: {"tên đầy đủ của trường": giá trị}."""
    from desktop import filing
    from forms.acroform import FormValuesRefused

    session = _session.current
    session.check_free(output, force)
    secret = _secret(passphrase_file)
    try:
        made = filing.fill_foreign(
            session.app.desk,
            session.read(file, FILE_LIMIT),
            session.read_json(data),
            flatten=flatten,
            drop_xfa=drop_xfa,
            passphrase=secret,
        )
    except FormValuesRefused as error:
        _refuse(error)
        raise Negative from error
    session.write(output, made.data, force=force)
    notes = _note_rows(made.notes)
    session.answer(
        {"file": output, **made.to_json(), "notes": notes},
        session.words(f"Đã điền {len(made.filled)} trường, tạo {output}", f"{len(made.filled)} filled; made {output}"),
    )
    _tell(notes)


def _refuse(error: Any) -> None:
    """Tell every value that was not taken, each with its reason."""
    session = _session.current
    told = message(error, lang=session.lang)
    rows = []
    for problem in error.problems:
        words = message(problem.code, problem.facts, lang=session.lang)
        rows.append({"code": problem.code, "message": words.sentence, "remedy": words.remedy, **plain(problem.facts)})
    if session.json:
        body = {"code": told.code, "message": told.sentence, "remedy": told.remedy, "problems": rows}
        session.answer({"error": body})
        return
    session.note(told.text)
    for row in rows:
        session.note("  " + " ".join(part for part in (row["message"], row["remedy"]) if part))
