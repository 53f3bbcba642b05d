"""`hoso sign`: kinds of stamps, on a place, in a field; the default time-stamp server."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from cryptography.hazmat.primitives.asymmetric import rsa
from PIL import Image, ImageDraw

from desktop import settings
from tests.signing import made

Hoso = Any
WORDS = "mật khẩu"


@pytest.fixture(scope="module")
def key_file(tmp_path_factory: pytest.TempPathFactory, throwaway_key: bytes) -> Path:
    file = tmp_path_factory.mktemp("key") / "khóa.p12"
    file.write_bytes(throwaway_key)
    return file


@pytest.fixture(scope="module")
def throwaway_key() -> bytes:
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
    from cryptography.x509.oid import NameOID

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, "CÔNG TY TNHH ÁNH DƯƠNG"),
            x509.NameAttribute(NameOID.USER_ID, "MST:0312345678"),
        ]
    )
    now = datetime.now(UTC)
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(77)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=300))
        .add_extension(usage, True).sign(key, hashes.SHA256())
    )  # fmt: skip
    return pkcs12.serialize_key_and_certificates(b"k", key, certificate, None, BestAvailableEncryption(WORDS.encode()))


@pytest.fixture
def desk(tmp_path: Path, key_file: Path) -> Path:
    (tmp_path / "tờ khai.pdf").write_bytes(made.blank())
    (tmp_path / "words").write_text(WORDS, "utf-8")
    seal = Image.new("RGBA", (120, 120), (0, 0, 0, 0))
    ImageDraw.Draw(seal).ellipse((0, 0, 119, 119), fill=(205, 20, 30, 255))
    seal.save(tmp_path / "dấu.png")
    return tmp_path


def sign(hoso: Hoso, desk: Path, key_file: Path, *more: Any, source: str = "tờ khai.pdf") -> Any:
    out = desk / "đã ký.pdf"
    key = ["--p12", key_file, "--passphrase-file", desk / "words"]
    return hoso("--json", "sign", desk / source, "-o", out, "--force", *key, *more)


PLACE = ["--stamp", "1,200,300,250,90"]


def words(desk: Path) -> str:
    subprocess.run(["pdftotext", "-raw", desk / "đã ký.pdf", desk / "words.txt"], check=True)
    return " ".join((desk / "words.txt").read_text("utf-8").split())


def valid(desk: Path) -> bool:
    told = subprocess.run(["pdfsig", "-nocert", desk / "đã ký.pdf"], capture_output=True, text=True, check=False)
    return "Signature is Valid" in told.stdout


def test_each_kind_is_seen_and_the_signature_valid(hoso: Hoso, desk: Path, key_file: Path) -> None:
    for kind in ("text", "qr", "image", "decree"):
        more = ["--stamp-image", desk / "dấu.png"] if kind in ("image", "decree") else []
        done = sign(hoso, desk, key_file, *PLACE, "--stamp-kind", kind, *more)
        assert done.code == 0, done.out
        assert done.document["visible"] is True
        assert valid(desk)
        assert ("Ký bởi: CÔNG TY TNHH ÁNH DƯƠNG" in words(desk)) == (kind != "decree")
        document = pypdfium2.PdfDocument(desk / "đã ký.pdf")
        document.init_forms()
        shown = document[0].render(scale=3, may_draw_forms=True).to_pil().convert("RGB")
        document.close()
        codes = zxingcpp.read_barcodes(shown)
        assert [one.text.splitlines()[1] for one in codes] == (["MST 0312345678"] if kind == "qr" else [])
        assert ((205, 20, 30) in {colour for _, colour in shown.getcolors(1 << 24)}) == (kind in ("image", "decree"))


def test_decree_30_without_a_picture_says_number_and_time(hoso: Hoso, desk: Path, key_file: Path) -> None:
    done = sign(hoso, desk, key_file, *PLACE, "--stamp-number", "15/2026/TB-ÁD")
    assert done.code == 0, done.out
    assert "15/2026/TB-ÁD" in words(desk)
    assert "+07:00" in words(desk)
    assert "Ký bởi" not in words(desk)


def test_a_named_field_that_can_be_seen_gets_the_stamp_in_its_own_place(hoso: Hoso, desk: Path, key_file: Path) -> None:
    with pikepdf.open(io.BytesIO(made.blank())) as pdf:
        page = pdf.pages[0].obj
        field = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Widget,
                FT=pikepdf.Name.Sig,
                T=pikepdf.String("giam_doc"),
                Rect=pikepdf.Array([100, 400, 320, 480]),
                P=page,
                F=4,
            )
        )
        page.Annots = pikepdf.Array([field])
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([field]))
        pdf.save(desk / "có ô.pdf")
    done = sign(hoso, desk, key_file, "--field", "giam_doc", source="có ô.pdf")
    assert done.code == 0, done.out
    assert "Ký bởi: CÔNG TY TNHH ÁNH DƯƠNG" in words(desk)
    assert valid(desk)
    done = sign(hoso, desk, key_file, "--field", "giam_doc", "--no-stamp", source="có ô.pdf")
    assert done.code == 0, done.out
    assert "Ký bởi" not in words(desk)


@pytest.mark.parametrize(
    "more",
    [
        ["--stamp-kind", "gold"],
        ["--stamp-kind", "qr", "--stamp-number", "1"],
        ["--no-stamp", "--stamp-kind", "qr"],
        ["--stamp-kind", "decree", "--stamp-number", "9" * 81],
    ],
)
def test_wrong_use_is_said(hoso: Hoso, desk: Path, key_file: Path, more: list[str]) -> None:
    assert sign(hoso, desk, key_file, *more).code == 2


def test_a_missing_or_broken_picture_ends_before_anything_is_signed(hoso: Hoso, desk: Path, key_file: Path) -> None:
    done = sign(hoso, desk, key_file, *PLACE, "--stamp-kind", "image")
    assert done.code == 1
    assert done.document["error"]["code"] == "STAMP_PICTURE_MISSING"
    (desk / "hỏng.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(99))
    done = sign(hoso, desk, key_file, *PLACE, "--stamp-image", desk / "hỏng.png")
    assert done.code == 1
    assert done.document["error"]["code"] == "SIGNATURE_PICTURE_REFUSED"
    assert not (desk / "đã ký.pdf").exists()


def test_the_server_that_was_set_is_asked_where_none_is_named(hoso: Hoso, desk: Path, key_file: Path) -> None:
    home = desk / "home"
    none = sign(hoso, desk, key_file, "--level", "b-t", "--home", home)
    assert none.code == 1
    assert none.document["error"]["code"] == "TIME_STAMP_SERVER_MISSING"
    settings.save(home, settings.load(home).but(tsa="http://127.0.0.1:9/tsa"))
    asked = sign(hoso, desk, key_file, "--level", "b-t", "--home", home)
    assert asked.code == 1
    assert asked.document["error"]["code"] != "TIME_STAMP_SERVER_MISSING"


@pytest.mark.parametrize(
    ("address", "taken"),
    [
        ("https://tsa.example.vn/tsr", True), ("http://10.0.0.5:318", True), ("", False), ("tsa.example.vn", False),
        ("ftp://tsa.example.vn", False), ("https://a:b@tsa.example.vn", False), ("https://", False),
        ("http://h:99999/", False), ("https://tsa.example.vn/a b", False), ("https://x/" + "a" * 300, False),
    ],
)  # fmt: skip
def test_what_can_be_a_server(address: str, taken: bool) -> None:
    assert settings.is_server(address) is taken
