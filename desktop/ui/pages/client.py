"""One client: what is known, from where, and whether it may fill forms; dossiers; and the end of it all."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLineEdit, QVBoxLayout

from desktop.ui import words
from desktop.ui.jobs import Progress
from desktop.ui.parts import (
    Button,
    Card,
    Chip,
    ClickRow,
    Facts,
    Notice,
    OneLine,
    PageHead,
    Rule,
    Scroll,
    Section,
    Text,
    empty,
    row_of,
)
from desktop.ui.shell import Page, Shell
from desktop.ui.theme import STEP, Size, grown
from desktop.ui.translation import later

if TYPE_CHECKING:
    from desktop.store.records import Client

NAMES = {
    "name": later("Tên"),
    "tax_code": later("Mã số thuế"),
    "address": later("Địa chỉ"),
    "ward_code": later("Mã phường, xã"),
    "province_code": later("Mã tỉnh, thành phố"),
    "phone": later("Điện thoại"),
    "fax": later("Fax"),
    "email": later("Thư điện tử"),
    "notice_channels": later("Cách nhận thông báo hồ sơ"),
    "notice_email": later("Thư điện tử nhận thông báo"),
    "notice_phone": later("Số điện thoại nhận thông báo"),
    "personal_id": later("Số định danh cá nhân"),
    "legal_representative": later("Người đại diện theo pháp luật"),
    "tax_office_code": later("Mã cơ quan thuế"),
    "tax_office_name": later("Cơ quan thuế quản lý"),
    "social_insurance_unit": later("Mã đơn vị bảo hiểm xã hội"),
    "bank_account": later("Tài khoản ngân hàng"),
    "bank_name": later("Ngân hàng"),
}
OFFERED = (
    "name", "address", "ward_code", "province_code", "phone", "email", "legal_representative", "personal_id",
    "tax_office_name", "tax_office_code", "social_insurance_unit", "bank_account", "bank_name",
)  # fmt: skip
SOURCES = {
    "entered": later("bạn nhập"),
    "import": later("tệp nhập vào"),
    "certificate": later("chứng thư số"),
    "form": later("tờ khai đã lập"),
    "portal": later("cổng dịch vụ công"),
}
CHECKS = {"phone": "check_phone", "email": "check_email", "personal_id": "check_personal_id"}


class Here(Page):
    """The page."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.title = self.tr("Khách hàng")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.sheet = Scroll(spacing=4 * STEP)
        column.addWidget(self.sheet)
        self._code = ""
        self._edit = False
        self._client: Client | None = None
        self._fields: dict[str, QLineEdit] = {}

    def enter(self, **facts: Any) -> None:
        """Show the client of a `tax_code`."""
        self._code = str(facts.get("tax_code", self._code))
        self._edit = False
        self._look()

    def leave(self) -> bool:
        """Keep what is being edited from being lost."""
        if self._edit and self._changed():
            return self._keep()
        return True

    def _look(self) -> None:
        desk, code = self.shell.desk, self._code

        def read(progress: Progress) -> Any:
            ws = desk.workspace
            client = ws.clients.get(code)
            items = {item.dossier: item for item in ws.outbox.items()}
            dossiers = [(one, items.get(one.id)) for one in ws.dossiers.list(client, limit=12)]
            return client, ws.clients.facts(client), dossiers

        self.shell.jobs.run("work", read, done=self._show, failed=self.shell.trouble, owner=self)

    def _show(self, found: Any) -> None:
        client, facts, dossiers = found
        self._client, self._facts = client, facts
        empty(self.sheet.column)
        column = self.sheet.column
        head = PageHead(client.name, self.tr("MST {}").format(client.tax_code))
        here = self.shell.client
        if here is None or here.id != client.id:
            act = Button(self.tr("&Làm cho khách hàng này"), "check", primary=True)
            act.clicked.connect(lambda: self.shell.choose_client(client.tax_code))
            head.add(act)
        begin = Button(self.tr("Lập &hồ sơ"), "add")
        begin.clicked.connect(self._begin)
        head.add(begin)
        column.addWidget(head)
        edit = Button(self.tr("&Sửa"), "edit")
        edit.clicked.connect(self._begin_edit)
        edit.setVisible(not self._edit)
        about = self.tr("Đánh dấu những điều được dùng để điền sẵn vào tờ khai.")
        column.addWidget(Section(self.tr("Thông tin"), about, action=edit))
        if self._edit:
            self._show_edit()
        else:
            self._show_facts()
        column.addWidget(Section(self.tr("Hồ sơ", "many")))
        if not dossiers:
            column.addWidget(Text(self.tr("Chưa có hồ sơ nào."), role="muted"))
        rows = QVBoxLayout()
        rows.setSpacing(0)
        for one, item in dossiers:
            rows.addWidget(self._dossier(one, item))
            rows.addWidget(Rule())
        column.addLayout(rows)
        column.addWidget(Section(self.tr("Xóa khách hàng")))
        self._purge_place = QVBoxLayout()
        text = self.tr(
            "Xóa mọi thông tin, tờ khai, hồ sơ, biên nhận và kết quả của khách hàng này khỏi kho. Không lấy lại được; "
            "các bản sao lưu bạn cất nơi khác không bị đụng đến."
        )
        self._purge_place.addWidget(Text(text, role="muted"))
        purge = Button(self.tr("&Xóa khách hàng…"), "delete", danger=True)
        purge.clicked.connect(self._ask_purge)
        self._purge_place.addWidget(row_of(purge))
        column.addLayout(self._purge_place)
        column.addStretch(1)

    def _show_facts(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(5 * STEP)
        grid.setVerticalSpacing(2 * STEP)
        grid.setColumnStretch(1, 1)
        lang_names = {name: words.tr(text) for name, text in NAMES.items()}
        known: list[str] = [name for name in NAMES if name in self._facts] + [n for n in self._facts if n not in NAMES]
        row, large = 0, grown(10) > 13  # four columns of large words stand beside each other only where they wrap
        for name in known:
            fact = self._facts[name]
            spoken = lang_names.get(name, name)
            label = Text(spoken, role="muted")
            label.setWordWrap(large)
            grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignVCenter)
            value = Text(words.breakable(str(fact.value)))
            value.setAccessibleName(f"{spoken}: {fact.value}")
            grid.addWidget(value, row, 1, Qt.AlignmentFlag.AlignVCenter)
            source = self.tr("{}, {}").format(words.tr(SOURCES.get(fact.source, fact.source)), words.day(fact.updated))
            note = Text(source, Size.SMALL, role="muted")
            note.setWordWrap(large)
            grid.addWidget(note, row, 2, Qt.AlignmentFlag.AlignVCenter)
            tick = QCheckBox(self.tr("điền sẵn"))
            tick.setChecked(fact.consent is not None)
            tick.setAccessibleName(self.tr("Dùng {} để điền sẵn").format(spoken))
            # Code and name make out for whom a form is: a form without them is nobody's.
            tick.setEnabled(name not in ("tax_code", "name"))
            tick.toggled.connect(partial(self._consent, name))
            grid.addWidget(tick, row, 3, Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(Rule(), row + 1, 0, 1, 4)
            row += 2
        self.sheet.column.addLayout(grid)

    def _show_edit(self) -> None:
        card = Card()
        facts = Facts(width=220)
        self._fields = {}
        for name in OFFERED:
            field = QLineEdit(self._facts[name].value if name in self._facts else "")
            field.setAccessibleName(words.tr(NAMES[name]))
            self._fields[name] = field
            facts.add(words.tr(NAMES[name]), field)
        card.body.addWidget(facts)
        keep = Button(self.tr("&Lưu"), "check", primary=True)
        keep.clicked.connect(lambda: self._keep())
        away = Button(self.tr("&Bỏ thay đổi"))
        away.clicked.connect(self._end_edit)
        card.body.addWidget(row_of(keep, away))
        self.sheet.column.addWidget(card)

    def _begin_edit(self) -> None:
        self._edit = True
        self._look()

    def _end_edit(self) -> None:
        self._edit = False
        self._look()

    def _changed(self) -> dict[str, str | None]:
        changed: dict[str, str | None] = {}
        for name, field in self._fields.items():
            old = self._facts[name].value if name in self._facts else ""
            new = field.text().strip()
            if new != old:
                changed[name] = new or None
        return changed

    def _keep(self) -> bool:
        from desktop.messages import message
        from forms import identifiers

        changed = self._changed()
        if "name" in changed and not changed["name"]:
            del changed["name"]
        for name, check in CHECKS.items():
            value = changed.get(name)
            found = getattr(identifiers, check)(value) if value else None
            if found is not None and found.severity == "error":
                told = message(found.code, dict(found.facts), self.shell.lang)
                self._fields[name].setFocus()
                self.shell.say(told.text, "danger")
                place = self.sheet.column.indexOf(self._fields[name])
                self.sheet.column.insertWidget(max(place, 2), Notice(told.text, "danger"))
                return False
        if self._client is not None and changed:
            from forms.identifiers import nfc

            clean = {name: nfc(value) if value else None for name, value in changed.items()}
            self.shell.desk.workspace.clients.update_facts(self._client, clean, source="entered", consent=True)
            self.shell.say(self.tr("Đã lưu thông tin khách hàng."))
            self.shell.bell.data_changed.emit("client")
            here = self.shell.client
            if here is not None and here.id == self._client.id and "name" in changed:
                self.shell.choose_client(here.tax_code)
        self._edit = False
        self._look()
        return True

    def _consent(self, name: str, given: bool) -> None:
        if self._client is not None:
            self.shell.desk.workspace.clients.consent(self._client, [name], given=given)

    def _dossier(self, one: Any, item: Any) -> ClickRow:
        spoken = words.period(one.period, self.shell.lang)
        title = " · ".join(part for part in (spoken, one.procedure_name) if part)
        mark = words.state_mark(one, item)
        row = ClickRow(f"{title}, {mark.text}")
        row.row.addWidget(OneLine(text=title), 1)
        row.row.addWidget(Chip(mark.text, mark.tone, symbol=mark.symbol))
        date = Text(words.day(one.updated), role="muted")
        date.setWordWrap(False)
        row.row.addWidget(date)
        page = "follow" if str(one.state) == "SUBMITTED" else "dossier"
        row.opened.connect(lambda: self.shell.go(page, dossier=one.id))
        return row

    def _begin(self) -> None:
        if self._client is not None:
            self.shell.choose_client(self._client.tax_code)
            self.shell.go("procedures")

    # --- the end ------------------------------------------------------------------------------------

    def _ask_purge(self) -> None:
        assert self._client is not None
        empty(self._purge_place)
        card = Card(tone="danger")
        code = self._client.tax_code
        card.body.addWidget(
            Text(
                self.tr("Xóa vĩnh viễn {} cùng mọi hồ sơ? Gõ lại mã số thuế {} để xác nhận.").format(
                    self._client.name, code
                ),
                bold=True,
            )
        )
        typed = QLineEdit()
        typed.setAccessibleName(self.tr("Gõ lại mã số thuế"))
        typed.setMaximumWidth(280)
        card.body.addWidget(typed)
        sure = Button(self.tr("Xóa vĩnh viễn"), "delete", danger=True)
        sure.setEnabled(False)
        typed.textChanged.connect(lambda text: sure.setEnabled(text.strip() == code))
        sure.clicked.connect(lambda: self._purge(code))
        away = Button(self.tr("Giữ lại"))
        away.clicked.connect(self._look)
        card.body.addWidget(row_of(sure, away))
        self._purge_place.addWidget(card)
        typed.setFocus()

    def _purge(self, code: str) -> None:
        desk = self.shell.desk

        def work(progress: Progress) -> Any:
            return desk.workspace.purge_client(code)

        self.shell.jobs.run("work", work, done=self._purged, failed=self.shell.trouble, owner=self)

    def _purged(self, gone: Any) -> None:
        here = self.shell.client
        self._edit = False
        if here is not None and here.tax_code == self._code:
            self.shell.choose_client(None)
        self.shell.say(self.tr("Đã xóa: {} hồ sơ, {} tờ khai, {} tệp.").format(gone.dossiers, gone.forms, gone.files))
        self.shell.bell.data_changed.emit("client")
        self.shell.go("clients")
