"""ASiC-E containers made by hand and made wrong: none is valid, and the good one beside each is (KT-01, KT-03)."""

from __future__ import annotations

import base64
import io
import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from signing.trust import Trust
from signing.validation import FileVerdict, Verdict, validate
from tests.pki import Key, Pki
from tests.signing import made
from tests.signing.asice_kit import (
    C14N,
    DS,
    MEDIA_TYPE,
    RSA_SHA1,
    SHA1,
    XADES,
    Part,
    Ref,
    Xades,
    altered,
    manifest,
    parts_of,
    refs,
    signature,
    signature_markup,
    signatures,
    stamper,
    zipped,
)

FILES = [
    ("tờ khai/Ảnh Dương.pdf", b"%PDF-1.7 no real page"),
    ("bảng kê.xml", "<a>Đúng</a>".encode()),
    ("a b+c.txt", b"x"),
]
REFS = refs(FILES)
Judge = Callable[..., FileVerdict]
Change = Callable[[list[Part]], list[Part]]
DECOMPOSED = unicodedata.normalize("NFD", "bảng kê.xml")


@pytest.fixture(scope="module")
def trust(pki: Pki) -> Trust:
    return Trust.of([pki.root_pem, pki.intermediate_pem], crls=[pki.crl_pem])


@pytest.fixture(scope="module")
def key(pki: Pki) -> Key:
    return pki.key("anh_duong")


@pytest.fixture(scope="module")
def good(key: Key) -> list[Part]:
    """The entries of the control container."""
    return parts_of(FILES, signature(Xades(REFS), key))


@pytest.fixture
def judge(trust: Trust, good: list[Part]) -> Judge:
    """Return the judge, after the control has come out valid."""

    def judged(data: bytes, *, control: bytes | None = None) -> FileVerdict:
        honest = validate(zipped(good) if control is None else control, name="tốt.asice", trust=trust)
        assert (honest.kind, honest.verdict, honest.reasons) == ("asice", Verdict.VALID, ())
        found = validate(data, name="xấu.asice", trust=trust)
        assert found.verdict is not Verdict.VALID
        assert found.verdict is not Verdict.UNSIGNED or not found.signatures
        return found

    return judged


def reasons(found: FileVerdict) -> set[str]:
    return {*found.reasons, *(reason for one in found.signatures for reason in one.reasons)}


# the control itself


def test_kt_01_a_good_container_is_valid_with_all_its_facts(pki: Pki, trust: Trust, good: list[Part]) -> None:
    found = validate(zipped(good), name="a.asice", trust=trust)
    assert (found.kind, found.verdict, found.reasons) == ("asice", Verdict.VALID, ())
    (one,) = found.signatures
    assert (one.name, one.integrity, one.changes_after) == ("META-INF/signatures0.xml", "intact", "none")
    assert (one.trust, one.revocation, one.level) == ("trusted", "good", "B-B")
    assert one.signer is not None
    assert one.signing_time is not None
    assert one.signer.tax_code == "0100686209"
    assert abs(one.signing_time - datetime.now(UTC)) < timedelta(hours=2)
    document = found.to_json()
    assert document["signatures"][0]["time_stamp"] is None


@pytest.mark.parametrize(
    "how",
    [
        lambda parts: [replace(part, deflate=part.name != "mimetype") for part in parts],
        lambda parts: [
            replace(part, deflate=True, descriptor=True) if part.name != "mimetype" else part for part in parts
        ],
        lambda parts: [
            replace(part, extra=b"UT\x05\x00\x01\0\0\0\0") if part.name != "mimetype" else part for part in parts
        ],
        lambda parts: [parts[0], *reversed(parts[1:])],
        lambda parts: [*parts, Part("META-INF/", b"")],
    ],
    ids=["deflated", "streamed", "with times", "in another order", "with a folder"],
)
def test_containers_of_other_makers_are_valid(trust: Trust, good: list[Part], how: Change) -> None:
    assert validate(zipped(how(good)), name="a", trust=trust).verdict is Verdict.VALID


def test_a_comment_behind_the_archive_harms_nothing(trust: Trust, good: list[Part]) -> None:
    assert validate(zipped(good, comment=b"made by hand"), name="a", trust=trust).verdict is Verdict.VALID


def test_kt_04_a_time_stamp_makes_it_b_t_and_proves_the_time(pki: Pki, trust: Trust, key: Key) -> None:
    then = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=30)
    data = zipped(parts_of(FILES, signature(Xades(REFS, stamp=stamper(pki, at=then)), key)))
    (one,) = validate(data, name="a", trust=trust).signatures
    assert (one.verdict, one.level, one.time_stamp, one.proven_time) == (Verdict.VALID, "B-T", then, then)


def test_kt_04_a_time_stamp_over_something_else_is_no_level_and_not_valid(
    pki: Pki, trust: Trust, key: Key, judge: Judge
) -> None:
    honest = zipped(parts_of(FILES, signature(Xades(REFS, stamp=stamper(pki)), key)))
    right = stamper(pki)
    for lie, reason in (
        (lambda content: right(content + b" "), "TIME_STAMP_BROKEN"),
        (lambda content: b"\x30\x03\x02\x01\x01", "TIME_STAMP_BROKEN"),
        (stamper(pki, tsa="anh_duong"), "TIME_STAMP_NOT_TRUSTED"),
    ):
        found = judge(zipped(parts_of(FILES, signature(Xades(REFS, stamp=lie), key))), control=honest)
        (one,) = found.signatures
        assert (one.verdict, reason in one.reasons) == (Verdict.INDETERMINATE, True)
        assert one.level == ("B-B" if reason == "TIME_STAMP_BROKEN" else "B-T")


def test_several_signatures_each_count(pki: Pki, trust: Trust, good: list[Part], key: Key, judge: Judge) -> None:
    other = signature(Xades(REFS, "S2"), pki.key("anh_duong"))
    both = parts_of(FILES, signature(Xades(REFS), key), other)
    honest = validate(zipped(both), name="a", trust=trust)
    assert honest.verdict is Verdict.VALID
    assert [one.name for one in honest.signatures] == ["META-INF/signatures0.xml", "META-INF/signatures1.xml"]
    one_file = signatures(signature_markup(Xades(REFS), key), signature_markup(Xades(REFS, "S2"), key))
    assert len(validate(zipped(parts_of(FILES, one_file)), name="a", trust=trust).signatures) == 2
    # A stranger's signature beside the good one, and a good one over a part of the files.
    stranger = signature(Xades(REFS, "S2"), pki.key("weak"))
    assert judge(zipped(parts_of(FILES, signature(Xades(REFS), key), stranger))).verdict is not Verdict.VALID
    partial = signature(Xades(REFS[:1], "S2"), key)
    found = judge(zipped(parts_of(FILES, signature(Xades(REFS), key), partial)))
    assert (found.verdict, found.signatures[0].verdict) == (Verdict.INDETERMINATE, Verdict.VALID)
    assert "CONTAINER_FILE_ADDED" in found.signatures[1].reasons


# files: changed, extra, missing, renamed, twice


@pytest.mark.parametrize(
    ("change", "verdict", "reason"),
    [
        (lambda p: altered(p, "a b+c.txt", data=b"y"), Verdict.INVALID, "DIGEST_MISMATCH"),
        (lambda p: altered(p, "a b+c.txt", data=b""), Verdict.INVALID, "DIGEST_MISMATCH"),
        (lambda p: [*p, Part("thêm.txt", b"1")], Verdict.INDETERMINATE, "CONTAINER_FILE_ADDED"),
        (lambda p: [*p, Part("META-INF/thêm.txt", b"1")], Verdict.INDETERMINATE, "CONTAINER_FILE_ADDED"),
        (lambda p: [*p, Part("META-INF/ASiCManifest.xml", b"<a/>")], Verdict.INDETERMINATE, "CONTAINER_FILE_ADDED"),
        (lambda p: [*p, Part("META-INF/x/signatures9.xml", b"<a/>")], Verdict.INDETERMINATE, "CONTAINER_FILE_ADDED"),
        (lambda p: [*p, Part("meta-inf/signatures1.xml", b"<a/>")], Verdict.INDETERMINATE, "CONTAINER_FILE_ADDED"),
        (lambda p: [x for x in p if x.name != "a b+c.txt"], Verdict.INVALID, "CONTAINER_FILE_MISSING"),
        (lambda p: altered(p, "a b+c.txt", name="a b+d.txt"), Verdict.INVALID, "CONTAINER_FILE_MISSING"),
        (lambda p: altered(p, "a b+c.txt", name="A b+c.txt"), Verdict.INVALID, "CONTAINER_FILE_MISSING"),
        (
            lambda p: altered(p, "bảng kê.xml", name=DECOMPOSED),
            Verdict.INVALID,
            "CONTAINER_FILE_MISSING",
        ),
        (lambda p: altered(p, "a b+c.txt", name="x/a b+c.txt"), Verdict.INVALID, "CONTAINER_FILE_MISSING"),
        (lambda p: [*p, Part("a b+c.txt", b"y")], Verdict.INDETERMINATE, "CONTAINER_AMBIGUOUS"),
        (lambda p: [*p, Part("a b+c.txt", b"x")], Verdict.INDETERMINATE, "CONTAINER_AMBIGUOUS"),
        (lambda p: [*p, Part("A B+C.TXT", b"x")], Verdict.INDETERMINATE, "CONTAINER_AMBIGUOUS"),
        (lambda p: [*p, Part("tờ khai", b"x")], Verdict.INDETERMINATE, "CONTAINER_AMBIGUOUS"),
        (
            lambda p: [*p, Part(DECOMPOSED, b"x")],
            Verdict.INDETERMINATE,
            "CONTAINER_AMBIGUOUS",
        ),
        (lambda p: [p[0], Part("a b+c.txt", b"y"), *p[1:]], Verdict.INDETERMINATE, "CONTAINER_AMBIGUOUS"),
        (lambda p: [x for x in p if "signatures" not in x.name], Verdict.UNSIGNED, None),
        (
            lambda p: altered(p, "META-INF/signatures0.xml", name="META-INF/signature.p7s"),
            Verdict.INDETERMINATE,
            "ASICE_NOT_JUDGED",
        ),
    ],
)
def test_kt_03_other_files_than_signed_are_never_valid(
    good: list[Part], judge: Judge, change: Change, verdict: Verdict, reason: str | None
) -> None:
    found = judge(zipped(change(good)))
    assert found.verdict is verdict
    assert reason is None or reason in reasons(found)


def test_kt_03_a_byte_changed_in_the_packed_files_is_invalid_not_only_unreadable(
    trust: Trust, good: list[Part]
) -> None:
    """Whoever changes a byte on the way breaks the signature, whatever the checksums of the ZIP say."""
    for parts in (good, [good[0], *(replace(part, deflate=True) for part in good[1:])]):
        data = zipped(parts)
        assert validate(data, name="a", trust=trust).verdict is Verdict.VALID
        for part in parts:
            if part.name.startswith("META-INF/manifest") or part.name == "mimetype":
                continue
            name = part.name.encode()
            start = data.index(name) + len(name)
            length = struct.unpack("<L", data[start - len(name) - 12 : start - len(name) - 8])[0]
            for place in range(start, start + length, max(1, length // 20)):
                changed = data[:place] + bytes([data[place] ^ 4]) + data[place + 1 :]
                found = validate(changed, name="a", trust=trust)
                if found.verdict is Verdict.VALID:  # the last bits of a packed file may say nothing
                    with zipfile.ZipFile(io.BytesIO(changed)) as archive:
                        assert archive.read(part.name) == part.data
                elif part.name in dict(FILES):
                    assert found.verdict is Verdict.INVALID


def test_kt_03_files_swapped_between_names_are_seen(good: list[Part], judge: Judge) -> None:
    swapped = altered(altered(good, FILES[0][0], data=FILES[1][1]), FILES[1][0], data=FILES[0][1])
    assert "DIGEST_MISMATCH" in reasons(judge(zipped(swapped)))


def test_kt_03_any_changed_byte_of_the_signature_is_seen(trust: Trust, good: list[Part]) -> None:
    """In the signed info, the value, the properties and the certificate; 200 places, two masks."""
    text = next(part for part in good if "signatures" in part.name).data
    meaning = _meaning(text)
    spans = [place_of.span() for pattern in (
        rb"<ds:SignedInfo>.*</ds:SignedInfo>", rb"<ds:SignatureValue.*</ds:SignatureValue>",
        rb"<xades:SignedProperties.*</xades:SignedProperties>", rb"<ds:X509Certificate>.*?</ds:X509Certificate>",
    ) if (place_of := re.search(pattern, text, re.DOTALL))]  # fmt: skip
    assert len(spans) == 4
    places = [place for start, end in spans for place in range(start, end)]
    for place in places[:: len(places) // 200]:
        for mask in (0x01, 0x20):
            changed = text[:place] + bytes([text[place] ^ mask]) + text[place + 1 :]
            found = validate(zipped(altered(good, "META-INF/signatures0.xml", data=changed)), name="a", trust=trust)
            assert found.verdict is not Verdict.VALID or _meaning(changed) == meaning, text[place - 20 : place + 20]


def _meaning(text: bytes) -> bytes | None:
    from lxml import etree

    try:
        root = etree.fromstring(text)
        for one in root.iter(f"{{{DS}}}SignatureValue", f"{{{DS}}}DigestValue", f"{{{DS}}}X509Certificate"):
            one.text = base64.b64decode(one.text or "").hex()
        return etree.tostring(root, method="c14n")
    except (etree.XMLSyntaxError, ValueError):
        return None


# the ZIP

_OTHER_NAME = struct.pack("<HHBL", 0x7075, 10, 1, 0) + b"other"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda p: altered(p, "a b+c.txt", local={"name": b"a b+d.txt"}), "CONTAINER_AMBIGUOUS"),
        (lambda p: altered(p, "a b+c.txt", local={"size": 2}), "CONTAINER_AMBIGUOUS"),
        (lambda p: altered(p, "a b+c.txt", local={"crc": 1}), "CONTAINER_AMBIGUOUS"),
        (lambda p: altered(p, "a b+c.txt", local={"method": 8}), "CONTAINER_AMBIGUOUS"),
        (lambda p: altered(p, "a b+c.txt", local={"flags": 0x800}), "CONTAINER_AMBIGUOUS"),
        (lambda p: altered(p, "a b+c.txt", local={"packed_size": 0xFFFFFFFF}), "CONTAINER_AMBIGUOUS"),
        (lambda p: altered(p, "a b+c.txt", crc=1), "CONTAINER_AMBIGUOUS"),
        (lambda p: altered(p, "META-INF/signatures0.xml", crc=1), "CONTAINER_AMBIGUOUS"),
        (lambda p: altered(p, "META-INF/manifest.xml", crc=1), "CONTAINER_AMBIGUOUS"),
        (lambda p: altered(p, "mimetype", crc=1), "CONTAINER_AMBIGUOUS"),
        (lambda p: altered(p, "a b+c.txt", deflate=True, size=0), "DIGEST_MISMATCH"),
        (lambda p: altered(p, "a b+c.txt", deflate=True, packed=b"\xff\xff\xff"), "DIGEST_MISMATCH"),
        (
            lambda p: altered(p, "a b+c.txt", deflate=True, packed=b"\x01\x01\x00\xfe\xffx" + b"tail"),
            "DIGEST_MISMATCH",
        ),
        (lambda p: altered(p, "a b+c.txt", method=12), "CONTAINER_AMBIGUOUS"),
        (lambda p: altered(p, "a b+c.txt", flags=1), "ENCRYPTED"),
        (lambda p: altered(p, "a b+c.txt", flags=0x41), "ENCRYPTED"),
        (lambda p: altered(p, "a b+c.txt", flags=0x2000), "ENCRYPTED"),
        (lambda p: altered(p, "a b+c.txt", extra=b"\x01\x99\x07\x00AE\x02\x00\x03\x00\x00"), "CONTAINER_AMBIGUOUS"),
        (lambda p: altered(p, "a b+c.txt", extra=struct.pack("<HHQQ", 1, 16, 1, 1)), "CONTAINER_AMBIGUOUS"),
        (
            lambda p: altered(p, "a b+c.txt", extra=struct.pack("<HHBL", 0x7075, 10, 1, 0) + b"other"),
            "CONTAINER_AMBIGUOUS",
        ),
        (lambda p: altered(p, "a b+c.txt", extra=b"\x01"), "CONTAINER_AMBIGUOUS"),
        (lambda p: altered(p, "a b+c.txt", local={"extra": b"UT\xff\xff"}), "CONTAINER_AMBIGUOUS"),
        (lambda p: altered(p, "a b+c.txt", external=0o120777 << 16), "CONTAINER_NAME_UNSAFE"),
        (lambda p: altered(p, "a b+c.txt", gap=b"hidden"), "CONTAINER_AMBIGUOUS"),
        (lambda p: [*p, Part("hidden.txt", b"not listed", listed=False)], "CONTAINER_AMBIGUOUS"),
        (lambda p: altered(p, "a b+c.txt", header=0), "CONTAINER_AMBIGUOUS"),
        (lambda p: altered(p, "a b+c.txt", header=0x7FFFFFFF), "DOCUMENT_UNREADABLE"),
        (lambda p: altered(p, "a b+c.txt", descriptor=True, local={"crc": 7}), "CONTAINER_AMBIGUOUS"),
        (lambda p: [*p, Part("x/", b"content of a folder")], "CONTAINER_AMBIGUOUS"),
    ],
)
def test_kt_03_headers_that_lie_are_never_valid(good: list[Part], judge: Judge, change: Change, reason: str) -> None:
    assert reason in reasons(judge(zipped(change(good))))


@pytest.mark.parametrize(
    "how",
    [
        {"before": b"MZ\x90\x00"},
        {"before": b"PK\x03\x04"},
        {"after": b"behind"},
        {"between": b"between"},
        {"count": 3},
        {"count": 0xFFFF},
        {"end": lambda last: b"PK\x06\x06" + bytes(52) + b"PK\x06\x07" + bytes(16) + last},
        {"end": lambda last: b"PK\x06\x07" + bytes(16) + last},
        {"end": lambda last: last[:16] + b"\xff\xff\xff\xff" + last[20:]},
        {"end": lambda last: last[:4] + b"\x01\x00" + last[6:]},
        {"end": lambda last: last[:20] + b"\x16\x00" + b"PK\x05\x06" + bytes(18)},
        {"end": lambda last: last[:20] + b"\x16\x00" + last},
    ],
    ids=lambda how: next(iter(how)),
)
def test_kt_03_ends_of_the_archive_that_lie_are_never_valid(
    good: list[Part], judge: Judge, how: dict[str, Any]
) -> None:
    judge(zipped(good, **how))


@pytest.mark.parametrize(
    "name",
    [
        "../ngoài.txt", "/etc/passwd", "a/../b.txt", "./a.txt", "a//b.txt", "C:/x.txt", "a\\b.txt", "a\x00b.txt",
        "a.txt ", "a.", "a\u202etxt.exe", "\ufeffa.txt", "a:stream", "x" * 2000,
    ],
)  # fmt: skip
def test_kt_03_names_that_lead_elsewhere_are_never_valid(key: Key, judge: Judge, name: str) -> None:
    """Signed as they stand: the name alone is the fault."""
    files = [*FILES, (name, b"x")]
    data = zipped([*parts_of(FILES, signature(Xades(refs(files)), key)), Part(name, b"x")])
    assert "CONTAINER_NAME_UNSAFE" in reasons(judge(data))


@pytest.mark.parametrize("raw", [b"\xe1\xbb\x9d.txt", b"\xff.txt"])
def test_kt_03_names_in_an_unknown_character_set_are_never_valid(good: list[Part], judge: Judge, raw: bytes) -> None:
    assert "CONTAINER_NAME_UNSAFE" in reasons(judge(zipped([*good, Part("?", b"x", raw_name=raw, flags=0)])))


@pytest.mark.parametrize(
    "change",
    [
        lambda p: p[1:],
        lambda p: [p[1], p[0], *p[2:]],
        lambda p: altered(p, "mimetype", deflate=True),
        lambda p: altered(p, "mimetype", data=MEDIA_TYPE + b"\n"),
        lambda p: altered(p, "mimetype", data=b"\xef\xbb\xbf" + MEDIA_TYPE),
        lambda p: altered(p, "mimetype", data=MEDIA_TYPE.replace(b"asic-e", b"asic-s")),
        lambda p: altered(p, "mimetype", data=b"application/zip"),
        lambda p: altered(p, "mimetype", name="Mimetype"),
        lambda p: altered(p, "mimetype", extra=b"UT\x05\x00\x01\0\0\0\0"),
        lambda p: altered(p, "mimetype", local={"extra": b"UT\x05\x00\x01\0\0\0\0"}),
        lambda p: altered(p, "mimetype", data=b"", size=0),
    ],
)
def test_a_container_not_marked_as_it_must_be_is_never_valid(good: list[Part], judge: Judge, change: Change) -> None:
    late = [good[0], *good[4:], *good[1:4]]  # a PDF among the first bytes would make it one
    assert "CONTAINER_MEDIA_TYPE_WRONG" in reasons(judge(zipped(change(late)), control=zipped(late)))


_NAMED = [
    (name, {"pdf": "application/pdf", "xml": "text/xml"}.get(name[-3:], "application/octet-stream"))
    for name, _ in FILES
]


@pytest.mark.parametrize(
    "listed",
    [
        None,
        b"",
        b"<a/>",
        manifest(_NAMED[:2]),
        manifest([*_NAMED, ("thêm.txt", "text/plain")]),
        manifest([(_NAMED[0][0], "text/html"), *_NAMED[1:]]),
        manifest([*_NAMED, _NAMED[0]]),
        manifest(_NAMED).replace(b"asic-e", b"asic-s"),
        manifest(_NAMED).replace(b'm:full-path="/"', b'm:full-path="//"'),
        b'<!DOCTYPE a [<!ENTITY e "1">]>' + manifest(_NAMED).split(b"?>")[1],
        manifest(_NAMED).replace(b"</m:manifest>", b"<x><m:file-entry/></x></m:manifest>"),
    ],
)
def test_a_manifest_that_says_something_else_is_never_valid(
    good: list[Part], judge: Judge, listed: bytes | None
) -> None:
    parts = [part for part in good if part.name != "META-INF/manifest.xml"]
    if listed is not None:
        parts.append(Part("META-INF/manifest.xml", listed))
    assert "CONTAINER_MANIFEST_DIFFERS" in reasons(judge(zipped(parts)))


def peak() -> int:
    """Return the most that this process held at once, in kB."""
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])


def test_bombs_are_answered_at_once_and_in_little_memory(good: list[Part], judge: Judge, key: Key) -> None:
    """By ratio; by many files that together are too much; by headers that claim little and unpack to much."""
    import time

    zeros = bytes(100 * 1024 * 1024)
    packing = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packing.compress(zeros) + packing.flush()
    bomb = Part("bom.bin", b"", packed=packed, method=8, crc=zlib.crc32(zeros), size=len(zeros))
    del zeros
    Path("/proc/self/clear_refs").write_text("5")  # an earlier peak of this process would hide the growth
    before = peak()
    start = time.monotonic()
    assert "FILE_TOO_LARGE" in reasons(judge(zipped([*good, bomb])))
    assert judge(zipped([*good, replace(bomb, size=1000)])).verdict in (Verdict.UNREADABLE, Verdict.INDETERMINATE)
    liar = replace(bomb, size=len(packed) * 150)
    referred = signature(Xades((*REFS, Ref("bom.bin", b"", "bom"))), key)
    assert judge(zipped([*parts_of(FILES, referred), liar])).verdict is not Verdict.VALID
    many = [replace(liar, name=f"bom{number}.bin") for number in range(80)]
    assert "FILE_TOO_LARGE" in reasons(judge(zipped([*good, *many])))
    crowd = [Part(f"{number}.txt", b"") for number in range(3000)]
    assert "FILE_TOO_LARGE" in reasons(judge(zipped([*good, *crowd])))
    assert time.monotonic() - start < 30
    assert peak() - before < 200 * 1024


@pytest.mark.parametrize("cut", [1, 10, 22, 100, 1000, 3000])
def test_a_container_cut_off_is_never_valid(good: list[Part], judge: Judge, cut: int) -> None:
    found = judge(zipped(good)[:-cut])
    assert found.verdict in (Verdict.UNREADABLE, Verdict.INDETERMINATE)


# the XML


def container(xml: bytes, files: Sequence[tuple[str, bytes]] = FILES) -> bytes:
    return zipped(parts_of(files, xml))


def test_kt_03_a_signature_that_does_not_sign_its_properties_is_never_valid(key: Key, judge: Judge) -> None:
    for one in (
        Xades(REFS, properties_reference=False),
        Xades(REFS, properties_type=""),
        Xades(REFS, properties_type="http://uri.etsi.org/01903#Other"),
    ):
        found = judge(container(signature(one, key)))
        assert "PROPERTIES_NOT_SIGNED" in reasons(found)
        assert found.signatures[0].integrity == "intact"
        assert found.signatures[0].signing_time is None


def test_kt_01_another_certificate_than_was_signed_is_never_valid(pki: Pki, key: Key, judge: Judge) -> None:
    named_other = Xades(REFS, certificate_digest=b"\x00" * 32)
    assert "CERTIFICATE_MISMATCH" in reasons(judge(container(signature(named_other, key))))
    other = pki.issue("KẺ KHÁC", private_key=key.private_key)
    swapped = replace(named_other, certificate_digest=None, certificates=(other.certificate_der,))
    found = judge(container(signature(swapped, key)))
    assert (found.verdict, "CERTIFICATE_MISMATCH" in reasons(found)) == (Verdict.INVALID, True)
    nobody = replace(swapped, certificates=())
    assert "SIGNER_CERTIFICATE_MISSING" in reasons(judge(container(signature(nobody, key))))


@pytest.mark.parametrize(
    "algorithm",
    [
        "http://www.w3.org/TR/1999/REC-xslt-19991116",
        "http://www.w3.org/TR/1999/REC-xpath-19991116",
        "http://www.w3.org/2002/06/xmldsig-filter2",
        DS + "base64",
        DS + "enveloped-signature",
        C14N,
    ],
)
def test_kt_03_transforms_over_files_are_never_valid(key: Key, judge: Judge, algorithm: str) -> None:
    transforms = f'<ds:Transforms><ds:Transform Algorithm="{algorithm}"/></ds:Transforms>'
    foreign = (replace(REFS[0], transforms=transforms), *REFS[1:])
    assert "TRANSFORM_NOT_ACCEPTED" in reasons(judge(container(signature(Xades(foreign), key))))
    # On the properties, beside the one that is right there.
    text = signature(Xades(REFS), key).replace(
        f'<ds:Transform Algorithm="{C14N}"/>'.encode(),
        f'<ds:Transform Algorithm="{C14N}"/><ds:Transform Algorithm="{algorithm}"/>'.encode(),
    )
    judge(container(text))


@pytest.mark.parametrize(
    "uri",
    [
        "", "#", "#S1", "#KHAC", "a%20b%2Bc.txt?x", "a%20b%2Bc.txt#x", "file:///etc/passwd", "http://127.0.0.1/x",
        "//host/a", "./a%20b%2Bc.txt", "x/../a%20b%2Bc.txt", "/a%20b%2Bc.txt", "a%20b%2bc.txt%00", "mimetype",
        "META-INF/manifest.xml", "META-INF/signatures0.xml", "%FF", "#xpointer(/)",
    ],
)  # fmt: skip
def test_kt_03_references_to_somewhere_else_are_never_valid(key: Key, judge: Judge, uri: str) -> None:
    """The third file's reference points elsewhere: its digest may even be right."""
    data = {"mimetype": MEDIA_TYPE}.get(uri, b"x")
    for moved in ((*REFS[:2], Ref(uri, data, "r2")), (*REFS, Ref(uri, data, "r3"))):
        judge(container(signature(Xades(moved), key)))


def test_kt_03_a_file_referred_to_twice_is_never_valid(key: Key, judge: Judge) -> None:
    found = judge(container(signature(Xades((*REFS, replace(REFS[0], identity="again"))), key)))
    assert "SIGNED_PART_AMBIGUOUS" in reasons(found)


def _fake_properties(identity: str, *, target: str = "#S1", time: str = "2020-01-01T00:00:00Z") -> str:
    return (
        f'<xades:QualifyingProperties xmlns:xades="{XADES}" Target="{target}"><xades:SignedProperties Id="{identity}">'
        f"<xades:SignedSignatureProperties><xades:SigningTime>{time}</xades:SigningTime>"
        "</xades:SignedSignatureProperties></xades:SignedProperties></xades:QualifyingProperties>"
    )


def test_kt_03_wrapped_signatures_and_properties_are_never_valid(key: Key, judge: Judge) -> None:
    """A second set of properties, ids given twice, the signature inside another, decoys beside it."""
    fakes = [
        Xades(REFS, before=_fake_properties("X")),
        Xades(REFS, before=_fake_properties("S1-SP")),
        Xades(REFS, objects=f"<ds:Object>{_fake_properties('X')}</ds:Object>"),
        Xades(REFS, objects=f"<ds:Object>{_fake_properties('S1-SP', target='#S2')}</ds:Object>"),
        Xades(REFS, objects='<ds:Object Id="S1-SP"/>'),
        Xades(REFS, objects="<ds:Object><x>decoy</x></ds:Object>"),
        Xades(REFS, before="<x>decoy</x>"),
        Xades(REFS, target="#S2"),
        Xades(REFS, target=""),
    ]
    for fake in fakes:
        judge(container(signature(fake, key)))
    markup = signature_markup(Xades(REFS), key)
    for text in (
        signatures(markup, beside="<x>decoy</x>"),
        signatures(markup, beside=f'<x xmlns:ds="{DS}">{markup}</x>'),
        signatures(f"<x>{markup}</x>"),
        signatures(markup, markup),
        signatures(markup.replace("</ds:Signature>", f"<ds:Object>{markup}</ds:Object></ds:Signature>")),
        signatures(markup).replace(b"asic:XAdESSignatures", b"asic:Other"),
        signatures(markup).replace(b"02918/v1.2.1#", b"02918/v9#"),
        signatures(),
        b"<a/>",
        b"",
    ):
        judge(container(text))
    # The true properties moved aside, others in their place.
    found = re.search(r"<xades:SignedProperties.*?</xades:SignedProperties>", markup, re.DOTALL)
    assert found is not None
    properties = found[0]
    false = re.sub(r"(SigningTime>)[^<]*", r"\g<1>2020-01-01T00:00:00Z", properties)
    for identity in ("S1-SP", "X"):
        shown = markup.replace(properties, false.replace('Id="S1-SP"', f'Id="{identity}"'))
        moved = shown.replace(
            "</ds:Signature>", f'<ds:Object xmlns:xades="{XADES}">{properties}</ds:Object></ds:Signature>'
        )
        judge(container(signatures(moved)))


def test_kt_03_dtds_and_entities_are_never_valid(key: Key, judge: Judge, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("bí mật")
    markup = signatures(signature_markup(Xades(REFS), key))
    head, body = markup.split(b"?>", 1)
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 9))
    for doctype in (
        "<!DOCTYPE a>",
        '<!DOCTYPE a SYSTEM "http://127.0.0.1/x.dtd">',
        f'<!DOCTYPE a [<!ENTITY e SYSTEM "file://{tmp_path}/secret">]>',
        "<!DOCTYPE a [<!ATTLIST ds:Signature Id ID #IMPLIED>]>",
        f'<!DOCTYPE a [<!ENTITY e0 "aaaaaaaaaa">{levels}]>',
        f'<!DOCTYPE a [<!ENTITY % p SYSTEM "file://{tmp_path}/secret">%p;]>',
    ):
        found = judge(container(head + b"?>" + doctype.encode() + body))
        assert "bí mật" not in str(found)
        entity = body.replace(b"<ds:SignatureValue", b"<x>&e;&e8;</x><ds:SignatureValue")
        judge(container(head + b"?>" + doctype.encode() + entity))


def test_sha1_is_read_and_never_valid(key: Key, judge: Judge) -> None:
    """Digest, signature value or the name of the certificate: intact, and with a reason of its own."""
    for old in (Xades(REFS, digest=SHA1), Xades(REFS, method=RSA_SHA1), Xades(REFS, digest=SHA1, method=RSA_SHA1)):
        found = judge(container(signature(old, key)))
        (one,) = found.signatures
        assert (one.verdict, one.integrity, one.reasons) == (Verdict.INDETERMINATE, "intact", ("SHA1_USED",))


@pytest.mark.parametrize("name", ["expired", "not_yet", "revoked", "wrong_usage", "stranger"])
def test_kt_02_kt_06_certificates_are_judged(pki: Pki, trust: Trust, judge: Judge, name: str) -> None:
    key = pki.key(name)
    if not isinstance(key.private_key, rsa.RSAPrivateKey):
        key = _rsa_twin(pki, name)
    judge(container(signature(Xades(REFS), key)))


def _rsa_twin(pki: Pki, name: str) -> Key:
    """The same fault with an RSA key: the kit signs by RSA only."""
    now = datetime.now(UTC)
    private = pki.key("anh_duong").private_key
    assert isinstance(private, rsa.RSAPrivateKey)
    day = timedelta(days=1)
    faults: dict[str, dict[str, Any]] = {
        "expired": {"valid_from": now - 400 * day, "valid_to": now - 30 * day},
        "not_yet": {"valid_from": now + 30 * day},
        "wrong_usage": {"usages": ("key_encipherment",)},
    }
    if name == "revoked":
        # Its number is that of the certificate that the list names.
        serial = pki.key("revoked").certificate.serial_number
        subject = pki.key("revoked").certificate.subject
        return replace(
            pki.key("anh_duong"), certificate=pki.issuing.issue(subject, private.public_key(), serial=serial)
        )
    if name == "stranger":
        made_by = pki.key("stranger")
        return replace(pki.issue("NGƯỜI LẠ", private_key=private), chain=made_by.chain, certificate=_self(private))
    return pki.issue("LỖI", private_key=private, **faults[name])


def _self(private: rsa.RSAPrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "NGƯỜI LẠ")])
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(private.public_key()).serial_number(7)
        .not_valid_before(now - timedelta(days=9)).not_valid_after(now + timedelta(days=9))
        .sign(private, hashes.SHA256())
    )  # fmt: skip


def test_signed_files_inside_count_too(pki: Pki, trust: Trust, key: Key, judge: Judge) -> None:
    pdf = made.signed(made.blank(), pki.key("anh_duong"))
    files = [("a.pdf", pdf)]
    honest = zipped(parts_of(files, signature(Xades(refs(files)), key)))
    found = validate(honest, name="a", trust=trust)
    assert [one.name for one in found.signatures] == ["META-INF/signatures0.xml", "a.pdf: Signature1"]
    broken = [("a.pdf", pdf.replace(b"To khai", b"To khac", 1))]
    assert broken != files
    found = judge(zipped(parts_of(broken, signature(Xades(refs(broken)), key))), control=honest)
    assert [one.verdict for one in found.signatures] == [Verdict.VALID, Verdict.INVALID]
