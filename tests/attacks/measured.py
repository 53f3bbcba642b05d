"""`python -m tests.attacks.measured TRUST CRL FILE...`: judge each file in a process of its own and measure that.

One line of JSON per file: verdict, reasons, seconds, and the largest resident memory in MB.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
from pathlib import Path

MEMORY = 1 << 30
SECONDS = 30


def main(arguments: list[str]) -> int:
    """Fork once per file, so that each has its own peak."""
    from signing.trust import Trust
    from signing.validation import cms, pdf, standing, xml  # loaded once, before the forks

    assert cms
    assert pdf
    assert standing
    assert xml
    root, crl, *files = (Path(one) for one in arguments)
    trust = Trust.of([root.read_bytes()], crls=[crl.read_bytes()])
    for file in files:
        print(json.dumps(_measured(file, trust)), flush=True)
    return 0


def _measured(file: Path, trust: object) -> dict[str, object]:
    read, write = os.pipe()
    begun = time.monotonic()
    child = os.fork()
    if child == 0:
        os.close(read)
        # Twice the bar: what is mapped or reserved is not yet used. The bar itself is held against what was resident.
        resource.setrlimit(resource.RLIMIT_AS, (2 * MEMORY, 2 * MEMORY))
        signal.alarm(SECONDS)
        from signing.validation import validate

        found = validate(file, trust=trust)  # type: ignore[arg-type]
        told = {
            "verdict": str(found.verdict),
            "reasons": [*found.reasons, *(reason for one in found.signatures for reason in one.reasons)],
            "signers": [one.signer.tax_code for one in found.signatures if one.signer],
        }
        os.write(write, json.dumps(told).encode()[:4000] if len(json.dumps(told)) < 4000 else b"{}")
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as stream:
        answer = stream.read()
    _, status, used = os.wait4(child, 0)
    told = json.loads(answer) if answer else {}
    return {
        "file": file.name,
        "status": status,
        "seconds": round(time.monotonic() - begun, 2),
        "megabytes": used.ru_maxrss // 1024,
        **told,
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
