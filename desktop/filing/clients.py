"""The people and companies filed for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from desktop.filing.desk import Desk

if TYPE_CHECKING:
    pass


def add_client(desk: Desk, tax_code: str, name: str, facts: Mapping[str, Any]) -> Any:
    """Add a client. Raises ClientExists, BadIdentifier for a tax code that cannot be one."""
    from desktop.filing.errors import BadTaxCode
    from forms.identifiers import check_tax_code, nfc

    code = tax_code.strip()
    found = check_tax_code(code)
    if found is not None and found.severity == "error":
        raise BadTaxCode(code)
    known = {str(key): nfc(str(value)) for key, value in facts.items() if value not in (None, "")}
    return desk.workspace.clients.add(code, nfc(name), known)
