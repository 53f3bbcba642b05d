"""Templates that mean harm: each is stopped in 10 s, under 512 MB, with a sentence, in the killable worker."""

from __future__ import annotations

import io
import json
import stat
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop.errors import DesktopError
from desktop.messages import message
from desktop.workers import STRANGERS_LIMIT, WorkerCrashed, WorkerKilled, WorkerOverfull, Workers
from forms.errors import FormsError
from forms.template import lint
from tests.forms import form_kit

SECONDS, MEMORY = 10.0, 512 << 20
EXAMPLE = {"title": "Đủ", "period": None, "complete": True, "data": {"a": 1}}


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers(1) as made:
        yield made


class Watched:
    """Watch how much memory the workers take at most, in bytes, as the system counts it."""

    def __init__(self, workers: Workers) -> None:
        self.peak = 0
        self._workers = workers
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Watched:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(0.01):
            for worker in list(self._workers._all):
                try:
                    told = Path(f"/proc/{worker.process.pid}/status").read_text()
                except OSError:
                    continue
                high = next((line for line in told.splitlines() if line.startswith("VmHWM")), "VmHWM: 0 kB")
                self.peak = max(self.peak, int(high.split()[1]) * 1024)


def judged(workers: Workers, path: Path) -> set[str]:
    """Look a template over as the program does; return the codes of what was found, each of which has a sentence."""
    began = time.monotonic()
    with Watched(workers) as watched:
        try:
            found = [(one.code, one.facts) for one in workers.run(lint, path, timeout=5, memory=STRANGERS_LIMIT)]
        except (WorkerKilled, WorkerCrashed, WorkerOverfull) as error:
            found = [(error.code, error.facts)]
    assert time.monotonic() - began < SECONDS
    assert watched.peak < MEMORY, watched.peak >> 20
    for code, facts in found:
        told = message(code, facts)
        assert told.code == code
        assert told.sentence
        assert message(code, facts, "en").heading != told.heading
    return {code for code, _ in found}


def folder(
    where: Path, items: list[dict[str, Any]] | None = None, layout: str = "= Form\n", **more: bytes | str
) -> Path:
    """Write a template with an example, so that looking it over calculates and compiles it."""
    files = form_kit.files(items or [form_kit.field("a")])
    files["layout.typ"] = layout.encode()
    files["examples/e.json"] = json.dumps(EXAMPLE).encode()
    for name, data in more.items():
        files[name.replace("__", "/").replace("_json", ".json")] = data.encode() if isinstance(data, str) else data
    return form_kit.write_folder(where / "mau", files)


ENDLESS = "#for a in range(100000) { for b in range(100000) { let c = calc.pow(1.0001, 3) } }\n= Form\n"
STOPPED = {"WORKER_KILLED", "WORKER_OVERFULL", "WORKER_CRASHED", "LAYOUT_BROKEN"}


@pytest.mark.parametrize(
    "layout",
    [
        ENDLESS,
        "#let f(n, a) = if n == 0 { a } else { f(n - 1, a + 1) + f(n - 1, a * 2) }\n#f(60, 1)",
        "#let c = counter(\"x\")\n#for i in range(200000) [#c.step() #context c.final() ]",
        "#let x = \"a\" * 1000000000\n#x.len()",
        "#let x = range(100000000)\n#x.len()",
        "#let x = (0,)\n#for i in range(60) { x += x }\n#x.len()",
        "#(\"Nguyễn \" * 15000000)",
        "#table(columns: 3, ..range(3000000).map(i => [Ơ #i]))",
        "#for i in range(2000000) [#pagebreak() Ơ]",
        "#let f(x) = f(x)\n#f(1)",
        "#" + "(" * 50_000 + "1" + ")" * 50_000,
        "[" * 100_000 + "Ơ" + "]" * 100_000,
        "#import \"@preview/tablex:0.0.8\": *",
        "#read(\"/etc/passwd\")",
        "#image(\"../../../../etc/passwd\")",
    ],
    ids=(
        "loops", "calls", "counters", "text", "numbers", "doubling", "100 MB", "rows", "pages", "recursion",
        "brackets", "contents", "package", "file", "image",
    ),
)  # fmt: skip
def test_a_layout_that_means_harm_is_stopped(workers: Workers, tmp_path: Path, layout: str) -> None:
    assert judged(workers, folder(tmp_path, layout=layout)) & (STOPPED | {"LAYOUT_REFUSED"})


def test_a_picture_that_unfolds_endlessly_is_stopped(workers: Workers, tmp_path: Path) -> None:
    uses = "".join(
        f'<g id="g{n}">' + f'<use href="#g{n - 1}"/>' * 10 + "</g>"
        if n
        else '<g id="g0"><rect width="1" height="1"/></g>'
        for n in range(12)
    )
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><defs>{uses}</defs><use href="#g11"/></svg>'
    made = folder(tmp_path, layout='#image("b.svg")\n')
    (made / "b.svg").write_text(svg)
    judged(workers, made)


def column(**more: Any) -> dict[str, Any]:
    return form_kit.field("c", **more)


def test_a_table_of_a_million_rows_is_not_taken(workers: Workers, tmp_path: Path) -> None:
    items = [form_kit.table("t", [column()], max_rows=1_000_000)]
    assert judged(workers, folder(tmp_path, items)) & {"DEFINITION_INVALID", "TEMPLATE_UNREADABLE"}


def test_an_example_of_a_million_rows_is_bounded(workers: Workers, tmp_path: Path) -> None:
    items = [form_kit.table("t", [column()]), form_kit.field("s", calculated="tong(t.c)")]
    rows = b'{"title":"x","complete":true,"data":{"t":[' + b",".join([b"{}"] * 1_000_000) + b"]}}"
    assert "LINT_EXAMPLE" in judged(workers, folder(tmp_path, items, examples__e_json=rows))


def test_sums_over_sums_over_all_rows_end_in_time(workers: Workers, tmp_path: Path) -> None:
    columns = [
        column(),
        *(form_kit.field(f"d{n}", calculated=f"tong(t.{'c' if n == 0 else f'd{n - 1}'}) + c") for n in range(30)),
    ]
    items = [form_kit.table("t", columns, max_rows=5_000)]
    data = json.dumps({"title": "x", "complete": True, "data": {"t": [{"c": n} for n in range(5_000)]}})
    judged(workers, folder(tmp_path, items, examples__e_json=data))


def test_an_expression_of_a_million_terms_is_refused(workers: Workers, tmp_path: Path) -> None:
    made = folder(tmp_path, [form_kit.field("a", calculated="+".join(["1"] * 1_000_000))])
    assert judged(workers, made) & {"EXPRESSION_INVALID", "TEMPLATE_UNREADABLE", "DEFINITION_INVALID"}


@pytest.mark.parametrize("depth", [33, 5_000])
def test_an_expression_nested_too_deep_is_refused(workers: Workers, tmp_path: Path, depth: int) -> None:
    made = folder(tmp_path, [form_kit.field("a", calculated="(" * depth + "-" * depth + "1" + ")" * depth)])
    assert judged(workers, made) & {"EXPRESSION_INVALID", "DEFINITION_INVALID"}


@pytest.mark.parametrize("name", ["definition_json", "template_json", "examples__e_json", "xml_json"])
def test_json_nested_too_deep_is_refused(workers: Workers, tmp_path: Path, name: str) -> None:
    deep: dict[str, Any] = {name: "[" * 1_000_000 + "]" * 1_000_000}
    made = folder(tmp_path, **deep)
    assert judged(workers, made) == {"TEMPLATE_UNREADABLE"}


def test_a_pattern_that_would_try_for_ever_ends(workers: Workers, tmp_path: Path) -> None:
    items = [form_kit.field("a", "text", pattern="(a+)+(a+)+(a+)+b", max_length=20_000)]
    data = json.dumps({"title": "x", "complete": True, "data": {"a": "a" * 20_000}})
    assert "LINT_EXAMPLE" in judged(workers, folder(tmp_path, items, examples__e_json=data))


def test_100_megabytes_of_text_in_a_folder_are_not_read(workers: Workers, tmp_path: Path) -> None:
    made = folder(tmp_path)
    with (made / "examples" / "to.json").open("wb") as file:
        file.truncate(100 << 20)
    assert judged(workers, made) == {"TEMPLATE_UNREADABLE"}


# --- archives ----------------------------------------------------------------------------------------------------


def zipped(fill: Callable[[zipfile.ZipFile], None]) -> bytes:
    """Return a ZIP of a good template with what a test puts beside it."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in form_kit.files([form_kit.field("a")]).items():
            archive.writestr(name, data)
        fill(archive)
    return target.getvalue()


def _link(archive: zipfile.ZipFile) -> None:
    entry = zipfile.ZipInfo("lien-ket.json")
    entry.create_system = 3
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive.writestr(entry, "/etc/passwd")


def _twice(archive: zipfile.ZipFile) -> None:
    archive.writestr("Layout.typ", "= Khác")


def _many(archive: zipfile.ZipFile) -> None:
    for number in range(20_000):
        archive.writestr(f"f{number}.txt", "")


def _large(archive: zipfile.ZipFile) -> None:
    for number in range(60):
        archive.writestr(f"t{number}.txt", bytes(4 << 20))


ARCHIVES: dict[str, Callable[[zipfile.ZipFile], None]] = {
    "100 MB packed small": lambda archive: archive.writestr("to.txt", b"a" * (100 << 20)),
    "many files of 4 MB": _large,
    "a way out": lambda archive: archive.writestr("../ngoai.json", "{}"),
    "an absolute name": lambda archive: archive.writestr("/etc/hoso.json", "{}"),
    "a Windows name": lambda archive: archive.writestr("C:\\hoso.json", "{}"),
    "a link": _link,
    "two names that are one": _twice,
    "thousands of files": _many,
    "a program": lambda archive: archive.writestr("chay.py", "import os"),
    "too deep": lambda archive: archive.writestr("a/b/c/d/e.json", "{}"),
}


@pytest.mark.parametrize("trick", ARCHIVES)
def test_an_archive_that_plays_tricks_is_refused(workers: Workers, tmp_path: Path, trick: str) -> None:
    path = tmp_path / "mau.zip"
    path.write_bytes(zipped(ARCHIVES[trick]))
    assert judged(workers, path) == {"TEMPLATE_UNREADABLE"}


def test_entries_that_lie_on_one_another_are_refused_or_bounded(workers: Workers, tmp_path: Path) -> None:
    """A bomb of one compressed stream that hundreds of names point to: what comes out is counted, not what is said."""
    data = zipped(lambda archive: archive.writestr("to.txt", bytes(3 << 20)))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entry = archive.getinfo("to.txt")
    at, head = data.index(b"PK\x01\x02"), data.rindex(b"PK\x05\x06")
    central = data[at:head]
    own = central[central.index(b"to.txt") - 46 :][: 46 + 6]
    more = b"".join(own.replace(b"to.txt", f"{n:02}.txt".encode()[:6].ljust(6, b"x")) for n in range(90))
    count = (4 + 90).to_bytes(2, "little")
    end = data[head : head + 8] + count * 2 + (len(central) + len(more)).to_bytes(4, "little") + data[head + 16 :]
    path = tmp_path / "chong.zip"
    path.write_bytes(data[:head] + more + end)
    assert entry.file_size == 3 << 20
    assert judged(workers, path) == {"TEMPLATE_UNREADABLE"}


def test_a_good_template_still_passes_after_all_that(workers: Workers, tmp_path: Path) -> None:
    made = folder(tmp_path, layout='#import "/hoso.typ": *\n#show: hoso-page\n#fill("a")\n')
    assert judged(workers, made) <= {"LINT_HELP_REPEATS_LABEL", "LINT_NO_LEGAL_BASIS"}
    assert issubclass(WorkerOverfull, DesktopError)
    assert not issubclass(WorkerOverfull, FormsError)
