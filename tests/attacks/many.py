"""A file of many signatures, made quickly: one key, the product's own signer without its re-reading."""

from __future__ import annotations

from typing import Any

from tests.attacks import pdf_raw as raw


def fifty(keys: Any, *, start: bytes | None = None, count: int = 50) -> list[bytes]:
    """Return the file after each of its signatures."""
    from signing import modelled, pdf
    from signing.pkcs12 import load

    key = load(keys.key("anh_duong_ec").p12("x"), "x")[0]
    data = start if start is not None else raw.file(raw.objects(contents=b"4 0 R"))
    steps = []
    check, modelled._revalidate = modelled._revalidate, lambda *_: None
    try:
        for _ in range(count):
            made = pdf.sign_pdf(data, None, key).data
            assert made is not None
            data = made
            steps.append(data)
    finally:
        modelled._revalidate = check
    return steps
