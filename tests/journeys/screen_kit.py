"""A person at a real screen: an X server, the accessibility bus, and the program as a process of its own.

What a person sees is asked from AT-SPI (roles, names, states), what she does is an accessibility action or a key.
Nothing here knows the program's code: a thing without a name or a role cannot be found, and its journey fails.

Pictures of every step are kept in `artefacts/journeys/<journey>/` beside the checkout's sources, which git ignores.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "artefacts" / "journeys"
OWN_FAULT = "lỗi của chính nó"
"""What the program says of its own bugs: never expected in a journey."""
UNTOLD = ("hong", "khong-thay")
"""Pictures of what went wrong."""
PATIENCE = 60.0
"""Seconds within which a condition must come true; never a time to sleep."""

LAUNCHERS = ("/usr/libexec/at-spi-bus-launcher", "/usr/lib/at-spi2-core/at-spi-bus-launcher")
NEEDED = ("Xvfb", "openbox", "xdotool", "xclip", "dbus-daemon")
BUTTONS = ("push button", "button", "check box", "toggle button", "radio button")
FIELDS = ("text", "entry", "password text")
LEAVES = frozenset(
    {"label", "push button", "button", "check box", "toggle button", "radio button", "text", "entry", "password text",
     "separator", "image", "scroll bar", "slider", "progress bar", "list item", "table cell"}
)  # fmt: skip
"""Roles with nothing under them."""
LABELLED_BY = 2
"""AT-SPI's number of the relation to a label."""
STATES = {
    1: "active", 4: "checked", 5: "collapsed", 7: "editable", 8: "enabled", 10: "expanded", 11: "focusable",
    12: "focused", 16: "modal", 20: "pressed", 22: "selectable", 23: "selected", 24: "sensitive", 25: "showing",
    30: "visible", 41: "checkable", 43: "read-only",
}  # fmt: skip
"""The bits of AT-SPI's state set that the journeys ask for."""

BUS_RULES = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:dir={folder}</listen>
<policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
</policy>
</busconfig>
"""
"""A session bus that starts no services: without a keyring of the system the program asks for a passphrase."""


def why_not() -> str:
    """Say what this machine lacks for a real screen; empty where nothing is missing."""
    if not sys.platform.startswith("linux"):
        return "AT-SPI and X are Linux's"
    lacking = [name for name in NEEDED if shutil.which(name) is None]
    if not any(Path(path).exists() for path in LAUNCHERS):
        lacking.append("at-spi2-core")
    return f"not installed: {', '.join(lacking)}" if lacking else ""


def until(look: Callable[[], T], what: str, *, seconds: float = PATIENCE) -> T:
    """Look again and again until something true is seen; fail with `what` at the deadline."""
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(what)
        time.sleep(0.12)


@dataclass(frozen=True)
class Node:
    """One thing on the screen as a screen reader is told of it."""

    path: str
    role: str
    name: str
    states: frozenset[str]
    depth: int
    parent: str

    def __str__(self) -> str:
        told = sorted(self.states & {"focused", "checked", "selected", "expanded", "collapsed"})
        off = "" if "sensitive" in self.states else " (off)"
        return f"{'  ' * self.depth}{self.role}: {self.name!r}{off} {' '.join(told)}"


class Bus:
    """A connection to the accessibility bus of one screen."""

    def __init__(self, address: str) -> None:
        from jeepney.io.blocking import open_dbus_connection  # type: ignore[import-untyped]

        self._wire = open_dbus_connection(bus=address)

    def close(self) -> None:
        self._wire.close()

    def call(self, name: str, path: str, interface: str, method: str, signature: str = "", *body: Any) -> Any:
        """Call one method; return its only value. Raises LookupError where the thing is gone or cannot do that."""
        (answer,) = self.calls([(name, path, interface, method, signature, body)])
        if isinstance(answer, LookupError):
            raise answer
        return answer

    def calls(self, wanted: list[tuple[str, str, str, str, str, tuple[Any, ...]]]) -> list[Any]:
        """Call many methods at once; a refusal stands in its place as a LookupError."""
        from jeepney import (  # type: ignore[import-untyped]
            DBusAddress,
            HeaderFields,
            MessageType,
            new_method_call,
        )

        serials = []
        for name, path, interface, method, signature, body in wanted:
            to = DBusAddress(path, bus_name=name, interface=interface)
            serial = next(self._wire.outgoing_serial)
            self._wire.send(new_method_call(to, method, signature or None, body), serial=serial)
            serials.append(serial)
        waiting = set(serials)
        answers: dict[int, Any] = {}
        end = time.monotonic() + PATIENCE
        while waiting:
            message = self._wire.receive(timeout=max(0.1, end - time.monotonic()))
            to_which = message.header.fields.get(HeaderFields.reply_serial)
            if to_which not in waiting:
                continue
            waiting.discard(to_which)
            if message.header.message_type is MessageType.error:
                answers[to_which] = LookupError(f"{message.header.fields.get(HeaderFields.error_name)} {message.body}")
            else:
                answers[to_which] = message.body[0] if message.body else None
        return [answers[serial] for serial in serials]


@dataclass
class Screen:
    """A real X server with a window manager, a session bus and the accessibility bus."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    bus_address: str = ""
    _running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self) -> Screen:
        """Start everything; each part is known to stand before the next one starts."""
        runtime = self.folder / "run"
        runtime.mkdir(parents=True)
        runtime.chmod(0o700)
        (self.folder / "home").mkdir()
        display = self._serve()
        kept = {name: os.environ[name] for name in ("PATH", "VIRTUAL_ENV") if name in os.environ}
        env = self.environment = {
            **kept, "LANG": "C.UTF-8", "HOME": str(self.folder / "home"), "XDG_RUNTIME_DIR": str(runtime),
            "HOSO_TRACEBACK": "1", "TMPDIR": str(self.folder),
            "DISPLAY": f":{display}", "QT_QPA_PLATFORM": "xcb", "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
            "NO_AT_BRIDGE": "0",
        }  # fmt: skip
        rules = self.folder / "bus.conf"
        rules.write_text(BUS_RULES.format(folder=runtime))
        bus = self._start(
            ["dbus-daemon", f"--config-file={rules}", "--nofork", "--print-address=1"], env, stdout=subprocess.PIPE
        )
        assert bus.stdout is not None
        env["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().decode().strip()
        self._start(["openbox", "--config-file", str(self._manners())], env)
        launcher = next(path for path in LAUNCHERS if Path(path).exists())
        self._start([launcher, "--launch-immediately"], env)
        session = Bus(env["DBUS_SESSION_BUS_ADDRESS"])

        def address() -> str:
            with contextlib.suppress(LookupError):
                return str(session.call("org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus", "GetAddress"))
            return ""

        self.bus_address = until(address, "the accessibility bus did not start")
        session.close()
        # A window that is there before its manager is never given the keyboard.
        until(lambda: self.run("xdotool", "get_desktop", check=False), "the window manager does not answer")
        return self

    def _serve(self) -> str:
        """Start the X server; return its display, which nobody else has.

        A server that ends takes the socket of its number away, even when the next one has just taken that number: so
        numbers are drawn, never the lowest that is free.
        """
        for _ in range(5):
            display = str(1000 + secrets.randbelow(50_000))
            reading, writing = os.pipe()
            self._start(
                ["Xvfb", f":{display}", "-displayfd", str(writing), "-screen", "0", "1400x940x24", "-noreset",
                 "-nolisten", "tcp", "-fbdir", str(self.folder)],
                dict(os.environ), pass_fds=(writing,),
            )  # fmt: skip
            os.close(writing)
            with os.fdopen(reading) as told:
                if told.readline().strip():
                    return display
        raise AssertionError("the X server did not start")

    def _manners(self) -> Path:
        """Write the window manager's settings: no frames, so that a picture shows the program alone."""
        path = self.folder / "openbox.xml"
        path.write_text(
            '<?xml version="1.0"?><openbox_config xmlns="http://openbox.org/3.4/rc"><focus><focusNew>yes</focusNew>'
            '</focus><applications><application class="*"><decor>no</decor><focus>yes</focus></application>'
            "</applications></openbox_config>"
        )
        return path

    def _start(self, command: list[str], env: dict[str, str], **more: Any) -> subprocess.Popen[bytes]:
        log = (self.folder / f"{Path(command[0]).name}.log").open("wb")
        with log:
            more.setdefault("stdout", log)
            made = subprocess.Popen(command, env=env, stderr=log, stdin=subprocess.DEVNULL, **more)
        self._running.append(made)
        return made

    def run(self, *command: str, check: bool = True, **more: Any) -> bool:
        """Run a program on this screen to its end; say whether it went well."""
        done = subprocess.run(
            command, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=20, **more
        )
        assert not check or done.returncode == 0, command
        return done.returncode == 0

    def picture(self, target: Path) -> Path:
        """Save what is on the screen: the X server keeps it in a file, in X's own dump format."""
        from PIL import Image

        data = (self.folder / "Xvfb_screen0").read_bytes()
        header = struct.unpack(">25I", data[:100])
        size, wide, high, line, colours = header[0], header[4], header[5], header[12], header[19]
        start = size + colours * 12
        image = Image.frombuffer("RGB", (wide, high), data[start : start + line * high], "raw", "BGRX", line, 1)
        target.parent.mkdir(parents=True, exist_ok=True)
        image.save(target)
        return target

    def stop(self) -> None:
        """End everything, last started first."""
        for one in reversed(self._running):
            one.terminate()
        for one in reversed(self._running):
            try:
                one.wait(5)
            except subprocess.TimeoutExpired:
                one.kill()
                one.wait(5)
            if one.stdout is not None:
                one.stdout.close()


@dataclass
class Window:
    """The program on a screen, driven by one who sees only what a screen reader is told."""

    screen: Screen
    journey: str
    arguments: list[str]
    bus: Bus = field(init=False)
    name: str = ""
    _process: subprocess.Popen[bytes] = field(init=False)
    _roles: dict[str, str] = field(default_factory=dict)
    _shots: int = 0

    def start(self) -> Window:
        """Start the program and wait until the accessibility bus knows it."""
        shutil.rmtree(PICTURES / self.journey, ignore_errors=True)
        self.bus = Bus(self.screen.bus_address)
        self._launch()
        return self

    def tell_of(self, journey: str) -> None:
        """Keep the pictures of what follows in a journey's own folder."""
        self.journey, self._shots = journey, 0
        shutil.rmtree(PICTURES / journey, ignore_errors=True)

    def _launch(self) -> None:
        self._roles.clear()
        before = set(self._programs())
        log = (self.screen.folder / "program.log").open("ab")
        with log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "desktop", *self.arguments], cwd=ROOT, env=self.screen.environment,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip

        def stands() -> str:
            assert self._process.poll() is None, self.log()
            return next((name for name in self._programs() if name not in before), "")

        self.name = until(stands, f"the program did not come up: {self.log()}")

    def _programs(self) -> list[str]:
        registry, root = "org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root"
        with contextlib.suppress(LookupError):
            return [name for name, _ in self.bus.call(registry, root, "org.a11y.atspi.Accessible", "GetChildren")]
        return []

    def log(self) -> str:
        """Return what the program has written on its way out."""
        path = self.screen.folder / "program.log"
        return path.read_text(errors="replace")[-4000:] if path.exists() else ""

    def faults(self) -> str:
        """Return the logs of bugs that the program has written on this screen."""
        return "\n".join(path.read_text() for path in self.screen.folder.glob("hoso-*.log"))

    def again(self, arguments: list[str] | None = None) -> None:
        """Close the program as a person does (Ctrl+Q) and start it again."""
        self.close()
        if arguments is not None:
            self.arguments = arguments
        self._launch()

    def close(self) -> None:
        """Close the program by Ctrl+Q; it must go by itself and say no more."""
        self.keys("ctrl+q")
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"Ctrl+Q did not close the program\n{self.tell()}") from None
        assert self._process.returncode == 0, self.log()

    def stop(self) -> None:
        """End the program, however it stands."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(10)
        self.bus.close()

    # --- seeing ------------------------------------------------------------------------------------------------------

    def nodes(self) -> list[Node]:
        """Return everything that is showing, in reading order."""
        accessible = "org.a11y.atspi.Accessible"
        children: dict[str, list[str]] = {}
        known: dict[str, Node] = {}
        level = [("/org/a11y/atspi/accessible/root", 0, "")]
        properties = "org.freedesktop.DBus.Properties"
        while level:
            states = self.bus.calls([(self.name, path, accessible, "GetState", "", ()) for path, _, _ in level])
            seen: list[tuple[str, int, str, frozenset[str]]] = []
            for (path, depth, parent), state in zip(level, states, strict=True):
                if isinstance(state, LookupError):
                    continue
                bits = state[0] | (state[1] << 32 if len(state) > 1 else 0)
                told = frozenset(word for bit, word in STATES.items() if bits >> bit & 1)
                if depth <= 1 or "showing" in told:
                    seen.append((path, depth, parent, told))
            self._learn_roles([path for path, _, _, _ in seen])
            names = self.bus.calls(
                [(self.name, path, properties, "Get", "ss", (accessible, "Name")) for path, _, _, _ in seen]
            )
            wide = [path for path, _, _, _ in seen if self._roles.get(path) not in LEAVES]
            under = dict(
                zip(
                    wide,
                    self.bus.calls([(self.name, path, accessible, "GetChildren", "", ()) for path in wide]),
                    strict=True,
                )
            )
            below = []
            for (path, depth, parent, told), name in zip(seen, names, strict=True):
                if isinstance(name, LookupError) or path not in self._roles:
                    continue
                known[path] = Node(path, self._roles[path], str(name[1]), told, depth, parent)
                found_below = under.get(path, [])
                children[path] = (
                    [] if isinstance(found_below, LookupError) else [one for _, one in found_below if one not in known]
                )
                below += [(one, depth + 1, path) for one in children[path]]
            level = below
        self._name_by_labels(known)
        found: list[Node] = []

        def walk(path: str) -> None:
            if path in known:
                found.append(known[path])
                for one in children[path]:
                    walk(one)

        walk("/org/a11y/atspi/accessible/root")
        return found

    def _learn_roles(self, paths: list[str]) -> None:
        """Ask for the roles of what was not seen yet: a role stays what it is, and every question costs."""
        fresh = [path for path in paths if path not in self._roles]
        accessible = "org.a11y.atspi.Accessible"
        roles = self.bus.calls([(self.name, path, accessible, "GetRoleName", "", ()) for path in fresh])
        self._roles |= {path: role for path, role in zip(fresh, roles, strict=True) if isinstance(role, str)}

    def _name_by_labels(self, known: dict[str, Node]) -> None:
        """Put the words of its label before the value of a combo box, as a screen reader speaks it."""
        boxes = [path for path, node in known.items() if node.role == "combo box"]
        accessible = "org.a11y.atspi.Accessible"
        answers = self.bus.calls([(self.name, path, accessible, "GetRelationSet", "", ()) for path in boxes])
        for path, relations in zip(boxes, answers, strict=True):
            if isinstance(relations, LookupError):
                continue
            labels = [target for kind, targets in relations if kind == LABELLED_BY for _, target in targets]
            words = " ".join(known[label].name for label in labels if label in known)
            known[path] = replace(known[path], name=f"{words}: {known[path].name}" if words else known[path].name)

    def tell(self) -> str:
        """Tell the whole screen as a screen reader would."""
        return "\n".join(str(node) for node in self.nodes() if node.name or "focused" in node.states)

    def look(
        self, role: str | tuple[str, ...] | None, name: str, *, exact: bool = False, able: bool = False
    ) -> Node | None:
        """Return the first thing of a role whose name holds these words, if it is there now."""
        roles = (role,) if isinstance(role, str) else role
        nodes = self.nodes()
        for node in nodes:
            fits = node.name == name or (not exact and name in node.name)
            if fits and (roles is None or node.role in roles) and (not able or "sensitive" in node.states):
                return node
        fault = next((node.name for node in nodes if OWN_FAULT in node.name), None)
        assert fault is None, f"{fault}\n{self.faults()}"
        return None

    def find(
        self, role: str | tuple[str, ...] | None, name: str, *, exact: bool = False, able: bool = False,
        seconds: float = PATIENCE,
    ) -> Node:  # fmt: skip
        """Wait for a thing; `able` also waits until it can be used."""
        begun = time.monotonic()
        end = begun + seconds
        while (node := self.look(role, name, exact=exact, able=able)) is None:
            assert self._process.poll() is None, f"the program has ended\n{self.log()}"
            if time.monotonic() > end:
                self.shot("khong-thay")
                raise AssertionError(f"not on the screen: {role} {name!r}\n{self.tell()}\n{self.log()}")
            # Looking keeps the window from its work: never longer than it is left alone.
            taken, begun = time.monotonic() - begun, time.monotonic()
            time.sleep(min(max(0.15, taken), 1.0))
            begun = time.monotonic()
        return node

    def see(self, name: str, *, seconds: float = PATIENCE) -> Node:
        """Wait until these words stand anywhere on the screen."""
        return self.find(None, name, seconds=seconds)

    def gone(self, name: str, *, seconds: float = PATIENCE) -> None:
        """Wait until these words stand nowhere any more."""
        until(lambda: self.look(None, name) is None, f"still on the screen: {name!r}", seconds=seconds)

    def focused(self) -> Node | None:
        """Return what has the keyboard."""
        return next((node for node in reversed(self.nodes()) if "focused" in node.states), None)

    def shot(self, step: str) -> Path:
        """Keep a picture of this step; whatever can be pressed or filled in there must have a name."""
        if step not in UNTOLD:
            acting = (*BUTTONS, *FIELDS, "combo box")
            nameless = [str(node) for node in self.nodes() if node.role in acting and not node.name]
            assert not nameless, f"without a name at {step}: {nameless}\n{self.tell()}"
        self._shots += 1
        return self.screen.picture(PICTURES / self.journey / f"{self._shots:02d}-{step}.png")

    # --- doing -------------------------------------------------------------------------------------------------------

    def press(self, name: str, *, role: str | tuple[str, ...] = BUTTONS, exact: bool = False) -> None:
        """Press a button (or check a box) by its accessibility action, once it can be pressed."""
        for tries in range(5):
            node = self.find(role, name, exact=exact, able=True)
            try:
                actions = [one[0] for one in self.bus.call(self.name, node.path, "org.a11y.atspi.Action", "GetActions")]
                wanted = next(
                    at for at, one in enumerate(actions) if one in ("Press", "Toggle", "press", "toggle", "click")
                )
                self.bus.call(self.name, node.path, "org.a11y.atspi.Action", "DoAction", "i", wanted)
                return
            except LookupError:  # drawn anew between looking and pressing
                if tries == 4:
                    raise

    def focus(self, role: str | tuple[str, ...] | None, name: str, *, exact: bool = False) -> Node:
        """Give a thing the keyboard."""
        for tries in range(5):
            node = self.find(role, name, exact=exact, able=True)
            try:
                self.bus.call(self.name, node.path, "org.a11y.atspi.Component", "GrabFocus")
                break
            except LookupError:  # drawn anew between looking and reaching
                if tries == 4:
                    raise
        return node

    def write(self, name: str, text: str, *, role: str | tuple[str, ...] = FIELDS) -> None:
        """Put text into a field as an input method or a screen reader does."""
        node = self.focus(role, name)
        self.bus.call(self.name, node.path, "org.a11y.atspi.EditableText", "SetTextContents", "s", text)

    def write_all(self, texts: Mapping[str, str]) -> None:
        """Put texts into many fields, each found by its whole name, and leave the last one."""
        for _ in range(3):
            nodes = {node.name: node for node in self.nodes() if node.role in FIELDS}
            missing = [name for name in texts if name not in nodes]
            if not missing:
                break
            time.sleep(0.3)  # what depends on others comes when they are there
        assert not missing, f"no field {missing}\n{self.tell()}"
        for name, text in texts.items():
            path = nodes[name].path
            self.bus.call(self.name, path, "org.a11y.atspi.Component", "GrabFocus")
            self.bus.call(self.name, path, "org.a11y.atspi.EditableText", "SetTextContents", "s", text)
        self.keys("Tab")

    def open_file(self, path: Path) -> None:
        """Name a file in the dialog that asks for one: it has the keyboard in its field for names."""
        self.find("dialog", "")
        self.write_focused(str(path))
        self.keys("Return")

    def write_focused(self, text: str) -> None:
        """Put text into the field that has the keyboard."""
        node = until(self._focused_field, "no field has the keyboard")
        assert node is not None
        self.bus.call(self.name, node.path, "org.a11y.atspi.EditableText", "SetTextContents", "s", text)

    def _focused_field(self) -> Node | None:
        return next((one for one in self.nodes() if one.role in FIELDS and "focused" in one.states), None)

    def text(self, name: str, *, role: str | tuple[str, ...] = FIELDS) -> str:
        """Return what a field holds."""
        node = self.find(role, name)
        return str(self.bus.call(self.name, node.path, "org.a11y.atspi.Text", "GetText", "ii", 0, -1))

    def choose(self, name: str, item: str) -> None:
        """Choose an entry of a combo box by keys: give it the keyboard, then go along its entries."""
        self.focus("combo box", name)
        until(lambda: "focused" in self.find("combo box", name).states, f"{name} does not get the keyboard")
        self.keys("Home")
        for _ in range(60):
            node = self.find("combo box", name)
            if item in node.name:
                return
            self.keys("Down")
            before = node.name
            until(partial(self._differs, name, before), f"{name}: no entry {item!r}")
        raise AssertionError(f"{name}: no entry {item!r}")

    def _differs(self, name: str, before: str) -> bool:
        return self.find("combo box", name).name != before

    def keys(self, *sequence: str) -> None:
        """Press keys on the real keyboard, one after the other, once the window has it."""
        until(self._active, "the window does not get the keyboard")
        self.screen.run("xdotool", "key", "--clearmodifiers", "--delay", "30", *sequence)

    def _active(self) -> bool:
        """Say whether a window of the program is the one that keys go to."""
        accessible = "org.a11y.atspi.Accessible"
        root = "/org/a11y/atspi/accessible/root"
        windows = self.bus.call(self.name, root, accessible, "GetChildren")
        states = self.bus.calls([(self.name, path, accessible, "GetState", "", ()) for _, path in windows])
        return any(not isinstance(state, LookupError) and state[0] >> 1 & 1 for state in states)

    def type(self, text: str) -> None:
        """Type plain letters on the real keyboard; what needs Vietnamese letters is pasted."""
        assert text.isascii()
        self.screen.run("xdotool", "type", "--delay", "12", text)

    def paste(self, text: str) -> None:
        """Put text on the clipboard as another program does, and press Ctrl+V."""
        self.screen.run("xclip", "-selection", "clipboard", "-in", input=text.encode())
        self.keys("ctrl+v")


@contextlib.contextmanager
def at_screen(
    folder: Path, journey: str, arguments: list[str], *, environment: Mapping[str, str] | None = None
) -> Iterator[Window]:
    """Sit a person down at a screen with the program open on it."""
    if reason := why_not():
        pytest.skip(reason)
    screen = Screen(folder)
    window: Window | None = None
    try:
        screen.start()
        screen.environment |= environment or {}
        window = Window(screen, journey, arguments).start()
        yield window
    except BaseException:
        if window is not None:
            with contextlib.suppress(Exception):
                window.shot("hong")
        raise
    finally:
        if window is not None:
            window.stop()
        screen.stop()
