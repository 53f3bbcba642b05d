"""The judge of the practice portal, over real HTTP, on a real form that is really signed."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import subprocess
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import requests

from desktop.sandbox.examination import due_day, fits, same_value
from desktop.sandbox.models import ManifestFile
from desktop.sandbox.papers import lacks
from desktop.sandbox.server import Sandbox
from forms import enclosed, xml
from forms.bundled import RESOURCES
from forms.form import Form
from forms.period import Period
from forms.printing import Printed, PrintOptions, print_form
from forms.template import TemplateRef, bundled_library, load
from forms.template import digest as folder_digest
from signing import jws, pkcs12
from signing.pdf import sign_pdf
from signing.stamp import Stamp, prepare_font, stamp_lines
from signing.xml import sign_xml
from tests.forms import form_kit

TAX_CODE, OTHER_TAX_CODE = "0999999888", "0101243150"
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
PDF, XML = "application/pdf", "application/xml"


@dataclass
class Filing:
    """A submission in the making; a test changes one thing of it."""

    values: dict[str, Any]
    printed: Printed
    key: Any
    manifest_key: Any
    component: str = "to-khai"
    pdf: bytes = b""
    xml: bytes | None = None
    version: str = "tt89-1"
    more: dict[str, Any] = field(default_factory=dict)
    papers: tuple[tuple[str, bytes], ...] = ()

    def manifest(self, key: str) -> tuple[str, list[bytes]]:
        files = [("01-GTGT.pdf", self.pdf, PDF, "form")]
        if self.xml is not None:
            files.append(("01-GTGT.xml", self.xml, XML, "xml"))
        files += [(name, data, PDF, "attachment") for name, data in self.papers]
        listed = [
            {
                "name": name,
                "sha256": hashlib.sha256(data).hexdigest(),
                "size": len(data),
                "media_type": media_type,
                "kind": kind,
                "template": "thue/01-gtgt",
                "version": self.version,
            }
            for name, data, media_type, kind in files
        ]
        payload = {
            "format": 1,
            "dossier": "HS-1",
            "revision": 1,
            "key": key,
            "procedure": "1.007014",
            "case": "lan-dau",
            "period": "2026-10",
            "client": {"tax_code": TAX_CODE, "personal_id": None, "name": "Công ty Ví Dụ Ánh Dương"},
            "role": "self",
            "delivery": "online",
            "created": "2026-11-21T17:00:00+07:00",
            "components": [{"component": self.component, "files": listed}],
            **self.more,
        }
        data = json.dumps(payload, ensure_ascii=False, sort_keys=True).encode()
        return jws.sign(data, self.manifest_key, typ="hoso-manifest+jws"), [data for _, data, _, _ in files]


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(tmp_path_factory.mktemp("portal"), patience=60, faults=True) as running:
        yield running


@pytest.fixture(scope="module")
def key(sandbox: Sandbox) -> Any:
    return named(sandbox, "CÔNG TY TNHH VÍ DỤ ÁNH DƯƠNG", tax_code=TAX_CODE)


def named(sandbox: Sandbox, name: str, **facts: Any) -> Any:
    return pkcs12.load(sandbox.authority.issue(name, **facts).p12("mật khẩu"), "mật khẩu")[0]


def template(version: str = "tt89-1") -> Any:
    return load(bundled_library().get("thue/01-gtgt", version))


def signed(pdf: bytes, printed: Printed, key: Any) -> bytes:
    mark = next(mark for mark in printed.signatures if mark.name == "nguoi_nop_thue")
    font = prepare_font((RESOURCES / "fonts" / "LiberationSerif-Regular.ttf").read_bytes())
    at = datetime.now(UTC)
    stamp = Stamp(stamp_lines(key.certificate, at), mark.page, (mark.x, mark.y, mark.width, mark.height), font)
    data = sign_pdf(pdf, None, key, stamp=stamp, at=at).data
    assert data is not None
    return bytes(data)


@pytest.fixture(scope="module")
def good(key: Any) -> Filing:
    """A correct filing: printed, stamped and signed, with its XML."""
    form_template = template()
    data = json.loads(form_template.files["examples/complete.json"])["data"]
    form = Form.load(form_template, Period.parse("2026-10"), data)
    assert form.errors == []
    printed = print_form(form_template.ref, "2026-10", form.values, PrintOptions(int(NOW.timestamp()), practice=True))
    values = form.values
    layout = xml.layout_for(form_template, "2026-10")
    assert layout.signed_id is not None
    tax_xml = sign_xml(
        xml.write(form_template, "2026-10", values), key, reference_id=layout.signed_id, at=datetime.now(UTC)
    )
    return Filing(values, printed, key, key, pdf=signed(printed.pdf, printed, key), xml=tax_xml)


def filed(sandbox: Sandbox, filing: Filing) -> tuple[dict[str, Any], Callable[..., requests.Response]]:
    http = requests.Session()
    answer = http.post(f"{sandbox.url}/v1/session/practice", json={"person": "Kế toán Lan"}, timeout=10)
    http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    key = uuid.uuid4().hex
    token, files = filing.manifest(key)
    base = f"{sandbox.url}/v1/submissions/{key}"
    assert http.put(base, json={"manifest": token}, timeout=10).status_code == 201
    for data in files:
        http.put(f"{base}/files/{hashlib.sha256(data).hexdigest()}", data=data, timeout=10).raise_for_status()
    state = http.post(f"{base}/commit", timeout=90).json()
    return state, lambda path, method="GET", **more: http.request(method, sandbox.url + path, timeout=60, **more)


def refused(sandbox: Sandbox, filing: Filing) -> set[str]:
    state, _ = filed(sandbox, filing)
    assert state["state"] == "refused", state
    assert all(reason["detail"]["vi"] and reason["detail"]["en"] for reason in state["reasons"])
    assert not any("…" in reason["detail"]["vi"] for reason in state["reasons"]), state["reasons"]
    return {reason["code"] for reason in state["reasons"]}


def test_a_correct_filing_is_registered_and_its_result_can_be_trusted(
    sandbox: Sandbox, good: Filing, tmp_path: Path
) -> None:
    state, call = filed(sandbox, good)
    assert state["state"] == "registered", state["reasons"]
    seen = [call(f"/v1/dossiers/{state['code']}").json() for _ in range(4)]
    assert [one["status"] for one in seen] == [2, 4, 9, 10]
    assert seen[0]["procedure_name"].startswith("Khai thuế giá trị gia tăng")
    assert seen[0]["due"] is not None
    [result] = seen[-1]["results"]
    pdf = tmp_path / "result.pdf"
    pdf.write_bytes(call(f"/v1/dossiers/{state['code']}/results/{result['id']}").content)
    said = subprocess.run(["pdfsig", "-nocert", pdf], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True).stdout
    assert state["code"] in text
    subprocess.run(["qpdf", "--check", pdf], check=True, capture_output=True)
    from signing.trust import Trust
    from signing.validation import validate

    trust = Trust.of([sandbox.authority.results_pem], crls=[sandbox.authority.crl_pem])
    assert validate(pdf, trust=trust).verdict == "valid"
    whole = Trust.of([sandbox.authority.root_pem], crls=[sandbox.authority.crl_pem])
    assert validate(pdf, trust=whole).verdict == "valid"


def test_a_quiet_filing_without_xml_or_stamp_is_registered(sandbox: Sandbox, good: Filing) -> None:
    plain = sign_pdf(good.printed.pdf, None, good.key, at=datetime.now(UTC)).data
    assert plain is not None
    assert filed(sandbox, replace(good, xml=None, pdf=plain))[0]["state"] == "registered"


def test_a_changed_byte_breaks_the_signature(sandbox: Sandbox, good: Filing) -> None:
    broken = bytearray(good.pdf)
    broken[len(good.printed.pdf) // 2] ^= 1
    assert refused(sandbox, replace(good, pdf=bytes(broken))) & {"SIGNATURE_BROKEN", "FILE_UNREADABLE"}


def test_an_unsigned_form_is_refused(sandbox: Sandbox, good: Filing) -> None:
    assert "SIGNATURE_BROKEN" in refused(sandbox, replace(good, pdf=good.printed.pdf))


def test_signers_must_be_trusted_valid_and_of_the_client(sandbox: Sandbox, good: Filing, pki: Any) -> None:
    def by(key: Any) -> Filing:
        return replace(good, pdf=signed(good.printed.pdf, good.printed, key), xml=None)

    stranger = pkcs12.load(pki.key("anh_duong").p12("x"), "x")[0]
    assert refused(sandbox, by(stranger)) == {"SIGNER_UNTRUSTED"}
    other = named(sandbox, "CÔNG TY CỔ PHẦN SAO MAI", tax_code=OTHER_TAX_CODE)
    assert refused(sandbox, by(other)) == {"SIGNER_OTHER_CLIENT"}
    assert refused(sandbox, replace(good, manifest_key=other)) == {"SIGNER_OTHER_CLIENT"}
    agent = replace(by(other), manifest_key=other, more={"role": "tax_agent"})
    assert filed(sandbox, agent)[0]["state"] == "registered"
    now = datetime.now(UTC)
    expired = named(
        sandbox,
        "CÔNG TY TNHH VÍ DỤ",
        tax_code=TAX_CODE,
        valid_from=now - timedelta(days=90),
        valid_to=now - timedelta(days=1),
    )
    assert refused(sandbox, by(expired)) == {"SIGNER_UNTRUSTED"}


def test_a_revoked_signer_is_refused(sandbox: Sandbox, good: Filing) -> None:
    issued = sandbox.authority.issue("CÔNG TY TNHH VÍ DỤ", tax_code=TAX_CODE)
    sandbox.authority.revoke(issued.serial)
    key = pkcs12.load(issued.p12("x"), "x")[0]
    assert refused(sandbox, replace(good, manifest_key=key)) == {"SIGNER_UNTRUSTED"}


def test_authorities_named_at_the_start_are_trusted_too(tmp_path: Path, good: Filing, pki: Any) -> None:
    (tmp_path / "ca.pem").write_bytes(pki.root_pem)
    key = pkcs12.load(pki.key("anh_duong").p12("x"), "x")[0]
    mine = replace(good, manifest_key=key, pdf=signed(good.printed.pdf, good.printed, key), xml=None)
    with Sandbox(tmp_path / "data", patience=60, trust=[tmp_path / "ca.pem"]) as other:
        assert refused(other, mine) == {"SIGNER_OTHER_CLIENT"}


def test_data_that_is_not_what_the_page_says_is_refused(sandbox: Sandbox, good: Filing) -> None:
    """The attached data is exchanged before signing: the page still shows the first amounts."""
    values = {**good.values, "ct22": good.values["ct22"] + 1_000_000}
    form = Form.load(template(), Period.parse("2026-10"), {k: v for k, v in values.items() if k in form_inputs()})
    other = print_form(template().ref, "2026-10", form.values, PrintOptions(int(NOW.timestamp()), practice=True))
    with pikepdf.open(io.BytesIO(other.pdf)) as source, pikepdf.open(io.BytesIO(good.printed.pdf)) as target:
        [name] = [name for name in source.attachments if name.endswith(".json")]
        data = source.attachments[name].get_file().read_bytes()
        stream = target.attachments[name].get_file().obj
        stream.write(data)
        buffer = io.BytesIO()
        target.save(buffer)
    pdf = signed(buffer.getvalue(), good.printed, good.key)
    assert "DATA_NOT_WHAT_IS_PRINTED" in refused(sandbox, replace(good, pdf=pdf, xml=None))


def test_a_page_changed_between_print_and_signature_is_refused(sandbox: Sandbox, good: Filing) -> None:
    """The print is still the first revision, and the signature is whole; but the page shows another amount."""
    pdf = painted_over(good.printed.pdf)
    assert pdf.startswith(good.printed.pdf)
    codes = refused(sandbox, replace(good, pdf=signed(pdf, good.printed, good.key), xml=None))
    assert "DATA_NOT_WHAT_IS_PRINTED" in codes


def test_xml_that_says_other_than_the_page_is_refused(sandbox: Sandbox, good: Filing) -> None:
    changed = {**good.values, "ct22": good.values["ct22"] + 1}
    data = sign_xml(xml.write(template(), "2026-10", changed), good.key, reference_id="ID_1", at=datetime.now(UTC))
    assert refused(sandbox, replace(good, xml=data)) == {"DATA_NOT_WHAT_IS_PRINTED"}
    assert good.xml is not None
    broken = good.xml.replace(b"<ct22>", b"<ct22>1", 1)
    assert "SIGNATURE_BROKEN" in refused(sandbox, replace(good, xml=broken))


def test_xml_in_the_form_that_says_other_than_its_data_is_refused(sandbox: Sandbox, good: Filing) -> None:
    """The print is still the first revision, page and data are its own: only the XML beside them was exchanged."""
    pdf = with_other_xml(good.printed.pdf)
    assert pdf.startswith(good.printed.pdf)
    state, _ = filed(sandbox, replace(good, pdf=signed(pdf, good.printed, good.key), xml=None))
    [reason] = state["reasons"]
    assert (reason["code"], reason["component"], reason["file"], reason["field"]) == (
        "XML_NOT_THE_DATA", "to-khai", "01-GTGT.pdf", "ct22",
    )  # fmt: skip
    assert "[22]" in reason["detail"]["vi"]
    assert "01-GTGT.pdf" in reason["detail"]["en"]


def test_papers_that_a_form_names_must_be_filed_with_it(tmp_path: Path) -> None:
    """A portal whose VAT return has a field for papers, one of which is signed after the form named it."""
    names = ("quyết định.pdf", "thẻ.pdf")
    papers = [paper(pages) for pages in (1, 2)]
    named_as = [enclosed.entry(name, len(data), digest(data)) for name, data in zip(names, papers, strict=True)]
    with Sandbox(tmp_path / "data", patience=60, resources=with_a_field_for_papers(tmp_path)) as portal:
        key = named(portal, "CÔNG TY TNHH VÍ DỤ ÁNH DƯƠNG", tax_code=TAX_CODE)
        folder = tmp_path / "resources" / "templates" / "thue" / "01-gtgt" / "tt89-1"
        made = load(TemplateRef("thue/01-gtgt", "tt89-1", folder, folder_digest(folder)))
        data = json.loads(made.files["examples/complete.json"])["data"]
        form = Form.load(made, Period.parse("2026-10"), {**data, "giay_kem": named_as})
        assert form.errors == []
        printed = print_form(made.ref, "2026-10", form.values, PrintOptions(int(NOW.timestamp()), practice=True))
        signed_later = sign_pdf(papers[1], None, key, at=datetime.now(UTC)).data
        assert signed_later is not None
        both = ((names[0], papers[0]), (names[1], signed_later))
        filing = Filing(form.values, printed, key, key, pdf=signed(printed.pdf, printed, key), papers=both)
        state, _ = filed(portal, filing)
        assert state["state"] == "registered", state["reasons"]
        for filed_with, code in (
            (both[:1], "FIELD_FILE_NOT_FILED"),
            ((both[0], (names[1], paper(3))), "FIELD_FILE_OTHER"),
        ):
            state, _ = filed(portal, replace(filing, papers=filed_with))
            [reason] = state["reasons"]
            assert (reason["code"], reason["component"], reason["file"], reason["field"]) == (
                code, "to-khai", "01-GTGT.pdf", "giay_kem",
            )  # fmt: skip
            for words in reason["detail"].values():
                assert "thẻ.pdf" in words
                assert "01-GTGT.pdf" in words
            assert "Bản chụp" in reason["detail"]["vi"]
            assert "Copy" in reason["detail"]["en"]


def test_papers_are_looked_for_by_what_they_are(tmp_path: Path) -> None:
    definition = form_kit.definition(
        [
            form_kit.field("giay", "file", max_files=3),
            form_kit.group("con", [form_kit.field("khai_sinh", "file")], repeat={"max": 3}),
        ]
    )
    contents = {digest(data): data for data in (b"one", b"two, and signed later", b"other")}
    for sha256, data in contents.items():
        (tmp_path / sha256).write_bytes(data)
    where = {sha256: tmp_path / sha256 for sha256 in contents}

    def looked(values: dict[str, Any], *filed: tuple[str, bytes, str]) -> list[tuple[str, str, str]]:
        listed = [
            ManifestFile(name=name, sha256=digest(data), size=len(data), media_type=PDF, kind=kind)  # type: ignore[arg-type]
            for name, data, kind in filed
        ]
        return list(lacks(definition, values, where, listed))

    one, two = enclosed.entry("a.pdf", 3, digest(b"one")), enclosed.entry("b.pdf", 3, digest(b"two"))
    first, later = ("tên khác.pdf", b"one", "attachment"), ("b.pdf", b"two, and signed later", "attachment")
    assert looked({"giay": [one], "con": [{}, {"khai_sinh": [two]}]}, first, later) == []
    assert looked({"giay": [one, two]}, later) == [("giay", "a.pdf", "absent")]
    assert looked({"con": [{}, {"khai_sinh": [two]}]}, first) == [("con[1].khai_sinh", "b.pdf", "absent")]
    assert looked({"giay": [one]}, ("A.PDF", b"other", "attachment")) == [("giay", "a.pdf", "other")]
    assert looked({"giay": [one]}, ("a.pdf", b"one", "xml")) == [("giay", "a.pdf", "absent")]
    assert looked({"giay": [{**one, "size": 2}]}, first) == [("giay", "a.pdf", "absent")]
    nothings: list[Any] = [None, "a.pdf", [one, 5], {}, [{"name": "a.pdf"}]]
    for nothing in nothings:
        assert looked({"giay": nothing, "con": nothing}) == []


def test_a_closed_version_is_refused(sandbox: Sandbox, good: Filing) -> None:
    old = template("tt80-1")
    data = json.loads(old.files["examples/complete.json"])["data"]
    form = Form.load(old, Period.parse("2026-05"), {**data, "mst": TAX_CODE})
    printed = print_form(old.ref, "2026-10", form.values, PrintOptions(int(NOW.timestamp())))
    filing = replace(good, pdf=signed(printed.pdf, printed, good.key), printed=printed, xml=None, version="tt80-1")
    assert refused(sandbox, filing) == {"TEMPLATE_CLOSED"}


def test_drafts_and_forms_with_errors_are_refused(sandbox: Sandbox, good: Filing) -> None:
    draft = print_form(template().ref, "2026-10", good.values, PrintOptions(1, draft=True))
    filing = replace(good, pdf=signed(draft.pdf, draft, good.key), xml=None)
    assert refused(sandbox, filing) == {"DRAFT_FILED"}
    wrong = print_form(template().ref, "2026-10", {**good.values, "ct43": 1}, PrintOptions(1))
    filing = replace(good, pdf=signed(wrong.pdf, wrong, good.key), xml=None)
    assert refused(sandbox, filing) == {"FORM_HAS_ERRORS"}


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"procedure": "9.999999"}, "PROCEDURE_UNKNOWN"),
        ({"case": "khac"}, "PROCEDURE_UNKNOWN"),
        ({"components": []}, "COMPONENT_MISSING"),
        ({"client": {"tax_code": OTHER_TAX_CODE, "personal_id": None, "name": "Sao Mai"}}, "SIGNER_OTHER_CLIENT"),
        ({"period": "2026-09"}, "TEMPLATE_CLOSED"),
    ],
)
def test_the_manifest_must_fit_the_procedure(sandbox: Sandbox, good: Filing, more: dict[str, Any], code: str) -> None:
    if more == {"components": []}:
        assert {"COMPONENT_MISSING", "COMPONENT_UNKNOWN"} == refused(sandbox, replace(good, component="khac"))
    else:
        assert code in refused(sandbox, replace(good, more=more))


def test_rubbish_is_unreadable_and_the_portal_goes_on(sandbox: Sandbox, good: Filing) -> None:
    for rubbish in (b"%PDF-1.7\nrubbish", b"\0" * 1000, b"<HSoThueDTu>"):
        assert refused(sandbox, replace(good, pdf=rubbish, xml=None)) & {"FILE_UNREADABLE", "SIGNATURE_BROKEN"}
    assert filed(sandbox, good)[0]["state"] == "registered"


def test_who_may_sign_in_which_role() -> None:
    company, person = ("0100686209", None), (None, "001188012345")
    assert fits("self", company, company)
    assert not fits("self", ("0100686209-001", None), company)
    assert fits("self", person, ("001188012345", None))  # the number of a person is also the tax code
    assert not fits("self", person, company)
    assert fits("legal_representative", person, company)
    assert not fits("legal_representative", ("0101243150", None), company)
    assert fits("tax_agent", ("0101243150", None), company)
    assert not fits("tax_agent", person, company)


def test_values_of_xml_and_form_compare_by_what_they_say() -> None:
    assert same_value("", None)
    assert same_value(0, "")
    assert same_value("2.50", "2.5")
    assert same_value([{"a": 1}], [{"a": 1, "b": 2}])
    assert not same_value(1, 2)
    assert not same_value([{"a": 1}], [])


def test_appointment_days_skip_days_off() -> None:
    friday = date(2026, 11, 20)
    assert due_day(friday, 1, "working_day") == date(2026, 11, 23)
    assert due_day(friday, 2, "working_day") == date(2026, 11, 25)  # the 24th is a day off
    assert due_day(friday, 8, "giờ làm việc") == date(2026, 11, 23)
    assert due_day(friday, 4, "day") == date(2026, 11, 25)


def form_inputs() -> set[str]:
    return {path for path, one in template().definition.fields.items() if getattr(one, "calculated", None) is None}


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def paper(pages: int) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page()
        pdf.save(out)
    return out.getvalue()


def with_a_field_for_papers(tmp_path: Path) -> Path:
    """Write what a portal publishes: one procedure, and a VAT return with a field for files."""
    resources = tmp_path / "resources"
    folder = resources / "templates" / "thue" / "01-gtgt" / "tt89-1"
    shutil.copytree(bundled_library().get("thue/01-gtgt", "tt89-1").path, folder)
    definition = json.loads((folder / "definition.json").read_text(encoding="utf-8"))
    definition["sections"][-1]["items"].append(
        {
            "field": "giay_kem", "kind": "file", "max_files": 2,
            "label": {"vi": "Bản chụp giấy tờ", "en": "Copy of papers"},
            "help": {"vi": "Chụp rõ cả hai mặt.", "en": "Both sides, legible."},
        }
    )  # fmt: skip
    (folder / "definition.json").write_text(json.dumps(definition), encoding="utf-8")
    with (folder / "layout.typ").open("a", encoding="utf-8") as layout:
        layout.write('\nGiấy tờ kèm: #fill("giay_kem")\n')
    (resources / "procedures").mkdir()
    for path in (RESOURCES / "procedures").glob("*.json"):
        record = json.loads(path.read_text(encoding="utf-8"))
        if record["code"] == "1.007014":
            for case in record["cases"]:
                for component in case["components"]:
                    component["sign"] = False  # signatures that are there are examined all the same
            (resources / "procedures" / path.name).write_text(json.dumps(record), encoding="utf-8")
    return resources


def with_other_xml(pdf: bytes) -> bytes:
    """Append a revision in which the attached XML holds another amount."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        stream = document.attachments["form-data.xml"].get_file().obj
        number, size, root = stream.objgen[0], int(document.trailer.Size), document.trailer.Root.objgen[0]
        content = stream.read_bytes().replace(b"<ct22>", b"<ct22>1")
    at = len(pdf) + 1
    one = (
        f"{number} 0 obj\n<</Type/EmbeddedFile/Subtype/application#2Fxml/Length {len(content)}>>\nstream\n".encode()
        + content
        + b"\nendstream\nendobj\n"
    )
    before = int(pdf[pdf.rindex(b"startxref") + 9 :].split()[0])
    xref = (
        f"xref\n{number} 1\n{at:010d} 00000 n \n"
        f"trailer\n<</Size {size} /Root {root} 0 R /Prev {before}>>\nstartxref\n{at + len(one)}\n%%EOF\n"
    )
    return pdf + b"\n" + one + xref.encode()


def painted_over(pdf: bytes) -> bytes:
    """Append a revision in which the first page hides a figure under a white box."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        page = document.pages[0].obj
        number, size = page.objgen[0], int(document.trailer.Size)
        contents = page.Contents.objgen[0]
        entries = page.unparse(resolved=True).decode("latin-1")
        root = document.trailer.Root.objgen[0]
    paint = b"q 1 1 1 rg 60 300 480 40 re f Q"
    one = (
        f"{number} 0 obj\n".encode()
        + entries.replace(f"/Contents {contents} 0 R", f"/Contents [{contents} 0 R {size} 0 R]").encode("latin-1")
        + b"\nendobj\n"
    )
    two = f"{size} 0 obj\n<</Length {len(paint)}>>\nstream\n".encode() + paint + b"\nendstream\nendobj\n"
    before = int(pdf[pdf.rindex(b"startxref") + 9 :].split()[0])
    first, second = len(pdf) + 1, len(pdf) + 1 + len(one)
    table = second + len(two)
    xref = (
        f"xref\n{number} 1\n{first:010d} 00000 n \n{size} 1\n{second:010d} 00000 n \n"
        f"trailer\n<</Size {size + 1} /Root {root} 0 R /Prev {before}>>\nstartxref\n{table}\n%%EOF\n"
    )
    return pdf + b"\n" + one + two + xref.encode()
