"""Foreign PDF forms filled: judged by other programs' eyes."""

from __future__ import annotations

import io
import itertools
import re
import unicodedata
from pathlib import Path
from typing import Any

import pikepdf
import pypdf
import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, String
from PIL import ImageChops

from forms.acroform import (
    FilledForm,
    FormFillingRestricted,
    FormFlatteningRestricted,
    FormHasXfa,
    FormValuesRefused,
    fill_form,
    list_fields,
)
from forms.errors import DataError
from tests.forms.acroform_kit import (
    COMB,
    COMBO,
    EDIT,
    MULTI,
    MULTILINE,
    NAMES,
    PASSWORD,
    READ_ONLY,
    Box,
    Maker,
    clean,
    crop,
    dark,
    pictures,
    texts,
)

BOX: Box = (60.0, 700.0, 260.0, 720.0)
FRAME = {"BC": Array([0, 0, 0.6]), "BG": Array([0.95, 0.97, 1])}
ADDRESS = "Số 12 ngõ 345/67 đường Nguyễn Trãi, phường Thanh Xuân Trung, quận Thanh Xuân, thành phố Hà Nội, Việt Nam"


def filled(form: Maker | bytes, values: dict[str, Any], **how: Any) -> bytes:
    data = form if isinstance(form, bytes) else form.data()
    made = fill_form(data, values, **how)
    assert made.pdf is not None
    return made.pdf


def saved(tmp_path: Path, data: bytes, name: str = "a.pdf") -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    clean(path)
    return path


def refused(form: Maker, values: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(FormValuesRefused) as caught:
        fill_form(form.data(), values)
    return {problem.field: problem.code for problem in caught.value.problems}


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


# ---------------------------------------------------------------- Vietnamese in every reader


def places() -> list[tuple[int, Box]]:
    """Return a hundred boxes: two columns of 25 on two pages, of different widths and heights."""
    found: list[tuple[int, Box]] = []
    for number in range(100):
        page, row, column = number // 50 + 1, number % 25, number // 25 % 2
        x, y = 40 + 280 * column, 780 - 30 * row
        found.append((page, (x, y, x + (240, 150, 110)[number % 3], y + (20, 14, 17)[number % 3])))
    return found


@pytest.fixture(scope="module")
def hundred() -> Maker:
    form = Maker(2)
    sizes = ("/Helv 11 Tf 0 g", "/Helv 0 Tf 0 g", "/TiBo 10 Tf 0 0 0.5 rg")
    for number, (page, box) in enumerate(places()):
        form.text(f"ten_{number}", box, page=page, da=sizes[number % 3], Q=number % 3)
    return form


@pytest.fixture(scope="module")
def hundred_filled(hundred: Maker, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tram") / "a.pdf"
    path.write_bytes(filled(hundred, {f"ten_{number}": name for number, name in enumerate(NAMES)}))
    return path


def test_the_hundred_names_differ_and_use_the_whole_alphabet() -> None:
    assert len(set(NAMES)) == 100
    assert len(set("".join(NAMES).lower())) > 40


def test_a_hundred_names_read_back_exactly(hundred_filled: Path) -> None:
    clean(hundred_filled)
    found: dict[str, list[str]] = {"poppler": [], "mupdf": []}
    for page in (1, 2):
        for reader, text in texts(hundred_filled, page).items():
            found[reader] += [part.strip() for line in text.splitlines() for part in re.split(r"\s{2,}", line)]
    for reader, parts in found.items():
        assert sorted(part for part in parts if part and part != "FORM") == sorted(NAMES), reader
        assert all(unicodedata.is_normalized("NFC", part) for part in parts)


def test_a_hundred_names_flattened_read_back_exactly(hundred: Maker, tmp_path: Path) -> None:
    data = filled(hundred, {f"ten_{number}": name for number, name in enumerate(NAMES)}, flatten=True)
    saved(tmp_path, data)
    assert list_fields(data).fields == ()
    document = pypdfium2.PdfDocument(data)
    text = " ".join(document[page].get_textpage().get_text_range() for page in (0, 1))
    document.close()
    assert squeezed(text).replace("FORM", "") == squeezed("".join(NAMES))


def test_a_hundred_names_are_drawn_inside_their_boxes_in_three_readers(
    hundred: Maker, hundred_filled: Path, tmp_path: Path
) -> None:
    empty = saved(tmp_path, filled(hundred, {}))
    for page in (1, 2):
        before = pictures(empty, tmp_path / "truoc", page)
        after = pictures(hundred_filled, tmp_path / "sau", page)
        for reader, image in after.items():
            mask = image.copy()
            for where, box in places():
                if where != page:
                    continue
                cut = crop(image, box).convert("L")
                assert dark(cut, 160) > 60, (reader, box)
                # A letter that was cut would touch the edge of its box.
                inked = ImageChops.invert(cut).point(lambda level: 255 if level > 100 else 0).getbbox()
                assert inked is not None
                assert inked[0] > 0
                assert inked[1] > 0, (reader, box)
                assert inked[2] < cut.width
                assert inked[3] < cut.height, (reader, box)
                mask.paste(crop(before[reader], box, grow=0.5), _corner(box))
            assert ImageChops.difference(mask, before[reader]).getbbox() is None, reader


def _corner(box: Box) -> tuple[int, int]:
    return round((box[0] - 0.5) * 2), round((842 - box[3] - 0.5) * 2)


def test_three_readers_show_a_field_alike(hundred_filled: Path, tmp_path: Path) -> None:
    images = pictures(hundred_filled, tmp_path / "a", dpi=72)
    for one, other in itertools.combinations(images.values(), 2):
        difference = ImageChops.difference(one.convert("L"), other.convert("L")).resize((60, 84))
        assert max(difference.getdata()) < 90


def test_nfd_input_is_drawn_and_stored_composed(tmp_path: Path) -> None:
    form = Maker()
    form.text("a", BOX)
    data = filled(form, {"a": unicodedata.normalize("NFD", NAMES[0])})
    assert list_fields(data).fields[0].value == NAMES[0]
    assert NAMES[0] in texts(saved(tmp_path, data))["poppler"]


def test_letters_that_share_a_shape_read_back_as_what_they_are(tmp_path: Path) -> None:
    form = Maker()
    form.text("a", BOX)
    assert "Ðà" in texts(saved(tmp_path, filled(form, {"a": "Ðà"})))["poppler"]
    assert "Đà" in texts(saved(tmp_path, filled(form, {"a": "Đà"})))["poppler"]


# ---------------------------------------------------------------- kinds of fields


def test_long_texts_wrap_inside_their_box(tmp_path: Path) -> None:
    form = Maker()
    form.text("co_dinh", (60, 640, 300, 700), flags=MULTILINE, mk=FRAME)
    form.text("tu_do", (60, 560, 300, 620), flags=MULTILINE, da="/Helv 0 Tf 0 g", Q=1)
    form.text("dong", (60, 480, 300, 540), flags=MULTILINE)
    data = filled(form, {"co_dinh": ADDRESS, "tu_do": ADDRESS, "dong": "Một\r\nHai\n\nBốn"})
    path = saved(tmp_path, data)
    for text in texts(path).values():
        assert squeezed(text).count(squeezed(ADDRESS)) == 2
        assert "MộtHaiBốn" in squeezed(text)
    assert {f.name: f.value for f in list_fields(data).fields}["dong"] == "Một\nHai\n\nBốn"


def test_an_endless_word_is_broken_not_cut(tmp_path: Path) -> None:
    form = Maker()
    form.text("a", (60, 640, 160, 700), flags=MULTILINE)
    word = "ế" * 70
    assert word in squeezed(texts(saved(tmp_path, filled(form, {"a": word})))["poppler"])


def test_a_comb_puts_each_letter_into_its_cell(tmp_path: Path) -> None:
    form = Maker()
    form.text("mst", (60, 700, 340, 720), flags=COMB, MaxLen=14, mk=FRAME)
    form.text("phai", (60, 660, 340, 680), flags=COMB, MaxLen=14, Q=2)
    path = saved(tmp_path, filled(form, {"mst": "0100686209-001", "phai": "ẴỘ"}))
    for image in pictures(path, tmp_path / "a").values():
        for number in range(14):
            inside = crop(image, (60 + 20 * number + 2, 703, 60 + 20 * number + 18, 717))
            assert dark(inside) > 4, number
            second = crop(image, (60 + 20 * number + 2, 661, 60 + 20 * number + 18, 679))
            assert (dark(second) > 20) == (number >= 12), number


def test_passwords_show_dots(tmp_path: Path) -> None:
    form = Maker()
    form.text("a", BOX, flags=PASSWORD)
    made = fill_form(form.data(), {"a": "Bí mật"})
    assert made.pdf is not None
    path = saved(tmp_path, made.pdf)
    for text in texts(path).values():
        assert "••••••" in text
        assert "mật" not in text
    assert "FORM_PASSWORD_READABLE" in made.notes


def test_ticks_and_radios_change_value_and_look(tmp_path: Path) -> None:
    form = Maker()
    form.check("a", (60, 700, 80, 720))
    form.check("b", (100, 700, 120, 720), on=True)
    form.radio("r", [(60, 660, 80, 680), (100, 660, 120, 680)], ["Nam", "Nu"], on="Nam")
    data = filled(form, {"a": True, "b": False, "r": "Nu"})
    path = saved(tmp_path, data)
    for image in pictures(path, tmp_path / "a").values():
        drawn = {box: dark(crop(image, box)) for box in [(62, 702, 78, 718), (102, 702, 118, 718)]}
        assert drawn[62, 702, 78, 718] > 40
        assert drawn[102, 702, 118, 718] == 0
        assert dark(crop(image, (62, 662, 78, 678))) == 0
        assert dark(crop(image, (102, 662, 118, 678))) > 40
    with pikepdf.open(io.BytesIO(data)) as pdf:
        a, b, r = pdf.Root.AcroForm.Fields
        assert (str(a.V), str(a.AS), str(b.V), str(b.AS)) == ("/Yes", "/Yes", "/Off", "/Off")
        assert (str(r.V), [str(kid.AS) for kid in r.Kids]) == ("/Nu", ["/Off", "/Nu"])


def test_bare_buttons_get_marks_of_our_own(tmp_path: Path) -> None:
    form = Maker()
    frame = {"BC": Array([0])}
    for number, caption in enumerate("48lnuH"):
        form.check(
            f"o{number}", (60 + 30 * number, 700, 80 + 30 * number, 720), bare=True, mk={**frame, "CA": String(caption)}
        )
    form.radio("r", [(60, 660, 80, 680), (100, 660, 120, 680)], ["0", "1"], bare=True, mk=frame)
    data = filled(form, {**{f"o{n}": True for n in range(5)}, "r": "1"})
    path = saved(tmp_path, data)
    for image in pictures(path, tmp_path / "a").values():
        for number in range(6):
            x = 60 + 30 * number
            assert (dark(crop(image, (x + 4, 704, x + 16, 716))) > 20) == (number < 5), number
        assert dark(crop(image, (66, 666, 74, 674))) == 0
        assert dark(crop(image, (106, 666, 114, 674))) > 20
    assert {f.name: f.value for f in list_fields(data).fields} == {**{f"o{n}": n < 5 for n in range(6)}, "r": "1"}


def test_check_boxes_of_several_states_work_like_options() -> None:
    form = Maker()
    field = form.radio("a", [(60, 660, 80, 680), (100, 660, 120, 680)], ["Co", "Khong"])
    field.Ff = 0
    assert list_fields(form.data()).fields[0].kind == "checkbox"
    assert list_fields(filled(form, {"a": "Khong"})).fields[0].value == "Khong"
    assert refused(form, {"a": True}) == {"a": "FIELD_TAKES_OPTION"}


def test_choices_store_the_export_value_and_show_the_text(tmp_path: Path) -> None:
    form = Maker()
    provinces = [("01", "Hà Nội"), ("79", "Thành phố Hồ Chí Minh")]
    form.choice("ma", BOX, provinces, flags=COMBO)
    form.choice("chu", (60, 660, 260, 680), provinces, flags=COMBO)
    form.choice("khac", (60, 620, 260, 640), provinces, flags=COMBO | EDIT)
    data = filled(form, {"ma": "79", "chu": "Hà Nội", "khac": "Buôn Ma Thuột"})
    assert [f.value for f in list_fields(data).fields] == ["79", "01", "Buôn Ma Thuột"]
    for text in texts(saved(tmp_path, data)).values():
        assert "Thành phố Hồ Chí Minh" in text
        assert "Hà Nội" in text
        assert "Buôn Ma Thuột" in text


JOBS = [f"Nghề số {number} Ễ" for number in range(63)]


@pytest.mark.parametrize("chosen", [[2, 4], [40], [0, 62], [60, 61, 62]])
def test_lists_show_every_chosen_row(tmp_path: Path, chosen: list[int]) -> None:
    form = Maker()
    form.choice("a", (60, 600, 200, 700), JOBS, flags=MULTI, mk=FRAME)
    data = filled(form, {"a": [JOBS[number] for number in reversed(chosen)]})
    (field,) = list_fields(data).fields
    assert field.value == tuple(JOBS[number] for number in chosen)
    path = saved(tmp_path, data)
    for text in texts(path).values():
        assert all(JOBS[number] in text for number in chosen)
    for image in pictures(path, tmp_path / "a").values():
        pixels: Any = crop(image, (190, 602, 198, 698)).getdata()
        blue = sum(1 for pixel in pixels if pixel[0] < 180 < pixel[2])
        assert blue > 100
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert list(pdf.Root.AcroForm.Fields[0].I) == chosen


def test_one_field_in_many_places_shows_everywhere(tmp_path: Path) -> None:
    form = Maker()
    form.many("a.b", [BOX, (60, 640, 180, 655), (300, 640, 500, 700)])
    for text in texts(saved(tmp_path, filled(form, {"a.b": NAMES[3]}))).values():
        assert text.count(NAMES[3]) == 3


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_turned_widgets_on_turned_pages_stand_upright(tmp_path: Path, turn: int) -> None:
    form = Maker(rotate=turn)
    wide = turn in (0, 180)
    box: Box = (100, 400, 320, 420) if wide else (100, 400, 120, 620)
    form.text("a", box, mk={"R": turn})
    path = saved(tmp_path, filled(form, {"a": "Tuyết Ẵ"}))
    upright = Maker()
    upright.text("a", (100, 400, 320, 420))
    straight = saved(tmp_path, filled(upright, {"a": "Tuyết Ẵ"}), "thang.pdf")
    wanted = pictures(straight, tmp_path / "b")
    for reader, image in pictures(path, tmp_path / "a").items():
        both = []
        for picture in (image, wanted[reader]):
            ink = ImageChops.invert(picture.convert("L")).point(lambda level: 255 if level > 100 else 0)
            boxes = _words(ink, picture.size)
            both.append(boxes)
        assert both[0] == pytest.approx(both[1], abs=3), reader


def _words(ink: Any, size: tuple[int, int]) -> tuple[int, int]:
    """Return width and height of what is drawn apart from the page's own heading (FORM, in any corner)."""
    margin = 150
    middle = ink.crop((margin, margin, size[0] - margin, size[1] - margin))
    left, top, right, bottom = middle.getbbox()
    return right - left, bottom - top


def test_ground_and_border_stay(tmp_path: Path) -> None:
    form = Maker()
    for number, kind in enumerate("SDBIU"):
        box = (60, 700 - 40 * number, 260, 722 - 40 * number)
        ground = {"BC": Array([0.5, 0, 0]), "BG": Array([1, 1, 0.8])}
        form.text(f"v{number}", box, mk=ground, BS=Dictionary(W=2, S=Name(f"/{kind}")))
    path = saved(tmp_path, filled(form, {f"v{number}": "Ẵng" for number in range(5)}))
    for image in pictures(path, tmp_path / "a").values():
        for number in range(5):
            cut = crop(image, (60, 700 - 40 * number, 260, 722 - 40 * number))
            colours: list[Any] = cut.getcolors(100_000) or []
            assert max(colours)[1] == (255, 255, 204)
            assert any(r > 100 > g + b for _, (r, g, b) in colours)
            assert dark(cut, 60) > 20


@pytest.mark.parametrize(("da", "ground"), [("/Helv 11 Tf 1 g", None), ("/Helv 11 Tf 0 g", [0, 0, 0.1])])
def test_ink_that_nobody_would_see_is_changed(tmp_path: Path, da: str, ground: list[float] | None) -> None:
    form = Maker()
    form.text("a", BOX, da=da, mk={"BG": Array(ground)} if ground else {})
    path = saved(tmp_path, filled(form, {"a": "Thấy được"}))
    for image in pictures(path, tmp_path / "a").values():
        low, high = crop(image, BOX).convert("L").getextrema()
        assert high - low > 150  # type: ignore[operator]  # two numbers of a grey picture


def test_null_empties_and_old_looks_go(tmp_path: Path) -> None:
    form = Maker()
    form.text("a", BOX, "cũ")
    form.choice("b", (60, 660, 260, 680), ["x", "y"], "x", flags=COMBO)
    form.check("c", (60, 620, 80, 640), on=True)
    data = filled(filled(form, {"a": "Rất cũ", "b": "y"}), {"a": None, "b": None, "c": None})
    assert [f.value for f in list_fields(data).fields] == ["", "", False]
    assert "cũ" not in texts(saved(tmp_path, data))["mupdf"]


def test_fields_that_the_reader_should_have_drawn_are_drawn(tmp_path: Path) -> None:
    form = Maker()
    form.text("cu", BOX, "Giá trị đã có Ễ", look=True)
    form.text("moi", (60, 660, 260, 680))
    form.form.NeedAppearances = True
    data = filled(form, {"moi": "Giá trị mới"})
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert "/NeedAppearances" not in pdf.Root.AcroForm
    for text in texts(saved(tmp_path, data)).values():
        assert "Giá trị đã có Ễ" in text
        assert "Giá trị mới" in text


def test_other_libraries_read_the_values() -> None:
    form = Maker()
    form.text("a.b", BOX)
    form.check("c", (60, 660, 80, 680))
    reader = pypdf.PdfReader(io.BytesIO(filled(form, {"a.b": NAMES[7], "c": True})))
    fields = reader.get_fields()
    assert fields is not None
    assert fields["a.b"].value == NAMES[7]
    assert fields["c"].value == "/Yes"


def test_rich_text_beside_the_value_is_taken_out() -> None:
    form = Maker()
    form.text("a", BOX, "cũ", RV=String("<body>cũ</body>"))
    with pikepdf.open(io.BytesIO(filled(form, {"a": "mới"}))) as pdf:
        assert "/RV" not in pdf.Root.AcroForm.Fields[0]


def test_the_same_input_gives_the_same_bytes() -> None:
    form = Maker()
    form.text("a", BOX)
    data = form.data(deterministic_id=True)
    assert filled(data, {"a": "Ẵ"}) == filled(data, {"a": "Ẵ"})


# ---------------------------------------------------------------- what is refused


def test_every_wrong_value_is_told_at_once_by_field() -> None:
    form = Maker()
    form.text("chu", BOX)
    form.text("ngan", BOX, MaxLen=5)
    form.text("khoa", BOX, flags=READ_ONLY)
    form.check("o", BOX)
    form.radio("r", [BOX, (60, 660, 80, 680)], ["Nam", "Nu"])
    form.choice("tinh", BOX, ["Huế"], flags=COMBO)
    form.choice("nhieu", BOX, ["a", "b"], flags=MULTI)
    form.button("nut", BOX)
    form.signature("ky", BOX)
    assert refused(
        form,
        {
            "la": "x",
            "chuu": "x",
            "chu": 12,
            "ngan": "123456",
            "khoa": "x",
            "o": 1,
            "r": "Khac",
            "tinh": "Đà Lạt",
            "nhieu": ["a", "c"],
            "nut": "x",
            "ky": "x",
        },
    ) == {
        "la": "FIELD_NOT_IN_FORM",
        "chuu": "FIELD_NOT_IN_FORM_NEAR",
        "chu": "FIELD_TAKES_TEXT",
        "ngan": "FIELD_TOO_LONG",
        "khoa": "FIELD_READ_ONLY",
        "o": "FIELD_TAKES_TICK",
        "r": "FIELD_LACKS_OPTION",
        "tinh": "FIELD_LACKS_OPTION",
        "nhieu": "FIELD_LACKS_OPTION",
        "nut": "FIELD_NOT_FILLABLE",
        "ky": "FIELD_IS_FOR_SIGNING",
    }


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("hai\ndòng", "FIELD_TAKES_ONE_LINE"),
        ("漢字", "FIELD_LETTERS_MISSING"),
        ("đuôi \u202egnp", "FIELD_LETTERS_MISSING"),
        ("a\u0300\u0301\u0302", "FIELD_LETTERS_MISSING"),
        ("\x07", "FIELD_LETTERS_MISSING"),
        ("\ud800", "FIELD_LETTERS_MISSING"),
        ("dài " * 200, "FIELD_BOX_TOO_SMALL"),
        (["a"], "FIELD_TAKES_TEXT"),
        (True, "FIELD_TAKES_TEXT"),
    ],
)
def test_texts_that_could_not_be_seen_as_meant_are_refused(value: object, code: str) -> None:
    form = Maker()
    form.text("a", BOX)
    assert refused(form, {"a": value}) == {"a": code}


@pytest.mark.parametrize("values", [[], "x", None, 3])
def test_values_are_an_object(values: object) -> None:
    form = Maker()
    form.text("a", BOX)
    with pytest.raises(DataError):
        fill_form(form.data(), values)


def test_a_hybrid_keeps_its_xfa_unless_told(tmp_path: Path) -> None:
    form = Maker()
    form.text("a", BOX)
    form.form.XFA = Array([String("datasets"), form.pdf.make_stream(b"<data>old</data>")])
    with pytest.raises(FormHasXfa):
        fill_form(form.data(), {"a": "x"})
    made = fill_form(form.data(), {"a": "x"}, drop_xfa=True)
    assert made.pdf is not None
    assert "FORM_XFA_DROPPED" in made.notes
    saved(tmp_path, made.pdf)
    assert b"/XFA" not in made.pdf
    assert list_fields(made.pdf).notes == ()


def test_an_encrypted_file_stays_encrypted(tmp_path: Path) -> None:
    form = Maker()
    form.text("a", BOX)
    allow = pikepdf.Permissions(extract=False)
    data = filled(
        form.data(encryption=pikepdf.Encryption(user="mở", owner="chủ", allow=allow)), {"a": "Ẵ"}, passphrase="mở"
    )
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(data))
    with pikepdf.open(io.BytesIO(data), password="mở") as pdf:
        assert pdf.is_encrypted
        assert not pdf.allow.extract
        assert str(pdf.Root.AcroForm.Fields[0].V) == "Ẵ"
    with pikepdf.open(io.BytesIO(data), password="chủ") as pdf:
        assert pdf.owner_password_matched


def test_an_owner_may_forbid_filling_or_flattening() -> None:
    form = Maker()
    form.text("a", BOX)
    nothing = form.data(encryption=pikepdf.Encryption(owner="chủ", allow=pikepdf.Permissions(modify_form=False)))
    with pytest.raises(FormFillingRestricted):
        fill_form(nothing, {"a": "x"})
    assert fill_form(nothing, {"a": "x"}, passphrase="chủ").pdf
    filling = form.data(encryption=pikepdf.Encryption(owner="chủ", allow=pikepdf.Permissions(modify_other=False)))
    assert fill_form(filling, {"a": "x"}).pdf
    with pytest.raises(FormFlatteningRestricted):
        fill_form(filling, {"a": "x"}, flatten=True)


def test_rights_of_one_reader_are_taken_out_with_a_word() -> None:
    form = Maker()
    form.text("a", BOX)
    rights = form.pdf.make_indirect(Dictionary(Type=Name.Sig, ByteRange=Array([0, 1, 2, 3]), Contents=String("x")))
    form.pdf.Root.Perms = Dictionary(UR3=rights)
    made = fill_form(form.data(), {"a": "x"})
    assert made.pdf is not None
    assert "FORM_RIGHTS_DROPPED" in made.notes
    assert b"/UR3" not in made.pdf


def test_a_signature_anywhere_keeps_the_file_from_being_written_anew() -> None:
    form = Maker()
    form.text("a", BOX)
    form.pdf.Root.Extra = form.pdf.make_indirect(Dictionary(ByteRange=Array([0, 1, 2, 3]), Contents=String("x")))
    made: FilledForm = fill_form(form.data(), {"a": "x"})
    assert made.pdf is None
    assert made.changes[0].value == "x"


def test_a_flattened_page_shows_all_kinds(tmp_path: Path) -> None:
    form = Maker()
    form.text("a", BOX, mk=FRAME)
    form.check("c", (60, 660, 80, 680))
    form.choice("d", (100, 660, 260, 680), ["Huế", "Vinh"], "Vinh", flags=COMBO)
    data = filled(form, {"a": NAMES[1], "c": True}, flatten=True)
    path = saved(tmp_path, data)
    for text in texts(path).values():
        assert NAMES[1] in text
        assert "Vinh" in text
    for image in pictures(path, tmp_path / "a").values():
        assert dark(crop(image, (62, 662, 78, 678))) > 40


LETTERS = st.text(st.sampled_from(sorted(set("".join(NAMES) + ADDRESS))), max_size=120)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=LETTERS, wide=st.integers(6, 300), tall=st.integers(4, 120), multiline=st.booleans(), size=st.integers(0, 30)
)
def test_any_text_is_kept_whole_or_refused(text: str, wide: int, tall: int, multiline: bool, size: int) -> None:
    form = Maker()
    form.text("a", (50, 500, 50 + wide, 500 + tall), flags=MULTILINE if multiline else 0, da=f"/Helv {size} Tf 0 g")
    data = b""
    try:
        data = filled(form, {"a": text})
    except FormValuesRefused as error:
        codes = {problem.code for problem in error.problems}
    else:
        codes = set()
    if codes:
        assert codes == {"FIELD_BOX_TOO_SMALL"}
        return
    assert list_fields(data).fields[0].value == unicodedata.normalize("NFC", text)
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pdf.flatten_annotations("all")
        out = io.BytesIO()
        pdf.save(out)
    document = pypdfium2.PdfDocument(out.getvalue())
    drawn = document[0].get_textpage().get_text_range()
    document.close()
    assert squeezed(drawn).removeprefix("FORM").replace("\ufffe", "") == squeezed(unicodedata.normalize("NFC", text))
