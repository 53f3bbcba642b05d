"""A Windows Python under Wine, made once in a folder outside the repository."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
TOOLS = {"wine": "wine wine64", "x86_64-w64-mingw32-gcc": "gcc-mingw-w64-x86-64-win32"}
"""What must be there, by command, and Debian's packages that bring it."""
LEFT_OUT = frozenset({"pyside6", "pyside6-essentials", "pyside6-addons", "shiboken6", "pytest-qt"})
"""Qt 6.11 loads icuuc.dll, which Wine 8 lacks: only the command line runs here."""
TEST_PARTS = frozenset(
    {"pytest", "pluggy", "iniconfig", "pytest-timeout", "hypothesis", "sortedcontainers", "certomancer"}
)
"""What `--pytest` needs beyond the program's own requirements."""
MARKERS = {
    "sys_platform": "win32",
    "os_name": "nt",
    "platform_system": "Windows",
    "platform_machine": "AMD64",
    "python_version": "3.11",
    "python_full_version": "3.11.9",
    "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
}
"""pip takes wheels for another platform, but judges markers by the Python that it runs on."""


@dataclass(frozen=True)
class Done:
    """What one command gave."""

    code: int
    out: str
    err: str


class CannotSetUp(Exception):
    """Something that this needs is missing; the text says what to do."""


def locked(path: Path, keep: frozenset[str] | None = None) -> str:
    """Return the lines of a lock file that hold on Windows, without markers; only those of `keep` if given."""
    lines = []
    for line in path.read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        words, *hashes = line.split("--hash=")
        wanted = Requirement(words.strip())
        if wanted.name in LEFT_OUT or (keep is not None and wanted.name not in keep):
            continue
        if wanted.marker is None or wanted.marker.evaluate(MARKERS):
            lines.append(" ".join([f"{wanted.name}{wanted.specifier}", *(f"--hash={h.split()[0]}" for h in hashes)]))
    return "\n".join(lines) + "\n"


class Machine:
    """Runs the program as it stands in a folder of this machine, by a Windows Python."""

    def __init__(self, cache: Path) -> None:
        self.cache = cache
        self.python = cache / "python"
        self.user = cache / "people" / "Nguyễn Thị Ế"
        """The Windows user's folder: temporary files, the program's copy and its data all lie under this name."""
        self.variables: dict[str, str] = {}
        """Environment variables for the program, beside our own."""
        self.program = self.user / "Phần mềm" / "Hồ Sơ"

    # --- making ----------------------------------------------------------------------------------------

    def set_up(self, *, testing: bool = False) -> None:
        """Make what is lacking; raise CannotSetUp."""
        lacking = [packages for command, packages in TOOLS.items() if shutil.which(command) is None]
        if lacking:
            raise CannotSetUp(f"apt-get install -y --no-install-recommends {' '.join(lacking)}")
        self.cache.mkdir(parents=True, exist_ok=True)
        wanted = locked(ROOT / "packaging/requirements.txt")
        if testing:
            wanted += locked(ROOT / "packaging/requirements-test.txt", TEST_PARTS)
        shim = HERE / "bcryptprimitives.c"
        python = HERE / "python.txt"
        seal = hashlib.sha256((wanted + shim.read_text() + python.read_text()).encode()).hexdigest()
        marker = self.cache / "ready"
        if not marker.exists() or marker.read_text() != seal:
            marker.unlink(missing_ok=True)
            shutil.rmtree(self.python, ignore_errors=True)
            self._install(self.python, ["--requirement", str(python)])
            # Without it this Python looks for modules as an installed one does: Lib\site-packages and PYTHONPATH.
            for path in self.python.glob("python*._pth"):
                path.unlink()
            lock = self.cache / "requirements-windows.txt"
            lock.write_text(wanted, encoding="utf-8")
            self._install(
                self.python / "Lib/site-packages",
                ["--platform", "win_amd64", "--python-version", "3.11", "--only-binary", ":all:", "-r", str(lock)],
            )
            library = self.python / "bcryptprimitives.dll"
            subprocess.run(
                ["x86_64-w64-mingw32-gcc", "-shared", "-O2", "-s", "-o", library, shim, "-ladvapi32"], check=True
            )
            self._quietly("wineboot", "--init")
            marker.write_text(seal)
        self._place()

    def _install(self, target: Path, words: Sequence[str]) -> None:
        for python in (sys.executable, "python3"):
            if subprocess.run([python, "-m", "pip", "--version"], capture_output=True).returncode == 0:
                break
        else:
            raise CannotSetUp("python3 -m pip is missing: apt-get install -y python3-pip")
        command = [python, "-m", "pip", "install", "-qq", "--no-deps", "--require-hashes", "--no-input"]
        subprocess.run(
            [*command, "--disable-pip-version-check", "--root-user-action", "ignore", "--target", str(target), *words],
            check=True,
        )

    def _place(self) -> None:
        """Copy the program into a folder with spaces and Vietnamese letters, as a person's Windows may have it."""
        shutil.rmtree(self.program, ignore_errors=True)
        self.program.mkdir(parents=True)
        ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
        for name in ("desktop", "forms", "signing", "resources"):
            shutil.copytree(ROOT / name, self.program / name, ignore=ignored)
        shutil.copy(HERE / "inside.py", self.program / "inside.py")
        temporary = self.user / "AppData" / "Tạm"
        temporary.mkdir(parents=True, exist_ok=True)
        for name in ("TEMP", "TMP"):  # Wine takes these from its registry alone
            self._quietly("wine", "reg", "add", "HKCU\\Environment", "/v", name, "/d", self.path(temporary), "/f")

    # --- running ---------------------------------------------------------------------------------------

    def path(self, path: Path) -> str:
        """Return a path of this machine as Windows sees it."""
        return str(PureWindowsPath("Z:/", *path.resolve().parts[1:]))

    def start(
        self, *words: str | Path, cwd: Path | None = None, stderr: int = subprocess.PIPE
    ) -> subprocess.Popen[bytes]:
        """Start this Windows Python; paths among its words are translated."""
        command = [
            "wine",
            str(self.python / "python.exe"),
            *(self.path(w) if isinstance(w, Path) else w for w in words),
        ]
        # Pipes, always: Wine gives Python no usable handle for a plain file.
        return subprocess.Popen(
            command,
            cwd=cwd or self.program,
            env=self._environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
        )

    def run(self, *words: str | Path, cwd: Path | None = None, given: bytes = b"", seconds: float = 240) -> Done:
        """Run this Windows Python until it ends."""
        process = self.start(*words, cwd=cwd)
        try:
            out, err = process.communicate(given, timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            err += f"\nkilled after {seconds} s".encode()
        return Done(process.returncode, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"))

    def pytest(self, words: Sequence[str]) -> int:
        """Run tests of the checkout itself; what they judge with (pdfsig, openssl) is not there."""
        ini = self.cache / "pytest.ini"
        root = self.path(ROOT)
        ini.write_text(
            f"[pytest]\naddopts = --import-mode=importlib -p no:cacheprovider --rootdir={root}\n"
            f"pythonpath = {root}\ntimeout = 240\nmarkers = slow: takes long\n",
            encoding="utf-8",
        )
        process = self.start("-m", "pytest", "-c", ini, *words, cwd=ROOT, stderr=subprocess.STDOUT)
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        for line in process.stdout:
            print(line.decode("utf-8", "replace").rstrip(), flush=True)
        return process.wait()

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Keep Wine's server and services for the while of many commands, then end them."""
        self._quietly("wineserver", "-k", "-w")
        server = subprocess.Popen(
            ["wineserver", "-f", "-p"],
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            # Wine's services keep the pipes of the command that woke them: this one has none to be kept open.
            self._quietly("wineboot")
            yield
        finally:
            self._quietly("wineserver", "-k")
            server.wait()

    def _quietly(self, *command: str) -> None:
        """Run a command of Wine's own with no pipe to hold."""
        subprocess.run(
            command,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )

    def _environment(self) -> dict[str, str]:
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "WINE", "LC_", "LANG"))
        }
        return {
            **kept,
            **self.variables,
            "WINEPREFIX": str(self.cache / "prefix"),
            "WINEARCH": "win64",
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": "bcryptprimitives=n;mscoree=;mshtml=;winemenubuilder.exe=",
            # Wine passes arguments on by this; the Windows code page stays 1252, where Vietnamese has no letters.
            "LC_ALL": "C.UTF-8",
            "PYTHONPYCACHEPREFIX": "C:\\pycache",
            "HOSO_TRACEBACK": "1",
        }
