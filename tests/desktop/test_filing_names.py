"""The use cases' public names: all of them are there, and none waits for the others."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from desktop import filing

FOLDER = Path(filing.__file__).parent


def test_every_public_name_is_loaded_from_the_module_that_the_type_checker_is_told() -> None:
    tree = ast.parse((FOLDER / "__init__.py").read_text(encoding="utf-8"))
    told = {
        alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("desktop.filing.")
        for alias in node.names
    }
    assert {name: f"desktop.filing.{home}" for name, home in filing._HOME_OF.items()} == told
    assert sorted(filing.__all__) == sorted(told)
    assert not set(told) & {file.stem for file in FOLDER.glob("*.py")}, "a module would take its name's place"
    for name in filing.__all__:
        assert getattr(filing, name) is not None, name
    assert not hasattr(filing, "no_such_name")


def test_to_search_procedures_loads_neither_the_store_nor_what_signs() -> None:
    script = "import sys\nfrom desktop import filing\nfiling.search\nprint(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert not {"sqlalchemy", "cryptography", "asn1crypto", "requests", "lxml"} & set(loaded)
