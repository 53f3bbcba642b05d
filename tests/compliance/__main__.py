"""Write the compliance report: which test proves which requirement of the law (`python -m tests.compliance`)."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REPORT = ROOT / "docs" / "compliance.md"
PLACES = ("tests/compliance", "tests/signing", "tests/forms/test_eform_rules.py")
REQUIREMENTS = {
    "KS-01": "Show and check the signer's certificate before signing",
    "KS-02": "Check that the certificate stands before signing",
    "KS-03": "Use a key in a device of Appendix I; a key file is called a software key",
    "KS-04": "PDF (1.7 or newer), XML, JSON",
    "KS-05": "Attach signature, certificate and signing time",
    "KS-06": "Install and update authorities' certificates",
    "KS-07": "Time-stamp where the law requires it",
    "KS-08": "Keep the integrity of what is signed",
    "KS-09": "Connect to the national e-signature gateway",
    "KS-10": "Store and delete certificate, list and check result",
    "KS-11": "Show, add and remove the authorities held",
    "KS-12": "Tell results in Vietnamese; let the signed file be taken",
    "KT-01": "The value matches the certificate's key",
    "KT-02": "Chain to a trusted root",
    "KT-03": "Integrity",
    "KT-04": "Time-stamps",
    "KT-05": "Update, add and remove authorities",
    "KT-06": "Revocation and validity are judged and kept",
    "KT-07": "Show all the facts, in Vietnamese",
    "EF-01": "The print equals the paper form and is legible",
    "EF-02": "At least all fields of the official form, checked by examples",
    "EF-03": "What is known is offered, not typed again",
    "EF-04": "Help at each field",
    "EF-05": "Save to a file or print",
    "EF-06": "The largest upload is announced",
    "EF-07": "Follow reception and result",
    "EF-08": "Long work tells how far it is",
    "EF-09": "Levels decide what is offered",
    "EF-10": "Wrong formats are explained at their field",
    "EF-11": "Specialised fields are explained: a calculated one says how",
    "EF-12": "A form is reached within three clicks",
    "EF-13": "Satisfaction is asked on three levels",
    "EF-14": "A scan too small to be read is told",
}


def main() -> int:
    """Collect the tests by their names and write the table."""
    listed = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", *PLACES],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    proofs: dict[str, set[str]] = defaultdict(set)
    for line in listed.splitlines():
        found = re.search(r"::(test_(ks|kt|ef)_(\d\d)(?:_and_(\d\d))?_\w+)", line)
        if found:
            for number in filter(None, (found[3], found[4])):
                proofs[f"{found[2].upper()}-{number}"].add(found[1])
    rows = []
    for requirement, words in REQUIREMENTS.items():
        tests = sorted(proofs[requirement])
        told = "<br>".join(f"`{name}`" for name in tests) if tests else "**not yet**"
        rows.append(f"| {requirement} | {words} | {told} |")
    REPORT.write_text(
        "# Which test proves which requirement\n\nKS and KT: Circular 15/2025/TT-BKHCN on software that signs and "
        "validates. EF: the e-form rules of Circular 32/2017/TT-BTTTT.\nMade by `python -m tests.compliance`; "
        '"not yet" is what no test proves.\n\n| | Requirement | Tests |\n|---|---|---|\n' + "\n".join(rows) + "\n",
        encoding="utf-8",
    )
    missing = [requirement for requirement in REQUIREMENTS if not proofs[requirement]]
    print(f"{len(REQUIREMENTS) - len(missing)} of {len(REQUIREMENTS)} proven; not yet: {', '.join(missing) or 'none'}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
