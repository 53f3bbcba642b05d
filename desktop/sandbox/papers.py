"""Papers that a form names in its fields: each must lie in the same dossier, as the very bytes that the form names."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from desktop.sandbox.models import ManifestFile
from forms.definition import Definition
from forms.enclosed import read_entries

Lack = Literal["absent", "other"]


def named_papers(definition: Definition, values: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each file that a form's data names, with the path of its field; what names none rightly is no file."""

    def of(held: object, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
        yield from ((path, entry) for entry in read_entries(held) or ())

    for field in definition.fields.values():
        if field.kind != "file":
            continue
        if field.table is None:
            yield from of(values.get(field.name), field.name)
            continue
        rows = values.get(field.table)
        for number, row in enumerate(rows if isinstance(rows, list) else ()):
            if isinstance(row, Mapping):
                yield from of(row.get(field.name), f"{field.table}[{number}].{field.name}")


def lacks(
    definition: Definition, values: Mapping[str, Any], filed: Mapping[str, Path], listed: list[ManifestFile]
) -> Iterator[tuple[str, str, Lack]]:
    """Yield the field's path and the name of each file that was not filed with the form: absent, or another one.

    `filed` are the files by digest, already compared with it. A paper that was signed after the form had named it is
    that paper still: its first bytes are those that the form names.
    """
    for path, entry in named_papers(definition, values):
        papers = [file for file in listed if file.kind == "attachment"]
        if any(file.sha256 == entry["sha256"] and file.size == entry["size"] for file in papers):
            continue
        if any(
            file.size > entry["size"] and _begins(filed[file.sha256], entry["size"], entry["sha256"]) for file in papers
        ):
            continue
        same = any(file.name.casefold() == entry["name"].casefold() for file in papers)
        yield path, entry["name"], "other" if same else "absent"


def _begins(file: Path, size: int, sha256: str) -> bool:
    """Say whether a file's first bytes have a digest."""
    seal = hashlib.sha256()
    with file.open("rb") as stream:
        while size > 0 and (part := stream.read(min(size, 1 << 20))):
            seal.update(part)
            size -= len(part)
    return seal.hexdigest() == sha256
