"""The filing verbs by command line, against a running practice portal: from a client to a result."""

from __future__ import annotations

import json
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop.sandbox.server import Sandbox

CODE, NAME = "0999999888", "CÔNG TY TNHH VÍ DỤ ÁNH DƯƠNG (HƯ CẤU)"
OTHER, OTHER_NAME = "0100686209", "CÔNG TY CỔ PHẦN SAO MAI (HƯ CẤU)"
WORDS = "con đường xưa em đi"


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(tmp_path_factory.mktemp("cổng"), pace=0.0) as running:
        yield running


@pytest.fixture
def desk(hoso: Any, portal: Sandbox, tmp_path: Path) -> Callable[..., Any]:
    """Return `hoso` on a practice workspace of its own, with the portal pinned, one client and two keys."""
    (tmp_path / "mở kho").write_text(WORDS + "\n", encoding="utf-8")
    (tmp_path / "pw").write_text("mật khẩu", encoding="utf-8")
    for code, name in ((CODE, NAME), (OTHER, OTHER_NAME)):
        (tmp_path / f"{code}.p12").write_bytes(portal.authority.issue(name, tax_code=code).p12("mật khẩu"))

    def call(*words: str | Path) -> Any:
        options = ["--home", tmp_path / "nhà", "--practice", "--unlock-file", tmp_path / "mở kho", "--json"]
        return hoso(*options, *words)

    assert call("portal", "add", portal.url, "--fingerprint", portal.fingerprint).code == 0
    assert call("client", "add", "--tax-code", CODE, "--name", NAME).code == 0
    assert call("login", "--person", "Trần Thị Kế Toán").code == 0
    return call


def key(tmp_path: Path, code: str = CODE) -> list[str | Path]:
    return ["--p12", tmp_path / f"{code}.p12", "--passphrase-file", tmp_path / "pw"]


@pytest.fixture
def filled(desk: Any, example: Path) -> str:
    made = desk("dossier", "new", "1.007014", "--client", CODE, "--period", "2026-10").document
    assert {part["component"] for part in made["components"]} >= {"to-khai"}
    data = json.loads(example.read_text(encoding="utf-8")) | {"mst": CODE, "tenNNT": NAME}
    example.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    assert desk("dossier", "set", made["id"], "to-khai", example).code == 0
    return str(made["id"])


def test_the_whole_way_from_dossier_to_result(desk: Any, filled: str, tmp_path: Path) -> None:
    assert desk("dossier", "preflight", filled).code == 0
    assert desk("dossier", "submit", filled, "--accept-unconfirmed").error["code"] == "NOT_SIGNED"
    refused = desk("dossier", "sign", filled, *key(tmp_path, OTHER), "--accept-unconfirmed")
    assert (refused.code, refused.error["code"]) == (1, "SIGNING_REFUSED")
    asked = desk("dossier", "sign", filled, *key(tmp_path))
    assert (asked.code, asked.error["code"]) == (1, "UNCONFIRMED_NOT_ACCEPTED")
    signed = desk("dossier", "sign", filled, *key(tmp_path), "--accept-unconfirmed").document
    assert signed["signer"]["tax_code"] == CODE
    assert len(signed["files"]) == 2
    queued = desk("dossier", "submit", filled, "--accept-unconfirmed", "--queue-only")
    assert (queued.code, queued.document["state"]) == (0, "QUEUED")
    assert [row["state"] for row in desk("outbox", "list").document["items"]] == ["QUEUED"]
    drained = desk("outbox", "drain")
    assert (drained.code, drained.document["items"][0]["state"]) == (0, "DONE")
    again = desk("dossier", "submit", filled, "--accept-unconfirmed").document
    assert again["state"] == "DONE", "submitting once more is the same submission"
    seen = [desk("status", filled).document["dossiers"][0] for _ in range(6)]
    assert seen[-1]["status"] == 10
    assert seen[-1]["raw"] == "Đã trả kết quả"
    assert seen[-1]["receipt"] == {"trusted": True}
    code = seen[-1]["code"]
    assert desk("status", code).document["dossiers"][0]["id"] == filled
    at_portal = desk("status", "--id-number", CODE).document["dossiers"]
    assert code in {row["code"] for row in at_portal}
    result = desk("result", filled, "--out", tmp_path / "kết quả")
    assert result.code == 0
    assert [row["verdict"] for row in result.document["results"]] == ["valid"]
    told = subprocess.run(["pdfsig", result.document["results"][0]["file"]], capture_output=True, text=True).stdout
    assert "Signature is Valid" in told


def test_the_same_filing_twice_is_asked_about(desk: Any, filled: str, tmp_path: Path, example: Path) -> None:
    desk("dossier", "sign", filled, *key(tmp_path), "--accept-unconfirmed")
    assert desk("dossier", "submit", filled, "--accept-unconfirmed").code == 0
    second = desk("dossier", "new", "1.007014", "--client", CODE, "--period", "2026-10").document["id"]
    desk("dossier", "set", second, "to-khai", example)
    desk("dossier", "sign", second, *key(tmp_path), "--accept-unconfirmed")
    refused = desk("dossier", "submit", second, "--accept-unconfirmed")
    assert (refused.code, refused.error["code"]) == (1, "DUPLICATE_FILING")


def test_export_and_the_code_entered_by_hand(desk: Any, filled: str, tmp_path: Path) -> None:
    before = desk("dossier", "export", filled, "--out", tmp_path / "in").document["files"]
    assert [row["kind"] for row in before] == ["print_copy"], "what is printed and signed by hand needs no key"
    desk("dossier", "sign", filled, *key(tmp_path), "--accept-unconfirmed")
    files = desk("dossier", "export", filled, "--out", tmp_path / "xuất").document["files"]
    assert {row["kind"] for row in files} == {"print_copy", "legal_container", "signed_xml", "handover"}
    early = desk("dossier", "export", filled, "--out", tmp_path / "gói", "--container", "asice", *key(tmp_path))
    sealed = {row["kind"]: row["path"] for row in early.document["files"]}
    assert "legal_container" not in sealed, "the whole is signed, so it is an ASiC-E"
    with zipfile.ZipFile(sealed["asice"]) as archive:
        names = archive.namelist()
    assert names[:3] == ["mimetype", "manifest.json", "manifest.jws"]
    assert names[-2:] == ["META-INF/manifest.xml", "META-INF/signatures0.xml"]
    (judged,) = desk("validate", sealed["asice"]).document["files"]
    assert judged["kind"] == "asice"
    assert all(one["integrity"] == "intact" for one in judged["signatures"])
    assert {one["name"].split(":")[0].split("/")[-1] for one in judged["signatures"]} >= {
        "signatures0.xml",
        "manifest.jws",
    }
    kept = desk("dossier", "code", filled, "G12.34-261122-0007")
    assert kept.code == 0
    assert kept.document["findings"] == []
    assert desk("dossier", "show", filled).document["code"] == "G12.34-261122-0007"
    assert desk("dossier", "show", filled).document["state"] == "SUBMITTED"


def test_an_odd_code_is_a_warning_at_most(desk: Any, filled: str) -> None:
    kept = desk("dossier", "code", filled, "11020260000123456")
    assert kept.code == 0
    assert [finding["severity"] for finding in kept.document["findings"]] == ["warning"]


def test_data_of_the_wrong_shape_is_not_saved(desk: Any, filled: str, tmp_path: Path) -> None:
    before = desk("dossier", "show", filled).document
    bad = tmp_path / "sai.json"
    bad.write_text(json.dumps({"mst": CODE, "ct22": "nhiều", "khong_co": 1}), encoding="utf-8")
    answer = desk("dossier", "set", filled, "to-khai", bad)
    assert (answer.code, answer.error["code"]) == (1, "FORM_REJECTED")
    assert desk("dossier", "show", filled).document == before


def test_a_paper_is_attached_and_an_unknown_kind_is_refused(desk: Any, filled: str, tmp_path: Path) -> None:
    from PIL import Image

    scan = tmp_path / "quét.png"
    Image.new("RGB", (900, 1200), "white").save(scan)
    done = desk("dossier", "attach", filled, "phu-luc-giam-thue", scan)
    assert done.code == 0
    assert done.document["attachment"]["name"] == "quét.pdf"
    word = tmp_path / "a.docx"
    word.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    refused = desk("dossier", "attach", filled, "phu-luc-giam-thue", word)
    assert refused.code == 1
    assert "PDF" in refused.error["remedy"]
    wrong = desk("dossier", "attach", filled, "khong-co", scan)
    assert wrong.error["code"] == "UNKNOWN_COMPONENT"


def test_the_level_is_kept_to(desk: Any) -> None:
    refused = desk("dossier", "new", "1.014160", "--client", CODE, "--delivery", "online")
    assert (refused.code, refused.error["code"]) == (1, "LEVEL_TOO_LOW")
    made = desk("dossier", "new", "1.014160", "--client", CODE).document["id"]
    assert desk("dossier", "show", made).document["delivery"] == "in-person"


def test_backup_restore_check_and_recover(hoso: Any, desk: Any, filled: str, tmp_path: Path) -> None:
    assert desk("workspace", "check").document["ok" if "ok" in desk("workspace", "check").document else "findings"] in (
        True,
        [],
    )
    backup = tmp_path / "sao lưu.hoso"
    assert desk("workspace", "backup", backup).code == 0
    assert desk("workspace", "backup", backup).error["code"] == "FILE_EXISTS"
    raw = backup.read_bytes()
    assert NAME.encode() not in raw
    new = ["--home", tmp_path / "nhà mới", "--practice", "--unlock-file", tmp_path / "mở kho", "--json"]
    assert hoso(*new, "workspace", "restore", backup).code == 0
    assert hoso(*new, "dossier", "show", filled).document["id"] == filled
    wrong = tmp_path / "sai"
    wrong.write_text("không phải mật khẩu này", encoding="utf-8")
    answer = hoso("--home", tmp_path / "nhà", "--practice", "--unlock-file", wrong, "--json", "client", "list")
    assert (answer.code, answer.error["code"]) == (1, "WRONG_PASSPHRASE")


def test_the_recovery_code_opens_again(hoso: Any, tmp_path: Path) -> None:
    first = tmp_path / "một"
    first.write_text("mật khẩu thứ nhất", encoding="utf-8")
    home = tmp_path / "nhà"
    made = hoso("--home", home, "--unlock-file", first, "--json", "client", "list")
    assert made.code == 0
    code = next(line.strip() for line in made.err.splitlines() if line.count("-") == 7)
    (tmp_path / "mã").write_text(code.lower().replace("-", " "), encoding="utf-8")
    second = tmp_path / "hai"
    second.write_text("mật khẩu thứ hai", encoding="utf-8")
    words = ["--home", home, "--unlock-file", second, "--json"]
    assert hoso(*words, "client", "list").error["code"] == "WRONG_PASSPHRASE"
    assert hoso(*words, "workspace", "recover", "--code-file", tmp_path / "mã").code == 0
    assert hoso(*words, "client", "list").code == 0


def test_practice_and_real_are_never_mixed(hoso: Any, portal: Sandbox, tmp_path: Path) -> None:
    real = ["--home", tmp_path / "thật", "--json"]
    refused = hoso(*real, "portal", "add", portal.url, "--fingerprint", portal.fingerprint)
    assert refused.code == 1
    assert refused.error["code"] == "PORTAL_ADDRESS_FORBIDDEN"


def test_a_root_of_another_fingerprint_is_refused(hoso: Any, portal: Sandbox, tmp_path: Path) -> None:
    words = ["--home", tmp_path / "nhà", "--practice", "--unlock-file", tmp_path / "u", "--json"]
    (tmp_path / "u").write_text(WORDS, encoding="utf-8")
    refused = hoso(*words, "portal", "add", portal.url, "--fingerprint", "ab" * 32)
    assert (refused.code, refused.error["code"]) == (1, "WRONG_ROOT")
    assert hoso(*words, "portal", "list").document["portals"] == []


def test_the_catalogue_shows_the_contract_s_document(desk: Any) -> None:
    found = desk("catalogue", "search", "gia tri gia tang", "--level", "4").document
    assert found["total"] >= 1
    shown = desk("catalogue", "show", "1.007014").document
    assert set(shown) >= {
        "code", "name", "level", "full", "fields", "agencies", "steps", "channels", "cases", "results", "legal_basis",
    }  # fmt: skip
    part = shown["cases"][0]["components"][0]
    assert set(part) >= {"name", "originals", "copies", "template", "replaced_by_data"}
    missing = desk("catalogue", "show", "9.999999")
    assert (missing.code, missing.error["code"]) == (1, "UNKNOWN_PROCEDURE")


def test_a_client_is_erased_whole(desk: Any, filled: str) -> None:
    assert desk("client", "purge", CODE, "--yes").code == 0
    assert desk("client", "list").document["clients"] == []
    assert desk("dossier", "show", filled).code == 1


def test_the_outbox_can_be_held_timed_and_tells_every_try(desk: Any, filled: str, tmp_path: Path) -> None:
    assert desk("dossier", "sign", filled, *key(tmp_path), "--accept-unconfirmed").code == 0
    later = desk("dossier", "submit", filled, "--accept-unconfirmed", "--at", "2099-01-31 08:30")
    assert (later.code, later.document["send_at"]) == (0, "2099-01-31T08:30:00+07:00")
    item = later.document["item"]
    assert desk("outbox", "drain").document["items"] == []
    assert desk("outbox", "schedule", item, "--at", "25:99").error["code"] == "NOT_A_MOMENT"
    assert desk("outbox", "schedule", item).document["send_at"] is None
    assert desk("outbox", "pause").code == 0
    listed = desk("outbox", "list").document
    assert (listed["paused"], [row["state"] for row in listed["items"]]) == (True, ["QUEUED"])
    assert listed["items"][0]["due"] == "2026-11-20"
    assert desk("outbox", "drain").document["items"] == []
    assert desk("outbox", "settle", item, "H38").error["code"] == "CANNOT_SETTLE"
    assert desk("outbox", "resume").code == 0
    assert desk("outbox", "drain").document["items"][0]["state"] == "DONE"
    tried = desk("outbox", "tries", item).document["tries"]
    assert [(one["act"], one["outcome"]) for one in tried] == [("send", "registered")]
    assert tried[0]["server"]["host"].startswith("127.0.0.1:")


def test_an_offline_day_queues_also_where_one_never_logged_in(hoso: Any, tmp_path: Path, example: Path) -> None:
    (tmp_path / "mở kho").write_text(WORDS + "\n", encoding="utf-8")
    (tmp_path / "pw").write_text("mật khẩu", encoding="utf-8")
    options = ["--home", tmp_path / "nhà", "--practice", "--unlock-file", tmp_path / "mở kho", "--json"]
    with Sandbox(tmp_path / "cổng", pace=0.0) as away:
        (tmp_path / f"{CODE}.p12").write_bytes(away.authority.issue(NAME, tax_code=CODE).p12("mật khẩu"))
        assert hoso(*options, "portal", "add", away.url, "--fingerprint", away.fingerprint).code == 0
        port = int(away.url.rpartition(":")[2])
    assert hoso(*options, "client", "add", "--tax-code", CODE, "--name", NAME).code == 0
    made = hoso(*options, "dossier", "new", "1.007014", "--client", CODE, "--period", "2026-10").document["id"]
    data = json.loads(example.read_text(encoding="utf-8")) | {"mst": CODE, "tenNNT": NAME}
    example.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    assert hoso(*options, "dossier", "set", made, "to-khai", example).code == 0
    assert hoso(*options, "dossier", "sign", made, *key(tmp_path), "--accept-unconfirmed").code == 0
    sent = hoso(*options, "dossier", "submit", made, "--accept-unconfirmed")
    assert (sent.code, sent.document["state"], sent.document["reason"]) == (1, "QUEUED", "PORTAL_UNREACHABLE")
    assert f"127.0.0.1:{port}" in sent.document["message"]
    with Sandbox(tmp_path / "cổng", port=port, pace=0.0):
        evening = hoso(*options, "outbox", "drain")
        assert (evening.code, [row["state"] for row in evening.document["items"]]) == (0, ["DONE"])


def test_how_to_be_told_is_chosen_and_remembered(desk: Any, filled: str) -> None:
    assert desk("dossier", "notices", filled).document["notices"] is None
    refused = desk("dossier", "notices", filled, "--by", "email")
    assert (refused.code, refused.error["code"]) == (1, "NOTICE_ADDRESS_MISSING")
    assert desk("dossier", "notices", filled, "--email", "a@b.example").code == 2, "a way must be named"
    told = desk("dossier", "notices", filled, "--by", "email", "--email", "a@b.example", "--remember").document
    assert told["notices"] == {"channels": ["portal", "email"], "email": "a@b.example", "phone": None}
    # The next dossier has it; so has one for which only the way is named.
    for more in ([], ["--notify", "email"]):
        made = desk("dossier", "new", "1.007014", "--client", CODE, "--period", "2026-09", *more).document
        assert desk("dossier", "notices", made["id"]).document["notices"] == told["notices"]
