"""Time-stamps, and what the product itself signs, before the judge (KT-04)."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from signing import pkcs12
from signing.pdf import sign_pdf
from signing.trust import Trust
from signing.validation import Verdict, validate
from signing.xml import sign_xml
from tests.pki import Pki
from tests.signing import made

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def trust(pki: Pki) -> Trust:
    return Trust.of([pki.root_pem], crls=[pki.crl_pem])


def test_kt_04_a_trusted_time_stamp_proves_the_time(pki: Pki, trust: Trust) -> None:
    then = datetime.now(UTC).replace(microsecond=0) - 60 * DAY
    one = validate(made.stamped(pki, at=then), name="a", trust=trust).signatures[0]
    assert (one.verdict, one.level, one.time_stamp, one.proven_time) == (Verdict.VALID, "B-T", then, then)


def test_kt_04_revoked_after_the_stamp_stays_valid_and_before_does_not(pki: Pki, trust: Trust) -> None:
    now = datetime.now(UTC)
    after = validate(made.stamped(pki, "revoked", at=now - 60 * DAY), name="a", trust=trust)
    assert (after.verdict, after.signatures[0].revocation) == (Verdict.VALID, "good")
    before = validate(made.stamped(pki, "revoked", at=now - 10 * DAY), name="a", trust=trust)
    assert (before.verdict, before.signatures[0].revocation) == (Verdict.INVALID, "revoked")


def test_kt_04_a_certificate_that_ended_since_is_judged_at_the_stamp(pki: Pki, trust: Trust) -> None:
    """The claimed time is today, after the end: that alone is against it; the stamp does not heal it."""
    found = validate(made.stamped(pki, "expired", at=datetime.now(UTC) - 60 * DAY), name="a", trust=trust)
    assert found.verdict is Verdict.INVALID
    assert "CERTIFICATE_OUTSIDE_DATES" in found.signatures[0].reasons


def test_kt_04_a_stamp_outside_the_certificate_is_against_it(pki: Pki, trust: Trust) -> None:
    old = pki.key("anh_duong").certificate.not_valid_before_utc - 30 * DAY
    stamp = made.stamped(pki, at=old)
    found = validate(stamp, name="a", trust=trust)
    assert found.verdict is not Verdict.VALID


def test_kt_04_a_stamp_by_no_time_stamping_authority_proves_nothing(pki: Pki, trust: Trust) -> None:
    found = validate(made.stamped(pki, tsa="anh_duong"), name="a", trust=trust)
    assert found.verdict is Verdict.INDETERMINATE
    assert "TIME_STAMP_NOT_TRUSTED" in found.signatures[0].reasons
    assert found.signatures[0].trust == "trusted"


@pytest.mark.parametrize(("archive", "level"), [(False, "B-LT"), (True, "B-LTA")])
def test_kt_04_evidence_inside_the_file_is_enough_with_the_root(pki: Pki, archive: bool, level: str) -> None:
    data = made.stamped(pki, evidence=True, archive=archive)
    found = validate(data, name="a", trust=Trust.of([pki.root_pem]))
    one = found.signatures[0]
    assert (found.verdict, one.level, one.changes_after) == (Verdict.VALID, level, "permitted")
    assert [each.kind for each in found.signatures] == ["signature", *["time-stamp"] * archive]


def test_kt_04_evidence_of_a_past_day_counts_with_its_stamp(pki: Pki) -> None:
    """Ten days after the lists ran out, with nothing fetched, an archived file still stands; a plain one does not."""
    data = made.stamped(pki, evidence=True, archive=False)
    plain = made.signed(made.blank(), pki.key("anh_duong"))
    later = datetime.now(UTC) + 40 * DAY
    trust = Trust.of([pki.root_pem], crls=[pki.crl_pem])
    assert validate(plain, name="a", trust=trust, at=later).signatures[0].revocation == "unknown"
    found = validate(data, name="a", trust=trust, at=later)
    # The stamp's own authority cannot be known good that day, so neither is the time proven.
    assert found.verdict is Verdict.INDETERMINATE
    assert found.signatures[0].integrity == "intact"


# what the product makes


@pytest.fixture(scope="module")
def key(pki: Pki) -> pkcs12.FileKey:
    return pkcs12.load(pki.key("anh_duong").p12("mật khẩu"), "mật khẩu")[0]


def test_kt_01_what_the_product_signs_is_valid_and_pdfsig_agrees(
    pki: Pki, trust: Trust, key: pkcs12.FileKey, tmp_path: Path
) -> None:
    once = sign_pdf(made.blank(), None, key).data
    assert once is not None
    found = validate(once, name="a", trust=trust)
    assert (found.verdict, found.signatures[0].level) == (Verdict.VALID, "B-B")
    other = pkcs12.load(pki.key("sao_mai").p12("x"), "x")[0]
    twice = sign_pdf(once, None, other).data
    assert twice is not None
    found = validate(twice, name="a", trust=trust)
    assert (found.verdict, len(found.signatures)) == (Verdict.VALID, 2)
    assert [one.signer and one.signer.tax_code for one in found.signatures] == ["0100686209", "0101243150"]
    (tmp_path / "a.pdf").write_bytes(twice)
    told = subprocess.run(["pdfsig", tmp_path / "a.pdf"], capture_output=True, text=True, check=False).stdout
    assert told.count("Signature is Valid") == 2


def test_kt_03_any_changed_byte_of_what_the_product_signs_is_seen(trust: Trust, key: pkcs12.FileKey) -> None:
    data = sign_pdf(made.blank(), None, key).data
    assert data is not None
    for position, new, changed, region in made.flips(data, 90, seed=7):
        verdict = validate(changed, name="a", trust=trust).verdict
        if region in made.PROTECTED:
            assert verdict in (Verdict.INVALID, Verdict.UNREADABLE), (position, new, region)


def test_kt_01_xml_that_the_product_signs_is_valid(pki: Pki, trust: Trust, key: pkcs12.FileKey) -> None:
    document = (
        b'<HSoThueDTu xmlns="http://kekhaithue.gdt.gov.vn/TKhaiThue"><HSoKhaiThue id="NODETOKY"><ct40a>1</ct40a>'
        b"</HSoKhaiThue><CKyDTu/></HSoThueDTu>"
    )
    found = validate(sign_xml(document, key, reference_id="NODETOKY"), name="a.xml", trust=trust)
    one = found.signatures[0]
    assert one.signer is not None
    assert (found.verdict, one.signer.tax_code) == (Verdict.VALID, "0100686209"), one.reasons
    assert one.signing_time is not None
