"""Files of an agency's messages: fetched when wanted, kept only as what was announced, under clean names."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from desktop import tracking
from desktop.errors import RecordNotFound
from desktop.messages import message
from desktop.portal.answers import description_from, dossier_from
from desktop.portal.connection import Connection
from desktop.portal.contract import PortalAttachment, PortalDescription, Registered
from desktop.portal.errors import (
    MessageFileNotAsAnnounced,
    MessageFileTooLarge,
    NotAtPortal,
    PortalAnsweredGarbage,
    PortalUnreachable,
    TransferCancelled,
)
from desktop.portal.names import odd_file_name
from desktop.portal.session import PracticeLogIn
from desktop.portal.submission import HosoConnector
from desktop.sandbox.server import Sandbox
from desktop.store import Workspace
from tests.desktop.portal_kit import Nod, submission
from tests.desktop.store_kit import Time, fresh_home, open_in, signed_dossier

WORDS = "Mời ông/bà xem phụ lục kèm theo."


@dataclass
class Scene:
    ws: Workspace
    connection: Connection
    token: str
    portal: PortalDescription
    dossier: str
    code: str
    sandbox: Sandbox
    clock: Time

    def at(self, token: str | None = None) -> HosoConnector:
        return HosoConnector(self.connection, self.portal, token or self.token)

    def write(self) -> tuple[str, PortalAttachment]:
        """Let the clerk write with a file; return the message's id and the file."""
        self.connection.send("POST", f"/practice/dossiers/{self.code}/status", {"letter": WORDS})
        what = tracking.refresh(self.ws, self.at(), self.dossier, self.clock).what
        assert "message" in what
        letter = next(one for one in reversed(self.ws.letters.list(self.dossier)) if one.text == WORDS)
        (file,) = tracking.attachments(letter)
        return letter.letter, file

    def fetch(self, letter: str, file: str, **more: Any) -> PortalAttachment:
        return tracking.fetch_attachment(self.ws, self.at(), self.dossier, letter, file, **more)

    def at_portal(self, sha256: str) -> Path:
        """Return where the portal keeps a file."""
        return self.sandbox.folder / "files" / sha256[:2] / sha256

    def kept(self) -> int:
        """Count the files of the workspace, with those that are not whole."""
        with self.ws.files._database.read() as connection:
            return int(connection.exec_driver_sql("SELECT count(*) FROM files").scalar_one())


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    folder = tmp_path_factory.mktemp("portal")
    (folder / "nothing").mkdir()
    with Sandbox(folder / "data", resources=folder / "nothing", faults=True, judge=Nod()) as running:
        yield running


@pytest.fixture
def scene(sandbox: Sandbox, tmp_path: Path) -> Iterator[Scene]:
    clock = Time(datetime.now(UTC))
    home, _ = fresh_home(tmp_path)
    facts = {
        "id": "thuc-hanh", "name": "Cổng thực hành", "practice": True, "hosts": ["127.0.0.1"], "connector": "hoso/1",
        "settles_by_key": True, "receipt_keys": [sandbox.authority.receipt_public_key()], "result_anchors": [],
        "signer_anchors": [], "urls": {},
    }  # fmt: skip
    portal = description_from(facts, "portal.json")
    with open_in(home, clock) as ws, Connection(sandbox.url, practice=True) as connection:
        token = PracticeLogIn(f"Người {tmp_path.name}").log_in(connection, clock()).access_token
        filed = HosoConnector(connection, portal, token).submit(submission(f"%PDF-1.7 {tmp_path.name}".encode()))
        assert isinstance(filed, Registered)
        ws.portals.add(sandbox.url, name_vi="Cổng", name_en="Portal", practice=True, fingerprint=None)
        dossier = ws.dossiers.mark_submitted(
            signed_dossier(ws).id, portal=sandbox.url, code=filed.code, received=filed.received, due=filed.due
        )
        yield Scene(ws, connection, token, portal, dossier.id, filed.code, sandbox, clock)


def test_a_file_of_a_message_is_fetched_once_and_stays_in_the_workspace(scene: Scene, tmp_path: Path) -> None:
    letter, file = scene.write()
    assert not scene.ws.files.has(file.sha256), "only on demand"
    told: list[tuple[int, int]] = []

    class Watching:
        def report(self, done: int, total: int) -> None:
            told.append((done, total))

        def cancelled(self) -> bool:
            return False

    assert scene.fetch(letter, file.id, progress=Watching()) == file
    assert told[-1] == (file.size, file.size)
    data = scene.ws.files.read(file.sha256)
    assert (len(data), hashlib.sha256(data).hexdigest()) == (file.size, file.sha256)
    paper = tmp_path / "thư.pdf"
    paper.write_bytes(data)
    text = subprocess.run(["pdftotext", paper, "-"], capture_output=True, text=True, check=True).stdout
    assert WORDS in " ".join(text.split())
    assert scene.code in text
    on_disk = b"".join(one.read_bytes() for one in tmp_path.rglob("*") if one.is_file() and one != paper)
    assert data[:64] not in on_disk, "nothing of it lies in the clear"
    # Without a log-in: what is here is not asked for again.
    assert tracking.fetch_attachment(scene.ws, scene.at("ended"), scene.dossier, letter, file.id) == file
    scene.ws.files.sweep(before=scene.clock() + timedelta(days=400))
    assert scene.ws.files.read(file.sha256) == data, "the message refers to it"
    assert "message" not in tracking.refresh(scene.ws, scene.at(), scene.dossier, scene.clock).what


@pytest.mark.parametrize("spoilt", ["changed", "shorter", "longer"])
def test_what_was_not_announced_is_not_kept_and_said_in_its_own_words(scene: Scene, spoilt: str) -> None:
    letter, file = scene.write()
    place = scene.at_portal(file.sha256)
    right = place.read_bytes()
    wrong = {"changed": right[:-1] + b"?", "shorter": right[:-9], "longer": right + b"%"}[spoilt]
    before = scene.kept()
    try:
        place.write_bytes(wrong)
        with pytest.raises(MessageFileNotAsAnnounced) as raised:
            scene.fetch(letter, file.id)
    finally:
        place.write_bytes(right)
    for lang in ("vi", "en"):
        assert file.name in message(raised.value, lang=lang).text
    assert scene.kept() == before
    assert not scene.ws.files.has(hashlib.sha256(wrong).hexdigest())
    assert scene.fetch(letter, file.id) == file, "and the right one is taken afterwards"
    assert scene.ws.files.read(file.sha256) == right


def test_a_cut_leaves_nothing_and_the_whole_is_fetched_again(scene: Scene) -> None:
    letter, file = scene.write()
    before = scene.kept()
    for kind in ("cut-in-answer", "cut-before-body"):
        fault = {"where": "attachment", "kind": kind}
        requests.post(f"{scene.sandbox.url}/practice/faults", json=fault, timeout=30).raise_for_status()
        with pytest.raises(PortalUnreachable):
            scene.fetch(letter, file.id)
        assert scene.kept() == before
    scene.fetch(letter, file.id)
    assert hashlib.sha256(scene.ws.files.read(file.sha256)).hexdigest() == file.sha256


def test_one_that_is_not_wanted_any_more_is_not_kept(scene: Scene) -> None:
    letter, file = scene.write()
    before = scene.kept()

    class Unwanted:
        def report(self, done: int, total: int) -> None:
            raise AssertionError("nothing was wanted")

        def cancelled(self) -> bool:
            return True

    requests.post(
        f"{scene.sandbox.url}/practice/faults", json={"where": "attachment", "kind": "slow", "seconds": 2}, timeout=30
    ).raise_for_status()
    with pytest.raises(TransferCancelled):
        scene.fetch(letter, file.id, progress=Unwanted())
    assert scene.kept() == before


def test_one_that_is_too_large_is_not_asked_for(scene: Scene) -> None:
    letter, file = scene.write()
    large = file.to_json() | {"id": "lon", "size": tracking.ATTACHMENT_LIMIT + 1, "sha256": "0" * 64}
    scene.ws.letters.record(
        scene.dossier, letter, "message", at=scene.clock(), text=WORDS, raw={"attachments": [large]}
    )
    nobody = scene.at("ended")
    with pytest.raises(MessageFileTooLarge) as raised:
        tracking.fetch_attachment(scene.ws, nobody, scene.dossier, letter, "lon")
    assert "50 MB" in message(raised.value, lang="vi").text
    with pytest.raises(RecordNotFound):
        scene.fetch(letter, "khong-co")


def test_the_portal_gives_a_file_to_nobody_else(scene: Scene) -> None:
    letter, file = scene.write()
    stranger = PracticeLogIn("Người khác").log_in(scene.connection, scene.clock()).access_token
    with pytest.raises(NotAtPortal):
        tracking.fetch_attachment(scene.ws, scene.at(stranger), scene.dossier, letter, file.id)
    path = f"{scene.sandbox.url}/v1/dossiers/{scene.code}/messages/{letter}/attachments/{file.id}"
    assert requests.get(path, timeout=30).status_code == 401
    other = path.replace(f"/messages/{letter}/", "/messages/999999/")
    told = requests.get(other, headers={"Authorization": f"Bearer {scene.token}"}, timeout=30)
    assert (told.status_code, told.json()["code"]) == (404, "NO_SUCH_ATTACHMENT")


def test_the_clerk_writes_with_a_file_and_wiping_takes_it_away(scene: Scene) -> None:
    page = requests.get(scene.sandbox.clerk_url, timeout=30).text
    assert "Gửi thư kèm tệp PDF" in page
    key = scene.sandbox.clerk_url.rpartition("=")[2]
    form = {"key": key, "do": "letter", "code": scene.code, "text": "Thư từ trang của cán bộ"}
    requests.post(f"{scene.sandbox.url}/clerk", data=form, timeout=30).raise_for_status()
    seen = scene.at().look(scene.code)
    (said,) = [one for one in seen.messages if one.text == "Thư từ trang của cán bộ"]
    (file,) = said.attachments
    assert scene.at_portal(file.sha256).is_file()
    scene.sandbox.play.wipe()
    assert not scene.at_portal(file.sha256).exists()


def test_a_portal_without_attachments_or_with_too_many_is_read_strictly() -> None:
    said: dict[str, Any] = {"code": "X", "messages": [{"id": "1", "at": None, "text": "Chào"}]}
    assert dossier_from(said, "cong").messages[0].attachments == ()
    file = {"id": "1", "name": "a.pdf", "sha256": "0" * 64, "size": 1, "media_type": "application/pdf"}
    for wrong in ([file] * 21, [file | {"sha256": "x"}], [file | {"size": -1}], [file | {"name": "a\x00b"}], "tệp"):
        with pytest.raises(PortalAnsweredGarbage):
            dossier_from(said | {"messages": [{"id": "1", "text": "", "attachments": wrong}]}, "cong")


@pytest.mark.parametrize(
    ("name", "media_type", "odd"),
    [
        ("Thông báo.pdf", "application/pdf", False),
        ("Công văn số 12.2026", "application/pdf", False),
        ("phu-luc.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", False),
        ("hoa-don.pdf.exe", "application/pdf", True),
        ("HOA-DON.SCR", "application/octet-stream", True),
        ("hoa-don\u202efdp.zip", "application/zip", True),
        ("hoa-don.pdf            .zip", "application/zip", True),
        ("to-khai.html", "text/html", True),
        ("to-khai.zip", "application/pdf", True),
    ],
)
def test_names_that_are_written_to_be_taken_for_others_are_known(name: str, media_type: str, odd: bool) -> None:
    assert odd_file_name(name, media_type) is odd


def test_files_stand_under_their_letter_in_the_window_and_are_saved(tmp_path: Path) -> None:
    from PySide6.QtWidgets import QLabel

    from desktop import filing
    from desktop.ui.parts import Button
    from tests.desktop import ui_kit

    place = ui_kit.place()
    dossier = place.dossiers["filed"]
    code = place.desk.workspace.dossiers.get(dossier).code
    requests.post(
        f"{place.portal.url}/clerk",
        data={"key": place.portal.clerk_url.rpartition("=")[2], "do": "letter", "code": code, "text": WORDS},
        timeout=60,
    ).raise_for_status()
    filing.refresh(place.desk, [place.desk.workspace.dossiers.get(dossier)])
    mail = next(one for one in filing.inbox(place.desk, dossier=dossier) if one.text == WORDS)
    (file,) = mail.files
    assert (file.here, file.odd, mail.warning("vi")) == (False, False, "")

    def button(words: str) -> Button | None:
        found = frame.stack.currentWidget().findChildren(Button)
        return next((one for one in found if one.isVisible() and one.text() == words), None)

    frame = ui_kit.window()
    try:
        frame.go("lookup")
        ui_kit.settle(frame)
        lines = frame.stack.currentWidget().letters.lines
        shown = next(line for line in map(lines.line, map(lines.index, range(lines.rowCount()))) if line.title == WORDS)
        assert [mark.text for mark in shown.marks] == ["Kèm 1 tệp"]
        frame.go("follow", dossier=dossier)
        ui_kit.settle(frame)
        page = frame.stack.currentWidget()
        assert file.name in [label.text() for label in page.findChildren(QLabel)]
        fetch = button("Tải về")
        assert fetch is not None
        assert file.name in fetch.accessibleName()
        fetch.click()
        ui_kit.settle(frame)
        assert place.desk.workspace.files.has(file.sha256)
        assert button("Tải về") is None
        assert button("Lưu tệp…") is not None
        assert button("Mở tệp đã lưu") is None
        target = tmp_path / "thư.pdf"
        page.files.save(mail, file, target)
        ui_kit.settle(frame)
        assert hashlib.sha256(target.read_bytes()).hexdigest() == file.sha256
        assert [one.name for one in tmp_path.iterdir()] == ["thư.pdf"]
        assert button("Mở tệp đã lưu") is not None
    finally:
        ui_kit.put_away(frame)


def test_one_on_its_way_can_be_stopped_in_the_window_and_a_doubtful_name_is_not_opened() -> None:
    from PySide6.QtWidgets import QLabel, QProgressBar

    from desktop import filing
    from desktop.ui.parts import Button
    from tests.desktop import ui_kit

    place = ui_kit.place()
    dossier, text = place.dossiers["filed"], "Thư có tệp lạ"
    raw = {
        "attachments": [
            {"id": "1", "name": "../hoa-don.pdf.exe", "sha256": "1" * 64, "size": 9, "media_type": "application/pdf"}
        ]
    }
    place.desk.workspace.letters.record(dossier, "la-9", "message", at=datetime.now(UTC), text=text, raw=raw)
    mail = next(one for one in filing.inbox(place.desk, dossier=dossier) if one.letter == "la-9")
    (file,) = mail.files
    assert file.odd
    assert "/" not in file.name
    frame = ui_kit.window()
    try:
        frame.go("follow", dossier=dossier)
        ui_kit.settle(frame)
        page = frame.stack.currentWidget()
        assert any(mail.warning("vi") in label.text() for label in page.findChildren(QLabel))
        page.files.fetch(mail, file)
        (running,) = page.files._running.values()
        running.progress.cancel()
        page._look()
        ui_kit.settle(frame)
        assert page.files._running == {}
        assert not page.findChildren(QProgressBar)
        assert not place.desk.workspace.files.has("1" * 64)
        assert not [one for one in page.findChildren(Button) if one.text() == "Mở tệp đã lưu"]
    finally:
        ui_kit.put_away(frame)
        place.desk.workspace.letters.record(dossier, "la-9", "message", at=datetime.now(UTC), text=text)
