"""Files that belong to a field of a form: taken in, kept by digest, and put into the dossier beside the form.

What a field holds is the accepted PDF's name, size and SHA-256; its bytes lie in the workspace. They become files of
the dossier when it is signed, so that the manifest names the very bytes that the form names (before a signature).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from desktop.filing.errors import FieldFileKind, FieldFileUnknown

if TYPE_CHECKING:
    from desktop.filing.desk import Desk
    from desktop.store.records import Component as StoredComponent
    from desktop.store.records import Dossier
    from desktop.workers import Workers
    from forms.definition import Definition, Field
    from forms.form import Form


@dataclass(frozen=True)
class Enclosed:
    """Be a file that a field takes."""

    entry: Mapping[str, Any]
    """How the form's data names it."""
    pdf: bytes
    kind: str
    """What was brought: pdf, jpeg, png or heic."""
    pages: int
    notes: tuple[str, ...]
    """Codes of what the person should know."""


def accept_file(workers: Workers, field: Field, name: str, data: bytes) -> Enclosed:
    """Return a file as a field takes it; nothing is kept.

    Raises FieldFileKind, AttachmentTooLarge for the field's own bounds, and what `forms.dossier` refuses it with.
    """
    from pathlib import Path

    from forms import enclosed
    from forms.dossier import accept_attachment
    from forms.dossier.errors import AttachmentTooLarge

    most = enclosed.most_bytes(field)
    if len(data) > most:
        raise AttachmentTooLarge(name, len(data), most)
    accepted = workers.run(accept_attachment, name, data, timeout=60)
    if accepted.kind not in enclosed.accepted(field):
        raise FieldFileKind(name, accepted.kind.upper(), ", ".join(one.upper() for one in enclosed.accepted(field)))
    if len(accepted.pdf) > most:
        raise AttachmentTooLarge(name, len(accepted.pdf), most)
    digest = _sha256(accepted.pdf)
    entry = enclosed.entry(f"{Path(name).stem}.pdf", len(accepted.pdf), digest)
    return Enclosed(entry, accepted.pdf, accepted.kind, accepted.pages, accepted.notes)


def enclose(desk: Desk, form_id: str, path: str, name: str, data: bytes) -> Enclosed:
    """Take a file for a field of a saved form and keep its bytes in the workspace; the form itself is not changed.

    Raises what `accept_file` raises, and FieldUnknown for what is no field for files.
    """
    from forms.errors import FieldUnknown
    from forms.template import load

    saved = desk.workspace.forms.get(form_id)
    definition = load(desk.library.get(saved.template, saved.version)).definition
    field = definition.fields.get(_bare(path))
    if field is None or field.kind != "file":
        raise FieldUnknown(path[:80])
    return _keep(desk, accept_file(desk.workers, field, name, data))


def _keep(desk: Desk, found: Enclosed) -> Enclosed:
    desk.workspace.files.put(found.pdf, str(found.entry["name"]), str(found.entry["type"]))
    return found


def _bare(path: str) -> str:
    import re

    return re.sub(r"\[[0-9]{1,5}\]", "", path)


def _sha256(data: bytes) -> str:
    import hashlib

    return hashlib.sha256(data).hexdigest()


def with_files(
    workers: Workers,
    definition: Definition,
    data: object,
    read: Callable[[str], bytes] | None,
    *,
    desk: Desk | None = None,
    held: frozenset[str] = frozenset(),
) -> object:
    """Return data from outside with each file that a field names by its path taken in; kept where `desk` is given.

    `read` returns the bytes at a path; without it paths stay as they stand, for the form to refuse. `held` are the
    digests that the form holds already: with a desk, no other may be named, or data could draw a paper of another
    client out of the workspace. Raises what `accept_file` raises, and FieldFileUnknown.
    """
    from forms import enclosed

    if not isinstance(data, Mapping):
        return data

    def one(field: Field, value: object) -> object:
        listed = [value] if isinstance(value, str) and value else value
        if not isinstance(listed, list):
            return value
        found: list[object] = []
        for given in listed[: 2 * enclosed.MOST_FILES]:
            if isinstance(given, str) and read is not None:
                taken = accept_file(workers, field, given.replace("\\", "/").rpartition("/")[2], read(given))
                if desk is not None:
                    _keep(desk, taken)
                found.append(dict(taken.entry))
                continue
            if desk is not None and isinstance(given, Mapping) and given.get("sha256") not in held:
                raise FieldFileUnknown(str(given.get("name"))[:120])
            found.append(given)
        return found

    changed: dict[Any, Any] = dict(data)
    for field in definition.fields.values():
        if field.kind != "file":
            continue
        if field.table is None:
            if field.name in changed:
                changed[field.name] = one(field, changed[field.name])
        elif isinstance(changed.get(field.table), list):
            changed[field.table] = [
                {**row, field.name: one(field, row[field.name])}
                if isinstance(row, Mapping) and field.name in row
                else row
                for row in changed[field.table]
            ]
    return changed


def files_of(form: Form) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the files of a form as it counts, each with the path of its field; what is hidden has none."""
    for field in form.definition.fields.values():
        if field.kind != "file":
            continue
        if field.table is None:
            yield from ((field.name, entry) for entry in form.value(field.name))
            continue
        for number, row in enumerate(form.live_rows(field.table)):
            held = row.values[field.name]
            assert isinstance(held, list)
            yield from ((f"{field.table}[{number}].{field.name}", entry) for entry in held)


def digests(values: Mapping[str, Any]) -> frozenset[str]:
    """Return the digests of the files that values of a form name, hidden ones too."""
    found: set[str] = set()
    for value in values.values():
        for one in value if isinstance(value, list) else ():
            if isinstance(one, Mapping):
                found |= {str(one["sha256"])} if "sha256" in one else digests(one)
    return frozenset(found)


def missing(desk: Desk, form: Form) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the files of a form whose bytes the workspace does not have."""
    return [(path, entry) for path, entry in files_of(form) if not desk.workspace.files.has(str(entry["sha256"]))]


def put_into_dossier(desk: Desk, dossier: Dossier, part: StoredComponent, form: Form) -> None:
    """Let the dossier hold beside a form the files that the form names, each once, and no longer named ones not.

    Among the papers of the component they are known by the template that they belong to.
    """
    ws = desk.workspace
    template = form.template
    for file in ws.dossiers.files(dossier.id):
        if file.component == part.component and file.kind == "attachment" and file.template is not None:
            ws.dossiers.detach(dossier.id, file.id)
    held: set[str] = set()
    for _, entry in files_of(form):
        if entry["sha256"] not in held:
            held.add(str(entry["sha256"]))
            ws.dossiers.attach(
                dossier.id, part.component, str(entry["name"]), str(entry["sha256"]),
                template=template.id, version=template.version,
            )  # fmt: skip
