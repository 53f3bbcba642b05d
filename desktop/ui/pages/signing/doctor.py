"""Vì sao không thấy chữ ký số: what the doctor of tokens found, in words, and its report for whoever helps."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from desktop.messages import message
from desktop.ui.parts import Button, Card, Facts, Notice, Scroll, Section, Text, Tone, empty
from desktop.ui.theme import MARGIN, STEP, Size

if TYPE_CHECKING:
    from desktop.ui.jobs import Progress
    from desktop.ui.shell import Shell
    from signing.doctor import ModuleReport, Report

TONES: dict[str, Tone] = {"error": "danger", "warning": "warning", "info": "success"}


class Doctor(QDialog):
    """Looks at drivers, readers, tokens and certificates on the device lane; never asks a PIN."""

    def __init__(self, parent: QWidget, shell: Shell) -> None:
        super().__init__(parent)
        self.shell = shell
        self.report: Report | None = None
        self.setWindowTitle(self.tr("Vì sao không thấy chữ ký số?"))
        self.setMinimumSize(680, 520)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, MARGIN // 2)
        self.sheet = Scroll(spacing=3 * STEP)
        column.addWidget(self.sheet, 1)
        self.sheet.column.addWidget(Text(self.tr("Vì sao không thấy chữ ký số?"), Size.TITLE, bold=True))
        self.body = QVBoxLayout()
        self.body.setSpacing(3 * STEP)
        self.sheet.column.addLayout(self.body)
        self.sheet.column.addStretch(1)
        row = QHBoxLayout()
        row.setContentsMargins(MARGIN, 0, MARGIN, 0)
        self.copy = Button(self.tr("&Chép báo cáo"), "export")
        self.copy.setToolTip(self.tr("Báo cáo đã che số sê-ri và số định danh, không có mã PIN"))
        self.copy.clicked.connect(self._copy)
        self.again = Button(self.tr("&Kiểm tra lại"), "refresh")
        self.again.clicked.connect(self.look)
        self.away = Button(self.tr("Đón&g"), primary=True)
        self.away.clicked.connect(self.accept)
        row.addWidget(self.copy)
        row.addWidget(self.again)
        row.addStretch(1)
        row.addWidget(self.away)
        column.addLayout(row)
        self.look()

    def look(self) -> None:
        """Look at everything anew."""
        empty(self.body)
        self.again.setEnabled(False)
        self.copy.setEnabled(False)
        self.body.addWidget(Text(self.tr("Đang xem phần mềm token, đầu đọc và chứng thư… Không hỏi mã PIN.")))
        running = QProgressBar()
        running.setMaximum(0)
        running.setAccessibleName(self.tr("Đang kiểm tra USB token"))
        self.body.addWidget(running)
        desk = self.shell.desk

        def work(progress: Progress) -> Report:
            from desktop import filing

            return filing.doctor(desk)

        self.shell.jobs.run("device", work, done=self._show, failed=self._failed, owner=self)

    def _failed(self, error: Exception) -> None:
        empty(self.body)
        self.again.setEnabled(True)
        self.body.addWidget(Notice(message(error, lang=self.shell.lang).text, "danger"))

    def _show(self, report: Report) -> None:
        self.report = report
        empty(self.body)
        self.again.setEnabled(True)
        self.copy.setEnabled(True)
        order = {"error": 0, "info": 1, "warning": 2} if report.ok else {"error": 0, "warning": 1, "info": 2}
        for remark in sorted(report.remarks, key=lambda one: order[one.severity]):
            told = message(remark.code, remark.facts, self.shell.lang)
            card = Card(tone=TONES[remark.severity])
            card.body.addWidget(Text(told.heading, bold=True))
            card.body.addWidget(Text(told.text))
            code = self.tr("Mã: {}").format(remark.code)
            card.body.addWidget(Text(code, Size.SMALL, role="muted"))
            card.setAccessibleName(f"{told.heading}. {told.text}")
            self.body.addWidget(card)
        self.body.addWidget(Section(self.tr("Đã xem những gì")))
        self.body.addWidget(Text(f"{report.system} · {report.machine}", Size.SMALL, role="muted"))
        for one in report.modules:
            self.body.addWidget(self._module(one))
        self.body.addWidget(
            Text(
                self.tr(
                    "Khi nhờ người khác giúp, hãy chép báo cáo gửi kèm: số sê-ri và số định danh đã được che, "
                    "không có mã PIN."
                ),
                Size.SMALL,
                role="muted",
            )
        )
        self.shell.say(self.tr("Đã kiểm tra xong USB token."))

    def _module(self, one: ModuleReport) -> Card:
        card = Card()
        card.body.addWidget(Text(one.maker or one.file, bold=True))
        works = one.state == "OK"
        state = self.tr("chạy được") if works else f"{message(one.state, lang=self.shell.lang).heading} ({one.state})"
        facts = Facts(
            [
                (self.tr("Tệp"), f"{one.place}/{one.file}"),
                (self.tr("Làm cho"), one.machine or "—"),
                (self.tr("Tình trạng"), state),
            ],
            width=132,
        )
        if works:
            facts.add(self.tr("Đầu đọc"), self.tr("{} khe cắm, {} token").format(one.slots, len(one.tokens)))
        for token in one.tokens:
            flags = [words for flag, words in self._flags().items() if flag in token.flags]
            told = " · ".join(filter(None, (token.serial, token.reader, *flags)))
            facts.add(self.tr("Token “{}”").format(token.label), told)
            for held in token.certificates:
                facts.add("", f"{held['name']} · {held['issuer']} · {held['key_type']} · {held['valid_to'][:10]}")
        card.body.addWidget(facts)
        return card

    def _flags(self) -> dict[str, str]:
        return {
            "locked": self.tr("đã khóa mã PIN"),
            "final_try": self.tr("chỉ còn một lần nhập mã PIN"),
            "count_low": self.tr("đã có lần nhập mã PIN không đúng"),
            "must_change": self.tr("phải đổi mã PIN"),
            "pin_pad": self.tr("nhập mã PIN trên token"),
        }

    def _copy(self) -> None:
        assert self.report is not None
        text = json.dumps(self.report.to_json(), ensure_ascii=False, indent=1)
        QGuiApplication.clipboard().setText(text)
        self.shell.say(self.tr("Đã chép báo cáo vào bộ nhớ tạm."))
