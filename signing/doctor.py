"""Finds out why a token is not seen: drivers, their architecture, readers, tokens, certificates. Never asks a PIN.

Every driver is looked at in a process of its own with a time limit. The report is made to be shown to a stranger: no
PIN is ever in it, serial numbers and personal numbers are masked, folders of the user's home are not told.
"""

from __future__ import annotations

import fnmatch
import json
import os
import platform
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from glob import glob
from pathlib import Path
from typing import Any

from signing.certificate import EXPIRES_SOON, Certificate
from signing.errors import SigningError
from signing.token.header import inspect, ours
from signing.token.module import Held, Limits, Module, Token

LIMITS = Limits(load=10.0, look=15.0)
MOST_MODULES = 40
_SYSTEM = {"win32": "windows", "darwin": "macos"}.get(sys.platform, "linux")
_P11_KIT = ("/usr/share/p11-kit/modules", "/etc/pkcs11/modules", "~/.config/pkcs11/modules")


@dataclass(frozen=True)
class KnownModules:
    """What is known of drivers by name: data, read from `pkcs11_modules.json`."""

    patterns: tuple[tuple[str, str | None], ...]
    """A file name pattern of this system, and who makes such a driver."""
    places: tuple[str, ...]
    never: tuple[str, ...]

    @classmethod
    def read(cls, data: bytes, system: str = _SYSTEM) -> KnownModules:
        """Read the data for a system: windows, linux, macos."""
        document = json.loads(data)
        return cls(
            tuple((name, one["maker"]) for one in document["modules"] for name in one[system]),
            tuple(document["places"][system]),
            tuple(document["never"]["files"]),
        )

    def maker(self, name: str) -> str | None:
        """Return who makes the driver of a file name, if it is known."""
        return next((maker for pattern, maker in self.patterns if _like(name, pattern)), None)

    def refused(self, name: str) -> bool:
        """Say whether a file is known to be no driver though its name looks like one."""
        return any(_like(name, pattern) for pattern in self.never)


@dataclass(frozen=True)
class Found:
    """A driver on this computer."""

    path: Path
    maker: str | None
    how: str
    """known (by its name), p11-kit (registered there), named (by the user)"""


@dataclass(frozen=True)
class Remark:
    """One thing found out, by its code and facts; the words are messages of that code."""

    code: str
    severity: str
    """error, warning, info"""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class TokenReport:
    """What a token showed without a PIN."""

    label: str
    serial: str
    """Masked but for its last four characters."""
    maker: str
    model: str
    reader: str
    flags: tuple[str, ...]
    certificates: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class ModuleReport:
    """What a driver showed."""

    file: str
    place: str
    maker: str | None
    how: str
    machine: str | None
    state: str
    """OK, or the code of what went wrong."""
    description: str = ""
    slots: int = 0
    tokens: tuple[TokenReport, ...] = ()


@dataclass(frozen=True)
class Report:
    """The whole of it; safe to show to a stranger."""

    system: str
    machine: str
    modules: tuple[ModuleReport, ...]
    remarks: tuple[Remark, ...]

    @property
    def ok(self) -> bool:
        """Whether at least one key is ready to sign as far as can be known without its PIN."""
        return any(remark.code == "TOKEN_READY" for remark in self.remarks)

    def to_json(self) -> dict[str, Any]:
        """Write the report as plain values."""
        return {
            "ok": self.ok,
            "system": self.system,
            "machine": self.machine,
            "modules": [
                {
                    "file": one.file, "place": one.place, "maker": one.maker, "found": one.how, "machine": one.machine,
                    "state": one.state, "description": one.description, "slots": one.slots,
                    "tokens": [
                        {
                            "label": token.label, "serial": token.serial, "maker": token.maker, "model": token.model,
                            "reader": token.reader, "flags": list(token.flags),
                            "certificates": list(token.certificates),
                        }
                        for token in one.tokens
                    ],
                }
                for one in self.modules
            ],
            "remarks": [{"code": one.code, "severity": one.severity, **_plain(one.facts)} for one in self.remarks],
        }  # fmt: skip


def _plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in facts.items()}


def _redacted(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: masked(value) if name == "serial" else value for name, value in facts.items()}


def _like(name: str, pattern: str) -> bool:
    return fnmatch.fnmatchcase(name.lower(), pattern.lower())


def find_modules(known: KnownModules, *, places: Sequence[str] | None = None) -> list[Found]:
    """Find drivers: by known names in known places, and those that p11-kit knows.

    Files are only listed here, none is loaded. One file reached by several links is one driver.
    """
    found: dict[Path, Found] = {}

    def add(path: Path, how: str) -> None:
        if known.refused(path.name) or len(found) >= MOST_MODULES:
            return
        try:
            real = path.resolve(strict=True)
        except OSError:
            return
        if real.is_file() and not known.refused(real.name):
            found.setdefault(real, Found(path, known.maker(path.name), how))

    for folder in _folders(known.places if places is None else places):
        try:
            names = sorted(os.listdir(folder))
        except OSError:
            continue
        for name in names:
            if known.maker(name) is not None or any(_like(name, pattern) for pattern, _ in known.patterns):
                add(folder / name, "known")
    if _SYSTEM == "linux" and places is None:
        for path in _registered():
            add(path, "p11-kit")
    # A proxy shows what the others show: asked last, it is only used for what it alone knows.
    return sorted(found.values(), key=lambda one: one.path.name.startswith("p11-kit"))


def _folders(places: Iterable[str]) -> list[Path]:
    folders: dict[Path, None] = {}
    for place in places:
        expanded = os.path.expandvars(place)
        if "%" in expanded and _SYSTEM == "windows":
            continue  # a variable that this Windows does not have
        for one in sorted(glob(expanded)) if "*" in expanded else [expanded]:
            if os.path.isdir(one):
                folders.setdefault(Path(one))
    return list(folders)


def _registered() -> list[Path]:
    """Read which modules p11-kit is told to load: lines `module: name`, relative to its own folder."""
    paths = []
    for folder in _P11_KIT:
        for file in sorted(Path(folder).expanduser().glob("*.module"))[:MOST_MODULES]:
            try:
                lines = file.read_text("utf-8", "replace")[:65536].splitlines()
            except OSError:
                continue
            for line in lines:
                name, _, value = line.partition(":")
                if name.strip() != "module" or not value.strip():
                    continue
                path = Path(value.strip())
                paths += [path] if path.is_absolute() else [Path(one) for one in glob(f"/usr/lib*/**/pkcs11/{path}")]
    return paths


def examine(
    modules: Sequence[Found],
    *,
    at: datetime,
    limits: Limits = LIMITS,
    open_module: Callable[[Path, Limits], Module] = lambda path, limits: Module(path, limits=limits),
) -> Report:
    """Look at each driver and what is plugged in, and draw the conclusions. `at` decides what has expired.

    Takes at most the limits of one driver for every four of them.
    """
    with ThreadPoolExecutor(4) as pool:
        looked = list(pool.map(lambda one: _look(one, limits, open_module), modules))
    remarks: list[Remark] = []
    ready: dict[str, None] = {}
    if not modules:
        remarks.append(Remark("NO_MODULE_FOUND", "error"))
    for report, tokens, problem in looked:
        if problem is not None:
            # A driver of another system's half (SysWOW64) is no fault while another one works.
            remarks.append(Remark(problem.code, "warning", _redacted(problem.facts)))
            continue
        for token, held, failure in tokens:
            if failure is not None:
                remarks.append(Remark(failure.code, "warning", _redacted(failure.facts)))
            for remark in _on_token(report, token, held, at):
                key = f"{remark.code}{sorted(remark.facts.items())}"
                if key not in ready:  # a proxy shows the same token again
                    ready[key] = None
                    remarks.append(remark)
    reports = tuple(report for report, _, _ in looked)
    working = [report for report in reports if report.state == "OK"]
    if modules and not working:
        remarks.insert(0, Remark("NO_MODULE_WORKS", "error", {"count": len(modules)}))
    elif working and not any(report.tokens for report in working):
        slots = sum(report.slots for report in working)
        remarks.insert(0, Remark("NO_TOKEN" if slots else "NO_READER", "error", {"modules": len(working)}))
    elif working and not any(remark.code == "TOKEN_READY" for remark in remarks):
        remarks.insert(0, Remark("NO_KEY_READY", "error"))
    return Report(f"{platform.system()} {platform.release()}", str(ours()), reports, tuple(remarks))


_Looked = tuple[ModuleReport, list[tuple[Token, list[Held], SigningError | None]], SigningError | None]


def _look(found: Found, limits: Limits, open_module: Callable[[Path, Limits], Module]) -> _Looked:
    place = _place(found.path)
    machine: str | None = None
    tokens: list[tuple[Token, list[Held], SigningError | None]] = []
    try:
        machine = str(inspect(found.path))
        with open_module(found.path, limits) as module:
            loaded = module.load()
            slots, present = module.slots()
            for token in present:
                try:
                    tokens.append((token, module.held(token), None))
                except SigningError as error:
                    tokens.append((token, [], error))
    except SigningError as error:
        machine = machine or error.facts.get("machine")
        return ModuleReport(found.path.name, place, found.maker, found.how, machine, error.code), [], error
    report = ModuleReport(
        file=found.path.name,
        place=place,
        maker=found.maker,
        how=found.how,
        machine=machine,
        state="OK",
        description=" ".join(filter(None, (loaded.maker, loaded.description, loaded.version))),
        slots=slots,
        tokens=tuple(
            TokenReport(
                token.label, masked(token.serial), token.maker, token.model, token.slot, tuple(sorted(token.flags)),
                tuple({**_certificate(one.certificate), "paired": one.paired} for one in held),
            )
            for token, held, _ in tokens
        ),
    )  # fmt: skip
    return report, tokens, None


def _on_token(report: ModuleReport, token: Token, held: Sequence[Held], at: datetime) -> list[Remark]:
    facts = {"token": token.label, "serial": masked(token.serial)}
    if "initialized" not in token.flags:
        return [Remark("TOKEN_EMPTY", "warning", facts)]
    remarks = []
    if token.warning is not None:
        remarks.append(Remark(token.warning, "error" if "locked" in token.flags else "warning", facts))
    if not held:
        remarks.append(Remark("NO_CERTIFICATE_ON_TOKEN", "warning", facts))
    for one in held:
        certificate = one.certificate
        more = {**facts, "name": _name(certificate), "until": certificate.valid_to, "from": certificate.valid_from}
        if at > certificate.valid_to:
            remarks.append(Remark("TOKEN_CERTIFICATE_EXPIRED", "warning", more))
        elif at < certificate.valid_from:
            remarks.append(Remark("TOKEN_CERTIFICATE_NOT_YET", "warning", more))
        elif one.paired is False:
            remarks.append(Remark("TOKEN_KEY_NOT_PAIRED", "warning", more))
        elif "locked" not in token.flags:
            if at > certificate.valid_to - EXPIRES_SOON:
                remarks.append(Remark("TOKEN_CERTIFICATE_EXPIRES_SOON", "warning", more))
            remarks.append(Remark("TOKEN_READY", "info", more))
    return remarks


def _certificate(certificate: Certificate) -> dict[str, Any]:
    """Tell of a certificate what helps and harms nobody: companies by name and tax code, people by initials."""
    return {
        "name": _name(certificate),
        "tax_code": certificate.tax_code if _company(certificate) else masked(certificate.tax_code or ""),
        "issuer": certificate.issuer,
        "valid_from": certificate.valid_from.isoformat(),
        "valid_to": certificate.valid_to.isoformat(),
        "key_type": certificate.key_type,
    }


def _company(certificate: Certificate) -> bool:
    return bool(certificate.tax_code) and len(certificate.tax_code or "") != 12 and not certificate.personal_id


def _name(certificate: Certificate) -> str:
    name = certificate.common_name
    return name if _company(certificate) else " ".join(f"{word[0]}." for word in name.split())


def masked(text: str) -> str:
    """Hide a number but for its last four characters."""
    return "…" + text[-4:] if len(text) > 4 else text


def _place(path: Path) -> str:
    """Name a driver's folder without the user's own name in it."""
    folder, home = path.parent, Path.home()
    return f"~/{folder.relative_to(home)}" if home != Path(home.anchor) and folder.is_relative_to(home) else str(folder)
