"""Begin a template, for its author to change: a small valid one, or what an official form in Word or PDF comes to."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forms.errors import TemplateUnreadable
from forms.identifiers import fold

if TYPE_CHECKING:
    from forms.template.proposal import Proposal


def skeleton(folder: Path) -> None:
    """Write a template into a new or empty folder that lints clean; raise `TemplateUnreadable` where there is one."""
    check_new(folder)
    slug = _slug(folder.resolve().name)
    (folder / "examples").mkdir(parents=True, exist_ok=True)
    for name, content in (
        ("template.json", _facts(slug)),
        ("definition.json", _DEFINITION),
        ("examples/day-du.json", _EXAMPLE),
    ):
        text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "layout.typ").write_text(_LAYOUT, encoding="utf-8")


def check_new(folder: Path) -> None:
    """Raise `TemplateUnreadable` where a new template would be written over something."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise TemplateUnreadable("NOT_EMPTY", folder.name)


def propose_from(data: bytes, name: str, folder: str, today: str) -> Proposal:
    """Return the template that a Word or PDF form comes to; the bytes are a stranger's: run this in a worker process.

    `name` is the file's, `folder` the new template's, `today` the ISO date from which it holds until its maker says.
    Raises WordError, ForeignFormError.
    """
    from forms.template.proposal import Remark, TooManyFields, propose
    from forms.template.proposal.naming import MAX_FIELDS
    from forms.template.word.errors import WordBomb, WordNoForm

    slug = _slug(folder)
    remarks: tuple[Remark, ...] = ()
    if data[:1024].lstrip().startswith(b"%PDF"):
        from forms.template.foreign import read_pdf

        paper, remarks = read_pdf(data)
    else:
        from forms.template.word import read_word

        paper = read_word(data)
    try:
        found: Proposal | None = propose(paper, " ".join(name.split())[:80], slug, today, remarks)
    except TooManyFields as error:
        raise WordBomb("FIELDS", MAX_FIELDS) from error
    if found is None:
        raise WordNoForm
    return found


def _slug(folder: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", fold(folder)).strip("-")[:40] or "bieu-mau"


def _words(vi: str, en: str) -> dict[str, str]:
    return {"vi": vi, "en": en}


def _facts(slug: str) -> dict[str, Any]:
    return {
        "format": 1,
        "id": f"moi/{slug}",
        "version": "1",
        "title": _words("Đơn đề nghị", "Application"),
        "short": "ĐƠN",
        "procedures": [],
        "agency": _words("Cơ quan tiếp nhận", "The receiving agency"),
        "legal_basis": [
            {"number": "00/2026/TT-XYZ", "title": _words("Văn bản ban hành mẫu đơn", "The text that issues the form")}
        ],
        "period_kinds": [],
        "effective": {"from": "2026-01-01", "to": None},
        "notices": [],
        "signers": [
            {
                "mark": "nguoi_lam_don",
                "title": _words("NGƯỜI LÀM ĐƠN", "Applicant"),
                "roles": ["self"],
                "required": True,
            }
        ],
        "identity": {"tax_code": None, "personal_id": "so_dinh_danh", "name": "ho_ten"},
        "prefill": {"ho_ten": "name", "so_dinh_danh": "personal_id"},
        "roll_forward": {"default": "keep"},
        "outputs": ["pdf"],
        "sources": "Ghi nguồn của từng nội dung ở đây.",
        "confidence": "P",
    }


_DEFINITION: dict[str, Any] = {
    "sections": [
        {
            "id": "nguoi_lam_don",
            "title": _words("Người làm đơn", "Applicant"),
            "items": [
                {
                    "field": "ho_ten",
                    "kind": "name",
                    "label": _words("Họ và tên", "Full name"),
                    "help": _words("Viết đúng như trên thẻ căn cước.", "As on the identity card."),
                    "required": True,
                    "capitals": True,
                },
                {
                    "field": "so_dinh_danh",
                    "kind": "personal_id",
                    "label": _words("Số định danh cá nhân", "Personal number"),
                    "help": _words(
                        "12 chữ số ở mặt trước thẻ căn cước.", "The 12 digits on the identity card's front."
                    ),
                    "required": True,
                },
                {
                    "field": "noi_dung",
                    "kind": "multiline",
                    "label": _words("Nội dung đề nghị", "What is asked for"),
                    "help": _words("Nêu rõ việc đề nghị và lý do.", "Say what is asked for, and why."),
                    "required": True,
                },
            ],
        }
    ],
    "rules": [
        {
            "id": "noi_dung_ngan",
            "check": "dai(noi_dung) >= 20",
            "when": "co(noi_dung)",
            "severity": "warning",
            "path": "noi_dung",
            "code": "CONTENT_SHORT",
            "message": _words("Nội dung quá ngắn để cơ quan hiểu yêu cầu.", "This is too short to be understood."),
        }
    ],
}
_EXAMPLE: dict[str, Any] = {
    "title": _words("Đơn đầy đủ của một người hư cấu", "A complete application of a made-up person"),
    "period": None,
    "complete": True,
    "data": {
        "ho_ten": "NGUYỄN THỊ VÍ DỤ",
        "so_dinh_danh": "001185000001",
        "noi_dung": "Đề nghị cơ quan xem xét yêu cầu nêu trong đơn này.",
    },
    "expect": {"values": {"ho_ten": "NGUYỄN THỊ VÍ DỤ"}, "problems": []},
}
_LAYOUT = """// Bố cục in: docs/template-format.md
#import "/hoso.typ": *
#let d = form-data()
#show: hoso-page.with(size: 13pt)

#national-header()
#form-title[ĐƠN ĐỀ NGHỊ]

#par[Họ và tên: #fill-line("ho_ten")]
#par[Số định danh cá nhân: #place-field("so_dinh_danh", boxes(shown("so_dinh_danh"), 12))]
#par[Nội dung đề nghị: #fill-line("noi_dung")]

#align(right, sign-place("nguoi_lam_don", title: [NGƯỜI LÀM ĐƠN], note: [(Ký, ghi rõ họ tên)]))
"""
