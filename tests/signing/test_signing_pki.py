"""The throw-away authority itself: judged by openssl, so that the other tests stand on something."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests import pki as authority
from tests.pki import Pki


@pytest.mark.parametrize("name", ["anh_duong", "anh_duong_ec", "sao_mai", "person"])
def test_good_certificates_verify_with_revocation(pki: Pki, tmp_path: Path, name: str) -> None:
    folder = pki.write(tmp_path, name)
    (folder / "leaf.pem").write_bytes(pki.key(name).certificate_pem)
    done = subprocess.run(
        [
            *("openssl", "verify", "-x509_strict", "-crl_check_all", "-CRLfile", "ca.crl", "-CAfile", "ca.pem"),
            *("-untrusted", "issuing.pem", "leaf.pem"),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["expired", "not_yet", "revoked", "stranger"])
def test_bad_certificates_do_not_verify(pki: Pki, tmp_path: Path, name: str) -> None:
    folder = pki.write(tmp_path)
    (folder / "leaf.pem").write_bytes(pki.key(name).certificate_pem)
    done = subprocess.run(
        [
            *("openssl", "verify", "-crl_check_all", "-CRLfile", "ca.crl", "-CAfile", "ca.pem"),
            *("-untrusted", "issuing.pem", "leaf.pem"),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0


def test_every_name_can_be_made(pki: Pki) -> None:
    assert {name: pki.key(name).certificate_der[:1] for name in authority.NAMES} == dict.fromkeys(
        authority.NAMES, b"\x30"
    )
