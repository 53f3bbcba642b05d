"""Files of a form's field from the folder they come from to the container that is filed."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pikepdf
import pytest
from PIL import Image

from desktop import filing
from desktop.cli.session import FileUnreadable, Session
from desktop.filing.errors import FieldFileKind, FieldFileOutside, FieldFileUnknown, FormRejected
from forms.dossier import Container, read_container
from forms.dossier.errors import AttachmentTooLarge, ProgramAttachment
from forms.printing import read_back
from forms.template import Edition, TemplateRef, digest
from signing.certificate import Role
from tests.desktop import ui_kit

FIELD = {
    "field": "giay_kem", "kind": "file", "max_files": 2, "accept": ["pdf", "jpeg"], "max_size": 2_000_000,
    "label": {"vi": "Bản chụp giấy tờ", "en": "Copy of papers"},
    "help": {"vi": "Chụp rõ cả hai mặt.", "en": "Both sides, legible."},
}  # fmt: skip


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return a desk to whose catalogue a VAT return with a field for files has come."""
    place = ui_kit.place()
    old = place.desk.library.get("thue/01-gtgt", "tt89-1")
    folder = tmp_path_factory.mktemp("mẫu") / "tt89-8"
    shutil.copytree(old.path, folder)
    facts = json.loads((folder / "template.json").read_text(encoding="utf-8")) | {"version": "tt89-8"}
    (folder / "template.json").write_text(json.dumps(facts), encoding="utf-8")
    definition = json.loads((folder / "definition.json").read_text(encoding="utf-8"))
    definition["sections"][-1]["items"].append(FIELD)
    (folder / "definition.json").write_text(json.dumps(definition), encoding="utf-8")
    with (folder / "layout.typ").open("a", encoding="utf-8") as layout:
        layout.write('\nGiấy tờ kèm: #fill("giay_kem")\n')
    edition = Edition(
        TemplateRef("thue/01-gtgt", "tt89-8", folder, digest(folder)), date(2026, 7, 1), None, ("month", "quarter")
    )
    catalogue = place.desk.catalogue
    made = dataclasses.replace(place.desk)
    made.__dict__["workspace"] = place.desk.workspace
    made.__dict__["catalogue"] = SimpleNamespace(
        library=place.desk.library.with_editions([edition]), procedure=catalogue.procedure, stale=catalogue.stale
    )
    return made


def photograph(shade: int = 200) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (900, 600), (shade, 230, 250)).save(out, "JPEG")
    return out.getvalue()


def paper(pages: int = 1) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page()
        pdf.save(out)
    return out.getvalue()


def reader(files: dict[str, bytes]) -> Callable[[str], bytes]:
    return lambda name: files[name]


def begun(desk: Any, period: str) -> tuple[str, str]:
    made = filing.new_dossier(desk, ui_kit.PROCEDURE, ui_kit.COMPANY, period=period)
    form = next(part.form for part in filing.dossier_view(desk, made.id).components if part.form)
    assert form is not None
    return str(made.id), form


def data(desk: Any, period: str, **more: Any) -> dict[str, Any]:
    return ui_kit.example(ui_kit.place().desk, period, ui_kit.COMPANY) | more


def sign(desk: Any, dossier: str) -> None:
    key = ui_kit.place().key()
    filing.sign_dossier(desk, dossier, key, role=Role.LEGAL_REPRESENTATIVE, accept_unconfirmed=True)


def pages(pdf: bytes) -> int:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return len(opened.pages)


def container_of(desk: Any, dossier: str) -> Container:
    (made,) = [one for one in filing.export(desk, dossier) if one.name.endswith(".zip")]
    return read_container(made.data)


def test_a_photograph_at_a_field_is_kept_signed_listed_and_filed(desk: Any) -> None:
    dossier, _ = begun(desk, "2034-01")
    given = data(desk, "2034-01", giay_kem=["ảnh/mặt trước.jpg", "quyet-dinh.pdf"])
    files = {"ảnh/mặt trước.jpg": photograph(), "quyet-dinh.pdf": paper()}
    form = filing.set_data(desk, dossier, "to-khai", given, reader(files))
    first, second = form.value("giay_kem")
    assert (first["name"], second["name"]) == ("mặt trước.pdf", "quyet-dinh.pdf")
    assert second["sha256"] == hashlib.sha256(files["quyet-dinh.pdf"]).hexdigest()
    kept = desk.workspace.files.read(first["sha256"])
    assert kept.startswith(b"%PDF-")
    assert len(kept) == first["size"]
    desk.workspace.files.sweep(desk.now() + timedelta(days=9))
    assert desk.workspace.files.has(first["sha256"])  # a draft alone keeps its files
    assert filing.preflight(desk, dossier).ok
    with_papers = pages(filing.export(desk, dossier)[0].data)
    filing.set_data(desk, dossier, "to-khai", data(desk, "2034-01"))
    assert with_papers == 2 + pages(filing.export(desk, dossier)[0].data)  # the print copy has the papers, too
    filing.set_data(desk, dossier, "to-khai", given, reader(files))

    sign(desk, dossier)
    container = container_of(desk, dossier)
    inside = {hashlib.sha256(content).hexdigest() for _, content in container.files}
    assert inside == {file.sha256 for file in container.manifest.files}
    listed = {file.name: file for file in container.manifest.files}
    bytes_of = {name.partition("/")[2]: content for name, content in container.files}
    for entry in (first, second):
        file = listed[entry["name"]]
        assert (file.kind, file.template, file.version) == ("attachment", "thue/01-gtgt", "tt89-8")
        # The form names the very bytes that were then signed.
        assert entry["sha256"] in (file.sha256, file.sha256_before_signing)
        assert bytes_of[file.name].startswith(desk.workspace.files.read(entry["sha256"]))
    printed = bytes_of[next(file.name for file in listed.values() if file.kind == "form")]
    assert read_back(printed).values["giay_kem"] == [first, second]

    desk.workspace.dossiers.reopen(dossier)
    filing.set_data(desk, dossier, "to-khai", data(desk, "2034-01", giay_kem=[second]), reader({}))
    sign(desk, dossier)
    again = {file.name for file in container_of(desk, dossier).manifest.files}
    assert "quyet-dinh.pdf" in again
    assert "mặt trước.pdf" not in again


def test_what_a_field_does_not_take_is_refused_before_anything_is_saved(desk: Any) -> None:
    dossier, form = begun(desk, "2034-03")
    png = io.BytesIO()
    Image.new("RGB", (90, 60)).save(png, "PNG")
    for name, content, error in (
        ("a.png", png.getvalue(), FieldFileKind),
        ("a.pdf", b"MZ" + bytes(2000), ProgramAttachment),
        ("a.pdf", paper() + bytes(2_000_001), AttachmentTooLarge),
    ):
        with pytest.raises(error):
            filing.set_data(desk, dossier, "to-khai", data(desk, "2034-03", giay_kem=name), reader({name: content}))
    three = {f"{number}.pdf": paper(number) for number in (1, 2, 3)}
    told = filing.set_data(desk, dossier, "to-khai", data(desk, "2034-03", giay_kem=list(three)), reader(three))
    assert "TOO_MANY_FILES" in [problem.code for problem in told.check()]
    with pytest.raises(FormRejected):
        filing.set_data(desk, dossier, "to-khai", data(desk, "2034-03", giay_kem="a.pdf"))
    assert len(filing.open_form(desk, form).value("giay_kem")) == 3


def test_data_cannot_draw_another_clients_paper_out_of_the_workspace(desk: Any) -> None:
    secret = paper(7)
    sha256 = desk.workspace.files.put(secret, "mật.pdf", "application/pdf")
    dossier, _ = begun(desk, "2034-05")
    entry = {"name": "mật.pdf", "size": len(secret), "sha256": sha256, "type": "application/pdf"}
    with pytest.raises(FieldFileUnknown):
        filing.set_data(desk, dossier, "to-khai", data(desk, "2034-05", giay_kem=[entry]), reader({}))
    with pytest.raises(FieldFileUnknown):
        filing.set_data(desk, dossier, "to-khai", data(desk, "2034-05", giay_kem=[entry]))


def test_a_file_whose_bytes_are_gone_stops_the_dossier(desk: Any) -> None:
    dossier, form_id = begun(desk, "2034-07")
    form = filing.open_form(desk, form_id)
    lost = {"name": "mất.pdf", "size": 5, "sha256": "0" * 64, "type": "application/pdf"}
    form.set("giay_kem", [lost])
    filing.save_form(desk, form_id, form)
    found = [one for one in filing.preflight(desk, dossier).findings if one.code == "FIELD_FILE_MISSING"]
    assert [(one.path, one.severity) for one in found] == [("giay_kem", "error")]
    assert "mất.pdf" in found[0].words("vi")


def test_the_window_s_way_keeps_the_bytes_and_leaves_the_form_alone(desk: Any) -> None:
    _, form_id = begun(desk, "2034-09")
    taken = filing.enclose(desk, form_id, "giay_kem", "thẻ.jpg", photograph(90))
    assert (taken.kind, taken.pages) == ("jpeg", 1)
    assert desk.workspace.files.read(str(taken.entry["sha256"])) == taken.pdf
    assert filing.open_form(desk, form_id).value("giay_kem") == []


def test_paths_in_data_lead_from_its_own_folder_and_never_out_of_it(desk: Any, tmp_path: Path) -> None:
    session = Session()
    folder = tmp_path / "dữ liệu"
    (folder / "ảnh").mkdir(parents=True)
    (folder / "ảnh" / "a.jpg").write_bytes(photograph(10))
    (tmp_path / "b.jpg").write_bytes(photograph(20))
    (folder / "c.jpg").symlink_to(tmp_path / "b.jpg")
    given = data(desk, "2034-11", giay_kem="ảnh\\a.jpg")
    read = session.beside(folder / "dữ liệu.json")
    dossier, _ = begun(desk, "2034-11")
    form = filing.set_data(desk, dossier, "to-khai", given, read)
    assert [entry["name"] for entry in form.value("giay_kem")] == ["a.pdf"]
    for outside in ("../b.jpg", str(tmp_path / "b.jpg"), "c.jpg"):
        with pytest.raises(FieldFileOutside):
            filing.set_data(desk, dossier, "to-khai", given | {"giay_kem": outside}, read)
    with pytest.raises(FileUnreadable):
        filing.set_data(desk, dossier, "to-khai", given | {"giay_kem": "không có.pdf"}, read)
    template = form.template.definition
    checked = filing.with_files(desk.workers, template, given, read)  # as `hoso form check`, with no workspace
    assert isinstance(checked, dict)
    assert checked["giay_kem"] == form.value("giay_kem")


def test_what_is_dropped_at_a_field_is_in_the_form_and_in_the_workspace(desk: Any, qtbot: Any, tmp_path: Path) -> None:
    from desktop.ui.filling.document import FormDocument
    from desktop.ui.filling.file_field import FileEditor, bring
    from desktop.ui.filling.form_view import FormView

    frame = ui_kit.window()
    try:
        _, form_id = begun(desk, "2035-01")
        view = FormView(FormDocument(filing.open_form(desk, form_id)), today=date(2026, 11, 22))
        qtbot.addWidget(view)
        view.show()
        view.build_all()
        shell = SimpleNamespace(desk=desk, lang="vi", jobs=frame.jobs, trouble=frame.trouble)
        view.files_brought.connect(lambda path, files: bring(shell, view, form_id, path, files))
        (tmp_path / "thẻ.jpg").write_bytes(photograph(33))
        (tmp_path / "lạ.exe").write_bytes(b"MZ" + bytes(900))
        row = view.row_at("giay_kem")
        assert row is not None
        assert isinstance(row.editor, FileEditor)
        names = ("thẻ.jpg", "lạ.exe", "không có.pdf")
        row.editor.bring([(name, tmp_path / name) for name in names])
        qtbot.waitUntil(lambda: bool(view.document.form.value("giay_kem")), timeout=60_000)
        (entry,) = view.document.form.value("giay_kem")
        assert entry["name"] == "thẻ.pdf"
        assert desk.workspace.files.has(entry["sha256"])
        said = row.editor._said.text()
        assert "lạ.exe" in said
        assert "không có.pdf" in said
        row.editor.bring([("một ảnh khác.jpg", photograph(44))])
        qtbot.waitUntil(lambda: len(view.document.form.value("giay_kem")) == 2, timeout=60_000)
        view.undo()
        assert view.document.form.value("giay_kem") == [entry]
    finally:
        ui_kit.put_away(frame)
