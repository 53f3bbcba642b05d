"""What the portal says, in both languages: its reasons and its problem documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from desktop.messages import Language, Message, message
from desktop.sandbox.models import Reason, Text


def reason(
    code: str,
    *,
    component: str | None = None,
    file: str | None = None,
    field: str | None = None,
    facts: Mapping[str, Any] | None = None,
) -> Reason:
    """Build one reason with its words in Vietnamese and English."""
    known = {"component": component, "file": file, "field": field, **(facts or {})}
    return Reason(
        code=code,
        component=component,
        file=file,
        field=field,
        detail=Text(vi=_said(code, known, "vi").text, en=_said(code, known, "en").text),
    )


def _said(code: str, facts: Mapping[str, Any] | None, lang: Language) -> Message:
    return message(code, facts, lang, speaker="practice_portal")


def problem(status: int, code: str, more: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Build a problem document (RFC 9457) in Vietnamese, with further members."""
    words = _said(code, more, "vi")
    return {
        "type": f"urn:hoso:portal:{code.lower().replace('_', '-')}",
        "title": words.heading,
        "status": status,
        "code": code,
        "detail": words.text,
        "reasons": [],
        **(more or {}),
    }
