"""Small templates made in memory, for tests of the form engine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from forms.definition import Definition
from forms.template.package import Template, TemplateRef, pack_files, parse

TITLE = {"vi": "Biểu mẫu thử", "en": "A form for tests"}


def words(vi: str, en: str | None = None) -> dict[str, str]:
    return {"vi": vi, "en": en or vi}


def field(name: str, kind: str = "money", **more: Any) -> dict[str, Any]:
    return {"field": name, "kind": kind, "label": words(f"Trường {name}"), "help": words(f"Điền {name}"), **more}


def table(name: str, columns: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"table": name, "label": words(f"Bảng {name}"), "help": words(f"Điền {name}"), "columns": columns, **more}


def rule(id: str, check: str, path: str, **more: Any) -> dict[str, Any]:
    facts = {"severity": "error", "code": f"RULE_{id.upper()}", "message": words(f"Sai ở {id}")}
    return {"id": id, "check": check, "path": path, **facts, **more}


def definition_json(items: list[dict[str, Any]], rules: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {"sections": [{"id": "chung", "title": words("Chung"), "items": items}], "rules": rules or []}


def definition(items: list[dict[str, Any]], rules: list[dict[str, Any]] | None = None) -> Definition:
    return Definition.from_json(definition_json(items, rules))


def template_json(**more: Any) -> dict[str, Any]:
    facts = {"format": 1, "id": "thu/mau", "version": "1", "title": TITLE, "effective": {"from": "2026-01-01"}}
    return {**facts, **more}


def files(items: list[dict[str, Any]], rules: list[dict[str, Any]] | None = None, **facts: Any) -> dict[str, bytes]:
    return {
        "template.json": json.dumps(template_json(**facts)).encode(),
        "definition.json": json.dumps(definition_json(items, rules)).encode(),
        "layout.typ": b"= Form\n",
    }


def template(items: list[dict[str, Any]], rules: list[dict[str, Any]] | None = None, **facts: Any) -> Template:
    ref = TemplateRef("thu/mau", "1", Path("thu"), None)
    return parse(ref, files(items, rules, **facts))


def write_folder(folder: Path, contents: dict[str, bytes]) -> Path:
    for name, data in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def packed(contents: dict[str, bytes]) -> bytes:
    return pack_files(contents)


def group(name: str, items: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"group": name, "label": words(f"Nhóm {name}"), "items": items, **more}
