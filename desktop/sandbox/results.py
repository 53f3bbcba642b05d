"""The result of a dossier: a page for the applicant, signed with the portal's own key."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from desktop.sandbox.authority import Authority
from desktop.sandbox.database import Row

_PASSPHRASE = "thuc-hanh"


def make_result(dossier: Row, authority: Authority) -> bytes:
    """Print and sign the result of a dossier; `issued` is its ISO time."""
    from forms.printing import print_page
    from signing import pkcs12
    from signing.pdf import sign_pdf

    issued = datetime.fromisoformat(dossier["issued"])
    data: dict[str, Any] = {
        "code": dossier["code"],
        "procedure": dossier["procedure"],
        "procedure_name": dossier["procedure_name"],
        "applicant": dossier["applicant"],
        "tax_code": dossier["tax_code"],
        "personal_id": dossier["personal_id"],
        "received": dossier["received"],
        "issued": dossier["issued"],
        "practice": True,
    }
    printed = print_page("result", data, timestamp=int(issued.timestamp()))
    key = pkcs12.load(authority.result_p12(_PASSPHRASE), _PASSPHRASE)[0]
    signed = sign_pdf(printed.pdf, None, key, field="KetQua", at=issued, reason="Kết quả giải quyết hồ sơ (thực hành)")
    assert signed.data is not None
    return bytes(signed.data)
