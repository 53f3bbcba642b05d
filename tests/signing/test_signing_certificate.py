"""What certificates say, and what must be known before signing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID

from signing import errors
from signing.certificate import Party, Role, check_before_signing, parse

NOW = datetime(2026, 7, 15, 9, 30, tzinfo=UTC)


@dataclass
class Trusting:
    """Stands for signing.trust.Trust: three tuples of DER."""

    anchors: tuple[bytes, ...] = ()
    intermediates: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()


def _codes(*args: Any, **more: Any) -> list[tuple[str, str]]:
    more.setdefault("at", NOW)
    return [(one.code, one.severity) for one in check_before_signing(*args, **more)]


@pytest.mark.parametrize(
    ("uid", "serial_number", "tax_code", "personal_id", "state"),
    [
        (("MST:0106200129",), None, "0106200129", None, None),
        (("MST:0100686209-199",), None, "0100686209-199", None, None),
        (("MST:0100686209199",), None, "0100686209-199", None, None),
        (("CCCD:025188001234",), None, None, "025188001234", None),
        (("CMND:079123456",), None, None, "079123456", None),
        (("CMND:079188001234", "MST:0106200129"), None, "0106200129", "079188001234", None),
        (("MST:025188001234",), None, "025188001234", "025188001234", None),
        (("MNS:1012345",), None, None, None, "1012345"),
        ((), "0100686209", "0100686209", None, None),
        ((), "MST: 0100686209", "0100686209", None, None),
        ((), "0100686208", None, None, None),
        (("012345678",), None, None, "012345678", None),
        ((), "54010190", None, None, None),
        ((), None, None, None, None),
    ],
)
def test_numbers_are_found_where_authorities_put_them(
    uid: Any, serial_number: Any, tax_code: Any, personal_id: Any, state: Any, throwaway: Any
) -> None:
    certificate = parse(throwaway.signer(uid=uid, kind="p256", serial_number=serial_number).der)
    assert (certificate.tax_code, certificate.personal_id, certificate.state_code) == (
        tax_code,
        personal_id,
        state,
    )


def test_facts_agree_with_openssl(throwaway: Any, tmp_path: Any) -> None:
    import subprocess

    issued = throwaway.signer(organization="TẬP ĐOÀN ÁNH DƯƠNG")
    certificate = parse(issued.pem)
    (tmp_path / "c.pem").write_bytes(issued.pem)
    said = subprocess.run(
        ["openssl", "x509", "-in", str(tmp_path / "c.pem"), "-noout", "-serial", "-fingerprint", "-sha256"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.lower()
    assert f"serial={certificate.serial}".replace("=0", "=") in said.replace("=0", "=")
    assert certificate.fingerprint in said.replace(":", "")
    assert certificate.common_name == "CÔNG TY TNHH ÁNH DƯƠNG"
    assert certificate.organization == "TẬP ĐOÀN ÁNH DƯƠNG"
    assert certificate.issuer == "CA CẤP PHÁT THỬ NGHIỆM"
    assert certificate.key_type == "RSA-2048"
    assert certificate.valid_to > certificate.valid_from
    assert certificate.to_json()["tax_code"] == "0312345678"


@pytest.mark.parametrize("data", [b"", b"0" * 100, b"\x30\x80", bytes(70_000)])
def test_what_is_no_certificate(data: bytes) -> None:
    with pytest.raises(errors.CertificateUnreadable):
        parse(data)


def test_window_scope_and_strength(throwaway: Any) -> None:
    day = timedelta(days=1)
    past = (NOW - 400 * day, NOW - day)
    future = (NOW + day, NOW + 400 * day)
    soon = (NOW - 400 * day, NOW + 5 * day)
    cases: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
        ({}, []),
        ({"valid": past}, [("CERTIFICATE_EXPIRED", "error")]),
        ({"valid": future}, [("CERTIFICATE_NOT_YET_VALID", "error")]),
        ({"valid": soon}, [("EXPIRES_SOON", "warning")]),
        ({"usage": {"key_encipherment": True}}, [("CERTIFICATE_USAGE", "error")]),
        ({"usage": {"digital_signature": True}}, []),
        ({"purposes": [ExtendedKeyUsageOID.TIME_STAMPING]}, [("CERTIFICATE_USAGE", "error")]),
        ({"purposes": [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.EMAIL_PROTECTION]}, []),
        ({"kind": "rsa1024"}, [("KEY_TOO_WEAK", "error")]),
        ({"kind": "ed25519"}, [("UNSUPPORTED_KEY", "error")]),
    ]
    for shape, expected in cases:
        assert _codes(parse(throwaway.signer(**shape).der)) == expected, shape
    assert _codes(parse(throwaway.issuing.der)) == [("CERTIFICATE_USAGE", "error")]


def test_a_certificate_signed_with_sha1_is_refused(throwaway: Any) -> None:
    try:
        issued = throwaway.signer(kind="p256", digest=hashes.SHA1())
    except Exception:  # some builds of OpenSSL cannot make one any more
        pytest.skip("SHA-1 signatures cannot be made here")
    assert ("SIGNATURE_SHA1", "error") in _codes(parse(issued.der))


COMPANY, OTHER, BRANCH = "0100686209", "0101243150", "0100686209-199"


@pytest.mark.parametrize(
    ("uid", "party", "role", "expected"),
    [
        ((f"MST:{COMPANY}",), Party(COMPANY), Role.SELF, []),
        ((f"MST:{OTHER}",), Party(COMPANY), Role.SELF, [("OTHER_TAX_CODE", "error")]),
        ((f"MST:{OTHER}",), Party(COMPANY), Role.LEGAL_REPRESENTATIVE, [("OTHER_TAX_CODE", "error")]),
        ((f"MST:{OTHER}",), Party(COMPANY), Role.ON_BEHALF, [("OTHER_TAX_CODE", "question")]),
        ((f"MST:{OTHER}",), Party(COMPANY), Role.TAX_AGENT, []),
        ((f"MST:{COMPANY}",), Party(COMPANY), Role.TAX_AGENT, [("AGENT_WITH_CLIENT_CERTIFICATE", "question")]),
        ((f"MST:{COMPANY}",), Party(BRANCH), Role.SELF, [("HEAD_OFFICE_FOR_UNIT", "question")]),
        ((f"MST:{BRANCH}",), Party(COMPANY), Role.SELF, [("OTHER_TAX_CODE", "error")]),
        ((f"MST:{BRANCH}",), Party("0100686209-001"), Role.SELF, [("OTHER_TAX_CODE", "error")]),
        ((f"MST:{BRANCH}",), Party(BRANCH), Role.SELF, []),
        (("CCCD:001188012345",), Party(None, "001188012345"), Role.SELF, []),
        (("CCCD:001188012345",), Party("001188012345"), Role.SELF, []),
        (("CCCD:001188012345",), Party(None, "001188054321"), Role.SELF, [("OTHER_PERSON", "error")]),
        (("CCCD:001188012345",), Party("001188054321"), Role.SELF, [("OTHER_PERSON", "error")]),
        (("CCCD:001188012345",), Party(COMPANY), Role.SELF, [("OTHER_TAX_CODE", "error")]),
        (("CCCD:001188012345",), Party(COMPANY), Role.LEGAL_REPRESENTATIVE, [("NO_TAX_CODE", "question")]),
        (("CCCD:001188012345",), Party(COMPANY, "001188012345"), Role.LEGAL_REPRESENTATIVE, []),
        ((), Party(COMPANY), Role.SELF, [("NO_TAX_CODE", "question")]),
        ((f"MST:{OTHER}",), None, Role.SELF, []),
        ((f"MST:{OTHER}",), Party(), Role.SELF, []),
    ],
)
def test_whose_certificate_for_whom(uid: Any, party: Any, role: Role, expected: Any, throwaway: Any) -> None:
    assert _codes(parse(throwaway.signer(uid=uid, kind="p256").der), role=role, party=party) == expected


def test_chain_and_revocation_by_given_lists(throwaway: Any) -> None:
    good, bad = throwaway.signer(kind="p256"), throwaway.signer(kind="p256")
    lists = (throwaway.crl([bad]), throwaway.crl([], throwaway.root))
    trust = Trusting((throwaway.root.der,), (throwaway.issuing.der,), lists)
    assert _codes(parse(good.der), trust=trust) == []
    assert _codes(parse(bad.der), trust=trust) == [("REVOKED", "error")]
    no_lists = Trusting((throwaway.root.der,), (throwaway.issuing.der,))
    assert _codes(parse(good.der), trust=no_lists) == [("REVOCATION_UNKNOWN", "warning")]
    stale = NOW + timedelta(days=60)
    assert _codes(parse(good.der), trust=trust, at=stale) == [("REVOCATION_UNKNOWN", "warning")]
    unknown = [("CHAIN_UNKNOWN", "warning"), ("REVOCATION_UNKNOWN", "warning")]
    assert _codes(parse(good.der), trust=Trusting()) == unknown
    assert _codes(parse(good.der), trust=Trusting((throwaway.root.der,), (), lists)) == unknown
    # The key's own file often brings the certificate in between.
    with_key = Trusting((throwaway.root.der,), (), lists)
    assert _codes(parse(good.der), trust=with_key, chain=[throwaway.issuing.der]) == []


def test_a_list_by_another_authority_says_nothing(throwaway: Any) -> None:
    good = throwaway.signer(kind="p256")
    forger = type(throwaway)(10)  # same names, other keys
    trust = Trusting((throwaway.root.der,), (throwaway.issuing.der,), (forger.crl([good]),))
    assert _codes(parse(good.der), trust=trust) == [("REVOCATION_UNKNOWN", "warning")]
    copied = Trusting((forger.root.der,), (forger.issuing.der,))
    assert ("CHAIN_UNKNOWN", "warning") in _codes(parse(good.der), trust=copied)
