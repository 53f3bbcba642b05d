"""What a file is, by its bytes: names and extensions are only claims."""

from __future__ import annotations

_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})

# (offset, bytes, kind), the first that fits.
_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "png"),
    (0, b"II*\0", "tiff"),
    (0, b"MM\0*", "tiff"),
    (0, b"II+\0", "tiff"),
    (0, b"MM\0+", "tiff"),
    (0, b"GIF87a", "gif"),
    (0, b"GIF89a", "gif"),
    (8, b"WEBP", "webp"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "doc"),
    (0, b"{\\rtf", "rtf"),
    (0, b"Rar!\x1a\x07", "rar"),
    (0, b"7z\xbc\xaf\x27\x1c", "7z"),
    (0, b"\x1f\x8b", "gz"),
    (0, b"BZh", "bz2"),
    (0, b"\xfd7zXZ\0", "xz"),
    (257, b"ustar", "tar"),
    (0, b"\x7fELF", "elf"),
    (0, b"MZ", "exe"),
    (0, b"#!", "script"),
    (0, b"BM", "bmp"),
)
_SEARCHED = 1024
"""A PDF's header may stand anywhere in so many first bytes (ISO 32000-1, Annex H.3.4.1)."""

OFFICE = frozenset({"docx", "xlsx", "pptx", "odf", "doc", "rtf"})
ARCHIVES = frozenset({"zip", "rar", "7z", "gz", "bz2", "xz", "tar"})
PICTURES = frozenset({"tiff", "gif", "webp", "bmp", "avif"})
PROGRAMS = frozenset({"exe", "elf", "script"})


def kind_of(data: bytes) -> str:
    """Return what the bytes are: pdf, jpeg, png, heic, one of the refused kinds, xml, text or unknown."""
    for offset, magic, kind in _MAGIC:
        if data.startswith(magic, offset):
            return kind
    if data[4:8] == b"ftyp":
        brand = data[8:12]
        if brand in (b"avif", b"avis"):
            return "avif"
        return "heic" if brand in _HEIC_BRANDS else "video"
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(data)
    if b"%PDF-" in data[:_SEARCHED]:
        return "pdf"
    head = data[:_SEARCHED].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith((b"<?xml", b"<")):
        return "xml"
    try:
        data[:_SEARCHED].decode("utf-8")
    except UnicodeDecodeError as error:
        # A letter cut in two at the end of what was read is no fault.
        if error.start < min(len(data), _SEARCHED) - 4:
            return "unknown"
    return "unknown" if b"\0" in data[:_SEARCHED] else "text"


def _zip_kind(data: bytes) -> str:
    # Names of entries stand uncompressed in the directory at the end; nothing is unpacked to look.
    tail = data[-65536:]
    for name, kind in ((b"word/", "docx"), (b"xl/", "xlsx"), (b"ppt/", "pptx")):
        if name in tail:
            return kind
    return "odf" if data[30:38] == b"mimetype" and b"opendocument" in data[38:100] else "zip"
