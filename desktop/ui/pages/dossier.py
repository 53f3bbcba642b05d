"""The dossier: its checklist on the left, the work in the middle, the official page on the right."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from desktop.ui.filling.attachments import AttachmentPane
from desktop.ui.filling.checklist import CHECK, SIGN, SUBMIT, Checklist, Task
from desktop.ui.filling.document import FormDocument
from desktop.ui.filling.file_field import bring
from desktop.ui.filling.form_view import FormView
from desktop.ui.filling.importing import choose_rows
from desktop.ui.filling.keeping import Keeper
from desktop.ui.filling.opening import Loaded, Opened, load_dossier, move_words, open_form
from desktop.ui.filling.page_view import PageView
from desktop.ui.filling.problem_bar import ProblemBar
from desktop.ui.filling.report import ReportPane
from desktop.ui.filling.split import Split
from desktop.ui.parts import Empty, Notice, Rule, Text, empty, read_last
from desktop.ui.shell import Page, Shell
from desktop.ui.theme import STEP, Size, font, icon

if TYPE_CHECKING:
    from desktop.filing import ComponentView, Desk
    from desktop.ui.filling.page_view import Work
    from desktop.ui.jobs import Progress
    from forms.printing import Seen, Sight

T = TypeVar("T")
NARROW = 1040
"""Below this width the official page is hidden until it is asked for."""


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
        self.keeper: Keeper | None = None
        self._fine = False
        """Whether the form was without errors when it was last saved."""
        self._page_wanted: bool | None = None
        self._go_to: str | None = None
        self._build()
        self._keys()

    # --- building ----------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.split = Split()
        self.checklist = Checklist()
        self.checklist.setMinimumWidth(QFontMetrics(font(Size.BODY)).averageCharWidth() * 24)
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
        self.report = ReportPane(self.shell)
        self.report.opened.connect(self._open_finding)
        self.report.sign_asked.connect(lambda: self._leave_for("sign"))
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
        self.again_button = self._tool(
            "batch",
            self.tr("Lập tiếp cho kỳ khác hoặc khách hàng khác (Ctrl+Shift+N)"),
            lambda: self._leave_for("again"),
        )
        self.page_button = self._tool("page", self.tr("Ẩn, hiện trang in (F8)"), lambda: None)
        self.page_button.setCheckable(True)
        # The action of a screen reader presses it in without a click.
        self.page_button.toggled.connect(lambda on: self.turn_page() if on == self.page_view.isHidden() else None)
        for button in (self.again_button, self.undo_button, self.redo_button, self.page_button):
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
            ("F7", lambda: self._next_problem(1)), ("Shift+F7", lambda: self._next_problem(-1)), ("F8", self.turn_page),
            ("F9", self.check), ("Ctrl+Return", self.open_next), ("Ctrl+Enter", self.open_next),
            ("Ctrl+Z", self.undo), ("Ctrl+Y", self.redo), ("Ctrl+Shift+Z", self.redo),
            ("Ctrl+P", self.print_form), ("Ctrl+Shift+N", lambda: self._leave_for("again")),
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
        if self.keeper is None or self.form_view is None:
            return True
        self.form_view.commit()
        return self.keeper.flush()

    def _load(self, then: Callable[[], None] | None = None) -> None:
        desk, name = self.shell.desk, self._id

        def done(found: Loaded) -> None:
            if found.view.id != self._id:
                return
            self._loaded = found
            self._show_tasks()
            if then is not None:
                then()

        self._run(lambda progress: load_dossier(desk, name), done)

    def _run(self, work: Callable[[Progress], T], done: Callable[[T], None]) -> None:
        self.shell.jobs.run("work", work, done=done, failed=self.shell.trouble, owner=self)

    def _reload(self) -> None:
        self._load()
        self.shell.bell.data_changed.emit("dossier")

    # --- the checklist -----------------------------------------------------------------------------------------------

    def _tasks(self) -> list[Task]:
        assert self._loaded is not None
        ready = self._loaded.ready and (self.document is None or not self.document.form.errors)
        return self.checklist.tasks_of(self._loaded.view, ready, self._component, self.document)

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

        def done(opened: Opened) -> None:
            if component == self._component and self._form_id is None:
                self._show_form(form_id, opened)

        self._run(lambda progress: open_form(desk, form_id, lang), done)

    def _show_form(self, form_id: str, opened: Opened) -> None:
        assert self._loaded is not None
        read_only = self._loaded.view.state != "PREPARED"
        document = FormDocument(opened.form, self.shell.lang, read_only=read_only)
        view = FormView(document, today=opened.today, sources=opened.sources, notices=self._notices(opened))
        document.setParent(view)  # it goes with its view, and with it the keeper and all that listens
        self._form_id, self.document, self.form_view = form_id, document, view
        self.keeper = Keeper(self.shell, form_id, document)
        self._fine = not opened.form.errors
        self.keeper.saved.connect(self._saved)
        self.keeper.failed.connect(self._not_saved)
        self.work.addWidget(view)
        self.work.setCurrentWidget(view)
        view.built.connect(lambda: read_last(self.page_view, self.bar))
        read_last(self.page_view, self.bar)
        document.changed.connect(lambda _: self.page_view.again())
        document.history_changed.connect(self._history)
        view.told.connect(self._told)
        view.focused.connect(self.page_view.mark)
        view.import_asked.connect(lambda table: choose_rows(self, self.shell, view, table))
        view.files_brought.connect(lambda path, files: bring(self.shell, view, form_id, path, files))
        view.file_shown.connect(self._show_kept)
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

    def _prepare(self) -> Work:
        """Take what is in the form now; what is returned prints it, in another thread."""
        assert self.document is not None
        desk, form = self.shell.desk, self.document.form
        values = self.document.snapshot().values
        period = str(form.period) if form.period else None
        ref, stamp = form.template.ref, desk.timestamp()
        dossier = self._id

        def work(sight: Sight) -> Seen:
            from forms.printing import PrintOptions, print_seen

            options = PrintOptions(timestamp=stamp, draft=True, practice=desk.practice, dossier=dossier)
            return desk.workers.run(print_seen, ref, period, values, options, sight, timeout=30)

        return work

    def print_form(self) -> None:
        """Show the form that is open as it is printed, and print it; without one, go where the dossier is printed."""
        pdf = self.page_view.document if self.document is not None else None
        if pdf is None:
            self._leave_for("review")
            return
        from desktop.ui.system.printing import print_pdf

        self.printing = print_pdf(self.shell, pdf, f"{self._id}-{self._component}", self)

    def _close_form(self) -> None:
        if self.form_view is not None:
            self.work.removeWidget(self.form_view)
            self.form_view.deleteLater()
        self.form_view, self.document, self._form_id, self.keeper = None, None, None, None
        self.bar.hide()
        self.page_view.hide()
        self._history()

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

    def _next_problem(self, step: int) -> None:
        if self.form_view is not None:
            self.bar.step(step, self.form_view.here)

    def _wanted(self, path: str) -> None:
        if self.form_view is not None:
            self.form_view.go_to(path)

    # --- saving ------------------------------------------------------------------------------------------------------

    def _saved(self) -> None:
        self.shell.say(self.tr("Đã lưu {}").format(self.shell.desk.now().strftime("%H:%M")))
        fine = self.document is not None and not self.document.form.errors
        if fine != self._fine:
            self._fine = fine
            self._load()  # the dossier may have become ready, or is no longer

    def _not_saved(self, error: Exception) -> None:
        self.shell.say(self.tr("Chưa lưu được những gì vừa gõ."), "danger")
        self.shell.trouble(error)

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
        if state == "PREPARED" and opened.move is not None:
            words = move_words(opened.move, self.shell.lang)
            found.append(Notice(words, "accent", action=self.tr("&Chuyển sang phiên bản này"), do=self._move_form))
        elif state == "PREPARED" and opened.moved:
            words = self.tr("Tờ khai đã được chuyển sang phiên bản mới của biểu mẫu; bản trước khi chuyển vẫn còn.")
            found.append(Notice(words, "accent", action=self.tr("&Quay lại bản trước"), do=self._move_back))
        for notice in opened.form.template.notices(opened.form.period, opened.today):
            made = Notice(notice.text.get(self.shell.lang), "warning")
            made.text.setFont(font(Size.SMALL))
            found.append(made)
        return found

    def _move_form(self) -> None:
        from desktop import filing

        self._exchange(filing.move_form)

    def _move_back(self) -> None:
        from desktop import filing

        self._exchange(filing.move_back)

    def _exchange(self, act: Callable[[Desk, str, str], object]) -> None:
        """Give the component another form, by an act of filing, and open it."""
        if not self.leave():
            return
        desk, name, component = self.shell.desk, self._id, self._component

        def done(_: object) -> None:
            self._close_form()
            self._component = ""
            self._load(lambda: self.open_task(component))
            self.shell.bell.data_changed.emit("dossier")

        self._run(lambda progress: act(desk, name, component), done)

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

    def _show_kept(self, sha256: str) -> None:
        """Show a file of a field beside the form."""
        desk = self.shell.desk
        self._run(lambda progress: desk.workspace.files.read(sha256), self._show_paper)

    def _show_paper(self, data: bytes) -> None:
        self._show_page(force=True)
        self.page_view.show_pdf(data)

    # --- the report --------------------------------------------------------------------------------------------------

    def _show_report(self) -> None:
        self.heading.setText(self.tr("Kiểm tra hồ sơ"))
        self.subheading.setText(self.tr("Những gì cổng hoặc cán bộ tiếp nhận sẽ trả lại, xem trước khi ký và nộp."))
        self.work.setCurrentWidget(self.report)
        assert self._loaded is not None
        self.report.look(self._loaded.view)
        self._load()

    def _open_finding(self, component: str, path: str) -> None:
        self._go_to = path or None
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
