"""What the practice portal refuses.

DesktopError
└── PortalSaysNo          a request that breaks the contract or its own rules: answered as problem+json
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from desktop.errors import DesktopError


@dataclass(eq=False)
class PortalSaysNo(DesktopError):
    """Answer a request with an HTTP error, a stable code of the contract and, where it helps, more members."""

    code: ClassVar[str] = "PORTAL_SAYS_NO"
    status: int
    problem: str
    """The code that the answer carries, such as KEY_REUSED."""
    more: dict[str, Any] = field(default_factory=dict)
    """Further members of the problem document, such as `received`."""
