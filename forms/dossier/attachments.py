"""Attachments: what a person brings becomes one PDF that any receiver can read, or a reason and the way out.

A PDF is checked and kept byte for byte (it may be signed). A photograph or scan is straightened, freed of what it says
about its camera and place, brought down to 212 dots per inch on A4 (Decree 30/2020/NĐ-CP, Appendix I, asks for colour,
200 dpi, full scale), and wrapped into a PDF.
"""

from __future__ import annotations

import io
import unicodedata
import warnings
from dataclasses import dataclass

import pi_heif
import pikepdf
from PIL import Image, ImageCms, ImageOps

from forms.dossier import kinds
from forms.dossier.errors import (
    ArchiveAttachment,
    AttachmentBroken,
    AttachmentEmpty,
    AttachmentEncrypted,
    AttachmentTooLarge,
    AttachmentTooManyPages,
    AttachmentTooManyPixels,
    AttachmentXfa,
    OfficeAttachment,
    PictureAttachment,
    ProgramAttachment,
    UnsupportedAttachment,
)
from forms.printing import PdfUnreadable, page_sizes

SIZE_LIMIT = 50 * 1024 * 1024
"""Largest file taken, in bytes."""
PAGES_LIMIT = 500
"""Most pages of one PDF."""
PIXELS_LIMIT = 50_000_000
"""Largest picture taken (a 50-megapixel telephone); decoded it needs 200 MB."""
SCAN_SHORT, SCAN_LONG = 1754, 2480
"""What a picture is brought down to: A4 at 212 dpi."""
SCAN_BYTES = 700 * 1024
"""What a page of a scan should not be larger than, as long as it stays legible."""
ACCEPTED_KINDS = ("pdf", "jpeg", "png", "heic")

_QUALITIES = (84, 76, 68, 60)
_A4 = (595.276, 841.89)
_LEGIBLE_DPI = 200
_LOWEST_DPI = 150
_FORMATS = {"jpeg": "JPEG", "png": "PNG"}
_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


@dataclass(frozen=True)
class Accepted:
    """Be an attachment as it goes into the dossier."""

    pdf: bytes
    pages: int
    kind: str
    """What was brought: pdf, jpeg, png or heic."""
    notes: tuple[str, ...] = ()
    """Codes of what the person should know: ATTACHMENT_ACTIVE_CONTENT, ATTACHMENT_SIGNED, ATTACHMENT_HYBRID_XFA,
    ATTACHMENT_HAS_FILES, ATTACHMENT_REPAIRABLE, ATTACHMENT_HAS_FORM, ATTACHMENT_LOW_RESOLUTION, ATTACHMENT_REDUCED."""


def accept_attachment(name: str, data: bytes) -> Accepted:
    """Return the PDF of an attachment; raise a DossierError that says why not and, by its code, what to do."""
    if not data:
        raise AttachmentEmpty(name)
    if len(data) > SIZE_LIMIT:
        raise AttachmentTooLarge(name, len(data), SIZE_LIMIT)
    kind = kinds.kind_of(data)
    if kind == "pdf":
        return _accept_pdf(name, data)
    if kind in ACCEPTED_KINDS:
        return _accept_picture(name, data, kind)
    for refused, error in (
        (kinds.OFFICE, OfficeAttachment),
        (kinds.ARCHIVES, ArchiveAttachment),
        (kinds.PICTURES, PictureAttachment),
        (kinds.PROGRAMS, ProgramAttachment),
    ):
        if kind in refused:
            raise error(name, kind)
    raise UnsupportedAttachment(name, kind)


# ---------------------------------------------------------------- PDF


def _accept_pdf(name: str, data: bytes) -> Accepted:
    try:
        # An owner's password alone opens without asking, and a signature or a merge would then drop the protection.
        with pikepdf.open(io.BytesIO(data)) as pdf:
            if pdf.is_encrypted:
                raise AttachmentEncrypted(name, "RESTRICTIONS")
            pages = len(pdf.pages)
            if pages == 0:
                raise AttachmentBroken(name, "pdf")
            if pages > PAGES_LIMIT:
                raise AttachmentTooManyPages(name, pages, PAGES_LIMIT)
            notes = _pdf_notes(name, pdf)
    except pikepdf.PasswordError as error:
        raise AttachmentEncrypted(name, "PASSWORD") from error
    except (pikepdf.PdfError, RuntimeError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise AttachmentBroken(name, "pdf") from error
    try:
        # Two readers must agree: what only one can open will fail somewhere on its way.
        if len(page_sizes(data)) != pages:
            raise AttachmentBroken(name, "pdf")
    except PdfUnreadable as error:
        raise AttachmentBroken(name, "pdf") from error
    return Accepted(data, pages, "pdf", notes)


def _pdf_notes(name: str, pdf: pikepdf.Pdf) -> tuple[str, ...]:
    notes = []
    root = pdf.Root
    form = root.get("/AcroForm")
    fields = form.get("/Fields") if isinstance(form, pikepdf.Dictionary) else None
    has_fields = isinstance(fields, pikepdf.Array) and len(fields) > 0
    if isinstance(form, pikepdf.Dictionary) and "/XFA" in form:
        if not has_fields or bool(root.get("/NeedsRendering", False)):
            raise AttachmentXfa(name)
        notes.append("ATTACHMENT_HYBRID_XFA")
    active, files, signed, fillable = _walk(pdf)
    if signed:
        notes.append("ATTACHMENT_SIGNED")
    elif fillable:
        notes.append("ATTACHMENT_HAS_FORM")
    if active:
        notes.append("ATTACHMENT_ACTIVE_CONTENT")
    if files:
        notes.append("ATTACHMENT_HAS_FILES")
    if pdf.get_warnings():
        notes.append("ATTACHMENT_REPAIRABLE")
    return tuple(notes)


_ACTIVE_ACTIONS = frozenset({"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/Rendition", "/RichMediaExecute"})
_ACTIVE_ANNOTATIONS = frozenset({"/RichMedia", "/Movie", "/Sound", "/Screen", "/3D"})


def _walk(pdf: pikepdf.Pdf) -> tuple[bool, bool, bool, bool]:
    """Say whether a PDF has active content, files inside, a signature, fields to fill.

    Every object is looked at, wherever it hangs.
    """
    active = files = signed = fillable = False
    for thing in pdf.objects:
        if not isinstance(thing, (pikepdf.Dictionary, pikepdf.Stream)):
            continue
        action, kind = thing.get("/S"), thing.get("/FT")
        files = files or "/EF" in thing
        if "/JS" in thing or "/AA" in thing:
            active = True
        if isinstance(action, pikepdf.Name) and str(action) in _ACTIVE_ACTIONS:
            active = True
        if isinstance(thing.get("/Subtype"), pikepdf.Name) and str(thing.get("/Subtype")) in _ACTIVE_ANNOTATIONS:
            active = True
        if kind == "/Sig" and "/V" in thing:
            signed = True
        elif kind in ("/Tx", "/Btn", "/Ch"):
            fillable = True
        if thing.get("/Type") == "/Sig" and "/ByteRange" in thing:
            signed = True
        opening = thing.get("/OpenAction")
        if isinstance(opening, pikepdf.Dictionary) and str(opening.get("/S")) in _ACTIVE_ACTIONS:
            active = True
    return active, files, signed, fillable


# ---------------------------------------------------------------- pictures


def _accept_picture(name: str, data: bytes, kind: str) -> Accepted:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            warnings.simplefilter("ignore", UserWarning)
            picture = _open(name, data, kind)
            picture = _straight(picture)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise AttachmentTooManyPixels(name, 0, PIXELS_LIMIT) from error
    except (OSError, ValueError, SyntaxError, RuntimeError, EOFError, TypeError, MemoryError) as error:
        raise AttachmentBroken(name, kind) from error
    notes = []
    bounded = _bounded(picture)
    if bounded.size != picture.size:
        notes.append("ATTACHMENT_REDUCED")
    if _dpi(bounded.size) < _LEGIBLE_DPI:
        notes.append("ATTACHMENT_LOW_RESOLUTION")
    return Accepted(_wrap(name, bounded.size, bounded.mode, _jpeg(bounded)), 1, kind, tuple(notes))


def _open(name: str, data: bytes, kind: str) -> Image.Image:
    if kind == "heic":
        heif = pi_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=True, remap_images=False)
        _bound_pixels(name, heif.size)
        picture: Image.Image = heif.to_pillow()
        return picture
    picture = Image.open(io.BytesIO(data), formats=[_FORMATS[kind]])
    _bound_pixels(name, picture.size)
    if kind == "jpeg":
        # The decoder itself skips what a halved picture does not need; never below what is kept.
        short, long = sorted(picture.size)
        picture.draft(None, (SCAN_LONG, SCAN_LONG) if short == long else _as_oriented(picture.size))
    picture.load()
    return picture


def _bound_pixels(name: str, size: tuple[int, int]) -> None:
    if size[0] * size[1] > PIXELS_LIMIT or max(size) > 30_000:
        raise AttachmentTooManyPixels(name, size[0] * size[1], PIXELS_LIMIT)
    if min(size) < 8:
        raise ValueError(size)


def _as_oriented(size: tuple[int, int]) -> tuple[int, int]:
    return (SCAN_LONG, SCAN_SHORT) if size[0] > size[1] else (SCAN_SHORT, SCAN_LONG)


def _straight(picture: Image.Image) -> Image.Image:
    """Turn a picture as its camera says, on white ground, in plain sRGB or grey."""
    profile = picture.info.get("icc_profile")
    picture = ImageOps.exif_transpose(picture)
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layered = picture.convert("RGBA")
        ground = Image.new("RGBA", layered.size, (255, 255, 255, 255))
        picture = Image.alpha_composite(ground, layered).convert("RGB")
    elif picture.mode in ("I;16", "I;16B", "I;16L", "I"):
        # Pillow would cut these off at 255 instead of scaling them.
        picture = picture.convert("I").point(lambda level: level / 256).convert("L")
    if profile and picture.mode in ("RGB", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            changed = ImageCms.profileToProfile(
                picture, source, _SRGB, outputMode="L" if picture.mode == "L" else "RGB"
            )
            picture = changed or picture
        except ImageCms.PyCMSError:
            pass  # a broken profile says nothing about colours; the picture itself is fine
    return picture if picture.mode in ("L", "RGB") else picture.convert("L" if picture.mode == "1" else "RGB")


def _bounded(picture: Image.Image) -> Image.Image:
    width, height = picture.size
    most = _as_oriented(picture.size)
    scale = min(most[0] / width, most[1] / height, 1.0)
    if scale == 1.0:
        return picture
    return picture.resize((max(1, round(width * scale)), max(1, round(height * scale))), Image.Resampling.LANCZOS)


def _jpeg(picture: Image.Image) -> bytes:
    written = b""
    for quality in _QUALITIES:
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=quality, optimize=True, subsampling=0 if quality > 80 else 2)
        written = out.getvalue()
        if len(written) <= SCAN_BYTES:
            break
    return written


def _placed(size: tuple[int, int]) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the page (A4, turned like the picture) and the picture's size on it, in points."""
    page = (_A4[1], _A4[0]) if size[0] > size[1] else _A4
    scale = min(page[0] / size[0], page[1] / size[1], 72 / _LOWEST_DPI)
    return page, (size[0] * scale, size[1] * scale)


def _dpi(size: tuple[int, int]) -> float:
    return 72 * size[0] / _placed(size)[1][0]


def _wrap(name: str, size: tuple[int, int], mode: str, jpeg: bytes) -> bytes:
    """Write a JPEG as it is into a page of its own; the same picture and name give the same bytes."""
    page_size, drawn = _placed(size)
    left, bottom = (page_size[0] - drawn[0]) / 2, (page_size[1] - drawn[1]) / 2
    with pikepdf.new() as pdf:
        image = pdf.make_stream(
            jpeg,
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Image,
            Width=size[0],
            Height=size[1],
            ColorSpace=pikepdf.Name.DeviceGray if mode == "L" else pikepdf.Name.DeviceRGB,
            BitsPerComponent=8,
            Filter=pikepdf.Name.DCTDecode,
        )
        content = f"q {drawn[0]:.3f} 0 0 {drawn[1]:.3f} {left:.3f} {bottom:.3f} cm /Scan Do Q".encode()
        page = pikepdf.Dictionary(
            Type=pikepdf.Name.Page,
            MediaBox=pikepdf.Array([0, 0, page_size[0], page_size[1]]),
            Resources=pikepdf.Dictionary(XObject=pikepdf.Dictionary(Scan=image)),
            Contents=pdf.make_stream(content),
        )
        pdf.pages.append(pikepdf.Page(page))
        pdf.Root.Lang = pikepdf.String("vi")
        pdf.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
        pdf.docinfo["/Title"] = pikepdf.String(unicodedata.normalize("NFC", name)[:200])
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True, min_version="1.7")
        return out.getvalue()
