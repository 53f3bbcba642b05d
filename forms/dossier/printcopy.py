"""The print copy: one PDF to put on paper, marked as a copy, with bookmarks; its signatures are pictures only."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pikepdf

from forms.dossier.errors import AttachmentBroken, AttachmentEncrypted, AttachmentTooManyPages
from forms.printing import print_page

COPY_PAGES_LIMIT = 5000
"""Most pages of a print copy."""
_MARK_HEIGHT = 425.197
"""150 mm, as copy_marks.typ draws it."""
_MARK_EDGE = 11.3
"""4 mm from the paper's edge: what printers can still reach."""


def print_copy(parts: Sequence[tuple[str, bytes]], cover: bytes) -> bytes:
    """Join the cover and titled PDFs into one that is printed; the same input gives the same bytes.

    Form fields and stamps become part of the page, since a merge breaks every signature and a broken one must not be
    shown as if it were one. Each sheet says at its margin that it is a copy, and its number.
    """
    with pikepdf.new() as copy:
        bookmarks = []
        for title, data in [("Bìa hồ sơ", cover), *parts]:
            bookmarks.append(pikepdf.OutlineItem(title, len(copy.pages)))
            _append(copy, title, data)
            if len(copy.pages) > COPY_PAGES_LIMIT:
                raise AttachmentTooManyPages(title, len(copy.pages), COPY_PAGES_LIMIT)
        _mark(copy)
        with copy.open_outline() as outline:
            outline.root.extend(bookmarks)
        copy.Root.PageMode = pikepdf.Name.UseOutlines
        copy.Root.Lang = pikepdf.String("vi")
        copy.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True, PrintScaling=pikepdf.Name.None_)
        copy.docinfo["/Title"] = pikepdf.String("BẢN IN")
        out = io.BytesIO()
        copy.save(out, deterministic_id=True, min_version="1.7", object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return out.getvalue()


def _append(copy: pikepdf.Pdf, title: str, data: bytes) -> None:
    try:
        with pikepdf.open(io.BytesIO(data)) as part:
            if part.is_encrypted:
                raise AttachmentEncrypted(title, "RESTRICTIONS")
            form = part.Root.get("/AcroForm")
            if isinstance(form, pikepdf.Dictionary) and bool(form.get("/NeedAppearances", False)):
                part.generate_appearance_streams()
            part.flatten_annotations("print")
            if "/AcroForm" in part.Root:
                del part.Root["/AcroForm"]
            for page in part.pages:
                # Links and scripts do nothing on paper; the page's tags point into a tree that stays behind.
                for key in ("/Annots", "/AA", "/StructParents", "/Thumb", "/B", "/PieceInfo"):
                    if key in page.obj:
                        del page.obj[key]
            copy.add_pages_from(part)
    except pikepdf.PasswordError as error:
        raise AttachmentEncrypted(title, "PASSWORD") from error
    except (pikepdf.PdfError, RuntimeError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise AttachmentBroken(title, "pdf") from error


def _mark(copy: pikepdf.Pdf) -> None:
    marks = print_page("copy_marks", {"total": len(copy.pages)}, timestamp=0).pdf
    with pikepdf.open(io.BytesIO(marks)) as drawn:
        for number, (page, mark) in enumerate(zip(copy.pages, drawn.pages, strict=True), 1):
            # Our own name, since pikepdf would pick a random one; one per sheet, since pages may share resources.
            name = pikepdf.Name(f"/HoSoBanIn{number}")
            page.add_resource(copy.copy_foreign(mark.as_form_xobject()), pikepdf.Name.XObject, name)
            x, y, scale = _place(page)
            page.contents_add(b"q\n", prepend=True)
            page.contents_add(f"\nQ q {scale:.4f} 0 0 {scale:.4f} {x:.3f} {y:.3f} cm {name} Do Q".encode())


def _place(page: pikepdf.Page) -> tuple[float, float, float]:
    """Return where the mark lies, the middle of the edge that the page's box calls left, and its scale."""
    left, bottom, right, top = (float(edge) for edge in page.mediabox)
    left, bottom, top = min(left, right), min(bottom, top), max(bottom, top)
    scale = min(1.0, (top - bottom) * 0.9 / _MARK_HEIGHT)
    return left + _MARK_EDGE, (bottom + top - _MARK_HEIGHT * scale) / 2, scale
