"""What of a signature is chosen: its level with the time-stamp server, and what is seen of it where."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QVBoxLayout, QWidget

from desktop import settings
from desktop.ui.pages.signing.placing import StampBox
from desktop.ui.parts import Button, Field, Text, row_of
from desktop.ui.theme import ROW, STEP, Size

if TYPE_CHECKING:
    from desktop.filing.stamping import StampLook
    from desktop.ui.filling.page_view import PageView
    from desktop.ui.jobs import Progress
    from desktop.ui.shell import Shell
    from forms.printing import Mark
    from signing.certificate import Certificate, Role

SIGNATURE = "//signature"
"""The name under which the page's marks for a signature are kept."""
LAST_LEVEL, LAST_KIND, PLACES = "sign.level", "sign.stamp.kind", "sign.stamp.places"
LATER = 400
"""Milliseconds after the last move, until the place is remembered."""
_PICTURE_LIMIT = 5 << 20
_NEW = (205.0, 60.0)


class LevelChoice(QWidget):
    """The level of the PDF signatures; what needs a time-stamp server is offered only where one is set."""

    changed = Signal()

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self.shell = shell
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * STEP)
        self.level = QComboBox()
        self.level.setMinimumHeight(ROW)
        self.field = Field(self.tr("Mức c&hữ ký"), self.level)
        self.note = Text("", Size.SMALL, role="muted")
        self.settings = Button(self.tr("Đặt máy chủ dấu thời &gian"), "clock")
        self.settings.clicked.connect(lambda: self.shell.go("settings", part="signing"))
        column.addWidget(self.field)
        column.addWidget(self.note)
        self.row = row_of(self.settings)
        column.addWidget(self.row)
        self.level.currentIndexChanged.connect(lambda _: self._tell())
        self.server = ""

    def begin(self) -> None:
        """Offer what can be made now."""
        self.server = settings.load(self.shell.app.home).tsa
        words = {
            "B-B": self.tr("B-B: chữ ký cơ bản"),
            "B-T": self.tr("B-T: thêm dấu thời gian"),
            "B-LT": self.tr("B-LT: thêm dữ liệu xác thực lâu dài"),
            "B-LTA": self.tr("B-LTA: thêm dấu thời gian lưu trữ"),
        }
        offered = words if self.server else {"B-B": words["B-B"]}
        self.level.blockSignals(True)
        self.level.clear()
        for name, said in offered.items():
            self.level.addItem(said, name)
        last = str(self.shell.desk.workspace.settings.get(LAST_LEVEL, "B-B"))
        self.level.setCurrentIndex(max(self.level.findData(last), 0))
        self.level.blockSignals(False)
        self.row.setVisible(not self.server)
        self._tell()

    def _tell(self) -> None:
        if not self.server:
            text = self.tr(
                "Mức B-T, B-LT và B-LTA cần một máy chủ dấu thời gian để chứng minh lúc ký; chưa đặt máy chủ nào nên "
                "chỉ ký được mức B-B."
            )
        elif self.chosen == "B-B":
            text = self.tr("Lúc ký là giờ của máy này, không có bên thứ ba chứng minh.")
        else:
            text = self.tr(
                "Dấu thời gian lấy từ {}; chỉ giá trị băm rời khỏi máy. Tệp XML giữ chữ ký mà nơi nhận biết."
            )
            text = text.format(self.server)
        self.note.setText(text)
        self.level.setAccessibleDescription(text)
        self.changed.emit()

    @property
    def chosen(self) -> str:
        """Return B-B, B-T, B-LT or B-LTA."""
        return str(self.level.currentData() or "B-B")

    def remember(self) -> None:
        """Offer the same level first next time."""
        self.shell.desk.workspace.settings.set(LAST_LEVEL, self.chosen)


class StampChoice(QWidget):
    """What is seen of the signature, and where: with the box on the page beside."""

    changed = Signal()

    def __init__(self, shell: Shell, view: PageView) -> None:
        super().__init__()
        self.shell, self.view = shell, view
        self._templates: dict[str, str] = {}
        self._own: dict[str, Mark] = {}
        self._form, self._layout, self._first = "", None, False  # type: str, Mark | None, bool
        self._picture: tuple[str, bytes] | None = None
        self.look: StampLook | None = None
        self._signer: tuple[Certificate, Role] | None = None
        self._build()
        self.box = StampBox(view)
        self.box.moved.connect(self._moved)
        self.box.wanted_back.connect(self.back)
        view.printed.connect(self._printed)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(LATER)
        self._later.timeout.connect(self.keep)

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * STEP)
        self.kind = QComboBox()
        self.kind.setMinimumHeight(ROW)
        self.kind.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.kind.setMinimumContentsLength(12)
        for value, words in (
            ("text", self.tr("Chữ: người ký, mã số thuế, tư cách, ngày ký")),
            ("image", self.tr("Hình chữ ký tay hoặc con dấu, bên cạnh chữ")),
            ("qr", self.tr("Mã QR nêu cách kiểm tra, bên cạnh chữ")),
            ("decree", self.tr("Theo Nghị định 30/2020: chỉ hình, không khung")),
        ):
            self.kind.addItem(words, value)
        self.kind.currentIndexChanged.connect(lambda _: self._kind_changed())
        column.addWidget(Field(self.tr("Dấu chữ ký h&iện trên trang"), self.kind))
        self.choose = Button(self.tr("Chọ&n hình…"), "import")
        self.choose.clicked.connect(self._ask_picture)
        self.picture_name = Text("", Size.SMALL, role="muted")
        self.picture_row = row_of(self.choose)
        column.addWidget(self.picture_row)
        column.addWidget(self.picture_name)
        self.where = Text("", Size.SMALL, role="muted")
        column.addWidget(self.where)
        self.here = Button(self.tr("&Sang trang đang xem"), "page")
        self.here.clicked.connect(self.place_here)
        self.return_button = Button(self.tr("&Bỏ chỗ đã dời"), "refresh")
        self.return_button.clicked.connect(self.back)
        column.addWidget(row_of(self.here, self.return_button))

    # --- the form that is shown --------------------------------------------------------------------------------------

    def begin(self, templates: dict[str, str]) -> None:
        """Begin with a dossier: the template of each form that is signed."""
        from forms.printing import Mark

        kept = self.shell.desk.workspace.settings
        self._templates, self._own = dict(templates), {}
        self._form, self._layout = "", None
        raw = kept.get(PLACES, {})
        for template, place in (raw if isinstance(raw, dict) else {}).items():
            if isinstance(place, list) and len(place) == 5:
                self._own[str(template)] = Mark(SIGNATURE, int(place[0]), *(float(value) for value in place[1:]))
        last = str(kept.get(LAST_KIND, "text"))
        # A picture is chosen anew each time: a signature lying about in a program is a danger.
        self.kind.setCurrentIndex(max(self.kind.findData(last), 0) if last in ("text", "qr") else 0)
        self._picture = None
        self.box.stand(None)
        self._kind_changed()
        self.setVisible(bool(templates))

    def follow(self, form: str) -> None:
        """Follow the form that the page shows."""
        self._form, self._layout, self._first = form, None, True
        self.box.stand(None)
        self._tell()

    def _printed(self, pages: int) -> None:
        from dataclasses import replace

        template = self._templates.get(self._form)
        if template is None:
            return
        found = self.view.places(SIGNATURE)
        self._layout = found[-1] if found else None
        mark = self._own.get(template) or self._layout
        if mark is not None and mark.page > pages:
            mark = replace(mark, page=pages)
        self.box.stand(mark)
        if self._first and mark is not None and mark.page != self.view.page:
            self.view.turn(mark.page - self.view.page)
        self._first = False
        self._show_stamp()
        self._tell()

    def _moved(self) -> None:
        template, mark = self._templates.get(self._form), self.box.mark
        if template is not None and mark is not None:
            self._own[template] = mark
            self._later.start()
        self._tell()

    def place_here(self) -> None:
        """Put the stamp on the page that is shown."""
        from dataclasses import replace

        from forms.printing import Mark

        now = self.box.mark
        width, _ = self.view.sheet.points
        if now is None:
            now = Mark(SIGNATURE, self.view.page, width - _NEW[0] - 40, 60, *_NEW)
        self.box.stand(replace(now, page=self.view.page))
        self._show_stamp()
        self._moved()
        self.box.setFocus()

    def back(self) -> None:
        """Go back to the place that the layout marks."""
        template = self._templates.get(self._form)
        if template is None:
            return
        self._own.pop(template, None)
        self._later.start()
        self.box.stand(self._layout)
        if self._layout is not None and self._layout.page != self.view.page:
            self.view.turn(self._layout.page - self.view.page)
        self._show_stamp()
        self._tell()

    def keep(self) -> None:
        """Remember the places, by template."""
        self._later.stop()
        kept = {name: [mark.page, mark.x, mark.y, mark.width, mark.height] for name, mark in self._own.items()}
        self.shell.desk.workspace.settings.set(PLACES, kept or None)

    def put_away(self) -> None:
        """Leave the page: what is still to be remembered is, and the picture is let go."""
        if self._later.isActive():
            self.keep()
        self._picture, self._signer = None, None
        self.look = None

    # --- what is seen ------------------------------------------------------------------------------------------------

    def _kind_changed(self) -> None:
        kind = str(self.kind.currentData())
        pictured = kind in ("image", "decree")
        self.picture_row.setVisible(pictured)
        self.picture_name.setVisible(pictured)
        if not pictured:
            self._took(kind, None)
        elif self._picture is not None:
            self.take_picture(*self._picture)
        else:
            self._took(kind, None)

    def _ask_picture(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, self.tr("Hình chữ ký hoặc con dấu"), "", self.tr("Hình (*.png *.jpg *.jpeg)")
        )
        if name:
            self.open_picture(Path(name))

    def open_picture(self, path: Path) -> None:
        """Take the picture that a person chose."""
        try:
            with path.open("rb") as file:
                data = file.read(_PICTURE_LIMIT + 1)
        except OSError as error:
            self.picture_name.setText(self.tr("Không đọc được tệp: {}").format(error.strerror or path.name))
            return
        self.take_picture(path.name, data)

    def take_picture(self, name: str, data: bytes) -> None:
        """Decode a picture in a worker and show it in the sample."""
        desk, kind = self.shell.desk, str(self.kind.currentData())

        def work(progress: Progress) -> StampLook:
            from desktop import filing

            return filing.stamp_look(desk, kind, name=name, data=data)

        def done(look: StampLook) -> None:
            if kind == self.kind.currentData():
                self._picture = name, data
                self._took(kind, look)

        def failed(error: Exception) -> None:
            from desktop.messages import message

            self._picture = None
            self._took(kind, None)
            self.picture_name.setText(message(error, lang=self.shell.lang).text)

        self.shell.jobs.run("work", work, done=done, failed=failed, owner=self)

    def _took(self, kind: str, look: StampLook | None) -> None:
        from desktop.filing.stamping import StampLook

        self.look = look if look is not None else StampLook(kind)
        if self._picture is not None and look is not None:
            self.picture_name.setText(self._picture[0])
        else:
            self.picture_name.setText(self.tr("PNG nền trong suốt hoặc ảnh chụp trên giấy trắng; không lưu lại."))
        self._show_stamp()
        self._tell()

    @property
    def lacking(self) -> str:
        """Say what must be chosen before signing; empty: nothing."""
        kind = str(self.kind.currentData())
        if not self._templates:
            return ""
        if kind in ("image", "decree") and (self.look is None or self.look.picture is None):
            return self.tr("Chọn hình chữ ký hoặc con dấu, hoặc kiểu dấu khác.")
        if not self.box.fits:
            return self.tr("Khung dấu chữ ký quá nhỏ: kéo rộng hoặc cao hơn.")
        return ""

    def sign_as(self, certificate: Certificate | None, role: Role | None) -> None:
        """Show whose stamp it will be."""
        self._signer = (certificate, role) if certificate is not None and role is not None else None
        self._show_stamp()
        self.changed.emit()

    def _show_stamp(self) -> None:
        if self._signer is None or self.box.mark is None or (self.lacking and self.box.fits):
            self.box.show_stamp(None)
            return
        from desktop.filing.stamping import stamp_at

        certificate, role = self._signer
        self.box.show_stamp(stamp_at(self.box.mark, certificate, self.shell.desk.now(), role, self.look))

    def _tell(self) -> None:
        shown = self._form in self._templates
        if shown and self.box.mark is not None:
            self.where.setText(self.box.place_words())
        elif shown:
            self.where.setText(self.tr("Mẫu này không có chỗ cho dấu; chữ ký sẽ không hiện trên trang."))
        else:
            self.where.setText("")
        self.here.setEnabled(shown)
        self.return_button.setEnabled(shown and self._templates.get(self._form) in self._own)
        self.changed.emit()

    def places(self) -> dict[str, Any]:
        """Return where the stamps stand that a person has moved, by template."""
        return {name: self._own[name] for name in set(self._templates.values()) if name in self._own}

    def remember(self) -> None:
        """Offer the same kind first next time."""
        self.shell.desk.workspace.settings.set(LAST_KIND, str(self.kind.currentData()))
