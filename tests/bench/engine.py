"""The engine at its size: 500 fields and 1,000 rows changed and opened; 1,000 rows on paper beside bare Typst."""

from __future__ import annotations

import gc
import json
import random
import statistics
import time
from datetime import date
from pathlib import Path
from typing import Any

from forms.form import Form
from forms.template import bundled_library, load
from forms.template.package import Template, TemplateRef, parse
from tests.bench.labour import labour_list
from tests.bench.rows import Row, percentile
from tests.forms import form_kit

FIELDS, ROWS, CHANGES = 500, 1_000, 600
CHANGE, OPEN = 5.0, 300.0
"""Milliseconds."""
PRINT = 1.5
"""Of the time of bare Typst."""


def contents() -> dict[str, bytes]:
    """Return a template of 500 fields (half of them follow from others) and a table of 8 columns, with 110 rules."""
    field, rule = form_kit.field, form_kit.rule
    items: list[dict[str, Any]] = []
    for n in range(FIELDS // 2):
        shape = (
            field(f"a{n}", min=0),
            field(f"a{n}", "text", max_length=200),
            field(f"a{n}", "date"),
            field(f"a{n}", required_when=f"a{n - 3} > 10" if n > 3 else "True"),
        )[n % 4]
        items.append(shape)
    for n in range(FIELDS // 2):
        source = f"a{4 * (n % 60)}"
        before = f" + b{n - 1}" if n % 10 else ""
        more: dict[str, Any] = {"visible": "a0 >= 0"} if n % 25 == 24 else {}
        items.append(field(f"b{n}", calculated=f"lam_tron({source} * 8 / 100){before}", **more))
    columns = [
        field("ten", "name", required=True),
        field("so", "personal_id"),
        field("ngay", "date"),
        field("luong", min=0),
        field("phu_cap", min=0),
        field("cong", calculated="luong + phu_cap"),
        field("thue", calculated="lam_tron(cong / 10)"),
        field("con", calculated="cong - thue"),
    ]
    items.append(form_kit.table("ld", columns, max_rows=ROWS, totals=["luong", "phu_cap", "cong", "thue", "con"]))
    items += [field("tong", calculated="tong(ld.con) + b9"), field("nguoi", "integer", calculated="so_dong(ld)")]
    rules = [rule(f"r{n}", f"b{n} <= 1000000000000", f"b{n}") for n in range(100)]
    rules += [
        rule("trung", "dem(ld.so, so) <= 1", "so", each="ld", when="co(so)"),
        *(rule(f"d{n}", f"luong >= {n}", "luong", each="ld") for n in range(8)),
        rule("tong", "tong >= 0", "tong"),
    ]
    found = form_kit.files([], rules)
    sections = [
        {"id": f"phan_{at}", "title": form_kit.words(f"Phần {at}"), "items": items[at : at + 100]}
        for at in range(0, len(items), 100)
    ]
    return found | {"definition.json": json.dumps({"sections": sections, "rules": rules}).encode()}


def made() -> Template:
    """Read the template anew."""
    return parse(TemplateRef("thu/mau", "1", Path("thu"), None), contents())


def data() -> dict[str, Any]:
    """Return values for all fields and 1,000 rows."""
    found: dict[str, Any] = {}
    for n in range(FIELDS // 2):
        found[f"a{n}"] = (1_000_000 + n, "Công ty Ánh Dương", "2026-11-22", 20)[n % 4]
    found["ld"] = [
        {
            "ten": f"Nguyễn Văn {n}", "so": f"0010850{n:05}", "ngay": "2026-01-05", "luong": 10_000_000 + n,
            "phu_cap": 500_000,
        }
        for n in range(ROWS)
    ]  # fmt: skip
    return found


def _change(dice: random.Random) -> tuple[str, object]:
    kind = dice.randrange(6)
    if kind == 0:
        return f"a{4 * dice.randrange(60)}", dice.randrange(10**9)
    if kind == 1:
        return f"a{4 * dice.randrange(60) + 1}", f"Chữ {dice.randrange(1000)}"
    row = dice.randrange(ROWS)
    if kind == 2:
        return f"ld[{row}].so", f"0010850{dice.randrange(ROWS):05}"
    if kind == 3:
        return f"ld[{row}].ten", f"Trần Thị {dice.randrange(1000)}"
    return f"ld[{row}].{dice.choice(('luong', 'phu_cap'))}", dice.randrange(60_000_000)


def changes() -> Row:
    """Measure one change with recalculation and all checks."""
    form = Form.load(made(), None, data())
    assert len(form.definition.form_fields) == FIELDS + 2
    form.check()
    dice = random.Random(2026)
    times, own = [], []
    for _ in range(CHANGES):
        path, value = _change(dice)
        began, busy = time.perf_counter(), time.process_time()
        form.set(path, value)
        form.check()
        times.append((time.perf_counter() - began) * 1000)
        own.append((time.process_time() - busy) * 1000)
    note = f"clock p99 {percentile(times, 99):.2f} ms, p50 {percentile(times, 50):.2f} ms; processor time counts"
    return Row("500 fields, 1,000 rows: one change, checked, p99", percentile(own, 99), CHANGE, "limit", note=note)


def opening() -> Row:
    """Measure the first opening: the template read from its files, the data taken, calculated and checked."""
    files, given = contents(), json.dumps(data())
    times = []
    for _ in range(5):
        gc.collect()
        began = time.process_time()
        template = parse(TemplateRef("thu/mau", "1", Path("thu"), None), files)
        form = Form(template, None, json.loads(given))
        form.check()
        times.append((time.process_time() - began) * 1000)
    note = f"median {statistics.median(times):.0f} ms of processor time, the first counts"
    return Row("500 fields, 1,000 rows: first open", times[0], OPEN, "limit", note=note)


def printing() -> Row:
    """Measure the print of 1,000 rows beside the bare compilation of the same layout and data."""
    from forms.printing import PrintOptions, paper, print_form
    from forms.printing.press import warm_press

    template = load(bundled_library().choose("bhxh/d02-lt", None, date(2026, 11, 22)))
    ours, bare = [], []
    for seed in range(3):
        form = Form.load(template, None, labour_list(ROWS, seed=seed))
        began = time.process_time()
        print_form(template.ref, None, form.values, PrintOptions(timestamp=seed, dossier="HS-1"))
        ours.append((time.process_time() - began) * 1000)
        form = Form.load(template, None, labour_list(ROWS, seed=seed + 100))
        sheet = paper.sheet(json.loads(template.files["definition.json"]), paper.nfc(form.values), blank=False)
        sheet |= {"title": template.title.vi, "lang": "vi", "period": None, "blank": False}
        shown = json.dumps(sheet, ensure_ascii=False)
        press = warm_press(f"{template.id} {template.version}", template.files)
        began = time.process_time()
        press.compile({"shown": shown}, seed)
        bare.append((time.process_time() - began) * 1000)
    note = "least of three, processor time; ours with data attached, marks found, QR and page count"
    return Row("1,000 rows printed", min(ours), min(bare), "bare Typst", most=PRINT, note=note)


def engine() -> list[Row]:
    """Return the rows."""
    return [changes(), opening(), printing()]
