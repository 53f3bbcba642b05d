"""`hoso dossier`: from a procedure to what is signed, exported or submitted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from desktop.cli import session as _session
from desktop.cli.form import problem_document, problem_lines
from desktop.cli.key import P12, Cert, Module, PassphraseFile, PinFile, Remote, Token, certificate_document, chosen_key
from desktop.cli.remote import OtpFile
from desktop.cli.session import Negative, WrongUse
from desktop.cli.stamps import (
    Level,
    StampImage,
    StampKind,
    StampNumber,
    Tsa,
    chosen_look,
    default_server,
    level_named,
)
from desktop.cli.template import Force, Period

commands = typer.Typer(no_args_is_help=True, help="Hồ sơ: lập, đính kèm, kiểm tra, ký, xuất, nộp.")

SHEET_LIMIT = 33 << 20
SCAN_LIMIT = 64 << 20
"""Read at most so many bytes of an attachment; the product's own limit, which is lower, is said by the refusal."""


@commands.command("new")
def new(
    procedure: str,
    client: Annotated[str, typer.Option("--client", help="Mã số thuế của khách hàng.")],
    case: Annotated[str | None, typer.Option("--case", help="Trường hợp.")] = None,
    period: Period = None,
    delivery: Annotated[
        str | None, typer.Option("--delivery", help="Cách nhận kết quả: online, post, in-person.")
    ] = None,
    notify: Annotated[
        list[str] | None,
        typer.Option("--notify", help="Cách nhận thông báo của cổng: portal, email, sms; dùng địa chỉ đã nhớ."),
    ] = None,
) -> None:
    """Lập hồ sơ mới cho một thủ tục."""
    from desktop import filing

    session = _session.current
    if delivery not in (None, "online", "post", "in-person"):
        raise WrongUse("--delivery online|post|in-person")
    dossier = filing.new_dossier(session.app.desk, procedure, client, case=case, period=period, delivery=delivery)
    if notify:
        filing.choose_notices(session.app.desk, dossier.id, notify)
    view = filing.dossier_view(session.app.desk, dossier.id)
    session.answer(
        {
            "id": view.id,
            "procedure": view.procedure,
            "case": view.case,
            "components": [
                {"component": part.id, "form": part.template, "required": part.required} for part in view.components
            ],
        },
        session.words(f"Hồ sơ {view.id}: {view.procedure_name}", f"Dossier {view.id}: {view.procedure_name}"),
        *(
            f"  {part.id}  {part.name}{session.words(' (bắt buộc)', ' (required)') if part.required else ''}"
            for part in view.components
        ),
    )


@commands.command("notices")
def notices(
    dossier: str,
    by: Annotated[list[str] | None, typer.Option("--by", help="portal, email, sms; dùng nhiều lần được.")] = None,
    email: Annotated[str | None, typer.Option("--email", help="Địa chỉ thư điện tử nhận thông báo.")] = None,
    phone: Annotated[str | None, typer.Option("--phone", help="Số điện thoại nhận tin nhắn.")] = None,
    remember: Annotated[
        bool, typer.Option("--remember", help="Khách hàng đồng ý: nhớ cho các hồ sơ sau của khách hàng này.")
    ] = False,
) -> None:
    """Xem, hoặc chọn cách người nộp nhận thông báo; gửi cho cổng cùng hồ sơ."""
    from desktop import filing

    session = _session.current
    desk = session.app.desk
    wish = (
        filing.choose_notices(desk, dossier, by, email=email, phone=phone, remember=remember)
        if by
        else filing.notices_of(desk, dossier)
    )
    if not by and (email or phone or remember):
        raise WrongUse("--by portal|email|sms")
    ways = [one if one == "portal" else f"{one} ({at})" for one, at in _told(wish)]
    session.answer(
        {"dossier": dossier, "notices": wish},
        session.words("Nhận thông báo: ", "Told by: ") + ", ".join(ways)
        if ways
        else session.words("Chưa chọn; cổng báo theo cách của cổng.", "Not chosen; the portal tells in its own way."),
    )


def _told(wish: Any) -> list[tuple[str, str | None]]:
    """Return each chosen way with its address."""
    at = {"email": wish.email, "sms": wish.phone} if wish is not None else {}
    return [(one, at.get(one)) for one in wish.channels] if wish is not None else []


@commands.command("list")
def list_dossiers(client: Annotated[str | None, typer.Option("--client")] = None) -> None:
    """Liệt kê hồ sơ."""
    from desktop import filing

    session = _session.current
    rows = filing.dossier_views(session.app.desk, client)
    session.answer(
        {"dossiers": rows}, *(f"{row.id}  {row.state}  {row.client_name}  {row.procedure_name}" for row in rows)
    )


@commands.command("show")
def show(dossier: str) -> None:
    """Xem một hồ sơ."""
    from desktop import filing

    session = _session.current
    view = filing.dossier_view(session.app.desk, dossier)
    lines = [f"{view.id}  {view.state}  {view.client_name}  {view.procedure_name}"]
    lines += [f"  {part.id}  {part.name}: {part.state_words(session.lang)}" for part in view.components]
    session.answer(view, *lines)


@commands.command("set")
def set_data(dossier: str, component: str, data: Path) -> None:
    """Điền tờ khai của một thành phần từ tệp JSON."""
    from desktop import filing

    session = _session.current
    form = filing.set_data(session.app.desk, dossier, component, session.read_json(data), session.beside(data))
    problems = form.check()
    session.answer(
        {"component": component, "values": form.values, "problems": problem_document(problems)},
        *problem_lines(problems),
        session.words("Đã lưu.", "Saved."),
    )
    if any(problem.severity == "error" for problem in problems):
        raise Negative


@commands.command("rows")
def rows(
    dossier: str,
    component: str,
    sheet: Path,
    table: Annotated[str | None, typer.Option("--table", help="Bảng của tờ khai; mặc định là bảng đầu tiên.")] = None,
) -> None:
    """Thêm các dòng của một bảng tính (XLSX, CSV) vào một bảng của tờ khai."""
    from desktop.filing.table_rows import import_rows

    session = _session.current
    form, found = import_rows(session.app.desk, dossier, component, table, session.read(sheet, SHEET_LIMIT))
    problems = [*found.notes, *form.check()]
    session.answer(
        {
            "component": component, "rows": len(found.rows), "sheet": found.sheet, "unknown": found.unknown,
            "problems": problem_document(problems),
        },
        *problem_lines(problems),
        session.words(f"Đã thêm {len(found.rows)} dòng.", f"{len(found.rows)} rows added."),
    )  # fmt: skip
    if any(problem.severity == "error" for problem in problems):
        raise Negative


@commands.command("move-form")
def move_form(
    dossier: str,
    component: str,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Chỉ xem thay đổi, không chuyển.")] = False,
    back: Annotated[bool, typer.Option("--back", help="Hoàn tác: quay lại tờ khai trước khi chuyển.")] = False,
) -> None:
    """Chuyển tờ khai sang phiên bản biểu mẫu đang có hiệu lực; xem trước bằng --dry-run, quay lại bằng --back."""
    from desktop import filing
    from desktop.filing.errors import NothingToMove

    session = _session.current
    desk = session.app.desk
    if back:
        filing.move_back(desk, dossier, component)
        session.answer(
            {"component": component, "back": True},
            session.words("Đã quay lại tờ khai trước khi chuyển.", "Back to the form as it was before."),
        )
        return
    if dry_run:
        parts = filing.dossier_view(desk, dossier).components
        form = next((part.form for part in parts if part.id == component), None)
        found = filing.offered_move(desk, form) if form is not None else None
        if found is None:
            raise NothingToMove(component)
        made = None
    else:
        moved = filing.move_form(desk, dossier, component)
        found, made = moved.move, moved.form
    lines = [change.words(session.lang) for change in found.changes]
    lines += [
        session.words(
            f"Không chuyển được: {left.label.vi} = {left.value}", f"Left behind: {left.label.en} = {left.value}"
        )
        for left in found.left
    ]
    done = session.words(
        f"Đã chuyển sang {found.after}. Quay lại bằng --back.", f"Moved to {found.after}; --back undoes it."
    )
    session.answer(
        {
            "component": component, "form": made, "from": found.before, "to": found.after,
            "changes": found.changes, "left": found.left, "carried": found.carried, "recalculated": found.recalculated,
        },
        *lines,
        done if made is not None else session.words("Chưa chuyển gì.", "Nothing was moved."),
    )  # fmt: skip


@commands.command("clone")
def clone(
    dossier: str,
    client: Annotated[str | None, typer.Option("--client", help="Mã số thuế của khách hàng khác.")] = None,
    period: Period = None,
    field: Annotated[
        list[str] | None,
        typer.Option("--field", help="TRƯỜNG=keep|clear|roll: thay chính sách của mẫu cho một trường."),
    ] = None,
) -> None:
    """Lập hồ sơ mới từ một hồ sơ cũ, cho kỳ khác hoặc khách hàng khác."""
    from desktop import filing

    session = _session.current
    policy: dict[str, Any] = {}
    for entry in field or ():
        name, _, wanted = entry.partition("=")
        if wanted not in ("keep", "clear", "roll"):
            raise WrongUse("--field FIELD=keep|clear|roll")
        policy[name] = wanted
    made, forms = filing.clone_dossier(session.app.desk, dossier, client=client, period=period, policy=policy)
    words = {
        "keep": session.words("giữ", "kept"),
        "clear": session.words("bỏ trống", "cleared"),
        "roll": session.words("chuyển từ kỳ trước", "rolled forward"),
    }
    session.answer(
        {
            "id": made.id, "from": dossier, "period": made.period,
            "forms": [
                {"component": one.component, "form": one.form, "template": one.template, "fields": one.carried.policies}
                for one in forms
            ],
        },
        session.words(f"Hồ sơ mới {made.id}", f"New dossier {made.id}"),
        *(f"  {name}: {words[wanted]}" for one in forms for name, wanted in one.carried.policies.items()),
    )  # fmt: skip


@commands.command("attach")
def attach(dossier: str, component: str, file: Path) -> None:
    """Đính kèm giấy tờ vào một thành phần."""
    from desktop import filing

    session = _session.current
    attached = filing.attach(session.app.desk, dossier, component, file.name, session.read(file, SCAN_LIMIT))
    session.answer(
        {"component": component, "attachment": attached},
        session.words(
            f"Đã đính kèm {file.name} ({attached.pages} trang)", f"Attached {file.name} ({attached.pages} p.)"
        ),
    )


@commands.command("preflight")
def preflight(dossier: str) -> None:
    """Kiểm tra trước khi ký và nộp."""
    from desktop import filing

    session = _session.current
    report = filing.preflight(session.app.desk, dossier)
    session.answer(report, *(finding.line(session.lang) for finding in report.findings), report.summary(session.lang))
    if not report.ok:
        raise Negative


@commands.command("sign")
def sign(
    dossier: str,
    p12: P12 = None,
    passphrase_file: PassphraseFile = None,
    token: Token = None,
    module: Module = None,
    cert: Cert = None,
    pin_file: PinFile = None,
    remote: Remote = None,
    otp_file: OtpFile = None,
    role: Annotated[str | None, typer.Option("--role")] = None,
    level: Level = "b-b",
    tsa: Tsa = None,
    stamp_kind: StampKind = None,
    stamp_image: StampImage = None,
    stamp_number: StampNumber = "",
) -> None:
    """Ký số mọi thành phần cần ký, rồi ký bản kê."""
    from desktop import filing
    from signing.trust import Trust

    session = _session.current
    desk = session.app.desk
    wanted = level_named(level)
    if tsa is not None and wanted.value == "B-B":
        raise WrongUse(session.words("--tsa cần --level b-t trở lên", "--tsa needs --level b-t or above"))
    look = chosen_look(stamp_kind, stamp_image, stamp_number)
    proofs = None
    if wanted.value != "B-B":
        proofs = filing.proofs_for(desk, filing.workspace_trust(desk) or Trust(), tsa or default_server())
    key = chosen_key(p12, passphrase_file, token, remote, cert, module, pin_file, otp_file)
    signed = filing.sign_dossier(
        desk, dossier, key, role=filing.role_of(role), accept_unconfirmed=session.accept_unconfirmed,
        wish=filing.SealWish(wanted.value, proofs, look),
    )  # fmt: skip
    session.answer(
        {
            "dossier": signed.dossier,
            "state": "SIGNED",
            "signer": certificate_document(key.certificate),
            "files": signed.files,
            "manifest_sha256": signed.manifest_sha256,
            "findings": signed.findings,
        },
        session.words(f"Đã ký {len(signed.files)} tệp.", f"{len(signed.files)} files signed."),
        session.words(f"Người ký: {key.certificate.common_name}", f"Signer: {key.certificate.common_name}"),
    )


@commands.command("export")
def export(
    dossier: str,
    out: Annotated[Path, typer.Option("--out", help="Thư mục xuất.")],
    container: Annotated[
        str | None, typer.Option("--container", help="asice: ký cả bộ hồ sơ gốc trong một gói ASiC-E.")
    ] = None,
    p12: P12 = None,
    passphrase_file: PassphraseFile = None,
    token: Token = None,
    module: Module = None,
    cert: Cert = None,
    pin_file: PinFile = None,
    remote: Remote = None,
    otp_file: OtpFile = None,
    role: Annotated[str | None, typer.Option("--role")] = None,
    force: Force = False,
) -> None:
    """Xuất bản in, bộ hồ sơ gốc, và tệp bàn giao."""
    from desktop import filing

    session = _session.current
    seal = None
    if container not in (None, "asice"):
        raise WrongUse("--container asice")
    if container is not None:
        desk = session.app.desk
        request = filing.SignRequest(
            role=filing.role_of(role),
            client_code=filing.dossier_view(desk, dossier).client_code,
            trust=filing.workspace_trust(desk),
            accept_unconfirmed=session.accept_unconfirmed,
        )
        seal = chosen_key(p12, passphrase_file, token, remote, cert, module, pin_file, otp_file), request
    exported = filing.export(session.app.desk, dossier, seal)
    rows: list[dict[str, Any]] = []
    for item in exported:
        session.check_free(out / item.name, force)
    out.mkdir(parents=True, exist_ok=True)
    for item in exported:
        session.write(out / item.name, item.data, force=force)
        rows.append({"path": out / item.name, "kind": item.kind})
    session.answer({"files": rows}, *(f"{row['kind']}: {row['path']}" for row in rows))


@commands.command("hand-over")
def hand_over(
    dossier: str,
    out: Annotated[Path, typer.Option("--out", help="Thư mục để xuất vào.")],
    portal: Annotated[str | None, typer.Option("--portal")] = None,
    packed: Annotated[bool, typer.Option("--zip", help="Một tệp ZIP thay cho nhiều tệp.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Xuất dù đã có hồ sơ cùng kỳ.")] = False,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Không mở trang của cổng.")] = False,
    force: Force = False,
) -> None:
    """Xuất bộ hồ sơ để nộp bằng tay: XML, tệp đã ký, bản in, phiếu hướng dẫn; rồi mở trang của cổng."""
    from desktop import filing

    session = _session.current
    made = filing.hand_over(
        session.app.desk, dossier, portal=portal, again=again, accept_unconfirmed=session.accept_unconfirmed
    )
    rows: list[dict[str, Any]] = [{"path": out / item.name, "kind": item.kind} for item in made.files]
    contents = [item.data for item in made.files]
    if packed:
        rows, contents = [{"path": out / f"ho-so-{dossier}-de-nop.zip", "kind": "zip"}], [made.packed()]
    for row in rows:
        session.check_free(row["path"], force)
    out.mkdir(parents=True, exist_ok=True)
    for row, data in zip(rows, contents, strict=True):
        session.write(row["path"], data, force=force)
    if not no_browser:
        filing.browse(made.page)
    session.answer(
        {"files": rows, "portal": made.portal, "page": made.page},
        *(f"{row['kind']}: {row['path']}" for row in rows),
        session.words(
            f"Nộp trên trang {made.page} theo phiếu {made.sheet}, rồi: hoso dossier code {dossier} MÃ_HỒ_SƠ",
            f"File it on {made.page} as the sheet {made.sheet} says, then: hoso dossier code {dossier} CODE",
        ),
    )


@commands.command("code")
def code(
    dossier: str,
    number: str,
    portal: Annotated[
        str | None, typer.Option("--portal", help="Cổng đã cấp mã; bỏ trống: cổng đã xuất bộ hồ sơ để nộp.")
    ] = None,
) -> None:
    """Ghi mã hồ sơ mà cổng đã cấp khi tự nộp; cổng tra được mã thì bắt đầu theo dõi."""
    from desktop import filing

    session = _session.current
    findings = filing.enter_code(session.app.desk, dossier, number, portal=portal)
    session.answer(
        {"dossier": dossier, "code": number, "findings": findings},
        session.words(f"Đã ghi mã {number}.", f"Code {number} kept."),
        *(finding.line(session.lang) for finding in findings),
    )


@commands.command("note-status")
def note_status(
    dossier: str,
    words: Annotated[str, typer.Argument(help="Nguyên văn tình trạng trên trang của cổng.")],
    status: Annotated[int | None, typer.Option("--status", min=1, max=10, help="Mã tình trạng 1…10.")] = None,
) -> None:
    """Tự ghi tình trạng đọc được trên trang của cổng mà chương trình không tra được."""
    from desktop import filing

    session = _session.current
    view = filing.note_status(session.app.desk, dossier, words, status)
    session.answer(view.to_json(), session.words(f"Đã ghi: {view.raw}.", f"Noted: {view.raw}."))


@commands.command("submit")
def submit(
    dossier: str,
    portal: Annotated[str | None, typer.Option("--portal")] = None,
    queue_only: Annotated[bool, typer.Option("--queue-only", help="Chỉ xếp vào hộp gửi.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Nộp dù đã có hồ sơ cùng kỳ.")] = False,
    at: Annotated[str | None, typer.Option("--at", help="Hẹn giờ gửi: 2026-07-20 08:30 hoặc 08:30.")] = None,
) -> None:
    """Nộp hồ sơ qua cổng."""
    from desktop import filing
    from desktop.messages import message

    session = _session.current
    item = filing.submit(
        session.app.desk,
        dossier,
        portal=portal,
        queue_only=queue_only,
        again=again,
        at=filing.moment_of(at, session.app.desk.today()),
        accept_unconfirmed=session.accept_unconfirmed,
    )
    lines = [item.sentence(session.lang), *(f"  – {line}" for line in item.lines(session.lang))]
    if item.reason and item.state != "DONE":
        lines.append(message(item.reason, item.facts, session.lang).text)
    session.answer({**item.to_json(), "message": " ".join(lines)}, *lines)
    if not queue_only and at is None and str(item.state) != "DONE":
        raise Negative


@commands.command("supplement")
def supplement(dossier: str) -> None:
    """Mở lần nộp bổ sung từ chính các tờ khai đã nộp; bản đã nộp và biên nhận giữ nguyên."""
    from desktop import filing

    session = _session.current
    desk = session.app.desk
    opened = filing.begin_supplement(desk, dossier)
    wanted = filing.open_requests(desk, opened.id)
    lines = [
        session.words(
            f"Hồ sơ {opened.code}: đã mở lần nộp thứ {opened.revision}. Sửa, ký rồi nộp như thường lệ.",
            f"Dossier {opened.code}: submission {opened.revision} is open. Correct it, sign it, submit it as usual.",
        ),
        *(f"  – {one.line(session.lang)}" for one in wanted),
    ]
    document = {"dossier": opened.id, "code": opened.code, "revision": opened.revision, "requests": wanted}
    session.answer(document, *lines)


@commands.command("withdraw")
def withdraw(dossier: str) -> None:
    """Xin rút hồ sơ đã nộp; gọi lại bao nhiêu lần cũng chỉ là một yêu cầu."""
    from desktop import filing

    session = _session.current
    view = filing.withdraw(session.app.desk, dossier)
    told = {
        "asked": ("Cơ quan đã nhận yêu cầu rút hồ sơ.", "The agency has the request to withdraw."),
        "stopped": ("Hồ sơ đã dừng xử lý.", "The dossier has been stopped."),
    }.get(view.withdrawal or "", (view.raw, view.raw))
    session.answer(
        {"dossier": view.id, "code": view.code, "status": view.status, "raw": view.raw, "withdrawal": view.withdrawal},
        session.words(*told),
    )


@commands.command("rate")
def rate(
    dossier: str, level: Annotated[int, typer.Argument(min=1, max=3, help="3 hài lòng, 2 bình thường, 1 chưa.")]
) -> None:
    """Ghi lại lần nộp hồ sơ thế nào; chỉ lưu trên máy này."""
    from desktop import filing

    session = _session.current
    known = session.app.desk.workspace.dossiers.get(dossier)
    filing.rate(session.app.desk, known.id, level)
    session.answer({"dossier": known.id, "level": level}, session.words("Đã ghi.", "Noted."))
