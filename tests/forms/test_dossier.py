"""The parts of a dossier: what is brought in, what is listed, what is printed and what is kept."""

from __future__ import annotations

import base64
import hashlib
import io
import pickle
import re
import subprocess
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from forms import dossier
from forms.dossier import (
    AttachmentBroken,
    AttachmentEmpty,
    AttachmentEncrypted,
    AttachmentTooLarge,
    AttachmentTooManyPages,
    AttachmentTooManyPixels,
    AttachmentXfa,
    ContainerRefused,
    DossierError,
    Manifest,
    ManifestBroken,
    ManifestClient,
    ManifestComponent,
    ManifestFile,
    accept_attachment,
    legal_container,
    print_copy,
    read_container,
    safe_name,
)
from forms.printing import page_images, print_page


def picture(size: tuple[int, int] = (1654, 2339), mode: str = "RGB") -> Image.Image:
    image = Image.new(mode, size, "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, size[0] // 2, size[1] // 4), fill="black")
    return image


def encoded(image: Image.Image, kind: str, **more: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **more)
    return out.getvalue()


def blank_pdf(pages: int = 1, **save: Any) -> bytes:
    with pikepdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page(page_size=(595, 842))
        out = io.BytesIO()
        pdf.save(out, **save)
        return out.getvalue()


def changed(change: Callable[[pikepdf.Pdf], object]) -> bytes:
    with pikepdf.open(io.BytesIO(blank_pdf())) as pdf:
        change(pdf)
        out = io.BytesIO()
        pdf.save(out)
        return out.getvalue()


def check(pdf: bytes, path: Path) -> None:
    path.write_bytes(pdf)
    done = subprocess.run(["qpdf", "--check", str(path)], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


# ---------------------------------------------------------------- pictures


@pytest.mark.parametrize(("kind", "name"), [("JPEG", "ảnh.jpg"), ("PNG", "ảnh.png")])
def test_picture_becomes_one_clean_page(kind: str, name: str, tmp_path: Path) -> None:
    data = encoded(picture(), kind)
    done = accept_attachment(name, data)
    check(done.pdf, tmp_path / "a.pdf")
    assert (done.pages, done.kind, done.notes) == (1, kind.lower(), ())
    listing = subprocess.run(
        ["pdfimages", "-list", tmp_path / "a.pdf"], capture_output=True, text=True, check=True
    ).stdout
    found = listing.splitlines()[2].split()
    assert found[8] == "jpeg"
    assert min(int(found[12]), int(found[13])) >= 200
    assert accept_attachment(name, data) == done
    assert pickle.loads(pickle.dumps(done)) == done


def test_photograph_is_turned_as_the_camera_says_and_tells_nothing_of_its_place() -> None:
    image = picture((3000, 2000))
    exif = image.getexif()
    exif[0x0112] = 6  # to be turned right by 90°
    exif[0x010F] = "MAY-ANH-BI-MAT"
    done = accept_attachment("ảnh.jpg", encoded(image, "JPEG", exif=exif, quality=95))
    assert b"MAY-ANH-BI-MAT" not in done.pdf
    (page,) = page_images(done.pdf, scale=1)
    assert page.height > page.width
    row = page.width * 3
    # The black corner, top left in the file, is top right once turned.
    assert sum(page.rgb[row * 60 + row - 60 : row * 60 + row - 57]) < 90
    assert sum(page.rgb[row * 60 + 60 : row * 60 + 63]) > 700


def test_large_scan_is_brought_to_a_legible_size() -> None:
    noise = Image.effect_noise((3000, 4000), 80).convert("RGB")
    data = encoded(noise, "JPEG", quality=95)
    done = accept_attachment("quét.jpg", data)
    assert "ATTACHMENT_REDUCED" in done.notes
    assert "ATTACHMENT_LOW_RESOLUTION" not in done.notes
    assert len(done.pdf) < len(data) / 3
    with pikepdf.open(io.BytesIO(done.pdf)) as pdf:
        (image,) = pdf.pages[0].images.values()
        assert (int(image.Width), int(image.Height)) == (1754, 2339)


def test_small_picture_is_taken_with_a_warning() -> None:
    assert accept_attachment("nhỏ.png", encoded(picture((600, 400)), "PNG")).notes == ("ATTACHMENT_LOW_RESOLUTION",)


def test_transparent_parts_become_white() -> None:
    clear = Image.new("RGBA", (1000, 1400), (0, 0, 0, 0))
    (page,) = page_images(accept_attachment("dấu.png", encoded(clear, "PNG")).pdf, scale=0.5)
    assert set(page.rgb) == {255}


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "I;16", "LA"])
def test_every_colour_mode_is_taken(mode: str, tmp_path: Path) -> None:
    image = Image.new("I;16", (900, 1200), 40_000) if mode == "I;16" else picture((900, 1200)).convert(mode)
    done = accept_attachment("x", encoded(image, "JPEG" if mode == "CMYK" else "PNG"))
    check(done.pdf, tmp_path / "a.pdf")
    if mode == "I;16":
        (page,) = page_images(done.pdf, scale=0.5)
        assert abs(page.rgb[len(page.rgb) // 2] - 40_000 / 256) < 6


@pytest.mark.parametrize("cut", [30, 0.5])
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_cut_off_picture_is_broken(kind: str, cut: float) -> None:
    data = encoded(Image.effect_noise((800, 800), 50), kind)
    with pytest.raises(AttachmentBroken) as caught:
        accept_attachment("hỏng", data[: int(cut if cut > 1 else len(data) * cut)])
    assert caught.value.name == "hỏng"


# 320 × 200, a red rectangle at the upper left of white.
HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAUJtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAA"
    "AA5waXRtAAAAAAABAAAAImlsb2MAAAAAREAAAQABAAAAAAFmAAEAAAAAAAAArwAAACNpaW5mAAAAAAABAAAAFWluZmUCAAAAAAEA"
    "AGh2YzEAAAAAwmlwcnAAAACkaXBjbwAAAHhodmNDAQNwAAAAAAAAAAAAPPAA/P34+AAADwMgAAEAGEABDAH//wNwAAADAJAAAAMA"
    "AAMAPLoCQCEAAQArQgEBA3AAAAMAkAAAAwAAAwA8oAoIDJZbqSSmubgQEDAgAAADACAAAAMAISIAAQAHRAHBcrBiQAAAABRpc3Bl"
    "AAAAAAAAAUAAAADIAAAAEHBpeGkAAAAAAwgICAAAABZpcG1hAAAAAAAAAAEAAQOBAoMAAAC3bWRhdAAAAKsoAa9SHgyQ8PkOkl//"
    "9oFf/21+Q+eVoxsZI/A8P1mIZiG30twIxNmGT4oDth7FWb/HvlgC4CCw2kconBYRErnwOCyBI5zCQKcHHKXyGUHHEePvHPa/wQvx"
    "7VzmooYVjEOUaQ0HbCRqcDL36gC3hvecCnSSMhfvkb4nIVvQj1WNMzgeUflFnc/tX48aAUlbOjcuoymgyUE2G2AAAqqHAAADAAAD"
    "AAADAAADAaU="
)


def test_heic_becomes_a_page() -> None:
    done = accept_attachment("IMG_0001.HEIC", HEIC)
    assert (done.kind, done.pages) == ("heic", 1)
    with pikepdf.open(io.BytesIO(done.pdf)) as pdf:
        (image,) = pdf.pages[0].images.values()
        assert isinstance(image, pikepdf.Stream)
        pixels = pikepdf.PdfImage(image).as_pil_image()
    assert pixels.size == (320, 200)
    red, white = pixels.getpixel((80, 50)), pixels.getpixel((240, 150))
    assert isinstance(red, tuple)
    assert isinstance(white, tuple)
    assert red[0] > 180
    assert max(red[1:]) < 40
    assert min(white) > 245


def test_broken_heic_is_broken_not_a_crash() -> None:
    with pytest.raises(AttachmentBroken) as caught:
        accept_attachment("a.heic", b"\0\0\0\x18ftypheic" + b"\0" * 200)
    assert caught.value.kind == "heic"


def test_picture_bomb_is_refused_before_it_unfolds() -> None:
    bomb = encoded(Image.new("1", (20_000, 20_000)), "PNG")
    assert len(bomb) < 100_000
    with pytest.raises(AttachmentTooManyPixels):
        accept_attachment("bom.png", bomb)


# ---------------------------------------------------------------- PDF


def test_pdf_is_kept_byte_for_byte() -> None:
    data = blank_pdf(3)
    done = accept_attachment("a.pdf", data)
    assert (done.pdf, done.pages, done.kind, done.notes) == (data, 3, "pdf", ())


@pytest.mark.parametrize(("user", "protection"), [("mật khẩu", "PASSWORD"), ("", "RESTRICTIONS")])
def test_locked_pdf_is_refused_with_its_reason(user: str, protection: str) -> None:
    data = blank_pdf(encryption=pikepdf.Encryption(owner="chủ", user=user))
    with pytest.raises(AttachmentEncrypted) as caught:
        accept_attachment("a.pdf", data)
    assert caught.value.protection == protection


def opens_with(pdf: pikepdf.Pdf, **action: Any) -> None:
    pdf.Root.OpenAction = pikepdf.Dictionary(**action)


def attaches(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["a"] = pikepdf.AttachedFileSpec(pdf, b"x")  # type: ignore[call-arg]  # the stub forgets the defaults


@pytest.mark.parametrize(
    ("change", "note"),
    [
        (lambda p: opens_with(p, S=pikepdf.Name.JavaScript, JS="app.alert(1)"), "ACTIVE_CONTENT"),
        (lambda p: opens_with(p, S=pikepdf.Name.Launch, F="cmd.exe"), "ACTIVE_CONTENT"),
        (attaches, "HAS_FILES"),
        (
            lambda p: p.Root.__setattr__(
                "AcroForm",
                pikepdf.Dictionary(
                    XFA=pikepdf.String("x"),
                    Fields=[p.make_indirect(pikepdf.Dictionary(FT=pikepdf.Name.Tx, T=pikepdf.String("a")))],
                ),
            ),
            "HYBRID_XFA",
        ),
    ],
)
def test_pdf_with_more_than_pages_is_taken_with_a_note(change: Callable[[pikepdf.Pdf], object], note: str) -> None:
    assert f"ATTACHMENT_{note}" in accept_attachment("a.pdf", changed(change)).notes


def test_dynamic_xfa_is_refused() -> None:
    data = changed(lambda p: p.Root.__setattr__("AcroForm", pikepdf.Dictionary(XFA=pikepdf.String("x"), Fields=[])))
    with pytest.raises(AttachmentXfa):
        accept_attachment("a.pdf", data)


def test_damaged_and_endless_pdf_are_refused() -> None:
    for data in (b"%PDF-1.7\n%%EOF", b"%PDF-1.4\n" + b"1 0 obj" * 50, blank_pdf(0)):
        with pytest.raises(AttachmentBroken):
            accept_attachment("a.pdf", data)
    with pytest.raises(AttachmentTooManyPages) as caught:
        accept_attachment("a.pdf", blank_pdf(501))
    assert (caught.value.pages, caught.value.limit) == (501, dossier.PAGES_LIMIT)


# ---------------------------------------------------------------- everything else


def zipped(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "kind", "code"),
    [
        (zipped("word/document.xml"), "docx", "ATTACHMENT_OFFICE"),
        (zipped("xl/workbook.xml"), "xlsx", "ATTACHMENT_OFFICE"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "doc", "ATTACHMENT_OFFICE"),
        (zipped("a.txt"), "zip", "ATTACHMENT_ARCHIVE"),
        (b"Rar!\x1a\x07\x01\0", "rar", "ATTACHMENT_ARCHIVE"),
        (b"II*\0" + b"\0" * 20, "tiff", "ATTACHMENT_PICTURE"),
        (b"GIF89a" + b"\0" * 20, "gif", "ATTACHMENT_PICTURE"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "webp", "ATTACHMENT_PICTURE"),
        (b"\0\0\0\x1cftypavif" + b"\0" * 20, "avif", "ATTACHMENT_PICTURE"),
        (b"MZ" + b"\0" * 60, "exe", "ATTACHMENT_PROGRAM"),
        (b"\x7fELF" + b"\0" * 60, "elf", "ATTACHMENT_PROGRAM"),
        (b"#!/bin/sh\nrm -rf /", "script", "ATTACHMENT_PROGRAM"),
        (b"<?xml version='1.0'?><a/>", "xml", "ATTACHMENT_UNSUPPORTED"),
        ("xin chào".encode(), "text", "ATTACHMENT_UNSUPPORTED"),
        (b"\0\1\2\3", "unknown", "ATTACHMENT_UNSUPPORTED"),
    ],
)
def test_other_kinds_are_recognised_by_their_bytes_and_shown_the_way_out(data: bytes, kind: str, code: str) -> None:
    with pytest.raises(dossier.UnsupportedAttachment) as caught:
        accept_attachment("giấy tờ.pdf", data)
    assert (caught.value.kind, caught.value.code) == (kind, code)


def test_empty_and_oversized_files_are_refused() -> None:
    with pytest.raises(AttachmentEmpty):
        accept_attachment("a.pdf", b"")
    with pytest.raises(AttachmentTooLarge):
        accept_attachment("a.pdf", bytes(dossier.SIZE_LIMIT + 1))


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=400), st.sampled_from([b"", b"%PDF-1.7\n", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04"])
)
def test_whatever_comes_is_answered(tail: bytes, head: bytes) -> None:
    with pytest.raises(DossierError):
        accept_attachment("x", head + tail)


# ---------------------------------------------------------------- manifest and container

FILE = "tờ khai Ứng Hòa.pdf".encode() * 50


def manifest(*files: tuple[str, bytes]) -> Manifest:
    listed = tuple(
        ManifestFile(name, hashlib.sha256(data).hexdigest(), len(data), "application/pdf", "form", "thu/don", "1")
        for name, data in files
    )
    return Manifest(
        "d1", 1, "k1", "1.001612", "", None, ManifestClient("0100686209", None, "Ánh Dương"), "self", "online",
        "2026-11-22T14:02:00+07:00", (ManifestComponent("to-khai", listed),),
    )  # fmt: skip


def token(payload: bytes) -> str:
    def part(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).decode().rstrip("=")

    return f"{part(b'{}')}.{part(payload)}.{part(b'signature')}"


def test_manifest_is_written_in_one_way_and_read_back() -> None:
    made = manifest(("tờ khai.pdf", FILE))
    data = made.to_json()
    assert Manifest.from_json(data) == made
    assert data == Manifest.from_json(data).to_json()
    assert data.startswith(b'{"case":"","client":{"name":"\xc3\x81nh D')
    assert b": " not in data


GOOD = manifest(("a", FILE)).to_json()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"format":1}',
        b"[" * 9000,
        GOOD.replace(b'"size":', b'"size":-'),
        GOOD.replace(b'"form"', b'"exe"'),
        GOOD.replace(b"online", b"x" * 2000),
    ],
)
def test_odd_manifest_is_refused(data: bytes) -> None:
    with pytest.raises(ManifestBroken):
        Manifest.from_json(data)


def test_container_keeps_files_untouched_and_other_programs_can_open_it(tmp_path: Path) -> None:
    files = [("tờ khai.pdf", FILE), ("giấy tờ/căn cước.pdf", b"%PDF-1")]
    jws = token(manifest(*files).to_json())
    data = legal_container(files, jws)
    assert data == legal_container(files, jws)
    held = read_container(data)
    assert held.files == tuple(files)
    assert (held.manifest, held.manifest_jws) == (manifest(*files), jws)
    assert held.differences() == ()
    path = tmp_path / "hồ sơ.zip"
    path.write_bytes(data)
    subprocess.run(["python3", "-m", "zipfile", "-e", str(path), str(tmp_path / "out")], check=True)
    assert (tmp_path / "out" / "giấy tờ" / "căn cước.pdf").read_bytes() == b"%PDF-1"
    assert (tmp_path / "out" / "manifest.json").read_bytes() == manifest(*files).to_json()


def test_container_says_what_differs_from_its_manifest() -> None:
    jws = token(manifest(("a.pdf", b"1"), ("b.pdf", b"2")).to_json())
    assert read_container(legal_container([("a.pdf", b"x"), ("c.pdf", b"3")], jws)).differences() == (
        "a.pdf",
        "b.pdf",
        "c.pdf",
    )


BAD_PATHS = [
    "/a",
    "../a",
    "a/../b",
    "a//b",
    "C:a",
    "a\\b",
    "a\0b",
    "",
    "a/",
    "con",
    "NUL.txt",
    "a\u202eb",
    "a.",
    "e\u0301",
]


@pytest.mark.parametrize("path", BAD_PATHS)
def test_unsafe_paths_are_neither_written_nor_read(path: str) -> None:
    jws = token(manifest(("a.pdf", FILE)).to_json())
    with pytest.raises(ContainerRefused):
        legal_container([(path, b"x")], jws)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        entry = zipfile.ZipInfo("x")
        entry.filename = path
        archive.writestr(entry, b"x")
    with pytest.raises(ContainerRefused):
        read_container(out.getvalue())


def test_same_name_twice_link_and_bomb_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    jws = token(manifest(("a.pdf", FILE)).to_json())
    with pytest.raises(ContainerRefused, match="DUPLICATE"):
        legal_container([("Ảnh.pdf", b"1"), ("ảnh.pdf", b"2")], jws)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("a")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(ContainerRefused, match="UNSAFE_PATH"):
        read_container(out.getvalue())
    monkeypatch.setattr("forms.dossier.container.CONTAINER_LIMIT", 1000)
    with pytest.raises(ContainerRefused, match="TOO_LARGE"):
        read_container(legal_container([("a.pdf", bytes(2000))], jws))


def test_container_without_its_manifest_or_with_another_is_refused() -> None:
    files = [("a.pdf", FILE)]
    data = legal_container(files, token(manifest(*files).to_json()))
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for entry in source.infolist():
            content = source.read(entry)
            target.writestr(
                entry.filename, content.replace(b"d1", b"d2") if entry.filename == "manifest.json" else content
            )
    for bad in (out.getvalue(), data[:-30], b"", b"PK\x03\x04", zipped("a.txt")):
        with pytest.raises(ContainerRefused):
            read_container(bad)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_safe_names_are_accepted_by_the_container(text: str) -> None:
    text = text.encode("utf-8", "ignore").decode()
    name = safe_name(text, extension=".pdf")
    assert len(name.encode()) <= 120
    assert unicodedata.is_normalized("NFC", name)
    legal_container([(name, b"x")], token(manifest(("a", FILE)).to_json()))


def test_safe_name_keeps_vietnamese() -> None:
    assert safe_name("Tờ khai: thuế GTGT / kỳ 10", extension=".pdf") == "Tờ khai_ thuế GTGT _ kỳ 10.pdf"


# ---------------------------------------------------------------- print copy


def signed_looking(text: str) -> bytes:
    """Return a page of ours with a signature field whose stamp is a red square."""
    page = print_page("receipt", {"code": text}, timestamp=1).pdf
    with pikepdf.open(io.BytesIO(page)) as pdf:
        red = pdf.make_stream(
            b"1 0 0 rg 0 0 90 90 re f", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 90, 90]
        )
        widget = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Sig, T=pikepdf.String("s"),
                Rect=[400, 60, 490, 150], F=4, AP=pikepdf.Dictionary(N=red),
                V=pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.Sig, ByteRange=[0, 1, 2, 3])),
            )
        )  # fmt: skip
        pdf.pages[0].Annots = pikepdf.Array([widget])
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([widget]), SigFlags=3)
        out = io.BytesIO()
        pdf.save(out)
        return out.getvalue()


def test_print_copy_is_whole_marked_and_without_signature_fields(tmp_path: Path) -> None:
    cover = print_page("cover", {"procedure": {"name": "Đăng ký hộ kinh doanh"}}, timestamp=1).pdf
    scan = accept_attachment("ảnh.jpg", encoded(picture(), "JPEG")).pdf
    landscape = accept_attachment("ngang.jpg", encoded(picture((2339, 1654)), "JPEG")).pdf
    parts = [("Tờ khai Ứng Hòa", signed_looking("000.01")), ("Căn cước", scan), ("Ngang", landscape)]
    assert "ATTACHMENT_SIGNED" in accept_attachment("a.pdf", parts[0][1]).notes
    done = print_copy(parts, cover)
    assert done == print_copy(parts, cover)
    path = tmp_path / "copy.pdf"
    check(done, path)
    for page in range(1, 5):
        text = subprocess.run(
            ["pdftotext", "-f", str(page), "-l", str(page), path, "-"], capture_output=True, text=True, check=True
        ).stdout
        assert re.search(rf"BẢN IN — không thay cho bản điện tử đã ký số · tờ {page}/4", " ".join(text.split()))
    assert "000.01" in subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True).stdout
    assert (
        "does not contain any signatures"
        in subprocess.run(["pdfsig", path], capture_output=True, text=True, check=False).stdout
        + subprocess.run(["pdfsig", path], capture_output=True, text=True, check=False).stderr
    )
    with pikepdf.open(path) as pdf, pdf.open_outline() as outline:
        assert [item.title for item in outline.root] == ["Bìa hồ sơ", "Tờ khai Ứng Hòa", "Căn cước", "Ngang"]
        assert "/AcroForm" not in pdf.Root
    image = page_images(done, scale=1, pages=[2])[0]
    pixel = ((image.height - 100) * image.width + 440) * 3
    assert image.rgb[pixel : pixel + 3] == b"\xff\0\0"


def test_print_copy_names_the_part_that_fails() -> None:
    cover = blank_pdf()
    with pytest.raises(AttachmentBroken) as caught:
        print_copy([("Giấy phép", b"%PDF-nothing")], cover)
    assert caught.value.name == "Giấy phép"
    with pytest.raises(AttachmentEncrypted):
        print_copy([("Khóa", blank_pdf(encryption=pikepdf.Encryption(owner="a", user="b")))], cover)
