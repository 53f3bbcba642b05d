"""The QR code on paper: read again from the drawn page, it names the dossier and the data that are in the file."""

from __future__ import annotations

import hashlib
import io

import pikepdf
import pytest
import zxingcpp
from PIL import Image

from forms.printing import PrintOptions, matching_text, page_images, print_form, read_back
from forms.template import Template
from tests.forms.property_kit import complete, named, shipped

TEMPLATES = {named(template): template for template in shipped()}


def printed(template: Template, **more: object) -> bytes:
    form = complete(template)
    options = PrintOptions(timestamp=1_790_000_000, **more)  # type: ignore[arg-type]
    return print_form(template.ref, str(form.period) if form.period else None, form.values, options).pdf


def codes(pdf: bytes, dots: int = 300) -> list[list[str]]:
    """Return what a reader finds on each page, scanned at so many dots an inch."""
    pages = page_images(pdf, scale=dots / 72)
    return [
        [found.text for found in zxingcpp.read_barcodes(Image.frombytes("RGB", (p.width, p.height), p.rgb))]
        for p in pages
    ]


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_page_says_dossier_and_digest_of_the_attached_data(name: str) -> None:
    pdf = printed(TEMPLATES[name], dossier="HS-7K3M9Q2X")
    with pikepdf.open(io.BytesIO(pdf)) as document:
        attached = document.attachments["form-data.json"].get_file().read_bytes()
    expected = f"HOSO1:HS-7K3M9Q2X:{hashlib.sha256(attached).hexdigest()[:32].upper()}"
    assert matching_text(read_back(pdf)) == expected
    for page in codes(pdf):
        assert page == [expected]


def test_a_small_scan_is_enough() -> None:
    pdf = printed(TEMPLATES["thue/01-gtgt tt89-1"], dossier="HS-7K3M9Q2X")
    assert all(len(page) == 1 for page in codes(pdf, 200))


def test_drafts_blank_forms_and_pages_without_a_dossier_have_none() -> None:
    template = TEMPLATES["thue/01-gtgt tt89-1"]
    for options in ({"dossier": "HS-1", "draft": True}, {"dossier": None}, {"dossier": "HS-1", "blank": True}):
        pdf = printed(template, **options)
        assert not any(codes(pdf))


def test_the_same_form_gives_the_same_bytes_and_another_amount_another_code() -> None:
    template = TEMPLATES["thue/01-gtgt tt89-1"]
    assert printed(template, dossier="HS-1") == printed(template, dossier="HS-1")
    form = complete(template)
    form.set("ct22", form.values["ct22"] + 1)
    other = print_form(template.ref, str(form.period), form.values, PrintOptions(1_790_000_000, dossier="HS-1")).pdf
    assert codes(other) != codes(printed(template, dossier="HS-1"))
