"""Every fault of a certificate at every level, at the program's own door: refused or warned of before it signs."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from desktop.filing.documents import SignRequest, sign_document
from desktop.filing.errors import SigningRefused
from desktop.messages import message
from signing.certificate import Role
from signing.levels import Proofs
from signing.trust import Trust
from tests.signing import made

LEVELS = ("B-B", "B-T", "B-LT", "B-LTA")
CLIENT = "0100686209"
REFUSED = {
    "expired": dict.fromkeys(LEVELS, "CERTIFICATE_EXPIRED"),
    "not_yet": dict.fromkeys(LEVELS, "CERTIFICATE_NOT_YET_VALID"),
    "wrong_usage": dict.fromkeys(LEVELS, "CERTIFICATE_USAGE"),
    "revoked": dict.fromkeys(LEVELS, "REVOKED"),
    "wrong_company": dict.fromkeys(LEVELS, "OTHER_TAX_CODE"),
    "unknown_authority": dict.fromkeys(("B-LT", "B-LTA"), "CHAIN_UNKNOWN_FOR_LEVEL"),
    "silent": dict.fromkeys(("B-LT", "B-LTA"), "REVOCATION_UNKNOWN_FOR_LEVEL"),
}
"""What each fault is refused by; what is not here is warned of (Circular 15/2025, Appendix II) and may sign."""
WARNED = {"unknown_authority": {"CHAIN_UNKNOWN", "REVOCATION_UNKNOWN"}, "silent": {"REVOCATION_UNKNOWN"}}


class Counting:
    """A key that counts how often it signed."""

    def __init__(self, key: Any) -> None:
        self.certificate, self.chain, self.kind = key.certificate, key.chain, key.kind
        self._key = key
        self.times = 0

    def sign(self, data: bytes, digest: Any = "sha256") -> bytes:
        self.times += 1
        signed: bytes = self._key.sign(data, digest)
        return signed


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from desktop.app import App

    app = App(home=tmp_path_factory.mktemp("nhà"), practice=True)
    yield app.desk
    app.close()


@pytest.fixture(scope="module")
def lists(authority: Any) -> Any:
    """Return the issuing authority's newest list, as a person keeps it for work without network."""
    with urllib.request.urlopen(f"{authority.url}/vn/crls/issuing/latest.crl", timeout=30) as answer:
        return answer.read()


@pytest.fixture(scope="module")
def trusting(authority: Any, pki: Any, lists: bytes) -> dict[str, tuple[Trust, Proofs]]:
    """Return whom one trusts and what a batch shares: the real authority, and one that issued none of these."""
    found = {}
    for name, trust in {
        "known": Trust.of([authority.root, authority.issuing], crls=[lists]),
        "unknown": Trust.of([pki.root_der]),
    }.items():
        found[name] = (trust, Proofs(trust, tsa=authority.tsa))
    return found


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("fault", REFUSED)
def test_ks_02_every_fault_at_every_level_is_refused_or_warned_of_before_it_signs(
    desk: Any, authority: Any, trusting: dict[str, tuple[Trust, Proofs]], fault: str, level: str
) -> None:
    name = {"wrong_company": "other", "unknown_authority": "p256"}.get(fault, fault)
    key = Counting(authority.key(name))
    trust, proofs = trusting["unknown" if fault == "unknown_authority" else "known"]
    request = SignRequest(Role.SELF, CLIENT, trust, level=level, proofs=None if level == "B-B" else proofs)
    code = REFUSED[fault].get(level)
    if code is not None:
        with pytest.raises(SigningRefused) as refused:
            sign_document(desk, "tờ khai.pdf", made.blank(), key, request)
        assert code in {one.code for one in refused.value.findings}
        assert key.times == 0
        told = message(code, refused.value.findings[0].facts, "vi")
        assert told.sentence
        assert "{" not in told.text
        return
    signed = sign_document(desk, "tờ khai.pdf", made.blank(), key, request)
    assert key.times == 1
    assert signed.level == level
    warned = {one.code for one in signed.findings if one.severity == "warning"}
    assert warned == WARNED[fault]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(
    ("role", "code"),
    [(Role.SELF, "OTHER_TAX_CODE"), (Role.LEGAL_REPRESENTATIVE, "OTHER_TAX_CODE"), (Role.ON_BEHALF, "OTHER_TAX_CODE")],
)
def test_another_companys_certificate_is_refused_or_asked_about_at_every_level(
    desk: Any, authority: Any, trusting: dict[str, tuple[Trust, Proofs]], role: Role, code: str, level: str
) -> None:
    """On behalf of another it is a question; a tax agent signs with its own, as Circular 80/2021 has it."""
    trust, proofs = trusting["known"]
    key = Counting(authority.key("other"))
    request = SignRequest(role, CLIENT, trust, level=level, proofs=None if level == "B-B" else proofs)
    with pytest.raises(SigningRefused) as refused:
        sign_document(desk, "tờ khai.pdf", made.blank(), key, request)
    severities = {one.code: one.severity for one in refused.value.findings}
    assert severities[code] == ("question" if role is Role.ON_BEHALF else "error")
    assert key.times == 0


def test_a_tax_agent_signs_with_its_own_certificate(
    desk: Any, authority: Any, trusting: dict[str, tuple[Trust, Proofs]]
) -> None:
    trust, proofs = trusting["known"]
    key = Counting(authority.key("other"))
    request = SignRequest(Role.TAX_AGENT, CLIENT, trust, level="B-T", proofs=proofs)
    signed = sign_document(desk, "tờ khai.pdf", made.blank(), key, request)
    assert signed.level == "B-T"
    assert key.times == 1
