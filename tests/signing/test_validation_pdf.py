"""Judging signed PDF files: what counts as valid, and that nothing else does (requirements KT-01 to KT-07)."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm

from signing.trust import Trust
from signing.validation import FileVerdict, Verdict, validate
from tests.pki import Pki
from tests.signing import made

DAY = timedelta(days=1)

Change = Callable[[IncrementalPdfFileWriter], None]


@pytest.fixture(scope="module")
def trust(pki: Pki) -> Trust:
    return Trust.of([pki.root_pem], crls=[pki.crl_pem])


@pytest.fixture(scope="module")
def file(pki: Pki) -> bytes:
    """One PAdES B-B signature by the first company."""
    return made.signed(made.blank(), pki.key("anh_duong"))


def judged(data: bytes, trust: Trust, **named: Any) -> tuple[FileVerdict, Any]:
    """Return what was found in the file, and of its first signature (None where there is none)."""
    found = validate(data, name="a.pdf", trust=trust, **named)
    return found, found.signatures[0] if found.signatures else None


def by(pki: Pki, name: str) -> bytes:
    return made.signed(made.blank(), pki.key(name))


# KT-01 to KT-03: signature value, chain, integrity


@pytest.mark.parametrize("name", ["anh_duong", "anh_duong_ec", "sao_mai", "person"])
def test_kt_01_good_signatures_are_valid(pki: Pki, trust: Trust, name: str) -> None:
    found, one = judged(by(pki, name), trust)
    assert found.verdict is Verdict.VALID
    assert (one.integrity, one.changes_after, one.trust, one.revocation, one.level) == (
        "intact",
        "none",
        "trusted",
        "good",
        "B-B",
    )
    assert one.reasons == ()
    assert found.kind == "pdf"


def test_kt_01_a_value_by_another_key_is_invalid(pki: Pki, trust: Trust, file: bytes) -> None:
    """The whole CMS of another signer over another document, put into this file's place."""
    other = made.Layout.of(made.signed(made.blank(2), pki.key("sao_mai")))
    layout = made.Layout.of(file)
    room = layout.second - layout.first - 2
    digits = other.contents.hex().encode()[:room].ljust(room, b"0")
    found, one = judged(file[: layout.first + 1] + digits + file[layout.second - 1 :], trust)
    assert found.verdict is Verdict.INVALID
    assert one.integrity == "broken"
    assert one.signer.tax_code == "0101243150"


def test_kt_02_without_trust_nobody_is_trusted(pki: Pki, file: bytes) -> None:
    found, one = judged(file, Trust())
    assert (found.verdict, one.trust, one.integrity) == (Verdict.INDETERMINATE, "untrusted", "intact")


def test_kt_02_trust_is_by_certificate_and_not_by_name(pki: Pki, trust: Trust) -> None:
    found, one = judged(by(pki, "stranger"), trust)
    assert (found.verdict, one.trust) == (Verdict.INDETERMINATE, "untrusted")
    assert one.signer.issuer == "CA thử nghiệm"


def test_kt_02_an_intermediate_helps_and_gives_no_trust(pki: Pki, file: bytes) -> None:
    assert judged(file, Trust(intermediates=(pki.intermediate_der,)))[1].trust == "untrusted"


@pytest.mark.parametrize("name", ["wrong_usage", "weak", "sha1"])
def test_kt_02_unfit_certificates_are_never_valid(pki: Pki, trust: Trust, name: str) -> None:
    found, one = judged(by(pki, name), trust)
    assert found.verdict is Verdict.INDETERMINATE
    assert one.integrity == "intact"
    assert set(one.reasons) & {"WRONG_USAGE", "WEAK_KEY", "WEAK_ALGORITHM"}


@pytest.mark.parametrize(("pades", "count"), [(True, 270), (False, 90)])
def test_kt_03_any_changed_byte_of_what_is_signed_is_seen(pki: Pki, trust: Trust, pades: bool, count: int) -> None:
    """Every region has its share; the same sweep was run by hand over thousands of places."""
    data = made.signed(made.blank(), pki.key("anh_duong"), pades=pades)
    first = judged(data, trust)[1]
    seen = set()
    for position, new, changed, region in made.flips(data, count, seed=20261122):
        found, one = judged(changed, trust)
        where = (position, new, region, found.verdict, one and one.reasons)
        if region in made.PROTECTED:
            assert found.verdict in (Verdict.INVALID, Verdict.UNREADABLE), where
        if found.verdict is Verdict.VALID:
            assert (one.signer, one.signing_time) == (first.signer, first.signing_time), where
        if region == "same":
            assert found.verdict is Verdict.VALID, where
        seen.add(region)
    assert made.PROTECTED | {"same", "helper", "padding", "delimiter"} == seen


def test_kt_03_letter_case_of_the_digits_means_nothing(pki: Pki, trust: Trust, file: bytes) -> None:
    layout = made.Layout.of(file)
    swapped = file[layout.first + 1 : layout.second - 1].swapcase()
    changed = file[: layout.first + 1] + swapped + file[layout.second - 1 :]
    assert changed != file
    assert judged(changed, trust)[0].verdict is Verdict.VALID


def test_kt_03_foreign_bytes_in_the_padding_are_invalid(trust: Trust, file: bytes) -> None:
    layout = made.Layout.of(file)
    found, one = judged(file[: layout.second - 3] + b"01" + file[layout.second - 1 :], trust)
    assert found.verdict is Verdict.INVALID
    assert one.reasons == ("PADDING_NOT_ZERO",)
    assert one.integrity == "intact"


def test_kt_03_cut_files_are_never_valid_and_never_unsigned(trust: Trust, file: bytes) -> None:
    for cut in [*range(1, 200, 13), *range(200, len(file), 997)]:
        verdict = judged(file[:-cut], trust)[0].verdict
        if verdict is Verdict.UNSIGNED:  # cut back to before there was a signature
            assert b"/ByteRange" not in file[:-cut]
        else:
            assert verdict in (Verdict.INVALID, Verdict.UNREADABLE), cut


@pytest.mark.parametrize("more", [b"\n", b"garbage", b"%comment\n", b"\0" * 2000])
def test_kt_03_bytes_behind_the_signed_revision_are_said(trust: Trust, file: bytes, more: bytes) -> None:
    found, one = judged(file + more, trust)
    assert found.verdict is Verdict.INDETERMINATE
    assert (one.integrity, one.changes_after) == ("intact", "unknown")


def test_kt_03_another_document_behind_hides_nothing(trust: Trust, file: bytes) -> None:
    found, one = judged(file + made.blank(), trust)
    assert found.verdict is Verdict.INDETERMINATE
    assert one is not None


@pytest.mark.parametrize("replacement", [b"", b"/ByteRange null", b"/ByteRange []", b"/ByteRange [0 1 2]"])
def test_kt_03_a_byte_range_that_is_gone_is_not_an_unsigned_file(trust: Trust, file: bytes, replacement: bytes) -> None:
    found_place = re.search(rb"/ByteRange\s*\[[^\]]*\]", file)
    assert found_place is not None
    place = found_place[0]
    found, _ = judged(file.replace(place, replacement.ljust(len(place))), trust)
    assert found.verdict is Verdict.INVALID


def test_kt_03_an_enlarged_gap_is_invalid(trust: Trust, file: bytes) -> None:
    """Bytes around the signature left out of what is covered."""
    layout = made.Layout.of(file)
    found_place = re.search(rb"/ByteRange\s*\[[^\]]*\]", file)
    assert found_place is not None
    place = found_place[0]
    wide = b"/ByteRange [0 %d %d %d]" % (layout.first - 40, layout.second, layout.end - layout.second)
    found, one = judged(file.replace(place, wide.ljust(len(place))), trust)
    assert found.verdict is Verdict.INVALID
    assert one.integrity == "broken"


def test_kt_03_zeroed_contents_are_invalid(trust: Trust, file: bytes) -> None:
    layout = made.Layout.of(file)
    zeros = b"0" * (layout.second - layout.first - 2)
    found, _ = judged(file[: layout.first + 1] + zeros + file[layout.second - 1 :], trust)
    assert found.verdict is Verdict.INVALID


# changes after signing


@pytest.mark.parametrize("change", made.FORBIDDEN, ids=lambda one: one.__name__)
def test_kt_03_forbidden_changes_after_signing_are_invalid(trust: Trust, file: bytes, change: Change) -> None:
    found, one = judged(made.increment(file, change), trust)
    assert (found.verdict, one.changes_after, one.integrity) == (Verdict.INVALID, "forbidden", "intact")
    assert "CHANGES_FORBIDDEN" in one.reasons


@pytest.mark.parametrize("change", made.FORM_CHANGES, ids=lambda one: one.__name__)
def test_kt_03_a_form_changed_after_an_approval_is_never_valid(trust: Trust, file: bytes, change: Change) -> None:
    found, one = judged(made.increment(file, change), trust)
    assert (found.verdict, one.changes_after) == (Verdict.INDETERMINATE, "permitted")
    assert one.reasons == ("FORM_CHANGED_AFTER",)


@pytest.mark.parametrize(
    "change", [made.change_title, made.drawn_field, made.remove_field], ids=lambda one: one.__name__
)
def test_kt_03_other_additions_are_never_valid(trust: Trust, file: bytes, change: Change) -> None:
    assert judged(made.increment(file, change), trust)[0].verdict is Verdict.INDETERMINATE


def test_kt_03_a_change_hidden_below_a_second_signature_is_seen(pki: Pki, trust: Trust, file: bytes) -> None:
    changed = made.signed(made.increment(file, made.overwrite_value), pki.key("sao_mai"), field="Signature2")
    found, one = judged(changed, trust)
    assert found.verdict is Verdict.INDETERMINATE
    assert "FORM_CHANGED_AFTER" in one.reasons
    assert found.signatures[1].verdict is Verdict.VALID


@pytest.mark.parametrize(
    ("permission", "verdict"),
    [
        (MDPPerm.NO_CHANGES, Verdict.INVALID),
        (MDPPerm.FILL_FORMS, Verdict.VALID),
        (MDPPerm.ANNOTATE, Verdict.VALID),
    ],
)
def test_kt_03_a_certification_says_whether_a_form_may_be_filled(
    pki: Pki, trust: Trust, permission: MDPPerm, verdict: Verdict
) -> None:
    data = made.signed(made.blank(), pki.key("anh_duong"), certify=permission)
    assert judged(data, trust)[0].verdict is Verdict.VALID
    assert judged(made.increment(data, made.change_value), trust)[0].verdict is verdict


def test_kt_03_filling_after_certification_and_approval_is_not_valid(pki: Pki, trust: Trust) -> None:
    data = made.signed(made.blank(), pki.key("anh_duong"), certify=MDPPerm.FILL_FORMS)
    data = made.signed(data, pki.key("sao_mai"), field="Signature2")
    assert judged(data, trust)[0].verdict is Verdict.VALID
    found, _ = judged(made.increment(data, made.change_value), trust)
    assert [one.verdict for one in found.signatures] == [Verdict.VALID, Verdict.INDETERMINATE]
    assert found.verdict is Verdict.INDETERMINATE


@pytest.mark.parametrize("box", [None, (50, 50, 250, 120)])
def test_kt_03_a_second_signature_leaves_the_first_valid(
    pki: Pki, trust: Trust, file: bytes, box: tuple[int, int, int, int] | None
) -> None:
    found, one = judged(made.signed(file, pki.key("sao_mai"), field="Signature2", box=box), trust)
    assert found.verdict is Verdict.VALID
    assert (one.changes_after, found.signatures[1].changes_after) == ("permitted", "none")


def test_kt_03_a_file_is_as_good_as_its_worst_signature(pki: Pki, trust: Trust, file: bytes) -> None:
    found, one = judged(made.signed(file, pki.key("revoked"), field="Signature2"), trust)
    assert one.verdict is Verdict.VALID
    assert found.verdict is Verdict.INVALID


def test_kt_03_an_earlier_signature_broken_below_a_good_one_is_invalid(pki: Pki, trust: Trust, file: bytes) -> None:
    layout = made.Layout.of(file)
    at = layout.first + 1 + 2 * layout.value[40]
    broken = file[:at] + (b"1" if file[at : at + 1] != b"1" else b"2") + file[at + 1 :]
    found, one = judged(made.signed(broken, pki.key("sao_mai"), field="Signature2"), trust)
    assert one.verdict is Verdict.INVALID
    assert found.signatures[1].verdict is Verdict.VALID
    assert found.verdict is Verdict.INVALID


# dates and revocation


def test_kt_07_a_certificate_out_of_date_when_signing_is_invalid(pki: Pki, trust: Trust) -> None:
    for name in ("expired", "not_yet"):
        found, one = judged(by(pki, name), trust)
        assert found.verdict is Verdict.INVALID
        assert "CERTIFICATE_OUTSIDE_DATES" in one.reasons
        assert one.trust == "trusted"


def test_kt_07_out_of_date_now_with_only_a_claim_is_undecided(pki: Pki, trust: Trust, file: bytes) -> None:
    later = pki.key("anh_duong").certificate.not_valid_after_utc + 10 * DAY
    found, one = judged(file, trust, at=later)
    assert found.verdict is Verdict.INDETERMINATE
    assert "NO_PROOF_OF_TIME" in one.reasons
    assert (one.integrity, one.trust) == ("intact", "trusted")


def test_kt_07_before_the_certificate_began_is_invalid(pki: Pki, trust: Trust, file: bytes) -> None:
    early = pki.key("anh_duong").certificate.not_valid_before_utc - DAY
    assert judged(file, trust, at=early)[0].verdict is Verdict.INVALID


def test_kt_06_a_revoked_certificate_is_invalid_and_at_sets_now(pki: Pki, trust: Trust) -> None:
    data = by(pki, "revoked")
    found, one = judged(data, trust)
    assert (found.verdict, one.revocation, one.integrity) == (Verdict.INVALID, "revoked", "intact")
    found, one = judged(data, trust, at=datetime.now(UTC) - 60 * DAY)
    assert (found.verdict, one.revocation) == (Verdict.VALID, "good")


def test_kt_06_without_lists_revocation_is_unknown(pki: Pki, file: bytes) -> None:
    found, one = judged(file, Trust.of([pki.root_pem]))
    assert (found.verdict, one.trust, one.revocation) == (Verdict.INDETERMINATE, "trusted", "unknown")
    assert one.reasons == ("SIGNER_REVOCATION_UNKNOWN", "ISSUER_REVOCATION_UNKNOWN")


@pytest.mark.parametrize("missing", ["issuing", "root"])
def test_kt_06_every_link_of_the_chain_needs_a_list(pki: Pki, file: bytes, missing: str) -> None:
    given = pki.root_crl_der if missing == "issuing" else pki.crl_der
    found, one = judged(file, Trust.of([pki.root_pem], crls=[given]))
    assert (found.verdict, one.revocation) == (Verdict.INDETERMINATE, "unknown")


def lists(pki: Pki, **named: Any) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return pki.issuing.crl(**named).public_bytes(Encoding.DER)


def test_kt_06_a_list_out_of_date_or_signed_by_another_does_not_count(pki: Pki, file: bytes) -> None:
    now = datetime.now(UTC)
    old = lists(pki, this_update=now - 40 * DAY, next_update=now - 10 * DAY)
    foreign = lists(pki, key=pki.root.key)
    for crl in (old, foreign):
        trust = Trust.of([pki.root_pem], crls=[crl, pki.root_crl_der])
        found, one = judged(file, trust)
        assert (found.verdict, one.revocation) == (Verdict.INDETERMINATE, "unknown")


def test_kt_06_an_old_list_still_proves_a_revocation(pki: Pki) -> None:
    now = datetime.now(UTC)
    old = lists(pki, this_update=now - 20 * DAY, next_update=now - 10 * DAY)
    found, one = judged(by(pki, "revoked"), Trust.of([pki.root_pem], crls=[old, pki.root_crl_der]))
    assert (found.verdict, one.revocation) == (Verdict.INVALID, "revoked")


def test_kt_06_a_list_of_the_time_counts_for_a_past_now(pki: Pki, file: bytes) -> None:
    now = datetime.now(UTC)
    past = lists(pki, this_update=now - 40 * DAY, next_update=now - 10 * DAY)
    trust = Trust.of([pki.root_pem], crls=[past, pki.root_crl_der])
    assert judged(file, trust, at=now - 30 * DAY)[1].revocation == "good"


def test_kt_06_a_revoked_authority_is_invalid(pki: Pki, file: bytes) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding

    serial = pki.issuing.certificate.serial_number
    crl = pki.root.crl(revoked={serial: datetime.now(UTC) - DAY}).public_bytes(Encoding.DER)
    found, one = judged(file, Trust.of([pki.root_pem], crls=[pki.crl_der, crl]))
    assert found.verdict is Verdict.INVALID
    assert "ISSUER_REVOKED" in one.reasons


# KT-05, KT-07: anchors come and go; what is shown


def test_kt_05_added_and_removed_anchors_decide(pki: Pki, trust: Trust, file: bytes) -> None:
    without = Trust(anchors=(), crls=trust.crls)
    assert judged(file, without)[0].verdict is Verdict.INDETERMINATE
    assert judged(file, without | Trust.of([pki.root_der]))[0].verdict is Verdict.VALID


def test_kt_07_the_document_says_all_that_must_be_shown(pki: Pki, trust: Trust, file: bytes) -> None:
    found = validate(file, name="tờ khai.pdf", trust=trust).to_json()
    assert set(found) >= {"file", "kind", "verdict", "signatures"}
    one = found["signatures"][0]
    assert set(one) >= {
        *("name", "verdict", "integrity", "changes_after", "trust", "revocation", "level"),
        *("signer", "signing_time", "time_stamp", "reasons"),
    }
    signer = one["signer"]
    assert signer["common_name"] == "CÔNG TY TNHH ÁNH DƯƠNG"
    assert signer["tax_code"] == "0100686209"
    assert signer["personal_id"] is None
    assert signer["issuer"] == "CA thử nghiệm"
    assert int(signer["serial"], 16) == pki.key("anh_duong").certificate.serial_number
    assert datetime.fromisoformat(signer["valid_from"]) < datetime.fromisoformat(signer["valid_to"])
    assert abs(datetime.fromisoformat(one["signing_time"]) - datetime.now(UTC)) < timedelta(minutes=10)
    assert one["time_stamp"] is None
    assert one["name"] == "Signature1"


def test_kt_07_the_person_is_named_by_the_number(pki: Pki, trust: Trust) -> None:
    one = judged(by(pki, "person"), trust)[1]
    assert (one.signer.personal_id, one.signer.tax_code) == ("001188012345", None)


# every file gets an answer


@pytest.mark.parametrize(
    ("data", "verdict"),
    [
        (b"", "unreadable"),
        (b"%PDF-1.7\n", "unreadable"),
        (b"%PDF-1.7\n1 0 obj<</Type/Sig/ByteRange[0 1 2 3]>>endobj\n%%EOF", "unreadable"),
        (b"\xff" * 4000, "unreadable"),
        (b"hello", "unreadable"),
    ],
)
def test_garbage_is_unreadable(trust: Trust, data: bytes, verdict: str) -> None:
    assert validate(data, name="x", trust=trust).verdict == verdict


def test_unsigned_is_unsigned(trust: Trust) -> None:
    found = validate(made.blank(), name="x", trust=trust)
    assert (found.verdict, found.signatures) == (Verdict.UNSIGNED, ())


def test_a_path_is_read_where_it_lies(tmp_path: Path, trust: Trust, file: bytes) -> None:
    path = tmp_path / "tờ khai đã ký.pdf"
    path.write_bytes(file)
    found = validate(path, trust=trust)
    assert (found.file, found.verdict) == ("tờ khai đã ký.pdf", Verdict.VALID)
    assert validate(tmp_path / "không có.pdf", trust=trust).verdict is Verdict.UNREADABLE


def test_time_is_bounded(trust: Trust, file: bytes) -> None:
    """A file that keeps the reader busy is given up in time, with an answer."""
    deep = io.BytesIO()
    deep.write(b"%PDF-1.7\n1 0 obj\n" + b"[" * 300_000 + b"]" * 300_000 + b"\nendobj\n")
    start = deep.tell()
    deep.write(b"xref\n0 2\n0000000000 65535 f \n0000000009 00000 n \n")
    deep.write(b"trailer\n<</Size 2/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start)
    begun = time.monotonic()
    found = validate(deep.getvalue(), name="x", trust=trust, time_limit=2)
    assert time.monotonic() - begun < 6
    assert found.verdict in (Verdict.UNREADABLE, Verdict.INDETERMINATE)


def test_a_slow_judgment_is_undecided(monkeypatch: pytest.MonkeyPatch, trust: Trust, file: bytes) -> None:
    from signing.validation import pdf

    def never(*_: object) -> None:
        while True:
            time.sleep(0.01)

    monkeypatch.setattr(pdf, "_fields", never)
    begun = time.monotonic()
    found = validate(file, name="x", trust=trust, time_limit=0.3)
    assert (found.verdict, found.reasons) == (Verdict.INDETERMINATE, ("TIME_LIMIT",))
    assert time.monotonic() - begun < 3


def test_any_exception_is_a_doubt_and_not_a_crash(monkeypatch: pytest.MonkeyPatch, trust: Trust, file: bytes) -> None:
    from signing.validation import pdf_changes

    def fails(*_: object) -> None:
        raise AssertionError("a hostile file")

    monkeypatch.setattr(pdf_changes, "after", fails)
    found, one = judged(file, trust)
    assert found.verdict is Verdict.INDETERMINATE
    assert "CANNOT_BE_VALIDATED" in one.reasons


def test_many_signatures_are_refused_and_not_endured(
    monkeypatch: pytest.MonkeyPatch, pki: Pki, trust: Trust, file: bytes
) -> None:
    from signing.validation import pdf

    monkeypatch.setattr(pdf, "SIGNATURE_LIMIT", 1)
    two = made.signed(file, pki.key("sao_mai"), field="Signature2")
    found = validate(two, name="x", trust=trust)
    assert (found.verdict, found.reasons) == (Verdict.INDETERMINATE, ("TOO_MANY_SIGNATURES",))
