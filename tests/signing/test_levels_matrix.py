"""Every kind of key at every level, judged by other programs; every fault of a certificate at every level."""

from __future__ import annotations

import io
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms as asn1_cms
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader

from signing.certificate import Finding
from signing.errors import CertificateRefused, TimeStampServerMissing
from signing.levels import Level, Proofs, sign
from signing.network import Network
from signing.trust import Trust
from signing.validation import validate
from tests.signing import made
from tests.signing.authority_kit import FAULTY, KINDS

LEVELS = (Level.B_B, Level.B_T, Level.B_LT, Level.B_LTA)
LONG = (Level.B_LT, Level.B_LTA)


@pytest.fixture(scope="module")
def proofs(authority: Any) -> Proofs:
    """Return one object for all files here, as a batch has it."""
    return Proofs(Trust.of([authority.root]), tsa=authority.tsa)


@pytest.fixture(scope="module")
def signed(authority: Any, proofs: Proofs) -> Any:
    """Return a function that signs a blank page once per kind of key and level."""

    @cache
    def make(kind: str, level: Level) -> bytes:
        done = sign(made.blank(), None, authority.key(kind), level=level, proofs=proofs)
        assert done.facts.level == level.value
        assert done.data is not None
        return done.data

    return make


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_key_at_every_level(authority: Any, signed: Any, tmp_path: Path, kind: str, level: Level) -> None:
    data = signed(kind, level)
    path = tmp_path / "a.pdf"
    path.write_bytes(data)
    told = subprocess.run(["pdfsig", path], capture_output=True, text=True, check=False).stdout
    assert told.count("Signature Validation: Signature is Valid") == 1, told
    trust = Trust.of([authority.root])
    asked = Network(allowed=frozenset({f"127.0.0.1:{authority.port}"}))
    for offline in (True, False):
        found = validate(data, name="a.pdf", trust=trust, offline=offline, network=asked)
        one = found.signatures[0]
        assert (one.level, one.integrity, one.kind) == (level, "intact", "signature")
        assert (one.time_stamp is not None) == (level is not Level.B_B)
        # What stands in the file is enough from B-LT on; below, the authorities must be asked.
        assert (found.verdict == "valid") == (not offline or level in LONG), (offline, one.reasons)
    stamps = [one for one in found.signatures if one.kind == "time-stamp"]
    assert len(stamps) == (1 if level is Level.B_LTA else 0)
    assert all(one.verdict == "valid" for one in stamps)


def _contents(data: bytes) -> list[tuple[str, bytes, bytes]]:
    """Return (kind, contents, signed bytes) of every signature, read by pyHanko."""
    found = []
    for one in PdfFileReader(io.BytesIO(data)).embedded_signatures:
        first, length, second, rest = (int(number) for number in one.byte_range)
        covered = data[first : first + length] + data[second : second + rest]
        found.append((str(one.sig_object.get("/Type")), one.pkcs7_content, covered))
    return found


def _openssl_says(authority: Any, folder: Path, token: bytes, content: bytes) -> str:
    (folder / "token").write_bytes(token)
    (folder / "content").write_bytes(content)
    for name in ("root", "issuing"):
        (folder / f"{name}.pem").write_bytes(authority.certificate(name).public_bytes(Encoding.PEM))
    done = subprocess.run(
        ["openssl", "ts", "-verify", "-in", "token", "-token_in", "-data", "content", "-CAfile", "root.pem",
         "-untrusted", "issuing.pem"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout + done.stderr


@pytest.mark.parametrize("kind", ["rsa2048", "p384"])
def test_ks_07_the_time_stamps_are_true_by_openssl(authority: Any, signed: Any, tmp_path: Path, kind: str) -> None:
    """The one over the signature value stamps that value; the one over the document stamps the document."""
    found = _contents(signed(kind, Level.B_LTA))
    assert [one for one, _, _ in found] == ["/Sig", "/DocTimeStamp"]
    signature, document = found
    signer = asn1_cms.ContentInfo.load(signature[1])["content"]["signer_infos"][0]
    attributes = {one["type"].native: one["values"] for one in signer["unsigned_attrs"]}
    token = attributes["signature_time_stamp_token"][0].dump()
    assert "Verification: OK" in _openssl_says(authority, tmp_path, token, signer["signature"].native)
    assert "Verification: OK" not in _openssl_says(authority, tmp_path, token, b"another content")
    token = asn1_cms.ContentInfo.load(document[1]).dump()
    assert "Verification: OK" in _openssl_says(authority, tmp_path, token, document[2])


def test_ks_07_a_level_with_time_needs_a_server(authority: Any) -> None:
    key = authority.key("p256")
    for level in LEVELS[1:]:
        with pytest.raises(TimeStampServerMissing):
            sign(made.blank(), None, key, level=level, proofs=Proofs(Trust.of([authority.root])))
        with pytest.raises(TimeStampServerMissing):
            sign(made.blank(), None, key, level=level)


@pytest.mark.parametrize("level", LEVELS[1:])
def test_the_stock_way_is_parsed_alike(authority: Any, proofs: Proofs, level: Level) -> None:
    """Our prepared CMS and pyHanko's own, at every level, hold the same things and are judged the same."""
    key = authority.key("rsa2048")
    trust = Trust.of([authority.root])
    seen = []
    for stock in (False, True):
        done = sign(made.blank(), None, key, level=level, proofs=proofs, stock=stock)
        assert done.data is not None
        content = asn1_cms.ContentInfo.load(_contents(done.data)[0][1])["content"]
        signer = content["signer_infos"][0]
        verdict = validate(done.data, name="a", trust=trust)
        seen.append(
            {
                "version": content["version"].native,
                "digests": [one["algorithm"].native for one in content["digest_algorithms"]],
                "content": content["encap_content_info"].native,
                "certificates": sorted(one.chosen.sha256.hex() for one in content["certificates"]),
                "signer": signer["sid"].native,
                "algorithm": signer["signature_algorithm"]["algorithm"].native,
                "unsigned": sorted(one["type"].native for one in signer["unsigned_attrs"]),
                "needed": {"content_type", "message_digest", "signing_certificate_v2"}
                <= {one["type"].native for one in signer["signed_attrs"]},
                "verdict": [(one.kind, one.verdict, one.level, one.reasons) for one in verdict.signatures],
            }
        )
    assert seen[0] == seen[1]


# certificate faults

LAW = {
    "expired": "CERTIFICATE_EXPIRED",
    "not_yet": "CERTIFICATE_NOT_YET_VALID",
    "revoked": "REVOKED",
    "wrong_usage": "CERTIFICATE_USAGE",
}


class _Counting:
    """A key that counts how often it signed."""

    def __init__(self, key: Any) -> None:
        self.certificate, self.chain, self.kind = key.certificate, key.chain, key.kind
        self._key = key
        self.times = 0

    def sign(self, data: bytes, digest: Any = "sha256") -> bytes:
        self.times += 1
        signed: bytes = self._key.sign(data, digest)
        return signed


@pytest.mark.parametrize("level", LEVELS[1:])
@pytest.mark.parametrize("fault", FAULTY)
def test_ks_02_a_faulty_certificate_is_refused_before_anything_is_signed(
    authority: Any, proofs: Proofs, fault: str, level: Level
) -> None:
    key = _Counting(authority.key(fault))
    with pytest.raises(CertificateRefused) as refused:
        sign(made.blank(), None, key, level=level, proofs=proofs)
    assert LAW[fault] in refused.value.findings
    assert refused.value.level == level.value
    assert key.times == 0


def _codes(found: list[Finding]) -> list[tuple[str, str]]:
    return sorted((one.code, one.severity) for one in found)


@pytest.mark.parametrize("level", LEVELS[1:])
def test_an_authority_nobody_trusts_is_a_warning_with_time_and_an_error_with_evidence(
    authority: Any, pki: Any, level: Level
) -> None:
    """Appendix II: what cannot be checked is warned of; what must be kept in the file cannot be missing."""
    strangers = Proofs(Trust.of([pki.root_der]), tsa=authority.tsa)
    key = _Counting(authority.key("p256"))
    if level is Level.B_T:
        found = strangers.require(key, level, strangers.now())
        assert _codes(found) == [("CHAIN_UNKNOWN", "warning"), ("REVOCATION_UNKNOWN", "warning")]
        done = sign(made.blank(), None, key, level=level, proofs=strangers)
        assert done.facts.level == "B-T"
        return
    with pytest.raises(CertificateRefused) as refused:
        sign(made.blank(), None, key, level=level, proofs=strangers)
    assert refused.value.findings == ("CHAIN_UNKNOWN_FOR_LEVEL",)
    assert key.times == 0


@pytest.mark.parametrize("level", LEVELS[1:])
def test_a_status_nobody_tells_is_a_warning_with_time_and_an_error_with_evidence(
    authority: Any, proofs: Proofs, level: Level
) -> None:
    key = _Counting(authority.key("silent"))
    if level is Level.B_T:
        assert _codes(proofs.require(key, level, proofs.now())) == [("REVOCATION_UNKNOWN", "warning")]
        assert sign(made.blank(), None, key, level=level, proofs=proofs).facts.level == "B-T"
        return
    with pytest.raises(CertificateRefused) as refused:
        sign(made.blank(), None, key, level=level, proofs=proofs)
    assert refused.value.findings == ("REVOCATION_UNKNOWN_FOR_LEVEL",)
    assert key.times == 0


def test_only_chains_that_end_in_a_trusted_root_are_asked_about(authority: Any, pki: Any) -> None:
    """The addresses stand in certificates: for strangers nobody is asked."""
    strangers = Proofs(Trust.of([pki.root_der]), tsa=authority.tsa)
    sign(made.blank(), None, authority.key("p256"), level=Level.B_T, proofs=strangers)
    assert strangers.fetched == 0


def test_private_addresses_in_certificates_are_asked_only_when_configured(authority: Any) -> None:
    """The server named by the user is on this machine; certificates that name other places here are not followed."""
    trust = Trust.of([authority.root])
    elsewhere = f"http://localhost:{authority.port}/vn/tsa/tsa"
    closed = Proofs(trust, tsa=elsewhere)
    with pytest.raises(CertificateRefused) as refused:
        sign(made.blank(), None, authority.key("p256"), level=Level.B_LT, proofs=closed)
    assert refused.value.findings == ("REVOCATION_UNKNOWN_FOR_LEVEL",)
    opened = Proofs(trust, tsa=elsewhere, allowed=["127.0.0.1"])
    assert sign(made.blank(), None, authority.key("p256"), level=Level.B_LT, proofs=opened).facts.level == "B-LT"


def test_a_batch_asks_each_authority_once(authority: Any) -> None:
    """Three files: one trial and two time-stamps each; the status of three certificates once."""
    shared = Proofs(Trust.of([authority.root]), tsa=authority.tsa)
    key = authority.key("p256")
    fetched = []
    for _ in range(3):
        sign(made.blank(), None, key, level=Level.B_LTA, proofs=shared)
        fetched.append(shared.fetched)
    assert fetched[0] == fetched[2]
    assert shared.server is not None
    assert shared.server.asked == 1 + 3 * 2
