"""Choosing a key: of a file with its passphrase (never kept), on a USB token, read without its PIN, or a remote one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from desktop.messages import message
from desktop.ui.parts import Button, Card, Facts, Field, Notice, Text, Toggle, empty, row_of
from desktop.ui.theme import ROW, STEP, grown

if TYPE_CHECKING:
    from desktop.filing.batch_signing import Signer
    from desktop.filing.tokens import TokenKeys, TokenKeyView
    from desktop.ui.jobs import Progress
    from desktop.ui.shell import Shell
    from signing.certificate import Certificate
    from signing.pkcs12 import FileKey
    from signing.remote import Question, RemoteKey, RemoteSession, Waiting
    from signing.token import AskPin

KEY_LIMIT = 1 << 20
LAST_KEY = "sign.p12"
"""The setting that remembers where the key file lies; what is in it, and its passphrase, are never kept."""
LAST_TOKEN = "sign.token"
"""The setting that remembers which certificate of a token signed last, by fingerprint; empty when it was a file."""


def last_key(shell: Shell) -> str:
    """Return where the key lies that was used last; in practice the practice key where none was used yet."""
    used = shell.desk.workspace.settings.get(LAST_KEY)
    practice = shell.app.practice_key
    return str(used or (practice if shell.app.practice and practice.is_file() else ""))


class _ChoiceName(Text):
    """The words of a choice, which wrap where a button's own would not; pressing them chooses."""

    def __init__(self, words: str, choice: QRadioButton) -> None:
        super().__init__(words)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        self._choice = choice

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose what these words name."""
        self._choice.click()
        self._choice.setFocus(Qt.FocusReason.MouseFocusReason)
        event.accept()


class KeyChooser(QWidget):
    """Where the key is kept, and which of the certificates there signs."""

    chosen = Signal()
    """Another certificate is chosen, or none any more."""

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self.shell = shell
        self.found: Sequence[FileKey | TokenKeyView | RemoteKey] = ()
        self.prompt: Callable[[Question], str | None] = lambda question: None
        self.waiting: Callable[[Waiting], None] = lambda waiting: None
        self.unwanted: Callable[[], bool] = lambda: False
        """How a remote service asks the person, tells of its waiting, and hears that it is not wanted; the page's."""
        self._remote: RemoteSession | None = None
        self._looking = 0
        self.kinds = {"file": Toggle(self.tr("&Tệp khóa"), checked=True), "token": Toggle(self.tr("&USB token"))}
        self.kinds["remote"] = Toggle(self.tr("Ký từ &xa"))
        kinds = QButtonGroup(self)
        for name, toggle in self.kinds.items():
            kinds.addButton(toggle)
            toggle.turned.connect(lambda on, name=name: self.use(name) if on else None)
        self.certificates = QVBoxLayout()
        self.certificates.setSpacing(2 * STEP)
        self.choices = QButtonGroup(self)
        self.choices.idToggled.connect(lambda _, on: self.chosen.emit() if on else None)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(3 * STEP)
        whole.addWidget(row_of(*self.kinds.values()))
        self.file_part = self._make_file_part()
        self.token_part = self._make_token_part()
        self.token_part.hide()
        whole.addWidget(self.file_part)
        whole.addWidget(self.token_part)
        self.remote_part = self._make_remote_part()
        self.remote_part.hide()
        whole.addWidget(self.remote_part)
        whole.addLayout(self.certificates)

    def _make_file_part(self) -> QWidget:
        self.passphrase = QLineEdit()
        self.path = QLineEdit()
        self.path.setMinimumHeight(ROW)
        self.path.setPlaceholderText(self.tr("Tệp .p12 hoặc .pfx"))
        self.path.returnPressed.connect(lambda: self.passphrase.setFocus())
        choose = Button(self.tr("&Chọn tệp…"), "key")
        choose.setAccessibleName(self.tr("Chọn tệp khóa"))
        choose.clicked.connect(self._choose)
        self.passphrase.setMinimumHeight(ROW)
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self.passphrase.returnPressed.connect(self.open_key)
        self.open_button = Button(self.tr("&Mở khóa"), "lock")
        self.open_button.clicked.connect(self.open_key)
        remembered = self.tr("Khóa phần mềm (tệp). Chương trình chỉ nhớ tệp nằm ở đâu.")
        self.path_field = Field(self.tr("Tệp &khóa"), self.path, remembered)
        once = self.tr("Dùng một lần để mở khóa, không bao giờ được lưu.")
        self.passphrase_field = Field(self.tr("Mật kh&ẩu của tệp khóa"), self.passphrase, once)
        self.path.textChanged.connect(self._tell_practice)
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3 * STEP)
        for field, button in ((self.path_field, choose), (self.passphrase_field, self.open_button)):
            line = QHBoxLayout()
            line.addWidget(field, 1)
            beside = QVBoxLayout()
            beside.addSpacing(field.label.sizeHint().height() + STEP)
            beside.addWidget(button)
            beside.addStretch(1)
            line.addLayout(beside)
            column.addLayout(line)
        return part

    def _make_token_part(self) -> QWidget:
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * STEP)
        self.token_state = Text("", role="muted")
        column.addWidget(self.token_state)
        self.look_button = Button(self.tr("Tìm &lại token"), "refresh")
        self.look_button.clicked.connect(self.look_for_tokens)
        self.why_button = Button(self.tr("&Vì sao không thấy chữ ký số?"), "help")
        self.why_button.clicked.connect(self.why)
        column.addWidget(row_of(self.look_button, self.why_button))
        self.token_problems = QVBoxLayout()
        column.addLayout(self.token_problems)
        return part

    def _make_remote_part(self) -> QWidget:
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * STEP)
        self.accounts = QComboBox()
        self.accounts.setMinimumHeight(ROW)
        column.addWidget(Field(self.tr("Tài khoản ký số từ &xa"), self.accounts))
        self.remote_button = Button(self.tr("Xem &chứng thư"), "eye")
        self.remote_button.clicked.connect(self.open_remote)
        column.addWidget(row_of(self.remote_button))
        self.remote_state = Text(self.tr("Chỉ mã băm của tài liệu được gửi đến dịch vụ."), role="muted")
        column.addWidget(self.remote_state)
        return part

    def _tell_practice(self, path: str) -> None:
        """Say the practice key's passphrase beside it: it protects nothing, and nobody could guess it."""
        from desktop.app import PRACTICE_PASSPHRASE

        practice = self.shell.app.practice and path.strip() == str(self.shell.app.practice_key)
        self.passphrase_field.help(
            self.tr("Mật khẩu của khóa thực hành: {}").format(PRACTICE_PASSPHRASE)
            if practice
            else self.tr("Dùng một lần để mở khóa, không bao giờ được lưu.")
        )

    def begin(self, path: str) -> None:
        """Begin with where the key was that was used last."""
        from desktop.filing import remotes

        names = [one.name for one in remotes(self.shell.desk)]
        self.accounts.clear()
        self.accounts.addItems(names)
        self.kinds["remote"].setVisible(bool(names))
        self.path.setText(path)
        if self.shell.desk.workspace.settings.get(LAST_TOKEN):
            self.use("token")
            return
        self.use("file")
        (self.passphrase if path else self.path).setFocus()

    def use(self, kind: str, *_: object) -> None:
        """Look for the key in a file, or on tokens."""
        self.forget()
        self.kinds[kind].setChecked(True)
        self.file_part.setVisible(kind == "file")
        self.token_part.setVisible(kind == "token")
        self.remote_part.setVisible(kind == "remote")
        self.chosen.emit()
        if kind == "token":
            self.look_for_tokens()

    def forget(self) -> None:
        """Let go of keys and passphrase."""
        session, self._remote = self._remote, None
        if session is not None:
            session.close()
        self.found = ()
        self._looking += 1  # what is still being read is not wanted any more
        self.passphrase.clear()
        for button in self.choices.buttons():
            self.choices.removeButton(button)
        empty(self.certificates)

    def _choose(self) -> None:
        dialog = QFileDialog(self, self.tr("Chọn tệp khóa"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([self.tr("Tệp khóa PKCS#12 (*.p12 *.pfx)"), self.tr("Mọi tệp (*)")])
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._picked)
        dialog.open()

    def _picked(self, name: str) -> None:
        self.path.setText(name)
        self.passphrase.setFocus()

    def open_key(self) -> None:
        """Open the key file with the passphrase, which leaves its field at once."""
        path, secret = Path(self.path.text().strip()), self.passphrase.text()
        self.path_field.trouble("")
        self.passphrase_field.trouble("")
        if not self.path.text().strip():
            self.path_field.trouble(self.tr("Hãy chọn tệp khóa trước."))
            self.path.setFocus()
            return
        self.passphrase.clear()
        self.open_button.setEnabled(False)
        workspace = self.shell.desk.workspace

        def work(progress: Progress) -> list[FileKey]:
            from signing.pkcs12 import load

            with path.open("rb") as file:
                keys = list(load(file.read(KEY_LIMIT), secret))
            workspace.settings.set(LAST_KEY, str(path))
            workspace.settings.set(LAST_TOKEN, "")
            return keys

        def done(keys: list[FileKey]) -> None:
            self.open_button.setEnabled(True)
            self.found = keys
            self._show_keys()

        def failed(error: Exception) -> None:
            self.open_button.setEnabled(True)
            self.found = ()
            self._show_keys()
            if isinstance(error, OSError):
                self.path_field.trouble(self.tr("Không đọc được tệp này. Hãy kiểm tra đường dẫn rồi thử lại."))
                self.path.setFocus()
                return
            told = message(error, lang=self.shell.lang).text
            wrong = getattr(error, "code", "") == "WRONG_PASSPHRASE_OR_DAMAGED"
            (self.passphrase_field if wrong else self.path_field).trouble(told)
            (self.passphrase if wrong else self.path).setFocus()

        self.shell.jobs.run("device", work, done=done, failed=failed, owner=self)

    # --- tokens ------------------------------------------------------------------------------------------------------

    def look_for_tokens(self) -> None:
        """Read the certificates on all tokens that are plugged in; no PIN is asked for it."""
        self._looking += 1
        mine = self._looking
        self.found = ()
        self._show_keys()
        empty(self.token_problems)
        self.token_state.setText(self.tr("Đang tìm USB token… Không cần mã PIN để xem chứng thư."))
        self.look_button.setEnabled(False)

        def work(progress: Progress) -> TokenKeys:
            from desktop import filing

            return filing.token_keys()

        def done(found: TokenKeys) -> None:
            self.look_button.setEnabled(True)
            if mine == self._looking:
                self._show_tokens(found)

        def failed(error: Exception) -> None:
            self.look_button.setEnabled(True)
            if mine == self._looking:
                self.token_state.setText(message(error, lang=self.shell.lang).text)

        self.shell.jobs.run("device", work, done=done, failed=failed, owner=self)

    def _show_tokens(self, found: TokenKeys) -> None:
        self.found = found.keys
        last = self.shell.desk.workspace.settings.get(LAST_TOKEN)
        number = next((at for at, one in enumerate(found.keys) if one.certificate.fingerprint == last), 0)
        if found.keys:
            words = self.tr("Thấy {} chứng thư trên USB token. Mã PIN chỉ hỏi khi ký.").format(len(found.keys))
        else:
            words = self.tr("Chưa thấy chứng thư nào trên USB token. Hãy cắm token, chờ đèn sáng rồi tìm lại.")
        self.token_state.setText(words)
        self.shell.say(words)
        if not found.keys:
            # A driver of another token that fails is no news while a key is there.
            for problem in found.problems[:3]:
                self.token_problems.addWidget(Notice(message(problem, lang=self.shell.lang).text, "warning"))
        self._show_keys(number)
        if not found.keys:
            self.why_button.setFocus()

    def why(self) -> None:
        """Find out why a token is not seen."""
        from desktop.ui.pages.signing.doctor import Doctor

        Doctor(self, self.shell).open()

    # --- remote services ---------------------------------------------------------------------------------------------

    def open_remote(self) -> None:
        """Ask a remote service which certificates the account has."""
        self.forget()
        self._show_keys()
        name, mine = self.accounts.currentText(), self._looking
        if not name:
            return
        self.remote_button.setEnabled(False)
        self.remote_state.setText(self.tr("Đang hỏi dịch vụ {}…").format(name))
        desk = self.shell.desk

        def work(progress: Progress) -> tuple[RemoteSession, tuple[RemoteKey, ...]]:
            from desktop import filing

            session = filing.open_remote(
                desk, name, prompt=lambda question: self.prompt(question), waiting=lambda told: self.waiting(told),
                cancelled=lambda: self.unwanted(),
            )  # fmt: skip
            try:
                return session, session.keys
            except BaseException:
                session.close()
                raise

        def done(found: tuple[RemoteSession, tuple[RemoteKey, ...]]) -> None:
            self.remote_button.setEnabled(True)
            if mine != self._looking:
                found[0].close()
                return
            self._remote, self.found = found
            self.remote_state.setText(self.tr("Thấy {} chứng thư. Xác nhận khi ký.").format(len(found[1])))
            self._show_keys()

        def failed(error: Exception) -> None:
            self.remote_button.setEnabled(True)
            if mine == self._looking:
                self.remote_state.setText(message(error, lang=self.shell.lang).text)

        self.shell.jobs.run("device", work, done=done, failed=failed, owner=self)

    # --- what was found ----------------------------------------------------------------------------------------------

    def _show_keys(self, first: int = 0) -> None:
        for button in self.choices.buttons():
            self.choices.removeButton(button)
        empty(self.certificates)
        for number, key in enumerate(self.found):
            self.certificates.addWidget(self._card(number, key))
        chosen = self.choices.button(first)
        if chosen is not None:
            chosen.setChecked(True)
            chosen.setFocus()
        self.chosen.emit()

    def _card(self, number: int, key: FileKey | TokenKeyView | RemoteKey) -> Card:
        certificate: Certificate = key.certificate
        card = Card()
        owner = certificate.organization or certificate.common_name
        choice = QRadioButton()
        choice.setFixedSize(grown(32), grown(32))
        choice.setAccessibleName(self.tr("Chứng thư của {}").format(owner))
        self.choices.addButton(choice, number)
        name = _ChoiceName(certificate.common_name, choice)
        first_line = QHBoxLayout()
        first_line.addWidget(choice, 0, Qt.AlignmentFlag.AlignTop)
        first_line.addWidget(name, 1, Qt.AlignmentFlag.AlignVCenter)
        card.body.addLayout(first_line)
        code = certificate.tax_code or certificate.personal_id or "—"
        until = certificate.valid_to.astimezone(self.shell.desk.now().tzinfo).strftime("%d/%m/%Y")
        label = self.tr("Mã số thuế") if certificate.tax_code else self.tr("Số định danh")
        card.body.addWidget(
            Facts(
                [
                    (label, code),
                    (self.tr("Do ai cấp"), certificate.issuer),
                    (self.tr("Có giá trị đến"), until),
                    (self.tr("Nơi giữ khóa"), self._kept(key)),
                ],
                width=132,
            )
        )
        warning = key.held.token.warning if key.kind == "token" else None
        if key.kind == "token" and warning is not None:
            words = message(warning, {"token": key.held.token.label}, self.shell.lang).text
            card.body.addWidget(Notice(words, "danger" if warning in ("PIN_LOCKED", "PIN_FINAL_TRY") else "warning"))
        return card

    def _kept(self, key: FileKey | TokenKeyView | RemoteKey) -> str:
        if key.kind == "file":
            return self.tr("khóa phần mềm (tệp)")
        if key.kind == "remote":
            return self.tr("dịch vụ ký số từ xa {}").format(self.accounts.currentText())
        token = key.held.token
        pad = self.tr("; mã PIN nhập trên token") if token.pin_pad else ""
        return self.tr("USB token “{}”, số sê-ri {}{}").format(token.label or token.model, token.serial, pad)

    def signer(self, ask: AskPin) -> Signer:
        """Return whose key signs; a token's PIN is asked by `ask` when it first signs."""
        from desktop.filing.batch_signing import HeldSigner, TokenSigner

        key = self.key()
        assert key is not None
        owner = key.certificate.organization or key.certificate.common_name
        if key.kind != "token":
            return HeldSigner(owner, key)
        self.shell.desk.workspace.settings.set(LAST_TOKEN, key.certificate.fingerprint)
        fingerprint = key.certificate.fingerprint
        return TokenSigner(owner, key.held.token.serial, ask, fingerprint=fingerprint, module=key.module)

    def key(self) -> FileKey | TokenKeyView | RemoteKey | None:
        """Return the key that is chosen; a token's is only shown until it signs."""
        number = self.choices.checkedId()
        return self.found[number] if 0 <= number < len(self.found) else None
