"""`python -m tests.bench [PART]…`: a row is ours, its limit or peer, the ratio."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from tests.bench.rows import Row, load


def _window() -> list[Row]:
    from tests.bench.window import window

    return window()


def _labour() -> list[Row]:
    from tests.bench.labour import LIMIT, one_keystroke

    found = one_keystroke()
    note = f"p50 {found.percentile(50):.2f} ms; processor {found.percentile(99, own=True):.2f} ms"
    return [Row(f"a keystroke in {found.rows} rows, p99", found.percentile(99), LIMIT, "limit", note=note)]


def _batch(forms: int | None) -> list[Row]:
    from tests.bench.batch import COUNT, batch

    return batch(forms or COUNT)


def _search() -> list[Row]:
    from tests.bench.catalogue import search

    return search()


def _catalogue() -> list[Row]:
    from tests.bench.catalogue import download

    return download()


def _signing() -> list[Row]:
    from tests.bench.signing import signing

    return signing()


def _token() -> list[Row]:
    from tests.bench.token_batch import token_batch

    return token_batch()


def _sheet(forms: int | None) -> list[Row]:
    from tests.bench.sheet import PRINTED, sheet

    return sheet(forms or PRINTED)


def _levels() -> list[Row]:
    from tests.bench.levels import levels

    return levels()


def _xml_signing() -> list[Row]:
    from tests.bench.xml_signing import xml_signing

    return xml_signing()


def _validation() -> list[Row]:
    from tests.bench.validation import validation

    return validation()


def _engine() -> list[Row]:
    from tests.bench.engine import engine

    return engine()


def _upload() -> list[Row]:
    from tests.bench.upload import upload

    return upload()


def _home() -> list[Row]:
    from tests.bench.home import home

    return home()


def _filling() -> list[Row]:
    from tests.bench.filling import filling

    return filling()


PARTS: dict[str, Callable[[], list[Row]]] = {
    "window": _window, "home": _home, "filling": _filling, "labour": _labour, "search": _search,
    "catalogue": _catalogue, "token": _token, "signing": _signing, "levels": _levels,
    "xml_signing": _xml_signing, "validation": _validation, "engine": _engine, "upload": _upload,
}  # fmt: skip
COUNTED: dict[str, Callable[[int | None], list[Row]]] = {"batch": _batch, "sheet": _sheet}
"""Those that are told how many forms."""


def main() -> int:
    """Print the rows; the exit code says whether all are within their targets."""
    options = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    options.add_argument("parts", nargs="*", metavar="PART", help=", ".join((*PARTS, *COUNTED)))
    options.add_argument("--forms", type=int, metavar="N", help="print so many in batch and sheet (100, 500)")
    given = options.parse_args()
    parts = given.parts or [*PARTS, *COUNTED]
    if given.forms is not None and not 10 <= given.forms <= 1000:
        options.error("--forms takes 10 to 1000")
    if not set(parts) <= {*PARTS, *COUNTED}:
        options.error(f"parts are {', '.join((*PARTS, *COUNTED))}")
    rows: list[Row] = []
    for name in parts:
        print(f"{name}: {load()}", flush=True)
        for row in COUNTED[name](given.forms) if name in COUNTED else PARTS[name]():
            rows.append(row)
            print(row.line, flush=True)
    print(f"{sum(row.good for row in rows)} of {len(rows)} rows within their targets; {load()}")
    return 0 if all(row.good for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
