"""`hoso batch`: one form for many clients, from a spreadsheet: check, print, sign, file, a result for each row."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import typer.core

from desktop.cli import session as _session
from desktop.cli.session import FileUnwritable, Negative, Partly, WrongUse, os_reason
from desktop.cli.template import Force, Period

if TYPE_CHECKING:
    from desktop.filing.batch import Batch, BatchRow
    from desktop.filing.batch_run import KeyRing

LIMIT = 33 << 20
"""Read at most so many bytes of a spreadsheet; the product's own limit, which is lower, is said by the refusal."""
GOALS = ("check", "prepare", "sign", "queue", "submit")
STATES = {
    "errors": ("có lỗi", "has errors"),
    "ready": ("kiểm tra đạt", "checked"),
    "prepared": ("đã lập hồ sơ", "prepared"),
    "printed": ("đã in", "printed"),
    "signed": ("đã ký", "signed"),
    "queued": ("chờ gửi", "queued"),
    "done": ("đã nộp", "filed"),
    "refused": ("cổng không nhận", "refused"),
    "uncertain": ("chưa rõ kết quả", "uncertain"),
    "elsewhere": ("đã có hồ sơ cùng kỳ", "filed already"),
    "failed": ("không làm được", "failed"),
    "waiting": ("còn chờ", "waiting"),
}


class SheetOrVerb(typer.core.TyperGroup):
    """A group whose first word may be a spreadsheet instead of a verb: `hoso batch PLAN.xlsx …`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the verb before what is none."""
        if args and args[0] not in self.commands and args[0] not in ("--help", "-h"):
            args = ["run", *args]
        return super().parse_args(ctx, args)


commands = typer.Typer(
    cls=SheetOrVerb,
    no_args_is_help=True,
    help="Một biểu mẫu cho nhiều khách hàng, từ bảng tính: hoso batch BẢNG.xlsx | hoso batch template BIỂU_MẪU.",
)


@commands.command("template")
def template(
    template: Annotated[str, typer.Argument(help="Biểu mẫu, ví dụ thue/01-gtgt.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Bảng tính .xlsx sẽ tạo.")],
    period: Period = None,
    client: Annotated[list[str] | None, typer.Option("--client", help="Chỉ những mã số thuế này.")] = None,
    force: Force = False,
) -> None:
    """Tạo bảng tính để điền: mỗi khách hàng một dòng, điền sẵn thông tin đã đồng ý cho dùng."""
    from desktop import filing

    session = _session.current
    session.check_free(output, force)
    data = filing.batch_template(session.app.desk, template, period, clients=client)
    session.write(output, data, force=force)
    session.answer(
        {"file": output, "template": template, "period": period}, session.words(f"Đã tạo {output}", f"Made {output}")
    )


@commands.command("run")
def run(
    plan: Annotated[Path, typer.Argument(help="Bảng tính XLSX hoặc CSV, mỗi khách hàng một dòng.")],
    template: Annotated[str | None, typer.Option("--template", help="Biểu mẫu, khi bảng tính không tự nói.")] = None,
    period: Period = None,
    procedure: Annotated[str | None, typer.Option("--procedure", help="Thủ tục, khi có nhiều.")] = None,
    case: Annotated[str | None, typer.Option("--case", help="Trường hợp.")] = None,
    to: Annotated[
        str | None,
        typer.Option("--to", help="Làm đến: check, prepare, sign, queue hoặc submit (mặc định khi có khóa)."),
    ] = None,
    p12: Annotated[
        list[Path] | None, typer.Option("--p12", help="Tệp khóa của một khách hàng; dùng nhiều lần.")
    ] = None,
    keys: Annotated[Path | None, typer.Option("--keys", help="Thư mục các tệp khóa .p12, .pfx.")] = None,
    passphrase_file: Annotated[
        list[str] | None,
        typer.Option("--passphrase-file", help="Tệp mật khẩu: một cho mọi khóa, hoặc mỗi --p12 một tệp."),
    ] = None,
    token: Annotated[str | None, typer.Option("--token", help="Số sê-ri của USB token.")] = None,
    module: Annotated[Path | None, typer.Option("--module", help="Mô-đun PKCS#11.")] = None,
    cert: Annotated[str | None, typer.Option("--cert", help="Vân tay SHA-256 của chứng thư.")] = None,
    pin_file: Annotated[str | None, typer.Option("--pin-file", help="Tệp chứa mã PIN; - là đầu vào chuẩn.")] = None,
    remote: Annotated[str | None, typer.Option("--remote", help="Hồ sơ ký số từ xa.")] = None,
    role: Annotated[
        str | None, typer.Option("--role", help="self, legal_representative, tax_agent, on_behalf.")
    ] = None,
    portal: Annotated[str | None, typer.Option("--portal")] = None,
    again: Annotated[bool, typer.Option("--again", help="Nộp dù khách hàng đã có hồ sơ cùng kỳ.")] = False,
    out: Annotated[Path | None, typer.Option("--out", help="Thư mục để in PDF của mỗi dòng.")] = None,
    errors: Annotated[
        Path | None,
        typer.Option("--errors", help="Bản sao bảng tính, lỗi ghi cạnh ô; mặc định cạnh tệp gốc nếu có lỗi."),
    ] = None,
    force: Force = False,
) -> None:
    """Kiểm tra từng dòng, rồi in, ký bằng khóa của từng khách hàng và nộp; chạy lại thì làm tiếp."""
    from desktop import filing
    from desktop.cli.sign_many import interruptible

    session = _session.current
    desk = session.app.desk
    named = bool(p12 or keys or token or remote)
    goal = to or ("submit" if named else "check")
    if goal not in GOALS:
        raise WrongUse("--to " + " | ".join(GOALS))
    if goal in ("sign", "queue", "submit") and not named:
        raise WrongUse(session.words("thiếu khóa: --p12, --keys, --token", "name keys: --p12, --keys, --token"))
    if errors is not None:
        session.check_free(errors, force)
    if out is not None:
        _folder(out)
    data = session.read(plan, LIMIT)
    with interruptible() as stopped:
        progress = Percent(stopped)
        with session.about(plan):
            batch = filing.check_batch(
                desk, data, template=template, period=period, procedure=procedure, case=case, progress=progress
            )
        progress.say(session.words("Kiểm tra", "Checked"))
        ring = (
            _keys(p12 or [], keys, passphrase_file or [], token, module, cert, pin_file, remote, role)
            if named
            else None
        )
        if goal != "check":
            progress.begin()
            batch = filing.run_batch(
                desk, batch, goal=goal, keys=ring, portal=portal, again=again,  # type: ignore[arg-type]  # one of GOALS
                accept_unconfirmed=session.accept_unconfirmed, answer=_answer, told=_tell, progress=progress,
            )  # fmt: skip
        files = _print(batch, out, progress, force) if out is not None else []
    copy = _write_errors(batch, plan, errors, force=force)
    reached = filing.REACHED[goal]  # type: ignore[index]  # one of GOALS
    count = sum(row.state in reached for row in batch.rows)
    document = {**batch.to_json(), "goal": goal, "reached": count, "errors_file": copy, "files": files}
    session.answer(document, *_lines(batch), *_sum(batch, count, copy))
    if count == 0:
        raise Negative
    if count < len(batch.rows):
        raise Partly


class Percent:
    """Progress on standard error, a line a tenth: readable in a log as on a terminal."""

    def __init__(self, stopped: Any) -> None:
        self._stopped = stopped
        self.begin()

    def begin(self) -> None:
        """Count from nothing."""
        self._told = -1

    def report(self, done: int, total: int) -> None:
        """Say how far it is."""
        percent = 100 * done // total if total else 100
        if percent // 10 > self._told // 10 or self._told < 0:
            self._told = percent
            _session.current.note(f"{percent} %")

    def cancelled(self) -> bool:
        """Say whether Ctrl+C was pressed."""
        return bool(self._stopped())

    def say(self, text: str) -> None:
        """Say what is done."""
        _session.current.note(text)


def _keys(
    p12: list[Path], folder: Path | None, passphrases: list[str], token: str | None, module: Path | None,
    cert: str | None, pin_file: str | None, remote: str | None, role: str | None,
) -> KeyRing:  # fmt: skip
    """Open the keys that the options name: each once, with its own passphrase or the one that is given for all."""
    from desktop import filing
    from desktop.cli.key import chosen_key, load_keys
    from desktop.filing.batch_signing import HeldSigner

    session = _session.current
    files = list(p12)
    if folder is not None:
        try:
            files += sorted(one for one in folder.iterdir() if one.suffix.casefold() in (".p12", ".pfx"))
        except OSError as error:
            raise WrongUse(session.words(f"không đọc được thư mục {folder}", f"cannot read {folder}")) from error
    if len(passphrases) > 1 and (len(passphrases) != len(files) or folder is not None):
        raise WrongUse(
            session.words(
                "một --passphrase-file cho mọi khóa, hoặc mỗi --p12 một tệp", "one --passphrase-file, or one a key"
            )
        )
    held: list[Any] = []
    if token is not None or remote is not None:
        held.append(chosen_key(None, None, token, remote, cert, module, pin_file))
    for number, file in enumerate(files):
        held += load_keys(file, passphrases[number if len(passphrases) > 1 else 0] if passphrases else None)
    signers = tuple(
        (key.certificate, HeldSigner(key.certificate.organization or key.certificate.common_name, key)) for key in held
    )
    if not signers:
        raise WrongUse(session.words("không thấy tệp khóa nào", "there is no key file"))
    return filing.KeyRing(signers, filing.role_of(role))


def _answer(stop: Any) -> Any:
    """Without a person to ask, what waits for a token waits: the next run goes on."""
    return "skip"


def _tell(row: BatchRow) -> None:
    session = _session.current
    session.note(f"{row.number}: {row.client} {row.name} – {session.words(*STATES[row.state])}")


def _print(batch: Batch, out: Path, progress: Percent, force: bool) -> list[dict[str, Any]]:
    """Print every row without errors into a folder; what is there already is kept."""
    from desktop import filing
    from desktop.messages import message
    from desktop.workers import WorkCancelled

    session = _session.current
    files: list[dict[str, Any]] = []
    progress.begin()
    short = batch.ref.id.replace("/", "-")

    def trouble(row: BatchRow, error: Exception) -> None:
        told = message(error, lang=session.lang)
        files.append({"row": row.number, "file": None, "reason": told.code, "message": told.text})

    try:
        for row, printed in filing.print_batch(session.app.desk, batch, progress=progress):
            if isinstance(printed, Exception):
                trouble(row, printed)
                continue
            name = "_".join(filter(None, (short, batch.period, row.client, f"dong{row.number}")))
            path = out / f"{name}.pdf"
            kept = path.exists() and not force
            try:
                if not kept:
                    session.write(path, printed.pdf, force=force)
            except FileUnwritable as error:
                trouble(row, error)
                continue
            files.append({"row": row.number, "file": path, "pages": printed.pages, "kept": kept})
    except WorkCancelled:
        session.note(session.words("Đã dừng in.", "Printing was stopped."))
    return files


def _folder(out: Path) -> None:
    """Make the folder for prints before anything is done."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileUnwritable(str(out), os_reason(error, _session.current.lang)) from error


def _write_errors(batch: Batch, plan: Path, errors: Path | None, *, force: bool) -> Path | None:
    """Write the copy with problems beside their cells: where it was asked for, or beside the sheet."""
    from desktop import filing
    from desktop.messages import message

    session = _session.current
    wrong = any(row.problems or row.state == "failed" for row in batch.rows)
    if errors is None:
        if not any(row.state in ("errors", "failed") for row in batch.rows):
            return None
        errors = _free(plan.with_name(f"{plan.stem}-loi.xlsx"))
    elif not wrong:
        return None
    try:
        session.write(errors, filing.error_sheet(session.app.desk, batch, session.lang), force=force)
    except FileUnwritable as error:
        # What was signed and filed is told all the same.
        session.note(message(error, lang=session.lang).text)
        return None
    return errors


def _free(path: Path) -> Path:
    for number in range(2, 1_000):
        if not path.exists():
            return path
        path = path.with_name(f"{path.stem.rpartition('-loi')[0]}-loi-{number}.xlsx")
    return path


def _lines(batch: Batch) -> list[str]:
    from desktop.messages import message

    session = _session.current
    lines = []
    for row in batch.rows:
        more = f" · {row.code or row.dossier}" if row.code or row.dossier else ""
        again = (
            session.words(" (từ trước)", " (before)") if row.kept and row.state in ("done", "queued", "signed") else ""
        )
        lines.append(f"{row.number}: {row.client} {row.name} – {session.words(*STATES[row.state])}{more}{again}")
        for problem in row.problems[:20]:
            mark = session.words(*{"error": ("Lỗi", "Error"), "warning": ("Cảnh báo", "Warning")}[problem.severity])
            lines.append(f"    {mark} {problem.cell or problem.path}: {problem.message.get(session.lang)}")
        if row.why is not None:
            lines.append(f"    {message(row.why, lang=session.lang).text}")
    lines += [f"{session.words('Ghi chú', 'Note')}: {one.message.get(session.lang)}" for one in batch.stray]
    return lines


def _sum(batch: Batch, count: int, copy: Path | None) -> list[str]:
    session = _session.current
    lines = [session.words(f"Xong {count}/{len(batch.rows)} dòng.", f"{count} of {len(batch.rows)} rows done.")]
    if copy is not None:
        lines.append(
            session.words(
                f"Lỗi được ghi cạnh ô trong {copy}; sửa ở đó rồi chạy tệp ấy.",
                f"Problems are beside their cells in {copy}.",
            )
        )
    return lines
