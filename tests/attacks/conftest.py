"""What the attacks are judged against."""

from __future__ import annotations

import pytest

from signing.trust import Trust
from tests.pki import Pki


@pytest.fixture(scope="module")
def trust(pki: Pki) -> Trust:
    """Trust the test authority and its lists."""
    return Trust.of([pki.root_pem], crls=[pki.crl_pem])
