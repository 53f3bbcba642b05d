"""The dossier: its checklist on the left, the work in the middle, the official page on the right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QRect, Qt, QTimer
from PySide6.QtGui import QKeySequence, QPainter, QPaintEvent, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QSplitterHandle, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from desktop.ui.filling.attachments import AttachmentPane
from desktop.ui.filling.checklist import Checklist, Task
from desktop.ui.filling.document import FormDocument
from desktop.ui.filling.form_view import FormView
from desktop.ui.filling.page_view import PageView
from desktop.ui.filling.problem_bar import ProblemBar
from desktop.ui.filling.row import Source
from desktop.ui.parts import Button, Chip, ClickRow, Empty, Notice, Rule, Scroll, Text, empty
from desktop.ui.shell import Page, Shell
from desktop.ui.theme import STEP, Size, colour, font, icon

if TYPE_CHECKING:
    from desktop.filing import ComponentView, DossierView, Preflight
    from desktop.ui.jobs import Progress
    from forms.form import Form
    from forms.printing import Printed
    from forms.procedure import Procedure

SAVE_PAUSE = 700
"""Milliseconds without a change after which a form is saved."""
NARROW = 1040
"""Below this width the official page is hidden until it is asked for."""
CHECK, SIGN, SUBMIT = "//check", "//sign", "//submit"


@dataclass(frozen=True)
class Loaded:
    """What the page needs to know of a dossier."""

    view: DossierView
    procedure: Procedure | None
    notes: dict[str, str]
    ready: bool
    """Whether the pre-flight finds nothing in the way."""


@dataclass(frozen=True)
class Opened:
    """A form with where its values come from."""

    form: Form
    sources: dict[str, Source]
    today: date


FACTS = {
    "tax_code": "mã số thuế của khách hàng", "name": "tên khách hàng", "address": "địa chỉ của khách hàng",
    "ward_name": "xã, phường của khách hàng", "ward_code": "xã, phường của khách hàng",
    "province_code": "tỉnh, thành phố của khách hàng", "province_name": "tỉnh, thành phố của khách hàng",
    "phone": "điện thoại của khách hàng", "email": "thư điện tử của khách hàng", "fax": "số fax của khách hàng",
    "personal_id": "số định danh của khách hàng", "legal_representative": "người đại diện theo pháp luật",
    "tax_office_code": "cơ quan thuế của khách hàng", "tax_office_name": "cơ quan thuế của khách hàng",
    "social_insurance_unit": "mã đơn vị bảo hiểm xã hội",
}  # fmt: skip


class Handle(QSplitterHandle):
    """What is pulled to make a part wider: a hairline."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line."""
        QPainter(self).fillRect(QRect(self.width() // 2, 0, 1, self.height()), colour("line"))


class Split(QSplitter):
    """The three parts side by side."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setChildrenCollapsible(False)
        self.setHandleWidth(7)

    def createHandle(self) -> QSplitterHandle:
        """Make the handles of our own kind."""
        return Handle(self.orientation(), self)


class Here(Page):
    """A dossier, open for work."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._id = ""
        self._loaded: Loaded | None = None
        self._component = ""
        self._form_id: str | None = None
        self.form_view: FormView | None = None
        self.document: FormDocument | None = None
        self._saved_revision = 0
        self._saving = False
        self._page_wanted: bool | None = None
        self._go_to: str | None = None
        self._build()
        self._keys()
        self._save_pause = QTimer(self)
        self._save_pause.setSingleShot(True)
        self._save_pause.setInterval(SAVE_PAUSE)
        self._save_pause.timeout.connect(self._save)

    # --- building ----------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.split = Split()
        self.checklist = Checklist()
        self.checklist.setMinimumWidth(190)
        self.checklist.opened.connect(self.open_task)
        self.split.addWidget(self.checklist)
        middle = QWidget()
        inside = QVBoxLayout(middle)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        inside.addWidget(self._build_head())
        inside.addWidget(Rule())
        self.work = QStackedWidget()
        self.attachments = AttachmentPane(self.shell)
        self.attachments.changed.connect(self._reload)
        self.attachments.shown.connect(self._show_paper)
        self.report = Scroll(margin=5 * STEP, spacing=2 * STEP)
        self.nothing = QWidget()
        QVBoxLayout(self.nothing).setContentsMargins(0, 0, 0, 0)
        for part in (self.nothing, self.attachments, self.report):
            self.work.addWidget(part)
        inside.addWidget(self.work, 1)
        middle.setMinimumWidth(340)
        self.split.addWidget(middle)
        self.page_view = PageView(self.shell)
        self.page_view.wanted.connect(self._wanted)
        self.page_view.setMinimumWidth(260)
        self.split.addWidget(self.page_view)
        self.split.setStretchFactor(0, 0)
        self.split.setStretchFactor(1, 3)
        self.split.setStretchFactor(2, 2)
        self.split.setSizes([236, 520, 400])
        column.addWidget(self.split, 1)
        column.addWidget(Rule())
        self.bar = ProblemBar(self.shell.lang)
        self.bar.wanted.connect(self._wanted)
        self.bar.check_asked.connect(self.check)
        column.addWidget(self.bar)

    def _build_head(self) -> QWidget:
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(5 * STEP, 3 * STEP, 3 * STEP, 2 * STEP)
        row.setSpacing(2 * STEP)
        names = QVBoxLayout()
        names.setSpacing(2)
        self.heading = Text("", Size.LEAD, bold=True)
        self.subheading = Text("", Size.SMALL, role="muted")
        names.addWidget(self.heading)
        names.addWidget(self.subheading)
        row.addLayout(names, 1)
        self.undo_button = self._tool("undo", self.tr("Hoàn tác (Ctrl+Z)"), self.undo)
        self.redo_button = self._tool("redo", self.tr("Làm lại (Ctrl+Y)"), self.redo)
        self.page_button = self._tool("page", self.tr("Ẩn, hiện trang in (F8)"), self.turn_page)
        self.page_button.setCheckable(True)
        for button in (self.undo_button, self.redo_button, self.page_button):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        return head

    def _tool(self, symbol: str, words: str, do: Callable[[], None]) -> QToolButton:
        made = QToolButton()
        made.setIcon(icon(symbol))
        made.setAutoRaise(True)
        made.setMinimumSize(32, 32)
        made.setToolTip(words)
        made.setAccessibleName(words)
        made.clicked.connect(lambda: do())
        return made

    def _keys(self) -> None:
        for sequence, do in (
            ("F7", lambda: self.bar.step(1)), ("Shift+F7", lambda: self.bar.step(-1)), ("F8", self.turn_page),
            ("F9", self.check), ("Ctrl+Return", self.open_next), ("Ctrl+Enter", self.open_next),
            ("Ctrl+Z", self.undo), ("Ctrl+Y", self.redo), ("Ctrl+Shift+Z", self.redo),
            ("Ctrl+P", lambda: self._leave_for("review")),
        ):  # fmt: skip
            key = QShortcut(QKeySequence(sequence), self)
            key.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            key.activated.connect(do)

    # --- coming and going --------------------------------------------------------------------------------------------

    def enter(self, **facts: Any) -> None:
        """Show a dossier; `component` and `path` name where to begin."""
        self._id = str(facts["dossier"])
        self._loaded = None
        self._component = ""
        self._close_form()
        self.heading.setText(self.tr("Đang mở hồ sơ…"))
        self.subheading.setText("")
        self.work.setCurrentWidget(self.nothing)
        wanted, self._go_to = facts.get("component"), facts.get("path")
        self._load(lambda: self.open_task(str(wanted) if wanted else self._first()))

    def leave(self) -> bool:
        """Save what was typed; stays where saving fails, and says why."""
        if self.document is None or self.form_view is None:
            return True
        self.form_view.commit()
        if self.document.revision == self._saved_revision and not self._saving:
            return True
        self._save_pause.stop()
        from desktop.errors import DesktopError

        try:
            # The page is about to go: this one time it is worth waiting the few milliseconds that saving takes.
            self._write(self._form_id, self.document)
        except DesktopError as error:
            self.shell.trouble(error)
            return False
        self._saved_revision = self.document.revision
        self._said_saved()
        return True

    def _load(self, then: Callable[[], None] | None = None) -> None:
        desk, name, lang = self.shell.desk, self._id, self.shell.lang

        def work(progress: Progress) -> Loaded:
            from desktop import filing
            from desktop.errors import DesktopError
            from forms.errors import FormsError

            view = filing.dossier_view(desk, name)
            procedure, notes = None, {}
            try:
                procedure = filing.procedure(desk, view.procedure)
                case = filing.case_of(procedure, view.case)
                notes = {part.id: part.note for part in case.components}
            except (DesktopError, FormsError):
                pass  # a procedure that is no longer in the catalogue: its dossiers stay open all the same
            return Loaded(view, procedure, notes, filing.preflight(desk, name).ok)

        def done(found: Loaded) -> None:
            if found.view.id != self._id:
                return
            self._loaded = found
            self._show_tasks()
            if then is not None:
                then()

        def failed(error: Exception) -> None:
            self.shell.trouble(error)

        _ = lang
        self.shell.jobs.run("work", work, done=done, failed=failed, owner=self)

    def _reload(self) -> None:
        self._load()
        self.shell.bell.data_changed.emit("dossier")

    # --- the checklist -----------------------------------------------------------------------------------------------

    def _tasks(self) -> list[Task]:
        assert self._loaded is not None
        view = self._loaded.view
        ready = self._loaded.ready and (self.document is None or not self.document.form.errors)
        tasks = [self._task(part) for part in view.components]
        signed = view.state != "PREPARED"
        tasks.append(
            Task(
                CHECK,
                self.tr("Kiểm tra"),
                "done" if ready or signed else "open",
                self.tr("không có lỗi") if ready or signed else self.tr("còn thiếu hoặc có lỗi"),
                step=True,
            )
        )
        tasks.append(
            Task(
                SIGN,
                self.tr("Ký"),
                "done" if signed else "open",
                self.tr("đã ký") if signed else self.tr("chưa ký"),
                step=True,
            )
        )
        sent = view.state == "SUBMITTED"
        tasks.append(
            Task(
                SUBMIT,
                self.tr("Nộp hoặc In"),
                "done" if sent else "open",
                self.tr("đã nộp{}").format(f" · {view.code}" if view.code else "") if sent else self.tr("chưa nộp"),
                step=True,
            )
        )
        return tasks

    def _task(self, part: ComponentView) -> Task:
        state = part.state
        if self.document is not None and part.id == self._component and part.form is not None:
            progress = self.document.form.progress().values()
            done, total = sum(p.done for p in progress), sum(p.total for p in progress)
            errors = len(self.document.form.errors)
            state = "work" if errors else "done"
            if not errors:
                words = self.tr("xong")
            elif done < total:
                words = self.tr("đang điền, {}/{} mục bắt buộc").format(done, total)
            else:
                words = self.tr("còn {} lỗi").format(errors)
        else:
            words = {
                "done": self.tr("xong"), "work": self.tr("còn {} lỗi").format(part.errors),
                "open": self.tr("chưa làm"), "not_needed": self.tr("không bắt buộc"),
            }[state]  # fmt: skip
        if part.files:
            words = self.tr("{} giấy tờ").format(len(part.files))
        return Task(part.id, part.name, state, words, optional=not part.required)

    def _following(self) -> str | None:
        """Return the next thing to do."""
        if self._loaded is None:
            return None
        tasks = self._tasks()
        for task in tasks:
            if task.state in ("work", "open") and (not task.optional or task.state == "work"):
                return task.id
        return None

    def _first(self) -> str:
        """Return what is open when one comes: the next thing, but no other page by itself."""
        assert self._loaded is not None
        following = self._following()
        parts = self._loaded.view.components
        if following in {part.id for part in parts}:
            return str(following)
        return next((part.id for part in parts if part.form is not None), parts[0].id if parts else CHECK)

    def _show_tasks(self) -> None:
        if self._loaded is not None:
            self.checklist.show_tasks(self._tasks(), self._following(), self._component)

    def open_next(self) -> None:
        """Open the next thing to do; with it open already, the one after the form is told what still stands in it."""
        if self.form_view is not None:
            self.form_view.commit()
        following = self._following()
        if following is None:
            self._leave_for("follow")
        elif following == self._component and self.document is not None:
            self.check()
        else:
            self.open_task(following)

    def open_task(self, name: str) -> None:
        """Open a line of the checklist."""
        if name == SIGN:
            self._leave_for("sign")
            return
        if name == SUBMIT:
            self._leave_for("review")
            return
        if self._loaded is None or not self.leave():
            return
        if name == CHECK:
            self._close_form()
            self._component = CHECK
            self._show_report()
            return
        part = next((part for part in self._loaded.view.components if part.id == name), None)
        if part is None:
            return
        self._close_form()
        self._component = name
        self._head(part)
        if part.form is not None:
            self._open_form(part.form)
        elif part.template is not None and not part.files:
            self._offer_form(part)
        else:
            self._open_papers(part)
        self._show_tasks()

    def _leave_for(self, page: str) -> None:
        self.shell.go(page, dossier=self._id)

    def _head(self, part: ComponentView) -> None:
        assert self._loaded is not None
        view = self._loaded.view
        self.heading.setText(part.name)
        facts = [self.tr("Hồ sơ {}").format(view.id)]
        if view.period:
            from forms.period import Period

            facts.insert(0, Period.parse(view.period).label(self.shell.lang))
        self.subheading.setText(" · ".join(facts))
        self.subheading.setToolTip(view.procedure_name)

    # --- a form ------------------------------------------------------------------------------------------------------

    def _open_form(self, form_id: str) -> None:
        desk, lang, component = self.shell.desk, self.shell.lang, self._component

        def work(progress: Progress) -> Opened:
            from desktop import filing

            form = filing.open_form(desk, form_id)
            return Opened(form, self._sources(form, form_id), desk.today())

        def done(opened: Opened) -> None:
            if component == self._component and self._form_id is None:
                self._show_form(form_id, opened)

        def failed(error: Exception) -> None:
            self.shell.trouble(error)

        _ = lang
        self.shell.jobs.run("work", work, done=done, failed=failed, owner=self)

    def _sources(self, form: Form, form_id: str) -> dict[str, Source]:
        """Return where values come from: the client's facts, the last period's form."""
        workspace = self.shell.desk.workspace
        client = workspace.forms.get(form_id).client
        facts = {"tax_code": client.tax_code, "name": client.name}
        facts |= {name: fact.value for name, fact in workspace.clients.facts(client).items()}
        found: dict[str, Source] = {}
        for path, fact in form.template.prefill.items():
            value = form.entered_value(path) if path in form.definition.form_fields else None
            if value is None or fact not in facts:
                continue
            if value == facts[fact] or form.shown(path) == facts[fact]:
                found[path] = Source(value, self.tr("từ {}").format(FACTS.get(fact, self.tr("thông tin khách hàng"))))
        before = form.period.previous() if form.period is not None else None
        for path, source in form.template.roll_forward.sources.items():
            last = (form.previous or {}).get(source)
            if before is None or last in (None, "") or path not in form.definition.form_fields:
                continue
            code = form.field(source).code or form.field(source).label.get(self.shell.lang)
            kind = form.field(path)
            from forms import kinds

            shown = kinds.shown(kind, last)
            where = self.tr("{} kỳ {}").format(code, before.label(self.shell.lang).lower())
            found[path] = Source(
                last, self.tr("từ {}").format(where), self.tr("Lấy {} từ {}").format(shown, where) if last else ""
            )
        return found

    def _show_form(self, form_id: str, opened: Opened) -> None:
        assert self._loaded is not None
        read_only = self._loaded.view.state != "PREPARED"
        document = FormDocument(opened.form, self.shell.lang, read_only=read_only)
        view = FormView(document, today=opened.today, sources=opened.sources, notices=self._notices(opened))
        self._form_id, self.document, self.form_view = form_id, document, view
        self._saved_revision = document.revision
        self.work.addWidget(view)
        self.work.setCurrentWidget(view)
        document.changed.connect(lambda _: self._form_changed())
        document.history_changed.connect(self._history)
        view.told.connect(self._told)
        view.focused.connect(self.page_view.mark)
        self.bar.show()
        self._history()
        self._told()
        self._show_page()
        self.page_view.follow(self._prepare)
        self._show_tasks()
        if self._go_to is not None:
            path, self._go_to = self._go_to, None
            document.check()
            view.go_to(path)
        else:
            view.first()

    def _prepare(self) -> Callable[[], Printed]:
        """Take what is in the form now; what is returned prints it, in another thread."""
        assert self.document is not None
        desk, form = self.shell.desk, self.document.form
        values = self.document.snapshot().values
        period = str(form.period) if form.period else None
        ref, stamp = form.template.ref, desk.timestamp()
        dossier = self._id

        def work() -> Printed:
            from forms.printing import PrintOptions, print_form

            options = PrintOptions(timestamp=stamp, draft=True, practice=desk.practice, dossier=dossier)
            return desk.workers.run(print_form, ref, period, values, options, timeout=30)

        return work

    def _close_form(self) -> None:
        self._save_pause.stop()
        if self.form_view is not None:
            self.work.removeWidget(self.form_view)
            self.form_view.deleteLater()
        self.form_view, self.document, self._form_id = None, None, None
        self.bar.hide()
        self.page_view.hide()
        self._history()

    def _form_changed(self) -> None:
        assert self.document is not None
        if self.document.revision != self._saved_revision:
            self._save_pause.start()
            self.page_view.again()

    def _history(self) -> None:
        self.undo_button.setEnabled(self.document is not None and self.document.can_undo)
        self.redo_button.setEnabled(self.document is not None and self.document.can_redo)
        for button in (self.undo_button, self.redo_button, self.page_button):
            button.setVisible(self.document is not None)

    def _told(self) -> None:
        if self.document is not None:
            self.bar.tell(self.document.told(), checked=self.document.checked)
            self._show_tasks()

    def undo(self) -> None:
        """Take the last change of the form back."""
        if self.form_view is not None:
            self.form_view.undo()

    def redo(self) -> None:
        """Do the change that was taken back again."""
        if self.form_view is not None:
            self.form_view.redo()

    def check(self) -> None:
        """Check the form and tell everything; on other components, look over the whole dossier."""
        if self.document is None or self.form_view is None:
            self.open_task(CHECK)
            return
        self.form_view.commit()
        self.document.check()
        self.bar.tell(self.document.told(), checked=True)
        self.bar.first()

    def _wanted(self, path: str) -> None:
        if self.form_view is not None:
            self.form_view.go_to(path)

    # --- saving ------------------------------------------------------------------------------------------------------

    def _write(self, form_id: str | None, document: FormDocument) -> None:
        from desktop import filing

        assert form_id is not None
        # A snapshot has what saving reads of a form, its values and what was typed, and does not change meanwhile.
        filing.save_form(self.shell.desk, form_id, cast("Form", document.snapshot()))

    def _save(self) -> None:
        document, form_id, desk = self.document, self._form_id, self.shell.desk
        if document is None or form_id is None or document.revision == self._saved_revision:
            return
        if self._saving:
            self._save_pause.start()
            return
        revision = document.revision
        snapshot = cast("Form", document.snapshot())
        self._saving = True
        self.shell.say(self.tr("Đang lưu…"))

        def work(progress: Progress) -> None:
            from desktop import filing

            filing.save_form(desk, form_id, snapshot)

        def done(_: None) -> None:
            self._saving = False
            if document is self.document:
                self._saved_revision = max(self._saved_revision, revision)
                if document.revision != revision:
                    self._save_pause.start()
                elif self._loaded is not None and self._loaded.ready == bool(document.form.errors):
                    self._load()  # the dossier has become ready, or is no longer
            self._said_saved()

        def failed(error: Exception) -> None:
            self._saving = False
            self.shell.say(self.tr("Chưa lưu được những gì vừa gõ."), "danger")
            self.shell.trouble(error)

        self.shell.jobs.run("work", work, done=done, failed=failed, owner=self)

    def _said_saved(self) -> None:
        self.shell.say(self.tr("Đã lưu {}").format(self.shell.desk.now().strftime("%H:%M")))

    # --- notices -----------------------------------------------------------------------------------------------------

    def _notices(self, opened: Opened) -> list[QWidget]:
        """Return what is to be known before one types: whether it may be changed, what of the form is unconfirmed."""
        assert self._loaded is not None
        found: list[QWidget] = []
        state = self._loaded.view.state
        if state == "SIGNED":
            words = self.tr("Hồ sơ đã ký nên không sửa được nữa. Mở lại để sửa thì chữ ký bị bỏ và phải ký lại.")
            found.append(Notice(words, "warning", action=self.tr("&Mở lại để sửa"), do=self._reopen))
        elif state == "SUBMITTED":
            found.append(Notice(self.tr("Hồ sơ đã nộp: đây là bản đã gửi, chỉ để xem."), "accent"))
        for notice in opened.form.template.notices(opened.form.period, opened.today):
            made = Notice(notice.text.get(self.shell.lang), "warning")
            made.text.setFont(font(Size.SMALL))
            found.append(made)
        return found

    def _reopen(self) -> None:
        desk, name, component = self.shell.desk, self._id, self._component

        def done(_: object) -> None:
            self._close_form()
            self._component = ""
            self._load(lambda: self.open_task(component))
            self.shell.bell.data_changed.emit("dossier")

        self.shell.jobs.run(
            "work",
            lambda progress: desk.workspace.dossiers.reopen(name),
            done=done,
            failed=self.shell.trouble,
            owner=self,
        )

    # --- papers ------------------------------------------------------------------------------------------------------

    def _offer_form(self, part: ComponentView) -> None:
        """A component that is a form of ours and was not begun."""
        found = Empty(
            "dossier",
            self.tr("Chưa lập biểu mẫu này"),
            (self._loaded.notes.get(part.id, "") if self._loaded else ""),
            action=self.tr("&Lập biểu mẫu"),
            do=lambda: self._begin(part),
        )
        self._put_nothing(found)

    def _put_nothing(self, found: QWidget) -> None:
        place = self.nothing.layout()
        assert place is not None
        empty(place)
        place.addWidget(found)
        self.work.setCurrentWidget(self.nothing)

    def _begin(self, part: ComponentView) -> None:
        desk, name = self.shell.desk, self._id

        def work(progress: Progress) -> None:
            from desktop import filing

            assert part.template is not None
            filing.begin_form(desk, desk.workspace.dossiers.get(name), part.id, part.template)

        self.shell.jobs.run(
            "work",
            work,
            done=lambda _: self._load(lambda: self.open_task(part.id)),
            failed=self.shell.trouble,
            owner=self,
        )

    def _open_papers(self, part: ComponentView) -> None:
        assert self._loaded is not None
        wanted = []
        if part.originals:
            wanted.append(self.tr("{} bản chính").format(part.originals))
        if part.copies:
            wanted.append(self.tr("{} bản sao").format(part.copies))
        words = self.tr("Cần {}, bản điện tử.").format(self.tr(" và ").join(wanted)) if wanted else ""
        if part.sign:
            words += self.tr(" Giấy tờ này sẽ được ký số cùng hồ sơ.")
        self.attachments.open(
            self._id,
            part.id,
            need=words.strip(),
            note=self._loaded.notes.get(part.id, ""),
            read_only=self._loaded.view.state != "PREPARED",
        )
        self.work.setCurrentWidget(self.attachments)
        if self.attachments.zone is not None:
            self.attachments.zone.choose.setFocus()

    def _show_paper(self, data: bytes) -> None:
        self._show_page(force=True)
        self.page_view.show_pdf(data)

    # --- the report --------------------------------------------------------------------------------------------------

    def _show_report(self) -> None:
        desk, name = self.shell.desk, self._id
        self.heading.setText(self.tr("Kiểm tra hồ sơ"))
        self.subheading.setText(self.tr("Những gì cổng hoặc cán bộ tiếp nhận sẽ trả lại, xem trước khi ký và nộp."))
        self.report.clear()
        self.report.column.addWidget(Text(self.tr("Đang kiểm tra…"), role="muted"))
        self.work.setCurrentWidget(self.report)
        self._show_tasks()

        def work(progress: Progress) -> Preflight:
            from desktop import filing

            return filing.preflight(desk, name)

        def done(found: Preflight) -> None:
            if self._component == CHECK:
                self._fill_report(found)

        self.shell.jobs.run("work", work, done=done, failed=self.shell.trouble, owner=self)
        self._load()

    def _fill_report(self, found: Preflight) -> None:
        self.report.clear()
        place = self.report.column
        place.addWidget(
            Chip(
                self.tr("Sẵn sàng để ký") if found.ok else self.tr("Chưa sẵn sàng"), "success" if found.ok else "danger"
            )
        )
        place.addWidget(Text(found.summary(self.shell.lang), Size.LEAD))
        names = {part.id: part.name for part in self._loaded.view.components} if self._loaded else {}
        for finding in found.findings:
            words = finding.words(self.shell.lang)
            severity = self.tr("Lỗi") if finding.severity == "error" else self.tr("Cảnh báo")
            row = ClickRow(f"{severity}: {words}")
            row.row.addWidget(
                Chip(severity, "danger" if finding.severity == "error" else "warning"), 0, Qt.AlignmentFlag.AlignTop
            )
            column = QVBoxLayout()
            column.setSpacing(0)
            column.addWidget(Text(words))
            if finding.component:
                column.addWidget(Text(names.get(finding.component, finding.component), Size.SMALL, role="muted"))
            row.row.addLayout(column, 1)
            row.opened.connect(lambda finding=finding: self._open_finding(finding.component, finding.path))
            place.addWidget(row)
        if found.ok:
            button = Button(self.tr("&Ký hồ sơ"), "signature", primary=True)
            button.clicked.connect(lambda: self._leave_for("sign"))
            place.addWidget(button)
        place.addStretch(1)
        for kind in (ClickRow, Button):
            first = self.report.findChild(kind)
            if isinstance(first, QWidget):
                first.setFocus()
                break

    def _open_finding(self, component: str | None, path: str | None) -> None:
        if component is not None:
            self._go_to = path
            self.open_task(component)

    # --- the page ----------------------------------------------------------------------------------------------------

    def turn_page(self) -> None:
        """Hide the official page, or show it again."""
        self._page_wanted = self.page_view.isHidden()
        self._show_page()

    def _show_page(self, *, force: bool = False) -> None:
        wanted = self._page_wanted if self._page_wanted is not None else self.width() >= NARROW
        shown = force or (wanted and self.document is not None)
        self.page_view.setVisible(shown)
        self.page_button.setChecked(shown)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Hide the page where there is no room for it, unless it was asked for."""
        super().resizeEvent(event)
        if self.document is not None and self._page_wanted is None:
            self._show_page()
