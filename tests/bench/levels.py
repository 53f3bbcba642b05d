"""Long-term signatures with what a batch shares, against one RSA-2048 signature and one SHA-256 of the file.

Processor time of this process: the server of time-stamps is another one, and its round trips are not counted.
"""

from __future__ import annotations

import functools
import hashlib
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from tests.bench.rows import Row

FILES = 15
MOST = 200.0
"""Times the limit."""


def levels() -> list[Row]:
    """Return a row per level above B-B."""
    from signing.levels import Level, Proofs, sign
    from signing.trust import Trust
    from tests.signing import authority_kit

    with tempfile.TemporaryDirectory() as folder:
        authority = authority_kit.make(Path(folder))
        try:
            document = page_of_100_kb()
            key: Any = authority.key("rsa2048")
            rows = []
            for level in (Level.B_T, Level.B_LT, Level.B_LTA):
                proofs = Proofs(Trust.of([authority.root]), tsa=authority.tsa)
                sign(document, None, key, level=level, proofs=proofs)  # what a batch does once
                private = authority._keys["rsa2048"]
                taken, limits = [], []
                for _ in range(FILES):  # one after the other, so that both meet the same load
                    taken.append(_processor(functools.partial(sign, document, None, key, level=level, proofs=proofs)))
                    limits += [_processor(functools.partial(_raw, private, document)) for _ in range(10)]
                # The limit at its best, ours as usual: the stricter comparison.
                ours, limit = statistics.median(taken), min(limits)
                note = f"{len(document)} bytes; processor; judged again before it is returned"
                rows.append(
                    Row(f"{level.value}, context shared", ours, limit, "RSA-2048 + SHA-256", most=MOST, note=note)
                )
            return rows
        finally:
            authority_kit.stop(authority)


def page_of_100_kb() -> bytes:
    """Make a document of three pages and 100 KB."""
    import random

    from tests.signing import made

    noise = random.Random(1).randbytes(92_000)

    def add(writer: Any) -> None:
        from pyhanko.pdf_utils import generic
        from pyhanko.pdf_utils.generic import pdf_name

        writer.root[pdf_name("/PieceInfo")] = writer.add_object(generic.StreamObject(stream_data=noise))
        writer.update_root()

    return made.increment(made.blank(3), add)


def _raw(private: Any, document: bytes) -> None:
    hashlib.sha256(document).digest()
    private.sign(b"x" * 200, padding.PKCS1v15(), hashes.SHA256())


def _processor(work: Callable[[], object]) -> float:
    """Return processor milliseconds."""
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000
