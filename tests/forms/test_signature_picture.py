"""The picture of a signature or seal: bounded, freed of its paper, and refused in words where it cannot be used."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image, ImageDraw

from forms.dossier import SignaturePictureRefused, read_signature_picture

INK = (20, 40, 160)


def written(picture: Image.Image, kind: str = "PNG", **how: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **how)
    return out.getvalue()


def hand(mode: str, ground: object) -> Image.Image:
    made = Image.new(mode, (400, 300), ground)  # type: ignore[arg-type]
    ImageDraw.Draw(made).rectangle((100, 120, 299, 179), fill=INK if mode == "RGB" else (*INK, 255))
    return made


def pixel(read: object, x: int, y: int) -> tuple[int, ...]:
    at = y * read.width + x  # type: ignore[attr-defined]
    return (*read.rgb[3 * at : 3 * at + 3], read.cover[at])  # type: ignore[attr-defined]


def test_a_transparent_png_keeps_its_ground_and_loses_its_margin() -> None:
    read = read_signature_picture("ký.png", written(hand("RGBA", (0, 0, 0, 0)), dpi=(300, 300)))
    assert (read.width, read.height) == (200, 60)
    assert pixel(read, 100, 30) == (*INK, 255)
    assert read.points == pytest.approx((48, 14.4), rel=0.001)  # 200 pixels at 300 to the inch


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_white_paper_is_taken_away(kind: str) -> None:
    made = hand("RGB", (250, 248, 240))
    made.putpixel((50, 60), (0, 0, 0))
    made.paste((0, 0, 0), (50, 60, 60, 70))
    read = read_signature_picture("ảnh." + kind.lower(), written(made, kind))
    assert pixel(read, read.width // 2, 10)[3] == 0
    red, green, blue, cover = pixel(read, read.width - 100, read.height - 30)
    assert cover == 255
    assert max(abs(red - INK[0]), abs(green - INK[1]), abs(blue - INK[2])) < 12


def test_a_large_photograph_is_brought_down() -> None:
    read = read_signature_picture("lớn.jpg", written(hand("RGB", "white").resize((4000, 3000)), "JPEG"))
    assert max(read.width, read.height) <= 1000
    assert len(read.rgb) == 3 * read.width * read.height
    assert len(read.cover) == read.width * read.height


def _claiming(width: int, height: int) -> bytes:
    """Write a PNG that says it is enormous in a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(64))) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "size"),
        (b"\x89PNG\r\n\x1a\n" + bytes(5 << 20), "size"),
        (b"%PDF-1.7\n", "kind"),
        (b"GIF89a" + bytes(40), "kind"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "kind"),
        (_claiming(100_000, 100_000), "pixels"),
        (_claiming(6000, 5000), "pixels"),
        (_claiming(300, 200), "broken"),
        (written(hand("RGB", "white"), "JPEG")[:200], "broken"),
        (written(Image.new("RGB", (200, 100), "white")), "blank"),
        (written(Image.new("RGBA", (200, 100), (9, 9, 9, 0))), "blank"),
    ],
    ids=["empty", "large", "pdf", "gif", "svg", "bomb", "many", "short", "cut", "white", "transparent"],
)
def test_what_cannot_be_used_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(SignaturePictureRefused) as caught:
        read_signature_picture("hình", data)
    assert caught.value.reason == reason
