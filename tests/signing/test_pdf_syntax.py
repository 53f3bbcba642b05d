"""What is written by the letter, and what readers would each mend in their own way."""

from __future__ import annotations

import pytest

from signing.validation import pdf_syntax

SOUND = (
    b"<< /Type /Catalog /Pages 2 0 R >> endobj",
    b"<</A[1 0 R 2.5 -3 .5(a \\) (b) c)<48 61>]/B<</C null/D true>>>>\nstream\r\n",
    b"% said aside >\n<< /A#20B /N >> endobj",
    b"42 endobj",
    b"[ ] endobj",
    b"(\xfe\xff\x00(\x00)) endobj",
    b"3 0 R endobj",
)
ODD = {
    "a lone bracket ends the dictionary": b"<< /Type /Catalog > /Pages 2 0 R >> endobj",
    "never closed": b"<< /A 1 endobj",
    "closed by the wrong bracket": b"<< /A [ 1 >> ] endobj",
    "a key that is no name": b"<< (A) 1 >> endobj",
    "a key without a value": b"<< /A 1 /B >> endobj",
    "two objects in one": b"<< /A 1 >> << /A 2 >> endobj",
    "nothing": b" endobj",
    "an unknown word": b"<< /A nul >> endobj",
    "a reference without its number": b"<< /A 1 R >> endobj",
    "a number that goes on": b"<< /A 1-2 >> endobj",
    "a string without an end": b"<< /A (b >> endobj",
    "letters in digits": b"<< /A <4x> >> endobj",
    "no end": b"<< /A 1 >>",
    "too deep": b"[" * 65 + b"]" * 65 + b" endobj",
}


@pytest.mark.parametrize("text", SOUND)
def test_what_is_written_by_the_letter_is_taken(text: bytes) -> None:
    assert pdf_syntax.one_object(text)


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_what_must_be_mended_is_not_taken(text: bytes) -> None:
    assert not pdf_syntax.one_object(text)


def test_a_row_of_objects_is_read_to_its_end() -> None:
    assert pdf_syntax.objects(b"<< /A 1 >> [ 2 ] (c) ")
    assert not pdf_syntax.objects(b"<< /A 1 > [ 2 ] >>")
    assert not pdf_syntax.objects(b"<< /A 1 >> endobj")
