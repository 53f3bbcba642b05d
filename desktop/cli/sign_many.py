"""`hoso sign FILE... --out-dir` and `hoso sign --list`: many files, one PIN a token, and going on where it stopped."""

from __future__ import annotations

import contextlib
import csv
import io
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop.cli import session as _session
from desktop.cli.session import Negative, Partly

if TYPE_CHECKING:
    from desktop.filing.batch_files import FileOrder
    from desktop.filing.batch_signing import BatchReport, Choice, Interruption, Result
    from desktop.filing.documents import SignRequest
    from signing.token import AskPin

LIST_LIMIT = 16 << 20
COLUMNS = {
    "tep": "file", "tệp": "file", "file": "file",
    "token": "token", "so_se_ri": "token",
    "chung_thu": "cert", "cert": "cert",
    "mst": "client", "client": "client",
    "ten": "name", "tên": "name", "name": "name",
    "tu_cach": "role", "role": "role",
    "tep_pin": "pin_file", "pin_file": "pin_file",
}  # fmt: skip
"""Headings of a list, and what they mean."""


def orders_of(
    path: Path, request: SignRequest, module: Path | None, ask: Callable[[str | None], AskPin]
) -> list[FileOrder]:
    """Read a list of files with the token that signs each; files are named from the list's own folder.

    Raises ListUnusable.
    """
    from desktop import filing
    from desktop.filing.batch_files import FileOrder
    from desktop.filing.batch_signing import TokenSigner
    from desktop.filing.errors import ListUnusable

    session = _session.current
    try:
        text = session.read(path, LIST_LIMIT).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ListUnusable(str(path), "unreadable", 1) from error
    head, _, _ = text.partition("\n")
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=";" if head.count(";") > head.count(",") else ",")
    signers: dict[tuple[str, str], TokenSigner] = {}
    orders: list[FileOrder] = []
    names: list[str] = []
    try:
        for number, row in enumerate(rows, 1):
            if number == 1:
                names = [COLUMNS.get(cell.strip().casefold(), "") for cell in row]
                if "file" not in names or "token" not in names:
                    raise ListUnusable(str(path), "structure", 1)
                continue
            facts = {name: cell.strip() for name, cell in zip(names, row, strict=False) if name}
            if not any(facts.values()):
                continue
            if not facts.get("file") or not facts.get("token"):
                raise ListUnusable(str(path), "structure", number)
            serial, cert = facts["token"], facts.get("cert", "").replace(":", "").replace(" ", "").lower()
            pin_file = facts.get("pin_file")
            signer = signers.setdefault(
                (serial, cert),
                TokenSigner(
                    facts.get("name", ""), serial, ask(str(path.parent / pin_file) if pin_file else None),
                    fingerprint=cert or None, module=module,
                ),
            )  # fmt: skip
            own = replace(
                request,
                client_code=facts.get("client") or request.client_code,
                role=filing.role_of(facts["role"]) if facts.get("role") else request.role,
            )
            orders.append(FileOrder(path.parent / facts["file"], signer, own))
    except csv.Error as error:
        raise ListUnusable(str(path), "structure", rows.line_num) from error
    if not orders:
        raise ListUnusable(str(path), "structure", 1)
    return orders


@contextlib.contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """Let Ctrl+C end the batch after the file in work instead of in the middle of it."""
    wanted = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield wanted.is_set
        return
    before = signal.signal(signal.SIGINT, lambda *_: wanted.set())
    try:
        yield wanted.is_set
    finally:
        signal.signal(signal.SIGINT, before)


def _answer(stop: Interruption) -> Choice:
    """Ask on the terminal to plug the token in; a PIN that was refused is typed anew, never sent again."""
    from desktop.filing.batch_signing import PUT_BACK
    from desktop.messages import message

    session = _session.current
    if stop.hopeless:
        return "skip"
    session.note(message(stop.error, lang=session.lang).text)
    owner = stop.owner or stop.serial
    if stop.code in PUT_BACK:
        session.note(
            session.words(
                f"Cắm token của {owner} (còn {stop.left} tệp) rồi nhấn Enter.",
                f"Plug in the token of {owner} ({stop.left} files left), then press Enter.",
            )
        )
    elif not stop.serial:
        session.note(
            session.words(
                f"Nhấn Enter để ký tiếp bằng khóa của {owner} (còn {stop.left} tệp).",
                f"Press Enter to go on with the key of {owner} ({stop.left} files left).",
            )
        )
    else:
        session.note(
            session.words(
                f"Nhấn Enter để nhập lại cho token của {owner} (còn {stop.left} tệp).",
                f"Press Enter to try the token of {owner} again ({stop.left} files left).",
            )
        )
    session.note(session.words("b + Enter: bỏ qua token này; d + Enter: dừng.", "s + Enter: skip it; q + Enter: stop."))
    word = sys.stdin.readline()
    if not word:
        return "stop"
    chosen: dict[str, Choice] = {"": "again", "b": "skip", "s": "skip"}
    return chosen.get(word.strip().casefold(), "stop")


def sign_many(
    orders: list[FileOrder], out_dir: Path, *, force: bool, from_file: bool, evidence: Path | None = None
) -> None:
    """Sign and answer; `from_file` says that secrets come from files, so that nobody is asked anything.

    Exit 0 when everything is signed, 1 when nothing is, 3 in between.
    """
    from desktop.filing.batch_files import file_jobs
    from desktop.filing.batch_signing import sign_batch
    from desktop.messages import message

    session = _session.current
    jobs = file_jobs(session.app.desk, orders, out_dir, force=force, evidence=evidence)

    def told(result: Result) -> None:
        if result.state == "signed":
            session.note(f"✓ {result.job.facts['file']}")
        elif result.error is not None:
            session.note(f"✗ {result.job.facts['source']}: {message(result.error, lang=session.lang).text}")

    asks = not from_file and sys.stdin is not None and sys.stdin.isatty()
    with interruptible() as cancelled:
        report = sign_batch(jobs, answer=_answer if asks else None, told=told, cancelled=cancelled)
    _say(report)


def _say(report: BatchReport) -> None:
    from desktop.messages import message

    session = _session.current
    rows: list[dict[str, Any]] = []
    for one in report.results:
        if one.state == "waiting":
            continue
        row: dict[str, Any] = {**one.job.facts, "state": one.state, **one.facts}
        if one.error is not None:
            row |= {"code": one.code, "message": message(one.error, lang=session.lang).text}
        rows.append(row)
    done, total = report.count("signed", "kept"), len(report.results)
    document: dict[str, Any] = {"files": rows}
    lines = [session.words(f"Đã ký {done}/{total} tệp.", f"{done}/{total} signed.")]
    waiting = [one.job.facts["source"] for one in report.results if one.state == "waiting"]
    if waiting:
        document["waiting"] = waiting
    stop = report.next
    if stop is not None:
        owner = stop.owner or stop.serial
        document["next"] = {"owner": stop.owner, "token": stop.serial, "code": stop.code, "files": stop.left}
        if stop.serial:
            lines.append(
                session.words(
                    f"Tiếp theo: cắm token của {owner} (còn {stop.left} tệp) rồi chạy lại lệnh này.",
                    f"Next: plug in the token of {owner} ({stop.left} files left) and run this command again.",
                )
            )
        else:
            lines.append(session.words("Chạy lại lệnh này để ký tiếp.", "Run this command again to go on."))
    session.answer(document, *lines)
    if report.complete:
        return
    raise Partly if done else Negative
