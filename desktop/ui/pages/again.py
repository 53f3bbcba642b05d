"""Lập tiếp từ hồ sơ này: another dossier like one that is there, for another period or client."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QComboBox, QLineEdit, QVBoxLayout

from desktop import filing
from desktop.ui import words
from desktop.ui.parts import Button, Field, PageHead, Scroll, Text, row_of
from desktop.ui.shell import Page, Shell
from desktop.ui.theme import ROW, STEP

if TYPE_CHECKING:
    from desktop.ui.jobs import Progress


@dataclass(frozen=True)
class Like:
    """What the page needs to know of the dossier that the new one is to be like."""

    name: str
    client_code: str
    client_name: str
    period: str | None
    following: str | None
    """The period right after, for which figures roll forward."""
    clients: tuple[tuple[str, str], ...]
    """Tax code and name of every client."""


class Here(Page):
    """The page."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.title = self.tr("Lập tiếp từ hồ sơ này")
        self._id = ""
        self._like: Like | None = None
        self._working = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.sheet = Scroll(spacing=4 * STEP)
        column.addWidget(self.sheet)
        place = self.sheet.column
        self.head = PageHead(self.title)
        place.addWidget(self.head)
        self.client = QComboBox()
        self.client.setMinimumHeight(ROW)
        self.client.setAccessibleName(self.tr("Khách hàng"))
        self.client.currentIndexChanged.connect(lambda _: self._tell())
        place.addWidget(Field(self.tr("&Khách hàng"), self.client))
        self.period = QLineEdit()
        self.period.setMinimumHeight(ROW)
        self.period.setPlaceholderText(self.tr("10/2026 hoặc Q4/2026"))
        self.period.textChanged.connect(lambda _: self._tell())
        self.period.returnPressed.connect(self.begin)
        self.period_field = Field(self.tr("Kỳ &mới"), self.period)
        place.addWidget(self.period_field)
        self.brought = Text("")
        place.addWidget(self.brought)
        self.button = Button(self.tr("&Lập hồ sơ"), "add", primary=True)
        self.button.clicked.connect(self.begin)
        place.addWidget(row_of(self.button))
        place.addStretch(1)

    def enter(self, **facts: Any) -> None:
        """Take a `dossier` as the one to begin from."""
        self._id = str(facts["dossier"])
        self._like = None
        self.button.setEnabled(False)
        self.brought.setText("")
        desk, wanted = self.shell.desk, self._id

        def read(progress: Progress) -> Like:
            from forms.period import Period

            dossier = desk.workspace.dossiers.get(wanted)
            following = str(Period.parse(dossier.period).next()) if dossier.period else None
            clients = tuple((one.tax_code or "", one.name) for one in desk.workspace.clients.list())
            return Like(
                dossier.procedure_name, dossier.client.tax_code or "", dossier.client.name, dossier.period, following,
                clients,
            )  # fmt: skip

        self.shell.jobs.run("work", read, done=self._show, failed=self.shell.trouble, owner=self)

    def _show(self, like: Like) -> None:
        self._like = like
        spoken = words.period(like.period, self.shell.lang)
        self.head.say(self.title, " · ".join(part for part in (like.name, spoken, like.client_name) if part))
        self.client.blockSignals(True)
        self.client.clear()
        for code, name in like.clients:
            self.client.addItem(self.tr("{} (MST {})").format(name, code) if code else name, code)
        self.client.setCurrentIndex(max(self.client.findData(like.client_code), 0))
        self.client.blockSignals(False)
        self.period_field.setVisible(like.period is not None)
        self.period.setText(_typed(like.following))
        self._tell()
        self.button.setEnabled(True)
        if like.period is not None:
            self.period.setFocus()
            self.period.selectAll()
        else:
            self.client.setFocus()

    def _wanted(self) -> str | None:
        """Return the period that is typed, None where it cannot be read."""
        from forms import written

        taken = written.read_period(self.period.text(), "period", self.shell.desk.today())
        return None if taken.unread or not taken.value else str(taken.value)

    def _tell(self) -> None:
        """Say what will come along."""
        if self._like is None:
            return
        self.period_field.trouble("")
        if self.client.currentData() != self._like.client_code:
            said = self.tr("Giữ nội dung tờ khai, bỏ những gì nói về khách hàng cũ; điền thông tin của khách hàng mới.")
        elif self._like.period is not None and self._wanted() == self._like.following:
            said = self.tr("Đây là kỳ ngay sau: số dư được chuyển sang, phần còn lại theo quy tắc của biểu mẫu.")
        else:
            said = self.tr("Giữ lại những gì biểu mẫu cho giữ; số dư chỉ chuyển sang kỳ ngay sau.")
        note = self.tr("Chữ ký, bản in và giấy tờ đính kèm không đi theo. Hồ sơ cũ không thay đổi.")
        self.brought.setText(f"{said}\n{note}")

    def begin(self) -> None:
        """Begin the new dossier and open it."""
        like = self._like
        if like is None or self._working:
            return
        period = self._wanted() if like.period is not None else None
        if like.period is not None and period is None:
            self.period_field.trouble(self.tr("Hãy ghi kỳ dạng 10/2026 hoặc Q4/2026."))
            self.period.setFocus()
            return
        self._working = True
        self.button.setEnabled(False)
        desk, wanted, client = self.shell.desk, self._id, str(self.client.currentData() or "")
        same = client == like.client_code

        def work(progress: Progress) -> str:
            made, _ = filing.clone_dossier(desk, wanted, client=None if same else client, period=period)
            return str(made.id)

        self.shell.jobs.run("work", work, done=self._begun, failed=self._failed, owner=self)

    def _begun(self, dossier: str) -> None:
        self._working = False
        self.shell.bell.data_changed.emit("dossier")
        self.shell.go("dossier", dossier=dossier)

    def _failed(self, error: Exception) -> None:
        self._working = False
        self.button.setEnabled(True)
        self.shell.trouble(error)


def _typed(period: str | None) -> str:
    """Return a period as people type it: 11/2026, Q4/2026."""
    year, _, part = (period or "").partition("-")
    return f"{part}/{year}" if part else ""
