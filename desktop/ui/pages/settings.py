"""Cài đặt: language, size and scheme; the workspace's backup, check and passphrase; the portals."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from desktop import filing
from desktop.settings import SCHEMES, ZOOMS, is_server
from desktop.ui.frame import Frame
from desktop.ui.jobs import Progress
from desktop.ui.keys import KeyTable
from desktop.ui.pages.accounts import Accounts
from desktop.ui.pages.other_portal import OtherPortal
from desktop.ui.parts import Button, Card, Chip, Field, PageHead, Scroll, Section, Text, Toggle, empty, row_of
from desktop.ui.shell import Page, Shell
from desktop.ui.theme import ROW, STEP, Size, font
from desktop.ui.words import english


class Here(Page):
    """The page."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.title = self.tr("Cài đặt")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.sheet = Scroll(spacing=4 * STEP)
        column.addWidget(self.sheet)
        inside = self.sheet.column
        inside.addWidget(PageHead(self.title))
        inside.addWidget(Section(self.tr("Hiển thị")))
        inside.addWidget(Look(self))
        self.signing = Signing(self)
        inside.addWidget(Section(self.tr("Ký số")))
        inside.addWidget(self.signing)
        inside.addWidget(Section(self.tr("Kho hồ sơ")))
        self.store = QVBoxLayout()
        self.store.setSpacing(3 * STEP)
        inside.addLayout(self.store)
        inside.addWidget(
            Section(self.tr("Cổng dịch vụ công"), self.tr("Cổng được nhận ra bằng vân tay của gốc danh mục."))
        )
        self.portals = QVBoxLayout()
        self.portals.setSpacing(3 * STEP)
        inside.addLayout(self.portals)
        inside.addWidget(Section(self.tr("Thực hành")))
        self.practice = QVBoxLayout()
        inside.addLayout(self.practice)
        inside.addWidget(Section(self.tr("Phím tắt")))
        inside.addWidget(KeyTable())
        inside.addStretch(1)

    @property
    def frame(self) -> Frame:
        """Return the window: settings are the one page that changes it."""
        window = self.shell
        assert isinstance(window, Frame)
        return window

    def enter(self, **facts: Any) -> None:
        """Show what is set."""
        self._show_store()
        self._show_portals()
        self._show_practice()
        if facts.get("part") == "signing":
            self.signing.server.setFocus()
            QTimer.singleShot(0, self, lambda: self.sheet.ensureWidgetVisible(self.signing, 0, 6 * STEP))

    # --- the workspace ------------------------------------------------------------------------------

    def _show_store(self) -> None:
        empty(self.store)
        ws = self.shell.desk.workspace
        kept = (
            self.tr("Kho được mã hóa; khóa nằm trong kho khóa của hệ điều hành.")
            if ws.kept_by == "keyring"
            else self.tr("Kho được mã hóa và mở bằng mật khẩu.")
        )
        self.store.addWidget(Text(kept))
        self.store.addWidget(Text(str(ws.path), Size.SMALL, role="muted"))
        backup = Button(self.tr("&Sao lưu…"), "export")
        backup.clicked.connect(self._choose_backup)
        check = Button(self.tr("&Kiểm tra kho"), "shield")
        check.clicked.connect(self.check)
        change = Button(self.tr("Đổi &mật khẩu…"), "key")
        change.clicked.connect(self._ask_passphrase)
        code = Button(self.tr("Mã khôi &phục mới…"), "refresh")
        code.clicked.connect(self._new_code)
        lock = Button(self.tr("Khóa n&gay"), "lock")
        lock.setToolTip("Ctrl+L")
        lock.clicked.connect(lambda: self.frame.lock())
        self.store.addWidget(row_of(backup, check, change, code, lock))
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.bar.hide()
        self.store.addWidget(self.bar)
        self.asked = QVBoxLayout()
        self.store.addLayout(self.asked)

    def _choose_backup(self) -> None:
        day = self.shell.desk.today().isoformat()
        name, _ = QFileDialog.getSaveFileName(
            self, self.tr("Sao lưu vào tệp"), f"ho-so-{day}.hoso", self.tr("Bản sao lưu (*.hoso)")
        )
        if name:
            self.backup(Path(name))

    def backup(self, target: Path) -> None:
        """Write the workspace to one encrypted file."""
        desk = self.shell.desk

        def work(progress: Progress) -> Path:
            desk.workspace.backup(target)
            return target

        def done(path: Path) -> None:
            self._stop()
            self.shell.say(self.tr("Đã sao lưu vào {}. Tệp mở bằng mật khẩu hoặc mã khôi phục của kho.").format(path))

        self.bar.setRange(0, 0)
        self.bar.show()
        self.shell.jobs.run("work", work, done=done, failed=self._failed, owner=self)

    def check(self) -> None:
        """Check every page and file of the workspace."""
        desk = self.shell.desk

        def work(progress: Progress) -> Any:
            return desk.workspace.check(lambda done, total: progress.report(done >> 10, total >> 10))

        def done(report: Any) -> None:
            self._stop()
            if report.ok:
                text = self.tr("Kho nguyên vẹn: đã kiểm {} tệp.").format(report.files)
            else:
                text = self.tr(
                    "Kho có {} chỗ hỏng. Hãy giữ nguyên tệp kho và phục hồi từ bản sao lưu gần nhất."
                ).format(len(report.findings))
            self.shell.say(text, "plain" if report.ok else "danger")
            empty(self.asked)
            self.asked.addWidget(Text(text, role="success" if report.ok else "danger"))

        self.bar.setRange(0, 0)
        self.bar.show()
        self.shell.jobs.run("work", work, done=done, failed=self._failed, progress=self._progress, owner=self)

    def _progress(self, done: int, total: int) -> None:
        self.bar.setRange(0, max(total, 1))
        self.bar.setValue(done)

    def _stop(self) -> None:
        self.bar.hide()

    def _failed(self, error: Exception) -> None:
        self._stop()
        self.shell.trouble(error)

    def _ask_passphrase(self) -> None:
        empty(self.asked)
        card = Card()
        card.body.addWidget(Text(self.tr("Mật khẩu mới của kho"), Size.LEAD, bold=True))
        self.first, self.second = QLineEdit(), QLineEdit()
        for line in (self.first, self.second):
            line.setEchoMode(QLineEdit.EchoMode.Password)
        hint = self.tr("Ít nhất 8 ký tự; một câu dài dễ nhớ tốt hơn một từ khó.")
        self.first_field = Field(self.tr("Mật &khẩu mới"), self.first, hint)
        self.second_field = Field(self.tr("&Gõ lại"), self.second)
        for field in (self.first_field, self.second_field):
            field.setMaximumWidth(460)
            card.body.addWidget(field)
        keep = Button(self.tr("Đổ&i mật khẩu"), "check", primary=True)
        keep.clicked.connect(self._change)
        self.second.returnPressed.connect(self._change)
        away = Button(self.tr("&Bỏ"))
        away.clicked.connect(lambda: empty(self.asked))
        card.body.addWidget(row_of(keep, away))
        self.asked.addWidget(card)
        self.first.setFocus()

    def _change(self) -> None:
        from desktop.store.key import LEAST_PASSPHRASE, Passphrase

        text = self.first.text()
        if len(text) < LEAST_PASSPHRASE:
            self.first_field.trouble(self.tr("Mật khẩu cần ít nhất {} ký tự.").format(LEAST_PASSPHRASE))
            return
        if text != self.second.text():
            self.second_field.trouble(self.tr("Hai lần gõ không giống nhau."))
            return
        desk = self.shell.desk

        def work(progress: Progress) -> None:
            desk.workspace.change_unlock(Passphrase(text))

        def done(nothing: None) -> None:
            self.shell.say(self.tr("Đã đổi mật khẩu. Mã khôi phục cũ vẫn dùng được."))
            self._show_store()

        self.shell.jobs.run("work", work, done=done, failed=self.shell.trouble, owner=self)

    def _new_code(self) -> None:
        code = self.shell.desk.workspace.new_recovery_code()
        empty(self.asked)
        card = Card(tone="warning")
        card.body.addWidget(
            Text(self.tr("Mã khôi phục mới, chỉ hiện lần này. Chép ra giấy và cất riêng; mã cũ đã hết hiệu lực."))
        )
        shown = Text(code, Size.LEAD, bold=True)
        shown.setFont(font(Size.LEAD, bold=True, tabular=True))
        card.body.addWidget(shown)
        away = Button(self.tr("Đã &chép xong"), "check")
        away.clicked.connect(lambda: empty(self.asked))
        card.body.addWidget(row_of(away))
        self.asked.addWidget(card)

    # --- portals ------------------------------------------------------------------------------------

    def _show_portals(self) -> None:
        empty(self.portals)
        known = filing.portals(self.shell.desk)
        for one in known:
            card = Card()
            top = QHBoxLayout()
            names = QVBoxLayout()
            names.setSpacing(STEP)
            names.addWidget(Text(one.name_vi if self.shell.lang == "vi" else one.name_en, bold=True))
            names.addWidget(Text(one.url, Size.SMALL, role="muted"))
            pinned = one.connector == filing.HOSO
            told = self.tr("Vân tay {}").format(_spaced(one.fingerprint)) if pinned else self._kind_words(one)
            names.addWidget(Text(told, Size.SMALL, role="muted"))
            top.addLayout(names, 1)
            if one.practice:
                top.addWidget(Chip(self.tr("Thực hành"), "practice"), 0, Qt.AlignmentFlag.AlignTop)
            away = Button(self.tr("Bỏ cổng"), "remove", danger=True)
            away.setAccessibleName(
                self.tr("Bỏ cổng {}").format(one.name_vi if self.shell.lang == "vi" else one.name_en)
            )
            away.clicked.connect(partial(self._remove_portal, one.url))
            top.addWidget(away, 0, Qt.AlignmentFlag.AlignTop)
            card.body.addLayout(top)
            if pinned:
                card.body.addWidget(Accounts(self.shell, one.url))
            self.portals.addWidget(card)
        if not known:
            self.portals.addWidget(Text(self.tr("Chưa có cổng nào."), role="muted"))
        card = Card()
        card.body.addWidget(Text(self.tr("Thêm cổng"), bold=True))
        self.url, self.print = QLineEdit(), QLineEdit()
        self.url.setPlaceholderText("https://")
        grid = QGridLayout()
        grid.setHorizontalSpacing(4 * STEP)
        grid.addWidget(Field(self.tr("Địa &chỉ"), self.url), 0, 0, Qt.AlignmentFlag.AlignTop)
        hint = self.tr("64 ký tự, do cổng công bố; so từng nhóm trước khi thêm")
        self.print_field = Field(self.tr("&Vân tay SHA-256 của gốc danh mục"), self.print, hint)
        grid.addWidget(self.print_field, 0, 1, Qt.AlignmentFlag.AlignTop)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 2)
        card.body.addLayout(grid)
        add = Button(self.tr("&Thêm cổng"), "add")
        add.clicked.connect(self.add_portal)
        self.print.returnPressed.connect(self.add_portal)
        card.body.addWidget(row_of(add))
        self.portals.addWidget(card)
        self.others = OtherPortal(self.shell, self._show_portals)
        self.portals.addWidget(self.others)

    def _kind_words(self, one: filing.KnownPortal) -> str:
        if one.connector == filing.HAND_OVER:
            return self.tr("Nộp bằng tay trên trang của cổng; chương trình chuẩn bị sẵn bộ hồ sơ")
        if one.abilities is not None and one.abilities.settles_by_key:
            return self.tr("Dịch vụ sáu bước của cơ quan; tra được theo mã hồ sơ")
        return self.tr("Dịch vụ sáu bước của cơ quan; mất trả lời thì chỉ bạn mới quyết định gửi lại")

    def add_portal(self) -> None:
        """Pin the portal that was typed."""
        url = self.url.text().strip()
        given = "".join(c for c in self.print.text().lower() if c in "0123456789abcdef")
        if len(given) != 64:
            self.print_field.trouble(self.tr("Vân tay có 64 chữ số và chữ cái từ a đến f."))
            self.print.setFocus()
            return
        self.print_field.trouble("")
        desk = self.shell.desk

        def work(progress: Progress) -> Any:
            return filing.add_portal(desk, url, given)

        def done(known: Any) -> None:
            self.shell.say(self.tr("Đã thêm {}.").format(known.name_vi))
            self.shell.bell.data_changed.emit("portal")
            self._show_portals()

        self.shell.say(self.tr("Đang tải và kiểm danh mục của cổng…"), lasts=True)
        self.shell.jobs.run("network", work, done=done, failed=self.shell.trouble, owner=self)

    def _remove_portal(self, url: str) -> None:
        from desktop.errors import DesktopError

        try:
            filing.remove_portal(self.shell.desk, url)
        except DesktopError as error:
            self.shell.trouble(error)
        self.shell.bell.data_changed.emit("portal")
        self._show_portals()

    # --- practice -----------------------------------------------------------------------------------

    def _show_practice(self) -> None:
        empty(self.practice)
        here = self.shell.app.practice
        text = (
            self.tr("Bạn đang ở kho thực hành: không gì ở đây có giá trị pháp lý.")
            if here
            else self.tr("Kho thực hành tách khỏi kho thật; cổng thực hành nhận, xét và trả kết quả như cổng thật.")
        )
        self.practice.addWidget(Text(text, role="muted"))
        go = Button(self.tr("Sang kho &thật") if here else self.tr("Sang kho &thực hành"), "practice")
        go.clicked.connect(lambda: QTimer.singleShot(0, lambda: self.frame.switch(practice=not here)))
        self.practice.addWidget(row_of(go))
        app = self.shell.app
        if here and "practice_portal" in app.__dict__:
            from desktop.ui.playing import Playing

            self.practice.addWidget(Playing(self.shell, app.practice_portal))


class Signing(QWidget):
    """The time-stamp server that is asked where none is named, here and on the command line."""

    def __init__(self, page: Here) -> None:
        super().__init__()
        self.page = page
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * STEP)
        self.server = QLineEdit(page.frame.preferences.tsa)
        self.server.setPlaceholderText("https://")
        self.server.setMinimumHeight(ROW)
        hint = page.tr("Địa chỉ http hoặc https theo RFC 3161, do tổ chức cấp dấu thời gian cho; để trống: không có.")
        self.field = Field(page.tr("Máy chủ &dấu thời gian"), self.server, hint)
        self.field.setMaximumWidth(560)
        column.addWidget(self.field)
        self.keep_button = Button(page.tr("&Lưu máy chủ"), "check")
        self.keep_button.clicked.connect(self.keep)
        self.server.returnPressed.connect(self.keep)
        column.addWidget(row_of(self.keep_button))

    def keep(self) -> None:
        """Keep the server that was typed, or none."""
        address = self.server.text().strip()
        if address and not is_server(address):
            self.field.trouble(self.page.tr("Cần một địa chỉ bắt đầu bằng http:// hoặc https://, không kèm mật khẩu."))
            self.server.setFocus()
            return
        self.field.trouble("")
        self.page.frame.prefer(tsa=address)
        said = (
            self.page.tr("Đã lưu máy chủ dấu thời gian.") if address else self.page.tr("Đã bỏ máy chủ dấu thời gian.")
        )
        self.page.shell.say(said)


class Look(QWidget):
    """Language, size of text and scheme, each seen at once."""

    def __init__(self, page: Here) -> None:
        super().__init__()
        self.page = page
        frame = page.frame
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(6 * STEP)
        grid.setVerticalSpacing(3 * STEP)
        grid.setColumnStretch(1, 1)
        chosen = frame.preferences
        self.lang = QComboBox()
        self.lang.addItem("Tiếng Việt", "vi")
        if english():
            self.lang.addItem("English", "en")
        self.lang.setCurrentIndex(max(0, self.lang.findData(chosen.lang)))
        self.lang.activated.connect(lambda at: self._prefer(lang=self.lang.itemData(at)))
        self.zoom = QComboBox()
        for zoom in ZOOMS:
            self.zoom.addItem(f"{round(zoom * 100)} %", zoom)
        self.zoom.setCurrentIndex(self.zoom.findData(chosen.zoom))
        self.zoom.activated.connect(lambda at: self._prefer(zoom=self.zoom.itemData(at)))
        scheme_words = {
            "system": page.tr("Theo hệ thống"), "light": page.tr("Sáng"), "dark": page.tr("Tối"),
            "contrast": page.tr("Tương phản cao"),
        }  # fmt: skip
        self.schemes: dict[str, Toggle] = {}
        group = QButtonGroup(self)
        for name in SCHEMES:
            toggle = Toggle(scheme_words[name], checked=name == chosen.scheme)
            toggle.turned.connect(lambda on, name=name: self._scheme(name) if on else None)
            group.addButton(toggle)
            self.schemes[name] = toggle
        self.notify = QCheckBox(page.tr("Báo tin mới của hồ sơ"))
        self.notify.setToolTip(page.tr("Khi hồ sơ đổi tình trạng hoặc sắp đến hạn; chỉ có mã và tên thủ tục"))
        self.notify.setChecked(chosen.notify)
        self.notify.toggled.connect(self._notify)
        rows: tuple[tuple[str, QWidget], ...] = (
            (page.tr("Ngôn ngữ"), self.lang),
            (page.tr("Cỡ chữ"), self.zoom),
            (page.tr("Màu"), row_of(*self.schemes.values())),
            (page.tr("Thông báo"), self.notify),
        )
        for at, (words_of, widget) in enumerate(rows):
            label = Text(words_of, role="muted")
            label.setWordWrap(False)
            grid.addWidget(label, at, 0, Qt.AlignmentFlag.AlignVCenter)
            if isinstance(widget, QComboBox):
                grid.addWidget(widget, at, 1, Qt.AlignmentFlag.AlignLeft)
            else:
                grid.addWidget(widget, at, 1)
            if not widget.accessibleName() and not isinstance(widget, QCheckBox):
                widget.setAccessibleName(words_of)

    def _notify(self, wanted: bool) -> None:
        self.page.frame.prefer(notify=wanted)
        self.page.frame.preferred.emit()

    def _scheme(self, name: str) -> None:
        self._prefer(scheme=name)

    def _prefer(self, **changed: Any) -> None:
        self.page.frame.prefer(**changed)
        # This page is made anew with the others: not from within its own signal.
        QTimer.singleShot(0, self.page.frame.restyle)


def _spaced(fingerprint: str) -> str:
    return " ".join(fingerprint[at : at + 8] for at in range(0, len(fingerprint), 8))
