"""What the attacks are judged against."""

from __future__ import annotations

import pytest

from signing.trust import Trust


@pytest.fixture(scope="module")
def trust(pki):  # type: ignore[no-untyped-def]  # its class lives in a module loaded by the tests' own conftest
    """Trust the test authority and its lists."""
    return Trust.of([pki.root_pem], crls=[pki.crl_pem])
