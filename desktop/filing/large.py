"""Signing a PDF too large to be held: from file to file, in constant memory."""

from __future__ import annotations

from typing import IO, BinaryIO, cast

from desktop.filing.desk import Desk
from desktop.filing.documents import SignedDocument, SignRequest, check_certificate
from desktop.filing.stamping import stamp_at
from signing.key import SigningKey

LARGE = 32 << 20
"""Bytes from which a PDF is signed from file to file; what this program prints is never so large."""


def is_large_pdf(source: IO[bytes]) -> bool:
    """Tell whether an open file is a PDF that is better not read whole."""
    size = source.seek(0, 2)
    source.seek(0)
    head = source.read(1024)
    source.seek(0)
    return size > LARGE and b"%PDF-" in head


def sign_large(
    desk: Desk, source: IO[bytes], target: IO[bytes], key: SigningKey, request: SignRequest
) -> SignedDocument:
    """Sign an open PDF into an open new file (w+b), after checking the certificate; the result holds no data.

    Raises as `sign_document`. The caller gives the file its name when this returns.
    """
    from forms.printing import Mark
    from signing.levels import Level, sign

    code = request.client_code
    findings = check_certificate(
        desk,
        key,
        role=request.role,
        tax_code=code,
        personal_id=code if code is not None and len(code) == 12 else None,
        trust=request.trust,
        accept_questions=request.accept_questions,
        level=request.level,
        proofs=request.proofs,
    )
    at = desk.now()
    stamp = None
    if request.stamp and request.place is not None:
        page, box = request.place
        stamp = stamp_at(Mark("", page, *box), key.certificate, at, request.role, request.look)
    facts = sign(
        cast(BinaryIO, source),
        cast(BinaryIO, target),
        key,
        level=Level(request.level),
        proofs=request.proofs,
        field=request.field,
        stamp=stamp,
        at=at,
    ).facts
    return SignedDocument(b"", facts.certificate, facts.signing_time, "pdf", facts.visible, findings, facts.level)
