"""For which processor and system a driver was built, read from its header without loading it.

Most token drivers in Việt Nam are 32-bit; a 64-bit program cannot load those, and the system's own message for it
("is not a valid Win32 application", "wrong ELF class") tells nobody anything.
"""

from __future__ import annotations

import mmap
import platform
import struct
import sys
from dataclasses import dataclass
from pathlib import Path

from signing.token.errors import ModuleNotFound, ModuleUnloadable, ModuleWrongArchitecture

ENTRY = b"C_GetFunctionList"
LIMIT = 512 << 20

_ELF = {3: "x86", 62: "x86-64", 40: "arm", 183: "arm64", 243: "riscv64"}
_PE = {0x14C: "x86", 0x8664: "x86-64", 0xAA64: "arm64", 0x1C4: "arm"}
_MACH = {7: "x86", 0x01000007: "x86-64", 12: "arm", 0x0100000C: "arm64"}
_BITS = {"x86": 32, "arm": 32, "x86-64": 64, "arm64": 64, "riscv64": 64}
_NAMES = {"amd64": "x86-64", "x86_64": "x86-64", "aarch64": "arm64", "i686": "x86", "i386": "x86"}


@dataclass(frozen=True)
class Machine:
    """A system and the processors that a library runs on; several in Apple's fat files."""

    system: str
    """Linux, Windows or macOS."""
    processors: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.system} " + ", ".join(
            f"{one} ({_BITS[one]}-bit)" if one in _BITS else one for one in self.processors
        )


def ours() -> Machine:
    """Return what this very process runs on."""
    system = {"win32": "Windows", "darwin": "macOS"}.get(sys.platform, "Linux")
    name = platform.machine().lower()
    processor = _NAMES.get(name, name)
    if struct.calcsize("P") == 4:  # a 32-bit Python on a 64-bit system loads 32-bit libraries
        processor = {"x86-64": "x86", "arm64": "arm"}.get(processor, processor)
    return Machine(system, (processor,))


def machine_of(head: bytes) -> Machine | None:
    """Read the machine from the first bytes of a library; None for what is no library."""
    try:
        if head[:4] == b"\x7fELF":
            order = "<" if head[5] == 1 else ">"
            (number,) = struct.unpack_from(order + "H", head, 18)
            return Machine("Linux", (_ELF.get(number, f"ELF {number}"),))
        if head[:2] == b"MZ":
            (offset,) = struct.unpack_from("<I", head, 0x3C)
            if head[offset : offset + 4] != b"PE\0\0":
                return None
            (number,) = struct.unpack_from("<H", head, offset + 4)
            return Machine("Windows", (_PE.get(number, f"PE {number:#x}"),))
        if head[:4] in (b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe"):
            (number,) = struct.unpack_from("<I", head, 4)
            return Machine("macOS", (_MACH.get(number, f"Mach-O {number:#x}"),))
        if head[:4] == b"\xca\xfe\xba\xbe":
            (count,) = struct.unpack_from(">I", head, 4)
            if not 0 < count <= 16:  # Java classes share the magic; theirs reads as a version above 40
                return None
            numbers = [struct.unpack_from(">I", head, 8 + 20 * index)[0] for index in range(count)]
            return Machine("macOS", tuple(_MACH.get(number, f"Mach-O {number:#x}") for number in numbers))
    except (struct.error, IndexError):
        return None
    return None


def inspect(path: Path) -> Machine:
    """Read a driver's header and make sure that this process could load it as a PKCS#11 module.

    Nothing of it is run. Raises ModuleNotFound, ModuleUnloadable (format, entry), ModuleWrongArchitecture.
    """
    try:
        with open(path, "rb") as file:
            head = file.read(4096)
            machine = machine_of(head)
            size = file.seek(0, 2)
            if machine is None or size > LIMIT:
                raise ModuleUnloadable(path.name, "format")
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
                entry = whole.find(ENTRY) >= 0
    except (OSError, ValueError) as error:
        if isinstance(error, PermissionError | IsADirectoryError) or path.is_dir():
            raise ModuleUnloadable(path.name, "format") from error
        raise ModuleNotFound(path.name) from error
    mine = ours()
    if machine.system != mine.system or not set(machine.processors) & set(mine.processors):
        raise ModuleWrongArchitecture(path.name, str(machine), str(mine))
    if not entry:
        raise ModuleUnloadable(path.name, "entry")
    return machine
