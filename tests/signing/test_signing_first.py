"""The quick way of signing a simple file for the first time: the same document as the stock way, or none at all."""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import typst
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, String

from signing import errors, first, plain
from signing.pdf import VIETNAM, sign_pdf
from signing.stamp import Stamp, prepare_font, stamp_lines
from signing.trust import Trust
from signing.validation import validate
from tests.signing import made

NOW = datetime(2026, 7, 15, 9, 30, tzinfo=UTC)
FONTS = Path(__file__).parents[2] / "resources" / "fonts"
BOX = (120.25, 60.0, 220.5, 80.0)
REASON = "Nộp (tờ khai) \\ /ByteRange [0 1 2 3] /Contents <00>"


def _stamp(key: Any, page: int = 1, box: tuple[float, float, float, float] = BOX) -> Stamp:
    font = prepare_font((FONTS / "NotoSans-Stamp.ttf").read_bytes())
    return Stamp(stamp_lines(key.certificate, NOW), page, box, font)


def _typst(folder: Path, **how: Any) -> bytes:
    (folder / "a.typ").write_text(
        '#set document(title: "Tờ khai", date: datetime(year: 2026, month: 7, day: 1))\n'
        '#set text(lang: "vi", font: "Liberation Serif")\n= Tờ khai <dau>\nDòng một. #link(<dau>)[Về đầu]\n'
        '#table(columns: 2)[a][b][c][d]\n#pagebreak()\nTrang hai #link("https://example.invalid")[xa].',
        "utf-8",
    )
    return bytes(typst.compile(str(folder / "a.typ"), font_paths=[str(FONTS)], **how))


def _saved(pdf: pikepdf.Pdf, **how: Any) -> bytes:
    out = io.BytesIO()
    pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable, **how)
    return out.getvalue()


def _scan(**how: Any) -> bytes:
    pdf = pikepdf.new()
    for turn in (0, 90, 180, 270):
        page = pdf.add_blank_page(page_size=(595, 842))
        page.Rotate = turn
    pdf.pages[0].Contents = pdf.make_stream(b"0 0 m 10 10 l S % (( << [")
    return _saved(pdf, **how)


def _nested() -> bytes:
    """Pages in a tree, what they inherit above them, an odd crop box, nested values and texts of every spelling."""
    pdf = pikepdf.new()
    for _ in range(4):
        pdf.add_blank_page(page_size=(595, 842))
    leaves = [page.obj for page in pdf.pages]
    pages = pdf.Root.Pages
    halves = []
    for pair in (leaves[:2], leaves[2:]):
        node = pdf.make_indirect(Dictionary(Type=Name.Pages, Kids=Array(pair), Count=2, Parent=pages, Rotate=90))
        for leaf in pair:
            leaf.Parent = node
            del leaf["/MediaBox"]
        halves.append(node)
    halves[1].CropBox = Array([580, 830, 10, 10])
    pages.Kids, pages.MediaBox = Array(halves), Array([0, 0, 595, 842])
    pdf.Root.Odd = Dictionary(
        A=Array([Dictionary(B=Array([1, Array([]), Dictionary()])), String("((a) \\( b")]),
        C=b"\x00\xff)(\\",
        D=Array([Name("/E"), True, None]),
    )
    leaves[2].Annots = Array(
        [
            pdf.make_indirect(
                Dictionary(Type=Name.Annot, Subtype=Name.Text, Rect=Array([0, 0, 9, 9]), Contents=String("ghi chú"))
            )
        ]
    )
    return _saved(pdf)


FILES: dict[str, Callable[[Path], bytes]] = {
    "form": lambda folder: _typst(folder, pdf_standards=["a-3a", "ua-1"]),
    "tagged": lambda folder: _typst(folder, pdf_standards=["1.7"]),
    "untagged": lambda folder: _typst(folder, pdf_tags=False, pdf_standards=["1.4"]),
    "scan": lambda _: _scan(),
    "old": lambda _: _scan(force_version="1.3"),
    "pdf2": lambda _: _scan(force_version="2.0"),
    "nested": lambda _: _nested(),
    "two revisions": lambda _: made.increment(_scan(), made.replace_page),
}
"""Files that the quick way must take."""


def _facts(data: bytes) -> Any:
    """Return a whole document as plain values, the signature's own and the trailer's identifier left out."""
    pdf = pikepdf.open(io.BytesIO(data))
    names: dict[tuple[int, int], int] = {}
    objects: list[Any] = []

    def known(thing: Any) -> Any:
        if isinstance(thing, pikepdf.Object) and thing.is_indirect:
            if thing.objgen in names:
                return ("ref", names[thing.objgen])
            names[thing.objgen] = mine = len(names)
            objects.append(None)
            objects[mine] = shape(thing)
            return ("ref", mine)
        return shape(thing)

    def shape(thing: Any) -> Any:
        if isinstance(thing, pikepdf.Stream):
            entries = {key: known(value) for key, value in sorted(thing.items()) if key != "/Length"}
            return ("stream", entries, thing.read_bytes() if "/Filter" in thing else thing.read_raw_bytes().strip())
        if isinstance(thing, Dictionary):
            hidden = {"/Contents", "/ByteRange"} if thing.get("/Type") == "/Sig" else set()
            return {key: known(value) for key, value in sorted(thing.items()) if key not in hidden}
        if isinstance(thing, Array):
            return [known(value) for value in thing]
        if isinstance(thing, String):
            return str(thing)
        if isinstance(thing, pikepdf.Object):
            return repr(thing)
        return float(thing) if not isinstance(thing, bool | str | None) else thing

    return known(pdf.Root), known(pdf.docinfo) if "/Info" in pdf.trailer else None, objects


def _drawn(path: Path) -> list[bytes]:
    done = subprocess.run(["pdftoppm", "-gray", "-r", "50", str(path)], capture_output=True, check=True)
    return re.split(rb"P5\s", done.stdout)


@pytest.mark.parametrize("seen", [True, False])
@pytest.mark.parametrize("file", FILES)
def test_both_ways_write_the_same_document(file: str, seen: bool, file_key: Any, tmp_path: Path) -> None:
    key = file_key()
    data = FILES[file](tmp_path)
    for page in range(1, len(pikepdf.open(io.BytesIO(data)).pages) + 1) if seen else (1,):
        how: dict[str, Any] = {"at": NOW, "reason": REASON, "location": "Hà Nội", "contact": "a@example.invalid"}
        stamp = _stamp(key, page) if seen else None
        wish = first.Wish(None, stamp, "x", NOW.astimezone(VIETNAM), None, None, None, 4000)
        first.draft(data, wish)  # it is taken, not passed on
        quick = sign_pdf(data, None, key, stamp=stamp, **how)
        stock = sign_pdf(data, None, key, stamp=stamp, stock=True, **how)
        assert quick.data is not None
        assert stock.data is not None
        assert quick.data.startswith(data)
        assert _facts(quick.data) == _facts(stock.data)
        assert quick.facts == stock.facts.__class__(**{**vars(stock.facts), "size": quick.facts.size})
        for name, signed in (("quick", quick.data), ("stock", stock.data)):
            (tmp_path / f"{name}.pdf").write_bytes(signed)
            (tmp_path / name).mkdir(exist_ok=True)
        assert _drawn(tmp_path / "quick.pdf") == _drawn(tmp_path / "stock.pdf")
    said = subprocess.run(["pdfsig", str(tmp_path / "quick.pdf")], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    judged = subprocess.run(["mutool", "sign", "-v", str(tmp_path / "quick.pdf")], capture_output=True, check=False)
    assert b"unchanged since signing" in judged.stdout
    checked = subprocess.run(["qpdf", "--check", str(tmp_path / "quick.pdf")], capture_output=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert quick.data is not None
    found = validate(quick.data, name="a.pdf", trust=Trust()).signatures[0]
    assert (found.integrity, found.changes_after) == ("intact", "none")


def test_a_second_signature_follows_the_quick_first(file_key: Any, tmp_path: Path) -> None:
    """What comes after is written by the stock way, onto what the quick way wrote."""
    one, other = file_key(), file_key("p256", "NGUYỄN VĂN BÌNH")
    once = sign_pdf(FILES["form"](tmp_path), None, one, stamp=_stamp(one), at=NOW).data
    twice = sign_pdf(once, None, other, stamp=_stamp(other, 2), at=NOW)  # type: ignore[arg-type]
    assert twice.facts.earlier == 1
    (tmp_path / "twice.pdf").write_bytes(twice.data)  # type: ignore[arg-type]
    said = subprocess.run(["pdfsig", str(tmp_path / "twice.pdf")], capture_output=True, text=True, check=False).stdout
    assert said.count("Signature is Valid") == 2


def test_a_named_field_and_a_file_as_target(file_key: Any, tmp_path: Path) -> None:
    key = file_key()
    (tmp_path / "a.pdf").write_bytes(_scan())
    with (tmp_path / "a.pdf").open("rb") as source, (tmp_path / "b.pdf").open("w+b") as target:
        done = sign_pdf(source, target, key, field="Chữ ký (1)", at=NOW)
    assert done.data is None
    written = pikepdf.open(tmp_path / "b.pdf")
    assert str(written.Root.AcroForm.Fields[0].T) == "Chữ ký (1)"
    assert done.facts.size == (tmp_path / "b.pdf").stat().st_size


def _with(**entries: Any) -> bytes:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    for key, value in entries.items():
        pdf.Root[f"/{key}"] = value(pdf) if callable(value) else value
    return _saved(pdf)


OTHERS: dict[str, Callable[[], bytes]] = {
    "a form": made.blank,
    "object streams": lambda: _stream_saved(),
    "linearised": lambda: _saved(pikepdf.open(io.BytesIO(_scan())), linearize=True),
    "encrypted": lambda: _saved(pikepdf.open(io.BytesIO(_scan())), encryption=pikepdf.Encryption(owner="a", user="")),
    "certified once": lambda: _with(Perms=Dictionary()),
    "escaped names": lambda: _scan().replace(b"/Pages ", b"/P#61ges ", 1),
    "rubbish behind": lambda: _scan() + b"\n% more than a reader of the end should find\n" * 3,
    "rubbish before": lambda: b"\n" + _scan(),
    "cross-references off by one": lambda: re.sub(
        rb"(startxref\n)(\d+)", lambda m: m[1] + b"%d" % (int(m[2]) + 1), _scan()
    ),
}


def _stream_saved() -> bytes:
    out = io.BytesIO()
    pikepdf.open(io.BytesIO(_scan())).save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


@pytest.mark.parametrize("file", OTHERS)
def test_whatever_is_less_simple_is_left_to_the_stock_way(file: str) -> None:
    wish = first.Wish(None, None, "x", NOW.astimezone(VIETNAM), None, None, None, 4000)
    with pytest.raises(plain.NotPlain):
        first.draft(OTHERS[file](), wish)


@pytest.mark.parametrize("file", ["a form", "object streams", "linearised", "certified once"])
def test_the_stock_way_takes_them(file: str, file_key: Any, tmp_path: Path) -> None:
    data = sign_pdf(OTHERS[file](), None, file_key(), at=NOW).data
    (tmp_path / "a.pdf").write_bytes(data)  # type: ignore[arg-type]
    said = subprocess.run(["pdfsig", str(tmp_path / "a.pdf")], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid" in said


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_file_is_signed_soundly_or_refused(data: st.DataObject, file_key: Any) -> None:
    """Bytes changed, cut out or doubled in the parts that are read: nothing but our own errors, no half document."""
    whole = bytearray(_nested())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(whole) - 1))
        act = data.draw(st.sampled_from(["change", "cut", "double"]))
        size = data.draw(st.integers(1, 30))
        if act == "change":
            whole[place] = data.draw(st.sampled_from(b"<>[]()/%0 9R\\\n"))
        elif act == "cut":
            del whole[place : place + size]
        else:
            whole[place:place] = whole[place : place + size]
        if not whole:
            whole = bytearray(b"x")
    key = file_key("p256")
    try:
        done = sign_pdf(bytes(whole), None, key, at=NOW)
    except errors.SigningError:
        return
    assert done.data is not None
    assert done.data.startswith(bytes(whole))
    assert validate(done.data, name="a.pdf", trust=Trust()).signatures[0].integrity == "intact"


@pytest.mark.parametrize(
    "value",
    [
        b"[" * 100_000,
        b"<<" * 100_000,
        b"(" * 500_000,
        b"<<" + b"/A [" * 200 + b"]" * 200 + b">>",
        b"<</A " + b"%" + b"x" * 500_000,
        b"<</A 1" + b" " * 500_000,
        b"<</A [" + b"<</B (" * 60,
    ],
)
def test_hostile_values_end_at_once(value: bytes) -> None:
    with pytest.raises(plain.NotPlain):
        plain.dictionary(value, 0)


def test_a_file_that_names_one_object_thousands_of_times_ends() -> None:
    pdf = pikepdf.new()
    page = pdf.add_blank_page()
    page.obj.Odd = Array([Name("/x")] * 200_000)
    data = _saved(pdf)
    kids = re.search(rb"/Kids \[ (\d+ 0 R) \]", data)
    assert kids is not None
    # In front, so that no place moves: the tree names the same page for ever, and asks for the last.
    number = int(kids[1].split()[0])
    tree = pikepdf.open(io.BytesIO(data))
    tree.Root.Pages.Kids = Array([tree.get_object(number, 0)] * 1500)
    tree.Root.Pages.Count = 1500
    out = io.BytesIO()
    tree.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable, normalize_content=False)
    with pytest.raises(plain.NotPlain):
        plain.Plain(out.getvalue()).page(1501)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"(a\\(b\\)\\\\c)", "a(b)\\c"),
        (b"((a) b)", "(a) b"),
        (b"(a\\\nb\\101\\n)", "abA\n"),
        (b"(a\r\nb)", "a\nb"),
        (b"<FEFF1EA0>", "Ạ"),
        (b"<4 1 4>", "A@"),
        (b"(\\376\\377\\036\\240)", "Ạ"),
        (b"(\\357\\273\\277\xe1\xba\xa0)", "Ạ"),
    ],
)
def test_texts_are_read_as_the_standard_says(raw: bytes, said: str) -> None:
    assert plain.text(raw) == said


@given(st.text(max_size=130))
def test_texts_are_written_as_others_read_them(value: str) -> None:
    try:
        raw = first.write_text(value)
    except UnicodeError:
        return
    read = pikepdf.Object.parse(raw)
    assert str(read) == value
    if value.isprintable():
        assert plain.text(raw) == value
