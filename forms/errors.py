"""What can go wrong with forms.

FormsError
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar


@dataclass(eq=False)
class FormsError(Exception):
    """Carry a stable code and typed facts, never words for a reader."""

    code: ClassVar[str] = "FORMS"
    retry: ClassVar[bool] = False
    stops_batch: ClassVar[bool] = False

    @property
    def facts(self) -> dict[str, Any]:
        """Return the facts by name."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), tuple(getattr(self, f.name) for f in fields(self))

    def __str__(self) -> str:
        return f"{self.code} {self.facts}"
