"""What is seen of a signature: text, a picture of the hand or the seal, a QR code; and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop.filing.desk import Desk
from desktop.filing.errors import StampPictureMissing
from forms.bundled import RESOURCES

if TYPE_CHECKING:
    from datetime import datetime

    from forms.printing import Mark
    from signing.certificate import Certificate, Role
    from signing.emblem import Picture
    from signing.stamp import Stamp

STAMP_FONT = RESOURCES / "fonts" / "NotoSans-Stamp.ttf"
DECREE_FONT = RESOURCES / "fonts" / "HoSoSerif-Stamp.ttf"
"""Of the metrics and shapes of Times New Roman, which Decree 30/2020/NĐ-CP names."""
DECREE_SIZE = 10.0
STAMP_KINDS = ("text", "image", "qr", "decree")
"""text: who, for which tax code, as whom, when; image and qr: a picture or a QR code beside that text; decree: the
picture alone, or without one number and time in black, as Decree 30/2020/NĐ-CP, Appendix I, has them."""
LONGEST_NUMBER = 80


@dataclass(frozen=True)
class StampLook:
    """What a person chose to be seen of a signature."""

    kind: str = "text"
    """One of STAMP_KINDS."""
    picture: Picture | None = None
    number: str = ""
    """Number and symbol of the document; in a stamp of kind `decree` without a picture."""


def stamp_look(desk: Desk, kind: str, *, name: str = "", data: bytes | None = None, number: str = "") -> StampLook:
    """Make a look of a kind, with the bytes of a PNG or JPEG where it shows a picture; they are decoded in a worker.

    Raises SignaturePictureRefused, StampPictureMissing for an image without one, ValueError for another kind.
    """
    if kind not in STAMP_KINDS or len(number) > LONGEST_NUMBER:
        raise ValueError(kind)
    picture = None
    if kind in ("image", "decree") and data is not None:
        from forms.dossier import SignaturePicture, read_signature_picture
        from signing.emblem import picture as prepare

        read: SignaturePicture = desk.workers.run(read_signature_picture, name, data, timeout=20)
        picture = prepare(read.width, read.height, read.rgb, read.cover, read.points)
    if kind == "image" and picture is None:
        raise StampPictureMissing()
    return StampLook(kind, picture, number)


def stamp_at(mark: Mark, certificate: Certificate, at: datetime, role: Role, look: StampLook | None = None) -> Stamp:
    """Make the visible signature that stands at a mark of the printed page."""
    from signing.stamp import Stamp, code_text, decree_lines, prepare_font, stamp_lines

    lines = stamp_lines(certificate, at, lang="vi", role=role)
    box = (mark.x, mark.y, mark.width, mark.height)
    font = prepare_font(STAMP_FONT.read_bytes())
    if look is None or look.kind == "text":
        return Stamp(lines, mark.page, box, font)
    if look.kind == "decree":
        title = ". ".join(lines)
        if look.picture is not None:
            return Stamp((), mark.page, box, font, title, picture=look.picture, framed=False)
        black = decree_lines(at, look.number)
        serif = prepare_font(DECREE_FONT.read_bytes())
        return Stamp(black, mark.page, box, serif, title, framed=False, largest=DECREE_SIZE)
    code = code_text(certificate, at) if look.kind == "qr" else ""
    return Stamp(lines, mark.page, box, font, picture=look.picture if look.kind == "image" else None, code=code)


def field_mark(desk: Desk, data: bytes, name: str) -> Mark | None:
    """Return where a PDF's own signature field of this name is seen; None where there is none or it has no room."""
    from desktop.filing.foreign import form_fields
    from forms.errors import FormsError
    from forms.printing import Mark

    try:
        found = form_fields(desk, data).fields
    except FormsError:
        return None  # what is wrong with the file is said by who signs it
    for place in (place for one in found if one.name == name and one.kind == "signature" for place in one.places):
        if place.box is None or place.page is None:
            continue
        x0, y0, x1, y1 = place.box
        if x1 > x0 and y1 > y0:
            return Mark(name, place.page, x0, y0, x1 - x0, y1 - y0)
    return None
