"""`python -m tests.monkey.portal FOLDER`: the place where the random user works, made and kept by another process.

It fills FOLDER with a practice workspace and keeps its practice portal answering, as `hoso sandbox` does, until its
standard input ends. One line of JSON on the standard output says that all stands, and where what is.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main() -> int:
    """Make the place, say so, and answer until nobody holds the other end any more."""
    root = str(Path(__file__).resolve().parents[2])
    sys.path.insert(0, root)
    from tests.desktop import ui_kit

    made = ui_kit.make(Path(sys.argv[1]))
    made.app.close()  # the workspace is the window's now
    keys = {client: str(path) for client, path in made.keys.items()}
    print(json.dumps({"url": made.portal.url, "keys": keys, "dossiers": made.dossiers}), flush=True)
    sys.stdin.read()
    made.portal.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
