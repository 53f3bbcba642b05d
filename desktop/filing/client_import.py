"""Clients from a spreadsheet: all of them, or, where one row is wrong or contradicts what is known, none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final, Literal

from desktop.filing.desk import Desk
from desktop.filing.errors import ClientsNoColumns

if TYPE_CHECKING:
    from desktop.filing.batch import Progress
    from forms.definition import Text
    from forms.sheet.grid import Cell, Grid

FACTS: Final[Mapping[str, tuple[str, ...]]] = {
    "tax_code": ("Mã số thuế", "MST", "Mã số thuế khách hàng", "Mã số thuế / số định danh", "Tax code"),
    "name": ("Tên", "Tên khách hàng", "Tên công ty", "Tên người nộp thuế", "Tên đơn vị", "Họ và tên", "Name"),
    "address": ("Địa chỉ", "Địa chỉ trụ sở", "Address"),
    "ward_code": ("Mã phường, xã", "Mã xã", "Ward code"),
    "province_code": ("Mã tỉnh, thành phố", "Mã tỉnh", "Province code"),
    "ward_name": ("Phường, xã", "Phường/xã", "Xã/phường", "Ward"),
    "province_name": ("Tỉnh, thành phố", "Tỉnh/thành phố", "Tỉnh", "Province"),
    "phone": ("Điện thoại", "Số điện thoại", "ĐT", "Phone"),
    "fax": ("Fax",),
    "email": ("Thư điện tử", "Email", "E-mail"),
    "personal_id": ("Số định danh cá nhân", "Số định danh", "CCCD", "Số CCCD", "Personal ID"),
    "birth_date": ("Ngày sinh", "Birth date"),
    "sex": ("Giới tính", "Sex"),
    "legal_representative": ("Người đại diện theo pháp luật", "Người đại diện", "Giám đốc", "Legal representative"),
    "tax_office_code": ("Mã cơ quan thuế", "Tax office code"),
    "tax_office_name": ("Cơ quan thuế quản lý", "Cơ quan thuế", "Tax office"),
    "social_insurance_unit": ("Mã đơn vị bảo hiểm xã hội", "Mã đơn vị BHXH", "Social insurance unit"),
    "bank_account": ("Tài khoản ngân hàng", "Số tài khoản", "Bank account"),
    "bank_name": ("Ngân hàng", "Bank"),
}
"""What headings may say for each fact, besides the fact's own name; the first is how it is called."""
_CHECKS: Final = {"phone": "check_phone", "email": "check_email", "personal_id": "check_personal_id"}
_LOOK = 30
MAX_CLIENTS: Final = 20_000

Conflicts = Literal["refuse", "keep", "replace"]


@dataclass(frozen=True)
class RowFinding:
    """Say what is wrong at a row, or what contradicts the workspace."""

    row: int
    cell: str | None
    client: str
    severity: Literal["error", "conflict", "warning"]
    code: str
    message: Text
    facts: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return what the command line prints."""
        return {
            "row": self.row, "cell": self.cell, "client": self.client, "severity": self.severity, "code": self.code,
            "message": self.message.vi, "message_en": self.message.en, **self.facts,
        }  # fmt: skip


@dataclass(frozen=True)
class ClientImport:
    """What importing came to."""

    imported: bool
    """Whether anything was written: all of it, or nothing."""
    added: tuple[str, ...]
    """Tax codes of new clients."""
    changed: tuple[str, ...]
    same: tuple[str, ...]
    findings: tuple[RowFinding, ...]
    unknown: tuple[str, ...]
    """Headings that were not read."""

    def to_json(self) -> dict[str, Any]:
        """Return what the command line prints."""
        return {
            "imported": self.imported, "added": self.added, "changed": self.changed, "same": self.same,
            "findings": [one.to_json() for one in self.findings], "unknown_columns": self.unknown,
        }  # fmt: skip


def import_clients(
    desk: Desk,
    data: bytes,
    *,
    conflicts: Conflicts = "refuse",
    consent: bool = True,
    progress: Progress | None = None,
) -> ClientImport:
    """Add the clients of a spreadsheet, with what it says of them, in one transaction.

    A row that is wrong stops all. What differs from the workspace stops all too, unless `conflicts` says which side
    holds: `keep` what is known, or `replace` it. Facts that were not known are added in both cases. `consent` says
    that their use for filling forms was agreed to. Raises SheetError, ClientsNoColumns, WorkCancelled.
    """
    from forms.sheet import read_sheet

    cancelled = progress.cancelled if progress is not None else None
    grid = desk.workers.run(read_sheet, data, timeout=60, cancelled=cancelled)
    rows, findings, unknown = _rows(grid)
    ws = desk.workspace
    known = {client.tax_code: client for client in ws.clients.list()}
    all_facts = ws.clients.all_facts()
    seen: dict[str, int] = {}
    added: list[tuple[str, str, dict[str, str]]] = []
    changed: list[tuple[str, dict[str, str]]] = []
    same: list[str] = []
    for number, cells, facts in rows:
        code, name = facts.pop("tax_code", ""), facts.get("name", "")
        findings += _wrong(number, cells, code, name, facts, seen.get(code))
        seen.setdefault(code, number)
        client = known.get(code)
        if client is None:
            facts.pop("name", None)
            added.append((code, name, facts))
            continue
        kept = {fact: one.value for fact, one in all_facts.get(client.id, {}).items()} | {"name": client.name}
        differing = {fact: value for fact, value in facts.items() if kept.get(fact) not in (None, value)}
        fresh = {fact: value for fact, value in facts.items() if fact not in kept}
        for fact, value in differing.items():
            told = _note("CLIENT_FACT_CONFLICT", fact=FACTS[fact][0], kept=kept[fact], given=value)
            more = {"fact": fact, "kept": kept[fact], "given": value}
            severity: Literal["conflict", "warning"] = "conflict" if conflicts == "refuse" else "warning"
            findings.append(RowFinding(number, cells.get(fact), code, severity, "CLIENT_FACT_CONFLICT", told, more))
        wanted = fresh | (differing if conflicts == "replace" else {})
        if wanted:
            changed.append((code, wanted))
        else:
            same.append(code)
    stopped = any(one.severity in ("error", "conflict") for one in findings)
    if not stopped:
        with ws.transaction():
            for code, name, facts in added:
                ws.clients.add(code, name, facts, source="import", consent=consent)
            for code, wanted in changed:
                ws.clients.update_facts(known[code], wanted, source="import", consent=consent)
    return ClientImport(
        not stopped, tuple(one[0] for one in added), tuple(one[0] for one in changed), tuple(same), tuple(findings),
        unknown,
    )  # fmt: skip


def _rows(
    grid: Grid,
) -> tuple[list[tuple[int, dict[str, str], dict[str, str]]], list[RowFinding], tuple[str, ...]]:
    """Return number, cells and facts of each row; what could not be read; and the headings that were not known."""
    from forms.identifiers import fold
    from forms.sheet.errors import SheetEmpty, SheetTooLong
    from forms.sheet.grid import Odd, letters, plain

    names = {fold(said): fact for fact, sayings in FACTS.items() for said in (*sayings, fact)}
    for sheet in grid.sheets:
        if sheet.hidden:
            continue
        for head in sheet.rows:
            if head.number > _LOOK:
                break
            said = [fold(re.sub(r"[\s*:]+$", "", plain(cell))) for cell in head.cells]
            columns: dict[str, int] = {}
            for at, words in enumerate(said):
                if words in names:
                    columns.setdefault(names[words], at)
            if not {"tax_code", "name"} <= set(columns):
                continue
            unknown = tuple(plain(head[at]) for at, words in enumerate(said) if words and at not in columns.values())
            rows: list[tuple[int, dict[str, str], dict[str, str]]] = []
            findings: list[RowFinding] = []
            for row in sheet.rows:
                if row.number <= head.number or not any(plain(row[at]) for at in columns.values()):
                    continue
                if len(rows) >= MAX_CLIENTS:
                    raise SheetTooLong(sheet.name, MAX_CLIENTS)
                facts: dict[str, str] = {}
                cells: dict[str, str] = {}
                for fact, at in columns.items():
                    cells[fact] = f"{letters(at)}{row.number}"
                    cell = row[at]
                    if isinstance(cell, Odd):
                        code = "SHEET_FORMULA_EMPTY" if cell.kind == "formula" else "SHEET_CELL_ERROR"
                        told = _note(code, label=FACTS[fact][0], text=cell.text)
                        findings.append(RowFinding(row.number, cells[fact], "", "error", code, told))
                        continue
                    text = _fact(fact, cell)
                    if text:
                        facts[fact] = text
                rows.append((row.number, cells, facts))
            if not rows:
                raise SheetEmpty
            return rows, findings, unknown
    raise ClientsNoColumns()


def _fact(fact: str, cell: Cell) -> str:
    """Return a cell as the text of a fact; numbers get back the zeros that a cell of numbers drops."""
    from decimal import Decimal

    from forms import written
    from forms.identifiers import nfc
    from forms.sheet.grid import plain
    from forms.sheet.plan import client_code, unescaped

    if cell is None:
        return ""
    if fact == "tax_code":
        return client_code(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    text = " ".join(unescaped(plain(cell)).split())
    if isinstance(cell, Decimal) and fact in ("personal_id", "phone"):
        wanted = {"personal_id": 12, "phone": 10}[fact]
        return text.zfill(wanted) if len(text) == wanted - 1 else text
    if fact == "birth_date":
        taken = written.read_date(text, date.today())  # noqa: DTZ011 - only tells the century of a two-digit year
        return str(taken.value) if not taken.unread else text
    return nfc(text)[:1_000]


def _wrong(
    number: int, cells: Mapping[str, str], code: str, name: str, facts: Mapping[str, str], before: int | None
) -> list[RowFinding]:
    """Return what is wrong with a row by itself."""
    from desktop.messages import message
    from forms import identifiers
    from forms.definition import Text

    found: list[RowFinding] = []

    def add(fact: str, severity: Literal["error", "warning"], problem: str, words: Text) -> None:
        found.append(RowFinding(number, cells.get(fact), code, severity, problem, words))

    if not code:
        add("tax_code", "error", "SHEET_CLIENT_EMPTY", _note("SHEET_CLIENT_EMPTY"))
    elif before is not None:
        add("tax_code", "error", "SHEET_CLIENT_TWICE", _note("SHEET_CLIENT_TWICE", client=code, row=before))
    if not name:
        add("name", "error", "CLIENT_NAME_EMPTY", _note("CLIENT_NAME_EMPTY"))
    checks = {"tax_code": "check_tax_code", **_CHECKS}
    for fact, text in {"tax_code": code, **facts}.items():
        if fact in checks and text:
            finding = getattr(identifiers, checks[fact])(text)
            if finding is not None:
                given = {**finding.facts, "label": FACTS[fact][0]}
                words = Text(*(message(finding.code, given, lang).text for lang in ("vi", "en")))
                # What a register may hold is taken over; only a tax code must be one, for clients are known by it.
                severity: Literal["error", "warning"] = finding.severity if fact == "tax_code" else "warning"
                add(fact, severity, finding.code, words)
    return found


def _note(code: str, **facts: Any) -> Text:
    from desktop.messages import message
    from forms.definition import Text

    return Text(*(message(code, facts, lang).text for lang in ("vi", "en")))
