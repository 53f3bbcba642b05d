"""The e-form rules of Circular 32/2017/TT-BTTTT (Articles 3, 5, 7–11), each a test of its name."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from desktop import filing
from forms.template import Template, bundled_library, load
from tests.desktop import ui_kit


@pytest.fixture(scope="module")
def place() -> Any:
    """Return a practice workspace with its portal."""
    return ui_kit.place()


def templates() -> list[Template]:
    library = bundled_library()
    return [load(edition.ref) for name in library.ids() for edition in library.versions(name)]


@pytest.fixture(params=templates(), ids=lambda template: f"{template.id} {template.version}")
def template(request: pytest.FixtureRequest) -> Template:
    """Return each template that is brought along."""
    made: Template = request.param
    return made


def test_ef_01_the_printed_form_is_legible_and_whole(template: Template, tmp_path: Path) -> None:
    from forms.printing import PrintOptions, print_form

    example = template.example
    assert example is not None
    printed = print_form(template.ref, example.period, dict(example.data), PrintOptions(timestamp=0))
    path = tmp_path / "a.pdf"
    path.write_bytes(printed.pdf)
    text = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True).stdout
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text or "BẢO HIỂM XÃ HỘI" in text or "Mẫu" in text
    assert printed.signatures


def test_ef_02_every_example_comes_out_as_its_author_expects(template: Template) -> None:
    from forms.template import run_examples

    results = run_examples(template)
    assert results
    assert [result for result in results if not result.ok] == []


def test_ef_03_what_was_entered_before_is_offered_again(place: Any) -> None:
    made = place.draft("2026-12", fill=False)
    view = filing.dossier_view(place.desk, made)
    form = filing.open_form(place.desk, next(part.form for part in view.components if part.form))
    assert form.values["mst"] == ui_kit.COMPANY
    assert form.values["tenNNT"] == ui_kit.COMPANY_NAME
    assert form.values["dchiNNT"] == ui_kit.FACTS["address"]


def test_ef_04_help_stands_at_each_field(template: Template) -> None:
    for path, item in template.definition.fields.items():
        assert item.help is not None, path
        assert item.help.vi.strip(), path
        assert item.help.en.strip(), path
        assert item.label.vi.strip(), path
        assert item.label.en.strip(), path


def test_ef_05_what_was_entered_is_saved_and_printed(place: Any) -> None:
    exported = filing.export(place.desk, place.dossiers["ready"])
    assert [item.kind for item in exported] == ["print_copy"]
    again = filing.open_form(
        place.desk, next(p.form for p in filing.dossier_view(place.desk, place.dossiers["ready"]).components if p.form)
    )
    assert again.values["mst"] == ui_kit.COMPANY


def test_ef_06_the_largest_upload_is_a_fact_that_can_be_shown() -> None:
    from forms.dossier import ACCEPTED_KINDS, SIZE_LIMIT

    assert SIZE_LIMIT == 50 * 1024 * 1024
    assert {"pdf", "jpeg", "png", "heic"} <= set(ACCEPTED_KINDS)


def test_ef_07_reception_and_result_can_be_followed(place: Any) -> None:
    seen = filing.status_view(place.desk, place.dossiers["done"])
    assert seen.code
    assert seen.received is not None
    assert seen.due is not None
    assert next(step["status"] for step in seen.history) == 1
    assert seen.status in range(1, 11)
    assert seen.receipt == {"trusted": True}


def test_ef_08_work_can_tell_how_far_it_is() -> None:
    import inspect

    from desktop.filing import sign_dossier, submit

    assert "progress" in inspect.signature(sign_dossier).parameters
    assert "progress" in inspect.signature(submit).parameters


@pytest.mark.parametrize(
    ("code", "print_", "submit", "pay", "result"),
    [
        ("1.007014", True, True, True, True),
        ("1.001612", True, True, True, True),
        ("1.014160", True, True, False, False),
    ],
)
def test_ef_09_the_level_decides_what_is_offered(
    place: Any, code: str, print_: bool, submit: bool, pay: bool, result: bool
) -> None:
    allowed = filing.procedure(place.desk, code).allows()
    assert (allowed.print, allowed.submit, allowed.pay_online, allowed.result_online) == (print_, submit, pay, result)
    for what, granted in (("submit", submit), ("pay_online", pay), ("result_online", result)):
        assert granted or allowed.reasons[what].vi


@pytest.mark.parametrize("by", ["mouse", "double", "keys"])
def test_ef_12_a_form_is_reached_within_three_clicks(place: Any, qapp: Any, by: str) -> None:
    from PySide6.QtCore import QEvent, QObject, Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QWidget

    from desktop.ui.filling.form_view import FormView

    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    place.desk.workspace.settings.set("client", ui_kit.COMPANY)  # as it was left the last time
    frame = ui_kit.window(place)
    window = frame.windowHandle()
    acts: list[str] = []

    def click(widget: Any, at: Any = None) -> None:
        press = QTest.mouseDClick if by == "double" and widget.parent() is page.list else QTest.mouseClick
        acts.append("click")
        press(window, left, none, widget.mapTo(frame, at or widget.rect().center()))
        ui_kit.settle(frame)

    def key(code: Any, held: Any = none) -> None:
        acts.append("key")
        QTest.keyClick(frame.focusWidget() or frame, code, held)
        ui_kit.settle(frame)

    class Presses(QObject):
        """Counts the second presses of double clicks that reach anything shown."""

        count = 0

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            self.count += isinstance(watched, QWidget) and event.type() == QEvent.Type.MouseButtonDblClick
            return False

    try:
        page = frame.page("procedures")
        if by == "keys":
            key(Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
        else:
            places = frame.places
            click(places.viewport(), places.visualItemRect(places.item(2)).center())
        assert frame.stack.currentWidget() is page
        row = next(
            at
            for at in range(page.list.lines.rowCount())
            if page.list.lines.line(page.list.lines.index(at)).key == "1.007014"
        )
        presses = Presses()
        qapp.installEventFilter(presses)
        index = page.list.lines.index(row)
        page.list.scrollTo(index)
        if by == "keys":
            page.list.setCurrentIndex(index)
            page.list.setFocus()
            key(Qt.Key.Key_Space)
        else:
            click(page.list.viewport(), page.list.visualRect(index).center())
        qapp.removeEventFilter(presses)
        shown = frame.stack.currentWidget()
        assert shown is frame.page("procedure")
        if by == "keys":
            shown.begin.setFocus()
            key(Qt.Key.Key_Space)
        else:
            click(shown.begin)
        dossier = frame.stack.currentWidget()
        assert frame._here[0] == "dossier"
        assert isinstance(dossier.form_view, FormView)
        assert dossier.document.form.template.id == "thue/01-gtgt"
        assert dossier.document.form.values["mst"] == ui_kit.COMPANY
        assert len(acts) <= 3
        assert presses.count == 0, "a second press of a double click reached the next page"
    finally:
        frame.go("home")
        ui_kit.settle(frame)
        ui_kit.put_away(frame)
        place.desk.workspace.settings.set("client", None)


def test_ef_13_satisfaction_is_told_on_three_levels(place: Any) -> None:
    from desktop.filing.ratings import LEVELS, rate, rating

    done = place.dossiers["done"]
    assert sorted(LEVELS) == [1, 2, 3]
    for level in (1, 3):
        rate(place.desk, done, level)
        assert rating(place.desk, done) == level
    with pytest.raises(ValueError, match="4"):
        rate(place.desk, done, 4)


@pytest.mark.parametrize(("width", "height", "told"), [(480, 640, True), (1240, 1754, True), (1654, 2339, False)])
def test_ef_14_a_scan_too_small_to_be_read_is_told(width: int, height: int, told: bool) -> None:
    import io

    from PIL import Image

    from forms.dossier import accept_attachment

    out = io.BytesIO()
    Image.new("RGB", (width, height), (250, 250, 245)).save(out, "JPEG")
    accepted = accept_attachment("căn cước.jpg", out.getvalue())
    assert ("ATTACHMENT_LOW_RESOLUTION" in accepted.notes) is told
