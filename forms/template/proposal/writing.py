"""Write a proposal as the files of a template: definition, facts, an example that is whole and valid."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any, Final

from forms import units
from forms.identifiers import nfc
from forms.template.proposal.draft import Draft, ProposedField, ProposedTable
from forms.template.proposal.english import english
from forms.template.proposal.signing import english_title

_FACTS: Final = frozenset(("name", "tax_code", "personal_id", "birth_date", "sex", "phone", "email", "address"))


def definition_of(draft: Draft) -> dict[str, Any]:
    """Return definition.json."""
    return {
        "sections": [
            {
                "id": section.key,
                "title": _words(section.title, section.en),
                "items": [
                    _table(item, draft) if isinstance(item, ProposedTable) else _field(item, draft)
                    for item in section.items
                ],
            }
            for section in draft.sections
        ],
        "rules": [],
    }  # fmt: skip


def _words(vi: str, en: str | None) -> dict[str, str]:
    return {"vi": vi, "en": en or vi}


def _field(field: ProposedField, draft: Draft) -> dict[str, Any]:
    out: dict[str, Any] = {"field": field.key, "kind": field.kind, "label": _words(field.label, field.en)}
    if field.code:
        out["code"] = field.code[:20]
    out["help"] = _words(field.help[0][:4000], field.help[1])
    if field.required:
        out["required"] = True
    out.update(field.facts)
    if field.kind not in ("text", "multiline", "name", "code"):
        out.pop("max_length", None)
    if field.kind == "choice" and not field.facts.get("options"):
        out["kind"] = "text"
    out["confidence"] = "P"
    out["source"] = f"Đoán từ tệp “{draft.source}”: “{field.said[:200]}”"
    out["x_guess"] = field.certainty
    return out


def _table(table: ProposedTable, draft: Draft) -> dict[str, Any]:
    out: dict[str, Any] = {
        "table": table.key,
        "label": _words(table.label, table.en),
        "help": {"vi": "Mỗi dòng ghi một mục; thêm dòng nếu cần.", "en": "One entry to a row; add rows as needed."},
        "columns": [_field(column, draft) for column in table.columns],
        "confidence": "P",
        "source": f"Đoán từ tệp “{draft.source}”",
    }
    if table.totals:
        out["totals"] = table.totals
    return out


def facts_of(draft: Draft, slug: str, today: str) -> dict[str, Any]:
    """Return template.json, marked as a draft."""
    single = [item for section in draft.sections for item in section.items if isinstance(item, ProposedField)]

    def first(kind: str, fact: str) -> str | None:
        return next((field.key for field in single if field.kind == kind and field.fact == fact), None)

    prefill: dict[str, str] = {}
    for field in single:
        if field.fact in _FACTS and field.fact not in prefill.values() and "calculated" not in field.facts:
            prefill[field.key] = field.fact
    name = next((key for key, fact in prefill.items() if fact == "name"), None)
    title = draft.title or "Biểu mẫu mới"
    return {
        "format": 1,
        "id": f"moi/{slug}",
        "version": "1",
        "title": _words(title[:1].upper() + title[1:].lower() if title.isupper() else title, english(title)),
        "short": (draft.short or _initials(title))[:60],
        "procedures": [],
        "agency": {"vi": "Cơ quan tiếp nhận (cần ghi)", "en": "The receiving agency (to be named)"},
        "legal_basis": [
            {"number": number[:80], "title": {"vi": words, "en": words}, **({"date": day} if day else {})}
            for number, words, day in draft.legal
        ],
        "period_kinds": [],
        "effective": {"from": today, "to": None},
        "notices": [
            {
                "code": "DRAFT_TEMPLATE",
                "vi": "Mẫu này do chương trình đề xuất từ bản in và chưa được người soạn xác nhận.",
                "en": "This template was proposed by the program from the paper form and has not been confirmed.",
                "unconfirmed": ["form", "print"],
            }
        ],
        "signers": [
            {"mark": mark, "title": {"vi": words, "en": english_title(words)}, "roles": list(roles),
             "required": at == _applicant(draft)}
            for at, (mark, words, roles) in enumerate(draft.signers[:20])
        ],
        "identity": {
            "tax_code": first("tax_code", "tax_code"), "personal_id": first("personal_id", "personal_id"), "name": name,
        },
        "prefill": prefill,
        "roll_forward": {"default": "keep"},
        "outputs": ["pdf"],
        "sources": f"Đề xuất từ tệp “{draft.source}”. Chưa đối chiếu với văn bản gốc.",
        "confidence": "P",
        "x_draft": True,
    }  # fmt: skip


def _applicant(draft: Draft) -> int:
    """Return which of the signers has to sign: the last one of the applicant's side, as papers stand."""
    return max((at for at, signer in enumerate(draft.signers) if signer[2]), default=0)


def _initials(title: str) -> str:
    return "".join(word[0] for word in title.split()[:8] if word[0].isalnum()).upper() or "MẪU"


# --- an example ------------------------------------------------------------------------------------------------------


def example_of(draft: Draft) -> dict[str, Any]:
    """Return a made-up person's form: a valid value for each field that people fill."""
    data: dict[str, Any] = {}
    for section in draft.sections:
        for item in section.items:
            if isinstance(item, ProposedTable):
                data[item.key] = [
                    {c.key: sample(c, row) for c in item.columns if "calculated" not in c.facts} for row in (0, 1)
                ]
            elif "calculated" not in item.facts:
                data[item.key] = sample(item, 0)
    shown: set[str] = set()
    for section in draft.sections:
        for item in section.items:
            # What is shown only under a choice: that is what is chosen, once; the rest stays empty.
            if isinstance(item, ProposedField) and (
                found := re.fullmatch(r'(\w+) == "(\w+)"', item.facts.get("visible", ""))
            ):
                if found[1] in shown:
                    data.pop(item.key, None)
                else:
                    data[found[1]] = found[2]
                    shown.add(found[1])
    return {
        "title": {"vi": "Tờ khai đầy đủ của một người hư cấu", "en": "A complete form of a made-up person"},
        "period": None,
        "complete": True,
        "data": data,
        "expect": {"values": {}, "problems": []},
    }


_SAMPLES: Final[dict[str, tuple[Any, Any]]] = {
    "name": ("Nguyễn Thị Ví Dụ", "Trần Văn Mẫu"),
    "money": (15_000_000, 2_500_000),
    "integer": (2, 3),
    "decimal": ("65.5", "120"),
    "percent": ("8", "10.5"),
    "date": ("2026-06-05", "2026-07-15"),
    "month": ("2026-06", "2026-07"),
    "quarter": ("2026-Q2", "2026-Q3"),
    "period": ("2026-06", "2026-07"),
    "check": (True, False),
    "tax_code": ("0123456787", "0123456787"),
    "personal_id": ("001185000001", "001090000002"),
    "phone": ("0912345678", "0987654321"),
    "email": ("vidu@example.com", "mau@example.com"),
    "bank_account": ("1900123456789", "1900987654321"),
    "social_insurance": ("0123456789", "0123456780"),
    "country": ("Việt Nam", "Việt Nam"),
    "code": ("AB-123456", "AB-654321"),
    "multiline": ("Nội dung ví dụ, viết đủ ý trong một hai câu.", "Nội dung ví dụ khác."),
}
_TEXTS: Final = (
    (r"cấp", "Cục Cảnh sát quản lý hành chính về trật tự xã hội"),
    (r"địa chỉ|nơi |trụ sở|cư trú|chỗ ở|quê", "Số 1, phố Ví Dụ, phường Hoàn Kiếm, thành phố Hà Nội"),
    (r"dân tộc", "Kinh"),
    (r"tôn giáo", "Không"),
    (r"kính gửi: ủy ban nhân dân|kính gửi: ubnd", "phường Hoàn Kiếm"),
    (r"kính gửi", "Ủy ban nhân dân phường Hoàn Kiếm"),
    (r"chức vụ|chức danh", "Giám đốc"),
    (r"nghề", "Kế toán"),
    (r"quan hệ", "Con"),
    (r"cấp", "Cục Cảnh sát quản lý hành chính về trật tự xã hội"),
    (r"website|trang web|trang thông tin", "https://example.com"),
    (r"tên|đơn vị|tổ chức|doanh nghiệp", "Công ty TNHH Ví Dụ"),
    (r"nơi lập", "Hà Nội"),
)


def sample(field: ProposedField, row: int) -> Any:
    """Return a value that the field takes."""
    if field.kind == "choice":
        options = field.facts.get("options")
        if not options:
            return "Ví dụ"
        if field.fact == "sex":
            return ("nu", "nam")[row]
        return options[row % len(options)]["value"]
    if field.kind == "date" and field.fact == "birth_date":
        return ("1985-03-08", "1990-11-20")[row]
    if field.kind == "province":
        return _a_ward()[0]
    if field.kind == "ward":
        return _a_ward()[1]
    if field.kind == "integer" and field.facts.get("min") == 1900:
        return 1985 if "sinh" in field.label.lower() else 2026
    if field.kind in _SAMPLES:
        value = _SAMPLES[field.kind][row]
        if field.kind == "name" and field.facts.get("capitals"):
            return value.upper()
        return (
            value[: field.facts.get("max_length", 5_000)]
            if isinstance(value, str) and field.kind in ("name", "code", "multiline")
            else value
        )
    label = field.label.lower()
    text = (
        "Hà Nội"
        if label in ("nơi lập", "nơi ký")
        else next((words for pattern, words in _TEXTS if re.search(pattern, label)), "Ví dụ")
    )
    if field.facts.get("capitals"):
        text = text.upper()
    return text[: field.facts.get("max_length", 1_000)]


@cache
def _a_ward() -> tuple[str, str]:
    """Return the codes of a province and of one of its wards."""
    wards = units.entries("units/wards") or {}
    code, ward = next(iter(wards.items()))
    return ward.parent or "", code


def as_json(content: object) -> bytes:
    """Return a JSON file as people edit it."""
    return (nfc(json.dumps(content, ensure_ascii=False, indent=2)) + "\n").encode()
