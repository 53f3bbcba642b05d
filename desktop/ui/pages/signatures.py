"""Chữ ký: my keys, validate a file, and whom this workspace trusts."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop import filing
from desktop.filing.agenda import KnownKey, forget_key, known_keys, remember_key
from desktop.messages import message
from desktop.ui import words
from desktop.ui.jobs import Progress
from desktop.ui.parts import (
    Button,
    Card,
    Chip,
    Empty,
    Field,
    PageHead,
    Scroll,
    Text,
    Toggle,
    empty,
    row_of,
)
from desktop.ui.shell import Page, Shell
from desktop.ui.theme import STEP, Size, font
from desktop.ui.verdicts import Drop, SignatureCard, Verdict

if TYPE_CHECKING:
    from signing.validation import FileVerdict

KEY_LIMIT = 1 << 20
TRUST_LIMIT = 64 << 20


class Here(Page):
    """The page."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.title = self.tr("Chữ ký")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.sheet = Scroll(spacing=4 * STEP)
        column.addWidget(self.sheet)
        self.sheet.column.addWidget(PageHead(self.title))
        self.parts = {
            "keys": Toggle(self.tr("Chứng thư của &tôi"), checked=True),
            "validate": Toggle(self.tr("&Xác thực tệp")),
            "trust": Toggle(self.tr("&Gốc tin cậy")),
            "evidence": Toggle(self.tr("Chứng &cứ đã lưu")),
        }
        for name, toggle in self.parts.items():
            toggle.turned.connect(partial(self.open_part, name))
        self.sheet.column.addWidget(row_of(*self.parts.values()))
        self.body = QVBoxLayout()
        self.body.setSpacing(4 * STEP)
        self.sheet.column.addLayout(self.body)
        self.sheet.column.addStretch(1)
        self._part = "keys"
        self._verdict: FileVerdict | None = None

    def enter(self, **facts: Any) -> None:
        """Show a `part` (keys, validate, trust, evidence); `file` is validated at once."""
        if "file" in facts:
            self.open_part("validate")
            self.validate(Path(facts["file"]))
        else:
            self.open_part(str(facts.get("part", self._part)))

    def open_part(self, name: str, *_: object) -> None:
        """Show one part of the page."""
        self._part = name
        for other, toggle in self.parts.items():
            toggle.setChecked(other == name)
        empty(self.body)
        {
            "keys": self._show_keys, "validate": self._show_validate, "trust": self._show_trust,
            "evidence": self._show_evidence,
        }[name]()  # fmt: skip

    # --- my keys ------------------------------------------------------------------------------------

    def _show_keys(self) -> None:
        about = Text(
            self.tr(
                "Xem chứng thư trong tệp khóa .p12, .pfx hoặc trên USB token để biết hạn dùng. Mật khẩu không bao giờ "
                "được lưu; xem chứng thư trên token không cần mã PIN."
            ),
            role="muted",
        )
        self.body.addWidget(about)
        self.look = Button(self.tr("&Chọn tệp khóa…"), "key", primary=True)
        self.look.clicked.connect(self._choose_key)
        places: list[QWidget] = [self.look]
        practice = self.shell.app.practice_key
        if self.shell.app.practice and practice.is_file():
            own = Button(self.tr("Khóa t&hực hành"), "practice")
            own.clicked.connect(lambda: self._ask_passphrase(practice))
            places.append(own)
        self.look_at_tokens = Button(self.tr("Xem trên &USB token"), "key")
        self.look_at_tokens.clicked.connect(self.look_into_tokens)
        why = Button(self.tr("Vì s&ao không thấy chữ ký số?"), "help")
        why.clicked.connect(self.why)
        self.body.addWidget(row_of(*places, self.look_at_tokens, why))
        self.key_place = QVBoxLayout()
        self.key_place.setSpacing(3 * STEP)
        self.body.addLayout(self.key_place)
        keys = known_keys(self.shell.desk)
        if not keys:
            self.body.addWidget(
                Empty(
                    "key",
                    self.tr("Chưa xem chứng thư nào"),
                    self.tr("Chứng thư đã xem sẽ được nhắc trước khi hết hạn."),
                )
            )
        for key in keys:
            self.body.addWidget(self._key(key))

    def _choose_key(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, self.tr("Chọn tệp khóa"), "", self.tr("Tệp khóa (*.p12 *.pfx);;Mọi tệp (*)")
        )
        if name:
            self._ask_passphrase(Path(name))

    def _ask_passphrase(self, path: Path) -> None:
        from desktop.app import PRACTICE_PASSPHRASE

        empty(self.key_place)
        card = Card()
        card.body.addWidget(Text(path.name, bold=True))
        self.passphrase = QLineEdit()
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        practice = path == self.shell.app.practice_key
        hint = self.tr("Mật khẩu của khóa thực hành: {}").format(PRACTICE_PASSPHRASE) if practice else ""
        self.passphrase_field = Field(self.tr("&Mật khẩu của tệp khóa"), self.passphrase, hint)
        self.passphrase_field.setMaximumWidth(420)
        card.body.addWidget(self.passphrase_field)
        see = Button(self.tr("&Xem chứng thư"), "eye", primary=True)
        see.clicked.connect(lambda: self.look_into(path))
        self.passphrase.returnPressed.connect(lambda: self.look_into(path))
        away = Button(self.tr("&Bỏ"))
        away.clicked.connect(lambda: empty(self.key_place))
        card.body.addWidget(row_of(see, away))
        self.key_place.addWidget(card)
        self.passphrase.setFocus()

    def look_into(self, path: Path) -> None:
        """Open a key file, remember what its certificates say, and let go of the key."""
        desk, text = self.shell.desk, self.passphrase.text()

        def work(progress: Progress) -> int:
            from signing.pkcs12 import load

            with path.open("rb") as file:
                keys = load(file.read(KEY_LIMIT + 1), text)
            for key in keys:
                remember_key(desk, str(path), key.certificate)
            return len(keys)

        def failed(error: Exception) -> None:
            if isinstance(error, OSError):
                self.passphrase_field.trouble(self.tr("Không đọc được tệp này: {}").format(error.strerror or ""))
                return
            told = message(error, lang=self.shell.lang)
            self.passphrase_field.trouble(told.text)
            self.passphrase.setFocus()
            self.passphrase.selectAll()

        def done(count: int) -> None:
            self.shell.say(self.tr("Tệp có {} chứng thư dùng để ký.").format(count))
            self.shell.bell.data_changed.emit("key")
            if self._part == "keys":
                self.open_part("keys")

        self.shell.jobs.run("work", work, done=done, failed=failed, owner=self)

    def look_into_tokens(self) -> None:
        """Remember what the certificates on plugged-in tokens say; no PIN is asked."""
        desk = self.shell.desk
        self.look_at_tokens.setEnabled(False)
        self.shell.say(self.tr("Đang tìm USB token…"))

        def work(progress: Progress) -> int:
            found = filing.token_keys()
            for key in found.keys:
                remember_key(desk, f"USB token “{key.held.token.label}”", key.certificate)
            return len(found.keys)

        def failed(error: Exception) -> None:
            self.look_at_tokens.setEnabled(True)
            self.shell.trouble(error)

        def done(count: int) -> None:
            self.shell.bell.data_changed.emit("key")
            if self._part == "keys":
                self.open_part("keys")
            if count:
                self.shell.say(self.tr("Thấy {} chứng thư trên USB token.").format(count))
            else:
                self.shell.say(self.tr("Không thấy chứng thư nào trên USB token."), "warning")
                self.why()

        self.shell.jobs.run("device", work, done=done, failed=failed, owner=self)

    def why(self) -> None:
        """Find out why a token is not seen."""
        from desktop.ui.pages.signing.doctor import Doctor

        Doctor(self, self.shell).open()

    def _key(self, key: KnownKey) -> Card:
        card = Card()
        today = self.shell.desk.today()
        ends = key.valid_to.astimezone(words.ZONE).date()
        said, tone = words.left(ends, today)
        if (ends - today).days > 60:
            tone = "success"
        top = QHBoxLayout()
        names = QVBoxLayout()
        names.setSpacing(STEP)
        names.addWidget(Text(key.common_name, bold=True))
        about = " · ".join(
            part
            for part in (f"MST {key.tax_code}" if key.tax_code else "", self.tr("cấp bởi {}").format(key.issuer))
            if part
        )
        names.addWidget(Text(about, Size.SMALL, role="muted"))
        names.addWidget(Text(key.path, Size.SMALL, role="muted"))
        top.addLayout(names, 1)
        ended = ends < today
        text = (
            self.tr("Hết hạn {}").format(words.day(ends))
            if ended
            else self.tr("Đến {}, {}").format(words.day(ends), said)
        )
        top.addWidget(Chip(text, "danger" if ended else tone, symbol="key"), 0, Qt.AlignmentFlag.AlignTop)
        away = Button("", "remove", flat=True)
        away.setAccessibleName(self.tr("Bỏ {} khỏi danh sách").format(key.common_name))
        away.setToolTip(self.tr("Bỏ khỏi danh sách; tệp khóa không bị đụng đến"))
        away.setFixedWidth(40)
        away.clicked.connect(partial(self._forget, key.fingerprint))
        top.addWidget(away, 0, Qt.AlignmentFlag.AlignTop)
        card.body.addLayout(top)
        return card

    def _forget(self, fingerprint: str) -> None:
        forget_key(self.shell.desk, fingerprint)
        self.shell.bell.data_changed.emit("key")
        self.open_part("keys")

    # --- evidence -----------------------------------------------------------------------------------

    def _show_evidence(self) -> None:
        from desktop.ui.pages.signing.evidence import EvidenceList

        self.body.addWidget(
            Text(
                self.tr(
                    "Chứng thư của người ký, đường dẫn tin cậy, danh sách thu hồi và kết quả kiểm tra lúc ký, "
                    "lưu theo từng lần ký."
                ),
                role="muted",
            )
        )
        self.evidence = EvidenceList(self.shell)
        self.body.addWidget(self.evidence)

    # --- validating ---------------------------------------------------------------------------------

    def _show_validate(self) -> None:
        self.drop = Drop(
            self.tr("Thả tệp vào đây, hoặc bấm để chọn"),
            self.tr("PDF, XML, JWS hoặc bộ hồ sơ gốc (ZIP) có chữ ký số"),
        )
        self.drop.chosen.connect(self.validate)
        self.drop.clicked.connect(self._choose_file)
        self.body.addWidget(self.drop)
        self.network = QCheckBox(self.tr("Hỏi qua mạng xem chứng thư có bị thu hồi không"))
        self.network.setChecked(not self.shell.app.practice)
        self.body.addWidget(self.network)
        self.verdict_place = QVBoxLayout()
        self.verdict_place.setSpacing(3 * STEP)
        self.body.addLayout(self.verdict_place)
        if self._verdict is not None:
            self._show_verdict(self._verdict)

    def _choose_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, self.tr("Chọn tệp cần xác thực"), "",
            self.tr("Tệp có chữ ký (*.pdf *.xml *.jws *.zip *.asice);;Mọi tệp (*)"),
        )  # fmt: skip
        if name:
            self.validate(Path(name))

    def validate(self, path: Path) -> None:
        """Validate the signatures of a file against whom this workspace trusts."""
        desk, offline = self.shell.desk, not self.network.isChecked()
        empty(self.verdict_place)
        self.verdict_place.addWidget(Text(self.tr("Đang kiểm chữ ký của {}…").format(path.name), role="muted"))

        def work(progress: Progress) -> FileVerdict:
            from signing.trust import Trust

            trust = filing.workspace_trust(desk) or Trust()
            return filing.validate_file(desk, path, trust, None, offline=offline)

        self.shell.jobs.run("work", work, done=self._validated, failed=self._not_validated, owner=self)

    def _validated(self, verdict: FileVerdict) -> None:
        self._verdict = verdict
        if self._part == "validate":
            self._show_verdict(verdict)

    def _not_validated(self, error: Exception) -> None:
        empty(self.verdict_place)
        self.shell.trouble(error)

    def _show_verdict(self, verdict: FileVerdict) -> None:
        empty(self.verdict_place)
        self.verdict_place.addWidget(Verdict(verdict, self.shell.lang))
        for signature in verdict.signatures:
            self.verdict_place.addWidget(SignatureCard(signature, self.shell.lang))
        self.shell.say(self.tr("{}: {}").format(Path(verdict.file).name, words.verdict_mark(verdict.verdict).text))

    # --- trust --------------------------------------------------------------------------------------

    def _show_trust(self) -> None:
        self.body.addWidget(
            Text(
                self.tr(
                    "Chữ ký chỉ được coi là hợp lệ khi chứng thư của người ký dẫn tới một gốc ở đây. "
                    "Chỉ thêm gốc lấy từ nguồn chính thức, sau khi so vân tay."
                ),
                role="muted",
            )
        )
        add = Button(self.tr("&Thêm gốc tin cậy…"), "add", primary=True)
        add.clicked.connect(self._choose_anchor)
        self.body.addWidget(row_of(add))
        anchors = filing.trust_list(self.shell.desk)
        if not anchors:
            self.body.addWidget(
                Empty(
                    "shield",
                    self.tr("Chưa tin cậy gốc nào"),
                    self.tr("Mọi chữ ký sẽ là “Chưa xác định” cho đến khi có."),
                )
            )
        for anchor in anchors:
            self.body.addWidget(self._anchor(anchor))

    def _anchor(self, anchor: Any) -> Card:
        card = Card()
        top = QHBoxLayout()
        names = QVBoxLayout()
        names.setSpacing(STEP)
        names.addWidget(Text(anchor.common_name, bold=True))
        source = {
            "user": self.tr("bạn thêm"),
            "portal": self.tr("từ cổng thực hành"),
            "bundled": self.tr("kèm chương trình"),
        }
        names.addWidget(
            Text(
                self.tr("Hạn đến {} · {}").format(words.day(anchor.valid_to), source.get(anchor.source, anchor.source)),
                Size.SMALL,
                role="muted",
            )
        )
        spaced = ":".join(anchor.fingerprint[at : at + 2] for at in range(0, len(anchor.fingerprint), 2)).upper()
        print_line = Text(self.tr("SHA-256 {}").format(words.breakable(spaced)), Size.SMALL, role="muted")
        print_line.setFont(font(Size.SMALL, tabular=True))
        names.addWidget(print_line)
        top.addLayout(names, 1)
        away = Button(self.tr("Bỏ tin cậy"), "remove", danger=True)
        away.setAccessibleName(self.tr("Bỏ tin cậy {}").format(anchor.common_name))
        away.clicked.connect(partial(self._distrust, anchor.fingerprint))
        top.addWidget(away, 0, Qt.AlignmentFlag.AlignTop)
        card.body.addLayout(top)
        return card

    def _choose_anchor(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, self.tr("Chọn chứng thư gốc hoặc danh sách thu hồi"), "",
            self.tr("Chứng thư (*.pem *.crt *.cer *.der *.p7b *.crl);;Mọi tệp (*)"),
        )  # fmt: skip
        if name:
            self.trust_file(Path(name))

    def trust_file(self, path: Path) -> None:
        """Trust the certificates of a file."""
        from desktop.errors import DesktopError
        from signing.errors import SigningError

        try:
            with path.open("rb") as file:
                added = filing.trust_add(self.shell.desk, file.read(TRUST_LIMIT))
        except OSError as error:
            self.shell.say(self.tr("Không đọc được tệp này: {}").format(error.strerror or ""), "danger")
            return
        except (DesktopError, SigningError) as error:
            self.shell.trouble(error)
            return
        self.shell.say(self.tr("Đã tin cậy {} chứng thư.").format(len(added)))
        self.shell.bell.data_changed.emit("trust")
        self.open_part("trust")

    def _distrust(self, fingerprint: str) -> None:
        filing.trust_remove(self.shell.desk, fingerprint)
        self.shell.bell.data_changed.emit("trust")
        self.open_part("trust")
