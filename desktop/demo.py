"""The whole main job once, on the practice portal, on real forms: what a newcomer runs first, and what CI proves.

A throw-away authority issues a key for each of two clients. Each step is verified here by reading its output again; the
tests judge the same files by other programs.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop import filing
from desktop.app import App
from desktop.errors import DesktopError
from desktop.messages import Language, message
from forms.errors import FormsError
from signing.errors import SigningError

if TYPE_CHECKING:
    from desktop.sandbox.server import Sandbox

PASSPHRASE = "mật khẩu thực hành"
"""Of the demo's own keys and workspace, which hold made-up data only."""
NOTE = "MAT-KHAU.txt"


@dataclass(frozen=True)
class Step:
    """One step of the demo and whether it was verified."""

    name: str
    ok: bool
    vi: str
    en: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Report:
    """What the demo did, and where it lies."""

    home: Path
    steps: list[Step] = field(default_factory=list)
    files: list[tuple[Path, str]] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Say whether every step was verified."""
        return bool(self.steps) and all(step.ok for step in self.steps)

    def to_json(self) -> dict[str, Any]:
        """Return what the command line prints."""
        return {
            "ok": self.ok,
            "steps": [
                {"step": step.name, "ok": step.ok, "text": step.vi, "text_en": step.en, **step.facts}
                for step in self.steps
            ],
            "files": [{"path": str(path), "kind": kind} for path, kind in self.files],
        }


@dataclass(frozen=True)
class Client:
    """A made-up client of the demo."""

    code: str
    name: str
    personal_id: str | None
    key: Path
    facts: Mapping[str, str]


@dataclass(frozen=True)
class Filing:
    """One filing of the demo."""

    title_vi: str
    title_en: str
    procedure: str
    template: str
    client: int
    period: str | None


COMPANY = ("0999999888", "CÔNG TY TNHH VÍ DỤ ÁNH DƯƠNG (HƯ CẤU)")
PERSON = ("001099999999", "NGUYỄN VĂN THỰC HÀNH (HƯ CẤU)")
FILINGS = (
    Filing("Tờ khai thuế GTGT", "VAT return", "1.007014", "thue/01-gtgt", 0, "2026-10"),
    Filing("Đăng ký hộ kinh doanh", "Household business", "1.001612", "dkkd/ho-kinh-doanh", 1, None),
    Filing("Danh sách lao động D02-LT", "Labour list D02-LT", "1.014160", "bhxh/d02-lt", 0, None),
)


class Demo:
    """One run of the demo."""

    def __init__(self, folder: Path, lang: Language, say: Callable[[str], None]) -> None:
        self.folder = folder
        self.lang = lang
        self.say = say
        self.report = Report(folder / "home")
        self.clients: list[Client] = []

    # --- telling ---------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def step(self, name: str, vi: str, en: str) -> Iterator[dict[str, Any]]:
        """Do one step; what goes wrong in it is told, and makes the whole a failure."""
        facts: dict[str, Any] = {}
        try:
            yield facts
            ok = bool(facts.pop("verified", True))
        except (DesktopError, FormsError, SigningError) as error:
            ok = False
            facts["error"] = error.code
            told = message(error, lang="vi").text, message(error, lang="en").text
            vi, en = f"{vi}: {told[0]}", f"{en}: {told[1]}"
        made = Step(name, ok, vi, en, facts)
        self.report.steps.append(made)
        self.say(f"{'✓' if ok else '✗'} {vi if self.lang == 'vi' else en}")

    def keep(self, path: Path, kind: str) -> Path:
        """Note a file that stays."""
        self.report.files.append((path, kind))
        return path

    # --- doing -----------------------------------------------------------------------------------------

    def run(self) -> Report:
        """Do everything; the portal runs inside this program."""
        from desktop.sandbox.server import Sandbox

        with Sandbox(self.folder / "portal", pace=0.0) as portal:
            app = App(home=self.report.home, practice=True, unlock=lambda: PASSPHRASE, lang=self.lang, say=self._secret)
            try:
                self._prepare(app, portal)
                for number, one in enumerate(FILINGS, 1):
                    self._file(app, number, one)
                self._overview(app)
            finally:
                app.close()
        self._copy_portal()
        return self.report

    def _secret(self, text: str) -> None:
        """Keep the recovery code beside the passphrase: both open made-up data only."""
        path = self.folder / NOTE
        path.write_text(f"{PASSPHRASE}\n\n{text}\n", encoding="utf-8")
        self.keep(path, "passphrase")

    def _prepare(self, app: App, portal: Sandbox) -> None:
        desk = app.desk
        with self.step(
            "portal",
            f"Mở cổng thực hành tại {portal.url} và ghim danh mục có chữ ký của cổng",
            f"Start the practice portal at {portal.url} and pin its signed catalogue",
        ) as facts:
            known = filing.add_portal(desk, portal.url, portal.fingerprint)
            facts.update(url=known.url, fingerprint=known.fingerprint)
        portal.authority.write(self.folder)
        self.keep(self.folder / "ca.pem", "authority_certificate")
        self.keep(self.folder / "ca.crl", "revocation_list")
        with self.step(
            "keys",
            "Cấp hai chứng thư thực hành cho hai khách hàng, mỗi người một tệp khóa",
            "Issue two practice certificates for two clients, a key file each",
        ):
            for code, name in (COMPANY, PERSON):
                company = len(code) == 10
                issued = portal.authority.issue(
                    name, tax_code=code if company else None, personal_id=None if company else code
                )
                path = self.folder / f"khoa-{code}.p12"
                path.write_bytes(issued.p12(PASSPHRASE))
                self.keep(path, "key")
                self.clients.append(Client(code, name, None if company else code, path, {}))
        with self.step(
            "clients",
            "Tạo kho hồ sơ mã hóa và hai khách hàng trong đó",
            "Make the encrypted workspace with two clients in it",
        ) as facts:
            for client in self.clients:
                extra = {"personal_id": client.personal_id} if client.personal_id else {}
                filing.add_client(desk, client.code, client.name, extra)
            filing.login(desk, None, "Trần Thị Kế Toán (thực hành)")
            raw = (self.report.home / "practice.db").read_bytes()
            facts["verified"] = b"SQLite format" not in raw[:32] and b"DUONG" not in raw
        self.keep(self.report.home, "workspace")

    def _key(self, client: Client) -> Any:
        from signing.pkcs12 import load

        return load(client.key.read_bytes(), PASSPHRASE)[0]

    def _file(self, app: App, number: int, one: Filing) -> None:
        from forms.period import Period
        from forms.template import load

        desk = app.desk
        client, other = self.clients[one.client], self.clients[1 - one.client]
        out = self.folder / f"{number}-{one.template.replace('/', '-')}"
        out.mkdir(exist_ok=True)
        vi, en = one.title_vi, one.title_en
        dossier = ""
        filled = f"{vi}: lập hồ sơ, điền và kiểm tra tờ khai", f"{en}: fill and check the form"
        with self.step(f"{one.template}:fill", *filled) as f:
            found = filing.new_dossier(desk, one.procedure, client.code, period=one.period)
            dossier = found.id
            view = filing.dossier_view(desk, dossier)
            part = next(part for part in view.components if part.template == one.template)
            period = Period.parse(one.period) if one.period else None
            template = load(desk.library.choose(one.template, period, desk.today()))
            example = template.example
            assert example is not None
            data = dict(example.data)
            for field_name, value in (
                (template.identity.tax_code, client.code),
                (template.identity.personal_id, client.personal_id),
                (template.identity.name, client.name),
            ):
                if field_name is not None and value is not None:
                    data[field_name] = value
            path = self.keep(out / "du-lieu.json", "data")
            path.write_text(json.dumps(data, ensure_ascii=False, indent=2), encoding="utf-8")
            form = filing.set_data(desk, dossier, part.id, data)
            report = filing.preflight(desk, dossier)
            f.update(dossier=dossier, errors=len(form.errors), warnings=len(form.warnings))
            f["verified"] = report.ok and not form.errors
        if not dossier:
            return
        for part in filing.dossier_view(desk, dossier).components:
            if part.required and part.template is None and not part.files:
                with self.step(f"{one.template}:attach", f"{vi}: đính kèm “{part.name}”", f"{en}: attach a scan") as f:
                    attached = filing.attach(desk, dossier, part.id, "giấy tờ quét.pdf", _paper(part.name))
                    f.update(component=part.id, pages=attached.pages)
        with self.step(
            f"{one.template}:wrong-key",
            f"{vi}: khóa của {other.name} bị từ chối",
            f"{en}: the other client's key is refused",
        ) as f:
            from desktop.filing.errors import SigningRefused

            try:
                filing.sign_dossier(
                    desk, dossier, self._key(other), role=filing.role_of("self"), accept_unconfirmed=True
                )
                f["verified"] = False
            except SigningRefused as refused:
                f["reason"] = refused.findings[0].code
        with self.step(f"{one.template}:sign", f"{vi}: ký số và đọc lại", f"{en}: sign and read again") as f:
            signed = filing.sign_dossier(
                desk, dossier, self._key(client), role=filing.role_of("self"), accept_unconfirmed=True
            )
            f["files"] = list(signed.files)
        with self.step(f"{one.template}:export", f"{vi}: xuất bản in và bộ gốc", f"{en}: export") as f:
            for item in filing.export(desk, dossier):
                path = self.keep(out / item.name, item.kind)
                path.write_bytes(item.data)
            for file in desk.workspace.dossiers.files(dossier):
                path = out / f"da-ky-{file.name}"
                path.write_bytes(desk.workspace.files.read(file.sha256))
                self.keep(path, f"signed_{file.kind}")
        self._validate(app, one, out)
        self._submit(app, one, dossier, out)

    def _validate(self, app: App, one: Filing, out: Path) -> None:
        from signing.trust import Trust

        trust = Trust.load(self.folder / "ca.pem", crls=[self.folder / "ca.crl"])
        signed = sorted(out.glob("da-ky-*"))
        with self.step(
            f"{one.template}:validate",
            f"{one.title_vi}: xác thực lại từng tệp đã ký; sửa một byte thì không còn hợp lệ",
            f"{one.title_en}: validate each signed file; a changed byte is found",
        ) as f:
            verdicts = {
                path.name: str(filing.validate_file(app.desk, path, trust, None, offline=True).verdict)
                for path in signed
            }
            pdf = next(path for path in signed if path.suffix == ".pdf")
            data = bytearray(pdf.read_bytes())
            data[len(data) // 3] ^= 1
            changed = filing.validate_data(app.desk, pdf.name, bytes(data), trust)
            f.update(verdicts=verdicts, changed=str(changed.verdict))
            f["verified"] = set(verdicts.values()) == {"valid"} and str(changed.verdict) in ("invalid", "unreadable")

    def _submit(self, app: App, one: Filing, dossier: str, out: Path) -> None:
        desk = app.desk
        with self.step(
            f"{one.template}:submit",
            f"{one.title_vi}: nộp; cổng kiểm tra, cấp mã và biên nhận có chữ ký",
            f"{one.title_en}: submit; the portal judges and gives a signed receipt",
        ) as f:
            item = filing.submit(desk, dossier, accept_unconfirmed=True)
            f.update(state=item.state, code=item.code, reasons=item.reasons)
            f["verified"] = item.state == "DONE" and bool(item.code)
            receipt = desk.workspace.outbox.receipt_of(dossier)
            if receipt is not None:
                path = self.keep(out / "bien-nhan.jws", "receipt")
                path.write_bytes(receipt.data)
                f["receipt_trusted"] = receipt.trusted
        if not f.get("code"):
            return
        with self.step(
            f"{one.template}:follow",
            f"{one.title_vi}: theo dõi đến khi có kết quả; mã hồ sơ {f['code']}",
            f"{one.title_en}: follow to the result; dossier code {f['code']}",
        ) as g:
            seen = self._follow(app, dossier, g)
            online = filing.procedure(app.desk, one.procedure).allows().result_online
            g["verified"] = seen.status == 10 and (
                set(g["results"].values()) == {"valid"} if online else not g["results"]
            )

    def _follow(self, app: App, dossier: str, facts: dict[str, Any]) -> filing.StatusView:
        desk = app.desk
        seen = filing.status(desk, dossier)[0]
        for _ in range(20):
            if seen.status == 10:
                break
            if any(fee["state"] != "paid" for fee in seen.fees) and seen.status == 6:
                paid = filing.pay(desk, dossier, browse=lambda url: self._press_pay(app, url))
                facts["paid"] = [item.amount for item in paid]
            seen = filing.status(desk, dossier)[0]
        facts["history"] = [step["status"] for step in seen.history]
        facts["results"] = {}
        out = next(path for path, kind in reversed(self.report.files) if kind == "receipt").parent
        for result in filing.fetch_results(desk, dossier):
            path = self.keep(out / f"ket-qua-{filing.safe_name(result.name)}", "result")
            path.write_bytes(result.data)
            facts["results"][path.name] = str(result.verdict.verdict)
        return filing.status_view(desk, dossier)

    def _press_pay(self, app: App, url: str) -> None:
        """Press the button on the practice portal's payment page, as the person would in the browser."""
        from urllib.parse import urlsplit

        from desktop.filing.portal import connect

        parts = urlsplit(url)
        with connect(app.desk, f"{parts.scheme}://{parts.netloc}") as connection:
            connection.get(f"{parts.path}?confirm=1")

    def _overview(self, app: App) -> None:
        with self.step("store", "Kiểm tra kho hồ sơ còn nguyên vẹn", "Check that the workspace is intact") as facts:
            checked = app.workspace.check()
            facts.update(files=checked.files)
            facts["verified"] = checked.ok

    def _copy_portal(self) -> None:
        """Leave the portal's database, whole, beside the other files."""
        target = self.folder / "portal.sqlite"
        with (
            contextlib.closing(sqlite3.connect(self.folder / "portal" / "portal.sqlite")) as source,
            contextlib.closing(sqlite3.connect(target)) as copy,
        ):
            source.backup(copy)
        self.keep(target, "portal_database")


def _paper(title: str) -> bytes:
    """Make a made-up paper to attach."""
    from forms.printing import print_page

    return print_page("checklist", {"procedure": {"name": title}, "items": []}, timestamp=0, practice=True).pdf


def run(out: Path | None, *, lang: Language = "vi", say: Callable[[str], None] = lambda text: None) -> Report:
    """Run the demo; without a folder it makes a temporary one, which stays."""
    folder = Path(tempfile.mkdtemp(prefix="hoso-demo-")) if out is None else out.resolve()
    if out is not None and folder.exists():
        _clear(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ".hoso-demo").write_text("", encoding="ascii")
    return Demo(folder, lang, say).run()


def _clear(folder: Path) -> None:
    """Remove what an earlier demo left; never a folder that holds anything else."""
    from desktop.errors import TargetExists

    if not any(folder.iterdir()):
        return
    if not (folder / ".hoso-demo").exists():
        raise TargetExists(str(folder))
    shutil.rmtree(folder)
