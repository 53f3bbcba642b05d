"""Write the index of the bundled templates: `python -m forms.template index`."""

from __future__ import annotations

import json
import sys

from forms.bundled import RESOURCES
from forms.template.library import index_of


def main(arguments: list[str]) -> int:
    """Write `resources/templates/index.json` anew; with `check`, only say whether it is up to date."""
    folder = RESOURCES / "templates"
    path = folder / "index.json"
    text = json.dumps(index_of(folder), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if arguments == ["index"]:
        path.write_text(text, encoding="utf-8")
        return 0
    if arguments == ["check"]:
        return 0 if path.is_file() and path.read_text(encoding="utf-8") == text else 1
    sys.stderr.write("python -m forms.template index|check\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
