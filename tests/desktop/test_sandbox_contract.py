"""The contract is the authority: the practice portal's routes and schemas are held against it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_spec_validator import validate

from desktop.sandbox.server import Sandbox
from desktop.sandbox.submissions import Judged, Verdict
from forms.bundled import RESOURCES

CONTRACT = RESOURCES / "portal" / "openapi.yaml"
METHODS = ("get", "put", "post", "delete", "patch")


class Nod:
    def judge(self, submission: Judged) -> Verdict:
        return Verdict(level=4)

    def close(self) -> None:
        pass


@pytest.fixture(scope="module")
def written() -> Any:
    return yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("portal")
    (folder / "nothing").mkdir()
    box = Sandbox(folder / "data", resources=folder / "nothing", judge=Nod())
    try:
        box._application(frozenset({"127.0.0.1"}))
        return box.describe()
    finally:
        box.stop()


def resolved(document: Any, node: Any) -> Any:
    if isinstance(node, dict) and "$ref" in node and not node["$ref"].startswith("#/components/schemas/"):
        for step in node["$ref"].removeprefix("#/").split("/"):
            document = document[step]
        return document
    return node


def operations(document: Any) -> dict[tuple[str, str], Any]:
    found = {}
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                found[path.replace(":path", ""), method] = (item.get("parameters", []), item[method])
    return found


WORDS = {"title", "description", "summary", "examples"}


def shape(node: Any) -> Any:
    """Drop words and write what means the same in one way."""
    if isinstance(node, list):
        return [shape(part) for part in node]
    if not isinstance(node, dict):
        return node
    # `properties` maps names of members, which may well be called "title".
    return {
        key: {name: shape(part) for name, part in value.items()} if key == "properties" else shape(value)
        for key, value in node.items()
        if key not in WORDS or key == "properties"
    } | ({"required": sorted(node["required"])} if isinstance(node.get("required"), list) else {})


def facts(document: Any, shared: list[Any], operation: Any) -> Any:
    parameters = {}
    for given in [*shared, *operation.get("parameters", [])]:
        one = resolved(document, given)
        parameters[one["in"], one["name"].lower()] = (one.get("required", False), shape(one["schema"]))
    responses = {}
    for status, given in operation["responses"].items():
        one = resolved(document, given)
        responses[status] = {
            kind: shape(content.get("schema", {}))
            for kind, content in one.get("content", {}).items()
            if not document_is_file(one)
        }
    body = operation.get("requestBody")
    sent = {kind: shape(content["schema"]) for kind, content in body["content"].items()} if body else None
    return {"parameters": parameters, "responses": responses, "body": sent}


def document_is_file(response: Any) -> bool:
    """Files are answered in the media type that is stated elsewhere; FastAPI cannot say so."""
    kinds = set(response.get("content", {}))
    schemas = [content.get("schema", {}) for content in response.get("content", {}).values()]
    return kinds <= {"application/octet-stream"} or schemas == [{"type": "object"}]


def test_the_contract_is_valid_openapi(written: Any) -> None:
    assert written["openapi"].startswith("3.1")
    validate(written)


def test_the_portal_has_the_contract_s_routes_and_no_others(written: Any, built: Any) -> None:
    assert operations(built).keys() == operations(written).keys()


def test_each_route_takes_and_gives_what_the_contract_says(written: Any, built: Any) -> None:
    ours, theirs = operations(built), operations(written)
    for place in theirs:
        assert facts(built, *ours[place]) == facts(written, *theirs[place]), place


def test_the_schemas_are_the_contract_s(written: Any, built: Any) -> None:
    ours, theirs = built["components"]["schemas"], written["components"]["schemas"]
    assert ours.keys() == theirs.keys()
    for name, schema in theirs.items():
        assert shape(ours[name]) == shape(schema), name


@pytest.mark.slow
def test_schemathesis_finds_nothing(tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    with Sandbox(tmp_path / "data", resources=tmp_path / "nothing", judge=Nod()) as box:
        import requests

        answer = requests.post(f"{box.url}/v1/session/practice", json={"person": "Thử"}, timeout=10)
        command = [
            str(Path(sys.executable).with_name("schemathesis")),
            *("run", str(CONTRACT), "--url", box.url, "--max-examples", "8", "--seed", "1"),
            *("--header", f"Authorization: Bearer {answer.json()['access_token']}"),
            *("--phases", "examples,coverage,fuzzing", "--workers", "1", "--generation-database", "none"),
            *("--request-timeout", "10", "--no-color"),
            # Chosen in words: a token that is missing or wrong has tests of its own.
            *("--checks", "not_a_server_error,status_code_conformance,content_type_conformance"),
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=200, cwd=tmp_path)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
