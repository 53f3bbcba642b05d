"""The verbs without a noun: demo, sandbox, sign, extend, validate, doctor, login, status, pay, result, agenda …"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from desktop.cli import session as _session
from desktop.cli.agenda import agenda, inbox
from desktop.cli.key import (
    P12,
    Cert,
    Module,
    PassphraseFile,
    PinFile,
    Remote,
    Token,
    chosen_key,
    chosen_signer,
    token_ask,
)
from desktop.cli.remote import OtpFile
from desktop.cli.session import Negative, WrongUse
from desktop.cli.stamps import Level, StampImage, StampKind, StampNumber, Tsa, chosen_look, default_server, level_named
from desktop.cli.template import Force

PDF_LIMIT = 1 << 30
"""The largest document that is signed, in bytes; it is streamed, not held."""

VERDICTS = {
    "valid": ("HỢP LỆ", "VALID"),
    "invalid": ("KHÔNG HỢP LỆ", "INVALID"),
    "indeterminate": ("CHƯA XÁC ĐỊNH", "INDETERMINATE"),
    "unsigned": ("KHÔNG CÓ CHỮ KÝ", "UNSIGNED"),
    "unreadable": ("KHÔNG ĐỌC ĐƯỢC", "UNREADABLE"),
}


def add(root: typer.Typer) -> None:
    """Add the verbs to the program."""
    for name, verb in (
        ("demo", demo), ("sandbox", sandbox), ("sign", sign), ("extend", extend), ("validate", validate),
        ("doctor", doctor), ("login", login), ("logout", logout), ("whoami", whoami), ("status", status),
        ("pay", pay), ("result", result), ("agenda", agenda), ("inbox", inbox),
    ):  # fmt: skip
        root.command(name)(verb)


def demo(
    out: Annotated[Path | None, typer.Option("--out", help="Thư mục để lại các tệp.")] = None,
    window: Annotated[bool, typer.Option("--window", help="Mở cửa sổ trên kho vừa tạo.")] = False,
) -> None:
    """Làm trọn việc chính trên cổng thực hành với ba biểu mẫu thật."""
    from desktop.demo import PASSPHRASE, run

    session = _session.current
    report = run(out, lang=session.lang, say=session.note)
    lines = [f"{'✓' if step.ok else '✗'} {session.words(step.vi, step.en)}" for step in report.steps]
    lines += ["", session.words("Các tệp:", "Files:"), *(f"  {kind}: {path}" for path, kind in report.files)]
    session.answer(report.to_json(), *lines)
    if not report.ok:
        raise Negative
    if window and session.open_window is not None:
        raise typer.Exit(session.open_window(report.home, PASSPHRASE))


def sandbox(
    host: Annotated[str, typer.Option("--host")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port")] = 0,
    data: Annotated[Path | None, typer.Option("--data", help="Thư mục dữ liệu của cổng.")] = None,
    catalogue: Annotated[
        Path | None, typer.Option("--catalogue", help="Danh mục thủ tục: thư mục hoặc .tar.xz.")
    ] = None,
    pace: Annotated[float, typer.Option("--pace", help="Số giây giữa hai trạng thái; 0: mỗi lần hỏi.")] = 5.0,
    tls: Annotated[bool, typer.Option("--tls")] = False,
    scenario: Annotated[
        str | None,
        typer.Option("--scenario", help="Tình huống: well, supplement, refused, fee, late, down, bad-result."),
    ] = None,
    wipe: Annotated[bool, typer.Option("--wipe", help="Xóa mọi hồ sơ đã tập trước khi chạy.")] = False,
) -> None:
    """Chạy cổng thực hành cho đến khi dừng."""
    from desktop.sandbox.scenarios import SCENARIOS
    from desktop.sandbox.server import serve

    session = _session.current
    if scenario is not None and scenario not in SCENARIOS:
        raise WrongUse("--scenario " + "|".join(SCENARIOS))
    folder = data if data is not None else session.app.home / "sandbox"
    code = serve(
        folder, host=host, port=port, catalogue=catalogue, pace=pace, tls=tls, as_json=session.json,
        scenario=scenario, wipe=wipe,
    )  # fmt: skip
    raise typer.Exit(code)


def _box(text: str) -> tuple[int, tuple[float, float, float, float]]:
    parts = text.split(",")
    try:
        page, x, y, width, height = (float(part) for part in parts)
    except ValueError as error:
        raise WrongUse("--stamp PAGE,X,Y,W,H") from error
    if page < 1 or page != int(page) or width <= 0 or height <= 0:
        raise WrongUse("--stamp PAGE,X,Y,W,H")
    return int(page), (x, y, width, height)


def sign(
    files: Annotated[list[Path] | None, typer.Argument(help="Tệp PDF hoặc XML.")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Tệp đã ký.")] = None,
    out_dir: Annotated[Path | None, typer.Option("--out-dir", help="Thư mục cho cả loạt.")] = None,
    listed: Annotated[
        Path | None, typer.Option("--list", help="Danh sách CSV: tệp, token, chứng thư, mst, tên, tư cách.")
    ] = None,
    p12: P12 = None,
    passphrase_file: PassphraseFile = None,
    token: Token = None,
    module: Module = None,
    cert: Cert = None,
    pin_file: PinFile = None,
    remote: Remote = None,
    otp_file: OtpFile = None,
    level: Level = "b-b",
    tsa: Tsa = None,
    field: Annotated[str | None, typer.Option("--field", help="Tên trường chữ ký.")] = None,
    role: Annotated[
        str | None, typer.Option("--role", help="self, legal_representative, tax_agent, on_behalf.")
    ] = None,
    client: Annotated[str | None, typer.Option("--client", help="Mã số thuế của người được ký cho.")] = None,
    stamp: Annotated[str | None, typer.Option("--stamp", help="TRANG,X,Y,RỘNG,CAO theo điểm.")] = None,
    no_stamp: Annotated[bool, typer.Option("--no-stamp")] = False,
    stamp_kind: StampKind = None,
    stamp_image: StampImage = None,
    stamp_number: StampNumber = "",
    container: Annotated[
        str | None, typer.Option("--container", help="asice: ký chung mọi tệp trong một gói ASiC-E.")
    ] = None,
    pss: Annotated[bool, typer.Option("--pss", help="RSASSA-PSS cho XML và gói (mặc định: PKCS#1 v1.5).")] = False,
    xades: Annotated[bool, typer.Option("--xades", help="XAdES cho XML ở mức b-b.")] = False,
    xml_id: Annotated[str | None, typer.Option("--xml-id", help="Id của phần tử được ký.")] = None,
    trust: Annotated[list[Path] | None, typer.Option("--trust")] = None,
    crl: Annotated[list[Path] | None, typer.Option("--crl")] = None,
    evidence: Annotated[
        Path | None, typer.Option("--evidence", help="Thư mục lưu chứng cứ: chứng thư, thu hồi, kết quả kiểm tra.")
    ] = None,
    force: Force = False,
) -> None:
    """Ký số một tệp, hoặc cả loạt với --out-dir."""
    from desktop import filing
    from desktop.cli.sign_many import orders_of, sign_many
    from desktop.filing.batch_files import FileOrder, keep_loose
    from signing.trust import Trust

    session = _session.current
    many = listed is not None
    files = files or []
    if container not in (None, "asice"):
        raise WrongUse("--container asice")
    if container is not None and (output is None or out_dir is not None or many or not files):
        raise WrongUse(
            session.words("--container cần các tệp và -o TỆP.asice", "--container needs files and -o FILE.asice")
        )
    single = output is not None and container is None
    if (output is None) == (out_dir is None) or (single and len(files) != 1) or many == bool(files):
        raise WrongUse(
            session.words(
                "dùng -o cho một tệp, --out-dir cho cả loạt (hoặc cho --list)",
                "-o for one file, --out-dir for many (or for a --list)",
            )
        )
    if many and (p12 is not None or token is not None or remote is not None or output is not None):
        raise WrongUse(session.words("--list đã nêu token cho từng tệp", "--list names the token of each file"))
    wanted = level_named(level)
    if tsa is not None and wanted.value == "B-B":
        raise WrongUse(session.words("--tsa cần --level b-t trở lên", "--tsa needs --level b-t or above"))
    if stamp is not None and no_stamp:
        raise WrongUse(session.words("--stamp hay --no-stamp?", "--stamp or --no-stamp?"))
    if no_stamp and (stamp_kind or stamp_image or stamp_number):
        raise WrongUse(session.words("--no-stamp hay một kiểu dấu?", "--no-stamp or a kind of stamp?"))
    look = chosen_look(stamp_kind, stamp_image, stamp_number)
    anchors = Trust.load(*(trust or []), crls=crl or [])
    if wanted.value != "B-B" and not trust:
        anchors = session.app.trust_if_any(anchors)
    tsa = tsa or default_server()
    request = filing.SignRequest(
        role=filing.role_of(role),
        client_code=client,
        trust=anchors,
        level=wanted.value,
        proofs=filing.proofs_for(session.app.desk, anchors, tsa) if wanted.value != "B-B" else None,
        field=field,
        place=_box(stamp) if stamp else None,
        stamp=not no_stamp,
        look=look,
        xml_id=xml_id,
        accept_unconfirmed=session.accept_unconfirmed,
        pss=pss,
        xades=xades,
    )
    if output is not None:
        key = chosen_key(p12, passphrase_file, token, remote, cert, module, pin_file, otp_file)
        session.check_free(output, force)
        if container is not None:
            signed = _signed_together(files, output, key, request, force)
            if evidence is not None:
                keep_loose(evidence, key, replace(signed, data=session.read(output, PDF_LIMIT)), request, output.name)
            session.answer({"file": output, **signed.to_json()}, *_signed_lines(signed, output))
            return
        session.check_readable(files[0])
        with open(files[0], "rb") as source:
            if filing.is_large_pdf(source):
                with session.writing(output, force=force) as target:
                    signed = filing.sign_large(session.app.desk, source, target, key, request)
                    target.seek(0)
                    digest = hashlib.file_digest(target, "sha256").hexdigest()  # type: ignore[arg-type]  # a file
                if evidence is not None:
                    keep_loose(evidence, key, signed, request, output.name, digest)
                session.answer({"file": output, **signed.to_json()}, *_signed_lines(signed, output))
                return
        signed = filing.sign_document(session.app.desk, files[0].name, session.read(files[0], PDF_LIMIT), key, request)
        session.write(output, signed.data, force=force)
        if evidence is not None:
            keep_loose(evidence, key, signed, request, output.name)
        session.answer({"file": output, **signed.to_json()}, *_signed_lines(signed, output))
        return
    assert out_dir is not None
    if listed is not None:
        orders = orders_of(listed, request, module, lambda own: token_ask(own or pin_file))
        if pin_file is not None and len({order.signer.serial for order in orders}) > 1:
            raise WrongUse(  # one PIN tried on several tokens would bring each of them nearer to its lock
                session.words(
                    "mỗi token có mã PIN riêng: cột tep_pin", "each token has a PIN of its own: column pin_file"
                )
            )
    else:
        signer = chosen_signer(p12, passphrase_file, token, remote, cert, module, pin_file, otp_file)
        orders = [FileOrder(file, signer, request) for file in files]
    sign_many(orders, out_dir, force=force, evidence=evidence, from_file=pin_file is not None)


def _signed_together(files: list[Path], output: Path, key: Any, request: Any, force: bool) -> Any:
    """Sign files together in one container, streamed from file to file."""
    from desktop import filing

    session = _session.current
    for file in files:
        session.check_readable(file)
    with session.writing(output, force=force) as out:
        return filing.sign_container(session.app.desk, files, out, key, request)


def _signed_lines(signed: Any, output: Path) -> list[str]:
    session = _session.current
    person = signed.signer.common_name
    lines = [
        session.words(f"Đã ký: {output}", f"Signed: {output}"),
        session.words(f"Người ký: {person}", f"Signer: {person}"),
    ]
    from desktop.messages import message

    lines += [message(finding.code, finding.facts, session.lang).sentence for finding in signed.findings]
    return lines


def extend(
    file: Path,
    output: Annotated[Path, typer.Option("-o", "--output")],
    level: Annotated[str, typer.Option("--level", help="b-t, b-lt hoặc b-lta.")],
    tsa: Annotated[str | None, typer.Option("--tsa", help="Máy chủ dấu thời gian.")] = None,
    trust: Annotated[list[Path] | None, typer.Option("--trust")] = None,
    crl: Annotated[list[Path] | None, typer.Option("--crl")] = None,
    force: Force = False,
) -> None:
    """Nâng mức chữ ký (b-t, b-lt, b-lta), hoặc gia hạn lưu trữ của tệp đã ở mức b-lta."""
    from desktop import filing
    from desktop.filing.levels import extend_large
    from desktop.messages import shown
    from signing.trust import Trust

    session = _session.current
    wanted = level_named(level)
    if wanted.value == "B-B":
        raise WrongUse(session.words("--level b-t, b-lt hoặc b-lta", "--level b-t, b-lt or b-lta"))
    anchors = Trust.load(*(trust or []), crls=crl or [])
    if not trust:
        anchors = session.app.trust_if_any(anchors)
    session.check_free(output, force)
    proofs = filing.proofs_for(session.app.desk, anchors, tsa or default_server())
    session.check_readable(file)
    with open(file, "rb") as source:
        if filing.is_large_pdf(source):
            with session.writing(output, force=force) as target:
                done = extend_large(source, target, wanted, proofs)
        else:
            done = filing.extend_document(session.read(file, PDF_LIMIT), wanted, proofs)
            session.write(output, done.data, force=force)
    lines = [session.words(f"Đã nâng lên {done.level}: {output}", f"Raised to {done.level}: {output}")]
    if done.renewed:
        lines = [session.words(f"Đã gia hạn lưu trữ: {output}", f"Archive renewed: {output}")]
    if done.by_document_time_stamp:
        lines.append(
            session.words(
                "Chữ ký không có dấu thời gian riêng và không thêm vào được nữa; dấu thời gian của cả tài liệu chứng "
                "minh thời điểm (ETSI EN 319 142-1 cho phép).",
                "A signature had no time-stamp of its own and cannot be given one any more; a time-stamp over the "
                "whole document proves the time (ETSI EN 319 142-1 allows that).",
            )
        )
    if done.time_stamp is not None:
        moment = shown(done.time_stamp, session.lang)
        lines.append(session.words(f"Dấu thời gian: {moment}", f"Time-stamp: {moment}"))
    session.answer({"file": output, **done.to_json()}, *lines)


def validate(
    files: Annotated[list[Path], typer.Argument(help="Tệp cần xác thực.")],
    trust: Annotated[
        list[Path] | None, typer.Option("--trust", help="Chứng thư gốc tin cậy (PEM, DER hoặc thư mục).")
    ] = None,
    crl: Annotated[list[Path] | None, typer.Option("--crl", help="Danh sách chứng thư bị thu hồi.")] = None,
    at: Annotated[str | None, typer.Option("--at", help="Thời điểm, ISO 8601.")] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Không hỏi mạng.")] = False,
) -> None:
    """Xác thực chữ ký số trên tệp."""
    from desktop import filing
    from signing.trust import Trust

    session = _session.current
    anchors = Trust.load(*(trust or []), crls=crl or [])
    if not trust:
        anchors = session.app.trust_if_any(anchors)
    moment = filing.moment_of(at)
    verdicts = [filing.validate_file(session.app.desk, file, anchors, moment, offline=offline) for file in files]
    session.answer({"files": verdicts}, *(line for verdict in verdicts for line in _verdict_lines(verdict)))
    if any(verdict.verdict != "valid" for verdict in verdicts):
        raise Negative


def _verdict_lines(verdict: Any) -> list[str]:
    from desktop.messages import message, shown

    session = _session.current
    lines = [f"{verdict.file}: {session.words(*VERDICTS[verdict.verdict])}"]
    for signature in verdict.signatures:
        lines.append(f"  {signature.name}: {session.words(*VERDICTS[signature.verdict])}")
        signer = signature.signer
        if signer is not None:
            lines.append("    " + session.words("Người ký", "Signer") + f": {signer.common_name}")
            lines.append("    " + session.words("Tổ chức cấp chứng thư", "Issued by") + f": {signer.issuer}")
        if signature.signing_time is not None:
            lines.append(
                "    " + session.words("Thời điểm ký", "Signed at") + f": {shown(signature.signing_time, session.lang)}"
            )
        lines += [f"    – {message(reason, {}, session.lang).sentence}" for reason in signature.reasons]
    return lines


def doctor(module: Module = None) -> None:
    """Tìm hiểu vì sao không thấy chữ ký số; không hỏi mã PIN."""
    from desktop import filing

    session = _session.current
    report = filing.doctor(session.app.desk, module)
    session.answer(report, *_doctor_lines(report))


def _doctor_lines(report: Any) -> list[str]:
    from desktop.messages import message

    session = _session.current
    lines = [f"{report.system} · {report.machine}"]
    for one in report.modules:
        state = (
            session.words("chạy được", "works") if one.state == "OK" else message(one.state, {}, session.lang).heading
        )
        lines.append(f"{one.maker or '—'} · {one.file} · {one.place} · {one.machine or '—'}: {state}")
        for token in one.tokens:
            lines.append(f"  {token.label} · {token.serial} · {token.reader}")
            lines += [f"    {held['name']} · {held['issuer']} · {held['valid_to'][:10]}" for held in token.certificates]
    marks = {"error": "✗", "warning": "!", "info": "✓"}
    for remark in report.remarks:
        told = message(remark.code, remark.facts, session.lang)
        lines += ["", f"{marks[remark.severity]} {told.heading}", f"  {told.text}"]
    return lines


def login(
    portal: Annotated[str | None, typer.Option("--portal")] = None,
    person: Annotated[
        str | None, typer.Option("--person", help="Tài khoản muốn dùng; ở cổng thực hành, đăng nhập không cần cửa sổ.")
    ] = None,
    use: Annotated[str | None, typer.Option("--use", help="Chuyển sang một tài khoản đã đăng nhập.")] = None,
    register: Annotated[bool, typer.Option("--register", help="Mở trang đăng ký tài khoản của cổng.")] = False,
    recover: Annotated[bool, typer.Option("--recover", help="Mở trang lấy lại tài khoản của cổng.")] = False,
    wait: Annotated[float, typer.Option("--wait", min=1, max=3600, help="Số giây chờ trình duyệt.")] = 300.0,
) -> None:
    """Đăng nhập cổng trong trình duyệt của máy ($BROWSER)."""
    from desktop import filing

    session = _session.current
    desk = session.app.desk
    if register or recover:
        address = filing.account_page(desk, portal, "register" if register else "recover")
        session.answer({"opened": address}, session.words(f"Đã mở {address}", f"Opened {address}"))
        return
    if use is not None:
        who = filing.choose_account(desk, portal, use)
    else:
        who = filing.login(desk, portal, person, show=lambda address: _show_address(address, wait), seconds=wait)
    session.answer(
        {"portal": who.portal, "person": who.person, "account": who.account, "acts_for": who.acts_for},
        session.words(f"Đã đăng nhập: {who.person}", f"Logged in: {who.person}"),
        *_acts_for(who.acts_for),
    )


def _show_address(address: str, wait: float) -> None:
    session = _session.current
    vi = f"Đang mở trình duyệt để đăng nhập, chờ tối đa {wait:.0f} giây. Nếu nó không mở, hãy tự mở địa chỉ:"
    en = f"Opening the browser to log in, waiting up to {wait:.0f} seconds. If it does not open, open:"
    session.note(f"{session.words(vi, en)}\n  {address}")


def _acts_for(tax_codes: tuple[str, ...]) -> list[str]:
    told = ", ".join(tax_codes)
    session = _session.current
    return [session.words(f"Được ủy quyền nộp cho: {told}", f"Holds mandates for: {told}")] if told else []


def logout(
    portal: Annotated[str | None, typer.Option("--portal")] = None,
    account: Annotated[str | None, typer.Option("--account", help="Tài khoản nào khác cái đang dùng.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Mọi tài khoản ở cổng này.")] = False,
    browser: Annotated[bool, typer.Option("--browser", help="Mở trang đăng xuất của cổng trong trình duyệt.")] = False,
) -> None:
    """Đăng xuất, và báo cổng hủy phiên; máy dùng chung thì kết thúc cả phiên trong trình duyệt."""
    from desktop import filing

    session = _session.current
    done = filing.logout(session.app.desk, portal, account=account, every=every)
    lines = [session.words("Đã đăng xuất.", "Logged out.")]
    if not done.revoked:
        vi = "Chưa báo được cho cổng: phiên ở đó sẽ tự hết hạn. Muốn kết thúc ngay, hãy đăng xuất trên trang của cổng."
        en = "The portal could not be told: its session runs out by itself. To end it now, log out on its page."
        lines.append(session.words(vi, en))
    told = {"logged_out": True, "accounts": done.accounts, "revoked": done.revoked}
    if browser:
        told["page"] = filing.end_session(session.app.desk, portal)
    session.answer(told, *lines)


def whoami(
    mandates: Annotated[bool, typer.Option("--mandates", help="Hỏi cổng các ủy quyền còn hiệu lực.")] = False,
    portal: Annotated[str | None, typer.Option("--portal")] = None,
) -> None:
    """Đang đăng nhập là ai, được nộp thay cho ai."""
    from desktop import filing

    session = _session.current
    people = filing.whoami(session.app.desk)
    lines = []
    for who in people:
        state = "" if who.logged_in else session.words(" (cần đăng nhập lại)", " (log in again)")
        lines.append(f"{'*' if who.chosen else ' '} {who.portal}: {who.person}{state}")
    document: dict[str, Any] = {"sessions": people}
    if mandates:
        document["mandates"] = held = filing.mandates(session.app.desk, portal)
        for one in held:
            until = session.words(f" · đến {one.until}", f" · until {one.until}") if one.until else ""
            lines.append(f"  {one.id}: {one.client} ({one.tax_code or one.personal_id}){until}")
    session.answer(document, *lines)


def status(
    dossier: Annotated[str | None, typer.Argument(help="Mã hồ sơ trong kho, hoặc mã cổng cấp.")] = None,
    id_number: Annotated[str | None, typer.Option("--id-number", help="Số định danh của người nộp.")] = None,
) -> None:
    """Theo dõi trạng thái hồ sơ."""
    from desktop import filing
    from desktop.messages import shown

    session = _session.current
    rows = filing.status(session.app.desk, dossier, id_number=id_number)
    lines = []
    for row in rows:
        lines.append(f"{row.code or row.id} · {row.procedure_name} · {row.applicant}")
        received, due = shown(row.received, session.lang), shown(row.due, session.lang)
        lines.append("  " + session.words(f"Tiếp nhận {received} · hẹn trả {due}", f"Received {received} · due {due}"))
        lines.append(f"  {row.status or '—'} {row.raw}")
    session.answer({"dossiers": [row.to_json() for row in rows]}, *lines)
    if dossier is not None and not rows:
        raise Negative


def pay(dossier: str) -> None:
    """Nộp phí, lệ phí trực tuyến."""
    from desktop import filing

    session = _session.current
    payments = filing.pay(session.app.desk, dossier)
    session.answer({"payments": payments}, *(f"{item.title}: {item.amount} đ · {item.state}" for item in payments))
    if any(item.state != "paid" for item in payments):
        raise Negative


def result(dossier: str, out: Annotated[Path, typer.Option("--out")], force: Force = False) -> None:
    """Tải và xác thực kết quả."""
    from desktop import filing

    session = _session.current
    found = filing.fetch_results(session.app.desk, dossier)
    rows = []
    for item in found:
        target = out / filing.safe_name(item.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        session.write(target, item.data, force=force)
        rows.append({"file": target, "verdict": item.verdict.verdict, "trusted": item.trusted})
    session.answer({"results": rows}, *(f"{row['file']}: {session.words(*VERDICTS[row['verdict']])}" for row in rows))
    if not rows or any(row["verdict"] != "valid" for row in rows):
        raise Negative
