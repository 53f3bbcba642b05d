"""A large PDF is signed from file to file."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.attacks import pdf_raw as raw
from tests.pki import Pki


def _peak(arguments: Sequence[str | Path], cwd: Path) -> tuple[int, bytes, int]:
    """Run the program in a process of its own; return (exit code, output, the largest resident memory in MB)."""
    import subprocess

    code = (
        "import resource, subprocess, sys; done = subprocess.run(sys.argv[1:], capture_output=True); "
        "sys.stdout.buffer.write(done.stdout); "
        "sys.stderr.write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)); sys.exit(done.returncode)"
    )
    command = [sys.executable, "-c", code, sys.executable, "-m", "desktop", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, cwd=cwd, check=False)
    return done.returncode, done.stdout, int(done.stderr.split()[-1]) // 1024


@pytest.mark.skipif(sys.platform == "win32", reason="measured by getrusage")
def test_a_large_file_is_signed_and_judged_in_little_memory(
    tmp_path: Path, pki: Pki, pytestconfig: pytest.Config
) -> None:
    objects = raw.objects()
    for number in range(20, 28):
        objects[number] = raw.stream(os.urandom(1 << 20) * 8, b"/Type /XObject /Subtype /Image /Width 1 /Height 1")
    (tmp_path / "lớn.pdf").write_bytes(raw.file(objects))
    pki.write(tmp_path, "anh_duong_ec")
    (tmp_path / "pass").write_text("mật khẩu", encoding="utf-8")
    trust: list[str | Path] = ["--trust", tmp_path / "ca.pem", "--crl", tmp_path / "ca.crl"]
    key: list[str | Path] = ["--p12", tmp_path / "anh_duong_ec.p12", "--passphrase-file", tmp_path / "pass"]
    signed = tmp_path / "đã ký.pdf"
    code, _, peak = _peak(["sign", tmp_path / "lớn.pdf", "-o", signed, *key, *trust], pytestconfig.rootpath)
    assert code == 0
    assert signed.read_bytes().startswith((tmp_path / "lớn.pdf").read_bytes())
    assert peak < 150
    code, output, peak = _peak(["validate", signed, *trust, "--offline", "--json"], pytestconfig.rootpath)
    assert (code, json.loads(output)["files"][0]["verdict"]) == (0, "valid")
    assert peak < 150
    code, _, _ = _peak(["sign", tmp_path / "lớn.pdf", "-o", signed, *key, *trust], pytestconfig.rootpath)
    assert code == 1, "an existing file is kept"
