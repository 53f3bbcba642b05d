"""Raising what is signed to a level, renewing archives, and what earlier signatures, certifications and locks allow."""

from __future__ import annotations

import io
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields

from signing import errors
from signing.levels import Level, Proofs, extend, sign
from signing.pdf import sign_pdf
from signing.permissions import Certify
from signing.trust import Trust
from signing.validation import validate
from tests.signing import made

T, LT, LTA = Level.B_T, Level.B_LT, Level.B_LTA


@pytest.fixture(scope="module")
def trust(authority: Any) -> Trust:
    return Trust.of([authority.root])


@pytest.fixture(scope="module")
def proofs(authority: Any, trust: Trust) -> Proofs:
    return Proofs(trust, tsa=authority.tsa)


@pytest.fixture(scope="module")
def key(authority: Any) -> Any:
    return authority.key("p256")


@pytest.fixture(scope="module")
def other(authority: Any) -> Any:
    return authority.key("other")


def _levels(data: bytes, trust: Trust) -> list[tuple[str, str, str]]:
    found = validate(data, name="a", trust=trust)
    return [(one.name, one.level, one.verdict) for one in found.signatures if one.kind == "signature"]


def _pdfsig(data: bytes, folder: Path) -> int:
    (folder / "a.pdf").write_bytes(data)
    told = subprocess.run(["pdfsig", folder / "a.pdf"], capture_output=True, text=True, check=False).stdout
    return told.count("Signature Validation: Signature is Valid")


@pytest.mark.parametrize("wanted", [T, LT, LTA])
@pytest.mark.parametrize("start", [Level.B_B, T, LT, LTA])
def test_from_each_level_to_each_level(
    proofs: Proofs, trust: Trust, key: Any, tmp_path: Path, start: Level, wanted: Level
) -> None:
    source = sign(made.blank(), None, key, level=start, proofs=proofs).data
    assert source is not None
    order = [Level.B_B, T, LT, LTA]
    if order.index(wanted) <= order.index(start) and not wanted is start is LTA:
        with pytest.raises(errors.LevelReached) as reached:
            extend(source, None, level=wanted, proofs=proofs)
        assert (reached.value.level, reached.value.present) == (wanted.value, start.value)
        return
    done = extend(source, None, level=wanted, proofs=proofs)
    assert done.data is not None
    assert done.data.startswith(source)
    assert (done.before, done.level, done.renewed) == (start, wanted, start is LTA)
    # A B-B signature gets its time by a stamp over the document: its own CMS cannot be touched any more.
    assert done.by_document_time_stamp == (start is Level.B_B)
    assert _levels(done.data, trust) == [("Signature1", wanted, "indeterminate" if wanted is T else "valid")]
    assert _pdfsig(done.data, tmp_path) == 1


def test_an_archive_is_renewed_again_and_again(proofs: Proofs, trust: Trust, key: Any) -> None:
    data = sign(made.blank(), None, key, level=LTA, proofs=proofs).data
    for number in range(2, 5):
        assert data is not None
        data = extend(data, None, level=LTA, proofs=proofs).data
        assert data is not None
        found = validate(data, name="a", trust=trust)
        assert found.verdict == "valid"
        assert [one.name for one in found.signatures if one.kind == "time-stamp"] == [
            f"DocTimeStamp{each}" for each in range(1, number + 1)
        ]


def test_years_later_an_archive_that_nobody_renewed_is_no_proof(pki: Any) -> None:
    """All certificates have ended by then, that of the last time-stamp too; the level is still what it is."""
    now = datetime.now(UTC)
    data = made.stamped(pki, at=now - timedelta(days=20), evidence=True, archive=True)
    trust = Trust.of([pki.root_der])
    later = now + timedelta(days=900)
    found = validate(data, name="a", trust=trust, at=later)
    assert found.verdict == "indeterminate"
    assert found.signatures[0].level == "B-LTA"


def test_every_signature_of_a_file_is_raised(
    proofs: Proofs, trust: Trust, key: Any, other: Any, tmp_path: Path
) -> None:
    once = sign_pdf(made.blank(), None, key).data
    assert once is not None
    twice = sign(once, None, other, level=T, proofs=proofs).data
    assert twice is not None
    assert [level for _, level, _ in _levels(twice, trust)] == ["B-B", "B-T"]
    done = extend(twice, None, level=LTA, proofs=proofs)
    assert (done.before, done.signatures, done.by_document_time_stamp) == (Level.B_B, 2, True)
    assert done.data is not None
    assert _levels(done.data, trust) == [("Signature1", "B-LTA", "valid"), ("Signature2", "B-LTA", "valid")]
    assert _pdfsig(done.data, tmp_path) == 2


def test_signers_one_after_the_other_each_at_their_level(
    proofs: Proofs, trust: Trust, key: Any, other: Any, tmp_path: Path
) -> None:
    """An archived document is signed by a second person; the first signature loses nothing."""
    data = sign(made.blank(), None, key, level=LTA, proofs=proofs).data
    assert data is not None
    second = sign(data, None, other, level=LTA, proofs=proofs)
    assert second.facts.earlier == 2  # a signature and a time-stamp
    assert second.data is not None
    assert _levels(second.data, trust) == [("Signature1", "B-LTA", "valid"), ("Signature2", "B-LTA", "valid")]
    third = sign_pdf(second.data, None, key).data
    assert third is not None
    assert [level for _, level, _ in _levels(third, trust)] == ["B-LTA", "B-LTA", "B-B"]
    assert _pdfsig(third, tmp_path) == 3


def test_the_level_is_that_of_each_signature_in_its_order(proofs: Proofs, trust: Trust, key: Any, other: Any) -> None:
    """A time-stamp over the document archives what was there before it, not a signature that came later."""
    data = sign(made.blank(), None, key, level=LTA, proofs=proofs).data
    assert data is not None
    data = sign(data, None, other, level=T, proofs=proofs).data
    assert data is not None
    first, second = (level for _, level, _ in _levels(data, trust))
    assert first == "B-LTA"
    assert second != "B-LTA"


def test_files_are_signed_as_streams(proofs: Proofs, key: Any, trust: Trust, tmp_path: Path) -> None:
    (tmp_path / "in.pdf").write_bytes(made.blank(3))
    with (tmp_path / "in.pdf").open("rb") as source, (tmp_path / "out.pdf").open("w+b") as out:
        done = sign(source, out, key, level=LTA, proofs=proofs)
        assert done.data is None
    assert done.facts.size == (tmp_path / "out.pdf").stat().st_size
    assert validate(tmp_path / "out.pdf", trust=trust).verdict == "valid"
    with (tmp_path / "out.pdf").open("rb") as source, (tmp_path / "again.pdf").open("w+b") as out:
        assert extend(source, out, level=LTA, proofs=proofs).renewed
    assert validate(tmp_path / "again.pdf", trust=trust).verdict == "valid"


# what is not raised


def test_what_cannot_be_raised_is_said(proofs: Proofs, pki: Any, authority: Any, key: Any) -> None:
    with pytest.raises(errors.NothingToExtend):
        extend(made.blank(), None, level=T, proofs=proofs)
    with pytest.raises(errors.PdfUnreadable):
        extend(b"%PDF-1.7 nothing", None, level=T, proofs=proofs)
    old = made.signed(made.blank(), pki.key("anh_duong"), pades=False)
    with pytest.raises(errors.NotBaseline):
        extend(old, None, level=T, proofs=proofs)
    strange = made.signed(made.blank(), pki.key("anh_duong"))
    with pytest.raises(errors.ValidationDataMissing) as missing:
        extend(strange, None, level=LT, proofs=proofs)
    assert missing.value.reason == "no_chain"
    revoked = sign_pdf(made.blank(), None, authority.key("revoked")).data
    assert revoked is not None
    with pytest.raises(errors.ValidationDataMissing) as missing:
        extend(revoked, None, level=LT, proofs=proofs)
    assert missing.value.reason == "signer_revoked"


def test_a_changed_file_is_not_raised(proofs: Proofs, key: Any) -> None:
    signed = sign_pdf(made.blank(), None, key).data
    assert signed is not None
    for change in (made.replace_page, made.add_annotation, made.change_value, made.hide_field):
        with pytest.raises(errors.EarlierSignatureBroken) as broken:
            extend(made.increment(signed, change), None, level=T, proofs=proofs)
        assert broken.value.field == "Signature1"
    bent = bytearray(signed)
    bent[200] ^= 1
    with pytest.raises((errors.EarlierSignatureBroken, errors.PdfUnreadable)):
        extend(bytes(bent), None, level=T, proofs=proofs)


# certification, locks, demands


@pytest.mark.parametrize("level", [Level.B_B, T, LT, LTA])
@pytest.mark.parametrize("certify", list(Certify))
def test_a_certification_and_what_it_allows(
    proofs: Proofs, trust: Trust, key: Any, other: Any, tmp_path: Path, certify: Certify, level: Level
) -> None:
    first = sign(made.blank(), None, key, level=level, proofs=proofs, certify=certify).data
    assert first is not None
    reader = PdfFileReader(io.BytesIO(first))
    wanted = {Certify.NO_CHANGES: 1, Certify.FILL_FORMS: 2, Certify.ANNOTATE: 3}[certify]
    assert reader.embedded_signatures[0].docmdp_level == fields.MDPPerm(wanted)
    assert "/DocMDP" in reader.root["/Perms"]
    if certify is Certify.NO_CHANGES:
        with pytest.raises(errors.SigningForbidden):
            sign(first, None, other, level=level, proofs=proofs)
        # Validation data and time-stamps are no change (ISO 32000-2, 12.8.2.2).
        archived = extend(first, None, level=LTA, proofs=proofs).data
        assert archived is not None
        assert _levels(archived, trust) == [("Signature1", "B-LTA", "valid")]
        return
    both = sign(first, None, other, level=level, proofs=proofs).data
    assert both is not None
    assert _pdfsig(both, tmp_path) == 2
    assert {one for _, one, _ in _levels(both, trust)} == {level}


def test_a_certification_comes_first(key: Any, other: Any) -> None:
    once = sign_pdf(made.blank(), None, key).data
    assert once is not None
    with pytest.raises(errors.CertifyNotFirst) as late:
        sign_pdf(once, None, other, certify=Certify.FILL_FORMS)
    assert late.value.field == "Signature1"


def _with_field(data: bytes, name: str, **more: Any) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    fields.append_signature_field(writer, fields.SigFieldSpec(name, box=(72, 80, 272, 120), **more))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("level", [Level.B_B, LTA])
@pytest.mark.parametrize("stock", [False, True])
def test_a_lock_in_the_field_is_carried_out(
    proofs: Proofs, trust: Trust, key: Any, other: Any, level: Level, stock: bool
) -> None:
    """The signature says by FieldMDP what the field's author wanted locked; an unlocked field may be filled."""
    lock = fields.FieldMDPSpec(fields.FieldMDPAction.INCLUDE, fields=["so_tien"])
    ready = _with_field(made.blank(), "Giám đốc", field_mdp_spec=lock)
    data = sign(ready, None, key, level=level, proofs=proofs, field="Giám đốc", stock=stock).data
    assert data is not None
    one = PdfFileReader(io.BytesIO(data)).embedded_signatures[0]
    assert one.fieldmdp is not None
    assert (one.fieldmdp.action, list(one.fieldmdp.fields or ())) == (fields.FieldMDPAction.INCLUDE, ["so_tien"])
    both = sign(data, None, other, level=level, proofs=proofs).data
    assert both is not None
    found = validate(both, name="a", trust=trust)
    assert all(each.integrity == "intact" and "CHANGES_FORBIDDEN" not in each.reasons for each in found.signatures)
    locked = validate(made.increment(data, made.change_value), name="a", trust=trust)
    assert locked.signatures[0].verdict == "invalid"


def test_a_lock_that_allows_nothing_more_is_told_before_signing(key: Any, other: Any) -> None:
    """The library would sign a second time and break the first signature in silence."""
    spec = fields.FieldMDPSpec(fields.FieldMDPAction.ALL)
    ready = _with_field(made.blank(), "Giám đốc", field_mdp_spec=spec, doc_mdp_update_value=fields.MDPPerm.NO_CHANGES)
    data = sign_pdf(ready, None, key, field="Giám đốc").data
    assert data is not None
    assert PdfFileReader(io.BytesIO(data)).embedded_signatures[0].docmdp_level == fields.MDPPerm.NO_CHANGES
    with pytest.raises(errors.SigningForbidden) as forbidden:
        sign_pdf(data, None, other)
    assert forbidden.value.field == "Giám đốc"


@pytest.mark.parametrize("action", ["all", "include", "exclude"])
def test_a_field_that_an_earlier_signature_locked_is_not_signed(
    trust: Trust, key: Any, other: Any, action: str
) -> None:
    """Whatever the lock, each earlier signature holds after the step, or nothing is returned."""
    spec = {
        "all": fields.FieldMDPSpec(fields.FieldMDPAction.ALL),
        "include": fields.FieldMDPSpec(fields.FieldMDPAction.INCLUDE, fields=["Kế toán"]),
        "exclude": fields.FieldMDPSpec(fields.FieldMDPAction.EXCLUDE, fields=["so_tien"]),
    }[action]
    ready = _with_field(_with_field(made.blank(), "Kế toán"), "Giám đốc", field_mdp_spec=spec)
    data = sign_pdf(ready, None, key, field="Giám đốc").data
    assert data is not None
    with pytest.raises((errors.EarlierSignatureBroken, errors.SigningForbidden)) as refused:
        sign_pdf(data, None, other, field="Kế toán")
    assert refused.value.facts["field"] == "Giám đốc"


def test_existing_fields_are_filled_in_any_order(proofs: Proofs, trust: Trust, key: Any, other: Any) -> None:
    ready = _with_field(_with_field(made.blank(), "Kế toán"), "Giám đốc")
    data = sign(ready, None, other, level=LT, proofs=proofs, field="Giám đốc").data
    assert data is not None
    data = sign(data, None, key, level=LTA, proofs=proofs, field="Kế toán").data
    assert data is not None
    assert sorted(_levels(data, trust)) == [("Giám đốc", "B-LTA", "valid"), ("Kế toán", "B-LTA", "valid")]
    with pytest.raises(errors.FieldTaken):
        sign(data, None, key, level=T, proofs=proofs, field="Kế toán")


def _demanding(**demands: Any) -> bytes:
    flags = demands.pop("flags", fields.SigSeedValFlags(0))
    seeds = fields.SigSeedValueSpec(flags=flags, **demands)
    return _with_field(made.blank(), "Chữ ký", seed_value_dict=seeds)


def test_binding_demands_are_met_or_told(proofs: Proofs, key: Any) -> None:
    flag = fields.SigSeedValFlags
    other_format = [fields.SigSeedSubFilter.ADOBE_PKCS7_DETACHED]
    refused = {
        "format": _demanding(flags=flag.SUBFILTER, subfilters=other_format),
        "digest": _demanding(flags=flag.DIGEST_METHOD, digest_methods=["sha512"]),
        "reason": _demanding(flags=flag.REASONS, reasons=["Tôi đồng ý"]),
        "time_stamp": _demanding(timestamp_required=True, timestamp_server_url="https://tsa.vn"),
        "certification": _demanding(seed_signature_type=fields.SeedSignatureType(fields.MDPPerm.FILL_FORMS)),
    }
    for why, data in refused.items():
        with pytest.raises(errors.FieldDemands) as demanded:
            sign_pdf(data, None, key, field="Chữ ký")
        assert (demanded.value.field, demanded.value.reason) == ("Chữ ký", f"demand_{why}")
    assert sign_pdf(refused["reason"], None, key, field="Chữ ký", reason="Tôi đồng ý").facts.field == "Chữ ký"
    assert sign_pdf(refused["certification"], None, key, field="Chữ ký", certify=Certify.FILL_FORMS).data
    assert sign(refused["time_stamp"], None, key, level=T, proofs=proofs, field="Chữ ký").facts.level == "B-T"
    wishes = _demanding(subfilters=other_format, digest_methods=["sha512"], reasons=["Tôi đồng ý"])
    assert sign_pdf(wishes, None, key, field="Chữ ký").facts.level == "B-B"
