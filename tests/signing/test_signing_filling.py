"""Filling a signed form: only as far as it allows, the earlier signature intact, and never unseen."""

from __future__ import annotations

import io
import pickle
from pathlib import Path
from typing import Any

import pytest
from pikepdf import Array, Dictionary, Name, String
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec, MDPPerm, SigFieldSpec, append_signature_field
from pyhanko.sign.validation import validate_pdf_signature

from forms.acroform import FormHasXfaSigned, FormSignedNotFlattened, FormValuesRefused, fill_form
from signing.errors import EarlierSignatureBroken, PdfEncrypted, PdfUnreadable
from signing.filling import (
    Appearance,
    Change,
    FieldsDrawnApart,
    FieldsLocked,
    FilledPdf,
    FillingForbidden,
    fill_signed,
)
from signing.trust import Trust
from signing.validation import Verdict, validate
from tests.forms.acroform_kit import COMBO, MULTI, Maker, clean, crop, dark, pictures, texts
from tests.signing import made

NAME = "Nguyễn Thị Ánh Tuyết"


@pytest.fixture(scope="module")
def trust(pki: Any) -> Trust:
    return Trust.of([pki.root_pem], crls=[pki.crl_pem])


def form(**more: Any) -> Maker:
    maker = Maker()
    maker.text("nhom.ten", (60, 760, 300, 780), look=True)
    maker.text("khong_hinh", (60, 730, 300, 750), mk={"BC": Array([0, 0, 0.6])}, **more)
    maker.check("o", (60, 700, 80, 720))
    maker.choice("tinh", (60, 660, 260, 680), ["Hà Nội", "Huế"], flags=COMBO)
    maker.choice("nghe", (60, 600, 260, 650), ["Nông dân", "Thợ điện", "Kỹ sư"], flags=MULTI)
    return maker


VALUES = {"nhom.ten": NAME, "khong_hinh": "Ẵng ngạy", "o": True, "tinh": "Huế", "nghe": ["Nông dân", "Kỹ sư"]}


def fill(data: bytes, values: dict[str, Any]) -> FilledPdf:
    """Hand over from forms to signing, as the program does."""
    plan = fill_form(data, values)
    assert plan.pdf is None
    changes = []
    for one in plan.changes:
        look = one.drawing
        drawn = None if look is None else Appearance(look.content, look.width, look.height, look.matrix, look.fonts)
        changes.append(Change(one.name, one.reference, one.value, one.state, drawn, one.widgets != 1))
    return fill_signed(data, changes, plan.fonts)


@pytest.fixture(scope="module")
def approved(pki: Any) -> bytes:
    return made.signed(form().data(), pki.key("anh_duong"))


@pytest.fixture(scope="module")
def certified(pki: Any) -> bytes:
    return made.signed(form().data(), pki.key("anh_duong"), certify=MDPPerm.FILL_FORMS)


@pytest.mark.parametrize("kind", ["approved", "certified"])
def test_the_earlier_signature_stays_intact_for_pyhanko(kind: str, request: pytest.FixtureRequest) -> None:
    source = request.getfixturevalue(kind)
    filled = fill(source, VALUES)
    assert filled.data.startswith(source)
    (signature,) = PdfFileReader(io.BytesIO(filled.data)).embedded_signatures
    status = validate_pdf_signature(signature, skip_diff=False)
    assert status.intact
    assert status.valid
    assert status.docmdp_ok
    assert status.modification_level == ModificationLevel.FORM_FILLING


def test_a_form_filled_after_an_approval_is_told_and_never_valid(approved: bytes, trust: Trust) -> None:
    filled = fill(approved, VALUES)
    assert filled.doubted == ("Signature1",)
    verdict = validate(filled.data, name="a.pdf", trust=trust)
    (one,) = verdict.signatures
    assert verdict.verdict is Verdict.INDETERMINATE
    assert (one.integrity, one.changes_after, one.reasons) == ("intact", "permitted", ("FORM_CHANGED_AFTER",))


def test_a_form_filled_as_certified_stays_valid(certified: bytes, trust: Trust) -> None:
    filled = fill(certified, VALUES)
    assert filled.doubted == ()
    verdict = validate(filled.data, name="a.pdf", trust=trust)
    assert verdict.verdict is Verdict.VALID
    assert verdict.signatures[0].changes_after == "permitted"


def test_it_can_be_filled_twice(certified: bytes, trust: Trust) -> None:
    twice = fill(fill(certified, {"nhom.ten": "Cũ"}).data, {"nhom.ten": NAME, "khong_hinh": "Thêm"})
    assert validate(twice.data, name="a.pdf", trust=trust).verdict is Verdict.VALID


@pytest.mark.parametrize("kind", ["approved", "certified"])
def test_what_was_filled_is_seen_in_three_readers(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(fill(request.getfixturevalue(kind), VALUES).data)
    clean(path)
    for text in texts(path).values():
        for wanted in (NAME, "Ẵng ngạy", "Huế", "Nông dân", "Kỹ sư"):
            assert wanted in text
    for image in pictures(path, tmp_path / "a").values():
        assert dark(crop(image, (62, 762, 298, 778)), 160) > 200
        assert dark(crop(image, (62, 702, 78, 718)), 160) > 40


def test_a_form_that_leaves_drawing_to_readers_is_drawn(pki: Any, trust: Trust) -> None:
    maker = form()
    maker.form.NeedAppearances = True
    data = made.signed(maker.data(), pki.key("anh_duong"), certify=MDPPerm.FILL_FORMS)
    filled = fill(data, {"nhom.ten": NAME})
    assert "/NeedAppearances" not in PdfFileReader(io.BytesIO(filled.data)).root["/AcroForm"]
    assert validate(filled.data, name="a.pdf", trust=trust).verdict is Verdict.VALID


# ---------------------------------------------------------------- what is refused


def test_a_certification_may_forbid_it(pki: Any) -> None:
    data = made.signed(form().data(), pki.key("anh_duong"), certify=MDPPerm.NO_CHANGES)
    with pytest.raises(FillingForbidden) as caught:
        fill(data, VALUES)
    assert caught.value.signature == "Signature1"


@pytest.mark.parametrize(
    ("lock", "locked"),
    [
        (FieldMDPSpec(FieldMDPAction.ALL), ("nhom.ten", "tinh")),
        (FieldMDPSpec(FieldMDPAction.INCLUDE, ["nhom"]), ("nhom.ten",)),
        (FieldMDPSpec(FieldMDPAction.EXCLUDE, ["nhom"]), ("tinh",)),
    ],
)
def test_locked_fields_are_named(pki: Any, lock: FieldMDPSpec, locked: tuple[str, ...]) -> None:
    def add(writer: Any) -> None:
        append_signature_field(writer, SigFieldSpec("Ky", field_mdp_spec=lock))

    data = made.signed(made.increment(form().data(), add), pki.key("anh_duong"), field="Ky")
    with pytest.raises(FieldsLocked) as caught:
        fill(data, {"nhom.ten": NAME, "tinh": "Huế"})
    assert caught.value.fields == locked


def test_fields_beside_locked_ones_can_be_filled(pki: Any) -> None:
    def add(writer: Any) -> None:
        spec = FieldMDPSpec(FieldMDPAction.INCLUDE, ["khong_hinh"])
        append_signature_field(writer, SigFieldSpec("Ky", field_mdp_spec=spec))

    data = made.signed(made.increment(form().data(), add), pki.key("anh_duong"), field="Ky")
    assert fill(data, {"tinh": "Huế"}).earlier == 1


def test_facts_are_plain_and_cross_a_pipe(approved: bytes) -> None:
    filled = fill(approved, {"tinh": "Huế"})
    assert [type(name) for name in filled.doubted] == [str]
    assert pickle.loads(pickle.dumps(filled)) == filled


def test_a_lock_that_forbids_all_changes_is_kept(pki: Any) -> None:
    def add(writer: Any) -> None:
        spec = FieldMDPSpec(FieldMDPAction.INCLUDE, ["khac"])
        append_signature_field(writer, SigFieldSpec("Ky", field_mdp_spec=spec, doc_mdp_update_value=MDPPerm.NO_CHANGES))

    data = made.signed(made.increment(form().data(), add), pki.key("anh_duong"), field="Ky")
    with pytest.raises(FillingForbidden):
        fill(data, {"nhom.ten": NAME})


def test_fields_drawn_apart_are_refused(pki: Any) -> None:
    maker = form()
    maker.radio("r", [(300, 700, 320, 720), (340, 700, 360, 720)], ["Nam", "Nu"])
    maker.many("hai", [(300, 660, 400, 680), (300, 630, 400, 650)])
    maker.text("dam", (300, 600, 400, 620), "a", RV=String("<body>a</body>"))
    data = made.signed(maker.data(), pki.key("anh_duong"), certify=MDPPerm.FILL_FORMS)
    for name, value in (("r", "Nu"), ("hai", "x"), ("dam", "x")):
        with pytest.raises(FieldsDrawnApart) as caught:
            fill(data, {"tinh": "Huế", name: value})
        assert caught.value.fields == (name,)


def test_a_radio_group_filled_all_the_same_is_no_filling_to_a_strict_judge(pki: Any, trust: Trust) -> None:
    """Why it is refused; were it not so any more, filling it could be offered."""
    maker = form()
    maker.radio("r", [(300, 700, 320, 720), (340, 700, 360, 720)], ["Nam", "Nu"])

    def choose(writer: Any) -> None:
        group = made.field_named(writer, "r")
        group["/V"] = pdf_name("/Nu")
        writer.update_container(group)
        for kid in group["/Kids"]:
            one = kid.get_object()
            one["/AS"] = pdf_name("/Nu" if "/Nu" in one["/AP"]["/N"] else "/Off")
            writer.mark_update(kid)

    source = made.signed(maker.data(), pki.key("anh_duong"), certify=MDPPerm.FILL_FORMS)
    data = made.increment(source, choose)
    (signature,) = PdfFileReader(io.BytesIO(data)).embedded_signatures
    status = validate_pdf_signature(signature, skip_diff=False)
    assert status.intact
    assert status.valid
    assert status.modification_level == ModificationLevel.OTHER
    verdict = validate(data, name="a.pdf", trust=trust)
    assert (verdict.verdict, verdict.signatures[0].reasons) == (Verdict.INVALID, ("CHANGES_FORBIDDEN",))


@pytest.mark.parametrize("how", ["hidden", "noview", "flat", "layer", "offpage"])
def test_nothing_is_filled_unseen(pki: Any, how: str) -> None:
    maker = form()
    field = maker.text("an", (300, 700, 400, 720), widget_flags={"hidden": 2, "noview": 32}.get(how, 4))
    if how == "flat":
        field.Rect = Array([300, 700, 300, 700])
    elif how == "layer":
        field.OC = maker.pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("lớp")))
    elif how == "offpage":
        del maker.pdf.pages[0].Annots[-1]
    data = made.signed(maker.data(), pki.key("anh_duong"))
    with pytest.raises(FormValuesRefused) as caught:
        fill(data, {"an": "x"})
    assert [problem.code for problem in caught.value.problems] == ["FIELD_HIDDEN"]


def test_a_broken_signature_is_not_built_upon(approved: bytes) -> None:
    plan_data = approved.replace(b"/Tx", b"/Tx", 1)
    place = plan_data.index(b"(FORM)") if b"(FORM)" in plan_data else 100
    broken = plan_data[:place] + b"(F0RM)" + plan_data[place + 6 :]
    with pytest.raises((EarlierSignatureBroken, PdfUnreadable)):
        fill(broken, {"nhom.ten": NAME})


def test_a_change_beneath_is_not_hidden_by_filling(approved: bytes) -> None:
    with pytest.raises(EarlierSignatureBroken) as caught:
        fill(made.increment(approved, made.replace_page), {"nhom.ten": NAME})
    assert caught.value.reason == "changes"


def test_signed_forms_are_not_flattened_nor_freed_of_xfa(pki: Any, approved: bytes) -> None:
    with pytest.raises(FormSignedNotFlattened):
        fill_form(approved, {"nhom.ten": NAME}, flatten=True)
    maker = form()
    maker.form.XFA = Array([String("datasets"), maker.pdf.make_stream(b"<x/>")])
    data = made.signed(maker.data(), pki.key("anh_duong"))
    with pytest.raises(FormHasXfaSigned):
        fill_form(data, {"nhom.ten": NAME}, drop_xfa=True)


def test_another_object_than_the_field_named_is_not_touched(approved: bytes) -> None:
    plan = fill_form(approved, {"nhom.ten": NAME, "tinh": "Huế"})
    first, second = plan.changes
    with pytest.raises(PdfUnreadable):
        fill_signed(approved, [Change(first.name, second.reference, "x")], {})


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"%PDF-1.4\ntrailer<</Root 1 0 R>>"])
def test_what_is_no_pdf_is_refused(data: bytes) -> None:
    with pytest.raises(PdfUnreadable):
        fill_signed(data, [], {})


def test_an_encrypted_file_is_refused() -> None:
    import pikepdf

    data = form().data(encryption=pikepdf.Encryption(owner="a", user=""))
    with pytest.raises(PdfEncrypted):
        fill_signed(data, [], {})
