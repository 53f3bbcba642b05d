"""The visible signature: lines of Vietnamese text in a frame, fitted to a box, never cut.

Hides TrueType and PDF font encoding. The font is one prepared subset with the whole Vietnamese repertoire
(`resources/fonts/NotoSans-Stamp.ttf`, 17 KB compressed), read once per process; a document gets it as it is, so that
no document waits for subsetting. Widths are scaled to a thousandth of the em here, so any TrueType font works.
"""

from __future__ import annotations

import hashlib
import struct
import unicodedata
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import lru_cache

from signing.certificate import Certificate, Role
from signing.emblem import Box, Picture, code_side, draw_code, draw_picture
from signing.errors import StampFontUnreadable, StampLacksLetters, StampTooSmall

LARGEST, SMALLEST = 10.0, 4.0
"""Sizes of letters in points. Below 4 points a printed name cannot be read."""

_STEP = 0.25
_LEADING = 1.28
"""Vietnamese capitals bear two marks (Ễ): lines closer than this touch."""
_PADDING = 4.0
_MOST_LETTERS = 2000
_FRAME = "0.72 0.11 0.13"
_INK = "0.13 0.13 0.15"


@dataclass(frozen=True)
class StampFont:
    """A TrueType font ready to be put into any number of documents."""

    name: str
    glyphs: Mapping[int, int] = field(repr=False)
    """Glyph numbers by code point."""
    widths: tuple[float, ...] = field(repr=False)
    """Thousandths of the em by glyph number."""
    box: tuple[int, int, int, int]
    ascent: int
    descent: int
    cap_height: int
    italic_angle: float
    program: bytes = field(repr=False)
    """The font file, deflated."""
    program_length: int
    to_unicode: bytes = field(repr=False)
    """The ToUnicode map, deflated."""

    def measure(self, text: str, size: float) -> float:
        """Return a text's width in points."""
        return sum(self.widths[self.glyphs[ord(letter)]] for letter in text) * size / 1000

    def encode(self, text: str) -> str:
        """Return a text as the hexadecimal glyph numbers of a PDF string."""
        return "".join(f"{self.glyphs[ord(letter)]:04X}" for letter in text)

    def lacks(self, text: str) -> str:
        """Return the letters without a shape."""
        return "".join(sorted(letter for letter in set(text) if ord(letter) not in self.glyphs))


@dataclass(frozen=True)
class Stamp:
    """What is seen of a signature, and where."""

    lines: tuple[str, ...]
    page: int
    """1 is the first."""
    box: tuple[float, float, float, float]
    """x, y, width, height in points from the page's lower left corner, as `forms.printing.Mark` has them"""
    font: StampFont = field(repr=False)
    title: str = ""
    """What a screen reader says; without one, the lines."""
    picture: Picture | None = field(default=None, repr=False)
    """A handwritten signature or a seal, beside the text; without text it has the whole box."""
    code: str = ""
    """What a QR code beside the text says; not together with a picture"""
    framed: bool = True
    """Decree 30/2020/NĐ-CP knows no frame: a picture with transparent ground, or black text, alone on the page."""
    largest: float = LARGEST
    """The size of letters that is not exceeded, in points."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "lines", tuple(clean(line) for line in self.lines))
        object.__setattr__(self, "title", clean(self.title) or ". ".join(self.lines))


_WORDS = {
    "vi": {
        "signer": "Ký bởi: {}",
        "tax_code": "MST: {}",
        "personal_id": "Số định danh: {}",
        "role": "Tư cách: {}",
        "time": "Ngày ký: {}",
        "issuer": "Tổ chức cấp: {}",
        Role.TAX_AGENT: "Đại lý thuế",
        Role.ON_BEHALF: "Nộp thay",
        Role.LEGAL_REPRESENTATIVE: "Người đại diện theo pháp luật",
    },
    "en": {
        "signer": "Signed by: {}",
        "tax_code": "Tax code: {}",
        "personal_id": "Personal ID: {}",
        "role": "As: {}",
        "time": "Signed on: {}",
        "issuer": "Issued by: {}",
        Role.TAX_AGENT: "Tax agent",
        Role.ON_BEHALF: "On behalf",
        Role.LEGAL_REPRESENTATIVE: "Legal representative",
    },
}


def stamp_lines(certificate: Certificate, at: datetime, lang: str = "vi", role: Role = Role.SELF) -> tuple[str, ...]:
    """Say who signs, for which tax code, as whom, when (Vietnam's time), and who issued the certificate.

    The last six digits of a person's number are covered: a stamp is read by everyone who gets the page.
    """
    words = _WORDS["en" if lang == "en" else "vi"]
    lines = [words["signer"].format(certificate.common_name)]
    if certificate.tax_code and len(certificate.tax_code) != 12:
        lines.append(words["tax_code"].format(certificate.tax_code))
    elif certificate.personal_id:
        lines.append(words["personal_id"].format(certificate.personal_id[:-6] + "••••••"))
    if role in words:
        lines.append(words["role"].format(words[role]))
    local = at.astimezone(timezone(timedelta(hours=7)))
    lines.append(words["time"].format(local.strftime("%d/%m/%Y %H:%M:%S")))
    if certificate.issuer:
        lines.append(words["issuer"].format(certificate.issuer))
    return tuple(clean(line) for line in lines)


def decree_lines(at: datetime, number: str = "") -> tuple[str, ...]:
    """Say what Decree 30/2020/NĐ-CP, Appendix I, wants of a signature without a picture on a separate attachment.

    Number and symbol of the document where it has one, and the time of signing with its zone (ISO 8601).
    """
    local = at.astimezone(timezone(timedelta(hours=7))).replace(microsecond=0)
    return tuple(clean(line) for line in (number, local.isoformat()) if line)


def code_text(certificate: Certificate, at: datetime, lang: str = "vi") -> str:
    """Say for a QR code how the signature is validated, and by what it is known again: certificate, tax code, time.

    No name (it stands beside) and no address: an address on paper can be any one, and is believed.
    """
    moment = at.astimezone(timezone(timedelta(hours=7))).replace(microsecond=0).isoformat()
    if lang == "en":
        how = "Digital signature. To validate: open the PDF file itself, not a print, in Hồ Sơ (Signatures > Validate)"
        how += " or any PAdES reader."
    else:
        how = "Chữ ký số. Cách kiểm tra: mở chính tệp PDF (không phải bản in) bằng Hồ Sơ (Chữ ký > Xác thực)"
        how += " hoặc phần mềm đọc PAdES."
    facts = [f"MST {certificate.tax_code}"] if certificate.tax_code and len(certificate.tax_code) != 12 else []
    facts += [f"{'Certificate' if lang == 'en' else 'Chứng thư'} {certificate.serial[:40]}", moment]
    return clean(how) + "\n" + "\n".join(clean(fact) for fact in facts)


def clean(text: str) -> str:
    """Compose to NFC, drop control and direction characters, and make every space a plain one."""
    if text.isprintable():  # by definition none of those, and no other space
        return " ".join(unicodedata.normalize("NFC", text).split())
    kept = (
        " " if unicodedata.category(letter) in ("Zs", "Zl", "Zp") or letter in "\t\r\n" else letter
        for letter in unicodedata.normalize("NFC", text)
        if letter in "\t\r\n" or unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    return " ".join("".join(kept).split())


# Fitting


@dataclass(frozen=True)
class Fitted:
    """Lines broken for a width, and the size at which they fill the box."""

    size: float
    lines: tuple[str, ...]


def fit(lines: Sequence[str], width: float, height: float, font: StampFont, *, largest: float = LARGEST) -> Fitted:
    """Find the largest size at which all lines, broken between words, fit a box; whole, or StampTooSmall.

    Raise StampLacksLetters where the font has no shape for a letter.
    """
    text = "".join(lines)
    if missing := font.lacks(text):
        raise StampLacksLetters(missing[:40])
    inner, tall = width - 2 * _PADDING, height - 2 * _PADDING
    if len(text) <= _MOST_LETTERS and inner > 0 and tall > 0:
        whole = [(line, font.measure(line, 1000)) for line in lines]
        size = largest
        while size >= SMALLEST:
            broken: list[str] = []
            for line, wide in whole:
                broken += [line] if wide * size / 1000 <= inner else _break(line, inner, size, font)
            if len(broken) * size * _LEADING <= tall + 0.01:
                return Fitted(size, tuple(broken))
            size -= _STEP
    raise StampTooSmall(round(width), round(height))


def _break(line: str, width: float, size: float, font: StampFont) -> list[str]:
    done: list[str] = []
    current = ""
    for word in line.split(" "):
        longer = f"{current} {word}" if current else word
        if font.measure(longer, size) <= width:
            current = longer
            continue
        if current:
            done.append(current)
        current = word
        while font.measure(current, size) > width and len(current) > 1:  # one endless word
            cut = len(current) - 1
            while cut > 1 and font.measure(current[:cut], size) > width:
                cut -= 1
            done.append(current[:cut])
            current = current[cut:]
    return [*done, current]


def draw(stamp: Stamp, width: float, height: float) -> bytes:
    """Return the content stream of the stamp for a box of this size; its font is /F1, its picture /Im1."""
    parts = []
    if stamp.framed:
        parts.append(f"q {_FRAME} RG 0.8 w 0.4 0.4 {width - 0.8:.2f} {height - 0.8:.2f} re S Q")
    if stamp.picture is not None and not stamp.lines:
        pad = _PADDING if stamp.framed else 0.0
        inside = (pad, pad, width - 2 * pad, height - 2 * pad)
        return "\n".join([*parts, draw_picture(stamp.picture, inside, largest=stamp.picture.points)]).encode("ascii")
    beside, words = arrange(stamp, width, height)
    if beside is not None:
        if stamp.picture is not None:
            parts.append(draw_picture(stamp.picture, beside))
        else:
            parts.append(draw_code(stamp.code, beside))
    x, y, wide, tall = words
    fitted = fit(stamp.lines, wide, tall, stamp.font, largest=stamp.largest)
    leading = fitted.size * _LEADING
    block = leading * len(fitted.lines)
    # The first baseline: the block stands in the middle, its first line one ascent below its top.
    top = y + (tall + block) / 2 - fitted.size * (_LEADING - 0.28)
    parts += [
        f"q BT {_INK if stamp.framed else '0 0 0'} rg /F1 {fitted.size:g} Tf {leading:.3f} TL",
        f"{x + _PADDING:g} {top:.3f} Td",
        *(f"<{stamp.font.encode(line)}> Tj T*" for line in fitted.lines),
        "ET Q",
    ]
    return "\n".join(parts).encode("ascii")


_SHARES = (0.42, 0.36, 0.3, 0.25, 0.2)
"""Of the longer side, what picture or code may have; the text takes the rest."""
_EASY = 6.0
"""Points of letters that are read without effort: picture or code gives way until the text has them."""


def arrange(stamp: Stamp, width: float, height: float) -> tuple[Box | None, Box]:
    """Divide the box between picture or code and text; in a tall box they stand one above the other.

    Raise StampTooSmall where no division leaves both legible.
    """
    whole = (0.0, 0.0, width, height)
    if stamp.picture is None and not stamp.code:
        return None, whole
    least = code_side(stamp.code) if stamp.code else 14.0
    tall = height > 1.2 * width
    along, across = (height, width) if tall else (width, height)
    across -= 2 * _PADDING
    best: tuple[float, Box, Box] | None = None
    sides = [share * along for share in _SHARES]
    for side in sorted({max(min(side, _wanted(stamp, across, tall)), least) for side in sides}, reverse=True):
        left = along - side - _PADDING
        if across < least or left <= 2 * _PADDING:
            continue
        beside: Box
        words: Box
        if tall:
            beside, words = (_PADDING, height - _PADDING - side, across, side), (0.0, 0.0, width, left)
        else:
            beside, words = (_PADDING, _PADDING, side, across), (side + _PADDING, 0.0, left, height)
        try:
            size = fit(stamp.lines, words[2], words[3], stamp.font, largest=stamp.largest).size
        except StampTooSmall:
            continue
        if best is None or size > best[0]:
            best = size, beside, words
        if size >= _EASY:
            break
    if best is None:
        raise StampTooSmall(round(width), round(height))
    return best[1], best[2]


def _wanted(stamp: Stamp, across: float, tall: bool) -> float:
    """Return along the longer side what picture or code fills when it fills the shorter one."""
    if stamp.picture is None:
        return across
    return across / stamp.picture.ratio if tall else across * stamp.picture.ratio


# TrueType


def prepare_font(data: bytes) -> StampFont:
    """Read a TrueType font once; cached by its content. Raise StampFontUnreadable."""
    return _prepare(hashlib.sha256(data).digest(), _Bytes(data))


class _Bytes:
    """Bytes that do not take part in the cache's key: their digest does."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def __hash__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Bytes)


@lru_cache(maxsize=8)
def _prepare(digest: bytes, holder: _Bytes) -> StampFont:
    try:
        return _read(holder.data)
    except (struct.error, IndexError, KeyError, ValueError, UnicodeError) as error:
        raise StampFontUnreadable from error


def _read(data: bytes) -> StampFont:
    count = struct.unpack_from(">H", data, 4)[0]
    tables = {}
    for number in range(count):
        tag, _, offset, length = struct.unpack_from(">4sLLL", data, 12 + 16 * number)
        tables[tag.decode("ascii")] = data[offset : offset + length]
    if "glyf" not in tables:
        raise ValueError("no TrueType outlines")
    head, hhea, os2 = tables["head"], tables["hhea"], tables.get("OS/2", b"")
    em = struct.unpack_from(">H", head, 18)[0]
    scale = 1000 / em
    box = tuple(round(value * scale) for value in struct.unpack_from(">4h", head, 36))
    ascent, descent = (round(value * scale) for value in struct.unpack_from(">2h", hhea, 4))
    metrics = struct.unpack_from(">H", hhea, 34)[0]
    total = struct.unpack_from(">H", tables["maxp"], 4)[0]
    widths = [
        struct.unpack_from(">H", tables["hmtx"], 4 * min(glyph, metrics - 1))[0] * scale for glyph in range(total)
    ]
    cap = round(struct.unpack_from(">h", os2, 88)[0] * scale) if len(os2) >= 90 else round(0.7 * ascent)
    glyphs = {code: glyph for code, glyph in _code_points(tables["cmap"]).items() if 0 < glyph < total}
    return StampFont(
        name=_font_name(tables.get("name", b"")),
        glyphs=glyphs,
        widths=tuple(round(width, 3) for width in widths),
        box=box,
        ascent=ascent,
        descent=descent,
        cap_height=cap,
        italic_angle=struct.unpack_from(">l", tables["post"], 4)[0] / 65536 if "post" in tables else 0.0,
        program=zlib.compress(data, 9),
        program_length=len(data),
        to_unicode=zlib.compress(_to_unicode(glyphs), 9),
    )


def _code_points(cmap: bytes) -> dict[int, int]:
    """Read the Unicode subtable (format 12 before 4)."""
    found: dict[tuple[int, int], int] = {}
    for number in range(struct.unpack_from(">H", cmap, 2)[0]):
        platform, encoding, offset = struct.unpack_from(">HHL", cmap, 4 + 8 * number)
        found[platform, encoding] = offset
    for choice in ((3, 10), (0, 4), (0, 6), (3, 1), (0, 3)):
        if choice in found:
            table = cmap[found[choice] :]
            kind = struct.unpack_from(">H", table)[0]
            if kind == 12:
                return _format_12(table)
            if kind == 4:
                return _format_4(table)
    raise ValueError("no Unicode map")


def _format_12(table: bytes) -> dict[int, int]:
    mapped = {}
    for number in range(min(struct.unpack_from(">L", table, 12)[0], 20000)):
        first, last, glyph = struct.unpack_from(">LLL", table, 16 + 12 * number)
        for code in range(first, min(last, 0x10FFFF, first + 0xFFFF) + 1):
            mapped[code] = glyph + code - first
    return mapped


def _format_4(table: bytes) -> dict[int, int]:
    segments = struct.unpack_from(">H", table, 6)[0] // 2
    ends = struct.unpack_from(f">{segments}H", table, 14)
    starts = struct.unpack_from(f">{segments}H", table, 16 + 2 * segments)
    deltas = struct.unpack_from(f">{segments}H", table, 16 + 4 * segments)
    at = 16 + 6 * segments
    offsets = struct.unpack_from(f">{segments}H", table, at)
    mapped = {}
    for number in range(segments):
        for code in range(starts[number], ends[number] + 1):
            if code == 0xFFFF:
                continue
            if offsets[number] == 0:
                mapped[code] = (code + deltas[number]) & 0xFFFF
            else:
                place = at + 2 * number + offsets[number] + 2 * (code - starts[number])
                glyph = struct.unpack_from(">H", table, place)[0]
                mapped[code] = (glyph + deltas[number]) & 0xFFFF if glyph else 0
    return mapped


def _font_name(table: bytes) -> str:
    """Return the PostScript name, as a PDF name may hold it."""
    if len(table) < 6:
        return "Stamp"
    count, strings = struct.unpack_from(">HH", table, 2)
    for number in range(count):
        platform, _, _, kind, length, offset = struct.unpack_from(">6H", table, 6 + 12 * number)
        if kind == 6:
            raw = table[strings + offset : strings + offset + length]
            text = raw.decode("utf-16-be" if platform in (0, 3) else "latin-1", "ignore")
            return "".join(c for c in text if c.isascii() and (c.isalnum() or c in "-_")) or "Stamp"
    return "Stamp"


def _to_unicode(glyphs: Mapping[int, int]) -> bytes:
    """Map glyphs back to letters, so that copied and searched text is what was meant.

    Where two code points share a glyph, the one that Vietnamese text uses wins: Đ before Ð, a plain space and hyphen
    before their special kinds, else the lower.
    """
    back: dict[int, int] = {}
    for code in sorted(glyphs, key=lambda code: (code in (0xD0, 0xA0, 0xAD), code)):
        back.setdefault(glyphs[code], code)
    lines = [f"<{glyph:04X}> <{chr(code).encode('utf-16-be').hex().upper()}>" for glyph, code in sorted(back.items())]
    blocks = [lines[start : start + 100] for start in range(0, len(lines), 100)]
    body = "".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar\n" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
        f"{body}endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode("ascii")
