"""Ids that people read out and type: short, without letters that look alike."""

from __future__ import annotations

import secrets

from desktop.store.key import LETTERS


def new_id(prefix: str) -> str:
    """Return a prefix and eight random letters, such as `HS-7K3FQ2WX`; the table's key makes it unique."""
    return prefix + "-" + "".join(secrets.choice(LETTERS) for _ in range(8))


def typed(text: str) -> str:
    """Return an id as it was made, however it was typed."""
    return text.strip().upper()[:40]
