"""`python -m desktop.sandbox.bench`: the process in which the judge looks at what was filed.

Reads tasks from standard input until it ends, answers on standard output. It knows no network and no database.
"""

from __future__ import annotations

import base64
import contextlib
import os
import sys
import traceback
from typing import Any

from desktop.sandbox.judge import MEMORY_LIMIT, receive, send


def work(task: dict[str, Any]) -> dict[str, Any]:
    """Do one task; a fault of our own is answered, not raised."""
    try:
        if task["do"] == "judge":
            from desktop.sandbox.examination import examine

            return examine(task)
        from desktop.sandbox.results import make_letter, make_result

        if task["do"] == "letter":
            return {"pdf": base64.b64encode(make_letter(task["dossier"])).decode()}
        pdf = make_result(task["dossier"], base64.b64decode(task["p12"]), task["passphrase"])
        return {"pdf": base64.b64encode(pdf).decode()}
    except MemoryError:
        os._exit(77)
    except Exception:
        return {"fault": traceback.format_exc()[-4000:]}


def serve() -> int:
    """Be the bench until standard input ends."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        with contextlib.suppress(ImportError, ValueError):
            import signal

            signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the portal's to handle
    tasks = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # native libraries that print must not spoil the answers
    while True:
        try:
            task = receive(tasks)
        except EOFError:
            return 0
        send(answers, work(task))


if __name__ == "__main__":
    raise SystemExit(serve())
