"""What an applicant gets: the result, signed with the portal's own key, and letters. Runs on the bench."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from forms.bundled import RESOURCES
from forms.printing import print_page
from signing import pkcs12
from signing.pdf import sign_pdf
from signing.stamp import Stamp, prepare_font, stamp_lines


def make_result(dossier: dict[str, Any], p12: bytes, passphrase: str) -> bytes:
    """Print and sign the result of a dossier; `issued` is its ISO time."""
    issued = datetime.fromisoformat(dossier["issued"])
    facts = [
        ["Mã hồ sơ", dossier["code"]],
        ["Thủ tục", f"{dossier['procedure_name']} ({dossier['procedure']})"],
        ["Người nộp", dossier["applicant"]],
    ]
    if dossier["tax_code"]:
        facts.append(["Mã số thuế", dossier["tax_code"]])
    if dossier["personal_id"]:
        facts.append(["Số định danh cá nhân", dossier["personal_id"]])
    facts.append(["Tiếp nhận", _day(dossier["received"])])
    data = {
        "agency": "Cổng thực hành Hồ Sơ",
        "number": f"{dossier['code'].rpartition('-')[2]}/TH-KQ",
        "place": "Hà Nội",
        "date": issued.date().isoformat(),
        "title": "Thông báo",
        "about": "Kết quả giải quyết hồ sơ",
        "body": [
            "Cổng thực hành thông báo hồ sơ dưới đây đã được xử lý xong.",
            "Văn bản này chỉ để thực hành, không có giá trị pháp lý.",
        ],
        "facts": facts,
        "recipients": [dossier["applicant"], "Lưu: cổng thực hành."],
        "signer_title": "Cổng thực hành",
        "code": dossier["code"],
    }
    printed = print_page("result", data, timestamp=int(issued.timestamp()), practice=True)
    key = pkcs12.load(p12, passphrase)[0]
    mark = next((mark for mark in printed.signatures if mark.name == "co_quan"), None)
    stamp = None
    if mark is not None:
        font = prepare_font((RESOURCES / "fonts" / "LiberationSerif-Regular.ttf").read_bytes())
        lines = stamp_lines(key.certificate, issued)
        stamp = Stamp(lines, mark.page, (mark.x, mark.y, mark.width, mark.height), font)
    signed = sign_pdf(
        printed.pdf,
        None,
        key,
        field="co_quan",
        stamp=stamp,
        at=issued,
        reason="Kết quả giải quyết hồ sơ (thực hành)",
    )
    assert signed.data is not None
    return bytes(signed.data)


def make_letter(dossier: dict[str, Any]) -> bytes:
    """Print a message to the applicant; `text` is its words, `issued` its ISO time."""
    issued = datetime.fromisoformat(dossier["issued"])
    data = {
        "agency": "Cổng thực hành Hồ Sơ",
        "number": f"{dossier['code'].rpartition('-')[2]}/TH-TB",
        "place": "Hà Nội",
        "date": issued.date().isoformat(),
        "title": "Thông báo",
        "about": f"Về hồ sơ {dossier['code']}",
        "body": [dossier["text"], "Văn bản này chỉ để thực hành, không có giá trị pháp lý."],
        "facts": [
            ["Thủ tục", f"{dossier['procedure_name']} ({dossier['procedure']})"],
            ["Người nộp", dossier["applicant"]],
        ],
        "recipients": [dossier["applicant"], "Lưu: cổng thực hành."],
        "signer_title": "Cổng thực hành",
        "code": dossier["code"],
    }
    return bytes(print_page("result", data, timestamp=int(issued.timestamp()), practice=True).pdf)


def _day(text: str) -> str:
    return datetime.fromisoformat(text).strftime("%d/%m/%Y %H:%M")
