"""Circular 15/2025/TT-BKHCN, requirements on signing software: KS-01 … KS-12, each a test of its name."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from desktop import filing
from desktop.errors import RecordNotFound
from desktop.filing.errors import SigningRefused
from desktop.messages import message
from signing.certificate import Role
from signing.pkcs12 import load as load_p12
from signing.trust import Trust
from tests.desktop import ui_kit

WORDS = "mật khẩu"


@pytest.fixture(scope="module")
def place() -> Any:
    """Return a practice workspace with its portal."""
    return ui_kit.place()


@pytest.fixture
def printed(place: Any) -> bytes:
    """Return a printed form that nobody has signed."""
    from forms.period import Period
    from forms.printing import PrintOptions, print_form
    from forms.template import load

    template = load(place.desk.library.choose("thue/01-gtgt", Period.parse("2026-10"), place.desk.today()))
    values = filing.open_form(place.desk, _form(place, "ready")).values
    return print_form(template.ref, "2026-10", values, PrintOptions(timestamp=0)).pdf


def _form(place: Any, which: str) -> str:
    view = filing.dossier_view(place.desk, place.dossiers[which])
    return next(part.form for part in view.components if part.form)


def request(**more: Any) -> filing.SignRequest:
    return filing.SignRequest(role=Role.SELF, accept_unconfirmed=True, **more)


def signed_pdf(place: Any, printed: bytes) -> bytes:
    return filing.sign_document(place.desk, "a.pdf", printed, place.key(), request()).data


def test_ks_01_whose_certificate_it_is_is_known_before_signing(place: Any, pki: Any, tmp_path: Path) -> None:
    key = load_p12(pki.key("anh_duong").p12(WORDS), WORDS)[0]
    facts = key.certificate
    assert (facts.common_name, facts.tax_code) == ("CÔNG TY TNHH ÁNH DƯƠNG", "0100686209")
    assert facts.issuer
    assert facts.valid_from < facts.valid_to
    with pytest.raises(SigningRefused) as refused:
        filing.check_certificate(place.desk, key, role=Role.SELF, tax_code=ui_kit.COMPANY)
    assert "0100686209" in message(refused.value).sentence


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("expired", "CERTIFICATE_EXPIRED"),
        ("not_yet", "CERTIFICATE_NOT_YET_VALID"),
        ("revoked", "REVOKED"),
        ("wrong_usage", "CERTIFICATE_USAGE"),
        ("weak", "KEY_TOO_WEAK"),
    ],
)
def test_ks_02_a_certificate_that_does_not_stand_signs_nothing(
    place: Any, pki: Any, printed: bytes, name: str, code: str
) -> None:
    from signing.errors import SigningError

    trust = Trust.of([pki.root_pem, pki.intermediate_pem], crls=[pki.crl_pem])
    key = load_p12(pki.key(name).p12(WORDS), WORDS)[0]
    with pytest.raises((SigningRefused, SigningError)) as refused:
        filing.sign_document(place.desk, "a.pdf", printed, key, request(trust=trust))
    found: Any = refused.value
    codes = {finding.code for finding in getattr(found, "findings", ())} | {found.code}
    assert code in codes


def test_ks_03_a_key_file_is_called_a_software_key(place: Any) -> None:
    assert place.key().kind == "file"


def test_ks_04_what_is_signed_is_pdf_xml_or_json(place: Any, printed: bytes) -> None:
    assert signed_pdf(place, printed)[:8] in (b"%PDF-1.7", b"%PDF-2.0")
    files = place.desk.workspace.dossiers.files(place.dossiers["done"])
    assert {file.media_type for file in files} == {"application/pdf", "application/xml"}
    manifest = place.desk.workspace.dossiers.revision(place.dossiers["done"]).manifest
    assert manifest.count(".") == 2


def test_ks_05_signature_certificate_and_time_are_in_the_file(place: Any, printed: bytes, tmp_path: Path) -> None:
    path = tmp_path / "đã ký.pdf"
    path.write_bytes(signed_pdf(place, printed))
    told = subprocess.run(["pdfsig", path], capture_output=True, text=True).stdout
    assert ui_kit.COMPANY_NAME in told
    assert "Signing Time" in told
    assert "Signature is Valid" in told


def test_ks_06_and_11_authorities_are_shown_added_and_removed(place: Any, pki: Any) -> None:
    added = filing.trust_add(place.desk, pki.root_pem)
    listed = {anchor.fingerprint: anchor for anchor in filing.trust_list(place.desk)}
    assert added[0].fingerprint in listed
    assert listed[added[0].fingerprint].common_name
    filing.trust_remove(place.desk, added[0].fingerprint)
    assert added[0].fingerprint not in {anchor.fingerprint for anchor in filing.trust_list(place.desk)}
    with pytest.raises(RecordNotFound):
        filing.trust_remove(place.desk, added[0].fingerprint)


def test_ks_08_a_changed_byte_is_found(place: Any, printed: bytes) -> None:
    data = bytearray(signed_pdf(place, printed))
    trust = filing.workspace_trust(place.desk)
    assert trust is not None
    assert filing.validate_data(place.desk, "a.pdf", bytes(data), trust).verdict == "valid"
    data[len(data) // 2] ^= 1
    assert filing.validate_data(place.desk, "a.pdf", bytes(data), trust).verdict in ("invalid", "unreadable")


def test_ks_10_certificate_and_its_check_are_kept_and_can_be_deleted(tmp_path: Path) -> None:
    own = ui_kit.make(tmp_path / "riêng")
    try:
        kept = own.desk.workspace.evidence.list(own.dossiers["done"], "certificate")
        assert len(kept) == 1
        assert kept[0].facts["fingerprint"] == own.key().certificate.fingerprint
        assert "findings" in kept[0].facts
        assert own.desk.workspace.files.read(kept[0].sha256) == own.key().certificate.der
        from desktop import outbox

        for item in own.desk.workspace.outbox.items():
            if item.state == "QUEUED":
                outbox.cancel(own.desk.workspace, item.key)
        own.desk.workspace.purge_client(ui_kit.COMPANY)
        assert not own.desk.workspace.files.has(kept[0].sha256)
    finally:
        own.app.close()
        own.portal.stop()


def test_ks_12_results_are_told_in_vietnamese_and_the_signed_file_can_be_taken(place: Any) -> None:
    for code in ("CERTIFICATE_EXPIRED", "REVOKED", "OTHER_TAX_CODE", "SIGNING_REFUSED", "SIGNATURE_NOT_REREAD"):
        told = message(code)
        assert told.code == code
        assert any(letter in told.sentence for letter in "ăâđêôơưáàảãạ")
    names = {item.kind for item in filing.export(place.desk, place.dossiers["done"])}
    assert {"print_copy", "legal_container", "signed_xml"} <= names


def test_kt_07_validation_says_all_that_must_be_shown(place: Any, printed: bytes) -> None:
    trust = filing.workspace_trust(place.desk)
    assert trust is not None
    verdict = filing.validate_data(place.desk, "a.pdf", signed_pdf(place, printed), trust)
    told = json.loads(json.dumps(verdict.to_json(), default=str))["signatures"][0]
    signer = told["signer"]
    assert signer["common_name"] == ui_kit.COMPANY_NAME
    assert signer["issuer"]
    assert signer["organization"]
    assert told["signing_time"]
    assert told["integrity"] == "intact"
    assert signer["valid_from"] < signer["valid_to"]
