"""`hoso:` links: what is of the form is looked up at the portal that is known; anything else is refused in words."""

from __future__ import annotations

from typing import Any

import pytest

from desktop import filing
from desktop.filing.errors import LinkNothingThere, LinkPortalUnknown, LinkRefused
from desktop.messages import message
from tests.desktop import ui_kit

PORTAL = "thuc-hanh"
HOSTILE = (
    ("", "LINK_SHAPE"),
    ("hoso:", "LINK_SHAPE"),
    ("HOSO:thuc-hanh/dossier/A1", "LINK_SHAPE"),
    ("https://cong.example/dossier/A1", "LINK_SHAPE"),
    (" hoso:thuc-hanh/dossier/A1", "LINK_SHAPE"),
    ("hoso:thuc-hanh/dossier", "LINK_SHAPE"),
    ("hoso:thuc-hanh/dossier/", "LINK_SHAPE"),
    ("hoso:thuc-hanh/dossier/A1/", "LINK_SHAPE"),
    ("hoso:thuc-hanh/dossier/A1/B2", "LINK_SHAPE"),
    ("hoso:/thuc-hanh/dossier/A1", "LINK_SHAPE"),
    ("hoso:Thuc-Hanh/dossier/A1", "LINK_SHAPE"),
    ("hoso:thuc-hanh/dossier/..", "LINK_SHAPE"),
    ("hoso:thuc-hanh/dossier/.hidden", "LINK_SHAPE"),
    ("hoso:thuc-hanh/dossier/A..B", "LINK_SHAPE"),
    ("hoso:../dossier/A1", "LINK_SHAPE"),
    ("hoso:thuc-hanh/dossier/--home", "LINK_SHAPE"),
    ("hoso:thuc-hanh/dossier/A1'OR'1", "LINK_SHAPE"),
    ("hoso:thuc-hanh/dossier/A1<b>", "LINK_SHAPE"),
    ("hoso:thuc-hanh/dossier/$(id)", "LINK_SHAPE"),
    ('hoso:thuc-hanh/dossier/A1"--practice', "LINK_SHAPE"),
    ("hoso:thuc-hanh/../dossier", "LINK_KIND"),
    ("hoso:thuc-hanh/submit/A1", "LINK_KIND"),
    ("hoso:thuc-hanh/pay/A1", "LINK_KIND"),
    ("hoso:thuc-hanh/Dossier/A1", "LINK_KIND"),
    ("hoso://thuc-hanh/dossier/A1", "LINK_ADDRESS"),
    ("hoso:thuc-hanh//dossier", "LINK_ADDRESS"),
    ("hoso:https://evil.example/dossier/A1", "LINK_ADDRESS"),
    ("hoso:thuc-hanh/dossier/https://evil.example", "LINK_ADDRESS"),
    ("hoso:thuc-hanh/dossier/file:", "LINK_ADDRESS"),
    ("hoso:thuc-hanh/dossier/C:\\Windows", "LINK_ADDRESS"),
    ("hoso:\\\\evil\\share\\a", "LINK_ADDRESS"),
    ("hoso:me@evil.example/dossier/A1", "LINK_ADDRESS"),
    ("hoso:127.0.0.1:8443/dossier/A1", "LINK_ADDRESS"),
    ("hoso:thuc-hanh/dossier/A1?home=/tmp", "LINK_PARAMETERS"),
    ("hoso:thuc-hanh/dossier/A1#x", "LINK_PARAMETERS"),
    ("hoso:thuc-hanh/dossier/A1&pin=1", "LINK_PARAMETERS"),
    ("hoso:thuc-hanh/dossier;v=2/A1", "LINK_PARAMETERS"),
    ("hoso:thuc-hanh/dossier/A1 --home x", "LINK_CHARACTERS"),
    ("hoso:thuc-hanh/dossier/A1%2F..%2Fx", "LINK_CHARACTERS"),
    ("hoso:thuc-hanh/dossier/A1\n", "LINK_CHARACTERS"),
    ("hoso:thuc-hanh/dossier/A1\x00", "LINK_CHARACTERS"),
    ("hoso:thuc-hanh/dossier/A\u202e1", "LINK_CHARACTERS"),
    ("hoso:thưc-hành/dossier/A1", "LINK_CHARACTERS"),
    ("hoso:tһuc-hanh/dossier/A1", "LINK_CHARACTERS"),
    ("hoso:thuc-hanh/dossier/" + "A" * 300, "LINK_LONG"),
    ("hoso:" + "a" * 1_000_000, "LINK_LONG"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "reason"), HOSTILE)
def test_what_is_not_of_the_form_is_refused_in_words(text: str, reason: str) -> None:
    with pytest.raises(LinkRefused) as refused:
        filing.read_link(text)
    assert refused.value.reason == reason
    for lang in ("vi", "en"):
        told = message(refused.value, lang=lang)
        assert told.sentence
        assert told.remedy
        assert "LINK_" not in told.text
        assert "evil" not in told.text


@pytest.mark.parametrize("kind", ["dossier", "supplement", "submission"])
def test_what_is_of_the_form_is_read_and_written_alike(kind: str) -> None:
    text = f"hoso:cong-dvc.bo-tai-chinh/{kind}/H15.50-261121-0007"
    link = filing.read_link(text)
    assert (link.portal, link.kind, link.id) == ("cong-dvc.bo-tai-chinh", kind, "H15.50-261121-0007")
    assert str(link) == text


def test_an_unknown_portal_is_refused_before_anything_is_fetched() -> None:
    with pytest.raises(LinkPortalUnknown) as refused:
        filing.follow_link(ui_kit.place().desk, "hoso:cong-gia-mao/dossier/A1")
    assert "cong-gia-mao" in message(refused.value).text


def test_a_link_opens_our_dossier_with_what_the_portal_says_now() -> None:
    place = ui_kit.place()
    ours = place.desk.workspace.dossiers.get(place.dossiers["filed"])
    found = filing.follow_link(place.desk, f"hoso:{PORTAL}/dossier/{ours.code}")
    assert found.dossier == ours.id
    assert found.portal.url == place.portal.url
    assert found.view.code == ours.code
    key = place.desk.workspace.outbox.of_dossier(ours.id)[-1].key
    assert filing.follow_link(place.desk, f"hoso:{PORTAL}/submission/{key}").dossier == ours.id


def test_a_request_for_more_papers_that_is_not_yet_known_here_is_fetched() -> None:
    place = ui_kit.place()
    name = place.draft("2023-02")
    place.sign(name)
    place.portal.play.choose("supplement")
    place.submit(name)
    place.portal.play.choose("well")
    code = place.desk.workspace.dossiers.get(name).code
    wanted = ask_for_more(place, code)
    assert not place.desk.workspace.letters.list(name)
    found = filing.follow_link(place.desk, f"hoso:{PORTAL}/supplement/{wanted}")
    assert found.dossier == name
    assert found.view.status == 5
    letters = place.desk.workspace.letters.list(name)
    assert [letter.letter for letter in letters if letter.kind == "supplement"] == [wanted]


@pytest.mark.parametrize("kind", ["dossier", "supplement", "submission"])
def test_what_neither_side_knows_is_said(kind: str) -> None:
    with pytest.raises(LinkNothingThere) as refused:
        filing.follow_link(ui_kit.place().desk, f"hoso:{PORTAL}/{kind}/KHONG-CO-1")
    assert "KHONG-CO-1" in message(refused.value).text


def test_our_own_ids_are_no_codes_of_a_portal() -> None:
    place = ui_kit.place()
    with pytest.raises(LinkNothingThere):
        filing.follow_link(place.desk, f"hoso:{PORTAL}/dossier/{place.dossiers['ready']}")


def ask_for_more(place: Any, code: str) -> str:
    """Look at the portal with other eyes until it asks for more papers; return the request's id."""
    from desktop.filing.accounts import PRACTICE_PERSON
    from desktop.portal.answers import dossier_from
    from desktop.portal.connection import Connection
    from desktop.portal.session import PracticeLogIn

    with Connection(place.portal.url, practice=True) as connection:
        token = PracticeLogIn(PRACTICE_PERSON).log_in(connection, place.desk.now()).access_token
        for _ in range(8):
            seen = dossier_from(connection.get(f"/v1/dossiers/{code}", token=token).json(), connection.host)
            if seen.supplements:
                return str(seen.supplements[0].id)
    raise AssertionError("the portal asks for nothing")
