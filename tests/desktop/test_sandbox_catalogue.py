"""The practice portal's catalogue, read by an independent TUF client; its keys; the portal as a process."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography import x509
from tuf.api.exceptions import RepositoryError
from tuf.ngclient import Updater

from desktop.portal.catalogue import Catalogue
from desktop.portal.connection import Connection
from desktop.sandbox.authority import Authority
from desktop.sandbox.server import Sandbox
from forms.bundled import RESOURCES
from forms.procedure import Procedure
from forms.template import digest
from tests.bench.national import fill

ROOT = Path(__file__).resolve().parent.parent.parent
TAX = "thue-tinh-thanh-pho"
"""The role of the agency that answers for the one procedure of the small resources."""


@pytest.fixture
def resources(tmp_path: Path) -> Path:
    """A small copy of the program's resources, which a test may change."""
    folder = tmp_path / "resources"
    (folder / "procedures").mkdir(parents=True)
    shutil.copy(RESOURCES / "procedures" / "1.007014.json", folder / "procedures")
    shutil.copytree(RESOURCES / "templates" / "thue", folder / "templates" / "thue")
    return folder


class Reader:
    """A client that trusts nothing but the root whose fingerprint it was given."""

    def __init__(self, folder: Path, portal: Sandbox) -> None:
        self.folder, self.portal = folder, portal
        folder.mkdir(exist_ok=True)
        root = requests.get(f"{portal.url}/catalogue/metadata/1.root.json", timeout=10).content
        assert hashlib.sha256(root).hexdigest() == portal.fingerprint
        self.root = root

    def refresh(self) -> Updater:
        base = f"{self.portal.url}/catalogue"
        updater = Updater(
            str(self.folder / "metadata"),
            f"{base}/metadata/",
            str(self.folder),
            f"{base}/targets/",
            bootstrap=self.root,
        )
        updater.refresh()
        return updater

    def fetch(self, name: str) -> tuple[bytes, dict[str, Any]]:
        updater = self.refresh()
        target = updater.get_targetinfo(name)
        assert target is not None
        path = updater.download_target(target, str(self.folder / hashlib.sha256(name.encode()).hexdigest()))
        return Path(path).read_bytes(), target.unrecognized_fields.get("custom", {})


def test_a_tuf_client_reads_portal_procedures_and_templates(tmp_path: Path, resources: Path) -> None:
    with Sandbox(tmp_path / "data", resources=resources) as portal:
        reader = Reader(tmp_path / "client", portal)
        facts = json.loads(reader.fetch("portal.json")[0])
        assert (facts["connector"], facts["practice"], facts["settles_by_key"]) == ("hoso/1", True, True)
        assert "127.0.0.1" in facts["hosts"]
        assert "d" not in facts["receipt_keys"][0]
        assert all("BEGIN CERTIFICATE" in pem for pem in facts["signer_anchors"] + facts["result_anchors"])
        assert facts["agencies"] == {TAX: {"vi": "Thuế tỉnh, thành phố"}}
        lines = gzip.decompress(reader.fetch(f"procedures/{TAX}/000.jsonl.gz")[0]).splitlines()
        assert [json.loads(line)["code"] for line in lines] == ["1.007014"]
        pack, custom = reader.fetch("templates/thue/01-gtgt/tt80-1.zip")
        assert custom == {
            "id": "thue/01-gtgt",
            "version": "tt80-1",
            "effective_from": "2022-01-01",
            "effective_to": "2026-06-30",
        }
        assert hashlib.sha256(pack).hexdigest() == digest(resources / "templates/thue/01-gtgt/tt80-1")


def test_a_changed_source_makes_a_new_version_and_nothing_else_does(tmp_path: Path, resources: Path) -> None:
    def versions() -> list[str]:
        return sorted(path.name for path in (tmp_path / "data/catalogue/metadata").iterdir())

    with Sandbox(tmp_path / "data", resources=resources) as portal:
        fingerprint = portal.fingerprint
        reader = Reader(tmp_path / "client", portal)
        reader.refresh()
    first = versions()
    with Sandbox(tmp_path / "data", resources=resources):
        assert versions() == first
        assert first == ["1.root.json", "1.snapshot.json", "1.targets.json", f"1.{TAX}.json", "timestamp.json"]
    path = resources / "procedures" / "1.007014.json"
    path.write_text(path.read_text().replace('"level": 4', '"level": 3'))
    with Sandbox(tmp_path / "data", resources=resources) as portal:
        assert portal.fingerprint == fingerprint
        # Only the agency whose procedure changed signs anew; the portal's own list stays as it was.
        assert set(versions()) - set(first) == {f"2.{TAX}.json", "2.snapshot.json"}
        reader.portal = portal
        assert b'"level":3' in gzip.decompress(reader.fetch(f"procedures/{TAX}/000.jsonl.gz")[0])


def test_expiry_is_renewed_before_it_comes(tmp_path: Path, resources: Path) -> None:
    now = [datetime.now(UTC)]
    with Sandbox(tmp_path / "data", resources=resources, clock=lambda: now[0]) as portal:
        url = f"{portal.url}/catalogue/metadata/timestamp.json"
        before = requests.get(url, timeout=10).json()["signed"]
        now[0] += timedelta(days=8)
        after = requests.get(url, timeout=10).json()["signed"]
        assert after["version"] == before["version"] + 1
        assert after["expires"] > before["expires"]
        now[0] += timedelta(days=400)
        requests.get(url, timeout=10)
    with Sandbox(tmp_path / "data", resources=resources) as portal:
        Reader(tmp_path / "client", portal).refresh()


def test_a_forged_target_is_seen(tmp_path: Path, resources: Path) -> None:
    with Sandbox(tmp_path / "data", resources=resources) as portal:
        reader = Reader(tmp_path / "client", portal)
        [path] = (tmp_path / "data/catalogue/targets").glob("*.portal.json")
        path.write_bytes(path.read_bytes().replace(b"thuc-hanh", b"thuc-hanG"))
        with pytest.raises(RepositoryError):
            reader.fetch("portal.json")
        for wrong in ("../1.root.json", "..%2f..%2fauthority%2froot.key", "%2fetc%2fpasswd"):
            answer = requests.get(f"{portal.url}/catalogue/targets/{wrong}", timeout=10)
            assert answer.status_code == 404


def test_records_of_the_national_portal_are_served(tmp_path: Path, resources: Path) -> None:
    source = tmp_path / "national"
    (source / "details").mkdir(parents=True)
    rows = [
        {"code": f"1.{n:06d}", "name": f"Thủ tục thứ {n}", "categories": ["Hộ tịch"], "departments": ["UBND xã"]}
        for n in range(300)
    ] + [{"code": "1.007014", "name": "Bản ghi cũ của cổng quốc gia"}, {"name": "không mã"}]
    text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (source / "catalog.jsonl").write_text(text, encoding="utf-8")
    with Sandbox(tmp_path / "data", resources=resources, catalogue=source) as portal:
        reader = Reader(tmp_path / "client", portal)
        names = [f"procedures/ubnd-xa/{n:03d}.jsonl.gz" for n in range(2)] + [f"procedures/{TAX}/000.jsonl.gz"]
        parts = [reader.fetch(name) for name in names]
    lines = [line for data, _ in parts for line in gzip.decompress(data).splitlines()]
    records = {one["code"]: one for one in map(json.loads, lines)}
    assert sum(custom["count"] for _, custom in parts) == 301 == len(lines) == len(records)
    assert records["1.007014"]["level"] == 4  # the program's own record wins
    assert records["1.000007"]["level"] is None


def test_every_record_is_kept_whole_on_its_way(tmp_path: Path) -> None:
    """From the national portal's shape through the signed catalogue: cases, components, ways, fees, results, law."""
    source = tmp_path / "national"
    fill(source, 60)
    rows = {row["code"]: row for row in map(json.loads, (source / "catalog.jsonl").read_text("utf-8").splitlines())}
    (tmp_path / "empty").mkdir()
    with Sandbox(tmp_path / "data", resources=tmp_path / "empty", catalogue=source) as portal:
        shelf = Catalogue(tmp_path / "home", practice=True)
        with Connection(portal.url, practice=True) as connection:
            assert shelf.add_portal(connection, fingerprint=portal.fingerprint, now=datetime.now(UTC)).procedures == 60
    for code, row in rows.items():
        shown = shelf.show(code)
        assert shown is not None
        whole = json.loads((source / "details" / f"{code}.json").read_bytes())
        assert shown.procedure == Procedure.from_national_portal(row, whole)
        raw = whole["data"]["executionCases"]
        for case, its in zip(shown.procedure.cases, raw, strict=True):
            counts = [(part.originals, part.copies, part.required) for part in case.components]
            assert counts == [(p["originalQty"], p["copyQty"], p["required"]) for p in its["profileComponents"]]
        assert [fee.amount for way in shown.procedure.channels for fee in way.fees] == [
            fee["value"] for way in whole["data"]["executionMethods"] for fee in way["fees"]
        ]
        assert len(shown.procedure.legal_basis) == len(whole["data"]["legalBasisesDetails"])
        assert shown.procedure.results


def test_the_authority_is_marked_practice_and_kept(tmp_path: Path) -> None:
    authority = Authority.open(tmp_path / "authority")
    issued = authority.issue("CÔNG TY TRÁCH NHIỆM HỮU HẠN MỘT THÀNH VIÊN ÁNH DƯƠNG VIỆT NAM", tax_code="0100686209")
    name = issued.certificate.subject.rfc4514_string()
    assert "THỰC HÀNH" in name
    assert "MST:0100686209" in name
    again = Authority.open(tmp_path / "authority")
    assert again.root_pem == authority.root_pem
    again.revoke(issued.serial)
    again.write(tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["ca.crl", "ca.pem", "intermediates.pem"]
    blocks = (tmp_path / "out/ca.crl").read_bytes().split(b"-----END X509 CRL-----\n")
    lists = [x509.load_pem_x509_crl(block + b"-----END X509 CRL-----\n") for block in blocks if block]
    assert len(lists) == 3
    assert sum(crl.get_revoked_certificate_by_serial_number(issued.serial) is not None for crl in lists) == 1
    (tmp_path / "leaf.pem").write_bytes(issued.certificate_pem)
    command: list[str | Path] = [
        "openssl",
        "verify",
        "-CAfile",
        tmp_path / "out/ca.pem",
        "-untrusted",
        tmp_path / "out/intermediates.pem",
    ]
    fine = Authority.open(tmp_path / "authority").issue("Nguyễn Thị Bình", personal_id="001188012345")
    (tmp_path / "fine.pem").write_bytes(fine.certificate_pem)
    assert subprocess.run([*command, tmp_path / "fine.pem"], capture_output=True, check=False).returncode == 0
    checked = [*command, "-CRLfile", tmp_path / "out/ca.crl", "-crl_check", tmp_path / "leaf.pem"]
    said = subprocess.run(checked, capture_output=True, text=True, check=False)
    assert "revoked" in said.stdout + said.stderr
    key_files = [path for path in (tmp_path / "authority").iterdir() if path.suffix == ".key"]
    assert all(path.stat().st_mode & 0o077 == 0 for path in key_files)


def test_two_openers_at_once_get_one_authority(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from desktop.sandbox.authority import Authority;"
        "print(Authority.open(Path(sys.argv[1])).root_pem.decode())"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "authority")]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) for _ in range(2)]
    said = [process.communicate(timeout=60)[0] for process in both]
    assert said[0] == said[1] != ""
    assert [path.name for path in tmp_path.iterdir()] == ["authority"]


@pytest.mark.parametrize("tls", [False, True])
def test_the_portal_runs_as_a_process_and_says_where(tmp_path: Path, tls: bool) -> None:
    command = [sys.executable, "-m", "desktop.sandbox", "--data", str(tmp_path / "data"), "--json"]
    process = subprocess.Popen([*command, "--tls"] if tls else command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        assert set(said) >= {"url", "root_fingerprint", "database"}
        assert said["url"].startswith("https://127.0.0.1:" if tls else "http://127.0.0.1:")
        assert Path(said["database"]).exists()
        verify: Any = str(tmp_path / "data/authority/root.pem") if tls else True
        about = requests.get(f"{said['url']}/v1/portal", timeout=10, verify=verify).json()
        assert about["practice"] is True
        page = requests.get(said["url"], timeout=10, verify=verify)
        assert "CỔNG THỰC HÀNH" in page.text
        assert "Hồ sơ đã tiếp nhận" not in page.text
        port = said["url"].rpartition(":")[2]
        taken = subprocess.run([*command, "--port", port], capture_output=True, text=True, check=False, cwd=ROOT)
        assert taken.returncode == 1
        assert json.loads(taken.stdout)["error"]["code"] == "SANDBOX_NOT_STARTED"
        assert "Traceback" not in taken.stderr
    finally:
        process.terminate()
        process.wait(20)
