#!/usr/bin/env python3
"""Set everything up and start: `demo`, `test`, `run`, or any command of the program.

    python3 packaging/start.py demo [--out DIR]     do the main job once, on the practice portal
    python3 packaging/start.py test [PYTEST ARGS]   run the tests
    python3 packaging/start.py run                  open the window
    python3 packaging/start.py hoso …               run any command of the program
    python3 packaging/start.py setup [test]         only set up

Needs Python 3.11 or newer and its standard library, nothing else. What the system lacks is installed through apt where
this runs as root or with password-less sudo; otherwise the one line to run is printed. A second start finds everything
in place and goes straight on.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
WINDOWS = os.name == "nt"
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
LOCKS = {"run": ROOT / "packaging/requirements.txt", "test": ROOT / "packaging/requirements-test.txt"}

# What the window loads from the system, by the name it is loaded under → Debian's package. Found by loading each in an
# empty system; Qt's own message names the wrong library when one is missing.
WINDOW_LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libX11.so.6": "libx11-6",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libbrotlidec.so.1": "libbrotli1",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
}
# What the tests judge with, by command → Debian's package.
TEST_COMMANDS = {
    "pdfsig": "poppler-utils",
    "mutool": "mupdf-tools",
    "qpdf": "qpdf",
    "xmlsec1": "xmlsec1",
    "openssl": "openssl",
    "Xvfb": "xvfb",
    "xauth": "xauth",
    "openbox": "openbox",
    "xdotool": "xdotool",
    "xclip": "xclip",
    "dbus-run-session": "dbus",
    "gnome-keyring-daemon": "gnome-keyring",
    "softhsm2-util": "softhsm2",
    "pk12util": "libnss3-tools",
    "mount": "mount",
    "git": "git",
    "cc": "gcc libc6-dev",  # a driver of tokens in states that no real one can be put in is built by the tests
}


def say(text: str) -> None:
    print(f"· {text}", file=sys.stderr, flush=True)


def apt_prefix() -> list[str] | None:
    """Return how to run apt-get here, or None where we may not."""
    if shutil.which("apt-get") is None:
        return None
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return []
    if shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0:
        return ["sudo", "-n"]
    return None


def install(packages: list[str], why: str, *, needed: bool) -> bool:
    """Install Debian packages, or print the line that does; exit with 1 where we cannot go on without them."""
    line = "apt-get update && apt-get install -y --no-install-recommends " + " ".join(packages)
    prefix = apt_prefix()
    if prefix is not None:
        say(f"{why}: {' '.join(packages)}")
        quiet = {"stdout": subprocess.DEVNULL, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
        keep = ["env", "DEBIAN_FRONTEND=noninteractive"] if prefix else []
        subprocess.run([*prefix, *keep, "apt-get", "update", "-qq"], check=False, **quiet)  # type: ignore[call-overload]
        command = [*prefix, *keep, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
        if subprocess.run(command, check=False, **quiet).returncode == 0:  # type: ignore[call-overload]
            return True
        say("apt-get could not install them")
    print(f"{why}. Run this once, then start again:\n\n    sudo sh -c '{line}'\n", file=sys.stderr)
    if needed:
        raise SystemExit(1)
    return False


def lacking_libraries() -> list[str]:
    """List the Debian packages of the libraries that the window would not find."""
    if not sys.platform.startswith("linux"):
        return []
    packages = []
    for library, package in WINDOW_LIBRARIES.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            packages.append(package)
    return packages


def lacking_commands() -> list[str]:
    """List the Debian packages of the judges that the tests call."""
    names = [package for command, package in TEST_COMMANDS.items() if shutil.which(command) is None]
    packages = [one for name in names for one in name.split()]
    if not any(
        Path(p).exists() for p in ("/usr/libexec/at-spi-bus-launcher", "/usr/lib/at-spi2-core/at-spi-bus-launcher")
    ):
        packages.append("at-spi2-core")
    return packages


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Let one set-up at a time work on this folder."""
    if WINDOWS:
        yield
        return
    import fcntl

    with open(ROOT / "packaging" / "start.py", "rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def fingerprint(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes() + sys.version.encode() + str(ROOT).encode()).hexdigest()


def ready(kind: str) -> bool:
    """Say whether the environment was made whole from this very lock before."""
    for candidate in ("test",) if kind == "test" else ("run", "test"):
        marker = VENV / f".ready-{candidate}"
        if PYTHON.exists() and marker.exists() and marker.read_text() == fingerprint(LOCKS[candidate]):
            return True
    return False


def make_environment(kind: str) -> None:
    """Make `.venv` with the pinned, hash-checked requirements and the command `hoso`."""
    if ready(kind):
        return
    start = time.monotonic()
    if not PYTHON.exists() or subprocess.run([PYTHON, "-c", "import pip"], capture_output=True).returncode:
        say("making .venv")
        # Debian splits venv and its bundled pip off, so only trying tells.
        if not _new_environment():
            version = f"{sys.version_info.major}.{sys.version_info.minor}"
            install(["python3-venv", f"python{version}-venv"], "Python's venv is missing", needed=True)
            if not _new_environment():
                print("Python cannot make an environment here: python3 -m venv .venv fails", file=sys.stderr)
                raise SystemExit(1)
    for marker in VENV.glob(".ready-*"):
        marker.unlink()
    say("installing the pinned requirements (about a minute)")
    subprocess.run(
        [PYTHON, "-m", "pip", "install", "-qq", "--no-deps", "--require-hashes", "--only-binary", ":all:",
         "--disable-pip-version-check", "--no-input", "-r", LOCKS[kind]],
        check=True,
    )  # fmt: skip
    _make_command()
    (VENV / f".ready-{kind}").write_text(fingerprint(LOCKS[kind]))
    say(f"ready after {time.monotonic() - start:.0f} s")


def _new_environment() -> bool:
    shutil.rmtree(VENV, ignore_errors=True)
    return subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True).returncode == 0


def _make_command() -> None:
    """Put the checkout on the environment's path and write the command `hoso`."""
    query = "import sysconfig; print(sysconfig.get_path('purelib'))"
    told = subprocess.run([PYTHON, "-X", "utf8", "-c", query], check=True, capture_output=True, encoding="utf-8")
    site = told.stdout.strip()
    # Relative: Python reads it by the system's code page, which on Windows may lack the letters of the folder's name.
    (Path(site) / "hoso.pth").write_text(f"{os.path.relpath(ROOT, site)}\n", encoding="utf-8")
    if WINDOWS:
        (VENV / "Scripts" / "hoso.cmd").write_bytes(b'@"%~dp0python.exe" -m desktop %*\r\n')
        return
    command = VENV / "bin" / "hoso"
    command.write_text(
        f"#!/bin/sh\n'''exec' \"{PYTHON}\" \"$0\" \"$@\"\n' '''\n"
        "import sys\n\nfrom desktop.__main__ import main\n\nsys.exit(main())\n",
        encoding="utf-8",
    )
    command.chmod(0o755)


def hand_over(command: list[str | Path]) -> int:
    """Become the command, so that its exit code and its signals are ours."""
    words = [str(word) for word in command]
    if words[1:3] == ["-m", "pytest"]:
        os.chdir(ROOT)
    if not WINDOWS:
        sys.stdout.flush()
        sys.stderr.flush()
        os.execv(words[0], words)
    return subprocess.run(words, check=False).returncode


WHOLE_SUITE = ["-q", "-rs", "--durations=25", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]
"""Two processes, each file in one of them, in the order that tests/conftest.py gives: the long files first."""


def main(words: list[str]) -> int:
    if sys.version_info < (3, 11):  # noqa: UP036 - this file alone is run by whatever Python there is
        print("Hồ Sơ needs Python 3.11 or newer; this is " + sys.version.split()[0], file=sys.stderr)
        return 1
    verb = words[0] if words else ""
    if verb not in {"demo", "test", "run", "hoso", "setup"}:
        print(__doc__, file=sys.stderr)
        return 2
    rest = words[1:]
    testing = verb == "test" or (verb == "setup" and rest[:1] == ["test"])
    with alone():
        make_environment("test" if testing else "run")
        window = testing or verb == "run" or "--window" in rest
        if window and (packages := lacking_libraries()):
            install(packages, "The window needs libraries of the system", needed=False)
        if testing and sys.platform.startswith("linux") and (packages := lacking_commands()):
            install(packages, "The tests judge with programs of the system", needed=False)
    if verb == "setup":
        return 0
    if verb == "test":
        return hand_over([PYTHON, "-m", "pytest", *(rest or WHOLE_SUITE)])
    arguments = {"demo": ["demo"], "run": [], "hoso": []}[verb] + rest
    return hand_over([PYTHON, "-m", "desktop", *arguments])


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
