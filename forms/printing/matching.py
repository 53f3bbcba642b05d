"""The mark by which a clerk matches paper to file: dossier and digest of the data, as a QR code at the foot of a page.

`HOSO1:<dossier>:<digest>`, the digest being the first 32 hexadecimal digits of the SHA-256 of the attached
form-data.json, in capitals. Whoever has the file compares it with what `hoso form read` says.
"""

from __future__ import annotations

import hashlib
from typing import Final

PREFIX: Final = "HOSO1"
DIGITS: Final = 32
"""Hexadecimal digits of the digest: 128 bits, beyond what anybody can meet by trying."""
QUIET: Final = 3
"""White squares around the code; the margin of the page is white beyond them."""


def matching_text(dossier: str, attached: bytes) -> str:
    """Return what the code says for a dossier and the data attached to the print."""
    return f"{PREFIX}:{dossier.upper()}:{hashlib.sha256(attached).hexdigest()[:DIGITS].upper()}"


def picture(text: str) -> str:
    """Return a QR code as SVG (error correction M, one fixed mask, so that the same text gives the same picture)."""
    import qrcode  # not needed by pages without a dossier

    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=QUIET, mask_pattern=2)
    code.add_data(text)
    code.make(fit=True)
    matrix = code.get_matrix()
    runs: list[str] = []
    for y, row in enumerate(matrix):
        start = None
        for x, dark in enumerate([*row, False]):
            if dark and start is None:
                start = x
            elif not dark and start is not None:
                runs.append(f"M{start} {y}h{x - start}v1h-{x - start}z")
                start = None
    side = len(matrix)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" width="{side}" height="{side}">'
        f'<path fill="#000" shape-rendering="crispEdges" d="{"".join(runs)}"/></svg>'
    )
