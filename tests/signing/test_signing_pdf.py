"""A signed PDF, judged by re-opening it and by tools that did not write it."""

from __future__ import annotations

import hashlib
import io
import os
import re
import subprocess
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import typst
from asn1crypto import cms, parser
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields as pyhanko_fields
from pyhanko.sign import signers
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from signing import errors, reread
from signing.modelled import _StockSigner
from signing.pdf import EmptyField, sign_pdf
from signing.stamp import Stamp, prepare_font, stamp_lines

NOW = datetime(2026, 7, 15, 9, 30, tzinfo=UTC)

FONTS = Path(__file__).parents[2] / "resources" / "fonts"
BOX = (320.0, 60.0, 220.0, 80.0)


@pytest.fixture(scope="module")
def font() -> Any:
    return prepare_font((FONTS / "NotoSans-Stamp.ttf").read_bytes())


@pytest.fixture(scope="module")
def tagged(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A two-page PDF/A-3a and PDF/UA-1 file, as forms are printed."""
    folder = tmp_path_factory.mktemp("typst")
    (folder / "a.typ").write_text(
        '#set document(title: "Tờ khai", date: datetime(year: 2026, month: 7, day: 1))\n'
        '#set text(lang: "vi", font: "Liberation Serif")\n= Tờ khai\nDòng một.\n#pagebreak()\nTrang hai.',
        "utf-8",
    )
    return bytes(typst.compile(str(folder / "a.typ"), font_paths=[str(FONTS)], pdf_standards=["a-3a", "ua-1"]))


@pytest.fixture(scope="module")
def plain() -> bytes:
    """A PDF without structure, as a scanner writes it."""
    document = pikepdf.new()
    document.add_blank_page(page_size=(595, 842))
    document.add_blank_page(page_size=(595, 842))
    document.pages[1].Rotate = 90
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _stamp(key: Any, font: Any, page: int = 1, box: tuple[float, ...] = BOX) -> Stamp:
    return Stamp(stamp_lines(key.certificate, NOW), page, box, font)  # type: ignore[arg-type]


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.stdout + done.stderr


def _judge(data: bytes, folder: Path, signatures: int = 1) -> None:
    """pdfsig and pyHanko call every signature valid and the last one the whole document's; qpdf finds no fault."""
    path = folder / "signed.pdf"
    path.write_bytes(data)
    said = _run("pdfsig", str(path))
    assert said.count("Signature is Valid") == signatures, said
    assert "Total document signed" in said
    checked = subprocess.run(["qpdf", "--check", str(path)], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    found = PdfFileReader(io.BytesIO(data)).embedded_signatures
    assert len(found) == signatures
    for one in found:
        status = validate_pdf_signature(one, ValidationContext(trust_roots=[], allow_fetching=False))
        assert status.intact
        assert status.valid
        assert status.docmdp_ok


def _cms(data: bytes) -> Any:
    return PdfFileReader(io.BytesIO(data)).embedded_signatures[-1].signed_data


@pytest.mark.parametrize("kind", ["rsa", "p256", "p384"])
def test_every_kind_of_key_signs_what_others_accept(kind: str, file_key: Any, tagged: bytes, tmp_path: Path) -> None:
    key = file_key(kind)
    signed = sign_pdf(tagged, None, key, at=NOW, reason="Nộp tờ khai", location="Hà Nội")
    assert signed.data is not None
    assert signed.data.startswith(tagged)
    assert signed.facts.size == len(signed.data)
    assert signed.facts.certificate == key.certificate
    _judge(signed.data, tmp_path)
    document = pikepdf.open(io.BytesIO(signed.data))
    dictionary = document.Root.AcroForm.Fields[0].V
    assert str(dictionary.M) == "D:20260715163000+07'00'"
    assert str(dictionary.SubFilter) == "/ETSI.CAdES.detached"
    assert str(dictionary.Reason) == "Nộp tờ khai"


@pytest.mark.parametrize("kind", ["rsa", "p256", "p384"])
def test_prepared_cms_and_the_stock_path_parse_alike(kind: str, file_key: Any, tagged: bytes) -> None:
    """Everything but digest, signature value and their consequences is equal, algorithms included."""
    key = file_key(kind)
    fast = _cms(sign_pdf(tagged, None, key, at=NOW).data)  # type: ignore[arg-type]
    stock = _cms(sign_pdf(tagged, None, key, at=NOW, stock=True).data)  # type: ignore[arg-type]

    def shape(signed: Any) -> Any:
        signer = signed["signer_infos"][0]
        attributes = {
            one["type"].native: one["values"].dump()
            for one in signer["signed_attrs"]
            if one["type"].native != "message_digest"
        }
        return (
            signed["version"].native,
            signed["digest_algorithms"].native,
            signed["encap_content_info"].native,
            {one.chosen.dump() for one in signed["certificates"]},
            signer["version"].native,
            signer["sid"].dump(),
            signer["digest_algorithm"]["algorithm"].native,
            signer["signature_algorithm"].dump(),
            attributes,
            signer["unsigned_attrs"].native,
        )

    assert shape(fast) == shape(stock)
    names = {one["type"].native for one in fast["signer_infos"][0]["signed_attrs"]}
    # EN 319 142-1, table 1: no signing-time attribute beside /M.
    assert names == {"content_type", "message_digest", "signing_certificate_v2"}
    raw = cms.ContentInfo({"content_type": "signed_data", "content": fast}).dump(force=True)
    assert cms.ContentInfo.load(raw)["content"].dump() == fast.dump()


def test_openssl_accepts_the_cms_as_cades(file_key: Any, throwaway: Any, tagged: bytes, tmp_path: Path) -> None:
    data = sign_pdf(tagged, None, file_key(), at=NOW).data
    assert data is not None
    signature = PdfFileReader(io.BytesIO(data)).embedded_signatures[0]
    _, first, second, rest = (int(value) for value in signature.byte_range)
    (tmp_path / "content").write_bytes(data[:first] + data[second : second + rest])
    (tmp_path / "cms").write_bytes(signature.pkcs7_content)
    (tmp_path / "root.pem").write_bytes(throwaway.root.pem)
    said = _run(
        *("openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", str(tmp_path / "cms")),
        *("-content", str(tmp_path / "content"), "-CAfile", str(tmp_path / "root.pem"), "-purpose", "any"),
        *("-cades", "-attime", str(int(NOW.timestamp())), "-out", os.devnull),
    )
    assert "CAdES Verification successful" in said or "CMS Verification successful" in said, said


def test_stamp_is_seen_and_its_text_is_exact(file_key: Any, font: Any, tagged: bytes, tmp_path: Path) -> None:
    key = file_key("rsa", "CÔNG TY TNHH ÁNH DƯƠNG – Đỗ Thị Huệ Ngữ Ỹ")
    signed = sign_pdf(tagged, None, key, stamp=_stamp(key, font), at=NOW)
    assert signed.facts.visible
    _judge(signed.data, tmp_path)  # type: ignore[arg-type]
    text = _run("pdftotext", "-layout", str(tmp_path / "signed.pdf"), "-")
    assert "Ký bởi: CÔNG TY TNHH ÁNH DƯƠNG – Đỗ Thị Huệ Ngữ Ỹ" in " ".join(text.split())
    assert "Ngày ký: 15/07/2026 16:30:00" in text
    assert unicodedata.is_normalized("NFC", text)
    # Drawn by an engine of its own: ink stands inside the box and nowhere that was white before.
    (tmp_path / "source.pdf").write_bytes(tagged)
    before, after = (_pixels(tmp_path / name, 1) for name in ("source.pdf", "signed.pdf"))
    changed = [point for point in after if after[point] != before[point]]
    assert len(changed) > 500
    height = max(y for _, y in after) + 1
    for x, y in changed:
        assert BOX[0] - 1 <= x <= BOX[0] + BOX[2] + 1
        assert BOX[1] - 1 <= height - y <= BOX[1] + BOX[3] + 2


def _pixels(path: Path, page: int) -> dict[tuple[int, int], int]:
    data = subprocess.run(
        ["pdftoppm", "-gray", "-r", "72", "-f", str(page), "-l", str(page), str(path)],
        capture_output=True,
        check=True,
    ).stdout
    head = re.match(rb"P5\s+(\d+)\s+(\d+)\s+255\s", data)
    assert head is not None
    width = int(head[1])
    return {(index % width, index // width): value for index, value in enumerate(data[head.end() :])}


def test_field_stands_in_the_structure_tree_and_metadata_is_untouched(file_key: Any, font: Any, tagged: bytes) -> None:
    key = file_key()
    data = sign_pdf(tagged, None, key, stamp=_stamp(key, font), at=NOW).data
    document = pikepdf.open(io.BytesIO(data))  # type: ignore[arg-type]
    source = pikepdf.open(io.BytesIO(tagged))
    assert document.Root.Metadata.read_bytes() == source.Root.Metadata.read_bytes()
    field = document.Root.AcroForm.Fields[0]
    assert str(field.TU).startswith("Ký bởi: CÔNG TY TNHH ÁNH DƯƠNG")
    assert int(field.F) & 4
    assert document.pages[0].obj.Tabs == "/S"
    tree = document.Root.StructTreeRoot
    pairs = list(tree.ParentTree.Nums)
    parents = {int(number): element for number, element in zip(pairs[::2], pairs[1::2], strict=True)}
    element = parents[int(field.StructParent)]
    assert element.S == "/Form"
    assert element.K.Type == "/OBJR"
    assert element.K.Obj.objgen == field.objgen
    assert element.Pg.objgen == document.pages[0].objgen
    assert any(kid.objgen == element.objgen for kid in element.P.K)
    assert int(tree.ParentTreeNextKey) == int(field.StructParent) + 1


def test_two_signers_with_a_prepared_field(file_key: Any, font: Any, tagged: bytes, tmp_path: Path) -> None:
    first, second = file_key("rsa"), file_key("p256", "NGUYỄN VĂN BÌNH")
    later = EmptyField("giam_doc", 2, (300, 100, 200, 70), "Chữ ký của giám đốc")
    once = sign_pdf(tagged, None, first, stamp=_stamp(first, font), at=NOW, prepare=[later])
    assert once.data is not None
    twice = sign_pdf(once.data, None, second, field="giam_doc", stamp=_stamp(second, font), at=NOW)
    assert twice.data is not None
    assert twice.data.startswith(once.data)
    assert twice.facts.earlier == 1
    assert twice.facts.accessible is True
    _judge(twice.data, tmp_path, 2)
    document = pikepdf.open(io.BytesIO(twice.data))
    assert str(document.Root.AcroForm.Fields[0].TU) == "Chữ ký của giám đốc"
    with pytest.raises(errors.FieldTaken):
        sign_pdf(twice.data, None, first, field="giam_doc")


def test_later_signer_without_a_prepared_field_drops_the_claim(
    file_key: Any, font: Any, tagged: bytes, tmp_path: Path
) -> None:
    key = file_key()
    once = sign_pdf(tagged, None, key, at=NOW).data
    assert once is not None
    twice = sign_pdf(once, None, key, stamp=_stamp(key, font, 2), at=NOW)
    assert twice.facts.accessible is False
    assert twice.facts.field == "Signature2"
    _judge(twice.data, tmp_path, 2)  # type: ignore[arg-type]
    before, after = (pikepdf.open(io.BytesIO(data)) for data in (once, twice.data))  # type: ignore[arg-type]
    metadata = after.Root.Metadata.read_bytes()
    assert b"pdfuaid:part" in before.Root.Metadata.read_bytes()
    assert b"pdfuaid:part" not in metadata
    assert b"pdfaid:part" in metadata


def test_stamp_reads_upright_on_a_turned_scan(file_key: Any, font: Any, plain: bytes, tmp_path: Path) -> None:
    key = file_key()
    signed = sign_pdf(plain, None, key, stamp=_stamp(key, font, 2, (100, 100, 80, 220)), at=NOW)
    _judge(signed.data, tmp_path)  # type: ignore[arg-type]
    text = _run("pdftotext", "-layout", "-f", "2", "-l", "2", str(tmp_path / "signed.pdf"), "-")
    assert "Ký bởi: CÔNG TY TNHH ÁNH DƯƠNG" in text
    assert signed.facts.accessible is None


def test_files_keep_memory_constant_and_the_target_alone_is_written(
    file_key: Any, plain: bytes, tmp_path: Path
) -> None:
    document = pikepdf.open(io.BytesIO(plain))
    document.Root.Big = pikepdf.Stream(document, os.urandom(40 * 1024 * 1024))
    source = tmp_path / "big.pdf"
    document.save(source)
    import tracemalloc

    with source.open("rb") as given, (tmp_path / "out.pdf").open("w+b") as target:
        tracemalloc.start()
        signed = sign_pdf(given, target, file_key(), at=NOW)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert signed.data is None
    assert peak < 12 * 1024 * 1024
    assert signed.facts.size == (tmp_path / "out.pdf").stat().st_size
    assert "Signature is Valid" in _run("pdfsig", str(tmp_path / "out.pdf"))


def _existing_field(plain: bytes) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(plain))
    pyhanko_fields.append_signature_field(
        writer, pyhanko_fields.SigFieldSpec("nguoi_nop", on_page=0, box=(50, 50, 250, 130))
    )
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_an_existing_empty_field_is_filled(file_key: Any, font: Any, plain: bytes, tmp_path: Path) -> None:
    key = file_key()
    signed = sign_pdf(_existing_field(plain), None, key, field="nguoi_nop", stamp=_stamp(key, font), at=NOW)
    assert signed.facts.visible
    _judge(signed.data, tmp_path)  # type: ignore[arg-type]
    document = pikepdf.open(io.BytesIO(signed.data))  # type: ignore[arg-type]
    assert len(document.Root.AcroForm.Fields) == 1
    assert "Ký bởi" in _run("pdftotext", "-layout", str(tmp_path / "signed.pdf"), "-")


def _signed_by_others(data: bytes, key: Any, **metadata: Any) -> bytes:
    out = io.BytesIO()
    signers.PdfSigner(
        PdfSignatureMetadata(field_name="Tac_gia", md_algorithm="sha256", **metadata), signer=_StockSigner(key)
    ).sign_pdf(IncrementalPdfFileWriter(io.BytesIO(data)), output=out)
    return out.getvalue()


def test_certification_that_forbids_changes_is_obeyed(file_key: Any, plain: bytes) -> None:
    certified = _signed_by_others(plain, file_key(), certify=True, docmdp_permissions=pyhanko_fields.MDPPerm.NO_CHANGES)
    with pytest.raises(errors.SigningForbidden) as caught:
        sign_pdf(certified, None, file_key())
    assert caught.value.field == "Tac_gia"
    open_ = _signed_by_others(plain, file_key(), certify=True, docmdp_permissions=pyhanko_fields.MDPPerm.FILL_FORMS)
    assert sign_pdf(open_, None, file_key(), at=NOW).facts.earlier == 1


def test_a_step_that_would_break_an_earlier_signature_is_undone(file_key: Any, plain: bytes) -> None:
    """A field lock with NO_CHANGES: pyHanko alone signs a second time and thereby breaks the first."""
    writer = IncrementalPdfFileWriter(io.BytesIO(plain))
    pyhanko_fields.append_signature_field(
        writer,
        pyhanko_fields.SigFieldSpec(
            "Tac_gia",
            field_mdp_spec=pyhanko_fields.FieldMDPSpec(pyhanko_fields.FieldMDPAction.ALL),
            doc_mdp_update_value=pyhanko_fields.MDPPerm.NO_CHANGES,
        ),
    )
    out = io.BytesIO()
    writer.write(out)
    locked = _signed_by_others(out.getvalue(), file_key())
    target = io.BytesIO()
    with pytest.raises((errors.EarlierSignatureBroken, errors.SigningForbidden)):
        sign_pdf(locked, target, file_key())


def test_a_file_whose_signature_is_broken_already_gets_no_further_one(file_key: Any, tagged: bytes) -> None:
    once = bytearray(sign_pdf(tagged, None, file_key(), at=NOW).data or b"")
    place = once.index(b"/Lang") + 8
    once[place] ^= 1
    with pytest.raises((errors.EarlierSignatureBroken, errors.PdfUnreadable)):
        sign_pdf(bytes(once), None, file_key(), at=NOW)


@pytest.mark.parametrize("damage", ["byte", "signature", "appended", "other_source", "other_certificate", "contents"])
def test_rereading_finds_every_damage(damage: str, file_key: Any, tagged: bytes) -> None:
    key = file_key()
    data = sign_pdf(tagged, None, key, at=NOW).data
    assert data is not None
    certificate, source = key.certificate, tagged
    signature = PdfFileReader(io.BytesIO(data)).embedded_signatures[0]
    _, first, second, _ = (int(value) for value in signature.byte_range)
    changed = bytearray(data)
    reason = {"byte": "digest", "appended": "byte_range", "other_source": "prefix"}.get(damage)
    if damage == "byte":
        changed[-200] ^= 1
        reason = None
    elif damage == "signature":
        end = data[:second].rindex(signature.pkcs7_content.rstrip(b"\0")[-8:].hex().upper().encode())
        changed[end] = ord("0") if changed[end] != ord("0") else ord("1")
        reason = "signature"
    elif damage == "appended":
        changed += b"% more\n"
    elif damage == "other_source":
        source = tagged[:500] + b"!" + tagged[501:]
    elif damage == "other_certificate":
        certificate, reason = file_key("p256").certificate, "certificate"
    else:
        changed[first + 1 : second - 1] = b"0" * (second - first - 2)
        reason = None
    with pytest.raises(errors.SignatureNotReread) as caught:
        reread.reread(io.BytesIO(bytes(changed)), io.BytesIO(source), "Signature1", certificate)
    assert reason is None or caught.value.reason == reason


@pytest.mark.parametrize(
    "oddity", ["two_signers", "attribute_twice", "no_binding", "other_binding", "endless", "behind"]
)
def test_rereading_takes_no_cms_that_another_reader_could_take_otherwise(
    oddity: str, file_key: Any, tagged: bytes
) -> None:
    key = file_key("p256")
    data = sign_pdf(tagged, None, key, at=NOW).data
    assert data is not None
    signature = PdfFileReader(io.BytesIO(data)).embedded_signatures[0]
    _, first, second, _ = (int(value) for value in signature.byte_range)
    content = cms.ContentInfo.load(signature.pkcs7_content.rstrip(b"\0")).copy()
    signer = content["content"]["signer_infos"][0]
    attributes = signer["signed_attrs"]
    if oddity == "two_signers":
        content["content"]["signer_infos"].append(signer.copy())
        own = key.certificate.der  # alone, so that the second signer fits
        content["content"]["certificates"] = [x for x in content["content"]["certificates"] if x.chosen.dump() == own]
    elif oddity == "attribute_twice":
        attributes.append(attributes[1].copy())
    elif oddity == "no_binding":
        signer["signed_attrs"] = [one for one in attributes if one["type"].native != "signing_certificate_v2"]
    elif oddity == "other_binding":
        bound = next(one for one in attributes if one["type"].native == "signing_certificate_v2")
        bound["values"][0]["certs"][0]["cert_hash"] = hashlib.sha256(b"another").digest()
    made = content.dump(force=True)
    if oddity == "endless":
        body = parser.parse(made)[4]
        made = b"\x30\x80" + body + b"\0\0"
    elif oddity == "behind":
        made += b"\x05\x00"
    room = second - first - 2
    assert 2 * len(made) <= room
    changed = data[: first + 1] + made.hex().encode().ljust(room, b"0") + data[second - 1 :]
    with pytest.raises(errors.SignatureNotReread) as caught:
        reread.reread(io.BytesIO(changed), io.BytesIO(tagged), "Signature1", key.certificate)
    named = {"two_signers": "signature", "attribute_twice": "signature", "other_binding": "certificate"}
    assert oddity not in named or caught.value.reason == named[oddity]


def test_a_key_that_lies_is_found_out(file_key: Any, tagged: bytes) -> None:
    """A device that returns a wrong signature, or signs with another key than its certificate's."""
    good, other = file_key("p256"), file_key("p256", "NGƯỜI KHÁC")

    class Liar:
        certificate, chain, kind = good.certificate, good.chain, "token"

        def sign(self, data: bytes, digest: str = "sha256") -> bytes:
            return bytes(other.sign(data, digest))

    for stock in (False, True):
        with pytest.raises(errors.SignatureNotReread):
            sign_pdf(tagged, None, Liar(), stock=stock)  # type: ignore[arg-type]


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", b"not a pdf" * 50, b"%PDF-1.7\nstartxref\n99999\n%%EOF\n"])
def test_what_is_no_pdf_is_refused(data: bytes, file_key: Any) -> None:
    with pytest.raises(errors.PdfUnsignable):
        sign_pdf(data, None, file_key())


def test_truncated_and_noisy_files_never_crash(file_key: Any, tagged: bytes) -> None:
    for cut in range(100, len(tagged), 2500):
        with pytest.raises(errors.SigningError):
            sign_pdf(tagged[:cut], None, file_key("p256"))


def test_encrypted_files_and_places_outside_are_refused(file_key: Any, font: Any, plain: bytes) -> None:
    key = file_key()
    out = io.BytesIO()
    pikepdf.open(io.BytesIO(plain)).save(out, encryption=pikepdf.Encryption(owner="a", user="b"))
    with pytest.raises(errors.PdfEncrypted):
        sign_pdf(out.getvalue(), None, key)
    for page, box in ((9, BOX), (0, BOX), (1, (500.0, 60.0, 200.0, 80.0)), (1, (10.0, 10.0, -5.0, 20.0))):
        with pytest.raises(errors.PlaceOutsidePage):
            sign_pdf(plain, None, key, stamp=_stamp(key, font, page, box))


def test_weak_and_unsuited_keys_are_refused(throwaway: Any, plain: bytes) -> None:
    from signing.pkcs12 import load

    weak = load(throwaway.signer(kind="rsa1024").p12(), "mật khẩu")[0]
    with pytest.raises(errors.KeyTooWeak):
        sign_pdf(plain, None, weak)
    with pytest.raises(errors.DigestRefused):
        weak.sign(b"", "sha1")  # type: ignore[arg-type]
