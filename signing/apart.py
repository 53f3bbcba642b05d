"""Sign a document in another process than the one that holds the key.

The document, which comes from anywhere, is opened, written and read again there, where a crash or a hang takes nothing
along; the key stays here and is asked once, for one signature over the signed attributes. It also gives a batch its
second processor.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from signing.certificate import Certificate

if TYPE_CHECKING:
    from signing.errors import SigningError
    from signing.key import Digest, SigningKey
    from signing.pdf import Begun, SignedPdf

Ask = Callable[[tuple[bytes, str]], bytes]
"""Takes what is to be signed and the digest's name; returns the signature's value."""


@dataclass(frozen=True)
class KeyFacts:
    """A key without the key: all that a document needs of it but the value."""

    certificate: Certificate
    chain: tuple[bytes, ...] = field(repr=False)
    kind: Literal["file", "token", "remote"]

    @classmethod
    def of(cls, key: SigningKey) -> KeyFacts:
        """Take the facts of a key."""
        return cls(key.certificate, tuple(key.chain), key.kind)


@dataclass(frozen=True)
class _AskedKey:
    certificate: Certificate
    chain: tuple[bytes, ...]
    kind: Literal["file", "token", "remote"]
    ask: Ask

    def sign(self, data: bytes, digest: Digest = "sha256") -> bytes:
        """Have it signed where the key is; the value is verified when the document is read again."""
        return self.ask((data, digest))


def get_ready() -> None:
    """Load what signs, so that the first document does not wait for it."""
    importlib.import_module("signing.pdf")


def sign_pdf_apart(data: bytes, key: KeyFacts, name: str | None, at: datetime, *, ask: Ask) -> SignedPdf:
    """Sign a PDF invisibly at level B-B in the field `name` (None: a new one); as `signing.pdf.sign_pdf` does."""
    from signing.pdf import sign_pdf

    return sign_pdf(data, None, _AskedKey(key.certificate, key.chain, key.kind, ask), field=name, at=at)


def begin_pdfs_apart(
    sources: Sequence[bytes], key: KeyFacts, name: str | None, at: datetime
) -> list[Begun | SigningError | None]:
    """Draft the signatures of several PDFs; as `signing.pdf.begin_pdfs` does.

    No worker waits while the key signs them: it drafts the next ones, or reads those before them again.
    """
    from signing.pdf import begin_pdfs

    return begin_pdfs(sources, key, field=name, at=at)


def finish_pdfs_apart(
    sources: Sequence[bytes], begun: Sequence[Begun], values: Sequence[bytes], key: KeyFacts
) -> list[SignedPdf | SigningError]:
    """Finish them in any worker; as `signing.pdf.finish_pdfs` does."""
    from signing.pdf import finish_pdfs

    return finish_pdfs(sources, begun, values, key)
