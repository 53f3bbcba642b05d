"""Word files made to hang, to reach out or to run something: each refused by its own sentence, in bounded time."""

from __future__ import annotations

import io
import pickle
import subprocess
import sys
import zipfile
from collections.abc import Iterator

import pytest

from desktop.messages import message
from desktop.workers import Workers
from forms.errors import FormsError
from forms.template.beginning import propose_from
from forms.template.word.archive import MAX_FILE, Archive
from tests.forms.word_kit import WORD, Office, link, raw, said


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers(1) as made:
        yield made


def refused(workers: Workers, data: bytes, seconds: float = 30) -> FormsError:
    """Begin a template in a worker, as the program does; return the refusal, which must be whole in both languages."""
    with pytest.raises(FormsError) as caught:
        workers.run(propose_from, data, "mau.docx", "mau", "2026-11-22", timeout=seconds)
    error = caught.value
    for lang in ("vi", "en"):
        told = message(error, lang=lang)
        assert told.sentence.endswith(".")
        assert told.remedy.endswith(".")
        assert "{" not in told.text
        assert error.code not in told.text
    assert pickle.loads(pickle.dumps(error)).code == error.code
    return error


def test_a_zip_bomb_is_stopped_where_it_grows_too_large(workers: Workers) -> None:
    body = "<w:p><w:r><w:t>" + " " * (Archive.limits.unpacked + 1_000) + "</w:t></w:r></w:p>"
    data = raw(body)
    assert len(data) < 1 << 20
    assert refused(workers, data).code == "WORD_BOMB"


def test_a_flood_of_text_is_stopped(workers: Workers) -> None:
    error = refused(workers, raw(said("Họ và tên ……… " * 30_000)))
    assert (error.code, error.facts["what"]) == ("WORD_BOMB", "TEXT")


def test_a_million_runs_are_stopped(workers: Workers) -> None:
    error = refused(workers, raw("<w:p>" + "<w:r><w:t>a</w:t></w:r>" * 1_000_000 + "</w:p>"))
    assert (error.code, error.facts["what"]) == ("WORD_BOMB", "ELEMENTS")


def test_runs_of_one_letter_each_are_one_line(workers: Workers) -> None:
    body = "<w:p>" + "".join(f"<w:r><w:t>{c}</w:t></w:r>" for c in "Họ và tên: " + "." * 90_000) + "</w:p>"
    found = workers.run(propose_from, raw(body), "mau.docx", "mau", "2026-11-22", timeout=30)
    assert found.fields == 1


def test_more_gaps_than_a_template_has_fields_are_stopped(workers: Workers) -> None:
    error = refused(workers, raw(said("Họ và tên: ……………") * 5_000))
    assert (error.code, error.facts["what"]) == ("WORD_BOMB", "FIELDS")


def test_a_million_gaps_in_one_paragraph_are_stopped(workers: Workers) -> None:
    assert refused(workers, raw(said("a ..... " * 120_000))).code == "WORD_BOMB"
    assert refused(workers, raw(said("a ..... " * 37_000))).code == "WORD_BOMB"


def test_endless_boxes_are_stopped(workers: Workers) -> None:
    assert refused(workers, raw(said("Chọn: " + "□ a " * 70_000))).code == "WORD_BOMB"
    assert refused(workers, raw(said("Tên " + "□" * 200_000))).code == "WORD_BOMB"


def test_endless_paragraphs_are_stopped(workers: Workers) -> None:
    error = refused(workers, raw(said("Một dòng.") * 50_000))
    assert (error.code, error.facts["what"]) == ("WORD_BOMB", "PARAGRAPHS")


def test_deeply_nested_tables_are_stopped(workers: Workers) -> None:
    inner = said("Họ và tên: ………")
    for _ in range(30):
        inner = f"<w:tbl><w:tr><w:tc>{inner}</w:tc></w:tr></w:tbl>"
    error = refused(workers, raw(inner))
    assert (error.code, error.facts["what"]) == ("WORD_BOMB", "DEPTH")


def test_elements_nested_a_hundred_thousand_deep_are_stopped(workers: Workers) -> None:
    error = refused(workers, raw("<w:smartTag>" * 100_000 + "</w:smartTag>" * 100_000))
    assert (error.code, error.facts["what"]) == ("WORD_BOMB", "DEPTH")


def test_a_billion_laughs_are_not_laughed(workers: Workers) -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    data = raw(said("&l9;"), before=f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]>')
    assert refused(workers, data).code == "WORD_ENTITIES"


def test_a_local_file_is_not_read(workers: Workers) -> None:
    data = raw(said("&f;"), before='<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>')
    assert refused(workers, data).code == "WORD_ENTITIES"


def test_entities_in_styles_are_refused_too(workers: Workers) -> None:
    data = raw(
        said("Họ và tên: ………"),
        parts={"word/styles.xml": f'<!DOCTYPE x [<!ENTITY a "b">]><w:styles xmlns:w="{WORD}"/>'},
        links=link("styles", "styles.xml", external=False),
    )
    assert refused(workers, data).code == "WORD_ENTITIES"


def test_macros_are_refused(workers: Workers) -> None:
    assert refused(workers, raw(said("Tên: ……"), parts={"word/vbaProject.bin": b"\xd0\xcf"})).code == "WORD_MACROS"
    assert refused(workers, raw(said("Tên: ……"), parts={"word/activeX/activeX1.xml": "<a/>"})).code == "WORD_MACROS"


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("attachedTemplate", "http://example.com/evil.dotm"),
        ("attachedTemplate", "\\\\server\\share\\evil.dotm"),
        ("attachedTemplate", "file:///\\\\server\\share\\evil.dotm"),
        ("oleObject", "http://example.com/a"),
        ("frame", "http://example.com/a"),
        ("subDocument", "file:///etc/passwd"),
    ],
)
def test_what_would_be_fetched_is_refused(workers: Workers, kind: str, target: str) -> None:
    assert refused(workers, raw(said("Tên: ………"), links=link(kind, target))).code == "WORD_EXTERNAL_LINKS"


def test_a_link_behind_words_and_an_own_template_are_harmless(workers: Workers) -> None:
    links = link("hyperlink", "https://example.com/") + link("attachedTemplate", "file:///C:\\Users\\A\\Normal.dotm")
    data = raw(said("Họ và tên: ……………"), links=links)
    assert workers.run(propose_from, data, "mau.docx", "mau", "2026-11-22", timeout=30).fields == 1


def test_old_formats_are_told_by_what_they_are(workers: Workers) -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    for data, kind in ((ole, "DOC"), (b"{\\rtf1 abc}", "RTF"), (b"<html><body>Don</body></html>", "HTML")):
        error = refused(workers, data)
        assert (error.code, error.facts["kind"]) == ("WORD_OLD", kind)
        assert ".docx" in message(error, lang="vi").remedy
    assert refused(workers, ole + "EncryptedPackage".encode("utf-16-le")).code == "WORD_LOCKED"


def test_what_is_no_word_file_is_told_so(workers: Workers) -> None:
    sheet = io.BytesIO()
    with zipfile.ZipFile(sheet, "w") as archive:
        archive.writestr("xl/workbook.xml", "<a/>")
    for data in (b"", b"abc", b"PK\x03\x04abc", sheet.getvalue(), Office().bytes()[:3_000]):
        assert refused(workers, data).code == "WORD_UNREADABLE"
    assert refused(workers, raw("<w:p>")).code == "WORD_UNREADABLE"
    assert refused(workers, bytes(MAX_FILE + 1)).code == "WORD_TOO_LARGE"


def test_a_file_without_words_or_without_gaps_is_told_so(workers: Workers) -> None:
    assert refused(workers, raw("")).code == "WORD_EMPTY"
    assert refused(workers, raw(said("Thông báo nghỉ lễ."))).code == "WORD_NO_FORM"


def test_a_broken_pdf_and_one_without_anything_to_fill_are_told_so(workers: Workers) -> None:
    import pikepdf

    assert refused(workers, b"%PDF-1.7\nabc").code.startswith("FORM")
    pdf, out = pikepdf.new(), io.BytesIO()
    pdf.add_blank_page()
    pdf.save(out)
    assert refused(workers, out.getvalue()).code == "FORM_HAS_NO_FIELDS"


def test_the_worst_that_is_read_stays_within_half_a_gigabyte() -> None:
    """The largest table that is read whole, with as many elements as are allowed."""
    row = "<w:tr>" + "<w:tc><w:p><w:r><w:t>Ô</w:t></w:r></w:p></w:tc>" * 20 + "</w:tr>"
    code = (
        "import sys\n"
        "from forms.template.word import read_word\n"
        "read_word(sys.stdin.buffer.read())\n"
        "print(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])\n"
    )
    data = raw(f"<w:tbl>{row * 240}</w:tbl>")
    made = subprocess.run([sys.executable, "-c", code], input=data, capture_output=True, check=True, timeout=120)
    assert int(made.stdout) < 512 * 1024
